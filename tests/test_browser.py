"""A real browser: lessons in JupyterLab, used by keyboard; and every script with names that try to run."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from chromium import faults, needs_chromium

import mirlab.lessons.quiz
import mirlab.widgets  # noqa: F401, with which all classes are defined
from mirlab import classes, lessons, paths
from mirlab import lab as jupyterlab
from mirlab.doctor import sound_page
from mirlab.lessons import certificate, hand_in, progress
from mirlab.networks import small
from mirlab.plots import MARKS
from mirlab.show.cards import Card
from mirlab.show.controls import Widget

pytestmark = needs_chromium
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
    cells = [nbformat.v4.new_code_cell(cell) for cell in MADE_UP]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebooks" / "widgets.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "COURSE", folder)  # what a browser saves must not change the notebooks
        first = folder / "notebooks" / jupyterlab.FIRST_LESSON
        command = [sys.executable, "-m", "jupyterlab", *jupyterlab.arguments(first, browser=False, port=port)]
    command += ["--LabApp.expose_app_in_browser=True"]
    token = secrets.token_hex(16)
    environment = os.environ | jupyterlab.environment()
    environment |= {"JUPYTER_TOKEN": token, "MIRLAB_PROGRESS": str(folder / "progress.sqlite")}
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")  # not among those of the developer
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
        yield f"http://127.0.0.1:{port}", token, folder / "notebooks"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def run(lab, browser):
    """Return a function that opens a lesson and runs its cells; no request may leave the machine.

    With `only`, the code cells that contain none of these words are left out, but for the first one and the
    quiz: what a widget does not need takes a minute in some lessons, and every lesson is run as a whole
    without a browser.
    """
    address, token, folder = lab
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    outside = []
    local = (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: request.url.startswith(local) or outside.append(request.url))

    def open_and_run(number, *, cells=True, only=None):
        notebook = "widgets.ipynb" if number == "widgets" else lessons.open(number).path.name
        if only:
            notebook = shortened(folder / notebook, ("lessons.open(", "here.quiz()", *only))
        page.goto(f"{address}/lab/tree/notebooks/{notebook}?token={token}&reset")
        page.wait_for_function(READY, timeout=60_000)
        page.wait_for_timeout(500)
        if not cells:
            return page
        # This promise ends when the last cell has ended.
        page.evaluate("() => { window.done = jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.evaluate("() => window.done", None)
        return page

    yield open_and_run
    page.close()
    assert outside == []


def shortened(file, words):
    """Write a copy of a notebook with only those code cells that contain one of some words."""
    notebook = nbformat.read(file, as_version=4)
    found = [word for word in words for cell in notebook.cells if word in cell.source]
    assert set(found) == set(words)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type != "code" or any(word in cell.source for word in words)
    ]
    short = file.with_stem(f"{file.stem}_short")
    nbformat.write(notebook, short)
    return short.name


def press(locator, key):
    # Playwright's own way of scrolling gives up on an element that is drawn anew while it waits.
    locator.evaluate("e => e.scrollIntoView({ block: 'center' })")
    locator.press(key)


def answer_quiz(page):
    """Take the first choice of the first question by keyboard, and wait for the answer."""
    question = page.locator("form.mirlab-question").first
    press(question.locator("input").first, "Space")
    press(question.locator("button"), "Enter")
    said = question.locator("[role=status]").element_handle()
    page.wait_for_function("e => e.textContent.trim().length > 20", arg=said, timeout=PATIENCE)


def play_first_sound(page):
    """Start the first player; return its time after a second."""
    audio = page.locator(".jp-OutputArea audio").first
    audio.scroll_into_view_if_needed()
    audio.evaluate("player => player.play()")
    page.wait_for_timeout(1000)
    return audio.evaluate("player => player.currentTime")


OURS = [".jp-OutputArea .jp-RenderedHTMLCommon", ".jp-OutputArea .mirlab-live", ".jp-OutputArea .widget-vbox"]
"""Our outputs: what a lesson shows as HTML, and its widgets. The rest of the page is JupyterLab's."""
MADE_UP = [
    """import numpy as np
from mirlab import fewlabels, lessons, paper, widgets
rng, y = np.random.default_rng(0), np.arange(400) % 5
tone = lambda row: 0.1 * np.sin(np.arange(22050) * (1 + row % 9) / 50)
X = rng.normal(size=(400, 40)) + y[:, None]""",
    "widgets.capacity(X, y, np.arange(400))",
    """panels = {"genre": {"trained": ([0.2, 0.8], [0.1, 0.05])}}
names = [f"excerpt {i}" for i in range(400)]
widgets.layer_listener({"mel": X, "late": X**2}, panels, names, tone)""",
    'widgets.trained_layers(paper.kept("fine-tuning")["scores"])',
    """row = {"features": "base", "disturbance": "clean", "strength": 0.0, "value": 0.5, "reach": 0.1}
report = {"strengths": [1.0], "sweep": [row, row | {"disturbance": "level", "strength": 1.0}]}
widgets.disturbed_clip(tone(3), "a tone", report, first="level")""",
    """task = fewlabels.split(X[:40, None], y[:40] % 2, np.arange(40), fold=0)
choices = widgets.choose_labels(task, ["classical", "jazz"], names[:40], tone)
choices.picks = [0, 1, 5]
choices""",
    'lessons.open("00").quiz()',
]
"""The widgets of lessons 02, 12, 13, 14 and 15 on made-up data: the lessons themselves take minutes."""


