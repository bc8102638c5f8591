"""The map that sounds: what is sent to the screen, what is heard, and where everything stands."""

import re
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from mirlab import plots
from mirlab.errors import AudioError
from mirlab.widgets import sound_map

RATE = 22050
PITCHES = [220, 440, 660, 880]


def tone(i):
    return 0.1 * np.sin(2 * np.pi * PITCHES[i] * np.arange(RATE) / RATE)


@pytest.fixture
def places():
    return pd.DataFrame(
        {
            "name": ["jazz", "Rock & <Pop>", "jazz.00001", "wort"],
            "set": ["gtzan", "artists", "gtzan", "unique"],
            "kind": ["label", "label", "excerpt", "label"],
            "x": [0.0, 1.0, 0.5, 1.0],
            "y": [0.0, 2.0, 0.5, 0.0],
            "nearest": [[1, 3], [0], [0, 1, 3], []],
            "hears": [f"{pitch} Hz" for pitch in PITCHES],
        },
        index=[7, 8, 9, 4],  # rows are counted, whatever they are called
    )


def test_the_screen_gets_every_point_with_its_words(places):
    shown = sound_map(places, tone).map
    assert [point["name"] for point in shown["points"]] == places["name"].tolist()
    assert [one["name"] for one in shown["sets"]] == ["gtzan", "artists", "unique"]
    assert [point["set"] for point in shown["points"]] == [0, 1, 0, 2]
    assert [point["label"] for point in shown["points"]] == [True, True, False, True]
    assert [point["near"] for point in shown["points"]] == [[1, 3], [0], [0, 1, 3], []]
    assert shown["points"][0]["says"] == (
        "jazz (gtzan), a label. Nearest in the space: Rock & <Pop> (artists), wort (unique)."
    )
    assert shown["points"][2]["says"].startswith(
        "jazz.00001 (gtzan), an excerpt. Nearest in the space: jazz (gtzan)"
    )
    assert shown["points"][3]["says"] == "wort (unique), a label."
    assert shown["about"].startswith("Map of 3 labels and 1 excerpts of gtzan, artists, unique.")
    looks = [(one["color"], one["marker"]) for one in shown["sets"]]
    assert len({color for color, _ in looks}) == len({marker for _, marker in looks}) == 3


def test_up_on_the_map_is_up_on_the_screen(places):
    at = {point["name"]: (point["x"], point["y"]) for point in sound_map(places, tone).map["points"]}
    assert at["Rock & <Pop>"][1] < at["jazz.00001"][1] < at["jazz"][1]
    assert at["jazz"][0] < at["jazz.00001"][0] < at["wort"][0] == at["Rock & <Pop>"][0]
    width, height = plots.CANVAS
    assert all(0 < x < width and 0 < y < height for x, y in at.values())


def test_nothing_sounds_before_it_is_asked_for(places):
    asked = []
    widget = sound_map(places, lambda i: asked.append(i) or tone(i))
    assert asked == [] and widget.heard == {}
    widget.point = 2
    assert asked == [] and widget.heard == {}
    widget.plays += 1
    assert asked == [2]


def test_a_point_is_heard_and_told(places, tmp_path):
    import soundfile

    widget = sound_map(places, tone)
    heard = []
    for i in (0, 3):
        widget.point = i
        widget.plays += 1
        assert widget.heard["said"] == f"You hear {PITCHES[i]} Hz."
        file = tmp_path / f"{i}.{widget.heard['mimetype'].split('/')[1]}"
        file.write_bytes(widget.heard["audio"])
        y, rate = soundfile.read(file)
        spectrum = np.abs(np.fft.rfft(y[:rate]))
        heard.append(np.argmax(spectrum) * rate / len(y[:rate]))
    assert heard == pytest.approx([PITCHES[0], PITCHES[3]], abs=3)


def test_the_same_point_twice_is_heard_twice(places):
    widget = sound_map(places, tone)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]["plays"]), "heard")
    widget.plays += 1
    widget.plays += 1
    assert seen == [1, 2]


def test_a_sound_that_cannot_be_had_is_told(places):
    def broken(i):
        raise AudioError("jazz.wav: cannot be decoded")

    widget = sound_map(places, broken)
    widget.plays += 1
    assert widget.heard["said"] == "220 Hz cannot be heard: jazz.wav: cannot be decoded"
    assert "audio" not in widget.heard


