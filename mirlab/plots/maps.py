"""Labels and excerpts on a plane."""

import numpy as np

from mirlab.plots.look import MARKS, finish, legend_below
from mirlab.show.figures import Figure, draws_figure

CANVAS = 900, 640
"""Width and height of a map in pixels."""

_TEXT = 11  # pixels
_SIDES = {
    "right": (8, 0, "left", "center"),
    "left": (-8, 0, "right", "center"),
    "above": (0, -7, "center", "bottom"),
    "below": (0, 7, "center", "top"),
}


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
        dx, dy, ha, va = _SIDES[row["side"]]
        at = (row["x"] + dx, row["y"] + dy)
        axis.annotate(row["name"], at, ha=ha, va=va, fontsize=_TEXT * 0.72)  # a pixel is 1/100 inch
    axis.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[], aspect="equal")
    legend_below(figure, axis, fontsize=8.5)
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
        A copy with ``x`` and ``y`` in pixels of `CANVAS` from its upper left corner, and ``side``: "right",
        "left", "above" or "below".

    Raises
    ------
    ValueError
        If there are more sets than different marks.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["a", "b"], "set": "s", "kind": "label", "x": [0, 1], "y": [0, 1]})
    >>> arranged(places)[["x", "y"]].to_numpy().tolist()
    [[60.0, 605.0], [840.0, 35.0]]
    """
    sets = places["set"].nunique()
    if sets > len(MARKS):
        raise ValueError(f"places has points of {sets} sets; a map has marks for {len(MARKS)} of them")
    there, (width, height) = places.copy(), CANVAS
    for column, low, high in (("x", 60, width - 60), ("y", height - 35, 35)):
        values = places[column].to_numpy(dtype=float)
        room = np.ptp(values)
        there[column] = low + (high - low) * ((values - values.min()) / room if room else 0.5)
    xy = there[["x", "y"]].to_numpy()
    named = np.flatnonzero(there["kind"] == "label")
    boxes = np.array([_text_boxes(xy[i], there["name"].iloc[i]) for i in named])
    boxes = boxes.reshape(-1, len(_SIDES), 4)
    points = np.hstack([xy - 6, xy + 6])
    outside = np.clip(-boxes[..., :2], 0, None).sum(-1)
    outside += np.clip(boxes[..., 2:] - (width, height), 0, None).sum(-1)
    covered = [[_covered(box, points) for box in sides] for sides in boxes]
    cost = np.reshape(covered, outside.shape) + 100 * outside
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
        One panel per metric. The four labels that are most frequent in the first are named in all of them.

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
        for i in named:
            axis.annotate(names[i], (lengths[i], count[i]), (7, 2), textcoords="offset points", fontsize=8)
        axis.set(title=metric, xlabel="length of the label's vector")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("neighbour lists that contain it")
    values = ", ".join(
        f"{names[i]} (length {lengths[i]:.2f}) " + " and ".join(str(count[i]) for count in counts.values())
        for i in named
    )
    most = " and ".join(str(count.max()) for count in counts.values())
    words = f"Neighbour lists that contain a label, by {' and '.join(counts)}: {values}; at most {most}."
    return finish(figure, words, title=title)
