"""Compare an answer with the right one, and describe briefly each place where they differ.

The comparison is about values, not about how they are stored: a list, a tuple, an iterator, a NumPy array and
a pandas object with the same numbers are the same answer, and so are a float32, a fraction and a decimal
number. Words are the same if their letters and digits are.
"""

import re
from collections import deque
from collections.abc import Iterator, KeysView, Mapping, ValuesView
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

PRECISION = 1e-4  # of the largest expected number: single precision and other orders of summation pass
_NUMPY_NUMBER = re.compile(r"\bnp\.(?:bool|float\d+|u?int\d+)\(([^()]*)\)")  # in the repr of a list
LINES, WIDTH = 5, 100  # an input that needs more is not shown


class Difference(NamedTuple):
    """One place where an answer is wrong.

    Attributes
    ----------
    where : str
        The place in Python's notation, such as ``[0, 3]`` or ``['jazz']``; empty for the whole.
    got, want : str
        The value and the expected value, written by `brief`.
    fault : str
        A sentence part that describes `got` and does not reveal `want`: "is too small", "is missing"; may be
        empty.
    """

    where: str
    got: str
    want: str
    fault: str = ""

    def __str__(self) -> str:
        place = self.where.strip("[]").replace("][", ", ")
        return place + (f" ({self.fault})" if self.fault else "")


def differences(got, want, *, decimals: int | None = None, exact: bool = False) -> list[Difference]:
    """Compare an answer of any type with the right one.

    Parameters
    ----------
    got, want : object
        The answer, and the right one. Mappings are compared key by key, lists and tuples item by item,
        numbers and arrays in their shape and values, texts by `plain`; everything else by ``==``.
    decimals : int, optional
        A number may be wrong by one in this decimal place. Without it, a number may be wrong by `PRECISION`
        times the largest expected number.
    exact : bool
        Whether numbers and texts must be identical.

    Returns
    -------
    list of Difference
        Empty if they agree. For two arrays, only the first difference is listed.

    Examples
    --------
    >>> differences([1.0, Fraction(2)], np.array([1, 2], np.float32))
    []
    >>> differences([1.0, 2.5], np.array([1, 2]))
    [Difference(where='[1]', got='2.5', want='2', fault='')]
    >>> differences({"a": " JAZZ."}, {"a": "jazz", "b": "rock"})
    [Difference(where="['b']", got='nothing', want="'rock'", fault='is missing')]
    """
    got, want = unwrapped(keyed(got, want, exact=exact)), unwrapped(want)
    if isinstance(want, Mapping):
        if not isinstance(got, Mapping):
            return _whole(got, want, "is not a dictionary")
        return _compare_items(dict(got), dict(want), decimals, exact)
    numbers = _numbers(want)
    if numbers is not None:
        return _compare_numbers(got, _numbers(got), numbers, decimals, exact)
    if isinstance(want, list | tuple):
        if not isinstance(got, list | tuple):
            return _whole(got, want, "is not a list")
        if len(got) != len(want):
            return _whole(got, want, f"has {len(got)} items, not {len(want)}")
        return _compare_items(dict(enumerate(got)), dict(enumerate(want)), decimals, exact)
    if isinstance(want, str) and not exact:
        return [] if isinstance(got, str) and plain(got) == plain(want) else _whole(got, want)
    return [] if isinstance(got, type(want)) and got == want else _whole(got, want)


def plain(text):
    """Return the letters and digits of a text in lower case; anything but a text is returned unchanged.

    Examples
    --------
    >>> plain(" Feature-based. "), plain("feature_based"), plain(3)
    ('featurebased', 'featurebased', 3)
    """
    if not isinstance(text, str):
        return text
    return "".join(filter(str.isalnum, text.casefold())) or text.strip()


