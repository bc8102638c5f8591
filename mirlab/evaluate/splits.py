"""Cross-validation folds over songs: stratified by label, and with each artist in one fold only."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.utils import check_scalar

from mirlab.evaluate.songs import check_names, encode_labels


def folds(y, groups=None, *, n_splits=10, random_state=0):
    """Assign each song to one fold, with the songs of each label spread as evenly as possible.

    Parameters
    ----------
    y : array-like, shape (n,) of int or str
        The label of each song.
    groups : array-like, shape (n,) of int or str, optional
        The artist (or recording) of each song. All songs of a group go to one fold, and the labels are then
        spread only approximately evenly.
    n_splits : int, default=10
        Number of folds. A label with fewer songs than that is absent from some test folds.
    random_state : int, default=0
        Seed, 0 to 2**32 - 1.

    Returns
    -------
    ndarray, shape (n,) of int
        The fold, 0 to n_splits - 1, that tests each song.

    Raises
    ------
    ValueError
        If there is a single label; if some label cannot be both learned and tested, because it has a single
        song, or (with `groups`) because one group or one fold has all its songs; if there are more folds than
        songs of the largest label, or than groups.

    Examples
    --------
    >>> np.bincount(folds(np.repeat(["blues", "jazz"], [6, 9]), n_splits=3))
    array([5, 5, 5])
    """
    labels, codes = encode_labels(y)
    check_scalar(n_splits, "n_splits", Integral, min_val=2)
    check_scalar(random_state, "random_state", Integral, min_val=0, max_val=2**32 - 1)
    splitter = StratifiedKFold
    if groups is not None:
        groups = check_names(groups, "groups", len(codes))
        splitter = StratifiedGroupKFold
    _check_sizes(labels, codes, groups, n_splits)
    split = splitter(n_splits, shuffle=True, random_state=random_state).split
    fold = np.empty(len(codes), dtype=int)
    with warnings.catch_warnings():
        # A label that is smaller than n_splits is legal here, and documented.
        warnings.filterwarnings("ignore", message="The least populated class")
        for f, (_, test) in enumerate(split(np.zeros(len(codes)), codes, groups)):
            fold[test] = f
    if together := [label for code, label in enumerate(labels) if np.ptp(fold[codes == code]) == 0]:
        raise ValueError(
            f"groups: one fold has all songs of label {_named(together)}, so it cannot be both learned and "
            "tested; use another random_state, or add songs of other groups"
        )
    return fold


def _check_sizes(labels, codes, groups, n_splits):
    """Check that each label has enough songs and groups, and that there are no more folds than those."""
    sizes = np.bincount(codes)
    if sizes.min() < 2:
        raise ValueError(
            f"y: label {_named(labels[sizes < 2])} has a single song and cannot be both learned and tested; "
            "add a second song, or take this label's song out of the data"
        )
    if n_splits > sizes.max():
        raise ValueError(
            f"n_splits={n_splits}, but the largest label has {sizes.max()} songs; "
            f"n_splits must be 2 to {sizes.max()}"
        )
    if groups is None:
        return
    n_groups = len(np.unique(groups))
    spread = np.array([len(np.unique(groups[codes == code])) for code in range(len(labels))])
    if spread.min() < 2:
        raise ValueError(
            f"groups: all songs of label {_named(labels[spread < 2])} are of one group, so it cannot be both "
            "learned and tested; add songs of a second group (another artist or recording), or take this "
            "label's songs out of the data"
        )
    if n_splits > n_groups:
        raise ValueError(
            f"n_splits={n_splits}, but there are {n_groups} groups; there cannot be more folds than groups"
        )


def _named(labels):
    """Name the first label, and in brackets the others to which the same applies."""
    first, *others = (f"'{label}'" for label in labels)
    return f"{first} (likewise {', '.join(others)})" if others else first
