"""`mirlab fetch`, against a server on this machine that has every fault we know of."""

import errno
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from faulty_server import serving

from mirlab import cli, datasets, fetch, paths
from mirlab.errors import DatasetError, StoreError
from mirlab.fetch import fma_slice, server, sources

RNG = np.random.default_rng(0)
ANNOTATIONS = (
    b"clip_id\trock\tslow\tmp3_path\n2\t1\t0\tf/apa_ya-a-01-b-0-29.mp3\n6\t1\t1\t0/lvx-a-01-b-30-59.mp3\n"
)
CLIP_INFO = b"clip_id\tartist\n2\tAPA Ya\n6\tLVX Nova\n"
GENRES = ("Folk", "Hip-Hop", "Rock")
PER_GENRE = 8


def zipped(files, method=zipfile.ZIP_BZIP2):
    """Return a zip archive; FMA's are compressed with bzip2."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def tracks_csv():
    """Return a table of tracks as FMA's: three rows of header, and cells with quotes and line breaks."""
    columns = (
        "artist,artist,artist,album,set,set,track,track,track",
        "bio,id,name,title,split,subset,genre_top,license,title",
    )
    lines = [",".join(("", columns[0])), ",".join(("", columns[1])), "track_id" + "," * 9]
    for i in range(PER_GENRE * len(GENRES)):
        genre, split = GENRES[i % len(GENRES)], ("training", "validation", "test")[i % 3]
        artist = i % len(GENRES) if i < 12 else i  # three artists of the first twelve tracks
        bio = f'"two\nlines, ""quoted"" {"x" * 200}"'
        licence = ("Attribution", "Attribution-NonCommercial 3.0 | *Int*")[i % 2]
        lines.append(f"{i + 2},{bio},{artist},Band {artist},Al,{split},small,{genre},{licence},Song №{i + 2}")
    lines.append("1486,b,1,Band 1,Al,training,medium,Rock,Attribution,Damaged as published")
    lines.append("9000,b,1,Band 1,Al,training,medium,Rock,Attribution,Not in small")
    return "\n".join(lines).encode() + b"\n"


SOUNDS = {f"fma_small/000/{i + 2:06d}.mp3": RNG.bytes(9000) for i in range(PER_GENRE * len(GENRES))}
SUMS = "".join(f"{hashlib.sha1(sound).hexdigest()}  {name[10:]}\n" for name, sound in SOUNDS.items())
FMA = {
    "/fma_metadata.zip": zipped(
        {"fma_metadata/tracks.csv": tracks_csv(), "fma_metadata/raw.csv": RNG.bytes(200_000)}
    ),
    "/fma_small.zip": zipped({"fma_small/checksums": SUMS, **SOUNDS}),
}
CLIPS = zipped({"f/apa_ya-a-01-b-0-29.mp3": RNG.bytes(40_000), "0/lvx-a-01-b-30-59.mp3": RNG.bytes(40_000)})
MAGNA = {
    "/annotations_final.csv": ANNOTATIONS,
    "/clip_info_final.csv": CLIP_INFO,
    **{f"/mp3.zip.00{i + 1}": CLIPS[i * 30_000 : (i + 1) * 30_000] for i in range(3)},
}


