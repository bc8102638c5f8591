"""Broken and odd sound files: what people, disks and recorders do to any kind of file."""

import os
import socket
import struct
import unicodedata

import numpy as np
from broken import (
    CODECS,
    CUT_SHORT,
    LOSSY,
    NOT_SOUND,
    RATE,
    SECONDS,
    SOUND_NAMES,
    TOO_LOUD,
    encode,
    id3,
    mp3_frames,
    noise,
    ogg_pages,
    png,
    put,
    tune,
    whole,
    zipped,
)  # fmt: skip

ROUGH = {"GSM610": 0.15, "G723_24": 0.05, "ULAW": 0.03, "ALAW": 0.03}
PLAIN = ("wav", "au", "aiff", "caf", "w64")


SUBTYPES = {
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
}


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
    for form, subtypes in SUBTYPES.items():
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
    """Entries of a folder that are named like sound files and are something else."""

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
    """Headers that claim another size, format or rate."""
    wav, au, aiff = (whole(kind) for kind in ("wav", "au", "aiff"))
    ssnd = aiff.index(b"SSND")
    places = {"wav": (wav, 40, "<I"), "au": (au, 8, ">I"), "aiff": (aiff, ssnd + 4, ">I")}
    for kind, (content, where, form) in places.items():
        for size in (2**31 - 1, 2**31, 2**32 - 1):  # as recorders leave it that cannot go back
            left = CUT_SHORT if kind == "au" and size < 2**32 - 1 else None
            add(f"size {size}.{kind}", put(content, where, form, size), left)
        add(f"size 0.{kind}", put(content, where, form, 0), None if kind == "aiff" else CUT_SHORT)
        add(f"twice the size.{kind}", put(content, where, form, len(content) * 2), CUT_SHORT)
        half = put(content, where, form, 44100 + (8 if kind == "aiff" else 0))
        add(f"half the size.{kind}", half, None, 1.0)
    wav, au, aiff = (whole(kind) for kind in ("wav", "au", "aiff"))
    fields = {"wav": (wav, 22, "<H", 24, "<I"), "au": (au, 20, ">I", 16, ">I")}
    for kind, (content, channels, form, rate, rate_form) in fields.items():
        for n, expected in {0: NOT_SOUND, 2: None, 3: None, 65535: NOT_SOUND}.items():
            claims = put(content, channels, form, n)
            add(f"{n} channels claimed.{kind}", claims, expected, SECONDS / (n or 1), believed=True)
        for hz in (0, 1, 999, 1_000_001, 10**9, 2**31, 2**32 - 1):
            claims = put(content, rate, rate_form, hz)
            add(
                f"{hz} Hz claimed.{kind}",
                claims,
                f"{NOT_SOUND}|a sampling rate of {hz} Hz, which no recording has",
            )
    add("0 channels claimed.aiff", put(aiff, aiff.index(b"COMM") + 8, ">H", 0), NOT_SOUND)
    for bits in (0, 33, 65535):
        add(f"{bits} bits claimed.wav", put(wav, 34, "<H", bits), NOT_SOUND)
    add("8 bits claimed.wav", put(wav, 34, "<H", 8), None, 4.0, believed=True)
    add("12 bits claimed.wav", put(wav, 34, "<H", 12))
    for block in (0, 1, 65535):
        add(f"block of {block}.wav", put(wav, 32, "<H", block))
    for code in (0, 2, 0x55, 0xFFFE, 0xFFFF):
        add(f"code {code}.wav", put(wav, 20, "<H", code), NOT_SOUND)


def _chunks(add):
    """The parts of a WAV, and of files like it."""
    wav, w64 = whole("wav"), whole("w64")
    add("riff of size 0.wav", put(wav, 4, "<I", 0))
    add("riff of another size.wav", put(wav, 4, "<I", 17))
    add("no fmt.wav", wav[:12] + wav[36:], NOT_SOUND)
    add("fmt after data.wav", wav[:12] + wav[36:] + wav[12:36], NOT_SOUND)
    add("two fmt.wav", wav[:36] + wav[12:], NOT_SOUND)
    add("chunk before data.wav", wav[:36] + b"LIST" + struct.pack("<I", 1000) + bytes(1000) + wav[36:])
    add("odd chunk.wav", wav[:36] + b"junk" + struct.pack("<I", 3) + bytes(4) + wav[36:])
    huge = b"junk" + struct.pack("<I", 2**32 - 1) + bytes(8)
    add("chunk of 4 GB.wav", wav[:36] + huge + wav[36:], NOT_SOUND)
    add("chunk beyond all disks.w64", put(w64, w64.index(b"fmt ") + 16, "<Q", 2**64 - 1), NOT_SOUND)
    texts = b"INFO" + 20 * (b"ICMT" + struct.pack("<I", 400) + b"x" * 400)
    texts = wav[:36] + b"LIST" + struct.pack("<I", len(texts)) + texts + wav[36:]
    add("long texts.wav", texts)
    add("long texts, cut.wav", texts[:-40000], "breaks off at")


def _flac(add):
    """The header of a FLAC."""
    flac = whole("flac")

    def claimed(samples):
        return flac[:18] + (int.from_bytes(flac[18:26]) >> 36 << 36 | samples).to_bytes(8) + flac[26:]

    add("no length.flac", claimed(0))
    add("no length, cut.flac", claimed(0)[:-5000], None, 1.5, believed=True)
    add("no length, noise after.flac", claimed(0) + noise(20000), "breaks off at 2.00 s")
    add("a month claimed.flac", claimed(2**36 - 1))
    add("twice the length claimed.flac", claimed(4 * RATE), CUT_SHORT)
    add("half the length claimed.flac", claimed(RATE), None, 1.0)
    add("no checksum.flac", flac[:26] + bytes(16) + flac[42:])
    add("wrong checksum.flac", flac[:26] + noise(16) + flac[42:])


GROUPS = {
    "cut short": _truncated,
    "misnamed": _misnamed,
    "formats": _formats,
    "values": _values,
    "names": _names,
    "entries": _entries,
    "no sound": _not_sound,
    "headers": _headers,
    "chunks": _chunks,
    "flac": _flac,
}


def first_sound(kind, content):
    """Where the header ends."""
    if kind in PLAIN:
        return len(content) - 2 * round(4.0 * RATE)
    if kind == "flac":
        return content.index(b"\xff\xf8")
    if kind == "mp3":
        return mp3_frames(content)[1]
    return sum(map(len, ogg_pages(content)[:2]))
