"""The hidden layer: its step written out, its gradient measured, and what a linear map cannot learn."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import make_circles
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from mirlab.warp import NonlinearWarpEmbedding, WarpEmbedding, nonlinear_step, rank_weight, warp_draw

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 5)), RNG.random((60, 4)) < 0.4
LABELS = RNG.integers(0, 3, 60)


@parametrize_with_checks([NonlinearWarpEmbedding()])
def test_it_follows_scikit_learn_to_the_letter(estimator, check):
    check(estimator)


def parameters(model):
    return model.hidden_weights_, model.hidden_bias_, model.components_, *model.label_embeddings_


def test_the_map_is_what_it_says():
    model = NonlinearWarpEmbedding(6, n_hidden=9, standardize=True, random_state=0).fit(X, LABELS)
    U, b, V, W = parameters(model)
    assert (U.shape, b.shape, V.shape, W.shape) == ((9, 5), (9,), (6, 9), (3, 6))
    for x, z in zip(X[:5], model.transform(X[:5]), strict=True):
        expected = V @ np.maximum(0, U @ ((x - X.mean(axis=0)) / X.std(axis=0)) + b)
        np.testing.assert_allclose(z, expected, rtol=1e-9, atol=1e-12)  # float64 in, float64 out
    np.testing.assert_allclose(model.affinity(X), model.transform(X) @ W.T)
    assert model.transform(X.astype(np.float32)).dtype == np.float32


def test_rows_of_U_and_columns_of_V_start_about_1_long():
    """However many features, units and dimensions there are; the step is too short to move them."""
    frames = np.random.default_rng(3).normal(size=(50, 400))
    model = NonlinearWarpEmbedding(
        200, n_hidden=300, n_epochs=1, learning_rate=1e-9, max_norm=None, random_state=0
    ).fit(frames, frames[:, 0] > 0)
    U, b, V, _ = parameters(model)
    for vectors in (U, V.T):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.25)
    np.testing.assert_allclose(b, 0, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_step_goes_down_the_measured_slope(seed):
    """Finite differences of the loss, the draw held fixed, against what one step moves."""
    rng = np.random.default_rng(seed)
    x, U, b = rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=4)
    V, W = rng.normal(size=(2, 4)), rng.normal(size=(5, 2))
    uniforms = rng.random(6)
    *moved, draw = nonlinear_step(x, U, b, V, W, [1, 3], uniforms, learning_rate=1.0, max_norm=None)

    def loss(U, b, V, W):
        f = W @ (V @ np.maximum(0, U @ x + b))
        return rank_weight(draw.rank) * (1 - f[draw.positive] + f[draw.negative])

    before = (U, b, V, W)
    if draw.negative is None:
        assert all(np.array_equal(old, new) for old, new in zip(before, moved, strict=True))
        return
    if (np.abs(U @ x + b) < 1e-4).any():
        return  # on the kink there is no slope
    for which, array in enumerate(before):
        for place in np.ndindex(array.shape):
            change = [np.zeros_like(a) for a in before]
            change[which][place] = 1e-6
            up = loss(*(a + c for a, c in zip(before, change, strict=True)))
            down = loss(*(a - c for a, c in zip(before, change, strict=True)))
            slope = (up - down) / 2e-6
            assert array[place] - moved[which][place] == pytest.approx(slope, abs=1e-5)


def shortened(U, b, V, W, max_norm):
    """Bound the rows of U and W and the columns of V; b is left as it is."""
    if max_norm is None:
        return U, b, V, W
    U, W = (a / np.maximum(1, np.linalg.norm(a, axis=1, keepdims=True) / max_norm) for a in (U, W))
    return U, b, V / np.maximum(1, np.linalg.norm(V, axis=0) / max_norm), W


@pytest.mark.parametrize("max_norm", [None, 1.0, 0.3])
@pytest.mark.parametrize("batch_size", [1, 20])
def test_a_batch_is_the_mean_of_the_steps_written_out(batch_size, max_norm, monkeypatch):
    """Every batch of a fit against the twin, draw by draw: first the mean, then the bound."""
    steps = []
    original = NonlinearWarpEmbedding._step

    def watched(self, data, W, rows, rate):
        before = [a.astype(float) for a in parameters(self)]
        uniforms = deepcopy(self._rng).random((len(rows), 4), dtype=np.float32)
        losses = original(self, data, W, rows, rate)
        after = [a.astype(float) for a in parameters(self)]
        steps.append((rows, rate, uniforms, before, after, losses))
        return losses

    monkeypatch.setattr(NonlinearWarpEmbedding, "_step", watched)
    NonlinearWarpEmbedding(
        3,
        n_hidden=7,
        batch_size=batch_size,
        n_epochs=3,
        max_norm=max_norm,
        learning_rate=0.05,
        random_state=4,
    ).fit(X, Y)
    assert len(steps) > 100 / batch_size
    assert max(len(rows) for rows, *_ in steps) == batch_size
    for rows, rate, uniforms, before, after, losses in steps:
        found = [
            nonlinear_step(
                X[row].astype(np.float32),
                *before,
                np.flatnonzero(Y[row]),
                u,
                learning_rate=rate,
                max_norm=None,
            )
            for row, u in zip(rows, uniforms, strict=True)
        ]
        draws = [draw for *_, draw in found]
        means = [np.mean(one, axis=0) for one in list(zip(*found, strict=True))[:4]]
        np.testing.assert_allclose(losses, [draw.loss for draw in draws], rtol=1e-4, atol=1e-5)
        for ours, theirs in zip(after, shortened(*means, max_norm), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_step_bounds_rows_of_U_and_W_and_columns_of_V():
    rng = np.random.default_rng(1)
    U, b, V, W = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=(2, 4)), rng.normal(size=(5, 2))
    free, bounded = (
        nonlinear_step(np.ones(3), U, b, V, W, [1], np.zeros(5), max_norm=norm) for norm in (None, 0.3)
    )
    assert free[-1] == bounded[-1]
    for ours, theirs in zip(bounded[:4], shortened(*free[:4], 0.3), strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_a_unit_that_never_fires_learns_nothing():
    U, b, V, W = [[0.5], [-0.5]], [0.0, -0.1], [[0.3, 0.7]], [[0.0], [0.6]]
    *moved, draw = nonlinear_step([1.0], U, b, V, W, [0], [0.0, 0.0])
    assert draw == warp_draw([0.0, 0.09], [0], [0.0, 0.0])
    assert moved[0][1, 0] == -0.5 and moved[1][1] == -0.1 and moved[2][0, 1] == 0.7
    assert moved[0][0, 0] == pytest.approx(0.5 - 0.1 * 0.6 * 0.3)
    assert moved[1][0] == pytest.approx(-0.1 * 0.6 * 0.3)
    assert moved[2][0, 0] == pytest.approx(0.3 - 0.1 * 0.6 * 0.5)


def test_rings_need_the_hidden_layer():
    rings, y = make_circles(400, noise=0.1, factor=0.4, random_state=0)
    linear = WarpEmbedding(8, n_epochs=50, random_state=0).fit(rings[:200], y[:200])
    bent = NonlinearWarpEmbedding(8, n_hidden=32, n_epochs=50, random_state=0).fit(rings[:200], y[:200])
    assert linear.score(rings[200:], y[200:]) < 0.65
    assert bent.score(rings[200:], y[200:]) > 0.95


def test_norms_are_bounded_each_by_its_own():
    model = NonlinearWarpEmbedding(
        4, n_hidden=6, max_norm=0.7, label_max_norm=0.2, learning_rate=1.0, random_state=0
    ).fit(X, LABELS)
    U, b, V, W = parameters(model)
    assert np.linalg.norm(U, axis=1).max() <= 0.7 + 1e-6
    assert np.linalg.norm(V, axis=0).max() <= 0.7 + 1e-6
    assert np.linalg.norm(W, axis=1).max() <= 0.2 + 1e-6
    assert np.abs(b).max() > 0


def test_sets_share_the_map_and_keep_their_labels():
    sets = [(X, LABELS), (X[:30].astype(np.float32), Y[:30])]
    model = NonlinearWarpEmbedding(4, n_hidden=6, n_epochs=2, random_state=0).fit_datasets(sets)
    assert [W.shape for W in model.label_embeddings_] == [(3, 4), (4, 4)]
    assert model.affinity(X, dataset=1).shape == (60, 4)
    again = clone(model).fit_datasets(sets)
    assert all(np.array_equal(a, b) for a, b in zip(parameters(model), parameters(again), strict=True))
    other = clone(model).set_params(random_state=1).fit_datasets(sets)
    assert (model.hidden_weights_ != other.hidden_weights_).any()


def test_threads_do_not_change_a_bit():
    rng = np.random.default_rng(2)
    frames, labels = rng.normal(size=(2000, 200)), rng.integers(0, 80, 2000)
    model = NonlinearWarpEmbedding(n_epochs=2, batch_size=500, random_state=0)
    fits = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            fits.append(parameters(clone(model).fit(frames, labels)))
    assert all(np.array_equal(a, b) for a, b in zip(*fits, strict=True))


def test_training_on_leaves_earlier_parameters_alone():
    model = NonlinearWarpEmbedding(4, n_hidden=6, random_state=0).partial_fit(X, LABELS, classes=[0, 1, 2])
    kept = parameters(model)
    copies = [a.copy() for a in kept]
    model.partial_fit(X, LABELS)
    assert all(np.array_equal(a, b) for a, b in zip(kept, copies, strict=True))
    assert all((a != b).any() for a, b in zip(kept, parameters(model), strict=True))


def test_it_works_in_a_pipeline():
    model = make_pipeline(
        StandardScaler(), NonlinearWarpEmbedding(8, n_hidden=32, n_epochs=200, random_state=0)
    )
    far = X + 3 * LABELS[:, None]
    assert model.fit(far, LABELS).score(far, LABELS) > 0.9
    assert model.transform(far).shape == (60, 8)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"n_hidden": 0}, ValueError, "n_hidden == 0, must be >= 1"),
        ({"n_hidden": 2.5}, TypeError, "n_hidden must be an instance of int"),
        ({"learning_rate": -1}, ValueError, "learning_rate == -1"),
        ({"learning_rate": 1e9, "max_norm": None}, ValueError, "training has diverged"),
    ],
)
def test_wrong_settings_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        NonlinearWarpEmbedding(4, **settings).fit(X, LABELS)


def test_a_bad_row_is_named_with_its_data_set():
    bad = X.copy()
    bad[17, 3] = np.nan
    model = NonlinearWarpEmbedding(4, n_hidden=6, n_epochs=1, random_state=0)
    with pytest.raises(ValueError, match=r"^data set 1: row 17 of X holds NaN or infinity"):
        model.fit_datasets([(X, Y), (bad, LABELS)])
    model.fit(X, LABELS)
    with pytest.raises(ValueError, match=r"^row 17 of X holds NaN or infinity"):
        model.transform(bad)
    with pytest.raises(ValueError, match="X has 4 features"):
        model.transform(X[:, 1:])
