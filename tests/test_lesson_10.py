"""Hold the sentences of lesson 10 to the answers that are kept, and to what its cells compute."""

import re
from dataclasses import replace

import nbformat
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, SVR

from mirlab import evaluate, features, lessons, paper
from mirlab.lessons.contents import lesson10
from mirlab.paper.variants import Variant
from mirlab.widgets.regularizers import FIGURES, small

HERE = lessons.open("10")
SOURCE = nbformat.read(HERE.path, as_version=4)
TEXT = " ".join(" ".join(cell.source for cell in SOURCE.cells if cell.cell_type == "markdown").split())
ANSWERS = paper.kept_answers()["questions"]
NOTHING = "no difference found"


def found(question, **about):
    """Return the rows over all sets that fit."""
    rows = [row for row in ANSWERS[question]["differences"] if row["target"] == "all"]
    return [row for row in rows if all(row[key] == value for key, value in about.items())]


def verdicts(question, **about):
    return {row["verdict"] for row in found(question, **about)}


@pytest.fixture(scope="module")
def gtzan(study):
    return study.stored("gtzan-synth")


def test_only_the_order_of_frames_tells_that_the_excerpt_is_pop(study, gtzan):
    assert gtzan.dataset.label_names[gtzan.dataset.y[308]] == "pop"
    said = {}
    for summary in (features.aggregate, features.block_level):
        windows = gtzan.windows(study.embedding("tag"), summary=summary)
        outputs = evaluate.cross_validate(windows, gtzan.dataset.y).outputs[308]
        said[summary.__name__] = gtzan.dataset.label_names[outputs.argmax()]
    assert said == {"aggregate": "disco", "block_level": "pop"}


# -- many comparisons --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ANSWERS)
def test_the_learners_correction_gives_the_kept_verdicts(name):
    """Single sets are a family of their own, and so are the averages over all sets."""
    for over_all in (True, False):
        rows = [row for row in ANSWERS[name]["differences"] if (row["target"] == "all") == over_all]
        adjusted = lesson10.holm(np.array([row["p"] for row in rows]))
        assert [p < 0.05 for p in adjusted] == [row["verdict"] != NOTHING for row in rows]


def test_most_findings_on_single_sets_of_one_question_disappear():
    p = [row["p"] for row in ANSWERS["sources"]["differences"] if row["target"] != "all"]
    assert (len(p), sum(value < 0.05 for value in p)) == (32, 10)
    assert sum(evaluate.holm(p) < 0.05) == 3


# -- blocks ------------------------------------------------------------------------------------------


def test_block_level_features_are_ahead_of_both_controls():
    """Shuffled frames have the same ten numbers per dimension: they would show a gain by size alone."""
    assert len(found("blocks")) == 6 and verdicts("blocks") == {"better"}
    for control in ("four statistics", "block-level, frames shuffled"):
        for measure in ("full", "few", "similar"):
            [row] = found("blocks", control=control, measure=measure)
            assert row["difference"] == pytest.approx(0.05, abs=0.012)  # "about five points"


# -- bound and hidden units --------------------------------------------------------------------------


def test_a_bound_costs_precision_and_more_the_tighter():
    assert verdicts("bound", measure="similar") == {"worse"}
    falls = [row["difference"] for row in found("bound", measure="similar")]
    assert falls == sorted(falls, reverse=True)
    assert verdicts("bound", measure="full") == {NOTHING}
    [worse] = [row for row in found("bound", measure="few") if row["verdict"] != NOTHING]
    assert worse["variant"] == "labels within 0.03" and worse["verdict"] == "worse"
    assert worse["difference"] == pytest.approx(-0.035, abs=0.006)


def test_recovery_is_best_at_a_bound_of_three_tenths():
    recovery = {name: np.mean(values) for name, values in ANSWERS["bound"]["recovery"].items()}
    plain, loose, tight, tightest = recovery.values()
    assert loose > plain + 0.02 and plain > tight + 0.02 and tight > tightest + 0.1
    assert max(recovery, key=recovery.get) == "labels within 0.3"


