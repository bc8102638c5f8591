"""Figures of one small collection: what is drawn, and what is said of it."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from mirlab import plots
from mirlab.evaluate import CrossValidation


def found(*scores):
    y = np.arange(4) % 2
    return CrossValidation(np.array(scores), y, y, np.arange(2), np.zeros((4, 2)))


def test_two_splits_stand_side_by_side_with_their_errors():
    results = {
        "excerpts": {"base": found(0.8, 1.0), "tag": found(1.0, 1.0)},
        "recordings": {"base": found(0.4, 0.6)},
    }
    figure = plots.two_splits(results, guess=0.5, title="What a split is worth")
    axis = figure.axes[0]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["base features", "tag embedding"]
    by_excerpt, by_recording = axis.containers
    assert by_excerpt[0].get_xdata().tolist() == [0.9, 1.0]
    assert by_recording[0].get_xdata().tolist() == [0.5]
    (bar,) = by_recording[2][0].get_segments()
    assert bar[:, 0].tolist() == pytest.approx([0.4, 0.6])
    assert by_excerpt[0].get_marker() != by_recording[0].get_marker()
    assert figure.alt == (
        "What a split is worth. Accuracy, split by excerpts: base features 0.90 ± 0.10, tag embedding "
        "1.00 ± 0.00. Accuracy, split by recordings: base features 0.50 ± 0.10. "
        "Always naming the largest label: 0.50."
    )


def test_the_most_doubtful_stand_first_and_whatever_a_file_is_called_is_shown():
    table = pd.DataFrame(
        {
            "recording": [f"folk/${i}$_x.wav" for i in range(20)],
            "label": "folk",
            "agree": np.linspace(0, 0.95, 20),
            "neighbours say": r"$\jazz$",
        }
    )
    figure = plots.doubts(table, most=5, title="Five")
    axis = figure.axes[0]
    assert [bar.get_width() for bar in axis.patches] == pytest.approx([0, 0.05, 0.1, 0.15, 0.2])
    assert axis.get_ylim() == (4.5, -0.5)  # the first on top
    assert figure.alt.startswith(
        "Five. Share of neighbours that agree: folk/$0$_x.wav 0%, most say $\\jazz$; "
    )
    assert "$5$" not in figure.alt
    figure.savefig(BytesIO())  # a formula that is none would fail here
