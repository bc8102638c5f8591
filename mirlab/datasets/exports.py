"""Export a data set: its features, labels, card and figures as plain files, without the sound.

Features may often be shared when recordings may not, and they can be read with NumPy alone.
"""

import csv
import io
import json
import re
import secrets
import shutil

import numpy as np

from mirlab.datasets.card import plain
from mirlab.datasets.tree import absolute
from mirlab.errors import DatasetError, StoreError, printable

README, CARD, EXCERPTS, NUMBERS = "README.md", "data-card.md", "excerpts.csv", "numbers.json"
FORMAT = "mirlab export 1"
_FORMULA = ("=", "+", "-", "@", "'")  # the last, so that one can be taken off again


def export(folder, dataset, features, *, card="", numbers=None, title=""):
    """Write features, labels, card and figures of a data set into a folder.

    The folder gets its name when it is complete. An existing export is replaced; a folder that holds anything
    else is not changed.

    Parameters
    ----------
    folder : str or os.PathLike
        The folder.
    dataset : Dataset
        Its track ids, labels and groups are written. Its sound is not.
    features : dict of str to ndarray, shape (n, p)
        One row per excerpt; each is written as ``<name>.npy``, float32.
    card : str or DataCard
        The data card.
    numbers : object
        What was measured, as an object that JSON can hold.
    title : str
        The title of the set; by default its name.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DatasetError
        If the folder holds files that mirlab did not export.
    ValueError
        If features are not finite numbers of shape (n, p), or their name cannot be a file name.
    StoreError
        If it cannot be written; what was there before is still there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mirlab.datasets import Dataset
    >>> two = Dataset("two", ["a", "b"], ["x", "y"], np.array([0, 1]), np.array([0, 1]), None, ["1", "2"])
    >>> with tempfile.TemporaryDirectory() as here:
    ...     there = export(Path(here, "mine"), two, {"base": np.eye(2)})
    ...     np.load(there / "base.npy").tolist(), sorted(path.name for path in there.iterdir())
    ([[1.0, 0.0], [0.0, 1.0]], ['README.md', 'base.npy', 'data-card.md', 'excerpts.csv', 'numbers.json'])
    """
    folder = absolute(folder)
    arrays = {name: _checked(name, X, len(dataset)) for name, X in features.items()}
    content = {f"{name}.npy": _npy(X) for name, X in arrays.items()}
    content[CARD] = f"{card}\n".encode()
    content[EXCERPTS] = _excerpts(dataset).encode()
    title = title or dataset.name
    numbers = {"format": FORMAT, "dataset": title, "numbers": numbers}
    content[NUMBERS] = json.dumps(numbers, indent=1, ensure_ascii=False, allow_nan=False).encode()
    content[README] = _readme(title, arrays, len(dataset)).encode()
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    old = part.with_suffix(".old")
    try:
        _refuse_foreign(folder)
        part.mkdir(parents=True)
        for name, data in content.items():
            (part / name).write_bytes(data)
        if folder.is_dir():  # no system replaces a folder in one step: first move the old one away
            folder.rename(old)
        try:
            part.rename(folder)
        except OSError:
            if old.is_dir():
                old.rename(folder)
            raise
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(
            f"{folder}: the export cannot be written here ({error.strerror or error}); make room, or name "
            "another folder"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _refuse_foreign(folder):
    """Refuse a folder that holds files which no export wrote."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise DatasetError(f"{folder}: is a file; name a folder for the export")
    there = sorted(path.name for path in folder.iterdir())
    if not there:
        return
    try:
        mine = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))["format"] == FORMAT
    except (OSError, ValueError, LookupError, TypeError):
        mine = False
    known = re.compile(rf"\w+\.npy|{'|'.join(map(re.escape, (README, CARD, EXCERPTS, NUMBERS)))}")
    foreign = [name for name in there if not (mine and known.fullmatch(name))]
    if foreign:
        raise DatasetError(
            f"{folder}: holds {foreign[0]!r}, which no export wrote; name a folder that is empty or new"
        )


def _checked(name, X, n):
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"features: {name!r} is used as a file name; use letters, digits and '_'")
    X = np.asarray(X)
    if X.ndim != 2 or len(X) != n or X.dtype.kind not in "biuf" or not np.isfinite(X).all():
        raise ValueError(
            f"features: {name!r} has shape {X.shape} and holds {X.dtype}; it must be finite numbers of shape "
            f"({n}, p), one row per excerpt"
        )
    return X.astype("<f4")


def _npy(X):
    kept = io.BytesIO()
    np.save(kept, X, allow_pickle=False)
    return kept.getvalue()


def _excerpts(dataset):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["row", "track_id", "label", "group"])
    for i, track_id in enumerate(dataset.track_ids):
        label = dataset.y[i]
        label = [label] if np.ndim(label) == 0 else np.flatnonzero(label)
        names = "; ".join(dataset.label_names[j] for j in label)
        table.writerow([i, no_formula(track_id), no_formula(names), dataset.groups[i]])
    return text.getvalue()


def no_formula(text):
    """Put an apostrophe before a name that a spreadsheet would run as a formula, so that it shows text."""
    text = printable(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _readme(title, arrays, n):
    kinds = "\n".join(
        f"| `{name}.npy` | {X.shape[0]} × {X.shape[1]} float32, one row per excerpt |"
        for name, X in arrays.items()
    )
    first = next(iter(arrays), "base")
    return f"""# Features of {n} excerpts: {plain(title)}

Written by mirlab. This folder holds no sound, but it does hold the names of the files: look through
`{EXCERPTS}` before you pass it on, and read `{CARD}` for what may be done with it.

| file | holds |
|---|---|
{kinds}
| `{EXCERPTS}` | row, track id, label and group of each excerpt, UTF-8; a split must not cut a group. |
| `{CARD}` | where the data come from, what they are for, what is open |
| `{NUMBERS}` | what was measured, with standard errors |

In `{EXCERPTS}`, an apostrophe is put before a track id or label that begins with `=`, `+`, `-`, `@` or an
apostrophe, so that a spreadsheet does not run it as a formula. The code below takes it off again.

```python
import csv
import numpy as np

X = np.load("{first}.npy", allow_pickle=False)
with open("{EXCERPTS}", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
labels = np.array([row["label"].removeprefix("'") for row in rows])
groups = np.array([row["group"] for row in rows])
```
"""
