"""Looks at files, each taken once: what was heard in a file is kept by its content.

They are kept in ``looks.sqlite`` in `mirlab.paths.data_dir`, which may be deleted at any time. If it cannot
be used (no permission, no room), the check continues without it and says so. If it is damaged or another
kind of file, it is replaced. A row that mirlab did not write is ignored.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import astuple

import numpy as np

from mirlab import paths, work
from mirlab.datasets import hashes
from mirlab.errors import AudioError, printable
from mirlab.validate import listening, pictures
from mirlab.validate.listening import Look, Use

CHECKSUM = 8  # bytes
PATIENCE = 2.0  # s, while another process writes
BROKEN = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR  # the last: foreign tables
TABLE = "CREATE TABLE IF NOT EXISTS looks (key BLOB PRIMARY KEY, look BLOB) WITHOUT ROWID"
RECALL = "SELECT look FROM looks WHERE key = ? AND typeof(look) = 'blob' AND length(look) < 100000"
KEEP = "INSERT OR REPLACE INTO looks VALUES (?, ?)"


def look_at_all(files, listing, *, n_jobs=1, progress=None):
    """Look at every file of a set whose content is not known yet.

    Parameters
    ----------
    files : list of mirlab.validate.checking.File, length n
        The files.
    listing : mirlab.datasets.files.Listing
        Their set.
    n_jobs : int
        Number of processes.
    progress : callable, optional
        ``progress(done, total, what)``, in files.

    Returns
    -------
    looks : list of mirlab.validate.listening.Look, length n
        What was seen and heard.
    remarks : list of str
        A sentence, if the looks could not be kept.

    Raises
    ------
    MirlabError
        If a worker process dies, or memory runs out.
    """
    what = f"{listing.name}: looking for changed files"
    contents = hashes.of([file.path for file in files], progress=progress, what=what)
    jobs, keys = {}, []  # what to look at; files with the same key share a look
    for file, content in zip(files, contents, strict=True):
        key = None
        if not isinstance(content, AudioError):
            starts = tuple(excerpt.start for excerpt in file.excerpts)
            use = Use(starts, listing.length, listing.seconds, file.checksum)
            key = _key(file.path, content, use)
            jobs.setdefault(key, (file.path, content, use))
        keys.append(key)
    file = paths.data_dir() / "looks.sqlite"
    with closing(_Memory(file)) as memory:
        looks = {key: look for key, job in jobs.items() if (look := memory.recall(key, job[1]))}
        items = [(file, key, *job) for key, job in jobs.items() if key not in looks]
        if items:
            memory.try_to_write()
    new, problem = _look_at_new(
        items, Counter(keys), f"{listing.name}: listening", memory.problem, n_jobs, progress
    )
    looks |= new
    return [
        listening.absent(file.path, content) if key is None else looks[key]
        for file, content, key in zip(files, contents, keys, strict=True)
    ], [problem] if problem else []


def _look_at_new(items, counts, what, problem, n_jobs, progress):
    """Return new looks by their keys, and why they are not kept."""
    tell = progress or (lambda *_: None)
    looks, total = {}, counts.total()
    done = total - sum(counts[key] for _, key, *_ in items)
    tell(done, total, what)
    kept = "" if problem else "what was heard so far is kept"
    with closing(
        work.parallel(_look_at, items, n_jobs=n_jobs, what=what, ordered=False, kept=kept)
    ) as results:
        for key, look, new_problem in results:
            looks[key] = look
            problem = problem or new_problem
            done += counts[key]
            tell(done, total, what)
    return looks, problem


def _look_at(file, key, path, content, use):
    """Look at a file, and keep the look at once. This runs in a worker."""
    look = listening.look_at(path, content, use)
    # Unreadable files take no time, and may be readable next time.
    if look.content != content or "unreadable" in dict(look.faults):
        return key, look, ""
    with closing(_Memory(file)) as memory:
        memory.keep(key, look)
        return key, look, memory.problem


def _key(path, content, use):
    """Return a hash of all that a look depends on. Decoders also depend on the extension of a name."""
    parts = [listening.VERSION, content, path.suffix.lower(), astuple(use)]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest()


class _Memory:
    """The table on disk. A fault in it only costs time; it never changes a look."""

    def __init__(self, file):
        self.file, self.base, self.problem, self.replaced = file, None, "", False
        self._begin()

    def recall(self, key, content):
        """Return the look that was kept under a key, or None."""
        row = self._execute(RECALL, (key,))
        return _read(key, content, row[0]) if row else None

    def keep(self, key, look):
        """Keep a look."""
        self._execute(KEEP, (key, _written(key, look)))

    def try_to_write(self):
        """Find out whether something can be kept."""
        self._execute("PRAGMA user_version = 1", ())

    def close(self):
        if self.base is not None:
            self.base.close()
            self.base = None

    def _begin(self):
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.base = sqlite3.connect(self.file, timeout=PATIENCE)
            self.base.execute("PRAGMA synchronous = OFF")  # rows have checksums: no need to wait
            self.base.execute(TABLE)
        except (OSError, sqlite3.Error) as error:
            self._fail(error)

    def _execute(self, command, values):
        if self.base is None:
            return None
        try:
            with self.base:
                return self.base.execute(command, values).fetchone()
        except sqlite3.Error as error:
            return self._fail(error)

    def _fail(self, error):
        """Replace a damaged file by a new one, once; continue without it if something else is wrong."""
        self.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in BROKEN and not self.replaced:
            self.replaced = True
            try:
                self.file.unlink()
                return self._begin()
            except OSError as refused:
                error = refused
        reason = getattr(error, "strerror", None) or error
        sentence = f"{self.file}: what was heard is not kept here ({reason}); the next check starts again"
        self.problem = printable(sentence)
        return None


def _written(key, look):
    """Return a look as bytes: checksum, everything but the picture as JSON, and the picture."""
    body = json.dumps([look.faults, look.seconds, look.sound]).encode()
    if look.picture is not None:
        body += b"\n" + look.picture.tobytes()
    return _checksum(key, body) + body


def _read(key, content, row):
    """Return a look from its bytes, or None if we did not write them."""
    if row[:CHECKSUM] != _checksum(key, row[CHECKSUM:]):
        return None
    body, _, picture = row[CHECKSUM:].partition(b"\n")
    faults, seconds, sound = json.loads(body)
    picture = np.frombuffer(picture, np.int8).reshape(-1, len(pictures.BANDS) - 1) if picture else None
    return Look([(kind, sentence) for kind, sentence in faults], content, seconds, sound, picture)


def _checksum(key, body):
    return hashlib.blake2b(body, key=key, digest_size=CHECKSUM).digest()
