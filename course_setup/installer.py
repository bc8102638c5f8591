"""Run `venv` or `pip` in a process that ends when course.py ends, with the settings of pip that suit it.

`run` is called by course.py. It starts this file again in another Python, and there `main` runs the module.
"""

import collections
import errno
import os
import re
import runpy
import signal
import subprocess
import sys
import threading
import time

PATIENCE = 4  # seconds that a stopped installer gets to remove its temporary files

KEPT_SETTINGS = (
    "index-url",
    "pypi-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "proxy",
    "cert",
    "client-cert",
    "trusted-host",
    "timeout",
    "default-timeout",
    "retries",
    "cache-dir",
    "no-cache-dir",
    "keyring-provider",
    "use-feature",  # truststore: the certificates of the system
)
"""The settings of pip that say where packages come from, and how they are fetched."""


def run(python, command, folder, log, progress):
    """Run an installer to its end, and keep its output.

    Parameters
    ----------
    python : str
        The Python to run it with.
    command : list of str
        A module, ``venv`` or ``pip``, and its arguments.
    folder : str
        The folder to run it in.
    log : str
        The file for its output. The installer locks the file ``log + ".busy"`` while it runs. pip's own,
        longer log is ``log + ".details"``, which stays if pip fails.
    progress : Progress
        Receives each line of the output.

    Returns
    -------
    code : int
        The exit code; negative for a signal.
    output : str
        All that was printed, and the end of pip's own log: pip does not print all its reasons.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    output = []
    with open(log, "wb") as file, progress:
        process = subprocess.Popen(
            [python, "-I", os.path.realpath(__file__), log, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,  # its end tells the installer that course.py has ended
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that the installer can end all its children with itself
        )
        try:
            for line in process.stdout:
                file.write(line)
                output.append(line.decode("utf-8", "replace"))
                progress.hear(output[-1])
            code = process.wait()
        finally:
            process.stdin.close()
            try:
                process.wait(2 * PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
    if os.path.exists(log + ".details"):
        output += end_of(log + ".details")
        if code == 0:
            os.remove(log + ".details")
    return code, "".join(output)


def end_of(details):
    """Return the last lines of pip's own log, without their times."""
    with open(details, encoding="utf-8", errors="replace") as file:
        return [re.sub(r"^\d{4}-\S+\d ", "", line) for line in collections.deque(file, 500)]


def locked(file):
    """Try to lock an open file. The system frees the lock when this process ends, however it ends.

    This succeeds on a disk that has no locks, because the course must run there too.
    """
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


def main(log, module, *arguments):
    """Run a module, until its end or until the process that started this one has ended."""
    parent = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the module and its children have no input
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell start without it
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    with open(log + ".busy", "a") as busy:
        locked(busy)
        if module == "pip":
            choose_settings(log + ".details")
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_with(parent):
    """Wait until the pipe from the parent ends. Then end this process and its children."""
    while os.read(parent, 1):
        pass
    if os.name == "nt":
        subprocess.call(["taskkill", "/F", "/T", "/PID", str(os.getpid())])
    elif os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGINT)
        time.sleep(PATIENCE)
        os.killpg(0, signal.SIGKILL)


def choose_settings(details):
    """Keep the user's settings of pip that are in `KEPT_SETTINGS`, and ignore all others.

    The others may install into another place (user, target), nothing (dry-run, no-deps) or other versions
    (constraint). They come from the environment and from files, which pip reads for us.
    """
    try:
        from pip._internal.configuration import Configuration

        configuration = Configuration(isolated=False)
        configuration.load()
        settings = {}
        for name, value in configuration.items():  # since pip 26, one dictionary for each file
            settings.update(value if isinstance(value, dict) else {name: value})
    except Exception:  # pip itself explains what is wrong with a file of settings
        return
    for name in list(os.environ):
        if name.upper().startswith("PIP_"):
            del os.environ[name]
    for section in ("global.", "install.", ":env:."):  # pip's order: later ones win
        for name in KEPT_SETTINGS:
            if settings.get(section + name):
                os.environ["PIP_" + name.upper().replace("-", "_")] = settings[section + name]
    os.environ.update(PIP_CONFIG_FILE=os.devnull, PIP_LOG=details)


if __name__ == "__main__":
    main(*sys.argv[1:])
