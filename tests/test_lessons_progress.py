"""Progress: private, safe against two writers, a kill and hostile files; saved to a file and loaded again."""

import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest

from mirlab import lessons
from mirlab.errors import LessonError, StoreError
from mirlab.lessons import database, progress, progress_page

ROOT = Path(__file__).resolve().parents[1]
POSIX = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these modes, pipes and home folders")
CHANCE, RANK, MARGIN = ("00", "exercise:chance"), ("05", "exercise:rank_weight"), ("05", "question:margin")


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    file = tmp_path / "new" / "folder" / "progress.sqlite"
    monkeypatch.setenv("MIRLAB_PROGRESS", str(file))
    return file


@pytest.fixture
def course():
    return lessons.course("tiny_course")


def test_nothing_is_written_before_something_is_solved(kept, course):
    assert progress.solved() == {}
    assert progress.summary(course)["exercises solved"].sum() == 0
    progress_page.page(course)
    assert not kept.parent.exists()


def test_the_first_time_counts(kept):
    progress.record(*RANK, at="2030-01-01T00:00:00+00:00")
    progress.record(*RANK)
    progress.record(*MARGIN)
    solved = progress.solved()
    assert solved[RANK] == "2030-01-01T00:00:00+00:00"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", solved[MARGIN])
    with closing(sqlite3.connect(kept)) as opened, opened:  # as if a file without our key had two times
        opened.execute("ALTER TABLE solved RENAME TO old")
        opened.execute("CREATE TABLE solved AS SELECT * FROM old")
        opened.execute("INSERT INTO solved VALUES ('05', 'question:margin', '1999')")
        opened.execute("DROP TABLE old")
    assert progress.solved()[MARGIN] == "1999"


def test_tries_count_until_the_first_right_answer(tmp_path):
    for right in (False, False):
        progress.judged(*RANK, right=right)
    assert (progress.tries(*RANK), RANK in progress.solved()) == (2, False)
    saved = tmp_path / "saved.json"
    saved.write_text(progress.dump(), encoding="utf-8")
    for right in (True, False, True):
        progress.judged(*RANK, right=right)
    assert progress.load(saved) == 1  # the older count of the file beside ours
    assert (progress.tries(*RANK), RANK in progress.solved()) == (3, True)
    assert progress.tries(*MARGIN) == 0


def test_summary_counts_what_the_course_has(course):
    for item in (CHANCE, ("00", "question:shared"), ("00", "exercise:gone"), ("77", "exercise:elsewhere")):
        progress.record(*item)
    assert progress.summary(course).to_numpy().tolist() == [
        ["00", "A tiny lesson", 1, 4, 1, 2],
        ["01", "Another", 0, 0, 0, 0],
    ]


# -- where it is kept ---------------------------------------------------------------------------------


def test_it_is_kept_with_the_users_data_unless_moved_or_off(monkeypatch, course):
    monkeypatch.delenv("MIRLAB_PROGRESS")
    assert progress.file() == Path(platformdirs.user_data_dir("mirlab", appauthor=False)) / "progress.sqlite"
    assert progress.why_not_kept() == ""
    monkeypatch.setenv("MIRLAB_PROGRESS", "OFF")
    progress.record(*RANK)
    assert progress.file() is None and progress.solved() == {}
    assert repr(progress_page.page(course)) == (
        "▦ Progress: not kept\n  What you solve is checked, but not kept: MIRLAB_PROGRESS is off."
    )


@POSIX
def test_a_user_without_a_home_keeps_nothing(tmp_path, monkeypatch, course):
    import pwd

    def unknown(_):
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for chosen in ("", "~/progress.sqlite", "~no such user/progress.sqlite"):
        monkeypatch.setenv("MIRLAB_PROGRESS", chosen)
        progress.record(*RANK)
        assert progress.file() is None and progress.solved() == {}
        assert re.search("not kept: .* (home folder|does not exist)", repr(progress_page.page(course)))
        with pytest.raises(StoreError, match="not kept"):
            saved = tmp_path / "saved.json"
            saved.write_text(progress.dump(), encoding="utf-8")
            progress.load(saved)
    assert [file.name for file in tmp_path.iterdir()] == ["saved.json"]


