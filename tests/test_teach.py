"""The teacher's pack: complete, without a network, answers where they belong, minutes that add up."""

import html
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from chromium import faults, needs_chromium

from mirlab import cli, lessons, paths
from mirlab.errors import LessonError, StoreError
from mirlab.lessons import outputs, stored, testing
from mirlab.teach import frame, guide, handout, pack, plans, slides, timetable

COURSE = lessons.course()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.number)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("teach") / "pack"
    assert cli.main(["teach", "--out", str(where)]) == 0
    return where


def text(file):
    """Return a page as a reader sees it, in one line."""
    content = re.sub(r"<(style|script)>[\s\S]*?</\1>", "", file.read_text(encoding="utf-8"))
    content = re.sub(r"</?(code|em|strong|small|a)\b[^>]*>", "", content)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", content)).split())


def flat(words):
    return " ".join(words.replace("`", "").split())


def test_there_is_everything_for_every_lesson(folder):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    of_lessons = {
        f"{place}/{lesson.notebook}.{kind}"
        for lesson in COURSE
        for place, kind in (("guides", "html"), ("slides", "html"), ("handouts", "html"), ("solved", "ipynb"))
    }
    of_plans = {f"plans/{plan.name}.html" for plan in plans.load(COURSE)}
    assert found == of_lessons | of_plans | {"index.html", pack.MARK}


