"""Import `mirlab` and look for the packages that it needs: ``python -I try_out.py ROOT [EXTRA ...]``.

The Python in .venv runs this. It prints what is missing, or nothing. Mistakes in the source of `mirlab`
are not reported, because a set-up cannot correct them.
"""

import sys
from importlib import metadata
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement  # each .venv has pip


def try_out(root, extras):
    """Raise ImportError unless `mirlab` comes from the folder `root` and its requirements are installed."""
    import mirlab

    folder = Path(mirlab.__file__).resolve().parent
    if folder != Path(root, "mirlab").resolve():
        raise ImportError(f"mirlab is found in {folder}")
    for requirement in map(Requirement, metadata.requires("mirlab") or []):
        marker = requirement.marker  # says for which extra, and on which machines, it is needed
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ["", *extras]):
            metadata.version(requirement.name)


if __name__ == "__main__":
    try:
        try_out(sys.argv[1], sys.argv[2:])
    except ImportError as error:
        if not (error.name or "").startswith("mirlab."):
            print(error)
