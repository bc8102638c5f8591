"""Small networks of our own, each below 200 000 weights, that read log-mel patches of three seconds.

* **feedforward**: three dense layers; each unit sees the whole patch.
* **convolutional**: three layers of filters that move along time; all bands are their channels.
* **recurrent**: two LSTM layers that read the patch step by step, and a dense layer.
* **autoencoder**: a dense layer of 64 units, from which the output draws the patch again.

All of them describe a patch by 64 numbers, its *embedding*, which is standardised before the output layer
reads it. `pretrained` returns one that `mirlab.paper.pretraining` has trained: on the tags of synthetic
excerpts or, for the autoencoder, on their sound alone.

References
----------
S. Hochreiter and J. Schmidhuber: "Long short-term memory", Neural Computation, 1997. X. Glorot and Y. Bengio:
"Understanding the difficulty of training deep feedforward neural networks", AISTATS, 2010.
"""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mirlab.errors import NetworkError
from mirlab.networks import training
from mirlab.networks.architectures import BANDS, KINDS, STEPS, available, changing, layers_of, model

__all__ = [
    "KINDS",
    "Small",
    "available",
    "create",
    "kept",
    "patches",
    "pretrained",
    "recipe",
    "standardised",
]

TAGGERS = KINDS[:3]
"""The networks that learned from tags; the autoencoder learned from sound alone."""

FRAMES = 128
"""Frames of 23 ms in a patch of about three seconds."""

WEIGHTS = Path(__file__).with_name("small.npz")


