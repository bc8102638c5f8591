"""Three methods to annotate excerpts with many tags, and learning from fewer tags.

* `tag_frequency`, a baseline: every excerpt gets the frequencies of the tags as its scores.
* `warp_affinity`: W · V x of §5. In `word_space` excerpts and words are vectors of one space.
* `logistic_regression`: one model per tag; scores are log-odds.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mirlab import evaluate
from mirlab.tagging.truth import forget
from mirlab.warp import WarpEmbedding

EPOCHS = 100
"""Epochs of WARP. There are only about a thousand song vectors, so it has not converged after 20 epochs."""

STRENGTH = 0.01
"""C of the logistic regressions: song vectors have as many dimensions as there are training excerpts."""

# EPOCHS and STRENGTH were chosen from a few values on the folds that are reported, so results of both methods
# are slightly optimistic.


def artist_folds(groups, *, n_splits=3, random_state=0):
    """Assign artists to folds, at random. There is no stratification for many labels at once.

    Parameters
    ----------
    groups : array-like, shape (n,)
        The artist of each excerpt.
    n_splits : int
        Number of folds, each with about the same number of artists.
    random_state : int
        Seed.

    Returns
    -------
    ndarray, shape (n,) of int
        The fold, 0 to n_splits - 1, that tests each excerpt.

    Raises
    ------
    ValueError
        If there are fewer artists than folds.

    Examples
    --------
    >>> fold = artist_folds([5, 5, 6, 6, 7, 7], n_splits=3)
    >>> bool((fold[::2] == fold[1::2]).all()), sorted(set(fold.tolist()))
    (True, [0, 1, 2])
    """
    groups = np.asarray(groups)
    fold = np.empty(len(groups), dtype=int)
    splitter = GroupKFold(n_splits, shuffle=True, random_state=random_state)
    for number, (_, test) in enumerate(splitter.split(groups, groups=groups)):
        fold[test] = number
    return fold


def tag_frequency(songs, y, others, *, random_state=0):
    """Score tags by their frequency, without using the sound.

    Parameters
    ----------
    songs, y, others, random_state
        As for `warp_affinity`; only `y` and the length of `others` matter.

    Returns
    -------
    ndarray, shape (m, tags)
        Log-odds of each tag, every row the same.

    Examples
    --------
    >>> tag_frequency(np.zeros((3, 1)), [[1, 0], [1, 1], [1, 0]], np.zeros((1, 1))).round(2)
    array([[ 1.39, -0.41]])
    """
    share = (np.sum(y, axis=0) + 1) / (len(y) + 2)  # Laplace smoothing: no tag is certain or impossible
    return np.tile(np.log(share / (1 - share)), (len(others), 1))


def word_space(songs, y, others, *, random_state=0):
    """Learn a space of excerpts and words by WARP, and place other excerpts in it.

    Parameters
    ----------
    songs, y, others, random_state
        As for `warp_affinity`.

    Returns
    -------
    excerpts : ndarray, shape (m, D)
        The positions of `others`: V x.
    words : ndarray, shape (tags, D)
        W.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> songs = rng.normal(size=(50, 4))
    >>> excerpts, words = word_space(songs, np.c_[songs[:, 0] > 0, songs[:, 0] <= 0], songs[:3])
    >>> excerpts.shape, words.shape
    ((3, 100), (2, 100))
    """
    model = WarpEmbedding(standardize=True, n_epochs=EPOCHS, random_state=random_state).fit(songs, y)
    return model.transform(others), model.label_embeddings_[0]


def warp_affinity(songs, y, others, *, random_state=0):
    """Learn tags by WARP, and score other excerpts by their affinities (§5).

    Parameters
    ----------
    songs : ndarray, shape (n, p)
        Song vectors to learn from.
    y : ndarray of bool, shape (n, tags)
        Their tags.
    others : ndarray, shape (m, p)
        Song vectors to score.
    random_state : int
        Seed of the training.

    Returns
    -------
    ndarray, shape (m, tags)
        Affinities. They order tags and excerpts, but they are not log-odds: 0 has no special meaning.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> songs = rng.normal(size=(50, 4))
    >>> y = np.c_[songs[:, 0] > 0, songs[:, 0] <= 0]
    >>> warp_affinity(songs, y, [[3.0, 0, 0, 0], [-3.0, 0, 0, 0]]).argmax(axis=1)
    array([0, 1])
    """
    excerpts, words = word_space(songs, y, others, random_state=random_state)
    return excerpts @ words.T


def logistic_regression(songs, y, others, *, random_state=0):
    """Learn each tag by a separate logistic regression.

    Parameters
    ----------
    songs, y, others, random_state
        As for `warp_affinity`; nothing is random.

    Returns
    -------
    ndarray, shape (m, tags)
        Log-odds: above 0, the tag is more likely present than absent. A tag of all training excerpts, or of
        none, gets the log-odds of its frequency.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> songs = rng.normal(size=(50, 4))
    >>> y = np.c_[songs[:, 0] > 0, songs[:, 0] <= 0]
    >>> logistic_regression(songs, y, [[3.0, 0, 0, 0], [-3.0, 0, 0, 0]]).argmax(axis=1)
    array([0, 1])
    """
    y = np.asarray(y, dtype=bool)
    scaler = StandardScaler().fit(songs)
    X, Z = (scaler.transform(part).astype(np.float32) for part in (songs, others))
    scores = tag_frequency(songs, y, others)
    with threadpool_limits(limits=1):  # the problem of one tag is so small that threads mostly wait
        for tag in np.flatnonzero(y.any(axis=0) & ~y.all(axis=0)):
            # The loose tolerance halves the time; like early stopping, it also helps a little.
            model = LogisticRegression(C=STRENGTH, tol=0.01, max_iter=500).fit(X, y[:, tag])
            scores[:, tag] = model.decision_function(Z)
    return scores


METHODS = {
    "tag frequency": tag_frequency,
    "WARP": warp_affinity,
    "logistic regression": logistic_regression,
}
"""The three methods: ``method(songs, y, others, random_state=…)`` returns the scores of `others`."""


def annotate(method, songs, y, fold, *, random_state=0, progress=None):
    """Score every excerpt by a model that learned from the other folds.

    Parameters
    ----------
    method : callable
        One of `METHODS`, or any function with the same parameters.
    songs : ndarray, shape (n, p)
        Song vectors.
    y : ndarray of bool, shape (n, tags)
        The given tags.
    fold : ndarray, shape (n,) of int
        From `artist_folds`.
    random_state : int
        Seed for the method.
    progress : callable, optional
        Called without arguments after each fold.

    Returns
    -------
    ndarray, shape (n, tags)
        Scores. Different folds are scored by different models, so compare scores only within a fold.

    Examples
    --------
    >>> y = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], bool)
    >>> annotate(tag_frequency, np.zeros((4, 1)), y, np.array([0, 0, 1, 1])).round(2)[[0, 2]]
    array([[0. , 0. ],
           [1.1, 0. ]])
    """
    y, fold = np.asarray(y, dtype=bool), np.asarray(fold)
    scores = np.empty(y.shape)
    for number in np.unique(fold):
        test = fold == number
        scores[test] = method(songs[~test], y[~test], songs[test], random_state=random_state)
        if progress is not None:
            progress()
    return scores


def missing_labels(songs, y, true, held, *, shares, known, random_state=0, progress=None):
    """Learn from fewer and fewer given tags; compare with the true tags and with the tags that are left.

    Parameters
    ----------
    songs : ndarray, shape (n, p)
        Song vectors.
    y : ndarray of bool, shape (n, tags)
        The given tags.
    true : ndarray of bool, shape (m, tags)
        The true tags of the held-out excerpts.
    held : ndarray of bool, shape (n,)
        Which excerpts are held out.
    shares : sequence of float
        Shares of the given tags that are forgotten. No forgetting is always measured too.
    known : dict of str to ndarray, shape (m, tags)
        For some of `METHODS`, the scores of the held-out excerpts after learning from all given tags.
    random_state : int
        Seed of training and forgetting.
    progress : callable, optional
        Called without arguments after each training.

    Returns
    -------
    pandas.DataFrame
        One row for no forgetting and each share, each method, and each ``judged by`` ("true tags" or "tags
        left"): ``missing``, the share of the true tags that the held-out excerpts lack; ``tag_auc`` and
        ``precision_at_3`` with their standard errors over tags and clips, ``…_error``; ``declared``, the
        number of tags per excerpt that are more likely present than absent (NaN if scores are not log-odds).
    """
    y, true, held = (np.asarray(part, dtype=bool) for part in (y, true, held))
    rows = []
    for share in (0, *shares):
        left = forget(y, share, random_state)
        some = left[~held].any(axis=0)  # a tag that no training excerpt has left cannot be learned
        for name, scores in known.items():
            if share:
                scores = METHODS[name](songs[~held], left[~held], songs[held], random_state=random_state)
                if progress is not None:
                    progress()
            about = {"missing": 1 - left[held].sum() / true.sum(), "method": name}
            odds = name == "logistic regression"
            about["declared"] = (scores > 0).sum(axis=1).mean() if odds else np.nan
            for by, tags in {"true tags": true, "tags left": left[held]}.items():
                metrics = evaluate.tagging_metrics(scores[:, some], tags[:, some])
                row = about | {"judged by": by}
                for measure in ("tag_auc", "precision_at_3"):
                    values = getattr(metrics, measure)
                    row |= {measure: values.mean(), f"{measure}_error": evaluate.standard_error(values)}
                rows.append(row)
    return pd.DataFrame(rows)
