"""Hold the sentences of lesson 14 to the kept figures and to its live part, and to their controls.

Kept figures are read from data/results/disturbances.json. The live part is small, so the prose says only what
has a clear margin.
"""

import itertools
import re

import nbformat
import numpy as np
import pandas as pd
import pytest

from mirlab import evaluate, lessons, paper
from mirlab.evaluate.domains import across_domains, learn
from mirlab.lessons.contents import lesson14
from mirlab.paper.disturbances import kept_shares, over_disturbances
from mirlab.paper.disturbed_songs import EXTRACTORS, small
from mirlab.paper.inference import over_folds

LIVE = ("base", "mfcc", "tag")


@pytest.fixture(scope="module")
def report():
    return paper.kept("disturbances")


@pytest.fixture(scope="module")
def sweep(report):
    rows = pd.DataFrame(report["sweep"])
    return rows.set_index(["features", "disturbance", "strength"])["value"]


@pytest.fixture(scope="module")
def gains(report):
    rows = pd.DataFrame(over_disturbances(report)).set_index(["features", "remedy"])
    return rows[["value", "reach", "difference", "difference_reach"]]


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(lessons.open("14").path, as_version=4)


@pytest.fixture(scope="module")
def text(notebook):
    return " ".join("\n".join(cell.source for cell in notebook.cells).split())


# -- live ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def live():
    domains, y, groups = small(paper.Study(), {"noise": 1.0, "telephone": 1.0})
    fold = evaluate.folds(y, groups, n_splits=5)

    def accuracy(kind, source, target, remedy="nothing"):
        pair = domains[source][kind], domains[target][kind]
        return across_domains(*pair, y, fold, groups=groups, remedy=remedy).mean()

    return domains, y, groups, fold, accuracy


def test_noise_takes_nearly_everything_and_alignment_wins_some_of_it_back(live):
    *_, accuracy = live
    for kind in LIVE:
        nothing = accuracy(kind, "clean", "noise")
        assert nothing < 0.2 < 0.33 < accuracy(kind, "clean", "clean")
        assert 0.2 < accuracy(kind, "noise", "noise") < accuracy(kind, "clean", "clean") - 0.05
        for remedy in ("standardisation", "CORAL"):
            assert accuracy(kind, "clean", "noise", remedy) > nothing + 0.08


def test_the_leak_makes_it_nearly_perfect(live):
    domains, y, groups, fold, accuracy = live
    X = np.concatenate([domains["clean"]["base"], domains["telephone"]["base"]])
    song, copy = np.tile(np.arange(len(y)), 2), np.repeat([False, True], len(y))
    found = {}
    for name, rule in (("leak", lesson14.training_rows.start), ("right", lesson14.training_rows)):
        correct = []
        for f in range(5):
            held_out = np.flatnonzero(fold == f)
            rows = rule(song, copy, held_out)
            predict = learn(X[rows], y[song[rows]], 10, groups=groups[song[rows]])
            correct.extend(predict(X[held_out]).argmax(axis=1) == y[held_out])
        found[name] = np.mean(correct)
    assert found["leak"] > 0.9
    assert abs(found["right"] - accuracy("base", "clean", "clean")) < 0.1


# -- kept ------------------------------------------------------------------------------------------------


def test_the_kept_figures_are_those_of_the_protocol(report, sweep, text):
    assert report["seeds"] == [0, 1, 2, 3, 4] and report["songs"] == 200 and report["artists"] == 160
    assert "200 songs of 160 artists, five seeds of five folds" in text
    assert len(sweep) == 4 * (1 + 9 * 3) and len(report["remedies"]) == 4 * 9 * 7
    assert len(report["proportions"]) == 4 * 2 * 7
    assert {row["features"] for row in report["sweep"]} == set(EXTRACTORS)
    for row in report["remedies"]:
        assert np.shape(row["scores"]) == (5, 5)
        if row["remedy"] == "nothing":  # the same as in the sweep, by another path
            assert row["value"] == pytest.approx(sweep[row["features"], row["disturbance"], 1.0], abs=0.002)


def kept(sweep, kind, name, strength=1.0):
    return sweep[kind, name, strength] / sweep[kind, "clean", 0.0]


