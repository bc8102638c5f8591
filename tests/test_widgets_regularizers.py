"""Regularization: set as a learner would, and whether the words are true."""

import re

import numpy as np
import pytest

from mirlab import evaluate, paper
from mirlab.widgets import regularization
from mirlab.widgets.regularizers import BOUNDS, FIGURES, HIDDEN, Small, says, small


@pytest.fixture(scope="module")
def part():
    """Two sources and a target; the class depends on a feature whose sign another feature changes."""
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


def test_it_starts_with_the_papers_setting(part):
    widget = regularization(part)
    assert (widget.bound.value, widget.hidden.value) == (1.0, 0)
    assert widget.bound.options == BOUNDS and [value for _, value in widget.hidden.options] == list(HIDDEN)
    assert repr(widget).startswith("<two sliders")
    assert "linear, labels within 1: source, songs it learned " in widget.sentence.value
    assert "Move a slider" in widget.sentence.value and "the setting before" not in widget.picture.value


def test_a_slider_changes_picture_and_words_and_the_words_are_true(part, monkeypatch):
    widget, seen = regularization(part), []
    first, picture = widget.known[1.0, 0], widget.picture.value
    widget.sentence.observe(lambda change: seen.append(change["new"]), "value")
    widget.hidden.value = 50
    expected = part.measure(1.0, 50)
    numbers = re.findall(r"(?:learned|songs|10) (\d\.\d\d)[,.]", widget.sentence.value)
    assert [float(x) for x in numbers] == [round(value, 2) for value in expected.values()]
    assert says(expected, first) in widget.sentence.value and "Training …" in seen[0]
    assert widget.picture.value != picture and f"before {first[FIGURES[0]]:.2f}" in widget.picture.value
    assert f"(base features {part.precision():.2f})" in widget.picture.value
    monkeypatch.setattr(Small, "measure", lambda *_: pytest.fail("trained again"))
    widget.hidden.value = 0
    widget.hidden.value = 50
    assert seen[-1] == seen[1]


def test_a_tight_bound_learns_less_and_hidden_units_learn_more(part):
    tight, plain, loose = part.measure(0.01, 0), part.measure(1.0, 0), part.measure(1.0, 800)
    assert list(plain) == list(FIGURES)
    assert tight[FIGURES[0]] < plain[FIGURES[0]] < loose[FIGURES[0]]


def test_the_labels_of_the_target_are_never_learned(part):
    shuffled = Small(part.learned, part.new, part.frames, np.random.default_rng(1).permutation(part.y))
    a, b = part.measure(1.0, 50), shuffled.measure(1.0, 50)
    assert [a[name] for name in FIGURES[:2]] == [b[name] for name in FIGURES[:2]]
    assert a[FIGURES[2]] != b[FIGURES[2]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ((0.1, 0.0, -0.1), ("rose", "barely changed", "fell")),
        ((-0.1, 0.019, 0.021), ("fell", "barely changed", "rose")),
    ],
)
def test_the_sentence_names_what_changed(changes, words):
    before = dict.fromkeys(FIGURES, 0.5)
    now = {name: 0.5 + change for name, change in zip(FIGURES, changes, strict=True)}
    sentence = "Training accuracy {}, accuracy on new songs {}, and precision on the target {}."
    assert says(now, before) == sentence.format(*words)


def test_the_small_part_is_of_the_sources_and_keeps_songs_apart(study):
    part = small(study)
    assert len(part.learned) == len(part.new) == 3  # the other genre sets
    for name, (X, _), (new, labels) in zip(
        study.sources("genre", "gtzan-synth"), part.learned, part.new, strict=True
    ):
        source = study.stored(name)
        assert len(X) + len(new) == sum(-(-len(source.track(i)) // 20) for i in range(len(source)))
        first = np.asarray(source.frames[0], np.float32)  # of song 0, which is apart
        assert (new[0] == first).all() and not (first == X).all(axis=1).any()
        apart = [len(source.track(i)[::20]) for i in range(0, len(source), 3)]
        assert np.array_equal(labels, np.repeat(source.dataset.y[::3], apart))
    assert part.frames.shape[:2] == (400, 192)
    whole = evaluate.song_vectors(study.windows("gtzan-synth", "base"))
    near = evaluate.precision_at_k(whole, part.y)
    assert part.precision() == pytest.approx(near, abs=0.05)  # three windows of six say nearly the same
    assert near == pytest.approx(paper.similar(study, "gtzan-synth", "base").mean())
