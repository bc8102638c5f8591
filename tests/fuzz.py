"""Throw damaged sound, tables, folders and archives at whatever reads them, for as long as you like.

Run by hand, from the folder of the course:

    python tests/fuzz.py --minutes 10

Nothing but a `MirlabError` may come of it: no other exception, no crash of a decoder, no endless loop, no
memory without bound, nothing on the screen that is not ours. Work is done in processes that may die. Each
finding is printed with the command that repeats it. Add each one that is mended to tests/broken_*.py.
"""

import argparse
import faulthandler
import gzip
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
from functools import cache
from pathlib import Path

import broken
import numpy as np

from mirlab import MirlabError, audio, datasets, store, validate
from mirlab.datasets import archive, files

MEMORY = 6 * 2**30  # bytes of addresses, most of which the compiler of numba and its threads only reserve
LONGEST = 60.0  # s that one input may take
# libsndfile prints this about a damaged ALAC through C's own buffer: it cannot be kept from the screen.
NOTE = re.compile(r"alac_pakt_read_decode \d+ : Ooops! .*\n")
SHARE = 20.0  # s that one process works

NUMBERS = (0, 1, 2, 7, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
TEXT = (
    *"\"',;\t|",
    *(
        "\n",
        "\r",
        "\r\n",
        "\0",
        "\ufeff",
        "\u2028",
        "\x85",
        "\x1a",
        "é",
        "日本",
        "\udce9",
        "\U0001f3b8",
        "\u202e",
    ),
    *("../", "/etc/passwd", "C:\\", "-1", "0", "1e999", "NaN", "9" * 400, "1" * 5000, "=1+1", "", "[]", "{"),
)


# --- damage -----------------------------------------------------------------------------------------------


def damaged(content, rng, others=()):
    """Do to a file what disks, networks and people do to files."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 6)):
        n = len(content)
        # Headers are at the beginning: half of all damage is there.
        at = int(rng.integers(0, min(n, 256) + 1 if rng.random() < 0.5 else n + 1))
        size = int(min(2 ** rng.integers(0, 13), max(n - at, 1)))
        match rng.integers(0, 10):
            case 0:
                content[at : at + 1] = bytes([rng.integers(0, 256)])
            case 1:
                content[at : at + size] = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
            case 2:
                content[at : at + size] = bytes(size)
            case 3:
                del content[at : at + size]
            case 4:
                content[at:at] = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
            case 5:
                del content[at:]
            case 6:
                content[at:at] = content[at : at + size]
            case 7:
                form = "<>"[rng.integers(0, 2)] + "BHIQ"[rng.integers(0, 4)]
                width = struct.calcsize(form)
                number = NUMBERS[rng.integers(0, len(NUMBERS))] % 256**width
                content[at : at + width] = struct.pack(form, number)
            case 8:
                if at < n:
                    content[at] ^= 1 << int(rng.integers(0, 8))
            case 9:
                other = others[rng.integers(0, len(others))] if others else b""
                content[at:] = other[int(rng.integers(0, len(other) + 1)) :]
    return bytes(content)


def damaged_text(text, rng):
    """Do to a table what editors, spreadsheets and people do to tables."""
    lines = text.split("\n")
    for _ in range(rng.integers(1, 5)):
        row = int(rng.integers(0, min(len(lines), 4) if rng.random() < 0.4 else len(lines)))
        at = int(rng.integers(0, len(lines[row]) + 1))
        piece = TEXT[rng.integers(0, len(TEXT))]
        match rng.integers(0, 8):
            case 0 | 1:
                lines[row] = lines[row][:at] + piece + lines[row][at:]
            case 2:
                lines[row] = lines[row][:at]
            case 3:
                del lines[row]
                lines = lines or [""]
            case 4:
                lines.insert(row, lines[int(rng.integers(0, len(lines)))])
            case 5:
                old = TEXT[rng.integers(0, 6)]
                lines = "\n".join(lines).replace(old, piece).split("\n")
            case 6:
                cells = lines[row].split("\t" if "\t" in lines[row] else ",")
                cells[rng.integers(0, len(cells))] = piece
                lines[row] = ("\t" if "\t" in lines[row] else ",").join(cells)
            case 7:
                lines.append(piece * int(rng.integers(1, 4)))
    end = ("\n", "\r\n", "\r")[rng.integers(0, 3)]
    encoding = ("utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-7")[rng.integers(0, 7)]
    content = end.join(lines).encode(encoding, "replace")
    return damaged(content, rng) if rng.random() < 0.3 else content


# --- what is read -----------------------------------------------------------------------------------------


def told(error):
    """A mistake is told on one line."""
    message = str(error)
    assert message.strip() and len(message.splitlines()) == 1, f"not one line: {message!r}"
    message.encode()


@cache
def sounds():
    made = [
        broken.whole(kind, seconds, channels)
        for kind in broken.SOUND_NAMES
        for seconds, channels in ((2.0, 1), (0.5, 2))
    ]
    made += [broken.mp3_without_index(2.0), broken.id3(300) + broken.whole("mp3")]
    made += [broken.id3(3000) + broken.whole("flac") + broken.ape(bytes(500)) + broken.ID3V1]
    made += [b"\xff\xfd\x80\xc0".ljust(417, b"\0") * 60]  # layer 2: silence
    for form, subtypes in {
        "WAV": ("IMA_ADPCM", "MS_ADPCM", "GSM610", "DOUBLE", "ULAW"),
        "AIFF": ("FLOAT", "ALAW", "IMA_ADPCM"),
        "AU": ("G721_32", "PCM_24"),
        "CAF": ("ALAC_16",),
        "WAVEX": ("PCM_24",),
        "RF64": ("PCM_16",),
    }.items():
        for subtype in subtypes:
            made.append(broken.encode(broken.tune(1.0), broken.RATE, form, subtype))
    return made


def sound_file(rng, path):
    whole = sounds()
    path.write_bytes(damaged(whole[rng.integers(0, len(whole))], rng, whole))
    return path


def sound(rng, place):
    """`audio.load`, `audio.seconds` and `audio.fingerprint`: they agree, or say what is wrong."""
    ending = rng.choice(("wav", "mp3", "flac", "ogg", "au", "aiff", "raw", "caf", "m4a"))
    path = sound_file(rng, place / f"a.{ending}")
    assert len(audio.fingerprint(path)) == 32
    length, whole = attempt(audio.seconds, path), attempt(audio.load, path, duration=None)
    assert length is None or 0 < length <= 48 * 3600
    if whole is not None:
        assert whole.dtype == np.float32 and whole.ndim == 1 and len(whole) and np.isfinite(whole).all()
        missing = length - len(whole) / audio.SAMPLE_RATE
        assert -1e-3 < missing < audio.SLACK + 1e-3, f"lasts {length} s, holds {length - missing} s"
    offset, duration = round(rng.uniform(0, 2), 2), rng.choice((None, 0.5, 30.0))
    part = attempt(audio.load, path, offset=offset, duration=duration)
    if part is not None and whole is not None:
        there = whole[round(offset * audio.SAMPLE_RATE) :]
        there = there if duration is None else there[: round(duration * audio.SAMPLE_RATE)]
        assert abs(len(part) - len(there)) <= 25, f"{len(part)} samples from {offset} s, not {len(there)}"


def attempt(reader, path, **options):
    """What a reader returns, or None if it refuses the file in a sentence."""
    try:
        return reader(path, **options)
    except MirlabError as error:
        told(error)
        return None


def folder(rng, place):
    """The loader of any folder, and the store: every file is extracted or told."""
    written = []
    for label in ("a", "b"):
        (place / "music" / label).mkdir(parents=True)
        (place / "music" / label / "good.wav").write_bytes(broken.whole("wav"))
        for i in range(6):
            written.append(
                sound_file(rng, place / "music" / label / f"{i}.{rng.choice(('wav', 'mp3', 'ogg'))}")
            )
    data = datasets.load("folder", root=place / "music")
    features = store.extract(data, root=place / "store")
    assert np.isfinite(features.frames).all()
    there = {excerpt.path for excerpt in features.dataset.excerpts}
    for path in written:
        name = f"{path.parent.name}/{path.name}"
        assert path in there or any(name in problem for problem in features.problems), f"{path} is lost"


def genres(rng, place):
    """Loaders that go by names of folders and files."""
    names = (
        "blues",
        "rock",
        "Hip-Hop",
        "hiphop",
        "jazz",
        "genres",
        "gtzan",
        "wav",
        "pop",
        "klassik",
        "Data",
        "..",
        "fma_small",
        "0",
        "f",
        "000",
    )
    for _ in range(rng.integers(1, 12)):
        where = place / "sets"
        for _ in range(rng.integers(0, 4)):
            where = where / str(rng.choice(names)).replace("..", "dots")
        stem = str(rng.choice((*names, "blues.00000", "A-B", "-", "000002", "a" * 200))).replace("..", "dots")
        piece = TEXT[rng.integers(0, len(TEXT))].replace("/", "").replace("\0", "")[:40]
        try:
            where.mkdir(parents=True, exist_ok=True)
            path = where / f"{stem}{piece}.{rng.choice(('wav', 'au', 'mp3', 'csv', 'txt'))}"
            if os.path.lexists(path):  # it may be a pipe
                continue
            match rng.integers(0, 4):
                case 0:
                    path.symlink_to(rng.choice(("..", "nowhere", path.name, "/dev/zero")))
                case 1:
                    path.mkdir()
                case 2:
                    os.mkfifo(path)
                case _:
                    path.write_bytes(b"x" * int(rng.integers(0, 50)))
        except (FileExistsError, NotADirectoryError):
            continue
        except OSError as error:
            if error.errno != 36:  # too long a name
                raise
    everything(rng, place / "sets")


def everything(rng, root):
    """Find each set in a folder, as commands do."""
    for name in datasets.REAL:
        try:
            told_of(datasets.find(name, root=root))
        except MirlabError as error:
            told(error)
    try:
        found, refused = datasets.search(root)
        assert all(len(text.splitlines()) == 1 for text in refused)
        for listing in found.values():
            told_of(listing)
    except MirlabError as error:
        told(error)


def told_of(listing):
    """A listing can be made a data set."""
    data = files.dataset(listing)
    assert len(data.track_ids) == len(set(data.track_ids))
    several = [text for text in data.problems if len(text.splitlines()) != 1]
    assert not several, f"not one line: {several[0]!r}"


MAGNATAGATUNE = (
    '"clip_id"\t"slow"\t"rock"\t"no voice"\t"mp3_path"\n"2"\t"1"\t"0"\t"0"\t"f/a-b-01-c-0-29.mp3"\n'
    '"25"\t"0"\t"1"\t"1"\t"0/d-e-01-f-0-29.mp3"\n"14"\t"1"\t"1"\t"0"\t"c/g-h-02-i-30-59.mp3"\n'
)
CLIP_INFO = (
    '"clip_id"\t"track_number"\t"title"\t"artist"\n'
    '"2"\t"1"\t"So"\t"A"\n"25"\t"3"\t"Da"\t"D"\n"14"\t"2"\t"Il"\t"G"\n'
)
FMA = (
    ",album,artist,set,set,track\n,information,id,split,subset,genre_top\ntrack_id,,,,,\n"
    '2,"<p>So ""loud"", they say</p>",1,training,small,Hip-Hop\n'
    "5,x,1,test,small,Rock\n10,,6,validation,medium,Pop\n"
)
UNIQUE = "file,genre\nblues/a.mp3,blues\nklassik/b.mp3,Classical\nwort/c.mp3,Spoken\n"


def tables(rng, place):
    """The sets that come with a table."""
    kind = rng.choice(("magnatagatune", "fma", "unique"))
    root = place / "sets"
    if kind == "magnatagatune":
        for name in ("f/a-b-01-c-0-29.mp3", "0/d-e-01-f-0-29.mp3", "c/g-h-02-i-30-59.mp3"):
            put(root / name)
        put(root / "annotations_final.csv", damaged_text(MAGNATAGATUNE, rng))
        put(
            root / "clip_info_final.csv",
            damaged_text(CLIP_INFO, rng) if rng.random() < 0.5 else CLIP_INFO.encode(),
        )
    elif kind == "fma":
        for name in ("000/000002.mp3", "000/000005.mp3", "000/000010.mp3"):
            put(root / "fma_small" / name)
        put(root / "fma_metadata" / "tracks.csv", damaged_text(FMA, rng))
        put(root / "fma_small" / "checksums", damaged_text(f"{'0' * 40}  000/000002.mp3\n", rng))
    else:
        for name in ("blues/a.mp3", "klassik/b.mp3", "wort/c.mp3"):
            put(root / "unique" / "audio" / name)
        put(root / "unique" / "audio" / "unique.csv", damaged_text(UNIQUE, rng))
    try:
        told_of(datasets.find(kind, root=root))
    except MirlabError as error:
        told(error)


def put(path, content=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def report(rng, place):
    """What `mirlab validate` reads of an earlier run."""
    made = validate.Report("demo", 1, [], {"a": ["x/a.wav", "blake2b:00", 1.5]}).as_dict()
    path = place / "demo.json"
    path.write_bytes(damaged_text(json.dumps(made, indent=1), rng))
    try:
        validate.read(path, name="demo")
    except MirlabError as error:
        told(error)


@cache
def archives():
    entries = {"genres/blues/a.au": b".snd" * 400, "genres/übung.txt": b"", "x" * 150 + "/b": b"b" * 3000}
    made = {}
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=form) as tar:
            for name, content in entries.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        made[f"{form}.tar"] = file.getvalue()
    made["a.tar.gz"] = gzip.compress(file.getvalue())
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as zipped:
            for name, content in entries.items():
                zipped.writestr(name, content)
        made[f"{method}.zip"] = file.getvalue()
    return made


def unpacking(rng, place):
    """`archive.unpack`: whole or not at all, and nothing anywhere else."""
    name = str(rng.choice(list(archives())))
    content = archives()[name]
    if name == "a.tar.gz" and rng.random() < 0.7:
        content = gzip.compress(damaged(gzip.decompress(content), rng))
    else:
        content = damaged(content, rng)
    (place / "in").mkdir()
    (place / "in" / name).write_bytes(content)
    try:
        made = archive.unpack(place / "in" / name, place / "in" / "out")
        assert not any(path.is_symlink() for path in made.rglob("*"))
    except MirlabError as error:
        told(error)
        assert [path.name for path in (place / "in").iterdir()] == [name]
    assert [path.name for path in place.iterdir()] == ["in"]


KINDS = {kind.__name__: kind for kind in (sound, folder, genres, tables, report, unpacking)}


# --- processes --------------------------------------------------------------------------------------------


def work(kind, seed, rounds, place):
    """Try inputs until the time is over; the seed of each is `seed`, `seed` + 1 and so on."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except ImportError:  # Windows
        pass
    ends = time.monotonic() + SHARE
    slowest, done, found = 0.0, 0, []
    while time.monotonic() < ends and (not rounds or done < rounds):
        now = seed + done
        (place / "seed").write_text(str(now))
        inside = place / "input"
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir()
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        start = time.monotonic()
        try:
            KINDS[kind](np.random.default_rng(now), inside)
        except Exception:
            found.append((now, traceback.format_exc()))
        faulthandler.cancel_dump_traceback_later()
        slowest = max(slowest, time.monotonic() - start)
        done += 1
    (place / "outcome").write_text(json.dumps({"done": done, "slowest": slowest, "found": found}))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 10**6 * 1000)
    parser.add_argument("--only", choices=KINDS, help="one kind of input")
    parser.add_argument("--rounds", type=int, default=0, help="as many inputs only, to repeat what was found")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.only, options.seed, options.rounds, options.worker)
        return 0
    kinds = [options.only] if options.only else list(KINDS)
    print(f"Fuzzing {', '.join(kinds)} from seed {options.seed}.", flush=True)
    ends, tried, slowest, findings = time.monotonic() + options.minutes * 60, dict.fromkeys(kinds, 0), 0.0, {}
    seed, turn = options.seed, 0
    while time.monotonic() < ends and not (options.rounds and turn == len(kinds)):
        kind = kinds[turn % len(kinds)]
        turn += 1
        with tempfile.TemporaryDirectory() as place:
            command = [sys.executable, __file__, "--worker", place, "--only", kind]
            command += ["--seed", str(seed), "--rounds", str(options.rounds)]
            ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
            screen, found = NOTE.sub("", f"{ran.stdout}{ran.stderr}")[-2000:], []
            last, outcome = Path(place, "seed"), Path(place, "outcome")
            last = int(last.read_text()) if last.exists() else seed
            tried[kind] += last - seed + 1
            if outcome.exists():
                ended = json.loads(outcome.read_text())
                found, slowest = ended["found"], max(slowest, ended["slowest"])
                if screen:
                    found.append((seed, f"from here to {last}, on the screen:\n{screen}"))
            else:
                found = [(last, f"{screen}\nthe process ended with {ran.returncode}")]
        for at, what in found:
            cause = (kind, ":".join(what.strip().splitlines()[-1].split(":")[:2])[:70])
            if cause not in findings:
                print(f"\n{kind}, seed {at}: {what}", flush=True)
                print(f"again: python tests/fuzz.py --only {kind} --seed {at} --rounds 1", flush=True)
            findings[cause] = findings.get(cause, 0) + 1
        seed = last + 1
    counts = ", ".join(f"{n} {kind}" for kind, n in tried.items())
    print(f"\nTried {counts}; the slowest took {slowest:.1f} s. Found {len(findings)} kinds of fault:")
    for (kind, cause), n in findings.items():
        print(f"  {kind}: {cause} ({n} times)")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
