"""Say where the course is published, and write everything that follows from it.

The table ``[tool.mirlab]`` of pyproject.toml names the public repository and the branch or tag that learners
get. Nothing else names them by hand: `publish` writes the links of each page and the notebook for Colab.
"""

import json
import re
import tomllib
from pathlib import Path

from mirlab import lessons, paths
from mirlab.errors import MirlabError, printable

NOWHERE = "ORG/REPO"
"""What stands in place of the repository while the course is not published."""

SHAPES = {
    "repository": re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9][A-Za-z0-9._-]*"),
    "tag": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*"),
}
LINKS = {
    "source": "https://github.com/{repository}",
    "binder": "https://mybinder.org/v2/gh/{repository}/{tag}?urlpath=lab/tree/notebooks/{first}.ipynb",
    "codespaces": "https://codespaces.new/{repository}/tree/{tag}",
    "colab": "https://colab.research.google.com/github/{repository}/blob/{tag}/deploy/colab.ipynb",
}
BLOCK = re.compile(r"(?s)(?<=<!-- links: from mirlab repository -->\n).*?(?=<!-- end of links -->)")
COLAB = Path("deploy", "colab.ipynb")


def address() -> dict[str, str]:
    """Return the repository and the tag that pyproject.toml names.

    Returns
    -------
    dict of str to str
        ``repository`` ("owner/name") and ``tag`` (a branch or a tag).

    Raises
    ------
    MirlabError
        If they are missing or are no such names.

    Examples
    --------
    >>> sorted(address())
    ['repository', 'tag']
    """
    try:
        entries = tomllib.loads(_project().read_text(encoding="utf-8"))["tool"]["mirlab"]
        found = {name: entries[name] for name in SHAPES}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        raise MirlabError(
            f"{_project()} has no [tool.mirlab] with repository and tag; run this in a clone of the course"
        ) from None
    return {name: _checked(name, value) for name, value in found.items()}


def links() -> dict[str, str]:
    """Return the address of each place where the course can be read or run.

    Returns
    -------
    dict of str to str
        ``source``, ``binder``, ``codespaces``, ``colab``.

    Examples
    --------
    >>> links()["binder"].endswith("00_start_here.ipynb")
    True
    """
    first = lessons.course()[0].notebook
    return {name: link.format(first=first, **address()) for name, link in LINKS.items()}


def block() -> str:
    """Return the lines of a Markdown page that say where its links lead."""
    return "".join(f"[{name}]: {link}\n" for name, link in links().items())


def publish(repository: str | None = None, tag: str | None = None) -> list[Path]:
    """Change the address of the course, and write everything that follows from it.

    Parameters
    ----------
    repository, tag : str, optional
        As in `address`; unchanged if not given.

    Returns
    -------
    list of pathlib.Path
        The files that changed.

    Raises
    ------
    MirlabError
        If a name is none, or this is no clone of the course.
    """
    address()
    project = _project().read_text(encoding="utf-8")
    for name, value in {"repository": repository, "tag": tag}.items():
        if value is not None:
            line = f'{name} = "{_checked(name, value)}"'
            project = re.sub(rf'(?sm)(^\[tool\.mirlab\]$.*?)^{name} = "[^"]*"$', rf"\g<1>{line}", project)
    changed = [_project()] if _write(_project(), project) else []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if _write(page, BLOCK.sub(lambda _: block(), text)):
            changed.append(page)
    colab = paths.COURSE / COLAB
    return changed + [colab] * _write(colab, colab_notebook())


def pages() -> list[Path]:
    """Return the pages of the course that hold such links."""
    files = [*paths.COURSE.glob("*.md"), *(paths.COURSE / "docs").glob("*.md")]
    return sorted(file for file in files if BLOCK.search(file.read_text(encoding="utf-8")))


COLAB_WORDS = """# The course on Google Colab

Use this page when Binder is full. Run the next cell first: it fetches the course, and the packages that Colab
lacks. The first lesson begins below it. Music is composed when a lesson needs it, which takes some minutes.

Colab keeps nothing of a session: save your progress to a file at the end of the lesson. For another lesson,
choose *File, Open notebook, GitHub*, and put the same cell before its first one."""

COLAB_START = """![ -d course ] || git clone --quiet --depth 1 --branch {tag} {source} course
%run course/deploy/on_colab.py"""


def colab_notebook() -> str:
    """Return the notebook for Colab: a cell that sets the course up, and the cells of the first lesson.

    Returns
    -------
    str
        Its JSON.

    Raises
    ------
    MirlabError
        If the notebook of the first lesson cannot be read.
    """
    lesson = lessons.course()[0].path
    try:
        notebook = json.loads(lesson.read_text(encoding="utf-8"))
        cells = [{name: cell[name] for name in ("cell_type", "id", "source")} for cell in notebook["cells"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise MirlabError(f"{lesson} is missing or damaged; get it again from the course") from None
    start = COLAB_START.format(source=links()["source"], **address())
    cells.insert(0, {"cell_type": "markdown", "id": "colab-00", "source": COLAB_WORDS})
    cells.insert(1, {"cell_type": "code", "id": "colab-01", "source": start})
    for cell in cells:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
        text = cell["source"]
        cell["source"] = text.splitlines(keepends=True) if isinstance(text, str) else text
    made = {"cells": cells, "metadata": notebook["metadata"], "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _project():
    return paths.COURSE / "pyproject.toml"


def _checked(name, value):
    if not isinstance(value, str) or not SHAPES[name].fullmatch(value):
        example = "owner/name, such as our-school/mirlab" if name == "repository" else "main, or v1.0"
        raise MirlabError(
            f"{name} {printable(str(value))!r} is no {name} of a public course; write {example}"
        )
    return value


def _write(file, text):
    """Write a file if it differs, and return whether it did."""
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return False
    paths.write_atomically(file, text)
    return True
