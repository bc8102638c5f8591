"""The plan of the house: who may import whom, who may print, who may know Jupyter, how long a file may be.

The plan is the table of rooms in CONTRIBUTING.md. Nothing else lists them.
"""

import ast
import re
from pathlib import Path

import pytest

import mirlab

HOUSE = Path(mirlab.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))
PRINTING = {"commands", "cli"}
JUPYTER = {"IPython", "ipywidgets", "anywidget", "nbclient", "nbformat"}

LONG = {  # files over 400 lines and functions over 40, and why
    "warp/linear.py": "one scikit-learn estimator; half of it is the docstrings that the library asks for",
    "store.py": "pieces and sets share their format; a third of it is docstrings",
    "cli.py:_parser": "a list of the commands and their options",
}


def plan():
    """Return {room: rooms that it may import} from the table in CONTRIBUTING.md, in its order."""
    text = (HOUSE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", text, re.MULTILINE)
    return {room: re.findall(r"\w+", allowed) for room, allowed in rows}


PLAN = plan()


def room_of(file):
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


def name_of(file):
    return file.relative_to(HOUSE).as_posix()


def imports(file):
    """Yield the full name of every module, or name in a module, that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_plan_lists_every_room_once():
    assert sorted(PLAN) == sorted({room_of(file) for file in FILES} - {"__init__"})


def test_the_plan_runs_one_way():
    """Each room stands below all rooms that may import it."""
    seen = set()
    for room, allowed in PLAN.items():
        assert set(allowed) <= seen, f"{room} may not import {set(allowed) - seen}"
        seen.add(room)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_imports_follow_the_plan(file):
    room = room_of(file)
    for name in imports(file):
        package, _, inside = name.partition(".")
        other = inside.partition(".")[0]
        if package == "mirlab" and other in PLAN and other != room:
            assert room == "__init__" or other in PLAN[room], f"{room} must not import {other}"


def test_no_room_goes_round_in_a_circle():
    """Modules of one room import one another one way only."""
    modules = {".".join(("mirlab", *f.relative_to(HOUSE).with_suffix("").parts)): f for f in FILES}
    modules = {name.removesuffix(".__init__"): file for name, file in modules.items()}

    def targets(file):
        for name in imports(file):
            found = name if name in modules else name.rpartition(".")[0]
            if found in modules and modules[found] != file and found != "mirlab":
                yield found

    done = set()

    def visit(name, path):
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for other in targets(modules[name]):
                if not name.startswith(
                    f"{other}."
                ):  # a module may use what its package has defined before it
                    visit(other, [*path, name])
            done.add(name)

    for name in modules:
        visit(name, [])


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_only_widgets_and_lessons_know_jupyter(file):
    if room_of(file) not in {"widgets", "lessons"} and file != HOUSE / "show" / "controls.py":
        assert not {name.partition(".")[0] for name in imports(file)} & JUPYTER


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_below_the_commands_prints(file):
    if room_of(file) not in PRINTING:
        calls = [n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
        assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_lower_rooms_do_not_speak_command_line(file):
    """A notebook shows the same messages, and there is no --option there."""
    if room_of(file) not in PRINTING | {"lab"}:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        words = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        assert not [w for w in words if re.search(r"(?<![\w-])--(root|jobs|only|dask)(?![\w-])", w)]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_no_module_has_the_name_of_what_it_holds(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert file.stem not in names


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_files_and_functions_stay_short(file):
    """Docstrings do not count for functions; longer ones give a reason in `LONG`."""
    text, name = file.read_text(encoding="utf-8"), name_of(file)
    assert len(text.splitlines()) <= 420 or name in LONG
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[ast.get_docstring(node) is not None :]
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert length <= 45 or f"{name}:{node.name}" in LONG, f"{node.name} has {length} lines"
