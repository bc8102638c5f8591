"""The guide to a lesson: timing, aims, questions to ask, the misconception, all answers, what to cut."""

from string import ascii_lowercase

from mirlab.lessons import stored
from mirlab.show.cards import inline
from mirlab.teach import markdown, timetable
from mirlab.teach.frame import code, definitions, link, page, points, table

SEEN = {"sound": "sound", "picture": "figure", "table": "table"}


def as_page(lesson, others: list) -> str:
    """Return the guide to a lesson as a page.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    others : list of Lesson
        The course, for the titles of what comes before.

    Returns
    -------
    str
    """
    body = [
        _head(lesson, others),
        "<h2>Aims</h2><p>Afterwards, learners are able to:</p>" + points(map(inline, lesson.objectives)),
        "<p>What they should remember:</p>" + points(map(inline, lesson.key_points)),
        _timing(lesson),
        _misconception(lesson),
        _interactive(lesson),
        _predictions(lesson),
        _exercises(lesson),
        _quiz(lesson),
        _cut(lesson),
        "<h2>Terms of this lesson</h2>" + definitions(lesson.terms) if lesson.terms else "",
        "<h2>To read on</h2>" + points(map(inline, lesson.references)) if lesson.references else "",
    ]
    return page(f"Guide: {lesson.heading}", "\n".join(filter(None, body)), style="paper.css")


def _head(lesson, others):
    before = [other.heading for other in others if other.number in lesson.prerequisites]
    minutes = lesson.minutes
    files = [
        link("All lessons", "../index.html"),
        link("slides", f"../slides/{lesson.notebook}.html"),
        link("handout", f"../handouts/{lesson.notebook}.html"),
        link("solved notebook", f"../solved/{lesson.notebook}.ipynb"),
    ]
    machine = f" The notebook runs for about {minutes.machine:g} minutes in all." if minutes.machine else ""
    return (
        f'<header><p class="kind">Guide for teachers</p><h1>{inline(lesson.heading)}</h1>'
        f"<p><strong>{inline(lesson.question)}</strong></p>"
        f"<p>{minutes.teaching + minutes.exercises} minutes: {minutes.teaching} to read and try, "
        f"{minutes.exercises} for exercises (estimated).{machine} "
        f"Before it: {inline(', '.join(before) or 'Python and a little NumPy')}.</p>"
        f'<nav aria-label="Files of this lesson">{" · ".join(files)}</nav></header>'
    )


def _timing(lesson):
    rows = []
    for slot in timetable.slots(lesson, stored.sections(lesson)):
        section, what = slot.section, []
        for kind, word in SEEN.items():
            if n := section.count(kind):
                what.append(f"{n} {word}{'' if n == 1 else 's'}")
        for step in section.steps:
            if step.kind == "interactive":
                what.append("<strong>interactive part</strong>")
            elif step.kind in ("exercise", "prediction", "result"):
                word = {"result": "result of the prediction"}.get(step.kind, step.kind)
                spent = (
                    f" ({slot.exercises} min)"
                    if step.kind == "exercise" and section.count("exercise") == 1
                    else ""
                )
                what.append(f"{word} <code>{inline(step.text)}</code>{spent}")
        rows.append([f"{slot.start}–{slot.end}", markdown.line(section.heading), ", ".join(what)])
    return (
        "<h2>Timing</h2><p>The minutes of the lesson, divided by what there is to read, hear, see and solve "
        "(estimated).</p>" + table(["minutes", "section", "what there is"], rows)
    )


def _misconception(lesson):
    shows = ""
    if lesson.teaching:
        shows = f"<p><strong>How it shows:</strong> {markdown.line(lesson.teaching.shows)}</p>"
    return (
        f"<h2>The misconception</h2><p><strong>Often believed:</strong> “{inline(lesson.misconception)}”</p>"
        f"{shows}<p><strong>What is true:</strong> {inline(lesson.instead)}</p>"
    )


def _interactive(lesson):
    said = f"<h2>The interactive part</h2><p>In this lesson, learners hear {inline(lesson.hear)} "
    said += f"They move {inline(lesson.move)}</p>"
    if lesson.teaching:
        for when, asked in (("before", lesson.teaching.before), ("after", lesson.teaching.after)):
            answers = [
                f"{markdown.line(one.ask)}<br><em>Listen for:</em> {markdown.line(one.listen)}"
                for one in asked
            ]
            said += f"<h3>Ask {when} it</h3>{points(answers)}"
    return said


def _predictions(lesson):
    if not lesson.predictions:
        return ""
    results, rows = stored.results(lesson), []
    for one in lesson.predictions:
        form = ", ".join(one.choices) or f"a number ({one.unit})"
        rows.append([inline(one.question), inline(form), inline(results.get(one.name, "see the notebook"))])
    return (
        "<h2>Predictions</h2><p>Let everybody write a prediction before the cell with the result is run. The "
        "results are those of the stored notebook; on your machine a number may differ a little.</p>"
        f'<div class="wide">{table(["question", "answer", "result"], rows)}</div>'
    )


def _exercises(lesson):
    parts, tasks = ["<h2>Exercises</h2>"], stored.tasks(lesson)
    for name, exercise in vars(lesson.ex).items():
        parts.append(f"<h3><code>{name}</code> ({exercise.kind})</h3>")
        if task := tasks.get(name):
            parts.append(markdown.block(task.text))
        if exercise.start:
            parts.append(f"<p>Given, with an error:</p>{code(exercise.start_source)}")
        parts.append(
            f"<p><strong>Solution:</strong></p>{code(exercise.source)}<p>{inline(exercise.reason)}</p>"
        )
        parts.append(f"<p>Hints, one at a time:</p>{points(map(inline, exercise.hints), 'ol')}")
        if exercise.mistakes:
            wrong = points(inline(message) for message, _ in exercise.mistakes)
            parts.append(f"<p>Mistakes that the check knows by name:</p>{wrong}")
    return "\n".join(parts)


def _quiz(lesson):
    parts = ["<h2>Quiz</h2><p>✔ marks what is right. Every choice has the feedback that learners get.</p>"]
    for number, question in enumerate(lesson.questions, 1):
        more = " (all that apply)" if question.several else ""
        parts.append(f"<h3>Question {number}</h3><p>{inline(question.text)}{more}</p>")
        choices = [
            f"{'<strong>✔</strong> ' if choice.right else ''}{letter}) {inline(choice.text)}"
            f"<br><em>{inline(choice.feedback)}</em>"
            for letter, choice in zip(ascii_lowercase, question.choices, strict=False)
        ]
        parts.append(f'<div class="choices">{points(choices)}</div>')
    return "\n".join(parts)


def _cut(lesson):
    if not lesson.teaching:
        return ""
    rows = [[f"{cut.minutes} min", markdown.line(cut.what)] for cut in lesson.teaching.cut]
    return "<h2>When time is short</h2><p>Cut in this order.</p>" + table(["saves", "what"], rows)
