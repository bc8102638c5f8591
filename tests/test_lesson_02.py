"""What lesson 02 says of its figures and sounds, held to what its own cells compute."""

import re

import nbformat
import numpy as np
import pytest

from mirlab import corpus, evaluate, lessons
from mirlab.lessons.contents import lesson02
from mirlab.widgets.capacities import FEATURES


@pytest.fixture(scope="module")
def cells(study):
    """Run the notebook here; return ``after(words)``: all names after the cell that holds these words."""
    code = [
        c.source for c in nbformat.read(lessons.open("02").path, as_version=4).cells if c.cell_type == "code"
    ]
    names, kept = {"display": lambda *shown: None}, []
    for source in code:
        exec(source, names)
        kept.append((source, dict(names)))

    def after(words):
        (found,) = (names for source, names in kept if words in source)
        return found

    return after


@pytest.fixture(scope="module")
def split(cells):
    return cells("training, validation, test =")


@pytest.fixture(scope="module")
def text():
    cells = nbformat.read(lessons.open("02").path, as_version=4).cells
    return " ".join(" ".join(c.source for c in cells if c.cell_type == "markdown").split())


def test_the_first_number_is_nine_of_ten(cells):
    assert 0.9 < cells("at_random =")["right"] < 0.94


def test_data_are_complete_on_many_scales_and_no_artist_is_in_two_sets(split):
    assert np.isfinite(split["X"]).all() and split["spreads"].max() > 5 * split["spreads"].min()
    sets = [set(split["gtzan"].groups[split[name]]) for name in ("training", "validation", "test")]
    assert len(set.union(*sets)) == sum(map(len, sets))
    assert sum(split[name].sum() for name in ("training", "validation", "test")) == 400
    assert len(set(split["gtzan"].groups)) == 160  # "400 synthetic songs by 160 artists"
    assert split["X"][split["training"]].mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_the_loss_falls_fast_or_slowly_or_explodes(cells):
    lines = {name: loss for name, (_, loss) in cells("for rate in")["lines"].items()}
    fast, slow, exploding = (lines[f"rate {rate}"] for rate in (0.001, 0.0001, 0.004))
    assert all(loss[0] == pytest.approx(1) for loss in lines.values())
    assert np.all(np.diff(fast) < 0) and np.all(np.diff(slow) < 0)
    assert fast[-1] < 0.65 < 0.75 < slow[-1]
    assert len(exploding) < 10 and np.all(np.diff(exploding) > 0) and exploding[-1] > 3


def test_a_step_takes_the_multiplications_that_the_text_counts(split):
    count = 2 * split["training"].sum() * 800 * 10
    assert round(count / 1e6) == 4


def test_a_step_goes_along_the_true_gradient():
    """The line of the notebook, 2 / n * X.T @ errors, is the gradient of the mean squared error."""
    rng = np.random.default_rng(0)
    W, X, Y = rng.normal(size=(4, 3)), rng.normal(size=(6, 4)), rng.normal(size=(6, 3))

    def loss(W):
        return ((X @ W - Y) ** 2).sum(axis=1).mean()

    numeric = np.zeros_like(W)
    for at in np.ndindex(W.shape):
        nudge = np.zeros_like(W)
        nudge[at] = 1e-6
        numeric[at] = (loss(W + nudge) - loss(W - nudge)) / 2e-6
    assert 2 / len(X) * X.T @ (X @ W - Y) == pytest.approx(numeric, abs=1e-6)


def test_only_the_network_with_an_activation_learns_when_people_dance(cells):
    found = cells("activation, slope in")
    assert found["activation"] is np.tanh
    assert (found["hidden"] @ found["w"]).ravel() == pytest.approx([1, 0, 0, 1], abs=0.01)
    best = np.linalg.lstsq(found["songs"], found["dances"], rcond=None)[0]
    assert (found["songs"] @ best).ravel() == pytest.approx([0.5] * 4)  # no weighted sum is better


def test_the_radio_finds_what_is_liked_and_beats_a_random_radio(cells):
    found = cells("taste =")
    assert found["gtzan"].label_names[found["favourite"]] == "hiphop"
    assert found["gtzan"].y[found["playing"]] == found["favourite"]
    assert found["taste"].mean() == pytest.approx(0.27)
    assert found["taste"].mean() < np.mean(found["liked"][:30]) < 0.7 < np.mean(found["liked"][-100:])


