"""How good is a feature space? The protocols of §6: classification, learning curves, similarity, tags.

Conventions
-----------
A *song* (an excerpt) is one array of windows, shape (w, p): its aggregated features, one row a window.
All folds, draws and scores count songs, never windows, so no song stands on both sides of a split; with
`groups` (artists), no artist does either. Labels are whole numbers or names. Higher is always better.

Everything random follows from `random_state`, `y` and `groups` alone, never from the features: two
feature sets of the same songs meet the same folds and the same draws, and may be compared pairwise.
Decisions are taken by arg max; their inputs agree to about 1e-10 however many threads BLAS uses.

Protocols and metrics
---------------------
* `cross_validate`: accuracy of linear regression on windows, outputs averaged over the song (Table 4).
* `learning_curve`: the same with at most k training songs a label (Figure 3).
* `published_split`: the same on parts that others have published, so that figures can be compared.
* `compare`: the paired difference of two feature sets, with an honest standard error.
* `precision_at_k`: the share of a song's k nearest neighbours that carry its label (Table 5).
* `tagging_metrics`: AUC by tag and by clip, average precision, precision at 3 (§3.3).
* `folds`, `nearest`, `song_vectors`, `standard_error`: the parts these are made of.

The classifier
--------------
Least squares onto one-hot targets, with an intercept, on features standardised with the mean and the
standard deviation of the training windows. The paper says no more than "linear regression". Plain least
squares has an interpolation peak: accuracy collapses where the number of training windows is close to the
number of dimensions, at another place for a 400-d embedding than for 800-d base features, and a learning
curve would take that for a result. A small `ridge` levels the peak where dimensions are correlated, as mel
bands are (uncorrelated ones need a larger one); ``ridge=0`` brings it back.
"""

import numbers
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import linalg, stats
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.metrics import average_precision_score, confusion_matrix, pairwise_distances_chunked
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

RIDGE = 1e-2
"""Default penalty of the classifier, as a fraction of the number of training windows."""

METRICS = ("manhattan", "euclidean", "cosine")
"""The distances of §3.2, the paper's choice first."""

_BLOCK = 4096  # windows turned to float64 at a time: 26 MB at 800 dimensions


# ---------------------------------------------------------------------------------- results


@dataclass(frozen=True, eq=False)
class FoldScores:
    """One accuracy for each fold, and what is needed to compare it with another's.

    Attributes
    ----------
    scores : ndarray, shape (n_splits,) or (sizes, n_splits)
        Share of the test songs of each fold that were classified correctly, 0 to 1.
    folds : ndarray, shape (n,) of int
        The fold that tested each song.
    y : ndarray, shape (n,)
        The true labels.
    """

    scores: np.ndarray
    folds: np.ndarray
    y: np.ndarray

    @property
    def mean(self):
        """Mean accuracy over the folds: float, or ndarray of shape (sizes,)."""
        return self.scores.mean(axis=-1)

    @property
    def standard_error(self):
        """Standard error of `mean` over the folds, as in the paper: see `standard_error`."""
        return standard_error(self.scores)


@dataclass(frozen=True, eq=False)
class CrossValidation(FoldScores):
    """What `cross_validate` found.

    Attributes
    ----------
    scores, folds, y, mean, standard_error
        See `FoldScores`; `scores` has shape (n_splits,).
    labels : ndarray, shape (labels,)
        The distinct labels, sorted.
    outputs : ndarray, shape (n, labels)
        Output of the classifier that had not seen the song, averaged over the song.
    """

    labels: np.ndarray
    outputs: np.ndarray

    @property
    def predictions(self):
        """The label with the highest output: ndarray of shape (n,)."""
        return self.labels[self.outputs.argmax(axis=1)]

    def confusion(self):
        """Count what was taken for what.

        Returns
        -------
        ndarray, shape (labels, labels) of int
            Songs with the label of the row that were given the label of the column, in the order of `labels`.
        """
        return confusion_matrix(self.y, self.predictions, labels=self.labels)


@dataclass(frozen=True, eq=False)
class LearningCurve(FoldScores):
    """What `learning_curve` found.

    Attributes
    ----------
    scores, folds, y, mean, standard_error
        See `FoldScores`; `scores` has shape (sizes, n_splits), each the mean over `n_draws` draws.
    per_class : tuple of int, length sizes
        Training songs a label.
    n_draws : int
        Draws of training songs that were averaged in each fold.
    random_state : int
        The seed of folds and draws.
    """

    per_class: tuple
    n_draws: int
    random_state: int


