"""What a stored output shows, read from its HTML: pictures, sounds, tables. Nothing else of it is kept.

A notebook may come from anybody, so its HTML is never copied into another page: only data addresses, plain
text and the spans of cells are taken.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Shown:
    """One picture, sound or table of an output.

    Attributes
    ----------
    kind : str
        ``"picture"``, ``"sound"`` or ``"table"``.
    url : str
        The data address of a picture or a sound.
    words : str
        The alt text of a picture, the name of a sound.
    rows : list of list of (str, str, dict)
        The cells of a table: ``"th"`` or ``"td"``, the text, and ``rowspan`` and ``colspan``, if any.
    """

    kind: str
    url: str = ""
    words: str = ""
    rows: list = field(default_factory=list)


def read(html: str) -> list[Shown]:
    """Return what a stored output shows.

    Parameters
    ----------
    html : str
        The HTML of the output.

    Returns
    -------
    list of Shown
        In the order of the page.

    Examples
    --------
    >>> [one.words for one in read('<img src="data:image/png;base64,AA==" alt="a line"><script>x()</script>')]
    ['a line']
    >>> read('<img src="https://elsewhere.example/a.png" alt="a line">')
    []
    >>> read("<table><tr><td>jazz<br>blues</td></tr></table>")[0].rows
    [[['td', 'jazz; blues', {}]]]
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.cell = [], None

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        url = given.get("src", "")
        if tag == "img" and url.startswith("data:image/"):
            self.found.append(Shown("picture", url, given.get("alt", "")))
        elif tag == "audio" and url.startswith("data:audio/"):
            self.found.append(Shown("sound", url, given.get("aria-label", "")))
        elif tag == "table":
            self.found.append(Shown("table"))
        elif tag == "tr" and self._table():
            self._table().rows.append([])
        elif tag in ("th", "td") and self._table() and self._table().rows:
            spans = {name: given[name] for name in ("rowspan", "colspan") if given.get(name, "").isdecimal()}
            self.cell = [tag, "", spans]
            self._table().rows[-1].append(self.cell)
        elif tag == "br" and self.cell is not None:  # otherwise two lines of a cell become one word
            self.cell[1] += "; "

    def handle_data(self, text):
        if self.cell is not None:
            self.cell[1] += text

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self.cell = None

    def _table(self):
        return self.found[-1] if self.found and self.found[-1].kind == "table" else None
