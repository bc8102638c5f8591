"""A map of points with sounds: find a point by mouse, by arrow keys or in a list, and hear it.

It is a widget of our own because the known ones cannot be used without a mouse, and because Python
sends a sound only when it is requested: a map of a hundred sounds stays small.
"""

from mirlab.plots import CANVAS, MARKS, arranged, label_map
from mirlab.show.cards import show
from mirlab.widgets.point_maps import PointMap


class SoundMap(PointMap):
    """The map on the screen; made by `sound_map`.

    Attributes
    ----------
    point : int
        The point that was chosen last: its row in `places`.
    plays, heard
        See `mirlab.show.controls.Sounding`.
    """

    def __init__(self, places, sound):
        self.places, self.sound = places, sound
        there, (width, height) = arranged(places), CANVAS
        sets = list(dict.fromkeys(places["set"]))
        points = [
            {
                "x": round(row["x"]),
                "y": round(row["y"]),
                "name": row["name"],
                "set": sets.index(row["set"]),
                "label": row["kind"] == "label",
                "side": row["side"],
                "near": [int(j) for j in row["nearest"]],
                "says": _says(places, i),
            }
            for i, row in enumerate(there.to_dict("records"))
        ]
        looks = [
            {"name": name, "color": color, "marker": marker}
            for name, (color, marker) in zip(sets, MARKS, strict=False)
        ]
        about = f"{self!r}. Arrow keys go from point to point, Enter plays."
        super().__init__(
            map={"points": points, "sets": looks, "width": width, "height": height, "about": about}
        )

    def __repr__(self) -> str:
        """Return what is on the map as text, for places without widgets."""
        labels = int((self.places["kind"] == "label").sum())
        sets = ", ".join(dict.fromkeys(self.places["set"]))
        return f"Map of {labels} labels and {len(self.places) - labels} excerpts of {sets}"

    def seen(self) -> str:
        """Return the map as a picture."""
        return show(label_map(self.places))._repr_html_()

    def play(self) -> None:
        """Send the sound of the chosen point."""
        hears = self.places["hears"].iloc[self.point]
        self.send_sound(self.sound, self.point, hears, f"You hear {hears}.")


def sound_map(places, sound) -> SoundMap:
    """Return a map of points with sounds.

    Parameters
    ----------
    places : pandas.DataFrame
        One row per point: ``name``; ``set``, which gives shape and colour; ``kind``, "label" or "excerpt";
        ``x`` and ``y``, in any unit; ``nearest``, the rows of the points to which lines are drawn; ``hears``,
        the name of its sound. `mirlab.maps` makes such tables.
    sound : callable
        ``sound(i)`` returns the sound of row i, mono at 22 050 Hz; called when the learner requests it.

    Returns
    -------
    SoundMap
        A widget.

    Raises
    ------
    ValueError
        If a column is missing, or there are more sets than shapes.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["low", "high"], "set": "tones", "kind": "label", "x": [0, 1],
    ...                        "y": [0, 1], "nearest": [[1], [0]], "hears": ["220 Hz", "880 Hz"]})
    >>> seconds = np.arange(22050) / 22050
    >>> widget = sound_map(places, lambda i: 0.1 * np.sin(2 * np.pi * [220, 880][i] * seconds))
    >>> widget
    Map of 2 labels and 0 excerpts of tones
    >>> widget.point, widget.plays = 1, 1
    >>> widget.heard["said"]
    'You hear 880 Hz.'
    """
    wanted = ("name", "set", "kind", "x", "y", "nearest", "hears")
    if missing := [column for column in wanted if column not in places.columns]:
        raise ValueError(f"places lacks the column {', '.join(missing)}; a map needs {', '.join(wanted)}")
    return SoundMap(places.reset_index(drop=True), sound)


def _says(places, i):
    row = places.iloc[i]
    kind = "a label" if row["kind"] == "label" else "an excerpt"
    near = ", ".join(f"{places['name'].iloc[j]} ({places['set'].iloc[j]})" for j in row["nearest"])
    return f"{row['name']} ({row['set']}), {kind}." + (f" Nearest in the space: {near}." if near else "")
