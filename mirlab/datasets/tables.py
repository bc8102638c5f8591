"""Read the tables of a data set: separated by tabs, commas or semicolons, in any usual encoding.

A table is read row by row, so its size does not matter. A row that cannot be used is left out and reported. A
file that is not such a table is refused.
"""

import codecs
import csv
import itertools
import re
import reprlib
import unicodedata

from mirlab.datasets import decoding
from mirlab.datasets.tree import absolute
from mirlab.errors import DatasetError, printable

SEPARATORS = "\t,;"

SHOWN = 5
"""How many lines or columns a sentence lists; it counts the others."""


_NOT_UTF8 = re.compile("[\udc80-\udcff]+")


class Table:
    r"""A csv or tsv file; iterate over it for its rows.

    It may be in UTF-8, Windows-1252 (or Latin-1), or UTF-16 or UTF-32 with a byte order mark. Its cells may
    be separated by tabs, commas or semicolons, quoted or not, with any kind of line ending. Empty lines are
    skipped. `problems` says if the encoding is doubtful.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    columns : list of str
        Columns that it must have. The separator that gives most of them is used.
    key : str, optional
        Which of `columns` holds ids. A row without an id, or with the id of an earlier row, is left out.
    header : int > 0
        How many rows name the columns. The names in a column are joined by dots, from top to bottom.

    Attributes
    ----------
    columns : list of str
        All columns that it has, in its order, as they can be displayed.

    Yields
    ------
    line : int
        Where the row starts, counted from 1.
    row : dict of str to str
        Its cells by column, without space around them.

    Raises
    ------
    DatasetError
        If the file is missing, unreadable, empty or not a text, or does not have each of `columns` once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "songs.csv")
    ...     _ = path.write_bytes(b"id;artist\n1;Mot\xf6rhead\n2\n")
    ...     songs = Table(path, ["id", "artist"])
    ...     rows = list(songs)
    >>> rows, [problem.removeprefix(str(path)) for problem in songs.problems]
    ([(2, {'id': '1', 'artist': 'Motörhead'})], [': line 3 is left out: not the 2 cells of the header'])
    """

    def __init__(self, path, columns, *, key=None, header=1):
        self.path = absolute(path)
        self._wanted, self._key, self._header = columns, key, header
        self._faults, self._doubtful = {}, {}
        self._encoding, self._errors = self._recognise()
        found = {separator: self._names(separator) for separator in SEPARATORS}
        self._separator = max(found, key=lambda s: (len(set(columns) & set(found[s])), len(found[s])))
        self._doubtful.clear()  # of the separators that it was not
        self.columns = self._names(self._separator)
        if not self.columns:
            names = _some(map(reprlib.repr, columns))
            raise DatasetError(
                f"{self.path}: is empty, or not a csv table; it must begin with the columns {names}"
            )
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
                self.fault(where, f"not valid csv ({cells}); is a quote open?")
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
        """Note that a row is left out, and why.

        Parameters
        ----------
        line : int
            Where it starts.
        what : str
            What is wrong with it. Lines with the same fault share a sentence.
        """
        self._faults.setdefault(what, []).append(line)

    @property
    def problems(self):
        """One sentence for each kind of fault that was found, with its lines."""
        doubtful = [
            f"{self.path}: is not UTF-8 and was read as Windows-1252, which gives {cell!r} in line {line}; "
            "if that is wrong, save the table as UTF-8"
            for line, cell in itertools.islice(self._doubtful.items(), 1)
        ]
        return doubtful + [
            f"{self.path}: line {lines[0]} is left out: {what}"
            if len(lines) == 1
            else f"{self.path}: {len(lines)} rows are left out, in lines {_some(map(str, lines))}: {what}"
            for what, lines in self._faults.items()
        ]

    def _recognise(self):
        """Return the encoding, and how to handle bytes that are invalid in it."""
        try:
            if self.path.exists() and not self.path.is_file():
                raise DatasetError(f"{self.path}: is not a file, so it cannot be read as a table")
            with open(self.path, "rb") as file:
                start = file.read(1 << 16)
        except OSError as error:
            raise DatasetError(f"{self.path}: cannot be read ({error.strerror})") from error
        if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return "utf-32", "replace"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", "replace"
        if b"\0" in start:
            raise DatasetError(f"{self.path}: is not a text; save the table as csv, best in UTF-8")
        return "utf-8-sig", "surrogateescape"

    def _records(self, separator):
        """Yield the first and the last line of every record, and its cells or the error."""
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
                            yield line, reader.line_num, [self._text(cell, line) for cell in cells]
        except OSError as error:
            raise DatasetError(f"{self.path}: cannot be read ({error.strerror})") from error

    def _text(self, cell, line):
        """Return a cell with the bytes that are not UTF-8 read as Windows-1252."""
        if cell.isascii() or not _NOT_UTF8.search(cell):
            return cell
        text = _NOT_UTF8.sub(_as_cp1252, cell)
        if not decoding.is_plausible(text):
            self._doubtful.setdefault(line, text)
        return text

    def _names(self, separator):
        """Return the names of the columns for a given separator."""
        rows = [cells for _, _, cells in itertools.islice(self._records(separator), self._header)]
        if any(isinstance(cells, csv.Error) for cells in rows):
            return []
        columns = itertools.zip_longest(*rows, fillvalue="")
        names = (".".join(filter(None, map(str.strip, names))) for names in columns)
        return [printable(unicodedata.normalize("NFC", name)) for name in names]


def _as_cp1252(found):
    """Read bytes as Windows-1252, which has no letter for five of the 256."""
    raw = found[0].encode("utf-8", "surrogateescape")
    return raw.decode("latin-1" if set(raw) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "cp1252")


def _some(texts):
    texts = list(texts)
    rest = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + rest
