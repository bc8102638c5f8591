"""Read and write the names of data sets, of their folders, and of labels outside their set.

A name such as ``"gtzan-synth"`` says two things: which set it is, and whether mirlab composed it. `SetName`
keeps them apart, and a `Label` keeps a label and its set apart until they are displayed. Nothing else in
mirlab needs to know how either is spelled.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_SYNTHETIC = "-synth"

FOLDERS = {
    "artists1517": ("artists1517", "1517-Artists"),
    "gtzan": ("gtzan", "genres", "genres_original", "gtzan_genre"),
    "homburg": ("homburg", "homburg_audio", "dortmund", "garageband"),
    "unique": ("unique", "Seyerlehner-Unique"),
    "magnatagatune": ("magnatagatune", "mtat", "mtt", "magnatagatune dataset"),
    "fma": ("fma", "fma_small", "fma_medium", "fma_large", "fma_full"),
}
"""The real sets, in the order in which they are looked for, and the usual names of their folders."""

INNER = frozenset((
    "archive", "audio", "audios", "clips", "data", "flac", "genres", "genres original", "mp3", "mp3s",
    "music", "original", "songs", "sound", "sounds", "tracks", "wav", "wavs", "waves",
))  # fmt: skip
"""Names of folders that say nothing about the set inside."""

_GENERAL = {"the", "data", "dataset", "set", "audio", "mp3", "wav", "corpus", "collection", "master", "main"}
"""Words that people add to the name of a set."""


class SetName(NamedTuple):
    """The name of a data set: the set of the paper, and whether it is mirlab's synthetic version of it.

    Attributes
    ----------
    base : str
        The name of the real set, such as ``"gtzan"``.
    synthetic : bool
        Whether mirlab composed it.

    Examples
    --------
    >>> name = SetName.of("gtzan-synth")
    >>> name.base, name.synthetic, str(name)
    ('gtzan', True, 'gtzan-synth')
    >>> str(SetName("homburg", synthetic=True)), str(SetName("homburg"))
    ('homburg-synth', 'homburg')
    """

    base: str
    synthetic: bool = False

    @classmethod
    def of(cls, name):
        """Read a name.

        Parameters
        ----------
        name : str
            As `mirlab.datasets.names` lists it.

        Returns
        -------
        SetName
        """
        return cls(name.removesuffix(_SYNTHETIC), name.endswith(_SYNTHETIC))

    def __str__(self):
        return self.base + _SYNTHETIC * self.synthetic


class Label(NamedTuple):
    """A label and its set: "jazz" of one set is not "jazz" of another.

    Attributes
    ----------
    text : str
        The label in the set's own spelling.
    dataset : str
        The name of the set.

    Examples
    --------
    >>> label = Label("jazz", "homburg-synth")
    >>> str(label), str(label.real), Label.of("jazz (homburg-synth)") == label
    ('jazz (homburg-synth)', 'jazz (homburg)', True)
    """

    text: str
    dataset: str

    @classmethod
    def of(cls, displayed):
        """Read a label from how it is displayed, for instance in a report or in ``published.toml``.

        Parameters
        ----------
        displayed : str
            The label, a blank, and the set in parentheses.

        Returns
        -------
        Label

        Raises
        ------
        ValueError
            If no set is named.

        Examples
        --------
        >>> Label.of("Rock (live) (gtzan)")
        Label(text='Rock (live)', dataset='gtzan')
        """
        text, opening, rest = displayed.rpartition(" (")
        if not opening or not rest.endswith(")"):
            raise ValueError(f"{displayed!r} names no data set; write it like 'jazz (homburg)'")
        return cls(text, rest[:-1])

    @property
    def real(self):
        """The label of the same name in the real set."""
        return self._replace(dataset=real_name(self.dataset))

    def __str__(self):
        return f"{self.text} ({self.dataset})"


def is_synthetic(name):
    """Return whether mirlab composed the data set of this name.

    Parameters
    ----------
    name : str
        As `mirlab.datasets.names` lists it.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_synthetic("gtzan-synth"), is_synthetic("gtzan")
    (True, False)
    """
    return SetName.of(name).synthetic


def real_name(name):
    """Return the name of the real set, whether the synthetic or the real one is named.

    Parameters
    ----------
    name : str
        As `mirlab.datasets.names` lists it.

    Returns
    -------
    str

    Examples
    --------
    >>> real_name("gtzan-synth"), real_name("gtzan")
    ('gtzan', 'gtzan')
    """
    return SetName.of(name).base


def synthetic_name(name):
    """Return the name of the synthetic set, whether the synthetic or the real one is named.

    Parameters
    ----------
    name : str
        As `mirlab.datasets.names` lists it.

    Returns
    -------
    str

    Examples
    --------
    >>> synthetic_name("gtzan"), synthetic_name("gtzan-synth")
    ('gtzan-synth', 'gtzan-synth')
    """
    return str(SetName.of(name)._replace(synthetic=True))


def set_called(folder):
    """Return which set has a folder of this name.

    Parameters
    ----------
    folder : str
        The name of a folder. Its case and separators do not matter, nor do words such as "dataset".

    Returns
    -------
    str or None
        None for a name in `INNER`, and for one that belongs to no set.

    Examples
    --------
    >>> set_called("the 1517 Artists Dataset"), set_called("Artists"), set_called("Genres")
    ('artists1517', None, None)
    """
    return None if is_inner(folder) else _SET_OF.get(_bare(folder))


def is_inner(folder):
    """Return whether the name of a folder says nothing about the set inside.

    Parameters
    ----------
    folder : str
        The name of a folder.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_inner("Data"), is_inner("MP3"), is_inner("homburg_audio"), is_inner("jazz")
    (True, True, False, False)
    """
    return " ".join(_words(folder)) in INNER


def is_known(folder):
    """Return whether the name of a folder is one that data sets use.

    Parameters
    ----------
    folder : str
        The name of a folder.

    Returns
    -------
    bool
    """
    return is_inner(folder) or set_called(folder) is not None


def owner(root, folder):
    """Return which set a folder belongs to, as far as names say.

    Parameters
    ----------
    root : pathlib.Path
        Where data sets are looked for; folders above it say nothing.
    folder : pathlib.Path
        `root`, or a folder below it.

    Returns
    -------
    str or None
        From the innermost folder that is named like a set.

    Examples
    --------
    >>> from pathlib import Path
    >>> owner(Path("/sets"), Path("/sets/Homburg/audio")), owner(Path("/sets"), Path("/sets/audio"))
    ('homburg', None)
    """
    names = [*reversed(folder.relative_to(root).parts), root.name, root.resolve().name]
    if is_inner(root.name):
        names.append(root.parent.name)
    return next(filter(None, map(set_called, names)), None)


@lru_cache(maxsize=2**14)
def _words(name):
    return re.findall(r"[^\W_]+", name.casefold())


@lru_cache(maxsize=2**14)
def _bare(name):
    return "".join(word for word in _words(name) if word not in _GENERAL) or "".join(_words(name))


_SET_OF = {_bare(folder): name for name, folders in FOLDERS.items() for folder in folders}
