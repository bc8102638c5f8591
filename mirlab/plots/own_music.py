"""One small collection: what a split promises, and whose neighbours disagree with its label."""

import numpy as np
from matplotlib.figure import Figure

from mirlab.plots.look import LOOK, MARKS, finish, legend_below


def two_splits(results, *, guess=None, title=""):
    """Draw the accuracy that different splits of the same excerpts give.

    Parameters
    ----------
    results : dict of str to dict of str to mirlab.evaluate.CrossValidation
        By what is kept together ("excerpts", "recordings"), then by kind of features.
    guess : float, optional
        What naming the largest label always would give.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        One row a kind of features, one mark a split, bars of one standard error.

    Examples
    --------
    >>> import numpy as np
    >>> from mirlab.evaluate import CrossValidation
    >>> y = np.array([0, 0, 1, 1])
    >>> half = CrossValidation(np.array([0.0, 1.0]), y, y, np.arange(2), np.zeros((4, 2)))
    >>> two_splits({"recordings": {"base": half}}, title="Half is right").alt
    'Half is right. Accuracy, split by recordings: base features 0.50 ± 0.50.'
    """
    kinds = [kind for kind in LOOK if any(kind in found for found in results.values())]
    figure = Figure(figsize=(8.5, 1.5 + 0.6 * len(kinds)), layout="constrained")
    axis = figure.subplots()
    told = []
    for k, ((split, found), (color, marker)) in enumerate(zip(results.items(), MARKS, strict=False)):
        places = [kinds.index(kind) + 0.12 * (2 * k - len(results) + 1) for kind in found]
        means = [one.mean for one in found.values()]
        errors = [one.standard_error for one in found.values()]
        style = {"color": color, "marker": marker, "linestyle": "", "capsize": 4}
        axis.errorbar(means, places, xerr=errors, label=f"split by {split}", **style)
        words = ", ".join(
            f"{LOOK[kind]['label']} {mean:.2f} ± {error:.2f}"
            for kind, mean, error in zip(found, means, errors, strict=True)
        )
        told.append(f"Accuracy, split by {split}: {words}.")
    if guess is not None:
        axis.axvline(guess, color="0.5", linestyle="--", label="always the largest label")
        told.append(f"Always naming the largest label: {guess:.2f}.")
    axis.set_yticks(range(len(kinds)), [LOOK[kind]["label"] for kind in kinds])
    axis.set(xlim=(0, 1.05), ylim=(len(kinds) - 0.5, -0.5), xlabel="accuracy")
    axis.grid(axis="x", alpha=0.3)
    legend_below(figure, axis)
    figure.suptitle(title, fontsize=11)
    return finish(figure, f"{title}. {' '.join(told)}".removeprefix(". "))


def doubts(table, *, most=12, title=""):
    """Draw how many neighbours of each recording carry its label, the most doubtful first.

    Parameters
    ----------
    table : pandas.DataFrame
        As `mirlab.library.Library.doubts` gives it.
    most : int
        How many recordings are shown.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        One bar a recording, with what its neighbours say.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"recording": "folk/a.wav", "label": "folk", "agree": 0.1, "neighbours say": "jazz"}
    >>> doubts(pd.DataFrame([row]), title="One stands out").alt
    'One stands out. Share of neighbours that agree: folk/a.wav 10%, most say jazz.'
    """
    shown = table.head(most)
    figure = Figure(figsize=(8.5, 1.1 + 0.27 * len(shown)), layout="constrained")
    axis = figure.subplots()
    places = np.arange(len(shown))
    axis.barh(places, shown["agree"], color=MARKS[1][0], height=0.6)
    for place, agree, say in zip(places, shown["agree"], shown["neighbours say"], strict=True):
        axis.text(agree + 0.01, place, f"most say {_as_is(say)}", va="center", fontsize=8.5)
    axis.set_yticks(places, [_as_is(name) for name in shown["recording"]], fontsize=8.5)
    axis.set(xlim=(0, 1.15), ylim=(len(shown) - 0.5, -0.5), xlabel="share of neighbours that carry its label")
    axis.grid(axis="x", alpha=0.3)
    figure.suptitle(title, fontsize=11)
    told = "; ".join(
        f"{row['recording']} {row['agree']:.0%}, most say {row['neighbours say']}"
        for row in shown.to_dict("records")
    )
    return finish(figure, f"{title}. Share of neighbours that agree: {told}.".removeprefix(". "))


def _as_is(text):
    """Keep a file's name or label from being taken for a formula."""
    return text.replace("$", r"\$")
