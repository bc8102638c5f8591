"""Quizzes: pressed like a learner would, with an answer to every choice."""

import pytest
import traitlets

from mirlab import lessons
from mirlab.lessons import progress


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))


@pytest.fixture
def quiz():
    return lessons.open("00", package="tiny_course").quiz()


def test_nothing_is_chosen_at_first(quiz):
    one, several = quiz.asked
    assert one.chosen == several.chosen == [] and one.answer == ""
    one.checks += 1
    assert one.card.kind == "not attempted" and "Choose an answer" in one.answer


def test_every_choice_is_answered_and_one_may_try_again(quiz):
    one, _ = quiz.asked
    one.chosen = [0]
    one.checks += 1
    assert one.card.kind == "wrong" and "Only if that label violates" in one.answer
    assert ("00", "question:margin") not in progress.solved()
    one.chosen = [1]
    one.checks += 1
    assert one.card.kind == "right" and "the number of draws estimates the rank" in one.answer
    assert ("00", "question:margin") in progress.solved()
    one.chosen = [0]
    one.checks += 1
    assert one.card.kind == "wrong" and ("00", "question:margin") in progress.solved()
    assert progress.tries("00", "question:margin") == 2


@pytest.mark.parametrize(
    ("taken", "kind", "feedback"),
    [
        ([0, 2], "right", ["V: Every batch moves it.", "The space: All labels live in it."]),
        ([0], "wrong", ["V: Every batch moves it.", "There is more to take."]),
        ([0, 1], "wrong", ["W: Each set has its own."]),
        ([0, 1, 2], "wrong", ["W: Each set has its own."]),
    ],
)
def test_all_that_apply(quiz, taken, kind, feedback):
    _, several = quiz.asked
    several.chosen = taken
    several.checks += 1
    assert several.card.kind == kind
    assert all(text in several.answer for text in feedback)
    assert ("There is more" in several.answer) == ("There is more to take." in feedback)
    assert (("00", "question:shared") in progress.solved()) == (kind == "right")
    assert progress.tries("00", "question:shared") == (kind != "not attempted")


def test_a_choice_that_is_not_offered_is_refused(quiz):
    one, several = quiz.asked
    for wrong in ([2], [-1], ["a"]):
        with pytest.raises(traitlets.TraitError, match="chosen"):
            one.set_state({"chosen": wrong, "checks": 1})
        assert (one.chosen, one.card) == ([], None)
    several.set_state({"chosen": [2, 0, 2]})
    assert several.chosen == [0, 2]


def test_what_the_screen_gets(quiz):
    one, several = quiz.asked
    assert one.question == {
        "title": "Question 1.",
        "check": "Check",
        "name": "Check question 1",
        "text": "When does WARP stop drawing? Think of `f`.",
        "choices": ["At the first label", "At the first violator"],
        "several": False,
    }
    assert several.question["several"] and several.question["text"].endswith("Choose all that apply.")
    one.chosen = [0]
    one.checks += 1
    assert "<strong>Wrong:</strong> question 1" in one.answer
    assert 'role="status"' not in one.answer  # the page has such a region from the beginning


def test_the_questions_are_there_as_text_too(quiz):
    bundle = quiz._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].splitlines() == [
        "Question 1. When does WARP stop drawing? Think of `f`.",
        "   a) At the first label",
        "   b) At the first violator",
        "Question 2. What do the data sets share? Choose all that apply.",
        "   a) V",
        "   b) W",
        "   c) The space",
    ]


def test_an_answer_counts_although_progress_cannot_be_kept(quiz, tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "a file" / "progress.sqlite"))
    one, _ = quiz.asked
    one.chosen = [1]
    one.checks += 1
    assert one.card.kind == "right" and "progress cannot be kept" in one.answer
