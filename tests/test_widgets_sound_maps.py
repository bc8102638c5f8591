"""The map of points with sounds: what is sent to the screen, and what is heard."""

import re
from importlib import resources

import numpy as np
import pytest
import traitlets
from pictures import PLACES

from mirlab import plots
from mirlab.plots.texts import SIDES
from mirlab.widgets import sound_map

SOUNDING = PLACES.assign(nearest=[[1, 3], [0], [0, 1, 3], []], hears=["220 Hz", "440 Hz", "660 Hz", "880 Hz"])


def test_the_screen_gets_every_point_with_its_words():
    widget = sound_map(SOUNDING.set_axis([7, 8, 9, 4]), None)  # rows are counted, whatever their index
    shown = widget.map
    there = plots.arranged(PLACES)
    for i, point in enumerate(shown["points"]):
        row = there.iloc[i]
        assert [point[key] for key in ("x", "y", "name", "side")] == [
            *(round(row["x"]), round(row["y"]), row["name"], row["side"])
        ]
    assert [point["set"] for point in shown["points"]] == [0, 1, 0, 2]
    assert [point["label"] for point in shown["points"]] == [True, True, False, True]
    assert [point["near"] for point in shown["points"]] == [[1, 3], [0], [0, 1, 3], []]
    assert [point["says"] for point in shown["points"]] == [
        "jazz (gtzan), a label. Nearest in the space: Rock & <Pop> $ (artists), wort (unique).",
        "Rock & <Pop> $ (artists), a label. Nearest in the space: jazz (gtzan).",
        "jazz.00001 (gtzan), an excerpt. Nearest in the space: jazz (gtzan), Rock & <Pop> $ (artists), wort "
        "(unique).",
        "wort (unique), a label.",
    ]
    assert repr(widget) == "Map of 3 labels and 1 excerpts of gtzan, artists, unique"
    assert shown["about"] == f"{widget!r}. Arrow keys go from point to point, Enter plays."
    looks = [(one["name"], one["color"], one["marker"]) for one in shown["sets"]]
    names = ["gtzan", "artists", "unique"]
    assert looks == [(name, *look) for name, look in zip(names, plots.MARKS, strict=False)]
    assert (shown["width"], shown["height"]) == plots.CANVAS


def test_a_point_is_heard_and_named():
    asked = []
    widget = sound_map(SOUNDING, lambda i: asked.append(i) or np.zeros(2205))
    for i in (0, 3):
        widget.point = i
        assert len(asked) == (i > 0)  # nothing sounds before it is asked for
        widget.plays += 1
        assert (asked[-1], widget.heard["said"]) == (i, f"You hear {SOUNDING['hears'][i]}.")


def test_a_point_that_is_not_on_the_map_is_refused():
    widget = sound_map(SOUNDING, None)
    for wrong in (-1, 4):
        with pytest.raises(traitlets.TraitError, match=f"point {wrong} is not on the map; it has 4 points"):
            widget.set_state({"point": wrong, "plays": 1})
        assert (widget.point, widget.plays, widget.heard) == (0, 0, {})


def test_missing_columns_are_named():
    with pytest.raises(ValueError, match="places lacks the column y, hears; a map needs name, set"):
        sound_map(SOUNDING.drop(columns=["y", "hears"]), None)


def test_the_script_knows_every_mark():
    script = resources.files("mirlab.widgets").joinpath("sound_maps.js").read_text(encoding="utf-8")
    marks = script[script.index("MARKS = {") : script.index("};")]
    assert all(re.search(rf'^  "?{re.escape(marker)}"?: ', marks, re.MULTILINE) for _, marker in plots.MARKS)
    sides = script[script.index("TEXTS = {") :].partition("};")[0]
    assert all(re.search(rf'^  "?{side}"?: ', sides, re.MULTILINE) for side in SIDES)
