"""1517-Artists: 3180 full songs by 1517 artists in nineteen genres; the paper uses the first 30 s of each.

Files are called ``<Artist>-<Title>.mp3``, as far as public code that reads the set shows. No list of its
artists was found, so the artist is taken from there.
"""

from mirlab.datasets import genre_folders

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

FOLDERS = ("artists1517", "1517-Artists")

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
"""The labels in the order of the paper's table 2, and how else their folders are called."""

SONGS = 3180
LENGTH = 30.0  # s


def find(root, *, scale="paper"):
    """List 1517-Artists where it was unpacked.

    Parameters
    ----------
    root : str or os.PathLike
        The folder of the nineteen genres, or one it lies in.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, the first 30 s of each song.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``<label>/<file name without ending>``; groups are artists. How much is missing is told
        in `problems`.

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
    found, problems = genre_folders.songs(root, GENRES, folders=FOLDERS)
    artists1517 = genre_folders.listing(
        "artists1517",
        found,
        GENRES,
        length=LENGTH,
        problems=problems,
        layout=LAYOUT,
        root=root,
        artists=True,
    )
    artists1517.problems.extend(genre_folders.lacking(artists1517, SONGS))
    return artists1517
