"""Small networks and their training: known values, freezing, seeds, kept weights, bad input."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mirlab
from mirlab.errors import NetworkError
from mirlab.networks import architectures, small, training

needs_keras = pytest.mark.skipif(not small.available(), reason="JAX has no wheels for this machine")


@pytest.fixture
def patches():
    """Patches whose label is the loudest half of the bands."""
    rng = np.random.default_rng(0)
    y = np.arange(24) % 2
    x = rng.normal(size=(24, 32, 40)).astype(np.float32)
    x[:, :, :20] += y[:, None, None]
    return x, y


def test_importing_mirlab_imports_neither_keras_nor_jax():
    script = (
        "import sys, mirlab.networks.small, mirlab.paper.fine_tuning, mirlab.widgets;"
        "print([name for name in ('keras', 'jax') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(mirlab.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@needs_keras
def test_importing_keras_and_jax_does_not_warn():
    script = (
        "import warnings; warnings.simplefilter('error'); from mirlab.networks import small;"
        "import numpy as np; small.pretrained('autoencoder').predict(np.zeros((1, 32, 40)))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(mirlab.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_missing_keras_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    architectures.backend.cache_clear()
    with pytest.raises(NetworkError, match=r'small networks need Keras and JAX .*"\.\[train\]" -c'):
        architectures.backend()
    architectures.backend.cache_clear()


def test_patches_are_means_of_frames_and_bands():
    frames = np.arange(300)[:, None] + 1000 * (np.arange(200) // 5)[None, :]
    cut = small.patches(frames)
    assert cut.shape == (2, 32, 40)
    assert cut[0, 0, 0] == 1.5 and cut[1, 0, 2] == 128 + 1.5 + 2000
    assert small.patches(np.ones((5, 200))).shape == (1, 32, 40)  # a short sound is repeated
    for bad in (np.ones((0, 200)), np.ones((9, 128)), np.ones(200)):
        with pytest.raises(ValueError, match="frames have shape"):
            small.patches(bad)


@needs_keras
@pytest.mark.parametrize("kind", small.KINDS)
def test_a_network_is_small_and_what_its_exercise_says(kind):
    network = small.create(kind, 10)
    assert network.size == sum(network.layers.values()) < 200_000
    assert network.hidden == (1 if kind == "autoencoder" else 3)
    assert network.layers["output"] == 64 * 10 + 10
    first = {"feedforward": 122_976, "convolutional": 7744, "recurrent": 17_088, "autoencoder": 81_984}
    assert network.layers["hidden1"] == first[kind]
    assert small.pretrained(kind).size < 200_000
    assert np.abs(network.embed(np.ones((3, 32, 40))).mean(axis=1)).max() < 1e-4  # standardised


@needs_keras
def test_weights_depend_on_the_seed_alone():
    a, b, c = (small.create("recurrent", 3, seed).weights for seed in (1, 1, 2))
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert not np.array_equal(a[0], c[0])
    np.testing.assert_allclose(a[1] @ a[1].T, np.eye(48), atol=1e-5)  # orthogonal between the steps
    assert a[2][48:96].tolist() == [1] * 48 and not a[2][:48].any()  # the forget gate


@needs_keras
@pytest.mark.parametrize("unfrozen", [0, 1, 3])
def test_frozen_layers_keep_their_weights(patches, unfrozen):
    before = small.create("convolutional", 2)
    copies = [w.copy() for w in before.weights]
    after = training.fit(before, *patches, unfrozen=unfrozen, steps=3)
    moved = [not np.array_equal(a, b) for a, b in zip(before.weights, after.weights, strict=True)]
    assert moved == list(before.changes(unfrozen)) and sum(moved) == 2 + 2 * unfrozen
    assert all(np.array_equal(a, b) for a, b in zip(before.weights, copies, strict=True))


@needs_keras
def test_training_learns_repeats_itself_and_can_be_watched(patches):
    x, y = patches
    start, seen = small.create("convolutional", 2), []
    watch = {"watch": lambda *state: seen.append(state), "every": 20}
    tuned = training.fit(start, x, y, steps=60, seed=1, **watch)
    again = training.fit(start, x, y, steps=60, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(tuned.weights, again.weights, strict=True))
    assert [step for step, _, _ in seen] == [20, 40, 60]
    assert seen[-1][1] < seen[0][1] / 2 and (tuned.predict(x).argmax(axis=1) == y).all()
    assert np.array_equal(seen[-1][2].weights[0], tuned.weights[0])
    assert training.fit(start, x, y, steps=0).weights[0] is start.weights[0] or np.array_equal(
        training.fit(start, x, y, steps=0).weights[0], start.weights[0]
    )


@needs_keras
def test_a_step_is_the_one_of_adam(patches):
    """The first step of Adam moves each weight by the rate, against the sign of its gradient."""
    x, y = patches
    start = small.create("feedforward", 2)
    after = training.fit(start, x, y, unfrozen=0, steps=1, rate=0.01)
    rows = next(training.batches(len(x), 1))
    e = np.exp(start.predict(x[rows]))
    gradient = start.embed(x[rows]).T @ (e / e.sum(axis=1, keepdims=True) - np.eye(2)[y[rows]])
    clear = np.abs(gradient) > 1e-3
    moved = (after.weights[-2] - start.weights[-2])[clear]
    np.testing.assert_allclose(moved, -0.01 * np.sign(gradient)[clear], rtol=0.01)


@needs_keras
def test_an_output_layer_can_be_replaced_and_put_back(patches):
    x, _ = patches
    tagger = small.pretrained("convolutional")
    fresh = tagger.with_output(10, seed=4)
    np.testing.assert_allclose(fresh.embed(x), tagger.embed(x), atol=1e-5)
    assert fresh.predict(x).shape == (24, 10)
    np.testing.assert_allclose(fresh.with_output_of(tagger).predict(x), tagger.predict(x), atol=1e-5)


def test_what_is_kept_has_a_recipe_and_is_small():
    recipe = small.recipe()
    assert recipe["source"] == "magnatagatune-synth" and len(recipe["tags"]) > 50
    assert set(recipe["networks"]) == set(small.KINDS)
    assert min(recipe["networks"][kind]["auc"] for kind in small.TAGGERS) > 0.7
    assert small.WEIGHTS.stat().st_size < 2e6
    assert {a.dtype.kind for a in small.kept().values()} == {"f", "U"}  # plain numbers, no pickle


@needs_keras
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"loss": "mse"}, "loss='mse' is unknown"),
        ({"unfrozen": 4}, "unfrozen=4; convolutional has 3 hidden layers"),
        ({"rate": 0}, "the rate above 0"),
        ({"x": np.zeros((0, 32, 40))}, "at least one"),
        ({"x": np.zeros((2, 40, 32))}, "must hold patches"),
        ({"y": np.zeros(3)}, "y has shape"),
        ({"y": np.full(24, 2)}, "labels from 2 to 2"),
    ],
)
def test_bad_input_is_refused(patches, change, said):
    x, y = patches
    given = {"x": x, "y": y} | change
    with pytest.raises(ValueError, match=said):
        training.fit(small.create("convolutional", 2), given.pop("x"), given.pop("y"), **given)


@needs_keras
def test_unknown_networks_and_lost_weights_are_refused(monkeypatch, tmp_path):
    with pytest.raises(NetworkError, match="no small network 'transformer'"):
        small.create("transformer", 2)
    monkeypatch.setattr(small, "WEIGHTS", tmp_path / "small.npz")
    small.kept.cache_clear()
    with pytest.raises(NetworkError, match=r"small\.npz, with the small networks' weights, cannot be read"):
        small.pretrained("recurrent")
    small.kept.cache_clear()
