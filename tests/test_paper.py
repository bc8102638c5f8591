"""The paper's experiments: what is compared with what, that no target leaks, that a seed decides all.

Most of it runs on a made course: the true label names, random frames, a tiny training.
"""

import json
import pickle
import re
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mirlab import evaluate, features, neighbours, nonlinear, paper, paths, store, warp
from mirlab.corpus import styles
from mirlab.datasets import Dataset
from mirlab.datasets.labels import nominal_overlap
from mirlab.errors import DatasetError, StoreError
from mirlab.paper import Embedding, Study

SYNTHETIC = [f"{name}-synth" for name in paper.GENRE_SETS]
TAGS = ["drums", "voice", "fast"]


def made_dataset(name, songs=3, *, labels=None, seed=0, groups=None):
    """Make a data set without sound, with `songs` songs a label."""
    rng = np.random.default_rng(seed)
    if name.startswith(paper.TAG_SET):
        y = rng.random((30, len(TAGS))) < 0.4
        y[:3] = np.eye(3)
        labels = TAGS
    else:
        labels = labels or list(styles.sets()[name.removesuffix("-synth")]["labels"])
        y = np.repeat(np.arange(len(labels)), songs)
    n = len(y)
    ids = [str(i) for i in range(n)]
    return Dataset(name, ids, labels, y, np.arange(n) if groups is None else groups, None, ids)


def made_features(data, *, seed=0, width=6, key="key", centres=None):
    """Give every song one window of frames around a point of its own, or its label's centre."""
    rng = np.random.default_rng(seed)
    if centres is None:
        centres = rng.normal(size=(len(data.label_names), width))
        centres = centres[data.y] if data.y.ndim == 1 else data.y @ centres
        frames = np.repeat(centres, 64, axis=0) + rng.normal(size=(64 * len(data), width))
    else:
        frames = np.repeat(centres[data.y], 64, axis=0)
    return store.Features(data, frames.astype(np.float16), np.arange(len(data) + 1) * 64, [], key)


@pytest.fixture
def course(monkeypatch, data_dir):
    """Put a made course, {name: Features}, in the place of the real one; tests may change it."""
    made = {}
    for seed, name in enumerate([*SYNTHETIC, "magnatagatune-synth"]):
        data = made_dataset(name, seed=seed)
        made[name] = made_features(data, seed=seed, key=f"key of {name}")
    monkeypatch.setattr(Study, "features", lambda self, name: made[name])
    monkeypatch.setattr(paper, "SAMPLES", {"lesson": 300, "paper": 600})
    monkeypatch.setattr(paper, "EPOCHS", 2)
    return made


def garbled(made):
    """Return features of which nothing but the name is as it was."""
    rng = np.random.default_rng(99)
    data = made.dataset
    other = replace(
        data,
        y=rng.permutation(data.y) if data.y.ndim == 1 else ~data.y,
        label_names=[f"not {label}" for label in data.label_names],
    )
    noise = rng.normal(50, 20, size=made.frames.shape).astype(np.float16)
    return replace(made, dataset=other, frames=noise, key="garbled")


def bits(embedding):
    """Return an embedding as something that is equal only if everything in it is."""
    arrays = [embedding.mean, embedding.scale, embedding.components, embedding.loss_curve]
    return embedding.sources, [a.tobytes() for a in [*arrays, *embedding.label_embeddings]]


# --- published ----------------------------------------------------------------------------------------


def test_published_tables_are_complete():
    tables = paper.published()
    assert set(tables) == {"excerpts", "table3", "table4", "table5"}
    for table, shape in (("table4", (2,)), ("table5", ())):
        assert set(tables[table]) == set(paper.GENRE_SETS)
        for row in tables[table].values():
            assert tuple(row) == paper.FEATURES
            assert all(np.shape(cell) == shape for cell in row.values())
    assert len(tables["table3"]) == 6
    assert all(len(names) == 5 == len(set(names)) for names in tables["table3"].values())


def test_published_labels_are_labels_of_their_sets():
    table = paper.published()["table3"]
    for full in (*table, *(name for names in table.values() for name in names)):
        label, name = re.fullmatch(r"(.+) \((\w+)\)", full).groups()
        assert label in styles.sets()[name]["labels"], full


@pytest.mark.parametrize(
    ("table", "name", "features", "printed"),
    [
        ("table4", "artists1517", "base", [0.323, 0.010]),
        ("table4", "artists1517", "genre", [0.310, 0.005]),
        ("table4", "gtzan", "genre", [0.671, 0.014]),
        ("table4", "homburg", "tag", [0.584, 0.008]),
        ("table4", "unique", "base", [0.651, 0.006]),
        ("table4", "unique", "tag", [0.666, 0.006]),
        ("table5", "artists1517", "base", 0.15),
        ("table5", "gtzan", "genre", 0.52),
        ("table5", "homburg", "genre", 0.41),
        ("table5", "homburg", "tag", 0.40),
        ("table5", "unique", "base", 0.53),
        ("table5", "unique", "tag", 0.54),
    ],
)
def test_published_values(table, name, features, printed):
    assert paper.published()[table][name][features] == printed


def test_published_neighbours():
    table = paper.published()["table3"]
    assert list(table) == [
        *("Hip-Hop (artists1517)", "Rock & Pop (artists1517)", "Electronic & Dance (artists1517)"),
        *("country (gtzan)", "jazz (homburg)", "blues (unique)"),
    ]
    assert table["jazz (homburg)"] == [
        *("jazz (unique)", "jazz (gtzan)", "Jazz (artists1517)", "world (unique)", "dance (unique)")
    ]
    assert table["Hip-Hop (artists1517)"][2] == "schlager (unique)"
    assert table["country (gtzan)"][4] == "Religious (artists1517)"


