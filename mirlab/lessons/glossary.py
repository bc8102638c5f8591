"""The glossary: the terms that the lessons introduce, on one page."""

from typing import NamedTuple


class Term(NamedTuple):
    """One term: its name, what it means, and the lesson that introduces it."""

    name: str
    meaning: str
    lesson: object


def terms(course: list) -> list[Term]:
    """Return the terms of all lessons in alphabetical order.

    Parameters
    ----------
    course : list of Lesson
        Such as `mirlab.lessons.course()`.

    Returns
    -------
    list of Term

    Examples
    --------
    >>> from mirlab import lessons
    >>> [term.lesson.number for term in terms(lessons.course()) if term.name == "cross-validation"]
    ['02']
    """
    found = [Term(name, meaning, lesson) for lesson in course for name, meaning in lesson.terms.items()]
    return sorted(found, key=lambda term: term.name.casefold())


def page(course: list) -> str:
    """Return the glossary as Markdown, for ``docs/glossary.md``.

    Parameters
    ----------
    course : list of Lesson
        The lessons, which the terms link to.

    Returns
    -------
    str
    """
    rows = [
        f"**{name}**: {meaning} ([lesson {lesson.number}](../notebooks/{lesson.notebook}.ipynb))"
        for name, meaning, lesson in terms(course)
    ]
    title = "# Glossary\n\nThe terms of the course, and the lesson that introduces each of them.\n\n"
    return title + "\n\n".join(rows) + "\n"
