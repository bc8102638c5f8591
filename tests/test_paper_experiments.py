"""The experiments of a study: Table 3 and recovery of planted labels, cells of the tables, other splits."""

from dataclasses import replace

import numpy as np
import pytest
from made_course import SYNTHETIC, made_dataset, made_features, with_real
from scipy import stats

from mirlab import corpus, evaluate, neighbours, paper
from mirlab.corpus import styles
from mirlab.datasets import files
from mirlab.datasets.labels import nominal_overlap
from mirlab.errors import DatasetError
from mirlab.paper import Embedding, Study, experiments

# --- Table 3 ---


def planted(ending="-synth"):
    """Return an embedding whose labels are mixtures of styles: as near each other as they truly overlap."""
    names = list(styles.all_styles())
    mixtures = {}
    for name in paper.GENRE_SETS:
        labels = styles.sets()[name]["labels"]
        mixtures[name + ending] = np.array(
            [[mix.get(style, 0.0) for style in names] for mix in labels.values()]
        )
    sources = {name: list(styles.sets()[name.removesuffix("-synth")]["labels"]) for name in mixtures}
    d = len(names)
    return Embedding(sources, np.zeros(d), np.ones(d), np.eye(d), list(mixtures.values()), np.zeros(1))


def shuffled(space):
    rng = np.random.default_rng(0)
    return replace(space, label_embeddings=[rng.permutation(W) for W in space.label_embeddings])


def with_joint(embedding):
    study = Study()
    study._kept["embedding", *SYNTHETIC] = embedding
    return study


def test_table3_has_every_label_and_the_papers_six_first():
    rows = paper.table3(with_joint(planted()))
    assert [row["seed"] for row in rows[:6]] == [
        *("Hip-Hop (artists1517-synth)", "Rock & Pop (artists1517-synth)"),
        *("Electronic & Dance (artists1517-synth)", "country (gtzan-synth)"),
        *("jazz (homburg-synth)", "blues (unique-synth)"),
    ]
    seeds = {row["seed"] for row in rows}
    assert len(rows) == 52 == len(seeds)
    for row in rows:
        assert set(row) == {"seed", "neighbours"} and len(row["neighbours"]) == 5
        assert set(row["neighbours"]) <= seeds - {row["seed"]}
    table = {row["seed"]: row["neighbours"] for row in rows}
    assert {"jazz (gtzan-synth)", "Jazz (artists1517-synth)"} <= set(table["jazz (unique-synth)"][:3])


def test_table3_of_real_sets_has_the_papers_names():
    rows = paper.table3(with_joint(planted(ending="")))
    assert [row["seed"] for row in rows[:6]] == list(paper.published()["table3"])


def test_recovery_of_planted_labels_is_perfect(course):
    truth = planted()
    for name in SYNTHETIC:  # songs at the position of their label
        data = course[name].dataset
        course[name] = made_features(data, centres=truth.label_embeddings[list(truth.sources).index(name)])
    recovery = paper.semantic_recovery(with_joint(truth))
    assert list(recovery) == [
        *("joint embedding", "class means", "class means, standardised"),
        *("class means, whitened to 50", "class means, whitened to 200"),
    ]
    assert all(set(what) == {"manhattan", "cosine"} for what in recovery.values())
    for what in ("joint embedding", "class means"):
        assert recovery[what]["manhattan"]["value"] == pytest.approx(1, abs=1e-9)
        assert recovery[what]["manhattan"]["standard_error"] == pytest.approx(0, abs=1e-9)
    assert 0.5 < recovery["class means, standardised"]["manhattan"]["value"] < 1  # no band is silent, or loud
    assert recovery["joint embedding"]["cosine"]["value"] > 0.9
    chance = paper.semantic_recovery(with_joint(shuffled(truth)))["joint embedding"]["manhattan"]
    assert abs(chance["value"]) < 4 * chance["standard_error"]


def test_recovery_of_real_sets_uses_the_names_of_labels(course):
    truth = planted(ending="")
    for name in truth.sources:
        course[name] = made_features(replace(course[f"{name}-synth"].dataset, name=name), key=name)
    labels = [label for name in truth.sources for label in truth.sources[name]]
    sets = [name for name in truth.sources for _ in truth.sources[name]]
    by_hand = neighbours.semantic_recovery(
        np.concatenate(truth.label_embeddings), nominal_overlap(labels), sets
    )
    recovery = paper.semantic_recovery(with_joint(truth))["joint embedding"]["manhattan"]
    assert recovery["value"] == pytest.approx(by_hand.value)
    assert by_hand.value > 0.9, "mixtures of styles are close to what the names say"
    chance = paper.semantic_recovery(with_joint(shuffled(truth)))["joint embedding"]["manhattan"]
    assert abs(chance["value"]) < 4 * chance["standard_error"]