def test_published_figures_lie_in_the_clone(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "COURSE", tmp_path)
    with pytest.raises(DatasetError, match=r"published.toml is missing: install mirlab from a clone"):
        paper.published.__wrapped__()


# --- sources: who learns from whom ----------------------------------------------------------------------


def with_real(*names):
    return Study(root="somewhere", _kept={"real": dict.fromkeys(names, "a data set")})


@pytest.mark.parametrize("target", SYNTHETIC)
def test_a_synthetic_target_learns_from_the_three_other_sets(target):
    assert Study().sources("genre", target) == [name for name in SYNTHETIC if name != target]
    assert Study().sources("tag", target) == ["magnatagatune-synth"]


def test_the_joint_embedding_learns_from_all_four():
    assert Study().sources("joint") == SYNTHETIC
    assert Study().targets == SYNTHETIC


def test_a_real_target_learns_from_synthetic_sets_where_there_is_no_other():
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
def test_a_target_and_its_twin_are_never_among_its_sources(found, data):
    study = with_real(*sorted(found)) if found - {paper.TAG_SET} else Study()
    target = data.draw(st.sampled_from(study.targets))
    name = target.removesuffix("-synth")
    for kind in ("genre", "tag"):
        sources = study.sources(kind, target)
        assert sources
        assert not {name, f"{name}-synth"} & set(sources)


def test_kinds_are_checked():
    with pytest.raises(
        ValueError, match="kind='genres' is no embedding; it must be 'genre', 'tag' or 'joint'"
    ):
        Study().sources("genres")


def test_no_window_is_made_with_an_embedding_that_has_seen_the_target(course):
    with pytest.raises(ValueError, match="features='joint' is unknown; it must be 'base', 'genre', 'tag'"):
        Study().windows("gtzan-synth", "joint")


# --- no leak --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["genre", "tag"])
@pytest.mark.parametrize("target", SYNTHETIC)
def test_learning_never_asks_for_the_target(course, target, kind, monkeypatch):
    asked = []
    monkeypatch.setattr(Study, "features", lambda self, name: asked.append(name) or course[name])
    Study().embedding(kind, target)
    assert set(asked) == set(Study().sources(kind, target))
    assert target not in asked


@pytest.mark.parametrize("kind", ["genre", "tag"])
def test_garbage_in_the_target_changes_no_bit_and_in_a_source_it_does(course, kind, data_dir):
    target = "gtzan-synth"
    before = bits(Study().embedding(kind, target))
    course[target] = garbled(course[target])
    (data_dir / "embeddings").rename(data_dir / "put away")
    assert bits(Study().embedding(kind, target)) == before
    source = Study().sources(kind, target)[0]
    course[source] = garbled(course[source])
    assert bits(Study().embedding(kind, target)) != before


def test_measuring_learns_from_nothing_but_the_sources(course, monkeypatch):
    seen = {}

    def learn(sources, **parameters):
        names = tuple(source.dataset.name for source in sources)
        seen[names] = [source.frames.tobytes() for source in sources]
        return original(sources, **parameters)

    original = paper.learn
    monkeypatch.setattr(paper, "learn", learn)
    paper.reproduce(Study(), ["table5"])
    assert set(seen) == {
        tuple(Study().sources(kind, target)) for kind in ("genre", "tag", "joint") for target in SYNTHETIC
    }
    assert all(seen[names] == [course[name].frames.tobytes() for name in names] for names in seen)


# --- embeddings -----------------------------------------------------------------------------------------


def test_learning_standardizes_by_the_sources(course):
    sources = [course["gtzan-synth"], course["homburg-synth"]]
    embedding = paper.learn(sources, epoch_size=200, n_epochs=1, n_components=4)
    frames = np.concatenate([source.frames for source in sources]).astype(np.float64)
    assert np.allclose(embedding.mean, frames.mean(axis=0))
    assert np.allclose(embedding.scale, frames.std(axis=0))
    assert [W.shape for W in embedding.label_embeddings] == [(10, 4), (9, 4)]
    assert list(embedding.sources) == ["gtzan-synth", "homburg-synth"]
    assert embedding.loss_curve.shape == (1,)


def test_learning_gives_each_frame_the_label_of_its_song(monkeypatch):
    """Songs of unlike length, seen by the model as the labels that stand beside its frames."""
    y = np.array([1, 0, 1])
    data = Dataset("gtzan-synth", ["a", "b", "c"], ["x", "y"], y, y, None, ["1", "2", "3"])
    made = store.Features(data, np.zeros((6, 2), np.float16), np.array([0, 1, 4, 6]), [], "k")
    given_to = []
    original = warp.WarpEmbedding.fit_datasets
    monkeypatch.setattr(
        warp.WarpEmbedding, "fit_datasets", lambda self, sets: given_to.extend(sets) or original(self, sets)
    )
    paper.learn([made], epoch_size=10, n_epochs=1)
    assert given_to[0][1].tolist() == [1, 0, 0, 0, 1, 1]


def test_an_embedding_maps_frames_and_tells_affinities():
    rng = np.random.default_rng(0)
    V, W, frames = rng.normal(size=(2, 3)), rng.normal(size=(4, 2)), rng.normal(size=(5, 3))
    mean, scale = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])
    other = np.zeros((2, 2))
    space = Embedding({"a": ["x", "y"], "b": ["p", "q", "r", "s"]}, mean, scale, V, [other, W], np.zeros(1))
    by_hand = np.array([V @ ((x - mean) / scale) for x in frames])
    assert np.allclose(space(frames), by_hand, atol=1e-6)
    assert np.allclose(space.affinity(frames, "b"), by_hand @ W.T, atol=1e-6)
    with pytest.raises(ValueError):
        space.affinity(frames, "c")


