"""Experiments: differences from a control with their errors, and what training changes."""

from textwrap import fill

from matplotlib.ticker import MaxNLocator

from mirlab.plots.look import LOOK, MARKS, finish, legend_below
from mirlab.show.figures import Figure, draws_figure

VERDICTS = {"better": ">", "worse": "<", "no difference found": "o"}
"""In which direction a marker points."""

LABEL = 40
"""Letters in a line of a label; a row has room for two lines."""


@draws_figure
def differences(report, *, measures, title=""):
    """Draw how far each variant is from its control, averaged over the target sets.

    Parameters
    ----------
    report : dict
        From `mirlab.paper.open_questions.experiment`.
    measures : dict of str to str
        Which measures to draw, and their names: one panel each. See `mirlab.paper.open_questions.MEASURES`.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Bars are 95 % intervals. Where a difference was found, after correction for all comparisons of the
        report, the marker points in its direction. A circle means that no difference was found.

    Examples
    --------
    >>> row = {"variant": "50 hidden units", "control": "linear", "features": "tag", "target": "all",
    ...        "measure": "full", "difference": 0.02, "reach": 0.011,
    ...        "verdict": "better"}
    >>> differences({"differences": [row]}, measures={"full": "accuracy"}, title="It helps").alt
    'It helps. accuracy: 50 hidden units (tag features) against linear +0.020 ± 0.011, better.'
    """
    pooled = [row for row in report["differences"] if row["target"] == "all"]
    shown = [name for name in measures if any(row["measure"] == name for row in pooled)]
    lines = list(dict.fromkeys((row["features"], row["variant"], row["control"]) for row in pooled))
    width = 3 + max(4, 2.5 * len(shown))
    figure = Figure(figsize=(width, 1.4 + 0.4 * len(lines)), layout="constrained")
    axes = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    words = []
    for axis, name in zip(axes, shown, strict=True):
        rows = [row for row in pooled if row["measure"] == name]
        for row in rows:
            _draw_difference(axis, row, lines.index((row["features"], row["variant"], row["control"])))
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_title(measures[name])
        axis.xaxis.set_major_locator(MaxNLocator(3))  # more texts would collide
        axis.grid(axis="x", alpha=0.3)
        words.append(f"{measures[name]}: {'; '.join(map(_difference_in_words, rows))}.")
    controls = list(dict.fromkeys(control for *_, control in lines))
    marks = {control: f" ({i})" * (len(controls) > 1) for i, control in enumerate(controls, 1)}
    several = len({kind for kind, *_ in lines}) > 1
    names = [
        fill(f"{variant}{marks[control]}", LABEL) + f"\n({kind} features)" * several
        for kind, variant, control in lines
    ]
    axes[0].set_yticks(range(len(lines)), names)
    axes[0].set_ylim(len(lines) - 0.5, -0.5)
    against = " or ".join(control + mark for control, mark in marks.items())
    figure.supxlabel(fill(f"difference from {against}, with its 95 % interval", int(9 * width)))
    return finish(figure, " ".join(words), title=title)


def _draw_difference(axis, row, place):
    axis.errorbar(
        row["difference"],
        place,
        xerr=row["reach"],
        marker=VERDICTS[row["verdict"]],
        markersize=8,
        color=LOOK[row["features"]]["color"],
        mfc="white" if row["verdict"] == "no difference found" else None,
        capsize=3,
    )


def _difference_in_words(row):
    return (
        f"{row['variant']} ({row['features']} features) against {row['control']} "
        f"{row['difference']:+.3f} ± {row['reach']:.3f}, {row['verdict']}"
    )


@draws_figure
def moved(now, before, *, title="", level=None):
    """Draw values as bars, with a dashed line at each earlier value.

    Parameters
    ----------
    now, before : dict of str to float
        Values from 0 to 1 under the same names; `before` may be empty.
    title : str
        What the figure shows.
    level : tuple of (str, str, float), optional
        The name of a bar, and the name and the value of a line across it.

    Returns
    -------
    matplotlib.figure.Figure
        One bar per value.

    Examples
    --------
    >>> moved({"learned": 0.6, "new": 0.4}, {"learned": 0.5, "new": 0.4}, title="More units").alt
    'More units. learned: 0.60, before 0.50. new: 0.40, before 0.40.'
    """
    figure = Figure(figsize=(7, 0.9 + 0.5 * len(now)), layout="constrained")
    axis = figure.subplots()
    words = []
    for i, (name, value) in enumerate(now.items()):
        axis.barh(i, value, height=0.55, color=MARKS[1][0], alpha=0.75)
        axis.text(value + 0.01, i, f"{value:.2f}", va="center")
        sentence, across = f"{name}: {value:.2f}", [i - 0.38, i + 0.38]
        if name in before:
            axis.plot([before[name]] * 2, across, color="black", linestyle="--", linewidth=1.5)
            sentence += f", before {before[name]:.2f}"
        if level and level[0] == name:
            axis.plot([level[2]] * 2, across, color=LOOK["base"]["color"], linestyle=":", linewidth=2)
            axis.text(level[2], i + 0.46, level[1], ha="center", va="top")
            sentence += f" ({level[1]} {level[2]:.2f})"
        words.append(f"{sentence}.")
    axis.set_yticks(range(len(now)), list(now))
    axis.set_ylim(len(now) - 0.2, -0.6)
    axis.set_xlim(0, 1)
    if before:
        axis.plot([], [], color="black", linestyle="--", label="the setting before")
        legend_below(figure, axis)
    return finish(figure, " ".join(words), title=title)
