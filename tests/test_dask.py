"""Extraction by real worker processes, some of which die. All listen on 127.0.0.1 only."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mirlab import MirlabError, cluster, store
from mirlab.cli import main
from mirlab.datasets import Dataset

distributed = pytest.importorskip("distributed", reason="Dask is the extra [dask]")

ROOT = Path(__file__).parents[1]
RECORDINGS = 40


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder, **environment):
        self.folder, self.workers = folder, []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        options = ("--host", self.address, "--dashboard-address", "127.0.0.1:0", "--no-dashboard")
        self.scheduler = self.start("scheduler", *options, **environment)
        while "Scheduler at" not in (folder / "scheduler.log").read_text(encoding="utf-8"):
            assert self.scheduler.poll() is None
            time.sleep(0.05)

    def start(self, what, *arguments, **environment):
        """Start a process; what it says is kept beside the data."""
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        settings = {"PYTHONPATH": path}
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments],
                cwd=self.folder,
                env=os.environ | settings | environment,
                stdout=log,
                stderr=log,
            )

    def add(self, n=1, *arguments, **environment):
        """Start workers that nobody starts again if they die."""
        options = ("--no-nanny", "--nthreads=1", "--host=127.0.0.1", "--no-dashboard", "--death-timeout=60")
        for _ in range(n):
            process = self.start("worker", self.address, *options, *arguments, **environment)
            self.workers.append(process)
        return self

    def end(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path):
    started = Cluster(tmp_path)
    yield started
    started.end()


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Recordings by label, one of them silent, one broken."""
    root = tmp_path_factory.mktemp("music")
    for i in range(RECORDINGS):
        file = root / f"label {i % 2}" / f"{i}.wav"
        file.parent.mkdir(exist_ok=True)
        y = np.random.default_rng(i).uniform(-0.5, 0.5, 22050 * 5) * (i != 7)
        soundfile.write(file, y, 22050)
    (root / "label 0" / "broken.wav").write_bytes(b"RIFF")
    return root


@pytest.fixture(autouse=True)
def single_pieces(monkeypatch):
    monkeypatch.setattr(store, "PIECE", 1)


def extract(music, data, monkeypatch, *arguments):
    monkeypatch.setenv("MIRLAB_DATA", str(data))
    return main(["extract", "folder", "--root", str(music), *arguments])


def files(root):
    """Every file of the store below a folder, with its content."""
    root = root / "features"
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def serial(music, tmp_path_factory):
    """What one process makes of it."""
    data = tmp_path_factory.mktemp("serial")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert extract(music, data, monkeypatch, "--jobs", "1") == 0
    return files(data)


def pieces(data):
    return list(data.glob("features/folder/*.part/piece-*"))


def once(condition, then):
    """Do something in the background as soon as a condition holds; return the thread."""

    def wait():
        while not condition():
            time.sleep(0.005)
        then()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def one_line(capsys):
    """Return the last line on standard error, after the progress bar's."""
    out, err = capsys.readouterr()
    assert out == ""
    return told(err)


def told(err):
    lines = [line for line in re.split(r"[\r\n]+", err) if line and "s/]" not in line and "/s]" not in line]
    assert len(lines) == 1, err
    return lines[0].removeprefix("mirlab: ")


def test_workers_make_the_same_bytes(dask, music, serial, tmp_path, monkeypatch, capsys):
    dask.add(2)
    monkeypatch.chdir(music.parent)  # a name that says nothing on other machines
    assert extract(Path(music.name), tmp_path / "data", monkeypatch, "--dask", dask.address) == 0
    out, err = capsys.readouterr()
    assert f"folder: {RECORDINGS - 1} excerpts" in out and "2 problems" in out
    assert "Traceback" not in err
    assert files(tmp_path / "data") == serial


def test_a_worker_is_killed(dask, music, serial, tmp_path, monkeypatch):
    data, seen = tmp_path / "data", []
    dask.add(2)

    def kill():
        seen.append(len(pieces(data)))
        dask.workers[0].kill()

    thread = once(lambda: len(pieces(data)) >= 5, kill)
    assert extract(music, data, monkeypatch, "--dask", dask.address) == 0
    thread.join()
    assert seen[0] < RECORDINGS, "it was in the middle"
    assert files(data) == serial


def test_a_worker_dies_before_its_result_is_read(dask, music, serial, tmp_path, monkeypatch):
    from distributed import Future

    read, late = Future.result, []

    def result(self, timeout):
        if not late:
            late.append(self)
            raise TimeoutError
        return read(self, timeout)

    monkeypatch.setattr(Future, "result", result)
    dask.add(1)
    assert extract(music, tmp_path / "data", monkeypatch, "--dask", dask.address) == 0
    assert late and files(tmp_path / "data") == serial


def test_all_workers_are_killed(dask, music, serial, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "ALONE", 2.0)
    data = tmp_path / "data"
    dask.add(2)
    thread = once(lambda: len(pieces(data)) >= 5, lambda: [worker.kill() for worker in dask.workers])
    assert extract(music, data, monkeypatch, "--dask", dask.address) == 2
    thread.join()
    assert re.fullmatch(
        r"no worker of the Dask cluster at \S+ is left; what is done is kept, .*", one_line(capsys)
    )
    kept = len(pieces(data))
    assert 5 <= kept < RECORDINGS
    made = []
    monkeypatch.setattr(store, "_piece", lambda *work, piece=store._piece: made.append(1) or piece(*work))
    assert extract(music, data, monkeypatch, "--jobs", "1") == 0
    assert len(made) == RECORDINGS + 1 - kept
    assert files(data) == serial


