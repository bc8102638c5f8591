"""Made songs, and the classifier of §6.2 written out: what the tests of `mirlab.evaluate` share."""

import numpy as np
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.preprocessing import StandardScaler


def songs_of(y, p=6, *, seed=0, apart=0.7, longest=6):
    """Make songs of 1 to `longest` windows, with the songs of each label around their own centre."""
    rng = np.random.default_rng(seed)
    centres = dict(zip(np.unique(y), rng.normal(0, apart, size=(len(y), p)), strict=False))
    return [
        centres[label] + rng.normal(size=p) + rng.normal(size=(rng.integers(1, longest + 1), p))
        for label in y
    ]


def outputs_by_the_book(windows, codes, train, test, ridge):
    """Do §6.2 word for word: regress on the windows, predict each window, average over the song."""
    X = np.concatenate([windows[i] for i in train])
    T = np.eye(codes.max() + 1)[np.repeat(codes[train], [len(windows[i]) for i in train])]
    scaler = StandardScaler().fit(X)
    model = Ridge(alpha=ridge * len(X)) if ridge else LinearRegression()
    model.fit(scaler.transform(X), T)
    return np.array([model.predict(scaler.transform(windows[i])).mean(axis=0) for i in test])
