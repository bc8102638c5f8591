"""The stick: a folder from which a laptop without any network sets up and runs the whole course.

It holds the course, what is built (music, embeddings, networks), the packages for the chosen computers, and
``start.py``, which calls the course's own course.py. Solutions are not on it, beyond what the course has.
"""

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from mirlab import paths
from mirlab.errors import StoreError
from mirlab.teach import wheels
from mirlab.teach.folders import take

MARK = "START-HERE.txt"
CONTENTS = "contents.json"
START = "course_setup/from_stick.py"
PARTS = ("mirlab", "notebooks", "docs", "tests", "course_setup", "benchmarks", "data/cards", "data/results")
"""Folders of a course that has no history, such as one that was downloaded as an archive."""
FILES = (
    "*.md",
    "*.py",
    "*.toml",
    "*.txt",
    "*.yml",
    "*.cff",
    "LICENSE",
    "postBuild",
    "data/*.md",
    "data/*.toml",
)
NOTE = """\
The course on transfer learning in music information retrieval, without a network
==================================================================================

Needed: {pythons}. Three gigabytes of disk space.

  Linux     open a terminal in this folder, and type   python3 start.py
  macOS     open a terminal in this folder, and type   python3 start.py
  Windows   double-click start.bat, or type            py start.py

It copies the course into the folder mirlab-course in your home folder, installs it there from this stick, and
opens the first lesson. Later you do not need the stick: type   python3 course.py lab   in that folder.

  python3 start.py --to FOLDER    puts the course elsewhere
  python3 start.py doctor         runs another command of the course

To copy this stick, copy the whole folder. start.py reports what is missing.
"""
BAT = '@py "%~dp0start.py" %*\r\n@if errorlevel 1 pause\r\n'


def make(
    folder: str | Path, targets: list, built: list[str], *, progress=None, say=None, get=wheels.download
) -> int:
    """Make a stick.

    Parameters
    ----------
    folder : str or Path
        A new or an empty folder, or one with an earlier stick; its packages are not downloaded again.
    targets : list of wheels.Target
        The computers that it is for.
    built : list of str
        What to take along of what is built: paths below a layer of `mirlab.paths`.
    progress : callable, optional
        Called as ``progress(done, total, what)``.
    say : callable, optional
        Called with a sentence for the person who makes the stick.
    get : callable
        As `wheels.download`.

    Returns
    -------
    int
        The size of the stick in bytes.

    Raises
    ------
    StoreError
        If the folder holds something else, or cannot be written.
    NetworkError
        If packages cannot be downloaded.
    """
    folder, say = Path(folder), say or (lambda sentence: None)
    if not (paths.COURSE / "course.py").is_file():
        raise StoreError(f"{paths.COURSE}: is not the whole course; make a stick from a clone of it")
    pythons = " or ".join(f"Python {one.python} on {one.platform}" for one in targets)
    take(folder, MARK, NOTE.format(pythons=pythons))
    try:
        (folder / CONTENTS).unlink(missing_ok=True)  # until the end, the stick says that it is not finished
        packages = folder / "wheels"
        packages.mkdir(exist_ok=True)
        needed = {file for target in targets for file in get(packages, target, progress=progress)}
        _course(folder, say)
        _built(folder / "course" / "data" / "built", built, progress)
        _starters(folder)
        return _seal(folder, targets, needed)
    except StoreError:  # an OSError, too
        raise
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder}: the stick cannot be written ({error.strerror}); free some space, "
            "or name another folder"
        ) from error


def _course(folder, say):
    """Put the course onto the stick: as it was committed last, or as it is if it has no history."""
    part, place = folder / "course.part", folder / "course"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    git = ["git", "-C", str(paths.COURSE)]
    try:
        own = (paths.COURSE / ".git").exists()
        archive = subprocess.run([*git, "archive", "HEAD"], capture_output=True) if own else None
    except OSError:  # there is no git
        archive = None
    if archive is not None and archive.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(part, filter="data")
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True).stdout
        if changed:
            say("The stick has the course as it was committed last: your later changes are not on it.")
    else:
        say("The stick has the course as it is in your folder, with what you wrote into notebooks.")
        ignore = shutil.ignore_patterns("__pycache__", ".*")
        for name in PARTS:
            if (paths.COURSE / name).is_dir():
                shutil.copytree(paths.COURSE / name, part / name, ignore=ignore)
        for file in sorted(file for pattern in FILES for file in paths.COURSE.glob(pattern)):
            target = part / file.relative_to(paths.COURSE)
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(file, target)
    shutil.rmtree(place, ignore_errors=True)
    part.rename(place)


def _built(place, built, progress):
    for done, name in enumerate(built):
        if progress:
            progress(done, len(built), "copying music and networks")
        source = paths.locate(*name.split("/"))
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns(".*", "*.part"))
    if progress and built:
        progress(len(built), len(built), "copying music and networks")


def _starters(folder):
    shutil.copyfile(paths.COURSE / START, folder / "start.py")
    (folder / "start.bat").write_bytes(BAT.encode())


def _seal(folder, targets, needed):
    """Delete packages that are not needed, and write down all sizes, so that a torn copy is noticed."""
    for file in (folder / "wheels").iterdir():
        if file not in needed:
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    files = sorted(Path(at, name) for at, _, names in os.walk(folder) for name in names)
    sizes = {file.relative_to(folder).as_posix(): file.stat().st_size for file in files}
    contents = {"targets": [[one.platform, one.python] for one in targets], "sizes": sizes}
    paths.write_atomically(folder / CONTENTS, json.dumps(contents, indent=1))
    return sum(sizes.values())
