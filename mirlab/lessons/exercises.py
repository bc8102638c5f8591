"""Exercises: the learner's answer is run and judged, with one of four outcomes.

An exercise is its solution, an ordinary function with the `exercise` decorator::

    @exercise(
        hints=["It is a sum of r terms.", "`range(1, r + 1)` counts from 1 to r."],
        reason="A place gained near the top counts more than one gained far down.",
        inputs=lambda rng: {"the first rank": (1,), "rank 3": (3,), "any rank": (int(rng.integers(9, 99)),)},
        lacks={"empty": "a rank is one number", "ties": "a rank is one number"},
    )
    def rank_weight(r):
        return sum(1 / k for k in range(1, r + 1))

    @rank_weight.also
    def in_another_style(r):
        return np.sum(1 / np.arange(1, r + 1))

    @rank_weight.mistake("the sum stops one term early: `range(1, r)` leaves out r.")
    def one_term_short(r):
        return sum(1 / k for k in range(1, r))

Without `inputs`, the answer is a value instead of a function; the solution takes no argument and returns that
value. `mirlab.lessons.harness` tries every exercise with right and wrong answers of all kinds.
"""

import ast
import inspect
import itertools
import os
import secrets
from collections.abc import Callable, Mapping
from textwrap import dedent

import numpy as np
from IPython.display import display

from mirlab.errors import LessonError, StoreError
from mirlab.lessons import progress, running
from mirlab.lessons.compare import described, has_fractions
from mirlab.lessons.judging import judge
from mirlab.show.cards import Card, Code
from mirlab.show.language import said

KINDS = ("write", "find the bug", "break the claim", "work out", "sort")
"""Kinds of exercises: write a function; find the error in one; refute a claim; a value; words for cases."""

_seeds = itertools.count(secrets.randbits(32))  # other inputs in each check and after each restart


