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
    assert 0.85 < cells("at_random =")["right"] < 0.93


def test_data_are_complete_on_many_scales_and_no_artist_is_in_two_drawers(split):
    assert np.isfinite(split["X"]).all() and split["spreads"].max() > 5 * split["spreads"].min()
    drawers = [set(split["gtzan"].groups[split[name]]) for name in ("training", "validation", "test")]
    assert len(set.union(*drawers)) == sum(map(len, drawers))
    assert sum(split[name].sum() for name in ("training", "validation", "test")) == 400
    assert len(set(split["gtzan"].groups)) == 160  # "400 songs by 160 artists"
    assert split["X"][split["training"]].mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_the_loss_falls_creeps_or_explodes(cells):
    lines = {name: loss for name, (_, loss) in cells("for rate in")["lines"].items()}
    fast, creeping, exploding = (lines[f"rate {rate}"] for rate in (0.001, 0.0001, 0.004))
    assert all(loss[0] == pytest.approx(1) for loss in lines.values())
    assert np.all(np.diff(fast) < 0) and np.all(np.diff(creeping) < 0)
    assert fast[-1] < 0.65 < 0.75 < creeping[-1]
    assert len(exploding) < 10 and np.all(np.diff(exploding) > 0) and exploding[-1] > 3


def test_a_step_takes_the_multiplications_that_the_text_counts(split):
    count = 2 * split["training"].sum() * 800 * 10
    assert round(count / 1e6) == 4


def test_only_the_network_with_an_activation_learns_who_dances(cells):
    found = cells("activation, slope in")
    assert found["activation"] is np.tanh
    assert (found["hidden"] @ found["w"]).ravel() == pytest.approx([1, 0, 0, 1], abs=0.01)
    best = np.linalg.lstsq(found["songs"], found["dances"], rcond=None)[0]
    assert (found["songs"] @ best).ravel() == pytest.approx([0.5] * 4)  # what no sum can better


def test_the_curves_part_and_fall_where_features_equal_songs(cells):
    for n, (train, new) in cells("known = {n: accuracies")["known"].items():
        at = FEATURES.index(n)
        assert train[at] == 1 and new[at] < 0.25  # hardly better than a blind guess
        assert train[0] < 0.35 and new[:at].max() > new[0] + 0.1  # underfits, then gets better
        assert new[at] < new[:at].max() - 0.1 and new[-1] > new[at] + 0.2  # the valley, and beyond it
        assert np.all(train[at:] == 1)


def test_the_winner_loses_its_lead_and_the_peeker_does_not(cells):
    found = cells("chosen, tested =")
    chosen, tested, honest = (found[name] for name in ("chosen", "tested", "honest"))
    assert len(chosen) == 200 and honest == lesson02.report(chosen, tested)
    assert chosen.max() - chosen.mean() > 2 * (honest - tested.mean())
    assert tested.max() > honest + 0.03


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


def test_three_splits_three_numbers_and_what_the_leak_hides(cells):
    found = cells("splits = {")
    near, linear = (found["lines"][name][1] for name in ("nearest window", "linear model"))
    assert list(found["splits"]) == ["window", "song", "artist"]
    assert near == pytest.approx([0.92, 0.49, 0.38], abs=0.035)
    assert np.all(np.diff(near) < -0.1) and np.all(np.diff(linear) < -0.05)
    assert near[0] - linear[0] > 0.04  # the leak prefers the worse model
    assert linear[2] > near[2] + 0.2 and linear[0] - linear[2] < near[0] - near[2] - 0.2


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


def test_groups_are_not_genres_and_the_clearest_is_mostly_metal(cells):
    table = cells("group =")["table"]
    assert 1 / 3 < table.max(axis=1).sum() / 400 < 0.4
    share = table.max(axis=1) / table.sum(axis=1)
    assert table.loc[share.idxmax()].idxmax() == "metal"
    assert 0.55 < share.max() < 2 / 3 and (share > 0.55).sum() == 1


