"""Exercises of lesson 02."""

import numpy as np

from mirlab.lessons import exercise

KINDS = [
    "supervised",
    "unsupervised",
    "semi-supervised",
    "self-supervised",
    "reinforcement",
    "transfer",
]
"""Six kinds of training, named by where the training signal comes from."""


@exercise(
    kind="sort",
    hints=[
        "Ask first: did a person write labels, and for which songs?",
        "No labels from a person: either the data contain the answer (self-supervised), or a listener "
        "rewards "
        "a choice (reinforcement), or there is no answer at all (unsupervised).",
        "Labels for all training songs: supervised. For a few of them: semi-supervised. A model that was "
        "trained for something else first: transfer.",
    ],
    reason="The six kinds differ in where the signal comes from: labels for all songs, labels for some "
    "songs, "
    "no signal, a part of the data itself, a reward, or an earlier task.",
    words=KINDS,
)
def signals():
    return {
        "a": "supervised",
        "b": "unsupervised",
        "c": "self-supervised",
        "d": "semi-supervised",
        "e": "reinforcement",
        "f": "transfer",
    }


@signals.mistake(
    "in self-supervised training nobody writes labels; in semi-supervised training some songs have labels. "
    "Here the two are exchanged."
)
def self_for_semi():
    return {"c": "semi-supervised", "d": "self-supervised"}


@signals.mistake(
    "both do without labels, but only in self-supervised training is there a right answer that the model can "
    "be compared with. Here the two are exchanged."
)
def unsupervised_for_self():
    return {"b": "self-supervised", "c": "unsupervised"}


@signals.mistake("in f most of the knowledge comes from an earlier task; look for that kind.")
def supervised_for_transfer():
    return {"f": "supervised"}


# -- a leak in cross-validation --------------------------------------------------------------------


def _songs(rng, n_labels, n_folds, per_fold, n_features, difference):
    """Draw songs; each fold has `per_fold` songs of each label."""
    y = np.tile(np.repeat(np.arange(n_labels), per_fold), n_folds)
    fold = np.repeat(np.arange(n_folds), n_labels * per_fold)
    X = rng.normal(size=(len(y), n_features))
    X[:, 0] += difference * y
    order = rng.permutation(len(y))
    return X[order].round(3), y[order], fold[order]


@exercise(
    kind="find the bug",
    hints=[
        "In each fold, list every step that looks at `y`. Which of them uses labels of test songs?",
        "The features are chosen before the loop, with all songs, so each test song took part in the choice.",
        "Compute `best` inside the loop, from the `means` of the training songs.",
    ],
    reason="Choosing features is a part of training. Whatever learns from labels must be done again in each "
    "fold, with its training songs only.",
    inputs=lambda rng: {
        "random numbers, two labels": (*_songs(rng, 2, 3, 4, 60, 0), 2),
        "one feature that differs between the labels": (*_songs(rng, 2, 4, 3, 30, 4), 1),
        "three labels in two folds": (*_songs(rng, 3, 2, 5, 40, 1), 3),
    },
    lacks={
        "empty": "without songs there is nothing to test",
        "single": "one song cannot be on both sides of a split",
    },
)
def fold_accuracies(X, y, fold, k):
    """Return the accuracy on each fold of a model that sees only the `k` best features."""
    labels = np.unique(y)
    scores = []
    for f in range(fold.max() + 1):
        train, test = fold != f, fold == f
        means = np.array([X[train & (y == label)].mean(axis=0) for label in labels])
        best = means.std(axis=0).argsort()[-k:]  # the features that differ most between labels
        away = ((X[test][:, None, best] - means[:, best]) ** 2).sum(axis=2)
        scores.append((labels[away.argmin(axis=1)] == y[test]).mean())
    return np.array(scores)


@fold_accuracies.given
def chosen_with_all_songs(X, y, fold, k):
    """Return the accuracy on each fold of a model that sees only the `k` best features."""
    labels = np.unique(y)
    means = np.array([X[y == label].mean(axis=0) for label in labels])
    best = means.std(axis=0).argsort()[-k:]  # the features that differ most between labels
    scores = []
    for f in range(fold.max() + 1):
        train, test = fold != f, fold == f
        means = np.array([X[train & (y == label)].mean(axis=0) for label in labels])
        away = ((X[test][:, None, best] - means[:, best]) ** 2).sum(axis=2)
        scores.append((labels[away.argmin(axis=1)] == y[test]).mean())
    return np.array(scores)


@fold_accuracies.also
def with_a_function(X, y, fold, k):
    def means_of(part):
        return np.stack([X[part & (y == label)].mean(axis=0) for label in np.unique(y)])

    scores = []
    for f in np.unique(fold):
        means = means_of(fold != f)
        best = np.argsort(-means.var(axis=0))[:k]
        right = [
            np.unique(y)[np.linalg.norm(x[best] - means[:, best], axis=1).argmin()] == label
            for x, label in zip(X[fold == f], y[fold == f], strict=True)
        ]
        scores.append(float(np.mean(right)))
    return scores


@fold_accuracies.mistake("the features are still chosen with the help of the test songs.")
def still_chosen_with_all_songs(X, y, fold, k):
    return chosen_with_all_songs(X, y, fold, k)


