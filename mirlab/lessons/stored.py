"""A stored notebook as a teacher sees it: its sections, what they show, tasks, results of predictions."""

import re
from dataclasses import dataclass, field

from mirlab.lessons import outputs
from mirlab.lessons.testing import MARK, read
from mirlab.show.cards import STILL

OPENING = "Opening"
TASK = re.compile(
    r"(\*\*exercise|\bwrite|\bsort these|\bsort eight|\bfind the bug|\bfind it and|\bwork out|\brefute)\b",
    re.IGNORECASE,
)
"""Words of the paragraph with which a task begins. Before it may be the result of an earlier question."""
BACK = re.compile(r"^[^.]*\b(do that|this as|measure this|use it)\b")
"""Words of a first sentence that cannot be understood without the paragraph before it."""


@dataclass(frozen=True)
class Task:
    """What the learner is asked to do: the text above the exercise, and what its cell begins with."""

    text: str
    code: str


@dataclass
class Step:
    """One thing of a lesson, in the order of its notebook.

    Attributes
    ----------
    kind : str
        ``"text"``, ``"picture"``, ``"sound"``, ``"table"``, ``"interactive"``, ``"exercise"``,
        ``"prediction"``, ``"result"`` (of a prediction), or ``"quiz"``.
    text : str
        Markdown; the name of the exercise or of the prediction; the result.
    shown : list of outputs.Shown
        What a picture, a sound, a table or an interactive part shows.
    """

    kind: str
    text: str = ""
    shown: list = field(default_factory=list)


@dataclass
class Section:
    """A part of the notebook under one heading of the second level."""

    heading: str
    steps: list[Step] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Return how many steps of a kind it has."""
        return sum(step.kind == kind for step in self.steps)


def sections(lesson) -> list[Section]:
    """Return the sections of the stored notebook of a lesson.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Returns
    -------
    list of Section
        The first is what comes before the first heading of the second level.

    Examples
    --------
    >>> from mirlab import lessons
    >>> [section.heading for section in sections(lessons.open("00"))][:2]
    ['Opening', 'A band that does not exist']
    """
    found = [Section(OPENING)]
    for cell in read(lesson).cells:
        if cell.cell_type == "markdown":
            for i, part in enumerate(re.split(r"^## ", cell.source, flags=re.MULTILINE)):
                if i:
                    heading, _, part = part.partition("\n")
                    found.append(Section(heading.strip()))
                if part.strip():
                    found[-1].steps.append(Step("text", part.strip()))
        elif cell.cell_type == "code":
            found[-1].steps += _steps(cell)
    return found


def tasks(lesson) -> dict[str, Task]:
    """Return the task of every exercise, without what is said before it.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Returns
    -------
    dict of str to Task

    Examples
    --------
    >>> from mirlab import lessons
    >>> tasks(lessons.open("03"))["frames_in_ten_seconds"].text
    '**Exercise.** How many frames are there in ten seconds? Write a whole number.'
    """
    cells, found, text = read(lesson).cells, {}, ""
    for cell in cells:
        if cell.cell_type == "markdown":
            text = re.split(r"^##+ .*$", cell.source, flags=re.MULTILINE)[-1].strip()
        elif name := _exercise(cell):
            code = re.split(r"^here\.ex\.", cell.source, flags=re.MULTILINE)[0].strip()
            found[name] = Task(
                _task(text, vars(lesson.ex)[name].kind if name in vars(lesson.ex) else ""), code
            )
    return found


def results(lesson) -> dict[str, str]:
    """Return the results of the predictions, as the notebook stores them.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Returns
    -------
    dict of str to str
        By the name of the prediction.

    Examples
    --------
    >>> from mirlab import lessons
    >>> results(lessons.open("03"))
    {'two_tones': 'in turn'}
    """
    found = {}
    for cell in read(lesson).cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain", "")
            if match := re.match(r"✎ Prediction: (.*)[\s\S]*\n  The result: (.*)\.\n", text):
                found[match[1].replace(" ", "_")] = match[2]
    return found


def _task(text, kind):
    paragraphs = re.split(r"\n\s*\n", text)
    if kind == "break the claim":  # the claim is above the request to refute it
        return text
    first = next((i for i, one in enumerate(paragraphs) if TASK.search(one)), len(paragraphs) - 1)
    while first and (BACK.match(paragraphs[first]) or paragraphs[first].startswith(("|", "- "))):
        first -= 1
    return "\n\n".join(paragraphs[first:])


def _exercise(cell):
    tags = cell.metadata.get("tags", []) if cell.cell_type == "code" else []
    return next((tag.removeprefix(MARK) for tag in tags if tag.startswith(MARK)), "")


def _steps(cell):
    """Yield what a code cell asks and shows."""
    if name := _exercise(cell):
        yield Step("exercise", name)
        return
    if re.search(r"^here\.quiz\(\)", cell.source, re.MULTILINE):
        yield Step("quiz")
        return
    for name in re.findall(r"^here\.predict\.(\w+)\(TODO\)", cell.source, re.MULTILINE):
        yield Step("prediction", name)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        html, plain = data.get("text/html", ""), data.get("text/plain", "")
        if plain.startswith("✎ Prediction") and "The result: " in plain:
            name = re.match(r"✎ Prediction: (.*)", plain)[1].replace(" ", "_")
            yield Step("result", name)
        elif plain.startswith(("♪", "♫", "▦", "✎")):  # header, footer, progress
            continue
        elif STILL in html:
            yield Step("interactive", "", [one for one in outputs.read(html) if one.kind == "picture"])
        else:
            for one in outputs.read(html):
                yield Step(one.kind, "", [one])