class Exercise:
    """One exercise: it judges answers, gives hints one at a time, and shows its solution.

    Made by `exercise`; call it to run the solution.

    Attributes
    ----------
    name : str
        The name of the solution, and of the learner's answer.
    lesson : str
        The number of its lesson; set when the lesson is opened.
    kind : str
        One of `KINDS`.
    solve, reference : callable
        The solution, and the function that answers are compared with.
    hints, reason, inputs, decimals, words, lacks
        See `exercise`.
    mistakes : list of (str, callable)
        Known wrong answers, each after the sentence that names it.
    styles : list of callable
        Other right answers.
    start : callable or None
        The function with an error that the learner gets, in an exercise of the kind "find the bug".
    complaint : callable or None
        Judges the result, in place of a comparison with the solution.
    seed : int
        Seed of the inputs of the last check.
    lottery : (int, callable) or None
        How often a function that draws is run, and what judges all its results together.
    """

    def __init__(self, solution, *, kind, hints, reason, inputs, reference, decimals, words, lacks):
        self.name, self.lesson, self.kind = solution.__name__, "", kind
        self.solve, self.reference = solution, reference or solution
        self.hints, self.reason, self.inputs, self.decimals = list(hints), reason, inputs, decimals
        self.words, self.lacks = words, dict(lacks or {})
        self.mistakes: list[tuple[str, Callable]] = []
        self.styles: list[Callable] = []
        self.start: Callable | None = None
        self.complaint: Callable | None = None
        self.lottery: tuple[int, Callable] | None = None
        self.seed, self._hints_given, self._judged = 0, 0, None

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

    def also(self, right: Callable) -> Callable:
        """Decorate another right answer, written in another style; the harness tries it."""
        self.styles.append(right)
        return right

    def given(self, start: Callable) -> Callable:
        """Decorate the function with an error that the learner gets (the kind "find the bug")."""
        self.start = start
        return start

    def accepts(self, complaint: Callable) -> Callable:
        """Decorate ``complaint(result, *args)``, for exercises that have many right answers.

        It returns a sentence that says what is wrong with `result`, or nothing. It may fail on a result of
        the wrong form, which is then reported.
        """
        self.complaint = complaint
        return complaint

    def repeated(self, times: int) -> Callable:
        """Decorate ``complaint(results, *args)``, for functions that draw with a random generator.

        The answer is run `times` times with the first inputs and new generators. The decorated function gets
        all results, and returns a sentence that says what is wrong with them together, or nothing.
        """

        def keep(complaint: Callable) -> Callable:
            self.lottery = times, complaint
            return complaint

        return keep

    def cases(self, seed: int | None = None) -> dict[str, tuple]:
        """Return the inputs of the last check, each with a name that says what is special about it.

        Parameters
        ----------
        seed : int, optional
            Return the inputs of this seed instead.
        """
        seed = self.seed if seed is None else seed
        return self.inputs(np.random.default_rng(seed)) if self.inputs else {"": ()}

    @property
    def source(self) -> str:
        """The solution as a learner would write it into the cell."""
        return self._source(self.solve)

    @property
    def start_source(self) -> str:
        """The function with an error that the learner gets, under the name of the exercise."""
        return self._source(self.start).replace(f"def {self.start.__name__}(", f"def {self.name}(", 1)

    def _source(self, function: Callable) -> str:
        lines = dedent(inspect.getsource(function)).splitlines()
        tree = ast.parse("\n".join(lines)).body[0]
        if self.inputs:
            return "\n".join(lines[tree.lineno - 1 :])  # without the decorators
        first, last = tree.body[ast.get_docstring(tree) is not None], tree.body[-1]
        lines[last.lineno - 1] = lines[last.lineno - 1].replace("return ", f"{self.name} = ", 1)
        return dedent("\n".join(lines[first.lineno - 1 :]))

    # -- for the learner ------------------------------------------------------------------------------------

    def check(self, answer) -> None:
        """Judge `answer` and show the outcome below the cell. A blank never raises.

        If the environment variable ``MIRLAB_STRICT_CHECKS`` is set, anything but a right answer raises
        `LessonError`: the tests run notebooks with their solutions in this way.
        """
        outcome = self.judge(answer)
        if outcome.kind != "not attempted":
            right = outcome.kind == "right"
            try:
                progress.judged(self.lesson, f"exercise:{self.name}", right=right)
            except StoreError as error:  # the answer is still right
                outcome.parts += [str(error)] * right
        display(outcome)
        if os.environ.get("MIRLAB_STRICT_CHECKS") and outcome.kind != "right":
            raise LessonError(repr(outcome))

    def hint(self) -> None:
        """Show the next hint; the last one says that it is the last."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        n, of = self._hints_given, len(self.hints)
        after = "That was the last hint." if n == of else ""
        display(Card("hint", f"{self.name}, {n} of {of}", self.hints[n - 1], after))

    def solution(self) -> None:
        """Show the solution and its reason."""
        display(Card("solution", self.name, Code(self.source), self.reason))

    def working(self, answer):
        """Return `answer` if it is right, and the solution if not: for cells that build on it.

        A function that was checked is not run again.
        """
        known = self._judged
        kind = known[1] if self.inputs and known and known[0] is answer else self.judge(answer).kind
        if kind == "right":
            return answer
        return self.reference if self.inputs else self.reference()

    def judge(self, answer, *, seed: int | None = None, limit: float = running.LIMIT) -> Card:
        """Judge `answer` on inputs of `seed`, by default new ones: see `mirlab.lessons.judging`."""
        self.seed = next(_seeds) if seed is None else seed
        outcome = judge(self, answer, limit=limit)
        self._judged = answer, outcome.kind
        return outcome

    # -- internal -------------------------------------------------------------------------------------------

    def announced(self) -> list[str]:
        """Say how a function is called, of which types its arguments are, and how exact numbers must be."""
        lines, cases = [], self.cases(0)
        if self.inputs:
            kinds = {
                name: list(dict.fromkeys(said(described(args[i])) for args in cases.values()))
                for i, name in enumerate(self.parameters)
            }
            types = "; ".join(f"`{name}`: {' or '.join(kind)}" for name, kind in kinds.items())
            lines.append(f"It is called as `{self.signature}`. {types}.")
        if self.words:
            lists = self.words.values() if isinstance(self.words, Mapping) else [self.words]
            words = dict.fromkeys(word for each in lists for word in each)
            lines.append(f"The words to choose from: {', '.join(words)}.")
        if self.decimals is not None:
            error = 10.0**-self.decimals
            lines.append(f"Numbers: {self.decimals} decimals are enough; an error of {error:g} is accepted.")
        elif any(has_fractions(self.reference(*args)) for args in cases.values()):
            lines.append("Numbers: four digits are enough.")
        return lines

    def words_for(self, key) -> list[str]:
        """Return the words that one entry of an answer may be."""
        return list(self.words.get(key, [])) if isinstance(self.words, Mapping) else list(self.words or [])

    @property
    def parameters(self) -> list[str]:
        """The names of the arguments of the function."""
        return list(inspect.signature(self.solve).parameters)

    @property
    def signature(self) -> str:
        """The call of the function, such as ``majority(y)``."""
        return f"{self.name}({', '.join(self.parameters)})"

    def _call(self, method: str, argument: str = "") -> str:
        return f"`here.ex.{self.name}.{method}({argument})`"


def exercise(
    *,
    hints: list[str],
    reason: str,
    kind: str = "",
    inputs: Callable[[np.random.Generator], dict[str, tuple]] | None = None,
    reference: Callable | None = None,
    decimals: int | None = None,
    words: list[str] | dict[str, list[str]] | None = None,
    lacks: dict[str, str] | None = None,
) -> Callable[[Callable], Exercise]:
    """Make an exercise of the function below: its name is the name of the exercise, its body the solution.

    Parameters
    ----------
    hints : list of str
        From a first idea to almost the whole answer; shown one at a time.
    reason : str
        Why the solution is right; shown with it, and when an answer is right.
    kind : str
        One of `KINDS`; "write" with `inputs` and "work out" without, if not given.
    inputs : callable, optional
        ``inputs(rng)`` returns a dict from a name ("an empty window") to the tuple of arguments. Each check
        has a new `rng`; at least one input must depend on it, so that a table of answers fails. Among the
        inputs are an empty one, one with a single element, and one with ties. Without `inputs` the answer is
        a value.
    reference : callable, optional
        The function that answers are compared with, such as mirlab's own; the solution if not given.
    decimals : int, optional
        For results that are worked out by hand: so many decimals are enough, and the learner is informed.
        Otherwise the precision of float32 is enough.
    words : list of str or dict of list of str, optional
        The words that an answer in words may be made of, for all entries or by entry.
    lacks : dict of str to str, optional
        Which of "empty", "single" and "ties" the inputs do not have, and why.

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
        name = f"exercise {solution.__name__}"
        if not hints or not reason:
            raise LessonError(f"{name}: it needs at least one hint, and a reason")
        if inputs is None and inspect.signature(solution).parameters:
            raise LessonError(f"{name}: its solution takes arguments, so it needs `inputs`")
        chosen = kind or ("write" if inputs else "work out")
        if chosen not in KINDS:
            raise LessonError(f"{name}: its kind is {kind!r}; it can be {', '.join(KINDS)}")
        return Exercise(
            solution,
            kind=chosen,
            hints=hints,
            reason=reason,
            inputs=inputs,
            reference=reference,
            decimals=decimals,
            words=words,
            lacks=lacks,
        )

    return make
