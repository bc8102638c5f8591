"""Embeddings: what they learn from, what they map, and that a kept one is found, whole and the right one."""

from dataclasses import replace

import numpy as np
import pytest
from made_course import bits, made_features

from mirlab import datasets, paper, paths, store, warp
from mirlab.datasets import Dataset
from mirlab.errors import StoreError
from mirlab.paper import Embedding, Study, protocol
from mirlab.paper import embedding as embeddings


def test_learning_standardizes_by_the_sources(course):
    sources = [course["gtzan-synth"], course["homburg-synth"]]
    embedding = embeddings.learn(sources, epoch_size=200, n_epochs=1, n_components=4)
    frames = np.concatenate([source.frames for source in sources]).astype(np.float64)
    assert np.allclose(embedding.mean, frames.mean(axis=0))
    assert np.allclose(embedding.scale, frames.std(axis=0))
    assert [W.shape for W in embedding.label_embeddings] == [(10, 4), (9, 4)]
    assert list(embedding.sources) == ["gtzan-synth", "homburg-synth"]
    assert embedding.loss_curve.shape == (1,)


def test_each_frame_has_the_label_of_its_song(monkeypatch):
    """Songs of different lengths; the model gets the labels that belong to its frames."""
    y = np.array([1, 0, 1])
    data = Dataset("gtzan-synth", ["a", "b", "c"], ["x", "y"], y, y, None, ["1", "2", "3"])
    made = store.StoredFeatures(data, np.zeros((6, 2), np.float16), np.array([0, 1, 4, 6]), [], "k")
    passed = []
    original = warp.WarpEmbedding.fit_datasets
    monkeypatch.setattr(
        warp.WarpEmbedding, "fit_datasets", lambda self, sets: passed.extend(sets) or original(self, sets)
    )
    embeddings.learn([made], epoch_size=10, n_epochs=1)
    assert passed[0][1].tolist() == [1, 0, 0, 0, 1, 1]


@pytest.fixture
def tagged():
    """Clips of 3, 1, 4 and 2 frames, each frame with a number of its own; three tags."""
    y = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 0], [1, 0, 0]], bool)
    names = list("abcd")
    data = Dataset("magnatagatune-synth", names, ["x", "y", "z"], y, np.arange(4), None, names)
    frames = np.arange(10, dtype=np.float16)[:, None]
    return store.StoredFeatures(data, frames, np.array([0, 3, 4, 8, 10]), [], "k")


def test_a_part_of_a_source(tagged):
    """So many clips, the same for a seed; so many frames from the start of each; the first tags."""
    frames, labels = embeddings._part(tagged, 0, frames=2)
    assert frames.ravel().tolist() == [0, 1, 3, 4, 5, 8, 9]
    of = [0, 0, 1, 2, 2, 3, 3]
    assert np.array_equal(labels.toarray(), tagged.dataset.y[of])
    frames, labels = embeddings._part(tagged, 0, tags=2)
    assert len(frames) == 10 and labels.shape == (10, 2)
    assert np.array_equal(labels.toarray(), tagged.dataset.y[tagged.frame_excerpts(), :2])
    draws = {tuple(embeddings._part(tagged, seed, clips=2)[0].ravel()) for seed in range(30)}
    clips = [(0, 1, 2), (3,), (4, 5, 6, 7), (8, 9)]
    assert draws == {clips[i] + clips[j] for i in range(4) for j in range(i + 1, 4)}
    frames, labels = embeddings._part(tagged, 3, clips=2, frames=1, tags=1)
    assert frames.shape == (2, 1) and labels.shape == (2, 1)
    whole, labels = embeddings._part(tagged, 0, clips=9, frames=9, tags=9)
    assert np.array_equal(whole, tagged.frames) and labels.shape == (10, 3)


def test_learning_from_a_part_is_learning_from_a_source_that_is_no_larger(course):
    source = course["magnatagatune-synth"]
    short = {"epoch_size": 200, "n_epochs": 1}
    space = embeddings.learn([source], only={"frames": 40, "tags": 2}, **short)
    cut = _relabelled(source, y=source.dataset.y[:, :2], label_names=source.dataset.label_names[:2])
    first = np.flatnonzero(np.arange(len(source.frames)) % 64 < 40)
    cut = replace(cut, frames=source.frames[first], offsets=np.arange(31) * 40)
    assert bits(space) == bits(embeddings.learn([cut], **short))
    assert space.sources == {"magnatagatune-synth": source.dataset.label_names[:2]}
    few = [embeddings.learn([source], only={"clips": 9}, seed=seed, **short).mean for seed in (0, 0, 1)]
    assert np.array_equal(few[0], few[1]) and (few[0] != few[2]).any()
    assert bits(embeddings.learn([source], only={}, **short)) == bits(embeddings.learn([source], **short))


def test_embeddings_of_parts_are_kept_apart(course, data_dir):
    parts = [{}, {"only": {"clips": 9}}, {"only": {"clips": 10}}, {"only": {"frames": 9}}]
    means = [Study(parameters=one).embedding("tag").mean.tobytes() for one in parts]
    assert len(set(means)) == len(list((data_dir / "embeddings").iterdir())) == 4


def test_tags_of_the_tag_set_are_ordered_by_frequency():
    """So the first tags are the most frequent ones."""
    assert (np.diff(datasets.load("magnatagatune-synth").y.sum(axis=0)) <= 0).all()


