"""The figures of a `Library`, with standard errors that count recordings.

Lesson 11 computes such an error by hand, so ± is a standard error here. The reports of `mirlab.paper` show
half the 95 % interval.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirlab import evaluate


@dataclass(frozen=True, eq=False)
class Measured:
    """What `Library.measure` measured.

    Attributes
    ----------
    accuracy : dict of str to mirlab.evaluate.CrossValidation
        By kind of features; empty if it cannot be measured.
    precision : dict of str to ndarray, shape (queries,)
        The same for precision at 10.
    problems : list of str
        What could not be measured, and why.
    groups : ndarray, shape (queries,), or None
        The recording of each query, if recordings are what a split must not cut. Its excerpts are not
        independent, so standard errors of precision count recordings.
    attainable : float
        The precision at 10 of a perfect space; below 1 if labels are small.
    """

    accuracy: dict[str, evaluate.CrossValidation]
    precision: dict[str, np.ndarray]
    problems: list[str]
    groups: np.ndarray | None = None
    attainable: float = 1.0

    def rows(self) -> list[dict]:
        """Return every figure with its standard error, ready for JSON.

        Returns
        -------
        list of dict
            ``measure``, ``features``, ``value`` and ``standard_error``.
        """
        rows = []
        for kind, result in self.accuracy.items():
            rows.append(("accuracy", kind, float(result.mean), float(result.standard_error)))
        for kind, shares in self.precision.items():
            error = float(evaluate.standard_error(shares, self.groups))
            rows.append(("precision at 10", kind, float(shares.mean()), error))
        return [
            dict(zip(("measure", "features", "value", "standard_error"), row, strict=True)) for row in rows
        ]

    def table(self) -> pd.DataFrame:
        """Return the figures with their standard errors as text.

        Returns
        -------
        pandas.DataFrame
            One row per kind of features, one column per measure; empty if nothing could be measured. The
            column of precision says so if less than 1 can be reached.
        """
        cells = {}
        for row in self.rows():
            column = row["measure"]
            if column == "precision at 10" and self.attainable < 1:
                column += f" (at most {self.attainable:.2f})"
            text = f"{row['value']:.2f} ± {row['standard_error']:.2f}"
            cells.setdefault(column, {})[row["features"]] = text
        return pd.DataFrame(cells)
