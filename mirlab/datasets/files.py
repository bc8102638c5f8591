"""Define what the real sets share: a listing of excerpts in sound files, and the `Dataset` made from it."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from mirlab import audio
from mirlab.datasets import hashes, unread
from mirlab.datasets.base import Dataset
from mirlab.datasets.endings import ending
from mirlab.datasets.tree import same_name
from mirlab.errors import AudioError, DatasetError, printable


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where the sound of an excerpt is, and what the set says about it.

    Attributes
    ----------
    track_id : str
        Unique in its set.
    path : pathlib.Path
        The sound file.
    label : int or tuple of int
        Position in the set's `label_names`; a tuple if excerpts may have any number of labels.
    group : int
        The artist or recording.
    start : float
        Where the excerpt starts in the file, in seconds.
    seen : tuple of int, optional
        Result of `mirlab.datasets.hashes.stamp` for the file before it was hashed.
    """

    track_id: str
    path: Path
    label: int | tuple[int, ...]
    group: int
    start: float = 0.0
    seen: tuple[int, ...] | None = None


@dataclass(frozen=True, eq=False)
class Listing:
    """The content of a set according to its folders and tables; `find` of each real set returns it.

    Attributes
    ----------
    name : str
        The name that `mirlab.datasets.load` knows.
    excerpts : list of Excerpt
        All excerpts that the set names or holds, in its order, including excerpts without a file.
    label_names : list of str
        In the set's own spelling: what `Excerpt.label` points to.
    length : float
        How much of each excerpt is used, in seconds; a shorter file is used whole.
    problems : list of str
        What is wrong with the set, one sentence each.
    splits : dict of str to dict of str to str
        Published splits by name: the part of each track id. Excerpts that a split leaves out are not in it.
    checksums : dict of str to str
        Checksums of the published files by track id, as ``"md5:..."`` or ``"sha1:..."``, where known.
    seconds : tuple of float, optional
        Shortest and longest plausible length of a file of this set, if known.
    """

    name: str
    excerpts: list[Excerpt]
    label_names: list[str]
    length: float
    problems: list[str] = field(default_factory=list)
    splits: dict[str, dict[str, str]] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    seconds: tuple[float, float] | None = None


def dataset(listing, *, progress=None):
    """Make a `Dataset` from a listing. Files are hashed, not decoded.

    Parameters
    ----------
    listing : Listing
        What was found. An excerpt whose file is missing or cannot be read is left out and reported.
    progress : callable, optional
        ``progress(done, total, what)``, called while files are hashed, if that takes a while.

    Returns
    -------
    Dataset
        Fingerprints are the hash of the file's content and the part of it that is used.

    Raises
    ------
    DatasetError
        If two excerpts have the same id.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     _ = Path(root, "a.wav").write_bytes(b"RIFF")
    ...     one = dataset(Listing("demo", [Excerpt("a", Path(root, "a.wav"), 0, 0)], ["x"], length=10.0))
    >>> one.track_ids, len(one.fingerprints)
    (['a'], 1)
    """
    twice = _first_repeated(excerpt.track_id for excerpt in listing.excerpts)
    if twice is not None:
        raise DatasetError(f"data set {listing.name!r}: two excerpts have the id {twice!r}; ids are unique")
    kept, fingerprints, missing, problems = [], [], [], list(listing.problems)
    what = f"{listing.name}: looking for changed files"
    paths = [excerpt.path for excerpt in listing.excerpts]
    seen = {path: hashes.stamp(path) for path in dict.fromkeys(paths)}
    hashed = hashes.of(paths, progress=progress, what=what)
    for excerpt, content in zip(listing.excerpts, hashed, strict=True):
        if not isinstance(content, AudioError):
            kept.append(replace(excerpt, seen=seen[excerpt.path]))
            fingerprints.append(f"{content} {excerpt.start:g}+{listing.length:g} s")
        elif os.path.lexists(excerpt.path):  # a link that leads nowhere is not a missing file
            problems.append(str(content))
        else:
            missing.append(excerpt.path)
    if missing:
        several = (
            f"are missing, the first is {missing[0]}" if len(missing) > 1 else f"is missing: {missing[0]}"
        )
        problems.append(f"{len(missing)} of {len(listing.excerpts)} files {several}")
    return Dataset(
        name=listing.name,
        track_ids=[excerpt.track_id for excerpt in kept],
        label_names=list(listing.label_names),
        y=_labels(kept, listing),
        groups=np.array([excerpt.group for excerpt in kept], dtype=np.int64),
        read=_Reader(listing.length),
        verify=_verify,
        fingerprints=fingerprints,
        problems=[printable(problem) for problem in problems],
        excerpts=kept,
        splits={
            name: [parts.get(excerpt.track_id, "") for excerpt in kept]
            for name, parts in listing.splits.items()
        },
    )


