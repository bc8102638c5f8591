"""A report in words: findings, the text for a terminal, and what can be compared with the paper."""

import json

import numpy as np
import pandas as pd
import pytest
from made_course import with_real

from mirlab import evaluate, paper, store
from mirlab.datasets import Dataset
from mirlab.errors import DatasetError
from mirlab.paper import Study, findings, layout, text

# --- findings ---


def cross_validation(scores):
    y = np.tile([0, 1], len(scores) * 5)
    folds = np.repeat(np.arange(len(scores)), 10)
    return evaluate.CrossValidation(np.array(scores), folds, y, np.array([0, 1]), np.zeros((len(y), 2)))


def learning(scores, per_class=paper.PER_CLASS):
    like = cross_validation(np.zeros(np.shape(scores)[1]))
    return evaluate.LearningCurve(np.array(scores), like.folds, like.y, per_class, 5, 0)


BASE = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
WOBBLE = np.array([0.001, -0.001, 0.002, 0.0, -0.002])
GAIN = np.array([0.1, 0.1, -0.1, 0.3, -0.2])[:, None]


def test_accuracy_findings_name_differences_beyond_chance():
    results = {
        ("a", "base"): cross_validation(BASE),
        ("a", "genre"): cross_validation(BASE - 0.1 + WOBBLE),
        ("a", "tag"): cross_validation(BASE + 0.05 + WOBBLE),
        ("b", "base"): cross_validation(BASE),
        ("b", "genre"): cross_validation(BASE + 10 * WOBBLE),
        ("b", "tag"): cross_validation(BASE),
    }
    assert findings.about("table4", results) == (
        "The genre embedding is ahead of the base features on 0 of 2 sets; "
        "differences beyond chance (paired test, p < 0.05): a -0.100. "
        "The tag embedding is ahead of the base features on 1 of 2 sets; "
        "differences beyond chance (paired test, p < 0.05): a +0.050."
    )
    del results["a", "tag"]
    assert findings.about("table4", results).endswith(
        "on 0 of 1 sets; differences beyond chance (paired test, p < 0.05): none."
    )


def test_similarity_findings():
    results = {
        ("a", "base"): np.array([0.2, 0.4]),
        ("a", "genre"): np.array([0.3, 0.4]),
        ("a", "tag"): np.array([0.2, 0.2]),
        ("b", "base"): np.array([0.2, 0.4]),
    }
    assert findings.about("table5", results) == (
        "The genre embedding is ahead of the base features on 1 of 1 sets (a +0.050). "
        "The tag embedding is ahead of the base features on 0 of 1 sets (a -0.100)."
    )


def test_curve_findings_separate_few_from_many_songs():
    base = np.tile(BASE, (5, 1))
    results = {
        ("a", "base"): learning(base),
        ("a", "genre"): learning(base + GAIN + WOBBLE),
        ("a", "tag"): learning(base),
    }
    assert findings.about("figure3", results) == (
        "With 5 songs per label or fewer, the genre embedding is ahead of the base features "
        "in 2 of 3 comparisons (2 beyond chance, p < 0.05); with 20, in 0 of 1. "
        "With 5 songs per label or fewer, the tag embedding is ahead of the base features "
        "in 0 of 3 comparisons (0 beyond chance, p < 0.05); with 20, in 0 of 1."
    )


def test_curve_findings_name_the_songs_that_exist():
    """One set ends at 20 songs per label, one at 9, one at 4."""
    results = {}
    for target, sizes in (("a", (1, 2, 5, 10, 20)), ("b", (1, 2, 5, 9)), ("c", (1, 2, 4))):
        base = np.tile(BASE, (len(sizes), 1))
        gain = np.resize([0.1, -0.1, 0.1, 0.1], len(sizes))[:, None]
        results |= {(target, "base"): learning(base, sizes)}
        results |= {(target, "genre"): learning(base + gain + WOBBLE, sizes)}
    told = findings.about("figure3", results)
    assert "in 6 of 9 comparisons (6 beyond chance, p < 0.05); with 9 to 20, in 2 of 2." in told
    told = findings.about("figure3", {key: one for key, one in results.items() if key[0] == "c"})
    assert told.startswith("With 5 songs per label or fewer, the genre embedding is ahead of the base ")
    assert "in 2 of 3 comparisons (2 beyond chance, p < 0.05)." in told and "; with" not in told


