"""Exercises of lesson 08."""

import numpy as np
from scipy.spatial.distance import cdist

from mirlab.lessons import exercise


def _line(*places):
    """Return the distances of songs on a line."""
    return np.abs(np.subtract.outer(np.array(places, float), np.array(places, float)))


def _distances(rng, n, width=3):
    """Return the L1 distances of n songs drawn at random."""
    X = rng.normal(size=(n, width)).round(2)
    return cdist(X, X, "cityblock").round(2)


def _some_equal(rng, n):
    """Return distances of n songs, of which two pairs are in the same place."""
    X = rng.permutation(3 * n)[:n].astype(float)
    X[1], X[3] = X[0], X[2]
    return _line(*X)


# -- precision ---------------------------------------------------------------------------------------------


@exercise(
    hints=[
        "For each query, find its `k` nearest other songs and count how many have its label. Then average.",
        "A query must not be its own neighbour. Work on a copy of the row and set its own distance to "
        "`np.inf`.",
        '`np.argsort(row, kind="stable")[:k]` gives the nearest songs, and at equal distances the earlier '
        "song first.",
    ],
    reason="Every song is the query once. The labels are used only after the neighbours are found, to judge "
    "them: nothing was learned from them.",
    inputs=lambda rng: {
        "four songs on a line": (_line(0, 1, 3, 7), np.array([0, 0, 1, 1]), 1),
        "two songs in the same place": (_line(2, 2, 5, 6), np.array([0, 1, 0, 1]), 1),
        "two pairs in the same place": (_some_equal(rng, 8), rng.permutation([0, 0, 0, 1, 1, 1, 2, 2]), 2),
        "a label of a single song": (_line(0, 1, 2.5, 4.5), np.array([2, 0, 0, 0]), 2),
        "twelve random songs, three neighbours": (_distances(rng, 12), rng.integers(3, size=12), 3),
        "all others are neighbours": (_distances(rng, 5), rng.integers(2, size=5), 4),
    },
    lacks={"empty": "there are always more than k songs", "single": "a song alone has no neighbour"},
)
def precision_at_k(D, y, k):
    """Return the share of the k nearest with the label of the query, averaged over all queries."""
    shares = []
    for i in range(len(D)):
        distances = D[i].copy()
        distances[i] = np.inf  # no query is its own neighbour
        nearest = np.argsort(distances, kind="stable")[:k]
        shares.append(np.mean(y[nearest] == y[i]))
    return np.mean(shares)


@precision_at_k.also
def without_a_loop(D, y, k):
    order = np.argsort(D + np.diag(np.full(len(D), np.inf)), axis=1, kind="stable")
    return np.mean(y[order[:, :k]] == y[:, None])


@precision_at_k.also
def in_plain_python(D, y, k):
    hits = 0
    for i, row in enumerate(D.tolist()):
        others = sorted((distance, j) for j, distance in enumerate(row) if j != i)
        hits += sum(y[j] == y[i] for _, j in others[:k])
    return hits / (k * len(D))


@precision_at_k.mistake("every query finds itself first and agrees with itself. Leave the query out.")
def finds_itself(D, y, k):
    return np.mean(y[np.argsort(D, axis=1, kind="stable")[:, :k]] == y[:, None])


@precision_at_k.mistake(
    "you skip the first song of the order, whichever it is. If two songs are in the same place, it may be "
    "the "
    "other one: leave out `i`."
)
def without_the_first(D, y, k):
    return np.mean(y[np.argsort(D, axis=1, kind="stable")[:, 1 : k + 1]] == y[:, None])


@precision_at_k.mistake("you count the queries with at least one hit. Precision is the share of hits.")
def any_hit(D, y, k):
    order = np.argsort(D + np.diag(np.full(len(D), np.inf)), axis=1, kind="stable")
    return np.mean((y[order[:, :k]] == y[:, None]).any(axis=1))


@precision_at_k.mistake("you return the number of hits. Divide it by `k`.")
def number_of_hits(D, y, k):
    return k * without_a_loop(D, y, k)


@precision_at_k.mistake("these are the farthest songs. The smallest distance comes first.")
def the_farthest(D, y, k):
    order = np.argsort(np.diag(np.full(len(D), np.inf)) - D, axis=1, kind="stable")
    return np.mean(y[order[:, :k]] == y[:, None])


# -- the artist --------------------------------------------------------------------------------------------


def _with_artists(rng, n, labels, artists, k):
    """Return songs; for each of them, at least k are by other artists."""
    artist = np.arange(n) % artists
    return _distances(rng, n), rng.integers(labels, size=n), rng.permutation(artist), k


@exercise(
    kind="find the bug",
    hints=[
        "Which songs may be among the `k` nearest? What happens to a place that a song of the same artist "
        "takes?",
        "In the given function, a song of the query's own artist takes one of the `k` places and counts as a "
        "miss. It should not take a place at all.",
        "Leave out the artist first and take the nearest afterwards: "
        "`nearest = order[artist[order] != artist[i]][:k]`.",
    ],
    reason="A filter belongs before the choice of neighbours. Here the bug makes every space look worse, and "
    "most of all a space that finds the artist well.",
    inputs=lambda rng: {
        "four artists on a line": (
            _line(0, 1, 2, 10, 11, 12.5),
            np.array([0, 0, 0, 1, 1, 1]),
            np.array([0, 0, 1, 2, 2, 3]),
            1,
        ),
        "every song by another artist": (_distances(rng, 6), rng.integers(2, size=6), np.arange(6), 2),
        "two songs in the same place": (_line(2, 2, 5, 6), np.array([0, 1, 0, 1]), np.array([0, 0, 1, 2]), 1),
        "two pairs in the same place": (
            _some_equal(rng, 8),
            rng.integers(2, size=8),
            np.array([0, 1, 0, 1, 2, 2, 3, 3]),
            2,
        ),
        "twelve songs of four artists": _with_artists(rng, 12, 2, 4, 3),
    },
    lacks={"empty": "there are always k songs by other artists", "single": "a song alone has no neighbour"},
)
def other_artists(D, y, artist, k):
    """Return precision at k if no song by the query's artist may be a neighbour."""
    shares = []
    for i in range(len(D)):
        order = np.argsort(D[i], kind="stable")
        nearest = order[artist[order] != artist[i]][:k]
        shares.append(np.mean(y[nearest] == y[i]))
    return np.mean(shares)


