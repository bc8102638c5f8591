"""Figures. Every function returns a matplotlib Figure and says in words what it shows (`figure.alt`).

Kinds of features always wear the same colour, marker and line, so that none relies on colour alone.
"""

import textwrap
from itertools import pairwise

import librosa
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from mirlab import paper
from mirlab.audio import SAMPLE_RATE
from mirlab.features import HOP_LENGTH, N_MELS, log_mel

LOOK = {
    "base": {"color": "#4d4d4d", "marker": "o", "linestyle": ":", "label": "base features"},
    "genre": {"color": "#b35806", "marker": "s", "linestyle": "--", "label": "genre embedding"},
    "tag": {"color": "#2166ac", "marker": "^", "linestyle": "-", "label": "tag embedding"},
}
"""How each kind of features is drawn (colours that differ for colour-blind eyes too)."""


def _finish(figure, alt):
    figure.alt = alt
    return figure


def learning_curves(rows):
    """Draw accuracy against the number of labelled songs (Figure 3 of the paper).

    Parameters
    ----------
    rows : list of dict
        As `mirlab.paper.reproduce` gives them under "figure3".

    Returns
    -------
    matplotlib.figure.Figure
        One panel a data set; bars are standard errors over folds.

    Raises
    ------
    ValueError
        If there are no rows.

    Examples
    --------
    >>> row = {"dataset": "gtzan-synth", "features": "base", "per_class": 1, "value": 0.3,
    ...        "standard_error": 0.02}
    >>> learning_curves([row]).alt
    'Learning curves of base features. gtzan-synth, 1 a label: base 0.30.'
    """
    if not rows:
        raise ValueError("rows is empty; it must hold the rows of figure3 of at least one data set")
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    kinds = [features for features in LOOK if any(row["features"] == features for row in rows)]
    sizes = sorted({row["per_class"] for row in rows})
    columns = min(2, len(names))
    lines = -(-len(names) // columns)
    figure = Figure(figsize=(4.6 * columns, 3.1 * lines + 0.9), layout="constrained")
    axes = np.ravel(figure.subplots(lines, columns, squeeze=False))
    for axis in axes[len(names) :]:
        axis.remove()
    alt = f"Learning curves of {', '.join(LOOK[features]['label'] for features in kinds)}."
    for axis, name in zip(axes, names, strict=False):
        for features in kinds:
            mine = [row for row in rows if (row["dataset"], row["features"]) == (name, features)]
            aside = 1.04 ** (list(LOOK).index(features) - 1)  # so that no bar hides another
            axis.errorbar(
                [row["per_class"] * aside for row in mine],
                [row["value"] for row in mine],
                yerr=[row["standard_error"] for row in mine],
                capsize=3,
                markersize=5,
                **LOOK[features],
            )
        axis.set_xscale("log", base=2)
        axis.set_xticks(sizes, sizes)
        axis.minorticks_off()
        axis.set(title=name, xlabel="training songs a label", ylabel="accuracy")
        axis.grid(alpha=0.3)
        for k in dict.fromkeys((sizes[0], sizes[-1])):
            at = [row for row in rows if (row["dataset"], row["per_class"]) == (name, k)]
            alt += f" {name}, {k} a label: "
            alt += ", ".join(f"{row['features']} {row['value']:.2f}" for row in at) + "."
    _legend_below(figure, axes[0])
    figure.suptitle("Accuracy by number of labelled songs" + _made_of(names), fontsize=11)
    return _finish(figure, alt)


def _legend_below(figure, axis):
    """Explain once what an axis shows, where the legend hides nothing."""
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)


def _made_of(names):
    return " (synthetic data sets)" if any("-synth" in name for name in names) else ""


def neighbour_table(rows, *, seeds=None):
    """Draw the nearest labels of some seeds, the paper's beside ours (Table 3).

    Parameters
    ----------
    rows : list of dict
        As `mirlab.paper.table3` gives them.
    seeds : list of str, optional
        Which seeds to show; the first six, which are the paper's, if not given.

    Returns
    -------
    matplotlib.figure.Figure
        A neighbour that stands in both lists is in bold type and marked by a star.

    Raises
    ------
    ValueError
        If none of the seeds is among the rows.

    Examples
    --------
    >>> figure = neighbour_table([{"seed": "jazz (homburg-synth)", "neighbours": ["jazz (gtzan-synth)"]}])
    >>> figure.alt
    'Nearest labels of jazz (homburg-synth): jazz (gtzan-synth); in the paper: jazz (unique), ...'
    """
    rows = rows[:6] if seeds is None else [row for row in rows if row["seed"] in seeds]
    if not rows:
        raise ValueError(f"rows holds none of the seeds that were asked for (seeds={seeds!r})")
    figure = Figure(figsize=(10, 0.6 + 1.32 * len(rows)), layout="constrained")
    axis = figure.subplots()
    axis.set_axis_off()
    axis.set(xlim=(0, 1), ylim=(7 * len(rows) + 1.2, 0))
    for x, head in ((0.0, "seed"), (0.27, "ours, nearest first"), (0.66, "in the paper")):
        axis.text(x, 0.6, head, fontweight="bold", va="center", fontsize=10)
    alt = []
    for i, row in enumerate(rows):
        top = 7 * i + 2.3
        axis.axhline(top - 1.1, color="0.8", linewidth=0.8)
        for k, part in enumerate(textwrap.wrap(row["seed"], 30)):
            axis.text(0.0, top + 1.15 * k, part, va="center", fontsize=9.5)
        ours = [name.replace("-synth", "") for name in row["neighbours"]]
        theirs = paper.published()["table3"].get(row["seed"].replace("-synth", ""), [])
        both = set(ours) & set(theirs)
        for x, names in ((0.27, row["neighbours"]), (0.66, theirs)):
            for k, name in enumerate(names):
                shared = name.replace("-synth", "") in both
                axis.text(
                    x,
                    top + 1.15 * k,
                    f"{k + 1}. {name}" + (" ★" if shared else ""),
                    va="center",
                    fontsize=9,
                    fontweight="bold" if shared else "normal",
                )
        told = f"Nearest labels of {row['seed']}: {', '.join(row['neighbours'])}"
        alt.append(told + (f"; in the paper: {', '.join(theirs)}; in both: {len(both)}" if theirs else ""))
    made_of = _made_of(row["seed"] for row in rows)
    figure.suptitle(f"Nearest labels in the joint embedding{made_of}; ★ in both lists", fontsize=11)
    return _finish(figure, ". ".join(alt) + ".")


