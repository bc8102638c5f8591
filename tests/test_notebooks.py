"""How every notebook is made: run in order, short cells, words for every picture, nothing from outside."""

import ast
import itertools
import re
import subprocess
import sys

import nbformat
import pytest

from mirlab import paths

FOLDER = paths.COURSE / "notebooks"
FILES = sorted(FOLDER.glob("*.ipynb"))
EVERY = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file):
    return nbformat.read(file, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@EVERY
def test_every_cell_was_run_in_order_in_a_fresh_kernel(file):
    counts = [cell.execution_count for cell in code_cells(read(file))]
    assert counts == list(range(1, len(counts) + 1))


@EVERY
def test_no_cell_failed_and_none_warned(file):
    for cell in code_cells(read(file)):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.get("text")


@EVERY
def test_cells_are_few_and_short(file):
    notebook = read(file)
    assert 20 <= len(notebook.cells) <= 38
    assert all(len(cell.source.splitlines()) <= 25 for cell in code_cells(notebook))
    shown = [
        cell for cell in code_cells(notebook)[1:] if not any(map(is_exercise, cell.metadata.get("tags", [])))
    ]
    lengths = sorted(len(cell.source.splitlines()) for cell in shown)
    assert lengths[len(lengths) // 2] <= 8


def is_exercise(tag):
    return tag.startswith("exercise:")


@EVERY
def test_there_is_as_much_to_read_as_a_lesson_should_have(file):
    words = sum(len(cell.source.split()) for cell in read(file).cells if cell.cell_type == "markdown")
    assert 900 <= words <= 1500


@EVERY
def test_headings_are_in_order(file):
    text = "\n".join(cell.source for cell in read(file).cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


@EVERY
def test_every_picture_has_words(file):
    for cell in read(file).cells:
        for html in [o["data"].get("text/html", "") for o in cell.get("outputs", []) if "data" in o] + [
            cell.source
        ]:
            for picture in re.findall(r"<img\b[^>]*>", html):
                assert re.search(r'alt="[^"]{15,}"', picture), picture[:200]
        assert "![](" not in cell.source
        for output in cell.get("outputs", []):  # a bare picture could not carry any
            assert "image/png" not in output.get("data", {})


@EVERY
def test_what_a_cell_makes_to_be_shown_is_shown(file):
    """A figure or a sound appears if it is the last line of its cell, or in `display`."""
    for cell in code_cells(read(file)):
        for line in ast.parse(cell.source).body[:-1]:
            assert not re.match(r"lessons\.(show|play)\(", ast.unparse(line)), cell.source


@EVERY
def test_nothing_comes_from_outside_or_from_one_machine(file):
    source = "\n".join(cell.source for cell in read(file).cells)
    text = re.sub(r"base64,[A-Za-z0-9+/=\\n]+", "", file.read_text(encoding="utf-8"))
    assert not re.search(r"(src|href)=\\?[\"']https?:", text)
    assert not re.search(r"(?<![\w/])(/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\Users)", text)
    assert not re.search(
        r"^\s*[!%](pip|conda|wget|curl)|urlopen|requests\.|urlretrieve", source, re.MULTILINE
    )


@EVERY
def test_it_is_small_enough_to_be_sent(file):
    assert file.stat().st_size < 1.5e6


@EVERY
def test_synthetic_data_are_called_synthetic(file):
    prose = " ".join(cell.source for cell in read(file).cells if cell.cell_type == "markdown")
    assert re.search(r"synthetic|-synth", prose)


def test_they_are_stored_clean():
    command = [
        *(sys.executable, "-m", "nbstripout", "--keep-output", "--keep-count", "--keep-id", "--verify"),
        *("--extra-keys", "metadata.widgets metadata.language_info.version cell.metadata.execution"),
    ]
    done = subprocess.run([*command, *map(str, FILES)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing_and_would_change_nothing():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."], cwd=paths.COURSE, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
