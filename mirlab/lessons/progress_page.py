"""Progress as a page of the notebook: a picture, a sentence, and a file to save it in."""

from base64 import b64encode

import pandas as pd

from mirlab.errors import LessonError, StoreError
from mirlab.lessons import hand_in
from mirlab.lessons.progress import DOWNLOAD, dump, items, solved, summary, why_not_kept
from mirlab.show.cards import Card, Link, show
from mirlab.show.figures import Figure, draws_figure
from mirlab.show.language import said

COLOR = "#1b6ca8"


def page(lessons, name: str | None = None, *, times: bool = False) -> Card:
    """Return the picture of progress, with a link that saves it to a file, for machines that keep no files.

    Parameters
    ----------
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`.
    name, times
        As for `mirlab.lessons.hand_in.made`; with a name, there is a link to the file for the teacher.

    Returns
    -------
    Card
        For a notebook. If progress is not kept or cannot be read, the card says why.
    """
    if reason := why_not_kept():
        return Card("progress", "not kept", reason)
    try:
        saved, figure = _download("Save my progress to a file", dump(), DOWNLOAD), picture(lessons)
        made = "" if name is None else hand_in.made(lessons, name, times=times)
    except StoreError as error:
        return Card("progress", "not readable", str(error))
    except LessonError as error:
        return Card("progress", "no file for your teacher", str(error))
    return Card(
        "progress",
        figure.get_suptitle(),
        show(figure),
        "It is kept on this machine alone. On Binder it is lost with the session: run this cell again at the "
        f"end, save the file, and take it up next time with `lessons.progress.load('{DOWNLOAD}')`.",
        saved,
        _download("Save the file for my teacher", made, hand_in.NAME) if made else "",
    )


def _download(text, content, file) -> Link:
    data = b64encode(content.encode()).decode()
    return Link(text, f"data:application/json;base64,{data}", download=file)


@draws_figure
def picture(lessons):
    """Draw every lesson's exercises (squares) and questions (circles); the solved ones are filled.

    Parameters
    ----------
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`.

    Returns
    -------
    matplotlib.figure.Figure
        One row per lesson; its words are in ``figure.alt``.

    Raises
    ------
    StoreError
        If progress is kept and cannot be read.
    """
    done = solved()
    figure = Figure(figsize=(7.5, 0.6 + 0.3 * len(lessons)), layout="constrained")
    axes = figure.subplots()
    for row, lesson in enumerate(lessons):
        for marker, start, kind in zip("so", (0, 5), items(lesson).values(), strict=True):
            for x, item in enumerate(kind, start):
                fill = COLOR if (lesson.number, item) in done else "none"
                axes.scatter(x, row, s=90, marker=marker, facecolor=fill, edgecolor=COLOR)
    axes.set(xlim=(-0.6, 10), ylim=(len(lessons) - 0.5, -0.5), yticks=range(len(lessons)))
    axes.set_xticks([0, 5], [said("exercises"), said("questions")], ha="left")
    axes.set_yticklabels([f"{lesson.number} {said(lesson.title)}" for lesson in lessons])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    counts = said(_counts(summary(lessons, done)))
    figure.suptitle(counts, fontsize="medium")
    figure.alt = said(
        "One row a lesson, a square for each exercise, a circle for each question, filled if solved: "
        f"{counts}."
    )
    return figure


def _counts(table: pd.DataFrame) -> str:
    counts = table.drop(columns=["lesson", "title"]).sum()
    return "{} of {} exercises and {} of {} questions solved".format(*counts.astype(int))
