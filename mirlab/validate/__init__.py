"""Is a data set whole? What is missing, damaged, silent, there twice, or under two labels.

Every file that a set names is read from its first byte to its last and decoded from its first sample to its
last. Two names for one sound are found in three ways, from sure to likely. The *bytes* are equal; the
*samples* are equal (16 bits of them, as of an .au file and the .wav made of it); or the *pictures* agree, as
those of a wav and an mp3 made of it do.
"""

import os
import unicodedata
from collections import Counter, defaultdict
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mirlab import datasets
from mirlab.errors import DatasetError, printable
from mirlab.validate import pictures
from mirlab.validate.listening import File, look_at
from mirlab.validate.report import KINDS, Finding, Report, as_text, read

__all__ = ["KINDS", "Finding", "Report", "as_text", "check", "read"]

WORK = 4  # files a worker takes at a time


def check(listing, *, earlier=None, n_jobs=1, progress=None):
    """Look at every file of a set, and at its labels.

    A bad file never stops the rest. The report is the same whatever the number of jobs.

    Parameters
    ----------
    listing : mirlab.datasets.files.Listing
        What the set should be, from `mirlab.datasets.find`.
    earlier : dict of str to str, optional
        What `read` returns of an earlier report: then missing, changed and new files are told.
    n_jobs : int
        Processes, as joblib counts them: -1 is one a core.
    progress : callable, optional
        ``progress(done, total, what)`` is called as files are finished.

    Returns
    -------
    Report

    Raises
    ------
    DatasetError
        If a worker dies.

    Notes
    -----
    An MP3 that was cut and has no header that says how long it was gives no sign of it; only its length
    does, where the set knows it.

    Examples
    --------
    >>> import tempfile, soundfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for label in ("loud", "soft"):
    ...         Path(root, label).mkdir()
    ...         soundfile.write(Path(root, label, "a.wav"), np.zeros(8000), 8000)
    ...     report = check(datasets.find("folder", root=root))
    >>> [finding.sentence for finding in report.findings][:2]
    ['loud/a.wav: is silent', 'soft/a.wav: is silent']
    """
    excerpts = defaultdict(list)
    for excerpt in listing.excerpts:
        excerpts[excerpt.path].append(excerpt)
    home = _home(excerpts)
    files = [
        File(_relative(path, home), path, own, next((listing.checksums.get(e.track_id) for e in own), None))
        for path, own in excerpts.items()
    ]
    looks = _look_at_all(files, listing, n_jobs=n_jobs, progress=progress)
    index = {
        printable(excerpt.track_id): [file.name, f"blake2b:{look.content}", look.seconds]
        for file, look in zip(files, looks, strict=True)
        if look.content
        for excerpt in file.excerpts
    }
    findings = [
        *_faults(files, looks, listing),
        *_changes(earlier, files, index),
        *_copies(files, looks, listing),
        *_labels(files, looks, listing),
        *_layout(listing, home),
    ]
    findings.sort(key=lambda finding: list(KINDS).index(finding.kind))
    return Report(listing.name, len(files), findings, index)


def _look_at_all(files, listing, *, n_jobs, progress):
    what = f"{listing.name}: listening"
    looks, done = {}, 0
    if progress is not None:
        progress(0, len(files), what)
    work = (
        delayed(_look_at)(first, files[first : first + WORK], listing.length, listing.seconds)
        for first in range(0, len(files), WORK)
    )
    try:
        for first, some in Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator_unordered")(work):
            looks[first] = some
            done += len(some)
            if progress is not None:
                progress(done, len(files), what)
    except BrokenProcessPool as error:
        raise DatasetError(
            f"a worker died while listening to {listing.name!r}, most likely for want of memory; run it "
            "again with fewer jobs"
        ) from error
    return [look for first in sorted(looks) for look in looks[first]]


def _look_at(first, files, length, bounds):
    """Look at a few files. This runs in a worker."""
    return first, [look_at(file, length, bounds) for file in files]


def _home(paths):
    """Return the deepest folder that holds all files: names relative to it are the same on every machine."""
    return Path(os.path.commonpath([path.parent for path in paths])) if paths else Path()


def _relative(path, home):
    return printable(path.relative_to(home).as_posix())


def _faults(files, looks, listing):
    known = _known_faults(listing.name)
    for file, look in zip(files, looks, strict=True):
        remark = " (a known fault of this set)" if any(e.track_id in known for e in file.excerpts) else ""
        for kind, told in look.faults:
            yield Finding(kind, (file.name,), f"{file.name}: {told}{remark}")


def _known_faults(name):
    if name not in datasets.REAL:
        return ()
    return getattr(import_module(f"mirlab.datasets.{name}"), "KNOWN_FAULTS", ())


