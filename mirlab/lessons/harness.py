"""Try an exercise with right and wrong answers of all kinds, and report every wrong judgement.

The tests run this over all exercises of the course; nothing is listed by hand, so a new exercise is tried
too. An exercise has only to bring what nobody else can know: its solution, other right answers (`also`), and
the mistakes that learners make (`mistake`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from mirlab.lessons.blank import TODO
from mirlab.lessons.compare import differences, plain
from mirlab.lessons.exercises import Exercise

EDGES = {
    "empty": "an input without any element",
    "single": "an input with a single element",
    "ties": "an input in which two elements are equal",
}
SEEDS = range(8)
SOON = 0.3  # seconds after which an endless answer is stopped here


class Trial(NamedTuple):
    """One answer, the outcome that it should have, and a text that the outcome should contain."""

    name: str
    answer: object
    kind: str
    says: str = ""
    seeds: Sequence[int] = (0,)
    limit: float = 20.0


def faults(exercise: Exercise) -> list[str]:
    """Judge answers of all kinds, and report wrong judgements.

    Parameters
    ----------
    exercise : Exercise
        The exercise.

    Returns
    -------
    list of str
        One sentence for each answer that is judged wrongly, and for each thing that the exercise lacks.

    Examples
    --------
    >>> from mirlab import lessons
    >>> faults(lessons.open("00").ex.blind_guess)
    []
    """
    found = []
    for trial in [*_common(exercise), *(_functions(exercise) if exercise.inputs else _values(exercise))]:
        for seed in trial.seeds:
            outcome = exercise.judge(trial.answer, seed=seed, limit=trial.limit)
            if outcome.kind != trial.kind:
                found.append(f"{trial.name} is judged {outcome.kind}, not {trial.kind}: {outcome.parts[0]}")
                break
            if trial.says not in repr(outcome):
                found.append(f"{trial.name} is judged {trial.kind} without “{trial.says}”")
                break
    return [f"{exercise.name}: {fault}" for fault in [*found, *_lacking(exercise)]]


def _common(ex: Exercise) -> Iterator[Trial]:
    solve = ex.solve if ex.inputs else ex.solve()
    yield Trial("TODO", TODO, "not attempted", "TODO")
    yield Trial("the solution", solve, "right", ex.reason, SEEDS)
    for right in ex.styles:
        answer = right if ex.inputs else right()
        yield Trial(f"the other answer {right.__name__}", answer, "right", "", SEEDS)
    for message, wrong in ex.mistakes:
        says = "" if ex.complaint else message
        yield Trial(f"the mistake {message!r}", wrong if ex.inputs else wrong(), "wrong", says, SEEDS[:3])
    for name, style in STYLES.items():
        answer = _then(ex.solve, style) if ex.inputs else style(solve)
        yield Trial(f"the solution as {name}", answer, "right", "", SEEDS[:3])


# -- functions --------------------------------------------------------------------------------------------


def _functions(ex: Exercise) -> Iterator[Trial]:
    cases = ex.cases(0)
    first = ex.solve(*deepcopy(next(iter(cases.values()))))
    yield Trial("a function with an empty body", _does_nothing, "not attempted", "body")
    yield Trial("a function that returns TODO", _like(ex, lambda *args: TODO), "not attempted", "TODO")
    yield Trial("a function that is called", first, "wrong", "the function itself")
    yield Trial("a function of too many arguments", lambda a, b, c, d, e, f, g, h: a, "wrong", ex.signature)
    yield Trial("a function without return", _like(ex, lambda *args: [].clear()), "wrong", "`return` missing")
    yield Trial("a function that fails", _like(ex, lambda *args: 1 / 0), "crashed", "divides by zero")
    yield Trial(
        "an unknown name",
        _like(ex, lambda *args: unknown_name),  # noqa: F821
        "crashed",
        "`unknown_name` is not defined",
    )
    yield Trial("the solution as iterators", _then(ex.solve, partial(_deep, _as_iterators)), "right")
    yield Trial("the first result, always", _like(ex, lambda *args: deepcopy(first)), "wrong")
    yield Trial("a solution after a first wrong answer", _with_todo(ex), "wrong", "still contains a `TODO`")
    yield Trial("an endless loop", _like(ex, _endless), "crashed", f"stopped after {SOON:g} s", limit=SOON)
    yield Trial("a table of the answers of an earlier check", _table(ex, seed=0), "wrong", seeds=SEEDS[1:4])
    for i in range(len(ex.parameters)):
        if any(_can_change(args[i]) for args in cases.values()):
            says = f"changes its argument `{ex.parameters[i]}`"
            yield Trial(f"a solution that changes argument {i}", _changing(ex, i), "wrong", says)
    if isinstance(first, np.ndarray | float | int) and not ex.complaint:
        wrong_shape = _then(ex.solve, lambda result: np.asarray(result)[None, None])
        yield Trial("a result of the wrong shape", wrong_shape, "wrong", "wrong shape")
    if isinstance(first, Mapping) and not ex.complaint:
        yield Trial("a result with a wrong key", _then(ex.solve, _other_key), "wrong", "is missing")
    if ex.start:
        cell: dict = {}
        exec(ex.start_source, cell)
        yield Trial("the function as it was given", cell[ex.name], "not attempted", "as it was given")
        yield Trial("the error in the given function", _like(ex, ex.start), "wrong")


def _does_nothing(*args): ...


def _like(ex: Exercise, function: Callable) -> Callable:
    """Give a function the number of arguments that the exercise has."""
    arguments = ", ".join(f"a{i}" for i in range(len(ex.parameters)))
    return eval(f"lambda {arguments}: function({arguments})", {"function": function})


def _then(solve: Callable, change: Callable) -> Callable:
    def changed(*args):
        return change(solve(*args))

    return changed


def _with_todo(ex: Exercise) -> Callable:
    def half_done(*args):
        if not args:
            return TODO
        return ex.solve(*args), "and something else"

    return half_done


def _endless(*args):
    while True:
        pass


def _table(ex: Exercise, seed: int) -> Callable:
    """Return a function that knows the right result for the inputs of one seed, and no other."""
    known = [(args, ex.solve(*deepcopy(args))) for args in ex.cases(seed).values()]

    def look_up(*args):
        for inputs, result in known:
            if _same(args, inputs):
                return deepcopy(result)
        return deepcopy(known[0][1])

    return _like(ex, look_up)


def _same(args, inputs) -> bool:
    return all(
        a.bit_generator.state == b.bit_generator.state
        if isinstance(b, np.random.Generator)
        else not differences(a, b, exact=True)
        for a, b in zip(args, inputs, strict=True)
    )


def _can_change(value) -> bool:
    return isinstance(value, list | dict) or (isinstance(value, np.ndarray) and value.size > 0)


def _changing(ex: Exercise, i: int) -> Callable:
    def change(*args):
        result = deepcopy(ex.solve(*args))
        if isinstance(args[i], list):
            args[i].append(None)
        elif isinstance(args[i], dict):
            args[i]["one more"] = None
        elif args[i].size:
            args[i].flat[0] = "?" if args[i].dtype.kind == "U" else not args[i].flat[0]
        return result

    return _like(ex, change)


def _other_key(result: Mapping) -> dict:
    first, *rest = result.items()
    return {"a name that nobody gave": first[1]} | dict(rest)


# -- values -----------------------------------------------------------------------------------------------


def _values(ex: Exercise) -> Iterator[Trial]:
    value = ex.solve()
    yield Trial("nothing at all", None, "wrong")
    yield Trial("another type", object(), "wrong")
    if isinstance(value, Mapping):
        first, *others = value
        yield Trial("a blank entry", value | {first: TODO}, "not attempted", repr(first))
        missing = {key: value[key] for key in others}
        yield Trial("a missing entry", missing, "wrong", "is missing" if not ex.complaint else "")
        for key, right in value.items():
            if isinstance(right, str):
                says = ", ".join(ex.words_for(key))
                yield Trial(f"an unknown word for {key!r}", value | {key: "xyz123"}, "wrong", says)
            elif isinstance(right, int | float | np.number):
                yield Trial(f"another number for {key!r}", value | {key: _another(right)}, "wrong", str(key))
    elif isinstance(value, int | float | np.number):
        yield Trial("another number", _another(value), "wrong")
        yield Trial("a number as text", str(value), "wrong", "is text")


def _another(value):
    return not value if isinstance(value, bool | np.bool_) else value + 1 + abs(value)


# -- other forms of the same result -----------------------------------------------------------------------


def _deep(change: Callable, result):
    """Change every part of a result: the values of a mapping, the items of a tuple, or the whole."""
    if isinstance(result, Mapping):
        return {key: _deep(change, value) for key, value in result.items()}
    if isinstance(result, tuple):
        return tuple(_deep(change, item) for item in result)
    return change(result)


def _as_lists(x):
    return x.tolist() if isinstance(x, np.ndarray | np.generic) else x


def _as_tuples(x):
    x = _as_lists(x)
    return tuple(map(_as_tuples, x)) if isinstance(x, list) else x


def _as_numpy(x):
    is_plain = isinstance(x, bool | int | float | str) or (
        isinstance(x, list) and len({type(item) for item in x}) == 1 and not isinstance(x[0], list | tuple)
    )
    return np.array(x)[()] if is_plain else x


def _as_single_precision(x):
    is_real = isinstance(x, float) or (isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f")
    return np.asarray(x, np.float32)[()] if is_real else x


def _as_pandas(x):
    if isinstance(x, np.ndarray) and x.ndim in (1, 2):
        return (pd.Series if x.ndim == 1 else pd.DataFrame)(x)
    return x


def _as_objects(x):
    return x.astype(object) if isinstance(x, np.ndarray) else x


def _as_iterators(x):
    return map(_as_iterators, x) if isinstance(x, list | np.ndarray) and np.ndim(x) else x


def _as_fractions(x):
    return Fraction(float(x)) if isinstance(x, float) and np.isfinite(x) else x


def _as_shouted(x):
    return f" {x.upper()}. " if isinstance(x, str) else x


STYLES = {
    "lists": partial(_deep, _as_lists),
    "tuples": partial(_deep, _as_tuples),
    "NumPy values": partial(_deep, _as_numpy),
    "float32": partial(_deep, _as_single_precision),
    "pandas objects": partial(_deep, _as_pandas),
    "arrays of objects": partial(_deep, _as_objects),
    "fractions": partial(_deep, _as_fractions),
    "text in capitals, with spaces and a full stop": partial(_deep, _as_shouted),
}


# -- what an exercise must bring --------------------------------------------------------------------------


def _lacking(ex: Exercise) -> Iterator[str]:
    if not ex.mistakes:
        yield "it names no mistake that learners make"
    if (ex.kind == "find the bug") != (ex.start is not None):
        yield "an exercise of the kind “find the bug” gives a function with an error, and no other does"
    value = None if ex.inputs else ex.solve()
    texts = (
        [key for key, text in value.items() if isinstance(text, str)] if isinstance(value, Mapping) else []
    )
    for key in texts:
        words = ex.words_for(key)
        if value[key] not in words or len(set(map(plain, words))) != len(words):
            yield f"the words to choose from for {key!r} are not given, or not all different"
    if not ex.inputs:
        return
    if not ex.styles:
        yield "it has no other right answer (`also`)"
    cases = [ex.cases(seed) for seed in SEEDS]
    if len(cases[0]) < 3:
        yield f"{len(cases[0])} inputs are too few; give at least 3"
    for edge, meaning in EDGES.items():
        there = all(any(_has(edge, arg) for args in case.values() for arg in args) for case in cases)
        if there and edge in ex.lacks:
            yield f"it has {meaning}, though `lacks` says that there is none"
        if not there and edge not in ex.lacks:
            yield f"it lacks {meaning}; add one, or say in `lacks` why there is none"


def _has(edge: str, value) -> bool:
    """Return whether an argument is empty, has a single element, or has two equal elements."""
    if isinstance(value, str) or not hasattr(value, "__len__"):
        return False
    if edge != "ties":
        return len(value) == (edge == "single")
    items = value.values() if isinstance(value, Mapping) else value
    return len({repr(item) for item in items}) < len(value)
