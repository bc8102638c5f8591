"""Recognise what a file is: by its name before it is opened, then by its first bytes, which decide."""

import re
from typing import NamedTuple

READ = (
    ".wav .wave .bwf .rf64 .w64 .flac .ogg .oga .opus .mp3 .mp2 .mp1 .mpa .mpga .au .snd "
    ".aif .aiff .aifc .caf .voc .sph .nist .ircam .8svx"
)
"""Endings of the names of files that libsndfile can decode."""

HEAD = 2048  # bytes that are enough to recognise a file

CONVERT = "convert it to WAV, FLAC or MP3, for example with ffmpeg"
AGAIN = "get the sound file again"


class Foreign(NamedTuple):
    """A kind of file that cannot be read here: what it is, endings of its names, first bytes, what to do."""

    name: str
    endings: str
    begins: bytes  # regular expression
    advice: str = CONVERT


# fmt: off
FOREIGN = tuple(Foreign(*row) for row in (
    ("an MP4 or QuickTime file (AAC or ALAC)",
     ".m4a .m4b .m4p .m4r .mp4 .m4v .mov .qt .3gp .3gpp .3g2 .aax",
     rb".{4}(?:ftyp|moov|mdat|wide|free|skip|pnot)"),
    ("an AAC file", ".aac .adts", rb"\xff[\xf0\xf1\xf8\xf9]|ADIF"),
    ("a Windows Media file", ".wma .wmv .asf",
     rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"),
    ("a Matroska or WebM file", ".webm .weba .mka .mkv", rb"\x1aE\xdf\xa3"),
    ("a Monkey's Audio file", ".ape", rb"MAC[ F]"),
    ("a WavPack file", ".wv", rb"wvpk"),
    ("a True Audio file", ".tta", rb"TTA[12]"),
    ("a TAK file", ".tak", rb"tBaK"),
    ("an OptimFROG file", ".ofr .ofs", rb"OFR "),
    ("a Musepack file", ".mpc .mp+ .mpp", rb"MPCK|MP\+"),
    ("a Shorten file", ".shn", rb"ajkg"),
    ("an AMR file", ".amr .awb", rb"#!AMR"),
    ("a Dolby Digital file", ".ac3 .eac3 .ec3", rb"\x0bw"),
    ("a Dolby TrueHD file", ".thd .mlp", rb".{4}\xf8\x72\x6f[\xba\xbb]"),
    ("a DTS file", ".dts .dtshd",
     rb"\x7f\xfe\x80\x01|\xfe\x7f\x01\x80|\x1f\xff\xe8\x00|\xff\x1f\x00\xe8|DTSHDHDR"),
    ("a DSD file", ".dsf .dff", rb"DSD |FRM8"),
    ("a RealMedia file", ".ra .rm .rmvb", rb"\.RMF|\.ra\xfd"),
    ("an ATRAC file", ".oma .aa3 .at3", rb"[eE][aA]3[\x01-\x03]"),
    ("an Ogg file with Speex or a film", ".spx .ogv .ogx", rb"OggS.{24}(?:Speex   |\x80theora)"),
    ("an Ogg file with FLAC", "", rb"OggS.{24}\x7fFLAC"),
    ("an AVI film", ".avi", rb"RIFF.{4}AVI "),
    ("a Flash film", ".flv .f4v .f4a", rb"FLV\x01"),
    ("an MPEG film", ".mpg .mpeg .vob .ts .m2ts .mts",
     rb"\0\0\x01[\xba\xb3]|\x47(?:.{187}\x47){3}|.{4}\x47(?:.{191}\x47){3}"),
    ("a WAV file in a rare encoding", "",
     rb"(?:RIFF|RF64).{4}WAVE.{0,1024}?fmt .{4}(?![\x01-\x03\x06\x07\x11\x14\x31\x40\x50\x55]\0|\xfe\xff)"),
    ("a MIDI file: notes, not sound", ".mid .midi .kar .rmi", rb"MThd|RIFF.{4}RMID",
     "play it with a synthesizer and record that as WAV"),
    ("a tracker module: notes, not sound", ".mod .xm .it .s3m",
     rb"Extended Module: |IMPM|.{44}SCRM|.{1080}(?:M\.K\.|M!K!|4CHN|6CHN|8CHN|FLT4)"),
    ("a link to a track of a CD, not the track", ".cda", rb"RIFF.{4}CDDA",
     "copy the track from the CD as WAV"),
    ("an archive or a compressed file", "",
     rb"PK(?:\x03\x04|\x05\x06|\x07\x08)|Rar!\x1a|7z\xbc\xaf|\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd"
     rb"|\x04\x22\x4d\x18|.{257}ustar", "unpack it"),
    ("a picture or a document", "",
     rb"\x89PNG|\xff\xd8\xff[\xc0-\xfe]|GIF8[79]a|II\*\0|MM\0\*|RIFF.{4}WEBP|%PDF-", AGAIN),
    ("a web page", "", rb"\s*<(?:!DOCTYPE [hH]|html|HTML|\?xml)", AGAIN),
    ("a Git LFS pointer, not the file itself", "", rb"version https://git-lfs",
     "fetch the file with git lfs pull"),
))
# fmt: on

_BEGINS = [(kind, re.compile(b"(?s)" + kind.begins)) for kind in FOREIGN]


def _sentence(kind):
    return f"is {kind.name}, which cannot be read as sound here; {kind.advice}"


ENDINGS = dict.fromkeys(READ.split()) | {
    ending: _sentence(kind) for kind in FOREIGN for ending in kind.endings.split()
}
"""Endings of the names of files that are sound or carry sound, each with what to report if such a file cannot
be read here, or None. Try each file with such an ending, because the content decides: a WAV called ``a.m4a``
can be read."""


def recognise(head):
    r"""Name the kind of a file that libsndfile cannot read.

    Parameters
    ----------
    head : bytes
        The first `HEAD` bytes of the file, behind tags.

    Returns
    -------
    str or None
        What it is and what to do, to be put behind its name; None if it is not recognised.

    Examples
    --------
    >>> recognise(b"MThd\0\0\0\6")
    'is a MIDI file: notes, not sound, which cannot be read as sound here; play it with a synthesizer and ...'
    """
    return next((_sentence(kind) for kind, begins in _BEGINS if begins.match(head)), None)


def after_tags(file, at):
    """Skip the tags (ID3v2, ID3v1, APE) that begin at a position in a file.

    Parameters
    ----------
    file : file object
        Opened for reading, with random access.
    at : int
        A position in bytes.

    Returns
    -------
    int
        Where they end. A tag that claims to be larger than the file is ignored.

    Examples
    --------
    >>> import io
    >>> after_tags(io.BytesIO(b"ID3" + bytes((4, 0, 0, 0, 0, 0, 5)) + b"title" + b"RIFF"), 0)
    15
    """
    end = file.seek(0, 2)
    while True:
        file.seek(at)
        size = _tag_size(file.read(32))
        if not size or at + size > end:
            return at
        at += size


def _tag_size(head):
    if head[:3] == b"ID3" and len(head) > 10 and max(head[6:10]) < 128:  # a size of four times seven bits
        footer = 10 if head[5] & 0x10 else 0
        return 10 + sum(byte << 7 * i for i, byte in enumerate(reversed(head[6:10]))) + footer
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:  # its size counts its footer, which may come alone
        return 32 + (int.from_bytes(head[12:16], "little") if head[23] & 0x20 else 0)
    return 0
