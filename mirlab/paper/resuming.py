"""Keep what a long measurement has found so far, so a run that was stopped goes on where it was."""

import json

from mirlab import corpus, paths
from mirlab.errors import StoreError
from mirlab.paper import protocol


def folder(name, version):
    """Return the folder of what a measurement has found so far.

    Parameters
    ----------
    name : str
        The name of the kept figures.
    version : int or str
        The version of their own protocol. Those of the common protocol and of the corpus are added.

    Returns
    -------
    Path
        Below `mirlab.paths.data_dir`; another version of anything gets another folder.
    """
    return paths.data_dir() / "measured" / f"{name}-{version}-{protocol.VERSION}-{corpus.VERSION}"


class Once:
    """Measure each thing once: what was measured before is read, also after the run was stopped.

    Parameters
    ----------
    name, version
        As for `folder`.

    Raises
    ------
    StoreError
        If what was measured before is damaged.
    """

    def __init__(self, name, version):
        self.file = folder(name, version) / "found.json"
        self.found = self._read() if self.file.exists() else {}

    def __call__(self, what, measure):
        """Return what ``measure()`` returns, or returned before.

        Parameters
        ----------
        what : str
            A name of what is measured.
        measure : callable
            Returns something that JSON can hold.

        Returns
        -------
        object
        """
        if what not in self.found:
            self.found[what] = measure()
            paths.write_atomically(self.file, json.dumps(self.found))
        return self.found[what]

    def _read(self):
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise StoreError(f"{self.file}: is damaged; delete it, and what it held is measured again")
        return found
