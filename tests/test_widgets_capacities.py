"""Capacity and training size: set as a learner would, and whether the words are true."""

import re

import numpy as np
import pytest

from mirlab import evaluate
from mirlab.widgets import capacity
from mirlab.widgets.capacities import FEATURES, SONGS, accuracies, curves, says

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


def test_it_starts_with_the_smallest_capacity_and_most_songs(widget):
    assert widget.features.options == tuple(d for d in FEATURES if d <= P)
    assert (widget.songs.options, widget.features.value, widget.songs.value) == (SONGS, 1, 240)
    assert repr(widget).startswith("<two sliders")


@pytest.mark.parametrize(("d", "n"), [(80, 240), (40, 40), (80, 40)])
def test_a_slider_changes_picture_and_words_and_the_words_are_true(widget, songs, d, n):
    before, first = widget.picture.value, widget.songs.value
    widget.features.value, widget.songs.value = d, n
    accuracy = accuracies(*songs, n)[:, FEATURES.index(d)]
    text = widget.sentence.value
    numbers = re.search(r"(\d+) features, (\d+) songs: ([\d.]+) on training songs, ([\d.]+) on new", text)
    assert [float(x) for x in numbers.groups()] == [d, n, *np.round(accuracy, 2)]
    assert says(d, n, *accuracy) in text
    assert (
        widget.picture.value != before and f"accuracy by features, {n} training songs" in widget.picture.value
    )
    widget.features.value, widget.songs.value = 1, first
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


def test_the_test_songs_have_no_influence(songs):
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
    ("setting", "word"),
    [
        ((5, 240, 0.59, 0.3), "Underfitting"),
        ((5, 240, 0.6, 0.31), "In between"),
        ((80, 240, 0.95, 0.6), "accuracy on new songs is 0.35 lower"),
        ((40, 40, 1, 0.6), "Overfitting"),
        ((80, 40, 1, 0.6), "takes the smallest"),
    ],
)
def test_each_case_has_its_words(setting, word):
    assert word in says(*setting)


def test_too_few_songs_are_refused(songs):
    X, y, groups = (part[:399] for part in songs)
    with pytest.raises(ValueError, match="y has 399 songs; at least 400 are needed"):
        capacity(X, y, groups)


def test_the_static_figure_says_all_values(songs):
    accuracy = {n: accuracies(*songs, n) for n in (40, 80)}
    figure = curves(accuracy, title="They part", at=5)
    assert len(figure.axes) == 2 and figure.alt.startswith(
        "They part. accuracy by features, 40 training songs: training songs 1: "
    )
    for both in accuracy.values():
        for line in both:
            assert ", ".join(f"{d}: {v:.2f}" for d, v in zip(FEATURES, line, strict=False)) in figure.alt
    assert [axis.get_lines()[-1].get_xdata() for axis in figure.axes] == [[5, 5]] * 2
    assert figure.axes[0].get_ylim() == (0, 1.04) and figure.axes[0].get_xscale() == "log"
