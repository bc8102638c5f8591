"""Figures of the paper and of sound: what they draw, what they say, and what differs without colour."""

from itertools import combinations, pairwise

import librosa
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from pictures import SETS, cells, curves, neighbours, tone

from mirlab import plots
from mirlab.corpus import styles
from mirlab.paper import FEATURES, KINDS, PER_CLASS, published


def drawn(axis):
    """Return (features, line) for each line of an axis with the marker of a kind of features."""
    looks = {(look["color"], look["marker"]): name for name, look in plots.LOOK.items()}
    lines = [(line, (line.get_color(), line.get_marker())) for line in axis.get_lines()]
    return [(looks[look], line) for line, look in lines if look in looks]


def texts(labels):
    return [label.get_text() for label in labels]


# -- the look -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("aspect", ["color", "marker", "linestyle", "label"])
def test_kinds_of_features_differ_in_every_way(aspect):
    assert set(plots.LOOK) == set(KINDS)
    assert len({look[aspect] for look in plots.LOOK.values()}) == len(KINDS)


def test_kinds_of_features_differ_in_grey_print():
    """Lightness of two lines differs by a tenth of the range, or both their marker and their dash differ."""
    looks = [
        (np.dot(to_rgb(look["color"]), [0.299, 0.587, 0.114]), look["marker"], look["linestyle"])
        for look in plots.LOOK.values()
    ]
    assert all(grey < 0.6 for grey, *_ in looks), "too pale on white"
    for (grey, *marks), (other, *others) in combinations(looks, 2):
        assert abs(grey - other) > 0.1 or all(one != two for one, two in zip(marks, others, strict=True))


def test_marks_and_lines_differ():
    for column in zip(*plots.MARKS, strict=True):
        assert len(set(column)) == len(plots.MARKS)
    assert len(set(plots.LINES)) == len(plots.LINES)


def test_a_legend_uses_the_room_that_the_figure_has():
    def columns(n_sets):
        figure = plots.learning_curves(curves([*SETS, "folder"][:n_sets]))
        figure.draw_without_rendering()
        (legend,) = figure.legends
        assert texts(legend.get_texts()) == [plots.LOOK[kind]["label"] for kind in FEATURES]
        assert legend.get_window_extent().width <= figure.bbox.width
        return len({round(text.get_window_extent().x0) for text in legend.get_texts()})

    assert (columns(1), columns(2)) == (2, 3)


# -- the paper's tables and curves --------------------------------------------------------------------


def test_curves_go_through_the_figures():
    figure = plots.learning_curves(curves(SETS))
    assert [axis.get_title() for axis in figure.axes] == SETS
    for axis, name in zip(figure.axes, SETS, strict=True):
        assert (axis.get_xlabel(), axis.get_ylabel()) == ("training songs per label", "accuracy")
        assert texts(axis.get_xticklabels()) == [str(k) for k in PER_CLASS]
        lines = dict(drawn(axis))
        assert list(lines) == list(FEATURES)
        for features, line in lines.items():
            values = [r["value"] for r in curves(SETS) if (r["dataset"], r["features"]) == (name, features)]
            assert line.get_linestyle() == plots.LOOK[features]["linestyle"]
            assert list(line.get_ydata()) == values
            assert np.allclose(line.get_xdata(), PER_CLASS, rtol=0.05)
        (bar,) = {round(np.ptp(bar, axis=0)[1], 6) for bar in axis.containers[0][2][0].get_segments()}
        assert bar == 0.04  # the reach of the interval on each side


def test_curves_in_words():
    words = plots.learning_curves(curves(SETS)).alt
    assert words.startswith("Learning curves of base features, genre embedding, tag embedding. gtzan-synth")
    assert "gtzan-synth, 1 per label: base 0.12, genre 0.13, tag 0.14." in words
    assert "gtzan-synth, 20 per label: base 0.52, genre 0.53, tag 0.54." in words
    assert words.count("per label:") == 2 * len(SETS)


