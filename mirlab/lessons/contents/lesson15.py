"""Exercises of lesson 15."""

import numpy as np
from scipy.special import log_softmax

from mirlab import fewlabels
from mirlab.lessons import exercise

# -- the contrastive loss -----------------------------------------------------------------------------------


def _like_mirlab(A, B, temperature):
    """Scale the vectors to length 1, and take the loss of `mirlab`."""
    A, B = (X / np.linalg.norm(X, axis=1, keepdims=True) for X in (A, B))
    return fewlabels.info_nce(A, B, temperature)[0]


def _pairs(rng, n, d):
    """Draw pairs of vectors of different lengths that resemble each other a little."""
    A = rng.normal(size=(n, d))
    B = A + rng.normal(size=(n, d))
    return A * rng.uniform(0.5, 4, size=(n, 1)), B * rng.uniform(0.5, 4, size=(n, 1))


@exercise(
    hints=[
        "Divide each row of `A` and of `B` by its length, `np.linalg.norm(A, axis=1, keepdims=True)`. Then "
        "`A @ B.T` holds all cosines, one row for each first window.",
        "Divide the cosines by the temperature. In row i, entry i is the pair; all others are negatives.",
        "The loss of row i is `np.log(np.exp(row).sum()) - row[i]`. Return the mean over the rows.",
    ],
    reason="It is the loss of a classifier with one class per song: which of these second windows belongs to "
    "the first one? Nobody has to label anything for that.",
    inputs=lambda rng: {
        "two pairs at right angles": (np.eye(2), np.eye(2), 1.0),
        "long vectors in the same directions": (3 * np.eye(2), 5 * np.eye(2), 0.5),
        "four random pairs": (*_pairs(rng, 4, 3), 0.5),
        "six random pairs, another temperature": (*_pairs(rng, 6, 3), round(float(rng.uniform(0.2, 0.9)), 2)),
        "three pairs that are all alike": (np.ones((3, 2)), np.ones((3, 2)), 0.5),
        "a single pair": (rng.normal(size=(1, 1)), rng.normal(size=(1, 1)), 0.5),
    },
    reference=_like_mirlab,
    lacks={"empty": "a batch has at least one pair"},
)
def contrastive_loss(A, B, temperature):
    """Return the mean over the pairs of -log softmax(cosines / temperature)."""
    A = A / np.linalg.norm(A, axis=1, keepdims=True)
    B = B / np.linalg.norm(B, axis=1, keepdims=True)
    scores = A @ B.T / temperature
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - np.diag(scores))


@contrastive_loss.also
def with_a_loop(A, B, temperature):
    losses = []
    for i, a in enumerate(A):
        cosines = [a @ b / np.sqrt((a @ a) * (b @ b)) / temperature for b in B]
        losses.append(-np.log(np.exp(cosines[i]) / sum(np.exp(cosines))))
    return sum(losses) / len(losses)


@contrastive_loss.also
def with_scipy(A, B, temperature):
    A, B = (X / np.sqrt((X**2).sum(axis=1))[:, None] for X in (A, B))
    return -np.diag(log_softmax(A @ B.T / temperature, axis=1)).mean()


@contrastive_loss.mistake(
    "these are inner products, not cosines: a long vector counts more. Divide by the lengths."
)
def without_lengths(A, B, temperature):
    return -np.diag(log_softmax(A @ B.T / temperature, axis=1)).mean()


@contrastive_loss.mistake(
    "the softmax runs over the first windows; each first window looks for its second one."
)
def over_columns(A, B, temperature):
    return _like_mirlab(B, A, temperature)


@contrastive_loss.mistake("the temperature is missing, or you multiply by it; divide the cosines by it.")
def times_the_temperature(A, B, temperature):
    return _like_mirlab(A, B, 1 / temperature)


@contrastive_loss.mistake("this is the sum over the pairs; return their mean.")
def a_sum(A, B, temperature):
    return len(A) * _like_mirlab(A, B, temperature)


@contrastive_loss.mistake("the sign is wrong: the loss is minus the logarithm, so it is never negative.")
def upside_down(A, B, temperature):
    return -_like_mirlab(A, B, temperature)


# -- prototypes ---------------------------------------------------------------------------------------------

LABELS = np.array([3, 5, 8])


def _labelled(rng, n, d=2):
    """Draw songs of three labels; each label has at least one song."""
    y = rng.permutation(LABELS[np.arange(n) % 3])
    return rng.normal(size=(n, d)) + y[:, None] / 3, y


@exercise(
    hints=[
        "`np.unique(y)` gives the labels. The prototype of a label is `X[y == label].mean(axis=0)`.",
        "The distances of one new song to all prototypes: `np.linalg.norm(prototypes - song, axis=1)`.",
        "`argmin` gives the place of the nearest prototype; the label at this place is the answer.",
    ],
    reason="One point per label has nothing to tune but the distance, so it works with one labelled song. "
    "It assumes that the songs of a label form one cloud.",
    inputs=lambda rng: {
        "two labels on a line": (
            np.array([[0.0], [2.0], [10.0]]),
            np.array([3, 3, 8]),
            np.array([[4.0], [7.0], [-1.0]]),
        ),
        "a mean that is far from its songs": (
            np.array([[0.0], [10.0], [7.0]]),
            np.array([3, 3, 8]),
            np.array([[9.5], [4.0]]),
        ),
        "random songs": (*_labelled(rng, 9), rng.normal(size=(6, 2)) + 2),
        "random songs in three dimensions": (*_labelled(rng, 12, 3), rng.normal(size=(7, 3)) + 2),
        "two equal songs": (np.ones((2, 2)), np.array([5, 5]), rng.normal(size=(2, 2))),
        "a single labelled song": (rng.normal(size=(1, 1)), np.array([8]), rng.normal(size=(1, 1))),
        "no new song": (*_labelled(rng, 6), np.zeros((0, 2))),
    },
)
def nearest_prototype(X, y, new):
    """Return the label of the nearest class mean for each row of `new`."""
    labels = np.unique(y)
    prototypes = np.array([X[y == label].mean(axis=0) for label in labels])
    away = np.linalg.norm(new[:, None] - prototypes, axis=2)
    return labels[away.argmin(axis=1)]


