"""What the real sets share: excerpts that lie in sound files, made into a `Dataset`."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from mirlab import audio
from mirlab.datasets.base import Dataset
from mirlab.errors import AudioError, DatasetError


@dataclass(frozen=True)
class Excerpt:
    """Where the sound of an excerpt lies, and what the set says about it.

    Attributes
    ----------
    track_id : str
        Unique in its set.
    path : pathlib.Path
        The sound file.
    label : int
        Position in the set's `label_names`.
    group : int
        The artist or recording.
    start : float
        Where in the file it starts, in seconds.
    """

    track_id: str
    path: Path
    label: int
    group: int
    start: float = 0.0


def dataset(name, excerpts, *, label_names, length, problems=()):
    """Make a `Dataset` of excerpts in files. Files are hashed, not decoded.

    Parameters
    ----------
    name : str
        The name that `mirlab.datasets.load` knows.
    excerpts : list of Excerpt, length n
        In the order they shall have. One whose file cannot be read is left out, and told as a problem.
    label_names : list of str
        What `Excerpt.label` points to.
    length : float
        Length of every excerpt in seconds; a file that ends sooner gives what it has.
    problems : list of str
        What the caller has already found.

    Returns
    -------
    Dataset
        Fingerprints are the hash of the file's content and the part of it that is used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     _ = Path(root, "a.wav").write_bytes(b"RIFF")
    ...     one = dataset("demo", [Excerpt("a", Path(root, "a.wav"), 0, 0)], label_names=["x"], length=10.0)
    >>> one.track_ids, len(one.fingerprints)
    (['a'], 1)
    """
    kept, fingerprints, problems = [], [], list(problems)
    for excerpt in excerpts:
        try:
            content = audio.fingerprint(excerpt.path)
        except AudioError as error:
            problems.append(str(error))
        else:
            kept.append(excerpt)
            fingerprints.append(f"{content} {excerpt.start:g}+{length:g} s")
    return Dataset(
        name=name,
        track_ids=[excerpt.track_id for excerpt in kept],
        label_names=list(label_names),
        y=np.array([excerpt.label for excerpt in kept], dtype=np.int64),
        groups=np.array([excerpt.group for excerpt in kept], dtype=np.int64),
        read=partial(_read, kept, length),
        fingerprints=fingerprints,
        problems=problems,
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


def _read(excerpts, length, i):
    return audio.load(excerpts[i].path, offset=excerpts[i].start, duration=length)
