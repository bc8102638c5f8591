"""A second look: doubts, sounds, decisions, and the figures after them."""

import pytest

from mirlab.library import open_library
from mirlab.plots import LOOK
from mirlab.widgets import second_look
from mirlab.widgets.second_looks import LEAVE_OUT


@pytest.fixture(scope="module")
def library():
    whole = open_library()
    return whole.changed(dict.fromkeys(whole.copies())).testable()


@pytest.fixture
def widget(library):
    return second_look(library)


def option(widget, choice, text):
    return widget.choices[choice]["options"].index(text)


def decide(widget, recording, label):
    """Do as the learner does: pick the recording, then its label."""
    space = widget.picked[0]
    widget.picked = [space, option(widget, 1, recording), widget.picked[2]]
    widget.picked = [*widget.picked[:2], option(widget, 2, label)]


def test_the_most_doubtful_come_first(widget, library):
    table = library.doubts("base")
    shown = [item["name"] for item in widget.lists[0]["items"]]
    assert shown == table["recording"].head(len(shown)).tolist() and len(shown) == 8
    first = widget.lists[0]["items"][0]
    assert first["says"] == "called folk; 0% of its neighbours agree, most say jazz" and not first["match"]
    assert widget.choices[1]["options"] == table["recording"].tolist()
    assert widget.picked == [0, 0, option(widget, 2, "folk")]
    assert "Nothing is changed yet." in widget.said and widget.said in repr(widget)


def test_neighbours_are_of_other_recordings_and_judged(widget):
    title, items = widget.lists[2]["title"], widget.lists[2]["items"]
    assert title == "Nearest to folk/harbour lights.ogg" and len(items) == 5
    assert not any(item["name"].startswith("folk/harbour lights") for item in items)
    assert sum(item["says"] == "jazz" for item in items) >= 3
    assert all(item["match"] == (item["says"] == "folk") for item in items)


def test_a_new_label_is_measured_and_reported(widget, library):
    decide(widget, "folk/harbour lights.ogg", "jazz")
    assert widget.decisions == {"folk/harbour lights.ogg": "jazz"}
    assert widget.now.labels_of(["folk/harbour lights.ogg"]) == ["jazz"]
    before, after = (
        one.measure(["base"]).table().loc["base"].to_dict()
        for one in (library, library.changed({"folk/harbour lights.ogg": "jazz"}))
    )
    assert f"before: accuracy {before['accuracy']}, precision at 10 {before['precision at 10']}." in (
        widget.said
    )
    assert f"Now: accuracy {after['accuracy']}, precision at 10 {after['precision at 10']}." in widget.said
    assert "(folk/harbour lights.ogg is called jazz. ± is one standard error." in widget.said
    assert widget.said.endswith("of one draw of folds, and each change draws other folds.)")
    assert widget.heard["said"] == widget.said
    assert "folk/harbour lights.ogg" not in [item["name"] for item in widget.lists[0]["items"]]
    assert all(item["match"] == (item["says"] == "jazz") for item in widget.lists[2]["items"])
    assert library.labels_of(["folk/harbour lights.ogg"]) == ["folk"]


def test_decisions_add_up_and_can_be_taken_back(widget):
    decide(widget, "folk/harbour lights.ogg", "jazz")
    decide(widget, "folk/tuning.wav", LEAVE_OUT)
    assert widget.decisions == {"folk/harbour lights.ogg": "jazz", "folk/tuning.wav": None}
    assert "folk/tuning.wav is left out" in widget.said
    assert widget.lists[1]["items"][0]["says"] == "called nothing, it is left out"
    assert len(widget.now) == len(widget.library) - 1
    decide(widget, "folk/tuning.wav", "folk")
    decide(widget, "folk/harbour lights.ogg", "folk")
    assert widget.decisions == {} and "Nothing is changed yet." in widget.said


def test_another_recording_or_space_decides_nothing(widget, library):
    widget.picked = [0, option(widget, 1, "jazz/smoke.mp3"), 0]
    assert widget.decisions == {} and widget.picked[2] == option(widget, 2, "jazz")
    widget.picked = [2, *widget.picked[1:]]
    assert widget.features == "tag" and widget.said.startswith("Tag embedding: accuracy")
    shown = [item["name"] for item in widget.lists[0]["items"]]
    assert shown == library.doubts("tag")["recording"].head(8).tolist()
    assert widget.decisions == {}


def test_sounds_are_heard_when_they_are_asked_for(widget):
    assert "audio" not in widget.heard
    widget.choose(0, 0)
    assert widget.heard["audio"] and "folk/harbour lights.ogg" in widget.heard["said"]
    widget.choose(2, 1)
    assert "Nearest to folk/harbour lights.ogg, number 2: jazz/" in widget.heard["said"]
    decide(widget, "folk/harbour lights.ogg", "jazz")
    widget.choose(0, 0)  # the list has changed, and with it what its first sound is
    assert widget.lists[0]["items"][0]["name"] in widget.heard["said"]


def test_something_is_always_left(library):
    two = ["folk/lullaby.aiff", "jazz/smoke.mp3"]
    small = library.changed(dict.fromkeys(set(library.recordings) - set(two)))
    widget = second_look(small)
    assert "nothing can be measured (accuracy: " in widget.said
    decide(widget, two[0], LEAVE_OUT)
    assert len(set(widget.now.recordings)) == 1 and widget.lists[0]["items"] == []
    decide(widget, two[1], LEAVE_OUT)
    assert widget.decisions == {two[0]: None}
    assert widget.picked[2] == option(widget, 2, "jazz")


def test_an_unknown_space_is_refused(library):
    with pytest.raises(ValueError, match="features='treble' is unknown; it must be one of base, genre, tag"):
        second_look(library, "treble")
    assert second_look(library, "tag").picked[0] == list(LOOK).index("tag")
