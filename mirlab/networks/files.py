"""The networks that this machine keeps: one folder, two files each.

``<name>.npz`` holds the weights, float16. ``<name>.json`` is a card for people: author, licence and its text,
training data, tags, where the weights are from. The card is never read back: what a network is, is in
`mirlab.networks.catalogue`, and so is the checksum that its weights must have.
"""

import hashlib
import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirlab import paths
from mirlab.errors import NetworkError
from mirlab.networks.catalogue import PRETRAINED

LARGEST = 2**23  # bytes of a file of weights, packed or unpacked; the largest has 1.6 million


@dataclass(frozen=True)
class Status:
    """Whether this machine has a network.

    Attributes
    ----------
    name : str
    state : {"ready", "missing", "damaged"}
    file : pathlib.Path
        Where its weights are, or would be.
    size : int
        Of both files together, in bytes; 0 unless the network is ready.
    problem : str
        What is wrong and what to do, in a sentence; "" if it is ready.
    """

    name: str
    state: str
    file: Path
    size: int
    problem: str


def home():
    """Return the folder that holds the networks; it need not exist.

    Returns
    -------
    pathlib.Path
        ``networks`` in `mirlab.paths.data_dir`.
    """
    return paths.data_dir() / "networks"


def status():
    """List the networks with their state on this machine; read each one to check that it is intact.

    Returns
    -------
    list of Status
        One per network that can be downloaded.

    Examples
    --------
    >>> [found.name for found in status()]
    ['mtt_musicnn', 'msd_musicnn', 'mtt_vgg', 'msd_vgg']
    """
    return [_status(name) for name in PRETRAINED]


def _status(name):
    weights, card = _files(name)
    try:
        read(name)
        size = sum(file.stat().st_size for file in (weights, card) if file.exists())
        return Status(name, "ready", weights, size, "")
    except NetworkError as error:
        return Status(name, "damaged" if os.path.lexists(weights) else "missing", weights, 0, str(error))


def verify():
    """Check every network that this machine should have.

    Returns
    -------
    list of str
        What is missing or damaged, a sentence each; empty if there is nothing to report.
    """
    return [found.problem for found in status() if found.problem]


def remove(names=None):
    """Delete networks from this machine.

    Parameters
    ----------
    names : iterable of str, optional
        Which ones; by default all.

    Returns
    -------
    list of str
        The names of the networks that were there.

    Raises
    ------
    NetworkError
        If a name is unknown, or a file cannot be deleted.
    """
    removed = []
    for name in PRETRAINED if names is None else names:
        facts(name)
        try:
            for file in _files(name, own=True):
                removed += [name] if file.suffix == ".npz" and file.exists() else []
                file.unlink(missing_ok=True)
        except OSError as error:
            raise NetworkError(f"{file}: cannot be deleted ({error.strerror}); delete it yourself") from error
    return removed


def facts(name):
    """Return what is known about a network.

    Parameters
    ----------
    name : str

    Returns
    -------
    mirlab.networks.catalogue.Facts

    Raises
    ------
    NetworkError
        If no network has this name.
    """
    if name not in PRETRAINED:
        raise NetworkError(f"there is no network {name!r}; the names are {', '.join(PRETRAINED)}")
    return PRETRAINED[name]


def read(name):
    """Return the weights of a network.

    Parameters
    ----------
    name : str

    Returns
    -------
    dict of str to ndarray, float16
        By layer and part, such as ``conv1/kernel``.

    Raises
    ------
    NetworkError
        If the network is unknown, not on this machine, or damaged.
    """
    known, file = facts(name), _files(name)[0]
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        raise NetworkError(
            f"the network {name} is not on this machine; mirlab.networks.fetch() downloads it once (29 MB)"
        ) from None
    except OSError as error:
        raise NetworkError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    try:
        weights = _unpack(content)
        intact = checksum(weights) == known.checksum
    except Exception:  # whatever a damaged archive makes zipfile and NumPy raise
        intact = False
    if not intact:
        raise NetworkError(f"{file}: is damaged; mirlab.networks.fetch() replaces it")
    return weights


def _unpack(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if len(content) > LARGEST or sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise ValueError("more than any network has")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def save(name, weights, licence_text):
    """Write the two files of a network: either both of them completely, or neither.

    Parameters
    ----------
    name : str
    weights : dict of str to ndarray
        As `read` returns them.
    licence_text : str
        The licence in full, for the card.

    Raises
    ------
    OSError
        If the files cannot be written.
    """
    known, (file, card) = facts(name), _files(name, own=True)
    packed = io.BytesIO()
    np.savez(packed, **weights)
    text = {
        "name": name,
        "what": f"pretrained network ({known.kind}) for music tagging, weights rounded to float16",
        "author": known.author,
        "licence": known.licence,
        "licence_text": licence_text,
        "trained_on": known.trained_on,
        "roc_auc": known.roc_auc,
        "source": known.source,
        "reference": known.reference,
        "embedding": f"{known.embedding_size} numbers per 3 s: {known.embedding}",
        "values": sum(int(values.size) for values in weights.values()),
        "sha256_of_weights": known.checksum,
        "tags": known.tags,
    }
    paths.write_atomically(card, json.dumps(text, indent=1, ensure_ascii=False) + "\n")
    paths.write_atomically(file, packed.getvalue())


def checksum(weights):
    """Return a hash of names, shapes and values, the same however they are packed.

    Parameters
    ----------
    weights : dict of str to ndarray

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> a, b = np.zeros(1, np.float16), np.ones(2, np.float16)
    >>> checksum({"a": a, "b": b}) == checksum({"b": b, "a": a})
    True
    >>> checksum({"a": a}) == checksum({"a": b})
    False
    """
    digest = hashlib.sha256()
    for name, values in sorted(weights.items()):
        digest.update(f"{name} {values.dtype.str} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _files(name, *, own=False):
    """Return where weights and card of a network are: here, or in a layer that others have filled."""
    folder = home() if own else paths.locate("networks", f"{name}.npz").parent
    return folder / f"{name}.npz", folder / f"{name}.json"
