"""Anybody's music: one folder a label, long recordings cut into excerpts."""

from pathlib import Path

from mirlab import audio
from mirlab.datasets import files
from mirlab.errors import AudioError, DatasetError

LAYOUT = "<root>/<label>/<recording>, with two labels or more"

EXCERPT = {"lesson": 10.0, "paper": 30.0}  # s
SHORTEST = 2.0  # s; the paper's window is 1.5 s, so the end of a recording is used if it holds one


def load(root, *, scale="lesson"):
    """Read a folder of labelled recordings, ``<root>/<label>/<recording>``.

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
    Dataset
        Track ids are ``label/file#k``, in the order of their names. Recordings that cannot be opened, and
        sound that lies where it is not read, are told in `problems`.

    Raises
    ------
    DatasetError
        If `root` is not a folder, or holds fewer than two labels with sound.

    Examples
    --------
    >>> import tempfile, soundfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for label in ("loud", "soft"):
    ...         Path(root, label).mkdir()
    ...         soundfile.write(Path(root, label, "a.wav"), np.zeros(15 * 8000), 8000)
    ...     load(root).track_ids
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
        before = len(excerpts)
        for path in files.visible(folder):
            if path.is_dir():
                problems.append(f"{path}: folders inside a label are not read; move their files up")
            elif path.suffix.lower() in audio.SUFFIXES:
                try:
                    seconds = audio.seconds(path)
                except AudioError as error:
                    problems.append(str(error))
                    continue
                for k in range(max(1, int((seconds - SHORTEST) // length) + 1)):
                    track_id = f"{folder.name}/{path.name}#{k}"
                    excerpts.append(files.Excerpt(track_id, path, len(labels), recordings, k * length))
                recordings += 1
        if len(excerpts) > before:
            labels.append(folder.name)
        else:
            problems.append(f"{folder}: holds no sound that can be read")
    if len(labels) < 2:
        found = f"only the label {labels[0]!r} has sound" if labels else "no label has sound"
        details = "".join(f"; {problem}" for problem in problems[:2])
        raise DatasetError(f"{root}: {found}; the layout must be {LAYOUT}{details}")
    return files.dataset("folder", excerpts, label_names=labels, length=length, problems=problems)
