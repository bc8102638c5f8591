"""Describe each label by one point, the mean of its labelled songs, and classify by the nearest point.

J. Snell, K. Swersky and R. Zemel, "Prototypical networks for few-shot learning", NIPS 2017: their network
learns a space in which this works; here the space is given.
"""

import numpy as np
from scipy.spatial.distance import cdist

METRICS = {"L1": "cityblock", "euclidean": "euclidean", "cosine": "cosine"}


def class_means(X, codes, n_labels):
    """Return the mean of the songs of each label.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Labelled songs.
    codes : ndarray of int, shape (n,)
        Their labels.
    n_labels : int
        Number of labels.

    Returns
    -------
    ndarray, shape (n_labels, p)
        NaN for a label without a song.

    Examples
    --------
    >>> class_means(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1]), 3).tolist()
    [[2.0], [5.0], [nan]]
    """
    one_hot = codes[:, None] == np.arange(n_labels)
    counts = one_hot.sum(axis=0)[:, None]
    with np.errstate(invalid="ignore"):
        return (one_hot.T @ X) / counts


def nearest_mean(X, codes, n_labels, new, *, metric="euclidean"):
    """Classify each new song by the nearest mean of a label.

    Parameters
    ----------
    X, codes, n_labels
        As for `class_means`.
    new : ndarray, shape (m, p)
        Songs to classify. They are never part of a mean.
    metric : {"L1", "euclidean", "cosine"}
        The distance.

    Returns
    -------
    ndarray, shape (m, n_labels)
        Negative distances, so that the largest is the predicted label; minus infinity for a label without
        a song.

    Raises
    ------
    ValueError
        If the metric is unknown.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> nearest_mean(X, np.array([0, 0, 1, 1]), 2, np.array([[2.0]])).tolist()
    [[-1.5, -2.5]]
    """
    if metric not in METRICS:
        raise ValueError(f"metric={metric!r} is unknown; it must be one of {', '.join(METRICS)}")
    away = cdist(new, class_means(X, codes, n_labels), METRICS[metric])
    return np.where(np.isnan(away), -np.inf, -away)
