"""Exercises of lesson 02."""

import numpy as np

from mirlab.lessons import exercise


def _forty(rng):
    """Return windows of forty artists' songs, shuffled, and a number of folds."""
    songs = rng.permutation(np.repeat(np.arange(90), 3))
    return songs, rng.integers(0, 40, 90)[songs], 5


@exercise(
    hints=[
        "The model's outputs are `X @ W`; take away `Y` and you have its errors, one row a song.",
        "The gradient of the mean squared error is `2 / len(X) * X.T @ errors`.",
        "Downhill is against the gradient: `W - rate * gradient`.",
    ],
    reason="The gradient points to where the loss grows fastest, so a small step against it lowers the loss. "
    "Divided by the number of songs, a step means the same for a small and a large training set.",
    inputs=lambda rng: {
        "one song, weights of zero": (np.zeros(2), np.array([[1.0, 2.0]]), np.array([1.0]), 0.1),
        "weights that fit already": (
            np.array([1.0, -1.0]),
            np.array([[3.0, 1.0], [0.0, 2.0]]),
            np.array([2.0, -2.0]),
            0.5,
        ),
        "five songs": (rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5), 0.2),
        "five songs and two genres": (
            rng.normal(size=(3, 2)),
            rng.normal(size=(5, 3)),
            rng.normal(size=(5, 2)),
            0.2,
        ),
    },
)
def step(W, X, Y, rate):
    """Return the weights after one step down the mean squared error of X @ W against Y."""
    gradient = 2 / len(X) * X.T @ (X @ W - Y)
    return W - rate * gradient


@step.mistake("this goes uphill: the gradient points to where the loss grows, so it is subtracted.")
def uphill(W, X, Y, rate):
    return W + rate * 2 / len(X) * X.T @ (X @ W - Y)


@step.mistake("the loss is a mean over songs, so its gradient is divided by `len(X)`.")
def sum_not_mean(W, X, Y, rate):
    return W - rate * 2 * X.T @ (X @ W - Y)


@step.mistake("the derivative of a square brings down a factor 2.")
def without_the_two(W, X, Y, rate):
    return W - rate / len(X) * X.T @ (X @ W - Y)


@step.mistake("this is the step alone; return the weights after it.")
def only_the_step(W, X, Y, rate):
    return -rate * 2 / len(X) * X.T @ (X @ W - Y)


@exercise(
    hints=[
        "The test may not take part in the choice. So which array does?",
        "`validation.argmax()` is the number of the model that is best on validation songs.",
        "Return what that model got on the test: an entry of `test`.",
    ],
    reason="The best of many scores is partly lucky. What chose the model has used up its luck, so only "
    "songs that had no say can tell how good the chosen one is.",
    inputs=lambda rng: {
        "three models": (np.array([0.4, 0.7, 0.5]), np.array([0.6, 0.5, 0.4])),
        "two models that tie on validation": (np.array([0.5, 0.5]), np.array([0.3, 0.6])),
        "a single model": (np.array([0.9]), np.array([0.1])),
        "twenty models": (rng.random(20).round(2), rng.random(20).round(2)),
    },
)
def report(validation, test):
    """Return the honest score of the best model; of equal ones take the first."""
    return test[validation.argmax()]


@report.mistake("this chooses by the test, and then reports the score that made it win.")
def best_on_test(validation, test):
    return test.max()


@report.mistake(
    "this is the score that won the choice, so it flatters; return what that model got on the test."
)
def best_on_validation(validation, test):
    return validation.max()


@report.mistake("this is the number of the model, not its score.")
def its_number(validation, test):
    return validation.argmax()


@exercise(
    hints=[
        "What may not be on both sides? Give each artist, not each window, a fold.",
        "`np.unique(artists, return_inverse=True)[1]` numbers the artists 0, 1, 2, … and says which one each "
        "window is of.",
        "A number modulo `n_folds` is a fold: `number % n_folds`.",
    ],
    reason="Whatever depends on the artist alone cannot put one artist into two folds. The songs need no "
    "look: a song has one artist, so whole artists are whole songs too.",
    inputs=lambda rng: {
        "three artists with a song each, two windows a song": (
            np.array([0, 0, 1, 1, 2, 2]),
            np.array([0, 0, 1, 1, 2, 2]),
            3,
        ),
        "artists with several songs": (
            np.array([0, 0, 1, 1, 2, 2, 3, 3]),
            np.array([5, 5, 5, 5, 6, 6, 6, 6]),
            2,
        ),
        "artists whose numbers have gaps": (np.arange(8), np.array([4, 2, 4, 8, 6, 8, 2, 6]), 2),
        "artists known by name": (np.arange(5), np.array(["Ella", "Nina", "Ella", "Otis", "Nina"]), 3),
        "forty artists in random order": _forty(rng),
    },
)
def deal(songs, artists, n_folds):
    """Return the fold of each window, 0 to n_folds - 1, so that nothing leaks from one to another."""
    number = np.unique(artists, return_inverse=True)[1]
    return number % n_folds


@deal.accepts
def leak(folds, songs, artists, n_folds):
    """Say what stands in two folds, or why they are no folds."""
    folds = np.asarray(folds)
    if folds.shape != songs.shape:
        return f"There are {len(songs)} windows, so {len(songs)} folds are needed; got shape {folds.shape}."
    if not np.isin(folds, np.arange(n_folds)).all():
        return f"Folds are the whole numbers 0 to {n_folds - 1}, and not all of these are."
    for names, one, advice in (
        (songs, "song", "This splits by window: windows of one song are nearly copies of each other."),
        (artists, "artist", "Splitting by song is not enough where artists repeat: keep each artist whole."),
    ):
        for name in np.unique(names):
            mine = np.unique(folds[names == name])
            if len(mine) > 1:
                return f"It leaks: {one} {name} is in folds {' and '.join(map(str, mine))}. {advice}"
    if len(empty := np.setdiff1d(np.arange(n_folds), folds)):
        return f"Nothing leaks, but fold {empty[0]} is empty: it would test nothing."
    return ""


@deal.mistake("this splits by window, and windows of one song are nearly copies of each other.")
def by_window(songs, artists, n_folds):
    return np.arange(len(songs)) % n_folds


@deal.mistake("this splits by song, but artists repeat.")
def by_song(songs, artists, n_folds):
    return np.unique(songs, return_inverse=True)[1] % n_folds


@deal.mistake("the artists' numbers may have gaps, or be names: number them yourself first.")
def by_raw_number(songs, artists, n_folds):
    return artists % n_folds