@other_artists.given
def own_artist_as_a_miss(D, y, artist, k):
    """Return precision at k if no song by the query's artist may be a neighbour."""
    shares = []
    for i in range(len(D)):
        order = np.argsort(D[i], kind="stable")
        nearest = order[order != i][:k]
        shares.append(np.mean((y[nearest] == y[i]) & (artist[nearest] != artist[i])))
    return np.mean(shares)


@other_artists.also
def with_infinite_distances(D, y, artist, k):
    D = np.where(artist[:, None] == artist, np.inf, D)
    return np.mean(y[np.argsort(D, axis=1, kind="stable")[:, :k]] == y[:, None])


@other_artists.also
def one_by_one(D, y, artist, k):
    found = []
    for i in range(len(y)):
        far = sorted((D[i, j], j) for j in range(len(y)) if artist[j] != artist[i])
        found.extend(int(y[j] == y[i]) for _, j in far[:k])
    return sum(found) / len(found)


@other_artists.mistake(
    "songs by the query's artist take places among the `k` nearest and count as misses. Leave them out "
    "before "
    "you take the nearest."
)
def counted_as_misses(D, y, artist, k):
    return own_artist_as_a_miss(D, y, artist, k)


@other_artists.mistake("only the query itself is left out, and not the other songs of its artist.")
def only_itself(D, y, artist, k):
    return without_a_loop(D, y, k)


@other_artists.mistake("you keep the songs of the query's own artist and leave out all others.")
def only_the_artist(D, y, artist, k):
    shares = []
    for i in range(len(D)):
        order = np.argsort(D[i], kind="stable")
        nearest = order[artist[order] == artist[i]][:k]
        shares.append(np.mean(y[nearest] == y[i]))
    return np.mean(shares)


# -- a remedy against hubs ---------------------------------------------------------------------------------


@exercise(
    hints=[
        "First compute r: for each song, the mean of the distances to its `k` nearest other songs.",
        "In a sorted row, the distance of a song to itself comes first, since it is 0: "
        "`np.sort(D, axis=1)[:, 1 : k + 1].mean(axis=1)`. For the values, other zeros do not matter.",
        "`np.outer(r, r)` has the product of r of song i and r of song j at the place [i, j].",
    ],
    reason="A hub has small distances to its neighbours, and many songs are near to it. Dividing by r makes "
    "each distance relative to what is usual around both songs.",
    inputs=lambda rng: {
        "four songs on a line": (_line(0, 1, 3, 7), 2),
        "two songs in the same place": (_line(2, 2, 5, 9), 3),
        "two pairs in the same place": (_some_equal(rng, 7), 3),
        "nine random songs": (_distances(rng, 9), 4),
        "all others are neighbours": (_distances(rng, 5), 4),
    },
    lacks={"empty": "there are always more than k songs", "single": "a song alone has no neighbour"},
)
def local_scaling(D, k):
    """Return the distances, each divided by the root of r_i r_j; r is the mean distance to the k nearest."""
    r = np.sort(D, axis=1)[:, 1 : k + 1].mean(axis=1)
    return D / np.sqrt(np.outer(r, r))


@local_scaling.also
def pair_by_pair(D, k):
    n = len(D)
    r = [np.mean(sorted(D[i, j] for j in range(n) if j != i)[:k]) for i in range(n)]
    return [[D[i, j] / (r[i] * r[j]) ** 0.5 for j in range(n)] for i in range(n)]


@local_scaling.also
def rows_and_columns(D, k):
    others = D + np.diag(np.full(len(D), np.inf))
    root = np.sqrt(np.partition(others, k - 1, axis=1)[:, :k].mean(axis=1, keepdims=True))
    return D / root / root.T


@local_scaling.mistake("the song itself, at distance 0, is among its `k` nearest. Leave it out.")
def with_itself(D, k):
    r = np.sort(D, axis=1)[:, :k].mean(axis=1)
    return D / np.sqrt(np.outer(r, r))


@local_scaling.mistake("r is the distance to the k-th neighbour. Use the mean of all `k`.")
def only_the_last(D, k):
    r = np.sort(D, axis=1)[:, k]
    return D / np.sqrt(np.outer(r, r))


@local_scaling.mistake("the root is missing: divide by the root of the product.")
def without_root(D, k):
    r = np.sort(D, axis=1)[:, 1 : k + 1].mean(axis=1)
    return D / np.outer(r, r)


@local_scaling.mistake(
    "the distances are divided by r of one of the two songs only, so the result is not symmetric."
)
def one_sided(D, k):
    return D / np.sort(D, axis=1)[:, 1 : k + 1].mean(axis=1, keepdims=True)


@local_scaling.mistake("r is the mean distance to all other songs. Use the `k` nearest ones.")
def mean_of_all(D, k):
    r = D.sum(axis=1) / (len(D) - 1)
    return D / np.sqrt(np.outer(r, r))
