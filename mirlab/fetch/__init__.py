"""Download the data sets that their owners offer to everyone: FMA and MagnaTagATune.

A set is fetched into a folder of its own name. Downloads are kept next to it in ``<name>.downloads`` until
they are unpacked. If a call was stopped or killed, repeat it: it continues where it stopped. `sources` has
all addresses.
"""

import shutil
from contextlib import contextmanager, suppress
from importlib import import_module

from mirlab import datasets, paths
from mirlab.datasets import archive
from mirlab.datasets.tree import absolute
from mirlab.errors import DatasetError, StoreError
from mirlab.fetch import fma_slice, server, sources
from mirlab.fetch.cards import CARD, card
from mirlab.fetch.parts import Part

__all__ = ["CARD", "fetch"]


def fetch(name, folder=None, *, size=None, clips=None, seed=0, progress=None):
    """Download a data set, check it and unpack it.

    Parameters
    ----------
    name : str
        ``"fma"`` or ``"magnatagatune"``.
    folder : str or os.PathLike
        The folder that holds all data sets; it is made if it does not exist.
    size : {"small", "medium", "large", "full"}, optional
        Size of FMA; by default small.
    clips : int > 0, optional
        For FMA: fetch only this number of clips per genre, and not the whole archive.
    seed : int
        Seed of the choice of these clips.
    progress : callable, optional
        ``progress(done, total, what)``, in megabytes or clips.

    Returns
    -------
    pathlib.Path
        The folder of the set, ``<folder>/<name>`` or, with `clips`, ``<folder>/fma-<size>-<clips>``. It has
        a card, `CARD`, about origin, licence and how to cite the set.

    Raises
    ------
    DatasetError
        If its owners do not offer the set for download (the sentence says whom to ask), if there is not
        enough room on the disk, or if the server does not give what it should.
    StoreError
        If the folder cannot be written, or another process fetches into it.
    ValueError
        If `clips` is less than 1.

    Examples
    --------
    >>> fetch("homburg", "music")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: homburg: its owners do not offer it for download. The AI group ...
    """
    items = sources.items(name, size)
    if folder is None:
        raise DatasetError(f"{name}: needs a folder to put it in")
    base = datasets.VARIANTS.get(name, (name,))[0]
    if clips is not None and base != "fma":
        raise DatasetError(f"{name}: is always fetched whole; clips can only be chosen from fma")
    if clips is not None and clips < 1:
        raise ValueError(f"clips={clips!r}; at least one clip of each genre must be fetched")
    page, report = (
        import_module(f"mirlab.datasets.{base}").HOMEPAGE,
        progress or (lambda done, total, what: None),
    )
    home = absolute(folder) / (base if clips is None else f"fma-{items[-1].size}-{clips}")
    try:
        with _alone(home.with_name(f"{home.name}.downloads")) as downloads, server.connected() as session:
            if clips is None:
                _whole(base, home, downloads, items, session, page, report)
            else:
                fma_slice.fetch_clips(home, downloads, items, clips, seed, session, page, report)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(
            f"{error.filename or home}: {error.strerror or error}; check that you may write there, "
            "or name another folder"
        ) from error
    return home


@contextmanager
def _alone(downloads):
    """Give the folder of downloads to one process at a time; delete it if nothing is left in it."""
    downloads.mkdir(parents=True, exist_ok=True)
    lock = downloads / ".lock"
    with lock.open("ab") as file:
        if not paths.lock(file):
            raise StoreError(
                f"{downloads}: another process of mirlab is fetching into it; wait until it is done"
            )
        try:
            yield downloads
        finally:
            with suppress(OSError):  # Windows deletes no open file; then an empty folder stays
                if [path.name for path in downloads.iterdir()] == [lock.name]:
                    lock.unlink()
                    downloads.rmdir()


def _whole(name, home, downloads, items, session, page, report):
    """Download and unpack the items of a set that are not there yet."""
    missing = [item for item in items if not _is_there(home, item)]
    parts = {file: Part(downloads / file.name) for item in missing for file in item.files}
    remotes = {f: server.Remote(session, f.url, page) for f, part in parts.items() if not part.place.exists()}
    _check_room(name, home, missing, parts, remotes)
    for file, part in parts.items():  # all of them, before the first is unpacked
        part.complete(remotes.get(file), file.sha1, report)
    for item in missing:
        places = [parts[file].place for file in item.files]
        if item.folder:
            archive.unpack(places[0], home / item.folder, progress=report)
        else:
            home.mkdir(parents=True, exist_ok=True)
            for place in places:
                place.replace(home / place.name)
    there = [item for item in sources.every(name) if _is_there(home, item)]
    if missing or not (home / CARD).exists():
        paths.write_atomically(home / CARD, card(name, name, there))
    for file in (file for item in there for file in item.files):
        (downloads / file.name).unlink(missing_ok=True)  # unpacked, now or before an earlier call was killed


def _is_there(home, item):
    """Return whether an item is unpacked: folders and files get their names when they are whole."""
    if item.folder:
        return (home / item.folder).is_dir() and any((home / item.folder).iterdir())
    return all((home / file.name).exists() for file in item.files)


def _check_room(name, home, items, parts, remotes):
    """Refuse to begin if the disk is too small for the rest of the downloads, and as much again to unpack."""
    rest = unpacked = 0
    for item in items:
        for file in item.files:
            remote = remotes.get(file)
            whole = parts[file].have if remote is None else remote.about.size or int(file.gib * 2**30)
            rest += max(whole - parts[file].have, 0)
            unpacked += whole * bool(item.folder)  # mp3 takes the same room unpacked
    needed = rest + unpacked
    place = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(place).free
    if rest and needed > free:  # when all is downloaded, unpacking checks exactly what it needs
        raise DatasetError(
            f"{name}: needs {needed / 1e9:.1f} GB on the disk to download and unpack it, but "
            f"{free / 1e9:.1f} GB are free at {place}; make room there, or name another folder"
        )
