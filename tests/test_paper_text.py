"""A report in words: findings, the text for a terminal, and what can be compared with the paper."""

import json

import numpy as np
import pandas as pd
import pytest
from made_course import with_real

from mirlab import paper, store
from mirlab.datasets import Dataset
from mirlab.errors import DatasetError
from mirlab.paper import Study, findings, inference, layout, text

# --- findings ---


def found(features, target, difference, verdict="no difference found", **more):
    """One row of `differences`."""
    return {
        **{"features": features, "target": target, "difference": difference, "reach": 0.02},
        **{"p": 0.01, "adjusted": 0.02, "verdict": verdict},
    } | more


def test_findings_are_means_of_the_sets_and_say_what_is_a_difference():
    rows = [
        *(found("genre", "a", -0.1, "worse"), found("genre", "b", 0.02), found("genre", "all", -0.04)),
        *(found("tag", "a", 0.05), found("tag", "b", 0.03, "better"), found("tag", "all", 0.04, "better")),
    ]
    assert findings.about({"table4": ["rows"], "differences": {"table4": rows}}, "table4") == (
        "genre minus base, mean of the sets: -0.040 ± 0.020; ahead in 1 of 2 comparisons of one set. "
        "tag minus base, mean of the sets: +0.040 ± 0.020 (better); ahead in 2 of 2 comparisons of one set."
    )


def test_findings_of_a_curve_name_the_songs():
    rows = [
        found(
            "tag",
            target,
            0.1 / k - 0.02,
            "better" if k == 1 else "worse" if k == 20 else "no difference found",
            per_class=k,
        )
        for k in (1, 5, 20)
        for target in ("a", "all")
    ]
    assert findings.about({"figure3": ["rows"], "differences": {"figure3": rows}}, "figure3") == (
        "tag minus base, mean of the sets: 1 per label +0.080 ± 0.020 (better), 5 per label +0.000 ± 0.020, "
        "20 per label -0.015 ± 0.020 (worse); ahead in 1 of 3 comparisons of one set."
    )


@pytest.mark.parametrize("experiment", inference.MEASURED)
def test_findings_without_anything_to_compare(experiment):
    sentences = findings.about({experiment: ["a row"], "differences": {experiment: []}}, experiment)
    assert sentences == "There is nothing to compare with the base features."
    sentences = findings.about({experiment: [], "differences": {experiment: []}}, experiment)
    assert sentences == "No data set could be measured: see the notes."


def test_neighbour_findings():
    recovery = {
        what: {"manhattan": {"value": value, "standard_error": 0.036}, "cosine": {}}
        for what, value in (
            ("joint embedding", 0.724),
            ("class means", 0.441),
            ("class means, whitened to 50", 0.73),
        )
    }
    report = {"table3": [{"seed": "jazz (gtzan-synth)"}] * 52, "semantic_recovery": recovery}
    sentences = findings.about_table3(report)
    assert "recover 0.72 ± 0.07 of the true overlap" in sentences  # 1.96 standard errors
    assert "class means of the base features recover 0.44 ± 0.07; the same means whitened" in sentences
    assert sentences.endswith("without labels, 0.73 ± 0.07.")
    real = findings.about_table3(report | {"table3": [{"seed": "jazz (gtzan)"}]})
    assert "0.72 ± 0.07 of the overlap estimated from the labels' names" in real
    report["semantic_recovery"] = {"problem": "It is not known."}
    assert findings.about_table3(report) == "The neighbours of 52 labels are listed. It is not known."


# --- tables ---


def test_a_table_keeps_the_order_of_its_rows():
    rows = [
        {"set": name, "kind": kind, "k": k, "value": value, "reach": 0.5}
        for value, (name, kind, k) in enumerate(
            [("z", "b", 10), ("z", "b", 2), ("a", "c", 2), ("a", "a", 10)]
        )
    ]
    table = layout.table(rows, ["set", "kind"], "k", layout.with_interval)
    assert table.index.tolist() == [("z", "b"), ("a", "c"), ("a", "a")] and table.columns.tolist() == [10, 2]
    assert table.loc[("z", "b")].tolist() == ["0.000 ± 0.500", "1.000 ± 0.500"]
    assert table.loc[("a", "c"), 2] == "2.000 ± 0.500" and pd.isna(table.loc[("a", "c"), 10])
    means = layout.table(rows, ["set"], "kind", lambda cell: cell["value"].mean())
    assert means.loc["z", "b"] == 0.5 and means.index.tolist() == ["z", "a"]


def test_a_difference_has_a_sign_and_a_value_has_none():
    row = {"value": 0.1234, "difference": 0.0, "reach": 0.0456}
    assert layout.with_interval(row) == "0.123 ± 0.046"
    assert layout.with_interval(row, "difference") == "+0.000 ± 0.046"
    assert layout.with_interval(row | {"difference": -0.1}, "difference") == "-0.100 ± 0.046"


# --- the text ---


