"""Classify files by their names alone: which are sound, which accompany music, which to report.

Nothing is opened here. Files that belong to the operating system or a file server are in `SYSTEM`.
"""

import re

from mirlab import audio

NOTES = frozenset(
    {".abc", ".gp3", ".gp4", ".gp5", ".gpx", ".it", ".kar", ".krn", ".mid", ".midi", ".mod"}
    | {".mscz", ".musicxml", ".mxl", ".rmi", ".s3m", ".xm"}
)
"""Endings of files that hold notes and no sound."""

SOUND = audio.SUFFIXES - NOTES
"""Endings of sound files. Each is tried, because content counts more than the name; one that `mirlab.audio`
cannot read is reported with what it is and what to do."""


def _lines(text):
    return frozenset(line.strip() for line in text.strip().splitlines())


def _words(text):
    return frozenset(text.split())


SYSTEM = {"icon\r"} | _lines("""
    $recycle.bin
    #recycle
    #snapshot
    @eadir
    @recycle
    @__thumb
    __macosx
    desktop.ini
    ehthumbs.db
    found.000
    lost+found
    network trash folder
    recycler
    system volume information
    temporary items
    thumbs.db
""")
"""Names that systems and file servers use for themselves, in lower case. They never belong to a data set."""

COMPANIONS = _words("""
    .txt .text .md .rst .rtf .tex .bib .pdf .ps .eps .doc .docx .odt .ppt .pptx .html .htm .xhtml .css .js
    .csv .tsv .tab .xls .xlsx .ods .arff .json .jsonl .yaml .yml .toml .xml .xsl .xsd .db .sqlite .sql .dat
    .mat .npy .npz .h5 .hdf5 .pkl .parquet .lab .jams .beats .chords .textgrid .mf
    .jpg .jpeg .jpe .jfif .png .gif .bmp .tif .tiff .webp .avif .heic .svg .ico .psd
    .m3u .m3u8 .pls .cue .xspf .wpl .asx .lrc .srt .nfo .diz .log .accurip .url .webloc
    .lnk .desktop .torrent
    .md5 .sha1 .sha256 .sfv .ffp .asc .sig .par2 .ini .cfg .conf .bak .orig
    .asd .ovw .peak .pkf .reapeaks .sfk .sfl .py .r .m .sh .bat .ipynb
""")
"""Endings of files that accompany music and hold no sound: texts, tables, pictures, playlists, scripts."""

COMPANION_NAMES = _words("""
    authors changelog changes checksums citation contents contributors copying copyright credits dockerfile
    index install licence license makefile manifest md5sum md5sums news notice readme readmefirst sha1sums
    sha256sums todo version
""")
"""Names of texts that have no ending, in lower case and without separators."""

UNREADABLE = _words("""
    .3ga .aa .aiffc .avr .bwav .caff .divx .dsd .dss .dv .gsm .htk .iff .la .loas .m1v .m2a .m2v .mogg .mpe
    .nsa .ogg2 .ogm .omg .optimfrog .paf .pcm .pvf .qcp .ram .raw .sd2 .sds .sf .sln .svx .vox .vqf .xi
""")
"""Further endings of sound and video; the others come from `mirlab.audio`."""

ARCHIVES = _words("""
    .7z .ace .alz .arj .bz2 .cab .cpio .dmg .gz .img .iso .lha .lrz .lz .lz4 .lzh .lzma .lzo .rar .sit .sitx
    .tar .tbz .tbz2 .tgz .tlz .txz .tzst .xar .xz .z .zip .zipx .zpaq .zst .zstd
""")

UNFINISHED = _words("""
    .!bt .!qb .!ut .aria2 .bc! .crdownload .dctmp .download .dtapart .filepart .fdmdownload .opdownload .part
    .partial .temp .tmp .unconfirmed
""")
"""Endings that browsers and other programs give to a file until all of it has arrived."""

_VOLUME = re.compile(r"\.(\d{3}|[zr]\d\d)")


def ending(name):
    """Return the ending of a file name in lower case, such as ``".wav"``, or an empty string.

    Parameters
    ----------
    name : str
        The name of a file.

    Returns
    -------
    str

    Examples
    --------
    >>> ending("Song.WAV"), ending("...song.mp3"), ending("README"), ending("No. 5 in C")
    ('.wav', '.mp3', '', '')
    """
    stem, dot, last = name.rpartition(".")
    return f".{last}".lower() if stem.strip(".") and dot and last and " " not in last else ""


def is_sound(name):
    """Return whether a name is that of a sound file which mirlab reads.

    Parameters
    ----------
    name : str
        The name of a file.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_sound("Song.WAV"), is_sound("cover.jpg")
    (True, False)
    """
    return ending(name) in SOUND


def is_system(name):
    r"""Return whether a name is one that a system or a file server uses for itself.

    Parameters
    ----------
    name : str
        The name of a file or folder.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_system("Thumbs.db"), is_system("._song.mp3"), is_system("Icon\r"), is_system("song.mp3")
    (True, True, True, False)
    """
    return name.startswith("._") or name.casefold() in SYSTEM


def is_companion(name):
    """Return whether a file accompanies music and holds no sound, such as a text or a picture.

    Parameters
    ----------
    name : str
        The name of a file.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_companion("cover.JPG"), is_companion("README"), is_companion("song.webm")
    (True, True, False)
    """
    end = ending(name)
    return end in COMPANIONS or (not end and re.sub(r"[\W_]", "", name.casefold()) in COMPANION_NAMES)


def is_archive(name):
    """Return whether a name is that of an archive, or of a part of one.

    Parameters
    ----------
    name : str
        The name of a file.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_archive("fma.tar.gz"), is_archive("mp3.zip.001"), is_archive("song.mp3")
    (True, True, False)
    """
    return ending(name) in ARCHIVES or _VOLUME.fullmatch(ending(name)) is not None
