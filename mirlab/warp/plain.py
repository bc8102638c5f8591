"""One WARP step, written to be read by a student: plain NumPy, one example at a time.

1. Draw one of the positive labels of the example, j.
2. Draw negative labels, each at most once, until one of them, j', is within the margin: f_j' > f_j - 1. N is
   the number of draws. If no negative label is within the margin, nothing is learned from this example.
3. Few draws mean that many negative labels are within the margin, so j has a bad rank. Its rank is about
   r = ⌊(Y - 1) / N⌋, and the mistake has the weight L(r) = 1 + 1/2 + … + 1/r.
4. The loss is ``L(r) · |1 - f_j + f_j'|``. Its gradient pulls W_j and z together and pushes W_j' and z apart.

`mirlab.warp.compiled` does the same for a batch; tests check that both give the same numbers.
"""

from typing import NamedTuple

import numpy as np


def rank_weight(r):
    """Return L(r) = 1 + 1/2 + … + 1/r, the weight of a positive label at rank `r` (§5).

    Parameters
    ----------
    r : int or array-like of int
        Number of negative labels above the positive one, 0 or more.

    Returns
    -------
    float, or ndarray of float64 with the shape of `r`
        The weight; 0 at rank 0.

    Raises
    ------
    ValueError
        If a rank is negative or not a whole number.

    Examples
    --------
    >>> rank_weight(3)
    1.8333333333333333
    >>> rank_weight([0, 1, 2])
    array([0. , 1. , 1.5])
    """
    ranks = np.asarray(r)
    whole = ranks.dtype.kind in "iuf" and np.all((ranks >= 0) & (ranks < np.inf) & (ranks == np.floor(ranks)))
    if not whole:
        raise ValueError(f"a rank must be a whole number, 0 or more; got {r!r}")
    ranks = ranks.astype(np.int64)
    weights = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, ranks.max(initial=0) + 1))])[ranks]
    return weights if ranks.ndim else float(weights)


class Draw(NamedTuple):
    """The result of the draws for one example.

    Attributes
    ----------
    positive : int
        The positive label j.
    negative : int or None
        The negative label j' within the margin of j; None if there is none.
    n_draws : int
        N, the number of negatives drawn.
    rank : int
        r = ⌊(Y - 1) / N⌋, the estimated rank of j; 0 if no negative is within its margin.
    loss : float
        ``L(r) · |1 - f_j + f_j'|``; 0 if no negative is within the margin.
    """

    positive: int
    negative: int | None
    n_draws: int
    rank: int
    loss: float


def warp_draw(affinities, positives, uniforms) -> Draw:
    """Draw a positive label, then negatives until one is within its margin (§5).

    Parameters
    ----------
    affinities : array-like, shape (labels,)
        f_i(x) of every label i.
    positives : sequence of int
        The labels of the example.
    uniforms : sequence of float in [0, 1)
        The random numbers to use: the first selects the positive, each further one a negative. As many
        numbers as labels are always enough.

    Returns
    -------
    Draw
        The two labels, the number of draws, the estimated rank and the loss.

    Raises
    ------
    ValueError
        If there is no positive label, or there are too few `uniforms`.

    Examples
    --------
    Label 2 is positive; the first negative drawn, 1, is far below it, the second, 0, is not.

    >>> warp_draw([0.5, -3.0, 1.0], positives=[2], uniforms=[0.0, 0.9, 0.3])
    Draw(positive=2, negative=0, n_draws=2, rank=1, loss=0.5)
    """
    f, uniforms = [float(value) for value in affinities], [float(u) for u in uniforms]
    negatives = [label for label in range(len(f)) if label not in positives]
    if len(positives) == 0:
        raise ValueError("positives is empty: an example needs a positive label to draw")
    if len(uniforms) < 1 + len(negatives):
        raise ValueError(
            f"uniforms holds {len(uniforms)} numbers; one positive and {len(negatives)} negatives "
            f"may need {1 + len(negatives)}"
        )
    j = int(positives[int(uniforms[0] * len(positives))])
    n_draws = 0
    while negatives:
        n_draws += 1
        pick = int(uniforms[n_draws] * len(negatives))
        negatives[pick], negatives[-1] = negatives[-1], negatives[pick]  # the last one is removed
        candidate = negatives.pop()
        if f[candidate] > f[j] - 1:
            rank = (len(f) - 1) // n_draws
            return Draw(j, candidate, n_draws, rank, rank_weight(rank) * abs(1 - f[j] + f[candidate]))
    return Draw(j, None, n_draws, 0, 0.0)


