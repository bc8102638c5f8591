"""course.py: what it decides, what it says when it cannot go on, and one real set-up without any network.

The real one runs in a tiny course with a build backend of its own, so that pip has nothing to fetch.
"""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[1] / "course.py"

BACKEND = """
import zipfile
from pathlib import Path

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    info = "mirlab-0.dist-info/"
    files = {
        "mirlab.pth": str(Path(__file__).parent),
        info + "METADATA": "Metadata-Version: 2.1\\nName: mirlab\\nVersion: 0\\nProvides-Extra: test\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[info + "RECORD"] = "".join(name + ",,\\n" for name in [*files, info + "RECORD"])
    wheel = "mirlab-0-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, wheel), "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return wheel
"""

SAYS = """
import json, os, shutil, sys
print(json.dumps({"module": "%s", "arguments": sys.argv[1:], "folder": os.getcwd(),
                  "prefix": sys.prefix, "python": shutil.which("python")}))
sys.exit(7)
"""


def tiny_course(root):
    """Lay out the smallest course that course.py can set up."""
    (root / "mirlab").mkdir(parents=True)
    (root / "mirlab" / "__init__.py").touch()
    (root / "mirlab" / "cli.py").write_text(SAYS % "mirlab.cli")
    (root / "pytest.py").write_text(SAYS % "pytest")
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (root / "constraints.txt").write_text("nothing==1\n")
    shutil.copy(COURSE, root)
    return root