@pytest.fixture
def offer(monkeypatch, tmp_path):
    """Serve the archives on this machine, in the place of the real addresses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as offered:
        offered.files = {**FMA, **MAGNA}
        table = re.sub(r"https://.*/", f"{offered.url}/", sources.TABLE.read_text(encoding="utf-8"))
        for path, content in FMA.items():
            published = re.compile(rf'(?<={re.escape(path)}"\nsha1 = ")\w+')
            table = published.sub(hashlib.sha1(content).hexdigest(), table)
        (tmp_path / "sources.toml").write_text(table, encoding="utf-8")
        monkeypatch.setattr(sources, "TABLE", tmp_path / "sources.toml")
        monkeypatch.setattr(server, "SCHEME", "http://")
        monkeypatch.setattr(server, "PAUSE", 0.0)
        monkeypatch.setattr(server, "CHUNK", 1000)
        yield offered


@pytest.fixture
def music(tmp_path):
    return tmp_path / "music"


def everything(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- whole sets -----------------------------------------------------------------------------------------


def test_magnatagatune_is_fetched_whole(offer, music):
    home = fetch.fetch("magnatagatune", music)
    listing = datasets.find("magnatagatune", root=home)
    assert home == music / "magnatagatune"
    assert [clip.path.stat().st_size for clip in listing.excerpts] == [40_000, 40_000]
    assert everything(music) == {
        f"magnatagatune/{name}"
        for name in (
            *("annotations_final.csv", "clip_info_final.csv", "data-card.md"),
            *("mp3/f/apa_ya-a-01-b-0-29.mp3", "mp3/0/lvx-a-01-b-30-59.mp3"),
        )
    }
    card = (home / "data-card.md").read_text(encoding="utf-8")
    assert card.count("its owners publish no checksum") == 5 and "ShareAlike 3.0" in card
    assert not listing.problems


def test_fma_is_fetched_whole_and_only_once(offer, music):
    news = []
    home = fetch.fetch("fma", music, progress=lambda *what: news.append(what))
    listing = datasets.find("fma", root=music)
    assert len(listing.excerpts) == len(SOUNDS) == len(listing.checksums)
    assert {path.name for path in music.iterdir()} == {"fma"}  # no archive is left
    card = (home / "data-card.md").read_text(encoding="utf-8")
    assert hashlib.sha1(FMA["/fma_small.zip"]).hexdigest() in card and "fma_medium" not in card
    assert {"fma_small.zip: downloading, MB", "fma_small.zip: checking, MB"} <= {what for _, _, what in news}
    asked = len(offer.requests)
    assert fetch.fetch("fma", music, size="small") == home
    assert len(offer.requests) == asked


# --- faults ---------------------------------------------------------------------------------------------


def test_dropped_connections_cost_nothing(offer, music):
    offer.faults["/fma_small.zip"] = [None, *[("drop", 7_500)] * 5, 503]
    offer.always["/fma_small.zip"] = ("drop", 40_000)
    fetch.fetch("fma", music)
    asked = [span[6:] for path, span in offer.requests if path == "/fma_small.zip" and span]
    begun = [int(span.removesuffix("-")) for span in asked[1:]]  # the first asks only how large it is
    assert begun == sorted(begun) and begun[-1] > 150_000  # never back to the beginning
    assert len(datasets.find("fma", root=music).excerpts) == len(SOUNDS)


def test_a_server_that_stays_silent_is_given_up(offer, music):
    offer.faults["/mp3.zip.002"] = [None, ("drop", 9_500)]
    offer.always["/mp3.zip.002"] = ("drop", 0)
    with pytest.raises(
        DatasetError, match=r"mp3\.zip\.002: the connection drops again and again; what is here"
    ):
        fetch.fetch("magnatagatune", music)
    there = everything(music)
    assert (
        "magnatagatune.downloads/mp3.zip.001" in there and "magnatagatune.downloads/mp3.zip.002" not in there
    )
    assert (music / "magnatagatune.downloads" / "mp3.zip.002.part").stat().st_size == 9_000
    del offer.always["/mp3.zip.002"]
    offer.requests.clear()
    fetch.fetch("magnatagatune", music)
    assert ("/mp3.zip.002", "bytes=9000-") in offer.requests
    assert not any(path == "/mp3.zip.001" for path, _ in offer.requests)
    assert not (music / "magnatagatune.downloads").exists()


KILLED = """
import pathlib, sys
from mirlab import cli
from mirlab.fetch import server, sources
server.SCHEME, server.CHUNK, sources.TABLE = "http://", 1000, pathlib.Path(sys.argv[1])
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("clips", [[], ["--clips", "6"]], ids=["whole", "slice"])
@pytest.mark.parametrize("number", [signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL, and Ctrl-C goes to all of a console")
def test_a_stopped_fetch_goes_on_where_it_was(clips, number, offer, music):
    offer.pause = 0.01
    name = "fma-small-6" if clips else "fma"
    command = ["fetch", "fma", "--to", str(music), *clips]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(sources.TABLE), *command],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[1])},
    )
    begun = (
        music / "fma-small-6.part" / "fma_small" if clips else music / "fma.downloads" / "fma_small.zip.part"
    )

    def written():
        places = begun.rglob("*.mp3") if clips else [begun]
        return sum(place.stat().st_size for place in places if place.exists())

    limit = time.monotonic() + 60
    while written() < 40_000 and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(number)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert number != signal.SIGINT or err.splitlines()[-1].startswith(
        "mirlab: stopped; finished work is kept"
    )
    assert not (music / name / "fma_small").exists() and not list(music.rglob("fma_small.zip"))
    have = written()
    assert have >= 40_000
    offer.pause, offer.sent = 0.0, 0
    assert cli.main(command) == 0
    rest = len(FMA["/fma_small.zip"]) - have if not clips else sum(map(len, SOUNDS.values())) * 18 / 24 - have
    overhead = 70_000 if clips else 0  # the list of the archive
    assert offer.sent < rest + overhead + 20_000  # a clip or a piece that was not whole
    listing = datasets.find("fma", root=music)
    assert {clip.path.read_bytes() for clip in listing.excerpts} <= set(SOUNDS.values())
    assert len(listing.excerpts) == (18 if clips else 24)


