"""Pretrained networks that run offline: weights, front ends, layers.

Four networks by Jordi Pons learned from real music to predict tags; `fetch` downloads them once. `load`
returns one of them, ready to use. Networks that a user has as an ONNX file (VGGish, YAMNet, OpenL3) are used
the same way.

=====================  ============================================================
`catalogue`            what is known about each network
`download`, `pip`      get the wheel that holds them
`wheel`, `checkpoint`  read it, without TensorFlow and without running anything in it
`files`                keep the weights, check them
`frontends`            from sound to what a network was trained to see
`plain`, `fast`        the networks, to read and to use
`pretrained`           sound in; embedding, tags or all layers out
`onnx_file`            the same for an ONNX file
`units`                what one filter or unit of a layer answers to
`mistakes`             front ends with one wrong step each
`small`, `training`    small networks of our own, and the loop that trains them
`architectures`        what these are made of
=====================  ============================================================
"""

from functools import lru_cache

from mirlab.errors import NetworkError
from mirlab.networks import onnx_file
from mirlab.networks.catalogue import PRETRAINED
from mirlab.networks.download import fetch
from mirlab.networks.files import Status, facts, remove, status, verify
from mirlab.networks.onnx_file import KINDS, FromFile
from mirlab.networks.pretrained import Pretrained, untrained

__all__ = [
    "NAMES",
    "VERSION",
    "Status",
    "embed",
    "facts",
    "fetch",
    "load",
    "parameters",
    "remove",
    "status",
    "untrained",
    "verify",
]

NAMES = tuple(PRETRAINED)
"""The networks that `fetch` brings."""

VERSION = 1
"""To be raised whenever `embed` changes in what it gives; stored embeddings are then computed again."""


def load(name, weights=None, *, plain=False):
    """Return a pretrained network, ready to use.

    Parameters
    ----------
    name : str
        "mtt_musicnn", "msd_musicnn", "mtt_vgg" or "msd_vgg"; "vggish", "yamnet" or "openl3" with `weights`.
    weights : str or os.PathLike, optional
        An ONNX file of yours; for the last three only.
    plain : bool
        Compute as a student can read it, see `mirlab.networks.plain`: slower, with the same result. For the
        first four only.

    Returns
    -------
    Pretrained or FromFile
        With ``.embed(y, sr=…)`` and ``.tag(y, sr=…)``; `Pretrained` also has ``.layers(y, sr=…)``.

    Raises
    ------
    NetworkError
        If the name is unknown, the network is not on this machine or damaged, or `weights` does not fit.

    See Also
    --------
    fetch : Brings the first four to this machine.

    Examples
    --------
    >>> load("mtt_resnet")
    Traceback (most recent call last):
    mirlab.errors.NetworkError: there is no network 'mtt_resnet'; the names are mtt_musicnn, msd_musicnn, \
mtt_vgg, msd_vgg, vggish, yamnet, openl3
    """
    if name in PRETRAINED:
        if weights is not None:
            raise NetworkError(f"{name} has its own weights; leave out weights={str(weights)!r}")
        return Pretrained(name, plain=plain)
    if name in KINDS:
        if weights is None:
            raise NetworkError(f"the weights of {name} cannot be downloaded: give your ONNX file, weights=…")
        if plain:
            raise NetworkError(f"{name} has no version to read; leave out plain=True")
        return FromFile(name, weights)
    raise NetworkError(f"there is no network {name!r}; the names are {', '.join((*PRETRAINED, *KINDS))}")


def embed(y, name, weights=None):
    """Describe each patch of a sound by the embedding of a network: a feature like any other.

    A function of this module and its arguments can be sent to other processes; each loads the network once.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz, as `mirlab.audio.load` gives it.
    name : str
        Name of the network.
    weights : str or os.PathLike, optional
        An ONNX file, for "vggish", "yamnet" and "openl3".

    Returns
    -------
    ndarray, shape (patches, embedding_size), float32

    Raises
    ------
    NetworkError
        As for `load`.
    ValueError
        If `y` is not a mono sound.

    See Also
    --------
    parameters : What the result depends on beside the sound.
    """
    return _loaded(name, weights).embed(y)


@lru_cache(maxsize=4)
def _loaded(name, weights):
    return load(name, weights)


def parameters(name, weights=None):
    """Return what `embed` depends on beside the sound, for the key of stored embeddings.

    Parameters
    ----------
    name : str
        Name of the network.
    weights : str or os.PathLike, optional
        An ONNX file, for "vggish", "yamnet" and "openl3".

    Returns
    -------
    dict
        Of plain values; the network need not be on this machine.

    Raises
    ------
    NetworkError
        If there is no such network, or `weights` cannot be read.

    Examples
    --------
    >>> sorted(parameters("msd_vgg"))
    ['network', 'version', 'weights']
    """
    digest = facts(name).checksum if weights is None else onnx_file.checksum(weights)
    return {"network": name, "version": VERSION, "weights": digest}
