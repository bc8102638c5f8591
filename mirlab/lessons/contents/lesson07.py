"""Exercises of lesson 07, and what its cells need."""

import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import evaluate
from mirlab.evaluate import nested, regression
from mirlab.lessons import exercise


@threadpool_limits.wrap(limits=1, user_api="blas")  # many small sums
def accuracy_by_ridge(windows, y, groups=None, *, per_class=5, n_splits=10, seed=0):
    """Measure accuracy inside the training part and on the test songs, for each ridge and fold.

    Parameters
    ----------
    windows : sequence of ndarray, shape (windows of the song, p)
        One array per song.
    y, groups, n_splits
        As for `mirlab.evaluate.learning_curve`.
    per_class : int
        Songs per label that are drawn for training in each fold, once.
    seed : int
        Seed of the folds and of the draws.

    Returns
    -------
    inner, test : ndarray, shape (ridges, n_splits)
        For each of `mirlab.evaluate.nested.RIDGES`: the share of training songs that a model which did not
        learn from them classifies correctly, and the accuracy on the test songs.
    """
    labels, codes = np.unique(y, return_inverse=True)
    fold = evaluate.folds(y, groups, n_splits=n_splits, random_state=seed)
    songs = regression.Songs(windows, len(codes), groups)
    inner, test = (np.empty((len(nested.RIDGES), n_splits)) for _ in range(2))
    for f in range(n_splits):
        order = np.random.default_rng([seed, f]).permutation(np.flatnonzero(fold != f))
        train = np.concatenate([order[codes[order] == code][:per_class] for code in range(len(labels))])
        tested = np.flatnonzero(fold == f)
        left_out = nested.left_out_outputs(songs, codes, len(labels), train)
        inner[:, f] = (left_out.argmax(axis=2) == codes[train]).mean(axis=1)
        for r, ridge in enumerate(nested.RIDGES):
            outputs = regression.fit_regression(songs, codes, len(labels), train, ridge=ridge)(tested)
            test[r, f] = (outputs.argmax(axis=1) == codes[tested]).mean()
    return inner, test


# -- a linear classifier -----------------------------------------------------------------------------------


def _songs(rng, lengths, width, shift=0.0):
    """Return songs of so many windows each."""
    return [rng.normal(shift, 1.0, size=(length, width)).round(2) for length in lengths]


@exercise(
    hints=[
        "There are three steps: stack the windows and their targets, solve for the weights, and average the "
        "outputs over the windows of each test song.",
        "`X = np.concatenate(train)` stacks the windows. `np.repeat(y, [len(song) for song in train])` gives "
        "each window the label of its song, and `np.eye(y.max() + 1)[…]` turns labels into one-hot targets.",
        "The intercept needs a column of ones: `A = np.column_stack([np.ones(len(X)), X])`. Then "
        "`weights = np.linalg.lstsq(A, T)[0]`.",
        "The outputs of one test song are `(weights[0] + song @ weights[1:]).mean(axis=0)`.",
    ],
    reason="No gradient step is needed. For a linear model and the squared error, the best weights can be "
    "computed directly. Every window counts as one example, and a song gets the average of its windows.",
    inputs=lambda rng: {
        "one feature, two labels": (
            [np.array([[0.0], [1.0]]), np.array([[3.0], [4.0]])],
            np.array([0, 1]),
            [np.array([[2.0], [3.0]])],
        ),
        "a song with one loud window": (
            [np.array([[0.0], [0.2]]), np.array([[1.0], [1.2]])],
            np.array([0, 1]),
            [np.array([[0.4], [0.5], [round(float(rng.uniform(2, 4)), 2)]])],
        ),
        "two equal songs in training": (
            [*[np.array([[0.0], [0.5], [1.0]])] * 2, np.array([[2.0]])],
            np.array([0, 0, 1]),
            _songs(rng, (1, 2), 1),
        ),
        "songs of unequal length": (
            _songs(rng, (1, 4, 2, 3, 2), 2),
            np.array([0, 1, 1, 2, 0]),
            _songs(rng, (3, 1), 2),
        ),
        "features far from zero": (
            _songs(rng, (3, 3, 3, 3), 3, shift=20.0),
            np.array([0, 0, 1, 1]),
            _songs(rng, (2, 5), 3, shift=20.0),
        ),
    },
    lacks={"empty": "there is at least one song to learn from and one to test, each with a window"},
)
def song_outputs(train, y, test):
    """Return the output for each label, averaged over the windows of each test song: (songs, labels)."""
    X = np.concatenate(train)
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    A = np.column_stack([np.ones(len(X)), X])
    weights = np.linalg.lstsq(A, T)[0]
    return np.array([(weights[0] + song @ weights[1:]).mean(axis=0) for song in test])


