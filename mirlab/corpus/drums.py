"""Synthesize each drum from noise and decaying tones."""

from functools import cache

import numpy as np

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


def _metal(rng, seconds, low, decay):
    """Sum many inharmonic partials above `low` hertz, for cymbals and cowbells."""
    t = np.arange(int(seconds * SR)) / SR
    f = low * np.array([1.0, 1.34, 1.52, 1.93, 2.27, 2.61, 3.17])
    y = np.sin(2 * np.pi * f[f < 0.45 * SR, None] * t + 2 * np.pi * rng.random((sum(f < 0.45 * SR), 1))).sum(
        0
    )
    return y / np.std(y) * np.exp(-t / decay)


def _sum(*parts):
    y = np.zeros(max(map(len, parts)))
    for part in parts:
        y[: len(part)] += part
    return y


DRUMS = {
    "kick": lambda r: _sum(_skin(0.4, 140, 52, 0.03, 0.11), 0.06 * _band(r, 0.03, 1500, 5000, 0.006)),
    "808 kick": lambda r: _skin(0.9, 120, 42, 0.05, 0.32),
    "909 kick": lambda r: _sum(_skin(0.4, 220, 48, 0.025, 0.13), 0.1 * _band(r, 0.02, 2000, 8000, 0.004)),
    "soft kick": lambda r: _skin(0.35, 90, 55, 0.03, 0.09),
    "snare": lambda r: _sum(0.7 * _skin(0.2, 260, 185, 0.02, 0.06), 0.5 * _band(r, 0.3, 900, 8500, 0.07)),
    "rock snare": lambda r: _sum(_skin(0.2, 240, 165, 0.02, 0.08), 0.7 * _band(r, 0.4, 500, 8500, 0.11)),
    "electronic snare": lambda r: _sum(
        0.6 * _skin(0.2, 330, 200, 0.01, 0.05), 0.5 * _band(r, 0.25, 1500, 9500, 0.08)
    ),
    "brush": lambda r: _band(r, 0.3, 1200, 7000, 0.09),
    "rim": lambda r: _sum(_skin(0.08, 1700, 1650, 0.01, 0.012), 0.3 * _band(r, 0.05, 2500, 8000, 0.008)),
    "clap": lambda r: _sum(
        *(
            np.pad(_band(r, 0.2, 900, 4500, 0.008 if k < 3 else 0.06), (int(0.011 * SR * k), 0))
            for k in range(4)
        )
    ),
    "hat": lambda r: _sum(_band(r, 0.08, 6000, 10500, 0.018), 0.4 * _metal(r, 0.08, 3400, 0.015)),
    "open hat": lambda r: _sum(_band(r, 0.5, 5500, 10500, 0.14), 0.4 * _metal(r, 0.5, 3400, 0.13)),
    "ride": lambda r: _sum(0.5 * _band(r, 0.7, 4000, 10000, 0.18), 0.7 * _metal(r, 0.7, 2900, 0.25)),
    "crash": lambda r: _sum(_band(r, 1.4, 2500, 10500, 0.4), 0.4 * _metal(r, 1.4, 2300, 0.4)),
    "shaker": lambda r: _band(r, 0.1, 4500, 9500, 0.025),
    "tambourine": lambda r: _sum(0.6 * _band(r, 0.2, 6000, 10500, 0.05), 0.5 * _metal(r, 0.2, 4200, 0.05)),
    "tom": lambda r: _skin(0.5, 180, 105, 0.05, 0.16),
    "conga low": lambda r: _sum(_skin(0.35, 215, 195, 0.02, 0.11), 0.1 * _band(r, 0.03, 800, 4000, 0.008)),
    "conga high": lambda r: _sum(_skin(0.25, 330, 305, 0.02, 0.07), 0.15 * _band(r, 0.03, 1000, 5000, 0.008)),
    "cowbell": lambda r: _metal(r, 0.3, 560, 0.06),
    "claves": lambda r: _skin(0.12, 2500, 2480, 0.01, 0.025),
    "tabla": lambda r: _sum(_skin(0.5, 330, 290, 0.04, 0.14), 0.4 * _skin(0.3, 600, 585, 0.03, 0.09)),
    "frame drum": lambda r: _sum(_skin(0.5, 110, 85, 0.04, 0.15), 0.15 * _band(r, 0.1, 500, 3000, 0.03)),
    "timpani": lambda r: _sum(_skin(1.2, 102, 98, 0.05, 0.45), 0.1 * _band(r, 0.1, 200, 2000, 0.03)),
}
"""Every drum by name: a function from a random generator to its stroke."""


@cache
def stroke(drum: str) -> np.ndarray:
    """Render one stroke of a drum.

    Parameters
    ----------
    drum : str
        A name in `DRUMS`.

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
    y = DRUMS[drum](seeded(drum))
    fall, rise = SR // 200, SR // 1500
    y[-fall:] *= np.linspace(1, 0, fall)
    y[:rise] *= np.linspace(0, 1, rise)
    y = (0.7 * y / np.abs(y).max()).astype(np.float32)
    y.flags.writeable = False
    return y
