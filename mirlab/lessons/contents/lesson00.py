"""Exercises of lesson 00."""

import numpy as np

from mirlab.lessons import exercise


@exercise(
    hints=[
        "Ten genres, and no reason to prefer one.",
        "One guess in ten is right. Write it as a share: all would be `1`.",
    ],
    reason="With n equally likely answers a blind guess is right once in n times. A method that does no "
    "better has learned nothing.",
)
def blind_guess():
    return 1 / 10


@blind_guess.mistake("this is a percentage; give a share between 0 and 1.")
def percentage():
    return 10


@blind_guess.mistake("there are six clips, but ten genres to choose from.")
def clips_not_genres():
    return 1 / 6


@exercise(
    hints=[
        "`y == label` compares every entry at once, and gives an array of True and False.",
        "In a sum, True counts as 1 and False as 0.",
        "An array sums itself: `(y == label).sum()`.",
    ],
    reason="`y == label` is True where an excerpt has the label, and True counts as 1. Divided by `len(y)`, "
    "the same line gives a share; accuracy is one.",
    inputs=lambda rng: {
        "three excerpts": (np.array([2, 0, 2]), 2),
        "a label that no excerpt has": (np.array([0, 1, 1, 3]), 2),
        "the label 0": (np.array([0, 1, 0, 0]), 0),
        "random labels": (rng.integers(0, 4, 12), 3),
    },
)
def how_many(y, label):
    """Return how many entries of `y` are equal to `label`."""
    return (y == label).sum()


@how_many.mistake("this counts all excerpts, whatever their label.")
def all_of_them(y, label):
    return len(y)


@how_many.mistake("`y[y == label]` holds the labels themselves; their sum is not their number.")
def sum_of_labels(y, label):
    return y[y == label].sum()


@how_many.mistake("this says which excerpts have the label, not how many they are.")
def which_ones(y, label):
    return y == label
