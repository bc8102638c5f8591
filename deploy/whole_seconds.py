"""Drop the fractions of seconds from the times of files that numba compiles and keeps.

An image is sent with whole seconds (https://github.com/numba/numba/issues/10163), and numba
compiles a file again if its time differs by a fraction. Only files with kept code are touched, because each
touched file is stored in the image twice.
"""

import os
import re
import sys
import sysconfig
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
KEPT = re.compile(rb"cache\s*=\s*True")


def main(folders):
    """Go through folders; report how many files were touched."""
    touched = 0
    for folder in folders:
        for file in Path(folder).rglob("*.py"):
            if KEPT.search(file.read_bytes()):
                seconds = int(file.stat().st_mtime)
                os.utime(file, (seconds, seconds))
                touched += 1
    print(f"{touched} files have whole seconds now.")


if __name__ == "__main__":
    main(sys.argv[1:] or [COURSE / "mirlab", sysconfig.get_path("purelib")])