@POSIX
def test_file_and_folders_are_private_whatever_the_umask(kept):
    before = os.umask(0)
    try:
        progress.record(*RANK)
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (kept.parents[1], kept.parent, kept)]
    assert modes == [0o700, 0o700, 0o600]


# -- other writers, other files -----------------------------------------------------------------------

WRITER = """
import sys
from mirlab.lessons import progress
print("ready", flush=True)
for i in range(int(sys.argv[2])):
    progress.record(sys.argv[1], f"exercise:{i}")
    print(i, flush=True)
"""


def _writer(lesson, n):
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, lesson, str(n)], env=env, stdout=subprocess.PIPE, text=True
    )


def test_two_notebooks_write_at_once_and_one_is_killed():
    steady, doomed = _writer("01", 60), _writer("02", 10**6)
    with steady, doomed:
        reported = 0
        for line in doomed.stdout:
            reported += line != "ready\n"
            if reported == 20:
                doomed.kill()
                break
        reported += sum(line.endswith("\n") for line in doomed.stdout)
        assert steady.stdout.read().split() == ["ready", *map(str, range(60))]
    assert steady.returncode == 0 and doomed.returncode != 0
    solved = progress.solved()
    assert {item for lesson, item in solved if lesson == "01"} == {f"exercise:{i}" for i in range(60)}
    theirs = sum(lesson == "02" for lesson, _ in solved)
    assert reported <= theirs <= reported + 1  # the last may have been kept just before it could be reported
    progress.record("02", "exercise:after")


def _database(*statements):
    def make(file):
        with closing(sqlite3.connect(file)) as opened, opened:
            for statement in statements:
                opened.execute(statement)

    return make


def _torn(file):
    progress._insert([("00", f"exercise:{i}", "now") for i in range(2000)])
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


FOREIGN = {
    "not a database": lambda file: file.write_bytes(b"not a database" * 100),
    "torn": _torn,
    "a folder": lambda file: file.mkdir(),
    "another program": _database("CREATE TABLE bookmarks (url)", "INSERT INTO bookmarks VALUES ('a')"),
    "another program's table": _database("CREATE TABLE solved (lesson, item, at, who)"),
    "one table more": _database(database.TABLE, "CREATE TABLE bookmarks (url)"),
    "an endless view": _database(
        "CREATE VIEW solved AS WITH RECURSIVE n(lesson) AS (SELECT 1 UNION ALL SELECT lesson + 1 FROM n)"
        " SELECT lesson, lesson AS item, lesson AS at FROM n"
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_not_ours_is_reported_and_left_alone(kept, course, kind):
    kept.parent.mkdir(parents=True)
    FOREIGN[kind](kept)
    before = kept.read_bytes() if kept.is_file() else None
    with pytest.raises(StoreError, match=r"progress cannot be read from .*: .*\. (Move that|Set MIRLAB_)"):
        progress.solved()
    with pytest.raises(StoreError, match=r"progress cannot be kept in .*: .*\. (Move that|Set MIRLAB_)"):
        progress.record(*RANK)
    assert "not readable\n  progress cannot be read from" in repr(progress_page.page(course))
    assert before is None or kept.read_bytes() == before


@POSIX
def test_a_pipe_is_not_waited_for(kept):
    kept.parent.mkdir(parents=True)
    os.mkfifo(kept)
    with pytest.raises(StoreError, match="it is a pipe or a device, not a file"):
        progress.record(*RANK)
    with pytest.raises(LessonError, match="is a folder or a device"):
        progress.load(kept)


def test_an_empty_file_is_filled(kept):
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert progress.solved() == {}
    progress.record(*RANK)
    assert list(progress.solved()) == [RANK]


def test_rows_that_are_not_text_are_passed_over(kept):
    progress.record(*RANK)
    with closing(sqlite3.connect(kept)) as opened, opened:
        opened.execute("INSERT INTO solved VALUES (x'00ff', 'exercise:a', 'now')")
        opened.execute("INSERT INTO solved VALUES ('05', 7, NULL)")
        opened.execute("INSERT INTO solved VALUES (CAST(x'ff' AS TEXT), 'exercise:b', 'now')")
    assert list(progress.solved()) == [RANK]


def test_a_locked_file_is_reported(kept, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    progress.record(*RANK)
    with closing(sqlite3.connect(kept)) as opened:
        opened.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"progress cannot be kept in .*: database is locked"):
            progress.record(*MARGIN)
    progress.record(*MARGIN)


# -- saved and loaded ---------------------------------------------------------------------------------


def test_saved_on_one_machine_and_loaded_on_another(tmp_path, monkeypatch):
    progress.record(*RANK)
    progress.record(*MARGIN)
    saved, before = tmp_path / "saved.json", progress.solved()
    saved.write_text(progress.dump(), encoding="utf-8-sig")  # as an editor on Windows may save it
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "other.sqlite"))
    progress.record(*MARGIN)
    assert progress.load(saved) == 1
    assert progress.load(saved) == 0
    assert progress.solved().keys() == before.keys()


