"""Pictures of disturbances and remedies: the words are the marks."""

import numpy as np
from pictures import GAINS, SWEEP, tone

from mirlab import plots


def test_the_sweep_has_a_panel_per_disturbance_and_a_line_per_extractor():
    figure = plots.disturbance_sweep(SWEEP, {"a": {"0.5": "9 dB", "1": "3 dB"}}, title="T")
    (axis,) = figure.axes
    lines = [container.lines[0] for container in axis.containers]
    assert len(lines) == 4
    for line in lines:
        np.testing.assert_allclose(line.get_ydata().astype(float), [0.6, 0.4, 0.2])
    assert [label.get_text() for label in axis.get_xticklabels()] == ["clean", "9", "3"]
    assert axis.get_xlabel() == "dB"
    assert "a (dB): base features clean 0.60, 9 0.40, 3 0.20; MFCC clean" in figure.alt


def test_gains_that_could_be_0_are_hollow():
    rows = [GAINS[0], GAINS[1] | {"difference_reach": 0.05}]
    axis = plots.remedy_gains(rows, title="T").axes[0]
    hollow, filled = (container.lines[0] for container in axis.containers)
    assert hollow.get_markerfacecolor() == "white" and filled.get_markerfacecolor() != "white"
    assert hollow.get_marker() == "o" and filled.get_marker() == "s"


def test_both_spectra_have_the_same_colours():
    figure = plots.disturbed_sound(
        tone(), 0.01 * tone(), {"base": (0.2, 0.1)}, {"base": (0.5, 0.1)}, title="T"
    )
    first, second = (axis.images[0] for axis in figure.axes[:2])
    assert first.get_clim() == second.get_clim()
    assert first.get_array().max() > second.get_array().max() + 4
