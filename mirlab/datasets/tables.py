"""Tables that come with a data set: separated by tabs, commas or semicolons, in any usual encoding.

A table is read row by row, so its size does not matter. A row that cannot be used is left out and told; a
file that is no such table at all is refused.
"""

import codecs
import csv
import itertools
import reprlib
from pathlib import Path

from mirlab.errors import DatasetError

SEPARATORS = "\t,;"

SHOWN = 5
"""How many lines or columns a sentence lists; of the others it gives the number."""


def _as_cp1252(error):
    """Decode bytes that are no utf-8 as Windows-1252, which has no letter for five of the 256."""
    wrong = error.object[error.start : error.end]
    return wrong.decode("latin-1" if set(wrong) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "cp1252"), error.end


codecs.register_error("mirlab.cp1252", _as_cp1252)


class Table:
    r"""A csv or tsv file; iterate over it for its rows.

    It may be in utf-8, Windows-1252 (or Latin-1), or utf-16 with its mark, its cells separated by tabs,
    commas or semicolons, quoted or not, its lines ended in any way. Empty lines are passed over.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    columns : list of str
        Columns that it must have. They show what it is separated by.
    key : str, optional
        Which of `columns` holds ids: a row without one, or with that of an earlier row, is left out.
    header : int > 0
        How many rows name the columns. The names in a column are joined by dots, from top to bottom.

    Attributes
    ----------
    columns : list of str
        All columns that it has, in its order.

    Yields
    ------
    line : int
        Where the row starts, counted from 1.
    row : dict of str to str
        Its cells by column, without space around them.

    Raises
    ------
    DatasetError
        If the file is missing, unreadable, empty or no text, or has not each of `columns` once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "songs.csv")
    ...     _ = path.write_bytes(b"id;artist\n1;Mot\xf6rhead\n2\n")
    ...     songs = Table(path, ["id", "artist"])
    ...     rows = list(songs)
    >>> rows, [problem.removeprefix(str(path)) for problem in songs.problems]
    ([(2, {'id': '1', 'artist': 'Motörhead'})], [': line 3 is left out: not the 2 cells of the header'])
    """

    def __init__(self, path, columns, *, key=None, header=1):
        self.path = Path(path)
        self._wanted, self._key, self._header = columns, key, header
        self._faults = {}
        self._encoding, self._errors = self._recognise()
        found = {separator: self._names(separator) for separator in SEPARATORS}
        self._separator = max(found, key=lambda s: (len(set(columns) & set(found[s])), len(found[s])))
        self.columns = found[self._separator]
        if not self.columns:
            names = _some(map(reprlib.repr, columns))
            raise DatasetError(f"{self.path}: is empty, or no csv; it must begin with the columns {names}")
        for name in columns:
            if (times := self.columns.count(name)) != 1:
                fault = f"has {times} columns called" if times else "has no column"
                names = _some(map(reprlib.repr, self.columns))
                raise DatasetError(f"{self.path}: {fault} {name!r}; its columns are {names}")

    def __iter__(self):
        self._faults.clear()
        seen = set()
        for line, end, cells in itertools.islice(self._records(self._separator), self._header, None):
            where = line if line == end else f"{line}-{end}"
            if isinstance(cells, csv.Error):
                self.fault(where, f"no csv ({cells}); is a quote open?")
                continue
            if len(cells) != len(self.columns):
                self.fault(where, f"not the {len(self.columns)} cells of the header")
                continue
            row = dict(zip(self.columns, map(str.strip, cells), strict=True))
            broken = [name for name in self._wanted if end > line and len(row[name].splitlines()) > 1]
            if broken:  # ids and names have none, but a quote that is not closed runs into the next line
                self.fault(where, f"a line break in {broken[0]!r}; is a quote open?")
            elif any("\0" in cell for cell in cells):
                self.fault(where, "a NUL byte, which no text has")
            elif self._key and not row[self._key]:
                self.fault(where, f"no {self._key}")
            elif self._key and row[self._key] in seen:
                self.fault(where, f"the {self._key} of an earlier line")
            else:
                seen.add(row.get(self._key))
                yield line, row

    def fault(self, line, what):
        """Note that a row is left out.

        Parameters
        ----------
        line : int
            Where it starts.
        what : str
            What it has and should not have, or the other way round. Lines that share it share a sentence.
        """
        self._faults.setdefault(what, []).append(line)

    @property
    def problems(self):
        """One sentence for each kind of fault that was met, with the lines it was met in."""
        return [
            f"{self.path}: line {lines[0]} is left out: {what}"
            if len(lines) == 1
            else f"{self.path}: {len(lines)} rows are left out, in lines {_some(map(str, lines))}: {what}"
            for what, lines in self._faults.items()
        ]

    def _recognise(self):
        """Return the encoding, and what to do with bytes that are not in it."""
        try:
            if self.path.exists() and not self.path.is_file():
                raise DatasetError(f"{self.path}: is no file, so it cannot be read as a table")
            with open(self.path, "rb") as file:
                start = file.read(1 << 16)
        except OSError as error:
            raise DatasetError(f"{self.path}: cannot be read ({error.strerror})") from error
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", "replace"
        if b"\0" in start:
            raise DatasetError(f"{self.path}: is no text; a table must be saved as csv, best in utf-8")
        return "utf-8-sig", "mirlab.cp1252"

    def _records(self, separator):
        """Yield the first and the last line of every record, and its cells or why it has none."""
        try:
            with open(self.path, encoding=self._encoding, errors=self._errors, newline="") as file:
                reader = csv.reader(file, delimiter=separator, strict=True)
                while True:
                    line = reader.line_num + 1
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        yield line, reader.line_num, error
                    else:
                        if any(cells):
                            yield line, reader.line_num, cells
        except OSError as error:
            raise DatasetError(f"{self.path}: cannot be read ({error.strerror})") from error

    def _names(self, separator):
        """Return the names of the columns, if that is what separates them."""
        rows = [cells for _, _, cells in itertools.islice(self._records(separator), self._header)]
        if any(isinstance(cells, csv.Error) for cells in rows):
            return []
        columns = itertools.zip_longest(*rows, fillvalue="")
        return [".".join(filter(None, map(str.strip, names))) for names in columns]


def _some(texts):
    texts = list(texts)
    rest = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + rest
