"""The synthetic sets are data sets like any other."""

import json
import pickle

import numpy as np
import pytest

from mirlab import corpus, paths
from mirlab.datasets import synth
from mirlab.errors import DatasetError


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Keep what is built away from the user's own folder."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIRLAB_DATA", str(folder))
        yield folder


@pytest.fixture(scope="module")
def tagged(home):
    return synth.load("magnatagatune-synth")


@pytest.mark.parametrize("name", [name for name in synth.NAMES if "magna" not in name])
def test_a_genre_set_tells_what_its_plan_tells(name):
    dataset = synth.load(name)
    plan = corpus.plan(name.removesuffix("-synth"))
    assert dataset.synthetic and dataset.name == name and len(dataset) == len(plan)
    assert [dataset.label_names[i] for i in dataset.y] == [e.label for e in plan]
    assert dataset.groups.tolist() == [e.artist for e in plan]
    assert dataset.track_ids == [e.id for e in plan] and len(set(dataset.track_ids)) == len(dataset)
    assert len(set(dataset.fingerprints)) == len(dataset)
    assert set(dataset.y) == set(range(len(dataset.label_names)))
    assert not dataset.problems


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
    assert np.array_equal(pickle.loads(pickle.dumps(dataset.read))(11), y)
    assert len(pickle.dumps(dataset.read)) < 200


def test_tags_have_positives_enough_to_measure(tagged):
    assert tagged.y.shape == (1500, len(tagged.label_names)) and tagged.y.dtype == bool
    assert len(tagged.label_names) >= 60
    positives = tagged.y.sum(axis=0)
    assert positives.min() >= synth.ENOUGH == 20
    assert (np.diff(positives) <= 0).all()  # most frequent first
    assert tagged.y.any(axis=1).all() and not tagged.y.all(axis=0).any()
    plan = corpus.plan("magnatagatune")
    for i in (0, 700, 1499):
        has = {tag for tag, yes in zip(tagged.label_names, tagged.y[i], strict=True) if yes}
        assert has == plan[i].given_tags() & set(tagged.label_names)


@pytest.mark.parametrize("damage", ["", "{", "[]", '[["drums"]]', '{"a": 1}', "null", "3"])
def test_a_torn_tag_file_is_written_again(home, tagged, damage):
    (file,) = (home / "tags").glob("magnatagatune-lesson-*.json")
    whole = file.read_text(encoding="utf-8")
    file.write_text(damage, encoding="utf-8")
    again = synth.load("magnatagatune-synth")
    assert again.label_names == tagged.label_names and np.array_equal(again.y, tagged.y)
    assert file.read_text(encoding="utf-8") == whole
    assert json.loads(whole)[0] == sorted(corpus.plan("magnatagatune")[0].given_tags())


def test_kept_tags_are_not_composed_again(tagged, monkeypatch):
    def refuse(self):
        raise AssertionError("composed again")

    monkeypatch.setattr(corpus.Excerpt, "given_tags", refuse)
    assert synth.load("magnatagatune-synth").label_names == tagged.label_names


def test_paper_scale_keeps_160_tags_by_frequency(home, monkeypatch):
    words = [f"tag {k:03d}" for k in range(200)]
    monkeypatch.setattr(corpus.Excerpt, "given_tags", lambda self: set(words[: self.number % 201]))
    monkeypatch.setenv("MIRLAB_DATA", str(home / "other"))
    dataset = synth.load("magnatagatune-synth", scale="paper")
    assert dataset.label_names == words[:160] and dataset.y.shape == (22787, 160)


def test_unknown_names_and_scales_are_refused_in_words():
    with pytest.raises(DatasetError, match="'fma-synth' is no synthetic data set; there are gtzan-synth"):
        synth.load("fma-synth")
    with pytest.raises(DatasetError, match="scale 'tiny' is unknown"):
        synth.load("gtzan-synth", scale="tiny")


def test_the_data_folder_can_be_moved(home):
    assert paths.data_dir() == home.resolve()
