"""Worker processes: what they return, how they fail, and that none of them outlives its parent.

The functions below the line run in workers, or in a parent that a test starts and ends.
"""

import ctypes
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import joblib
import numpy as np
import psutil
import pytest

from mirlab import MirlabError, work

ROOT = Path(__file__).parents[1]
LIMIT = 20.0  # s: what is promised within ten seconds, on a machine that has other things to do
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows does not send these signals")


def done(function, items, n_jobs=2, **how):
    return list(work.parallel(function, items, n_jobs=n_jobs, what="demo: listening", **how))


def workers():
    return [p for p in psutil.Process().children(recursive=True) if is_worker(p)]


def is_worker(process):
    try:
        return "popen_loky" in " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def wait_for(condition):
    ends = time.monotonic() + LIMIT
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    return condition()


# --- what comes back --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_results_come_in_order_and_progress_counts_them(n_jobs):
    calls = []
    items = [(0.2, 0), (0.0, 1), (0.0, 2)]
    assert done(wait, items, n_jobs, progress=lambda *call: calls.append(call)) == [0, 1, 2]
    assert calls == [(i, 3, "demo: listening") for i in range(4)]


def test_unordered_results_come_as_soon_as_they_are_there():
    assert done(wait, [(3.0, 0), (0.0, 1), (0.0, 2)], ordered=False)[-1] == 0


def test_items_are_read_as_they_are_needed():
    read = []
    items = ((3600.0 * i, i) for i in range(100) if read.append(i) is None)
    results = work.parallel(wait, items, n_jobs=2, what="demo")
    assert next(results) == 0 and len(read) < 50
    results.close()


def test_one_process_is_this_one_and_several_are_others():
    assert done(process, [()], n_jobs=1) == [os.getpid()]
    assert os.getpid() not in done(process, [()] * 4)


def test_no_items_are_no_work():
    assert done(process, [], progress=lambda *_: pytest.fail("nothing to report")) == []


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_another_backend_gets_the_work(n_jobs):
    with joblib.parallel_config(backend="threading"):
        assert done(process, [()] * 4, n_jobs) == [os.getpid()] * 4


def test_work_in_a_worker_starts_no_processes():
    inner = done(nested, [()] * 3)
    assert all(set(found) == {own} for own, found in inner)
    assert len(workers()) <= 2


# --- how work fails ---------------------------------------------------------------------------------------

KILLED = r"a worker process died \(SIGKILL\), most likely because memory ran out; half is kept; use fewer "
CRASHED = (
    r"a worker process died \(SIG%s\), most likely because compiled code crashed or memory ran out; half "
)
MEMORY = r"memory ran out; half is kept; close other programs, or use fewer processes"
EXCHANGE = r"a worker process cannot exchange data with this one \(%s\); half is kept; see that a new Python "


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        pytest.param("kill", KILLED, marks=POSIX),
        pytest.param("abort", CRASHED % "ABRT", marks=POSIX),
        pytest.param("crash", CRASHED % "SEGV", marks=POSIX),
        pytest.param(
            "leave", r"a worker process ended with exit code 7; half is kept; see that", marks=POSIX
        ),
        ("fill_memory", MEMORY),
        ("return_what_cannot_be_read", EXCHANGE % "ImportError: no such module"),
    ],
)
def test_a_worker_that_fails_is_one_sentence(fault, sentence, capfd):
    """Also nothing else on the screen, such as the traceback of a crash in C."""
    with work.stopping():
        pass  # this ends the workers of other tests: new ones write where we look
    with pytest.raises(MirlabError, match=f"^demo: listening: {sentence}") as caught:
        done(fail, [(fault, i) for i in range(20)], kept="half is kept")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert done(process, [()])  # the next work gets new workers


@pytest.mark.parametrize("n_jobs", [0, 1.5, "2"])
def test_no_number_of_processes_is_told(n_jobs):
    with pytest.raises(ValueError, match=f"^n_jobs={n_jobs!r} must be a number of processes"):
        done(process, [()], n_jobs)


