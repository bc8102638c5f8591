"""Nearest neighbours and precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from mirlab.evaluate import (
    nearest,
    precision_at_k,
    precision_per_query,
    relevant_songs,
    similarity,
)

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=15, deadline=None)


def neighbours_by_the_book(X, k, groups):
    """Sort all others by distance, then by index."""
    found = []
    for i, query in enumerate(X):
        others = [j for j in range(len(X)) if groups[j] != groups[i]]
        others.sort(key=lambda j: (np.abs(X[j] - query).sum(), j))
        found.append(others[:k])
    return np.array(found)


@few
@given(
    n=st.integers(4, 25),
    p=st.integers(1, 4),
    k=st.integers(1, 3),
    n_groups=st.integers(4, 25),
    seed=st.integers(0, 999),
)
def test_neighbours_agree_with_a_full_sort(n, p, k, n_groups, seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, size=(n, p)).astype(float)  # full of duplicates and ties
    y = np.arange(n) % 2
    alone = np.arange(n)
    distances, indices = nearest(X, k=k)
    np.testing.assert_array_equal(indices, neighbours_by_the_book(X, k, alone))
    np.testing.assert_array_equal(distances, np.abs(X[indices] - X[:, None]).sum(axis=2))
    expected = (y[indices] == y[:, None]).mean(axis=1)
    np.testing.assert_array_equal(precision_per_query(X, y, k=k), expected)
    assert precision_at_k(X, y, k=k) == pytest.approx(expected.mean())
    groups = rng.integers(0, n_groups, n)
    if n - np.bincount(groups).max() >= k:
        _, indices = nearest(X, k=k, groups=groups)
        np.testing.assert_array_equal(indices, neighbours_by_the_book(X, k, groups))


@pytest.mark.parametrize("metric", ["manhattan", "euclidean", "cosine"])
def test_neighbours_agree_with_scikit_learn(metric):
    X = np.random.default_rng(0).normal(size=(150, 8))
    distances, indices = nearest(X.astype(np.float32), k=10, metric=metric)
    X = X.astype(np.float32).astype(np.float64)
    expected = NearestNeighbors(n_neighbors=10, metric=metric, algorithm="brute").fit(X).kneighbors()
    np.testing.assert_allclose(distances, expected[0], atol=1e-9)
    np.testing.assert_array_equal(indices, expected[1])
    name = {"manhattan": "cityblock"}.get(metric, metric)
    np.testing.assert_allclose(distances[0], np.sort(cdist(X[:1], X[1:], name)[0])[:10], atol=1e-9)


def test_precision_by_hand():
    X = np.array([[0.0], [1.0], [3.0], [6.0]])
    y = ["a", "a", "b", "b"]
    # Two nearest of 0: 1 and 3 -> a, b. Of 1: 0 and 3 -> a, b. Of 3: 1 and 0 -> none. Of 6: 3 and 1 -> b, a.
    np.testing.assert_array_equal(precision_per_query(X, y, k=2), [0.5, 0.5, 0, 0.5])
    value = precision_at_k(X, y, k=2)
    assert value == 0.375
    assert type(value) is float
    # Songs 0 and 1 by one artist: two nearest of 0 are 3 and 6, of 1 too; 3 and 6 keep theirs.
    np.testing.assert_array_equal(precision_per_query(X, y, k=2, groups=[7, 7, 8, 9]), [0, 0, 0, 0.5])


@few
@given(n=st.integers(2, 30), labels=st.integers(2, 4), n_groups=st.integers(1, 8), seed=st.integers(0, 999))
def test_relevant_songs_agree_with_counting(n, labels, n_groups, seed):
    rng = np.random.default_rng(seed)
    y, groups = (
        np.array(list("abcd"))[np.r_[0, 1, rng.integers(0, labels, n)]],
        rng.integers(0, n_groups, n + 2),
    )
    for own in (None, groups):
        of = np.arange(len(y)) if own is None else own
        by_hand = [sum(y[j] == y[i] and of[j] != of[i] for j in range(len(y))) for i in range(len(y))]
        assert relevant_songs(y, own).tolist() == by_hand


def test_a_perfect_space_reaches_what_relevant_songs_allow():
    y = np.repeat([0, 1], [4, 9])
    reached = precision_per_query(y[:, None] * 9.0 + np.linspace(0, 1, 13)[:, None], y, k=5)
    np.testing.assert_allclose(reached, np.minimum(relevant_songs(y), 5) / 5)


def test_copies_do_not_hide_a_neighbour():
    X = np.zeros((4, 3))  # four copies of one recording; each has three neighbours, none of them itself
    _, indices = nearest(X, k=3)
    assert [sorted(row) for row in indices.tolist()] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert precision_at_k(X, [0, 0, 1, 1], k=3) == pytest.approx(1 / 3)


@few
@given(seed=st.integers(0, 1000))
def test_the_order_of_songs_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    X, y, groups = rng.normal(size=(40, 3)), rng.integers(0, 2, 40), rng.integers(0, 15, 40)
    order = rng.permutation(40)
    found = precision_per_query(X, y, groups=groups, k=5)
    again = precision_per_query(X[order], y[order], groups=groups[order], k=5)
    np.testing.assert_array_equal(found[order], again)


def test_large_inputs_go_in_blocks(monkeypatch):
    X = np.random.default_rng(0).normal(size=(300, 4))
    groups = np.arange(300) // 7
    whole = nearest(X, k=4, groups=groups)
    small = similarity.pairwise_distances_chunked

    def in_blocks(*args, working_memory, **kwargs):
        return small(*args, working_memory=0.05, **kwargs)  # 21 rows at a time

    monkeypatch.setattr(similarity, "pairwise_distances_chunked", in_blocks)
    for a, b in zip(whole, nearest(X, k=4, groups=groups), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("X", "y", "kwargs", "message"),
    [
        (np.eye(4), [0, 0, 1, 1], {"k": 4}, "k=4 neighbours are needed, but there are only 3 other rows"),
        (np.eye(4), [0, 0, 1, 1], {}, "k=10 neighbours"),
        (
            np.eye(4),
            [0, 0, 1, 1],
            {"k": 2, "groups": [0, 0, 0, 1]},
            "only 1 other rows outside the largest group",
        ),
        (np.eye(4), [0, 0, 1, 1], {"k": 0}, "k == 0, must be >= 1"),
        (np.eye(4), [0, 0, 1, 1], {"k": 1, "metric": "l1"}, "'l1' is unknown; it must be one of manhattan"),
        (np.diag([1, 1, 0, 1]), [0, 0, 1, 1], {"k": 1, "metric": "cosine"}, "row 2 is all zeros"),
        (np.eye(4), [0, 0, 1], {"k": 1}, "y has 3 entries for 4 songs"),
        (np.eye(4), [0, 0, 0, 0], {"k": 1}, "y holds only the label '0'"),
        (np.eye(4), np.eye(4, dtype=bool), {"k": 1}, "one label"),
        (np.eye(4), [0, 0, 1, 1], {"k": 1, "groups": [0, 1]}, "groups has 2 entries"),
        (np.full((4, 2), np.nan), [0, 0, 1, 1], {"k": 1}, "X: row 0 holds NaN"),
        (np.zeros((4, 2, 2)), [0, 0, 1, 1], {"k": 1}, "two-dimensional"),
        ([["a"]] * 4, [0, 0, 1, 1], {"k": 1}, "real numbers"),
    ],
)
def test_invalid_input_of_similarity_is_named(X, y, kwargs, message):
    with pytest.raises((ValueError, TypeError), match=message):
        precision_at_k(X, y, **kwargs)
