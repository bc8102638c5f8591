"""Read Unique: excerpts of 30 s of 3115 popular songs, each by a different artist, in fourteen genres.

It comes as genre folders, or as a table of files and genres. No artist is in it twice (table 1 of Defferrard
et al., FMA: A dataset for music analysis, ISMIR 2017), so each song is a group of its own.
"""

from pathlib import PureWindowsPath

from mirlab.datasets import genre_folders, naming, unread
from mirlab.datasets.endings import ending
from mirlab.datasets.spelling import label_of
from mirlab.datasets.tables import Table
from mirlab.datasets.tree import Tree
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

FOLDERS = naming.FOLDERS["unique"]

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
"""The labels in the order of the paper's table 2, and their names in other copies."""

SONGS = 3115
LENGTH = 30.0  # s
SECONDS = (29.0, 31.0)

_ABOUT = genre_folders.GenreSet("unique", GENRES, LAYOUT, LENGTH, SECONDS)


def find(root, *, scale="paper", guess=True):
    """List Unique where it was unpacked.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        The folder of the fourteen genres or of the table, or any folder around it.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, excerpts of 30 s.
    guess : bool
        Whether `root` may be the set if no folder is named like it and labels are missing.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``; each song is a group. `problems` reports how
        much is missing.

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
    tree = Tree.of(root)
    try:
        unique = genre_folders.find(_ABOUT, tree, guess=guess)
    except DatasetError as error:
        unique = _from_a_table(tree, guess)
        if unique is None:
            raise error
    unique.problems.extend(genre_folders.lacking(unique, SONGS))
    return unique


def _from_a_table(tree, guess):
    """List the songs from a table, or return None if there is no table."""
    tree.entries(tree.root)
    refused = []
    for place in tree.places:
        named = naming.owner(tree.root, place)
        if named == "unique" or (guess and named is None):
            for name in tree.opened(place).files:
                if ending(name) == ".csv":
                    try:
                        table = Table(place / name, ["file", "genre"])
                    except DatasetError as error:
                        refused.append(error)
                    else:
                        return _listed(tree, table)
    if refused:
        raise refused[0]
    return None


def _listed(tree, table):
    """List the songs that a table names."""
    songs, home = [], table.path.parent
    for line, row in table:
        label = label_of(row["genre"], GENRES)
        file = PureWindowsPath(row["file"])  # whose separators are both
        if label is None:
            table.fault(line, f"not a genre of this set; there are {', '.join(GENRES)}")
        elif file.anchor or ".." in file.parts or not file.parts:
            table.fault(line, "a file that is not below the folder of the table")
        else:
            songs.append((label, tree.path(home, file.parts)))
    songs.sort(key=lambda song: list(GENRES).index(song[0]))
    there = sorted({label for label, path in songs if path.is_file()})
    if len(there) < 2:
        raise genre_folders.not_here(tree, _ABOUT, there)
    paths = [path for _, path in songs]
    left = unread.problems(tree, home, {path.parent for path in paths}, paths)
    return genre_folders.listing(_ABOUT, songs, [*table.problems, *left])
