"""Lines over a number that a reader can change, or over the steps of training."""

from mirlab.plots.look import MARKS, finish, legend_below
from mirlab.show.figures import Figure, draws_figure

DASHES = ("-", "--", ":", "-.")


@draws_figure
def line_chart(panels, *, xlabel, ylabel, title="", log=False, ylim=None, at=None):
    """Draw lines, each with its own colour, marker and dash.

    Parameters
    ----------
    panels : dict of str to dict of str to (x, y)
        For each panel by title, its lines by name; x are numbers or names.
    xlabel, ylabel : str
        What the axes mean.
    title : str
        What the figure shows.
    log : bool
        Whether x is logarithmic; its values are then written at the axis.
    ylim : (float, float), optional
        Range of y; values outside of it are not drawn.
    at : float, optional
        Where to mark x by a vertical line.

    Returns
    -------
    matplotlib.figure.Figure
        Its words give all values of short lines, and some of long ones.

    Examples
    --------
    >>> line_chart({"": {"loss": ([0, 1], [1.0, 0.5])}}, xlabel="step", ylabel="loss", title="It falls").alt
    'It falls. loss by step: loss 0: 1.00, 1: 0.50.'
    """
    figure = Figure(figsize=(5.2 * len(panels) + 1.2, 3.7), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    words = []
    for axis, (name, lines) in zip(axes, panels.items(), strict=True):
        for (line, (x, y)), (color, marker), dash in zip(lines.items(), MARKS, DASHES * 2, strict=False):
            look = {"color": color, "marker": marker, "linestyle": dash, "markersize": 5, "label": line}
            axis.plot(x, y, markevery=max(1, len(x) // 10), **look)
        if log:
            axis.set_xscale("log")
            axis.set_xticks(*[_apart(x)] * 2)
            axis.minorticks_off()
        if at is not None:
            axis.axvline(at, color="0.4", linewidth=1)
        axis.set(xlabel=xlabel, title=name)
        axis.grid(alpha=0.3)
        values = "; ".join(_values(line, *points) for line, points in lines.items())
        words.append(f"{ylabel} by {xlabel}{', ' + name if name else ''}: {values}.")
    axes[0].set_ylabel(ylabel)
    if ylim:
        axes[0].set_ylim(*ylim)
    legend_below(figure, axes[0])
    return finish(figure, " ".join(words), title=title)


def _values(line, x, y):
    """Give the values of a line in words: all of them, or some of a long line."""
    some = range(len(x)) if len(x) <= 12 else (0, len(x) // 10, len(x) // 2, len(x) - 1)
    return f"{line} " + ", ".join(f"{x[i]}: {y[i]:.2f}" for i in some)


@draws_figure
def progress_curves(curves, *, xlabel, ylabel, title=""):
    """Draw how a value falls or rises during training.

    Parameters
    ----------
    curves : dict of str to array-like, shape (n,)
        Values from the start to the end, by name; each may have its own length.
    xlabel, ylabel : str
        What one step is, and what the values are.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One line per curve, each with its own colour and dash.

    Examples
    --------
    >>> progress_curves({"loss": [4, 2, 1]}, xlabel="epoch", ylabel="mean loss").alt
    'mean loss by epoch. loss: from 4.00 to 1.00.'
    """
    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    axis = figure.subplots()
    for (name, values), (color, _), dash in zip(curves.items(), MARKS, DASHES, strict=False):
        axis.plot(values, color=color, linestyle=dash, label=name)
    axis.set(xlabel=xlabel, ylabel=ylabel)
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    if len(curves) > 1:
        legend_below(figure, axis)
    ends = [f"{name}: from {values[0]:.2f} to {values[-1]:.2f}" for name, values in curves.items()]
    return finish(figure, f"{ylabel} by {xlabel}. {'; '.join(ends)}.", title=title)


def _apart(values):
    """Return the values that are far enough apart on a logarithmic axis for their texts."""
    values = sorted(value for value in values if value > 0)
    least = (values[-1] / values[0]) ** (1 / 10)
    kept = values[:1]
    for value in values[1:]:
        if value >= kept[-1] * least:
            kept.append(value)
    return kept
