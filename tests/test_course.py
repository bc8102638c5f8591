"""course.py: what it decides to do. The installers only note that they were called."""

import ast
import importlib.util
import json
import os
import platform
import signal
import sys
from pathlib import Path

import pytest
from toy_course import ROOT, toy_course


def load(path):
    spec = importlib.util.spec_from_file_location("course", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Load course.py of a toy course, with installers that only note that they were called."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    module = load(toy_course(tmp_path / "a course") / "course.py")
    module.called, module.lost, module.networks = [], "", (0, "")

    def run(python, command, folder, log, progress):
        if command[0] == "mirlab.cli":
            return module.networks
        module.called.append(command[0])
        if command[0] == "venv":
            Path(module.PYTHON).parent.mkdir()
            Path(module.PYTHON).touch()
        else:
            module.package = command[-1]
        return 0, ""

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "missing", lambda extras: module.lost)
    return module


def fail(course, monkeypatch, error):
    def run(*arguments):
        raise error

    monkeypatch.setattr(course, "run", run)


def test_second_run_installs_nothing(course):
    course.set_up([])
    course.set_up([])
    assert course.called == ["venv", "pip"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_file_is_installed_into_the_same_venv(course, name):
    course.set_up(["test"])
    with open(Path(course.ROOT, name), "a") as file:
        file.write("# changed\n")
    course.set_up([])
    assert course.called == ["venv", "pip", "pip"]
    assert course.package == ".[test]", "the packages for the tests were forgotten"
    course.set_up([])
    assert len(course.called) == 3


def test_packages_for_the_tests_are_added_later(course):
    course.set_up([])
    assert course.package == "."
    course.set_up(["test"])
    assert course.package == ".[test]"
    course.set_up([])
    assert course.called == ["venv", "pip", "pip"]


def test_a_set_up_without_the_networks_says_so_and_is_ready(course, capsys):
    course.networks = 2, "noise\nmirlab: no network\n"
    course.set_up([])
    out = capsys.readouterr().out.splitlines()
    assert out[-3:] == [
        "Note: no network",
        "The course works without them; python3 course.py networks fetches them later.",
        "Ready.",
    ]


def change_stamp(course, **values):
    Path(course.STAMP).write_text(json.dumps(json.loads(Path(course.STAMP).read_text()) | values))


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda course: os.remove(course.STAMP), id="interrupted"),
        pytest.param(lambda course: Path(course.STAMP).write_text('{"folder"'), id="torn stamp"),
        pytest.param(lambda course: Path(course.STAMP).write_text("[]"), id="foreign stamp"),
        pytest.param(lambda course: change_stamp(course, extras="all"), id="foreign extras"),
        pytest.param(lambda course: change_stamp(course, made_with=3), id="foreign path"),
        pytest.param(lambda course: change_stamp(course, folder="/elsewhere/.venv"), id="moved"),
        pytest.param(lambda course: change_stamp(course, python="cpython-310"), id="another Python"),
        pytest.param(lambda course: change_stamp(course, made_with="/gone/python"), id="Python gone"),
        pytest.param(lambda course: os.remove(course.PYTHON), id="no python in .venv"),
    ],
)
def test_broken_venv_is_made_from_nothing(course, harm):
    course.set_up([])
    half = Path(course.VENV, "lib", "half")
    half.mkdir(parents=True)
    harm(course)
    course.set_up([])
    assert course.called == ["venv", "pip"] * 2
    assert not half.exists()


def test_moved_course_is_noticed(course, tmp_path):
    course.set_up([])
    os.rename(course.ROOT, tmp_path / "moved")
    moved = load(tmp_path / "moved" / "course.py")
    assert moved.read_stamp() and not moved.is_sound(moved.read_stamp())


def test_no_stamp_if_the_course_cannot_be_imported(course, capsys):
    course.lost = "No module named 'mirlab'"
    assert course.main(["lab"]) == 2
    assert "cannot be imported (No module named 'mirlab'): delete" in capsys.readouterr().err
    assert not os.path.exists(course.STAMP)


def test_lost_package_is_installed_again(course, monkeypatch):
    course.set_up([])
    lost = iter(["No package metadata was found for numba"] * 2)
    monkeypatch.setattr(course, "missing", lambda extras: next(lost, ""))
    course.set_up([])
    assert course.called == ["venv", "pip", "pip"]


def test_interrupted_update_counts_as_broken(course, monkeypatch, capsys):
    course.set_up([])
    Path(course.ROOT, "constraints.txt").write_text("")
    with monkeypatch.context() as patch:
        fail(course, patch, KeyboardInterrupt(signal.SIGTERM))
        assert course.main(["lab"]) == 143
    assert "run the same command again" in capsys.readouterr().err
    course.set_up([])
    assert course.called == ["venv", "pip"] * 2


