"""Translations: a folder of sentences (.po files) and a folder of notebooks for each language.

``contents/de/lesson05.po`` holds the sentences of lesson 05, and ``contents/de/words.po`` those that all
lessons share; both are keyed by the English sentence, so a sentence that changes is noticed. In
``notebooks/de``, each cell keeps the id of the English cell, and a hash of the English text that it
translates. `faults` says what is missing or stale. See docs/translating.md.
"""

import ast
import hashlib
import re
from importlib import resources
from pathlib import Path

from mirlab import paths
from mirlab.errors import LessonError

MARK = "translates"
WORDS = "words.po"
SPEAKING = ("lessons", "show", "doctor", "site", "corpus", "widgets")
"""Rooms whose sentences a learner of a translated lesson may read."""


def languages(package: str) -> list[str]:
    """Return the codes of the languages that a course is translated into.

    Examples
    --------
    >>> languages("mirlab.lessons.contents")
    ['de']
    """
    folders = resources.files(package).iterdir()
    return sorted(one.name for one in folders if one.is_dir() and one.joinpath(WORDS).is_file())


def sentences(language: str, number: str, package: str) -> dict[str, str]:
    """Return English sentences and templates with their translations, for one lesson.

    Parameters
    ----------
    language, number, package : str
        The code of the language, the number of the lesson, and the course.

    Raises
    ------
    LessonError
        If the course is not translated into this language, or a file is damaged.

    Examples
    --------
    >>> sentences("de", "00", "mirlab.lessons.contents")["Start here"]
    'Hier beginnen'
    """
    if language not in languages(package):
        known = ", ".join(languages(package)) or "none"
        raise LessonError(f"there is no translation into {language!r}; there are: {known}")
    folder = resources.files(package).joinpath(language)
    found = _read(folder.joinpath(WORDS))
    lesson = folder.joinpath(f"lesson{number}.po")
    return found | (_read(lesson) if lesson.is_file() else {})


def _read(file) -> dict[str, str]:
    from babel.messages.pofile import PoFileError, read_po  # here, since English needs no Babel

    try:
        with file.open("rb") as f:
            catalog = read_po(f, abort_invalid=True)
    except (OSError, ValueError, LookupError, PoFileError) as error:  # older Babel: LookupError
        raise LessonError(f"{file.name}: this file of a translation cannot be read ({error})") from error
    return {one.id: one.string for one in catalog if one.id and one.string and not one.fuzzy}


def texts(lesson) -> list[str]:
    """Return the sentences of a lesson that a learner reads outside of its notebook, in English.

    Examples
    --------
    >>> from mirlab import lessons
    >>> texts(lessons.open("00"))[0]
    'Start here'
    """
    found = [lesson.title, lesson.question, *lesson.objectives, *lesson.key_points]
    found += [lesson.misconception, lesson.instead, lesson.hear, lesson.move]
    for question in lesson.questions:
        found.append(question.text)
        found += [text for choice in question.choices for text in (choice.text, choice.feedback)]
    for prediction in lesson.predictions:
        found += [text for text in (prediction.question, prediction.unit) if text]
    for exercise in vars(lesson.ex).values():
        found += [*exercise.hints, exercise.reason, *(message for message, _ in exercise.mistakes)]
        found += [name for name in exercise.cases(0) if name]
    return list(dict.fromkeys(found))


