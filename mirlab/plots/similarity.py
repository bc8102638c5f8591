"""Neighbours of excerpts: which have the query's label, which are in many lists, which copies are found."""

import numpy as np

from mirlab.plots.look import LOOK, error_of, finish, legend_below, shortened
from mirlab.show.figures import Figure, draws_figure


@draws_figure
def matches(names, hits, *, title=""):
    """Draw which neighbours of some queries have the query's label, with the spaces side by side.

    Parameters
    ----------
    names : sequence of str, length n
        The queries.
    hits : dict of str to array-like, shape (n, k) of bool
        For each kind of features: whether each neighbour, nearest first, has the query's label.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per space, one row per query; filled squares are hits, and their number is at the end.

    Raises
    ------
    ValueError
        If a panel does not have one row for each query.

    Examples
    --------
    >>> matches(["a song"], {"base": [[True, False]], "tag": [[True, True]]}, title="Tags help").alt
    'Tags help. Number of neighbours, of 2, with the label of the query: a song: base 1, tag 2.'
    """
    hits = {kind: np.asarray(hit, dtype=bool) for kind, hit in hits.items()}
    for kind, hit in hits.items():
        if hit.ndim != 2 or len(hit) != len(names):
            raise ValueError(
                f"hits[{kind!r}] has shape {hit.shape}; it must have {len(names)} rows, one per query"
            )
    k = max(hit.shape[1] for hit in hits.values())
    figure = Figure(figsize=(1.8 + 2.6 * len(hits), 1.1 + 0.27 * len(names)), layout="constrained")
    axes = figure.subplots(1, len(hits), sharex=True, sharey=True, squeeze=False)[0]
    for axis, (kind, hit) in zip(axes, hits.items(), strict=True):
        color = LOOK[kind]["color"]
        for filled in (True, False):
            row, rank = np.nonzero(hit == filled)
            face = color if filled else "white"
            axis.scatter(rank + 1, row, marker="s", s=52 if filled else 30, c=face, edgecolors=color)
        for i, number in enumerate(hit.sum(axis=1)):
            axis.text(k + 1.2, i, number, ha="center", va="center")
        axis.set(title=LOOK[kind]["label"], xlim=(0.2, k + 1.9), xlabel="place")
        axis.set_xticks(sorted({1, (k + 1) // 2, k}))
    axes[0].set_yticks(range(len(names)), [shortened(name) for name in names])
    axes[0].set_ylim(len(names) - 0.4, -0.6)
    values = "; ".join(
        f"{name}: " + ", ".join(f"{kind} {hit[i].sum()}" for kind, hit in hits.items())
        for i, name in enumerate(names)
    )
    words = f"Number of neighbours, of {k}, with the label of the query: {values}."
    return finish(figure, words, title=title)


@draws_figure
def k_occurrences(counts, blind, *, k, title=""):
    """Draw how many lists of neighbours contain an excerpt, beside lists that are drawn at random.

    Parameters
    ----------
    counts : dict of str to array-like, shape (n,)
        For each kind of features, the number of lists that contain each excerpt.
    blind : array-like, shape (n,)
        The same for lists that are drawn at random.
    k : int
        Length of a list, which is also the mean of all counts.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        The number of excerpts that are in at least a given number of lists, on a logarithmic scale.

    Examples
    --------
    >>> k_occurrences({"base": [0, 1, 5]}, [2, 2, 2], k=2, title="A hub").alt
    'A hub. Of 3 excerpts, in lists of 2: base features: at most 5 lists, 1 in none; drawn ...
    """
    figure = Figure(figsize=(7.5, 3.8), layout="constrained")
    axis = figure.subplots()
    axis.axvline(k, color="0.8", linewidth=6, label=f"mean of every line: {k}")
    words = []
    looks = {kind: {key: LOOK[kind][key] for key in ("color", "linestyle", "label")} for kind in counts}
    looks["blind"] = {"color": "#1b7837", "linestyle": (0, (1, 1)), "label": "drawn at random"}
    for kind, count in (counts | {"blind": blind}).items():
        count = np.asarray(count)
        lists = np.arange(count.max() + 1)
        left = (count[:, None] >= lists).sum(axis=0)
        axis.step(lists, left, where="post", linewidth=1.8, **looks[kind])
        axis.plot(lists[-1], left[-1], "o", color=looks[kind]["color"], markersize=5)
        words.append(f"{looks[kind]['label']}: at most {count.max()} lists, {(count == 0).sum()} in none")
    axis.set(yscale="log", xlabel="in at least this many lists", ylabel="number of excerpts", xlim=(0, None))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("")
    axis.grid(alpha=0.3)
    legend_below(figure, axis)
    finding = f"Of {len(np.asarray(blind))} excerpts, in lists of {k}: {'; '.join(words)}."
    return finish(figure, finding, title=title)


@draws_figure
def found_copies(searches, counts, *, title=""):
    """Draw how often a disguised copy finds its original first, against the strength of the disguise.

    Parameters
    ----------
    searches : pandas.DataFrame
        One row per search: ``disguise``, ``strength``, ``space`` (a kind of features), and ``place`` of the
        original in the copy's list, 1 if it is the nearest. Strengths of a disguise are drawn in the order of
        the table.
    counts : dict of str to str
        The unit of each disguise's strength.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per disguise; bars are standard errors over the queries.

    Raises
    ------
    ValueError
        If there is no search.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("noisy", 20, "base", 1), ("noisy", 20, "base", 7)]
    >>> searches = pd.DataFrame(rows, columns=["disguise", "strength", "space", "place"])
    >>> found_copies(searches, {"noisy": "dB above the noise"}).alt
    'Share of copies that find their original first. noisy (dB above the noise): base 0.50 at 20.'
    """
    if not len(searches):
        raise ValueError("searches is empty; it must hold one row per search")
    disguises = list(searches["disguise"].unique())
    columns = min(3, len(disguises))
    lines = -(-len(disguises) // columns)
    figure = Figure(figsize=(3.1 * columns, 2.7 * lines + 0.7), layout="constrained")
    axes = np.ravel(figure.subplots(lines, columns, sharey=True, squeeze=False))
    for axis in axes[len(disguises) :]:
        axis.remove()
    words = ["Share of copies that find their original first."]
    for axis, disguise in zip(axes, disguises, strict=False):
        values = _draw_copies(axis, searches[searches["disguise"] == disguise])
        axis.set(title=disguise, xlabel=counts[disguise], ylim=(-0.06, 1.06))
        axis.grid(alpha=0.3)
        words.append(f"{disguise} ({counts[disguise]}): {'; '.join(values)}.")
    for axis in axes[: len(disguises) : columns]:
        axis.set_ylabel("original comes first (95 % intervals)")
    legend_below(figure, axes[0])
    return finish(figure, " ".join(words), title=title)


def _draw_copies(axis, searches):
    """Draw the copies of one disguise; return the shares in words."""
    strengths, values = list(searches["strength"].unique()), []
    for i, kind in enumerate(searches["space"].unique()):
        mine = searches[searches["space"] == kind]
        first = [(mine[mine["strength"] == s]["place"] == 1).to_numpy(float) for s in strengths]
        shares = [np.mean(one) for one in first]
        errors = [error_of(one) for one in first]
        places = np.arange(len(strengths)) + 0.06 * (i - 1)  # so that bars do not hide each other
        axis.errorbar(places, shares, yerr=errors, capsize=3, markersize=5, **LOOK[kind])
        by_strength = [f"{share:.2f} at {s:g}" for share, s in zip(shares, strengths, strict=True)]
        values.append(f"{kind} {', '.join(by_strength)}")
    axis.set_xticks(range(len(strengths)), [f"{s:g}" for s in strengths])
    return values
