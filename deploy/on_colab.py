"""Set the course up in a notebook of Google Colab: deploy/colab.ipynb runs this file.

The kernel of a Colab notebook is already running when the course comes, and Colab's own package fixes the
versions of IPython and its relatives: other versions would need a new kernel, or would break Colab's cells.
So they stay as they are. The course does without JupyterLab there.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
KEPT = {
    "ipython",
    "ipywidgets",
    "jupyter-client",
    "jupyter-core",
    "jupyter-server",
    "jupyterlab",
    "traitlets",
}


def needed(requirements) -> list[str]:
    """Return the requirements of the course, without those that Colab's kernel fixes."""
    from packaging.requirements import Requirement

    return [line for line in requirements if Requirement(line).name not in KEPT]


def set_up() -> None:
    """Install what is missing, and make the course importable in this kernel and in its worker processes."""
    project = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", *needed(project["dependencies"])]
    subprocess.run(command, check=True)
    sys.path.insert(0, str(COURSE))
    others = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    os.environ["PYTHONPATH"] = os.pathsep.join([str(COURSE), *others])
    try:
        from google.colab import output
    except ImportError:  # this is not Colab
        return
    output.enable_custom_widget_manager()


if __name__ == "__main__":
    set_up()
    print("The course is ready: go on with the next cell.")
