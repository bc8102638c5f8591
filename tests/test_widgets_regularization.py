"""Training held back or let loose: moved as a learner would, and whether what it says is so."""

import re

import numpy as np
import pytest

from mirlab import evaluate, paper, plots
from mirlab.widgets import regularization
from mirlab.widgets.regularization import BOUNDS, FIGURES, HIDDEN, Small, says, small


@pytest.fixture(scope="module")
def part():
    """Two sources and a target; which of the features matter depends on the sign of another."""
    rng = np.random.default_rng(0)

    def frames(n):
        y = rng.integers(0, 4, n)
        X = rng.normal(size=(n, 8))
        X[:, 0] += 2 * (y % 2)
        X[:, 1] += 2 * (y // 2) * np.sign(X[:, 2])
        return X.astype(np.float32), y

    y = np.repeat(np.arange(4), 10)
    tracks = rng.normal(size=(40, 64, 8)) + 2 * np.eye(8)[y][:, None]
    return Small([frames(300), frames(200)], [frames(300), frames(200)], tracks.astype(np.float32), y)


@pytest.fixture
def widget(part):
    return regularization(part)


def told(widget):
    return [float(x) for x in re.findall(r"(?:learned|songs|10) (\d\.\d\d)[,.]", widget.sentence.value)]


def test_it_starts_with_the_paper_s_setting_and_says_what_to_do(widget):
    assert (widget.bound.value, widget.hidden.value) == (1.0, 0)
    assert widget.bound.options == BOUNDS and [value for _, value in widget.hidden.options] == list(HIDDEN)
    assert not widget.bound.continuous_update and not widget.hidden.continuous_update
    assert widget._repr_mimebundle_()["text/plain"].startswith("<two sliders")
    assert "Move a slider" in widget.sentence.value


@pytest.mark.parametrize(("bound", "hidden"), [(1.0, 200), (0.03, 0), (0.1, 50)])
def test_a_slider_changes_picture_and_words_and_the_words_are_so(widget, part, bound, hidden):
    before, first = widget.picture.value, widget.known[1.0, 0]
    widget.bound.value, widget.hidden.value = bound, hidden
    expected = part.measure(bound, hidden)
    assert told(widget) == [round(value, 2) for value in expected.values()]
    if bound == 1.0 or hidden == 0:  # one slider was moved, so the setting before is the first
        assert says(expected, first) in widget.sentence.value
    assert widget.picture.value != before and "the setting before" not in before
    assert 'alt="' in widget.picture.value and 'role="status"' in widget.sentence.value


def test_a_setting_is_learned_once_and_comes_out_the_same(widget, part, monkeypatch):
    widget.hidden.value = 50
    words = told(widget)
    monkeypatch.setattr(Small, "measure", lambda *_: pytest.fail("learned again"))
    widget.hidden.value = 0
    widget.hidden.value = 50
    assert told(widget) == words


def test_held_back_it_learns_less_and_let_loose_more(part):
    tight, plain, loose = part.measure(0.01, 0), part.measure(1.0, 0), part.measure(1.0, 800)
    assert tight[FIGURES[0]] < plain[FIGURES[0]] < loose[FIGURES[0]]


def test_the_target_s_labels_are_never_learned(part):
    shuffled = Small(part.learned, part.new, part.frames, np.random.default_rng(1).permutation(part.y))
    a, b = part.measure(1.0, 50), shuffled.measure(1.0, 50)
    assert [a[name] for name in FIGURES[:2]] == [b[name] for name in FIGURES[:2]]
    assert a[FIGURES[2]] != b[FIGURES[2]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((0.1, 0.0, -0.1), "better, new songs of the same sets hardly, and the target lost"),
        ((-0.1, -0.1, 0.1), "worse, new songs of the same sets worse, and the target gained"),
        ((0.01, 0.1, 0.0), "hardly otherwise, new songs of the same sets better, and for the target nothing"),
    ],
)
def test_the_sentence_names_what_moved(change, words):
    before = dict(zip(FIGURES, (0.5, 0.5, 0.5), strict=True))
    now = {name: 0.5 + moved for name, moved in zip(FIGURES, change, strict=True)}
    assert words in says(now, before)


def test_the_small_part_is_of_the_sources_and_leaves_songs_apart(study):
    part = small(study)
    assert len(part.learned) == len(part.new) == 3  # the other genre sets
    for name, (X, _), (new, _) in zip(
        study.sources("genre", "gtzan-synth"), part.learned, part.new, strict=True
    ):
        source = study.features(name)
        assert len(X) + len(new) == sum(-(-len(source.track(i)) // 20) for i in range(len(source)))
        first = np.asarray(source.frames[0], np.float32)  # of song 0, which is apart
        assert (new[0] == first).all() and not (first == X).all(axis=1).any()
    whole = evaluate.song_vectors(study.windows("gtzan-synth", "base"))
    near = evaluate.precision_at_k(whole, part.y)
    assert part.precision() == pytest.approx(near, abs=0.05)  # three windows of six say nearly the same
    assert near == pytest.approx(paper.similar(study, "gtzan-synth", "base").mean())


# --- figures ------------------------------------------------------------------------------------------


def row(**changes):
    plain = {"variant": "v", "control": "c", "features": "tag", "target": "all", "measure": "full"}
    return plain | {"difference": 0.02, "standard_error": 0.01, "reach": 0.02, "verdict": "better"} | changes


def test_differences_draw_bars_as_far_as_chance_reaches_and_markers_that_point():
    rows = [
        row(),
        row(variant="w", difference=-0.05, verdict="worse"),
        row(variant="x", features="base", difference=0.0, verdict="no difference found"),
        row(target="gtzan-synth", difference=9.0),
    ]
    figure = plots.differences({"differences": rows}, measures={"full": "accuracy", "few": "few"}, title="So")
    (axis,) = figure.axes  # nothing was measured with few
    assert [container.lines[0].get_marker() for container in axis.containers] == [">", "<", "o"]
    for container, found in zip(axis.containers, rows, strict=False):
        ((left, _), (right, _)) = container.lines[2][0].get_segments()[0]
        assert (left, right) == pytest.approx((found["difference"] - 0.02, found["difference"] + 0.02))
    assert [text.get_text() for text in axis.get_yticklabels()] == [
        "v\n(tag features)",
        "w\n(tag features)",
        "x\n(base features)",
    ]
    assert figure.alt.startswith("So. accuracy: v (tag features) against c +0.020 ± 0.010, better; w")
    assert "9.0" not in figure.alt


def test_moved_shows_where_each_bar_stood():
    figure = plots.moved({"a": 0.6, "b": 0.2}, {"a": 0.5}, title="T", level=("b", "base", 0.3))
    assert [bar.get_width() for bar in figure.axes[0].patches] == [0.6, 0.2]
    assert figure.alt == "T. a: 0.60, before 0.50. b: 0.20 (base 0.30)."
