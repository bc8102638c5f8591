"""Tables of neighbours, semantic recovery, and class means as its baseline."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirlab.neighbours import class_means, semantic_recovery, table

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=15, deadline=None)

NAMES = {"gtzan": ["jazz", "metal"], "homburg": ["jazz"], "unique": ["jazz", "rock"]}
EMBEDDINGS = [np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([[0.0, 2.0]]), np.array([[1.0, 0.0], [7.0, 8.0]])]


# ------------------------------------------------------------------------------------------ tables


def test_table_by_hand():
    found = table(EMBEDDINGS, NAMES, k=3)
    assert list(found.columns) == ["seed", "rank", "neighbour", "distance"]
    assert list(found["seed"].unique()) == [
        "jazz (gtzan)",
        "metal (gtzan)",
        "jazz (homburg)",
        "jazz (unique)",
        "rock (unique)",
    ]
    assert found["rank"].tolist() == [1, 2, 3] * 5
    metal = found[found["seed"] == "metal (gtzan)"]
    assert metal["neighbour"].tolist() == ["rock (unique)", "jazz (homburg)", "jazz (unique)"]
    assert metal["distance"].tolist() == [3, 16, 17]  # |9-7| + |9-8|, 9 + 7, 8 + 9
    unique = found[found["seed"] == "jazz (unique)"]
    assert unique["neighbour"].tolist() == [
        "jazz (gtzan)",
        "jazz (homburg)",
        "rock (unique)",
    ]  # its own set too
    euclidean = table(EMBEDDINGS, NAMES, k=1, metric="euclidean")
    assert euclidean["distance"][1] == pytest.approx(np.sqrt(5))


def test_names_may_be_pairs_and_the_table_goes_into_json():
    pairs = list(NAMES.items())
    assert table(EMBEDDINGS, pairs, k=2).equals(table(EMBEDDINGS, NAMES, k=2))
    rows = table(EMBEDDINGS, NAMES, k=2).groupby("seed", sort=False)["neighbour"].agg(list)
    assert json.loads(json.dumps(rows["jazz (homburg)"])) == ["jazz (gtzan)", "jazz (unique)"]


@few
@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=4), seed=st.integers(0, 999))
def test_every_seed_has_its_neighbours_in_order(sizes, seed):
    rng = np.random.default_rng(seed)
    embeddings = [rng.normal(size=(size, 3)) for size in sizes]
    names = {f"set{i}": [f"label{j}" for j in range(size)] for i, size in enumerate(sizes)}
    k = sum(sizes) - 1
    vectors = dict(
        zip((f"{x} ({s})" for s in names for x in names[s]), np.concatenate(embeddings), strict=True)
    )
    for seed_name, rows in table(embeddings, names, k=k).groupby("seed"):
        assert set(rows["neighbour"]) == set(vectors) - {seed_name}
        assert rows["distance"].is_monotonic_increasing
        expected = [np.abs(vectors[seed_name] - vectors[other]).sum() for other in rows["neighbour"]]
        np.testing.assert_allclose(rows["distance"], expected)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"gtzan": ["jazz", "metal"]}, "names holds 1 sets and label_embeddings 3"),
        (
            {**NAMES, "homburg": ["jazz", "pop"]},
            r"'homburg' has 2 label names and an array of shape \(1, 2\)",
        ),
        ({**NAMES, "unique": ["jazz", "jazz"]}, r"jazz \(unique\) occurs more than once"),
        ([["jazz", "metal"], ["jazz"], ["jazz", "rock"]], "names must be {set: "),
        ([("gtzan", "jazz"), ("homburg", ["jazz"]), ("unique", ["jazz", "rock"])], "names must be {set: "),
        (["jazz", "metal", "jazz", "jazz", "rock"], "names must be {set: "),
        (7, "names must be {set: .* got 7"),
    ],
)
def test_names_that_do_not_match_are_refused(names, message):
    with pytest.raises((ValueError, TypeError), match=message):
        table(EMBEDDINGS, names, k=2)


def test_embeddings_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="same D for all sets"):
        table([*EMBEDDINGS[:2], np.zeros((2, 3))], NAMES, k=2)
    with pytest.raises(ValueError, match="same D for all sets"):
        table([np.zeros(2), np.zeros(1), np.zeros(2)], NAMES, k=2)
    with pytest.raises(ValueError, match="only 4 other rows"):
        table(EMBEDDINGS, NAMES)
    with pytest.raises(ValueError, match="row 2 holds NaN"):
        table([EMBEDDINGS[0], np.full((1, 2), np.nan), EMBEDDINGS[2]], NAMES, k=2)
    with pytest.raises(ValueError, match="names holds 0 sets and label_embeddings 3"):
        table(EMBEDDINGS, {}, k=2)


# ------------------------------------------------------------------------------------------ recovery


def random_world(seed, n=12, n_sets=3):
    """Labels as mixtures of styles, dealt to sets; the overlap of two is what their mixtures share."""
    rng = np.random.default_rng(seed)
    mixtures = rng.dirichlet(np.full(5, 0.4), size=n)
    overlap = np.minimum(mixtures[:, None], mixtures).sum(axis=2).clip(0, 1)
    return mixtures, overlap, np.arange(n) % n_sets


def test_recovery_by_hand():
    #          a0   a1   b0   b1   b2
    overlap = [
        [1.0, 0.0, 0.9, 0.3, 0.0],  # a0: chance .4, ideal .9; nearest of b is b1 -> .3
        [0.0, 1.0, 0.2, 0.2, 0.2],  # a1: all the same: nothing to recover
        [0.9, 0.2, 1.0, 0.5, 0.5],  # b0: chance .55, ideal .9; nearest is a1 -> .2
        [0.3, 0.2, 0.5, 1.0, 0.5],  # b1: chance .25, ideal .3; nearest is a0 -> .3
        [0.0, 0.2, 0.5, 0.5, 1.0],  # b2: chance .1, ideal .2; nearest is a1 -> .2
    ]
    vectors = [[0.0], [9.0], [7.0], [1.0], [8.0]]
    found = semantic_recovery(vectors, overlap, ["a", "a", "b", "b", "b"], k=1)
    np.testing.assert_allclose(found.found, [0.3, 0.2, 0.2, 0.3, 0.2])
    np.testing.assert_allclose(found.chance, [0.4, 0.2, 0.55, 0.25, 0.1])
    np.testing.assert_allclose(found.ideal, [0.9, 0.2, 0.9, 0.3, 0.2])
    # Gains -.1, 0, -.35, .05, .1 (sum -.3) over rooms .5, 0, .35, .05, .1 (sum 1).
    assert found.value == pytest.approx(-0.3)
    # Residuals gain + .3 room: .05, 0, -.245, .065, .13, the squares of which sum to .08365.
    assert found.standard_error == pytest.approx(np.sqrt(5 / 4 * 0.08365))


@few
@given(seed=st.integers(0, 9999), k=st.integers(1, 5))
def test_recovery_keeps_to_its_scale(seed, k):
    mixtures, overlap, sets = random_world(seed)
    rng = np.random.default_rng(seed)
    found = semantic_recovery(rng.normal(size=(12, 4)), overlap, sets, k=k)
    assert found.value <= 1 + 1e-9
    assert (found.found <= found.ideal + 1e-12).all()
    assert (found.chance <= found.ideal + 1e-12).all()
    # By the true mixtures: their L1 distance is 2 - 2 * overlap, so the nearest overlap the most.
    assert semantic_recovery(mixtures, overlap, sets, k=k).value == pytest.approx(1)
    # What happens within a set is not looked at.
    blind = np.where(sets[:, None] == sets, 0.5, overlap)
    assert semantic_recovery(mixtures, blind, sets, k=k).value == pytest.approx(1)


def test_a_shuffled_embedding_is_at_chance():
    mixtures, overlap, sets = random_world(3)
    rng = np.random.default_rng(0)
    values = [semantic_recovery(rng.permutation(mixtures), overlap, sets, k=2).value for _ in range(300)]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(300)
    assert np.std(values) < 0.5  # so that the line above says something


def test_the_order_of_labels_does_not_matter():
    _, overlap, sets = random_world(5)
    rng = np.random.default_rng(0)
    vectors, order = rng.normal(size=(12, 3)), rng.permutation(12)
    a = semantic_recovery(vectors, overlap, sets, k=3)
    b = semantic_recovery(vectors[order], overlap[np.ix_(order, order)], sets[order], k=3)
    assert (a.value, a.standard_error) == (pytest.approx(b.value), pytest.approx(b.standard_error))
    np.testing.assert_allclose(a.found[order], b.found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overlap": np.ones((3, 3))}, r"overlap has shape \(3, 3\); for 4 labels it must be \(4, 4\)"),
        ({"overlap": np.eye(4) * 2}, "overlap must be between 0"),
        ({"overlap": np.full((4, 4), np.nan)}, "overlap must be between 0"),
        ({"overlap": np.ones((4, 4))}, "leave nothing to recover"),
        ({"k": 2}, "leave nothing to recover"),
        ({"k": 3}, "only 2 other rows outside the largest group"),
        ({"sets": ["a", "a", "b"]}, "sets must name the data set of each of the 4 labels"),
        ({"sets": ["a"] * 4}, "at least two sets"),
        ({"vectors": np.full((4, 2), np.inf)}, "row 0 holds NaN or infinity"),
        ({"metric": "l1"}, "'l1' is unknown"),
    ],
)
def test_invalid_input_of_recovery_is_named(change, message):
    good = {"vectors": np.eye(4), "overlap": np.eye(4)[[2, 3, 0, 1]], "sets": ["a", "a", "b", "b"], "k": 1}
    assert np.isfinite(semantic_recovery(**good).value)
    with pytest.raises((ValueError, TypeError), match=message):
        semantic_recovery(**{**good, **change})


# ------------------------------------------------------------------------------------------ the baseline


@few
@given(seed=st.integers(0, 999), n_labels=st.integers(1, 5))
def test_class_means_are_means(seed, n_labels):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(30) % n_labels)
    X = rng.normal(size=(30, 3)).astype(np.float32)
    found = class_means(X, y, n_labels)
    assert (found.shape, found.dtype) == ((n_labels, 3), np.float64)
    for label in range(n_labels):
        np.testing.assert_allclose(found[label], X[y == label].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.eye(3), [0, 1], r"X has shape \(3, 3\) and y \(2,\)"),
        (np.ones(3), [0, 1, 2], r"X has shape \(3,\)"),
        (np.eye(3), [0, 1, 1], r"y holds labels \[0, 1\]; it must hold each of 0 to 2"),
        (np.eye(3), [0, 1, 3], "each of 0 to 2, and no other"),
        (np.eye(3), ["a", "b", "c"], "whole numbers, 0 to n_labels - 1"),
    ],
)
def test_invalid_input_of_class_means_is_named(X, y, message):
    with pytest.raises((ValueError, TypeError), match=message):
        class_means(X, y, 3)
