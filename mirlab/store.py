"""Extract features once, keep them as memory-mapped files, and resume after a crash.

The files can be read with NumPy alone. Under ``<root>/<data set>/`` (for log-mel frames; the embeddings of
a network are in ``<root>/<data set>.<network>/``)::

    <key>/frames.npy     (total, width) float16: the rows of all excerpts, one excerpt after another
    <key>/offsets.npy    (n + 1,) int64: excerpt i has rows offsets[i] to offsets[i + 1]
    <key>/index.json     what they were made of, track ids, and what could not be read
    <key>.part/          pieces of an extraction that is running, or was stopped

A piece is a small set with the same three files. Every excerpt has a key: a hash of the fingerprint of its
sound and of everything that turns sound into features. The key of a set is a hash of these keys and of the
track ids. Therefore old features are never mistaken for new ones. An excerpt that is in any piece or set of
this name, even an older one, is copied instead of computed. Older sets stay until their owner deletes them.

A folder gets its name only when it is complete and on the disk. Therefore a folder with a name is always
complete, even if processes are killed. Processes that extract at the same time share the pieces and write
the same bytes; the first process to finish deletes the pieces.

Without a root, sets are looked for in all layers of `mirlab.paths`, and written to the first one.
"""

import errno
import hashlib
import json
import os
import random
import re
import shutil
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import numpy as np

from mirlab import paths, work
from mirlab.datasets.base import Dataset
from mirlab.errors import AudioError, DatasetError, StoreError
from mirlab.extractors import LOG_MEL
from mirlab.features import WIDTH, aggregate

PIECE = 16  # excerpts: a crash loses at most this piece, about a second of work
SILENCE = 2.0**-15  # one step of 16-bit sound
ROUNDS = 5  # one to compute, one to assemble, others if pieces disappear before they are copied
KEPT = "what is done is kept, so run it again"
CHUNK = 2**14  # frames that `StoredFeatures.windows` maps at a time, 13 MB


@dataclass(frozen=True, eq=False)
class StoredFeatures:
    """Features of a data set, memory-mapped: frame by frame, or patch by patch for a network.

    Attributes
    ----------
    dataset : Dataset
        The excerpts that could be read, in their order: row i of everything here is excerpt i of it.
    frames : ndarray, shape (total, width), float16
        Rows of all excerpts, one excerpt after another; read from disk as they are used.
    offsets : ndarray, shape (n + 1,), int64
        Excerpt `i` has rows ``offsets[i]`` to ``offsets[i + 1]`` of `frames`.
    problems : list of str
        What was left out and why: the data set's own list, then excerpts that could not be read.
    key : str
        Changes exactly when any of these features change; use it as the key of results computed from them.

    See Also
    --------
    extract : Makes or finds them.
    """

    dataset: Dataset
    frames: np.ndarray
    offsets: np.ndarray
    problems: list[str]
    key: str

    def __len__(self):
        return len(self.dataset)

    def track(self, i):
        """Return the frames of excerpt `i`.

        Parameters
        ----------
        i : int
            Position in the data set.

        Returns
        -------
        ndarray, shape (frames, 200), float32
        """
        i = range(len(self))[i]
        return remapped(self.frames)[self.offsets[i] : self.offsets[i + 1]].astype(np.float32)

    def frame_excerpts(self):
        """Return the excerpt that each frame belongs to.

        ``dataset.y[features.frame_excerpts()]`` labels every frame, whether `y` has one label per excerpt or
        many.

        Returns
        -------
        ndarray, shape (total,), int64
        """
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def windows(self, transform=None, *, width=WIDTH, summary=aggregate):
        """Summarize the frames of each excerpt in windows, after an optional mapping.

        Parameters
        ----------
        transform : callable, optional
            An embedding, which maps frames, (frames, 200) float32, to (frames, D). It gets about 16 000
            frames at a time, so that memory use stays constant.
        width : int
            Frames per window.
        summary : callable
            ``summary(frames, width=width)`` summarizes frames in windows: `mirlab.features.aggregate`, or
            `mirlab.features.block_level`.

        Returns
        -------
        list of ndarray, shape (windows, p), float32
            One array per excerpt; p is 4 * D for `aggregate`.

        Raises
        ------
        ValueError
            If `transform` does not return a row for each frame.
        """
        windows = []
        first = 0
        while first < len(self):
            # As many excerpts as fit, and at least one.
            last = int(np.searchsorted(self.offsets, self.offsets[first] + CHUNK, side="right")) - 1
            last = max(first + 1, last)
            cuts = self.offsets[first : last + 1]
            frames = remapped(self.frames)[cuts[0] : cuts[-1]].astype(np.float32)
            if transform is not None:
                mapped = np.asarray(transform(frames))
                if mapped.ndim != 2 or len(mapped) != len(frames):
                    raise ValueError(
                        f"transform made {mapped.shape} of {frames.shape}; it must return one row per frame"
                    )
                frames = mapped
            windows += [summary(part, width=width) for part in np.split(frames, cuts[1:-1] - cuts[0])]
            first = last
        return windows


