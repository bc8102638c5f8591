"""Synthesize each drum from noise and decaying tones."""

from functools import cache

import numpy as np
from scipy.signal import fftconvolve

from mirlab.corpus.sound import SR, seeded, shape


def _band(rng, seconds, low, high, decay):
    """Make decaying noise between two frequencies, for snares, skins and shakers."""
    t = np.arange(int(seconds * SR)) / SR
    y = shape(
        rng.standard_normal(len(t)), lambda f: 1 / (1 + (low / np.maximum(f, 1)) ** 6) / (1 + (f / high) ** 6)
    )
    return y / np.std(y) * np.exp(-t / decay)


def _skin(seconds, start, end, drop, decay):
    """Sweep a sine down from `start` to `end` hertz, like a membrane that relaxes after the stroke."""
    t = np.arange(int(seconds * SR)) / SR
    f = end + (start - end) * np.exp(-t / drop)
    return np.sin(2 * np.pi * np.cumsum(f) / SR) * np.exp(-t / decay)


def _metal(rng, seconds, low, decay, partials=90):
    """Sum many inharmonic partials above `low` hertz; the higher ones fade sooner. For cymbals and bells."""
    t = np.arange(int(seconds * SR)) / SR
    f = low * (0.46 * SR / low) ** np.sort(rng.random(partials))
    phase = rng.random((partials, 1))
    fade = np.exp(-np.outer(0.6 + 0.8 * np.log2(f / low + 1), t) / decay)
    y = (np.sin(2 * np.pi * (f[:, None] * t + phase)) * fade).sum(0)
    return y / np.std(y[: SR // 20])


def _bell(seconds, ratios, low, decay):
    """Sum a few inharmonic partials, for cowbells."""
    t = np.arange(int(seconds * SR)) / SR
    y = sum(np.sin(2 * np.pi * low * r * t) / (k + 1) for k, r in enumerate(ratios))
    return y / np.std(y) * np.exp(-t / decay)


def _in_room(rng, y, level=0.22, seconds=0.35):
    """Put a drum into the studio's room: microphones stand at some distance."""
    t = np.arange(int(seconds * SR)) / SR
    tail = rng.standard_normal(len(t)) * np.exp(-6.9 * t / seconds) * (t > 0.004)
    tail = shape(tail, lambda f: f / np.hypot(f, 200.0) / np.hypot(1.0, f / 5000.0))
    tail *= level / np.sqrt(np.sum(tail**2))
    tail[0] += 1.0
    return fftconvolve(y, tail)


def _sum(*parts):
    y = np.zeros(max(map(len, parts)))
    for part in parts:
        y[: len(part)] += part
    return y


MACHINE = {
    "808 kick": lambda r: _skin(0.9, 120, 42, 0.05, 0.32),
    "909 kick": lambda r: _sum(_skin(0.4, 220, 48, 0.025, 0.13), 0.1 * _band(r, 0.02, 2000, 8000, 0.004)),
    "electronic snare": lambda r: _sum(
        0.6 * _skin(0.2, 330, 200, 0.01, 0.05), 0.5 * _band(r, 0.25, 1500, 9500, 0.08)
    ),
    "clap": lambda r: _sum(
        *(
            np.pad(_band(r, 0.2, 900, 4500, 0.008 if k < 3 else 0.06), (int(0.011 * SR * k), 0))
            for k in range(4)
        )
    ),
}
"""Drums of machines: every stroke is the same."""

ACOUSTIC = {
    "kick": lambda r: _sum(
        _skin(0.4, 110, 58, 0.02, 0.09),
        0.35 * _skin(0.2, 190, 160, 0.02, 0.03),
        0.22 * _band(r, 0.06, 900, 5000, 0.008),
        0.12 * _band(r, 0.2, 80, 600, 0.05),
    ),
    "soft kick": lambda r: _sum(_skin(0.4, 85, 55, 0.02, 0.1), 0.12 * _band(r, 0.15, 100, 900, 0.04)),
    "snare": lambda r: _sum(
        0.6 * _skin(0.25, 230, 190, 0.015, 0.05),
        0.3 * _skin(0.2, 345, 330, 0.02, 0.035),
        0.5 * _band(r, 0.35, 700, 9500, 0.055),
        0.2 * _band(r, 0.35, 2500, 9500, 0.11),
    ),
    "rock snare": lambda r: _sum(
        0.7 * _skin(0.25, 220, 178, 0.015, 0.07),
        0.35 * _skin(0.2, 330, 305, 0.02, 0.05),
        0.7 * _band(r, 0.5, 500, 9000, 0.08),
        0.25 * _band(r, 0.5, 2500, 9500, 0.16),
    ),
    "brush": lambda r: _sum(0.8 * _band(r, 0.35, 1200, 7500, 0.08), 0.2 * _skin(0.15, 210, 190, 0.02, 0.05)),
    "rim": lambda r: _sum(
        0.6 * _skin(0.1, 1750, 1680, 0.01, 0.012),
        0.4 * _skin(0.1, 480, 470, 0.01, 0.015),
        0.4 * _band(r, 0.06, 1500, 8000, 0.01),
    ),
    "hat": lambda r: _sum(0.5 * _band(r, 0.14, 5000, 10500, 0.02), 0.7 * _metal(r, 0.18, 3000, 0.05)),
    "open hat": lambda r: _sum(0.4 * _band(r, 0.6, 4500, 10500, 0.16), 0.8 * _metal(r, 0.7, 2600, 0.4)),
    "ride": lambda r: _sum(
        0.25 * _band(r, 0.05, 2500, 9000, 0.01),
        0.5 * _metal(r, 1.2, 900, 0.9),
        0.5 * _metal(r, 1.0, 3200, 0.6),
    ),
    "crash": lambda r: _sum(0.5 * _band(r, 1.6, 2000, 10500, 0.35), 0.9 * _metal(r, 1.8, 900, 0.9, 140)),
    "shaker": lambda r: _band(r, 0.14, 3800, 9500, 0.03),
    "tambourine": lambda r: _sum(0.5 * _band(r, 0.25, 5000, 10500, 0.05), 0.6 * _metal(r, 0.3, 4200, 0.12)),
    "tom": lambda r: _sum(
        _skin(0.5, 150, 108, 0.04, 0.16),
        0.3 * _skin(0.4, 230, 185, 0.04, 0.09),
        0.12 * _band(r, 0.06, 600, 4000, 0.012),
    ),
    "conga low": lambda r: _sum(
        _skin(0.35, 215, 195, 0.02, 0.11),
        0.3 * _skin(0.2, 400, 380, 0.02, 0.04),
        0.2 * _band(r, 0.05, 500, 4000, 0.01),
    ),
    "conga high": lambda r: _sum(
        _skin(0.25, 330, 305, 0.02, 0.07),
        0.3 * _skin(0.2, 620, 590, 0.02, 0.03),
        0.25 * _band(r, 0.05, 800, 5000, 0.01),
    ),
    "cowbell": lambda r: _bell(0.3, (1.0, 1.48, 2.61, 3.9), 560, 0.06),
    "claves": lambda r: _skin(0.12, 2500, 2480, 0.01, 0.025),
    "tabla": lambda r: _sum(
        _skin(0.5, 330, 290, 0.04, 0.14),
        0.4 * _skin(0.3, 600, 585, 0.03, 0.09),
        0.1 * _band(r, 0.04, 1000, 5000, 0.008),
    ),
    "frame drum": lambda r: _sum(_skin(0.5, 110, 85, 0.04, 0.15), 0.2 * _band(r, 0.15, 400, 3500, 0.04)),
    "timpani": lambda r: _sum(
        _skin(1.2, 102, 98, 0.05, 0.45),
        0.3 * _skin(0.9, 150, 147, 0.05, 0.3),
        0.1 * _band(r, 0.1, 200, 2000, 0.03),
    ),
}
"""Drums that somebody strikes: every stroke is a little different, and the room answers."""

DRUMS = MACHINE | ACOUSTIC
"""Every drum by name: a function from a random generator to its stroke."""

TAKES = 3
"""Different strokes of a drum that somebody strikes."""


@cache
def stroke(drum: str, take: int = 0) -> np.ndarray:
    """Render one stroke of a drum.

    Parameters
    ----------
    drum : str
        A name in `DRUMS`.
    take : int
        Which of the `TAKES` strokes; a machine has one only.

    Returns
    -------
    ndarray, shape (samples,), float32
        Mono sound at `SR`; read-only. Peak 0.7, so that a short click and a long boom can both be placed.

    Raises
    ------
    KeyError
        If there is no such drum.

    Examples
    --------
    >>> float(abs(stroke("kick")).max()) <= 0.71
    True
    """
    if drum in MACHINE:
        y = DRUMS[drum](seeded(drum))
    else:
        rng = seeded(drum, take % TAKES)
        y = _in_room(rng, DRUMS[drum](rng))
    fall, rise = SR // 200, SR // 1500
    y[-fall:] *= np.linspace(1, 0, fall)
    y[:rise] *= np.linspace(0, 1, rise)
    y = (0.7 * y / np.abs(y).max()).astype(np.float32)
    y.flags.writeable = False
    return y
