#!/usr/bin/env python3
"""Set up the course and run it: ``python3 course.py COMMAND ...`` on any computer that has Python.

The first run creates the folder .venv beside this file and installs the package `mirlab` into it, in
the versions that constraints.txt lists. Every run then starts ``mirlab COMMAND ...`` in .venv.

Python 2.7 can read the syntax of this file (ASCII, no f-strings): a person with an old Python sees a
sentence about it instead of a SyntaxError. The folder course_setup has the parts that need a newer one.
"""
# ruff: noqa: UP010, UP032, RUF005

from __future__ import print_function

import contextlib
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time

OLDEST, NEWEST = (3, 11), (3, 14)
NEWEST_ON_INTEL_MACS = (3, 13)  # numba has no build for Python 3.14 on these
PACKAGES, MEGABYTES = 137, 305  # of a first set-up, measured on Linux
COURSE = ["train"]  # the extras that lessons need; their markers say where they can be installed

ROOT = os.path.dirname(os.path.realpath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
LOCK, LOG, STAMP = (os.path.join(VENV, "course." + kind) for kind in ("lock", "log", "json"))
BUSY = LOG + ".busy"

if sys.version_info >= OLDEST:
    sys.path.insert(0, ROOT)
    from course_setup.installer import locked, run
    from course_setup.progress import Progress
    from course_setup.reasons import explain

USAGE = """\
Transfer learning in music information retrieval: a course in notebooks

  {python} course.py lab          open the lessons in JupyterLab; press Ctrl-C to stop
  {python} course.py doctor       check that this computer is ready for the course
  {python} course.py progress     list the exercises that you have solved
  {python} course.py validate     check a folder of your own recordings
  {python} course.py reproduce    compute the tables of the paper again
  {python} course.py teach        write guides, plans, slides and handouts for teachers
  {python} course.py test         run the tests of the course itself

Add --help to a command to see its options, for example: {python} course.py lab --help
README.md lists all commands.

The first run needs the network: it downloads about {packages} packages ({megabytes} MB), which takes some
minutes. They go into the folder .venv beside course.py, which then takes 1.4 GB. Nothing is installed
anywhere else. Delete that folder to start again from nothing.
Your pip settings for the network (index, proxy, certificate, cache) are used, and no others.
""".format(python="python" if os.name == "nt" else "python3", packages=PACKAGES, megabytes=MEGABYTES)


class Stop(Exception):
    """A reason to stop: one sentence that says what is wrong and what to do."""


def main(arguments):
    """Install what is missing, then run the command. Return the exit code."""
    try:
        check_python(sys.version_info)
        if not arguments or arguments[0] in ("-h", "--help"):
            print(USAGE, end="")
            return 0
        if arguments[0] == "test":
            set_up(COURSE + ["test"])
            os.chdir(ROOT)
            return hand_over("pytest", arguments[1:])
        if os.environ.get("MIRLAB_INSTALLED"):  # on the server of a class, on Binder: no second copy
            os.execvp("mirlab", ["mirlab"] + arguments)
        set_up(COURSE)
        return hand_over("mirlab.cli", arguments)
    except Stop as stop:
        problem, code = str(stop), 2
    except OSError as error:
        problem, code = explain(str(error)), 2
    except KeyboardInterrupt as interrupt:
        problem = "stopped; run the same command again to continue"
        code = 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    print("course.py: " + problem, file=sys.stderr)
    return code


def check_python(version):
    """Stop unless the packages of the course exist for this version of Python."""
    intel_mac = sys.platform == "darwin" and platform.machine() == "x86_64"
    newest = NEWEST_ON_INTEL_MACS if intel_mac else NEWEST
    if not OLDEST <= version[:2] <= newest:
        raise Stop(
            "{0}the course runs on Python {1[0]}.{1[1]} to {2[0]}.{2[1]}, and this is {3[0]}.{3[1]}: "
            "install Python 3.12 beside it, then type {4} instead of {5}".format(
                "on a Mac with an Intel chip, " if intel_mac else "",
                OLDEST,
                newest,
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
    """Return what the last complete set-up wrote, or an empty dictionary if there is no such stamp."""
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
        texts = [stamp[key] for key in ("folder", "python", "made_with", "installed")] + stamp["extras"]
        return stamp if all(isinstance(text, str) for text in texts) else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def write_stamp(stamp):
    """Write the stamp in one step, so that it is either complete or absent."""
    with open(STAMP + ".new", "w") as file:
        json.dump(stamp, file, indent=1)
    os.replace(STAMP + ".new", STAMP)


def is_sound(stamp):
    """Return whether .venv was completed in this place, with this version of Python, which still exists."""
    return (
        stamp.get("folder") == VENV
        and stamp["python"] == sys.implementation.cache_tag
        and os.path.exists(stamp["made_with"])
        and os.path.exists(PYTHON)
    )


def is_ready(stamp, extras):
    """Return whether everything that is wanted now is installed and can be found."""
    return (
        is_sound(stamp)
        and stamp["installed"] == wanted()
        and set(extras) <= set(stamp["extras"])
        and not missing(stamp["extras"])
    )


def missing(extras):
    """Return in a few words what the Python in .venv cannot import, or an empty string."""
    command = [PYTHON, "-I", os.path.join(ROOT, "course_setup", "try_out.py"), ROOT] + sorted(extras)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return process.communicate()[0].decode("utf-8", "replace").strip()


def set_up(extras):
    """Bring .venv to the state that pyproject.toml and constraints.txt describe."""
    if is_ready(read_stamp(), extras):
        return
    if os.path.isdir(VENV) and os.listdir(VENV) and not os.path.exists(LOCK):
        raise Stop(
            "course.py did not make the folder .venv: move or delete it, then run the same command again"
        )
    if hasattr(os, "ST_NOEXEC") and os.statvfs(ROOT).f_flag & os.ST_NOEXEC:
        raise Stop(
            "no program can run from this disk (it is mounted with noexec): copy the course to another disk, "
            "for example into your home folder"
        )
    os.makedirs(VENV, exist_ok=True)
    with alone():
        stamp = read_stamp()
        if is_ready(stamp, extras):  # another course.py finished it while this one waited
            return
        if is_sound(stamp):
            print("Bringing .venv up to date. The output of pip goes to " + LOG)
            update(stamp, extras)
        else:
            print("Setting up the course: about {} packages, {} MB to download.".format(PACKAGES, MEGABYTES))
            print("This takes some minutes, once. The output of pip goes to " + LOG)
            build(extras)
        fetch_networks()
        print("Ready.")


@contextlib.contextmanager
def alone():
    """Let one course.py at a time change .venv, and only after all earlier installers have ended."""
    with open(LOCK, "a") as lock:
        wait_for(lock, "Another course.py is setting up the course; waiting for it.")
        with open(BUSY, "a") as busy:
            wait_for(busy, "A set-up that was stopped has not ended yet; waiting for it.")
        yield


def wait_for(file, message):
    """Wait until this process has locked the file."""
    if not locked(file):
        print(message)
        sys.stdout.flush()
        while not locked(file):
            time.sleep(0.5)


def build(extras):
    """Make .venv from nothing: pip cannot repair it, as half a package looks like a whole one to it."""
    for name in os.listdir(VENV):
        path = os.path.join(VENV, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif path not in (LOCK, BUSY):
            os.remove(path)
    made_with = sys._base_executable  # if .venv is active, the Python that .venv was made with
    install_with(made_with, ["venv", VENV], Progress(VENV, "making a virtual environment"))
    stamp = {"folder": VENV, "python": sys.implementation.cache_tag, "made_with": made_with}
    install(stamp, extras, Progress(VENV, "starting pip", PACKAGES, MEGABYTES))


def update(stamp, extras):
    """Install what has changed or disappeared into a sound .venv."""
    os.remove(STAMP)
    try:
        install(stamp, set(extras).union(stamp["extras"]), Progress(VENV, "starting pip"))
    except Stop:  # a pip that fails changes nothing, so .venv still serves the files of before
        write_stamp(stamp)
        raise


def install(stamp, extras, progress):
    """Install the package, editable, and everything that it needs. Write the stamp if it can be imported."""
    goal, extras = wanted(), sorted(extras)
    package = "." + ("[" + ",".join(extras) + "]" if extras else "")
    pip = ["pip", "--disable-pip-version-check", "--no-input", "install", "--progress-bar", "off"]
    install_with(PYTHON, pip + ["-c", "constraints.txt", "-e", package], progress)
    problem = missing(extras)
    if problem:
        raise Stop(
            "pip reports success, but the course cannot be imported ({}): delete the folder .venv, then run "
            "the same command again (the output of pip is in {})".format(problem, LOG)
        )
    write_stamp(dict(stamp, installed=goal, extras=extras))


def fetch_networks():
    """Fetch the pretrained networks; without them, every lesson but those about them works."""
    code, output = run(
        PYTHON, ["mirlab.cli", "networks", "fetch"], ROOT, LOG, Progress(VENV, "fetching pretrained networks")
    )
    if code:
        reason = [line for line in output.splitlines() if line.startswith("mirlab: ")][-1:]
        print(
            "Note: " + ("".join(reason)[len("mirlab: ") :] or "the pretrained networks could not be fetched")
        )
        print("The course works without them; python3 course.py networks fetches them later.")


def install_with(python, command, progress):
    """Run an installer, and stop with a reason if it fails."""
    code, output = run(python, command, ROOT, LOG, progress)
    if code:
        log = LOG + ".details"
        raise Stop(explain(output, code) + " (more is in " + (log if os.path.exists(log) else LOG) + ")")


def hand_over(module, arguments):
    """Run a module with the Python in .venv, as if .venv was active, and return its exit code."""
    environment = dict(
        os.environ, VIRTUAL_ENV=VENV, PATH=BIN + os.pathsep + os.environ.get("PATH", os.defpath)
    )
    for name in ("PYTHONHOME", "PYTHONPATH"):  # packages from there would hide those in .venv
        environment.pop(name, None)
    command = [PYTHON, "-P", "-m", module] + arguments
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(PYTHON, command, environment)
    process = subprocess.Popen(command, env=environment)  # exec on Windows returns to the prompt at once
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the process received it too, and decides what to do
            continue


def stop_in_order(number, frame):
    """Turn a signal into a KeyboardInterrupt, once: a second signal must not disturb the end."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt(number)


if __name__ == "__main__":
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # each system has some of these
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop_in_order)
    sys.exit(main(sys.argv[1:]))
