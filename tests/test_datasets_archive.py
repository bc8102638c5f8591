import io
import os
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import broken
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirlab.cli import main
from mirlab.datasets import archive
from mirlab.datasets.archive import unpack
from mirlab.errors import DatasetError, MirlabError, StoreError

FILES = {
    "genres/blues/blues.00000.au": b".snd" * 1000,
    "genres/rock/rock.00000.au": os.urandom(300_000),
    "genres/übung 練習.txt": b"",
}
ENDINGS = {"tar": "", "tar.gz": "gz", "tgz": "gz", "tar.bz2": "bz2", "tar.xz": "xz"}


def tar(path, entries, mode="", form=tarfile.PAX_FORMAT):
    """Write a tar of ``{name: content}``, or of TarInfo objects with content."""
    with tarfile.open(path, f"w:{mode}", format=form) as made:
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


def zip_member(name, mode):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def in_it(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(path, *words, error=DatasetError, folder=None):
    """Nothing is written, and it is told in a sentence."""
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(error) as caught:
        unpack(path, folder)
    told = str(caught.value)
    assert told.isprintable() and "; " in told
    for word in words:
        assert word in told
    assert sorted(path.parent.rglob("*")) == before
    return told


@pytest.mark.parametrize("ending", ENDINGS)
def test_tars(tmp_path, ending):
    path = tar(tmp_path / f"gtzan.{ending}", FILES, ENDINGS[ending])
    folder = unpack(path)
    assert folder == tmp_path / "gtzan"
    assert in_it(folder) == FILES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gtzan", f"gtzan.{ending}"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_old_and_new_tars_with_long_names(tmp_path, form):
    long = "/".join(["d" * 60] * 4) + "/a.wav" if form != tarfile.USTAR_FORMAT else "d" * 90 + "/a.wav"
    entries = {member("./", tarfile.DIRTYPE): b"", member("./empty", tarfile.DIRTYPE): b"", f"./{long}": b"1"}
    folder = unpack(tar(tmp_path / "a.tar", entries, form=form))
    assert in_it(folder) == {long: b"1"}
    assert (folder / "empty").is_dir()


def test_zip_to_a_folder_of_choice_that_may_be_there_if_empty(tmp_path):
    path = zipped(tmp_path / "a.zip", FILES | {"empty/": b""})
    (tmp_path / "to").mkdir()
    folder = unpack(path, tmp_path / "to")
    assert folder == tmp_path / "to"
    assert in_it(folder) == FILES
    assert (folder / "empty").is_dir()
    assert in_it(unpack(path, tmp_path / "not" / "there" / "yet")) == FILES


@pytest.mark.parametrize("given", ["mp3.zip", "mp3.zip.001", "mp3.zip.002"])
def test_zip_in_parts(tmp_path, given):
    content = zipped(tmp_path / "whole", FILES).read_bytes()
    for number in range(4):
        (tmp_path / f"mp3.zip.{number + 1:03d}").write_bytes(content[number * 90_000 : (number + 1) * 90_000])
    (tmp_path / "mp3.zip.004.txt").write_text("no part")
    folder = unpack(tmp_path / given)
    assert folder == tmp_path / "mp3"
    assert in_it(folder) == FILES
    shutil.rmtree(folder)
    (tmp_path / "mp3.zip.003").unlink()
    refused(tmp_path / given, "mp3.zip.003: this part is missing")
    (tmp_path / "mp3.zip.004").unlink()
    refused(tmp_path / given, "damaged or breaks off")


def test_parts_are_read_as_one_file(tmp_path):
    content = os.urandom(1000)
    paths = []
    for i, (start, stop) in enumerate([(0, 1), (1, 400), (400, 400), (400, 1000)]):
        paths.append(tmp_path / str(i))
        paths[-1].write_bytes(content[start:stop])
    with io.BufferedReader(archive._Parts(paths), 64) as file:
        assert file.read() == content
        assert file.seek(-10, os.SEEK_END) == 990
        assert file.read() == content[-10:]
        for at, n in [(0, 2), (399, 2), (1, 399), (995, 100), (1000, 1)]:
            file.seek(at)
            assert file.read(n) == content[at : at + n]


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
    refused(
        tar(place / "a.tar", {"good": b"1", name: b"2"}), "holds ", "; get the archive from its publisher"
    )
    refused(zipped(place / "a.zip", {"good": b"1", name: b"2"}), "holds ")
    assert list(tmp_path.iterdir()) == [place]


def test_a_nul_in_a_name(tmp_path):
    path = zipped(tmp_path / "a.zip", {"name__.wav": b"1"})
    path.write_bytes(path.read_bytes().replace(b"name__.wav", b"name\0_.wav"))
    refused(path, "has a NUL in its name")
    info = tarfile.TarInfo("a")
    info.pax_headers = {"path": "nul\0.wav"}
    with pytest.raises(DatasetError, match="has a NUL in its name"):
        unpack(tar(tmp_path / "a.tar", {info: b"1"}))


@pytest.mark.parametrize(
    "name", ["nul", "a/CON.wav", "aux.tar.gz", "com1", "song:stream", "blank ", "dot.", "what?"]
)
def test_names_that_windows_keeps(tmp_path, name, monkeypatch):
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


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_and_pipes(tmp_path, kind):
    refused(tar(tmp_path / "a.tar", {member("dev", kind): b""}), "device or a pipe")


@pytest.mark.parametrize("mode", [0o020666, 0o060666, 0o010666, 0o140777])
def test_devices_in_a_zip(tmp_path, mode):
    refused(zipped(tmp_path / "a.zip", {zip_member("dev", mode): b""}), "device or a pipe")


@pytest.mark.parametrize("mode", [0o4755, 0o2755])
def test_files_that_run_as_somebody_else(tmp_path, mode):
    refused(tar(tmp_path / "a.tar", {member("run", mode=mode): b"1"}), "setuid")
    refused(zipped(tmp_path / "a.zip", {zip_member("run", 0o100000 | mode): b"1"}), "setuid")


def test_permissions_are_ordinary(tmp_path):
    entries = {member("d", tarfile.DIRTYPE, mode=0o2000): b"", member("d/a.wav", mode=0o000): b"1"}
    folder = unpack(tar(tmp_path / "a.tar", entries))
    (tmp_path / "new").touch()
    assert (folder / "d/a.wav").stat().st_mode == (tmp_path / "new").stat().st_mode


def test_two_files_of_one_name(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path / "a.zip", {"a.wav": b"1", zip_member("a.wav", 0o644): b"2"})
    refused(path, "'a.wav', for which another file leaves no place")
    refused(tar(tmp_path / "a.tar", {"a": b"1", "a/b": b"2"}), "'a/b'")
    refused(tar(tmp_path / "b.tar", {"a/b": b"1", "a": b"2"}), "'a'")


def test_names_that_differ_in_case_stay_two_or_are_refused(tmp_path):
    path = tar(tmp_path / "a.tar", {"Song.wav": b"1", "song.wav": b"2"})
    try:
        assert in_it(unpack(path)) == {"Song.wav": b"1", "song.wav": b"2"}
    except DatasetError as error:
        assert "no place on this disk" in str(error)
        assert not (tmp_path / "a").exists()


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
    refused(path, "cannot be unpacked here", "another program")


@pytest.mark.parametrize("ending", [*ENDINGS, "zip"])
def test_cut_short_anywhere(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    entries = {f"{i}.wav": os.urandom(700 * i) for i in range(20)}
    content = (zipped(path, entries) if ending == "zip" else tar(path, entries, ENDINGS[ending])).read_bytes()
    end = content.rindex(entries["19.wav"][-100:]) + 100 if ending == "tar" else len(content) - 1
    for stop in sorted({0, 1, 2, 100, 511, 512, 513, 2048, *range(3000, end, 6007), end - 1, end}):
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


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\3\4" * 100, b"Rar!\x1a\7" + bytes(999), b"<html>404</html>" * 99]
)
def test_what_is_no_archive(tmp_path, content):
    for name in ("a.zip", "a.tar.gz"):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, "damaged or breaks off")