@song_outputs.also
def one_label_at_a_time(train, y, test):
    X = np.concatenate(train)
    label = np.array([y[i] for i, song in enumerate(train) for _ in song])
    outputs = np.zeros((len(test), max(y) + 1))
    for c in range(max(y) + 1):
        center = X.mean(axis=0)
        slope = np.linalg.pinv(X - center) @ ((label == c) - (label == c).mean())
        for i, song in enumerate(test):
            outputs[i, c] = (label == c).mean() + (song.mean(axis=0) - center) @ slope
    return outputs


@song_outputs.also
def by_normal_equations(train, y, test):
    A = np.vstack([np.hstack([np.ones((len(song), 1)), song]) for song in train])
    T = np.zeros((len(A), y.max() + 1))
    T[np.arange(len(A)), np.repeat(y, list(map(len, train)))] = 1
    weights = np.linalg.inv(A.T @ A) @ A.T @ T
    return [np.append(1, song.mean(axis=0)) @ weights for song in test]


@song_outputs.mistake(
    "there is no intercept, so the outputs of a window of zeros are always zero. Add a column of ones."
)
def without_intercept(train, y, test):
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    weights = np.linalg.lstsq(np.concatenate(train), T)[0]
    return np.array([(song @ weights).mean(axis=0) for song in test])


@song_outputs.mistake(
    "each training song is one example, its mean window. Here every window is an example, so a longer song "
    "gives more examples."
)
def on_mean_windows(train, y, test):
    X = np.array([song.mean(axis=0) for song in train])
    weights = np.linalg.pinv(np.column_stack([np.ones(len(X)), X])) @ np.eye(y.max() + 1)[y]
    return np.array([(weights[0] + song @ weights[1:]).mean(axis=0) for song in test])


@song_outputs.mistake(
    "each window votes for one label, and the votes are counted. Average the outputs instead; the label is "
    "chosen afterwards."
)
def by_vote(train, y, test):
    X = np.concatenate(train)
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    weights = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), T)[0]
    outputs = [weights[0] + song @ weights[1:] for song in test]
    return np.array([np.eye(y.max() + 1)[one.argmax(axis=1)].mean(axis=0) for one in outputs])


@song_outputs.mistake("the outputs are summed and not averaged, so a longer song gets larger outputs.")
def added_up(train, y, test):
    X = np.concatenate(train)
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    weights = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), T)[0]
    return np.array([(weights[0] + song @ weights[1:]).sum(axis=0) for song in test])


# -- the ridge, chosen inside the training part ------------------------------------------------------------


def _accuracies(rng, ridges, folds):
    """Return accuracies of songs left out in training, and of test songs, which are related."""
    inner = rng.integers(5, 40, size=(ridges, folds)) / 50
    return inner, ((inner + rng.integers(5, 40, size=(ridges, folds)) / 50) / 2).round(3)


