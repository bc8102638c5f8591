"""Labels per class against accuracy: lines, bars and words; the map of chosen songs."""

import numpy as np
import pytest
from pictures import FEW

from mirlab import plots


def test_every_line_has_a_look_of_its_own_and_bars_of_its_reach():
    figure = plots.label_curves(FEW, {"one": ["labels alone", "PCA", "real network"]}, title="It rises")
    assert figure.alt == (
        "It rises (a-synth, synthetic). Accuracy by labels per class, one: "
        "labels alone 0.22 at 1, 0.60 at 20; PCA 0.32 at 1, 0.70 at 20; real network 0.42 at 1, 0.80 at 20."
    )
    (axis,) = figure.axes
    lines = [container.lines[0] for container in axis.containers]
    assert len({(line.get_color(), line.get_marker(), str(line.get_linestyle())) for line in lines}) == 3
    bars = axis.containers[1].lines[2][0].get_segments()
    assert [np.ptp(bar[:, 1]) / 2 for bar in bars] == pytest.approx([0.03] * 3)
    assert lines[1].get_xdata().tolist() == [1, 5, 20]  # the middle line is not moved aside


def test_a_method_looks_the_same_in_each_panel():
    figure = plots.label_curves(
        FEW, {"one": ["PCA", "labels alone"], "two": ["unsure songs", "PCA"]}, title="T"
    )
    colors = [{c.get_label(): c.lines[0].get_color() for c in axis.containers} for axis in figure.axes]
    assert colors[0]["PCA"] == colors[1]["PCA"] != colors[1]["unsure songs"]
    assert len(figure.legends[0].get_texts()) == 3


def test_rows_of_several_sets_and_missing_methods_are_refused():
    with pytest.raises(ValueError, match="rows are of 2 data sets; a figure shows one"):
        plots.label_curves([*FEW, FEW[0] | {"dataset": "b"}], {"": ["PCA"]})
    with pytest.raises(ValueError, match="rows has nothing of magic"):
        plots.label_curves(FEW, {"": ["PCA", "magic"]})


def test_chosen_songs_are_squares_on_the_map():
    figure = plots.choice_map(np.eye(4)[:, :2], {"a": [0, 3], "b": []}, title="T")
    assert figure.alt == "T. Map of 4 songs; labelled: a (2), b (0)."
    assert [[len(dots.get_offsets()) for dots in axis.collections] for axis in figure.axes] == [
        [2, 2],
        [4, 0],
    ]
