"""Extract once, memory-map for ever, resume after a crash.

What lies on disk is readable by plain NumPy. Under ``<root>/<data set>/``::

    <key>/frames.npy     (total, 200) float16: the frames of all excerpts, one excerpt after another
    <key>/offsets.npy    (n + 1,) int64: excerpt i has rows offsets[i] to offsets[i + 1]
    <key>/index.json     what they were made of, track ids, and what could not be read
    <key>.part/          pieces of an extraction that is under way, or was stopped

A piece is a small set: the same three files. Every excerpt has a key, a hash of its sound's fingerprint and
of all that turns sound into features; the key of a set is a hash of these and of the track ids. So nothing
out of date is taken for new, and an excerpt that is in any piece or set of this name, older ones too, is
copied and not computed. Older sets are left for their owner to delete.

A folder gets its name when it is complete and on the disk, never before. So whatever is killed, and whenever,
what has a name is whole; and whoever else extracts at the same time comes to the same bytes. The first to
finish is taken, and deletes the pieces; the others see that it is there.
"""

import glob
import hashlib
import json
import os
import re
import shutil
import uuid
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from mirlab import paths
from mirlab.audio import SAMPLE_RATE
from mirlab.datasets.base import Dataset
from mirlab.errors import AudioError, DatasetError, StoreError
from mirlab.features import HOP_LENGTH, LOG_OFFSET, N_FFT, N_MELS, WIDTH, aggregate, log_mel

PARAMETERS = {
    "format": 1,  # to be raised whenever `log_mel`, or what is written here, changes in what it gives
    "sr": SAMPLE_RATE,
    "n_fft": N_FFT,
    "hop_length": HOP_LENGTH,
    "n_mels": N_MELS,
    "log_offset": LOG_OFFSET,
}
PIECE = 16  # excerpts: about a second of work, what a crash can cost
SILENCE = 2.0**-15  # one step of 16-bit sound
ROUNDS = 5  # one to compute, one to assemble, others if what was found is gone when it is to be copied
CHUNK = 2**14  # frames: what `Features.windows` maps at a time, 13 MB


@dataclass(frozen=True, eq=False)
class Features:
    """Frame-level features of a data set, memory-mapped.

    Attributes
    ----------
    dataset : Dataset
        The excerpts that could be read, in their order: row i of everything here is excerpt i of it.
    frames : ndarray, shape (total, 200), float16
        Log-mel frames of all excerpts, one excerpt after another; read from disk as they are used.
    offsets : ndarray, shape (n + 1,), int64
        Excerpt `i` has rows ``offsets[i]`` to ``offsets[i + 1]`` of `frames`.
    problems : list of str
        What was left out and why: the data set's own list, then excerpts that could not be read.
    key : str
        Changes exactly when any of it does: for whatever is computed from these features and kept.

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
        return _anew(self.frames)[self.offsets[i] : self.offsets[i + 1]].astype(np.float32)

    def frame_excerpts(self):
        """Return the excerpt that each frame belongs to.

        ``dataset.y[features.frame_excerpts()]`` labels every frame, whether `y` is one label an excerpt or
        many.

        Returns
        -------
        ndarray, shape (total,), int64
        """
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def windows(self, transform=None, *, width=WIDTH, summary=aggregate):
        """Sum up the frames of each excerpt into windows, after mapping them if asked.

        Parameters
        ----------
        transform : callable, optional
            Maps frames, (frames, 200) float32 to (frames, D): an embedding. It is given some 16 000
            frames at a time, so that memory stays flat.
        width : int
            Frames a window.
        summary : callable
            ``summary(frames, width=width)`` sums frames up into windows: `mirlab.features.aggregate`, or
            `mirlab.features.block_level`.

        Returns
        -------
        list of ndarray, shape (windows, p), float32
            One an excerpt; p is 4 * D for `aggregate`.

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
            frames = _anew(self.frames)[cuts[0] : cuts[-1]].astype(np.float32)
            if transform is not None:
                mapped = np.asarray(transform(frames))
                if mapped.ndim != 2 or len(mapped) != len(frames):
                    raise ValueError(
                        f"transform made {mapped.shape} of {frames.shape}; it must return one row a frame"
                    )
                frames = mapped
            windows += [summary(part, width=width) for part in np.split(frames, cuts[1:-1] - cuts[0])]
            first = last
        return windows


