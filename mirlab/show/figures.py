"""Figures under matplotlib's own defaults: the user's matplotlibrc, styles and rcParams do not affect them.

matplotlib reads its settings while a figure is built, and again while it is drawn (ticks are made at the last
moment). Therefore `draws_figure` decorates each function that builds a figure, and `Figure` draws and saves
itself under the defaults too. A function without the decorator fails as soon as it makes a figure.
"""

import os
import sys
import tempfile
from contextlib import chdir, contextmanager
from contextvars import ContextVar
from functools import wraps
from io import BytesIO
from pathlib import Path


def _import_matplotlib():
    """Import matplotlib; if the user's configuration makes that fail, import it without any."""
    try:
        import matplotlib.figure
    except ImportError:
        raise
    except Exception:  # MPLBACKEND names no backend, or a matplotlibrc cannot be opened or decoded
        for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
            del sys.modules[name]
        backend = os.environ.pop("MPLBACKEND", None)
        with tempfile.TemporaryDirectory() as folder, chdir(folder):
            Path("matplotlibrc").touch()  # the one in the working directory comes before all others
            import matplotlib.figure  # noqa: F401
        if backend is not None:
            os.environ["MPLBACKEND"] = backend


_import_matplotlib()

import matplotlib.figure  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib import colormaps, rc_context, rcParamsDefault  # noqa: E402

PICTURES = {}
"""Every function that builds a figure, by its full name. The tests draw all of them."""

WIDEST = 8.4
"""Inches: the output of a cell in a window of 1280 pixels is 848 pixels wide."""

SMALLEST = 10
"""Points of the smallest text in a figure: 14 pixels of the page, like the prose beside it."""

_building = ContextVar("_building", default=False)

SETTINGS = {name: value for name, value in rcParamsDefault.items() if name != "backend"}
SETTINGS["axes.titlesize"] = SMALLEST  # as large as the axes' labels: the title of a figure is larger
SETTINGS["text.parse_math"] = False  # names of files and labels are shown as they are, "$" included


@contextmanager
def defaults():
    """Draw under matplotlib's own defaults; afterwards the user's settings are back."""
    with rc_context(SETTINGS):
        yield


class Figure(matplotlib.figure.Figure):
    """A figure of ours, made in a function with the decorator `draws_figure`.

    Parameters
    ----------
    *args, **kwargs
        As for `matplotlib.figure.Figure`; a `figsize` that is wider than `WIDEST` becomes that wide, since a
        browser would shrink the picture, and with it the text, to the column of a notebook.

    Attributes
    ----------
    alt : str
        The figure in words.
    table : str
        The same as an HTML table, for a figure that is nothing but a table; a notebook shows it instead.

    Raises
    ------
    RuntimeError
        If it is made in a function without that decorator.
    """

    alt = table = ""

    def __init__(self, *args, figsize=None, **kwargs):
        if not _building.get():
            raise RuntimeError(
                "a Figure was made outside of a function with the decorator mirlab.show.figures.draws_figure"
            )
        if figsize is not None:
            figsize = min(figsize[0], WIDEST), figsize[1]
        super().__init__(figsize, *args, **kwargs)

    def draw(self, renderer):
        """Draw under the defaults."""
        with defaults():
            super().draw(renderer)

    def savefig(self, *args, **kwargs):
        """Save under the defaults; see `matplotlib.figure.Figure.savefig`."""
        with defaults():
            super().savefig(*args, **kwargs)


def draws_figure(function):
    """Decorate a function that builds a `Figure`: it runs under matplotlib's own defaults.

    Examples
    --------
    >>> @draws_figure
    ... def empty():
    ...     return Figure(figsize=(2, 1))
    >>> with matplotlib.rc_context({"figure.facecolor": "black"}):
    ...     empty().get_facecolor()
    (1.0, 1.0, 1.0, 1.0)
    """

    @wraps(function)
    def draw(*args, **kwargs):
        token = _building.set(True)
        try:
            with defaults():
                return function(*args, **kwargs)
        finally:
            _building.reset(token)

    PICTURES[f"{function.__module__}.{function.__qualname__}"] = draw
    return draw


def save(figure, file, *, dpi=130, colours=0):
    """Save a figure as PNG: equal figures give equal bytes, whatever the user has configured.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.
    file : str, Path or binary file
        Where to save it.
    dpi : float
        Pixels per inch.
    colours : int
        Keep only this many colours, at most 256, for a file of about a third of the size; 0 keeps all.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    from PIL import Image  # here, since it is needed by notebooks only

    whole, effort = (BytesIO(), {"compress_level": 1}) if colours else (file, {})
    with defaults():
        figure.savefig(whole, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs=effort)
    if colours:
        picture = Image.open(whole).convert("RGB")
        few = picture.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        palette = np.reshape(few.getpalette(), (-1, 3))
        palette[(palette > 248).all(axis=1)] = 255  # white that was averaged with its neighbours
        few.putpalette(palette.ravel().tolist())
        few.save(file, format="PNG")


def colormap(name):
    """Return one of matplotlib's colour maps with 256 colours: the user may have set another number."""
    return colormaps[name].resampled(256)
