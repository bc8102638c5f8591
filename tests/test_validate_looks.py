"""What was heard in files is kept: it is not heard again, not believed from others, and its place may fail.

The functions at the end run in processes that are killed.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_validate import SR, cut, listing, sentences, tune, write

from mirlab import audio, validate
from mirlab.validate import listening, looks

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def heard(monkeypatch):
    """Names of the files that are looked at."""
    names, look_at = [], listening.look_at

    def note(path, *about):
        names.append(path.name)
        return look_at(path, *about)

    monkeypatch.setattr(listening, "look_at", note)
    return names


def test_a_file_is_looked_at_once_until_it_changes(tmp_path, heard):
    broken, silent = tune(1), np.zeros(SR)
    found = listing(tmp_path, [tune(0), broken, silent, tune(3), tune(3)])
    cut(tmp_path / "1.wav", 0.5)
    first = validate.check(found)
    assert sorted(heard) == ["0.wav", "1.wav", "2.wav", "3.wav"]  # the last two are the same
    calls = []
    again = validate.check(found, progress=lambda *call: calls.append(call))
    assert again.as_dict() == first.as_dict() and len(heard) == 4
    assert calls == [(5, 5, "demo: listening")]

    write(tmp_path / "0.wav", tune(8))
    os.rename(tmp_path / "3.wav", tmp_path / "moved.wav")  # known by its content
    found.excerpts[3] = replace(found.excerpts[3], path=tmp_path / "moved.wav")
    report = validate.check(found)
    assert heard[4:] == ["0.wav"] and sentences(report) != sentences(first)


def test_a_look_depends_on_how_the_file_is_used(tmp_path, heard, monkeypatch):
    found = listing(tmp_path, [tune(0)], labels=1)
    excerpt = found.excerpts[0]
    others = [
        found,
        replace(found, length=3.0),
        replace(found, seconds=(1.0, 2.0)),
        replace(found, checksums={"x0": "md5:0"}),
        replace(found, excerpts=[replace(excerpt, start=1.0)]),
    ]
    for _ in range(2):
        for other in others:
            validate.check(other)
    assert len(heard) == len(others)
    monkeypatch.setattr(listening, "VERSION", (*listening.VERSION, "next"))
    validate.check(found)
    assert len(heard) == len(others) + 1


def test_an_unreadable_file_is_tried_again(tmp_path, heard):
    found = listing(tmp_path, [tune(i) for i in range(3)], labels=1)
    (tmp_path / "1.wav").write_text("no sound", encoding="utf-8")
    assert sentences(validate.check(found)) == sentences(validate.check(found))
    assert sorted(heard) == ["0.wav", "1.wav", "1.wav", "2.wav"]


def test_a_changed_look_needs_a_new_version(tmp_path):
    """If this fails, `look_at` comes to other results than before: raise the number in `VERSION`."""
    t = np.arange(8 * 22050) / 22050
    chirp = np.round(8000 * np.sin(2 * np.pi * (300 + 200 * t) * t)) / 2**15
    path = write(tmp_path / "a.wav", chirp, 22050)
    look = listening.look_at(path, audio.fingerprint(path), listening.Use((0.0, 5.0), 4.0, (1.0, 9.0)))
    assert listening.VERSION[0] == 1
    assert (look.faults, look.seconds, look.sound) == ([], 8.0, "8838b3e8f20e0ba6f429325ab43a04fa")
    sums = [-68, -18, 1, 11, 7, 8, 8, 10, 6, 9, 7, 6]
    assert look.picture.astype(int).sum(0).tolist() == pytest.approx(sums, abs=5)


def change(file, *commands):
    base = sqlite3.connect(file)
    with base:
        for command in commands:
            base.execute(command)
    base.close()


def flip(file):
    content = bytearray(file.read_bytes())
    content[content.index(b"truncated") + 3] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_text("no table", encoding="utf-8"),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:5000]),
        lambda file: file.write_bytes(np.random.default_rng(0).bytes(20_000)),
        lambda file: change(file, "DROP TABLE looks", "CREATE TABLE looks (a, b)"),
        lambda file: change(file, "UPDATE looks SET look = 7"),
        lambda file: change(file, "UPDATE looks SET look = CAST(x'ff' AS TEXT)"),
        lambda file: change(file, "UPDATE looks SET look = zeroblob(90000000)"),
        lambda file: change(file, "UPDATE looks SET look = substr(look, 1, 60)"),
        lambda file: change(file, "UPDATE looks SET look = (SELECT max(look) FROM looks)"),
        flip,
    ],
)
def test_what_others_left_in_its_place_is_not_believed(tmp_path, data_dir, heard, damage):
    found = listing(tmp_path, [tune(i) for i in range(3)], labels=1)
    cut(tmp_path / "1.wav", 0.5)
    first = validate.check(found).as_dict()
    damage(data_dir / "looks.sqlite")
    assert validate.check(found).as_dict() == first and len(heard) > 3
    looked = len(heard)
    assert validate.check(found).as_dict() == first and len(heard) == looked


def no_folder(data_dir, monkeypatch):
    shutil.rmtree(data_dir)
    data_dir.write_text("a file", encoding="utf-8")


def no_file(data_dir, monkeypatch):
    (data_dir / "looks.sqlite").unlink()
    (data_dir / "looks.sqlite").mkdir()


def no_room(data_dir, monkeypatch):
    (data_dir / "looks.sqlite").unlink()

    def connect(*about, **how):
        base = plain(*about, **how)
        base.execute("PRAGMA page_size = 512")
        base.execute("PRAGMA max_page_count = 2")
        return base

    plain = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", connect)


def no_access(data_dir, monkeypatch):
    monkeypatch.setattr(looks, "PATIENCE", 0.1)
    monkeypatch.setattr(
        sys.modules[__name__], "other", sqlite3.connect(data_dir / "looks.sqlite"), raising=False
    )
    sys.modules[__name__].other.execute("BEGIN EXCLUSIVE")


@pytest.mark.parametrize(
    ("prevent", "reason"),
    [
        (no_folder, "File exists|Not a directory|cannot find the path.*"),
        (no_file, "unable to open database file"),
        (no_room, "database or disk is full"),
        (no_access, "database is locked"),
    ],
)
def test_where_nothing_can_be_kept_a_sentence_says_so(tmp_path, data_dir, monkeypatch, prevent, reason):
    found = listing(tmp_path / "set", [tune(i) for i in range(4)])
    first = validate.check(found)
    prevent(data_dir, monkeypatch)
    report = validate.check(found)
    assert report.as_dict() == first.as_dict() | {"remarks": report.remarks}
    [remark] = report.remarks
    file = re.escape(str(data_dir / "looks.sqlite"))
    sentence = rf"{file}: what was heard is not kept here \(({reason})\); the next check starts again"
    assert re.fullmatch(sentence, remark)
    assert f"\nabout this check\n  {remark}\n" in validate.as_text(report)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_after_a_kill_nothing_is_looked_at_again(tmp_path, n_jobs):
    """But the look that each process was about to keep."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [
        sys.executable,
        "-c",
        "import test_validate_looks; test_validate_looks.kill_at_random()",
        tmp_path,
        str(n_jobs),
    ]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=True)


