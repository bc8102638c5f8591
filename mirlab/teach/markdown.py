"""Prose of the lessons as HTML: links become plain text, and formulas become pictures in the page."""

import re
from base64 import b64encode
from functools import cache
from html import escape
from io import BytesIO

import mistune
from matplotlib import mathtext, rc_context

from mirlab.show.figures import defaults


class _Page(mistune.HTMLRenderer):
    def link(self, text, url, title=None):
        return text

    def image(self, text, url, title=None):
        return text

    def inline_math(self, text):
        return formula(text)

    def block_math(self, text):
        return f"<p>{formula(text)}</p>"


_render = mistune.create_markdown(renderer=_Page(escape=True), plugins=["table", "math"])


def block(text: str) -> str:
    """Return Markdown as HTML.

    Parameters
    ----------
    text : str
        Markdown with tables and formulas; HTML in it is shown as it is written.

    Returns
    -------
    str

    Examples
    --------
    >>> block("Read [this](../docs/a.md), `a < b`.")
    '<p>Read this, <code>a &lt; b</code>.</p>'
    """
    return _render(text).strip()


def line(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph around it.

    Examples
    --------
    >>> line("the exercise `step`, *not* <b>")
    'the exercise <code>step</code>, <em>not</em> &lt;b&gt;'
    """
    return re.sub(r"^<p>([\s\S]*)</p>$", r"\1", block(text))


@cache
def formula(text: str) -> str:
    """Return a formula in TeX as a picture in the line, with its source as the alt text."""
    known = re.sub(r"\\tfrac", r"\\frac", text.strip())
    try:
        with defaults(), rc_context({"text.parse_math": True, "svg.fonttype": "path"}):
            picture = BytesIO()
            depth = mathtext.math_to_image(f"${known}$", picture, dpi=72, format="svg")
        height = float(re.search(rb'height="([\d.]+)pt"', picture.getvalue())[1])
    except ValueError:  # what matplotlib does not know is shown as it is written
        return f"<code>{escape(text)}</code>"
    url = f"data:image/svg+xml;base64,{b64encode(picture.getvalue()).decode()}"
    place = f"height: {height / 10:.2f}em; vertical-align: -{depth / 10:.2f}em"  # it is set in 10 points
    return f'<img class="formula" src="{url}" alt="{escape(text.strip())}" style="{place}">'
