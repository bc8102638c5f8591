"""WARP: learn one space in which features are close to their labels (§5 of the paper).

A frame x becomes a point z = V x, a label i is a point W_i, and their affinity is the inner product
f_i(x) = W_i · z. Training aims to rank every positive label of an example above every negative one, by a
margin of 1.

* `plain`: one step in plain NumPy, written to be read: `warp_draw`, `warp_gradient`, `warp_step`.
* `compiled`: the same draws for a batch.
* `examples`: the training data, read batch by batch.
* `linear`: `WarpEmbedding`, the estimator that everything else uses.
* `nonlinear`: the same with a hidden layer.
* `tiny`: a problem small enough to draw, for lesson 05.

References
----------
P. Hamel, M. E. P. Davies, K. Yoshii, M. Goto: Transfer learning in MIR, ISMIR 2013, §5.
J. Weston, S. Bengio, N. Usunier: WSABIE: scaling up to large vocabulary image annotation, IJCAI 2011.
"""

from mirlab.warp.linear import WarpEmbedding
from mirlab.warp.nonlinear import NonlinearWarpEmbedding, nonlinear_step
from mirlab.warp.plain import Draw, rank_weight, warp_draw, warp_gradient, warp_step

__all__ = [
    "Draw",
    "NonlinearWarpEmbedding",
    "WarpEmbedding",
    "nonlinear_step",
    "rank_weight",
    "warp_draw",
    "warp_gradient",
    "warp_step",
]
