"""Ranked lists of sounds: what is sent to the screen, what is heard, and what is said."""

import numpy as np
import pytest
import traitlets

from mirlab.widgets import ranked_sounds
from mirlab.widgets.rankings import RankedSounds


def item(row, match=None, says="a tone"):
    return {"name": f"{row} Hz", "says": says, "row": row, "match": match}


@pytest.fixture
def lists():
    return [
        {"title": "Low <first>", "items": [item(220, True), item(440, False), item(660, None, "")]},
        {"title": "High", "items": [item(880, np.bool_(True))]},
    ]


@pytest.fixture
def asked():
    return []


@pytest.fixture
def widget(lists, asked):
    return ranked_sounds(lists, lambda row: asked.append(row) or np.zeros(2205), words=("same", "other"))


def test_without_a_widget_the_lists_can_be_read(widget):
    assert repr(widget).splitlines() == [
        *("Low <first>:", "  1. 220 Hz: a tone (same)", "  2. 440 Hz: a tone (other)", "  3. 660 Hz"),
        *("High:", "  1. 880 Hz: a tone (same)"),
    ]


def test_rows_of_numpy_can_be_sent(lists):
    lists[0]["items"][0]["row"] = np.int64(220)
    lists[1]["wide"] = True
    sent = ranked_sounds(tuple(lists), None).get_state()["lists"]
    assert type(sent[0]["items"][0]["row"]) is int and sent[1]["items"][0]["match"] is True
    assert [one["match"] for one in sent[0]["items"]] == [True, False, None]
    assert [one["wide"] for one in sent] == [False, True]


def test_an_item_is_heard_and_named(widget, asked):
    assert asked == [] and widget.heard == {}
    for i, j, row, said in (
        (0, 1, 440, "You hear Low <first>, number 2: 440 Hz: a tone (other)."),
        (1, 0, 880, "You hear High, number 1: 880 Hz: a tone (same)."),
        (0, 2, 660, "You hear Low <first>, number 3: 660 Hz."),
    ):
        widget.choose(i, j)
        assert (asked.pop(), widget.heard["said"]) == (row, said)


def test_new_lists_start_in_silence(widget):
    widget.choose(0, 2)
    widget.lists = [{"title": "New", "items": [item(330)]}]
    assert repr(widget) == "New:\n  1. 330 Hz: a tone"
    assert widget.heard == {} and widget.chosen == [0, 0]
    widget.lists = []
    assert repr(widget) == ""


@pytest.mark.parametrize("wrong", [[0, 9], [9, 0], [-1, 0], [0, -1]])
def test_a_sound_that_is_not_in_the_lists_any_more_is_reported(widget, asked, wrong):
    widget.choose(*wrong)
    assert widget.heard["said"] == "The lists have changed: choose a sound again." and not asked
    assert "audio" not in widget.heard


@pytest.mark.parametrize("picked", [[2], [-1], [], [0, 0], ["b"]])
def test_an_option_that_is_not_offered_is_refused(lists, picked):
    widget = RankedSounds(lists, None, choices=[{"label": "Space", "options": ["a", "b"]}])
    with pytest.raises(traitlets.TraitError, match="picked"):
        widget.set_state({"picked": picked})
    assert widget.picked == [0]


def test_a_choice_above_the_lists_can_be_answered(lists):
    choices = [{"label": "Query", "options": ["one", "two"]}, {"label": "Distance", "options": ["L1", "L2"]}]
    widget, seen = RankedSounds(lists, None, choices=choices), []
    assert widget.picked == [0, 0]
    widget.observe(lambda change: seen.append(change["new"]), "picked")
    widget.picked = [1, 0]
    assert seen == [[1, 0]]
    assert RankedSounds(lists, None, choices=choices, picked=[1, 1]).picked == [1, 1]


def test_bad_lists_are_refused_now_and_later(lists, widget):
    for bad, message in (
        ([{"items": []}], "list 0 lacks title; it must have title and items"),
        ([lists[0], {"title": "x", "items": [{"name": "a", "row": 1}]}], "item 0 of 'x' lacks says, match;"),
        ([{"title": "x", "items": [item(1) | {"row": [1]}]}], r"item 0 of 'x' has row=\[1\]; use a number"),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            ranked_sounds(bad, None)
        with pytest.raises((ValueError, TypeError), match=message):
            widget.lists = bad
