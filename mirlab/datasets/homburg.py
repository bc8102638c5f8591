"""Read Homburg: 1886 excerpts of 10 s in nine genres, of songs that bands published on garageband.com.

Files are called ``<Artist>-<Title>.mp3``, in which an underscore replaces every character that is not a
letter or a digit. Some artists have songs in several genres, so split the set by artist.
"""

from collections import Counter

from mirlab.datasets import genre_folders, naming

HOMEPAGE = "https://www-ai.cs.tu-dortmund.de/audio.html"

LICENSE_INFO = (
    "No licence is stated. The songs belong to the bands who put them on garageband.com; mirlab neither "
    "contains nor downloads them."
)

BIBTEX = """@inproceedings{homburg2005benchmark,
  author    = {Helge Homburg and Ingo Mierswa and B{\\"u}lent M{\\"o}ller and Katharina Morik and
               Michael Wurst},
  title     = {A benchmark dataset for audio classification and clustering},
  booktitle = {Proceedings of the 6th International Conference on Music Information Retrieval (ISMIR)},
  pages     = {528--531},
  year      = {2005}
}"""

LAYOUT = "homburg/<genre>/<Artist>-<Title>.mp3"

SOURCE = (
    "The AI group of TU Dortmund (Music Audio Benchmark Data Set) offers one archive per genre; unpack each "
    "into a folder of its genre's name."
)

FOLDERS = naming.FOLDERS["homburg"]

GENRES = {
    "alternative": (),
    "blues": (),
    "electronic": (),
    "folkcountry": (),
    "funksoulrnb": ("funk/soul/r&b",),
    "jazz": (),
    "pop": (),
    "raphiphop": ("hip-hop",),
    "rock": (),
}
"""The labels in the order of the paper's table 2, and other names of their folders."""

SIZES = dict(zip(GENRES, (145, 120, 113, 222, 47, 319, 116, 300, 504), strict=True))
LENGTH = 10.0  # s
SECONDS = (9.0, 11.0)

_ABOUT = genre_folders.GenreSet("homburg", GENRES, LAYOUT, LENGTH, SECONDS, artists=True)


def find(root, *, scale="paper", guess=True):
    """List Homburg where it was unpacked.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        The folder of the nine genres, or any folder around it.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, excerpts of 10 s.
    guess : bool
        Whether `root` may be the set if no folder is named like it and labels are missing.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``; groups are artists. `problems` reports
        what is missing in each genre.

    Raises
    ------
    DatasetError
        If fewer than two genres have files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for song in ("blues/Dry_Wells-Rain.mp3", "Folk & Country/dry_wells-More_Rain.mp3"):
    ...         Path(root, song).parent.mkdir()
    ...         Path(root, song).touch()
    ...     homburg = find(root)
    >>> [(excerpt.track_id, excerpt.group) for excerpt in homburg.excerpts]
    [('blues/Dry_Wells-Rain', 0), ('folkcountry/dry_wells-More_Rain', 0)]
    >>> homburg.problems[1]
    'blues: 1 of 120 files'
    """
    homburg = genre_folders.find(_ABOUT, root, guess=guess)
    there = Counter(homburg.label_names[excerpt.label] for excerpt in homburg.excerpts)
    homburg.problems.extend(
        f"{label}: {there[label]} of {size} files" for label, size in SIZES.items() if there[label] != size
    )
    return homburg