def brief(value, width: int = 70) -> str:
    """Write a value in a short form for the learner; of a large array, write only the shape.

    Examples
    --------
    >>> brief(np.float64(1) / 3), brief(np.zeros((64, 4))), brief(np.arange(3)), brief("jazz")
    ('0.333333', 'array of shape (64, 4)', '[0, 1, 2]', "'jazz'")
    >>> brief([np.float64(0.5), 1])
    '[0.5, 1]'
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray):
        if value.size > 8:
            return f"array of shape {value.shape}"
        return np.array2string(value, precision=4, separator=", ").replace("\n", "")
    if isinstance(value, np.random.Generator):
        return "rng"
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    text = _NUMPY_NUMBER.sub(r"\1", " ".join(repr(value).split()))
    return text if len(text) <= width else f"{text[: width - 2]} …"


def in_full(name: str, value) -> list[str]:
    """Write ``name = value`` so that a learner can copy it; return no line if it needs more than `LINES`.

    Examples
    --------
    >>> in_full("y", np.array([2, 0, 2]))
    ['y = np.array([2, 0, 2])']
    """
    if isinstance(value, np.random.Generator):
        body = "np.random.default_rng(…)"
    elif not isinstance(value, np.ndarray):
        body = repr(value)
    elif value.size <= LINES * WIDTH:
        body = np.array2string(value, precision=5, separator=", ", max_line_width=WIDTH, threshold=value.size)
        body = f"np.array({body})"
    else:
        return []
    lines = f"{name} = {body}".splitlines()
    return lines if len(lines) <= LINES and all(len(line) <= 2 * WIDTH for line in lines) else []


def described(value) -> str:
    """Say of which type a value is, in the words of the course.

    Examples
    --------
    >>> described(np.zeros((3, 2))), described(["jazz"]), described(3), described({"rock": 0.5})
    ('array of numbers with 2 axes', 'list of text', 'whole number', 'dictionary')
    """
    names = {"b": "True and False", "i": "whole numbers", "u": "whole numbers", "f": "numbers", "U": "text"}
    if isinstance(value, np.ndarray):
        kind = names.get(value.dtype.kind, "objects")
        return f"array of {kind} with {value.ndim} axes" if value.ndim > 1 else f"array of {kind}"
    if isinstance(value, list | tuple):
        within = sorted({described(item) for item in value})
        plural = {"number": "numbers", "whole number": "whole numbers", "list of text": "lists of text"}
        kind = "list" if isinstance(value, list) else "tuple"
        return f"{kind} of {plural.get(within[0], within[0])}" if len(within) == 1 else kind
    if isinstance(value, bool | np.bool_):
        return "True or False"
    for type_, name in (
        ((int, np.integer), "whole number"),
        ((float, np.floating), "number"),
        (str, "text"),
        (Mapping, "dictionary"),
        (np.random.Generator, "random generator"),
    ):
        if isinstance(value, type_):
            return name
    return type(value).__name__


def has_fractions(value) -> bool:
    """Return whether a value holds numbers that are not counts, so that a small error is accepted.

    Examples
    --------
    >>> has_fractions({"a": [1, 0.5]}), has_fractions(np.arange(3)), has_fractions("0.5")
    (True, False, False)
    """
    if isinstance(value, Mapping):
        return any(map(has_fractions, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_fractions, value))
    return isinstance(value, float | Fraction) or getattr(value, "dtype", np.dtype(int)).kind in "fc"


def keyed(got, want, *, exact: bool = False):
    """Give an answer that should be a dictionary the names of the right one, where `plain` finds them equal.

    Examples
    --------
    >>> keyed(pd.Series([3], index=[" Rock"]), {"rock": 3}), keyed([3], {"rock": 3})
    ({'rock': 3}, [3])
    """
    if isinstance(want, Mapping) and isinstance(got, pd.Series):
        got = got.to_dict()
    if not isinstance(want, Mapping) or not isinstance(got, Mapping) or exact:
        return got
    missing = {plain(key): key for key in want if key not in got}
    return {key if key in want else missing.get(plain(key), key): value for key, value in got.items()}


def unwrapped(value):
    """Turn pandas objects, iterators, views and arrays of objects into arrays and lists.

    Examples
    --------
    >>> unwrapped(pd.Series([1, 2])), unwrapped(np.array([True, False], dtype=object)), unwrapped("jazz")
    (array([1, 2]), [True, False], 'jazz')
    """
    if isinstance(value, pd.Series | pd.DataFrame | pd.Index):
        value = value.to_numpy()
    if isinstance(value, Iterator | ValuesView | KeysView | deque | range):
        value = list(value)
    if isinstance(value, np.ndarray) and value.dtype.kind not in "biufc":
        value = value.tolist()
    return value


def _numbers(value) -> np.ndarray | None:
    try:
        array = np.asarray(value)
        if array.dtype == object and all(isinstance(x, Fraction | Decimal | int | float) for x in array.flat):
            array = array.astype(float)
    except (ValueError, TypeError, OverflowError):  # lists of unequal lengths, objects that form no array
        return None
    return array if array.dtype.kind in "biufc" else None


def _whole(got, want, fault: str = "") -> list[Difference]:
    texts = brief(got), brief(want)
    if callable(got):
        fault = "is a function; call it, with parentheses"
    if not fault and not isinstance(got, type(want)):
        names = described(got), described(want)
        fault = f"is of type {names[0]}, not {names[1]}" if names[0] != names[1] else ""
    return [Difference("", *(texts if texts[0] != texts[1] else (repr(got), repr(want))), fault)]


def _compare_items(got: dict, want: dict, decimals: int | None, exact: bool) -> list[Difference]:
    wrong = []
    for key, value in want.items():
        if key in got:
            inner = differences(got[key], value, decimals=decimals, exact=exact)
            wrong += [d._replace(where=f"[{key!r}]{d.where}") for d in inner]
        else:
            wrong.append(Difference(f"[{key!r}]", "nothing", brief(value), "is missing"))
    return wrong + [
        Difference(f"[{key!r}]", brief(got[key]), "nothing", "is not among the names that the task gives")
        for key in got
        if key not in want
    ]


def _compare_numbers(got, a, b: np.ndarray, decimals: int | None, exact: bool) -> list[Difference]:
    if a is None:
        fault = "is text; a number is expected" if isinstance(got, str) and not b.ndim else ""
        return _whole(got, b.tolist(), fault)
    if a.shape != b.shape:
        if b.ndim:
            texts = [f"an array of shape {x.shape}" if x.ndim else "one number" for x in (a, b)]
            return [Difference("", *texts, f"has the wrong shape; the result should be {texts[1]}")]
        fault = "has the wrong shape; the result should be one number"
        if isinstance(got, tuple) and len(got) == 2:  # 0,5
            fault = "is two numbers; decimals follow a point, as in 0.5"
        return [Difference("", brief(got), "one number", fault)]
    close = np.isclose(a, b, rtol=0, atol=_margin(b, decimals, exact), equal_nan=True)
    if close.all():
        return []
    first = tuple(int(i) for i in np.argwhere(~close)[0])
    x, y = a[first].item(), b[first].item()
    where = f"[{', '.join(map(str, first))}]" if first else ""
    ordered = not first and a.dtype.kind in "iuf" and b.dtype.kind in "iuf"
    fault = ("is too small" if x < y else "is too large" if x > y else "") if ordered else ""
    return [Difference(where, *_whole(x, y)[0][1:3], fault)]


def _margin(want: np.ndarray, decimals: int | None, exact: bool) -> float:
    """Return by how much a number may differ."""
    if exact:
        return 0.0
    if decimals is not None:
        return 1.000001 * 10.0**-decimals
    if want.dtype.kind in "biu":
        return 1e-3  # counts and positions are right or wrong
    finite = np.abs(want[np.isfinite(want)])
    return PRECISION * float(finite.max(initial=0.0)) or PRECISION
