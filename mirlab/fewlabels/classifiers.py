"""The classifier that all representations share: ridge regression onto one-hot labels."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from mirlab.evaluate import RIDGE
from mirlab.evaluate.nested import choose_ridge
from mirlab.evaluate.regression import Songs, fit_regression


def ridge_for(X, codes, n_labels, artists=None):
    """Choose the ridge that classifies most left-out songs correctly (see `mirlab.evaluate.nested`).

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Features of the labelled songs.
    codes : ndarray of int, shape (n,)
        Their labels, 0 to n_labels - 1.
    n_labels : int
        Number of labels.
    artists : ndarray, shape (n,), optional
        Songs of one artist are left out together.

    Returns
    -------
    float

    Examples
    --------
    >>> ridge_for(np.eye(2), np.array([0, 1]), 2)
    0.1
    """
    return choose_ridge(Songs(X[:, None], len(X), artists), codes, n_labels, np.arange(len(X)))


def labels_alone(X, codes, n_labels, new, *, artists=None, ridge=None):
    """Learn from labelled songs only, and give the outputs for new songs.

    Parameters
    ----------
    X, codes, n_labels, artists
        As for `ridge_for`.
    new : ndarray, shape (m, p)
        Songs to classify.
    ridge : float, optional
        Chosen by `ridge_for` if it is not given.

    Returns
    -------
    ndarray, shape (m, n_labels)
        The largest output of a row is the predicted label. A label without a labelled song has output 0.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> labels_alone(X, np.array([0, 0, 1, 1]), 2, np.array([[0.5], [4.5]])).argmax(axis=1).tolist()
    [0, 1]
    """
    ridge = ridge_for(X, codes, n_labels, artists) if ridge is None else ridge
    both = Songs(np.concatenate([X, new])[:, None], len(X) + len(new))
    known = np.concatenate([codes, np.zeros(len(new), dtype=int)])
    learned = fit_regression(both, known, n_labels, np.arange(len(X)), ridge=ridge)
    return learned(np.arange(len(X), len(X) + len(new)))


class RidgeClassifier(ClassifierMixin, BaseEstimator):
    """The same regression as a scikit-learn classifier, for methods that ask how sure it is.

    Parameters
    ----------
    ridge : float, default=0.01
        The penalty.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> RidgeClassifier().fit(X, [0, 0, 1, 1]).predict(X).tolist()
    [0, 0, 1, 1]
    """

    def __init__(self, ridge=RIDGE):
        self.ridge = ridge

    def fit(self, X, y):
        """Learn from labelled songs.

        Parameters
        ----------
        X : ndarray, shape (n, p)
            Their features.
        y : array-like, shape (n,)
            Their labels.

        Returns
        -------
        RidgeClassifier
            Itself.
        """
        self.classes_, self._codes = np.unique(y, return_inverse=True)
        self._X = np.asarray(X)
        return self

    def predict_proba(self, X):
        """Return the outputs, cut off below 0 and scaled to sum 1: an order of sureness, not a probability.

        Parameters
        ----------
        X : ndarray, shape (m, p)
            Songs.

        Returns
        -------
        ndarray, shape (m, labels)
        """
        outputs = labels_alone(self._X, self._codes, len(self.classes_), X, ridge=self.ridge)
        outputs = np.maximum(outputs, 1e-9)
        return outputs / outputs.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Return the label with the largest output.

        Parameters
        ----------
        X : ndarray, shape (m, p)
            Songs.

        Returns
        -------
        ndarray, shape (m,)
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
