"""The disturbed clip: set as a learner would, and whether its words and sounds are true."""

import pytest
from pictures import tone

from mirlab.audio.disturbances import DISTURBANCES
from mirlab.show.players import play
from mirlab.widgets import disturbed_clip

NAMES = ("level", "tempo")
CLEAN = {"features": "base", "disturbance": "clean", "strength": 0.0, "value": 0.5, "reach": 0.1}
REPORT = {
    "strengths": [0.5, 1.0],
    "sweep": [
        row
        for kind, loss in (("base", 0.4), ("tag", 0.1))
        for row in (
            CLEAN | {"features": kind},
            *(
                CLEAN | {"features": kind, "disturbance": name, "strength": s, "value": 0.5 - loss * s}
                for name in NAMES
                for s in (0.5, 1.0)
            ),
        )
    ],
}


@pytest.fixture
def widget():
    return disturbed_clip(tone(), "a tone", REPORT, first="level")


def test_it_starts_half_way_and_can_be_undisturbed(widget):
    assert widget.strength.value == 0.5 and "20 dB softer" in widget.sentence.value
    widget.strength.value = 0.0
    assert widget.disturbance.options == NAMES[::-1] and widget.strength.options == (0.0, 0.5, 1.0)
    assert "level, strength 0: unchanged." in widget.sentence.value
    assert "move the slider" in widget.sentence.value
    assert repr(widget).startswith("<a list of disturbances and a slider")


def test_each_control_changes_sound_picture_and_words(widget):
    def shown():
        return widget.sentence.value, widget.picture.value, widget.sounds.value

    before = shown()
    widget.strength.value = 1.0
    louder = shown()
    assert all(now != then for now, then in zip(louder, before, strict=True))
    assert "level, strength 1: 40 dB softer." in widget.sentence.value
    assert "tag embedding keeps most (80 %) and base features least (20 %)" in widget.sentence.value
    assert play(DISTURBANCES["level"](tone(), 1.0), "x").url in widget.sounds.value
    assert play(tone(), "x").url in widget.sounds.value
    assert "base features 0.10, clean 0.50; tag embedding 0.40, clean 0.50" in widget.picture.value
    widget.disturbance.value = "tempo"
    assert all(now != then for now, then in zip(shown(), louder, strict=True))
    assert "1.5 times the tempo" in widget.sentence.value
    assert widget.line.answered == widget.line.requests == 2


def test_an_unknown_disturbance_is_refused():
    with pytest.raises(ValueError, match="first='magic' is unknown; it must be one of noise, telephone"):
        disturbed_clip(tone(), "a tone", REPORT, first="magic")
