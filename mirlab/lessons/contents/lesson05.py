"""Exercises of lesson 05."""

import math

import numpy as np

from mirlab import warp
from mirlab.lessons import exercise

# -- the draw -----------------------------------------------------------------------------------------


def _any_draw(rng, n_labels, positives):
    """Return an example with random affinities, in quarters so that ties with the limit occur."""
    affinities = rng.integers(-8, 9, n_labels) / 4
    return affinities, positives, positives[0], rng.permutation(n_labels).tolist()


def _last_of_all(rng):
    """Return an example whose only violator comes last."""
    affinities = np.array([2.0, 0.5, 0.75, 1.25, -1.0])
    return affinities, [0], 0, [*rng.permutation([1, 2, 4, 0]).tolist(), 3]


@exercise(
    hints=[
        "Go through `order` from its beginning. Skip the labels in `positives`, and count the others.",
        "A drawn negative k is a violator if `affinities[k] > affinities[j] - 1`. "
        "Stop there: return k and the count.",
        "Start with `n = 0`, and add 1 for each negative. After the loop, no violator was found: "
        "`return None, n`.",
    ],
    reason="The search ends at the first violator, so most labels need not be looked at while many of them "
    "violate the margin. Nothing has to be sorted.",
    inputs=lambda rng: {
        "a violator at the first draw": (np.array([0.5, 0.25, 1.0, -2.0]), [0], 0, [1, 0, 3, 2]),
        "a negative below the positive, but within the margin": (
            np.array([-1.5, 1.0, 0.25]),
            [1],
            1,
            [0, 1, 2],
        ),
        "no violator": (np.array([3.0, 0.0, 1.0, -1.0]), [0], 0, rng.permutation(4).tolist()),
        "a negative exactly at the limit": (np.array([1.0, 0.0, 0.5]), [0], 0, [1, 2, 0]),
        "two positives": (np.array([1.25, -1.0, 1.0, 0.5, -0.5]), [0, 2], 2, [0, 1, 4, 3, 2]),
        "the only violator comes last": _last_of_all(rng),
        "no negative at all": (np.array([0.5, 0.5]), [0, 1], 1, [1, 0]),
        "random affinities": _any_draw(rng, 12, [4]),
        "random affinities and three positives": _any_draw(rng, 15, [7, 2, 11]),
    },
    lacks={"empty": "an example always has a positive label"},
)
def draw_negative(affinities, positives, j, order):
    """Return the first violator in `order` (None if there is none), and the number of negatives drawn."""
    n = 0
    for k in order:
        if k in positives:
            continue
        n += 1
        if affinities[k] > affinities[j] - 1:
            return k, n
    return None, n


@draw_negative.also
def with_arrays(affinities, positives, j, order):
    negatives = np.array([k for k in order if k not in positives], dtype=int)
    violates = 1 - affinities[j] + affinities[negatives] > 0
    if not violates.any():
        return None, len(negatives)
    first = np.argmax(violates)
    return negatives[first], first + 1


@draw_negative.mistake(
    "the margin is missing: a negative below `j` violates it too, if it is less than 1 below."
)
def without_margin(affinities, positives, j, order):
    negatives = [k for k in order if k not in positives]
    for n, k in enumerate(negatives, 1):
        if affinities[k] > affinities[j]:
            return k, n
    return None, len(negatives)


@draw_negative.mistake("the draws are counted from 0; the first draw is number 1.")
def from_zero(affinities, positives, j, order):
    k, n = draw_negative(affinities, positives, j, order)
    return k, n - (k is not None)


@draw_negative.mistake(
    "only `j` is skipped; the other positive labels of the excerpt are not negatives either."
)
def other_positives_too(affinities, positives, j, order):
    return draw_negative(affinities, [j], j, order)


@draw_negative.mistake("positive labels in `order` are counted as draws; only negatives are drawn.")
def counts_positives(affinities, positives, j, order):
    for n, k in enumerate(order, 1):
        if k not in positives and affinities[k] > affinities[j] - 1:
            return k, n
    return None, len(order)


@draw_negative.mistake("a negative exactly at the limit is no violator: use `>` and not `>=`.")
def at_the_limit(affinities, positives, j, order):
    negatives = [k for k in order if k not in positives]
    for n, k in enumerate(negatives, 1):
        if affinities[k] >= affinities[j] - 1:
            return k, n
    return None, len(negatives)


@draw_negative.mistake(
    "this is the negative with the greatest affinity; WARP takes the first violator it draws."
)
def hardest(affinities, positives, j, order):
    negatives = [k for k in order if k not in positives]
    n = draw_negative(affinities, positives, j, order)[1]
    worst = max(negatives, key=lambda k: affinities[k], default=j)
    return (worst, n) if affinities[worst] > affinities[j] - 1 and negatives else (None, n)


# -- the loss -----------------------------------------------------------------------------------------


