"""Hold the sentences of lesson 13 to the kept figures, and to the controls that could refute them."""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest

from mirlab import evaluate, lessons, paper
from mirlab.lessons.contents import lesson13
from mirlab.networks import small
from mirlab.paper import fine_tuned, fine_tuning

WAYS = {"from scratch": ("random", 3), "frozen": ("pretrained", 0)}
WAYS |= {"last layer": ("pretrained", 1), "everything": ("pretrained", 3)}
BASE, AUTO = ("base", "none", 0), ("autoencoder", "pretrained", 0)


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(lessons.open("13").path, as_version=4)


@pytest.fixture(scope="module")
def text(notebook):
    return " ".join(" ".join(cell.source for cell in notebook.cells).split())


@pytest.fixture(scope="module")
def kept():
    return paper.kept("fine-tuning")


def gain(kept, way, other, *sizes):
    """Return a mean difference over the three networks, as the notebook does."""
    rows, other = kept["scores"], other if len(other) == 3 else (None, *other)
    pairs = [
        fine_tuned.scores_of(rows, kind, *way, k)
        - fine_tuned.scores_of(rows, other[0] or kind, *other[1:], k)
        for kind in small.TAGGERS
        for k in sizes
    ]
    return fine_tuned.mean_over_seeds(np.mean(pairs, axis=0))


# -- exercises ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not small.available(), reason="JAX has no wheels for this machine")
def test_the_weights_worked_out_are_those_of_the_networks():
    expected = lesson13.weights()
    for name, kind in {"dense": "feedforward", "convolution": "convolutional", "LSTM": "recurrent"}.items():
        assert expected[name] == small.create(kind, 10).layers["hidden1"]


def test_the_bug_keeps_the_layer_from_learning_and_the_repair_does_not():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    x = 3 * np.eye(3)[y] + rng.normal(size=(60, 3))
    orders = [rng.permutation(60) for _ in range(5)]
    right, wrong = (
        np.mean((x @ loop(x, y, 3, orders, 0.1)).argmax(axis=1) == y)
        for loop in (lesson13.new_last_layer, lesson13.new_last_layer.start)
    )
    assert right > 0.9 and wrong < 0.7


def test_a_schedule_frees_one_layer_at_a_time():
    hidden = ["hidden1", "hidden2", "hidden3"]
    learning = [len(lesson13.unfrozen_layers(hidden, epoch, 2)) for epoch in range(8)]
    assert learning == [0, 0, 1, 1, 2, 2, 3, 3]


# -- from scratch, frozen, fine-tuned -------------------------------------------------------------------


def test_the_networks_have_learned_their_tags(kept):
    for kind, auc in kept["before"].items():
        assert small.recipe()["networks"][kind]["auc"] == pytest.approx(auc, abs=0.005) and auc > 0.7


def test_pretraining_helps_a_little(kept):
    """The twelve means, Holm's correction of single cells, and the column of all sizes."""
    scratch = WAYS["from scratch"]
    cells = {(n, k): gain(kept, WAYS[n], scratch, k) for n in list(WAYS)[1:] for k in fine_tuned.SONGS}
    assert len(cells) == 12 and all(d.value > 0 for d in cells.values())
    p = np.array([d.p for d in cells.values()])
    assert (p > 0.05).mean() > 0.5 and (evaluate.holm(p) > 0.05).all()
    whole = {n: gain(kept, WAYS[n], scratch, *fine_tuned.SONGS) for n in list(WAYS)[1:]}
    assert all(d.value > d.reach for d in whole.values())
    corrected = dict(zip(whole, evaluate.holm(np.array([d.p for d in whole.values()])), strict=True))
    assert [n for n, q in corrected.items() if q < 0.05] == ["last layer"]


def test_frozen_and_everything_do_not_differ_clearly(kept):
    d = gain(kept, WAYS["everything"], WAYS["frozen"], 5)
    assert d.p > 0.1


