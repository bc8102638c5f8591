"""Recognise genres and artists in the names of folders and files, in any usual spelling.

Genres are recognised by their letters alone: "Hip-Hop", "hip_hop" and "HipHop" are one name, and so are
"R&B & Soul" and "R_B_and_Soul". The module of each set lists other names of its genres.
"""

import re
import unicodedata
from functools import cache, lru_cache

_AND = {"and", "und", "n", "amp"}


@lru_cache(maxsize=2**14)
def plain(name):
    """Reduce a genre's name to what all its spellings have in common.

    Parameters
    ----------
    name : str
        A genre as it is written in a folder name or a table.

    Returns
    -------
    str
        Its letters without accents, in lower case, without the word "and".

    Examples
    --------
    >>> plain("R&B & Soul"), plain("R_B_and_Soul"), plain("Children's")
    ('rbsoul', 'rbsoul', 'childrens')
    """
    words = re.findall("[a-z]+", unicodedata.normalize("NFKD", name).casefold())
    return "".join(word for word in words if word not in _AND)


def label_of(name, genres):
    """Return the label that a name means.

    Parameters
    ----------
    name : str
        A genre as it is written in a folder name or a table.
    genres : dict of str to tuple of str
        The labels of the set, and other names of each.

    Returns
    -------
    str or None
        None if it is not one of them.

    Examples
    --------
    >>> label_of("Classical", {"klassik": ("classical",), "hip-hop": ()})
    'klassik'
    """
    return _labels(tuple(genres.items())).get(plain(name))


@cache
def _labels(genres):
    return {plain(name): label for label, others in reversed(genres) for name in (label, *others)}


def artist_of(stem):
    """Return the artist in a file name, in one form for all spellings of the artist.

    Parameters
    ----------
    stem : str
        ``<Artist>-<Title>``; the first hyphen separates. An artist with a hyphen is cut short, which may put
        two artists into one group but never one artist into two groups.

    Returns
    -------
    str or None
        Letters and digits only, in lower case; None if no artist is named.

    Examples
    --------
    >>> artist_of("The_Slow_Trains-Back_Home"), artist_of("the slow  trains -Rain - live"), artist_of("Rain")
    ('theslowtrains', 'theslowtrains', None)
    """
    name, hyphen, _ = unicodedata.normalize("NFKC", stem).partition("-")
    if not hyphen:
        return None
    return "".join(filter(str.isalnum, name.casefold())) or None
