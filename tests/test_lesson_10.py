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
    sure = [row["target"] for row in rows if row["verdict"] == "better"]
    assert sorted(sure) == ["artists1517-synth", "unique-synth"]  # "on two sets", not on gtzan-synth


def test_blocks_gain_everywhere():
    assert verdicts("blocks") == {"better"} and len(found("blocks")) == 6
    for row in found("blocks"):
        low, high = {"base": (0.085, 0.095), "tag": (0.045, 0.055)}[row["features"]]
        if row["measure"] != "similar":
            low, high = 0.035, 0.056  # "four to five points", with five songs up to five and a half
        assert low < row["difference"] < high


def test_a_bound_costs_similarity_and_more_the_tighter():
    assert verdicts("bound", measure="similar") == {"worse"}
    for kind in ("genre", "tag"):
        falls = [row["difference"] for row in found("bound", measure="similar", features=kind)]
        assert falls == sorted(falls, reverse=True)
    others = [row for name in ("full", "few") for row in found("bound", measure=name)]
    [worse] = [row for row in others if row["verdict"] != "no difference found"]
    assert (worse["variant"], worse["features"]) == ("labels within 0.03", "tag") and worse["difference"] < 0
    few = found("bound", measure="few", features="genre")
    assert all(0.025 < row["difference"] < 0.04 for row in few)  # "about three points each time"


def test_recovery_is_best_at_a_bound_of_three_tenths():
    recovery = {name: np.mean(values) for name, values in ANSWERS["bound"]["recovery"].items()}
    assert list(recovery) == [
        "labels within 1, as V",
        "labels within 0.3",
        "labels within 0.1",
        "labels within 0.03",
    ]
    plain, loose, tight, tightest = recovery.values()
    assert loose > plain + 0.04 and plain > tight + 0.1 and tight > tightest + 0.1


def test_hidden_units_help_the_genre_embedding_alone():
    assert verdicts("nonlinear", features="tag") == {"no difference found"}
    full = found("nonlinear", measure="full", features="tag")
    assert all(row["difference"] + 2.7 * row["standard_error"] < 0.04 for row in full)
    for name in ("full", "similar"):
        assert verdicts("nonlinear", measure=name, features="genre") == {"better"}
    fifty, more = found("nonlinear", measure="full", features="genre")
    assert abs(fifty["difference"] - more["difference"]) < 0.01
    lost = []
    for seed in paper.SEEDS:
        cells = {(r["dataset"], r["features"]): r["value"] for r in paper.kept_report(seed)["table4"]}
        lost += [cells[name, "base"] - cells[name, "genre"] for name, kind in cells if kind == "base"]
    assert fifty["difference"] == pytest.approx(np.mean(lost), abs=0.01)  # "as much as it lost"


def test_the_joint_embedding_recovers_more_with_hidden_units():
    recovery = {name: np.mean(values) for name, values in ANSWERS["nonlinear"]["recovery"].items()}
    assert recovery["linear"] == pytest.approx(0.76, abs=0.005)
    assert min(recovery["50 hidden units"], recovery["200 hidden units"]) > 0.85


def test_classifiers():
    assert "better" not in verdicts("classifier", features="base")
    assert verdicts("classifier", features="base", measure="few") == {"worse"}
    [better] = [row for row in found("classifier", features="tag") if row["verdict"] != "no difference found"]
    assert (better["variant"], better["measure"]) == ("neural network", "full")
    assert better["difference"] == pytest.approx(0.04, abs=0.005)


def test_some_forty_labels_against_194_tags(study):
    assert len(study.stored("magnatagatune-synth").dataset.label_names) == 194
    counts = [
        sum(len(study.stored(name).dataset.label_names) for name in study.sources("genre", target))
        for target in study.targets
    ]
    assert min(counts) >= 33 and max(counts) <= 43


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
