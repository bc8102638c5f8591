"""From features back to sound, to hear what the features keep of it.

Many sounds have the same features, and these functions make one of them. Its differences from the original
are what the features have lost.
"""

import warnings
from contextlib import contextmanager

import librosa
import numpy as np

from mirlab.audio import SAMPLE_RATE
from mirlab.features import LOG_OFFSET, N_FFT, aggregate

PASSES = 32  # of Griffin and Lim: 0.1 s for 5 s of sound
MOMENTUM = 0.5  # how far each pass continues in the direction of the pass before
WEAKEST = 0.01
"""Neighbouring low bands use the same bins of the spectrum. Their small differences are rounding errors,
which the
pseudo-inverse would amplify: directions weaker than this share of the strongest are left out."""


def rebuild(frames, *, n_fft=N_FFT, sr=SAMPLE_RATE):
    """Make a sound with the given log-mel frames, as nearly as possible.

    Each step of `mirlab.features.log_mel` is inverted: the exponential; a spectrum that gives these bands (by
    the pseudo-inverse of the filters, negative values set to zero); and phases that agree where frames
    overlap, found by the method of Griffin and Lim from a random start.

    Parameters
    ----------
    frames : array-like, shape (frames, n_mels)
        From `mirlab.features.log_mel` with ``hop_length=n_fft // 2``; at least 2.
    n_fft : int
        Samples per frame.
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
    # Beyond the centre of the last frame there is no second frame to agree with.
    return _sound(spectra.T.astype(np.float32), n_fft, length=(len(frames) - 1) * (n_fft // 2))


def _sound(magnitudes, n_fft, *, length):
    """Find phases that agree where frames overlap (Griffin and Lim, accelerated by Perraudin and others).

    The function of librosa takes its seed under another name in each version; without a seed it starts from
    phases of zero, and the result buzzes at the frame rate.
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
    """Replace each frame by the mean of its window, which is the first quarter of the aggregated window.

    Parameters
    ----------
    frames : array-like, shape (frames, d)
        Features of consecutive frames.
    width : int > 0
        Frames per window.

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
    """Silence librosa's warning about empty filters, for places that show or sound just that."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Empty filters")
        yield
