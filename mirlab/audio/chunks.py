"""Find out how many bytes of sound a header promises. libsndfile does not notice when some are missing."""

import struct
from typing import NamedTuple

MOST = 10_000  # chunks that are looked at


class _Layout(NamedTuple):
    """How a format writes its chunks: a name, a size, and so many bytes."""

    first: int  # bytes before the first chunk
    name: int  # bytes of a name
    size: str  # of a size, as in `struct`
    counted: int  # bytes of name and size that are counted in the size
    even: int  # sizes are rounded up to multiples of so many bytes
    sound: bytes  # name of the chunk that holds the sound


_LAYOUTS = {
    b"RIFF": _Layout(12, 4, "<I", 0, 2, b"data"),
    b"RIFX": _Layout(12, 4, ">I", 0, 2, b"data"),
    b"RF64": _Layout(12, 4, "<I", 0, 2, b"data"),
    b"FORM": _Layout(12, 4, ">I", 0, 2, b"SSND"),
    b"riff": _Layout(40, 16, "<Q", 24, 8, b"data"),  # W64
    b"caff": _Layout(8, 4, ">Q", 0, 1, b"data"),
}


def lost(source, begin):
    r"""Return how much sound a header promises that is not there.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        An open WAV, RF64, AIFF, AU, CAF or W64; of other files nothing is known.
    begin : int
        Where its header begins.

    Returns
    -------
    float
        The missing bytes as a multiple of what is there; 0 if nothing is missing.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mirlab.audio import disk
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.wav").write_bytes(b"RIFF\0\0\0\0WAVEdata\6\0\0\0" + bytes(4))
    ...     with disk.opened(Path(folder, "a.wav")) as source:
    ...         lost(source, 0)
    0.5
    """
    start, promised = _sound(source, begin)
    there = source.size - start
    return (promised - there) / there if 0 < there < promised and not _left_open(promised) else 0.0


def end(source, begin):
    """Return where the sound of a file ends. libsndfile would read everything after it in an AU or W64 file.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        Any open file.
    begin : int
        Where its header begins.

    Returns
    -------
    int
        A position in bytes.
    """
    start, size = _sound(source, begin)
    open_ended = source.read(begin, 4) in (b"riff", b".snd", b"dns.")
    return min(source.size, start + size) if open_ended and size and not _left_open(size) else source.size


def _left_open(size):
    """Return whether a recorder never filled in this size: it is then about 2^31, 2^32 or 2^63."""
    return 2**31 - 2**16 <= size <= 2**31 or 2**32 - 2**16 <= size < 2**32 or size >= 2**62


def _sound(source, begin):
    """Return where the sound begins, and how many bytes of it there should be; 0, 0 if unknown."""
    magic = source.read(begin, 4)
    if magic in (b".snd", b"dns."):  # AU
        start, size = _unpack(">II" if magic == b".snd" else "<II", source.read(begin + 4, 8))
        return begin + start, size
    layout = _LAYOUTS.get(magic)
    at, long = begin + (layout.first if layout else 0), None
    for _ in range(MOST if layout else 0):
        name = source.read(at, layout.name)
        (size,) = _unpack(layout.size, source.read(at + layout.name, 8))
        size -= layout.counted
        at += layout.name + struct.calcsize(layout.size)
        if size < 0 or not name:
            break
        if name.startswith(b"ds64"):  # of RF64: sizes that need more than 32 bits
            (long,) = _unpack("<Q", source.read(at + 8, 8))
        if name.startswith(layout.sound):
            return at, long or size
        at += size + -size % layout.even
    return 0, 0


def _unpack(form, content):
    return struct.unpack_from(form, content.ljust(8, b"\0"))
