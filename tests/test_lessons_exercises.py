"""Exercises: four outcomes, hints one at a time, and the names of known mistakes."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
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


def uses_todo(r):
    return math.fsum([float(TODO), r])  # refuses a TODO


def loops_over_todo(r):
    return sum(1 / k for k in TODO)


def half_done(r):
    return [1.0, TODO]


@pytest.mark.parametrize(
    "answer", [TODO, empty, only_pass, documented, returns_todo, uses_todo, loops_over_todo, half_done]
)
def test_a_blank_is_not_attempted(ex, answer):
    assert repr(ex.rank_weight.judge(answer)) == (
        "○ Not attempted: rank_weight\n"
        "  Write your answer in place of `TODO` and run the cell.\n"
        "  Stuck? `here.ex.rank_weight.hint()`"
    )


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
        (lambda r: sum(1 / k for k in range(1, r)), ", on the first rank", [ZERO, ONE_SHORT, 0]),
        (lambda r: [0][r - 1], ", on the first rank", [ZERO, ONE_SHORT, 0]),  # it crashes on a later input
        (no_return, ", on the first rank", ["`rank_weight(1)` gave None: is a `return` missing?", 0]),
        (
            lambda r: 1 / r,
            ", on rank 3",
            ["`rank_weight(3)` gave 0.333333 where 1.83333 was expected.", LAST_TERM, 1],
        ),
        (11 / 6, "", ["Give `check` the function itself, `rank_weight`; it got 1.83333."]),
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
    assert text.endswith("ZeroDivisionError: division by zero")
    assert "exercises.py" not in text and "_run" not in text and "Traceback" not in text


def test_a_crash_within_a_library_ends_at_the_learners_line(ex):
    text = repr(ex.rank_weight.judge(lambda r: np.concatenate(r)))
    assert text.count("line ") == 1 and "TypeError" in text


def test_a_crash_for_wrong_arguments_and_one_without_end(ex):
    def endless(r):
        return endless(r)

    assert "takes 0 positional arguments but 1 was given" in repr(ex.rank_weight.judge(lambda: 1 + len("")))
    text = repr(ex.rank_weight.judge(endless))
    assert "RecursionError" in text and len(text.splitlines()) < 20


def test_an_answer_that_changes_its_input_does_no_harm():
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

    assert doubled.judge(in_place).kind == "right"


def test_every_answer_draws_from_the_same_generator():
    @exercise(hints=["?"], reason="!", inputs=lambda rng: dict.fromkeys("abc", (rng,)))
    def draw(rng):
        return rng.integers(1000)

    assert draw.judge(lambda rng: rng.integers(1000)).kind == "right"
    assert draw.judge(lambda rng: rng.integers(999)).kind == "wrong"


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
    assert faults(length)[0] == "length: its solution is judged wrong, not right"


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
        ("0.1", "wrong", "'0.1' is of type str, not float."),
        ([0.1, 0.1], "wrong", "shape (2,) is not one number."),
        (None, "wrong", "None is of type NoneType, not float."),
        (np.nan, "wrong", "nan is not it."),
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
    assert "Look again at 'c' (missing), 'd' (unexpected)." in text
    assert ex.kinds.judge({"a": "inductive", "b": "transductive", "c": "inductive"}).kind == "right"


# -- check, hint, solution -------------------------------------------------------------------------


def test_check_shows_keeps_and_never_raises(ex, shown):
    for answer in (TODO, fails_in_a_helper, len, "x"):
        ex.rank_weight.check(answer)
    assert [card.kind for card in shown] == ["not attempted", "crashed", "crashed", "wrong"]
    assert progress.solved() == {}
    ex.rank_weight.check(ex.rank_weight.solve)
    assert list(progress.solved()) == [("00", "exercise:rank_weight")]


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
    assert "last" not in repr(shown[0]) and repr(shown[1]).endswith("That was the last one.")


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

    assert faults(square) == [
        "square: the mistake 'doubled' is judged right, not wrong",
        "square: the first result, always is judged right, not wrong",
        "square: 2 inputs are too few; give at least 3",
    ]


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
def test_everything_equals_itself(value):
    assert differences(value, value) == []


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), st.data())
def test_one_changed_number_is_found_in_its_place(numbers, data):
    at = data.draw(st.integers(0, len(numbers) - 1))
    changed = list(numbers)
    changed[at] += 10 + abs(changed[at])
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
        (1 + 1e-7, 1, None),
        (1 + 1e-5, 1, ""),
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
    (wrong,) = differences(1.00000123, 1.0, 1e-7)
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
