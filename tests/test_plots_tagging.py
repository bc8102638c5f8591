"""Figures of tags: what they show, and that their words say the same."""

import numpy as np
import pandas as pd
import pytest

from mirlab import plots


def test_tags_by_kind_draws_every_tag_and_names_the_ends_of_each_kind():
    auc = {
        "all": {"WARP": [0.9, 0.7, 0.8, 0.6], "LR": [0.95, 0.75, 0.85, 0.65]},
        "within": {"WARP": [np.nan, np.nan, 0.5, 0.7], "LR": [np.nan, np.nan, 0.4, 0.6]},
    }
    kinds, names = ["genre", "genre", "mood", "mood"], ["jazz", "rock", "sad", "fun"]
    figure = plots.tags_by_kind(auc, kinds, names, title="Some")
    assert figure.alt == (
        "Some. Mean AUC by tag, all: genre WARP 0.80, LR 0.85; mood WARP 0.70, LR 0.75. "
        "within: genre has no pair; mood WARP 0.60, LR 0.50."
    )
    left, right = figure.axes
    assert [text.get_text() for text in left.texts] == ["rock", "jazz", "fun", "sad"]
    assert [text.get_text() for text in right.texts] == ["no such pair"]
    assert [tick.get_text() for tick in left.get_yticklabels()] == ["genre", "mood"]
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the first kind on top
    ticks = [line for line in left.get_lines() if line.get_alpha() and line.get_marker() == "|"]
    assert [sorted(line.get_xdata()) for line in ticks] == [
        [0.7, 0.9],
        [0.75, 0.95],
        [0.6, 0.8],
        [0.65, 0.85],
    ]
    with pytest.raises(ValueError, match="'all', 'WARP': 4 AUCs for 3 tags"):
        plots.tags_by_kind(auc, kinds[:3], names[:3])


def test_missing_tags_draws_a_line_for_each_method_and_judge():
    rows = [
        {
            "missing": share,
            "method": method,
            "judged by": by,
            "tag_auc": 0.8 - share / 10,
            "tag_auc_error": 0.01,
            "precision_at_3": 0.9 if by == "true tags" else 0.9 - share,
            "precision_at_3_error": 0.02,
        }
        for share in (0.25, 0.5)
        for method in ("WARP", "logistic regression")
        for by in ("true tags", "tags left")
    ]
    figure = plots.missing_tags(pd.DataFrame(rows), title="It fades")
    assert figure.alt.startswith("It fades. AUC by tag: WARP, by true tags 0.78 at 25 %, 0.75 at 50 %; ")
    assert "precision at 3: WARP, by true tags 0.90 at 25 %, 0.90 at 50 %;" in figure.alt
    for axis in figure.axes:
        assert len(axis.containers) == 4
        looks = [
            (c[0].get_linestyle(), c[0].get_marker(), c[0].get_markerfacecolor()) for c in axis.containers
        ]
        assert len(set(looks)) == 4
    assert figure.axes[1].containers[1][0].get_ydata().tolist() == pytest.approx([0.65, 0.4])
    with pytest.raises(ValueError, match="table is empty"):
        plots.missing_tags(pd.DataFrame())