@dataclass(frozen=True, eq=False)
class PublishedSplit:
    """What `published_split` found.

    Attributes
    ----------
    tested : ndarray, shape (m,) of int
        The songs that were tested, each once.
    right : ndarray, shape (m,) of bool
        Whether each was classified correctly.
    """

    tested: np.ndarray
    right: np.ndarray

    @property
    def mean(self):
        """Share of the tested songs that were classified correctly."""
        return self.right.mean()

    @property
    def standard_error(self):
        """Standard error of `mean` over songs taken as independent: a split has too few parts for another."""
        return standard_error(self.right)


@dataclass(frozen=True)
class Comparison:
    """A paired difference of two feature sets. Each field is a float, or an ndarray of shape (sizes,).

    Attributes
    ----------
    difference : float or ndarray
        Mean of (a - b) over the folds: positive where `a` is better.
    standard_error : float or ndarray
        Its standard error, corrected for the overlap of the training sets.
    t : float or ndarray
        difference / standard_error, with n_splits - 1 degrees of freedom.
    p : float or ndarray
        Two-sided p-value of "there is no difference". It belongs to one comparison: of twenty, expect one
        below 0.05.
    """

    difference: float
    standard_error: float
    t: float
    p: float


@dataclass(frozen=True, eq=False)
class TaggingMetrics:
    """What `tagging_metrics` found, tag by tag and clip by clip.

    Attributes
    ----------
    tags : ndarray of int
        Columns that could be scored: at least one clip has the tag and at least one has not.
    tag_auc, average_precision : ndarray, shape (len(tags),)
        For each of them: how well the tag orders the clips.
    clips : ndarray of int
        Rows that could be scored: the clip has at least one tag and lacks at least one.
    clip_auc, precision_at_3 : ndarray, shape (len(clips),)
        For each of them: how well the clip orders the tags.
    tags_left_out, clips_left_out : int
        How many could not be scored.
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


# ---------------------------------------------------------------------------------- classification


def cross_validate(windows, y, *, groups=None, n_splits=10, random_state=0, ridge=RIDGE, classifier=None):
    """Measure accuracy by stratified cross-validation over songs (§6.2, Table 4).

    Parameters
    ----------
    windows : sequence of n ndarrays of shape (w_i, p), or ndarray of shape (n, w, p)
        Window-level features of each song. Read twice, a few songs at a time; never copied whole.
    y : array-like, shape (n,) of int or str
        The label of each song.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song; no artist stands on both sides of a split.
    n_splits : int, default=10
        Number of folds, from 2 to the number of songs of the largest label.
    random_state : int, default=0
        Seed of the folds.
    ridge : float, default=RIDGE
        Penalty on standardised features, as a fraction of the number of training windows; 0 for plain least
        squares (of minimal norm where that is not unique). See the notes of this module.
    classifier : scikit-learn classifier, optional
        What to use in place of the linear regression: it learns from standardised training windows, and its
        decision function, or else its probabilities, are averaged over the song. A `random_state` that it
        leaves open is set to this function's.

    Returns
    -------
    CrossValidation
        Accuracy is the share of songs that are right, so a large label weighs more than a small one.

    Raises
    ------
    ValueError, TypeError
        If the songs are empty, not finite or of unequal width, or the folds cannot be made (see `folds`).

    Notes
    -----
    The training data of a fold enter through sums of products alone, and those are all the data's minus the
    fold's own: ten folds cost one pass over the windows and ten small systems. A linear model's average
    output over the windows of a song is its output at their mean, so only that is kept for prediction.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["blues", "jazz"], 20)
    >>> songs = [rng.normal(3.0 * (label == "jazz"), 1.0, size=(5, 2)) for label in y]
    >>> result = cross_validate(songs, y, n_splits=5)
    >>> float(result.mean), float(result.standard_error)
    (1.0, 0.0)
    >>> result.confusion()
    array([[20,  0],
           [ 0, 20]])
    """
    labels, codes = _labels(y)
    fold = folds(y, groups, n_splits=n_splits, random_state=random_state)
    ridge = _penalty(ridge)
    songs = _Songs(windows, len(codes))
    if classifier is None:
        grams = [songs.gram(np.flatnonzero(fold == f)) for f in range(n_splits)]
        total = sum(grams)
        learn = [partial(_fit, ridge=ridge, gram=total - gram) for gram in grams]
    else:
        learn = [partial(_fit_classifier, classifier=_seeded(classifier, random_state))] * n_splits
    outputs = np.empty((len(codes), len(labels)))
    for f in range(n_splits):
        train, test = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        outputs[test] = learn[f](songs, codes, len(labels), train)(test)
    right = outputs.argmax(axis=1) == codes
    scores = np.array([right[fold == f].mean() for f in range(n_splits)])
    return CrossValidation(scores, fold, labels[codes], labels, outputs)


def learning_curve(
    windows,
    y,
    *,
    per_class=(1, 2, 5, 10, 20),
    groups=None,
    n_splits=10,
    random_state=0,
    n_draws=5,
    ridge=RIDGE,
    classifier=None,
):
    """Measure accuracy against the number of training songs a label (§6.2, Figure 3).

    The folds are those of `cross_validate`. In each, at most k songs of each label are drawn from the
    training part (a label with fewer gives all it has), and the whole test fold is classified. Draws are
    nested: what is drawn for a small k is drawn for every larger one.

    Parameters
    ----------
    windows, y, groups, n_splits, random_state, ridge, classifier
        As for `cross_validate`; `random_state` seeds the draws too.
    per_class : int or sequence of int, default=(1, 2, 5, 10, 20)
        Training songs a label.
    n_draws : int, default=5
        Draws averaged in each fold. At one song a label, much depends on which song it is: five draws take
        away nearly half of what another seed would change, ten hardly more.

    Returns
    -------
    LearningCurve

    Raises
    ------
    ValueError, TypeError
        As for `cross_validate`, and if `per_class` or `n_draws` is not made of whole numbers above 0.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], 20)
    >>> songs = [rng.normal(label, 1.0, size=(5, 2)) for label in y]
    >>> curve = learning_curve(songs, y, per_class=(1, 16), n_splits=5)
    >>> curve.scores.shape
    (2, 5)
    >>> bool(curve.mean[0] < curve.mean[1])
    True
    """
    labels, codes = _labels(y)
    sizes = tuple(_whole(k, "per_class", 1) for k in np.ravel(np.asarray(per_class, dtype=object)))
    if not sizes:
        raise ValueError("per_class is empty; it must hold at least one number of training songs a label")
    n_draws = _whole(n_draws, "n_draws", 1)
    fold = folds(y, groups, n_splits=n_splits, random_state=random_state)
    ridge = _penalty(ridge)
    songs = _Songs(windows, len(codes))
    if classifier is None:
        learn = partial(_fit, ridge=ridge)
    else:
        learn = partial(_fit_classifier, classifier=_seeded(classifier, random_state))
    scores = np.zeros((len(sizes), n_splits))
    # On many small systems threads get in each other's way, the more so on a busy machine.
    with threadpool_limits(limits=1, user_api="blas"):
        for f in range(n_splits):
            train, test = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
            for draw in range(n_draws):
                shuffled = np.random.default_rng([random_state, f, draw]).permutation(train)
                turn = pd.Series(codes[shuffled]).groupby(codes[shuffled]).cumcount().to_numpy()
                for s, k in enumerate(sizes):
                    outputs = learn(songs, codes, len(labels), shuffled[turn < k])(test)
                    scores[s, f] += (outputs.argmax(axis=1) == codes[test]).mean() / n_draws
    return LearningCurve(scores, fold, labels[codes], sizes, n_draws, int(random_state))


def published_split(windows, y, parts, *, random_state=0, ridge=RIDGE, classifier=None):
    """Measure accuracy on a split that is given, as others have published it.

    A split with a part "test" is learned on its part "train", and whatever else it has (a part to choose
    settings on) is left aside. Without one, the parts are folds: each is tested by what the others teach.

    Parameters
    ----------
    windows, y, random_state, ridge, classifier
        As for `cross_validate`.
    parts : sequence of n str
        The part of each song; "" where the split leaves it out. See `mirlab.datasets.Dataset.splits`.

    Returns
    -------
    PublishedSplit

    Raises
    ------
    ValueError, TypeError
        If there is nothing to learn from or to test, or as for `cross_validate`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.tile(["blues", "jazz"], 20)
    >>> songs = [rng.normal(3.0 * (label == "jazz"), 1.0, size=(5, 2)) for label in y]
    >>> result = published_split(songs, y, ["train"] * 20 + ["valid"] * 10 + [""] * 4 + ["test"] * 6)
    >>> result.tested, float(result.mean)
    (array([34, 35, 36, 37, 38, 39]), 1.0)
    """
    labels, codes = _labels(y)
    parts = _names(parts, "parts", len(codes))
    if parts.dtype.kind != "U":
        raise TypeError(f"parts holds {parts.dtype}; it must hold names, such as 'train' and 'test'")
    if "test" in parts:
        rounds = [(parts == "train", parts == "test")]
    else:
        rounds = [((parts != part) & (parts != ""), parts == part) for part in np.unique(parts[parts != ""])]
    if sum(test.sum() for _, test in rounds) < 2 or not all(train.any() for train, _ in rounds):
        raise ValueError(
            "parts: too few songs are there; it takes one in 'train' and two in 'test', or two folds"
        )
    ridge = _penalty(ridge)
    songs = _Songs(windows, len(codes))
    if classifier is None:
        learn = partial(_fit, ridge=ridge)
    else:
        learn = partial(_fit_classifier, classifier=_seeded(classifier, random_state))
    tested, right = [], []
    for train, test in rounds:
        test = np.flatnonzero(test)
        outputs = learn(songs, codes, len(labels), np.flatnonzero(train))(test)
        tested.append(test)
        right.append(outputs.argmax(axis=1) == codes[test])
    return PublishedSplit(np.concatenate(tested), np.concatenate(right))


def compare(a, b):
    """Compare two feature sets, fold by fold.

    Parameters
    ----------
    a, b : CrossValidation or LearningCurve
        Results of the same function on the same songs, labels, folds and draws.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError
        If they are not two results of the same function.
    ValueError
        If they come from different songs, folds, sizes or draws.

    Notes
    -----
    Any two training sets of a cross-validation share most of their songs, so the folds' differences are not
    independent and the usual variance of their mean, s²/J over J folds, is too small. Nadeau and Bengio
    ("Inference for the generalization error", Machine Learning, 2003) put (1/J + n_test/n_train)·s² in its
    place; here n_test/n_train is 1/(J-1). The few songs of a learning curve overlap less than that, so for
    them the correction errs on the side of caution.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], 50)
    >>> clear = [rng.normal(label, 1.0, size=(5, 2)) for label in y]
    >>> blurred = [song + rng.normal(0, 2.0, size=2) for song in clear]
    >>> c = compare(cross_validate(clear, y), cross_validate(blurred, y))
    >>> bool(c.difference > 0), bool(c.p < 0.05)
    (True, True)
    """
    if not (isinstance(a, FoldScores) and type(a) is type(b)):
        raise TypeError(
            "a and b must be two results of cross_validate, or two of learning_curve; got "
            f"{type(a).__name__} and {type(b).__name__}"
        )
    if not np.array_equal(a.y, b.y):
        raise ValueError("a and b were measured on different songs or labels; use the same y for both")
    if not np.array_equal(a.folds, b.folds):
        raise ValueError(
            "a and b were measured on different folds; use the same groups, n_splits and random_state"
        )
    if isinstance(a, LearningCurve):
        for name in ("per_class", "n_draws", "random_state"):
            if getattr(a, name) != getattr(b, name):
                raise ValueError(
                    f"a has {name}={getattr(a, name)} and b has {getattr(b, name)}; use the same for both"
                )
    paired = a.scores - b.scores
    n_splits = paired.shape[-1]
    difference = paired.mean(axis=-1)
    error = np.sqrt((1 / n_splits + 1 / (n_splits - 1)) * paired.var(axis=-1, ddof=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.nan_to_num(difference / error, nan=0.0, posinf=np.inf, neginf=-np.inf)  # 0/0: no difference
    return Comparison(difference, error, t[()], 2 * stats.t.sf(np.abs(t), n_splits - 1))


def folds(y, groups=None, *, n_splits=10, random_state=0):
    """Deal the songs out to folds, each label spread as evenly as possible.

    Parameters
    ----------
    y : array-like, shape (n,) of int or str
        The label of each song.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song; all songs of an artist go to one fold, and evenness is then approximate.
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
        If there is a single label; if a label has a single song (or a single artist, with `groups`), since
        it could never be both learned and tested; if there are more folds than songs of the largest label,
        or than artists.

    Examples
    --------
    >>> np.bincount(folds(np.repeat(["blues", "jazz"], [6, 9]), n_splits=3))
    array([5, 5, 5])
    """
    labels, codes = _labels(y)
    n_splits = _whole(n_splits, "n_splits", 2)
    random_state = _whole(random_state, "random_state", 0, 2**32 - 1)
    sizes = np.bincount(codes)
    if sizes.min() < 2:
        raise ValueError(
            f"y: label '{labels[sizes.argmin()]}' has a single song and cannot be both learned and tested; "
            "leave the label out, or find a second song"
        )
    if n_splits > sizes.max():
        raise ValueError(
            f"n_splits={n_splits}, but the largest label has {sizes.max()} songs; "
            f"n_splits must be 2 to {sizes.max()}"
        )
    splitter = StratifiedKFold
    if groups is not None:
        groups = _names(groups, "groups", len(codes))
        spread = [len(np.unique(groups[codes == code])) for code in range(len(labels))]
        if min(spread) < 2:
            raise ValueError(
                f"groups: all songs of label '{labels[np.argmin(spread)]}' are of one group, so it cannot be "
                "both learned and tested; leave the label out, or split without groups"
            )
        if n_splits > len(np.unique(groups)):
            raise ValueError(
                f"n_splits={n_splits}, but there are {len(np.unique(groups))} groups; "
                "there cannot be more folds than groups"
            )
        splitter = StratifiedGroupKFold
    split = splitter(n_splits, shuffle=True, random_state=random_state).split
    fold = np.empty(len(codes), dtype=int)
    with warnings.catch_warnings():
        # A label that is smaller than n_splits is legal here, and documented.
        warnings.filterwarnings("ignore", message="The least populated class")
        for f, (_, test) in enumerate(split(np.zeros(len(codes)), codes, groups)):
            fold[test] = f
    return fold


def standard_error(scores):
    """Return the standard error of a mean: standard deviation (ddof=1) / sqrt(number of scores).

    Parameters
    ----------
    scores : array-like, shape (..., m)
        At least two scores along the last axis. They are treated as independent. Folds share training songs
        and queries share neighbours, so the true error is somewhat larger; `compare` corrects for the former.

    Returns
    -------
    float or ndarray, shape (...)

    Raises
    ------
    ValueError
        If there are fewer than two scores.

    Examples
    --------
    >>> float(standard_error([1.0, 3.0]))
    1.0
    """
    scores = np.asarray(scores, dtype=float)
    if scores.ndim == 0 or scores.shape[-1] < 2:
        raise ValueError(
            f"scores has shape {scores.shape}; a standard error needs at least two along the last axis"
        )
    return scores.std(axis=-1, ddof=1) / np.sqrt(scores.shape[-1])


def song_vectors(windows):
    """Average the windows of each song: one vector a song, for `precision_at_k` and for maps.

    Parameters
    ----------
    windows : sequence of n ndarrays of shape (w_i, p), or ndarray of shape (n, w, p)
        Window-level features of each song.

    Returns
    -------
    ndarray, shape (n, p), float64
        Not standardised: whether to do so before measuring distances is the caller's decision.

    Raises
    ------
    ValueError, TypeError
        If a song is empty, not finite or not as wide as the others.

    Examples
    --------
    >>> song_vectors([[[0.0, 0.0], [2.0, 4.0]], [[5.0, 6.0]]])
    array([[1., 2.],
           [5., 6.]])
    """
    return _summaries(windows)[0]


# ---------------------------------------------------------------------------------- similarity


def precision_at_k(X, y, *, k=10, metric="manhattan", groups=None):
    """Measure how many of a song's k nearest neighbours carry its label (§3.2, §6.3, Table 5).

    Parameters
    ----------
    X : array-like, shape (n, p)
        One vector a song, for example from `song_vectors`. Distances are taken as they are: the paper does
        not say whether features were standardised first, so that is left to the caller.
    y : array-like, shape (n,) of int or str
        The label of each song.
    k : int, default=10
        Number of neighbours.
    metric : {"manhattan", "euclidean", "cosine"}, default="manhattan"
        The distance; the paper reports the first and found the others similar.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song; songs of the same artist are then no neighbours.

    Returns
    -------
    float
        Mean over all songs of the share, 0 to 1. A useless space gives the chance that two songs
        share a label: the sum of ``(np.bincount(y) / n) ** 2``, nearly.

    Raises
    ------
    ValueError, TypeError
        As `nearest`; if `y` holds one label only, or several a song.

    See Also
    --------
    precision_per_query : the share of each song, for a standard error.

    Examples
    --------
    >>> X = [[0.0], [1.0], [1.5], [9.0], [10.0]]
    >>> precision_at_k(X, ["a", "a", "b", "b", "b"], k=1)
    0.6
    """
    return float(precision_per_query(X, y, k=k, metric=metric, groups=groups).mean())


def precision_per_query(X, y, *, k=10, metric="manhattan", groups=None):
    """Return the share of same-label songs among the k nearest, for each song as the query.

    Parameters
    ----------
    X, y, k, metric, groups
        As for `precision_at_k`.

    Returns
    -------
    ndarray, shape (n,)
        Multiples of 1/k from 0 to 1. `standard_error` of it is the error bar of `precision_at_k`.

    Raises
    ------
    ValueError, TypeError
        As for `precision_at_k`.

    Examples
    --------
    >>> precision_per_query([[0.0], [1.0], [1.5], [9.0], [10.0]], ["a", "a", "b", "b", "b"], k=1)
    array([1., 0., 0., 1., 1.])
    """
    X = _matrix(X, "X")
    _, codes = _labels(y, len(X))
    _, indices = nearest(X, k=k, metric=metric, groups=groups)
    return (codes[indices] == codes[:, None]).mean(axis=1)


def nearest(X, *, k, metric="manhattan", groups=None):
    """Find the k nearest other rows of each row.

    Parameters
    ----------
    X : array-like, shape (n, p)
        One vector a row.
    k : int
        Number of neighbours.
    metric : {"manhattan", "euclidean", "cosine"}, default="manhattan"
        The distance.
    groups : array-like, shape (n,) of int or str, optional
        Rows of the same group are no neighbours of each other. By default a row excludes itself alone.

    Returns
    -------
    distances, indices : ndarray, shape (n, k)
        Nearest first; rows at exactly the same distance in the order of their index.

    Raises
    ------
    ValueError, TypeError
        If `X` is not finite or not two-dimensional, if a row has fewer than k possible neighbours, if the
        metric is unknown, or if a row is all zeros and the metric is the cosine.

    Examples
    --------
    >>> distances, indices = nearest([[0.0], [1.0], [1.0], [5.0]], k=2)
    >>> indices
    array([[1, 2],
           [2, 0],
           [1, 0],
           [1, 2]])
    """
    X = _matrix(X, "X")
    k = _whole(k, "k", 1)
    if metric not in METRICS:
        raise ValueError(f"metric={metric!r} is unknown; it must be one of {', '.join(METRICS)}")
    if metric == "cosine" and not X.any(axis=1).all():
        row = int(np.argmin(X.any(axis=1)))
        raise ValueError(f"X: row {row} is all zeros, and has no cosine; leave it out or use another metric")
    if groups is None:
        own = np.arange(len(X))
    else:
        own = np.unique(_names(groups, "groups", len(X)), return_inverse=True)[1]
    others = len(X) - np.bincount(own).max()
    if k > others:
        where = "" if groups is None else " outside the largest group"
        raise ValueError(
            f"k={k} neighbours were asked for, but there are only {others} other rows{where}; "
            "lower k or add rows"
        )

    def keep(block, start):
        block[own[start : start + len(block), None] == own] = np.inf
        order = np.argsort(block, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(block, order, axis=1), order

    blocks = pairwise_distances_chunked(X, metric=metric, reduce_func=keep, working_memory=32)
    distances, indices = zip(*blocks, strict=True)
    return np.concatenate(distances), np.concatenate(indices)


# ---------------------------------------------------------------------------------- tags


def tagging_metrics(scores, y):
    """Measure automatic tag annotation (§3.3).

    Parameters
    ----------
    scores : array-like, shape (n, tags)
        How strongly each tag is believed of each clip; any scale. AUC by tag and average precision compare
        the clips of one tag; AUC by clip and precision at 3 compare the tags of one clip.
    y : array-like, shape (n, tags) of bool or 0/1
        The tags each clip has. At least 3 tags.

    Returns
    -------
    TaggingMetrics
        Tags that every clip has or none has, and clips that have every tag or none, have no AUC; they are
        left out of all four figures, and counted.

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
    scores = _matrix(scores, "scores")
    y = np.asarray(y)
    if y.shape != scores.shape:
        raise ValueError(
            f"y has shape {y.shape} and scores {scores.shape}; both must be (n, tags), one row a clip"
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
            "y: nothing can be scored; a tag must be had by some clips and not by others, "
            "and a clip must have some tags and not others"
        )
    best = np.argsort(-scores[clips], axis=1, kind="stable")[:, :3]
    return TaggingMetrics(
        tags=tags,
        tag_auc=_auc(scores[:, tags], y[:, tags], axis=0),
        average_precision=np.array([average_precision_score(y[:, tag], scores[:, tag]) for tag in tags]),
        clips=clips,
        clip_auc=_auc(scores[clips], y[clips], axis=1),
        precision_at_3=np.take_along_axis(y[clips], best, axis=1).mean(axis=1),
        tags_left_out=y.shape[1] - len(tags),
        clips_left_out=len(y) - len(clips),
    )


