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
    pair = open_questions.QUESTIONS["blocks"].pairs[0]
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
    assert verdicts("blocks") == {"better"} and len(found("blocks")) == 3
    assert all(0.045 < row["difference"] < 0.065 for row in found("blocks"))  # "five to six points"


def test_a_bound_costs_similarity_and_more_the_tighter():
    assert verdicts("bound", measure="similar") == {"worse"}
    falls = [row["difference"] for row in found("bound", measure="similar")]
    assert falls == sorted(falls, reverse=True)
    [worse] = [row for row in found("bound", measure="full") if row["verdict"] != "no difference found"]
    assert worse["variant"] == "labels within 0.03"
    assert worse["difference"] == pytest.approx(-0.03, abs=0.005)
    assert verdicts("bound", measure="few") == {"no difference found"}


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


def test_hidden_units_do_not_help():
    for name in ("full", "few"):
        assert verdicts("nonlinear", measure=name) == {"no difference found"}
    assert all(row["difference"] + row["reach"] < 0.02 for row in found("nonlinear", measure="full"))
    fifty, two_hundred = found("nonlinear", measure="similar")
    assert (fifty["verdict"], two_hundred["verdict"]) == ("worse", "no difference found")
    assert fifty["difference"] == pytest.approx(-0.01, abs=0.005)
    rows = paper.differences([paper.kept_report(seed) for seed in paper.SEEDS], "table5")
    [won] = [row["difference"] for row in rows if (row["features"], row["target"]) == ("tag", "all")]
    assert won == pytest.approx(0.09, abs=0.006)  # "about nine times as much"


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


def test_half_of_the_network_s_lead_is_the_regression_s_ridge(study):
    rows = [r for r in ANSWERS["classifier"]["scores"] if (r["features"], r["measure"]) == ("tag", "full")]
    kept = {(row["variant"], row["target"]): row["value"] for row in rows}
    lead, fair = [], []
    for name in study.targets:
        songs = evaluate.song_vectors(study.windows(name, "tag"))[:, None]
        chosen = evaluate.cross_validate(songs, study.stored(name).dataset.y).mean
        lead.append(kept["neural network", name] - kept["linear regression", name])
        fair.append(kept["neural network", name] - chosen)
    assert 0.25 < np.mean(fair) / np.mean(lead) < 0.75


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
