"""Capacity and training size: moved as a learner would, and whether what it says is so."""

import re

import numpy as np
import pytest

from mirlab import evaluate, plots
from mirlab.widgets import capacity
from mirlab.widgets.capacity import FEATURES, SONGS, accuracies, curves, says

N, P = 400, 100


@pytest.fixture(scope="module")
def songs():
    """Return five noisy classes: vectors, labels, artists."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(5), N // 5)
    X = rng.normal(size=(N, P)) + 0.6 * rng.normal(size=(5, P))[y]
    return X, y, np.arange(N) // 2


@pytest.fixture
def widget(songs):
    return capacity(*songs)


def told(widget):
    found = re.search(
        r"(\d+) features, (\d+) songs: ([\d.]+) on training songs, ([\d.]+) on new", text(widget)
    )
    return [float(x) for x in found.groups()]


def text(widget):
    return widget.sentence.value


def test_it_starts_and_says_what_it_is(widget):
    assert widget.features.options == tuple(d for d in FEATURES if d <= P)
    assert widget.songs.options == SONGS
    assert not widget.features.continuous_update and not widget.songs.continuous_update
    assert widget._repr_mimebundle_()["text/plain"].startswith("<two sliders")


@pytest.mark.parametrize(("d", "n"), [(1, 240), (20, 240), (80, 240), (40, 40), (80, 40)])
def test_a_slider_changes_picture_and_words_and_the_words_are_so(widget, songs, d, n):
    before = widget.picture.value
    widget.features.value, widget.songs.value = d, n
    known = accuracies(*songs, n)
    j = FEATURES.index(d)
    assert told(widget) == [d, n, *np.round(known[:, j], 2)]
    assert says(d, n, *known[:, j]) in text(widget)
    assert (widget.picture.value != before) == ((d, n) != (1, 240))
    assert f"accuracy by features, {n} training songs" in widget.picture.value
    assert 'alt="' in widget.picture.value and 'role="status"' in text(widget)


def test_coming_back_gives_the_same_picture(widget):
    before = widget.picture.value
    widget.songs.value = 40
    assert widget.picture.value != before
    widget.songs.value = 240
    assert widget.picture.value == before


@pytest.mark.parametrize("n", [40, 80])
def test_as_many_features_as_songs_fit_all_songs_and_fail_on_new_ones(songs, n):
    train, new = accuracies(*songs, n)
    at = FEATURES.index(n)
    assert train[at] == 1 and new[at] < new[at - 1] - 0.05
    assert (np.diff(train) > -0.05).all()


def test_a_straightforward_measurement_agrees(songs):
    X, y, groups = songs
    fold = evaluate.folds(y, groups, n_splits=5)
    expected = []
    for validation in range(1, 5):
        rng = np.random.default_rng([0, validation])
        train = rng.permutation(np.flatnonzero(np.isin(fold, list({1, 2, 3, 4} - {validation}))))[:80]
        columns = rng.permutation(P)[:10]
        A = np.c_[np.ones(N), X[:, columns]]  # an intercept instead of centring; no scaling
        weights = np.linalg.pinv(A[train]) @ np.eye(5)[y[train]]
        right = (A @ weights).argmax(axis=1) == y
        expected.append([right[train].mean(), right[fold == validation].mean()])
    assert accuracies(X, y, groups, 80)[:, FEATURES.index(10)] == pytest.approx(np.mean(expected, axis=0))


def test_the_test_songs_have_no_say(songs):
    X, y, groups = songs
    test = evaluate.folds(y, groups, n_splits=5) == 0
    changed = np.where(test[:, None], 1e3, X)
    assert np.array_equal(accuracies(X, y, groups, 80), accuracies(changed, y, groups, 80))


def test_the_seed_decides_the_draw(songs):
    a, b, c = (accuracies(*songs, 40, random_state=seed) for seed in (0, 0, 1))
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_a_feature_without_spread_does_no_harm(songs):
    X, y, groups = songs
    assert np.isfinite(accuracies(np.c_[X[:, :9], np.ones(N)], y, groups, 40)).all()


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ((5, 240, 0.4, 0.3), "Underfitting"),
        ((40, 240, 0.85, 0.6), "In between"),
        ((80, 40, 1, 0.6), "smallest"),
    ],
)
def test_each_case_has_its_word(args, word):
    assert word in says(*args)


def test_too_few_songs_are_told(songs):
    X, y, groups = (part[:300] for part in songs)
    with pytest.raises(ValueError, match="y has 300 songs; at least 400 are needed"):
        capacity(X, y, groups)


def test_the_static_figure_tells_all_values(songs):
    known = {n: accuracies(*songs, n) for n in (40, 80)}
    figure = curves(known, title="They part")
    assert len(figure.axes) == 2 and figure.alt.startswith(
        "They part. accuracy by features, 40 training songs:"
    )
    for both in known.values():
        for line in both:
            assert ", ".join(f"{d}: {v:.2f}" for d, v in zip(FEATURES, line, strict=False)) in figure.alt


# -- the figure ----------------------------------------------------------------------------------------


def test_lines_differ_in_more_than_colour_and_names_may_be_x():
    figure = plots.line_chart(
        {"": {"a": (["window", "song"], [0.9, 0.5]), "b": (["window", "song"], [0.9, 0.8])}},
        xlabel="split",
        ylabel="accuracy",
        ylim=(0, 1),
    )
    drawn = figure.axes[0].get_lines()
    assert len({line.get_marker() for line in drawn}) == len({line.get_linestyle() for line in drawn}) == 2
    assert figure.alt == "accuracy by split: a window: 0.90, song: 0.50; b window: 0.90, song: 0.80."
    assert figure.axes[0].get_ylim() == (0, 1)


def test_of_a_long_line_some_values_are_told_and_a_place_can_be_marked():
    y = np.linspace(1, 0, 101)
    figure = plots.line_chart({"p": {"loss": (range(101), y)}}, xlabel="step", ylabel="loss", at=50)
    assert figure.alt == "loss by step, p: loss 0: 1.00, 10: 0.90, 50: 0.50, 100: 0.00."
    assert figure.axes[0].get_lines()[-1].get_xdata() == [50, 50]
