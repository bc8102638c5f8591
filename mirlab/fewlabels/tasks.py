"""One split of a data set into songs to learn from and songs to test on, and what methods share on it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mirlab import evaluate
from mirlab.fewlabels.contrastive import PairNetwork, learn_pairs
from mirlab.fewlabels.unsupervised import cluster_features, whitened

AXES = 64
"""Principal axes of windows that k-means and the contrastive network start from."""


@dataclass(eq=False)
class Task:
    """Songs of a data set, of which some are held out.

    Attributes
    ----------
    windows : ndarray, shape (n, w, p)
        Base features.
    y : ndarray of int, shape (n,)
        Labels, 0 to n_labels - 1. A method may look at those of labelled songs only.
    artists : ndarray, shape (n,)
        Artists; none is on both sides.
    train, test : ndarray of int
        The songs to learn from, labelled or not, and the songs to test on.
    seed : int
        Of everything that methods draw.
    network : ndarray, shape (n, d), optional
        Frozen features of a pretrained network.
    """

    windows: np.ndarray
    y: np.ndarray
    artists: np.ndarray
    train: np.ndarray
    test: np.ndarray
    seed: int = 0
    network: np.ndarray | None = None
    _kept: dict = field(default_factory=dict, init=False, repr=False)

    @property
    def n_labels(self) -> int:
        """Number of labels."""
        return int(self.y.max()) + 1

    @cached_property
    def songs(self) -> np.ndarray:
        """Mean windows of all songs, standardised by the songs of the training part, labelled or not."""
        means = self.windows.mean(axis=1, dtype=np.float64)
        return _standard(means, means[self.train])

    def features(self, kind: str, setting=None) -> np.ndarray:
        """Return a representation of all songs, learned from the training part without labels.

        Parameters
        ----------
        kind : {"base", "network", "pca", "k-means", "contrastive", "untrained"}
            Which one.
        setting : int or float, optional
            Number of axes, number of centres, or temperature.

        Returns
        -------
        ndarray, shape (n, d)
            Kept, so that it is computed once.

        Raises
        ------
        ValueError
            If there is no such representation, or the task has no features of a network.
        """
        if (kind, setting) not in self._kept:
            makers = {
                "base": lambda: self.songs,
                "network": lambda: self.network,
                "pca": lambda: whitened(self.songs, self.train, setting, random_state=self.seed),
                "k-means": self._clustered,
                "contrastive": self._contrasted,
                "untrained": self._contrasted,
            }
            if kind not in makers:
                raise ValueError(f"kind={kind!r} is unknown; it must be one of {', '.join(makers)}")
            if kind == "network" and self.network is None:
                raise ValueError("this task has no features of a network; give some as network=... to split")
            make = makers[kind]
            learned = kind in ("k-means", "contrastive")
            self._kept[kind, setting] = make(setting) if learned or kind == "untrained" else make()
        return self._kept[kind, setting]

    @cached_property
    def small_windows(self) -> np.ndarray:
        """Windows of all songs on principal axes of the training part, whitened, shape (n, w, AXES)."""
        n, w, p = self.windows.shape
        flat = self.windows.reshape(n * w, p).astype(np.float64)
        rows = (self.train[:, None] * w + np.arange(w)).ravel()
        flat = _standard(flat, flat[rows])
        return whitened(flat, rows, AXES, random_state=self.seed).reshape(n, w, -1)

    def _clustered(self, n_clusters):
        small = self.small_windows
        n, w, p = small.shape
        rows = (self.train[:, None] * w + np.arange(w)).ravel()
        flat = cluster_features(small.reshape(n * w, p), rows, n_clusters, random_state=self.seed)
        return flat.reshape(n, w, -1).mean(axis=1)

    def _contrasted(self, temperature):
        """Return hidden layers; without a temperature, those of an untrained network."""
        small = self.small_windows
        if temperature is None:
            network = PairNetwork.drawn(small.shape[2], random_state=self.seed)
        else:
            network, _ = learn_pairs(small[self.train], temperature=temperature, random_state=self.seed)
        return network.features(small).mean(axis=1)


def split(windows, y, artists, *, fold, n_splits=5, seed=0, network=None):
    """Hold out one fold of songs, without cutting an artist in two.

    Parameters
    ----------
    windows, y, artists, network
        As for `Task`.
    fold : int
        The fold that is held out, 0 to n_splits - 1.
    n_splits : int
        Number of folds.
    seed : int
        Seed of the folds; the methods get another one for each fold.

    Returns
    -------
    Task

    Raises
    ------
    ValueError
        If there is no such fold, or as for `mirlab.evaluate.folds`.

    Examples
    --------
    >>> windows = np.random.default_rng(0).normal(size=(20, 2, 3))
    >>> task = split(windows, np.arange(20) % 2, np.arange(20) // 2, fold=0)
    >>> len(task.train), len(task.test)
    (16, 4)
    """
    part = evaluate.folds(y, artists, n_splits=n_splits, random_state=seed)
    if fold not in range(n_splits):
        raise ValueError(f"fold={fold!r}; it must be a whole number from 0 to {n_splits - 1}")
    train, test = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
    return Task(windows, np.asarray(y), np.asarray(artists), train, test, n_splits * seed + fold, network)


def draw(task, per_label, *, repeat=0):
    """Draw songs of the training part to be labelled, the same number of each label.

    Parameters
    ----------
    task : Task
        Songs.
    per_label : int
        Songs per label, at most; all songs of a label that has fewer.
    repeat : int
        Another number gives another draw.

    Returns
    -------
    ndarray of int
        Songs; those of a small number are among those of a larger one.

    Examples
    --------
    >>> windows = np.random.default_rng(0).normal(size=(20, 2, 3))
    >>> task = split(windows, np.arange(20) % 2, np.arange(20) // 2, fold=0)
    >>> task.y[draw(task, 3)].tolist()
    [0, 0, 0, 1, 1, 1]
    """
    shuffled = np.random.default_rng([task.seed, repeat]).permutation(task.train)
    return np.concatenate([shuffled[task.y[shuffled] == label][:per_label] for label in range(task.n_labels)])


def _standard(X, by):
    spread = by.std(axis=0)
    return (X - by.mean(axis=0)) / np.where(spread > 0, spread, 1)