def test_an_embedding_behind_a_hidden_layer_is_kept_and_maps_as_its_model(course, data_dir, monkeypatch):
    models = []
    original = nonlinear.NonlinearWarpEmbedding.fit_datasets
    monkeypatch.setattr(
        nonlinear.NonlinearWarpEmbedding,
        "fit_datasets",
        lambda self, sets: models.append(self) or original(self, sets),
    )
    study = Study(parameters={"n_hidden": 9})
    space = study.embedding("tag")
    frames = np.asarray(course["gtzan-synth"].frames[:50], np.float32)
    np.testing.assert_allclose(space(frames), models[0].transform(frames), rtol=1e-4, atol=1e-4)
    kept = Study(parameters={"n_hidden": 9}).embedding("tag")
    assert len(models) == 1 and np.array_equal(kept(frames), space(frames))
    assert len(list((data_dir / "embeddings").iterdir())) == 1
    plain = Study().embedding("tag")
    assert plain.hidden is None and len(list((data_dir / "embeddings").iterdir())) == 2
    assert paper.table3(Study(parameters={"n_hidden": 9}))


def test_a_label_without_excerpts_has_no_place(course):
    made = course["gtzan-synth"]
    kept = np.flatnonzero(made.dataset.y != 3)
    data = made.dataset.subset(kept)
    embedding = paper.learn([made_features(data), course["unique-synth"]], epoch_size=200, n_epochs=1)
    assert embedding.sources["gtzan-synth"] == [
        label for i, label in enumerate(made.dataset.label_names) if i != 3
    ]
    assert len(embedding.label_embeddings[0]) == 9
    course["gtzan-synth"] = made_features(data)
    assert len(paper.table3(Study())) == 51


def test_embeddings_are_kept_and_opened_again(course, data_dir, monkeypatch):
    first = Study().embedding("genre", "gtzan-synth")
    [file] = (data_dir / "embeddings").iterdir()
    with np.load(file, allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "fU" for array in arrays.values())  # no objects, hence no pickle
    monkeypatch.setattr(paper, "learn", lambda *_, **__: pytest.fail("learned again"))
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
def test_a_damaged_embedding_is_learned_anew(course, data_dir, damage):
    first = Study().embedding("tag")
    [file] = (data_dir / "embeddings").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert paper._open(file) is None
    assert bits(Study().embedding("tag")) == bits(first)
    assert file.read_bytes() == whole


def test_no_bit_that_is_flipped_goes_unnoticed(course, data_dir):
    first = bits(Study().embedding("tag"))
    [file] = (data_dir / "embeddings").iterdir()
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    for place in [*range(60), *rng.integers(0, len(whole), 200)]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.integers(8)
        file.write_bytes(flipped)
        found = paper._open(file)
        assert found is None or bits(found) == first, place  # a date in the zip file matters to nobody


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda made, patch: replace(made, key="another"), id="sound"),
        pytest.param(
            lambda made, patch: replace(made, dataset=replace(made.dataset, y=~made.dataset.y)), id="labels"
        ),
        pytest.param(
            lambda made, patch: replace(made, dataset=replace(made.dataset, label_names=["a", "b", "c"])),
            id="names",
        ),
        pytest.param(lambda made, patch: patch.setattr(paper, "EPOCHS", 1) or made, id="epochs"),
        pytest.param(
            lambda made, patch: patch.setattr(paper, "SAMPLES", {"lesson": 200}) or made, id="samples"
        ),
        pytest.param(
            lambda made, patch: patch.setattr(paper, "fingerprint", lambda: "new") or made, id="code"
        ),
    ],
)
def test_an_embedding_of_something_else_is_not_taken_for_it(course, monkeypatch, change):
    Study().embedding("tag")
    course["magnatagatune-synth"] = change(course["magnatagatune-synth"], monkeypatch)
    learned = []
    original = paper.learn
    monkeypatch.setattr(paper, "learn", lambda *a, **b: learned.append(1) or original(*a, **b))
    Study().embedding("tag")
    assert learned


def test_epochs_and_samples_are_those_that_are_asked_for(course):
    assert len(Study().embedding("tag").loss_curve) == 2
    assert bits(Study(scale="paper").embedding("tag")) != bits(Study().embedding("tag"))
    assert bits(Study(seed=1).embedding("tag")) != bits(Study().embedding("tag"))


def test_a_full_disk_is_told(course, monkeypatch, data_dir):
    def full(file, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths, "write_atomically", full)
    with pytest.raises(
        StoreError, match=r"embeddings: .* cannot be kept here \(No space left on device\); make"
    ):
        Study().embedding("tag")


# --- a study --------------------------------------------------------------------------------------------


def test_windows_are_of_embedded_frames(course):
    study = Study()
    base, tag = study.windows("gtzan-synth", "base"), study.windows("gtzan-synth", "tag")
    made = course["gtzan-synth"]
    assert np.array_equal(base[4], features.aggregate(made.track(4)))
    assert np.allclose(tag[4], features.aggregate(study.embedding("tag")(made.track(4))), atol=1e-5)
    assert tag[4].shape == (1, 400)


def test_preparing_makes_what_is_missing_and_tells_of_that_alone(course, data_dir):
    told = []
    Study(progress=lambda *news: told.append(news)).prepare()
    assert told == [(done, 6, "embeddings") for done in range(7)]
    assert len(list((data_dir / "embeddings").iterdir())) == 6
    told.clear()
    Study(progress=lambda *news: told.append(news)).prepare()
    assert told == []
    next((data_dir / "embeddings").iterdir()).unlink()
    Study(progress=lambda *news: told.append(news)).prepare()
    assert told == [(0, 1, "embeddings"), (1, 1, "embeddings")]


def test_two_embeddings_of_the_same_sources_are_one(course, data_dir, monkeypatch):
    course["folder"] = made_features(made_dataset("folder", labels=["a", "b"]), key="folder")
    Study(root="somewhere", _kept={"real": {"folder": course["folder"].dataset}}).prepare()
    assert len(list((data_dir / "embeddings").iterdir())) == 2  # joint is genre, and tag


