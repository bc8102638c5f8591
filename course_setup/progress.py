"""How far an installer is: in a terminal one line that changes, elsewhere a line from time to time."""

import re
import shutil
import sys
import sysconfig
import threading
import time
from pathlib import Path


class Progress:
    """Show the progress of an installer while its ``with`` block runs.

    Parameters
    ----------
    venv : str
        The folder that packages are installed into.
    stage : str
        What the installer does first.
    packages, megabytes : int, optional
        About how much there is to find and to download; 0 if that is not known.
    """

    def __init__(self, venv, stage, packages=0, megabytes=0):
        self.packages = Path(sysconfig.get_path("purelib", "venv", {"base": venv}))
        self.totals = {"finding packages": packages, "downloading": megabytes}
        self.done, self.began = {}, {}
        self.stage, self.started = stage, time.monotonic()
        self.in_terminal = sys.stdout.isatty()
        self.over = threading.Event()
        self.ticker = threading.Thread(target=self.tick, daemon=True)

    def __enter__(self):
        self.add(self.stage)
        self.ticker.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.ticker.join()
        if self.in_terminal:
            self.show("")

    def hear(self, line):
        """Learn from a line of pip's output what it does now."""
        size = re.match(r"\s*(?:Downloading|Using cached) (?!\S*\.metadata)\S+ \(([\d.]+) ([kMG]?)B\)", line)
        if size:
            megabytes = {"": 1e-6, "k": 1e-3, "M": 1, "G": 1e3}[size.group(2)]
            self.add("downloading", float(size.group(1)) * megabytes)
        elif re.match(r"(Collecting|Processing) ", line):
            self.add("finding packages", 1)
        elif line.startswith("Installing collected packages:"):
            self.totals["installing packages"] = line.count(",") + 1
            self.add("installing packages", -self.installed())
        elif "Retrying" in line.split():
            self.add("no answer from the network, trying again")

    def add(self, stage, amount=0):
        """Make a stage the present one, and add to what is done in it."""
        self.done[stage] = self.done.get(stage, 0) + amount
        if stage not in self.began:
            self.began[stage] = time.monotonic()
            if not self.in_terminal:
                self.show("  " + stage)
        self.stage = stage

    def installed(self):
        """Return how many packages are installed now: pip is silent while it installs."""
        return len(list(self.packages.glob("*.dist-info")))

    def tick(self):
        """Show the state every second in a terminal, every half minute elsewhere."""
        while not self.over.wait(1 if self.in_terminal else 30):
            self.show("  " + self.state())

    def state(self):
        """Return the time so far, the stage and what is done; rate and time left where they are known."""
        now, stage = time.monotonic(), self.stage
        total, seconds = self.totals.get(stage, 0), now - self.began[stage]
        installing = stage == "installing packages"
        done = self.done[stage] + (self.installed() if installing else 0)
        text = f"{clock(now - self.started)}  {stage}"
        if stage in self.totals:
            text += f": {done:.0f}" + (" of " + "about " * (not installing) + str(total) if total else "")
            text += " MB" * (stage == "downloading")
        if total > done > 0 and seconds > 3:
            text += f" ({done / seconds:.1f} a second, {clock((total - done) * seconds / done)} left)"
        return text

    def show(self, text):
        """Print a line; in a terminal, in the place of the last one."""
        if self.in_terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + text[:width].ljust(width), end="" if text else "\r", flush=True)
        else:
            print(text, flush=True)


def clock(seconds):
    """Return a duration as minutes:seconds.

    Examples
    --------
    >>> clock(83.4)
    '1:23'
    """
    return "{}:{:02d}".format(*divmod(int(seconds), 60))
