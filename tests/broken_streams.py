"""Broken and odd sound files: frames and pages, and foreign bytes before, between and behind them."""

import struct

import numpy as np
from broken import (
    CUT_SHORT,
    ID3V1,
    LOSSY,
    NOT_SOUND,
    RATE,
    SEVERAL,
    SOUND_NAMES,
    ape,
    encode,
    id3,
    mp3_frames,
    mp3_without_index,
    noise,
    ogg_page,
    ogg_pages,
    put,
    tune,
    whole,
)  # fmt: skip

ART = noise(200_000)


def first_page(packet):
    """The first page of an Ogg stream, with any packet."""
    page = b"OggS\0\2" + bytes(8) + struct.pack("<III", 2, 0, 0) + bytes((1, 80)) + packet.ljust(80, b"\0")
    return ogg_page(page)


def _foreign(add):
    """Bytes around the sound that are none of it."""
    before = {
        "a tag": id3(100),
        "a picture": id3(len(ART), body=ART),
        "two tags": id3(100) + id3(3000),
        "a tag with a footer": id3(500, flags=0x10),
        "an APE tag": ape(noise(3000)),
        "noise": noise(1000),
        "zeros": bytes(1000),
        "a reply": b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n",
    }
    behind = {
        "an old tag": ID3V1,
        "tags": ape(ART) + ID3V1,
        "a late tag": id3(500, flags=0x10),
        "noise": noise(5000),
        "zeros": bytes(200_000),
    }
    for kind in SOUND_NAMES:
        content, rough = whole(kind), LOSSY.get(kind, 1e-3)
        for name, some in before.items():
            add(f"{name} before.{kind}", some + content, None, 2.0, rough)
        for name, some in behind.items():
            add(f"{name} behind.{kind}", content + some, None, 2.0, rough)
        around = before["a picture"] + content + behind["tags"]
        add(f"tags before and behind.{kind}", around, None, 2.0, rough)
    # What is in the middle of the sound counts as damage, unless there is a header that proves otherwise.
    for kind, expected in {"wav": None, "flac": CUT_SHORT, "ogg": CUT_SHORT, "opus": CUT_SHORT}.items():
        content = bytearray(whole(kind, 6.0))
        third = len(content) // 3
        content[third : third + 4000] = noise(4000)
        add(f"noise in the middle.{kind}", bytes(content), expected, 6.0, believed=True)
    for kind in ("wav", "aiff", "ogg", "opus"):
        add(f"twice.{kind}", whole(kind) * 2, f"{NOT_SOUND}|{SEVERAL}")


def _ogg(add):
    rough = LOSSY["ogg"]
    for first in ("ogg", "opus"):
        for second in ("ogg", "opus"):
            add(
                f"{first}, then {second}.ogg",
                b"".join(ogg_pages(whole(first), 1) + ogg_pages(whole(second), 2)),
                SEVERAL,
            )
        *pages, last = ogg_pages(whole(first, 4.0), 1)
        unended = b"".join([*pages, ogg_page(last, flags=0)])
        add(f"no end mark.{first}", unended, None, 4.0, rough)
        add(f"no end mark, old tag behind.{first}", unended + ID3V1, None, 4.0, rough)
        add(f"no end mark, zeros behind.{first}", unended + bytes(9000), "breaks off at")
        other = [ogg_page(page, serial=2) for page in pages[1:]]
        skeleton = first_page(b"fishead\0")
        mixed = [page for pair in zip(pages[1:], other, strict=True) for page in pair]
        for name, content in {
            "skeleton before": [skeleton, *pages, last],
            "skeleton second": [pages[0], skeleton, *pages[1:], last],
            "two streams": [skeleton, pages[0], *mixed, last],
            "another stream last": [pages[0], skeleton, *pages[1:], last, other[-1]],
        }.items():
            add(f"{name}.{first}", b"".join(content), None, 4.0, rough)
    pages = ogg_pages(whole("ogg", 16.0))
    damaged = bytearray(pages[3])
    damaged[200] ^= 1
    broken = bytearray(pages[-1])
    broken[-1] ^= 1
    add("the first pages are missing.ogg", b"".join(pages[1:]), NOT_SOUND)
    add("a page is missing.ogg", b"".join(pages[:3] + pages[4:]), CUT_SHORT)
    add("the last page is missing.ogg", b"".join(pages[:-1]), None, 15.19, believed=True)
    add("half of the last page.ogg", b"".join(pages[:-1]) + pages[-1][:100], "breaks off at")
    add("a wrong bit in the last page.ogg", b"".join(pages[:-1]) + broken, "breaks off at")
    add("a page with a wrong bit.ogg", b"".join([*pages[:3], damaged, *pages[4:]]), CUT_SHORT)
    add("a page twice.ogg", b"".join([*pages[:4], *pages[3:]]), CUT_SHORT)
    add("speex.ogg", first_page(b"Speex   1.2") + noise(3000), "is an Ogg file with Speex .*convert it")
    add(
        "flac.ogg",
        first_page(b"\x7fFLAC\1\0\0\1" + whole("flac")[:42]),
        "is an Ogg file with FLAC.*convert it",
    )


