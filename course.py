#!/usr/bin/env python3
"""Sets the course up, then runs it: ``python3 course.py COMMAND ...`` on any machine that has Python.

The first run makes the folder .venv beside this file and installs the package `mirlab` into it, at
the versions that constraints.txt names. Every run then hands over to ``mirlab COMMAND ...`` in there.

Only the standard library is used, and only syntax that Python 2.7 reads too (ASCII, no f-strings):
whoever has an old Python shall be told so in a sentence, not in a SyntaxError.
"""
# ruff: noqa: UP010, UP032, RUF005

from __future__ import print_function

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

OLDEST, NEWEST = (3, 11), (3, 13)

ROOT = os.path.dirname(os.path.realpath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
LOCK, LOG, STAMP = (os.path.join(VENV, "course." + kind) for kind in ("lock", "log", "json"))

USAGE = """\
Transfer learning in music information retrieval: the course

  {python} course.py lab          open the lessons in JupyterLab
  {python} course.py doctor       is this machine ready for class?
  {python} course.py progress     what have I solved?
  {python} course.py reproduce    compute the paper's tables again
  {python} course.py test         run the tests of the course itself

The first run downloads about 210 MB and fills the folder .venv beside course.py with 1 GB, which
takes some minutes; nothing is installed anywhere else. To start afresh, delete that folder.
Each command explains itself with --help.
""".format(python="python" if os.name == "nt" else "python3")

CAUSES = (  # what an installer says when it fails, and the sentence for it; the first that fits is told
    (r"Errno 28|No space left|WinError 112", "the disk is full: free about 2 GB"),
    (
        r"ensurepip|No module named '?venv",
        "this Python cannot make virtual environments: install its venv package "
        "(on Debian and Ubuntu: sudo apt install python{0[0]}.{0[1]}-venv)".format(sys.version_info),
    ),
    (
        r"Long Path support",
        "the path of this folder is too long for Windows: move the course to a short one, such as C:\\course",
    ),
    (
        r"WinError 5\b|WinError 32|Errno 26",
        "a file in .venv is in use: close JupyterLab and whatever else runs from there",
    ),
    (
        r"Errno 13|Errno 30|Permission denied|Read-only file system",
        "this folder cannot be written to: copy the course into a folder of your own",
    ),
    (
        r"Failed building wheel|Microsoft Visual C\+\+|Unknown compiler|metadata-generation-failed",
        "a package has no ready-made build for this Python on this machine: use a 64-bit Python 3.12",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "this network's certificate is not trusted: correct the clock, or set PIP_CERT to the certificate of "
        "the network's proxy",
    ),
    (
        r"NewConnectionError|NameResolutionError|name resolution|getaddrinfo|Max retries|[Tt]imed out"
        r"|ProxyError|IncompleteRead|RemoteDisconnected|Network is unreachable"
        r"|Connection (refused|reset|aborted|broken)",
        "the packages could not be downloaded: check the network (what has arrived is kept)",
    ),
    (
        r"ResolutionImpossible|No matching distribution",
        "pip finds no build of a package for this Python on this machine: use a 64-bit Python 3.12, and "
        "check where pip looks if you have told it (PIP_FIND_LINKS, PIP_NO_INDEX, PIP_INDEX_URL)",
    ),
)


class Stop(Exception):
    """A reason to stop: one sentence that says what is wrong and what to do."""


def check_python(version):
    """Stop unless the course's packages exist for this version of Python."""
    if not OLDEST <= version[:2] <= NEWEST:
        raise Stop(
            "the course runs on Python {0[0]}.{0[1]} to {1[0]}.{1[1]}, and this is {2[0]}.{2[1]}: "
            "install Python 3.12 beside it, then say {3} instead of {4}".format(
                OLDEST,
                NEWEST,
                version,
                "py -3.12" if os.name == "nt" else "python3.12",
                os.path.basename(sys.executable),
            )
        )


def wanted():
    """Return a digest of the files that decide what has to be installed."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def read_stamp():
    """Return what the last set-up wrote when it was done; nothing if it never got so far."""
    try:
        with open(STAMP) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_stamp(stamp):
    """Write the stamp in one step: there is the whole of it, or none."""
    with open(STAMP + ".new", "w") as file:
        json.dump(stamp, file, indent=1)
    os.replace(STAMP + ".new", STAMP)


def is_sound(stamp):
    """Whether .venv was finished, in this place, with this version of Python, which is still there."""
    return (
        stamp.get("folder") == VENV
        and stamp["python"] == sys.implementation.cache_tag
        and os.path.exists(stamp["made_with"])
        and os.path.exists(PYTHON)
    )


def is_ready(stamp, extras):
    """Whether all that is wanted now is installed."""
    return is_sound(stamp) and stamp["installed"] == wanted() and set(extras) <= set(stamp["extras"])


def set_up(extras):
    """Bring .venv to what pyproject.toml and constraints.txt say, if it is not there yet."""
    if is_ready(read_stamp(), extras):
        return
    if os.path.isdir(VENV) and os.listdir(VENV) and not os.path.exists(LOCK):
        raise Stop("the folder .venv is not course.py's: move or delete it, then run the same command again")
    os.makedirs(VENV, exist_ok=True)
    with alone():
        stamp = read_stamp()
        if is_ready(stamp, extras):  # the one that we waited for has seen to it
            return
        if is_sound(stamp):
            print("Bringing .venv up to date.")
            update(stamp, extras)
        else:
            print("Setting up the course; this takes some minutes, only this once.")
            build(extras)
        print("Ready.")


@contextlib.contextmanager
def alone():
    """Let one course.py at a time change .venv; the system frees the lock whatever happens to us."""
    with open(LOCK, "a") as file:
        if not locked(file):
            print("Another course.py is setting up the course; waiting for it.")
            while not locked(file):
                time.sleep(0.5)
        yield


def locked(file):
    """Try to lock the file. A disk that knows no locks must not keep anyone from the course."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def build(extras):
    """Make .venv from nothing: pip cannot mend what was broken off, for it takes half a package for whole."""
    for name in os.listdir(VENV):
        path = os.path.join(VENV, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif path != LOCK:
            os.remove(path)
    made_with = sys._base_executable  # not the one in .venv, should that be active
    run([made_with, "-I", "-m", "venv", VENV], "making a virtual environment")
    install({"folder": VENV, "python": sys.implementation.cache_tag, "made_with": made_with}, extras)


def update(stamp, extras):
    """Install what has changed into a sound .venv."""
    os.remove(STAMP)
    try:
        install(stamp, set(extras).union(stamp["extras"]))
    except Stop:  # a pip that fails leaves .venv as it was, good for whoever goes back to the old files
        write_stamp(stamp)
        raise


def install(stamp, extras):
    """Install the package, editable, and all that it needs; then write the stamp."""
    goal, extras = wanted(), sorted(extras)
    pip = [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    package = "." + ("[" + ",".join(extras) + "]" if extras else "")
    run(pip + ["install", "--progress-bar", "off", "-c", "constraints.txt", "-e", package], "starting pip")
    write_stamp(dict(stamp, installed=goal, extras=extras))


def run(command, stage):
    """Run an installer to its end, its words going to the log; stop with a reason if it fails."""
    said = []
    with open(LOG, "wb") as log, Progress(stage) as progress:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            for line in process.stdout:
                log.write(line)
                said.append(line.decode("utf-8", "replace"))
                progress.hear(said[-1])
            failed = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if failed:
        raise Stop(explain("".join(said)) + " (the installer's own words are in " + LOG + ")")


def explain(said):
    """Return the sentence for what an installer or the system said."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, said):
            return sentence + ", then run the same command again"
    last = said.strip().splitlines()[-1:] or ["no reason was given"]
    return "the set-up failed: " + last[0]


class Progress:
    """Shows that something happens: a line that ticks at a terminal, elsewhere a line a stage."""

    def __init__(self, stage):
        self.started = time.time()
        self.counts = {}
        self.over = threading.Event()
        self.ticker = threading.Thread(target=self.tick)
        self.ticker.daemon = True
        self.at_terminal = sys.stdout.isatty()
        self.tell(stage)

    def __enter__(self):
        if self.at_terminal:
            self.ticker.start()
        return self

    def __exit__(self, *_):
        if self.at_terminal:
            self.over.set()
            self.ticker.join()
            self.draw("")

    def hear(self, line):
        """Take from a line of pip's what someone who waits would like to know."""
        words = line.split()
        if words[:1] in (["Collecting"], ["Processing"]):
            self.tell("finding packages", words[1].rpartition("/")[2])
        elif words[:1] == ["Downloading"] and ".metadata" not in words[1]:
            self.tell("downloading", words[1].rpartition("/")[2])
        elif line.startswith("Installing collected packages:"):
            self.tell("installing {} packages".format(line.count(",") + 1))
        elif "Retrying" in words:
            self.tell("no answer from the network, trying again")

    def tell(self, stage, detail=""):
        """Say what is being done now: at a terminal with a count and a name, elsewhere once."""
        self.counts[stage] = self.counts.get(stage, 0) + 1
        self.news = stage + (" ({}) ".format(self.counts[stage]) + detail if detail else "")
        if self.counts[stage] == 1 and not self.at_terminal:
            print("  " + stage)
            sys.stdout.flush()

    def tick(self):
        """Draw the line once a second until all is over."""
        while not self.over.wait(1):
            minutes, seconds = divmod(int(time.time() - self.started), 60)
            self.draw("{}:{:02d}  {}".format(minutes, seconds, self.news))

    def draw(self, text):
        """Put the text in the place of the last one."""
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + text[:width].ljust(width) + ("" if text else "\r"))
        sys.stdout.flush()


def hand_over(module, arguments):
    """Run a module with the Python in .venv, as if .venv were active, and return its exit code."""
    environment = dict(
        os.environ, VIRTUAL_ENV=VENV, PATH=BIN + os.pathsep + os.environ.get("PATH", os.defpath)
    )
    for name in ("PYTHONHOME", "PYTHONPATH"):  # packages from elsewhere would hide those in .venv
        environment.pop(name, None)
    command = [PYTHON, "-P", "-m", module] + arguments
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(PYTHON, command, environment)
    process = subprocess.Popen(command, env=environment)  # exec on Windows would give the prompt back at once
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the process got it too, and knows what to do
            continue


def main(arguments):
    """Set up what is missing, then run the command; return the exit code."""
    try:
        check_python(sys.version_info)
        if not arguments or arguments[0] in ("-h", "--help"):
            print(USAGE, end="")
            return 0
        if arguments[0] == "test":
            set_up(["test"])
            os.chdir(ROOT)
            return hand_over("pytest", arguments[1:])
        set_up([])
        return hand_over("mirlab.cli", arguments)
    except Stop as stop:
        problem, code = str(stop), 2
    except OSError as error:
        problem, code = explain(str(error)), 2
    except KeyboardInterrupt:
        problem, code = "stopped; run the same command again to go on", 130
    print("course.py: " + problem, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
