"""The course's own files: complete, consistent, and every exercise judging as it should."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from mirlab import lessons, paths
from mirlab.errors import LessonError
from mirlab.lessons import translating
from mirlab.lessons.testing import MARK, blank_then_solved, changed, run

COURSE = lessons.course()
NOTEBOOKS = [(lesson, lesson.path) for lesson in COURSE]
NOTEBOOKS += [
    (lesson, file)
    for code in translating.languages(lessons.lesson.COURSE)
    for lesson in COURSE
    if (file := translating.translated(lesson, code)).is_file()
]
QUESTIONS = [(lesson, question) for lesson in COURSE for question in lesson.questions]


def test_lessons_are_numbered_without_a_gap_and_named_for_their_notebooks():
    assert [lesson.number for lesson in COURSE] == [f"{i:02}" for i in range(len(COURSE))]
    assert len(COURSE) >= 12
    for lesson in COURSE:
        assert re.fullmatch(lesson.number + r"(_[a-z]+)+", lesson.notebook)


@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.number)
def test_a_lesson_says_all_that_it_should(lesson):
    for text in (
        lesson.title,
        lesson.question,
        lesson.misconception,
        lesson.instead,
        lesson.hear,
        lesson.move,
    ):
        assert isinstance(text, str) and text.strip() == text and text
    assert lesson.question.endswith("?")
    assert 3 <= len(lesson.objectives) <= 5 and 3 <= len(lesson.key_points) <= 6
    assert all(point.endswith(".") for point in lesson.key_points)
    assert not any(objective.endswith(".") for objective in lesson.objectives)
    assert 20 <= lesson.minutes.teaching + lesson.minutes.exercises <= 60
    assert all(earlier < lesson.number for earlier in lesson.prerequisites)
    assert set(lesson.prerequisites) <= {other.number for other in COURSE}


@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.number)
def test_a_lesson_with_a_notebook_has_exercises_a_quiz_and_a_measured_time(lesson):
    if not lesson.path.exists():
        pytest.skip(f"{lesson.path.name} is not written yet")
    assert 3 <= len(lesson.questions) <= 5
    assert lesson.minutes.machine is not None
    rights = {tuple(choice.right for choice in question.choices) for question in lesson.questions}
    assert len(rights) > 1, "the right choice must not always stand in the same place"


@pytest.mark.parametrize(("lesson", "file"), NOTEBOOKS, ids=lambda one: getattr(one, "stem", None))
def test_a_notebook_runs_blank_as_it_is_stored_and_solved_without_a_wrong_answer(lesson, file):
    stored = nbformat.read(file, as_version=4)
    both = blank_then_solved(stored, lesson)
    status = Path("/proc/self/status")
    if status.exists():  # Linux: how much memory did the kernel ever hold?
        both.cells.append(nbformat.v4.new_code_cell(f"print(open({str(status)!r}).read())"))
    run(both, file.parent)
    assert changed(stored, both) == []
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", both.cells[-1].outputs[0].text)
        assert int(peak[1]) / 1000 < 800, "Binder has 2 GB for all that is open"


def names(cell, use):
    """Return the names that a cell reads (`ast.Load`) or gives a value (`ast.Store`), and its functions."""
    found = list(ast.walk(ast.parse(cell.source)))
    functions = {node.name for node in found if isinstance(node, ast.FunctionDef) and use is ast.Store}
    return functions | {one.id for one in found if isinstance(one, ast.Name) and isinstance(one.ctx, use)}


@pytest.mark.parametrize(("lesson", "file"), NOTEBOOKS, ids=lambda one: getattr(one, "stem", None))
def test_answers_are_used_through_checks_and_working_only(lesson, file):
    """So no other cell needs the second run: a right answer gives it what our solution has given it."""
    answers = set()
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "code":
            if any(tag.startswith(MARK) for tag in cell.metadata.get("tags", [])):
                top = (part for part in ast.parse(cell.source).body if not isinstance(part, ast.Expr))
                answers |= {getattr(part, "name", None) or part.targets[0].id for part in top}
            elif not re.search(r"\.(check|working)\(", cell.source):
                assert not (names(cell, ast.Load) - names(cell, ast.Store)) & answers, cell.source
    assert answers


def test_every_notebook_is_a_lesson():
    found = {file.stem for file in (paths.COURSE / "notebooks").glob("*.ipynb")}
    assert found <= {lesson.notebook for lesson in COURSE}


@pytest.mark.parametrize(
    ("lesson", "question"), QUESTIONS, ids=lambda x: getattr(x, "name", None) or x.number
)
def test_a_question_has_a_right_choice_and_feedback_on_all(lesson, question):
    assert 2 <= len(question.choices) <= 6
    assert 1 <= sum(choice.right for choice in question.choices) < len(question.choices)
    assert len({choice.text for choice in question.choices}) == len(question.choices)
    assert all(len(choice.feedback) > 10 for choice in question.choices)
    assert [other.name for other in lesson.questions].count(question.name) == 1


@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.number)
def test_a_card_or_a_quiz_shows_no_stars(lesson):
    """Their texts are no Markdown: only code between backticks is set apart, and *this* keeps its stars."""
    asked = [text for one in lesson.predictions for text in (one.question, *one.choices)]
    for question in lesson.questions:
        asked += [question.text, *(text for c in question.choices for text in (c.text, c.feedback))]
    for one in vars(lesson.ex).values():
        asked += [*one.hints, one.reason, *(message for message, _ in one.mistakes)]
    for text in (*asked, *lesson.objectives, *lesson.key_points, lesson.misconception, lesson.instead):
        assert not re.search(r"\*\w[^*]*\*", re.sub("`[^`]*`", "", text)), text


def test_a_header_names_what_comes_before_and_a_footer_what_comes_next():
    here = lessons.open("05")
    assert repr(here).startswith("♪ Lesson: 05 WARP from scratch\n")
    assert "- 02 How a model learns (02_how_a_model_learns.ipynb)" in repr(here)
    assert "(estimated)" in repr(here)
    assert '<a href="06_one_space_many_data_sets.ipynb">Next: 06 One space' in here.footer()._repr_html_()
    assert "Next" not in repr(COURSE[-1].footer())


def test_measured_minutes_are_told_apart_from_estimates():
    tiny, other = lessons.course("tiny_course")
    estimated = "About 5 minutes to read and try, 10 for exercises (estimated)"
    assert str(tiny.minutes) == f"{estimated}; about 0.1 minutes of machine time (measured)."
    assert str(other.minutes) == f"{estimated}."


def test_the_map_has_a_row_for_every_lesson():
    rows = lessons.course_map().splitlines()[2:]
    assert len(rows) == len(COURSE)
    for row, lesson in zip(rows, COURSE, strict=True):
        linked = f"[{lesson.title}](notebooks/{lesson.notebook}.ipynb)"
        assert row.startswith(f"| {lesson.number} | {linked if lesson.path.exists() else lesson.title} | ")
        assert lesson.question in row


# -- files that are not what they should be ---------------------------------------------------------


def test_an_unknown_lesson_is_told_with_those_there_are():
    with pytest.raises(LessonError, match="there is no lesson '5'; there are 00, 01"):
        lessons.open("5")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title =", "titel =", "lesson has no entry titel"),
        ('title = "A tiny lesson"', "", "missing 1 required .*'title'"),
        ("teaching = 5", "", "missing 1 required .*'teaching'"),
        ("machine = 0.1", "maschine = 0.1", "minutes has no entry maschine"),
        ('name = "margin"', "", "missing 1 required .*'name'"),
        ('feedback = "Every batch moves it."', "", "missing 1 required .*'feedback'"),
        ("right = true", "rigth = true", "choice has no entry rigth"),
        ("shows =", "show =", "teaching has no entry show"),
        (', listen = "Nothing."', "", "missing 1 required .*'listen'"),
        ("title =", "title", "lesson00.toml: Expected '='"),
    ],
)
def test_a_faulty_file_is_told_by_name(tmp_path, monkeypatch, old, new, told):
    package = tmp_path / f"course_{abs(hash((old, new)))}"
    package.mkdir()
    (package / "__init__.py").touch()
    text = (paths.COURSE / "tests" / "tiny_course" / "lesson00.toml").read_text(encoding="utf-8")
    assert old in text
    (package / "lesson00.toml").write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(LessonError, match=r"lesson00\.toml: ") as error:
        lessons.course(package.name)
    assert re.search(told, str(error.value))