@fold_accuracies.mistake("the features are chosen with the test songs of the fold; use its training songs.")
def chosen_with_the_test_songs(X, y, fold, k):
    labels, scores = np.unique(y), []
    for f in range(fold.max() + 1):
        train, test = fold != f, fold == f
        means = np.array([X[test & (y == label)].mean(axis=0) for label in labels])
        best = means.std(axis=0).argsort()[-k:]
        means = np.array([X[train & (y == label)].mean(axis=0) for label in labels])
        away = ((X[test][:, None, best] - means[:, best]) ** 2).sum(axis=2)
        scores.append((labels[away.argmin(axis=1)] == y[test]).mean())
    return np.array(scores)


@fold_accuracies.mistake("this uses all features; keep the choice of the `k` best, but make it in each fold.")
def without_a_choice(X, y, fold, k):
    return fold_accuracies.solve(X, y, fold, X.shape[1])


@fold_accuracies.mistake("the test songs are among the songs that the means are computed from.")
def tested_on_training_songs(X, y, fold, k):
    labels = np.unique(y)
    means = np.array([X[y == label].mean(axis=0) for label in labels])
    best = means.std(axis=0).argsort()[-k:]
    away = ((X[:, None, best] - means[:, best]) ** 2).sum(axis=2)
    right = labels[away.argmin(axis=1)] == y
    return np.array([right[fold == f].mean() for f in range(fold.max() + 1)])


# -- a split that does not leak --------------------------------------------------------------------


def _many(rng):
    """Return the windows of 90 songs by about 40 artists, shuffled, and a number of folds."""
    songs = rng.permutation(np.repeat(np.arange(90), 3))
    return songs, rng.integers(0, 40, 90)[songs], 5


def _few(rng):
    """Return two windows of each of six songs by three artists whose numbers have gaps."""
    artist = rng.choice(50, 3, replace=False) * 2
    songs = rng.permutation(np.repeat(np.arange(6), 2))
    return songs, artist[songs // 2], 2


@exercise(
    hints=[
        "What may not be in two folds? Assign a fold to each artist, not to each window.",
        "`np.unique(artists, return_inverse=True)[1]` numbers the artists 0, 1, 2, … and gives the number of "
        "the artist for each window.",
        "A number modulo `n_folds` is a fold: `number % n_folds`.",
    ],
    reason="A fold that depends only on the artist cannot split an artist. `songs` is not needed: a song has "
    "one artist, so whole artists are whole songs too.",
    inputs=lambda rng: {
        "as many folds as artists": (np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 2]), 3),
        "six songs by three artists": _few(rng),
        "two artists with two songs each": (np.repeat(np.arange(4), 2), np.repeat([5, 6], 4), 2),
        "a single window and one fold": (np.array([0]), np.array([7]), 1),
        "ninety songs in random order": _many(rng),
    },
    lacks={"empty": "without windows no fold could be filled"},
)
def deal(songs, artists, n_folds):
    """Return the fold of each window, 0 to n_folds - 1; nothing may leak from one fold to another."""
    number = np.unique(artists, return_inverse=True)[1]
    return number % n_folds


@deal.accepts
def leak(folds, songs, artists, n_folds):
    """Say which song or artist is in two folds, or why the result is not a list of folds."""
    folds = np.asarray(folds)
    if folds.shape != songs.shape:
        return f"There are {len(songs)} windows, so {len(songs)} folds are needed; got shape {folds.shape}."
    if not np.isin(folds, np.arange(n_folds)).all():
        return f"Folds are the whole numbers 0 to {n_folds - 1}, but some of these are not."
    for names, one, advice in (
        (songs, "song", "This splits by window, and windows of one song are nearly copies of each other."),
        (artists, "artist", "Splitting by song is not enough if artists repeat: keep each artist together."),
    ):
        for name in np.unique(names):
            mine = np.unique(folds[names == name])
            if len(mine) > 1:
                return f"It leaks: {one} {name} is in folds {' and '.join(map(str, mine))}. {advice}"
    if len(empty := np.setdiff1d(np.arange(n_folds), folds)):
        return f"Nothing leaks, but fold {empty[0]} is empty, so it would test nothing."
    return ""


@deal.also
def with_a_dictionary(songs, artists, n_folds):
    fold_of = {}
    for artist in artists.tolist():
        fold_of.setdefault(artist, len(fold_of) % n_folds)
    return [fold_of[artist] for artist in artists.tolist()]


@deal.also
def drawn(songs, artists, n_folds):
    names = np.random.default_rng(0).permutation(np.unique(artists))
    parts = np.array_split(names, n_folds)
    return sum(f * np.isin(artists, part) for f, part in enumerate(parts))


@deal.also
def with_scikit_learn(songs, artists, n_folds):
    from sklearn.model_selection import GroupKFold

    folds = np.zeros(len(artists), int)
    if n_folds > 1:
        for f, (_, test) in enumerate(GroupKFold(n_folds).split(artists, groups=artists)):
            folds[test] = f
    return folds


@deal.mistake("this splits by window, and windows of one song are nearly copies of each other.")
def by_window(songs, artists, n_folds):
    return np.arange(len(songs)) % n_folds


@deal.mistake("this splits by song, but artists repeat.")
def by_song(songs, artists, n_folds):
    return np.unique(songs, return_inverse=True)[1] % n_folds


@deal.mistake("the numbers of the artists may have gaps: number the artists yourself first.")
def by_raw_number(songs, artists, n_folds):
    return artists % n_folds


@deal.mistake("each window draws its own fold; draw a fold for each artist.")
def drawn_for_each_window(songs, artists, n_folds):
    return np.random.default_rng(0).integers(0, n_folds, len(songs))
