"""The open questions: what is measured, what is compared with what, and when a difference is significant."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_course import made_dataset, made_features
from scipy import stats
from sklearn.naive_bayes import GaussianNB

from mirlab import evaluate, paper, paths, work
from mirlab.features import block_level
from mirlab.paper import Study, open_questions, variants
from mirlab.paper.open_questions import QUESTIONS
from mirlab.paper.variants import Variant, difference, experiment

TWO = ["gtzan-synth", "homburg-synth"]
PLAIN, OTHER = Variant("plain", "base"), Variant("mapped", "tag")


@pytest.fixture
def sets(course):
    """Large enough for ten folds."""
    for seed, name in enumerate(TWO):
        course[name] = made_features(made_dataset(name, 10, seed=seed), seed=seed, key=name)
    return course


# --- the protocol -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_variant_differs_from_its_control_in_one_thing(name):
    for control, variant in QUESTIONS[name].pairs:
        settings = ("features", "learning", "summary", "classifier", "by_song", "to_scale")
        changed = [s for s in settings if getattr(control, s) != getattr(variant, s)]
        assert len(changed) == 1 and changed[0] in ("learning", "summary", "classifier")
        assert control.name != variant.name


def test_every_variant_has_a_key_of_its_own():
    every = [v for question in QUESTIONS.values() for pair in question.pairs for v in pair]
    keys = {variants._key(v) for v in every}
    assert len(keys) == len({(v.name, v.features, v.by_song, v.to_scale) for v in every})
    assert not any(" at 0x" in key for key in keys)  # an address would be another in every process


# --- measuring ----------------------------------------------------------------------------------------


def test_measures_are_those_of_the_protocols(sets):
    study = Study(seed=3)
    found = variants.measure(PLAIN, study, "gtzan-synth")
    windows, y = study.windows("gtzan-synth", "base"), sets["gtzan-synth"].dataset.y
    np.testing.assert_array_equal(found["full"], evaluate.cross_validate(windows, y, random_state=3).scores)
    few = evaluate.learning_curve(windows, y, per_class=5, n_draws=1, random_state=3)
    np.testing.assert_array_equal(found["few"], few.scores[0])
    assert found["similar"].mean() == evaluate.precision_at_k(evaluate.song_vectors(windows), y)


def test_the_paper_s_own_way_is_a_variant_like_any_other(sets):
    """An experiment's control and `mirlab reproduce` measure the same."""
    found = variants.measure(OTHER, Study(), "gtzan-synth", ["full", "similar"])
    np.testing.assert_array_equal(found["full"], paper.classify(Study(), "gtzan-synth", "tag").scores)
    np.testing.assert_array_equal(found["similar"], paper.similar(Study(), "gtzan-synth", "tag"))


def test_what_a_variant_changes_reaches_the_measurement(sets):
    study = Study()
    plain = PLAIN.windows(study, "gtzan-synth")
    blocks = replace(PLAIN, summary=block_level).windows(study, "gtzan-synth")
    assert np.shape(plain) == (100, 1, 24) and np.shape(blocks) == (100, 1, 60)
    assert np.shape(replace(PLAIN, by_song=True).windows(study, "gtzan-synth")) == (100, 1, 24)
    small = replace(OTHER, learning={"n_components": 7})
    assert np.shape(small.windows(study, "gtzan-synth")) == (100, 1, 28)
    bounded = replace(OTHER, learning={"label_max_norm": 0.03})
    assert (bounded.windows(study, "gtzan-synth")[0] != OTHER.windows(study, "gtzan-synth")[0]).all()
    bayes = replace(PLAIN, classifier=GaussianNB())
    y = sets["gtzan-synth"].dataset.y
    expected = evaluate.cross_validate(plain, y, classifier=GaussianNB()).scores
    np.testing.assert_array_equal(variants.measure(bayes, study, "gtzan-synth", ["full"])["full"], expected)


def test_distances_to_scale(sets):
    study = Study()
    songs = evaluate.song_vectors(PLAIN.windows(study, "gtzan-synth"))
    y = sets["gtzan-synth"].dataset.y
    expected = evaluate.precision_per_query(stats.zscore(songs), y)
    scaled = variants.measure(replace(PLAIN, to_scale=True), study, "gtzan-synth", ["similar"])["similar"]
    np.testing.assert_array_equal(scaled, expected)


def test_an_unknown_measure_is_refused(sets):
    with pytest.raises(ValueError, match=r"no measure 'speed'; there are full, few, similar"):
        variants.measure(PLAIN, Study(), "gtzan-synth", ["full", "speed"])


# --- comparing ----------------------------------------------------------------------------------------


