"""One file, decoded from its first sample to its last: what is wrong with it, what tells it from others.

It is decoded piece by piece, so that memory stays flat. A hash of its bytes, a hash of its samples and a
small picture of its first 20 s are kept, 2 kB in all.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirlab import audio
from mirlab.errors import AudioError, printable
from mirlab.store import SILENCE
from mirlab.validate import pictures

PIECE = 30.0  # s, decoded at a time
BLOCK = audio.SAMPLE_RATE // 10  # samples: how finely silence is looked for
QUIET = 2.0**-11  # 16 steps of 16-bit sound, -66 dB of full scale; noise of converters lies below


@dataclass(frozen=True, eq=False)
class File:
    """A file of a set, and what the set says about it.

    Attributes
    ----------
    name : str
        Relative to the set's folder.
    path : pathlib.Path
        Where it lies.
    excerpts : list of mirlab.datasets.files.Excerpt
        The parts of it that are used.
    checksum : str, optional
        Of the published file, as ``"md5:..."``.
    """

    name: str
    path: Path
    excerpts: list
    checksum: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What is kept of a file.

    Attributes
    ----------
    faults : list of tuple of str
        Kind of finding, and a sentence without the name of the file.
    content : str
        Hash of its bytes; "" if there are none to read.
    seconds : float, optional
        Of sound in it, if it can be decoded to its end.
    sound : str
        Hash of its samples, if it can be and is not silent.
    picture : ndarray, optional
        From `mirlab.validate.pictures.picture`.
    """

    faults: list[tuple[str, str]]
    content: str = ""
    seconds: float | None = None
    sound: str = ""
    picture: np.ndarray | None = None


def look_at(file, length, bounds=None):
    """Read and decode all of a file.

    Parameters
    ----------
    file : File
        Any file.
    length : float
        How much of each excerpt is used, in seconds.
    bounds : tuple of float, optional
        How short and how long a file of this set may be, in seconds.

    Returns
    -------
    Look

    Examples
    --------
    >>> look_at(File("a.wav", Path("nowhere", "a.wav"), []), 30.0).faults[0][0]
    'missing'
    """
    try:
        content = audio.fingerprint(file.path)
    except AudioError as error:
        kind = "unreadable" if _there(file.path) else "missing"
        return Look([(kind, _told(error, file.path))])
    faults = _published(file)
    try:
        seconds, swings, sound, picture = _listen(file.path)
        faults += _silence(file, length, seconds, swings)
    except AudioError as error:
        return Look([*_damage(file, length, _told(error, file.path)), *faults], content)
    if bounds is not None and not bounds[0] <= seconds <= bounds[1]:
        faults.append(
            ("length", f"lasts {seconds:.2f} s; files of this set last {bounds[0]:g} to {bounds[1]:g} s")
        )
    return Look(faults, content, round(seconds, 3), sound, picture)


def _there(path):
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        pass
    return True


def _told(error, path):
    """Return what `audio` has against a file, without its name."""
    return str(error).removeprefix(f"{printable(path)}: ")


def _published(file):
    """Compare a file with what its publisher says of it."""
    if file.checksum is None:
        return []
    algorithm, _, published = file.checksum.partition(":")
    try:
        with file.path.open("rb") as content:
            found = hashlib.file_digest(content, algorithm).hexdigest()
    except OSError:
        return []  # told when it is decoded
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
        # What a header has too much by rounding must not become a piece of its own.
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
    """Return half of what lies between the lowest and the highest sample of each tenth of a second."""
    blocks = np.pad(y, (0, -len(y) % BLOCK), mode="edge").reshape(-1, BLOCK)
    swings = (blocks.max(1) - blocks.min(1)) / 2
    if len(swings) > 2:
        swings[[0, -1]] = swings[[1, -2]]  # resampling makes the ends of a constant ring
    return swings


def _damage(file, length, told):
    """Say how much of a file is damaged that cannot be decoded to its end."""
    if not _loads(file.path, 0.0, 0.1):
        return [("unreadable", told)]
    used = all(_loads(file.path, excerpt.start, length) for excerpt in file.excerpts)
    return [("truncated", f"{told} (what is used of it can be read)" if used else told)]


def _loads(path, start, length):
    try:
        audio.load(path, offset=start, duration=length)
    except AudioError:
        return False
    return True


def _silence(file, length, seconds, swings):
    """Say which of a file's excerpts hold no sound."""
    found = []
    for start in (excerpt.start for excerpt in file.excerpts):
        if start >= seconds:
            return [("length", f"lasts {seconds:.2f} s, but is to be used from {start:g} s on")]
        first, last = (int(second * audio.SAMPLE_RATE / BLOCK) for second in (start, start + length))
        if swings[first + 1 : last - 1].max(initial=0) < QUIET:  # now read it as it is read for use
            word = _stillness(audio.load(file.path, offset=start, duration=length))
            found += [(start, word)] if word else []
    if not found:
        return []
    start, word = found[0]
    if len(found) < (n := len(file.excerpts)):
        verb = "is" if len(found) == 1 else "are"
        return [("silent", f"{len(found)} of its {n} excerpts {verb} {word}, the first from {start:g} s on")]
    if swings.max() >= QUIET:
        return [("silent", f"is {word} from {start:g} to {start + length:g} s, the part that is used")]
    return [("silent", f"is {word}")]


def _stillness(y):
    """Return in which way an excerpt holds no sound, or None."""
    peak = np.abs(y).max()
    if peak < SILENCE:
        return "silent"
    if _swings(y).max() >= QUIET:
        return None
    return "nearly silent" if peak < QUIET else "constant, no sound"