def test_links_resolve_and_nothing_is_asked_of_another_host(folder):
    for file in folder.rglob("*.html"):
        content = file.read_text(encoding="utf-8")
        assert frame.POLICY in content
        bare = re.sub(r"data:[\w/+.-]+;base64,[\w+/=]+", "data:", content)
        for target in re.findall(r"(?:href|src)=\"([^\"]*)\"", bare):
            assert target == "data:" or (file.parent / target).is_file(), f"{file.name}: {target}"
        assert not re.search(r"url\(|@import|<(link|iframe|object|form)\b", bare)
        for picture in re.findall(r"<img\b[^>]*>", bare):
            assert re.search(r'alt="[^"]+"', picture), picture
    for file in folder.rglob("*.ipynb"):
        bare = re.sub(r"base64,[\w+/=\\]+", "", file.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#\s]*\.(?:ipynb|md))|href=\\\"([^\"\\]*\.(?:ipynb|md))", bare):
            assert (file.parent / "".join(target)).is_file(), f"{file.name}: {target}"


@EVERY
def test_the_guide_has_all_answers(folder, lesson):
    page = text(folder / "guides" / f"{lesson.notebook}.html")
    for question in lesson.questions:
        assert all(flat(choice.feedback) in page for choice in question.choices)
        for choice in question.choices:
            assert bool(re.search(rf"✔ \w\) {re.escape(flat(choice.text))}", page)) == choice.right
    for exercise in vars(lesson.ex).values():
        assert " ".join(exercise.source.split()) in page and flat(exercise.reason) in page
    for result in stored.results(lesson).values():
        assert result in page
    assert set(stored.results(lesson)) == set(vars(lesson.predict))
    if lesson.teaching:
        assert page.count("Listen for:") == len(lesson.teaching.before) + len(lesson.teaching.after)


@EVERY
def test_the_handout_has_the_tasks_and_no_answers(folder, lesson):
    page = text(folder / "handouts" / f"{lesson.notebook}.html")
    for one in lesson.predictions:
        assert flat(one.question) in page
    assert flat(lesson.instead) not in page
    for question in lesson.questions:
        assert not any(flat(choice.feedback) in page for choice in question.choices)
    tasks = stored.tasks(lesson)
    assert set(tasks) == set(vars(lesson.ex))
    given = {line.strip() for task in tasks.values() for line in task.code.splitlines()}
    for name, exercise in vars(lesson.ex).items():
        assert len(tasks[name].text.split()) >= 8
        assert " ".join(tasks[name].code.split()) in page
        assert flat(exercise.reason) not in page
        assert not any(flat(hint) in page for hint in exercise.hints)
        for line in exercise.source.splitlines():
            if len(line.strip()) > 14 and line.strip() not in given:
                assert f" {' '.join(line.split())} " not in page, line


@EVERY
def test_a_slide_with_an_answer_comes_after_its_question(folder, lesson):
    page = text(folder / "slides" / f"{lesson.notebook}.html")
    for question in lesson.questions:
        asked = page.index(flat(question.text))
        assert all(page.index(flat(choice.feedback)) > asked for choice in question.choices)
    for one in lesson.predictions:
        asked = page.index(f"Write down your prediction {flat(one.question)}")
        assert page.index(f"The result {flat(one.question)} {stored.results(lesson)[one.name]}") > asked
    assert page.index("We vote again") < page.index(flat(lesson.instead))
    for exercise in vars(lesson.ex).values():
        assert flat(exercise.reason) not in page
        assert not any(flat(hint) in page for hint in exercise.hints)


@EVERY
def test_a_slide_shows_what_its_exercise_points_to(folder, lesson):
    """A function to repair and names to sort are only in the code of the exercise."""
    page = text(folder / "slides" / f"{lesson.notebook}.html")
    for name, task in stored.tasks(lesson).items():
        kind = vars(lesson.ex)[name].kind
        if kind == "find the bug":
            assert " ".join(task.code.split()) in page
        if kind == "sort":
            assert all(flat(key) in page for key in re.findall(r'"([^"]+)": TODO', task.code))


@EVERY
def test_the_minutes_of_a_guide_are_those_of_the_lesson(lesson):
    slots = timetable.slots(lesson, stored.sections(lesson))
    assert slots[0].start == 0
    assert all(one.end == after.start for one, after in itertools.pairwise(slots))
    assert slots[-1].end == lesson.minutes.teaching + lesson.minutes.exercises
    assert sum(slot.exercises for slot in slots) == lesson.minutes.exercises


def test_the_page_for_teachers_says_what_fits_into_50_minutes():
    """What docs/teaching.md says about the length of the lessons but 00, with and without cuts."""
    lengths = {lesson.number: lesson.minutes for lesson in COURSE[1:]}
    assert {30, 35} == {minutes.teaching for minutes in lengths.values()}
    assert {20, 25, 30} == {minutes.exercises for minutes in lengths.values()}
    whole = {number: minutes.teaching + minutes.exercises for number, minutes in lengths.items()}
    assert (min(whole.values()), max(whole.values())) == (50, 60)
    short = {n: whole[n] - sum(cut.minutes for cut in COURSE[int(n)].teaching.cut) for n in whole}
    assert short.pop("14") == 51
    assert (min(short.values()), max(short.values())) == (41, 48)
    page = (paths.COURSE / "docs" / "teaching.md").read_text(encoding="utf-8")
    assert "takes 41 to 48 minutes, and lesson 14 takes 51" in page


def test_the_minutes_of_a_plan_are_those_of_its_lessons(folder):
    for plan in plans.load(COURSE):
        page = text(folder / "plans" / f"{plan.name}.html")
        assert f"{len(plan.sessions)} sessions, {sum(s.minutes for s in plan.sessions)} minutes" in page
        for session in plan.sessions:
            assert session.minutes == sum(item.minutes for item in session.items) <= plan.limit
            for item in session.items:
                if item.lesson and item.part == "all":
                    assert item.minutes == item.lesson.minutes.teaching + item.lesson.minutes.exercises


def test_the_semester_has_each_lesson_once():
    (semester,) = [plan for plan in plans.load(COURSE) if plan.name == "one-semester"]
    taught = [item.lesson.number for s in semester.sessions for item in s.items if item.lesson]
    assert len(set(taught)) == len(taught)
    assert set(taught) == {lesson.number for lesson in COURSE}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('lesson = "05"', 'lesson = "99"', "no lesson '99'; there are 00, 01"),
        ('part = "teaching"', 'part = "half"', "lesson 02 has no part 'half'; there are all, teaching, "),
        ("limit = 180", "limit = 60", "'Does it help\\?' takes 180 minutes and may take 60"),
        ("title =", "titel =", "an entry is missing or wrong .*'title'"),
        ("[[plans]]", "[[plans", "an entry is missing or wrong"),
    ],
)
def test_a_faulty_plan_is_reported(old, new, said):
    given = Path(plans.__file__).with_name(plans.FILE).read_text(encoding="utf-8")
    with pytest.raises(LessonError, match=rf"plans.toml: .*{said}"):
        plans.load(COURSE, given.replace(old, new, 1))


@EVERY
def test_a_solved_copy_is_solved_and_valid(folder, lesson):
    solved = nbformat.read(folder / "solved" / f"{lesson.notebook}.ipynb", as_version=4)
    nbformat.validate(solved)
    cells = [c for c in solved.cells if any(t.startswith("exercise:") for t in c.metadata.get("tags", []))]
    assert len(cells) == len(vars(lesson.ex))
    for cell in cells:
        assert "TODO" not in cell.source
        assert cell.outputs[0].data["text/plain"].startswith("✔ Right")
    assert "solved copy, for teachers" in solved.cells[1].source


# -- folders and files that are not what they should be ---------------------------------------------