def accuracy_table(report):
    """Draw accuracy and precision beside the paper's (Tables 4 and 5).

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`, with "table4", "table5" or both.

    Returns
    -------
    matplotlib.figure.Figure
        Filled marks are ours, with standard errors; hollow ones the paper's, on the real sets.

    Raises
    ------
    ValueError
        If neither table has a row.

    Examples
    --------
    >>> row = {"dataset": "gtzan-synth", "features": "base", "value": 0.8, "standard_error": 0.02}
    >>> accuracy_table({"table4": [row]}).alt
    'Accuracy, all training songs: gtzan-synth base 0.800 (paper 0.748).'
    """
    titles = {"table4": "Accuracy, all training songs", "table5": "Precision at 10"}
    tables = [name for name in titles if report.get(name)]
    if not tables:
        raise ValueError("report has no rows of table4 and none of table5; there is nothing to draw")
    names = list(dict.fromkeys(row["dataset"] for table in tables for row in report[table]))
    figure = Figure(figsize=(4.2 * len(tables) + 1.2, 0.7 * len(names) + 1.7), layout="constrained")
    axes = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    alt = ""
    for axis, table in zip(axes, tables, strict=True):
        told = {name: [] for name in names}
        for i, (features, look) in enumerate(LOOK.items()):
            look = look | {"linestyle": ""}
            for row in (row for row in report[table] if row["features"] == features):
                place = names.index(row["dataset"]) + 0.22 * (i - 1)
                axis.errorbar(row["value"], place, xerr=row["standard_error"], capsize=3, **look)
                look["label"] = None  # once is enough
                words = f"{features} {row['value']:.3f}"
                theirs = paper.published()[table].get(row["dataset"].removesuffix("-synth"), {})
                if features in theirs:
                    known = np.ravel(theirs[features])[0]
                    axis.plot(known, place, mfc="none", markersize=9, **look)
                    words += f" (paper {known:.3f})"
                told[row["dataset"]].append(words)
        alt += (
            f"{titles[table]}: "
            + "; ".join(f"{name} {', '.join(words)}" for name, words in told.items() if words)
            + ". "
        )
        axis.set(xlabel=titles[table].partition(",")[0].lower(), title=titles[table])
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(names)), [textwrap.fill(name, 24) for name in names])
    axes[0].invert_yaxis()
    _legend_below(figure, axes[0])
    figure.suptitle(f"Filled: ours{_made_of(names)}; hollow: the paper, real data sets", fontsize=11)
    return _finish(figure, alt.strip())


def mel_spectrogram(y, *, title=""):
    """Draw the log-mel spectrum of a sound.

    Parameters
    ----------
    y : ndarray, shape (samples,)
        Mono sound at 22 050 Hz.
    title : str
        What it is.

    Returns
    -------
    matplotlib.figure.Figure
        Time to the right, mel bands upward, brighter is louder.

    Examples
    --------
    >>> mel_spectrogram(np.zeros(22050, np.float32)).alt
    'Mel spectrogram, 1.0 s.'
    """
    figure = Figure(figsize=(7, 2.4), layout="constrained")
    axis = figure.subplots()
    _draw_mel(axis, y)
    axis.set(xlabel="seconds", ylabel="mel band", title=title)
    return _finish(figure, f"Mel spectrogram{' of ' + title if title else ''}, {len(y) / SAMPLE_RATE:.1f} s.")


def _draw_mel(axis, y):
    frames = log_mel(y)
    seconds = len(frames) * HOP_LENGTH / SAMPLE_RATE
    top = frames.max()
    axis.imshow(
        frames.T,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=top - 9,
        vmax=top,
        extent=(0, seconds, 0, frames.shape[1]),
    )


