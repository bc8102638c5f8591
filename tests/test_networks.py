"""Pretrained networks in use, with random weights; and the real ones, where this machine has them."""

import functools
import pickle

import numpy as np
import pytest
import tiny_networks as tiny

from mirlab import NetworkError, networks
from mirlab.networks import files, frontends
from mirlab.networks.catalogue import PRETRAINED

SIZES = {"mtt_musicnn": 200, "msd_musicnn": 200, "mtt_vgg": 256, "msd_vgg": 256}


def sound(seconds, sr=22050):
    """Two notes and some noise, the same on every machine."""
    t = np.arange(int(seconds * sr)) / sr
    y = 0.3 * np.sin(2 * np.pi * 220 * t) * (t % 0.5 < 0.25) + 0.2 * np.sin(2 * np.pi * 3000 * t)
    return (y + 0.01 * np.sin(2 * np.pi * 5000 * t**1.5)).astype(np.float32)


@pytest.fixture
def kept(data_dir, monkeypatch):
    """Networks with random weights, kept as real ones are."""
    for name, facts in PRETRAINED.items():
        weights = tiny.weights(name)
        known = tiny.dataclasses.replace(facts, checksum=files.checksum(weights))
        monkeypatch.setitem(PRETRAINED, name, known)
        files.save(name, weights, "the licence in full")
    networks._loaded.cache_clear()
    yield files.home()
    networks._loaded.cache_clear()


@pytest.mark.parametrize("name", networks.NAMES)
def test_a_network_describes_each_three_seconds(kept, name):
    network = networks.load(name)
    y = sound(7)
    embeddings, tags, layers = network.embed(y), network.tag(y), network.layers(y)
    assert embeddings.shape == (2, SIZES[name]) and embeddings.dtype == np.float32
    assert network.embedding_size == SIZES[name]
    assert tags.shape == (2, 50) and tags.dtype == np.float32
    assert tags.min() >= 0 and tags.max() <= 1 and len(network.tags) == len(set(network.tags)) == 50
    assert [*layers][:1] == ["mel"] and [*layers][-2:] == ["embedding", "logits"]
    assert all(x.ndim == 2 and len(x) == 2 and x.dtype == np.float32 for x in layers.values())
    np.testing.assert_allclose(1 / (1 + np.exp(-layers["logits"].astype(float))), tags, atol=1e-6)
    np.testing.assert_array_equal(layers["embedding"], embeddings)
    assert network.licence == "ISC" and network.sample_rate == 16000
    assert ("MagnaTagATune" in network.trained_on) == name.startswith("mtt")


def test_layers_are_averaged_over_time_and_frequency(kept):
    network = networks.load("mtt_vgg")
    y = sound(3)
    (patch,) = frontends.musicnn(frontends.resample(y, 22050, 16000))
    maps = network._forward(patch, network._weights)
    layers = network.layers(y)
    assert {name: x.shape[1] for name, x in layers.items()} == {
        "mel": 96, "pool1": 128, "pool2": 128, "pool3": 128, "pool4": 128, "pool5": 128,
        "embedding": 256, "logits": 50,
    }  # fmt: skip
    np.testing.assert_allclose(layers["mel"][0], patch.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layers["pool1"][0], maps["pool1"].reshape(-1, 128).mean(axis=0), rtol=1e-4)


@pytest.mark.parametrize("name", ["mtt_vgg", "mtt_musicnn"])
def test_the_plain_version_gives_the_same_tags(kept, name):
    y = sound(3)
    plain = networks.load(name, plain=True)
    np.testing.assert_allclose(plain.tag(y), networks.load(name).tag(y), atol=1e-4)


def test_patches_do_not_depend_on_what_follows(kept):
    """So that neither the length of a sound nor a batch size matters."""
    network = networks.load("mtt_vgg")
    y = sound(12, sr=16000)
    np.testing.assert_array_equal(network.embed(y, sr=16000)[:2], network.embed(y[: 16000 * 7], sr=16000)[:2])


