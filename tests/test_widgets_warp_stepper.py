"""The WARP stepper: the buttons' one number moved up and down, and whether what it shows and says is true."""

import re
from importlib import resources
from itertools import islice, pairwise

import numpy as np
import pytest
import traitlets

from mirlab import plots, warp
from mirlab.corpus import plan
from mirlab.widgets.warp_stepper import (
    EXCERPTS,
    TAGS,
    TinyProblem,
    take,
    tiny_problem,
    told,
    walk,
    warp_stepper,
)

POSITIVES = [[1, 5], [1, 5], [1, 6], [1, 2], [0, 2, 4], [0, 2, 4], [0, 2, 3], [0, 2, 3]]


class Tone:
    """A data set of one second each."""

    def audio(self, i):
        return 0.1 * np.sin(2 * np.pi * (220 + i) * np.arange(22050) / 22050).astype(np.float32)


@pytest.fixture(scope="module")
def planted():
    X = np.array(
        [[-1.4, -1], [-0.6, -0.6], [-0.3, -1.7], [-0.9, 0.7], [0, 0.6], [0.2, 1.6], [1.9, -0.2], [1, 0.6]]
    )
    return TinyProblem(X, list(TAGS), POSITIVES, list(range(8)), Tone())


@pytest.fixture
def stepper(planted):
    return warp_stepper(planted, seed=8)


@pytest.fixture(scope="module")
def moves(planted):
    return list(islice(walk(planted, seed=8), 60))


def test_a_step_is_that_of_the_plain_twin(planted, moves):
    for i in (0, 5, 40):
        move, x = moves[i], planted.X[moves[i].excerpt]
        f = move.W @ move.V @ x
        if move.draw.negative is None:
            assert np.allclose(move.new_V, move.V) and np.allclose(move.new_W, move.W)
            continue
        weight = warp.rank_weight(move.draw.rank)
        assert move.draw.loss == pytest.approx(weight * (1 - f[move.draw.positive] + f[move.draw.negative]))
        for norms in (np.linalg.norm(move.new_V, axis=0), np.linalg.norm(move.new_W, axis=1)):
            assert norms.max() < 1 + 1e-9
    assert all(np.array_equal(a.new_V, b.V) and np.array_equal(a.new_W, b.W) for a, b in pairwise(moves))


def test_the_negatives_tried_are_those_that_were_drawn(planted, moves):
    assert {move.draw.negative is None for move in moves} == {True, False}
    for move in moves:
        f = move.W @ move.V @ planted.X[move.excerpt]
        close = [f[k] > f[move.draw.positive] - 1 for k in move.tried]
        assert len(set(move.tried)) == len(move.tried) == move.draw.n_draws
        assert not set(move.tried) & set(planted.positives[move.excerpt])
        assert close == [False] * (len(close) - 1) + [move.draw.negative is not None]
        if move.draw.negative is not None:
            assert move.tried[-1] == move.draw.negative


def test_a_start_is_within_the_bound_and_every_seed_has_its_own(planted):
    for seed in range(5):
        V, W = planted.start(seed)
        assert np.linalg.norm(V, axis=0).max() < 1 + 1e-9 and np.linalg.norm(W, axis=1).max() < 1 + 1e-9
        assert np.array_equal(planted.start(seed)[1], W)
    assert not np.array_equal(planted.start(0)[0], planted.start(1)[0])


def test_pairs_too_close_are_counted_one_by_one(planted):
    V, W = planted.start(3)
    for margin in (0.0, 1.0):
        count = 0
        for x, mine in zip(planted.X, planted.positives, strict=True):
            f = W @ V @ x
            count += sum(f[k] > f[j] - margin for j in mine for k in range(7) if k not in mine)
        assert planted.too_close(V, W, margin=margin).sum() == count
    assert planted.too_close(np.zeros((2, 2)), W).all() and len(planted.too_close(V, W)) == 88
    assert not planted.too_close(np.zeros((2, 2)), W, margin=0).any()


