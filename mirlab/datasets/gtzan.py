"""Read GTZAN: 1000 excerpts of 30 s in ten genres, from the original archive or its copy on Kaggle.

The set was published without artists. B. L. Sturm identified them by listening, except for 81 excerpts that
are still unidentified. There are few artists: the hundred excerpts of blues are by nine artists, and 794
excerpts share their artist with another excerpt. 14 files are exact copies of another file. With random
folds, the artist of a test excerpt is often in the training set too, and accuracies are too high. `groups`
are these artists, and two published splits keep most of them apart.

What is known of each track is in ``gtzan.csv`` beside this module; the head of that file names the sources.
"""

import csv
import re
from functools import cache
from pathlib import Path

from mirlab.datasets import files, genre_folders, naming
from mirlab.datasets.spelling import label_of
from mirlab.datasets.tree import Tree

HOMEPAGE = "http://marsyas.info/downloads/datasets.html"

LICENSE_INFO = (
    "No licence is stated. The recordings belong to their owners; the set was collected for research and "
    "mirlab neither contains nor downloads it."
)

BIBTEX = """@article{tzanetakis2002musical,
  author  = {George Tzanetakis and Perry Cook},
  title   = {Musical genre classification of audio signals},
  journal = {IEEE Transactions on Speech and Audio Processing},
  volume  = {10},
  number  = {5},
  pages   = {293--302},
  year    = {2002}
}"""

LAYOUT = "genres/<genre>/<genre>.00000.au (original) or genres_original/<genre>/<genre>.00000.wav (Kaggle)"

SOURCE = (
    "Its homepage has not answered since 2022. Kaggle has a copy (andradaolteanu/gtzan-dataset-music-genre-"
    "classification), in which jazz.00054.wav is damaged; groups that work with it often have the original."
)

FOLDERS = naming.FOLDERS["gtzan"]

GENRES = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]
"""The labels in the order of the paper's table 2."""

LENGTH = 30.0  # s
SECONDS = (29.9, 30.7)
KNOWN_FAULTS = ("jazz.00054",)
"""Damaged in the copy on Kaggle, and in copies of that; whole in the original."""

SPLITS = ("kereliuk", "foleiss")
"""Kereliuk et al. (2015): parts train, valid and test, without 70 faulty tracks. Foleiss and Tavares (2020):
parts fold 1 to fold 3, without 52. With the artists that are known now, 3 groups are in two parts of the
first split, all because of joint recordings, and 23 groups are in two parts of the second."""


def find(root, *, scale="paper"):
    """List GTZAN where it was unpacked.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        The folder of the ten genres, or any folder around it.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, excerpts of 30 s.

    Returns
    -------
    mirlab.datasets.files.Listing
        All 1000 tracks, whether their files are there or not. Track ids look like ``blues.00000``, groups are
        artists, and `SPLITS` has the splits. Checksums are of the .wav files, because none were published for
        the .au files.

    Raises
    ------
    DatasetError
        If fewer than two genres have files.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for song in ("blues/blues.00000.au", "blues/blues.00012.au", "rock/rock.00099.au"):
    ...         Path(root, "genres", song).parent.mkdir(parents=True, exist_ok=True)
    ...         Path(root, "genres", song).touch()
    ...     gtzan = find(root)
    ...     there = [excerpt for excerpt in gtzan.excerpts if excerpt.path.exists()]
    >>> [(excerpt.track_id, excerpt.label, excerpt.group) for excerpt in there]
    [('blues.00000', 0, 0), ('blues.00012', 0, 1), ('rock.00099', 9, 315)]
    >>> gtzan.splits["kereliuk"]["blues.00012"], gtzan.splits["foleiss"]["blues.00012"]
    ('test', 'fold 1')
    """
    tree, tracks = Tree.of(root), _tracks()
    copy = genre_folders.best(tree, _ABOUT)
    sounds, problems = _sort(copy.songs)
    problems = [*copy.problems, *genre_folders.left(tree, _ABOUT, copy), *problems]
    some = next(iter(sounds.values()))
    folders = {track_id.partition(".")[0]: path.parent for track_id, path in sounds.items()}
    excerpts = []
    for track_id, about in tracks.items():
        genre = track_id.partition(".")[0]
        folder = folders.get(genre, some.parents[1] / genre)
        path = sounds.get(track_id, folder / f"{track_id}{some.suffix}")
        excerpts.append(files.Excerpt(track_id, path, GENRES.index(genre), int(about["artist"])))
    return files.Listing(
        "gtzan",
        excerpts,
        GENRES,
        LENGTH,
        problems,
        splits={
            name: {track_id: about[name] for track_id, about in tracks.items() if about[name]}
            for name in SPLITS
        },
        checksums={
            excerpt.track_id: f"md5:{tracks[excerpt.track_id]['md5']}"
            for excerpt in excerpts
            if excerpt.path.suffix.lower() == ".wav"
        },
        seconds=SECONDS,
    )


def _sort(songs):
    """Return the file of each track, and a sentence for each kind of file that belongs to none."""
    sounds, strangers, again, problems = {}, [], [], []
    for genre, path in songs:
        track_id = _track_id(path.stem)
        if not _is_track(genre, path.stem):
            strangers.append(path)
        elif track_id in sounds:
            again.append(path)
        else:
            sounds[track_id] = path
    if strangers:
        problems.append(
            f"{strangers[0]}: is not read, because no track of its genre has this name (they are blues.00000 "
            f"to blues.00099, and so on){_and_more(strangers)}"
        )
    if again:
        instead = sounds[_track_id(again[0].stem)]
        problems.append(
            f"{again[0]}: is not read, because {instead.name} is the same track{_and_more(again)}"
        )
    return sounds, problems


def _is_track(genre, stem):
    track_id = _track_id(stem)
    return track_id in _tracks() and track_id.startswith(f"{genre}.")


def known_copies():
    """Return the tracks of the published set that are exact copies of each other.

    Returns
    -------
    list of list of str
        Track ids with the same checksum, two or more.

    Examples
    --------
    >>> len(known_copies())
    14
    """
    same = {}
    for track_id, about in _tracks().items():
        same.setdefault(about["md5"], []).append(track_id)
    return [ids for ids in same.values() if len(ids) > 1]


def _track_id(stem):
    """Return the id that a file name means, such as "Hip-Hop_00012", or None."""
    name = re.fullmatch(r"(.+)[._ -](\d{5})", stem, re.ASCII)
    genre = name and label_of(name[1], _ABOUT.genres)
    return genre and f"{genre}.{name[2]}"


@cache
def _tracks():
    """Return what is known of each track."""
    with Path(__file__).with_name("gtzan.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {row["track"]: row for row in rows}


def _and_more(paths):
    return f"; the same is true of {len(paths) - 1} more" if len(paths) > 1 else ""


_ABOUT = genre_folders.GenreSet(
    "gtzan", dict.fromkeys(GENRES, ()), LAYOUT, LENGTH, SECONDS, is_song=_is_track
)
