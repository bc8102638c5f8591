"""The synthetic sets: the same guarantees as for any other, and tags that are kept."""

import json
import pickle

import numpy as np
import pytest

from mirlab import corpus, datasets, paths
from mirlab.datasets import synth
from mirlab.errors import DatasetError

WORDS = [f"tag {k:03d}" for k in range(200)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder of this module's own."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIRLAB_DATA", str(folder))
        patch.setattr(paths, "shared_dirs", lambda: [])
        yield folder


@pytest.fixture(scope="module")
def tagged(home):
    return synth.load("magnatagatune-synth")


@pytest.fixture
def quick_tags(monkeypatch, data_dir):
    """Excerpt i has the first i of 200 tags: nothing needs to be composed."""
    monkeypatch.setattr(corpus.Excerpt, "given_tags", lambda self: set(WORDS[: self.number % 201]))
    return data_dir


@pytest.mark.parametrize("name", synth.NAMES)
def test_a_synthetic_set_is_a_data_set(name, quick_tags):
    dataset = datasets.load(name)
    plan = corpus.plan(datasets.real_name(name))
    assert dataset.synthetic and dataset.name == name and dataset.problems == []
    assert dataset.track_ids == [excerpt.id for excerpt in plan]
    assert dataset.groups.tolist() == [excerpt.artist for excerpt in plan]
    assert len(set(dataset.track_ids)) == len(set(dataset.fingerprints)) == len(dataset) == len(plan)
    if dataset.y.ndim == 1:
        assert [dataset.label_names[i] for i in dataset.y] == [excerpt.label for excerpt in plan]
        assert set(dataset.y) == set(range(len(dataset.label_names)))
    else:
        assert dataset.y.shape == (len(plan), len(dataset.label_names)) and dataset.y.dtype == bool
    assert len(pickle.dumps(dataset.read)) < 200
    dataset.check(0)


def test_fingerprints_change_with_whatever_changes_the_sound():
    def seen(**kwargs):
        return set(synth.load("gtzan-synth", **kwargs).fingerprints)

    assert not seen() & seen(seed=1) and not seen() & seen(scale="paper")
    assert not seen() & set(synth.load("homburg-synth").fingerprints)
    assert seen() == seen()


def test_audio_is_the_excerpts_and_the_reader_travels():
    dataset = synth.load("unique-synth", seed=4)
    y = dataset.audio(11)
    assert np.array_equal(y, corpus.plan("unique", "lesson", 4)[11].audio())
    assert np.array_equal(pickle.loads(pickle.dumps(dataset)).audio(11), y)


def test_tags_have_positives_enough_to_measure(tagged):
    assert tagged.y.shape == (1500, len(tagged.label_names)) and len(tagged.label_names) >= 60
    positives = tagged.y.sum(axis=0)
    assert positives.min() >= synth.ENOUGH == 20
    assert (np.diff(positives) <= 0).all(), "the most frequent first"
    assert tagged.y.any(axis=1).all() and not tagged.y.all(axis=0).any()
    plan = corpus.plan("magnatagatune")
    for i in (0, 700, 1499):
        has = {tag for tag, yes in zip(tagged.label_names, tagged.y[i], strict=True) if yes}
        assert has == plan[i].given_tags() & set(tagged.label_names)


def test_paper_scale_keeps_160_tags_by_frequency(quick_tags):
    dataset = synth.load("magnatagatune-synth", scale="paper")
    assert dataset.label_names == WORDS[:160] and dataset.y.shape == (22787, 160)


@pytest.mark.parametrize("damage", ["", "{", "[]", '[["drums"]]', '{"a": 1}', "null", "3"])
def test_a_torn_tag_file_is_written_again(quick_tags, damage):
    first = synth.load("magnatagatune-synth")
    (file,) = (quick_tags / "tags").glob("magnatagatune-lesson-*.json")
    whole = file.read_text(encoding="utf-8")
    assert json.loads(whole)[3] == WORDS[:3]
    file.write_text(damage, encoding="utf-8")
    again = synth.load("magnatagatune-synth")
    assert again.label_names == first.label_names and np.array_equal(again.y, first.y)
    assert file.read_text(encoding="utf-8") == whole


def test_kept_tags_are_not_composed_again(quick_tags, monkeypatch):
    first = synth.load("magnatagatune-synth")

    def refuse(self):
        raise AssertionError("composed again")

    monkeypatch.setattr(corpus.Excerpt, "given_tags", refuse)
    assert synth.load("magnatagatune-synth").label_names == first.label_names


def test_unknown_names_and_scales_are_refused_in_words():
    with pytest.raises(DatasetError, match="'fma-synth' is not a synthetic data set; there are gtzan-synth"):
        synth.load("fma-synth")
    with pytest.raises(DatasetError, match="scale 'tiny' is unknown"):
        synth.load("gtzan-synth", scale="tiny")
