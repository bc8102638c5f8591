"""Where things lie: the course beside the package, and what it builds on this machine.

`MIRLAB_DATA` moves everything that is built; `NUMBA_CACHE_DIR` is set so that compiled kernels
(ours, librosa's and umap's) can be kept even where the installed packages are read-only.
"""

import os
import secrets
from pathlib import Path

import platformdirs

COURSE = Path(__file__).resolve().parents[1]
"""The folder of the course: README, notebooks, data. Only there when installed from a clone."""


def data_dir() -> Path:
    """Return the folder that holds what mirlab builds, from `MIRLAB_DATA` or beside the course.

    Returns
    -------
    pathlib.Path
        `$MIRLAB_DATA` if set; `data/built` of the clone if that can be written; else the user's own
        data folder. It need not exist yet.

    Examples
    --------
    >>> data_dir().is_absolute()
    True
    """
    if chosen := os.environ.get("MIRLAB_DATA"):
        return Path(chosen).expanduser().resolve()
    if (COURSE / "notebooks").is_dir() and os.access(COURSE / "data", os.W_OK):
        return COURSE / "data" / "built"
    return Path(platformdirs.user_data_dir("mirlab", appauthor=False))


def keep_compiled_code() -> None:
    """Give numba a folder it can write to, unless the user has chosen one."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(data_dir() / "numba"))


def write_atomically(file: Path, content: str | bytes) -> None:
    r"""Write a small file so that a reader sees the old one or the new one, never half of it.

    Parameters
    ----------
    file : pathlib.Path
        Where; its folder is made.
    content : str or bytes
        What; text in UTF-8, with line ends as they are.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "new", "a.txt"), "è\n")
    ...     Path(folder, "new", "a.txt").read_bytes()
    b'\xc3\xa8\n'
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{secrets.token_hex(4)}.part")  # mkstemp would hide it from other users
    try:
        with unfinished.open("xb") as f:
            f.write(content.encode() if isinstance(content, str) else content)
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
