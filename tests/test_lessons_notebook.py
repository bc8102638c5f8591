"""A notebook with exercises, in a real kernel: blank, solved, wrong, crashed."""

import os
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from mirlab import lessons
from mirlab.errors import LessonError
from mirlab.lessons.testing import blank_then_solved, changed, run, solve, store

TESTS = Path(__file__).resolve().parent
LESSON = lessons.open("00", package="tiny_course")


@pytest.fixture(autouse=True)
def _kernel_finds_both_packages(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), str(TESTS.parent)]))
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))


def code(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def notebook():
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# 00 A tiny lesson"),
            code(
                "import numpy as np\n\nfrom mirlab import lessons\nfrom mirlab.lessons import TODO\n\n"
                'here = lessons.open("00", package="tiny_course")\nhere'
            ),
            code(
                "def rank_weight(r):\n    return TODO\n\n\nhere.ex.rank_weight.check(rank_weight)",
                "exercise:rank_weight",
            ),
            code("f'{rank_weight(2):.1f}', here.ex.rank_weight.working(rank_weight)(2)"),
            code("kinds = {'a': TODO, 'b': TODO, 'c': TODO}\n\nhere.ex.kinds.check(kinds)", "exercise:kinds"),
            code("chance = TODO  # here.ex.chance.hint()\nhere.ex.chance.check(chance)", "exercise:chance"),
            code("def split(artists, rng): ...", "exercise:split"),
            code("here.ex.split.check(split)"),
            code("here.quiz()"),
            code("here.footer()"),
        ]
    )


def texts(ran):
    return [out.data["text/plain"] for cell in ran.cells for out in cell.get("outputs", []) if "data" in out]


def kinds_of(ran):
    return [text.split(":")[0][2:] for text in texts(ran) if text[0] in "○✔✘⚠"]


def test_a_blank_notebook_runs_to_its_end_and_keeps_nothing(tmp_path):
    blank = run(notebook(), tmp_path)
    assert kinds_of(blank) == ["Not attempted"] * 4
    assert texts(blank)[0].startswith("♪ Lesson: 00 A tiny lesson")
    assert texts(blank)[2] == "('TODO', 1.5)"
    assert texts(blank)[-2].startswith("Question 1.")
    assert list(tmp_path.glob("*.sqlite")) == []


def test_a_solved_notebook_passes_every_check(tmp_path):
    blank = notebook()
    solved = run(solve(blank, LESSON), tmp_path, strict=True)
    assert kinds_of(solved) == ["Right"] * 4
    assert "return TODO" in blank.cells[2].source  # the original is left as it was
    assert solved.cells[5].source == "chance = 1 / 10\n\n\nhere.ex.chance.check(chance)"
    assert solved.cells[6].source.startswith("def split(artists, rng):\n    held_out")


def test_a_blank_notebook_fails_when_checks_are_strict(tmp_path):
    with pytest.raises(CellExecutionError, match="Not attempted: rank_weight"):
        run(notebook(), tmp_path, strict=True)


def test_wrong_and_crashed_answers_are_told_and_do_not_stop_the_notebook(tmp_path):
    tried = notebook()
    tried.cells[2].source = (
        "def inverse(k):\n    return 1 / k\n\n\n"
        "def rank_weight(r):\n    return sum(inverse(k) for k in range(r))\n\n\n"
        "here.ex.rank_weight.check(rank_weight)"
    )
    tried.cells[3].source = "here.ex.rank_weight.working(rank_weight)(2)"
    tried.cells[5].source = "chance = 10\nhere.ex.chance.check(chance)"
    run(tried, tmp_path)
    assert kinds_of(tried) == ["Crashed", "Not attempted", "Wrong", "Not attempted"]
    assert tried.cells[2].outputs[0].data["text/plain"].splitlines() == [
        "⚠ Crashed: rank_weight, on the first rank",
        "  The function divides by zero on this input. What should the result be here?",
        "      r = 1",
        "      line 6, in rank_weight:",
        "          return sum(inverse(k) for k in range(r))",
        "      line 2, in inverse:",
        "          return 1 / k",
        "      ZeroDivisionError: division by zero",
        "  Stuck? `here.ex.rank_weight.hint()`",
    ]


@pytest.mark.parametrize(
    ("tag", "new"), [("exercise:chance", "exercise:chnace"), ("exercise:chance", "other")]
)
def test_tags_and_exercises_must_match(tag, new):
    wrong = notebook()
    wrong.cells[5].metadata["tags"] = [new]
    with pytest.raises(
        LessonError, match="lesson 00 has the exercises rank_weight, kinds, chance, split; tagged"
    ):
        solve(wrong, LESSON)


def test_a_notebook_runs_blank_and_then_solved_in_one_kernel(tmp_path):
    both = run(blank_then_solved(notebook(), LESSON), tmp_path)
    assert kinds_of(both) == ["Not attempted"] * 4 + ["Right"] * 4
    assert texts(both).count("('TODO', 1.5)") == 1 and "('1.5', 1.5)" in texts(both)
    assert len({cell.id for cell in both.cells}) == len(both.cells)


def test_a_wrong_solution_is_an_error_in_the_second_run_only(tmp_path):
    both = blank_then_solved(notebook(), LESSON)
    both.cells[-3].source = "chance = 10\n\n\nhere.ex.chance.check(chance)"
    with pytest.raises(CellExecutionError, match="Wrong: chance"):
        run(both, tmp_path)


def test_a_stored_notebook_comes_out_again_and_a_change_is_told(tmp_path):
    file = tmp_path / "00_tiny.ipynb"
    made = notebook()
    made.cells[3].metadata["tags"] = ["check-output"]
    nbformat.write(made, file)
    store(file)
    stored = nbformat.read(file, as_version=4)
    assert [cell.execution_count for cell in stored.cells if cell.cell_type == "code"] == list(range(1, 10))
    assert stored.cells[8].outputs[0].data.keys() == {"text/plain", "text/html"}
    assert "widgets" not in stored.metadata and not any("execution" in cell.metadata for cell in stored.cells)
    again = run(deepcopy(stored), tmp_path)
    assert changed(stored, again) == []
    again.cells[3].outputs[0].data["text/plain"] = "('TODO', 1.50009)"
    assert changed(stored, again) == ["stored:\n('TODO', 1.5)\nnow:\n('TODO', 1.500)"]
