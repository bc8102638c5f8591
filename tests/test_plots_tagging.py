"""Figures of tags: what they show, and that their words say the same."""

import numpy as np
import pandas as pd
import pytest
from pictures import AUC, MISSING
from scipy import stats

from mirlab import plots

KINDS, NAMES = ["genre", "genre", "mood", "mood"], ["jazz", "rock", "sad", "fun"]


def test_tags_by_kind_draws_every_tag_and_names_the_ends_of_each_kind():
    figure = plots.tags_by_kind(AUC, KINDS, NAMES, title="Some")
    assert figure.alt == (
        "Some. Mean AUC by tag, all: genre WARP 0.80, LR 0.85; mood WARP 0.70, LR 0.75. "
        "within: genre has no pair; mood WARP 0.60, LR 0.50."
    )
    left, right = figure.axes
    named = [(text.get_text(), text.get_position()[0]) for text in left.texts]
    assert named == [("rock", 0.75), ("jazz", 0.95), ("fun", 0.65), ("sad", 0.85)]
    heights = [text.get_position()[1] for text in left.texts]
    assert 0 < heights[0] == heights[1] < 0.5 and 1 < heights[2] == heights[3] < 1.5
    assert [(text.get_text(), text.get_position()[1]) for text in right.texts] == [("no such pair", 0)]
    assert [tick.get_text() for tick in left.get_yticklabels()] == ["genre", "mood"]
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the first kind on top
    ticks = [line for line in left.get_lines() if line.get_alpha() and line.get_marker() == "|"]
    assert [sorted(line.get_xdata()) for line in ticks] == [
        [0.7, 0.9],
        [0.75, 0.95],
        [0.6, 0.8],
        [0.65, 0.85],
    ]
    assert [round(line.get_ydata()[0], 2) for line in ticks] == [-0.17, 0.17, 0.83, 1.17]
    means = [container for container in left.containers if container.has_xerr]
    (bar,) = means[0].lines[2][0].get_segments()
    reach = 0.1 * stats.t.ppf(0.975, 1)  # two tags: their standard error is half of their distance
    assert bar[:, 0].tolist() == pytest.approx([0.8 - reach, 0.8 + reach])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["WARP", "LR"]
    assert [line.get_xdata() for line in left.lines if line.get_linewidth() == 1][-1] == [0.5, 0.5]


def test_a_single_tag_has_no_error():
    figure = plots.tags_by_kind({"all": {"WARP": [0.9]}}, ["genre"], ["jazz"])
    (bar,) = figure.axes[0].containers[0].lines[2][0].get_segments()
    assert bar[:, 0].tolist() == [0.9, 0.9]


def test_an_auc_for_each_tag_is_needed():
    with pytest.raises(ValueError, match="'all', 'WARP': 4 AUCs for 3 tags"):
        plots.tags_by_kind(AUC, KINDS[:3], NAMES[:3])


def test_missing_tags_draws_a_line_for_each_method_and_judge():
    figure = plots.missing_tags(MISSING, title="It fades")
    assert figure.alt.startswith("It fades. AUC by tag: WARP, by true tags 0.78 at 25 %, 0.75 at 50 %; ")
    assert "precision at 3: WARP, by true tags 0.90 at 25 %, 0.90 at 50 %;" in figure.alt
    for axis in figure.axes:
        assert len(axis.containers) == 4
        lines = [container[0] for container in axis.containers]
        looks = [(line.get_linestyle(), line.get_marker(), line.get_markerfacecolor()) for line in lines]
        assert len(set(looks)) == 4
        assert [line.get_markerfacecolor() == "white" for line in lines] == [False, True, False, True]
    precision = figure.axes[1].containers[1]
    assert np.allclose(precision[0].get_xydata(), [[25, 0.65], [50, 0.4]])
    assert np.ptp(precision[2][0].get_segments()[0][:, 1]) == pytest.approx(0.04)  # an error on each side
    assert figure.axes[1].get_ylim() == (0, 1.02)
    with pytest.raises(ValueError, match="table is empty"):
        plots.missing_tags(pd.DataFrame())
