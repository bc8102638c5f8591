"""WARP in a space of two dimensions, and its rank weight."""

import textwrap

import numpy as np

from mirlab.plots.look import MARKS, finish, headline
from mirlab.plots.texts import write_beside
from mirlab.show.figures import Figure, draws_figure

STEP = 8.4, 4.4
"""Inches of one step: the space beside the affinities."""


@draws_figure
def warp_space(problem, V, W, *, beside=""):
    """Draw excerpts and tags in one space of two dimensions.

    Parameters
    ----------
    problem : mirlab.warp.tiny.TinyProblem
        The problem with the excerpts and tags.
    V : array-like, shape (2, 2)
        The embedding of the features.
    W : array-like, shape (tags, 2)
        The embedding of the tags.
    beside : str
        A sentence in place of the right panel of `warp_moves`, for a figure of the same layout.

    Returns
    -------
    matplotlib.figure.Figure
        Excerpts are circles with a letter, tags are squares with a word.
    """
    Z, W = problem.X @ np.asarray(V).T, np.asarray(W)
    if beside:
        figure, ((axis, *right),) = _steps(1)
    else:
        figure, right = Figure(figsize=(5.6, 5.2), layout="constrained"), []
        axis = figure.subplots()
        axis.set(xlabel="first dimension", ylabel="second dimension")
    _draw_space(axis, problem, Z, W, range(len(Z)), range(len(W)))
    axis.set_title("Excerpts (circles) and tags (squares)")
    for empty in right:
        empty.set_axis_off()
        empty.text(0.5, 0.5, textwrap.fill(beside, 36), ha="center", va="center", transform=empty.transAxes)
    _name_tags(figure, axis, problem, Z, W, range(len(W)))
    places = [f"{name} at {_place(z)}" for name, z in zip(problem.names, Z, strict=True)]
    places += [f"{tag} at {_place(w)}" for tag, w in zip(problem.tags, W, strict=True)]
    return finish(figure, f"Excerpts and tags in one space: {', '.join(places)}.")


@draws_figure
def warp_moves(problem, moves):
    """Draw WARP steps: what each of them moved, and how the affinities changed.

    Parameters
    ----------
    problem : mirlab.warp.tiny.TinyProblem
        The problem that is learned.
    moves : list of mirlab.warp.tiny.Move
        Its steps, one per row of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        On the left the space, with an arrow from the place of everything before the step to its place after
        it; on the right the affinities of the drawn excerpt, hollow before and filled after.

    Raises
    ------
    ValueError
        If there is no step.
    """
    if not moves:
        raise ValueError("moves is empty; it must hold at least one step")
    figure, panels = _steps(len(moves))
    words, to_name = [], []
    for (left, right), move in zip(panels, moves, strict=True):
        draw, tags, name = move.draw, problem.tags, problem.names[move.excerpt]
        ends = [(problem.X @ V.T, W) for V, W in ((move.V, move.W), (move.new_V, move.new_W))]
        named = {draw.positive, draw.negative} - {None}
        _draw_space(left, problem, *ends[1], {move.excerpt}, named)
        # The arrow ends before the mark, so that the mark does not hide its head.
        for points, room in zip(zip(*ends, strict=True), (7, 4), strict=True):
            arrow = {"arrowstyle": "->", "shrinkA": 0, "shrinkB": room}
            for before, after in zip(*points, strict=True):
                if np.hypot(*(after - before)) > 0.01:
                    left.annotate("", after, before, arrowprops=arrow)
        left.set_title(f"Step {move.number}: {_what_moved(problem, move)}")
        to_name.append((left, *ends[1], named))
        old, new = ((Z[move.excerpt] * W).sum(axis=1) for Z, W in ends)
        _draw_affinities(right, problem, move, old, new)
        words.append(
            f"Step {move.number}: {_what_moved(problem, move)}. Affinities of {name}, before and after: "
            + ", ".join(f"{tags[i]} {old[i]:.2f} {new[i]:.2f}" for i in np.argsort(-old, kind="stable"))
        )
    figure = finish(figure, ". ".join(words) + ".")
    for axis, Z, W, named in to_name:
        _name_tags(figure, axis, problem, Z, W, named)
    return figure


def _steps(n):
    """Return a figure for n steps, and its panels; they have fixed places, so that no step moves them."""
    wide, high = STEP
    figure = Figure(figsize=(wide, high * n))
    room = {"left": 0.05, "right": 0.98, "wspace": 0.47, "hspace": 1.2 / 3.2}
    edges = {"bottom": 0.7 / high / n, "top": 1 - 0.5 / high / n}
    return figure, figure.subplots(n, 2, squeeze=False, gridspec_kw=room | edges)


def _what_moved(problem, move):
    name, draw = problem.names[move.excerpt], move.draw
    if draw.negative is None:
        return f"{problem.tags[draw.positive]} leads by the margin, nothing moves"
    return f"{problem.tags[draw.positive]} towards {name}, {problem.tags[draw.negative]} away"


def _place(point):
    return f"({point[0]:.1f}, {point[1]:.1f})"