@exercise(
    kind="find the bug",
    hints=[
        "Which songs may decide about the ridge? Which songs may only judge it?",
        "The ridge of a fold is chosen by `inner`, and the accuracy that is reported comes from `test`.",
        "Choose in each fold on its own: `inner.argmax(axis=0)` gives the row of the best ridge in each "
        "column.",
    ],
    reason="Test songs may judge a choice, but they may not make it. The largest of many accuracies is "
    "partly luck, and this luck does not return with new songs.",
    inputs=lambda rng: {
        "two ridges, three folds": (
            np.array([[0.5, 0.2, 0.7], [0.4, 0.6, 0.1]]),
            np.array([[0.3, 0.4, 0.5], [0.6, 0.5, 0.2]]),
        ),
        "a single ridge": (np.array([[0.5, 0.2]]), np.array([[0.3, 0.4]])),
        "a single fold": _accuracies(rng, 6, 1),
        "ridges that are equally good inside": (
            np.array([[0.5, 0.4, 0.3], [0.5, 0.4, 0.3], [0.1, 0.4, 0.3]]),
            rng.integers(10, 90, size=(3, 3)) / 100,
        ),
        "six ridges, ten folds": _accuracies(rng, 6, 10),
    },
    lacks={"empty": "there is at least one ridge and one fold"},
)
def nested_accuracy(inner, test):
    """Return the mean accuracy over the folds, with a ridge that is chosen in each fold."""
    best = inner.argmax(axis=0)
    return np.mean([test[best[f], f] for f in range(len(best))])


@nested_accuracy.given
def best_on_the_test_songs(inner, test):
    """Return the mean accuracy over the folds, with a ridge that is chosen in each fold."""
    best = test.argmax(axis=0)
    return np.mean([test[best[f], f] for f in range(len(best))])


@nested_accuracy.also
def without_a_loop(inner, test):
    return test[np.argmax(inner, axis=0), np.arange(inner.shape[1])].mean()


@nested_accuracy.also
def column_by_column(inner, test):
    total = 0
    for mine, its in zip(inner.T.tolist(), test.T.tolist(), strict=True):
        total += its[mine.index(max(mine))]
    return total / len(inner.T)


@nested_accuracy.mistake(
    "the ridge of each fold is chosen by its test songs. They may only judge the choice; choose by `inner`."
)
def chosen_by_test(inner, test):
    return test.max(axis=0).mean()


@nested_accuracy.mistake(
    "one ridge is chosen for all folds together. The training songs of one fold are test songs of another, "
    "so "
    "choose in each fold on its own."
)
def one_for_all_folds(inner, test):
    return test[inner.mean(axis=1).argmax()].mean()


@nested_accuracy.mistake(
    "this is the accuracy by which the ridge was chosen. Report the accuracy on the test songs: take the "
    "chosen "
    "row from `test`."
)
def the_accuracy_of_the_choice(inner, test):
    return inner.max(axis=0).mean()


@nested_accuracy.mistake("`axis=1` takes the best fold of each ridge. You need the best ridge of each fold.")
def along_the_wrong_axis(inner, test):
    best = inner.argmax(axis=1)
    return np.mean([test[r, best[r]] for r in range(len(best))])


# -- the paired test ---------------------------------------------------------------------------------------


def _folds(rng, n, gain=0.03):
    """Return the accuracies of two kinds of features on the same n folds."""
    hard = rng.normal(0.6, 0.05, size=n)
    return tuple((hard + rng.normal(more, 0.03, size=n)).round(3) for more in (gain, 0.0))


