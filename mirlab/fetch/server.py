"""Read files from a server over HTTPS, from any byte on, and resume after the connection drops.

Every answer is compared with the first one, so that a file that changes meanwhile is noticed.
"""

import io
import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from requests import exceptions

from mirlab import __version__
from mirlab.errors import DatasetError

SCHEME = "https://"
"""The only kind of address that is opened, also after a redirect."""

TIMEOUT = 30  # s without any byte
CHUNK = 2**14  # bytes; an unfinished chunk is lost when the connection drops
WINDOW = 2**16  # bytes that a `Window` reads at least
TRIES = 6  # in a row without a new byte, before a download is given up
PAUSE = 1.0  # s before the second try, twice as long before each one after it

CHANGED = "has changed on the server since its download began; the same call explains what to do"
KEPT = "what is here is kept, and the same call continues from there"
_PAGE = re.compile(rb"(?i)\s*(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|script)")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class _Dropped(Exception):
    """A failure that may be over a moment later; the text says what failed."""


@dataclass(frozen=True)
class About:
    """What a server reports about a file.

    Attributes
    ----------
    size : int or None
        In bytes.
    version : str
        Its entity tag, or else the time of its last change; "" if the server reports neither.
    """

    size: int | None
    version: str

    def differs(self, other):
        """Return whether this is certainly a different file."""
        return any(a and b and a != b for a, b in ((self.size, other.size), (self.version, other.version)))


@contextmanager
def connected():
    """Give a session of the HTTP client that opens only addresses of `SCHEME`."""
    with requests.Session() as session:
        session.adapters.clear()
        session.mount(SCHEME, requests.adapters.HTTPAdapter())
        session.headers.update({"User-Agent": f"mirlab/{__version__}", "Accept-Encoding": "identity"})
        yield session


