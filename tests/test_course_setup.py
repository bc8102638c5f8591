"""The parts of course.py: the installer's process and its settings, the reasons of failures, the progress."""

import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from course_setup import installer, progress, reasons  # noqa: E402

# ------------------------------------------------------------------------------------------------ settings

SETTINGS = """
[global]
index-url = https://global
extra-index-url =
    https://one
    https://two
timeout = 10
user = true
[install]
timeout = 20
target = /nowhere
[download]
timeout = 30
"""


class Silent:
    """Take the place of a `Progress`."""

    __enter__ = __exit__ = hear = lambda self, *_: None


def run(tmp_path, *command):
    return installer.run(sys.executable, list(command), str(tmp_path), str(tmp_path / "log"), Silent())


@pytest.fixture
def no_settings(monkeypatch):
    """Remove the settings of pip that this machine has."""
    for name in list(os.environ):
        if name.upper().startswith(("PIP_", "HTTP_", "HTTPS_", "ALL_", "NO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_only_settings_about_the_network_reach_pip(tmp_path, no_settings, monkeypatch):
    (tmp_path / "pip.conf").write_text(SETTINGS)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://environment")
    monkeypatch.setenv("PIP_PREFIX", "/nowhere")
    monkeypatch.setenv("PIP_CACHE_DIR", "")
    code, output = run(tmp_path, "pip", "config", "list")
    settings = dict(line.partition("=")[::2] for line in output.splitlines() if line.startswith(":env:"))
    for name in (":env:.cert", ":env:.client-cert"):  # a machine's own file of settings may have these
        settings.pop(name, None)
    assert code == 0
    assert settings == {
        ":env:.config-file": repr(os.devnull),
        ":env:.index-url": "'https://environment'",
        ":env:.extra-index-url": r"'\nhttps://one\nhttps://two'",
        ":env:.timeout": "'20'",
        ":env:.log": repr(str(tmp_path / "log.details")),
    }


def test_broken_file_of_settings_is_named(tmp_path, no_settings, monkeypatch):
    path = tmp_path / "pip.conf"
    path.write_text("user = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    code, output = run(tmp_path, "pip", "config", "list")
    assert code and f"cannot read its configuration file {path}: correct it" in reasons.explain(output, code)


# ------------------------------------------------------------------------------------------------ failures


@pytest.fixture(scope="module")
def server():
    """Serve an index, or a proxy, that answers each request with the status in its path or its user name."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(int(self.path.split("/")[1]))
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html><body>Please <a href='/login'>sign in</a>.</body></html>")

        def do_CONNECT(self):
            self.send_response(407)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"localhost:{serving.server_port}"
        serving.shutdown()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("INDEX_URL", "http://{}/200", "does not list hatchling: sign in", id="captive portal"),
        pytest.param("INDEX_URL", "http://{}/404", "does not list hatchling: sign in", id="not an index"),
        pytest.param("INDEX_URL", "http://{}/401", "refuses access: sign in", id="401"),
        pytest.param("INDEX_URL", "http://{}/403", "refuses access: sign in", id="403"),
        pytest.param("INDEX_URL", "http://{}/503", "wait some minutes", id="503"),
        pytest.param("INDEX_URL", "https://{}/200", "certificate of the package index", id="not TLS"),
        pytest.param("PROXY", "http://{}", "http://NAME:PASSWORD@HOST:PORT", id="407"),
        pytest.param("PROXY", "socks5://{}", "cannot use a SOCKS proxy", id="SOCKS"),
        pytest.param("PROXY", "http://127.0.0.1:1", "check the network", id="no answer"),
        pytest.param("NO_INDEX", "1", "does not list hatchling", id="no index"),
    ],
)
def test_failures_of_pip_are_explained(tmp_path, no_settings, monkeypatch, server, name, value, said):
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid")
    monkeypatch.setenv("PIP_" + name, value.format(server))
    monkeypatch.setenv("PIP_RETRIES", "0")
    code, output = run(tmp_path, "pip", "--no-input", "download", "--no-cache-dir", "hatchling")
    sentence = reasons.explain(output, code)
    assert said in sentence and sentence.endswith(", then run the same command again")


NOTE = """
note: This error originates from a subprocess, and is likely not a problem with pip.
error: subprocess-exited-with-error

\u2570\u2500> See above for output.

note: This error originates from a subprocess, and is likely not a problem with pip.
"""


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "after connection broken by 'NewConnectionError(\nERROR: No matching distribution found for x",
            "network",
        ),
        ("ReadTimeoutError: HTTPSConnectionPool(host='h', port=443): Read timed out.", "check the network"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "3 GB"),
        ("OSError: [WinError 112] There is not enough space on the disk", "3 GB"),
        ("OSError: [Errno 122] Disk quota exceeded", "3 GB"),
        ("not created successfully because ensurepip is not\navailable.", "-venv)"),
        ("/usr/bin/python3: No module named venv", "-venv)"),
        ("[Errno 13] Permission denied: '/opt/course/.venv'", "copy the course into a folder of your own"),
        ("[Errno 13] Permission denied: '/c/.venv/lib/site-packages/pip/x.py'", "copy the course"),
        ("[Errno 30] Read-only file system: '/media/cd/.venv'", "copy the course into a folder of your own"),
        ("[Errno 13] Permission denied: '/home/me/.cache/pip/http-v2/a'", "/http-v2/a: set PIP_CACHE_DIR"),
        ("[WinError 32] The process cannot access the file because", "close JupyterLab"),
        ("system does not have Windows Long Path support enabled", "too long for Windows"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "PIP_NO_CACHE_DIR=1"),
        ("ERROR: HTTP error 403 while getting https://h/numba.whl", "refuses access"),
        ("\u2502 exit code: -9" + NOTE, "memory"),
        ("  ERROR: Failed building wheel for llvmlite" + NOTE, "64-bit Python 3.12"),
        ("error: Microsoft Visual C++ 14.0 or greater is required", "64-bit Python 3.12"),
        ("ERROR: ResolutionImpossible: for help visit", "64-bit Python 3.12"),
        ("ERROR: No matching distribution found for numba==0.62.1", "no build of numba==0.62.1"),
        ("the requirement numba>=0.61 (from mirlab) (from versions: none)", "does not list numba>=0.61"),
    ],
)
def test_known_failures_have_a_sentence(output, said):
    sentence = reasons.explain(output)
    assert said in sentence and sentence.endswith(", then run the same command again")


@pytest.mark.parametrize(
    ("output", "code", "reason"),
    [
        ("one\nERROR: the moon is full\n", 1, "ERROR: the moon is full"),
        (
            "ERROR: first\n      ModuleNotFoundError: No module named 'pathspec'\n" + NOTE,
            1,
            "ModuleNotFoundError: ",
        ),
        ("Collecting numba", -15, "ERROR: signal 15 ended the installer"),
        ("just words", 1, "just words"),
        ("", 1, "no reason was given"),
    ],
)
def test_unknown_failure_is_quoted_by_its_reason(output, code, reason):
    assert reasons.explain(output, code).startswith("the set-up failed: " + reason)


def test_killed_installer_is_put_down_to_memory():
    assert "the memory was full" in reasons.explain("Collecting numba", -9)


def test_output_goes_to_the_log_and_pips_own_log_stays_only_after_a_failure(tmp_path, no_settings):
    code, output = run(tmp_path, "pip", "download", "--no-index", "hatchling")
    assert code == 1 and "No matching distribution" in output
    assert "No matching distribution" in (tmp_path / "log").read_text()
    assert (tmp_path / "log.details").exists()
    assert run(tmp_path, "pip", "--version")[0] == 0
    assert not (tmp_path / "log.details").exists()


# ---------------------------------------------------------------------------------------- is it importable?


@pytest.mark.parametrize(
    ("root", "said"), [(ROOT, ""), (ROOT / "tests", f"mirlab is found in {ROOT / 'mirlab'}\n")]
)
def test_mirlab_must_come_from_this_folder(root, said):
    command = [sys.executable, str(ROOT / "course_setup" / "try_out.py"), str(root)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, env=environment, capture_output=True, text=True).stdout == said


# ------------------------------------------------------------------------------------------------ progress


@pytest.fixture
def clock(monkeypatch):
    """Replace the clock by one that the test sets."""
    clock = {"now": 0}
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock["now"])
    return clock


@pytest.fixture
def shown(tmp_path, clock):
    """Show the progress of an installation into an empty folder."""
    shown = progress.Progress(str(tmp_path), "starting pip", packages=12, megabytes=100)
    shown.packages.mkdir(parents=True)
    return shown


def test_progress_has_count_rate_and_time_left(shown, clock):
    states = []
    for now, line in (
        (0, "Collecting numba>=0.61 (from mirlab==0.1.0)"),
        (4, "  Downloading numba-1-py3-none-any.whl.metadata (2.8 kB)"),
        (4, "Processing /stick/wheels/scipy-1-py3-none-any.whl (from mirlab==0.1.0)"),
        (5, "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by"),
        (10, "  Downloading numba-1-py3-none-any.whl (15.0 MB)"),
        (20, "Using cached scipy-1-py3-none-any.whl (10 MB)"),
        (30, "Installing collected packages: numba, scipy, mirlab"),
        (30, ""),
    ):
        clock["now"] = now
        shown.hear(line)
        states.append(shown.state())
    clock["now"] = 40
    (shown.packages / "numba-1.dist-info").mkdir()
    states.append(shown.state())
    assert states == [
        "0:00  finding packages: 1 of about 12",
        "0:04  finding packages: 1 of about 12 (0.2 a second, 0:44 left)",
        "0:04  finding packages: 2 of about 12 (0.5 a second, 0:20 left)",
        "0:05  no answer from the network, trying again",
        "0:10  downloading: 15 of about 100 MB",
        "0:20  downloading: 25 of about 100 MB (2.5 a second, 0:30 left)",
        "0:30  installing packages: 0 of 3",
        "0:30  installing packages: 0 of 3",
        "0:40  installing packages: 1 of 3 (0.1 a second, 0:20 left)",
    ]


def test_each_stage_is_one_line_outside_a_terminal(shown, capsys):
    with shown:
        for line in ("Collecting a", "Collecting b", "Downloading a.whl (1 kB)", "Collecting c"):
            shown.hear(line)
    assert capsys.readouterr().out.splitlines() == ["  starting pip", "  finding packages", "  downloading"]


def test_progress_stays_on_one_line_of_a_terminal(shown, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    shown.in_terminal = True
    with shown:
        shown.show("x" * 50)
    assert capsys.readouterr().out == "\r" + "x" * 19 + "\r" + " " * 19 + "\r"
