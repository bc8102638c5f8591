"""Learn from labelled and unlabelled songs together: self-training and label spreading.

Both are scikit-learn's. Both need an assumption about the unlabelled songs: self-training assumes that its
surest guesses are right, and label spreading that near songs have the same label.
"""

import warnings

import numpy as np
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

from mirlab.fewlabels.classifiers import RidgeClassifier, labels_alone, ridge_for

UNLABELLED = -1
"""What scikit-learn's methods expect as the label of an unlabelled song."""

ROUNDS = 5
"""How often self-training adds guesses."""


def guess(X, codes, n_labels, *, per_label, artists=None):
    """Let the ridge classifier label the songs that it is surest of, learn again, and repeat.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Songs of the training part, labelled or not.
    codes : ndarray of int, shape (n,)
        Their labels, or -1.
    n_labels : int
        Number of labels.
    per_label : int
        Guesses that each of five rounds adds, times the number of labels.
    artists : ndarray, shape (n,), optional
        For the choice of the ridge: made once, on the labelled songs.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        Given and guessed labels, and -1 where there is neither.
    rounds : ndarray of int, shape (n,)
        When a song was labelled: 0 for given labels, -1 for never.
    ridge : float
        The ridge of all rounds.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> codes, rounds, _ = guess(X, np.array([0, -1, -1, 1]), 2, per_label=1)
    >>> codes.tolist(), rounds.tolist()
    ([0, 0, 1, 1], [0, 1, 1, 0])
    """
    known = codes != UNLABELLED
    ridge = ridge_for(X[known], codes[known], n_labels, None if artists is None else artists[known])
    if known.all():
        return codes, np.zeros(len(X), dtype=int), ridge
    learner = SelfTrainingClassifier(
        RidgeClassifier(ridge), criterion="k_best", k_best=per_label * n_labels, max_iter=ROUNDS
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="k_best is larger")  # then all are labelled
        learner.fit(X, codes)
    return learner.transduction_, learner.labeled_iter_, ridge


def self_training(X, codes, n_labels, new, *, per_label, artists=None):
    """Learn from given labels and from guesses.

    Parameters
    ----------
    X, codes, n_labels, per_label, artists
        As for `guess`.
    new : ndarray, shape (m, p)
        Songs to classify. They are no part of the training.

    Returns
    -------
    ndarray, shape (m, n_labels)
        Outputs, as from `mirlab.fewlabels.labels_alone`.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> codes = np.array([0, -1, -1, 1])
    >>> self_training(X, codes, 2, np.array([[0.5], [4.5]]), per_label=1).argmax(axis=1).tolist()
    [0, 1]
    """
    codes, _, ridge = guess(X, codes, n_labels, per_label=per_label, artists=artists)
    known = codes != UNLABELLED
    return labels_alone(X[known], codes[known], n_labels, new, ridge=ridge)


def spreading(X, codes, n_labels, new, *, n_neighbors):
    """Let labels flow from song to song along a graph of near neighbours.

    Parameters
    ----------
    X, codes, n_labels, new
        As for `self_training`.
    n_neighbors : int
        Neighbours of each song in the graph; at most n.

    Returns
    -------
    ndarray, shape (m, n_labels)
        For each new song, the mean label distribution of its neighbours.

    Notes
    -----
    D. Zhou, O. Bousquet, T. N. Lal, J. Weston and B. Schölkopf, "Learning with local and global consistency",
    NIPS 2003. A song keeps 0.2 of its own label (alpha = 0.8).

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> codes = np.array([0, -1, -1, 1])
    >>> spreading(X, codes, 2, np.array([[0.5], [4.5]]), n_neighbors=2).argmax(axis=1).tolist()
    [0, 1]
    """
    learner = LabelSpreading(kernel="knn", n_neighbors=min(n_neighbors, len(X)), alpha=0.8, max_iter=200)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="max_iter=200")  # a slow graph is still a graph
        warnings.filterwarnings("ignore", message="invalid value")  # a song that no label reaches
        learner.fit(X, codes)
        found = learner.predict_proba(new)
    outputs = np.zeros((len(new), n_labels))
    outputs[:, learner.classes_] = np.nan_to_num(found)
    return outputs