def test_without_ranges_a_download_goes_on_too(offer, music):
    """The server sends the file from its beginning, and what is there already is thrown away."""
    offer.ranges = False
    offer.faults["/mp3.zip.001"] = [None, ("drop", 9_500), ("drop", 20_500)]
    fetch.fetch("magnatagatune", music)
    assert len(datasets.find("magnatagatune", root=music).excerpts) == 2


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (404, r"mp3\.zip\.002: is not there any more \(HTTP 404\); see https://mirg"),
        (403, r"mp3\.zip\.002: the server refuses \(HTTP 403\)"),
        (500, r"mp3\.zip\.002: the server is busy or out of order \(HTTP 500\); try again later"),
        ("page", r"mp3\.zip\.002: leads to a web page and not to the file; see https://mirg"),
        (("redirect", "/page"), r"mp3\.zip\.002: leads to a web page and not to the file"),
        (("redirect", "/mp3.zip.002"), r"mp3\.zip\.002: leads from one address to another without end"),
        (
            ("redirect", "ftp://127.0.0.1/x"),
            r"mp3\.zip\.002: leads to an address that does not begin with http",
        ),
    ],
)
def test_a_dead_address_is_one_sentence(fault, sentence, offer, music, capsys):
    """All addresses are asked before the first byte is kept."""
    offer.always |= {"/mp3.zip.002": fault, "/page": "page"}
    assert cli.main(["fetch", "magnatagatune", "--to", str(music)]) == 2
    out, err = capsys.readouterr()
    assert re.search(sentence, err) and err.count("\n") == 1 and not out
    assert everything(music) == set()


def test_a_web_page_that_calls_itself_a_file(offer, music):
    offer.files["/annotations_final.csv"] = b"\n<html><body>Please sign in</body></html>"
    with pytest.raises(DatasetError, match=r"annotations_final\.csv: leads to a web page"):
        fetch.fetch("magnatagatune", music)
    assert not (music / "magnatagatune").exists()


def test_plain_http_is_not_opened(offer, music, monkeypatch):
    monkeypatch.setattr(server, "SCHEME", "https://")
    with pytest.raises(DatasetError, match="leads to an address that does not begin with https://"):
        fetch.fetch("magnatagatune", music)
    assert not offer.requests


