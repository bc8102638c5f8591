"""The two architectures: each step by hand, and the fast version against the one to read."""

import numpy as np
import pytest
import tiny_networks as tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from mirlab.networks import fast, plain
from mirlab.networks.catalogue import PRETRAINED

PATCH = np.random.default_rng(1).uniform(0, 4, (187, 96)).astype(np.float32)


def one_filter(kernel, bias=0.0):
    return {"c/kernel": np.asarray(kernel, np.float32)[:, :, None, None], "c/bias": np.float32([bias])}


def test_a_convolution_is_the_sum_of_products_at_each_place():
    """The example is worked by hand: 1·1 + 2·2 + 4·3 + 5·4 = 37, and so on."""
    x = np.arange(1, 10, dtype=np.float32).reshape(3, 3, 1)
    found = plain.convolve(x, one_filter([[1, 2], [3, 4]], bias=0.5), "c")
    np.testing.assert_array_equal(found[:, :, 0], [[37.5, 47.5], [67.5, 77.5]])


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
@settings(deadline=None)
def test_a_convolution_is_its_definition(seed, height, width, channels, filters):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(5, 6, channels)).astype(np.float32)
    kernel = rng.normal(size=(height, width, channels, filters)).astype(np.float32)
    weights = {"c/kernel": kernel, "c/bias": rng.normal(size=filters).astype(np.float32)}
    found = plain.convolve(x, weights, "c")
    assert found.shape == (6 - height, 7 - width, filters)
    for t, f, k in np.ndindex(found.shape):
        patch = x[t : t + height, f : f + width].astype(float)
        assert found[t, f, k] == pytest.approx(
            (patch * kernel[..., k]).sum() + weights["c/bias"][k], abs=1e-4
        )
    np.testing.assert_allclose(fast._convolve(x, fast.prepare(weights), "c"), plain.relu(found), atol=1e-5)


def test_a_normalisation_uses_the_statistics_of_training():
    """With mean 2 and variance 9 (and TensorFlow's 0.001), 5 is one deviation above the mean."""
    norm = {"mean": [2.0], "variance": [9.0 - 1e-3], "scale": [-0.5], "offset": [4.0]}
    weights = {f"n/{part}": np.float32(values) for part, values in norm.items()}
    x = np.float32([[2.0], [5.0]])
    np.testing.assert_allclose(plain.normalise(x, weights, "n"), [[4.0], [3.5]], rtol=1e-6)
    np.testing.assert_allclose(fast._normalise(x, fast.prepare(weights), "n"), [[4.0], [3.5]], rtol=1e-6)


@pytest.mark.parametrize("max_pool", [plain.max_pool, fast._max_pool])
def test_pooling_keeps_the_largest_and_drops_what_sticks_out(max_pool):
    x = np.arange(35, dtype=np.float32).reshape(7, 5, 1)
    np.testing.assert_array_equal(max_pool(x, (2, 2), (2, 2))[:, :, 0], [[6, 8], [16, 18], [26, 28]])
    np.testing.assert_array_equal(max_pool(x, (4, 1), (2, 2))[:, :, 0], [[15, 17, 19], [25, 27, 29]])


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_fast_version_gives_the_same_numbers(name):
    weights, kind = tiny.weights(name), PRETRAINED[name].kind
    slow = getattr(plain, kind)(PATCH, plain.prepare(weights))
    quick = getattr(fast, kind)(PATCH, fast.prepare(weights))
    assert list(quick) == list(slow)
    for layer, values in slow.items():
        assert quick[layer].shape == values.shape and quick[layer].dtype == values.dtype == np.float32
        np.testing.assert_allclose(quick[layer], values, rtol=1e-4, atol=1e-4, err_msg=layer)
        assert values.std() > 1e-3, layer  # the weights let something through


def test_layers_have_the_documented_shapes():
    shapes = {}
    for name in ("mtt_vgg", "mtt_musicnn"):
        kind = PRETRAINED[name].kind
        layers = getattr(fast, kind)(PATCH, fast.prepare(tiny.weights(name)))
        shapes[kind] = {layer: values.shape for layer, values in layers.items()}
    assert shapes["vgg"] == {
        "pool1": (92, 48, 128), "pool2": (46, 24, 128), "pool3": (23, 12, 128), "pool4": (11, 6, 128),
        "pool5": (2, 1, 128), "embedding": (256,), "logits": (50,),
    }  # fmt: skip
    assert shapes["musicnn"] == {
        "timbral": (187, 408), "temporal": (187, 153), "cnn1": (187, 64), "cnn2": (187, 64),
        "cnn3": (187, 64), "mean_pool": (753,), "max_pool": (753,), "embedding": (200,), "logits": (50,),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["mtt_vgg", "mtt_musicnn"])
def test_the_number_of_threads_does_not_matter(name):
    weights = fast.prepare(tiny.weights(name))
    forward = getattr(fast, PRETRAINED[name].kind)
    with threadpool_limits(1):
        one = forward(PATCH, weights)["embedding"]
    with threadpool_limits(4):
        four = forward(PATCH, weights)["embedding"]
    np.testing.assert_allclose(one, four, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["mtt_vgg", "mtt_musicnn"])
def test_neither_the_patch_nor_the_weights_are_changed(name):
    """The fast version works in place; a second call must see what the first one saw."""
    weights, patch = fast.prepare(tiny.weights(name)), PATCH.copy()
    forward = getattr(fast, PRETRAINED[name].kind)
    before = {key: np.copy(values) for key, values in weights.items()}
    first, second = forward(patch, weights), forward(patch, weights)
    np.testing.assert_array_equal(patch, PATCH)
    assert all(np.array_equal(before[key], weights[key]) for key in before)
    assert all(np.array_equal(first[layer], second[layer]) for layer in first)


def test_a_pattern_is_found_wherever_it_is_in_frequency():
    """The same sound higher up gives the same answer, as long as the filter fits around it at both places."""
    weights = fast.prepare(tiny.weights("mtt_musicnn"))
    low, high = np.zeros((2, 187, 96), np.float32)
    low[90:95, 38:43] = high[90:95, 52:57] = np.random.default_rng(2).uniform(0, 4, (5, 5))
    heard = [fast.musicnn(patch, weights) for patch in (low, high)]
    np.testing.assert_allclose(heard[0]["temporal"], heard[1]["temporal"], atol=1e-4)
    np.testing.assert_allclose(heard[0]["timbral"][:, :204], heard[1]["timbral"][:, :204], atol=1e-4)


def test_pooling_takes_turns_between_maximum_and_mean():
    """The dense layer was trained on max, mean, max, mean, …; the other order would be silently wrong."""
    weights = {key: values.astype(np.float32) for key, values in tiny.weights("mtt_musicnn").items()}
    weights["dense/kernel"][:] = np.eye(1506, 200)  # the first four outputs are the first four inputs
    weights["dense/bias"][:] = 100
    for part, value in (("mean", 0), ("variance", 1 - 1e-3), ("scale", 1), ("offset", 0)):
        weights[f"pool_norm/{part}"][:], weights[f"dense_norm/{part}"][:] = value, value
    layers = fast.musicnn(PATCH, fast.prepare(weights))
    expected = [layers["max_pool"][0], layers["mean_pool"][0], layers["max_pool"][1], layers["mean_pool"][1]]
    np.testing.assert_allclose(layers["embedding"][:4] - 100, expected, atol=1e-4)
