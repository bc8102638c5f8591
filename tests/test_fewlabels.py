"""Few labels: losses and gradients by hand, representations without test songs, choices that are fair."""

import numpy as np
import pytest

from mirlab import fewlabels
from mirlab.errors import StoreError
from mirlab.fewlabels import METHODS, PairNetwork, study
from mirlab.paper import Study
from mirlab.paper.resuming import Once


def toy(seed, n=60, spread=1.0, artists=2):
    """Songs of three labels: each has a centre of its own near that of its label, and three windows."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    centres = rng.normal(size=(3, 12))[y] + 0.5 * rng.normal(size=(n, 12))
    windows = centres[:, None] + 0.3 * spread * rng.normal(size=(n, 3, 12))
    return {"windows": windows.astype(np.float32), "y": y, "artists": np.arange(n) // artists}


@pytest.fixture
def task():
    return fewlabels.split(**toy(0), fold=0) if METHODS else None


# -- the contrastive loss --------------------------------------------------------------------------


def test_the_loss_of_two_pairs_by_hand():
    """Cosines 1 and 0, temperature 1/2: -log(e² / (e² + 1)); all alike: log 2; one pair: nothing to find."""
    loss, _, _ = fewlabels.info_nce(np.eye(2), np.eye(2), 0.5)
    assert loss == pytest.approx(np.log(1 + np.exp(-2)))
    alike = np.ones((2, 1))
    assert fewlabels.info_nce(alike, alike, 0.5)[0] == pytest.approx(np.log(2))
    assert fewlabels.info_nce(alike[:1], alike[:1], 0.5)[0] == 0


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_those_of_finite_differences(seed):
    rng = np.random.default_rng(seed)
    network = PairNetwork.drawn(4, random_state=seed, hidden=5, projected=3)
    first, second = rng.normal(size=(2, 6, 4))
    _, gradients = network.loss(first, second, 0.5)
    for weights, gradient in zip((network.W, network.b, network.V), gradients, strict=True):
        for place in np.ndindex(weights.shape):
            kept, losses = weights[place], []
            for step in (1e-5, -1e-5):
                weights[place] = kept + step
                losses.append(network.loss(first, second, 0.5)[0])
            weights[place] = kept
            assert gradient[place] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_training_lowers_the_loss_of_pairs_that_it_has_not_seen(seed):
    """Four features belong to the song, and twelve to the window: the network learns which."""
    rng = np.random.default_rng(seed)
    windows = rng.normal(size=(200, 4, 16))
    windows[:, :, :4] = windows[:, :1, :4]
    settings = {"temperature": 0.3, "random_state": seed, "steps": 200}
    network, losses = fewlabels.learn_pairs(windows[:150], **settings)
    fresh = PairNetwork.drawn(16, random_state=seed)
    held = windows[150:, 0], windows[150:, 1], 0.3
    assert losses[-20:].mean() < 0.8 * losses[:5].mean()
    assert network.loss(*held)[0] < 0.75 * fresh.loss(*held)[0]
    again, _ = fewlabels.learn_pairs(windows[:150], **settings)
    np.testing.assert_array_equal(again.W, network.W)


def test_pairs_need_two_songs_with_two_windows():
    for shape in ((1, 2, 3), (2, 1, 3)):
        with pytest.raises(ValueError, match="pairs need two songs, and two windows of each"):
            fewlabels.learn_pairs(np.zeros(shape), temperature=1.0, random_state=0)


# -- nothing of the test part is used --------------------------------------------------------------


@pytest.mark.parametrize("method", [method for method in METHODS if method != "real network"])
def test_test_songs_and_unpaid_labels_change_nothing(method):
    """Other test songs, and other labels of unlabelled songs: the outputs for one test song stay the same."""
    data = toy(1)
    one = fewlabels.split(**data, fold=0)
    labelled = fewlabels.draw(one, 2)
    other = toy(1)
    other["windows"][one.test[1:]] += 7
    changed = fewlabels.split(**other, fold=0)
    hidden = np.setdiff1d(one.train, labelled)
    changed.y = data["y"].copy()
    changed.y[hidden] = (changed.y[hidden] + 1) % 3
    assert fewlabels.chosen_setting(one, method, labelled) == fewlabels.chosen_setting(
        changed, method, labelled
    )
    for setting in METHODS[method]:
        found = (fewlabels.outputs(t, method, setting, labelled, t.test[:1]) for t in (one, changed))
        np.testing.assert_allclose(*found, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("method", METHODS)
def test_every_method_learns_clear_labels(method, seed):
    data = toy(seed, spread=0.5)
    network = data["windows"].mean(axis=1)
    task = fewlabels.split(**data, fold=1, seed=seed, network=network)
    score, setting = fewlabels.accuracy(task, method, fewlabels.draw(task, 5))
    assert score > 0.6 and setting in METHODS[method]
    assert (
        fewlabels.chosen_setting(task, method, fewlabels.draw(task, 1))
        == METHODS[method][len(METHODS[method]) // 2]
    )


def test_self_training_stops_when_all_songs_are_labelled():
    X, codes = np.arange(6.0)[:, None], np.array([0, 0, 0, 1, 1, 1])
    found = fewlabels.self_training(X, codes, 2, X, per_label=4)
    np.testing.assert_allclose(found, fewlabels.labels_alone(X, codes, 2, X))


def test_spreading_gives_nothing_to_a_song_that_no_label_reaches():
    X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]])
    found = fewlabels.spreading(X, np.array([0, -1, 1, -1, -1, -1]), 3, X[[0, 4]], n_neighbors=2)
    assert found.shape == (2, 3) and found[0].argmax() == 0 and not found[1].any() and not found[:, 2].any()


# -- prototypes, choices ---------------------------------------------------------------------------


def test_the_nearest_mean_by_hand():
    X, codes = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0]]), np.array([0, 0, 2])
    found = fewlabels.nearest_mean(X, codes, 3, np.array([[1.0, 0.0]]), metric="L1")
    assert found.tolist() == [[-2.0, -np.inf, -3.0]]
    with pytest.raises(ValueError, match="metric='L3' is unknown; it must be one of L1, euclidean, cosine"):
        fewlabels.nearest_mean(X, codes, 3, X, metric="L3")


def test_rules_choose_different_songs_of_the_training_part(task):
    for rule in fewlabels.RULES:
        songs = fewlabels.picked(task, rule, 12)
        assert len(set(songs)) == 12 and set(songs) <= set(task.train)
        np.testing.assert_array_equal(songs, fewlabels.picked(task, rule, 12))
    starts = [fewlabels.picked(task, rule, 12)[0] for rule in fewlabels.RULES]
    assert len(set(starts)) == 1
    assert len(fewlabels.picked(task, "unsure songs", len(task.train))) == len(task.train)


def test_draws_are_nested_and_even(task):
    few, more = (fewlabels.draw(task, k) for k in (2, 5))
    assert set(few) <= set(more) <= set(task.train)
    assert np.bincount(task.y[more]).tolist() == [5, 5, 5]
    assert not set(task.artists[task.train]) & set(task.artists[task.test])


@pytest.mark.parametrize("rule", fewlabels.RULES)
def test_no_rule_picks_a_song_twice(task, rule):
    picked = fewlabels.picked(task, rule, 2 * len(task.train))
    assert sorted(picked) == task.train.tolist()


def test_what_is_unknown_is_named(task):
    for call, message in (
        (lambda: fewlabels.outputs(task, "magic", None, task.train, task.test), "method='magic' is unknown"),
        (lambda: fewlabels.picked(task, "magic", 3), "rule='magic' is unknown; it must be one of random"),
        (lambda: task.features("magic"), "kind='magic' is unknown"),
        (lambda: task.features("network"), "no features of a network; give some as network=... to split"),
        (lambda: fewlabels.split(**toy(0), fold=5), "fold=5; it must be a whole number from 0 to 4"),
        (lambda: fewlabels.unsure(task.songs, task.y, 3, 9, start=[0], batch=0), "batch=0; at least one"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


# -- the study -------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["", "[1]", '{"a": '])
def test_damaged_measurements_are_one_sentence(data_dir, content):
    once = Once("few-labels", study.VERSION)
    once("a-synth/0/0", dict)
    once.file.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match=r"found\.json: is damaged; delete it"):
        Once("few-labels", study.VERSION)


def test_the_study_goes_on_where_it_was_stopped(data_dir, monkeypatch):
    monkeypatch.setattr(study, "SETS", ("a-synth",))
    monkeypatch.setattr(study, "SEEDS", (0, 1))
    monkeypatch.setattr(study, "FOLDS", 3)
    monkeypatch.setattr(study, "PER_CLASS", (1, 3))
    arrays, asked, seen = toy(0) | {"network": toy(0)["windows"][:, 0]}, [], []
    monkeypatch.setattr(study, "data", lambda *_, **__: asked.append(1) or arrays)

    def stop(*news):
        seen.append(news)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study.measured(Study(progress=stop))
    assert seen == [(1, 6, "a-synth/0/0"), (2, 6, "a-synth/0/1")]
    half = Once("few-labels", study.VERSION).found
    report = study.measured(Study())
    assert len(half) == 2 and len(report["cells"]) == 6 and len(asked) == 2
    assert all(report["cells"][key] == one for key, one in half.items())
    curves = study.curves(report, "a-synth")
    assert set(curves) == {*METHODS, *fewlabels.RULES}
    assert all(scores.shape == (2, 2, 3) for scores in curves.values())
    rows = {(row["method"], row["per_class"]): row for row in study.rows(report, "a-synth")}
    assert rows["PCA", 3]["value"] == pytest.approx(curves["PCA"][1].mean())
    found = study.differences(report, "a-synth")
    assert len(found) == 2 * len(study.CONTROLS) and all(row["adjusted"] >= row["p"] for row in found)
    assert study.measured(Study()) == report and len(asked) == 2
    monkeypatch.setattr(study, "VERSION", "other")
    assert not Once("few-labels", study.VERSION).found