def extract(dataset, *, extractor=LOG_MEL, root=None, n_jobs=1, progress=None):
    """Compute the features of a data set, or find the stored ones.

    Work is done in pieces of 16 excerpts. If it was stopped at any moment, call it again: it continues where
    it stopped. The result is the same to the byte for any number of jobs. An excerpt that cannot be read, or
    is silent, is left out and reported in `StoredFeatures.problems`. To try it again, rename the set's
    folder: all other excerpts are copied from there.

    Parameters
    ----------
    dataset : Dataset
        The data set to extract.
    extractor : mirlab.extractors.Extractor
        Computes features from sound; by default log-mel frames.
    root : str or os.PathLike, optional
        Where features are kept; by default ``features`` in `mirlab.paths.data_dir`.
    n_jobs : int
        Number of processes, as joblib counts them: -1 is one per core.
    progress : callable, optional
        ``progress(done, total, what)`` is called as pieces are finished, with numbers of excerpts and the
        name of the data set; not at all if there is nothing to do.

    Returns
    -------
    StoredFeatures

    Raises
    ------
    StoreError
        If features cannot be kept (no space, no permission), what is kept is damaged, or a worker dies.
    DatasetError
        If not a single excerpt can be read.

    Examples
    --------
    >>> import tempfile
    >>> from mirlab.datasets import Dataset
    >>> noise = np.random.default_rng(0).uniform(-1, 1, (2, 22050)).astype(np.float32)
    >>> demo = Dataset("demo", ["a", "b"], ["x", "y"], np.array([0, 1]), np.array([0, 1]),
    ...                noise.__getitem__, ["noise 0", "noise 1"])
    >>> with tempfile.TemporaryDirectory() as root:
    ...     features = extract(demo, root=root)
    ...     shape = features.frames.shape
    ...     del features  # Windows deletes no file that is mapped
    >>> shape
    (88, 200)
    """
    if not re.fullmatch(r"\w[\w.-]*", dataset.name):
        raise StoreError(f"data set name {dataset.name!r} names a folder: use letters, digits, '-', '_', '.'")
    roots = [Path(root)] if root is not None else [layer / "features" for layer in paths.layers()]
    keys = [_hash(extractor.parameters, fingerprint) for fingerprint in dataset.fingerprints]
    name = ".".join(filter(None, (dataset.name, extractor.name)))
    places = [folder / name / _hash(keys, dataset.track_ids) for folder in roots]
    for place in places[1:]:
        if _is_whole(place, extractor.width):
            return _open(dataset, keys, place, extractor.width)
    whole = places[0]
    rounds = 0
    while not os.path.isdir(whole):
        if rounds == ROUNDS:
            raise StoreError(
                f"{_part(whole)}: files written here are missing or changed when they are read again; see "
                "that no other program deletes them, and check the disk"
            )
        rounds += 1
        try:
            _part(whole).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(whole, error) from error
        known, problems = _known(whole, [place.parent for place in places], keys, extractor.width)
        excerpts = enumerate(zip(keys, dataset.track_ids, strict=True))
        missing = [i for i, (key, name) in excerpts if key not in known and (key, name) not in problems]
        if missing:
            _compute(dataset, extractor, keys, missing, whole, n_jobs=n_jobs, progress=progress)
        else:
            _assemble(dataset, extractor, keys, known, problems, whole)
    shutil.rmtree(_part(whole), ignore_errors=True)
    return _open(dataset, keys, whole, extractor.width)