def _changes(earlier, files, index):
    """Compare what is there with an earlier report."""
    if earlier is None:
        return
    now = {name: content for name, content, _ in index.values()}
    listed = {file.name for file in files}
    for name in earlier.keys() - now.keys() - listed:
        yield Finding("missing", (name,), f"{name}: was there when the earlier report was made")
    for name, content in now.items():
        if name not in earlier:
            yield Finding("changed", (name,), f"{name}: is new since the earlier report")
        elif earlier[name] != content:
            yield Finding("changed", (name,), f"{name}: is not the file that the earlier report saw")


def _copies(files, looks, listing):
    """Tell sounds that are there under two names, each with all of its names."""
    same = defaultdict(list)  # what is the same to the sample, by hash
    for i, look in enumerate(looks):
        if key := look.sound or _damaged(look):
            same[key].append(i)
    exact = list(same.values())
    seen = {k: looks[own[0]].picture for k, own in enumerate(exact)}
    seen = {k: picture for k, picture in seen.items() if picture is not None}
    numbers = list(seen)
    pairs = [(numbers[i], numbers[j]) for i, j in pictures.alike(list(seen.values()))]
    graph = coo_array((np.ones(len(pairs)), np.array(pairs, int).reshape(-1, 2).T), shape=(len(exact),) * 2)
    _, component = connected_components(graph, directed=False)
    copies = defaultdict(list)
    for own, number in zip(exact, component, strict=True):
        copies[number].append(own)
    found = []
    for classes in copies.values():
        members = sorted(i for own in classes for i in own)
        if len(members) > 1:
            found.append((members, len(classes) > 1))
    for members, likely in sorted(found):
        yield _copy([files[i] for i in members], [looks[i] for i in members], likely, listing)


def _copy(files, looks, likely, listing):
    names = tuple(file.name for file in files)
    if likely:
        how = "are most likely the same recording"
    elif len({look.content for look in looks}) > 1:
        how = "hold the same sound, sample by sample"
    else:
        how = "are the same file, byte by byte"
    under = defaultdict(list)
    for file in files:
        under[file.excerpts[0].label].append(file.name)
    if len(under) == 1 or any(isinstance(label, tuple) for label in under):  # tags were given one by one
        return Finding("duplicate", names, f"{_listed(names)} {how}")
    firsts = [f"{some[0]} ({listing.label_names[label]!r})" for label, some in under.items()]
    others = [name for some in under.values() for name in some[1:]]
    right = "listen, and keep one" if likely else "at most one label is right"
    return Finding("clash", names, f"{_listed([*firsts, *others])} {how}, under {len(under)} labels: {right}")


def _damaged(look):
    """Return the hash of the bytes of a file that breaks off: such a file may be there twice, too."""
    return look.content if look.faults and look.faults[0][0] == "truncated" else ""


def _labels(files, looks, listing):
    """Tell labels that nothing can be learned of, and those that may be one."""
    groups = defaultdict(set)
    for file, look in zip(files, looks, strict=True):
        if not look.faults or look.faults[0][0] not in ("missing", "unreadable"):
            for excerpt in file.excerpts:
                for label in excerpt.label if isinstance(excerpt.label, tuple) else (excerpt.label,):
                    groups[label].add(excerpt.group)
    told = []
    for label, name in enumerate(listing.label_names):
        if label not in groups:
            told.append(f"label {name!r}: no file of it is there and can be read")
        elif len(groups[label]) == 1:
            told.append(f"label {name!r}: all of it is of one artist or recording; none is left to test on")
    if listing.name == "folder":
        spelled = defaultdict(list)
        for name in listing.label_names:
            spelled[_plain(name)].append(repr(name))
        several = (_listed(names, most=5) for names in spelled.values() if len(names) > 1)
        told += [f"the labels {names} differ in spelling only; make them one" for names in several]
    return [Finding("clash", (), sentence) for sentence in told]


def _plain(name):
    """Return a label without case, accents and signs."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(sign for sign in letters if sign.isalnum()) or name


def _layout(listing, home):
    ids = Counter(excerpt.track_id for excerpt in listing.excerpts)
    twice = [track_id for track_id, n in ids.items() if n > 1]
    told = [f"more than one excerpt has the id {track_id!r}; ids must be unique" for track_id in twice]
    return [Finding("layout", (), _anywhere(problem, home)) for problem in [*listing.problems, *told]]


def _anywhere(sentence, home):
    """Return a sentence without the folders that are above the set on this machine."""
    if home.is_absolute():
        for folder in (home, *home.parents[:-1]):
            sentence = sentence.replace(f"{folder}{os.sep}", "")
            if sentence.startswith(f"{folder}:"):
                sentence = f"{folder.name}{sentence.removeprefix(str(folder))}"
    return printable(sentence)


def _listed(names, most=3):
    """Return names as in a sentence, the first few of them."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