def warp_gradient(x, V, W, positives, uniforms) -> tuple[np.ndarray, np.ndarray, Draw]:
    """Return the gradient of the loss of one example with respect to V and W.

    Parameters
    ----------
    x : array-like, shape (d,)
        One example.
    V : array-like, shape (D, d)
        The embedding of the features.
    W : array-like, shape (labels, D)
        The embedding of the labels, one per row (one per column in the paper).
    positives : sequence of int
        The labels of the example.
    uniforms : sequence of float in [0, 1)
        Random numbers for `warp_draw`.

    Returns
    -------
    dV : ndarray, shape (D, d)
        Gradient for `V`.
    dW : ndarray, shape (labels, D)
        Gradient for `W`; only the rows of the two labels that were drawn can differ from 0.
    draw : Draw
        The labels that were drawn.

    Examples
    --------
    >>> dV, dW, draw = warp_gradient([1.0, 2.0], [[1.0, 0.0]], [[0.5], [1.0]], [0], [0.0, 0.0])
    >>> draw.loss
    1.5
    >>> dV, dW.ravel()
    (array([[0.5, 1. ]]), array([-1.,  1.]))
    """
    x, V, W = (np.asarray(a, dtype=float) for a in (x, V, W))
    z = V @ x
    draw = warp_draw(W @ z, positives, uniforms)
    dV, dW = np.zeros_like(V), np.zeros_like(W)
    if draw.negative is not None:
        weight = rank_weight(draw.rank)
        dW[draw.positive] = -weight * z
        dW[draw.negative] = weight * z
        dV = weight * np.outer(W[draw.negative] - W[draw.positive], x)
    return dV, dW, draw


def warp_step(x, V, W, positives, uniforms, *, learning_rate=0.1, max_norm=1.0):
    """Take one step of gradient descent for one example, then bound the norms.

    `WarpEmbedding` takes the same step with the average gradient of a batch.

    Parameters
    ----------
    x, V, W, positives, uniforms
        As for `warp_gradient`.
    learning_rate : float
        Length of the step.
    max_norm : float or None
        Bound on the norm of each column of V and each row of W; None for no bound.

    Returns
    -------
    V : ndarray, shape (D, d)
        The new embedding of the features; the argument is not changed.
    W : ndarray, shape (labels, D)
        The new embedding of the labels.
    draw : Draw
        The labels that were drawn.

    Examples
    --------
    >>> V, W, draw = warp_step([1.0], [[0.5], [0.0]], [[0.0, 0.1], [0.0, 0.0]], [0], [0.0, 0.0])
    >>> V.ravel(), W
    (array([0.5 , 0.01]), array([[ 0.05,  0.1 ],
           [-0.05,  0.  ]]))
    """
    dV, dW, draw = warp_gradient(x, V, W, positives, uniforms)
    V = np.asarray(V, dtype=float) - learning_rate * dV
    W = np.asarray(W, dtype=float) - learning_rate * dW
    bound_norms(V.T, max_norm)
    bound_norms(W, max_norm)
    return V, W, draw


def bound_norms(vectors, max_norm) -> None:
    """Shorten, in place, every row that is longer than `max_norm`."""
    if max_norm is not None and max_norm < np.inf:
        norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors *= (max_norm / np.maximum(norms, max_norm))[:, None]