def test_failed_update_keeps_what_was_there(course, monkeypatch, capsys):
    course.set_up([])
    before = Path(course.ROOT, "constraints.txt").read_text()
    Path(course.ROOT, "constraints.txt").write_text("changed==1")
    with monkeypatch.context() as patch:
        patch.setattr(course, "run", lambda *arguments: (1, "[Errno 28] No space left on device"))
        assert course.main(["lab"]) == 2
    assert "the disk is full: free about 3 GB" in capsys.readouterr().err
    Path(course.ROOT, "constraints.txt").write_text(before)
    course.set_up([])
    assert course.called == ["venv", "pip"]


def test_venv_of_another_tool_is_left_alone(course, capsys):
    theirs = Path(course.VENV, "lib", "precious.py")
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    assert course.main(["lab"]) == 2
    assert "did not make the folder .venv" in capsys.readouterr().err
    assert theirs.exists() and not course.called


@pytest.mark.skipif(not hasattr(os, "ST_NOEXEC"), reason="only Linux reports how a disk is mounted")
def test_disk_that_forbids_programs_is_named(course, monkeypatch, capsys):
    monkeypatch.setattr(course.os, "statvfs", lambda path: os.statvfs_result([0] * 8 + [os.ST_NOEXEC, 0]))
    assert course.main(["lab"]) == 2
    assert "mounted with noexec" in capsys.readouterr().err
    assert not course.called


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_needs_no_set_up(course, arguments, capsys):
    assert course.main(arguments) == 0
    assert "course.py lab" in capsys.readouterr().out
    assert not course.called


def test_system_error_becomes_one_sentence(course, monkeypatch, capsys):
    def mkdir(path, mode=0o777):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(course.os, "mkdir", mkdir)
    assert course.main(["lab"]) == 2
    error = capsys.readouterr().err
    assert "a folder of your own" in error and error.count("\n") == 1


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 15, 0), (4, 0, 0)])
def test_unsupported_python_is_named(course, version):
    with pytest.raises(course.Stop, match=rf"Python 3\.11 to 3\.14, and this is {version[0]}\.{version[1]}:"):
        course.check_python(version)


def test_intel_macs_need_python_3_13_or_older(course, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    course.check_python((3, 13, 1))
    with pytest.raises(course.Stop, match=r"Intel chip, the course runs on Python 3\.11 to 3\.13"):
        course.check_python((3, 14, 0))


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 14, 99)])
def test_supported_python_passes(course, version):
    course.check_python(version)


def test_old_python_can_read_the_file():
    """Python 2.7 must reach the sentence about its age."""
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    assert source.isascii()
    for node in ast.walk(ast.parse(source)):
        newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Nonlocal, ast.Match, ast.YieldFrom)
        newer += (ast.AsyncFunctionDef, ast.TryStar)
        assert not isinstance(node, newer), f"line {node.lineno}: too new for Python 2.7"
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"line {node.lineno}: raise ... from"
        if isinstance(node, ast.Starred):
            assert isinstance(node.ctx, ast.Load), f"line {node.lineno}: starred assignment"
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            assert not any(isinstance(item, ast.Starred) for item in node.elts), f"line {node.lineno}: [*…]"
        if isinstance(node, ast.FunctionDef):
            assert not node.args.kwonlyargs and not node.args.posonlyargs and node.returns is None
            assert all(argument.annotation is None for argument in node.args.args)
        if isinstance(node, ast.ClassDef):
            assert not node.keywords


def test_windows_waits_through_ctrl_c(course, monkeypatch):
    class Process:
        waits = iter([KeyboardInterrupt, KeyboardInterrupt, 3])

        def __init__(self, command, env):
            assert command[1:] == ["-P", "-m", "mirlab.cli", "lab"] and env["VIRTUAL_ENV"] == course.VENV

        def wait(self):
            if (code := next(self.waits)) is KeyboardInterrupt:
                raise KeyboardInterrupt
            return code

    with monkeypatch.context() as patch:
        patch.setattr(course.subprocess, "Popen", Process)
        patch.setattr(course.os, "name", "nt")
        code = course.hand_over("mirlab.cli", ["lab"])
    assert code == 3


def test_where_the_course_is_installed_nothing_is_installed(course, monkeypatch):
    """A learner on a hub has a copy of the course and the server's `mirlab`."""
    monkeypatch.setenv("MIRLAB_INSTALLED", "1")
    monkeypatch.setattr(course.os, "execvp", lambda *command: course.called.append(command))
    monkeypatch.setattr(course, "hand_over", lambda *command: 0)
    monkeypatch.setattr(course, "set_up", lambda extras: None)
    course.main(["doctor"])
    assert course.called == [("mirlab", ["mirlab", "doctor"])]