def test_the_curves_part_and_fall_where_features_equal_songs(cells):
    for n, (train, new) in cells("known = {n: accuracies")["known"].items():
        at = FEATURES.index(n)
        assert train[at] == 1 and new[at] < 0.25  # hardly better than a blind guess
        assert train[0] < 0.35 and new[:at].max() > new[0] + 0.1  # underfits, then gets better
        assert new[at] < new[:at].max() - 0.1 and new[-1] > new[at] + 0.2  # the valley, and beyond it
        assert np.all(train[at:] == 1)


def test_cross_validation_has_the_interval_that_is_printed(cells):
    from scipy.stats import t

    found = cells("spread = scores.std")
    assert t.ppf(0.975, 4) == pytest.approx(2.78, abs=0.005)
    assert found["error"] == pytest.approx(np.std(found["scores"], ddof=1) / np.sqrt(5))
    assert 0.65 < found["scores"].mean() < 0.75 and found["spread"] > 0.03


def test_the_winner_loses_most_of_its_lead_whatever_the_models(cells):
    found = cells("average, winner, honest =")
    assert len(found["results"]) == 12 and len(found["models"]) == 200
    lead, left = found["winner"] - found["average"], found["honest"] - found["average"]
    assert 0 < left < 0.5 * lead and lead > 0.1


def test_the_test_set_stays_closed_while_models_are_chosen(cells):
    """Labels and features of fold 0 may not change what the cell computes."""
    found = dict(cells("average, winner, honest ="))
    source = next(
        c.source
        for c in nbformat.read(lessons.open("02").path, as_version=4).cells
        if "average, winner, honest =" in c.source
    )
    before = found["average"], found["winner"], found["honest"]
    closed = found["fold"] == 0
    found["X"], found["Y"] = found["X"].copy(), found["Y"].copy()
    found["X"][closed] = found["Y"][closed] = np.nan
    exec(source, found)
    assert (found["average"], found["winner"], found["honest"]) == before


def test_the_leak_finds_labels_in_noise_and_the_mended_function_does_not(cells):
    results = cells("given, results =")["results"]
    assert abs(np.mean(results["as given"]) - 0.85) < 0.03  # "about 0.85, where 0.5 would be right"
    error = np.std(results["mended"], ddof=1) / np.sqrt(20)
    assert abs(np.mean(results["mended"]) - 0.5) < 3 * error + 0.01
    assert min(results["as given"]) > max(results["mended"])


def test_the_three_songs_are_what_the_text_says(cells):
    found = cells("by_others =")
    i, j, k = 165, found["any_song"][165, 0], found["by_others"][165, 0]
    first, second, third = (corpus.plan("gtzan")[n] for n in (i, j, k))
    scores = [excerpt.score() for excerpt in (first, second, third)]
    assert first.artist == second.artist != third.artist and i != j
    assert scores[0].instruments == scores[1].instruments == {"rapper", "strings", "bass guitar"}
    assert abs(scores[0].tempo - scores[1].tempo) < 5
    assert first.label == second.label == "hiphop" and third.label == "metal"
    assert {"rapper", "bass guitar"} <= scores[2].instruments
    groups = found["gtzan"].groups
    own = np.mean(groups[found["any_song"][:, 0]] == groups)
    assert 0.2 < own < 0.3  # "about one in four"
    chance = np.mean([(np.sum(groups == group) - 1) / (len(groups) - 1) for group in groups])
    assert chance < 0.01  # "less than one in a hundred"


def test_three_splits_three_numbers_and_what_the_leak_hides(cells):
    found = cells("splits = {")
    near, linear = (found["lines"][name][1] for name in ("nearest window", "linear model"))
    assert list(found["splits"]) == ["window", "song", "artist"]
    assert near == pytest.approx([0.92, 0.49, 0.38], abs=0.035)
    assert near[2] < 0.4
    assert np.all(np.diff(near) < -0.1) and np.all(np.diff(linear) < -0.05)
    assert near[0] - linear[0] > 0.04  # the leak prefers the worse model
    assert linear[2] > near[2] + 0.2 and linear[0] - linear[2] < near[0] - near[2] - 0.2


def test_the_prediction_is_revealed_beside_the_computed_score(cells, text):
    source = next(
        c.source for c in nbformat.read(lessons.open("02").path, as_version=4).cells if "reveal(" in c.source
    )
    assert 'here.predict.new_artists.reveal(lines["nearest window"][1][2])' in source
    assert 0.35 < cells("splits = {")["lines"]["nearest window"][1][2] < 0.4


