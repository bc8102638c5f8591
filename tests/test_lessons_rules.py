"""What every lesson must have: exercises that judge fairly, a prediction, references, a fair quiz."""

import re
from collections import Counter

import nbformat
import pytest

from mirlab import lessons, paths
from mirlab.lessons import glossary
from mirlab.lessons.compare import plain
from mirlab.lessons.harness import faults

COURSE = lessons.course()
EXERCISES = [one for lesson in COURSE for one in vars(lesson.ex).values()]
TERMS = glossary.terms(COURSE)
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.number)


def cells(lesson):
    return nbformat.read(lesson.path, as_version=4).cells


def code(lesson):
    return "\n".join(cell.source for cell in cells(lesson) if cell.cell_type == "code")


# -- exercises -------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", EXERCISES, ids=lambda one: f"{one.lesson}-{one.name}")
def test_an_exercise_judges_as_it_should(one):
    assert faults(one) == []
    assert not any("solution" in hint.lower() for hint in one.hints)


@EVERY
def test_a_lesson_has_exercises_of_several_kinds(lesson):
    kinds = {one.kind for one in vars(lesson.ex).values()}
    assert 1 <= len(vars(lesson.ex)) <= 4 and "write" in kinds
    if lesson.number != "00":
        assert kinds & {"find the bug", "break the claim"}


def test_the_course_asks_to_break_a_claim():
    assert Counter(one.kind for one in EXERCISES)["break the claim"] >= 1


@EVERY
def test_a_learners_function_is_used_only_through_working(lesson):
    """A wrong answer must not change what later cells compute."""
    for name, one in vars(lesson.ex).items():
        for cell in cells(lesson):
            own = f"exercise:{name}" in cell.metadata.get("tags", [])
            if cell.cell_type == "code" and not own and one.inputs:
                rest = re.sub(rf"here\.ex\.{name}\.working\({name}\)", "", cell.source)
                assert not re.search(rf"(?<![\w.]){name}\(", rest), cell.source


@EVERY
def test_a_cell_begins_with_the_function_that_has_the_error(lesson):
    for name, one in vars(lesson.ex).items():
        if one.kind == "find the bug":
            (cell,) = [c for c in cells(lesson) if f"exercise:{name}" in c.metadata.get("tags", [])]
            assert cell.source.startswith(one.start_source)


# -- predictions, references, terms ----------------------------------------------------------------


@EVERY
def test_a_prediction_is_written_before_its_result_and_shown_beside_it(lesson):
    if lesson.number != "00":
        assert lesson.predictions
    for name in vars(lesson.predict):
        kept, shown = (code(lesson).find(f"here.predict.{name}{end}") for end in ("(TODO)", ".reveal("))
        assert 0 <= kept < shown


@EVERY
def test_a_lesson_ends_with_three_references(lesson):
    assert len(lesson.references) == 3 and len(set(lesson.references)) == 3
    assert all(re.search(r"\b(19|20)\d\d\b", reference) for reference in lesson.references)


def test_the_glossary_page_lists_the_terms_of_every_lesson():
    page = paths.COURSE / "docs" / "glossary.md"
    assert page.read_text(encoding="utf-8") == glossary.page(COURSE)
    assert len({plain(term.name) for term in TERMS}) == len(TERMS)


@EVERY
def test_a_lesson_explains_the_terms_that_it_introduces(lesson):
    words = " ".join(cell.source for cell in cells(lesson) if cell.cell_type == "markdown")
    assert lesson.terms or lesson.number == "00"
    for name, meaning in lesson.terms.items():
        assert plain(name) in plain(words), name
        assert meaning.endswith(".") and 5 <= len(meaning.split()) <= 50, name


# -- the quiz, the first screen --------------------------------------------------------------------


@EVERY
def test_the_right_choice_is_not_known_by_its_length(lesson):
    longest = 0
    for question in lesson.questions:
        lengths = sorted(question.choices, key=lambda choice: len(choice.text))
        longest += lengths[-1].right
        if not question.several:
            (right,) = [choice for choice in question.choices if choice.right]
            others = [len(choice.text) for choice in question.choices if not choice.right]
            assert len(right.text) <= 1.5 * max(others), question.name
    assert longest <= len(lesson.questions) / 2


@EVERY
def test_a_lesson_opens_with_words_and_not_with_code(lesson):
    title, setup = cells(lesson)[:2]
    assert title.cell_type == "markdown" and len(title.source.splitlines()) >= 3, "a title and a sentence"
    assert setup.cell_type == "code" and "lessons.open(" in setup.source
    assert setup.metadata.get("jupyter", {}).get("source_hidden") is True


@EVERY
def test_the_page_has_a_heading_for_the_quiz(lesson):
    headings = [line for cell in cells(lesson) for line in cell.source.splitlines() if line.startswith("## ")]
    assert "## Quiz" in headings


# -- the teacher's guide ---------------------------------------------------------------------------


@EVERY
def test_a_lesson_says_what_only_a_teacher_knows(lesson):
    """Questions around the interactive part, how the misconception shows, and what to cut."""
    teaching, minutes = lesson.teaching, lesson.minutes
    assert len(teaching.shows.split()) >= 10
    for asked in (teaching.before, teaching.after):
        assert len(asked) >= 2
        assert all("?" in one.ask or ":" in one.ask for one in asked)
        assert all(one.listen.endswith(".") for one in asked)
    assert len(teaching.cut) >= 2
    assert 3 <= sum(cut.minutes for cut in teaching.cut) <= (minutes.teaching + minutes.exercises) / 2
    for cut in teaching.cut:
        for name in re.findall(r"The exercise `(\w+)`", cut.what):
            assert name in vars(lesson.ex)
