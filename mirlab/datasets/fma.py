"""FMA, a dump of the Free Music Archive: 8000, 25 000 or 106 574 tracks, their genres and their artists.

It is not in the paper. ``fma_small`` has 1000 clips of 30 s in each of 8 genres, ``fma_medium`` 16 genres of
unequal size; both are part of ``fma_large``, clips from the middle of all tracks. ``fma_full`` has the tracks
in full length, of which the first 30 s are used here. Labels are the top genres. Tracks of large and full
that belong to several of them have none and are left out. The published split keeps an artist on one side.

Where the archive had a wrong length for a track, its clip was cut too late and is short or empty.
"""

import os
import re
from pathlib import Path

from mirlab.datasets import files
from mirlab.datasets.tables import Table
from mirlab.errors import DatasetError

HOMEPAGE = "https://github.com/mdeff/fma"

LICENSE_INFO = (
    "Tracks: the licence that the artist chose, in the column (track, license) of tracks.csv. Metadata: "
    "Creative Commons Attribution 4.0. The authors' code: MIT. mirlab neither contains nor downloads it."
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

FOLDERS = ("fma",)

GENRES = [
    "Blues", "Classical", "Country", "Easy Listening", "Electronic", "Experimental", "Folk", "Hip-Hop",
    "Instrumental", "International", "Jazz", "Old-Time / Historic", "Pop", "Rock", "Soul-RnB", "Spoken",
]  # fmt: skip
"""The 16 top genres; fma_small has eight of them."""

SIZES = ("small", "medium", "large", "full")
"""Each is part of the next."""

LENGTH = 30.0  # s

SECONDS = {"small": (29.0, 31.0), "medium": (29.0, 31.0), "large": (0.0, 31.0)}
"""How long clips are; fma_large has tracks whole that are shorter than 30 s."""

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
    root : str or os.PathLike
        The folder of ``fma_metadata`` and ``fma_small`` (or medium, large, full), or one of the latter. If
        there are several sizes, the largest is read; give the folder of a smaller one to read that.
    scale : {"lesson", "paper"}
        Makes no difference: 30 s of each track are used.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids have six digits, as the files. Labels are those genres of the sixteen that there are tracks
        of; the split is called "fma".

    Raises
    ------
    DatasetError
        If sound or ``tracks.csv`` is not found, or the table is none or has no track of that size.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     Path(root, "fma_small", "000").mkdir(parents=True)
    ...     _ = Path(root, "tracks.csv").write_text(
    ...         ",artist,set,set,track\n,id,split,subset,genre_top\ntrack_id,,,,\n2,1,test,small,Hip-Hop\n")
    ...     listing = find(root)
    >>> listing.label_names, listing.excerpts[0].path.name, listing.splits
    (['Hip-Hop'], '000002.mp3', {'fma': {'000002': 'test'}})
    """
    home, size, problems = _home(Path(root))
    path = _metadata(home)
    tracks = _tracks(path, size, problems)
    sounds = files.sounds(_folders(home), problems)
    there = {genre for genre, _, _ in tracks.values()}
    labels = {genre: label for label, genre in enumerate(genre for genre in GENRES if genre in there)}
    excerpts, groups, parts = [], {}, {}
    for track_id, (genre, artist, part) in tracks.items():
        name = f"{track_id[:3]}/{track_id}"
        sound = sounds.pop(name, home / f"{name}.mp3")
        if genre:
            group = groups.setdefault(artist or f"of {track_id}", len(groups))
            excerpts.append(files.Excerpt(track_id, sound, labels[genre], group))
            parts[track_id] = part
    if not excerpts:
        raise DatasetError("; ".join([f"{path}: has no track of fma_{size} with a genre", *problems[:1]]))
    if without := len(tracks) - len(excerpts):
        problems.append(
            f"{path}: {without} of {len(tracks)} tracks of fma_{size} have no genre_top; left out"
        )
    if sounds:
        first = next(iter(sounds.values()))
        problems.append(
            f"{home}: {len(sounds)} sound files are no tracks of fma_{size}, the first is {first}"
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


def _home(root):
    """Return the folder of the largest size there is, the size, and what that leaves unread."""
    found = {}
    for place in (*files.visible(root), root.resolve()):
        if name := re.fullmatch(f"fma_({'|'.join(SIZES)})", place.name, re.IGNORECASE):
            inner = place / place.name  # some unpack fma_small.zip into a folder fma_small
            if home := next((home for home in (place, inner) if _folders(home)), None):
                found[name[1].lower()] = home
    if not found:
        raise DatasetError(f"{root}: FMA is not here: no folder fma_small or alike; there must be {LAYOUT}")
    *others, size = sorted(found, key=SIZES.index)
    return found[size], size, [f"{found[other]}: is not read, as fma_{size} is there too" for other in others]


def _folders(place):
    """Return the folders 000 to 155 in a place."""
    try:
        entries = files.visible(place)
    except DatasetError:
        return []
    return [entry for entry in entries if re.fullmatch("[0-9]{3}", entry.name) and os.path.isdir(entry)]


def _metadata(home):
    """Return where the table of tracks is: in the folder of the sound, beside it, or beside one around it."""
    places = [place / inner for place in (home, *home.parents[:2]) for inner in METADATA]
    path = next((place / "tracks.csv" for place in places if os.path.exists(place / "tracks.csv")), None)
    if path is None:
        raise DatasetError(
            f"{home}: tracks.csv, which has the genres, is not near it; there must be {LAYOUT}"
        )
    return path


def _tracks(path, size, problems):
    """Return genre, artist and part of the split of each track of that size; some have no genre."""
    table = Table(path, COLUMNS, key="track_id", header=3)
    tracks = {}
    for line, row in table:
        track_id, artist, split, subset, genre = (row[column] for column in COLUMNS)
        if not re.fullmatch("[1-9][0-9]{0,5}", track_id):
            table.fault(line, "a track_id that is no number of up to six digits")
        elif subset not in SIZES:
            table.fault(line, f"a (set, subset) that is none of {', '.join(SIZES)}")
        elif split not in PARTS:
            table.fault(line, f"a (set, split) that is none of {', '.join(PARTS)}")
        elif genre and genre not in GENRES:
            table.fault(line, "a (track, genre_top) that is none of the sixteen")
        elif SIZES.index(subset) <= SIZES.index(size):
            tracks[f"{int(track_id):06d}"] = genre, artist, PARTS[split]
    problems += table.problems
    return tracks


def _checksums(home, excerpts, problems):
    """Return the checksums that come with the clips, of files that are still what was published."""
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
