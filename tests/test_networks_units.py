"""Units, wrong front ends, and the untrained twin; with random weights, so no download is needed."""

import librosa
import numpy as np
import pytest
import tiny_networks as tiny

from mirlab import networks
from mirlab.networks import files, frontends, mistakes, pretrained, units

Y = np.random.default_rng(5).normal(0, 0.1, 3 * 22050 + 400).astype(np.float32)


@pytest.fixture
def random_weights(monkeypatch):
    monkeypatch.setattr(files, "read", tiny.weights)


# -- wrong front ends --------------------------------------------------------------------------------


def test_without_a_mistake_it_is_the_front_end_of_the_networks():
    right = np.stack(list(frontends.musicnn(frontends.resample(Y, 22050, 16000))))
    np.testing.assert_array_equal(mistakes.patches(Y), right)
    short = Y[:20000]
    right = np.stack(list(frontends.musicnn(frontends.resample(short, 22050, 16000))))
    np.testing.assert_array_equal(mistakes.patches(short), right)


@pytest.mark.parametrize("name", mistakes.MISTAKES)
def test_each_mistake_changes_numbers_and_not_shapes(name):
    right, wrong = mistakes.patches(Y), mistakes.patches(Y, **mistakes.MISTAKES[name])
    assert wrong.shape[1:] == right.shape[1:] and np.isfinite(wrong).all()
    assert np.abs(wrong[0] - right[0]).mean() > 0.1


def test_the_wrong_filters_are_those_of_librosa():
    wanted = librosa.filters.mel(sr=16000, n_fft=512, n_mels=96, norm=None)
    np.testing.assert_allclose(mistakes._height_one().T, wanted, atol=1e-5)
    wanted = librosa.filters.mel(sr=16000, n_fft=512, n_mels=96, htk=True)
    found = mistakes.MISTAKES["HTK's mel scale"]["filters"]()
    np.testing.assert_allclose(found.T, wanted, atol=1e-5)


# -- units -------------------------------------------------------------------------------------------


def test_an_answer_is_the_sum_of_products_at_each_place():
    rng = np.random.default_rng(0)
    patch, kernel = rng.normal(size=(12, 6)), rng.normal(size=(4, 3))
    found = units.answers(patch, kernel)
    assert found.shape == (12, 4)
    level = patch - patch.mean()
    assert found[5, 2] == pytest.approx((level[3:7, 2:5] * kernel).sum(), abs=1e-5)
    with pytest.raises(ValueError, match="the filter has 7 bands, and the patch only 6"):
        units.answers(patch, np.ones((1, 7)))


def test_a_filter_finds_its_own_pattern():
    kernel = np.random.default_rng(3).normal(size=(7, 38))
    patch = np.zeros((187, 96))
    patch[100:107, 20:58] = kernel
    second, band = units.best_place(patch, kernel)
    assert band == 20 and second == pytest.approx(103 * 0.016)


def test_filters_are_counted_as_in_the_output_of_their_layer(random_weights):
    weights = tiny.weights("msd_musicnn")
    second = units.drawn("msd_musicnn", "timbral", 204)
    np.testing.assert_array_equal(second, weights["timbre2/kernel"][:, :, 0, 0])
    assert units.drawn("msd_musicnn", "temporal", 152).shape == (32, 1)
    with pytest.raises(
        ValueError, match="unit=153 is not a filter of the temporal layer; it must be 0 to 152"
    ):
        units.drawn("msd_musicnn", "temporal", 153)
    with pytest.raises(ValueError, match="msd_vgg has no filters"):
        units.drawn("msd_vgg", "timbral", 0)


def test_only_what_the_filter_wants_is_heard():
    """Bands 10 to 12 are around 360 Hz: of two tones, the one at 366 Hz is left, and the level is kept."""
    t = np.arange(22050) / 22050
    low, high = np.sin(2 * np.pi * 366 * t), np.sin(2 * np.pi * 3000 * t)
    heard = units.heard_through(low + high, np.ones((7, 3)), 10)
    power = np.abs(np.fft.rfft(heard)) ** 2
    assert power[366] > 0.999 * power.sum()
    assert np.mean(heard**2) == pytest.approx(np.mean((low + high) ** 2), rel=1e-3)
    assert not units.heard_through(np.zeros(100), np.ones((7, 3)), 10).any()
    with pytest.raises(ValueError, match="begins at band 0 to 58"):
        units.heard_through(low, np.ones((7, 38)), 59)


def test_a_moment_at_either_end_is_whole():
    y = np.arange(100)
    assert units.around(y, 0, sr=10, seconds=2).tolist() == list(range(20))
    assert len(units.around(y, 99, sr=10, seconds=20)) == 100


# -- the network ---------------------------------------------------------------------------------------


def test_the_untrained_twin_has_the_same_shape_and_other_numbers(random_weights):
    one, same, other = (networks.untrained("mtt_musicnn", seed) for seed in (0, 0, 1))
    trained = pretrained.Pretrained("mtt_musicnn")
    found = [network.layers(Y) for network in (one, same, other, trained)]
    for layer, values in found[0].items():
        assert values.shape == found[3][layer].shape and np.isfinite(values).all()
        np.testing.assert_array_equal(values, found[1][layer])
        assert layer == "mel" or not np.allclose(values, found[2][layer])
        assert layer == "mel" or values.std() > 1e-3


def test_a_patch_of_another_shape_is_refused(random_weights):
    network = pretrained.Pretrained("mtt_vgg")
    assert network.forward(np.ones((187, 96)))["embedding"].shape == (256,)
    with pytest.raises(ValueError, match=r"patch has shape \(96, 187\); it must be \(187, 96\)"):
        network.forward(np.ones((96, 187)))
    with pytest.raises(ValueError, match="finite"):
        network.forward(np.full((187, 96), np.inf))
