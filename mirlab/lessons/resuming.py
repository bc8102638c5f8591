"""Where a learner goes on: the next unfinished lesson."""

from collections.abc import Mapping

from mirlab.lessons import progress


def next_unfinished(lessons, done: Mapping | None = None):
    """Return the lesson to go on with: the first unfinished one, counted from the lesson last worked on.

    A learner who left a question of an early lesson open is not sent back to it until all later lessons are
    finished.

    Parameters
    ----------
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`.
    done : dict, optional
        What `mirlab.lessons.progress.solved` returned, if it is known.

    Returns
    -------
    Lesson or None
        None if every exercise and every question is solved.

    Raises
    ------
    StoreError
        If progress is kept and cannot be read.

    Examples
    --------
    >>> from mirlab.lessons import course
    >>> next_unfinished(course(), {}).number
    '00'
    """
    done = progress.solved() if done is None else done
    numbers = [lesson.number for lesson in lessons]
    _, last = max(((at, number) for (number, _), at in done.items() if number in numbers), default=("", None))
    start = numbers.index(last) if last else 0
    for lesson in [*lessons[start:], *lessons[:start]]:
        items = [item for kind in progress.items(lesson).values() for item in kind]
        if not all((lesson.number, item) in done for item in items):
            return lesson
    return None
