"""What a network hears: its filters, what each layer is good for, and values side by side."""

import numpy as np

from mirlab.plots.look import LINES, MARKS, finish, legend_below
from mirlab.show.figures import Figure, colormap, draws_figure

FRAME = 16  # ms between frames of the networks


@draws_figure
def drawn_filters(filters, *, title=""):
    """Draw filters that look at a mel spectrum, side by side.

    Parameters
    ----------
    filters : dict of str to ndarray, shape (frames, bands)
        Weights by the name of the filter, as from `mirlab.networks.units.drawn`.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Time runs to the right; red weights want energy, blue weights want none. "+" marks the largest weight
        and "−" the smallest, so that colours are not needed for these.

    Raises
    ------
    ValueError
        If there is no filter.

    Examples
    --------
    >>> drawn_filters({"filter 7": np.array([[-1.0, 0.0], [0.0, 2.0]])}, title="It waits for a rise").alt
    'It waits for a rise. filter 7, 2 frames by 2 bands: wants most energy in frame 2, band 2, and ...
    """
    if not filters:
        raise ValueError("filters is empty; it must hold at least one filter")
    figure = Figure(figsize=(1.3 * len(filters) + 1.2, 3.6), layout="constrained")
    axes = figure.subplots(1, len(filters), squeeze=False)[0]
    words = []
    for axis, (name, weights) in zip(axes, filters.items(), strict=True):
        weights = np.asarray(weights)
        most = np.abs(weights).max() or 1
        frames, bands = weights.shape
        axis.imshow(
            weights.T,
            origin="lower",
            aspect="auto",
            cmap=colormap("RdBu_r"),
            vmin=-most,
            vmax=most,
            extent=(0, frames * FRAME, 0, bands),
        )
        places = [np.unravel_index(at, weights.shape) for at in (weights.argmax(), weights.argmin())]
        for (frame, band), sign in zip(places, "+−", strict=True):
            at = ((frame + 0.5) * FRAME, band + 0.5)
            axis.text(*at, sign, ha="center", va="center", color="black", fontweight="bold", fontsize=13)
        (a, b), (c, d) = places
        words.append(
            f"{name}, {frames} frames by {bands} bands: wants most energy in frame {a + 1}, band {b + 1}, "
            f"and least in frame {c + 1}, band {d + 1}"
        )
        axis.set(title=name, xlabel="time (ms)")
        axis.set_xticks([0, frames * FRAME])
    axes[0].set_ylabel("mel band, counted from its lowest")
    return finish(figure, f"{'; '.join(words)}.", title=title)


@draws_figure
def by_layer(panels, layers, *, ylabel, chance=None, chosen=None, title=""):
    """Draw what can be read from each layer of a network.

    Parameters
    ----------
    panels : dict of str to dict of str to (values, reaches)
        For each task, and each network by name: one value and half of its 95 % interval for every layer.
    layers : sequence of str
        Names of the layers, from input to output.
    ylabel : str
        What the values are.
    chance : dict of str to float, optional
        For each task, what guessing gives: a dotted line.
    chosen : str, optional
        A layer to mark.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Bars are 95 % intervals.

    Examples
    --------
    >>> rows = {"genre": {"trained": ([0.4, 0.8], [0.1, 0.1])}}
    >>> by_layer(rows, ["mel", "embedding"], ylabel="accuracy", chance={"genre": 0.1}, title="It rises").alt
    'It rises. accuracy by layer, with 95 % intervals. genre: trained mel 0.40, embedding 0.80; guessing ...
    """
    columns = 3 if len(panels) == 3 else min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(4.2 * columns, 1.4 + 2.5 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, sharey=True, sharex=True, squeeze=False)
    words = []
    for axis, (task, networks) in zip(axes.flat, panels.items(), strict=False):
        said = []
        for i, (name, (values, reaches)) in enumerate(networks.items()):
            color, marker = MARKS[i]
            look = {"color": color, "marker": marker, "linestyle": LINES[i], "capsize": 3, "markersize": 5}
            where = np.arange(len(layers)) + 0.12 * (i - (len(networks) - 1) / 2)
            axis.errorbar(where, values, yerr=reaches, label=name, mfc=color if i == 0 else "white", **look)
            said.append(f"{name} " + ", ".join(f"{a} {v:.2f}" for a, v in zip(layers, values, strict=True)))
        if chance and task in chance:
            axis.axhline(chance[task], color="0.35", linestyle=":", linewidth=1.2, label="guessing")
            said.append(f"guessing gives {chance[task]:.2f}")
        if chosen in layers:
            axis.axvline(list(layers).index(chosen), color="0.85", linewidth=12, zorder=0)
        axis.set_title(task)
        axis.set_xticks(range(len(layers)), layers, rotation=60, ha="right", rotation_mode="anchor")
        axis.grid(axis="y", alpha=0.3)
        words.append(f"{task}: {'; '.join(said)}.")
    for axis in axes.flat[len(panels) :]:
        axis.remove()
    for axis in axes[:, 0]:
        axis.set_ylabel(ylabel)
    axes[0, 0].set_ylim(0, 1.05)
    legend_below(figure, axes[0, 0])
    return finish(figure, f"{ylabel} by layer, with 95 % intervals. {' '.join(words)}", title=title)


@draws_figure
def dot_rows(panels, *, xlabel, line=None, title=""):
    """Draw values with their intervals, one row for each thing that is compared.

    Parameters
    ----------
    panels : dict of str to dict of str to dict of str to (value, reach)
        For each panel, each row and each mark by name: a value and half of its 95 % interval (0 for none).
    xlabel : str
        What the values are.
    line : float, optional
        Where to draw a dotted line, such as what guessing gives.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the panels have different rows.

    Examples
    --------
    >>> rows = {"base": {"real": (0.8, 0.1), "synthetic": (0.7, 0.1)}}
    >>> dot_rows({"all songs": rows}, xlabel="accuracy", title="Real music is easier").alt
    'Real music is easier. accuracy, all songs: base real 0.80 ± 0.10, synthetic 0.70 ± 0.10.'
    """
    names = list(next(iter(panels.values())))
    if wrong := [panel for panel, rows in panels.items() if list(rows) != names]:
        raise ValueError(f"{wrong[0]!r} has the rows {', '.join(panels[wrong[0]])}, not {', '.join(names)}")
    figure = Figure(figsize=(2.4 + 3.2 * len(panels), 1.3 + 0.42 * len(names)), layout="constrained")
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    words = []
    for axis, (panel, rows) in zip(axes, panels.items(), strict=True):
        said, seen = [], set()
        for row, (name, marks) in enumerate(rows.items()):
            for i, (mark, (value, reach)) in enumerate(marks.items()):
                color, marker = MARKS[i]
                height = row + 0.26 * (i - (len(marks) - 1) / 2)
                look = {"color": color, "marker": marker, "capsize": 3, "linestyle": "none"}
                label = None if mark in seen else mark
                axis.errorbar(
                    value, height, xerr=reach or None, mfc=color if i == 0 else "white", label=label, **look
                )
                seen.add(mark)
            values = (f"{m} {v:.2f}" + (f" ± {r:.2f}" if r else "") for m, (v, r) in marks.items())
            said.append(f"{name} {', '.join(values)}")
        if line is not None:
            axis.axvline(line, color="0.35", linestyle=":", linewidth=1.2)
        axis.set(title=panel, xlabel=xlabel)
        axis.grid(axis="x", alpha=0.3)
        words.append(f"{xlabel}{', ' + panel if panel else ''}: {'; '.join(said)}.")
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    legend_below(figure, axes[0])
    return finish(figure, " ".join(words), title=title)
