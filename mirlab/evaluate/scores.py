"""What the protocols return: one accuracy per fold, and what is needed to compare two of them."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.metrics import confusion_matrix


@dataclass(frozen=True, eq=False)
class FoldScores:
    """One accuracy per fold, and what is needed to compare it with another result.

    Attributes
    ----------
    scores : ndarray, shape (n_splits,) or (sizes, n_splits)
        Share of the test songs of each fold that were classified correctly, 0 to 1.
    folds : ndarray, shape (n,) of int
        The fold that tested each song.
    y : ndarray, shape (n,)
        The true labels.
    """

    scores: np.ndarray
    folds: np.ndarray
    y: np.ndarray

    @property
    def mean(self):
        """Mean accuracy over the folds: float, or ndarray of shape (sizes,)."""
        return self.scores.mean(axis=-1)

    @property
    def standard_error(self):
        """Standard error of `mean` over the folds, as in the paper: see `standard_error`."""
        return standard_error(self.scores)

    @property
    def reach(self):
        """Half the width of the 95 % interval of `mean`, with one degree of freedom less than folds."""
        return reach(self.standard_error, self.scores.shape[-1] - 1)


@dataclass(frozen=True, eq=False)
class CrossValidation(FoldScores):
    """What `cross_validate` measured.

    Attributes
    ----------
    scores, folds, y, mean, standard_error
        See `FoldScores`; `scores` has shape (n_splits,).
    labels : ndarray, shape (labels,)
        The distinct labels, sorted.
    outputs : ndarray, shape (n, labels)
        Output of the classifier that had not seen the song, averaged over the song.
    """

    labels: np.ndarray
    outputs: np.ndarray

    @property
    def predictions(self):
        """The label with the highest output: ndarray of shape (n,)."""
        return self.labels[self.outputs.argmax(axis=1)]

    def confusion(self):
        """Count how often each label was taken for each other.

        Returns
        -------
        ndarray, shape (labels, labels) of int
            Songs with the label of the row that were assigned the label of the column, in the order of
            `labels`.
        """
        return confusion_matrix(self.y, self.predictions, labels=self.labels)


@dataclass(frozen=True, eq=False)
class LearningCurve(FoldScores):
    """What `learning_curve` measured.

    Attributes
    ----------
    scores, folds, y, mean, standard_error
        See `FoldScores`; `scores` has shape (sizes, n_splits), each the mean over `n_draws` draws.
    per_class : tuple of int, length sizes
        Training songs per label.
    n_draws : int
        Draws of training songs that were averaged in each fold.
    random_state : int
        The seed of folds and draws.
    """

    per_class: tuple
    n_draws: int
    random_state: int


def reach(standard_error, freedom, level=0.05):
    """Return half the width of the interval of a mean: what an error bar shows on each side.

    Parameters
    ----------
    standard_error : float or ndarray
        Of the mean.
    freedom : float
        Degrees of freedom of the error.
    level : float, default=0.05
        One minus the coverage: 0.05 for a 95 % interval.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> float(reach(1.0, freedom=9)), float(reach(1.0, freedom=np.inf))
    (2.26..., 1.95...)
    """
    return standard_error * stats.t.ppf(1 - level / 2, freedom)


def standard_error(scores, groups=None):
    """Return the standard error of a mean: standard deviation (ddof=1) / sqrt(number of scores).

    Parameters
    ----------
    scores : array-like, shape (..., m)
        At least two scores along the last axis, treated as independent. Folds share training songs and
        queries share neighbours, so the true error is somewhat larger; `compare` corrects for the former.
    groups : array-like, shape (m,), optional
        Which scores belong together, such as those of the excerpts of one recording. Groups, not scores, are
        then treated as independent. Only for scores of shape (m,).

    Returns
    -------
    float or ndarray, shape (...)

    Raises
    ------
    ValueError
        If there are fewer than two scores, or than two groups, or if the shapes do not fit.

    Notes
    -----
    With groups this is the linearised error of a mean over clusters (W. G. Cochran, "Sampling techniques",
    1977, chapter 9A): sum the deviations from the mean in each of the G groups, add the squares of these,
    multiply by G/(G-1), take the root, divide by the number of scores. If every score is a group of its own,
    the result is the same as without groups.

    Examples
    --------
    >>> float(standard_error([1.0, 3.0]))
    1.0

    Two recordings of two excerpts each give no more information than two numbers.

    >>> float(standard_error([1.0, 1.0, 3.0, 3.0], groups=["a", "a", "b", "b"]))
    1.0
    """
    scores = np.asarray(scores, dtype=float)
    if scores.ndim == 0 or scores.shape[-1] < 2:
        raise ValueError(
            f"scores has shape {scores.shape}; a standard error needs at least two along the last axis"
        )
    if groups is None:
        return scores.std(axis=-1, ddof=1) / np.sqrt(scores.shape[-1])
    if scores.shape != np.shape(groups):
        raise ValueError(f"groups has shape {np.shape(groups)} and scores {scores.shape}; both must be (m,)")
    group = np.unique(groups, return_inverse=True)[1]
    sums = np.bincount(group, scores - scores.mean())
    if len(sums) < 2:
        raise ValueError("groups holds a single group; a standard error needs at least two")
    return np.sqrt(len(sums) / (len(sums) - 1) * (sums @ sums)) / len(scores)
