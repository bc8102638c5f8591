"""The pair of labels: chosen as a learner would, and whether what it says is true; and its figures."""

import io
import re
from importlib import resources
from itertools import chain, pairwise

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from mirlab import corpus, plots
from mirlab.corpus import styles
from mirlab.widgets.label_pair import excerpt_of, genre_labels, label_pair


@pytest.fixture
def pair():
    return label_pair()


def test_it_begins_with_two_words_that_are_equal(pair):
    assert pair.chosen == ["pop (gtzan)", "pop (homburg)"]
    assert pair.status == "pop (gtzan) and pop (homburg) share 0.65."
    assert pair.told.startswith("pop (gtzan) and pop (homburg) share 0.65: pop 0.65. ")
    assert len(pair.labels) == len(set(pair.labels)) == 52


def test_another_label_changes_picture_words_and_its_own_sound(pair):
    before = pair.picture, pair.sounds
    pair.chosen = ["pop (gtzan)", "Rock & Pop (artists1517)"]
    assert pair.status == "pop (gtzan) and Rock & Pop (artists1517) share 0.40."
    assert "Rock & Pop (artists1517): rock 0.50, pop 0.40, alternative 0.10." in pair.told
    assert pair.picture != before[0]
    assert pair.sounds[0] == before[1][0] and pair.sounds[1] != before[1][1]
    assert "of artists1517-synth, in the style" in pair.heard[1]


def test_what_it_says_is_the_true_overlap_for_labels_without_a_common_style_and_for_one_twice(pair):
    pair.chosen = ["metal (gtzan)", "wort (unique)"]
    assert pair.status.endswith("share 0.00.") and "share 0.00. metal" in pair.told
    pair.chosen = ["wort (unique)", "wort (unique)"]
    assert pair.status.endswith("share 1.00.") and pair.sounds[0] == pair.sounds[1]


def test_other_excerpts_are_others_of_the_same_labels(pair):
    before, picture = pair.heard, pair.picture
    pair.turn += 1
    assert all(new != old for new, old in zip(pair.heard, before, strict=True))
    assert [heard.split(".")[0] for heard in pair.heard] == ["pop", "pop"]
    assert pair.picture == picture


@pytest.mark.parametrize("label", [("homburg", "alternative"), ("unique", "world")])
def test_turn_by_turn_every_excerpt_is_heard_once(label):
    mine = [e.number for e in corpus.plan(label[0]) if e.label == label[1]]
    heard = [excerpt_of(*label, turn).number for turn in range(len(mine))]
    assert sorted(heard) == mine and heard != mine
    assert excerpt_of(*label, len(mine)).number == heard[0]


def test_what_is_heard_is_what_is_told(pair):
    excerpt = excerpt_of("gtzan", "pop", 0)
    assert pair.heard[0].startswith(f"{excerpt.id} of gtzan-synth, in the style {excerpt.style}: ")
    assert all(instrument in pair.heard[0] for instrument in excerpt.score().instruments)
    assert all(re.match(r"data:audio/\w+;base64,", sound) for sound in pair.sounds)


def test_an_unknown_label_is_told_with_those_there_are():
    with pytest.raises(ValueError, match=r"no label 'pop \(unique\)'; there are .*wort \(unique\)"):
        label_pair(("unique", "pop"))


def test_a_page_that_cannot_run_gets_a_sentence(pair):
    told = pair._repr_mimebundle_()[0]
    assert told["text/plain"] == repr(pair)
    assert repr(pair) == "<pop (gtzan) and pop (homburg) share 0.65: run this cell to choose others>"


def test_the_script_is_shipped_and_asks_nothing_of_the_network(pair):
    for file in ("label_pair.js", "label_pair.css"):
        text = resources.files("mirlab.widgets").joinpath(file).read_text(encoding="utf-8")
        assert not re.search(r"http|import |fetch|url\(|@import", text)
    assert pair._esm.strip().endswith("export default { render };")


# -- the figures of the lesson ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def matrix():
    names = list(genre_labels())
    return plots.overlap_matrix(styles.true_overlap(list(genre_labels().values())), names, title="Overlap")