def real_report(**changes):
    """Make a report on two real sets of different size."""
    cell = {"value": 0.5, "reach": 0.01}
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
        "figure3_plain": [row | {"per_class": 1, "value": 0.4} for row in rows],
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
    without = paper.as_text(real_report(sources={"gtzan": {}}))
    assert "Embeddings" not in without


def test_the_text_shows_plain_least_squares_too():
    lines = paper.as_text(real_report()).splitlines()
    plain = lines.index("Figure 3 again, with plain least squares: no ridge.")
    assert lines[plain + 2].split() == ["gtzan", "base", "0.400", "±", "0.010"]
    assert "Table 5. Precision at 10, L1 (± half the 95 % interval; the paper's in brackets)." in lines


def test_the_text_shows_controls_and_a_dash_where_there_is_no_row():
    kinds = ["base", "whitened", "mfcc"]
    rows = [{"dataset": "gtzan", "features": kind, "value": 0.5, "reach": 0.01} for kind in kinds[:2]]
    lines = paper.as_text(real_report(features=kinds, table4=rows, splits=[])).splitlines()
    table4 = next(i for i, line in enumerate(lines) if line.startswith("Table 4."))
    assert lines[table4 + 1].split() == kinds
    assert " ".join(lines[table4 + 2].split()) == "gtzan 0.500 ± 0.010 (0.748) 0.500 ± 0.010 -"


def test_the_text_shows_tags_beside_a_constant_list():
    row = {"dataset": "gtzan-synth", "auc": 0.8, "auc_error": 0.01, "precision": 0.5, "precision_error": 0.1}
    constant = row | {"method": "constant list", "auc": 0.5, "auc_error": 0.0}
    lines = paper.as_text(real_report(tags=[row | {"method": "tag embedding"}, constant])).splitlines()
    sentences = [" ".join(line.split()) for line in lines if line.startswith("  gtzan-synth ")]
    assert sentences == [
        "gtzan-synth tag embedding 0.800 ± 0.020 0.500 ± 0.196",
        "gtzan-synth constant list 0.500 ± 0.000 0.500 ± 0.196",
    ]
    assert not [line for line in paper.as_text(real_report(tags=[])).splitlines() if "Tags heard" in line]


def test_the_text_says_what_precision_can_be_reached():
    [line] = [line for line in paper.as_text(real_report()).splitlines() if "can be reached" in line]
    assert line.startswith(
        "  At most 0.900 can be reached: some songs of gtzan have fewer than ten others of "
    )


def test_the_text_groups_what_can_be_compared():
    sentences = paper.as_text(real_report())
    assert "\n  gtzan base: yes, as far as the paper says how it was done.\n" in sentences
    assert "\n  gtzan tag, Table 3: no, too small.\n" in sentences


def test_figures_of_another_scipy_are_explained():
    def warns(scipy="1.17.1", source="unique-synth", **changes):
        versions, sources = {"scipy": scipy}, {"gtzan": {"genre": [source]}}
        return "SciPy" in paper.as_text(real_report(versions=versions, sources=sources, **changes))

    kept = paper.kept_report()["versions"]["scipy"]
    assert warns()
    assert not warns(kept) and not warns(f"{kept.rpartition('.')[0]}.99")
    assert not warns(source="unique") and not warns(scale="paper")
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
    reasons = paper.comparable(real_study(WHOLE))
    assert set(reasons) == {*paper.GENRE_SETS, "joint"}
    assert {reason for kinds in reasons.values() for reason in kinds.values()} == {""}


def test_one_missing_file_matters_less_than_half_a_set():
    reasons = paper.comparable(real_study(WHOLE | {"gtzan": 999}))
    assert reasons["gtzan"]["base"] == ""
    reasons = paper.comparable(real_study(WHOLE | {"gtzan": 500}))
    assert set(reasons["gtzan"].values()) == {"500 excerpts of gtzan, the paper has 1000"}
    assert reasons["homburg"] == {
        "base": "",
        "genre": "500 excerpts of gtzan, the paper has 1000",
        "tag": "",
    }
    assert reasons["joint"]["table3"] == "500 excerpts of gtzan, the paper has 1000"


def test_embeddings_of_other_sets_are_not_comparable():
    synthetic = "learned on synthetic sets"
    assert paper.comparable(real_study({"gtzan": 1000})) == {
        "gtzan": {"base": "", "genre": synthetic, "tag": synthetic},
        "joint": {"table3": synthetic},
    }
    reasons = paper.comparable(real_study({"gtzan": 1000, "homburg": 1886, "fma": 8000}))
    assert reasons["gtzan"]["genre"] == "learned without artists1517 and unique"
    assert set(reasons["fma"].values()) == {"fma is not in the paper"}


def test_at_lesson_scale_only_base_features_are_comparable():
    reasons = paper.comparable(real_study(WHOLE, scale="lesson"))
    for name in paper.GENRE_SETS:
        assert reasons[name]["base"] == ""
        assert "a fifth of the samples" in reasons[name]["genre"] and "a fifth" in reasons[name]["tag"]
    assert set(paper.comparable(Study())["gtzan-synth"].values()) == {"gtzan-synth is synthetic"}
