"""The front end of musicnn and vgg once more, with one wrong step at a time.

What does each mistake cost? Nothing fails when a front end is wrong: the network gets numbers of the right
shape, and answers. Each entry of `MISTAKES` changes one step of `mirlab.networks.frontends.musicnn`. Those of
`HARMLESS` change a step too, but one that should hardly matter, as a control.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mirlab.networks import frontends

RATE, FFT, HOP, BANDS, FRAMES = 16000, 512, 256, 96, 187


def _height_one():
    """Return Slaney's triangles with a height of 1, in place of an area of 1."""
    edges = frontends.slaney_edges(RATE, BANDS)
    return frontends.slaney_filters(RATE, FFT, BANDS) * np.float32(0.5) * (edges[2:] - edges[:-2])


MISTAKES = {
    "not resampled": {"resampled": False},
    "HTK's mel scale": {"filters": lambda: frontends.area_filters(RATE, FFT, BANDS)},
    "triangles of height 1": {"filters": _height_one},
    "magnitude, not power": {"power": 1},
    "natural logarithm": {"log": lambda mel: np.log1p(10000 * mel)},
    "decibels": {"log": lambda mel: 10 * np.log10(np.maximum(mel, 1e-10))},
    "16-bit integers": {"gain": 32768},
}
"""What people get wrong, by its name: the arguments of `patches` that do it."""

HARMLESS = {"frames not centred": {"centred": False}, "half the amplitude": {"gain": 0.5}}
"""Changes that a network should stand, as music differs in them too."""


def patches(y, sr=22050, *, resampled=True, filters=None, power=2, log=None, gain=1, centred=True):
    """Turn sound into patches; every argument after `sr` is a step that can be wrong.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound.
    sr : float
        Its sampling rate in Hz.
    resampled : bool
        Whether the sound is brought to 16 kHz. If not, the samples are taken to be at 16 kHz all the same.
    filters : callable, optional
        Returns the mel filters, shape (257, 96); by default Slaney's triangles of unit area.
    power : int
        The exponent of the magnitudes that the filters weigh.
    log : callable, optional
        Compresses mel spectra; by default ``log10(10000 x + 1)``.
    gain : float
        Factor of the samples.
    centred : bool
        Whether the first frame is centred on the first sample, and not beginning there.

    Returns
    -------
    ndarray, shape (patches, 187, 96), float32
        Without any change, the patches of `mirlab.networks.frontends.musicnn`.

    Raises
    ------
    ValueError
        As for `mirlab.networks.frontends.resample`.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(66150) / 22050).astype(np.float32)
    >>> right, wrong = patches(tone), patches(tone, **MISTAKES["not resampled"])
    >>> int(right[0, 90].argmax()), int(wrong[0, 90].argmax())  # the mel band with 440 Hz
    (13, 9)
    """
    y = frontends.resample(y, sr, RATE if resampled else sr) * np.float32(gain)
    frames = sliding_window_view(np.pad(y, FFT // 2, mode="reflect") if centred else y, FFT)[::HOP]
    weights = frontends.slaney_filters(RATE, FFT, BANDS) if filters is None else filters()
    spectrum = np.abs(np.fft.rfft(frames * frontends.hann(FFT))) ** power @ weights
    mel = np.minimum(spectrum, frontends.LARGEST_HALF).astype(np.float16).astype(np.float32)
    levels = np.log10(10000 * mel + 1) if log is None else log(mel)
    whole = max(1, len(levels) // FRAMES)
    return np.resize(levels, (whole, FRAMES, BANDS)).astype(np.float32)