def test_the_error_of_one_seed_is_that_of_the_paired_test():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 30)
    near = [rng.normal(label, 1.0, size=(3, 2)) for label in y]
    far = [song + rng.normal(0, 1.0, size=2) for song in near]
    a, b = (evaluate.cross_validate(windows, y) for windows in (far, near))
    paired = evaluate.compare(a, b)
    d, error = difference("full", a.scores[None], b.scores[None])
    assert (d, error) == (pytest.approx(paired.difference), pytest.approx(paired.standard_error))


def test_more_seeds_narrow_the_error_down_to_a_limit():
    d = np.tile([0.0, 0.2], (5, 5))
    one, five = (difference("full", d[:seeds], np.zeros((seeds, 10)))[1] for seeds in (1, 5))
    s2 = 0.01
    assert one == pytest.approx(np.sqrt((1 / 10 + 1 / 9) * s2 * 10 / 9))
    assert five == pytest.approx(np.sqrt((1 / 50 + 1 / 9) * s2 * 50 / 49))


def test_the_error_of_similarity_adds_queries_and_seeds():
    d = np.array([[0.0, 0.2, 0.4], [0.2, 0.4, 0.6]])
    mean, error = difference("similar", d, np.zeros((2, 3)))
    assert mean == pytest.approx(0.3)
    assert error == pytest.approx(np.sqrt(0.04 / 3 + 0.02 / 2))
    assert difference("similar", d[:1], np.zeros((1, 3)))[1] == pytest.approx(np.sqrt(0.04 / 3))


@pytest.mark.parametrize(
    ("d", "error", "expected"),
    [
        (0.03, 0.01, "better"),
        (-0.03, 0.01, "worse"),
        (0.02, 0.01, "no difference found"),
        (0.0, 0.0, "no difference found"),
        (0.1, 0.0, "better"),
    ],
)
def test_verdicts(d, error, expected):
    found = variants._judge(d, error, 49)
    assert found["verdict"] == expected
    if error:
        assert found["p"] == pytest.approx(2 * stats.t.sf(abs(d) / error, 49))
        assert found["reach"] == pytest.approx(2.68 * error, rel=1e-3)
        assert (found["p"] < variants.LEVEL) == (found["verdict"] != "no difference found")


# --- experiments --------------------------------------------------------------------------------------


def test_an_experiment_gives_every_score_and_every_difference(sets):
    found = experiment([(PLAIN, OTHER)], Study(), targets=TWO, seeds=[0, 1])
    assert len(found["scores"]) == 2 * 2 * 3 and len(found["differences"]) == 3 * 3
    means = {
        (v.name, target): np.mean(
            [variants.measure(v, Study(seed=seed), target, ["few"])["few"] for seed in (0, 1)]
        )
        for v in (PLAIN, OTHER)
        for target in TWO
    }
    for row in found["scores"]:
        if row["measure"] == "few":
            assert row["value"] == pytest.approx(means[row["variant"], row["target"]])
    rows = {(row["target"], row["measure"]): row for row in found["differences"]}
    for target in TWO:
        expected = means["mapped", target] - means["plain", target]
        assert rows[target, "few"]["difference"] == pytest.approx(expected)
    errors = [rows[target, "few"]["standard_error"] for target in TWO]
    assert rows["all", "few"]["standard_error"] == pytest.approx(np.hypot(*errors) / 2)
    each = [rows[target, "few"]["difference"] for target in TWO]
    assert rows["all", "few"]["difference"] == pytest.approx(np.mean(each))


def test_an_experiment_stopped_goes_on_and_ends_the_same(sets, data_dir, monkeypatch):
    whole = experiment([(PLAIN, OTHER)], Study(), targets=TWO, seeds=[0], measures=["full"])
    kept = sorted((data_dir / "experiments").iterdir())
    assert len(kept) == 4
    kept[0].unlink()
    kept[1].write_text("{", encoding="utf-8")  # cut off
    measured = []
    original = variants.measure
    monkeypatch.setattr(variants, "measure", lambda *args: measured.append(args[2]) or original(*args))
    again = experiment([(PLAIN, OTHER)], Study(), targets=TWO, seeds=[0], measures=["full"])
    assert again == whole and len(measured) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda v, s, t, seed: (v, s, t, seed + 1), id="seed"),
        pytest.param(lambda v, s, t, seed: (replace(v, to_scale=True), s, t, seed), id="variant"),
        pytest.param(lambda v, s, t, seed: (replace(v, summary=block_level), s, t, seed), id="summary"),
        pytest.param(lambda v, s, t, seed: (v, s, "homburg-synth", seed), id="target"),
    ],
)
def test_scores_are_kept_apart(sets, change):
    first = (PLAIN, Study(), "gtzan-synth", 0)
    variant, study, target, seed = change(*first)
    measures = ["full"]
    assert variants._kept_file(first[1], first[0], first[2], first[3], measures) != variants._kept_file(
        study, variant, target, seed, measures
    )


