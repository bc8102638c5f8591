"""Anybody's music: one folder a label, long recordings cut into excerpts."""

from pathlib import Path

from mirlab import audio
from mirlab.datasets import files
from mirlab.errors import AudioError, DatasetError, printable

LAYOUT = "<root>/<label>/<recording>, with two labels or more"
FOLDERS = ()  # it may be called anything

EXCERPT = {"lesson": 10.0, "paper": 30.0}  # s
SHORTEST = 2.0  # s; the paper's window is 1.5 s, so the end of a recording is used if it holds one


def find(root, *, scale="lesson"):
    """List a folder of labelled recordings, ``<root>/<label>/<recording>``.

    No sound is decoded yet. A recording is cut into consecutive excerpts that share a group, so that an
    honest split never has one recording on both sides. An end shorter than 2 s is dropped; a recording
    shorter than that is still one excerpt. Hidden files, and files not named like sound, are passed over.

    Parameters
    ----------
    root : str or os.PathLike
        The folder that holds one folder a label.
    scale : {"lesson", "paper"}
        Excerpts of 10 s or 30 s.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``label/file#k``, in the order of their names; a recording that cannot be opened is
        listed as one excerpt. Sound that lies where it is not read is told in `problems`.

    Raises
    ------
    DatasetError
        If `root` is not a folder, or holds fewer than two labels with sound that can be opened.

    Examples
    --------
    >>> import tempfile, soundfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for label in ("loud", "soft"):
    ...         Path(root, label).mkdir()
    ...         soundfile.write(Path(root, label, "a.wav"), np.zeros(15 * 8000), 8000)
    ...     [excerpt.track_id for excerpt in find(root).excerpts]
    ['loud/a.wav#0', 'loud/a.wav#1', 'soft/a.wav#0', 'soft/a.wav#1']
    """
    root = Path(root)
    length = EXCERPT[scale]
    excerpts, labels, problems = [], [], []
    recordings = 0
    for folder in files.visible(root):
        if not folder.is_dir():
            if folder.suffix.lower() in audio.SUFFIXES:
                problems.append(f"{folder}: lies beside the label folders, not in one of them")
            continue
        found, refused = [], []
        for path in files.visible(folder):
            if path.is_dir():
                problems.append(f"{path}: folders inside a label are not read; move their files up")
            elif path.suffix.lower() in audio.SUFFIXES:
                track_id = f"{_told(folder)}/{_told(path)}"
                try:
                    n = max(1, int((audio.seconds(path) - SHORTEST) // length) + 1)
                except AudioError as error:
                    refused.append(str(error))
                    n = 1  # listed like any other, and told when its turn comes
                found += [
                    files.Excerpt(f"{track_id}#{k}", path, len(labels), recordings, k * length)
                    for k in range(n)
                ]
                recordings += 1
        if len(found) > len(refused):
            excerpts += found
            labels.append(_told(folder))
        else:
            problems += [*refused, f"{folder}: holds no sound that can be read"]
    if len(labels) < 2:
        told = f"only the label {labels[0]!r} has sound" if labels else "no label has sound"
        details = "".join(f"; {problem}" for problem in problems[:2])
        raise DatasetError(f"{root}: {told}; the layout must be {LAYOUT}{details}")
    return files.Listing("folder", excerpts, labels, length, problems)


def _told(path):
    """Return the name of a file or folder so that it can be printed, and no two look the same."""
    return printable(path.name.replace("\\", "\\\\"))
