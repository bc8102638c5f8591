"""Train a small network: one loop that can be read, which Keras describes and JAX computes.

Keras 3 says what a network is made of (`mirlab.networks.architectures`); JAX computes it, its gradients, and
each step of training.

A step changes the weights of the *unfrozen* layers only. The optimizer is Adam (D. Kingma and J. Ba, 2015).
All draws come from a seed, and the processor is used by one thread, so that equal calls give equal weights on
one machine. Another machine rounds differently, and training takes another path there.
"""

import gc
from functools import lru_cache, partial

import numpy as np

from mirlab.networks.architectures import backend, changing, model

BATCH = 32
"""Patches in one step."""

STILL = 256  # patches that are computed at a time when nothing is learned

LOSSES = ("labels", "tags", "sound")
"""What is learned: one of several labels, any number of tags, or to return the input."""


def fit(network, x, y, *, loss="labels", unfrozen=None, rate=3e-3, steps=100, seed=0, watch=None, every=10):
    """Train a network, and return it; the network that was given stays as it is.

    Parameters
    ----------
    network : mirlab.networks.small.Small
        Where training starts.
    x : ndarray, shape (n, 32, 40), float32
        Patches.
    y : ndarray, shape (n,) of int, or (n, outputs)
        A label, or the tags, of each patch; ignored if `loss` is "sound".
    loss : {"labels", "tags", "sound"}
        Cross-entropy of a label, mean cross-entropy of all tags, or the mean squared error of the patch.
    unfrozen : int, optional
        How many hidden layers change, counted from the output; the output always does. By default all.
    rate : float
        Learning rate.
    steps : int
        Number of steps, each with `BATCH` patches. All patches are used before one is used again.
    seed : int
        Seed of the order.
    watch : callable, optional
        ``watch(step, loss, network)``, called after every `every` steps with the mean loss of these.
    every : int
        See `watch`.

    Returns
    -------
    mirlab.networks.small.Small

    Raises
    ------
    ValueError
        If shapes do not fit, or a number is out of range.
    """
    x, y = _checked(network, x, y, loss)
    hidden = network.hidden
    n = hidden if unfrozen is None else unfrozen
    if not 0 <= n <= hidden:
        raise ValueError(
            f"unfrozen={unfrozen}; {network.kind} has {hidden} hidden layers: choose 0 to {hidden}"
        )
    if steps < 0 or not rate > 0:
        raise ValueError(f"steps={steps}, rate={rate}; steps must be 0 or more, and the rate above 0")
    changes = network.changes(n)
    step = _step(network.kind, network.outputs, loss, n)
    weights = [w for w, change in zip(network.weights, changes, strict=True) if change]
    frozen = [w for w, change in zip(network.weights, changes, strict=True) if not change]
    moments = [[np.zeros_like(w) for w in weights] for _ in range(2)]
    losses = []
    for number, rows in enumerate(batches(len(x), steps, seed), start=1):
        weights, moments, value = step(weights, frozen, moments, x[rows], y[rows], rate, float(number))
        losses.append(value)
        if watch is not None and number % every == 0:
            watch(number, float(np.mean(losses[-every:])), network.changed(changes, weights))
    return network.changed(changes, weights)


def batches(n, steps, seed=0):
    """Yield the rows of each step: a random order of all, then another one, and so on.

    Parameters
    ----------
    n : int
        Number of patches.
    steps : int
        Number of steps.
    seed : int
        Seed of the order.

    Yields
    ------
    ndarray, shape (BATCH,) of int

    Examples
    --------
    >>> first, second = batches(64, 2)
    >>> sorted([*first, *second]) == list(range(64))
    True
    """
    rng, rows = np.random.default_rng(seed), np.zeros(0, dtype=int)
    for _ in range(steps):
        while len(rows) < BATCH:
            rows = np.concatenate([rows, rng.permutation(n)])
        yield rows[:BATCH]
        rows = rows[BATCH:]


