"""The paper's tables and its learning curves: our figures beside the published ones."""

import textwrap
from html import escape

import numpy as np

from mirlab import paper
from mirlab.datasets import Label, is_synthetic, real_name
from mirlab.plots.look import LOOK, finish, headline, legend_below, shortened
from mirlab.show.figures import Figure, draws_figure


@draws_figure
def learning_curves(rows, *, title="Accuracy by number of labelled songs"):
    """Draw accuracy against the number of labelled songs (Figure 3 of the paper).

    Parameters
    ----------
    rows : list of dict
        The rows under "figure3" in the report of `mirlab.paper.reproduce`. A row with ``songs`` is drawn at
        that number instead of at ``per_class``: its labels do not have more songs.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per data set; bars are 95 % intervals.

    Raises
    ------
    ValueError
        If there are no rows.

    Examples
    --------
    >>> row = {"dataset": "gtzan-synth", "features": "base", "per_class": 1, "value": 0.3,
    ...        "reach": 0.02}
    >>> learning_curves([row]).alt
    'Learning curves of base features. gtzan-synth, 1 per label: base 0.30.'
    """
    if not rows:
        raise ValueError("rows is empty; it must hold the rows of figure3 of at least one data set")
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    kinds = [features for features in LOOK if any(row["features"] == features for row in rows)]
    columns = min(2, len(names))
    lines = -(-len(names) // columns)
    figure = Figure(figsize=(4.6 * columns, 3.1 * lines + 0.9), layout="constrained")
    axes = np.ravel(figure.subplots(lines, columns, squeeze=False))
    for axis in axes[len(names) :]:
        axis.remove()
    words = [f"Learning curves of {', '.join(LOOK[features]['label'] for features in kinds)}."]
    for axis, name in zip(axes, names, strict=False):
        curves = {kind: _curve(rows, name, kind) for kind in kinds}
        _draw_curves(axis, curves)
        axis.set_title(name)
        sizes = sorted({songs for curve in curves.values() for songs in curve})
        for songs in dict.fromkeys((sizes[0], sizes[-1])):
            values = [f"{kind} {curve[songs][0]:.2f}" for kind, curve in curves.items() if songs in curve]
            words.append(f"{name}, {songs:g} per label: {', '.join(values)}.")
    legend_below(figure, axes[0])
    headline(figure, f"{title}, with 95 % intervals{_made_of(names)}")
    return finish(figure, " ".join(words))


def _curve(rows, name, kind):
    """Return {songs per label: (accuracy, half its interval)}; two sizes of the same songs are one point."""
    mine = [row for row in rows if (row["dataset"], row["features"]) == (name, kind)]
    return {row.get("songs", row["per_class"]): (row["value"], row["reach"]) for row in mine}


def _draw_curves(axis, curves):
    for kind, curve in curves.items():
        # Bars are drawn a little apart, so that they do not hide each other.
        aside = 1.04 ** (list(curves).index(kind) - (len(curves) - 1) / 2)
        values, errors = np.array(list(curve.values())).reshape(-1, 2).T
        places = [songs * aside for songs in curve]
        axis.errorbar(places, values, yerr=errors, capsize=3, markersize=5, **LOOK[kind])
    sizes = sorted({songs for curve in curves.values() for songs in curve})
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [f"{songs:g}" for songs in sizes])
    axis.minorticks_off()
    axis.set(xlabel="training songs per label", ylabel="accuracy")
    axis.grid(alpha=0.3)


def _made_of(names):
    return " (synthetic data sets)" if any(map(is_synthetic, names)) else ""


@draws_figure
def neighbour_table(rows, *, seeds=None):
    """Draw the nearest labels of some seeds: ours beside the paper's (Table 3).

    Parameters
    ----------
    rows : list of dict
        From `mirlab.paper.table3`.
    seeds : list of str, optional
        Which seeds to show; the first six, which are the paper's, if not given.

    Returns
    -------
    matplotlib.figure.Figure
        A neighbour that is in both lists is in bold type and marked by a star. A notebook shows a table.

    Raises
    ------
    ValueError
        If none of the seeds is among the rows.

    Examples
    --------
    >>> figure = neighbour_table([{"seed": "jazz (homburg-synth)", "neighbours": ["jazz (gtzan-synth)"]}])
    >>> figure.alt
    'Nearest labels of jazz (homburg-synth): jazz (gtzan-synth); in the paper: jazz (unique), ...'
    """
    rows = rows[:6] if seeds is None else [row for row in rows if row["seed"] in seeds]
    if not rows:
        raise ValueError(f"rows has none of these seeds; choose seeds that are among them (seeds={seeds!r})")
    figure = Figure(figsize=(10, 0.6 + 1.32 * len(rows)), layout="constrained")
    axis = figure.subplots()
    axis.set_axis_off()
    axis.set(xlim=(0, 1), ylim=(7 * len(rows) + 1.2, 0))
    for x, head in ((0.0, "seed"), (0.22, "ours, nearest first"), (0.66, "in the paper")):
        axis.text(x, 0.6, head, fontweight="bold", va="center")
    words = []
    for i, row in enumerate(rows):
        theirs = paper.published()["table3"].get(_as_published(row["seed"]), [])
        both = set(map(_as_published, row["neighbours"])) & set(theirs)
        _draw_neighbours(axis, row, theirs, both, top=7 * i + 2.3)
        sentence = f"Nearest labels of {row['seed']}: {', '.join(row['neighbours'])}"
        if theirs:
            sentence += f"; in the paper: {', '.join(theirs)}; in both: {len(both)}"
        words.append(f"{sentence}.")
    made_of = _made_of(Label.of(row["seed"]).dataset for row in rows)
    title = f"Nearest labels in the joint embedding{made_of}; ★ in both lists"
    headline(figure, title)
    figure.table = _neighbours_as_html(rows, title)
    return finish(figure, " ".join(words))


