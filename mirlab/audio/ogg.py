"""Find the pages of the sound in an Ogg file among damaged pages, other streams and foreign bytes."""

import io
import itertools
import struct
import zlib
from typing import NamedTuple

from mirlab.audio import disk, kinds

BLOCK = 2**16  # bytes that are searched at a time
SOUND = (b"\x01vorbis", b"OpusHead")  # first bytes of streams that libsndfile can decode

FIRST, LAST = 2, 4  # flags of pages that begin and end a stream


class Stream(NamedTuple):
    """The pages of one stream of sound.

    Attributes
    ----------
    pages : list of Page
        In their order.
    clean : bool
        Whether the file holds these pages and nothing else.
    cut : bool
        Whether the stream breaks off.
    gaps : list of tuple of float
        Where pages are missing: from when to when, in seconds before the end (negative).
    """

    pages: list
    clean: bool
    cut: bool
    gaps: list


class Page(NamedTuple):
    """Where a page is, and what its header says."""

    at: int
    size: int
    flags: int
    granule: int  # number of the last sample that ends on it, -1 if none does
    serial: int
    number: int
    begins: bytes  # what is in it, up to where a stream says what it is


@disk.remembered
def find(source):
    """Find the pages of the first stream of sound in an Ogg file.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        The open file.

    Returns
    -------
    Stream or None
        None if there is no sound that can be decoded.

    Raises
    ------
    AudioError
        If the file holds several recordings, one after the other.
    """
    pages, damaged = _pages(source)
    begun = [page for page in pages if page.flags & FIRST]
    sound = next((page for page in begun if page.begins.startswith(SOUND)), None)
    if sound is None:
        return None
    if any(page.flags & FIRST and not before.flags & FIRST for before, page in itertools.pairwise(pages)):
        raise source.error(
            "holds several recordings, of which only the first can be read; export them as one"
        )
    own = [page for page in pages if page.serial == sound.serial]
    end = own[-1].at + own[-1].size
    foreign = kinds.after_tags(source.file, end) < source.size and pages[-1] is own[-1]
    ended = bool(own[-1].flags & LAST)
    return Stream(
        pages=own,
        clean=ended and sum(page.size for page in own) == source.size,
        cut=damaged > own[-1].at or (foreign and not ended),
        gaps=_gaps(own, sound.begins),
    )


def content(source, stream):
    """Return the pages of a stream as a file of their own, the last one marked as such.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        The open file.
    stream : Stream
        What `find` found in it.

    Returns
    -------
    file object
    """
    alone = io.BytesIO()
    for page in stream.pages:
        alone.write(source.read(page.at, page.size))
    last = bytearray(alone.getbuffer()[-stream.pages[-1].size :])
    last[5] |= LAST
    last[22:26] = checksum(last).to_bytes(4, "little")
    alone.seek(-len(last), io.SEEK_END)
    alone.write(last)
    alone.seek(0)
    return alone


def checksum(page):
    """Compute the checksum of a page: CRC-32 with its bits in Ogg's order.

    The value in the page's own checksum field is ignored.

    Parameters
    ----------
    page : bytes-like
        All of it.

    Returns
    -------
    int

    Examples
    --------
    >>> hex(checksum(b"OggS" + bytes(24)))
    '0xb8368a94'
    """
    page = bytes(page[:22]) + bytes(4) + bytes(page[26:])
    return _reversed(zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF, 32)


def _reversed(number, bits):
    return int(f"{number:0{bits}b}"[::-1], 2)


_REVERSED = bytes(_reversed(byte, 8) for byte in range(256))


def _pages(source):
    """Return every whole page, and where the last incomplete or damaged page is."""
    pages, damaged, at = [], -1, 0
    while (at := _search(source.file, at)) is not None:
        page = _page(source, at)
        if page is None:
            damaged, at = at, at + 1
        else:
            pages.append(page)
            at += page.size
    return pages, damaged


def _page(source, at):
    """Return the page at a place, or None if it is incomplete or damaged."""
    head = source.read(at, 27)
    if len(head) < 27 or head[4] != 0:
        return None
    _, _, flags, granule, serial, number, crc, segments = struct.unpack("<4sBBqIIIB", head)
    lacing = source.file.read(segments)
    body = source.file.read(sum(lacing))
    size = 27 + segments + sum(lacing)
    whole = head + lacing + body
    if len(whole) < size or checksum(whole) != crc:
        return None
    return Page(at, size, flags, granule, serial, number, body[:64])


def _search(file, at):
    """Return where the next page begins, or None."""
    file.seek(at)
    if file.read(4) == b"OggS":
        return at
    while True:
        file.seek(at)
        block = file.read(BLOCK)
        if (found := block.find(b"OggS")) >= 0:
            return at + found
        if len(block) < BLOCK:
            return None
        at += len(block) - 3


def _gaps(pages, begins):
    """Return where pages are missing, in seconds before the end."""
    rate = 48000 if begins.startswith(b"OpusHead") else max(1, int.from_bytes(begins[12:16], "little"))
    end = max(page.granule for page in pages)
    gaps = []
    for i, (before, page) in enumerate(itertools.pairwise(pages), 1):
        if page.number != before.number + 1:
            start = next((p.granule for p in pages[i - 1 :: -1] if p.granule >= 0), 0)
            stop = next((p.granule for p in pages[i:] if p.granule >= 0), end)
            gaps.append(((start - end) / rate, (stop - end) / rate))
    return gaps
