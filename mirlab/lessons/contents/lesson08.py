"""Exercises of lesson 08."""

import numpy as np

from mirlab import evaluate
from mirlab.lessons import exercise


def _songs(rng, n, labels):
    return rng.normal(size=(n, 3)), rng.integers(labels, size=n)


@exercise(
    hints=[
        "For each query: find its `k` nearest others, see how many carry its label. Then average.",
        "`np.abs(X - X[i]).sum(axis=1)` are the L1 distances from query `i`; set its own to `np.inf`.",
        "`nearest = np.argsort(distances)[:k]`, and then `np.mean(y[nearest] == y[i])`.",
    ],
    reason="Every excerpt is the query once. The labels are looked at after the neighbours were found, to "
    "judge them: no part of the space was learned from them.",
    inputs=lambda rng: {
        "four songs on a line": (np.array([[0.0], [1.0], [3.0], [7.0]]), np.array([0, 0, 1, 1]), 1),
        "two songs in the very same place": (
            np.array([[1.0, 2.0], [1.0, 2.0], [4.0, 0.0], [9.0, 9.0]]),
            np.array([0, 1, 0, 1]),
            1,
        ),
        "a case where L1 and L2 disagree": (
            np.array([[0.0, 0.0], [3.0, 0.0], [2.0, 2.0], [-9.0, 9.0]]),
            np.array([0, 0, 1, 1]),
            1,
        ),
        "twelve random songs, three neighbours": (*_songs(rng, 12, 3), 3),
        "a label that a single song carries": (
            np.array([[0.0], [1.0], [2.5], [4.5]]),
            np.array([2, 0, 0, 0]),
            2,
        ),
    },
    reference=lambda X, y, k: evaluate.precision_at_k(X, y, k=k),
)
def precision_at_k(X, y, k):
    """Return which share of the k nearest by L1 carries the query's label, on average."""
    shares = []
    for i in range(len(X)):
        distances = np.abs(X - X[i]).sum(axis=1)
        distances[i] = np.inf  # no query is its own neighbour
        nearest = np.argsort(distances, kind="stable")[:k]
        shares.append(np.mean(y[nearest] == y[i]))
    return np.mean(shares)


@precision_at_k.mistake("every song finds itself first, and agrees with itself; leave the query out.")
def finds_itself(X, y, k):
    shares = []
    for x, label in zip(X, y, strict=True):
        nearest = np.argsort(np.abs(X - x).sum(axis=1), kind="stable")[:k]
        shares.append(np.mean(y[nearest] == label))
    return np.mean(shares)


@precision_at_k.mistake(
    "you leave out the first of the order, whoever that is. Where two songs share a place, it may be the "
    "other one: leave out `i`."
)
def without_the_first(X, y, k):
    shares = []
    for x, label in zip(X, y, strict=True):
        nearest = np.argsort(np.abs(X - x).sum(axis=1), kind="stable")[1 : k + 1]
        shares.append(np.mean(y[nearest] == label))
    return np.mean(shares)


@precision_at_k.mistake("that is the Euclidean distance, L2; L1 adds up absolute differences.")
def by_l2(X, y, k):
    return evaluate.precision_at_k(X, y, k=k, metric="euclidean")


@precision_at_k.mistake("you count the queries with any hit at all; precision is the share of hits.")
def any_hit(X, y, k):
    _, nearest = evaluate.nearest(X, k=k)
    return np.mean((y[nearest] == y[:, None]).any(axis=1))


@precision_at_k.mistake("you return the number of hits, not their share: divide by `k`.")
def number_of_hits(X, y, k):
    return k * evaluate.precision_at_k(X, y, k=k)


