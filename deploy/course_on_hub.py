"""The course on any JupyterHub with system users: docs/a-class-on-one-server.md says how to use this file.

All learners can read the course, and only its maintainer can change it. Each learner works in a copy of the
notebooks, which is brought up to date at each start. What the course keeps for a learner is in that
learner's home.
"""

from pathlib import Path
from urllib.parse import urlencode

COURSE = Path(__file__).resolve().parents[1]  # also where this file is a link to that in the course
PROGRAMS = COURSE / ".venv" / "bin"

for place in [python := (PROGRAMS / "python").resolve(strict=True), *python.parents]:
    if not place.stat().st_mode & 0o001:  # in the home of root, for example
        raise SystemExit(
            f"{place} is closed to learners, and it holds the Python of {COURSE / '.venv'}: delete .venv, "
            "and set the course up again with a Python that everybody can run, such as /usr/bin/python3"
        )

c = get_config()  # noqa: F821 - JupyterHub puts it there

c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.environment = {
    "PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin",  # terminals find mirlab
    "MIRLAB_INSTALLED": "1",  # course.py in a learner's copy installs nothing
    "PYTHONNOUSERSITE": "1",  # packages in a learner's home would hide those of the course
    "OMP_NUM_THREADS": "1",  # learners who each take all cores would only wait for one another
    "NUMBA_NUM_THREADS": "1",
}

# nbgitpuller makes the learner's copy, or merges what is new into it. The source is the course itself, so
# that notebooks and package always belong together.
pull = {
    "repo": COURSE.as_uri(),
    "branch": "main",
    "targetpath": "mirlab",
    "urlpath": "lab/tree/mirlab/notebooks/00_start_here.ipynb",
}
c.Spawner.default_url = f"/git-pull?{urlencode(pull)}"

# An open lesson keeps its kernel, about 0.5 GB. A kernel that did nothing for half an hour ends.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=1800",
    "--MappingKernelManager.cull_interval=120",
    "--MappingKernelManager.cull_connected=True",  # most stay connected: their tab is open somewhere
]
