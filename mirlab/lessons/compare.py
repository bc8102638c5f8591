"""Compare an answer with the right one, and describe briefly each place where they differ."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Difference(NamedTuple):
    """One place where an answer is wrong.

    Attributes
    ----------
    where : str
        The place in Python's notation, such as ``[0, 3]`` or ``['jazz']``; empty for the whole.
    got, want : str
        The value and the expected value, written by `brief`.
    fault : str
        A description of `got` that does not reveal `want`: "too small", "missing", "a str"; may be empty.
    """

    where: str
    got: str
    want: str
    fault: str = ""

    def __str__(self) -> str:
        place = self.where.strip("[]").replace("][", ", ")
        return place + (f" ({self.fault})" if self.fault else "")


def differences(got, want, tolerance: float = 1e-6) -> list[Difference]:
    """Compare an answer of any type with the right one.

    Numbers and arrays (or lists of numbers) agree within `tolerance`, relative or absolute, and in shape, not
    in dtype; mappings key by key; lists and tuples item by item; everything else if Python calls it equal.

    Parameters
    ----------
    got, want : object
        The answer, and the right one.
    tolerance : float
        Largest relative or absolute error of a number.

    Returns
    -------
    list of Difference
        Empty if they agree. For two arrays, only the first difference is listed.

    Examples
    --------
    >>> differences([1.0, 2.0], np.array([1, 2]))
    []
    >>> differences([1.0, 2.5], np.array([1, 2]))
    [Difference(where='[1]', got='2.5', want='2', fault='')]
    >>> differences({"a": "jazz"}, {"a": "blues", "b": "rock"})[1]
    Difference(where="['b']", got='nothing', want="'rock'", fault='missing')
    """
    got, want = _without_objects(got), _without_objects(want)
    if isinstance(want, Mapping):
        if not isinstance(got, Mapping):
            return _whole(got, want)
        return _compare_items(dict(got), dict(want), tolerance)
    numbers = _numbers(want)
    if numbers is not None:
        return _compare_numbers(got, _numbers(got), numbers, tolerance)
    if isinstance(want, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(want):
            return _whole(got, want)
        return _compare_items(dict(enumerate(got)), dict(enumerate(want)), tolerance)
    return [] if isinstance(got, type(want)) and got == want else _whole(got, want)


def brief(value, width: int = 70) -> str:
    """Write a value in a short form for the learner; of a large array, write only the shape.

    Examples
    --------
    >>> brief(np.float64(1) / 3), brief(np.zeros((64, 4))), brief(np.arange(3)), brief("jazz")
    ('0.333333', 'array of shape (64, 4)', '[0, 1, 2]', "'jazz'")
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
    text = " ".join(repr(value).split())
    return text if len(text) <= width else f"{text[: width - 2]} …"


def _without_objects(value):
    """Turn an array of strings or objects into a list."""
    return value.tolist() if isinstance(value, np.ndarray) and value.dtype.kind not in "biufc" else value


def _numbers(value) -> np.ndarray | None:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # lists of unequal lengths, objects that do not form an array
        return None
    return array if array.dtype.kind in "biufc" else None


def _whole(got, want) -> list[Difference]:
    texts = brief(got), brief(want)
    alike = isinstance(got, type(want))
    fault = "" if alike else f"of type {type(got).__name__}, not {type(want).__name__}"
    return [Difference("", *(texts if texts[0] != texts[1] else (repr(got), repr(want))), fault)]


def _compare_items(got: dict, want: dict, tolerance: float) -> list[Difference]:
    wrong = []
    for key, value in want.items():
        if key in got:
            wrong += [
                d._replace(where=f"[{key!r}]{d.where}") for d in differences(got[key], value, tolerance)
            ]
        else:
            wrong.append(Difference(f"[{key!r}]", "nothing", brief(value), "missing"))
    return wrong + [
        Difference(f"[{key!r}]", brief(got[key]), "nothing", "unexpected") for key in got if key not in want
    ]


def _compare_numbers(got, a: np.ndarray | None, b: np.ndarray, tolerance: float) -> list[Difference]:
    if a is None:
        return _whole(got, b.tolist())
    if a.shape != b.shape:
        shapes = [f"shape {x.shape}" if x.ndim else "one number" for x in (a, b)]
        return [Difference("", *shapes, f"not {shapes[1]}")]
    close = np.isclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    if close.all():
        return []
    first = tuple(int(i) for i in np.argwhere(~close)[0])
    x, y = a[first].item(), b[first].item()
    where = f"[{', '.join(map(str, first))}]" if first else ""
    ordered = not first and a.dtype.kind in "iuf" and b.dtype.kind in "iuf"
    fault = ("too small" if x < y else "too large" if x > y else "") if ordered else ""
    return [Difference(where, *_whole(x, y)[0][1:3], fault)]
