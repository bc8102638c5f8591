"""Minutes of each section of a lesson: an estimate that adds up to the minutes in the lesson's file."""

from dataclasses import dataclass

WEIGHTS = {"picture": 0.7, "sound": 0.5, "table": 0.5, "interactive": 3.0, "prediction": 1.0, "result": 0.5}
"""Minutes for each thing that a class looks at, before all are scaled to the minutes of the lesson."""
WORDS = 100
"""Words per minute, read and explained."""
QUESTION = 0.8
"""Minutes for a question of the quiz."""


@dataclass(frozen=True)
class Slot:
    """A section in its place: its first and last minute, and the minutes of its exercises among them."""

    start: int
    end: int
    exercises: int
    section: object


def slots(lesson, sections) -> list[Slot]:
    """Divide the minutes of a lesson among its sections.

    Parameters
    ----------
    lesson : Lesson
        Its minutes are divided: those for teaching by what there is to read, see, hear and try, those for
        exercises equally among the exercises.
    sections : list of Section
        See `mirlab.lessons.stored.sections`. A section in which nothing happens gets no time.

    Returns
    -------
    list of Slot
        Without sections that get no time.

    Examples
    --------
    >>> from mirlab import lessons
    >>> from mirlab.lessons import stored
    >>> lesson = lessons.open("05")
    >>> slots(lesson, stored.sections(lesson))[-1].end == lesson.minutes.teaching + lesson.minutes.exercises
    True
    """
    teaching = shares(lesson.minutes.teaching, [_weight(section, lesson) for section in sections])
    exercises = shares(lesson.minutes.exercises, [section.count("exercise") for section in sections])
    found, now = [], 0
    for section, taught, solved in zip(sections, teaching, exercises, strict=True):
        if taught + solved:
            found.append(Slot(now, now + taught + solved, solved, section))
            now = found[-1].end
    return found


def shares(total: int, weights: list[float]) -> list[int]:
    """Divide whole minutes in proportion to weights, by the largest remainder.

    Examples
    --------
    >>> shares(10, [1, 1, 1]), shares(5, [0, 0])
    ([4, 3, 3], [5, 0])
    """
    if not any(weights):
        weights = [1] + [0] * (len(weights) - 1)
    exact = [total * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole


def _weight(section, lesson):
    words = sum(len(step.text.split()) for step in section.steps if step.kind == "text")
    questions = len(lesson.questions) * section.count("quiz")
    seen = sum(WEIGHTS[kind] * section.count(kind) for kind in WEIGHTS)
    return words / WORDS + seen + QUESTION * questions
