"""One WARP step: rank weights, draws and gradients by hand, and the compiled draw against the plain one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from mirlab.warp import rank_weight, warp_draw, warp_gradient, warp_step
from mirlab.warp.compiled import draw_batch


@pytest.fixture
def rng():
    return np.random.default_rng(7)


# --- the rank weight ---


@pytest.mark.parametrize(("r", "expected"), [(0, 0), (1, 1), (2, 1.5), (3, 11 / 6), (4, 25 / 12)])
def test_rank_weight_by_hand(r, expected):
    assert rank_weight(r) == pytest.approx(expected, abs=1e-15)
    assert isinstance(rank_weight(r), float)
    assert isinstance(rank_weight(np.int32(r)), float)


def test_rank_weight_keeps_the_shape_of_an_array():
    np.testing.assert_allclose(rank_weight([[0, 1], [2, 1]]), [[0, 1], [1.5, 1]])
    assert rank_weight([]).shape == (0,)
    assert rank_weight(np.floor(7 / np.array([2.0, 7.0]))).tolist() == [11 / 6, 1.0]


@pytest.mark.parametrize("r", [-1, 1.5, [1, -2], [0.5], np.nan, np.inf, "3", None, True])
def test_rank_weight_refuses_anything_but_ranks(r):
    with pytest.raises(ValueError, match="rank must be a whole number, 0 or more"):
        rank_weight(r)


# --- the draw ---


def test_draw_by_hand():
    # Y = 5, positive 1 at 2.0. Negatives [0, 2, 3, 4]; 0.5 picks the third, 3, far below. The last, 4,
    # takes its place: [0, 2, 4]. 0.4 picks the second, 2, within the margin: N = 2, r = 4 // 2 = 2.
    draw = warp_draw([1.5, 2.0, 1.25, 0.0, 9.0], positives=[1], uniforms=[0.9, 0.5, 0.4, 0, 0])
    assert draw == (1, 2, 2, 2, 1.5 * (1 - 2.0 + 1.25))


def test_draw_needs_more_than_the_edge_of_the_margin():
    assert warp_draw([1.0, 0.0], [0], [0.0, 0.0]) == (0, None, 1, 0, 0.0)
    assert warp_draw([1.0, 0.25], [0], [0.0, 0.0]) == (0, 1, 1, 1, 0.25)


def test_draw_without_negatives_finds_nothing():
    assert warp_draw([1.0, 0.0], [0, 1], [0.6]) == (1, None, 0, 0, 0.0)


def test_a_draw_needs_positives_and_uniforms():
    with pytest.raises(ValueError, match="positives is empty"):
        warp_draw([1.0, 0.0], [], [0.0, 0.0])
    with pytest.raises(ValueError, match="uniforms holds 2 numbers; one positive and 2 negatives may need 3"):
        warp_draw([1.0, 0.0, 0.0], [0], [0.0, 0.0])


def test_every_order_of_negatives_is_equally_likely(rng):
    # One violator among five negatives: N is uniform on 1 to 5.
    n_draws = [warp_draw([0, -9, -9, 0, -9, -9], [0], rng.random(6)).n_draws for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(n_draws)[1:] / 4000, 0.2, atol=0.03)


@st.composite
def batches(draw):
    """Affinities, with ties and margins met exactly, and the positives and uniforms of a batch."""
    n, labels = draw(st.integers(1, 5)), draw(st.integers(2, 7))
    values = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0]) | st.floats(-3, 3, width=32)
    affinities = draw(st_np.arrays(np.float32, (n, labels), elements=values))
    positives = [draw(st.sets(st.integers(0, labels - 1), min_size=1).map(sorted)) for _ in range(n)]
    below_one = st.floats(0, 1, exclude_max=True, width=32)
    return affinities, positives, draw(st_np.arrays(np.float32, (n, labels), elements=below_one))


@settings(deadline=None, max_examples=200)
@given(batches())
def test_the_compiled_draw_is_the_plain_one(batch):
    affinities, positives, uniforms = batch
    n_labels = affinities.shape[1]
    ends = np.cumsum([len(p) for p in positives])
    labels = np.concatenate(positives).astype(np.int32)
    weights = rank_weight(np.arange(n_labels))
    starts = ends - [len(p) for p in positives]
    derivative, losses = draw_batch(affinities, starts, ends, labels, uniforms, weights)
    for e, own in enumerate(positives):
        plain = warp_draw(affinities[e], own, uniforms[e])
        expected = np.zeros(n_labels, np.float32)
        if plain.negative is not None:
            expected[[plain.positive, plain.negative]] = np.array([-1, 1]) * rank_weight(plain.rank)
        np.testing.assert_array_equal(derivative[e], expected)
        assert losses[e] == plain.loss


@settings(deadline=None)
@given(batches())
def test_what_is_drawn_violates_the_margin(batch):
    affinities, positives, uniforms = batch
    for f, own, u in zip(affinities.astype(float), positives, uniforms, strict=True):
        draw = warp_draw(f, own, u)
        negatives = [label for label in range(len(f)) if label not in own]
        assert draw.positive in own
        if draw.negative is None:
            assert draw.n_draws == len(negatives)
            assert all(f[label] <= f[draw.positive] - 1 for label in negatives)
        else:
            assert draw.negative in negatives
            assert f[draw.negative] > f[draw.positive] - 1
            assert 1 <= draw.n_draws <= len(negatives)
            assert draw.rank == (len(f) - 1) // draw.n_draws
            assert draw.loss > 0


# --- one step ---


def test_step_by_hand():
    # z = V x = (1, 2); f = W z = (1, 2, -5). Positive 0; uniform 0 draws negative 1 first: N = 1,
    # r = 2, L = 1.5, loss = 1.5 · (1 - 1 + 2) = 3.
    x, V, W = [1.0, 1.0], [[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0], [-1.0, -2.0]]
    V2, W2, draw = warp_step(x, V, W, [0], [0.0, 0.0, 0.0], learning_rate=0.5, max_norm=None)
    assert draw == (0, 1, 1, 2, 3.0)
    # dV = 1.5 · (W_1 - W_0) xᵀ, dW_0 = -1.5 z, dW_1 = 1.5 z
    np.testing.assert_allclose(V2, [[1.75, 0.75], [0.25, 0.25]])
    np.testing.assert_allclose(W2, [[1.75, 1.5], [-0.75, -0.5], [-1.0, -2.0]])
    bounded_V, bounded_W, _ = warp_step(x, V, W, [0], [0.0] * 3, learning_rate=0.5, max_norm=1)
    np.testing.assert_allclose(bounded_V, V2 / np.maximum(1, np.linalg.norm(V2, axis=0)))
    np.testing.assert_allclose(bounded_W, W2 / np.maximum(1, np.linalg.norm(W2, axis=1, keepdims=True)))
    assert (V, W) == ([[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0], [-1.0, -2.0]])


@pytest.mark.parametrize("seed", range(5))
def test_gradient_is_the_derivative_of_the_loss(seed):
    rng = np.random.default_rng(seed)
    x, V, W, uniforms = rng.normal(size=4), rng.normal(size=(3, 4)), rng.normal(size=(6, 3)), rng.random(6)
    dV, dW, draw = warp_gradient(x, V, W, [2, 5], uniforms)
    assert draw.negative is not None

    def loss(V, W):  # with the labels and the rank as drawn
        f = W @ V @ x
        return rank_weight(draw.rank) * abs(1 - f[draw.positive] + f[draw.negative])

    assert loss(V, W) == pytest.approx(draw.loss)
    for parameter, gradient in ((V, dV), (W, dW)):
        for i in np.ndindex(parameter.shape):
            nudge = np.zeros_like(parameter)
            nudge[i] = 1e-6
            up, down = ((V + s * nudge, W) if parameter is V else (V, W + s * nudge) for s in (1, -1))
            assert (loss(*up) - loss(*down)) / 2e-6 == pytest.approx(gradient[i], abs=1e-6)


def test_no_violation_no_gradient():
    dV, dW, draw = warp_gradient([1.0], [[1.0]], [[1.0], [-1.0]], [0], [0.0, 0.0])
    assert draw.negative is None
    assert not dV.any()
    assert not dW.any()
