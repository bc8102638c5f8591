"""Read chord symbols, and choose the scale and mode of a progression."""

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "double harmonic": (0, 1, 4, 5, 7, 8, 11),
    "blues": (0, 3, 5, 6, 7, 10),
}
"""Semitones above the tonic."""

_DEGREES = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}


def parse_chord(symbol: str, tonic: int = 0) -> tuple[int, tuple[int, ...]]:
    """Read a roman numeral.

    Parameters
    ----------
    symbol : str
        Such as "I", "ii7", "bVII", "IVmaj7"; lower case is minor.
    tonic : int
        Pitch class of the key.

    Returns
    -------
    root : int
        Pitch class.
    tones : tuple of int
        Pitch classes of the chord, from the root up.

    Raises
    ------
    ValueError
        If it is not such a chord.

    Examples
    --------
    >>> parse_chord("V7")
    (7, (7, 11, 2, 5))
    >>> parse_chord("i", tonic=9)
    (9, (9, 0, 4))
    """
    numeral = symbol.removeprefix("b").removesuffix("maj7").removesuffix("7")
    if numeral.upper() not in _DEGREES or not (numeral.isupper() or numeral.islower()):
        raise ValueError(f"{symbol!r} is not a chord; write a roman numeral from I to VII, with b, 7 or maj7")
    root = (tonic + _DEGREES[numeral.upper()] - symbol.startswith("b")) % 12
    tones = [0, 4 if numeral.isupper() else 3, 7]
    if symbol.endswith("maj7"):
        tones.append(11)
    elif symbol.endswith("7"):
        tones.append(10)
    return root, tuple((root + t) % 12 for t in tones)


def mode(progression: list[str], scale: str) -> tuple[str, bool]:
    """Choose the scale of a tune over a progression, and decide whether the song is in minor.

    Parameters
    ----------
    progression : list of str
        One bar each, as in `styles.toml`.
    scale : str
        The style's own scale.

    Returns
    -------
    scale : str
        The style's own, unless its third contradicts the tonic chord; then plain major, aeolian or
        harmonic minor. Five- and six-note scales stay: a blues needs its blue third over a major chord.
    minor : bool
        Whether the tonic chord is minor.

    Examples
    --------
    >>> mode(["I", "IV", "V7", "IV"], "harmonic minor")
    ('major', False)
    >>> mode(["i", "iv", "V7", "i"], "major")
    ('harmonic minor', True)
    >>> mode(["I7", "IV7"], "blues")
    ('blues', False)
    """
    roots = [parse_chord(symbol) for bar in progression for symbol in bar.split("/")]
    minor = any(tones[:2] == (0, 3) for _, tones in roots)
    if len(SCALES[scale]) < 7 or (3 if minor else 4) in SCALES[scale]:
        return scale, minor
    if not minor:
        return "major", minor
    leading = any(11 in tones for _, tones in roots)
    return "harmonic minor" if leading else "aeolian", minor