def check_for_everyone(page):
    """No output of ours has a serious fault of accessibility, says axe-core."""
    page.locator(".mirlab-question").last.wait_for(timeout=PATIENCE)
    assert faults(page, OURS) == []


def test_lesson_00_runs_plays_and_answers(run):
    page = run("00")
    assert page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert play_first_sound(page) > 0.3
    answer_quiz(page)
    check_for_everyone(page)


def test_widgets_of_long_lessons_are_for_everyone_in_light_and_dark_and_narrow(run):
    page = run("widgets")
    check_for_everyone(page)
    handles = page.locator("[role=slider]").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert handles == [
        *("features", "training songs"),
        *("network", "unfrozen layers", "songs per label", "strength"),
    ]
    assert page.locator("[role=slider]:not([data-lm-suppress-shortcuts])").count() == 0
    slider = page.locator("[role=slider]").nth(3)
    press(slider, "ArrowRight")
    page.get_by_text("convolutional, 1 hidden layer unfrozen").wait_for(timeout=PATIENCE)
    assert slider.get_attribute("aria-valuetext") == "1"
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    page.set_viewport_size({"width": 360, "height": 700})
    check_for_everyone(page)
    wide = page.locator(".jp-OutputArea-output").evaluate_all(
        "all => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.innerHTML.slice(0, 200))"
    )
    assert wide == []


def test_lesson_01_moves_its_slider_by_keyboard(run):
    page = run("01", only=["study = paper.Study()", "labelled_songs(study)"])
    box = page.locator(".mirlab-labelled-songs").last
    slider, picture = box.locator("input[type=range]"), box.locator("img")
    before, value = picture.get_attribute("src"), slider.input_value()
    press(slider, "ArrowRight")
    assert int(slider.input_value()) == int(value) + 1
    page.wait_for_function(
        "([e, old]) => e.src !== old", arg=[picture.element_handle(), before], timeout=PATIENCE
    )
    assert len(picture.get_attribute("alt")) > 30


def test_lesson_05_steps_by_keyboard(run):
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
    check_for_everyone(page)


@pytest.mark.skipif(not small.available(), reason="JAX has no wheels for this machine")
def test_lesson_13_draws_its_curve_and_moves_its_sliders_by_keyboard(run):
    page = run("13")
    curve = page.locator(".jp-OutputArea img[alt*='labelled songs are learned by heart']")
    curve.last.wait_for(timeout=PATIENCE)
    assert curve.count() == 1  # it is shown again at the end, in the same place
    picture = page.locator(".jp-OutputArea .widget-html img[alt*='mean accuracy, synthetic songs']").last
    picture.wait_for(timeout=PATIENCE)
    before, handle = picture.get_attribute("src"), page.locator(".jp-OutputArea [role=slider]").last
    press(handle, "ArrowRight")
    page.wait_for_function(
        "([e, old]) => !e.isConnected || e.src !== old",
        arg=[picture.element_handle(), before],
        timeout=PATIENCE,
    )
    assert "20 songs per label" in page.locator(".jp-OutputArea .widget-html [role=status]").last.inner_text()
    answer_quiz(page)


def sounds(box):
    """Wait until the widget's own player plays; return what it says."""
    player = box.locator("audio")
    box.page.wait_for_function("e => e.currentTime > 0.3", arg=player.element_handle(), timeout=PATIENCE)
    return box.locator("[role=status]").last.inner_text()


