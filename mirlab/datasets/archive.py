"""Archives as data sets are handed out: unpacked whole, or not at all.

What an archive may do to a computer is narrow here: files and folders come into being below one folder,
with ordinary permissions, and links become copies. A name that leads elsewhere, a device, or a link to
anything but a file of the same archive has it refused before a byte is written. Nothing is extracted by
tarfile or zipfile themselves, so it does not matter which faults their own filters have.
"""

import bisect
import io
import itertools
import lzma
import os
import posixpath
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from mirlab.errors import DatasetError, MirlabError, StoreError

MOST_FILES = 2_000_000
BLOCK = 4096  # bytes that a file takes up at least
CHUNK = 2**20  # bytes copied at a time
MB = 10**6

# What the standard library raises where an archive is damaged, beside OSError without a number.
_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, ValueError, LookupError, ArithmeticError, TypeError, MemoryError),
)
_ENDINGS = re.compile(r"(?i)(\.zip|\.tar(\.(gz|bz2|xz))?|\.tgz|\.tbz2?|\.txz)?(\.\d{3})?$")
_NOT_ON_WINDOWS = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)|.*[:*?\"<>|]|.*[. ]$")


def unpack(archive, folder=None, *, progress=None):
    """Unpack an archive into a folder of its own.

    It is worked on in ``<folder>.part``, which gets its name when everything is in it. So a run that was
    stopped or killed leaves nothing under that name, and the same call begins anew.

    Parameters
    ----------
    archive : str or os.PathLike
        A tar (plain, gzip, bzip2 or xz) or zip file. Of one that comes in parts, ending in ``.001`` and so
        on, any of them, or the name without a number.
    folder : str or os.PathLike, optional
        Where to; it must not be there yet, or be empty. By default it lies beside the archive and is called
        like it.
    progress : callable, optional
        ``progress(done, total, what)``, in megabytes, called as files are looked through and unpacked.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DatasetError
        If the archive is none, is encrypted, damaged or breaks off, needs more room than there is, or holds
        what no data set does: names that lead out of the folder, links that do, devices.
    StoreError
        If the folder is taken or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with zipfile.ZipFile(Path(place, "gtzan.zip"), "w") as made:
    ...         made.writestr("genres/blues/blues.00000.au", b".snd")
    ...     [path.name for path in unpack(Path(place, "gtzan.zip")).rglob("*.au")]
    ['blues.00000.au']
    """
    archive = Path(archive)
    if folder is None and (folder := _ENDINGS.sub("", str(archive))) == str(archive):
        raise DatasetError(f"{archive}: ends in none of .zip, .tar, .tar.gz; name a folder for it")
    folder = Path(folder)
    part = folder.with_name(f"{folder.name}.part")
    say = progress or (lambda done, total, what: None)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError(f"{folder}: is there already; delete it, or name another folder")
        with ExitStack() as stack:
            entries = _listed(archive, folder, stack, say)
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            _write(archive, entries, part, say)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if told := _told(archive, folder, error):
            raise told from error
        raise
    return folder


@dataclass(frozen=True)
class _Entry:
    """A file or folder in an archive."""

    name: str
    size: int = 0
    open: Callable[[], BinaryIO] | None = None  # none for a folder and a link
    link: str | None = None  # what it is a link to, as a name in the archive
    fault: str | None = None  # why it has no place in a data set


def _told(archive, folder, error):
    """Return what is said instead of an error, or None for one that says it all."""
    reason = str(error) or type(error).__name__
    if isinstance(error, MirlabError):
        return None
    if isinstance(error, RuntimeError):  # zipfile's: a password is needed, or another method
        return DatasetError(f"{archive}: cannot be unpacked here ({reason}); unpack it with another program")
    if isinstance(error, OSError) and error.errno is not None:
        return StoreError(f"{error.filename or folder}: {error.strerror}; name another folder")
    if isinstance(error, (*_DAMAGE, OSError)):
        return DatasetError(f"{archive}: is damaged or breaks off ({reason}); get a whole copy of it")
    return None