@pytest.mark.parametrize("honest", [True, False])
def test_a_file_that_changes_during_the_download(honest, offer, music):
    """It is noticed also if the server does not look at If-Range, and what is there is left to the user."""
    offer.if_range = honest
    whole, path = offer.files["/mp3.zip.001"], "/mp3.zip.001"
    offer.faults[path] = [None, ("drop", 9_500), ("drop", 0)]
    drops = iter(range(9))

    def change(seconds):
        if next(drops):
            offer.files[path] = RNG.bytes(len(whole))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.time, "sleep", change)
        with pytest.raises(DatasetError, match=r"mp3\.zip\.001: has changed on the server since"):
            fetch.fetch("magnatagatune", music)
    part = music / "magnatagatune.downloads" / "mp3.zip.001.part"
    assert part.read_bytes() == whole[:9_000]
    with pytest.raises(
        DatasetError, match=r"mp3\.zip\.001\.part: the file has changed .* delete it to start again"
    ):
        fetch.fetch("magnatagatune", music)
    assert part.read_bytes() == whole[:9_000]
    part.unlink()
    offer.files[path] = whole
    fetch.fetch("magnatagatune", music)


def test_a_file_that_is_not_the_published_one(offer, music):
    offer.files["/fma_small.zip"] = zipped(SOUNDS | {"fma_small/000/000002.mp3": b"other music"})
    for _ in range(2):  # the same again, until the user deletes it
        with pytest.raises(
            DatasetError, match=r"fma_small\.zip\.part: is not the file that its owners published"
        ):
            fetch.fetch("fma", music)
        assert not (music / "fma").exists()
    (music / "fma.downloads" / "fma_small.zip.part").unlink()
    offer.files |= FMA
    fetch.fetch("fma", music)


def test_an_archive_that_leads_out_of_its_folder(offer, music):
    content = zipped({"f/../../../../evil.mp3": b"x"})
    offer.files |= {
        f"/mp3.zip.00{i + 1}": content[i * 40 : (i + 1) * 40 if i < 2 else None] for i in range(3)
    }
    with pytest.raises(DatasetError, match="leads out of its folder"):
        fetch.fetch("magnatagatune", music)
    assert not list(music.parent.rglob("*evil*"))


def test_no_room_is_seen_before_a_byte_is_kept(offer, music, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=300_000))
    with pytest.raises(
        DatasetError, match=r"fma: needs 0\.0 GB on the disk to download and unpack it, but 0\.0 GB"
    ):
        fetch.fetch("fma", music)
    assert everything(music) == set()
    with pytest.raises(DatasetError, match=r"fma: needs 0\.0 GB"):
        monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=9_000))
        fetch.fetch("fma", music, clips=2)


def test_a_disk_that_fills_up_keeps_what_is_there(offer, music, monkeypatch):
    read = server.Remote.read

    def full(self, *where, **how):
        for number, chunk in enumerate(read(self, *where, **how)):
            if number == 9:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            yield chunk

    with monkeypatch.context() as patch:
        patch.setattr(server.Remote, "read", full)
        with pytest.raises(
            StoreError, match=r"mp3\.zip\.001\.part: No space left on device; what is there is kept"
        ):
            fetch.fetch("magnatagatune", music)
    assert (music / "magnatagatune.downloads" / "mp3.zip.001.part").stat().st_size == 9_000
    fetch.fetch("magnatagatune", music)


def test_files_of_somebody_else_are_left_alone(offer, music):
    part = music / "magnatagatune.downloads" / "mp3.zip.001.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"a browser's")
    with pytest.raises(StoreError, match="is there already and not made by mirlab"):
        fetch.fetch("magnatagatune", music)
    assert part.read_bytes() == b"a browser's"
    (music / "fma-small-1").mkdir()
    (music / "fma-small-1" / "notes.txt").touch()
    with pytest.raises(StoreError, match="fma-small-1: is there already"):
        fetch.fetch("fma", music, clips=1)


