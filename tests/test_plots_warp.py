"""Figures of WARP: the space, the steps, and the weight of a rank."""

import numpy as np
import pytest
from pictures import POSITIVES, TINY, moves

from mirlab import plots, warp
from mirlab.warp.tiny import TAGS


def test_the_space_shows_excerpts_and_tags_where_they_are():
    V, W = TINY.start(1)
    figure = plots.warp_space(TINY, V, W)
    (axis,) = figure.axes
    excerpts = [line.get_xydata()[0] for line in axis.lines if line.get_marker() == "o"]
    tags = [line.get_xydata()[0] for line in axis.lines if line.get_marker() == "s"]
    assert np.allclose(excerpts, TINY.X @ V.T) and np.allclose(tags, W)
    assert [text.get_text() for text in axis.texts] == [*TINY.names, *TAGS]
    assert all(line.get_alpha() == 1 for line in axis.lines if line.get_marker() in "os")
    assert f"loud at ({W[0, 0]:.1f}, {W[0, 1]:.1f})" in figure.alt
    assert f"A at ({excerpts[0][0]:.1f}, {excerpts[0][1]:.1f})" in figure.alt
    edge = axis.get_ylim()[1]
    assert edge >= np.abs([*excerpts, *tags]).max() and 2 * edge == round(2 * edge)


def test_a_step_is_drawn_with_what_it_moved():
    move = next(move for move in moves() if move.draw.negative is not None and move.draw.n_draws > 1)
    draw, name = move.draw, TINY.names[move.excerpt]
    figure = plots.warp_moves(TINY, [move])
    left = figure.axes[0]
    title = f"Step {move.number}: {TAGS[draw.positive]} towards {name}, {TAGS[draw.negative]} away"
    assert left.get_title() == title and figure.alt.startswith(f"{title}. Affinities of {name}, before and")
    strong = [line.get_xydata()[0] for line in left.lines if line.get_alpha() == 1]
    assert np.allclose(strong, [(TINY.X @ move.new_V.T)[move.excerpt], *move.new_W[sorted(draw[:2])]])
    ends = (np.vstack([TINY.X @ V.T, W]) for V, W in ((move.V, move.W), (move.new_V, move.new_W)))
    before, after = ends
    moved = np.hypot(*(after - before).T) > 0.01
    arrows = [text for text in left.texts if text.get_text() == ""]
    assert np.allclose([arrow.xy for arrow in arrows], after[moved])
    assert np.allclose([arrow.get_position() for arrow in arrows], before[moved])


def test_affinities_are_in_order_with_the_limit_of_the_margin():
    move = next(move for move in moves() if move.draw.n_draws > 1)
    figure = plots.warp_moves(TINY, [move])
    right = figure.axes[1]
    old, new = (W @ V @ TINY.X[move.excerpt] for V, W in ((move.V, move.W), (move.new_V, move.new_W)))
    order = np.argsort(old, kind="stable")
    pairs = [list(line.get_xdata()) for line in right.lines if line.get_marker() == "None"][1:]
    assert np.allclose(pairs, np.column_stack([old, new])[order])
    hollow = [line.get_xdata()[0] for line in right.lines if line.get_markerfacecolor() == "white"]
    assert np.allclose(hollow, old[order])
    assert right.lines[0].get_xdata() == [old[move.draw.positive] - 1] * 2  # the limit
    labels = [text.get_text() for text in right.get_yticklabels()]
    said = {k: f"\n(draw {n})" for n, k in enumerate(move.tried, 1)} | {
        move.draw.positive: "\n(the positive)"
    }
    assert labels == ["★ " * (i in POSITIVES[move.excerpt]) + TAGS[i] + said.get(i, "") for i in order]
    assert f"N = {move.draw.n_draws}, r = {move.draw.rank}, loss {move.draw.loss:.2f}" in right.get_title()
    top = order[-1]
    assert f"before and after: {TAGS[top]} {old[top]:.2f} {new[top]:.2f}, " in figure.alt


def test_a_step_without_a_violator_says_so():
    quiet = next(move for move in moves() if move.draw.negative is None)
    figure = plots.warp_moves(TINY, [quiet, quiet])
    assert len(figure.axes) == 4 and figure.alt.count("leads by the margin, nothing moves") == 2
    with pytest.raises(ValueError, match="at least one step"):
        plots.warp_moves(TINY, [])


def test_the_weights_of_ranks_are_drawn_with_the_estimates():
    weights = [warp.rank_weight(r) for r in range(45)]
    figure = plots.rank_weights(range(45), weights, {1: 44, 2: 22})
    (axis,) = figure.axes
    line, *marks = axis.lines
    assert line.get_ydata() == pytest.approx(weights)
    assert [mark.get_xydata()[0].tolist() for mark in marks] == [[44, weights[44]], [22, weights[22]]]
    assert [text.get_text() for text in axis.texts] == ["N = 1", "N = 2"]
    assert axis.get_xticks().tolist() == list(range(0, 45, 3))  # twenty at most
    assert figure.get_suptitle() == "Rank 44 weighs 4.4 times as much as rank 1, not 44 times"
    assert figure.alt.endswith("1 draw: rank 44, weight 4.37; 2 draws: rank 22, weight 3.69.")


def test_all_steps_have_one_scale_and_one_place_for_each_panel():
    """Otherwise, in the widget, the points seem to move when only the axes do."""
    figures = [plots.warp_moves(TINY, [move]) for move in moves()[::20]]
    start = plots.warp_space(TINY, *TINY.start(8), beside="Here come the affinities.")
    frames = {tuple(one.axes[0].get_position().bounds) for one in (*figures, start)}
    assert len(frames) == 1 and {tuple(one.get_size_inches()) for one in (*figures, start)} == {(8.4, 4.4)}
    for i in (0, 1):
        assert len({one.axes[i].get_xlim() for one in figures}) == 1
    assert start.axes[0].get_xlim() == figures[0].axes[0].get_xlim()
    assert start.axes[1].texts[0].get_text() == "Here come the affinities."
