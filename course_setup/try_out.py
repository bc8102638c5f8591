"""Import `mirlab` and look for the packages that it needs: ``python -I try_out.py ROOT [EXTRA ...]``.

The Python in .venv runs this. It prints what is missing, or nothing. Mistakes in the source of `mirlab`
are not reported, because a set-up cannot correct them.
"""

import re
import sys
from importlib import metadata
from pathlib import Path


def try_out(root, extras):
    """Raise ImportError unless `mirlab` comes from the folder `root` and its requirements are installed."""
    import mirlab

    folder = Path(mirlab.__file__).resolve().parent
    if folder != Path(root, "mirlab").resolve():
        raise ImportError(f"mirlab is found in {folder}")
    for line in metadata.requires("mirlab") or []:
        requirement, _, marker = line.partition(";")
        if not marker or set(re.findall(r"\w+", marker)) & set(extras):
            metadata.version(re.match(r"[\w.-]+", requirement).group())


if __name__ == "__main__":
    try:
        try_out(sys.argv[1], sys.argv[2:])
    except ImportError as error:
        if not (error.name or "").startswith("mirlab."):
            print(error)
