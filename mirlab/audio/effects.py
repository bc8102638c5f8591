"""Make changed copies of a sound: softer, noisy, in a room. Lesson 08 searches for them (`DISGUISES`).

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
    return mono(y) * np.float32(10 ** (-between(decibels, "decibels", -80, 80) / 20))


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
    y = mono(y)
    gain = 10 ** (between(decibels, "decibels", -80, 80) / 40)  # at either end
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
    y = mono(y)
    snr = between(snr, "snr", -80, 120)
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
    y = mono(y, SHORTEST)
    rate = between(rate, "rate", 0.25, 4)
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
    y = mono(y, SHORTEST)
    semitones = between(semitones, "semitones", -24, 24)
    with _quiet_vocoder():
        return _as_loud(librosa.effects.pitch_shift(y, sr=SAMPLE_RATE, n_steps=semitones), y)


def telephone(y, highest):
    """Return a copy with a narrow band, as from a telephone: little bass, and no treble.

    The band loses as many octaves at its lower end as at its upper end, counted from 20 Hz and from half the
    sampling rate; the gain falls by 24 dB per octave at both ends.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz.
    highest : float
        Upper end of the band in Hz, 500 to 11 025; an analogue telephone has about 3400.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound, or `highest` is out of range.

    Examples
    --------
    >>> seconds = np.arange(22050) / 22050
    >>> voice, hiss = (np.sin(2 * np.pi * pitch * seconds) for pitch in (500, 7000))
    >>> spectrum = np.abs(np.fft.rfft(telephone(voice + hiss, 3400)))
    >>> bool(spectrum[7000] < spectrum[500] / 10)  # an octave above the band
    True
    """
    y = mono(y)
    highest = between(highest, "highest", 500, SAMPLE_RATE / 2)
    lowest = 20 * (SAMPLE_RATE / 2) / highest
    f = np.maximum(np.fft.rfftfreq(len(y), 1 / SAMPLE_RATE), 1.0)
    gain = 1 / np.sqrt((1 + (lowest / f) ** 8) * (1 + (f / highest) ** 8))
    return _as_loud(np.fft.irfft(np.fft.rfft(y) * gain, len(y)), y)


def coded(y, percent):
    """Return a copy of which only the strongest parts of the spectrum are left, as after strong compression.

    A codec such as MP3 spends its bits on what is loud. This one is as simple as possible: it keeps the
    strongest numbers of each spectrum of 2048 samples, and sets the others to zero. Weak treble goes first,
    and single tones appear and vanish, like birds.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound, at least 2048 samples.
    percent : float
        How much of each spectrum is kept, 0.1 to 100.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound or too short, or `percent` is out of range.

    Examples
    --------
    >>> seconds = np.arange(22050) / 22050
    >>> loud, soft = np.sin(2 * np.pi * 441 * seconds), 0.01 * np.sin(2 * np.pi * 4410 * seconds)
    >>> spectrum = np.abs(np.fft.rfft(coded(loud + soft, 0.3)))  # 3 of 1025 numbers
    >>> bool(spectrum[4410] < spectrum[441] / 1000)
    True
    """
    y = mono(y, SHORTEST)
    kept = round(between(percent, "percent", 0.1, 100) / 100 * (SHORTEST // 2 + 1))
    spectra = librosa.stft(y, n_fft=SHORTEST)
    strength = np.abs(spectra)
    least = -np.partition(-strength, kept - 1, axis=0)[kept - 1]
    spectra[strength < least] = 0
    return _as_loud(librosa.istft(spectra, n_fft=SHORTEST, length=len(y)), y)


def reverberant(y, seconds, *, seed=0):
    """Return a copy that sounds in a room: the direct sound, and a tail of decaying noise.

    The tail is as strong as the direct sound if the room rings for one second, and grows with its time.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz.
    seconds : float
        Reverberation time, in which the tail falls by 60 dB: 0 to 10.
    seed : int or numpy.random.Generator
        Seed of the noise: one seed is one room.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound, or `seconds` is out of range.

    Examples
    --------
    >>> click = np.zeros(22050)
    >>> click[0] = 1.0
    >>> late = np.square(reverberant(click, 1.0)[1:])
    >>> early, after = late[:2205].mean(), late[11025:13230].mean()
    >>> round(10 * np.log10(early / after))  # dB: half of the time is half of the 60 dB
    30
    """
    y = mono(y)
    seconds = between(seconds, "seconds", 0, 10)
    length = round(seconds * SAMPLE_RATE)
    if length < 2:
        return y.copy()
    decay = 10 ** (-3 * np.arange(length) / length)
    # The energy of the tail is the sum of its squares, on average `length` / (6 ln 10).
    tail = (
        np.random.default_rng(seed).standard_normal(length)
        * decay
        * math.sqrt(6 * math.log(10) / SAMPLE_RATE)
    )
    tail[0] = 1.0  # the direct sound
    return _as_loud(scipy.signal.fftconvolve(y, tail)[: len(y)], y)


def clipped(y, decibels):
    """Return a copy that was recorded too loud: what is beyond the limit is cut off.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound.
    decibels : float
        How far the highest peak is beyond the limit, 0 to 80.

    Returns
    -------
    ndarray, shape (samples,), float32

    Raises
    ------
    ValueError
        If `y` is not mono sound, or `decibels` is out of range.

    Examples
    --------
    >>> clipped([0.1, -0.1, 1.0, -1.0], 20).round(2)  # all are now equal
    array([ 0.71, -0.71,  0.71, -0.71], dtype=float32)
    """
    y = mono(y)
    limit = np.abs(y).max() * 10 ** (-between(decibels, "decibels", 0, 80) / 20)
    return _as_loud(np.clip(y, -limit, limit), y)


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


def mono(y, shortest=1):
    """Check mono sound of at least so many samples, and return it as float32."""
    y = np.asarray(y)
    if y.ndim != 1 or len(y) < shortest or not np.issubdtype(y.dtype, np.floating):
        raise ValueError(
            f"y has shape {y.shape} and type {y.dtype}; it must be mono sound as floats, shape (samples,), "
            f"with at least {shortest} sample{'s' * (shortest > 1)}"
        )
    if not np.isfinite(y).all():
        raise ValueError("y holds NaN or infinite values; sound must be finite")
    return y.astype(np.float32, copy=False)


def between(value, name, least, most):
    """Check a number, and return it as float."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name}={value!r}; it must be a number from {least} to {most}")
    return float(value)
