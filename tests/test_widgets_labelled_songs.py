"""The number of labelled songs, moved as a learner would, and whether what is said of it is true."""

import base64
import re
from importlib import resources

import numpy as np
import pytest

from mirlab import evaluate
from mirlab.lessons import show
from mirlab.widgets import labelled_songs
from mirlab.widgets.labelled_songs import Trial, transfer_gains, trial


@pytest.fixture(scope="module")
def widget(study):
    return labelled_songs(study, target="gtzan-synth")


def test_it_starts_with_one_song_and_shows_the_protocol_of_the_course(widget, study):
    expected = [
        evaluate.learning_curve(
            study.windows("gtzan-synth", kind),
            study.features("gtzan-synth").dataset.y,
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
    assert "400 songs tested; 5 folds, 10 draws in each" in widget.said and "blind guess 0.10" in widget.said


def test_a_move_changes_picture_and_words_and_leaves_its_point(study):
    widget = labelled_songs(study, target="gtzan-synth")
    before = widget.picture, widget.said
    widget.songs = 5
    assert widget.picture != before[0]
    assert widget.said.startswith("gtzan-synth, 5 labelled songs of each of 10 labels.")
    assert widget.alt.endswith("at 1, 5 labelled songs a label.")
    assert base64.b64decode(widget.picture.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    widget.target = "homburg-synth"
    assert widget.said.startswith("homburg-synth, 5 labelled songs of each of 9 labels.")
    assert widget.alt.endswith("on homburg-synth at 5 labelled songs a label.")
    widget.target, widget.songs = "gtzan-synth", 1
    assert widget.said == before[1]  # measured once, and the same again
    assert set(widget.tried) == {
        ("gtzan-synth", 1),
        ("gtzan-synth", 5),
        ("homburg-synth", 5),
    }


def test_songs_out_of_range_are_refused(widget):
    for songs in (0, 21):
        with pytest.raises(Exception, match="songs"):
            widget.songs = songs
    assert widget.songs == 1


def test_a_set_that_is_no_target_is_refused(study):
    with pytest.raises(
        ValueError, match="'jazz-synth' is no target set; it must be one of artists1517-synth"
    ):
        labelled_songs(study, target="jazz-synth")
    with pytest.raises(ValueError, match="per_class=0"):
        trial(study, "gtzan-synth", 0)


def test_where_nothing_can_be_shown_it_says_the_same(widget):
    assert widget._repr_mimebundle_()[0]["text/plain"] == repr(widget)
    assert repr(widget).startswith(
        "Labelled songs, to be moved from 1 to 20. gtzan-synth, 1 labelled song of"
    )


def test_the_script_is_shipped_and_asks_nothing_of_the_network(widget):
    for file in ("labelled_songs.js", "labelled_songs.css"):
        text = resources.files("mirlab.widgets").joinpath(file).read_text(encoding="utf-8")
        assert not re.search(r"http|import |fetch|url\(|@import", text)
    assert widget._esm.strip().endswith("export default { render };")


# -- the figure beside it ---------------------------------------------------------------------------------


def made(target, songs, tag, base):
    """Return a trial of five folds with these accuracies."""
    y, folds = np.repeat([0, 1], 10), np.tile(np.arange(5), 4)
    curves = [
        evaluate.LearningCurve(np.array([scores]), folds, y, (songs,), 1, 0)
        for scores in (np.array(base, float), np.array(tag, float))
    ]
    return Trial(target, songs, *curves, evaluate.compare(curves[1], curves[0]))


CLEAR = made("a-synth", 1, [0.50, 0.52, 0.51, 0.50, 0.52], [0.40, 0.42, 0.40, 0.41, 0.42])
LOST = made("a-synth", 20, [0.40, 0.42, 0.40, 0.41, 0.42], [0.50, 0.52, 0.51, 0.50, 0.52])
EVEN = made("b", 1, [0.4, 0.5, 0.6, 0.5, 0.4], [0.5, 0.4, 0.5, 0.6, 0.4])


def test_a_verdict_needs_more_than_a_difference():
    assert CLEAR.verdict == "transfer helps" and LOST.verdict == "transfer hurts"
    assert EVEN.verdict == "no clear difference" and EVEN.chance == 0.5
    assert "1 labelled song of each of 2 labels" in str(CLEAR) and "20 labelled songs" in str(LOST)
    assert "Gain: +0.100 ± " in str(CLEAR) and "Gain: -0.100 ± " in str(LOST)


def test_the_figure_says_where_transfer_gains_and_where_it_loses():
    figure = transfer_gains([CLEAR, LOST, EVEN])
    assert "a-synth: +0.100 at 1, -0.100 at 20; b: +0.000 at 1." in figure.alt.replace("-0.000", "+0.000")
    title = figure.get_suptitle()
    assert title.startswith(
        "The tag embedding is ahead on 1 of 2 sets at 1 song a label, on 0 of 1 sets at 20"
    )
    assert "(synthetic data sets)" not in title  # b is real
    assert "(synthetic data sets)" in transfer_gains([CLEAR]).get_suptitle()
    filled = [
        line.get_markerfacecolor() != "white" for line in figure.axes[0].lines if line.get_marker() in "^v"
    ]
    assert filled == [True, True]
    assert figure.axes[1].lines[-1].get_markerfacecolor() == "white"
    assert show(figure).png


def test_a_figure_of_nothing_is_refused():
    with pytest.raises(ValueError, match="trials is empty"):
        transfer_gains([])
