"""Hashes of files, remembered: what has not changed is not read again, today or next year.

They are kept in ``hashes.sqlite`` in `mirlab.paths.data_dir`, which may be deleted at any time. If it cannot
be used (no permission, no room, locked), all goes on without it; if it is damaged, it is begun anew.
"""

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from mirlab import audio, paths
from mirlab.errors import AudioError

THREADS = 4  # hashing lets other threads work; four were 1.6 times as fast as one, on two cores
BATCH = 64  # files: what a kill can cost

# A file that changes twice within one tick of its system's clock (2 s on FAT) looks the same after both, so
# what has only just changed is not remembered.
SETTLED = 3 * 10**9  # ns

PATIENCE = 2.0  # s, while another process writes
QUICK = 1.0  # s: what takes no longer needs no progress bar

TABLE = """CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER, modified INTEGER, changed INTEGER, inode TEXT, hash BLOB
) WITHOUT ROWID"""
RECALL = """SELECT lower(hex(hash)) FROM files
    WHERE path = ? AND size = ? AND modified = ? AND changed = ? AND inode = ? AND length(hash) = 16"""
LEARN = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)"


def of(files, *, progress=None, what="looking for changed files"):
    """Return what `mirlab.audio.fingerprint` gives for each file, from memory if it has not changed.

    A file is taken to be the same while its path, size, inode and both times that `os.stat` gives are. Where
    inodes do not last, as on FAT, it is read again each time the disk was taken out.

    Parameters
    ----------
    files : list of str or os.PathLike, length n
        Any files; one that is named several times is read once.
    progress : callable, optional
        ``progress(done, total, what)`` is called as files are known or hashed, once that has taken a second.
    what : str
        What `progress` is told.

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
    each, hashes = list(dict.fromkeys(files)), {}
    begin = time.monotonic()
    with closing(_Memory()) as memory, ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, len(each), BATCH):
            batch = each[first : first + BATCH]
            now = time.time_ns()
            looks = [_look(file) for file in batch]
            known = [memory.recall(look) for look in looks]
            new = [i for i, content in enumerate(known) if content is None]
            hashed = pool.map(_hash, [batch[i] for i in new])
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


class _Look(NamedTuple):
    """What the system says of a file, in terms that SQLite can hold."""

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
    return _Look(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, str(found.st_ino))


def _hash(file):
    try:
        return audio.fingerprint(file)
    except AudioError as error:
        return error


class _Memory:
    """The table on disk. What goes wrong with it costs time, and nothing else."""

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
                self._fail(error)  # else what is there may still be read

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
        """Go on without it, or, if it is damaged, with a new one."""
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
