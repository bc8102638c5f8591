"""Put the sources of the pages into a folder: notebooks with their outputs, documents, reference, first page.

Notebooks stay notebooks, and documents stay Markdown. What is changed: a link to something that is no page
becomes plain text, a quiz gets its answers, and sentences that only hold in JupyterLab are replaced.
"""

import json
import posixpath
import re
from html import escape
from pathlib import Path

from babel import Locale

from mirlab import lessons, paths
from mirlab.errors import LessonError, MirlabError
from mirlab.lessons import glossary, translating
from mirlab.show.cards import Card
from mirlab.show.language import said, speaking
from mirlab.site import quiz_pages, reference

DOCUMENTS = ("docs/*.md", "data/cards/*.md", "CONTRIBUTING.md", "CHANGELOG.md")
PICTURES = ("docs/images/*", "data/cards/*.png")
TEACHERS = "teachers"
FOR_TEACHERS = f"""# For teachers

<a href="{TEACHERS}/index.html">The teacher's pack</a> has a guide, slides, a handout and a solved notebook
for each lesson, and plans for a course of several sessions. Guides and solved notebooks hold all answers.
"""
ONLY_HERE = {
    "To use the controls, run this cell.": "The controls, and what they play, are in the notebook.",
    "Run the cells from the top, one after the other: Shift+Enter.": "This page shows the notebook as it "
    "was run once. To try, to change and to check answers, open the notebook: see the first page.",
}
"""Sentences of outputs that hold in JupyterLab, and what the pages say instead."""

PROGRESS = Card(
    "progress",
    "on your machine",
    "In the notebook, this cell shows what you have solved. These pages keep nothing.",
)


def choose(numbers=None) -> list:
    """Return the lessons with these numbers, whose leading zeros may be left out; all if not given.

    Raises
    ------
    MirlabError
        If there is no such lesson.
    """
    course = {lesson.number: lesson for lesson in lessons.course()}
    for number in numbers or ():
        if number.zfill(2) not in course:
            raise LessonError(f"there is no lesson {number!r}; there are {', '.join(course)}")
    return [course[number.zfill(2)] for number in (numbers or course)]


def stage(folder: Path, chosen: list, rooms=None, *, teachers: bool = False) -> None:
    """Write the sources of all pages.

    Parameters
    ----------
    folder : pathlib.Path
        A folder that does not exist.
    chosen : list of Lesson
        The lessons.
    rooms : list of str, optional
        The rooms of the reference; all if not given.
    teachers : bool
        Whether there is a page that leads to the teacher's pack, in the folder `TEACHERS`.

    Raises
    ------
    MirlabError
        If a file of the course is missing or damaged.
    """
    root = paths.COURSE
    if not (root / "README.md").is_file() or not chosen[0].path.is_file():
        raise MirlabError(f"{root}: the notebooks are not here; build the pages in a clone of the course")
    documents = [file.relative_to(root).as_posix() for kind in DOCUMENTS for file in sorted(root.glob(kind))]
    groups = {"Lessons": {_place(lesson): (lesson, "") for lesson in chosen}}
    for language in translating.languages(chosen[0].package):
        groups[Locale(language).display_name] = {
            _place(lesson, language): (lesson, language)
            for lesson in chosen
            if translating.translated(lesson, language).is_file()
        }
    notebooks = {name: one for group in groups.values() for name, one in group.items()}
    staged = {*documents, *notebooks}
    for picture in (file for kind in PICTURES for file in root.glob(kind)):
        _write(folder / picture.relative_to(root), picture.read_bytes())
        staged.add(picture.relative_to(root).as_posix())
    texts = {name: (root / name).read_text(encoding="utf-8") for name in documents}
    texts["docs/glossary.md"] = glossary.page(chosen)
    texts["references.md"] = references(chosen)
    if teachers:
        texts["for-teachers.md"] = FOR_TEACHERS
    rooms = reference.rooms() if rooms is None else rooms
    texts["index.md"] = (root / "README.md").read_text(encoding="utf-8") + _contents(
        groups, list(texts), rooms
    )
    texts |= {f"api/{room}.md": reference.page(room) for room in rooms}
    for name, text in texts.items():
        _write(folder / name, linked(text, name, staged))
    for name, (lesson, language) in notebooks.items():
        words = translating.sentences(language, lesson.number, lesson.package) if language else {}
        with speaking(language, words):
            _write(folder / name, json.dumps(_page(lesson, name, staged)))
    _write(folder / "_static/site.js", quiz_pages.script())
    _write(folder / "_static/site.css", quiz_pages.style())


