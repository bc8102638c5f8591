"""What the paper measures of songs (§6.2, §6.3), and the least number of songs for which it means anything.

Each function takes windows, labels and groups, so it can be used on any songs. Groups are what a split must
not cut: artists or recordings. If there are groups, they are counted in place of songs. Three things are
needed, or the figure is refused with a sentence that says what is missing:

* `mirlab.evaluate.LEAST_TESTED` songs in all: with fewer, a standard error describes nothing.
* `LEAST_FOLDS` folds: a standard error is itself an estimate, from one number per fold. With two folds, its
  95 % interval reaches from 0.45 to 32 times the estimate, with five folds from 0.6 to 2.9 times.
* Two songs of each label, or songs of two groups: one to learn from, one to test (`mirlab.evaluate.folds`).
"""

import numpy as np

from mirlab import evaluate
from mirlab.evaluate import LEAST_TESTED
from mirlab.evaluate.nested import NESTED
from mirlab.paper.protocol import DRAWS, PER_CLASS

LEAST_FOLDS = 5
MOST_FOLDS = 10
NEIGHBOURS = 10


def accuracy(windows, labels, groups=None, *, seed=0, ridge=NESTED) -> evaluate.CrossValidation:
    """Measure accuracy with all songs (§6.2): ten folds as in the paper, fewer for a very small set.

    Parameters
    ----------
    windows : sequence of n ndarrays of shape (w_i, p)
        Window-level features of each song.
    labels : array-like, shape (n,)
        The label of each song.
    groups : array-like, shape (n,), optional
        What a split must not cut: artists or recordings.
    seed : int
        Seed of the folds.
    ridge : float or "nested"
        As for `mirlab.evaluate.cross_validate`.

    Returns
    -------
    mirlab.evaluate.CrossValidation

    Raises
    ------
    ValueError
        If there are too few songs (see this module), for example because a label has a single recording.
    """
    n_splits = _folds(labels, groups, seed).max() + 1
    return evaluate.cross_validate(
        windows, labels, groups=groups, n_splits=n_splits, random_state=seed, ridge=ridge
    )


def few_labels(windows, labels, groups=None, *, seed=0, ridge=NESTED) -> evaluate.LearningCurve:
    """Measure accuracy against the number of labelled songs (§6.2), in the folds of `accuracy`.

    Parameters
    ----------
    windows, labels, groups, seed, ridge
        As for `accuracy`.

    Returns
    -------
    mirlab.evaluate.LearningCurve
        One row for each number of songs per label in `PER_CLASS`. If no label has as many songs in training,
        the last row is for the number that the largest label has.

    Raises
    ------
    ValueError
        As for `accuracy`.
    """
    fold = _folds(labels, groups, seed)
    codes = np.unique(labels, return_inverse=True)[1]
    most = max(int(np.bincount(codes[fold != f]).max()) for f in np.unique(fold))
    sizes = [k for k in PER_CLASS if k < most] + ([most] if most <= PER_CLASS[-1] else [])
    return evaluate.learning_curve(
        windows,
        labels,
        groups=groups,
        n_splits=fold.max() + 1,
        random_state=seed,
        per_class=sizes,
        n_draws=DRAWS,
        ridge=ridge,
    )


def similarity(windows, labels, groups=None, *, metric="manhattan") -> np.ndarray:
    """Measure precision at 10 of every song that has something to find (§6.3).

    Parameters
    ----------
    windows, labels, groups
        As for `accuracy`. Songs of the same group do not count as neighbours.
    metric : str
        As for `mirlab.evaluate.precision_per_query`; the paper's is L1.

    Returns
    -------
    ndarray, shape (queries,)
        For each of the `queries`, the share of its ten nearest songs that have its label.

    Raises
    ------
    ValueError
        If there are fewer than ten songs to choose from, or too few queries (see this module).
    """
    asked = queries(labels, groups)
    units, what = _units(labels, groups)
    n_units = len(np.unique(units[asked]))
    precision = evaluate.precision_per_query(
        evaluate.song_vectors(windows), labels, k=NEIGHBOURS, groups=groups, metric=metric
    )
    if n_units < LEAST_TESTED:
        raise ValueError(
            f"{n_units} {what} have others of their label to find; a precision with a standard error "
            f"needs at least {LEAST_TESTED}"
        )
    return precision[asked]


def queries(labels, groups=None) -> np.ndarray:
    """Find the songs that have something to find.

    Parameters
    ----------
    labels, groups
        As for `similarity`.

    Returns
    -------
    ndarray of bool, shape (n,)
        False if no other song (or, with groups, no song of another group) has the label of the song.

    Examples
    --------
    >>> queries(["a", "a", "b"])
    array([ True,  True, False])
    """
    return evaluate.relevant_songs(labels, groups) > 0


def attainable(labels, groups=None) -> float:
    """Compute the precision at 10 of a perfect space: below 1 if some songs have fewer than ten to find.

    Parameters
    ----------
    labels, groups
        As for `similarity`.

    Returns
    -------
    float
        Mean over the `queries`.

    Examples
    --------
    >>> attainable(["a"] * 11 + ["b"] * 11), attainable(["a"] * 10 + ["b"] * 10)
    (1.0, 0.9)
    """
    relevant = evaluate.relevant_songs(labels, groups)
    return float(np.minimum(relevant[relevant > 0], NEIGHBOURS).mean() / NEIGHBOURS)


def _folds(labels, groups, seed):
    """Assign songs to ten folds, or to as many as there are songs of the largest label, or groups."""
    largest = np.unique(labels, return_counts=True)[1].max()
    units, what = _units(labels, groups)
    n_units = len(np.unique(units))
    n_splits = int(np.clip(min(largest, n_units), 2, MOST_FOLDS))
    fold = evaluate.folds(labels, groups, n_splits=n_splits, random_state=seed)
    if n_units < LEAST_TESTED or n_splits < LEAST_FOLDS:
        raise ValueError(
            f"there are {n_units} {what}, and {largest} songs of the largest label; an accuracy with a "
            f"standard error needs at least {LEAST_TESTED}, and {LEAST_FOLDS} songs of that label"
        )
    return fold


def _units(labels, groups):
    """Return what is counted as independent, one entry per song, and its name."""
    if groups is None:
        return np.arange(len(labels)), "songs"
    return np.asarray(groups), "groups of songs (artists or recordings)"