def test_the_scheduler_is_killed(dask, music, tmp_path):
    """In a process of its own: what Dask notes of it must not reach the screen."""
    data = tmp_path / "data"
    dask.add()
    once(lambda: len(pieces(data)) >= 5, dask.scheduler.kill)
    script = (
        "import sys; from mirlab import cli, cluster, store; store.PIECE = 1; cluster.ALONE = 1; "
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "extract", "folder", f"--root={music}", "--dask", dask.address],
        env=os.environ | {"MIRLAB_DATA": str(data), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "is left; what is done is kept" in told(done.stderr)
    assert pieces(data)


def deadly(store, i):
    """Sound that kills who reads it, as soon as some other piece is kept."""
    if i == 3:
        while not list(store.glob("deadly/*.part/piece-*/index.json")):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)
    return np.random.default_rng(i).uniform(-0.5, 0.5, 3000).astype(np.float32)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on Windows")
def test_a_piece_that_no_worker_survives(tmp_path):
    """joblib's own backend would wait for ever."""
    dask = Cluster(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    try:
        dask.add(3)
        n = 6
        data = Dataset(
            "deadly",
            [f"{i}" for i in range(n)],
            ["a"],
            np.zeros(n, int),
            np.arange(n),
            partial(deadly, tmp_path / "store"),
            [f"{i}" for i in range(n)],
        )
        with (
            pytest.raises(
                MirlabError, match="2 Dask workers died in the same piece of work, the last on tcp:"
            ),
            cluster.connected(dask.address, data, tmp_path / "store"),
        ):
            store.extract(data, root=tmp_path / "store")
        assert list(tmp_path.glob("store/deadly/*.part/piece-*"))
    finally:
        dask.end()


def test_who_is_not_a_scheduler(tmp_path, music, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        name, port = silent.getsockname()
        for address, reason in {
            f"{name}:{port}": "no answer within 0.5 s",
            f"{name}:1": "no answer within 0.5 s|imed out",
            "nonsense": "missing port number",
            "": "missing port number",
            "127.0.0.1:x": "invalid literal",
            f"http://{name}:{port}": "unknown address scheme 'http'",
            f"tls://{name}:{port}": "TLS expects",
        }.items():
            assert extract(music, tmp_path, monkeypatch, "--dask", address) == 2
            line = one_line(capsys)
            assert line.startswith(f"{address!r} is not the address of a Dask scheduler (")
            assert re.search(reason, line), line
    assert not (tmp_path / "features").exists()


def test_a_cluster_that_cannot_do_it(dask, tmp_path, music, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "ANSWER", 1.0)
    assert extract(music, tmp_path, monkeypatch, "--dask", dask.address) == 2
    assert re.match(r"the Dask scheduler at \S+ has no workers: start some with", one_line(capsys))

    monkeypatch.setattr(cluster, "ANSWER", 10.0)
    older = tmp_path / "older" / "mirlab-0.0.dist-info" / "METADATA"
    older.parent.mkdir(parents=True)
    older.write_text("Metadata-Version: 2.1\nName: mirlab\nVersion: 0.0\n", encoding="utf-8")
    preloads = {
        "without_mirlab": "import sys; sys.modules['mirlab.cluster'] = None",
        "without_music": "import os.path; os.path.isfile = lambda path: '.probe' in path",
        "without_store": "import os.path; os.path.isfile = lambda path: False",
    }
    for name, code in preloads.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    path = os.pathsep.join([str(older.parents[1]), str(ROOT)])
    for arguments, environment, reason in (
        ((), {"PYTHONPATH": path}, r"has mirlab 0\.0; here it is mirlab \S+: make them the same"),
        (("--preload", "without_mirlab.py"), {}, r"cannot run mirlab \(.+\): install"),
        (
            ("--preload", "without_music.py"),
            {},
            r"on \S+ does not see .*label .*\.wav; all machines must see",
        ),
        (("--preload", "without_store.py"), {}, r"on \S+ does not see .*features, where features are kept"),
    ):
        (worker,) = dask.add(1, *arguments, **environment).workers[-1:]
        assert extract(music, tmp_path, monkeypatch, "--dask", dask.address) == 2
        line = one_line(capsys)
        assert re.match(rf"worker tcp://127\.0\.0\.1:\d+ {reason}", line), line
        worker.kill()
        worker.wait()
    assert not list(tmp_path.glob("features/*"))


def test_a_worker_is_no_scheduler(dask, tmp_path, music, monkeypatch, capsys):
    dask.add()
    log = tmp_path / "worker.log"
    while not (found := re.search(r"Start worker at: +(\S+)", log.read_text(encoding="utf-8"))):
        time.sleep(0.05)
    assert extract(music, tmp_path, monkeypatch, "--dask", found[1]) == 2
    assert "it belongs to a Dask worker" in one_line(capsys)


def test_dask_is_not_installed(tmp_path, music, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert extract(music, tmp_path, monkeypatch, "--dask", "127.0.0.1:8786") == 2
    assert one_line(capsys) == (
        'Dask is not installed; in the course\'s folder, run `pip install -e ".[dask]" -c constraints.txt`'
    )


def test_jobs_are_of_this_machine(tmp_path, music, monkeypatch, capsys):
    assert extract(music, tmp_path, monkeypatch, "--jobs", "5", "--dask", "127.0.0.1:8786") == 2
    assert "--dask: not allowed with argument --jobs" in one_line(capsys)