def test_the_result_does_not_depend_on_the_number_of_jobs(sets, monkeypatch):
    """Work for two processes, done here: workers would not see the made course."""
    news = []
    monkeypatch.setattr(work, "_start", lambda function, items, *_: (function(*item) for item in items))
    one = experiment([(PLAIN, OTHER)], Study(), targets=TWO, seeds=[0], measures=["full"])
    for file in (paths.data_dir() / "experiments").iterdir():
        file.unlink()
    study = Study(n_jobs=2, progress=lambda *one: news.append(one))
    two = experiment([(PLAIN, OTHER)], study, targets=TWO, seeds=[0], measures=["full"])
    assert one == two and news[-1] == (4, 4, "measurements")


def test_an_answer_has_a_verdict_and_perhaps_a_recovery(sets, monkeypatch):
    monkeypatch.setitem(
        QUESTIONS,
        "bound",
        replace(QUESTIONS["bound"], pairs=QUESTIONS["bound"].pairs[-2:], measures=("full",)),
    )
    found = open_questions.answer("bound", Study(), targets=["gtzan-synth"], seeds=[0, 1])
    assert list(found["recovery"]) == ["labels within 1, as V", "labels within 0.1", "labels within 0.03"]
    expected = paper.semantic_recovery(Study(seed=1))["joint embedding"]["manhattan"]["value"]
    assert found["recovery"]["labels within 1, as V"][1] == expected
    assert len(found["verdict"]) == 2
    assert all(sentence.startswith("labels within 0.") for sentence in found["verdict"])
    monkeypatch.setitem(QUESTIONS, "blocks", replace(QUESTIONS["blocks"], measures=("full",)))
    assert "recovery" not in open_questions.answer("blocks", Study(), targets=["gtzan-synth"], seeds=[0])


# --- what is kept with the course ---------------------------------------------------------------------


@pytest.mark.parametrize("name", QUESTIONS)
def test_kept_answers_are_whole_and_follow_the_protocol(name):
    kept = paper.kept_answers()
    assert kept["seeds"] == list(variants.SEEDS) and kept["targets"] == list(variants.TARGETS)
    found, question = kept["questions"][name], QUESTIONS[name]
    assert found["question"] == question.text
    pairs = {(row["control"], row["variant"], row["features"]) for row in found["differences"]}
    assert pairs == {(c.name, v.name, v.features) for c, v in question.pairs}
    assert len(found["differences"]) == len(pairs) * len(question.measures) * 5
    value = {
        (row["variant"], row["features"], row["target"], row["measure"]): row["value"]
        for row in found["scores"]
    }
    pooled = {}
    for row in found["differences"]:
        about = (row["features"], row["target"], row["measure"])
        if row["target"] != "all":
            expected = value[(row["variant"], *about)] - value[(row["control"], *about)]
            assert row["difference"] == pytest.approx(expected, abs=1e-9)
            pooled.setdefault((row["variant"], row["features"], row["measure"]), []).append(row)
        again = variants._judge(row["difference"], row["standard_error"], 49)
        assert {key: row[key] for key in again} == pytest.approx(again) or row["verdict"] == again["verdict"]
    for row in found["differences"]:
        if row["target"] == "all":
            each = pooled[row["variant"], row["features"], row["measure"]]
            assert row["difference"] == pytest.approx(np.mean([r["difference"] for r in each]))
    assert found["verdict"] == open_questions.verdict(found)


def test_a_kept_score_is_measured_again(study):
    """One cell of the kept answers, live: other libraries may move it a little."""
    found = variants.measure(Variant("four statistics", "base"), study, "gtzan-synth", ["full"])["full"]
    rows = paper.kept_answers()["questions"]["blocks"]["scores"]
    [kept] = [
        row
        for row in rows
        if (row["variant"], row["features"], row["target"], row["measure"])
        == ("four statistics", "base", "gtzan-synth", "full")
    ]
    assert found.mean() == pytest.approx(kept["value"], abs=0.02)  # one seed of five


def test_kept_reports_are_json_of_every_experiment():
    for seed in paper.SEEDS:
        report = paper.kept_report(seed)
        assert report["seed"] == seed and report["scale"] == "lesson" and not report["problems"]
        assert all(report[name] for name in paper.EXPERIMENTS)
        assert json.dumps(report)
