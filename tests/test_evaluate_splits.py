"""Folds and published splits: nobody is on both sides, and a figure that means nothing is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_songs import outputs_by_the_book, songs_of
from sklearn.naive_bayes import GaussianNB

from mirlab import evaluate
from mirlab.evaluate import folds, published_split

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=15, deadline=None)


@few
@given(
    sizes=st.lists(st.integers(2, 30), min_size=2, max_size=6),
    n_splits=st.integers(2, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_each_label_is_spread_evenly(sizes, n_splits, seed):
    y = np.repeat(np.arange(len(sizes)), sizes)
    if n_splits > max(sizes):
        with pytest.raises(ValueError, match=f"n_splits must be 2 to {max(sizes)}"):
            folds(y, n_splits=n_splits)
        return
    fold = folds(y, n_splits=n_splits, random_state=seed)
    np.testing.assert_array_equal(fold, folds(y, n_splits=n_splits, random_state=seed))
    assert set(fold) == set(range(n_splits))
    for label in range(len(sizes)):
        per_fold = np.bincount(fold[y == label], minlength=n_splits)
        assert np.ptp(per_fold) <= 1  # a label smaller than n_splits is absent from some folds, no more


@few
@given(seed=st.integers(0, 1000), n_splits=st.integers(2, 10))
def test_no_group_is_on_both_sides(seed, n_splits):
    rng = np.random.default_rng(seed)
    y, groups = rng.integers(0, 3, 200), rng.integers(0, 60, 200)
    fold = folds(y, groups, n_splits=n_splits, random_state=seed)
    assert set(fold) == set(range(n_splits))
    for group in np.unique(groups):
        assert len(set(fold[groups == group])) == 1


def test_group_names_may_be_strings_and_seeds_matter():
    y, groups = np.repeat([0, 1], 20), np.arange(40) // 2
    named = np.array([f"artist {group:02}" for group in groups])
    np.testing.assert_array_equal(folds(y, groups, n_splits=4), folds(y, named, n_splits=4))
    assert (folds(y, n_splits=4) != folds(y, n_splits=4, random_state=1)).any()


@pytest.mark.parametrize(
    ("y", "groups", "n_splits", "message"),
    [
        ([3, 3, 3], None, 2, "y holds only the label '3'"),
        ([], None, 2, "y is empty"),
        ([0, 0, 1], None, 2, "label '1' has a single song"),
        ([0, 0, 1, 2], None, 2, r"label '1' \(likewise '2'\) has a single song"),
        ([0, 0, 1, 1], None, 3, "largest label has 2 songs; n_splits must be 2 to 2"),
        ([0, 0, 1, 1], None, 1, "n_splits == 1, must be >= 2"),
        ([0, 0, 1, 1], [0, 0, 1, 2], 2, "label '0' are of one group, .* take this label's songs out"),
        ([0, 0, 1, 1], [0, 0, 1, 1], 2, r"label '0' \(likewise '1'\) are of one group"),
        ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0], 3, "there are 2 groups"),
        ([0, 0, 1, 1], [0, 1, 2], 2, "groups has 3 entries for 4 songs"),
        ([0, 0, 1, 1], [[0], [1], [2], [3]], 2, r"groups has shape \(4, 1\)"),
        ([0, 0, 1, 1], [0.0, np.nan, 1.0, 2.0], 2, "groups holds float64"),
        (["a", "a", None, "b"], None, 2, "y holds object"),
        ([0.5, 0.5, 1.0, 1.0], None, 2, "y holds float64; it must hold whole numbers or strings"),
        ([[0, 1], [1, 0]], None, 2, "several tags per song, see tagging_metrics"),
    ],
)
def test_impossible_folds_are_refused(y, groups, n_splits, message):
    with pytest.raises((ValueError, TypeError), match=message):
        folds(y, groups, n_splits=n_splits)


def test_a_label_in_one_fold_only_is_refused():
    """Both groups of label 1 may be put into one fold, since one of them has songs of label 0 too."""
    y, groups = np.repeat([0, 0, 1, 1], [4, 5, 1, 8]), np.repeat([0, 1, 1, 2], [4, 5, 1, 8])
    with pytest.raises(ValueError, match=r"one fold has all songs of label '1', .* another random_state"):
        folds(y, groups, n_splits=2, random_state=1)


# --- published splits ---


@pytest.mark.parametrize("ridge", [0, 1e-2])
def test_a_published_split_learns_from_train_and_tests_test(ridge):
    y = np.tile([0, 1, 2], 15)
    windows = songs_of(y, apart=0.3)
    parts = np.array(["train"] * 24 + ["valid"] * 6 + [""] * 3 + ["test"] * 12)
    result = published_split(windows, y, parts, ridge=ridge)
    test = np.flatnonzero(parts == "test")
    by_hand = outputs_by_the_book(windows, y, np.flatnonzero(parts == "train"), test, ridge)
    assert result.tested.tolist() == test.tolist()
    assert result.right.tolist() == (by_hand.argmax(axis=1) == y[test]).tolist()
    assert result.mean == result.right.mean() and 0 < result.mean < 1
    assert result.standard_error == pytest.approx(np.sqrt(result.mean * (1 - result.mean) / 11))
    others = songs_of(y, seed=1)
    changed = [others[i] if parts[i] in ("valid", "") else windows[i] for i in range(len(y))]
    again = published_split(changed, y, parts, ridge=ridge)
    assert again.right.tolist() == result.right.tolist(), "songs of no part have no influence"


def test_each_published_fold_is_tested_by_the_others():
    y = np.tile([0, 1], 21)
    windows, fold = songs_of(y), np.repeat([0, 1, 2], 14)
    result = published_split(windows, y, [f"fold {f + 1}" for f in fold])
    assert sorted(result.tested.tolist()) == list(range(42))
    for f in range(3):
        test = np.flatnonzero(fold == f)
        by_hand = outputs_by_the_book(windows, y, np.flatnonzero(fold != f), test, evaluate.RIDGE)
        right = result.right[np.isin(result.tested, test)]
        assert right.tolist() == (by_hand.argmax(axis=1) == y[test]).tolist()


def test_a_published_split_takes_any_classifier():
    y = np.array(["a", "b"] * 16)
    result = published_split(
        songs_of(y, apart=5.0), y, ["train"] * 20 + ["test"] * 12, classifier=GaussianNB()
    )
    assert result.right.all()


def test_songs_of_one_artist_count_once_in_the_error():
    y = np.tile([0, 1], 30)
    parts, artists = ["train"] * 20 + ["test"] * 40, np.arange(60) // 4
    alone, grouped = (published_split(songs_of(y), y, parts, groups=g) for g in (None, artists))
    assert grouped.groups.tolist() == artists[20:].tolist()
    assert grouped.mean == alone.mean
    by_hand = evaluate.standard_error(grouped.right.reshape(10, 4).mean(axis=1))  # ten artists of four songs
    assert grouped.standard_error == pytest.approx(by_hand)


TEN = ["test"] * 10


@pytest.mark.parametrize(
    ("labels", "parts", "groups", "message"),
    [
        ("ab" * 6, ["train"] * 3 + ["test"] * 9, None, "9 songs are tested, and 10 is the least; get"),
        ("ab" * 6, ["train"] * 12, None, "0 songs are tested.*no song to test of a, b; get"),
        ("ab" * 15, ["train", "valid"] * 15, None, "0 songs are tested"),
        (
            "ab" * 6,
            ["test"] * 12,
            None,
            "too few songs are here: there is no song to learn from of a, b; get",
        ),
        ("ab" * 6, [""] * 12, None, "0 songs are tested"),
        ("ab" * 6, ["fold 1"] * 12, None, "no song to learn from of a, b; get"),
        (
            "aaab" + "ab" * 5,
            ["train"] * 3 + ["valid", *TEN],
            None,
            "here: .* no song to learn from of b; get",
        ),
        ("ab" + "a" * 10, ["train"] * 2 + TEN, None, "here: there is no song to test of b; get"),
        ("abc" + "ab" * 5, ["train"] * 3 + TEN, None, "here: there is no song to test of c; get"),
        ("ab" * 12, ["fold 1", "fold 2"] * 12, None, "no song to learn from of a, b; get"),
        ("ab" + "ab" * 10, ["train"] * 2 + ["test"] * 20, range(22), None),
        (
            "ab" + "ab" * 10,
            ["train"] * 2 + ["test"] * 20,
            [0, 0, *np.arange(20) // 3],
            "7 groups of songs are",
        ),
        ("ab" * 6, ["train"] * 5, None, "parts has 5 entries for 12 songs"),
        ("ab" * 6, [0, 1] * 6, None, "parts holds int64; it must hold names"),
        ("ab" * 6, ["train", "test"] * 6, [1], "groups has 1 entries for 12 songs"),
    ],
)
def test_a_split_with_too_few_songs_is_refused(labels, parts, groups, message):
    y = np.array(list(labels))
    if message is None:
        assert len(published_split(songs_of(y), y, parts, groups=groups).right) == 20
        return
    with pytest.raises((ValueError, TypeError), match=message):
        published_split(songs_of(y), y, parts, groups=groups)
