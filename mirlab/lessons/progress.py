"""Progress: what the learner has solved, kept on this machine, in one small file, and nowhere else.

The file is an SQLite database: safe against two notebooks that write at once and against a kernel that is
killed, on every system. It is kept with the user's own data, outside the course folder, so that a fresh clone
finds it again and two users of one machine do not share it. `MIRLAB_PROGRESS` names another file; ``off``
keeps nothing.

The file may be damaged or belong to another program. Every such fault becomes one sentence, and a file that
is not ours is never changed.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import platformdirs

from mirlab.errors import LessonError, StoreError

DOWNLOAD = "mirlab-progress.json"
LARGEST = 1_000_000  # bytes of a saved file; all exercises and questions of the course take about 10 000
TABLE = "CREATE TABLE IF NOT EXISTS solved (lesson TEXT, item TEXT, at TEXT, PRIMARY KEY (lesson, item))"
COLUMNS = ["lesson", "item", "at"]
_PREDICTION = "prediction:"
PATIENCE = 10  # seconds that one notebook waits for another


def file() -> Path | None:
    """Return the file in which progress is kept; None if it is not kept.

    Examples
    --------
    >>> file() is None or file().is_absolute()
    True
    """
    return _place()[0]


def why_not_kept() -> str:
    """Say why progress is not kept; return an empty text if it is kept.

    Examples
    --------
    >>> bool(why_not_kept()) == (file() is None)
    True
    """
    return _place()[1]


def _place() -> tuple[Path | None, str]:
    """Return the file, or None and the reason why there is none."""
    chosen = os.environ.get("MIRLAB_PROGRESS", "")
    if chosen.lower() == "off":
        return None, "What you solve is checked, but not kept: MIRLAB_PROGRESS is off."
    try:
        if chosen:
            return Path(os.path.abspath(Path(chosen).expanduser())), ""
        kept = platformdirs.user_data_path("mirlab", appauthor=False) / "progress.sqlite"
        if kept.is_absolute():
            return kept, ""
    except (RuntimeError, OSError):  # no home folder, no such user, no working directory
        pass
    reason = "you have no home folder"
    if chosen:
        reason = f"MIRLAB_PROGRESS is {chosen}, in a folder that does not exist"
    cure = "To keep it, set MIRLAB_PROGRESS to the full path of a file."
    return None, f"What you solve is checked, but not kept: {reason}. {cure}"


def record(lesson: str, item: str, at: str = "") -> None:
    """Record that an item of a lesson is solved; only the first time counts.

    Parameters
    ----------
    lesson : str
        Its number, such as ``05``.
    item : str
        ``exercise:NAME`` or ``question:NAME``.
    at : str
        When, in ISO form; now if not given.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    _insert([(lesson, item, at or datetime.now(UTC).isoformat(timespec="seconds"))])