def _listed(archive, folder, stack, say):
    """List what is in an archive, links last, and look at all of it: names, sizes, checksums of a tar."""
    file = stack.enter_context(_whole(archive))
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    kind = _zip if file.read(2) == b"PK" else _tar
    file.seek(0)
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    entries, links, needed = [], [], 0

    def add(entry, entries):
        nonlocal needed
        entries.append(entry)
        needed += entry.size + BLOCK
        if needed > free:
            raise DatasetError(
                f"{archive}: needs more than the {free / 1e9:.1f} GB that are free at "
                f"{there}; make room there, or name another folder"
            )
        if len(entries) > MOST_FILES:
            raise _refused(archive, entry, f"and more than {MOST_FILES} files")

    for entry in kind(file, stack):
        fault = "has a size below zero" if entry.size < 0 else entry.fault or _fault(entry.name)
        if fault:
            raise _refused(archive, entry, f"which {fault}")
        add(entry, entries if entry.link is None else links)
        say(min(file.tell(), size) // MB, size // MB, f"{archive.name}: looking through")
    plain = {PurePosixPath(entry.name): entry for entry in entries if entry.open}
    for link in links:
        target = plain.get(PurePosixPath(link.link))
        if target is None:
            raise _refused(archive, link, f"a link to {link.link!r}, which is no file of it")
        add(replace(link, size=target.size), entries)
    return entries


def _refused(archive, entry, why):
    return DatasetError(f"{archive}: holds {entry.name!r}, {why}; get the archive from its publisher")


def _fault(name):
    """Say why a name has no place below a folder, or None."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "begins at the root of a disk"
    if ".." in parts:
        return "leads out of its folder"
    if "\\" in name:
        return "has a backslash in its name, which leads elsewhere on some systems"
    if "\0" in name:
        return "has a NUL in its name"
    if os.name == "nt" and any(_NOT_ON_WINDOWS.match(part) for part in parts):
        return "has a name that Windows keeps for itself"
    return None


def _write(archive, entries, part, say):
    """Write what was listed below a folder."""
    done, total = 0, sum(entry.size for entry in entries)
    for entry in entries:
        place = part / entry.name
        try:
            if entry.open or entry.link:
                place.parent.mkdir(parents=True, exist_ok=True)
                with (
                    place.open("xb") as file,
                    entry.open() if entry.open else (part / entry.link).open("rb") as source,
                ):
                    shutil.copyfileobj(source, file, CHUNK)
                    if file.tell() != entry.size:
                        raise zipfile.BadZipFile(f"{entry.name} is of another size than it says")
            else:
                place.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise _refused(archive, entry, "for which another file leaves no place on this disk") from error
        done += entry.size
        say(done // MB, total // MB, f"{archive.name}: unpacking")


def _whole(archive):
    """Open an archive, or the parts of one that lie beside it, as one file."""
    stem = archive.with_suffix("") if re.fullmatch(r"\.\d{3}", archive.suffix) else archive
    if stem == archive and archive.is_file():
        return archive.open("rb")
    pattern = re.compile(re.escape(stem.name) + r"\.(\d{3})")
    found = {}
    if stem.parent.is_dir():
        found = {int(m[1]): path for path in stem.parent.iterdir() if (m := pattern.fullmatch(path.name))}
    if not found:
        reason = "is no file" if archive.exists() else "no such file"
        raise DatasetError(f"{archive}: {reason}; name a tar or zip archive, or a part of one")
    if missing := sorted(set(range(1, max(found) + 1)) - set(found)):
        raise DatasetError(f"{stem}.{missing[0]:03d}: this part is missing; get all parts of it")
    return io.BufferedReader(_Parts([found[number] for number in sorted(found)]))


class _Parts(io.RawIOBase):
    """Files one after another, read as one."""

    def __init__(self, paths):
        self.files = [path.open("rb") for path in paths]
        *self.starts, self.size = itertools.accumulate((path.stat().st_size for path in paths), initial=0)
        self.at = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=os.SEEK_SET):
        self.at = (0, self.at, self.size)[whence] + offset
        return self.at

    def readinto(self, buffer):
        if self.at >= self.size:
            return 0
        number = bisect.bisect_right(self.starts, self.at) - 1
        self.files[number].seek(self.at - self.starts[number])
        n = self.files[number].readinto(buffer)
        self.at += n
        return n

    def close(self):
        for file in self.files:
            file.close()
        super().close()


def _zip(file, stack):
    archive = stack.enter_context(zipfile.ZipFile(file))
    for info in archive.infolist():
        mode = info.external_attr >> 16
        kind = stat.S_IFMT(mode)
        fault = _unusual(mode) if not info.is_dir() else None
        if info.flag_bits & 1:
            yield _Entry(info.filename, fault="is encrypted")
        elif info.orig_filename.partition("\0")[1]:  # zipfile cuts the name there
            yield _Entry(info.orig_filename)
        elif kind == stat.S_IFLNK:
            target = archive.read(info).decode() if info.file_size < BLOCK else "too long a path"
            yield _Entry(info.filename, link=_beside(info.filename, target))
        elif info.is_dir():
            yield _Entry(info.filename)
        else:
            yield _Entry(info.filename, info.file_size, lambda info=info: archive.open(info), fault=fault)


class _Strict(tarfile.TarInfo):
    """Has an archive refused where its members break off; tarfile takes that for its end."""

    @classmethod
    def fromtarfile(cls, tar):
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def _tar(file, stack):
    archive = tarfile.open(fileobj=file, mode="r:*", tarinfo=_Strict)  # noqa: SIM115
    stack.enter_context(archive)
    for member in archive:
        name = member.name
        if member.isdir():
            yield _Entry(name)
        elif member.islnk():
            yield _Entry(name, link=posixpath.normpath(member.linkname))
        elif member.issym():
            yield _Entry(name, link=_beside(name, member.linkname))
        elif not member.isreg():
            yield _Entry(name, fault="is a device or a pipe")
        else:
            fault = _unusual(member.mode)
            yield _Entry(name, member.size, lambda m=member: archive.extractfile(m), fault=fault)
    while archive.fileobj.read(CHUNK):  # its checksum stands at the end
        pass


def _beside(name, target):
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def _unusual(mode):
    """Say what is wrong with the mode of a file, or None."""
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFLNK):
        return "is a device or a pipe"
    return "runs as another user (setuid)" if mode & (stat.S_ISUID | stat.S_ISGID) else None
