"""A study: which sets an embedding learns from, that no target leaks, and what is made once."""

import pickle

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from made_course import SYNTHETIC, bits, garbled, made_dataset, made_features, with_real

from mirlab import extractors, features, paper
from mirlab.datasets import Dataset, files
from mirlab.errors import DatasetError
from mirlab.extractors import Extractor
from mirlab.paper import Study, controls
from mirlab.paper import embedding as embeddings

# --- sources: who learns from whom ---


@pytest.mark.parametrize("target", SYNTHETIC)
def test_a_synthetic_target_learns_from_the_other_sets(target):
    assert Study().sources("genre", target) == [name for name in SYNTHETIC if name != target]
    assert Study().sources("tag", target) == ["magnatagatune-synth"]


def test_the_joint_embedding_learns_from_all_four():
    assert Study().sources("joint") == Study().targets == SYNTHETIC


def test_a_single_real_target_learns_from_synthetic_sets():
    study = with_real("gtzan")
    assert study.targets == ["gtzan"]
    assert study.sources("genre", "gtzan") == ["artists1517-synth", "homburg-synth", "unique-synth"]
    assert study.sources("tag", "gtzan") == ["magnatagatune-synth"]
    assert study.sources("joint") == SYNTHETIC


def test_a_folder_learns_from_all_synthetic_sets():
    assert with_real("folder").sources("genre", "folder") == SYNTHETIC


def test_real_sets_learn_from_real_sets():
    study = with_real("homburg", "gtzan", "magnatagatune")
    assert study.targets == ["homburg", "gtzan"]
    assert study.sources("genre", "gtzan") == ["homburg"]
    assert study.sources("tag", "gtzan") == ["magnatagatune"]
    assert study.sources("joint") == ["gtzan", "homburg"]


@given(st.sets(st.sampled_from([*paper.GENRE_SETS, paper.TAG_SET, "folder"])), st.data())
def test_a_target_and_its_twin_are_never_sources(found, data):
    study = with_real(*sorted(found)) if found - {paper.TAG_SET} else Study()
    target = data.draw(st.sampled_from(study.targets))
    name = target.removesuffix("-synth")
    for kind in ("genre", "tag"):
        sources = study.sources(kind, target)
        assert sources
        assert not {name, f"{name}-synth"} & set(sources)


def test_unknown_kinds_of_embeddings_are_refused():
    with pytest.raises(ValueError, match=r"kind='genres' is unknown; it must be 'base', .* or 'joint'"):
        Study().sources("genres")


def test_no_windows_of_an_embedding_that_saw_the_target(course):
    kinds = "'base', 'genre', 'tag', 'mfcc', 'whitened', 'random', 'rotation', 'mtt_musicnn'"
    with pytest.raises(ValueError, match=f"features='joint' is unknown; it must be {kinds}"):
        Study().windows("gtzan-synth", "joint")


# --- kinds of features ---


def test_mfccs_and_networks_stand_beside_the_papers_features(tmp_path, data_dir, monkeypatch):
    """A made network: its patches are windows as they are, and its features are stored once."""
    rng = np.random.default_rng(0)
    for label in "ab":
        for song in range(5):
            file = tmp_path / "music" / label / f"{song}.wav"
            file.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(file, rng.uniform(-0.5, 0.5, 22050 * 3), 22050)
    heard = []
    network = Extractor("msd_vgg", lambda y: heard.append(1) or np.ones((2, 5)), 5, {"format": 0})
    monkeypatch.setattr(extractors, "network", lambda name: network)
    study = Study(root=tmp_path / "music", features=["base", "mfcc", "msd_vgg"])
    assert [w.shape for w in study.windows("folder", "msd_vgg")] == [(2, 5)] * 10
    assert [w.shape for w in study.windows("folder", "mfcc")] == [(2, 80)] * 10
    measured = paper.measure(study, ["table4"])
    assert list(measured["results"]["table4"]) == [("folder", kind) for kind in study.features], measured
    study.but(seed=1).windows("folder", "msd_vgg")
    assert len(heard) == 10


def test_a_kind_of_features_that_is_unknown():
    with pytest.raises(DatasetError, match="there are no features 'mel'; there are base, genre, tag, mfcc"):
        Study(features=["mel"])


# --- no leak ---


@pytest.mark.parametrize("kind", ["genre", "tag", "random", "rotation", "whitened"])
@pytest.mark.parametrize("target", SYNTHETIC)
def test_learning_never_reads_the_target(course, target, kind, monkeypatch):
    """Neither embeddings nor the maps of the controls."""
    read = []
    monkeypatch.setattr(Study, "stored", lambda self, name: read.append(name) or course[name])
    if kind in ("genre", "tag"):
        Study().embedding(kind, target)
    else:
        controls.make(kind, Study())
    assert set(read) == set(Study().sources("genre" if kind == "genre" else "tag", target))
    assert target not in read


