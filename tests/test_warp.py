"""The WARP room: §5 worked by hand, its compiled form against the plain one, and scikit-learn's manners."""

import mmap
import tracemalloc
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from mirlab.warp import WarpEmbedding, _draw, rank_weight, warp_draw, warp_gradient, warp_step


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def tagged(rng, n=400, d=10, labels=8, positives=2):
    """Features, and an indicator of the labels that a random linear model ranks highest."""
    X = rng.normal(size=(n, d)).astype(np.float32)
    scores = X @ rng.normal(size=(d, labels))
    Y = np.zeros((n, labels), dtype=int)
    np.put_along_axis(Y, np.argsort(-scores, axis=1)[:, :positives], 1, axis=1)
    return X, Y


def same(a, b):
    """Whether two models learned the same, to the last bit."""
    arrays = [(m.components_, *m.label_embeddings_, np.array(m.loss_curve_)) for m in (a, b)]
    return all(np.array_equal(x, y) for x, y in zip(*arrays, strict=True))


# ---------------------------------------------------------------- the rank weight


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
def test_rank_weight_refuses_what_is_no_rank(r):
    with pytest.raises(ValueError, match="rank must be a whole number, 0 or more"):
        rank_weight(r)


# ---------------------------------------------------------------- the draw


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


def test_draw_refuses_what_it_cannot_draw_from():
    with pytest.raises(ValueError, match="positives is empty"):
        warp_draw([1.0, 0.0], [], [0.0, 0.0])
    with pytest.raises(ValueError, match="uniforms holds 2 numbers; one positive and 2 negatives may need 3"):
        warp_draw([1.0, 0.0, 0.0], [0], [0.0, 0.0])


def test_every_negative_is_as_likely_to_come_first_second_or_last(rng):
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
    derivative, losses = _draw(affinities, starts, ends, labels, uniforms, weights)
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


# ---------------------------------------------------------------- one step


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


# ---------------------------------------------------------------- training


def plain_fit(X, Y, *, n_components, batch_size, n_epochs, learning_rate, max_norm, rng):
    """Do what `WarpEmbedding.fit` does, one example at a time."""
    V, W = (
        rng.normal(0, n_components**-0.5, shape).astype(np.float32).astype(float)
        for shape in ((n_components, X.shape[1]), (Y.shape[1], n_components))
    )
    starts = range(0, len(X), batch_size)
    curve = []
    for epoch in range(n_epochs):
        order = rng.permutation(np.arange(len(X)))
        losses = []
        for step, start in enumerate(starts):
            rows = np.sort(order[start : start + batch_size])
            uniforms = rng.random((len(rows), Y.shape[1]), dtype=np.float32)
            found = [
                warp_gradient(X[i], V, W, np.flatnonzero(Y[i]), u)
                for i, u in zip(rows, uniforms, strict=True)
            ]
            rate = learning_rate * (1 - (epoch * len(starts) + step) / (n_epochs * len(starts)))
            V = V - rate * np.mean([dV for dV, _, _ in found], axis=0)
            W = W - rate * np.mean([dW for _, dW, _ in found], axis=0)
            V = V / np.maximum(1, np.linalg.norm(V, axis=0) / max_norm)
            W = W / np.maximum(1, np.linalg.norm(W, axis=1, keepdims=True) / max_norm)
            losses += [draw.loss for _, _, draw in found]
        curve.append(np.mean(losses))
    return V, W, curve


def test_training_is_the_plain_step_averaged_over_batches(rng):
    X, Y = tagged(rng, n=50)
    options = {"n_components": 6, "batch_size": 20, "n_epochs": 4, "learning_rate": 0.3, "max_norm": 0.8}
    model = WarpEmbedding(**options, random_state=np.random.default_rng(3)).fit(X, Y)
    V, W, curve = plain_fit(X, Y, **options, rng=np.random.default_rng(3))
    np.testing.assert_allclose(model.components_, V, atol=1e-5)
    np.testing.assert_allclose(model.label_embeddings_[0], W, atol=1e-5)
    np.testing.assert_allclose(model.loss_curve_, curve, rtol=1e-5)


