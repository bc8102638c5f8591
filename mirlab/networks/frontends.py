"""Turn sound into the log-mel patches that each network was trained on, with exactly the same constants.

A network has learned from spectra that were computed in one particular way. Other frames, filters or
logarithms would give it inputs that differ from all of its training data. Each constant here has its source
beside it. We read these sources, and did not run them:

* musicnn and vgg: ``configuration.py`` and ``extractor.py`` in the wheel of musicnn 0.1.0;
* VGGish: ``vggish_params.py``, ``vggish_input.py`` and ``mel_features.py`` of tensorflow/models,
  research/audioset/vggish;
* YAMNet: ``params.py`` and ``features.py`` of tensorflow/models, research/audioset/yamnet;
* OpenL3: ``core.py`` and ``models.py`` of marl/openl3 before 0.4, and ``time_frequency.py``, ``backend.py``
  and ``backend_keras.py`` of kapre 0.1.4, with which OpenL3 was trained.

Every front end takes sound at its own rate and yields one patch at a time, so that a long recording needs
no more memory than a short one.
"""

from functools import cache
from math import ceil

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view

LARGEST_HALF = np.float32(65504)  # the largest float16
RATES = (1000, 1_000_000)  # Hz
LOUDEST = 100.0  # 40 dB beyond full scale; as `mirlab.audio` has it


def resample(y, sr, rate):
    """Check a sound and bring it to another sampling rate.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound, nominally within -1 and 1.
    sr : float > 0
        Its sampling rate in Hz.
    rate : int
        The rate of the result in Hz.

    Returns
    -------
    ndarray, shape (ceil(samples * rate / sr),), float32
        As `librosa.resample` with ``res_type="soxr_hq"`` gives it.

    Raises
    ------
    ValueError
        If `y` is not one-dimensional, empty, not floating point, not finite or absurdly loud, or `sr` is not
        within 1 kHz and 1 MHz.

    Examples
    --------
    >>> resample(np.zeros(22050), 22050, 16000).shape
    (16000,)
    """
    y = np.asarray(y)
    if y.ndim != 1 or not len(y) or not np.issubdtype(y.dtype, np.floating):
        raise ValueError(
            f"y has shape {y.shape} and type {y.dtype}; it must be mono sound as floats, shape (samples,)"
        )
    if not (y.min() > -LOUDEST and y.max() < LOUDEST):  # NaN is neither
        raise ValueError(
            f"y holds values that are not finite or beyond {LOUDEST:g}; sound is within -1 and 1"
        )
    if not RATES[0] <= sr <= RATES[1]:
        raise ValueError(f"sr={sr!r} is not a sampling rate; it must be within {RATES[0]} and {RATES[1]} Hz")
    y = y.astype(np.float32, copy=False)
    if sr == rate:
        return y
    length = ceil(len(y) * rate / sr)
    resampled = soxr.resample(y, sr, rate, "HQ")[:length]
    missing = length - len(resampled)  # 1 if soxr rounds down
    return np.pad(resampled, (0, missing)) if missing else resampled


def musicnn(y):
    """Yield the patches of the musicnn and vgg networks, shape (187, 96).

    FFT of 512 samples (32 ms) every 256, frames centred on their time, the ends of the sound mirrored; 96
    mel bands (Slaney) of the power, rounded to float16 as in training; ``log10(10000 x + 1)``. Patches of
    187 frames (3 s) follow one another. Frames left over at the end are dropped. Sound that is shorter than a
    patch is repeated until it fills one, as in training (``"pad_short": "repeat-pad"`` in ``config.json``).

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        Sound at 16 kHz.

    Yields
    ------
    ndarray, shape (187, 96), float32
    """
    frames = sliding_window_view(np.pad(y, 256, mode="reflect"), 512)[::256]
    filters = slaney_filters(16000, 512, 96)
    for start in range(0, max(1, len(frames) - 186), 187):
        power = np.square(np.abs(np.fft.rfft(frames[start : start + 187] * hann(512))))
        # Computing in float16 would overflow: NumPy before 2 made a float32 of the product with 10 000.
        mel = np.minimum(power @ filters, LARGEST_HALF).astype(np.float16).astype(np.float32)
        yield np.resize(np.log10(10000 * mel + 1), (187, 96))


def windowed(y):
    """Cut sound into the frames of `musicnn`, each multiplied by the Hann window.

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        Sound at 16 kHz.

    Returns
    -------
    ndarray, shape (1 + samples // 256, 512), float32

    Examples
    --------
    >>> windowed(np.ones(1024, np.float32)).shape
    (5, 512)
    """
    return sliding_window_view(np.pad(y, 256, mode="reflect"), 512)[::256] * hann(512)


def vggish(y):
    """Yield the patches of VGGish, shape (96, 64): 0.96 s each, one after another.

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        Sound at 16 kHz. Sound that is shorter than a patch is filled up with silence. In longer sound, frames
        left over at the end are dropped.

    Yields
    ------
    ndarray, shape (96, 64), float32
    """
    yield from _audioset(np.pad(y, (0, max(0, AUDIOSET_PATCH - len(y)))), hop=96, floor=0.01)


def yamnet(y):
    """Yield the patches of YAMNet, shape (96, 64): 0.96 s each, every 0.48 s.

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        Sound at 16 kHz. Silence at the end fills up the last patch.

    Yields
    ------
    ndarray, shape (96, 64), float32
    """
    hop = 48 * 160
    behind = max(0, AUDIOSET_PATCH - len(y)) or -(len(y) - AUDIOSET_PATCH) % hop
    yield from _audioset(np.pad(y, (0, behind)), hop=48, floor=0.001)


AUDIOSET_PATCH = 95 * 160 + 400  # samples from the first of a patch to the last
OPENL3_RATE, OPENL3_HOP = 48000, 4800  # samples


