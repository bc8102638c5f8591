"""Exercises of lesson 13."""

import numpy as np

from mirlab.lessons import exercise

# -- how many weights a layer has ------------------------------------------------------------------------


@exercise(
    hints=[
        "A dense layer has one weight for each pair (input, unit), and one offset for each unit.",
        "The patch is flattened for the feedforward network: 32 · 40 inputs. A filter sees 3 steps of all 40 "
        "bands, at every position: 3 · 40 weights and one offset.",
        "An LSTM has four dense layers inside. Each reads the 40 bands and its own 48 outputs of the step "
        "before: 40 + 48 inputs, 48 units and 48 offsets.",
    ],
    reason="A filter and an LSTM use the same weights at every step, so they need far fewer weights than a "
    "dense layer that sees the whole patch.",
)
def weights():
    """Return the number of weights of three first layers."""
    return {
        "dense": 32 * 40 * 96 + 96,
        "convolution": 3 * 40 * 64 + 64,
        "LSTM": 4 * ((40 + 48) * 48 + 48),
    }


@weights.mistake("each unit also has an offset: one more weight per unit.")
def without_offsets():
    return {"dense": 32 * 40 * 96, "convolution": 3 * 40 * 64, "LSTM": 4 * (40 + 48) * 48}


@weights.mistake("a filter sees all 40 bands, as its channels: 3 · 40 weights, not 3.")
def one_channel():
    return {"convolution": 3 * 64 + 64}


@weights.mistake("a filter has the same weights at every step: do not multiply by the number of steps.")
def weights_for_each_step():
    return {"convolution": 32 * (3 * 40 * 64 + 64)}


@weights.mistake("an LSTM has four dense layers inside: three gates and the candidate for its memory.")
def one_gate():
    return {"LSTM": (40 + 48) * 48 + 48}


@weights.mistake("an LSTM also reads its own 48 outputs of the step before.")
def without_memory():
    return {"LSTM": 4 * (40 * 48 + 48)}


# -- a training loop with a bug --------------------------------------------------------------------------


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _task(rng, n, labels, epochs):
    """Draw embeddings with labels, the orders of some epochs, and a learning rate."""
    y = rng.integers(0, labels, n)
    y[:labels] = np.arange(labels)[: len(y[:labels])]
    x = rng.normal(size=(n, 3)) + 2 * np.eye(max(labels, 3))[y][:, :3]
    return x, y, labels, [rng.permutation(n) for _ in range(epochs)], 0.5


@exercise(
    kind="find the bug",
    hints=[
        "Print the loss: it hardly falls. Which label does each row of the batch get?",
        "`rows` are the patches of this batch, in the order of the epoch. The labels are taken from another "
        "place.",
        "Patches and labels must be taken by the same row numbers: `x[rows]` goes with `y[rows]`.",
    ],
    reason="Patches were shuffled and their labels were not. Nothing crashes, and the loss may even fall a "
    "little, because the layer learns how frequent the labels are. A check that finds such bugs: can the "
    "network learn ten examples by heart?",
    inputs=lambda rng: {
        "one epoch in order": (*_task(rng, 6, 2, 0)[:3], [np.arange(6)], 0.5),
        "one shuffled epoch": _task(rng, 8, 2, 1),
        "three epochs, three labels": _task(rng, 12, 3, 3),
        "equal patches": (np.ones((6, 3)), np.array([0, 1, 0, 1, 1, 1]), 2, [rng.permutation(6)], 0.5),
        "a single patch": (rng.normal(size=(1, 3)), np.array([1]), 2, [np.array([0])], 0.5),
        "no epoch": (*_task(rng, 5, 2, 0)[:3], [], 0.5),
    },
)
def new_last_layer(x, y, labels, orders, rate):
    """Train an output layer on frozen embeddings, and return its weights, shape (d, labels)."""
    w = np.zeros((x.shape[1], labels))
    for order in orders:  # one epoch: each patch once
        for first in range(0, len(x), 4):
            rows = order[first : first + 4]
            e = np.exp(x[rows] @ w)
            p = e / e.sum(axis=1, keepdims=True)
            wanted = np.eye(labels)[y[rows]]
            w = w - rate * x[rows].T @ (p - wanted) / len(rows)
    return w