def test_two_at_once(offer, music):
    downloads = music / "fma.downloads"
    downloads.mkdir(parents=True)
    with (downloads / ".lock").open("ab") as held:
        assert paths.lock(held)
        with pytest.raises(StoreError, match="another process of mirlab is fetching into it"):
            fetch.fetch("fma", music)
        assert (downloads / ".lock").exists()
    assert not offer.requests


def test_a_server_that_tags_no_versions(offer, music):
    offer.tags = False
    offer.faults["/mp3.zip.003"] = [None, ("drop", 900)]
    fetch.fetch("magnatagatune", music)
    assert not server.About(None, "").differs(server.About(5, "a"))
    assert server.About(4, "").differs(server.About(5, "a"))


# --- a slice of FMA -------------------------------------------------------------------------------------


def test_a_slice_is_a_small_fma(offer, music):
    home = fetch.fetch("fma", music, clips=2)
    listing = datasets.find("fma", root=home)
    assert home == music / "fma-small-2" and {path.name for path in music.iterdir()} == {"fma-small-2"}
    assert [listing.label_names[clip.label] for clip in listing.excerpts].count("Rock") == 2
    assert len(listing.excerpts) == 6 == len(listing.checksums) and not listing.problems
    for clip in listing.excerpts:
        assert clip.path.read_bytes() == SOUNDS[f"fma_small/000/{clip.track_id}.mp3"]
        assert listing.checksums[clip.track_id] == f"sha1:{hashlib.sha1(clip.path.read_bytes()).hexdigest()}"
    card = (home / "data-card.md").read_text(encoding="utf-8")
    for clip in listing.excerpts:
        i = int(clip.track_id)
        licence = "Attribution" if i % 2 == 0 else r"Attribution-NonCommercial 3.0 \| \*Int\*"
        assert re.search(
            rf"^\| {i:06d} \| Song №{i} \| Band \d+ \| Al \| {re.escape(licence)} \|$", card, re.MULTILINE
        )
    asked = len(offer.requests)
    assert fetch.fetch("fma", music, clips=2) == home and len(offer.requests) == asked


def test_a_slice_reads_little_of_the_archives(offer, music, monkeypatch):
    monkeypatch.setattr(server, "WINDOW", 3_000)
    offer.sent = 0
    fetch.fetch("fma", music, clips=1)
    clips = [asked for path, asked in offer.requests if path == "/fma_small.zip"]
    assert len(clips) <= 8  # who it is, the list of files, checksums, three clips
    partly = [asked for path, asked in offer.requests if asked]
    lengths = [int(b) - int(a) + 1 for a, b in (asked[6:].split("-") for asked in partly)]
    assert sum(lengths) < 70_000 < len(FMA["/fma_small.zip"])


def test_clips_are_from_as_many_artists_as_possible(tmp_path):
    table = tmp_path / "tracks.csv"
    table.write_bytes(tracks_csv())
    chosen = fma_slice.choose(table, "small", 5, seed=3)
    assert len(chosen) == 15 and chosen == sorted(chosen) == fma_slice.choose(table, "small", 5, seed=3)
    assert chosen != fma_slice.choose(table, "small", 5, seed=4)
    first = [track_id for track_id in chosen if int(track_id) < 14]  # of one artist in each genre
    assert len(first) == 3
    assert len(fma_slice.choose(table, "small", 99, seed=0)) == 24
    of_medium = fma_slice.choose(table, "medium", 99, seed=0)
    assert "009000" in of_medium and "001486" not in of_medium  # one of the known faults
    assert fma_slice.choose(table, "small", 99, 0, lambda track_id: track_id == "000005") == ["000005"]


def test_a_slice_needs_ranges(offer, music, capsys):
    offer.ranges = False
    assert cli.main(["fetch", "fma", "--clips", "1", "--to", str(music)]) == 2
    err = capsys.readouterr().err.splitlines()[-1]
    assert err.endswith(
        "the server does not give parts of a file; fetch the whole set instead (without --clips)"
    )
    assert everything(music) == set()


