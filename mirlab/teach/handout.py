"""The handout of a lesson, to print: aims, terms, predictions to write in, tasks; no answers."""

from mirlab.lessons import stored
from mirlab.show.cards import inline
from mirlab.teach import markdown
from mirlab.teach.frame import code, definitions, link, page, points

LINE = '<div class="line"></div>'


def as_page(lesson) -> str:
    """Return the handout of a lesson as a page.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Returns
    -------
    str
    """
    body = [
        f'<nav aria-label="Pack">{link("All lessons", "../index.html")}</nav>'
        f"<header><h1>{inline(lesson.heading)}</h1><p><strong>{inline(lesson.question)}</strong></p>"
        f'<p class="blank">Name</p></header>',
        "<h2>After this lesson you will be able to</h2>" + points(map(inline, lesson.objectives)),
        _predictions(lesson),
        "<h2>Terms</h2>" + definitions(lesson.terms) if lesson.terms else "",
        _tasks(lesson),
        "<h2>What do you think?</h2>"
        f"<p>“{inline(lesson.misconception)}” Do you agree? Write your answer before the lesson, and read it "
        f"again after it.</p>{LINE * 3}",
        f'<div class="keep"><h2>My notes</h2>{LINE * 6}</div>',
    ]
    return page(f"Handout: {lesson.heading}", "\n".join(filter(None, body)), style="paper.css")


def _predictions(lesson):
    parts = []
    for one in lesson.predictions:
        boxes = "".join(f'<span class="box">☐ {inline(choice)}</span>' for choice in one.choices)
        answer = boxes or f'<span class="blank">{inline(one.unit)}</span>'
        result = '<span class="blank">The result</span>'
        parts.append(f'<div class="keep"><p>{inline(one.question)}</p><p>{answer}</p><p>{result}</p></div>')
    return "<h2>My predictions</h2>" + "".join(parts) if parts else ""


def _tasks(lesson):
    parts = []
    for name, task in stored.tasks(lesson).items():
        kind = vars(lesson.ex)[name].kind
        text = f"<h3><code>{inline(name)}</code> ({kind})</h3>{markdown.block(task.text)}{code(task.code)}"
        parts.append(f'<div class="keep">{text}{LINE * 3}</div>')
    return "<h2>Exercises</h2>" + "".join(parts) if parts else ""
