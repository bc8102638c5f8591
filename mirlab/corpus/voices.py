"""Let voices sing and speak: harmonics and breath, through a tract that opens from a consonant to a vowel."""

import numpy as np

VOWELS = {
    "a": (730, 1090, 2440, 3400, 4500),
    "i": (270, 2290, 3010, 3700, 4600),
    "o": (570, 840, 2410, 3300, 4500),
}
"""Resonances of a man's vocal tract, in hertz: the first three from Peterson and Barney (1952)."""

NEUTRAL = (500, 1500, 2500, 3500, 4500)  # a tube of 17 cm, which is where a mouth starts from
WIDTHS = np.array([70, 90, 130, 220, 300])  # Hz

CONSONANTS = {
    "s": (0.5, 4200, 9000, 0.08),
    "sh": (0.5, 2000, 6000, 0.08),
    "t": (0.8, 3000, 8000, 0.022),
    "k": (0.8, 1400, 3500, 0.028),
    "p": (0.5, 400, 1600, 0.016),
    "h": (0.25, 700, 4000, 0.06),
    "": (0.0, 1000, 4000, 0.02),
}
"""Noise before a vowel: level relative to it, lowest and highest frequency in hertz, seconds."""


def tract(f, formants, scale):
    """Return the gain of a vocal tract: resonances in a row, as in a tube.

    Parameters
    ----------
    f : ndarray, shape (n,)
        Frequencies in hertz.
    formants : tuple of float
        Resonances of a man's tract, in hertz.
    scale : float
        How much shorter the tract is than a man's.

    Returns
    -------
    ndarray, shape (n,)
        Gain, 1 at 0 Hz.

    Examples
    --------
    >>> gain = tract(np.array([270.0, 1000.0, 2290.0]), VOWELS["i"], 1.0)
    >>> bool(gain[0] > gain[1] < gain[2])
    True
    """
    gain = np.ones_like(f)
    for centre, width in zip(np.array(formants) * scale, WIDTHS * scale, strict=True):
        gain = gain * centre**2 / np.hypot(centre**2 - f**2, width * f)
    return gain


def utter(source, vowel, inst, rng, shape, sr):
    """Filter a source of harmonics as a mouth does, and put a consonant and breath to it.

    Parameters
    ----------
    source : ndarray, shape (samples,)
        Harmonics of the vocal folds.
    vowel : str
        A name in `VOWELS`.
    inst : mirlab.corpus.instruments.Instrument
        Whose voice.
    rng : numpy.random.Generator
        For consonant and breath.
    shape : callable
        ``shape(sound, curve)`` multiplies a spectrum.
    sr : int
        Sampling rate in hertz.

    Returns
    -------
    ndarray, shape (samples,)
        The syllable.

    Notes
    -----
    The resonances move from those of a straight tube to those of the vowel within some 40 ms. Listeners
    recognise consonants by such movements (Liberman et al., "Perception of the speech code", 1967).
    """
    t = np.arange(len(source)) / sr
    air = inst.breath * np.std(source) * rng.standard_normal(len(t)) * (1 + 2 * np.exp(-t / 0.05))
    level, low, high, seconds = CONSONANTS[str(rng.choice(list(CONSONANTS)))]
    voiced = source * (1 - np.exp(-((t / (0.4 * seconds + 0.01)) ** 2))) + air
    mouth = [shape(voiced, lambda f, m=m: tract(f, m, inst.tract)) for m in (NEUTRAL, VOWELS[vowel])]
    opening = np.exp(-np.maximum(t - seconds, 0) / 0.04)
    y = opening * mouth[0] * 0.6 + (1 - opening) * mouth[1]
    n = int(2 * seconds * sr)
    hiss = shape(
        rng.standard_normal(n), lambda f: 1 / (1 + (low / np.maximum(f, 1)) ** 6) / (1 + (f / high) ** 8)
    )
    hiss *= np.hanning(n) * level * np.std(y) / (np.std(hiss) + 1e-9)
    y[: min(n, len(y))] += hiss[: len(y)]
    return y
