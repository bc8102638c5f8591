"""Figures: what they say in words, what can be told apart without colour, and that they can be saved."""

import io
import re
import warnings

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mirlab import plots
from mirlab.corpus import styles
from mirlab.paper import FEATURES, PER_CLASS, published

LONG = "a folder of recordings with a name that is longer than anybody would expect it to be"
SETS = ["gtzan-synth", "homburg-synth", "unique-synth"]


def cells(names, features=FEATURES):
    return [
        {"dataset": name, "features": f, "value": 0.123 + 0.1 * i + 0.01 * j, "standard_error": 0.02}
        for i, name in enumerate(names)
        for j, f in enumerate(features)
    ]


def curves(names, features=FEATURES):
    return [
        row | {"per_class": k, "value": row["value"] + 0.1 * step}
        for row in cells(names, features)
        for step, k in enumerate(PER_CLASS)
    ]


def neighbours(ending="-synth"):
    return [
        {
            "seed": f"jazz (homburg{ending})",
            "neighbours": [f"jazz (unique{ending})", f"Jazz (artists1517{ending})", f"pop (homburg{ending})"],
        },
        {"seed": f"{LONG} (gtzan{ending})", "neighbours": [f"{LONG} (unique{ending})", f"b (gtzan{ending})"]},
    ]


def tone(seconds=1.0):
    return np.sin(2 * np.pi * 440 * np.arange(int(22050 * seconds)) / 22050).astype(np.float32)


FIGURES = {
    "curves": lambda: plots.learning_curves(curves(SETS)),
    "one curve": lambda: plots.learning_curves(curves([LONG], ["tag"])[:1]),
    "neighbours": lambda: plots.neighbour_table(neighbours()),
    "both tables": lambda: plots.accuracy_table({"table4": cells(SETS), "table5": cells(SETS)}),
    "one table": lambda: plots.accuracy_table({"table5": cells([LONG])}),
    "mel": lambda: plots.mel_spectrogram(tone(), title=LONG),
    "sheet": lambda: plots.contact_sheet({f"{LONG} {i}": tone(0.1) for i in range(6)}),
}


def pixels(figure):
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(content, format="png", dpi=50)
    return content.getvalue()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_words_and_is_the_same_again_and_saves_without_a_warning(name):
    first, second = FIGURES[name](), FIGURES[name]()
    assert first.alt == second.alt
    assert first.alt.endswith(".")
    assert "\n" not in first.alt
    assert pixels(first) == pixels(second)


@pytest.mark.parametrize("aspect", ["color", "marker", "linestyle", "label"])
def test_kinds_of_features_differ_in_every_way(aspect):
    assert list(plots.LOOK) == list(FEATURES)
    assert len({look[aspect] for look in plots.LOOK.values()}) == len(FEATURES)


def test_kinds_of_features_differ_in_print_without_colour():
    grey = sorted(np.dot(to_rgb(look["color"]), [0.299, 0.587, 0.114]) for look in plots.LOOK.values())
    assert grey[-1] < 0.6, "too pale on white"


def drawn(axis):
    """Return (look of features, line) for each line of an axis that has a marker."""
    looks = {(look["color"], look["marker"]): name for name, look in plots.LOOK.items()}
    return [
        (looks[line.get_color(), line.get_marker()], line)
        for line in axis.get_lines()
        if (line.get_color(), line.get_marker()) in looks
    ]


def test_curves_go_through_the_figures():
    figure = plots.learning_curves(curves(SETS))
    assert [axis.get_title() for axis in figure.axes] == SETS
    for axis, name in zip(figure.axes, SETS, strict=True):
        assert axis.get_xlabel()
        assert axis.get_ylabel() == "accuracy"
        assert [tick.get_text() for tick in axis.get_xticklabels()] == [str(k) for k in PER_CLASS]
        lines = dict(drawn(axis))
        assert list(lines) == list(FEATURES)
        for features, line in lines.items():
            values = [r["value"] for r in curves(SETS) if (r["dataset"], r["features"]) == (name, features)]
            assert line.get_linestyle() == plots.LOOK[features]["linestyle"]
            assert list(line.get_ydata()) == values
            assert np.allclose(line.get_xdata(), PER_CLASS, rtol=0.05)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        look["label"] for look in plots.LOOK.values()
    ]


def test_curves_in_words():
    alt = plots.learning_curves(curves(SETS)).alt
    assert "base features, genre embedding, tag embedding" in alt
    assert "gtzan-synth, 1 a label: base 0.12, genre 0.13, tag 0.14." in alt
    assert "gtzan-synth, 20 a label: base 0.52, genre 0.53, tag 0.54." in alt
    assert alt.count("a label:") == 2 * len(SETS)