def test_unlabelled_songs_help_although_many_labels_are_wrong(cells):
    found = cells("few, more = ")
    gain = np.subtract(found["more"], found["few"])
    assert len(gain) == 20 and gain.mean() > 0.02
    guessed = found["labels"][30:]
    assert len(guessed) == 120 and 0.15 < np.mean(guessed != found["gtzan"].y[found["sure"]]) < 0.5


def test_half_a_spectrum_tells_more_than_half_of_the_other(cells):
    assert 0.5 < cells("explained =")["explained"] < 0.75


def test_the_radio_finds_out_what_is_liked(cells):
    found = cells("taste =")
    assert found["gtzan"].label_names[found["favourite"]] == "hiphop"
    assert found["gtzan"].y[found["playing"]] == found["favourite"]
    assert np.mean(found["liked"][:30]) < 0.7 < 0.8 < np.mean(found["liked"][-100:])


def test_transfer_helps_the_nearest_neighbour_on_the_honest_split(cells, study):
    found = cells('for kind in ("base", "tag")')
    score, cv = found["cross_val_score"], found["PredefinedSplit"](found["fold"])
    base, tag = (
        score(
            found["nearest"],
            evaluate.song_vectors(study.windows("gtzan-synth", kind)),
            found["gtzan"].y,
            cv=cv,
        )
        for kind in ("base", "tag")
    )
    assert tag.mean() == found["right"] > base.mean() + 0.03
    assert study.sources("tag", "gtzan-synth") == ["magnatagatune-synth"]


def test_every_part_stage_and_kind_is_named_where_it_is_used(text):
    parts = (
        "data collection, label, features, feature extraction, data preparation, training data, "
        "validation data, test data, algorithm, loss, optimization, computational power, neural network, "
        "architecture, activation function, backpropagation, capacity, algorithm selection, evaluation, "
        "improvement, supervised, unsupervised, semi-supervised, self-supervised, reinforcement, transfer"
    )
    for part in parts.split(", "):
        assert f"*{part}" in text.lower(), part


# -- the exercises ---------------------------------------------------------------------------------------


def test_the_step_goes_along_the_true_gradient():
    rng = np.random.default_rng(0)
    W, X, Y = rng.normal(size=(4, 3)), rng.normal(size=(6, 4)), rng.normal(size=(6, 3))

    def loss(W):
        return ((X @ W - Y) ** 2).sum(axis=1).mean()

    numeric = np.zeros_like(W)
    for at in np.ndindex(W.shape):
        nudge = np.zeros_like(W)
        nudge[at] = 1e-6
        numeric[at] = (loss(W + nudge) - loss(W - nudge)) / 2e-6
    assert lesson02.step(W, X, Y, 0.1) == pytest.approx(W - 0.1 * numeric, abs=1e-6)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda songs, artists, n: np.arange(len(songs)) % n, "This splits by window"),
        (lambda songs, artists, n: np.random.default_rng(3).permutation(len(songs)) % n, "splits by window"),
        (lambda songs, artists, n: np.unique(songs, return_inverse=True)[1] % n, "Splitting by song"),
        (lambda songs, artists, n: np.zeros(len(songs), int), "is empty"),
        (lambda songs, artists, n: np.unique(artists), "3 folds|folds are needed"),
        (lambda songs, artists, n: np.unique(artists, return_inverse=True)[1], "whole numbers 0 to"),
        (lambda songs, artists, n: 7, "folds are needed"),
    ],
)
def test_a_leaking_split_is_told_what_leaks(answer, told):
    outcome = lesson02.deal.judge(answer)
    assert outcome.kind == "wrong" and re.search(told, repr(outcome))


def test_any_split_that_does_not_leak_is_right():
    def other(songs, artists, n_folds):
        names = sorted(set(artists.tolist()), reverse=True)
        return [names.index(artist) * n_folds // len(names) for artist in artists]

    assert lesson02.deal.judge(other).kind == "right"
