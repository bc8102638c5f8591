"""Real set-ups of a toy course: hostile settings, two at once, repairs, kills."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
from toy_course import toy_course

HOSTILE = """
[global]
user = true
quiet = 3
log = /nowhere/pip.log
python = /nowhere/python
require-virtualenv = true
[install]
target = /nowhere/target
dry-run = true
no-deps = true
report = /nowhere/report.json
ignore-installed = true
constraint = /nowhere/constraints.txt
only-binary = :all:
"""
"""Settings of pip's user that would move, void or stop a set-up."""


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Set up a toy course with two processes that start at once, from elsewhere, among hostile settings."""
    root = toy_course(tmp_path_factory.mktemp("real") / "a course")
    trap = root.parent / "trap"
    (trap / "mirlab").mkdir(parents=True)
    (trap / "mirlab" / "__init__.py").write_text("raise SystemExit('the wrong mirlab')")
    (trap / "pip.conf").write_text(HOSTILE)
    environment = os.environ | {
        "PYTHONPATH": str(trap),
        "PIP_CONFIG_FILE": str(trap / "pip.conf"),
        "PIP_PREFIX": str(trap / "prefix"),
        "PIP_ROOT": str(trap / "root"),
        "PIP_NO_INDEX": "1",
    }

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, str(root / "course.py"), *arguments],
            cwd=trap,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(*arguments):
        process = start(*arguments)
        out, err = process.communicate()
        return out, err, process.returncode

    first, second = start("lab", "two words"), start("lab", "two words")
    run.root, run.trap, run.start = root, trap, start
    run.first_two = [(*process.communicate(), process.returncode) for process in (first, second)]
    return run


def test_two_at_once_set_up_one_course(real):
    for out, err, code in real.first_two:
        assert (err, code) == ("", 7), out
        assert json.loads(out.splitlines()[-1]) == {
            "module": "mirlab.cli",
            "arguments": ["lab", "two words"],
            "folder": str(real.trap),
            "prefix": str(real.root / ".venv"),
            "python": shutil.which(
                "python", path=real.root / ".venv" / ("Scripts" if os.name == "nt" else "bin")
            ),
        }
    assert sorted("Ready." in out for out, _, _ in real.first_two) == [False, True]
    assert sorted(path.name for path in real.trap.iterdir()) == ["mirlab", "pip.conf"]


def installed(real):
    """Return when an installer last ran, and what the stamp then said."""
    log, stamp = real.root / ".venv" / "course.log", real.root / ".venv" / "course.json"
    return log.stat().st_mtime_ns, stamp.read_text()


def test_next_run_only_runs_the_command(real):
    before = installed(real)
    out, err, code = real("doctor", "--json")
    assert (err, code) == ("", 7)
    assert json.loads(out)["arguments"] == ["doctor", "--json"], "only the output of mirlab is expected"
    assert installed(real) == before


def test_tests_run_in_the_folder_of_the_course(real):
    out, _, code = real("test", "-k", "warp")
    ran = json.loads(out.splitlines()[-1])
    assert code == 7
    assert (ran["module"], ran["arguments"], ran["folder"]) == ("pytest", ["-k", "warp"], str(real.root))
    before = installed(real)
    assert json.loads(before[1])["extras"] == ["test", "train"]
    assert json.loads(real("lab")[0])["module"] == "mirlab.cli"
    assert installed(real) == before


def test_uninstalled_mirlab_is_installed_again(real):
    (pth,) = (real.root / ".venv").rglob("mirlab.pth")
    pth.unlink()
    out, err, code = real("lab")
    assert (err, code) == ("", 7) and out.startswith("Bringing .venv up to date.")
    assert pth.exists()


def test_mistake_in_the_source_causes_no_set_up(real):
    before = installed(real)
    source = real.root / "mirlab" / "__init__.py"
    source.write_text("import mirlab.nothing")
    try:
        assert "No module named 'mirlab.nothing'" in real("lab")[1]
    finally:
        source.write_text("")
    assert installed(real) == before


@pytest.mark.skipif(
    os.name == "nt", reason="Windows has no signals; there the end of the pipe calls taskkill"
)
def test_after_a_kill_no_installer_goes_on_and_the_next_run_repairs(real):
    for number, of_group in ((signal.SIGTERM, False), (signal.SIGKILL, True)):
        (real.root / "slow").touch()
        (real.root / "constraints.txt").write_text(f"nothing=={int(number)}")
        process = real.start("lab")
        while not (real.root / "building").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        pids = (real.root / "building").read_text().split()
        (os.killpg if of_group else os.kill)(process.pid, number)
        _, err = process.communicate()
        assert process.returncode == (-number if of_group else 128 + number)
        assert err == ("" if of_group else "course.py: stopped; run the same command again to continue\n")
        (real.root / "building").unlink()
        (real.root / "slow").unlink()
        out, err, code = real("lab")
        assert (err, code) == ("", 7), out
        assert not any(is_running(int(pid)) for pid in pids)


def is_running(pid):
    """Return whether a process exists and has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
