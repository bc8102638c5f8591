"""Exercises of lesson 04."""

import numpy as np

from mirlab.corpus import styles
from mirlab.lessons import exercise

# -- the overlap of two labels ------------------------------------------------------------------------


def _real_mixtures(rng):
    labels = [mixture for about in styles.sets().values() for mixture in about.get("labels", {}).values()]
    return tuple(dict(labels[i]) for i in rng.choice(len(labels), 2, replace=False))


def _any_mixture(rng, names):
    chosen = rng.permutation(names)[: rng.integers(3, len(names))].tolist()
    weights = rng.integers(1, 9, len(chosen))
    return dict(zip(chosen, (weights / weights.sum()).tolist(), strict=True))


STYLES = ["rock", "blues", "pop", "swing", "bossa", "metal"]


@exercise(
    hints=[
        "Go through the styles of `a`, one by one. How much of each does `b` have?",
        "Two labels share the smaller of their two shares of a style: `min(…, …)`.",
        "`b.get(style, 0)` is the share in `b`, or 0 if `b` does not have that style.",
    ],
    reason="Of each style, two labels share the smaller share. The sum is 1 for equal mixtures and 0 for "
    "mixtures without a common style, and the order of the two labels does not matter.",
    inputs=lambda rng: {
        "two labels with one style in common": ({"rock": 0.6, "blues": 0.4}, {"rock": 0.5, "pop": 0.5}),
        "two labels with two styles in common": (
            {"swing": 0.7, "lounge": 0.2, "bossa": 0.1},
            {"bossa": 0.4, "swing": 0.6},
        ),
        "two labels with nothing in common": ({"metal": 1.0}, {"spoken": 0.75, "country": 0.25}),
        "the same mixture twice": ({"soul": 0.5, "rnb": 0.5}, {"soul": 0.5, "rnb": 0.5}),
        "a mixture without styles": ({}, {"soul": 0.5, "rnb": 0.5}),
        "two labels of the corpus": _real_mixtures(rng),
        "two random mixtures": (_any_mixture(rng, STYLES), _any_mixture(rng, STYLES)),
        "two other random mixtures": (_any_mixture(rng, STYLES), _any_mixture(rng, STYLES)),
    },
)
def overlap(a, b):
    """Return what two mixtures have in common, from 0 to 1."""
    return sum(min(share, b.get(style, 0)) for style, share in a.items())


@overlap.also
def by_set(a, b):
    total = 0.0
    for style in set(a) & set(b):
        total += a[style] if a[style] < b[style] else b[style]
    return total


@overlap.also
def by_distance(a, b):
    distance = sum(abs(a.get(style, 0) - b.get(style, 0)) for style in a | b)
    return (sum(a.values()) + sum(b.values()) - distance) / 2


@overlap.mistake("this counts the common styles; add up how much of each they share.")
def common_styles(a, b):
    return len(set(a) & set(b))


@overlap.mistake("this adds up what `a` has of the common styles; `b` may have less: take the smaller share.")
def all_of_a(a, b):
    return sum(share for style, share in a.items() if style in b)


@overlap.mistake("the shares are multiplied; two labels share the smaller of the two shares.")
def products(a, b):
    return sum(share * b.get(style, 0) for style, share in a.items())


@overlap.mistake("this takes the larger share of each common style; two labels share the smaller one.")
def larger(a, b):
    return sum(max(share, b[style]) for style, share in a.items() if style in b)


# -- the majority baseline ----------------------------------------------------------------------------


