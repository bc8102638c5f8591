"""The report: a table to read, JSON to keep, and that JSON read again."""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mirlab.errors import DatasetError, printable

KINDS = {
    "missing": "listed by the set, but there is no such file",
    "unreadable": "cannot be read as sound",
    "truncated": "start as sound, but break off or are damaged later",
    "silent": "contain no sound, or almost none, where they are used",
    "length": "shorter or longer than the files of this set",
    "changed": "differ from the published files, or from an earlier report",
    "clash": "labels that contradict each other, or that cannot be learned",
    "duplicate": "the same sound under two names",
    "layout": "folders and tables that differ from the expected layout",
}
"""Every kind of finding, in the order of the report."""

FORMAT = 1  # of the JSON
LARGEST = 2**28  # bytes of JSON that are read: the report of a million files has 200 MB
FEW = 5  # sentences of a kind that are shown unless all are requested


@dataclass(frozen=True, slots=True)
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
        What is wrong, where, and what to do.
    published : bool
        Whether it is a known fault of the published set, and not of this copy.
    """

    kind: str
    files: tuple[str, ...]
    sentence: str
    published: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """What `check` found.

    Attributes
    ----------
    name : str
        The set.
    checked : int
        Number of files that it lists.
    findings : list of Finding
        By kind, in the order of `KINDS`, then in the order of the set.
    index : dict of str to list
        By track id: relative path, ``"blake2b:..."`` of its bytes, and seconds (None if it cannot be
        decoded to its end). Missing files are not in it.
    published : list of Finding
        Known faults of the published set, which every copy has.
    remarks : list of str
        What went wrong with the check itself.
    """

    name: str
    checked: int
    findings: list[Finding]
    index: dict[str, list]
    published: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def as_dict(self):
        """Return everything as JSON can hold it; `read` reads the index again.

        Returns
        -------
        dict
            ``format, name, checked, findings, index, published, remarks``.

        Examples
        --------
        >>> Report("demo", 1, [], {"a": ["a.wav", "blake2b:00", 1.5]}).as_dict()["index"]
        {'a': ['a.wav', 'blake2b:00', 1.5]}
        """
        lists = {
            kind: [asdict(finding) for finding in vars(self)[kind]] for kind in ("findings", "published")
        }
        return {"format": FORMAT, **vars(self), **lists}


def read(file, *, name):
    """Read the index of an earlier report. The file is not trusted.

    Parameters
    ----------
    file : str or os.PathLike
        A file with `Report.as_dict` as JSON.
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
    ...     report = Report("demo", 1, [], {"a": ["x/a.wav", "blake2b:0f", 1.5]})
    ...     _ = Path(folder, "demo.json").write_text(json.dumps(report.as_dict()))
    ...     read(Path(folder, "demo.json"), name="demo")
    {'x/a.wav': 'blake2b:0f'}
    """

    def demand(fine, wrong):
        if not fine:
            raise DatasetError(f"{file}: is not an earlier report of a check: {wrong}; name one")

    report = _json(file)
    demand(isinstance(report, dict), "it is not a JSON object")
    demand(_same(report.get("format"), FORMAT), f"its format is not {FORMAT}")
    demand(isinstance(report.get("name"), str), "it does not name a set")
    if report["name"] != name:
        raise DatasetError(f"{file}: is about the set {report['name']!r:.50}; name a report about {name!r}")
    index = report.get("index")
    demand(isinstance(index, dict), "it has no index of files")
    for track_id, entry in index.items():
        demand(_is_entry(entry), f"its index has no path and hash for {track_id!r:.50}")
    return {printable(entry[0]): entry[1] for entry in index.values()}


def _json(file):
    """Return what a file holds as JSON, or None."""
    try:
        with Path(file).open("rb") as content:
            text = content.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: there is a NUL in its name
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(f"{file}: cannot be read ({reason}); name a file that can be read") from error
    if len(text) > LARGEST:
        return None
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError, MemoryError):
        return None


def _same(value, number):
    return type(value) is int and value == number


def _is_entry(entry):
    """Return whether an entry of an index begins with a path and a hash."""
    if not isinstance(entry, list) or [type(part) for part in entry[:2]] != [str, str]:
        return False
    return re.fullmatch("blake2b:[0-9a-f]{2,64}", entry[1]) is not None


def as_text(report, *, everything=False, hint=""):
    """Return a report as text: a table of what was looked for, then a sentence for each finding.

    Parameters
    ----------
    report : Report
        From `check`.
    everything : bool
        Whether to show every sentence, and not only the first five of a kind.
    hint : str
        How to see the others, such as ``": as_text(report, everything=True) shows them"``.

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
      1  missing     listed by the set, but there is no such file
      0  unreadable  cannot be read as sound
      0  truncated   start as sound, but break off or are damaged later
      0  silent      contain no sound, or almost none, where they are used
      0  length      shorter or longer than the files of this set
      0  changed     differ from the published files, or from an earlier report
      0  clash       labels that contradict each other, or that cannot be learned
      0  duplicate   the same sound under two names
      0  layout      folders and tables that differ from the expected layout
    <BLANKLINE>
    missing
      a.wav: no such file
    <BLANKLINE>
    1 of 2 files is without findings.
    """
    minutes = round(sum({path: seconds or 0 for path, _, seconds in report.index.values()}.values()) / 60)
    counts = Counter(finding.kind for finding in report.findings)
    width = len(str(max(counts.values(), default=0)))
    files = f"{report.checked} file{'' if report.checked == 1 else 's'}"
    lines = [f"{report.name}: {files}, {minutes // 60} h {minutes % 60} min of sound that can be read", ""]
    lines += [f"  {counts[kind]:{width}d}  {kind:10s}  {meaning}" for kind, meaning in KINDS.items()]
    sections = {kind: [f.sentence for f in report.findings if f.kind == kind] for kind in KINDS}
    sections["known faults of the published set, in every copy"] = [f.sentence for f in report.published]
    sections["about this check"] = report.remarks
    for title, sentences in sections.items():
        shown = sentences if everything else sentences[:FEW]
        lines += ["", title, *(f"  {sentence}" for sentence in shown)] if sentences else []
        if len(sentences) > len(shown):
            lines.append(f"  ... and {len(sentences) - len(shown)} more{hint}")
    faulty = {file for finding in [*report.findings, *report.published] for file in finding.files}
    good = len({path for path, _, _ in report.index.values()} - faulty)
    return "\n".join([*lines, "", f"{good} of {files} {'is' if good == 1 else 'are'} without findings."])
