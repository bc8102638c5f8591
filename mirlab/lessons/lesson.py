"""A lesson: its description, its exercises, its quiz; and the course, which is the list of all lessons.

A course is a package that holds, for each lesson, ``lessonNN.toml`` (its description and its quiz) and, if it
has exercises, ``lessonNN.py``. Nothing else lists the lessons.
"""

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from importlib import import_module, resources, util
from pathlib import Path
from types import SimpleNamespace

from IPython.core.interactiveshell import InteractiveShell

from mirlab import paths
from mirlab.errors import LessonError
from mirlab.lessons import translating
from mirlab.lessons.exercises import Exercise
from mirlab.lessons.predictions import Prediction
from mirlab.lessons.teaching import Ask, Cut, Teaching
from mirlab.lessons.waiting import Waiting
from mirlab.paper import Study
from mirlab.show.cards import Card, Link, Points
from mirlab.show.language import said, speak, spoken

COURSE = "mirlab.lessons.contents"


class Exercises(SimpleNamespace):
    """The exercises of a lesson, by name, in the order of their file."""

    def __getattr__(self, name: str):
        known = ", ".join(vars(self)) or "none"
        raise AttributeError(f"this lesson has no exercise {name!r}; it has: {known}")


@dataclass(frozen=True)
class Choice:
    """One choice of a question: its text, the feedback to it, and whether it is right."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """One question of a quiz. More than one right choice makes it "choose all that apply"."""

    name: str
    text: str
    choices: list[Choice]

    @property
    def several(self) -> bool:
        """Whether there is more than one right choice."""
        return sum(choice.right for choice in self.choices) > 1


@dataclass(frozen=True)
class Minutes:
    """The duration of a lesson: two estimates, and the measured time of the machine."""

    teaching: int
    exercises: int
    machine: float | None = None

    def __str__(self) -> str:
        estimate = (
            f"About {self.teaching} minutes to read and try, {self.exercises} for exercises (estimated)"
        )
        measured = f"; about {self.machine:g} minutes of machine time (measured)" if self.machine else ""
        return f"{said(estimate)}{said(measured)}."


@dataclass(frozen=True)
class Lesson:
    """One lesson; in a notebook, it shows its header.

    Attributes
    ----------
    number : str
        Two digits.
    title, question : str
        Its title, and the question that it answers.
    notebook : str
        The name of its notebook, without ``.ipynb``.
    minutes : Minutes
        Estimates, and the measured machine time if there is one.
    prerequisites : list of str
        Numbers of earlier lessons.
    objectives, key_points : list of str
        What the learner will be able to do; what to remember.
    misconception, instead : str
        What many learners believe at first, and what is true.
    hear, move : str
        What the learner hears, and what the learner can change.
    questions : list of Question
        The quiz.
    predictions : list of Prediction
        What the learner predicts before a result is shown.
    references : list of str
        Three works to read on.
    terms : dict of str to str
        The terms that the lesson introduces, and what they mean; the glossary lists them.
    teaching : Teaching or None
        What only a teacher knows, for the teacher's guide.
    package : str
        The course that the lesson belongs to.
    """

    number: str
    title: str
    question: str
    notebook: str
    minutes: Minutes
    prerequisites: list[str]
    objectives: list[str]
    key_points: list[str]
    misconception: str
    instead: str
    hear: str
    move: str
    questions: list[Question] = field(default_factory=list, repr=False)
    predictions: list[Prediction] = field(default_factory=list, repr=False)
    references: list[str] = field(default_factory=list, repr=False)
    terms: dict[str, str] = field(default_factory=dict, repr=False)
    teaching: Teaching | None = field(default=None, repr=False)
    package: str = COURSE

    @cached_property
    def ex(self) -> Exercises:
        """The exercises: ``here.ex.NAME.check(…)``, ``.hint()``, ``.solution()``."""
        name = f"{self.package}.lesson{self.number}"
        if util.find_spec(name) is None:
            return Exercises()
        exercises = {
            key: value for key, value in vars(import_module(name)).items() if isinstance(value, Exercise)
        }
        for value in exercises.values():
            value.lesson = self.number
        return Exercises(**exercises)

    @cached_property
    def predict(self) -> SimpleNamespace:
        """The predictions: ``here.predict.NAME(…)``, and ``here.predict.NAME.reveal(…)`` with the result."""
        return SimpleNamespace(**{one.name: replace(one, lesson=self.number) for one in self.predictions})

    @property
    def path(self) -> Path:
        """The file of its notebook in a clone of the course."""
        return paths.COURSE / "notebooks" / f"{self.notebook}.ipynb"

    def quiz(self):
        """Return the quiz as a widget."""
        from mirlab.lessons.quiz import Quiz  # here, since ipywidgets is not needed elsewhere

        return Quiz(self)

    def header(self) -> Card:
        """Return what a learner should know before the lesson."""
        before = [lesson for lesson in course(self.package) if lesson.number in self.prerequisites]
        links = Points(Link(lesson.heading, lesson.address) for lesson in before)
        return Card(
            "lesson",
            self.heading,
            self.question,
            str(self.minutes),
            "Before it:" if links else "Before it: Python and a little NumPy.",
            links,
            "After it you will be able to:",
            Points(self.objectives),
            f"You will hear: {self.hear}",
            f"You will move: {self.move}",
            "Run the cells from the top, one after the other: Shift+Enter.",
        )

    def footer(self) -> Card:
        """Return the key points, the misconception, and the next lesson."""
        after = [lesson for lesson in course(self.package) if lesson.number > self.number][:1]
        return Card(
            "learned",
            self.heading,
            Points(self.key_points),
            f"Often believed: “{self.misconception}” {self.instead}",
            "To read on:" if self.references else "",
            Points(self.references),
            Link("Glossary: the terms of all lessons", f"{'../' if spoken() else ''}../docs/glossary.md"),
            *[Link(f"Next: {lesson.heading} · {lesson.question}", lesson.address) for lesson in after],
        )

    def progress(self, *, name: str | None = None, times: bool = False) -> Card:
        """Return the learner's progress in the whole course, with a link that saves it to a file.

        Parameters
        ----------
        name : str, optional
            What the learner wants to be called: then there is a second link, to the file for the teacher.
            An empty text is a file without a name.
        times : bool
            Whether that file says when each item was solved or last tried.
        """
        from mirlab.lessons.progress_page import page  # here, since matplotlib is not needed elsewhere

        return page(course(self.package), name, times=times)

    @property
    def heading(self) -> str:
        """Number and title, like the first line of its notebook."""
        return f"{self.number} {said(self.title)}"

    @property
    def address(self) -> str:
        """The address of its notebook, seen from another notebook in the language that is spoken."""
        here = not spoken() or translating.translated(self, spoken()).is_file()
        return f"{'' if here else '../'}{self.notebook}.ipynb"

    def __repr__(self) -> str:
        return repr(self.header())

    def _repr_html_(self) -> str:
        return self.header()._repr_html_()


def open(number: str, *, language: str = "", package: str = COURSE) -> Lesson:
    """Open a lesson: the first cell of its notebook.

    Parameters
    ----------
    number : str
        Its two digits, such as ``"05"``.
    language : str
        The code of the language in which everything is shown from now on; English if not given.
    package : str
        The course.

    Returns
    -------
    Lesson
        It shows its header, and has ``.ex``, ``.quiz()``, ``.footer()`` and ``.progress()``.

    Raises
    ------
    LessonError
        If there is no such lesson, no such translation, or a file is faulty.

    Examples
    --------
    >>> open("05").title
    'WARP from scratch'
    """
    known = {lesson.number: lesson for lesson in course(package)}
    if number not in known:
        raise LessonError(f"there is no lesson {number!r}; there are {', '.join(known)}")
    speak(language, translating.sentences(language, number, package) if language else {})
    if InteractiveShell.initialized():  # in a notebook, long work shows its progress
        Study.default_progress = Waiting()
    return known[number]


def course(package: str = COURSE) -> list[Lesson]:
    """Return all lessons of a course, in order.

    Parameters
    ----------
    package : str
        The package with their files.

    Returns
    -------
    list of Lesson
        By number.

    Raises
    ------
    LessonError
        If a file is faulty.

    Examples
    --------
    >>> [lesson.number for lesson in course()][:3]
    ['00', '01', '02']
    """
    files = [
        file for file in resources.files(package).iterdir() if re.fullmatch(r"lesson\d\d\.toml", file.name)
    ]
    return [_read(file, package) for file in sorted(files, key=lambda file: file.name)]


def course_map(package: str = COURSE) -> str:
    """Return the lessons as a Markdown table, for the README.

    Parameters
    ----------
    package : str
        The course.

    Returns
    -------
    str
        One row per lesson; the title links to the notebook if there is one.

    Examples
    --------
    >>> print(course_map().splitlines()[0])
    | # | lesson | it answers | minutes |
    """
    rows = ["| # | lesson | it answers | minutes |", "|---|---|---|---|"]
    for lesson in course(package):
        title = (
            f"[{lesson.title}](notebooks/{lesson.notebook}.ipynb)" if lesson.path.exists() else lesson.title
        )
        minutes = lesson.minutes.teaching + lesson.minutes.exercises
        rows.append(f"| {lesson.number} | {title} | {lesson.question} | {minutes} |")
    return "\n".join(rows) + "\n"


def _read(file, package: str) -> Lesson:
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        for question in (questions := entries.pop("questions", [])):
            question["choices"] = [_made(Choice, choice, file.name) for choice in question.get("choices", [])]
        entries["minutes"] = _made(Minutes, entries.get("minutes", {}), file.name)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{file.name}: {error}") from None
    number = file.name[len("lesson") : -len(".toml")]
    entries["questions"] = [_made(Question, question, file.name) for question in questions]
    entries["predictions"] = [_made(Prediction, one, file.name) for one in entries.get("predictions", [])]
    if "teaching" in entries:
        entries["teaching"] = _teaching(entries["teaching"], file.name)
    return _made(Lesson, entries | {"number": number, "package": package}, file.name)


def _teaching(entries, where: str) -> Teaching:
    lists = {"before": Ask, "after": Ask, "cut": Cut}
    made = {name: [_made(kind, one, where) for one in entries.get(name, [])] for name, kind in lists.items()}
    return _made(Teaching, entries | made, where)


def _made(kind: type, entries: dict, where: str):
    if unknown := set(entries) - {field.name for field in fields(kind)}:
        raise LessonError(f"{where}: {kind.__name__.lower()} has no entry {', '.join(sorted(unknown))}")
    try:
        return kind(**entries)
    except TypeError as error:
        raise LessonError(f"{where}: {str(error).replace('__init__()', '')}") from None
