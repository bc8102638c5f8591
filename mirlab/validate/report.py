"""What `mirlab validate` says: a table to read, JSON to keep, and that JSON read again."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from mirlab.errors import DatasetError, printable

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


def _several(n, thing):
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"