def _audioset(y, hop, floor):
    """Yield patches of 96 frames: 400 samples in an FFT of 512, every 160; 64 mel bands (HTK); logarithm."""
    frames = sliding_window_view(y, 400)[::160]
    for start in range(0, len(frames) - 95, hop):
        magnitude = np.abs(np.fft.rfft(frames[start : start + 96] * hann(400), 512))
        yield np.log(magnitude @ htk_filters(16000, 512, 64, 125.0, 7500.0) + np.float32(floor))


def openl3(y):
    """Yield the patches of OpenL3, shape (256, 199): 1 s each, every 0.1 s.

    FFT of 2048 samples every 242; 256 mel bands (HTK's scale, each filter of unit area) of the power; its
    root in dB below the loudest value of the patch, at most 80. The first patch is centred on the beginning
    of the sound, and silence at the end fills up the last.

    OpenL3 0.4 changed its front end (Slaney's scale, filters on the magnitude, other places for the frames)
    but not its weights. This is the front end that the weights were trained with.

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        Sound at 48 kHz.

    Yields
    ------
    ndarray, shape (256, 199), float32
        Frequency first.
    """
    filters = area_filters(OPENL3_RATE, 2048, 256)
    for (second,) in openl3_seconds(y):
        frames = sliding_window_view(np.pad(second, 982), 2048)[::242]
        power = np.square(np.abs(np.fft.rfft(frames * hann(2048))))
        level = 10 * np.log10(np.maximum(np.sqrt(power @ filters), np.float32(1e-10))).T
        yield np.maximum(level - level.max(), np.float32(-80))


def openl3_seconds(y):
    """Yield the seconds of sound that the patches of OpenL3 are made of, for files with a front end inside.

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        Sound at 48 kHz.

    Yields
    ------
    ndarray, shape (1, 48000), float32
    """
    y = np.pad(y, (OPENL3_RATE // 2, 0))
    behind = max(0, OPENL3_RATE - len(y)) or -(len(y) - OPENL3_RATE) % OPENL3_HOP
    yield from sliding_window_view(np.pad(y, (0, behind)), (OPENL3_RATE,))[::OPENL3_HOP, None]


@cache
def hann(length):
    """Return a periodic Hann window, shape (length,), float32.

    Parameters
    ----------
    length : int
        In samples.

    Returns
    -------
    ndarray, shape (length,), float32
    """
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)


@cache
def slaney_filters(sr, n_fft, n_mels):
    """Return triangles of unit area on Slaney's mel scale: linear to 1 kHz, then logarithmic.

    Parameters
    ----------
    sr, n_fft, n_mels : int
        Sampling rate in Hz, samples in a frame, number of filters, from 0 Hz to half of `sr`.

    Returns
    -------
    ndarray, shape (1 + n_fft // 2, n_mels), float32
        The transpose of what `librosa.filters.mel` gives, which takes seconds to import.
    """
    return _unit_area(slaney_edges(sr, n_mels), sr, n_fft)


def slaney_edges(sr, n_mels):
    """Return where triangles on Slaney's mel scale begin, peak and end.

    Parameters
    ----------
    sr, n_mels : int
        Sampling rate in Hz, number of triangles, from 0 Hz to half of `sr`.

    Returns
    -------
    ndarray, shape (n_mels + 2,), float64
        In Hz. Triangle `i` begins at edge `i`, peaks at edge `i + 1` and ends at edge `i + 2`.

    Examples
    --------
    >>> slaney_edges(16000, 96)[:3].round(1)
    array([ 0. , 31.1, 62.2])
    """
    step = np.log(6.4) / 27  # 27 filters from 1000 to 6400 Hz
    top = 15 + np.log(sr / 2 / 1000) / step
    mel = np.linspace(0, top, n_mels + 2)
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(step * (mel - 15)))


@cache
def area_filters(sr, n_fft, n_mels):
    """Return triangles of unit area on HTK's mel scale, as ``librosa.filters.mel(htk=True)`` does.

    Parameters
    ----------
    sr, n_fft, n_mels : int
        Sampling rate in Hz, samples in a frame, number of filters, from 0 Hz to half of `sr`.

    Returns
    -------
    ndarray, shape (1 + n_fft // 2, n_mels), float32
    """
    edges = 700 * np.expm1(np.linspace(0, _htk(sr / 2), n_mels + 2) / 1127)
    return _unit_area(edges, sr, n_fft)


@cache
def htk_filters(sr, n_fft, n_mels, lowest, highest):
    """Return triangles of unit height on HTK's mel scale, straight in mel and not in Hz.

    Parameters
    ----------
    sr, n_fft, n_mels : int
        Sampling rate in Hz, samples in a frame, number of filters.
    lowest, highest : float
        Where the first filter begins and the last one ends, in Hz.

    Returns
    -------
    ndarray, shape (1 + n_fft // 2, n_mels), float32
        The first row, 0 Hz, is zero.
    """
    edges = np.linspace(_htk(lowest), _htk(highest), n_mels + 2)
    filters = _triangles(_htk(np.linspace(0, sr / 2, 1 + n_fft // 2)), edges)
    filters[0] = 0
    return filters.astype(np.float32)


def _htk(hertz):
    return 1127 * np.log1p(np.asarray(hertz) / 700)


def _unit_area(edges, sr, n_fft):
    triangles = _triangles(np.linspace(0, sr / 2, 1 + n_fft // 2), edges)
    return (triangles * (2 / (edges[2:] - edges[:-2]))).astype(np.float32)


def _triangles(positions, edges):
    """Return the height of triangles that span three edges each, shape (positions, filters)."""
    rise = (positions[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - positions[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rise, fall))
