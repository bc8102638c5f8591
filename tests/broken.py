"""Broken and odd sound files, each with what must become of it.

`cases()` lists them: each is made by a function of its path, and is either read, as the tune that is in it,
or refused with certain words. `make(root)` writes them all as ``<root>/<group>/<name>``, a folder set.
The list itself is in broken_files.py and broken_streams.py.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import scipy.signal
import soundfile

RATE = 22050
SECONDS = 2.0
SOUND_NAMES = ("wav", "flac", "ogg", "opus", "mp3", "au", "aiff", "caf", "w64")

NOT_SOUND = "cannot be read as sound"
CUT_SHORT = f"{NOT_SOUND}|is damaged |breaks off at|holds no samples|is empty"
SEVERAL = "holds several recordings"
TOO_LOUD = "not finite or far beyond -1 to 1"


@dataclass(frozen=True)
class Case:
    """A file, and what must become of it.

    Attributes
    ----------
    refused : str, optional
        If it must be refused: a regular expression for the sentence that does.
    seconds : float
        If it must be read: how much of the tune is in it.
    tolerance : float
        How exactly.
    level : float, optional
        The value of all samples, if it is not the tune.
    late : bool
        Whether the tune may begin up to 0.15 s late: coders delay, and not every file says by how much.
    believed : bool
        Whether only its length can be known, to half a second: its header is wrong, or there is a gap in it.
    """

    group: str
    name: str
    write: Callable[[Path], None]
    refused: str | None = None
    seconds: float = SECONDS
    tolerance: float = 1e-3
    level: float | None = None
    late: bool = False
    believed: bool = False

    def __str__(self):
        return f"{self.group}/{self.name}".encode("ascii", "backslashreplace").decode()[:60]

    def holds(self, y):
        """Whether a sound at 22 050 Hz is what must be read.

        Parameters
        ----------
        y : ndarray, shape (samples,)
            What was read.

        Returns
        -------
        bool
        """
        expected = (
            tune(self.seconds) if self.level is None else np.full(round(self.seconds * RATE), self.level)
        )
        slack = 0.5 if self.believed else 0.2 if self.late or self.tolerance > 1e-3 else 1e-4  # s
        if abs(len(y) - len(expected)) > slack * RATE:
            return False
        if self.believed:
            return True
        lag = 0
        if self.late:
            likeness = scipy.signal.correlate(y[: 3 * RATE], expected[: 2 * RATE], mode="full")
            lag = int(likeness.argmax()) - min(len(expected), 2 * RATE) + 1
        n = min(len(y) - lag, len(expected))
        middle = slice(n // 20, n - n // 20)  # resampling and codecs may ring at the ends
        right = np.abs(y[lag : lag + n] - expected[:n])[middle] <= self.tolerance
        return 0 <= lag <= 0.15 * RATE and bool(right.all())


def tune(seconds=SECONDS, rate=RATE):
    """A chirp from 200 Hz up: no two places in it are the same, and every rate and codec can carry it."""
    t = np.arange(round(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * (200 + 150 * t) * t)


# --- whole files, as bytes --------------------------------------------------------------------------------

CODECS = {
    "wav": ("WAV", "PCM_16", RATE),
    "flac": ("FLAC", "PCM_16", RATE),
    "ogg": ("OGG", "VORBIS", RATE),
    "opus": ("OGG", "OPUS", 48000),
    "mp3": ("MP3", "MPEG_LAYER_III", RATE),
    "au": ("AU", "PCM_16", RATE),
    "aiff": ("AIFF", "PCM_16", RATE),
    "caf": ("CAF", "PCM_16", RATE),
    "w64": ("W64", "PCM_16", RATE),
}
LOSSY = {"ogg": 0.08, "opus": 0.08, "mp3": 0.1}


def encode(y, rate, form, subtype, **options):
    file = io.BytesIO()
    soundfile.write(file, y, rate, format=form, subtype=subtype, **options)
    return file.getvalue()


@cache
def whole(kind, seconds=SECONDS, channels=1):
    form, subtype, rate = CODECS[kind]
    return encode(np.stack([tune(seconds, rate)] * channels, axis=1), rate, form, subtype)


@cache
def mp3_without_index(seconds=SECONDS, rate=RATE, channels=1):
    """An MP3 as old encoders made it: constant bit rate, and no Xing header before the first frame."""
    y = np.stack([tune(seconds, rate)] * channels, axis=1)
    made = encode(y, rate, "MP3", "MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.5)
    return made[mp3_frames(made)[1] :]


def mp3_frames(content):
    """Where the frames of an MP3 begin."""
    starts, start = [], 0
    while start + 4 <= len(content):
        head = int.from_bytes(content[start : start + 4])
        assert head >> 21 == 0x7FF
        whole_rate = head >> 19 & 3 == 3
        kilobits = (
            (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
            if whole_rate
            else (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
        )[head >> 12 & 15]
        rate = (44100, 48000, 32000)[head >> 10 & 3] // {3: 1, 2: 2, 0: 4}[head >> 19 & 3]
        starts.append(start)
        start += (144 if whole_rate else 72) * kilobits * 1000 // rate + (head >> 9 & 1)
    return starts


def id3(size, *, claimed=None, body=b"", flags=0):
    """An ID3v2 tag of so many bytes, which may claim to be of another size; flag 0x10 is a footer."""
    claimed = size if claimed is None else claimed
    digits = bytes(claimed >> shift & 127 for shift in (21, 14, 7, 0))
    rest = bytes((4, 0, flags)) + digits
    return b"ID3" + rest + body.ljust(size, b"\0") + (b"3DI" + rest if flags & 0x10 else b"")


ID3V1 = b"TAG".ljust(128, b"\0")


def ape(body):
    """An APE tag, with header and footer."""
    head = b"APETAGEX" + struct.pack("<III", 2000, len(body) + 32, 1)
    return (
        head
        + struct.pack("<I", 0xA0000000)
        + bytes(8)
        + body
        + head
        + struct.pack("<I", 0x80000000)
        + bytes(8)
    )


def ogg_page(page, *, flags=None, serial=None):
    """The same page with other flags or another serial number, and the checksum of that."""
    page = bytearray(page)
    if flags is not None:
        page[5] = flags
    if serial is not None:
        page[14:18] = struct.pack("<I", serial)
    page[22:26] = bytes(4)
    page[22:26] = struct.pack("<I", ogg_checksum(page))
    return bytes(page)


def ogg_pages(content, serial=None):
    """Split an Ogg stream into pages, and give it another serial number."""
    pages, start = [], 0
    while start < len(content):
        assert content[start : start + 4] == b"OggS"
        segments = content[start + 26]
        stop = start + 27 + segments + sum(content[start + 27 : start + 27 + segments])
        pages.append(content[start:stop] if serial is None else ogg_page(content[start:stop], serial=serial))
        start = stop
    return pages


def ogg_checksum(page):
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if crc >> 31 else crc << 1
    return crc


def put(content, where, form, *values):
    changed = bytearray(content)
    struct.pack_into(form, changed, where, *values)
    return bytes(changed)


def noise(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, n, dtype=np.uint8).tobytes()


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + noise(300, seed) for seed in range(100))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tune.wav", whole("wav"))
    return file.getvalue()


# --- the list ---------------------------------------------------------------------------------------------


def cases():
    """List every case.

    Returns
    -------
    list of Case
        In the order of their groups.
    """
    import broken_files  # they are made of what is in this file
    import broken_streams

    found = []

    def add(group, name, content, *expected, **more):
        def write(path):
            path.write_bytes(content)

        found.append(Case(group, name, write if isinstance(content, bytes) else content, *expected, **more))

    for group, list_some in (broken_files.GROUPS | broken_streams.GROUPS).items():
        list_some(partial(add, group))
    return found


def make(root, found):
    """Write cases below a folder.

    Returns
    -------
    dict of Case to pathlib.Path
        Those that this system can hold.
    """
    written = {}
    for case in found:
        path = Path(root, case.group, case.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # a system that takes two names for one
            continue
        try:
            case.write(path)
        except (OSError, ValueError, AttributeError):  # a name, or an entry, that it does not know
            continue
        written[case] = path
    return written
