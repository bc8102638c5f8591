"""Decode names whose encoding is not stated, in archives and tables, or report them if several are plausible.

A zip archive says of each name whether it is UTF-8. Without that mark it is code page 437 by the standard,
but many programs write the code page of their country, or UTF-8 without the mark. A tar archive has no mark.
"""

import re
import unicodedata

from mirlab.errors import DatasetError

GUESSES = ("cp437", "cp1252", "cp1251", "shift_jis", "gb18030", "mac_roman")
"""Encodings that a message offers."""

_SIGNS = frozenset("’‘“”–—…™®©")
_ALONE = frozenset("àÀèÈéÉóÓòÒôÔåÅøØöÖñ")


def decode(raw, *, standard=None, encoding=None):
    """Decode a name.

    Parameters
    ----------
    raw : bytes
        The name.
    standard : str, optional
        The encoding of unmarked names by the standard of the format.
    encoding : str, optional
        The encoding that the user has named.

    Returns
    -------
    str or None
        None if the name can be read in several ways.

    Examples
    --------
    >>> decode("Motörhead".encode()), decode("Motörhead".encode("cp437"), standard="cp437")
    ('Motörhead', 'Motörhead')
    >>> decode("Motörhead".encode("cp1252"), standard="cp437") is None
    True
    >>> decode("Motörhead".encode("cp1252"), encoding="cp1252")
    'Motörhead'
    """
    if encoding is not None and not raw.isascii():
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            return None
    try:
        return raw.decode("utf-8")  # other encodings that are valid UTF-8 by chance are too rare to check
    except UnicodeDecodeError:
        pass
    name = raw.decode(standard, "replace") if standard else ""
    return name if name and is_plausible(name) else None


def is_plausible(text):
    """Return whether a text looks like words of a language in Latin letters.

    Parameters
    ----------
    text : str
        A name that was read in some encoding.

    Returns
    -------
    bool
        False for a text of another script, too: it may be right or wrong, which cannot be decided here.

    Examples
    --------
    >>> [is_plausible(text) for text in ("Motörhead", "Mot÷rhead", "MÃºsica", "DonÆt", "Ðîê", "Café – live")]
    [True, False, False, False, False, True]
    """
    for word in re.findall(r"[^\W\d_]+|[^\x00-\x7f]", text):
        foreign = [sign for sign in word if not sign.isascii()]
        if not foreign or word in _SIGNS or word in _ALONE:
            continue
        if not all(unicodedata.name(sign, "").startswith("LATIN") for sign in foreign):
            return False
        if "ƒ" in word or len(foreign) > len(word) - len(foreign):
            return False
        if re.search(r"[a-z]", word) and any(sign.isupper() for sign in word[1:] if not sign.isascii()):
            return False
    return not looks_garbled(text)


def looks_garbled(text):
    """Return whether a text is UTF-8 that was read in another encoding.

    Parameters
    ----------
    text : str
        Any text, such as the name of a folder.

    Returns
    -------
    bool

    Examples
    --------
    >>> looks_garbled("MÃºsica"), looks_garbled("M├║sica"), looks_garbled("Música")
    (True, True, False)
    """
    return ungarbled(text) is not None


def ungarbled(text):
    """Repair a text if it is UTF-8 that was read in another encoding.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str or None
        The repaired text; None if it is not such a text.

    Examples
    --------
    >>> ungarbled("MÃºsica"), ungarbled("Música")
    ('Música', None)
    """
    if text.isascii():
        return None
    for encoding in ("cp437", "cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return None


def doubt(names):
    """Return what to say about names that `decode` cannot read.

    Parameters
    ----------
    names : list of bytes
        The names.

    Returns
    -------
    str
        The rest of a sentence about the file they are in.

    Examples
    --------
    >>> print(doubt(["Motörhead".encode("cp1252")]))
    holds a name in an encoding that it does not state: 'Mot÷rhead' in cp437, 'Motörhead' in cp1252, ...
    """
    readings = {}
    for encoding in GUESSES:
        try:
            readings.setdefault(names[0].decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    shown = ", ".join(f"{text!r} in {encoding}" for text, encoding in readings.items())
    what = "a name" if len(names) == 1 else f"{len(names)} names"
    return f"holds {what} in an encoding that it does not state: {shown}; name the right one"


def check(encoding):
    """Refuse an encoding that does not exist.

    Parameters
    ----------
    encoding : str or None
        Its name.

    Raises
    ------
    DatasetError
        If Python does not know it.
    """
    if encoding is not None:
        try:
            b"a".decode(encoding)
        except (LookupError, UnicodeError) as error:
            raise DatasetError(f"encoding={encoding!r} is unknown; name one such as 'cp1252'") from error