def test_missing_or_no_file(tmp_path):
    (tmp_path / "a.zip").mkdir()
    refused(tmp_path / "a.zip", "is no file", folder=tmp_path / "to")
    refused(tmp_path / "b.zip", "no such file")
    refused(tmp_path / "c.zip.001", "no such file")
    refused(tmp_path / "c.rar", "ends in none of")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.tar")
        refused(tmp_path / "pipe.tar", "is no file")


def test_more_than_the_disk_holds(tmp_path, monkeypatch):
    entries = {f"{i}.wav": bytes(10_000_000) for i in range(3)}
    tar(tmp_path / "a.tar.gz", entries, "gz")
    zipped(tmp_path / "a.zip", entries)
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda place: SimpleNamespace(free=10**7))
    for name in ("a.tar.gz", "a.zip"):
        refused(tmp_path / name, "needs more than the 0.0 GB that are free", str(tmp_path))


def test_a_zip_that_claims_more_than_any_disk(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.wav": bytes(1000)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, 2**32 - 2)
    path.write_bytes(content)
    with pytest.raises(DatasetError):
        unpack(path)
    assert list(tmp_path.iterdir()) == [path]


def test_copies_of_links_need_room_too(tmp_path, monkeypatch):
    links = {member(str(i), tarfile.LNKTYPE, "a.wav"): b"" for i in range(20)}
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda place: SimpleNamespace(free=10**7))
    refused(tar(tmp_path / "a.tar", {"a.wav": bytes(10**6)} | links), "needs more than")


