"""The measurement of fine-tuning: splits, the choice of settings, errors worked by hand, and what is kept."""

import numpy as np
import pytest

from mirlab import paper, remaking
from mirlab.networks import small
from mirlab.paper import Study, fine_tuned, fine_tuning

needs_keras = pytest.mark.skipif(not small.available(), reason="JAX has no wheels for this machine")
Y = np.repeat(np.arange(4), 12)
ARTISTS = np.arange(48) // 2


def test_draws_are_nested_and_no_artist_is_on_both_sides():
    test, drawn = fine_tuning.draw(Y, ARTISTS, 3, songs=(1, 2, 5))
    for k, rows in drawn.items():
        assert np.bincount(Y[rows]).tolist() == [k] * 4
        assert not set(ARTISTS[rows]) & set(ARTISTS[test])
    assert set(drawn[1]) < set(drawn[2]) < set(drawn[5])
    assert not np.array_equal(drawn[5], fine_tuning.draw(Y, ARTISTS, 4, songs=(5,))[1][5])


@pytest.mark.parametrize(("songs", "judging"), [(1, 0), (2, 1), (5, 2)])
def test_a_quarter_of_the_songs_judges_settings(songs, judging):
    _, drawn = fine_tuning.draw(Y, ARTISTS, 0, songs=(songs,))
    learn, judge = fine_tuning.left_out(drawn[songs], Y)
    assert sorted([*learn, *judge]) == sorted(drawn[songs])
    assert np.bincount(Y[learn]).tolist() == [songs - judging] * 4


@needs_keras
def test_settings_are_chosen_without_the_test_songs():
    rng = np.random.default_rng(0)
    songs = [rng.normal(size=(2, 32, 40)).astype(np.float32) for _ in Y]
    test, drawn = fine_tuning.draw(Y, ARTISTS, 0, songs=(1, 2))
    start = small.create("feedforward", 4)
    middle = fine_tuning.RATES[1], fine_tuning.STEPS[1]
    assert fine_tuning.choose(start, songs, Y, drawn[1], unfrozen=0) == middle
    chosen = fine_tuning.choose(start, songs, Y, drawn[2], unfrozen=0)
    for i in test:
        songs[i] = np.full_like(songs[i], 1e3)
    assert fine_tuning.choose(start, songs, Y, drawn[2], unfrozen=0) == chosen


def test_the_interval_is_the_corrected_one():
    """The variance of 0.1, 0.2, 0.3 is 0.01; times (1/3 + 1/3)."""
    found = fine_tuned.mean_over_seeds([0.1, 0.2, 0.3])
    assert (found.value, found.freedom) == (pytest.approx(0.2), 2)
    assert found.standard_error == pytest.approx(np.sqrt(0.01 * 2 / 3))


def test_the_kept_figures_are_complete_and_of_today():
    kept = paper.kept("fine-tuning")
    assert remaking.is_current("fine-tuning")
    for competitor in fine_tuning.COMPETITORS:
        for k in fine_tuning.SONGS:
            scores = fine_tuned.scores_of(kept["scores"], *competitor, k)
            assert len(scores) == len(fine_tuning.SEEDS) and ((scores >= 0) & (scores <= 1)).all()
    assert len(kept["forgetting"]) == 3 * len(fine_tuning.FORGET_RATES) * len(fine_tuning.SEEDS)
    with pytest.raises(ValueError, match="nothing was measured"):
        fine_tuned.scores_of(kept["scores"], "convolutional", "pretrained", 1, 7)


@needs_keras
def test_a_kept_figure_comes_out_again():
    """One of them is measured again; another machine may differ by a few songs of a hundred."""
    study = Study()
    songs, data = fine_tuning.target(study)
    found = fine_tuning._score(study, songs, data, "feedforward", "pretrained", 0, 1, 0)
    kept = fine_tuned.scores_of(paper.kept("fine-tuning")["scores"], "feedforward", "pretrained", 0, 1)
    assert found["accuracy"] == pytest.approx(kept[0], abs=0.05)


@needs_keras
def test_a_run_that_is_stopped_goes_on(monkeypatch, data_dir):
    """Two seeds with few competitors; nothing is trained."""
    calls, news = [], []

    def score(study, songs, data, *what):
        calls.append(what)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return {"accuracy": 0.5}

    monkeypatch.setattr(fine_tuning, "COMPETITORS", [("feedforward", "pretrained", 0), ("base", "none", 0)])
    monkeypatch.setattr(fine_tuning, "target", lambda study: (None, None))
    monkeypatch.setattr(fine_tuning, "held_out", lambda study: ())
    monkeypatch.setattr(fine_tuning.pretraining, "mean_auc", lambda network: 0.7)
    monkeypatch.setattr(fine_tuning, "_score", score)
    monkeypatch.setattr(
        fine_tuning, "_forgets", lambda *what: calls.append(what[3:]) or {"accuracy": 0, "auc": 1}
    )
    study = Study(progress=lambda *one: news.append(one))
    with pytest.raises(KeyboardInterrupt):
        fine_tuning.measured(study, seeds=(0, 1))
    report = fine_tuning.measured(study, seeds=(0, 1))
    scores, forgetting = 2 * 2 * len(fine_tuned.SONGS), 2 * 3 * len(fine_tuning.FORGET_RATES)
    assert (len(report["scores"]), len(report["forgetting"])) == (scores, forgetting)
    assert len(calls) == scores + forgetting + 1 and len(set(calls)) == scores + forgetting
    about = {"network": "base", "start": "none", "unfrozen": 0, "songs": 1, "seed": 0, "accuracy": 0.5}
    assert report["scores"][1] == about
    assert report["before"] == dict.fromkeys(small.TAGGERS, 0.7)
    assert news[-1][:2] == (scores + forgetting,) * 2
