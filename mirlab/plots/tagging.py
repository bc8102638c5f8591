"""Tags: which kinds of them are easy, and what happens as more and more of them are missing."""

import numpy as np
from matplotlib.figure import Figure

from mirlab import evaluate
from mirlab.plots.look import LINES, MARKS, finish, legend_below


def tags_by_kind(panels, kinds, names, *, title=""):
    """Draw the AUC of every tag, kind by kind.

    Parameters
    ----------
    panels : dict of str to dict of str to array-like, shape (tags,)
        For each panel by title, and each method by name: the AUC of each tag, NaN if it has none.
    kinds : sequence of str, length tags
        The kind of each tag, drawn in the order in which they come.
    names : sequence of str, length tags
        The tags. In the first panel, the worst and the best of each kind are named.
    title : str
        What it shows.

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
    alt = []
    for axis, (panel, methods) in zip(axes, panels.items(), strict=True):
        told = []
        for row, kind in enumerate(order):
            means = []
            for i, (method, auc) in enumerate(methods.items()):
                auc = np.asarray(auc, dtype=float)
                if len(auc) != len(kinds):
                    raise ValueError(f"{panel!r}, {method!r}: {len(auc)} AUCs for {len(kinds)} tags")
                mine = np.flatnonzero((kinds == kind) & np.isfinite(auc))
                if not len(mine):
                    continue
                color, marker = MARKS[i]
                height = row + 0.34 * (i - (len(methods) - 1) / 2)
                axis.plot(auc[mine], np.full(len(mine), height), "|", color=color, alpha=0.45, markersize=9)
                error = evaluate.standard_error(auc[mine]) if len(mine) > 1 else 0
                label = method if row == 0 else None
                axis.errorbar(
                    auc[mine].mean(),
                    height,
                    xerr=error,
                    color=color,
                    marker=marker,
                    markersize=8,
                    markeredgecolor="white",
                    capsize=4,
                    label=label,
                )
                means.append(f"{method} {auc[mine].mean():.2f}")
                if axis is axes[0] and i == len(methods) - 1:
                    _name_ends(axis, auc, mine, names, height + 0.2)
            if means:
                told.append(f"{kind} {', '.join(means)}")
            else:
                axis.text(0.52, row, "no such pair", va="center", fontsize=9, color="0.3")
                told.append(f"{kind} has no pair")
        axis.axvline(0.5, color="0.5", linewidth=1)
        axis.set(title=panel, xlabel="AUC of a tag (0.5 is guessing)")
        axis.grid(axis="x", alpha=0.3)
        alt.append(f"{panel}: {'; '.join(told)}.")
    axes[0].set_yticks(range(len(order)), order)
    axes[0].set_ylim(len(order) - 0.45, -0.55)
    legend_below(figure, axes[0])
    figure.suptitle(title, fontsize=11)
    return finish(figure, f"{title}. Mean AUC by tag, {' '.join(alt)}".removeprefix(". "))


def _name_ends(axis, auc, mine, names, height):
    """Write the names of the worst and the best tag."""
    for at, side in ((mine[np.argmin(auc[mine])], "left"), (mine[np.argmax(auc[mine])], "right")):
        axis.text(auc[at], height, names[at], ha=side, va="top", fontsize=8, color="0.25")


def missing_tags(table, *, title=""):
    """Draw how annotation fares as more and more tags are missing, by the true tags and by those left.

    Parameters
    ----------
    table : pandas.DataFrame
        From `mirlab.tagging.missing_labels`.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        AUC by tag and precision at 3; bars are standard errors.

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
        raise ValueError("table is empty; it must hold what missing_labels returned")
    figure = Figure(figsize=(9, 3.9), layout="constrained")
    axes = figure.subplots(1, 2, sharex=True)
    alt = []
    for axis, (measure, name) in zip(
        axes, {"tag_auc": "AUC by tag", "precision_at_3": "precision at 3"}.items(), strict=True
    ):
        told = []
        for i, (method, rows) in enumerate(table.groupby("method", sort=False)):
            for j, (by, mine) in enumerate(rows.groupby("judged by", sort=False)):
                color, marker = MARKS[i]
                axis.errorbar(
                    100 * mine["missing"],
                    mine[measure],
                    yerr=mine[f"{measure}_error"],
                    color=color,
                    marker=marker,
                    markersize=6,
                    mfc=color if j == 0 else "white",
                    linestyle=LINES[j],
                    capsize=3,
                    label=f"{method}, by {by}",
                )
                values = ", ".join(
                    f"{value:.2f} at {100 * share:.0f} %"
                    for share, value in zip(mine["missing"], mine[measure], strict=True)
                )
                told.append(f"{method}, by {by} {values}")
        axis.set(title=name, xlabel="true tags that nobody wrote (%)", ylim=(0, 1.02))
        axis.grid(alpha=0.3)
        alt.append(f"{name}: {'; '.join(told)}.")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(title, fontsize=11)
    return finish(figure, f"{title}. {' '.join(alt)}".removeprefix(". "))
