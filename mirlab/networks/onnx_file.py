"""Networks that a user brings as an ONNX file: VGGish, YAMNet, OpenL3.

No package index carries their weights. A user who has them can export them as ONNX, a format that many
frameworks write; here they get the front end that they were trained with. What the file takes and gives is
checked when it is loaded, by its declared input and by one silent patch.
"""

import csv
import hashlib
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirlab.errors import NetworkError
from mirlab.networks import frontends

BATCH = 16  # patches at a time
CLASS_MAP = "yamnet_class_map.csv"  # as YAMNet's authors call it: index, mid, display_name


@dataclass(frozen=True)
class Kind:
    """What a network takes and gives.

    Attributes
    ----------
    inputs : dict of tuple to callable
        The shape of a patch, and the front end that makes it. Some files have their front end inside.
    embedding_sizes : tuple of int
        How long an embedding may be.
    classes : int
        How many classes it predicts; 0 if none.
    sample_rate : int
        In Hz.
    licence, author, trained_on : str
        Of the weights that its authors published.
    """

    inputs: dict[tuple[int, ...], Callable]
    embedding_sizes: tuple[int, ...]
    classes: int
    sample_rate: int
    licence: str
    author: str
    trained_on: str


KINDS = {
    "vggish": Kind(
        {(96, 64): frontends.vggish},
        (128,), 0, 16000,
        "Apache-2.0", "S. Hershey and others, Google (ICASSP 2017)",
        "the sound of videos: a preliminary version of YouTube-8M",
    ),
    "yamnet": Kind(
        {(96, 64): frontends.yamnet},
        (1024,), 521, 16000,
        "Apache-2.0", "M. Plakal and D. Ellis, Google",
        "the sound of videos: AudioSet, 521 classes",
    ),
    "openl3": Kind(
        {(256, 199): frontends.openl3, (48000,): frontends.openl3_seconds},
        (512, 6144), 0, 48000,
        "MIT (code; for the weights, see where you got them)",
        "J. Cramer, H.-H. Wu, J. Salamon and J. P. Bello, New York University (ICASSP 2019)",
        "videos of AudioSet, by the question whether a sound and a picture belong together",
    ),
}  # fmt: skip


class FromFile:
    """A network from an ONNX file, from ``mirlab.networks.load(name, weights=file)``.

    Parameters
    ----------
    name : {"vggish", "yamnet", "openl3"}
        Which network the file is.
    weights : str or os.PathLike
        The file. It must have one input, float32: a batch of patches of the shape in `KINDS`. Axes of length
        1 and the order of time and frequency do not matter. Outputs are recognised by their length.

    Attributes
    ----------
    name : str
    tags : tuple of str
        The classes of YAMNet, from ``yamnet_class_map.csv`` if that is in the folder of the file, else
        "class 0" and so on; empty for the others.
    embedding_size : int
        128 for VGGish, 1024 for YAMNet, 512 or 6144 for OpenL3.
    sample_rate : int
        The rate in Hz that the network works at; sound of any rate is resampled.
    licence, author, trained_on : str
        Of the weights that its authors published.

    Raises
    ------
    NetworkError
        If ONNX Runtime is not installed, or the file cannot be read or is another network.
    """

    def __init__(self, name, weights):
        kind = KINDS[name]
        self.name, self.file, self.sample_rate = name, Path(weights), kind.sample_rate
        self.licence, self.author, self.trained_on = kind.licence, kind.author, kind.trained_on
        self._session = _session(self.file)
        self._fit_input(kind)
        silent = self._run([next(iter(self._frontend(np.zeros(kind.sample_rate, np.float32))))])
        embeddings = [i for i, found in enumerate(silent) if found.shape[1] in kind.embedding_sizes]
        tags = [i for i, found in enumerate(silent) if found.shape[1] == kind.classes and _likely(found)]
        gives = f"{self.file}: gives arrays of lengths {[found.shape[1] for found in silent]}"
        if not embeddings:
            raise NetworkError(
                f"{gives}; {name} has an embedding of {' or '.join(map(str, kind.embedding_sizes))}"
            )
        if kind.classes and not tags:
            raise NetworkError(f"{gives}; {name} has {kind.classes} classes with values from 0 to 1")
        self._embedding, self.embedding_size = embeddings[0], silent[embeddings[0]].shape[1]
        self._tags, self.tags = (tags[0], _classes(self.file.parent, kind)) if kind.classes else (None, ())

    def __repr__(self):
        return f"<network {self.name} from {self.file}: {self.embedding_size} numbers, {len(self.tags)} tags>"

    def embed(self, y, *, sr=22050):
        """Describe each patch of a sound by the embedding of the network.

        Parameters
        ----------
        y : array-like, shape (samples,), float
            Mono sound, nominally within -1 and 1.
        sr : float
            Its sampling rate in Hz.

        Returns
        -------
        ndarray, shape (patches, embedding_size), float32
            Patches of 0.96 s (VGGish), of 0.96 s every 0.48 s (YAMNet), or of 1 s every 0.1 s (OpenL3).

        Raises
        ------
        ValueError
            If `y` is not a mono sound or `sr` not its rate, see `mirlab.networks.frontends.resample`.
        NetworkError
            If the network fails, or its output is not finite.
        """
        return self._output(y, sr, self._embedding)

    def tag(self, y, *, sr=22050):
        """Predict how likely each class is for each patch of a sound.

        Parameters
        ----------
        y : array-like, shape (samples,), float
            Mono sound, nominally within -1 and 1.
        sr : float
            Its sampling rate in Hz.

        Returns
        -------
        ndarray, shape (patches, tags), float32
            From 0 to 1, in the order of `tags`.

        Raises
        ------
        ValueError
            As for `embed`.
        NetworkError
            As for `embed`, or if the network predicts no tags.
        """
        if self._tags is None:
            raise NetworkError(f"{self.name} predicts no tags; use its embedding")
        return self._output(y, sr, self._tags)

    def _fit_input(self, kind):
        """Find the front end that the input of the file is made for."""
        inputs = self._session.get_inputs()
        takes = ", ".join(f"{i.name} {i.type} {i.shape}" for i in inputs)
        fits = len(inputs) == 1 and inputs[0].type == "tensor(float)"
        batch, *axes = (inputs[0].shape if fits else None) or [0]
        if batch == 1 or not isinstance(batch, int):
            for (patch, frontend), turned in itertools.product(kind.inputs.items(), (False, True)):
                if shape := _fill(axes, patch[::-1] if turned else patch):
                    self._name, self._shape, self._one_by_one = inputs[0].name, shape, batch == 1
                    self._frontend, self._turned = frontend, turned
                    return
        wanted = " or ".join(str(("batch", *patch)) for patch in kind.inputs)
        raise NetworkError(f"{self.file}: takes {takes}; {self.name} takes one input tensor(float) {wanted}")

    def _output(self, y, sr, which):
        """Return one output for all patches of a sound."""
        patches = self._frontend(frontends.resample(y, sr, self.sample_rate))
        parts = []
        while batch := list(itertools.islice(patches, 1 if self._one_by_one else BATCH)):
            parts.append(self._run(batch)[which])
        found = np.concatenate(parts)
        if not np.isfinite(found).all():
            raise NetworkError(f"{self.file}: gives numbers that are not finite; export it again")
        return found

    def _run(self, patches):
        """Return all outputs for some patches, as (patches, length); length 0 for any other shape."""
        x = np.stack([patch.T if self._turned else patch for patch in patches])
        try:
            outputs = self._session.run(None, {self._name: x.reshape(len(x), *self._shape)})
        except Exception as error:  # ONNX Runtime's own classes have no common base
            raise NetworkError(
                f"{self.file}: does not run ({_first_line(error)}); export it again"
            ) from error
        return [
            np.asarray(found, np.float32).reshape(len(x), -1)
            if np.shape(found)[:1] == (len(x),) and np.size(found)
            else np.empty((len(x), 0), np.float32)
            for found in outputs
        ]


