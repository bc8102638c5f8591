"""The mistakes a user can make, each told in one sentence: what, where, what would be right.

Everything raised on purpose derives from `MirlabError`, so the command line can turn any of them
into one line and exit code 2, and a notebook can show it without a traceback of ours.
"""

import os
import re

# What a name may hold that would break a line, turn it round, or cannot be printed at all.
_UNPRINTABLE = re.compile(r"[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text):
    r"""Return what can be told on one line, in any encoding of Unicode.

    Parameters
    ----------
    text : str or os.PathLike
        A name, a path or a sentence with names in it. What would break or turn the line, and bytes that are
        no text, are escaped.

    Returns
    -------
    str

    Examples
    --------
    >>> printable("two\nlines.wav")
    'two\\nlines.wav'
    """
    return _UNPRINTABLE.sub(lambda sign: sign[0].encode("unicode_escape").decode(), os.fspath(text))


class MirlabError(Exception):
    r"""Base of every error that mirlab raises on purpose.

    Parameters
    ----------
    sentence : str
        What, where, what would be right. Names in it may be as they are: it is made `printable`.

    Examples
    --------
    >>> raise MirlabError("two\nlines.wav: is empty; get a whole copy of it")
    Traceback (most recent call last):
    mirlab.errors.MirlabError: two\nlines.wav: is empty; get a whole copy of it
    """

    def __init__(self, sentence=""):
        super().__init__(printable(str(sentence)))


class AudioError(MirlabError, ValueError):
    """A sound file cannot be used: unreadable, empty, not finite."""


class DatasetError(MirlabError, ValueError):
    """A data set is unknown, missing, empty or not laid out as it should be."""


class StoreError(MirlabError, OSError):
    """Features cannot be written or read: no space, no permission, damaged files."""


class LessonError(MirlabError, ValueError):
    """A lesson's files (metadata, quiz, exercise) contradict each other."""