def test_lesson_06_hears_a_point_of_the_map_by_keyboard(run):
    page = run("06", only=["study = paper.Study()", "widgets.sound_map("])
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
    check_for_everyone(page)


def test_lesson_08_hears_a_neighbour_by_keyboard(run):
    page = run("08", only=["study = paper.Study()", "widgets.query_by_example("])
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


RESTART = """() => {
    const { sessionContext } = jupyterapp.shell.currentWidget.context;
    return sessionContext.session.kernel.restart();
}"""
SAVE_AND_STOP = """async () => {
    const { context } = jupyterapp.shell.currentWidget;
    await context.save();
    await context.sessionContext.shutdown();
}"""


def test_a_kernel_that_restarts_is_noticed_and_the_next_day_pictures_are_left(run):
    page = run("00")
    widgets = page.locator(".mirlab-live")
    page.locator(".mirlab-question").last.wait_for(timeout=PATIENCE)
    count = widgets.count()
    assert count > 3 and page.locator(".mirlab-lost").count() == 0
    page.evaluate(RESTART)
    page.locator(".mirlab-lost").last.wait_for(timeout=PATIENCE)
    assert page.locator(".mirlab-lost").count() == count
    assert "Run this cell again" in page.locator(".mirlab-question").last.locator("xpath=../..").inner_text()
    page.evaluate(SAVE_AND_STOP)
    page = run("00", cells=False)
    still = page.locator(".mirlab-still").first  # JupyterLab draws a cell when it is scrolled to
    still.wait_for(timeout=PATIENCE)
    assert "run this cell" in still.inner_text()
    assert page.get_by_text("Error displaying widget").count() == 0
    saved = page.evaluate("JSON.stringify(jupyterapp.shell.currentWidget.context.model.toJSON())")
    assert saved.count("mirlab-still") >= 2 and jupyterlab.VIEW not in saved
    assert "<strong>Question 1.</strong>" in saved


# -- pages that commands write -----------------------------------------------------------------------------


def certificate_page(folder):
    file = folder / "certificate.html"
    file.write_text(certificate.page(lessons.course("tiny_course"), "Ada"), encoding="utf-8")
    return file


def class_page(folder):
    course = lessons.course("tiny_course")
    (folder / "ada.json").write_text(hand_in.made(course, "Ada"), encoding="utf-8")
    return classes.write_pictures(classes.read(folder, course), folder)[0]


def sound_check_page(folder):
    return sound_page.write()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
@pytest.mark.parametrize("write", [certificate_page, class_page, sound_check_page])
def test_pages_can_be_read_by_everyone(write, width, scheme, browser, tmp_path, monkeypatch, data_dir):
    """No serious fault of accessibility, wide or narrow, light or dark; no page scrolls sideways."""
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))
    progress.judged("00", "exercise:rank_weight", right=True)
    file = write(tmp_path)
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").count() == 1 and faults(page) == []
    page.close()


# -- every script, without JupyterLab ---------------------------------------------------------------------

EVIL = '"><img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script> & `a` $x$'
SOUND = "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
PICTURE = {
    "picture": "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=",
    "alt": EVIL,
    "said": EVIL,
    "pixels": 9,
}
PLAYING = {"plays": 0, "heard": {"said": EVIL}}
POINT = {"x": 9, "y": 9, "name": EVIL, "set": 0, "label": True, "side": "left", "near": [0], "says": EVIL}
ITEM = {"name": EVIL, "says": EVIL, "row": 0, "match": True}
SET = {"name": EVIL, "color": MARKS[0][0], "marker": MARKS[0][1]}
CARD = Card("right", EVIL, EVIL).html(role="note")


def scripts(kind):
    """Yield (name, (script, style)) of each class with a script of its own that draws a page."""
    for one in kind.__subclasses__():
        if "\nexport default" in str(vars(one).get("_esm", "")):
            yield one.__name__, (one._esm, one._css)
        yield from scripts(one)


