"""Exercises: four outcomes, hints one at a time, and the names of known mistakes."""

import math
import signal
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from mirlab import lessons
from mirlab.errors import LessonError, StoreError
from mirlab.lessons import TODO, exercise, exercises, progress
from mirlab.lessons.compare import brief, differences
from mirlab.lessons.harness import faults
from mirlab.show.cards import Card, Code, Link, Points


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))
    monkeypatch.delenv("MIRLAB_STRICT_CHECKS", raising=False)


@pytest.fixture
def ex():
    """Fresh exercises: none has given a hint."""
    ex = lessons.open("00", package="tiny_course").ex
    for one in vars(ex).values():
        one._hints_given = 0
    return ex


@pytest.fixture
def shown(monkeypatch):
    cards = []
    monkeypatch.setattr(exercises, "display", cards.append)
    return cards


# -- functions -------------------------------------------------------------------------------------


def empty(r): ...


def only_pass(r):
    pass


def documented(r):
    """Nothing else yet."""


def returns_todo(r):
    return TODO


def half_done(r):
    return [1.0, TODO]


IN_PLACE = "Write your answer in place of `TODO` and run the cell."
BODY = "Write the body of the function and run the cell."


@pytest.mark.parametrize(
    ("answer", "todo"),
    [
        (TODO, IN_PLACE),
        (empty, BODY),
        (only_pass, BODY),
        (documented, BODY),
        (returns_todo, IN_PLACE),
        (half_done, "Still to do: 1."),
    ],
)
def test_a_blank_is_not_attempted_and_says_what_goes_in_and_out(ex, answer, todo):
    assert repr(ex.rank_weight.judge(answer)) == (
        "○ Not attempted: rank_weight\n"
        f"  {todo}\n"
        "  It is called as `rank_weight(r)`. `r`: whole number.\n"
        "  Numbers: four digits are enough.\n"
        "  Stuck? `here.ex.rank_weight.hint()`"
    )


def uses_todo(r):
    return math.fsum([float(TODO), r])


def loops_over_todo(r):
    return sum(1 / k for k in TODO)


@pytest.mark.parametrize(("answer", "kind"), [(uses_todo, "crashed"), (loops_over_todo, "wrong")])
def test_a_todo_that_is_left_in_a_wrong_answer_is_named(ex, answer, kind):
    outcome = ex.rank_weight.judge(answer)
    assert outcome.kind == kind and repr(outcome).endswith("Your function still contains a `TODO`.")


def test_right_says_on_how_many_inputs_and_why(ex):
    def with_a_forgotten_todo(r):
        if r < 0:
            return TODO
        return np.sum(1 / np.arange(1, r + 1))

    assert repr(ex.rank_weight.judge(with_a_forgotten_todo)) == (
        "✔ Right: rank_weight\n"
        "  On all 3 inputs.\n"
        "  A place gained near the top counts more than one gained far down."
    )


def no_return(r):
    sum(1 / k for k in range(1, r + 1))


ONE_SHORT = "Likely mistake: the sum stops one term early: `range(1, r)` leaves out r."
LAST_TERM = "Likely mistake: this is 1/r, the last term of the sum alone."
ZERO = "`rank_weight(1)` gave 0 where 1 was expected."


@pytest.mark.parametrize(
    ("answer", "on", "lines"),
    [
        (lambda r: sum(1 / k for k in range(1, r)), ", on the first rank", [ZERO, "    r = 1", 0, ONE_SHORT]),
        # This one crashes on a later input.
        (lambda r: [0][r - 1], ", on the first rank", [ZERO, "    r = 1", 0, ONE_SHORT]),
        (
            no_return,
            ", on the first rank",
            ["`rank_weight(1)` gave None. Is a `return` missing?", "    r = 1", 0],
        ),
        (
            lambda r: 1 / r,
            ", on rank 3",
            ["`rank_weight(3)` gave 0.333333 where 1.83333 was expected.", "    r = 3", 1, LAST_TERM],
        ),
        (
            11 / 6,
            "",
            [
                "Give `check` the function itself, without parentheses: "
                "`here.ex.rank_weight.check(rank_weight)`. It got 1.83333."
            ],
        ),
        (lambda: 1, "", ["It is called as `rank_weight(r)`, but your function takes other arguments."]),
    ],
)
def test_wrong_names_the_input_and_the_mistake(ex, answer, on, lines):
    lines = [f"{line} of 3 inputs are right." if isinstance(line, int) else line for line in lines]
    assert repr(ex.rank_weight.judge(answer)).splitlines() == [
        f"✘ Wrong: rank_weight{on}",
        *(f"  {line}" for line in [*lines, "Stuck? `here.ex.rank_weight.hint()`"]),
    ]


