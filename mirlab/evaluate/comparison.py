"""The paired difference of two feature sets, with a standard error that is corrected for shared songs.

Any two training sets of a cross-validation share most of their songs. The differences of the folds are
therefore not independent, and the usual variance of their mean, s²/J over J differences, is too small.
C. Nadeau and Y. Bengio ("Inference for the generalization error", Machine Learning, 2003) replace it by
(1/J + n_test/n_train)·s².
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirlab.evaluate.scores import FoldScores, LearningCurve, reach


@dataclass(frozen=True)
class Comparison:
    """A paired difference of two feature sets. Each field is a float, or an ndarray of shape (sizes,).

    Attributes
    ----------
    difference : float or ndarray
        Mean of (a - b) over the folds: positive where `a` is better.
    standard_error : float or ndarray
        Its standard error, corrected for the overlap of the training sets.
    t : float or ndarray
        difference / standard_error, with n_splits - 1 degrees of freedom.
    freedom : float
        Degrees of freedom of `t`.
    p : float or ndarray
        Two-sided p-value of "there is no difference". It belongs to one comparison: of twenty comparisons
        without any difference, expect one below 0.05.
    """

    difference: float
    standard_error: float
    t: float
    p: float
    freedom: float

    @property
    def reach(self):
        """Half the width of the 95 % interval of the difference."""
        return reach(self.standard_error, self.freedom)


def compare(a, b):
    """Compare two feature sets, fold by fold.

    Parameters
    ----------
    a, b : CrossValidation or LearningCurve
        Results of the same function on the same songs, labels, folds and draws.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError
        If they are not two results of the same function.
    ValueError
        If they come from different songs, folds, sizes or draws.

    Notes
    -----
    For the standard error see `corrected_error`. The few training songs of a learning curve overlap less than
    all training songs do, so for learning curves the correction errs on the side of caution.

    Examples
    --------
    >>> from mirlab.evaluate import cross_validate
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], 50)
    >>> clear = [rng.normal(label, 1.0, size=(5, 2)) for label in y]
    >>> blurred = [song + rng.normal(0, 2.0, size=2) for song in clear]
    >>> c = compare(cross_validate(clear, y), cross_validate(blurred, y))
    >>> bool(c.difference > 0), bool(c.p < 0.05)
    (True, True)
    """
    if not (isinstance(a, FoldScores) and type(a) is type(b)):
        raise TypeError(
            "a and b must be two results of cross_validate, or two of learning_curve; got "
            f"{type(a).__name__} and {type(b).__name__}"
        )
    if not np.array_equal(a.y, b.y):
        raise ValueError("a and b were measured on different songs or labels; use the same y for both")
    if not np.array_equal(a.folds, b.folds):
        raise ValueError(
            "a and b were measured on different folds; use the same groups, n_splits and random_state"
        )
    if isinstance(a, LearningCurve):
        for name in ("per_class", "n_draws", "random_state"):
            if getattr(a, name) != getattr(b, name):
                raise ValueError(
                    f"a has {name}={getattr(a, name)} and b has {getattr(b, name)}; use the same for both"
                )
    paired = a.scores - b.scores
    n_splits = paired.shape[-1]
    difference = paired.mean(axis=-1)
    error = corrected_error(paired, n_splits)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.nan_to_num(difference / error, nan=0.0, posinf=np.inf, neginf=-np.inf)  # 0/0: no difference
    return Comparison(difference, error, t[()], 2 * stats.t.sf(np.abs(t), n_splits - 1), n_splits - 1)


def corrected_error(differences, n_splits):
    """Return the standard error of a mean difference over folds, after Nadeau and Bengio (see this module).

    Parameters
    ----------
    differences : array-like, shape (..., J)
        Differences of two paired scores: one per fold, of one cross-validation or of several.
    n_splits : int
        Folds of one cross-validation: n_test/n_train is 1/(n_splits - 1).

    Returns
    -------
    float or ndarray, shape (...)

    Examples
    --------
    >>> float(corrected_error([0.1, 0.2, 0.3], n_splits=3))  # (1/3 + 1/2) of the variance, 0.01
    0.0912...
    """
    differences = np.asarray(differences)
    factor = 1 / differences.shape[-1] + 1 / (n_splits - 1)
    return np.sqrt(factor * differences.var(axis=-1, ddof=1))


def holm(p):
    """Adjust the p-values of a family of comparisons, so that one rule holds for the whole family.

    If every adjusted value below a level counts as a difference, the chance of even one false difference in
    the whole family is at most that level, however the comparisons depend on each other.

    Parameters
    ----------
    p : array-like, shape (n,)
        One p-value for each comparison of the family, all of them, also the unremarkable ones.

    Returns
    -------
    ndarray, shape (n,), float64
        In the order of `p`; never smaller than `p`, at most 1.

    Raises
    ------
    ValueError
        If a value is not between 0 and 1.

    Notes
    -----
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics,
    1979. The smallest of n values is multiplied by n, the next by n - 1, and so on; no adjusted value is
    smaller than that of a smaller p.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = np.asarray(p, dtype=float)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values are a list of numbers between 0 and 1")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    steps = np.arange(len(p), 0, -1) * p[order]
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted
