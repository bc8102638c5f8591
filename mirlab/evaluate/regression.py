"""The classifier of the paper: linear regression on windows, its outputs averaged over each song (§6.2).

This is least squares onto one-hot targets, with an intercept, on features standardised with the mean and the
standard deviation of the training windows. The paper says no more than "linear regression". Plain least
squares has an interpolation peak: accuracy collapses where the number of training windows is close to the
number of dimensions. The peak of a 400-d embedding is at another number of songs than that of 800-d base
features, so a learning curve would show it as if it were a result. A small ridge levels the peak if the
dimensions are correlated, as mel bands are (uncorrelated dimensions need a larger ridge). A ridge of 0 brings
the peak back.
"""

import numbers

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mirlab.evaluate.songs import song_means

RIDGE = 1e-2
"""A small penalty, as a fraction of the number of training windows. The first version of this course used it
for all features alike; now it serves where nothing can be left out (`mirlab.evaluate.nested`)."""

_BLOCK = 4096  # windows converted to float64 at a time: 26 MB at 800 dimensions


class Songs:
    """Windows of songs, and the two summaries that a linear model needs: song means and sums of products.

    The mean over all windows is subtracted as they are read. This changes no result, since every model has an
    intercept, but it keeps the subtraction in `fit_regression` from cancelling leading digits.
    """

    def __init__(self, windows, n, groups=None):
        self.windows = windows
        self.units = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
        self.means, self.counts = song_means(windows, n)
        self.shift = np.average(self.means, axis=0, weights=self.counts)
        self.means -= self.shift

    def stack(self, songs):
        """Return the windows of `songs`, shape (windows, p), as float64."""
        rows = np.concatenate([np.asarray(self.windows[i]) for i in songs], dtype=np.float64)
        rows -= self.shift
        return rows

    def gram(self, songs):
        """Return the sum of xᵀx over the windows x of `songs`, shape (p, p)."""
        total = np.zeros((len(self.shift), len(self.shift)))
        for part in np.array_split(songs, -(-self.counts[songs].sum() // _BLOCK)):
            rows = self.stack(part)
            total += rows.T @ rows
        return total


def fit_regression(songs, codes, n_labels, train, *, ridge, gram=None):
    """Learn the regression from the songs `train`; return a function of songs to outputs (songs, labels).

    It minimises ``|T - XW|²/m + ridge·|W|²`` over the m training windows, with X standardised and T one-hot.
    With more windows than dimensions it solves for XᵀX (p, p), else for XXᵀ (m, m), whichever is smaller.
    """
    counts, means = songs.counts[train], songs.means[train]
    m = counts.sum()
    mean = counts @ means / m
    targets = codes[train, None] == np.arange(n_labels)
    share = counts @ targets / m
    if gram is None and m <= len(mean):
        X = songs.stack(train) - mean
        scale = scale_of(np.mean(X * X, axis=0), mean, songs.shift)
        X /= scale
        T = np.repeat(targets, counts, axis=0) - share
        weights = X.T @ _solve(X @ X.T / m, T / m, ridge)
    else:
        gram = songs.gram(train) if gram is None else gram
        covariance = gram / m - np.outer(mean, mean)
        scale = scale_of(np.diag(covariance), mean, songs.shift)
        slope = (means * counts[:, None]).T @ targets / m - np.outer(mean, share)
        weights = _solve(covariance / np.outer(scale, scale), slope / scale[:, None], ridge)
    weights /= scale[:, None]
    return lambda test: (songs.means[test] - mean) @ weights + share


def fit_classifier(songs, codes, n_labels, train, *, classifier):
    """Learn any classifier from the songs `train`; return the same kind of function as `fit_regression`."""
    model = make_pipeline(StandardScaler(), clone(classifier))
    model.fit(songs.stack(train), np.repeat(codes[train], songs.counts[train]))

    def outputs(test):
        rows = songs.stack(test)
        if hasattr(model, "decision_function"):
            scores = model.decision_function(rows)
            scores = scores if scores.ndim == 2 else np.stack([-scores, scores], axis=1)  # two labels
        else:
            scores = model.predict_proba(rows)
        ends = np.cumsum(songs.counts[test])
        sums = np.add.reduceat(scores, np.concatenate([[0], ends[:-1]]), axis=0)
        averages = np.full(
            (len(test), n_labels), -np.inf
        )  # a label that is not in training is never predicted
        averages[:, model.classes_] = sums / songs.counts[test][:, None]
        return averages

    return outputs


def seeded(classifier, random_state):
    """Return a copy of a classifier that draws its random numbers, if any, from `random_state`."""
    if not (isinstance(classifier, BaseEstimator) and is_classifier(classifier)):
        raise TypeError(f"classifier={classifier!r}; it must be a scikit-learn classifier, such as SVC()")
    for name, value in classifier.get_params().items():
        if name.split("__")[-1] == "decision_function_shape" and value == "ovo":
            raise ValueError(
                f"classifier: {name}='ovo' gives an output for each pair of labels; it must be 'ovr', one "
                "output for each label"
            )
    open_ones = [
        name
        for name, value in classifier.get_params().items()
        if name.split("__")[-1] == "random_state" and value is None
    ]
    return clone(classifier).set_params(**dict.fromkeys(open_ones, random_state))


def scale_of(variance, mean, shift):
    """Return the standard deviation, or 1 where it is below a millionth of the feature: rounding only."""
    constant = variance <= 1e-12 * (mean**2 + shift**2)
    return np.sqrt(np.where(constant, 1.0, variance))


def _solve(A, B, ridge):
    """Solve (A + ridge·I) Z = B; without a ridge, skip the directions that consist of rounding only."""
    if ridge == 0:  # as `scipy.linalg.pinvh`, which takes five times as long
        values, axes = linalg.eigh(A)
        kept = values > 1e-12 * values[-1]
        return axes[:, kept] @ (axes[:, kept].T @ B / values[kept, None])
    A[np.diag_indices_from(A)] += ridge
    return linalg.solve(A, B, assume_a="pos", overwrite_a=True)


def check_ridge(ridge):
    """Check the ridge: below 1e-10, rounding and not the penalty would determine the result."""
    if not isinstance(ridge, numbers.Real) or isinstance(ridge, bool):
        raise TypeError(f"ridge={ridge!r}; it must be a number: 0, or at least 1e-10; or 'nested'")
    if not (ridge == 0 or 1e-10 <= ridge < np.inf):
        raise ValueError(f"ridge={ridge}; it must be 0, or at least 1e-10 and finite")
    return float(ridge)
