"""Which real sets lie in a folder, under whatever name and however deep their publishers put them."""

import re
from importlib import import_module
from pathlib import Path

from mirlab.datasets import files
from mirlab.errors import DatasetError

SETS = ("artists1517", "gtzan", "homburg", "unique", "magnatagatune", "fma")

UNMISTAKABLE = ("gtzan", "magnatagatune", "fma")
"""Known by their file names, whatever their folder is called. The others are genre folders, as anybody's."""


def search(root, *, scale="lesson"):
    """Look for real data sets in a folder: `root` itself, or folders in it that are named like one.

    Parameters
    ----------
    root : str or os.PathLike
        The folder to look in.
    scale : {"lesson", "paper"}
        As for `mirlab.datasets.load`.

    Returns
    -------
    dict of str to mirlab.datasets.files.Listing
        What was found, by name. A folder of ``<label>/<recording>`` that is no known set is called "folder".
    list of str
        One sentence for each folder that is named like a set and cannot be read as one.

    Raises
    ------
    DatasetError
        If there is no such folder, or nothing in it.

    Examples
    --------
    >>> search("no such folder")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: no such folder: there is no such folder; ...
    """
    if not Path(root).is_dir():
        raise DatasetError(f"{root}: there is no such folder; --root names the one that holds the data sets")
    root = Path(root).absolute()
    found, refused = {}, []
    places = [root, *(entry for entry in files.visible(root) if entry.is_dir())]
    for name in SETS:
        module = import_module(f"mirlab.datasets.{name}")
        known = {_plain(folder) for folder in module.FOLDERS}
        named = [place for place in places if _plain(place.resolve().name) in known]
        told = []
        for place in named or ([root] if name in UNMISTAKABLE else []):
            try:
                found[name] = module.find(place, scale=scale)
                break
            except DatasetError as error:
                told.append(str(error))
        if name not in found and named:
            refused += told
    if not found:
        module = import_module("mirlab.datasets.folder")
        try:
            found["folder"] = module.find(root, scale=scale)
        except DatasetError as error:
            reasons = "; ".join([str(error), *refused])
            raise DatasetError(f"no data set found under --root: {reasons}") from error
    return found, refused


def _plain(name):
    """Leave of a folder's name what does not change between copies: "1517-Artists" is "1517artists"."""
    return re.sub(r"[\W_]", "", name).casefold()
