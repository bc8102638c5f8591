"""Exercises of lesson 05."""

import numpy as np

from mirlab import warp
from mirlab.lessons import exercise
from mirlab.warp.tiny import take

# -- the draw -----------------------------------------------------------------------------------------


def _drawn(affinities, positives, j, uniforms):
    """Let `mirlab.warp.warp_draw` draw the positive j, then negatives with the same random numbers."""
    choose_j = (positives.index(j) + 0.5) / len(positives)
    draw = warp.warp_draw(affinities, positives, [choose_j, *uniforms])
    return draw.negative, draw.n_draws


@exercise(
    hints=[
        "First make a list of the negatives: all labels that are not in `positives`.",
        "Go through `uniforms`; for each `u`, `take(left, u)` gives one negative and shortens the list. "
        "Stop at the first that is too close.",
        "`for n, u in enumerate(uniforms, 1):` counts from 1. "
        "Too close: `affinities[k] > affinities[j] - 1`.",
    ],
    reason="Nobody had to sort all labels: the draw ends at the first violator. With thousands of labels, "
    "and many violators, that is a few looks instead of thousands.",
    inputs=lambda rng: {
        "a violator at the first draw": ([0.5, 0.2, 0.9, -2.0], [0], 0, [0.4, 0.1, 0.7]),
        "a violator at the third draw": ([2.0, -1.0, 0.0, 1.5, 0.3], [0], 0, [0.1, 0.9, 0.6, 0.2]),
        "a negative below the positive, yet too close": ([0.1, 1.0, -1.0], [1], 1, [0.2, 0.3]),
        "no negative too close": ([3.0, 0.0, 1.0, -1.0], [0], 0, [0.9, 0.5, 0.0]),
        "two positives": ([1.2, -1.0, 1.1, 0.4, -0.5], [0, 2], 2, [0.0, 0.9, 0.1]),
        "random affinities": (rng.normal(0, 2, 9).round(2).tolist(), [4], 4, rng.random(8).round(3).tolist()),
    },
    reference=_drawn,
)
def draw_negative(affinities, positives, j, uniforms):
    """Return the first negative drawn that is too close to `j` (None if none is), and the number of draws."""
    left = [label for label in range(len(affinities)) if label not in positives]
    for n, u in enumerate(uniforms, 1):
        k = take(left, u)
        if affinities[k] > affinities[j] - 1:
            return k, n
    return None, len(uniforms)


@draw_negative.mistake("a label that was drawn goes back; take it out, so that none is drawn twice.")
def with_replacement(affinities, positives, j, uniforms):
    negatives = [label for label in range(len(affinities)) if label not in positives]
    for n, u in enumerate(uniforms, 1):
        k = take(list(negatives), u)
        if affinities[k] > affinities[j] - 1:
            return k, n
    return None, len(uniforms)


@draw_negative.mistake("the margin is forgotten: a negative may lie below `j` and still be too close.")
def without_margin(affinities, positives, j, uniforms):
    left = [label for label in range(len(affinities)) if label not in positives]
    for n, u in enumerate(uniforms, 1):
        k = take(left, u)
        if affinities[k] > affinities[j]:
            return k, n
    return None, len(uniforms)


@draw_negative.mistake("the draws are counted from 0; the first one is number 1.")
def from_zero(affinities, positives, j, uniforms):
    k, n = _drawn(affinities, positives, j, uniforms)
    return k, n - (k is not None)


@draw_negative.mistake("only `j` is left out; the example's other positives are no negatives either.")
def other_positives_too(affinities, positives, j, uniforms):
    left = [label for label in range(len(affinities)) if label != j]
    for n, u in enumerate(uniforms, 1):
        k = take(left, u)
        if affinities[k] > affinities[j] - 1:
            return k, n
    return None, len(uniforms)


# -- the weight ---------------------------------------------------------------------------------------


