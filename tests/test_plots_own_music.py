"""Figures of one small collection: what is drawn, and what their words say."""

import numpy as np
import pytest
from pictures import DOUBTS, LONG, SPLITS
from scipy import stats

from mirlab import plots

REACH = 0.1 * stats.t.ppf(0.975, 1)
"""Half of the interval of two folds, 0.2 apart."""


def test_two_splits_are_side_by_side_with_their_errors():
    figure = plots.two_splits(SPLITS, guess=0.5, title="What a split is worth")
    (axis,) = figure.axes
    assert [text.get_text() for text in axis.get_yticklabels()] == ["base features", "tag embedding"]
    by_excerpt, by_recording = axis.containers
    assert by_excerpt[0].get_xdata().tolist() == [0.9, 1.0]
    assert by_recording[0].get_xdata().tolist() == [0.5]
    (bar,) = by_recording[2][0].get_segments()
    assert bar[:, 0].tolist() == pytest.approx([0.5 - REACH, 0.5 + REACH])
    heights = [container[0].get_ydata()[0] for container in axis.containers]
    assert -0.5 < heights[0] < 0 < heights[1] < 0.5  # in the row of their features, one above the other
    assert by_excerpt[0].get_marker() != by_recording[0].get_marker()
    assert [line.get_xdata() for line in axis.lines if line.get_linestyle() == "--"] == [[0.5, 0.5]]
    assert axis.get_ylim() == (1.5, -0.5)  # the first on top
    assert len(figure.legends[0].get_texts()) == 3
    assert figure.alt == (
        "What a split is worth. Accuracy, split by excerpts: base features 0.90 ± 1.27, tag embedding "
        "1.00 ± 0.00. Accuracy, split by recordings: base features 0.50 ± 1.27. "
        "Always the largest label: 0.50."
    )
    assert "Always" not in plots.two_splits(SPLITS).alt


def test_the_most_doubtful_are_first_whatever_a_file_is_called():
    figure = plots.doubts(DOUBTS.replace("folk/$1$_x.wav", LONG * 3), most=5, title="Five")
    (axis,) = figure.axes
    assert [bar.get_width() for bar in axis.patches] == pytest.approx([0, 0.05, 0.1, 0.15, 0.2])
    assert axis.get_ylim() == (4.5, -0.5)  # the first on top
    names = [text.get_text() for text in axis.get_yticklabels()]
    assert names[0] == "folk/$0$_x.wav" and len(names[1]) < 60
    places = [(text.get_text(), *np.round(text.get_position(), 2)) for text in axis.texts]
    assert places[2] == (r"most say $\jazz$", 0.11, 2)
    assert figure.alt.startswith(
        f"Five. Share of neighbours that agree: folk/$0$_x.wav 0%, most say $\\jazz$; {LONG * 3} 5%"
    )
    assert "$5$" not in figure.alt
