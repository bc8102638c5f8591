"""The training data of WARP: rows of features, the labels of each row, and batches drawn from them.

X may be a memory map of any size, so rows are read and converted to float32 only when they are drawn.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from mirlab.warp.plain import rank_weight

ROWS_AT_ONCE = 4096  # rows of X that are converted at a time when a whole X is embedded


def finite_rows(X, rows, dtype, where) -> np.ndarray:
    """Return `X[rows]` (an index array or a slice) as `dtype`, and check that it is finite."""
    with np.errstate(over="ignore"):
        x = np.asarray(X[rows], dtype=dtype)
    if not np.isfinite(x).all():
        bad = np.arange(len(X))[rows][~np.isfinite(x).all(axis=1)][0]
        raise ValueError(f"{where}row {bad} of X holds NaN or infinity; features must be finite")
    return x


def moments(sets) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and standard deviation of every feature over all sets (1 if a feature is constant)."""
    scaler = StandardScaler()
    for data in sets:
        for start in range(0, len(data.X), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            scaler.partial_fit(finite_rows(data.X, rows, np.float64, data.where))
    return scaler.mean_, scaler.scale_


@contextmanager
def without_read_ahead(sets):
    """Keep the system from reading ahead after each example of a memory map.

    With a map four times as large as the memory, it read 1500 times the amount that was drawn, and training
    was a hundred times slower (`benchmarks/scale.py`).
    """
    maps = [data.X for data in sets]
    for number, X in enumerate(maps):
        while isinstance(X, np.ndarray):
            X = X.base
        maps[number] = X
    maps = [X for X in maps if hasattr(X, "madvise")]  # not on Windows
    for X in maps:
        X.madvise(mmap.MADV_RANDOM)
    try:
        yield
    finally:
        for X in maps:
            X.madvise(mmap.MADV_NORMAL)


def batches(rows, batch_size, rng) -> Iterator[np.ndarray]:
    """Yield batches of `rows` without end; every row is drawn once before any is drawn again."""
    while True:
        order = rng.permutation(rows)
        for start in range(0, len(order), batch_size):
            yield np.sort(order[start : start + batch_size])  # so a memory map is read forwards


@dataclass
class Labelled:
    """One data set, ready for training: the labels of example i are `labels[starts[i]:starts[i + 1]]`."""

    X: np.ndarray
    classes: np.ndarray
    labels: np.ndarray
    starts: np.ndarray
    labels_per_example: int | None
    where: str

    def __post_init__(self):
        n_labels, counts = len(self.classes), np.diff(self.starts)
        if n_labels < 2:
            raise ValueError(
                f"y has one class only ({', '.join(map(str, self.classes))}); WARP ranks positive labels "
                "above negative ones, so there must be at least two classes"
            )
        self.rows = np.flatnonzero((counts > 0) & (counts < n_labels))
        if not len(self.rows):
            raise ValueError(
                "no example of y has both a positive and a negative label, so there is nothing to rank"
            )
        self.weights = rank_weight(np.arange(n_labels))


def read_labels(y, known):
    """Return the classes, the labels of all examples in a row, where each starts, and how many there are.

    The last is None if `y` has one label per example. `known` is an array of classes, or None to find them
    in `y`.
    """
    if y.ndim == 2 and not sparse.issparse(y) and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if y.ndim == 1:
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if known is not None:
            if len(new := np.setdiff1d(classes, known)):
                raise ValueError(
                    f"y holds {new.tolist()[0]!r}, which is not among the classes {known.tolist()}"
                )
            classes, codes = known, np.searchsorted(known, classes)[codes]
        return classes, codes.astype(np.int32), np.arange(len(y) + 1), None

    classes = np.arange(y.shape[1]) if known is None else known
    if len(classes) != y.shape[1]:
        raise ValueError(f"y has {y.shape[1]} columns; this model knows {len(classes)} classes")
    if y.dtype.kind not in "biuf":
        raise ValueError(f"y of two dimensions must be an indicator of 0 and 1, not of dtype {y.dtype}")
    indicator = sparse.csr_array(y, copy=True)
    indicator.sum_duplicates()
    indicator.eliminate_zeros()
    if (wrong := indicator.data[indicator.data != 1]).size:
        raise ValueError(f"y of two dimensions must be an indicator of 0 and 1; it holds {wrong[0]}")
    starts = indicator.indptr.astype(np.int64)
    typical = max(1, round(indicator.nnz / indicator.shape[0]))
    return classes, indicator.indices.astype(np.int32), starts, typical
