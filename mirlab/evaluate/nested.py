"""Choose the ridge of the linear regression inside the training part.

Features differ in scale, size and correlation, so one ridge for all of them favours some. Here each feature
set gets, in each fold and for each number of songs, a ridge of its own: the one that classifies most *songs*
of the training part correctly when they are left out. Often several ridges classify equally many; the choice
is the middle one of these. With one song per label no left-out song can be right, so all ridges are equal,
and the choice is the middle of `RIDGES`.

Windows of one song are similar, so leaving out single windows would choose a ridge that is far too small.
Where groups are known (artists, recordings), whole groups are left out.

We first tried the squared error of the left-out outputs in place of accuracy. With few songs it prefers
outputs near zero: on homburg-synth and unique-synth, base features with one song per label then lost .02 and
.12 against a fixed ridge of .01, while this rule loses nothing there, and gains .03 for the tag embedding
with five songs.

No model is fitted again for this. If H is the hat matrix of the training windows for a ridge, the residual of
a left-out group g is (I - H_gg)⁻¹ times its residual in the fit of all windows (R. D. Cook and S. Weisberg:
*Residuals and Influence in Regression*, 1982). One decomposition of the features gives H for every ridge.
"""

from functools import partial

import numpy as np
from scipy import linalg

from mirlab.evaluate.regression import RIDGE, check_ridge, fit_regression, scale_of

NESTED = "nested"

RIDGES = np.logspace(-6, 4, 31)
"""The ridges to choose from, as fractions of the number of training windows. The smallest changes nothing but
rounding; under the largest, every label is a template: the difference of its mean from the mean of all."""

_BATCH = 2**18  # numbers in the largest array while songs are left out: 2 MB, which a cache holds


def learner(ridge):
    """Return the function that learns the regression with a ridge: a number, or "nested"."""
    if isinstance(ridge, str) and ridge == NESTED:
        return fit_nested
    return partial(fit_regression, ridge=check_ridge(ridge))


def fit_nested(songs, codes, n_labels, train, *, gram=None):
    """Choose the ridge on the songs `train`, and learn the regression from them: see `fit_regression`."""
    gram = songs.gram(train) if gram is None and songs.counts[train].sum() > len(songs.shift) else gram
    ridge = choose_ridge(songs, codes, n_labels, train, gram=gram)
    return fit_regression(songs, codes, n_labels, train, ridge=ridge, gram=gram)


def choose_ridge(songs, codes, n_labels, train, *, gram=None):
    """Return the ridge of `RIDGES` that classifies most left-out songs correctly; see the module for ties.

    With a single group there is nothing to leave out, and the choice is `RIDGE`.
    """
    if len(np.unique(songs.units[train])) < 2:
        return RIDGE
    outputs = left_out_outputs(songs, codes, n_labels, train, gram=gram)
    right = (outputs.argmax(axis=2) == codes[train]).sum(axis=1)
    best = RIDGES[right == right.max()]
    return float(best[len(best) // 2])


def left_out_outputs(songs, codes, n_labels, train, *, gram=None):
    """Return the outputs for each song of `train` of models that did not learn from its group.

    Returns
    -------
    ndarray, shape (ridges, songs, labels)
        Means over the windows of each song, for each of `RIDGES`.
    """
    counts = songs.counts[train]
    m = counts.sum()
    one_hot = codes[train, None] == np.arange(n_labels)
    targets = one_hot - counts @ one_hot / m
    rows_of, sums, variances = _principal(songs, train, gram)
    shrink = 1 / (variances + RIDGES[:, None])
    weights = shrink[:, :, None] * (sums.T @ targets / m)
    weights = weights.transpose(1, 0, 2).reshape(len(variances), -1)  # all ridges in one product
    left_out = np.empty((len(RIDGES), len(train), n_labels))
    for mine, w in _batches(songs.units[train], counts, len(variances)):
        rows = rows_of(mine.ravel()).reshape(len(mine), w, -1)
        hat = shrink @ (rows[:, :, None] * rows[:, None]).reshape(-1, rows.shape[2]).T
        hat = 1 / m + hat.reshape(-1, len(mine), w, w) / m
        fitted = (rows.reshape(len(mine) * w, -1) @ weights).reshape(len(mine), w, len(RIDGES), n_labels)
        wanted = np.repeat(targets[mine.flat], counts[mine.flat], axis=0).reshape(len(mine), w, n_labels)
        residuals = np.linalg.solve(np.eye(w) - hat, wanted - fitted.transpose(2, 0, 1, 3))
        starts = np.cumsum(counts[mine.flat]) - counts[mine.flat]
        errors = np.add.reduceat(residuals.reshape(len(RIDGES), -1, n_labels), starts, axis=1)
        left_out[:, mine.flat] = one_hot[mine.flat] - errors / counts[mine.flat][:, None]
    return left_out


def _batches(units, counts, width):
    """Yield units that have the same numbers of songs and of windows, several at a time.

    Each time, the positions of their songs, shape (units, songs), and the number of windows of one unit.
    """
    order = np.argsort(units, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(units[order])) + 1)
    alike = {}
    for group in groups:
        alike.setdefault((len(group), int(counts[group].sum())), []).append(group)
    for (_, w), positions in alike.items():
        most = max(1, _BATCH // (w * w * width))
        for start in range(0, len(positions), most):
            yield np.array(positions[start : start + most]), w


def _principal(songs, train, gram):
    """Describe the windows of the songs `train` on their principal axes.

    Returns a function from positions in `train` to the windows of these songs, the sums over the windows of
    each song, and the variances of the axes. As in `fit_regression`, XᵀX or XXᵀ, whichever is smaller, is
    decomposed.
    """
    counts = songs.counts[train]
    m = counts.sum()
    mean = counts @ songs.means[train] / m
    if gram is None:
        X = songs.stack(train) - mean
        X /= scale_of(np.mean(X * X, axis=0), mean, songs.shift)
        variances, axes = linalg.eigh(X @ X.T / m)
        variances = np.maximum(variances, 0)
        rows = axes * np.sqrt(m * variances)
        starts = np.cumsum(counts) - counts
        sums = np.add.reduceat(rows, starts, axis=0)
        return lambda at: rows[_spans(starts[at], counts[at])], sums, variances
    covariance = gram / m - np.outer(mean, mean)
    scale = scale_of(np.diag(covariance), mean, songs.shift)
    variances, axes = linalg.eigh(covariance / np.outer(scale, scale))
    axes /= scale[:, None]
    sums = (counts[:, None] * (songs.means[train] - mean)) @ axes
    return lambda at: (songs.stack(train[at]) - mean) @ axes, sums, np.maximum(variances, 0)


def _spans(starts, lengths):
    """Return the indices of several spans, one after the other."""
    return np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
