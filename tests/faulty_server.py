"""A web server on this machine that offers files, and has the faults that servers have."""

import hashlib
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<!DOCTYPE html><title>Moved</title>"


class Offer:
    """What the server offers, and how it misbehaves; tests change it while it runs.

    Attributes
    ----------
    files : dict of str to bytes
        By path, such as ``"/a.zip"``.
    faults : dict of str to list
        By path, what happens at the next requests: a status such as 404, ``("drop", n)`` to hang up after n
        bytes, ``("redirect", url)``, or None.
    always : dict of str to object
        By path, what happens at every request that has none of `faults`.
    ranges : bool
        Whether it can begin in the middle.
    if_range : bool
        Whether it respects If-Range.
    tags : bool
        Whether it says which version of a file it has.
    pause : float
        Seconds between two pieces of 1000 bytes.
    requests : list of tuple of (str, str)
        Path and Range of each request.
    sent : int
        How many bytes of files it has sent.
    """

    def __init__(self):
        self.files, self.faults, self.always = {}, {}, {}
        self.ranges = self.if_range = self.tags = True
        self.pause, self.requests, self.sent = 0.0, [], 0
        self.url = ""

    def tag(self, path):
        return f'"{hashlib.sha1(self.files[path]).hexdigest()}"'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        offer, path = self.server.offer, self.path
        offer.requests.append((path, self.headers.get("Range", "")))
        fault = offer.faults[path].pop(0) if offer.faults.get(path) else offer.always.get(path)
        if isinstance(fault, tuple) and fault[0] == "redirect":
            return self.answer(302, {"Location": fault[1]}, b"")
        if fault == "page":
            return self.answer(200, {"Content-Type": "text/html; charset=utf-8"}, PAGE)
        if isinstance(fault, int):
            return self.answer(fault, {}, b"")
        if path not in offer.files:
            return self.answer(404, {"Content-Type": "text/html"}, PAGE)
        content = offer.files[path]
        headers = {"Content-Type": "application/octet-stream"} | (
            {"ETag": offer.tag(path)} if offer.tags else {}
        )
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        same = not offer.if_range or self.headers.get("If-Range") in (None, offer.tag(path))
        hang_up = fault[1] if fault else None
        if not (wanted and offer.ranges and same):
            return self.answer(200, headers, content, hang_up)
        begin, end = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
        if begin > end:
            return self.answer(416, {}, b"")
        headers["Content-Range"] = f"bytes {begin}-{end}/{len(content)}"
        return self.answer(206, headers, content[begin : end + 1], hang_up)

    def answer(self, status, headers, content, hang_up=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            for at in range(0, len(content[:hang_up]), 1000):
                piece = content[:hang_up][at : at + 1000]
                self.wfile.write(piece)
                self.server.offer.sent += len(piece)
                if self.server.offer.pause:
                    time.sleep(self.server.offer.pause)
        except OSError:  # the client hung up
            self.close_connection = True
        if hang_up is not None:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Say nothing about clients that hang up."""


@contextmanager
def serving():
    """Run the server; give what it offers."""
    server = Server(("127.0.0.1", 0), Handler)
    server.offer = offer = Offer()
    offer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield offer
    finally:
        server.shutdown()
        server.server_close()
