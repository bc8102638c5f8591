"""Sounding: every instrument and drum of the corpus, as additive synthesis a student can read.

A pitched note is a sum of partials. What makes a flute a flute is written in one row of
`INSTRUMENTS`: how fast the partials fall off, which are missing, which frequencies the body favours,
how the note begins, how it dies. Notes are rendered once at full length, kept, and cut to length with
a short release; that is what makes thousands of excerpts affordable.
"""

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy import fft

SR = 22050
"""Sampling rate of everything that is sounded, in hertz."""

RELEASE = 0.04
"""Seconds in which a note fades once it is let go."""

_LET_GO = np.linspace(1, 0, int(RELEASE * SR), dtype=np.float32)

_LOUDNESS = 0.12  # RMS of the loudest tenth of a second of any note, so that mixing is in the score's hands


@dataclass(frozen=True)
class Instrument:
    """How one instrument sounds: a row of numbers with a physical meaning.

    Attributes
    ----------
    family : {"struck", "plucked", "bowed", "blown", "reed", "organ", "voice", "synth"}
        How the sound is set in motion.
    slope : float
        Partial n has amplitude ``n ** -slope``: large is dark, small is bright.
    low, high : int
        Playable range, as MIDI note numbers (69 is A4, 440 Hz).
    even : float
        Strength of the even partials; near 0 for a closed pipe such as a clarinet.
    pluck : float
        Where the string is plucked, as a share of its length; 0 for no such comb.
    cutoff : float
        Frequency above which the body radiates little, in hertz.
    formants : tuple of (hertz, gain)
        Resonances of body or mouth, about a third of an octave wide.
    attack : float
        Seconds to full level; the higher partials of blown instruments take longer.
    decay : float
        Seconds until a struck or plucked A4 has fallen by 60 dB; 0 for a sustained sound.
    damping : float
        How much faster each higher partial decays.
    ratios : tuple of float
        Frequencies of the partials over the fundamental, where they are not whole numbers (bells, bars).
    stiffness : float
        Inharmonicity of a stiff string: partial n is raised by ``sqrt(1 + stiffness * n**2)``.
    vibrato : float
        Depth in cents, at 5.5 Hz, after the first 0.2 s.
    breath : float
        Noise of air or bow, relative to the tone.
    drive : float
        Distortion: the tone goes through ``tanh(drive * tone)``; 0 for none.
    chorus : float
        Spread in cents of two softer players beside the first; 0 for one player.
    glide : float
        Semitones by which the pitch falls over the first 0.3 s, as in speech.
    length : float
        Seconds that are rendered, unless the note has died away before; longer notes fade out here.
    """

    family: str
    slope: float
    low: int
    high: int
    even: float = 1.0
    pluck: float = 0.0
    cutoff: float = 9000.0
    formants: tuple = ()
    attack: float = 0.003
    decay: float = 0.0
    damping: float = 0.15
    ratios: tuple = ()
    stiffness: float = 0.0
    vibrato: float = 0.0
    breath: float = 0.0
    drive: float = 0.0
    chorus: float = 0.0
    glide: float = 0.0
    length: float = 2.2