def kill_at_random():
    """Check a set in forked children, each killed some looks later, until one ends; count the looks."""
    folder, n_jobs = Path(sys.argv[1]), int(sys.argv[2])
    os.environ["MIRLAB_DATA"] = str(folder / "data")
    rng, n, looked, kills, code = random.Random(0), 40, [], 0, None
    found = listing(folder, [tune(i, 1.0 + i % 3) for i in range(n)])
    looks._look_at = noted
    listening.look_at(found.excerpts[0].path, "", listening.Use((0.0,), 30.0))  # compiles what children need
    log = folder / "looks.txt"
    log.touch()
    while code != 0:
        enough = len(looked) + rng.randint(1, 8) * n_jobs
        if (child := os.fork()) == 0:
            report = validate.check(found, n_jobs=n_jobs)
            os._exit(0 if len(report.index) == n and not report.findings else 1)
        code = None
        while code is None and len(looked) < enough:
            time.sleep(rng.uniform(0, 0.03))
            looked = log.read_text(encoding="utf-8").split()
            pid, status = os.waitpid(child, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if pid else None
        if code is None:
            os.kill(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), code
        kills += code != 0
    looked = log.read_text(encoding="utf-8").split()
    assert len(set(looked)) == n and kills > 1, kills
    assert len(looked) <= n + kills * n_jobs, (len(looked), kills)
    print(len(looked), "looks at", n, "files,", kills, "kills")


LOOK_AT, KEPT_LOOK = listening.look_at, looks._look_at


def noted(*item):
    """Do what a worker does, and note it."""
    listening.look_at = note
    return KEPT_LOOK(*item)


def note(path, *about):
    look = LOOK_AT(path, *about)
    with (path.parent / "looks.txt").open("a", encoding="utf-8") as log:
        log.write(f"{path.name}\n")
    return look
