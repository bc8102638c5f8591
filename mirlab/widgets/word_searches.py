"""Search by words: choose words to add and words to subtract, and hear the results of several searches."""

import numpy as np

from mirlab import tagging
from mirlab.widgets.rankings import RankedSounds

K = 10
NOTHING = "(nothing)"


def search_by_words(searches, true, names, ids, sound, *, plus=("sad", "piano"), minus=("drums",)):
    """Return a search with plus and minus; its results are judged by the true tags, and can be heard.

    Parameters
    ----------
    searches : dict of str to callable
        ``search(plus, minus)`` returns rows, best first, by the title of its list; see
        `mirlab.tagging.search_space` and those beside it.
    true : ndarray of bool, shape (n, tags)
        The true tags of the excerpts.
    names : list of str
        The tags.
    ids : sequence of str, length n
        The names of the excerpts.
    sound : callable
        ``sound(row)`` returns mono sound at 22 050 Hz.
    plus : (str, str) or (str,)
        Words to add at the start.
    minus : (str,) or ()
        The word to subtract at the start.

    Returns
    -------
    SearchByWords
        In a notebook, it searches again whenever another word is chosen.

    Raises
    ------
    ValueError
        If a word is not a tag, or there are too many or too few of them.

    Examples
    --------
    >>> true = np.array([[True, True], [False, True]])
    >>> find = {"List": lambda plus, minus: tagging.search_list(true, ["drums", "piano"], plus, minus)}
    >>> search_by_words(find, true, ["drums", "piano"], ["a", "b"], None, plus=["piano"], minus=["drums"])
    piano − drums: 1 of 2 excerpts truly fit. Of the first 10 fit: List 1 of 1.
    List, 1 of 1 fit:
      1. b: piano, without drums (fits)
    """
    tagging.columns(names, [*plus, *minus])
    if not (1 <= len(plus) <= 2 and len(minus) <= 1):
        raise ValueError(
            f"plus={plus!r} and minus={minus!r}; choose one or two words with plus and at most one with minus"
        )
    return SearchByWords(searches, true, names, ids, sound, plus, minus)


class SearchByWords(RankedSounds):
    """The search on the screen; made by `search_by_words`.

    `picked` holds the choice: a word with plus, another one or none, one with minus or none.

    Attributes
    ----------
    plus, minus : tuple of str
        The words of the search.
    """

    def __init__(self, searches, true, names, ids, sound, plus, minus):
        self.searches, self.true, self.names, self.ids = searches, true, names, ids
        words = sorted(names)
        optional = [NOTHING, *words]
        choices = [
            {"label": "Plus", "options": words},
            {"label": "plus", "options": optional},
            {"label": "minus", "options": optional},
        ]
        picked = [
            words.index(plus[0]),
            optional.index(plus[1] if len(plus) > 1 else NOTHING),
            optional.index(minus[0] if minus else NOTHING),
        ]
        super().__init__([], sound, words=("fits", "does not fit"), choices=choices, picked=picked)
        self.add_class("mirlab-search-by-words")
        self._answer()
        self.observe(lambda _: self._answer(), "picked")

    @property
    def said(self) -> str:
        """The query, how many excerpts fit it, and how many of them each search found."""
        query = " − ".join([" + ".join(self.plus), *self.minus])
        fits = int(tagging.fits(self.true, self.names, self.plus, self.minus).sum())
        counts = ", ".join(f"{title} {_count(items)}" for title, items in self._found.items())
        return f"{query}: {fits} of {len(self.true)} excerpts truly fit. Of the first {K} fit: {counts}."

    def __repr__(self) -> str:
        return f"{self.said}\n{super().__repr__()}"

    def _answer(self):
        """Search for the words that are picked."""
        first, second, less = (
            choice["options"][i] for choice, i in zip(self.choices, self.picked, strict=True)
        )
        self.plus = tuple(dict.fromkeys(word for word in (first, second) if word != NOTHING))
        self.minus = tuple(word for word in (less,) if word != NOTHING)
        self._found = {
            title: [self._item(int(row)) for row in search(self.plus, self.minus)[:K]]
            for title, search in self.searches.items()
        }
        with self.hold_sync():  # so that the page never shows one without the other
            self.lists = [
                {"title": f"{title}, {_count(items)} fit" if items else f"{title}: none", "items": items}
                for title, items in self._found.items()
            ]
            self.heard = {"said": self.said}

    def _item(self, row):
        has = self.true[row]
        says = [word if has[i] else f"not {word}" for word, i in self._columns(self.plus)]
        says += [f"{'with' if has[i] else 'without'} {word}" for word, i in self._columns(self.minus)]
        match = tagging.fits(self.true[[row]], self.names, self.plus, self.minus)[0]
        return {"name": self.ids[row], "says": ", ".join(says), "row": row, "match": np.bool_(match)}

    def _columns(self, words):
        return zip(words, tagging.columns(self.names, words), strict=True)


def _count(items):
    return f"{sum(bool(item['match']) for item in items)} of {len(items)}"
