"""Read an archive that is split into files ``.001``, ``.002`` and so on, as one file."""

import bisect
import io
import itertools
import os
import re

from mirlab.errors import DatasetError


def whole(archive):
    """Open an archive, or the parts of it that are in the same folder, as one file.

    Parameters
    ----------
    archive : pathlib.Path
        The archive, any of its parts, or its name without a number.

    Returns
    -------
    file object
        Open for reading in binary, and seekable.

    Raises
    ------
    DatasetError
        If there is no such file, or a part is missing.
    """
    stem = archive.with_suffix("") if re.fullmatch(r"\.\d{3}", archive.suffix) else archive
    if stem == archive and archive.is_file():
        return archive.open("rb")
    pattern = re.compile(re.escape(stem.name) + r"\.(\d{3})")
    found = {}
    if stem.parent.is_dir():
        found = {int(m[1]): path for path in stem.parent.iterdir() if (m := pattern.fullmatch(path.name))}
    if not found:
        reason = "is not a file" if archive.exists() else "no such file"
        raise DatasetError(f"{archive}: {reason}; name a tar or zip archive, or a part of one")
    first = min(found)  # some programs begin with .000
    if missing := sorted(set(range(min(first, 1), max(found) + 1)) - set(found)):
        raise DatasetError(f"{stem}.{missing[0]:03d}: this part is missing; get all parts of the archive")
    return io.BufferedReader(Parts([found[number] for number in sorted(found)]))


class Parts(io.RawIOBase):
    """Files one after another, read as one.

    Parameters
    ----------
    paths : list of pathlib.Path
        The files.
    """

    def __init__(self, paths):
        self.paths = paths
        self.files = [path.open("rb") for path in paths]
        *self.starts, self.size = itertools.accumulate((path.stat().st_size for path in paths), initial=0)
        self.at = 0

    def readable(self):
        """Return that it can be read."""
        return True

    def seekable(self):
        """Return that it can be read from any place."""
        return True

    def seek(self, offset, whence=os.SEEK_SET):
        """Go to a place, as in one file."""
        self.at = (0, self.at, self.size)[whence] + offset
        return self.at

    def readinto(self, buffer):
        """Read at most to the end of a file."""
        if self.at >= self.size:
            return 0
        number = bisect.bisect_right(self.starts, self.at) - 1
        self.files[number].seek(self.at - self.starts[number])
        n = self.files[number].readinto(buffer)
        self.at += n
        return n

    def close(self):
        """Close all files."""
        for file in self.files:
            file.close()
        super().close()
