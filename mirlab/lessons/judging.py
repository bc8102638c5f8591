"""Judge an answer: run it on the inputs of an exercise, compare, and put the outcome into words."""

import inspect
import time
import warnings
from collections.abc import Callable, Mapping
from copy import deepcopy

import numpy as np

from mirlab.lessons import running
from mirlab.lessons.blank import blanks_in, has_no_body, mentions_todo
from mirlab.lessons.compare import LINES, brief, differences, in_full, keyed, plain, unwrapped
from mirlab.lessons.failures import explain, learners_lines
from mirlab.show.cards import Card, Code
from mirlab.show.language import said


def judge(ex, answer, *, limit: float) -> Card:
    """Return the outcome for `answer` as a card; its `kind` is one of the four outcomes.

    Parameters
    ----------
    ex : Exercise
        The exercise; its `cases` are the inputs.
    answer : callable or object
        The learner's function or value.
    limit : float
        Seconds for all inputs together; then the function is stopped.

    Returns
    -------
    Card
        Of kind ``not attempted``, ``right``, ``wrong`` or ``crashed``.
    """
    outcome = _not_run(ex, answer) or (
        _judge_function(ex, answer, limit) if ex.inputs else _judge_value(ex, answer)
    )
    if outcome.kind in ("wrong", "crashed") and mentions_todo(answer):
        outcome.parts.append("Your function still contains a `TODO`.")
    return outcome


def _not_run(ex, answer) -> Card | None:
    """Return the outcome for an answer that cannot be run as it is."""
    if ex.inputs and has_no_body(answer):
        return _not_attempted(ex, "Write the body of the function and run the cell.")
    if (blanks := blanks_in(answer)) is not None:
        return _not_attempted(ex, blanks and f"Still to do: {blanks}.")
    if not ex.inputs:
        return None
    if not callable(answer):
        call = f"`here.ex.{ex.name}.check({ex.name})`"
        return _wrong(
            ex, f"Give `check` the function itself, without parentheses: {call}. It got {brief(answer)}."
        )
    if ex.start and _is_as_given(ex, answer):
        return _not_attempted(ex, "This is the function as it was given. It has an error: find it.")
    args = next(iter(ex.cases().values()))
    try:
        inspect.signature(answer).bind(*args)
    except TypeError:
        return _wrong(ex, f"It is called as `{ex.signature}`, but your function takes other arguments.")
    except ValueError:  # a function of C may have no signature
        pass
    return None


# -- functions --------------------------------------------------------------------------------------------


def _judge_function(ex, answer: Callable, limit: float) -> Card:
    cases, until = ex.cases(), time.monotonic() + limit
    results, complaints, crash = {}, {}, None
    for name, args in cases.items():
        try:
            results[name], changed = running.run(answer, args, max(0.01, until - time.monotonic()))
        except (Exception, SystemExit) as error:
            crash = _crashed(ex, error, answer, name, args, limit)
            break
        if changed:
            complaints[name] = _changes(ex.parameters[changed[0]])
        elif (blanks := blanks_in(results[name])) is not None:
            return _not_attempted(ex, blanks and f"Still to do: {blanks}.")
        else:
            complaints[name] = _complaint(ex, results[name], deepcopy(args))
    wrong = {name: complaint for name, complaint in complaints.items() if complaint}
    if wrong:
        name = next(iter(wrong))
        count = f"{len(complaints) - len(wrong)} of {len(cases)} inputs are right."
        parts = [*_shown(ex, name, cases[name]), count, *_likely_mistakes(ex, results, cases)]
        return _wrong(ex, wrong[name], *parts, on=_on(name))
    if crash:
        return crash
    if ex.lottery and (complaint := _complaint_about_draws(ex, answer, cases, until)):
        return _wrong(ex, complaint)
    return Card("right", ex.name, f"On all {len(cases)} inputs.", ex.reason)


def _complaint(ex, result, args: tuple) -> str:
    """Say in a sentence what is wrong with the result of a function; nothing if it is right."""
    call = f"{ex.name}({', '.join(map(brief, args))})"
    if result is None:
        return f"`{call}` gave None. Is a `return` missing?"
    if ex.complaint:
        return _authors_complaint(ex, result, args)
    wrong = differences(result, ex.reference(*args), decimals=ex.decimals)
    if not wrong:
        return ""
    where, got, want, fault = wrong[0]
    if fault and not fault.startswith("is too"):
        return f"`{call}{where}` {fault}. It is {got}."
    return f"`{call}{where}` gave {got} where {want} was expected."


def _authors_complaint(ex, result, args: tuple) -> str:
    try:
        return ex.complaint(unwrapped(result), *args) or ""
    except Exception as error:
        return f"{brief(result)} does not have the form that the exercise requires ({error})."


def _complaint_about_draws(ex, answer: Callable, cases: Mapping, until: float) -> str:
    """Run a function that draws many times, and say what is wrong with the results together."""
    times, complaint = ex.lottery
    args, results = next(iter(cases.values())), []
    for i in [0, *range(times)]:  # the first generator twice: the draws must be the same
        drawn = [np.random.default_rng([ex.seed, i]) if _is_generator(x) else x for x in args]
        try:
            result = running.run(answer, tuple(drawn), max(0.01, until - time.monotonic()))[0]
        except (Exception, SystemExit) as error:
            return f"Run again with another `rng`, it failed: {error}. {explain(error)}".strip()
        results.append(unwrapped(result))
    if differences(results[0], results[1]):
        return "Two runs with the same `rng` gave different results: draw with `rng` and nothing else."
    return complaint(results[1:], *deepcopy(args)) or ""