@pytest.mark.parametrize("ridge", [1, 200, 2000])
def test_the_leak_prefers_the_worse_model_whatever_the_ridge(cells, ridge):
    found = cells("splits = {")
    model = found["make_pipeline"](found["StandardScaler"](), found["RidgeClassifier"](ridge))
    near = found["lines"]["nearest window"][1]
    for name, better in (("window", near[0]), ("artist", near[2])):
        cv = found["PredefinedSplit"](found["splits"][name])
        score = found["cross_val_score"](model, found["windows"], found["genre"], cv=cv).mean()
        assert score < better - 0.04 if name == "window" else score > better + 0.15


def test_another_honest_split_says_the_same(cells):
    found = cells("splits = {")
    score, predefined = found["cross_val_score"], found["PredefinedSplit"]
    for random_state in (0, 1):
        fold = evaluate.folds(found["genre"], found["artist"], n_splits=5, random_state=random_state)
        right = score(found["nearest"], found["windows"], found["genre"], cv=predefined(fold)).mean()
        assert 0.35 < right < 0.47


def test_most_windows_are_nearest_to_one_of_their_own_song(cells):
    found = cells("splits = {")
    Z = found["StandardScaler"]().fit_transform(found["windows"])
    _, index = evaluate.nearest(Z, k=1, metric="euclidean")
    assert 0.86 < np.mean(found["song"][index[:, 0]] == found["song"]) < 0.94


def test_the_confusion_matrix_shows_what_the_text_reads_from_it(cells):
    found = cells("predicted = cross_val_predict")
    names, y = found["names"], found["gtzan"].y
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (y, found["predicted"]), 1)
    at = {name: i for i, name in enumerate(names)}
    off = counts - np.diag(np.diag(counts))
    assert np.sort(off.ravel())[-2:].tolist() == [8, 10]
    assert off[at["rock"], at["metal"]] == 10 > off[at["metal"], at["rock"]]
    assert off[at["blues"], at["country"]] == 8
    assert (counts.sum(axis=1) == 40).all() and counts[at["jazz"], at["jazz"]] == 35
    assert all(18 <= counts[at[name], at[name]] <= 22 for name in ("rock", "country"))  # "about half"


def test_every_part_stage_and_kind_is_named_where_it_is_used(text):
    parts = (
        "data collection, label, features, feature extraction, data preparation, training set, "
        "validation set, test set, algorithm, loss, optimization, computational power, neural network, "
        "architecture, activation function, backpropagation, capacity, algorithm selection, evaluation, "
        "improvement, supervised, unsupervised, semi-supervised, self-supervised, reinforcement, transfer, "
        "cross-validation, confusion matrix, confidence\ninterval, standard error"
    )
    for part in " ".join(parts.split()).split(", "):
        assert f"*{part}" in text.lower(), part


def test_every_scenario_is_in_the_text(text):
    assert re.findall(r"- \*\*([a-f])\*\* ", text) == list(lesson02.signals())
    assert set(lesson02.signals().values()) == set(lesson02.KINDS)


# -- the exercises ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda songs, artists, n: np.arange(len(songs)) % n, "This splits by window"),
        (lambda songs, artists, n: np.random.default_rng(3).permutation(len(songs)) % n, "splits by window"),
        (lambda songs, artists, n: np.unique(songs, return_inverse=True)[1] % n, "Splitting by song"),
        (lambda songs, artists, n: np.zeros(len(songs), int), "is empty"),
        (lambda songs, artists, n: np.unique(artists), "folds are needed"),
        (lambda songs, artists, n: np.unique(artists, return_inverse=True)[1], "whole numbers 0 to"),
        (lambda songs, artists, n: 7, "folds are needed"),
    ],
)
def test_a_leaking_split_is_told_what_leaks(answer, told):
    for seed in range(4):
        outcome = lesson02.deal.judge(answer, seed=seed)
        assert outcome.kind == "wrong" and re.search(told, repr(outcome))


def test_any_split_that_does_not_leak_is_right():
    def other(songs, artists, n_folds):
        names = sorted(set(artists.tolist()), reverse=True)
        return [names.index(artist) * n_folds // len(names) for artist in artists]

    assert lesson02.deal.judge(other).kind == "right"
