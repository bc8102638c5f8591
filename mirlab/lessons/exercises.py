"""Exercises: the learner's answer is run and judged, with one of four outcomes.

An exercise is its solution, an ordinary function with the `exercise` decorator::

    @exercise(
        hints=["It is a sum of r terms.", "`range(1, r + 1)` counts from 1 to r."],
        reason="A place gained near the top counts more than one gained far down.",
        inputs=lambda rng: {"the first rank": (1,), "rank 3": (3,), "any rank": (int(rng.integers(9, 99)),)},
    )
    def rank_weight(r):
        return sum(1 / k for k in range(1, r + 1))

    @rank_weight.mistake("the sum stops one term early: `range(1, r)` leaves out r.")
    def one_term_short(r):
        return sum(1 / k for k in range(1, r))

Without `inputs`, the answer is a value instead of a function; the solution takes no argument and returns that
value.
"""

import ast
import inspect
import linecache
import os
import traceback
import warnings
from collections.abc import Callable, Mapping
from copy import deepcopy
from textwrap import dedent

import numpy as np
from IPython.display import display

from mirlab.errors import LessonError, StoreError
from mirlab.lessons import progress
from mirlab.lessons.blank import blanks_in, mentions_todo
from mirlab.lessons.compare import brief, differences
from mirlab.show.cards import Card, Code


