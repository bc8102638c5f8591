"""Decode the formats in which libsndfile can seek: WAV, FLAC, Ogg, AIFF, AU and others."""

import math

import numpy as np
import soundfile

from mirlab.audio import chunks, disk, ogg
from mirlab.audio.mpeg import PREROLL
from mirlab.audio.quiet import QUIET

LONGEST = 48.0  # h; a header that says more is damaged, or was left open as in a streamed FLAC

BLOCK = 2**23  # samples that are decoded at a time, so that a wrong header cannot claim all memory


class Sndfile:
    """Sound that libsndfile decodes.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        The open file.
    begin : int
        Where the sound begins, in bytes: libsndfile would lose its way in what is before.

    Raises
    ------
    soundfile.LibsndfileError
        If libsndfile cannot open it.
    """

    def __init__(self, source, begin):
        self.source, self.begin, self.head, self.lost = source, begin, b"", 0
        self.end = chunks.end(source, begin)
        self.pages = ogg.find(source) if source.read(begin, 4) == b"OggS" else None
        self.file = self._open()
        self.rate, self.samples = self.file.samplerate, self.file.frames
        if self.file.format == "FLAC" and self.samples > LONGEST * 3600 * self.rate:
            self._count()
        elif self.pages is None:
            self.lost = self.samples * chunks.lost(source, begin)
        elif self.pages.cut:
            self.lost = math.inf

    def read(self, start, n):
        """Decode `n` samples from one on.

        Parameters
        ----------
        start, n : int
            In samples.

        Returns
        -------
        ndarray, shape (samples, channels), float32
            Fewer than `n` if the file breaks off.

        Raises
        ------
        AudioError
            If a part that is needed is damaged.
        """
        try:
            return self._read(start, n)
        except (soundfile.SoundFileError, MemoryError) as error:
            failed = error
        if start > 0:  # it cannot find the place, but may get there step by step
            self.close()
            try:
                self.file = self._open()
                return self._read(start, n, seek=False)
            except (soundfile.SoundFileError, MemoryError) as error:
                failed = error
        raise self.source.error(
            f"is damaged somewhere after {start / self.rate:g} s; get a whole copy of it"
        ) from failed

    def close(self):
        """Close it; the source stays open."""
        self.file.close()

    def _open(self):
        if self.pages is None or self.pages.clean:
            view = _Part(self.source, self.begin, self.end, self.head)
        else:
            view = ogg.content(self.source, self.pages)
        with QUIET:
            return soundfile.SoundFile(view)

    def _count(self):
        """Put the length into the header of a FLAC: a streamed file states 0 there."""
        self.close()
        self.samples, whole = _count(self.source, begin=self.begin)
        self.lost = 0 if whole else math.inf
        head = self.source.read(self.begin, 26)
        self.head = head[:18] + (int.from_bytes(head[18:]) >> 36 << 36 | self.samples).to_bytes(8)
        self.file = self._open()

    def _read(self, start, n, *, seek=True):
        seek = seek and self.file.seekable()
        lead = min(start, round(PREROLL * self.rate)) if seek else start
        self._check_gaps(start - lead, start + n)
        if seek:
            self.file.seek(start - lead)
        return np.concatenate(list(_blocks(self.file, lead, lead + n)))

    def _check_gaps(self, start, stop):
        if self.pages is None:
            return
        seconds = self.samples / self.rate
        for first, last in self.pages.gaps:
            if start < (seconds + last) * self.rate and stop > (seconds + first) * self.rate:
                raise self.source.error(
                    f"is damaged at {max(0, seconds + first):.2f} s, where pages are missing; "
                    "get a whole copy of it"
                )


class _Part:
    """Part of a file as a file of its own; `head` replaces its first bytes."""

    def __init__(self, source, begin, end, head=b""):
        self.source, self.begin, self.size, self.head, self.at = source, begin, end - begin, head, 0

    def seek(self, offset, whence=0):
        self.at = max(0, (0, self.at, self.size)[whence] + offset)
        return self.at

    def tell(self):
        return self.at

    def readinto(self, buffer):
        if self.at >= self.size:
            return 0
        buffer = memoryview(buffer)[: self.size - self.at]
        try:
            self.source.file.seek(self.begin + self.at)
            n = self.source.file.readinto(buffer)
        except OSError:  # C code calls this and would only print the error. The sound ends
            return 0
        head = self.head[self.at :][:n]
        buffer[: len(head)] = head
        self.at += n
        return n


def _blocks(file, start, stop):
    """Decode a file up to `stop`, and yield what comes after `start`, in blocks."""
    at, largest = 0, max(1, BLOCK // file.channels)
    while at < stop:
        wanted = min(stop - at, largest)
        block = file.read(wanted, dtype="float32", always_2d=True)
        yield block[max(0, start - at) :]
        if len(block) < wanted:
            return
        at += wanted


@disk.remembered
def _count(source, *, begin):
    """Count samples by decoding all of them; say whether the file ends there, too."""
    view, samples = _Part(source, begin, source.size), 0
    with soundfile.SoundFile(view) as file:
        block = np.empty((BLOCK // file.channels, file.channels), dtype="float32")
        while samples <= LONGEST * 3600 * file.samplerate:
            block[:] = np.nan
            try:
                file.read(out=block)
            except soundfile.LibsndfileError:  # at the end, with what was before it in the block
                return samples + int(np.count_nonzero(~np.isnan(block[:, 0]))), view.at == view.size
            samples += len(block)
    return samples, True
