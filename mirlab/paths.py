"""Find folders: the course, what is built on this machine, and what others have built for it.

What the course builds is in *layers*. The first layer, `data_dir`, belongs to the user and can be written.
The other layers, `shared_dirs`, are only read, for example what a teacher has built for a class. `locate`
finds a file in the first layer that has it. ``MIRLAB_DATA`` names the first layer. If that folder exists but
cannot be written, it becomes a shared layer.
"""

import errno
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

import platformdirs

from mirlab.errors import StoreError

COURSE = Path(__file__).resolve().parents[1]
"""The folder of the course: README, notebooks, data. Only there when installed from a clone."""


def data_dir() -> Path:
    """Return the folder that holds what this user builds.

    Returns
    -------
    pathlib.Path
        The first of these that can be written: ``$MIRLAB_DATA``; ``data/built`` of the clone; the user's own
        data folder; a private folder for temporary files. It need not exist yet.

    Raises
    ------
    StoreError
        If ``MIRLAB_DATA`` names the home of an unknown user.

    Examples
    --------
    >>> data_dir().is_absolute()
    True
    """
    chosen = _chosen()
    if chosen is not None and (writable(chosen) or not chosen.is_dir()):
        return chosen
    built = COURSE / "data" / "built"
    if (COURSE / "notebooks").is_dir() and (chosen is None or built.is_dir()) and writable(built):
        return built
    own = user_dir()
    return own if own is not None and writable(own) else private_dir()


def user_dir() -> Path | None:
    """Return the folder for data of the user; None if this user has no home.

    Returns
    -------
    pathlib.Path or None
        It need not exist.
    """
    try:
        folder = platformdirs.user_data_path("mirlab", appauthor=False)
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None  # older platformdirs say "~/..."


def layers() -> list[Path]:
    """Return all layers: `data_dir` first, then `shared_dirs`."""
    return [data_dir(), *shared_dirs()]


def shared_dirs() -> list[Path]:
    """Return the folders that are only read, for example what a teacher has built for a class.

    Returns
    -------
    list of pathlib.Path
        ``$MIRLAB_DATA`` and ``data/built`` of the clone, if they are there and are not `data_dir`.

    Raises
    ------
    StoreError
        As for `data_dir`.
    """
    own = data_dir()
    candidates = [_chosen(), COURSE / "data" / "built"]
    return [folder for folder in candidates if folder is not None and folder != own and folder.is_dir()]


def progress_place() -> tuple[Path | None, str]:
    """Return the file in which a learner's progress is kept, or None and a sentence that says why not.

    Returns
    -------
    pathlib.Path or None
        ``$MIRLAB_PROGRESS``, or a file with the user's own data; it need not exist.
    str
        Empty if there is a file.
    """
    chosen = os.environ.get("MIRLAB_PROGRESS", "")
    if chosen.lower() == "off":
        return None, "What you solve is checked, but not kept: MIRLAB_PROGRESS is off."
    try:
        if chosen:
            return Path(os.path.abspath(Path(chosen).expanduser())), ""
        if (own := user_dir()) is not None:
            return own / "progress.sqlite", ""
    except (RuntimeError, OSError):  # no such user, no working directory
        pass
    reason = "you have no home folder"
    if chosen:
        reason = f"MIRLAB_PROGRESS is {chosen}, in a folder that does not exist"
    cure = "To keep it, set MIRLAB_PROGRESS to the full path of a file."
    return None, f"What you solve is checked, but not kept: {reason}. {cure}"


def locate(*parts: str) -> Path:
    """Return the path of something that was built, or the path at which to build it.

    Parameters
    ----------
    *parts : str
        Its path below a layer.

    Returns
    -------
    pathlib.Path
        In the first layer that has it; if none has it, in `data_dir`.

    Examples
    --------
    >>> locate("embeddings", "none.npz") == data_dir() / "embeddings" / "none.npz"
    True
    """
    places = [layer.joinpath(*parts) for layer in layers()]
    return next((place for place in places if place.exists()), places[0])


