"""Broken and odd sound files, each with what must become of it.

`cases()` lists them: each is made by a function of its path, and is either read, as the tune that is in it,
or refused with certain words. `make(root)` writes them all as ``<root>/<group>/<name>``, a folder set.
"""

import io
import os
import socket
import struct
import unicodedata
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
CUT_SHORT = f"{NOT_SOUND}|is damaged somewhere|breaks off at|holds no samples|is empty"
SEVERAL = "several recordings, of which only the first"
TOO_LOUD = "not finite or far beyond -1 to 1"


@dataclass(frozen=True)
class Case:
    """A file, and what must become of it.

    Attributes
    ----------
    refused : str, optional
        If it must be refused: a regular expression for the sentence that does.
    seconds : float
        Otherwise: how much of the tune is in it,
    tolerance : float
        how exactly,
    level : float, optional
        or what value it has throughout.
    late : bool
        Whether the tune may begin up to 120 ms late: coders delay, and not every file says by how much.
    believed : bool
        Whether only its length can be known, to half a second: its header lies, or there is a gap in it.
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
        slack = 0.5 if self.believed else 0.12 if self.late or self.tolerance > 1e-3 else 1e-4  # s
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
        return 0 <= lag <= 0.12 * RATE and bool(right.all())


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


def id3(size, *, claimed=None, body=b"", version=4):
    """An ID3v2 tag of so many bytes, which may claim to be of another size."""
    claimed = size if claimed is None else claimed
    digits = bytes(claimed >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, 0)) + digits + body.ljust(size, b"\0")


def ogg_pages(content, serial=None):
    """Split an Ogg stream into pages, giving it another serial number if asked."""
    pages, start = [], 0
    while start < len(content):
        assert content[start : start + 4] == b"OggS"
        segments = content[start + 26]
        stop = start + 27 + segments + sum(content[start + 27 : start + 27 + segments])
        page = bytearray(content[start:stop])
        if serial is not None:
            page[14:18] = struct.pack("<I", serial)
            page[22:26] = bytes(4)
            page[22:26] = struct.pack("<I", ogg_checksum(page))
        pages.append(bytes(page))
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
    found = []

    def add(group, name, content, *expected, **more):
        def write(path):
            path.write_bytes(content)

        found.append(Case(group, name, write if isinstance(content, bytes) else content, *expected, **more))

    for group, list_some in GROUPS.items():
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


def _truncated(add):
    for kind in SOUND_NAMES:
        content = whole(kind, 4.0)
        start = first_sound(kind, content)
        for name, stop in {
            "name alone": 4,
            "half a header": start // 2,
            "all but the last byte of the header": start - 1,
            "header alone": start,
            "one byte of sound": start + 1,
            "half": len(content) // 2 + 1,
            "three quarters": len(content) * 3 // 4,
        }.items():
            add(f"{name}.{kind}", content[:stop], CUT_SHORT)
        if kind in PLAIN:
            add(f"all but the last byte.{kind}", content[:-1], None, 4.0 - 1 / RATE)
        elif kind == "mp3":
            add(f"all but the last byte.{kind}", content[:-1], None, 4.0, LOSSY[kind])
        else:
            add(f"all but the last byte.{kind}", content[:-1], CUT_SHORT)


def _misnamed(add):
    for kind in SOUND_NAMES:
        for name in (*SOUND_NAMES, "m4a", "WMA"):
            if name != kind:
                add(f"{kind} in truth.{name}", whole(kind), tolerance=LOSSY.get(kind, 1e-3))


def _formats(add):
    for rate in (8000, 11025, 12000, 16000, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000):
        add(f"{rate} Hz.wav", encode(tune(rate=rate), rate, "WAV", "PCM_16"))
        add(f"{rate} Hz.flac", encode(tune(rate=rate), rate, "FLAC", "PCM_16"))
    for channels in range(1, 9):
        weights = np.arange(1, channels + 1) * 2 / (channels + 1)  # 1 on average
        add(f"{channels} channels.wav", encode(tune()[:, None] * weights, RATE, "WAV", "FLOAT"))
        add(f"{channels} channels.flac", whole("flac", channels=channels))
    for form, subtypes in {
        "WAV": (
            "PCM_U8",
            "PCM_24",
            "PCM_32",
            "FLOAT",
            "DOUBLE",
            "ULAW",
            "ALAW",
            "IMA_ADPCM",
            "MS_ADPCM",
            "GSM610",
        ),
        "WAVEX": ("PCM_16", "PCM_24", "FLOAT", "ULAW"),
        "RF64": ("PCM_16", "DOUBLE"),
        "AIFF": ("PCM_S8", "PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM"),
        "AU": ("PCM_S8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "G721_32", "G723_24"),
        "CAF": ("PCM_S8", "PCM_24", "FLOAT", "ALAC_16", "ALAC_24", "ULAW"),
        "W64": ("PCM_24", "FLOAT", "ALAW"),
        "FLAC": ("PCM_S8", "PCM_24"),
        "NIST": ("PCM_16",),
        "IRCAM": ("PCM_16",),
        "SVX": ("PCM_16",),
    }.items():
        for subtype in subtypes:
            add(
                f"{form} {subtype}.wav",
                encode(tune(), RATE, form, subtype),
                tolerance=ROUGH.get(subtype, 0.02),
            )
    add("RIFX.wav", encode(tune(), RATE, "WAV", "PCM_16", endian="BIG"))
    add("sowt.aiff", encode(tune(), RATE, "AIFF", "PCM_16", endian="LITTLE"))
    add("little.au", encode(tune(), RATE, "AU", "PCM_16", endian="LITTLE"))
    add("little.caf", encode(tune(), RATE, "CAF", "PCM_24", endian="LITTLE"))
    packet = b"\x7fFLAC\1\0\0\1" + whole("flac")[:42]
    page = b"OggS\0\2" + bytes(8) + struct.pack("<III", 7, 0, 0) + bytes((1, len(packet))) + packet
    page = put(page, 22, "<I", ogg_checksum(page))
    add("flac inside.ogg", page, NOT_SOUND)


def _values(add):
    def floats(name, y, *args, **more):
        add(name, encode(np.asarray(y, dtype=np.float64), RATE, "WAV", "DOUBLE"), *args, **more)

    for name, value in {"NaN": np.nan, "infinity": np.inf, "minus infinity": -np.inf, "1e300": 1e300}.items():
        y = tune()
        y[1000] = value
        floats(f"one {name}.wav", y, TOO_LOUD)
        floats(f"all {name}.wav", np.full(RATE, value), TOO_LOUD)
    floats("integers as floats.wav", np.round(tune() * 32767), TOO_LOUD)
    floats("subnormal.wav", tune() * 1e-310, level=0.0)
    floats("DC.wav", np.full(2 * RATE, 0.25), level=0.25)
    add("one sample.wav", encode(np.zeros(1), RATE, "WAV", "PCM_16"), None, 1 / RATE, level=0.0)
    for kind in SOUND_NAMES:
        form, subtype, rate = CODECS[kind]
        add(f"silence.{kind}", encode(np.zeros(2 * rate), rate, form, subtype), level=0.0)
        millisecond = encode(np.zeros(rate // 1000), rate, form, subtype)
        add(f"a millisecond.{kind}", millisecond, None, 0.001, level=0.0)
        add(f"no samples.{kind}", encode(np.zeros(0), rate, form, subtype), CUT_SHORT)


def _names(add):
    for name in (
        "Пётр – Лебединое озеро.wav",
        "練習　曲.wav",
        "מוזיקה.wav",
        "👩‍🎤🎸.wav",
        "\u202egnp.wav",
        "-rf.wav",
        "--help.wav",
        "two\nlines.wav",
        "tab\tand\rreturn.wav",
        "escape\x1b[31mred.wav",
        "100% %s %d %n.wav",
        " begins and ends with a blank .wav",
        "*?[a-z]{1,2}.wav",
        "quote\"and'quote.wav",
        "back\\slash.wav",
        "$HOME `id`;&|<>#!.wav",
        "a.b..c.mp3.wav",
        "UPPER.WAV",
        "upper.wav",
        "a#1.wav",
        "a#1.wav#2.wav",
        "~.wav",
        "con.wav",
        "x" * 251 + ".wav",
        "é" * 125 + "x.wav",
        unicodedata.normalize("NFC", "é composed.wav"),
        unicodedata.normalize("NFD", "é composed.wav"),
        "line\u2028separator.wav",
    ):
        add(name, whole("wav"))


def _entries(add):
    """What lies in a folder under the name of a sound file and is none."""

    def link(name, to, *args):
        add(name, lambda path: path.symlink_to(to), *args)

    add("a folder.wav", lambda path: path.mkdir(), "folder")
    add("a pipe.wav", lambda path: os.mkfifo(path), "a pipe, a socket or a device")
    add("a socket.wav", bound_socket, "a pipe, a socket or a device")
    link("a device.wav", "/dev/zero", "a pipe, a socket or a device")
    link("links to itself.wav", "links to itself.wav", "cannot be read")
    link("loop there.wav", "loop back.wav", "cannot be read")
    link("loop back.wav", "loop there.wav", "cannot be read")
    link("dangling.wav", "nothing/of/the/kind.wav", "a link to a file that is not there")
    link("up.wav", "..", "folder")
    link("here.wav", ".", "folder")
    link("root.wav", "/", "folder")
    add("plain.wav", whole("wav"))
    link("a good link.wav", "plain.wav", None)
    add("hard link.wav", lambda path: path.hardlink_to(path.with_name("plain.wav")))
    for kind in SOUND_NAMES:
        add(f"empty.{kind}", b"", "is empty")


def bound_socket(path):
    here = os.open(".", os.O_RDONLY)  # the name of a socket may not be long
    try:
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)
        os.close(here)


def _not_sound(add):
    page = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>Not here.</body></html>\n"
    contents = {
        "a page": page * 50,
        "a short page": page,
        "text": b"Verse 1\nThe river runs, la la la.\n" * 200,
        "utf-16": "Verse 1\nThe river runs\n".encode("utf-16") * 200,
        "a picture": png(),
        "an archive": zipped(),
        "a letter": b"a",
        "noise": noise(20000),
        "zeros": bytes(20000),
        "ones": b"\xff" * 20000,
        "json": b'{"error": {"code": 403, "message": "quota"}}',
        "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "m4a": struct.pack(">I", 32) + b"ftypM4A \0\0\0\0M4A mp42isom" + noise(4000),
        "aac": (b"\xff\xf1\x50\x80\x2f\xff\xfc" + noise(370)) * 30,
        "wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + noise(4000),
    }
    for name, content in contents.items():
        for ending in ("mp3", "wav", "ogg", "flac", "au", "snd", "m4a", "aac", "wma"):
            add(f"{name}.{ending}", content, NOT_SOUND)
    add("an index of nothing.mp3", id3(2000), NOT_SOUND)
    add("a song about nothing.mp3", id3(2000) + b"TAG".ljust(128), NOT_SOUND)


def _headers(add):
    """Headers that say what is not so."""
    wav, au, aiff, flac = (whole(kind) for kind in ("wav", "au", "aiff", "flac"))
    ssnd, comm = aiff.index(b"SSND"), aiff.index(b"COMM")
    places = {"wav": (wav, 40, "<I"), "au": (au, 8, ">I"), "aiff": (aiff, ssnd + 4, ">I")}
    for kind, (content, where, form) in places.items():
        for size in (2**31 - 1, 2**31, 2**32 - 1):  # as recorders leave it that cannot go back
            left = CUT_SHORT if kind == "au" and size < 2**32 - 1 else None
            add(f"size {size}.{kind}", put(content, where, form, size), left)
        add(f"size 0.{kind}", put(content, where, form, 0), None if kind == "aiff" else CUT_SHORT)
        add(f"twice the size.{kind}", put(content, where, form, len(content) * 2), CUT_SHORT)
        add(
            f"half the size.{kind}",
            put(content, where, form, 44100 + (8 if kind == "aiff" else 0)),
            None,
            1.0,
        )
    fields = {"wav": (wav, 22, "<H", 24, "<I"), "au": (au, 20, ">I", 16, ">I")}
    for kind, (content, channels, form, rate, rate_form) in fields.items():
        for n, expected in {0: NOT_SOUND, 2: None, 3: None, 65535: NOT_SOUND}.items():
            claims = put(content, channels, form, n)
            add(f"{n} channels claimed.{kind}", claims, expected, SECONDS / (n or 1), believed=True)
        for hz in (0, 1, 999, 1_000_001, 10**9, 2**31, 2**32 - 1):
            claims = put(content, rate, rate_form, hz)
            add(f"{hz} Hz claimed.{kind}", claims, f"{NOT_SOUND}|sampled at {hz} Hz, as no recording is")
    add("0 channels claimed.aiff", put(aiff, comm + 8, ">H", 0), NOT_SOUND)
    for bits in (0, 33, 65535):
        add(f"{bits} bits claimed.wav", put(wav, 34, "<H", bits), NOT_SOUND)
    add("8 bits claimed.wav", put(wav, 34, "<H", 8), None, 4.0, believed=True)
    add("12 bits claimed.wav", put(wav, 34, "<H", 12))
    for block in (0, 1, 65535):
        add(f"block of {block}.wav", put(wav, 32, "<H", block))
    for code in (0, 2, 0x55, 0xFFFE, 0xFFFF):
        add(f"code {code}.wav", put(wav, 20, "<H", code), NOT_SOUND)
    add("riff of size 0.wav", put(wav, 4, "<I", 0))
    add("riff of another size.wav", put(wav, 4, "<I", 17))
    add("no fmt.wav", wav[:12] + wav[36:], NOT_SOUND)
    add("fmt after data.wav", wav[:12] + wav[36:] + wav[12:36], NOT_SOUND)
    add("two fmt.wav", wav[:36] + wav[12:], NOT_SOUND)
    add("chunk before data.wav", wav[:36] + b"LIST" + struct.pack("<I", 1000) + bytes(1000) + wav[36:])
    add("odd chunk.wav", wav[:36] + b"junk" + struct.pack("<I", 3) + bytes(4) + wav[36:])
    add(
        "chunk of 4 GB.wav",
        wav[:36] + b"junk" + struct.pack("<I", 2**32 - 1) + bytes(8) + wav[36:],
        NOT_SOUND,
    )
    add("id3 before.wav", id3(100) + wav)
    add("id3 before.flac", id3(100) + flac)

    def claimed(samples):
        return flac[:18] + (int.from_bytes(flac[18:26]) >> 36 << 36 | samples).to_bytes(8) + flac[26:]

    add("length not told.flac", claimed(0), "does not say how long it is")
    add("a month claimed.flac", claimed(2**36 - 1), "does not say how long it is")
    add("twice the length claimed.flac", claimed(4 * RATE), CUT_SHORT)
    add("half the length claimed.flac", claimed(RATE), None, 1.0)
    add("no checksum.flac", flac[:26] + bytes(16) + flac[42:])
    add("wrong checksum.flac", flac[:26] + noise(16) + flac[42:])


def _joined(add):
    for kind in SOUND_NAMES:
        rough, content = LOSSY.get(kind, 1e-3), whole(kind)
        # That of w64 is the one header which libsndfile does not take at its word: up to the end is sound.
        open_ended = {"believed": True} if kind == "w64" else {}
        add(f"noise after.{kind}", content + noise(5000), None, 2.0, rough, **open_ended)
        add(f"tag after.{kind}", content + b"TAG".ljust(128, b"\0"), None, 2.0, rough, **open_ended)
        add(f"zeros after.{kind}", content + bytes(20000), None, 2.0, rough, **open_ended)
        expected = {"wav": NOT_SOUND, "aiff": NOT_SOUND, "mp3": SEVERAL}.get(kind)
        seconds = 4.0 if kind == "w64" else 2.0
        add(f"twice.{kind}", content * 2, expected, seconds, rough, **open_ended)
        if kind == "mp3":
            add(f"noise before.{kind}", noise(1000) + content, None, 2.0, rough)
        else:
            add(f"noise before.{kind}", noise(1000) + content, NOT_SOUND)
    for first in ("ogg", "opus"):
        for second in ("ogg", "opus"):
            pages = ogg_pages(whole(first), 1) + ogg_pages(whole(second), 2)
            add(f"{first}, then {second}.ogg", b"".join(pages), SEVERAL)
    pages = ogg_pages(whole("ogg", 16.0))
    damaged = bytearray(pages[3])
    damaged[200] ^= 1
    add("the first pages are missing.ogg", b"".join(pages[1:]), NOT_SOUND)
    add("a page is missing.ogg", b"".join(pages[:3] + pages[4:]), CUT_SHORT)
    add("the last page is missing.ogg", b"".join(pages[:-1]), CUT_SHORT)
    add("a page with a wrong bit.ogg", b"".join([*pages[:3], damaged, *pages[4:]]), CUT_SHORT)
    add("a page twice.ogg", b"".join([*pages[:4], *pages[3:]]), CUT_SHORT)
    for kind, expected in {"wav": None, "flac": CUT_SHORT, "ogg": CUT_SHORT, "opus": CUT_SHORT}.items():
        content = bytearray(whole(kind, 6.0))
        third = len(content) // 3
        content[third : third + 4000] = noise(4000)
        add(f"noise in the middle.{kind}", bytes(content), expected, 6.0, believed=True)


def _mp3(add):
    rough = LOSSY["mp3"]
    for rate in (8000, 11025, 16000, 24000, 32000, 44100, 48000):
        add(f"{rate} Hz.mp3", encode(tune(rate=rate), rate, "MP3", "MPEG_LAYER_III"), tolerance=rough)
        add(f"{rate} Hz, not told.mp3", mp3_without_index(2.0, rate), None, 2.0, rough, late=True)
    indexed, constant = whole("mp3", 6.0), mp3_without_index(6.0)
    add("stereo.mp3", whole("mp3", channels=2), tolerance=rough)
    add("stereo, not told.mp3", mp3_without_index(2.0, 44100, 2), None, 2.0, rough, late=True)
    variable = indexed[mp3_frames(indexed)[1] :]
    add("variable, not told.mp3", variable, None, 6.0, rough, late=True)
    add(
        "variable, and a picture.mp3",
        id3(400_000, body=noise(390_000)) + variable,
        None,
        6.0,
        rough,
        late=True,
    )

    for name, content in {"told": indexed, "not told": constant}.items():
        half = mp3_frames(content)[len(mp3_frames(content)) // 2]

        def sounds(what, changed, name=name, **more):
            more.setdefault("late", name == "not told")
            add(f"{name}, {what}.mp3", changed, None, 6.0, rough, **more)

        def fails(what, changed, how=CUT_SHORT, name=name):
            add(f"{name}, {what}.mp3", changed, how)

        sounds("as it is", content)
        sounds("small tag", id3(100) + content)
        sounds("tag with a picture", id3(400_000, body=noise(390_000)) + content)
        sounds("two tags", id3(100) + id3(3000) + content)
        sounds("tag that claims less", id3(1000, claimed=500) + content)
        sounds("mad tag", id3(1000, body=b"TIT2\x7f\x7f\x7f\x7f\0\0x") + content)
        ape = b"APETAGEX" + struct.pack("<III", 2000, 60032, 1) + bytes(12) + noise(60000)
        sounds("APE tag after it", content + ape)
        sounds("old tag after it", content + b"TAG".ljust(128, b"\0"))
        fails("tag that claims all", id3(100, claimed=2**28 - 1) + content)
        sounds("tag in the middle", content[:half] + id3(500) + content[half:], believed=True)
        for size in (
            1,
            100,
            1000,
        ):  # a gap, of less than half a second, where the decoder found its way again
            sounds(f"{size} bytes put in", content[:half] + noise(size) + content[half:], believed=True)
            sounds(f"{size} zeros put in", content[:half] + bytes(size) + content[half:], believed=True)
        for size in (3000, 30000):
            fails(f"{size} bytes put in", content[:half] + noise(size) + content[half:])
            fails(f"{size} zeros put in", content[:half] + bytes(size) + content[half:])
        fails("4000 bytes changed", content[:half] + noise(4000) + content[half + 4000 :])
        fails("another rate after it", content + mp3_without_index(3.0, 44100), f"{SEVERAL}|{CUT_SHORT}")
        fails("stereo after it", content + mp3_without_index(3.0, RATE, 2), f"{SEVERAL}|{CUT_SHORT}")
    half = mp3_frames(indexed)[len(mp3_frames(indexed)) // 2]
    add("cut in a frame.mp3", indexed[: half + 20], CUT_SHORT)
    add("its second half.mp3", indexed[half + 20 :], None, 3.0, believed=True)
    add("1000 bytes lost.mp3", indexed[:half] + indexed[half + 1000 :], CUT_SHORT)
    for name, another in {"another": whole("mp3", 3.0), "another, not told,": mp3_without_index(3.0)}.items():
        add(f"{name} after it.mp3", indexed + another, SEVERAL)
        add(f"{name} with a tag after it.mp3", indexed + id3(100) + another, SEVERAL)
        add(f"{name} after it and its tag.mp3", indexed + b"TAG".ljust(128, b"\0") + another, SEVERAL)
    add(
        "not told, another, not told, after it.mp3",
        constant + mp3_without_index(3.0),
        None,
        9.0,
        believed=True,
    )
    add("not told, cut in a frame.mp3", constant[: len(constant) // 2], None, 3.0, believed=True)


GROUPS = {
    "cut short": _truncated,
    "misnamed": _misnamed,
    "formats": _formats,
    "values": _values,
    "names": _names,
    "entries": _entries,
    "no sound": _not_sound,
    "headers": _headers,
    "joined": _joined,
    "mp3": _mp3,
}
ROUGH = {"GSM610": 0.15, "G723_24": 0.05, "ULAW": 0.03, "ALAW": 0.03}
PLAIN = ("wav", "au", "aiff", "caf", "w64")


def first_sound(kind, content):
    """Where the header ends."""
    if kind in PLAIN:
        return len(content) - 2 * round(4.0 * RATE)
    if kind == "flac":
        return content.index(b"\xff\xf8")
    if kind == "mp3":
        return mp3_frames(content)[1]
    return sum(map(len, ogg_pages(content)[:2]))
