"""A quiz on a page without a kernel: the widget's own script, with the answers in the page."""

import json
from html import escape
from pathlib import Path

import mirlab.lessons
import mirlab.show.controls
from mirlab.lessons import quiz
from mirlab.show.cards import Card, inline
from mirlab.show.language import said

HERE = Path(__file__).parent


def as_html(lesson) -> str:
    """Return the quiz of a lesson: readable as it is, and brought to life by `script`.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Returns
    -------
    str
        One ``<div class="mirlab-quiz">`` per question. Without scripts, and on paper, the answers are below.

    Examples
    --------
    >>> from mirlab import lessons
    >>> as_html(lessons.open("00")).count('class="mirlab-quiz"')
    3
    """
    return "".join(_question(question, i) for i, question in enumerate(lesson.questions, 1))


def _question(question, number: int) -> str:
    name, shown = f"question {number}", quiz.shown(question, number)
    cards = {kind: Card(kind, name, "\0").html(role="note").split("\0") for kind in ("right", "wrong")}
    feedback = [inline(said(choice.feedback)) for choice in question.choices]
    choices = [inline(choice) for choice in shown["choices"]]
    data = {
        "question": shown,
        "right": [choice.right for choice in question.choices],
        "feedback": feedback,
        "labels": choices,
        "cards": cards,
        "none": Card("not attempted", name, "Choose an answer, then press Check.").html(role="note"),
        "more": inline(said("There is more to take.")),
    }
    judged = [said("Right" if choice.right else "Wrong") for choice in question.choices]
    answers = zip(choices, judged, feedback, strict=True)
    solved = "".join(f"<li>{choice}: <em>{right}.</em> {why}</li>" for choice, right, why in answers)
    return (
        f'<div class="mirlab-quiz" data-quiz="{escape(json.dumps(data))}">'
        f"<p><strong>{shown['title']}</strong> {inline(shown['text'])}</p>"
        f'<ol type="a">{"".join(f"<li>{choice}</li>" for choice in choices)}</ol>'
        f"<details><summary>{said('Answers')}</summary><ul>{solved}</ul></details></div>"
    )


def script() -> str:
    """Return the script of all pages. It is no module: pages that are opened as files cannot load modules."""
    widget = "\n".join(
        Path(file).read_text(encoding="utf-8")
        for file in (
            mirlab.show.controls.SHARED,
            Path(mirlab.lessons.__file__).with_name("quiz.js"),
        )
    )
    page = (HERE / "site.js").read_text(encoding="utf-8")
    return f"(() => {{\n{widget.replace('export default', 'const quiz =')}\n{page}}})();\n"


def style() -> str:
    """Return the style sheet of all pages."""
    files = (
        mirlab.show.controls.SHARED.with_suffix(".css"),
        Path(mirlab.lessons.__file__).with_name("quiz.css"),
        HERE / "site.css",
    )
    return "\n".join(Path(file).read_text(encoding="utf-8") for file in files)
