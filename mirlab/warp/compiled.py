"""The draws of a whole batch, compiled: `mirlab.warp.plain.warp_draw` for many examples at once."""

import numba
import numpy as np


@numba.njit(cache=True)
def draw_batch(affinities, starts, ends, labels, uniforms, weights):
    """Draw for each example of a batch; return the derivative of its loss for each affinity, and its loss.

    The labels of example e are `labels[starts[e]:ends[e]]`. Its row of the derivative is -L(r) at the
    positive label and L(r) at the negative one.
    """
    n_examples, n_labels = affinities.shape
    derivative = np.zeros((n_examples, n_labels), np.float32)
    losses = np.zeros(n_examples)
    is_positive = np.zeros(n_labels, np.bool_)
    negatives = np.empty(n_labels, np.int64)
    for e in range(n_examples):
        positives = labels[starts[e] : ends[e]]
        for label in positives:
            is_positive[label] = True
        left = 0
        for label in range(n_labels):
            if not is_positive[label]:
                negatives[left] = label
                left += 1
        for label in positives:
            is_positive[label] = False
        j = positives[int(uniforms[e, 0] * len(positives))]
        f_j = np.float64(affinities[e, j])
        n_draws = 0
        while left:
            n_draws += 1
            pick = int(uniforms[e, n_draws] * left)
            candidate = negatives[pick]
            left -= 1
            negatives[pick] = negatives[left]
            f = np.float64(affinities[e, candidate])
            if f > f_j - 1:
                weight = weights[(n_labels - 1) // n_draws]
                derivative[e, j] = -weight
                derivative[e, candidate] = weight
                losses[e] = weight * abs(1 - f_j + f)
                break
    return derivative, losses