SCRIPTS = dict(scripts(Widget))
STATES = {
    "GuessingGame": {
        "sounds": [SOUND],
        "genres": [EVIL],
        "guesses": [EVIL],
        "answers": [CARD],
        "score": EVIL,
        "words": {"clips": [EVIL], "which": EVIL, "check": EVIL},
    },
    "FewLabels": PICTURE | {"options": {"target": [EVIL, [[EVIL, EVIL], ["b", "b"]]]}, "target": EVIL},
    "LabelChoices": PLAYING
    | {
        "map": {"points": [POINT, POINT], "width": 84, "height": 66, "about": EVIL, "most": 2},
        "point": 0,
        "picks": [0],
        "labels": [EVIL, ""],
        "said": EVIL,
    },
    "LabelPair": PICTURE
    | {"labels": [EVIL], "chosen": [EVIL] * 2, "sounds": [SOUND] * 2, "heard": [EVIL] * 2, "turn": 0},
    "LabelledSongs": PICTURE | {"targets": [EVIL], "target": EVIL, "songs": 3, "most": 20},
    "MelExplorer": PICTURE
    | {"sliders": [{"name": "n_fft", "label": EVIL, "values": [1, 2], "texts": [EVIL, EVIL]}]}
    | {"n_fft": 2, "original": SOUND, "rebuilt": SOUND},
    "RankedSounds": PLAYING
    | {"lists": [{"title": EVIL, "items": [ITEM, ITEM], "wide": wide} for wide in (True, False)]}
    | {"words": [EVIL, EVIL], "choices": [{"label": EVIL, "options": [EVIL]}], "picked": [0]},
    "SoundMap": PLAYING
    | {
        "map": {"points": [POINT, POINT], "sets": [SET], "width": 84, "height": 66, "about": EVIL},
        "point": 0,
    },
    "WarpStepper": PICTURE | {"names": [EVIL], "sounds": [SOUND], "steps": 3, "shown": 3, "drawn": 0},
    "Line": {},
    "Asked": {
        "question": {
            "title": EVIL,
            "check": EVIL,
            "name": EVIL,
            "text": EVIL,
            "choices": [EVIL, EVIL],
            "several": False,
        },
        "chosen": [1],
        "checks": 0,
        "answer": CARD,
    },
}
"""For each class with a script, what Python sends to it."""

RENDER = """async ([script, state]) => {
    const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    const listeners = {};
    window.sent = [];
    window.tell = [];
    const connect = (slot) => window.tell.push((status) => slot(kernel, status));
    const kernel = { statusChanged: { connect } };
    const change = (news) => {
        Object.assign(state, news);
        Object.keys(news).forEach((name) => listeners[`change:${name}`]?.forEach((listener) => listener()));
    };
    window.answer = change;
    const model = {
        widget_manager: { kernel },
        get: (name) => { if (!(name in state)) throw new Error(`no trait ${name}`); return state[name]; },
        set: (name, value) => change(typeof name === "string" ? { [name]: value } : name),
        on: (event, listener) => (listeners[event] ??= []).push(listener),
        save_changes: () => window.sent.push({ ...state }),
    };
    module.default.render({ model, el: document.body });
    Object.values(listeners).flat().forEach((listener) => listener());
    await new Promise((done) => setTimeout(done, 100));
}"""


@pytest.fixture
def rendered(browser):
    """Return a function that shows a script with its state on an empty page."""
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def render(name, changes=None):
        script, style = SCRIPTS[name]
        page.add_style_tag(content=style)
        page.evaluate(RENDER, [script, {"requests": 0, "answered": 0} | STATES[name] | (changes or {})])
        return page

    yield render
    page.close()
    assert errors == []


@pytest.mark.parametrize("name", STATES)
def test_no_name_runs_in_a_page(rendered, name):
    page = rendered(name)
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, img[src=x]").count() == 0
    assert (
        name == "Line" or page.locator("body").inner_text().count("onerror") + page.locator("option").count()
    )
    loose = page.locator("audio, button, input, select, [tabindex]").evaluate_all(
        "all => all.filter((one) => !one.hasAttribute('data-lm-suppress-shortcuts')).length"
    )
    assert loose == 0  # JupyterLab takes the keys of such a control
    assert page.locator("[role=status]").count() > 0


def test_a_page_says_that_python_computes(rendered):
    page = rendered("WarpStepper")
    line = page.locator(".mirlab-line")
    click = "one => { one.click(); return document.querySelector('.mirlab-line').textContent }"
    assert page.get_by_role("button", name="One step").evaluate(click) == ""  # most answers are fast
    page.wait_for_function("document.querySelector('.mirlab-line').textContent.startsWith('Computing')")
    assert page.locator("output").inner_text() == "3"  # until its picture is there, the step is not
    page.evaluate("window.answer({ shown: 4, answered: 1 })")
    assert line.inner_text() == "" and page.locator("output").inner_text() == "4"
    assert page.evaluate("window.sent.map((one) => one.requests)") == [1]


