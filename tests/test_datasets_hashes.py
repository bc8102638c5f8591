import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest

from mirlab import AudioError, audio
from mirlab.datasets import hashes

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def memory(data_dir, monkeypatch):
    """Where the memory lies; what these tests write has settled at once."""
    monkeypatch.setattr(hashes, "SETTLED", -(10**9))
    monkeypatch.setattr(hashes, "SHORT", 1)
    return data_dir / "hashes.sqlite"


@pytest.fixture
def read(monkeypatch):
    """The names of the files that are read."""
    names, fingerprint = [], audio.fingerprint

    def noting(file):
        names.append(Path(file).name)
        return fingerprint(file)

    monkeypatch.setattr(audio, "fingerprint", noting)
    return names


def write(folder, n=5):
    folder.mkdir(exist_ok=True)
    files = [folder / f"{i} é.wav" for i in range(n)]
    for i, file in enumerate(files):
        file.write_bytes(b"%03d " % i * 250)
    return files


def test_an_unchanged_file_is_read_once_for_ever(tmp_path, monkeypatch, read):
    files = write(tmp_path / "a", 2 * hashes.BATCH + 5)
    first = hashes.of(files)
    assert first == [audio.fingerprint(file) for file in files] and len(set(first)) == len(files)
    read.clear()
    assert hashes.of(files) == first
    monkeypatch.chdir(tmp_path / "a")
    assert hashes.of([str(file.name) for file in reversed(files)]) == first[::-1]
    assert read == []


def test_the_hash_is_still_the_one_that_is_remembered(tmp_path):
    (tmp_path / "a").write_bytes(b"mirlab")
    expected = "bdf5f613f9e092d4fa0ebb707d6f1d29"
    assert hashes.of([tmp_path / "a"]) == [expected], "if this is meant, `hashes` needs another file name"


@pytest.mark.parametrize("change", ["content", "content in disguise", "longer", "replaced", "touched"])
def test_a_changed_file_is_read_again(tmp_path, monkeypatch, read, change):
    files = write(tmp_path / "a")
    first = hashes.of(files)
    read.clear()
    old = files[2].stat()
    if change == "longer":
        files[2].write_bytes(bytes(1001))
    elif change == "replaced":
        (tmp_path / "other").write_bytes(bytes([77]) * 1000)
        os.utime(tmp_path / "other", ns=(old.st_atime_ns, old.st_mtime_ns))
        (tmp_path / "other").replace(files[2])
    elif change != "touched":
        files[2].write_bytes(bytes([77]) * 1000)
    if change in ("content in disguise", "touched"):
        moment = old.st_mtime_ns + (change == "touched") * 10**9
        os.utime(files[2], ns=(old.st_atime_ns, moment))
    monkeypatch.chdir(tmp_path)  # under names that `fingerprint` has not seen
    again = hashes.of([file.relative_to(tmp_path) for file in files])
    if os.name == "nt" and change == "content in disguise":
        pytest.skip("Windows does not tell when a file was changed")
    assert read == [files[2].name]
    assert [i for i in range(5) if again[i] != first[i]] == ([] if change == "touched" else [2])
    assert again[2] == audio.fingerprint(files[2].relative_to(tmp_path))


def test_what_has_only_just_changed_is_not_remembered(tmp_path, monkeypatch, read):
    monkeypatch.undo()  # as it is
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "data"))
    files = write(tmp_path / "a")
    past = files[0].stat().st_mtime_ns - 10**10
    os.utime(files[0], ns=(past, past))  # that does not help: the change of the date is a change
    hashes.of(files)
    with closing(sqlite3.connect(tmp_path / "data" / "hashes.sqlite")) as base:
        assert base.execute("SELECT count(*) FROM files").fetchone() == (0,)


def test_a_file_that_changes_while_it_is_read_is_not_remembered(tmp_path, monkeypatch):
    (file,) = write(tmp_path / "a", 1)
    fingerprint = audio.fingerprint

    def changing(path):
        content = fingerprint(path)
        path.write_bytes(b"something new")
        return content

    monkeypatch.setattr(audio, "fingerprint", changing)
    hashes.of([file])
    monkeypatch.setattr(audio, "fingerprint", fingerprint)
    assert hashes.of([file]) == [fingerprint(file)]


def test_a_file_that_comes_while_it_is_looked_for_is_hashed(tmp_path, monkeypatch):
    (file,) = write(tmp_path / "a", 1)
    monkeypatch.setattr(hashes, "_look", lambda file: None)
    assert hashes.of([file]) == [audio.fingerprint(file)]


def test_what_cannot_be_read_is_told_each_time_and_stops_nothing(tmp_path, read):
    good, other = write(tmp_path / "a", 2)
    files = [good, tmp_path / "none.wav", tmp_path, "a\0b", other]
    for _ in range(2):
        found = hashes.of(files)
        assert [isinstance(content, AudioError) for content in found] == [False, True, True, True, False]
        assert "none.wav: no such file" in str(found[1])
    assert read.count(good.name) == 1 and read.count("none.wav") == 2
    files[1].write_bytes(b"there now")
    assert hashes.of(files)[1] == audio.fingerprint(files[1])


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_names_that_are_no_text(tmp_path, read):
    file = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xe9.wav")
    Path(file).write_bytes(b"x")
    assert hashes.of([file]) == hashes.of([file]) == [audio.fingerprint(file)]
    assert len(read) == 2


