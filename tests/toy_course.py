"""The smallest course that course.py can set up: its own build backend needs no network."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

BACKEND = """
import os, subprocess, sys, time, zipfile
from pathlib import Path

HERE = Path(__file__).parent

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    if (HERE / "slow").exists():
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
        (HERE / "slow.new").write_text(f"{os.getpid()} {child.pid}")
        os.replace(HERE / "slow.new", HERE / "building")
        time.sleep(300)
    info = "mirlab-0.dist-info/"
    files = {
        "mirlab.pth": str(HERE),
        info + "METADATA": "Metadata-Version: 2.1\\nName: mirlab\\nVersion: 0\\nProvides-Extra: test\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[info + "RECORD"] = "".join(name + ",,\\n" for name in [*files, info + "RECORD"])
    wheel = "mirlab-0-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, wheel), "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return wheel
"""

SAYS = """
import json, os, shutil, sys
print(json.dumps({"module": "%s", "arguments": sys.argv[1:], "folder": os.getcwd(),
                  "prefix": sys.prefix, "python": shutil.which("python")}))
sys.exit(7)
"""


def toy_course(root):
    """Lay out the smallest course that course.py can set up."""
    (root / "mirlab").mkdir(parents=True)
    (root / "mirlab" / "__init__.py").touch()
    (root / "mirlab" / "cli.py").write_text(SAYS % "mirlab.cli")
    (root / "pytest.py").write_text(SAYS % "pytest")
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (root / "constraints.txt").write_text("nothing==1\n")
    shutil.copy(ROOT / "course.py", root)
    shutil.copytree(ROOT / "course_setup", root / "course_setup")
    return root.resolve()
