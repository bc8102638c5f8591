"""The stick: the right packages for each computer, a whole folder, and a start that needs no network."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from toy_course import toy_course

from mirlab import cli, paths
from mirlab.errors import NetworkError, StoreError
from mirlab.teach import stick, wheels

PROJECT = """
[build-system]
requires = ["builder>=1"]
[project]
dependencies = ["a>=1", "quiet ; sys_platform == 'win32'"]
[project.optional-dependencies]
train = ["jet ; sys_platform == 'linux'"]
other = ["never"]
"""
PINS = (
    "# made by hand\na==1.5\nb==2 ; sys_platform == 'linux'\nb==3 ; sys_platform != 'linux'\nc==1\nquiet==7\n"
)
NEEDS = {
    "a": ["B[plus]>=1", "never ; python_version < '3'", "c ; extra == 'unused'"],
    "b": ["c ; extra == 'plus'", "a"],
    "builder": ["quiet ; os_name == 'nt'"],
}
SAYS = """
import json, os, sys
pip = [os.environ["PIP_NO_INDEX"], os.environ["PIP_FIND_LINKS"]]
print(json.dumps([os.path.dirname(os.path.abspath(__file__)), sys.argv[1:], *pip]))
sys.exit(7)
"""


def wheel(folder, requirement, tag="py3-none-any"):
    """Write the wheel that a package index would send."""
    name, _, version = requirement.replace(">=", "==").partition("==")
    with zipfile.ZipFile(folder / f"{name}-{version or 9}-{tag}.whl", "w") as archive:
        lines = "".join(f"Requires-Dist: {one}\n" for one in NEEDS.get(name, []))
        archive.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\n{lines}\n")


@pytest.fixture
def index(monkeypatch):
    """Stand for pip; return what was asked of it."""
    asked = []

    def get(names, folder, options=()):
        asked.append((sorted(names), list(options)))
        for name in names:
            wheel(folder, name)

    monkeypatch.setattr(wheels.download, "__kwdefaults__", wheels.download.__kwdefaults__ | {"get": get})
    return asked


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "root" / "constraints.txt").write_text(PINS)
    (tmp_path / "root" / "course.py").write_text('import os\n\nA, B = 1, 2\nCOURSE = ["train"]\n')
    return tmp_path / "root"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux-x86_64", ["a==1.5", "b==2", "builder>=1", "c==1", "editables", "jet"]),
        ("windows-x86_64", ["a==1.5", "b==3", "builder>=1", "c==1", "editables", "quiet==7"]),
    ],
)
def test_packages_are_those_that_the_other_computer_needs(index, root, tmp_path, platform, expected):
    target = wheels.Target(platform, "3.12" if sys.version_info[:2] != (3, 12) else "3.13")
    (tmp_path / "wheels").mkdir()
    found = wheels.download(tmp_path / "wheels", target, root=root)
    assert sorted(name for names, _ in index for name in names) == expected
    assert len(found) == len(expected)
    assert all(options[-2:] == ["--abi", "none"] for _, options in index)
    assert all(target.python in options for _, options in index)


def test_computers_of_one_stick_each_get_their_own_wheel(root, tmp_path):
    """Wheels of several computers are in one folder; a wheel that nobody gets is deleted from the stick."""
    (root / "pyproject.toml").write_text(PROJECT.replace('"a>=1", ', '"fast>=1", '))
    kinds = {
        "linux-x86_64": ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "3.12"),
        "linux-aarch64": ("cp313-cp313-manylinux2014_aarch64", "3.13"),
        "windows-x86_64": ("cp39-abi3-win_amd64", "3.12"),
        "macos-arm64": ("cp312-cp312-macosx_11_0_universal2", "3.12"),
        "macos-x86_64": ("py2.py3-none-macosx_10_9_x86_64", "3.11"),
    }

    def get(names, folder, options):
        for name in names:
            wheel(folder, name, tag if name.startswith("fast") else "py3-none-any")

    for platform, (tag, python) in [*kinds.items(), *reversed(kinds.items())]:
        target = wheels.Target(platform, python)
        found = [file.name for file in wheels.download(tmp_path, target, root=root, get=get)]
        assert f"fast-1-{tag}.whl" in found and sum("fast" in name for name in found) == 1


def test_this_computer_needs_no_options():
    assert wheels.this().options == [] and wheels.this().environment()["sys_platform"] == sys.platform


def test_the_course_itself_is_pinned_for_every_computer():
    """Every direct requirement has one version on each kind of computer."""
    text = (paths.COURSE / "constraints.txt").read_text(encoding="utf-8")
    for platform in wheels.PLATFORMS:
        for python in wheels.PYTHONS:
            pins = wheels.pinned(text, wheels.Target(platform, python).environment())
            assert {"numpy", "numba", "jupyterlab", "mistune", "packaging"} <= set(pins)
            assert ("colorama" in pins) == platform.startswith("windows")


def test_a_torn_wheel_is_reported(index, root, tmp_path, monkeypatch):
    monkeypatch.setitem(NEEDS, "a", ["not a requirement !"])
    with pytest.raises(NetworkError, match=r"a-1\.5.*\.whl: is not a whole wheel; delete it and try again"):
        wheels.download(tmp_path, wheels.this(), root=root)


# -- a stick of a toy course ------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A stick of the toy course, in a folder with a space; with a file of music and one of somebody else."""
    course = toy_course(tmp_path / "a course")
    (course / "course.py").write_text(SAYS)  # `test_course_for_real` has the set-up itself
    monkeypatch.setattr(paths, "COURSE", course)
    data = tmp_path / "data"
    for name in ("features/gtzan-synth/key/frames.npy", "features/mine/key/frames.npy", "networks/.lock"):
        (data / name).parent.mkdir(parents=True)
        (data / name).write_bytes(b"12345")
    monkeypatch.setenv("MIRLAB_DATA", str(data))

    def get(folder, target, progress=None):
        (folder / f"new-{target.python}.whl").touch()
        return [folder / f"new-{target.python}.whl"]

    folder = tmp_path / "a stick"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "old.whl").touch()
    (folder / stick.MARK).touch()
    (course / ".venv").mkdir()
    said = []
    size = stick.make(
        folder, [wheels.this()], ["features/gtzan-synth/key", "networks"], say=said.append, get=get
    )
    assert "what you wrote into notebooks" in said[0] and size > 1000
    return folder