_I = Instrument
INSTRUMENTS: dict[str, Instrument] = {
    # struck
    "piano": _I("struck", 1.2, 28, 96, decay=2.6, damping=0.12, stiffness=3e-4, attack=0.002, cutoff=5000),
    "electric piano": _I(
        "struck", 2.0, 36, 88, decay=2.2, damping=0.25, attack=0.004, ratios=(1, 2, 3, 4, 14.1)
    ),
    "vibraphone": _I("struck", 1.3, 53, 89, decay=3.0, damping=0.5, ratios=(1, 4, 10), attack=0.003),
    "marimba": _I("struck", 1.4, 45, 89, decay=0.7, damping=0.8, ratios=(1, 3.98, 9.2), attack=0.002),
    "glockenspiel": _I("struck", 0.5, 72, 103, decay=1.6, damping=0.3, ratios=(1, 2.76, 5.4, 8.9)),
    "kalimba": _I("struck", 1.6, 55, 88, decay=1.0, damping=0.6, ratios=(1, 2.0, 5.2), attack=0.004),
    "steel drum": _I(
        "struck", 0.9, 55, 86, decay=1.1, damping=0.3, ratios=(1, 2, 3.02, 4.05, 6.1), attack=0.006
    ),
    "bell": _I("struck", 0.6, 55, 90, decay=3.0, damping=0.2, ratios=(1, 2, 2.4, 3, 4.5, 5.3), length=3.0),
    # plucked
    "acoustic guitar": _I("plucked", 0.9, 40, 84, pluck=0.2, decay=1.9, damping=0.18, cutoff=5500),
    "nylon guitar": _I("plucked", 1.5, 40, 84, pluck=0.3, decay=1.6, damping=0.22, cutoff=4000),
    "clean guitar": _I("plucked", 1.0, 40, 86, pluck=0.13, decay=2.6, damping=0.12, cutoff=3800),
    "distorted guitar": _I(
        "plucked", 0.8, 36, 86, pluck=0.15, decay=9.0, damping=0.05, cutoff=4500, drive=7.0
    ),
    "banjo": _I(
        "plucked", 0.45, 48, 86, pluck=0.09, decay=0.6, damping=0.1, formants=((900, 2.0), (2500, 1.5))
    ),
    "mandolin": _I("plucked", 0.65, 55, 90, pluck=0.12, decay=0.8, damping=0.1, chorus=7),
    "harp": _I("plucked", 1.5, 36, 96, pluck=0.4, decay=2.4, damping=0.2),
    "harpsichord": _I("plucked", 0.35, 36, 86, pluck=0.11, decay=1.7, damping=0.08),
    "zither": _I("plucked", 0.7, 48, 88, pluck=0.25, decay=1.8, damping=0.08, chorus=4),
    "sitar": _I(
        "plucked", 0.35, 43, 82, pluck=0.06, decay=2.6, damping=0.03, formants=((2800, 2.5),), stiffness=8e-4
    ),
    "koto": _I("plucked", 0.8, 48, 86, pluck=0.08, decay=1.2, damping=0.16),
    "upright bass": _I(
        "plucked", 1.6, 24, 58, pluck=0.35, decay=2.4, damping=0.12, cutoff=1500, attack=0.008
    ),
    "bass guitar": _I("plucked", 1.15, 24, 58, pluck=0.2, decay=4.5, damping=0.08, cutoff=2200),
    # bowed
    "violin": _I(
        "bowed",
        0.85,
        55,
        96,
        formants=((500, 1.5), (1100, 1.2), (2800, 1.6)),
        attack=0.07,
        vibrato=16,
        breath=0.02,
    ),
    "fiddle": _I(
        "bowed", 0.7, 55, 92, formants=((450, 1.6), (2600, 2.0)), attack=0.03, vibrato=5, breath=0.05
    ),
    "cello": _I(
        "bowed",
        1.1,
        36,
        76,
        formants=((250, 1.5), (700, 1.3), (1800, 1.0)),
        attack=0.09,
        vibrato=14,
        breath=0.02,
    ),
    "strings": _I(
        "bowed", 1.1, 36, 92, attack=0.18, chorus=9, vibrato=8, cutoff=6000, breath=0.01, length=3.6
    ),
    # blown
    "flute": _I("blown", 2.3, 59, 96, attack=0.05, vibrato=9, breath=0.05),
    "pan flute": _I("blown", 2.6, 57, 91, even=0.5, attack=0.06, vibrato=5, breath=0.16),
    "clarinet": _I("blown", 1.0, 50, 91, even=0.08, attack=0.04, cutoff=3200, breath=0.01),
    "oboe": _I("blown", 0.7, 58, 91, formants=((1100, 2.2), (2900, 1.4)), attack=0.04, vibrato=8),
    "saxophone": _I(
        "blown", 0.75, 46, 84, formants=((700, 1.5), (1700, 1.4)), attack=0.035, vibrato=13, breath=0.04
    ),
    "trumpet": _I("blown", 0.35, 52, 86, formants=((1300, 1.8),), attack=0.03, vibrato=6, cutoff=6500),
    "trombone": _I("blown", 0.8, 36, 72, formants=((600, 1.6),), attack=0.045, cutoff=3200),
    "tuba": _I("blown", 1.4, 26, 60, formants=((300, 1.4),), attack=0.04, cutoff=1400),
    "brass": _I("blown", 0.45, 43, 84, formants=((1200, 1.6),), attack=0.035, chorus=8, cutoff=6000),
    # free reeds and organ pipes
    "accordion": _I("reed", 0.6, 41, 89, attack=0.05, chorus=12, cutoff=5500, length=3.0),
    "harmonica": _I("reed", 0.5, 55, 91, formants=((1700, 2.0),), attack=0.04, vibrato=18, breath=0.03),
    "organ": _I("organ", 0.7, 36, 96, even=0.9, attack=0.012, cutoff=3500, vibrato=4, length=3.0),
    # voices; the vowel adds its formants
    "male voice": _I("voice", 0.9, 43, 67, attack=0.05, vibrato=20, breath=0.03, cutoff=5000),
    "female voice": _I("voice", 1.0, 55, 79, attack=0.05, vibrato=24, breath=0.04, cutoff=6000),
    "child voice": _I("voice", 1.1, 60, 81, attack=0.04, vibrato=6, breath=0.05, cutoff=6500),
    "choir": _I(
        "voice", 1.1, 43, 79, attack=0.16, vibrato=12, chorus=14, breath=0.03, cutoff=5000, length=3.6
    ),
    "rapper": _I("voice", 0.75, 40, 62, attack=0.012, breath=0.1, cutoff=6500, glide=2.0, length=0.5),
    "speaker": _I("voice", 0.9, 40, 69, attack=0.02, breath=0.08, cutoff=5000, glide=3.0, length=0.5),
    # electronic
    "synth bass": _I("synth", 0.95, 24, 60, attack=0.004, decay=5.0, damping=0.3, cutoff=1300),
    "sub bass": _I("synth", 2.6, 21, 55, attack=0.006, decay=6.0, drive=1.6, cutoff=700),
    "saw lead": _I("synth", 0.9, 45, 93, attack=0.006, chorus=11, cutoff=7500),
    "square lead": _I("synth", 0.95, 45, 93, even=0.0, attack=0.006, cutoff=7000),
    "synth pluck": _I("synth", 0.9, 45, 93, attack=0.003, decay=0.9, damping=0.5, cutoff=6500),
    "pad": _I("synth", 1.3, 36, 88, attack=0.5, chorus=13, cutoff=3500, length=5.5),
    "glass pad": _I("synth", 1.9, 48, 96, attack=0.35, chorus=8, ratios=(1, 2, 3, 4.02, 6.03), length=5.5),
}
"""Every pitched instrument by name."""