@pytest.mark.parametrize("constant", [0, 1, 3, None, "one", [], {}, (1,), np.zeros(3), np.nan])
def test_an_answer_for_one_input_is_wrong(ex, constant):
    outcome = ex.rank_weight.judge(lambda r: constant)
    assert outcome.kind == "wrong"
    assert "Likely" not in repr(outcome)


def inverse(k):
    return 1 / k


def fails_in_a_helper(r):
    return sum(inverse(k) for k in range(r))


def test_a_crash_shows_the_learners_lines_and_no_others(ex):
    outcome = ex.rank_weight.judge(fails_in_a_helper)
    text = repr(outcome)
    first, second = fails_in_a_helper.__code__.co_firstlineno + 1, inverse.__code__.co_firstlineno + 1
    assert outcome.kind == "crashed"
    assert "Crashed: rank_weight, on the first rank" in text
    assert f"line {first}, in fails_in_a_helper:" in text
    assert f"line {second}, in inverse:\n          return 1 / k\n" in text
    assert "The function divides by zero on this input." in text
    assert "ZeroDivisionError: division by zero" in text
    assert "running.py" not in text and "_within" not in text and "Traceback" not in text


def test_a_crash_within_a_library_ends_at_the_learners_line(ex):
    text = repr(ex.rank_weight.judge(lambda r: np.concatenate(r)))
    assert text.count("line ") == 1 and "TypeError" in text


def test_a_recursion_without_end_is_short(ex):
    def endless(r):
        return endless(r)

    text = repr(ex.rank_weight.judge(endless))
    assert "The function calls itself without end." in text and len(text.splitlines()) < 20


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (lambda r: lenght(r), "`lenght` is not defined."),  # noqa: F821
        (lambda r: [][r], "The function asks for a place that this input does not have."),
        (lambda r: {}["a"], "The dictionary has no key 'a'."),
        (lambda r: np.zeros(2) + np.zeros(3), "The shapes of two arrays do not fit together."),
        (lambda r: sys.exit(), "The function ends Python."),
    ],
)
def test_an_error_of_python_is_explained(ex, error, meaning):
    outcome = ex.rank_weight.judge(error)
    assert outcome.kind == "crashed" and meaning in repr(outcome)


# -- time ------------------------------------------------------------------------------------------


def never_ends(r):
    while True:
        pass


def never_ends_and_catches_everything(r):
    while True:
        try:
            time.sleep(60)
        except:  # noqa: E722
            if time.monotonic() > never_ends_and_catches_everything.until:
                raise


@pytest.mark.parametrize("answer", [never_ends, never_ends_and_catches_everything])
def test_an_endless_answer_is_stopped_and_not_run_again(ex, answer):
    calls = []
    never_ends_and_catches_everything.until = time.monotonic() + 0.5

    def counted(r):
        calls.append(r)
        return answer(r)

    outcome = ex.rank_weight.judge(counted, limit=0.2)
    assert outcome.kind == "crashed"
    assert "Your function was stopped after 0.2 s. Does a loop in it never end?" in repr(outcome)
    assert ex.rank_weight.working(counted)(2) == 1.5 and calls == [1]


def test_a_generator_runs_within_the_check(ex):
    """What it does happens while its items are taken: errors, endless loops, changes of the inputs."""

    def divides(r):
        yield 1 / 0

    def endless(r):
        while True:
            yield r

    text = repr(ex.rank_weight.judge(divides))
    assert "divides by zero" in text and "yield 1 / 0" in text
    outcome = ex.rank_weight.judge(endless, limit=5)
    assert outcome.kind == "crashed" and "Does a loop in it never end?" in repr(outcome)


def test_a_form_of_a_result_is_no_mistake(ex):
    def lazily(artists, rng):
        yield from (map(int, part) for part in ex.split.solve(artists, rng))

    assert ex.split.judge(lazily).kind == "right"
    kinds = pd.Series({"A": "Inductive\n", " b": "transductive", "c.": "inductive"})
    assert ex.kinds.judge(kinds).kind == "right"


def test_the_time_is_for_all_inputs_together(ex):
    outcome = ex.rank_weight.judge(
        lambda r: time.sleep(0.2) or sum(1 / k for k in range(1, r + 1)), limit=0.5
    )
    assert outcome.kind == "crashed" and "stopped after 0.5 s" in repr(outcome)