def test_an_embedding_maps_frames_and_has_affinities():
    rng = np.random.default_rng(0)
    V, W, frames = rng.normal(size=(2, 3)), rng.normal(size=(4, 2)), rng.normal(size=(5, 3))
    mean, scale = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])
    sources = {"a": ["x", "y"], "b": ["p", "q", "r", "s"]}
    space = Embedding(sources, mean, scale, V, [np.zeros((2, 2)), W], np.zeros(1))
    by_hand = np.array([V @ ((x - mean) / scale) for x in frames])
    assert np.allclose(space(frames), by_hand, atol=1e-6)
    assert np.allclose(space.affinity(frames, "b"), by_hand @ W.T, atol=1e-6)
    with pytest.raises(ValueError):
        space.affinity(frames, "c")


def test_a_hidden_layer_is_kept_and_maps_as_its_model(course, data_dir, monkeypatch):
    models = []
    original = warp.NonlinearWarpEmbedding.fit_datasets
    monkeypatch.setattr(
        warp.NonlinearWarpEmbedding,
        "fit_datasets",
        lambda self, sets: models.append(self) or original(self, sets),
    )
    space = Study(parameters={"n_hidden": 9}).embedding("tag")
    frames = np.asarray(course["gtzan-synth"].frames[:50], np.float32)
    np.testing.assert_allclose(space(frames), models[0].transform(frames), rtol=1e-4, atol=1e-4)
    kept = Study(parameters={"n_hidden": 9}).embedding("tag")
    assert len(models) == 1 and np.array_equal(kept(frames), space(frames))
    assert Study().embedding("tag").hidden is None
    assert len(list((data_dir / "embeddings").iterdir())) == 2


def test_a_label_without_excerpts_has_no_place(course):
    made = course["gtzan-synth"]
    data = made.dataset.subset(np.flatnonzero(made.dataset.y != 3))
    course["gtzan-synth"] = made_features(data)
    space = Study().embedding("joint")
    names = made.dataset.label_names
    assert space.sources["gtzan-synth"] == names[:3] + names[4:]
    assert len(space.label_embeddings[1]) == 9
    assert len(paper.table3(Study())) == 51


def test_a_kept_embedding_is_read_and_not_learned_again(course, data_dir, monkeypatch):
    first = Study().embedding("genre", "gtzan-synth")
    [file] = (data_dir / "embeddings").iterdir()
    with np.load(file, allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "fU" for array in arrays.values())  # no objects, hence no pickle
    monkeypatch.setattr(embeddings, "learn", lambda *_, **__: pytest.fail("learned again"))
    assert bits(Study().embedding("genre", "gtzan-synth")) == bits(first)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[: len(content) // 2], id="cut"),
        pytest.param(lambda content: content[:200] + b"\xff" * 400 + content[600:], id="overwritten"),
        pytest.param(lambda content: content.replace(b"components", b"componentz"), id="renamed"),
        pytest.param(lambda content: b"\x80\x04N." * 9, id="pickle"),
        pytest.param(lambda content: b"<html>", id="something else"),
    ],
)
def test_a_damaged_embedding_is_learned_again(course, data_dir, damage):
    first = Study().embedding("tag")
    [file] = (data_dir / "embeddings").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert embeddings.load(file) is None
    assert bits(Study().embedding("tag")) == bits(first)
    assert file.read_bytes() == whole


def test_no_flipped_bit_goes_unnoticed(course, data_dir):
    first = bits(Study().embedding("tag"))
    [file] = (data_dir / "embeddings").iterdir()
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    for place in [*range(60), *rng.integers(0, len(whole), 200)]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.integers(8)
        file.write_bytes(flipped)
        read = embeddings.load(file)
        assert read is None or bits(read) == first, place  # a date in the zip file does not matter


def _relabelled(made, **changes):
    return replace(made, dataset=replace(made.dataset, **changes))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda made, patch: replace(made, key="another"), id="sound"),
        pytest.param(lambda made, patch: _relabelled(made, y=~made.dataset.y), id="labels"),
        pytest.param(lambda made, patch: _relabelled(made, label_names=["a", "b", "c"]), id="names"),
        pytest.param(lambda made, patch: patch.setattr(protocol, "EPOCHS", 1) or made, id="epochs"),
        pytest.param(
            lambda made, patch: patch.setattr(protocol, "SAMPLES", {"lesson": 200}) or made, id="samples"
        ),
        pytest.param(lambda made, patch: patch.setattr(embeddings, "VERSION", "new") or made, id="version"),
    ],
)
def test_an_embedding_of_something_else_is_not_used(course, monkeypatch, change):
    Study().embedding("tag")
    course["magnatagatune-synth"] = change(course["magnatagatune-synth"], monkeypatch)
    learned = []
    original = embeddings.learn
    monkeypatch.setattr(embeddings, "learn", lambda *a, **b: learned.append(1) or original(*a, **b))
    Study().embedding("tag")
    assert learned


def test_epochs_scale_and_seed_reach_the_training(course):
    assert len(Study().embedding("tag").loss_curve) == 2
    assert bits(Study(scale="paper").embedding("tag")) != bits(Study().embedding("tag"))
    assert bits(Study(seed=1).embedding("tag")) != bits(Study().embedding("tag"))


def test_a_full_disk_is_reported(course, monkeypatch, data_dir):
    def full(file, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths, "write_atomically", full)
    with pytest.raises(StoreError, match=r"embeddings: .* cannot be kept here \(No space left on device\)"):
        Study().embedding("tag")
