"""List a folder and everything below it; each folder is read once, even if several data sets are looked for.

Entries that the operating system or a file server makes for itself are left out here, so other modules need
not handle them.
"""

import os
import unicodedata
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mirlab.datasets.endings import is_sound, is_system
from mirlab.datasets.naming import is_known
from mirlab.errors import DatasetError

DEPTH = 3
"""Levels below the root at which folders of any name are searched; deeper ones must have a known name."""


@dataclass(frozen=True)
class Entries:
    """The content of one folder, sorted by code points, so that the order is the same on every system.

    Attributes
    ----------
    folders : list of str
        Folders, and links to folders.
    files : list of str
        Everything else, including broken links.
    hidden : list of str
        Sound files whose names begin with a dot. Most programs hide them, so they are not read.
    """

    folders: list[str]
    files: list[str]
    hidden: list[str]

    @property
    def sounds(self):
        """Names of the sound files."""
        return [name for name in self.files if is_sound(name)]


class Tree:
    """A folder, to look for data sets in.

    Parameters
    ----------
    root : str or os.PathLike
        The folder; ``~`` is the user's home.

    Attributes
    ----------
    root : pathlib.Path
        Absolute, because workers may run in another folder or on another machine.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("b", "a", ".DS_Store", "Thumbs.db"):
    ...         Path(root, name).touch()
    ...     Path(root, "__MACOSX").mkdir()
    ...     Tree(root).entries(Path(root))
    Entries(folders=[], files=['a', 'b'], hidden=[])
    """

    def __init__(self, root):
        self.root = absolute(root)
        self._entries = {}

    @classmethod
    def of(cls, root):
        """Return a tree for a path; return a tree unchanged."""
        return root if isinstance(root, cls) else cls(root)

    def entries(self, folder):
        """List a folder.

        Parameters
        ----------
        folder : pathlib.Path
            The folder.

        Returns
        -------
        Entries

        Raises
        ------
        DatasetError
            If it is not a folder or cannot be opened.
        """
        found = self._entries.get(folder)
        if found is None:
            found = self._entries[folder] = _listed(folder)
        if isinstance(found, DatasetError):
            raise found
        return found

    def opened(self, folder):
        """List a folder as `entries` does; one that cannot be opened is empty.

        Parameters
        ----------
        folder : pathlib.Path
            The folder.

        Returns
        -------
        Entries
        """
        try:
            return self.entries(folder)
        except DatasetError:
            return Entries([], [], [])

    def path(self, folder, parts):
        """Return the path of a file that a table names.

        Parameters
        ----------
        folder : pathlib.Path
            The folder that the name is relative to.
        parts : sequence of str
            The folders on the way, and the name of the file.

        Returns
        -------
        pathlib.Path
            The file, even if capitals or the form of accents differ between its name on disk and in the
            table. If there is no such file: the path that the table names.
        """
        for i, part in enumerate(parts):
            entries = self.opened(folder)
            names = entries.folders if i < len(parts) - 1 else entries.files
            if part not in names:
                part = next((name for name in names if same_name(name) == same_name(part)), part)
            folder = folder / part
        return folder

    @cached_property
    def places(self):
        """Folders that may hold a data set, outer folders first, each one once despite links.

        Two kinds of folders are only included if data sets use their names: folders more than `DEPTH` levels
        below the root, and folders next to sound files, which are usually albums.
        """
        found, seen, waiting = [], {identity(self.root)}, deque([(self.root, 0)])
        while waiting:
            folder, depth = waiting.popleft()
            found.append(folder)
            entries = self.opened(folder)
            narrow = depth >= DEPTH or (depth > 0 and bool(entries.sounds))
            inner = [folder / name for name in entries.folders if not narrow or is_known(name)]
            for path in sorted(inner, key=os.path.islink):  # under its own name rather than a link's
                own = identity(path)
                if own is not None and own not in seen:
                    seen.add(own)
                    waiting.append((path, depth + 1))
        return found


def absolute(path):
    """Return an absolute path, with ``~`` replaced by the user's home.

    Parameters
    ----------
    path : str or os.PathLike
        Any path.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DatasetError
        If it begins with ``~`` and a user that this system does not know.

    Examples
    --------
    >>> absolute("~/music") == Path.home() / "music"
    True
    """
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise DatasetError(f"{path}: there is no such user; write the path without '~'") from error


def same_name(name):
    r"""Normalize a file name, so that names which differ only in case or in the form of accents are equal.

    Parameters
    ----------
    name : str
        A name, or a path.

    Returns
    -------
    str
        In one case and with composed accents: macOS stores "é" as two characters, and Windows and macOS do
        not distinguish capitals.

    Examples
    --------
    >>> same_name("CAFE\u0301.WAV") == same_name("caf\u00e9.wav")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _listed(folder):
    """Return the entries of a folder, or the error that prevents reading it."""
    folders, files, hidden = [], [], []
    try:
        with os.scandir(folder) as found:
            for entry in found:
                name = entry.name
                if is_system(name):
                    continue
                if name[0] == "." and name[1:2] != ".":  # "...song.mp3" is a title, ".song.mp3" is hidden
                    if is_sound(name[1:]):
                        hidden.append(name)
                    continue
                (folders if _is_folder(entry) else files).append(name)
    except (OSError, ValueError) as error:  # ValueError: there is a NUL in its name
        reason = getattr(error, "strerror", None) or error
        return DatasetError(f"{folder}: cannot be opened as a folder ({reason}); check its name and rights")
    return Entries(sorted(folders), sorted(files), sorted(hidden))


def _is_folder(entry):
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def identity(folder):
    """Return the identity of a folder, which is the same for all its names and links.

    Parameters
    ----------
    folder : pathlib.Path
        A folder, or a link to one.

    Returns
    -------
    tuple of int or None
        None if it cannot be reached.

    Examples
    --------
    >>> identity(Path(".")) == identity(Path(".").absolute()), identity(Path("no such folder"))
    (True, None)
    """
    try:
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
