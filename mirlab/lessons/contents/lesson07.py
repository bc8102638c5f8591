"""Exercises of lesson 07."""

import numpy as np

from mirlab.lessons import exercise


def _songs(rng, lengths, width, shift=0.0):
    """Return songs of so many windows each."""
    return [rng.normal(shift, 1.0, size=(length, width)).round(2) for length in lengths]


def _one_loud_window():
    """Return two songs to learn from and one to test, most of whose windows are outweighed by one."""
    train = [np.array([[0.0], [0.2]]), np.array([[1.0], [1.2]])]
    return train, np.array([0, 1]), [np.array([[0.4], [0.5], [3.0]])]


@exercise(
    hints=[
        "Three steps: windows and their targets, least squares, outputs averaged over each song.",
        "`X = np.concatenate(train)` stacks the windows; `np.repeat(y, [len(song) for song in train])` gives "
        "each window the label of its song, and `np.eye(y.max() + 1)[…]` makes that one-hot.",
        "The intercept is a column of ones: `A = np.column_stack([np.ones(len(X)), X])`. Then "
        "`weights = np.linalg.lstsq(A, T)[0]` (or `np.linalg.pinv(A) @ T`).",
        "A test song: `(weights[0] + song @ weights[1:]).mean(axis=0)`.",
    ],
    reason="No step downhill as in lesson 02: where the loss is a square and the model linear, the best "
    "weights can be written down. Each window speaks, and the song is what they say on average.",
    inputs=lambda rng: {
        "one feature, two labels": (
            [np.array([[0.0], [1.0]]), np.array([[3.0], [4.0]])],
            np.array([0, 1]),
            [np.array([[2.0], [3.0]])],
        ),
        "a song with one loud window": _one_loud_window(),
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
)
def song_outputs(train, y, test):
    """Return the output for each label, averaged over the windows of each test song: (songs, labels)."""
    X = np.concatenate(train)
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    A = np.column_stack([np.ones(len(X)), X])
    weights = np.linalg.lstsq(A, T)[0]
    return np.array([(weights[0] + song @ weights[1:]).mean(axis=0) for song in test])


@song_outputs.mistake(
    "there is no intercept, so the outputs of a window of zeros are zero; add a column of ones."
)
def without_intercept(train, y, test):
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    weights = np.linalg.lstsq(np.concatenate(train), T)[0]
    return np.array([(song @ weights).mean(axis=0) for song in test])


@song_outputs.mistake(
    "each training song is one example, its mean window. Here every window is an example, and a long song "
    "has more of them."
)
def on_mean_windows(train, y, test):
    X = np.array([song.mean(axis=0) for song in train])
    weights = np.linalg.pinv(np.column_stack([np.ones(len(X)), X])) @ np.eye(y.max() + 1)[y]
    return np.array([(weights[0] + song @ weights[1:]).mean(axis=0) for song in test])


@song_outputs.mistake(
    "the windows vote: each names one label, and you count. Average the outputs first; who wins is asked "
    "later."
)
def by_vote(train, y, test):
    X = np.concatenate(train)
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    weights = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), T)[0]
    outputs = [weights[0] + song @ weights[1:] for song in test]
    return np.array([np.eye(y.max() + 1)[one.argmax(axis=1)].mean(axis=0) for one in outputs])


@song_outputs.mistake(
    "the outputs are added up, not averaged; then a longer song seems to be surer of everything."
)
def added_up(train, y, test):
    X = np.concatenate(train)
    T = np.eye(y.max() + 1)[np.repeat(y, [len(song) for song in train])]
    weights = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), T)[0]
    return np.array([(weights[0] + song @ weights[1:]).sum(axis=0) for song in test])