@pytest.mark.parametrize("status", ["restarting", "autorestarting", "dead"])
@pytest.mark.parametrize("name", ["WarpStepper", "Asked", "SoundMap", "Line"])
def test_a_page_says_that_the_kernel_is_gone(rendered, name, status):
    page = rendered(name)
    page.evaluate("window.tell.forEach((tell) => tell('busy'))")
    assert page.locator(".mirlab-lost").count() == 0
    page.evaluate("(status) => window.tell.forEach((tell) => tell(status))", status)
    assert "Run this cell again" in page.locator(".mirlab-lost > .mirlab-line").inner_text()
    assert page.locator(".mirlab-lost > div").evaluate("one => one.inert")  # no control seems to work


def test_enter_in_the_list_checks_a_clip(rendered):
    page = rendered("GuessingGame")
    choose = page.locator("select")
    choose.select_option(index=1)
    choose.press("Enter")
    assert page.evaluate("window.sent.length") == 1


SONGS = [{"x": 100 * i, "y": 50, "name": f"song {i}"} for i in range(1, 4)]
BUYING = {
    "map": {"points": SONGS, "width": 640, "height": 420, "about": "Map of 3 songs.", "most": 2},
    "picks": [],
    "labels": [""] * 3,
}


def test_songs_on_a_map_are_found_and_bought_by_keyboard(rendered):
    page = rendered("LabelChoices", BUYING)
    song = page.locator(".point[tabindex='0']")
    song.press("ArrowRight")
    assert song.get_attribute("aria-label") == "song 2, not labelled"
    song.press("End")
    song.press("ArrowDown")  # there is none below
    assert song.get_attribute("aria-label") == "song 3, not labelled"
    song.press("Control+l")  # the browser's
    assert page.evaluate("window.sent") == []
    song.press("l")
    assert page.evaluate("window.sent.map((one) => [one.picks, one.point])") == [[[2], 2]]
    page.evaluate("window.answer({ labels: ['', '', 'jazz'], answered: 1 })")
    assert song.get_attribute("aria-label") == "song 3, jazz" and song.evaluate("e => e.matches(':focus')")
    buy = page.get_by_role("button", name="Label this song")
    assert buy.get_attribute("aria-disabled") == "true"
    song.press("l")
    buy.press("Enter")  # it says that it has nothing to do, and keeps the focus
    assert page.evaluate("window.sent.length") == 1 and buy.evaluate("e => e.matches(':focus')")
    page.locator("select").select_option(index=0)
    assert buy.get_attribute("aria-disabled") == "false"
    page.locator(".point").nth(1).click()
    assert page.evaluate("window.sent.at(-1).plays") == 1 and page.locator("select").input_value() == "1"


def test_a_stop_button_keeps_the_focus(rendered):
    page = rendered("RankedSounds")
    stop = page.get_by_role("button", name="Stop")
    assert stop.get_attribute("aria-disabled") == "true"
    page.locator("button.item").nth(1).click()
    page.evaluate("window.answer({ heard: { said: 'You hear it.', audio: new Uint8Array(1) } })")
    assert stop.get_attribute("aria-disabled") == "false"
    assert page.locator("audio").get_attribute("aria-label") == "You hear it."
    stop.press("Enter")
    assert page.locator(".status").inner_text() == "Stopped."
    assert stop.evaluate("e => e.matches(':focus')")


@pytest.mark.parametrize("name", STATES)
def test_every_script_is_for_everyone_on_a_narrow_page(rendered, name):
    """No serious fault of accessibility, and only maps scroll sideways."""
    page = rendered(name)
    page.set_viewport_size({"width": 240, "height": 700})  # a telephone's, without JupyterLab's margins
    assert faults(page, ["body"]) == []
    wide = page.locator("body *").evaluate_all(
        "all => all.filter((one) => !one.closest('.frame') && one.getBoundingClientRect().right > innerWidth)"
        ".map((one) => one.outerHTML.slice(0, 200))"
    )
    assert wide == []


def test_the_map_fits_its_column_and_its_words_can_be_read(rendered):
    page = rendered("SoundMap")
    for width, height in ((1280, 800), (560, 500)):
        page.set_viewport_size({"width": width, "height": height})
        box = page.locator(".map").bounding_box()
        frame = page.locator(".frame").bounding_box()
        assert box["width"] >= 640 and frame["x"] + frame["width"] <= width
        assert height < 800 or box["height"] <= 600
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # only the map itself moves


def test_every_script_is_among_them():
    assert set(SCRIPTS) == set(STATES)