def _auc(scores, y, axis):
    """Area under the ROC curve along `axis`: the share of (positive, negative) pairs in the right order.

    From the ranks of the positives (Mann and Whitney), all at once; scikit-learn's `roc_auc_score` takes
    one clip at a time, which is 50 times slower for the 22 787 clips of MagnaTagATune.
    """
    positive = y.sum(axis=axis)
    negative = y.shape[axis] - positive
    ranks = stats.rankdata(scores, axis=axis)
    return ((ranks * y).sum(axis=axis) - positive * (positive + 1) / 2) / (positive * negative)


# ---------------------------------------------------------------------------------- the classifier


class _Songs:
    """Windows of songs, with what a linear model needs of them: song means, and sums of products.

    Windows are shifted by the mean of all of them as they are read. That changes no result, since every
    model has an intercept; it keeps the subtraction in `_fit` from cancelling leading digits.
    """

    def __init__(self, windows, n):
        self.windows = windows
        self.means, self.counts = _summaries(windows, n)
        self.shift = np.average(self.means, axis=0, weights=self.counts)
        self.means -= self.shift

    def stack(self, songs):
        """Return the windows of `songs`, shape (windows, p), float64."""
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


def _fit(songs, codes, n_labels, train, *, ridge, gram=None):
    """Return the regression on the songs `train`: called with songs, it gives their outputs (songs, labels).

    Minimises |T - XW|²/m + ridge·|W|² over the m training windows, X standardised and T one-hot. With more
    windows than dimensions through XᵀX (p, p), else through XXᵀ (m, m): whichever is smaller.
    """
    counts, means = songs.counts[train], songs.means[train]
    m = counts.sum()
    mean = counts @ means / m
    targets = codes[train, None] == np.arange(n_labels)
    share = counts @ targets / m
    if gram is None and m <= len(mean):
        X = songs.stack(train) - mean
        scale = _scale(np.mean(X * X, axis=0), mean, songs.shift)
        X /= scale
        T = np.repeat(targets, counts, axis=0) - share
        weights = X.T @ _solve(X @ X.T / m, T / m, ridge)
    else:
        gram = songs.gram(train) if gram is None else gram
        covariance = gram / m - np.outer(mean, mean)
        scale = _scale(np.diag(covariance), mean, songs.shift)
        slope = (means * counts[:, None]).T @ targets / m - np.outer(mean, share)
        weights = _solve(covariance / np.outer(scale, scale), slope / scale[:, None], ridge)
    weights /= scale[:, None]
    return lambda test: (songs.means[test] - mean) @ weights + share


