"""Pictures of a class: one for each lesson that somebody has begun, and a page that shows them all."""

from html import escape
from pathlib import Path

from mirlab import paths, plots
from mirlab.classes.tables import predicted, standing, table
from mirlab.errors import StoreError
from mirlab.show.cards import image
from mirlab.show.figures import save

PAGE = "class.html"


def write_pictures(classroom, folder) -> list[Path]:
    """Write a picture of each lesson that somebody has begun, and a page with all of them and their words.

    Parameters
    ----------
    classroom : Classroom
        From `mirlab.classes.read`.
    folder : str or Path
        It is made if it is missing; older pictures in it are replaced.

    Returns
    -------
    list of Path
        The page, and the pictures.

    Raises
    ------
    StoreError
        If they cannot be written.
    """
    folder, rows, drawn = Path(folder), table(classroom), {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for lesson in classroom.lessons:
            mine = rows[rows["lesson"] == lesson.number]
            if mine["solved"].any() or mine["tries"].any() or (mine["answer"] != "").any():
                file = folder / f"lesson{lesson.number}.png"
                figure = picture(lesson, mine)
                save(figure, file)
                drawn[file] = lesson, figure.alt
        page = folder / PAGE
        paths.write_atomically(page, _page(drawn))
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder}: no picture can be kept there ({error.strerror}); name another one"
        ) from error
    return [page, *drawn]


def picture(lesson, rows):
    """Draw one lesson from its rows of the table."""
    predictions = [
        (one.name, one.choices, one.unit, given) for one, given in predicted(lesson, rows) if given
    ]
    marks = rows[rows["kind"] != "prediction"]
    return plots.lesson_of_a_class(marks, standing(marks), predictions, title=lesson.heading)


def _page(drawn) -> str:
    parts = [
        f"<h2>{escape(lesson.heading)}</h2>\n{image(file.name, alt)}" for file, (lesson, alt) in drawn.items()
    ]
    body = "\n".join(parts) or "<p>Nobody has begun a lesson.</p>"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>The class</title>\n'
        f"</head>\n<body>\n<main>\n<h1>The class</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
