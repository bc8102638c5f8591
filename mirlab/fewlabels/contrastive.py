"""Learn from pairs of windows of the same song: a network with one hidden layer, the InfoNCE loss, NumPy.

A. van den Oord, Y. Li and O. Vinyals ("Representation learning with contrastive predictive coding", 2018)
named the loss. In a batch of n songs, each first window must find the second window of its own song among n
second windows. The other songs are the negatives; those of the same label are pushed away too, since nobody
says which they are.
"""

from dataclasses import dataclass

import numpy as np

HIDDEN, PROJECTED = 64, 32
STEPS, BATCH, RATE = 300, 128, 0.003


def info_nce(A, B, temperature):
    """Return the InfoNCE loss of pairs of vectors of length 1, and its gradients.

    Parameters
    ----------
    A, B : ndarray, shape (n, d)
        Row i of A and row i of B are a pair; each row has length 1.
    temperature : float
        Cosines are divided by it: the smaller, the more the nearest negatives count.

    Returns
    -------
    loss : float
        Mean over the pairs of -log softmax(A_i · B_j / temperature) at j = i; log n if all cosines are equal.
    dA, dB : ndarray, shape (n, d)
        Derivatives of the loss by A and by B.

    Examples
    --------
    >>> loss, dA, dB = info_nce(np.eye(2), np.eye(2), 1.0)
    >>> round(float(loss), 4)  # log(1 + 1/e)
    0.3133
    """
    scores = A @ B.T / temperature
    scores -= scores.max(axis=1, keepdims=True)
    P = np.exp(scores)
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(np.maximum(np.diag(P), 1e-300)))
    dS = (P - np.eye(len(A))) / (len(A) * temperature)
    return float(loss), dS @ B, dS.T @ A


@dataclass
class PairNetwork:
    """A network with one hidden layer of tanh units and a linear projection for the loss.

    Attributes
    ----------
    W : ndarray, shape (p, hidden)
        Weights of the hidden layer.
    b : ndarray, shape (hidden,)
        Its offsets.
    V : ndarray, shape (hidden, projected)
        The projection, which is thrown away after training.
    """

    W: np.ndarray
    b: np.ndarray
    V: np.ndarray

    @classmethod
    def drawn(cls, p, *, random_state, hidden=HIDDEN, projected=PROJECTED):
        """Return a network with random weights: the control for what training adds.

        Parameters
        ----------
        p : int
            Number of input features.
        random_state : int or sequence of int
            Seed of the weights.
        hidden, projected : int
            Sizes of the layers.

        Returns
        -------
        PairNetwork

        Examples
        --------
        >>> PairNetwork.drawn(3, random_state=0).features(np.zeros((2, 3))).shape
        (2, 64)
        """
        rng = np.random.default_rng(random_state)
        W = rng.normal(0, p**-0.5, (p, hidden))
        return cls(W, np.zeros(hidden), rng.normal(0, hidden**-0.5, (hidden, projected)))

    def features(self, X):
        """Return the hidden layer.

        Parameters
        ----------
        X : ndarray, shape (..., p)
            Windows.

        Returns
        -------
        ndarray, shape (..., hidden)
        """
        return np.tanh(X @ self.W + self.b)

    def loss(self, first, second, temperature):
        """Return the loss of pairs of windows, and its gradients by the weights.

        Parameters
        ----------
        first, second : ndarray, shape (n, p)
            Row i of both belongs to one song.
        temperature : float
            As for `info_nce`.

        Returns
        -------
        loss : float
        gradients : tuple of ndarray
            By `W`, `b` and `V`.
        """
        H, Z, length = zip(*(self._layers(X) for X in (first, second)), strict=True)
        loss, *dZ = info_nce(*Z, temperature)
        gradients = [np.zeros_like(weights) for weights in (self.W, self.b, self.V)]
        for X, h, z, n, dz in zip((first, second), H, Z, length, dZ, strict=True):
            dU = (dz - z * (z * dz).sum(axis=1, keepdims=True)) / n  # through the scaling to length 1
            dH = dU @ self.V.T * (1 - h * h)  # through tanh
            for total, part in zip(gradients, (X.T @ dH, dH.sum(axis=0), h.T @ dU), strict=True):
                total += part
        return loss, tuple(gradients)

    def projected(self, X):
        """Return the vectors that the loss compares.

        Parameters
        ----------
        X : ndarray, shape (n, p)
            Windows.

        Returns
        -------
        ndarray, shape (n, projected)
            Of length 1.
        """
        return self._layers(X)[1]

    def _layers(self, X):
        h = self.features(X)
        u = h @ self.V
        length = np.maximum(np.linalg.norm(u, axis=1, keepdims=True), 1e-12)
        return h, u / length, length


def learn_pairs(windows, *, temperature, random_state, steps=STEPS, batch=BATCH, rate=RATE):
    """Train a network on pairs of windows of the same song (Adam).

    Parameters
    ----------
    windows : ndarray, shape (n, w, p)
        w windows of each of n songs, of comparable scale; w is at least 2, n too.
    temperature : float
        As for `info_nce`.
    random_state : int or sequence of int
        Seed of the weights and of the pairs.
    steps, batch, rate : int, int, float
        Steps of training, pairs in each, and the rate of Adam.

    Returns
    -------
    network : PairNetwork
    losses : ndarray, shape (steps,)
        The loss of each step.

    Raises
    ------
    ValueError
        If there are fewer than two songs, or a song has a single window.

    Examples
    --------
    >>> songs = np.random.default_rng(0).normal(size=(20, 1, 3)) + np.zeros((20, 2, 3))
    >>> network, losses = learn_pairs(songs, temperature=0.3, random_state=0, steps=30, batch=20)
    >>> bool(losses[-1] < losses[0])
    True
    """
    n, w, p = windows.shape
    if n < 2 or w < 2:
        raise ValueError(f"windows has shape {windows.shape}; pairs need two songs, and two windows of each")
    rng = np.random.default_rng(random_state)
    network = PairNetwork.drawn(p, random_state=rng)
    weights = (network.W, network.b, network.V)
    moments = [(np.zeros_like(one), np.zeros_like(one)) for one in weights]
    losses = np.empty(steps)
    for step in range(steps):
        songs = rng.permutation(n)[: min(batch, n)]
        one = rng.integers(w, size=len(songs))
        other = (one + rng.integers(1, w, size=len(songs))) % w
        losses[step], gradients = network.loss(windows[songs, one], windows[songs, other], temperature)
        for values, gradient, (mean, square) in zip(weights, gradients, moments, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            size = np.sqrt(square / (1 - 0.999 ** (step + 1))) + 1e-8
            values -= rate * mean / (1 - 0.9 ** (step + 1)) / size
    return network, losses