def test_hidden_units_do_not_help():
    for name in ("full", "few"):
        assert verdicts("nonlinear", measure=name) == {NOTHING}
    assert all(row["difference"] + row["reach"] < 0.0105 for row in found("nonlinear", measure="full"))
    assert all(abs(row["difference"]) < 0.015 for row in found("nonlinear", measure="similar"))
    rows = paper.differences([paper.kept_report(seed) for seed in paper.SEEDS], "table5")
    [won] = [row["difference"] for row in rows if (row["features"], row["target"]) == ("tag", "all")]
    assert won == pytest.approx(0.09, abs=0.006)


# -- another last step -------------------------------------------------------------------------------


def test_no_last_step_is_ahead_of_the_linear_regression():
    assert "better" not in verdicts("classifier")
    base = found("classifier", features="base", measure="full")
    assert {row["verdict"] for row in base} == {"worse"} and len(base) == 3
    assert all(-0.065 < row["difference"] < -0.025 for row in base)  # "by .03 to .06"
    assert all(row["difference"] + row["reach"] < 0.04 for row in found("classifier", features="tag"))


# -- what plain least squares did --------------------------------------------------------------------


def test_the_claim_is_refuted_by_either_control():
    claimed, controls = lesson10._gains()
    assert claimed > 0.05
    assert set(controls) == {"a chosen ridge", "equal dimensions"} < set(lesson10.CONTROLS)
    assert all(gain < 0 for gain in controls.values())
    table = lesson10.peak_table()
    assert table.shape == (10, 5)
    plain = table.xs("base")
    assert plain.loc["nested ridge, 800 dimensions"][10] - plain.loc["no ridge, 800 dimensions"][10] > 0.1


# -- sources -----------------------------------------------------------------------------------------


def test_fewer_tags_cost_accuracy_and_fewer_clips_hardly():
    rows = {row["variant"]: row for row in found("sources")}
    for name, loss in (("10 tags", 0.07), ("20 tags", 0.04), ("50 components", 0.03)):
        assert rows[name]["verdict"] == "worse"
        assert rows[name]["difference"] == pytest.approx(-loss, abs=0.006)
    for name in ("375 clips", "2.5 s of each clip", "750 clips", "5 s of each clip"):
        assert rows[name]["verdict"] == NOTHING
        assert rows[name]["difference"] - rows[name]["reach"] > -0.0355  # "above .035 is ruled out"


def test_a_tag_set_of_the_paper_s_size_closes_the_gap():
    rows = {(row["variant"], row["control"]): row for row in found("larger")}
    small, large, base = "1500 clips of 10 s", "22787 clips of 30 s", "base features"
    for more in ("6000 clips of 10 s", "22787 clips of 10 s"):
        assert rows[more, small]["verdict"] == NOTHING
        assert rows[more, small]["difference"] == pytest.approx(0.01, abs=0.005)
    longer = rows[f"{large}, trained longer", f"{small}, trained longer"]
    assert longer["verdict"] == "better" and longer["difference"] == pytest.approx(0.03, abs=0.005)
    for name, left, within in (("", 0.02, 0.005), (", 200 components", 0.002, 0.0005)):
        row = rows[f"{large}, trained longer{name}", base]
        assert row["verdict"] == NOTHING and row["difference"] == pytest.approx(-left, abs=within)
    assert row["reach"] == pytest.approx(0.016, abs=0.0005)
    assert row["difference"] - row["reach"] < 0.004 < row["difference"] + row["reach"] < 0.015
    value = pd.DataFrame(ANSWERS["larger"]["scores"]).groupby("variant")["value"].mean()
    assert value[base] - value[small] == pytest.approx(0.04, abs=0.005)
    assert [control for _, control in rows][-3:] == [base] * 3  # "the last three rows"


def test_a_quarter_of_the_tag_set_is_taken(study):
    data = study.stored("magnatagatune-synth").dataset
    assert len(data) == 4 * 375 and len(data.label_names) == 194