def test_digits_are_learned_with_the_defaults():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    model = make_pipeline(StandardScaler(), WarpEmbedding(random_state=0)).fit(X, y)
    assert model.score(X, y) > 0.97
    assert model.score(X_test, y_test) > 0.93
    embedding = model[-1]
    assert embedding.loss_curve_[-1] < embedding.loss_curve_[0] / 5
    assert embedding.violation_curve_[-1] < embedding.violation_curve_[0] / 2
    assert len(embedding.loss_curve_) == len(embedding.violation_curve_) == 20
    assert embedding.components_.shape == (100, 64)
    assert embedding.components_.dtype == embedding.label_embeddings_[0].dtype == np.float32


def test_tags_are_learned_and_predicted_as_an_indicator(rng):
    X, Y = tagged(rng, n=2000, positives=2)
    model = WarpEmbedding(random_state=0, n_epochs=40).fit(X, Y)
    top = model.affinity(X).argmax(axis=1)
    assert Y[np.arange(len(Y)), top].mean() > 0.95
    predicted = model.predict(X)
    assert predicted.shape == Y.shape
    assert predicted.dtype == np.int64
    assert model.labels_per_example_ == [2]
    np.testing.assert_array_equal(predicted.sum(axis=1), 2)
    np.testing.assert_array_equal(predicted[np.arange(len(Y)), top], 1)
    assert (predicted == Y).mean() > 0.9
    np.testing.assert_array_equal(model.classes_, np.arange(8))


