"""Where the course is published: one table says so, and every link follows from it."""

import importlib.util
import json
import re
import shutil
import subprocess

import pytest

from mirlab import cli, paths, repository
from mirlab.errors import MirlabError

COURSE = paths.COURSE


def code_of(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


OWN = {"pyproject.toml", "mirlab/repository.py", "tests/test_repository.py", repository.COLAB.as_posix()}


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A copy of the files that hold the address."""
    for file in [COURSE / "pyproject.toml", *repository.pages()]:
        copy = tmp_path / file.relative_to(COURSE)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(file, copy)
    shutil.copytree(COURSE / "notebooks", tmp_path / "notebooks")
    monkeypatch.setattr(paths, "COURSE", tmp_path)
    return tmp_path


def test_what_follows_from_the_address_is_up_to_date(clone):
    """Of the notebook for Colab only the code; each release writes it again, with the words of its lesson."""
    before = json.loads((COURSE / repository.COLAB).read_text(encoding="utf-8"))
    changed = repository.publish()
    after = json.loads((clone / repository.COLAB).read_text(encoding="utf-8"))
    assert changed == [clone / repository.COLAB], "run `mirlab repository`"
    assert code_of(before) == code_of(after), "run `mirlab repository`"


def test_one_command_changes_every_link(clone, capsys):
    assert cli.main(["repository", "our-school/mir_lab.2", "--tag", "autumn/v1.0"]) == 0
    assert "our-school/mir_lab.2/blob/autumn/v1.0/deploy/colab.ipynb" in capsys.readouterr().out
    text = (clone / "README.md").read_text(encoding="utf-8")
    assert "/our-school/mir_lab.2/autumn/v1.0?urlpath=lab/tree/notebooks/00_start_here.ipynb\n" in text
    assert "--branch autumn/v1.0 https://github.com/our-school/mir_lab.2 " in (
        clone / repository.COLAB
    ).read_text(encoding="utf-8")
    assert all(repository.NOWHERE not in page.read_text(encoding="utf-8") for page in repository.pages())
    before = (COURSE / "pyproject.toml").read_text(encoding="utf-8")
    after = (clone / "pyproject.toml").read_text(encoding="utf-8")
    assert len(before.splitlines()) == len(after.splitlines())
    assert len(set(before.splitlines()) - set(after.splitlines())) == 2
    assert repository.publish() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["repo"],
        ["a/b/c"],
        ["-a/b"],
        ["a/b$(x)"],
        ["a/b\n"],
        ['a/b"'],
        ["a/b", "--tag", "x y"],
        ["a/..", "--tag", ""],
    ],
)
def test_what_is_no_address_changes_nothing(clone, arguments, capsys):
    before = (clone / "pyproject.toml").read_bytes()
    assert cli.main(["repository", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (clone / "pyproject.toml").read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"[tool", b"[tool.mirlab]\nrepository = 1", b"\xff", b"[tool]\nmirlab = 2"]
)
def test_a_damaged_project_file_is_one_sentence(clone, content):
    (clone / "pyproject.toml").write_bytes(content)
    with pytest.raises(MirlabError, match=r"\[tool.mirlab\]"):
        repository.address()


def test_no_other_file_writes_the_address_by_hand():
    listed = subprocess.run(["git", "ls-files"], cwd=COURSE, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no clone")
    name = repository.address()["repository"]
    hosts = "mybinder.org/v2|codespaces.new/|colab.research.google.com/github"
    for line in listed.stdout.splitlines():
        file = COURSE / line
        if line in OWN or file.suffix in {".png", ".json"} or not file.is_file():
            continue
        text = repository.BLOCK.sub("", file.read_text(encoding="utf-8", errors="replace"))
        assert not re.search(rf"{re.escape(name)}|{hosts}", text), line


def test_every_link_by_name_is_in_the_block():
    for page in repository.pages():
        named = set(re.findall(r"\]\[(\w+)\]", page.read_text(encoding="utf-8")))
        assert named <= set(repository.links()), page


def test_the_notebook_for_colab_is_the_first_lesson_without_outputs():
    notebook = json.loads(repository.colab_notebook())
    lesson = json.loads((COURSE / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    assert ["".join(cell["source"]) for cell in notebook["cells"][2:]] == [
        "".join(cell["source"]) for cell in lesson["cells"]
    ]
    assert not any(cell.get("outputs") for cell in notebook["cells"])


def test_colab_keeps_the_packages_of_its_kernel():
    spec = importlib.util.spec_from_file_location("on_colab", COURSE / "deploy" / "on_colab.py")
    on_colab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(on_colab)
    lines = ["ipython>=8.24", "numpy>=2.0", "jupyterlab>=4.2,<5", "librosa>=0.11,<2"]
    assert on_colab.needed(lines) == ["numpy>=2.0", "librosa>=0.11,<2"]


def test_the_codespace_is_set_up_by_the_course():
    container = json.loads((COURSE / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    environment = (COURSE / "environment.yml").read_text(encoding="utf-8")
    assert f"- {container['image'].replace(':', '=')}\n" in environment
    assert container["onCreateCommand"].startswith("python3 course.py lab ")
    for file in container["customizations"]["codespaces"]["openFiles"]:
        assert (COURSE / file).is_file()