def test_work_that_cannot_be_sent_is_one_sentence():
    for argument, reason in (
        (Unreadable(), "ImportError: no such module"),
        (threading.Lock(), "TypeError: .*"),
    ):
        with pytest.raises(
            MirlabError, match=rf"^demo: listening: .* data with this one \({reason}\); see that"
        ):
            done(wait, [(0.0, argument)] * 3)


def test_memory_that_runs_out_here_is_one_sentence():
    with pytest.raises(MirlabError, match=rf"^demo: listening: {MEMORY}$"):
        done(fail, [("fill_memory", 1)], n_jobs=1, kept="half is kept")


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("error", [ValueError, RuntimeError, PermissionError])
def test_errors_of_the_function_come_unchanged(error, n_jobs):
    with pytest.raises(error, match="mine"):
        done(refuse, [(error,)], n_jobs, kept="half is kept")


@POSIX
def test_processes_that_cannot_be_started_are_one_sentence():
    command = [sys.executable, "-c", "import test_work; test_work.without_files()"]
    said = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True).stdout
    assert said == (
        "demo: listening: worker processes cannot be started (Too many open files); use fewer processes\n"
    )


@POSIX
def test_nothing_is_said_of_what_a_killed_worker_left():
    """A name that the trackers clean up when everything has ended, and that is gone by then."""
    code = (
        "from test_work import done, os, work\n"
        "done(os.getppid, [(), ()])\n"
        "for tracker, kind in zip(work.TRACKERS, ['semaphore', 'semlock']): tracker.register('/gone', kind)"
    )
    said = subprocess.run([sys.executable, "-c", code], env=environment(), stderr=subprocess.PIPE, text=True)
    assert said.returncode == 0 and said.stderr == ""


# --- when workers end -------------------------------------------------------------------------------------


@POSIX
def test_signals_wait_while_processes_are_started():
    """Also a signal that the system hands to another thread."""
    over, waited = threading.Event(), False
    thread = threading.Thread(target=over.wait)
    thread.start()
    with pytest.raises(KeyboardInterrupt), work._signals_held():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
        waited = True
    over.set()
    thread.join()
    assert waited


def test_idle_workers_serve_again_and_then_end():
    before = set(done(process, [()] * 8))
    assert before & set(done(process, [()] * 8))
    assert workers() and wait_for(lambda: not workers())


def test_workers_end_at_once_if_nobody_wants_their_results(recwarn):
    results = work.parallel(wait, [(3600.0, 1)] * 9 + [(0.0, 2)], n_jobs=2, what="demo", ordered=False)
    threading.Thread(target=lambda: (wait_for(workers), [p.kill() for p in workers()])).start()
    with pytest.raises(MirlabError):
        next(results)
    results = work.parallel(wait, [(0.0, 2)] + [(3600.0, 1)] * 9, n_jobs=2, what="demo")
    assert next(results) == 2
    results.close()
    assert wait_for(lambda: not workers()) and not recwarn


