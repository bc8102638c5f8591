"""Freezing and fine-tuning: accuracy by songs per label, by unfrozen layers, and what is forgotten."""

import numpy as np

from mirlab.plots.charts import DASHES
from mirlab.plots.look import MARKS, finish, legend_below
from mirlab.show.figures import Figure, colormap, draws_figure


@draws_figure
def estimates_by_songs(panels, *, title="", ylabel="accuracy on new artists (95 % intervals)"):
    """Draw accuracy against songs per label, with intervals, for several ways to train.

    Parameters
    ----------
    panels : dict of str to dict of str to dict of int to mirlab.paper.inference.Estimate
        For each panel by title, its lines by name; each has an estimate by songs per label.
    title : str
        What the figure shows.
    ylabel : str
        What is estimated.

    Returns
    -------
    matplotlib.figure.Figure
        One panel each; the lines are a little apart, so that bars do not hide each other.

    Examples
    --------
    >>> from mirlab.paper.inference import Estimate
    >>> lines = {"frozen": {1: Estimate(0.3, 0.01, 4), 5: Estimate(0.5, 0.02, 4)}}
    >>> estimates_by_songs({"a": lines}, title="It rises").alt
    'It rises. a: frozen 1: 0.30 ± 0.03, 5: 0.50 ± 0.06.'
    """
    figure = Figure(figsize=(3.4 * len(panels) + 1.6, 4.0), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    words = []
    for axis, (name, lines) in zip(axes, panels.items(), strict=True):
        songs = sorted({k for line in lines.values() for k in line})
        said = []
        for number, (line, found) in enumerate(lines.items()):
            color, marker = MARKS[number % len(MARKS)]
            axis.errorbar(
                [songs.index(k) + 0.09 * (number - (len(lines) - 1) / 2) for k in found],
                [one.value for one in found.values()],
                yerr=[one.reach for one in found.values()],
                color=color,
                marker=marker,
                linestyle=DASHES[number % len(DASHES)],
                markersize=5,
                capsize=2,
                label=line,
            )
            said.append(
                f"{line} {', '.join(f'{k}: {e.value:.2f} ± {e.reach:.2f}' for k, e in found.items())}"
            )
        axis.set_xticks(range(len(songs)), songs)
        axis.set(xlabel="labelled songs per label", title=name)
        axis.grid(alpha=0.3)
        words.append(f"{name + ': ' if name else ''}{'; '.join(said)}.")
    axes[0].set_ylabel(ylabel)
    axes[0].set_ylim(bottom=0)
    legend_below(figure, axes[0])
    return finish(figure, " ".join(words), title=title)


@draws_figure
def unfrozen_table(means, songs, *, title="", at=None):
    """Draw accuracy as a table: unfrozen hidden layers by songs per label.

    Parameters
    ----------
    means : array-like, shape (layers + 1, len(songs))
        Mean accuracies; the first row has no hidden layer unfrozen.
    songs : sequence of int
        Songs per label.
    title : str
        What the figure shows.
    at : (int, int), optional
        Row and column of a cell to frame.

    Returns
    -------
    matplotlib.figure.Figure
        The best of each column is in bold type, with a star.

    Examples
    --------
    >>> unfrozen_table([[0.3, 0.5], [0.2, 0.6]], [1, 5], title="It depends").alt
    'It depends. Accuracy by songs per label, 0 layers unfrozen: 1: 0.30, 5: 0.50; 1: 1: 0.20, 5: 0.60.'
    """
    means = np.asarray(means, dtype=float)
    rows, columns = means.shape
    figure = Figure(figsize=(1.15 * columns + 1.8, 0.62 * rows + 1.5), layout="constrained")
    axis = figure.subplots()
    axis.imshow(means, cmap=colormap("Blues"), vmin=0, vmax=max(1e-9, 1.15 * means.max()), aspect="auto")
    for i, j in np.ndindex(rows, columns):
        best = means[i, j] == means[:, j].max()
        ink = "white" if means[i, j] > 0.62 * means.max() else "black"
        weight = "bold" if best else "normal"
        text = f"{means[i, j]:.2f}{' *' if best else ''}"
        axis.text(j, i, text, ha="center", va="center", color=ink, fontweight=weight)
    if at is not None:
        frame = {"color": "#b35806", "linewidth": 3}
        (top, left), half = at, 0.46
        x, y = [left - half, left + half, left + half, left - half, left - half], [top - half] * 2
        axis.plot(x, [*y, top + half, top + half, top - half], **frame)
    axis.set_xticks(range(columns), list(songs))
    axis.set_yticks(range(rows), [f"{i}" for i in range(rows)])
    axis.set(xlabel="labelled songs per label (*: best of the column)", ylabel="unfrozen hidden layers")
    said = [
        f"{i}{' layers unfrozen' if i == 0 else ''}: "
        + ", ".join(f"{k}: {value:.2f}" for k, value in zip(songs, row, strict=True))
        for i, row in enumerate(means)
    ]
    return finish(figure, f"Accuracy by songs per label, {'; '.join(said)}.", title=title)


@draws_figure
def forgetting(panels, before, *, title=""):
    """Draw what fine-tuning does to the target and to the source, against the learning rate.

    Parameters
    ----------
    panels : dict of str to dict of str to dict of float to mirlab.paper.inference.Estimate
        For each network, "accuracy" (of the target) and "auc" (of the source's tags), by learning rate.
    before : dict of str to float
        The AUC before fine-tuning, by network.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per network; the dotted line is the AUC before.
    """
    names = {"accuracy": "target: accuracy", "auc": "source: AUC of tags"}
    figure = Figure(figsize=(3.2 * len(panels) + 1.2, 3.9), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    words = []
    for axis, (network, lines) in zip(axes, panels.items(), strict=True):
        said = []
        rates = sorted({rate for line in lines.values() for rate in line})
        axis.axhline(before[network], color="0.3", linestyle=":", label="source, before fine-tuning")
        for (what, found), (color, marker), dash in zip(lines.items(), MARKS, DASHES, strict=False):
            axis.errorbar(
                [rates.index(rate) for rate in found],
                [one.value for one in found.values()],
                yerr=[one.reach for one in found.values()],
                color=color,
                marker=marker,
                linestyle=dash,
                capsize=3,
                label=names[what],
            )
            values = ", ".join(f"{rate:g}: {e.value:.2f} ± {e.reach:.2f}" for rate, e in found.items())
            said.append(f"{names[what]} {values}")
        axis.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates])
        axis.set(xlabel="learning rate", title=network, ylim=(0, 1))
        axis.grid(alpha=0.3)
        words.append(f"{network}, by learning rate: {'; '.join(said)}; AUC before {before[network]:.2f}.")
    axes[0].set_ylabel("accuracy, or AUC (95 % intervals)")
    legend_below(figure, axes[0])
    return finish(figure, " ".join(words), title=title)
