"""Sound in: any file to mono float32 at one rate. The only room that opens sound files.

A file is refused rather than read by half: if it breaks off inside the part that was asked for, or holds
values that no recording has, `load` says so. Silence is not an error; zeros are what such a file says.

Damage in the middle of an MP3 is told if sound is lost for it (half a second, see `SLACK`). The decoder skips
less than that and notes it on the screen only, where it is not told from what good files make it say: of
padding between frames, of tags after the last one, of headers that name another size. So its notes are
hushed, not taken for damage.
"""

import hashlib
import io
import math
import os
import re
import shutil
import stat
import threading
from functools import lru_cache
from pathlib import Path

import librosa
import numpy as np
import soundfile

from mirlab.audio import containers
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

# Beyond these a header is damaged, or left open as in a streamed flac; to go by it would fill the memory.
RATES = (1000, 1_000_000)  # Hz
LONGEST = 48.0  # h

LONGEST_PATH = 1000  # bytes; libsndfile has room for 1024

# What libsndfile notes where a wav, au, aiff, caf or w64 (riff) promises more bytes than there are. Sizes
# just below 2^31 and 2^32 come from recorders that could not go back to fill them in.
_PROMISE = re.compile(r"(?:data|Data Size|SSND|riff) *: (\d+) \(should be (\d+)\)")
_STREAMED = 0x7FFF0000

_HOLE = "reports a hole"  # noted when a page of an Ogg is missing; one before the first is none of ours


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
        If the file is missing, empty, not sound, several recordings in one, damaged or broken off within the
        part asked for, not finite or absurdly loud, or ends before `offset`.
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

    with _QUIET:
        file, lost = _open(path)
        with file:
            rate = file.samplerate
            start = round(offset * rate)
            there = file.frames - start
            if there < 1:
                raise AudioError(
                    f"{path}: lasts {file.frames / rate:g} s; nothing is there at offset={offset:g} s"
                )
            wanted = math.inf if duration is None else max(1, round(duration * rate))
            lead = min(start, round(PREROLL * rate)) if file.seekable() else start
            holes = file.extra_info.count(_HOLE)
            damaged = AudioError(f"{path}: is damaged somewhere after {offset:g} s; get a whole copy of it")
            try:
                if file.seekable():  # else it is at the beginning
                    file.seek(start - lead)
                y = file.read(lead + min(wanted, there), dtype="float32", always_2d=True)[lead:]
            except (soundfile.SoundFileError, MemoryError) as error:  # a broken header may promise terabytes
                raise damaged from error
            if file.extra_info.count(_HOLE) > holes:
                raise damaged
            promised = min(wanted, there + lost)
            if len(y) == 0 or promised - len(y) > SLACK * rate:
                broken = (start + len(y)) / rate
                raise AudioError(
                    f"{path}: breaks off at {broken:.2f} s, before its end; get a whole copy of it"
                )

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
    with _QUIET, _open(path)[0] as file:
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
    found = _look(path)
    try:
        return _hash(path, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise _unreadable(path, error) from error


@lru_cache(maxsize=2**17)
def _hash(path, size, changed):
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _look(path):
    """Return what the system says of a file. It is not opened: a pipe would keep us waiting for ever."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        reason = "is a link to a file that is not there" if path.is_symlink() else "no such file"
        raise AudioError(f"{path}: {reason}; look where it went, or how its name is written") from error
    except (OSError, ValueError) as error:  # ValueError: there is a NUL in its name
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise AudioError(f"{path}: is a folder, not a sound file; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise AudioError(f"{path}: is a pipe, a socket or a device; it must be a file")
    return found


def _open(path):
    """Open a sound file; say how many frames are missing at its end."""
    path = Path(path)
    found = _look(path)
    if found.st_size == 0:
        raise AudioError(f"{path}: is empty (0 bytes); get a whole copy of it")
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise AudioError(
            f"{path}: has too long a path (over {LONGEST_PATH} bytes); move it, or rename folders"
        )
    try:
        with path.open("rb"):  # so that the system says what it has against it; libsndfile cannot
            pass
    except OSError as error:
        raise _unreadable(path, error) from error
    no_sound = (
        f"{path}: cannot be read as sound; it is damaged, or other than wav, flac, ogg, mp3, au and aiff: "
        "export it as one of these"
    )
    goes_on, broken_off = False, False
    try:
        # As bytes, for soundfile takes no name that is not UTF-8; on Windows there is none.
        file = soundfile.SoundFile(str(path) if os.name == "nt" else os.fsencode(path))
        if file.format == "OGG":
            goes_on, broken_off = containers.ogg_end(path)
        elif file.format == "MP3":
            first, index, goes_on = containers.mp3_index(path, found.st_size, found.st_mtime_ns)
            if index:
                file.close()
                file = soundfile.SoundFile(_after(index, path, first))
    except OSError as error:
        raise _unreadable(path, error) from error
    except (soundfile.SoundFileError, TypeError, ValueError) as error:  # TypeError: of a .raw file
        raise AudioError(no_sound) from error
    rate, hours = file.samplerate, file.frames / file.samplerate / 3600
    wrong = None
    if file.format == "RAW":  # nothing but a name like x.au or x.snd says that it is sound
        wrong = no_sound
    elif file.frames < 1:
        wrong = f"{path}: holds no samples, or its header is damaged; get a whole copy of it"
    elif not RATES[0] <= rate <= RATES[1]:
        wrong = f"{path}: says that it was sampled at {rate} Hz, as no recording is; export it again"
    elif hours > LONGEST:
        wrong = f"{path}: does not say how long it is, or lies (more than {LONGEST:g} hours); export it again"
    elif goes_on:
        wrong = f"{path}: holds several recordings, of which only the first can be read; export them as one"
    if wrong:
        file.close()
        raise AudioError(wrong)
    return file, math.inf if broken_off else _lost(file)


def _after(index, path, first):
    """Return a file with something else before its first frame."""
    whole = io.BytesIO()
    whole.write(index)
    with path.open("rb") as file:
        file.seek(first)
        shutil.copyfileobj(file, whole)
    whole.seek(0)
    return whole


def _lost(file):
    """Count the frames that a header promises and libsndfile, without a word, does not count."""
    if (sizes := _PROMISE.search(file.extra_info)) is None:
        return 0
    promised, there = map(int, sizes.groups())
    return file.frames * (promised - there) / there if 0 < there < promised < _STREAMED else 0


def _unreadable(path, error):
    reason = getattr(error, "strerror", None) or error
    return AudioError(f"{path}: cannot be read ({reason}); see that it lies there and may be read")


class _Quiet:
    """Keeps from the screen what libmpg123, which knows no other way, writes there from C.

    The stream belongs to the whole process: the first thread that comes takes it away, the last that goes
    brings it back. What others write there meanwhile is lost too.
    """

    def __init__(self):
        self.lock, self.inside, self.kept = threading.Lock(), 0, None

    def __enter__(self):
        with self.lock:
            self.inside += 1
            if self.inside > 1:
                return
            try:
                self.kept = os.dup(2)
                with open(os.devnull, "wb") as nowhere:
                    os.dup2(nowhere.fileno(), 2)
            except OSError:  # there is no such stream, as in some Windows programs
                pass

    def __exit__(self, *error):
        with self.lock:
            self.inside -= 1
            if self.inside == 0 and self.kept is not None:
                os.dup2(self.kept, 2)
                os.close(self.kept)
                self.kept = None


_QUIET = _Quiet()
