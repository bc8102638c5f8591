"""Metrics for clips with many tags: AUC by tag and by clip, average precision, precision at 3 (§3.3)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import average_precision_score

from mirlab.evaluate.songs import check_matrix


@dataclass(frozen=True, eq=False)
class TaggingMetrics:
    """What `tagging_metrics` measured, per tag and per clip.

    Attributes
    ----------
    tags : ndarray of int
        Columns that were scored: at least one clip has the tag and at least one does not.
    tag_auc, average_precision : ndarray, shape (len(tags),)
        For each of these tags: how well its scores order the clips.
    clips : ndarray of int
        Rows that were scored: the clip has at least one tag and lacks at least one.
    clip_auc, precision_at_3 : ndarray, shape (len(clips),)
        For each of these clips: how well its scores order the tags.
    tags_left_out, clips_left_out : int
        Numbers of tags and clips that could not be scored.
    """

    tags: np.ndarray
    tag_auc: np.ndarray
    average_precision: np.ndarray
    clips: np.ndarray
    clip_auc: np.ndarray
    precision_at_3: np.ndarray
    tags_left_out: int
    clips_left_out: int

    def summary(self):
        """Return the four means and the two counts.

        Returns
        -------
        dict of str to float or int
        """
        means = ("tag_auc", "average_precision", "clip_auc", "precision_at_3")
        counts = ("tags_left_out", "clips_left_out")
        return {name: float(getattr(self, name).mean()) for name in means} | {
            name: getattr(self, name) for name in counts
        }


def tagging_metrics(scores, y):
    """Measure automatic tag annotation (§3.3).

    Parameters
    ----------
    scores : array-like, shape (n, tags)
        The score of each tag for each clip, on any scale. AUC by tag and average precision compare the clips
        of one tag; AUC by clip and precision at 3 compare the tags of one clip.
    y : array-like, shape (n, tags) of bool or 0/1
        The tags of each clip. At least 3 tags.

    Returns
    -------
    TaggingMetrics
        Tags of all clips or of none, and clips with all tags or with none, have no AUC. They are left out of
        all four figures, and counted.

    Raises
    ------
    ValueError, TypeError
        If shapes differ, `scores` is not finite, `y` holds anything but 0 and 1, or nothing can be scored.

    Examples
    --------
    >>> scores = [[0.9, 0.1, 0.3], [0.2, 0.8, 0.1], [0.6, 0.7, 0.2]]
    >>> y = [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    >>> m = tagging_metrics(scores, y)
    >>> m.tag_auc, m.tags_left_out
    (array([1., 1.]), 1)
    >>> m.clip_auc
    array([1. , 1. , 0.5])
    """
    scores = check_matrix(scores, "scores")
    y = np.asarray(y)
    if y.shape != scores.shape:
        raise ValueError(
            f"y has shape {y.shape} and scores {scores.shape}; both must be (n, tags), one row per clip"
        )
    if y.dtype.kind not in "biuf" or not np.isin(y, (0, 1)).all():
        raise ValueError("y must hold True or False (1 or 0) for each clip and tag")
    if scores.shape[1] < 3:
        raise ValueError(f"scores has {scores.shape[1]} tags; precision at 3 needs at least 3")
    y = y.astype(bool)
    tags = np.flatnonzero(y.any(axis=0) & ~y.all(axis=0))
    clips = np.flatnonzero(y.any(axis=1) & ~y.all(axis=1))
    if not len(tags) or not len(clips):
        raise ValueError(
            "y: nothing can be scored; some tag must be on some clips and not on others, and some clip must "
            "have some tags and not others"
        )
    best = np.argsort(-scores[clips], axis=1, kind="stable")[:, :3]
    return TaggingMetrics(
        tags=tags,
        tag_auc=_auc(scores[:, tags], y[:, tags]),
        average_precision=np.array([average_precision_score(y[:, tag], scores[:, tag]) for tag in tags]),
        clips=clips,
        clip_auc=_auc(scores[clips].T, y[clips].T),
        precision_at_3=np.take_along_axis(y[clips], best, axis=1).mean(axis=1),
        tags_left_out=y.shape[1] - len(tags),
        clips_left_out=len(y) - len(clips),
    )


MEASURES = ("tag_auc", "average_precision", "clip_auc", "precision_at_3")
"""What `judge` measures: attributes of `mirlab.evaluate.TaggingMetrics`."""


def judge(scores, y, fold):
    """Measure annotation in each fold (§3.3).

    Parameters
    ----------
    scores : ndarray, shape (n, tags)
        From `annotate`.
    y : ndarray of bool, shape (n, tags)
        The tags to compare with, given or true.
    fold : ndarray, shape (n,) of int
        The folds of `annotate`.

    Returns
    -------
    pandas.DataFrame
        One row per fold, one column for each of `MEASURES`, and ``tags``, the number of tags scored. A tag is
        left out if the other folds lack it, or if all or none of the fold's excerpts have it.

    Raises
    ------
    ValueError
        If shapes differ, there is a single fold, or nothing can be scored.

    Examples
    --------
    >>> y = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]] * 2, bool)
    >>> judge(y.astype(float), y, np.repeat([0, 1], 3))
       tag_auc  average_precision  clip_auc  precision_at_3  tags
    0      1.0                1.0       1.0        0.333333     3
    1      1.0                1.0       1.0        0.333333     3
    """
    scores, y, fold = np.asarray(scores), np.asarray(y, dtype=bool), np.asarray(fold)
    _check_shapes(scores, y, fold, "fold")
    if len(np.unique(fold)) < 2:
        raise ValueError("fold holds a single fold; there must be one to test and others to learn from")
    rows = []
    for number in np.unique(fold):
        test = fold == number
        learned = y[~test].any(axis=0)
        metrics = tagging_metrics(scores[test][:, learned], y[test][:, learned])
        summary = metrics.summary()
        rows.append({name: summary[name] for name in MEASURES} | {"tags": len(metrics.tags)})
    return pd.DataFrame(rows, index=np.unique(fold))


def tag_auc(scores, y, groups=None):
    """Measure the AUC of each tag over pairs of excerpts of the same group.

    Grouped by fold, it compares only scores of one model. Grouped by style, it tests whether a tag is heard,
    or only guessed from the style.

    Parameters
    ----------
    scores : ndarray, shape (n, tags)
        The score of each tag for each excerpt.
    y : ndarray of bool, shape (n, tags)
        The tags of each excerpt.
    groups : array-like, shape (n,), optional
        By default all excerpts are one group.

    Returns
    -------
    ndarray, shape (tags,)
        Share of the pairs (one excerpt with the tag, one without it) in the right order, where a tie counts
        half; NaN for a tag without such a pair.

    Raises
    ------
    ValueError
        If shapes differ, or a score is NaN.

    Examples
    --------
    >>> y = np.array([[1], [0], [1], [0]], bool)
    >>> scores = np.array([[0.9], [0.8], [0.2], [0.1]])
    >>> tag_auc(scores, y), tag_auc(scores, y, groups=["rock", "rock", "folk", "folk"])
    (array([0.75]), array([1.]))
    """
    scores, y = np.asarray(scores, dtype=float), np.asarray(y, dtype=bool)
    groups = np.zeros(len(y), int) if groups is None else np.asarray(groups)
    _check_shapes(scores, y, groups, "groups")
    if np.isnan(scores).any():
        clip, tag = np.argwhere(np.isnan(scores))[0]
        raise ValueError(f"scores: the score of excerpt {clip} for tag {tag} is NaN; each must be a number")
    right, pairs = np.zeros(y.shape[1]), np.zeros(y.shape[1])
    for group in np.unique(groups):
        members = groups == group
        ordered, all_pairs = _ordered_pairs(scores[members], y[members])
        right += ordered
        pairs += all_pairs
    return np.divide(right, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def _check_shapes(scores, y, groups, name):
    if scores.shape != y.shape or y.ndim != 2 or groups.shape != (len(y),):
        raise ValueError(
            f"scores has shape {scores.shape}, y {y.shape} and {name} {groups.shape}; "
            "they must be (n, tags), (n, tags) and (n,)"
        )


def _auc(scores, y):
    """Return the area under the ROC curve of each column."""
    right, pairs = _ordered_pairs(scores, y)
    return right / pairs


def _ordered_pairs(scores, y):
    """Count, for each column, the (positive, negative) pairs in the right order, and all such pairs.

    The first is the U statistic of Mann and Whitney, from the ranks of the positives, for all columns at
    once. `roc_auc_score` of scikit-learn takes one column at a time, which is 50 times slower for the 22 787
    clips of MagnaTagATune.
    """
    positive = y.sum(axis=0)
    ranks = stats.rankdata(scores, axis=0)
    return (ranks * y).sum(axis=0) - positive * (positive + 1) / 2, positive * (len(y) - positive)
