"""A page to print that says what was solved on this machine, and what that does not show."""

from datetime import date
from html import escape

from mirlab import __version__
from mirlab.lessons import progress
from mirlab.lessons.hand_in import checked_name

STYLE = """
body { font: 12pt/1.5 Georgia, "DejaVu Serif", serif; color: #111; background: #fff; max-width: 40em;
  margin: 3em auto; padding: 0 1em }
h1 { font-size: 1.6em; font-weight: normal; border-bottom: 2px solid #1b6ca8; padding-bottom: .3em }
.name { font-size: 1.4em; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .2em .6em .2em 0; border-bottom: 1px solid #767676 }
td + td, th + th { text-align: right; white-space: nowrap }
.small { font-size: .85em }
@page { margin: 2cm }
@media print { body { margin: 0; padding: 0; max-width: none } tr { break-inside: avoid } }
"""


def page(lessons, name: str = "", *, on: date | None = None) -> str:
    """Return a page to print, as HTML that needs no other file.

    Parameters
    ----------
    lessons : list of Lesson
        Such as `mirlab.lessons.course()`.
    name : str
        What the learner wants to be called; without a name, there is a line to write on.
    on : date, optional
        The date; today if not given.

    Returns
    -------
    str

    Raises
    ------
    LessonError
        If the name cannot be shown in one line.
    StoreError
        If progress cannot be read.

    Examples
    --------
    >>> "The course cannot know who solved the exercises." in page([], "Ada")
    True
    """
    name = checked_name(name)
    table = progress.summary(lessons)
    cells = [
        (f"{row[0]} {escape(row[1])}", f"{row[2]} of {row[3]}", f"{row[4]} of {row[5]}")
        for row in table.itertuples(index=False)
    ]
    rows = "\n".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    sums = table.drop(columns=["lesson", "title"]).sum().astype(int)
    day = on or date.today()
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Transfer learning in music information retrieval: what was solved</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>Transfer learning in music information retrieval</h1>
<p class="name" dir="auto">{escape(name) or "Name: ______________________________"}</p>
<p>The progress file of this machine says on {day.day} {day:%B %Y}, when this page was made, that
{sums.iloc[0]} of {sums.iloc[1]} exercises and {sums.iloc[2]} of {sums.iloc[3]} questions of the
course are solved.</p>
<table>
<thead>
<tr><th scope="col">Lesson</th><th scope="col">Exercises</th><th scope="col">Questions</th></tr>
</thead>
<tbody>
{rows}
</tbody>
</table>
<p class="small">“Solved” means that the course's own check accepted an answer. Hints and solutions are
open to all learners, and the number of tries is not limited. The course cannot know who solved the exercises.
The name is what was typed. Nobody has examined this page, and it is no grade.
Made with mirlab {__version__}.</p>
</main>
</body>
</html>
"""