def contact_sheet(sounds):
    """Draw many sounds at a glance, one small mel spectrogram each.

    Parameters
    ----------
    sounds : dict of str to ndarray, shape (samples,)
        Mono sounds at 22 050 Hz by title.

    Returns
    -------
    matplotlib.figure.Figure
        Five a row.

    Examples
    --------
    >>> len(contact_sheet({"silence": np.zeros(22050, np.float32)}).axes)
    1
    """
    lines = -(-len(sounds) // 5)
    figure = Figure(figsize=(13, 1.9 * lines), layout="constrained")
    axes = np.ravel(figure.subplots(lines, 5, squeeze=False))
    for axis in axes[len(sounds) :]:
        axis.remove()
    for axis, (title, y) in zip(axes, sounds.items(), strict=False):
        _draw_mel(axis, y)
        axis.set_title(title, fontsize=9)
        axis.set(xticks=[], yticks=[])
    return _finish(figure, "Mel spectrograms of " + ", ".join(sounds) + ".")


MARKS = [
    ("#b35806", "o"),
    ("#2166ac", "s"),
    ("#1b7837", "^"),
    ("#762a83", "D"),
    ("#a50026", "v"),
    ("#4d4d4d", "P"),
]
"""Colour and marker of the first, the second, … data set on a map."""


def label_map(places, *, title=""):
    """Draw a map of labels and excerpts, with shape and colour for the data set.

    Parameters
    ----------
    places : pandas.DataFrame
        As `mirlab.widgets.joint_map` gives it: ``name``, ``set``, ``kind`` ("label" or "excerpt"), ``x`` and
        ``y``.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        Labels filled and named, excerpts hollow; no axes, since only who is near whom has a meaning.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["jazz", "metal", "jazz"], "set": ["gtzan", "gtzan", "unique"],
    ...                        "kind": "label", "x": [0, 5, 0], "y": [0, 5, 1]})
    >>> label_map(places).alt
    'Map of 3 labels and 0 excerpts of gtzan, unique. Closest on it: jazz (gtzan) and jazz (unique), ...
    """
    there, (width, height) = arranged(places), CANVAS
    figure = Figure(figsize=(width / 100, height / 100 + 0.7), layout="constrained")
    axis = figure.subplots()
    sets = list(dict.fromkeys(there["set"]))
    for (color, marker), name in zip(MARKS, sets, strict=False):
        for kind, fill, size in (("label", color, 42), ("excerpt", "white", 22)):
            mine = there[(there["set"] == name) & (there["kind"] == kind)]
            told = name if kind == "label" else None
            axis.scatter(mine["x"], mine["y"], s=size, c=fill, edgecolors=color, marker=marker, label=told)
    for row in there[there["kind"] == "label"].to_dict("records"):
        dx, dy, ha, va = _SIDES[row["side"]]
        at = (row["x"] + dx, row["y"] + dy)
        axis.annotate(row["name"], at, ha=ha, va=va, fontsize=_TEXT * 0.72)  # pixels of a hundredth inch
    axis.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[], aspect="equal")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=6, fontsize=8.5, frameon=False)
    figure.suptitle(title, fontsize=11)
    labels = there[there["kind"] == "label"].reset_index(drop=True)
    away = np.hypot(*(np.subtract.outer(v, v) for v in (labels["x"].to_numpy(), labels["y"].to_numpy())))
    away[np.tril_indices(len(labels))] = np.inf
    pairs = np.column_stack(
        np.unravel_index(np.argsort(away, axis=None)[: min(8, len(labels) - 1)], away.shape)
    )
    full = (labels["name"] + " (" + labels["set"] + ")").tolist()
    told = ", ".join(f"{full[i]} and {full[j]}" for i, j in pairs)
    alt = f"Map of {len(labels)} labels and {len(there) - len(labels)} excerpts of {', '.join(sets)}."
    return _finish(
        figure, f"{title}. {alt}".removeprefix(". ") + (f" Closest on it: {told}." if told else "")
    )


CANVAS = 900, 640
"""Width and height of a map in pixels."""
_TEXT = 11  # pixels
_SIDES = {
    "right": (8, 0, "left", "center"),
    "left": (-8, 0, "right", "center"),
    "above": (0, -7, "center", "bottom"),
    "below": (0, 7, "center", "top"),
}


def arranged(places):
    """Put the points of a map on a canvas, and find for each text the side where it hides least.

    Parameters
    ----------
    places : pandas.DataFrame
        With ``name``, ``set``, ``kind``, ``x`` and ``y``; only labels have their name written.

    Returns
    -------
    pandas.DataFrame
        A copy with ``x`` and ``y`` in pixels of `CANVAS` from its upper left corner, and ``side``: "right",
        "left", "above" or "below".

    Raises
    ------
    ValueError
        If there are more sets than marks to tell them apart.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["a", "b"], "set": "s", "kind": "label", "x": [0, 1], "y": [0, 1]})
    >>> arranged(places)[["x", "y"]].to_numpy().tolist()
    [[60.0, 605.0], [840.0, 35.0]]
    """
    sets = places["set"].nunique()
    if sets > len(MARKS):
        raise ValueError(f"places has points of {sets} sets; a map can tell {len(MARKS)} apart")
    there, (width, height) = places.copy(), CANVAS
    for column, low, high in (("x", 60, width - 60), ("y", height - 35, 35)):
        values = places[column].to_numpy(dtype=float)
        room = np.ptp(values)
        there[column] = low + (high - low) * ((values - values.min()) / room if room else 0.5)
    xy = there[["x", "y"]].to_numpy()
    named = np.flatnonzero(there["kind"] == "label")
    boxes = np.stack([_text_boxes(xy[i], there["name"].iloc[i]) for i in named])  # (labels, sides, 4)
    points = np.hstack([xy - 6, xy + 6])
    outside = np.clip(-boxes[..., :2], 0, None).sum(-1)
    outside += np.clip(boxes[..., 2:] - (width, height), 0, None).sum(-1)
    cost = np.array([[_covered(box, points) for box in sides] for sides in boxes]) + 100 * outside
    side = cost.argmin(axis=1)
    for _ in range(4):  # each text in turn makes way for the others
        for i in range(len(named)):
            others = np.delete(boxes[np.arange(len(named)), side], i, axis=0)
            side[i] = np.argmin(cost[i] + [_covered(box, others) for box in boxes[i]])
    names = np.full(len(there), "right", dtype=object)
    names[named] = np.array(list(_SIDES))[side]
    return there.assign(side=names)


