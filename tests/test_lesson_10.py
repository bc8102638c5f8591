"""What lesson 10 says of its experiments, held to the answers that are kept and to what its cells compute."""

import nbformat
import numpy as np
import pytest

from mirlab import evaluate, features, lessons, paper
from mirlab.paper import open_questions, variants
from mirlab.widgets.regularizers import FIGURES, small

SOURCE = nbformat.read(lessons.open("10").path, as_version=4)
TEXT = " ".join(" ".join(cell.source for cell in SOURCE.cells if cell.cell_type == "markdown").split())
ANSWERS = paper.kept_answers()["questions"]


def found(question, **about):
    """Return the rows over all sets that fit."""
    rows = [row for row in ANSWERS[question]["differences"] if row["target"] == "all"]
    return [row for row in rows if all(row[key] == value for key, value in about.items())]


def verdicts(question, **about):
    return {row["verdict"] for row in found(question, **about)}


@pytest.fixture(scope="module")
def gtzan(study):
    return study.stored("gtzan-synth")


def test_the_excerpt_is_rock_and_only_order_says_so(study, gtzan):
    assert gtzan.dataset.label_names[gtzan.dataset.y[388]] == "rock"
    said = {}
    for summary in (features.aggregate, features.block_level):
        windows = gtzan.windows(study.embedding("tag"), summary=summary)
        outputs = evaluate.cross_validate(windows, gtzan.dataset.y).outputs[388]
        said[summary.__name__] = gtzan.dataset.label_names[outputs.argmax()]
    assert said == {"aggregate": "metal", "block_level": "rock"}


def test_shuffling_is_heard_by_the_rise_and_backwards_is_not(gtzan):
    frames = gtzan.track(388)[:384].astype(float)

    def rise(x):
        return features.block_level(x, width=384).reshape(10, -1)[4].mean()

    forwards, backwards = rise(frames), rise(frames[::-1])
    shuffled = rise(np.random.default_rng(0).permutation(frames))
    assert abs(forwards - backwards) < 0.03 * forwards and shuffled > 1.1 * forwards


def test_one_seed_is_sure_of_similarity_alone(study):
    pair = open_questions.QUESTIONS["blocks"].pairs[1]
    rows = variants.experiment([pair], study, targets=["gtzan-synth"], seeds=[0])
    one = {row["measure"]: row for row in rows["differences"] if row["target"] == "gtzan-synth"}
    assert one["similar"]["verdict"] == "better" and one["full"]["verdict"] == "no difference found"
    assert all(row["difference"] > 0 for row in one.values())


def test_blocks_set_by_set():
    rows = [
        row
        for row in ANSWERS["blocks"]["differences"]
        if (row["features"], row["measure"]) == ("tag", "full") and row["target"] != "all"
    ]
    assert all(row["difference"] > 0 for row in rows)
    verdict = {row["target"]: row["verdict"] for row in rows}
    assert verdict["gtzan-synth"] == "better" and verdict["homburg-synth"] == "no difference found"


def test_blocks_gain_everywhere():
    assert verdicts("blocks") == {"better"} and len(found("blocks")) == 6
    for row in found("blocks"):
        low, high = {"base": (0.095, 0.105), "tag": (0.045, 0.055)}[row["features"]]
        if row["measure"] != "similar":
            low, high = 0.045, 0.065  # "five to six points"
        assert low < row["difference"] < high


def test_a_bound_costs_similarity_and_more_the_tighter():
    assert verdicts("bound", measure="similar") == {"worse"}
    for kind in ("genre", "tag"):
        falls = [row["difference"] for row in found("bound", measure="similar", features=kind)]
        assert falls == sorted(falls, reverse=True)
    worse = [row for row in found("bound", measure="full") if row["verdict"] != "no difference found"]
    assert {(row["variant"], row["features"]) for row in worse} == {
        ("labels within 0.03", "genre"),
        ("labels within 0.03", "tag"),
    }
    assert all(row["difference"] == pytest.approx(-0.03, abs=0.005) for row in worse)
    assert verdicts("bound", measure="few") == {"no difference found"}
    few = found("bound", measure="few", features="genre")
    assert all(0.005 < row["difference"] < min(0.025, 2 * row["standard_error"]) for row in few)