def test_a_mistake_of_ours_is_not_swallowed(places):
    widget = sound_map(places, lambda i: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        widget.plays += 1


def test_bad_places_are_refused(places):
    with pytest.raises(ValueError, match="places lacks the column y, hears; a map needs name, set"):
        sound_map(places.drop(columns=["y", "hears"]), tone)
    many = pd.concat([places.iloc[:1].assign(set=str(i)) for i in range(7)])
    with pytest.raises(ValueError, match="points of 7 sets; a map can tell 6 apart"):
        sound_map(many, tone)


def test_where_no_widget_is_shown_there_are_words(places):
    widget = sound_map(places, tone)
    assert repr(widget) == "Map of 3 labels and 1 excerpts of gtzan, artists, unique"
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == repr(widget)
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_script_knows_every_mark_and_asks_nothing_of_the_network():
    texts = {}
    for file in ("sound_map.js", "sound_map.css"):
        texts[file] = resources.files("mirlab.widgets").joinpath(file).read_text(encoding="utf-8")
        assert not re.search(r"http|import |fetch\(|url\(|@import", texts[file])
    script = texts["sound_map.js"]
    marks = script[script.index("MARKS = {") : script.index("};")]
    assert all(re.search(rf'^  "?{re.escape(marker)}"?: ', marks, re.MULTILINE) for _, marker in plots.MARKS)
    sides = script[script.index("TEXTS = {") :].splitlines()[0]
    assert all(f"{side}: " in sides for side in plots.maps._SIDES)
    assert 'role="status"' in script and "data-lm-suppress-shortcuts" in script


# -- the picture beside it ---------------------------------------------------------------------------


def test_the_picture_says_the_same(places):
    figure = plots.label_map(places, title="Three labels")
    assert figure.alt.startswith(
        "Three labels. Map of 3 labels and 1 excerpts of gtzan, artists, unique. Closest"
    )
    assert "Closest on it: Rock & <Pop> (artists) and wort (unique), jazz" in figure.alt  # it is wide
    (axis,) = figure.axes
    assert {text.get_text() for text in axis.texts} == {"jazz", "Rock & <Pop>", "wort"}
    drawn = np.vstack([dots.get_offsets() for dots in axis.collections])
    points = sound_map(places, tone).map["points"]
    assert sorted(map(tuple, drawn.round().tolist())) == sorted((p["x"], p["y"]) for p in points)
    assert axis.get_ylim() == (plots.CANVAS[1], 0)


def test_texts_make_way_for_each_other():
    crowd = pd.DataFrame(
        {"name": ["a long name"] * 4, "set": "s", "kind": "label", "x": [0, 0.02, 9, 5], "y": [5, 5, 0, 9]}
    )
    there = plots.arranged(crowd)
    boxes = []
    for row in there.itertuples():
        sides = list(plots.maps._SIDES)
        boxes.append(plots.maps._text_boxes((row.x, row.y), "a long name")[sides.index(row.side)])
    assert plots.maps._covered(boxes[0], np.array(boxes[1:])) == 0
    width, height = plots.CANVAS
    assert all(left >= 0 and top >= 0 and right <= width and low <= height for left, top, right, low in boxes)


def test_equal_coordinates_are_no_reason_to_fail():
    one = pd.DataFrame({"name": ["a", "b"], "set": "s", "kind": "label", "x": 1.0, "y": [2.0, 3.0]})
    assert plots.arranged(one)["x"].tolist() == [plots.CANVAS[0] / 2] * 2


def test_covered_by_hand():
    others = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [5, 5, 6, 6]])
    assert plots.maps._covered(np.array([1, 0, 4, 2]), others) == 2 + 2  # 1 x 2 and 2 x 1


def test_hubs_are_named_in_every_panel():
    counts = {"L1": [1, 9, 3, 2, 0], "cosine": [4, 0, 5, 5, 6]}
    figure = plots.hubs(list("abcde"), np.linspace(1, 0.6, 5), counts, title="b is a hub")
    assert [axis.get_title() for axis in figure.axes] == ["L1", "cosine"]
    for axis in figure.axes:
        assert sorted(text.get_text() for text in axis.texts) == ["a", "b", "c", "d"]
    assert "b (length 0.90) 9 and 0" in figure.alt and figure.alt.endswith("at most 9 and 6.")
