"""Two labels of two data sets: of which styles they are made, how much they share, and how each sounds."""

from base64 import b64encode
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from mirlab import corpus, plots
from mirlab.corpus import styles
from mirlab.lessons.card import show
from mirlab.lessons.player import play

HERE = Path(__file__).parent


def label_pair(first=("gtzan", "pop"), second=("homburg", "pop")) -> "LabelPair":
    """Return two lists of labels; what is chosen is compared and sounded.

    Parameters
    ----------
    first, second : tuple of (str, str)
        Set and label chosen at the start, in the set's own spelling.

    Returns
    -------
    LabelPair
        Shown in a notebook, it can be used by mouse and keyboard.

    Raises
    ------
    ValueError
        If there is no such label.

    Examples
    --------
    >>> label_pair()
    <pop (gtzan) and pop (homburg) share 0.65: run this cell to choose others>
    """
    return LabelPair(named(*first), named(*second))


def named(set_name: str, label: str) -> str:
    """Write a label with its set.

    Parameters
    ----------
    set_name, label : str
        Short name of the set, and the label in the set's own spelling.

    Returns
    -------
    str
        As in all tables of the course.

    Examples
    --------
    >>> named("unique", "wort")
    'wort (unique)'
    """
    return f"{label} ({set_name})"


def genre_labels() -> dict[str, tuple[str, str]]:
    """Return the genre labels of the four genre sets, each under its name.

    Returns
    -------
    dict of str to (set, label)
        52 of them, set by set.

    Examples
    --------
    >>> len(genre_labels()), genre_labels()["wort (unique)"]
    (52, ('unique', 'wort'))
    """
    return {
        named(set_name, label): (set_name, label)
        for set_name, about in styles.sets().items()
        for label in about.get("labels", ())
    }


class LabelPair(anywidget.AnyWidget):
    """Two lists, two players and a picture.

    Parameters
    ----------
    first, second : str
        Names as `genre_labels` gives them.

    Attributes
    ----------
    labels : list of str
        What there is to choose from.
    chosen : list of str, length 2
        What is chosen; the screen and Python both set it.
    turn : int
        Which excerpts are heard; one more, the next ones.
    picture : str
        The mixtures, as a data address; its words are `told`.
    told : str
        What the picture shows.
    status : str
        The overlap, in a sentence.
    sounds, heard : list of str, length 2
        The excerpts as data addresses, and what each is.
    """

    _esm = HERE / "label_pair.js"
    _css = HERE / "label_pair.css"
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    turn = traitlets.Int().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    told = traitlets.Unicode().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    sounds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    heard = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, first, second):
        self.pairs = genre_labels()
        for name in (first, second):
            if name not in self.pairs:
                raise ValueError(f"there is no label {name!r}; there are {', '.join(self.pairs)}")
        super().__init__(labels=list(self.pairs), chosen=[first, second])
        self._compare()
        self._sound()
        self.observe(self._compare, "chosen")
        self.observe(self._sound, ["chosen", "turn"])

    def __repr__(self) -> str:
        return f"<{self.status.removesuffix('.')}: run this cell to choose others>"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": repr(self)}, metadata

    def _compare(self, _=None) -> None:
        pairs = [self.pairs[name] for name in self.chosen]
        mixtures = [styles.sets()[set_name]["labels"][label] for set_name, label in pairs]
        overlap = styles.true_overlap(pairs)[0, 1]
        shown = show(plots.shared_styles(self.chosen, mixtures))
        with self.hold_sync():  # so that picture and words change together
            self.picture, self.told = _address("image/png", shown.png), shown.alt
            self.status = f"{' and '.join(self.chosen)} share {overlap:.2f}."

    def _sound(self, _=None) -> None:
        excerpts = [excerpt_of(*self.pairs[name], self.turn) for name in self.chosen]
        players = [play(e.audio(), e.id) for e in excerpts]
        with self.hold_sync():
            self.sounds = [_address(p.mimetype, p.audio) for p in players]
            self.heard = [_what(e) for e in excerpts]


def excerpt_of(set_name: str, label: str, turn: int) -> corpus.Excerpt:
    """Return an excerpt of a label; turn by turn all of them, in a drawn order that is always the same.

    Parameters
    ----------
    set_name, label : str
        Which label.
    turn : int
        Which excerpt; after the last, the first again.

    Returns
    -------
    mirlab.corpus.Excerpt
        So that styles are heard about as often as the label holds them.

    Examples
    --------
    >>> excerpt_of("gtzan", "metal", 3).label
    'metal'
    """
    mine = [e for e in corpus.plan(set_name) if e.label == label]
    return mine[np.random.default_rng(0).permutation(len(mine))[turn % len(mine)]]


def _what(excerpt):
    instruments = ", ".join(sorted(excerpt.score().instruments))
    return f"{excerpt.id} of {excerpt.set}-synth, in the style {excerpt.style}: {instruments}"


def _address(mimetype, content):
    return f"data:{mimetype};base64,{b64encode(content).decode()}"