def start(folder, *arguments, python=sys.executable, **environment):
    done = subprocess.run(
        [python, str(folder / "start.py"), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    return done.stdout, done.stderr, done.returncode


def test_what_is_on_the_stick(made):
    files = {file.relative_to(made).as_posix() for file in made.rglob("*") if file.is_file()}
    assert {stick.MARK, "start.py", "start.bat", "contents.json", "course/course.py"} <= files
    assert "course/data/built/features/gtzan-synth/key/frames.npy" in files
    assert not any("mine" in file or ".lock" in file or ".venv" in file for file in files)
    assert [file.name for file in (made / "wheels").iterdir()] == [f"new-{wheels.this().python}.whl"]
    assert f"Python {wheels.this().python} on {wheels.this().platform}" in (made / stick.MARK).read_text()


def test_it_starts_the_course_with_its_packages_and_keeps_what_is_there(made, tmp_path):
    """pip gets the packages as one address, although the path has a space."""
    home = tmp_path / "my home"
    (home / "mirlab-course.part").mkdir(parents=True)  # of a copy that was stopped
    environment = {"HOME": str(home), "USERPROFILE": str(home)}
    out, err, code = start(made, "doctor", "--all", **environment)
    assert (err, code) == ("", 7) and out.startswith("Copying the course to ")
    ran = json.loads(out.splitlines()[-1])
    assert ran == [str(home / "mirlab-course"), ["doctor", "--all"], "1", (made / "wheels").as_uri()]
    assert not (home / "mirlab-course.part").exists()
    (home / "mirlab-course" / "mine.txt").touch()
    out, err, code = start(made, **environment)
    assert (err, code) == ("", 7) and "Copying" not in out
    assert json.loads(out)[1] == ["lab"]
    assert (home / "mirlab-course" / "mine.txt").exists()


def spoil(folder, how):
    contents = json.loads((folder / "contents.json").read_text())
    if how == "cut":
        (folder / "course" / "course.py").write_text("")
    elif how == "missing":
        next((folder / "wheels").iterdir()).unlink()
    elif how == "unfinished":
        (folder / "contents.json").unlink()
    elif how == "torn":
        (folder / "contents.json").write_text('{"sizes": [')
    elif how == "foreign":
        (folder / "contents.json").write_text("[1]")
    elif how == "other":
        contents["targets"] = [["windows-x86_64", "2.7"]]
        (folder / "contents.json").write_text(json.dumps(contents))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("cut", "course/course.py is missing or cut off: copy the whole stick again"),
        ("missing", "wheels/new-"),
        ("unfinished", "this stick is not finished, or only a part of it was copied"),
        ("torn", "this stick is not finished"),
        ("foreign", "this stick is not finished"),
        ("other", "and the stick has packages for Python 2.7 on windows-x86_64: install one of these"),
    ],
)
def test_a_stick_that_is_not_whole_says_so(made, tmp_path, how, said):
    spoil(made, how)
    out, err, code = start(made, "--to", str(tmp_path / "there"))
    assert (out, code) == ("", 2) and err.count("\n") == 1
    assert err.startswith("start.py: ") and said in err
    assert not (tmp_path / "there").exists()


