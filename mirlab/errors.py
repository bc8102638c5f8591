"""The mistakes a user can make, each told in one sentence: what, where, what would be right.

Everything raised on purpose derives from `MirlabError`, so the command line can turn any of them
into one line and exit code 2, and a notebook can show it without a traceback of ours.
"""


class MirlabError(Exception):
    """Base of every error that mirlab raises on purpose."""


class AudioError(MirlabError, ValueError):
    """A sound file cannot be used: unreadable, empty, not finite."""


class DatasetError(MirlabError, ValueError):
    """A data set is unknown, missing, empty or not laid out as it should be."""


class StoreError(MirlabError, OSError):
    """Features cannot be written or read: no space, no permission, damaged files."""


class LessonError(MirlabError, ValueError):
    """A lesson's files (metadata, quiz, exercise) contradict each other."""
