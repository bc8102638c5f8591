"""What the small networks are made of, as Keras models, and which of their layers a training changes.

Keras and JAX are imported by `backend` alone, when the first network is made: without them, everything else
of the course works.
"""

import os
from functools import lru_cache

from mirlab.errors import NetworkError

KINDS = ("feedforward", "convolutional", "recurrent", "autoencoder")
STEPS, BANDS = 32, 40
"""Shape of a patch: 32 steps of 93 ms, 40 bands."""

EMBEDDING = 64


@lru_cache(maxsize=1)
def backend():
    """Import Keras with JAX as its backend, once.

    Returns
    -------
    keras, jax : modules

    Raises
    ------
    NetworkError
        If one of them is not installed, or this process uses Keras with another backend already.
    """
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")  # small networks: one is faster
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    try:
        import jax
        import keras
    except ImportError as error:
        raise NetworkError(
            f"small networks need Keras and JAX ({error}); in the course's folder, run "
            '`pip install -e ".[train]" -c constraints.txt`, on '
            "64-bit Linux, on Windows with an Intel or AMD chip, or on a Mac with an Apple chip"
        ) from error
    if keras.backend.backend() != "jax":
        raise NetworkError(
            f"Keras runs with the backend {keras.backend.backend()!r} here: restart the kernel, and import "
            "mirlab before keras"
        )
    return keras, jax


def available() -> bool:
    """Say whether Keras and JAX can be imported, without importing them.

    Examples
    --------
    >>> available() in (True, False)
    True
    """
    from importlib.util import find_spec

    return find_spec("jax") is not None and find_spec("keras") is not None


@lru_cache(maxsize=16)
def model(kind, outputs):
    """Return the Keras model of a network; its own weights are not used.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    outputs : int
        Units of the output layer.

    Returns
    -------
    keras.Model
        From patches to (outputs, embeddings).

    Raises
    ------
    NetworkError
        If Keras is not there, or there is no such network.
    """
    keras, _ = backend()
    layers, patch = keras.layers, keras.Input((STEPS, BANDS), name="patch")
    if kind == "feedforward":
        x = layers.Flatten()(patch)
        for number, units in enumerate((96, 64, EMBEDDING), start=1):
            x = layers.Dense(units, activation="relu", name=f"hidden{number}")(x)
    elif kind == "convolutional":
        x = patch
        for number in (1, 2, 3):
            x = layers.Conv1D(64, 3, padding="same", activation="relu", name=f"hidden{number}")(x)
            x = layers.MaxPooling1D(2)(x)
        x = layers.GlobalAveragePooling1D()(x)
    elif kind == "recurrent":
        x = layers.AveragePooling1D(2)(patch)  # steps of 186 ms
        x = layers.LSTM(48, return_sequences=True, name="hidden1")(x)
        x = layers.LSTM(48, name="hidden2")(x)
        x = layers.Dense(EMBEDDING, activation="relu", name="hidden3")(x)
    elif kind == "autoencoder":
        x = layers.Dense(EMBEDDING, activation="relu", name="hidden1")(layers.Flatten()(patch))
    else:
        raise NetworkError(f"there is no small network {kind!r}; the names are {', '.join(KINDS)}")
    embedding = layers.LayerNormalization(center=False, scale=False, name="standardised")(x)
    return keras.Model(patch, [layers.Dense(outputs, name="output")(embedding), embedding], name=kind)


def layers_of(kind, outputs):
    """Return the name of the layer that each weight belongs to.

    Parameters
    ----------
    kind, outputs
        As for `model`.

    Returns
    -------
    list of str
        ``hidden1`` and so on, and ``output``.
    """
    return [variable.path.split("/")[0] for variable in model(kind, outputs).trainable_variables]


@lru_cache(maxsize=64)
def changing(kind, outputs, unfrozen):
    """Say for each weight whether it changes if some hidden layers are unfrozen.

    Parameters
    ----------
    kind, outputs
        As for `model`.
    unfrozen : int
        Hidden layers that change, counted from the output.

    Returns
    -------
    tuple of bool
    """
    names = layers_of(kind, outputs)
    hidden = sorted({name for name in names if name.startswith("hidden")})
    free = {"output", *hidden[len(hidden) - unfrozen :]}
    return tuple(name in free for name in names)