def references(chosen: list) -> str:
    """Return the page with the references of the lessons.

    Examples
    --------
    >>> print(references(choose(["00"]))[:12])
    # References
    """
    parts = ["# References\n\nWhat each lesson gives you to read on.\n"]
    for lesson in chosen:
        points = "\n".join(f"- {work}" for work in lesson.references)
        parts.append(f"## [{lesson.heading}](notebooks/{lesson.notebook}.ipynb)\n\n{points}\n")
    return "\n".join(parts)


def linked(text: str, name: str, staged: set) -> str:
    """Return Markdown in which a link within the course that leads to no page is only its text.

    Parameters
    ----------
    text, name : str
        The Markdown, and the path of its page.
    staged : set of str
        The paths that are pages or pictures.

    Examples
    --------
    >>> linked("[a](b.md), [c](../d/e.md#f), [g](https://h)", "d/i.md", {"d/e.md"})
    'a, [c](../d/e.md#f), [g](https://h)'
    """

    def keep(found):
        target = found[2].partition("#")[0]
        return found[0] if _stays(target, name, staged) else found[1]

    return re.sub(r"(?<!!)\[([^]]*)\]\(([^)\s]+)\)", keep, text)


def _stays(target: str, name: str, staged: set) -> bool:
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    return not target or bool(re.match(r"\w+:", target)) or inside in staged


def _place(lesson, language: str = "") -> str:
    file = translating.translated(lesson, language) if language else lesson.path
    return file.relative_to(paths.COURSE).as_posix()


def _page(lesson, name: str, staged: set) -> dict:
    """Return the notebook of a lesson, in the language that is spoken, as it is shown on a page."""
    file = paths.COURSE / name
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                cell["source"] = linked(source, name, staged)
            elif source.strip() == "here.quiz()":
                cell["outputs"] = [_output(quiz_pages.as_html(lesson))]
                cell["metadata"]["tags"] = ["remove-input"]
            elif source.strip() == "here.progress()":
                cell["outputs"] = [_output(PROGRESS.html(role="note"))]
            elif cell["cell_type"] == "code":
                if cell["metadata"].get("jupyter", {}).get("source_hidden"):
                    cell["metadata"]["tags"] = ["hide-input"]
                for output in cell["outputs"]:
                    _adapt(output.get("data", {}), name, staged)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MirlabError(f"{file}: this notebook cannot be read ({error})") from error
    return notebook


def _output(html: str) -> dict:
    data = {"text/html": html, "text/plain": ""}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def _adapt(data: dict, name: str, staged: set) -> None:
    """Change an output in place: its links lead to pages, and its sentences hold on a page."""
    if "text/html" not in data:
        return

    def link(found):
        target, text = found[1], found[2]
        if not _stays(target, name, staged):
            return text
        return f'<a href="{re.sub(r"[.](ipynb|md)$", ".html", target)}">{text}</a>'

    html = "".join(data["text/html"])
    html = re.sub(r'<a href="([^"]*)">(.*?)</a>', link, html)
    for sentence, instead in ONLY_HERE.items():
        html = html.replace(escape(said(sentence), quote=False), escape(said(instead), quote=False))
    data["text/html"] = html


def _contents(lessons: dict, documents: list, rooms: list) -> str:
    looked_up = ("docs/glossary.md", "references.md", "docs/results.md", "for-teachers.md")
    first = [name for name in looked_up if name in documents]
    groups = {
        **lessons,
        "To look up": first,
        "Documents": [name for name in documents if name not in first],
        "API reference": [f"api/{room}.md" for room in rooms],
    }
    return "\n## All pages\n" + "".join(
        f"\n```{{toctree}}\n:maxdepth: 1\n:caption: {caption}\n\n"
        + "\n".join(name.rpartition(".")[0] for name in names)
        + "\n```\n"
        for caption, names in groups.items()
        if names
    )


def _write(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
