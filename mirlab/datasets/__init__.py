"""Data sets, one module each, all handing out the same `Dataset`; `load` finds them by name.

A module of a real set says where the set comes from and what its folder looks like, and lists what lies
there with ``find(root, *, scale)``; `files.dataset` makes a `Dataset` of the listing. Sets that end in
``-synth`` are composed by mirlab itself and need no folder.
"""

import difflib
from importlib import import_module
from pathlib import Path

from mirlab.datasets import files
from mirlab.datasets.base import Dataset
from mirlab.datasets.search import SETS, search
from mirlab.errors import DatasetError

__all__ = ["Dataset", "find", "load", "names", "search"]

SCALES = ("lesson", "paper")
REAL = ("folder", *SETS)
VARIANTS = {"magnatagatune-188": ("magnatagatune", {"tags": 188})}
"""Sets that can be read in another way than the paper's: the module that reads them, and how."""

SYNTHETIC = ("gtzan-synth", "homburg-synth", "unique-synth", "artists1517-synth", "magnatagatune-synth")


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
    """Find a data set by its name. Sound is not decoded before it is asked for.

    Parameters
    ----------
    name : str
        One of `names`. ``"folder"`` is any music sorted as ``<root>/<label>/<file>``; of MagnaTagATune's
        tags, the paper's 160 are kept, or all 188 by the name ``"magnatagatune-188"``.
    root : str or os.PathLike, optional
        The folder of a real set; synthetic ones have none.
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
        If the set is unknown, or its folder missing, empty or laid out otherwise.

    Examples
    --------
    >>> load("gtzann")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: no data set 'gtzann' (did you mean 'gtzan'?); there are ...
    """
    if name in SYNTHETIC:
        if root is not None:
            raise DatasetError(f"{name!r} is composed by mirlab and takes no root, but got {str(root)!r}")
        _check(name, scale)
        from mirlab.datasets import synth

        return synth.load(name, scale=scale)
    return files.dataset(find(name, root=root, scale=scale), progress=progress)


def find(name, *, root, scale="lesson"):
    """List what lies in the folder of a real set, before any file of it is read.

    Parameters
    ----------
    name : str
        A real set: one of `names` that does not end in ``-synth``.
    root : str or os.PathLike
        Its folder.
    scale : {"lesson", "paper"}
        As for `load`.

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
    _check(name, scale)
    if name in SYNTHETIC:
        raise DatasetError(f"{name!r} is composed by mirlab and has no files; name one of {', '.join(REAL)}")
    kind, options = VARIANTS.get(name, (name, {}))
    module = import_module(f"mirlab.datasets.{kind}")
    if root is None:
        raise DatasetError(f"{name!r} needs root, the folder it lies in: {module.LAYOUT}")
    # Absolute, for workers may have been started in another folder, or on another machine.
    return module.find(Path(root).absolute(), scale=scale, **options)


def _check(name, scale):
    if scale not in SCALES:
        raise DatasetError(f"scale={scale!r} is unknown; it must be 'lesson' or 'paper'")
    if name not in names():
        near = difflib.get_close_matches(str(name).lower(), names(), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise DatasetError(f"no data set {name!r}{hint}; there are {', '.join(names())}")
