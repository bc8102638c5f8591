"""Recognise by its first bytes what a file to be unpacked is, and name a program that can unpack it.

The name of a file is not reliable: a failed download is often a web page called ``.zip``.
"""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zlib

from mirlab.datasets import endings

HEAD = 4096  # bytes that are looked at
ISO = 0x8001  # where the image of a disc has the name of its file system

OTHERS = (
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", '7z x "{name}"'),
    (b"Rar!\x1a\x07", "a RAR archive", 'unrar x "{name}"'),
    (b"RE~^", "a RAR archive", 'unrar x "{name}"'),
    (b"\x04\x22\x4d\x18", "compressed with LZ4", 'lz4 -d "{name}"'),
    (b"\x02\x21\x4c\x18", "compressed with LZ4", 'lz4 -d "{name}"'),
    (b"LZIP", "compressed with lzip", 'lzip -dk "{name}"'),
    (b"\x89LZO\x00", "compressed with lzop", 'lzop -d "{name}"'),
    (b"LRZI", "compressed with lrzip", 'lrzip -d "{name}"'),
    (b"\x1f\x9d", "compressed with compress", 'uncompress -k "{name}"'),
    (b"\x1f\xa0", "compressed with compress", 'uncompress -k "{name}"'),
    (b"MSCF", "a cabinet file", '7z x "{name}"'),
    (b"xar!", "a xar archive", '7z x "{name}"'),
    (b"070701", "a cpio archive", '7z x "{name}"'),
    (b"070707", "a cpio archive", '7z x "{name}"'),
    (b"\xc7\x71", "a cpio archive", '7z x "{name}"'),
    (b"!<arch>", "an ar archive", '7z x "{name}"'),
    (b"\x60\xea", "an ARJ archive", '7z x "{name}"'),
    (b"MZ", "a program that unpacks itself on Windows", '7z x "{name}"'),
    (b"SIT!", "a StuffIt archive", 'unar "{name}"'),
    (b"StuffIt", "a StuffIt archive", 'unar "{name}"'),
    (b"wvpk", "a sound file", None),
    (b"RIFF", "a sound file", None),
    (b"fLaC", "a sound file", None),
    (b"OggS", "a sound file", None),
    (b"ID3", "a sound file", None),
    (b".snd", "a sound file", None),
    (b"FORM", "a sound file", None),
    (b"%PDF", "a PDF document", None),
    (b"\x89PNG", "a picture", None),
    (b"\xff\xd8\xff", "a picture", None),
    (b"SQLite format 3", "a database", None),
    (b"\x89HDF", "an HDF5 file", None),
)
"""First bytes, what they mean, and the command for it; None if it is not an archive."""

COMPRESSED = (
    (b"\x1f\x8b", gzip.open, "gunzip"),
    (b"BZh", bz2.BZ2File, "bunzip2"),
    (b"\xfd7zXZ\x00", lzma.LZMAFile, "unxz"),
    (b"\x5d\x00\x00", lzma.LZMAFile, "unlzma"),
)
"""First bytes of the formats that Python decompresses, the function for it, and a program for it."""

ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)
UNPACK_ZSTD = 'zstd -d "{name}", and unpack the tar archive that this makes; or use Python 3.14'


