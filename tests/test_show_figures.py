"""Pictures: the same whatever the user has configured, whole, with words; and no picture is left out."""

import ast
import importlib
import io
import itertools
import os
import pkgutil
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path

import matplotlib
import pytest
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from pictures import EXAMPLES
from PIL import Image

import mirlab
from mirlab.show import cards, figures

HOUSE = Path(mirlab.__file__).parent
HOSTILE = {
    "text.usetex": True,
    "font.family": ["No Such Font"],
    "font.size": 20,
    "mathtext.fontset": "cm",
    "savefig.format": "pdf",
    "savefig.dpi": 30,
    "savefig.bbox": "tight",
    "savefig.facecolor": "black",
    "savefig.transparent": True,
    "figure.dpi": 40,
    "figure.autolayout": True,
    "figure.constrained_layout.w_pad": 1,
    "figure.facecolor": "red",
    "axes.prop_cycle": matplotlib.cycler(color=["red"]),
    "axes.unicode_minus": False,
    "axes.formatter.use_locale": True,
    "axes.formatter.limits": [0, 0],
    "axes.grid": True,
    "axes.facecolor": "green",
    "xtick.labelsize": 25,
    "xtick.minor.visible": True,
    "ytick.right": True,
    "lines.linewidth": 9,
    "lines.marker": "x",
    "errorbar.capsize": 9,
    "scatter.edgecolors": "red",
    "hatch.linewidth": 7,
    "image.cmap": "jet",
    "image.interpolation": "bicubic",
    "image.origin": "lower",
    "legend.frameon": True,
    "legend.fontsize": 30,
    "path.sketch": (1, 100, 2),
    "path.effects": [withStroke(linewidth=4, foreground="white")],
}


def png(draw):
    content = io.BytesIO()
    with warnings.catch_warnings(action="error"):
        figure = draw()
        figures.save(figure, content, dpi=figure.dpi)  # so that it can be measured afterwards
    return figure, content.getvalue()


@cache
def plain(name):
    return png(EXAMPLES[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_picture_ignores_the_users_settings(name):
    with matplotlib.rc_context(HOSTILE):
        before = dict(matplotlib.rcParams)
        assert png(EXAMPLES[name])[1] == plain(name)[1]
        assert dict(matplotlib.rcParams) == before, "the user's settings must come back"


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_a_picture_is_cut_off(name):
    figure, _ = plain(name)
    with figures.defaults():
        tight = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(tight.x0, tight.y0, width - tight.x1, height - tight.y1) > -0.02


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_picture_has_words(name):
    words = plain(name)[0].alt
    assert len(words) > 20 and words.endswith(".") and "\n" not in words


def shown(figure):
    """Yield the texts that a figure shows; matplotlib keeps some ticks outside of the axes, too."""
    outside = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks() + axis.get_minor_ticks()
        if not min(axis.get_view_interval()) - 1e-9 <= tick.get_loc() <= max(axis.get_view_interval()) + 1e-9
        for label in (tick.label1, tick.label2)
    }
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in outside:
            yield text


@pytest.mark.parametrize("name", EXAMPLES)
def test_texts_of_a_picture_can_be_read(name):
    """The picture fits the column of a notebook, its text is as large as the prose, none hides another."""
    figure, _ = plain(name)
    assert figure.get_figwidth() <= figures.WIDEST
    texts = list(shown(figure))
    assert min(text.get_fontsize() for text in texts) >= figures.SMALLEST
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts if len(text.get_text()) > 1]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 2 or along <= 3, f"{one!r} and {other!r} run into each other"


def test_a_wide_figure_becomes_as_wide_as_a_column():
    assert figures.draws_figure(figures.Figure)(figsize=(13, 2)).get_size_inches().tolist() == [8.4, 2]


