"""The number of labelled songs: set as a learner would, and whether what it says is true."""

import re

import numpy as np
import pytest
import traitlets
from pictures import CLEAR, EVEN, HURT

from mirlab import evaluate
from mirlab.widgets import labelled_songs
from mirlab.widgets.labelled_trials import _curves, transfer_gains, trial


@pytest.fixture(scope="module")
def widget(study):
    return labelled_songs(study, target="gtzan-synth")


def test_it_starts_with_one_song_and_the_protocol_of_the_course(widget, study):
    expected = [
        evaluate.learning_curve(
            study.windows("gtzan-synth", kind),
            study.stored("gtzan-synth").dataset.y,
            per_class=1,
            n_splits=5,
            n_draws=10,
        ).mean[0]
        for kind in ("base", "tag")
    ]
    assert widget.songs == 1
    assert f"base features {expected[0]:.2f} ±" in widget.said
    assert f"tag embedding {expected[1]:.2f} ±" in widget.said
    gain = float(re.search(r"Gain: ([-+.\d]+) ±", widget.said)[1])
    assert gain == pytest.approx(expected[1] - expected[0], abs=0.002)  # a mean of folds, not of songs
    assert "400 songs tested; 5 folds, 10 draws in each" in widget.said and "random guess 0.10" in widget.said
    assert repr(widget) == f"<a slider, 1 to 20 labelled songs: run this cell to move it> {widget.said}"


def test_a_move_changes_picture_and_words_and_its_point_stays(widget):
    before, picture = widget.said, widget.picture
    widget.songs = 5
    assert widget.picture != picture
    assert widget.said.startswith("gtzan-synth, 10 labels, 5 labelled songs per label. Accuracy: ")
    assert widget.alt.endswith("at 1, 5 labelled songs per label.")
    widget.target = "homburg-synth"
    assert widget.said.startswith("homburg-synth, 9 labels, 5 labelled songs per label. ")
    assert widget.alt.endswith("on homburg-synth at 5 labelled songs per label.")
    widget.songs = 20  # funksoulrnb has 14 songs, and three of them are in each fold
    assert "20 labelled songs per label, only 11 for the smallest label. Accuracy: " in widget.said
    widget.target, widget.songs = "gtzan-synth", 1
    assert widget.said == before  # measured once, and the same again
    assert set(widget.tried) == {
        *(
            ("gtzan-synth", 1),
            ("gtzan-synth", 5),
            ("homburg-synth", 5),
            ("homburg-synth", 20),
            ("gtzan-synth", 20),
        )
    }


def test_impossible_numbers_and_sets_are_refused(study, widget):
    for songs in (0, 21):
        with pytest.raises(traitlets.TraitError, match="songs"):
            widget.songs = songs
    with pytest.raises(traitlets.TraitError, match="target='jazz-synth' is unknown; it must be one of"):
        widget.set_state({"target": "jazz-synth", "songs": 2})
    assert (widget.target, widget.songs) == ("gtzan-synth", 1)
    with pytest.raises(ValueError, match="target='jazz-synth' is unknown; it must be one of artists1517"):
        labelled_songs(study, target="jazz-synth")
    with pytest.raises(ValueError, match="songs=0; it must be a whole number, 1 or more"):
        trial(study, "gtzan-synth", 0)


# -- the figures --------------------------------------------------------------------------------------


def test_a_verdict_needs_more_than_a_difference():
    assert CLEAR.verdict == "transfer helps" and HURT.verdict == "transfer hurts"
    assert EVEN.verdict == "no clear difference" and EVEN.chance == 0.5
    assert str(CLEAR) == (
        "a-synth, 2 labels, 1 labelled song per label. Accuracy: base features 0.41 ± 0.01, tag embedding "
        "0.51 ± 0.01, random guess 0.50. Gain: +0.100 ± 0.013, transfer helps. (± is half a 95 % interval; "
        "20 songs tested; 5 folds, 1 draw in each; paired test, p = 0.000.)"
    )
    assert "20 labelled songs" in str(HURT) and "Gain: -0.100 ± " in str(HURT)


def test_the_figure_shows_where_transfer_gains_and_where_it_loses():
    figure = transfer_gains([CLEAR, HURT, EVEN])
    words = "a-synth: +0.100 (clear) at 1, -0.100 (clear) at 20; b: +0.000 at 1."
    assert words in figure.alt.replace("-0.000", "+0.000")
    title = figure.get_suptitle().replace("\n", " ")
    ahead = "on 1 of 2 sets at 1 song per label, on 0 of 1 sets at 20 songs per label"
    assert title == f"The tag embedding is clearly ahead {ahead}"
    marks = [
        (line.get_marker(), line.get_markerfacecolor() == "white", np.round(line.get_xydata()[0], 3).tolist())
        for axis in figure.axes
        for line in axis.lines
        if line.get_marker() in "^v"
    ]
    assert marks == [("^", False, [0, 0.1]), ("v", False, [1, -0.1]), ("v", True, [0, 0])]
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["1", "20"]
    bars = figure.axes[0].containers[0].lines[2][0].get_segments()
    assert np.ptp(bars[0][:, 1]) / 2 == pytest.approx(CLEAR.gain.reach[0])
    assert transfer_gains([CLEAR]).get_suptitle().replace("\n", " ").endswith("label (synthetic data sets)")
    with pytest.raises(ValueError, match="trials is empty"):
        transfer_gains([])


def test_the_curves_mark_the_present_number():
    figure = _curves([CLEAR, HURT], HURT)
    (axis,) = figure.axes
    (band,) = axis.patches
    assert (band.get_x(), band.get_width()) == pytest.approx((19.6, 0.8))
    base, tag = (container[0] for container in axis.containers)
    for line in (base, tag):
        assert np.round(line.get_xdata().astype(float)).tolist() == [1, 20]
    assert base.get_ydata() == pytest.approx([0.41, 0.51]) and tag.get_ydata() == pytest.approx([0.51, 0.41])
    assert [line.get_ydata() for line in axis.lines if line.get_linewidth() == 0.8] == [[0.5, 0.5]]  # chance
    assert figure.get_suptitle() == "a-synth, 20 per label: transfer hurts"