def _fit_classifier(songs, codes, n_labels, train, *, classifier):
    """Do as `_fit`, with any classifier."""
    model = make_pipeline(StandardScaler(), clone(classifier))
    model.fit(songs.stack(train), np.repeat(codes[train], songs.counts[train]))

    def outputs(test):
        rows = songs.stack(test)
        if hasattr(model, "decision_function"):
            found = model.decision_function(rows)
            found = found if found.ndim == 2 else np.stack([-found, found], axis=1)  # of two labels
        else:
            found = model.predict_proba(rows)
        ends = np.cumsum(songs.counts[test])
        sums = np.add.reduceat(found, np.concatenate([[0], ends[:-1]]), axis=0)
        averages = np.full((len(test), n_labels), -np.inf)  # a label that was not in training is never chosen
        averages[:, model.classes_] = sums / songs.counts[test][:, None]
        return averages

    return outputs


def _seeded(classifier, random_state):
    """Return a copy whose draws, if it makes any, follow from `random_state`."""
    if not (isinstance(classifier, BaseEstimator) and is_classifier(classifier)):
        raise TypeError(f"classifier={classifier!r}; it must be a scikit-learn classifier, such as SVC()")
    open_ones = [
        name
        for name, value in classifier.get_params().items()
        if name.split("__")[-1] == "random_state" and value is None
    ]
    return clone(classifier).set_params(**dict.fromkeys(open_ones, random_state))