@exercise(
    hints=[
        "First take one number per fold: `d = a - b`. Only these differences are used from here on.",
        "`s = d.std(ddof=1)` is the standard deviation of a sample, with J - 1 in the denominator.",
        "In cross-validation with k folds, n_test / n_train is 1 / (k - 1). The error is "
        "`s * np.sqrt(1 / len(d) + 1 / (k - 1))`.",
        "`t` is the mean difference divided by this error.",
    ],
    reason="The accuracies change together from fold to fold, so their differences change less. The training "
    "sets overlap, so the usual error is too small: with ten folds, the corrected one is about 1.45 times as "
    "large.",
    inputs=lambda rng: {
        "five folds": (np.array([0.52, 0.64, 0.58, 0.68, 0.48]), np.array([0.50, 0.58, 0.54, 0.62, 0.46]), 5),
        "two folds": (np.array([0.5, 0.75]), np.array([0.5, round(float(rng.uniform(0.5, 0.7)), 2)]), 2),
        "equal accuracies in some folds": (np.array([0.6, 0.6, 0.7, 0.7]), np.array([0.6, 0.6, 0.6, 0.5]), 4),
        "ten folds": (*_folds(rng, 10), 10),
        "ten folds, a worse than b": (*_folds(rng, 10, gain=-0.05), 10),
        "three repetitions of five folds": (*_folds(rng, 15), 5),
    },
    lacks={
        "empty": "there are at least two folds",
        "single": "the difference of one fold has no standard deviation",
    },
)
def paired_test(a, b, k):
    """Return the mean difference a - b over the folds, its corrected standard error, and t."""
    d = a - b
    error = d.std(ddof=1) * np.sqrt(1 / len(d) + 1 / (k - 1))
    return {"difference": d.mean(), "error": error, "t": d.mean() / error}


@paired_test.also
def in_plain_python(a, b, k):
    d = [x - y for x, y in zip(a, b, strict=True)]
    mean = sum(d) / len(d)
    variance = sum((x - mean) ** 2 for x in d) / (len(d) - 1)
    error = (variance / len(d) + variance / (k - 1)) ** 0.5
    return {"t": mean / error, "difference": mean, "error": error}


@paired_test.also
def with_mirlab(a, b, k):
    d = np.subtract(a, b)
    error = evaluate.corrected_error(d, n_splits=k)
    return {"difference": a.mean() - b.mean(), "error": error, "t": d.mean() / error}


def _results(d, error):
    return {"difference": d.mean(), "error": error, "t": d.mean() / error}


@paired_test.mistake(
    "the error is the usual one, s / √J, as if the folds were independent. Add n_test / n_train under the "
    "root."
)
def too_sure(a, b, k):
    return _results(a - b, (a - b).std(ddof=1) / np.sqrt(len(a)))


@paired_test.mistake(
    "the standard deviation has J in its denominator. Use J - 1, as for every sample: `ddof=1`."
)
def divided_by_n(a, b, k):
    return _results(a - b, (a - b).std() * np.sqrt(1 / len(a) + 1 / (k - 1)))


@paired_test.mistake(
    "n_test / n_train is taken as 1 / k. One fold is tested and the k - 1 others are learned from: 1 / (k - "
    "1)."
)
def share_of_all(a, b, k):
    return _results(a - b, (a - b).std(ddof=1) * np.sqrt(1 / len(a) + 1 / k))


@paired_test.mistake(
    "the number of differences stands in place of k. With repetitions there are more differences than folds."
)
def without_repetitions(a, b, k):
    return _results(a - b, (a - b).std(ddof=1) * np.sqrt(1 / len(a) + 1 / (len(a) - 1)))


@paired_test.mistake(
    "a and b are treated as unrelated samples. They were measured on the same folds: take the differences "
    "first."
)
def not_paired(a, b, k):
    s = np.sqrt(a.var(ddof=1) + b.var(ddof=1))
    return _results(a - b, s * np.sqrt(1 / len(a) + 1 / (k - 1)))


@paired_test.mistake("this is b - a; the difference should be positive where `a` is better.")
def other_way_round(a, b, k):
    return _results(b - a, (a - b).std(ddof=1) * np.sqrt(1 / len(a) + 1 / (k - 1)))


@paired_test.mistake("the root is missing: this is the variance and not the standard error.")
def variance_as_error(a, b, k):
    return _results(a - b, (a - b).var(ddof=1) * (1 / len(a) + 1 / (k - 1)))