@nearest_prototype.also
def one_song_at_a_time(X, y, new):
    prototypes = {label: X[y == label].mean(axis=0) for label in set(y.tolist())}
    return [min(prototypes, key=lambda label: ((prototypes[label] - song) ** 2).sum()) for song in new]


@nearest_prototype.also
def with_mirlab(X, y, new):
    labels, codes = np.unique(y, return_inverse=True)
    if not len(new):
        return np.array([], dtype=int)
    return labels[fewlabels.nearest_mean(X, codes, len(labels), new).argmax(axis=1)]


@nearest_prototype.mistake("this is the label of the nearest song; take the nearest mean of a label.")
def nearest_song(X, y, new):
    return y[np.linalg.norm(new[:, None] - X, axis=2).argmin(axis=1)]


@nearest_prototype.mistake("this is the place of the prototype among the labels; return the label itself.")
def a_place(X, y, new):
    return np.searchsorted(np.unique(y), nearest_prototype.solve(X, y, new))


@nearest_prototype.mistake("this is the farthest prototype: take `argmin` of the distances.")
def farthest(X, y, new):
    labels = np.unique(y)
    prototypes = np.array([X[y == label].mean(axis=0) for label in labels])
    return labels[np.linalg.norm(new[:, None] - prototypes, axis=2).argmax(axis=1)]


# -- a test that cannot fail --------------------------------------------------------------------------------


def _noise(rng, n, d):
    """Draw songs whose labels have nothing to do with their features."""
    return rng.normal(size=(n, d)), rng.permutation(LABELS[np.arange(n) % 3])


@exercise(
    kind="find the bug",
    hints=[
        "Try the function with one song per label. How could it be wrong then?",
        "The song that is classified is part of the prototype of its own label, and draws it nearer.",
        "Inside the loop, use `keep = np.arange(len(y)) != i`, and compute the prototypes from `X[keep]` and "
        "`y[keep]` only. `np.unique(y[keep])` gives the labels that are left.",
    ],
    reason="A song must not help to build the prototype that judges it. The fewer songs per label, the "
    "larger the error: with one song per label, the function reported 100 % even for noise.",
    inputs=lambda rng: {
        "two labels on a line": (np.array([[0.0], [2.0], [3.5], [8.0]]), np.array([3, 3, 8, 8])),
        "noise in five dimensions": _noise(rng, 9, 5),
        "noise in eight dimensions": _noise(rng, 12, 8),
        "songs with a pattern": _labelled(rng, 12, 2),
        "one song per label": _noise(rng, 3, 2),
        "two equal songs": (np.ones((2, 1)), np.array([5, 5])),
        "a single song": (rng.normal(size=(1, 1)), np.array([3])),
    },
    lacks={"empty": "there is at least one song"},
)
def left_out_accuracy(X, y):
    """Return the share of songs that prototypes of the other songs classify correctly."""
    right = []
    for i in range(len(y)):
        keep = np.arange(len(y)) != i
        labels = np.unique(y[keep])
        if len(labels) == 0:
            return 0.0
        prototypes = np.array([X[keep & (y == label)].mean(axis=0) for label in labels])
        nearest = np.linalg.norm(prototypes - X[i], axis=1).argmin()
        right.append(labels[nearest] == y[i])
    return np.mean(right)


@left_out_accuracy.given
def with_the_song_itself(X, y):
    """Return the share of songs that prototypes of the other songs classify correctly."""
    labels = np.unique(y)
    prototypes = np.array([X[y == label].mean(axis=0) for label in labels])
    right = []
    for i in range(len(y)):
        nearest = np.linalg.norm(prototypes - X[i], axis=1).argmin()
        right.append(labels[nearest] == y[i])
    return np.mean(right)


@left_out_accuracy.also
def with_delete(X, y):
    found = 0
    for i in range(len(y)):
        others, theirs = np.delete(X, i, axis=0), np.delete(y, i)
        away = {
            label: ((others[theirs == label].mean(axis=0) - X[i]) ** 2).sum()
            for label in set(theirs.tolist())
        }
        found += bool(away) and min(away, key=away.get) == y[i]
    return found / len(y)


@left_out_accuracy.mistake("the song is still part of the prototype of its own label.")
def still_inside(X, y):
    return with_the_song_itself(X, y)


@left_out_accuracy.mistake("this finds the nearest other song; the question is about the nearest prototype.")
def nearest_other_song(X, y):
    if len(y) == 1:
        return 0.0
    away = np.linalg.norm(X[:, None] - X, axis=2) + np.diag(np.full(len(y), np.inf))
    return np.mean(y[away.argmin(axis=1)] == y)


@left_out_accuracy.mistake(
    "songs whose label has no other song are left out of the share; they count as wrong, since no prototype "
    "could name them."
)
def only_labels_with_others(X, y):
    some = np.array([(y == label).sum() > 1 for label in y])
    return with_delete(X, y) * len(y) / some.sum() if some.any() else np.nan
