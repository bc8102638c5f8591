"""Distort what an electric instrument plays, all strings together, and send it through a loudspeaker."""

import numpy as np

from mirlab.corpus.sound import shape


def amplify(y, drive, cutoff):
    """Play a part through an amplifier that is overdriven, and its cabinet.

    All notes go through the amplifier at once: the frequencies that arise between the strings of a chord are
    what a listener knows a distorted guitar by.

    Parameters
    ----------
    y : ndarray, shape (samples,), float32
        The part of one instrument, dry.
    drive : float
        Gain before the limit, relative to the loudness of the part.
    cutoff : float
        Frequency above which the loudspeaker radiates little, in hertz.

    Returns
    -------
    ndarray, shape (samples,), float32
        As loud as before.

    Examples
    --------
    >>> t = np.arange(22050) / 22050
    >>> y = amplify(0.1 * np.sin(2 * np.pi * 220 * t).astype(np.float32), 8.0, 4500.0)
    >>> y.shape, bool(abs(y).max() < 0.2)
    ((22050,), True)
    """
    sounding = np.abs(y) > 1e-4
    if not sounding.any():
        return y
    loudness = np.sqrt(np.mean(y[sounding] ** 2))
    x = shape(y, lambda f: f / np.hypot(f, 150.0))  # less bass before the distortion keeps it clear
    x = drive * x / loudness
    x = np.tanh(x + 0.2) - np.tanh(0.2)  # valves bend one half of the wave earlier

    def cabinet(f):
        presence = 1 + 1.2 * np.exp(-0.5 * (np.log2(np.maximum(f, 1) / 2600) / 0.5) ** 2)
        thump = 1 + 0.8 * np.exp(-0.5 * (np.log2(np.maximum(f, 1) / 120) / 0.4) ** 2)
        return presence * thump * f**2 / (f**2 + 75.0**2) / np.sqrt(1 + (f / cutoff) ** 10)

    x = shape(x, cabinet)
    return (x * (loudness / np.sqrt(np.mean(x[sounding] ** 2)))).astype(np.float32)
