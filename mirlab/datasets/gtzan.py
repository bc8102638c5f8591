"""GTZAN: 1000 excerpts of 30 s in ten genres, from the original archive or its copy on Kaggle.

The set came without artists. B. L. Sturm listened his way to them: apart from 81 excerpts that nobody has
recognised, it is by few (the hundred of blues are by nine artists; 794 excerpts have another one by theirs),
and 14 files are copies of another one to the byte. Under random folds a classifier has met the artist of the
test in training, and accuracies come out too high. `groups` are those artists, and two published splits keep
most of them apart.

What is known of each track lies beside this module in ``gtzan.csv``, whose head says where it is from.
"""

import csv
import re
from functools import cache
from pathlib import Path

from mirlab.datasets import files, genre_folders
from mirlab.errors import DatasetError

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

FOLDERS = ("gtzan", "genres", "genres_original", "gtzan_genre")

GENRES = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]
"""The labels in the order of the paper's table 2."""

LENGTH = 30.0  # s
SECONDS = (29.9, 30.7)
KNOWN_FAULTS = ("jazz.00054",)
"""Damaged in the copy on Kaggle, and in copies of that; whole in the original."""

SPLITS = ("kereliuk", "foleiss")
"""Kereliuk et al. (2015): parts train, valid and test, without 70 faulty tracks. Foleiss and Tavares (2020):
parts fold 1 to fold 3, without 52. By the artists that are known now, 3 groups of the first are in two of its
parts, all by joint recordings, and 23 of the second."""


def find(root, *, scale="paper"):
    """List GTZAN where it was unpacked.

    Parameters
    ----------
    root : str or os.PathLike
        The folder of the ten genres, or one it lies in.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, 30 s an excerpt.

    Returns
    -------
    mirlab.datasets.files.Listing
        All 1000 tracks, there or not. Track ids are such as ``blues.00000``; groups are artists; splits are
        those in `SPLITS`. Checksums are those of the .wav files: of the .au files none were published.

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
    root = Path(root)
    found, problems = genre_folders.songs(root, dict.fromkeys(GENRES, ()), folders=FOLDERS)
    tracks = _tracks()
    sounds, strangers, again = {}, [], []
    for genre, path in found:
        track_id = _track_id(path.stem)
        if track_id not in tracks or not track_id.startswith(f"{genre}."):
            strangers.append(path)
        elif track_id in sounds:
            again.append(path)
        else:
            sounds[track_id] = path
    present = {track_id.partition(".")[0] for track_id in sounds}
    if len(present) < 2:
        told = f"only {present.pop()!r} has its files" if present else "no genre folder has its files"
        raise DatasetError(f"{root}: GTZAN is not here, {told}; the layout must be {LAYOUT}")
    if strangers:
        problems.append(
            f"{strangers[0]}: is not read, for no track of its genre is called so (they are blues.00000 to "
            f"blues.00099, and alike){_and_more(strangers)}"
        )
    if again:
        instead = sounds[_track_id(again[0].stem)]
        problems.append(f"{again[0]}: is not read, for {instead.name} is the same track{_and_more(again)}")
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


def _track_id(stem):
    """Return the id that a file name means, such as "Hip-Hop_00012", or None."""
    name = re.fullmatch(r"(.+)[._ -](\d{5})", stem, re.ASCII)
    genre = name and genre_folders.label_of(name[1], dict.fromkeys(GENRES, ()))
    return genre and f"{genre}.{name[2]}"


@cache
def _tracks():
    """Return what is known of each track."""
    with Path(__file__).with_name("gtzan.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {row["track"]: row for row in rows}


def _and_more(paths):
    return f"; so for {len(paths) - 1} more" if len(paths) > 1 else ""