def extract(dataset, *, root=None, n_jobs=1, progress=None):
    """Compute the log-mel frames of a data set, or find them where they were kept.

    Work is done in pieces of 16 excerpts. Stopped at any moment and called again, it goes on where it
    was; the result is the same to the byte, whatever the number of jobs. An excerpt that cannot be read, or
    is silent, is left out and told in `Features.problems`. To have it tried again, rename the set's folder:
    all others are copied from there.

    Parameters
    ----------
    dataset : Dataset
        What to extract.
    root : str or os.PathLike, optional
        Where features are kept; by default ``features`` in `mirlab.paths.data_dir`.
    n_jobs : int
        Processes, as joblib counts them: -1 is one a core.
    progress : callable, optional
        ``progress(done, total, what)`` is called as pieces are finished, with numbers of excerpts and the
        name of the data set; not at all if there is nothing to do.

    Returns
    -------
    Features

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
    home = (Path(root) if root is not None else paths.data_dir() / "features") / dataset.name
    keys = [_hash(PARAMETERS, fingerprint) for fingerprint in dataset.fingerprints]
    whole = home / _hash(keys, dataset.track_ids)
    rounds = 0
    while not os.path.isdir(whole):
        if rounds == ROUNDS:
            raise StoreError(
                f"{_part(whole)}: what is written here is gone, or other, when it is read; see that nobody "
                "deletes it, and that the disk is sound"
            )
        rounds += 1
        try:
            _part(whole).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(whole, error) from error
        known, problems = _known(whole, keys)
        excerpts = enumerate(zip(keys, dataset.track_ids, strict=True))
        missing = [i for i, (key, name) in excerpts if key not in known and (key, name) not in problems]
        if missing:
            _compute(dataset, keys, missing, whole, n_jobs=n_jobs, progress=progress)
        else:
            _assemble(dataset, keys, known, problems, whole)
    shutil.rmtree(_part(whole), ignore_errors=True)
    return _open(dataset, keys, whole)


def _compute(dataset, keys, missing, whole, *, n_jobs, progress):
    """Make the pieces that are missing."""
    done, total = len(keys) - len(missing), len(keys)
    pieces = (missing[i : i + PIECE] for i in range(0, len(missing), PIECE))
    work = (delayed(_piece)(dataset.subset(piece), [keys[i] for i in piece], whole) for piece in pieces)
    if progress is not None:
        progress(done, total, dataset.name)
    try:
        # Batches of one, so that progress is told piece by piece.
        for size in Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator_unordered")(work):
            done += size
            if progress is not None:
                progress(done, total, dataset.name)
    except BrokenProcessPool as error:
        raise StoreError(
            f"a worker died while extracting {dataset.name!r}, most likely for want of memory; what is done "
            "is kept, so run it again with fewer jobs"
        ) from error


def _piece(dataset, keys, whole):
    """Extract a few excerpts; return how many. This runs in a worker."""
    if os.path.isdir(whole):
        return len(dataset)  # another process was first
    frames, problems = [], {}
    for i, track_id in enumerate(dataset.track_ids):
        rows = np.empty((0, N_MELS), np.float16)
        try:
            y = dataset.audio(i)
            if not (np.abs(y) >= SILENCE).any():
                raise AudioError(f"{track_id}: is silent")
            rows = log_mel(y).astype(np.float16)
        except AudioError as error:
            problems[track_id] = str(error)
        frames.append(rows)
    _write(_part(whole) / f"piece-{_unique()}", whole, dataset, keys, problems, map(len, frames), frames)
    return len(dataset)


def _assemble(dataset, keys, known, problems, whole):
    """Copy the pieces, and what older sets have, into one."""
    sources = [known.get(key, (None, 0, 0)) for key in keys]
    told = {
        name: problems[key, name]
        for key, name in zip(keys, dataset.track_ids, strict=True)
        if key not in known
    }
    lengths = (stop - start for _, start, stop in sources)
    with suppress(_Gone):
        _write(whole, whole, dataset, keys, told, lengths, _copies(sources))


class _Gone(Exception):
    """A piece is not there any more: its own process has put it into a set, and tidied up."""


def _copies(sources):
    for folder, start, stop in sources:
        if folder is not None:
            try:
                frames = _load(folder / "frames.npy")[start:stop]
            except Exception as error:
                raise _Gone from error
            yield frames


def _known(whole, keys):
    """Find the excerpts that need no work.

    Returns {key: (folder, start, stop)} and, of the run that `whole` is made by, {(key, track id): problem}:
    what could not be read is tried again for another set.
    """
    own, home = _part(whole).name, whole.parent
    wanted, known, problems = set(keys), {}, {}
    # Pieces before sets: when a piece goes, the set it went into is there. Our own first: they stay longest.
    pieces = glob.glob("*.part/piece-*/index.json", root_dir=home)
    pieces.sort(key=lambda path: not path.startswith(own))
    for path in [*pieces, *glob.glob("*/index.json", root_dir=home)]:
        if len(known) == len(wanted):
            break
        folder = (home / path).parent
        try:
            index, offsets, _ = _read(folder)
            for i, (key, name) in enumerate(zip(index["keys"], index["track_ids"], strict=True)):
                if offsets[i] < offsets[i + 1]:
                    if key in wanted:
                        known.setdefault(key, (folder, int(offsets[i]), int(offsets[i + 1])))
                elif folder.parent.name == own:
                    problems[key, name] = index["problems"][name]
        except Exception:
            continue  # being tidied up by another process, or damaged: then it is made again
    return known, problems


def _write(folder, whole, dataset, keys, problems, lengths, frames):
    """Write a set or a piece of it under a temporary name, then give it its own."""
    unfinished = _part(whole) / f"unfinished-{_unique()}"
    offsets = np.cumsum([0, *lengths], dtype="<i8")
    index = {
        "name": dataset.name,
        "parameters": PARAMETERS,
        "problems": problems,
        "track_ids": dataset.track_ids,
        "keys": keys,
    }
    try:
        unfinished.mkdir()
        _save(unfinished / "frames.npy", "<f2", (int(offsets[-1]), N_MELS), frames)
        _save(unfinished / "offsets.npy", "<i8", offsets.shape, [offsets])
        with _durable(unfinished / "index.json") as file:
            for text in json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(index):
                # Half signs, from a file's name that was no text, become what they are in JSON: escapes.
                file.write(text.encode(errors="backslashreplace"))
        unfinished.rename(folder)
    except OSError as error:
        if not os.path.isdir(whole):  # if it is, another process was first with the same bytes
            raise _refused(whole, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _save(path, dtype, shape, arrays):
    """Write arrays one after the other into one file of NumPy's."""
    with _durable(path) as file:
        header = {"descr": dtype, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for array in arrays:
            file.write(np.ascontiguousarray(array, dtype=dtype).data)


@contextmanager
def _durable(path):
    """Open a file that is on the disk, not only on its way there, when it is closed."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _read(folder):
    """Return what a set or a piece holds; raise whatever it may be if it is damaged."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    offsets = np.load(folder / "offsets.npy", allow_pickle=False)
    lengths = np.diff(offsets)
    frames = _load(folder / "frames.npy") if offsets[-1] else np.empty((0, N_MELS), "<f2")
    if (
        (offsets.dtype, offsets[0], offsets.shape) != ("<i8", 0, (len(index["keys"]) + 1,))
        or (frames.dtype, frames.shape) != ("<f2", (offsets[-1], N_MELS))
        or (lengths < 0).any()
    ):
        raise ValueError("sizes do not agree")
    return index, offsets, frames


def _open(dataset, keys, folder):
    try:
        index, offsets, frames = _read(folder)
        if index["keys"] != keys:
            raise ValueError("it holds another set")
        broken = dict(index["problems"])
    except Exception as error:
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
    return Features(dataset, frames, np.cumsum([0, *lengths[kept]], dtype=np.int64), problems, key)


def _load(path):
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _anew(frames):
    """Map the same file once more: a map that is dropped lets go of its pages, a kept one holds them."""
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
