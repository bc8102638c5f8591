"""Two labels of two data sets: their styles, the part that they share, and their sound."""

import numpy as np
import traitlets

from mirlab import corpus, plots
from mirlab.corpus import styles
from mirlab.show.controls import Pictured, check_choice
from mirlab.show.players import play


def label_pair(first=("gtzan", "pop"), second=("homburg", "pop")) -> "LabelPair":
    """Return two lists of labels; the labels that are chosen are compared and can be heard.

    Parameters
    ----------
    first, second : tuple of (str, str)
        Set and label at the start, in the set's own spelling.

    Returns
    -------
    LabelPair
        In a notebook, it can be used by mouse and keyboard.

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
        The name that all tables of the course use.

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


class LabelPair(Pictured):
    """Two lists, two players and a picture.

    Parameters
    ----------
    first, second : str
        Names as `genre_labels` gives them.

    Attributes
    ----------
    labels : list of str
        The labels to choose from.
    chosen : list of str, length 2
        The labels that are chosen; the screen and Python both set it.
    turn : int
        Number of the excerpts that are heard; the next number gives the next ones.
    picture, alt, said
        The mixtures and the overlap; see `mirlab.show.controls.Pictured`.
    sounds, heard : list of str, length 2
        The excerpts as data addresses, and what each is.
    """

    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.List(traitlets.Unicode(), minlen=2, maxlen=2).tag(sync=True)
    turn = traitlets.Int().tag(sync=True)
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

    @traitlets.validate("chosen")
    def _known(self, proposal):
        for name in proposal["value"]:
            check_choice("chosen", name, self.labels, traitlets.TraitError)
        return proposal["value"]

    def __repr__(self) -> str:
        return f"<{self.said.removesuffix('.')}: run this cell to choose others>"

    def _compare(self, _=None) -> None:
        pairs = [self.pairs[name] for name in self.chosen]
        mixtures = [styles.sets()[set_name]["labels"][label] for set_name, label in pairs]
        overlap = styles.true_overlap(pairs)[0, 1]
        finding = f"{' and '.join(self.chosen)} share {overlap:.2f}."
        self.show(plots.shared_styles(self.chosen, mixtures), finding)

    def _sound(self, _=None) -> None:
        excerpts = [excerpt_of(*self.pairs[name], self.turn) for name in self.chosen]
        players = [play(e.audio(), e.id) for e in excerpts]
        with self.hold_sync():
            self.sounds = [p.url for p in players]
            self.heard = [_what(e) for e in excerpts]


def excerpt_of(set_name: str, label: str, turn: int) -> corpus.Excerpt:
    """Return an excerpt of a label; one turn after another gives all of them, in a random but fixed order.

    Parameters
    ----------
    set_name, label : str
        The label.
    turn : int
        Number of the excerpt; after the last, the first again.

    Returns
    -------
    mirlab.corpus.Excerpt
        In a random order, each style is heard as often as the label contains it.

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