@exercise(
    hints=[
        "Row `i` of `lists` holds the neighbours of excerpt `i`. Who is in them, and how often?",
        "All rows together are `np.ravel(lists)`; `np.bincount` counts how often each number occurs in it.",
        "An excerpt in nobody's list must get its 0, even if it is the last: `minlength=len(lists)`.",
    ],
    reason="It is the other direction: not whom an excerpt has for neighbours, but who has the excerpt. The "
    "mean is always k, since n lists of k are shared out among n.",
    inputs=lambda rng: {
        "three excerpts, lists of one": (np.array([[1], [0], [0]]),),
        "the last stands in no list": (np.array([[1, 2], [0, 2], [1, 0], [1, 0]]),),
        "one stands in every list but its own": (np.array([[2], [2], [0], [2], [2]]),),
        "random lists of eight excerpts": (
            np.array([rng.choice(np.delete(np.arange(8), i), 3, replace=False) for i in range(8)]),
        ),
    },
    reference=lambda lists: np.array([np.sum(lists == i) for i in range(len(lists))]),
)
def occurrences(lists):
    """Return in how many of these lists each excerpt stands."""
    return np.bincount(np.ravel(lists), minlength=len(lists))


@occurrences.mistake(
    "who stands in nobody's list is missing at the end: there must be a count for every excerpt."
)
def without_the_last(lists):
    return np.bincount(np.ravel(lists))


@occurrences.mistake("that counts first places only; every column of `lists` is part of a list.")
def first_places(lists):
    return np.bincount(lists[:, 0], minlength=len(lists))


@occurrences.mistake("that is how long the list of each excerpt is, which is k for all; ask who has it.")
def lengths(lists):
    return np.array([len(row) for row in lists])


@occurrences.mistake("these are the excerpts that occur at all; the question is how often each does.")
def who_occurs(lists):
    return np.unique(lists)


@exercise(
    hints=[
        "How far is the original from the copy, and how many songs are nearer than that?",
        "`distances = np.abs(songs - copy).sum(axis=1)`; that of the original is `distances[original]`.",
        "The place is 1 more than the number of songs that are nearer: `np.sum(distances < ...)`.",
    ],
    reason="Place 1 means found. One place behind it means that another song hides the original, however "
    "near that one is.",
    inputs=lambda rng: {
        "an undisguised copy": (np.array([[0.0, 1.0], [2.0, 2.0], [5.0, 0.0]]), np.array([2.0, 2.0]), 1),
        "a copy that other songs hide": (
            np.array([[0.0], [1.0], [5.0], [7.0], [20.0]]),
            np.array([4.5]),
            1,
        ),
        "an original at the very end": (
            np.array([[9.0], [3.0], [-1.0], [-4.0], [0.5]]),
            np.array([0.0]),
            0,
        ),
        "a case where L1 and L2 disagree": (np.array([[3.0, 0.0], [2.0, 2.0]]), np.array([0.0, 0.0]), 1),
        "nine random songs": (rng.normal(size=(9, 4)), rng.normal(size=4), int(rng.integers(9))),
    },
)
def place(songs, copy, original):
    """Return the place of the original among the neighbours of the copy by L1, 1 or more."""
    distances = np.abs(songs - copy).sum(axis=1)
    return 1 + np.sum(distances < distances[original])


@place.mistake("you count from 0; the nearest has place 1.")
def from_zero(songs, copy, original):
    distances = np.abs(songs - copy).sum(axis=1)
    return np.sum(distances < distances[original])


@place.mistake(
    "`np.argsort` says who stands at a place, `argsort[0]` being the nearest. Ask the other way round: at "
    "which place does the original stand?"
)
def who_stands_there(songs, copy, original):
    return 1 + np.argsort(np.abs(songs - copy).sum(axis=1))[original]


@place.mistake("that is the number of the nearest song, not the place of the original.")
def who_is_nearest(songs, copy, original):
    return np.argmin(np.abs(songs - copy).sum(axis=1))


@place.mistake("that is the Euclidean distance, L2; L1 adds up absolute differences.")
def place_by_l2(songs, copy, original):
    distances = np.square(songs - copy).sum(axis=1)
    return 1 + np.sum(distances < distances[original])


@place.mistake("songs that are farther were counted; the nearest has place 1.")
def from_the_end(songs, copy, original):
    distances = np.abs(songs - copy).sum(axis=1)
    return 1 + np.sum(distances > distances[original])