class Parent:
    """A process that runs `parent`, and everything that it starts: what carries its mark."""

    def __init__(self, kind, *path):
        self.mark = uuid.uuid4().hex
        command = [sys.executable, "-c", "import test_work; test_work.parent()", kind]
        self.process = subprocess.Popen(
            command,
            env=environment(*path) | {"MIRLAB_TEST_MARK": self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def says(self, line):
        """Wait until it has written a line."""
        for said in self.process.stdout:
            if said == f"{line}\n":
                break
        return self

    def end(self, number, group=False):
        """Send a signal, to the whole group as a terminal does; return exit code and what was written."""
        (os.killpg if group else os.kill)(self.process.pid, number)
        code = self.process.wait(60)
        assert wait_for(lambda: not self.left()), self.left()
        return code, self.process.stdout.read()

    def left(self):
        """Return what is left of it: processes, and entries of shared memory, whose names hold its id."""
        own = re.compile(rf"[-_]{self.process.pid}[-_]")
        names = os.listdir("/dev/shm") if os.path.isdir("/dev/shm") else []
        return [*filter(self.is_own, psutil.process_iter()), *filter(own.search, names)]

    def is_own(self, process):
        try:
            ended = process.status() == psutil.STATUS_ZOMBIE
            return not ended and process.environ().get("MIRLAB_TEST_MARK") == self.mark
        except psutil.Error:
            return False


def environment(*path):
    path = os.pathsep.join(map(str, [*path, ROOT, ROOT / "tests"]))
    return os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


@POSIX
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGKILL"])
@pytest.mark.parametrize("seed", range(2))
def test_a_parent_that_is_ended_leaves_nothing(name, seed):
    """At random moments, from the start of its workers on; stopped in good order unless it is killed."""
    rng = random.Random(f"{name} {seed}")
    number = getattr(signal, name)
    parent = Parent("busy").says("ready")
    time.sleep(rng.uniform(0, 1.5))
    code, written = parent.end(number, group=number != signal.SIGKILL and rng.random() < 0.5)
    if number == signal.SIGKILL:
        assert code == -signal.SIGKILL
    else:
        assert code == 128 + number and written.splitlines()[-1] == "tidied up"
        assert "Traceback" not in written


@POSIX
def test_idle_workers_see_that_their_parent_was_killed():
    Parent("idle").says("working").end(signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such workers end when the C code returns")
def test_c_code_that_lets_no_thread_run_does_not_matter():
    Parent("locked").says("working").end(signal.SIGKILL)


@POSIX
def test_a_copy_of_the_parent_does_not_keep_workers_alive():
    parent = Parent("forked").says("working")
    parent.process.kill()
    try:
        assert wait_for(lambda: not [p for p in psutil.process_iter() if parent.is_own(p) and is_worker(p)])
    finally:
        for copy in filter(parent.is_own, psutil.process_iter()):
            copy.kill()


@POSIX
def test_without_the_kernels_help_a_thread_watches(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import fcntl\nif hasattr(fcntl, 'F_SETSIG'): del fcntl.F_SETSIG"
    )
    for kind in ("busy", "idle"):
        Parent(kind, tmp_path).says("working").end(signal.SIGKILL)


@POSIX
def test_signals_that_are_repeated_or_ignored():
    """The second must not disturb the cleaning up, and under nohup SIGHUP means nothing."""
    with work.stopping():
        with pytest.raises(work.Stopped) as stop:
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGHUP)
    assert stop.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with work.stopping():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_stopping_changes_nothing_in_other_threads():
    errors = []

    def run():
        try:
            with work.stopping():
                pass
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not errors


# ----------------------------------------------------------------------------------------------------------


def wait(seconds, result):
    time.sleep(seconds)
    return result


def process():
    time.sleep(0.05)
    return os.getpid()


def nested():
    return os.getpid(), done(process, [()] * 3)


def refuse(error):
    raise error("mine")


def fail(fault, i):
    """Fail at the sixth of many items."""
    if i == 5 or fault == "fill_memory":
        return FAULTS[fault]()
    time.sleep(0.01)


class Unreadable:
    def __reduce__(self):
        return import_, ()


def import_():
    raise ImportError("no such module")


FAULTS = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "crash": lambda: ctypes.string_at(0),
    "leave": lambda: os._exit(7),
    "fill_memory": lambda: np.ones(2**60, np.uint8),
    "return_what_cannot_be_read": Unreadable,
}


def without_files():
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
    try:
        done(process, [()])
    except MirlabError as error:
        print(error)


def hold_lock():
    """Run C code that lets no other thread of this process run, for minutes."""
    sum(iter(int, 1))


def parent():
    """Work until a signal comes; say what there is to know."""
    kind = sys.argv[1]
    print("ready")
    try:
        with work.stopping():
            large = np.zeros(10**6)  # workers get it through shared memory
            if kind == "busy":
                for _ in work.parallel(busy, [(i, large) for i in range(10**6)], n_jobs=3, what="demo"):
                    print("working")
            done(busy, [(0, large)] * 4)
            if kind == "forked" and os.fork() == 0:
                time.sleep(3600)
            if kind == "locked":
                threading.Timer(1.0, print, ["working"]).start()
                done(hold_lock, [()] * 4)
            print("working")
            time.sleep(3600)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        print("tidied up")


def busy(i, large):
    ends = time.monotonic() + 0.1
    while time.monotonic() < ends:
        pass
    return i