def test_a_shown_picture_is_sharp_and_small():
    """It has two pixels for each of the page, and few colours: white stays white."""
    figure = EXAMPLES["plots.charts.line_chart"]()
    picture = cards.show(figure)
    image = Image.open(io.BytesIO(picture.png))
    assert image.width == 2 * picture.width and f'width="{picture.width}"' in picture._repr_html_()
    assert image.mode == "P" and image.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    whole = io.BytesIO()
    figures.save(figure, whole, dpi=200)
    assert len(picture.png) < len(whole.getvalue()) / 2
    assert picture.png == cards.show(EXAMPLES["plots.charts.line_chart"]()).png


def test_a_figure_that_is_a_table_is_shown_as_a_table():
    figure = EXAMPLES["plots.results.neighbour_table"]()
    table = cards.show(figure)
    assert repr(table) == f"[table: {figure.alt}]" and "<img" not in table._repr_html_()
    assert table._repr_html_().count("<tr>") == 1 + 2
    assert "<strong>jazz (unique-synth) ★</strong>" in table._repr_html_()


def test_every_function_that_draws_has_an_example():
    for room in ("plots", "widgets", "lessons", "show"):
        for module in pkgutil.iter_modules([str(HOUSE / room)], f"mirlab.{room}."):
            importlib.import_module(module.name)
    ours = {name.removeprefix("mirlab.") for name in figures.PICTURES if name.startswith("mirlab.")}
    ours = {name for name in ours if not name.startswith("show.figures.")}  # of its doctest
    assert ours == {*EXAMPLES}


def test_a_function_without_the_decorator_cannot_draw():
    with pytest.raises(RuntimeError, match="draws_figure"):
        figures.Figure()
    assert figures.draws_figure(figures.Figure)().get_size_inches().tolist() == [6.4, 4.8]
    with pytest.raises(RuntimeError, match="draws_figure"):
        figures.Figure()


def test_no_other_module_makes_figures():
    for file in HOUSE.rglob("*.py"):
        if file != HOUSE / "show" / "figures.py":
            names = [
                f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            ]
            assert not [name for name in names if name.startswith(("matplotlib.figure", "matplotlib.pyplot"))]


def test_a_picture_that_is_saved_without_our_help_ignores_settings_too():
    first, second = io.BytesIO(), io.BytesIO()
    draw = EXAMPLES["plots.charts.line_chart"]
    draw().savefig(first, format="png")
    with matplotlib.rc_context(HOSTILE):
        draw().savefig(second, format="png")
    assert first.getvalue() == second.getvalue()


SCRIPT = """
import hashlib, io
from mirlab.show import cards, figures

@figures.draws_figure
def drawn():
    figure = figures.Figure(figsize=(3, 2))
    figure.subplots().imshow([[-1, 2], [3, 4]], cmap=figures.colormap("Blues"))
    return figure

content = io.BytesIO()
figures.save(drawn(), content)
print(hashlib.md5(content.getvalue()).hexdigest())
"""


def drawn_by(folder, **environment):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MPL", "MATPLOTLIB"))}
    env |= {"PYTHONPATH": str(HOUSE.parent)} | environment
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return drawn_by(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("configuration", [b"image.lut: 3\ntext.usetex: True", b"font.family: M\xfcnchen\n"])
@pytest.mark.parametrize("place", ["MATPLOTLIBRC", "working directory"])
def test_a_matplotlibrc_changes_nothing(untouched, tmp_path, configuration, place):
    (tmp_path / "matplotlibrc").write_bytes(configuration)
    (tmp_path / "empty").mkdir()
    if place == "MATPLOTLIBRC":
        assert drawn_by(tmp_path / "empty", MATPLOTLIBRC=str(tmp_path / "matplotlibrc")) == untouched
    else:
        assert drawn_by(tmp_path) == untouched


def test_other_settings_of_the_environment_change_nothing(untouched, tmp_path):
    (tmp_path / "file").touch()
    assert drawn_by(tmp_path, MPLBACKEND="nonsense", MPLCONFIGDIR=str(tmp_path / "file")) == untouched
