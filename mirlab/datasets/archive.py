"""Unpack the archives of data sets completely or not at all, and resume after an interruption.

An archive cannot harm the computer: files and folders are made below one folder, with ordinary permissions,
and links become copies. An archive is refused before a byte is written if it holds a name that leads out of
the folder, a device, or a link to anything but a file of the same archive. tarfile and zipfile only read the
archive and do not extract: their filters have security holes in versions of Python that mirlab supports.
"""

import lzma
import os
import posixpath
import re
import shutil
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from mirlab.datasets import decoding, kinds, volumes
from mirlab.datasets.tree import absolute
from mirlab.datasets.unfinished import Unfinished
from mirlab.errors import DatasetError, MirlabError, StoreError

MOST_FILES = 2_000_000
BLOCK = 4096  # bytes that a file takes up at least
CHUNK = 2**20  # bytes copied at a time
MB = 10**6

# What the standard library raises for a damaged archive, in addition to OSError without a number.
_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, ValueError, LookupError, ArithmeticError, TypeError, MemoryError),
)
_ENDINGS = re.compile(r"(?i)(\.zip|\.tar(\.(gz|bz2|xz|zst|lzma))?|\.tgz|\.tbz2?|\.txz|\.tzst)?(\.\d{3})?$")
_NOT_ON_WINDOWS = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)|.*[:*?\"<>|\0-\x1f]|.*[. ]$")
_UNICODE_PATH = 0x7075  # Info-ZIP's field for a name in UTF-8, beside one in another encoding


def unpack(archive, folder=None, *, encoding=None, progress=None):
    """Unpack an archive into a folder of its own.

    The work is done in ``<folder>.part``, which gets the name of the folder when everything is in it. After a
    run that was stopped or killed, the same call continues: files that were unpacked and flushed to the disk
    are not unpacked again. If everything is there already, the call changes nothing.

    Parameters
    ----------
    archive : str or os.PathLike
        A tar (plain, gzip, bzip2, xz, and Zstandard from Python 3.14 on) or zip file. If it comes in parts
        that end in ``.001`` and so on: any of them, or the name without a number.
    folder : str or os.PathLike, optional
        Where to; it must not hold anything else. By default it is next to the archive and has its name.
    encoding : str, optional
        Encoding of names that the archive does not mark as UTF-8, such as ``"cp1252"``.
    progress : callable, optional
        ``progress(done, total, what)``, in megabytes, called as files are looked through and unpacked.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DatasetError
        If the file is not such an archive, is encrypted or damaged, needs more room than there is, holds
        unsafe entries (names and links that lead out of the folder, devices), or has names in an unknown
        encoding. Nothing is left behind.
    StoreError
        If the folder is in use or cannot be written. Files that are unpacked already are kept.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     archive = f"{place}/gtzan.zip"
    ...     with zipfile.ZipFile(archive, "w") as made:
    ...         made.writestr("genres/blues/blues.00000.au", b".snd")
    ...     [path.name for path in unpack(archive).rglob("*.au")]
    ['blues.00000.au']
    """
    decoding.check(encoding)
    archive = absolute(archive)
    with ExitStack() as stack:
        file = stack.enter_context(volumes.whole(archive))
        if reason := kinds.refusal(archive.name, file):
            raise DatasetError(f"{archive}: {reason}")
        work = _work(archive, folder, file, encoding)
        try:
            entries = _listed(archive, file, work.part, stack, encoding, progress or _silent)
            files = [(entry.name, entry.size) for entry in entries]
            if work.is_finished(files):
                return work.folder
            work.begin(files)
            _write(archive, entries, work, progress or _silent)
            work.finish()
        except BaseException as error:
            work.stop(keep=not isinstance(_sentence(archive, work, error) or error, DatasetError))
            if sentence := _sentence(archive, work, error):
                raise sentence from error
            raise
    return work.folder