def _scale(variance, mean, shift):
    """Return the standard deviation, or 1 where it is below a millionth of the feature's size: rounding."""
    constant = variance <= 1e-12 * (mean**2 + shift**2)
    return np.sqrt(np.where(constant, 1.0, variance))


def _solve(A, B, ridge):
    """Solve (A + ridge·I) Z = B; without a ridge, leave out the directions that are rounding alone."""
    if ridge == 0:
        return linalg.pinvh(A, rtol=1e-12) @ B
    A[np.diag_indices_from(A)] += ridge
    return linalg.solve(A, B, assume_a="pos", overwrite_a=True)


# ---------------------------------------------------------------------------------- validation


def _summaries(windows, n=None):
    """Check the windows of each song; return their means (n, p), float64, and their counts (n,)."""
    if isinstance(windows, np.ndarray) and windows.ndim != 3:
        raise ValueError(
            f"windows has shape {windows.shape}; it must be a list of (w, p) arrays, one a song, "
            "or one (n, w, p) array"
        )
    if not hasattr(windows, "__len__"):
        raise TypeError(
            f"windows is a {type(windows).__name__}; it must be a list of (w, p) arrays, one a song"
        )
    if len(windows) == 0:
        raise ValueError("windows is empty; it must hold one (w, p) array a song")
    if n is not None and len(windows) != n:
        raise ValueError(
            f"windows holds {len(windows)} songs and y {n} labels; there must be one label a song"
        )
    means, counts = [], []
    for i in range(len(windows)):
        song = np.asarray(windows[i])
        if song.dtype.kind not in "iuf":
            raise TypeError(f"windows: song {i} holds {song.dtype}; features must be real numbers")
        if song.ndim != 2 or 0 in song.shape:
            raise ValueError(
                f"windows: song {i} has shape {song.shape}; it must be (w, p) with at least one window"
            )
        if means and song.shape[1] != len(means[0]):
            raise ValueError(
                f"windows: song {i} has {song.shape[1]} dimensions and song 0 has {len(means[0])}; "
                "all must have the same"
            )
        with np.errstate(invalid="ignore"):  # inf - inf; reported below
            means.append(song.mean(axis=0, dtype=np.float64))
        counts.append(len(song))
        if not np.isfinite(means[-1]).all():
            raise ValueError(f"windows: song {i} holds NaN or infinity; features must be finite")
    return np.array(means), np.array(counts)


