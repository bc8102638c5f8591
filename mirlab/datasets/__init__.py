"""Data sets, one module each, all handing out the same `Dataset`; `load` finds them by name.

A module of a real set says where the set comes from and what its folder looks like, and has
``load(root, *, scale)``. Sets that end in ``-synth`` are composed by mirlab itself and need no folder.
"""

import difflib
from importlib import import_module

from mirlab.datasets.base import Dataset
from mirlab.errors import DatasetError

__all__ = ["Dataset", "load", "names"]

SCALES = ("lesson", "paper")
REAL = ("folder", "gtzan")
SYNTHETIC = ("gtzan-synth", "homburg-synth", "unique-synth", "artists1517-synth", "magnatagatune-synth")
PLANNED = ("artists1517", "homburg", "unique", "magnatagatune", "fma")


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
    return [*REAL, *SYNTHETIC]


def load(name, *, root=None, scale="lesson"):
    """Find a data set by its name. Sound is not decoded before it is asked for.

    Parameters
    ----------
    name : str
        One of `names`. ``"folder"`` is any music sorted as ``<root>/<label>/<file>``.
    root : str or os.PathLike, optional
        The folder of a real set; synthetic ones have none.
    scale : {"lesson", "paper"}
        How much sound: synthetic sets and ``"folder"`` have 10 s excerpts at lesson scale and 30 s (or the
        paper's own length) at paper scale. Other real sets are always what the paper used.

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
    if scale not in SCALES:
        raise DatasetError(f"scale={scale!r} is unknown; it must be 'lesson' or 'paper'")
    if name in PLANNED:
        instead = f"{name}-synth" if f"{name}-synth" in SYNTHETIC else "folder"
        raise DatasetError(f"{name!r} is not read by this version of mirlab yet; {instead!r} is there")
    if name not in names():
        near = difflib.get_close_matches(str(name).lower(), names(), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise DatasetError(f"no data set {name!r}{hint}; there are {', '.join(names())}")
    if name in SYNTHETIC:
        if root is not None:
            raise DatasetError(f"{name!r} is composed by mirlab and takes no root, but got {str(root)!r}")
        from mirlab.datasets import synth

        return synth.load(name, scale=scale)
    module = import_module(f"mirlab.datasets.{name}")
    if root is None:
        raise DatasetError(f"{name!r} needs root, the folder it lies in: {module.LAYOUT}")
    return module.load(root, scale=scale)
