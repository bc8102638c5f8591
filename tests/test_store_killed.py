"""The store under SIGKILL, beside other processes, and on a disk that is full or fails.

What is killed is forked by a Python that has imported and compiled everything (`Nursery`): that takes some
milliseconds, so there can be hundreds of kills. The functions below the line run there.
"""

import errno
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_store import ROOT, files, make, sound

from mirlab import AudioError, MirlabError, StoreError, store
from mirlab.extractors import LOG_MEL

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

ENV = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}


class Nursery:
    """A Python that runs a function of this file in a child of its own, for the asking."""

    def __init__(self):
        command = [sys.executable, "-c", "import test_store_killed; test_store_killed.serve()"]
        self.server = subprocess.Popen(
            command, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def __call__(self, function, *args):
        self.server.stdin.write(json.dumps([function.__name__, *map(str, args)]).encode() + b"\n")
        self.server.stdin.flush()
        assert self.server.stdout.readline() == b"0\n", "see what it wrote to stderr"

    def close(self):
        """End it, and all that outlived whoever was killed: joblib's helpers wait for each other for ever."""
        self.server.stdin.close()
        self.server.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.server.pid, signal.SIGKILL)
        self.server.stdout.close()


@pytest.fixture(scope="module")
def nursery():
    nursery = Nursery()
    yield nursery
    nursery.close()


def test_fifty_kills_at_random_moments_cost_no_byte(nursery, tmp_path):
    nursery(kill_at_random, tmp_path)


def test_a_kill_at_every_step_costs_no_byte(nursery, tmp_path):
    nursery(kill_at_every_step, tmp_path)


def test_processes_at_once_and_kills_between_them_do_no_harm(nursery, tmp_path):
    nursery(several_at_once, tmp_path)


def test_workers_that_are_killed_cost_only_their_pieces(nursery, tmp_path):
    nursery(kill_workers, tmp_path)


def test_workers_end_with_their_parent_and_leave_no_harm(nursery, tmp_path):
    nursery(kill_parent, tmp_path)


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_at_any_step_is_one_sentence_and_no_damage(nursery, tmp_path, fault):
    nursery(fail_at_every_step, tmp_path, fault)


