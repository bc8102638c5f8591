"""Write the card in the folder of a fetched set: its origin, its licence, and how to cite it."""

from collections import Counter
from datetime import date
from importlib import import_module

from mirlab import __version__
from mirlab.datasets.card import plain

CARD = "data-card.md"


def card(name, title, items, chosen="", clips=()):
    """Write the card of a set.

    Parameters
    ----------
    name : str
        The module of the set in `mirlab.datasets`.
    title : str
    items : list of mirlab.fetch.sources.Item
        What was fetched.
    chosen : str
        How clips were chosen, if they are not all.
    clips : sequence of dict of str to str
        Rows of FMA's ``tracks.csv``, each with the licence and the authors of a clip.

    Returns
    -------
    str
        In Markdown.
    """
    about = import_module(f"mirlab.datasets.{name}")
    lines = [f"# {plain(title)}", "", f"Fetched by mirlab {__version__} on {date.today().isoformat()}.", ""]
    for file in (file for item in items for file in item.files):
        checked = f"sha1 as published: `{file.sha1}`" if file.sha1 else "its owners publish no checksum"
        lines.append(f"- <{file.url}> ({checked})")
    lines += [f"- Its page: <{about.HOMEPAGE}>", f"- Licence: {plain(about.LICENSE_INFO)}"]
    lines += [f"- Clips: {chosen}"] if chosen else []
    lines += ["", "## How to cite it", "", "```bibtex", about.BIBTEX, "```", ""]
    if clips:
        lines += ["## Licences", "", "| licence | clips |", "|---|---|"]
        counts = Counter(row["track.license"] or "none is stated" for row in clips)
        lines += [f"| {plain(licence)} | {n} |" for licence, n in counts.most_common()]
        lines += ["", "## Clips", "", "| clip | title | artist | album | licence |", "|---|---|---|---|---|"]
        lines += [_row(row) for row in clips]
        lines.append("")
    return "\n".join(lines)


def _row(row):
    columns = ("track.title", "artist.name", "album.title", "track.license")
    cells = [f"{int(row['track_id']):06d}", *(plain(row[column]) or "unknown" for column in columns)]
    return f"| {' | '.join(cells)} |"