VOWELS = {
    "a": ((750, 6.0), (1200, 4.0), (2600, 1.5)),
    "i": ((300, 6.0), (2200, 3.0), (3000, 1.6)),
    "o": ((500, 6.0), (850, 4.0), (2500, 0.8)),
}
"""Formants of three vowels: (hertz, gain)."""


def hertz(pitch):
    """Return the frequency of a MIDI note number, equal temperament, A4 = 440 Hz.

    Parameters
    ----------
    pitch : float or ndarray
        MIDI note number.

    Returns
    -------
    float or ndarray
        Frequency in hertz.

    Examples
    --------
    >>> hertz(69), round(hertz(60), 2)
    (440.0, 261.63)
    """
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def _seeded(*words) -> np.random.Generator:
    """Return a generator that belongs to these words alone, so a note is the same in every process."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, words)).encode()))


def _shape(noise_or_tone, curve):
    """Multiply the spectrum of a sound by ``curve(hertz)``."""
    n = len(noise_or_tone)
    size = fft.next_fast_len(
        n + SR // 50, real=True
    )  # a little room, so that the filter's tail does not wrap
    spectrum = fft.rfft(noise_or_tone, size)
    return fft.irfft(spectrum * curve(fft.rfftfreq(size, 1 / SR)), size)[:n]


def _resonances(f, formants):
    """Gain of a body or mouth at frequencies `f`: bumps a third of an octave wide on a floor of 1."""
    gain = np.ones_like(f)
    for centre, height in formants:
        gain += (height - 0.0) * np.exp(-0.5 * (np.log2(np.maximum(f, 1.0) / centre) / 0.25) ** 2)
    return gain


def _partials(inst, f0, formants):
    """Frequencies over the fundamental, and amplitudes, of all partials below the band limit."""
    if inst.ratios:
        ratios = np.array(inst.ratios, float)
        number = np.arange(1, len(ratios) + 1)
    else:
        number = np.arange(1, 29)
        ratios = number * np.sqrt((1 + inst.stiffness * number**2) / (1 + inst.stiffness))
    audible = ratios * f0 < 0.45 * SR
    number, ratios = number[audible], ratios[audible]
    f = ratios * f0
    amplitude = number ** -float(inst.slope) * _resonances(f, formants) / np.sqrt(1 + (f / inst.cutoff) ** 4)
    if inst.pluck:
        amplitude = amplitude * np.abs(np.sin(np.pi * number * inst.pluck))
    if not inst.ratios:
        amplitude = np.where(number % 2 == 0, inst.even, 1.0) * amplitude
    heard = amplitude > 3e-3 * amplitude.max()
    return ratios[heard], amplitude[heard]


def _decay(inst, f0):
    """Seconds to fall by 60 dB: an octave lower rings half as long again, roughly, as strings and bars do."""
    return inst.decay * np.sqrt(440 / f0)


def _ringing(inst, f0, samples, ratios, amplitude, quarter):
    """Sum partials that keep their frequency and die away, each a little faster than the one below it.

    Such a partial is the powers of one complex number: coarse steps times fine steps, so that only a few
    hundred exponentials are computed instead of one a sample.
    """
    rate = 6.9 / _decay(inst, f0) if inst.decay else 0.0
    power = (-rate * (1 + inst.damping * np.arange(len(ratios))) + 2j * np.pi * f0 * ratios) / SR
    step = 256
    coarse = (amplitude * 1j**quarter)[:, None] * np.exp(np.outer(power, np.arange(0, samples, step)))
    coarse = coarse.astype(np.complex64)
    fine = np.exp(np.outer(power, np.arange(step))).astype(np.complex64)
    y = np.zeros((coarse.shape[1], step), np.float32)
    product = np.empty_like(y)
    for c, f in zip(coarse, fine, strict=True):
        y += np.multiply(c.real[:, None], f.real, out=product)
        y -= np.multiply(c.imag[:, None], f.imag, out=product)
    return y.ravel()[:samples]


def _living(inst, f0, samples, ratios, amplitude, quarter):
    """Sum harmonics that share a bending pitch, and bloom where breath drives them."""
    t = np.arange(samples) / SR
    cents = inst.vibrato * np.minimum(np.maximum(t - 0.2, 0) * 4, 1) * np.sin(2 * np.pi * 5.5 * t)
    if inst.glide:
        cents = cents + 100 * inst.glide * (0.5 - np.minimum(t / 0.3, 1))
    cycles = np.cumsum(f0 * 2 ** (cents / 1200)) / SR
    angle = (2 * np.pi * (cycles % 1)).astype(np.float32)
    step = np.empty(samples, np.complex64)
    step.real, step.imag = np.cos(angle), np.sin(angle)
    turn, power = np.ones_like(step), 0
    y = np.zeros(samples, np.float32)
    for ratio, a, q in zip(ratios, amplitude, quarter, strict=True):
        while power < ratio:  # the powers of one rotation are all the harmonics, far cheaper than a sine each
            turn *= step
            power += 1
        wave = np.float32(a if q < 2 else -a) * (turn.imag if q % 2 else turn.real)
        if inst.family == "blown":  # brightness blooms, over the first moments only
            slow = inst.attack * (0.3 + 0.12 * ratio)
            early = t[: int(8 * slow * SR)]
            wave[: len(early)] *= 1 - np.exp(-early / slow)
        y += wave
    return y


SHORT = 0.6
"""Most notes are shorter than this; rendering them at full length would be the larger part of the work."""


@lru_cache(maxsize=1400)
def note(instrument: str, pitch: int, vowel: str = "", *, short: bool = False) -> np.ndarray:
    """Render one note at full length.

    Parameters
    ----------
    instrument : str
        A name in `INSTRUMENTS`.
    pitch : int
        MIDI note number; folded by octaves into the instrument's range.
    vowel : {"", "a", "i", "o"}
        What a voice sings.
    short : bool
        Render `SHORT` seconds only.

    Returns
    -------
    ndarray, shape (samples,), float32
        Mono sound at `SR`; read-only, since it is kept and shared. Loudest tenth of a second: RMS 0.12.

    Raises
    ------
    KeyError
        If there is no such instrument or vowel.

    Examples
    --------
    >>> a4 = note("flute", 69)
    >>> a4.shape, a4.dtype
    ((48510,), dtype('float32'))
    """
    inst = INSTRUMENTS[instrument]
    pitch = into_range(instrument, pitch)
    rng = _seeded(instrument, pitch, vowel)
    f0 = hertz(pitch)
    seconds = min(inst.length, 1.1 * _decay(inst, f0)) if inst.decay else inst.length
    samples = int((min(SHORT, seconds) if short else seconds) * SR)
    formants = inst.formants + (VOWELS[vowel] if vowel else ())
    ratios, amplitude = _partials(inst, f0, formants)
    quarter, lag = rng.integers(
        4, size=(2, len(ratios))
    )  # partials start at random quarter turns: a flatter peak
    tone = _living if inst.vibrato or inst.glide or inst.family == "blown" else _ringing
    y = tone(inst, f0, samples, ratios, amplitude, quarter)
    for side in (-1, 1) if inst.chorus else ():
        # softer, as far above as below, mirrored in phase: they beat, but neither cancel nor detune
        f = f0 * 2 ** (side * inst.chorus / 1200)
        y += 0.4 * tone(inst, f, samples, ratios, amplitude, (quarter + side * lag) % 4)
    if inst.drive:
        y = np.tanh(inst.drive * y / np.abs(y[: SR // 4]).max())
        # the loudspeaker cabinet; it cannot hold the offset that distortion makes of a lopsided wave
        y = _shape(y, lambda f: f**4 / (f**4 + 20.0**4) / np.sqrt(1 + (f / inst.cutoff) ** 8))
    t = np.arange(samples) / SR
    if inst.breath:
        air = rng.standard_normal(samples)
        centre = np.clip(2 * f0, 800, 4000)
        air = _shape(air, lambda f: _resonances(f, ((centre, 6.0), *formants)) - 0.9)
        y = y + inst.breath * np.std(y) * air / np.std(air) * (1 + 3 * np.exp(-t / 0.03))
    y = y * (1 - np.exp(-t / (inst.attack / 3)))
    n = SR // 500
    y[:n] *= np.linspace(0, 1, n)  # no step at the first sample
    y[-len(_LET_GO) :] *= _LET_GO  # nor at the last
    return _levelled(y)


def into_range(instrument: str, pitch: int) -> int:
    """Fold a MIDI note number by octaves into what the instrument can play.

    Parameters
    ----------
    instrument : str
        A name in `INSTRUMENTS`.
    pitch : int
        MIDI note number.

    Returns
    -------
    int
        The nearest playable pitch of the same class.

    Examples
    --------
    >>> into_range("flute", 45)
    69
    """
    inst = INSTRUMENTS[instrument]
    while pitch < inst.low:
        pitch += 12
    while pitch > inst.high:
        pitch -= 12
    return int(pitch)


def _levelled(y):
    """Bring the loudest tenth of a second to the common RMS, as read-only float32."""
    n = SR // 10
    energy = np.concatenate([[0.0], np.cumsum(y**2, dtype=float)])
    power = (energy[n:] - energy[:-n]).max() / n
    y = (y * (_LOUDNESS / np.sqrt(power))).astype(np.float32)
    y.flags.writeable = False
    return y


# --- drums ------------------------------------------------------------------------------------------


def _band(rng, seconds, low, high, decay):
    """Noise between two frequencies that dies away: the snares, skins and shakers."""
    t = np.arange(int(seconds * SR)) / SR
    y = _shape(
        rng.standard_normal(len(t)), lambda f: 1 / (1 + (low / np.maximum(f, 1)) ** 6) / (1 + (f / high) ** 6)
    )
    return y / np.std(y) * np.exp(-t / decay)


def _skin(seconds, start, end, drop, decay):
    """Sweep a sine down from `start` to `end` hertz: a membrane that relaxes after the stroke."""
    t = np.arange(int(seconds * SR)) / SR
    f = end + (start - end) * np.exp(-t / drop)
    return np.sin(2 * np.pi * np.cumsum(f) / SR) * np.exp(-t / decay)


def _metal(rng, seconds, low, decay):
    """Many inharmonic partials above `low` hertz: cymbals, cowbells."""
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
    y = DRUMS[drum](_seeded(drum))
    fall, rise = SR // 200, SR // 1500
    y[-fall:] *= np.linspace(1, 0, fall)
    y[:rise] *= np.linspace(0, 1, rise)
    y = (0.7 * y / np.abs(y).max()).astype(np.float32)
    y.flags.writeable = False
    return y


def place(mix: np.ndarray, sound: np.ndarray, start: int, samples: int, gain: float) -> None:
    """Add a kept sound to a mix, cut to length with a short release. Changes `mix`.

    Parameters
    ----------
    mix : ndarray, shape (n,), float32
        What is added to.
    sound : ndarray, shape (m,), float32
        From `note` or `stroke`.
    start : int
        Sample of `mix` at which the sound begins; may be negative.
    samples : int
        How long the sound is held before its release.
    gain : float
        Linear gain.

    Examples
    --------
    >>> mix = np.zeros(SR, np.float32)
    >>> place(mix, stroke("hat"), 100, SR, 0.5)
    >>> bool(mix[:100].any()), bool(mix.any())
    (False, True)
    """
    if samples + len(_LET_GO) < len(sound):
        sound = sound[: samples + len(_LET_GO)].copy()
        sound[samples:] *= _LET_GO
    if start < 0:
        sound, start = sound[-start:], 0
    room = len(mix) - start
    if room > 0:
        sound = sound[:room]
        mix[start : start + len(sound)] += np.float32(gain) * sound
