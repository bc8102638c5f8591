"""Remember the hashes of files, so that a file that has not changed is never read again.

They are kept in ``hashes.sqlite`` in `mirlab.paths.data_dir`, which may be deleted at any time. If it cannot
be used (no permission, no room, locked), the work continues without it; if it is damaged, it is replaced.
"""

import hashlib
import os
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from mirlab import audio, paths
from mirlab.errors import AudioError

THREADS = 4  # hashing releases the GIL; four threads were 1.6 times as fast as one, on two cores
BATCH = 64  # files: so many hashes are lost at most if the process is killed

# A file that changes twice within one tick of its system's clock (2 s on FAT) looks the same after both, so
# what has only just changed is not remembered.
SETTLED = 3 * 10**9  # ns

SHORT = 2**12  # bytes: files below that are quicker to read than to look up
EMPTY = hashlib.blake2b(digest_size=16).hexdigest()  # hash of files without content, which need not be opened

PATIENCE = 2.0  # s, while another process writes
QUICK = 1.0  # s: shorter work needs no progress bar

TABLE = """CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER, modified INTEGER, changed INTEGER, inode TEXT, hash BLOB
) WITHOUT ROWID"""
RECALL = """SELECT lower(hex(hash)) FROM files
    WHERE path = ? AND size = ? AND modified = ? AND changed = ? AND inode = ? AND length(hash) = 16"""
LEARN = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)"


def of(files, *, progress=None, what="looking for changed files"):
    """Return what `mirlab.audio.fingerprint` gives for each file, from memory if it has not changed.

    A file counts as unchanged while its path, size, inode and both times from `os.stat` are the same. On file
    systems without permanent inodes, such as FAT, it is read again each time the disk was removed.

    Parameters
    ----------
    files : list of str or os.PathLike, length n
        Any files; one that is named several times is read once.
    progress : callable, optional
        ``progress(done, total, what)`` is called as files are known or hashed, once that has taken a second.
    what : str
        A short description of the work, for `progress`.

    Returns
    -------
    list of str or AudioError, length n
        The hash of each file, or what is wrong with it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a").write_bytes(b"one"), Path(folder, "b").write_bytes(b"one")
    ...     a, b, c = of([Path(folder, "a"), Path(folder, "b"), Path(folder, "c")])
    >>> a == b, type(c).__name__
    (True, 'AudioError')
    """
    hashes, begin = dict.fromkeys(files), time.monotonic()
    each = list(hashes)
    with closing(_Memory()) as memory, ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, len(each), BATCH):
            batch = each[first : first + BATCH]
            now = time.time_ns()
            looks = [_look(file) for file in batch]
            known = [
                _short(file, look) or memory.recall(look) for file, look in zip(batch, looks, strict=True)
            ]
            new = [i for i, content in enumerate(known) if content is None]
            hashed = pool.map(_hash, [batch[i] for i in new]) if new else iter(())
            for done, (file, content) in enumerate(zip(batch, known, strict=True), first + 1):
                hashes[file] = content or next(hashed)
                if progress is not None and time.monotonic() - begin > QUICK:
                    progress(done, len(each), what)
            memory.learn(
                (*looks[i], bytes.fromhex(hashes[batch[i]]))
                for i in new
                if looks[i] is not None
                and isinstance(hashes[batch[i]], str)
                and max(looks[i].modified, looks[i].changed) < now - SETTLED
            )
    return [hashes[file] for file in files]


def _short(file, look):
    """Return the hash of a file that is quicker to read than to remember, or None for a longer one."""
    if look is None or look.size >= SHORT:
        return None
    return _hash(file) if look.size else EMPTY


def stamp(file):
    """Return what shows, without reading a file, that it has not been changed.

    Parameters
    ----------
    file : str or os.PathLike
        Any file.

    Returns
    -------
    tuple of int or None
        Its size, both times and inode; None if that would not show a change: the file is not there, or was
        changed so recently that another change could fall into the same tick of the clock.

    Examples
    --------
    >>> stamp("no such file") is None
    True
    """
    now, look = time.time_ns(), _look(file)
    if look is None or max(look.modified, look.changed) >= now - SETTLED:
        return None
    return look.size, look.modified, look.changed, int(look.inode)


def is_unchanged(file, content, seen):
    """Return whether a file still holds what was hashed.

    Parameters
    ----------
    file : str or os.PathLike
        The file.
    content : str
        Its hash, from `of`.
    seen : tuple of int or None
        Its `stamp` from before it was hashed. The file is only read if that is None, or another one now.

    Returns
    -------
    bool

    Raises
    ------
    AudioError
        If it cannot be read any more.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a")
    ...     _ = path.write_bytes(b"one")
    ...     seen, [content] = stamp(path), of([path])
    ...     before = is_unchanged(path, content, seen)
    ...     _ = path.write_bytes(b"two")
    ...     before, is_unchanged(path, content, seen)
    (True, False)
    """
    if seen is not None and stamp(file) == seen:
        return True
    try:
        with open(
            file, "rb"
        ) as opened:  # not by `audio.fingerprint`, which remembers hashes by size and date
            return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=16)).hexdigest() == content
    except (OSError, ValueError) as error:
        raise AudioError(f"{file}: cannot be read any more ({error}); see where it went") from error


class _Look(NamedTuple):
    """What the system reports about a file, in types that SQLite can store."""

    path: bytes
    size: int
    modified: int
    changed: int
    inode: str  # may have more than 63 bits


def _look(file):
    try:
        found = os.stat(file)
        path = os.fsencode(os.path.abspath(file))
    except (OSError, ValueError):  # ValueError: there is a NUL in its name
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return _Look(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, str(found.st_ino))


def _hash(file):
    try:
        return audio.fingerprint(file)
    except AudioError as error:
        return error


class _Memory:
    """The table on disk. If it fails, files are hashed again, and nothing else is lost."""

    def __init__(self):
        self.file = paths.data_dir() / "hashes.sqlite"
        self._begin()

    def recall(self, look):
        """Return the hash of a file that looks like this, or None."""
        if self.base is None or look is None:
            return None
        try:
            found = self.base.execute(RECALL, look).fetchone()
        except sqlite3.Error as error:
            self._fail(error)
            return None
        return found and found[0]

    def learn(self, rows):
        """Remember the hashes of some files."""
        if self.base is None:
            return
        try:
            with self.base:
                self.base.executemany(LEARN, rows)
        except sqlite3.Error as error:
            if _damaged(error):
                self._fail(error)  # if not, existing entries may still be read

    def close(self):
        if self.base is not None:
            self.base.close()
            self.base = None

    def _begin(self):
        self.base = None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.base = sqlite3.connect(self.file, timeout=PATIENCE)
            self.base.execute(TABLE)
        except OSError:
            pass
        except sqlite3.Error as error:
            self._fail(error)

    def _fail(self, error):
        """Continue without the table, or with a new one if it is damaged."""
        self.close()
        if _damaged(error):
            try:
                self.file.unlink()
            except OSError:
                return
            self._begin()


def _damaged(error):
    # The last is for columns that are not ours.
    kinds = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in kinds
