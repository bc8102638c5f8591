"""Read your own music: one folder per label, with long recordings cut into excerpts."""

import os
import time
import unicodedata

from mirlab import audio
from mirlab.datasets import decoding, files, unread
from mirlab.datasets.tree import Tree
from mirlab.errors import AudioError, DatasetError, printable

LAYOUT = "<root>/<label>/<recording>, with two labels or more"
FOLDERS = ()  # it may have any name

EXCERPT = {"lesson": 10.0, "paper": 30.0}  # s
SHORTEST = 2.0  # s; the paper's window is 1.5 s, so the end of a recording is used if it holds one
SHOWN = 200  # files of a label without sound that are named one by one
QUICK = 1.0  # s: shorter work needs no progress bar


def find(root, *, scale="lesson", progress=None):
    """List a folder of labelled recordings, ``<root>/<label>/<recording>``.

    No sound is decoded yet. A recording is cut into consecutive excerpts that share a group, so that an
    honest split never has one recording on both sides. An end shorter than 2 s is dropped; a recording
    shorter than that is still one excerpt.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        The folder that holds one folder per label.
    scale : {"lesson", "paper"}
        Excerpts of 10 s or 30 s.
    progress : callable, optional
        ``progress(done, total, what)``, called while recordings are measured, if that takes a while.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are ``label/file#k``, in the order of their names; a recording that cannot be opened is
        listed as one excerpt. What is not read is reported in `problems`.

    Raises
    ------
    DatasetError
        If `root` is not a folder, or holds fewer than two labels with sound that can be opened.

    Examples
    --------
    >>> import tempfile, soundfile, numpy as np
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for label in ("loud", "soft"):
    ...         Path(root, label).mkdir()
    ...         soundfile.write(Path(root, label, "a.wav"), np.zeros(15 * 8000), 8000)
    ...     [excerpt.track_id for excerpt in find(root).excerpts]
    ['loud/a.wav#0', 'loud/a.wav#1', 'soft/a.wav#0', 'soft/a.wav#1']
    """
    tree, length = Tree.of(root), EXCERPT[scale]
    problems = []
    folders = _by_label(tree, problems)
    again = []
    recordings = {label: _recordings(tree, label, some, again, problems) for label, some in folders.items()}
    if again:
        problems.append(f"{unread.first(again, 'file')} with the name of another one and not read; rename it")
    measure = _Measure(sum(map(len, recordings.values())), progress)
    excerpts, labels, group = [], [], 0
    for label, mine in recordings.items():
        seconds = [measure(path) for _, path in mine]
        if not any(total is not None for total in seconds):
            problems += _nothing(folders[label][0], [path for _, path in mine])
            continue
        for (track_id, path), total in zip(mine, seconds, strict=True):
            # A file that cannot be opened is listed like any other, and reported when it is read.
            n = 1 if total is None else max(1, int((total - SHORTEST) // length) + 1)
            excerpts += [
                files.Excerpt(f"{track_id}#{k}", path, len(labels), group, k * length) for k in range(n)
            ]
            group += 1
        labels.append(label)
    read = [path for mine in recordings.values() for _, path in mine]
    homes = [folder for some in folders.values() for folder in some]
    problems += unread.problems(tree, tree.root, homes, read, reported=again, what="label")
    if len(labels) < 2:
        reason = f"only the label {labels[0]!r} has sound" if labels else "no label has sound"
        details = "".join(f"; {problem}" for problem in problems[:2])
        raise DatasetError(f"{tree.root}: {reason}; the layout must be {LAYOUT}{details}")
    return files.Listing("folder", excerpts, labels, length, problems)


def _by_label(tree, problems):
    """Return the folders of each label; folders that differ only in the form of an accent are one label."""
    folders = {}
    for name in tree.entries(tree.root).folders:
        folders.setdefault(_shown(name), []).append(tree.root / name)
    for label, some in folders.items():
        if len(some) > 1:
            problems.append(f"{some[0]}: is one of {len(some)} folders with this name, all read as {label!r}")
        if right := decoding.ungarbled(some[0].name):
            problems.append(
                f"{some[0]}: the name may be {right!r} in a wrong encoding; if so, rename the folder"
            )
        if any("\ud800" <= sign <= "\udfff" for sign in some[0].name):
            problems.append(
                f"{some[0]}: the name is not a text in the encoding of this system; rename the folder"
            )
    return folders


def _recordings(tree, label, folders, again, problems):
    """Return the track id, without a number, and the path of each recording of a label."""
    found = {}
    for folder in folders:
        try:
            names = tree.entries(folder).sounds
        except DatasetError as error:
            problems.append(str(error))
            continue
        for name in names:
            # Two files may differ only in the form of an accent: then the second one gets the other form.
            ids = (f"{label}/{_shown(name, form)}" for form in ("NFC", "NFD"))
            track_id = next((track_id for track_id in ids if track_id not in found), None)
            if track_id is None:
                again.append(folder / name)
            else:
                found[track_id] = folder / name
    return list(found.items())


def _nothing(folder, paths):
    """Report why a label is left out: the first few reasons, and the number of files."""
    reasons = []
    for path in paths[:SHOWN]:
        try:
            audio.seconds(path)
        except AudioError as error:
            reasons.append(str(error))
    if len(paths) > SHOWN:
        reasons.append(f"{folder}: {len(paths) - SHOWN} more files cannot be read")
    return [*reasons, f"{folder}: holds no sound that can be read"]


class _Measure:
    """Measure the length of recordings, and report the progress."""

    def __init__(self, total, progress):
        self.done, self.total, self.progress, self.begin = 0, total, progress, time.monotonic()

    def __call__(self, path):
        """Return the length of a recording in seconds, or None if it cannot be opened."""
        self.done += 1
        if self.progress is not None and time.monotonic() - self.begin > QUICK:
            self.progress(self.done, self.total, "folder: measuring recordings")
        try:
            return audio.seconds(path) if os.path.getsize(path) else None
        except (AudioError, OSError, ValueError):
            return None


def _shown(name, form="NFC"):
    """Return a name as it is displayed: printable, different from other names, in one form of accents."""
    return printable(unicodedata.normalize(form, name.replace("\\", "\\\\")))