def predict(lesson: str, name: str, answer: str) -> None:
    """Keep what a learner predicts; a later prediction replaces it.

    Parameters
    ----------
    lesson, name : str
        The number of the lesson, and the name of the prediction.
    answer : str
        The prediction.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    _insert([(lesson, f"{_PREDICTION}{name}: {answer}", now)], replaced=f"{_PREDICTION}{name}: ")


def prediction(lesson: str, name: str) -> str:
    """Return what the learner predicted; an empty text if nothing is kept, or it cannot be read."""
    start = f"{_PREDICTION}{name}: "
    try:
        found = [item for where, item in solved() if where == lesson and item.startswith(start)]
    except StoreError:
        found = []
    return found[0].removeprefix(start) if found else ""


def solved() -> dict[tuple[str, str], str]:
    """Return when each item was solved, by lesson and item.

    Raises
    ------
    StoreError
        If the file exists and cannot be read.
    """
    if (kept := file()) is None:
        return {}
    with _as_one_sentence(f"progress cannot be read from {kept}"):
        if not _exists(kept):
            return {}
        with closing(_open(kept)) as database:
            if not _has_table(database):
                return {}
            rows = database.execute("SELECT lesson, item, at FROM solved ORDER BY at DESC").fetchall()
    # We write only text, so other values are skipped. Of two times for one item, the last is the earliest.
    return {(row[0], row[1]): row[2] for row in rows if all(isinstance(value, str) for value in row)}


def summary(lessons, done: Mapping | None = None) -> pd.DataFrame:
    """Count the solved exercises and questions of each lesson.

    Parameters
    ----------
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`.
    done : dict, optional
        What `solved` returned, if it is known.

    Returns
    -------
    DataFrame
        One row per lesson: number, title, exercises solved and in all, questions solved and in all.

    Raises
    ------
    StoreError
        If the file exists and cannot be read.
    """
    done = solved() if done is None else done
    rows = []
    for lesson in lessons:
        marks = [[(lesson.number, item) in done for item in kind] for kind in items(lesson).values()]
        rows.append(
            [lesson.number, lesson.title, *(count for mark in marks for count in (sum(mark), len(mark)))]
        )
    return pd.DataFrame(
        rows, columns=["lesson", "title", "exercises solved", "exercises", "questions solved", "questions"]
    )


def items(lesson) -> dict[str, list[str]]:
    """Return the items of a lesson as `record` names them: its "exercises" and its "questions"."""
    return {
        "exercises": [f"exercise:{name}" for name in vars(lesson.ex)],
        "questions": [f"question:{question.name}" for question in lesson.questions],
    }


def dump() -> str:
    """Return all progress as JSON, which `load` can read.

    Examples
    --------
    >>> dump()[:31]
    '{"mirlab progress": 1, "solved"'
    """
    return json.dumps({"mirlab progress": 1, "solved": [[*key, at] for key, at in solved().items()]})


def load(path: str | Path = DOWNLOAD) -> int:
    """Add the progress in a saved file to the progress that is kept here.

    Parameters
    ----------
    path : str or Path
        A file that `dump` filled: the one that ``here.progress()`` offers for download.

    Returns
    -------
    int
        How many items were new.

    Raises
    ------
    LessonError
        If there is no such file, or it is not one of ours.
    StoreError
        If progress cannot be kept here.
    """
    rows = _saved_rows(path)
    if reason := why_not_kept():
        raise StoreError(reason)
    before = len(solved())
    _insert(rows)
    return len(solved()) - before


def _saved_rows(path: str | Path) -> list:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise LessonError(
                f"progress file {str(path)!r} is a folder or a device; name the saved file in it"
            )
        with open(path, "rb") as f:
            content = f.read(LARGEST + 1)
        saved = json.loads(content.decode("utf-8-sig")) if len(content) <= LARGEST else None
    except LessonError:
        raise
    except OSError as error:
        raise LessonError(f"progress file {str(path)!r} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        saved = None
    rows = saved.get("solved") if isinstance(saved, Mapping) and saved.get("mirlab progress") == 1 else None
    if not isinstance(rows, list) or not all(map(_is_row, rows)):
        raise LessonError(
            f"progress file {str(path)!r} is damaged or not from mirlab; choose the {DOWNLOAD} that you saved"
        )
    return rows


def _is_row(row) -> bool:
    return (
        isinstance(row, list)
        and len(row) == len(COLUMNS)
        and all(isinstance(text, str) and len(text) < 100 and text.isprintable() for text in row)
    )


# -- the file ---------------------------------------------------------------------------------------------


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


def _insert(rows: list, replaced: str = "") -> None:
    """Add rows that are not there yet, and remove the items of these lessons that begin with `replaced`."""
    if (kept := file()) is None:
        return
    with _as_one_sentence(f"progress cannot be kept in {kept}"):
        if not _exists(kept):
            _make_private(kept)
        with closing(_open(kept)) as database, database:
            _has_table(database)
            database.execute(TABLE)
            if replaced:
                start = (len(replaced), replaced)
                old = [(lesson, *start) for lesson, _, _ in rows]
                database.executemany("DELETE FROM solved WHERE lesson = ? AND substr(item, 1, ?) = ?", old)
            database.executemany("INSERT OR IGNORE INTO solved VALUES (?, ?, ?)", rows)


def _make_private(kept: Path) -> None:
    """Make the file and the folders that are missing, for this user alone, whatever the umask allows."""
    for folder in reversed(kept.parents):
        folder.mkdir(mode=0o700, exist_ok=True)
    kept.touch(mode=0o600)
