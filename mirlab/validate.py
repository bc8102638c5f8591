"""Is a data set whole? What is missing, damaged, silent, there twice, or under two labels.

Every file that a set names is read from its first byte to its last and decoded from its first sample to its
last, piece by piece, so that memory stays flat: of each file a hash of its bytes, a hash of its samples and a
small picture of its first 20 s are kept, 2 kB in all.

Two names for one sound are found in three ways, from sure to likely. The *bytes* are equal; the *samples* are
equal (16 bits of them, as of an .au file and the .wav made of it); or the *pictures* agree, as those of a wav
and an mp3 made of it do. `AGREE` says how well that last way tells copies from other music.
"""

import hashlib
import json
import os
import unicodedata
from collections import Counter, defaultdict
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import NearestNeighbors

from mirlab import audio, datasets
from mirlab.errors import AudioError, DatasetError, printable
from mirlab.features import LOG_OFFSET, log_mel
from mirlab.store import SILENCE

KINDS = {
    "missing": "named by the set, but not there",
    "unreadable": "cannot be read as sound",
    "truncated": "begin as sound, but break off or are damaged further on",
    "silent": "hold no sound, or next to none, where they are used",
    "length": "shorter or longer than files of this set are",
    "changed": "not the files that were published, or that an earlier check saw",
    "clash": "labels that contradict each other, or cannot be learned",
    "duplicate": "the same sound under two names",
    "layout": "folders and tables that are not as they should be",
}
"""Every kind of finding, in the order they are told."""

FORMAT = 1  # of the JSON
FEW = 5  # sentences of a kind that are shown unless all are asked for

PIECE = 30.0  # s, decoded at a time
BLOCK = audio.SAMPLE_RATE // 10  # samples: how finely silence is looked for
QUIET = 2.0**-11  # 16 steps of 16-bit sound, -66 dB of full scale; noise of converters lies below
WORK = 4  # files a worker takes at a time

# The picture: 12 bands of 130 to 2800 Hz, which every codec keeps, each 0.28 s a mean over 0.84 s.
BANDS = np.linspace(8, 120, 13).astype(int)
HOP, WIN = 12, 36  # frames
PICTURED = 20.0  # s
FLOOR = 0.1  # of the mean: what is weaker differs from codec to codec
STILL = 0.06  # nepers; what moves less (noise, a tone) has no picture
SHIFT = 2  # hops, 0.56 s: how much later one copy may begin
SHORTEST = 15  # hops, 5 s: in less, two strangers may agree by chance
NEIGHBOURS = 5  # files, alike as a whole, whose pictures are compared

AGREE = 0.93
"""Correlation from which two pictures are told as one recording. Measured on six real recordings: with 8 bits
and mu-law, as mp3 and ogg from 24 kbit/s up, 12 and 30 dB softer, clipped and at 8 kHz they agree with
themselves by 0.98 or more; begun half a second sooner or later by 0.94; as mp3 of 8 kbit/s by 0.92. Strangers
among them agree by 0.42 at most, two places in one song by 0.89, two of 3720 synthetic excerpts by 0.70 (by
0.84 if only 6 s of them are compared)."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    files : tuple of str
        The files it concerns, relative to the folder that holds all files of the set; empty if it is about
        the set or a label.
    sentence : str
        What, where, and what to do.
    """

    kind: str
    files: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, eq=False)
class Report:
    """What `check` found.

    Attributes
    ----------
    name : str
        Of the set.
    checked : int
        How many files it names.
    findings : list of Finding
        By kind, in the order of `KINDS`, then in the order of the set.
    index : dict of str to list
        By track id: relative path, ``"blake2b:..."`` of its bytes, and seconds (None if it cannot be
        decoded to its end). Missing files are not in it.
    """

    name: str
    checked: int
    findings: list[Finding]
    index: dict[str, list]

    def as_dict(self):
        """Return all of it as what JSON can hold; `read` takes the index back.

        Returns
        -------
        dict
            ``format, name, checked, findings, index``.

        Examples
        --------
        >>> Report("demo", 1, [], {"a": ["a.wav", "blake2b:00", 1.5]}).as_dict()["index"]
        {'a': ['a.wav', 'blake2b:00', 1.5]}
        """
        return {"format": FORMAT, **vars(self), "findings": [asdict(finding) for finding in self.findings]}


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
        _File(_relative(path, home), path, own, next((listing.checksums.get(e.track_id) for e in own), None))
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