def test_another_folder_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert cli.main(["teach", "--out", str(tmp_path)]) == 2
    assert "holds other files; name a new or an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(StoreError, match=r"thesis\.txt: cannot be used"):
        pack.write(tmp_path / "thesis.txt", course=[])


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"[]", b'{"cells": 3, "nbformat": 4}', b"\xff\xfe", b"[" * 9999]
)
def test_a_torn_notebook_is_reported(tmp_path, monkeypatch, content):
    monkeypatch.setattr(lessons.Lesson, "path", property(lambda self: tmp_path / "05.ipynb"))
    if content is not None:
        (tmp_path / "05.ipynb").write_bytes(content)
    with pytest.raises(LessonError, match=r"05\.ipynb: (cannot be read|is not a whole notebook)"):
        stored.sections(COURSE[5])


def test_nothing_of_a_hostile_output_runs(tmp_path, monkeypatch):
    evil = '<script>alert(1)</script><img src="https://a.example/x" alt="y"><img src="x" onerror="alert(1)">'
    evil += '<table><tr><td rowspan="&quot;><script>">a<script>alert(2)</script></td></tr></table>'
    evil += (
        "<img src='data:image/png;base64,\"><script>alert(3)</script>' alt='\"><script>alert(4)</script>'>"
    )
    lesson = replace(COURSE[0], title="<script>alert(5)</script>")
    notebook = testing.read(lesson)
    data = {"text/html": evil, "text/plain": "x"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.metadata.get("tags"):
            cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
        elif cell.cell_type == "markdown":
            cell.source += "\n\n<script>alert(6)</script> [x](javascript:alert(7)) ![y](https://a.example/y)"
    (tmp_path / "00.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    monkeypatch.setattr(lessons.Lesson, "path", property(lambda self: tmp_path / "00.ipynb"))
    assert [one.kind for one in outputs.read(evil)] == ["table", "picture"]
    for page in (guide.as_page(lesson, COURSE), handout.as_page(lesson), slides.as_page(lesson, COURSE)):
        body = page.partition("<body>")[2]
        assert body.count("<script") <= 1  # ours, in the slides
        tags = re.findall(r"<[a-z][^>]*>", re.sub(r"<script>[\s\S]*", "", body))
        bare = " ".join(re.sub(r'"[^"]*"', '""', tag) for tag in tags)  # without what is quoted
        assert not re.search(r"onerror|alert|javascript", bare)
        assert not re.search(r'(src|href)="(?!data:image/|data:audio/|\.\./)', " ".join(tags))


# -- in a browser -----------------------------------------------------------------------------------


@pytest.fixture
def page(browser):
    """A page that may ask for nothing but itself, and in which no script may fail."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, wrong = context.new_page(), []
    page.on("request", lambda one: one.url.startswith(("file:", "data:")) or wrong.append(one.url))
    page.on("console", lambda one: wrong.append(one.text))
    page.on("pageerror", lambda one: wrong.append(str(one)))
    yield page
    context.close()
    assert wrong == []


@needs_chromium
def test_slides_move_by_keys(folder, page):
    page.goto((folder / "slides" / f"{COURSE[5].notebook}.html").as_uri())
    shown = page.locator(".slide:visible")
    assert shown.count() == 1 and COURSE[5].title in shown.inner_text()
    for key, place in (("ArrowRight", "2/"), ("PageDown", "3/"), ("ArrowLeft", "2/"), ("Home", "1/")):
        page.keyboard.press(key)
        assert shown.count() == 1 and f"· {place}" in shown.inner_text()
    page.keyboard.press("End")
    assert COURSE[5].key_points[-1].rstrip(".") in shown.inner_text()
    page.reload()
    assert "What to remember" in shown.inner_text()


@needs_chromium
def test_every_slide_fits_the_screen_and_the_paper(folder, page):
    reach = """[...document.querySelectorAll(".slide")].map(slide => {
        slide.hidden = false;
        return [slide.offsetHeight, slide.scrollHeight - slide.clientHeight];
    })"""
    for file in (folder / "slides").glob("*.html"):
        page.emulate_media(media="screen")
        page.goto(file.as_uri())
        assert all(height <= 724 for height, _ in page.evaluate(reach)), file.name
        page.emulate_media(media="print")
        assert all(cut <= 1 for _, cut in page.evaluate(reach)), file.name


@needs_chromium
def test_every_page_fits_a_telephone(folder, page):
    page.set_viewport_size({"width": 360, "height": 640})
    for file in folder.rglob("*.html"):
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, file.name


@needs_chromium
@pytest.mark.parametrize("place", ["index", "plans/one-semester", "guides", "slides", "handouts"])
def test_pages_can_be_read_by_everyone(folder, page, place):
    """No serious fault of accessibility, says axe-core."""
    name = place if (folder / f"{place}.html").is_file() else f"{place}/{COURSE[5].notebook}"
    page.goto((folder / f"{name}.html").as_uri())
    assert faults(page) == []