def command(name: str) -> str:
    """Return how to call a command of the course from an ordinary terminal.

    Parameters
    ----------
    name : str
        Name of the command, such as ``doctor``.

    Returns
    -------
    str

    Examples
    --------
    >>> command("doctor").endswith(" doctor")
    True
    """
    if (COURSE / "course.py").is_file():
        return f"{'py' if os.name == 'nt' else 'python3'} course.py {name}".strip()
    return f"mirlab {name}".strip()


def private_dir() -> Path:
    """Return a folder for temporary files that no other user can write to, as a last resort.

    Returns
    -------
    pathlib.Path
        The same folder at every call by this user; it is made if it does not exist.

    Raises
    ------
    StoreError
        If a folder or file of another user is in its place, or it cannot be made.
    """
    folder = _private_folder()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not belongs_to_us(folder):
            raise PermissionError(None, "others can write to it")
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be used for temporary files ({error.strerror}); set MIRLAB_DATA to a folder "
            "of your own"
        ) from error
    return folder


def is_temporary(folder: Path) -> bool:
    """Return whether a folder is `private_dir`, which the system may delete at any time."""
    return folder == _private_folder()


def _private_folder():
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"mirlab-{user}"


def writable(path: Path) -> bool:
    """Return whether a file or folder can be written, or made if it is not there.

    Parameters
    ----------
    path : pathlib.Path
        It need not exist.

    Returns
    -------
    bool
    """
    there = next((place for place in (path, *path.parents) if os.path.lexists(place)), path)
    if there.is_dir():
        return _takes_files(there)
    return there == path and os.access(path, os.W_OK)


@cache
def _takes_files(folder):
    try:
        tempfile.TemporaryFile(
            dir=folder
        ).close()  # permissions always allow root to write, but some places refuse it
    except OSError:
        return False
    return True


def belongs_to_us(folder: Path) -> bool:
    """Return whether only this user (and root) can change what is in a folder.

    Compiled code is only read from such a folder, because anyone who can write to it can run code as its
    reader.

    Parameters
    ----------
    folder : pathlib.Path
        An existing folder.

    Returns
    -------
    bool
        Always True on Windows, where folders of users are private by default.
    """
    if os.name == "nt":
        return True
    about = folder.lstat()
    group = about.st_mode & 0o020 and about.st_gid != os.getgid()
    return folder.is_dir() and about.st_uid in (os.geteuid(), 0) and not (about.st_mode & 0o002 or group)


def lock(file: BinaryIO) -> bool:
    """Try to lock an open file; the system unlocks it when it is closed, whatever happens to this process.

    Parameters
    ----------
    file : file object
        Open for writing.

    Returns
    -------
    bool
        False if another process has locked it. On a disk without locks, the result is always True.

    Examples
    --------
    >>> with tempfile.TemporaryFile() as file:
    ...     lock(file)
    True
    """
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def write_atomically(file: Path, content: str | bytes) -> None:
    r"""Write a small file so that a reader sees the old one or the new one, never half of it.

    A link is followed. What is not a regular file, such as a pipe or ``/dev/stdout``, is written to directly.

    Parameters
    ----------
    file : pathlib.Path
        The path; its folder is made if needed.
    content : str or bytes
        The content. Text is written in UTF-8, with line endings unchanged.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "new", "a.txt"), "è\n")
    ...     Path(folder, "new", "a.txt").read_bytes()
    b'\xc3\xa8\n'
    """
    content = content.encode() if isinstance(content, str) else content
    if file.exists() and not (file.is_file() or file.is_dir()):
        with file.open("wb") as f:
            f.write(content)
        return
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{secrets.token_hex(4)}.part")  # mkstemp would hide it from other users
    try:
        with unfinished.open("xb") as f:
            f.write(content)
        unfinished.replace(file)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(file)  # the name of the unfinished file would help nobody
        raise


def _chosen() -> Path | None:
    """Return the folder that MIRLAB_DATA names, if it names one."""
    chosen = os.environ.get("MIRLAB_DATA")
    if not chosen:
        return None
    expanded = os.path.expanduser(chosen)
    if expanded.startswith("~"):
        raise StoreError(
            f"MIRLAB_DATA is {chosen!r}, but that user's home is not known; name a folder by its full path"
        )
    return Path(expanded).resolve()
