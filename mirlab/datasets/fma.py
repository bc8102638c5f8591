"""Read FMA, a dump of the Free Music Archive: 8000, 25 000 or 106 574 tracks, their genres and their artists.

The paper does not use it. ``fma_small`` has 1000 clips of 30 s in each of 8 genres, ``fma_medium`` 16 genres
of unequal size. Both are part of ``fma_large``, which has clips from the middle of all tracks. ``fma_full``
has the tracks in full length; the first 30 s of each are used here. Labels are the top genres. Tracks of
large and full that belong to several top genres have no label and are left out. The published split keeps
all tracks of an artist in one part.

If the archive stated a wrong length for a track, its clip was cut too late and is short or empty.
"""

import re

from mirlab.datasets import files, naming, unread
from mirlab.datasets.tables import Table
from mirlab.datasets.tree import Tree
from mirlab.errors import DatasetError

HOMEPAGE = "https://github.com/mdeff/fma"

LICENSE_INFO = (
    "Tracks: the licence that the artist chose, in the column (track, license) of tracks.csv. Metadata: "
    "Creative Commons Attribution 4.0. The authors' code: MIT. mirlab does not contain it."
)

BIBTEX = r"""@inproceedings{fma_dataset,
  title         = {{FMA}: A Dataset for Music Analysis},
  author        = {Defferrard, Micha\"el and Benzi, Kirell and Vandergheynst, Pierre and Bresson, Xavier},
  booktitle     = {18th International Society for Music Information Retrieval Conference (ISMIR)},
  year          = {2017},
  archiveprefix = {arXiv},
  eprint        = {1612.01840},
  url           = {https://arxiv.org/abs/1612.01840}
}"""

LAYOUT = (
    "<root>/fma_metadata/tracks.csv and <root>/fma_small/<000 to 155>/<track id>.mp3, or fma_medium, "
    "fma_large or fma_full instead"
)

SOURCE = (
    "Its page links the archives: fma_metadata.zip (342 MiB) for the labels, and for sound fma_small.zip "
    "(7.2 GiB), fma_medium.zip (22 GiB), fma_large.zip (93 GiB) or fma_full.zip (879 GiB)."
)

FOLDERS = naming.FOLDERS["fma"]

GENRES = [
    "Blues", "Classical", "Country", "Easy Listening", "Electronic", "Experimental", "Folk", "Hip-Hop",
    "Instrumental", "International", "Jazz", "Old-Time / Historic", "Pop", "Rock", "Soul-RnB", "Spoken",
]  # fmt: skip
"""The 16 top genres; fma_small has eight of them."""

SIZES = ("small", "medium", "large", "full")
"""Each is part of the next."""

LENGTH = 30.0  # s

SECONDS = {"small": (29.0, 31.0), "medium": (29.0, 31.0), "large": (0.0, 31.0)}
"""Shortest and longest clips in seconds; fma_large has whole tracks that are shorter than 30 s."""

KNOWN_FAULTS = (
    "001486", "005574", "065753", "080391", "098558", "098559", "098560", "098565", "098566", "098567",
    "098568", "098569", "098571", "099134", "105247", "108924", "108925", "126981", "127336", "133297",
    "143992",
)  # fmt: skip
"""Clips that were cut too late and are short or empty as published (issue 8 of the authors' repository)."""

METADATA = ("", "fma_metadata", "fma_metadata/fma_metadata")
"""Folders that tracks.csv may be in."""

COLUMNS = ("track_id", "artist.id", "set.split", "set.subset", "track.genre_top")

PARTS = {"training": "train", "validation": "valid", "test": "test"}


def find(root, *, scale="paper"):
    r"""List FMA where it was unpacked.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        A folder around ``fma_metadata`` and ``fma_small`` (or medium, large, full), or one of the latter. If
        there are several sizes, the largest is read; name the folder of a smaller one to read that.
    scale : {"lesson", "paper"}
        Makes no difference: 30 s of each track are used.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids have six digits, like the file names. Labels are the genres, out of sixteen, that have
        tracks; the split is called "fma".

    Raises
    ------
    DatasetError
        If sound or ``tracks.csv`` is not found, or the table cannot be read or has no track of that size.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as root:
    ...     Path(root, "fma_small", "000").mkdir(parents=True)
    ...     _ = Path(root, "tracks.csv").write_text(
    ...         ",artist,set,set,track\n,id,split,subset,genre_top\ntrack_id,,,,\n2,1,test,small,Hip-Hop\n")
    ...     listing = find(root)
    >>> listing.label_names, listing.excerpts[0].path.name, listing.splits
    (['Hip-Hop'], '000002.mp3', {'fma': {'000002': 'test'}})
    """
    tree = Tree.of(root)
    home, size, others, problems = _home(tree)
    path = _metadata(tree, home, problems)
    found = tracks(path, size, problems)
    folders = _folders(tree, home)
    sounds = files.sounds(tree, folders, problems)
    there = {genre for genre, _, _ in found.values()}
    labels = {genre: label for label, genre in enumerate(genre for genre in GENRES if genre in there)}
    excerpts, groups, parts, used = [], {}, {}, []
    for track_id, (genre, artist, part) in found.items():
        name = f"{track_id[:3]}/{track_id}"
        sound = sounds.pop(name, home / f"{name}.mp3")
        used.append(sound)
        if genre:
            group = groups.setdefault(artist or f"of {track_id}", len(groups))
            excerpts.append(files.Excerpt(track_id, sound, labels[genre], group))
            parts[track_id] = part
    if not excerpts:
        raise DatasetError("; ".join([f"{path}: has no track of fma_{size} with a genre", *problems[:1]]))
    if without := len(found) - len(excerpts):
        problems.append(f"{path}: {without} of {len(found)} tracks of fma_{size} have no genre_top; left out")
    problems += files.strangers(sounds, f"fma_{size}")
    problems += unread.problems(
        tree,
        home,
        folders,
        used,
        reported=sounds.values(),
        skip=others,
        what="clip",
        base=unread.base(tree, home, "fma"),
    )
    return files.Listing(
        "fma",
        excerpts,
        list(labels),
        LENGTH,
        problems,
        splits={"fma": parts},
        checksums=_checksums(home, excerpts, problems),
        seconds=SECONDS.get(size),
    )