def test_what_is_told_of_a_step_is_what_it_did(planted, moves):
    move = next(move for move in moves if move.draw.negative is not None and move.draw.n_draws > 1)
    words, draw = " ".join(told(planted, move)), move.draw
    j, k, e = TAGS[draw.positive], TAGS[draw.negative], planted.names[move.excerpt]
    assert words.startswith(f"Excerpt {e} carries ") and f"Drawn: {j}, at " in words
    assert re.search(rf"{k} \([−\d.]+\); the last is too close\.", words)
    assert f"Negatives drawn: {TAGS[move.tried[0]]} (" in words
    assert (
        f"r = ⌊6/{draw.n_draws}⌋ = {draw.rank} and L({draw.rank}) = {warp.rank_weight(draw.rank):.2f}"
        in words
    )
    assert (
        f"makes {draw.loss:.2f}." in words and f"{j} and {e} pull together, {k} and {e} push apart" in words
    )
    before, after = (planted.too_close(*at).sum() for at in ((move.V, move.W), (move.new_V, move.new_W)))
    assert f"Pairs too close: {before} before, {after} after." in words
    quiet = next(move for move in moves if move.draw.negative is None)
    assert "No violator: the loss is 0, and nothing moves." in told(planted, quiet)


def test_a_step_redraws_and_tells_and_steps_back_give_the_same_again(stepper, planted, moves):
    start = stepper.picture, stepper.words
    close = planted.too_close(*planted.start(8)).sum()
    assert stepper.words == [f"Nothing has been learned yet: {close} of 88 pairs are too close."]
    seen = []
    for n in (1, 2, 12):
        stepper.steps = n
        assert stepper.words == told(planted, moves[n - 1]) and f"Step {n}: " in stepper.alt
        assert stepper.drawn == moves[n - 1].excerpt
        seen.append(stepper.picture)
    assert len({start[0], *seen}) == 4 and all(p.startswith("data:image/png;base64,") for p in seen)
    stepper.steps = 1
    assert stepper.picture == seen[0]
    stepper.steps = 0
    assert (stepper.picture, stepper.words) == start


def test_a_number_of_steps_that_cannot_be_is_refused(stepper):
    with pytest.raises(traitlets.TraitError, match="should not be less than 0"):
        stepper.steps = -1


def test_every_excerpt_can_be_heard_under_its_tags(stepper):
    assert len(set(stepper.sounds)) == 8 and stepper.names[3] == "D: quiet, drums"
    assert all(sound.startswith("data:audio/") for sound in stepper.sounds)


def test_a_page_without_widgets_gets_a_sentence(stepper):
    told_ = stepper._repr_mimebundle_()[0]
    assert told_["text/plain"] == repr(stepper)
    assert repr(stepper).startswith("<WARP on 8 excerpts and 7 tags")


def test_the_script_is_shipped_and_asks_nothing_of_the_network():
    for file in ("warp_stepper.js", "warp_stepper.css"):
        text = resources.files("mirlab.widgets").joinpath(file).read_text(encoding="utf-8")
        assert not re.search(r"http|import |fetch|url\(|@import", text)


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


# -- its figures --------------------------------------------------------------------------------------


def test_a_figure_of_moves_says_the_affinities(planted, moves):
    figure = plots.warp_moves(planted, moves[:2])
    assert len(figure.axes) == 4 and "Step 1: " in figure.alt and "Step 2: " in figure.alt
    f = moves[0].W @ moves[0].V @ planted.X[moves[0].excerpt]
    assert f"{TAGS[f.argmax()]} {f.max():.2f} " in figure.alt
    with pytest.raises(ValueError, match="at least one step"):
        plots.warp_moves(planted, [])


def test_a_figure_of_the_space_says_where_everything_is(planted):
    V, W = planted.start(1)
    figure = plots.warp_space(planted, V, W)
    assert f"loud at ({W[0, 0]:.1f}, {W[0, 1]:.1f})" in figure.alt
    x, y = V @ planted.X[0]
    assert f"A at ({x:.1f}, {y:.1f})" in figure.alt


def test_curves_and_weights_say_their_ends():
    figure = plots.rank_weights(range(20), [warp.rank_weight(r) for r in range(20)], {1: 19, 2: 9})
    assert figure.axes[0].get_title() == "Rank 19 weighs 3.5 times as much as rank 1, not 19 times"
    curves = plots.progress_curves({"a": [3, 1], "b": [2, 2, 0]}, xlabel="step", ylabel="left", title="Less")
    assert curves.alt == "Less. left by step. a: from 3.00 to 1.00; b: from 2.00 to 0.00."
    assert len(curves.axes[0].lines) == 2
