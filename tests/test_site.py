"""The site: built once with two lessons, read file by file, and used in a browser."""

import functools
import http.server
import json
import re
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from chromium import faults, needs_chromium

from mirlab import lessons, paths, site
from mirlab.cli import _parser, main
from mirlab.errors import MirlabError
from mirlab.site import booklet, staging

NUMBERS = ["00", "07"]  # 07 has formulas, and a question with two right choices
LESSONS = [f"notebooks/{lessons.open(number).notebook}.html" for number in NUMBERS]
GERMAN = "notebooks/de/00_start_here.html"
PAGES = ["index.html", *LESSONS, "docs/results.html", "api/warp.html"]


class Page(HTMLParser):
    """The addresses, names and pictures of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.names, self.pictures = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        found = dict(pairs)
        self.names |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "link" and found.get("href"):
            self.loads.append(found["href"])
        if found.get("src"):
            self.loads.append(found["src"])
        if tag == "img":
            self.pictures.append(found)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return site.build(tmp_path_factory.mktemp("site") / "pages", lessons=NUMBERS, rooms=["warp"])


@pytest.fixture(scope="module")
def pages(built):
    root = built.index.parent
    return {file: Page(file.read_text(encoding="utf-8")) for file in root.rglob("*.html")}


def test_sphinx_has_nothing_to_complain_about(built):
    assert built.warnings == []


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(built, pages):
    for file, page in pages.items():
        for address in page.links + page.loads:
            parts = urlsplit(address)
            if parts.scheme == "data" or (parts.scheme and address in page.links):
                continue
            assert not parts.scheme and not parts.netloc, f"{file.name} loads {address}"
            there = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert there.is_file() and there.is_relative_to(built.index.parent), f"{file.name}: {address}"
            if parts.fragment and there in pages:
                assert unquote(parts.fragment) in pages[there].names | {""}, f"{file.name}: {address}"


def test_every_picture_has_words_and_the_sounds_are_there(built, pages):
    for file, page in pages.items():
        assert all(len(picture.get("alt") or "") > 20 for picture in page.pictures), file.name
    for name in LESSONS:
        loads = pages[built.index.parent / name].loads
        assert sum(address.startswith("data:audio/mpeg") for address in loads) >= 3


def test_a_page_of_a_lesson_says_what_holds_there(built):
    text = (built.index.parent / LESSONS[0]).read_text(encoding="utf-8")
    assert "run this cell" not in text and "Shift+Enter.</div>" not in text
    assert "are in the notebook" in text
    assert "mirlab-progress.json</a>" not in text  # an empty file of progress
    assert "<math" in (built.index.parent / LESSONS[1]).read_text(encoding="utf-8")


def test_a_translated_page_is_in_its_language(built):
    text = (built.index.parent / GERMAN).read_text(encoding="utf-8")
    assert 'lang="de"' in text and "Frage 1." in text and "gibt es im Notebook" in text
    assert 'lang="en"' in (built.index.parent / LESSONS[0]).read_text(encoding="utf-8")
    assert f'href="{GERMAN}"' in built.index.read_text(encoding="utf-8")


# -- in a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(built):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=built.index.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page; no request may leave the machine, and no script may fail."""
    wrong, contexts = [], []

    def open_page(name, *, width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        local = (address, "data:", "blob:")
        page.on("request", lambda one: one.url.startswith(local) or wrong.append(one.url))
        page.goto(f"{address}/{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@needs_chromium
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_pages_can_be_read_by_everyone(visit, width, scheme):
    """No serious fault of accessibility, wide or narrow, light or dark; the page never scrolls sideways."""
    looked_at = PAGES[::2] if scheme == "light" else PAGES[1::2]  # axe-core takes long
    for name in PAGES:
        page = visit(name, width=width, scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, ground.strip("rgb()").split(","))) < 200) == (scheme == "dark"), ground
        assert name not in looked_at or faults(page) == [], name
        page.close()


@needs_chromium
@pytest.mark.parametrize("number", NUMBERS)
def test_every_choice_of_a_quiz_is_answered(visit, number):
    page = visit(f"notebooks/{lessons.open(number).notebook}.html")
    for i, question in enumerate(lessons.open(number).questions):
        form = page.locator(".mirlab-question").nth(i)
        check, said = form.get_by_role("button"), form.get_by_role("status")
        check.click()
        assert "Choose an answer" in said.inner_text()
        for k, choice in enumerate(question.choices):
            form.locator("input").nth(k).check()
            check.click()
            assert choice.feedback.replace("`", "") in said.inner_text()
            assert said.inner_text().startswith("✔" if choice.right and not question.several else "✘")
            if question.several:
                assert ("There is more to take" in said.inner_text()) == choice.right
                form.locator("input").nth(k).uncheck()
        if question.several:
            for k, choice in enumerate(question.choices):
                form.locator("input").nth(k).set_checked(choice.right)
            check.press("Enter")
            assert said.inner_text().startswith("✔")


