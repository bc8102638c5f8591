"""Sets of one folder a genre, each copy with its own idea of how a genre is spelled and where it lies.

Folders are recognised by their letters alone: "Hip-Hop", "hip_hop" and "HipHop" are one name, and so are
"R&B & Soul" and "R_B_and_Soul". What else a genre is called, the set's own module says.
"""

import os
import re
import unicodedata
from pathlib import Path

from mirlab import audio
from mirlab.datasets import files
from mirlab.errors import DatasetError

INNER = ("audio", "audios", "data", "genres", "mp3", "mp3s", "wav", "wavs", "waves")
"""How a folder is called that holds nothing but the genre folders."""

_AND = {"and", "und", "n", "amp"}


def plain(name):
    """Leave of a genre's name what all spellings of it have in common.

    Parameters
    ----------
    name : str
        As a folder or a table has it.

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
    """Return the label that a name stands for.

    Parameters
    ----------
    name : str
        As a folder or a table has it.
    genres : dict of str to tuple of str
        What else each label of the set is called.

    Returns
    -------
    str or None
        None if it is none of them.

    Examples
    --------
    >>> label_of("Classical", {"klassik": ("classical",), "hip-hop": ()})
    'klassik'
    """
    wanted = plain(name)
    return next((label for label in genres if wanted in map(plain, (label, *genres[label]))), None)


def artist_of(stem):
    """Return the artist whom a file names, so that every spelling of one artist is one.

    Parameters
    ----------
    stem : str
        ``<Artist>-<Title>``; the first hyphen separates. An artist with a hyphen is cut short by this, which
        may put two artists into one group but never one artist into two.

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


def places(root, folders):
    """List where the genre folders of a set may be: in `root`, or in folders in it named like the set.

    Parameters
    ----------
    root : str or os.PathLike
        Where to look.
    folders : sequence of str
        How the folder of the set is called.

    Returns
    -------
    list of pathlib.Path
        From the outside to the inside, two folders deep; none if `root` is no folder.

    Raises
    ------
    DatasetError
        If a folder cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     Path(root, "Unique", "wav", "jazz").mkdir(parents=True)
    ...     [place.name for place in places(root, ["unique"])[1:]]
    ['Unique', 'wav']
    """
    root = Path(root)
    names = {plain(name) for name in (*folders, *INNER)}
    found, newest = [], [root] if root.is_dir() else []
    for _ in range(3):
        found += newest
        newest = [entry for place in newest for entry in _folders(place) if plain(entry.name) in names]
    return found


def songs(root, genres, *, folders):
    """Look for the songs of a set.

    Parameters
    ----------
    root : str or os.PathLike
        Where to look, see `places`.
    genres : dict of str to tuple of str
        The labels of the set, in its order, and what else each is called.
    folders : sequence of str
        How the folder of the set is called.

    Returns
    -------
    list of tuple of (str, pathlib.Path)
        Label and file, in the order of the labels and then of names; empty if there is no genre folder.
    list of str
        What was seen and is not read, a sentence each.

    Raises
    ------
    DatasetError
        If a folder cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for song in ("Classical/a.mp3", "blues/a.mp3", "blues/notes.txt"):
    ...         Path(root, song).parent.mkdir(exist_ok=True)
    ...         Path(root, song).touch()
    ...     found, problems = songs(root, {"blues": (), "klassik": ("classical",)}, folders=())
    >>> [(label, path.name) for label, path in found], problems
    ([('blues', 'a.mp3'), ('klassik', 'a.mp3')], [])
    """
    sorted_out = [_sort(place, genres) for place in places(root, folders)]
    by_label, problems = max(sorted_out, key=lambda found: len(found[0]), default=({}, []))
    found = []
    for label in genres:
        mine = by_label.get(label, [])
        if len(mine) > 1:
            names = " and ".join(folder.name for folder in mine)
            problems.append(f"{mine[0].parent}: {names} are all read as {label!r}; keep them in one folder")
        for folder in mine:
            paths, deeper = _look_into(folder, problems)
            found += [(label, path) for path in paths]
            if deeper:
                problems.append(f"{_first(deeper, 'folder')} inside a genre, not read; move the files up")
    return found, problems


