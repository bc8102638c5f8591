"""The study of lesson 14: its songs, its protocol on made-up songs, and that a stopped run goes on."""

import json

import numpy as np
import pytest

from mirlab import evaluate, paper, paths
from mirlab.audio.disturbances import DISTURBANCES
from mirlab.paper import disturbances, disturbed_songs
from mirlab.paper.disturbances import (
    REMEDIES,
    STRENGTHS,
    few_genres,
    kept_shares,
    over_disturbances,
    remedy,
    sweep,
)


@pytest.fixture(scope="module")
def data():
    return paper.Study().stored(disturbed_songs.SET).dataset


def test_songs_are_of_as_many_artists_as_possible(data):
    songs = disturbed_songs.chosen(data)
    assert np.bincount(data.y[songs]).tolist() == [20] * 10 and len(set(songs)) == 200
    for label in range(10):
        mine = data.groups[songs][data.y[songs] == label]
        assert len(np.unique(mine)) == len(np.unique(data.groups[data.y == label]))
    assert set(disturbed_songs.chosen(data, 10)) <= set(songs)
    assert len(disturbed_songs.chosen(data, 1000)) == len(data)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_three_seconds_are_described_whatever_is_disturbed(name):
    y = np.random.default_rng(0).normal(size=10 * 22050).astype(np.float32)
    assert disturbed_songs.disturbed(y, name, 1.0, 3).shape == (66150,)
    clean = disturbed_songs.disturbed(y, name, 0, 3)
    np.testing.assert_array_equal(clean, y[5 * 22050 + 55125 - 66150 : 5 * 22050 + 55125])


def test_a_small_part_is_described_clean_and_disturbed():
    news, tell = [], lambda: news.append(1)
    domains, y, groups = disturbed_songs.small(paper.Study(), {"level": 1.0}, per_genre=1, progress=tell)
    clean, there = domains["clean"], domains["level"]
    assert {kind: windows.shape for kind, windows in clean.items()} == {
        "base": (10, 2, 800),
        "mfcc": (10, 2, 80),
        "tag": (10, 2, 400),
    }
    assert y.tolist() == list(range(10)) and len(groups) == len(news) == 10
    lost = (clean["base"] - there["base"])[:, :, :200]  # means; 40 dB are 4.6 nepers, but for the floor
    assert 1 < np.median(lost) <= 4.7


class MadeUp:
    """Songs of four genres whose windows shift by 3 under "noise", and stay under everything else."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.y, self.groups = np.tile(range(4), 15), np.arange(60)
        self.clean = rng.normal(4.0 * np.eye(4)[self.y][:, None], 0.5, size=(60, 2, 4))

    def windows(self, name, strength):
        return {"base": self.clean + 3.0 * (name == "noise") * strength * np.array([1, 0, -1, 0])}

    def folds(self, seed):
        return evaluate.folds(self.y, self.groups, n_splits=5, random_state=seed)


def test_the_protocol_on_songs_whose_answer_is_known(monkeypatch):
    songs = MadeUp()
    monkeypatch.setattr(disturbances, "SEEDS", (0, 1))
    monkeypatch.setattr(disturbances, "FEW_GENRES", 1)
    scores = sweep(songs, "base")
    assert set(scores) == {("clean", 0.0), *((d, s) for d in DISTURBANCES for s in STRENGTHS)}
    assert np.shape(scores["room", 1.0]) == (2, 5)
    assert np.mean(scores["room", 1.0]) == np.mean(scores["clean", 0.0]) == 1
    assert np.mean(scores["noise", 1.0]) < 0.9
    gained = {how: np.mean(remedy(songs, "base", "noise", how)) for how in REMEDIES}
    assert gained["nothing"] == np.mean(scores["noise", 1.0])
    assert min(gained[how] for how in ("standardisation", "CORAL", "labels from there")) > 0.98
    for how in ("standardisation", "CORAL"):
        these, everything = (
            np.mean(few_genres(songs, "base", "clean", how, sees)) for sees in ("these genres", "all genres")
        )
        assert these < everything - 0.05


def test_finished_scores_are_not_measured_again(monkeypatch, tmp_path):
    songs = MadeUp()
    songs.songs, songs.tell, calls = songs.y, lambda *_: None, []
    monkeypatch.setattr(disturbances, "Disturbed", lambda study: songs)
    monkeypatch.setattr(disturbances, "EXTRACTORS", ("base",))
    monkeypatch.setattr(disturbances, "DISTURBANCES", {"noise": DISTURBANCES["noise"]})
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path)
    made = np.full((5, 5), 0.5).tolist()
    for name in ("remedy", "few_genres"):
        monkeypatch.setattr(disturbances, name, lambda *what: calls.append(what) or made)
    report = disturbances.measured(paper.Study())
    assert len(calls) == 7 + 14
    assert disturbances.measured(paper.Study()) == report
    assert len(calls) == 7 + 14
    assert json.loads(json.dumps(report))["sweep"][0] | {"scores": 0, "value": 0, "reach": 0} == {
        "features": "base",
        "disturbance": "clean",
        "strength": 0.0,
        "scores": 0,
        "value": 0,
        "reach": 0,
    }
    assert {row["difference"] for row in report["remedies"]} == {0.0}


def test_remedies_are_averaged_over_disturbances_fold_by_fold():
    def row(name, how, score):
        return {"features": "base", "disturbance": name, "remedy": how, "scores": score}

    rows = [row("a", "nothing", [[0.1, 0.3]]), row("b", "nothing", [[0.3, 0.1]])]
    rows += [row("a", "CORAL", [[0.2, 0.4]]), row("b", "CORAL", [[0.4, 0.2]])]
    nothing, coral = over_disturbances({"remedies": rows})
    assert (nothing["value"], coral["value"]) == (0.2, 0.3)
    assert (coral["difference"], coral["difference_reach"]) == (0.1, 0.0)


def test_shares_are_of_the_accuracy_on_clean_songs():
    def row(name, strength, score):
        about = {"features": "base", "disturbance": name, "strength": strength}
        return about | {"scores": [[score, score]], "value": score}

    rows = [row("clean", 0.0, 0.8), row("a", 1.0, 0.4), row("b", 1.0, 0.2), row("a", 0.5, 0.7)]
    np.testing.assert_allclose(kept_shares({"sweep": rows})["base"], [[0.375, 0.375]])