class Remote:
    """A file on a server.

    Parameters
    ----------
    session : requests.Session
        As `connected` gives it.
    url : str
    page : str
        A web page about the file, named in messages.

    Attributes
    ----------
    about : About
        The server's answer to the first request.

    Raises
    ------
    DatasetError
        If the server cannot be reached, or does not have the file.
    """

    def __init__(self, session, url, page):
        self.session, self.url, self.page = session, url, page
        self.about = None
        try:
            with self._answer({"Range": "bytes=0-0"}) as response:  # not every server answers to HEAD
                self.about = _about(response)
        except _Dropped as error:
            raise self._fault(f"{error}; try again later") from error

    def read(self, start, stop=None, *, in_parts=False):
        """Yield the bytes from one place to another, or to the end.

        If the connection drops, it is opened again and continues where it stopped. If the server cannot begin
        in the middle, the bytes before `start` are read and discarded.

        Parameters
        ----------
        start, stop : int
            The first byte, and the one after the last.
        in_parts : bool
            True refuses a server that cannot begin in the middle.

        Yields
        ------
        bytes

        Raises
        ------
        DatasetError
            If the file has changed, or if no byte comes in `TRIES` tries.
        """
        at, stop, failures = start, stop or self.about.size, 0
        while stop is None or at < stop:
            try:
                for chunk in self._chunks(at, stop, in_parts):
                    yield chunk
                    at, failures = at + len(chunk), 0
                if stop is None:
                    return
                if at < stop:
                    raise _Dropped("the connection drops")
            except _Dropped as error:
                failures += 1
                if failures == TRIES:
                    raise self._fault(f"{error} again and again; {KEPT}") from error
                time.sleep(PAUSE * 2 ** (failures - 1))

    def _chunks(self, at, stop, in_parts):
        """Yield the bytes of one answer."""
        headers = {}
        if at or in_parts:
            headers["Range"] = f"bytes={at}-{stop - 1 if in_parts else ''}"
            if self.about.version and not self.about.version.startswith("W/"):  # weak tags are not allowed
                headers["If-Range"] = self.about.version
        with self._answer(headers) as response:
            begins = _begin(response)
            if in_parts and begins != at:
                raise self._fault("the server does not give parts of a file; fetch the whole set instead")
            if begins not in (0, at):
                raise self._fault(f"the server sends other bytes than requested; see {self.page}")
            try:
                for chunk in response.iter_content(CHUNK):
                    if begins == 0 and _PAGE.match(chunk):
                        raise self._fault(f"leads to a web page and not to the file; see {self.page}")
                    new = chunk[max(at - begins, 0) :][: None if stop is None else stop - at]
                    begins += len(chunk)
                    if new:
                        at += len(new)
                        yield new
            except requests.RequestException as error:
                raise _Dropped("the connection drops") from error

    @contextmanager
    def _answer(self, headers):
        """Open the answer to a request, and check that the file has not changed."""
        try:
            response = self.session.get(self.url, headers=headers, stream=True, timeout=TIMEOUT)
        except requests.RequestException as error:
            if reason := _reason(error):
                raise self._fault(reason) from error
            raise _Dropped("there is no connection to the server") from error
        with response:
            status = response.status_code
            if status in (404, 410):
                raise self._fault(f"is not there any more (HTTP {status}); see {self.page}")
            if status == 429 or status >= 500:
                raise _Dropped(f"the server is busy or out of order (HTTP {status})")
            if status == 416 and self.about:  # it has become shorter
                raise self._fault(CHANGED)
            if status not in (200, 206):
                raise self._fault(f"the server refuses (HTTP {status}); see {self.page}")
            if "html" in response.headers.get("Content-Type", ""):
                raise self._fault(f"leads to a web page and not to the file; see {self.page}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise self._fault(f"the server does not send the file as it is; see {self.page}")
            if self.about and self.about.differs(_about(response)):
                raise self._fault(CHANGED)
            yield response

    def _fault(self, sentence):
        return DatasetError(f"{self.url}: {sentence}")


def _reason(error):
    """Return why a request will fail again; None if it may succeed a moment later."""
    if isinstance(error, exceptions.SSLError) and "certificate" in str(error).lower():
        return "the server's certificate is not trusted here; correct the clock, or ask who runs this network"
    if isinstance(error, exceptions.ProxyError):
        return "the proxy of this network refuses; check its address (HTTPS_PROXY)"
    if isinstance(error, (exceptions.InvalidSchema, exceptions.InvalidURL, exceptions.MissingSchema)):
        return f"leads to an address that does not begin with {SCHEME}, which is not safe"
    if isinstance(error, exceptions.TooManyRedirects):
        return "leads from one address to another without end"
    return None


def _about(response):
    """Read size and version of the whole file from an answer."""
    headers = response.headers
    size = headers.get("Content-Length", "")
    if response.status_code == 206:
        found = _RANGE.fullmatch(headers.get("Content-Range", ""))
        size = found[2] if found else ""
    version = headers.get("ETag") or headers.get("Last-Modified", "")
    return About(int(size) if size.isdecimal() else None, version)


def _begin(response):
    """Return the position of the first byte of an answer; -1 if it is unknown."""
    if response.status_code == 200:
        return 0
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


class Window(io.RawIOBase):
    """A remote file that can be read anywhere, as `zipfile` does; it keeps the last piece that it read.

    Parameters
    ----------
    remote : Remote
        A file of known size.

    Attributes
    ----------
    ahead : int
        How many bytes to read at least; set it before reading something of known length.
    """

    def __init__(self, remote):
        self.remote, self.ahead = remote, WINDOW
        self.at = self.begin = 0
        self.piece = b""

    def readable(self):
        """Return that it can be read."""
        return True

    def seekable(self):
        """Return that it can be read from any place."""
        return True

    def seek(self, offset, whence=os.SEEK_SET):
        """Go to a place, as in a file on the disk."""
        self.at = (0, self.at, self.remote.about.size)[whence] + offset
        return self.at

    def readinto(self, buffer):
        """Read from the last piece, or fetch another piece."""
        size = self.remote.about.size
        if not 0 <= self.at < size or not len(buffer):
            return 0
        if not self.begin <= self.at < self.begin + len(self.piece):
            length = max(len(buffer), self.ahead)
            self.begin = max(0, min(self.at, size - length))  # the end of a zip archive is read from the back
            stop = min(self.begin + length, size)
            self.piece = b"".join(self.remote.read(self.begin, stop, in_parts=True))
        found = self.piece[self.at - self.begin :][: len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)