def drawn(axis):
    return axis.images[0].get_array(), [tick.get_text() for tick in axis.get_yticklabels()]


def test_the_matrix_holds_the_overlap_in_another_order(matrix):
    shown, ordered = drawn(matrix.axes[0])
    assert sorted(ordered) == sorted(genre_labels())
    assert ordered == [tick.get_text() for tick in matrix.axes[0].get_xticklabels()]
    np.testing.assert_array_equal(shown, styles.true_overlap([genre_labels()[name] for name in ordered]))


def test_the_order_puts_much_beside_much(matrix):
    shown, _ = drawn(matrix.axes[0])
    as_listed = styles.true_overlap(list(genre_labels().values()))
    assert np.diag(shown, 1).sum() > 4 * np.diag(as_listed, 1).sum()


def test_frames_hold_the_groups_that_the_words_name(matrix):
    _, ordered = drawn(matrix.axes[0])
    frames = [patch for patch in matrix.axes[0].patches if isinstance(patch, Rectangle)]
    framed = []
    for frame in frames:
        start = round(frame.get_x() + 0.5)
        assert frame.get_x() == frame.get_y() and frame.get_width() == frame.get_height()
        framed.append(ordered[start : start + round(frame.get_width())])
    told = [part.split(", ") for part in re.findall(r"Group \d+: ([^.]*)\.", matrix.alt)]
    assert framed == told and {"blues (gtzan)", "Blues (artists1517)"} <= set(chain(*framed))
    alone = re.search(r"In no group: ([^.]*)\.", matrix.alt)[1].split(", ")
    assert len(alone) == 7 and {"schlager (unique)", "volksmusik (unique)"} <= set(alone)
    assert sorted(chain(alone, *framed)) == sorted(ordered)


def test_no_name_of_the_matrix_runs_into_another(matrix):
    matrix.savefig(io.BytesIO(), format="png", dpi=100)
    for ticks in (matrix.axes[0].get_yticklabels(), matrix.axes[0].get_xticklabels()):
        boxes = [tick.get_window_extent() for tick in ticks]
        overlaps = [
            min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
            for a, b in pairwise(boxes)
        ]
        assert not any(overlaps)
        assert all(box.x0 >= 0 and box.x1 <= matrix.bbox.x1 and box.y0 >= 0 for box in boxes)


def test_shared_styles_draws_what_all_have_and_what_each_has():
    figure = plots.shared_styles(["a", "b"], [{"rock": 0.6, "blues": 0.4}, {"rock": 0.5, "pop": 0.5}])
    first, second = figure.axes
    styles_drawn = [tick.get_text() for tick in first.get_yticklabels()]
    assert styles_drawn[0] == "rock"  # what is shared comes first
    own, common = (dict(zip(styles_drawn, bars, strict=True)) for bars in first.containers)
    assert {style: bar.get_width() for style, bar in own.items()} == {"rock": 0.6, "blues": 0.4, "pop": 0}
    assert {style: bar.get_width() for style, bar in common.items()} == {"rock": 0.5, "blues": 0, "pop": 0}
    assert sum(bar.get_width() for bar in second.containers[1]) == 0.5
    assert own["rock"].get_hatch() and not common["rock"].get_hatch()  # not by colour alone
    assert figure.get_suptitle() == "a and b share 0.50 (dark)"


def test_average_spectra_leave_out_loudness_and_show_a_missing_treble():
    flat, dull = np.zeros(200), np.zeros(200)
    dull[150:] -= np.log(10) / 2  # 10 dB
    figure = plots.average_spectra({"p": {"flat": flat + 5, "dull": dull}}, title="One is dull")
    lines = figure.axes[0].get_lines()
    assert len({line.get_linestyle() for line in lines}) == 2
    hertz, level = lines[1].get_data()
    low, high = level[hertz < 1000].mean(), level[hertz > 9000].mean()
    assert low - high == pytest.approx(5, abs=0.1)  # half of 10 dB, since the mean of the two lies between
    assert np.allclose(lines[0].get_ydata(), -level)
    assert figure.alt.startswith("One is dull. p: flat ")