def _any_loss(rng, n_labels, n):
    affinities = rng.normal(0, 1, n_labels).round(2)
    affinities[3] = affinities[1] - 0.4
    return affinities, 1, 3, n


@exercise(
    hints=[
        "Y is the number of labels, `len(affinities)`. In Python, `(Y - 1) // n` is rounded down.",
        "L(r) has r terms: 1, 1/2, …, 1/r. `range(1, r + 1)` counts from 1 to r.",
        "`sum(1 / i for i in range(1, r + 1))`, times `1 - affinities[j] + affinities[k]`.",
    ],
    reason="The k-th place adds 1/k to L(r). A move from rank 2 to rank 1 counts 1/2, and a move from rank "
    "100 to rank 99 counts 1/100. Training therefore cares most about the top of the list.",
    inputs=lambda rng: {
        "ten labels, two draws": (np.array([0.4, -0.9, 0.1, *[0.0] * 7]), 0, 2, 2),
        "two labels": (np.array([0.5, 0.25]), 0, 1, 1),
        "as many draws as negatives": (np.array([0.5, -2.0, -1.5, 0.0]), 0, 3, 3),
        "a rank that is rounded down": (np.array([0.0, 1.0, 0.5, 0.25, -1.0, 2.0, 0.5, 0.0]), 1, 2, 4),
        "all affinities 0": (np.zeros(6), 3, 1, 1),
        "random affinities": _any_loss(rng, 20, int(rng.integers(2, 6))),
        "random affinities, one draw": _any_loss(rng, int(rng.integers(30, 60)), 1),
    },
    lacks={"empty": "there is a positive and a negative label", "single": "there are at least two labels"},
)
def warp_loss(affinities, j, k, n):
    """Return the estimated rank r, its weight L(r), and the loss for the violator k, found at draw n."""
    r = (len(affinities) - 1) // n
    weight = sum(1 / i for i in range(1, r + 1))
    return r, weight, weight * (1 - affinities[j] + affinities[k])


@warp_loss.also
def by_numpy(affinities, j, k, n):
    r = math.floor((affinities.size - 1) / n)
    weight = np.sum(1 / np.arange(1, r + 1))
    return [r, weight, weight * max(0, affinities[k] - (affinities[j] - 1))]


def _loss(affinities, j, k, n, *, r=None, weigh=None, over=None):
    """Compute the three results with the mistake that is given."""
    r = (len(affinities) - 1) // n if r is None else r
    weight = weigh(r) if weigh else warp.rank_weight(int(r))
    return r, weight, weight * (1 - affinities[j] + affinities[k] if over is None else over)