def test_groups_are_kept_together_in_a_folder_only(course):
    course["folder"] = made_features(made_dataset("folder", labels=["a", "b"], groups=np.array([7] * 6)))
    assert Study().groups("gtzan-synth") is None
    assert Study().groups("gtzan") is None
    assert Study().groups("folder").tolist() == [7] * 6


def test_what_a_study_holds_is_made_once(course):
    study = Study()
    assert study.embedding("tag") is study.embedding("tag", "gtzan-synth")
    assert study.windows("gtzan-synth", "base") is study.windows("gtzan-synth", "base")


def test_an_empty_real_set_is_not_taken_for_none(monkeypatch, data_dir):
    empty = Dataset("gtzan", [], ["a"], np.zeros(0, int), np.zeros(0, int), None, [], ["a.wav: unreadable"])
    study = Study(root="somewhere", _kept={"real": {"gtzan": empty}})
    with pytest.raises(DatasetError, match=r"no excerpt of 'gtzan' can be used: a.wav: unreadable"):
        study.features("gtzan")


# --- Table 3 --------------------------------------------------------------------------------------------


def planted(course, ending="-synth"):
    """Return an embedding whose labels are mixtures of styles: near each other as they overlap in truth."""
    names = list(styles.styles())
    mixtures = {}
    for name in paper.GENRE_SETS:
        labels = styles.sets()[name]["labels"]
        mixtures[name + ending] = np.array(
            [[mix.get(style, 0.0) for style in names] for mix in labels.values()]
        )
    sources = {name: list(styles.sets()[name.removesuffix("-synth")]["labels"]) for name in mixtures}
    d = len(names)
    return Embedding(sources, np.zeros(d), np.ones(d), np.eye(d), list(mixtures.values()), np.zeros(1))


def with_joint(embedding):
    study = Study()
    study._kept["embedding", *SYNTHETIC] = embedding
    return study


def test_table3_has_every_label_and_the_papers_six_first(course):
    rows = paper.table3(with_joint(planted(course)))
    assert [row["seed"] for row in rows[:6]] == [
        *("Hip-Hop (artists1517-synth)", "Rock & Pop (artists1517-synth)"),
        *("Electronic & Dance (artists1517-synth)", "country (gtzan-synth)"),
        *("jazz (homburg-synth)", "blues (unique-synth)"),
    ]
    assert len(rows) == 52 == len({row["seed"] for row in rows})
    seeds = {row["seed"] for row in rows}
    for row in rows:
        assert set(row) == {"seed", "neighbours"}
        assert len(row["neighbours"]) == 5
        assert set(row["neighbours"]) <= seeds - {row["seed"]}


def test_table3_of_planted_labels():
    table = {row["seed"]: row["neighbours"] for row in paper.table3(with_joint(planted(None)))}
    assert {"jazz (gtzan-synth)", "Jazz (artists1517-synth)"} <= set(table["jazz (unique-synth)"][:3])


def test_table3_of_real_sets_names_them_as_the_paper():
    rows = paper.table3(with_joint(planted(None, ending="")))
    assert [row["seed"] for row in rows[:6]] == list(paper.published()["table3"])


def test_recovery_of_planted_labels_is_perfect_and_of_shuffled_ones_is_chance(course):
    truth = planted(course)
    for name in SYNTHETIC:  # songs that lie where their label does
        data = course[name].dataset
        course[name] = made_features(data, centres=truth.label_embeddings[list(truth.sources).index(name)])
    found = paper.semantic_recovery(with_joint(truth))
    assert set(found) == {"joint embedding", "class means"}
    for what in found.values():
        assert set(what) == {"manhattan", "cosine"}
        assert what["manhattan"]["value"] == pytest.approx(1, abs=1e-9)
        assert what["manhattan"]["standard_error"] == pytest.approx(0, abs=1e-9)
    assert found["joint embedding"]["cosine"]["value"] > 0.9
    rng = np.random.default_rng(0)
    shuffled = replace(truth, label_embeddings=[rng.permutation(W) for W in truth.label_embeddings])
    result = paper.semantic_recovery(with_joint(shuffled))["joint embedding"]["manhattan"]
    assert abs(result["value"]) < 4 * result["standard_error"]


def test_recovery_of_real_sets_goes_by_what_their_labels_are_called(course):
    truth = planted(course, ending="")
    for name in truth.sources:
        data = course[f"{name}-synth"].dataset
        course[name] = made_features(replace(data, name=name), key=name)
    study = with_joint(truth)
    labels = [label for name in truth.sources for label in truth.sources[name]]
    sets = [name for name in truth.sources for _ in truth.sources[name]]
    named = nominal_overlap(labels)
    by_hand = neighbours.semantic_recovery(np.concatenate(truth.label_embeddings), named, sets)
    found = paper.semantic_recovery(study)
    assert found["joint embedding"]["manhattan"]["value"] == pytest.approx(by_hand.value)
    assert by_hand.value > 0.9, "mixtures of styles lie much as their names say"
    rng = np.random.default_rng(0)
    shuffled = replace(truth, label_embeddings=[rng.permutation(W) for W in truth.label_embeddings])
    result = paper.semantic_recovery(with_joint(shuffled))["joint embedding"]["manhattan"]
    assert abs(result["value"]) < 4 * result["standard_error"]


# --- Tables 4 and 5, Figure 3 ---------------------------------------------------------------------------


