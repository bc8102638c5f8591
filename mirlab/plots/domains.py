"""Disturbances and remedies: how accuracy falls in another domain, and what wins it back."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from mirlab.audio import SAMPLE_RATE
from mirlab.features import HOP_LENGTH, log_mel
from mirlab.plots.look import LOOK, MARKS, finish, legend_below
from mirlab.show.figures import Figure, draws_figure

COLUMNS = 3


@draws_figure
def disturbance_sweep(rows, amounts, *, chance=0.1, title=""):
    """Draw accuracy against the strength of each disturbance: one small panel each, one line per extractor.

    Parameters
    ----------
    rows : list of dict
        With ``features``, ``disturbance``, ``strength``, ``value`` and ``reach``; the rows of the disturbance
        "clean" begin every line at strength 0.
    amounts : dict of str to dict of str to str
        For each disturbance what its strengths mean: {"level": {"0.5": "20 dB softer", ...}, ...}.
    chance : float
        Accuracy of guessing, a dotted line.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Bars are 95 % intervals.

    Examples
    --------
    >>> row = {"features": "base", "disturbance": "clean", "strength": 0.0, "value": 0.5, "reach": 0.1}
    >>> rows = [row, row | {"disturbance": "level", "strength": 1.0, "value": 0.25}]
    >>> disturbance_sweep(rows, {"level": {"1": "40 dB softer"}}, title="It falls").alt
    'It falls. Accuracy by strength. level (dB softer): base features clean 0.50, 40 0.25.'
    """
    lines = -(-len(amounts) // COLUMNS)
    figure = Figure(figsize=(8.4, 0.9 + 2.2 * lines), layout="constrained")
    axes = figure.subplots(lines, COLUMNS, sharey=True, squeeze=False).ravel()
    for axis in axes[len(amounts) :]:
        axis.remove()
    words = []
    for axis, (name, says) in zip(axes, amounts.items(), strict=False):
        numbers = [text.partition(" ")[0] for text in says.values()]
        unit = next(iter(says.values())).partition(" ")[2]
        at = [0.0, *map(float, says)]
        found = []
        for i, kind in enumerate(dict.fromkeys(row["features"] for row in rows)):
            mine = _line(rows, kind, name, at)
            shift = 0.012 * (i - 1.5)  # so that bars do not cover one another
            axis.errorbar(
                np.array(at) + shift,
                [row["value"] for row in mine],
                yerr=[row["reach"] for row in mine],
                elinewidth=0.8,
                markersize=5,
                **LOOK[kind],
            )
            values = zip(["clean", *numbers], mine, strict=True)
            found.append(
                f"{LOOK[kind]['label']} "
                + ", ".join(f"{number} {row['value']:.2f}" for number, row in values)
            )
        axis.axhline(chance, color="0.5", linewidth=0.8, linestyle=(0, (1, 3)))
        axis.set_title(name)
        axis.set_xlabel(unit)
        axis.set_xticks(at, ["clean", *numbers])
        axis.set_xlim(-0.1, 1.1)
        axis.grid(alpha=0.3)
        words.append(f"{name} ({unit}): {'; '.join(found)}.")
    for axis in axes[::COLUMNS]:
        axis.set_ylim(0, 1)
        axis.set_ylabel("accuracy")
    legend_below(figure, axes[0])
    return finish(figure, f"Accuracy by strength. {' '.join(words)}", title=title)


def _line(rows, kind, name, at):
    """Return the rows of one line, from clean to strong."""
    mine = {
        row["strength"]: row
        for row in rows
        if row["features"] == kind and row["disturbance"] in ("clean", name)
    }
    return [mine[strength] for strength in at]


@draws_figure
def remedy_gains(rows, *, measure="difference", xlabel="difference in accuracy", title=""):
    """Draw what each remedy gains, or loses, for each extractor.

    Parameters
    ----------
    rows : list of dict
        With ``features``, ``remedy``, and optionally ``sees``; a number and its reach under `measure` and
        `measure` + ``_reach``.
    measure : str
        What is drawn.
    xlabel : str
        What the number means.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per extractor. Bars are 95 % intervals; a filled mark is clear of 0. Rows with "all genres"
        under ``sees`` are controls, drawn as squares.

    Examples
    --------
    >>> row = {"features": "base", "remedy": "CORAL", "difference": 0.1, "difference_reach": 0.02}
    >>> remedy_gains([row], title="It helps").alt
    'It helps. difference in accuracy, with 95 % intervals. base features: CORAL +0.10 ± 0.02.'
    """
    kinds = list(dict.fromkeys(row["features"] for row in rows))
    names = list(dict.fromkeys(map(_name, rows)))
    figure = Figure(figsize=(2.4 + 1.6 * len(kinds), 1.3 + 0.42 * len(names)), layout="constrained")
    axes = figure.subplots(1, len(kinds), sharey=True, sharex=True, squeeze=False)[0]
    words = []
    for axis, kind in zip(axes, kinds, strict=True):
        mine = [row for row in rows if row["features"] == kind]
        for row in mine:
            value, reach = row[measure], row[f"{measure}_reach"]
            axis.errorbar(
                value,
                names.index(_name(row)),
                xerr=reach,
                marker="s" if row.get("sees") == "all genres" else "o",
                markersize=6,
                color=LOOK[kind]["color"],
                mfc=None if abs(value) > reach else "white",
                capsize=2,
            )
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_title(LOOK[kind]["label"])
        axis.grid(axis="x", alpha=0.3)
        axis.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))  # more texts would collide
        found = "; ".join(f"{_name(row)} {row[measure]:+.2f} ± {row[f'{measure}_reach']:.2f}" for row in mine)
        words.append(f"{LOOK[kind]['label']}: {found}.")
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    figure.supxlabel(xlabel, fontsize=10)
    return finish(figure, f"{xlabel}, with 95 % intervals. {' '.join(words)}", title=title)


def _name(row):
    return f"{row['remedy']}, sees {row['sees']}" if "sees" in row else row["remedy"]


@draws_figure
def domain_clouds(panels, *, names, title=""):
    """Draw two domains as clouds in two features, before and after they were made alike.

    Parameters
    ----------
    panels : dict of str to dict of str to ndarray, shape (n, 2)
        For each panel its two domains.
    names : tuple of (str, str)
        What the features are.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        The words give mean and correlation of each cloud.

    Examples
    --------
    >>> line = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> domain_clouds({"before": {"clean": line}}, names=("level", "treble"), title="One").alt
    'One. before: clean around (1.0, 2.0), correlation +1.00.'
    """
    figure = Figure(figsize=(2.8 * len(panels), 3.3), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    words = []
    for axis, (panel, clouds) in zip(axes, panels.items(), strict=True):
        found = []
        for (name, rows), (color, marker) in zip(clouds.items(), MARKS, strict=False):
            axis.scatter(*rows.T, s=14, color=color, marker=marker, alpha=0.6, linewidths=0, label=name)
            x, y = rows.mean(axis=0)
            found.append(f"{name} around ({x:.1f}, {y:.1f}), correlation {np.corrcoef(rows.T)[0, 1]:+.2f}")
        axis.set(title=panel, xlabel=names[0])
        axis.locator_params(nbins=4)
        axis.grid(alpha=0.3)
        words.append(f"{panel}: {'; '.join(found)}.")
    axes[0].set_ylabel(names[1])
    legend_below(figure, axes[0])
    return finish(figure, " ".join(words), title=title)


@draws_figure
def disturbed_sound(original, copy, now, before, *, title=""):
    """Draw a sound and its disturbed copy, and how accurate each extractor is on clean and on such sounds.

    Parameters
    ----------
    original, copy : ndarray, shape (samples,)
        Mono sounds at 22 050 Hz.
    now, before : dict of str to (float, float)
        Accuracy and its reach by extractor: of songs that are disturbed like the copy, and of clean songs.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Two mel spectra with the same colours, and a panel of accuracies.

    Examples
    --------
    >>> silence = np.zeros(22050, np.float32)
    >>> disturbed_sound(silence, silence, {"base": (0.2, 0.1)}, {"base": (0.6, 0.1)}, title="Lost").alt
    'Lost. Two mel spectra. Accuracy: base features 0.20, clean 0.60.'
    """
    figure = Figure(figsize=(8.4, 3.0), layout="constrained")
    axes = figure.subplots(1, 3, width_ratios=(1, 1, 1.1))
    both = [log_mel(y) for y in (original, copy)]
    top = max(frames.max() for frames in both)
    for axis, frames, name in zip(axes, both, ("original", "disturbed"), strict=False):
        seconds = len(frames) * HOP_LENGTH / SAMPLE_RATE
        box = (0, seconds, 0, frames.shape[1])
        axis.imshow(
            frames.T, origin="lower", aspect="auto", cmap="magma", vmin=top - 10, vmax=top, extent=box
        )
        axis.set(title=name, xlabel="seconds")
    axes[0].set_ylabel("mel band")
    axes[1].tick_params(labelleft=False)
    words = []
    for i, (kind, (value, reach)) in enumerate(now.items()):
        look = LOOK[kind]
        axes[2].barh(i, value, xerr=reach, height=0.5, color=look["color"], alpha=0.7, capsize=2)
        axes[2].plot([before[kind][0]] * 2, [i - 0.36, i + 0.36], color="black", linewidth=2)
        words.append(f"{look['label']} {value:.2f}, clean {before[kind][0]:.2f}")
    axes[2].set_yticks(range(len(now)), [LOOK[kind]["label"].replace(" ", "\n") for kind in now])
    axes[2].set_ylim(len(now) - 0.5, -0.5)
    axes[2].set(xlim=(0, 1), xlabel="accuracy (black: clean)")
    return finish(figure, f"Two mel spectra. Accuracy: {'; '.join(words)}.", title=title)
