"""Lay out the rows of a report as a table: what `text`, `page` and pictures of reports share."""

import numpy as np
import pandas as pd


def table(rows, index, columns, cell) -> pd.DataFrame:
    """Lay out rows as a table.

    Parameters
    ----------
    rows : list of dict
        Rows of a report, or of several, such as those of "table4".
    index : list of str
        Keys whose values name a row of the table.
    columns : str
        Key whose values name a column.
    cell : callable
        ``cell(rows)`` turns the rows of one cell, a pandas.DataFrame, into what the table holds.

    Returns
    -------
    pandas.DataFrame
        Rows and columns in the order in which they first appear; NaN where there is no row.

    Examples
    --------
    >>> rows = [{"dataset": "gtzan", "features": "tag", "value": 0.8},
    ...         {"dataset": "gtzan", "features": "base", "value": 0.7}]
    >>> table(rows, ["dataset"], "features", lambda one: one["value"].item())
    features  tag  base
    dataset
    gtzan     0.8   0.7
    """
    groups = pd.DataFrame(rows).groupby([*index, columns], sort=False)
    cells = pd.Series({key: cell(group) for key, group in groups}, dtype=object)
    cells.index.names = [*index, columns]
    order = cells.index.droplevel(columns).unique(), cells.index.get_level_values(columns).unique()
    return cells.unstack(columns).loc[order]


def with_interval(row, name="value") -> str:
    """Return a value of a row and half its 95 % interval, such as "0.712 ± 0.024"; differences have a sign.

    Parameters
    ----------
    row : dict or pandas.DataFrame of one row
        With ``reach``.
    name : {"value", "difference"}
        What is shown.

    Returns
    -------
    str

    Examples
    --------
    >>> with_interval({"difference": 0.0312, "reach": 0.02}, "difference")
    '+0.031 ± 0.020'
    """
    value, reach = (np.ravel(row[key]).item() for key in (name, "reach"))
    return f"{value:{'+' if name == 'difference' else ''}.3f} ± {reach:.3f}"


def markdown(cells, head) -> str:
    """Write a table as Markdown, with its row labels, which may have several parts, in the first columns.

    Parameters
    ----------
    cells : pandas.DataFrame
        As from `table`; nothing is written where a cell is missing.
    head : list of str
        Names of the columns, also of the row labels.

    Returns
    -------
    str

    Examples
    --------
    >>> print(markdown(pd.DataFrame({"base": [0.7]}, index=["gtzan"]), ["set", "base"]))
    | set | base |
    | --- | --- |
    | gtzan | 0.7 |
    """
    cells = cells.astype(object).where(cells.notna(), "")
    rows = [[*(label if isinstance(label, tuple) else [label]), *row] for label, row in cells.iterrows()]
    return lines(head, rows)


def lines(head, rows) -> str:
    """Write lists of cells as a Markdown table.

    Parameters
    ----------
    head : list of str
        Names of the columns.
    rows : list of list
        The cells of each row.

    Returns
    -------
    str

    Examples
    --------
    >>> print(lines(["set"], [["gtzan"]]))
    | set |
    | --- |
    | gtzan |
    """
    every = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in every)
