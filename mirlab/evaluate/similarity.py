"""Music similarity: nearest neighbours, and how many of them have the label of the query (§6.3, Table 5)."""

from numbers import Integral

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.utils import check_scalar

from mirlab.evaluate.songs import check_matrix, check_names, encode_labels

METRICS = ("manhattan", "euclidean", "cosine")
"""The distances of §3.2, the paper's choice first."""


def precision_at_k(X, y, *, k=10, metric="manhattan", groups=None):
    """Measure how many of the k nearest neighbours of a song have its label (§3.2, §6.3, Table 5).

    Parameters
    ----------
    X : array-like, shape (n, p)
        One vector per song, for example from `song_vectors`. It is not standardised here: the paper does not
        say whether it did that, so the caller decides.
    y : array-like, shape (n,) of int or str
        The label of each song.
    k : int, default=10
        Number of neighbours.
    metric : {"manhattan", "euclidean", "cosine"}, default="manhattan"
        The distance; the paper reports the first and found the others similar.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song; songs of the same artist then do not count as neighbours.

    Returns
    -------
    float
        Mean over all songs of the share, 0 to 1. A space without any information about labels gives nearly
        the chance that two songs share a label, the sum of ``(np.bincount(y) / n) ** 2``. A perfect space
        gives less than 1 if some label has fewer than k + 1 songs: see `relevant_songs`.

    Raises
    ------
    ValueError, TypeError
        As for `nearest`; if `y` holds one label only, or several per song.

    See Also
    --------
    precision_per_query : The share of each song, for a standard error.

    Examples
    --------
    >>> X = [[0.0], [1.0], [1.5], [9.0], [10.0]]
    >>> precision_at_k(X, ["a", "a", "b", "b", "b"], k=1)
    0.6
    """
    return float(precision_per_query(X, y, k=k, metric=metric, groups=groups).mean())


def precision_per_query(X, y, *, k=10, metric="manhattan", groups=None):
    """Return the share of same-label songs among the k nearest, for each song as the query.

    Parameters
    ----------
    X, y, k, metric, groups
        As for `precision_at_k`.

    Returns
    -------
    ndarray, shape (n,)
        Multiples of 1/k from 0 to 1. Their `standard_error` is the error bar of `precision_at_k`.

    Raises
    ------
    ValueError, TypeError
        As for `precision_at_k`.

    Examples
    --------
    >>> precision_per_query([[0.0], [1.0], [1.5], [9.0], [10.0]], ["a", "a", "b", "b", "b"], k=1)
    array([1., 0., 0., 1., 1.])
    """
    X = check_matrix(X, "X")
    _, codes = encode_labels(y, len(X))
    _, indices = nearest(X, k=k, metric=metric, groups=groups)
    return (codes[indices] == codes[:, None]).mean(axis=1)


def nearest(X, *, k, metric="manhattan", groups=None):
    """Find the k nearest neighbours of each row among the other rows.

    Parameters
    ----------
    X : array-like, shape (n, p)
        One vector per row.
    k : int
        Number of neighbours.
    metric : {"manhattan", "euclidean", "cosine"}, default="manhattan"
        The distance.
    groups : array-like, shape (n,) of int or str, optional
        Rows of the same group are not neighbours of each other. By default a row excludes only itself.

    Returns
    -------
    distances, indices : ndarray, shape (n, k)
        Nearest first; rows at exactly the same distance are in the order of their index.

    Raises
    ------
    ValueError, TypeError
        If `X` is not finite or not two-dimensional, if a row has fewer than k possible neighbours, if the
        metric is unknown, or if a row is all zeros and the metric is cosine.

    Examples
    --------
    >>> distances, indices = nearest([[0.0], [1.0], [1.0], [5.0]], k=2)
    >>> indices
    array([[1, 2],
           [2, 0],
           [1, 0],
           [1, 2]])
    """
    X = check_matrix(X, "X")
    check_scalar(k, "k", Integral, min_val=1)
    if metric not in METRICS:
        raise ValueError(f"metric={metric!r} is unknown; it must be one of {', '.join(METRICS)}")
    if metric == "cosine" and not X.any(axis=1).all():
        row = int(np.argmin(X.any(axis=1)))
        raise ValueError(f"X: row {row} is all zeros and has no cosine; leave it out or use another metric")
    own = _own_groups(groups, len(X))
    others = len(X) - np.bincount(own).max()
    if k > others:
        where = "" if groups is None else " outside the largest group"
        raise ValueError(
            f"k={k} neighbours are needed, but there are only {others} other rows{where}; lower k or add rows"
        )

    def keep(block, start):
        block[own[start : start + len(block), None] == own] = np.inf
        order = np.argsort(block, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(block, order, axis=1), order

    blocks = pairwise_distances_chunked(X, metric=metric, reduce_func=keep, working_memory=32)
    distances, indices = zip(*blocks, strict=True)
    return np.concatenate(distances), np.concatenate(indices)


def relevant_songs(y, groups=None):
    """Count, for each song as the query, the other songs that have its label: those it should find.

    Parameters
    ----------
    y : array-like, shape (n,) of int or str
        The label of each song.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song; songs of the same artist do not count.

    Returns
    -------
    ndarray, shape (n,) of int
        A song with 0 has nothing to find. The precision at k of a song cannot exceed ``min(count, k) / k``.

    Raises
    ------
    ValueError, TypeError
        If `y` holds one label only, or several per song.

    Examples
    --------
    >>> relevant_songs(["a", "a", "a", "b", "b"])
    array([2, 2, 2, 1, 1])
    >>> relevant_songs(["a", "a", "a", "b", "b"], groups=[1, 1, 2, 3, 3])
    array([1, 1, 2, 0, 0])
    """
    labels, codes = encode_labels(y)
    pairs = _own_groups(groups, len(codes)) * len(labels) + codes
    _, pair, sizes = np.unique(pairs, return_inverse=True, return_counts=True)
    return np.bincount(codes)[codes] - sizes[pair]


def _own_groups(groups, n):
    """Return the number of each row's group; without groups, each row is one."""
    if groups is None:
        return np.arange(n)
    return np.unique(check_names(groups, "groups", n), return_inverse=True)[1]