@needs_chromium
def test_every_sound_plays_and_one_stops_the_other(visit):
    page = visit(LESSONS[0])
    players = page.locator("audio")
    for i in range(players.count()):
        players.nth(i).evaluate("player => player.play()")
        page.wait_for_function("(p) => p.currentTime > 0.05", arg=players.nth(i).element_handle())
    assert page.evaluate("[...document.querySelectorAll('audio')].filter(p => !p.paused).length") == 1


# -- bad input, and paper ---------------------------------------------------------------------------------


def test_lessons_are_chosen_by_their_numbers():
    assert [lesson.number for lesson in staging.choose(["5", "00"])] == ["05", "00"]
    with pytest.raises(MirlabError, match="there is no lesson '99'; there are 00, 01"):
        staging.choose(["99"])


def test_other_files_are_left_alone(tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    for target in (tmp_path, tmp_path / "letter.txt"):
        assert main(["site", "--out", str(target)]) == 2
        assert "for the pages" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]
    assert main(["site"]) == 2
    assert "--out DIR" in capsys.readouterr().err


def test_a_booklet_that_cannot_be_written_is_found_before_the_pages_are_built(tmp_path, capsys):
    for file, reason in ((tmp_path / "no" / "a.pdf", "there is no folder"), (tmp_path, "is a folder")):
        assert main(["site", "--out", str(tmp_path / "pages"), "--pdf", str(file)]) == 2
        assert reason in capsys.readouterr().err
    assert not (tmp_path / "pages").exists()


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"cells": [{}]}', '{"cells": [{"cell_type": "code", "source": 1}]}']
)
def test_a_damaged_notebook_is_named(tmp_path, monkeypatch, damage):
    lesson = lessons.open("00")
    for name in ("docs", "data/cards"):
        shutil.copytree(paths.COURSE / name, tmp_path / name)
    shutil.copy(paths.COURSE / "README.md", tmp_path)
    monkeypatch.setattr(paths, "COURSE", tmp_path)
    with pytest.raises(MirlabError, match="the notebooks are not here"):
        staging.stage(tmp_path / "a", [lesson], ["warp"])
    lesson.path.parent.mkdir()
    lesson.path.write_text(damage, encoding="utf-8")
    with pytest.raises(MirlabError, match=r"00_start_here\.ipynb: this notebook cannot be read"):
        staging.stage(tmp_path / "b", [lesson], ["warp"])


def test_a_staged_notebook_keeps_its_cells(tmp_path):
    lesson = lessons.open("00")
    staging.stage(tmp_path / "s", [lesson], [])
    before, after = (
        json.loads(Path(file).read_text(encoding="utf-8"))["cells"]
        for file in (lesson.path, tmp_path / "s" / "notebooks" / lesson.path.name)
    )
    assert [cell["id"] for cell in before] == [cell["id"] for cell in after]


@needs_chromium
def test_a_booklet_is_one_pdf_with_the_answers(tmp_path, monkeypatch):
    """Of one small page, since printing a lesson takes long."""
    page = tmp_path / "index.html"
    page.write_text("<h1>A</h1><details><summary>B</summary>C</details>", encoding="utf-8")
    monkeypatch.setattr(booklet, "build", lambda *_, **__: site.Built(page, 1, []))
    assert site.print_pdf(tmp_path / "a.pdf") == []
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert "<details open>" in page.read_text(encoding="utf-8")
    with pytest.raises(MirlabError, match="the booklet cannot be written"):
        site.print_pdf(tmp_path)


@needs_chromium
def test_axe_finds_a_fault(browser):
    page = browser.new_page()
    page.set_content("<main><img src='data:,'><p>words</p></main>")
    assert any("alternative text" in fault for fault in faults(page, ["main"]))
    page.close()


def steps_of(workflow):
    text = (paths.COURSE / ".github" / "workflows" / workflow).read_text(encoding="utf-8")
    return [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", ["site.yml", "tests.yml"])
def test_the_actions_of_a_workflow_are_pinned(workflow):
    used = [step["uses"] for step in steps_of(workflow) if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", one) for one in used)


def test_the_workflow_runs_our_command():
    steps = steps_of("site.yml")
    (command,) = [step["run"] for step in steps if step.get("run", "").startswith("mirlab ")]
    _parser().parse_args(command.split()[1:])
