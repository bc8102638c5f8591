"""Plans of several lessons: who teaches what in which session; the minutes are those of the lessons."""

import tomllib
from dataclasses import dataclass
from importlib import resources

from mirlab.errors import LessonError
from mirlab.show.cards import inline
from mirlab.teach.frame import link, page, points, table

FILE = "plans.toml"
PARTS = {"all": "", "teaching": "without its exercises", "exercises": "its exercises only"}


@dataclass(frozen=True)
class Item:
    """A part of a session: a lesson or a part of it, or something else; and its minutes."""

    minutes: int
    what: str
    lesson: object = None
    part: str = "all"


@dataclass(frozen=True)
class Session:
    """One meeting of the class."""

    title: str
    items: list[Item]
    home: str

    @property
    def minutes(self) -> int:
        """The minutes of all its items."""
        return sum(item.minutes for item in self.items)


@dataclass(frozen=True)
class Plan:
    """Sessions, none of which is longer than `limit` minutes."""

    name: str
    title: str
    text: str
    limit: int
    sessions: list[Session]


def load(course: list, text: str | None = None) -> list[Plan]:
    """Return the plans for a course.

    Parameters
    ----------
    course : list of Lesson
        The lessons.
    text : str, optional
        The content of ``plans.toml``, if not that of this room.

    Returns
    -------
    list of Plan

    Raises
    ------
    LessonError
        If a plan names a lesson or a part that does not exist, or a session is too long.

    Examples
    --------
    >>> from mirlab import lessons
    >>> [plan.name for plan in load(lessons.course())]
    ['three-sessions', 'one-semester']
    """
    given = text or resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    known = {lesson.number: lesson for lesson in course}
    try:
        return [_plan(entries, known) for entries in tomllib.loads(given)["plans"]]
    except (tomllib.TOMLDecodeError, LookupError, TypeError) as error:
        raise LessonError(f"{FILE}: an entry is missing or wrong ({error})") from error


def _plan(entries, known):
    sessions = [
        Session(one["title"], [_item(item, known) for item in one["items"]], one["home"])
        for one in entries["sessions"]
    ]
    plan = Plan(entries["name"], entries["title"], entries["text"], entries["limit"], sessions)
    for session in plan.sessions:
        if session.minutes > plan.limit:
            raise LessonError(
                f"{FILE}: {session.title!r} takes {session.minutes} minutes and may take {plan.limit}; "
                "move a part of it"
            )
    return plan


def _item(entries, known):
    if "lesson" not in entries:
        return Item(entries["minutes"], entries["what"])
    number, part = entries["lesson"], entries.get("part", "all")
    if number not in known:
        raise LessonError(f"{FILE}: there is no lesson {number!r}; there are {', '.join(known)}")
    lesson = known[number]
    both = {"teaching": lesson.minutes.teaching, "exercises": lesson.minutes.exercises}
    both["all"] = sum(both.values())
    if part not in both:
        raise LessonError(f"{FILE}: lesson {number} has no part {part!r}; there are {', '.join(PARTS)}")
    return Item(both[part], "", lesson, part)


def as_page(plan: Plan) -> str:
    """Return a plan as a page.

    Parameters
    ----------
    plan : Plan
        See `load`.

    Returns
    -------
    str
    """
    parts = [
        f'<header><p class="kind">Plan</p><h1>{inline(plan.title)}</h1><p>{inline(plan.text)}</p>'
        f"<p>{len(plan.sessions)} sessions, {sum(s.minutes for s in plan.sessions)} minutes in all. "
        "The minutes of a lesson are those in its header.</p>"
        f'<nav aria-label="Pack">{link("All lessons", "../index.html")}</nav></header>'
    ]
    for number, session in enumerate(plan.sessions, 1):
        rows, now = [], 0
        for item in session.items:
            rows.append([f"{now}–{now + item.minutes}", str(item.minutes), _what(item)])
            now += item.minutes
        left = plan.limit - session.minutes
        free = f" {left} are left for questions." if left else ""
        said = [
            f"<h2>{number}. {inline(session.title)}</h2>",
            f"<p>{session.minutes} of {plan.limit} minutes.{free}</p>",
            table(["from–to", "minutes", "what"], rows),
        ]
        if session.home:
            said.append(f"<p><strong>At home:</strong> {inline(session.home)}</p>")
        asked = [inline(item.lesson.question) for item in session.items if item.lesson]
        if asked:
            said.append(f"<p>It answers:</p>{points(asked)}")
        parts.append(f'<section class="keep">{"".join(said)}</section>')
    return page(plan.title, "\n".join(parts), style="paper.css")


def _what(item):
    if item.lesson is None:
        return inline(item.what)
    title = link(inline(item.lesson.heading), f"../guides/{item.lesson.notebook}.html")
    return title + (f", {PARTS[item.part]}" if PARTS[item.part] else "")
