"""Bring the pretrained networks to this machine: download the wheel, read it, keep the weights.

The folder of the networks sees only whole files. All work is done in a folder inside it that is deleted at
the end, or by the next download if this one is killed. If several processes start at once, one works
and the others wait for it.
"""

import errno
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from mirlab import paths
from mirlab.errors import NetworkError
from mirlab.networks import files, pip, wheel
from mirlab.networks.catalogue import PRETRAINED

ROOM = 100 * 2**20  # bytes: the wheel twice, as pip copies it, and some


def fetch(*, folder=None, python=None, progress=None):
    """Download the pretrained networks that are not on this machine, or damaged (29 MB; 6 MB are kept).

    Parameters
    ----------
    folder : str or os.PathLike, optional
        A folder that holds the wheel, such as a USB stick, or the wheel itself; then nothing is downloaded.
    python : str or os.PathLike, optional
        The interpreter whose pip downloads; by default the one that runs. Its settings for index, proxy,
        certificates and folders of wheels apply.
    progress : callable, optional
        Called as ``progress(done, total, what)``: numbers of the same unit, and a few words.

    Returns
    -------
    list of str
        The networks that are new; empty if all were there, and then nothing is downloaded.

    Raises
    ------
    NetworkError
        If they cannot be downloaded, read or kept: a sentence that says why and what to do. What was there
        before is kept.
    """
    if not files.verify():
        return []
    report = progress or (lambda done, total, what: None)
    home = files.home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _alone(home, report):
            needed = [found.name for found in files.status() if found.problem]
            if needed:
                content = _wheel(home, folder, python, report)
                _keep(content, needed, report)
            return needed
    except OSError as error:
        raise NetworkError(_disk(home, error)) from error


def _wheel(home, folder, python, report):
    """Return the content of the wheel, from a folder or from the package index."""
    for left in (*home.glob(".fetch-*"), *home.glob(".*.part")):  # left by a process that was killed
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    if folder is not None:
        given = Path(folder)
        return _read(given if given.suffix == ".whl" else given / wheel.NAME)
    if shutil.disk_usage(home).free < ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    work = Path(tempfile.mkdtemp(prefix=".fetch-", dir=home))
    try:

        def watch():
            report(min(_largest(work), wheel.SIZE), wheel.SIZE, "downloading musicnn 0.1.0")

        watch()
        pip.download("musicnn==0.1.0", work, python=python, watch=watch)
        return _read(work / wheel.NAME)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _read(file):
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise NetworkError(f"{file}: no such file; name the folder that holds {wheel.NAME}") from None
    except OSError as error:
        raise NetworkError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    wheel.check(content)
    return content


def _keep(content, names, report):
    licence = wheel.licence(content)
    for done, name in enumerate(names):
        report(done, len(names), f"reading {name}")
        weights = wheel.weights(content, name)
        if files.checksum(weights) != PRETRAINED[name].checksum:
            raise NetworkError(f"the weights of {name} differ from the ones that mirlab knows; update mirlab")
        files.save(name, weights, licence)
    report(len(names), len(names), "done")


def _largest(folder):
    """Return the size of the largest file that pip writes: the part of the wheel that has arrived."""
    sizes = [0]
    for place, _, names in os.walk(folder):  # files may disappear meanwhile
        for name in names:
            try:
                sizes.append(os.stat(os.path.join(place, name)).st_size)
            except OSError:
                continue
    return max(sizes)


@contextmanager
def _alone(home, report):
    """Let one process at a time change the folder; the system frees the lock even if it is killed."""
    with (home / ".lock").open("ab") as file:
        while not paths.lock(file):
            report(0, 1, "waiting for another process that downloads")
            time.sleep(0.2)
        yield


def _disk(home, error):
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{home}: the disk is full; free {ROOM // 2**20} MB and try again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{home}: cannot be written to; set MIRLAB_DATA to a folder of your own"
    return f"{home}: cannot be used ({error.strerror or error}); set MIRLAB_DATA to another folder"
