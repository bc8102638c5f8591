"""Check whether this machine is ready for class. Each check returns its finding, or raises what to do."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import soundfile

from mirlab import audio, corpus, features, lab, paths
from mirlab.doctor import surroundings
from mirlab.errors import MirlabError
from mirlab.lessons import progress
from mirlab.paper import Study
from mirlab.show.cards import Card, Points
from mirlab.show.language import said
from mirlab.show.players import play
from mirlab.warp import WarpEmbedding

OLDEST, NEWEST = (3, 11), (3, 14)  # versions of Python
CGROUP = Path("/sys/fs/cgroup")  # what a container on Linux may use


def _check_python():
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise MirlabError(f"this is Python {platform.python_version()}; install 3.11, 3.12, 3.13 or 3.14")
    return f"{platform.python_version()}, {platform.system()} {platform.machine()}"


def _check_memory():
    free = psutil.virtual_memory().available
    with suppress(OSError, ValueError, KeyError):  # a container may have less than its machine
        limit, used = (int((CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        parts = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        free = min(free, limit - used + int(parts["inactive_file"]))  # copies of files, given up when needed
    if free < 2**30:
        raise MirlabError(
            f"{free / 2**30:.1f} GB free; until there is 1 GB, close other programs, and lessons that you do "
            "not need (in JupyterLab: Kernel, Shut Down Kernel)"
        )
    return f"{free / 2**30:.1f} GB free"


def _check_disk():
    folder = paths.data_dir()
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        free = shutil.disk_usage(there).free / 2**30
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise MirlabError(
            f"{there} cannot be written ({error.strerror}); set MIRLAB_DATA to a folder of your own"
        ) from error
    if free < 1 and not _built():
        raise MirlabError(
            f"{free:.1f} GB free at {there}; the course builds 0.7 GB: make room, or set MIRLAB_DATA"
        )
    return f"{free:.0f} GB free at {there}, and it can be written"


def _check_folders():
    """Check that a learner's work is kept, and that Jupyter and its libraries have folders to write to."""
    own, kept = paths.data_dir(), progress.file()
    if paths.is_temporary(own):
        raise MirlabError(
            f"no folder of yours can be written, so what is built goes to {own} and may be deleted at any "
            "time; set MIRLAB_DATA to a folder that you can write to"
        )
    if kept is not None and not paths.writable(kept):
        raise MirlabError(
            f"your progress cannot be kept in {kept}; set MIRLAB_PROGRESS to a file that you can write to"
        )
    lab.environment()  # makes what Jupyter needs
    moved = lab.unwritable_homes()
    if moved:
        return (
            f"{', '.join(moved)} cannot be written where they are; the course keeps them in {own / 'jupyter'}"
        )
    return "Jupyter, IPython and matplotlib can write to theirs"


def _check_kernel():
    """Start the kernel that a notebook would get, and check which Python it runs."""
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():  # this is a notebook
        found = sys.executable
    else:
        script = (
            "from jupyter_client.manager import start_new_kernel as start\n"
            f"manager, client = start(kernel_name={lab.KERNEL!r}, startup_timeout=60)\n"
            "reply = client.execute_interactive('import sys, mirlab; print(sys.executable)', timeout=60)\n"
            "manager.shutdown_kernel(now=True)\n"
            "raise SystemExit(reply['content'].get('evalue'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], env=os.environ | lab.environment(), capture_output=True, text=True
        )
        if done.returncode:
            reason = "".join(done.stderr.strip().splitlines()[-1:])
            raise MirlabError(f"no notebook can run ({reason}); set the course up again (course.py)")
        found = done.stdout.strip().splitlines()[-1]
    if not surroundings.is_this_python(found):
        raise MirlabError(
            f"notebooks get another Python ({found}); open them with `{paths.command('lab')}`, which starts "
            "the kernel of the course"
        )
    return f"notebooks run in {found}{surroundings.other_kernels()}"


def _check_compiler():
    X = np.random.default_rng(0).normal(size=(50, 3))
    WarpEmbedding(n_components=2, n_epochs=1, random_state=0).fit(X, X[:, 0] > 0)
    return "WARP compiles and trains"


def _check_sound():
    y = corpus.plan("gtzan")[0].audio()
    size = len(play(y, "a test")._repr_html_())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "test.flac")
        soundfile.write(file, y, audio.SAMPLE_RATE)
        same = np.abs(audio.load(file) - y).max() < 1e-3
    if not same:
        raise MirlabError("a sound that is written and read again differs; reinstall soundfile")
    return (
        f"composed, encoded ({size // 1000} kB), decoded, {len(features.log_mel(y))} frames; if you "
        f"hear nothing in the browser, `{paths.command('doctor --sound')}` opens a page that helps"
    )


class _Unbuilt(Exception):
    pass


def _built():
    """Return whether everything is built, by refusing the first work that would start."""

    def refuse(done, total, what):
        raise _Unbuilt

    try:
        Study(progress=refuse).prepare()
    except _Unbuilt:
        return False
    return True


def _check_corpus():
    if not _built():
        raise MirlabError(
            "the music of the course is not composed yet; if it is being composed now, wait a minute or two, "
            f"else run `{paths.command('lab --build-only')}` (no network needed)"
        )
    return f"built, in {' and '.join(map(str, paths.layers()))}"


CHECKS = {
    "Python": _check_python,
    "memory": _check_memory,
    "disk": _check_disk,
    "folders": _check_folders,
    "notebooks": surroundings.check_lessons,
    "kernel": _check_kernel,
    "widgets": surroundings.check_widgets,
    "compiler": _check_compiler,
    "sound": _check_sound,
    "pictures": surroundings.check_pictures,
    "server": surroundings.check_localhost,
    "corpus": _check_corpus,
}
"""The checks of `mirlab doctor`: each function returns its finding, or raises what to do."""


def examine() -> Iterator[tuple[str, bool, str]]:
    """Run all checks, one after the other; a failing check does not stop the others.

    Yields
    ------
    name : str
        What was checked.
    fine : bool
        Whether the check passed.
    finding : str
        What was found, or what to do.

    Examples
    --------
    >>> next(examine())[:2]
    ('Python', True)
    """
    for name, check in CHECKS.items():
        try:
            yield name, True, check()
        except MirlabError as error:
            yield name, False, str(error)
        except Exception as error:
            yield name, False, f"{type(error).__name__}: {error}; set the course up again (course.py)"


def ready() -> Card:
    """Return what `mirlab doctor` finds as a card for a notebook.

    Returns
    -------
    Card
        One sentence for each check that fails, with what to do.

    Examples
    --------
    >>> ready().title.startswith("this machine")
    True
    """
    mend = [f"{name}: {finding}" for name, fine, finding in examine() if not fine]
    looked = f"Looked at: {', '.join(map(said, CHECKS))}."
    if mend:
        return Card("note", "this machine is not ready yet", looked, "To mend:", Points(mend))
    return Card("note", "this machine is ready for the course", looked, "Nothing to mend.")