@pytest.mark.parametrize(
    ("experiment", "one"),
    [("table4", cross_validation(BASE)), ("table5", BASE), ("figure3", learning(np.tile(BASE, (5, 1))))],
)
def test_findings_without_anything_to_compare(experiment, one):
    for results in ({("a", "base"): one}, {("a", "tag"): one}, {("a", "base"): one, ("b", "tag"): one}):
        told = findings.about(experiment, results)
        assert told == "There is nothing to compare with the base features."
    assert findings.about(experiment, {}) == "No data set could be measured: see the notes."


def test_neighbour_findings():
    recovery = {
        what: {"manhattan": {"value": value, "standard_error": 0.036}, "cosine": {}}
        for what, value in (("joint embedding", 0.724), ("class means", 0.441))
    }
    report = {"table3": [{"seed": "jazz (gtzan-synth)"}] * 52, "semantic_recovery": recovery}
    told = findings.about_table3(report)
    assert "recover 0.72 ± 0.04 of the true overlap" in told
    assert "class means of the base features recover 0.44 ± 0.04." in told
    real = findings.about_table3(report | {"table3": [{"seed": "jazz (gtzan)"}]})
    assert "0.72 ± 0.04 of the overlap estimated from the labels' names" in real
    report["semantic_recovery"] = {"problem": "It is not known."}
    assert findings.about_table3(report) == "The neighbours of 52 labels are listed. It is not known."


# --- tables ---


def test_a_table_keeps_the_order_of_its_rows():
    rows = [
        {"set": name, "kind": kind, "k": k, "value": value, "standard_error": 0.5}
        for value, (name, kind, k) in enumerate(
            [("z", "b", 10), ("z", "b", 2), ("a", "c", 2), ("a", "a", 10)]
        )
    ]
    table = layout.table(rows, ["set", "kind"], "k", layout.with_error)
    assert table.index.tolist() == [("z", "b"), ("a", "c"), ("a", "a")] and table.columns.tolist() == [10, 2]
    assert table.loc[("z", "b")].tolist() == ["0.000 ± 0.500", "1.000 ± 0.500"]
    assert table.loc[("a", "c"), 2] == "2.000 ± 0.500" and pd.isna(table.loc[("a", "c"), 10])
    means = layout.table(rows, ["set"], "kind", lambda cell: cell["value"].mean())
    assert means.loc["z", "b"] == 0.5 and means.index.tolist() == ["z", "a"]


# --- the text ---


def real_report(**changes):
    """Make a report on two real sets of different size."""
    cell = {"value": 0.5, "standard_error": 0.01}
    rows = [
        {"dataset": name, "features": features, **cell}
        for name in ("gtzan", "folder")
        for features in paper.FEATURES
    ]
    sizes = {"gtzan": (1, 2, 5, 9), "folder": (1, 2, 5, 10, 20)}
    report = {
        **{"scale": "lesson", "seed": 0, "versions": paper.versions(), "seconds": {"table4": 2.0}},
        **{
            "peak_memory_mb": 9,
            "missing": [],
            "problems": [],
            "findings": {},
            "table4": rows,
            "table5": rows,
        },
        "attainable": {"gtzan": 0.9, "folder": 1.0},
        "figure3": [row | {"per_class": k} for row in rows for k in sizes[row["dataset"]]],
        "splits": [row | {"split": "by artist"} for row in rows[1:3]],
        "sources": {"gtzan": {"genre": ["homburg"], "tag": ["magnatagatune"]}},
        "comparable": {"gtzan": {"base": "", "tag": "too small"}, "joint": {"table3": "too small"}},
    }
    return report | changes


