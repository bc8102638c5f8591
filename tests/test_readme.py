"""The README says what is true: its map of the lessons, its commands, its links and pictures."""

import re
from pathlib import Path

import pytest

from mirlab import cli, lessons, paths

README = paths.COURSE / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_the_map_of_the_lessons_is_that_of_the_course():
    below = TEXT.split("<!-- lessons: from mirlab.lessons.course_map() -->")[1]
    between = below.split("<!-- end of lessons -->")[0]
    assert between.strip() == lessons.course_map().strip(), "paste the output of mirlab.lessons.course_map()"


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)", TEXT))
def test_links_and_pictures_are_there(target):
    assert Path(paths.COURSE / target).is_file()


def test_every_picture_has_words():
    assert all(len(words) > 20 for words in re.findall(r"!\[([^]]*)\]", TEXT))


def test_the_two_commands_are_there():
    assert {"python3 course.py lab", "python3 course.py test"} <= set(TEXT.splitlines())


def test_the_commands_in_the_table_are_those_of_the_command_line(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    offered = set(re.findall(r"^    (\w+)(?: |$)", capsys.readouterr().out, re.MULTILINE))
    assert set(re.findall(r"^\| `mirlab (\w+)", TEXT, re.MULTILINE)) == offered
