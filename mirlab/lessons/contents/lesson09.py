"""Exercises of lesson 09."""

import numpy as np
from scipy.stats import rankdata

from mirlab import evaluate, tagging
from mirlab.lessons import exercise

# -- the AUC of one tag -----------------------------------------------------------------------------------


def _like_mirlab(scores, y):
    """Measure a single tag as `mirlab` measures a whole vocabulary."""
    return tagging.tag_auc(np.array([scores]).T, np.array([y]).T)[0]


def _random_tag(rng, n):
    """Draw scores with many ties, and a tag that some excerpts have and others do not."""
    return rng.integers(0, 5, n) / 4, rng.permutation(np.arange(n) % 3 == 0)


@exercise(
    hints=[
        "Split the scores in two: `scores[y]` of the excerpts with the tag, `scores[~y]` of those without.",
        "`scores[y][:, None] - scores[~y]` compares each of the first with each of the second: a table with "
        "one row for each excerpt with the tag.",
        "A pair is right if its difference is above 0, and half right if it is 0. Take the mean over the "
        "table, but return `np.nan` first if the table has no entry.",
    ],
    reason="AUC is a probability: that a random excerpt with the tag is ranked above one without it. "
    "It needs no threshold, and it does not depend on how frequent the tag is.",
    inputs=lambda rng: {
        "two excerpts with the tag, two without it": (
            np.array([0.9, 0.8, 0.2, 0.1]),
            np.array([True, False, True, False]),
        ),
        "scores that are all equal": (np.full(4, 0.5), np.array([True, False, False, True])),
        "a rare tag": (rng.permutation(9.0 + np.arange(9)), np.arange(9) == 4),
        "random scores": (rng.normal(size=9), rng.permutation(np.arange(9) % 3 == 0)),
        "random scores with ties": _random_tag(rng, 12),
        "a tag that every excerpt has": (rng.normal(size=3), np.ones(3, dtype=bool)),
        "a single excerpt": (rng.normal(size=1), np.array([False])),
        "no excerpt": (np.array([]), np.array([], dtype=bool)),
    },
    reference=_like_mirlab,
)
def tag_auc(scores, y):
    """Return the share of the pairs (one excerpt with the tag, one without it) in the right order."""
    if y.all() or not y.any():
        return np.nan
    difference = scores[y][:, None] - scores[~y]
    return np.mean((difference > 0) + 0.5 * (difference == 0))


@tag_auc.also
def with_a_loop(scores, y):
    pairs = [(a, b) for a, has in zip(scores, y, strict=True) if has for b in scores[~y]]
    if not pairs:
        return float("nan")
    return sum(1 if a > b else 0.5 if a == b else 0 for a, b in pairs) / len(pairs)


@tag_auc.also
def with_ranks(scores, y):
    n, m = int(y.sum()), int((~y).sum())
    return (rankdata(scores)[y].sum() - n * (n + 1) / 2) / (n * m) if n * m else np.nan


@tag_auc.mistake("a tie counts as wrong here; it should count one half, as if a coin decided.")
def ties_are_wrong(scores, y):
    return np.mean(scores[y][:, None] > scores[~y]) if y.any() and not y.all() else np.nan


@tag_auc.mistake("a tie counts as right here; with `>=`, equal scores for all excerpts would be perfect.")
def ties_are_right(scores, y):
    return np.mean(scores[y][:, None] >= scores[~y]) if y.any() and not y.all() else np.nan


@tag_auc.mistake("this is the share of pairs in the wrong order; the excerpt with the tag should be above.")
def upside_down(scores, y):
    return 1 - _like_mirlab(scores, y)


@tag_auc.mistake(
    "you divide by the number of all pairs, but two excerpts "
    "that both have the tag, or both lack it, form no pair."
)
def every_two(scores, y):
    if y.all() or not y.any():
        return np.nan
    difference = scores[y][:, None] - scores[~y]
    return np.sum((difference > 0) + 0.5 * (difference == 0)) / (len(y) * (len(y) - 1) / 2)


@tag_auc.mistake("without any pair there is no AUC: return `np.nan`, not one half.")
def one_half_without_pairs(scores, y):
    return _like_mirlab(scores, y) if y.any() and not y.all() else 0.5


# -- a machine that never listens ---------------------------------------------------------------------------


@exercise(
    hints=[
        "The machine gives all clips the same score for A, the same for B, and so on. Within one tag, every "
        "pair of clips is a tie.",
        "AUC by clip: clip 3 has A and C and lacks B and D. A is above both, C only above D: 3 of 4 pairs.",
        "Its first three tags are always A, B and C. Count how many of them each clip has, and divide by 3.",
        "If it knew D perfectly, D would have AUC 1, and the other three tags would keep theirs. Take the "
        "mean of the four.",
    ],
    reason="Among the clips of one tag the machine can only guess. Among the tags of one clip, the frequent "
    "tags are mostly right. A tag with a single clip counts as much in the mean over tags as any other.",
    decimals=2,
)
def deaf():
    """Return the scores of a machine that never listens, and what one rare tag is worth."""
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