@exercise(
    hints=[
        "It is a sum of r terms: 1, 1/2, 1/3, and so on.",
        "`range(1, r + 1)` counts from 1 to r.",
        "`sum(1 / k for k in …)`, and an empty sum is 0.",
    ],
    reason="The k-th place adds 1/k: to climb from second to first place counts for 1/2, from hundredth to "
    "ninety-ninth for a hundredth. So training cares most about the top of the list.",
    inputs=lambda rng: {
        "rank 1": (1,),
        "rank 0": (0,),
        "rank 3": (3,),
        "a random rank": (int(rng.integers(9, 99)),),
    },
    reference=warp.rank_weight,
)
def rank_weight(r):
    """Return 1 + 1/2 + … + 1/r."""
    return sum(1 / k for k in range(1, r + 1))


@rank_weight.mistake("the sum stops one term early: `range(1, r)` leaves out r.")
def one_term_short(r):
    return sum(1 / k for k in range(1, r))


@rank_weight.mistake("this is only the last term; all from 1 to r are added.")
def last_term(r):
    return 1 / r if r else 0


@rank_weight.mistake("this is r itself, so that all places count alike; the k-th adds 1/k.")
def rank_itself(r):
    return r


@rank_weight.mistake("the logarithm grows like it, but gives rank 1 no weight at all.")
def logarithm(r):
    return np.log(max(r, 1))


# -- one loss by hand ---------------------------------------------------------------------------------


@exercise(
    hints=[
        "An affinity is an inner product: 0.6 · 1 + 0.4 · (−0.5) for jazz.",
        "The limit is the affinity of jazz, less 1. Is metal above it? Is blues?",
        "N counts metal too. r is ⌊(Y − 1)/N⌋, with Y = 10.",
        "The loss is L(r) times (1 − f of jazz + f of blues); L(4) = 1 + 1/2 + 1/3 + 1/4.",
    ],
    reason="Blues lies below jazz, yet within the margin, so it is a violator. Two draws stand for rank 4, "
    "so the 0.7 by which blues is too close weighs a little more than double.",
    decimals=2,
)
def by_hand():
    return {"jazz": 0.4, "limit": -0.6, "blues": 0.1, "r": 4, "loss": (1 + 1 / 2 + 1 / 3 + 1 / 4) * 0.7}


@by_hand.mistake("r is (Y − 1)/N, rounded down: Y counts the positive label, which cannot violate.")
def all_labels():
    return {"r": 5}


@by_hand.mistake("N is the number of draws, and the draw of metal counts.")
def one_draw():
    return {"r": 9}


@by_hand.mistake("this is how much blues is too close; it still has to be weighed by L(r).")
def unweighted():
    return {"loss": 0.7}


@by_hand.mistake("the weight is L(r), not r.")
def weighed_by_rank():
    return {"loss": 2.8}


@by_hand.mistake("the margin lies below the positive: its affinity less 1.")
def margin_above():
    return {"limit": 1.4}


# -- one step -----------------------------------------------------------------------------------------


def _bounded(vectors):
    return vectors / np.maximum(1, np.linalg.norm(vectors, axis=1, keepdims=True))


def _example(rng, n_labels, d, D, positives):
    V, W = _bounded(rng.normal(size=(d, D))).T, _bounded(rng.normal(size=(n_labels, D)))
    return rng.normal(size=d), V, W, positives, rng.random(n_labels)


