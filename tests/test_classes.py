"""A class: the file that a learner hands in, what a folder of them says, and hostile files."""

import base64
import csv
import io
import json
import os
import re

import pandas as pd
import pytest

from mirlab import classes, cli, lessons
from mirlab.classes import tables
from mirlab.errors import LessonError
from mirlab.lessons import hand_in, progress

RANK, KINDS, MARGIN = "exercise:rank_weight", "exercise:kinds", "question:margin"


@pytest.fixture
def course():
    return lessons.course("tiny_course")


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))


def entry(item, tries=1, solved=True, **more):
    return {"lesson": "00", "item": item, "tries": tries, "solved": solved} | more


def handed(name, *work, **changes):
    """Return the text of a file with this work, and a digest that fits."""
    content = {"mirlab class": 1, "mirlab": "0.1.0", "name": name, "work": list(work)} | changes
    return json.dumps({"digest": hand_in.digest(content)} | content)


def read(folder, course, **files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content, encoding="utf-8")
    return classes.read(folder, course)


# -- the learner's file -------------------------------------------------------------------------------


def test_the_file_holds_what_was_done_and_nothing_else(course, tmp_path):
    for right in (False, False, True):
        progress.judged("00", RANK, right=right)
    progress.judged("00", MARGIN, right=False)
    progress.judged("00", "exercise:of another course", right=True)
    progress.record("00", KINDS)  # by a version that did not count tries
    file = tmp_path / "mine.json"
    file.write_text(hand_in.made(course, " Ada "), encoding="utf-8")
    content = json.loads(file.read_text(encoding="utf-8"))
    assert list(content) == ["mirlab class", "mirlab", "name", "work", "digest"] and content["name"] == "Ada"
    done = [entry(RANK, 3), entry(KINDS, 0), entry(MARGIN, 1, solved=False)]
    assert sorted(map(str, content["work"])) == sorted(map(str, done))  # no times
    file.write_text(hand_in.made(course, "Ada", times=True), encoding="utf-8")
    for one in hand_in.read(file)["work"]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one["at"])


def test_a_notebook_offers_the_file_to_those_who_give_a_name(course):
    progress.judged("00", RANK, right=True)
    assert hand_in.NAME not in course[0].progress()._repr_html_()
    html = course[0].progress(name="Ada")._repr_html_()
    link = re.search(rf'base64,([^"]+)" download="{hand_in.NAME}"', html)
    assert base64.b64decode(link[1]).decode() == hand_in.made(course, "Ada")
    assert "at most 80 letters" in repr(course[0].progress(name="two\nlines"))


@pytest.mark.parametrize("name", ["a" * 81, "two\nlines", "‮reversed", "\x1b[31m"])
def test_a_name_that_cannot_be_shown_is_refused(name, course):
    with pytest.raises(LessonError, match="cannot be used: write at most 80 letters in one line"):
        hand_in.made(course, name)


@pytest.mark.parametrize("name", ["علی\u200cرضا", "क्\u200dष", "👩\u200d🏫", "Ada\u00a0Lovelace"])
def test_a_name_is_spelt_as_its_language_spells_it(name, course, tmp_path):
    """Persian and Hindi names and emoji need invisible joiners; a space of a fixed width is a space."""
    file = tmp_path / "file.json"
    file.write_text(hand_in.made(course, name), encoding="utf-8")
    assert hand_in.read(file)["name"] == name.replace("\u00a0", " ")


def test_a_name_without_quotes_is_named(course):
    assert "the name 5 is no text; write it in quotes" in repr(course[0].progress(name=5))


def test_columns_of_the_table_are_straight_whatever_the_letters(course, tmp_path):
    """A Chinese letter takes two columns of a terminal, and a joiner or an accent takes none."""
    progress.judged("00", RANK, right=True)
    for i, name in enumerate(["Ada", "李小龙", "علی\u200cرضا", "Zoe\u0308", "😀" * 40]):
        (tmp_path / f"{i}.json").write_text(hand_in.made(course, name), encoding="utf-8")
    lines = classes.as_text(classes.read(tmp_path, course)).splitlines()
    sizes = {"Ada": 3, "李小龙": 6, "علی\u200cرضا": 6, "Zoe\u0308": 3, "😀" * 14 + "…": 29}
    ends = {
        size + len(line) - len(name) - 2
        for name, size in sizes.items()
        for line in lines
        if line.startswith(f"  {name} ")
    }
    assert len(ends) == 1


def test_spaces_and_order_do_not_matter_but_content_does(course, tmp_path):
    progress.judged("00", RANK, right=False)
    content = json.loads(hand_in.made(course, "Zoë"))
    file = tmp_path / "a.json"
    file.write_text(json.dumps(dict(reversed(content.items())), indent=4), encoding="utf-8-sig")
    assert hand_in.read(file)["name"] == "Zoë"
    content["work"][0]["solved"] = True
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(
        LessonError, match=r"a.json' \(Zoë\) was changed after mirlab wrote it; ask for a new"
    ):
        hand_in.read(file)


