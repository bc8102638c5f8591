"""Download one file, and keep what has arrived if the download is interrupted.

The bytes go into ``<file>.part``. A journal next to it records the version of the file. When the download is
complete and its checksum is right, the file gets its name.
"""

import hashlib
import json
import os
from dataclasses import asdict

from mirlab import paths
from mirlab.errors import DatasetError, StoreError
from mirlab.fetch.server import About

MB = 10**6


class Part:
    """A file that is being downloaded.

    Parameters
    ----------
    place : pathlib.Path
        The path of the complete file.

    Attributes
    ----------
    have : int
        How many bytes are there.
    """

    def __init__(self, place):
        self.place = place
        self.file = place.with_name(f"{place.name}.part")
        self.journal = place.with_name(f"{place.name}.part.json")

    @property
    def have(self):
        """How many bytes are on the disk."""
        file = self.place if self.place.exists() else self.file
        return file.stat().st_size if file.exists() else 0

    def complete(self, remote, sha1, report):
        """Download what is missing, and give the file its name.

        Parameters
        ----------
        remote : mirlab.fetch.server.Remote
        sha1 : str
            The published checksum; "" if there is none.
        report : callable
            ``report(done, total, what)``, in megabytes.

        Raises
        ------
        DatasetError
            If the file has changed since an earlier call began, or is not the one that was published.
        StoreError
            If it cannot be written.
        """
        if not self.place.exists():
            try:
                self._begin(remote.about)
                self._append(remote, report)
            except OSError as error:
                if isinstance(error, StoreError):
                    raise
                raise StoreError(
                    f"{self.file}: {error.strerror or error}; what is there is kept; make room, and "
                    "the same call continues from there"
                ) from error
            self._check(self.file, sha1, report)
            self.file.replace(self.place)
        self.journal.unlink(missing_ok=True)

    def _begin(self, about):
        """Check that what is there belongs to the current version of the file."""
        kept = self._kept()
        if self.have and kept is None:
            raise StoreError(f"{self.file}: is there already and not made by mirlab; move or delete it")
        if self.have and (kept.differs(about) or self.have > (about.size or self.have)):
            raise DatasetError(
                f"{self.file}: the file has changed on the server since this download began; delete it "
                "to start again"
            )
        if not self.have:
            paths.write_atomically(self.journal, json.dumps(asdict(about)))

    def _kept(self):
        try:
            return About(**json.loads(self.journal.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _append(self, remote, report):
        what, total = f"{self.place.name}: downloading, MB", (remote.about.size or 0) // MB
        have = self.have
        report(have // MB, total, what)
        with self.file.open("ab") as file:
            for chunk in remote.read(have):
                file.write(chunk)
                have += len(chunk)
                report(have // MB, total, what)
            file.flush()
            os.fsync(file.fileno())

    def _check(self, file, sha1, report):
        if not sha1:
            return
        digest, total = hashlib.sha1(), file.stat().st_size // MB
        with file.open("rb") as opened:
            while piece := opened.read(MB):
                digest.update(piece)
                report(opened.tell() // MB, total, f"{self.place.name}: checking, MB")
        if digest.hexdigest() != sha1:
            raise DatasetError(
                f"{file}: is not the file that its owners published (sha1 {digest.hexdigest()} instead of "
                f"{sha1}); delete it and fetch it again"
            )
