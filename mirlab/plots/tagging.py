"""Tags: which kinds are easy to predict, and what happens when more and more of them are missing."""

import numpy as np

from mirlab.plots.look import LINES, MARKS, error_of, finish, legend_below
from mirlab.show.figures import Figure, draws_figure

MEASURES = {"tag_auc": "AUC by tag", "precision_at_3": "precision at 3"}


@draws_figure
def tags_by_kind(panels, kinds, names, *, title=""):
    """Draw the AUC of every tag, kind by kind.

    Parameters
    ----------
    panels : dict of str to dict of str to array-like, shape (tags,)
        For each panel by title, and each method by name: the AUC of each tag, NaN if it has none.
    kinds : sequence of str, length tags
        The kind of each tag; kinds are drawn in the order of this sequence.
    names : sequence of str, length tags
        The tags. In the first panel, the worst and the best of each kind are named.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Small marks are tags, large ones their means with standard errors over the tags.

    Raises
    ------
    ValueError
        If an AUC is missing for a tag.

    Examples
    --------
    >>> auc = {"any pair": {"WARP": [0.9, 0.7]}, "same style": {"WARP": [float("nan"), 0.6]}}
    >>> tags_by_kind(auc, ["genre", "mood"], ["jazz", "sad"], title="Genres are easy").alt
    'Genres are easy. Mean AUC by tag, any pair: genre WARP 0.90; mood WARP 0.70. same style: genre has ...
    """
    kinds, names = np.asarray(kinds), list(names)
    order = list(dict.fromkeys(kinds.tolist()))
    figure = Figure(figsize=(1.6 + 4.2 * len(panels), 1.5 + 0.95 * len(order)), layout="constrained")
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    words = []
    for axis, (panel, methods) in zip(axes, panels.items(), strict=True):
        auc = {method: np.asarray(values, dtype=float) for method, values in methods.items()}
        if wrong := [method for method, values in auc.items() if len(values) != len(kinds)]:
            raise ValueError(f"{panel!r}, {wrong[0]!r}: {len(auc[wrong[0]])} AUCs for {len(kinds)} tags")
        means = [_draw_kind(axis, row, kind, auc, kinds == kind) for row, kind in enumerate(order)]
        if axis is axes[0]:
            _name_ends(axis, order, kinds, list(auc.values())[-1], names, 0.17 * (len(auc) - 1) + 0.2)
        axis.axvline(0.5, color="0.5", linewidth=1)
        axis.set(title=panel, xlabel="AUC of a tag (0.5 is guessing)")
        axis.grid(axis="x", alpha=0.3)
        words.append(f"{panel}: {'; '.join(means)}.")
    axes[0].set_yticks(range(len(order)), order)
    axes[0].set_ylim(len(order) - 0.45, -0.55)
    every = np.concatenate([values for methods in panels.values() for values in methods.values()])
    axes[0].set_xlim(np.nanmin(every) - 0.05, 1.03)  # the interval of two or three tags can be wider
    legend_below(figure, axes[0])
    return finish(figure, f"Mean AUC by tag, {' '.join(words)}", title=title)


def _draw_kind(axis, row, kind, auc, mine):
    """Draw the tags of one kind and their mean, method by method; return the means in words."""
    means = []
    for i, (method, values) in enumerate(auc.items()):
        values = values[mine & np.isfinite(values)]
        if not len(values):
            continue
        color, marker = MARKS[i]
        height = row + 0.34 * (i - (len(auc) - 1) / 2)
        axis.plot(values, np.full(len(values), height), "|", color=color, alpha=0.45, markersize=9)
        look = {"color": color, "marker": marker, "markersize": 8, "markeredgecolor": "white", "capsize": 4}
        axis.errorbar(
            values.mean(), height, xerr=error_of(values), label=method if row == 0 else None, **look
        )
        means.append(f"{method} {values.mean():.2f}")
    if not means:
        axis.text(0.52, row, "no such pair", va="center", color="0.3")
    return f"{kind} {', '.join(means)}" if means else f"{kind} has no pair"


def _name_ends(axis, order, kinds, auc, names, below):
    """Write the names of the worst and of the best tag of each kind."""
    for row, kind in enumerate(order):
        mine = np.flatnonzero((kinds == kind) & np.isfinite(auc))
        if len(mine):
            for at, side in ((mine[np.argmin(auc[mine])], "left"), (mine[np.argmax(auc[mine])], "right")):
                axis.text(auc[at], row + below, names[at], ha=side, va="top", color="0.25")


@draws_figure
def missing_tags(table, *, title=""):
    """Draw the quality of annotation against the share of missing tags.

    Parameters
    ----------
    table : pandas.DataFrame
        From `mirlab.tagging.missing_labels`.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        AUC by tag and precision at 3, judged by the true tags and by the tags that are left; bars are
        standard errors.

    Raises
    ------
    ValueError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"missing": 0.25, "method": "WARP", "judged by": "true tags", "tag_auc": 0.8,
    ...        "tag_auc_error": 0.01, "precision_at_3": 0.9, "precision_at_3_error": 0.01}
    >>> missing_tags(pd.DataFrame([row]), title="It holds").alt
    'It holds. AUC by tag: WARP, by true tags 0.80 at 25 %. precision at 3: WARP, by true tags 0.90 at 25 %.'
    """
    if not len(table):
        raise ValueError("table is empty; it must hold the rows that missing_labels returned")
    figure = Figure(figsize=(9, 3.9), layout="constrained")
    axes = figure.subplots(1, 2, sharex=True)
    words = []
    for axis, (measure, name) in zip(axes, MEASURES.items(), strict=True):
        values = _draw_measure(axis, table, measure)
        axis.set(title=name, xlabel="true tags that are missing (%)", ylim=(0, 1.02))
        axis.grid(alpha=0.3)
        words.append(f"{name}: {'; '.join(values)}.")
    legend_below(figure, axes[0], ncols=2)
    return finish(figure, " ".join(words), title=title)


def _draw_measure(axis, table, measure):
    """Draw one measure, a line per method and judge; return the values in words."""
    words = []
    for i, (method, rows) in enumerate(table.groupby("method", sort=False)):
        for j, (by, mine) in enumerate(rows.groupby("judged by", sort=False)):
            color, marker = MARKS[i]
            look = {"color": color, "marker": marker, "markersize": 6, "linestyle": LINES[j], "capsize": 3}
            axis.errorbar(
                100 * mine["missing"],
                mine[measure],
                yerr=mine[f"{measure}_error"],
                mfc=color if j == 0 else "white",
                label=f"{method}, by {by}",
                **look,
            )
            values = ", ".join(
                f"{value:.2f} at {100 * share:.0f} %"
                for share, value in zip(mine["missing"], mine[measure], strict=True)
            )
            words.append(f"{method}, by {by} {values}")
    return words