def test_recovery_is_best_at_a_bound_of_three_tenths():
    recovery = {name: np.mean(values) for name, values in ANSWERS["bound"]["recovery"].items()}
    assert list(recovery) == [
        "labels within 1, as V",
        "labels within 0.3",
        "labels within 0.1",
        "labels within 0.03",
    ]
    plain, loose, tight, tightest = recovery.values()
    assert loose > plain + 0.03 and plain > tight + 0.03 and tight > tightest + 0.1


def test_hidden_units_hardly_matter():
    for name in ("full", "few"):
        assert verdicts("nonlinear", measure=name) == {"no difference found"}
    assert all(r["difference"] + 2.7 * r["standard_error"] < 0.04 for r in found("nonlinear", measure="full"))
    sure = [row for row in found("nonlinear", measure="similar") if row["verdict"] != "no difference found"]
    said = {(row["variant"], row["features"]): row["verdict"] for row in sure}
    assert said == {("200 hidden units", "genre"): "better", ("50 hidden units", "tag"): "worse"}
    assert all(abs(row["difference"]) == pytest.approx(0.01, abs=0.005) for row in sure)
    won = []
    for seed in paper.SEEDS:
        cells = {(r["dataset"], r["features"]): r["value"] for r in paper.kept_report(seed)["table5"]}
        won += [cells[name, "genre"] - cells[name, "base"] for name, kind in cells if kind == "base"]
    assert np.mean(won) == pytest.approx(0.1, abs=0.015)  # "about ten times as much"


def test_the_joint_embedding_recovers_a_little_more_with_hidden_units():
    recovery = {name: np.mean(values) for name, values in ANSWERS["nonlinear"]["recovery"].items()}
    assert recovery["linear"] == pytest.approx(0.78, abs=0.005)
    assert 0.81 < recovery["50 hidden units"] < recovery["200 hidden units"] < 0.84


def test_classifiers():
    assert "better" not in verdicts("classifier", features="base")
    base = found("classifier", features="base", measure="full")
    worse = [row["variant"] for row in base if row["verdict"] == "worse"]
    assert worse == ["linear SVM", "RBF SVM"]
    [better] = [row for row in found("classifier", features="tag") if row["verdict"] != "no difference found"]
    assert (better["variant"], better["measure"]) == ("neural network", "full")
    assert better["difference"] == pytest.approx(0.05, abs=0.005)


def test_regression_on_every_window_is_ahead_or_level():
    whole = {}
    for seed in paper.SEEDS:
        for row in paper.kept_report(seed)["table4"]:
            whole.setdefault((row["features"], row["dataset"]), []).append(row["value"])
    for row in ANSWERS["classifier"]["scores"]:
        if row["measure"] == "full":
            assert row["value"] < np.mean(whole[row["features"], row["target"]]) + 0.005


def test_what_is_learned_and_what_carries_over(study):
    part = small(study)
    plain, units, tight = (
        [part.measure(*setting)[name] for name in FIGURES] for setting in ((1.0, 0), (1.0, 800), (0.03, 0))
    )
    assert 0.13 < units[0] - plain[0] < 0.21  # "about a sixth"
    assert 0.2 < (units[1] - plain[1]) / (units[0] - plain[0]) < 0.45  # "a third of that"
    assert units[2] - plain[2] < units[1] - plain[1] + 0.01
    assert abs(tight[0] - tight[1]) < 0.03 and tight[2] < plain[2] - 0.02


def test_the_lesson_s_words_name_the_verdicts():
    assert "**better**" in TEXT and "**Not as hoped.**" in TEXT
    titles = [
        line for cell in SOURCE.cells for line in cell.source.splitlines() if line.startswith("title = ")
    ]
    assert len(titles) == 5 and all("(synthetic)" in title for title in titles)
