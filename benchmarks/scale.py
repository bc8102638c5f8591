"""What does one track more cost? Seconds, memory and disk of each stage, for docs/scale.md to multiply.

    python benchmarks/scale.py [--only memory,tracks,listing,workers,training,evaluation]
                               [--gigabytes 4] [--folder DIR]

*memory* extracts 1 000 and 10 000 excerpts of half a second, each size in a process of its own with two
workers, and watches what they hold: anonymous memory must be there, file pages are given back as soon as
others want the room. *tracks* takes 30 s of 44.1 kHz stereo as wav, flac and mp3 through hashing, decoding
and log-mel into the store. *listing* looks through a folder of 10 000 such files, twice. *workers* extracts
them, as mp3, by one process, by two, and by two workers of a Dask cluster on this machine. *training* samples
frames from a store of that size on the disk of that folder, first with none of it in memory (Linux only),
then again. *evaluation* grows a set until it shows how its cost grows. All but *memory* and *workers* run on
one thread.

To see that a store may be larger than memory, run *training* where the system gives it less, for example
``systemd-run --scope -p MemoryMax=1G python benchmarks/scale.py --only training``.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # read when NumPy is imported

import argparse  # noqa: E402
import json  # noqa: E402
import mmap  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from time import perf_counter  # noqa: E402

import librosa  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
import soundfile  # noqa: E402

from mirlab import audio, cluster, corpus, datasets, evaluate, paper, store, warp  # noqa: E402
from mirlab.datasets import Dataset, files  # noqa: E402
from mirlab.features import N_MELS, log_mel  # noqa: E402

SIZES = (1_000, 10_000)  # excerpts
FRAMES = 1292  # of 30 s
TRACKS = 12
LABELS = 10
SAMPLES = 5_000  # frames that training sees

# Dask has its workers give freed memory back to the system at once; they then get it again page by page.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "67108864"}


def noise(i):
    return np.random.default_rng(i).uniform(-0.5, 0.5, 11025).astype(np.float32)


def made(n, read=noise):
    """Return a data set that looks like a real one of this size, but for its sound."""
    return Dataset(
        "many",
        [f"genre {i % LABELS}/artist {i} - title {i}.mp3#0" for i in range(n)],
        [f"genre {i}" for i in range(LABELS)],
        np.arange(n) % LABELS,
        np.arange(n) // 3,
        read,
        [f"{i:032x} 0+30 s" for i in range(n)],
    )


class Watch:
    """Look fifty times a second at what this process and its children hold, in MB."""

    def __enter__(self):
        self.most, self.over = {}, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _look(self):
        me = psutil.Process()
        while not self.over.wait(0.02):
            for process in (me, *me.children(recursive=True)):
                try:
                    memory = process.memory_info()
                except psutil.Error:
                    continue
                who = "parent" if process == me else "worker"
                held = anonymous(memory)
                for what, size in (("anonymous", held), ("file", memory.rss - held)):
                    self.most[f"{who} {what}"] = max(self.most.get(f"{who} {what}", 0), size / 1e6)


def extract_made(n):
    """Extract, and print what it took as JSON: the work of a process of its own."""
    with tempfile.TemporaryDirectory() as root:
        data = made(n)
        with Watch() as watch:
            start = perf_counter()
            features = store.extract(data, root=root, n_jobs=2)
            seconds = perf_counter() - start
        (index,) = Path(root).glob("many/*/index.json")
        print(json.dumps(watch.most | {"seconds": seconds, "index": index.stat().st_size}))
        del features


def measure_memory(options):
    print(f"{'excerpts':>9}{'ms each':>9}{'parent, MB':>22}{'largest worker, MB':>22}{'index.json':>13}")
    print(f"{'':18}{'anonymous':>12}{'file':>10}{'anonymous':>12}{'file':>10}{'bytes each':>13}")
    found = []
    for n in SIZES:
        run = subprocess.run(
            [sys.executable, __file__, "--extract", str(n)], check=True, capture_output=True, encoding="utf-8"
        )
        found.append(it := json.loads(run.stdout))
        cells = [it[f"{who} {what}"] for who in ("parent", "worker") for what in ("anonymous", "file")]
        print(
            f"{n:9}{1000 * it['seconds'] / n:9.2f}"
            + "".join(f"{cell:{width}.0f}" for cell, width in zip(cells, (12, 10, 12, 10), strict=True))
            + f"{it['index'] / n:13.0f}"
        )
    more = SIZES[1] - SIZES[0]
    for who in ("parent", "worker"):
        growth = 1e6 * (found[1][f"{who} anonymous"] - found[0][f"{who} anonymous"]) / more
        print(f"anonymous memory of the {who}: {growth:.0f} bytes more for each excerpt more")


def write_tracks(folder, n, kinds):
    """Write synthetic tracks as 30 s of 44.1 kHz stereo; return them as excerpts, by kind of file."""
    plan = corpus.plan("gtzan")
    excerpts = {kind: [] for kind in kinds}
    for i in range(n):
        y = np.concatenate([plan[(31 * i + k) % len(plan)].audio() for k in range(3)])
        y = librosa.resample(y, orig_sr=audio.SAMPLE_RATE, target_sr=44100)
        for kind, subtype in kinds.items():
            path = Path(folder, f"{i}.{kind}")
            soundfile.write(path, np.stack([y, np.roll(y, 40)], axis=1), 44100, subtype=subtype)
            excerpts[kind].append(files.Excerpt(f"{i}", path, i % 2, i))
    return excerpts


def measure_tracks(options):
    with tempfile.TemporaryDirectory() as folder:
        kinds = {"wav": "PCM_16", "flac": "PCM_16", "mp3": "MPEG_LAYER_III"}
        excerpts = write_tracks(folder, TRACKS, kinds)
        print(
            f"{'kind':6}{'MB':>7}{'hash':>9}{'decode':>9}{'log-mel':>9}{'whole extraction':>18}   ms a track"
        )
        for kind, listed in excerpts.items():
            rounds = [one_round(kind, listed) for _ in range(3)]
            best = 1000 * np.min(rounds, axis=0) / TRACKS
            size = np.mean([e.path.stat().st_size for e in listed]) / 1e6
            print(f"{kind:6}{size:7.2f}{best[0]:9.1f}{best[1]:9.1f}{best[2]:9.1f}{best[3]:18.1f}")


def one_round(kind, listed):
    """Return seconds of hashing, decoding, log-mel and a whole extraction."""
    for excerpt in listed:
        os.utime(excerpt.path)  # so that none is known from the round before
    times = [perf_counter()]
    for excerpt in listed:
        audio.fingerprint(excerpt.path)
    times.append(perf_counter())
    sounds = [audio.load(excerpt.path) for excerpt in listed]
    times.append(perf_counter())
    for y in sounds:
        log_mel(y)
    times.append(perf_counter())
    with tempfile.TemporaryDirectory() as root:
        data = files.dataset(files.Listing(kind, listed, ["a", "b"], 30.0))
        start = perf_counter()
        features = store.extract(data, root=root)
        whole = perf_counter() - start
        del features
    return [*np.diff(times), whole]


def measure_listing(options):
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as memory:
        os.environ["MIRLAB_DATA"] = memory  # of hashes: none yet
        (excerpt,) = write_tracks(folder, 1, {"mp3": "MPEG_LAYER_III"})["mp3"]
        root = Path(folder, "music")
        for i in range(SIZES[1]):
            path = root / f"label {i % LABELS}" / f"{i}.mp3"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(excerpt.path)
        time.sleep(4)  # what has only just changed is not remembered
        for which in ("first", "second"):
            start = perf_counter()
            listing = datasets.find("folder", root=root, scale="paper")
            found = perf_counter()
            files.dataset(listing)
            ends = perf_counter()
            find, see = 1000 * (found - start) / SIZES[1], 1000 * (ends - found) / SIZES[1]
            print(f"{which} time: {find:.2f} ms to find a file, {see:.2f} ms to see what is in it")


def measure_workers(options):
    from distributed import LocalCluster

    with tempfile.TemporaryDirectory() as folder:
        excerpts = write_tracks(folder, 5 * TRACKS, {"mp3": "MPEG_LAYER_III"})["mp3"]
        data = files.dataset(files.Listing("workers", excerpts, ["a", "b"], 30.0))

        def rate(n_jobs):
            """Return tracks a second, once all workers have started."""
            seconds = []
            for _ in range(3):
                with tempfile.TemporaryDirectory() as root:
                    start = perf_counter()
                    store.extract(data, root=root, n_jobs=n_jobs)
                    seconds.append(perf_counter() - start)
            return len(data) / min(seconds)

        print(f"one process: {rate(1):.1f} tracks a second")
        print(f"two processes: {rate(2):.1f}")
        for settings in ({}, KEEP_MEMORY):
            os.environ.update(settings)  # which workers inherit
            with (
                LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as local,
                cluster.connected(local.scheduler_address, data, Path(folder)),
            ):
                with_settings = "".join(f" {name}={value}" for name, value in settings.items())
                print(f"two workers of a Dask cluster{with_settings}: {rate(2):.1f}")


def measure_training(options):
    n = round(options.gigabytes * 1e9 / (2 * N_MELS * FRAMES))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder, "frames.npy")
        frames = np.lib.format.open_memmap(path, "w+", np.float16, (n * FRAMES, N_MELS))
        start = perf_counter()
        chunk = np.random.default_rng(0).normal(size=(2**16, N_MELS)).astype(np.float16)
        for first in range(0, len(frames), len(chunk)):
            rows = frames[first : first + len(chunk)]
            rows[:] = chunk[: len(rows)]
        frames.flush()
        size = path.stat().st_size / 1e9
        print(
            f"{n} tracks, {n * FRAMES / 1e6:.1f} million frames, {size:.1f} GB on disk, "
            f"written at {1e3 * size / (perf_counter() - start):.0f} MB a second"
        )
        del frames, rows

        def train(standardize, from_disk=False):
            """Return seconds until training begins, and samples a second from then on."""
            if from_disk:
                forget(path)
            frames = np.load(path, mmap_mode="r")  # anew each time: pages that are mapped are not forgotten
            features = store.StoredFeatures(made(n), frames, FRAMES * np.arange(n + 1), [], "")
            ends = []
            model = warp.WarpEmbedding(
                100,
                standardize=standardize,
                n_epochs=2,
                epoch_size=SAMPLES,
                callback=lambda _: ends.append(perf_counter()),
                random_state=0,
            )
            start = perf_counter()
            model.fit_datasets([(frames, paper._frame_labels(features))])
            rate = SAMPLES / (ends[1] - ends[0])
            return ends[0] - SAMPLES / rate - start, rate

        train(False)  # numba's compilation
        before = anonymous(psutil.Process().memory_info())
        with Watch() as watch:
            prepare, _ = train(False)
        more = 1e6 * watch.most["parent anonymous"] - before
        print(f"labels of frames: {prepare:.1f} s, {more / n / FRAMES:.0f} bytes of memory for each frame")
        for from_disk in (True, False):
            with Watch() as watch:
                seconds, rate = train(True, from_disk)
            print(
                f"standardise{' from disk' if from_disk else ''}: {(seconds - prepare) / size:.2f} s a GB, "
                f"then {rate:.0f} samples a second; anonymous memory at most "
                f"{watch.most['parent anonymous']:.0f} MB, file pages {watch.most['parent file']:.0f} MB"
            )
        for advice in ("NORMAL", "RANDOM"):
            print(f"frames at random places, from disk, MADV_{advice}: " + read_at_random(path, advice))


def read_at_random(path, advice, batches=50, batch_size=100):
    """Read frames as training does."""
    forget(path)
    frames = np.load(path, mmap_mode="r")
    if hasattr(mmap, "MADV_RANDOM"):
        frames._mmap.madvise(getattr(mmap, f"MADV_{advice}"))
    rows = np.sort(np.random.default_rng(1).integers(len(frames), size=(batches, batch_size)), axis=1)
    before, start = psutil.disk_io_counters().read_bytes, perf_counter()
    for batch in rows:
        frames[batch].astype(np.float32)
    took, read = perf_counter() - start, psutil.disk_io_counters().read_bytes - before
    return f"{rows.size / took:.0f} a second, {read / rows.size / 1e3:.0f} kB each"


def anonymous(memory):
    return memory.rss - getattr(memory, "shared", 0)  # only Linux tells


def forget(path):
    """Have the system drop a file's pages from memory, where it can be asked to."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure_evaluation(options):
    rng = np.random.default_rng(0)
    print(f"{'tracks':>8}{'precision at 10':>18}{'ten folds':>12}{'windows and folds':>20}")
    for n in (1000, 2000, 4000, 8000):
        y = np.arange(n) % LABELS
        X = rng.normal(size=(n, 4 * N_MELS)).astype(np.float32)
        start = perf_counter()
        evaluate.precision_at_k(X, y)
        row = f"{n:8}{perf_counter() - start:16.1f} s"
        if n <= 4000:
            before = anonymous(psutil.Process().memory_info())
            with Watch() as watch:
                windows = [(rng.normal(size=(20, 4 * N_MELS)) + label).astype(np.float32) for label in y]
                start = perf_counter()
                evaluate.cross_validate(windows, y)
                row += f"{perf_counter() - start:10.1f} s"
            row += f"{(1e6 * watch.most['parent anonymous'] - before) / n / 1e3:9.0f} kB a track"
            del windows
        print(row)


STAGES = {
    "memory": measure_memory,
    "tracks": measure_tracks,
    "listing": measure_listing,
    "workers": measure_workers,
    "training": measure_training,
    "evaluation": measure_evaluation,
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(STAGES))
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--folder", help="on the disk whose speed is meant")
    parser.add_argument("--extract", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.extract:
        extract_made(options.extract)
        return
    for name in options.only.split(","):
        print(f"\n{name}")
        STAGES[name](options)


if __name__ == "__main__":
    main()
