"""Read data sets with one folder per genre, at any depth and with any common spelling of the genres."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mirlab.datasets import files, naming, unread
from mirlab.datasets.spelling import artist_of, label_of
from mirlab.datasets.tree import Tree
from mirlab.errors import DatasetError


@dataclass(frozen=True)
class GenreSet:
    """What is known of a set of genre folders before a copy of it is seen.

    Attributes
    ----------
    name : str
        The name of the set.
    genres : dict of str to tuple of str
        The labels of the set, in its order, and other names of each.
    layout : str
        How the set must be laid out, for errors.
    length : float
        How much of each song is used, in seconds.
    seconds : tuple of float, optional
        As in `mirlab.datasets.files.Listing`.
    artists : bool
        Whether files are named ``<Artist>-<Title>``, and the songs of an artist make a group.
    is_song : callable, optional
        ``is_song(label, stem)`` says of a file whether it is of this set. By default every sound file is.
    """

    name: str
    genres: dict[str, tuple[str, ...]]
    layout: str
    length: float
    seconds: tuple[float, float] | None = None
    artists: bool = False
    is_song: Callable[[str, str], bool] | None = None


@dataclass
class Copy:
    """A copy of a set, as it was found.

    Attributes
    ----------
    home : pathlib.Path
        The folder that holds the genre folders.
    labels : list of str
        The labels that have songs.
    folders : list of pathlib.Path
        The genre folders, in the order of the labels.
    songs : list of tuple of (str, pathlib.Path)
        Label and file, in the order of the labels and then of names.
    sure : bool
        Whether names of folders or files say which set it is, or all of its labels are there.
    problems : list of str
        What is doubtful about it, one sentence each.
    others : list of pathlib.Path
        Where other copies are.
    """

    home: Path
    labels: list[str]
    folders: list[Path]
    songs: list[tuple[str, Path]]
    sure: bool
    problems: list[str]
    others: list[Path] = field(default_factory=list)


def copies(tree, about, *, guess=True):
    """Find all copies of a set.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where to look.
    about : GenreSet
        The set.
    guess : bool
        Whether the root, or a folder such as ``audio`` in it, may be the set if no name says so.

    Returns
    -------
    list of Copy
        The best first: sure copies, then the copy with most genres, then the copy with most files.

    Raises
    ------
    DatasetError
        If the root cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     Path(root, "Unique", "wav", "jazz").mkdir(parents=True)
    ...     Path(root, "Unique", "wav", "jazz", "a.mp3").touch()
    ...     [found] = copies(Tree(root), GenreSet("unique", {"jazz": ()}, "", 30.0))
    >>> found.home.name, [(label, path.name) for label, path in found.songs]
    ('wav', [('jazz', 'a.mp3')])
    """
    tree.entries(tree.root)
    found = []
    for place in tree.places:
        named = naming.owner(tree.root, place)
        if (
            about.is_song is None
            and named != about.name
            and not (named is None and _may_be(tree, place, about))
        ):
            continue
        if (copy := _copy(tree, place, about)) is not None:
            copy.sure = (
                about.is_song is not None or named == about.name or len(copy.labels) == len(about.genres)
            )
            if copy.sure or guess:
                found.append(copy)
    return sorted(found, key=lambda copy: (not copy.sure, -len(copy.labels), -len(copy.songs)))


def _may_be(tree, place, about):
    """Return whether a folder may be the set although no name says so."""
    parts = place.relative_to(tree.root).parts
    if len(parts) <= 2 and all(map(naming.is_inner, parts)) and "genres" not in str(parts).casefold():
        return True
    return len({label_of(name, about.genres) for name in tree.opened(place).folders} - {None}) == len(
        about.genres
    )


def _copy(tree, place, about):
    """Return the copy of a set in a folder, or None."""
    folders, songs, problems = [], [], []
    names = {label: [] for label in about.genres}
    for name in tree.opened(place).folders:
        if label := label_of(name, about.genres):
            names[label].append(name)
    for label, mine in names.items():
        for name in mine:
            try:
                folder, files_in_it = _songs_in(tree, place / name, label, about.genres)
            except DatasetError as error:
                problems.append(str(error))
            else:
                folders.append(folder)
                songs += [(label, folder / file) for file in files_in_it]
        if len(mine) > 1:
            problems.append(
                f"{place}: {' and '.join(mine)} are all read as {label!r}; keep them in one folder"
            )
    is_song = about.is_song or (lambda label, stem: True)
    labels = list(dict.fromkeys(label for label, path in songs if is_song(label, path.stem)))
    return Copy(place, labels, folders, songs, False, problems) if labels else None


def _songs_in(tree, folder, label, genres):
    """Return the folder of a genre and the names of its songs. Some archives nest it in itself."""
    entries = tree.entries(folder)
    if not entries.sounds:
        for name in entries.folders:
            again = label_of(name, genres) == label or naming.is_inner(name)
            if again and (inner := tree.opened(folder / name).sounds):
                return folder / name, inner
    return folder, entries.sounds


def find(about, root, *, guess=True):
    """List a set of genre folders.

    Parameters
    ----------
    about : GenreSet
        The set.
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        Where to look for it.
    guess : bool
        As for `copies`.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``. What is not read is reported in `problems`.

    Raises
    ------
    DatasetError
        If fewer than two labels have a file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for song in ("Classical/a.mp3", "blues/a.mp3", "blues/notes.txt"):
    ...         Path(root, song).parent.mkdir(exist_ok=True)
    ...         Path(root, song).touch()
    ...     about = GenreSet("demo", {"blues": (), "klassik": ("classical",)}, "demo/<genre>/<song>", 30.0)
    ...     listing = find(about, root)
    >>> [excerpt.track_id for excerpt in listing.excerpts], listing.problems
    (['blues/a', 'klassik/a'], [])
    """
    tree = Tree.of(root)
    copy = best(tree, about, guess=guess)
    return listing(about, copy.songs, [*copy.problems, *left(tree, about, copy)])


def best(tree, about, *, guess=True):
    """Return the best copy of a set; the others are among its problems.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where to look.
    about : GenreSet
        The set.
    guess : bool
        As for `copies`.

    Returns
    -------
    Copy

    Raises
    ------
    DatasetError
        If none of them has files of two labels.
    """
    found = copies(tree, about, guess=guess)
    if not found or len(found[0].labels) < 2:
        raise not_here(tree, about, [label for copy in found[:1] for label in copy.labels])
    copy, *others = found
    copy.others = [other.home for other in others if other.sure]
    copy.problems += [
        f"{other}: is another copy of {about.name} and is not read, because {copy.home} is read; name its "
        "folder to read it instead"
        for other in copy.others
    ]
    return copy


def left(tree, about, copy, reported=()):
    """Report what is in the folder of a set and is not read.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where the set was looked for.
    about : GenreSet
        The set.
    copy : Copy
        What is read of it.
    reported : iterable of pathlib.Path
        As for `mirlab.datasets.unread.problems`.

    Returns
    -------
    list of str
        One sentence each.
    """
    return unread.problems(
        tree,
        copy.home,
        copy.folders,
        [path for _, path in copy.songs],
        reported=reported,
        skip=copy.others,
        labels=about.genres,
        base=unread.base(tree, copy.home, about.name),
    )


def not_here(tree, about, labels):
    """Return the error for a set that was not found.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where it was looked for.
    about : GenreSet
        The set.
    labels : list of str
        The labels that have files, fewer than two.

    Returns
    -------
    DatasetError
    """
    kind = "sound files" if about.is_song is None else "its files"
    reason = f"only {labels[0]!r} has {kind}" if labels else f"no genre folder has {kind}"
    named, like = [], []
    for place in tree.places:
        if naming.set_called(place.name) == about.name:
            named.append(place)
        if naming.owner(tree.root, place) is None:
            n = len({label_of(name, about.genres) for name in tree.opened(place).folders} - {None})
            like += [f"; {place} has folders of {n} of its genres: if this is it, name that folder"] * (n > 2)
    where, hint = (named or [tree.root])[0], (like or [""])[0]
    return DatasetError(
        f"{where}: {about.name} is not here, {reason}; the layout must be {about.layout}{hint}"
    )


def listing(about, songs, problems):
    """Make the listing of a set from the songs that were found.

    Parameters
    ----------
    about : GenreSet
        The set.
    songs : list of tuple of (str, pathlib.Path)
        Label and file of each song. Of two songs of one genre with one name, the first is used.
    problems : list of str
        What was reported before.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``.

    Examples
    --------
    >>> about = GenreSet("demo", {"blues": (), "jazz": ()}, "", 30.0, artists=True)
    >>> songs = [("blues", Path("A-x.mp3")), ("jazz", Path("a-y.mp3")), ("jazz", Path("a-y.wav"))]
    >>> made = listing(about, songs, [])
    >>> [(excerpt.track_id, excerpt.group) for excerpt in made.excerpts], len(made.problems)
    ([('blues/A-x', 0), ('jazz/a-y', 0)], 1)
    """
    labels = list(about.genres)
    tracks, again, nameless, groups, numbers = {}, [], [], [], {}
    for label, path in songs:
        track_id = f"{label}/{unicodedata.normalize('NFC', path.stem)}"
        if track_id in tracks:
            again.append(path)
            continue
        tracks[track_id] = label, path
        artist = artist_of(path.stem) if about.artists else None
        if about.artists and artist is None:
            nameless.append(path)
        groups.append(numbers.setdefault(artist or (track_id,), len(numbers)))
    problems = list(problems)
    if again:
        problems.append(
            f"{unread.first(again, 'file')} with the name of another one of that genre and not read; keep "
            "one, or rename it"
        )
    if nameless:
        problems.append(
            f"{unread.first(nameless, 'file')} not named <Artist>-<Title>; each such file counts as another "
            "artist"
        )
    excerpts = [
        files.Excerpt(track_id, path, labels.index(label), group)
        for (track_id, (label, path)), group in zip(tracks.items(), groups, strict=True)
    ]
    return files.Listing(about.name, excerpts, labels, about.length, problems, seconds=about.seconds)


def lacking(listing, total):
    """Report how much of a set is missing, if the sizes of its genres are not known.

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
