"""Make changed copies of a sound: softer, equalized, noisy, faster, transposed. Lesson 08 searches for them.

Except with `softer`, every copy is as loud as its original (the same root mean square). This way the change,
and not the level, moves the copy in a feature space. Its peaks may exceed -1 and 1.
"""

import math
import numbers
import warnings
from contextlib import contextmanager

import librosa
import numpy as np
import scipy.signal

from mirlab.audio import SAMPLE_RATE

PIVOT = 1000.0  # Hz: what the equalizer leaves alone
SHORTEST = 2048  # samples: one frame of the phase vocoder


def softer(y, decibels):
    """Return a copy with the volume turned down.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound.
    decibels : float
        How much softer, -80 to 80; negative is louder.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound, or `decibels` is out of range.

    Examples
    --------
    >>> softer([1.0, -1.0], 20)
    array([ 0.1, -0.1], dtype=float32)
    """
    return _mono(y) * np.float32(10 ** (-_between(decibels, "decibels", -80, 80) / 20))


def equalized(y, decibels):
    """Return a copy with more treble and less bass, or the other way round.

    A first-order shelf, as the tone control of an amplifier: around 1000 Hz nothing changes, far below the
    level falls by half of `decibels`, far above it rises by as much.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz.
    decibels : float
        How much more the highest frequencies gain than the lowest, -80 to 80; negative makes the sound dull.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound, or `decibels` is out of range.

    Examples
    --------
    >>> seconds = np.arange(22050) / 22050
    >>> low, high = (np.sin(2 * np.pi * pitch * seconds) for pitch in (50, 8000))
    >>> spectrum = np.abs(np.fft.rfft(equalized(low + high, 20)))
    >>> round(float(20 * np.log10(spectrum[8000] / spectrum[50])))  # both were equal
    20
    """
    y = _mono(y)
    gain = 10 ** (_between(decibels, "decibels", -80, 80) / 40)  # at either end
    # H(s) = (gain s + 1) / (s + gain): 1/gain at 0, gain at infinity, and |H(i)| = 1, so s = i is the pivot.
    warped = 1 / (2 * math.tan(math.pi * PIVOT / SAMPLE_RATE))
    shelf = scipy.signal.bilinear([gain, 1], [1, gain], fs=warped)
    return _as_loud(scipy.signal.lfilter(*shelf, y), y)


def noisy(y, snr, *, seed=0):
    """Return a copy with white noise in it.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound.
    snr : float
        Level of the sound over that of the noise, in dB: at 0, they are equal.
    seed : int or numpy.random.Generator
        Seed of the noise.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound or is silent, or `snr` is out of range (-80 to 120).

    Examples
    --------
    >>> y = np.sin(np.arange(22050))
    >>> copy = noisy(y, 20)
    >>> noise = copy - y * (copy @ y) / (y @ y)
    >>> bool(9 < np.std(y) / np.std(noise) < 11)  # 20 dB are a factor of ten
    True
    """
    y = _mono(y)
    snr = _between(snr, "snr", -80, 120)
    level = _level(y)
    if level == 0:
        raise ValueError("y is silent, so no noise level can be set relative to it")
    noise = np.random.default_rng(seed).standard_normal(len(y))
    return _as_loud(y + noise * level * 10 ** (-snr / 20), y)


def faster(y, rate):
    """Return a copy that is played faster at the same pitch.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound, at least 2048 samples.
    rate : float
        How much faster, 0.25 to 4; below 1 it is slower.

    Returns
    -------
    ndarray, shape (samples / rate,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound or too short, or `rate` is out of range.

    Examples
    --------
    >>> copy = faster(np.sin(2 * np.pi * 441 * np.arange(22050) / 22050), 1.25)
    >>> copy.shape  # 0.8 s
    (17640,)
    >>> round(22050 / 17640 * np.argmax(np.abs(np.fft.rfft(copy))))  # Hz
    441
    """
    y = _mono(y, SHORTEST)
    rate = _between(rate, "rate", 0.25, 4)
    with _quiet_vocoder():
        return _as_loud(librosa.effects.time_stretch(y, rate=rate), y)


def transposed(y, semitones):
    """Return a copy that is higher, or lower, at the same tempo.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz, at least 2048 samples.
    semitones : float
        How much higher, -24 to 24; 12 are an octave. The timbre moves along, as on a tape that runs faster.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound or too short, or `semitones` is out of range.

    Examples
    --------
    >>> copy = transposed(np.sin(2 * np.pi * 441 * np.arange(22050) / 22050), 12)
    >>> int(np.argmax(np.abs(np.fft.rfft(copy))))  # Hz
    882
    """
    y = _mono(y, SHORTEST)
    semitones = _between(semitones, "semitones", -24, 24)
    with _quiet_vocoder():
        return _as_loud(librosa.effects.pitch_shift(y, sr=SAMPLE_RATE, n_steps=semitones), y)


DISGUISES = {
    "softer": (softer, (3, 6, 12, 20), "dB softer"),
    "equalized": (equalized, (6, 12, 24), "dB more treble than bass"),
    "noisy": (noisy, (30, 20, 10), "dB above the noise"),
    "faster": (faster, (1.25, 1.5), "times the tempo"),
    "transposed": (transposed, (0.5, 1, 1.5, 2, 4), "semitones higher"),
}
"""Each kind of change with its function, its strengths from weak to strong, and their unit."""


@contextmanager
def _quiet_vocoder():
    """Silence librosa 1.0's warnings about its own calls: it passes on arguments that it has deprecated."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _as_loud(copy, y):
    level = _level(copy)
    return (copy * (_level(y) / level if level else 1.0)).astype(np.float32)


def _level(y):
    """Return the root mean square."""
    return math.sqrt(np.mean(np.square(y, dtype=np.float64)))


def _mono(y, shortest=1):
    y = np.asarray(y)
    if y.ndim != 1 or len(y) < shortest or not np.issubdtype(y.dtype, np.floating):
        raise ValueError(
            f"y has shape {y.shape} and type {y.dtype}; it must be mono sound as floats, shape (samples,), "
            f"with at least {shortest} sample{'s' * (shortest > 1)}"
        )
    if not np.isfinite(y).all():
        raise ValueError("y holds NaN or infinite values; sound must be finite")
    return y.astype(np.float32, copy=False)


def _between(value, name, least, most):
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name}={value!r}; it must be a number from {least} to {most}")
    return float(value)