@exercise(
    hints=[
        "Three things move: `W[j]` towards z, `W[k]` away from z, and V so that z goes towards `W[j]` and "
        "away from `W[k]`. Each by 0.1 · weight.",
        "Begin with `new_V, new_W = V.copy(), W.copy()`, and read from V and W only: all three use the old "
        "values.",
        "`new_W[j] += 0.1 * weight * z`, and the opposite for k. "
        "For V: `np.outer(W[j] - W[k], x)` has its shape.",
        "The bound, for W: `new_W /= np.maximum(1, np.linalg.norm(new_W, axis=1, keepdims=True))`; "
        "columns of V are `axis=0`.",
    ],
    reason="The loss is L(r)·(1 − W_j·Vx + W_k·Vx). Its slope is −L(r)·z for W_j, +L(r)·z for W_k, and "
    "L(r)·(W_k − W_j)xᵀ for V: go against it, then shorten what has grown too long. "
    "This is all that training is.",
    inputs=lambda rng: {
        "vectors that stay short": (
            np.array([0.5, 1.0]),
            np.array([[0.3, 0.1], [0.0, 0.4]]),
            np.array([[0.2, 0.1], [-0.3, 0.3], [0.1, 0.5]]),
            [0],
            [0.0, 0.2, 0.7],
        ),
        "vectors that grow too long": (
            np.array([2.0, -1.5]),
            np.array([[0.8, 0.0], [0.6, 1.0]]),
            np.array([[-0.6, 0.8], [1.0, 0.0], [0.0, 1.0], [0.6, -0.8]]),
            [0, 2],
            [0.1, 0.9, 0.3, 0.4],
        ),
        "an example without a violator": (
            np.array([2.0, 0.0]),
            np.array([[1.0, 0.0], [0.0, 0.0]]),
            np.array([[1.0, 0.0], [-0.5, 0.5], [0.0, 1.0]]),
            [0],
            [0.5, 0.5, 0.5],
        ),
        "three dimensions, six labels": _example(rng, 6, 4, 3, [1, 4]),
        "three dimensions, other draws": _example(rng, 8, 5, 3, [2]),
    },
    reference=lambda x, V, W, positives, uniforms: warp.warp_step(x, V, W, positives, uniforms)[:2],
)
def step(x, V, W, positives, uniforms):
    """Return V and W after one step of length 0.1; columns of V and rows of W are at most 1 long."""
    z = V @ x
    draw = warp.warp_draw(W @ z, positives, uniforms)
    if draw.negative is None:
        return V, W
    j, k, weight = draw.positive, draw.negative, warp.rank_weight(draw.rank)
    new_V, new_W = V.copy(), W.copy()
    new_W[j] += 0.1 * weight * z
    new_W[k] -= 0.1 * weight * z
    new_V += 0.1 * weight * np.outer(W[j] - W[k], x)
    new_V /= np.maximum(1, np.linalg.norm(new_V, axis=0))
    new_W /= np.maximum(1, np.linalg.norm(new_W, axis=1, keepdims=True))
    return new_V, new_W


def _step(x, V, W, positives, uniforms, *, rate=0.1, max_norm=1.0, weighted=True, stale=True):
    """Take the step as those do who err in one thing."""
    z = V @ x
    draw = warp.warp_draw(W @ z, positives, uniforms)
    if draw.negative is None:
        return V, W
    j, k = draw.positive, draw.negative
    length = rate * (warp.rank_weight(draw.rank) if weighted else 1)
    old_W, W, V = W, W.copy(), V.copy()
    W[j] += length * z
    W[k] -= length * z
    from_W = old_W if stale else W
    V += length * np.outer(from_W[j] - from_W[k], x)
    if max_norm:
        V, W = _bounded(V.T).T, _bounded(W)
    return V, W


@step.mistake("the weight L(r) is forgotten, so that all mistakes weigh the same.")
def without_weight(*args):
    return _step(*args, weighted=False)


@step.mistake("the sign is wrong: this pulls the negative closer and pushes the positive away.")
def wrong_sign(*args):
    return _step(*args, rate=-0.1)


@step.mistake("W is moved first and then used to move V; both must be moved from where they were.")
def new_W_for_V(*args):
    return _step(*args, stale=False)


@step.mistake("nothing is shortened: no column of V and no row of W may be longer than 1.")
def without_bound(*args):
    return _step(*args, max_norm=None)


@step.mistake("V stays where it was; the excerpt must move too, and it can do so only through V.")
def only_W(x, V, W, positives, uniforms):
    return V, _step(x, V, W, positives, uniforms)[1]
