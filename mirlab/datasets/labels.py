"""Find the genres that a label means, to match labels of different sets despite different spellings.

Only the letters of a label count. They are read as one or more names from `NAMES`, one after another:
"Hip-Hop", "hip_hop" and "HIPHOP" are one name; "folkcountry" and "Folk & Country" are two names each. A label
that cannot be read in this way from beginning to end means only itself: "classical guitar" is not a genre,
and neither is "not rock".
"""

import re
import unicodedata

import numpy as np

NAMES = {
    "alternative": "alternative rock, indie, indie rock",
    "ambient": "",
    "blues": "",
    "children's": "children, child's, kids",
    "classical": "classic music, clasical, klassik, opera, operatic, baroque, medieval",
    "comedy": "humour, humor",
    "country": "",
    "dance": "",
    "disco": "",
    "easy listening": "easy listening & vocals",
    "electronic": "electronica, electro, elektronik, techno, trance, house, jungle, drum & bass",
    "experimental": "avant-garde",
    "folk": "celtic, irish",
    "funk": "funky",
    "hip-hop": "rap",
    "instrumental": "",
    "jazz": "jazzy, swing, bebop",
    "latin": "latino, salsa",
    "metal": "heavy metal, death metal, black metal",
    "new age": "",
    "old-time / historic": "old-time, historic",
    "pop": "",
    "punk": "",
    "r&b": "rnb",
    "reggae": "ska, dub",
    "religious": "gospel, christian, sacred",
    "rock": "hard rock, soft rock, classic rock, rock & roll, rock 'n' roll, rock and roll",
    "schlager": "",
    "soul": "",
    "soundtrack": "soundtracks, soundtracks & more, film, film music, filmmusik",
    "spoken": "spoken word, speech, wort",
    "volksmusik": "",
    "world": "international, ethnic, african, arabic, eastern, indian, middle eastern, oriental, tribal",
}
"""Genres, and other names of each in the sets that mirlab reads: synonyms, translations and subgenres.
Volksmusik is not another word for folk: in the set that has this label, it means brass and zither bands. Tags
such as "choir" or "orchestra" name an instrument or ensemble, not a genre, and are not here."""

_FILLERS = ("and", "und", "n", "music", "musik")


def genres(label):
    """Return the genres that a label means.

    Parameters
    ----------
    label : str
        A label as it is written in a set, a folder or a table.

    Returns
    -------
    frozenset of str
        Keys of `NAMES`; for a label that is not among the names there, the label itself in plain spelling.

    Examples
    --------
    >>> genres("Hip-Hop") == genres("RAP") == genres("raphiphop")
    True
    >>> sorted(genres("funk/soul/r&b")), sorted(genres("World Music")), sorted(genres("no_drums"))
    (['funk', 'r&b', 'soul'], ['world'], ['no drums'])
    """
    words = _words(label)
    return _read("".join(words)) or frozenset({" ".join(words) or str(label).strip()})


def same(a, b):
    """Return whether two labels mean exactly the same genres.

    Parameters
    ----------
    a, b : str
        Labels, of one set or two.

    Returns
    -------
    bool

    Examples
    --------
    >>> same("klassik", "Classical"), same("folkcountry", "country")
    (True, False)
    """
    return genres(a) == genres(b)


def nominal_overlap(labels):
    """Compute how much any two labels have in common, judging by their names.

    The true overlap of labels in real music is not known. This is a substitute: the number of genres that two
    labels share, divided by the number that the two mean together (the Jaccard index). It does not detect
    similar music with different names, such as rock and metal.

    Parameters
    ----------
    labels : sequence of str
        Labels of one or several sets.

    Returns
    -------
    ndarray, shape (len(labels), len(labels)), float64
        Symmetric, from 0 to 1, with a diagonal of ones.

    Examples
    --------
    >>> nominal_overlap(["Hip-Hop", "raphiphop", "Rock & Pop", "rock"])
    array([[1. , 1. , 0. , 0. ],
           [1. , 1. , 0. , 0. ],
           [0. , 0. , 1. , 0.5],
           [0. , 0. , 0.5, 1. ]])
    """
    meant = [genres(label) for label in labels]
    overlap = [[len(a & b) / len(a | b) for b in meant] for a in meant]
    return np.array(overlap, dtype=float).reshape(len(meant), len(meant))


def _words(label):
    """Return the words of a label without case, accents and apostrophes."""
    letters = unicodedata.normalize("NFKD", str(label)).casefold()
    plain = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’`")
    return re.findall(r"[^\W_]+", plain)


def _read(letters):
    """Read letters from beginning to end as names, the longest first; return None if that is impossible."""
    read = {len(letters): frozenset()}
    for start in reversed(range(len(letters))):
        for end in range(min(start + _LONGEST, len(letters)), start, -1):
            if end in read and (name := letters[start:end]) in _MEANING:
                read[start] = _MEANING[name] | read[end]
                break
    return read.get(0)


def _meaning():
    meaning = {filler: frozenset() for filler in _FILLERS}
    for genre, others in NAMES.items():
        for name in (genre, *others.split(", ")):
            if key := "".join(_words(name)):
                if key in meaning:
                    raise ValueError(f"{name!r} is in the table twice; a name has one meaning")
                meaning[key] = frozenset({genre})
    return meaning


_MEANING = _meaning()
_LONGEST = max(map(len, _MEANING))
