"""Slides of a lesson on one page: question, figures and sounds, predictions, exercises, quiz.

The order is that of the notebook. A prediction or a question is on a slide before its answer.
"""

import re
from html import escape
from string import ascii_lowercase

from mirlab.lessons import stored
from mirlab.show.cards import inline
from mirlab.teach import markdown
from mirlab.teach.frame import code, page, points

ROWS, COLUMNS = 12, 8
"""The largest table that can be read on a slide; larger ones are in the notebook only."""
WORDS = 60
"""A paragraph of at most so many words may be a slide of its own."""
NAMES = re.compile(r'"[^"]{2,}": TODO')
"""Things to sort that are only in the code; where the code has letters, the text says what they are."""


def as_page(lesson, others: list) -> str:
    """Return the slides of a lesson as a page.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    others : list of Lesson
        The course, for the title of the next lesson.

    Returns
    -------
    str
    """
    all_slides = [*_beginning(lesson), *_middle(lesson), *_end(lesson, others)]
    total = len(all_slides)
    body = "\n".join(
        f'<section class="slide" id="s{i}" aria-label="Slide {i} of {total}">{content}'
        f'<p class="place">{inline(lesson.number)} · {i}/{total}</p></section>'
        for i, content in enumerate(all_slides, 1)
    )
    return page(f"Slides: {lesson.heading}", f"<main>{body}</main>", style="slides.css", script="slides.js")


def _beginning(lesson):
    yield (
        f'<div class="middle"><p class="kind">{inline(lesson.number)}</p><h1>{inline(lesson.title)}</h1>'
        f"<p>{inline(lesson.question)}</p></div>"
    )
    yield "<h2>Afterwards you will be able to</h2>" + points(map(inline, lesson.objectives))
    yield (
        f'<h2>True or not?</h2><blockquote class="middle">“{inline(lesson.misconception)}”</blockquote>'
        "<p>Raise your hand now; we vote again at the end.</p>"
    )


def _middle(lesson):
    sections, tasks, results = stored.sections(lesson), stored.tasks(lesson), stored.results(lesson)
    last = next((s for s in reversed(sections) if s.count("interactive")), None)
    for section in sections:
        if section.heading == stored.OPENING:
            heading = markdown.block(_paragraph(section))
            made = [*_section(lesson, section, tasks, results, asked=False)]
        else:
            heading = f"<h2>{markdown.line(section.heading)}</h2>"
            made = [*_section(lesson, section, tasks, results, asked=section is last)]
            made = made or [markdown.block(_paragraph(section))]
        for content in filter(None, made):
            yield heading + content


def _paragraph(section):
    """Return the first paragraph that is short and whole, if there is one."""
    texts = "\n\n".join(step.text for step in section.steps if step.kind == "text").split("\n\n")
    whole = (t for t in texts if t.rstrip().endswith((".", "?", "**")) and not t.startswith("#"))
    return next((text for text in whole if len(text.split()) <= WORDS), "")


def _section(lesson, section, tasks, results, *, asked):
    """Yield the slides of a section; a sound is on the slide of the picture or the sound before it."""
    open_media, predictions = [], {one.name: one for one in lesson.predictions}
    for step in section.steps:
        if open_media and not (step.kind == "sound" and len(open_media) < 4):
            yield "".join(open_media)
            open_media = []
        if step.kind in ("picture", "sound", "table"):
            open_media += filter(None, map(_medium, step.shown))
        elif step.kind == "interactive":
            yield from _interactive(lesson, step, asked)
        elif step.kind == "prediction" and step.text in predictions:
            yield _prediction(predictions[step.text])
        elif step.kind == "result" and step.text in predictions:
            question = inline(predictions[step.text].question)
            result = inline(results.get(step.text, ""))
            yield f'<h3>The result</h3><p>{question}</p><p class="result">{result}</p>'
        elif step.kind == "exercise" and step.text in tasks:
            kind = vars(lesson.ex)[step.text].kind
            text = markdown.block(tasks[step.text].text)
            given = tasks[step.text].code
            shown = kind == "find the bug" or (kind == "sort" and NAMES.search(given))
            title = f"<h3>Your turn: <code>{inline(step.text)}</code> ({kind})</h3>"
            yield f'{title}<div class="task">{text}{code(given) if shown else ""}</div>'
        elif step.kind == "quiz":
            yield from _quiz(lesson)
    if open_media:
        yield "".join(open_media)


def _medium(shown):
    if shown.kind == "picture":
        return f'<img src="{escape(shown.url)}" alt="{escape(shown.words)}">'
    if shown.kind == "sound":
        name = escape(shown.words)
        return (
            f'<figure><audio controls preload="none" aria-label="{name}" src="{escape(shown.url)}"></audio>'
            f"<figcaption>{name}</figcaption></figure>"
        )
    if len(shown.rows) > ROWS or max(map(len, shown.rows), default=0) > COLUMNS:
        return ""
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in shown.rows)
    return f"<table>{rows}</table>"


def _cell(cell):
    tag, text, spans = cell
    given = "".join(f' {name}="{value}"' for name, value in spans.items())
    return f"<{tag}{given}>{escape(text.strip(), quote=False)}</{tag}>"


def _interactive(lesson, step, asked):
    questions = lesson.teaching if asked else None
    if questions:
        yield "<h3>Before you try it</h3>" + points(markdown.line(one.ask) for one in questions.before)
    yield "<h3>Try it in the notebook</h3>" + "".join(filter(None, map(_medium, step.shown)))
    if questions:
        yield "<h3>After you have tried it</h3>" + points(markdown.line(one.ask) for one in questions.after)


def _prediction(one):
    form = points(map(inline, one.choices)) if one.choices else f"<p>Write a number: {inline(one.unit)}</p>"
    return f"<h3>Write down your prediction</h3><p><strong>{inline(one.question)}</strong></p>{form}"


def _quiz(lesson):
    for number, question in enumerate(lesson.questions, 1):
        more = " Choose all that apply." if question.several else ""
        title = f"<h3>Question {number}</h3><p><strong>{inline(question.text)}{more}</strong></p>"
        letters = list(zip(ascii_lowercase, question.choices, strict=False))
        yield title + "".join(f'<p class="choice">{a}) {inline(c.text)}</p>' for a, c in letters)
        answers = (
            f'<p class="choice">{"✔" if c.right else "✘"} {a}) {inline(c.text)}<br>'
            f"<small>{inline(c.feedback)}</small></p>"
            for a, c in letters
        )
        yield f"<h3>Question {number}: the answer</h3>" + "".join(answers)


def _end(lesson, others):
    yield (
        f"<h2>We vote again</h2><blockquote>“{inline(lesson.misconception)}”</blockquote>"
        f"<p>{inline(lesson.instead)}</p>"
    )
    after = [other for other in others if other.number > lesson.number][:1]
    coming = "".join(f"<p>Next: {inline(other.heading)}. {inline(other.question)}</p>" for other in after)
    yield "<h2>What to remember</h2>" + points(map(inline, lesson.key_points)) + coming
