"""Progress: kept in one file, safe against two writers and a kill, saved to a file and taken up again."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from mirlab import lessons
from mirlab.errors import LessonError, StoreError
from mirlab.lessons import progress

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    file = tmp_path / "new folder" / "progress.sqlite"
    monkeypatch.setenv("MIRLAB_PROGRESS", str(file))
    return file


@pytest.fixture
def course():
    return lessons.course("tiny_course")


def test_nothing_is_written_before_something_is_solved(kept, course):
    assert progress.solved() == {}
    assert progress.summary(course)["exercises solved"].sum() == 0
    progress.page(course)
    assert not kept.parent.exists()


def test_the_first_time_counts(kept):
    progress.record("05", "exercise:rank_weight", at="2030-01-01T00:00:00+00:00")
    progress.record("05", "exercise:rank_weight")
    progress.record("05", "question:margin")
    solved = progress.solved()
    assert solved["05", "exercise:rank_weight"] == "2030-01-01T00:00:00+00:00"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", solved["05", "question:margin"])


def test_summary_counts_what_the_course_has(course):
    progress.record("00", "exercise:chance")
    progress.record("00", "question:shared")
    progress.record("00", "exercise:gone_since")
    progress.record("77", "exercise:of_another_course")
    assert progress.summary(course).to_numpy().tolist() == [
        ["00", "A tiny lesson", 1, 4, 1, 2],
        ["01", "Another", 0, 0, 0, 0],
    ]


def test_it_lies_with_the_users_data_unless_moved_or_off(monkeypatch, course):
    monkeypatch.delenv("MIRLAB_PROGRESS")
    assert progress.file() == Path(platformdirs.user_data_dir("mirlab", appauthor=False)) / "progress.sqlite"
    monkeypatch.setenv("MIRLAB_PROGRESS", "OFF")
    progress.record("05", "exercise:rank_weight")
    assert progress.file() is None and progress.solved() == {}
    assert "switched off" in repr(progress.page(course))


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
        told = 0
        for line in doomed.stdout:
            told += line != "ready\n"
            if told == 20:
                doomed.kill()
                break
        told += sum(line.endswith("\n") for line in doomed.stdout)
        assert steady.stdout.read().split() == ["ready", *map(str, range(60))]
    assert steady.returncode == 0 and doomed.returncode != 0
    solved = progress.solved()
    assert {item for lesson, item in solved if lesson == "01"} == {f"exercise:{i}" for i in range(60)}
    theirs = sum(lesson == "02" for lesson, _ in solved)
    assert told <= theirs <= told + 1  # the last may have been kept just before it could be told
    progress.record("02", "exercise:after")


def test_a_damaged_file_is_told_in_one_sentence(kept):
    kept.parent.mkdir()
    kept.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"progress cannot be read from .*move that file away"):
        progress.solved()
    with pytest.raises(StoreError, match="progress cannot be kept in"):
        progress.record("05", "exercise:rank_weight")


def test_saved_on_one_machine_and_taken_up_on_another(kept, tmp_path, monkeypatch):
    progress.record("05", "exercise:rank_weight")
    progress.record("05", "question:margin")
    saved, before = tmp_path / "saved.json", progress.solved()
    saved.write_text(progress.dump(), encoding="utf-8")
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "other.sqlite"))
    progress.record("05", "question:margin")
    assert progress.load(saved) == 1
    assert progress.load(saved) == 0
    assert progress.solved().keys() == before.keys()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b'"text"',
        b'{"mirlab progress": 1}',
        b'{"mirlab progress": 2, "solved": []}',
        b'{"mirlab progress": 1, "solved": {}}',
        b'{"mirlab progress": 1, "solved": [["05", "exercise:x"]]}',
        b'{"mirlab progress": 1, "solved": [["05", 3, "now"]]}',
        json.dumps({"mirlab progress": 1, "solved": [["05", "x" * 1000, "now"]]}).encode(),
    ],
)
def test_a_file_that_is_not_ours_is_refused_whole(tmp_path, content):
    saved = tmp_path / "saved.json"
    saved.write_bytes(content)
    with pytest.raises(LessonError, match="is not one that mirlab saved"):
        progress.load(saved)
    assert progress.solved() == {}


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(LessonError, match=r"'.*nowhere.json' cannot be read: No such file"):
        progress.load(tmp_path / "nowhere.json")


def test_the_page_tells_draws_and_offers_the_file(course):
    progress.record("00", "exercise:chance")
    page = course[0].progress()
    assert repr(page).splitlines()[0] == "▦ Progress: 1 of 4 exercises and 0 of 2 questions solved"
    html = page._repr_html_()
    link = re.search(r'<a href="data:application/json;base64,([^"]+)" download="mirlab-progress.json">', html)
    assert base64.b64decode(link[1]).decode() == progress.dump()
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="[^"]*1 of 4 exercises', html)
    assert "http" not in re.sub('base64,[^"]+', "", html)


def test_the_picture_fills_what_is_solved(course):
    def filled():
        axes = progress.picture(course).axes[0]
        return [bool(mark.get_facecolor().size) for mark in axes.collections], axes

    before, axes = filled()
    assert before == [False] * 6
    assert [label.get_text() for label in axes.get_yticklabels()] == ["00 A tiny lesson", "01 Another"]
    progress.record("00", "exercise:kinds")
    progress.record("00", "question:margin")
    after, _ = filled()
    assert after == [False, True, False, False, True, False]
    assert progress.picture(course).get_suptitle() == "1 of 4 exercises and 1 of 2 questions solved"