def test_more_files_than_any_data_set_has(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILES", 10)
    refused(tar(tmp_path / "a.tar", {str(i): b"" for i in range(11)}), "more than 10 files")


def test_a_folder_that_is_taken(tmp_path):
    path = zipped(tmp_path / "a.zip", FILES)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").touch()
    refused(path, "is there already", error=StoreError)
    refused(path, "is there already", error=StoreError, folder=path)


def test_a_full_disk(tmp_path, monkeypatch):
    def full(source, file, length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.shutil, "copyfileobj", full)
    refused(zipped(tmp_path / "a.zip", FILES), "No space left on device", error=StoreError)


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


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL there")
def test_killed_it_leaves_nothing_under_the_name_and_can_be_repeated(tmp_path):
    entries = {f"{i}.wav": os.urandom(50_000) for i in range(100)}
    path = tar(tmp_path / "a.tar", entries)
    slow = """
import shutil, sys, time
from mirlab.cli import main
from mirlab.datasets import archive
copy = shutil.copyfileobj
archive.shutil.copyfileobj = lambda *args: (time.sleep(0.05), copy(*args))
archive.unpack(sys.argv[1])
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    child = subprocess.Popen([sys.executable, "-c", slow, str(path)], env=environment)
    while not (tmp_path / "a.part" / "3.wav").exists():
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.part", "a.tar"]
    assert in_it(unpack(path)) == entries
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "a.tar"]


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_the_archive_it_is_unpacked_or_told(tmp_path, data):
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


# -- the command -------------------------------------------------------------------------------------------


def test_the_command_says_where_and_what_next(tmp_path, capsys):
    genres = ("blues", "rock")
    entries = {
        f"genres/{genre}/{genre}.{i:05d}.wav": broken.whole("wav") for genre in genres for i in range(2)
    }
    path = tar(tmp_path / "genres.tar.gz", entries, "gz")
    assert main(["unpack", str(path), "--to", str(tmp_path / "my sets")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"Unpacked to {tmp_path / 'my sets'}",
        f"Next: mirlab validate gtzan --root '{tmp_path / 'my sets'}'",
    ]
    assert main(["validate", "gtzan", "--root", str(tmp_path / "my sets")]) in (0, 1)
    capsys.readouterr()


def test_the_command_when_it_cannot_tell_what_it_is(tmp_path, capsys):
    path = zipped(tmp_path / "tables.zip", {"a.csv": b"1"})
    assert main(["unpack", str(path)]) == 0
    assert "Next: mirlab validate NAME --root " in capsys.readouterr().out
    assert main(["unpack", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"mirlab: {tmp_path / 'tables'}: is there already; delete it, or name another folder\n"
