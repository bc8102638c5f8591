"""The WARP stepper: steps forward and back, and whether what it shows and says is true."""

import re
from itertools import pairwise

import numpy as np
import pytest
import traitlets
from pictures import POSITIVES, TINY, moves

from mirlab import warp
from mirlab.corpus import plan
from mirlab.warp.tiny import EXCERPTS, TAGS, explain, take, tiny_problem
from mirlab.widgets import warp_stepper


@pytest.fixture
def stepper():
    return warp_stepper(TINY, seed=8)


def test_a_step_is_that_of_the_plain_twin():
    for i in (0, 5, 40):
        move, x = moves()[i], TINY.X[moves()[i].excerpt]
        f = move.W @ move.V @ x
        if move.draw.negative is None:
            assert np.allclose(move.new_V, move.V) and np.allclose(move.new_W, move.W)
            continue
        weight = warp.rank_weight(move.draw.rank)
        assert move.draw.loss == pytest.approx(weight * (1 - f[move.draw.positive] + f[move.draw.negative]))
        for norms in (np.linalg.norm(move.new_V, axis=0), np.linalg.norm(move.new_W, axis=1)):
            assert norms.max() < 1 + 1e-9
    assert all(np.array_equal(a.new_V, b.V) and np.array_equal(a.new_W, b.W) for a, b in pairwise(moves()))


def test_the_negatives_tried_are_those_that_were_drawn():
    assert {move.draw.negative is None for move in moves()} == {True, False}
    for move in moves():
        f = move.W @ move.V @ TINY.X[move.excerpt]
        close = [f[k] > f[move.draw.positive] - 1 for k in move.tried]
        assert len(set(move.tried)) == len(move.tried) == move.draw.n_draws
        assert not set(move.tried) & set(TINY.positives[move.excerpt])
        assert close == [False] * (len(close) - 1) + [move.draw.negative is not None]
        if move.draw.negative is not None:
            assert move.tried[-1] == move.draw.negative


def test_a_start_is_within_the_bound_and_every_seed_has_its_own():
    for seed in range(5):
        V, W = TINY.start(seed)
        assert np.linalg.norm(V, axis=0).max() < 1 + 1e-9 and np.linalg.norm(W, axis=1).max() < 1 + 1e-9
        assert np.array_equal(TINY.start(seed)[1], W)
    assert not np.array_equal(TINY.start(0)[0], TINY.start(1)[0])


def test_pairs_too_close_are_counted_one_by_one():
    V, W = TINY.start(3)
    for margin in (0.0, 1.0):
        count = 0
        for x, mine in zip(TINY.X, TINY.positives, strict=True):
            f = W @ V @ x
            count += sum(f[k] > f[j] - margin for j in mine for k in range(7) if k not in mine)
        assert TINY.too_close(V, W, margin=margin).sum() == count
    assert TINY.too_close(np.zeros((2, 2)), W).all() and len(TINY.too_close(V, W)) == 88
    assert not TINY.too_close(np.zeros((2, 2)), W, margin=0).any()


def test_the_explanation_of_a_step_is_true():
    move = next(move for move in moves() if move.draw.negative is not None and move.draw.n_draws > 1)
    words, draw = " ".join(explain(TINY, move)), move.draw
    j, k, e = TAGS[draw.positive], TAGS[draw.negative], TINY.names[move.excerpt]
    assert words.startswith(f"Excerpt {e} carries ") and f"Drawn: {j}, at " in words
    assert re.search(rf"{k} \([−\d.]+\); the last is too close\.", words)
    assert f"Negatives drawn: {TAGS[move.tried[0]]} (" in words
    assert (
        f"r = ⌊6/{draw.n_draws}⌋ = {draw.rank} and L({draw.rank}) = {warp.rank_weight(draw.rank):.2f}"
        in words
    )
    assert f" = {draw.loss:.2f}. {j} and {e} move together, {k} and {e} move apart." in words
    before, after = (TINY.too_close(*at).sum() for at in ((move.V, move.W), (move.new_V, move.new_W)))
    assert f"Pairs too close: {before} before, {after} after." in words
    quiet = next(move for move in moves() if move.draw.negative is None)
    assert "No violator: the loss is 0, and nothing moves." in explain(TINY, quiet)


def test_a_step_back_gives_the_same_picture_and_words_again(stepper):
    start = stepper.picture, stepper.said
    assert repr(stepper).startswith("<WARP on 8 excerpts and 7 tags")
    close = TINY.too_close(*TINY.start(8)).sum()
    assert stepper.said == f"Nothing is learned yet: {close} of 88 pairs are too close."
    seen = []
    for n in (1, 2, 12):
        stepper.steps = n
        assert stepper.said.split("\n") == explain(TINY, moves()[n - 1]) and f"Step {n}: " in stepper.alt
        assert stepper.drawn == moves()[n - 1].excerpt
        seen.append(stepper.picture)
    assert len({start[0], *seen}) == 4 and all(p.startswith("data:image/png;base64,") for p in seen)
    stepper.steps = 1
    assert stepper.picture == seen[0]
    stepper.steps = 0
    assert (stepper.picture, stepper.said) == start


def test_steps_before_the_start_are_refused(stepper):
    with pytest.raises(traitlets.TraitError, match="should not be less than 0"):
        stepper.steps = -1


def test_every_excerpt_can_be_heard_under_its_tags(stepper):
    assert len(set(stepper.sounds)) == 8 and stepper.names[3] == "D: quiet, drums"
    assert all(sound.startswith("data:audio/") for sound in stepper.sounds)


def test_take_takes_every_label_once():
    labels = list(range(9))
    taken = [take(labels, u) for u in np.random.default_rng(0).random(9)]
    assert sorted(taken) == list(range(9)) and not labels


def test_the_real_excerpts_carry_what_the_problem_says(study):
    tiny = tiny_problem(study)
    assert tiny.positives == POSITIVES and tiny.Y.sum() == 20
    assert np.allclose(tiny.X.mean(axis=0), 0) and np.allclose(tiny.X.std(axis=0), 1)
    excerpts = [plan("magnatagatune")[i] for i in EXCERPTS]
    for excerpt, mine in zip(excerpts, POSITIVES, strict=True):
        assert {TAGS[i] for i in mine} == set(TAGS) & set(excerpt.true_tags())
    assert len({excerpt.artist for excerpt in excerpts}) == 8