def test_the_learner_can_interrupt_an_answer(ex):
    def interrupted(r):
        signal.raise_signal(signal.SIGINT)

    assert "You interrupted your function." in repr(ex.rank_weight.judge(interrupted))


def test_nothing_is_left_of_the_watch_over_an_answer(ex):
    handler, threads = signal.getsignal(signal.SIGINT), threading.active_count()
    ex.rank_weight.judge(ex.rank_weight.solve)
    ex.rank_weight.judge(never_ends, limit=0.1)
    assert signal.getsignal(signal.SIGINT) is handler and threading.active_count() == threads


def test_an_answer_runs_outside_of_the_main_thread_too(ex):
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ex.rank_weight.judge, ex.rank_weight.solve).result().kind == "right"


# -- inputs ----------------------------------------------------------------------------------------


def test_an_answer_that_changes_its_input_is_wrong_and_does_no_harm():
    @exercise(
        hints=["?"],
        reason="!",
        inputs=lambda rng: {name: (np.arange(3.0) + i,) for i, name in enumerate("abc")},
    )
    def doubled(x):
        return 2 * x

    def in_place(x):
        x *= 2
        return x

    text = repr(doubled.judge(in_place))
    assert "✘ Wrong" in text and "Your function changes its argument `x`." in text
    assert doubled.working(in_place) is doubled.solve


def test_each_check_has_new_inputs_that_can_be_seen():
    @exercise(hints=["?"], reason="!", inputs=lambda rng: {name: (rng.normal(size=3),) for name in "abc"})
    def doubled(x):
        return 2 * x

    seen = []
    for _ in range(2):
        doubled.judge(lambda x: seen.append(x) or 2 * x)
        assert differences(doubled.cases()["c"], (seen[-1],), exact=True) == []
    assert len({tuple(x) for x in seen}) == 6


def test_an_input_is_shown_if_it_fits_into_five_lines():
    @exercise(
        hints=["?"],
        reason="!",
        inputs=lambda rng: {
            "few": (np.arange(3),),
            "many": (rng.normal(size=(300, 2)),),
            "one": (np.ones(1),),
        },
    )
    def total(x):
        return x.sum()

    assert "      x = np.array([0, 1, 2])" in repr(total.judge(lambda x: -1))
    text = repr(total.judge(lambda x: x.sum() if len(x) == 3 else -1))
    assert "To see this input: `x = here.ex.total.cases()['many']`" in text


def test_every_answer_draws_from_the_same_generator():
    @exercise(hints=["?"], reason="!", inputs=lambda rng: dict.fromkeys("abc", (rng,)))
    def draw(rng):
        return rng.integers(1000)

    assert draw.judge(lambda rng: rng.integers(1000)).kind == "right"
    assert draw.judge(lambda rng: rng.integers(1000) + 1).kind == "wrong"


def test_a_function_that_draws_is_judged_by_many_draws():
    @exercise(hints=["?"], reason="!", inputs=lambda rng: dict.fromkeys("abc", (6, rng)))
    def throw(n, rng):
        return rng.integers(1, n + 1)

    throw.accepts(lambda result, n, rng: "" if 1 <= result <= n else "No such side.")

    @throw.repeated(300)
    def _(results, n, rng):
        return "" if np.bincount(results, minlength=n + 1)[1:].min() > 20 else "Not every side comes up."

    unseeded = np.random.default_rng(1)
    for answer, says in [
        (throw.solve, "Right"),
        (lambda n, rng: 1 + int(rng.random() * n), "Right"),
        (lambda n, rng: 4, "Not every side comes up."),
        (lambda n, rng: rng.integers(1, n), "Not every side comes up."),
        (lambda n, rng: unseeded.integers(1, n + 1), "Two runs with the same `rng` gave different results"),
    ]:
        assert says in repr(throw.judge(answer))


def test_an_error_is_to_be_found_in_a_given_function():
    @exercise(
        hints=["?"],
        reason="!",
        kind="find the bug",
        inputs=lambda rng: {name: (rng.normal(size=3),) for name in "abc"},
    )
    def spread(x):
        return x.std(ddof=1)

    @spread.given
    def population(x):
        """Return the standard deviation of a sample."""
        return x.std()

    assert spread.start_source.startswith("def spread(x):")
    namespace = {}
    exec(spread.start_source, namespace)
    assert "This is the function as it was given." in repr(spread.judge(namespace["spread"]))
    assert spread.judge(lambda x: x.std()).kind == "wrong"
    assert spread.judge(lambda x: x.std(ddof=1)).kind == "right"


