"""One file, decoded from its first sample to its last: what is wrong with it, and what identifies its sound.

It is decoded piece by piece, so that memory stays flat. A hash of its samples and a small picture of its
first 20 s are kept, 2 kB in all.
"""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import soundfile

from mirlab import audio
from mirlab.errors import AudioError, printable
from mirlab.store import SILENCE
from mirlab.validate import pictures

VERSION = (1, soundfile.__libsndfile_version__, version("soxr"))
"""What a look depends on beside the file. Raise the number when `look_at` comes to other results. Another
decoder may read more, and another resampler changes the hash of samples."""

PIECE = 30.0  # s, decoded at a time
BLOCK = audio.SAMPLE_RATE // 10  # samples: how finely we look for silence
EDGE = audio.SAMPLE_RATE // 50  # samples in which resampling makes the ends of a constant ring
QUIET = 2.0**-11  # 16 steps of 16-bit sound, -66 dB of full scale; the noise of converters is below


@dataclass(frozen=True)
class Use:
    """How a set uses a file and what it knows about it. A look depends on this and on the file's content.

    Attributes
    ----------
    starts : tuple of float
        Where the excerpts start, in seconds.
    length : float
        How much of each excerpt is used, in seconds.
    bounds : tuple of float, optional
        How short and how long a file of this set may be, in seconds.
    checksum : str, optional
        Checksum of the published file, such as ``"md5:..."``.
    """

    starts: tuple[float, ...]
    length: float
    bounds: tuple[float, float] | None = None
    checksum: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What we know about a file after looking at it.

    Attributes
    ----------
    faults : list of tuple of str
        Kind of finding, and a sentence without the name of the file.
    content : str
        Hash of its bytes; "" if it cannot be read.
    seconds : float, optional
        How much sound it holds, if it can be decoded to its end.
    sound : str
        Hash of its samples; "" if they cannot be decoded, or are silent.
    picture : ndarray, optional
        From `mirlab.validate.pictures.picture`.
    """

    faults: list[tuple[str, str]]
    content: str = ""
    seconds: float | None = None
    sound: str = ""
    picture: np.ndarray | None = None


def absent(path, error):
    """Return the look at a file that cannot be opened.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    error : AudioError
        What is wrong with it.

    Returns
    -------
    Look

    Examples
    --------
    >>> from pathlib import Path
    >>> absent(Path("nowhere", "a.wav"), AudioError("nowhere/a.wav: no such file")).faults
    [('missing', 'no such file')]
    """
    kind = "unreadable" if _is_there(path) else "missing"
    return Look([(kind, _sentence(error, path))])


def look_at(path, content, use):
    """Read and decode all of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    content : str
        Hash of its bytes, from `mirlab.audio.fingerprint`.
    use : Use
        How its set uses it.

    Returns
    -------
    Look

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.wav")
    ...     soundfile.write(path, np.zeros(8000), 8000)
    ...     look_at(path, audio.fingerprint(path), Use((0.0,), 30.0)).faults
    [('silent', 'is silent')]
    """
    try:
        look = _look_at(path, content, use)
        now = audio.fingerprint(path)
    except AudioError as error:  # the file has disappeared
        return absent(path, error)
    if now != content:
        return Look([("changed", "was changed while it was checked; check it again")], now)
    return look


def _look_at(path, content, use):
    faults = _published(path, use.checksum)
    try:
        seconds, swings, sound, picture = _listen(path)
        faults += _silence(path, use, seconds, swings)
    except AudioError as error:
        return Look([*_damage(path, use, _sentence(error, path)), *faults], content)
    if use.bounds is not None and not use.bounds[0] <= seconds <= use.bounds[1]:
        low, high = use.bounds
        faults.append(("length", f"lasts {seconds:.2f} s; files of this set last {low:g} to {high:g} s"))
    return Look(faults, content, round(seconds, 3), sound, picture)


def _is_there(path):
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        pass
    return True


def _sentence(error, path):
    """Return what `audio` says about a file, without its name."""
    return str(error).removeprefix(f"{printable(path)}: ")


def _published(path, checksum):
    """Compare a file with what its publisher says about it."""
    if checksum is None:
        return []
    algorithm, _, published = checksum.partition(":")
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, algorithm).hexdigest()
    except OSError:
        return []  # reported when it is decoded
    if found == published.lower():
        return []
    return [("changed", f"is not the file that was published (its {algorithm} is {found}, not {published})")]


def _listen(path):
    """Decode a whole file, piece by piece.

    Returns its seconds, half the swing of each tenth of a second, and a hash and a picture of its sound.
    """
    promised = audio.seconds(path)
    samples, swings, sound, picture, silent = 0, [], hashlib.blake2b(digest_size=16), None, True
    start, last = 0.0, False
    while not last:
        # If a header rounds the length up, the excess must not become a separate piece.
        last = promised - start <= PIECE + audio.SLACK
        y = audio.load(path, offset=start, duration=None if last else PIECE)
        if start == 0:
            picture = pictures.picture(y)
        samples += len(y)
        sound.update(np.round(y * 2**15).astype("<i4").tobytes())
        silent &= bool(np.abs(y).max() < SILENCE)
        swings.append(_swings(y))
        start += PIECE
    seconds, swings = samples / audio.SAMPLE_RATE, np.concatenate(swings)
    return (seconds, swings, "", None) if silent else (seconds, swings, sound.hexdigest(), picture)


def _swings(y):
    """Return half the distance from the lowest to the highest sample, for each tenth of a second.

    Near both ends, a deviation from the median by its own value or less does not count: resampling causes it.
    """
    if len(y) >= 4 * EDGE:
        y, level = y.copy(), np.median(y)
        for end in (y[:EDGE], y[-EDGE:]):
            end[np.abs(end - level) <= np.abs(level)] = level
    blocks = np.pad(y, (0, -len(y) % BLOCK), mode="edge").reshape(-1, BLOCK)
    return (blocks.max(1) - blocks.min(1)) / 2


def _damage(path, use, sentence):
    """Say how much is damaged of a file that cannot be decoded to its end."""
    if not _loads(path, 0.0, 0.1):
        return [("unreadable", sentence)]
    whole = all(_loads(path, start, use.length) for start in use.starts)
    return [("truncated", f"{sentence} (the part that is used can be read)" if whole else sentence)]


def _loads(path, start, length):
    try:
        audio.load(path, offset=start, duration=length)
    except AudioError:
        return False
    return True


def _silence(path, use, seconds, swings):
    """Say which of a file's excerpts hold no sound."""
    found = []
    for start in use.starts:
        if start >= seconds:
            return [("length", f"lasts {seconds:.2f} s, but is to be used from {start:g} s on")]
        first, last = (int(second * audio.SAMPLE_RATE / BLOCK) for second in (start, start + use.length))
        # Only a part that looks quiet is decoded again, exactly as it is decoded for use.
        if swings[first + 1 : last - 1].max(initial=0) < QUIET:
            word = _stillness(audio.load(path, offset=start, duration=use.length))
            found += [(start, word)] if word else []
    if not found:
        return []
    start, word = found[0]
    if len(found) < (n := len(use.starts)):
        verb = "is" if len(found) == 1 else "are"
        return [("silent", f"{len(found)} of its {n} excerpts {verb} {word}, the first from {start:g} s on")]
    if swings.max() >= QUIET:
        return [("silent", f"is {word} from {start:g} to {start + use.length:g} s, the part that is used")]
    return [("silent", f"is {word}")]


def _stillness(y):
    """Return in which way an excerpt holds no sound, or None."""
    peak = np.abs(y).max()
    if peak < SILENCE:
        return "silent"
    if _swings(y).max() >= QUIET:
        return None
    return "nearly silent" if peak < QUIET else "constant, so it cannot be heard"
