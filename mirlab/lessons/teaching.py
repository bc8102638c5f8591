"""What only a teacher knows about a lesson: the table ``[teaching]`` of its file, for the teacher's guide."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ask:
    """A question to the class, and what to listen for in the answers."""

    ask: str
    listen: str


@dataclass(frozen=True)
class Cut:
    """What to leave out, or to shorten, when time is short, and the minutes that it saves (estimated)."""

    minutes: int
    what: str


@dataclass(frozen=True)
class Teaching:
    """What only a teacher knows about a lesson.

    Attributes
    ----------
    shows : str
        How the misconception of the lesson shows in class.
    before, after : list of Ask
        What to ask before and after the interactive part.
    cut : list of Cut
        What to cut first when time is short, then what to cut next.
    """

    shows: str
    before: list[Ask]
    after: list[Ask]
    cut: list[Cut]