def test_a_mistakes_own_warnings_are_not_the_learners(ex):
    @exercise(hints=["?"], reason="!", inputs=lambda rng: {name: (i,) for i, name in enumerate("abc")})
    def double(x):
        return 2 * x

    @double.mistake("noisy")
    def noisy(x):
        warnings.warn("a warning of the mistake", stacklevel=1)
        return x

    with warnings.catch_warnings(action="error"):
        assert "Likely mistake: noisy" in repr(double.judge(lambda x: x))


def test_a_reference_takes_the_place_of_the_solution():
    @exercise(
        hints=["?"], reason="!", reference=len, inputs=lambda rng: {"a": ("a",), "b": ("bb",), "c": ("",)}
    )
    def length(text):
        return -1

    assert length.judge(lambda text: len(text)).kind == "right"
    assert faults(length)[0].startswith("length: the solution is judged wrong, not right: ")


# -- many right answers ----------------------------------------------------------------------------


def test_accepts_takes_any_answer_without_fault(ex):
    def by_artist(artists, rng):
        return np.flatnonzero(artists != artists[0]), np.flatnonzero(artists == artists[0])

    assert ex.split.judge(by_artist).kind == "right"


def test_accepts_says_what_is_wrong(ex):
    text = repr(ex.split.judge(lambda artists, rng: (np.arange(1), np.arange(1, len(artists)))))
    assert "Artist 0 is in training and in test." in text


@pytest.mark.parametrize("result", [3, "two", [], [[0], [0], [0]], {}])
def test_accepts_may_fail_on_a_result_of_the_wrong_form(ex, result):
    outcome = ex.split.judge(lambda artists, rng: result)
    assert outcome.kind == "wrong" and "does not have the form" in repr(outcome)


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (TODO, "not attempted", "in place of `TODO`"),
        (TODO / 10, "not attempted", "in place of `TODO`"),
        (0.1, "right", "once in ten times"),
        (0.1004, "right", "once in ten times"),
        (np.float32(0.1), "right", "once in ten times"),
        (0.2, "wrong", "0.2 is too large."),
        (0.05, "wrong", "0.05 is too small."),
        (10, "wrong", "Likely mistake: this is a percentage"),
        (Fraction(1, 10), "right", "once in ten times"),
        (Decimal("0.1"), "right", "once in ten times"),
        ("0.1", "wrong", "'0.1' is text; a number is expected."),
        ([0.1, 0.1], "wrong", "has the wrong shape; the result should be one number."),
        ((0, 1), "wrong", "(0, 1) is two numbers; decimals follow a point, as in 0.5."),
        (np.array(0.1).item, "wrong", "item is a function; call it, with parentheses."),
        (None, "wrong", "None is of type NoneType, not number."),
        (np.nan, "wrong", "nan is not right."),
    ],
)
def test_a_number(ex, answer, kind, text):
    outcome = ex.chance.judge(answer)
    assert outcome.kind == kind and text in repr(outcome)


def test_a_classification_names_the_places_but_not_the_answer(ex):
    half = {"a": "inductive", "b": TODO, "c": TODO}
    assert "Still to do: 'b', 'c'." in repr(ex.kinds.judge(half))
    text = repr(ex.kinds.judge({"a": "unsupervised", "b": "transductive", "c": "transductive"}))
    assert "Look again at 'a', 'c'." in text
    assert "Likely mistake: in `c`" in text
    assert "inductive" not in text
    text = repr(ex.kinds.judge({"a": "inductive", "b": "transductive", "d": "inductive"}))
    assert "Look again at 'c' (is missing), 'd' (is not among the names that the task gives)." in text
    assert ex.kinds.judge({"a": " Inductive.", "b": "TRANSDUCTIVE", "c": "inductive"}).kind == "right"
    text = repr(ex.kinds.judge({"a": "deductive", "b": "transductive", "c": "inductive"}))
    assert "`a`: 'deductive' is none of the words to choose from: inductive, transductive" in text
    assert ex.kinds.judge({"a": "inductive", "b": "transductive", "c": "inductive"}).kind == "right"


# -- check, hint, solution -------------------------------------------------------------------------