def refusal(name, file):
    r"""Explain why a file cannot be unpacked here, as far as its name and its first bytes show.

    Parameters
    ----------
    name : str
        The name of the file.
    file : file object
        The file, open for reading in binary and seekable. It is left at its beginning.

    Returns
    -------
    str or None
        The rest of a sentence about the file; None if it begins like a zip or tar archive, or is not
        recognised.

    Examples
    --------
    >>> refusal("fma.7z", io.BytesIO(b"7z\xbc\xaf\x27\x1c" + bytes(90)))
    'is a 7-Zip archive, which mirlab does not unpack; use: 7z x "fma.7z"'
    >>> refusal("fma.zip", io.BytesIO(b"<!DOCTYPE html><title>Sign in</title>"))
    "is a web page ('Sign in') and not an archive; open the address in a browser, and download the file there"
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(HEAD)
    file.seek(ISO)
    is_disc = file.read(5) == b"CD001"
    is_last = _is_last_part(file)
    file.seek(0)
    if size == 0:
        return "is empty (0 bytes), so its download failed; download it again"
    if endings.ending(name) in endings.UNFINISHED:
        return "is a download that did not finish; resume it, or download the file again"
    if is_disc:
        return _needs("the image of a disc", '7z x "{name}"', name)
    if head[:4] == b"PK\7\x08" or is_last or re.search(r"(?i)\.z\d\d$", name):
        whole = re.sub(r"(?i)\.z\d\d$", ".zip", name)
        return _needs("one part of a zip archive in several parts", '7z x "{name}"', whole)
    if ZSTD.match(head) and "zst" not in tarfile.TarFile.OPEN_METH:
        return _needs("compressed with Zstandard", UNPACK_ZSTD, name)
    known = (b"PK", *(begin for begin, _, _ in COMPRESSED))
    if head.startswith(known) or head[257:262] == b"ustar":
        return None
    for begin, what, command in OTHERS:
        if head.startswith(begin):
            return _needs(what, command, name)
    return _text(head)


def no_tar(file):
    """Explain why a file that tarfile refuses is not a tar archive.

    Parameters
    ----------
    file : file object
        The file, open for reading in binary and seekable.

    Returns
    -------
    str
        A short reason.

    Examples
    --------
    >>> no_tar(io.BytesIO(gzip.compress(b"track_id,genre" * 99)))
    'it holds one compressed file that is not a tar archive; decompress it with gunzip'
    >>> no_tar(io.BytesIO(b"?" * 999))
    'it begins like no tar or zip archive'
    """
    for begin, opened, command in COMPRESSED:
        file.seek(0)
        if file.read(len(begin)) == begin:
            file.seek(0)
            try:
                head = opened(file).read(512)
                tarfile.TarInfo.frombuf(head.ljust(512, b"\1"), "utf-8", "surrogateescape")
            except tarfile.HeaderError:
                return f"it holds one compressed file that is not a tar archive; decompress it with {command}"
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
                pass
            return "its beginning cannot be decompressed"
    return "it begins like no tar or zip archive"


def _is_last_part(file):
    """Return whether a file is the last part of a zip archive, from the part number at its end."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 2**16 - 22))
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    return end >= 0 and tail[end + 4 : end + 6] not in (b"\0\0", b"\xff\xff", b"")


def _needs(what, command, name):
    if command is None:
        return f"is {what} and not an archive; there is nothing to unpack"
    return f"is {what}, which mirlab does not unpack; use: {command.format(name=name)}"


def _text(head):
    """Describe a text that was expected to be an archive; return None if it is not a text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"version https://git-lfs.github.com/spec"):
        return "is a pointer of Git LFS and not the file itself; get the file with: git lfs pull"
    if b"/annex/objects/" in head[:300]:
        return "is a pointer of git-annex and not the file itself; get the file with: git annex get"
    if re.match(rb"d\d+:[a-z]", start):
        return "is a torrent, which only says where the archive is; open it with a program for BitTorrent"
    if re.match(rb"(?is)<!doctype\s+html|<html|<head|<script|<body|<\?xml[^>]*>\s*<(!doctype )?html", start):
        title = re.search(rb"(?is)<title[^>]*>\s*(.*?)\s*</title>", head)
        named = (
            f" ({' '.join(title[1].decode(errors='replace').split())!r:.80})" if title and title[1] else ""
        )
        return (
            f"is a web page{named} and not an archive; open the address in a browser, and download the file "
            "there"
        )
    try:
        text = head.decode("utf-8", "strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        return None
    if len(start) < 4 or any(not (sign.isprintable() or sign.isspace()) for sign in text):
        return None
    return f"is a text that begins with {' '.join(text.split())[:60]!r} and not an archive; download it again"