def compute(network, x):
    """Compute what a network gives, without learning.

    Parameters
    ----------
    network : mirlab.networks.small.Small
        Any.
    x : ndarray, shape (n, 32, 40), float32
        Patches.

    Returns
    -------
    outputs : ndarray, shape (n, outputs)
        Before any softmax or sigmoid.
    embeddings : ndarray, shape (n, 64)
        What the last hidden layer gives, standardised for each patch.
    """
    run, parts = _run(network.kind, network.outputs), []
    for first in range(0, len(x), STILL):
        part = np.asarray(x[first : first + STILL], dtype=np.float32)
        full = np.concatenate([part, np.zeros((STILL - len(part), *part.shape[1:]), dtype=np.float32)])
        parts.append([np.asarray(one)[: len(part)] for one in run(network.weights, full)])
    return tuple(np.concatenate(one) for one in zip(*parts, strict=True))


@lru_cache(maxsize=32)
def _run(kind, outputs):
    _, jax = backend()
    keras_model = model(kind, outputs)
    others = [variable.value for variable in keras_model.non_trainable_variables]
    return jax.jit(lambda weights, x: keras_model.stateless_call(weights, others, x)[0])


@lru_cache(maxsize=1)
def _step(kind, outputs, loss, unfrozen):
    """Return one step of training, compiled: (weights, frozen, moments, x, y, rate, number) -> the same."""
    _, jax = backend()
    gc.collect()
    jax.clear_caches()  # what was compiled for other settings takes about 10 MB each; it is compiled again
    keras_model = model(kind, outputs)
    others = [variable.value for variable in keras_model.non_trainable_variables]
    changes = changing(kind, outputs, unfrozen)
    measure = partial(_loss, jax, loss)

    def error(weights, frozen, x, y):
        new, old = iter(weights), iter(frozen)
        every = [next(new) if change else next(old) for change in changes]
        (given, _), _ = keras_model.stateless_call(every, others, x)
        return measure(given, x, y)

    def step(weights, frozen, moments, x, y, rate, number):
        value, gradients = jax.value_and_grad(error)(weights, frozen, x, y)
        first, second = moments
        first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
        second = [0.999 * v + 0.001 * g**2 for v, g in zip(second, gradients, strict=True)]
        size = rate * jax.numpy.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        moved = [
            w - size * m / (jax.numpy.sqrt(v) + 1e-7) for w, m, v in zip(weights, first, second, strict=True)
        ]
        return moved, [first, second], value

    return jax.jit(step)


def _loss(jax, loss, given, x, y):
    np_ = jax.numpy
    if loss == "labels":
        likely = jax.nn.log_softmax(given)
        return -np_.mean(np_.take_along_axis(likely, y[:, None], axis=1))
    if loss == "tags":
        return np_.mean(np_.logaddexp(0, given) - y * given)
    return np_.mean((given - x.reshape(len(x), -1)) ** 2)


def _checked(network, x, y, loss):
    if loss not in LOSSES:
        raise ValueError(f"loss={loss!r} is unknown; it must be one of {', '.join(LOSSES)}")
    x = np.asarray(x, dtype=np.float32)
    if x.ndim != 3 or x.shape[1:] != (32, 40) or not len(x):
        raise ValueError(f"x has shape {x.shape}; it must hold patches, shape (n, 32, 40), and at least one")
    if loss == "sound":
        return x, np.zeros(len(x), dtype=np.float32)
    y = np.asarray(y, dtype=np.int32 if loss == "labels" else np.float32)
    wanted = (len(x),) if loss == "labels" else (len(x), network.outputs)
    if y.shape != wanted:
        raise ValueError(f"y has shape {y.shape}; for the loss {loss!r} it must be {wanted}")
    if loss == "labels" and not (y.min() >= 0 and y.max() < network.outputs):
        raise ValueError(
            f"y holds labels from {y.min()} to {y.max()}; the network has {network.outputs} outputs"
        )
    return x, y
