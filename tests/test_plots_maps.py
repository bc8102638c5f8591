"""Maps of labels and excerpts: where points and texts go, and what is named."""

import numpy as np
import pandas as pd
import pytest
from pictures import PLACES

from mirlab import plots
from mirlab.plots import texts
from mirlab.plots.texts import SIDES


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
            dx, dy = SIDES[side]
            assert (x - row.x, y - row.y) == (9 * dx, -9 * dy)  # pixels, and downwards
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
    assert there["y"].tolist() == pytest.approx([625, 35, 477.5, 625])
    assert there["x"].tolist() == pytest.approx([60, 780, 420, 780])


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
    sides = [list(SIDES).index(side) for side in there["side"]]
    points = there[["x", "y"]].to_numpy() * (1, -1)
    sizes = [(0.56 * 14 * len("a long name"), 1.1 * 14)] * 4
    boxes = texts.boxes_beside(points, sizes, [9])[range(4), sides]
    for i in range(4):
        assert texts.covered(boxes[i], np.delete(boxes, i, axis=0)) == 0
    width, height = plots.CANVAS
    assert (boxes[:, :2] >= (0, -height)).all() and (boxes[:, 2:] <= (width, 0)).all()


def test_equal_coordinates_go_to_the_middle():
    one = pd.DataFrame({"name": ["a", "b"], "set": "s", "kind": "label", "x": 1.0, "y": [2.0, 3.0]})
    assert plots.arranged(one)["x"].tolist() == [plots.CANVAS[0] / 2] * 2


def test_hubs_are_named_in_the_first_panel_and_numbered_in_all():
    counts = {"L1": [1, 9, 3, 2, 0], "cosine": [4, 0, 5, 5, 6]}
    figure = plots.hubs(list("abcde"), np.linspace(1, 0.6, 5), counts, title="b is a hub")
    assert [axis.get_title() for axis in figure.axes] == ["L1", "cosine"]
    names, numbers = (sorted(text.get_text() for text in axis.texts) for axis in figure.axes)
    assert names == ["1 b", "2 c", "3 d", "4 a"] and numbers == ["1", "2", "3", "4"]
    assert "b (length 0.90) 9 and 0" in figure.alt and figure.alt.endswith("at most 9 and 6.")