def test_each_protocol_is_the_papers(course, monkeypatch):
    study = Study(seed=3)
    windows, y = study.windows("homburg-synth", "base"), course["homburg-synth"].dataset.y
    names = np.array(course["homburg-synth"].dataset.label_names)[y]
    by_hand = evaluate.cross_validate(windows, names, n_splits=3, random_state=3)  # three songs a label
    assert paper.classify(study, "homburg-synth", "base").scores.tolist() == by_hand.scores.tolist()
    by_hand = evaluate.learning_curve(windows, names, n_splits=3, random_state=3)
    result = paper.curve(study, "homburg-synth", "base")
    assert result.scores.tolist() == by_hand.scores.tolist()
    assert result.per_class == (1, 2, 5, 10, 20)
    by_hand = evaluate.precision_at_k(evaluate.song_vectors(windows), y, k=10, metric="manhattan")
    assert paper.similar(study, "homburg-synth", "base").mean() == by_hand


def test_a_song_with_nothing_to_find_is_no_query(course):
    """Label a: two recordings of four excerpts; label b: one of four, whose precision could only be 0."""
    groups = np.repeat([0, 1, 2], [2, 2, 4])
    data = made_dataset("folder", 4, labels=["a", "b"], groups=groups)
    course["folder"] = made_features(data)
    with pytest.raises(ValueError, match="k=10 neighbours"):
        paper.similar(Study(), "folder", "base")
    data = made_dataset("folder", 12, labels=["a", "b"], groups=np.repeat([0, 1, 2], [6, 6, 12]))
    course["folder"] = made_features(data, centres=np.array([[0.0], [1000.0]]))
    found = paper.similar(Study(), "folder", "base")
    assert found.tolist() == [0.6] * 12  # the other recording's six, and four of b
    course["folder"] = made_features(replace(data, y=np.repeat([0, 1], 12), groups=data.y))
    with pytest.raises(ValueError, match="nothing to be found"):
        paper.similar(Study(), "folder", "base")


@pytest.mark.parametrize(("songs", "splits"), [(2, 2), (7, 7), (10, 10), (13, 10)])
def test_ten_folds_or_as_many_as_there_are_songs(course, songs, splits):
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", songs))
    assert len(paper.classify(Study(), "gtzan-synth", "base").scores) == splits


