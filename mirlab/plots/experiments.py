"""Experiments: differences from a control with their errors, and what training moves."""

from matplotlib.figure import Figure

from mirlab.plots.look import LOOK, MARKS, finish, legend_below

VERDICTS = {"better": ">", "worse": "<", "no difference found": "o"}
"""Which way a marker points."""


def differences(report, *, measures, title=""):
    """Draw how far each variant is from its control, averaged over the target sets.

    Parameters
    ----------
    report : dict
        From `mirlab.beyond.experiment`.
    measures : dict of str to str
        Which measures, and what they are called: one panel each. See `mirlab.beyond.MEASURES`.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        A bar holds all differences that cannot be ruled out at the level of the verdict. If it leaves 0 out,
        a difference was found, and the marker points to its side; a circle says that none was.

    Examples
    --------
    >>> row = {"variant": "50 hidden units", "control": "linear", "features": "tag", "target": "all",
    ...        "measure": "full", "difference": 0.02, "standard_error": 0.004, "reach": 0.011,
    ...        "verdict": "better"}
    >>> differences({"differences": [row]}, measures={"full": "accuracy"}, title="It helps").alt
    'It helps. accuracy: 50 hidden units (tag features) against linear +0.020 ± 0.004, better.'
    """
    pooled = [row for row in report["differences"] if row["target"] == "all"]
    shown = [name for name in measures if any(row["measure"] == name for row in pooled)]
    lines = list(dict.fromkeys((row["features"], row["variant"], row["control"]) for row in pooled))
    figure = Figure(figsize=(3 + 2.5 * len(shown), 1.4 + 0.4 * len(lines)), layout="constrained")
    axes = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    alt = [f"{title}."] if title else []
    for axis, name in zip(axes, shown, strict=True):
        told = []
        for row in pooled:
            if row["measure"] == name:
                about = row["features"], row["variant"], row["control"]
                axis.errorbar(
                    row["difference"],
                    lines.index(about),
                    xerr=row["reach"],
                    marker=VERDICTS[row["verdict"]],
                    markersize=8,
                    color=LOOK[row["features"]]["color"],
                    mfc="white" if row["verdict"] == "no difference found" else None,
                    capsize=3,
                )
                told.append(
                    f"{row['variant']} ({row['features']} features) against {row['control']} "
                    f"{row['difference']:+.3f} ± {row['standard_error']:.3f}, {row['verdict']}"
                )
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_title(measures[name], fontsize=10)
        axis.grid(axis="x", alpha=0.3)
        alt.append(f"{measures[name]}: {'; '.join(told)}.")
    axes[0].set_yticks(range(len(lines)), [f"{variant}\n({kind} features)" for kind, variant, _ in lines])
    axes[0].set_ylim(len(lines) - 0.5, -0.5)
    controls = " or ".join(dict.fromkeys(control for *_, control in lines))
    figure.supxlabel(f"difference from {controls}", fontsize=10)
    if title:
        figure.suptitle(title, fontsize=11)
    return finish(figure, " ".join(alt))


def moved(now, before, *, title="", level=None):
    """Draw figures as bars, and where each stood before.

    Parameters
    ----------
    now, before : dict of str to float
        Figures from 0 to 1 under the same names; `before` may be empty.
    title : str
        What it shows.
    level : tuple of (str, str, float), optional
        Name of a bar, and what a line across it is called and where it stands.

    Returns
    -------
    matplotlib.figure.Figure
        One bar a figure.

    Examples
    --------
    >>> moved({"learned": 0.6, "new": 0.4}, {"learned": 0.5, "new": 0.4}, title="More units").alt
    'More units. learned: 0.60, before 0.50. new: 0.40, before 0.40.'
    """
    figure = Figure(figsize=(7, 0.9 + 0.5 * len(now)), layout="constrained")
    axis = figure.subplots()
    alt = [f"{title}."] if title else []
    for i, (name, value) in enumerate(now.items()):
        axis.barh(i, value, height=0.55, color=MARKS[1][0], alpha=0.75)
        axis.text(value + 0.01, i, f"{value:.2f}", va="center")
        said = f"{name}: {value:.2f}"
        if name in before:
            axis.plot([before[name]] * 2, [i - 0.38, i + 0.38], color="black", linestyle="--", linewidth=1.5)
            said += f", before {before[name]:.2f}"
        if level and level[0] == name:
            axis.plot(
                [level[2]] * 2, [i - 0.38, i + 0.38], color=LOOK["base"]["color"], linestyle=":", linewidth=2
            )
            axis.text(level[2], i + 0.46, level[1], ha="center", va="top", fontsize=8)
            said += f" ({level[1]} {level[2]:.2f})"
        alt.append(f"{said}.")
    axis.set_yticks(range(len(now)), list(now))
    axis.set_ylim(len(now) - 0.2, -0.6)
    axis.set_xlim(0, 1)
    if before:
        axis.plot([], [], color="black", linestyle="--", label="the setting before")
        legend_below(figure, axis)
    axis.set_title(title, fontsize=11)
    return finish(figure, " ".join(alt))