def listing(name, found, genres, *, length, problems, layout, root, artists, seconds=None):
    """Make the listing of a set of the songs that were found.

    Parameters
    ----------
    name : str
        The name of the set.
    found : list of tuple of (str, pathlib.Path)
        As from `songs`. Of two files of one genre that are called the same, the first is used.
    genres : iterable of str
        All labels of the set, in its order; those without songs keep their place.
    length : float
        Of each excerpt, in seconds.
    problems : list of str
        What was found until now.
    layout : str
        How the set must be laid out, for the error.
    root : str or os.PathLike
        Where it was looked for, for the error.
    artists : bool
        Whether files are named ``<Artist>-<Title>``, and songs of an artist so make a group.
    seconds : tuple of float, optional
        As in `mirlab.datasets.files.Listing`.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``.

    Raises
    ------
    DatasetError
        If fewer than two labels have a file.

    Examples
    --------
    >>> listing("demo", [], ["blues", "jazz"], length=30.0, problems=[], layout="demo/<genre>/<song>.mp3",
    ...         root="music", artists=False)
    Traceback (most recent call last):
    mirlab.errors.DatasetError: music: demo is not here, no genre folder has sound files; the layout ...
    """
    labels = list(genres)
    present = {label for label, path in found if os.path.isfile(path)}
    if len(present) < 2:
        told = f"only {present.pop()!r} has sound files" if present else "no genre folder has sound files"
        raise DatasetError(f"{root}: {name} is not here, {told}; the layout must be {layout}")
    tracks, again, nameless, groups, numbers = {}, [], [], [], {}
    for label, path in found:
        track_id = f"{label}/{unicodedata.normalize('NFC', path.stem)}"
        if track_id in tracks:
            again.append(path)
            continue
        tracks[track_id] = label, path
        artist = artist_of(path.stem) if artists else None
        if artists and artist is None:
            nameless.append(path)
        groups.append(numbers.setdefault(artist or (track_id,), len(numbers)))
    problems = list(problems)
    if again:
        problems.append(
            f"{_first(again, 'file')} called like another one of that genre, not read; keep one, or rename it"
        )
    if nameless:
        problems.append(
            f"{_first(nameless, 'file')} not named <Artist>-<Title>; each such file counts as another artist"
        )
    excerpts = [
        files.Excerpt(track_id, path, labels.index(label), group)
        for (track_id, (label, path)), group in zip(tracks.items(), groups, strict=True)
    ]
    return files.Listing(name, excerpts, labels, length, problems, seconds=seconds)


def lacking(listing, total):
    """Say how much of a set is missing whose genres are of unknown size.

    Parameters
    ----------
    listing : mirlab.datasets.files.Listing
        What was found.
    total : int
        How many songs the set has.

    Returns
    -------
    list of str
        One sentence, or none if nothing is missing.

    Examples
    --------
    >>> song = files.Excerpt("jazz/a", "a.mp3", label=1, group=0)
    >>> lacking(files.Listing("demo", [song], ["blues", "jazz", "rock"], length=30.0), 7)
    ['1 of 7 songs; there is none of blues, rock']
    """
    if len(listing.excerpts) == total:
        return []
    there = {excerpt.label for excerpt in listing.excerpts}
    absent = ", ".join(name for i, name in enumerate(listing.label_names) if i not in there)
    return [f"{len(listing.excerpts)} of {total} songs" + (f"; there is none of {absent}" if absent else "")]


def _sort(place, genres):
    """Return the folders of a place by label, and what else lies there."""
    by_label, problems = {}, []
    beside = [path for path in files.visible(place) if _is_sound(path)]
    for folder in _folders(place):
        label = label_of(folder.name, genres)
        if label is not None:
            by_label.setdefault(label, []).append(folder)
        else:
            problems.append(f"{folder}: is no genre of this set, not read; there are {', '.join(genres)}")
    if beside:
        problems.append(f"{_first(beside, 'sound file')} beside the genre folders, not read; sort it in")
    return by_label, problems


def _look_into(folder, problems):
    """Return the sound files and the folders in a genre folder."""
    try:
        entries = files.visible(folder)
    except DatasetError as error:
        problems.append(str(error))
        return [], []
    return [path for path in entries if _is_sound(path)], [path for path in entries if os.path.isdir(path)]


def _folders(place):
    # What macOS puts beside the files of an archive has their names, but holds no sound.
    return [path for path in files.visible(place) if os.path.isdir(path) and path.name != "__MACOSX"]


def _is_sound(path):
    return path.suffix.lower() in audio.SUFFIXES and not os.path.isdir(path)


def _first(paths, what):
    """Name one path, or the first of several."""
    return (
        f"{paths[0]}: is a {what}" if len(paths) == 1 else f"{paths[0]}: is the first of {len(paths)} {what}s"
    )
