"""Archives: unpacked whole or not at all, nothing outside the folder, and further after a kill."""

import bz2
import gzip
import io
import json
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import textwrap
import unicodedata
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import broken
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirlab import datasets, paths
from mirlab.cli import main
from mirlab.datasets import archive, decoding, volumes
from mirlab.datasets.archive import unpack
from mirlab.errors import DatasetError, MirlabError, StoreError

FILES = {
    "genres/blues/blues.00000.au": b".snd" * 1000,
    "genres/rock/rock.00000.au": os.urandom(300_000),
    "genres/übung 練習.txt": b"",
}
ENDINGS = {"tar": "", "tar.gz": "gz", "tgz": "gz", "tar.bz2": "bz2", "tar.xz": "xz"}


def tar(path, entries, mode="", form=tarfile.PAX_FORMAT, encoding="utf-8"):
    """Write a tar of ``{name: content}``, or of TarInfo objects with content."""
    with tarfile.open(path, f"w:{mode}", format=form, encoding=encoding) as made:
        for name, content in entries.items():
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return path


def member(name, kind=tarfile.REGTYPE, link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


def zipped(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return path


def zip_member(name, mode=0, system=3):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = system, mode << 16
    return info


def renamed(path, names):
    """Put other bytes of the same length into a zip in place of names, and take the mark of UTF-8 away."""
    content = bytearray(path.read_bytes())
    for old, new in names.items():
        content = content.replace(old.encode(), new)
        assert len(old.encode()) == len(new)
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + at + 1] &= ~8
            start = content.find(mark, start + 1)
    path.write_bytes(content)
    return path


def in_it(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(path, *words, error=DatasetError, folder=None, **options):
    """Nothing is written, and one sentence says why."""
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(error) as caught:
        unpack(path, folder, **options)
    sentence = str(caught.value)
    assert sentence.isprintable() and sentence.startswith(f"{path.parent}") and "; " in sentence
    for word in words:
        assert word in sentence
    assert sorted(path.parent.rglob("*")) == before
    return sentence


# What is unpacked


@pytest.mark.parametrize("ending", ENDINGS)
def test_tars(tmp_path, ending):
    path = tar(tmp_path / f"gtzan.{ending}", FILES, ENDINGS[ending])
    folder = unpack(path)
    assert folder == tmp_path / "gtzan" and in_it(folder) == FILES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gtzan", f"gtzan.{ending}"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_old_and_new_tars_with_long_names(tmp_path, form):
    long = "/".join(["d" * 60] * 4) + "/a.wav" if form != tarfile.USTAR_FORMAT else "d" * 90 + "/a.wav"
    entries = {member("./", tarfile.DIRTYPE): b"", member("./empty", tarfile.DIRTYPE): b"", f"./{long}": b"1"}
    folder = unpack(tar(tmp_path / "a.tar", entries, form=form))
    assert in_it(folder) == {long: b"1"} and (folder / "empty").is_dir()


def test_zip_to_a_folder_of_choice_that_may_be_there_if_empty(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", FILES | {"empty/": b""})
    (tmp_path / "to").mkdir()
    folder = unpack(path, tmp_path / "to")
    assert folder == tmp_path / "to" and in_it(folder) == FILES and (folder / "empty").is_dir()
    assert in_it(unpack(path, tmp_path / "not" / "there" / "yet")) == FILES
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert unpack("~/a.zip", "~/home") == tmp_path / "home"


@pytest.mark.parametrize("given", ["mp3.zip", "mp3.zip.001", "mp3.zip.002"])
@pytest.mark.parametrize("first", [0, 1])
def test_zip_in_parts(tmp_path, given, first):
    content = zipped(tmp_path / "whole", FILES).read_bytes()
    for number in range(4):
        part = content[number * 90_000 : (number + 1) * 90_000]
        (tmp_path / f"mp3.zip.{number + first:03d}").write_bytes(part)
    (tmp_path / "mp3.zip.004.txt").write_text("no part")
    folder = unpack(tmp_path / given)
    assert folder == tmp_path / "mp3" and in_it(folder) == FILES
    shutil.rmtree(folder)
    (tmp_path / f"mp3.zip.{2 + first:03d}").unlink()
    refused(tmp_path / given, f"mp3.zip.{2 + first:03d}: this part is missing")
    (tmp_path / f"mp3.zip.{3 + first:03d}").unlink()
    refused(tmp_path / given, "damaged or breaks off")


def test_parts_are_read_as_one_file(tmp_path):
    content = os.urandom(1000)
    for i, (start, stop) in enumerate([(0, 1), (1, 400), (400, 400), (400, 1000)], 1):
        (tmp_path / f"a.{i:03d}").write_bytes(content[start:stop])
    with volumes.whole(tmp_path / "a") as file:
        assert file.read() == content
        assert file.seek(-10, os.SEEK_END) == 990
        assert file.read() == content[-10:]
        for at, n in [(0, 2), (399, 2), (1, 399), (995, 100), (1000, 1)]:
            file.seek(at)
            assert file.read(n) == content[at : at + n]


def test_links_to_files_of_the_archive_become_copies(tmp_path):
    entries = {
        member("x/hard.wav", tarfile.LNKTYPE, "./x/a.wav"): b"",
        member("y/soft.wav", tarfile.SYMTYPE, "../x/a.wav"): b"",
        "x/a.wav": b"sound",
    }
    folder = unpack(tar(tmp_path / "a.tar", entries))
    assert in_it(folder) == dict.fromkeys(("x/hard.wav", "y/soft.wav", "x/a.wav"), b"sound")
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    link = {"x/a.wav": b"sound", zip_member("y/soft.wav", 0o120777): "../x/a.wav"}
    assert in_it(unpack(zipped(tmp_path / "b.zip", link))) == {"x/a.wav": b"sound", "y/soft.wav": b"sound"}


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_permissions_are_ordinary(tmp_path):
    entries = {member("d", tarfile.DIRTYPE, mode=0o2000): b"", member("d/a.wav", mode=0o000): b"1"}
    folder = unpack(tar(tmp_path / "a.tar", entries | {member("d/run", mode=0o4755): b"1"}))
    (tmp_path / "new").touch()
    for path in (folder / "d/a.wav", folder / "d/run"):
        assert path.stat().st_mode == (tmp_path / "new").stat().st_mode
    path = zipped(tmp_path / "b.zip", {zip_member("run", 0o104755): b"1"})
    assert (unpack(path) / "run").stat().st_mode == (tmp_path / "new").stat().st_mode


# What is refused


CLIMBING = (
    "../evil",
    "a/../../evil",
    "a/..",
    "..",
    "/etc/evil",
    "//evil",
    "C:/evil",
    "c:evil",
    "a\\..\\evil",
    "\\evil",
)


@pytest.mark.parametrize("name", CLIMBING)
def test_names_that_lead_elsewhere(tmp_path, name):
    place = tmp_path / "place"
    place.mkdir()
    entries = {"good": b"1", name: b"2"}
    refused(tar(place / "a.tar", entries), "holds ", "; get the archive from its publisher")
    refused(zipped(place / "a.zip", entries), "holds ")
    refused(zipped(place / "b.zip", {"good": b"1", zip_member(name, system=0): b"2"}), "holds ")
    assert list(tmp_path.iterdir()) == [place]


def test_backslashes_of_windows_programs_separate_folders(tmp_path):
    path = zipped(tmp_path / "a.zip", {zip_member("blues\\a.wav", system=0): b"1"})
    assert in_it(unpack(path)) == {"blues/a.wav": b"1"}
    refused(zipped(tmp_path / "b.zip", {zip_member("blues\\a.wav"): b"1"}), "has a backslash")


def test_a_nul_in_a_name(tmp_path):
    path = zipped(tmp_path / "a.zip", {"name__.wav": b"1"})
    path.write_bytes(path.read_bytes().replace(b"name__.wav", b"name\0_.wav"))
    refused(path, "has a NUL in its name")
    info = tarfile.TarInfo("a")
    info.pax_headers = {"path": "nul\0.wav"}
    refused(tar(tmp_path / "a.tar", {info: b"1"}), "has a NUL in its name")


@pytest.mark.parametrize(
    "name", ["nul", "a/CON.wav", "aux.tar.gz", "com1", "song:stream", "blank ", "dot.", "what?", "Icon\r"]
)
def test_names_that_windows_does_not_allow(name, monkeypatch):
    assert archive._fault(name) is None or os.name == "nt"
    monkeypatch.setattr(archive.os, "name", "nt")
    assert "Windows" in archive._fault(name)
    assert archive._fault("genres/nulls/console.wav") is None


LINKS = {
    "up": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "to nothing": "nothing",
    "to a folder": "genres",
    "to itself": "genres/to itself",
    "": "",
}


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links_to_anything_but_a_file_of_the_archive(tmp_path, name, kind):
    link = member(f"genres/{name or 'to nowhere'}", kind, LINKS[name])
    refused(tar(tmp_path / "a.tar", {"genres/a.wav": b"1", link: b""}), "a link to ")


@pytest.mark.parametrize("target", ["../../etc/passwd", "/etc/passwd", "nothing", "x" * 5000])
def test_links_in_a_zip(tmp_path, target):
    entries = {"genres/a.wav": b"1", zip_member("genres/b.wav", 0o120777): target}
    refused(zipped(tmp_path / "a.zip", entries), "a link to ")


def test_a_link_is_no_way_out_for_what_comes_after_it(tmp_path):
    for target in ("/tmp", "..", "a.wav"):
        entries = {"a.wav": b"1", member("out", tarfile.SYMTYPE, target): b"", "out/evil": b"2"}
        refused(tar(tmp_path / "a.tar", entries))
    entries = {"a.wav": b"1", member("a.wav", tarfile.SYMTYPE, "b.wav"): b"", "b.wav": b"2"}
    refused(tar(tmp_path / "a.tar", entries), "no place on this disk")


def test_devices_and_pipes(tmp_path):
    for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        refused(tar(tmp_path / "a.tar", {member("dev", kind): b""}), "device or a pipe")
    for mode in (0o020666, 0o060666, 0o010666, 0o140777):
        refused(zipped(tmp_path / "a.zip", {zip_member("dev", mode): b""}), "device or a pipe")


def test_two_files_of_one_name(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path / "a.zip", {"a.wav": b"1", zip_member("a.wav", 0o644): b"2"})
    refused(path, "'a.wav', for which another file leaves no place")
    refused(tar(tmp_path / "a.tar", {"a": b"1", "a/b": b"2"}), "'a/b'")
    refused(tar(tmp_path / "b.tar", {"a/b": b"1", "a": b"2"}), "'a'")
    forms = {unicodedata.normalize(form, "é.wav"): form.encode() for form in ("NFC", "NFD")}
    refused(tar(tmp_path / "c.tar", forms), "'é.wav', for which another file leaves no place")


def test_names_that_differ_in_case_stay_two_or_are_refused(tmp_path):
    path = tar(tmp_path / "a.tar", {"Song.wav": b"1", "song.wav": b"2"})
    try:
        assert in_it(unpack(path)) == {"Song.wav": b"1", "song.wav": b"2"}
    except DatasetError as error:
        assert "no place on this disk" in str(error) and not (tmp_path / "a").exists()


def test_encrypted(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.wav": b"1"})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    refused(path, "is encrypted")


def test_a_method_that_python_does_not_know(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.wav": b"1"})
    content = bytearray(path.read_bytes())
    content[8] = content[content.index(b"PK\1\2") + 10] = 9  # Deflate64
    path.write_bytes(content)
    refused(path, "cannot be unpacked here", 'use: 7z x "a.zip"')


@pytest.mark.parametrize("ending", [*ENDINGS, "zip"])
def test_cut_short_anywhere(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    entries = {f"{i}.wav": os.urandom(700 * i) for i in range(20)}
    content = (zipped(path, entries) if ending == "zip" else tar(path, entries, ENDINGS[ending])).read_bytes()
    end = content.rindex(entries["19.wav"][-100:]) + 100 if ending == "tar" else len(content) - 1
    for stop in sorted({1, 2, 100, 511, 512, 513, 2048, *range(3000, end, 12007), end - 1, end}):
        path.write_bytes(content[:stop])
        refused(path, "damaged or breaks off")


@pytest.mark.parametrize("ending", ["tar.gz", "tar.bz2", "tar.xz", "zip"])
def test_a_wrong_bit_anywhere_in_the_content(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    entries = {"a.wav": os.urandom(20_000)}
    content = (zipped(path, entries) if ending == "zip" else tar(path, entries, ENDINGS[ending])).read_bytes()
    for place in range(1000, 19_000, 3001):
        changed = bytearray(content)
        changed[place] ^= 4
        path.write_bytes(changed)
        refused(path, "damaged or breaks off")


def test_a_tar_that_is_damaged_in_the_middle_is_not_half_unpacked(tmp_path):
    path = tar(tmp_path / "a.tar", {f"{i}.wav": bytes(2000) for i in range(10)})
    content = bytearray(path.read_bytes())
    content[content.index(b"5.wav") : content.index(b"5.wav") + 300] = os.urandom(300)
    path.write_bytes(content)
    with tarfile.open(path) as lenient:
        assert len(lenient.getnames()) == 5  # or this test is of nothing
    refused(path, "damaged or breaks off")


def test_missing_or_not_a_file(tmp_path):
    (tmp_path / "a.zip").mkdir()
    refused(tmp_path / "a.zip", "is not a file", folder=tmp_path / "to")
    refused(tmp_path / "b.zip", "no such file")
    refused(tmp_path / "c.zip.001", "no such file")
    refused(tar(tmp_path / "music", {"a": b"1"}), "ends in none of")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.tar")
        refused(tmp_path / "pipe.tar", "is not a file")


# Archives of another kind


BEGINNINGS = {
    "a.7z": (b"7z\xbc\xaf\x27\x1c", '7z x "a.7z"'),
    "a.rar": (b"Rar!\x1a\7\1\0", 'unrar x "a.rar"'),
    "a.tar.lz4": (b"\x04\x22\x4d\x18", 'lz4 -d "a.tar.lz4"'),
    "a.tar.lz": (b"LZIP\1", 'lzip -dk "a.tar.lz"'),
    "a.tar.Z": (b"\x1f\x9d\x90", 'uncompress -k "a.tar.Z"'),
    "a.z01": (b"PK\7\x08PK\3\4", '7z x "a.zip"'),
    "a.Z02": (b"anything", '7z x "a.zip"'),
    "b.zip": (b"PK\7\x08PK\3\4", '7z x "b.zip"'),
    "a.exe": (b"MZ\x90", '7z x "a.exe"'),
    "a.iso": (bytes(0x8001) + b"CD001", '7z x "a.iso"'),
    "7-Zip.zip": (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive"),
    "song.zip": (b"ID3\4" + bytes(99), "is a sound file and not an archive"),
    "c.zip": (b"", "is empty (0 bytes), so its download failed"),
    "a.zip.part": (b"PK\3\4", "is a download that did not finish"),
    "a.zip.crdownload": (b"PK\3\4", "is a download that did not finish"),
    "lfs.zip": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
    "annex.zip": (b"/annex/objects/SHA256E-s9--0.zip\n", "git annex get"),
    "gtzan.tar.gz": (b"d8:announce35:udp://tracker", "is a torrent"),
    "login.zip": (
        b"\xef\xbb\xbf\n<!DOCTYPE html><html><title>\nSign in</title>",
        "is a web page ('Sign in')",
    ),
    "error.tar.gz": (b"<html><body>404", "is a web page and not an archive"),
    "api.zip": (b'{"message": "Not Found"}', 'is a text that begins with \'{"message": "Not Found"}\''),
    "s3.zip": (b'<?xml version="1.0"?><Error><Code>AccessDenied', "is a text that begins with '<?xml"),
    "random.zip": (b"\x81\x82\x83", "it begins like no tar or zip archive"),
    "short.zip": (b"PK", "damaged or breaks off"),
    "table.csv.gz": (gzip.compress(b"a,b\n" * 999), "not a tar archive; decompress it with gunzip"),
    "table.csv.bz2": (bz2.compress(b"a,b\n" * 999), "not a tar archive; decompress it with bunzip2"),
    "table.csv.xz": (lzma.compress(b"a,b\n" * 999), "not a tar archive; decompress it with unxz"),
    "table.lzma": (lzma.compress(b"a,b\n" * 999, lzma.FORMAT_ALONE), "decompress it with unlzma"),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_file_of_another_kind_is_called_what_it_is(tmp_path, name):
    begin, words = BEGINNINGS[name]
    (tmp_path / name).write_bytes(begin)
    sentence = refused(tmp_path / name, words, folder=tmp_path / "to")
    assert ("damaged" in sentence) == (name in ("short.zip", "random.zip") or name.startswith("table"))


def test_the_last_part_of_a_split_zip(tmp_path):
    path = zipped(tmp_path / "a.zip", FILES)
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\5\6") + 4] = 1
    path.write_bytes(content[1000:])
    refused(path, "one part of a zip archive in several parts", '7z x "a.zip"')


def test_zstandard_where_python_has_it(tmp_path):
    path = tmp_path / "fma.tar.zst"
    path.write_bytes(bytes.fromhex("28b52ffd") + bytes(99))
    if "zst" in tarfile.TarFile.OPEN_METH:
        tar(path, FILES, "zst")
        assert in_it(unpack(path)) == FILES
    else:
        refused(path, "is compressed with Zstandard", 'zstd -d "fma.tar.zst"')


def test_a_name_does_not_matter_for_a_whole_archive(tmp_path):
    assert in_it(unpack(tar(tmp_path / "a.zip", FILES, "xz"))) == FILES
    assert in_it(unpack(zipped(tmp_path / "b.tar.gz", FILES))) == FILES
    path = tmp_path / "c.tar"
    path.write_bytes(lzma.compress(tar(tmp_path / "x", FILES).read_bytes(), lzma.FORMAT_ALONE))
    assert in_it(unpack(path)) == FILES


# Names


def test_names_in_a_zip(tmp_path):
    """Marked as UTF-8, UTF-8 without the mark (macOS), and code page 437 as the standard has it."""
    name = "Motörhead.wav"
    assert in_it(unpack(zipped(tmp_path / "a.zip", {name: b"1"}))) == {name: b"1"}
    path = zipped(tmp_path / "b.zip", {name: b"1"})
    assert in_it(unpack(renamed(path, {name: name.encode()}))) == {name: b"1"}
    path = zipped(tmp_path / "c.zip", {"Mot--rhead.wav": b"1"})
    assert in_it(unpack(renamed(path, {"Mot--rhead.wav": "Mot-örhead.wav".encode("cp437")}))) == {
        "Mot-örhead.wav": b"1"
    }


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Motörhead", "cp1252"),
        ("Don’t", "cp1252"),
        ("Кино", "cp866"),
        ("ABBA КИНО", "cp866"),
        ("日本", "shift_jis"),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_name_in_an_encoding_that_nobody_states(tmp_path, kind, text, encoding):
    raw = text.encode(encoding)
    path = tmp_path / f"a.{kind}"
    if kind == "zip":
        renamed(zipped(path, {"x" * len(raw): b"1", "plain": b"2"}), {"x" * len(raw): raw})
    else:
        tar(path, {text: b"1", "plain": b"2"}, form=tarfile.GNU_FORMAT, encoding=encoding)
    sentence = refused(path, "holds a name in an encoding that it does not state", "name the right one")
    if encoding in decoding.GUESSES:
        assert f"{text!r} in {encoding}" in sentence
    assert in_it(unpack(path, encoding=encoding)) == {text: b"1", "plain": b"2"}


def test_an_unknown_encoding_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", FILES)
    for encoding in ("no such", "base64"):
        with pytest.raises(DatasetError, match=f"encoding='{encoding}' is unknown; name one"):
            unpack(path, encoding=encoding)


def test_info_zips_field_for_a_name(tmp_path):
    raw, name = b"Mot?rhead", "Motörhead"
    field = struct.pack("<BI", 1, zlib.crc32(raw)) + name.encode()
    info = zip_member(raw.decode())
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    assert in_it(unpack(zipped(tmp_path / "a.zip", {info: b"1"}))) == {name: b"1"}
    stale = zip_member("renamed")
    stale.extra = info.extra
    assert in_it(unpack(zipped(tmp_path / "b.zip", {stale: b"1"}))) == {"renamed": b"1"}


def test_names_are_composed(tmp_path):
    apart = unicodedata.normalize("NFD", "Café/é.wav")
    for path in (zipped(tmp_path / "a.zip", {apart: b"1"}), tar(tmp_path / "b.tar", {apart: b"1"})):
        assert in_it(unpack(path)) == {unicodedata.normalize("NFC", apart): b"1"}


# Room


def test_more_than_the_disk_holds(tmp_path, monkeypatch):
    entries = {f"{i}.wav": bytes(10_000_000) for i in range(3)}
    tar(tmp_path / "a.tar.gz", entries, "gz")
    zipped(tmp_path / "a.zip", entries)
    links = {member(str(i), tarfile.LNKTYPE, "a.wav"): b"" for i in range(20)}
    tar(tmp_path / "links.tar", {"a.wav": bytes(10**6)} | links)
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda place: SimpleNamespace(free=10**7))
    for name in ("a.tar.gz", "a.zip", "links.tar"):
        refused(tmp_path / name, "needs more than the 0.0 GB that are free", str(tmp_path))


def test_a_zip_that_claims_more_than_any_disk(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.wav": bytes(1000)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, 2**32 - 2)
    path.write_bytes(content)
    with pytest.raises(DatasetError):
        unpack(path)
    assert list(tmp_path.iterdir()) == [path]


def test_more_files_than_any_data_set_has(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILES", 10)
    refused(tar(tmp_path / "a.tar", {str(i): b"" for i in range(11)}), "more than 10 files")


def test_a_folder_that_is_taken(tmp_path):
    path = zipped(tmp_path / "a.zip", FILES)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").touch()
    refused(path, "is there already", error=StoreError)
    refused(path, "is there already", error=StoreError, folder=path)
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "a.part").mkdir()
    (tmp_path / "a.part" / "mine.txt").touch()
    refused(path, "is there already and not made by mirlab", error=StoreError)


# Going on


def test_what_is_there_already_is_not_unpacked_again(tmp_path):
    path = zipped(tmp_path / "a.zip", FILES)
    folder = unpack(path)
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    assert unpack(path) == folder and {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    next(iter(folder.rglob("*.au"))).write_bytes(b"cut")
    refused(path, "is there already", error=StoreError)


@pytest.mark.parametrize("reason", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_stopped_run_goes_on_where_it_was(tmp_path, monkeypatch, reason):
    entries = {f"{i}.wav": os.urandom(1000 + i) for i in range(30)}
    path = tar(tmp_path / "a.tar", entries)
    copy, copied = shutil.copyfileobj, []

    def stop(source, file, length):
        if len(copied) == 20:
            file.write(b"half")
            raise reason
        copied.append(Path(file.name).name)
        copy(source, file, length)

    monkeypatch.setattr(archive.shutil, "copyfileobj", stop)
    with pytest.raises((StoreError, KeyboardInterrupt)) as caught:
        unpack(path)
    if isinstance(caught.value, StoreError):
        assert "No space left on device; make room" in str(caught.value)
        assert "what is in a.part is kept" in str(caught.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.part", "a.part.json", "a.tar"]
    inodes = {p.name: p.stat().st_ino for p in (tmp_path / "a.part").iterdir() if p.name in copied}
    copied.clear()
    copied += [""] * 21
    assert in_it(unpack(path)) == entries
    assert copied[21:] == [f"{i}.wav" for i in range(20, 30)]
    assert all((tmp_path / "a" / name).stat().st_ino == inode for name, inode in inodes.items())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "a.tar"]


def test_a_disk_that_is_full_at_once_leaves_nothing(tmp_path, monkeypatch):
    def full(source, file, length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.shutil, "copyfileobj", full)
    refused(zipped(tmp_path / "a.zip", FILES), "No space left on device", error=StoreError)


@pytest.mark.parametrize(
    "change", ["other archive", "cut file", "torn journal", "stray file", "other encoding"]
)
def test_an_unfinished_folder_is_not_believed_blindly(tmp_path, monkeypatch, change):
    entries = {f"{i}.wav": os.urandom(1000) for i in range(10)}
    path = tar(tmp_path / "a.tar", entries)
    rename = Path.rename
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        unpack(path)
    monkeypatch.setattr(Path, "rename", rename)
    part, journal = tmp_path / "a.part", tmp_path / "a.part.json"
    assert json.loads(journal.read_text())["done"] == 10
    if change == "archive":
        entries = {f"{i}.wav": os.urandom(1000) for i in range(10)}
        tar(path, entries)
        os.utime(path, ns=(10**18, 10**18))
    elif change == "cut file":
        (part / "3.wav").write_bytes(b"cut")
    elif change == "torn journal":
        journal.write_text('{"source": [')
    elif change == "stray file":
        (part / "evil.wav").touch()
    assert in_it(unpack(path, encoding="cp1252" if change == "encoding" else None)) == entries
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "a.tar"]


CHILD = textwrap.dedent("""
    import os, signal, sys
    from mirlab.datasets import archive, unfinished

    unfinished.CHECKPOINT = 7

    def kill_at(step):
        count = 0

        def audit(event, arguments):  # every way to a file on the disk passes here
            nonlocal count
            if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(audit)

    for step in map(int, sys.argv[3:]):
        if (child := os.fork()) == 0:
            kill_at(step)
            archive.unpack(sys.argv[1], sys.argv[2])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        there = os.path.exists(sys.argv[2])
        whole = there and len(os.listdir(sys.argv[2])) == 60
        print(step, os.waitstatus_to_exitcode(status), int(there), int(whole), flush=True)
""")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork and SIGKILL on this system")
@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_killed_anywhere_the_same_call_goes_on(tmp_path, kind):
    entries = {f"{i}.wav": os.urandom(2000 + i) for i in range(60)}
    path = zipped(tmp_path / "a.zip", entries) if kind == "zip" else tar(tmp_path / "a.tar.gz", entries, "gz")
    draw = random.Random(0)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONWARNINGS": "ignore"}

    def run(folder, *steps):
        command = [sys.executable, "-c", CHILD, path, folder, *map(str, steps)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]

    # Killed again and again, a few steps further each time, until it gets through.
    steps = [draw.randrange(3, 40) for _ in range(16)]
    killed = run(tmp_path / "often", *steps, 10**9, 10**9)
    assert [code for _, code, _, _ in killed[-2:]] == [0, 0] and in_it(tmp_path / "often") == entries
    assert sum(code == -9 for _, code, _, _ in killed) > 6
    assert all(whole == there for _, _, there, whole in killed), "a name only when everything is there"
    # Killed at one step, near the end most of all, and then called again.
    for step in sorted({*draw.sample(range(2, 138), 3), *range(138, 150, 1 + (kind == "zip"))}):
        folder = tmp_path / f"at {step}"
        run(folder, step, 10**9)
        assert in_it(folder) == entries
    left = {p.name for p in tmp_path.iterdir() if "part" in p.name}
    assert not left


def test_progress_goes_from_nothing_to_all(tmp_path):
    said = []
    path = tar(tmp_path / "a.tar.gz", {f"{i}.wav": os.urandom(2_000_000) for i in range(4)}, "gz")
    unpack(path, progress=lambda *what: said.append(what))
    kinds = list(dict.fromkeys(what for _, _, what in said))
    assert kinds == ["a.tar.gz: looking through", "a.tar.gz: unpacking"]
    for kind in kinds:
        done = [(d, t) for d, t, what in said if what == kind]
        assert done == sorted(done) and all(0 <= d <= t for d, t in done)
    assert said[-1][0] == said[-1][1] == 8


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_the_archive_it_is_unpacked_or_refused(tmp_path, data):
    ending = data.draw(st.sampled_from(["tar", "tar.gz", "zip"]))
    whole = tmp_path / f"whole.{ending}"
    if not whole.exists():
        zipped(whole, FILES) if ending == "zip" else tar(whole, FILES, ENDINGS[ending])
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 1600)) * data.draw(st.sampled_from([1, -1]))
        content[max(-len(content), min(at, len(content) - 1))] = data.draw(st.integers(0, 255))
    place = tmp_path / "place"
    place.mkdir()
    try:
        (place / f"a.{ending}").write_bytes(content)
        unpack(place / f"a.{ending}")
    except MirlabError as error:
        assert str(error).isprintable()
        assert [path.name for path in place.iterdir()] == [f"a.{ending}"]
    finally:
        shutil.rmtree(place)


# The command


def test_the_command_says_where_and_what_next(tmp_path, capsys):
    genres = ("blues", "rock")
    entries = {
        f"genres/{genre}/{genre}.{i:05d}.wav": broken.whole("wav") for genre in genres for i in range(2)
    }
    path = tar(tmp_path / "genres.tar.gz", entries, "gz")
    assert main(["unpack", str(path), "--to", str(tmp_path / "my sets")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"Unpacked to {tmp_path / 'my sets'}"
    assert out[1].startswith(f"Next: {paths.command('validate')} gtzan ")
    assert list(datasets.search(tmp_path / "my sets")[0]) == ["gtzan"]
