"""What every data set is to the rest of the house: ids, labels, groups, and sound on demand."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mirlab.errors import DatasetError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled excerpts. Sound is decoded (or rendered) only when asked for.

    Attributes
    ----------
    name : str
        The name that `mirlab.datasets.load` knows; synthetic sets end in ``-synth``.
    track_ids : list of str, length n
        One stable id an excerpt.
    label_names : list of str
        The labels in the set's own spelling.
    y : ndarray, shape (n,) of int, or (n, labels) of bool
        One label an excerpt, or any number of them.
    groups : ndarray, shape (n,) of int
        The artist (or the recording) of each excerpt: what must never stand on both sides of a split.
    read : callable
        ``read(i)`` returns the sound of excerpt `i`; use `audio`.
    fingerprints : list of str, length n
        Changes exactly when the sound of the excerpt changes: what `mirlab.store` keys on.
    problems : list of str
        One sentence for each file that was left out, and why.

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
    read: Callable[[int], np.ndarray] = field(repr=False)
    fingerprints: list[str] = field(repr=False)
    problems: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self):
        n = len(self.track_ids)
        if not (len(self.y) == len(self.groups) == len(self.fingerprints) == n):
            raise DatasetError(
                f"data set {self.name!r}: {n} track ids, {len(self.y)} labels, {len(self.groups)} groups and "
                f"{len(self.fingerprints)} fingerprints; there must be one of each an excerpt"
            )

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def synthetic(self) -> bool:
        """Whether mirlab itself composed and sounded this set."""
        return self.name.endswith("-synth")

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
        return self.read(i % n)
