"""One real browser: a lesson is opened in JupyterLab, run, moved by keyboard, heard and answered."""

import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request

import pytest

from mirlab import cli, lessons, paths

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRED = os.environ.get("MIRLAB_REQUIRE_BROWSER")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not REQUIRED, reason="no Chromium on this machine; in CI its absence is a failure"
)

ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--autoplay-policy=no-user-gesture-required",
)
PATIENCE = (
    240_000  # ms; a kernel answers a widget only when all cells have run, on a busy machine after minutes
)
READY = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.context;
    const kernel = context?.sessionContext?.session?.kernel;
    return Boolean(context?.isReady && context.sessionContext.isReady && kernel);
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as `mirlab lab` starts it, on a copy of the notebooks."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(paths.COURSE / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "COURSE", folder)  # what a browser saves must not change the notebooks
        command = cli.jupyter_command(folder / "notebooks" / cli.FIRST_LESSON, browser=False, port=port)
    command += ["--LabApp.expose_app_in_browser=True"]
    token = secrets.token_hex(16)
    environment = cli.jupyter_environment()
    environment |= {"JUPYTER_TOKEN": token, "MIRLAB_PROGRESS": str(folder / "progress.sqlite")}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={token}", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail((folder / "server.log").read_text(encoding="utf-8"))
        yield f"http://127.0.0.1:{port}", token
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "MIRLAB_REQUIRE_BROWSER is set, and there is no Chromium: apt-get install chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def run(lab, browser):
    """Open a lesson, run all its cells, and hand the page over; nothing may be asked of the outside."""
    address, token = lab
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    outside = []
    local = (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: request.url.startswith(local) or outside.append(request.url))

    def open_and_run(number):
        notebook = lessons.open(number).path.name
        page.goto(f"{address}/lab/tree/notebooks/{notebook}?token={token}&reset")
        page.wait_for_function(READY, timeout=60_000)
        page.wait_for_timeout(500)
        # the promise is left alone: it ends when the last cell has ended
        page.evaluate("() => { window.done = jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.evaluate("() => window.done", None)
        return page

    yield open_and_run
    page.close()
    assert outside == []


def press(locator, key):
    locator.scroll_into_view_if_needed()
    locator.focus()
    locator.press(key)


def answer_quiz(page):
    """Take the first choice of the first question by keyboard, and wait for what is said to it."""
    question = page.locator("form.mirlab-question").first
    press(question.locator("input").first, "Space")
    press(question.locator("button"), "Enter")
    said = question.locator("[role=status]").element_handle()
    page.wait_for_function("e => e.textContent.trim().length > 20", arg=said, timeout=PATIENCE)


def play_first_sound(page):
    """Start the first player by keyboard; return how far it has come after a second."""
    audio = page.locator(".jp-OutputArea audio").first
    audio.scroll_into_view_if_needed()
    audio.evaluate("player => player.play()")
    page.wait_for_timeout(1000)
    return audio.evaluate("player => player.currentTime")


def test_lesson_00_is_run_heard_and_answered(run):
    page = run("00")
    assert page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert play_first_sound(page) > 0.3
    answer_quiz(page)


def test_lesson_01_moves_its_slider_by_keyboard_and_the_picture_follows(run):
    page = run("01")
    box = page.locator(".mirlab-labelled-songs").last
    slider, picture = box.locator("input[type=range]"), box.locator("img")
    before, value = picture.get_attribute("src"), slider.input_value()
    press(slider, "ArrowRight")
    assert int(slider.input_value()) == int(value) + 1
    page.wait_for_function(
        "([e, old]) => e.src !== old", arg=[picture.element_handle(), before], timeout=PATIENCE
    )
    assert len(picture.get_attribute("alt")) > 30


def test_lesson_05_steps_by_keyboard_and_the_picture_and_the_words_follow(run):
    page = run("05")
    box = page.locator(".mirlab-stepper").last
    picture, words = box.locator("img"), box.locator("[role=status]")
    before, said = picture.get_attribute("src"), words.inner_text()
    press(box.get_by_role("button", name="One step"), "Enter")
    page.wait_for_function(
        "([e, old]) => e.src !== old", arg=[picture.element_handle(), before], timeout=PATIENCE
    )
    assert words.inner_text() != said
    assert play_first_sound(page) > 0.3
    answer_quiz(page)


def sounds(box):
    """Wait until the widget's own player sounds; return what it says it plays."""
    player = box.locator("audio")
    box.page.wait_for_function("e => e.currentTime > 0.3", arg=player.element_handle(), timeout=PATIENCE)
    return box.locator("[role=status]").inner_text()


def test_lesson_06_goes_over_the_map_by_arrow_keys_and_hears_a_point(run):
    page = run("06")
    box = page.locator(".mirlab-sound-map").last
    box.wait_for(timeout=PATIENCE)
    info, point = box.locator(".info"), box.locator(".point[tabindex='0']")
    before = info.inner_text()
    press(point, "ArrowRight")
    there = info.inner_text()
    assert there != before and point.get_attribute("aria-label") == there
    point.press("Enter")
    name = there.split(" (")[0]
    assert sounds(box).startswith("You hear")
    assert name in box.locator("option:checked").inner_text()
    answer_quiz(page)


def test_lesson_08_chooses_a_query_by_keyboard_and_hears_a_neighbour(run):
    page = run("08")
    box = page.locator(".mirlab-query").last
    box.wait_for(timeout=PATIENCE)
    assert box.locator("section").count() == 3  # the spaces, side by side
    first = box.locator("section button.item").first
    before = first.inner_text()
    press(box.locator("select").nth(1), "ArrowDown")  # another label
    page.wait_for_function(
        "([e, old]) => e.querySelector('section button.item').innerText !== old",
        arg=[box.element_handle(), before],
        timeout=PATIENCE,
    )
    press(first, "ArrowDown")
    second = box.locator("section").first.locator("button.item").nth(1)
    assert second.evaluate("e => e === document.activeElement")
    second.press("Enter")
    heard = sounds(box)
    assert second.locator("strong").inner_text() in heard
    answer_quiz(page)