def test_four_disturbances_take_more_than_half_and_three_take_little(sweep):
    for kind in EXTRACTORS:
        for name in ("noise", "codec", "level", "clipping"):
            assert kept(sweep, kind, name) < 0.48
        for name in ("telephone", "equalizer", "tempo"):
            assert kept(sweep, kind, name) > 0.8


def test_no_extractor_is_robust(sweep):
    """The network is the best under one disturbance, and the worst under another."""
    pitch, level = ({kind: kept(sweep, kind, name) for kind in EXTRACTORS} for name in ("pitch", "level"))
    assert all(pitch["mtt_vgg"] > pitch[kind] + 0.1 for kind in EXTRACTORS[:3])
    assert all(level["mtt_vgg"] < level[kind] - 0.05 for kind in EXTRACTORS[:3])


def test_a_pitch_between_the_keys_costs_more(sweep):
    for kind in ("base", "tag"):
        assert sweep[kind, "pitch", 0.25] < sweep[kind, "pitch", 0.5] - 0.05


def test_alignment_does_harm_with_three_genres_and_none_is_found_with_all(report):
    rows = {(r["features"], r["disturbance"], r["remedy"], r["sees"]): r for r in report["proportions"]}
    for kind in EXTRACTORS:
        for how in ("standardisation", "CORAL"):
            harm, control = (rows[kind, "clean", how, sees] for sees in ("these genres", "all genres"))
            assert harm["difference"] < -0.15 and harm["difference"] + harm["difference_reach"] < 0
            assert abs(control["difference"]) < control["difference_reach"]
        weights = rows[kind, "clean", "importance weights", "these genres"]
        assert weights["difference"] > 0
    assert min(rows, key=lambda key: rows[key]["difference"])[:3] == ("base", "clean", "CORAL")


def test_alignment_and_copies_of_it_gain_and_importance_weights_lose(gains):
    for kind in EXTRACTORS:
        for how in ("standardisation", "CORAL", "copies of it"):
            assert gains.loc[(kind, how), "difference"] > gains.loc[(kind, how), "difference_reach"]
        weights, others = (gains.loc[(kind, how)] for how in ("importance weights", "copies of others"))
        assert weights["difference"] < -weights["difference_reach"]
        assert abs(others["difference"]) < others["difference_reach"]


def test_alignment_wins_back_two_thirds_and_less_than_half_for_the_network(gains):
    for how in ("standardisation", "CORAL"):
        back = {
            kind: gains.loc[(kind, how), "difference"] / gains.loc[(kind, "labels from there"), "difference"]
            for kind in EXTRACTORS
        }
        assert all(back[kind] > 0.6 for kind in EXTRACTORS[:3]) and back["mtt_vgg"] < 0.45


# -- the page --------------------------------------------------------------------------------------------


def test_the_prediction_is_about_what_the_cell_computes(notebook, report):
    """No extractor is clearly ahead of any other, whichever two are compared."""
    shares = kept_shares(report)
    for one, other in itertools.combinations(shares.values(), 2):
        lead = over_folds(one - other)
        assert abs(lead.value) < lead.reach
    cell = next(c for c in notebook.cells if ".reveal(" in c.source)
    assert "The result: no clear difference." in cell.outputs[-1]["data"]["text/plain"]


def test_links_lead_somewhere(text):
    folder = lessons.open("14").path.parent
    for link in re.findall(r"\]\((.+?)\)", text):
        assert (folder / link).exists(), link


@pytest.mark.parametrize("level", [np.inf, np.nan])
def test_a_level_that_is_not_finite_breaks_no_claim(level):
    """With an infinite one, every mean is infinite or no number, and all songs come out wrong afterwards."""
    songs = {"source ballads": [1, 2], "source metal": [level, level], "target ballads": [1, 2]}
    outcome = lessons.open("14").ex.harmed.judge(songs | {"target metal": []})
    assert outcome.kind == "wrong" and "finite numbers" in repr(outcome)


def test_words_for_labels_are_read_as_in_other_exercises():
    answer = {f"{name.upper()} ": f"{word}\n" for name, word in lesson14.labels_kept().items()}
    assert lessons.open("14").ex.labels_kept.judge(answer).kind == "right"
