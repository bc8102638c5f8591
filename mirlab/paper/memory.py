"""Measure how much memory this process and its workers hold."""

import threading

import psutil


class PeakMemory:
    """Watch how much memory this process and its workers hold, with shared pages counted once.

    Attributes
    ----------
    megabytes : float
        The largest amount seen; it looks five times per second.

    Examples
    --------
    >>> with PeakMemory() as memory:
    ...     _ = sum(range(1000))
    >>> memory.megabytes > 10
    True
    """

    def __enter__(self):
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(0.2):
            self._look()

    def _look(self):
        me = psutil.Process()
        held = 0
        for process in (me, *me.children(recursive=True)):
            try:
                memory = process.memory_full_info()
            except psutil.Error:  # the process has just ended
                continue
            held += getattr(memory, "pss", memory.uss)  # only Linux divides a page among its users
        self.megabytes = max(self.megabytes, held / 1e6)
