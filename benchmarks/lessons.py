"""Measure what a lesson costs: seconds until the first sound, processor time, memory of server and kernel.

Each lesson runs from the top through a Jupyter server of its own, as in a browser, on one core. Binder gives
2 GB, so a lesson that passes ``--limit`` is a failure, and the exit code is 1. ``--cold`` leaves out what the
build has prepared: compiled code and the fonts of matplotlib.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from mirlab import lab, lessons

LIMIT = 1500  # MB
EVERY = 0.1  # s between two looks at the memory
PATIENCE = 600  # s for one cell


class Memory(threading.Thread):
    """Watch a process and all that it starts; keep the peaks, in MB, and the processor time in seconds."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.root, self.over = psutil.Process(pid), threading.Event()
        self.server = self.kernel = self.together = self.shared_out = self.cpu = 0.0

    def run(self):
        """Look until `over` is set."""
        while not self.over.wait(EVERY):
            with suppress(psutil.Error):
                self.look()

    def look(self):
        """Take one look at all processes."""
        sizes, proportional, cpu = [], 0.0, 0.0
        for process in [self.root, *self.root.children(recursive=True)]:
            with suppress(psutil.Error):
                sizes.append(process.memory_info().rss / 1e6)
                proportional += _pss(process.pid)
                times = process.cpu_times()
                cpu += times.user + times.system
        self.server = max(self.server, sizes[0])
        self.kernel = max(self.kernel, sum(sizes[1:]))
        self.together = max(self.together, sum(sizes))
        self.shared_out = max(self.shared_out, proportional)
        self.cpu = max(self.cpu, cpu)


def _pss(pid):
    """Return the memory of a process with shared pages divided among those who share them; 0 if not known."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e3


@contextmanager
def server(folder, cold):
    """Run a Jupyter server on a folder; give its process, its address and its token."""
    token = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | lab.environment() | {"JUPYTER_TOKEN": token, "MIRLAB_PROGRESS": "off"}
    if cold:
        environment |= {name: str(folder / ".cold") for name in ("NUMBA_CACHE_DIR", "MPLCONFIGDIR")}
    options = [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, cwd=folder, **quiet)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(1200):
            with suppress(URLError, OSError):
                ask(url, token, "api/status")
                break
            time.sleep(0.1)
        yield process, url, token
    finally:
        process.terminate()
        process.wait()


def ask(url, token, path, body=None, method=None):
    """Return the answer of the server to one request."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url + path, data, {"Authorization": f"token {token}"}, method=method)
    with urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


async def run(url, token, path, seen=lambda output: None):
    """Run all cells of a notebook through a server, call `seen` with each output, and save the notebook.

    Returns the errors as a list of text, and leaves the kernel running.
    """
    notebook = ask(url, token, f"api/contents/{path}")["content"]
    session = {"path": path, "type": "notebook", "name": path, "kernel": {"name": lab.KERNEL}}
    kernel = ask(url, token, "api/sessions", session)["kernel"]["id"]
    where = f"{url.replace('http', 'ws', 1)}api/kernels/{kernel}/channels?session_id={secrets.token_hex(8)}"
    request = HTTPRequest(where, headers={"Authorization": f"token {token}"}, request_timeout=PATIENCE)
    channels = await websocket_connect(request, max_message_size=2**30)
    errors = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            async for output in outputs_of(channels, "".join(cell["source"])):
                seen(output)
                cell["outputs"].append(output)
                if output["output_type"] == "error":
                    errors.append(f"{output['ename']}: {output['evalue']}")
    channels.close()
    ask(url, token, f"api/contents/{path}", {"type": "notebook", "content": notebook}, "PUT")
    return errors


async def outputs_of(channels, code):
    """Run one cell; yield its outputs as a notebook stores them."""
    name = secrets.token_hex(8)
    header = {
        "msg_id": name,
        "msg_type": "execute_request",
        "username": "",
        "session": name,
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    rest = {"parent_header": {}, "metadata": {}, "buffers": [], "channel": "shell"}
    await channels.write_message(json.dumps({"header": header, "content": content, **rest}))
    while True:
        text = await asyncio.wait_for(channels.read_message(), PATIENCE)
        if text is None:
            raise SystemExit("the server closed the connection: its kernel may have run out of memory")
        if isinstance(text, bytes):  # the state of a widget
            continue
        message = json.loads(text)
        kind, content = message["header"]["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != name:
            continue
        if kind == "status" and content["execution_state"] == "idle":
            return
        if kind in {"stream", "display_data", "execute_result", "error"}:
            content.pop("transient", None)
            yield {"output_type": kind, **content}


def measure(lesson, cold=False):
    """Run one lesson and return its figures."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), cold) as (process, url, token):
        shutil.copy(lesson.path, folder)
        memory = Memory(process.pid)
        memory.start()
        begin, sound = time.monotonic(), []

        def seen(output):
            if not sound and "<audio" in "".join(output.get("data", {}).get("text/html", "")):
                sound.append(time.monotonic() - begin)

        errors = asyncio.run(run(url, token, lesson.path.name, seen))
        seconds = time.monotonic() - begin
        memory.over.set()
        memory.join()
    return {
        "lesson": lesson.number,
        "first sound": sound[0] if sound else None,
        "whole": seconds,
        "processor": memory.cpu,
        "server": memory.server,
        "kernel": memory.kernel,
        "together": memory.together,
        "pss": memory.shared_out,
        "errors": errors,
    }


def main():
    """Measure the lessons that were asked for, print a table, and fail if one takes too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="lessons, such as 00 05 (default: all)")
    parser.add_argument("--limit", type=float, default=LIMIT, metavar="MB", help="default: %(default)s")
    parser.add_argument("--cold", action="store_true", help="without compiled code and fonts")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # and all that is started from here
    print(
        "| lesson | first sound, s | whole, s | CPU, s | server, MB | kernel, MB | together, MB | PSS, MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    failed = False
    for lesson in lessons.course():
        if options.numbers and lesson.number not in options.numbers:
            continue
        found = measure(lesson, options.cold)
        first = "" if found["first sound"] is None else f"{found['first sound']:.1f}"
        rest = [f"{found[name]:.0f}" for name in list(found)[2:-1]]
        print("|", " | ".join([found["lesson"], first, *rest]), "|", flush=True)
        for error in found["errors"]:
            print(f"lesson {lesson.number}: {error}", file=sys.stderr)
        failed |= bool(found["errors"]) or found["together"] > options.limit
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