@exercise(
    hints=[
        "Where does the curve of the base features reach `accuracy`? Between two of its points, go along the "
        "straight line that the figure draws.",
        "The figure's axis is logarithmic: from 1 to 2 is as far as from 10 to 20. So go along "
        "`np.log2(songs)`.",
        "`np.interp(x, xs, ys)` goes along straight lines; here x is an accuracy, xs the accuracies of the "
        "curve and ys the logarithms. `2 ** …` takes the logarithm back.",
    ],
    reason="A difference in accuracy depends on how steep the curve is just there; songs are what labelling "
    "costs.",
    inputs=lambda rng: {
        "a point of the curve": ([1, 2, 4], [0.3, 0.5, 0.7], 0.5),
        "half way up between two points": ([1, 4], [0.2, 0.6], 0.4),
        "a part of the way between 5 and 10": ([1, 2, 5, 10, 20], [0.31, 0.47, 0.65, 0.75, 0.82], 0.68),
        "an accuracy at random": (
            [1, 2, 5, 10, 20],
            [0.25, 0.4, 0.5, 0.7, 0.8],
            round(float(rng.uniform(0.3, 0.75)), 3),
        ),
    },
)
def worth(songs, curve, accuracy):
    """Return the number of songs at which the curve reaches an accuracy."""
    return 2 ** np.interp(accuracy, curve, np.log2(songs))


@worth.mistake(
    "between two points you go along the number of songs; the figure's straight lines go along its logarithm."
)
def along_songs(songs, curve, accuracy):
    return np.interp(accuracy, curve, songs)


@worth.mistake("this is the logarithm; `2 **` takes it back to songs.")
def still_a_logarithm(songs, curve, accuracy):
    return np.interp(accuracy, curve, np.log2(songs))


@worth.mistake(
    "this is the nearest point of the curve; between two points there are numbers of songs as well."
)
def nearest_point(songs, curve, accuracy):
    return songs[int(np.abs(np.array(curve) - accuracy).argmin())]


@exercise(
    decimals=2,
    hints=[
        "First one number a fold: with less without. Only these five are used from here on.",
        "Their standard deviation s has n - 1 below: the root of 16 / 4.",
        "`usual`: s times the root of 1/5. `corrected`: s times the root of 1/5 + 1/4, as one fold tests a "
        "quarter as many songs as it learns from.",
        "`t` is the difference divided by its corrected error. Is it above 2.78?",
    ],
    reason="The accuracies waver by six percent from fold to fold, but they do so together; the differences "
    "waver by two. And the correction is not small: it makes the error half as large again.",
)
def fold_by_fold():
    """Return the paired difference in percent, both its errors, and whether it is one."""
    d = np.array([52, 64, 58, 68, 48]) - np.array([50, 58, 54, 62, 46])
    s = d.std(ddof=1)
    error = s * np.sqrt(1 / 5 + 1 / 4)
    t = d.mean() / error
    return {
        "difference": d.mean(),
        "usual": s / np.sqrt(5),
        "corrected": error,
        "t": t,
        "a difference": bool(t > 2.78),
    }


@fold_by_fold.mistake("the standard deviation of a sample is divided by n - 1, here 4, not by 5: `ddof=1`.")
def divided_by_n():
    return {"usual": np.std([2, 6, 4, 6, 2]) / np.sqrt(5)}


@fold_by_fold.mistake("`t` must not use the usual error: it takes the folds for independent.")
def too_sure():
    return {"t": 4 / (2 / np.sqrt(5))}


@fold_by_fold.mistake(
    "the correction adds n_test/n_train under the root: one fold against four, 1/4, not one fold of all five."
)
def share_of_all():
    return {"corrected": 2 * np.sqrt(1 / 5 + 1 / 5)}


@fold_by_fold.mistake(
    "you treat the two rows as unrelated. They were tried on the same folds: take the differences first."
)
def not_paired():
    both = np.var([52, 64, 58, 68, 48], ddof=1) + np.var([50, 58, 54, 62, 46], ddof=1)
    return {"usual": np.sqrt(both / 5)}


@fold_by_fold.mistake("these are shares; the table is in percent, and so should the answer be.")
def in_shares():
    return {"difference": 0.04}