def _is_generator(value) -> bool:
    return isinstance(value, np.random.Generator)


def _changes(name: str) -> str:
    return (
        f"Your function changes its argument `{name}`. The lesson still needs the original: work on a copy "
        f"(`{name} = {name}.copy()`), or write `x = x + 1` in place of `x += 1`."
    )


def _is_as_given(ex, answer: Callable) -> bool:
    """Return whether the learner has not changed the function that was given.

    It is compiled from its source, as in the learner's cell: the code of a function also depends on the
    imports of its module.
    """

    def parts(code) -> tuple:
        constants = [parts(x) if inspect.iscode(x) else x for x in code.co_consts]
        return code.co_code, code.co_names, code.co_varnames, constants

    cell = compile(ex.start_source, "<the cell>", "exec")
    given = next(x for x in cell.co_consts if inspect.iscode(x) and x.co_name == ex.name)
    return hasattr(answer, "__code__") and parts(answer.__code__) == parts(given)


# -- values -----------------------------------------------------------------------------------------------


def _judge_value(ex, answer) -> Card:
    """Judge a value: say where it is wrong, not what it should be, since that is the solution."""
    right = ex.reference()
    answer = keyed(answer, right)
    complaint = _unknown_word(ex, answer)
    if isinstance(right, Mapping) and not isinstance(answer, Mapping):
        complaint = f"{brief(answer)} {said('is not a dictionary')}."
    elif not complaint and ex.complaint:
        complaint = _authors_complaint(ex, answer, ())
    elif not complaint:
        wrong = differences(answer, right, decimals=ex.decimals)
        if wrong and wrong[0].where:
            complaint = f"Look again at {', '.join(map(str, wrong))}."
        elif wrong:
            complaint = f"{wrong[0].got} {said(wrong[0].fault or 'is not right')}."
    if not complaint:
        return Card("right", ex.name, ex.reason)
    return _wrong(ex, complaint, *_likely_mistakes(ex, {"": answer}, {"": ()}))


def _unknown_word(ex, answer) -> str:
    """Say which part of an answer is none of the words that the exercise knows."""
    for key, value in answer.items() if isinstance(answer, Mapping) else [(None, answer)]:
        words = ex.words_for(key)
        known = plain(value) in map(plain, words) if isinstance(value, str) else key is None
        if words and not known:
            where = f"`{key}`: " if key is not None else ""
            return f"{where}{brief(value)} is none of the words to choose from: {', '.join(words)}."
    return ""


# -- words ------------------------------------------------------------------------------------------------


def _likely_mistakes(ex, results: Mapping, cases: Mapping) -> list[str]:
    """Name the known mistakes that give exactly these results."""
    return [
        f"Likely mistake: {message}"
        for message, wrong in ex.mistakes
        if results and all(_agrees(ex, results[name], wrong, deepcopy(cases[name])) for name in results)
    ]


def _agrees(ex, result, wrong: Callable, args: tuple) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            mistaken = wrong(*args)
    except Exception:  # it fails on an input on which the learner's answer did not
        return False
    if isinstance(mistaken, Mapping) and isinstance(result, Mapping):
        result = {key: result[key] for key in mistaken if key in result}
    return not differences(result, mistaken, decimals=ex.decimals)


def _not_attempted(ex, todo: str) -> Card:
    todo = todo or "Write your answer in place of `TODO` and run the cell."
    return Card("not attempted", ex.name, todo, *ex.announced(), _stuck(ex))


def _wrong(ex, *parts, on: str = "") -> Card:
    return Card("wrong", f"{ex.name}{on}", *parts, _stuck(ex))


def _crashed(ex, error: BaseException, answer, name: str, args: tuple, limit: float) -> Card:
    title, shown = f"{ex.name}{_on(name)}", _shown(ex, name, args)
    if isinstance(error, running.TooSlow):
        reason = f"Your function was stopped after {limit:g} s. Does a loop in it never end?"
        return Card("crashed", title, reason, *shown, _stuck(ex))
    if isinstance(error, running.Interrupted):
        return Card("crashed", title, "You interrupted your function.", *shown, _stuck(ex))
    return Card("crashed", title, explain(error), *shown, learners_lines(error, answer), _stuck(ex))


def _shown(ex, case: str, args: tuple) -> list:
    """Return the inputs in full if they fit into five lines, and how to see them if not."""
    written = [in_full(name, value) for name, value in zip(ex.parameters, args, strict=True)]
    if all(written) and sum(map(len, written)) <= LINES:
        return [Code("\n".join(line for lines in written for line in lines))]
    return [f"To see this input: `{', '.join(ex.parameters)} = here.ex.{ex.name}.cases()[{case!r}]`"]


def _stuck(ex) -> str:
    return f"Stuck? `here.ex.{ex.name}.hint()`"


def _on(name: str) -> str:
    return said(f", on {name}") if name else ""
