"""The input of all protocols: the windows, label and group of each song, and how they are checked.

A *song* (an excerpt) is one array of windows, shape (w, p): its aggregated features, one row for each window.
"""

import numpy as np


def song_vectors(windows):
    """Average the windows of each song: one vector per song, for `precision_at_k` and for maps.

    Parameters
    ----------
    windows : sequence of n ndarrays of shape (w_i, p), or ndarray of shape (n, w, p)
        Window-level features of each song.

    Returns
    -------
    ndarray, shape (n, p), float64
        Not standardised: the caller decides whether to do that before measuring distances.

    Raises
    ------
    ValueError, TypeError
        If a song is empty, is not finite or has another number of dimensions than the first one.

    Examples
    --------
    >>> song_vectors([[[0.0, 0.0], [2.0, 4.0]], [[5.0, 6.0]]])
    array([[1., 2.],
           [5., 6.]])
    """
    return song_means(windows)[0]


def song_means(windows, n=None):
    """Check the windows of each song; return their means, float64 (n, p), and their numbers (n,)."""
    if isinstance(windows, np.ndarray) and windows.ndim != 3:
        raise ValueError(
            f"windows has shape {windows.shape}; it must be a list of (w, p) arrays, one per song, "
            "or one (n, w, p) array"
        )
    if not hasattr(windows, "__len__"):
        raise TypeError(
            f"windows is a {type(windows).__name__}; it must be a list of (w, p) arrays, one per song"
        )
    if len(windows) == 0:
        raise ValueError("windows is empty; it must hold one (w, p) array per song")
    if n is not None and len(windows) != n:
        raise ValueError(
            f"windows holds {len(windows)} songs and y {n} labels; there must be one label per song"
        )
    means, counts = [], []
    for i in range(len(windows)):
        song = np.asarray(windows[i])
        if song.dtype.kind not in "iuf":
            raise TypeError(f"windows: song {i} holds {song.dtype}; features must be real numbers")
        if song.ndim != 2 or 0 in song.shape:
            raise ValueError(
                f"windows: song {i} has shape {song.shape}; it must be (w, p) with at least one window"
            )
        if means and song.shape[1] != len(means[0]):
            raise ValueError(
                f"windows: song {i} has {song.shape[1]} dimensions and song 0 has {len(means[0])}; "
                "all must have the same"
            )
        with np.errstate(invalid="ignore"):  # inf - inf; reported below
            means.append(song.mean(axis=0, dtype=np.float64))
        counts.append(len(song))
        if not np.isfinite(means[-1]).all():
            raise ValueError(f"windows: song {i} holds NaN or infinity; features must be finite")
    return np.array(means), np.array(counts)


def encode_labels(y, n=None):
    """Return the distinct labels, sorted, and for each song the position of its label among them."""
    if np.ndim(y) == 2:
        raise ValueError(
            f"y has shape {np.shape(y)}; here each song has one label, shape (n,). "
            "For several tags per song, see tagging_metrics"
        )
    labels, codes = np.unique(check_names(y, "y", n), return_inverse=True)
    if len(labels) < 2:
        raise ValueError(f"y holds only the label '{labels[0]}'; it must hold at least two different labels")
    return labels, codes


def check_names(values, name, n=None):
    """Check a vector of whole numbers or strings."""
    values = np.asarray(values)
    if values.size == 0:
        raise ValueError(f"{name} is empty; it must hold one entry per song")
    if values.dtype.kind == "O" and all(isinstance(value, str) for value in values.flat):
        values = values.astype(str)
    if values.ndim != 1:
        raise ValueError(f"{name} has shape {values.shape}; it must be (n,), one entry per song")
    if values.dtype.kind not in "biuU":
        raise TypeError(f"{name} holds {values.dtype}; it must hold whole numbers or strings")
    if n is not None and len(values) != n:
        raise ValueError(f"{name} has {len(values)} entries for {n} songs; there must be one per song")
    return values


def check_matrix(X, name):
    """Check a finite, two-dimensional array of real numbers; return it as float64.

    `sklearn.utils.check_array` checks the same, but does not say which row is wrong.
    """
    X = np.asarray(X)
    if X.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds {X.dtype}; it must hold real numbers")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"{name} has shape {X.shape}; it must be two-dimensional and not empty")
    X = X.astype(np.float64, copy=False)
    if not np.isfinite(X).all():
        row = int(np.argmin(np.isfinite(X).all(axis=1)))
        raise ValueError(f"{name}: row {row} holds NaN or infinity; all values must be finite")
    return X
