"""Download a wheel with pip, the ordinary client, and say in one sentence why if it fails.

pip knows where this user's packages come from: an index, a proxy, certificates, a folder on a stick. These
settings are kept. Settings for installing, which could make a download fail, are not passed on.
"""

import os
import re
import subprocess
import sys
import threading

from mirlab.errors import NetworkError

KEPT = frozenset((
    "INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "PROXY", "CERT", "CLIENT_CERT", "TRUSTED_HOST",
    "TIMEOUT", "DEFAULT_TIMEOUT", "RETRIES", "CACHE_DIR", "NO_CACHE_DIR", "CONFIG_FILE", "KEYRING_PROVIDER",
    "USE_FEATURE", "USE_DEPRECATED",
))  # fmt: skip
"""What is passed on of the environment variables that begin with ``PIP_``."""
OVERRULED = {"PIP_REQUIRE_VIRTUALENV": "0", "PIP_REQUIRE_HASHES": "0", "PIP_QUIET": "0", "PIP_NO_INPUT": "1"}
"""Stronger than the same settings in a configuration file. The checksum is ours to check."""

PIP = """
import os, runpy, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
"""Runs pip until it is done, or until its input is closed: it must not outlive us, however we end."""

LOOK = "check where pip looks (index-url, find-links, no-index), or give a folder that holds the wheel"
CAUSES = (  # what pip says when it fails, and a sentence for it; the first that fits counts
    (r"No module named '?pip", "this Python has no pip: install it, or give a folder that holds the wheel"),
    (r"Errno 28\b|WinError 112|No space left", "the disk is full: free 100 MB"),
    (r"Errno 122\b|quota exceeded", "your disk quota is used up: free 100 MB"),
    (r"Wheel .* is invalid|DO NOT MATCH THE HASHES", "what arrived is not the whole wheel: try again"),
    (
        r"error occurred during configuration|onfiguration file could not be loaded|no such option|Usage:",
        "pip does not understand its settings: see `pip config list`",
    ),
    (
        r"requested \(constraint\)",
        "a constraints file of pip forbids this version: see `pip config list`",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerification",
        "this network's certificate is not trusted: correct the clock, or give it to pip (PIP_CERT)",
    ),
    (r"SOCKS support", "pip cannot use a SOCKS proxy: name an HTTP proxy, or use a folder with the wheel"),
    (r"407 |ProxyError|Tunnel connection failed", "the proxy refuses: check its address and password"),
    (r"40[13] (Client )?Error", f"the package index refuses access: {LOOK}"),
    (r"5\d\d Server Error|too many 5\d\d", "the package index is out of order: try again later"),
    (
        r"NewConnectionError|NameResolutionError|name resolution|getaddrinfo|Max retries|[Tt]imed out"
        r"|IncompleteRead|RemoteDisconnected|Network is unreachable"
        r"|Connection (refused|reset|aborted|broken)",
        "there is no connection to the package index: go online, or give a folder that holds the wheel",
    ),
    (r"No matching distribution", f"pip does not find it: {LOOK}"),
    (
        r"Errno 13\b|Errno 30\b|Permission denied|Read-only file system",
        "pip may not write to its folders: make its cache and the temporary folder writable",
    ),
)


def download(requirements, folder, *, options=(), python=None, watch=None):
    """Download wheels, without what they depend on, and without running anything in them.

    Parameters
    ----------
    requirements : str or list of str
        Such as ``"musicnn==0.1.0"``.
    folder : pathlib.Path
        Where to put them; pip's temporary files go there too.
    options : sequence of str
        Further options of ``pip download``, such as ``["--platform", "win_amd64"]``.
    python : str or os.PathLike, optional
        The interpreter whose pip is used; by default the one that runs.
    watch : callable, optional
        Called without arguments about five times a second while pip works.

    Raises
    ------
    NetworkError
        If one cannot be downloaded: a sentence that says why and what to do.
    """
    names = [requirements] if isinstance(requirements, str) else [*requirements]
    command = [os.fspath(python or sys.executable), "-I", "-c", PIP, "--disable-pip-version-check", "-vv"]
    # A source archive would run code of the package to say what it is. `all` also undoes a `no-binary`.
    fixed = ["--no-deps", "--only-binary=:all:", "--progress-bar=off", "--dest", os.fspath(folder)]
    try:
        code, said = _run([*command, "download", *fixed, *options, *names], _environment(folder), watch)
    except OSError as error:
        raise NetworkError(
            f"{command[0]}: cannot be started ({error.strerror}); name a Python that has pip"
        ) from error
    if code:
        missing = re.search(r"No matching distribution found for (\S+)", said)
        name = names[0] if len(names) == 1 else missing[1] if missing else f"{len(names)} packages"
        raise NetworkError(f"{name} could not be downloaded: {explain(said)}")


def _environment(folder):
    """Return the environment for pip: the user's settings for getting packages, no others."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("PIP_") or name.upper().removeprefix("PIP_") in KEPT
    }
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), os.fspath(folder))
    return kept | OVERRULED | temporary | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _run(command, environment, watch):
    """Run a command to its end and return its exit code and its output; always wait until it has ended."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    said = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.read()), daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(0.2)
            if watch is not None:
                watch()
        return process.wait(), said[0].decode("utf-8", "replace")
    finally:
        process.stdin.close()
        process.wait()


def explain(said):
    r"""Explain in a sentence why pip failed, from its output.

    Parameters
    ----------
    said : str
        All of its output.

    Returns
    -------
    str

    Examples
    --------
    >>> explain("WARNING: Retrying ...\nERROR: Could not install ...: [Errno 28] No space left on device")
    'the disk is full: free 100 MB'
    """
    for pattern, sentence in CAUSES:
        if re.search(pattern, said):
            return sentence
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no reason was given"]
    errors = [line for line in lines if line.startswith(("ERROR:", "error:"))]
    return f"pip says {(errors or lines)[0]!r}"
