"""Run the work of `mirlab.work` on the workers of a Dask cluster.

Dask has no passwords. Anyone who can reach a scheduler can run any code on all its workers, because work is
sent as pickles. Use it only in a trusted network, or behind TLS (see ``docs/scale.md``).
"""

import asyncio
import logging
import os
import socket
import time
import uuid
import warnings
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from mirlab import work
from mirlab.errors import MirlabError

ANSWER = 10.0  # s: a scheduler that is there answers sooner
ALONE = 30.0  # s without any worker until we give up; a worker that died is soon back, if it has a nanny
SAMPLES = 20  # files that each worker is asked for
ALIKE = ("mirlab", "numpy", "scipy", "librosa", "soundfile", "soxr", "numba", "joblib", "distributed")
"""Packages that must have the same version on all machines, so that results are the same to the byte."""


@contextmanager
def connected(address, dataset, folder):
    """Run all calls of `mirlab.work.parallel` on the workers of a Dask cluster.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as ``tcp://10.0.0.1:8786``.
    dataset : mirlab.datasets.Dataset
        The data set to be processed. Every worker is checked for some of its files.
    folder : pathlib.Path
        Where results are kept. Every worker must see it and be able to write there.

    Yields
    ------
    None
        Within the block, all work goes to the workers that were there at the beginning, or that are started
        again on the same machines.

    Raises
    ------
    MirlabError
        If Dask is not installed, if no scheduler answers, if a worker has other versions or does not see the
        same files; later, if no worker is left, or if some piece of work kills its workers.

    Examples
    --------
    >>> with connected("10.0.0.1", None, Path("features")):  # doctest: +ELLIPSIS
    ...     pass
    Traceback (most recent call last):
    mirlab.errors.MirlabError: ...
    """
    try:
        import distributed  # noqa: F401, an extra
    except ImportError as error:
        raise MirlabError(
            "Dask is not installed; in the course's folder, run "
            '`pip install -e ".[dask]" -c constraints.txt`'
        ) from error
    with _hushed(), _client(address) as client:
        try:
            client.wait_for_workers(1, timeout=ANSWER)
        except TimeoutError as error:
            raise MirlabError(
                f"the Dask scheduler at {address} has no workers: start some with `dask worker {address}`"
            ) from error
        _check_versions(client)
        hosts = _check_folders(client, dataset, folder)
        with work.elsewhere(partial(_run, client, hosts, address)):
            yield


def _run(client, hosts, address, function, items):
    """Yield what the workers return, as soon as it is there."""
    from distributed import KilledWorker, wait
    from distributed.comm import CommClosedError

    items, pending, seen = iter(items), set(), time.monotonic()
    at_a_time = 2 * sum(client.nthreads().values())
    try:
        while True:
            for item in islice(items, at_a_time - len(pending)):
                pending.add(client.submit(function, *item, pure=False, workers=hosts))
            if not pending:
                return
            try:
                with client.as_current():
                    done, pending = wait(pending, timeout=1, return_when="FIRST_COMPLETED")
            except TimeoutError:
                done = set()
            for future in done:
                try:
                    result = future.result(timeout=ANSWER)
                except TimeoutError:
                    if future.status == "error":  # the work itself failed by one
                        raise
                    pending.add(future)  # its worker died with the result; Dask does the work again
                else:
                    yield result
            if _has_workers(client, hosts):
                seen = time.monotonic()
            elif time.monotonic() - seen > ALONE:
                raise _gone(address)
    except KilledWorker as error:
        raise MirlabError(
            f"{error.allowed_failures + 1} Dask workers died in the same piece of work, the last on "
            f"{error.last_worker.address}, because memory ran out or a file crashes the decoder; what is "
            "done is kept, so run it again with more memory for each worker"
        ) from error
    except (CancelledError, asyncio.CancelledError, CommClosedError) as error:
        raise _gone(address) from error
    finally:
        client.cancel(list(pending))


def _has_workers(client, hosts):
    try:
        return any(_host(worker) in hosts for worker in client.ncores())
    except (OSError, ValueError):  # the scheduler is gone too
        return False


def _gone(address):
    return MirlabError(
        f"no worker of the Dask cluster at {address} is left; what is done is kept, so start some and run it "
        "again, or run it on this machine alone"
    )


@contextmanager
def _hushed():
    """Hide Dask's log messages about lost connections: our own error reports them in one sentence."""
    names = ("distributed", "distributed.client", "tornado.application", "asyncio")
    levels = {logger: logger.level for logger in map(logging.getLogger, names)}
    try:
        for logger in levels:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


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
        kind = asyncio.run(ask())  # first: a `Client` waits forever if a server listens but never answers
        if kind != "Scheduler":
            raise ValueError(f"it belongs to a Dask {kind.lower()}")
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
    """Check that every worker has our files; return the machines that they run on."""
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
    """Return what a worker lacks. This runs on the worker."""
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
