"""What stands around the course on a learner's machine: widgets, other kernels, ports, a matplotlibrc."""

import json
import logging
import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path

from mirlab import lab, paths
from mirlab.errors import MirlabError
from mirlab.show import figures

WIDGETS = {"@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets", "anywidget": "anywidget"}
"""The parts of JupyterLab that show controls, and the packages that bring them."""

PORTS = range(8888, 8939)
"""The ports that Jupyter tries."""


def check_widgets():
    """Check that JupyterLab finds what shows our controls, and that nobody has switched it off."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_page_config

    folders = jupyter_path("labextensions")
    missing = [name for name in WIDGETS if not any(Path(f, name, "package.json").is_file() for f in folders)]
    if missing:
        packages = " ".join(WIDGETS[name] for name in missing)
        raise MirlabError(
            f"JupyterLab has no {' and no '.join(missing)}, so no control of a lesson appears; run "
            f"`{sys.executable} -m pip install --force-reinstall {packages}` and start the course again"
        )
    off = get_page_config(folders, logger=logging.getLogger(__name__)).get("disabledExtensions", [])
    if off := [name for name in WIDGETS if any(str(one).partition(":")[0] == name for one in off)]:
        raise MirlabError(
            f"{' and '.join(off)} is switched off in JupyterLab, so no control of a lesson appears; run "
            f"`{sys.executable} -m jupyter labextension enable {off[0]}`"
        )
    return "JupyterLab can show the controls of the lessons"


def check_localhost():
    """Check that a server can be started on this machine, and that one of Jupyter's ports is free."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
    except OSError as error:
        raise MirlabError(
            f"this machine cannot reach itself at 127.0.0.1 ({error.strerror or error}); ask the person who "
            "looks after its firewall to allow that"
        ) from error
    reason = ""
    for port in PORTS:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as error:
            reason = error.strerror or str(error)
            continue
        taken = f"; {PORTS[0]} is taken, so the course uses another" if port != PORTS[0] else ""
        return f"a local server can be started, at port {port}{taken}"
    raise MirlabError(
        f"none of the ports {PORTS[0]} to {PORTS[-1]} can be opened ({reason}); close programs that use "
        f"them, or choose another port, such as `{paths.command('lab --port 18888')}`"
    )


def other_kernels() -> str:
    """Say where a program other than `mirlab lab` would find another kernel for our notebooks.

    Returns
    -------
    str
        To be put after another sentence; empty if there is none.
    """
    from jupyter_core.paths import jupyter_path

    notes = []
    for folder in map(Path, jupyter_path("kernels")):
        file = folder / lab.KERNEL / "kernel.json"
        try:
            python = json.loads(file.read_text(encoding="utf-8"))["argv"][0]
            os.fspath(python)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            python = None
        if python is None:
            notes.append(f"{file} cannot be read: delete the folder {file.parent}")
        elif (there := _python(python)) is None:
            notes.append(f"{file} names a Python that is gone ({python}): delete the folder {file.parent}")
        elif not is_this_python(there):
            notes.append(
                f"{file} names another Python ({there}): open the lessons with `{paths.command('lab')}`"
            )
    return "".join(f"; {note}" for note in notes)


def is_this_python(program) -> bool:
    """Return whether a program is the Python that runs, with the same packages.

    All virtual environments of one Python link to the same file, so their folders are compared, too.
    """
    return os.path.samefile(program, sys.executable) and _virtual(program) == _virtual(sys.executable)


def _virtual(program):
    """Return the folder of the virtual environment that a Python belongs to; None if it belongs to none."""
    folder = Path(program).absolute().parent.parent
    return folder.resolve() if (folder / "pyvenv.cfg").is_file() else None


def _python(name):
    """Return the program that Jupyter would start for the first word of a kernel; None if it is gone."""
    if name in ("python", "python3", f"python{sys.version_info.major}.{sys.version_info.minor}"):
        return sys.executable  # as Jupyter does
    with suppress(ValueError):  # a null character
        return shutil.which(name)
    return None


def check_lessons():
    """Check that the lessons are there, and that a learner's changes to them can be saved."""
    pattern = "[0-9][0-9]_*.ipynb"
    here = Path.cwd()  # of a lesson, or of a terminal: on a hub, that is beside or in the learner's copy
    places = (here, here / "notebooks", here / "mirlab" / "notebooks", paths.COURSE / "notebooks")
    folder = next((place for place in places if any(place.glob(pattern))), None)
    if folder is None:
        raise MirlabError(f"none in {paths.COURSE / 'notebooks'}; install mirlab from a clone of the course")
    n = len(list(folder.glob(pattern)))
    if not paths.writable(folder):
        raise MirlabError(
            f"the {n} lessons in {folder} cannot be saved there; copy the folder to a place of your own, and "
            "open that copy"
        )
    return f"{n} lessons"


def check_pictures():
    """Say whether a matplotlibrc of the user changes pictures; those of the course ignore it."""
    import matplotlib

    file = Path(matplotlib.matplotlib_fname())
    if file.is_relative_to(matplotlib.get_data_path()):
        return "matplotlib draws with its own settings"
    try:
        changed = set(matplotlib.rc_params_from_file(file, use_default_template=False)) - {"backend"}
    except Exception as error:  # whatever a file can do to matplotlib
        raise MirlabError(
            f"matplotlib cannot read {file} ({type(error).__name__}), so pictures of your own fail; mend "
            "that file or delete it"
        ) from error
    changed = sorted(name for name in changed if name in figures.SETTINGS)
    names = ", ".join(changed[:3]) + (" and more" if len(changed) > 3 else "")
    return (
        f"{file} sets {names or 'nothing'}; the pictures of the course do not follow it, but those that you "
        "draw yourself do: rename it if yours look different"
    )
