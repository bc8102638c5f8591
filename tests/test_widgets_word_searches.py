"""Search by words: the chosen words are searched, and each result says which words are true."""

import re
from functools import partial

import numpy as np
import pytest

from mirlab import tagging
from mirlab.widgets import search_by_words
from mirlab.widgets.word_searches import NOTHING

NAMES = ["piano", "drums", "sad", "flute"]  # not in the order of the alphabet
TRUE = np.array([[1, 0, 1, 0], [1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 0]], bool)
GIVEN = TRUE & np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], bool)
IDS = [f"clip.{i}" for i in range(5)]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def widget(heard):
    searches = {
        "Space": partial(tagging.search_space, TRUE.astype(float) + 0.1, np.eye(4), NAMES),
        "Given tags": partial(tagging.search_list, GIVEN, NAMES),
    }

    def sound(row):
        heard.append(row)
        return np.zeros(22050, np.float32)

    return search_by_words(searches, TRUE, NAMES, IDS, sound)


def pick(widget, *words):
    widget.picked = [
        choice["options"].index(word) for choice, word in zip(widget.choices, words, strict=True)
    ]


def test_it_begins_with_the_given_words(widget):
    assert (widget.plus, widget.minus) == (("sad", "piano"), ("drums",))
    assert [choice["label"] for choice in widget.choices] == ["Plus", "plus", "minus"]
    assert widget.choices[0]["options"] == ["drums", "flute", "piano", "sad"]
    assert widget.choices[1]["options"] == [NOTHING, "drums", "flute", "piano", "sad"]
    shown = [choice["options"][i] for choice, i in zip(widget.choices, widget.picked, strict=True)]
    assert shown == ["sad", "piano", "drums"]


def test_every_result_says_which_words_are_among_its_true_tags(widget):
    ranked, listed = widget.lists
    assert ranked["title"] == "Space, 1 of 5 fit" and listed["title"] == "Given tags, 1 of 2 fit"
    assert [item["row"] for item in ranked["items"]] == tagging.search_space(
        TRUE + 0.1, np.eye(4), NAMES, ("sad", "piano"), ("drums",)
    ).tolist()
    says = {item["name"]: (item["says"], item["match"]) for item in ranked["items"]}
    assert says == {
        "clip.0": ("sad, piano, without drums", True),
        "clip.1": ("sad, piano, with drums", False),
        "clip.2": ("not sad, piano, without drums", False),
        "clip.3": ("sad, not piano, without drums", False),
        "clip.4": ("not sad, not piano, with drums", False),
    }
    # The drums of clip 1 are a missing tag, which a search of given tags takes for absent.
    assert [(item["name"], item["match"]) for item in listed["items"]] == [
        ("clip.0", True),
        ("clip.1", False),
    ]


def test_it_says_how_many_fit_at_all_and_in_each_list(widget):
    assert widget.said == (
        "sad + piano − drums: 1 of 5 excerpts truly fit. "
        "Of the first 10 fit: Space 1 of 5, Given tags 1 of 2."
    )
    assert widget.heard == {"said": widget.said} and repr(widget).startswith(
        widget.said + "\nSpace, 1 of 5 fit:"
    )


def test_other_words_make_another_search(widget):
    pick(widget, "flute", NOTHING, "piano")
    assert (widget.plus, widget.minus) == (("flute",), ("piano",))
    assert widget.lists[0]["items"][0]["name"] == "clip.3"
    assert widget.heard["said"].startswith("flute − piano: 1 of 5 excerpts truly fit")
    pick(widget, "drums", "drums", NOTHING)  # the same word twice is that word
    assert (widget.plus, widget.minus) == (("drums",), ())
    assert widget.heard["said"].startswith("drums: 2 of 5 excerpts truly fit")


def test_a_list_may_be_empty_and_says_so(widget):
    pick(widget, "flute", "drums", NOTHING)
    assert widget.lists[1] == {"title": "Given tags: none", "items": [], "wide": False}
    assert widget.said.endswith("Space 0 of 5, Given tags 0 of 0.")
    pick(widget, "flute", "flute", "flute")  # what is wanted and unwanted at once: nothing to point at
    assert widget.said.startswith("flute − flute: 0 of 5 excerpts truly fit")


def test_a_result_is_heard(widget, heard):
    row = widget.lists[0]["items"][2]["row"]
    widget.choose(0, 2)
    assert heard == [row]
    assert widget.heard["said"].startswith(f"You hear Space, 1 of 5 fit, number 3: clip.{row}: ")
    assert widget.heard["audio"]


@pytest.mark.parametrize(
    ("plus", "minus", "message"),
    [
        (["gloomy"], [], "'gloomy' is not in this vocabulary"),
        (["sad"], ["gloomy"], "'gloomy' is not in this vocabulary"),
        ([], [], "choose one or two words with plus and at most one with minus"),
        (["sad", "piano", "flute"], [], "choose one or two words with plus"),
        (["sad"], ["drums", "flute"], "at most one with minus"),
    ],
)
def test_an_impossible_search_is_refused(plus, minus, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        search_by_words({}, TRUE, NAMES, IDS, None, plus=plus, minus=minus)
