"""Exercises of lesson 00."""

import numpy as np

from mirlab.lessons import exercise


@exercise(
    hints=[
        "There are ten genres, and each is equally likely to be guessed.",
        "One guess in ten is right. Write it as a share, where all would be `1`.",
    ],
    reason="Among n equally likely answers, a blind guess is right once in n times. A method that "
    "is not better "
    "has learned nothing.",
)
def blind_guess():
    return 1 / 10


@blind_guess.also
def as_a_decimal():
    return 0.1


@blind_guess.mistake("this is a percentage; write a share between 0 and 1.")
def percentage():
    return 10


@blind_guess.mistake("there are six clips in the game, but ten genres to choose from.")
def clips_not_genres():
    return 1 / 6


@blind_guess.mistake("this is the share of wrong guesses.")
def wrong_guesses():
    return 0.9


@exercise(
    hints=[
        "`y == label` compares every entry with the label and gives an array of True and False.",
        "In a sum, True counts as 1 and False as 0.",
        "An array can sum itself: `(y == label).sum()`.",
    ],
    reason="`y == label` is True for each excerpt with the label, and True counts as 1. Divided by "
    "`len(y)`, the same "
    "sum gives the share of excerpts with the label.",
    inputs=lambda rng: {
        "three excerpts": (np.array([2, 0, 2]), 2),
        "a label that no excerpt has": (np.array([0, 1, 1, 3]), 2),
        "the label 0": (rng.permutation([0, 1, 0, 0]), 0),
        "a single excerpt": (rng.integers(0, 2, 1), 1),
        "no excerpts": (np.array([], dtype=int), 1),
        "random labels": (rng.integers(0, 4, 12), int(rng.integers(0, 4))),
        "many random labels": (rng.integers(0, 30, 500), int(rng.integers(0, 30))),
    },
)
def how_many(y, label):
    """Return how many entries of `y` are equal to `label`."""
    return (y == label).sum()


@how_many.also
def with_numpy(y, label):
    return np.sum(y == label)


@how_many.also
def with_a_loop(y, label):
    count = 0
    for entry in y:
        if entry == label:
            count += 1
    return count


@how_many.also
def with_a_list(y, label):
    return list(y).count(label)


@how_many.also
def with_positions(y, label):
    return len(np.flatnonzero(y == label))


@how_many.mistake("this counts all excerpts, whatever their label.")
def all_of_them(y, label):
    return len(y)


@how_many.mistake("`y[y == label]` holds the labels themselves; their sum is not their number.")
def sum_of_labels(y, label):
    return y[y == label].sum()


@how_many.mistake("this shows which excerpts have the label; return how many they are.")
def which_ones(y, label):
    return y == label


@how_many.mistake("this is a share; return the number of excerpts.")
def a_share(y, label):
    return (y == label).sum() / max(1, len(y))
