"""Ask what one filter, or one unit of a layer, answers to: draw it, find its excerpts, hear through it.

The first layer of musicnn looks at the mel spectrum itself, so its filters can be drawn and heard. A
*timbral* filter covers 7 frames and 38 or 67 of the 96 bands, and slides over time and frequency. A
*temporal* filter covers one band and 32, 64 or 128 frames. The units of later layers combine the answers of
earlier ones; one learns about them from the excerpts and moments that they answer to most.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mirlab.networks import files, frontends

FILTERS = {"timbral": ("timbre1", "timbre2"), "temporal": ("rhythm1", "rhythm2", "rhythm3")}
SECONDS_PER_FRAME = 256 / 16000


def drawn(name, layer, unit):
    """Return the weights of one filter of the first layer of a musicnn network.

    Parameters
    ----------
    name : {"mtt_musicnn", "msd_musicnn"}
        Which network.
    layer : {"timbral", "temporal"}
        Which of its two first layers.
    unit : int
        Number of the filter, as in the layer's output.

    Returns
    -------
    ndarray, shape (frames, bands), float32
        Positive where the filter wants energy, negative where it wants none.

    Raises
    ------
    ValueError
        If the layer has no filters that look at the spectrum, or not so many.
    NetworkError
        If the network is not on this machine.

    Examples
    --------
    >>> drawn("msd_musicnn", "cnn1", 0)
    Traceback (most recent call last):
    ValueError: layer='cnn1' does not look at the spectrum; only timbral, temporal do
    """
    if layer not in FILTERS:
        raise ValueError(f"layer={layer!r} does not look at the spectrum; only {', '.join(FILTERS)} do")
    weights = files.read(name)
    if "timbre1/kernel" not in weights:
        raise ValueError(f"{name} has no filters as tall or as long as these; mtt_musicnn and msd_musicnn do")
    first = unit
    for kernel in (weights[f"{part}/kernel"] for part in FILTERS[layer]):
        if 0 <= first < kernel.shape[-1]:
            return np.asarray(kernel[:, :, 0, first], np.float32)
        first -= kernel.shape[-1]
    raise ValueError(
        f"unit={unit!r} is not a filter of the {layer} layer; it must be 0 to {unit - first - 1}"
    )


def answers(patch, kernel):
    """Slide a filter over a patch; return how well it fits at each place.

    Parameters
    ----------
    patch : ndarray, shape (frames, bands)
        A log-mel spectrum.
    kernel : ndarray, shape (height, width)
        From `drawn`; as many frames as it needs are added around the patch, so that each frame has an answer.

    Returns
    -------
    ndarray, shape (frames, bands - width + 1), float32
        The sum of products with the patch after its mean is taken away, so that loudness alone is no answer.

    Raises
    ------
    ValueError
        If the filter has more bands than the patch.

    Examples
    --------
    A filter that wants energy to begin in one band:

    >>> patch = np.zeros((5, 3)); patch[2:, 1] = 1
    >>> found = answers(patch, np.array([[-1.0], [1.0]]))
    >>> [int(i) for i in np.unravel_index(found.argmax(), found.shape)]
    [2, 1]
    """
    height, width = kernel.shape
    if width > np.shape(patch)[1]:
        raise ValueError(f"the filter has {width} bands, and the patch only {np.shape(patch)[1]}")
    before = height // 2
    level = np.pad(patch - np.mean(patch), ((before, height - 1 - before), (0, 0)))
    windows = sliding_window_view(level, kernel.shape)
    return np.einsum("tfhw,hw->tf", windows, kernel, optimize=True).astype(np.float32)


def best_place(patch, kernel):
    """Return where a filter fits a patch best.

    Parameters
    ----------
    patch, kernel : ndarray
        As for `answers`.

    Returns
    -------
    second : float
        The middle of the place, from the beginning of the patch.
    band : int
        The lowest mel band of the place.
    """
    found = answers(patch, kernel)
    frame, band = np.unravel_index(found.argmax(), found.shape)
    return float(frame * SECONDS_PER_FRAME), int(band)


def heard_through(y, kernel, band, *, sr=22050):
    """Keep of a sound what a filter wants: each frequency is as loud as the filter's weight for it.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound.
    kernel : ndarray, shape (height, width)
        From `drawn`. What counts is the sum over its frames; where that is negative, nothing is heard.
    band : int
        The mel band, from 0 to 95, at which the filter begins: from `best_place`.
    sr : int
        Sampling rate of `y` in Hz.

    Returns
    -------
    ndarray, shape (samples,), float32
        As loud as before, so that it can be compared. Silence stays silence.

    Raises
    ------
    ValueError
        If the filter does not fit into 96 bands there.
    """
    width = kernel.shape[1]
    if not 0 <= band <= 96 - width:
        raise ValueError(f"band={band!r}: a filter of {width} bands begins at band 0 to {96 - width}")
    wanted = np.maximum(kernel.sum(axis=0), 0)
    wanted = wanted if wanted.any() else np.abs(kernel).sum(axis=0)
    gains = np.zeros(98)
    gains[1 + band : 1 + band + width] = wanted / wanted.max()
    spectrum = np.fft.rfft(y)
    hertz = np.fft.rfftfreq(len(y), 1 / sr)
    kept = np.fft.irfft(spectrum * np.interp(hertz, frontends.slaney_edges(16000, 96), gains), len(y))
    level, wanted_level = np.sqrt(np.mean(np.square(kept))), np.sqrt(np.mean(np.square(y)))
    return (kept * (wanted_level / level if level > 0 else 0)).astype(np.float32)


def around(y, second, *, sr=22050, seconds=1.0):
    """Cut out the sound around a moment.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound.
    second : float
        The moment.
    sr : int
        Sampling rate in Hz.
    seconds : float
        How much to cut out; less if the sound is shorter.

    Returns
    -------
    ndarray, shape (samples,)

    Examples
    --------
    >>> around(np.arange(10), 9, sr=1, seconds=4)
    array([6, 7, 8, 9])
    """
    length = min(len(y), int(seconds * sr))
    start = int(np.clip(second * sr - length / 2, 0, len(y) - length))
    return np.asarray(y)[start : start + length]


def strongest(values, unit, k=5):
    """Return the excerpts that a unit answers to most, and how far above its mean.

    Parameters
    ----------
    values : array-like, shape (excerpts, units)
        A layer's output for each excerpt, such as `Pretrained.layers` averaged over patches.
    unit : int
        Which unit.
    k : int
        How many excerpts, at most.

    Returns
    -------
    rows : ndarray of int, shape (k,)
        Strongest first.
    above : ndarray, shape (k,)
        In standard deviations of this unit over all excerpts; 0 if it answers to all alike.

    Examples
    --------
    >>> rows, above = strongest([[0.0], [3.0], [1.0], [0.0]], 0, k=2)
    >>> rows, above.round(1)
    (array([1, 2]), array([1.6, 0. ]))
    """
    column = np.asarray(values, dtype=float)[:, unit]
    spread = column.std()
    above = (column - column.mean()) / spread if spread > 0 else np.zeros(len(column))
    rows = np.argsort(-column, kind="stable")[:k]
    return rows, above[rows]


def telling(values, k=6):
    """Return the units whose answers differ most between excerpts, apart from their size.

    Parameters
    ----------
    values : array-like, shape (excerpts, units)
        As for `strongest`.
    k : int
        How many units, at most.

    Returns
    -------
    ndarray of int, shape (k,)
        Those whose largest answer is farthest above their mean, in standard deviations, first.

    Examples
    --------
    >>> telling([[0, 5.0], [0, 5.1], [0, 4.9], [9, 5.0], [0, 5.0]], k=1)
    array([0])
    """
    values = np.asarray(values, dtype=float)
    spread = values.std(axis=0)
    above = (values.max(axis=0) - values.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
    return np.argsort(-above, kind="stable")[:k]
