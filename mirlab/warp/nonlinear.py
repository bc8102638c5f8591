"""A hidden layer between frame and space, trained with the same WARP loss.

The paper maps a frame by a matrix, z = V x, and names non-linear maps as future work (§7). The smallest of
them has one layer of rectified hidden units:

    h = max(0, U x + b),    z = V h

Everything else is as in `mirlab.warp.linear`: draws, batches, rank weights, one map shared by all data sets.
"""

from numbers import Integral

import numpy as np
from sklearn.utils import check_scalar

from mirlab.warp.linear import WarpEmbedding
from mirlab.warp.plain import bound_norms, rank_weight, warp_draw


def nonlinear_step(x, U, b, V, W, positives, uniforms, *, learning_rate=0.1, max_norm=1.0):
    """Take one step of gradient descent for one example, then bound the norms.

    This is the readable version of `NonlinearWarpEmbedding`, as `mirlab.warp.warp_step` is for the linear
    model.

    Parameters
    ----------
    x : array-like, shape (d,)
        One example.
    U : array-like, shape (n_hidden, d)
        Weights of the hidden units.
    b : array-like, shape (n_hidden,)
        Their biases.
    V : array-like, shape (D, n_hidden)
        The map from the hidden units to the space.
    W : array-like, shape (labels, D)
        The embedding of the labels.
    positives : sequence of int
        The labels of the example.
    uniforms : sequence of float in [0, 1)
        Random numbers for `mirlab.warp.warp_draw`.
    learning_rate : float
        Length of the step.
    max_norm : float or None
        Bound on the norm of each row of U, column of V and row of W; None for no bound.

    Returns
    -------
    U, b, V, W : ndarray
        The new parameters; the arguments are not changed.
    draw : mirlab.warp.Draw
        What was drawn.

    Examples
    --------
    A hidden unit with the output 0 learns nothing.

    >>> U, b, V, W = [[0.5], [-0.5]], [0, 0], [[1.0, 1.0]], [[0.0], [0.6]]
    >>> U, b, V, W, draw = nonlinear_step([1.0], U, b, V, W, positives=[0], uniforms=[0, 0])
    >>> draw.loss, U.ravel(), b
    (1.3, array([ 0.44, -0.5 ]), array([-0.06,  0.  ]))
    """
    x, U, b, V, W = (np.array(a, dtype=float) for a in (x, U, b, V, W))
    h = np.maximum(0, U @ x + b)
    z = V @ h
    draw = warp_draw(W @ z, positives, uniforms)
    if draw.negative is not None:
        rate = learning_rate * rank_weight(draw.rank)
        dz = W[draw.negative] - W[draw.positive]
        dh = (V.T @ dz) * (h > 0)
        W[draw.positive] += rate * z
        W[draw.negative] -= rate * z
        V -= rate * np.outer(dz, h)
        U -= rate * np.outer(dh, x)
        b -= rate * dh
    for vectors in (U, V.T, W):
        bound_norms(vectors, max_norm)
    return U, b, V, W, draw


class NonlinearWarpEmbedding(WarpEmbedding):
    """Embed features and labels in one space, features through a hidden layer.

    A trained map is a few plain arrays: ``z = V max(0, U ((x - mean_) / scale_) + b)``.

    U starts from a normal distribution of standard deviation 1/√d, so its rows have a norm of about 1, like
    the columns of V. The norm of each row is bounded by `max_norm` too. If it were not, the bound on V would
    mean little: k times U and b, with V/k, is the same map. b starts from 0 and is not bounded.

    The defaults are those of the linear model, so only the map differs. They were tested on digits, on two
    rings and on the example below. Three and ten times the learning rate worked as well on all of them. With
    thirty times the rate, the rings were not learned; with a third of it, they took three times the epochs.
    With tanh in place of max(0, ·), digits were learned as well, but the rings were not learned in the same
    time.

    Parameters
    ----------
    n_components : int, default=100
        D, the dimension of the space.
    n_hidden : int, default=200
        Number of hidden units.
    batch_size, n_epochs, epoch_size, learning_rate, max_norm, label_max_norm, standardize, callback
        As for `mirlab.warp.WarpEmbedding`.
    random_state
        As for `mirlab.warp.WarpEmbedding`.

    Attributes
    ----------
    hidden_weights_ : ndarray, shape (n_hidden, d), float32
        U.
    hidden_bias_ : ndarray, shape (n_hidden,), float32
        b.
    components_ : ndarray, shape (D, n_hidden), float32
        V, the map from the hidden units to the space.
    label_embeddings_, classes_, loss_curve_, violation_curve_, labels_per_example_, mean_, scale_
        As for `mirlab.warp.WarpEmbedding`.

    See Also
    --------
    mirlab.warp.WarpEmbedding : The paper's linear map.

    Examples
    --------
    Two features of the same sign, or of different signs: no line separates them.

    >>> X = np.random.default_rng(0).normal(size=(500, 2))
    >>> y = np.where(X[:, 0] * X[:, 1] > 0, "same", "different")
    >>> WarpEmbedding(8, random_state=0).fit(X, y).score(X, y) < 0.7
    True
    >>> NonlinearWarpEmbedding(8, n_hidden=32, n_epochs=100, random_state=0).fit(X, y).score(X, y) > 0.9
    True
    """

    _map_parameters = ("hidden_weights_", "hidden_bias_", "components_")

    def __init__(
        self,
        n_components=100,
        *,
        n_hidden=200,
        batch_size=100,
        n_epochs=20,
        epoch_size=None,
        learning_rate=0.1,
        max_norm=1.0,
        label_max_norm=None,
        standardize=False,
        callback=None,
        random_state=None,
    ):
        super().__init__(
            n_components,
            batch_size=batch_size,
            n_epochs=n_epochs,
            epoch_size=epoch_size,
            learning_rate=learning_rate,
            max_norm=max_norm,
            label_max_norm=label_max_norm,
            standardize=standardize,
            callback=callback,
            random_state=random_state,
        )
        self.n_hidden = n_hidden

    def _check_parameters(self):
        super()._check_parameters()
        check_scalar(self.n_hidden, "n_hidden", target_type=Integral, min_val=1)

    def _start_map(self, initial):
        d = self.n_features_in_
        self.hidden_weights_ = initial(self.n_hidden, d) * np.float32((self.n_components / d) ** 0.5)
        self.hidden_bias_ = np.zeros(self.n_hidden, np.float32)
        self.components_ = initial(self.n_components, self.n_hidden)

    def _map(self, X):
        U, b, V = self.hidden_weights_, self.hidden_bias_, self.components_
        H = np.maximum(X @ U.astype(X.dtype, copy=False).T + b, 0)

        def move(dZ):
            dH = (dZ @ V) * (H > 0)
            np.subtract(V, dZ.T @ H, out=V)
            np.subtract(U, dH.T @ X, out=U)
            np.subtract(b, dH.sum(axis=0), out=b)
            bound_norms(V.T, self.max_norm)
            bound_norms(U, self.max_norm)

        return H @ V.astype(X.dtype, copy=False).T, move
