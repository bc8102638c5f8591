"""Disturb a clip: hear it, see it, and read how accurate each extractor is on songs disturbed like it."""

import ipywidgets
import numpy as np

from mirlab import plots
from mirlab.audio.disturbances import DISTURBANCES
from mirlab.plots import LOOK
from mirlab.show.controls import check_choice
from mirlab.show.players import play
from mirlab.widgets.sliders import Sliders, slider


def disturbed_clip(y, name, report, *, first="noise") -> "DisturbedClip":
    """Return a list of disturbances and a slider for their strength.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz, at least 2048 samples; a few seconds are enough.
    name : str
        The name of the sound.
    report : dict
        What was measured, from `mirlab.paper.kept`.
    first : str
        The disturbance at the start, one of `mirlab.audio.disturbances.DISTURBANCES`.

    Returns
    -------
    DisturbedClip
        A widget.

    Raises
    ------
    ValueError
        If there is no such disturbance, or `y` is not mono sound.

    Examples
    --------
    >>> row = {"features": "base", "disturbance": "clean", "strength": 0.0, "value": 0.5, "reach": 0.1}
    >>> report = {"strengths": [1.0], "sweep": [row, row | {"disturbance": "level", "strength": 1.0}]}
    >>> widget = disturbed_clip(0.1 * np.sin(np.arange(22050)), "a tone", report, first="level")
    >>> "40 dB softer" in widget.sentence.value
    True
    """
    check_choice("first", first, DISTURBANCES)
    return DisturbedClip(y, name, report, first)


def says(now, before):
    """Say which extractor keeps most of its accuracy, and which least.

    Parameters
    ----------
    now, before : dict of str to (float, float)
        Accuracy and reach by extractor, disturbed and clean.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> says({"base": (0.2, 0), "tag": (0.45, 0)}, {"base": (0.5, 0), "tag": (0.5, 0)})
    'Of the accuracy on clean songs, tag embedding keeps most (90 %) and base features least (40 %).'
    """
    kept = {kind: now[kind][0] / before[kind][0] for kind in now}
    if all(now[kind] == before[kind] for kind in now):
        return "Nothing is disturbed yet: move the slider."
    most, least = max(kept, key=kept.get), min(kept, key=kept.get)
    return (
        f"Of the accuracy on clean songs, {LOOK[most]['label']} keeps most ({100 * kept[most]:.0f} %) and "
        f"{LOOK[least]['label']} least ({100 * kept[least]:.0f} %)."
    )


class DisturbedClip(Sliders):
    """The controls on the screen; made by `disturbed_clip`.

    Attributes
    ----------
    disturbance : ipywidgets.Dropdown
        Which one.
    strength : ipywidgets.SelectionSlider
        How strong, from 0 to 1.
    sounds : ipywidgets.HTML
        The original and the disturbed sound.
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, y, name, report, first):
        self.y, self.name, self.report = np.asarray(y, dtype=np.float32), name, report
        measured = {row["disturbance"] for row in report["sweep"]}
        self.disturbance = ipywidgets.Dropdown(
            options=[one for one in DISTURBANCES if one in measured],
            value=first,
            description="disturbance",
            style={"description_width": "8em"},
            layout={"max_width": "100%"},
        )
        strengths = [0.0, *report["strengths"]]
        self.strength = slider(strengths, "strength", wide=24, value=strengths[len(strengths) // 2])
        self.sounds = ipywidgets.HTML()
        super().__init__(self.disturbance, self.strength)
        self.children = (*self.children, self.sounds)

    def __repr__(self) -> str:
        return "<a list of disturbances and a slider, with sound and accuracies: run this cell to move them>"

    def draw(self) -> None:
        """Disturb the sound, and show what was measured at this strength."""
        what, strength = self.disturbance.value, self.strength.value
        copy = DISTURBANCES[what](self.y, strength)
        before = self._accuracies("clean", 0.0)
        now = self._accuracies(what, strength) if strength else before
        title = f"{what}, strength {strength:g}: {DISTURBANCES[what].says(strength)}"
        self.say(f"{title}.", says(now, before))
        self.show(plots.disturbed_sound(self.y, copy, now, before, title=title))
        players = play(self.y, self.name), play(copy, title)
        self.sounds.value = "".join(player._repr_html_() for player in players)

    def _accuracies(self, what, strength):
        return {
            row["features"]: (row["value"], row["reach"])
            for row in self.report["sweep"]
            if (row["disturbance"], row["strength"]) == (what, strength)
        }