def sounds(tree, folders, problems):
    """List the sound files in folders that a table names.

    Endings do not matter, because a set that was converted, from mp3 to flac for instance, is as good as the
    original.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where the set was looked for.
    folders : list of pathlib.Path
        The folders.
    problems : list of str
        Gets a sentence for each folder that cannot be opened.

    Returns
    -------
    dict of str to pathlib.Path
        By folder and name without ending, such as ``"f/a song"``, in lower case. If there are two such files,
        the mp3 is used.

    Examples
    --------
    >>> import tempfile
    >>> from mirlab.datasets.tree import Tree
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("a.mp3", "a.wav", "B.flac", "cover.jpg"):
    ...         Path(root, name).touch()
    ...     found = sounds(Tree(root), [Path(root)], [])
    >>> [(key.rpartition("/")[2], path.name) for key, path in found.items()]
    [('b', 'B.flac'), ('a', 'a.mp3')]
    """
    found = {}
    for folder in folders:
        try:
            names = tree.entries(folder).sounds
        except DatasetError as error:
            problems.append(str(error))
            continue
        for name in sorted(names, key=lambda name: ending(name) == ".mp3"):
            found[same_name(f"{folder.name}/{Path(name).stem}")] = folder / name
    return found


def strangers(sounds, table):
    """Report the sound files that a table does not name.

    Parameters
    ----------
    sounds : dict of str to pathlib.Path
        What `sounds` returned, without the files that the table names.
    table : str
        The name of the table.

    Returns
    -------
    list of str
        One sentence, or none.

    Examples
    --------
    >>> strangers({"f/a": "f/a.mp3", "f/b": "f/b.mp3"}, "tracks.csv")
    ['f/a.mp3: is the first of 2 sound files that are not in tracks.csv, and not read']
    """
    if not sounds:
        return []
    paths = list(sounds.values())
    that = "that is" if len(paths) == 1 else "that are"
    return [f"{unread.first(paths, 'sound file')} {that} not in {table}, and not read"]


@dataclass(frozen=True)
class _Reader:
    length: float

    def __call__(self, excerpt):
        return audio.load(excerpt.path, offset=excerpt.start, duration=self.length)


def _verify(excerpt, fingerprint):
    if not hashes.is_unchanged(excerpt.path, fingerprint.partition(" ")[0], excerpt.seen):
        raise AudioError(f"{excerpt.path}: has changed since the data set was loaded; load it again")


def _labels(kept, listing):
    """Return one label per excerpt, or an indicator if there may be several."""
    if not any(isinstance(excerpt.label, tuple) for excerpt in listing.excerpts):
        return np.array([excerpt.label for excerpt in kept], dtype=np.int64)
    y = np.zeros((len(kept), len(listing.label_names)), dtype=bool)
    for row, excerpt in zip(y, kept, strict=True):
        row[list(excerpt.label)] = True
    return y


def _first_repeated(values):
    seen = set()
    return next((value for value in values if value in seen or seen.add(value)), None)