@pytest.mark.parametrize(("name", "told"), [("gtzan-synth", True), ("gtzan", False)])
def test_titles_say_that_data_are_synthetic_when_they_are(name, told):
    figures = [
        plots.learning_curves(curves([name])),
        plots.accuracy_table({"table4": cells([name])}),
        plots.neighbour_table(neighbours("-synth" if told else "")),
    ]
    for figure in figures:
        assert ("synthetic" in figure.get_suptitle()) == told


def test_tables_beside_the_papers():
    figure = plots.accuracy_table({"table4": cells(SETS), "table5": cells(["gtzan-synth"])})
    left, right = figure.axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("accuracy", "precision at 10")
    assert [tick.get_text() for tick in left.get_yticklabels()] == SETS
    hollow = [line.get_xdata()[0] for _, line in drawn(left) if line.get_markerfacecolor() == "none"]
    assert sorted(hollow) == [0.561, 0.58, 0.584, 0.634, 0.651, 0.666, 0.671, 0.748, 0.754]
    filled = [line.get_xdata()[0] for _, line in drawn(left) if line.get_markerfacecolor() != "none"]
    assert sorted(filled) == sorted(row["value"] for row in cells(SETS))
    assert "Accuracy, all training songs: gtzan-synth base 0.123 (paper 0.748), genre 0.133" in figure.alt
    assert "Precision at 10: gtzan-synth base 0.123 (paper 0.480)" in figure.alt
    assert len(figure.legends[0].get_texts()) == 3


def test_a_set_that_the_paper_does_not_have_stands_alone():
    figure = plots.accuracy_table({"table4": [], "table5": cells(["folder"])})
    assert len(figure.axes) == 1
    assert "paper" not in figure.alt
    assert not [line for _, line in drawn(figure.axes[0]) if line.get_markerfacecolor() == "none"]


def test_shared_neighbours_are_marked_in_both_lists():
    figure = plots.neighbour_table(neighbours())
    texts = figure.axes[0].texts
    starred = {text.get_text() for text in texts if "★" in text.get_text()}
    assert starred == {
        *("1. jazz (unique-synth) ★", "2. Jazz (artists1517-synth) ★"),
        *("1. jazz (unique) ★", "3. Jazz (artists1517) ★"),
    }
    bold = {text.get_text() for text in texts if text.get_fontweight() == "bold"}
    assert bold == starred | {"seed", "ours, nearest first", "in the paper"}
    assert "in the paper: jazz (unique), jazz (gtzan), Jazz (artists1517), world (unique)" in figure.alt
    assert "in both: 2" in figure.alt
    assert figure.alt.count("in the paper") == 1  # it has no row for the other seed


def test_neighbours_of_some_seeds_only():
    rows = [{"seed": f"{i} (gtzan-synth)", "neighbours": ["x (unique-synth)"]} for i in range(9)]
    assert len(re.findall("Nearest labels of", plots.neighbour_table(rows).alt)) == 6
    figure = plots.neighbour_table(rows, seeds=["8 (gtzan-synth)"])
    assert figure.alt == "Nearest labels of 8 (gtzan-synth): x (unique-synth)."


def test_no_text_of_the_neighbour_table_runs_into_another():
    labels = [f"{label} (artists1517-synth)" for label in styles.sets()["artists1517"]["labels"]]
    longest = [*sorted(labels, key=len)[-4:], "Electronic & Dance (artists1517-synth)"]
    rows = [{"seed": f"{seed[:-1]}-synth)", "neighbours": longest} for seed in published()["table3"]]
    figure = plots.neighbour_table(rows)
    pixels(figure)
    axis = figure.axes[0]
    boxes = [text.get_window_extent() for text in axis.texts]
    assert len(boxes) >= 3 + 6 * 11
    assert not [1 for i, box in enumerate(boxes) for other in boxes[:i] if box.overlaps(other)]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda: plots.learning_curves([]), "rows is empty"),
        (lambda: plots.neighbour_table([]), "none of the seeds"),
        (lambda: plots.neighbour_table(neighbours(), seeds=["jazz"]), r"seeds=\['jazz'\]"),
        (lambda: plots.accuracy_table({"table3": []}), "no rows of table4"),
    ],
)
def test_nothing_to_draw(draw, told):
    with pytest.raises(ValueError, match=told):
        draw()


def test_mel_spectrogram_shows_seconds_and_the_tone_at_its_height():
    figure = plots.mel_spectrogram(tone(2.0), title="A4")
    axis = figure.axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title()) == ("seconds", "mel band", "A4")
    left, right, low, high = axis.get_images()[0].get_extent()
    assert (left, low, high) == (0, 0, 200)
    assert right == pytest.approx(2.0, abs=0.03)
    assert figure.alt == "Mel spectrogram of A4, 2.0 s."


def test_contact_sheet_names_every_sound():
    figure = plots.contact_sheet({"blues": tone(0.2), "jazz": tone(0.2)})
    assert [axis.get_title() for axis in figure.axes] == ["blues", "jazz"]
    assert figure.alt == "Mel spectrograms of blues, jazz."
