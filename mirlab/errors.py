"""Define the errors for mistakes of a user. Each is one sentence: what is wrong, where, and what to do.

Everything that mirlab raises on purpose derives from `MirlabError`. The command line turns it into one line
and exit code 2, and a notebook can show it without a traceback.
"""

import os
import re

# Characters in a name that would break a line, reverse it, or cannot be printed at all.
_UNPRINTABLE = re.compile(r"[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text):
    r"""Return text that fits on one line, in any encoding of Unicode.

    Parameters
    ----------
    text : str or os.PathLike
        A name, a path or a sentence with names in it. Characters that would break or reverse the line, and
        bytes that are not text, are escaped.

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
        What is wrong, where, and what to do. Names in it need no escaping: it is made `printable`.

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


class NetworkError(MirlabError, ValueError):
    """A pretrained network is unknown, not on this machine, damaged, or cannot be downloaded."""


class LessonError(MirlabError, ValueError):
    """A lesson's files (metadata, quiz, exercise) contradict each other."""
