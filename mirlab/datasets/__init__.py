"""Load data sets: `load` returns one as a `Dataset`, `find` lists its files, `search` finds all in a folder.

Each real set has a module of its own. It says where the set comes from and what its folder looks like, and
lists its excerpts with ``find(root, *, scale)``; `files.dataset` makes a `Dataset` from that list. The sets
whose names end in ``-synth`` are composed by mirlab itself and need no folder.
"""

import difflib
from importlib import import_module

from mirlab.datasets import files
from mirlab.datasets.base import Dataset
from mirlab.datasets.collection import SETS, search
from mirlab.datasets.naming import Label, SetName, is_synthetic, real_name, synthetic_name
from mirlab.datasets.tree import Tree
from mirlab.errors import DatasetError

__all__ = [
    "Dataset",
    "Label",
    "SetName",
    "check",
    "find",
    "is_synthetic",
    "load",
    "names",
    "real_name",
    "search",
    "synthetic_name",
]

SCALES = ("lesson", "paper")
REAL = ("folder", *SETS)
VARIANTS = {"magnatagatune-188": ("magnatagatune", {"tags": 188})}
"""Names for other versions of a set than the paper's: the module that reads them, and its options."""

SYNTHETIC = tuple(map(synthetic_name, ("gtzan", "homburg", "unique", "artists1517", "magnatagatune")))


def names():
    """Return the names that `load` knows.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "folder" in names()
    True
    """
    return [*REAL, *VARIANTS, *SYNTHETIC]


def load(name, *, root=None, scale="lesson", progress=None):
    """Load a data set by its name. Its sound is decoded only when it is used.

    Parameters
    ----------
    name : str
        One of `names`. ``"folder"`` is any music sorted as ``<root>/<label>/<file>``. ``"magnatagatune"`` has
        the paper's 160 tags, ``"magnatagatune-188"`` all of them.
    root : str or os.PathLike, optional
        For real sets: the folder of the set, or the folder that holds all sets, as for `search`.
    scale : {"lesson", "paper"}
        How much sound: synthetic sets and ``"folder"`` have 10 s excerpts at lesson scale and 30 s (or the
        paper's own length) at paper scale. Other real sets are always what the paper used.
    progress : callable, optional
        ``progress(done, total, what)``, called while the files of a real set are looked through.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        If the set is unknown, or if its folder is missing, empty or laid out in an unknown way.

    Examples
    --------
    >>> load("gtzann")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: no data set 'gtzann' (did you mean 'gtzan'?); there are ...
    """
    if name in SYNTHETIC:
        if root is not None:
            raise DatasetError(f"{name!r} is composed by mirlab and takes no root, but got {str(root)!r}")
        check(name, scale)
        from mirlab.datasets import synth

        return synth.load(name, scale=scale)
    return files.dataset(find(name, root=root, scale=scale, progress=progress), progress=progress)


def find(name, *, root, scale="lesson", progress=None):
    """List the excerpts of a real set, without reading their files.

    Parameters
    ----------
    name : str
        A real set: one of `names` that does not end in ``-synth``.
    root : str or os.PathLike
        The folder of the set, or the folder that holds all sets, as for `search`.
    scale : {"lesson", "paper"}
        As for `load`.
    progress : callable, optional
        ``progress(done, total, what)``, called while the recordings of ``"folder"`` are measured.

    Returns
    -------
    mirlab.datasets.files.Listing

    Raises
    ------
    DatasetError
        As for `load`, and for a synthetic set, which has no files.

    Examples
    --------
    >>> find("gtzan-synth", root=".")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: 'gtzan-synth' is composed by mirlab and has no files; ...
    """
    check(name, scale)
    if name in SYNTHETIC:
        raise DatasetError(f"{name!r} is composed by mirlab and has no files; name one of {', '.join(REAL)}")
    kind, options = VARIANTS.get(name, (name, {}))
    if kind == "folder":
        options = {"progress": progress}
    module = import_module(f"mirlab.datasets.{kind}")
    if root is None:
        raise DatasetError(f"{name!r} needs root, the folder that it is in: {module.LAYOUT}")
    return module.find(Tree(root), scale=scale, **options)


def check(name, scale="lesson"):
    """Refuse names and scales that are unknown.

    Parameters
    ----------
    name : str
        One of `names`.
    scale : {"lesson", "paper"}
        As for `load`.

    Raises
    ------
    DatasetError
        If `name` or `scale` is not one of these.
    """
    if scale not in SCALES:
        raise DatasetError(f"scale={scale!r} is unknown; it must be 'lesson' or 'paper'")
    if name not in names():
        near = difflib.get_close_matches(str(name).lower(), names(), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise DatasetError(f"no data set {name!r}{hint}; there are {', '.join(names())}")