@dataclass(frozen=True)
class _Entry:
    """A file or folder in an archive."""

    name: str
    size: int = -1  # of a folder
    open: Callable[[], BinaryIO] | None = None  # none for a folder and a link
    link: str | None = None  # what it is a link to, as a name in the archive
    fault: str | None = None  # why it has no place in a data set


def _silent(done, total, what):
    pass


def _work(archive, folder, file, encoding):
    """Return the work on the folder that an archive is unpacked into."""
    if folder is None and (folder := _ENDINGS.sub("", str(archive))) == str(archive):
        raise DatasetError(f"{archive}: ends in none of .zip, .tar, .tar.gz; name a folder for it")
    parts = file.raw.paths if isinstance(file.raw, volumes.Parts) else [archive]
    about = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in parts]
    return Unfinished(absolute(folder), [*map(list, about), encoding])


def _sentence(archive, work, error):
    """Return what to raise instead of an error, or None if the error is clear by itself."""
    reason = str(error) or type(error).__name__
    if isinstance(error, MirlabError):
        return None
    if isinstance(error, RuntimeError):  # zipfile's: a password is needed, or the method is unknown
        return DatasetError(f'{archive}: cannot be unpacked here ({reason}); use: 7z x "{archive.name}"')
    if isinstance(error, OSError) and error.errno is not None:
        kept = f"; what is in {work.part.name} is kept, and the same call continues from there" * bool(
            work.done
        )
        return StoreError(
            f"{error.filename or work.folder}: {error.strerror}; make room, or name another folder{kept}"
        )
    if isinstance(error, (*_DAMAGE, OSError)):
        return DatasetError(f"{archive}: is damaged or breaks off ({reason}); get a whole copy of it")
    return None