@new_last_layer.given
def shuffled(x, y, labels, orders, rate):
    """Train an output layer on frozen embeddings, and return its weights, shape (d, labels)."""
    w = np.zeros((x.shape[1], labels))
    for order in orders:  # one epoch: each patch once
        for first in range(0, len(x), 4):
            rows = order[first : first + 4]
            e = np.exp(x[rows] @ w)
            p = e / e.sum(axis=1, keepdims=True)
            wanted = np.eye(labels)[y[first : first + 4]]
            w = w - rate * x[rows].T @ (p - wanted) / len(rows)
    return w


@new_last_layer.also
def with_a_stable_softmax(x, y, labels, orders, rate):
    w = np.zeros((x.shape[1], labels))
    for order in orders:
        for rows in np.split(order, range(4, len(order), 4)):
            gradient = _softmax(x[rows] @ w)
            gradient[np.arange(len(rows)), y[rows]] -= 1
            w = w - rate * np.einsum("nd,nl->dl", x[rows], gradient) / len(rows)
    return w


@new_last_layer.mistake(
    "now nothing is shuffled: all epochs have the same batches, in the order of the data."
)
def never_shuffled(x, y, labels, orders, rate):
    return new_last_layer(x, y, labels, [np.arange(len(x)) for _ in orders], rate)


@new_last_layer.mistake("the step goes up the gradient: the loss grows. Subtract the gradient.")
def uphill(x, y, labels, orders, rate):
    return new_last_layer(x, y, labels, orders, -rate)


@new_last_layer.mistake("the gradient is a mean over the batch: divide by the number of its rows.")
def sum_and_not_mean(x, y, labels, orders, rate):
    return new_last_layer(x, y, labels, orders, 4 * rate)


# -- a freezing schedule ---------------------------------------------------------------------------------


@exercise(
    hints=[
        "After `epoch` epochs, `epoch // every` hidden layers have been unfrozen, counted from the output.",
        "There are only `len(hidden)` of them: use `min`.",
        "The last n names are `hidden[len(hidden) - n :]`. (`hidden[-n:]` gives all of them for n = 0.)",
    ],
    reason="The new output layer is random at first, so its gradients say little about the layers below. "
    "Until it has learned something, these stay frozen. The late layers are the most specific to the old "
    "task, so they are unfrozen first.",
    inputs=lambda rng: {
        "the first epoch": (["hidden1", "hidden2", "hidden3"], 0, 2),
        "the last epoch before a change": (["hidden1", "hidden2", "hidden3"], 1, 2),
        "the first change": (["hidden1", "hidden2", "hidden3"], 2, 2),
        "long after the last change": (["hidden1", "hidden2", "hidden3"], 50 + int(rng.integers(9)), 3),
        "names that are not numbered": (["filters", "memory", "dense"], int(rng.integers(3, 6)), 3),
        "a single hidden layer": (["hidden1"], int(rng.integers(4, 9)), 4),
        "two layers of the same name": (["dense", "dense"], 1, 1),
        "no hidden layer": ([], 3, 1),
    },
)
def unfrozen_layers(hidden, epoch, every):
    """Return the names of the hidden layers that learn in an epoch, in their order."""
    n = min(epoch // every, len(hidden))
    return hidden[len(hidden) - n :]


@unfrozen_layers.also
def with_a_comprehension(hidden, epoch, every):
    return [name for i, name in enumerate(hidden) if len(hidden) - i <= epoch // every]


@unfrozen_layers.also
def one_at_a_time(hidden, epoch, every):
    free, rest = [], list(hidden)
    for _ in range(epoch // every):
        if rest:
            free.insert(0, rest.pop())
    return free


@unfrozen_layers.mistake("the layers near the input come first here; count from the output.")
def from_the_input(hidden, epoch, every):
    return hidden[: min(epoch // every, len(hidden))]


@unfrozen_layers.mistake("`hidden[-0:]` is the whole list: in the first epochs no hidden layer learns.")
def minus_zero(hidden, epoch, every):
    return hidden[-min(epoch // every, len(hidden)) :]


@unfrozen_layers.mistake("one layer is unfrozen already in the first epoch; it should be none.")
def one_too_early(hidden, epoch, every):
    n = min(epoch // every + 1, len(hidden))
    return hidden[len(hidden) - n :]


@unfrozen_layers.mistake("a layer stays unfrozen: return all of them, not only the newest one.")
def only_the_newest(hidden, epoch, every):
    n = min(epoch // every, len(hidden))
    return hidden[len(hidden) - n : len(hidden) - n + 1] if n else []


@unfrozen_layers.mistake("the names come in the wrong order: return them in the order of `hidden`.")
def backwards(hidden, epoch, every):
    return unfrozen_layers(hidden, epoch, every)[::-1]
