"""The widgets of lesson 13: moved as a learner would, and whether the words are true."""

import numpy as np
import pytest

from mirlab.paper import fine_tuning
from mirlab.widgets import growing_curve, trained_layers


@pytest.fixture
def rows():
    """Accuracies that grow with songs and unfrozen layers; from scratch, always 0.1 less."""
    return [
        {
            "network": kind,
            "start": start,
            "unfrozen": n,
            "songs": k,
            "seed": seed,
            "accuracy": 0.3 + k / 100 + n / 20 - 0.1 * (start == "random") + 0.01 * seed,
        }
        for kind, start, n in fine_tuning.COMPETITORS
        for k in fine_tuning.SONGS
        for seed in (1, 0)
    ]


def test_a_slider_changes_words_and_picture(rows):
    widget = trained_layers(rows)
    assert "convolutional, 0 hidden layers unfrozen, 5 songs per label" in widget.sentence.value
    before = widget.picture.value
    widget.unfrozen.value, widget.songs.value, widget.network.value = 3, 1, "recurrent"
    said = widget.sentence.value
    assert "recurrent, 3 hidden layers unfrozen, 1 song per label: accuracy 0.46" in said
    assert "from scratch: +0.10 ± 0.00, a clear difference" in said and "over 2 seeds" in said
    assert widget.picture.value != before and "recurrent: mean accuracy, synthetic" in widget.picture.value


def test_a_difference_that_depends_on_the_seed_is_not_called_clear(rows):
    rows = [
        row | {"accuracy": row["accuracy"] * (1 + row["seed"] * (row["start"] == "random"))} for row in rows
    ]
    assert "no clear difference" in trained_layers(rows).sentence.value


def test_a_missing_combination_is_refused(rows):
    with pytest.raises(ValueError, match=r"nothing was measured for .*'recurrent'"):
        trained_layers([row for row in rows if row["network"] != "recurrent"])


def test_a_curve_grows_and_says_its_last_values():
    curve = growing_curve("Both fall", ylabel="loss")
    assert "begins" in curve.sentence.value
    pictures = set()
    for step in (10, 20, 30):
        curve.add(step, training=1 / step, new_songs=2 / step)
        pictures.add(curve.picture.value)
    assert len(pictures) == 3
    assert curve.curves["new songs"] == ([10, 20, 30], pytest.approx([0.2, 0.1, 2 / 30]))
    assert "step 30: training 0.03, new songs 0.07" in curve.sentence.value
    assert repr(curve).endswith("30 steps, training 0.03, new songs 0.07>")
    assert curve.seen().count("<img") == 1 and np.isfinite(curve.curves["training"][1]).all()


def test_outside_of_a_notebook_a_curve_is_just_kept(capsys):
    with growing_curve("It falls") as curve:
        curve.add(1, loss=0.5)
    assert curve.curves["loss"] == ([1], [0.5])
