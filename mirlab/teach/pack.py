"""The teacher's pack: every page of it, and the index, written into one folder."""

import json
from pathlib import Path

from mirlab import lessons, paths
from mirlab.errors import StoreError
from mirlab.lessons.testing import solved_copy
from mirlab.show.cards import inline
from mirlab.teach import guide, handout, plans, slides
from mirlab.teach.folders import take
from mirlab.teach.frame import link, page, points, table

MARK = "mirlab-pack.txt"
NOTE = "Made by `mirlab teach`, which writes these files again; to change them, change the lessons.\n"


def write(folder: str | Path, *, course: list | None = None, progress=None) -> list[Path]:
    """Write the pack into a folder.

    Parameters
    ----------
    folder : str or Path
        A new or an empty folder, or one with an earlier pack, whose files are written again.
    course : list of Lesson, optional
        The lessons; by default those of the course.
    progress : callable, optional
        Called as ``progress(done, total, what)``.

    Returns
    -------
    list of Path
        The files, below the folder; the index first.

    Raises
    ------
    StoreError
        If the folder holds something else, or cannot be written.
    LessonError
        If the files of a lesson are faulty.
    """
    folder, course = Path(folder), lessons.course() if course is None else course
    take(folder, MARK, NOTE)
    made = []

    def keep(place, content):
        made.append(folder / place)
        paths.write_atomically(folder / place, content)

    try:
        all_plans = plans.load(course)
        keep("index.html", _index(course, all_plans))
        for plan in all_plans:
            keep(f"plans/{plan.name}.html", plans.as_page(plan))
        for done, lesson in enumerate(course):
            if progress:
                progress(done, len(course), "writing the pack")
            keep(f"guides/{lesson.notebook}.html", guide.as_page(lesson, course))
            keep(f"slides/{lesson.notebook}.html", slides.as_page(lesson, course))
            keep(f"handouts/{lesson.notebook}.html", handout.as_page(lesson))
            keep(
                f"solved/{lesson.notebook}.ipynb",
                json.dumps(solved_copy(lesson), ensure_ascii=False, indent=1),
            )
    except OSError as error:
        raise StoreError(
            f"{folder}: the pack cannot be written ({error.strerror}); name another folder"
        ) from error
    if progress:
        progress(len(course), len(course), "writing the pack")
    return made


def _index(course, all_plans):
    rows = []
    for lesson in course:
        files = [
            link(name, f"{place}/{lesson.notebook}.{kind}")
            for name, place, kind in (
                ("guide", "guides", "html"),
                ("slides", "slides", "html"),
                ("handout", "handouts", "html"),
                ("solved", "solved", "ipynb"),
            )
        ]
        minutes = lesson.minutes.teaching + lesson.minutes.exercises
        rows.append([inline(lesson.heading), inline(lesson.question), str(minutes), " · ".join(files)])
    of_plans = points(link(inline(plan.title), f"plans/{plan.name}.html") for plan in all_plans)
    body = (
        "<header><h1>For teachers</h1><p>Guides and solved notebooks hold all answers. Slides show an answer "
        "after its question, and handouts have none. Every page works without a network and can be printed. "
        "In the slides, arrow keys move, and Home and End lead to the first and the last slide.</p></header>"
        f"<h2>Plans</h2>{of_plans}<h2>Lessons</h2>"
        f'<div class="wide">{table(["lesson", "it answers", "minutes", "files"], rows)}</div>'
    )
    return page("For teachers", body, style="paper.css")
