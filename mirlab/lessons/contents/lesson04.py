"""Exercises of lesson 04."""

import numpy as np

from mirlab.corpus import styles
from mirlab.lessons import exercise


def _real_mixtures(rng):
    labels = [mixture for about in styles.sets().values() for mixture in about.get("labels", {}).values()]
    return tuple(labels[i] for i in rng.choice(len(labels), 2, replace=False))


@exercise(
    hints=[
        "Take the styles of `a` one by one. What of each does `b` have too?",
        "Of a style they have in common as much as the smaller of the two shares: `min(…, …)`.",
        "`b.get(style, 0)` is the share in `b`, or 0 if `b` does not have that style.",
    ],
    reason="Of each style two labels have the smaller share in common. Summed over styles that is 1 for "
    "equal mixtures and 0 for strangers, and it does not matter which of the two labels comes first.",
    inputs=lambda rng: {
        "two labels with one style in common": ({"rock": 0.6, "blues": 0.4}, {"rock": 0.5, "pop": 0.5}),
        "two labels with two styles in common": (
            {"swing": 0.7, "lounge": 0.2, "bossa": 0.1},
            {"swing": 0.6, "bossa": 0.4},
        ),
        "two labels with nothing in common": ({"metal": 1.0}, {"spoken": 0.75, "country": 0.25}),
        "the same mixture twice": ({"soul": 0.5, "rnb": 0.5}, {"soul": 0.5, "rnb": 0.5}),
        "two labels of the corpus": _real_mixtures(rng),
    },
)
def overlap(a, b):
    """Return what two mixtures, dicts of style and share, have in common: from 0 to 1."""
    return sum(min(share, b.get(style, 0)) for style, share in a.items())


@overlap.mistake("this counts the common styles; how much of each there is should count too.")
def common_styles(a, b):
    return len(set(a) & set(b))


@overlap.mistake(
    "this adds up all of `a` that `b` knows, though `b` may have less of it: take the smaller share."
)
def all_of_a(a, b):
    return sum(share for style, share in a.items() if style in b)


@overlap.mistake("the shares are multiplied; what both have is the smaller of the two.")
def products(a, b):
    return sum(share * b.get(style, 0) for style, share in a.items())


@exercise(
    hints=[
        "If you always name the same label, how often are you right?",
        "As often as it occurs. Which label should you name? Count them all.",
        "`np.unique(y, return_counts=True)` returns two arrays: the labels, and their counts.",
    ],
    reason="Whoever always names the most frequent label is right as often as it occurs. So accuracy begins "
    "at this line. With n equal classes it is 1 in n; where one class is large, it can look like a result.",
    inputs=lambda rng: {
        "a set with one large class": (np.array(["rock", "jazz", "rock", "rock", "pop"]),),
        "balanced labels": (np.array([0, 1, 2, 0, 1, 2]),),
        "a set of one label": (np.array(["wort", "wort"]),),
        "random labels": (rng.choice([3, 5, 9], 12, p=[0.2, 0.2, 0.6]),),
    },
)
def majority(y):
    """Return the accuracy of always naming the most frequent label of `y`."""
    counts = np.unique(y, return_counts=True)[1]
    return counts.max() / len(y)


@majority.mistake("this guesses blindly among the labels; naming the most frequent one is right more often.")
def blind(y):
    return 1 / len(np.unique(y))


@majority.mistake("this is how many excerpts are right; divide by how many there are.")
def not_a_share(y):
    return np.unique(y, return_counts=True)[1].max()


@majority.mistake("this is the label to name; how often is naming it right?")
def the_label(y):
    labels, counts = np.unique(y, return_counts=True)
    return labels[counts.argmax()]


@exercise(
    hints=[
        "Draw artists, not songs: `np.unique(groups)` lists each artist once.",
        "`rng.permutation(artists)` shuffles them; the first fifth is `[: len(artists) // 5]`.",
        "`np.isin(groups, drawn)` is True for every song of the artists that were drawn.",
    ],
    reason="Artists are drawn, and songs follow. So no artist is both learned and tested, and the test asks "
    "about music instead of about a voice, a room, or a mix that was met before.",
    inputs=lambda rng: {
        "two songs an artist": (np.repeat(np.arange(20), 2), np.random.default_rng(1)),
        "songs in no order": (rng.permutation(np.repeat(np.arange(15), 4)), np.random.default_rng(2)),
        "artists with names": (
            np.array([f"band {k}" for k in rng.integers(0, 12, 70)]),
            np.random.default_rng(3),
        ),
        "an artist with many songs": (
            np.concatenate([np.zeros(30, int), np.repeat(np.arange(1, 25), 2)]),
            np.random.default_rng(4),
        ),
    },
)
def artist_split(groups, rng):
    """Return True for each song to be tested: all songs of a fifth of the artists, drawn with `rng`."""
    artists = rng.permutation(np.unique(groups))
    return np.isin(groups, artists[: len(artists) // 5])


@artist_split.accepts
def complaint(result, groups, rng):
    test = np.asarray(result)
    if test.shape != groups.shape or test.dtype != bool:
        return f"Give one True or False a song: there are {len(groups)} songs in `groups`."
    tested, learned = set(groups[test].tolist()), set(groups[~test].tolist())
    if both := tested & learned:
        return f"{len(both)} of {len(tested | learned)} artists have songs on both sides of the split."
    share = len(tested) / len(tested | learned)
    if not 0.1 <= share <= 0.3:
        return f"{len(tested)} of {len(tested | learned)} artists are tested; a fifth was asked for."
    artists, n = np.unique(groups).tolist(), len(tested)
    if n > 3 and tested in (set(artists[:n]), set(artists[-n:])):  # of fewer, chance may draw just these
        return "The first or last artists of the list are tested, not drawn ones; use `rng`."
    return None


@artist_split.mistake("songs are drawn, so artists with several songs fall on both sides.")
def songs_drawn(groups, rng):
    return rng.random(len(groups)) < 0.2


@artist_split.mistake("the first songs are taken; where songs are in no order, artists are torn apart.")
def first_songs(groups, rng):
    return np.arange(len(groups)) < len(groups) // 5


@artist_split.mistake("these are the artists that were drawn; say for each song whether it is one of theirs.")
def artists_drawn(groups, rng):
    artists = rng.permutation(np.unique(groups))
    return artists[: len(artists) // 5]
