"""Ranked lists that sound: what is sent to the screen, what is heard, and what is said."""

import re
from importlib import resources

import numpy as np
import pytest

from mirlab.errors import AudioError
from mirlab.widgets import ranked_sounds
from mirlab.widgets.ranked_sounds import RankedSounds

RATE = 22050


def tone(row):
    return 0.1 * np.sin(2 * np.pi * row * np.arange(RATE) / RATE)


def item(row, match=None, says="a tone"):
    return {"name": f"{row} Hz", "says": says, "row": row, "match": match}


@pytest.fixture
def lists():
    return [
        {"title": "Low <first>", "items": [item(220, True), item(440, False), item(660, None, "")]},
        {"title": "High", "items": [item(880, np.bool_(True))]},
    ]


def test_where_no_widget_is_shown_the_lists_can_be_read(lists):
    widget = ranked_sounds(lists, tone, words=("same label", "other label"))
    assert repr(widget).splitlines() == [
        "Low <first>:",
        "  1. 220 Hz: a tone (same label)",
        "  2. 440 Hz: a tone (other label)",
        "  3. 660 Hz",
        "High:",
        "  1. 880 Hz: a tone (same label)",
    ]
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == repr(widget)
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_rows_of_numpy_can_be_sent(lists):
    lists[0]["items"][0]["row"] = np.int64(220)
    widget = ranked_sounds(tuple(lists), tone)
    sent = widget.get_state()["lists"]
    assert type(sent[0]["items"][0]["row"]) is int and sent[1]["items"][0]["match"] is True
    assert [one["match"] for one in sent[0]["items"]] == [True, False, None]
    assert [one["wide"] for one in sent] == [False, False]
    assert ranked_sounds([lists[1] | {"wide": True}], tone).lists[0]["wide"] is True


def test_nothing_sounds_before_it_is_asked_for(lists):
    asked = []
    widget = ranked_sounds(lists, lambda row: asked.append(row) or tone(row))
    assert asked == [] and widget.heard == {}
    widget.chosen = [0, 2]
    assert asked == []
    widget.plays += 1
    assert asked == [660]


def test_an_item_is_heard_and_told(lists, tmp_path):
    import soundfile

    widget = ranked_sounds(lists, tone)
    for (i, j), pitch, said in (
        ((0, 1), 440, "You hear Low <first>, number 2: 440 Hz: a tone (no match)."),
        ((1, 0), 880, "You hear High, number 1: 880 Hz: a tone (match)."),
        ((0, 2), 660, "You hear Low <first>, number 3: 660 Hz."),
    ):
        widget.choose(i, j)
        assert widget.heard["said"] == said
        file = tmp_path / f"{pitch}.{widget.heard['mimetype'].split('/')[1]}"
        file.write_bytes(widget.heard["audio"])
        y, rate = soundfile.read(file)
        assert np.argmax(np.abs(np.fft.rfft(y[:rate]))) == pytest.approx(pitch, abs=3)


def test_the_same_item_twice_is_heard_twice(lists):
    widget = ranked_sounds(lists, tone)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]["plays"]), "heard")
    widget.choose(0, 0)
    widget.choose(0, 0)
    assert seen == [1, 2]


def test_other_lists_are_taken_and_what_was_heard_is_forgotten(lists):
    widget = ranked_sounds(lists, tone)
    widget.choose(0, 2)
    widget.lists = [{"title": "New", "items": [item(330)]}]
    assert repr(widget) == "New:\n  1. 330 Hz: a tone"
    assert widget.heard == {} and widget.chosen == [0, 0]
    widget.choose(0, 0)
    assert widget.heard["said"].startswith("You hear New, number 1: 330 Hz")
    widget.lists = []
    assert repr(widget) == ""


def test_a_choice_above_the_lists_can_be_answered(lists):
    choices = [{"label": "Query", "options": ["one", "two"]}, {"label": "Distance", "options": ["L1", "L2"]}]
    widget = RankedSounds(lists, tone, choices=choices)
    assert widget.picked == [0, 0]
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "picked")
    widget.picked = [1, 0]
    assert seen == [[1, 0]]
    assert RankedSounds(lists, tone, choices=choices, picked=[1, 1]).picked == [1, 1]


def test_a_sound_that_cannot_be_had_is_told(lists):
    def broken(row):
        raise AudioError("jazz.wav: cannot be decoded")

    widget = ranked_sounds(lists, broken)
    widget.choose(0, 1)
    assert (
        widget.heard["said"] == "440 Hz, number 2 of Low <first> cannot be heard: jazz.wav: cannot be decoded"
    )
    assert "audio" not in widget.heard


def test_a_mistake_of_ours_is_not_swallowed(lists):
    with pytest.raises(ZeroDivisionError):
        ranked_sounds(lists, lambda row: 1 / 0).choose(0, 0)


def test_bad_lists_are_refused_now_and_later(lists):
    widget = ranked_sounds(lists, tone)
    for bad, told in (
        ([{"items": []}], "list 0 lacks title; it must have title and items"),
        ([lists[0], {"title": "x", "items": [{"name": "a", "row": 1}]}], "item 0 of 'x' lacks says, match;"),
    ):
        with pytest.raises(ValueError, match=told):
            ranked_sounds(bad, tone)
        with pytest.raises(ValueError, match=told):
            widget.lists = bad
    with pytest.raises(TypeError, match=r"item 0 of 'x' has row=\[1\]; use a number"):
        ranked_sounds([{"title": "x", "items": [item(1) | {"row": [1]}]}], tone)


def test_the_script_asks_nothing_of_the_network_and_marks_with_words():
    for file in ("ranked_sounds.js", "ranked_sounds.css"):
        text = resources.files("mirlab.widgets").joinpath(file).read_text(encoding="utf-8")
        assert not re.search(r"http|import |fetch\(|url\(|@import|innerHTML", text)
        if file.endswith("js"):
            assert all(needed in text for needed in ("✔", "✘", "data-lm-suppress-shortcuts", '"status"'))
