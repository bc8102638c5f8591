"""What is inside the wheel of musicnn: four checkpoints and a licence. None of its code runs.

A wheel is a zip archive. Its members are read into memory; nothing is unpacked to disk, so that no name in it
can lead anywhere. Only the one published file is accepted, by its SHA-256.
"""

import hashlib
import io
import zipfile

from mirlab.errors import NetworkError
from mirlab.networks import checkpoint
from mirlab.networks.catalogue import PRETRAINED

NAME = "musicnn-0.1.0-py3-none-any.whl"
SIZE = 29_292_476  # bytes
SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
LICENCE = "musicnn-0.1.0.dist-info/LICENSE.md"


def check(content):
    """Refuse anything but the published wheel.

    Parameters
    ----------
    content : bytes
        Content of the file.

    Raises
    ------
    NetworkError
        If it is another file.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise NetworkError(
            f"{NAME}: is not the file that its author published (SHA-256 {found[:12]}… in place of "
            f"{SHA256[:12]}…); get it from another place"
        )


def weights(content, name):
    """Return the weights of a network, rounded to float16.

    Parameters
    ----------
    content : bytes
        Content of the wheel.
    name : str
        Name of the network.

    Returns
    -------
    dict of str to ndarray, float16
        By our names, without what only training needs (two thirds of the checkpoint).

    Raises
    ------
    NetworkError
        If the checkpoint is damaged or is that of another network.
    """
    facts = PRETRAINED[name]
    folder, variables = f"musicnn/{facts.folder}", facts.variables()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        index, data = archive.read(f"{folder}/.index"), archive.read(f"{folder}/.data-00000-of-00001")
    found = checkpoint.read(index, data, [there for there, _ in variables.values()])
    for there, shape in variables.values():
        if found[there].shape != shape:
            raise NetworkError(f"the network {name} has {there} of shape {found[there].shape}, not {shape}")
    return {ours: found[there].astype("<f2") for ours, (there, _) in variables.items()}


def licence(content):
    """Return the licence of the wheel in full.

    Parameters
    ----------
    content : bytes
        Content of the wheel.

    Returns
    -------
    str
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(LICENCE).decode()
