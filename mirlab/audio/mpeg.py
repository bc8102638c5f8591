"""Decode MPEG sound (MP3, MP2, MP1): find every frame, and decode a part from its own frames alone.

Nothing in such a file says reliably how long it is. An index (Xing, Info, VBRI) may be missing or wrong, and
without one the decoder estimates the length from the size of the file, pictures in tags included. It also
loses its way in foreign bytes. So `find` walks from header to header and notes where each frame is. The
decoder gets the frames that are needed and no other byte, and reads them from first to last: it never seeks.
"""

import io
import re
from array import array
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import soundfile

from mirlab.audio import disk, kinds
from mirlab.audio.quiet import QUIET

SLACK = 0.5  # s of sound that may be missing in the middle or at the end before a file counts as damaged

# A frame uses bits of earlier frames, so the first few decoded frames are wrong.
PREROLL = 1.0  # s; the most that was seen to go wrong was 0.41 s

CHAIN = 3  # headers in a row that fit together: this many are not a coincidence
REACH = 2**20  # bytes in which the first frame is searched
BLOCK = 2**16  # bytes that are searched at a time
DECODER_DELAY = 529  # samples that decoding adds to the delay of the encoder

_SYNC = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]")
_INDEX = re.compile(rb"(?s).{13,38}?(Xing|Info|VBRI)")
_KILOBITS = {  # by whether it is MPEG 1, and layer; 0 is "free format": any size, the same for all frames
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


class Kind(NamedTuple):
    """What all frames of a stream have in common."""

    version: int  # 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
    layer: int
    rate: int  # Hz
    mono: bool

    @property
    def per_frame(self):
        """Samples in a frame."""
        return 384 if self.layer == 1 else 576 if self.layer == 3 and self.version != 3 else 1152

    def __str__(self):
        return f"{self.rate} Hz {'mono' if self.mono else 'stereo'}, layer {self.layer}"


class Frames(NamedTuple):
    """Where the frames of a file are.

    Attributes
    ----------
    kind : Kind
        What they have in common.
    starts, sizes : ndarray, shape (frames,), int64
        In bytes.
    skip : int
        Samples that an encoder put before the sound.
    samples : int
        Samples of sound.
    lost : int
        Samples that are missing at the end.
    gaps : list of tuple
        Where frames are missing: the number of the next frame, and about how many seconds are missing.
    """

    kind: Kind
    starts: np.ndarray
    sizes: np.ndarray
    skip: int
    samples: int
    lost: int
    gaps: list


class Mpeg:
    """Frames that can be decoded.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        The open file.
    found : Frames
        What `find` found in it.
    """

    def __init__(self, source, found):
        self.source, self.found = source, found
        self.rate, self.samples, self.lost = found.kind.rate, found.samples, found.lost

    def read(self, start, n):
        """Decode `n` samples from one on; see `mirlab.audio.containers.Sndfile.read`."""
        found, per_frame = self.found, self.found.kind.per_frame
        begin = found.skip + start
        first = max(0, begin // per_frame - round(PREROLL * self.rate / per_frame) - 1)
        last = min(len(found.starts), -(-(begin + n) // per_frame))
        for frame, seconds in found.gaps:
            if first < frame < last:
                at = (frame * per_frame - found.skip) / self.rate
                raise self.source.error(
                    f"is damaged at {at:.2f} s, where about {seconds:.1f} s are missing; "
                    "get a whole copy of it"
                )
        try:
            with QUIET, soundfile.SoundFile(self._frames(first, last)) as file:
                y = file.read((last - first) * per_frame, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, MemoryError) as error:
            raise self.source.error(
                f"is damaged somewhere after {start / self.rate:g} s; get a whole copy of it"
            ) from error
        return y[begin - first * per_frame :][:n]

    def close(self):
        """Do nothing: the decoder is open during `read` only."""

    def _frames(self, first, last):
        """Return some frames as a file for the decoder."""
        starts, sizes = self.found.starts[first:last].tolist(), self.found.sizes[first:last].tolist()
        content = io.BytesIO()
        for start, size in zip(starts, sizes, strict=True):
            content.write(self.source.read(start, size))
        content.write(self.source.read(starts[-1], sizes[-1]))  # not read, but a single frame is not opened
        # It estimates from the first frame how many there are: claim that all are as large as the largest.
        return _Claiming(content.getvalue(), (len(sizes) + 10) * (max(sizes) + 10))


class _Claiming(io.BytesIO):
    """Bytes that report a larger size than they have: the decoder reads no further than it estimates."""

    TAG = 128  # bytes at the end, in which the decoder looks for a tag

    def __init__(self, content, claimed):
        super().__init__(content)
        self.claimed = max(claimed, len(content)) + self.TAG

    def seek(self, offset, whence=0):
        return super().seek(self.claimed + offset) if whence == 2 else super().seek(offset, whence)

    def readinto(self, buffer):
        if self.tell() < self.claimed - self.TAG:
            return super().readinto(buffer)
        buffer[:] = bytes(len(buffer))
        return len(buffer)


@disk.remembered
def find(source, *, search=False):
    """Find the frames of MPEG sound in a file.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        The open file.
    search : bool
        Whether other bytes than tags may come before the first frame.

    Returns
    -------
    Frames or None
        None if there are none.

    Raises
    ------
    AudioError
        If the sound changes its rate or its number of channels.
    """
    walker = _Walker(source)
    at = walker.first(kinds.after_tags(source.file, 0), search)
    if at is None:
        return None
    kind, begin, gaps = walker.header(at).kind, at, []
    while at is not None:
        end = walker.walk(at, kind)
        at = walker.resume(end, kind)
        if at is not None and (foreign := at - kinds.after_tags(source.file, end)):
            gaps.append((len(walker.starts), foreign))
    starts, sizes = np.array(walker.starts, dtype=np.int64), np.array(walker.sizes, dtype=np.int64)
    index = _index(source, starts[0], sizes[0]) if len(starts) and kind.layer == 3 else None
    if index is None:
        index = _Index(0, 0)
    else:  # its frame is silent
        starts, sizes, gaps = starts[1:], sizes[1:], [(frame - 1, foreign) for frame, foreign in gaps]
    whole = len(starts) == index.frames
    clean = kinds.after_tags(source.file, end) == source.size
    skip = index.delay + DECODER_DELAY if index.delay or index.padding else 0
    padding = max(0, index.padding - DECODER_DELAY) if whole else 0
    return Frames(
        kind=kind,
        starts=starts,
        sizes=sizes,
        skip=skip,
        samples=max(0, len(starts) * kind.per_frame - skip - padding),
        lost=_missing(index, sizes, end - begin, clean) * kind.per_frame,
        gaps=[] if whole else _long(gaps, sizes, kind),
    )


def _missing(index, sizes, n_bytes, clean):
    """Count the frames that an index promises and the file lacks. Bytes must be missing, too."""
    frames = index.frames - len(sizes)
    if frames <= 0 or len(sizes) == 0:
        return 0
    if index.size:  # enough for that many frames, and not too many
        return frames if 1 / 4 < (index.size - n_bytes) / frames / sizes.mean() < 4 else 0
    return 0 if clean else frames


def _long(gaps, sizes, kind):
    """Return the gaps in which so much sound may be missing that it matters."""
    second = sizes.mean() * kind.rate / kind.per_frame if gaps else 1  # in bytes
    return [(frame, foreign / second) for frame, foreign in gaps if foreign / second > SLACK]


class _Index(NamedTuple):
    """What an index promises; 0 is "unknown"."""

    frames: int
    size: int  # bytes
    delay: int = 0  # samples that the encoder put before the sound
    padding: int = 0  # samples that it put behind the sound


def _index(source, at, size):
    """Read the index in a frame; None if the frame is sound."""
    content = source.read(int(at), int(size))
    known = _INDEX.match(content[:48])
    if not known:
        return None
    fields = content[known.end() :].ljust(256, b"\0")
    if known[1] == b"VBRI":
        return _Index(int.from_bytes(fields[10:14]), int.from_bytes(fields[6:10]))
    counts, at = [], 4
    for flag, width in ((1, 4), (2, 4), (4, 100), (8, 4)):  # frames, bytes, table of contents, quality
        counts.append(int.from_bytes(fields[at : at + width]) if fields[3] & flag else 0)
        at += width if fields[3] & flag else 0
    trims = int.from_bytes(fields[at + 21 : at + 24]) if fields[at] else 0  # after the name of the encoder
    return _Index(counts[0], counts[1], trims >> 12, trims & 0xFFF)


class _Header(NamedTuple):
    kind: Kind
    size: int  # bytes of the frame, padding included; 0 in free format
    padding: int  # bytes


@lru_cache(maxsize=2**12)  # a file has a few dozen different ones
def _header(head):
    """Return what four bytes say about a frame; None if no frame begins with them."""
    bits = int.from_bytes(head)
    version, layer, rate, kilobits = bits >> 19 & 3, 4 - (bits >> 17 & 3), bits >> 10 & 3, bits >> 12 & 15
    if len(head) < 4 or bits >> 21 != 0x7FF or version == 1 or layer == 4 or rate == 3 or kilobits == 15:
        return None
    hz = (44100, 48000, 32000)[rate] >> (2, 0, 1, 0)[version]
    kind = Kind(version, layer, hz, bits >> 6 & 3 == 3)
    slot = 4 if layer == 1 else 1  # sizes are multiples of so many bytes
    slots = kind.per_frame // 8 // slot * 1000 * _KILOBITS[version == 3, layer][kilobits] // hz
    padding = (bits >> 9 & 1) * slot
    return _Header(kind, slots and slots * slot + padding, padding)


class _Walker:
    """Walk from header to header through a file, and note where frames are."""

    def __init__(self, source):
        self.source, self.file, self.end = source, source.file, source.size
        self.free = 0  # bytes of a frame of free format, without padding
        self.starts, self.sizes = array("q"), array("q")

    def header(self, at):
        """Return the header at a place, or None."""
        self.file.seek(at)
        return _header(self.file.read(4))

    def first(self, at, search):
        """Return where the first frame begins, or None."""
        if self._chain(at) or self._free_format(at):
            return at
        return self._search(at, at + REACH) if search else None

    def walk(self, at, kind):
        """Note frames as long as one follows the other; return where no whole frame follows."""
        while at < self.end:
            header = self.header(at)
            if header is None or header.kind != kind:
                break
            size = self._size(header)
            if not 0 < size <= self.end - at:
                break
            self.starts.append(at)
            self.sizes.append(size)
            at += size
        return at

    def resume(self, at, kind):
        """Return where frames continue after tags or foreign bytes, or None."""
        at = kinds.after_tags(self.file, at)
        found = at if self._chain(at) else self._search(at + 1, self.end)
        if found is not None and (other := self.header(found).kind) != kind:
            seconds = len(self.starts) * kind.per_frame / kind.rate
            raise self.source.error(
                f"holds several recordings in different formats ({kind}; from {seconds:.2f} s on {other}); "
                "export them as one"
            )
        return found

    def _chain(self, at):
        """Return whether frames follow one another from a position on, or up to the end of the file."""
        kind = None
        for _ in range(CHAIN):
            if at == self.end and kind:
                return True
            header = self.header(at)
            if header is None or header.kind != (kind or header.kind):
                return False
            kind, size = header.kind, self._size(header)
            if not size:
                return False
            at += size
        return True

    def _size(self, header):
        """Return the size of a frame in bytes; 0 if only one of it and the others is of free format."""
        if self.free:
            return 0 if header.size else self.free + header.padding
        return header.size

    def _search(self, at, stop):
        """Return where the next frames begin, or None."""
        while at < min(stop, self.end):
            self.file.seek(at)
            block = self.file.read(BLOCK)
            for match in _SYNC.finditer(block):
                if self._chain(at + match.start()):
                    return at + match.start()
            at += max(1, len(block) - 1)  # a header may cross the border
        return None

    def _free_format(self, at):
        """Return whether frames of free format begin at a position. The next header gives their size."""
        header = self.header(at)
        if header is None or header.size:
            return False
        self.file.seek(at)
        block = self.file.read(2**12)  # libmpg123 reads frames of up to 3456 bytes
        for match in re.finditer(re.escape(block[:2]), block[4:]):
            self.free = match.start() + 4 - header.padding
            if self._chain(at):
                return True
        self.free = 0
        return False