def _labels(y, n=None):
    """Return the distinct labels, sorted, and the position among them of each song's."""
    if np.ndim(y) == 2:
        raise ValueError(
            f"y has shape {np.shape(y)}; here each song has one label, shape (n,). "
            "For several tags a song, see tagging_metrics"
        )
    labels, codes = np.unique(_names(y, "y", n), return_inverse=True)
    if len(labels) < 2:
        raise ValueError(f"y holds the label '{labels[0]}' alone; there must be two at least to tell apart")
    return labels, codes


def _names(values, name, n=None):
    """Check a vector of whole numbers or strings."""
    values = np.asarray(values)
    if values.size == 0:
        raise ValueError(f"{name} is empty; it must hold one entry a song")
    if values.dtype.kind == "O" and all(isinstance(value, str) for value in values.flat):
        values = values.astype(str)
    if values.ndim != 1:
        raise ValueError(f"{name} has shape {values.shape}; it must be (n,), one entry a song")
    if values.dtype.kind not in "biuU":
        raise TypeError(f"{name} holds {values.dtype}; it must hold whole numbers or strings")
    if n is not None and len(values) != n:
        raise ValueError(f"{name} has {len(values)} entries for {n} songs; there must be one a song")
    return values


def _matrix(X, name):
    """Check a finite, two-dimensional array of real numbers; return it as float64."""
    X = np.asarray(X)
    if X.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds {X.dtype}; it must hold real numbers")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"{name} has shape {X.shape}; it must be two-dimensional and not empty")
    X = X.astype(np.float64, copy=False)
    if not np.isfinite(X).all():
        row = int(np.argmin(np.isfinite(X).all(axis=1)))
        raise ValueError(f"{name}: row {row} holds NaN or infinity; all values must be finite")
    return X


def _whole(value, name, least, most=None):
    """Check a whole number within its bounds."""
    legal = f"a whole number, at least {least}" + ("" if most is None else f" and at most {most}")
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{name}={value!r}; it must be {legal}")
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name}={value}; it must be {legal}")
    return int(value)


def _penalty(ridge):
    """Check the ridge: below 1e-10, rounding and not the penalty would decide."""
    if not isinstance(ridge, numbers.Real) or isinstance(ridge, bool):
        raise TypeError(f"ridge={ridge!r}; it must be a number: 0, or at least 1e-10")
    if not (ridge == 0 or 1e-10 <= ridge < np.inf):
        raise ValueError(f"ridge={ridge}; it must be 0, or at least 1e-10 and finite")
    return float(ridge)