def read(file, *, name):
    """Read the index of an earlier report.

    Parameters
    ----------
    file : str or os.PathLike
        What ``mirlab validate NAME --json FILE`` wrote.
    name : str
        The set that it must be about.

    Returns
    -------
    dict of str to str
        The hash of each file by its relative path.

    Raises
    ------
    DatasetError
        If it cannot be read, is something else, or is about another set.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = Report("demo", 1, [], {"a": ["x/a.wav", "blake2b:00", 1.5]})
    ...     _ = Path(folder, "demo.json").write_text(json.dumps(report.as_dict()))
    ...     read(Path(folder, "demo.json"), name="demo")
    {'x/a.wav': 'blake2b:00'}
    """

    def demand(fine, wrong):
        if not fine:
            raise DatasetError(f"{file}: is not what `mirlab validate {name} --json` writes: {wrong}")

    try:
        kept = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error.strerror}); name a file that can") from error
    except (ValueError, RecursionError):
        kept = None
    demand(isinstance(kept, dict), "no JSON object")
    demand(kept.get("format") == FORMAT, f"its format is {kept.get('format')!r:.20}, not {FORMAT}")
    if kept.get("name") != name:
        about = f"{kept.get('name')!r:.50}"
        raise DatasetError(f"{file}: is about the set {about}; name a report of {name!r}")
    index = kept.get("index")
    demand(isinstance(index, dict), "no index of files")
    for track_id, entry in index.items():
        demand(
            isinstance(entry, list)
            and [type(part) for part in entry[:2]] == [str, str]
            and entry[1].startswith("blake2b:"),
            f"of {track_id!r:.50} it has no path and hash",
        )
    return {printable(entry[0]): entry[1] for entry in index.values()}


def as_text(report, *, everything=False):
    """Return a report as text: a table of what was looked for, then what was found, a sentence each.

    Parameters
    ----------
    report : Report
        From `check`.
    everything : bool
        Every sentence, not only the first five of a kind.

    Returns
    -------
    str
        Several lines.

    Examples
    --------
    >>> gone = Finding("missing", ("a.wav",), "a.wav: no such file")
    >>> print(as_text(Report("demo", 2, [gone], {"b": ["b.wav", "blake2b:00", 5400.0]})))
    demo: 2 files, 1 h 30 min of sound that can be read
    <BLANKLINE>
      1  missing     named by the set, but not there
      0  unreadable  cannot be read as sound
      0  truncated   begin as sound, but break off or are damaged further on
      0  silent      hold no sound, or next to none, where they are used
      0  length      shorter or longer than files of this set are
      0  changed     not the files that were published, or that an earlier check saw
      0  clash       labels that contradict each other, or cannot be learned
      0  duplicate   the same sound under two names
      0  layout      folders and tables that are not as they should be
    <BLANKLINE>
    missing
      a.wav: no such file
    <BLANKLINE>
    Nothing was found against 1 of 2 files.
    """
    minutes = round(sum({path: seconds or 0 for path, _, seconds in report.index.values()}.values()) / 60)
    counts = Counter(finding.kind for finding in report.findings)
    width = len(str(max(counts.values(), default=0)))
    files = _several(report.checked, "file")
    lines = [f"{report.name}: {files}, {minutes // 60} h {minutes % 60} min of sound that can be read", ""]
    lines += [f"  {counts[kind]:{width}d}  {kind:10s}  {meaning}" for kind, meaning in KINDS.items()]
    for kind in KINDS:
        told = [finding.sentence for finding in report.findings if finding.kind == kind]
        shown = told if everything else told[:FEW]
        lines += ["", kind, *(f"  {sentence}" for sentence in shown)] if told else []
        if len(told) > len(shown):
            lines.append(f"  ... and {len(told) - len(shown)} more: --all shows them, --json keeps them")
    faulty = {file for finding in report.findings for file in finding.files}
    good = len({path for path, _, _ in report.index.values()} - faulty)
    return "\n".join([*lines, "", f"Nothing was found against {good} of {files}."])


# --- one file ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _File:
    name: str  # relative to the set's folder
    path: Path
    excerpts: list
    checksum: str | None


