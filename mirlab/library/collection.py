"""The learner's own data set: its contents, its oddities, changes to it, and its figures."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from mirlab import evaluate, paper
from mirlab.datasets import Dataset
from mirlab.features import HOP_LENGTH, SAMPLE_RATE, WIDTH
from mirlab.library.measured import Measured

K = 10  # neighbours, as in Table 5
LISTED = 5  # notes of one kind that are listed one by one


@dataclass(frozen=True, eq=False)
class Library:
    """A learner's own data set, with the changes that were made to it.

    Attributes
    ----------
    study : mirlab.paper.Study
        The study that the data set is part of.
    name : str
        The name of the set in the study, such as "folder".
    title : str
        The name in tables and pictures; it says so if the recordings are synthetic.
    message : str
        How opening it went, in a sentence or two.
    dataset : Dataset
        The excerpts after the changes; `problems` says what was left out, with paths below the folder.
    rows : ndarray, shape (n,) of int
        The position of each excerpt in the study's set.
    synthetic : bool
        Whether it is the practice folder.
    """

    study: paper.Study
    name: str
    title: str
    message: str
    dataset: Dataset
    rows: np.ndarray
    synthetic: bool = False

    def __len__(self):
        return len(self.dataset)

    def __repr__(self):
        return f"Library of {self.title}: {len(self)} excerpts of {len(set(self.recordings))} recordings"

    # -- what the protocols of `mirlab.paper` need -----------------------------------------------------------

    @property
    def groups(self) -> np.ndarray | None:
        """What a split must not cut: recordings in a folder; None for sets that the paper splits by song."""
        return None if self.study.groups(self.name) is None else self.dataset.groups

    @property
    def labels(self) -> np.ndarray:
        """The label of each excerpt, by name."""
        return np.array(self.dataset.label_names)[self.dataset.y]

    def windows(self, features) -> list[np.ndarray]:
        """Return the window-level features of the excerpts.

        Parameters
        ----------
        features : {"base", "genre", "tag"}
            The kind of features.

        Returns
        -------
        list of ndarray, shape (windows, p), float32
            As from `mirlab.paper.Study.windows`.
        """
        whole = self.study.windows(self.name, features)
        return [whole[i] for i in self.rows]

    # -- its contents ----------------------------------------------------------------------------------------

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
            One row per label.
        """
        table = pd.DataFrame({"label": self.labels, "recordings": self.recordings, "excerpts": 1})
        return table.groupby("label", sort=False).agg({"recordings": "nunique", "excerpts": "sum"})

    def copies(self) -> dict[str, str]:
        """Find recordings that are the same file, byte for byte, as another.

        Returns
        -------
        dict of str to str
            The copy, and the recording that it is a copy of.
        """
        same = {}
        for one, fingerprint in zip(self.recordings.tolist(), self.dataset.fingerprints, strict=True):
            same.setdefault(fingerprint, []).append(one)
        copies = {}
        for names in same.values():
            original = min(names, key=lambda name: (len(name), name))  # "a.wav" before "a (1).wav"
            copies |= {one: original for one in names if one != original}
        return copies

    def notes(self) -> list[str]:
        """Report what is odd about readable files.

        Returns
        -------
        list of str
            One sentence each: copies, recordings shorter than a window, labels with a single recording or a
            single artist. Each kind has at most `LISTED`, and a count of the others.
        """
        return [
            *_listed([f"{copy}: is the same file as {original}" for copy, original in self.copies().items()]),
            *_listed(self._short()),
            *_listed(self._single()),
        ]

    def _short(self):
        """Report recordings that are shorter than a window."""
        frames = np.diff(self.study.stored(self.name).offsets)[self.rows]
        n_excerpts = Counter(self.recordings.tolist())
        window = WIDTH * HOP_LENGTH / SAMPLE_RATE
        return [
            f"{one}: lasts {n * HOP_LENGTH / SAMPLE_RATE:.1f} s, less than one window of {window:.1f} s"
            for one, n in zip(self.recordings, frames, strict=True)
            if n < WIDTH and n_excerpts[one] == 1
        ]

    def _single(self):
        """Report labels whose excerpts all come from one recording, or from one artist."""
        table = pd.DataFrame(
            {"label": self.labels, "recording": self.recordings, "group": self.dataset.groups}
        )
        numbers = table.groupby("label", sort=False).nunique()
        notes = []
        for label, row in numbers[numbers["group"] == 1].iterrows():
            if row["recording"] == 1:
                notes.append(f"{label}: has a single recording, so it cannot be both learned and tested")
            else:
                notes.append(
                    f"{label}: all {row['recording']} recordings are of one artist, so a classifier may "
                    "learn the artist in place of the label"
                )
        return notes

    # -- changes ---------------------------------------------------------------------------------------------

    def changed(self, labels):
        """Leave recordings out, or give them another label. Files are not changed.

        Parameters
        ----------
        labels : dict of str to (str or None)
            The new label of a recording, or None to leave it out. Its present label changes nothing.

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
                raise ValueError(f"labels: {label!r} is not a label; there are {', '.join(data.label_names)}")
            elif label != before[recording]:
                y[own == recording] = data.label_names.index(label)
                problems.append(f"{recording}: called {label} by hand, not {before[recording]}")
        if not keep.any():
            raise ValueError("labels: every recording would be left out; keep some")
        kept = np.flatnonzero(keep)
        dataset = replace(data, y=y, problems=problems).subset(kept)
        return replace(self, dataset=dataset, rows=self.rows[kept])

    def testable(self):
        """Leave out every label that has a single recording: it can be learned or tested, but not both.

        Returns
        -------
        Library
            The same library if fewer than two labels would be left, since then nothing can be tested.
        """
        table = self.contents()
        enough = table.index[table["recordings"] > 1]
        if len(enough) < 2 or len(enough) == len(table):
            return self
        single = dict.fromkeys(dict.fromkeys(self.recordings.tolist()))
        labels = dict(zip(single, self.labels_of(single), strict=True))
        return self.changed({one: None for one, label in labels.items() if label not in enough})

    # -- figures ---------------------------------------------------------------------------------------------

    def measure(self, features=paper.FEATURES) -> Measured:
        """Measure accuracy and precision at 10 as `mirlab.paper.reproduce` does.

        Parameters
        ----------
        features : sequence of {"base", "genre", "tag"}
            Kinds of features.

        Returns
        -------
        Measured
            It reports what cannot be measured; nothing is raised.
        """
        protocols = {
            "accuracy": partial(paper.accuracy, seed=self.study.seed),
            "precision at 10": paper.similarity,
        }
        results, problems = {name: {} for name in protocols}, []
        for name, protocol in protocols.items():
            for kind in features:
                try:
                    results[name][kind] = protocol(self.windows(kind), self.labels, self.groups)
                except ValueError as error:
                    problems.append(f"{name}: {error}")
        asked, best = None, 1.0
        if results["precision at 10"]:
            asked, best = (of(self.labels, self.groups) for of in (paper.queries, paper.attainable))
        groups = None if asked is None or self.groups is None else self.groups[asked]
        return Measured(*results.values(), list(dict.fromkeys(problems)), groups, best)

    def doubts(self, features="base", *, k=K) -> pd.DataFrame:
        """Compare the label of each recording with the labels of its nearest neighbours of other recordings.

        Parameters
        ----------
        features : {"base", "genre", "tag"}
            The space; distances are L1 between mean windows.
        k : int
            Neighbours of each excerpt; fewer if the set is too small.

        Returns
        -------
        pandas.DataFrame
            One row per recording, the most doubtful first: ``recording``, ``label``, ``agree`` (share of the
            neighbours that have its label), ``neighbours say`` (the label that most of them have). Empty if
            there are fewer than two recordings.
        """
        data, own = self.dataset, self.recordings
        columns = ["recording", "label", "agree", "neighbours say"]
        numbers = np.unique(own, return_inverse=True)[1]
        others = len(own) - np.bincount(numbers).max()
        if not others:
            return pd.DataFrame(columns=columns)
        songs = evaluate.song_vectors(self.windows(features))
        _, near = evaluate.nearest(songs, k=min(k, others), groups=numbers)
        rows = []
        for one in dict.fromkeys(own.tolist()):
            excerpts = np.flatnonzero(own == one)
            labels = data.y[near[excerpts]].ravel()
            votes = np.bincount(labels, minlength=len(data.label_names)) / len(labels)
            label = data.y[excerpts[0]]
            rows.append((one, data.label_names[label], votes[label], data.label_names[votes.argmax()]))
        return pd.DataFrame(rows, columns=columns).sort_values("agree", kind="stable", ignore_index=True)


def _listed(notes):
    """Shorten a list of notes of the same kind."""
    more = len(notes) - LISTED
    if more < 2:
        return notes
    return [*notes[:LISTED], f"… and {more} more notes like the last one"]
