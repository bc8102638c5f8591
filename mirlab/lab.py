"""Run JupyterLab for the course: on this machine only, behind a token, with the course's own kernel.

Jupyter runs in this process and not in a child process, so the server always ends together with this process.
Kernels end with their server. Missing music is composed at the same time by another process, which ends with
this one.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import webbrowser
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from mirlab import paths
from mirlab.errors import MirlabError, StoreError

FIRST_LESSON = "00_start_here.ipynb"

QUIET_JUPYTER = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"autoStartDefaultKernel": True},
}
"""No questions about news or the kernel, so that the first thing a learner sees is the lesson."""

KERNEL = "python3"  # the kernel name in every notebook of the course


def first_lesson() -> Path:
    """Return the notebook of the first lesson.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    MirlabError
        If it is missing, for example because mirlab was not installed from a clone.
    """
    notebook = paths.COURSE / "notebooks" / FIRST_LESSON
    if not notebook.is_file():
        raise MirlabError(
            f"{notebook} is missing: install mirlab from a clone of the course (pip install -e .)"
        )
    return notebook


def lesson(number) -> Path:
    """Return the notebook of a lesson.

    Parameters
    ----------
    number : str
        Its number; the leading zero may be left out.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    MirlabError
        If there is none.

    Examples
    --------
    >>> lesson("0").name
    '00_start_here.ipynb'
    """
    notebooks = {file.name[:2]: file for file in sorted(first_lesson().parent.glob("[0-9][0-9]_*.ipynb"))}
    if number.zfill(2) not in notebooks:
        raise MirlabError(f"there is no lesson {number!r}; there are {', '.join(notebooks)}")
    return notebooks[number.zfill(2)]


def next_lesson() -> Path:
    """Return the notebook of the next unfinished lesson; of the first one if that cannot be found out.

    Another process reads the course for this, because the server would keep the memory that it takes.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    MirlabError
        As for `first_lesson`.
    """
    first, kept = first_lesson(), paths.progress_place()[0]
    if kept is None or not kept.is_file():
        return first
    ask = [sys.executable, "-m", "mirlab.cli", "progress", "--next"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired, MirlabError):
        done = subprocess.run(ask, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            return lesson(done.stdout.strip())
    return first


def arguments(notebook, *, browser=True, port=None) -> list[str]:
    """Return the arguments for JupyterLab that open a notebook, on this machine only.

    Jupyter makes a new token at each start. A token on the command line could be read by all users of the
    machine.

    Parameters
    ----------
    notebook : pathlib.Path
        The notebook to open, in the folder of the course.
    browser : bool
        Whether to open a browser too.
    port : int, optional
        A fixed port; by default the first free one from 8888 up.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "--ServerApp.ip=127.0.0.1" in arguments(paths.COURSE / "notebooks" / FIRST_LESSON)
    True
    """
    return [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={paths.COURSE}",
        f"--LabApp.default_url=/lab/tree/{quote(notebook.relative_to(paths.COURSE).as_posix())}",
        "--ServerApp.allow_root=True",  # in a container, root is often the only user
        "--LabApp.extension_manager=readonly",
        f"--ServerApp.jpserver_extensions={__name__}=True",
        *([] if browser else ["--no-browser"]),
        *([] if port is None else [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]),
    ]


VIEW = "application/vnd.jupyter.widget-view+json"
STILL = 'class="mirlab-still"'  # as `mirlab.show.cards.still` makes it


def drop_views(model, **_) -> None:
    """Drop the live views of our widgets from a notebook that is saved, and keep their still pictures.

    A view is nothing without the kernel that made it: the next day, Jupyter would show an error message
    instead.

    Parameters
    ----------
    model : dict
        What Jupyter is going to save; see its ``pre_save_hook``.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    for cell in model["content"]["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if VIEW in data and STILL in "".join(data.get("text/html", "")):
                del data[VIEW]


def _jupyter_server_extension_points():
    return [{"module": __name__}]


def _load_jupyter_server_extension(app):
    app.contents_manager.register_pre_save_hook(drop_views)


def environment() -> dict[str, str]:
    """Return the environment variables that JupyterLab needs in addition to the existing ones.

    They choose our settings, unless the user has set some, and the kernel of the course before any other
    kernel of its name. They replace folders at home that cannot be written by folders below
    `mirlab.paths.data_dir`.

    Returns
    -------
    dict of str to str
        Values by name. The files that they point to are written if they do not exist.

    Raises
    ------
    StoreError
        If they cannot be written.

    Examples
    --------
    >>> "JUPYTER_PATH" in environment()
    True
    """
    try:
        return _environment(paths.data_dir() / "jupyter")
    except OSError as error:
        raise StoreError(
            f"{error.filename}: cannot be written ({error.strerror}); set MIRLAB_DATA to a folder of your own"
        ) from error


def _environment(own):
    changes = {name: str(own / folder) for name, folder in unwritable_homes().items()}
    if "JUPYTERLAB_SETTINGS_DIR" not in os.environ:
        settings = paths.data_dir() / "jupyter-settings"
        for name, values in QUIET_JUPYTER.items():
            if not (settings / name).is_file():
                paths.write_atomically(settings / name, json.dumps(values, indent=2))
        changes["JUPYTERLAB_SETTINGS_DIR"] = str(settings)
    kernel, spec = own / "kernels" / KERNEL / "kernel.json", json.dumps(kernel_spec(), indent=2)
    if not kernel.is_file() or kernel.read_bytes() != spec.encode():
        paths.write_atomically(kernel, spec)
    others = [os.environ["JUPYTER_PATH"]] if os.environ.get("JUPYTER_PATH") else []
    return changes | {"JUPYTER_PATH": os.pathsep.join([str(own), *others])}


def kernel_spec() -> dict:
    """Return the specification of the course's kernel: this Python, by its path."""
    return {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3 (mirlab)",
        "language": "python",
        "env": {"PYTHONNOUSERSITE": "1"},  # packages in a user's home would hide the packages of the course
        "metadata": {"debugger": False},
    }


def unwritable_homes() -> dict[str, str]:
    """Return the folders of Jupyter, IPython and matplotlib that cannot be written.

    Returns
    -------
    dict of str to str
        The environment variable that moves each of them, and the name of a replacement folder.
    """
    from jupyter_core import paths as jupyter

    home = Path(os.path.expanduser("~"))
    places = {
        "JUPYTER_CONFIG_DIR": jupyter.jupyter_config_dir(),
        "JUPYTER_DATA_DIR": jupyter.jupyter_data_dir(),
        "JUPYTER_RUNTIME_DIR": jupyter.jupyter_runtime_dir(),
        "IPYTHONDIR": os.environ.get("IPYTHONDIR") or home / ".ipython",
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR") or home / ".config" / "matplotlib",
    }
    names = {name: name.removesuffix("DIR").strip("_").lower() for name in places}
    return {name: names[name] for name, place in places.items() if not paths.writable(Path(place))}


def running() -> dict | None:
    """Return Jupyter's record of a server that has the course open already; None if there is none.

    Returns
    -------
    dict or None
        ``url``, ``token`` and more.
    """
    from jupyter_server.serverapp import list_running_servers

    direct = build_opener(ProxyHandler({}))  # a proxy would get the token, and cannot reach this machine

    for server in list_running_servers():
        try:
            if Path(server["root_dir"]) == paths.COURSE:
                direct.open(f"{server['url']}api/status?token={server['token']}", timeout=5).close()
                return server
        except (OSError, HTTPException, LookupError, TypeError, ValueError):
            continue  # an old record: nothing answers, or another program does
    return None


def address(url, token, notebook) -> str:
    """Return the address that opens a notebook in a browser."""
    return f"{url}lab/tree/{quote(notebook.relative_to(paths.COURSE).as_posix())}?token={token}"


@contextlib.contextmanager
def building(jobs):
    """Compose missing music while the block runs, in a process that ends with this one.

    Parameters
    ----------
    jobs : int
        Number of processes.
    """
    command = [sys.executable, "-m", "mirlab.cli", "lab", "--build-only", "--jobs", str(jobs), "--follow"]
    builder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        builder.stdin.close()  # it ends with its standard input
        builder.wait()


def serve(notebook, *, browser=True, port=None, say=print) -> None:
    """Run JupyterLab in this process until it is stopped.

    Parameters
    ----------
    notebook, browser, port
        As for `arguments`.
    say : callable
        Called with each sentence for the person at the terminal; Jupyter's own messages go to a file.

    Raises
    ------
    MirlabError
        If Jupyter cannot start.
    """
    from jupyterlab.labapp import LabApp

    log = paths.data_dir() / "jupyter" / "jupyter.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file, _errors_to(file):
        try:
            server = LabApp.initialize_server(argv=arguments(notebook, browser=browser, port=port))
            if hasattr(signal, "SIGHUP"):  # a terminal that is closed stops the server in good order
                signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
            server.io_loop.add_callback(_announce, server, notebook, log, say)
            server.start()
        except SystemExit as end:
            if end.code:
                reason = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise MirlabError(f"JupyterLab could not start: {''.join(reason)} (more in {log})") from end


def _announce(server, notebook, log, say):
    say(f"The lessons are open at {address(server.connection_url, server.identity_provider.token, notebook)}")
    say("To stop: press Ctrl-C here, then y and Enter. Notebooks are saved in the browser (Ctrl-S).")
    say(f"Jupyter's own messages are in {log}")


@contextlib.contextmanager
def _errors_to(file):
    """Send what this process and its kernels write to standard error to a file."""
    before = os.dup(2)
    try:
        os.dup2(file.fileno(), 2)
        with contextlib.redirect_stderr(file):
            yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def show(url) -> None:
    """Open an address in the browser, if there is one."""
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)


def end_with_input() -> None:
    """End this process as soon as its standard input ends, which means that its parent has ended."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            time.sleep(0.1)
    os._exit(1)
