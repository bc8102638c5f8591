"""One look for all messages of a lesson: an icon, a word, and sentences; as text and as HTML.

The meaning never depends on colour. The HTML uses JupyterLab's own colours (light and dark), needs no
network, and says the same as the text, which is for terminals, tests and screen readers. All text is escaped.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from io import BytesIO

from mirlab.errors import LessonError
from mirlab.show.language import said

KINDS = {
    "not attempted": ("○", "Not attempted", "--jp-border-color1"),
    "right": ("✔", "Right", "--jp-success-color1"),
    "wrong": ("✘", "Wrong", "--jp-error-color1"),
    "crashed": ("⚠", "Crashed", "--jp-warn-color1"),
    "hint": ("☞", "Hint", "--jp-info-color1"),
    "solution": ("★", "Solution", "--jp-info-color1"),
    "prediction": ("✎", "Prediction", "--jp-info-color1"),
    "lesson": ("♪", "Lesson", "--jp-brand-color1"),
    "learned": ("♫", "What you have now", "--jp-brand-color1"),
    "progress": ("▦", "Progress", "--jp-brand-color1"),
    "note": ("ℹ", "Note", "--jp-info-color1"),
}
"""kind: icon, word, JupyterLab colour of the edge."""

PAGES = {"lesson", "learned", "progress"}
"""Kinds that are part of the page; the others answer something that the learner just did."""


PER_INCH = 100
"""Pixels of the page for each inch of a figure; its picture has twice as many, for sharp text."""


class Code(str):
    """Lines of code or of an error, shown unchanged."""


class Points(list):
    """Sentences, one per line, each marked with a bullet."""


class Link:
    """A link with its text; `download` is the file name under which the target is saved.

    Examples
    --------
    >>> Link("next lesson", "06.ipynb")
    next lesson (06.ipynb)
    """

    def __init__(self, text: str, href: str, download: str = ""):
        self.text, self.href, self.download = text, href, download

    def __repr__(self) -> str:
        return f"{said(self.text)} ({self.download or self.href})"

    def _repr_html_(self) -> str:
        saved = f' download="{escape(self.download)}"' if self.download else ""
        return f'<a href="{escape(self.href)}"{saved}>{escape(said(self.text))}</a>'


class Picture:
    """A picture with a sentence that says the same to people who cannot see it.

    Parameters
    ----------
    png : bytes
        The picture.
    alt : str
        The sentence.
    width : int
        Its width in pixels of the page; by default, that of the picture.

    Examples
    --------
    >>> Picture(b"...", "a rising line")
    [picture: a rising line]
    """

    def __init__(self, png: bytes, alt: str, width: int = 0):
        self.png, self.alt, self.width = png, alt, width

    def __repr__(self) -> str:
        return f"[picture: {self.alt}]"

    @property
    def url(self) -> str:
        """The picture as a data address."""
        return f"data:image/png;base64,{b64encode(self.png).decode()}"

    def _repr_html_(self) -> str:
        return image(self.url, self.alt, self.width)


class Table:
    """A table with a sentence that says the same, made by `show` of a figure that is nothing but a table."""

    def __init__(self, html: str, alt: str):
        self.html, self.alt = html, alt

    def __repr__(self) -> str:
        return f"[table: {self.alt}]"

    def _repr_html_(self) -> str:
        return self.html


def image(url: str, alt: str, width: int = 0) -> str:
    """Return a picture as HTML; it is shrunk where the page is narrower than its width."""
    wide = f' width="{width}"' if width else ""
    return (
        f'<img src="{url}" alt="{escape(alt)}"{wide} style="display: block; max-width: 100%; height: auto">'
    )


STILL = "mirlab-still"
"""The class of HTML that stands for a widget where no kernel answers it."""


def still(html: str) -> str:
    """Return HTML that stands for a widget, and says how to get the widget itself."""
    hint = said("To use the controls, run this cell.")
    return f'<div class="{STILL}">{html}<p><em>{hint}</em></p></div>'


def as_lines(text: str) -> str:
    """Return a text as safe HTML, one paragraph per line.

    Examples
    --------
    >>> as_lines("a < b")
    '<p style="margin: .25em 0">a &lt; b</p>'
    """
    return "".join(f'<p style="margin: .25em 0">{inline(line)}</p>' for line in text.splitlines())


def show(figure) -> Picture | Table:
    """Return a figure as a picture with its words; use it as the last line of a cell.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With its words in ``figure.alt``; every figure of `mirlab.plots` has them.

    Returns
    -------
    Picture or Table
        The words are its text, and its alt text in a notebook. A figure that is nothing but a table, with
        its HTML in ``figure.table``, is shown as a table.

    Raises
    ------
    LessonError
        If the figure has no words.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> figure.alt = "An empty figure."
    >>> show(figure)
    [picture: An empty figure.]
    """
    if not getattr(figure, "alt", ""):
        raise LessonError("this figure has no words for people who cannot see it; put them into `figure.alt`")
    if getattr(figure, "table", ""):
        return Table(figure.table, figure.alt)
    from mirlab.show.figures import save  # here, since a message without a picture needs no matplotlib

    png = BytesIO()
    save(figure, png, dpi=2 * PER_INCH, colours=256)
    return Picture(png.getvalue(), figure.alt, round(figure.get_figwidth() * PER_INCH))


class Card:
    r"""A message to the learner: plain text in a terminal, HTML in a notebook.

    Parameters
    ----------
    kind : str
        One of `KINDS`: gives the icon, the word and the colour of the edge.
    title : str
        The subject of the message.
    *parts
        Sentences (`str`, in which \`backticks\` mark code), `Code`, `Points`, or any object with a `repr` and
        with ``_repr_html_``.

    Examples
    --------
    >>> Card("right", "rank_weight", "The same on all `5` inputs.", Code("1 + 1/2"))
    ✔ Right: rank_weight
      The same on all `5` inputs.
          1 + 1/2
    """

    def __init__(self, kind: str, title: str, *parts):
        self.kind, self.title = kind, title
        self.parts = [part for part in parts if part or part == 0]

    def __repr__(self) -> str:
        icon, word, _ = KINDS[self.kind]
        lines = [f"{icon} {said(word)}: {said(self.title)}"]
        for part in self.parts:
            lines += ["  " + line for line in _as_text(part)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        # A screen reader reads a status aloud as soon as it appears.
        return self.html(role="note" if self.kind in PAGES else "status")

    def html(self, *, role: str) -> str:
        """Return the message as HTML, with its role in the page for screen readers."""
        icon, word, colour = KINDS[self.kind]
        edge = f"border-left: .3em solid var({colour}, #777); padding: .1em .8em; margin: .4em 0"
        title = f"<strong>{said(word)}:</strong> {inline(said(self.title))}"
        head = f'<span aria-hidden="true">{icon}</span> {title}'
        body = "".join(map(_as_html, self.parts))
        return f'<div role="{role}" style="{edge}"><p style="margin: .3em 0">{head}</p>{body}</div>'


def inline(text: str) -> str:
    """Return `text` as safe HTML, with the text between backticks as code.

    Examples
    --------
    >>> inline("`a < b` & so on")
    '<code>a &lt; b</code> &amp; so on'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _as_text(part) -> Iterable[str]:
    if isinstance(part, Code):
        return ["    " + line for line in part.splitlines()]
    if isinstance(part, Points):
        return [f"- {said(point) if isinstance(point, str) else point}" for point in part]
    return (said(part) if isinstance(part, str) else repr(part)).splitlines()


def _as_html(part) -> str:
    if isinstance(part, Code):
        return f'<pre style="margin: .3em 1em">{escape(part, quote=False)}</pre>'
    if isinstance(part, Points):
        return (
            f'<ul style="margin: .3em 0">{"".join(f"<li>{_inline_html(point)}</li>" for point in part)}</ul>'
        )
    return f'<div style="margin: .3em 0">{_inline_html(part)}</div>'


def _inline_html(part) -> str:
    return inline(said(part)) if isinstance(part, str) else part._repr_html_()