def _text_boxes(at, text):
    """Return (left, top, right, bottom) of a text on each side of a point."""
    x, y = at
    w, h = 0.56 * _TEXT * len(text), 1.1 * _TEXT
    corners = {
        "right": (8, -h / 2),
        "left": (-8 - w, -h / 2),
        "above": (-w / 2, -7 - h),
        "below": (-w / 2, 7),
    }
    return np.array([(x + a, y + b, x + a + w, y + b + h) for a, b in corners.values()])


def _covered(box, others):
    """Return the area that a box shares with others."""
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    return float((np.clip(wide, 0, None) * np.clip(high, 0, None)).sum())


def hubs(names, lengths, counts, *, title=""):
    """Draw how often each label is among the neighbours of others, against the length of its vector.

    Parameters
    ----------
    names : sequence of str
        The labels.
    lengths : array-like, shape (labels,)
        Euclidean length of each label's vector.
    counts : dict of str to array-like, shape (labels,)
        For each metric, in how many lists of neighbours each label stands.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a metric. The four labels with most mentions in the first are named in all.

    Examples
    --------
    >>> hubs(["pop", "jazz"], [0.7, 1.0], {"L1": [9, 1], "cosine": [2, 6]}, title="Pop is a hub").alt
    'Pop is a hub. In how many lists a label stands, by L1 and cosine: pop (length 0.70) 9 and 2, jazz ...
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, len(counts), sharex=True, sharey=True, squeeze=False)[0]
    counts = {metric: np.asarray(count) for metric, count in counts.items()}
    named = np.argsort(-next(iter(counts.values())), kind="stable")[:4]
    for axis, (metric, count), (color, marker) in zip(axes, counts.items(), MARKS, strict=False):
        axis.scatter(lengths, count, color=color, marker=marker, alpha=0.7)
        for i in named:
            axis.annotate(names[i], (lengths[i], count[i]), (7, 2), textcoords="offset points", fontsize=8)
        axis.set(title=metric, xlabel="length of the label's vector")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("lists it stands in")
    figure.suptitle(title, fontsize=11)
    told = ", ".join(
        f"{names[i]} (length {lengths[i]:.2f}) " + " and ".join(str(count[i]) for count in counts.values())
        for i in named
    )
    most = " and ".join(str(count.max()) for count in counts.values())
    what = f"In how many lists a label stands, by {' and '.join(counts)}: {told}; at most {most}"
    return _finish(figure, f"{title}. {what}.".removeprefix(". "))


def overlap_matrix(overlap, names, *, title=""):
    """Draw how much any two labels share, with labels that share much side by side.

    Parameters
    ----------
    overlap : array-like, shape (labels, labels)
        Symmetric, 0 to 1, with ones on the diagonal, as `mirlab.corpus.styles.true_overlap` gives it.
    names : sequence of str
        The labels.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        The darker, the more is shared. Frames hold groups of labels that share more than a quarter on average
        (average linkage).

    Examples
    --------
    >>> overlap = [[1, 0, 0.9], [0, 1, 0], [0.9, 0, 1]]
    >>> overlap_matrix(overlap, ["blues", "metal", "Blues"]).alt
    'Overlap of 3 labels. In no group: metal. Group 1: ...lues, ...lues.'
    """
    overlap = np.asarray(overlap, dtype=float)
    tree = hierarchy.linkage(squareform(1 - overlap, checks=False), "average", optimal_ordering=True)
    order = hierarchy.leaves_list(tree)
    group = hierarchy.fcluster(tree, 0.75, "distance")[order]
    edges = np.flatnonzero(np.diff(group, prepend=-1, append=-1))
    n = len(order)
    figure = Figure(figsize=(2.3 + 0.145 * n, 1.9 + 0.145 * n), layout="constrained")
    axis = figure.subplots()
    image = axis.imshow(overlap[np.ix_(order, order)], cmap="Greys", vmin=0, vmax=1)
    groups, alone = [], []
    for start, end in pairwise(edges):
        mine = [names[i] for i in order[start:end]]
        if len(mine) == 1:
            alone += mine
            continue
        groups.append(f"Group {len(groups) + 1}: {', '.join(mine)}")
        side = end - start
        corner = (start - 0.5, start - 0.5)
        axis.add_patch(Rectangle(corner, side, side, fill=False, edgecolor="#b35806", linewidth=1.5))
    ordered = [names[i] for i in order]
    axis.set_xticks(range(n), ordered, rotation=90, fontsize=7.5)
    axis.set_yticks(range(n), ordered, fontsize=7.5)
    axis.set_title(title, fontsize=11)
    figure.colorbar(image, ax=axis, shrink=0.5, label="overlap")
    alt = [title or f"Overlap of {n} labels"] + [f"In no group: {', '.join(alone)}"] * bool(alone) + groups
    return _finish(figure, ". ".join(alt) + ".")


def shared_styles(names, mixtures, *, title=""):
    """Draw of which styles some labels are made, and which part all of them share.

    Parameters
    ----------
    names : sequence of str
        The labels.
    mixtures : sequence of dict of str to float
        For each label its styles and their shares, as in `mirlab.corpus.styles.sets`.
    title : str
        What it shows; the shared part, if not given.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a label and one bar a style; what every label has is dark, the rest pale and hatched. The
        dark parts of one panel add up to the overlap.

    Examples
    --------
    >>> shared_styles(["Blues", "blues"], [{"blues": 0.8, "soul": 0.2}, {"blues": 1.0}]).alt
    'Blues and blues share 0.80: blues 0.80. Blues: blues 0.80, soul 0.20. blues: blues 1.00.'
    """
    found = dict.fromkeys(style for mixture in mixtures for style in mixture)
    common = {style: min(mixture.get(style, 0.0) for mixture in mixtures) for style in found}
    order = sorted(found, key=lambda style: (-common[style], -max(m.get(style, 0.0) for m in mixtures)))
    figure = Figure(figsize=(1.2 + 2.1 * len(names), 1.3 + 0.27 * len(order)), layout="constrained")
    axes = figure.subplots(1, len(names), sharex=True, sharey=True, squeeze=False)[0]
    for axis, name, mixture in zip(axes, names, mixtures, strict=True):
        shares = [mixture.get(style, 0.0) for style in order]
        axis.barh(order, shares, color="white", edgecolor="0.45", hatch="///", linewidth=0.8)
        axis.barh(order, [common[style] for style in order], color="#2166ac")
        for place, share in enumerate(shares):
            if share:
                axis.text(share + 0.02, place, f"{share:.2f}", va="center", fontsize=8)
        axis.set(xlim=(0, 1.18), xticks=[0, 0.5, 1])
        axis.set_title(textwrap.fill(name, 26), fontsize=9.5)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    total = sum(common.values())
    said = f"{' and '.join(names) if len(names) == 2 else f'All {len(names)} labels'} share {total:.2f}"
    figure.suptitle(title or f"{said} (dark)", fontsize=11)

    def told(mixture):
        return ", ".join(f"{style} {share:.2f}" for style, share in mixture.items() if share)

    alt = [said + (f": {told(common)}" if total else "")]
    alt += [f"{name}: {told(mixture)}" for name, mixture in zip(names, mixtures, strict=True)]
    return _finish(figure, ". ".join(alt) + ".")


LINES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1))]
"""Style of the first, the second, … line of a panel."""


def average_spectra(panels, *, title=""):
    """Draw how long-term average spectra differ: which frequencies are louder in one than in the others.

    Parameters
    ----------
    panels : dict of str to dict of str to ndarray, shape (200,)
        For each panel its curves by name: log-mel frames, averaged over a recording or many.
    title : str
        What they show.

    Returns
    -------
    matplotlib.figure.Figure
        Decibels against the mean of the panel's curves, smoothed over a third of an octave. Loudness as a
        whole does not count.

    Examples
    --------
    >>> flat = np.zeros(200)
    >>> average_spectra({"noise": {"a": flat, "b": flat}}).alt
    'Spectra against their mean. noise: a +0 dB at 100 Hz, +0 dB at 1 kHz, +0 dB at 8 kHz; b +0 dB at ...
    """
    hertz = librosa.mel_frequencies(n_mels=N_MELS + 2, fmax=SAMPLE_RATE / 2)[1:-1]
    at = np.geomspace(80, 10000, 120)
    near = np.exp(-0.5 * (6 * np.log2(at[:, None] / hertz)) ** 2)
    figure = Figure(figsize=(4.8 * len(panels), 3.6), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    alt = [title or "Spectra against their mean"]
    for axis, (panel, curves) in zip(axes, panels.items(), strict=True):
        levels = (
            20 / np.log(10) * np.array(list(curves.values())) @ (near / near.sum(axis=1, keepdims=True)).T
        )
        levels -= levels.mean(axis=0)
        levels -= levels.mean(axis=1, keepdims=True)
        told = []
        for name, level, (color, _), line in zip(curves, levels, MARKS, LINES, strict=False):
            axis.plot(at, level, color=color, linestyle=line, linewidth=2, label=name)
            some = zip(np.interp([100, 1000, 8000], at, level), ("100 Hz", "1 kHz", "8 kHz"), strict=True)
            told.append(f"{name} " + ", ".join(f"{round(dB) + 0:+d} dB at {where}" for dB, where in some))
        axis.set_xscale("log")
        axis.set_xticks([100, 300, 1000, 3000, 10000], ["100", "300", "1k", "3k", "10k"])
        axis.minorticks_off()
        axis.set(xlabel="frequency, Hz", title=panel)
        axis.grid(alpha=0.3)
        alt.append(f"{panel}: {'; '.join(told)}")
    axes[0].set_ylabel("level against the mean, dB")
    _legend_below(figure, axes[0])
    figure.suptitle(title, fontsize=11)
    return _finish(figure, ". ".join(alt) + ".")


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
        Whether x grows by factors; its values are then written at the axis.
    ylim : (float, float), optional
        Range of y; what leaves it is not drawn.
    at : float, optional
        Where to mark x by an upright line.

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
    alt = []
    for axis, (name, lines) in zip(axes, panels.items(), strict=True):
        told = []
        for (line, (x, y)), (color, marker), dash in zip(
            lines.items(), MARKS, ("-", "--", ":", "-.") * 2, strict=False
        ):
            every = max(1, len(x) // 10)
            axis.plot(
                x, y, color=color, marker=marker, linestyle=dash, markevery=every, markersize=5, label=line
            )
            some = range(len(x)) if len(x) <= 12 else (0, len(x) // 10, len(x) // 2, len(x) - 1)
            told.append(f"{line} " + ", ".join(f"{x[i]}: {y[i]:.2f}" for i in some))
        if log:
            axis.set_xscale("log")
            axis.set_xticks(x, x)
            axis.minorticks_off()
        if at is not None:
            axis.axvline(at, color="0.4", linewidth=1)
        axis.set(xlabel=xlabel, title=name)
        axis.grid(alpha=0.3)
        alt.append(f"{ylabel} by {xlabel}{', ' + name if name else ''}: {'; '.join(told)}.")
    axes[0].set_ylabel(ylabel)
    if ylim:
        axes[0].set_ylim(*ylim)
    _legend_below(figure, axes[0])
    figure.suptitle(title, fontsize=11)
    return _finish(figure, " ".join([f"{title}."] * bool(title) + alt))


def warp_space(problem, V, W):
    """Draw excerpts and tags in one space of two dimensions.

    Parameters
    ----------
    problem : mirlab.widgets.warp_stepper.TinyProblem
        Its excerpts and tags are drawn.
    V : array-like, shape (2, 2)
        The embedding of the features.
    W : array-like, shape (tags, 2)
        The embedding of the tags.

    Returns
    -------
    matplotlib.figure.Figure
        Excerpts are circles with a letter, tags are squares with a word.
    """
    Z, W = problem.X @ np.asarray(V).T, np.asarray(W)
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axis = figure.subplots()
    _draw_space(axis, problem, Z, W, range(len(Z)), range(len(W)))
    axis.set(title="Excerpts (circles) and tags (squares) in one space")
    told = [f"{name} at {_place(z)}" for name, z in zip(problem.names, Z, strict=True)]
    told += [f"{tag} at {_place(w)}" for tag, w in zip(problem.tags, W, strict=True)]
    return _finish(figure, f"Excerpts and tags in one space: {', '.join(told)}.")


def warp_moves(problem, moves):
    """Draw WARP steps: what each of them moved, and what that did to the affinities.

    Parameters
    ----------
    problem : mirlab.widgets.warp_stepper.TinyProblem
        What is being learned.
    moves : list of mirlab.widgets.warp_stepper.Move
        Its steps, one a row.

    Returns
    -------
    matplotlib.figure.Figure
        On the left the space, with an arrow to everything from where it was before the step; on the right
        the affinities of the drawn excerpt, hollow before and filled after.

    Raises
    ------
    ValueError
        If there is no step.
    """
    if not moves:
        raise ValueError("moves is empty; it must hold at least one step")
    figure = Figure(figsize=(10, 3.9 * len(moves)), layout="constrained")
    alt = []
    for (left, right), move in zip(figure.subplots(len(moves), 2, squeeze=False), moves, strict=True):
        draw, tags, name = move.draw, problem.tags, problem.names[move.excerpt]
        ends = [(problem.X @ V.T, W) for V, W in ((move.V, move.W), (move.new_V, move.new_W))]
        named = {draw.positive, draw.negative} - {None}
        _draw_space(left, problem, *ends[1], {move.excerpt}, named)
        for points, room in zip(zip(*ends, strict=True), (7, 4), strict=True):  # so that no mark hides a head
            arrow = {"arrowstyle": "->", "shrinkA": 0, "shrinkB": room}
            for before, after in zip(*points, strict=True):
                if np.hypot(*(after - before)) > 0.01:
                    left.annotate("", after, before, arrowprops=arrow)
        left.set_title(f"Step {move.number}: {_what_moved(problem, move)}", fontsize=10)
        old, new = ((Z[move.excerpt] * W).sum(axis=1) for Z, W in ends)
        _draw_affinities(right, problem, move, old, new)
        alt.append(
            f"Step {move.number}: {_what_moved(problem, move)}. Affinities of {name}, before and after: "
            + ", ".join(f"{tags[i]} {old[i]:.2f} {new[i]:.2f}" for i in np.argsort(-old, kind="stable"))
        )
    return _finish(figure, ". ".join(alt) + ".")


def _what_moved(problem, move):
    name, draw = problem.names[move.excerpt], move.draw
    if draw.negative is None:
        return f"{problem.tags[draw.positive]} leads by the margin, nothing moves"
    return f"{problem.tags[draw.positive]} towards {name}, {problem.tags[draw.negative]} away"


def _place(point):
    return f"({point[0]:.1f}, {point[1]:.1f})"


def _draw_space(axis, problem, Z, W, strong_excerpts, strong_tags):
    """Put excerpts and tags on an axis; the strong ones in full colour."""
    for i, (name, z) in enumerate(zip(problem.names, Z, strict=True)):
        alpha = 1 if i in strong_excerpts else 0.45
        axis.plot(*z, marker="o", color=MARKS[1][0], markersize=13, mew=0, alpha=alpha, zorder=4.5)
        axis.annotate(name, z, ha="center", va="center_baseline", color="white", fontsize=9, zorder=5)
    for i, (name, w) in enumerate(zip(problem.tags, W, strict=True)):
        alpha = 1 if i in strong_tags else 0.45
        axis.plot(*w, marker="s", color=MARKS[0][0], markersize=7, alpha=alpha)
        text = axis.annotate(name, w, (8, 0), textcoords="offset points", va="center", fontsize=9, zorder=4)
        text.set(alpha=alpha, path_effects=[withStroke(linewidth=2.5, foreground="white")])
    axis.axhline(0, color="0.85", linewidth=0.8, zorder=0)
    axis.axvline(0, color="0.85", linewidth=0.8, zorder=0)
    edge = 0.5 * np.ceil(2 * max(1, np.abs(Z).max(), np.abs(W).max()) + 0.2)  # seldom another, to compare by
    axis.set(xlim=(-1.3 * edge, 1.3 * edge), ylim=(-edge, edge), aspect="equal")


def _draw_affinities(axis, problem, move, old, new):
    """Draw one excerpt's affinity to each tag before and after a step, highest first."""
    draw, order = move.draw, np.argsort(old, kind="stable")
    limit = old[draw.positive] - 1
    edge = np.ceil(max(1, np.abs([*old, *new]).max()) + 0.2)
    axis.axvspan(limit, edge, color="0.92", zorder=0)
    axis.axvline(limit, color="0.4", linestyle="--", linewidth=1)
    carried = problem.positives[move.excerpt]
    for row, i in enumerate(order):
        color, marker = MARKS[2] if i in carried else MARKS[4]
        axis.plot([old[i], new[i]], [row, row], color=color, linewidth=1)
        axis.plot(old[i], row, marker=marker, color=color, mfc="white", markersize=8)
        axis.plot(new[i], row, marker=marker, color=color, markersize=6)
    tried = {k: f"   draw {n}" for n, k in enumerate(move.tried, 1)} | {draw.positive: "   the positive"}
    axis.set_yticks(
        range(len(order)), [("★ " if i in carried else "") + problem.tags[i] for i in order], fontsize=9
    )
    right = axis.secondary_yaxis("right")
    right.set_yticks(range(len(order)), [tried.get(i, "") for i in order], fontsize=9)
    right.tick_params(length=0)
    axis.set(xlim=(min(-edge, limit - 0.1), edge))
    axis.set_xlabel("affinity, hollow before and filled after; grey: too close for a negative", fontsize=9)
    axis.set_title(
        f"{problem.names[move.excerpt]}'s tags (★ it carries): N = {draw.n_draws}, r = {draw.rank}, "
        f"loss {draw.loss:.2f}",
        fontsize=10,
    )