@warp_loss.mistake(
    "Y counts the positive label, which cannot violate its own margin: r = ⌊(Y − 1)/N⌋, not ⌊Y/N⌋."
)
def all_labels(affinities, j, k, n):
    return _loss(affinities, j, k, n, r=len(affinities) // n)


@warp_loss.mistake("r is rounded down to a whole number: `//`, not `/`.")
def not_rounded(affinities, j, k, n):
    return (len(affinities) - 1) / n, *_loss(affinities, j, k, n)[1:]


@warp_loss.mistake("the sum stops one term early: `range(1, r)` leaves out r.")
def one_term_short(affinities, j, k, n):
    return _loss(affinities, j, k, n, weigh=lambda r: sum(1 / i for i in range(1, r)))


@warp_loss.mistake("this weight is only the last term, 1/r; add all terms from 1 to 1/r.")
def last_term(affinities, j, k, n):
    return _loss(affinities, j, k, n, weigh=lambda r: 1 / r)


@warp_loss.mistake("the weight is L(r), not r itself.")
def rank_itself(affinities, j, k, n):
    return _loss(affinities, j, k, n, weigh=lambda r: r)


@warp_loss.mistake("the loss lacks its weight L(r).")
def unweighted(affinities, j, k, n):
    r, weight, _ = warp_loss(affinities, j, k, n)
    return r, weight, 1 - affinities[j] + affinities[k]


@warp_loss.mistake("the margin of 1 is missing in the loss: it is L(r) · (1 − f_j + f_k).")
def no_margin(affinities, j, k, n):
    return _loss(affinities, j, k, n, over=affinities[k] - affinities[j])


@warp_loss.mistake("the affinities of the positive and the negative label are exchanged in the loss.")
def exchanged(affinities, j, k, n):
    return _loss(affinities, j, k, n, over=1 - affinities[k] + affinities[j])


# -- one step -----------------------------------------------------------------------------------------


def _bounded(vectors):
    return vectors / np.maximum(1, np.linalg.norm(vectors, axis=1, keepdims=True))


def _any_step(rng, n_labels, d, D):
    V, W = _bounded(rng.normal(size=(d, D))).T, _bounded(rng.normal(size=(n_labels, D)))
    j, k = rng.permutation(n_labels)[:2].tolist()
    return rng.normal(size=d), V, W, j, k, warp.rank_weight(int(rng.integers(1, n_labels)))


def _equal_vectors():
    return (
        np.array([1.0, 1.0]),
        np.array([[0.5, 0.5], [0.5, 0.5]]),
        np.array([[0.5, 0.5], [0.5, 0.5]]),
        0,
        1,
        1.0,
    )


@exercise(
    kind="find the bug",
    hints=[
        "Compare each line with its formula. Which V and which W do the right-hand sides use?",
        "The first two updates change `W[j]` and `W[k]` in place. What does the line for V then read?",
        "Keep the old values: `new_V, new_W = V.copy(), W.copy()`. Change the new arrays, and read only the "
        "old ones.",
    ],
    reason="The formulas use the values before the step. The code moved W first and then moved V with the "
    "W that had already moved, so the step is not the gradient of the loss. Such an error raises no "
    "exception, and training still works, only not as it was meant to.",
    inputs=lambda rng: {
        "vectors that stay short": (
            np.array([0.5, 1.0]),
            np.array([[0.3, 0.1], [0.0, 0.4]]),
            np.array([[0.2, 0.1], [-0.3, 0.3], [0.1, 0.5]]),
            0,
            2,
            1.5,
        ),
        "vectors that grow too long": (
            np.array([2.0, -1.5]),
            np.array([[0.8, 0.0], [0.6, 1.0]]),
            np.array([[-0.6, 0.8], [1.0, 0.0], [0.0, 1.0], [0.6, -0.8]]),
            0,
            3,
            1.5,
        ),
        "one feature and one dimension": (
            np.array([1.0]),
            np.array([[0.5]]),
            np.array([[0.5], [0.25]]),
            0,
            1,
            1.0,
        ),
        "vectors that are all equal": _equal_vectors(),
        "three dimensions, six labels": _any_step(rng, 6, 4, 3),
        "three dimensions, eight labels": _any_step(rng, 8, 5, 3),
    },
    lacks={"empty": "a space has at least one feature and one dimension"},
)
def step(x, V, W, j, k, weight):
    """Return V and W after one WARP step of length 0.1 * weight."""
    z = V @ x
    new_V, new_W = V.copy(), W.copy()
    new_W[j] += 0.1 * weight * z
    new_W[k] -= 0.1 * weight * z
    new_V += 0.1 * weight * np.outer(W[j] - W[k], x)
    new_V /= np.maximum(1, np.linalg.norm(new_V, axis=0))
    new_W /= np.maximum(1, np.linalg.norm(new_W, axis=1, keepdims=True))
    return new_V, new_W


@step.given
def step_given(x, V, W, j, k, weight):
    """Return V and W after one WARP step of length 0.1 * weight."""
    z = V @ x
    V, W = V.copy(), W.copy()
    W[j] += 0.1 * weight * z
    W[k] -= 0.1 * weight * z
    V += 0.1 * weight * np.outer(W[j] - W[k], x)
    V /= np.maximum(1, np.linalg.norm(V, axis=0))
    W /= np.maximum(1, np.linalg.norm(W, axis=1, keepdims=True))
    return V, W


@step.also
def V_first(x, V, W, j, k, weight):
    z = V @ x
    V = V + 0.1 * weight * np.outer(W[j] - W[k], x)
    W = W.copy()
    W[[j, k]] += 0.1 * weight * np.array([z, -z])
    lengths_V, lengths_W = np.sqrt((V**2).sum(axis=0)), np.sqrt((W**2).sum(axis=1))
    return V / lengths_V.clip(min=1), W / lengths_W.clip(min=1)[:, None]


def _step(x, V, W, j, k, weight, *, rate=0.1, stale=True, max_norm=1.0, axis=0):
    """Take the step with the mistake that is given."""
    z, old_W, W, V, length = V @ x, W, W.copy(), V.copy(), rate * weight
    W[j] += length * z
    W[k] -= length * z
    from_W = old_W if stale else W
    V += length * np.outer(from_W[j] - from_W[k], x)
    if max_norm:
        V, W = V / np.maximum(1, np.linalg.norm(V, axis=axis, keepdims=True)), _bounded(W)
    return V, W


@step.mistake("V is still moved with the W that has already moved.")
def new_W_for_V(*args):
    return _step(*args, stale=False)


@step.mistake("the sign is wrong: this pulls the negative label closer and pushes the positive label away.")
def wrong_sign(*args):
    return _step(*args, rate=-0.1)


@step.mistake("the bound is missing: no column of V and no row of W may be longer than 1.")
def without_bound(*args):
    return _step(*args, max_norm=None)


@step.mistake("V has one column per feature, so its lengths are taken with `axis=0`. That line was right.")
def wrong_axis(*args):
    return _step(*args, axis=1)


@step.mistake("V no longer moves. The excerpt has to move too, and only V can move it.")
def only_W(x, V, W, j, k, weight):
    return V, _step(x, V, W, j, k, weight)[1]
