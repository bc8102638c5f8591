"""`mirlab lab`: one server, for this machine, behind a token, with the course's kernel, and an end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

from mirlab import cli, lab, paths
from mirlab.lessons import progress

RUN = """
import sys
from pathlib import Path
from mirlab import cli, paths
paths.COURSE = Path(sys.argv.pop(1))
"""


def answer(url, data=None):
    """Return the status and the body of an answer."""
    try:
        with urlopen(Request(url, data), timeout=20) as page:
            return page.status, page.read().decode()
    except HTTPError as error:
        return error.code, ""


class Course:
    """A course with one empty notebook, and the command on it, as a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        notebook = folder / "a course" / "notebooks" / lab.FIRST_LESSON
        notebook.parent.mkdir(parents=True)
        empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        notebook.write_text(json.dumps(empty), encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        homes = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("RUNTIME", "CONFIG", "DATA")}
        self.environment = os.environ | homes | {"MIRLAB_DATA": str(folder / "data")}
        self.environment |= {"PYTHONPATH": str(Path(cli.__file__).parents[1])}
        for name in ("JUPYTER_TOKEN", "JUPYTERLAB_SETTINGS_DIR"):
            self.environment.pop(name, None)

    def lab(self, *arguments):
        """Start the command; what is built for the course is found in the layer under its own data."""
        script = f"{RUN}sys.exit(cli.main(['lab', '--no-browser', '--port', '{self.port}', *sys.argv[1:]]))"
        command = [sys.executable, "-c", script, str(self.folder / "a course"), *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=-1, stderr=-1, stdin=-1, text=True)


@pytest.fixture
def course(tmp_path, study):
    made = Course(tmp_path)
    started = []
    start = made.lab
    made.lab = lambda *arguments: started.append(start(*arguments)) or started[-1]
    yield made
    for process in started:
        process.kill()
        process.communicate()


def opened(process):
    """Return the address that the command prints, and the token in it."""
    line = process.stdout.readline()
    found = re.fullmatch(
        r"The lessons are open(?: already,)? at (http://\S+/)lab/tree/\S+\?token=(\w+)\n", line
    )
    assert found, line + process.stderr.read()
    return found.groups()


def wait_until(condition, seconds=10):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_the_server_is_for_this_machine_and_behind_a_token(course):
    process = course.lab()
    url, token = opened(process)
    assert len(token) >= 32
    assert "To stop: press Ctrl-C here, then y" in process.stdout.readline()
    assert answer(f"{url}api/status?token={token}")[0] == 200
    assert answer(f"{url}api/status")[0] == answer(f"{url}api/status?token={'0' * len(token)}")[0] == 403
    status, notebook = answer(f"{url}api/contents/notebooks/{lab.FIRST_LESSON}?token={token}")
    assert (status, json.loads(notebook)["type"]) == (200, "notebook")
    setting = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    assert '"fetchNews": "false"' in json.loads(answer(f"{url}{setting}?token={token}")[1])["raw"]
    connections = psutil.Process(process.pid).net_connections("tcp")
    assert {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    kernels = json.loads(answer(f"{url}api/kernelspecs?token={token}")[1])
    assert kernels["kernelspecs"][kernels["default"]]["spec"]["argv"][0] == sys.executable


def test_a_second_lab_gives_the_address_of_the_first(course):
    first = course.lab()
    second = course.lab() if opened(first) else None
    assert opened(second)[0] == f"http://127.0.0.1:{course.port}/"
    assert second.wait(20) == 0 and first.poll() is None


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_nothing_is_left_ten_seconds_after_a_signal(course, number):
    if not hasattr(signal, number):
        pytest.skip("this system has no such signal")
    process = course.lab()
    url, token = opened(process)
    assert answer(f"{url}api/kernels?token={token}", b"{}")[0] == 201
    children = psutil.Process(process.pid).children(recursive=True)
    assert any("ipykernel_launcher" in child.cmdline() for child in children)
    process.send_signal(getattr(signal, number))
    wait_until(lambda: process.poll() is not None)
    wait_until(lambda: not any(child.is_running() and child.status() != "zombie" for child in children))


def test_a_port_that_is_taken_is_one_sentence(course):
    with socket.create_server(("127.0.0.1", course.port)):
        out, err = course.lab().communicate(timeout=60)
    assert err.count("mirlab: JupyterLab could not start: ") == 1 and "Traceback" not in err and out == ""


def test_without_notebooks_there_is_nothing_to_open(course):
    next(course.folder.rglob("*.ipynb")).unlink()
    process = course.lab()
    assert "is missing: install mirlab from a clone" in process.communicate(timeout=60)[1]
    assert process.returncode == 2


def test_no_token_is_on_the_command_line():
    words = " ".join(
        lab.arguments(paths.COURSE / "notebooks" / lab.FIRST_LESSON)
    )  # everybody here can read it
    assert "token" not in words and "://" not in words


def test_settings_that_a_learner_changed_stay(data_dir, monkeypatch):
    monkeypatch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
    folder = Path(lab.environment()["JUPYTERLAB_SETTINGS_DIR"])
    for name, settings in lab.QUIET_JUPYTER.items():
        assert json.loads((folder / name).read_text(encoding="utf-8")) == settings
    mine = folder / next(iter(lab.QUIET_JUPYTER))
    mine.write_text("{}", encoding="utf-8")
    lab.environment()
    assert mine.read_text(encoding="utf-8") == "{}"
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", "chosen")
    assert "JUPYTERLAB_SETTINGS_DIR" not in lab.environment()


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]"])
def test_a_damaged_kernel_file_is_written_again(data_dir, content):
    lab.environment()
    (kernel,) = data_dir.rglob("kernel.json")
    whole = kernel.read_bytes()
    kernel.write_bytes(content)
    lab.environment()
    assert kernel.read_bytes() == whole and json.loads(whole) == lab.kernel_spec()