def _draw_space(axis, problem, Z, W, strong_excerpts, strong_tags):
    """Put excerpts and tags on an axis, the strong ones in full colour, without the names of the tags."""
    for i, (name, z) in enumerate(zip(problem.names, Z, strict=True)):
        alpha = 1 if i in strong_excerpts else 0.45
        axis.plot(*z, marker="o", color=MARKS[1][0], markersize=14, mew=0, alpha=alpha, zorder=4.5)
        axis.annotate(name, z, ha="center", va="center_baseline", color="white", zorder=5)
    for i, w in enumerate(W):
        alpha = 1 if i in strong_tags else 0.45
        axis.plot(*w, marker="s", color=MARKS[0][0], markersize=7, alpha=alpha)
    axis.axhline(0, color="0.85", linewidth=0.8, zorder=0)
    axis.axvline(0, color="0.85", linewidth=0.8, zorder=0)
    edge = _reach(problem, Z, W)
    axis.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal")


def _name_tags(figure, axis, problem, Z, W, strong):
    """Write the name of each tag beside its place."""
    alphas = [1 if i in strong else 0.6 for i in range(len(W))]
    write_beside(figure, axis, W, problem.tags, marks=np.vstack([Z, W]), size=7, alphas=alphas)


def _reach(problem, *points):
    """Return a limit that no excerpt and no tag passes while a problem is learned: one scale for all steps.

    Learning keeps the columns of V and the rows of W at most 1 long, thus an excerpt is never farther from
    the centre than the sum of its two features. The points of a V or W that is longer are inside as well.
    """
    return 0.5 * np.ceil(
        2 * max(1.2, np.abs(problem.X).sum(axis=1).max(), *(np.abs(p).max() for p in points))
    )


def _draw_affinities(axis, problem, move, old, new):
    """Draw one excerpt's affinity to each tag before and after a step, highest first."""
    draw, order = move.draw, np.argsort(old, kind="stable")
    limit = old[draw.positive] - 1
    edge = _reach(problem, old, new)
    axis.axvspan(limit, edge, color="0.92", zorder=0)
    axis.axvline(limit, color="0.4", linestyle="--", linewidth=1)
    carried = problem.positives[move.excerpt]
    for row, i in enumerate(order):
        color, marker = MARKS[2] if i in carried else MARKS[4]
        axis.plot([old[i], new[i]], [row, row], color=color, linewidth=1)
        axis.plot(old[i], row, marker=marker, color=color, mfc="white", markersize=8)
        axis.plot(new[i], row, marker=marker, color=color, markersize=6)
    said = {k: f"draw {n}" for n, k in enumerate(move.tried, 1)} | {draw.positive: "the positive"}
    labels = [
        ("★ " if i in carried else "") + problem.tags[i] + (f"\n({said[i]})" if i in said else "")
        for i in order
    ]
    axis.set_yticks(range(len(order)), labels)
    axis.set(xlim=(-edge - 1, edge))  # the limit is 1 below an affinity
    axis.set_xlabel("affinity, hollow before and filled after;\ngrey: too close for a negative")
    axis.set_title(
        f"{problem.names[move.excerpt]}'s tags (★ it carries): N = {draw.n_draws}, r = {draw.rank}, "
        f"loss {draw.loss:.2f}"
    )


@draws_figure
def rank_weights(ranks, weights, draws):
    """Draw the weight L(r) of a rank, and the rank that each number of draws estimates.

    Parameters
    ----------
    ranks : array-like, shape (n,)
        r.
    weights : array-like, shape (n,)
        L(r).
    draws : dict of int to int
        The rank that each number of draws estimates.

    Returns
    -------
    matplotlib.figure.Figure
        A line for the weights, and a labelled mark for each number of draws.

    Examples
    --------
    >>> rank_weights([0, 1, 2, 3], [0, 1, 1.5, 1.8333], {1: 3, 2: 1}).alt
    'Weight of a rank: L(0) = 0.00, L(3) = 1.83. 1 draw: rank 3, weight 1.83; 2 draws: rank 1, weight 1.00.'
    """
    weight = dict(zip(np.asarray(ranks).tolist(), np.asarray(weights).tolist(), strict=True))
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    axis = figure.subplots()
    axis.plot(weight.keys(), weight.values(), color=MARKS[1][0], marker=".")
    for r in draws.values():
        axis.plot(r, weight[r], marker="s", color=MARKS[0][0])
    first, last = min(weight), max(weight)
    axis.set_xticks(list(weight)[:: -(-len(weight) // 20)])
    axis.set(xlabel="rank r", ylabel="weight L(r)")
    axis.grid(alpha=0.3)
    headline(figure, f"Rank {last} weighs {weight[last]:.1f} times as much as rank 1, not {last} times")
    marks = np.array([(r, weight[r]) for r in draws.values()])
    line = np.column_stack([list(weight), list(weight.values())])
    write_beside(figure, axis, marks, [f"N = {n}" for n in draws], marks=line)
    ends = f"Weight of a rank: L({first}) = {weight[first]:.2f}, L({last}) = {weight[last]:.2f}."
    estimates = [f"{n} draw{'s' * (n > 1)}: rank {r}, weight {weight[r]:.2f}" for n, r in draws.items()]
    return finish(figure, f"{ends} {'; '.join(estimates)}.")