def rank_weights(ranks, weights, draws):
    """Draw the weight L(r) of a rank, and which ranks a number of draws can stand for.

    Parameters
    ----------
    ranks : array-like, shape (n,)
        r.
    weights : array-like, shape (n,)
        L(r).
    draws : dict of int to int
        The rank that each number of draws stands for.

    Returns
    -------
    matplotlib.figure.Figure
        A line for the weights, and a labelled mark where a number of draws leads.

    Examples
    --------
    >>> rank_weights([0, 1, 2, 3], [0, 1, 1.5, 1.8333], {1: 3, 2: 1}).alt
    'Weight of a rank: L(0) = 0.00, L(3) = 1.83. 1 draw: rank 3, weight 1.83; 2 draws: rank 1, weight 1.00.'
    """
    weight = dict(zip(np.asarray(ranks).tolist(), np.asarray(weights).tolist(), strict=True))
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    axis = figure.subplots()
    axis.plot(weight.keys(), weight.values(), color=MARKS[1][0], marker=".")
    for n, r in draws.items():
        axis.plot(r, weight[r], marker="s", color=MARKS[0][0])
        axis.annotate(f"N = {n}", (r, weight[r]), xytext=(5, -12), textcoords="offset points", fontsize=9)
    first, last = min(weight), max(weight)
    axis.set_xticks(list(weight)[:: -(-len(weight) // 20)])
    axis.set(
        xlabel="rank r",
        ylabel="weight L(r)",
        title=f"Rank {last} weighs {weight[last]:.1f} times as much as rank 1, not {last} times",
    )
    axis.grid(alpha=0.3)
    told = [f"{n} draw{'s' * (n > 1)}: rank {r}, weight {weight[r]:.2f}" for n, r in draws.items()]
    alt = f"Weight of a rank: L({first}) = {weight[first]:.2f}, L({last}) = {weight[last]:.2f}."
    return _finish(figure, f"{alt} {'; '.join(told)}.")


def progress_curves(curves, *, xlabel, ylabel, title=""):
    """Draw how something fell, or rose, in the course of training.

    Parameters
    ----------
    curves : dict of str to array-like, shape (n,)
        Values from the start to the end, by name; each may have its own length.
    xlabel, ylabel : str
        What one step is, and what the values are.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        One line each, told apart by line style too.

    Examples
    --------
    >>> progress_curves({"loss": [4, 2, 1]}, xlabel="epoch", ylabel="mean loss").alt
    'mean loss by epoch. loss: from 4.00 to 1.00.'
    """
    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    axis = figure.subplots()
    for (name, values), (color, _), line in zip(curves.items(), MARKS, ("-", "--", ":", "-."), strict=False):
        axis.plot(values, color=color, linestyle=line, label=name)
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    if len(curves) > 1:
        _legend_below(figure, axis)
    told = [f"{name}: from {values[0]:.2f} to {values[-1]:.2f}" for name, values in curves.items()]
    return _finish(figure, f"{title + '. ' if title else ''}{ylabel} by {xlabel}. {'; '.join(told)}.")


def one_frame(frame, filters, *, title=""):
    """Draw one frame three times: as it was cut, as a spectrum, as mel bands.

    Parameters
    ----------
    frame : array-like, shape (n_fft,)
        Samples at 22 050 Hz.
    filters : array-like, shape (n_mels, 1 + n_fft // 2)
        Mel filters.
    title : str
        What is found.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels: samples over milliseconds, levels over hertz, levels over mel bands.

    Examples
    --------
    >>> one_frame(np.sin(np.arange(1024)), np.ones((2, 513))).alt
    'One frame: 1024 samples (46 ms), the magnitudes of its 513 lines, strongest at 3510 Hz, and its ...'
    """
    n_fft = len(frame)
    spectrum = np.abs(np.fft.rfft(frame * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft))))
    bands = np.asarray(filters) @ spectrum
    hertz = np.arange(len(spectrum)) * SAMPLE_RATE / n_fft
    milliseconds = 1000 * np.arange(n_fft) / SAMPLE_RATE
    panels = [
        (milliseconds, frame, "milliseconds", f"{n_fft} samples"),
        (hertz / 1000, spectrum, "kHz", f"magnitudes of {len(spectrum)} lines"),
        (np.arange(len(bands)), bands, "mel band", f"{len(bands)} mel bands"),
    ]
    figure = Figure(figsize=(10, 2.7), layout="constrained")
    for axis, (x, values, unit, name) in zip(figure.subplots(1, 3), panels, strict=True):
        axis.plot(x, values, color=LOOK["tag"]["color"], linewidth=0.9)
        axis.set(xlabel=unit, xlim=(x[0], x[-1]))
        axis.set_title(name, fontsize=10)
        axis.grid(alpha=0.3)
    figure.suptitle(title, fontsize=11)
    lasts = f"{milliseconds[-1]:.0f} ms"
    return _finish(
        figure,
        f"{title or 'One frame'}: {n_fft} samples ({lasts}), the magnitudes of its {len(spectrum)} lines, "
        f"strongest at {hertz[spectrum.argmax()]:.0f} Hz, and its {len(bands)} mel bands.",
    )


def mel_filters(filters, ranges, *, title=""):
    """Draw the mel filters in some ranges of frequency, over the lines of the spectrum that they sum up.

    Parameters
    ----------
    filters : array-like, shape (n_mels, 1 + n_fft // 2)
        Mel filters for sound at 22 050 Hz.
    ranges : list of (float, float)
        From where to where in Hz, a panel each.
    title : str
        What is found.

    Returns
    -------
    matplotlib.figure.Figure
        Each filter is drawn 1 high. A grey upright is a line of the spectrum, a dot a line that a filter
        sees; a diamond if it is the only one.

    Examples
    --------
    >>> import librosa
    >>> mel_filters(librosa.filters.mel(sr=22050, n_fft=1024, n_mels=200), [(0, 200)]).alt
    'Mel filters over the lines of the spectrum. 0 to 200 Hz: 10 lines, 12 filters peak here, 6 of them ...'
    """
    filters = np.asarray(filters)
    edges = librosa.mel_frequencies(n_mels=len(filters) + 2, fmax=SAMPLE_RATE / 2)
    hertz = np.linspace(0, SAMPLE_RATE / 2, filters.shape[1])
    figure = Figure(figsize=(10, 2.9), layout="constrained")
    alt = [title or "Mel filters over the lines of the spectrum"]
    for axis, (low, high) in zip(figure.subplots(1, len(ranges), squeeze=False)[0], ranges, strict=True):
        there = [i for i in range(len(filters)) if edges[i] < high and edges[i + 2] > low]
        for i in there:
            left, peak, right = edges[i : i + 3]
            seen = hertz[filters[i] > 0]
            height = np.interp(seen, [left, peak, right], [0, 1, 0])
            single = len(seen) == 1
            color = "#b35806" if single else "#2166ac"
            axis.plot([left, peak, right], [0, 1, 0], color=color, linewidth=1.6 if single else 0.7)
            axis.scatter(
                seen, height, s=46 if single else 12, color=color, marker="D" if single else "o", zorder=3
            )
        axis.vlines(hertz[(hertz >= low) & (hertz <= high)], 0, 1, color="0.8", linewidth=0.6, zorder=0)
        axis.set(xlim=(low, high), ylim=(0, 1.1), yticks=[0, 1], xlabel="Hz")
        axis.set_title(f"{low} to {high} Hz", fontsize=10)
        peaks = [i for i in range(len(filters)) if low <= edges[i + 1] <= high]
        lone = sum((filters[i] > 0).sum() == 1 for i in peaks)
        lines = int(((hertz >= low) & (hertz <= high)).sum())
        alt.append(
            f"{low} to {high} Hz: {lines} lines, {len(peaks)} filters peak here, {lone} of them see one line"
        )
    figure.suptitle(title, fontsize=11)
    return _finish(figure, ". ".join(alt) + ".")


def mel_panels(panels, *, seconds, title=""):
    """Draw several sets of mel features of one sound under each other, on the same axes.

    Parameters
    ----------
    panels : dict of str to ndarray, shape (frames, n_mels)
        Features by title; numbers of frames and of bands may differ.
    seconds : float
        How long the sound is.
    title : str
        What is found.

    Returns
    -------
    matplotlib.figure.Figure
        Time to the right, frequency upward on the mel scale. Each panel reaches from its highest value 9
        down (78 dB, of logarithms), or to its lowest.

    Examples
    --------
    >>> mel_panels({"silence": np.zeros((9, 40))}, seconds=1).alt
    'Mel features over 1.0 s. silence: 9 frames of 40 bands.'
    """
    figure = Figure(figsize=(7.5, 0.6 + 1.7 * len(panels)), layout="constrained")
    hertz = [0, 500, 1000, 2000, 4000, 8000]
    top = librosa.hz_to_mel(SAMPLE_RATE / 2)
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, frames) in zip(axes, panels.items(), strict=True):
        high = frames.max()
        axis.imshow(
            frames.T,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            cmap="magma",
            vmin=max(high - 9, frames.min()),
            vmax=high,
            extent=(0, seconds, 0, top),
        )
        axis.set_ylabel("Hz")
        axis.set_title(name, fontsize=10)
        axis.set_yticks(librosa.hz_to_mel(hertz), hertz)
    axes[-1].set_xlabel("seconds")
    figure.suptitle(title, fontsize=11)
    told = "; ".join(
        f"{name}: {len(frames)} frames of {frames.shape[1]} bands" for name, frames in panels.items()
    )
    return _finish(figure, f"{title or f'Mel features over {seconds:.1f} s'}. {told}.")