def patches(frames, *, width=FRAMES):
    """Cut log-mel frames into patches: means of four frames and of five bands.

    Parameters
    ----------
    frames : array-like, shape (frames, 200)
        From `mirlab.features.log_mel`.
    width : int
        Frames in a patch; a multiple of 32. Left-over frames are dropped; a sound that is too short for one
        patch is repeated.

    Returns
    -------
    ndarray, shape (max(1, frames // width), 32, 40), float32

    Raises
    ------
    ValueError
        If there is no frame, or it does not have 200 bands.

    Examples
    --------
    >>> patches(np.zeros((431, 200))).shape
    (3, 32, 40)
    """
    frames = np.asarray(frames, dtype=np.float32)
    if frames.ndim != 2 or frames.shape[1] != 5 * BANDS or not len(frames):
        raise ValueError(f"frames have shape {frames.shape}; they must be log-mel frames, shape (n > 0, 200)")
    if len(frames) < width:
        frames = np.tile(frames, (-(-width // len(frames)), 1))
    n = len(frames) // width
    steps = frames[: n * width].reshape(n * STEPS, width // STEPS, 5 * BANDS).mean(axis=1)
    return (steps @ np.repeat(np.eye(BANDS, dtype=np.float32), 5, axis=0) / 5).reshape(n, STEPS, BANDS)


@dataclass(frozen=True, eq=False)
class Small:
    """A network: what it is made of, and its weights.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    outputs : int
        Units of the output layer.
    weights : list of ndarray
        In the order of ``model(kind, outputs).trainable_variables``.
    """

    kind: str
    outputs: int
    weights: list

    def __repr__(self) -> str:
        return f"<{self.kind} network, {self.size:,} weights, {self.outputs} outputs>"

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(int(w.size) for w in self.weights)

    @property
    def hidden(self) -> int:
        """The number of hidden layers."""
        return len({name for name in layers_of(self.kind, self.outputs) if name.startswith("hidden")})

    @property
    def layers(self) -> dict[str, int]:
        """The number of weights of each layer."""
        sizes = {}
        for name, w in zip(layers_of(self.kind, self.outputs), self.weights, strict=True):
            sizes[name] = sizes.get(name, 0) + int(w.size)
        return sizes

    def changes(self, unfrozen):
        """Say for each weight whether it changes: see `changing`."""
        return changing(self.kind, self.outputs, unfrozen)

    def changed(self, changes, weights) -> "Small":
        """Return the network with other weights where `changes` says so."""
        new = iter(weights)
        every = [np.asarray(next(new)) if c else w for w, c in zip(self.weights, changes, strict=True)]
        return replace(self, weights=every)

    def with_output(self, outputs, seed=0) -> "Small":
        """Return the network with a new output layer, drawn at random.

        Parameters
        ----------
        outputs : int
            Units of the new layer.
        seed : int
            Seed of the draw.

        Returns
        -------
        Small
        """
        fresh = create(self.kind, outputs, seed)
        names = layers_of(self.kind, outputs)
        every = [
            f if name == "output" else w
            for f, w, name in zip(fresh.weights, self.weights, names, strict=True)
        ]
        return replace(fresh, weights=every)

    def with_output_of(self, other) -> "Small":
        """Return the hidden layers of this network under the output layer of another one of its kind."""
        names = layers_of(self.kind, other.outputs)
        every = [
            o if name == "output" else w
            for o, w, name in zip(other.weights, self.weights, names, strict=True)
        ]
        return replace(other, weights=every)

    def predict(self, x):
        """Return the outputs for patches: see `mirlab.networks.training.compute`."""
        return training.compute(self, x)[0]

    def embed(self, x):
        """Return the embeddings of patches: see `mirlab.networks.training.compute`."""
        return training.compute(self, x)[1]


def create(kind, outputs, seed=0) -> Small:
    """Return a network that has learned nothing.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    outputs : int
        Units of the output layer.
    seed : int
        Seed of its weights: uniform as in Glorot and Bengio (2010); orthogonal between the steps of an LSTM.

    Returns
    -------
    Small

    Raises
    ------
    NetworkError
        If Keras is not there, or there is no such network.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind) if kind in KINDS else 0])
    weights = []
    for variable in model(kind, outputs).trainable_variables:
        shape, what = tuple(variable.shape), variable.path.split("/")[-1]
        if what == "bias":
            w = np.zeros(shape)
            if "lstm" in variable.path:
                w[len(w) // 4 : len(w) // 2] = 1  # the forget gate starts open
        elif what == "recurrent_kernel":
            w = np.linalg.qr(rng.normal(size=shape[::-1]))[0].T
        else:
            ways = int(np.prod(shape[:-2]))
            limit = np.sqrt(6 / (ways * (shape[-2] + shape[-1])))
            w = rng.uniform(-limit, limit, size=shape)
        weights.append(w.astype(np.float32))
    return Small(kind, outputs, weights)


@lru_cache(maxsize=1)
def kept() -> dict:
    """Return what is kept with the package: weights, the front end's scale, and the recipe.

    Returns
    -------
    dict of str to ndarray
        ``mean`` and ``spread``, shape (40,); ``recipe``, a JSON text; and the weights of each network.

    Raises
    ------
    NetworkError
        If the file is missing or damaged.
    """
    try:
        with np.load(WEIGHTS, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise NetworkError(
            f"{WEIGHTS.name}, with the small networks' weights, cannot be read: install mirlab again, or run "
            "`python -m mirlab.paper.pretraining`"
        ) from error


def recipe() -> dict:
    """Return how the kept networks were made, and what they reached.

    Returns
    -------
    dict
        ``tags``, the names of the outputs, and what `mirlab.paper.pretraining` wrote.

    Examples
    --------
    >>> recipe()["source"]
    'magnatagatune-synth'
    """
    return json.loads(str(kept()["recipe"]))


def standardised(x):
    """Standardise patches, band by band, with the mean and the spread of the source.

    Parameters
    ----------
    x : ndarray, shape (n, 32, 40)
        From `patches`.

    Returns
    -------
    ndarray, shape (n, 32, 40), float32
    """
    return ((np.asarray(x) - kept()["mean"]) / kept()["spread"]).astype(np.float32)


def pretrained(kind) -> Small:
    """Return a network that was trained beforehand.

    Parameters
    ----------
    kind : str
        One of `KINDS`.

    Returns
    -------
    Small
        Its outputs are the tags of ``recipe()["tags"]``; those of the autoencoder are a patch.

    Raises
    ------
    NetworkError
        If there is no such network, its weights cannot be read, or Keras is not there.
    """
    fresh = create(kind, STEPS * BANDS if kind == "autoencoder" else len(recipe()["tags"]))
    weights = [kept().get(f"{kind}.{i}") for i in range(len(fresh.weights))]
    if any(w is None or w.shape != f.shape for w, f in zip(weights, fresh.weights, strict=True)):
        raise NetworkError(f"{WEIGHTS.name} does not hold the {kind} network: install mirlab again")
    return replace(fresh, weights=[w.astype(np.float32) for w in weights])