def test_a_slice_survives_drops_and_notices_a_change(offer, music):
    offer.faults["/fma_small.zip"] = [None, ("drop", 2_000), 503, ("drop", 10)]
    fetch.fetch("fma", music, clips=1)
    real, count = server.Remote.read, iter(range(99))

    def changing(self, *where, **how):
        if "small" in self.url and next(count) == 4:
            offer.files["/fma_small.zip"] = zipped(SOUNDS)
        return real(self, *where, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.Remote, "read", changing)
        with pytest.raises(DatasetError, match=r"fma_small\.zip: has changed on the server"):
            fetch.fetch("fma", music, clips=2)
    assert not (music / "fma-small-2").exists()
    assert fetch.fetch("fma", music, clips=2).is_dir()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content[: len(content) // 2], "is not a whole zip archive"),
        (lambda content: content.replace(SOUNDS["fma_small/000/000002.mp3"], bytes(9000)), "CRC"),
        (lambda content: zipped({"a.txt": "b"}), "has no track of fma_small that its archive has too"),
    ],
)
def test_a_slice_of_a_damaged_archive(change, sentence, offer, music):
    stored = zipped({"fma_small/checksums": SUMS, **SOUNDS}, zipfile.ZIP_STORED)
    offer.files["/fma_small.zip"] = change(stored)
    with pytest.raises(DatasetError, match=sentence):
        fetch.fetch("fma", music, clips=8)
    assert not (music / "fma-small-8").exists()


# --- what is offered ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gtzan", "homburg", "artists1517", "unique"])
def test_of_other_sets_it_says_whom_to_ask(name, capsys):
    assert cli.main(["fetch", name]) == 2
    err = capsys.readouterr().err
    assert (
        err.startswith(f"mirlab: {name}: its owners do not offer it for download. ")
        and "omepage: http" in err
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fma"], r"fma: needs a folder to put it in \(--to DIR\)"),
        (
            ["fma", "--to", "x", "--size", "huge"],
            "fma: has no size 'huge'; there is small, medium, large, full",
        ),
        (["magnatagatune", "--to", "x", "--size", "small"], "has no size 'small'; there is only one size"),
        (
            ["magnatagatune", "--to", "x", "--clips", "3"],
            "is always fetched whole; clips can only be chosen from fma",
        ),
        (["fma", "--to", "x", "--clips", "0"], "'0' must be a whole number, 1 or more"),
        (["gtzan-synth"], "is composed by mirlab on this machine"),
        (["folder"], "is your own music"),
        (["fmaa"], r"no data set 'fmaa' \(did you mean 'fma'\?\)"),
        (
            ["fma", "--to", "file"],
            "file.fma.downloads: .*; check that you may write there, or name another folder",
        ),
    ],
)
def test_a_mistake_is_one_line(arguments, sentence, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    assert cli.main(["fetch", *arguments]) == 2
    out, err = capsys.readouterr()
    assert re.search(sentence, err) and err.count("\n") == 1 and not out
    assert not Path("x").exists()


def test_the_command_says_what_comes_next(offer, music, capsys):
    assert cli.main(["fetch", "magnatagatune-188", "--to", str(music)]) == 0
    first, last = capsys.readouterr().out.splitlines()
    home = music / "magnatagatune"
    assert first.startswith(f"magnatagatune-188 is in {home}; data-card.md there says")
    assert last == f"Next: {paths.command('validate')} magnatagatune-188 --root {home}"


def test_addresses_are_safe_and_in_one_file():
    table = tomllib.loads(sources.TABLE.read_text(encoding="utf-8"))
    files = [file for offered in table.values() for item in offered["items"] for file in item["files"]]
    assert len(files) == 10
    for file in files:
        assert file["url"].startswith("https://") and re.fullmatch("[0-9a-f]{40}", file.get("sha1", "0" * 40))
    assert [item.folder for item in sources.items("fma", "large")] == ["fma_metadata", "fma_large"]
    for path in Path(fetch.__file__).parent.glob("*.py"):
        assert not re.search(r"https?://\w", path.read_text(encoding="utf-8"))
