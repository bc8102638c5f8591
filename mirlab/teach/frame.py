"""A page of the pack: one file with its style and script in it; it is forbidden to load anything else."""

from html import escape
from importlib import resources

from mirlab.show.cards import inline

POLICY = (
    "default-src 'none'; img-src data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)


def page(title: str, body: str, *, style: str, script: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Its title, as text.
    body : str
        Its content, as HTML.
    style, script : str
        Names of files of this room.

    Returns
    -------
    str

    Examples
    --------
    >>> page("A & B", "<p>…</p>", style="paper.css").splitlines()[3]
    '<title>A &amp; B</title>'
    """
    run = f"<script>\n{_read(script)}</script>\n" if script else ""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<style>\n{_read(style)}</style>\n<body>\n{body}\n{run}</body>\n</html>\n"
    )


def link(text: str, href: str) -> str:
    """Return a link to another file of the pack; `text` is HTML.

    Examples
    --------
    >>> link("slides", "../slides/05.html")
    '<a href="../slides/05.html">slides</a>'
    """
    return f'<a href="{escape(href)}">{text}</a>'


def points(items, kind: str = "ul") -> str:
    """Return a list; its items are HTML.

    Examples
    --------
    >>> points(["a", "b"])
    '<ul><li>a</li><li>b</li></ul>'
    """
    return f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"


def table(header, rows) -> str:
    """Return a table; its cells are HTML.

    Examples
    --------
    >>> table(["a"], [["1"]])
    '<table><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def definitions(terms) -> str:
    """Return terms and what they mean, both as they are in a lesson's file.

    Examples
    --------
    >>> definitions({"`C`": "a cost"})
    '<dl><dt><code>C</code></dt><dd>a cost</dd></dl>'
    """
    pairs = (f"<dt>{inline(name)}</dt><dd>{inline(meaning)}</dd>" for name, meaning in terms.items())
    return f"<dl>{''.join(pairs)}</dl>"


def code(text: str) -> str:
    """Return lines of code.

    Examples
    --------
    >>> code("a < b")
    '<pre><code>a &lt; b</code></pre>'
    """
    return f"<pre><code>{escape(text, quote=False)}</code></pre>"


def _read(name):
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
