"""Maps of labels and excerpts: where points and texts go, and what is named."""

import numpy as np
import pandas as pd
import pytest
from pictures import PLACES

from mirlab import plots


def test_a_map_shows_labels_and_excerpts_and_says_who_is_close():
    figure = plots.label_map(PLACES, title="Three labels")
    assert figure.alt == (
        "Three labels. Map of 3 labels and 1 excerpts of gtzan, artists, unique. Closest on it: "
        "Rock & <Pop> $ (artists) and wort (unique), jazz (gtzan) and wort (unique)."  # the map is wide
    )
    (axis,) = figure.axes
    there = plots.arranged(PLACES)
    names = {text.get_text(): text.get_position() for text in axis.texts}
    assert set(names) == {"jazz", "Rock & <Pop> $", "wort"}
    for name, side, row in zip(there["name"], there["side"], there.itertuples(), strict=True):
        if name in names:
            x, y = names[name]
            assert (x - row.x, y - row.y) == {"right": (8, 0), "left": (-8, 0), "above": (0, -7)}[side]
    dots = [
        (*offset, dots.get_facecolor()[0].tolist())
        for dots in axis.collections
        for offset in dots.get_offsets()
    ]
    hollow = [(x, y) for x, y, face in dots if face == [1, 1, 1, 1]]
    excerpt = there[there["kind"] == "excerpt"]
    assert hollow == list(zip(excerpt["x"], excerpt["y"], strict=True))
    assert sorted((x, y) for x, y, _ in dots) == sorted(zip(there["x"], there["y"], strict=True))
    assert axis.get_ylim() == (plots.CANVAS[1], 0)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["gtzan", "artists", "unique"]


def test_up_on_the_map_is_up_on_the_canvas():
    there = plots.arranged(PLACES).set_index("name")
    assert there["y"].tolist() == pytest.approx([605, 35, 462.5, 605])
    assert there["x"].tolist() == pytest.approx([60, 840, 450, 840])


def test_excerpts_alone_can_be_drawn():
    figure = plots.label_map(PLACES.assign(kind="excerpt"))
    assert figure.alt == "Map of 0 labels and 4 excerpts of gtzan, artists, unique."


def test_more_sets_than_marks_are_refused():
    many = pd.concat([PLACES.iloc[:1].assign(set=str(i)) for i in range(7)])
    with pytest.raises(ValueError, match="points of 7 sets; a map has marks for 6 of them"):
        plots.arranged(many)


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


def test_equal_coordinates_go_to_the_middle():
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