def _mpeg(add):
    """Kinds of frames."""
    rough = LOSSY["mp3"]
    for rate in (8000, 11025, 16000, 24000, 32000, 44100, 48000):
        add(f"{rate} Hz.mp3", encode(tune(rate=rate), rate, "MP3", "MPEG_LAYER_III"), tolerance=rough)
        add(f"{rate} Hz, no index.mp3", mp3_without_index(2.0, rate), None, 2.0, rough, late=True)
    add("stereo.mp3", whole("mp3", channels=2), tolerance=rough)
    add("stereo, no index.mp3", mp3_without_index(2.0, 44100, 2), None, 2.0, rough, late=True)
    # Frames without a single bit of sound are silence. By header: their size, and how long one is.
    for name, head, size, frame in (
        ("layer 1", b"\xff\xff\x40\xc0", 12 * 128000 // 44100 * 4, 384 / 44100),
        ("layer 1, MPEG 2", b"\xff\xf7\x40\xc0", 12 * 64000 // 22050 * 4, 384 / 22050),
        ("layer 2", b"\xff\xfd\x80\xc0", 144 * 128000 // 44100, 1152 / 44100),
        ("layer 2, MPEG 2", b"\xff\xf5\x80\xc0", 144 * 64000 // 22050, 1152 / 22050),
        ("layer 3, MPEG 2.5", b"\xff\xe3\x80\xc0", 72 * 64000 // 11025, 576 / 11025),
    ):
        n = round(3.0 / frame)
        content = head.ljust(size, b"\0") * n
        add(f"{name}.mp2", content, None, n * frame, level=0.0)
        add(f"{name}, picture before.mp2", id3(len(ART), body=ART) + content, None, n * frame, level=0.0)
    add("one frame.mp3", b"\xff\xfb\x90\xc0".ljust(417, b"\0"), None, 1152 / 44100, level=0.0)
    free = bytearray(mp3_without_index(4.0, 48000))
    for start in mp3_frames(free):
        free[start + 2] &= 0x0F
    add("free format.mp3", bytes(free), None, 4.0, rough, late=True)
    add("free format, tag before.mp3", id3(900) + free, None, 4.0, rough, late=True)


def _mpeg_index(add):
    """An index is believed only where the file agrees."""
    content = whole("mp3", 6.0)
    # A rough beginning makes the first frames large: by them, the file would last less than 2 s.
    y = tune(6.0)
    y[: RATE // 5] = np.random.default_rng(0).uniform(-0.9, 0.9, RATE // 5)
    uneven = encode(y, RATE, "MP3", "MPEG_LAYER_III")
    at = uneven.index(b"Xing") if b"Xing" in uneven else uneven.index(b"Info")
    frames, size = struct.unpack(">II", uneven[at + 8 : at + 16])
    counts = {
        "right": (3, frames, size), "frames 0": (3, 0, size), "both 0": (3, 0, 0), "frames 1": (3, 1, size),
        "half the frames": (3, frames // 2, size), "twice the frames": (3, frames * 2, size),
        "frames absurd": (3, 2**32 - 1, size), "both absurd": (3, 2**32 - 1, 2**32 - 1),
        "half of both": (3, frames // 2, size // 2), "bytes absurd": (3, frames, 2**31),
        "bytes 0": (3, frames, 0), "no counts": (0, 0, 0),
        "frames alone": (1, frames, 0), "twice the frames alone": (1, frames * 2, 0),
    }  # fmt: skip
    for name, (flags, *numbers) in counts.items():
        claims = put(uneven, at + 4, ">III", flags, *numbers)
        add(f"{name}.mp3", claims, None, 6.0, believed=True)
        add(f"{name}, picture before.mp3", id3(len(ART), body=ART) + claims, None, 6.0, believed=True)
    add("twice of both.mp3", put(uneven, at + 8, ">II", frames * 2, size * 2), "breaks off at 6.0")
    first = mp3_frames(uneven)[1]
    for name, (n, length) in {"right": (frames, size), "zero": (0, 0), "absurd": (2**31, size)}.items():
        vbri = uneven[:4].ljust(36, b"\0") + b"VBRI" + struct.pack(">HHHII", 1, 0, 75, length, n)
        add(f"VBRI {name}.mp3", vbri.ljust(first, b"\0") + uneven[first:], None, 6.0, believed=True)
    add("no index.mp3", uneven[first:], None, 6.0, believed=True)
    add("no index, picture before.mp3", id3(len(ART), body=ART) + uneven[first:], None, 6.0, believed=True)
    riff = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 0, b"WAVE", b"fmt ", 30, 0x55, 1, RATE, 8000, 1, 0)
    riff += struct.pack("<HHIHHH", 12, 1, 2, 209, 1, 0) + struct.pack("<4sI", b"data", len(uneven) - first)
    add("in a wav.wav", riff + uneven[first:], None, 6.0, believed=True)
    layers = put(uneven, first + 1, ">B", uneven[first + 1] ^ 6)
    add("in a wav, first frame damaged.wav", riff + layers[first:], None, 6.0, believed=True)
    starts = mp3_frames(content)
    frame = starts[len(starts) // 2]
    add("cut in a frame.mp3", content[: frame + 20], "breaks off at 2.9")
    add("cut between frames.mp3", content[:frame], "breaks off at 2.9")
    add("its end is zeros.mp3", content[:frame] + bytes(len(content) - frame), "breaks off at 2.9")
    add("its second half.mp3", content[frame + 20 :], None, 3.0, believed=True)
    add("1000 bytes lost.mp3", content[:frame] + content[frame + 1000 :], CUT_SHORT)


def _mpeg_inside(add):
    """Bytes between the frames."""
    rough = LOSSY["mp3"]
    for name, content in {"index": whole("mp3", 6.0), "no index": mp3_without_index(6.0)}.items():
        frames = mp3_frames(content)
        half = frames[len(frames) // 2]

        def sounds(what, changed, name=name, **more):
            add(f"{name}, {what}.mp3", changed, None, 6.0, rough, **{"late": name == "no index"} | more)

        sounds("as it is", content)
        sounds("tag that claims less", id3(1000, claimed=500) + content)
        sounds("tag that claims all", id3(100, claimed=2**28 - 1) + content)
        sounds("mad tag", id3(1000, body=b"TIT2\x7f\x7f\x7f\x7f\0\0x") + content)
        sounds("tag in the middle", content[:half] + id3(len(ART), body=ART) + content[half:])
        sounds("old tag in the middle", content[:half] + ID3V1 + content[half:])
        for size in (1, 100, 1000):
            sounds(f"{size} bytes put in", content[:half] + noise(size) + content[half:])
            sounds(f"{size} zeros put in", content[:half] + bytes(size) + content[half:])
        changed = content[:half] + noise(8000) + content[half + 8000 :]
        add(f"{name}, 8000 bytes changed.mp3", changed, CUT_SHORT)
        for what, some in {"bytes": noise(30000), "zeros": bytes(30000)}.items():
            refused = None if name == "index" else "is damaged at 3.0"  # with an index, nothing is missing
            add(
                f"{name}, 30000 {what} put in.mp3",
                content[:half] + some + content[half:],
                refused,
                6.0,
                rough,
            )
    plain = mp3_without_index(6.0)
    half = mp3_frames(plain)[len(mp3_frames(plain)) // 2]
    add("no index, cut in a frame.mp3", plain[: half + 20], None, 3.0, believed=True)


def _mpeg_joined(add):
    """One file behind the other."""
    for name, content in {"index": whole("mp3", 6.0), "no index": mp3_without_index(6.0)}.items():
        stereo = mp3_without_index(3.0, RATE, 2)
        for what, other in {"another rate": mp3_without_index(3.0, 44100), "stereo": stereo}.items():
            for between, tag in {"": b"", " its tag and": ID3V1 + id3(100)}.items():
                add(f"{name},{between} {what} behind it.mp3", content + tag + other, "in different formats")
        plain = mp3_without_index(3.0)
        for what, other in {"another": whole("mp3", 3.0), "another, no index,": plain}.items():
            for between, tag in {"": b"", " a tag and": id3(100), " its tag and": ID3V1}.items():
                add(f"{name},{between} {what} behind it.mp3", content + tag + other, None, 9.1, believed=True)


GROUPS = {
    "foreign bytes": _foreign,
    "ogg": _ogg,
    "mpeg": _mpeg,
    "mpeg index": _mpeg_index,
    "mpeg inside": _mpeg_inside,
    "mpeg joined": _mpeg_joined,
}
