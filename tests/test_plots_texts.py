"""Texts beside their points: boxes worked by hand, and crowds in which every text finds a place."""

import numpy as np
import pytest
from matplotlib.text import Text

from mirlab.plots import texts
from mirlab.show.figures import Figure, draws_figure


def test_boxes_by_hand():
    boxes = dict(zip(texts.SIDES, texts.boxes_beside([[10, 20]], [[6, 4]], [5])[0].tolist(), strict=True))
    assert boxes["right"] == [15, 18, 21, 22] and boxes["left"] == [-1, 18, 5, 22]
    assert boxes["above"] == [7, 25, 13, 29] and boxes["below"] == [7, 11, 13, 15]
    assert boxes["upper right"] == [13.5, 23.5, 19.5, 27.5] and boxes["lower left"] == [0.5, 12.5, 6.5, 16.5]


def test_covered_by_hand():
    others = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [5, 5, 6, 6]])
    assert texts.covered(np.array([1, 0, 4, 2]), others) == 2 + 2  # 1 x 2 and 2 x 1


def test_the_first_free_side_is_chosen():
    boxes = texts.boxes_beside([[50, 50]], [[20, 10]], [5])
    everywhere = (0, 0, 100, 100)
    assert texts.choose(boxes, [], everywhere).tolist() == [0]
    assert texts.choose(boxes, [[56, 40, 60, 60]], everywhere).tolist() == [1]  # the right is taken
    assert texts.choose(boxes, [], (40, 0, 70, 100)).tolist() == [2]  # neither side has room
    assert texts.choose(boxes[:0], [], everywhere).tolist() == []


@draws_figure
def crowd(points):
    figure = Figure(figsize=(4, 4), layout="constrained")
    axis = figure.subplots()
    axis.plot(*points.T, "o")
    axis.set(xlim=(-3, 3), ylim=(-3, 3))
    written = texts.write_beside(figure, axis, points, [f"a tag {i}" for i in range(len(points))])
    figure.draw_without_rendering()  # only now the texts know their places
    return points, written


@pytest.mark.parametrize("seed", range(5))
def test_no_text_of_a_crowd_hides_another(seed):
    points, written = crowd(np.random.default_rng(seed).normal(0, 0.5, (9, 2)))
    boxes = np.array([Text.get_window_extent(text).extents for text in written])
    for i, box in enumerate(boxes):
        assert texts.covered(box, np.delete(boxes, i, axis=0)) == 0
    for text, point in zip(written, points, strict=True):
        far = np.hypot(*text.get_position()) > 60
        assert text.xy == pytest.approx(point) and (text.arrow_patch is not None or not far)
