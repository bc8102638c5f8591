"""A chooser of layers: what each is good for, and the excerpts that one of its units answers to most."""

import numpy as np

from mirlab.plots import by_layer
from mirlab.show.cards import image, show
from mirlab.show.controls import check_choice
from mirlab.widgets.rankings import RankedSounds

UNITS = 8
EXCERPTS = 5


def layer_listener(values, panels, names, sound, *, units=None, layer=None):
    """Return a chooser of layers and units; the excerpts that a unit answers to most and least can be heard.

    Parameters
    ----------
    values : dict of str to array-like, shape (excerpts, units)
        The output of each layer for each excerpt, from the input to the output of the network.
    panels : dict of str to dict of str to (values, reaches)
        What was measured of the layers, as for `mirlab.plots.by_layer`; the first network of each task is
        quoted.
    names : sequence of str, length excerpts
        What the excerpts are called.
    sound : callable
        ``sound(row)`` returns the sound of an excerpt at 22 050 Hz; called when it is requested.
    units : dict of str to sequence of int, optional
        The units that can be chosen in each layer; by default the first eight.
    layer : str, optional
        The layer at the start; by default the first.

    Returns
    -------
    LayerListener
        A widget.

    Raises
    ------
    ValueError
        If there is no such layer, or what was measured is of other layers.
    """
    layers = list(values)
    check_choice("layer", layers[0] if layer is None else layer, layers)
    for task, networks in panels.items():
        for found, _ in networks.values():
            if len(found) != len(layers):
                raise ValueError(f"panels: {task!r} has {len(found)} values for {len(layers)} layers")
    return LayerListener(values, panels, names, sound, units or {}, layers.index(layer) if layer else 0)


class LayerListener(RankedSounds):
    """The chooser on the screen; made by `layer_listener`.

    `picked` holds the choice: the layer, and which of its units. A new layer starts at its first unit.

    Attributes
    ----------
    layer : str
        The layer that is looked at.
    unit : int
        Its unit.
    """

    def __init__(self, values, panels, names, sound, units, start):
        self.values = {layer: np.asarray(of, dtype=float) for layer, of in values.items()}
        self.panels, self.names = panels, list(names)
        self.units = {
            layer: [int(u) for u in units.get(layer, range(min(UNITS, of.shape[1])))]
            for layer, of in self.values.items()
        }
        super().__init__([], sound)
        self.add_class("mirlab-layers")
        self._last = [start, 0]
        self._answer(self._last)
        self.observe(lambda change: self._answer(change["new"]), "picked")

    @property
    def said(self) -> str:
        """What was measured of the layer, and what its unit answers to."""
        where = list(self.values).index(self.layer)
        measured = []
        for task, networks in self.panels.items():
            found, reaches = next(iter(networks.values()))
            measured.append(f"{task} {found[where]:.2f} ± {reaches[where]:.2f}")
        column = self.values[self.layer][:, self.unit]
        spread = column.std()
        above = (column.max() - column.mean()) / spread if spread > 0 else 0.0
        return (
            f"Layer {self.layer}, {self.values[self.layer].shape[1]} units. "
            f"Read from it: {', '.join(measured)}. "
            f"Unit {self.unit} answers most to {self.names[int(column.argmax())]}, {above:.1f} standard "
            "deviations above its mean."
        )

    def __repr__(self) -> str:
        return f"{self.said}\n{super().__repr__()}"

    def seen(self) -> str:
        """Return the still picture: what was measured, with the chosen layer marked, above the lists."""
        figure = by_layer(self.panels, list(self.values), ylabel="accuracy", chosen=self.layer)
        picture = show(figure)
        return image(picture.url, picture.alt, picture.width) + super().seen()

    def _answer(self, picked):
        """Show the excerpts of the unit that is picked, and what can be picked now."""
        if picked == self._last and self.lists:
            return
        layer, unit = picked
        if layer != self._last[0]:
            unit = 0
        self._last = [layer, unit]
        self.layer = list(self.values)[layer]
        self.unit = self.units[self.layer][unit]
        order = np.argsort(-self.values[self.layer][:, self.unit], kind="stable")
        with self.hold_sync():  # so that the page never shows one without the other
            self.choices = [
                {"label": "Layer", "options": list(self.values)},
                {"label": "Unit", "options": [str(u) for u in self.units[self.layer]]},
            ]
            self.picked = self._last
            self.lists = [
                {"title": "Answers most", "items": [self._item(row) for row in order[:EXCERPTS]]},
                {"title": "Answers least", "items": [self._item(row) for row in order[::-1][:EXCERPTS]]},
            ]
            self.heard = {"said": self.said}

    def _item(self, row):
        value = self.values[self.layer][row, self.unit]
        return {"name": self.names[row], "says": f"{value:.2f}", "row": int(row), "match": None}