@deaf.mistake("a tie counts one half: a pair with equal scores is not wrong.")
def ties_count_nothing():
    return {"AUC by tag": 0.0}


@deaf.mistake("AUC by clip compares the tags of one clip, and these have different frequencies.")
def deaf_everywhere():
    return {"AUC by clip": 0.5}


@deaf.mistake("precision at 3 divides by 3, even though a clip has only two tags.")
def divided_by_two():
    return {"precision at 3": 0.9}


@deaf.mistake("the mean over tags gives each tag the same weight, so D counts one fourth.")
def weighted_by_clips():
    return {"AUC by tag, knowing D": 0.55}


# -- the mean over tags, and a bug --------------------------------------------------------------------------


def _random_tags(rng, n, tags):
    """Draw scores of tags that differ much in frequency, as those of a real tagger do."""
    share = np.linspace(0.8, 0.1, tags)
    y = rng.random((n, tags)) < share
    y[:2] = [[True] * tags, [False] * tags]
    return rng.normal(size=(n, tags)) + 3 * share, y


@exercise(
    kind="find the bug",
    hints=[
        "Which scores does the function compare? Try it with two tags whose scores are very different.",
        "`scores[y]` takes the scores of all tags together, so the score of one tag is compared with the "
        "score of another one. AUC by tag compares the excerpts of one tag.",
        "Compare one column at a time, and take the mean: `for s, has in zip(scores.T, y.T)`.",
    ],
    reason="With all tags in one list, a frequent tag is ranked above a rare one, and that is mostly right. "
    "This gives credit for knowing frequencies, so the result does not show whether a machine listens.",
    inputs=lambda rng: {
        "two tags": (
            np.array([[3.0, 0.0], [3.0, 0.0], [3.0, 0.0]]),
            np.array([[True, False], [True, True], [False, False]]),
        ),
        "random scores of three tags": _random_tags(rng, 6, 3),
        "random scores of five tags": _random_tags(rng, 8, 5),
        "a tag that no excerpt has": (
            np.array([[3.0, 1.0], [1.0, 2.0], [2.0, 0.0]]) + rng.random(),
            np.array([[True, False], [False, False], [True, False]]),
        ),
        "a single excerpt": (rng.normal(size=(1, 2)), np.array([[True, False]])),
        "no excerpt": (np.zeros((0, 2)), np.zeros((0, 2), dtype=bool)),
    },
)
def mean_auc(scores, y):
    """Return the mean AUC over the tags that some excerpts have and others do not."""
    judged = y.any(axis=0) & ~y.all(axis=0)
    if not judged.any():
        return np.nan
    found = []
    for s, has in zip(scores[:, judged].T, y[:, judged].T, strict=True):
        difference = s[has][:, None] - s[~has]
        found.append(np.mean((difference > 0) + 0.5 * (difference == 0)))
    return np.mean(found)


@mean_auc.given
def all_in_one(scores, y):
    """Return the mean AUC over the tags that some excerpts have and others do not."""
    judged = y.any(axis=0) & ~y.all(axis=0)
    if not judged.any():
        return np.nan
    scores, y = scores[:, judged], y[:, judged]
    difference = scores[y][:, None] - scores[~y]
    return ((difference > 0) + 0.5 * (difference == 0)).mean()


@mean_auc.also
def with_mirlab(scores, y):
    auc = tagging.tag_auc(scores, y)
    auc = auc[~np.isnan(auc)]
    return auc.mean() if auc.size else np.nan


@mean_auc.also
def with_ranks_by_column(scores, y):
    found = [with_ranks(scores[:, j], y[:, j]) for j in range(y.shape[1])]
    found = [auc for auc in found if not np.isnan(auc)]
    return sum(found) / len(found) if found else float("nan")


@mean_auc.mistake(
    "this is the mean over clips: each row is compared within itself, and that is AUC by clip, not by tag."
)
def by_clip(scores, y):
    return with_mirlab(scores.T, y.T)


@mean_auc.mistake(
    "this is the share over the pairs of all tags, so a tag with many pairs counts more. Take the AUC of "
    "each tag first, and then the mean."
)
def over_all_pairs(scores, y):
    right, pairs = 0.0, 0
    for s, has in zip(scores.T, y.T, strict=True):
        difference = s[has][:, None] - s[~has]
        right += ((difference > 0) + 0.5 * (difference == 0)).sum()
        pairs += difference.size
    return right / pairs if pairs else np.nan


@mean_auc.mistake("a tag without any pair has no AUC; leave it out of the mean, do not count it as 0.")
def undefined_is_zero(scores, y):
    auc = np.nan_to_num(tagging.tag_auc(scores, y))
    return auc.mean() if len(y) > 1 else np.nan