class Exercise:
    """One exercise: it judges answers, gives hints one at a time, and shows its solution.

    Made by `exercise`; call it to run the solution.

    Attributes
    ----------
    name : str
        The name of the solution, and of the learner's answer.
    lesson : str
        The number of its lesson; set when the lesson is opened.
    solve, reference : callable
        The solution, and the function that answers are compared with.
    hints, reason, inputs, tolerance
        See `exercise`.
    mistakes : list of (str, callable)
        Known wrong answers, each after the sentence that names it.
    complaint : callable or None
        Judges the result, in place of a comparison with the solution.
    """

    def __init__(self, solution, *, hints, reason, inputs, reference, tolerance):
        self.name, self.lesson = solution.__name__, ""
        self.solve, self.reference = solution, reference or solution
        self.hints, self.reason, self.inputs, self.tolerance = list(hints), reason, inputs, tolerance
        self.mistakes: list[tuple[str, Callable]] = []
        self.complaint: Callable | None = None
        self._hints_given = 0

    def __call__(self, *args, **kwargs):
        """Run the solution."""
        return self.solve(*args, **kwargs)

    def __repr__(self) -> str:
        calls = self._call("check", self.name), self._call("hint"), self._call("solution")
        return f"exercise {self.name}: {', '.join(calls)}"

    # -- for authors of lessons -----------------------------------------------------------------------------

    def mistake(self, message: str) -> Callable:
        """Decorate a wrong answer that learners are known to give; `message` names the mistake.

        An answer that agrees with it on every input gets this message. If the answer is a mapping, a mistake
        may hold only the entries that show it.
        """

        def keep(wrong: Callable) -> Callable:
            self.mistakes.append((message, wrong))
            return wrong

        return keep

    def accepts(self, complaint: Callable) -> Callable:
        """Decorate ``complaint(result, *args)``, for exercises that have many right answers.

        It returns a sentence that says what is wrong with `result`, or nothing. It may fail on a result of
        the wrong form, which is then reported.
        """
        self.complaint = complaint
        return complaint

    def cases(self) -> dict[str, tuple]:
        """Return the inputs, each with a name that says what is special about it."""
        return self.inputs(np.random.default_rng(0)) if self.inputs else {"": ()}

    @property
    def source(self) -> str:
        """The solution as a learner would write it into the cell."""
        lines = dedent(inspect.getsource(self.solve)).splitlines()
        function = ast.parse("\n".join(lines)).body[0]
        if self.inputs:
            return "\n".join(lines[function.lineno - 1 :])  # without the decorators
        first, last = function.body[ast.get_docstring(function) is not None], function.body[-1]
        lines[last.lineno - 1] = lines[last.lineno - 1].replace("return ", f"{self.name} = ", 1)
        return dedent("\n".join(lines[first.lineno - 1 :]))

    # -- for the learner ------------------------------------------------------------------------------------

    def check(self, answer) -> None:
        """Judge `answer` and show the outcome below the cell. A blank never raises.

        If the environment variable ``MIRLAB_STRICT_CHECKS`` is set, anything but a right answer raises
        `LessonError`: the tests run notebooks with their solutions in this way.
        """
        outcome = self.judge(answer)
        if outcome.kind == "right":
            try:
                progress.record(self.lesson, f"exercise:{self.name}")
            except StoreError as error:  # the answer is still right
                outcome.parts.append(str(error))
        display(outcome)
        if os.environ.get("MIRLAB_STRICT_CHECKS") and outcome.kind != "right":
            raise LessonError(repr(outcome))

    def hint(self) -> None:
        """Show the next hint; the last one says that it is the last."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        n, of = self._hints_given, len(self.hints)
        after = "That was the last one." if n == of else ""
        display(Card("hint", f"{self.name}, {n} of {of}", self.hints[n - 1], after))

    def solution(self) -> None:
        """Show the solution and its reason."""
        display(Card("solution", self.name, Code(self.source), self.reason))

    def working(self, answer):
        """Return `answer` if it is right, and the solution if not: for cells that build on it."""
        if self.judge(answer).kind == "right":
            return answer
        return self.reference if self.inputs else self.reference()

    def judge(self, answer) -> Card:
        """Return the outcome for `answer` as a card; its `kind` is one of the four outcomes.

        Parameters
        ----------
        answer : callable or object
            The learner's function or value.

        Returns
        -------
        Card
            Of kind ``not attempted``, ``right``, ``wrong`` or ``crashed``.
        """
        if (blanks := blanks_in(answer)) is not None:
            return self._not_attempted(blanks)
        if self.inputs and not callable(answer):
            return self._wrong(f"Give `check` the function itself, `{self.name}`; it got {brief(answer)}.")
        outcome = self._run(answer, self.cases())
        return self._not_attempted("") if outcome.kind != "right" and mentions_todo(answer) else outcome

    # -- internal -------------------------------------------------------------------------------------------

    def _run(self, answer, cases: Mapping) -> Card:
        results, complaints, crash = {}, {}, None
        for name, args in cases.items():
            try:
                results[name] = answer(*deepcopy(args)) if self.inputs else answer
            except Exception as error:
                title = f"{self.name}{_on(name)}"
                crash = Card("crashed", title, self._shown_call(args), _where(error, answer))
                break
            if (blanks := blanks_in(results[name])) is not None:
                return self._not_attempted(blanks)
            complaints[name] = self._complain(results[name], deepcopy(args))
        wrong = {name: complaint for name, complaint in complaints.items() if complaint}
        if wrong:
            name = next(iter(wrong))
            count = f"{len(complaints) - len(wrong)} of {len(cases)} inputs are right." if self.inputs else ""
            return self._wrong(wrong[name], *self._likely(results, cases), count, on=_on(name))
        if crash:
            return crash
        return Card("right", self.name, f"On all {len(cases)} inputs." if self.inputs else "", self.reason)

    def _complain(self, result, args: tuple) -> str:
        """Say in a sentence what is wrong with a result; nothing if it is right."""
        if self.complaint:
            try:
                return self.complaint(result, *args) or ""
            except Exception as error:
                return f"{brief(result)} does not have the form that the exercise requires ({error})."
        if self.inputs and result is None:
            return f"{self._shown_call(args)} gave None: is a `return` missing?"
        wrong = differences(result, self.reference(*args), self.tolerance)
        if not wrong:
            return ""
        first = wrong[0]
        if self.inputs:
            call = self._shown_call(args)[:-1] + f"{first.where}`"
            return f"{call} gave {first.got} where {first.want} was expected."
        # A value is its own solution: say where it is wrong, not what it should be.
        if first.where:
            return f"Look again at {', '.join(map(str, wrong))}."
        return f"{first.got} is {first.fault or 'not it'}."

    def _likely(self, results: Mapping, cases: Mapping) -> list[str]:
        """Name the known mistakes that give exactly these results."""
        return [
            f"Likely mistake: {message}"
            for message, wrong in self.mistakes
            if all(self._agrees(results[name], wrong, deepcopy(cases[name])) for name in results)
        ]

    def _agrees(self, result, wrong: Callable, args: tuple) -> bool:
        try:
            with warnings.catch_warnings(action="ignore"):
                mistaken = wrong(*args)
        except Exception:  # it fails on an input on which the learner's answer did not
            return False
        if isinstance(mistaken, Mapping) and isinstance(result, Mapping):
            result = {key: result[key] for key in mistaken if key in result}
        return not differences(result, mistaken, self.tolerance)

    def _not_attempted(self, blanks: str) -> Card:
        todo = (
            f"Still to do: {blanks}." if blanks else "Write your answer in place of `TODO` and run the cell."
        )
        return Card("not attempted", self.name, todo, f"Stuck? {self._call('hint')}")

    def _wrong(self, *parts: str, on: str = "") -> Card:
        return Card("wrong", f"{self.name}{on}", *parts, f"Stuck? {self._call('hint')}")

    def _call(self, method: str, argument: str = "") -> str:
        return f"`here.ex.{self.name}.{method}({argument})`"

    def _shown_call(self, args: tuple) -> str:
        return f"`{self.name}({', '.join(map(brief, args))})`"


def exercise(
    *,
    hints: list[str],
    reason: str,
    inputs: Callable[[np.random.Generator], dict[str, tuple]] | None = None,
    reference: Callable | None = None,
    tolerance: float = 1e-6,
) -> Callable[[Callable], Exercise]:
    """Make an exercise of the function below: its name is the name of the exercise, its body the solution.

    Parameters
    ----------
    hints : list of str
        From a first idea to almost the whole answer; shown one at a time.
    reason : str
        Why the solution is right; shown with it, and when an answer is right.
    inputs : callable, optional
        ``inputs(rng)`` returns a dict from a name ("an empty window") to the tuple of arguments. Without it
        the answer is a value.
    reference : callable, optional
        The function that answers are compared with, such as mirlab's own; the solution if not given.
    tolerance : float
        Largest relative or absolute error of a number.

    Returns
    -------
    callable
        The decorator, which returns an `Exercise`.

    Raises
    ------
    LessonError
        If there is no hint or no reason, or the function cannot be put into a cell.

    Examples
    --------
    >>> from mirlab.lessons import TODO
    >>> @exercise(hints=["Count the classes."], reason="Each of n classes is right once in n times.")
    ... def chance():
    ...     return 1 / 10
    >>> chance.judge(TODO).kind, chance.judge(0.1).kind
    ('not attempted', 'right')
    >>> chance.judge(0.5)
    ✘ Wrong: chance
      0.5 is too large.
      Stuck? `here.ex.chance.hint()`
    """

    def make(solution: Callable) -> Exercise:
        if not hints or not reason:
            raise LessonError(f"exercise {solution.__name__}: it needs at least one hint, and a reason")
        if inputs is None and inspect.signature(solution).parameters:
            raise LessonError(
                f"exercise {solution.__name__}: its solution takes arguments, so it needs `inputs`"
            )
        return Exercise(
            solution, hints=hints, reason=reason, inputs=inputs, reference=reference, tolerance=tolerance
        )

    return make


def _on(name: str) -> str:
    return f", on {name}" if name else ""


def _where(error: Exception, answer) -> Code:
    """Show the error at the learner's lines, which have the namespace of the learner's function."""
    notebook = getattr(answer, "__globals__", None)
    steps = {}  # one for each line: a comprehension shares the line of its function, a recursion repeats it
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is notebook:
            steps.setdefault((frame.f_code.co_filename, line), frame.f_code.co_name)
    lines = [
        f"line {line}, in {name}:\n    {linecache.getline(file, line).strip()}"
        for (file, line), name in steps.items()
    ]
    return Code("\n".join([*lines, "".join(traceback.format_exception_only(error)).strip()]))