def _compute(dataset, extractor, keys, missing, whole, *, n_jobs, progress):
    """Make the pieces that are missing."""
    done, total = len(keys) - len(missing), len(keys)
    pieces = [missing[i : i + PIECE] for i in range(0, len(missing), PIECE)]
    # Another process that extracts the same set takes the pieces in another order, so that they share the
    # work.
    random.Random(os.getpid()).shuffle(pieces)
    items = ((dataset.subset(piece), extractor, [keys[i] for i in piece], whole) for piece in pieces)
    if progress is not None:
        progress(done, total, dataset.name)
    what = f"extracting {extractor.name or 'features'} of {dataset.name!r}"
    for size in work.parallel(_piece, items, n_jobs=n_jobs, what=what, ordered=False, kept=KEPT):
        done += size
        if progress is not None:
            progress(done, total, dataset.name)


def _piece(dataset, extractor, keys, whole):
    """Extract a few excerpts; return how many. This runs in a worker."""
    folder = _part(whole) / f"piece-{_hash(keys, dataset.track_ids)}"
    if os.path.isdir(whole) or _is_whole(folder, extractor.width):
        return len(dataset)  # another process was first
    shutil.rmtree(folder, ignore_errors=True)
    frames, problems = [], {}
    for i, track_id in enumerate(dataset.track_ids):
        rows = np.empty((0, extractor.width), np.float16)
        try:
            y = dataset.audio(i)
            if not (np.abs(y) >= SILENCE).any():
                raise AudioError(f"{track_id}: is silent")
            rows = extractor.rows(y).astype(np.float16)
            dataset.check(i)  # a file that changes while it is read has neither its old nor its new features
        except AudioError as error:
            problems[track_id] = str(error)
        frames.append(rows)
    _write(folder, whole, dataset, extractor, keys, problems, map(len, frames), frames)
    return len(dataset)


def _is_whole(folder, width):
    try:
        _read(folder, width)
    except Exception:
        return False
    return True


def _assemble(dataset, extractor, keys, known, problems, whole):
    """Copy the pieces, and what older sets have, into one."""
    sources = [known.get(key, (None, 0, 0)) for key in keys]
    unreadable = {
        name: problems[key, name]
        for key, name in zip(keys, dataset.track_ids, strict=True)
        if key not in known
    }
    lengths = (stop - start for _, start, stop in sources)
    with suppress(_Gone):
        _write(whole, whole, dataset, extractor, keys, unreadable, lengths, _copies(sources))


class _Gone(Exception):
    """A piece has disappeared, because another process has put it into a set and deleted it."""


def _copies(sources):
    for folder, start, stop in sources:
        if folder is not None:
            try:
                frames = _load(folder / "frames.npy")[start:stop]
            except Exception as error:
                raise _Gone from error
            yield frames


def _known(whole, homes, keys, width):
    """Find the excerpts that need no work, in the folders of this data set in all layers.

    Returns {key: (folder, start, stop)} and, of the run that makes `whole`, {(key, track id): problem}: a new
    set tries again what could not be read before.
    """
    own = _part(whole)
    wanted, known, problems = set(keys), {}, {}
    # Pieces before sets: when a piece goes, the set it went into is there. Our own first: they stay longest.
    # `Path.glob` fails when another process deletes a folder under it; `glob.glob` does not.
    pieces = [home / found for home in homes for found in glob("*.part/piece-*/index.json", root_dir=home)]
    pieces.sort(key=lambda path: path.parents[1] != own)
    for path in [*pieces, *(home / found for home in homes for found in glob("*/index.json", root_dir=home))]:
        if len(known) == len(wanted):
            break
        folder = path.parent
        try:
            index, offsets, _ = _read(folder, width)
            for i, (key, name) in enumerate(zip(index["keys"], index["track_ids"], strict=True)):
                if offsets[i] < offsets[i + 1]:
                    if key in wanted:
                        known.setdefault(key, (folder, int(offsets[i]), int(offsets[i + 1])))
                elif folder.parent == own:
                    problems[key, name] = index["problems"][name]
        except Exception:
            continue  # being deleted by another process, or damaged: it is made again
    return known, problems