def checksum(file):
    """Return a hash of a file of weights, for the key of what is computed with it.

    Parameters
    ----------
    file : str or os.PathLike

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    NetworkError
        If the file cannot be read.
    """
    try:
        with Path(file).open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise NetworkError(
            f"{file}: cannot be read ({error.strerror}); check its path and permissions"
        ) from error


def _session(file):
    """Open a file with ONNX Runtime."""
    try:
        import onnxruntime
    except ImportError:
        raise NetworkError(
            "networks from ONNX files need ONNX Runtime, which is not installed; in the course's folder, run "
            '`pip install -e ".[onnx]" -c constraints.txt`'
        ) from None
    if not file.is_file():
        raise NetworkError(f"{file}: no such file; name the ONNX file that holds the weights")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors are raised as exceptions
    threads = os.environ.get("OMP_NUM_THREADS", "")  # joblib sets it in its workers
    options.intra_op_num_threads = int(threads) if threads.isdigit() else 0
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own classes have no common base
        raise NetworkError(
            f"{file}: is not a whole ONNX file ({_first_line(error)}); export it again"
        ) from error


def _fill(axes, patch):
    """Return the shape of a patch with the axes of length 1 that a file has, or None if it does not fit."""
    sizes = iter(patch)
    shape = tuple(1 if axis == 1 else next(sizes, None) for axis in axes)
    fits = all(axis == size for axis, size in zip(axes, shape, strict=True) if isinstance(axis, int))
    return shape if fits and None not in shape and next(sizes, None) is None else None


def _likely(found):
    return found.min() >= 0 and found.max() <= 1


def _classes(folder, kind):
    """Return the names of the classes, if their list is beside the file."""
    table = folder / CLASS_MAP
    if not table.exists():
        return tuple(f"class {i}" for i in range(kind.classes))
    try:
        with table.open(encoding="utf-8", newline="") as lines:
            names = tuple(row["display_name"] for row in csv.DictReader(lines))
    except (OSError, ValueError, KeyError, csv.Error):
        names = ()
    if len(names) != kind.classes or not all(names):
        raise NetworkError(
            f"{table}: must have {kind.classes} rows with a display_name; get it again or move it"
        )
    return names


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
