"""Train on one domain, test on another, and the remedies that need no labels of the other domain.

A *domain* is where sound comes from: a studio, a telephone, a room. The rows of a domain are feature vectors.
*Source* is the domain with labels, *target* the other one.

* `standardised`: each domain by its own mean and standard deviation.
* `coral`: give the source the covariance of the target too (B. Sun, J. Feng and K. Saenko: *Return of
  frustratingly easy domain adaptation*, AAAI 2016).
* `importance`: let those source rows count more that could be of the target (H. Shimodaira: *Improving
  predictive inference under covariate shift*, 2000), by the odds of a logistic regression that separates the
  domains.
* `across_domains`: accuracy on the target, with or without a remedy, with folds over songs.

`standardised` and `coral` assume that the same music is in both domains. If the target has other labels, or
the same in other proportions, they take this difference for a difference of sound, and remove it.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import linalg
from sklearn.linear_model import LogisticRegression

from mirlab.evaluate.nested import choose_ridge
from mirlab.evaluate.regression import Songs, scale_of
from mirlab.evaluate.songs import check_matrix, check_names, encode_labels

LARGEST_WEIGHT = 10.0
"""No row counts more than this many times the average: a few rows would otherwise decide everything."""


def standardised(rows, like):
    """Subtract a mean and divide by a standard deviation, both of other rows.

    Parameters
    ----------
    rows : array-like, shape (n, p)
        What is standardised.
    like : array-like, shape (m, p)
        The rows whose mean and standard deviation are used: those of the same domain, or of another.

    Returns
    -------
    ndarray, shape (n, p), float64
        A column that is constant in `like` is only centred.

    Raises
    ------
    ValueError, TypeError
        If one of them is not a finite table, or they differ in width.

    Examples
    --------
    >>> standardised([[5.0, 1.0]], like=[[1.0, 1.0], [3.0, 1.0]])
    array([[3., 0.]])
    """
    rows, like = _same_width(rows, like, "rows", "like")
    mean = like.mean(axis=0)
    return (rows - mean) / scale_of(like.var(axis=0), mean, 0.0)


def coral(source, target, *, ridge=1.0):
    """Move the source rows so that their mean and covariance are those of the target.

    The source is whitened by its own covariance, and coloured by that of the target:
    ``(source - mean) @ Cs^(-1/2) @ Ct^(1/2) + target mean``, where each covariance has `ridge` added on its
    diagonal. The paper assumes a mean of 0 on both sides; here the mean is moved too.

    Parameters
    ----------
    source : array-like, shape (n, p)
        Rows of the domain with labels.
    target : array-like, shape (m, p)
        Rows of the other domain, without labels.
    ridge : float, default=1.0
        Above 0. As in the paper, 1, so features should have about the variance 1: standardise both domains by
        the *source* first.

    Returns
    -------
    ndarray, shape (n, p), float64
        Train on these, and test on target rows as they are.

    Raises
    ------
    ValueError, TypeError
        If one of them is not a finite table, they differ in width, or `ridge` is not above 0.

    Examples
    --------
    The source has the variance 1, the target 9; with the ridge, 2 and 10.

    >>> coral([[-1.0], [1.0]], [[2.0], [8.0]]) - 5
    array([[-2.23...],
           [ 2.23...]])
    """
    source, target = _same_width(source, target, "source", "target")
    if not ridge > 0:
        raise ValueError(f"ridge={ridge!r}; it must be above 0")
    added = ridge * np.eye(source.shape[1])
    whiten = matrix_power(np.cov(source.T, bias=True) + added, -0.5)
    colour = matrix_power(np.cov(target.T, bias=True) + added, 0.5)
    return (source - source.mean(axis=0)) @ whiten @ colour + target.mean(axis=0)


def matrix_power(matrix, exponent):
    """Return a power of a symmetric matrix without negative eigenvalues, such as its square root.

    Parameters
    ----------
    matrix : array-like, shape (p, p)
        Symmetric; its eigenvalues are above 0.
    exponent : float
        0.5 for the square root, -0.5 for its inverse.

    Returns
    -------
    ndarray, shape (p, p)

    Examples
    --------
    >>> matrix_power([[4.0, 0.0], [0.0, 9.0]], -0.5).round(2)
    array([[0.5 , 0.  ],
           [0.  , 0.33]])
    """
    values, axes = linalg.eigh(matrix, driver="evd")
    return (axes * values**exponent) @ axes.T


def importance(source, target, *, C=0.01, largest=LARGEST_WEIGHT):
    """Weigh source rows by how much more likely they are in the target than in the source.

    A logistic regression learns to separate the domains. Its odds, times the ratio of the numbers of rows,
    estimate the ratio of both densities.

    Parameters
    ----------
    source : array-like, shape (n, p)
        Rows of the domain with labels.
    target : array-like, shape (m, p)
        Rows of the other domain, without labels.
    C : float, default=0.01
        The larger, the better it separates the domains, and the more uneven are the weights.
    largest : float, default=10
        Largest weight, as a multiple of the average before it is applied.

    Returns
    -------
    ndarray, shape (n,), float64
        Weights with a mean of 1.

    Raises
    ------
    ValueError, TypeError
        If one of them is not a finite table, or they differ in width.

    Examples
    --------
    The target is mostly where the second source row is.

    >>> importance([[0.0], [1.0]], [[0.0], [1.0], [1.0], [1.0]], C=1e6).round(2)
    array([0.5, 1.5])
    """
    source, target = _same_width(source, target, "source", "target")
    both = standardised(np.concatenate([source, target]), source)
    domain = np.repeat([0, 1], [len(source), len(target)])
    model = LogisticRegression(C=C, max_iter=1000).fit(both, domain)
    log_odds = model.decision_function(both[: len(source)])
    weights = np.exp(log_odds - log_odds.max())  # any factor is removed below
    weights = np.minimum(weights / weights.mean(), largest)
    return weights / weights.mean()


@dataclass(frozen=True)
class Adapted:
    """What a remedy makes of the domains: training rows, test rows, and the weights of training rows."""

    source: np.ndarray
    test: np.ndarray
    weights: np.ndarray | None = None


def _own_standard(source, unlabelled, test):
    return Adapted(standardised(source, source), standardised(test, unlabelled))


def _recoloured(source, unlabelled, test):
    like_source = partial(standardised, like=source)
    return Adapted(coral(like_source(source), like_source(unlabelled)), like_source(test))


def _weighted(source, unlabelled, test):
    return Adapted(source, test, importance(source, unlabelled))


REMEDIES = {
    "nothing": lambda source, unlabelled, test: Adapted(source, test),
    "standardisation": _own_standard,
    "CORAL": _recoloured,
    "importance weights": _weighted,
}
"""Each remedy: ``remedy(source, unlabelled, test)`` returns `Adapted`. It sees target rows of training songs
without labels, and never uses test rows to decide anything."""


def across_domains(source, target, y, fold, *, groups=None, remedy="nothing", unlabelled=None, copies=()):
    """Train on songs of the source, test on other songs of the target.

    Parameters
    ----------
    source : array-like, shape (n, w, p)
        The windows of n songs in the source.
    target : array-like, shape (n, w', p)
        The windows of the same songs in the target.
    y : array-like, shape (n,) of int or str
        The label of each song.
    fold : array-like, shape (n,) of int
        The fold that tests each song, from `mirlab.evaluate.folds`.
    groups : array-like, shape (n,), optional
        Artists, which are left out together when the ridge is chosen.
    remedy : str or callable
        One of `REMEDIES`, or a function like them: ``remedy(source, unlabelled, test)`` gets rows and returns
        `Adapted`.
    unlabelled : array-like, shape (n,) of bool, optional
        The songs of the target that a remedy may see. It sees those of them that are in the training part;
        by default, all of the training part.
    copies : sequence of array-like, shape (n, w, p)
        Augmentation: the training songs learn from these copies too. Copies of test songs are not used.

    Returns
    -------
    ndarray, shape (n,) of bool
        Whether each song was classified correctly when its fold was tested.

    Raises
    ------
    ValueError
        If the remedy is unknown, shapes do not agree, `fold` holds a single fold, or `unlabelled` holds
        anything but True and False.

    Examples
    --------
    Everything is 3 larger in the target.

    >>> rng = np.random.default_rng(0)
    >>> y, fold = np.tile([0, 1], 20), np.arange(40) // 8
    >>> source = rng.normal(3.0 * y[:, None, None], 0.5, size=(40, 4, 1))
    >>> for remedy in ("nothing", "standardisation"):
    ...     print(remedy, float(across_domains(source, source + 3, y, fold, remedy=remedy).mean()))
    nothing 0.5
    standardisation 1.0
    """
    if not callable(remedy) and remedy not in REMEDIES:
        raise ValueError(f"remedy={remedy!r} is unknown; it must be one of {', '.join(REMEDIES)}")
    adapt = remedy if callable(remedy) else REMEDIES[remedy]
    labels, codes = encode_labels(y)
    n = len(codes)
    source, target, copies = _all_windows(source, target, copies, n)
    fold = check_names(fold, "fold", n)
    if len(np.unique(fold)) < 2:
        raise ValueError(f"fold holds only {fold[0]}; there must be a fold to test and others to learn from")
    groups = (
        np.arange(n)
        if groups is None
        else np.unique(check_names(groups, "groups", n), return_inverse=True)[1]
    )
    seen = np.ones(n, bool) if unlabelled is None else np.asarray(unlabelled)
    if seen.shape != (n,) or seen.dtype != bool:
        raise ValueError(
            f"unlabelled has shape {seen.shape} and type {seen.dtype}; it must be True or False for each of "
            f"the {n} songs"
        )
    right = np.zeros(n, bool)
    for f in np.unique(fold):
        train, test = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        learn_from = [source[train], *(one[train] for one in copies)]
        train_codes, train_groups = (np.tile(what[train], len(learn_from)) for what in (codes, groups))
        there = target[train[seen[train]]]
        if not len(there):
            raise ValueError(f"unlabelled holds no song outside of fold {f}; a remedy needs some")
        here = np.concatenate(learn_from)
        adapted = adapt(_rows(here), _rows(there), _rows(target[test]))
        predict = learn(
            adapted.source.reshape(here.shape),
            train_codes,
            len(labels),
            groups=train_groups,
            weights=adapted.weights,
        )
        outputs = predict(adapted.test.reshape(target[test].shape))
        right[test] = outputs.argmax(axis=1) == codes[test]
    return right


def learn(windows, codes, n_labels, *, groups=None, weights=None):
    """Learn the regression of §6.2 with a ridge that is chosen on left-out songs, to use it in any domain.

    Parameters
    ----------
    windows : ndarray, shape (n, w, p)
        The windows of the training songs.
    codes : ndarray, shape (n,) of int
        Their labels, 0 to n_labels - 1.
    n_labels : int
        Number of labels.
    groups : ndarray, shape (n,), optional
        Artists; each is left out as a whole when the ridge is chosen.
    weights : ndarray, shape (n * w,), optional
        How much each window counts. The ridge is chosen without weights.

    Returns
    -------
    callable
        From the windows of other songs, shape (k, w', p), to their mean outputs, shape (k, n_labels).

    Examples
    --------
    >>> y = np.tile([0, 1], 10)
    >>> songs = y[:, None, None] + np.random.default_rng(0).normal(0, 0.1, (20, 3, 1))
    >>> learn(songs, y, 2)(np.ones((1, 5, 1))).argmax()
    np.int64(1)
    """
    songs = Songs(windows, len(codes), groups)
    ridge = choose_ridge(songs, codes, n_labels, np.arange(len(codes)))
    targets = np.repeat(codes[:, None] == np.arange(n_labels), windows.shape[1], axis=0)
    weights = np.ones(len(targets)) if weights is None else weights
    predict = weighted_ridge(_rows(windows), targets, weights, ridge)
    return lambda others: predict(others.mean(axis=1))  # linear: the mean output is that of the mean window


def weighted_ridge(rows, targets, weights, ridge):
    """Learn a ridge regression in which each row counts by its weight.

    Parameters
    ----------
    rows : ndarray, shape (m, p)
        Training rows; standardised here, by weighted mean and deviation.
    targets : ndarray, shape (m, labels)
        What to predict.
    weights : ndarray, shape (m,)
        Above or equal to 0.
    ridge : float
        Penalty, as a fraction of the sum of the weights.

    Returns
    -------
    callable
        From rows (k, p) to outputs (k, labels).

    Examples
    --------
    A row of weight 0 does not exist.

    >>> predict = weighted_ridge(np.array([[0.0], [1.0], [9.0]]), np.array([[0.0], [1.0], [0.0]]),
    ...                          np.array([1.0, 1.0, 0.0]), 1e-9)
    >>> predict(np.array([[2.0]])).round(3)
    array([[2.]])
    """
    share = (weights / weights.sum())[:, None]
    mean, middle = (share * rows).sum(axis=0), (share * targets).sum(axis=0)
    scale = scale_of((share * (rows - mean) ** 2).sum(axis=0), mean, 0.0)
    X, T = np.sqrt(share) * (rows - mean) / scale, np.sqrt(share) * (targets - middle)
    kernel = X @ X.T
    kernel[np.diag_indices_from(kernel)] += ridge
    slope = X.T @ linalg.solve(kernel, T, assume_a="pos") / scale[:, None]
    return lambda new: (new - mean) @ slope + middle


def _rows(windows):
    return windows.reshape(-1, windows.shape[2])


def _all_windows(source, target, copies, n):
    """Return the windows as arrays, and check that a classifier of one set fits the others."""
    source, target = _windows(source, n, "source"), _windows(target, n, "target")
    copies = [_windows(one, n, f"copies[{i}]") for i, one in enumerate(copies)]
    if target.shape[2] != source.shape[2] or any(one.shape != source.shape for one in copies):
        others = f" and copies {', '.join(str(one.shape) for one in copies)}" if copies else ""
        raise ValueError(
            f"source has shape {source.shape}, target {target.shape}{others}; target must have the columns "
            "of source, and each copy its shape"
        )
    return source, target, copies


def _windows(windows, n, name):
    windows = np.asarray(windows, dtype=np.float64)
    if windows.ndim != 3 or len(windows) != n or 0 in windows.shape:
        raise ValueError(
            f"{name} has shape {windows.shape}; it must be ({n}, w, p), the windows of {n} songs"
        )
    if not np.isfinite(windows).all():
        raise ValueError(f"{name} holds NaN or infinity; features must be finite")
    return windows


def _same_width(first, second, name, other):
    first, second = check_matrix(first, name), check_matrix(second, other)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"{name} has {first.shape[1]} columns and {other} {second.shape[1]}; both must have the same"
        )
    return first, second
