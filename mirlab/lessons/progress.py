"""Progress: what the learner has solved, kept on this machine, in one small file, and nowhere else.

It is kept with the user's own data, outside the course folder, so that a fresh clone
finds it again and two users of one machine do not share it. `MIRLAB_PROGRESS` names another file; ``off``
keeps nothing.

Tries and predictions are rows like all others, with what is counted or predicted at the end of their name, so
that every version of the course can read the file of every other.

`mirlab.lessons.database` reads and writes the file.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from mirlab import paths
from mirlab.errors import LessonError, StoreError
from mirlab.lessons import database

DOWNLOAD = "mirlab-progress.json"
LARGEST = 1_000_000  # bytes of a saved file; all exercises and questions of the course take about 10 000
_PREDICTION, _TRIES = "prediction:", "tries:"


def file() -> Path | None:
    """Return the file in which progress is kept; None if it is not kept.

    Examples
    --------
    >>> file() is None or file().is_absolute()
    True
    """
    return paths.progress_place()[0]


def why_not_kept() -> str:
    """Say why progress is not kept; return an empty text if it is kept.

    Examples
    --------
    >>> bool(why_not_kept()) == (file() is None)
    True
    """
    return paths.progress_place()[1]


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


def judged(lesson: str, item: str, *, right: bool) -> None:
    """Count a try at an item, and record that it is solved if the answer is right.

    Tries after the first right answer do not count.

    Parameters
    ----------
    lesson, item : str
        As for `record`.
    right : bool
        Whether the answer is right.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    start = f"{_TRIES}{item}: "
    with _changed() as opened:
        if (
            opened is None
            or opened.execute("SELECT 1 FROM solved WHERE lesson = ? AND item = ?", (lesson, item)).fetchone()
        ):
            return
        n = _most(_remove(opened, lesson, start))
        rows = [(lesson, f"{start}{n + 1}", now), *([(lesson, item, now)] if right else [])]
        opened.executemany("INSERT INTO solved VALUES (?, ?, ?)", rows)


def tries(lesson: str, item: str, done: Mapping | None = None) -> int:
    """Return how often an item was tried, until it was solved; 0 if that was not counted.

    Parameters
    ----------
    lesson, item : str
        As for `record`.
    done : dict, optional
        What `solved` returned, if it is known.

    Raises
    ------
    StoreError
        If the file exists and cannot be read.
    """
    done, start = solved() if done is None else done, f"{_TRIES}{item}: "
    return _most(kept for where, kept in done if where == lesson and kept.startswith(start))


def _most(items) -> int:
    """Return the highest count at the end of these items; progress loaded from a file has its own."""
    counts = [item.rpartition(" ")[2] for item in items if isinstance(item, str)]
    return max((int(n) for n in counts if n.isascii() and n.isdecimal() and len(n) < 7), default=0)


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
    try:
        found = answers(lesson, name)
    except StoreError:
        found = []
    return found[0][0] if found else ""


def answers(lesson: str, name: str, done: Mapping | None = None) -> list[tuple[str, str]]:
    """Return what the learner predicted and when, the newest first: a loaded file may add to what is here.

    Parameters
    ----------
    lesson, name : str
        As for `predict`.
    done : dict, optional
        What `solved` returned, if it is known.

    Raises
    ------
    StoreError
        If the file exists and cannot be read.
    """
    done, start = solved() if done is None else done, f"{_PREDICTION}{name}: "
    return [
        (item.removeprefix(start), at)
        for (where, item), at in done.items()
        if where == lesson and item.startswith(start)
    ]


def solved() -> dict[tuple[str, str], str]:
    """Return when each item was solved, by lesson and item.

    Raises
    ------
    StoreError
        If the file exists and cannot be read.
    """
    if (kept := file()) is None:
        return {}
    rows = database.rows(kept)
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
    saved = read_json(path, "progress file")
    rows = saved.get("solved") if isinstance(saved, Mapping) and saved.get("mirlab progress") == 1 else None
    if not isinstance(rows, list) or not all(map(_is_row, rows)):
        raise LessonError(
            f"progress file {str(path)!r} is damaged or not from mirlab; choose the {DOWNLOAD} that you saved"
        )
    return rows


def read_json(path: str | Path, kind: str) -> object:
    """Return what a small JSON file holds; None if it is damaged, larger than `LARGEST`, or no JSON.

    Parameters
    ----------
    path : str or Path
        The file.
    kind : str
        What it should be, for the messages.

    Raises
    ------
    LessonError
        If it cannot be read.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise LessonError(f"{kind} {str(path)!r} is a folder or a device; name the saved file in it")
        with open(path, "rb") as f:
            content = f.read(LARGEST + 1)
        return json.loads(content.decode("utf-8-sig")) if len(content) <= LARGEST else None
    except LessonError:
        raise
    except OSError as error:
        raise LessonError(f"{kind} {str(path)!r} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        return None


def _is_row(row) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 3
        and all(isinstance(text, str) and len(text) < 100 and text.isprintable() for text in row)
    )


def _insert(rows: list, replaced: str = "") -> None:
    """Add rows that are not there yet, and remove the items of these lessons that begin with `replaced`."""
    with _changed() as opened:
        if opened is None:
            return
        for lesson, _, _ in rows if replaced else []:
            _remove(opened, lesson, replaced)
        opened.executemany("INSERT OR IGNORE INTO solved VALUES (?, ?, ?)", rows)


def _remove(opened: sqlite3.Connection, lesson: str, start: str) -> list:
    """Remove the items of a lesson that begin with `start`, and return them."""
    these = "FROM solved WHERE lesson = ? AND substr(item, 1, ?) = ?"
    found = opened.execute(f"SELECT item {these}", (lesson, len(start), start)).fetchall()
    opened.execute(f"DELETE {these}", (lesson, len(start), start))
    return [item for (item,) in found]


@contextmanager
def _changed() -> Iterator[sqlite3.Connection | None]:
    """Open the file for one change; None if nothing is kept."""
    if (kept := file()) is None:
        yield None
    else:
        with database.changed(kept) as opened:
            yield opened