# -- search by words ----------------------------------------------------------------------------------------

WORDS = ["sad", "piano", "drums", "flute"]


def _random_space(rng, n):
    """Draw excerpts and words whose vectors have different lengths."""
    E = rng.normal(size=(n, 3)) * rng.uniform(0.2, 5, size=(n, 1))
    return E, rng.normal(size=(4, 3)) * rng.permutation([0.3, 1.0, 2.0, 4.0])[:, None], WORDS


@exercise(
    hints=[
        "Words are vectors of the same space as excerpts. Add the rows of `W` that belong to `plus`, and "
        "subtract those of `minus`.",
        "`names.index(word)` is the row of a word. The affinity of each excerpt to a vector is `E @ query`.",
        "For the cosine, divide `E @ query` by `np.linalg.norm(E, axis=1)`. The length of the query is the "
        "same for all excerpts and can be left out.",
        "`np.argsort(-cosine)` puts the largest cosine first.",
    ],
    reason="WARP was trained on inner products of words and excerpts, so words can be added as vectors. The "
    "cosine keeps excerpts with long vectors from coming first in every search.",
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
        "a word with plus, a word with minus": (*_random_space(rng, 8), ["flute"], ["drums"]),
        "two words with plus, one with minus": (*_random_space(rng, 8), ["sad", "piano"], ["drums"]),
        "two words with plus, two with minus": (*_random_space(rng, 8), ["drums", "flute"], ["sad", "piano"]),
        "two equal excerpts": (
            np.repeat(_random_space(rng, 3)[0], 2, axis=0),
            np.eye(3),
            WORDS[:3],
            ["sad"],
            [],
        ),
        "no excerpt": (np.zeros((0, 3)), np.eye(3), WORDS[:3], ["sad"], ["drums"]),
    },
    reference=tagging.search_space,
)
def word_search(E, W, names, plus, minus):
    """Return the rows of E, nearest first, by their cosine with words added and subtracted."""
    query = sum(W[names.index(word)] for word in plus) - sum(W[names.index(word)] for word in minus)
    cosine = E @ query / np.linalg.norm(E, axis=1)
    return np.argsort(-cosine, kind="stable")


@word_search.accepts
def _complaint(rows, E, W, names, plus, minus):
    rows = np.asarray(rows)
    if rows.shape != (len(E),) or sorted(rows.tolist()) != list(range(len(E))):
        return f"It should hold each row of `E` once, as a whole number: {len(E)} rows, counted from 0."
    rows = rows.astype(int)
    cosine = E @ _query(W, names, plus, minus) / np.linalg.norm(E, axis=1)
    rises = np.flatnonzero(np.diff(cosine[rows]) > 1e-6 * np.linalg.norm(W))
    if not len(rises):  # equal cosines may come in any order
        return None
    first, second = rows[rises[0] : rises[0] + 2].tolist()
    return f"Row {first} comes before row {second}, but its cosine is smaller."


def _query(W, names, plus, minus):
    rows = [names.index(word) for word in plus], [names.index(word) for word in minus]
    return W[rows[0]].sum(axis=0) - W[rows[1]].sum(axis=0)


@word_search.also
def with_mirlab_search(E, W, names, plus, minus):
    return tagging.search_space(E, W, names, plus, minus)


@word_search.also
def one_excerpt_at_a_time(E, W, names, plus, minus):
    query = np.zeros(W.shape[1])
    for word in plus:
        query = query + W[names.index(word)]
    for word in minus:
        query = query - W[names.index(word)]
    cosine = [float(x @ query / np.sqrt((x**2).sum()) / np.linalg.norm(query)) for x in E]
    return sorted(range(len(E)), key=lambda i: cosine[i], reverse=True)


@word_search.mistake("this is the inner product: an excerpt with a long vector comes first too often.")
def by_inner_product(E, W, names, plus, minus):
    return np.argsort(-(E @ _query(W, names, plus, minus)), kind="stable")


@word_search.mistake("the words with minus are not subtracted.")
def without_minus(E, W, names, plus, minus):
    return tagging.search_space(E, W, names, plus)


@word_search.mistake("the farthest comes first: `np.argsort` puts the smallest first, so sort the negative.")
def farthest_first(E, W, names, plus, minus):
    return np.argsort(E @ _query(W, names, plus, minus) / np.linalg.norm(E, axis=1), kind="stable")


@word_search.mistake("only the first word with plus is used.")
def first_word_only(E, W, names, plus, minus):
    return tagging.search_space(E, W, names, plus[:1], minus)


@word_search.mistake("each word was given the length 1 before it was added; add the rows of `W` as they are.")
def words_of_length_one(E, W, names, plus, minus):
    return tagging.search_space(E, W / np.linalg.norm(W, axis=1, keepdims=True), names, plus, minus)