# -- a folder of files --------------------------------------------------------------------------------

GOOD = handed("Eve", entry(RANK))
UNUSABLE = {
    "torn": (GOOD[:40], "is damaged or not from mirlab"),
    "empty": ("", "is damaged or not from mirlab"),
    "foreign": ('{"cells": []}', "is damaged or not from mirlab"),
    "a list": ("[1, 2]", "is damaged or not from mirlab"),
    "deep": ("[" * 100_000, "is damaged or not from mirlab"),
    "huge": (" " * progress.LARGEST + GOOD, "is damaged or not from mirlab"),
    "a number of 5000 digits": ('{"mirlab class": ' + "9" * 5000 + "}", "is damaged or not from mirlab"),
    "not a number": (GOOD.replace('"tries": 1', '"tries": NaN'), "is damaged or not from mirlab"),
    "true tries": (handed("Eve", entry(RANK, True)), "is damaged or not from mirlab"),
    "too many tries": (handed("Eve", entry(RANK, 10**6)), "is damaged or not from mirlab"),
    "a name of two lines": (handed("Eve\nMallory"), "is damaged or not from mirlab"),
    "half a letter": (handed("\ud800"), "is damaged or not from mirlab"),
    "one entry twice": (handed("Eve", entry(RANK), entry(RANK)), "is damaged or not from mirlab"),
    "more in it": (handed("Eve", more=1), "is damaged or not from mirlab"),
    "newer": (
        handed("Eve", **{"mirlab class": 2, "mirlab": "9.1"}),
        "has format 2 (made by mirlab 9.1), but",
    ),
    "changed": (GOOD.replace('"tries": 1', '"tries": 2'), "was changed after mirlab wrote it"),
    "progress": ('{"mirlab progress": 1, "solved": []}', "is a copy of a learner's whole progress"),
}


def test_files_that_cannot_be_used_are_a_sentence_each_and_the_others_count(course, tmp_path):
    files = {name.replace(" ", "_"): content for name, (content, _) in UNUSABLE.items()}
    found = read(tmp_path / "class", course, ada=handed("Ada", entry(RANK)), **files)
    assert [learner.name for learner in found.learners] == ["Ada"]
    notes = {note.partition(".json ")[0].removeprefix("file "): note for note in found.notes}
    assert len(notes) == len(found.notes) == len(UNUSABLE)
    for name, (_, sentence) in UNUSABLE.items():
        assert sentence in notes[name.replace(" ", "_")] and "Mallory" not in notes[name.replace(" ", "_")]


def test_what_else_lies_in_the_folder_is_looked_at_with_care(course, tmp_path):
    below = tmp_path / "class" / "Ada_123_file_"
    below.mkdir(parents=True)
    (tmp_path / "class" / ".ipynb_checkpoints").mkdir()
    for file in (below / "x.json", tmp_path / "class" / ".ipynb_checkpoints" / "x.json"):
        file.write_text(handed("", entry(RANK)), encoding="utf-8")
    (tmp_path / "class" / "essay.pdf").touch()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "class" / "pipe.json")
    found = classes.read(tmp_path / "class", course)
    assert [learner.name for learner in found.learners] == [f"({os.path.join('Ada_123_file_', 'x.json')})"]
    assert found.notes[0] == "1 other file is not read: no name ending in .json"
    assert all("is a folder or a device" in note for note in found.notes[1:])


def test_names_files_and_times_that_are_there_twice(course, tmp_path):
    times = [
        entry(f"exercise:{name}", at=f"2030-01-01T00:00:0{i}") for i, name in enumerate(vars(course[0].ex))
    ]
    times.append(entry(MARGIN, at="2030-01-01T00:01:00"))
    files = {
        "a": handed("Ada", entry(RANK)),
        "b": handed("ADA", entry(KINDS)),
        "c": handed("Ada", entry(RANK)),
        "d": handed("Dan", *times),
        "e": handed("Eve", *times),
    }
    found = read(tmp_path / "class", course, **files)
    assert [learner.name for learner in found.learners] == ["Ada (a.json)", "ADA (b.json)", "Dan", "Eve"]
    same, twice, copied = found.notes
    assert same == "file c.json is the same as a.json; it is counted once"
    assert twice.startswith("2 files have the name Ada: a.json, b.json; they count as different learners")
    assert copied == "files d.json and e.json have two names, but the same times to the second"


def test_two_learners_without_a_name_may_have_done_the_same(course, tmp_path):
    found = read(tmp_path / "class", course, a=handed("", entry(RANK)), b=handed("", entry(RANK)))
    assert [learner.name for learner in found.learners] == ["(a.json)", "(b.json)"]
    (note,) = found.notes
    assert note.startswith("file b.json is the same as a.json, and both have no name; they count as")


