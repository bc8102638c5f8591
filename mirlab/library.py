"""Your own music: a folder opened, what is odd in it told, files left out or called otherwise, measured.

A `Library` is one real data set of a `mirlab.paper.Study` together with what its owner decided about it. It
stands in for the study in `mirlab.paper.classify` and `mirlab.paper.similar`, so that its figures are those
of ``mirlab reproduce --root`` as long as nothing was changed.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from mirlab import evaluate, paper
from mirlab.datasets import Dataset
from mirlab.datasets.practice import practice_folder
from mirlab.errors import DatasetError
from mirlab.features import HOP_LENGTH, SAMPLE_RATE, WIDTH

K = 10  # neighbours, as in Table 5


def open_library(folder=None, *, progress=None):
    """Open a folder of music laid out as ``<folder>/<label>/<recording>``, or any set that mirlab knows.

    Parameters
    ----------
    folder : str or os.PathLike, optional
        The folder; quotes around it, blanks and ``~`` are understood. Without one, the practice folder.
    progress : callable, optional
        ``progress(done, total, what)``, called while files are made or features extracted.

    Returns
    -------
    Library
        If `folder` cannot be used, that of the practice folder; `Library.told` says so, and why.

    Raises
    ------
    StoreError
        If features cannot be kept.
    """
    if folder is None:
        return _opened(practice_folder(progress=progress), progress, practice=True)
    try:
        return _opened(_path(folder), progress)
    except DatasetError as error:
        made = practice_folder(progress=progress)
        reason = str(error).removeprefix("no data set found under --root: ")
        reason = reason.replace("--root names the one that holds the data sets", "look at how it is written")
        told = f"Your folder cannot be used. {reason}. The lesson goes on with the practice folder."
        return replace(_opened(made, progress, practice=True), told=told)


def _opened(root, progress, *, practice=False):
    study = paper.Study(root=root, progress=progress)
    name = study.targets[0]
    features = study.features(name)
    problems = sorted({_below(root, problem) for problem in features.problems})
    dataset = replace(features.dataset, problems=problems)
    title = (
        "the practice folder (synthetic)" if practice else f"{root.resolve().name} ({name})".replace("$", "_")
    )
    notes = f"{len(problems)} note{'' if len(problems) == 1 else 's'}"
    told = f"Opened {title}: {len(dataset)} excerpts that can be used, {notes}."
    if others := study.targets[1:]:
        told += f" There is also {', '.join(others)}; name its own folder to look at it."
    return Library(study, name, title, told, dataset, np.arange(len(dataset)), practice)


def _below(root, problem):
    """Tell a file by its path below the folder: shorter, and no business of whoever reads the card."""
    place, colon, reason = problem.partition(": ")
    if place.startswith(f"{root}{os.sep}"):
        place = Path(place).relative_to(root).as_posix()
    return f"{place}{colon}{reason}"


def _path(folder):
    """Take a path as people paste it."""
    if not isinstance(folder, str | os.PathLike):
        raise DatasetError(f"FOLDER is {folder!r}: it must be None, or a path between quotes")
    text = os.fspath(folder).strip().strip("\"'").strip()
    if not text:
        raise DatasetError("FOLDER is empty: it must be None, or a path between quotes")
    if any(ord(sign) < 32 for sign in text):
        raise DatasetError(
            f"{text!r}: a backslash and a letter became a control character; write r before the first quote"
        )
    return Path(text).expanduser()


@dataclass(frozen=True, eq=False)
class Library:
    """Somebody's own data set, and what was changed in it.

    Attributes
    ----------
    study : mirlab.paper.Study
        Whose data set it is.
    name : str
        What the set is called there, such as "folder".
    title : str
        What it is called in tables and pictures; synthetic recordings are called synthetic.
    told : str
        What came of opening it, in a sentence or two.
    dataset : Dataset
        The excerpts with the changes made; `problems` says what was left out, paths below the folder.
    rows : ndarray, shape (n,) of int
        Where each excerpt stands in the study's own set.
    synthetic : bool
        Whether it is the practice folder.
    """

    study: paper.Study
    name: str
    title: str
    told: str
    dataset: Dataset
    rows: np.ndarray
    synthetic: bool = False

    def __len__(self):
        return len(self.dataset)

    def __repr__(self):
        return f"Library of {self.title}: {len(self)} excerpts of {len(set(self.recordings))} recordings"

    # -- what the protocols of `mirlab.paper` ask of a study -------------------------------------------------

    @property
    def seed(self) -> int:
        """Seed of folds."""
        return self.study.seed

    def features(self, name=""):
        """Return what has the data set as `dataset`."""
        return SimpleNamespace(dataset=self.dataset)

    def groups(self, name="") -> np.ndarray | None:
        """Return what a split must not cut, if there is anything: recordings in a folder."""
        return None if self.study.groups(self.name) is None else self.dataset.groups

    def windows(self, name, features) -> list[np.ndarray]:
        """Return the window-level features of the excerpts, as `mirlab.paper.Study.windows`."""
        whole = self.study.windows(self.name, features)
        return [whole[i] for i in self.rows]

    # -- what is in it ---------------------------------------------------------------------------------------

    @cached_property
    def recordings(self) -> np.ndarray:
        """The recording of each excerpt: its file, such as ``jazz/after hours.wav``."""
        names = [track_id.rpartition("#") for track_id in self.dataset.track_ids]
        return np.array([before or after for before, _, after in names])

    def labels_of(self, recordings) -> list[str]:
        """Return the label of each of some recordings."""
        names, y = self.dataset.label_names, self.dataset.y
        label = dict(zip(self.recordings.tolist(), (names[i] for i in y), strict=True))
        return [label[one] for one in recordings]

    def audio(self, i):
        """Return the sound of excerpt `i`: see `mirlab.datasets.Dataset.audio`."""
        return self.dataset.audio(i)

    def contents(self) -> pd.DataFrame:
        """Count recordings and excerpts.

        Returns
        -------
        pandas.DataFrame
            One row a label.
        """
        labels = np.array(self.dataset.label_names)[self.dataset.y]
        table = pd.DataFrame({"label": labels, "recordings": self.recordings, "excerpts": 1})
        return table.groupby("label", sort=False).agg({"recordings": "nunique", "excerpts": "sum"})

    def copies(self) -> dict[str, str]:
        """Find recordings that are the same file, byte for byte, as another.

        Returns
        -------
        dict of str to str
            The copy, and what it is a copy of.
        """
        same = {}
        for one, fingerprint in zip(self.recordings.tolist(), self.dataset.fingerprints, strict=True):
            same.setdefault(fingerprint, []).append(one)
        found = {}
        for names in same.values():
            original = min(names, key=lambda name: (len(name), name))  # "a.wav" before "a (1).wav"
            found |= {one: original for one in names if one != original}
        return found

    def notes(self) -> list[str]:
        """Say what is odd about files that can be read.

        Returns
        -------
        list of str
            One sentence each: copies, recordings shorter than a window, labels with a single recording.
        """
        labels = self.contents()
        frames = np.diff(self.study.features(self.name).offsets)[self.rows]
        several = Counter(self.recordings.tolist())
        window = WIDTH * HOP_LENGTH / SAMPLE_RATE
        return [
            *(f"{copy}: is the same file as {original}" for copy, original in self.copies().items()),
            *(
                f"{one}: lasts {n * HOP_LENGTH / SAMPLE_RATE:.1f} s, less than one window of {window:.1f} s"
                for one, n in zip(self.recordings, frames, strict=True)
                if n < WIDTH and several[one] == 1
            ),
            *(
                f"{label}: has a single recording, so it cannot be both learned and tested"
                for label in labels.index[labels["recordings"] == 1]
            ),
        ]

    # -- what its owner decides ------------------------------------------------------------------------------

    def changed(self, labels):
        """Leave recordings out, or call them otherwise. Files are not touched.

        Parameters
        ----------
        labels : dict of str to (str or None)
            The new label of a recording, or None to leave it out; its present label changes nothing.

        Returns
        -------
        Library
            A new one.

        Raises
        ------
        ValueError
            If there is no such recording or label, or nothing would be left.
        """
        data, own = self.dataset, self.recordings
        known = set(own.tolist())
        y, keep, problems = data.y.copy(), np.ones(len(data), bool), list(data.problems)
        before = dict(zip(labels, self.labels_of(labels), strict=True)) if labels.keys() <= known else {}
        for recording, label in labels.items():
            if recording not in known:
                raise ValueError(f"labels: there is no recording {recording!r} in {self.title}")
            if label is None:
                keep &= own != recording
                problems.append(f"{recording}: left out by hand")
            elif label not in data.label_names:
                raise ValueError(f"labels: {label!r} is no label; there are {', '.join(data.label_names)}")
            elif label != before[recording]:
                y[own == recording] = data.label_names.index(label)
                problems.append(f"{recording}: called {label} by hand, not {before[recording]}")
        if not keep.any():
            raise ValueError("labels: every recording would be left out; keep some")
        kept = np.flatnonzero(keep)
        dataset = replace(data, y=y, problems=problems).subset(kept)
        return replace(self, dataset=dataset, rows=self.rows[kept])

    def testable(self):
        """Leave out every label that has a single recording, since it can be learned or tested, not both.

        Returns
        -------
        Library
            The same if fewer than two labels would be left: then nothing can be tested.
        """
        table = self.contents()
        enough = table.index[table["recordings"] > 1]
        if len(enough) < 2 or len(enough) == len(table):
            return self
        single = dict.fromkeys(dict.fromkeys(self.recordings.tolist()))
        labels = dict(zip(single, self.labels_of(single), strict=True))
        return self.changed({one: None for one, label in labels.items() if label not in enough})

    # -- what comes out --------------------------------------------------------------------------------------

    def measure(self, features=paper.FEATURES) -> "Measured":
        """Measure accuracy and precision at 10 as ``mirlab reproduce`` does.

        Parameters
        ----------
        features : sequence of {"base", "genre", "tag"}
            On which features.

        Returns
        -------
        Measured
            What cannot be measured is told, not raised.
        """
        found = {paper.classify: {}, paper.similar: {}}
        problems = []
        for protocol, results in found.items():
            for kind in features:
                try:
                    results[kind] = protocol(self, self.name, kind)
                except ValueError as error:
                    problems.append(f"{_MEASURES[protocol]}: {error}")
        return Measured(found[paper.classify], found[paper.similar], list(dict.fromkeys(problems)))

    def doubts(self, features="base", *, k=K) -> pd.DataFrame:
        """Ask the neighbours of each recording, among all others, what its label should be.

        Parameters
        ----------
        features : {"base", "genre", "tag"}
            In which space; distances are L1 between mean windows.
        k : int
            Neighbours of each excerpt, fewer if there are not so many.

        Returns
        -------
        pandas.DataFrame
            One row a recording, the most doubtful first: ``recording``, ``label``, ``agree`` (share of
            neighbours that carry its label), ``neighbours say`` (what most of them carry). Empty if there
            are fewer than two recordings.
        """
        data, own = self.dataset, self.recordings
        columns = ["recording", "label", "agree", "neighbours say"]
        numbers = np.unique(own, return_inverse=True)[1]
        others = len(own) - np.bincount(numbers).max()
        if not others:
            return pd.DataFrame(columns=columns)
        songs = evaluate.song_vectors(self.windows(self.name, features))
        _, near = evaluate.nearest(songs, k=min(k, others), groups=numbers)
        rows = []
        for one in dict.fromkeys(own.tolist()):
            mine = np.flatnonzero(own == one)
            votes = np.bincount(data.y[near[mine]].ravel(), minlength=len(data.label_names)) / near[mine].size
            label = data.y[mine[0]]
            rows.append((one, data.label_names[label], votes[label], data.label_names[votes.argmax()]))
        return pd.DataFrame(rows, columns=columns).sort_values("agree", kind="stable", ignore_index=True)


_MEASURES = {paper.classify: "accuracy", paper.similar: "precision at 10"}


@dataclass(frozen=True, eq=False)
class Measured:
    """What `Library.measure` found.

    Attributes
    ----------
    accuracy : dict of str to mirlab.evaluate.CrossValidation
        By kind of features; empty if it was refused.
    precision : dict of str to ndarray, shape (queries,)
        The same for precision at 10.
    problems : list of str
        What could not be measured, and why.
    """

    accuracy: dict[str, evaluate.CrossValidation]
    precision: dict[str, np.ndarray]
    problems: list[str]

    def rows(self) -> list[dict]:
        """Return every figure with its standard error, ready for JSON.

        Returns
        -------
        list of dict
            ``measure``, ``features``, ``value``, ``standard_error`` (None if there is a single query).
        """
        rows = []
        for kind, result in self.accuracy.items():
            rows.append(("accuracy", kind, float(result.mean), float(result.standard_error)))
        for kind, shares in self.precision.items():
            error = float(evaluate.standard_error(shares)) if len(shares) > 1 else None
            rows.append(("precision at 10", kind, float(shares.mean()), error))
        return [
            dict(zip(("measure", "features", "value", "standard_error"), row, strict=True)) for row in rows
        ]

    def table(self) -> pd.DataFrame:
        """Return the figures as people read them.

        Returns
        -------
        pandas.DataFrame
            One row a kind of features, one column a measure; empty if nothing could be measured.
        """
        cells = {}
        for row in self.rows():
            error = "" if row["standard_error"] is None else f" ± {row['standard_error']:.2f}"
            cells.setdefault(row["measure"], {})[row["features"]] = f"{row['value']:.2f}{error}"
        return pd.DataFrame(cells)
