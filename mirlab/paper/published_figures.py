"""The figures that the paper prints."""

import tomllib
from functools import cache

from mirlab import paths
from mirlab.errors import DatasetError


@cache
def published() -> dict:
    """Return the figures that the paper prints.

    Returns
    -------
    dict
        ``table3`` maps seeds to neighbours, ``table4`` maps sets and features to (accuracy, standard error),
        ``table5`` maps sets and features to precision at 10, ``excerpts`` maps sets to their size.

    Raises
    ------
    DatasetError
        If mirlab was not installed from a clone of the course, which contains them.

    Examples
    --------
    >>> published()["table4"]["gtzan"]["tag"]
    [0.754, 0.015]
    """
    file = paths.COURSE / "data" / "published.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing: install mirlab from a clone of the course") from error