def test_curves_end_where_the_songs_end():
    rows = curves(["gtzan", "homburg-synth"], ["base"])
    for row in rows[-7:-5] + rows[3:5]:  # gtzan has nine songs per label, whether 10 or 20 are asked for
        if row["dataset"] == "gtzan":
            row |= {"songs": 9, "value": 0.7}
    figure = plots.learning_curves(rows)
    few, many = figure.axes
    assert texts(few.get_xticklabels()) == ["1", "2", "5", "9"]
    assert texts(many.get_xticklabels()) == ["1", "2", "5", "10", "20"]
    (_, line), *_ = drawn(few)
    assert len(line.get_xdata()) == 4 and line.get_xdata()[-1] == pytest.approx(9, rel=0.05)
    assert "gtzan, 9 per label: base 0.70." in figure.alt and "gtzan, 20" not in figure.alt


def test_curves_of_all_kinds_and_with_a_title_of_their_own():
    figure = plots.learning_curves(curves(["gtzan-synth"], KINDS[:7]), title="With plain least squares")
    assert [kind for kind, _ in drawn(figure.axes[0])] == list(KINDS[:7])
    title = " ".join(figure.get_suptitle().split())  # it is wrapped
    assert title == "With plain least squares, with 95 % intervals (synthetic data sets)"


@pytest.mark.parametrize(("ending", "synthetic"), [("-synth", True), ("", False)])
def test_titles_say_that_data_are_synthetic(ending, synthetic):
    for figure in (
        plots.learning_curves(curves([f"gtzan{ending}"])),
        plots.accuracy_table({"table4": cells([f"gtzan{ending}"])}),
        plots.neighbour_table(neighbours(ending)),
    ):
        assert ("synthetic" in figure.get_suptitle()) == synthetic


def test_tables_beside_the_papers():
    figure = plots.accuracy_table({"table4": cells(SETS), "table5": cells(["gtzan-synth"])})
    left, right = figure.axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("accuracy", "precision at 10")
    assert texts(left.get_yticklabels()) == SETS
    ours = [(name, line) for name, line in drawn(left) if line.get_markerfacecolor() != "none"]
    theirs = [(name, line) for name, line in drawn(left) if line.get_markerfacecolor() == "none"]
    places = {(name, round(float(line.get_ydata()[0]))): line.get_xdata()[0] for name, line in ours}
    assert places == {
        (row["features"], SETS.index(row["dataset"])): row["value"] for row in cells(SETS)
    }  # each in the row of its set
    assert sorted(line.get_xdata()[0] for _, line in theirs) == [
        *(0.561, 0.58, 0.584, 0.634, 0.651, 0.666, 0.671, 0.748, 0.754)
    ]
    assert "Accuracy, all training songs: gtzan-synth base 0.123 (paper 0.748), genre 0.133" in figure.alt
    assert "Precision at 10: gtzan-synth base 0.123 (paper 0.480)" in figure.alt
    for axis in (left, right):
        bars = [container.lines[2][0].get_segments()[0] for container in axis.containers]
        assert np.ptp(bars, axis=1)[:, 0] == pytest.approx(0.04) and len(bars) in (9, 3)
    assert "Filled: ours, with 95 % intervals (synthetic data sets); hollow: " in figure.get_suptitle()
    assert len(figure.legends[0].get_texts()) == 3


@pytest.mark.parametrize("names", [SETS, ["gtzan-synth"]])
def test_no_marker_of_a_table_is_on_the_frame(names):
    figure = plots.accuracy_table({"table4": cells(names), "table5": cells(names)})
    for axis in figure.axes:
        for _, line in drawn(axis):
            x, y = axis.transAxes.inverted().transform(axis.transData.transform(line.get_xydata()[0]))
            width, height = 72 * axis.get_position().size * figure.get_size_inches()
            assert min(x * width, (1 - x) * width, y * height, (1 - y) * height) > line.get_markersize() / 2


def test_a_set_that_the_paper_does_not_have_has_no_hollow_mark():
    figure = plots.accuracy_table({"table4": [], "table5": cells(["folder"])})
    assert len(figure.axes) == 1
    assert "paper" not in figure.alt
    assert not [line for _, line in drawn(figure.axes[0]) if line.get_markerfacecolor() == "none"]