def test_check_shows_keeps_and_never_raises(ex, shown):
    for answer in (TODO, fails_in_a_helper, len, "x"):
        ex.rank_weight.check(answer)
    assert [card.kind for card in shown] == ["not attempted", "crashed", "crashed", "wrong"]
    solved, tried = ("00", "exercise:rank_weight"), ("00", "tries:exercise:rank_weight: 3")
    assert list(progress.solved()) == [tried]
    ex.rank_weight.check(ex.rank_weight.solve)
    assert solved in progress.solved() and progress.tries(*solved) == 4


def test_check_is_strict_when_asked(ex, shown, monkeypatch):
    monkeypatch.setenv("MIRLAB_STRICT_CHECKS", "1")
    with pytest.raises(LessonError, match="Not attempted: chance"):
        ex.chance.check(TODO)
    ex.chance.check(0.1)


def test_check_reports_that_progress_cannot_be_kept(ex, shown, tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "a file" / "progress.sqlite"))
    ex.chance.check(0.1)
    assert shown[0].kind == "right" and "progress cannot be kept in" in repr(shown[0])
    with pytest.raises(StoreError, match="progress cannot be kept"):
        progress.record("00", "exercise:chance")


def test_hints_come_one_at_a_time(ex, shown):
    for _ in range(3):
        ex.rank_weight.hint()
    assert [repr(card).splitlines()[0] for card in shown] == [
        "☞ Hint: rank_weight, 1 of 2",
        "☞ Hint: rank_weight, 2 of 2",
        "☞ Hint: rank_weight, 2 of 2",
    ]
    assert "last" not in repr(shown[0]) and repr(shown[1]).endswith("That was the last hint.")


def test_the_solution_is_what_a_learner_would_write(ex, shown):
    ex.rank_weight.solution()
    assert repr(shown[0]).endswith("A place gained near the top counts more than one gained far down.")
    for name, one in vars(ex).items():
        namespace = {"np": np}
        exec(one.source, namespace)
        assert one.judge(namespace[name]).kind == "right"
    assert ex.chance.source == "chance = 1 / 10"
    assert ex.kinds.source.startswith('learner_has_labels = True\nkinds = {\n    "a"')


def test_working_returns_the_learners_answer_if_it_is_right(ex):
    def own(r):
        return sum(1 / k for k in range(1, r + 1))

    assert ex.rank_weight.working(own) is own
    assert ex.rank_weight.working(empty)(2) == 1.5
    assert ex.chance.working(TODO) == 0.1


def test_a_solution_can_call_another():
    assert lessons.open("00", package="tiny_course").ex.rank_weight(2) == 1.5


def test_an_exercise_that_cannot_be_judged_is_refused():
    with pytest.raises(LessonError, match="hint"):
        exercise(hints=[], reason="!")(empty)
    with pytest.raises(LessonError, match="it needs `inputs`"):
        exercise(hints=["?"], reason="!")(empty)


def test_an_unknown_exercise_is_refused_with_the_known_ones(ex):
    with pytest.raises(AttributeError, match="no exercise 'rank_wieght'; it has: rank_weight, kinds"):
        ex.rank_wieght  # noqa: B018


def test_faults_finds_a_check_that_is_too_weak(ex):
    assert [fault for one in vars(ex).values() for fault in faults(one)] == []

    @exercise(hints=["?"], reason="!", inputs=lambda rng: {"zero": (0,), "no": (0.0,)})
    def square(x):
        return x * x

    @square.mistake("doubled")
    def doubled(x):
        return 2 * x

    found = " ".join(faults(square))
    for fault in (
        "the mistake 'doubled' is judged right, not wrong",
        "the first result, always is judged right, not wrong",
        "a table of the answers of an earlier check is judged right, not wrong",
        "it has no other right answer (`also`)",
        "2 inputs are too few; give at least 3",
        "it lacks an input without any element",
    ):
        assert f"square: {fault}" in found


# -- TODO ------------------------------------------------------------------------------------------


def test_a_todo_survives_every_operation():
    x = np.arange(3.0)
    for value in (
        TODO + 1,
        1 - TODO,
        x * TODO,
        TODO @ x,
        x @ TODO,
        -TODO,
        abs(TODO),
        TODO > 2,
        TODO < 2,
        TODO[0],
        np.sqrt(TODO),
        np.mean(TODO, axis=0),
        np.concatenate([TODO, x]),
    ):
        assert value is TODO
    assert TODO.shape is TODO and TODO(1, a=2) is TODO and round(TODO, 2) is TODO
    assert f"{TODO:.3f} {TODO}" == "TODO TODO"
    assert list(TODO) == [] and not TODO
    assert not hasattr(TODO, "_repr_html_") and not hasattr(TODO, "__array__")


