"""One small collection: accuracy under different splits, and labels that their neighbours contradict."""

import numpy as np

from mirlab.plots.look import LOOK, MARKS, finish, legend_below, shortened
from mirlab.show.figures import Figure, draws_figure


@draws_figure
def two_splits(results, *, guess=None, title=""):
    """Draw the accuracy that different splits of the same excerpts give.

    Parameters
    ----------
    results : dict of str to dict of str to mirlab.evaluate.CrossValidation
        By the unit that a split keeps together ("excerpts", "recordings"), then by kind of features.
    guess : float, optional
        Accuracy of always predicting the largest label.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One row per kind of features, one mark per split; bars are 95 % intervals.

    Examples
    --------
    >>> import numpy as np
    >>> from mirlab.evaluate import CrossValidation
    >>> y = np.array([0, 0, 1, 1])
    >>> half = CrossValidation(np.array([0.0, 1.0]), y, y, np.arange(2), np.zeros((4, 2)))
    >>> two_splits({"recordings": {"base": half}}, title="Half is right").alt
    'Half is right. Accuracy, split by recordings: base features 0.50 ± 6.35.'
    """
    kinds = [kind for kind in LOOK if any(kind in by_kind for by_kind in results.values())]
    figure = Figure(figsize=(8.5, 1.5 + 0.6 * len(kinds)), layout="constrained")
    axis = figure.subplots()
    words = []
    for k, ((split, by_kind), (color, marker)) in enumerate(zip(results.items(), MARKS, strict=False)):
        places = [kinds.index(kind) + 0.12 * (2 * k - len(results) + 1) for kind in by_kind]
        means = [one.mean for one in by_kind.values()]
        errors = [one.reach for one in by_kind.values()]
        style = {"color": color, "marker": marker, "linestyle": "", "capsize": 4}
        axis.errorbar(means, places, xerr=errors, label=f"split by {split}", **style)
        values = ", ".join(
            f"{LOOK[kind]['label']} {mean:.2f} ± {error:.2f}"
            for kind, mean, error in zip(by_kind, means, errors, strict=True)
        )
        words.append(f"Accuracy, split by {split}: {values}.")
    if guess is not None:
        axis.axvline(guess, color="0.5", linestyle="--", label="always the largest label")
        words.append(f"Always the largest label: {guess:.2f}.")
    axis.set_yticks(range(len(kinds)), [LOOK[kind]["label"] for kind in kinds])
    axis.set(xlim=(0, 1.05), ylim=(len(kinds) - 0.5, -0.5), xlabel="accuracy, with 95 % intervals")
    axis.grid(axis="x", alpha=0.3)
    legend_below(figure, axis)
    return finish(figure, " ".join(words), title=title)


@draws_figure
def doubts(table, *, most=12, title=""):
    """Draw how many neighbours of each recording carry its label, the most doubtful first.

    Parameters
    ----------
    table : pandas.DataFrame
        From `mirlab.library.Library.doubts`.
    most : int
        How many recordings are shown.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One bar per recording, with the most frequent label of its neighbours.

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
        axis.text(agree + 0.01, place, f"most say {shortened(say, 24)}", va="center")
    axis.set_yticks(places, [shortened(name, 48) for name in shown["recording"]])
    axis.set(xlim=(0, 1.15), ylim=(len(shown) - 0.5, -0.5), xlabel="share of neighbours that carry its label")
    axis.grid(axis="x", alpha=0.3)
    values = "; ".join(
        f"{row['recording']} {row['agree']:.0%}, most say {row['neighbours say']}"
        for row in shown.to_dict("records")
    )
    return finish(figure, f"Share of neighbours that agree: {values}.", title=title)