def _labels(rng, n_labels, n):
    """Draw labels; the most frequent one is neither the first nor the last."""
    top = int(rng.integers(1, n_labels - 1))
    y = rng.integers(0, n_labels, n)
    y[rng.permutation(n)[: n // 3]] = top
    y[0], y[-1] = 0, n_labels - 1
    return (y,)


@exercise(
    hints=[
        "If you always predict the same label, how often are you right?",
        "You are right as often as this label occurs. Which label should you choose? Count all of them.",
        "`np.unique(y, return_counts=True)` returns two arrays: the labels and their counts. "
        "Treat the empty array first.",
    ],
    reason="Always predicting the most frequent label is right as often as this label occurs. A classifier "
    "has learned something only if it is better than that. With n equal classes the baseline is 1/n.",
    inputs=lambda rng: {
        "the most frequent label is not the first": (np.array([1, 4, 4, 2, 4]),),
        "two labels are equally frequent": (np.array([3, 0, 0, 3, 2]),),
        "all labels are equally frequent": (rng.permutation([0, 0, 1, 1, 2, 2]),),
        "a single excerpt": (np.array([7]),),
        "no excerpt": (np.array([], dtype=int),),
        "random labels": _labels(rng, 5, 40),
        "more random labels": _labels(rng, 9, int(rng.integers(60, 90))),
    },
)
def majority(y):
    """Return the accuracy of always predicting the most frequent label of `y`."""
    if len(y) == 0:
        return 0
    counts = np.unique(y, return_counts=True)[1]
    return counts.max() / len(y)


@majority.also
def by_bincount(y):
    return np.bincount(y).max() / y.size if y.size else 0.0


@majority.also
def by_loop(y):
    counts = {}
    for label in y:
        counts[label] = counts.get(label, 0) + 1
    return max(counts.values(), default=0) / max(1, len(y))


@majority.mistake("this takes the first label; it need not be the most frequent one.")
def the_first(y):
    return (y == y[0]).mean() if len(y) else 0


@majority.mistake("this guesses at random among the labels; the most frequent label is right more often.")
def blind(y):
    return 1 / len(np.unique(y)) if len(y) else 0


@majority.mistake("this is the number of excerpts that are right; divide by the number of all excerpts.")
def not_a_share(y):
    return np.unique(y, return_counts=True)[1].max() if len(y) else 0


@majority.mistake("this is the most frequent label; return how often it is right.")
def the_label(y):
    return np.bincount(y).argmax() if len(y) else 0


@majority.mistake("this is the largest label; labels are names here, and their size means nothing.")
def the_largest(y):
    return (y == y.max()).mean() if len(y) else 0


# -- a split by artist --------------------------------------------------------------------------------


def _uneven(rng):
    """Return artists of whom three have most of the songs, in random order."""
    return rng.permutation(np.repeat(np.arange(25), [40, 30, 20, *[1] * 22]))


@exercise(
    kind="find the bug",
    hints=[
        "Print `drawn` for an array in which one artist has many songs. Is each artist in it once?",
        "`rng.choice(groups, …)` draws songs. An artist with many songs is drawn more often, even twice.",
        "Draw from a list that has each artist once: `np.unique(groups)`.",
    ],
    reason="`rng.choice(groups, …)` draws from the songs: artists with many songs are drawn more often, and "
    "one of them may be drawn twice. `np.unique(groups)` lists each artist once, so that all have the same "
    "chance. The test set is then a fifth of the artists.",
    inputs=lambda rng: {
        "a few artists with most of the songs": (_uneven(rng), np.random.default_rng(rng.integers(2**32))),
        "two songs per artist": (np.repeat(np.arange(20), 2), np.random.default_rng(rng.integers(2**32))),
        "songs in random order": (
            rng.permutation(np.repeat(np.arange(15), 4)),
            np.random.default_rng(rng.integers(2**32)),
        ),
        "a single song": (np.array([3]), np.random.default_rng(0)),
        "four artists": (np.array([0, 1, 2, 3, 3]), np.random.default_rng(1)),
        "no song": (np.array([], dtype=int), np.random.default_rng(2)),
    },
)
def artist_split(groups, rng):
    """Return True for each song in the test: all songs of a fifth of the artists, drawn with `rng`."""
    artists = np.unique(groups)
    drawn = rng.choice(artists, len(artists) // 5, replace=False)
    return np.isin(groups, drawn)


@artist_split.given
def artist_split_given(groups, rng):
    """Return True for each song in the test: all songs of a fifth of the artists, drawn with `rng`."""
    n_test = len(np.unique(groups)) // 5
    drawn = rng.choice(groups, n_test, replace=False)
    return np.isin(groups, drawn)


@artist_split.accepts
def complaint(result, groups, rng):
    test = np.asarray(result)
    if test.shape != groups.shape or (test.dtype != bool and test.size):
        return f"Return one True or False per song: there are {len(groups)} songs in `groups`."
    test = test.astype(bool)
    tested, trained = set(groups[test].tolist()), set(groups[~test].tolist())
    if both := tested & trained:
        return f"{len(both)} of {len(tested | trained)} artists have songs on both sides of the split."
    everyone = tested | trained
    if len(tested) != len(everyone) // 5:
        return (
            f"{len(tested)} of {len(everyone)} artists are in the test; a fifth, rounded down, "
            f"is {len(everyone) // 5}."
        )
    return None


@artist_split.repeated(150)
def unequal_chances(results, groups, rng):
    artists, songs = np.unique(groups, return_counts=True)
    tested = np.array([[np.asarray(r, dtype=bool)[groups == a].all() for a in artists] for r in results])
    if wrong := [found for r in results if (found := complaint(r, groups, rng))]:
        return f"In {len(wrong)} of {len(results)} draws: {wrong[0]}"
    share = tested.mean(axis=0)
    expected, n = len(artists) // 5 / len(artists), len(results)
    spread = (expected * (1 - expected) / n) ** 0.5
    if share.max() == 1 or share.min() == 0:
        return "Some artists are always drawn or never drawn, whatever `rng` is. Draw with `rng`."
    worst = int(np.abs(share - expected).argmax())
    if abs(share[worst] - expected) > 5 * spread:
        return (
            f"Artists do not have the same chance: in {n} draws, an artist with {songs[worst]} of "
            f"{len(groups)} songs was in the test in {share[worst]:.0%}, where {expected:.0%} are expected."
        )
    return None


@artist_split.also
def by_permutation(groups, rng):
    artists = rng.permutation(np.unique(groups))
    return np.isin(groups, artists[: len(artists) // 5])


@artist_split.also
def by_loop_over_songs(groups, rng):
    artists = sorted(set(groups.tolist()))
    rng.shuffle(artists)
    test = set(artists[: len(artists) // 5])
    return [artist in test for artist in groups]


@artist_split.mistake("songs are drawn, so artists with several songs are on both sides.")
def songs_drawn(groups, rng):
    return rng.random(len(groups)) < 0.2


@artist_split.mistake("the first songs are taken, so artists can be on both sides.")
def first_songs(groups, rng):
    return np.arange(len(groups)) < len(groups) // 5


@artist_split.mistake("these are the artists that were drawn; return True or False for each song.")
def artists_drawn(groups, rng):
    artists = rng.permutation(np.unique(groups))
    return artists[: len(artists) // 5]


@artist_split.mistake("the generator is not used: the same artists are in every test.")
def without_generator(groups, rng):
    artists = np.unique(groups)
    return np.isin(groups, artists[: len(artists) // 5])


@artist_split.mistake("the generator is not used: every fifth artist is in every test.")
def every_fifth(groups, rng):
    artists = np.unique(groups)
    return np.isin(groups, artists[::5][: len(artists) // 5])


@artist_split.mistake("an artist can be drawn twice, so there are too few in the test: `replace=False`.")
def with_replacement(groups, rng):
    artists = np.unique(groups)
    return np.isin(groups, rng.choice(artists, len(artists) // 5) if len(artists) else [])


@artist_split.mistake("artists with many songs have a greater chance; each artist should have the same.")
def weighted(groups, rng):
    artists, songs = np.unique(groups, return_counts=True)
    if not len(artists):
        return np.zeros(0, bool)
    drawn = rng.choice(artists, len(artists) // 5, replace=False, p=songs / songs.sum())
    return np.isin(groups, drawn)
