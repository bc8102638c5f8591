"""The database of progress: one table in an SQLite file that may be damaged or belong to another program.

SQLite is safe against two notebooks that write at once and against a kernel that is killed, on every system.
Every fault of the file becomes one sentence, and a file that is not ours is never changed.
"""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mirlab.errors import StoreError

TABLE = "CREATE TABLE IF NOT EXISTS solved (lesson TEXT, item TEXT, at TEXT, PRIMARY KEY (lesson, item))"
COLUMNS = ["lesson", "item", "at"]
PATIENCE = 10  # seconds that one notebook waits for another


def rows(kept: Path) -> list[tuple]:
    """Return all rows of the table, the newest first; none if there is no file.

    Parameters
    ----------
    kept : Path
        The file.

    Raises
    ------
    StoreError
        If the file exists and cannot be read.
    """
    with _as_one_sentence(f"progress cannot be read from {kept}"):
        if not _exists(kept):
            return []
        with closing(_open(kept)) as database:
            if not _has_table(database):
                return []
            return database.execute("SELECT lesson, item, at FROM solved ORDER BY at DESC").fetchall()


@contextmanager
def changed(kept: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, which is made if it is missing, for one change that no other notebook can come into.

    Parameters
    ----------
    kept : Path
        The file.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    with _as_one_sentence(f"progress cannot be kept in {kept}"):
        if not _exists(kept):
            _make_private(kept)
        with closing(_open(kept)) as database, database:
            database.execute("BEGIN IMMEDIATE")
            _has_table(database)
            database.execute(TABLE)
            yield database


@contextmanager
def _as_one_sentence(fault: str) -> Iterator[None]:
    """Turn everything that a file can do to us into a `StoreError`."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        advice = "Move that file away" if damaged else "Set MIRLAB_PROGRESS to another file"
        raise StoreError(f"{fault}: {reason.rstrip('.')}. {advice}.") from None


def _exists(kept: Path) -> bool:
    """Return whether there is a file; SQLite would wait for a pipe, and write into a device."""
    try:
        mode = kept.stat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(mode):
        raise OSError(f"it is {'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'}, not a file")
    return True


def _open(kept: Path) -> sqlite3.Connection:
    database = sqlite3.connect(kept, timeout=PATIENCE)
    database.text_factory = _text
    return database


def _text(content: bytes) -> str | None:
    """Decode a text, or return None if it is damaged."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _has_table(database: sqlite3.Connection) -> bool:
    """Return whether progress was kept already; refuse a database that holds anything else."""
    everything = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
    parts = database.execute(everything).fetchall()
    columns = [column[1] for column in database.execute("PRAGMA table_xinfo(solved)")]
    if parts and (parts, columns) != ([("table", "solved")], COLUMNS):
        raise sqlite3.DatabaseError("it is the database of another program")
    return bool(parts)


def _make_private(kept: Path) -> None:
    """Make the file and the folders that are missing, for this user alone, whatever the umask allows."""
    for folder in reversed(kept.parents):
        folder.mkdir(mode=0o700, exist_ok=True)
    kept.touch(mode=0o600)