def test_the_stars_move_and_are_no_winners(kept):
    best = {
        np.argmax([fine_tuned.scores_of(kept["scores"], kind, "pretrained", n, k).mean() for n in range(4)])
        for kind in small.TAGGERS
        for k in fine_tuned.SONGS
    }
    assert len(best) > 2
    for n in (1, 2, 3):
        for k in fine_tuned.SONGS:
            d = gain(kept, ("pretrained", n), WAYS["frozen"], k)
            assert not (d.value > 0 and d.p < 0.05)  # "nothing here is clearly better" than freezing


# -- controls -------------------------------------------------------------------------------------------


def test_what_helps_was_learned_from_data(kept):
    found = [gain(kept, WAYS["frozen"], ("random", 0), k) for k in fine_tuned.SONGS]
    assert all(d.value > 0.04 for d in found)
    assert (evaluate.holm(np.array([d.p for d in found])) < 0.05).all()
    for k in fine_tuned.SONGS:
        tags, none, auto = (
            fine_tuned.scores_of(kept["scores"], *one, k).mean()
            for one in (("convolutional", "pretrained", 0), ("convolutional", "random", 0), AUTO)
        )
        assert abs(auto - none) < tags - auto  # "closer to the random network"


def test_base_features_are_ahead_from_two_songs_on_and_clearly_from_five(kept):
    for k in (2, 5, 20):
        base = fine_tuned.scores_of(kept["scores"], *BASE, k)
        for kind, start, n in fine_tuning.COMPETITORS:
            if kind != "base":
                assert fine_tuned.scores_of(kept["scores"], kind, start, n, k).mean() < base.mean() - 0.03
        for way in WAYS.values():
            assert k == 2 or gain(kept, way, BASE, k).p < 0.05


def test_with_20_songs_the_longest_training_was_chosen_most_often(kept):
    rows = pd.DataFrame(kept["scores"]).dropna().query("songs == 20")
    assert rows["steps"].value_counts().idxmax() == fine_tuning.STEPS[-1] == 100


# -- forgetting -----------------------------------------------------------------------------------------


def test_a_higher_rate_forgets_more_and_gains_little(kept):
    rows = pd.DataFrame(kept["forgetting"])
    for kind, before in kept["before"].items():
        means = rows[rows["network"] == kind].groupby("rate")[["auc", "accuracy"]].mean()
        assert list(means.index) == list(fine_tuning.FORGET_RATES)
        assert (np.diff([before, *means["auc"]]) < -0.015).all()
        assert np.ptp(means["accuracy"]) < 0.08
        first = (
            rows[(rows["network"] == kind) & (rows["rate"] == fine_tuning.FORGET_RATES[0])]["auc"] - before
        )
        d = fine_tuned.mean_over_seeds(first)
        assert d.value < -d.reach  # even the lowest rate forgets


# -- the page -------------------------------------------------------------------------------------------


def test_the_curve_that_was_stored_shows_overfitting(notebook):
    cell = next(c for c in notebook.cells if "widgets.growing_curve" in c.source)
    shown = cell.outputs[0]["data"]["text/plain"]
    known, new = (
        float(x) for x in re.search(r"labelled songs (0\.\d+|1\.00), new artists (0\.\d+)", shown).groups()
    )
    assert known > 0.9 and 0.4 < new < 0.6
    assert "240 steps" in shown and "<img" in cell.outputs[0]["data"]["text/html"]


def test_the_prediction_is_about_the_difference_that_the_cell_computes(notebook, kept):
    cell = next(c for c in notebook.cells if ".reveal(" in c.source)
    d = gain(kept, WAYS["everything"], WAYS["frozen"], 5)
    assert f"{d.value:+.3f} ± {d.reach:.3f}" in cell.outputs[0]["text"]
    assert "The result: no clear difference." in cell.outputs[-1]["data"]["text/plain"]


def test_numbers_of_the_prose_are_those_of_the_protocol(text):
    assert len(fine_tuning.SEEDS) == 10 and "with ten draws" in text and "at most 100" in text
    assert small.recipe()["excerpts"] == 1014 and "a thousand tagged excerpts" in text
    assert fine_tuning.FORGET == 5 and "five songs per label, all layers" in text.replace("(", "")


def test_links_lead_somewhere(text):
    folder = lessons.open("13").path.parent
    for link in re.findall(r"\]\((.+?)\)", text):
        assert (folder / link).exists(), link