def test_jupyter_knows_our_settings():
    schemas = Path(sys.prefix, "share", "jupyter", "lab", "schemas")
    for name, settings in lab.QUIET_JUPYTER.items():
        file = schemas / name.replace(".jupyterlab-settings", ".json")
        known = json.loads(file.read_text(encoding="utf-8"))["properties"]
        for key, value in settings.items():
            assert value != known[key]["default"], "not needed"
            assert value in known[key].get("enum", [value])
            assert "boolean" in str(known[key].get("type")) or not isinstance(value, bool)


# -- which lesson is opened ----------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"url": "nonsense"}, {"url": None}, {"root_dir": None}, {}])
def test_an_old_record_of_a_server_stops_nobody(change, monkeypatch):
    """A crash leaves it, and the next program at this port need not be a web server."""

    def greet():
        with suppress(OSError), server.accept()[0] as other:
            other.recv(1000)
            other.sendall(b"SSH-2.0\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        record = {"root_dir": str(paths.COURSE), "url": url, "token": "x"} | change
        monkeypatch.setattr("jupyter_server.serverapp.list_running_servers", lambda: [record])
        threading.Thread(target=greet, daemon=True).start()
        assert lab.running() is None


def test_the_next_unfinished_lesson_is_opened(monkeypatch, tmp_path):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress.sqlite"))
    asked = []
    with monkeypatch.context() as patch:
        patch.setattr(lab.subprocess, "run", lambda *what, **how: asked.append(what))
        assert lab.next_lesson() == lab.first_lesson() and not asked  # nothing is kept
    progress.record("03", "exercise:centroid")
    assert lab.next_lesson().name.startswith("03_")
    monkeypatch.setattr(
        lab.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 2, "", "torn")
    )
    assert lab.next_lesson() == lab.first_lesson()


def test_a_lesson_is_chosen_by_its_number(capsys):
    assert lab.lesson("5") == lab.lesson("05") and lab.lesson("5").name.startswith("05_")
    assert cli.main(["lab", "--lesson", "../05"]) == 2
    assert "there is no lesson '../05'; there are 00, 01, 02" in capsys.readouterr().err


def test_any_jupyter_of_the_environment_is_as_quiet():
    """On Binder and on a hub, JupyterLab is not started by `mirlab lab`."""
    text = Path(lab.__file__).with_name("jupyterlab_overrides.json").read_text(encoding="utf-8")
    quiet = {name.replace(".jupyterlab-settings", ""): values for name, values in lab.QUIET_JUPYTER.items()}
    assert {name.replace(":", "/"): values for name, values in json.loads(text).items()} == quiet