def test_short_files_are_read_and_not_remembered(tmp_path, monkeypatch, read):
    monkeypatch.setattr(hashes, "SHORT", 1000)
    short, long, empty = (tmp_path / name for name in ("short", "long", "empty"))
    for path, n in ((short, 999), (long, 1000), (empty, 0)):
        path.write_bytes(bytes(n))
    for _ in range(2):
        assert hashes.of([short, long, empty]) == [audio.fingerprint(p) for p in (short, long, empty)]
    names = [name for name in read if name != "empty"]
    assert sorted(names) == sorted(["short", "long"] * 3 + ["short"]), "and three times by this test itself"


def test_a_file_named_twice_is_read_once(tmp_path, read):
    a, b = write(tmp_path / "a", 2)
    found = hashes.of([a, b, a] * 100)
    assert sorted(read) == [a.name, b.name]
    assert found == [found[0], found[1], found[0]] * 100


def test_progress_counts_files(tmp_path, monkeypatch):
    files = write(tmp_path / "a", 3)
    calls = []
    hashes.of(files, progress=lambda *call: calls.append(call))
    assert calls == [], "it took no time"
    monkeypatch.setattr(hashes, "QUICK", -1.0)
    for _ in range(2):  # hashed, then known
        hashes.of([*files, files[0]], progress=lambda *call: calls.append(call), what="demo")
    assert calls == [(done, 3, "demo") for done in (1, 2, 3)] * 2
    assert hashes.of([]) == []


@pytest.mark.parametrize("damage", ["garbage", "cut", "flipped", "other columns", "empty", "pages"])
def test_a_damaged_memory_is_begun_anew(tmp_path, memory, read, damage):
    files = write(tmp_path / "a", 300)
    first = hashes.of(files)
    content = memory.read_bytes()
    rng = random.Random(0)
    if damage == "other columns":
        memory.unlink()
        with closing(sqlite3.connect(memory)) as base:
            base.execute("CREATE TABLE files (path TEXT, name TEXT)")
    elif damage == "flipped":
        flipped = bytearray(content)
        for at in rng.sample(range(100, len(content)), 400):
            flipped[at] ^= 1 << rng.randrange(8)
        memory.write_bytes(flipped)
    else:
        memory.write_bytes(
            {
                "garbage": rng.randbytes(5000),
                "cut": content[: len(content) // 2],
                "empty": b"",
                "pages": content[:4096] + bytes(len(content) - 4096),
            }[damage]
        )
    found = hashes.of(files)
    if damage == "flipped":  # in a hash itself: that file counts as changed, and is extracted again
        assert sum(a == b for a, b in zip(found, first, strict=True)) > 250
    else:
        assert found == first
        read.clear()
        assert hashes.of(files) == first and read == []


def test_a_place_that_cannot_be_used_is_gone_without(tmp_path, data_dir, memory, monkeypatch, read):
    files = write(tmp_path / "a", 3)
    expected = [audio.fingerprint(file) for file in files]
    memory.mkdir(parents=True)
    assert hashes.of(files) == expected
    (tmp_path / "file").touch()
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "file" / "below"))
    assert hashes.of(files) == expected


def test_a_memory_that_cannot_be_written_is_still_read(tmp_path, memory, monkeypatch, read):
    old = write(tmp_path / "a", 3)
    first = hashes.of(old)
    read.clear()
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda file, **options: connect(f"file:{file}?mode=ro", uri=True, **options)
    )
    new = write(tmp_path / "b", 2)
    assert hashes.of(new + old)[2:] == first
    assert hashes.of(new + old)[2:] == first
    assert sorted(read) == sorted([file.name for file in new] * 2)


def test_a_locked_memory_is_gone_without(tmp_path, memory, monkeypatch, read):
    files = write(tmp_path / "a", 3)
    first = hashes.of(files)
    read.clear()
    monkeypatch.setattr(hashes, "PATIENCE", 0.01)
    with closing(sqlite3.connect(memory, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert hashes.of(files) == first and len(read) == 3
        other.execute("ROLLBACK")
    assert hashes.of(files) == first and len(read) == 3


def test_several_at_once(tmp_path, read):
    files = write(tmp_path / "a", 200)
    expected = [audio.fingerprint(file) for file in files]
    found = []
    threads = [threading.Thread(target=lambda: found.append(hashes.of(files))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
    read.clear()
    assert hashes.of(files) == expected and read == []


@pytest.mark.skipif(os.name == "nt", reason="kill works otherwise")
def test_a_killed_run_has_learnt(tmp_path, memory, read):
    files = write(tmp_path / "a", 3 * hashes.BATCH)
    script = textwrap.dedent(f"""
        import os, signal, sys
        from pathlib import Path
        from mirlab.datasets import hashes
        hashes.SETTLED, hashes.QUICK, hashes.SHORT = -10**9, -1, 1

        def kill(done, total, what):
            if done == {2 * hashes.BATCH + 7}:
                os.kill(os.getpid(), signal.SIGKILL)

        hashes.of(sorted(Path(sys.argv[1]).iterdir()), progress=kill)
    """)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", script, tmp_path / "a"], env=env).returncode == -9
    hashes.of(files)
    assert len(read) == hashes.BATCH
