"""Sound in: any file to mono float32 at one rate. The only room that opens sound files.

A file is refused rather than read by half: if it breaks off inside the part that was asked for, or holds
values that no recording has, `load` says so. Silence is not an error; zeros are what such a file says.
"""

import hashlib
import math
import re
from functools import lru_cache
from pathlib import Path

import librosa
import numpy as np
import soundfile

from mirlab.errors import AudioError

SAMPLE_RATE = 22050  # Hz, the paper's section 4

SUFFIXES = frozenset((
    ".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".au", ".snd", ".aif", ".aiff", ".caf", ".w64",
    ".m4a", ".mp4", ".aac", ".wma",
))  # fmt: skip
"""How the names of sound files end. The last four cannot be decoded here: better told than overlooked."""

# Decoders round to whole blocks and an MP3's header is often off by a few; that is no file cut short.
SLACK = 0.5  # s

# Float files may go beyond 1. Forty decibels beyond it is no recording: 16-bit integers kept as floats, say.
LOUDEST = 100.0

# An MP3 frame draws on bits of frames before it, so decoding is right only some way after a seek.
PREROLL = 1.0  # s; 0.41 s was the most that was seen to go wrong

# What libsndfile notes where a wav, au or aiff promises more bytes than there are. Sizes just below 2^31
# and 2^32 come from recorders that could not go back to fill them in.
_PROMISE = re.compile(r"(?:data|Data Size|SSND) *: (\d+) \(should be (\d+)\)")
_STREAMED = 0x7FFF0000


def load(path, *, sr=SAMPLE_RATE, offset=0.0, duration=30.0):
    """Decode part of a sound file to mono.

    Channels are averaged, and only the part asked for is read. A file that ends sooner gives what it has.

    Parameters
    ----------
    path : str or os.PathLike
        A wav, flac, ogg, mp3, au or aiff file, at any rate, bit depth and number of channels.
    sr : int > 0
        Rate of the result in Hz.
    offset : float >= 0
        Where to start, in seconds.
    duration : float > 0 or None
        How much to read, in seconds; None reads to the end.

    Returns
    -------
    ndarray, shape (samples,), float32
        The sound, nominally within -1 and 1.

    Raises
    ------
    AudioError
        If the file is missing, empty, not sound, broken off within the part asked for, not finite or
        absurdly loud, or ends before `offset`.
    ValueError
        If `sr`, `offset` or `duration` is out of range.

    See Also
    --------
    seconds : How long a file is.
    mirlab.features.log_mel : What the paper computes from it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "stereo.wav")
    ...     soundfile.write(path, np.zeros((44100, 2)), 44100)
    ...     load(path, duration=0.5).shape
    (11025,)
    """
    if not (math.isfinite(sr) and sr > 0):
        raise ValueError(f"sr={sr!r} is not a sampling rate; it must be greater than 0 Hz")
    if not (math.isfinite(offset) and offset >= 0):
        raise ValueError(f"offset={offset!r} is not a position in a file; it must be 0 s or more")
    if duration is not None and not (math.isfinite(duration) and duration > 0):
        raise ValueError(f"duration={duration!r} must be greater than 0 s, or None to read to the end")

    with _open(path) as file:
        rate = file.samplerate
        start = round(offset * rate)
        there = file.frames - start
        if there < 1:
            raise AudioError(
                f"{path}: lasts {file.frames / rate:g} s; nothing is there at offset={offset:g} s"
            )
        wanted = math.inf if duration is None else max(1, round(duration * rate))
        lead = min(start, round(PREROLL * rate))
        try:
            file.seek(start - lead)
            y = file.read(lead + min(wanted, there), dtype="float32", always_2d=True)[lead:]
        except (soundfile.SoundFileError, MemoryError) as error:  # a broken header may promise terabytes
            raise AudioError(
                f"{path}: is damaged somewhere after {offset:g} s; get a whole copy of it"
            ) from error
        promised = min(wanted, there + _lost(file))
        if len(y) == 0 or promised - len(y) > SLACK * rate:
            broken = (start + len(y)) / rate
            raise AudioError(f"{path}: breaks off at {broken:.2f} s, before its end; get a whole copy of it")

    if not (np.abs(y) < LOUDEST).all():  # NaN is not less than anything
        raise AudioError(f"{path}: holds values that are not finite or far beyond -1 to 1; export it again")
    y = y.mean(axis=1)
    if rate != sr:
        y = librosa.resample(y, orig_sr=rate, target_sr=sr, res_type="soxr_hq")
    if duration is not None:
        y = y[: max(1, round(duration * sr))]
    return y


def seconds(path):
    """Return how long a sound file is, from its header.

    Parameters
    ----------
    path : str or os.PathLike
        A sound file that `load` can read.

    Returns
    -------
    float
        Its length in seconds.

    Raises
    ------
    AudioError
        If the file is missing, empty or not sound.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "a.wav"), np.zeros(11025), 22050)
    ...     seconds(Path(folder, "a.wav"))
    0.5
    """
    with _open(path) as file:
        return file.frames / file.samplerate


def fingerprint(path):
    """Return a hash of a file's bytes: equal for equal content, whatever its name or date.

    The whole file is read (about 1 GB a second once the system has it in memory); within one process a
    file whose size and date have not changed is not read again.

    Parameters
    ----------
    path : str or os.PathLike
        Any file.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    AudioError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a").write_bytes(b"one"), Path(folder, "b").write_bytes(b"one")
    ...     fingerprint(Path(folder, "a")) == fingerprint(Path(folder, "b"))
    True
    """
    path = Path(path)
    try:
        stat = path.stat()
        return _hash(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise AudioError(f"{path}: cannot be read ({error.strerror})") from error


@lru_cache(maxsize=2**17)
def _hash(path, size, changed):
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _open(path):
    path = Path(path)
    try:
        if not path.is_file():
            reason = "is a folder, not a sound file" if path.is_dir() else "no such file"
            raise AudioError(f"{path}: {reason}")
        if path.stat().st_size == 0:
            raise AudioError(f"{path}: is empty (0 bytes); get a whole copy of it")
        with path.open("rb"):  # so that the system says what it has against it; libsndfile cannot
            pass
    except OSError as error:
        raise AudioError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        file = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a .raw file wants its rate told
        raise AudioError(
            f"{path}: cannot be read as sound; it is damaged, or other than wav, flac, ogg, mp3, au "
            "and aiff: export it as one of these"
        ) from error
    if file.frames < 1:
        file.close()
        raise AudioError(f"{path}: holds no samples; get a whole copy of it")
    return file


def _lost(file):
    """Frames that the header promises and libsndfile, without a word, does not count."""
    notes = file.extra_info
    if "lacks an end-of-stream bit" in notes:  # Ogg
        return math.inf
    if (sizes := _PROMISE.search(notes)) is None:
        return 0
    promised, there = map(int, sizes.groups())
    return file.frames * (promised - there) / there if 0 < there < promised < _STREAMED else 0
