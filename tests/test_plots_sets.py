"""Figures of labels and their styles: the overlap of all labels, and the shared part of some."""

import re
from itertools import chain, pairwise

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from mirlab import plots
from mirlab.corpus import styles
from mirlab.widgets.label_pairs import genre_labels


@pytest.fixture(scope="module")
def matrix():
    names = list(genre_labels())
    return plots.overlap_matrix(styles.true_overlap(list(genre_labels().values())), names, title="Overlap")


def drawn(axis):
    return axis.images[0].get_array(), [tick.get_text() for tick in axis.get_yticklabels()]


def test_the_matrix_holds_the_overlap_in_another_order(matrix):
    shown, ordered = drawn(matrix.axes[0])
    assert sorted(ordered) == sorted(genre_labels())
    np.testing.assert_array_equal(shown, styles.true_overlap([genre_labels()[name] for name in ordered]))


def test_the_order_puts_much_beside_much(matrix):
    shown, _ = drawn(matrix.axes[0])
    as_listed = styles.true_overlap(list(genre_labels().values()))
    assert np.diag(shown, 1).sum() > 4 * np.diag(as_listed, 1).sum()


def test_frames_hold_the_groups_that_the_words_name(matrix):
    _, ordered = drawn(matrix.axes[0])
    frames = [patch for patch in matrix.axes[0].patches if isinstance(patch, Rectangle)]
    framed = []
    for frame in frames:
        start = round(frame.get_x() + 0.5)
        assert frame.get_x() == frame.get_y() and frame.get_width() == frame.get_height()
        framed.append(ordered[start : start + round(frame.get_width())])
    named = [part.split(", ") for part in re.findall(r"Group \d+: ([^.]*)\.", matrix.alt)]
    assert framed == named and {"blues (gtzan)", "Blues (artists1517)"} <= set(chain(*framed))
    alone = re.search(r"In no group: ([^.]*)\.", matrix.alt)[1].split(", ")
    assert len(alone) == 7 and {"schlager (unique)", "volksmusik (unique)"} <= set(alone)
    assert sorted(chain(alone, *framed)) == sorted(ordered)


def test_no_name_of_the_matrix_runs_into_another(matrix):
    matrix.draw_without_rendering()
    boxes = [tick.get_window_extent() for tick in matrix.axes[0].get_yticklabels()]
    assert len(boxes) > 2
    assert all(min(a.y1, b.y1) - max(a.y0, b.y0) <= 1 for a, b in pairwise(boxes))
    assert all(box.x0 >= 0 and box.y0 >= 0 for box in boxes)


def test_shared_styles_are_dark_and_the_rest_is_hatched():
    figure = plots.shared_styles(["a", "b"], [{"rock": 0.6, "blues": 0.4}, {"rock": 0.5, "pop": 0.5}])
    first, second = figure.axes
    styles_drawn = [tick.get_text() for tick in first.get_yticklabels()]
    assert styles_drawn[0] == "rock"  # what is shared comes first
    own, common = (dict(zip(styles_drawn, bars, strict=True)) for bars in first.containers)
    assert {style: bar.get_width() for style, bar in own.items()} == {"rock": 0.6, "blues": 0.4, "pop": 0}
    assert {style: bar.get_width() for style, bar in common.items()} == {"rock": 0.5, "blues": 0, "pop": 0}
    assert sum(bar.get_width() for bar in second.containers[1]) == 0.5
    assert own["rock"].get_hatch() and not common["rock"].get_hatch()  # not by colour alone
    assert figure.get_suptitle() == "a and b share 0.50 (dark)"
