"""Every command that starts workers: one of them is killed, or the command itself is ended."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid

import numpy as np
import psutil
import pytest
import soundfile

from mirlab import paths

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has none of these signals")

COMMANDS = {
    "extract": ["extract", "gtzan-synth", "--scale", "paper"],
    "validate": ["validate", "folder", "--root", "music"],
    "reproduce": ["reproduce"],
    "beyond": ["beyond"],
}


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """A folder with a recording under 600 names: a validation of some seconds."""
    home = tmp_path_factory.mktemp("music")
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 30 * 22050).astype(np.float32)
    for number in range(600):
        file = home / "music" / "ab"[number % 2] / f"{number}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        if number:
            os.link(home / "music" / "a" / "0.wav", file)
        else:
            soundfile.write(file, sound, 22050)
    return home


class Command:
    """A command of mirlab with two workers and nothing built, and everything that it starts."""

    def __init__(self, name, folder, data):
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mirlab.cli", *COMMANDS[name], "--jobs", "2"],
            cwd=folder,
            env=os.environ
            | {"MIRLAB_TEST_MARK": self.mark, "MIRLAB_DATA": str(data), "PYTHONPATH": str(paths.COURSE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def worker(self):
        """Wait until there is a worker, and return it."""
        until = time.monotonic() + 120
        while time.monotonic() < until and self.process.poll() is None:
            workers = [one for one in self.left() if "popen_loky" in " ".join(one.cmdline())]
            if len(workers) == 2:
                return workers[0]
            time.sleep(0.05)
        raise AssertionError(f"no workers were started: {self.process.communicate()}")

    def left(self):
        """Return the processes that it has started and that still run, itself included."""
        return [one for one in psutil.process_iter() if self._is_own(one)]

    def _is_own(self, process):
        try:
            ended = process.status() == psutil.STATUS_ZOMBIE
            return not ended and process.environ().get("MIRLAB_TEST_MARK") == self.mark
        except psutil.Error:
            return False

    def leaves_nothing(self):
        until = time.monotonic() + 10
        while self.left() and time.monotonic() < until:
            time.sleep(0.1)
        return not self.left()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_killed_worker_is_one_sentence_with_what_is_kept(name, music, tmp_path):
    command = Command(name, music, tmp_path)
    worker = command.worker()
    time.sleep(random.Random(name).uniform(0, 2))
    worker.kill()
    _, errors = command.process.communicate(timeout=120)
    last = errors.splitlines()[-1]
    assert command.process.returncode == 2 and "Traceback" not in errors
    assert last.startswith("mirlab: ") and "a worker process died" in last
    assert "kept" in last and last.endswith("use fewer processes (--jobs N)")
    assert command.leaves_nothing()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda n: n.name)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_ended_leaves_no_process(name, number, music, tmp_path):
    command = Command(name, music, tmp_path)
    command.worker()
    time.sleep(random.Random(f"{name} {number}").uniform(0, 2))
    command.process.send_signal(number)
    _, errors = command.process.communicate(timeout=10)
    assert command.process.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in errors and command.leaves_nothing()
