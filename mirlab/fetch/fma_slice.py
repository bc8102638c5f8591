"""Fetch some clips of each genre of FMA out of its archive, without downloading the archive.

A zip archive ends with a list of its files, and each of them can be read on its own. One request brings one
clip. `zipfile` compares each clip with its checksum in that list.
"""

import csv
import hashlib
import io
import itertools
import lzma
import shutil
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager

import numpy as np

from mirlab.datasets import fma
from mirlab.datasets.tables import Table
from mirlab.datasets.unfinished import Unfinished
from mirlab.errors import DatasetError, MirlabError
from mirlab.fetch.cards import CARD, card
from mirlab.fetch.server import CHUNK, Remote, Window

MB = 10**6
TRACKS = "fma_metadata/tracks.csv"
HEADER = 3  # rows of tracks.csv that name its columns
LOCAL = 2**10  # bytes, more than what comes before a file in an archive: 30, its name, and a field or two

# What zipfile raises for a damaged archive, in addition to OSError without a number.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, LookupError, RuntimeError)


def fetch_clips(home, downloads, items, clips, seed, session, page, report):
    """Fetch some clips of each genre, the rows of ``tracks.csv`` about them, and a card.

    Parameters
    ----------
    home : pathlib.Path
        The folder that it makes.
    downloads : pathlib.Path
        The folder for the whole ``tracks.csv``, which is deleted at the end.
    items : list of mirlab.fetch.sources.Item
        Metadata and sound of one size.
    clips : int > 0
        How many clips of each genre.
    seed : int
        Seed of the choice.
    session : requests.Session
    page : str
        A web page about the set, for messages.
    report : callable
        ``report(done, total, what)``.

    Raises
    ------
    DatasetError, StoreError, OSError
        As for `mirlab.fetch.fetch`.
    """
    metadata, sound = items
    table = downloads / "tracks.csv"
    if (home / CARD).exists():  # the folder gets its name when everything is in it
        table.unlink(missing_ok=True)
        return
    if not table.exists():
        _fetch_table(table, Remote(session, metadata.files[0].url, page), report)
    with _opened(Remote(session, sound.files[0].url, page)) as (archive, window):
        infos = {info.filename: info for info in archive.infolist()}
        chosen = choose(table, sound.size, clips, seed, lambda track_id: _name(sound, track_id) in infos)
        names = [f"{sound.folder}/checksums", *(_name(sound, track_id) for track_id in chosen)]
        texts = _texts(table, chosen, items, clips, seed)
        _write(home, archive, window, [infos[name] for name in names if name in infos], texts, seed, report)
    table.unlink()


def _write(home, archive, window, infos, texts, seed, report):
    """Write the folder; files that an earlier call wrote are not fetched again."""
    content = repr([(info.filename, info.CRC) for info in infos])
    work = Unfinished(home, ["clips", seed, hashlib.sha256(content.encode()).hexdigest()])
    files = [(info.filename, info.file_size) for info in infos]
    files += [(name, len(text)) for name, text in texts.items()]
    if work.is_finished(files):
        return
    _check_room(home, sum(size for _, size in files))
    work.begin(files)
    try:
        for done, (name, size) in enumerate(files[work.done :], work.done):
            report(done, len(files), "fma: fetching clips")
            place = work.part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if name in texts:
                place.write_bytes(texts[name])
            else:
                _copy(archive, window, infos[done], place)
            work.add(place, size)
            work.save()  # each clip took seconds to download
        report(len(files), len(files), "fma: fetching clips")
        work.finish()
    except BaseException:
        work.stop(keep=True)
        raise


def choose(table, size, clips, seed, is_there=lambda track_id: True):
    """Choose clips of each genre at random: one per artist, then a second one per artist, and so on.

    Parameters
    ----------
    table : pathlib.Path
        ``tracks.csv``.
    size : str
        The size of FMA.
    clips : int
        How many of each genre, if there are enough.
    seed : int
    is_there : callable
        Whether the archive has a track.

    Returns
    -------
    list of str
        Track ids, sorted. Clips that are known to be damaged are not among them.
    """
    rng = np.random.default_rng(seed)
    genres = {}
    for track_id, (genre, artist, _) in sorted(fma.tracks(table, size, []).items()):
        if genre and track_id not in fma.KNOWN_FAULTS and is_there(track_id):
            genres.setdefault(genre, []).append((track_id, artist))
    chosen = []
    for _, tracks in sorted(genres.items()):
        earlier = Counter()
        turns = []
        for i in rng.permutation(len(tracks)):
            track_id, artist = tracks[i]
            turns.append((earlier[artist], len(turns), track_id))
            earlier[artist] += 1
        chosen += [track_id for _, _, track_id in sorted(turns)[:clips]]
    if not chosen:
        raise DatasetError(f"fma: {table.name} has no track of fma_{size} that its archive has too")
    return sorted(chosen)


def _name(sound, track_id):
    return f"{sound.folder}/{track_id[:3]}/{track_id}.mp3"


@contextmanager
def _opened(remote):
    """Open a zip archive on a server, and report any problem with it in one sentence."""
    if not remote.about.size:
        raise DatasetError(
            f"{remote.url}: the server does not say how large it is; fetch the whole set instead"
        )
    window = Window(remote)
    try:
        with zipfile.ZipFile(io.BufferedReader(window)) as archive:
            yield archive, window
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, MirlabError) or getattr(error, "errno", None) is not None:
            raise
        raise DatasetError(
            f"{remote.url}: is not a whole zip archive ({error}); see {remote.page}"
        ) from error


def _copy(archive, window, info, place, report=None):
    """Copy a file out of the archive; the window reads it in one request if it is small."""
    window.ahead = min(info.compress_size + LOCAL, 4 * MB)
    with archive.open(info) as source, place.open("wb") as file:
        while piece := source.read(CHUNK):
            file.write(piece)
            if report is not None:
                report(file.tell() // MB, info.file_size // MB, "fma: fetching tracks.csv, MB")


def _fetch_table(place, remote, report):
    with _opened(remote) as (archive, window):
        if TRACKS not in archive.namelist():
            raise DatasetError(f"{remote.url}: holds no {TRACKS}; see {remote.page}")
        info = archive.getinfo(TRACKS)
        _check_room(place, info.file_size)
        part = place.with_name(f"{place.name}.part")
        _copy(archive, window, info, part, report)
    part.replace(place)


def _texts(table, chosen, items, clips, seed):
    """Return the rows of the chosen clips as a table of tracks, and the card."""
    tracks = Table(table, fma.COLUMNS, key="track_id", header=HEADER)
    wanted = set(chosen)
    rows = [
        row for _, row in tracks if row["track_id"].isdecimal() and f"{int(row['track_id']):06d}" in wanted
    ]
    with table.open(encoding="utf-8", errors="replace", newline="") as file:
        header = list(itertools.islice(csv.reader(file), HEADER))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*header, *(row.values() for row in rows)])
    how = (
        f"up to {clips} of each genre of fma_{items[-1].size}, {len(rows)} in all, drawn at random "
        f"(seed {seed}), from as many artists as possible; clips that are damaged as published are left out"
    )
    made = card("fma", f"FMA, {clips} clips per genre", items, how, rows)
    return {TRACKS: text.getvalue().encode(), CARD: made.encode()}


def _check_room(place, needed):
    folder = next(folder for folder in place.parents if folder.exists())
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DatasetError(
            f"fma: needs {needed / 1e9:.1f} GB on the disk, but {free / 1e9:.1f} GB are free at {folder}; "
            "make room there, or name another folder"
        )
