"""The plan of the house: who may import whom, who may print, who may know Jupyter."""

import ast
from pathlib import Path

import pytest

import mirlab

HOUSE = Path(mirlab.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))

# Each room, and the rooms it may import from.
FOUNDATION = {"errors", "paths"}
ALLOWED = {
    "errors": set(),
    "paths": set(),
    "__init__": FOUNDATION,
    "audio": FOUNDATION,
    "features": FOUNDATION | {"audio"},
    "corpus": FOUNDATION,
    "datasets": FOUNDATION | {"audio", "corpus"},
    "store": FOUNDATION | {"audio", "features", "datasets"},
    "validate": FOUNDATION | {"audio", "features", "datasets", "store"},
    "warp": FOUNDATION,
    "evaluate": FOUNDATION,
    "nonlinear": FOUNDATION | {"warp"},
    "neighbours": FOUNDATION | {"evaluate"},
    "paper": FOUNDATION | {"corpus", "datasets", "store", "warp", "nonlinear", "evaluate", "neighbours"},
    "cluster": FOUNDATION,
    "beyond": FOUNDATION | {"features", "evaluate", "paper"},
    "results": FOUNDATION | {"paper", "beyond"},
    "tagging": FOUNDATION | {"corpus", "datasets", "store", "warp", "evaluate", "paper"},
    "disguise": FOUNDATION | {"audio"},
    "library": FOUNDATION | {"features", "datasets", "evaluate", "paper"},
    "plots": FOUNDATION | {"audio", "features", "paper", "evaluate", "neighbours", "corpus"},
}
ON_TOP = {"cli", "widgets", "lessons"}  # may import anything
JUPYTER = {"IPython", "ipywidgets", "anywidget", "nbclient", "nbformat"}


def room_of(file):
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(file):
    """Yield (top-level package, room of mirlab or "") for every import in a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield parts[0], parts[1] if parts[0] == "mirlab" and len(parts) > 1 else ""


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_imports_run_one_way(file):
    room = room_of(file)
    if room in ON_TOP:
        return
    rooms = {r for r in ALLOWED if r != "__init__"} | ON_TOP
    for package, imported in imports(file):
        if package == "mirlab" and imported in rooms and imported != room:
            assert imported in ALLOWED[room], f"{room} must not import {imported}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_only_widgets_and_lessons_know_jupyter(file):
    if room_of(file) not in {"widgets", "lessons"}:
        assert not {package for package, _ in imports(file)} & JUPYTER


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_nothing_below_the_command_line_prints(file):
    if room_of(file) != "cli":
        calls = [n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
        assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


def test_every_room_is_in_the_plan():
    assert {room_of(f) for f in FILES} <= set(ALLOWED) | ON_TOP
