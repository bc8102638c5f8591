"""The data card: what is counted, what is asked, and that nothing open can be overlooked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirlab.datasets import Dataset
from mirlab.datasets.card import OPEN, QUESTIONS, data_card
from mirlab.datasets.files import Excerpt


def dataset(**changes):
    return Dataset(
        **{
            "name": "folder",
            "track_ids": ["choir/a.wav#0", "choir/a.wav#1", "brass/b_1.mp3#0", "brass/c.WAV#0"],
            "label_names": ["choir", "brass", "never"],
            "y": np.array([0, 0, 1, 1]),
            "groups": np.array([0, 0, 1, 2]),
            "read": None,
            "fingerprints": ["a", "b", "c", "d"],
            "problems": ["brass/x_y*z.mp3: is empty (0 bytes); get a whole copy of it"],
        }
        | changes
    )


def test_what_can_be_counted_is_counted():
    text = data_card(dataset(), title="my music").text
    assert text.startswith("# Data card: my music\n")
    assert "| choir | 1 | 2 |\n| brass | 2 | 2 |\n| all | 3 | 4 |" in text
    assert "never" not in text
    assert "- Formats: 1 mp3, 2 wav\n" in text
    assert r"- brass/x\_y\*z.mp3: is empty (0 bytes); get a whole copy of it" in text


def test_tags_are_counted_one_by_one():
    y = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 0]], bool)
    assert "| choir | 1 | 2 |\n| brass | 3 | 3 |\n| all | 3 | 4 |" in data_card(dataset(y=y)).text


def test_recordings_are_counted_apart_from_artists():
    files = [Excerpt(i, Path(f"choir/{i}.mp3"), 0, group) for i, group in enumerate([0, 0, 1, 1])]
    text = data_card(dataset(track_ids=list("abcd"), groups=np.array([0, 0, 1, 1]), excerpts=files)).text
    assert "| label | recordings | artists | excerpts |\n|---|---|---|---|\n" in text
    assert "| choir | 2 | 1 | 2 |\n| brass | 2 | 1 | 2 |\n| all | 4 | 2 | 4 |\n" in text
    assert "- Formats: 4 mp3\n" in text


def test_an_open_question_stays_open_and_is_counted():
    card = data_card(dataset(), {"origin": "The attic.", "rights": " \n "})
    assert card.unanswered == [name for name in QUESTIONS if name != "origin"]
    assert "**7 of 8 questions are open.**" in card.text
    assert card.text.count(OPEN) == 7
    assert f"### {QUESTIONS['origin']}\n\nThe attic.\n" in card.text


def test_a_card_without_open_questions_says_so():
    card = data_card(dataset(problems=[]), dict.fromkeys(QUESTIONS, "Known."))
    assert card.unanswered == [] and OPEN not in card.text
    assert "**All 8 questions are answered.**" in card.text and "- Nothing.\n" in card.text


@given(st.dictionaries(st.sampled_from(sorted(QUESTIONS)), st.text(max_size=30)))
def test_every_question_is_asked_whatever_is_answered(answers):
    card = data_card(dataset(), answers)
    assert all(f"### {question}\n" in card.text for question in QUESTIONS.values())
    assert set(card.unanswered) == {name for name in QUESTIONS if not answers.get(name, "").strip()}


def test_the_content_is_told_apart():
    told = {
        data_card(data).text.partition("- Content: ")[2].split(",")[0]
        for data in (dataset(), dataset(name="x"), dataset(fingerprints=["a", "b", "c", "e"]))
    }
    assert len(told) == 2


def test_sets_of_mirlabs_own_are_called_synthetic():
    assert "Synthetic: composed" in data_card(dataset(name="gtzan-synth")).text
    assert "Synthetic" not in data_card(dataset()).text
    ids = ["blues.00000", "blues.00001", "rock.00000", "rock.00001"]
    assert "unknown, because the names" in data_card(dataset(track_ids=ids)).text


def test_the_notebook_shows_what_is_printed():
    card = data_card(dataset())
    assert card._repr_markdown_() == str(card) == repr(card) == card.text


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"right": "Mine."}, "there is no question 'right'; there are origin, labels, rights"),
        ({"rights": None}, "'rights' holds NoneType; it must be text"),
    ],
)
def test_a_wrong_answer_is_told(answers, told):
    with pytest.raises(ValueError, match=told):
        data_card(dataset(), answers)
