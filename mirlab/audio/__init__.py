"""Load sound files as mono float32 at one rate. No other subpackage opens sound files.

A damaged file is refused, never read in part: `load` raises an error if the file breaks off inside the
requested part, or holds values that no recording has. Silence is not an error, and gives zeros. A part of a
file is equal to the same part of the whole file, wherever it begins.

Weak signs of damage are not reported: a length that a header leaves out, tags and other foreign bytes, or an
MP3 in which less than half a second of sound is missing (see `SLACK`).
"""

import math

import librosa
import numpy as np

from mirlab.audio import containers, disk
from mirlab.audio.disk import fingerprint
from mirlab.audio.kinds import ENDINGS
from mirlab.audio.mpeg import SLACK
from mirlab.errors import AudioError

__all__ = ["ENDINGS", "SAMPLE_RATE", "SLACK", "SUFFIXES", "AudioError", "fingerprint", "load", "seconds"]

SAMPLE_RATE = 22050  # Hz, the paper's section 4

SUFFIXES = frozenset(ENDINGS)
"""Endings of the names of files that are sound or carry sound. `ENDINGS` says which cannot be read."""

# Float files may exceed 1. A level 40 dB above 1 is not a recording; it may be 16-bit integers as floats.
LOUDEST = 100.0


def load(path, *, sr=SAMPLE_RATE, offset=0.0, duration=30.0):
    """Decode part of a sound file to mono.

    Channels are averaged, and only that part is decoded. If the file ends sooner, the result is shorter.

    Parameters
    ----------
    path : str or os.PathLike
        A WAV, FLAC, Ogg, MP3, AU or AIFF file, at any rate, bit depth and number of channels.
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
        If the file is missing, empty, not sound, several recordings in one, not finite or absurdly loud, if
        it is damaged or breaks off within that part, ends before `offset`, or changes while it is read.
    ValueError
        If `sr`, `offset` or `duration` is out of range.

    See Also
    --------
    seconds : How long a file is.
    mirlab.features.log_mel : What the paper computes from it.

    Examples
    --------
    >>> import tempfile, soundfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(f"{folder}/stereo.wav", np.zeros((44100, 2)), 44100)
    ...     load(f"{folder}/stereo.wav", duration=0.5).shape
    (11025,)
    """
    if not (math.isfinite(sr) and sr > 0):
        raise ValueError(f"sr={sr!r} is not a sampling rate; it must be greater than 0 Hz")
    if not (math.isfinite(offset) and offset >= 0):
        raise ValueError(f"offset={offset!r} is not a position in a file; it must be 0 s or more")
    if duration is not None and not (math.isfinite(duration) and duration > 0):
        raise ValueError(f"duration={duration!r} must be greater than 0 s, or None to read to the end")

    with disk.opened(path) as source:
        y, rate = _part(source, offset, duration)
    if not (np.abs(y) < LOUDEST).all():  # NaN is not less than anything
        raise AudioError(f"{path}: holds values that are not finite or far beyond -1 to 1; export it again")
    y = y.mean(axis=1)
    if rate != sr:
        y = librosa.resample(y, orig_sr=rate, target_sr=sr, res_type="soxr_hq")
    if duration is not None:
        y = y[: max(1, round(duration * sr))]
    return y


def _part(source, offset, duration):
    """Decode a part of a file: an array of shape (samples, channels), and its rate in Hz."""
    stream = containers.open_stream(source)
    try:
        start = round(offset * stream.rate)
        there = stream.samples - start
        if there < 1:
            raise source.error(
                f"lasts {stream.samples / stream.rate:g} s; nothing is there at offset={offset:g} s"
            )
        wanted = math.inf if duration is None else max(1, round(duration * stream.rate))
        y = stream.read(start, min(wanted, there))
    finally:
        stream.close()
    if len(y) == 0 or min(wanted, there + stream.lost) - len(y) > SLACK * stream.rate:
        broken = (start + len(y)) / stream.rate
        raise source.error(f"breaks off at {broken:.2f} s, before its end; get a whole copy of it")
    return y, stream.rate


def seconds(path):
    """Return how long a sound file is.

    This is the length of what `load` returns with ``duration=None``. Most headers state it. If a header does
    not, or may be wrong, as in an MP3, frames are counted.

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
        If the file is missing, empty, not sound, or several recordings in one.

    Examples
    --------
    >>> import tempfile, soundfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(f"{folder}/a.wav", np.zeros(11025), 22050)
    ...     seconds(f"{folder}/a.wav")
    0.5
    """
    with disk.opened(path) as source:
        stream = containers.open_stream(source)
        stream.close()
    return stream.samples / stream.rate
