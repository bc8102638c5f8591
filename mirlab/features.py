"""Compute the features of the paper's section 4: log-mel frames from sound, and windows from frames.

Time runs along the first axis. A *frame* is one spectrum of 1024 samples (46 ms). A *window* summarizes 64
frames (1.5 s) by four statistics of each dimension.
"""

from functools import lru_cache
from numbers import Integral

import librosa
import numpy as np
import scipy.fft
import scipy.sparse

from mirlab.audio import SAMPLE_RATE

N_FFT = 1024  # samples, 46 ms
HOP_LENGTH = 512  # samples, half overlap
N_MELS = 200
WIDTH = 64  # frames, about 1.5 s

LOG_OFFSET = 1e-5
"""Added before the logarithm; the paper does not give a value. Rounding to 16 bits alone puts about 0.7e-5
into every mel band (a full-scale sine puts about 10), so silence gets the same floor as 16-bit sound."""


def log_mel(y, *, sr=SAMPLE_RATE, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=N_MELS):
    """Compute the paper's frame-level features: a log-amplitude mel spectrum every 23 ms.

    Magnitude of the short-time Fourier transform (Hann window, frames centred on their time, zeros beyond
    the ends), triangular filters on Slaney's mel scale, each of unit area, then ``log(x + LOG_OFFSET)``.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound, within -1 and 1.
    sr : float
        Its sampling rate in Hz.
    n_fft : int
        Samples per frame.
    hop_length : int
        Samples from one frame to the next.
    n_mels : int
        Number of mel filters.

    Returns
    -------
    ndarray, shape (1 + samples // hop_length, n_mels), float32
        Natural logarithm of amplitude.

    Raises
    ------
    ValueError
        If `y` is not one-dimensional, empty, not floating point or not finite.

    See Also
    --------
    aggregate : The next step.
    librosa.feature.melspectrogram : Gives the same with ``power=1``, before the logarithm.

    Examples
    --------
    >>> second = np.arange(22050) / 22050
    >>> frames = log_mel(0.5 * np.sin(2 * np.pi * 440 * second))
    >>> frames.shape
    (44, 200)
    """
    y = np.asarray(y)
    if y.ndim != 1 or not len(y) or not np.issubdtype(y.dtype, np.floating):
        raise ValueError(
            f"y has shape {y.shape} and type {y.dtype}; it must be mono sound as floats, shape (samples,)"
        )
    if not np.isfinite(y).all():
        raise ValueError("y holds NaN or infinite values; sound must be finite")
    # Padding by hand is librosa's own centring, without its warning about sound shorter than a frame.
    y = np.pad(y.astype(np.float32, copy=False), n_fft // 2)
    magnitudes = np.abs(librosa.stft(y, n_fft=n_fft, hop_length=hop_length, center=False))
    bands = np.ascontiguousarray((_filterbank(sr, n_fft, n_mels) @ magnitudes).T)
    bands += np.float32(LOG_OFFSET)
    return np.log(bands, out=bands)


@lru_cache
def _filterbank(sr, n_fft, n_mels):
    """Return the mel filters as a sparse, cached matrix: 1 in 100 entries is not zero."""
    return scipy.sparse.csr_array(librosa.filters.mel(sr=sr, n_fft=n_fft, n_mels=n_mels))


def mfcc(frames, *, n_mfcc=20):
    """Compute mel-frequency cepstral coefficients, which describe the coarse shape of a log-mel spectrum.

    Parameters
    ----------
    frames : array-like, shape (frames, n_mels)
        Log-mel frames, as from `log_mel`.
    n_mfcc : int
        Number of coefficients, from 1 to `n_mels`; the first one is the level.

    Returns
    -------
    ndarray, shape (frames, n_mfcc), float32
        The first coefficients of the orthonormal DCT-II of each frame.

    Raises
    ------
    ValueError
        If `frames` is not a table, or has fewer bands than `n_mfcc`.

    References
    ----------
    S. Davis and P. Mermelstein: "Comparison of parametric representations for monosyllabic word recognition
    in continuously spoken sentences." IEEE Transactions on Acoustics, Speech, and Signal Processing, 1980.

    Examples
    --------
    If a frame is equally loud in all bands, only its first coefficient, the level, is not zero.

    >>> mfcc(np.ones((1, 200)), n_mfcc=3).round(2)
    array([[14.14,  0.  ,  0.  ]], dtype=float32)
    """
    frames = np.asarray(frames)
    if frames.ndim != 2 or not isinstance(n_mfcc, Integral) or not 1 <= n_mfcc <= frames.shape[1]:
        raise ValueError(
            f"frames must have n_mfcc={n_mfcc} columns or more, and n_mfcc must be 1 or more; frames have "
            f"shape {frames.shape}"
        )
    return scipy.fft.dct(frames, type=2, norm="ortho", axis=1)[:, :n_mfcc].astype(np.float32) + 0.0


def aggregate(frames, *, width=WIDTH):
    """Summarize frames in windows by mean, variance, maximum and minimum.

    Windows follow one another without overlap. Left-over frames at the end are dropped. If all frames
    together are shorter than a window, they make one window, so that every excerpt has at least one.

    Parameters
    ----------
    frames : array-like, shape (frames, d)
        Features of consecutive frames, of any kind.
    width : int > 0
        Frames per window.

    Returns
    -------
    ndarray, shape (max(1, frames // width), 4 * d), float32
        All means, then all (population) variances, all maxima, all minima.

    Raises
    ------
    ValueError
        If `frames` is not two-dimensional, has no frame or is not finite, or `width` is not a whole number of
        1 or more.

    See Also
    --------
    log_mel : Where frames come from.
    block_level : Looks at the order of frames too.

    Examples
    --------
    >>> aggregate([[1.0], [3.0], [5.0], [5.0]], width=2)
    array([[2., 1., 3., 1.],
           [5., 0., 5., 5.]], dtype=float32)
    """
    x = _windows(frames, width)
    return np.concatenate([x.mean(1), x.var(1), x.max(1), x.min(1)], axis=1, dtype=np.float32)


def block_level(frames, *, width=WIDTH):
    """Summarize frames in windows by statistics that depend on the order of frames too.

    The result of `aggregate` does not change if the frames of a window are shuffled. This function appends
    six more figures for each dimension. They follow the block-level features of K. Seyerlehner, G. Widmer and
    T. Pohle ("Fusing block-level features for music similarity estimation", DAFx 2010), as far as these make
    sense for dimensions without an order, such as the dimensions of an embedding:

    * rise: mean increase of a dimension within three frames (70 ms), with decreases counted as zero;
    * variance of that increase or decrease;
    * fluctuation: root mean square of the modulation at 1 or 2, 3 to 5, 6 to 11 and 12 to 32 cycles per
      window (0.7 to 1.3, 2 to 3.4, 4 to 7.4 and 8 to 22 Hz).

    Parameters
    ----------
    frames : array-like, shape (frames, d)
        Features of consecutive frames, of any kind.
    width : int > 0
        Frames per window.

    Returns
    -------
    ndarray, shape (max(1, frames // width), 10 * d), float32
        The 4 * d of `aggregate`, all rises, all variances of change, and the four fluctuations from slow to
        fast. Figures that need a longer window are 0.

    Raises
    ------
    ValueError
        As for `aggregate`.

    Examples
    --------
    Two dimensions hold the same values in a different order: one changes once per window, one in every frame.

    >>> slow, fast = np.repeat([0.0, 1.0], 32), np.tile([0.0, 1.0], 32)
    >>> window = block_level(np.stack([slow, fast], axis=1)).reshape(10, 2)
    >>> window[:4].T  # mean, variance, maximum, minimum
    array([[0.5 , 0.25, 1.  , 0.  ],
           [0.5 , 0.25, 1.  , 0.  ]], dtype=float32)
    >>> window[6].round(2), window[9].round(2)  # slow and fast fluctuation
    (array([0.45, 0.  ], dtype=float32), array([0.09, 0.5 ], dtype=float32))
    """
    x = _windows(frames, width)
    n, width, d = x.shape
    change = x[:, 3:] - x[:, :-3] if width > 3 else np.zeros((n, 1, d))
    # The power of a sine of k cycles is in bins k and -k; that of width / 2 cycles is in one bin only.
    power = np.square(np.abs(np.fft.rfft(x, axis=1))) * (2 / width**2)
    if width % 2 == 0:
        power[:, -1] /= 2
    fluctuation = [np.sqrt(power[:, low : high + 1].sum(1)) for low, high in TURNS]
    parts = [aggregate(frames, width=width), np.maximum(change, 0).mean(1), change.var(1), *fluctuation]
    return np.concatenate(parts, axis=1, dtype=np.float32)


TURNS = ((1, 2), (3, 5), (6, 11), (12, 32))
"""Bands of fluctuation, in cycles per window."""


def _windows(frames, width):
    """Check frames and cut them into windows, shape (windows, width, d), float64."""
    frames = np.asarray(frames)
    if frames.ndim != 2 or not len(frames):
        raise ValueError(f"frames has shape {frames.shape}; it must be (frames, d) with at least one frame")
    if not isinstance(width, Integral) or width < 1:
        raise ValueError(f"width={width!r} must be a whole number of frames, 1 or more")
    width = min(width, len(frames))
    n, d = len(frames) // width, frames.shape[1]
    x = frames[: n * width].reshape(n, width, d).astype(np.float64)
    if not np.isfinite(x).all():
        raise ValueError("frames holds NaN or infinite values; features must be finite")
    return x