def _as_published(label):
    """Return a label as the paper names it: of the real set."""
    return str(Label.of(label).real)


def _neighbours_as_html(rows, title):
    """Return the same lists as an HTML table."""

    def cell(html, tag="td"):
        return f'<{tag} style="text-align: left; vertical-align: top">{html}</{tag}>'

    lines = ["".join(cell(head, "th") for head in ("seed", "ours, nearest first", "in the paper"))]
    for row in rows:
        theirs = paper.published()["table3"].get(_as_published(row["seed"]), [])
        both = set(map(_as_published, row["neighbours"])) & set(theirs)
        lists = [
            "<br>".join(
                f"<strong>{escape(name)} ★</strong>" if _as_published(name) in both else escape(name)
                for name in names
            )
            for names in (row["neighbours"], theirs)
        ]
        lines.append(cell(escape(row["seed"]), "th") + "".join(map(cell, lists)))
    lines = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{escape(title)}</caption>{lines}</table>"


def _draw_neighbours(axis, row, theirs, both, *, top):
    """Write a seed, our list of its neighbours, and the paper's; the ones in both lists in bold type."""
    axis.axhline(top - 1.1, color="0.8", linewidth=0.8)
    for k, part in enumerate(textwrap.wrap(row["seed"], 24)):
        axis.text(0.0, top + 1.15 * k, part, va="center")
    for x, names in ((0.22, row["neighbours"]), (0.66, theirs)):
        for k, name in enumerate(names):
            shared = _as_published(name) in both
            weight = "bold" if shared else "normal"
            text = f"{k + 1}. {shortened(name)}" + " ★" * shared
            axis.text(x, top + 1.15 * k, text, va="center", fontweight=weight)


TABLES = {"table4": "Accuracy, all training songs", "table5": "Precision at 10"}


@draws_figure
def accuracy_table(report):
    """Draw accuracy and precision beside the paper's (Tables 4 and 5).

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`, with "table4", "table5" or both.

    Returns
    -------
    matplotlib.figure.Figure
        Filled marks are ours, with 95 % intervals; hollow ones the paper's, on the real sets.

    Raises
    ------
    ValueError
        If neither table has a row.

    Examples
    --------
    >>> row = {"dataset": "gtzan-synth", "features": "base", "value": 0.8, "reach": 0.02}
    >>> accuracy_table({"table4": [row]}).alt
    'Accuracy, all training songs: gtzan-synth base 0.800 (paper 0.748).'
    """
    tables = [name for name in TABLES if report.get(name)]
    if not tables:
        raise ValueError("report has no rows of table4 and none of table5; there is nothing to draw")
    names = list(dict.fromkeys(row["dataset"] for table in tables for row in report[table]))
    figure = Figure(figsize=(4.2 * len(tables) + 1.2, 0.7 * len(names) + 1.7), layout="constrained")
    axes = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    words = []
    for axis, table in zip(axes, tables, strict=True):
        values = _draw_table(axis, report[table], names, paper.published()[table])
        by_set = [f"{name} {', '.join(mine)}" for name, mine in values.items() if mine]
        words.append(f"{TABLES[table]}: {'; '.join(by_set)}.")
        axis.set(xlabel=TABLES[table].partition(",")[0].lower(), title=TABLES[table])
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(names)), [textwrap.fill(name, 24) for name in names])
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    legend_below(figure, *axes)
    headline(figure, f"Filled: ours, with 95 % intervals{_made_of(names)}; hollow: the paper, real data sets")
    return finish(figure, " ".join(words))


def _draw_table(axis, rows, names, published):
    """Draw the rows of a table and the published figures; return both in words, set by set."""
    values = {name: [] for name in names}
    kinds = [features for features in LOOK if any(row["features"] == features for row in rows)]
    for i, features in enumerate(kinds):
        look = LOOK[features] | {"linestyle": ""}
        for row in (row for row in rows if row["features"] == features):
            place = names.index(row["dataset"]) + 0.66 / len(kinds) * (i - (len(kinds) - 1) / 2)
            axis.errorbar(row["value"], place, xerr=row["reach"], capsize=3, **look)
            look["label"] = None  # one entry in the legend is enough
            sentence = f"{features} {row['value']:.3f}"
            theirs = published.get(real_name(row["dataset"]), {})
            if features in theirs:
                known = np.ravel(theirs[features])[0]
                axis.plot(known, place, mfc="none", markersize=9, **look)
                sentence += f" (paper {known:.3f})"
            values[row["dataset"]].append(sentence)
    return values