def test_what_another_version_of_the_course_asked_is_left_out(course, tmp_path):
    odd = [entry("exercise:gone"), {"lesson": "00", "item": "prediction:gone", "answer": "=1+1"}]
    found = read(tmp_path / "class", course, a=handed("Ada", entry(RANK), *odd, mirlab="0.2.0"))
    assert list(found.learners[0].work) == [("00", RANK)]
    assert found.notes == [
        "file a.json: this course does not know 2 of its 3 entries; they are left out "
        "(it was made with mirlab 0.2.0)"
    ]


def test_the_table_says_who_is_stopped_by_what(course, tmp_path):
    found = read(
        tmp_path / "class",
        course,
        a=handed("Ada", entry(RANK, 2), entry(MARGIN)),
        b=handed("Ben", entry(RANK, 6), entry(KINDS, 9, solved=False)),
        c=handed("Cleo", entry(RANK, 0)),
    )
    rows = classes.table(found)
    assert len(rows) == 3 * 6
    counted = tables.standing(rows[rows["lesson"] == "00"]).set_index("item")
    assert counted.loc["rank_weight", ["tried", "solved", "median", "most"]].tolist() == [3, 3, 4, 6]
    assert counted.loc["kinds", ["tried", "solved", "stopped"]].tolist() == [1, 0, ["Ben"]]
    text = classes.as_text(found)
    assert re.search(r"^  Ada +2 +2   \.$", text, re.MULTILINE)
    assert "exercise kinds: solved by 0 of 1; stops Ben." in text
    assert "Most learners are stopped by 00 exercise kinds (1)." in text


@pytest.mark.parametrize("begin", "=+-@")
def test_nothing_in_the_csv_is_a_formula(begin, course, tmp_path):
    found = read(tmp_path / "class", course, a=handed(f"{begin}cmd|'calc'!A0", entry(RANK)))
    rows = list(csv.DictReader(io.StringIO(classes.as_csv(found))))
    assert {row["learner"] for row in rows} == {f"'{begin}cmd|'calc'!A0"}
    assert tables._harmless("-0.5") == "-0.5" and tables._harmless("-0.5x") == "'-0.5x"


def test_predictions_are_spread_out():
    (one,) = lessons.open("05").predictions
    answers = pd.DataFrame({"kind": "prediction", "item": one.name, "answer": ["0.5", "", "0.25", "1"]})
    assert tables.predicted(lessons.open("05"), answers) == [(one, [0.25, 0.5, 1.0])]


# -- the commands -------------------------------------------------------------------------------------


def test_from_a_learner_to_the_teacher(tmp_path, capsys):
    progress.judged("05", "exercise:step", right=False)
    progress.predict("01", "twenty_songs", "behind")
    file = tmp_path / "class" / "ada.json"
    file.parent.mkdir()
    assert cli.main(["progress", "--export", str(file), "--name", "<b>Ada"]) == 0
    assert "nothing was sent" in capsys.readouterr().out
    assert '"at"' not in file.read_text(encoding="utf-8")
    table, pictures = tmp_path / "table.csv", tmp_path / "pictures"
    assert cli.main(["class", str(file.parent), "--csv", str(table), "--pictures", str(pictures)]) == 0
    text = capsys.readouterr().out
    assert "exercise step: solved by 0 of 1; stops <b>Ada." in text
    assert "prediction twenty_songs: ahead 0, no clear difference 0, behind 1." in text
    assert table.read_bytes().startswith(b"\xef\xbb\xbflearner,")
    assert sorted(one.name for one in pictures.iterdir()) == ["class.html", "lesson01.png", "lesson05.png"]
    page = (pictures / "class.html").read_text(encoding="utf-8")
    assert (
        page.count("<img ") == page.count(' alt="') == 2
        and "stops &lt;b&gt;Ada" in page
        and "<b>" not in page
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["class", "missing"], "'missing' is no folder; name the one that holds the files of your learners"),
        (["class", "."], "holds no file that counts; learners make one with `"),
        (["class", ".", "--csv", "no/a.csv"], "--csv no/a.csv: there is no folder no; make it first"),
        (["progress", "--export", "a.txt"], "--export a.txt: name a file that ends in .json, such as a.json"),
        (["progress", "--certificate", "a"], "--certificate a: name a file that ends in .html"),
        (["progress", "--name", "Ada"], "--name is for --export FILE or --certificate FILE"),
        (["progress", "--times"], "--times is for --export FILE"),
    ],
)
def test_mistakes(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    assert sentence in capsys.readouterr().err.replace(os.sep, "/")


def test_nothing_is_exported_where_nothing_is_kept(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", "off")
    assert cli.main(["progress", "--export", str(tmp_path / "a.json")]) == 2
    assert "MIRLAB_PROGRESS is off" in capsys.readouterr().err and not list(tmp_path.glob("*.json"))
