"""The chooser of layers: its lists are sorted, its choices follow one another, and it sounds."""

import numpy as np
import pytest

from mirlab.widgets import layer_listener

VALUES = {
    "mel": np.array([[0.0, 5], [1, 4], [2, 3], [3, 2], [4, 1], [5, 0], [6, 9]]),
    "late": np.arange(70.0).reshape(7, 10) % 13,
}
PANELS = {"genre": {"trained": ([0.2, 0.8], [0.1, 0.05]), "untrained": ([0.1, 0.1], [0.0, 0.0])}}
NAMES = [f"excerpt {i}" for i in range(7)]


def tone(row):
    return 0.1 * np.sin(2 * np.pi * (220 + row) * np.arange(2205) / 22050)


@pytest.fixture
def widget():
    return layer_listener(VALUES, PANELS, NAMES, tone, units={"mel": [1, 0]})


def rows(widget):
    return [[item["row"] for item in one["items"]] for one in widget.lists]


def test_it_begins_at_the_first_layer_and_quotes_what_was_measured(widget):
    assert (widget.layer, widget.unit) == ("mel", 1)
    assert rows(widget) == [[6, 0, 1, 2, 3], [5, 4, 3, 2, 1]]
    assert "genre 0.20 ± 0.10" in widget.said and "Unit 1 answers most to excerpt 6, 2.0" in widget.said
    assert widget.heard["said"] == widget.said and widget.said in repr(widget)


def test_a_new_layer_starts_at_its_first_unit(widget):
    widget.picked = [0, 1]
    assert widget.unit == 0 and rows(widget)[0] == [6, 5, 4, 3, 2]
    widget.picked = [1, 1]
    assert (widget.layer, widget.unit, widget.picked) == ("late", 0, [1, 0])
    assert widget.choices[1]["options"] == [str(i) for i in range(8)]
    widget.picked = [1, 3]
    assert widget.unit == 3 and "genre 0.80 ± 0.05" in widget.said


def test_what_is_chosen_is_heard_and_the_still_picture_marks_the_layer(widget):
    widget.choose(0, 1)
    assert "Answers most, number 2: excerpt 0: 5.00" in widget.heard["said"] and widget.heard["audio"]
    assert "<img" in widget.seen() and "Answers least" in widget.seen()


def test_a_constant_unit_is_no_error():
    widget = layer_listener({"mel": np.ones((3, 1))}, {}, NAMES[:3], tone, layer="mel")
    assert "0.0 standard deviations" in widget.said


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="layer='cnn9' is unknown"):
        layer_listener(VALUES, PANELS, NAMES, tone, layer="cnn9")
    with pytest.raises(ValueError, match="'genre' has 2 values for 1 layers"):
        layer_listener({"mel": VALUES["mel"]}, PANELS, NAMES, tone)