def test_affinity_is_the_product_of_embeddings(rng):
    X, Y = tagged(rng, n=50)
    model = WarpEmbedding(n_components=4, n_epochs=1, random_state=0).fit(X, Y)
    V, W = model.components_, model.label_embeddings_[0]
    np.testing.assert_allclose(model.transform(X[:3]), X[:3] @ V.T, rtol=1e-5)
    np.testing.assert_allclose(model.affinity(X[:3]), X[:3] @ V.T @ W.T, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("max_norm", [0.1, 1])
def test_norms_are_bounded(rng, max_norm):
    X, Y = tagged(rng)
    model = WarpEmbedding(n_components=5, max_norm=max_norm, n_epochs=5, random_state=0).fit(X, Y)
    columns = np.linalg.norm(model.components_, axis=0)
    labels = np.linalg.norm(model.label_embeddings_[0], axis=1)
    assert max(columns.max(), labels.max()) <= max_norm * (1 + 1e-6)
    assert columns.max() == pytest.approx(max_norm)  # the bound is at work


def test_labels_can_have_a_bound_of_their_own(rng):
    X, Y = tagged(rng)
    model = WarpEmbedding(n_components=5, label_max_norm=0.2, n_epochs=5, random_state=0).fit(X, Y)
    assert np.linalg.norm(model.label_embeddings_[0], axis=1).max() == pytest.approx(0.2)
    assert np.linalg.norm(model.components_, axis=0).max() > 0.5


def test_without_a_bound_vectors_grow(rng):
    X, Y = tagged(rng)
    free, infinite = (
        WarpEmbedding(n_components=5, max_norm=norm, random_state=0).fit(X, Y) for norm in (None, np.inf)
    )
    assert np.linalg.norm(free.label_embeddings_[0], axis=1).max() > 1.1
    assert same(free, infinite)


@pytest.mark.parametrize("rate", [1e3, 1e6, 1e30])
def test_divergence_is_told_in_words(rng, rate):
    X, Y = tagged(rng)
    model = WarpEmbedding(learning_rate=rate, max_norm=None, n_epochs=10, random_state=0)
    with pytest.raises(ValueError, match=r"diverged in epoch [12]: .* lower learning_rate .now 1"):
        model.fit(X, Y)


def test_an_epoch_is_as_long_as_asked(rng):
    X, Y = tagged(rng, n=400)
    seen = []
    model = WarpEmbedding(
        n_components=3,
        batch_size=50,
        n_epochs=8,
        epoch_size=50,
        random_state=0,
        callback=lambda model: seen.append((len(model.loss_curve_), model.predict(X[:1]).shape)),
    )
    short = model.fit(X, Y)
    assert seen == [(epoch, (1, 8)) for epoch in range(1, 9)]
    long = WarpEmbedding(n_components=3, batch_size=50, n_epochs=1, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(short.components_, long.components_)  # 8 · 50 examples are one pass
    assert np.mean(short.loss_curve_) == pytest.approx(long.loss_curve_[0])


# ---------------------------------------------------------------- several data sets


def test_sets_take_turns_batch_by_batch(rng):
    sets = [tagged(rng, n=n, labels=labels) for n, labels in ((250, 3), (30, 5), (400, 4))]
    changed, before = [], []

    def watch(model):
        now = [W.copy() for W in model.label_embeddings_]
        if before:
            changed.append([not np.array_equal(a, b) for a, b in zip(before[-1], now, strict=True)])
        before.append(now)

    model = WarpEmbedding(n_components=4, n_epochs=7, epoch_size=100, random_state=0, callback=watch)
    model.fit_datasets(sets)
    turns = [1, 2, 0, 1, 2, 0]  # after the first batch, of set 0
    assert changed == [[turn == number for number in range(3)] for turn in turns]
    assert [W.shape for W in model.label_embeddings_] == [(3, 4), (5, 4), (4, 4)]
    assert [len(classes) for classes in model.classes_] == [3, 5, 4]


def test_shared_space_with_labels_of_each_set(rng):
    X1, X2 = rng.normal(size=(2, 600, 5))
    names, tags = np.where(X1[:, 0] > 0, "loud", "soft"), (X2[:, :3] > 0.3).astype(int)
    model = WarpEmbedding(random_state=0).fit_datasets([(X1, names), (X2, tags)])
    assert (model.predict(X1) == names).mean() > 0.97
    assert (model.predict(X2[tags.sum(1) == 1], dataset=1).shape) == (np.sum(tags.sum(1) == 1), 3)
    affinity = model.affinity(X2, dataset=1)
    some = (tags.sum(1) > 0) & (tags.sum(1) < 3)
    assert tags[some, affinity[some].argmax(1)].mean() > 0.9
    # "loud" of one set and tag 0 of the other mean the same feature, and lie close for it.
    (loud, soft), tag = model.label_embeddings_[0], model.label_embeddings_[1]
    assert np.abs(loud - tag[0]).sum() < min(np.abs(loud - t).sum() for t in (soft, tag[1], tag[2]))


def test_one_set_by_either_door(rng):
    X, Y = tagged(rng)
    model = WarpEmbedding(n_components=4, n_epochs=2, random_state=0)
    assert same(clone(model).fit(X, Y), clone(model).fit_datasets([(X, Y)]))


# ---------------------------------------------------------------- the same again


def test_same_seed_same_bits(rng):
    X, Y = tagged(rng)

    def fit(seed):
        return WarpEmbedding(n_components=4, n_epochs=2, random_state=seed).fit(X, Y)

    assert same(fit(0), fit(0))
    assert same(fit(np.random.RandomState(3)), fit(np.random.RandomState(3)))
    assert same(fit(np.random.default_rng(3)), fit(np.random.default_rng(3)))
    assert not same(fit(0), fit(1))


def test_threads_do_not_change_a_bit(rng):
    X, Y = tagged(rng, n=2000, d=200, labels=160)
    model = WarpEmbedding(n_epochs=2, batch_size=500, random_state=0)
    fits = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            fits.append(clone(model).fit(X, Y))
    assert same(*fits)


def test_an_indicator_is_the_same_dense_sparse_or_bool(rng):
    X, Y = tagged(rng, n=120)
    stored_zero = sparse.csr_matrix(Y)
    stored_zero.data[3] = 0
    model = WarpEmbedding(n_components=4, n_epochs=2, random_state=0)
    dense = clone(model).fit(X, Y)
    for form in (Y.astype(bool), Y.astype(float), Y.tolist(), sparse.csr_array(Y), sparse.csc_matrix(Y)):
        assert same(dense, clone(model).fit(X, form))
    assert same(clone(model).fit(X, stored_zero.toarray()), clone(model).fit(X, stored_zero))
    assert (stored_zero.data == 0).sum() == 1  # the caller's matrix is left as it was


def test_single_labels_are_an_indicator_of_one(rng):
    X, Y = tagged(rng, positives=1)
    model = WarpEmbedding(n_components=4, n_epochs=2, random_state=0)
    single = clone(model).fit(X, Y.argmax(axis=1))
    assert same(single, clone(model).fit(X, Y))


def test_examples_with_nothing_to_rank_are_left_out(rng):
    X, Y = tagged(rng, n=90)
    spoilt = np.vstack([Y, np.zeros((10, 8), int), np.ones((10, 8), int)])
    X_spoilt = np.vstack([X, rng.normal(size=(20, 10))])
    model = WarpEmbedding(n_components=4, n_epochs=2, random_state=0)
    assert same(clone(model).fit(X, Y), clone(model).fit(X_spoilt.astype(np.float32), spoilt))


# ---------------------------------------------------------------- memory maps


@pytest.mark.skipif(not hasattr(mmap, "MADV_RANDOM"), reason="no such advice on this system")
def test_a_memory_map_is_drawn_from_at_random_and_read_in_order_otherwise(tmp_path, monkeypatch):
    advice = []

    class Map(mmap.mmap):
        def madvise(self, option):
            advice.append(option)
            return super().madvise(option)

    monkeypatch.setattr(mmap, "mmap", Map)
    X = np.memmap(tmp_path / "frames", dtype=np.float16, mode="w+", shape=(400, 3))
    X[:] = np.random.default_rng(0).normal(size=X.shape)
    y = np.arange(400) % 2
    model = WarpEmbedding(2, n_epochs=1, standardize=True, random_state=0)
    model.set_params(callback=lambda _: advice.append("told")).fit(X[10:], y[10:])
    assert advice == [mmap.MADV_RANDOM, mmap.MADV_NORMAL, "told"]
    advice.clear()
    X[7] = np.nan
    with pytest.raises(ValueError, match="row 7"):
        model.set_params(standardize=False).fit(X, y)
    assert advice == [mmap.MADV_RANDOM, mmap.MADV_NORMAL]


def test_a_memory_map_is_read_batch_by_batch(tmp_path, rng):
    X = np.memmap(tmp_path / "frames", dtype=np.float16, mode="w+", shape=(40_000, 400))
    X[:] = rng.integers(-3, 4, size=(40_000, 1))
    y = (X[:, 0] > 0).astype(np.int32)
    model = WarpEmbedding(n_components=4, n_epochs=1, epoch_size=2000, random_state=0)
    model.fit(X[:500], y[:500])  # compiled, imported
    tracemalloc.start()
    try:
        model.fit_datasets([(X, y), (X, y)])
        fitting = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        Z = model.transform(X)
        embedding = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert fitting < X.nbytes / 4
    assert embedding < Z.nbytes + X.nbytes / 2
    assert Z.dtype == np.float32
    np.testing.assert_allclose(Z[[0, -1]], model.transform(np.asarray(X[[0, -1]])), rtol=1e-5)
    float32 = clone(model).fit_datasets([(np.asarray(X, np.float32), y), (X, y)])
    assert same(model, float32)


def test_a_bad_row_is_named(rng):
    X, Y = tagged(rng)
    bad = X.copy()
    bad[17, 3] = np.nan
    model = WarpEmbedding(n_components=2, n_epochs=1)
    with pytest.raises(ValueError, match=r"^row 17 of X holds NaN or infinity"):
        model.fit(bad, Y)
    with pytest.raises(ValueError, match=r"^data set 1: row 17 of X holds NaN or infinity"):
        model.fit_datasets([(X, Y), (bad, Y)])
    model.fit(X, Y)
    huge = np.zeros((20_000, 10))
    huge[19_000] = -np.inf
    with pytest.raises(ValueError, match=r"^row 19000 of X holds NaN or infinity"):
        model.transform(huge)


# ---------------------------------------------------------------- bad input

X4, Y4 = np.eye(4), np.eye(4, dtype=int)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X4, [0, 1, 1], "inconsistent numbers of samples"),
        (X4, [1, 1, 1, 1], "one class only .1.; .* two classes at least"),
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
def test_bad_data_is_refused_in_words(X, y, message):
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


# ---------------------------------------------------------------- partial_fit


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


def test_partial_fit_goes_on_after_fit_and_after_copying(rng):
    X, Y = tagged(rng)
    model = WarpEmbedding(n_components=3, n_epochs=2, random_state=0).fit(X, Y)
    copy = deepcopy(model)
    assert same(model.partial_fit(X, Y), copy.partial_fit(X, Y))
    assert len(model.loss_curve_) == 3
    assert len(WarpEmbedding(n_components=3).partial_fit(X, Y).loss_curve_) == 1


def test_partial_fit_refuses_what_it_cannot_go_on_with(rng):
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
    with pytest.raises(ValueError, match="this one was fit on several"):
        WarpEmbedding(n_components=2, n_epochs=1).fit_datasets([(X, Y)]).partial_fit(X, Y)


# ---------------------------------------------------------------- scikit-learn's manners


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
