"""Read `styles.toml`: styles, patterns, kits, the data sets and their mixtures of styles."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("styles.toml")


@dataclass(frozen=True)
class Style:
    """One kind of music; the fields are explained at the head of `styles.toml`."""

    name: str
    family: str
    tempo: tuple[float, float]
    beats: int
    scale: str
    chords: tuple[str, ...]
    drums: tuple[str, ...]
    kit: tuple[str, ...]
    bass: tuple[str, ...]
    bass_instruments: tuple[str, ...]
    comp: tuple[str, ...]
    comp_instruments: tuple[str, ...]
    lead: tuple[float, int, int]
    lead_instruments: tuple[str, ...]
    sung: float
    voices: tuple[str, ...]
    level: float
    room: str
    moods: tuple[str, ...]
    swing: float = 0.5
    brightness: float = 0.0
    vintage: float = 0.0
    power: bool = False
    pad_instruments: tuple[str, ...] = ()


@cache
def _file() -> dict:
    with FILE.open("rb") as f:
        return tomllib.load(f)


@cache
def all_styles() -> dict[str, Style]:
    """Return every style by name.

    Returns
    -------
    dict of str to Style
        In the order of the file.

    Examples
    --------
    >>> all_styles()["reggae"].family
    'reggae'
    """

    def frozen(value):
        return tuple(value) if isinstance(value, list) else value

    return {
        name: Style(name, **{key: frozen(value) for key, value in row.items()})
        for name, row in _file()["styles"].items()
    }


def patterns(role: str) -> dict:
    """Return the patterns of one role by name.

    Parameters
    ----------
    role : {"drums", "bass", "comp", "kits"}
        Which table of `styles.toml`.

    Returns
    -------
    dict
        Drum patterns map parts of a kit to bars; the others are lists of bars.

    Examples
    --------
    >>> patterns("bass")["walk"][0]
    'R356'
    """
    return _file()[role]


def sets() -> dict[str, dict]:
    """Return the description of every data set of the corpus.

    Returns
    -------
    dict of str to dict
        Sizes, labels (as mixtures of styles) and recording channel, by the set's short name.

    Examples
    --------
    >>> sets()["homburg"]["labels"]["raphiphop"]
    {'hiphop': 0.75, 'trap': 0.25}
    """
    return _file()["sets"]


def true_overlap(labels: list[tuple[str, str]]) -> np.ndarray:
    """Return how much music any two labels share by construction.

    Two labels overlap by the sum, over styles, of the smaller of their two shares: 1 for the same
    mixture, 0 for no style in common. This figure is not known for collections of real music.

    Parameters
    ----------
    labels : list of (set, label)
        Short set names ("gtzan") and labels in the set's own spelling.

    Returns
    -------
    ndarray, shape (len(labels), len(labels)), float64
        Symmetric, with a diagonal of ones.

    Raises
    ------
    KeyError
        If a set or label is unknown.

    Examples
    --------
    >>> true_overlap([("gtzan", "blues"), ("unique", "blues"), ("gtzan", "metal")]).round(2)
    array([[1.  , 0.85, 0.  ],
           [0.85, 1.  , 0.  ],
           [0.  , 0.  , 1.  ]])
    """
    names = list(all_styles())
    mixtures = np.zeros((len(labels), len(names)))
    for row, (set_name, label) in zip(mixtures, labels, strict=True):
        for style, share in sets()[set_name]["labels"][label].items():
            row[names.index(style)] = share
    return np.minimum(mixtures[:, None], mixtures[None]).sum(axis=2)
