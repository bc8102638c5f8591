"""List what can be fetched and from where, from ``sources.toml``, and whom to ask for the other sets."""

import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from mirlab import datasets
from mirlab.errors import DatasetError

TABLE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class File:
    """A file that a server offers.

    Attributes
    ----------
    url : str
    sha1 : str
        As published; "" if its owners publish no checksum.
    gib : float
        Its size in GiB as published, rounded; 0 if its owners publish none.
    """

    url: str
    sha1: str = ""
    gib: float = 0.0

    @property
    def name(self):
        """The name of the file."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Item:
    """An archive, whole or in parts, or files that are not packed.

    Attributes
    ----------
    files : list of File
    folder : str
        Where an archive is unpacked to; "" for files that are not packed.
    size : str
        The size of the set that it belongs to; "" if it belongs to all.
    """

    files: list[File]
    folder: str = ""
    size: str = ""


def items(name, size=None):
    """List the files of a data set in one size.

    Parameters
    ----------
    name : str
        The name of the set.
    size : str, optional
        By default the smallest that its owners offer.

    Returns
    -------
    list of Item

    Raises
    ------
    DatasetError
        If its owners do not offer it for download, in this size or at all: the sentence says whom to ask.

    Examples
    --------
    >>> [file.name for item in items("fma", "small") for file in item.files]
    ['fma_metadata.zip', 'fma_small.zip']
    >>> items("gtzan")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: gtzan: its owners do not offer it for download. Its homepage ...
    """
    found = every(name)
    sizes = [item.size for item in found if item.size]
    if size is not None and size not in sizes:
        raise DatasetError(f"{name}: has no size {size!r}; there is {', '.join(sizes) or 'only one size'}")
    chosen = size or next(iter(sizes), "")
    return [item for item in found if item.size in ("", chosen)]


def every(name):
    """List the files of a data set in all sizes.

    Parameters
    ----------
    name : str
        The name of the set.

    Returns
    -------
    list of Item

    Raises
    ------
    DatasetError
        As for `items`.
    """
    datasets.check(name)
    base = datasets.VARIANTS.get(name, (name,))[0]
    offered = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if base not in offered:
        raise DatasetError(_whom_to_ask(name))
    return [Item(**item | {"files": [File(**f) for f in item["files"]]}) for item in offered[base]["items"]]


def _whom_to_ask(name):
    if name in datasets.SYNTHETIC:
        return f"{name}: is composed by mirlab on this machine, so there is nothing to fetch"
    if name == "folder":
        return "folder: is your own music, so there is nothing to fetch; name one of fma, magnatagatune"
    about = import_module(f"mirlab.datasets.{name}")
    return f"{name}: its owners do not offer it for download. {about.SOURCE} Homepage: {about.HOMEPAGE}"
