"""Solve a notebook, run it, store it with its outputs, and look for what is wrong with an exercise.

For the tests, for those who write lessons, and for a teacher who wants a solved copy.
"""

import os
import re
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from mirlab.errors import LessonError
from mirlab.lessons.blank import TODO
from mirlab.lessons.exercises import Exercise
from mirlab.lessons.lesson import Lesson

MARK = "exercise:"
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def solve(notebook: nbformat.NotebookNode, lesson: Lesson) -> nbformat.NotebookNode:
    """Return a copy in which every exercise is solved.

    A cell with the tag ``exercise:NAME`` gets the solution of that exercise in the place of what
    stands before its ``here.ex.`` line.

    Parameters
    ----------
    notebook : NotebookNode
        As `nbformat.read` gives it.
    lesson : Lesson
        Whose exercises it has.

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
    tagged = [(tag.removeprefix(MARK), cell) for cell in code for tag in _tags(cell) if tag.startswith(MARK)]
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


def run(
    notebook: nbformat.NotebookNode, folder: str | Path, *, strict: bool = False, timeout: int = 120
) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom in a new kernel, with a progress of its own.

    Parameters
    ----------
    notebook : NotebookNode
        Its outputs are filled in place.
    folder : str or Path
        Where the kernel stands.
    strict : bool
        Whether an answer that is not right is an error.
    timeout : int
        Seconds a cell.

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
        coalesce_streams=True,  # of a progress bar its last state is kept
        resources={"metadata": {"path": str(folder)}},
    )
    with TemporaryDirectory() as away:
        progress = {"MIRLAB_PROGRESS": str(Path(away, "progress.sqlite"))}
        return client.execute(env=os.environ | progress | {"MIRLAB_STRICT_CHECKS": "1" if strict else ""})


def store(path: str | Path) -> None:
    """Run a notebook and save it as it should be in the repository.

    Its outputs are those of a clean kernel; widgets leave their text, since a stored view is nothing but
    an error message to whoever opens it next.

    Parameters
    ----------
    path : str or Path
        The notebook.
    """
    notebook = run(nbformat.read(path, as_version=4), Path(path).parent)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    notebook.metadata = nbformat.from_dict(METADATA)
    nbformat.write(notebook, path)


def faults(exercise: Exercise) -> list[str]:
    """Try an exercise with its solution, with blanks and with typical wrong answers.

    Parameters
    ----------
    exercise : Exercise
        The one to try.

    Returns
    -------
    list of str
        One sentence for each answer that is not judged as it should be; empty if all is well.
    """
    tried = [
        ("its solution", _as_answer(exercise, exercise.solve), "right", ""),
        ("TODO", TODO, "not attempted", ""),
    ]
    for message, wrong in exercise.mistakes:
        tried.append((f"the mistake {message!r}", _as_answer(exercise, wrong), "wrong", message))
    if exercise.inputs:
        first = next(iter(exercise.cases().values()))
        constant = exercise.solve(*deepcopy(first))
        tried += [
            ("a function that returns TODO", lambda *args: TODO, "not attempted", ""),
            ("a function that fails", _failing, "crashed", "ZeroDivisionError"),
            ("a function that returns nothing", lambda *args: [].clear(), "wrong", ""),
            ("the first result, always", lambda *args: constant, "wrong", ""),
        ]
    found = []
    for name, answer, kind, told in tried:
        outcome = exercise.judge(answer)
        if outcome.kind != kind:
            found.append(f"{exercise.name}: {name} is judged {outcome.kind}, not {kind}")
        elif told and told not in repr(outcome) and not exercise.complaint:
            found.append(f"{exercise.name}: {name} is judged {kind}, but not named")
    if exercise.inputs and len(exercise.cases()) < 3:
        found.append(f"{exercise.name}: {len(exercise.cases())} inputs are too few; give at least 3")
    if not exercise.mistakes:
        found.append(f"{exercise.name}: no typical mistake is named")
    return found


def _tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def _as_answer(exercise: Exercise, solution):
    return solution if exercise.inputs else solution()


def _failing(*args):
    return 1 / 0
