"""Define what a data set is in mirlab: ids, labels, groups, and sound that is decoded on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mirlab.datasets.naming import is_synthetic
from mirlab.errors import DatasetError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled excerpts. Their sound is decoded (or composed) only when it is used.

    Attributes
    ----------
    name : str
        The name that `mirlab.datasets.load` knows; synthetic sets end in ``-synth``.
    track_ids : list of str, length n
        One stable id for each excerpt.
    label_names : list of str
        The labels in the set's own spelling.
    y : ndarray, shape (n,) of int, or (n, labels) of bool
        One label for each excerpt, or any number of labels.
    groups : ndarray, shape (n,) of int
        The artist (or the recording) of each excerpt. A group must never be on both sides of a split.
    read : callable
        ``read(excerpts[i])`` returns the sound of excerpt `i`; use `audio`.
    fingerprints : list of str, length n
        Changes exactly when the sound of the excerpt changes; `mirlab.store` finds features by it.
    problems : list of str
        What was left out, and why: one sentence per problem.
    excerpts : sequence, length n
        What `read` needs to find the sound of each excerpt: for sets in files, their paths and more. By
        default their numbers.
    splits : dict of str to list of str, length n
        Published splits by name: the part that each excerpt belongs to, such as ``"train"`` or ``"fold 1"``,
        and ``""`` if the split leaves it out; use `split`.
    verify : callable, optional
        ``verify(excerpts[i], fingerprints[i])`` raises AudioError if the sound is not the one of the
        fingerprint any more; use `check`. It is None for sound that cannot change.

    Examples
    --------
    >>> import numpy as np
    >>> clicks = Dataset("clicks", ["a"], ["click"], np.array([0]), np.array([0]),
    ...                  lambda i: np.zeros(22050, np.float32), ["1"])
    >>> len(clicks), clicks.audio(0).shape
    (1, (22050,))
    """

    name: str
    track_ids: list[str]
    label_names: list[str]
    y: np.ndarray
    groups: np.ndarray
    read: Callable[[object], np.ndarray] = field(repr=False)
    fingerprints: list[str] = field(repr=False)
    problems: list[str] = field(default_factory=list, repr=False)
    excerpts: Sequence | None = field(default=None, repr=False)
    splits: dict[str, list[str]] = field(default_factory=dict, repr=False)
    verify: Callable[[object, str], None] | None = field(default=None, repr=False)

    def __post_init__(self):
        n = len(self.track_ids)
        if self.excerpts is None:
            object.__setattr__(self, "excerpts", range(n))
        parallel = {
            "labels": self.y,
            "groups": self.groups,
            "fingerprints": self.fingerprints,
            "excerpts": self.excerpts,
        } | {f"parts of the split {name!r}": parts for name, parts in self.splits.items()}
        if wrong := [f"{len(values)} {what}" for what, values in parallel.items() if len(values) != n]:
            raise DatasetError(
                f"data set {self.name!r}: {n} track ids, but {', '.join(wrong)}; there must be one for each"
            )

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def synthetic(self) -> bool:
        """Whether mirlab itself composed and sounded this set."""
        return is_synthetic(self.name)

    def audio(self, i: int) -> np.ndarray:
        """Return the sound of excerpt `i`.

        Parameters
        ----------
        i : int
            Position in `track_ids`; negative values count from the end.

        Returns
        -------
        ndarray, shape (samples,), float32
            Mono sound at 22 050 Hz, within -1 and 1.

        Raises
        ------
        DatasetError
            If there is no such excerpt.
        AudioError
            If its file cannot be read.
        """
        n = len(self)
        if not -n <= i < n:
            raise DatasetError(f"data set {self.name!r} has excerpts 0 to {n - 1}, not {i}")
        return self.read(self.excerpts[i])

    def check(self, i: int) -> None:
        """Make sure that the sound of excerpt `i` is the one of its fingerprint; call it after `audio`.

        Files may be changed while a program runs. What is computed from a changed file must not be kept under
        the fingerprint of the file as it was.

        Parameters
        ----------
        i : int
            Position in `track_ids`.

        Raises
        ------
        AudioError
            If the file was changed after the data set was loaded, or cannot be read any more.

        Examples
        --------
        >>> import numpy as np
        >>> clicks = Dataset("clicks", ["a"], ["click"], np.array([0]), np.array([0]),
        ...                  lambda i: np.zeros(22050, np.float32), ["1"])
        >>> clicks.check(0)
        """
        if self.verify is not None:
            self.verify(self.excerpts[i], self.fingerprints[i])

    def subset(self, rows) -> "Dataset":
        """Return a data set of some of the excerpts only, small enough to send to a worker.

        Parameters
        ----------
        rows : sequence of int
            Positions in `track_ids`, in the order that they get.

        Returns
        -------
        Dataset

        Examples
        --------
        >>> import numpy as np
        >>> clicks = Dataset("clicks", ["a", "b", "c"], ["click"], np.zeros(3, int), np.arange(3),
        ...                  lambda number: np.full(22050, number, np.float32), ["1", "2", "3"])
        >>> some = clicks.subset([2, 0])
        >>> some.track_ids, some.audio(0)[0]
        (['c', 'a'], np.float32(2.0))
        """

        def some(values):
            return [values[i] for i in rows]

        return replace(
            self,
            track_ids=some(self.track_ids),
            y=self.y[rows],
            groups=self.groups[rows],
            fingerprints=some(self.fingerprints),
            excerpts=some(self.excerpts),
            splits={name: some(parts) for name, parts in self.splits.items()},
        )

    def split(self, name: str) -> dict[str, np.ndarray]:
        """Return a published split.

        Parameters
        ----------
        name : str
            One of `splits`.

        Returns
        -------
        dict of str to ndarray of int
            The rows of each part, in the order of the parts' names; excerpts that the split leaves out are
            in none.

        Raises
        ------
        DatasetError
            If there is no such split.

        Examples
        --------
        >>> import numpy as np
        >>> clicks = Dataset("clicks", ["a", "b", "c"], ["click"], np.zeros(3, int), np.arange(3), None,
        ...                  ["1", "2", "3"], splits={"halves": ["fold 2", "fold 1", "fold 2"]})
        >>> clicks.split("halves")
        {'fold 1': array([1]), 'fold 2': array([0, 2])}
        """
        if name not in self.splits:
            there = f"there are {', '.join(self.splits)}" if self.splits else "none was published"
            raise DatasetError(f"data set {self.name!r} has no split {name!r}; {there}")
        parts = np.array(self.splits[name], dtype=str)
        return {part: np.flatnonzero(parts == part) for part in np.unique(parts).tolist() if part}