def _saved(*rows):
    return json.dumps({"mirlab progress": 1, "solved": rows}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"mirlab progress": 1}',
        b'{"mirlab progress": 2, "solved": []}',
        b'{"mirlab progress": 1, "solved": {}}',
        _saved(["05", "exercise:x"]),
        _saved(["05", 3, "now"]),
        _saved(["05", "exercise:good", "now"], ["05", "x" * 1000, "now"]),
        _saved(["05", "\ud800", "now"]),
        _saved(["05", "two\nlines", "now"]),
        b"[" * 100_000,
        b'{"mirlab progress": 1, "solved": ' + b"9" * 5000 + b"}",
        b" " * progress.LARGEST + _saved(["05", "exercise:x", "now"]),
    ],
    ids=lambda content: content[:40],
)
def test_a_saved_file_that_is_not_ours_is_refused_whole(tmp_path, content):
    saved = tmp_path / "saved.json"
    saved.write_bytes(content)
    with pytest.raises(LessonError, match=r"saved.json' is damaged or not from mirlab; choose the"):
        progress.load(saved)
    assert progress.solved() == {}


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(LessonError, match=r"'.*nowhere.json' cannot be read: No such file"):
        progress.load(tmp_path / "nowhere.json")
    with pytest.raises(LessonError, match=r"' is a folder or a device; name the saved file in it"):
        progress.load(tmp_path)
    with pytest.raises(LessonError, match="is damaged or not from mirlab"):
        progress.load("a\0b")


# -- the page -----------------------------------------------------------------------------------------


def test_the_page_shows_the_picture_and_offers_the_file(course):
    progress.record(*CHANCE)
    page = course[0].progress()
    assert repr(page).splitlines()[0] == "▦ Progress: 1 of 4 exercises and 0 of 2 questions solved"
    html = page._repr_html_()
    link = re.search(r'<a href="data:application/json;base64,([^"]+)" download="mirlab-progress.json">', html)
    assert base64.b64decode(link[1]).decode() == progress.dump()
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="[^"]*1 of 4 exercises', html)
    assert "http" not in re.sub('base64,[^"]+', "", html)


def test_the_picture_fills_the_solved_items(course):
    def filled():
        axes = progress_page.picture(course).axes[0]
        return [bool(mark.get_facecolor().size) for mark in axes.collections], axes

    before, axes = filled()
    assert before == [False] * 6
    assert [label.get_text() for label in axes.get_yticklabels()] == ["00 A tiny lesson", "01 Another"]
    assert axes.get_ylim() == (1.5, -0.5)  # the first lesson on top
    assert [mark.get_offsets().tolist() for mark in axes.collections] == [
        [[x, 0]] for x in (0, 1, 2, 3, 5, 6)
    ]
    progress.record("00", "exercise:kinds")
    progress.record("00", "question:margin")
    assert filled()[0] == [False, True, False, False, True, False]
