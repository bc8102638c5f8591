"""Translations: nothing is missing or stale, and a learner reads nothing in English by mistake."""

import json
import re
import shutil
from dataclasses import replace

import nbformat
import pytest

from mirlab import lessons, paths
from mirlab.errors import LessonError
from mirlab.lessons import translating
from mirlab.show import language
from mirlab.show.cards import Card, Points
from mirlab.show.language import said, speak, speaking

LANGUAGES = translating.languages(lessons.lesson.COURSE)
TRANSLATED = [
    (code, lesson)
    for code in LANGUAGES
    for lesson in lessons.course()
    if translating.translated(lesson, code).is_file()
]


@pytest.fixture(autouse=True)
def english():
    yield
    speak("", {})


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_missing_or_stale(code):
    """Each sentence of what fails says which text of docs/translating.md's files to look at."""
    assert translating.faults(code, lessons.course()) == []


@pytest.mark.parametrize(("code", "lesson"), TRANSLATED, ids=lambda one: getattr(one, "number", one))
def test_what_a_translated_lesson_shows_is_translated(code, lesson):
    """No line of its outputs is that of the English notebook, but for data, code and references."""

    def lines(file):
        found = {}
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            shown = [one.get("data", {}).get("text/plain", "") for one in cell.get("outputs", [])]
            found[cell["id"]] = "".join(map("".join, shown)).splitlines()
        return found

    english, other = lines(lesson.path), lines(translating.translated(lesson, code))
    kept = {*lesson.references}
    for name, shown in other.items():
        for line in set(shown) & set(english[name]):
            words = line.strip().removeprefix("- ")
            prose = re.match(r"(?:. )?[A-Z]\w*:? .*[.?!]$", words)  # a sentence, neither a table nor code
            assert not prose or words in kept or "Error: " in words, f"{name}: {line}"


def test_a_sentence_that_changes_is_noticed(lesson):
    faults = translating.faults("de", [replace(lesson, title="Begin here")])
    assert "de/lesson00.po: 'Begin here' has no translation" in faults
    assert "lesson00.po: 'Start here' is no longer in the English course" in faults


@pytest.fixture
def lesson():
    return lessons.open("00")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch, lesson):
    """The notebook of lesson 00, and nothing of its translation, in a folder that tests may change."""
    (tmp_path / "notebooks").mkdir()
    shutil.copy(lesson.path, tmp_path / "notebooks")
    known = translating.templates()
    monkeypatch.setattr(paths, "COURSE", tmp_path)
    monkeypatch.setattr(translating, "templates", lambda: known)
    monkeypatch.setattr(translating.resources, "files", lambda _: tmp_path)
    return tmp_path


def test_a_translation_is_begun_and_a_changed_cell_is_noticed(elsewhere, lesson):
    translating.begin("fr", lesson)
    (elsewhere / "fr" / "words.po").write_text('msgid "Right"\nmsgstr "Juste"\n', encoding="utf-8")
    texts = translating.texts(lesson)
    faults = translating.faults("fr", [lesson])
    assert [f"fr/lesson00.po: {text!r} has no translation" for text in texts] == faults[: len(texts)]
    assert len(faults) == len(texts) + len(nbformat.read(lesson.path, as_version=4).cells)
    notebook = elsewhere / "notebooks" / "fr" / lesson.path.name
    assert 'lessons.open(\\"00\\", language=\\"fr\\")' in notebook.read_text(encoding="utf-8")

    file = elsewhere / "fr" / "lesson00.po"
    filled = file.read_text(encoding="utf-8").replace('"Start here"\nmsgstr ""', '"Start here"\nmsgstr "Ici"')
    file.write_text(filled, encoding="utf-8")
    translating.begin("fr", lesson)  # again: what is there stays
    translating.done("fr", lesson)
    assert 'msgstr "Ici"' in file.read_text(encoding="utf-8")
    assert len(translating.faults("fr", [lesson])) == len(texts) - 1

    english = nbformat.read(lesson.path, as_version=4)
    english.cells[2].source += " Listen."
    nbformat.write(english, lesson.path)
    (fault,) = [fault for fault in translating.faults("fr", [lesson]) if "of cell" in fault]
    assert fault == (
        f"notebooks/fr/{lesson.path.name}: the English text of cell {english.cells[2].id} has changed since "
        "it was translated"
    )


def test_places_for_values_must_agree(elsewhere, lesson):
    (elsewhere / "de").mkdir()
    (elsewhere / "de" / "words.po").write_text(
        'msgid "On all {} inputs."\nmsgstr "Bei {} von {}."\n', encoding="utf-8"
    )
    assert translating.faults("de", [lesson]) == [
        "words.po: the translation of 'On all {} inputs.' has other places for values"
    ]


@pytest.mark.parametrize(
    "damage", [b'msgid "a', b"msgid a\n", b"\xff\xfe", b'msgid "a"\nmsgstr "b"\nnothing\n']
)
def test_a_damaged_file_is_named(elsewhere, damage):
    (elsewhere / "de").mkdir()
    (elsewhere / "de" / "words.po").write_bytes(damage)
    with pytest.raises(LessonError, match=r"words\.po: this file of a translation cannot be read"):
        translating.sentences("de", "00", "any")


def test_an_unknown_language_is_refused():
    with pytest.raises(LessonError, match="there is no translation into 'xx'; there are: de"):
        lessons.open("00", language="xx")


def test_a_lesson_speaks_the_language_that_it_was_opened_in():
    here = lessons.open("00", language="de")
    assert repr(here).startswith("♪ Lektion: 00 Hier beginnen")
    assert repr(here.ex.how_many.judge(lambda y, label: len(y), seed=1)).splitlines()[0] == (
        "✘ Falsch: how_many, Eingabe: drei Ausschnitte"
    )
    assert "(../01_what_is_transfer_learning.ipynb)" in repr(here.footer())  # not translated yet
    here = lessons.open("00")
    assert repr(here).startswith("♪ Lesson: 00 Start here") and language.spoken() == ""


def test_templates_find_their_sentences_and_no_others():
    words = {"{}, {} of {}": "{}, {} von {}", "{} gave {}.": "{1} kam aus {0}.", "a": "1", "Right": "Richtig"}
    with speaking("de", words):
        assert said("name, 1 of 3") == "name, 1 von 3"
        assert said("Evaluation, a study of games") == "Evaluation, a study of games"
        assert said("a gave b.") == "b kam aus 1."
        card = Card("right", "x", "c gave d.", Points(["a"]))
        assert repr(card) == "✔ Richtig: x\n  d kam aus c.\n  - 1"
        assert "Richtig:" in card.html(role="note")
    assert said("a") == "a"