@pytest.mark.parametrize("kind", ["genre", "tag"])
def test_garbage_changes_an_embedding_only_in_a_source(course, kind, data_dir):
    target = "gtzan-synth"
    before = bits(Study().embedding(kind, target))
    course[target] = garbled(course[target])
    (data_dir / "embeddings").rename(data_dir / "put away")
    assert bits(Study().embedding(kind, target)) == before
    source = Study().sources(kind, target)[0]
    course[source] = garbled(course[source])
    assert bits(Study().embedding(kind, target)) != before


def test_measuring_learns_only_from_the_sources(course, monkeypatch):
    seen = {}

    def learn(sources, **parameters):
        names = tuple(source.dataset.name for source in sources)
        seen[names] = [source.frames.tobytes() for source in sources]
        return original(sources, **parameters)

    original = embeddings.learn
    monkeypatch.setattr(embeddings, "learn", learn)
    paper.reproduce(Study(), ["table5"])
    assert set(seen) == {
        tuple(Study().sources(kind, target)) for kind in ("genre", "tag", "joint") for target in SYNTHETIC
    }
    assert all(seen[names] == [course[name].frames.tobytes() for name in names] for names in seen)


# --- what it holds ---


def test_windows_are_of_embedded_frames(course):
    study = Study()
    base, tag = study.windows("gtzan-synth", "base"), study.windows("gtzan-synth", "tag")
    made = course["gtzan-synth"]
    assert np.array_equal(base[4], features.aggregate(made.track(4)))
    assert np.allclose(tag[4], features.aggregate(study.embedding("tag")(made.track(4))), atol=1e-5)
    assert tag[4].shape == (1, 400)


def test_preparing_makes_only_what_is_missing(course, data_dir):
    news = []
    Study(progress=lambda *one: news.append(one)).prepare()
    assert news == [(done, 6, "embeddings") for done in range(7)]
    assert len(list((data_dir / "embeddings").iterdir())) == 6
    news.clear()
    Study(progress=lambda *one: news.append(one)).prepare()
    assert news == []
    next((data_dir / "embeddings").iterdir()).unlink()
    Study(progress=lambda *one: news.append(one)).prepare()
    assert news == [(0, 1, "embeddings"), (1, 1, "embeddings")]


def test_two_embeddings_of_the_same_sources_are_one(course, data_dir):
    course["folder"] = made_features(made_dataset("folder", labels=["a", "b"]), key="folder")
    with_real("folder").prepare()
    assert len(list((data_dir / "embeddings").iterdir())) == 2  # the joint one is the genre one; and tag


def test_groups_are_kept_together_only_in_a_folder(course):
    course["folder"] = made_features(made_dataset("folder", labels=["a", "b"], groups=np.array([7] * 10)))
    assert Study().groups("gtzan-synth") is None
    assert Study().groups("gtzan") is None
    assert Study().groups("folder").tolist() == [7] * 10


def test_what_a_study_holds_is_made_once(course):
    study = Study()
    assert study.embedding("tag") is study.embedding("tag", "gtzan-synth")
    assert study.windows("gtzan-synth", "base") is study.windows("gtzan-synth", "base")


def test_a_listing_is_of_a_real_set_only():
    listing = files.Listing("gtzan", [], ["a"], 30.0)
    study = with_real("gtzan", listings={"gtzan": listing})
    assert study.listing("gtzan") is listing
    assert study.listing("gtzan-synth") is None and Study().listing("gtzan") is None


def test_an_empty_real_set_is_reported(data_dir):
    empty = Dataset("gtzan", [], ["a"], np.zeros(0, int), np.zeros(0, int), None, [], ["a.wav: unreadable"])
    study = with_real("gtzan")
    study._kept["real"] = {"gtzan": empty}
    with pytest.raises(DatasetError, match=r"no excerpt of 'gtzan' can be used: a.wav: unreadable"):
        study.stored("gtzan")


# --- the course as it is built ---


def test_results_do_not_depend_on_the_number_of_processes(study, monkeypatch):
    targets = ["gtzan-synth", "homburg-synth"]
    monkeypatch.setattr(Study, "targets", targets)
    study = study.but(features=["base"])
    one, two = (paper.measure(study.but(n_jobs=n), ["table5"])["results"]["table5"] for n in (1, 2))
    assert list(one) == list(two) == [(target, "base") for target in targets]
    assert all(one[cell].tolist() == two[cell].tolist() for cell in one)
    assert all(value.mean() > 0.2 for value in one.values())  # chance is near 0.1


def test_a_worker_is_sent_no_data(study):
    assert len(pickle.dumps(study.but(n_jobs=1, progress=None))) < 2000
