"""Pretrained networks: the version to read against the fast one, on one thread, for 3 s of sound.

Run with ``python benchmarks/networks.py`` after the networks were downloaded. The two versions take turns, so
that whatever else the machine does falls on both; the best of each counts. First call and peak memory are
those of a new process that imports mirlab, loads the network and describes one patch.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # read when NumPy is imported

import subprocess  # noqa: E402
import sys  # noqa: E402
from time import perf_counter  # noqa: E402

import numpy as np  # noqa: E402

from mirlab import networks  # noqa: E402

TURNS = {False: 12, True: 3}  # of the fast version, of the plain one
Y = np.random.default_rng(0).normal(0, 0.1, 3 * 22050).astype(np.float32)
FRESH = """
import sys, time
start = time.perf_counter()
import numpy as np
y = np.random.default_rng(0).normal(0, 0.1, 3 * 22050).astype(np.float32)
from mirlab import networks
networks.load(sys.argv[1]).tag(y)
seconds = time.perf_counter() - start
import psutil
from pathlib import Path
status = Path("/proc/self/status")  # on Linux it knows the peak
peak = status.read_text().partition("VmHWM:")[2].split()[:1] if status.exists() else []
print(seconds, int(peak[0]) / 1024 if peak else psutil.Process().memory_info().rss / 2**20)
"""


def seconds(network):
    start = perf_counter()
    network.embed(Y)
    return perf_counter() - start


def fresh(name):
    """Return seconds and MB of the first call in a new process, the better of two."""
    runs = [
        subprocess.run([sys.executable, "-c", FRESH, name], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    return min(tuple(map(float, run.split())) for run in runs)


def main():
    print(f"NumPy {np.__version__}, one thread, 3 s of sound")
    columns = f"{'fast':>9} {'plain':>9} {'ratio':>7} {'difference':>11} {'first call':>11} {'memory':>8}"
    print(f"{'network':>12} {columns}")
    for name in networks.NAMES:
        versions = {plain: networks.load(name, plain=plain) for plain in (False, True)}
        difference = np.abs(versions[False].embed(Y) - versions[True].embed(Y)).max()
        best = {plain: min(seconds(v) for _ in range(TURNS[plain])) for plain, v in versions.items()}
        first, memory = fresh(name)
        print(
            f"{name:>12} {best[False]:7.3f} s {best[True]:7.3f} s {best[True] / best[False]:6.1f}x "
            f"{difference:11.1e} {first:9.2f} s {memory:5.0f} MB"
        )


if __name__ == "__main__":
    main()
