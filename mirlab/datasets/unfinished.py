"""Fill a folder that gets its name when it is complete, with a journal to resume after an interruption.

The files are written into ``<folder>.part``. From time to time they are flushed to the disk, and then the
journal, ``<folder>.part.json``, says how many of them are safe. Later files are written again.
"""

import json
import os
import shutil
from contextlib import suppress

from mirlab.errors import StoreError

CHECKPOINT = 500  # files after which the journal is written, or
CHECKPOINT_BYTES = 64 * 2**20  # bytes


class Unfinished:
    """A folder that is being filled.

    Parameters
    ----------
    folder : pathlib.Path
        The folder; it must not exist, or be empty.
    source : list
        What it is made from, as an object that JSON can hold. With another source, the work starts again.

    Attributes
    ----------
    part : pathlib.Path
        The folder for the files until it is complete.
    done : int
        How many of them are safe on the disk.
    """

    def __init__(self, folder, source):
        self.folder, self.source = folder, source
        self.part = folder.with_name(f"{folder.name}.part")
        self.journal = folder.with_name(f"{folder.name}.part.json")
        self.done = 0
        self._begun, self._new = False, []

    def is_finished(self, files):
        """Return whether the folder is there with everything in it, from an earlier run.

        Parameters
        ----------
        files : list of tuple of (str, int)
            As for `begin`.

        Returns
        -------
        bool

        Raises
        ------
        StoreError
            If the folder holds something else.
        """
        if not self.folder.exists() or (self.folder.is_dir() and not any(self.folder.iterdir())):
            return False
        if not self.folder.is_dir() or not all(_is_there(self.folder / name, size) for name, size in files):
            raise StoreError(f"{self.folder}: is there already; delete it, or name another folder")
        if not self.part.exists():
            self._forget()
        return True

    def begin(self, files):
        """Find out how many files of an earlier run are safe, and delete the others.

        Parameters
        ----------
        files : list of tuple of (str, int)
            Name and size of every file, in the order in which they are written; a folder has the size -1.

        Raises
        ------
        StoreError
            If the folder for unfinished work was not made by mirlab.
        """
        count = self._read()
        if count is None:
            if self.part.exists() and not self.journal.exists():
                raise StoreError(f"{self.part}: is there already and not made by mirlab; move or delete it")
            self._discard()
            self._save()  # first, so that the folder is known to be ours
        self._begun = True
        self.part.mkdir(parents=True, exist_ok=True)
        self.done = 0
        for name, size in files[: count or 0]:
            if not _is_there(self.part / name, size):
                break
            self.done += 1
        kept = {self.part / name for name, size in files[: self.done] if size >= 0}
        for folder, _, names in os.walk(self.part):
            for name in names:
                if (place := self.part.joinpath(folder, name)) not in kept:
                    place.unlink()
        self._save()

    def add(self, place, size):
        """Note that a file is written; flush files to the disk when enough have been written.

        Parameters
        ----------
        place : pathlib.Path or None
            The file; None for a folder.
        size : int
            Its size in bytes.
        """
        self._new.append((place, size))
        if len(self._new) >= CHECKPOINT or sum(size for _, size in self._new) >= CHECKPOINT_BYTES:
            self.save()

    def save(self):
        """Flush what was written to the disk, and record this in the journal."""
        for place, _ in self._new:
            if place is not None:
                with place.open("rb+") as file:
                    os.fsync(file.fileno())
        self.done += len(self._new)
        self._new = []
        self._save()

    def finish(self):
        """Give the folder its name."""
        self.save()
        if self.folder.exists():
            self.folder.rmdir()
        self.part.rename(self.folder)
        self._forget()

    def stop(self, *, keep):
        """Stop before the folder is complete.

        Parameters
        ----------
        keep : bool
            Whether another run can use what was written.
        """
        if self._begun:
            with suppress(OSError):
                self.save()
            if not keep or not self.done:
                self._discard()

    def _discard(self):
        shutil.rmtree(self.part, ignore_errors=True)
        self._forget()
        self.done = 0

    def _forget(self):
        self.journal.with_suffix(".new").unlink(missing_ok=True)
        self.journal.unlink(missing_ok=True)

    def _save(self):
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        new = self.journal.with_suffix(
            ".new"
        )  # always the same name, so that interrupted runs leave no second one
        new.write_text(json.dumps({"source": self.source, "done": self.done}), encoding="utf-8")
        new.replace(self.journal)

    def _read(self):
        """Return how many files are safe, or None if the journal does not say."""
        try:
            kept = json.loads(self.journal.read_text(encoding="utf-8"))
            done = kept["done"] if kept["source"] == self.source else None
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return done if isinstance(done, int) and done >= 0 else None


def _is_there(place, size):
    return place.is_dir() if size < 0 else place.is_file() and place.stat().st_size == size
