"""Accuracy against labels per class, and which songs were chosen to be labelled."""

import numpy as np

from mirlab.datasets import is_synthetic
from mirlab.plots.look import LINES, LOOK, MARKS, finish, legend_below
from mirlab.show.figures import Figure, draws_figure

PLAIN = ("labels alone", "random songs")
OUTSIDE = "real network"


@draws_figure
def label_curves(rows, panels, *, title=""):
    """Draw accuracy against labels per class, one line per method.

    Parameters
    ----------
    rows : list of dict
        Of one data set: ``dataset``, ``method``, ``per_class``, ``value``; ``reach`` is half a 95 % interval.
    panels : dict of str to sequence of str
        The methods of each panel, by its title. The first one of each is the baseline.
    title : str
        What the figure shows; the name of the set is added.

    Returns
    -------
    matplotlib.figure.Figure
        Lines are drawn a little apart, so that bars do not hide each other.

    Raises
    ------
    ValueError
        If a method has no rows, or the rows are of several sets.

    Examples
    --------
    >>> row = {"dataset": "a-synth", "method": "PCA", "per_class": 1, "value": 0.3, "reach": 0.02}
    >>> label_curves([row], {"axes": ["PCA"]}, title="One point").alt
    'One point (a-synth, synthetic). Accuracy by labels per class, axes: PCA 0.30 at 1.'
    """
    names = {row["dataset"] for row in rows}
    methods = {method for some in panels.values() for method in some}
    if len(names) != 1:
        raise ValueError(f"rows are of {len(names)} data sets; a figure shows one")
    if missing := methods - {row["method"] for row in rows}:
        raise ValueError(f"rows has nothing of {', '.join(sorted(missing))}")
    (name,) = names
    figure = Figure(figsize=(min(8.4, 3.2 * len(panels) + 1), 4.3), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    words, looks = [], _looks(panels)
    for axis, (panel, some) in zip(axes, panels.items(), strict=True):
        lines = [
            _draw(axis, rows, method, looks[method], i - (len(some) - 1) / 2) for i, method in enumerate(some)
        ]
        sizes = sorted({row["per_class"] for row in rows})
        axis.set_xscale("log", base=2)
        axis.set_xticks(sizes, [f"{size:g}" for size in sizes])
        axis.minorticks_off()
        axis.set(title=panel, xlabel="labels per class")
        axis.grid(alpha=0.3)
        words.append(f"{panel}: {'; '.join(lines)}.")
    axes[0].set_ylabel("accuracy (95 % intervals)")
    legend_below(figure, *axes)
    title = f"{title} ({name}{', synthetic' if is_synthetic(name) else ''})"
    return finish(figure, f"Accuracy by labels per class, {' '.join(words)}", title=title)


def _looks(panels):
    """Give each method a look of its own; baselines and the real network always have the same."""
    fixed = {PLAIN[0]: LOOK["base"], PLAIN[1]: LOOK["mfcc"], OUTSIDE: LOOK["mtt_vgg"]}
    others = dict.fromkeys(m for some in panels.values() for m in some if m not in fixed)
    colors = [color for color, _ in MARKS if color not in {look["color"] for look in fixed.values()}]
    made = {
        method: {
            "color": colors[i % len(colors)],
            "marker": "os^DPXv"[i % 7],
            "linestyle": LINES[i % len(LINES)],
        }
        for i, method in enumerate(others)
    }
    return made | {method: look | {"label": method} for method, look in fixed.items()}


def _draw(axis, rows, method, look, aside):
    """Draw one line, and return its ends in words."""
    mine = sorted((row for row in rows if row["method"] == method), key=lambda row: row["per_class"])
    places = [row["per_class"] * 1.04**aside for row in mine]
    values, reach = ([row[key] for row in mine] for key in ("value", "reach"))
    axis.errorbar(places, values, yerr=reach, capsize=2, markersize=5, **{"label": method} | look)
    ends = dict.fromkeys((0, len(mine) - 1))
    return f"{method} " + ", ".join(f"{mine[i]['value']:.2f} at {mine[i]['per_class']}" for i in ends)


@draws_figure
def choice_map(xy, panels, *, title=""):
    """Draw a map of songs, with those that were chosen to be labelled.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
        Places of the songs.
    panels : dict of str to array-like of int
        The chosen songs, by the title of a panel.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Chosen songs are filled squares, all others small rings.

    Examples
    --------
    >>> choice_map(np.eye(2), {"by ear": [1]}, title="One song").alt
    'One song. Map of 2 songs; labelled: by ear (1).'
    """
    xy = np.asarray(xy)
    figure = Figure(figsize=(min(8.4, 2.8 * len(panels) + 0.6), 3.4), layout="constrained")
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for axis, (panel, chosen) in zip(axes, panels.items(), strict=True):
        chosen = np.asarray(chosen, dtype=int)
        rest = np.setdiff1d(np.arange(len(xy)), chosen)
        axis.scatter(*xy[rest].T, s=14, c="white", edgecolors="0.45", marker="o", label="not labelled")
        color = MARKS[1][0]
        axis.scatter(*xy[chosen].T, s=30, c=color, edgecolors="black", marker="s", label="labelled")
        axis.set(title=panel, xticks=[], yticks=[])
    legend_below(figure, axes[0])
    counts = ", ".join(f"{panel} ({len(chosen)})" for panel, chosen in panels.items())
    return finish(figure, f"Map of {len(xy)} songs; labelled: {counts}.", title=title)