def _home(tree):
    """Return the folder of the largest size there is, the size, the folders of the others, and problems."""
    tree.entries(tree.root)
    found = {size: [] for size in SIZES}
    for place in tree.places:
        names = [place.name, place.resolve().name] if place == tree.root else [place.name]
        for name in names:
            if (size := re.fullmatch(f"fma[ _-]({'|'.join(SIZES)})", name, re.IGNORECASE)) and _folders(
                tree, place
            ):
                found[size[1].lower()].append(place)
                break
    there = [(size, place) for size in reversed(SIZES) for place in sorted(found[size], key=_by_size(tree))]
    if not there:
        raise DatasetError(
            f"{tree.root}: FMA is not here: no folder such as fma_small; there must be {LAYOUT}"
        )
    (size, home), *others = there
    problems = [
        f"{place}: is another copy of fma_{size} and is not read, because {home} is read; name its folder to "
        "read it instead"
        if other == size
        else f"{place}: is not read, because fma_{size} is there too"
        for other, place in others
    ]
    return home, size, [place for _, place in others], problems


def _by_size(tree):
    """Return a key that puts the copy with most clips first."""
    return lambda place: -sum(len(tree.opened(folder).sounds) for folder in _folders(tree, place))


def _folders(tree, place):
    """Return the folders 000 to 155 in a place."""
    return [place / name for name in tree.opened(place).folders if re.fullmatch("[0-9]{3}", name, re.ASCII)]


def _metadata(tree, home, problems):
    """Return the table of tracks: in the folder of the sound, around it, or elsewhere in the root."""
    near = [place / inner for place in (home, *home.parents[:2]) for inner in METADATA]
    tables = {}
    for place in (*near, *tree.places):
        for name in tree.opened(place).files:
            if name.casefold() == "tracks.csv":
                tables.setdefault((place / name).resolve(), place / name)
    if not tables:
        raise DatasetError(
            f"{home}: tracks.csv, which has the genres, is not near it; there must be {LAYOUT}"
        )
    path, *others = tables.values()
    problems += [
        f"{other}: is another table of tracks and is not read, because {path} is read" for other in others
    ]
    return path


def tracks(path, size, problems):
    """Read which tracks a size of the set has.

    Parameters
    ----------
    path : pathlib.Path
        ``tracks.csv``.
    size : str
        One of `SIZES`.
    problems : list of str
        Gets a sentence for each kind of row that cannot be used.

    Returns
    -------
    dict of str to tuple of (str, str, str)
        Of each track, whose id has six digits: its genre, which may be "", the number of its artist, and its
        part of the split.

    Raises
    ------
    DatasetError
        If the table cannot be read.
    """
    table = Table(path, COLUMNS, key="track_id", header=3)
    found = {}
    for line, row in table:
        track_id, artist, split, subset, genre = (row[column] for column in COLUMNS)
        if not re.fullmatch("[1-9][0-9]{0,5}", track_id):
            table.fault(line, "a track_id that is not a number of up to six digits")
        elif subset not in SIZES:
            table.fault(line, f"a (set, subset) that is none of {', '.join(SIZES)}")
        elif split not in PARTS:
            table.fault(line, f"a (set, split) that is none of {', '.join(PARTS)}")
        elif genre and genre not in GENRES:
            table.fault(line, "a (track, genre_top) that is none of the sixteen")
        elif SIZES.index(subset) <= SIZES.index(size):
            found[f"{int(track_id):06d}"] = genre, artist, PARTS[split]
    problems += table.problems
    return found


def _checksums(home, excerpts, problems):
    """Return the published checksums by track id, of clips that still have their published file name."""
    try:
        text = (home / "checksums").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        problems.append(f"{home / 'checksums'}: cannot be read ({error.strerror})")
        return {}
    sums = {name: digest for digest, name in re.findall(r"^([0-9a-f]{40}) [ *](\S+)", text, re.MULTILINE)}
    names = {excerpt.track_id: f"{excerpt.path.parent.name}/{excerpt.path.name}" for excerpt in excerpts}
    return {track_id: f"sha1:{sums[name]}" for track_id, name in names.items() if name in sums}