def test_a_disk_that_is_really_full(tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", tmp_path]
    try:
        subprocess.run(["unshare", "-rm", *mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no small disk may be mounted here")
    script = "import sys, test_store_killed; test_store_killed.fill_up(*sys.argv[1:])"
    subprocess.run(["unshare", "-rm", sys.executable, "-c", script, *mount], check=True, env=ENV)


# ----------------------------------------------------------------------------------------------------------

N, PIECE = 13, 2
BROKEN = 3, 10


def serve():
    os.fsync = lambda file: None  # slow, and only for when the power fails
    store.PIECE = PIECE
    LOG_MEL.rows(sound(0))
    for line in sys.stdin:
        name, *args = json.loads(line)
        print(ended(fork(lambda name=name, args=args: globals()[name](*args))), flush=True)


def fork(work):
    """Start `work` in a child; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        os.dup2(2, 1)  # what outlives us must not keep open what the nursery answers through
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(child):
    """Wait for a child and return its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Read:
    """Reads sounds, of which two equal ones are broken, and notes which in a file that survives kills."""

    def __init__(self, log, wait=0.0):
        self.log, self.wait = Path(log), wait

    def __call__(self, i):
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{i} {os.getpid()}\n")
        time.sleep(self.wait)
        if i in BROKEN:
            raise AudioError(f"{i}.wav: cannot be read as sound")
        return sound(i)

    def notes(self):
        if not self.log.exists():
            return np.empty((0, 2), int)
        return np.loadtxt(self.log, dtype=int, ndmin=2)


def excerpts(log="/dev/null", n=N, wait=0.0):
    dataset = make(n, read=Read(log, wait))
    return replace(dataset, fingerprints=["broken" if i in BROKEN else f"sound {i}" for i in range(n)])


def everything(root):
    """All files with their content, and all folders."""
    return {**{str(path.relative_to(root)): None for path in root.rglob("*")}, **files(root)}


def undisturbed(root, dataset=None):
    dataset = dataset or excerpts()
    features = store.extract(dataset, root=root)
    told = [problem.split(":")[0] for problem in features.problems]
    assert told == [f"{i}.wav" for i in BROKEN if i < len(dataset)]
    return everything(root)


def kill_at_random(root):
    root, rng = Path(root), random.Random(0)
    expected = undisturbed(root / "calm")
    begin = time.perf_counter()
    assert ended(fork(lambda: store.extract(excerpts(root / "log"), root=root / "timed"))) == 0
    lasts = time.perf_counter() - begin
    kills, finished = 0, 0
    while kills < 60:
        place, log = root / f"{finished}", root / f"{finished}.log"
        kills_here, code = 0, None
        while code != 0:
            child = fork(lambda place=place, log=log: store.extract(excerpts(log), root=place))
            time.sleep(rng.uniform(0, lasts))
            os.kill(child, signal.SIGKILL)
            code = ended(child)
            assert code in (0, -signal.SIGKILL)
            kills_here += code != 0
        assert everything(place) == expected
        assert N <= len(Read(log).notes()) <= N + kills_here * PIECE
        kills, finished = kills + kills_here, finished + 1
    assert finished > 5


class Steps:
    """Counts what is done to the disk, and does something at one of these steps. For children only."""

    def __init__(self, act):
        self.act, self.number = act, 0
        for name in ("mkdir", "rename", "unlink", "rmdir", "fsync"):
            setattr(os, name, self.counted(name, getattr(os, name)))
        plain, steps = io.open, self

        class Raw(io.FileIO):
            def write(self, content):
                steps.step("write", lambda: super(Raw, self).write(content[: len(content) // 2]))
                return super().write(content)

        def open_(file, mode="r", *args, **kwargs):
            if mode != "wb":
                return plain(file, mode, *args, **kwargs)
            self.step("open")
            return io.BufferedWriter(Raw(file, "w"))

        io.open = open_

    def counted(self, name, function):
        def counting(*args, **kwargs):
            self.step(name)
            return function(*args, **kwargs)

        return counting

    def step(self, name, half=None):
        self.number += 1
        self.act(self.number, name, half)


def killed_at(step, dataset, place):
    """Extract in a child that is killed at a step, after half of a write; return whether it came to that."""

    def act(number, name, half):
        if number == step:
            if half:
                half()
            os.kill(os.getpid(), signal.SIGKILL)

    def work():
        Steps(act)
        store.extract(dataset, root=place)

    code = ended(fork(work))
    assert code in (0, -signal.SIGKILL)
    return code != 0


def kill_at_every_step(root):
    root, rng = Path(root), random.Random(0)
    small = excerpts(n=5)
    expected = undisturbed(root / "calm", small)
    step, killed = 0, True
    while killed:
        step += 1
        place = root / f"{step}"
        killed = killed_at(step, small, place)
        killed_at(rng.randrange(1, 60), small, place)  # and once more, somewhere
        store.extract(small, root=place)
        assert everything(place) == expected, step
    assert step > 60


def fail_at_every_step(root, fault):
    """ENOSPC lasts, as it does; EIO passes."""
    root, number_of_fault = Path(root), getattr(errno, fault)
    small = excerpts(n=5)
    expected = undisturbed(root / "calm", small)
    OTHER, TOLD, BORNE = 0, 42, 43

    def fail(step, place):
        failed = []

        def act(number, name, half):
            lasting = fault == "ENOSPC" and name not in ("unlink", "rmdir")
            if number == step or (failed and lasting):
                failed.append(name)
                if half:
                    half()
                raise OSError(number_of_fault, os.strerror(number_of_fault))

        Steps(act)
        try:
            store.extract(small, root=place)
        except StoreError as error:
            assert f"cannot be kept here ({os.strerror(number_of_fault)}); make room" in str(error)
            os._exit(TOLD)
        assert set(failed) <= {"unlink", "rmdir", "mkdir"}, failed  # a folder that is there already
        os._exit(BORNE if failed else OTHER)

    codes = []
    while codes[-1:] != [OTHER]:
        step = len(codes) + 1
        place = root / f"{step}"
        codes.append(ended(fork(lambda step=step, place=place: fail(step, place))))
        assert codes[-1] in (OTHER, TOLD, BORNE)
        if codes[-1] == TOLD:
            assert not list(place.glob("*/*[!t]/*")) and not list(place.rglob("unfinished-*")), step
        store.extract(small, root=place)
        assert everything(place) == expected, step
    assert codes.count(TOLD) > 20 and codes.count(BORNE) > 5


def several_at_once(root):
    """Two versions of a data set, each extracted by two processes, of which some are killed."""
    root, rng = Path(root), random.Random(0)
    old = excerpts()
    new = replace(old, fingerprints=["changed" if i == 6 else f for i, f in enumerate(old.fingerprints)])
    undisturbed(root / "calm", old)
    expected = undisturbed(root / "calm", new)
    begin = time.perf_counter()
    assert ended(fork(lambda: undisturbed(root / "timed"))) == 0
    lasts = time.perf_counter() - begin
    for turn in range(12):
        place = root / f"{turn}"
        for attempt in range(4):
            gate, opener = os.pipe()

            def work(dataset, gate=gate, opener=opener, place=place):
                os.close(opener)
                os.read(gate, 1)  # returns when nobody has the other end open any more
                store.extract(dataset, root=place)

            children = [fork(lambda dataset=dataset: work(dataset)) for dataset in (old, new, old, new)]
            os.close(gate)
            os.close(opener)
            doomed = rng.sample(children, rng.randrange(4)) if attempt < 3 else []
            for child in doomed:
                time.sleep(rng.uniform(0, lasts))
                os.kill(child, signal.SIGKILL)
            codes = {child: ended(child) for child in children}
            assert all(code == 0 or child in doomed for child, code in codes.items()), codes
        for dataset in (old, new):
            store.extract(dataset, root=place)
        assert everything(place) == expected


def kill_workers(root):
    root = Path(root)
    expected = undisturbed(root / "calm")
    read = Read(root / "log", 0.01)
    dataset = replace(excerpts(), read=read)

    def kill(done, total, what):
        if 2 * PIECE < done < N:  # one piece is shorter, and pieces come in any order
            os.kill(read.notes()[-1, 1], signal.SIGKILL)

    try:
        store.extract(dataset, root=root / "killed", n_jobs=2, progress=kill)
    except MirlabError as error:
        assert "extracting features of 'demo-synth': a worker process died (SIGKILL)" in str(error)
    else:
        raise AssertionError("no worker was killed")
    wait_for(lambda: not any(map(is_running, read.notes()[:, 1].tolist())))
    indices = root.glob("killed/*/*.part/piece-*/index.json")
    kept = sum(len(json.loads(index.read_text(encoding="utf-8"))["keys"]) for index in indices)
    before = len(read.notes())
    store.extract(dataset, root=root / "killed")
    assert kept > 2 * PIECE and len(read.notes()) - before == N - kept
    assert everything(root / "killed") == expected


def is_running(process):
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


class Held(Read):
    """Reads four excerpts, and then holds every reader until it is killed."""

    def __call__(self, i):
        if self.log.exists() and len(self.notes()) >= 2 * PIECE:
            self.log.with_name(f"held {os.getpid()}").touch()
            wait_for(lambda: False)
        return super().__call__(i)

    def held(self):
        return [int(path.name.split()[1]) for path in self.log.parent.glob("held *")]


def wait_for(condition):
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.005)


def kill_parent(root):
    root = Path(root)
    expected = undisturbed(root / "calm")
    read, place = Held(root / "log"), root / "killed"

    def die(done, total, what):
        if done:
            wait_for(read.held)
            os.kill(os.getpid(), signal.SIGKILL)

    held = replace(excerpts(), read=read)
    assert ended(fork(lambda: store.extract(held, root=place, n_jobs=2, progress=die))) == -signal.SIGKILL
    try:
        wait_for(lambda: not any(map(is_running, read.held())))
        store.extract(excerpts(), root=place)
        assert everything(place) == expected
    finally:
        for orphan in read.held():
            with suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)


def fill_up(*mount):
    subprocess.run(mount, check=True)
    root = Path(mount[-1])
    store.PIECE = PIECE
    dataset, told = excerpts(n=6), 0
    for size in range(16, 400, 8):
        subprocess.run(["mount", "-o", f"remount,size={size}k", root], check=True)
        try:
            store.extract(dataset, root=root / "store")
        except StoreError as error:
            assert "cannot be kept here (No space left on device); make room" in str(error), error
            assert not list(root.glob("store/*/*[!t]/*")) and not list(root.rglob("unfinished-*"))
            told += 1
        else:
            break
    assert told > 3
    subprocess.run(["mount", "-o", "remount,size=10m", root], check=True)
    assert undisturbed(root / "calm", dataset) == everything(root / "store")
