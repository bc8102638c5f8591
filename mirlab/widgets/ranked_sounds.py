"""Ranked lists of sounds side by side, such as the neighbours of an excerpt in several spaces: see, and hear.

A sound leaves Python only when it is asked for, so lists of any length stay small. Whoever has something
to choose above the lists (a query, a distance) takes `RankedSounds` and answers when `picked` changes.
"""

from collections.abc import Hashable
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from mirlab.errors import MirlabError
from mirlab.lessons.player import play

HERE = Path(__file__).parent


class RankedSounds(anywidget.AnyWidget):
    """The lists on the screen; made by `ranked_sounds`.

    Parameters
    ----------
    lists, sound, words
        As for `ranked_sounds`.
    choices : sequence of dict, optional
        What can be chosen above the lists: ``label`` and ``options``, a list of str, for each.
    picked : sequence of int, optional
        Which option of each choice is picked at the start; by default the first.

    Attributes
    ----------
    lists : list of dict
        What is shown. It can be assigned later, by Python only; the screen follows, and falls silent.
    choices : list of dict
        What can be chosen; it can be assigned later, together with `picked`.
    picked : list of int
        Which option of each choice is picked; the learner's screen and Python both set it.
    chosen : list of int, length 2
        The item that was asked for last: number of the list, and of the item in it, both from 0.
    plays : int
        How often a sound was asked for.
    heard : dict
        What came of it: ``said``, and ``audio`` with its ``mimetype`` unless the sound could not be had.
    """

    _esm = HERE / "ranked_sounds.js"
    _css = HERE / "ranked_sounds.css"
    lists = traitlets.List().tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choices = traitlets.List().tag(sync=True)
    picked = traitlets.List(traitlets.Int()).tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    plays = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Dict().tag(sync=True)

    def __init__(self, lists, sound, *, words=("match", "no match"), choices=(), picked=None):
        self.sound = sound
        super().__init__(
            lists=lists,
            words=list(words),
            choices=list(choices),
            picked=[0] * len(choices) if picked is None else list(picked),
        )
        self.observe(lambda _: self.play(), "plays")

    def __repr__(self) -> str:
        """Say the lists, for where no widget can be shown."""
        return "\n".join(
            line
            for one in self.lists
            for line in (
                f"{one['title']}:",
                *(f"  {i}. {self._says(x)}" for i, x in enumerate(one["items"], 1)),
            )
        )

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": repr(self)}, metadata

    @traitlets.validate("lists")
    def _as_sent(self, proposal):
        return [
            {
                "title": str(one["title"]),
                "items": [_as_sent(item) for item in one["items"]],
                "wide": bool(one.get("wide", False)),
            }
            for one in _checked(proposal["value"])
        ]

    @traitlets.observe("lists")
    def _silence(self, _):
        self.chosen, self.heard = [0, 0], {}

    def choose(self, i: int, j: int) -> None:
        """Ask for a sound, as a press on its button does.

        Parameters
        ----------
        i, j : int
            Number of the list, and of the item in it, both from 0.
        """
        self.chosen = [i, j]
        self.plays += 1

    def play(self) -> None:
        """Sound what is chosen."""
        i, j = self.chosen
        item = self.lists[i]["items"][j]
        hears = f"{item['name']}, number {j + 1} of {self.lists[i]['title']}"
        try:
            made = play(self.sound(item["row"]), hears)
        except MirlabError as error:
            self.heard = {"said": f"{hears} cannot be heard: {error}", "plays": self.plays}
            return
        said = f"You hear {self.lists[i]['title']}, number {j + 1}: {self._says(item)}."
        told = {"said": said, "audio": made.audio, "mimetype": made.mimetype}
        self.heard = told | {"plays": self.plays}  # so that the same sound twice is two messages

    def _says(self, item):
        match = "" if item["match"] is None else f" ({self.words[0 if item['match'] else 1]})"
        return f"{item['name']}: {item['says']}{match}" if item["says"] else f"{item['name']}{match}"


def ranked_sounds(lists, sound, *, words=("match", "no match")) -> RankedSounds:
    """Return ranked lists that sound, side by side.

    Parameters
    ----------
    lists : sequence of dict
        Each has a ``title`` and ``items``, best first; one that is ``wide`` stands across, above the
        others. An item has a ``name``, ``says`` (what stands below it, may be empty), ``row`` (what
        `sound` is asked for) and ``match``: True, False, or None where there is nothing to judge.
    sound : callable
        ``sound(row)`` returns mono sound at 22 050 Hz; called when the learner asks for it. A MirlabError
        is told below the lists.
    words : (str, str)
        What a match is called, and what its contrary.

    Returns
    -------
    RankedSounds
        A widget.

    Raises
    ------
    ValueError
        If an entry is missing from a list or an item.

    Examples
    --------
    >>> tones = [{"name": "low", "says": "220 Hz", "row": 220, "match": True},
    ...          {"name": "high", "says": "880 Hz", "row": 880, "match": False}]
    >>> seconds = np.arange(22050) / 22050
    >>> widget = ranked_sounds([{"title": "Near 200 Hz", "items": tones}],
    ...                        lambda row: 0.1 * np.sin(2 * np.pi * row * seconds))
    >>> widget
    Near 200 Hz:
      1. low: 220 Hz (match)
      2. high: 880 Hz (no match)
    >>> widget.choose(0, 1)
    >>> widget.heard["said"]
    'You hear Near 200 Hz, number 2: high: 880 Hz (no match).'
    """
    return RankedSounds(lists, sound, words=words)


ITEM = ("name", "says", "row", "match")


def _checked(lists):
    """Check that lists and items have what they need."""
    lists = list(lists)
    for i, one in enumerate(lists):
        if missing := [entry for entry in ("title", "items") if entry not in one]:
            raise ValueError(f"lists: list {i} lacks {', '.join(missing)}; it must have title and items")
        for j, item in enumerate(one["items"]):
            if missing := [entry for entry in ITEM if entry not in item]:
                raise ValueError(
                    f"lists: item {j} of {one['title']!r} lacks {', '.join(missing)}; it must have "
                    f"{', '.join(ITEM)}"
                )
            if not isinstance(item["row"], Hashable):
                raise TypeError(f"lists: item {j} of {one['title']!r} has row={item['row']!r}; use a number")
    return lists


def _as_sent(item):
    row, match = item["row"], item["match"]
    return {
        "name": str(item["name"]),
        "says": str(item["says"]),
        "row": row.item() if isinstance(row, np.generic) else row,  # JSON knows no NumPy
        "match": None if match is None else bool(match),
    }
