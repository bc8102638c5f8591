"""Start the course from a stick, without any network: ``python3 start.py`` in the folder that has this file.

`mirlab teach --stick` copies this file onto the stick as ``start.py``. It copies the course to this computer,
once, and calls its course.py, which then installs from the packages on the stick.
"""
# ruff: noqa: UP010, UP030, UP032, UP036, RUF005, B904

from __future__ import print_function

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
CONTENTS = "contents.json"
NEEDED = 2000 * 10**6  # bytes beside the course itself: .venv, and what is compiled


class Stop(Exception):
    """A reason to stop: one sentence that says what is wrong and what to do."""


def main(arguments):
    """Copy the course if it is not here yet, then run a command of it. Return the exit code."""
    parser = argparse.ArgumentParser(description="Set up the course without a network, and start it.")
    parser.add_argument("--to", metavar="FOLDER", help="where to keep the course (default: your home folder)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="a command of course.py (default: lab)")
    options = parser.parse_args(arguments)
    home = options.to or os.path.join(os.path.expanduser("~"), "mirlab-course")
    try:
        check(read_contents())
        bring(os.path.realpath(home))
        return hand_over(os.path.realpath(home), options.command or ["lab"])
    except Stop as stop:
        print("start.py: " + str(stop), file=sys.stderr)
    except OSError as error:
        print("start.py: {0}: {1}".format(error.filename or home, error.strerror), file=sys.stderr)
    return 2


def read_contents():
    """Return what the stick says about itself."""
    try:
        with open(os.path.join(HERE, CONTENTS)) as file:
            contents = json.load(file)
        sizes, targets = contents["sizes"], [tuple(target) for target in contents["targets"]]
        if not all(isinstance(size, int) for size in sizes.values()) or not targets:
            raise ValueError
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise Stop("this stick is not finished, or only a part of it was copied: copy or make it again")
    return sizes, targets


def check(contents):
    """Stop unless the stick is whole and has packages for this Python on this computer."""
    sizes, targets = contents
    for name in sorted(sizes):
        path = os.path.join(HERE, *name.split("/"))
        if not os.path.isfile(path) or os.path.getsize(path) != sizes[name]:
            raise Stop("{0} is missing or cut off: copy the whole stick again".format(name))
    here = (platform_name(), "{0[0]}.{0[1]}".format(sys.version_info))
    if here not in targets:
        raise Stop(
            "this is Python {0[1]} on {0[0]}, and the stick has packages for {1}: install one of these, or "
            "ask for another stick".format(
                here, ", ".join("Python {1} on {0}".format(*target) for target in targets)
            )
        )


def platform_name():
    """Return the name of this system and its processor, as the stick names them."""
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    return system + "-" + {"amd64": "x86_64"}.get(machine, machine)


def bring(home):
    """Copy the course into a folder in one step; a course that is there already is kept as it is."""
    if os.path.isfile(os.path.join(home, "course.py")):
        return
    if os.path.exists(home) and (not os.path.isdir(home) or os.listdir(home)):
        raise Stop("{0} holds other files: name a new folder with --to".format(home))
    source, part = os.path.join(HERE, "course"), home + ".part"
    size = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(source) for name in names)
    parent = os.path.dirname(home)
    if not os.path.isdir(parent):
        raise Stop("there is no folder {0}: make it first, or name another one with --to".format(parent))
    if shutil.disk_usage(parent).free < size + NEEDED:
        raise Stop("{0} needs {1:.1f} GB of free space".format(parent, (size + NEEDED) / 1e9))
    print("Copying the course to {0} ({1:.0f} MB); this is done once.".format(home, size / 1e6))
    sys.stdout.flush()
    shutil.rmtree(part, ignore_errors=True)  # of a copy that was stopped
    shutil.copytree(source, part)
    if os.path.isdir(home):
        os.rmdir(home)
    os.rename(part, home)


def hand_over(home, command):
    """Run course.py there; pip finds the packages on the stick and asks no network."""
    from pathlib import Path

    wheels = Path(HERE, "wheels").as_uri()  # pip would split a path at its spaces
    environment = dict(os.environ, PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels)
    call = [sys.executable, os.path.join(home, "course.py")] + command
    if os.name != "nt":
        os.execve(sys.executable, call, environment)
    process = subprocess.Popen(call, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # course.py received it too, and decides what to do
            continue


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit(
            "start.py: the course needs Python 3.11 or newer, and this is {0[0]}.{0[1]}".format(
                sys.version_info
            )
        )
    sys.exit(main(sys.argv[1:]))
