"""Where texts go beside their points, so that none hides another text or a mark.

This is the small part of a package like adjustText that our figures need: a fixed list of places for each
text, and for each in turn the place that hides least. The map of lesson 06 needs it without matplotlib.
"""

import numpy as np
from matplotlib.patheffects import withStroke

SIDES = {
    "right": (1, 0),
    "left": (-1, 0),
    "above": (0, 1),
    "below": (0, -1),
    "upper right": (0.7, 0.7),
    "upper left": (-0.7, 0.7),
    "lower right": (0.7, -0.7),
    "lower left": (-0.7, -0.7),
}
"""Direction from the point to its text, the best first; up is positive."""

ROUNDS = 6
AIR = 2  # pixels around a text


def boxes_beside(points, sizes, gaps):
    """Return the box of each text on each side of its point.

    Parameters
    ----------
    points : array-like, shape (n, 2)
        The points in pixels, y upwards.
    sizes : array-like, shape (n, 2)
        Width and height of each text.
    gaps : sequence of float
        Distances between a point and its text, the best first.

    Returns
    -------
    ndarray, shape (n, len(gaps) * len(SIDES), 4)
        Left, lower, right and upper edge; all sides at the first distance come first.

    Examples
    --------
    >>> boxes_beside([[10, 10]], [[30, 8]], [5])[0, 0].tolist()
    [15.0, 6.0, 45.0, 14.0]
    """
    points, sizes = np.asarray(points, dtype=float)[:, None], np.asarray(sizes, dtype=float)[:, None]
    ways = np.array(list(SIDES.values()))
    offsets = np.concatenate([gap * ways for gap in gaps])
    towards = np.sign(np.tile(ways, (len(gaps), 1)))
    lower = points + offsets + sizes * (towards - 1) / 2
    return np.concatenate([lower, lower + sizes], axis=2)


def choose(boxes, obstacles, canvas):
    """Choose a box for each text.

    Parameters
    ----------
    boxes : ndarray, shape (n, places, 4)
        From `boxes_beside`.
    obstacles : array-like, shape (m, 4)
        Boxes that no text should cover.
    canvas : (float, float, float, float)
        No text should leave this box.

    Returns
    -------
    ndarray of int, shape (n,)
        For each text the number of its place: the one that covers least of obstacles, of other texts and of
        what is outside. Of equally good places, the first.
    """
    n, places = boxes.shape[:2]
    if not n:
        return np.zeros(0, dtype=int)
    left, low, right, high = canvas
    outside = np.clip((left, low) - boxes[..., :2], 0, None).sum(-1)
    outside += np.clip(boxes[..., 2:] - (right, high), 0, None).sum(-1)
    hides = [[covered(box, obstacles) for box in mine] for mine in boxes]
    cost = np.reshape(hides, (n, places)) + 100 * outside + np.arange(places)
    chosen = cost.argmin(axis=1)
    wide = boxes + np.array([-AIR, -AIR, AIR, AIR])
    for _ in range(ROUNDS):  # each text in turn makes way for the others
        for i in range(n):
            others = np.delete(boxes[np.arange(n), chosen], i, axis=0)
            chosen[i] = np.argmin(cost[i] + [3 * covered(box, others) for box in wide[i]])
    return chosen


def covered(box, others):
    """Return the area that a box shares with others, in sum.

    Examples
    --------
    >>> covered([1, 0, 4, 2], [[0, 0, 2, 2], [1, 1, 3, 3]])
    4.0
    """
    others = np.reshape(others, (-1, 4))
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    return float((np.clip(wide, 0, None) * np.clip(high, 0, None)).sum())


def write_beside(figure, axis, points, names, *, marks=None, size=5, alphas=None, **style):
    """Write a name beside each point of an axis, once all else is drawn.

    Parameters
    ----------
    figure : mirlab.show.figures.Figure
        The figure of the axis.
    axis : matplotlib.axes.Axes
        Its limits are final.
    points : array-like, shape (n, 2)
        The points, in the units of the axis.
    names : sequence of str
        Their names.
    marks : array-like, shape (m, 2), optional
        Marks that no name should hide; by default, the points.
    size : float
        Half the width of a mark, in points of 1/72 inch.
    alphas : sequence of float, optional
        How opaque each name is.
    **style
        As for `matplotlib.text.Text`.

    Returns
    -------
    list of matplotlib.text.Annotation
        A name that had to go far has a line to its point.
    """
    points = np.reshape(np.asarray(points, dtype=float), (-1, 2))
    marks = points if marks is None else np.reshape(np.asarray(marks, dtype=float), (-1, 2))
    figure.draw_without_rendering()  # now the axes are in their place
    pixel = 72 / figure.dpi  # in points
    there, around = (pixel * axis.transData.transform(xy) for xy in (points, marks))
    gaps = [size + 3, size + 12, size + 24, size + 40]
    boxes = boxes_beside(there, _sizes(axis, names, style) * pixel, gaps)
    obstacles = np.hstack([around - size, around + size])
    places = choose(boxes, obstacles, pixel * np.array(axis.bbox.extents))
    halo = [withStroke(linewidth=2.5, foreground="white")]
    lead = {"arrowstyle": "-", "color": "0.5", "linewidth": 0.8, "shrinkA": 0, "shrinkB": size}
    written = []
    for i, place in enumerate(places):
        near = place < len(SIDES)
        text = axis.annotate(
            names[i],
            points[i],
            boxes[i, place, :2] - there[i],
            textcoords="offset points",
            arrowprops=None if near else lead,
            alpha=None if alphas is None else alphas[i],
            path_effects=halo,
            **{"zorder": 4} | style,
        )
        text.set_in_layout(False)
        written.append(text)
    return written


def _sizes(axis, names, style):
    """Return the width and height of texts in pixels, shape (n, 2)."""
    sizes = []
    for name in names:
        text = axis.text(0, 0, name, **style)
        box = text.get_window_extent()
        sizes.append((box.width, box.height))
        text.remove()
    return np.reshape(sizes, (-1, 2))
