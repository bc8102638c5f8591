"""Made features with tags, and a comparison to the last bit: what the tests of `mirlab.warp` share."""

import numpy as np


def tagged(rng, n=400, d=10, labels=8, positives=2):
    """Features, and an indicator of the labels that a random linear model ranks highest."""
    X = rng.normal(size=(n, d)).astype(np.float32)
    scores = X @ rng.normal(size=(d, labels))
    Y = np.zeros((n, labels), dtype=int)
    np.put_along_axis(Y, np.argsort(-scores, axis=1)[:, :positives], 1, axis=1)
    return X, Y


def same(a, b):
    """Whether two models learned the same, to the last bit."""
    arrays = [(m.components_, *m.label_embeddings_, np.array(m.loss_curve_)) for m in (a, b)]
    return all(np.array_equal(x, y) for x, y in zip(*arrays, strict=True))
