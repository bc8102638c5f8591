"""What the real sets share: a listing of excerpts that lie in sound files, made into a `Dataset`."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mirlab import audio
from mirlab.datasets import hashes
from mirlab.datasets.base import Dataset
from mirlab.errors import AudioError, DatasetError, printable


@dataclass(frozen=True)
class Excerpt:
    """Where the sound of an excerpt lies, and what the set says about it.

    Attributes
    ----------
    track_id : str
        Unique in its set.
    path : pathlib.Path
        The sound file.
    label : int or tuple of int
        Position in the set's `label_names`; a tuple where an excerpt may have any number of them.
    group : int
        The artist or recording.
    start : float
        Where in the file it starts, in seconds.
    """

    track_id: str
    path: Path
    label: int | tuple[int, ...]
    group: int
    start: float = 0.0


@dataclass(frozen=True, eq=False)
class Listing:
    """What a set's folders and tables say, before any file is read: what `find` of each real set returns.

    Attributes
    ----------
    name : str
        The name that `mirlab.datasets.load` knows.
    excerpts : list of Excerpt
        All that the set names or holds, in their order, also those whose file is missing.
    label_names : list of str
        In the set's own spelling: what `Excerpt.label` points to.
    length : float
        How much of each excerpt is used, in seconds; a file that ends sooner gives what it has.
    problems : list of str
        What was seen to be wrong, a sentence each.
    splits : dict of str to dict of str to str
        Published splits by name: the part of each track id; those left out are not in it.
    checksums : dict of str to str
        Of the published files, as ``"md5:..."`` or ``"sha1:..."``, by track id, where they are known.
    seconds : tuple of float, optional
        How short and how long a file of this set may be, if that is known.
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
    """Make a `Dataset` of what was found. Files are hashed, not decoded.

    Parameters
    ----------
    listing : Listing
        What was found. An excerpt whose file is missing or cannot be read is left out, and told.
    progress : callable, optional
        ``progress(done, total, what)``, called while files are looked through, if that takes a while.

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
    hashed = hashes.of([excerpt.path for excerpt in listing.excerpts], progress=progress, what=what)
    for excerpt, content in zip(listing.excerpts, hashed, strict=True):
        if not isinstance(content, AudioError):
            kept.append(excerpt)
            fingerprints.append(f"{content} {excerpt.start:g}+{listing.length:g} s")
        elif os.path.lexists(excerpt.path):  # a link that leads nowhere is no file that was left out
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
        fingerprints=fingerprints,
        problems=[printable(problem) for problem in problems],
        excerpts=kept,
        splits={
            name: [parts.get(excerpt.track_id, "") for excerpt in kept]
            for name, parts in listing.splits.items()
        },
    )


def visible(folder):
    """List what is in a folder by name, without hidden entries.

    Parameters
    ----------
    folder : pathlib.Path
        A folder.

    Returns
    -------
    list of pathlib.Path
        In the order of code points, the same on every system.

    Raises
    ------
    DatasetError
        If it is no folder or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("b", "a", ".DS_Store"):
    ...         Path(root, name).touch()
    ...     [path.name for path in visible(Path(root))]
    ['a', 'b']
    """
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise DatasetError(f"{folder}: cannot be opened as a folder ({error.strerror})") from error
    return sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)


def sounds(folders, problems):
    """List the sound files in folders whose names a table gives: kept as flac, a set is as good as in mp3.

    Parameters
    ----------
    folders : list of pathlib.Path
        The folders.
    problems : list of str
        A folder that cannot be opened is told here.

    Returns
    -------
    dict of str to pathlib.Path
        By folder and name without ending, such as ``"f/a song"``; of two, an mp3 is taken.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("a.mp3", "a.wav", "b.flac", "cover.jpg"):
    ...         Path(root, name).touch()
    ...     [path.name for path in sounds([Path(root)], []).values()]
    ['a.mp3', 'b.flac']
    """
    found = {}
    for folder in folders:
        try:
            entries = visible(folder)
        except DatasetError as error:
            problems.append(str(error))
            continue
        for entry in sorted(entries, key=lambda entry: entry.suffix.lower() == ".mp3"):
            if entry.suffix.lower() in audio.SUFFIXES:
                found[f"{folder.name}/{entry.stem}"] = entry
    return found


@dataclass(frozen=True)
class _Reader:
    length: float

    def __call__(self, excerpt):
        return audio.load(excerpt.path, offset=excerpt.start, duration=self.length)


def _labels(kept, listing):
    """Return one label an excerpt, or an indicator where there may be several."""
    if not any(isinstance(excerpt.label, tuple) for excerpt in listing.excerpts):
        return np.array([excerpt.label for excerpt in kept], dtype=np.int64)
    y = np.zeros((len(kept), len(listing.label_names)), dtype=bool)
    for row, excerpt in zip(y, kept, strict=True):
        row[list(excerpt.label)] = True
    return y


def _first_repeated(values):
    seen = set()
    return next((value for value in values if value in seen or seen.add(value)), None)
