"""The paper's tables and its learning curves, with its own figures beside ours."""

import textwrap

import numpy as np
from matplotlib.figure import Figure

from mirlab import paper
from mirlab.plots.look import LOOK, finish, legend_below


def learning_curves(rows):
    """Draw accuracy against the number of labelled songs (Figure 3 of the paper).

    Parameters
    ----------
    rows : list of dict
        As `mirlab.paper.reproduce` gives them under "figure3".

    Returns
    -------
    matplotlib.figure.Figure
        One panel a data set; bars are standard errors over folds.

    Raises
    ------
    ValueError
        If there are no rows.

    Examples
    --------
    >>> row = {"dataset": "gtzan-synth", "features": "base", "per_class": 1, "value": 0.3,
    ...        "standard_error": 0.02}
    >>> learning_curves([row]).alt
    'Learning curves of base features. gtzan-synth, 1 a label: base 0.30.'
    """
    if not rows:
        raise ValueError("rows is empty; it must hold the rows of figure3 of at least one data set")
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    kinds = [features for features in LOOK if any(row["features"] == features for row in rows)]
    sizes = sorted({row["per_class"] for row in rows})
    columns = min(2, len(names))
    lines = -(-len(names) // columns)
    figure = Figure(figsize=(4.6 * columns, 3.1 * lines + 0.9), layout="constrained")
    axes = np.ravel(figure.subplots(lines, columns, squeeze=False))
    for axis in axes[len(names) :]:
        axis.remove()
    alt = f"Learning curves of {', '.join(LOOK[features]['label'] for features in kinds)}."
    for axis, name in zip(axes, names, strict=False):
        for features in kinds:
            mine = [row for row in rows if (row["dataset"], row["features"]) == (name, features)]
            aside = 1.04 ** (list(LOOK).index(features) - 1)  # so that no bar hides another
            axis.errorbar(
                [row["per_class"] * aside for row in mine],
                [row["value"] for row in mine],
                yerr=[row["standard_error"] for row in mine],
                capsize=3,
                markersize=5,
                **LOOK[features],
            )
        axis.set_xscale("log", base=2)
        axis.set_xticks(sizes, sizes)
        axis.minorticks_off()
        axis.set(title=name, xlabel="training songs a label", ylabel="accuracy")
        axis.grid(alpha=0.3)
        for k in dict.fromkeys((sizes[0], sizes[-1])):
            at = [row for row in rows if (row["dataset"], row["per_class"]) == (name, k)]
            alt += f" {name}, {k} a label: "
            alt += ", ".join(f"{row['features']} {row['value']:.2f}" for row in at) + "."
    legend_below(figure, axes[0])
    figure.suptitle("Accuracy by number of labelled songs" + _made_of(names), fontsize=11)
    return finish(figure, alt)


def _made_of(names):
    return " (synthetic data sets)" if any("-synth" in name for name in names) else ""


def neighbour_table(rows, *, seeds=None):
    """Draw the nearest labels of some seeds, the paper's beside ours (Table 3).

    Parameters
    ----------
    rows : list of dict
        As `mirlab.paper.table3` gives them.
    seeds : list of str, optional
        Which seeds to show; the first six, which are the paper's, if not given.

    Returns
    -------
    matplotlib.figure.Figure
        A neighbour that stands in both lists is in bold type and marked by a star.

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
        raise ValueError(f"rows holds none of the seeds that were asked for (seeds={seeds!r})")
    figure = Figure(figsize=(10, 0.6 + 1.32 * len(rows)), layout="constrained")
    axis = figure.subplots()
    axis.set_axis_off()
    axis.set(xlim=(0, 1), ylim=(7 * len(rows) + 1.2, 0))
    for x, head in ((0.0, "seed"), (0.27, "ours, nearest first"), (0.66, "in the paper")):
        axis.text(x, 0.6, head, fontweight="bold", va="center", fontsize=10)
    alt = []
    for i, row in enumerate(rows):
        top = 7 * i + 2.3
        axis.axhline(top - 1.1, color="0.8", linewidth=0.8)
        for k, part in enumerate(textwrap.wrap(row["seed"], 30)):
            axis.text(0.0, top + 1.15 * k, part, va="center", fontsize=9.5)
        ours = [name.replace("-synth", "") for name in row["neighbours"]]
        theirs = paper.published()["table3"].get(row["seed"].replace("-synth", ""), [])
        both = set(ours) & set(theirs)
        for x, names in ((0.27, row["neighbours"]), (0.66, theirs)):
            for k, name in enumerate(names):
                shared = name.replace("-synth", "") in both
                axis.text(
                    x,
                    top + 1.15 * k,
                    f"{k + 1}. {name}" + (" ★" if shared else ""),
                    va="center",
                    fontsize=9,
                    fontweight="bold" if shared else "normal",
                )
        told = f"Nearest labels of {row['seed']}: {', '.join(row['neighbours'])}"
        alt.append(told + (f"; in the paper: {', '.join(theirs)}; in both: {len(both)}" if theirs else ""))
    made_of = _made_of(row["seed"] for row in rows)
    figure.suptitle(f"Nearest labels in the joint embedding{made_of}; ★ in both lists", fontsize=11)
    return finish(figure, ". ".join(alt) + ".")


def accuracy_table(report):
    """Draw accuracy and precision beside the paper's (Tables 4 and 5).

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`, with "table4", "table5" or both.

    Returns
    -------
    matplotlib.figure.Figure
        Filled marks are ours, with standard errors; hollow ones the paper's, on the real sets.

    Raises
    ------
    ValueError
        If neither table has a row.

    Examples
    --------
    >>> row = {"dataset": "gtzan-synth", "features": "base", "value": 0.8, "standard_error": 0.02}
    >>> accuracy_table({"table4": [row]}).alt
    'Accuracy, all training songs: gtzan-synth base 0.800 (paper 0.748).'
    """
    titles = {"table4": "Accuracy, all training songs", "table5": "Precision at 10"}
    tables = [name for name in titles if report.get(name)]
    if not tables:
        raise ValueError("report has no rows of table4 and none of table5; there is nothing to draw")
    names = list(dict.fromkeys(row["dataset"] for table in tables for row in report[table]))
    figure = Figure(figsize=(4.2 * len(tables) + 1.2, 0.7 * len(names) + 1.7), layout="constrained")
    axes = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    alt = ""
    for axis, table in zip(axes, tables, strict=True):
        told = {name: [] for name in names}
        for i, (features, look) in enumerate(LOOK.items()):
            look = look | {"linestyle": ""}
            for row in (row for row in report[table] if row["features"] == features):
                place = names.index(row["dataset"]) + 0.22 * (i - 1)
                axis.errorbar(row["value"], place, xerr=row["standard_error"], capsize=3, **look)
                look["label"] = None  # once is enough
                words = f"{features} {row['value']:.3f}"
                theirs = paper.published()[table].get(row["dataset"].removesuffix("-synth"), {})
                if features in theirs:
                    known = np.ravel(theirs[features])[0]
                    axis.plot(known, place, mfc="none", markersize=9, **look)
                    words += f" (paper {known:.3f})"
                told[row["dataset"]].append(words)
        alt += (
            f"{titles[table]}: "
            + "; ".join(f"{name} {', '.join(words)}" for name, words in told.items() if words)
            + ". "
        )
        axis.set(xlabel=titles[table].partition(",")[0].lower(), title=titles[table])
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(names)), [textwrap.fill(name, 24) for name in names])
    axes[0].invert_yaxis()
    legend_below(figure, axes[0])
    figure.suptitle(f"Filled: ours{_made_of(names)}; hollow: the paper, real data sets", fontsize=11)
    return finish(figure, alt.strip())
