"""Labels and excerpts on a plane."""

import numpy as np
from matplotlib.patheffects import withStroke

from mirlab.plots.look import MARKS, finish, legend_below
from mirlab.plots.texts import SIDES, boxes_beside, choose, write_beside
from mirlab.show.figures import Figure, draws_figure

CANVAS = 840, 660
"""Width and height of a map in pixels."""

_TEXT = 14  # pixels, like the prose of a notebook
_WIDE = 0.56  # mean width of a letter, in heights of the text
_GAP = 9  # pixels between the centre of a point and its text


@draws_figure
def label_map(places, *, title=""):
    """Draw a map of labels and excerpts, with shape and colour for the data set.

    Parameters
    ----------
    places : pandas.DataFrame
        From `mirlab.maps`: ``name``, ``set``, ``kind`` ("label" or "excerpt"), ``x`` and ``y``.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Labels are filled and named, excerpts are hollow. There are no axes, since only neighbourhoods have a
        meaning.

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
            label = name if kind == "label" else None
            axis.scatter(mine["x"], mine["y"], s=size, c=fill, edgecolors=color, marker=marker, label=label)
    for row in there[there["kind"] == "label"].to_dict("records"):
        dx, dy = SIDES[row["side"]]
        at = (row["x"] + _GAP * dx, row["y"] - _GAP * dy)
        ha, va = (
            ("center", "left", "right")[round(np.sign(dx))],
            ("center", "bottom", "top")[round(np.sign(dy))],
        )
        text = axis.annotate(row["name"], at, ha=ha, va=va, fontsize=0.72 * _TEXT)  # a pixel is 1/100 inch
        text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    axis.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[], aspect="equal")
    legend_below(figure, axis)
    labels = there[there["kind"] == "label"].reset_index(drop=True)
    words = f"Map of {len(labels)} labels and {len(there) - len(labels)} excerpts of {', '.join(sets)}."
    closest = ", ".join(f"{one} and {other}" for one, other in _closest(labels))
    return finish(figure, words + f" Closest on it: {closest}." * bool(closest), title=title)


def _closest(labels, most=8):
    """Return the pairs of labels that are closest to each other, by their full names."""
    away = np.hypot(*(np.subtract.outer(v, v) for v in (labels["x"].to_numpy(), labels["y"].to_numpy())))
    away[np.tril_indices(len(labels))] = np.inf
    order = np.argsort(away, axis=None)[: min(most, max(len(labels) - 1, 0))]
    names = (labels["name"] + " (" + labels["set"] + ")").tolist()
    return [(names[i], names[j]) for i, j in zip(*np.unravel_index(order, away.shape), strict=True)]


def arranged(places):
    """Put the points of a map on a canvas, and find for each text the side where it hides least.

    Parameters
    ----------
    places : pandas.DataFrame
        With ``name``, ``set``, ``kind``, ``x`` and ``y``; only labels have their name written.

    Returns
    -------
    pandas.DataFrame
        A copy with ``x`` and ``y`` in pixels of `CANVAS` from its upper left corner, and ``side``, one
        of `mirlab.plots.texts.SIDES`.

    Raises
    ------
    ValueError
        If there are more sets than different marks.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["a", "b"], "set": "s", "kind": "label", "x": [0, 1], "y": [0, 1]})
    >>> arranged(places)[["x", "y"]].to_numpy().tolist()
    [[60.0, 625.0], [780.0, 35.0]]
    """
    sets = places["set"].nunique()
    if sets > len(MARKS):
        raise ValueError(f"places has points of {sets} sets; a map has marks for {len(MARKS)} of them")
    there, (width, height) = places.copy(), CANVAS
    for column, low, high in (("x", 60, width - 60), ("y", height - 35, 35)):
        values = places[column].to_numpy(dtype=float)
        room = np.ptp(values)
        there[column] = low + (high - low) * ((values - values.min()) / room if room else 0.5)
    xy = there[["x", "y"]].to_numpy() * (1, -1)  # upwards
    named = np.flatnonzero(there["kind"] == "label")
    sizes = [(_WIDE * _TEXT * len(there["name"].iloc[i]), 1.1 * _TEXT) for i in named]
    boxes = boxes_beside(xy[named], np.reshape(sizes, (-1, 2)), [_GAP])
    side = choose(boxes, np.hstack([xy - 6, xy + 6]), (0, -height, width, 0))
    names = np.full(len(there), "right", dtype=object)
    names[named] = np.array(list(SIDES))[side]
    return there.assign(side=names)


@draws_figure
def hubs(names, lengths, counts, *, title=""):
    """Draw how often each label is a neighbour of other labels, against the length of its vector.

    Parameters
    ----------
    names : sequence of str
        The labels.
    lengths : array-like, shape (labels,)
        Euclidean length of each label's vector.
    counts : dict of str to array-like, shape (labels,)
        For each metric, how many lists of neighbours contain each label.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per metric. The four labels that are most frequent in the first are named in it, and have
        their numbers in all of them.

    Examples
    --------
    >>> hubs(["pop", "jazz"], [0.7, 1.0], {"L1": [9, 1], "cosine": [2, 6]}, title="Pop is a hub").alt
    'Pop is a hub. Neighbour lists that contain a label, by L1 and cosine: pop (length 0.70) 9 and 2, jazz ...
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, len(counts), sharex=True, sharey=True, squeeze=False)[0]
    counts = {metric: np.asarray(count) for metric, count in counts.items()}
    named = np.argsort(-next(iter(counts.values())), kind="stable")[:4]
    for axis, (metric, count), (color, marker) in zip(axes, counts.items(), MARKS, strict=False):
        axis.scatter(lengths, count, color=color, marker=marker, alpha=0.7)
        axis.set(title=metric, xlabel="length of the label's vector")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("neighbour lists that contain it")
    values = ", ".join(
        f"{names[i]} (length {lengths[i]:.2f}) " + " and ".join(str(count[i]) for count in counts.values())
        for i in named
    )
    most = " and ".join(str(count.max()) for count in counts.values())
    words = f"Neighbour lists that contain a label, by {' and '.join(counts)}: {values}; at most {most}."
    figure = finish(figure, words, title=title)
    texts = [f"{number} {names[i]}" for number, i in enumerate(named, 1)]
    for axis, count in zip(axes, counts.values(), strict=True):
        points = np.column_stack([lengths, count])
        write_beside(figure, axis, points[named], texts, marks=points)
        texts = [text.split()[0] for text in texts]
    return figure