def test_the_sampling_rate_hardly_matters(kept):
    network = networks.load("mtt_vgg")
    heard = []
    for sr in (16000, 22050, 44100):
        t = np.arange(4 * sr) / sr
        y = 0.3 * np.sin(2 * np.pi * 220 * t) + 0.2 * np.sin(2 * np.pi * 3000 * t)
        heard.append(network.layers(y, sr=sr)["mel"])
    np.testing.assert_allclose(heard[1], heard[0], atol=0.01)
    np.testing.assert_allclose(heard[2], heard[0], atol=0.01)


def test_bad_sound_is_a_value_error(kept):
    with pytest.raises(ValueError, match="must be mono sound"):
        networks.load("mtt_vgg").embed(np.zeros((2, 100)))


def test_embed_can_be_sent_to_other_processes(kept):
    extract = pickle.loads(pickle.dumps(functools.partial(networks.embed, name="msd_vgg")))
    y = sound(7)
    np.testing.assert_array_equal(extract(y), networks.load("msd_vgg").embed(y))


def test_embeddings_change_only_with_their_version(kept):
    """Stored embeddings are keyed by `VERSION`. If this fails, figures have changed: raise it, then these."""
    assert networks.VERSION == 1
    for name, expected in {"mtt_vgg": [-0.048, 5.764, 0.282], "mtt_musicnn": [0.54, -5.49, 5.145]}.items():
        np.testing.assert_allclose(networks.embed(sound(3), name)[0, [0, 7, 111]], expected, atol=0.01)


def test_parameters_name_weights_and_version(tmp_path):
    assert networks.parameters("msd_vgg") == {
        "network": "msd_vgg", "version": networks.VERSION, "weights": PRETRAINED["msd_vgg"].checksum
    }  # fmt: skip
    file = tmp_path / "a.onnx"
    file.write_bytes(b"one")
    one = networks.parameters("vggish", file)
    file.write_bytes(b"two")
    assert one != networks.parameters("vggish", file)


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("MTT_vgg", {}, "no network 'MTT_vgg'; the names are mtt_musicnn"),
        ("mtt_vgg", {}, "not on this machine; mirlab.networks.fetch"),
        ("mtt_vgg", {"weights": "mine.onnx"}, "mtt_vgg has its own weights"),
        ("vggish", {}, "weights of vggish cannot be downloaded: give your ONNX file"),
        ("openl3", {"weights": "a.onnx", "plain": True}, "openl3 has no version to read"),
    ],
)
def test_what_cannot_be_loaded_is_said(data_dir, name, more, sentence):
    with pytest.raises(NetworkError, match=sentence):
        networks.load(name, **more)


# --- the real networks --------------------------------------------------------------------------------------

real = pytest.mark.skipif(bool(networks.verify()), reason="the set-up could not download the networks")


@real
@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("mtt_musicnn", {"electronic": 0.3069, "techno": 0.2870, "synth": 0.1004, "beat": 0.0889}),
        ("msd_musicnn", {"electronic": 0.5555, "electro": 0.2112, "indie": 0.1607, "electronica": 0.1279}),
        ("mtt_vgg", {"slow": 0.3533, "soft": 0.2029, "quiet": 0.1896, "synth": 0.1078}),
        ("msd_vgg", {"electronic": 0.6112, "ambient": 0.1839, "experimental": 0.1566, "electronica": 0.1499}),
    ],
)
def test_the_real_networks_predict_what_they_did_in_tensorflow(name, tags):
    """The original graph and checkpoints, run by TensorFlow 2.21 on the same patch, gave these values."""
    network = networks.load(name)
    found = network.tag(sound(3))[0]
    assert [network.tags[i] for i in np.argsort(-found)[:4]] == list(tags)
    for tag, value in tags.items():
        assert found[network.tags.index(tag)] == pytest.approx(value, abs=0.005)