def _listed(archive, file, part, stack, encoding, say):
    """List what is in an archive, links last, and look at all of it: names, sizes, checksums of a tar."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    kind = _zip if file.read(2) == b"PK" else _tar
    file.seek(0)
    room = _Room(archive, part)
    plain, links, doubtful = {}, [], []

    def name(raw, standard=None):
        """Read a name; continue without it if it is doubtful, so that all such names are counted."""
        text = raw if isinstance(raw, str) else decoding.decode(raw, standard=standard, encoding=encoding)
        if text is None:
            doubtful.append(raw)
        return unicodedata.normalize("NFC", raw.decode("latin-1") if text is None else text)

    entries = []
    for entry in kind(file, stack, name):
        if fault := entry.fault or _fault(entry.name):
            raise _refused(archive, entry, f"which {fault}")
        (entries if entry.link is None else links).append(entry)
        if entry.open:
            plain[PurePosixPath(entry.name)] = entry.size
        room.take(entry)
        say(min(file.tell(), size) // MB, size // MB, f"{archive.name}: looking through")
    for link in links:
        if (target := plain.get(PurePosixPath(link.link))) is None:
            raise _refused(archive, link, f"a link to {link.link!r}, which is not a file in it")
        entries.append(replace(link, size=target))
        room.take(entries[-1])
    if doubtful:
        raise DatasetError(f"{archive}: {decoding.doubt(doubtful)}")
    return entries


class _Room:
    """The room on the disk, which what an archive holds must not exceed."""

    def __init__(self, archive, part):
        self.archive = archive
        self.place = next(place for place in (part, *part.parents) if place.exists())
        written = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
        self.free = self.left = shutil.disk_usage(self.place).free + written
        self.files = 0

    def take(self, entry):
        self.left -= max(entry.size, 0) + BLOCK
        self.files += 1
        if self.left < 0:
            raise DatasetError(
                f"{self.archive}: needs more than the {self.free / 1e9:.1f} GB that are free at "
                f"{self.place}; make room there, or name another folder"
            )
        if self.files > MOST_FILES:
            raise _refused(self.archive, entry, f"and more than {MOST_FILES} files")


def _refused(archive, entry, why):
    return DatasetError(f"{archive}: holds {entry.name!r}, {why}; get the archive from its publisher")


def _fault(name):
    """Return why a name must not be unpacked below a folder, or None."""
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
        return "has a name that Windows does not allow"
    return None


def _write(archive, entries, work, say):
    """Write what was listed and is not there yet."""
    done = sum(max(entry.size, 0) for entry in entries[: work.done])
    total = sum(max(entry.size, 0) for entry in entries)
    for entry in entries[work.done :]:
        place = work.part / entry.name
        try:
            if entry.size < 0:
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                source = entry.open() if entry.open else (work.part / entry.link).open("rb")
                with source, place.open("xb") as file:
                    shutil.copyfileobj(source, file, CHUNK)
                    if file.tell() != entry.size:
                        raise zipfile.BadZipFile(f"{entry.name} has another size than the archive says")
        except (FileExistsError, NotADirectoryError) as error:
            raise _refused(archive, entry, "for which another file leaves no place on this disk") from error
        work.add(None if entry.size < 0 else place, max(entry.size, 0))
        done += max(entry.size, 0)
        say(done // MB, total // MB, f"{archive.name}: unpacking")


def _zip(file, stack, name):
    archive = stack.enter_context(zipfile.ZipFile(file))
    for info in archive.infolist():
        own = _name_in_zip(info, name)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.flag_bits & 1:
            yield _Entry(own, fault="is encrypted")
        elif kind == stat.S_IFLNK:
            target = archive.read(info) if info.file_size < BLOCK else b"too long a path"
            yield _Entry(own, link=_beside(own, name(target)))
        elif own.endswith("/"):
            yield _Entry(own)
        else:
            fault = None if kind in (0, stat.S_IFREG) else "is a device or a pipe"
            yield _Entry(own, info.file_size, lambda info=info: archive.open(info), fault=fault)


def _name_in_zip(info, name):
    """Return the name of an entry: marked as UTF-8, given in UTF-8 beside another encoding, or neither."""
    own = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = own.encode("cp437")
        own = name(_unicode_path(info.extra, raw) or raw, "cp437")
    if info.create_system == 0:  # some programs for Windows separate folders in their own way
        own = own.replace("\\", "/")
    return unicodedata.normalize("NFC", own)


def _unicode_path(extra, raw):
    """Return the name in Info-ZIP's field for it, if that is of the same name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and field[1:5] == struct.pack("<I", zlib.crc32(raw)):
            return field[5:]
    return None


class _Strict(tarfile.TarInfo):
    """Refuse an archive that breaks off between members; tarfile would not notice."""

    @classmethod
    def fromtarfile(cls, tar):
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def _tar(file, stack, name):
    try:
        archive = tarfile.open(fileobj=file, mode="r:*", tarinfo=_Strict, encoding="utf-8")  # noqa: SIM115
    except tarfile.ReadError as error:
        raise tarfile.ReadError(kinds.no_tar(file)) from error
    stack.enter_context(archive)
    for member in archive:
        own, link = (name(_raw(text)) for text in (member.name, member.linkname))
        if member.isdir():
            yield _Entry(own)
        elif member.islnk():
            yield _Entry(own, link=posixpath.normpath(link))
        elif member.issym():
            yield _Entry(own, link=_beside(own, link))
        elif not member.isreg():
            yield _Entry(own, fault="is a device or a pipe")
        elif member.size < 0:
            yield _Entry(own, fault="has a size below zero")
        else:
            yield _Entry(own, member.size, lambda member=member: archive.extractfile(member))
    while archive.fileobj.read(CHUNK):  # its checksum is at the end
        pass


def _raw(text):
    """Return a name as tarfile read it, or its bytes if it is not UTF-8."""
    raw = text.encode("utf-8", "surrogateescape")
    return text if raw == text.encode("utf-8", "replace") else raw


def _beside(name, target):
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