@pytest.mark.parametrize(("size", "splits"), [(1, 10), (3, 8), (6, 4)])
def test_folds_never_cut_a_group_of_a_folder(course, size, splits):
    groups = np.repeat(np.arange(24 // size), size)
    course["folder"] = made_features(made_dataset("folder", 12, labels=["a", "b"], groups=groups))
    result = paper.classify(Study(), "folder", "base")
    assert len(result.scores) == splits
    assert all(len(np.unique(result.folds[groups == group])) == 1 for group in groups)


def test_all_features_meet_the_same_folds(course):
    results = [paper.classify(Study(), "gtzan-synth", features) for features in paper.FEATURES]
    assert all(np.array_equal(results[0].folds, result.folds) for result in results)


def test_measure_gives_every_cell_and_tells_progress(course):
    told = []
    study = Study(progress=lambda *news: told.append(news))
    found = paper.measure(study, ("table4", "table5"))
    cells = [(target, features) for target in SYNTHETIC for features in paper.FEATURES]
    assert list(found["results"]) == ["table4", "table5"]
    assert all(list(results) == cells for results in found["results"].values())
    assert isinstance(found["results"]["table4"]["gtzan-synth", "tag"], evaluate.CrossValidation)
    assert found["problems"] == []
    assert set(found["seconds"]) == {"windows", "table4", "table5"}
    assert told == [(done, 12, "experiments") for done in range(13)]
    assert not [key for key in study._kept if key[0] == "windows"]  # they would fill the memory


def test_unknown_experiments_are_refused():
    for call in (paper.reproduce, paper.measure):
        with pytest.raises(
            DatasetError, match=r"no experiment 'table6'; there are .*table4, table5, figure3"
        ):
            call(Study(), ["table6"])


def test_what_cannot_be_measured_is_told_once_and_the_rest_goes_on(course):
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", 1))
    report = paper.reproduce(Study())
    told = dict(problem.split(" of gtzan-synth: ") for problem in report["problems"])
    assert list(told) == ["table4", "table5", "figure3"]  # once each, not for every kind of features
    assert told["table4"].startswith(
        "y: label 'blues' has a single song and cannot be both learned and tested"
    )
    assert told["table5"].startswith("k=10 neighbours were asked for, but there are only 9 other rows")
    assert told["figure3"] == told["table4"]
    for name, rows in (("table4", 9), ("table5", 9), ("figure3", 45)):
        assert len(report[name]) == rows
        assert not [row for row in report[name] if row["dataset"] == "gtzan-synth"]
    assert "of 3 sets" in report["findings"]["table4"]


def test_a_study_in_which_nothing_can_be_measured_says_so(course, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", 1, labels=["a", "b"]))
    report = paper.reproduce(Study(), ["table4", "table5", "figure3"])
    assert report["table4"] == report["table5"] == report["figure3"] == []
    assert [problem.split(":")[0] for problem in report["problems"]] == [
        *("table4 of gtzan-synth", "table5 of gtzan-synth", "figure3 of gtzan-synth")
    ]
    assert set(report["findings"].values()) == {"No data set could be measured: see the notes."}


# --- findings -------------------------------------------------------------------------------------------


def cross_validation(scores):
    y = np.tile([0, 1], len(scores) * 5)
    folds = np.repeat(np.arange(len(scores)), 10)
    return evaluate.CrossValidation(np.array(scores), folds, y, np.array([0, 1]), np.zeros((len(y), 2)))


def learning(scores):
    like = cross_validation(np.zeros(np.shape(scores)[1]))
    return evaluate.LearningCurve(np.array(scores), like.folds, like.y, paper.PER_CLASS, 5, 0)


BASE = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
WOBBLE = np.array([0.001, -0.001, 0.002, 0.0, -0.002])


def test_accuracy_findings_tell_wins_and_losses_beyond_chance():
    results = {
        ("a", "base"): cross_validation(BASE),
        ("a", "genre"): cross_validation(BASE - 0.1 + WOBBLE),
        ("a", "tag"): cross_validation(BASE + 0.05 + WOBBLE),
        ("b", "base"): cross_validation(BASE),
        ("b", "genre"): cross_validation(BASE + 10 * WOBBLE),
        ("b", "tag"): cross_validation(BASE),
    }
    assert paper._found_accuracy(results) == (
        "The genre embedding is ahead of the base features on 0 of 2 sets; "
        "differences beyond chance (paired test, p < 0.05): a -0.100. "
        "The tag embedding is ahead of the base features on 1 of 2 sets; "
        "differences beyond chance (paired test, p < 0.05): a +0.050."
    )
    del results["a", "tag"]
    assert paper._found_accuracy(results).endswith(
        "on 0 of 1 sets; differences beyond chance (paired test, p < 0.05): none."
    )


def test_similarity_findings():
    results = {
        ("a", "base"): np.array([0.2, 0.4]),
        ("a", "genre"): np.array([0.3, 0.4]),
        ("a", "tag"): np.array([0.2, 0.2]),
        ("b", "base"): np.array([0.2, 0.4]),
    }
    assert paper._found_similarity(results) == (
        "The genre embedding is ahead of the base features on 1 of 1 sets (a +0.050). "
        "The tag embedding is ahead of the base features on 0 of 1 sets (a -0.100)."
    )


def test_curve_findings_count_small_and_large_sizes_apart():
    base = np.tile(BASE, (5, 1))
    gain = np.array([0.1, 0.1, -0.1, 0.3, -0.2])[:, None]
    results = {
        ("a", "base"): learning(base),
        ("a", "genre"): learning(base + gain + WOBBLE),
        ("a", "tag"): learning(base),
    }
    assert paper._found_curves(results) == (
        "With 5 songs a label or fewer, the genre embedding is ahead of the base features "
        "in 2 of 3 comparisons (2 beyond chance, p < 0.05); with 20, in 0 of 1. "
        "With 5 songs a label or fewer, the tag embedding is ahead of the base features "
        "in 0 of 3 comparisons (0 beyond chance, p < 0.05); with 20, in 0 of 1."
    )


@pytest.mark.parametrize("of", [paper._found_accuracy, paper._found_similarity, paper._found_curves])
def test_findings_without_anything_to_compare(of):
    one = {"_found_accuracy": cross_validation(BASE), "_found_similarity": BASE}.get(
        of.__name__, learning(np.tile(BASE, (5, 1)))
    )
    assert "0 of 0" in of({("a", "base"): one})


def test_neighbour_findings():
    recovery = {
        what: {"manhattan": {"value": value, "standard_error": 0.036}, "cosine": {}}
        for what, value in (("joint embedding", 0.724), ("class means", 0.441))
    }
    report = {"table3": [{"seed": "jazz (gtzan-synth)"}] * 52, "semantic_recovery": recovery}
    told = paper._found_neighbours(report)
    assert "recover 0.72 ± 0.04 of the true overlap" in told
    assert "class means of the base features recover 0.44 ± 0.04." in told
    report["semantic_recovery"] = {"problem": "It is not known."}
    assert paper._found_neighbours(report) == "The neighbours of 52 labels are listed. It is not known."


# --- the report -----------------------------------------------------------------------------------------

SCHEMA = {
    "table3": {"seed": str, "neighbours": list},
    "table4": {"dataset": str, "features": str, "value": float, "standard_error": float},
    "table5": {"dataset": str, "features": str, "value": float, "standard_error": float},
    "figure3": {"dataset": str, "features": str, "per_class": int, "value": float, "standard_error": float},
}


def without_clocks(report):
    return {key: value for key, value in report.items() if key not in ("seconds", "peak_memory_mb")}


def check_schema(report):
    report = json.loads(json.dumps(report, allow_nan=False))
    for name, row_schema in SCHEMA.items():
        for row in report.get(name, []):
            assert {key: type(value) for key, value in row.items()} == row_schema
            assert row.get("features", "base") in paper.FEATURES
            assert 0 <= row.get("value", 0) <= 1
    assert report["scale"] in ("lesson", "paper")
    assert set(report["versions"]) >= {"mirlab", "python", "numpy", "librosa"}
    assert all(type(s) is float and s >= 0 for s in report["seconds"].values())
    assert report["peak_memory_mb"] > 10


def test_reproduce_gives_the_schema_that_was_agreed(course):
    report = paper.reproduce(Study(seed=5))
    check_schema(report)
    assert set(report) == {
        *("scale", "seed", "versions", "seconds", "peak_memory_mb", "table3", "semantic_recovery", "table4"),
        *("table5", "figure3", "findings", "sources", "missing", "comparable", "problems"),
    }
    assert (report["scale"], report["seed"], report["missing"], report["problems"]) == ("lesson", 5, [], [])
    assert [len(report[name]) for name in SCHEMA] == [52, 12, 12, 60]
    assert {row["per_class"] for row in report["figure3"]} == {1, 2, 5, 10, 20}
    assert set(report["findings"]) == set(SCHEMA)
    assert set(report["seconds"]) == {"features", "embeddings", "windows", *SCHEMA}
    assert report["sources"]["gtzan-synth"] == {
        "genre": ["artists1517-synth", "homburg-synth", "unique-synth"],
        "tag": ["magnatagatune-synth"],
    }


def test_rows_are_what_was_measured(course):
    found = paper.measure(Study())["results"]
    cell = found["table4"]["unique-synth", "tag"]
    row = paper._rows("table4", found["table4"])[-1]
    assert (row["dataset"], row["features"]) == ("unique-synth", "tag")
    assert (row["value"], row["standard_error"]) == (cell.mean, cell.standard_error)
    cell = found["table5"]["unique-synth", "tag"]
    row = paper._rows("table5", found["table5"])[-1]
    assert row["value"] == cell.mean()
    assert row["standard_error"] == pytest.approx(cell.std(ddof=1) / np.sqrt(42))  # 14 labels of 3 songs
    curve = found["figure3"]["unique-synth", "tag"]
    rows = paper._rows("figure3", found["figure3"])[-5:]
    assert [row["value"] for row in rows] == curve.mean.tolist()
    assert [row["per_class"] for row in rows] == [1, 2, 5, 10, 20]


@pytest.mark.parametrize("only", [["table3"], ["table5", "table3"], []])
def test_only_some_experiments(course, only):
    report = paper.reproduce(Study(), only)
    assert set(report) & set(SCHEMA) == set(only) == set(report["findings"])
    assert ("semantic_recovery" in report) == ("table3" in only)


def test_the_same_seed_gives_the_same_figures_from_nothing(course, data_dir):
    first = paper.reproduce(Study(seed=1))
    (data_dir / "embeddings").rename(data_dir / "put away")
    second = paper.reproduce(Study(seed=1))
    assert json.dumps(without_clocks(first)) == json.dumps(without_clocks(second))
    other = paper.reproduce(Study(seed=2))
    assert without_clocks(first)["table4"] != without_clocks(other)["table4"]


# --- real sound -----------------------------------------------------------------------------------------


def write_tone(file, pitch, seconds, seed):
    """Write a tone in noise at a low rate, which is enough for a test and small."""
    file.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(int(8000 * seconds)) / 8000
    noise = np.random.default_rng(seed).normal(0, 0.01, len(t))
    soundfile.write(file, 0.5 * np.sin(2 * np.pi * pitch * t) + noise, 8000)


@pytest.fixture
def sound(course, monkeypatch, tmp_path):
    """Let real sets be read and extracted as ever, beside a made course of true width."""
    for seed, name in enumerate(list(course)):
        course[name] = made_features(course[name].dataset, seed=seed, width=200, key=name)
    monkeypatch.undo()
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(paper, "SAMPLES", {"lesson": 300})
    monkeypatch.setattr(paper, "EPOCHS", 1)
    truly = Study.features
    monkeypatch.setattr(Study, "features", lambda self, name: course.get(name) or truly(self, name))
    return tmp_path / "music"


def test_a_real_set_beside_the_synthetic_ones(sound):
    for genre, pitch in (("blues", 220), ("rock", 880)):
        for i in range(7):
            write_tone(sound / "genres" / genre / f"{genre}.{i:05d}.wav", pitch * (1 + i / 90), 2.5, i)
    (sound / "genres" / "rock" / "rock.00007.wav").write_bytes(b"RIFF")
    report = paper.reproduce(Study(root=sound))
    check_schema(report)
    assert {row["dataset"] for row in report["table4"]} == {"gtzan"}
    assert [len(report[name]) for name in SCHEMA] == [52, 3, 3, 15]
    assert {row["value"] for row in report["table4"] if row["features"] == "base"} == {
        1.0
    }  # 220 Hz is not 880
    assert report["missing"] == ["artists1517", "homburg", "unique", "magnatagatune"]
    assert report["sources"] == {
        "gtzan": {
            "genre": ["artists1517-synth", "homburg-synth", "unique-synth"],
            "tag": ["magnatagatune-synth"],
        }
    }
    assert report["comparable"]["gtzan"]["base"] == "14 excerpts of gtzan, the paper has 1000"
    assert any("are missing, the first is" in problem for problem in report["problems"])
    assert any("rock.00007.wav" in problem for problem in report["problems"])


def test_a_folder_of_recordings_with_one_that_stands_alone(sound):
    """One recording of a label cannot be both learned and tested: told, and the rest goes on."""
    for label, recordings in (("classical", 2), ("folk", 1), ("jazz", 2), ("spoken", 1)):
        for i in range(recordings):
            write_tone(sound / label / f"{i}.flac", 200 + 150 * len(label) + 10 * i, 42, i)
    (sound / "ATTRIBUTION.md").write_text("by nobody", encoding="utf-8")
    report = paper.reproduce(Study(root=sound))
    check_schema(report)
    assert report["table4"] == report["figure3"] == []
    assert [problem for problem in report["problems"] if problem.startswith("table4 of folder: groups: ")]
    assert any("label 'folk' are of one group, so it cannot be both" in p for p in report["problems"])
    assert len(report["table5"]) == 3
    assert report["findings"]["table4"] == "No data set could be measured: see the notes."
    assert report["sources"]["folder"]["genre"] == SYNTHETIC


def test_a_folder_with_several_recordings_a_label_is_measured(sound):
    for label, pitch in (("high", 2000), ("low", 150)):
        for i in range(6):
            write_tone(sound / label / f"{i}.wav", pitch + i, 3, i)
    report = paper.reproduce(Study(root=sound), ["table4", "table5"])
    assert report["problems"] == []
    assert [row["value"] for row in report["table4"] if row["features"] == "base"] == [1.0]


# --- what may be held against the paper -----------------------------------------------------------------


def real_study(sizes, scale="paper"):
    """A study of real sets of these sizes; nothing but their number of excerpts is looked at."""
    kept = {}
    for name, n in sizes.items():
        data = Dataset(
            name, [str(i) for i in range(n)], ["a"], np.zeros(n, int), np.arange(n), None, [""] * n
        )
        kept["features", name] = store.Features(data, np.zeros((0, 200)), np.zeros(n + 1, int), [], name)
    return Study(scale, root="somewhere", _kept={"real": dict.fromkeys(sizes)} | kept)


WHOLE = paper.published()["excerpts"]


def test_with_the_papers_sets_every_figure_is_comparable():
    assert set(WHOLE) == {*paper.GENRE_SETS, paper.TAG_SET}
    told = paper.comparable(real_study(WHOLE))
    assert set(told) == {*paper.GENRE_SETS, "joint"}
    assert {reason for kinds in told.values() for reason in kinds.values()} == {""}


def test_one_bad_file_takes_nothing_away_and_half_a_set_does():
    told = paper.comparable(real_study(WHOLE | {"gtzan": 999}))
    assert told["gtzan"]["base"] == ""
    told = paper.comparable(real_study(WHOLE | {"gtzan": 500}))
    assert set(told["gtzan"].values()) == {"500 excerpts of gtzan, the paper has 1000"}
    assert told["homburg"] == {"base": "", "genre": "500 excerpts of gtzan, the paper has 1000", "tag": ""}
    assert told["joint"]["table3"] == "500 excerpts of gtzan, the paper has 1000"


def test_what_was_learned_on_other_sets_is_not_comparable():
    told = paper.comparable(real_study({"gtzan": 1000}))
    synthetic = "learned on synthetic sets"
    assert told == {
        "gtzan": {"base": "", "genre": synthetic, "tag": synthetic},
        "joint": {"table3": synthetic},
    }
    told = paper.comparable(real_study({"gtzan": 1000, "homburg": 1886, "fma": 8000}))
    assert told["gtzan"]["genre"] == "learned without artists1517 and unique"
    assert set(told["fma"].values()) == {"fma is not in the paper"}


def test_at_lesson_scale_only_base_features_are_comparable():
    told = paper.comparable(real_study(WHOLE, scale="lesson"))
    for name in paper.GENRE_SETS:
        assert told[name]["base"] == ""
        assert "--scale paper" in told[name]["genre"] and "--scale paper" in told[name]["tag"]
    assert set(paper.comparable(Study())["gtzan-synth"].values()) == {"gtzan-synth is synthetic"}


# --- splits -------------------------------------------------------------------------------------------------


def test_a_real_set_is_split_by_artist_and_as_published_beside_the_papers_way(course):
    y = np.repeat([0, 1], 12)
    parts = ["train", "train", "test", ""] * 6
    data = Dataset(
        "gtzan",
        [str(i) for i in range(24)],
        ["blues", "rock"],
        y,
        np.arange(24) // 2,
        None,
        [str(i) for i in range(24)],
        splits={"thirds": parts, "nothing there": [""] * 24},
    )
    course["gtzan"] = made_features(data, key="gtzan")
    study = Study(root="somewhere", seed=2, _kept={"real": {"gtzan": data}, "search": ({}, [])})
    found = paper.by_split(study, "gtzan", "base")
    names, windows = np.array(["blues", "rock"])[y], study.windows("gtzan", "base")
    by_hand = evaluate.cross_validate(windows, names, groups=data.groups, random_state=2)
    assert found["by artist"].scores.tolist() == by_hand.scores.tolist()
    assert found["thirds"].right.tolist() == evaluate.published_split(windows, names, parts).right.tolist()
    assert found["nothing there"].startswith("parts: too few songs")
    report = paper.reproduce(study, ["table4"])
    assert [row["split"] for row in report["splits"]] == ["by artist", "thirds"] * 3
    assert {row["features"] for row in report["splits"]} == set(paper.FEATURES)
    assert [p for p in report["problems"] if p.startswith("split 'nothing there' of gtzan: parts:")]
    assert "splits" not in paper.reproduce(study, ["table5"])


def test_no_split_by_artist_where_no_artist_is_known_or_it_is_done_already(course):
    data = made_dataset("gtzan", labels=["a", "b"])
    course["gtzan"] = made_features(data, key="gtzan")
    study = Study(root="somewhere", _kept={"real": {"gtzan": data}, "search": ({}, [])})
    assert paper.by_split(study, "gtzan", "base") == {}
    folder = made_dataset("folder", labels=["a", "b"], groups=np.array([0, 0, 1, 2, 2, 3]))
    course["folder"] = made_features(folder, key="folder")
    assert paper.by_split(study, "folder", "base") == {}


# --- the course as it is built ----------------------------------------------------------------------------


def test_results_do_not_depend_on_the_number_of_processes(study, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth", "homburg-synth"])
    one = paper.measure(replace(study, n_jobs=1), ["table5"])
    two = paper.measure(replace(study, n_jobs=2), ["table5"])
    assert list(one["results"]["table5"]) == list(two["results"]["table5"])
    for cell, result in one["results"]["table5"].items():
        assert result.tolist() == two["results"]["table5"][cell].tolist()
    assert all(value.mean() > 0.15 for value in one["results"]["table5"].values())  # chance is near 0.1


def test_the_built_course_gives_table_3(study):
    report = paper.reproduce(study, ["table3"])
    check_schema(report)
    assert len(report["table3"]) == 52
    recovery = report["semantic_recovery"]
    assert recovery["joint embedding"]["manhattan"]["value"] > 0.3  # 0 is chance
    told = report["findings"]["table3"]
    assert f"{recovery['joint embedding']['manhattan']['value']:.2f} ±" in told
    assert f"{recovery['class means']['manhattan']['value']:.2f} ±" in told


def test_peak_memory_sees_what_was_held_and_let_go():
    with paper.PeakMemory() as before:
        pass
    with paper.PeakMemory() as memory:
        held = np.ones(300 * 2**17)  # 315 MB
        time.sleep(0.5)
        del held
        time.sleep(0.3)
    assert memory.megabytes > before.megabytes + 250


def test_peak_memory_counts_other_processes_too():
    code = (
        "import time; held = bytearray(300_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(3)"
    )
    with paper.PeakMemory() as before:
        pass
    with paper.PeakMemory() as memory:
        subprocess.run([sys.executable, "-c", code], check=True)
    assert memory.megabytes > before.megabytes + 250


def test_a_worker_is_sent_no_data(study):
    sent = pickle.dumps(replace(study, n_jobs=1, progress=None, _kept={}))
    assert len(sent) < 2000
