"""A class as a table of all that was tried, as CSV for a spreadsheet, and as text for a terminal."""

import csv
import io
import textwrap
import unicodedata
from collections import Counter
from statistics import median

import pandas as pd

from mirlab.datasets.exports import no_formula
from mirlab.lessons import progress

WIDTH = 110
COLUMNS = ["learner", "file", "lesson", "kind", "item", "tries", "solved", "answer", "at"]


def table(classroom) -> pd.DataFrame:
    """Return one row for each learner and each exercise, question and prediction of the course.

    Parameters
    ----------
    classroom : Classroom
        From `mirlab.classes.read`.

    Returns
    -------
    DataFrame
        "tries" is 0 where nothing was tried, and where tries were not counted. "answer" is what was
        predicted. "at" is empty where the learner did not give the times.
    """
    rows = []
    for learner in classroom.learners:
        for lesson in classroom.lessons:
            items = [item for kind in progress.items(lesson).values() for item in kind]
            for item in [*items, *(f"prediction:{one.name}" for one in lesson.predictions)]:
                entry = learner.work.get((lesson.number, item), {})
                tries, solved = entry.get("tries", 0), entry.get("solved", False)
                about = [learner.name, learner.file, lesson.number, *item.split(":", 1)]
                rows.append([*about, tries, solved, entry.get("answer", ""), entry.get("at", "")])
    return pd.DataFrame(rows, columns=COLUMNS)


def as_csv(classroom) -> str:
    """Return the table as CSV that a spreadsheet opens and runs nothing of.

    Names and answers that begin like a formula get an apostrophe, unless they are numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table(classroom).itertuples(index=False):
        *names, tries, solved, answer, at = row
        writer.writerow(
            [*map(_harmless, names), tries, "yes" if solved else "no", _harmless(answer), _harmless(at)]
        )
    return text.getvalue()


def _harmless(text):
    try:
        float(text)
    except ValueError:
        return no_formula(text)
    return text


def standing(rows) -> pd.DataFrame:
    """Count for each item of one lesson who tried and who solved it.

    Parameters
    ----------
    rows : DataFrame
        Rows of `table` of the kinds "exercise" and "question".

    Returns
    -------
    DataFrame
        Per item, in the order of the lesson: "tried" and "solved" (numbers of learners), "median" and "most"
        (tries of those who solved it; None if not counted), and "stopped" (names of those who tried and did
        not solve it).
    """
    result = []
    for (kind, item), group in rows.groupby(["kind", "item"], sort=False):
        solved = group["solved"]
        counted = group.loc[solved & (group["tries"] > 0), "tries"].tolist()
        stopped = group.loc[~solved & (group["tries"] > 0), "learner"].tolist()
        typical, most = (median(counted), max(counted)) if counted else (None, None)
        result.append(
            [kind, item, len(stopped) + int(solved.sum()), int(solved.sum()), typical, most, stopped]
        )
    return pd.DataFrame(result, columns=["kind", "item", "tried", "solved", "median", "most", "stopped"])


def predicted(lesson, rows) -> list[tuple[object, list]]:
    """Return each prediction of a lesson with what the class predicted: words, or numbers in rising order."""
    answers = rows[(rows["kind"] == "prediction") & (rows["answer"] != "")]
    found = []
    for one in lesson.predictions:
        given = answers.loc[answers["item"] == one.name, "answer"].tolist()
        found.append((one, sorted(map(float, given)) if one.unit else given))
    return found


def as_text(classroom) -> str:
    """Return what a teacher wants to know: how far each learner is, and which exercise stops whom."""
    rows = table(classroom)
    n = len(classroom.learners)
    lines = [f"{n} learner{'s' * (n != 1)}, {len(classroom.lessons)} lessons."]
    lines += [_filled(f"Note: {note}.") for note in classroom.notes]
    if n:
        lines += ["", *_learners(classroom, rows), *_hardest(rows)]
    for lesson in classroom.lessons:
        lines += _lesson(lesson, rows[rows["lesson"] == lesson.number])
    return "\n".join(lines)


def _learners(classroom, rows):
    """Return the table of solved exercises and questions, one line for each learner."""
    marks = rows[rows["kind"] != "prediction"]
    by_lesson = marks.groupby(["file", "lesson"])
    counts, begun = by_lesson["solved"].sum(), by_lesson[["solved", "tries"]].any().any(axis=1)
    whole = {lesson.number: sum(map(len, progress.items(lesson).values())) for lesson in classroom.lessons}
    wide = min(30, max(_columns(one.name) for one in classroom.learners))
    wide = max(wide, len("in the course"))
    yield "Exercises and questions solved, by lesson (. = nothing tried)"
    yield f"  {'':{wide}}   all  " + " ".join(f"{number:>3}" for number in whole)
    yield f"  {'in the course':{wide}}  {sum(whole.values()):>4}  " + " ".join(
        f"{n:>3}" for n in whole.values()
    )
    for one in classroom.learners:
        done = counts[one.file]
        cells = [f"{done[number] if begun.get((one.file, number)) else '.':>3}" for number in whole]
        name = one.name
        while _columns(name) > wide:
            name = f"{name.removesuffix('…')[:-1]}…"
        yield f"  {name}{' ' * (wide - _columns(name))}  {done.sum():>4}  " + " ".join(cells)


def _columns(text) -> int:
    """Return how many columns of a terminal a text takes: two for a Chinese letter, none for an accent."""
    return sum(
        (unicodedata.east_asian_width(sign) in "WF") + (unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
        for sign in text
    )


def _hardest(rows, most=5):
    """Return the lines that name the exercises and questions which stop most learners."""
    found = [
        (len(item.stopped), f"{number} {item.kind} {item.item}")
        for number, mine in rows[rows["kind"] != "prediction"].groupby("lesson")
        for item in standing(mine).itertuples()
        if item.stopped
    ]
    found = sorted(found, key=lambda one: -one[0])[:most]
    if found:
        yield ""
        yield _filled(f"Most learners are stopped by {', '.join(f'{name} ({n})' for n, name in found)}.")


def _lesson(lesson, rows):
    """Return the lines about one lesson; none if nobody has begun it."""
    lines = []
    for item in standing(rows[rows["kind"] != "prediction"]).itertuples():
        if item.tried:
            lines.append(_filled(_sentence(item), "  ", "      "))
    for one, given in predicted(lesson, rows):
        if given:
            lines.append(_filled(f"prediction {one.name}: {spread(one, given)}.", "  ", "      "))
    return ["", f"{lesson.number} {lesson.title}", *lines] if lines else []


def _sentence(item):
    tries = "" if pd.isna(item.median) else f", tries {item.median:g} (median), {item.most:g} (most)"
    stops = f"; stops {', '.join(item.stopped)}" if item.stopped else ""
    return f"{item.kind} {item.item}: solved by {item.solved} of {item.tried}{tries}{stops}."


def spread(one, given) -> str:
    """Say how the answers to a prediction are distributed.

    Examples
    --------
    >>> from mirlab.lessons.predictions import Prediction
    >>> spread(Prediction("leak", "?", unit="accuracy"), [0.2, 0.5, 0.6])
    'median 0.5, from 0.2 to 0.6, by 3'
    >>> spread(Prediction("winner", "?", choices=["base", "tag"]), ["tag", "tag"])
    'base 0, tag 2'
    """
    if one.unit:
        return f"median {median(given):g}, from {given[0]:g} to {given[-1]:g}, by {len(given)}"
    count = Counter(given)
    return ", ".join(f"{choice} {count[choice]}" for choice in one.choices)


def _filled(text, first="", next="  "):
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=next)
