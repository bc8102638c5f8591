"""What lesson 05 claims about its numbers, checked with the corpus, the same functions, and controls."""

from itertools import islice, pairwise, permutations

import nbformat
import numpy as np
import pytest

from mirlab import evaluate, lessons, warp
from mirlab.warp.tiny import tiny_problem, walk

EXCERPT = 243


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(lessons.open("05").path, as_version=4)


@pytest.fixture(scope="module")
def prose(notebook):
    return " ".join(" ".join(c.source for c in notebook.cells if c.cell_type == "markdown").split())


@pytest.fixture(scope="module")
def tiny(study):
    return tiny_problem(study)


@pytest.fixture(scope="module")
def moves(tiny):
    return list(islice(walk(tiny, seed=8), 51))


def cell(notebook, start):
    return next(c.source for c in notebook.cells if c.cell_type == "code" and start in c.source)


# -- the first screen -------------------------------------------------------------------------------


def test_the_first_excerpt_and_its_three_answers(study, notebook):
    data = study.stored("magnatagatune-synth").dataset
    assert f"tagged.audio({EXCERPT})" in notebook.cells[1].source
    true = data.y[EXCERPT]
    assert true.sum() == 28 and "28 tags" in lessons.open("05").hear
    assert "techno" in {data.label_names[i] for i in np.flatnonzero(true)}
    assert len(true) == 194 and 0.82 < 1 - true.mean() < 0.9  # "more than eight tags in ten"
    frames = study.stored("magnatagatune-synth").track(EXCERPT)
    f = study.embedding("tag").affinity(frames, "magnatagatune-synth").mean(axis=0)
    popular = np.argsort(-data.y.mean(axis=0))[:10]
    assert true[np.argsort(-f)[:10]].sum() >= true[popular].sum() + 3  # "more right tags"


def test_the_excerpt_of_the_table_is_the_one_that_was_heard(tiny, notebook):
    assert tiny.numbers[tiny.names.index("E")] == EXCERPT
    assert 'tiny.names.index("E")' in cell(notebook, "carried = [")
    assert [tiny.tags[i] for i in tiny.positives[4]] == ["loud", "drums", "techno"]


def test_an_affinity_is_no_probability_and_no_distance(tiny):
    V, W = tiny.start(seed=8)
    z = V @ tiny.X[4]
    f, distance = dict(zip(tiny.tags, W @ z, strict=True)), np.linalg.norm(W - z, axis=1)
    distance = dict(zip(tiny.tags, distance, strict=True))
    assert min(f.values()) < 0 and abs(sum(f.values()) - 1) > 0.1
    assert f["quiet"] > f["dreamy"] + 0.05 and distance["dreamy"] < distance["quiet"] - 0.05
    assert set(sorted(f, key=f.get)[:2]) == {"techno", "drums"}  # "two of them are last"


# -- one step ---------------------------------------------------------------------------------------


