"""Unique: excerpts of 30 s of 3115 popular songs, each by another artist, in fourteen genres.

It comes as genre folders, or as a table of files and genres. No artist is in it twice (table 1 of Defferrard
et al., FMA: A dataset for music analysis, ISMIR 2017), so each song is a group of its own.
"""

from pathlib import PureWindowsPath

from mirlab.datasets import files, genre_folders
from mirlab.datasets.tables import Table
from mirlab.errors import DatasetError

HOMEPAGE = "http://www.seyerlehner.info/index.php?p=1_3_Download"

LICENSE_INFO = (
    "No licence is known. The recordings belong to their owners; mirlab neither contains nor downloads them."
)

BIBTEX = """@inproceedings{seyerlehner2010fusing,
  author    = {Klaus Seyerlehner and Gerhard Widmer and Tim Pohle},
  title     = {Fusing block-level features for music similarity estimation},
  booktitle = {Proceedings of the 13th International Conference on Digital Audio Effects (DAFx)},
  pages     = {225--232},
  year      = {2010}
}"""

LAYOUT = "unique/<genre>/<song>.mp3, or unique/<any name>.csv with the columns file and genre"

SOURCE = (
    "Its author's homepage offered it, but is reported gone; ask the authors, or a group that has a copy."
)

FOLDERS = ("unique", "Seyerlehner-Unique")

GENRES = {
    "blues": (),
    "country": (),
    "dance": (),
    "electronica": ("electronic",),
    "hip-hop": (),
    "jazz": (),
    "klassik": ("classical",),
    "reggae": (),
    "rock": (),
    "schlager": (),
    "soul rnb": ("soul", "soul r&b"),
    "volksmusik": ("folk",),
    "world": (),
    "wort": ("spoken", "spoken word"),
}
"""The labels in the order of the paper's table 2, and how else copies call them."""

SONGS = 3115
LENGTH = 30.0  # s
SECONDS = (29.0, 31.0)


def find(root, *, scale="paper"):
    """List Unique where it was unpacked.

    Parameters
    ----------
    root : str or os.PathLike
        The folder of the fourteen genres, or of the table, or one it lies in.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, 30 s an excerpt.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``; each song is a group. How much is missing is
        told in `problems`.

    Raises
    ------
    DatasetError
        If fewer than two genres have files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for song in ("Classical/a.mp3", "Soul_RnB/a.mp3"):
    ...         Path(root, song).parent.mkdir()
    ...         Path(root, song).touch()
    ...     [excerpt.track_id for excerpt in find(root).excerpts]
    ['klassik/a', 'soul rnb/a']
    """
    found, problems = genre_folders.songs(root, GENRES, folders=FOLDERS)
    if len({label for label, _ in found}) < 2:
        found, problems = _listed(root) or (found, problems)
    unique = genre_folders.listing(
        "unique",
        found,
        GENRES,
        length=LENGTH,
        problems=problems,
        layout=LAYOUT,
        root=root,
        artists=False,
        seconds=SECONDS,
    )
    unique.problems.extend(genre_folders.lacking(unique, SONGS))
    return unique


def _listed(root):
    """Return what a table says, if there is one: label and file of each song, and what is wrong with it."""
    refused = []
    for place in genre_folders.places(root, FOLDERS):
        for path in files.visible(place):
            if path.suffix.lower() == ".csv":
                try:
                    return _read(Table(path, ["file", "genre"]))
                except DatasetError as error:
                    refused.append(error)
    if refused:
        raise refused[0]
    return None


def _read(table):
    found = []
    for line, row in table:
        label = genre_folders.label_of(row["genre"], GENRES)
        file = PureWindowsPath(row["file"])  # whose separators are both
        if label is None:
            table.fault(line, f"no genre of this set; there are {', '.join(GENRES)}")
        elif file.anchor or ".." in file.parts or not file.parts:
            table.fault(line, "a file that is not below the folder of the table")
        else:
            found.append((label, table.path.parent.joinpath(*file.parts)))
    order = list(GENRES)
    return sorted(found, key=lambda song: order.index(song[0])), table.problems
