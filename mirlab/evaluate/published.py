"""Accuracy on a split that others have published, or the reason why too little of it is here."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mirlab.evaluate.nested import NESTED, learner
from mirlab.evaluate.regression import Songs, fit_classifier, seeded
from mirlab.evaluate.scores import standard_error
from mirlab.evaluate.songs import check_names, encode_labels

LEAST_TESTED = 10
"""Least number of independent songs in a test. By a common rule of thumb, mean and standard error describe an
accuracy p over n songs if n·p and n·(1 - p) are at least 5. With fewer than ten songs, no p does. Three right
answers of four, for example, are "0.75 ± 0.25", which excludes neither guessing nor perfection."""


@dataclass(frozen=True, eq=False)
class PublishedSplit:
    """What `published_split` measured.

    Attributes
    ----------
    tested : ndarray, shape (m,) of int
        The songs that were tested, each once.
    right : ndarray, shape (m,) of bool
        Whether each was classified correctly.
    groups : ndarray, shape (m,), or None
        The group of each.
    """

    tested: np.ndarray
    right: np.ndarray
    groups: np.ndarray | None = None

    @property
    def mean(self):
        """Share of the tested songs that were classified correctly."""
        return self.right.mean()

    @property
    def standard_error(self):
        """Standard error of `mean` over groups, or over songs; a split has too few parts to use these."""
        return standard_error(self.right, self.groups)


def published_split(windows, y, parts, *, groups=None, random_state=0, ridge=NESTED, classifier=None):
    """Measure accuracy on a given split, as others have published it.

    If a split has a part "train" or "test", the classifier learns from the first and is tested on the second,
    and other parts (such as one for choosing settings) are not used. If not, its parts are folds: each is
    tested by a classifier that learned from the others.

    Parameters
    ----------
    windows, y, random_state, ridge, classifier
        As for `cross_validate`.
    parts : sequence of n str
        The part of each song; "" if the split leaves it out. See `mirlab.datasets.Dataset.splits`.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song. Songs of one artist are then counted as one in the standard error.

    Returns
    -------
    PublishedSplit

    Raises
    ------
    ValueError, TypeError
        If too few of the songs are here, or as for `cross_validate`.

    Notes
    -----
    Often a part of a data set is missing. Three conditions keep a figure of the rest meaningful:

    * Each label that is tested is learned. A song with any other label cannot be classified correctly.
    * Each label is tested. A test of two genres out of ten is another, easier task.
    * At least `LEAST_TESTED` songs (or groups, if they are known) are tested.

    A complete split meets these conditions, unless its authors intended something else.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.tile(["blues", "jazz"], 20)
    >>> songs = [rng.normal(3.0 * (label == "jazz"), 1.0, size=(5, 2)) for label in y]
    >>> result = published_split(songs, y, ["train"] * 20 + ["valid"] * 6 + [""] * 2 + ["test"] * 12)
    >>> result.tested[:3], float(result.mean)
    (array([28, 29, 30]), 1.0)
    """
    labels, codes = encode_labels(y)
    parts = check_names(parts, "parts", len(codes))
    if parts.dtype.kind != "U":
        raise TypeError(f"parts holds {parts.dtype}; it must hold names, such as 'train' and 'test'")
    if groups is not None:
        groups = check_names(groups, "groups", len(codes))
    if np.isin(["train", "test"], parts).any():
        rounds = [(parts == "train", parts == "test")]
    else:
        rounds = [((parts != part) & (parts != ""), parts == part) for part in np.unique(parts[parts != ""])]
    _check_enough(labels, codes, groups, rounds)
    learn = learner(ridge)
    songs = Songs(windows, len(codes), groups)
    if classifier is not None:
        learn = partial(fit_classifier, classifier=seeded(classifier, random_state))
    tested, right = [], []
    for train, test in rounds:
        test = np.flatnonzero(test)
        outputs = learn(songs, codes, len(labels), np.flatnonzero(train))(test)
        tested.append(test)
        right.append(outputs.argmax(axis=1) == codes[test])
    tested = np.concatenate(tested)
    return PublishedSplit(tested, np.concatenate(right), None if groups is None else groups[tested])


def _check_enough(labels, codes, groups, rounds):
    """Check the three conditions of `published_split`; report all that are not met."""
    units, what = (np.arange(len(codes)), "songs") if groups is None else (groups, "groups of songs")
    tested = np.any([test for _, test in rounds] or [np.zeros(len(codes), bool)], axis=0)
    n_tested = len(np.unique(units[tested]))
    unlearned = {code for train, test in rounds for code in np.setdiff1d(codes[test], codes[train])}
    untested = set(range(len(labels))) - set(codes[tested])
    faults = [f"{n_tested} {what} are tested, and {LEAST_TESTED} is the least"] * (n_tested < LEAST_TESTED)
    for missing, of in ((unlearned, "learn from"), (untested, "test")):
        if missing:
            names = ", ".join(str(labels[code]) for code in sorted(missing))
            faults.append(f"there is no song to {of} of {names}")
    if faults:
        reasons = "; ".join(faults)
        raise ValueError(f"parts: too few songs are here: {reasons}; get the rest of the split's songs")
