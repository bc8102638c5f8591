"""What lesson 01 says of its sounds and numbers, held to the corpus; and how its exercises answer."""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest

from mirlab import lessons, paper
from mirlab.features import log_mel
from mirlab.lessons.contents import lesson01

COMPONENTS = (
    "source domain, target domain, source task, target task, pretrained model, feature representation, "
)
COMPONENTS += "adaptation method, training dataset, evaluation metric"
KINDS = [kind for kinds in lesson01.QUESTIONS.values() for kind in kinds]


@pytest.fixture(scope="module")
def cells():
    return nbformat.read(lessons.open("01").path, as_version=4).cells


@pytest.fixture(scope="module")
def text(cells):
    return " ".join(" ".join(cell.source for cell in cells if cell.cell_type == "markdown").split())


@pytest.fixture(scope="module")
def found(cells, study):
    """Run the cells whose numbers the text states, and return their names."""
    names = {"display": lambda shown: None}
    for cell in cells:
        if cell.cell_type == "code" and not re.search(r"here\.|labelled_songs", cell.source):
            exec(cell.source, names)
    return names


@pytest.fixture(scope="module")
def trials(found, study):
    every = {(one.target, one.songs): one for one in found["trials"]}
    assert set(every) == {(name, k) for name in study.targets for k in (1, 2, 5, 20)}
    return every


@pytest.fixture(scope="module")
def gains(trials):
    return pd.Series({key: one.gain.difference[0] for key, one in trials.items()}).unstack()


def test_all_nine_components_and_all_seven_kinds_are_named_where_they_are_met(text):
    for name in [*COMPONENTS.split(", "), *KINDS, "negative transfer", "often believed"]:
        assert f"**{name}" in text.lower(), name
    assert set(lesson01.roles()) == set(COMPONENTS.split(", "))


def test_the_tune_gets_louder_and_brighter_in_the_middle(found):
    first, second, half = found["first"], found["second"], found["half"]
    before, after = log_mel(first[:half]), log_mel(second[half:])
    assert after[:, -15:].mean() > before[:, -15:].mean() + 1  # nepers: the top of the picture
    assert np.sqrt(np.mean(second**2)) > 1.1 * np.sqrt(np.mean(first**2))
    assert len(found["tune"]) == 220_500


def test_the_tags_named_for_a_song_never_heard_are_mostly_true(found):
    tags = found["tags"][np.argsort(-found["affinity"])[:5]]
    assert sum(tag in found["true"] for tag in tags) >= 4
    assert len(set(found["tags"]) & set(found["genres"])) == 8


def test_one_labelled_song_of_each_genre_names_more_than_a_quarter(found):
    assert 0.25 < found["result"].mean[0] < 1 / 3


def test_the_embedding_is_ahead_with_one_song_and_behind_with_twenty(gains, found):
    means = pd.DataFrame(found["means"], index=["gain", "error"])
    assert means.loc["gain"].to_numpy() == pytest.approx(gains.mean().to_numpy())
    t = means.loc["gain"] / means.loc["error"]
    assert 2 < t[1] < 3.5  # "almost three standard errors"
    assert 0 < t[2] < 2 and 0 < t[5] < 2  # "its lead is within two errors"
    assert t[20] < -2  # "more than two errors below zero"
    assert (gains.loc[["gtzan-synth", "homburg-synth"], 20] < -0.02).all()
    assert gains.loc[["artists1517-synth", "unique-synth"], 20].between(-0.03, 0.01).all()


def test_few_single_gaps_are_clear(trials):
    clear = {key: one.verdict for key, one in trials.items() if one.verdict != "no clear difference"}
    assert clear[("unique-synth", 1)] == "transfer helps"
    assert len(clear) <= 4 < len(trials) / 3


def test_twenty_songs_a_label_are_enough_to_learn_from(trials):
    one = trials["gtzan-synth", 20]  # of which the quiz says: far above a random guess, base rising faster
    assert min(one.base.mean[0], one.tag.mean[0]) > 5 * one.chance
    few = trials["gtzan-synth", 1]
    assert one.base.mean[0] - few.base.mean[0] > one.tag.mean[0] - few.tag.mean[0] > 0


