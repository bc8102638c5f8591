"""Solve a notebook, run it, and store it with its outputs.

For the tests, for authors of lessons, and for teachers who want a solved copy.
"""

import os
import re
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import nbformat
from nbclient import NotebookClient

from mirlab.errors import LessonError
from mirlab.lessons.lesson import Lesson

MARK, CHECKED = "exercise:", "check-output"
STRICT = "MIRLAB_STRICT_CHECKS"
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def solve(notebook: nbformat.NotebookNode, lesson: Lesson) -> nbformat.NotebookNode:
    """Return a copy in which every exercise is solved.

    In a cell with the tag ``exercise:NAME``, the solution of that exercise replaces everything before the
    line that starts with ``here.ex.``.

    Parameters
    ----------
    notebook : NotebookNode
        From `nbformat.read`.
    lesson : Lesson
        The lesson with its exercises.

    Returns
    -------
    NotebookNode
        Without outputs.

    Raises
    ------
    LessonError
        If a tag names no exercise of the lesson, or an exercise has no cell or more than one.
    """
    solved, exercises = deepcopy(notebook), vars(lesson.ex)
    code = [cell for cell in solved.cells if cell.cell_type == "code"]
    tagged = [(name, cell) for cell in code for name in _exercises(cell)]
    if sorted(name for name, _ in tagged) != sorted(exercises):
        raise LessonError(
            f"lesson {lesson.number} has the exercises {', '.join(exercises)}; "
            f"tagged cells: {', '.join(name for name, _ in tagged) or 'none'}"
        )
    for name, cell in tagged:
        check = re.search(r"^here\.ex\..*", cell.source, re.MULTILINE | re.DOTALL)
        cell.source = exercises[name].source + (f"\n\n\n{check[0]}" if check else "")
    for cell in code:
        cell.outputs, cell.execution_count = [], None
    return solved


def blank_then_solved(notebook: nbformat.NotebookNode, lesson: Lesson) -> nbformat.NotebookNode:
    """Return a notebook that runs as it is, and then, in the same kernel, with every exercise solved.

    The second time, only the exercises and the cells that check or use their answers (``.working(``) are
    there, and anything but a right answer is an error. All others were run a moment ago.

    Parameters
    ----------
    notebook, lesson
        As for `solve`.

    Returns
    -------
    NotebookNode
        Without outputs; its first cells are those of `notebook`.

    Raises
    ------
    LessonError
        As for `solve`.
    """
    both, solved = deepcopy(notebook), solve(notebook, lesson)
    both.cells.append(nbformat.v4.new_code_cell(f'import os\n\nos.environ["{STRICT}"] = "1"'))
    both.cells += [
        cell
        for cell in solved.cells
        if cell.cell_type == "code" and (_exercises(cell) or re.search(r"\.(check|working)\(", cell.source))
    ]
    for cell in both.cells:
        cell.id = uuid4().hex[:8]  # some are there twice
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return both


def changed(stored: nbformat.NotebookNode, ran: nbformat.NotebookNode) -> list[str]:
    """Say which outputs with the tag ``check-output`` are not the stored ones any more.

    Parameters
    ----------
    stored, ran : NotebookNode
        The notebook with its stored outputs, and after another run; `ran` may have more cells at its end.

    Returns
    -------
    list of str
        What was stored and what came out, for each such cell. Digits past the third decimal do not count.
    """
    pairs = zip(stored.cells, ran.cells[: len(stored.cells)], strict=True)
    texts = [(_text(a), _text(b)) for a, b in pairs if CHECKED in _tags(a)]
    return [f"stored:\n{a}\nnow:\n{b}" for a, b in texts if a != b]


def _text(cell):
    found = [one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.outputs]
    return re.sub(r"(\d\.\d{3})\d+", r"\1", "\n".join(found))


def run(
    notebook: nbformat.NotebookNode, folder: str | Path, *, strict: bool = False, timeout: int = 120
) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom in a new kernel, with a progress file of its own.

    Parameters
    ----------
    notebook : NotebookNode
        Its outputs are filled in place.
    folder : str or Path
        Working directory of the kernel.
    strict : bool
        Whether an answer that is not right is an error.
    timeout : int
        Seconds per cell.

    Returns
    -------
    NotebookNode
        The same notebook.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # so that only the last state of a progress bar is kept
        resources={"metadata": {"path": str(folder)}},
    )
    with TemporaryDirectory() as away:
        progress = {"MIRLAB_PROGRESS": str(Path(away, "progress.sqlite"))}
        return client.execute(env=os.environ | progress | {STRICT: "1" if strict else ""})


def store(path: str | Path) -> None:
    """Run a notebook and save it in the form for the repository.

    Its outputs are those of a clean kernel. For a widget, its text and a still picture are stored: a stored
    view would show the next reader an error message. Outputs that are empty, such as the place of a progress
    bar that is done, are left out.

    Parameters
    ----------
    path : str or Path
        The notebook.
    """
    notebook = run(nbformat.read(path, as_version=4), Path(path).parent)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.get("data", {}).get("text/html") != ""]
    notebook.metadata = nbformat.from_dict(METADATA)
    nbformat.write(notebook, path)


def solved_copy(lesson: Lesson) -> nbformat.NotebookNode:
    """Return the notebook of a lesson with its solutions, and with outputs, without running it.

    The stored outputs stay, since later cells use our solution wherever a learner's answer is not right. An
    exercise cell gets the outcome of its check. Links out of the folder of the notebooks become plain text.

    Parameters
    ----------
    lesson : Lesson
        A lesson whose notebook is stored with its outputs.

    Returns
    -------
    NotebookNode
    """
    stored = read(lesson)
    solved = solve(stored, lesson)
    for cell, before in zip(solved.cells, stored.cells, strict=True):
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^]]*)\]\(\.\./[^)]*\)", r"\1", cell.source)
            continue
        names = _exercises(cell)
        cell.execution_count = before.execution_count
        cell.outputs = [_right(vars(lesson.ex)[name]) for name in names] or deepcopy(before.outputs)
        for output in cell.outputs:
            if html := output.get("data", {}).get("text/html"):
                output.data["text/html"] = re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", html)
    note = "**A solved copy, for teachers.** Its outputs are stored ones; run it to make new ones."
    solved.cells.insert(1, nbformat.v4.new_markdown_cell(note, id="solved-copy"))
    return solved


def read(lesson: Lesson) -> nbformat.NotebookNode:
    """Read the notebook of a lesson.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Returns
    -------
    NotebookNode

    Raises
    ------
    LessonError
        If it is missing, torn, or no notebook.
    """
    try:
        notebook = nbformat.read(lesson.path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise LessonError(
            f"{lesson.path}: cannot be read ({error.strerror}); get a whole copy of the course"
        ) from error
    except (
        ValueError,
        nbformat.ValidationError,
        AttributeError,
        LookupError,
        TypeError,
        RecursionError,
    ) as error:
        raise LessonError(f"{lesson.path}: is not a whole notebook; get a new copy of it") from error
    return notebook


def _right(exercise):
    card = exercise.judge(exercise.solve if exercise.inputs else exercise.solve())
    data = {"text/plain": repr(card), "text/html": card._repr_html_()}
    return nbformat.v4.new_output("display_data", data=data)


def _exercises(cell) -> list[str]:
    return [tag.removeprefix(MARK) for tag in _tags(cell) if tag.startswith(MARK)]


def _tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])
