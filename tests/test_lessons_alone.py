"""Alone: where to go on, and a page to print that claims nothing it cannot know."""

import re
from datetime import date

import pytest

from mirlab import cli, lessons
from mirlab.errors import LessonError
from mirlab.lessons import certificate, progress, resuming


@pytest.fixture
def course():
    return lessons.course("tiny_course")


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))


def everything(course, *but):
    """Return progress in which all is solved but these lessons, and 05 was worked on last."""
    items = {(one.number, item) for one in course for kind in progress.items(one).values() for item in kind}
    done = {key: "1" for key in items if key[0] not in but}
    return done | {("05", "tries:exercise:step: 1"): "2"}


@pytest.mark.parametrize(
    ("unfinished", "following"),
    [([], None), (["00"], "00"), (["05"], "05"), (["00", "07"], "07"), (["00", "05", "07"], "05")],
)
def test_a_learner_goes_on_where_the_work_was(unfinished, following):
    course = lessons.course()
    found = resuming.next_unfinished(course, everything(course, *unfinished))
    assert (found.number if found else None) == following


def test_the_page_says_what_was_solved_and_what_that_does_not_show(course):
    progress.record("00", "exercise:chance")
    page = certificate.page(course, "<b>Ada & Co", on=date(2030, 2, 1))
    text = " ".join(re.sub("<[^>]+>", " ", page[page.index("<main>") :]).split())
    assert "&lt;b&gt;Ada &amp; Co" in text and "<b>" not in page
    assert (
        "says on 1 February 2030, when this page was made, that 1 of 4 exercises and 0 of 2 questions of"
        in text
    )
    assert "00 A tiny lesson 1 of 4 0 of 2" in text
    assert "The course cannot know who solved the exercises. The name is what was typed." in text
    assert '<p class="name" dir="auto">' in page  # a Hebrew name begins at the right
    assert "@media print" in page and "http" not in page and "src=" not in page
    with pytest.raises(LessonError, match="at most 80 letters in one line"):
        certificate.page(course, "a" * 81)


def test_picture_and_page_are_written(tmp_path, capsys):
    picture, page = tmp_path / "mine.png", tmp_path / "mine.html"
    arguments = ["--picture", str(picture), "--certificate", str(page), "--name", "Ada"]
    assert cli.main(["progress", *arguments]) == 0
    assert f"Picture: {picture}\nTo print: open {page} in a browser\n" in capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG") and "Ada" in page.read_text(encoding="utf-8")
