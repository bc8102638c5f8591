"""The file for the teacher: what a learner tried, solved and predicted; made only when the learner asks.

It is JSON that a learner can read before handing it in. It holds the name that the learner typed, if any, and
nothing else about the person or the machine. A digest of the rest shows a change by accident or by hand in an
editor. It cannot show more: a person who has this program can compute the digest of any content.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256

from mirlab import __version__
from mirlab.errors import LessonError, printable
from mirlab.lessons import progress

FORMAT = 1
NAME = "mirlab-for-my-teacher.json"
LONGEST = 80  # letters of a name, an item or an answer
MOST_TRIES = 999_999
JOINERS = dict.fromkeys(map(ord, "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"))
"""Invisible, but spelling needs them: in Persian and Hindi names, and in emoji."""
KINDS = ("exercise", "question", "prediction")


def made(lessons, name: str = "", *, times: bool = False) -> str:
    """Return the file for the teacher.

    Parameters
    ----------
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`; only what belongs to them is in the file.
    name : str
        What the learner wants to be called; may be empty.
    times : bool
        Whether to say when each item was solved or last tried.

    Returns
    -------
    str
        JSON, with a last line break.

    Raises
    ------
    LessonError
        If the name cannot be shown in one line.
    StoreError
        If progress cannot be read.

    Examples
    --------
    >>> print(made([], "Ada"))
    {
     "mirlab class": 1,
     "mirlab": "0.1.0",
     "name": "Ada",
     "work": [],
     "digest": "..."
    }
    """
    name = checked_name(name)
    content = {"mirlab class": FORMAT, "mirlab": __version__, "name": name, "work": _work(lessons, times)}
    content["digest"] = digest(content)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def digest(content: Mapping) -> str:
    """Return the SHA-256 digest of everything in a file for the teacher but its digest.

    Spaces, line breaks, the order of entries and the form of letters do not change it.

    Examples
    --------
    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1, "digest": "…"})
    True
    """
    rest = {key: value for key, value in content.items() if key != "digest"}
    return sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read(path) -> dict:
    """Read a file that a learner handed in, and check it.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    dict
        "mirlab", "name", and "work": dicts with "lesson" and "item" (``exercise:NAME``, ``question:NAME``,
        ``prediction:NAME``); exercises and questions also have "tries" (0 if they were not counted) and
        "solved", predictions have an "answer", and all have "at" if the learner gave the times.

    Raises
    ------
    LessonError
        In one sentence: it cannot be read, is damaged or foreign, of another version, or was changed.
    """
    content = progress.read_json(path, "file")
    where = f"file {str(path)!r}"
    if isinstance(content, Mapping) and "mirlab progress" in content:
        raise LessonError(
            f"{where} is a copy of a learner's whole progress, with all times; ask for the other file"
        )
    if not isinstance(content, Mapping) or not _is_count(version := content.get("mirlab class")):
        raise LessonError(f"{where} is damaged or not from mirlab; ask for a new one")
    if version != FORMAT:
        by = content.get("mirlab") if _is_text(content.get("mirlab")) else "an unknown version"
        raise LessonError(
            f"{where} has format {version} (made by mirlab {by}), but mirlab {__version__} reads format "
            f"{FORMAT}; use the same version of the course as the learners"
        )
    if not _is_ours(content):
        raise LessonError(f"{where} is damaged or not from mirlab; ask for a new one")
    if content["digest"] != digest(content):
        raise LessonError(
            f"{where} ({content['name'] or 'no name'}) was changed after mirlab wrote it; ask for a new one"
        )
    return dict(content)


def _work(lessons, times) -> list[dict]:
    done, work = progress.solved(), []
    for lesson in lessons:
        for item in (item for kind in progress.items(lesson).values() for item in kind):
            key, tries = (lesson.number, item), progress.tries(lesson.number, item, done)
            if key in done or tries:
                at = done.get(key) or done.get((lesson.number, f"tries:{item}: {tries}"), "")
                work.append(({"tries": tries, "solved": key in done}, *key, at))
        for one in lesson.predictions:
            newest = progress.answers(lesson.number, one.name, done)[:1]
            work += [
                ({"answer": answer}, lesson.number, f"prediction:{one.name}", at) for answer, at in newest
            ]
    entries = [
        {"lesson": number, "item": item} | about | ({"at": at} if times and at else {})
        for about, number, item, at in work
    ]
    return [entry for entry in entries if _is_entry(entry)]  # another program may have written the rest


def _is_ours(content) -> bool:
    work, seen = content.get("work"), set()
    if set(content) != {"mirlab class", "mirlab", "name", "work", "digest"} or not isinstance(work, list):
        return False
    if not (
        _is_text(content["mirlab"]) and _is_text(content["name"], empty=True) and _is_text(content["digest"])
    ):
        return False
    for entry in work:
        if not isinstance(entry, Mapping) or not _is_entry(entry):
            return False
        seen.add((entry["lesson"], entry["item"]))
    return len(seen) == len(work)


def _is_entry(entry) -> bool:
    item, lesson = entry.get("item"), entry.get("lesson")
    if not (_is_text(item) and _is_text(lesson) and re.fullmatch(r"\d\d", lesson, re.ASCII)):
        return False
    kind, _, name = item.partition(":")
    rest = {key: value for key, value in entry.items() if key not in ("lesson", "item", "at")}
    if kind not in KINDS or not name or ("at" in entry and not _is_text(entry["at"])):
        return False
    if kind == "prediction":
        return set(rest) == {"answer"} and _is_text(rest["answer"])
    return set(rest) == {"tries", "solved"} and _is_count(rest["tries"]) and isinstance(rest["solved"], bool)


def checked_name(name: str) -> str:
    """Return a name without the spaces around it; it may be empty.

    Raises
    ------
    LessonError
        If it is no text, or does not fit on one line.

    Examples
    --------
    >>> checked_name(" Ada\N{NO-BREAK SPACE}Lovelace")
    'Ada Lovelace'
    """
    if not isinstance(name, str):
        raise LessonError(f"the name {name!r} is no text; write it in quotes")
    name = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in name).strip()
    if not _is_text(name, empty=True):
        raise LessonError(
            f"the name {name[:LONGEST]!r} cannot be used: write at most {LONGEST} letters in one line, "
            "without invisible characters"
        )
    return name


def _is_text(value, *, empty=False) -> bool:
    return (
        isinstance(value, str)
        and (empty or value != "")
        and len(value) <= LONGEST
        and value.translate(JOINERS).isprintable()
        and printable(value) == value
    )


def _is_count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TRIES
