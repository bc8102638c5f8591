"""Read 1517-Artists: 3180 full songs by 1517 artists in nineteen genres.

The paper uses the first 30 s of each song. According to public code that reads the set, files are called
``<Artist>-<Title>.mp3``. No list of its artists was found, so the artist is read from the file name.
"""

from mirlab.datasets import genre_folders, naming

HOMEPAGE = "http://www.seyerlehner.info/index.php?p=1_3_Download"

LICENSE_INFO = (
    "No licence is known. The songs belong to their artists; mirlab neither contains nor downloads them."
)

BIBTEX = """@inproceedings{seyerlehner2008frame,
  author    = {Klaus Seyerlehner and Gerhard Widmer and Peter Knees},
  title     = {Frame level audio similarity -- A codebook approach},
  booktitle = {Proceedings of the 11th International Conference on Digital Audio Effects (DAFx)},
  year      = {2008}
}"""

LAYOUT = "1517-Artists/<genre>/<Artist>-<Title>.mp3"

SOURCE = (
    "Its author's homepage offered it, but is reported gone; ask the authors, or a group that has a copy."
)

FOLDERS = naming.FOLDERS["artists1517"]

GENRES = {
    "Alternative & Punk": (),
    "Blues": (),
    "Children's": ("children",),
    "Classical": (),
    "Comedy & Spoken Word": (),
    "Country": (),
    "Easy Listening & Vocals": (),
    "Electronic & Dance": (),
    "Folk": (),
    "Hip-Hop": (),
    "Jazz": (),
    "Latin": (),
    "New Age": (),
    "R&B & Soul": ("rnb & soul",),
    "Reggae": (),
    "Religious": (),
    "Rock & Pop": (),
    "Soundtracks & More": (),
    "World": (),
}
"""The labels in the order of the paper's table 2, and other names of their folders."""

SONGS = 3180
LENGTH = 30.0  # s

_ABOUT = genre_folders.GenreSet("artists1517", GENRES, LAYOUT, LENGTH, artists=True)


def find(root, *, scale="paper", guess=True):
    """List 1517-Artists where it was unpacked.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        The folder of the nineteen genres, or any folder around it.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, the first 30 s of each song.
    guess : bool
        Whether `root` may be the set if no folder is named like it and labels are missing.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``; groups are artists. `problems` reports how much
        is missing.

    Raises
    ------
    DatasetError
        If fewer than two genres have files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for song in ("Childrens/Dry_Wells-Rain.mp3", "R_B_Soul/Two_Brooks-Rain.mp3"):
    ...         Path(root, "1517-Artists", song).parent.mkdir(parents=True)
    ...         Path(root, "1517-Artists", song).touch()
    ...     artists1517 = find(root)
    >>> [(excerpt.track_id, excerpt.label, excerpt.group) for excerpt in artists1517.excerpts]
    [("Children's/Dry_Wells-Rain", 2, 0), ('R&B & Soul/Two_Brooks-Rain', 13, 1)]
    """
    artists1517 = genre_folders.find(_ABOUT, root, guess=guess)
    artists1517.problems.extend(genre_folders.lacking(artists1517, SONGS))
    return artists1517
