"""Choose which songs to label next: at random, far from the others, or where the classifier is unsure.

B. Settles, "Active learning literature survey", Computer Sciences Technical Report 1648, University of
Wisconsin-Madison, 2009. A rule sees the songs of the training part and the labels that it has paid for.
"""

import numpy as np

from mirlab.fewlabels.classifiers import labels_alone


def at_random(n, count, *, random_state):
    """Choose songs at random.

    Parameters
    ----------
    n : int
        Number of songs of the training part.
    count : int
        Songs to choose; all n if it is larger.
    random_state : int or sequence of int
        Seed.

    Returns
    -------
    ndarray of int, shape (min(count, n),)
        In the order in which they are labelled.

    Examples
    --------
    >>> sorted(at_random(3, 3, random_state=0).tolist())
    [0, 1, 2]
    """
    return np.random.default_rng(random_state).permutation(n)[:count]


def far_apart(X, count, *, first):
    """Choose again and again the song that is farthest from all chosen ones.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Songs of the training part.
    count : int
        Songs to choose; all n if it is larger.
    first : int
        The song to begin with.

    Returns
    -------
    ndarray of int, shape (min(count, n),)

    Notes
    -----
    T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985. It covers the space,
    and it is drawn to outliers.

    Examples
    --------
    >>> far_apart(np.array([[0.0], [1.0], [9.0], [4.0]]), 3, first=0).tolist()
    [0, 2, 3]
    """
    count, chosen = min(count, len(X)), [int(first)]
    away = np.full(len(X), np.inf)
    while len(chosen) < count:
        away = np.minimum(away, np.linalg.norm(X - X[chosen[-1]], axis=1))
        away[chosen] = -1
        chosen.append(int(away.argmax()))
    return np.array(chosen[:count])


def margins(outputs):
    """Return how far the best output of each song is ahead of the second best: small where it is unsure.

    Parameters
    ----------
    outputs : ndarray, shape (n, labels)
        With at least two labels.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> margins(np.array([[0.9, 0.1, 0.0], [0.5, 0.4, 0.1]])).round(3).tolist()
    [0.8, 0.1]
    """
    best = np.sort(outputs, axis=1)
    return best[:, -1] - best[:, -2]


def unsure(X, codes, n_labels, count, *, start, batch, artists=None):
    """Choose the songs with the smallest margin, some at a time; after each batch, learn from its labels.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Songs of the training part.
    codes : ndarray of int, shape (n,)
        Their labels. The rule looks at those of chosen songs only.
    n_labels : int
        Number of labels.
    count : int
        Songs to choose; all n if it is larger.
    start : array-like of int
        The songs to begin with, for example at random.
    batch : int
        Songs that are chosen with one classifier.
    artists : ndarray, shape (n,), optional
        For the choice of the ridge.

    Returns
    -------
    ndarray of int, shape (min(count, n),)

    Raises
    ------
    ValueError
        If `batch` is less than 1.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0], [2.6]])
    >>> unsure(X, np.array([0, 0, 1, 1, 1]), 2, 3, start=[0, 3], batch=1).tolist()
    [0, 3, 4]
    """
    if batch < 1:
        raise ValueError(f"batch={batch!r}; at least one song must be chosen with each classifier")
    count = min(count, len(X))
    chosen = np.asarray(start, dtype=int)[:count]
    while len(chosen) < count:
        outputs = labels_alone(
            X[chosen], codes[chosen], n_labels, X, artists=None if artists is None else artists[chosen]
        )
        doubt = margins(outputs)
        doubt[chosen] = np.inf
        more = np.argsort(doubt, kind="stable")[: min(batch, count - len(chosen))]
        chosen = np.concatenate([chosen, more])
    return chosen