@dataclass(frozen=True, eq=False, slots=True)
class _Look:
    """What is kept of a file."""

    faults: list[tuple[str, str]]  # kind, sentence without the name
    content: str = ""  # hash of its bytes; "" if there are none to read
    seconds: float | None = None  # of sound in it, if it can be decoded to its end
    sound: str = ""  # hash of its samples, if it can and is not silent
    picture: np.ndarray | None = None


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
    return first, [_look(file, length, bounds) for file in files]


def _look(file, length, bounds):
    try:
        content = audio.fingerprint(file.path)
    except AudioError as error:
        kind = "unreadable" if _there(file.path) else "missing"
        return _Look([(kind, _told(error, file.path))])
    faults = _published(file)
    try:
        seconds, swings, sound, picture = _listen(file.path)
        faults += _silence(file, length, seconds, swings)
    except AudioError as error:
        return _Look([*_damage(file, length, _told(error, file.path)), *faults], content)
    if bounds is not None and not bounds[0] <= seconds <= bounds[1]:
        faults.append(
            ("length", f"lasts {seconds:.2f} s; files of this set last {bounds[0]:g} to {bounds[1]:g} s")
        )
    return _Look(faults, content, round(seconds, 3), sound, picture)


def _there(path):
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        pass
    return True


def _told(error, path):
    """Return what `audio` has against a file, without its name."""
    return str(error).removeprefix(f"{printable(path)}: ")


def _published(file):
    """Compare a file with what its publisher says of it."""
    if file.checksum is None:
        return []
    algorithm, _, published = file.checksum.partition(":")
    try:
        with file.path.open("rb") as content:
            found = hashlib.file_digest(content, algorithm).hexdigest()
    except OSError:
        return []  # told when it is decoded
    if found == published.lower():
        return []
    return [("changed", f"is not the file that was published (its {algorithm} is {found}, not {published})")]


def _listen(path):
    """Decode a whole file, piece by piece.

    Returns its seconds, half the swing of each tenth of a second, and a hash and a picture of its sound.
    """
    promised = audio.seconds(path)
    samples, swings, sound, picture, silent = 0, [], hashlib.blake2b(digest_size=16), None, True
    start, last = 0.0, False
    while not last:
        # What a header has too much by rounding must not become a piece of its own.
        last = promised - start <= PIECE + audio.SLACK
        y = audio.load(path, offset=start, duration=None if last else PIECE)
        if start == 0:
            picture = _picture(y)
        samples += len(y)
        sound.update(np.round(y * 2**15).astype("<i4").tobytes())
        silent &= bool(np.abs(y).max() < SILENCE)
        swings.append(_swings(y))
        start += PIECE
    seconds, swings = samples / audio.SAMPLE_RATE, np.concatenate(swings)
    return (seconds, swings, "", None) if silent else (seconds, swings, sound.hexdigest(), picture)


def _swings(y):
    """Return half of what lies between the lowest and the highest sample of each tenth of a second."""
    blocks = np.pad(y, (0, -len(y) % BLOCK), mode="edge").reshape(-1, BLOCK)
    swings = (blocks.max(1) - blocks.min(1)) / 2
    if len(swings) > 2:
        swings[[0, -1]] = swings[[1, -2]]  # resampling makes the ends of a constant ring
    return swings


def _damage(file, length, told):
    """Say how much of a file is damaged that cannot be decoded to its end."""
    if not _loads(file.path, 0.0, 0.1):
        return [("unreadable", told)]
    used = all(_loads(file.path, excerpt.start, length) for excerpt in file.excerpts)
    return [("truncated", f"{told} (what is used of it can be read)" if used else told)]


def _loads(path, start, length):
    try:
        audio.load(path, offset=start, duration=length)
    except AudioError:
        return False
    return True


def _silence(file, length, seconds, swings):
    """Say which of a file's excerpts hold no sound."""
    found = []
    for start in (excerpt.start for excerpt in file.excerpts):
        if start >= seconds:
            return [("length", f"lasts {seconds:.2f} s, but is to be used from {start:g} s on")]
        first, last = (int(second * audio.SAMPLE_RATE / BLOCK) for second in (start, start + length))
        if swings[first + 1 : last - 1].max(initial=0) < QUIET:  # now read it as it is read for use
            word = _stillness(audio.load(file.path, offset=start, duration=length))
            found += [(start, word)] if word else []
    if not found:
        return []
    start, word = found[0]
    if len(found) < (n := len(file.excerpts)):
        verb = "is" if len(found) == 1 else "are"
        return [("silent", f"{len(found)} of its {n} excerpts {verb} {word}, the first from {start:g} s on")]
    if swings.max() >= QUIET:
        return [("silent", f"is {word} from {start:g} to {start + length:g} s, the part that is used")]
    return [("silent", f"is {word}")]


