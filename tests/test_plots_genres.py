"""The figures that compare two feature sets: what they draw, what they say, what they refuse."""

import numpy as np
import pytest
from pictures import BASE, LABELS, LOST, UNCLEAR, Y
from scipy import stats

from mirlab import plots
from mirlab.evaluate import Comparison, CrossValidation


def test_fold_pairs_draws_every_fold_and_the_corrected_error():
    figure = plots.fold_pairs({"base": BASE, "genre": LOST}, title="It is behind")
    assert figure.alt.startswith("It is behind. genre embedding minus base features in 4 folds: -0.10, +0.00")
    error = np.std([-0.1, 0, -0.1, -0.2], ddof=1) * np.sqrt(1 / 4 + 1 / 3) * stats.t.ppf(0.975, 3)
    assert f"mean -0.100 ± {error:.3f}, ahead in 0." in figure.alt
    left, right = figure.axes
    assert [line.get_xydata().tolist() for line in left.lines] == [
        [[1, 0.5], [2, 0.7], [3, 0.6], [4, 0.8]],
        [[1, 0.4], [2, 0.7], [3, 0.5], [4, 0.6]],
    ]
    for band, result in zip(left.patches, (BASE, LOST), strict=True):  # mean ± standard error
        low, high = band.get_y(), band.get_y() + band.get_height()
        assert (low + high) / 2 == pytest.approx(result.mean)
        assert (high - low) / 2 == pytest.approx(result.reach)
    bars = right.patches[:4]
    assert [bar.get_height() for bar in bars] == pytest.approx([-0.1, 0, -0.1, -0.2])
    assert bars[0].get_facecolor() != bars[1].get_facecolor()  # losses have their own colour
    (mean,) = right.containers[1].lines[2][0].get_segments()
    assert mean[:, 1].tolist() == pytest.approx([-0.1 - error, -0.1 + error])
    assert [text.get_text() for text in right.get_xticklabels()] == ["1", "2", "3", "4", "mean"]


def test_paired_differences_fills_clear_differences():
    clear = Comparison(0.05, 0.01, 5.0, 0.001, 9)
    panels = {"a": {"tag": clear, "genre": UNCLEAR}, "b": {"genre": clear}}
    figure = plots.paired_differences(panels, title="T")
    assert figure.alt == (
        "T. a: tag +0.050 ± 0.023 (p = 0.00); genre -0.010 ± 0.045 (p = 0.60). "
        "b: genre +0.050 ± 0.023 (p = 0.00)."
    )
    marks = [
        (line.get_xydata().tolist(), line.get_markerfacecolor() == "white", line.get_marker())
        for axis in figure.axes
        for line in axis.lines
        if line.get_marker() in "os"
    ]
    assert marks == [([[0.05, 0]], False, "o"), ([[-0.01, 1]], True, "s"), ([[0.05, 1]], False, "s")]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["tag", "genre"]
    assert figure.axes[0].get_ylim() == (1.5, -0.5)  # the first on top
    with pytest.raises(ValueError, match="panels is empty"):
        plots.paired_differences({"a": {}})


def test_confusion_change_counts_the_songs_that_labels_gained():
    figure = plots.confusion_change({"base": LOST, "tag": BASE}, title="Blues is found")
    assert figure.alt == (
        "Blues is found. Songs right with the tag embedding minus those with the base features: "
        "blues +4 of 4, jazz +0 of 4, rock +0 of 8."
    )
    before, after, gained = figure.axes
    assert {(t.get_position(), t.get_text(), t.get_color()) for t in before.texts} == {
        *(((2, 0), "4", "white"), ((1, 1), "4", "white"), ((2, 2), "8", "white"))
    }
    assert before.images[0].get_array().tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]  # shares of the row
    assert [axis.get_title() for axis in (before, after)] == ["base features", "tag embedding"]
    for axis, names in ((before, LABELS), (after, [])):
        assert [text.get_text() for text in axis.get_yticklabels() if text.get_text()] == list(names)
        assert [text.get_text() for text in axis.get_xticklabels()] == list(LABELS)
    assert [bar.get_width() for bar in gained.patches] == [4, 0, 0]
    assert [text.get_text() for text in gained.texts] == ["+4", "0", "0"]
    lost = plots.confusion_change({"base": BASE, "tag": LOST}).axes[2]
    assert (lost.texts[0].get_text(), lost.texts[0].get_ha()) == ("-4", "right")
    assert lost.patches[0].get_facecolor() != gained.patches[0].get_facecolor()


@pytest.mark.parametrize("draw", [plots.fold_pairs, plots.confusion_change])
def test_anything_but_two_results_is_refused(draw):
    for results in ({"base": BASE}, {"base": BASE, "tag": BASE, "genre": BASE}):
        with pytest.raises(ValueError, match=f"results holds {len(results)} kinds of features; .* two"):
            draw(results)


def test_results_on_different_songs_are_refused():
    other = CrossValidation(BASE.scores, BASE.folds, Y[::-1], LABELS, BASE.outputs)
    with pytest.raises(ValueError, match="different songs or labels"):
        plots.confusion_change({"base": BASE, "tag": other})
