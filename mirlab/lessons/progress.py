"""What the learner has solved: kept on this machine, in one small file, and nowhere else.

The file is an SQLite database, since that is safe against two notebooks writing at once and against a kernel
that is killed in the middle, on every system. It lies with the user's own data, outside the course folder, so
that a fresh clone finds it again and two people on one machine don't share it. ``MIRLAB_PROGRESS`` chooses
another file, or ``off`` keeps nothing.
"""

import json
import os
import sqlite3
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import platformdirs

from mirlab.errors import LessonError, StoreError
from mirlab.lessons.card import Card, Link, show

DOWNLOAD = "mirlab-progress.json"
TABLE = "CREATE TABLE IF NOT EXISTS solved (lesson TEXT, item TEXT, at TEXT, PRIMARY KEY (lesson, item))"


def file() -> Path | None:
    """Return the file in which progress is kept; None where it is switched off.

    Examples
    --------
    >>> file() is None or file().is_absolute()
    True
    """
    chosen = os.environ.get("MIRLAB_PROGRESS", "")
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen).expanduser().resolve()
    return platformdirs.user_data_path("mirlab", appauthor=False) / "progress.sqlite"


def record(lesson: str, item: str, at: str = "") -> None:
    """Keep that an item of a lesson is solved; the first time counts.

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


def solved() -> dict[tuple[str, str], str]:
    """Return when each item was solved, by lesson and item.

    Raises
    ------
    StoreError
        If the file is there but cannot be read.
    """
    kept = file()
    if kept is None or not kept.exists():
        return {}
    try:
        with closing(_open(kept)) as database:
            return {
                (lesson, item): at
                for lesson, item, at in database.execute("SELECT * FROM solved ORDER BY at")
            }
    except sqlite3.Error as error:
        raise StoreError(
            f"progress cannot be read from {kept}: {error}; move that file away to begin anew"
        ) from None


def summary(lessons) -> pd.DataFrame:
    """Return what is solved of each lesson.

    Parameters
    ----------
    lessons : list of Lesson
        Those to tell of, such as `mirlab.lessons.course()`.

    Returns
    -------
    DataFrame
        One row a lesson: number, title, exercises solved and in all, questions solved and in all.
    """
    done = solved()
    rows = []
    for lesson in lessons:
        marks = [[(lesson.number, item) in done for item in items] for items in _items(lesson).values()]
        rows.append(
            [lesson.number, lesson.title, *(count for mark in marks for count in (sum(mark), len(mark)))]
        )
    return pd.DataFrame(
        rows, columns=["lesson", "title", "exercises solved", "exercises", "questions solved", "questions"]
    )


def picture(lessons):
    """Draw every lesson's exercises (squares) and questions (circles); what is solved is filled.

    Parameters
    ----------
    lessons : list of Lesson
        Those to draw.

    Returns
    -------
    matplotlib.figure.Figure
        One row a lesson; its words are in ``figure.alt``.
    """
    from matplotlib.figure import Figure  # here, since `mirlab progress` needs no picture

    done = solved()
    figure = Figure(figsize=(7.5, 0.6 + 0.3 * len(lessons)), layout="constrained")
    axes = figure.subplots()
    for row, lesson in enumerate(lessons):
        for marker, start, items in zip("so", (0, 5), _items(lesson).values(), strict=True):
            for x, item in enumerate(items, start):
                fill = "#1b6ca8" if (lesson.number, item) in done else "none"
                axes.scatter(x, row, s=90, marker=marker, facecolor=fill, edgecolor="#1b6ca8")
    axes.set(xlim=(-0.6, 10), ylim=(len(lessons) - 0.5, -0.5), yticks=range(len(lessons)))
    axes.set_xticks([0, 5], ["exercises", "questions"], ha="left")
    axes.set_yticklabels([f"{lesson.number} {lesson.title}" for lesson in lessons])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    told = _told(summary(lessons))
    figure.suptitle(told, fontsize="medium")
    figure.alt = (
        f"One row a lesson, a square for each exercise, a circle for each question, filled if solved: {told}."
    )
    return figure


def page(lessons) -> Card:
    """Return the picture of progress with a link that saves it to a file, for where nothing is kept.

    Parameters
    ----------
    lessons : list of Lesson
        Those to show.

    Returns
    -------
    Card
        To be shown in a notebook.
    """
    if file() is None:
        return Card(
            "progress", "switched off", "`MIRLAB_PROGRESS` is `off`: what you solve is checked, but not kept."
        )
    data = b64encode(dump().encode()).decode()
    return Card(
        "progress",
        _told(summary(lessons)),
        show(picture(lessons)),
        "It is kept on this machine alone. On Binder it is lost with the session: run this cell again at the "
        f"end, save the file, and take it up next time with `lessons.progress.load('{DOWNLOAD}')`.",
        Link("Save my progress to a file", f"data:application/json;base64,{data}", download=DOWNLOAD),
    )


def dump() -> str:
    """Return what is solved as JSON, for `load`.

    Examples
    --------
    >>> dump()[:31]
    '{"mirlab progress": 1, "solved"'
    """
    return json.dumps({"mirlab progress": 1, "solved": [[*key, at] for key, at in solved().items()]})


def load(path: str | Path = DOWNLOAD) -> int:
    """Add what a saved file says to what is solved here.

    Parameters
    ----------
    path : str or Path
        A file that `page` offered.

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
    try:
        saved = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise LessonError(f"progress file {str(path)!r} cannot be read: {error.strerror or error}") from None
    except ValueError:
        saved = None
    rows = saved.get("solved") if isinstance(saved, Mapping) and saved.get("mirlab progress") == 1 else None
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise LessonError(
            f"progress file {str(path)!r} is not one that mirlab saved ({DOWNLOAD}), or it was damaged"
        )
    before = len(solved())
    _insert(rows)
    return len(solved()) - before


def _is_row(row) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 3
        and all(isinstance(text, str) and len(text) < 100 for text in row)
    )


def _items(lesson) -> dict[str, list[str]]:
    return {
        "exercises": [f"exercise:{name}" for name in vars(lesson.ex)],
        "questions": [f"question:{question.name}" for question in lesson.questions],
    }


def _told(table: pd.DataFrame) -> str:
    counts = table.drop(columns=["lesson", "title"]).sum()
    return "{} of {} exercises and {} of {} questions solved".format(*counts.astype(int))


def _open(kept: Path) -> sqlite3.Connection:
    return sqlite3.connect(kept, timeout=10)  # how long one notebook waits for another


def _insert(rows: list) -> None:
    kept = file()
    if kept is None:
        return
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with closing(_open(kept)) as database, database:
            database.execute(TABLE)
            database.executemany("INSERT OR IGNORE INTO solved VALUES (?, ?, ?)", rows)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"progress cannot be kept in {kept}: {error}") from None