def test_standardised_in_each_set_means_do_not_see_how_a_set_was_recorded(course):
    """Another gain and another colour of each set: class means alone take that for a difference of labels."""
    rng = np.random.default_rng(0)
    before = paper.semantic_recovery(Study())
    for name in SYNTHETIC:
        made = course[name]
        width = made.frames.shape[1]
        frames = made.frames * rng.uniform(0.5, 3, width) + rng.normal(0, 9, width)
        course[name] = replace(made, frames=frames.astype(np.float32))
    after = paper.semantic_recovery(Study())
    change = {
        what: abs(after[what]["manhattan"]["value"] - before[what]["manhattan"]["value"])
        for what in ("class means", "class means, standardised")
    }
    assert change["class means, standardised"] < 0.02
    assert change["class means"] > change["class means, standardised"]


# --- tags heard elsewhere ---


def tagged_songs(course, monkeypatch):
    """A target whose frames are its true tags, and a tag set with the same tags in another order."""
    tags = ["beat", "bass", "drums", "major", "acoustic", "synth", "minor", "slow"]
    plan = corpus.plan("gtzan")[::9]
    true = np.array([[tag in excerpt.true_tags() for tag in tags] for excerpt in plan])
    n = len(plan)
    ids = [excerpt.id for excerpt in plan]
    data = made_dataset("gtzan-synth", n, labels=["a"], groups=np.arange(n) // 3)
    course["gtzan-synth"] = made_features(replace(data, track_ids=ids, y=np.arange(n)), centres=true * 1.0)
    source = course["magnatagatune-synth"]
    y = np.arange(30)[:, None] < np.arange(16, 0, -2)  # 16, 14, ... clips, for the tags from behind
    dataset = replace(source.dataset, y=y, label_names=tags[::-1])
    course["magnatagatune-synth"] = replace(source, dataset=dataset)
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    d = len(tags)
    space = {"magnatagatune-synth": tags}, np.zeros(d), np.ones(d), np.eye(d), [np.eye(d)], np.zeros(1)
    study = Study()
    study._kept["embedding", "magnatagatune-synth"] = Embedding(*space)
    return study, true


def test_tags_heard_elsewhere_stand_beside_a_constant_list(course, monkeypatch):
    """A space that knows all tags has an AUC of 1. Every constant list has 0.5, however often it is right."""
    study, true = tagged_songs(course, monkeypatch)
    heard, constant = paper.heard_tags(study)
    assert (heard["dataset"], heard["method"], heard["auc"], heard["auc_error"]) == (
        *("gtzan-synth", "tag embedding", 1.0, 0.0),
    )
    assert heard["precision"] == pytest.approx(np.minimum(true.sum(axis=1) / 5, 1).mean())
    assert (constant["method"], constant["auc"], constant["auc_error"]) == ("constant list", 0.5, 0.0)
    right = true[:, :2:-1].mean(axis=1)  # the last five are the most frequent ones in the source
    assert constant["precision"] == pytest.approx(right.mean())
    artists = np.arange(len(true)) // 3
    assert constant["precision_error"] == pytest.approx(evaluate.standard_error(right, artists))


def test_the_error_of_an_auc_is_over_artists(course, monkeypatch):
    """Songs heard with noise: three of each artist tell less than as many of different artists."""
    rng = np.random.default_rng(0)
    true = np.repeat(rng.random((20, 4)) < 0.5, 9, axis=0)
    scores = true + np.repeat(rng.normal(0, 1.5, (20, 4)), 9, axis=0)
    errors = [
        experiments._auc_with_error(scores, true, artists, 0)["auc_error"]
        for artists in (np.arange(180) // 9, np.arange(180))
    ]
    assert errors[0] > 2 * errors[1]


def test_tags_of_real_songs_are_not_known():
    assert paper.heard_tags(with_real("gtzan")) == []


# --- Tables 4 and 5, Figure 3 ---


def test_each_cell_is_the_protocol_on_windows_and_songs(course):
    study = Study(seed=3)
    data = course["homburg-synth"].dataset
    songs = study.windows("homburg-synth", "tag"), np.array(data.label_names)[data.y]
    cell = study, "homburg-synth", "tag"
    assert paper.classify(*cell).scores.tolist() == paper.accuracy(*songs, seed=3).scores.tolist()
    curve, plain = paper.curve(*cell), paper.curve(*cell, ridge=0)
    assert curve.scores.tolist() == paper.few_labels(*songs, seed=3).scores.tolist()
    assert plain.scores.tolist() == paper.few_labels(*songs, seed=3, ridge=0).scores.tolist()
    assert evaluate.compare(curve, plain).p.shape == (3,)  # the same folds and draws
    assert paper.similar(*cell).tolist() == paper.similarity(*songs).tolist()


def test_a_folder_is_split_by_recording(course):
    groups = np.repeat(np.arange(12), 2)
    course["folder"] = made_features(made_dataset("folder", 12, labels=["a", "b"], groups=groups))
    result = paper.classify(Study(), "folder", "base")
    assert all(np.ptp(result.folds[groups == group]) == 0 for group in groups)
    assert len(paper.similar(Study(), "folder", "base")) == 24


def test_all_features_get_the_same_folds(course):
    results = [paper.classify(Study(), "gtzan-synth", features) for features in paper.FEATURES]
    assert all(np.array_equal(results[0].folds, result.folds) for result in results)


def test_measure_gives_every_cell_and_frees_windows(course):
    news = []
    study = Study(progress=lambda *one: news.append(one))
    measured = paper.measure(study, ("table4", "table5"))
    cells = [(target, features) for target in SYNTHETIC for features in paper.FEATURES]
    assert list(measured["results"]) == ["table4", "table5"]
    assert all(list(results) == cells for results in measured["results"].values())
    assert isinstance(measured["results"]["table4"]["gtzan-synth", "tag"], evaluate.CrossValidation)
    assert measured["problems"] == []
    assert set(measured["seconds"]) == {"windows", "table4", "table5"}
    assert news == [(done, 12, "experiments") for done in range(13)]
    assert not [key for key in study._kept if key[0] == "windows"]  # they would fill the memory


def test_unknown_experiments_are_refused():
    for call in (paper.reproduce, paper.measure):
        with pytest.raises(
            DatasetError, match=r"no experiment 'table6'; there are .*table4, table5, .*figure3"
        ):
            call(Study(), ["table6"])


# --- other splits ---


def split_study(course, n, whole=None, *, groups=None, seed=0, **splits):
    """Make a study of a real set of two labels, `n` songs each, with published splits, in part or whole."""
    data = made_dataset("gtzan", n, labels=["blues", "rock"], groups=groups, splits=splits)
    course["gtzan"] = made_features(data, key="gtzan")
    listings = {}
    if whole is not None:
        excerpts = [files.Excerpt(str(i), None, 0, 0) for i in range(whole)]
        parts = {name: dict.fromkeys(map(str, range(whole - 5)), "train") for name in splits}
        listings = {"gtzan": files.Listing("gtzan", excerpts, data.label_names, 30.0, splits=parts)}
    return with_real("gtzan", seed=seed, listings=listings)


def test_a_real_set_is_split_by_artist_and_as_published(course):
    parts = ["train", "train", "test", ""] * 12
    study = split_study(course, 24, groups=np.arange(48) // 2, seed=2, thirds=parts)
    results = paper.by_split(study, "gtzan", "base")
    data, windows = course["gtzan"].dataset, study.windows("gtzan", "base")
    names = np.array(data.label_names)[data.y]
    by_hand = evaluate.cross_validate(windows, names, groups=data.groups, random_state=2)
    assert list(results) == ["by artist", "thirds"]
    assert results["by artist"].scores.tolist() == by_hand.scores.tolist()
    by_hand = evaluate.published_split(windows, names, parts, groups=data.groups)
    assert results["thirds"].right.tolist() == by_hand.right.tolist()
    assert results["thirds"].standard_error == by_hand.standard_error
    report = paper.reproduce(study, ["table4"])
    assert [row["split"] for row in report["splits"]] == ["by artist", "thirds"] * 3
    assert {row["features"] for row in report["splits"]} == set(paper.FEATURES)
    reach = by_hand.standard_error * stats.norm.ppf(0.975)
    assert [row["reach"] for row in report["splits"][:2]][1] == pytest.approx(reach)
    assert "splits" not in paper.reproduce(study, ["table5"])


def test_a_split_that_is_here_in_part_says_how_much_of_it(course):
    parts = ["train"] * 20 + [""] * 4 + ["test"] * 4
    study = split_study(course, 14, whole=1000, kereliuk=parts)
    assert paper.by_split(study, "gtzan", "base") == {
        "kereliuk": "24 of the 995 songs of this split are here; parts: too few songs are here: 4 songs are "
        "tested, and 10 is the least; there is no song to test of blues; get the rest of the split's songs"
    }
    report = paper.reproduce(study, ["table4"])
    assert report["splits"] == []
    assert [p for p in report["problems"] if p.startswith("split 'kereliuk' of gtzan: 24 of the 995 songs")]


def test_artists_of_one_label_only_are_refused_with_numbers(course):
    study = split_study(course, 10, whole=1000, groups=np.r_[[0] * 10, 1:11])
    [(name, reason)] = paper.by_split(study, "gtzan", "base").items()
    assert name == "by artist"
    assert reason.startswith(
        "20 of the 1000 songs of this split are here; groups: all songs of label 'blues'"
    )
    study = split_study(course, 10, groups=np.r_[[0] * 10, 1:11])  # without a listing
    assert paper.by_split(study, "gtzan", "base")["by artist"].startswith("20 songs of this split are here; ")


def test_no_split_by_artist_if_none_is_known_or_it_is_done(course):
    study = split_study(course, 10)
    assert paper.by_split(study, "gtzan", "base") == {}
    course["folder"] = made_features(made_dataset("folder", 10, labels=["a", "b"], groups=np.arange(20) // 2))
    assert paper.by_split(with_real("folder"), "folder", "base") == {}
