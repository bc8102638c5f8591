"""Exercises of lesson 09."""

import numpy as np

from mirlab import evaluate, tagging
from mirlab.lessons import exercise


def _like_mirlab(scores, y):
    """Measure a single tag as `mirlab` measures a whole vocabulary."""
    return tagging.tag_auc(np.array([scores]).T, np.array([y]).T)[0]


@exercise(
    hints=[
        "Split the scores in two: `scores[y]` of the excerpts with the tag, `scores[~y]` of those without.",
        "`scores[y][:, None] - scores[~y]` compares every one with every other: a table with a row for each "
        "excerpt with the tag.",
        "A pair is right if its difference is above 0, half right if it is 0: take the mean over all pairs.",
    ],
    reason="An AUC is a probability: that an excerpt with the tag, drawn blindly, stands above one without "
    "it. So it needs no threshold, and does not depend on how frequent the tag is.",
    inputs=lambda rng: {
        "two excerpts with the tag, two without": (
            np.array([0.9, 0.8, 0.2, 0.1]),
            np.array([True, False, True, False]),
        ),
        "scores that are all the same": (np.full(4, 0.5), np.array([True, False, False, True])),
        "one tie": (np.array([3.0, 1.0, 1.0]), np.array([True, True, False])),
        "a rare tag": (np.array([4.0, 3.0, 2.0, 1.0, 0.0]), np.array([False, True, False, False, False])),
        "random scores": (rng.normal(size=9), np.arange(9) % 3 == 0),
    },
    reference=_like_mirlab,
)
def tag_auc(scores, y):
    """Return the share of the pairs (with the tag, without it) that are in the right order."""
    difference = scores[y][:, None] - scores[~y]
    return np.mean((difference > 0) + 0.5 * (difference == 0))


@tag_auc.mistake("a tie is half right: whoever cannot tell two excerpts apart has to toss a coin.")
def ties_are_wrong(scores, y):
    return np.mean(scores[y][:, None] > scores[~y])


@tag_auc.mistake("a tie is only half right; with `>=`, a machine that says the same of all would be perfect.")
def ties_are_right(scores, y):
    return np.mean(scores[y][:, None] >= scores[~y])


@tag_auc.mistake("that is the share of pairs in the wrong order: the excerpt with the tag should be above.")
def upside_down(scores, y):
    return 1 - _like_mirlab(scores, y)


@tag_auc.mistake(
    "you compare every two excerpts; pairs that both have the tag, or both lack it, have no right order."
)
def every_two(scores, y):
    difference = scores[y][:, None] - scores[~y]
    right = np.sum((difference > 0) + 0.5 * (difference == 0))
    return right / (len(y) * (len(y) - 1) / 2)


@exercise(
    hints=[
        "The deaf machine gives all clips the same score for A, the same for B, and so on: every pair of "
        "clips is a tie.",
        "AUC by clip: in clip 3, its tags A and C against B and D. A is above both, C above D only: 3 of 4.",
        "Its first three tags are always A, B, C: count, for each clip, how many of them it has, over 3.",
        "If it knew D perfectly, D would have AUC 1, and the other three what they have now. Take the mean "
        "of the four.",
    ],
    reason="Among clips of one tag the deaf machine can only toss coins; among tags of one clip, knowing "
    "what is frequent goes far. And a tag with a single clip moves the mean over tags as much as any other.",
)
def deaf():
    """Return what a machine that never listens scores, and what one rare tag is worth."""
    y = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]], dtype=bool)
    frequency = np.tile(y.sum(axis=0), (5, 1))
    found = evaluate.tagging_metrics(frequency, y)
    knows_d = np.where(np.arange(4) == 3, y, frequency)
    return {
        "AUC by tag": found.tag_auc.mean(),
        "AUC by clip": found.clip_auc.mean(),
        "precision at 3": found.precision_at_3.mean(),
        "AUC by tag, knowing D": tagging.tag_auc(knows_d, y).mean(),
    }


@deaf.mistake("a tie counts half: pairs that it cannot tell apart are not all wrong.")
def ties_count_nothing():
    return {"AUC by tag": 0.0}


@deaf.mistake("AUC by clip compares the tags of one clip, and the deaf machine does tell those apart.")
def deaf_everywhere():
    return {"AUC by clip": 0.5}


@deaf.mistake("precision at 3 divides by 3, also where a clip has only two tags.")
def divided_by_two():
    return {"precision at 3": 0.9}


@deaf.mistake(
    "the mean over tags gives each tag the same weight, however few clips have it: D counts a fourth."
)
def weighted_by_clips():
    return {"AUC by tag, knowing D": 0.55}


@exercise(
    hints=[
        "Words are vectors of the same space as excerpts: add the rows of W that belong to `plus`, and "
        "subtract those of `minus`.",
        "`names.index(word)` is the row of a word. Its affinity to every excerpt is `E @ W[row]`.",
        "For the cosine, divide `E @ query` by `np.linalg.norm(E, axis=1)`; the length of the query is "
        "the same for all and can be left out.",
        "`np.argsort(-cosine, kind='stable')` puts the largest first.",
    ],
    reason="WARP trained inner products of words and excerpts, so words can be added as the vectors they "
    "are. The angle keeps excerpts with long vectors from being near to everything.",
    inputs=lambda rng: {
        "one word": (
            np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
            np.eye(2),
            ["piano", "drums"],
            ["piano"],
            [],
        ),
        "a long vector in the wrong direction": (
            np.array([[9.0, 8.0], [1.0, 0.0]]),
            np.eye(2),
            ["piano", "drums"],
            ["piano"],
            [],
        ),
        "a word with minus": (
            np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]]),
            np.eye(2),
            ["piano", "drums"],
            ["piano"],
            ["drums"],
        ),
        "two words with plus, one with minus": (
            rng.normal(size=(6, 3)),
            rng.normal(size=(4, 3)),
            ["sad", "piano", "drums", "flute"],
            ["sad", "piano"],
            ["drums"],
        ),
    },
    reference=tagging.search_space,
)
def word_search(E, W, names, plus, minus):
    """Return the rows of E, nearest first, by their cosine with words added and subtracted."""
    query = sum(W[names.index(word)] for word in plus) - sum(W[names.index(word)] for word in minus)
    cosine = E @ query / np.linalg.norm(E, axis=1)
    return np.argsort(-cosine, kind="stable")


def _query(W, names, plus, minus):
    rows = [names.index(word) for word in plus], [names.index(word) for word in minus]
    return W[rows[0]].sum(axis=0) - W[rows[1]].sum(axis=0)


@word_search.mistake(
    "that is the inner product: an excerpt with a long vector comes first, whatever it points at."
)
def by_inner_product(E, W, names, plus, minus):
    return np.argsort(-(E @ _query(W, names, plus, minus)), kind="stable")


@word_search.mistake("the words with minus are not subtracted.")
def without_minus(E, W, names, plus, minus):
    return tagging.search_space(E, W, names, plus)


@word_search.mistake(
    "these are the farthest first: `np.argsort` puts the smallest first, so sort the negative."
)
def farthest_first(E, W, names, plus, minus):
    return np.argsort(E @ _query(W, names, plus, minus) / np.linalg.norm(E, axis=1), kind="stable")


@word_search.mistake("only the first word with plus is used.")
def first_word_only(E, W, names, plus, minus):
    return tagging.search_space(E, W, names, plus[:1], minus)
