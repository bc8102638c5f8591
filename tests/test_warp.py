"""Training: the plain step averaged over batches, several data sets, the same bits, memory maps."""

import mmap
import tracemalloc

import numpy as np
import pytest
from made_tags import same, tagged
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mirlab.warp import WarpEmbedding, warp_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(7)


# --- training ---


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
def test_divergence_is_reported(rng, rate):
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


# --- several data sets ---


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


# --- the same again ---


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


# --- memory maps ---


@pytest.mark.skipif(not hasattr(mmap, "MADV_RANDOM"), reason="no such advice on this system")
def test_a_memory_map_is_read_without_read_ahead(tmp_path, monkeypatch):
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
