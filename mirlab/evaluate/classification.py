"""The protocols of §6.2: cross-validation (Table 4) and learning curves (Figure 3).

All random draws depend on `random_state`, `y` and `groups` only, never on the features: two feature sets of
the same songs get the same folds and the same draws, so they can be compared in pairs. A prediction is an
arg max; the outputs that it compares agree to about 1e-10 for any number of BLAS threads.
"""

from functools import partial
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils import check_scalar
from threadpoolctl import threadpool_limits

from mirlab.evaluate.nested import NESTED, learner
from mirlab.evaluate.regression import Songs, fit_classifier, seeded
from mirlab.evaluate.scores import CrossValidation, LearningCurve
from mirlab.evaluate.songs import encode_labels
from mirlab.evaluate.splits import folds


def cross_validate(windows, y, *, groups=None, n_splits=10, random_state=0, ridge=NESTED, classifier=None):
    """Measure accuracy by stratified cross-validation over songs (§6.2, Table 4).

    Parameters
    ----------
    windows : sequence of n ndarrays of shape (w_i, p), or ndarray of shape (n, w, p)
        Window-level features of each song. They are read twice, a few songs at a time, never copied whole.
    y : array-like, shape (n,) of int or str
        The label of each song.
    groups : array-like, shape (n,) of int or str, optional
        The artist of each song; no artist is on both sides of a split.
    n_splits : int, default=10
        Number of folds, from 2 to the number of songs of the largest label.
    random_state : int, default=0
        Seed of the folds.
    ridge : float or "nested", default="nested"
        Penalty on standardised features, as a fraction of the number of training windows; 0 for plain least
        squares (the solution of minimal norm if there are several). See `mirlab.evaluate.regression`.
        "nested" chooses it in each fold, on left-out songs of the training part: `mirlab.evaluate.nested`.
        No single number is fair to features of different size and correlation.
    classifier : scikit-learn classifier, optional
        Replaces the linear regression. It learns from standardised training windows; its decision function,
        or its probabilities if it has none, are averaged over the song. If its `random_state` is None, it is
        set to that of this function. One with an output for each pair of labels (``ovo``) is refused.

    Returns
    -------
    CrossValidation
        Accuracy is the share of songs classified correctly, so a large label weighs more than a small one.

    Raises
    ------
    ValueError, TypeError
        If a song is empty, not finite or of another width, or the folds cannot be made (see `folds`).

    Notes
    -----
    The regression needs only sums of products of its training data, and these are the sums of all data minus
    those of the test fold. Ten folds therefore cost one pass over the windows and ten small linear systems.
    The average output of a linear model over the windows of a song is its output at their mean, so only the
    mean is kept for prediction.

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
    labels, codes = encode_labels(y)
    fold = folds(y, groups, n_splits=n_splits, random_state=random_state)
    regression = learner(ridge)
    songs = Songs(windows, len(codes), groups)
    if classifier is None:
        grams = [songs.gram(np.flatnonzero(fold == f)) for f in range(n_splits)]
        total = sum(grams)
        learn = [partial(regression, gram=total - gram) for gram in grams]
    else:
        learn = [partial(fit_classifier, classifier=seeded(classifier, random_state))] * n_splits
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
    ridge=NESTED,
    classifier=None,
):
    """Measure accuracy against the number of training songs per label (§6.2, Figure 3).

    The folds are those of `cross_validate`. In each fold, at most k songs of each label are drawn from the
    training part (all songs of a label that has fewer), and the whole test fold is classified. Draws are
    nested: songs drawn for a small k are also drawn for every larger k.

    Parameters
    ----------
    windows, y, groups, n_splits, random_state, ridge, classifier
        As for `cross_validate`; `random_state` seeds the draws too.
    per_class : int or sequence of int, default=(1, 2, 5, 10, 20)
        Training songs per label.
    n_draws : int, default=5
        Draws averaged in each fold. At one song per label, much depends on which song it is: five draws
        nearly halve the change that another seed causes; ten draws gain little more.

    Returns
    -------
    LearningCurve

    Raises
    ------
    ValueError, TypeError
        As for `cross_validate`, and if `per_class` or `n_draws` holds anything but whole numbers above 0.

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
    labels, codes = encode_labels(y)
    sizes = tuple(np.ravel(np.asarray(per_class, dtype=object)).tolist())
    if not sizes:
        raise ValueError("per_class is empty; it must hold at least one number of training songs per label")
    for k in sizes:
        check_scalar(k, "per_class", Integral, min_val=1)
    check_scalar(n_draws, "n_draws", Integral, min_val=1)
    fold = folds(y, groups, n_splits=n_splits, random_state=random_state)
    learn = learner(ridge)
    songs = Songs(windows, len(codes), groups)
    if classifier is not None:
        learn = partial(fit_classifier, classifier=seeded(classifier, random_state))
    scores = np.zeros((len(sizes), n_splits))
    # On many small systems threads are slower than one thread, above all on a busy machine.
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
