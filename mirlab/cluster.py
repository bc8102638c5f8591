"""More machines: what runs through joblib, run by the workers of a Dask cluster.

Dask has no passwords of its own. Whoever reaches a scheduler can run any code on all its workers, for work
travels as pickles: it belongs into a network that is trusted, or behind TLS (see ``docs/scale.md``).
"""

import asyncio
import logging
import os
import socket
import threading
import time
import uuid
import warnings
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path

import joblib
from joblib._dask import DaskDistributedBackend

from mirlab.errors import MirlabError

ANSWER = 10.0  # s: a scheduler that is there answers sooner
ALONE = 30.0  # s without any worker until we give up; a worker that died is soon back, if it has a nanny
SAMPLES = 20  # files that each worker is asked for
ALIKE = ("mirlab", "numpy", "scipy", "librosa", "soundfile", "soxr", "numba", "joblib", "distributed")
"""What must be the same everywhere, for the same bytes to come out and to be understood."""


@contextmanager
def connected(address, dataset, folder):
    """Let joblib work on a Dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    dataset : mirlab.datasets.Dataset
        What is worked on. Some of its files are looked for on every worker.
    folder : pathlib.Path
        Where results are kept. Every worker must see it, and may write there.

    Yields
    ------
    None
        While in it, `joblib.Parallel` gives all work to the workers that were there at the beginning, or
        that are started anew on the same machines.

    Raises
    ------
    MirlabError
        If Dask is not installed, nobody answers, or a worker has other versions or does not see the same
        files; later, if no worker is left, or none survives some piece of work.

    Examples
    --------
    >>> with connected("10.0.0.1", None, Path("features")):  # doctest: +ELLIPSIS
    ...     pass
    Traceback (most recent call last):
    mirlab.errors.MirlabError: ...
    """
    try:
        import distributed
    except ImportError as error:
        raise MirlabError("Dask is not installed: pip install 'mirlab[dask]'") from error
    with _hushed(), _client(address) as client:
        try:
            client.wait_for_workers(1, timeout=ANSWER)
        except TimeoutError as error:
            raise MirlabError(
                f"the Dask scheduler at {address} has no workers: start some with `dask worker {address}`"
            ) from error
        _check_versions(client)
        backend = _Backend(client, _check_folders(client, dataset, folder))
        with joblib.parallel_config(backend=backend), backend.watched():
            try:
                yield
            except distributed.KilledWorker as error:
                raise MirlabError(
                    f"{error.allowed_failures + 1} Dask workers died of the same piece of work, the last on "
                    f"{error.last_worker.address}, for want of memory, or of a file that crashes the "
                    "decoder; what is done is kept, so run it again with more memory a worker"
                ) from error
            except (CancelledError, asyncio.CancelledError) as error:
                raise _gone(address) from error


def _gone(address):
    return MirlabError(
        f"no worker of the Dask cluster at {address} is left; what is done is kept, so start some and run it "
        "again, or run it without --dask"
    )


@contextmanager
def _hushed():
    """Keep from the screen what Dask notes of connections that break: it is told in a sentence."""
    names = ("distributed", "distributed.client", "tornado.application", "asyncio")
    levels = {logger: logger.level for logger in map(logging.getLogger, names)}
    try:
        for logger in levels:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


class _Backend(DaskDistributedBackend):
    """joblib's own, which would wait for ever for work that Dask gave up, and for workers that are gone."""

    def __init__(self, client, hosts):
        # Only where it was seen that they share our files.
        super().__init__(client=client, workers=hosts)
        self.hosts, self.pending = hosts, set()

    def effective_n_jobs(self, n_jobs):
        return max(2, super().effective_n_jobs(n_jobs))  # had it one, joblib would do the work here

    def submit(self, func, callback=None):
        future = super().submit(func, callback)
        self.pending.add(future)

        def tell(future):
            self.pending.discard(future)
            if future.exception() is not None:
                callback(future.exception())

        future.add_done_callback(tell)
        return future

    @contextmanager
    def watched(self):
        """Give up when there has been no worker for a while."""
        over = threading.Event()

        def watch():
            seen = time.monotonic()
            while not over.wait(1):
                if self._has_workers():
                    seen = time.monotonic()
                elif time.monotonic() - seen > ALONE:
                    for future in list(self.pending):
                        future.set_exception(CancelledError())

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _has_workers(self):
        try:
            return any(_host(worker) in self.hosts for worker in self.client.ncores())
        except (OSError, ValueError):  # the scheduler is gone too
            return False


def _host(worker):
    from distributed.comm import get_address_host

    return get_address_host(worker)


def _client(address):
    from distributed import Client, rpc
    from distributed.security import Security

    async def ask():
        async with asyncio.timeout(ANSWER):
            async with rpc(address, connection_args=Security().get_connection_args("client")) as it:
                return (await it.identity())["type"]

    try:
        kind = asyncio.run(ask())  # first, for a `Client` waits for ever if somebody listens and is silent
        if kind != "Scheduler":
            raise ValueError(f"it is that of a Dask {kind.lower()}")
        with warnings.catch_warnings(action="ignore"):  # of versions, which we check ourselves
            return Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error) or f"no answer within {ANSWER:g} s"
        raise MirlabError(
            f"{address!r} is not the address of a Dask scheduler ({reason}); `dask scheduler` prints it, "
            "such as tcp://10.0.0.1:8786"
        ) from error


def _check_versions(client):
    def read(found):
        python = ".".join(found["host"]["python"].split(".")[:2])
        return {"Python": python} | {name: found["packages"].get(name) for name in ALIKE}

    versions = client.get_versions(packages=ALIKE)
    ours = read(versions["client"])
    for worker, found in versions["workers"].items():
        theirs = read(found)
        differ = [f"{name} {theirs[name] or 'missing'}" for name in ours if theirs[name] != ours[name]]
        if differ:
            here = ", ".join(f"{name} {ours[name]}" for name in ours if theirs[name] != ours[name])
            raise MirlabError(
                f"worker {worker} has {', '.join(differ)}; here it is {here}: make them the same"
            )


def _check_folders(client, dataset, folder):
    """See that every worker has our files; return the machines they run on."""
    files = [Path(e.path) for e in dataset.excerpts[:: len(dataset) // SAMPLES + 1] if hasattr(e, "path")]
    sizes = {str(file): file.stat().st_size for file in files if file.is_file()}
    probe = folder / f".probe-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
    except OSError as error:
        raise MirlabError(f"{folder}: features cannot be kept here ({error.strerror})") from error
    try:
        found = client.run(_trouble, str(probe), sizes, on_error="return")
    finally:
        probe.unlink()
    for worker, trouble in found.items():
        if isinstance(trouble, Exception):
            raise MirlabError(
                f"worker {worker} cannot run mirlab ({trouble}): install the same there as here"
            )
        if trouble:
            raise MirlabError(
                f"worker {worker} {trouble}; all machines must see the same folders under the same names"
            )
    return sorted({_host(worker) for worker in found})


def _trouble(probe, sizes):
    """Return what a worker lacks. This runs there."""
    host, folder = socket.gethostname(), os.path.dirname(probe)
    if not os.path.isfile(probe):
        return f"on {host} does not see {folder}, where features are kept"
    try:
        own = Path(f"{probe}-{uuid.uuid4().hex}")
        own.touch()
        own.unlink()
    except OSError as error:
        return f"on {host} cannot write into {folder} ({error.strerror})"
    for file, size in sizes.items():
        if not os.path.isfile(file) or os.path.getsize(file) != size:
            return f"on {host} does not see {file}"
    return ""
