"""Start, watch and end worker processes; no other module does this.

`parallel` promises four things. A worker that dies becomes one `MirlabError`. When this process ends, for any
reason, its workers end too. Idle workers end after a few seconds and give their memory back. Ctrl-C stops
this process alone, which then ends its workers, so no worker prints a traceback.

`stopping` turns the signals that end a program into an exception, so that ``finally`` blocks run.
"""

import multiprocessing.resource_tracker
import os
import re
import signal
import threading
import time
import warnings
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from multiprocessing import Pipe
from numbers import Integral
from pickle import PicklingError

from joblib import Parallel, delayed
from joblib.externals.loky.backend import resource_tracker as loky_resource_tracker
from joblib.externals.loky.process_executor import ShutdownExecutorError
from joblib.parallel import LokyBackend, get_active_backend

from mirlab.errors import MirlabError

IDLE = 5.0
"""Seconds until an idle worker ends. Two new workers take 0.5 s to start and 2 s to import `mirlab.paper`, so
they are kept for the next piece of work; but each may hold 600 MB, so they are not kept for long."""

SETTLING = 0.2  # s: loky prints a traceback if work is given up before its own thread has seen it
REPEATED = 3.0  # s: batch systems and terminals repeat their signals, which must not disturb the cleaning up

STOPS = {getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)}
"""Signals that ask a program to end. Windows sends SIGBREAK when a console is closed. It has nothing like the
others: a program that is ended there, by its task manager for example, cannot clean up, as after SIGKILL."""

EXPECTED = r"A worker stopped while some jobs were given|\d+ tasks "
"""Warnings of joblib about normal events: idle workers end, and work ends whose results are not needed."""

TRACKERS = multiprocessing.resource_tracker, loky_resource_tracker  # processes that clean up after this one
UNHEARD = "ignore:resource_tracker"
"""They warn of what a killed worker had left, after this process has said in one sentence what happened."""

BROKEN = BrokenProcessPool, PicklingError

# Nothing is written into this pipe. When this process ends, for any reason, the system closes the writer.
# Workers hold the reader and see it.
_reader, _writer = Pipe(duplex=False)


def parallel(function, items, *, n_jobs=1, what, progress=None, ordered=True, kept=""):
    """Call a function with many arguments in several processes, and yield what it returns.

    Inside `joblib.parallel_config` with another backend, such as a Dask cluster (`mirlab.cluster`), that
    backend gets the work, whatever `n_jobs` is. If `function` calls `parallel` itself, that work runs in
    threads of its worker.

    Parameters
    ----------
    function : callable
        ``function(*item)``, from a module that a new Python process can import. It should return little and
        write large results to a file: if a worker dies while it sends more than 64 kB, this is not noticed.
    items : iterable of tuple
        The arguments of each call, read as workers become free. With `progress`, a sequence.
    n_jobs : int
        Number of processes: 1 calls `function` in this process, -1 starts one process per core.
    what : str
        Name of the work, such as ``"gtzan: listening"``, for `progress` and for error messages.
    progress : callable, optional
        ``progress(done, total, what)`` is called before the first item and after each one.
    ordered : bool
        True yields results in the order of `items`, False yields each result as soon as it is there.
    kept : str
        What the user still has if the work breaks off, such as ``"finished pieces are kept"``, for error
        messages.

    Yields
    ------
    object
        What `function` returns for each item.

    Raises
    ------
    ValueError
        If `n_jobs` is no number of processes.
    MirlabError
        If a worker process dies or cannot be started, or if memory runs out. Other exceptions that
        `function` raises come unchanged.

    Examples
    --------
    >>> list(parallel(pow, [(2, 3), (3, 2)], what="powers"))
    [8, 9]
    """
    if _elsewhere is not None:
        yield from _from_elsewhere(function, items, what, progress, ordered)
        return
    if not isinstance(n_jobs, Integral) or n_jobs == 0:
        raise ValueError(f"n_jobs={n_jobs!r} must be a number of processes, or -1 for one per core")
    if progress is not None and len(items):
        progress(0, len(items), what)
    try:
        with closing(_start(function, items, n_jobs, ordered)) as results:
            for done, result in enumerate(results, start=1):
                if progress is not None:
                    progress(done, len(items), what)
                yield result
    except (MemoryError, RuntimeError, PicklingError) as error:
        if (reason := _reason(error)) is None:
            raise
        wrong, cure = reason
        raise MirlabError(f"{what}: {wrong}; {kept and f'{kept}; '}{cure}") from error


@contextmanager
def elsewhere(run):
    """Run the work within the block somewhere else, such as on other machines (`mirlab.cluster`).

    Parameters
    ----------
    run : callable
        ``run(function, items)`` yields what ``function(*item)`` returns, in any order.
    """
    global _elsewhere
    before, _elsewhere = _elsewhere, run
    try:
        yield
    finally:
        _elsewhere = before


_elsewhere = None


def _from_elsewhere(function, items, what, progress, ordered):
    waiting, due = {}, 0
    calls = ((function, number, *item) for number, item in enumerate(items))
    for done, (number, result) in enumerate(_elsewhere(_numbered, calls), start=1):
        if progress is not None:
            progress(done, len(items), what)
        waiting[number] = result
        if not ordered:
            yield waiting.pop(number)
        while ordered and due in waiting:
            yield waiting.pop(due)
            due += 1


def _numbered(function, number, *item):
    return number, function(*item)


class _NotStarted(RuntimeError):
    """The system refuses to start processes."""