# ---------------------------------------------------------------------------------------------- decisions


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Course.py of a tiny course, with installers that only write down that they were called."""
    root = tiny_course(tmp_path / "a course").resolve()
    spec = importlib.util.spec_from_file_location("course", root / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.called = []

    def run(command, stage):
        module.called.append("venv" if "venv" in command else "pip")
        if "venv" in command:
            Path(module.PYTHON).parent.mkdir()
            Path(module.PYTHON).touch()
        else:
            module.package = command[-1]

    module.run_for_real = module.run
    monkeypatch.setattr(module, "run", run)
    return module


def test_sets_up_once(course):
    course.set_up([])
    assert course.called == ["venv", "pip"]
    course.set_up([])
    assert course.called == ["venv", "pip"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_file_is_installed_into_the_same_venv(course, name):
    course.set_up(["test"])
    with open(Path(course.ROOT, name), "a") as file:
        file.write("# changed\n")
    course.set_up([])
    assert course.called == ["venv", "pip", "pip"]
    assert course.package == ".[test]", "what the tests need was forgotten"
    course.set_up([])
    assert len(course.called) == 3


def test_tests_are_a_second_stage(course):
    course.set_up([])
    assert course.package == "."
    course.set_up(["test"])
    assert course.package == ".[test]"
    course.set_up([])
    assert course.called == ["venv", "pip", "pip"]


def change_stamp(course, **values):
    Path(course.STAMP).write_text(json.dumps(json.loads(Path(course.STAMP).read_text()) | values))


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda course: os.remove(course.STAMP), id="broken off"),
        pytest.param(lambda course: Path(course.STAMP).write_text('{"folder"'), id="torn stamp"),
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


def test_moved_checkout_is_noticed(course, tmp_path):
    course.set_up([])
    stamp = course.read_stamp()
    assert course.is_sound(stamp)
    moved = tmp_path / "moved"
    os.rename(course.ROOT, moved)
    spec = importlib.util.spec_from_file_location("moved", moved / "course.py")
    elsewhere = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(elsewhere)
    assert elsewhere.read_stamp() == stamp
    assert not elsewhere.is_sound(stamp)


def fail(course, monkeypatch, error):
    def run(command, stage):
        raise error

    monkeypatch.setattr(course, "run", run)


def test_interrupted_update_counts_as_broken(course, monkeypatch, capsys):
    course.set_up([])
    Path(course.ROOT, "constraints.txt").write_text("")
    with monkeypatch.context() as patch:
        fail(course, patch, KeyboardInterrupt())
        assert course.main(["lab"]) == 130
    assert "run the same command again" in capsys.readouterr().err
    course.set_up([])
    assert course.called == ["venv", "pip"] * 2


def test_failed_update_keeps_what_was_there(course, monkeypatch, capsys):
    course.set_up([])
    before = Path(course.ROOT, "constraints.txt").read_text()
    Path(course.ROOT, "constraints.txt").write_text("changed==1")
    with monkeypatch.context() as patch:
        fail(course, patch, course.Stop("no network"))
        assert course.main(["lab"]) == 2
    assert "no network" in capsys.readouterr().err
    Path(course.ROOT, "constraints.txt").write_text(before)
    course.set_up([])
    assert course.called == ["venv", "pip"]


def test_failed_set_up_leaves_no_stamp(course, monkeypatch):
    with monkeypatch.context() as patch:
        fail(course, patch, course.Stop("no network"))
        assert course.main(["lab"]) == 2
    course.set_up([])
    assert course.called == ["venv", "pip"]


def test_venv_of_another_tool_is_left_alone(course, capsys):
    theirs = Path(course.VENV, "lib", "precious.py")
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    assert course.main(["lab"]) == 2
    assert "not course.py's" in capsys.readouterr().err
    assert theirs.exists() and not course.called


# ------------------------------------------------------------------------------------------ what it says


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_unsupported_python_is_named(course, version):
    with pytest.raises(course.Stop, match=rf"Python 3\.11 to 3\.13, and this is {version[0]}\.{version[1]}:"):
        course.check_python(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 99)])
def test_supported_python_passes(course, version):
    course.check_python(version)


def test_old_python_could_read_the_file():
    """Python 2.7 must get as far as the sentence about its age."""
    source = COURSE.read_text(encoding="utf-8")
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


PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None)) after connection broken by 'NewConnectionError(
'Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/hatchling/
ERROR: Could not find a version that satisfies the requirement hatchling>=1.25 (from versions: none)
ERROR: No matching distribution found for hatchling>=1.25
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (PIP_OFFLINE, "check the network"),
        ("ReadTimeoutError: HTTPSConnectionPool(host='h', port=443): Read timed out.", "check the network"),
        ("Connection aborted.', ConnectionResetError(104, 'Connection reset by peer')", "check the network"),
        ("SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate", "PIP_CERT"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "2 GB"),
        ("OSError: [WinError 112] There is not enough space on the disk", "2 GB"),
        ("not created successfully because ensurepip is not\navailable.", "-venv)"),
        ("/usr/bin/python3: No module named venv", "-venv)"),
        ("[Errno 13] Permission denied: '/opt/course/.venv'", "a folder of your own"),
        ("[Errno 30] Read-only file system: '/media/cd/.venv'", "a folder of your own"),
        ("[WinError 32] The process cannot access the file because", "close JupyterLab"),
        ("system does not have Windows Long Path support enabled", "too long for Windows"),
        ("ERROR: Failed building wheel for llvmlite", "64-bit Python 3.12"),
        ("error: Microsoft Visual C++ 14.0 or greater is required", "64-bit Python 3.12"),
        ("ERROR: ResolutionImpossible: for help visit", "64-bit Python 3.12"),
        ("ERROR: No matching distribution found for numba==0.62.1", "64-bit Python 3.12"),
    ],
)
def test_known_causes_are_told(course, said, told):
    sentence = course.explain(said)
    assert told in sentence
    assert sentence.endswith("then run the same command again")


def test_unknown_cause_is_quoted(course):
    assert course.explain("one\nERROR: the moon is full\n") == "the set-up failed: ERROR: the moon is full"
    assert course.explain("") == "the set-up failed: no reason was given"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_usage(course, arguments, capsys):
    assert course.main(arguments) == 0
    assert "course.py lab" in capsys.readouterr().out
    assert not course.called


def test_system_errors_are_sentences(course, monkeypatch, capsys):
    def mkdir(path, mode=0o777):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(course.os, "mkdir", mkdir)
    assert course.main(["lab"]) == 2
    error = capsys.readouterr().err
    assert "a folder of your own" in error and error.count("\n") == 1


def test_failing_installer_is_explained_and_logged(course, capsys):
    os.mkdir(course.VENV)
    says = "print('Collecting numpy'); print('[Errno 28] No space left on device'); raise SystemExit(3)"
    with pytest.raises(course.Stop, match="disk is full") as stop:
        course.run_for_real([sys.executable, "-c", says], "starting pip")
    assert course.LOG in str(stop.value)
    assert Path(course.LOG).read_text().splitlines() == [
        "Collecting numpy",
        "[Errno 28] No space left on device",
    ]
    assert capsys.readouterr().out.splitlines() == ["  starting pip", "  finding packages"]


def test_progress_hears_pip(course, capsys):
    progress = course.Progress("starting pip")
    heard = []
    for line in (
        "Collecting numba>=0.61 (from mirlab==0.1.0)",
        "  Downloading numba-1-py3-none-any.whl.metadata (2.8 kB)",
        "Processing /stick/wheels/scipy-1-py3-none-any.whl (from mirlab==0.1.0)",
        "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by",
        "  Downloading numba-1-py3-none-any.whl (3.8 MB)",
        "Installing collected packages: numba, scipy, mirlab",
        "",
    ):
        progress.hear(line)
        heard.append(progress.news)
    assert heard == [
        "finding packages (1) numba>=0.61",
        "finding packages (1) numba>=0.61",
        "finding packages (2) scipy-1-py3-none-any.whl",
        "no answer from the network, trying again",
        "downloading (1) numba-1-py3-none-any.whl",
        "installing 3 packages",
        "installing 3 packages",
    ]
    assert len(capsys.readouterr().out.splitlines()) == 5, "away from a terminal, each stage is one line"


def test_progress_stays_on_one_line_of_a_terminal(course, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    with course.Progress("starting pip") as progress:
        progress.draw("x" * 50)
    assert capsys.readouterr().out == "\r" + "x" * 19 + "\r" + " " * 19 + "\r"


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


# ------------------------------------------------------------------------------------------------ for real


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Set up a tiny course by two processes that start at once, from elsewhere, with traps in the way."""
    root = tiny_course(tmp_path_factory.mktemp("real") / "a course").resolve()
    trap = root.parent / "trap"
    (trap / "mirlab").mkdir(parents=True)
    (trap / "mirlab" / "__init__.py").write_text("raise SystemExit('the wrong mirlab')")
    environment = os.environ | {
        "PYTHONPATH": str(trap),
        "PIP_CONFIG_FILE": os.devnull,
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
        )

    def run(*arguments):
        process = start(*arguments)
        out, err = process.communicate()
        assert err == "", out
        return out, process.returncode

    first, second = start("lab", "two words"), start("lab", "two words")
    run.root, run.trap = root, trap
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


def installed(real):
    """When an installer last ran, and what the stamp then said."""
    log, stamp = real.root / ".venv" / "course.log", real.root / ".venv" / "course.json"
    return log.stat().st_mtime_ns, stamp.read_text()


def test_next_run_installs_nothing(real):
    before = installed(real)
    out, code = real("doctor", "--json")
    assert code == 7
    assert json.loads(out)["arguments"] == ["doctor", "--json"], "nothing but mirlab's own words"
    assert installed(real) == before


def test_tests_run_in_the_course(real):
    out, code = real("test", "-k", "warp")
    ran = json.loads(out.splitlines()[-1])
    assert code == 7
    assert (ran["module"], ran["arguments"], ran["folder"]) == ("pytest", ["-k", "warp"], str(real.root))
    before = installed(real)
    assert json.loads(before[1])["extras"] == ["test"]
    assert json.loads(real("lab")[0])["module"] == "mirlab.cli"
    assert installed(real) == before


def test_changed_constraints_are_installed(real):
    before = installed(real)
    (real.root / "constraints.txt").write_text("nothing==2\n")
    out, code = real("lab")
    assert code == 7 and out.startswith("Bringing .venv up to date.")
    assert installed(real) != before