# -- why transfer loses with all songs ---------------------------------------------------------------

SETS = [f"{name}-synth" for name in paper.GENRE_SETS]


def kept(seed, table):
    rows = pd.DataFrame(paper.kept_report(seed)[table])
    index = ["dataset"] if table == "table4" else ["dataset", "per_class"]
    return rows.pivot(index=index, columns="features", values="value")


def test_with_all_songs_the_embeddings_lose_no_more_than_a_random_map():
    means = pd.concat(kept(seed, "table4") for seed in paper.SEEDS).mean()
    loss = means["base"] - means
    assert loss["rotation"] == pytest.approx(0.03, abs=0.012)
    assert loss["random"] == pytest.approx(0.06, abs=0.012)
    for kind in ("genre", "tag"):
        assert 0.03 < loss[kind] < loss["random"] + 0.005


@pytest.mark.parametrize("seed", paper.SEEDS)
def test_with_few_songs_no_control_explains_the_embeddings(seed):
    """The rotation and the random map were made without labels, and have lost the bands as well."""
    curves = kept(seed, "figure3")
    for kind in ("genre", "tag"):
        for control in ("rotation", "random"):
            gain = (curves[kind] - curves[control]).groupby("per_class").mean()
            assert min(gain[[1, 2, 5]]) > 0.005


def test_the_lead_over_the_rotation_is_clear_with_few_songs_only():
    reports = [paper.kept_report(seed) for seed in paper.SEEDS]
    rows = pd.DataFrame(paper.differences(reports, "figure3", control="rotation"))
    rows = rows[rows["target"] == "all"].set_index(["features", "per_class"])
    for kind in ("genre", "tag"):
        assert (rows.loc[kind, "verdict"][[1, 2]] == "better").all()
        assert rows.loc[kind, "reach"][5] < rows.loc[kind, "difference"][5]
    assert rows.loc["random", "difference"].max() < 0.005


def test_w_is_ahead_of_a_rotated_w_and_not_clearly_of_v(study):
    """As the notebook computes it, on one of its two sets; .018 and .045 on two machines."""
    rng, name, checks = np.random.default_rng(0), "gtzan-synth", {}
    learned, y = study.embedding("genre", name), study.stored(name).dataset.y
    V, W = learned.components, np.concatenate(learned.label_embeddings)
    turn = np.linalg.qr(rng.normal(size=(100, 100)))[0]
    for what, matrix in {"V": V, "W V": W @ V, "W rotated": W @ turn @ V}.items():
        windows = study.stored(name).windows(replace(learned, components=matrix))
        checks[what] = evaluate.cross_validate(windows, y)
    assert checks["W V"].mean > checks["W rotated"].mean
    assert evaluate.compare(checks["W V"], checks["V"]).p > 0.05


# -- what is learned and what carries over -----------------------------------------------------------


def test_what_is_learned_and_what_carries_over(study):
    part = small(study)
    plain, units, tight = (
        [part.measure(*setting)[name] for name in FIGURES] for setting in ((1.0, 0), (1.0, 800), (0.03, 0))
    )
    assert units[0] - plain[0] > 0.1
    assert 0.2 < (units[1] - plain[1]) / (units[0] - plain[0]) < 0.45  # "a third of that"
    assert units[2] - plain[2] < units[1] - plain[1] + 0.01
    assert abs(tight[0] - tight[1]) < 0.03 and tight[2] < plain[2] - 0.02


# -- an experiment of one's own ----------------------------------------------------------------------

