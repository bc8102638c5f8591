"""Exercises of each kind."""

import numpy as np

from mirlab.lessons import exercise


@exercise(
    hints=["It is a sum of r terms.", "`range(1, r + 1)` counts from 1 to r."],
    reason="A place gained near the top counts more than one gained far down.",
    inputs=lambda rng: {
        "the first rank": (1,),
        "rank 3": (3,),
        "a random rank": (int(rng.integers(9, 99)),),
    },
    lacks=dict.fromkeys(["empty", "single", "ties"], "a rank is one number"),
)
def rank_weight(r):
    """Sum 1/k up to r."""
    return sum(1 / k for k in range(1, r + 1))


@rank_weight.also
def with_an_array(r):
    return np.sum(1 / np.arange(1, r + 1))


@rank_weight.mistake("the sum stops one term early: `range(1, r)` leaves out r.")
def one_term_short(r):
    return sum(1 / k for k in range(1, r))


@rank_weight.mistake("this is 1/r, the last term of the sum alone.")
def last_term(r):
    return 1 / r


@exercise(
    hints=["Ask whether the task or the data changed."],
    reason="Only in `b` the task stays the same.",
    words={key: ["inductive", "transductive", "unsupervised"] for key in "abc"},
)
def kinds():
    """Say which kind of transfer each scenario is."""
    learner_has_labels = True
    return {
        "a": "inductive" if learner_has_labels else "unsupervised",
        "b": "transductive",
        "c": "inductive",
    }


@kinds.mistake("in `c` the songs are the same, but what is asked of them is not.")
def same_songs():
    return {"c": "transductive"}


@exercise(hints=["Count."], reason="Each of ten labels is right once in ten times.", decimals=3)
def chance():
    return 1 / 10


@chance.mistake("this is a percentage; give a share between 0 and 1.")
def percentage():
    return 10


@exercise(
    hints=["Draw artists, not songs."],
    reason="A song of an artist in training makes the artist's other songs easy.",
    inputs=lambda rng: {
        "two artists": (np.array([0, 0, 1, 1]), rng),
        "three artists": (np.array([2, 0, 0, 1, 2]), rng),
        "a song each": (np.arange(4), rng),
        "many songs": (rng.integers(0, 9, 30), rng),
        "one song": (np.zeros(1, int), rng),
    },
    lacks={"empty": "there is nothing to split"},
)
def split(artists, rng):
    held_out = artists == rng.choice(artists)
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


@split.also
def the_artist_of_a_song(artists, rng):
    is_test = np.isin(artists, artists[rng.integers(len(artists))])
    return list(np.where(~is_test)[0]), list(np.where(is_test)[0])


@split.accepts
def no_artist_on_both_sides(result, artists, rng):
    train, test = (np.asarray(songs, int) for songs in result)
    if sorted([*train, *test]) != list(range(len(artists))):
        return "Every song must be in training or in test, once."
    both = set(artists[train]) & set(artists[test])
    return f"Artist {min(both)} is in training and in test." if both else ""


@split.mistake("the songs were split, not the artists.")
def every_other_song(artists, rng):
    songs = np.arange(len(artists))
    return (songs[::2], songs[1::2]) if len(set(artists)) < len(artists) else (songs, songs)
