"""Folders that we fill, recognised by a file of ours: files of other people are never replaced."""

from pathlib import Path

from mirlab import paths
from mirlab.errors import StoreError


def take(folder: Path, mark: str, note: str) -> None:
    """Make a folder ours, or refuse it if it holds something that we have not made.

    Parameters
    ----------
    folder : Path
        The folder; it is made if needed.
    mark : str
        The name of a file by which we know our folder.
    note : str
        The content of this file.

    Raises
    ------
    StoreError
        If the folder holds something else, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_ours = (folder / mark).is_file() or not any(folder.iterdir())
        if is_ours:
            paths.write_atomically(folder / mark, note)
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be used ({error.strerror}); name a new or an empty folder"
        ) from error
    if not is_ours:
        raise StoreError(f"{folder}: holds other files; name a new or an empty folder")