def templates() -> set[str]:
    """Return every text in the code that a learner may read, with ``{}`` in the place of values.

    Examples
    --------
    >>> "On all {} inputs." in templates()
    True
    """
    root = resources.files("mirlab")
    found = set()
    for file in (file for room in SPEAKING for file in Path(str(root)).glob(f"{room}/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.add("".join(x.value if isinstance(x, ast.Constant) else "{}" for x in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def faults(language: str, course: list) -> list[str]:
    """Say what of a translation is missing or stale, in one sentence each.

    Parameters
    ----------
    language : str
        Its code.
    course : list of Lesson
        Such as `mirlab.lessons.course()`. A lesson without a translated notebook is not looked at.

    Returns
    -------
    list of str
        Empty if all is well.
    """
    package = course[0].package
    folder = resources.files(package).joinpath(language)
    found = _strange(WORDS, _read(folder.joinpath(WORDS)), templates())
    for lesson in course:
        if translated(lesson, language).is_file():
            file = folder.joinpath(f"lesson{lesson.number}.po")
            have, want = _read(file) if file.is_file() else {}, texts(lesson)
            found += _strange(file.name, have, set(want))
            found += [
                f"{language}/{file.name}: {text!r} has no translation" for text in want if text not in have
            ]
            found += _stale_cells(lesson, language)
    return found


def _strange(name: str, have: dict, known: set) -> list[str]:
    found = [f"{name}: {text!r} is no longer in the English course" for text in have if text not in known]
    for text, translation in have.items():
        if "{}" in text:
            try:
                translation.format(*["x"] * text.count("{}"))
            except (IndexError, KeyError, ValueError):
                found.append(f"{name}: the translation of {text!r} has other places for values")
    return found


def translated(lesson, language: str) -> Path:
    """Return the file of the notebook of a lesson in another language."""
    return lesson.path.parent / language / lesson.path.name


def _stale_cells(lesson, language: str) -> list[str]:
    import nbformat  # here and below, since it takes a second or more, and no lesson needs it

    file = translated(lesson, language)
    where = file.relative_to(paths.COURSE).as_posix()
    english = {cell.id: _hash(cell.source) for cell in nbformat.read(lesson.path, as_version=4).cells}
    other = {cell.id: cell.metadata.get(MARK) for cell in nbformat.read(file, as_version=4).cells}
    if list(english) != list(other):
        odd = ", ".join(sorted(set(english) ^ set(other))) or "their order"
        return [f"{where}: its cells are not those of the English notebook: {odd}"]
    return [
        f"{where}: the English text of cell {name} has changed since it was translated"
        for name in english
        if english[name] != other[name]
    ]


def _hash(source: str) -> str:
    return hashlib.sha256(re.sub(r"\s+", " ", source).encode()).hexdigest()[:8]


def begin(language: str, lesson) -> None:
    """Make or update the files of a translation; what is translated already stays.

    Sentences that are new have an empty translation; those that are gone are kept as comments. A notebook
    that does not exist yet becomes a copy of the English one.

    Parameters
    ----------
    language : str
        Its code.
    lesson : Lesson
        The lesson.
    """
    import nbformat
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    folder = Path(str(resources.files(lesson.package))) / language
    folder.mkdir(exist_ok=True)
    template = Catalog()
    for text in texts(lesson):
        template.add(text)
    file = folder / f"lesson{lesson.number}.po"
    catalog = Catalog(locale=language, project="mirlab", fuzzy=False)
    if file.is_file():
        with file.open("rb") as f:
            catalog = read_po(f, locale=language)
    catalog.update(template)
    with file.open("wb") as f:
        write_po(f, catalog, width=110, omit_header=True)
    notebook = translated(lesson, language)
    if not notebook.is_file():
        copy = nbformat.read(lesson.path, as_version=4)
        for cell in copy.cells:
            call = f'lessons.open("{lesson.number}"'
            cell.source = cell.source.replace(f"{call})", f'{call}, language="{language}")')
        notebook.parent.mkdir(exist_ok=True)
        nbformat.write(copy, notebook)


def done(language: str, lesson) -> None:
    """Note that every cell of a notebook translates the English text of today.

    Parameters
    ----------
    language : str
        Its code.
    lesson : Lesson
        The lesson.
    """
    import nbformat

    file = translated(lesson, language)
    english = {cell.id: cell.source for cell in nbformat.read(lesson.path, as_version=4).cells}
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.id in english:
            cell.metadata[MARK] = _hash(english[cell.id])
    nbformat.write(notebook, file)