def test_the_text_shows_the_songs_that_exist_and_dashes():
    lines = paper.as_text(real_report()).splitlines()
    figure3 = lines.index(
        "Figure 3. Accuracy by number of training songs per label (the paper prints no numbers)."
    )
    assert lines[figure3 + 1].split() == ["1", "2", "5", "9", "10", "20"]
    assert lines[figure3 + 2].split() == ["gtzan", "base", *["0.500", "±", "0.010"] * 4, "-", "-"]
    [split] = [line for line in lines if "by artist  " in line]
    assert split.split() == ["gtzan", "by", "artist", "-", *["0.500", "±", "0.010"] * 2]
    assert "Embeddings for gtzan: genre, learned on homburg; tag, learned on magnatagatune." in lines


def test_the_text_says_what_precision_can_be_reached():
    [line] = [line for line in paper.as_text(real_report()).splitlines() if "can be reached" in line]
    assert line.startswith(
        "  At most 0.900 can be reached: some songs of gtzan have fewer than ten others of "
    )


def test_the_text_groups_what_can_be_compared():
    told = paper.as_text(real_report())
    assert "\n  gtzan base: yes, as far as the paper says how it was done.\n" in told
    assert "\n  gtzan tag, Table 3: no, too small.\n" in told


def test_figures_of_another_scipy_are_explained():
    def told(scipy="1.17.1", source="unique-synth", **changes):
        versions, sources = {"scipy": scipy}, {"gtzan": {"genre": [source]}}
        return "SciPy" in paper.as_text(real_report(versions=versions, sources=sources, **changes))

    kept = paper.kept_report()["versions"]["scipy"]
    assert told()
    assert not told(kept) and not told(f"{kept.rpartition('.')[0]}.99")
    assert not told(source="unique") and not told(scale="paper")
    assert "made with SciPy 1.18.1, these with SciPy 1.17.1" in paper.as_text(
        real_report(versions={"scipy": "1.17.1"}, sources={"a": {"tag": ["x-synth"]}})
    )


def test_the_text_does_not_need_kept_files(monkeypatch):
    def missing(seed=0):
        raise DatasetError("it is missing")

    monkeypatch.setattr(text, "kept_report", missing)
    assert "SciPy" not in paper.as_text(real_report(versions={"scipy": "1"}))


def test_a_report_from_json_gives_the_same_text():
    report = real_report()
    assert paper.as_text(json.loads(json.dumps(report))) == paper.as_text(report)


# --- what can be compared with the paper ---


def real_study(sizes, scale="paper"):
    """Make a study of real sets of these sizes; only their numbers of excerpts matter."""
    kept = {}
    for name, n in sizes.items():
        ids, none = [str(i) for i in range(n)], np.zeros(n, int)
        data = Dataset(name, ids, ["a"], none, np.arange(n), None, [""] * n)
        empty = np.zeros((0, 200)), np.zeros(n + 1, int)
        kept["stored", name, "base"] = store.StoredFeatures(data, *empty, [], name)
    study = with_real(*sizes, scale=scale)
    study._kept |= kept
    return study


WHOLE = paper.published()["excerpts"]


def test_all_figures_of_the_papers_sets_are_comparable():
    told = paper.comparable(real_study(WHOLE))
    assert set(told) == {*paper.GENRE_SETS, "joint"}
    assert {reason for kinds in told.values() for reason in kinds.values()} == {""}


def test_one_missing_file_matters_less_than_half_a_set():
    told = paper.comparable(real_study(WHOLE | {"gtzan": 999}))
    assert told["gtzan"]["base"] == ""
    told = paper.comparable(real_study(WHOLE | {"gtzan": 500}))
    assert set(told["gtzan"].values()) == {"500 excerpts of gtzan, the paper has 1000"}
    assert told["homburg"] == {"base": "", "genre": "500 excerpts of gtzan, the paper has 1000", "tag": ""}
    assert told["joint"]["table3"] == "500 excerpts of gtzan, the paper has 1000"


def test_embeddings_of_other_sets_are_not_comparable():
    synthetic = "learned on synthetic sets"
    assert paper.comparable(real_study({"gtzan": 1000})) == {
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
        assert "a fifth of the samples" in told[name]["genre"] and "a fifth" in told[name]["tag"]
    assert set(paper.comparable(Study())["gtzan-synth"].values()) == {"gtzan-synth is synthetic"}
