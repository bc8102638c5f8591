"""Read a folder of files that learners handed in; each may be torn, foreign, changed, or there twice."""

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from mirlab.errors import LessonError, printable
from mirlab.lessons import hand_in, progress

MOST_FILES = 1000


@dataclass(frozen=True)
class Learner:
    """One learner: the name in the table, the file, and what is in it by lesson and item.

    Attributes
    ----------
    name : str
        What the learner typed; the path of the file where there is no name, or after it where two files have
        the same name.
    file : str
        The path of the file in the folder.
    work : dict of (str, str) to dict
        The entries of the file, as `mirlab.lessons.hand_in.read` returns them.
    """

    name: str
    file: str
    work: dict[tuple[str, str], dict] = field(repr=False)


@dataclass(frozen=True)
class Classroom:
    """All learners whose files count.

    Attributes
    ----------
    lessons : list of Lesson
        The course.
    learners : list of Learner
        By name.
    notes : list of str
        One sentence for each file that is not counted, and for whatever else a teacher should look at.
    """

    lessons: list
    learners: list[Learner]
    notes: list[str]


def read(folder, lessons) -> Classroom:
    """Read all files ending in .json in a folder and in its subfolders.

    Parameters
    ----------
    folder : str or Path
        The folder. Hidden files and folders are not read.
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`.

    Returns
    -------
    Classroom
        Files that cannot be used are in its notes.

    Raises
    ------
    LessonError
        If there is no such folder, or it holds far too many files for a class.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "ada.json").write_text(hand_in.made([], "Ada"), encoding="utf-8")
    ...     _ = Path(folder, "torn.json").write_text("{", encoding="utf-8")
    ...     classroom = read(folder, [])
    >>> [learner.name for learner in classroom.learners], len(classroom.notes)
    (['Ada'], 1)
    """
    folder = Path(folder)
    files, notes = _files(folder)
    found, first = [], {}
    for file in files:
        name = printable(file)
        try:
            content = hand_in.read(folder / file)
        except LessonError as error:
            notes.append(str(error).replace(repr(str(folder / file)), name, 1))
            continue
        if (twin := first.setdefault(content["digest"], name)) != name:
            if content["name"]:
                notes.append(f"file {name} is the same as {twin}; it is counted once")
                continue
            notes.append(
                f"file {name} is the same as {twin}, and both have no name; they count as different "
                "learners, so remove one if it is a copy"
            )
        work, unknown = _known(content["work"], lessons)
        if unknown:
            notes.append(
                f"file {name}: this course does not know {unknown} of its {len(content['work'])} entries; "
                f"they are left out (it was made with mirlab {content['mirlab']})"
            )
        found.append(Learner(content["name"], name, work))
    return Classroom(lessons, _named(found, notes), notes + _copies(found))


def _files(folder) -> tuple[list[str], list[str]]:
    """Return the files to read, and sentences about what is not read."""
    if not folder.is_dir():
        raise LessonError(f"{str(folder)!r} is no folder; name the one that holds the files of your learners")
    notes, files, others = [], [], 0
    walk = os.walk(
        folder, onerror=lambda error: notes.append(f"{error.filename} cannot be opened ({error.strerror})")
    )
    for place, below, names in walk:
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            if name.lower().endswith(".json"):
                files.append(os.path.relpath(os.path.join(place, name), folder))
            else:
                others += 1
        if len(files) > MOST_FILES:
            raise LessonError(
                f"{str(folder)!r} holds more than {MOST_FILES} files; name the folder of one class"
            )
    if others:
        notes.append(
            f"{others} other file{'s are' if others > 1 else ' is'} not read: no name ending in .json"
        )
    return files, notes


def _known(entries, lessons) -> tuple[dict, int]:
    """Return the entries that belong to the course, and how many others there are."""
    items = {
        (lesson.number, item)
        for lesson in lessons
        for kind in progress.items(lesson).values()
        for item in kind
    }
    predictions = {
        (lesson.number, f"prediction:{one.name}"): one for lesson in lessons for one in lesson.predictions
    }
    work = {}
    for entry in entries:
        key = entry["lesson"], entry["item"]
        if key in items or (key in predictions and predictions[key].takes(entry["answer"])):
            work[key] = entry
    return work, len(entries) - len(work)


def _named(found, notes) -> list[Learner]:
    """Return the learners by name, with the file in the name of those who share one."""
    count = Counter(map(_spelt, found))
    for name in dict.fromkeys(_spelt(one) for one in found if one.name and count[_spelt(one)] > 1):
        same = [one for one in found if _spelt(one) == name]
        notes.append(
            f"{len(same)} files have the name {same[0].name}: {', '.join(one.file for one in same)}; they "
            "count as different learners, so remove the older one if it is one person"
        )
    named = [
        Learner(
            f"{one.name} ({one.file})".strip() if not one.name or count[_spelt(one)] > 1 else one.name,
            one.file,
            one.work,
        )
        for one in found
    ]
    return sorted(named, key=lambda one: (_spelt(one), one.file))


def _spelt(learner) -> str:
    return unicodedata.normalize("NFKC", learner.name).casefold()


def _copies(found) -> list[str]:
    """Return a sentence for each file with the work and all the times of another."""
    notes, first = [], {}
    for one in found:
        times = tuple((key, entry["at"]) for key, entry in one.work.items() if "at" in entry)
        if (
            len(times) >= 5
            and (twin := first.setdefault(times, one)) is not one
            and _spelt(twin) != _spelt(one)
        ):
            notes.append(f"files {twin.file} and {one.file} have two names, but the same times to the second")
    return notes