# -- compare ---------------------------------------------------------------------------------------

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=3)
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=3)
        | st.lists(inner, max_size=3).map(lambda items: np.array(items, dtype=object))
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(anything, anything)
def test_anything_can_be_compared_with_anything(got, want):
    assert isinstance(differences(got, want), list)
    assert all(isinstance(text, str) for d in differences(got, want) for text in d)


@settings(deadline=None)
@given(anything)
@example({"": None, "\x85": None})  # names that are equal once spaces and case are forgiven
def test_everything_equals_itself(value):
    assert differences(value, value) == []


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), st.data())
def test_one_changed_number_is_found_in_its_place(numbers, data):
    at = data.draw(st.integers(0, len(numbers) - 1))
    changed = list(numbers)
    changed[at] += 10 + max(map(abs, numbers))
    (wrong,) = differences(changed, np.array(numbers))
    assert wrong.where == f"[{at}]"


@pytest.mark.parametrize(
    ("got", "want", "where"),
    [
        (1, 1.0, None),
        (True, 1, None),
        (np.str_("jazz"), "jazz", None),
        ([1, 2], (1, 2), None),
        (np.array(["a", "b"]), ["a", "b"], None),
        ((np.zeros(2), "a"), [np.zeros(2), "a"], None),
        ({"a"}, {"a"}, None),
        (1 + 1e-6, 1.0, None),
        (1 + 1e-3, 1.0, ""),
        (20_001, 20_000, ""),
        (np.float32([1e5, 0.1]), np.array([1e5, 0.1001]), None),
        (Fraction(1, 3), 1 / 3, None),
        ([Decimal("0.5")], [0.5], None),
        (pd.Series([1.0, 2.0]), np.array([1.0, 2.0]), None),
        (pd.DataFrame({"a": [1, 2]}), [[1], [2]], None),
        (map(abs, [-1, 2]), [1, 2], None),
        ({"A b.": 1}, {"a b": 1}, None),
        (np.zeros((2, 1)), np.zeros(2), ""),
        ([[1, 2], [3]], [[1, 2], [3, 4]], ""),
        ({"a": [1, 5]}, {"a": [1, 2]}, "['a'][1]"),
        (["a", "c"], ["a", "b"], "[1]"),
        (["a"], ["a", "b"], ""),
        ("1", 1, ""),
        (None, "a", ""),
    ],
)
def test_differences_by_hand(got, want, where):
    wrong = differences(got, want)
    assert wrong == [] if where is None else wrong[0].where == where


def test_numbers_that_look_alike_are_written_out():
    (wrong,) = differences(1.00000123, 1.0, decimals=7)
    assert (wrong.got, wrong.want) == ("1.00000123", "1.0")


def test_values_are_shown_briefly():
    assert brief(np.random.default_rng(0)) == "rng" and brief(len) == "len"
    assert brief("x" * 100).endswith(" …") and len(brief("x" * 100)) <= 70
    assert brief(np.array([[1.5, 2], [3, 4]])) == "[[1.5, 2. ], [3. , 4. ]]"


# -- cards -----------------------------------------------------------------------------------------


def test_a_card_names_its_kind_and_escapes_its_text():
    card = Card("wrong", "a < b", "`x` & y", Code("<script>"), Points(["`one`", Link("two", "2.ipynb")]), "")
    html = card._repr_html_()
    assert 'role="status"' in html and "<strong>Wrong:</strong> a &lt; b" in html
    assert "<code>x</code> &amp; y" in html and "&lt;script&gt;" in html and "<script" not in html
    assert '<li><a href="2.ipynb">two</a></li>' in html
    assert repr(card).splitlines() == [
        "✘ Wrong: a < b",
        "  `x` & y",
        "      <script>",
        "  - `one`",
        "  - two (2.ipynb)",
    ]


def test_a_figure_is_shown_with_its_words():
    figure = Figure()
    with pytest.raises(LessonError, match=r"put them into `figure\.alt`"):
        lessons.show(figure)
    figure.alt = 'Rising, from "0" to 1.'
    picture = lessons.show(figure)
    assert repr(picture) == '[picture: Rising, from "0" to 1.]'
    assert 'alt="Rising, from &quot;0&quot; to 1."' in picture._repr_html_()
    assert picture.png == lessons.show(figure).png and picture.png.startswith(b"\x89PNG")


def test_cards_ask_nothing_of_the_network():
    here = lessons.open("05")
    for page in (here._repr_html_(), here.footer()._repr_html_()):
        assert "http" not in page and "src=" not in page