def _stillness(y):
    """Return in which way an excerpt holds no sound, or None."""
    peak = np.abs(y).max()
    if peak < SILENCE:
        return "silent"
    if _swings(y).max() >= QUIET:
        return None
    return "nearly silent" if peak < QUIET else "constant, no sound"


def _picture(y):
    """Return the course of 12 bands, as (1 + n, 12) int8: the spectrum, then n steps in time.

    Loudness, and what a whole recording has too much or too little of a band, make no difference to the
    steps. None if there is nothing to see.
    """
    y = y[: round(PICTURED * audio.SAMPLE_RATE)]
    amplitudes = np.maximum(np.exp(log_mel(y)[:, : BANDS[-1]]) - LOG_OFFSET, 0)
    bands = np.add.reduceat(amplitudes, BANDS[:-1], axis=1) / np.diff(BANDS)
    if len(bands) < WIN + SHORTEST * HOP:
        return None
    means = np.lib.stride_tricks.sliding_window_view(bands, WIN, axis=0)[::HOP].mean(-1)
    if not means.any():
        return None
    means = means / means.mean()
    steps = np.log(means + FLOOR)
    steps -= steps.mean(0)
    steps -= steps.mean(1, keepdims=True)
    if steps.std() < STILL:
        return None
    rows = np.vstack([np.log(means.mean(0) + FLOOR), steps / steps.std()])
    return np.clip(np.round(32 * rows), -127, 127).astype(np.int8)


# --- names for files --------------------------------------------------------------------------------


def _home(paths):
    """Return the deepest folder that holds all files: names relative to it are the same on every machine."""
    return Path(os.path.commonpath([path.parent for path in paths])) if paths else Path()


def _relative(path, home):
    return printable(path.relative_to(home).as_posix())


# --- the set ----------------------------------------------------------------------------------------


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
    pictures = {k: looks[own[0]].picture for k, own in enumerate(exact)}
    pictures = {k: picture for k, picture in pictures.items() if picture is not None}
    numbers = list(pictures)
    pairs = [(numbers[i], numbers[j]) for i, j in _alike(list(pictures.values()))]
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


def _alike(pictures):
    """Return pairs (i, j), i < j, of pictures that agree."""
    if len(pictures) < 2:
        return []
    overall = np.array([np.concatenate([p[0], p[1:].std(0)]) for p in pictures], np.float32)
    search = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(pictures) - 1)).fit(overall)
    near = search.kneighbors(return_distance=False)
    pairs = {(min(i, j), max(i, j)) for i, row in enumerate(near.tolist()) for j in row}
    return [(i, j) for i, j in sorted(pairs) if _agree(pictures[i], pictures[j])]


def _agree(a, b):
    """Whether two pictures show one recording.

    Of a piece that repeats itself, as loops do, another place looks like a copy: so copies must agree much
    better than the piece does with its own repeats.
    """
    a, b = a[1:].astype(np.float32), b[1:].astype(np.float32)
    copy = max(_correlation(a, b, shift) for shift in range(-SHIFT, SHIFT + 1))
    if copy < AGREE:
        return False
    repeat = max(
        (_correlation(x, x, shift) for x in (a, b) for shift in range(2 * SHIFT, len(x) - SHORTEST + 1)),
        default=-1,
    )
    return 1 - copy < (1 - repeat) / 2


def _correlation(a, b, shift):
    a, b = a[max(0, shift) :], b[max(0, -shift) :]
    n = min(len(a), len(b))
    if n < SHORTEST:
        return -1.0
    a, b = ((x[:n] - x[:n].mean(0)).ravel() for x in (a, b))  # one file may be longer than the other
    scale = np.sqrt((a @ a) * (b @ b))
    return a @ b / scale if scale else -1.0


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


def _several(n, thing):
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _listed(names, most=3):
    """Return names as in a sentence, the first few of them."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
