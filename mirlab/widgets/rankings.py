"""Ranked lists of sounds side by side, such as the neighbours of an excerpt in several spaces.

Python sends a sound only when it is requested, so lists of any length stay small. A widget with choices
above the lists (a query, a distance) is a subclass of `RankedSounds` that answers when `picked` changes.
"""

from collections.abc import Hashable
from html import escape

import numpy as np
import traitlets

from mirlab.show.cards import as_lines
from mirlab.show.controls import Sounding


class RankedSounds(Sounding):
    """The lists on the screen; made by `ranked_sounds`.

    Parameters
    ----------
    lists, sound, words
        As for `ranked_sounds`.
    choices : sequence of dict, optional
        The choices above the lists: ``label`` and ``options``, a list of str, for each.
    picked : sequence of int, optional
        Which option of each choice is picked at the start; by default the first.

    Attributes
    ----------
    lists : list of dict
        The lists on the screen. Python can assign other lists later; the screen follows, and playing stops.
    choices : list of dict
        The choices; they can be assigned later, together with `picked`.
    picked : list of int
        Which option of each choice is picked; the learner's screen and Python both set it.
    chosen : list of int, length 2
        The item that was requested last: number of the list, and of the item in it, both from 0.
    plays, heard
        See `mirlab.show.controls.Sounding`.
    """

    lists = traitlets.List().tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choices = traitlets.List().tag(sync=True)
    picked = traitlets.List(traitlets.Int()).tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), [0, 0], minlen=2, maxlen=2).tag(sync=True)

    def __init__(self, lists, sound, *, words=("match", "no match"), choices=(), picked=None):
        self.sound = sound
        super().__init__(
            lists=lists,
            words=list(words),
            choices=list(choices),
            picked=[0] * len(choices) if picked is None else list(picked),
        )

    def __repr__(self) -> str:
        """Return the lists as text, for places without widgets."""
        return "\n".join(
            line
            for one in self.lists
            for line in (
                f"{one['title']}:",
                *(f"  {i}. {self._says(x)}" for i, x in enumerate(one["items"], 1)),
            )
        )

    def seen(self) -> str:
        """Return the lists side by side."""
        lists = (
            f"<div><p><strong>{escape(one['title'])}</strong></p><ol>"
            + "".join(f"<li>{escape(self._says(item))}</li>" for item in one["items"])
            + "</ol></div>"
            for one in self.lists
        )
        said = as_lines(self.heard.get("said", ""))
        return f'{said}<div style="display: flex; flex-wrap: wrap">{"".join(lists)}</div>'

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

    @traitlets.validate("picked")
    def _as_offered(self, proposal):
        picked, sizes = proposal["value"], [len(choice["options"]) for choice in self.choices]
        if len(picked) != len(sizes) or not all(0 <= i < n for i, n in zip(picked, sizes, strict=True)):
            raise traitlets.TraitError(f"picked={picked} is not among the options; there are {sizes} of them")
        return picked

    @traitlets.observe("lists")
    def _silence(self, _):
        self.chosen, self.heard = [0, 0], {}

    def choose(self, i: int, j: int) -> None:
        """Request a sound, as a press on its button does.

        Parameters
        ----------
        i, j : int
            Number of the list, and of the item in it, both from 0.
        """
        self.chosen = [i, j]
        self.plays += 1

    def play(self) -> None:
        """Send the sound of the chosen item."""
        i, j = self.chosen
        if not (0 <= i < len(self.lists) and 0 <= j < len(self.lists[i]["items"])):
            # The page asked for it before it had the present lists.
            self.heard = {"plays": self.plays, "said": "The lists have changed: choose a sound again."}
            return
        title, item = self.lists[i]["title"], self.lists[i]["items"][j]
        said = f"You hear {title}, number {j + 1}: {self._says(item)}."
        self.send_sound(self.sound, item["row"], f"{item['name']}, number {j + 1} of {title}", said)

    def _says(self, item):
        match = "" if item["match"] is None else f" ({self.words[0 if item['match'] else 1]})"
        return f"{item['name']}: {item['says']}{match}" if item["says"] else f"{item['name']}{match}"


def ranked_sounds(lists, sound, *, words=("match", "no match")) -> RankedSounds:
    """Return ranked lists of sounds, side by side.

    Parameters
    ----------
    lists : sequence of dict
        Each has a ``title`` and ``items``, best first; a list that is ``wide`` is above the others. An item
        has a ``name``, ``says`` (the text below it, may be empty), ``row`` (the argument of `sound`) and
        ``match``: True, False, or None if there is nothing to judge.
    sound : callable
        ``sound(row)`` returns mono sound at 22 050 Hz; called when the learner requests it. The text of a
        MirlabError is shown below the lists.
    words : (str, str)
        The words for a match and for its opposite.

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
    """Check that lists and items have all their entries."""
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
        "row": row.item() if isinstance(row, np.generic) else row,  # JSON cannot hold NumPy numbers
        "match": None if match is None else bool(match),
    }
