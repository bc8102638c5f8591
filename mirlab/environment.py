"""Set the environment before numba is imported, so that settings of the user or the machine cannot stop us.

Numba keeps compiled code as pickles, so its cache must be in a folder that no other user can write to. One
cache serves all machines of a class, because code is compiled for a generic processor (`benchmarks/warp.py`
shows that WARP is as fast with it). Code compiled by a teacher's build is copied, if only the owner of that
build can have changed it.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from mirlab import paths
from mirlab.errors import MirlabError


def prepare() -> None:
    """Set the environment of this process; called before anything else of mirlab is imported."""
    for name in ("NUMBA_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
        number = os.environ.get(name)
        if number is not None and not (number.isdecimal() and int(number) > 0):
            del os.environ[name]  # numba and joblib would refuse to start
    if "NUMBA_CPU_NAME" not in os.environ:
        os.environ |= {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    # For processes that this one starts, such as kernels: threads of JAX share one heap of glibc, which
    # saves 60 MB in lesson 13. Other C libraries do not know this name.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    kept = os.environ.get("NUMBA_CACHE_DIR")
    if not kept or not paths.writable(Path(kept)):
        os.environ["NUMBA_CACHE_DIR"] = str(compiled_dir())


def compiled_dir() -> Path:
    """Return the folder in which compiled code is kept.

    Returns
    -------
    pathlib.Path
        ``numba`` in `mirlab.paths.data_dir`, or in a private folder if others can write there.
    """
    try:
        own = paths.data_dir()
        shared = paths.shared_dirs()
        there = next(place for place in (own, *own.parents) if place.is_dir())
        home = own if paths.belongs_to_us(there) else paths.private_dir()
    except MirlabError:  # it is reported where something is built or read, not at import
        home, shared = paths.private_dir(), []
    folder = home / "numba"
    if not folder.exists():
        for layer in shared:
            with suppress(OSError):
                _adopt(layer / "numba", folder)
    return folder


def _adopt(shared, folder):
    """Copy what was compiled for the class, unless another user than its owner can have changed it."""
    owners = {place.stat().st_uid for place in (shared, Path(__file__))}
    if (
        shared.is_dir()
        and len(owners) == 1
        and not any(_open_to_others(place) for place in shared.rglob("*"))
    ):
        shutil.copytree(shared, folder, symlinks=True, dirs_exist_ok=True)


def _open_to_others(place):
    return place.is_symlink() or bool(place.stat().st_mode & 0o022)
