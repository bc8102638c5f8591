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
    rotate, variances = _principal(songs, train, gram)
    sums = sum(
        rotate(song).sum(axis=0)[:, None] * target for song, target in zip(train, targets, strict=True)
    )
    shrink = 1 / (variances + RIDGES[:, None])
    weights = shrink[:, :, None] * (sums / m)
    outputs = np.empty((len(RIDGES), len(train), n_labels))
    for unit in np.unique(songs.units[train]):
        mine = np.flatnonzero(songs.units[train] == unit)
        rows = np.concatenate([rotate(song) for song in train[mine]])
        hat = 1 / m + (rows * shrink[:, None, :]) @ rows.T / m
        residuals = np.repeat(targets[mine], counts[mine], axis=0) - rows @ weights
        left_out = np.linalg.solve(np.eye(len(rows)) - hat, residuals)
        starts = np.concatenate([[0], np.cumsum(counts[mine])[:-1]])
        errors = np.add.reduceat(left_out, starts, axis=1) / counts[mine][:, None]
        outputs[:, mine] = one_hot[mine] - errors
    return outputs


def _principal(songs, train, gram):
    """Return a function from a song to its windows on the principal axes of `train`, and their variances."""
    counts = songs.counts[train]
    m = counts.sum()
    mean = counts @ songs.means[train] / m
    if gram is None:
        X = songs.stack(train) - mean
        scale = scale_of(np.mean(X * X, axis=0), mean, songs.shift)
        _, singular, axes = linalg.svd(X / scale, full_matrices=False)
        variances, axes = singular**2 / m, axes.T
    else:
        covariance = gram / m - np.outer(mean, mean)
        scale = scale_of(np.diag(covariance), mean, songs.shift)
        variances, axes = linalg.eigh(covariance / np.outer(scale, scale))
        variances = np.maximum(variances, 0)
    axes = axes / scale[:, None]
    return lambda song: (songs.stack([song]) - mean) @ axes, variances
