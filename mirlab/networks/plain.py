"""The two architectures as a student can read them: every layer as its definition says, in plain NumPy.

A *patch* is 187 frames (3 s) of 96 mel bands. Inside a network it becomes a stack of maps, shape (time,
frequency, channels): each channel says where in the patch one learned pattern is. `mirlab.networks.fast`
computes the same numbers, vgg twice as fast and musicnn forty times; the tests check that both agree.

References
----------
J. Pons et al.: End-to-end learning for music audio tagging at scale, ISMIR 2018 (musicnn).
K. Choi, G. Fazekas, M. Sandler: Automatic tagging using deep convolutional neural networks, ISMIR 2016 (vgg).
"""

import numpy as np

EPSILON = 1e-3  # keeps a normalisation from dividing by zero; TensorFlow's own
VGG_POOLS = (((4, 1), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((4, 4), (4, 4)))
"""Window and step of the five pooling layers, each as (frames, bands)."""


def prepare(weights):
    """Return the weights as this module uses them.

    Parameters
    ----------
    weights : dict of str to ndarray
        As they are kept on disk, float16.

    Returns
    -------
    dict of str to ndarray, float32
    """
    return {name: np.asarray(values, np.float32) for name, values in weights.items()}


def vgg(patch, weights):
    """Pass a patch through the network that looks at a spectrum as if it were a picture.

    The same is done five times: find small patterns (3 frames by 3 bands) in the output of the layer before,
    then make the grid coarser.

    Parameters
    ----------
    patch : ndarray, shape (187, 96), float32
        A log-mel spectrum, from `mirlab.networks.frontends.musicnn`.
    weights : dict of str to ndarray
        From `prepare`.

    Returns
    -------
    dict of str to ndarray, float32
        The output of each layer in order: ``pool1`` (92, 48, 128) to ``pool5`` (2, 1, 128), ``embedding``
        (256,), ``logits`` (50,).
    """
    layers = {}
    x = normalise(patch[:, :, None], weights, "norm0")
    for block, (window, step) in enumerate(VGG_POOLS, start=1):
        x = relu(convolve(pad(x, (1, 1), (1, 1)), weights, f"conv{block}"))
        x = max_pool(normalise(x, weights, f"norm{block}"), window, step)
        layers[f"pool{block}"] = x
    layers["embedding"] = x.ravel()
    layers["logits"] = dense(layers["embedding"], weights, "tags")
    return layers


def musicnn(patch, weights):
    """Pass a patch through the network that was designed for music.

    Tall patterns, which may be anywhere in frequency, hear timbre; long patterns, of a single band, hear
    rhythm. For each frame the strongest answer over all bands counts. Three layers then look at seven frames
    each, and the whole patch is summed up by maximum and mean.

    Parameters
    ----------
    patch : ndarray, shape (187, 96), float32
        A log-mel spectrum, from `mirlab.networks.frontends.musicnn`.
    weights : dict of str to ndarray
        From `prepare`.

    Returns
    -------
    dict of str to ndarray, float32
        The output of each layer in order: ``timbral`` (187, 408), ``temporal`` (187, 153), ``cnn1``,
        ``cnn2`` and ``cnn3`` (187, 64), ``mean_pool`` and ``max_pool`` (753,), ``embedding`` (200,),
        ``logits`` (50,).
    """
    x = normalise(patch[:, :, None], weights, "norm0")
    timbral = [pattern(pad(x, (3, 3), (0, 0)), weights, f"timbre{i}") for i in (1, 2)]
    # A pattern of an even number of frames cannot be centred: one more frame is added behind.
    around = {"rhythm1": (63, 64), "rhythm2": (31, 32), "rhythm3": (15, 16)}
    temporal = [pattern(pad(x, sides, (0, 0)), weights, name) for name, sides in around.items()]
    layers = {"timbral": np.concatenate(timbral, axis=1), "temporal": np.concatenate(temporal, axis=1)}

    front = np.concatenate([*timbral, *temporal], axis=1)
    layers["cnn1"] = seven_frames(front, weights, "cnn1")
    layers["cnn2"] = seven_frames(layers["cnn1"], weights, "cnn2") + layers["cnn1"]
    layers["cnn3"] = seven_frames(layers["cnn2"], weights, "cnn3") + layers["cnn2"]

    every = np.concatenate([front, layers["cnn1"], layers["cnn2"], layers["cnn3"]], axis=1)
    layers["mean_pool"], layers["max_pool"] = every.mean(axis=0), every.max(axis=0)
    summary = np.stack([layers["max_pool"], layers["mean_pool"]], axis=1).ravel()  # interleaved
    hidden = relu(dense(normalise(summary, weights, "pool_norm"), weights, "dense"))
    layers["embedding"] = normalise(hidden, weights, "dense_norm")
    layers["logits"] = dense(layers["embedding"], weights, "tags")
    return layers


def pattern(x, weights, layer):
    """Look for patterns of one shape everywhere and keep, for each frame, the strongest answer of each."""
    found = relu(convolve(x, weights, layer))
    return normalise(found, weights, f"{layer}_norm").max(axis=1)


def seven_frames(x, weights, layer):
    """Look for patterns over seven frames of all features, shape (frames, features)."""
    found = relu(convolve(pad(x[:, :, None], (3, 3), (0, 0)), weights, layer))
    return normalise(found, weights, f"{layer}_norm")[:, 0]


def convolve(x, weights, layer):
    """Slide each filter over the maps; at each place it answers with the sum of products, plus its bias.

    Parameters
    ----------
    x : ndarray, shape (time, frequency, channels)
        Maps, padded where the filter may stick out.
    weights : dict of str to ndarray
        ``<layer>/kernel``, shape (height, width, channels, filters), and ``<layer>/bias``, shape (filters,).
    layer : str
        Name of the layer.

    Returns
    -------
    ndarray, shape (time - height + 1, frequency - width + 1, filters)
        As usual in deep learning, the filter is not flipped: strictly, this is a correlation.

    Examples
    --------
    A filter of two frames that answers to a rise:

    >>> rise = {"rise/kernel": np.reshape([-1, 1], (2, 1, 1, 1)), "rise/bias": np.zeros(1)}
    >>> convolve(np.reshape([0, 0, 1, 3], (4, 1, 1)), rise, "rise").ravel()
    array([0., 1., 2.])
    """
    kernel, bias = weights[f"{layer}/kernel"], weights[f"{layer}/bias"]
    height, width = kernel.shape[:2]
    times, frequencies = x.shape[0] - height + 1, x.shape[1] - width + 1
    total = np.zeros((times, frequencies, kernel.shape[3]), np.float32)
    for i in range(height):
        for j in range(width):
            total += x[i : i + times, j : j + frequencies] @ kernel[i, j]
    return total + bias


def normalise(x, weights, layer):
    """Bring each channel to the mean and deviation that it had in training, then scale and shift it."""
    mean, variance, scale, offset = (
        weights[f"{layer}/{part}"] for part in ("mean", "variance", "scale", "offset")
    )
    return (x - mean) / np.sqrt(variance + np.float32(EPSILON)) * scale + offset


def relu(x):
    """Keep positive answers; the rest becomes 0."""
    return np.maximum(x, 0)


def dense(x, weights, layer):
    """Weigh all inputs and sum them up, once for each output."""
    return x @ weights[f"{layer}/kernel"] + weights[f"{layer}/bias"]


def pad(x, time, frequency):
    """Put zeros around the maps, as many as (before, behind) say."""
    return np.pad(x, (time, frequency, (0, 0)))


def max_pool(x, window, step):
    """Keep the largest value of each window, moving by a step; windows that stick out are dropped."""
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=(0, 1))
    return windows[:: step[0], :: step[1]].max(axis=(-2, -1))
