"""Figures of experiments: differences from a control."""

import pytest
from pictures import variant

from mirlab import plots


def test_differences_have_bars_and_markers_that_point():
    rows = [
        variant(),
        variant(variant="w", difference=-0.05, verdict="worse"),
        variant(variant="x", control="d", features="base", difference=0.0, verdict="no difference found"),
        variant(target="gtzan-synth", difference=9.0),
    ]
    figure = plots.differences({"differences": rows}, measures={"full": "accuracy", "few": "few"}, title="So")
    (axis,) = figure.axes  # nothing was measured with few
    assert axis.get_title() == "accuracy"
    points = [container.lines[0] for container in axis.containers]
    assert [point.get_marker() for point in points] == [">", "<", "o"]
    assert [point.get_markerfacecolor() == "white" for point in points] == [False, False, True]
    assert [point.get_ydata()[0] for point in points] == [0, 1, 2]
    for container, row in zip(axis.containers, rows, strict=False):
        ((left, _), (right, _)) = container.lines[2][0].get_segments()[0]
        assert (left, right) == pytest.approx((row["difference"] - 0.011, row["difference"] + 0.011))
    assert [text.get_text() for text in axis.get_yticklabels()] == [
        *("v (1)\n(tag features)", "w (1)\n(tag features)", "x (2)\n(base features)")
    ]
    assert axis.get_ylim() == (2.5, -0.5)  # the first on top
    assert figure.get_supxlabel() == "difference from c (1) or d (2), with its 95 % interval"
    assert [line.get_xdata() for line in axis.lines if line.get_linewidth() == 0.8] == [[0, 0]]
    assert figure.alt == (
        "So. accuracy: v (tag features) against c +0.020 ± 0.011, better; w (tag features) against c -0.050 "
        "± 0.011, worse; x (base features) against d +0.000 ± 0.011, no difference found."
    )
