"""Open a folder of music as a `Library`, or the practice folder if that cannot be used."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from mirlab import paper
from mirlab.datasets.practice import practice_folder
from mirlab.errors import DatasetError
from mirlab.library.collection import Library


def open_library(folder=None, *, progress=None):
    """Open a folder of music laid out as ``<folder>/<label>/<recording>``, or any set that mirlab knows.

    Parameters
    ----------
    folder : str or os.PathLike, optional
        The folder; quotes around it, blanks and ``~`` are understood. None for the practice folder.
    progress : callable, optional
        ``progress(done, total, what)``, called while files are made or features extracted.

    Returns
    -------
    Library
        If `folder` cannot be used, the practice folder; `Library.message` then says why.

    Raises
    ------
    StoreError
        If features cannot be kept.
    """
    if folder is None:
        return _opened(practice_folder(progress=progress), progress, practice=True)
    try:
        return _opened(_path(folder), progress)
    except DatasetError as error:
        practice = _opened(practice_folder(progress=progress), progress, practice=True)
        message = f"Your folder cannot be used: {error}. The lesson continues with the practice folder."
        return replace(practice, message=message)


def _opened(root, progress, *, practice=False):
    study = paper.Study(root=root, progress=progress)
    name = study.targets[0]
    features = study.stored(name)
    problems = sorted({_below(root, problem) for problem in features.problems})
    dataset = replace(features.dataset, problems=problems)
    title = (
        "the practice folder (synthetic)" if practice else f"{root.resolve().name} ({name})".replace("$", "_")
    )
    notes = f"{len(problems)} note{'' if len(problems) == 1 else 's'}"
    message = f"Opened {title}: {len(dataset)} excerpts that can be used, {notes}."
    if others := study.targets[1:]:
        message += f" There is also {', '.join(others)}; name its own folder to look at it."
    return Library(study, name, title, message, dataset, np.arange(len(dataset)), practice)


def _below(root, problem):
    """Name a file by its path below the folder: shorter, and it does not reveal where the folder is."""
    place, colon, reason = problem.partition(": ")
    if place.startswith(f"{root}{os.sep}"):
        place = Path(place).relative_to(root).as_posix()
    return f"{place}{colon}{reason}"


def _path(folder):
    """Read a path in the way people paste it."""
    if not isinstance(folder, str | os.PathLike):
        raise DatasetError(f"FOLDER is {folder!r}: it must be None, or a path between quotes")
    text = os.fspath(folder).strip().strip("\"'").strip()
    if not text:
        raise DatasetError("FOLDER is empty: it must be None, or a path between quotes")
    if any(ord(sign) < 32 for sign in text):
        raise DatasetError(
            f"{text!r}: a backslash and a letter became a control character; write r before the first quote"
        )
    return Path(text).expanduser()