A = Variant("a", "tag")


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ((A, Variant("b", "mfcc")), "`features` is 'mfcc'"),
        ((Variant("a", "tag"), Variant("b", "tag", tag_scale="paper")), "leave `tag_scale` out"),
        ((Variant("a", "tag"), Variant("b", "tag", metric="L1")), "`metric` is 'L1'"),
        ((A, Variant("b", "tag", {"n_components": -1})), "whole number from 1"),
        ((A, Variant("b", "tag", {"n_components": 2.5})), "whole number from 1"),
        ((A, Variant("b", "tag", {"n_epochs": 0})), "whole number from 1"),
        ((A, Variant("b", "tag", {"max_norm": -1})), "above 0"),
        ((A, Variant("b", "tag", {"foo": 3})), "no setting 'foo'"),
        ((A, Variant("b", "genre", {"only": {"tags": 5}})), "genres have no tags"),
        ((A, Variant("b", "tag", {"only": {"clips": 0}})), "2 or more"),
        ((Variant("a", "base"), Variant("b", "base", {"n_components": 50})), "not learned"),
        ((A, Variant("b", "tag", classifier=SVC)), "with parentheses"),
        ((A, Variant("b", "tag", classifier=SVR())), "must be a classifier"),
        ((A, Variant("b", "tag", classifier="svm")), "must be a classifier"),
        ((A, Variant("b", "tag", classifier=LogisticRegression(C=-1))), "small trial"),
        ((A, Variant("b", "tag", ridge=-1)), "not negative"),
        ((A, Variant("b", "tag", every=0)), "from 1 to 6"),
        ((A, Variant("b", "tag", by_song="yes")), "True or False"),
        ((A, Variant("b", "tag", summary="block")), "is a function"),
        ((A, Variant("b", "tag", summary=np.mean)), "one row per window"),
        ((A, Variant("b", "tag", {"label_max_norm": 1.0})), "means the same"),
        ((A, Variant("b", "tag", {"n_components": 50, "n_epochs": 5})), "n_components and in n_epochs"),
        ((A, Variant("a", "genre")), "the same name"),
        ((A, Variant("b", "base", by_song=True)), "features and in by_song"),
        ((A, Variant("b", "tag")), "nothing but their names"),
        ((Variant("a", classifier=SVC()), Variant("b", classifier=SVC())), "nothing but their names"),
        ((Variant("a", classifier=SVC()), Variant("b", classifier=SVC(), ridge=1)), "changes nothing"),
        ((A,), "two variants"),
        (3, "two variants"),
    ],
)
def test_an_experiment_that_crashes_or_compares_nothing_is_refused(pair, says):
    outcome = HERE.ex.mine.judge(pair)
    assert outcome.kind == "wrong" and says in repr(outcome)


@pytest.mark.parametrize(
    "change",
    [
        {"features": "genre"},
        {"learning": {"n_components": 50}},
        {"learning": {"n_hidden": 50}},
        {"summary": features.block_level},
        {"classifier": SVC()},
        {"by_song": True},
        {"every": 3},
        {"ridge": 0.0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_experiment_with_one_change_is_accepted(change):
    assert HERE.ex.mine.judge([A, Variant("b", **change)]).kind == "right"


# -- the page ----------------------------------------------------------------------------------------


def test_predictions_are_compared_with_the_kept_verdicts():
    code = "\n".join(cell.source for cell in SOURCE.cells if cell.cell_type == "code")
    wanted = {
        "blocks": found("blocks", measure="full", control="block-level, frames shuffled"),
        "bound": found("bound", measure="similar", variant="labels within 0.03"),
        "hidden": found("nonlinear", measure="full", variant="200 hidden units"),
    }
    for name, [row] in wanted.items():
        assert re.search(rf"predict\.{name}\.reveal\(verdict\(", code)
        [cell] = [cell for cell in SOURCE.cells if f"predict.{name}.reveal(" in cell.source]
        assert f"The result: {row['verdict']}." in str(cell.outputs)


def test_titles_say_that_the_data_are_synthetic():
    lines = [line for cell in SOURCE.cells for line in cell.source.splitlines()]
    titles = [line for line in lines if line.startswith("title = ")]
    assert len(titles) == 8 and all("(synthetic)" in title for title in titles)
    assert "**The claim survives its control.**" in TEXT


def test_a_gain_that_is_no_number_is_named():
    answer = HERE.ex.refuted.solve()
    assert "`claimed`: '0,07' is no number" in repr(HERE.ex.refuted.judge(answer | {"claimed": "0,07"}))
