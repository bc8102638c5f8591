"""From a listing to a report: all files are looked at, then their labels are compared."""

import os
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from mirlab import datasets
from mirlab.errors import printable
from mirlab.validate import copies, looks
from mirlab.validate.report import KINDS, Finding, Report

DAMAGE = {"unreadable", "truncated", "silent", "length", "changed"}
"""Kinds of findings that a known fault of a published file explains."""


@dataclass(frozen=True, eq=False, slots=True)
class File:
    """A file of a set, and what the set says about it.

    Attributes
    ----------
    name : str
        Path relative to the folder that holds all files of the set.
    path : pathlib.Path
        Where it is on this machine.
    excerpts : list of mirlab.datasets.files.Excerpt
        The parts of it that are used.
    checksum : str, optional
        Checksum of the published file, such as ``"md5:..."``.
    faulty : bool
        Whether the published file is known to be faulty.
    """

    name: str
    path: Path
    excerpts: list
    checksum: str | None = None
    faulty: bool = False


def check(listing, *, earlier=None, n_jobs=1, progress=None):
    """Check every file of a set, and its labels.

    A bad file does not stop the check of the others. The number of processes does not change the report. What
    was heard in a file is kept by its content, so a check that was stopped continues where it was.

    Faults of the *published* set are reported separately (`Report.published`): another copy would have them
    too.

    Parameters
    ----------
    listing : mirlab.datasets.files.Listing
        What the set should be, from `mirlab.datasets.find`.
    earlier : dict of str to str, optional
        What `read` returns for an earlier report: then missing, changed and new files are reported.
    n_jobs : int
        Number of processes: -1 starts one per core.
    progress : callable, optional
        ``progress(done, total, what)`` is called as files are finished.

    Returns
    -------
    Report

    Raises
    ------
    MirlabError
        If a worker process dies, or memory runs out.

    Notes
    -----
    An MP3 that was cut off and has no header with its length looks intact. It is found only by its length,
    if the set states how long the file should be.

    Examples
    --------
    >>> import numpy as np, tempfile, soundfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for label in ("loud", "soft"):
    ...         Path(root, label).mkdir()
    ...         soundfile.write(Path(root, label, "a.wav"), np.zeros(8000), 8000)
    ...     report = check(datasets.find("folder", root=root))
    >>> [finding.sentence for finding in report.findings][:2]
    ['loud/a.wav: is silent', 'soft/a.wav: is silent']
    """
    files, home = _files(listing)
    heard, remarks = looks.look_at_all(files, listing, n_jobs=n_jobs, progress=progress)
    index = {
        printable(excerpt.track_id): [file.name, f"blake2b:{look.content}", look.seconds]
        for file, look in zip(files, heard, strict=True)
        if look.content
        for excerpt in file.excerpts
    }
    intact = _intact(files, heard)
    findings = [
        *_faults(files, heard, intact),
        *_changes(earlier, files, index),
        *copies.find(files, heard, listing, published=_published(intact, listing.name)),
        *_labels(files, heard, listing),
        *_layout(listing, home),
    ]
    findings.sort(key=lambda finding: list(KINDS).index(finding.kind))
    return Report(
        listing.name,
        len(files),
        [finding for finding in findings if not finding.published],
        index,
        [finding for finding in findings if finding.published],
        remarks,
    )


def _files(listing):
    """Return the files of a listing, and the deepest folder that holds them all.

    Names relative to it are the same on every machine.
    """
    excerpts = defaultdict(list)
    for excerpt in listing.excerpts:
        excerpts[excerpt.path].append(excerpt)
    home = Path(os.path.commonpath({path.parent for path in excerpts})) if excerpts else Path()
    faulty = set(getattr(_module(listing.name), "KNOWN_FAULTS", ()))
    files = [
        File(
            printable(os.path.relpath(path, home).replace(os.sep, "/")),
            path,
            own,
            next((listing.checksums.get(e.track_id) for e in own), None),
            any(e.track_id in faulty for e in own),
        )
        for path, own in excerpts.items()
    ]
    return files, home