def _start(function, items, n_jobs, ordered):
    """Return a generator of results; the first calls are under way."""
    how = {"batch_size": 1, "return_as": "generator" if ordered else "generator_unordered"}
    calls = (delayed(function)(*item) for item in items)
    if not isinstance(get_active_backend()[0], LokyBackend):
        return Parallel(n_jobs, **how)(calls)
    if n_jobs == 1:
        return (function(*item) for item in items)
    warnings.filterwarnings("ignore", EXPECTED, UserWarning)
    how |= {"idle_worker_timeout": IDLE, "initializer": _follow, "initargs": (_reader,)}
    try:
        with _signals_held():
            return Parallel(n_jobs, **how)(calls)
    except OSError as error:
        raise _NotStarted(error.strerror or error) from error


def _reason(error):
    """Return why the work broke off, and what to do; None for what `function` raised."""
    cause = "".join(str(error.__cause__).strip(' "\n').splitlines()[-1:])
    if isinstance(error, MemoryError) or (isinstance(error, BROKEN) and "MemoryError" in cause):
        return "memory ran out", "close other programs, or use fewer processes"
    if isinstance(error, _NotStarted):
        return f"worker processes cannot be started ({error})", "use fewer processes"
    if isinstance(error, BROKEN) and error.__cause__ is not None:
        return (
            f"a worker process cannot exchange data with this one ({cause})",
            "see that a new Python process can import the same modules as this one",
        )
    if isinstance(error, BrokenProcessPool):
        return _death(str(error))
    if isinstance(error.__context__, ShutdownExecutorError):
        return "other work in this program ended the worker processes", "run it again"
    return None


def _death(message):
    """Explain why a worker died, from loky's message about it, such as ``{SIGKILL(-9)}``."""
    name, number = (re.findall(r"([A-Z]+)\((-?\d+)\)", message) or [("unknown reason", 0)])[0]
    if name == "EXIT":
        cure = "see that a new Python process can import mirlab"
        return f"a worker process ended with exit code {number}", cure
    why = "memory ran out" if name in ("SIGKILL", "UNKNOWN") else "compiled code crashed or memory ran out"
    return f"a worker process died ({name}), most likely because {why}", "use fewer processes"


@contextmanager
def _signals_held():
    """Hold signals back while processes are started: half a worker would print a traceback.

    Processes that are started meanwhile inherit the blocked signals. Therefore Ctrl-C in a terminal, which
    goes to every process, never reaches the workers.
    """
    numbers, handlers, held = STOPS | {signal.SIGINT}, {}, []
    if threading.current_thread() is threading.main_thread():  # where they arrive through another thread
        for number in numbers:
            if callable(handler := signal.getsignal(number)):
                handlers[number] = handler
                signal.signal(number, lambda number, frame: held.append(number))
    mask = getattr(signal, "pthread_sigmask", None)  # Windows has none
    before = mask and mask(signal.SIG_BLOCK, numbers)
    try:
        if mask:
            with _environment("PYTHONWARNINGS", UNHEARD):
                for tracker in TRACKERS:
                    tracker.ensure_running()
            mask(signal.SIG_BLOCK, numbers)  # again, because a tracker that starts unblocks some
        yield
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if held:
            time.sleep(SETTLING)
            signal.raise_signal(held[0])


@contextmanager
def _environment(name, value):
    """Set a variable for the processes that are started within the block."""
    before = os.environ.get(name)
    os.environ[name] = ",".join(filter(None, [before, value]))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _follow(parent):
    """Let this process end as soon as its parent has ended. This is the first thing that a worker does.

    Parameters
    ----------
    parent : multiprocessing.connection.Connection
        Nothing is written to it, and it closes when the parent ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for Windows, where it was not blocked
    os.environ.setdefault("PYTHONFAULTHANDLER", "")  # a crash becomes one sentence in the parent
    # A thread has to wait while compiled code holds the interpreter's lock. Linux needs no thread: its kernel
    # sends SIGKILL when the pipe closes, to one process per opening of it, so this process opens it again.
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        pipe = os.open(f"/proc/self/fd/{parent.fileno()}", os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    if _is_closed(parent, 0):  # before this process was ready
        os._exit(1)
    threading.Thread(target=lambda: _is_closed(parent, None) and os._exit(1), daemon=True).start()


def _is_closed(pipe, timeout):
    try:
        return pipe.poll(timeout)  # there is never anything else to read
    except OSError:
        return True


def _renew():
    """End all workers of this process at once. After a fork, close the pipe of the original process."""
    global _reader, _writer
    _writer.close()
    _reader.close()
    _reader, _writer = Pipe(duplex=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


class Stopped(SystemExit):
    """A signal asked this process to end. If not caught, the exit code is 128 plus the signal's number.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number):
        super().__init__(128 + number)


@contextmanager
def stopping():
    """Turn signals that end a program into `Stopped`, and end all workers at the end of the block.

    It works in the main thread of a command, and changes nothing in other threads. Signals that the caller
    ignores, as under ``nohup``, stay ignored. Ctrl-C raises `KeyboardInterrupt` as always.

    Examples
    --------
    >>> with stopping():
    ...     signal.raise_signal(signal.SIGTERM)  # doctest: +SKIP
    Traceback (most recent call last):
    mirlab.work.Stopped: 143
    """
    quiet = -REPEATED

    def stop(number, frame):
        nonlocal quiet
        if time.monotonic() - quiet > REPEATED:
            quiet = time.monotonic()
            raise Stopped(number)

    main = threading.current_thread() is threading.main_thread()
    mine = [number for number in STOPS if main and signal.getsignal(number) is signal.SIG_DFL]
    try:
        for number in mine:
            signal.signal(number, stop)
        yield
    finally:
        _renew()
        for number in mine:
            signal.signal(number, signal.SIG_DFL)
