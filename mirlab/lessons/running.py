"""Run a learner's function: on a copy of its inputs, for a limited time, and never twice."""

import _thread
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from itertools import islice

import numpy as np

from mirlab.lessons.compare import differences

LIMIT = 10.0  # seconds for all inputs of one check
MOST = 1_000_000  # items of one iterator
AGAIN = 0.5  # seconds until an answer that survives an interruption, with a bare `except:`, gets the next


class TooSlow(Exception):
    """An answer was stopped, since it took too long."""


class Interrupted(Exception):
    """The learner interrupted the kernel."""


def run(answer: Callable, args: tuple, seconds: float = LIMIT):
    """Call a learner's function, and stop it if it takes too long.

    Parameters
    ----------
    answer : callable
        The function.
    args : tuple
        Its arguments. The function gets a copy of them.
    seconds : float
        After so many seconds the function is interrupted. Work inside one call of a library cannot be
        interrupted before this call returns.

    Returns
    -------
    result : object
        What the function returned. Iterators in it are lists: a generator runs only while its items are
        taken, and that belongs to the run.
    changed : list of int
        The positions of arguments that the function changed. A random generator may change.

    Raises
    ------
    TooSlow
        If the time is over.
    Interrupted
        If the learner interrupted the kernel.

    Examples
    --------
    >>> run(lambda x: x.sum(), (np.arange(3),))
    (np.int64(3), [])
    >>> run(lambda x: x.sort(), ([2, 1],))
    (None, [0])
    >>> run(lambda x: map(float, x), ([2, 1],))
    ([2.0, 1.0], [])
    """
    given = deepcopy(args)
    result = _within(seconds, lambda: _taken(answer(*given)))
    changed = [i for i, (new, old) in enumerate(zip(given, args, strict=True)) if _is_changed(new, old)]
    return result, changed


def _taken(result):
    """Return a result with every iterator in it as a list, and everything else as it is."""
    if isinstance(result, Iterator):
        items = list(islice(result, MOST + 1))
        if len(items) > MOST:
            raise ValueError(f"the function gives more than {MOST} items. Does a loop in it never end?")
        result = items
    if type(result) in (list, tuple):
        return type(result)(map(_taken, result))
    return {key: _taken(value) for key, value in result.items()} if type(result) is dict else result


def _is_changed(new, old) -> bool:
    if isinstance(old, np.random.Generator):
        return False
    return type(new) is not type(old) or bool(differences(new, old, exact=True))


def _within(seconds: float, call: Callable):
    if threading.current_thread() is not threading.main_thread():
        return call()  # only the main thread can be interrupted; kernels run cells there
    finished, late = threading.Event(), threading.Event()

    def watch():
        pause = seconds
        while not finished.wait(pause):
            late.set()
            _interrupt()
            pause = AGAIN

    # A process that a shell started in the background ignores interruptions.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
        result = call()
        finished.set()
        watcher.join()  # an interruption that comes at the last moment is raised here
        return result
    except KeyboardInterrupt:
        raise (TooSlow if late.is_set() else Interrupted) from None
    finally:
        finished.set()
        with suppress(KeyboardInterrupt):  # the last one, sent just before
            watcher.join()
        signal.signal(signal.SIGINT, previous or signal.SIG_DFL)


def _interrupt():
    """Interrupt the main thread as the learner's stop button does."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # wakes a sleeping thread too
    else:
        _thread.interrupt_main()
