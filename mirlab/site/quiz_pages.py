"""A quiz on a page without a kernel: the widget's own script, with the answers in the page."""

import json
from html import escape
from pathlib import Path

import mirlab.lessons
import mirlab.show.controls
from mirlab.show.cards import Card, Points, inline

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
    text = question.text + (" Choose all that apply." if question.several else "")
    shown = {
        "number": number,
        "text": text,
        "choices": [choice.text for choice in question.choices],
        "several": question.several,
    }
    name = f"question {number}"
    cards = {kind: Card(kind, name, "\0").html(role="note").split("\0") for kind in ("right", "wrong")}
    data = {
        "question": shown,
        "right": [choice.right for choice in question.choices],
        "feedback": [inline(choice.feedback) for choice in question.choices],
        "labels": [inline(choice.text) for choice in question.choices],
        "cards": cards,
        "none": Card("not attempted", name, "Choose an answer, then press Check.").html(role="note"),
    }
    choices = "".join(f"<li>{inline(choice.text)}</li>" for choice in question.choices)
    answers = Points(
        f"{choice.text}: {'right' if choice.right else 'not right'}. {choice.feedback}"
        for choice in question.choices
    )
    solved = "".join(f"<li>{inline(answer)}</li>" for answer in answers)
    return (
        f'<div class="mirlab-quiz" data-quiz="{escape(json.dumps(data))}">'
        f"<p><strong>Question {number}.</strong> {inline(text)}</p>"
        f'<ol type="a">{choices}</ol>'
        f"<details><summary>Answers to question {number}</summary><ul>{solved}</ul></details></div>"
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