def _module(name):
    """Return the module of a published set, which knows its faults."""
    return import_module(f"mirlab.datasets.{name}") if name in datasets.REAL else None


def _intact(files, heard):
    """Return the names of the files that have the checksum of the published file."""
    pairs = zip(files, heard, strict=True)
    return {file.name for file, look in pairs if file.checksum and "changed" not in dict(look.faults)}


def _published(intact, name):
    """Return a function that says whether some files are copies of each other as published.

    They are if they all have the checksum of the published file, or if the set is known to have these copies.
    """
    groups = getattr(_module(name), "known_copies", tuple)()
    together = {track_id: number for number, ids in enumerate(groups) for track_id in ids}

    def published(some):
        if all(file.name in intact for file in some):
            return True
        return len({together.get(file.excerpts[0].track_id, file.name) for file in some}) == 1

    return published


def _faults(files, heard, intact):
    for file, look in zip(files, heard, strict=True):
        known = file.name in intact or file.faulty
        for kind, sentence in look.faults:
            yield Finding(kind, (file.name,), f"{file.name}: {sentence}", known and kind in DAMAGE)


def _changes(earlier, files, index):
    """Compare what is there with an earlier report."""
    if earlier is None:
        return
    now = {name: content for name, content, _ in index.values()}
    listed = {file.name for file in files}
    for name in earlier:  # in its order: that of a set of names would change from run to run
        if name not in now and name not in listed:
            yield Finding("missing", (name,), f"{name}: was there when the earlier report was made")
    for name, content in now.items():
        if name not in earlier:
            yield Finding("changed", (name,), f"{name}: is new since the earlier report")
        elif earlier[name] != content:
            yield Finding("changed", (name,), f"{name}: differs from the file in the earlier report")


def _labels(files, heard, listing):
    """Report labels that nothing can be learned from, and labels that may be the same."""
    groups = defaultdict(set)
    for file, look in zip(files, heard, strict=True):
        if not look.faults or look.faults[0][0] not in ("missing", "unreadable"):
            for excerpt in file.excerpts:
                for label in excerpt.label if isinstance(excerpt.label, tuple) else (excerpt.label,):
                    groups[label].add(excerpt.group)
    sentences = []
    for label, name in enumerate(listing.label_names):
        if label not in groups:
            sentences.append(f"label {name!r}: has no file that can be read; add some, or leave it out")
        elif len(groups[label]) == 1:
            sentences.append(
                f"label {name!r}: all its files are by one artist or from one recording, so none is left to "
                "test on; add others"
            )
    if listing.name == "folder":
        spellings = defaultdict(list)
        for name in listing.label_names:
            spellings[_plain(name)].append(repr(name))
        several = (copies.listed(names, most=5) for names in spellings.values() if len(names) > 1)
        sentences += [f"the labels {names} differ only in their spelling; make them one" for names in several]
    return [Finding("clash", (), sentence) for sentence in sentences]


def _plain(name):
    """Return a label without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(sign for sign in letters if sign.isalnum()) or name


def _layout(listing, home):
    ids = Counter(excerpt.track_id for excerpt in listing.excerpts)
    twice = [
        f"several excerpts have the id {track_id!r}; ids must be unique"
        for track_id, n in ids.items()
        if n > 1
    ]
    return [Finding("layout", (), _anywhere(problem, home)) for problem in [*listing.problems, *twice]]


def _anywhere(sentence, home):
    """Return a sentence without the folders that are above the set on this machine."""
    if home.is_absolute():
        for folder in (home, *home.parents[:-1]):
            sentence = sentence.replace(f"{folder}{os.sep}", "")
            if sentence.startswith(f"{folder}:"):
                sentence = f"{folder.name}{sentence.removeprefix(str(folder))}"
    return printable(sentence)