def test_the_domain_gap_between_the_sets_is_small_and_adapting_changes_little(found):
    scores = found["scores"]
    error = np.sqrt(scores["away"] * (1 - scores["away"]) / len(found["y_new"]))
    assert 0 < scores["at home"] - scores["away"] < 2 * error  # "could be chance"
    assert abs(scores["away, adapted"] - scores["away"]) < 0.04


def test_a_telephone_costs_half_of_the_accuracy_and_adapting_gives_most_of_it_back(found):
    scores = found["scores"]
    same_songs = found["genre_of"].score(found["home"].transform(found["X_new"]), found["y_new"])
    assert 0.4 < scores["telephone"] / same_songs < 0.6
    won = (scores["telephone, adapted"] - scores["telephone"]) / (same_songs - scores["telephone"])
    assert 0.6 < won <= 1
    assert len(found["called"]) == len(found["X_line"]) == len(found["y_new"])
    assert (found["labels"][found["called"]].to_numpy() == found["y_new"]).all()


def test_heaps_are_far_from_genres_but_not_drawn_by_lot(found):
    from sklearn.metrics import adjusted_rand_score

    y, heap = found["target"].dataset.y, found["heap"]
    assert 0.08 < adjusted_rand_score(y, heap) < 0.3
    assert abs(adjusted_rand_score(y, np.random.default_rng(0).permutation(heap))) < 0.02
    assert len(set(found["chosen"])) == 4


def test_similarity_gains_about_a_tenth_on_every_set(found):
    precision = pd.DataFrame(found["nearest"]).T
    assert list(precision.index) == paper.Study().targets
    assert (precision["tag"] - precision["base"]).between(0.05, 0.15).all()


def test_the_pretrained_start_is_ahead_and_stays_ahead_by_less(found):
    lead = np.subtract(found["loss"]["from random numbers"], found["loss"]["from the tags"])
    assert (lead > 0).all() and max(lead[1:]) < 0.8 * lead[0]


def test_four_vocabularies_name_one_clip_alike(found):
    joint, clip = found["joint"], found["clip"]
    named = [joint.sources[name][joint.affinity(clip, name).mean(axis=0).argmax()] for name in joint.sources]
    assert named == ["Hip-Hop", "hiphop", "raphiphop", "hip-hop"]
    assert "magnatagatune-synth" not in joint.sources


# -- the exercises --------------------------------------------------------------------------------------


def test_the_map_is_mirlabs_own(found):
    space, frames = found["space"], found["frames"]
    ours = lesson01.transfer(frames, space.mean, space.scale, space.components)
    np.testing.assert_allclose(ours, space(frames), rtol=0, atol=1e-2)
    assert np.corrcoef(ours.ravel(), space(frames).ravel())[0, 1] > 0.99999


def test_each_scenario_says_where_it_errs_and_never_what_is_right():
    for name, (question, right, _) in lesson01.SCENARIOS.items():
        for wrong in {*KINDS, "inductiv"} - {right}:
            told = repr(lesson01.kinds.judge(lesson01.kinds.solve() | {name: wrong}))
            assert told.startswith("✘ Wrong: kinds") and f"`{name}`" in told
            if wrong in lesson01.QUESTIONS[question]:
                assert f"`{name}` is not {wrong}: " in told and right not in told
            elif wrong in KINDS:
                assert f"`{name}` asks “{question}”; {wrong} answers “" in told and right not in told
            else:
                assert "none of the seven kinds" in told


def test_several_wrong_scenarios_are_told_at_once_and_a_missing_one_is_told():
    told = repr(lesson01.kinds.judge(lesson01.kinds.solve() | {"a": "multitask", "e": "feature-based"}))
    assert "`a` asks" in told and "`e` is not" in told and "`b`" not in told
    short = lesson01.kinds.solve()
    del short["b"]
    assert lesson01.kinds.judge(short).kind == "wrong"
    capitals = {name: kind.title() for name, kind in lesson01.kinds.solve().items()}
    assert lesson01.kinds.judge(capitals).kind == "right"


def test_every_scenario_and_every_letter_stands_in_the_text(text, cells):
    for name, (question, _, _) in lesson01.SCENARIOS.items():
        scenario = re.search(rf"- \*\*{name}\*\* (.*?)(?= - \*\*|$)", text)
        assert scenario and question.lower() in scenario[1].lower()
    assert set(re.findall(r"- \*\*([A-I])\*\*:", text)) == set(lesson01.roles().values())
