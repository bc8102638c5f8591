"""Predictions: kept before the result is known, and shown beside it, also on the next day."""

import json

import pytest

from mirlab.errors import LessonError
from mirlab.lessons import TODO, progress
from mirlab.lessons.predictions import Prediction


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))


def winner():
    return Prediction(
        "winner", "Which features win?", choices=["base", "tag", "no clear difference"], lesson="07"
    )


def lead():
    return Prediction("the_lead", "How large is the lead?", unit="accuracy, from 0 to 1", lesson="07")


def test_a_prediction_is_asked_for_with_its_choices():
    card = winner().keep(TODO)
    assert card.kind == "not attempted" and "Which features win?" in repr(card)
    assert "Write one of `'base'`, `'tag'`, `'no clear difference'` in place of `TODO`." in repr(card)
    assert "You did not write a prediction." in repr(winner().reveal("tag"))


@pytest.mark.parametrize(
    ("answer", "result", "verdict"),
    [
        ("tag", "tag", "As you predicted."),
        (" No clear difference.", "no clear difference", "As you predicted."),
        ("base", "tag", "It came out differently."),
    ],
)
def test_a_word_is_shown_beside_the_result(answer, result, verdict):
    predicted = winner()
    assert predicted.keep(answer).kind == "prediction"
    text = repr(predicted.reveal(result))
    assert f"The result: {result}." in text and verdict in text


def test_a_number_is_shown_with_its_error():
    predicted = lead()
    predicted.keep(0.05)
    text = repr(predicted.reveal(0.0214))
    assert "✎ Prediction: the lead" in text and "You predicted: 0.05." in text
    assert "You were off by 0.029 (accuracy, from 0 to 1)." in text


@pytest.mark.parametrize("predicted", [winner(), lead()], ids=["word", "number"])
@pytest.mark.parametrize("answer", ["bass", None, [1], float("nan"), {}])
def test_what_is_no_prediction_is_not_kept(predicted, answer):
    assert predicted.keep(answer).kind == "wrong"
    assert progress.solved() == {}


def test_the_last_prediction_is_there_on_the_next_day():
    for answer in ("base", "tag", "base"):
        winner().keep(answer)
    lead().keep(0.1)
    assert "You predicted: base." in repr(winner().reveal("tag"))
    assert progress.prediction("07", "winner") == "base"
    assert sorted(item for _, item in progress.solved()) == [
        "prediction:the_lead: 0.1",
        "prediction:winner: base",
    ]
    assert len(json.loads(progress.dump())["solved"]) == 2


def test_a_prediction_is_kept_in_the_kernel_if_nowhere_else(monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", "off")
    predicted = winner()
    predicted.keep("tag")
    assert "As you predicted." in repr(predicted.reveal("tag"))


def test_a_prediction_needs_choices_or_a_unit():
    with pytest.raises(LessonError, match="it needs `choices` or a `unit`"):
        Prediction("winner", "Which?")
    with pytest.raises(LessonError, match="the result 'bass' is none of"):
        winner().reveal("bass")


@pytest.mark.parametrize("answer", [70, -0.1, "1.5", 10**400])
def test_a_number_that_cannot_be_is_not_kept(answer):
    one = lead()
    assert one.keep(answer).kind == "wrong" and not one.takes(str(answer))
    assert one.keep(1).kind == "prediction"


@pytest.mark.parametrize("answer", [(0, 7), "0,7"])
def test_a_decimal_comma_is_explained(answer):
    one = lead()
    assert "Decimals follow a point, as in 0.5." in repr(one.keep(answer))


@pytest.mark.parametrize("kept", ["abc", "1e999", ""])
def test_what_another_program_kept_does_not_hide_the_result(kept):
    progress.record("07", f"prediction:the_lead: {kept}")
    assert "You did not write a prediction." in repr(lead().reveal(0.4))