def test_estimated_ranks_are_too_high_on_average():
    """The exact mean of the estimate is above the true rank, and rises with it."""
    means = []
    for rank in range(1, 20):
        # P(N = n): the first n - 1 of a shuffle of 19 hold no violator, the n-th is one
        left, mean = 1.0, 0.0
        for n in range(1, 19 - rank + 2):
            hit = rank / (19 - n + 1)
            mean += left * hit * (19 // n)
            left *= 1 - hit
        assert mean > rank if rank < 19 else mean == 19
        means.append(mean)
    assert (np.diff(means) > 0).all() and 3 < means[0] < 3.3


def test_weights_of_the_figure_are_as_stated(prose):
    first, second = warp.rank_weight(19), warp.rank_weight(9)
    assert f"from {first:.2f} to {second:.2f}" in prose


def test_the_worked_example_is_the_loss_of_mirlab():
    affinities = [0.4, -0.9, 0.1, *[0.0] * 7]
    draw = warp.warp_draw(affinities, [0], [0.0, 0.0, 0.2, *[0.5] * 7])
    assert (draw.negative, draw.n_draws) == (2, 2)
    r, weight, loss = lessons.open("05").ex.warp_loss(np.array(affinities), 0, 2, 2)
    assert (r, loss) == (draw.rank, pytest.approx(draw.loss))
    assert (round(weight, 2), round(loss, 2)) == (2.08, 1.46)


def test_the_three_exercises_make_the_step_of_mirlab(tiny):
    """With the same draws, the solutions together give what `mirlab.warp.warp_step` gives."""
    ex, rng = lessons.open("05").ex, np.random.default_rng(3)
    V, W = tiny.start(seed=8)
    for _ in range(50):
        e, uniforms = rng.integers(8), rng.random(8)
        x, positives = tiny.X[e], tiny.positives[e]
        theirs = warp.warp_step(x, V, W, positives, uniforms)
        left, order = [i for i in range(7) if i not in positives], []
        for u in uniforms[1:]:
            if left:
                pick = int(u * len(left))
                left[pick], left[-1] = left[-1], left[pick]
                order.append(left.pop())
        f, j = W @ V @ x, theirs[2].positive
        k, n = ex.draw_negative(f, positives, j, order)
        assert (k, n) == (theirs[2].negative, theirs[2].n_draws)
        if k is not None:
            V, W = ex.step(x, V, W, j, k, ex.warp_loss(f, j, k, n)[1])
        np.testing.assert_allclose(V, theirs[0], atol=1e-12)
        np.testing.assert_allclose(W, theirs[1], atol=1e-12)


def test_the_three_steps_shown_are_as_described(tiny, moves):
    first, third, sixth = (moves[i].draw for i in (0, 2, 5))
    assert (first.n_draws, first.rank) == (1, 6) and first.negative is not None
    assert third.negative is None and third.loss == 0
    assert sixth.n_draws == 2 and sixth.negative is not None
    for i in (0, 5):
        moved = np.linalg.norm(tiny.X @ (moves[i].new_V - moves[i].V).T, axis=1)
        assert (moved > 1e-3).all()  # "all excerpts move"
    for move in moves[:30]:  # no draw so close to the margin that another machine would see it differently
        f = move.W @ move.V @ tiny.X[move.excerpt]
        assert all(abs(f[k] - f[move.draw.positive] + 1) > 0.01 for k in move.tried)


def test_about_half_of_76_pairs_are_left_after_fifty_steps(tiny, moves):
    counts = [tiny.too_close(move.V, move.W).sum() for move in moves]
    assert counts[0] == 76 and 0.35 * 76 < counts[50] < 0.6 * 76
    assert any(b > a for a, b in pairwise(counts))  # "some steps make other pairs worse"


def test_training_moved_the_tag_quiet_and_did_not_part_the_excerpts(tiny, moves):
    """The control: quiet and loud excerpts were apart before the first step."""
    quiet, loud = ([e for e, mine in enumerate(tiny.positives) if tag in mine] for tag in (1, 0))
    for move in (moves[0], moves[50]):
        Z = tiny.X @ move.V.T
        unit = Z / np.linalg.norm(Z, axis=1, keepdims=True)
        assert (unit[quiet] @ unit[loud].T).mean() < -0.5
    means = [(tiny.X @ move.V.T @ move.W.T)[quiet, 1].mean() for move in (moves[0], moves[50])]
    assert means[0] < -0.1 and means[1] > 0.8


# -- what training achieves, against controls -------------------------------------------------------


def test_no_fixed_order_is_as_good_as_the_trained_space(tiny, notebook):
    costs = tiny.Y.T @ (1 - tiny.Y)
    best = min(np.triu(costs[np.ix_(order, order)].T).sum() for order in permutations(range(7)))
    one = min(permutations(range(7)), key=lambda o: np.triu(costs[np.ix_(o, o)].T).sum())
    f = -np.argsort(one)  # the affinities of that order, and its wrong pairs counted one by one
    assert best == sum((f[y == 0] > f[j]).sum() for y in tiny.Y for j in np.flatnonzero(y))
    ex, names = lessons.open("05").ex, ("draw_negative", "warp_loss", "step")
    there = {"np": np, "tiny": tiny, "here": lessons.open("05")}
    there |= {name: getattr(ex, name).solve for name in names}
    exec(cell(notebook, "wrong = [tiny").split("print(")[0], there)
    assert there["wrong"][-1] < best / 2 < there["wrong"][0]


def test_the_embedding_is_above_the_popularity_list_for_held_out_artists(study):
    """The result of the prediction, its interval, and the control that could explain it."""
    features = study.stored("magnatagatune-synth")
    data, excerpt, frames = features.dataset, features.frame_excerpts()[::4], features.frames[::4]
    artists = np.unique(data.groups)
    held_out = np.isin(data.groups, np.random.default_rng(0).permutation(artists)[: len(artists) // 5])
    test = held_out[excerpt]
    popular = np.argsort(-data.y[~held_out].mean(axis=0))[:5]
    fixed = data.y[held_out][:, popular].mean(axis=1)
    model = warp.WarpEmbedding(standardize=True, n_epochs=6, epoch_size=20_000, random_state=0)
    affinity = model.fit(frames[~test], data.y[excerpt[~test]]).affinity(frames[test])
    sums = np.add.reduceat(affinity, np.flatnonzero(np.diff(excerpt[test], prepend=-1)))
    own = np.take_along_axis(data.y[held_out], np.argsort(-sums)[:, :5], axis=1).mean(axis=1)
    assert 0.38 < fixed.mean() < 0.46 and 0.5 < own.mean() < 0.65
    error = 1.96 * evaluate.standard_error(own - fixed, data.groups[held_out])
    assert (own - fixed).mean() - error > 0
    groups = data.groups
    assert not set(groups[held_out]) & set(groups[~held_out])
    shuffled = np.random.default_rng(1).permutation(len(sums))  # the orders of other excerpts
    wrong = np.take_along_axis(data.y[held_out], np.argsort(-sums[shuffled])[:, :5], axis=1).mean()
    assert wrong < fixed.mean() + 0.03  # without its own sound, the order is worth no more than the list
