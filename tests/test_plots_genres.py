"""The figures that compare two feature sets: what they draw, what they say, what they refuse."""

import numpy as np
import pytest

from mirlab import plots
from mirlab.evaluate import Comparison, CrossValidation
from mirlab.lessons import show

LABELS = np.array(["blues", "jazz", "rock"])
Y = np.repeat(LABELS, [4, 4, 8])


def result(predictions, scores=(0.5, 0.7, 0.6, 0.8)):
    """Return a cross-validation that gave these labels."""
    outputs = (np.asarray(predictions)[:, None] == LABELS).astype(float)
    return CrossValidation(np.array(scores), np.arange(len(Y)) % 4, Y, LABELS, outputs)


BASE = result(Y)
LOST = result(np.where(Y == "blues", "rock", Y), (0.4, 0.7, 0.5, 0.6))


def test_fold_pairs_draws_every_fold_and_the_corrected_error():
    figure = plots.fold_pairs({"base": BASE, "genre": LOST}, title="It is behind")
    assert figure.alt.startswith("It is behind. genre embedding minus base features in 4 folds: -0.10, +0.00")
    s = np.std([-0.1, 0, -0.1, -0.2], ddof=1)
    assert f"mean -0.100 ± {s * np.sqrt(1 / 4 + 1 / 3):.3f}, ahead in 0." in figure.alt
    left, right = figure.axes
    lines = [line.get_ydata().tolist() for line in left.lines]
    assert lines == [[0.5, 0.7, 0.6, 0.8], [0.4, 0.7, 0.5, 0.6]]
    assert [bar.get_height() for bar in right.patches[:4]] == pytest.approx([-0.1, 0, -0.1, -0.2])
    assert show(figure).png
    with pytest.raises(ValueError, match="results holds 1 kinds of features"):
        plots.fold_pairs({"base": BASE})


def test_paired_differences_fills_what_is_beyond_chance():
    clear, unclear = (
        Comparison(0.05, 0.01, 5.0, 0.001),
        Comparison(np.array([-0.01]), np.array([0.02]), np.array([-0.5]), np.array([0.6])),
    )
    figure = plots.paired_differences(
        {"a": {"tag": clear, "genre": unclear}, "b": {"genre": clear}}, title="T"
    )
    assert figure.alt == (
        "T. a: tag +0.050 ± 0.010 (p = 0.00); genre -0.010 ± 0.020 (p = 0.60). "
        "b: genre +0.050 ± 0.010 (p = 0.00)."
    )
    faces = [
        line.get_markerfacecolor() == "white" for line in figure.axes[0].lines if line.get_marker() in "os"
    ]
    assert faces == [False, True]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["tag", "genre"]
    assert show(figure).png
    with pytest.raises(ValueError, match="panels is empty"):
        plots.paired_differences({"a": {}})


def test_confusion_change_counts_who_gained():
    figure = plots.confusion_change({"base": LOST, "tag": BASE}, title="Blues is found")
    assert figure.alt == (
        "Blues is found. Songs right with the tag embedding less those with the base features: "
        "blues +4 of 4, jazz +0 of 4, rock +0 of 8."
    )
    before, _, gained = figure.axes
    assert {(t.get_position(), t.get_text()) for t in before.texts} == {
        ((2, 0), "4"),
        ((1, 1), "4"),
        ((2, 2), "8"),
    }
    assert [bar.get_width() for bar in gained.patches] == [4, 0, 0]
    assert show(figure).png
    other = CrossValidation(BASE.scores, BASE.folds, Y[::-1], LABELS, BASE.outputs)
    with pytest.raises(ValueError, match="different songs or labels"):
        plots.confusion_change({"base": BASE, "tag": other})
    with pytest.raises(ValueError, match="must hold two"):
        plots.confusion_change({"base": BASE})
