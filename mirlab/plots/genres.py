"""Two feature sets on the same songs: fold by fold, label by label, and as differences with their errors."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from mirlab.evaluate import compare
from mirlab.plots.look import LOOK, MARKS, finish, legend_below, shortened
from mirlab.show.figures import Figure, colormap, draws_figure


@draws_figure
def fold_pairs(results, *, title=""):
    """Draw the accuracy of two feature sets in each fold, and the difference.

    Parameters
    ----------
    results : dict of str to mirlab.evaluate.CrossValidation
        Of two kinds of features (see `LOOK`), on the same folds. The second minus the first is drawn.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Left, both accuracies; right, their difference, its mean, and the standard error of the mean from
        `mirlab.evaluate.compare`.

    Raises
    ------
    ValueError
        If there are not two results.

    Examples
    --------
    >>> from mirlab.evaluate import CrossValidation
    >>> folds, y = np.array([0, 1, 2]), np.array([0, 1, 0])
    >>> a, b = (CrossValidation(np.array(s), folds, y, y, y) for s in ([0.4, 0.6, 0.5], [0.5, 0.7, 0.7]))
    >>> fold_pairs({"base": a, "tag": b}).alt
    'tag embedding minus base features in 3 folds: +0.10, +0.10, +0.20; mean +0.133 ± 0.227, ahead in 3.'
    """
    (first, a), (second, b) = _two(results)
    difference, paired = b.scores - a.scores, compare(b, a)
    places = np.arange(1, len(difference) + 1)
    figure = Figure(figsize=(9.2, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for kind, result in results.items():
        left.plot(places, result.scores, markersize=6, **LOOK[kind])
        low, high = result.mean - result.reach, result.mean + result.reach
        left.axhspan(low, high, color=LOOK[kind]["color"], alpha=0.15, linewidth=0)
    left.set(xlabel="fold", ylabel="accuracy")
    left.set_title("bands: 95 % intervals of the means")
    right.bar(places, difference, color=_by_sign(difference), width=0.6)
    mean = len(difference) + 1.6
    right.errorbar(mean, paired.difference, yerr=paired.reach, fmt="kD", capsize=4)
    right.axhline(0, color="black", linewidth=0.8)
    right.set(xlabel="fold", ylabel="difference in accuracy")
    pair = f"{LOOK[second]['label']} minus {LOOK[first]['label']}"
    right.set_title(pair)
    for axis in (left, right):
        axis.grid(axis="y", alpha=0.3)
        axis.set_xticks(places, places)
    right.set_xticks([*places, mean], [*places, "mean"])
    legend_below(figure, left)
    words = (
        f"{pair} in {len(difference)} folds: {', '.join(f'{d:+.2f}' for d in difference)}; mean "
        f"{paired.difference:+.3f} ± {paired.reach:.3f}, ahead in {(difference > 0).sum()}."
    )
    return finish(figure, words, title=title)


def _two(results):
    if len(results) != 2:
        raise ValueError(f"results holds {len(results)} kinds of features; it must hold two to compare")
    return results.items()


def _by_sign(differences):
    """Return a colour for each difference: one for losses, another one for the rest."""
    return np.where(differences < 0, MARKS[4][0], MARKS[2][0])


@draws_figure
def paired_differences(panels, *, xlabel="accuracy, difference", title=""):
    """Draw paired differences with their standard errors.

    Parameters
    ----------
    panels : dict of str to dict of str to mirlab.evaluate.Comparison
        For each panel by title, its comparisons by name, each with a single difference.
    xlabel : str
        What is compared.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Bars are 95 % intervals; marks are filled where p < 0.05.

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> from mirlab.evaluate import Comparison
    >>> paired_differences({"gtzan-synth": {"tag": Comparison(-0.02, 0.02, -1.0, 0.34, 9)}}).alt
    'gtzan-synth: tag -0.020 ± 0.045 (p = 0.34).'
    """
    if not any(panels.values()):
        raise ValueError("panels is empty; it must hold at least one comparison")
    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))
    figure = Figure(figsize=(2.6 * len(panels) + 2, 0.42 * len(names) + 1.5), layout="constrained")
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    words = []
    for axis, (panel, lines) in zip(axes, panels.items(), strict=True):
        values = []
        axis.axvline(0, color="black", linewidth=0.8)
        for name, one in lines.items():
            difference, error, p = (float(np.squeeze(x)) for x in (one.difference, one.reach, one.p))
            color, marker = MARKS[names.index(name) % len(MARKS)]
            axis.errorbar(
                difference,
                names.index(name),
                xerr=error,
                color=color,
                marker=marker,
                mfc=color if p < 0.05 else "white",
                markersize=7,
                capsize=3,
            )
            values.append(f"{name} {difference:+.3f} ± {error:.3f} (p = {p:.2f})")
        axis.set_title(panel)
        axis.grid(axis="x", alpha=0.3)
        axis.xaxis.set_major_locator(MaxNLocator(4))
        words.append(f"{panel}: {'; '.join(values)}.")
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    figure.supxlabel(f"{xlabel}\n(bars: 95 % intervals; filled: p < 0.05)")
    return finish(figure, " ".join(words), title=title)


@draws_figure
def confusion_change(results, *, title=""):
    """Draw both confusion matrices, before and after transfer, and how many songs each label gained.

    Parameters
    ----------
    results : dict of str to mirlab.evaluate.CrossValidation
        Of two kinds of features (see `LOOK`), on the same songs: before and after.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Two matrices with the counts written in, shaded by the share of the label's songs; and for each label
        the number of correct songs after, minus the number before.

    Raises
    ------
    ValueError
        If there are not two results, or they are of different songs.

    Examples
    --------
    >>> from mirlab.evaluate import CrossValidation
    >>> y, labels = np.array(["jazz", "jazz", "rock"]), np.array(["jazz", "rock"])
    >>> made = lambda X: CrossValidation(np.ones(2), np.array([0, 1, 0]), y, labels, np.array(X))
    >>> before, after = made([[1, 0], [0, 1], [0, 1]]), made([[1, 0], [1, 0], [1, 0]])
    >>> confusion_change({"base": before, "tag": after}).alt
    'Songs right with the tag embedding minus those with the base features: jazz +1 of 2, rock -1 of 1.'
    """
    (first, a), (second, b) = _two(results)
    if not np.array_equal(a.y, b.y):
        raise ValueError("results come from different songs or labels; use the same for both")
    tables = {first: a.confusion(), second: b.confusion()}
    sizes = tables[first].sum(axis=1)
    gained = np.diag(tables[second]) - np.diag(tables[first])
    n, names = len(a.labels), [shortened(str(label), 24) for label in a.labels]
    figure = Figure(figsize=(3.4 + 0.68 * n, 1.6 + 0.3 * n), layout="constrained")
    axes = figure.subplots(1, 3, width_ratios=[n, n, 0.55 * n])
    for axis, (kind, table) in zip(axes, tables.items(), strict=False):
        axis.imshow(table / sizes[:, None], cmap=colormap("Blues"), vmin=0, vmax=1, aspect="auto")
        for i, j in np.argwhere(table):
            ink = "white" if table[i, j] / sizes[i] > 0.55 else "black"
            axis.text(j, i, table[i, j], ha="center", va="center", color=ink)
        axis.set_xticks(range(n), names, rotation=90)
        axis.set_yticks(range(n), names if kind == first else [])
        axis.set_title(LOOK[kind]["label"])
        axis.set_xlabel("taken for")
    axes[0].set_ylabel("label")
    _draw_gains(axes[2], gained)
    values = ", ".join(f"{label} {g:+d} of {m}" for label, g, m in zip(a.labels, gained, sizes, strict=True))
    pair = f"Songs right with the {LOOK[second]['label']} minus those with the {LOOK[first]['label']}"
    return finish(figure, f"{pair}: {values}.", title=title)


def _draw_gains(axis, gained):
    """Draw how many more songs of each label are right."""
    axis.barh(range(len(gained)), gained, color=_by_sign(gained), height=0.6)
    for i, change in enumerate(gained):
        side = "left" if change >= 0 else "right"
        axis.annotate(f"{change:+d}" if change else "0", (change, i), ha=side, va="center")
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set(ylim=(len(gained) - 0.5, -0.5), yticks=[])
    axis.margins(x=0.25)
    axis.set_title("right songs gained")
    axis.set_xlabel("songs")