def test_shared_neighbours_are_marked_in_both_lists():
    figure = plots.neighbour_table(neighbours())
    starred = {text for text in texts(figure.axes[0].texts) if "★" in text}
    assert starred == {
        *("1. jazz (unique-synth) ★", "2. Jazz (artists1517-synth) ★"),
        *("1. jazz (unique) ★", "3. Jazz (artists1517) ★"),
    }
    bold = {text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"}
    assert bold == starred | {"seed", "ours, nearest first", "in the paper"}
    assert "in the paper: jazz (unique), jazz (gtzan), Jazz (artists1517), world (unique)" in figure.alt
    assert "in both: 2" in figure.alt
    assert figure.alt.count("in the paper") == 1  # it has no row for the other seed


def test_neighbours_of_some_seeds_only():
    rows = [{"seed": f"{i} (gtzan-synth)", "neighbours": ["x (unique-synth)"]} for i in range(9)]
    assert plots.neighbour_table(rows).alt.count("Nearest labels of") == 6
    figure = plots.neighbour_table(rows, seeds=["8 (gtzan-synth)"])
    assert figure.alt == "Nearest labels of 8 (gtzan-synth): x (unique-synth)."


def test_no_text_of_the_neighbour_table_runs_into_another():
    labels = [f"{label} (artists1517-synth)" for label in styles.sets()["artists1517"]["labels"]]
    longest = [*sorted(labels, key=len)[-4:], "Electronic & Dance (artists1517-synth)"]
    rows = [{"seed": f"{seed[:-1]}-synth)", "neighbours": longest} for seed in published()["table3"]]
    figure = plots.neighbour_table(rows)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) >= 3 + 6 * 11
    assert not [1 for one, other in combinations(boxes, 2) if one.overlaps(other)]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.learning_curves([]), "rows is empty"),
        (lambda: plots.neighbour_table([]), "none of these seeds"),
        (lambda: plots.neighbour_table(neighbours(), seeds=["jazz"]), r"seeds=\['jazz'\]"),
        (lambda: plots.accuracy_table({"table3": []}), "no rows of table4"),
    ],
)
def test_nothing_to_draw_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


# -- sound --------------------------------------------------------------------------------------------


def test_mel_spectrogram_shows_seconds_and_the_tone_at_its_height():
    figure = plots.mel_spectrogram(tone(2.0), title="A4")
    (axis,) = figure.axes
    assert (axis.get_xlabel(), axis.get_ylabel(), figure.get_suptitle()) == ("seconds", "mel band", "A4")
    (image,) = axis.get_images()
    left, right, low, high = image.get_extent()
    assert (left, low, high) == (0, 0, 200)
    assert right == pytest.approx(2.0, abs=0.03)
    loudest = np.median(np.argmax(image.get_array(), axis=0))
    expected = 201 * librosa.hz_to_mel(440) / librosa.hz_to_mel(11025) - 1
    assert image.origin == "lower" and loudest == pytest.approx(expected, abs=1)
    assert image.get_clim()[1] - image.get_clim()[0] == pytest.approx(9)
    assert figure.alt == "Mel spectrogram of A4, 2.0 s."


def test_contact_sheet_names_every_sound():
    figure = plots.contact_sheet({f"sound {i}": tone(0.2) for i in range(7)})
    assert [axis.get_title() for axis in figure.axes] == [f"sound {i}" for i in range(7)]
    assert len({axis.get_subplotspec().rowspan.start for axis in figure.axes}) == 2
    assert figure.alt.startswith("Mel spectrograms of sound 0, sound 1, ")


def test_average_spectra_leave_out_loudness_and_show_a_missing_treble():
    flat, dull = np.zeros(200), np.zeros(200)
    dull[150:] -= np.log(10) / 2  # 10 dB
    figure = plots.average_spectra({"p": {"flat": flat + 5, "dull": dull}}, title="One is dull")
    lines = figure.axes[0].get_lines()
    assert len({line.get_linestyle() for line in lines}) == 2
    hertz, level = lines[1].get_data()
    low, high = level[hertz < 1000].mean(), level[hertz > 9000].mean()
    assert low - high == pytest.approx(5, abs=0.1)  # half of 10 dB, since the mean of the two is between
    assert np.allclose(lines[0].get_ydata(), -level)
    assert figure.alt.startswith(
        "One is dull. p: flat -1 dB at 100 Hz, -1 dB at 1 kHz, +4 dB at 8 kHz; dull +1"
    )


