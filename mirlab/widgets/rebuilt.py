"""Numbers back to sound: what is kept of a sound in its features can be heard.

There are many sounds with the same features, and these functions make one of them. What tells it from the
original is what the features have lost.
"""

import warnings
from contextlib import contextmanager

import librosa
import numpy as np

from mirlab.audio import SAMPLE_RATE
from mirlab.features import LOG_OFFSET, N_FFT, aggregate

PASSES = 32  # of Griffin and Lim: 0.1 s for 5 s of sound
MOMENTUM = 0.5  # how far each pass goes on in the direction of the one before
WEAKEST = 0.01
"""Neighbouring low bands see the same lines of the spectrum. Their small differences are rounding, which must
not be blown up: directions weaker than this share of the strongest are left out."""


def rebuild(frames, *, n_fft=N_FFT, sr=SAMPLE_RATE):
    """Make a sound that has the given log-mel frames, as nearly as one can.

    Each step of `mirlab.features.log_mel` is taken back: the exponential, a spectrum that would give these
    bands (the pseudo-inverse of the filters, without what is below zero), and phases that fit each other
    where frames overlap, which Griffin and Lim's method looks for from a random start.

    Parameters
    ----------
    frames : array-like, shape (frames, n_mels)
        As `mirlab.features.log_mel` gives them with ``hop_length=n_fft // 2``; at least 2.
    n_fft : int
        Samples a frame.
    sr : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray, shape ((frames - 1) * n_fft // 2,), float32
        Mono sound. The same frames give the same sound.

    Raises
    ------
    ValueError
        If `frames` is not two-dimensional or has fewer than 2 frames.

    Examples
    --------
    >>> from mirlab.features import log_mel
    >>> y = 0.5 * np.sin(2 * np.pi * 440 * np.arange(20480) / 22050)
    >>> again = rebuild(log_mel(y))
    >>> again.shape
    (20480,)
    """
    frames = np.asarray(frames, dtype=np.float64)
    if frames.ndim != 2 or len(frames) < 2:
        raise ValueError(
            f"frames has shape {frames.shape}; it must be (frames, n_mels) with 2 frames or more"
        )
    bands = np.maximum(np.exp(frames) - LOG_OFFSET, 0)
    with expecting_empty_bands():
        filters = librosa.filters.mel(sr=sr, n_fft=n_fft, n_mels=frames.shape[1], dtype=np.float64)
    spectra = np.maximum(bands @ np.linalg.pinv(filters, rcond=WEAKEST).T, 0)
    # Beyond its last frame's centre a sound would have one frame only, which nothing holds.
    return _sound(spectra.T.astype(np.float32), n_fft, length=(len(frames) - 1) * (n_fft // 2))


def _sound(magnitudes, n_fft, *, length):
    """Find phases that agree where frames overlap (Griffin and Lim, sped up as by Perraudin and others).

    librosa's own takes its seed under another name in each version, and its start without a seed, all phases
    zero, buzzes at the rate of the frames.
    """
    frames = {"n_fft": n_fft, "hop_length": n_fft // 2}
    phases = np.exp(2j * np.pi * np.random.default_rng(0).random(magnitudes.shape)).astype(np.complex64)
    before = 0
    for _ in range(PASSES):
        spectra = librosa.stft(librosa.istft(magnitudes * phases, **frames, length=length), **frames)
        phases = spectra - MOMENTUM * before
        phases /= np.abs(phases) + np.float32(1e-16)
        before = spectra
    return librosa.istft(magnitudes * phases, **frames, length=length)


def blur(frames, width):
    """Put the mean of its window in the place of each frame: what the first quarter of a window keeps.

    Parameters
    ----------
    frames : array-like, shape (frames, d)
        Features of consecutive frames.
    width : int > 0
        Frames a window.

    Returns
    -------
    ndarray, shape (frames // width * width, d), float32
        Whole windows only, as in `mirlab.features.aggregate`.

    Examples
    --------
    >>> blur([[1.0], [3.0], [5.0], [6.0], [9.0]], 2).ravel()
    array([2. , 2. , 5.5, 5.5], dtype=float32)
    """
    frames = np.asarray(frames)
    means = aggregate(frames, width=width)[:, : frames.shape[1]]
    return np.repeat(means, min(width, len(frames)), axis=0)


@contextmanager
def expecting_empty_bands():
    """Silence librosa's warning that filters are empty, where that is just what one is to see or hear."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Empty filters")
        yield
