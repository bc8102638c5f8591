"""What libsndfile does not say of an MP3 or an Ogg: how long it is, and whether it ends where it should."""

import mmap
import os
import re
from functools import lru_cache

TAG = 2**12  # bytes: an index may be off by a frame, and a tag may follow
LENIENT = 20  # frames, half a second: an index may be off by some, and a picture in a tag may look like some
TAIL = 2**17  # bytes: a page, and some tag after it

_KILOBITS = {  # by whether it is MPEG 1; 0: of any size, or none
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}


def ogg_end(path):
    """Look at the last page of an Ogg file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    goes_on : bool
        Whether the page belongs to another stream than the first, as in what a radio sent; libsndfile stops
        before it.
    broken_off : bool
        Whether the page is not the end of its stream, or not all of it is there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.ogg").write_bytes(b"OggS" + bytes(100))
    ...     ogg_end(Path(folder, "a.ogg"))
    (False, True)
    """
    with path.open("rb") as file:
        first = file.read(18)[14:]
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
        tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    if len(page) < 27:
        return False, True
    whole = len(page) >= 27 + page[26] + sum(page[27 : 27 + page[26]])
    return page[14:18] != first, not (whole and page[5] & 4)


@lru_cache(maxsize=2**12)
def mp3_index(path, size, changed):
    r"""Look for the index (Xing or Info, in an MP3's first frame) that says how many frames there are.

    Without one, libsndfile guesses from the size of the first frame and of the file, pictures in tags and
    all, and reads no further than its guess. So one is made, by counting.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    size, changed : int
        Its size in bytes and when it was changed: it is not read again as long as these are the same.

    Returns
    -------
    first : int
        Where the first frame begins.
    index : bytes
        What to put before it, nothing if there is an index.
    goes_on : bool
        Whether another recording follows the one that the index is of; libsndfile stops before it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     frame = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s
    ...     _ = Path(folder, "a.mp3").write_bytes(frame * 3)
    ...     first, index, goes_on = mp3_index(Path(folder, "a.mp3"), 3 * 417, 0)
    >>> first, index[36:48], goes_on
    (0, b'Xing\x00\x00\x00\x01\x00\x00\x00\x03', False)
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        first = _next_frame(content, 0)
        if first is None:
            return 0, b"", False
        head = content[first : first + 4]
        known = re.match(rb"(?s).{13,38}?(?:Xing|Info)\0\0\0(.)(.{4})(.{4})", content[first : first + 64])
        if known and known[1][0] & 1:
            counted, n_bytes = int.from_bytes(known[2]), int.from_bytes(known[3])
            if known[1][0] & 2 and size - first - n_bytes < TAG:
                return first, b"", False
            return first, b"", _count(content, first) > counted + LENIENT
        frames = _count(content, first)
    # A frame of the same kind, but of 160 or 320 kbit/s, so that there is room, and without a checksum.
    head = bytes((head[0], head[1] | 1, 0xE0 | head[2] & 0x0C, head[3]))
    mpeg1, mono = head[1] >> 3 & 1, head[3] >> 6 == 3
    index = head + bytes(17 if mpeg1 == mono else 32 if mpeg1 else 9) + b"Xing\0\0\0\1" + frames.to_bytes(4)
    return first, index.ljust(_frame_size(index, 0), b"\0"), False


def _count(content, at):
    """Count the frames of an MP3 from one on."""
    frames = 0
    while at is not None:
        frames += 1
        at = _next_frame(content, at + _frame_size(content, at), in_step=True)
    return frames


def _next_frame(content, at, *, in_step=False):
    """Return where the next frame begins, at a place or after it, or None. One frame alone may be chance."""
    while 0 <= at < len(content):
        if content[at : at + 3] == b"ID3":  # a tag; its size is four times seven bits
            at += 10 + sum(byte << 7 * i for i, byte in enumerate(reversed(content[at + 6 : at + 10])))
            continue
        size = _frame_size(content, at)
        if size and (in_step or _frame_size(content, at + size)):
            return at
        in_step = False
        at = content.find(b"\xff", at + 1)
    return None


def _frame_size(content, at):
    """Return the size of the layer III frame that begins at a place, 0 if none does."""
    head = int.from_bytes(content[at : at + 4])
    version, rate = head >> 19 & 3, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or head >> 17 & 3 != 1 or rate == 3:
        return 0
    kilobits = _KILOBITS[version == 3][head >> 12 & 15]
    slower = (4, 0, 2, 1)[version]  # MPEG 2.5, 2 and 1
    size = (144000 if version == 3 else 72000) * kilobits // ((44100, 48000, 32000)[rate] // slower)
    return size and size + (head >> 9 & 1)
