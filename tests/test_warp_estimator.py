"""WARP as an estimator of scikit-learn: bad input is named, partial_fit, conventions."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from made_tags import same, tagged
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from mirlab.warp import WarpEmbedding


@pytest.fixture
def rng():
    return np.random.default_rng(7)


# --- bad input ---


X4, Y4 = np.eye(4), np.eye(4, dtype=int)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X4, [0, 1, 1], "inconsistent numbers of samples"),
        (X4, [1, 1, 1, 1], "one class only .1.; .* at least two classes"),
        (X4, sparse.csr_array(np.ones((4, 1))), "one class only"),
        (X4, np.zeros((4, 3), int), "no example of y has both a positive and a negative label"),
        (X4, np.ones((4, 3), int), "no example of y has both a positive and a negative label"),
        (X4, Y4 * 2, "indicator of 0 and 1; it holds 2"),
        (X4, -Y4, "indicator of 0 and 1; it holds -1"),
        (X4, Y4.astype(str), "indicator of 0 and 1, not of dtype"),
        (X4, np.zeros((4, 2, 2)), "dim 3"),
        (X4, [0.5, 0.1, 0.2, 0.3], "Unknown label type"),
        (X4, [0, 1, np.nan, 1], "NaN"),
        (X4, None, "requires y"),
        (np.zeros((0, 4)), [], "0 sample"),
        (np.zeros((4, 0)), [0, 1, 0, 1], "0 feature"),
        (X4[0], [0, 1, 0, 1], "Expected 2D array"),
        (X4[None], [0], "dim 3"),
        (X4 * 1e300, [0, 1, 0, 1], "row 0 of X holds NaN or infinity"),
    ],
)
def test_bad_data_is_named(X, y, message):
    model = WarpEmbedding(n_components=2)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    with pytest.raises(ValueError, match=f"data set 1: .*{message}"):
        model.fit_datasets([(X4, Y4), (X, y)])


def test_sparse_features_are_refused():
    for fit in (WarpEmbedding().fit, lambda X, y: WarpEmbedding().fit_datasets([(X, y)])):
        with pytest.raises(TypeError, match=r"[Ss]parse"):
            fit(sparse.csr_array(X4), Y4)


@pytest.mark.parametrize(
    ("datasets", "message"),
    [
        ([], "datasets is empty"),
        ([(X4, Y4), (np.eye(3), np.eye(3))], "data set 1: X has 3 features.* expecting 4 features"),
        ([(X4, Y4), (X4, Y4, Y4)], "data set 1: too many values"),
    ],
)
def test_bad_sets_are_named(datasets, message):
    with pytest.raises(ValueError, match=message):
        WarpEmbedding().fit_datasets(datasets)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("n_components", 0, ValueError),
        ("n_components", 2.5, TypeError),
        ("batch_size", 0, ValueError),
        ("n_epochs", 0, ValueError),
        ("n_epochs", None, TypeError),
        ("epoch_size", -1, ValueError),
        ("learning_rate", 0, ValueError),
        ("learning_rate", None, TypeError),
        ("max_norm", 0.0, ValueError),
        ("max_norm", "1", TypeError),
        ("label_max_norm", -1.0, ValueError),
        ("callback", 3, TypeError),
        ("random_state", "seed", ValueError),
    ],
)
def test_bad_parameters_are_named_when_fitting(name, value, error):
    model = WarpEmbedding(**{name: value})
    for train in (model.fit, model.partial_fit, lambda X, y: model.fit_datasets([(X, y)])):
        with pytest.raises(error, match=name if name != "random_state" else "seed"):
            train(X4, Y4)


@pytest.mark.parametrize("dataset", [1, -1, 0.0, None, "gtzan"])
def test_an_unknown_data_set_is_refused(dataset):
    model = WarpEmbedding(n_components=2, n_epochs=1).fit(X4, Y4)
    for ask in (model.affinity, model.predict):
        with pytest.raises(ValueError, match=f"dataset must be a whole number from 0 to 0; got {dataset!r}"):
            ask(X4, dataset=dataset)


def test_an_untrained_model_says_so():
    for ask in (WarpEmbedding().transform, WarpEmbedding().affinity, WarpEmbedding().predict):
        with pytest.raises(NotFittedError):
            ask(X4)


# --- partial_fit ---


def test_partial_fit_learns_from_pieces(rng):
    X = rng.normal(size=(1000, 4))
    y = np.array(["soft", "loud"])[(X[:, 0] > 0).astype(int)]
    model = WarpEmbedding(n_components=3, random_state=0)
    model.partial_fit(X[y == "loud"], y[y == "loud"], classes=["soft", "loud"])
    assert model.classes_.tolist() == ["loud", "soft"]
    first = model.components_
    kept = first.copy()
    for start in [*range(0, 1000, 250)] * 10:
        model.partial_fit(X[start : start + 250], y[start : start + 250])
    assert model.score(X, y) > 0.93
    assert len(model.loss_curve_) == 41
    np.testing.assert_array_equal(first, kept)  # who kept the arrays of before still has them


def test_partial_fit_continues_after_fit_and_copying(rng):
    X, Y = tagged(rng)
    model = WarpEmbedding(n_components=3, n_epochs=2, random_state=0).fit(X, Y)
    copy = deepcopy(model)
    assert same(model.partial_fit(X, Y), copy.partial_fit(X, Y))
    assert len(model.loss_curve_) == 3
    assert len(WarpEmbedding(n_components=3).partial_fit(X, Y).loss_curve_) == 1


def test_partial_fit_refuses_another_problem(rng):
    X, Y = tagged(rng, n=50)
    y = Y.argmax(axis=1)
    with pytest.raises(ValueError, match="classes must be given at the first call"):
        WarpEmbedding().partial_fit(X, y)
    model = WarpEmbedding(n_components=2).partial_fit(X, y, classes=range(8))
    with pytest.raises(ValueError, match="at the first call it was"):
        model.partial_fit(X, y, classes=range(9))
    with pytest.raises(ValueError, match="y holds 8, which is not among the classes"):
        model.partial_fit(X, np.where(y == 1, 8, y))
    with pytest.raises(ValueError, match="y has 7 columns; this model knows 8 classes"):
        model.partial_fit(X, Y[:, 1:])
    with pytest.raises(ValueError, match="X has 9 features"):
        model.partial_fit(X[:, 1:], y)
    with pytest.raises(ValueError, match="this was fit on several"):
        WarpEmbedding(n_components=2, n_epochs=1).fit_datasets([(X, Y)]).partial_fit(X, Y)


# --- conventions of scikit-learn ---


@parametrize_with_checks([WarpEmbedding()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_feature_names_go_in_and_out(rng):
    X, Y = tagged(rng, d=3)
    frame = pd.DataFrame(X, columns=["low", "mid", "high"])
    model = WarpEmbedding(n_components=2, n_epochs=1, random_state=0).fit(frame, Y)
    assert model.feature_names_in_.tolist() == ["low", "mid", "high"]
    assert model.get_feature_names_out().tolist() == ["warpembedding0", "warpembedding1"]
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[["mid", "low", "high"]])
    with pytest.raises(ValueError, match=r"data set 1: .*feature names"):
        clone(model).fit_datasets([(frame, Y), (frame[["mid", "low", "high"]], Y)])


@pytest.mark.parametrize(
    ("given", "out"),
    [(np.float16, np.float32), (np.float32, np.float32), (np.float64, np.float64), (np.int64, np.float64)],
)
def test_precision_of_the_embedding(given, out):
    model = WarpEmbedding(n_components=2, n_epochs=1, random_state=0).fit(X4, Y4)
    assert model.transform(X4.astype(given)).dtype == out
    assert model.affinity(X4.astype(given)).dtype == out


def test_standardize_is_a_scaler_before_the_model():
    rng = np.random.default_rng(0)
    sets = [(rng.normal(3, 5, (300, 4)).astype(np.float16), rng.integers(3, size=300)) for _ in range(2)]
    scaler = StandardScaler().fit(np.concatenate([X for X, _ in sets]).astype(float))
    inside = WarpEmbedding(5, n_epochs=3, standardize=True, random_state=0).fit_datasets(sets)
    before = WarpEmbedding(5, n_epochs=3, random_state=0).fit_datasets(
        [(scaler.transform(X.astype(float)), y) for X, y in sets]
    )
    np.testing.assert_allclose(inside.mean_, scaler.mean_, atol=1e-9)
    np.testing.assert_allclose(inside.components_, before.components_, atol=1e-3)
    X = sets[0][0]
    np.testing.assert_allclose(
        inside.affinity(X, 1), before.affinity(scaler.transform(X.astype(float)), 1), atol=1e-2
    )


def test_standardize_keeps_a_constant_feature_finite():
    X = np.column_stack([np.full(50, 7.0), np.linspace(-1, 1, 50)])
    model = WarpEmbedding(2, n_epochs=2, standardize=True, random_state=0).fit(X, X[:, 1] > 0)
    assert np.isfinite(model.transform(X)).all()


def test_partial_fit_refuses_to_standardize():
    with pytest.raises(ValueError, match="never sees all data"):
        WarpEmbedding(standardize=True).partial_fit(np.eye(3), [0, 1, 1], classes=[0, 1])
