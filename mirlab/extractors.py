"""Turn the sound of an excerpt into rows of features: log-mel frames, or embeddings of a network."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from mirlab import networks
from mirlab.audio import SAMPLE_RATE
from mirlab.errors import NetworkError
from mirlab.features import HOP_LENGTH, LOG_OFFSET, N_FFT, N_MELS, log_mel

PARAMETERS = {
    "format": 1,  # raise this whenever the results of `log_mel`, or what the store writes, change
    "sr": SAMPLE_RATE,
    "n_fft": N_FFT,
    "hop_length": HOP_LENGTH,
    "n_mels": N_MELS,
    "log_offset": LOG_OFFSET,
}


@dataclass(frozen=True, eq=False)
class Extractor:
    """A function from sound to rows of features, with its name and parameters.

    Attributes
    ----------
    name : str
        Part of the name of the folder in which `mirlab.store` keeps the results; empty for log-mel frames.
    rows : callable
        ``rows(y)`` returns ndarray, shape (rows, width), for mono sound at 22 050 Hz. It can be sent to
        another process.
    width : int
        Number of features.
    parameters : dict
        Changes whenever `rows` gives other numbers; part of the key under which they are kept.
    """

    name: str
    rows: Callable[[np.ndarray], np.ndarray] = field(repr=False)
    width: int
    parameters: dict = field(repr=False)


LOG_MEL = Extractor("", log_mel, N_MELS, PARAMETERS)
"""The frame-level features of the paper (§4)."""


def network(name: str) -> Extractor:
    """Return the extractor that computes one embedding of a pretrained network for each patch of sound.

    Parameters
    ----------
    name : str
        One of `mirlab.networks.NAMES`.

    Returns
    -------
    Extractor
        Its rows are patches of three seconds.

    Raises
    ------
    NetworkError
        If the network is unknown, not on this machine, or damaged.

    Examples
    --------
    >>> network("msd_resnet")
    Traceback (most recent call last):
    mirlab.errors.NetworkError: ...
    """
    if name not in networks.NAMES:
        raise NetworkError(f"there are no features {name!r}; there are base, {', '.join(networks.NAMES)}")
    loaded = networks.load(name)
    parameters = {"format": PARAMETERS["format"], **networks.parameters(name)}
    return Extractor(name, partial(networks.embed, name=name), loaded.embedding_size, parameters)


def named(kind: str) -> Extractor:
    """Return the extractor of a kind of features.

    Parameters
    ----------
    kind : str
        "base" for log-mel frames, or one of `mirlab.networks.NAMES`.

    Returns
    -------
    Extractor

    Raises
    ------
    NetworkError
        As for `network`.

    Examples
    --------
    >>> named("base") is LOG_MEL
    True
    """
    return LOG_MEL if kind == "base" else network(kind)