def _write(folder, whole, dataset, extractor, keys, problems, lengths, frames):
    """Write a set or a piece of it under a temporary name, then give it its own."""
    unfinished = _part(whole) / f"unfinished-{_unique()}"
    offsets = np.cumsum([0, *lengths], dtype="<i8")
    index = {
        "name": dataset.name,
        "parameters": extractor.parameters,
        "problems": problems,
        "track_ids": dataset.track_ids,
        "keys": keys,
    }
    try:
        unfinished.mkdir()
        _save(unfinished / "frames.npy", "<f2", (int(offsets[-1]), extractor.width), frames)
        _save(unfinished / "offsets.npy", "<i8", offsets.shape, [offsets])
        with _durable(unfinished / "index.json") as file:
            for text in json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(index):
                # Half signs, from a file's name that was no text, become what they are in JSON: escapes.
                file.write(text.encode(errors="backslashreplace"))
        unfinished.rename(folder)
    except OSError as error:
        # If one of them is there, another process was first with the same bytes.
        if not (os.path.isdir(whole) or os.path.isdir(folder)):
            raise _refused(whole, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _save(path, dtype, shape, arrays):
    """Write arrays one after the other into one ``.npy`` file."""
    with _durable(path) as file:
        header = {"descr": dtype, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for array in arrays:
            file.write(np.ascontiguousarray(array, dtype=dtype).data)


@contextmanager
def _durable(path):
    """Open a file for writing, and flush it to the disk when it is closed."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _read(folder, width):
    """Return what a set or a piece holds; if it is damaged, any exception may be raised."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    offsets = np.load(folder / "offsets.npy", allow_pickle=False)
    lengths = np.diff(offsets)
    frames = _load(folder / "frames.npy") if offsets[-1] else np.empty((0, width), "<f2")
    empty = [name for name, n in zip(index["track_ids"], lengths, strict=True) if not n]
    if (
        (offsets.dtype, offsets[0], offsets.shape) != ("<i8", 0, (len(index["keys"]) + 1,))
        or not {*empty} <= index["problems"].keys()
        or (frames.dtype, frames.shape) != ("<f2", (offsets[-1], width))
        or (lengths < 0).any()
    ):
        raise ValueError("sizes do not agree")
    return index, offsets, frames


def _open(dataset, keys, folder, width):
    try:
        index, offsets, frames = _read(folder, width)
        if index["keys"] != keys:
            raise ValueError("it holds another set")
        broken = dict(index["problems"])
    except Exception as error:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            raise StoreError(f"{folder}: memory ran out; close other programs, and run it again") from error
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            reason = error.strerror or error
            raise StoreError(f"{folder}: cannot be read ({reason}); see that you may read it") from error
        raise StoreError(f"{folder}: damaged ({error}); delete this folder and extract again") from error
    lengths = np.diff(offsets)
    kept = np.flatnonzero(lengths)
    problems = [*dataset.problems, *broken.values()]
    if not len(kept):
        details = "; ".join(problems[:3])
        raise DatasetError(f"no excerpt of {dataset.name!r} can be used{': ' if details else ''}{details}")
    if len(kept) < len(dataset):
        dataset = dataset.subset(kept)
    key = _hash(folder.name, list(broken)) if broken else folder.name
    return StoredFeatures(dataset, frames, np.cumsum([0, *lengths[kept]], dtype=np.int64), problems, key)


def _load(path):
    return np.load(path, mmap_mode="r", allow_pickle=False)


def remapped(frames):
    """Map the same file again: dropping a map frees its memory pages, a map that is kept holds them."""
    if not isinstance(frames, np.memmap):
        return frames
    return np.memmap(frames.filename, frames.dtype, "r", frames.offset, frames.shape)


def _part(whole):
    return whole.with_name(whole.name + ".part")


def _unique():
    return uuid.uuid4().hex[:12]


def _hash(*parts):
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def _refused(whole, error):
    return StoreError(
        f"{whole.parent}: features cannot be kept here ({error.strerror or error}); make room, or choose "
        "another folder by setting MIRLAB_DATA"
    )