# -- lines --------------------------------------------------------------------------------------------


def test_lines_differ_in_more_than_colour_and_names_may_be_x():
    figure = plots.line_chart(
        {"": {"a": (["window", "song"], [0.9, 0.5]), "b": (["window", "song"], [0.9, 0.8])}},
        xlabel="split",
        ylabel="accuracy",
        ylim=(0, 1),
    )
    (axis,) = figure.axes
    lines = axis.get_lines()
    assert len({line.get_marker() for line in lines}) == len({line.get_linestyle() for line in lines}) == 2
    assert figure.alt == "accuracy by split: a window: 0.90, song: 0.50; b window: 0.90, song: 0.80."
    assert (axis.get_ylim(), axis.get_xlabel(), axis.get_ylabel()) == ((0, 1), "split", "accuracy")


def test_a_long_line_has_some_values_in_words_and_a_place_can_be_marked():
    y = np.linspace(1, 0, 101)
    figure = plots.line_chart({"p": {"loss": (range(101), y)}}, xlabel="step", ylabel="loss", at=50)
    assert figure.alt == "loss by step, p: loss 0: 1.00, 10: 0.90, 50: 0.50, 100: 0.00."
    line, mark = figure.axes[0].get_lines()
    assert mark.get_xdata() == [50, 50] and line.get_markevery() == 10
    whole = plots.line_chart({"p": {"loss": (range(12), y[:12])}}, xlabel="step", ylabel="loss", log=True)
    assert whole.alt.count(": ") == 13  # all twelve values
    assert whole.axes[0].get_xscale() == "log"
    ticks = [int(text) for text in texts(whole.axes[0].get_xticklabels())]
    assert ticks[:4] == [1, 2, 3, 4] and ticks[-1] <= 11
    assert min(b / a for a, b in pairwise(ticks)) >= 11 ** (1 / 10)  # their texts do not collide


def test_progress_curves_say_their_ends():
    figure = plots.progress_curves(
        {"a": [3, 1], "b": [2, 2, 0.5]}, xlabel="step", ylabel="left", title="Less"
    )
    assert figure.alt == "Less. left by step. a: from 3.00 to 1.00; b: from 2.00 to 0.50."
    (axis,) = figure.axes
    assert [line.get_ydata().tolist() for line in axis.lines] == [[3, 1], [2, 2, 0.5]]
    assert len({line.get_linestyle() for line in axis.lines}) == 2
    assert axis.get_ylim()[0] == 0 and len(figure.legends) == 1
    assert not plots.progress_curves({"a": [3, 1]}, xlabel="step", ylabel="left").legends


# -- experiments --------------------------------------------------------------------------------------


def test_moved_shows_where_each_bar_was():
    figure = plots.moved({"a": 0.6, "b": 0.2}, {"a": 0.5}, title="T", level=("b", "base", 0.3))
    (axis,) = figure.axes
    assert [bar.get_width() for bar in axis.patches] == [0.6, 0.2]
    assert figure.alt == "T. a: 0.60, before 0.50. b: 0.20 (base 0.30)."
    marks = {line.get_linestyle(): line.get_xydata().tolist() for line in axis.lines if len(line.get_xdata())}
    assert marks == {"--": [[0.5, -0.38], [0.5, 0.38]], ":": [[0.3, 0.62], [0.3, 1.38]]}
    assert axis.get_xlim() == (0, 1) and axis.get_ylim()[0] > axis.get_ylim()[1]  # the first on top
    assert texts(axis.get_yticklabels()) == ["a", "b"] and "base" in texts(axis.texts)
    assert texts(figure.legends[0].get_texts()) == ["the setting before"]
    assert not plots.moved({"a": 0.6}, {}).legends
