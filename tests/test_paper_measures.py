"""What is measured of any songs: the protocols of the paper, and the least number of songs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_songs import songs_of

from mirlab import evaluate, paper
from mirlab.paper import measures, protocol


def labels_of(*sizes):
    return np.repeat(np.array(list("abcdefghij"))[: len(sizes)], sizes)


@pytest.mark.parametrize("groups", [None, np.arange(26) // 2])
def test_accuracy_is_ten_folds_with_the_seed(groups):
    y = labels_of(13, 13)
    result = paper.accuracy(songs_of(y), y, groups, seed=3)
    by_hand = evaluate.cross_validate(songs_of(y), y, groups=groups, n_splits=10, random_state=3)
    assert result.scores.tolist() == by_hand.scores.tolist() and len(result.scores) == 10


def test_a_curve_has_the_draws_of_the_protocol():
    y = labels_of(13, 13)
    windows = songs_of(y)
    by_hand = evaluate.learning_curve(windows, y, per_class=(1, 2, 5, 10), n_draws=2, random_state=3)
    curve = paper.few_labels(windows, y, seed=3)
    assert protocol.DRAWS == curve.n_draws == 2
    assert curve.scores[:4].tolist() == by_hand.scores.tolist()


@pytest.mark.parametrize("measure", [paper.accuracy, paper.few_labels])
def test_the_ridge_is_chosen_inside_training_unless_another_one_is_asked_for(measure):
    y = labels_of(20, 20, 20)
    windows = songs_of(y, 40, apart=0.3, longest=2)
    default, nested, plain = (measure(windows, y, **how) for how in ({}, {"ridge": "nested"}, {"ridge": 0}))
    assert default.scores.tolist() == nested.scores.tolist() != plain.scores.tolist()
    np.testing.assert_array_equal(default.folds, plain.folds)  # so that they can be compared


def test_similarity_is_precision_at_10_under_l1():
    y = labels_of(12, 9)
    windows = songs_of(y)
    by_hand = evaluate.precision_per_query(evaluate.song_vectors(windows), y, k=10, metric="manhattan")
    assert paper.similarity(windows, y).tolist() == by_hand.tolist()


@pytest.mark.parametrize(("sizes", "folds"), [((5, 5), 5), ((7, 3), 7), ((10, 2), 10), ((13, 13), 10)])
def test_folds_are_ten_or_as_many_as_songs(sizes, folds):
    y = labels_of(*sizes)
    assert len(paper.accuracy(songs_of(y), y).scores) == folds


@pytest.mark.parametrize(("size", "folds"), [(1, 6), (2, 10), (3, 10)])
def test_folds_never_cut_a_group(size, folds):
    groups, y = np.repeat(np.arange(12), size), np.repeat([0, 1], 6 * size)
    result = paper.accuracy(songs_of(y), y, groups)
    assert len(result.scores) == folds
    assert all(np.ptp(result.folds[groups == group]) == 0 for group in groups)


# --- learning curves end where songs end ---


@pytest.mark.parametrize(
    ("sizes", "per_class"),
    [
        ((30, 30), (1, 2, 5, 10, 20)),
        ((24, 24), (1, 2, 5, 10, 20)),  # ten folds: 21 or 22 in training
        ((22, 5), (1, 2, 5, 10, 20)),  # 19 or 20
        ((20, 20), (1, 2, 5, 10, 18)),
        ((10, 10), (1, 2, 5, 9)),
        ((11, 3), (1, 2, 5, 10)),
        ((7, 7), (1, 2, 5, 6)),
        ((6, 6), (1, 2, 5)),
        ((5, 5), (1, 2, 4)),
    ],
)
def test_the_last_size_is_what_the_largest_label_has(sizes, per_class):
    y = labels_of(*sizes)
    curve = paper.few_labels(songs_of(y), y)
    assert curve.per_class == per_class
    full = paper.accuracy(songs_of(y), y)
    np.testing.assert_array_equal(curve.folds, full.folds)
    if per_class[-1] < 20:
        np.testing.assert_allclose(curve.scores[-1], full.scores)  # all songs, in every draw


def test_the_last_size_counts_songs_not_groups():
    y, groups = np.repeat([0, 1], 24), np.arange(48) // 3
    assert paper.few_labels(songs_of(y), y, groups).per_class == (1, 2, 5, 10, 20)


# --- too few songs ---


@pytest.mark.parametrize(
    ("sizes", "groups", "message"),
    [
        ((5, 4), None, "there are 9 songs, and 5 songs of the largest label; .* at least 10, and 5 songs of"),
        ((4, 4, 4), None, "there are 12 songs, and 4 songs of the largest label"),
        ((12, 12), 9, r"there are 9 groups of songs \(artists or recordings\), and 12 songs of the largest"),
        ((12, 1), None, "label 'b' has a single song"),
        ((10, 10, 2, 2), 24, "all songs of label 'c' .* are of one group"),
        ((12,), None, "y holds only the label 'a'"),
    ],
)
def test_an_accuracy_of_too_few_songs_is_refused(sizes, groups, message):
    y = labels_of(*sizes)
    if groups == 24:
        groups = np.r_[0:20, 20, 20, 21, 21]
    elif groups is not None:
        groups = np.arange(len(y)) % groups
    for measure in (paper.accuracy, paper.few_labels):
        with pytest.raises(ValueError, match=message):
            measure(songs_of(y), y, groups)


@pytest.mark.parametrize(
    ("sizes", "n_groups", "message"),
    [
        ((5, 4), None, "k=10 neighbours are needed, but there are only 8 other rows"),
        ((12, 12), 9, r"9 groups of songs \(artists or recordings\) have others .* at least 10"),
        ((2, 2, *[1] * 8), None, "4 songs have others of their label to find; .* at least 10"),
        ((12, 12), 2, "0 groups of songs"),
    ],
)
def test_a_precision_of_too_few_songs_is_refused(sizes, n_groups, message):
    y = labels_of(*sizes)
    groups = None if n_groups is None else np.arange(len(y)) * n_groups // len(y)
    with pytest.raises(ValueError, match=message):
        paper.similarity(songs_of(y), y, groups)


def test_ten_groups_are_enough():
    y, groups = np.repeat([0, 1], 20), np.arange(40) // 4
    assert len(paper.accuracy(songs_of(y), y, groups).scores) == 10
    assert len(paper.similarity(songs_of(y), y, groups)) == 40


# --- queries ---


def test_a_song_with_nothing_to_find_is_not_a_query():
    """Label a: eleven recordings of two excerpts. Label b: one recording; its precision could only be 0."""
    y, groups = np.repeat([0, 1], [22, 4]), np.r_[np.arange(22) // 2, [11] * 4]
    precision = paper.similarity(songs_of(y, apart=50), y, groups)
    assert precision.tolist() == [1.0] * 22
    assert paper.queries(y, groups).tolist() == [True] * 22 + [False] * 4


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(2, 14), min_size=2, max_size=4))
def test_a_perfect_space_reaches_the_attainable_precision(sizes):
    y = np.repeat(np.arange(len(sizes)), sizes)
    if len(y) < 11:
        return
    perfect = [np.array([[100.0 * label + i]]) for i, label in enumerate(y)]
    assert paper.similarity(perfect, y).mean() == pytest.approx(paper.attainable(y))
    assert (paper.attainable(y) == 1) == (min(sizes) > 10)


def test_the_constants_are_argued_for_what_they_are():
    """n·p and n·(1 - p) can both be 5 from ten songs on; five folds leave four degrees of freedom."""
    assert evaluate.LEAST_TESTED == 10 and measures.LEAST_FOLDS == 5 and measures.MOST_FOLDS == 10
