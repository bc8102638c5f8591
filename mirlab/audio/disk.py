"""Open files without waiting, hold them while they are read, and check afterwards for changes."""

import hashlib
import os
import stat
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial, wraps
from pathlib import Path
from typing import BinaryIO

from mirlab.errors import AudioError

BUFFER = 2**16  # bytes that are read from disk at a time

# A file that changes twice within one tick of its system's clock (2 s on FAT) looks the same after both.
SETTLED = 3 * 10**9  # ns


@dataclass(frozen=True)
class Source:
    """An open file. Two sources are equal if they are the same file with the same content.

    Attributes
    ----------
    path : pathlib.Path
        Its name, for messages.
    stamp : tuple of int
        Device, inode, size, and time of the last change; it changes when the content changes.
    file : file object
        The file, opened for reading.
    """

    path: Path
    stamp: tuple[int, ...]
    file: BinaryIO = field(compare=False, repr=False)

    @property
    def size(self):
        """Its size in bytes when it was opened."""
        return self.stamp[2]

    def read(self, at, n):
        """Return `n` bytes from a position on; fewer if the file ends before."""
        if at >= self.size:  # or so far that the system cannot count so far
            return b""
        self.file.seek(at)
        return self.file.read(n)

    def error(self, what):
        """Return what to raise about this file; `what` continues a sentence that begins with its name."""
        return AudioError(f"{self.path}: {what}")


@contextmanager
def opened(path):
    """Open a regular file, and report any problem with it in one sentence.

    The file stays open: if another file takes its name meanwhile, the first one is still read.

    Parameters
    ----------
    path : str or os.PathLike
        Any name.

    Yields
    ------
    Source

    Raises
    ------
    AudioError
        If there is no such file, if it is not a regular file, if it cannot be read, or if it was written to
        before this context ended.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a").write_bytes(b"one")
    ...     with opened(Path(folder, "a")) as source:
    ...         source.file.read(), source.size
    (b'one', 3)
    """
    path = Path(path)
    with _open(path) as file:
        source = Source(path, _stamp(os.fstat(file.fileno())), file)
        try:
            yield source
        except OSError as error:
            raise unreadable(path, error) from error
        except AudioError as error:
            _unchanged(source, error)
            raise
        _unchanged(source, None)


def unreadable(path, error):
    """Return what to raise if the system cannot read a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    error : Exception
        What the system reports.

    Returns
    -------
    AudioError

    Examples
    --------
    >>> str(unreadable("a.wav", PermissionError(13, "Permission denied")))
    'a.wav: cannot be read (Permission denied); check that it exists and that you may read it'
    """
    reason = getattr(error, "strerror", None) or error
    return AudioError(f"{path}: cannot be read ({reason}); check that it exists and that you may read it")


def remembered(function, *, files=16):
    """Make a function of an open file remember its results for the last few files.

    Parameters
    ----------
    function : callable
        ``function(source, **options)``.
    files : int
        How many results are kept.

    Returns
    -------
    callable
        The same function. It does not read a file with the same path, size, inode and date again. The result
        for a file that has only just changed is not remembered.
    """
    known = lru_cache(maxsize=files)(function)

    @wraps(function)
    def remembering(source, **options):
        settled = time.time_ns() - source.stamp[3] > SETTLED
        return (known if settled else function)(source, **options)

    return remembering


def fingerprint(path):
    """Return a hash of a file's bytes: equal for equal content, whatever its name or date.

    The whole file is read (about 1 GB per second once the system has it in memory). Within one process, a
    file that has not changed is not read again.

    Parameters
    ----------
    path : str or os.PathLike
        Any file.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    AudioError
        If the file cannot be read, or is written to meanwhile.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a").write_bytes(b"one"), Path(folder, "b").write_bytes(b"one")
    ...     fingerprint(Path(folder, "a")) == fingerprint(Path(folder, "b"))
    True
    """
    with opened(path) as source:
        return _hash(source)


@partial(remembered, files=2**17)
def _hash(source):
    return hashlib.file_digest(source.file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _open(path):
    try:
        _regular(path, os.stat(path))  # opening a device may already do something
        file = open(path, "rb", buffering=BUFFER, opener=_without_waiting)  # noqa: SIM115
        try:
            _regular(path, os.fstat(file.fileno()))
        except AudioError:
            file.close()
            raise
    except FileNotFoundError as error:
        reason = "is a link to a file that is not there" if path.is_symlink() else "no such file"
        raise AudioError(f"{path}: {reason}; check its name and its folder") from error
    except AudioError:
        raise
    except (OSError, ValueError) as error:  # ValueError: there is a NUL in its name
        raise unreadable(path, error) from error
    return file


def _without_waiting(path, flags):
    # If a pipe has replaced the file since we looked, opening it could block forever.
    numbers = [os.open(path, flags | getattr(os, "O_NONBLOCK", 0))]
    while numbers[-1] <= 2:  # a closed screen left its number to us, and `quiet` would take it away
        numbers.append(os.dup(numbers[-1]))
    for number in numbers[:-1]:
        os.close(number)
    return numbers[-1]


def _regular(path, found):
    if stat.S_ISDIR(found.st_mode):
        raise AudioError(f"{path}: is a folder, not a sound file; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise AudioError(
            f"{path}: is a pipe, a socket or a device, not a regular file; copy its content into a file"
        )


def _stamp(found):
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unchanged(source, error):
    if _stamp(os.fstat(source.file.fileno())) != source.stamp:
        raise source.error("changed while it was read; wait until it is complete, then try again") from error