def test_a_folder_of_somebody_else_is_left_alone(made, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "thesis.txt").touch()
    _, err, code = start(made, "--to", str(tmp_path / "there"))
    assert code == 2 and "holds other files: name a new folder with --to" in err
    with pytest.raises(StoreError, match="holds other files"):
        stick.make(tmp_path / "there", [wheels.this()], [])


def test_a_course_without_its_files_makes_no_stick(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "COURSE", tmp_path / "site-packages")
    with pytest.raises(StoreError, match="is not the whole course; make a stick from a clone of it"):
        stick.make(tmp_path / "stick", [wheels.this()], [])
    assert not (tmp_path / "stick").exists()


def test_the_names_of_computers_are_the_same_on_both_sides(made):
    script = "import sys; sys.path.insert(0, sys.argv[1]); import start; print(start.platform_name())"
    done = subprocess.run(
        [sys.executable, "-c", script, str(made)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == wheels.this().platform


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_a_course_with_a_history_is_taken_as_it_was_committed(tmp_path, monkeypatch):
    """What a teacher has written into a notebook is not given to the class."""
    course = toy_course(tmp_path / "course")
    git = ["git", "-C", str(course), "-c", "user.name=a", "-c", "user.email=a@a.example"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    (course / "solution.txt").touch()
    monkeypatch.setattr(paths, "COURSE", course)
    said = []
    stick.make(tmp_path / "stick", [wheels.this()], [], say=said.append, get=lambda *_, **__: [])
    assert (tmp_path / "stick" / "course" / "course.py").is_file()
    assert not (tmp_path / "stick" / "course" / "solution.txt").exists()
    assert "your later changes are not on it" in said[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a folder for the pack with --out DIR, or for the stick with --stick DIR"),
        (["--out", "x", "--python", "3.12"], "--platform and --python are for a stick"),
        (
            ["--stick", "x", "--platform", "amiga"],
            "no packages can be chosen for amiga .*there are linux-x86",
        ),
        (["--out", "x", "--stick", "y", "--platform", "amiga"], "no packages can be chosen for amiga"),
        (["--stick", "x", "--python", "2.7"], "no packages can be chosen for .* with Python 2.7"),
    ],
)
def test_mistakes_on_the_command_line(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["teach", *arguments]) == 2
    err = capsys.readouterr().err
    assert err.startswith("mirlab: ") and re.search(said, err)
    assert not Path("x").exists()
