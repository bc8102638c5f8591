"""GTZAN: 1000 excerpts of 30 s in ten genres, from the original archive or its copy on Kaggle.

The set names no artists, so each track is a group of its own here, and a split by group does not keep one
artist's songs together: accuracies on it come out too high. One file of the Kaggle copy (jazz.00054.wav)
is known to be damaged; like any such file it is left out when features are extracted, and told.
"""

import re
from pathlib import Path

from mirlab.datasets import files
from mirlab.errors import DatasetError

HOMEPAGE = "http://marsyas.info/downloads/datasets.html"

LICENSE_INFO = (
    "No licence is stated. The recordings belong to their owners; the set was collected for research and "
    "mirlab neither contains nor downloads it."
)

BIBTEX = """@article{tzanetakis2002musical,
  author  = {George Tzanetakis and Perry Cook},
  title   = {Musical genre classification of audio signals},
  journal = {IEEE Transactions on Speech and Audio Processing},
  volume  = {10},
  number  = {5},
  pages   = {293--302},
  year    = {2002}
}"""

LAYOUT = "genres/<genre>/<genre>.00000.au (original) or genres_original/<genre>/<genre>.00000.wav (Kaggle)"

GENRES = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]
FILES = 100  # a genre
LENGTH = 30.0  # s

_FOLDERS = (".", "genres", "genres_original", "Data/genres_original")


def load(root, *, scale="paper"):
    """Read GTZAN from where it was unpacked.

    Parameters
    ----------
    root : str or os.PathLike
        The folder of the ten genres, or the one it lies in.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, 30 s an excerpt.

    Returns
    -------
    Dataset
        Track ids are file names without their ending, such as ``blues.00000``. What is missing of each
        genre is told in `problems`.

    Raises
    ------
    DatasetError
        If no genre folder is found, or fewer than two have files.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for genre in ("blues", "rock"):
    ...         Path(root, "genres", genre).mkdir(parents=True)
    ...         _ = Path(root, "genres", genre, f"{genre}.00000.au").write_bytes(b".snd")
    ...     gtzan = load(root)
    >>> gtzan.track_ids, gtzan.problems[0]
    (['blues.00000', 'rock.00000'], 'blues: 1 of 100 files')
    """
    root = Path(root)
    home = next((root / f for f in _FOLDERS if any((root / f / genre).is_dir() for genre in GENRES)), None)
    if home is None:
        raise DatasetError(f"{root}: GTZAN is not here; below this folder there must be {LAYOUT}")
    excerpts, problems = [], []
    for label, genre in enumerate(GENRES):
        pattern = re.compile(rf"{genre}\.\d{{5}}\.(au|wav)", re.IGNORECASE)
        found = files.visible(home / genre) if (home / genre).is_dir() else []
        tracks = {path.stem: path for path in found if pattern.fullmatch(path.name)}  # .au and .wav are one
        if len(tracks) != FILES:
            problems.append(f"{genre}: {len(tracks)} of {FILES} files")
        excerpts += [
            files.Excerpt(track_id, path, label, len(excerpts) + i)
            for i, (track_id, path) in enumerate(tracks.items())
        ]
    if len({excerpt.label for excerpt in excerpts}) < 2:
        raise DatasetError(f"{home}: fewer than two genres of GTZAN have files; there must be {LAYOUT}")
    return files.dataset("gtzan", excerpts, label_names=GENRES, length=LENGTH, problems=problems)
