import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from mirlab import AudioError, StoreError, store
from mirlab.datasets import Dataset
from mirlab.errors import DatasetError
from mirlab.features import aggregate, log_mel

ROOT = Path(__file__).parents[1]


def sound(i):
    rng = np.random.default_rng(i)
    return rng.uniform(-0.5, 0.5, 3000 + 700 * (i % 5)).astype(np.float32)


class Reader:
    """Counts what is read; `broken` excerpts cannot be, `silent` ones are."""

    def __init__(self, broken=(), silent=()):
        self.broken, self.silent, self.read = broken, silent, []

    def __call__(self, i):
        self.read.append(i)
        if i in self.broken:
            raise AudioError(f"{i}.wav: cannot be read as sound")
        return np.zeros(3000, np.float32) if i in self.silent else sound(i)


def make(n=20, read=sound, fingerprints=None, y=None, name="demo-synth"):
    return Dataset(
        name=name,
        track_ids=[f"track {i} é" for i in range(n)],
        label_names=["a", "b"],
        y=np.arange(n) % 2 if y is None else y,
        groups=np.arange(n) // 3,
        read=read,
        fingerprints=fingerprints or [f"sound {i}" for i in range(n)],
    )


def files(root):
    """Every file below a folder, with its content."""
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(Path(root).rglob("*")) if p.is_file()}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(store, "PIECE", 4)


def test_features_are_log_mel_frames_in_order(tmp_path):
    dataset = make()
    features = store.extract(dataset, root=tmp_path)
    expected = [log_mel(sound(i)).astype(np.float16) for i in range(20)]
    assert len(features) == 20 and features.dataset is dataset and features.problems == []
    assert features.frames.dtype == np.float16 and isinstance(features.frames, np.memmap)
    np.testing.assert_array_equal(features.frames, np.concatenate(expected))
    np.testing.assert_array_equal(features.offsets, np.cumsum([0] + [len(e) for e in expected]))
    assert features.track(3).dtype == np.float32
    np.testing.assert_array_equal(features.track(3), expected[3])
    np.testing.assert_array_equal(features.track(-1), expected[-1])
    with pytest.raises(IndexError):
        features.track(20)


def test_what_is_kept_is_plain_numpy_and_json(tmp_path):
    features = store.extract(make(), root=tmp_path)
    (folder,) = (tmp_path / "demo-synth").iterdir()
    assert sorted(p.name for p in folder.iterdir()) == ["frames.npy", "index.json", "offsets.npy"]
    np.testing.assert_array_equal(np.load(folder / "frames.npy", allow_pickle=False), features.frames)
    np.testing.assert_array_equal(np.load(folder / "offsets.npy", allow_pickle=False), features.offsets)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    assert index["name"] == "demo-synth" and index["track_ids"][7] == "track 7 é"
    assert index["parameters"]["n_mels"] == 200 and index["problems"] == {}


def test_a_second_time_nothing_is_read(tmp_path):
    reader = Reader()
    first = store.extract(make(read=reader), root=tmp_path)
    assert sorted(reader.read) == list(range(20))
    before = files(tmp_path)
    calls = []
    again = store.extract(make(read=reader), root=tmp_path, progress=lambda *args: calls.append(args))
    assert len(reader.read) == 20 and calls == [] and files(tmp_path) == before
    np.testing.assert_array_equal(first.frames, again.frames)


def test_the_default_place_is_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path))
    store.extract(make(n=1), n_jobs=1)
    assert len(list(tmp_path.glob("features/demo-synth/*/frames.npy"))) == 1


def test_jobs_make_no_difference(tmp_path):
    store.extract(make(), root=tmp_path / "one", n_jobs=1)
    store.extract(make(), root=tmp_path / "two", n_jobs=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_only_changed_excerpts_are_read_again(tmp_path):
    store.extract(make(), root=tmp_path)
    reader = Reader()
    fingerprints = [f"sound {i}" for i in range(20)]
    fingerprints[5] = fingerprints[17] = "another"
    features = store.extract(make(read=reader, fingerprints=fingerprints), root=tmp_path)
    # Both have the same new sound; whichever is read, the rest is copied.
    assert set(reader.read) <= {5, 17} and len(features) == 20
    assert len(list((tmp_path / "demo-synth").iterdir())) == 2, "the older set is the owner's to delete"


def test_order_and_choice_are_part_of_the_key_but_cost_nothing(tmp_path):
    store.extract(make(), root=tmp_path)
    reader = Reader()
    backwards = make(read=reader, fingerprints=[f"sound {i}" for i in reversed(range(20))])
    features = store.extract(backwards, root=tmp_path)
    assert reader.read == []
    np.testing.assert_array_equal(features.track(0), log_mel(sound(19)).astype(np.float16))


def test_other_constants_are_other_features(tmp_path, monkeypatch):
    store.extract(make(), root=tmp_path)
    reader = Reader()
    monkeypatch.setitem(store.PARAMETERS, "format", 0)
    store.extract(make(read=reader), root=tmp_path)
    assert sorted(reader.read) == list(range(20))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_what_cannot_be_used_is_left_out_and_told(tmp_path, n_jobs):
    y = np.random.default_rng(0).random((20, 2)) < 0.5
    dataset = make(read=Reader(broken=[0, 9], silent=[13]), y=y)
    dataset.problems.append("one that was known")
    for _ in range(2):  # made, then found
        features = store.extract(dataset, root=tmp_path, n_jobs=n_jobs)
        assert features.problems == [
            "one that was known",
            "0.wav: cannot be read as sound",
            "9.wav: cannot be read as sound",
            "track 13 é: is silent",
        ]
        kept = [i for i in range(20) if i not in (0, 9, 13)]
        assert features.dataset.track_ids == [f"track {i} é" for i in kept]
        np.testing.assert_array_equal(features.dataset.y, y[kept])
        np.testing.assert_array_equal(features.dataset.groups, dataset.groups[kept])
        assert features.dataset.fingerprints == [f"sound {i}" for i in kept]
        assert len(features) == 17 and len(features.windows()) == 17
        for row, i in enumerate(kept):
            np.testing.assert_array_equal(features.dataset.audio(row), sound(i))
            np.testing.assert_array_equal(features.track(row), log_mel(sound(i)).astype(np.float16))


def test_what_could_not_be_read_is_tried_again_for_another_set(tmp_path):
    store.extract(make(read=Reader(broken=[3])), root=tmp_path)
    reader = Reader()
    features = store.extract(make(n=19, read=reader), root=tmp_path)
    assert reader.read == [3] and len(features) == 19 and features.problems == []


@pytest.mark.parametrize("n", [0, 3])
def test_nothing_to_keep(tmp_path, n):
    with pytest.raises(DatasetError, match=r"no excerpt of 'demo-synth' can be used"):
        store.extract(make(n=n, read=Reader(broken=range(n))), root=tmp_path)


def test_other_errors_are_not_swallowed(tmp_path):
    def read(i):
        raise ZeroDivisionError("a mistake in the program")

    with pytest.raises(ZeroDivisionError):
        store.extract(make(read=read), root=tmp_path)


def test_a_worker_that_dies_costs_only_its_piece(tmp_path):
    dataset = make(read=lambda i: os._exit(1) if i == 19 else sound(i))
    with pytest.raises(StoreError, match="a worker died while extracting 'demo-synth'"):
        store.extract(dataset, root=tmp_path, n_jobs=2)
    assert len(store.extract(make(), root=tmp_path)) == 20


def test_frame_excerpts_label_frames(tmp_path):
    features = store.extract(make(), root=tmp_path)
    rows = features.frame_excerpts()
    assert rows.shape == (len(features.frames),)
    for i in range(20):
        np.testing.assert_array_equal(features.frames[rows == i], features.track(i))


@pytest.mark.parametrize("chunk", [1, 25, 10**6])
def test_windows_aggregate_each_excerpt_whatever_the_chunk(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(store, "CHUNK", chunk)
    features = store.extract(make(), root=tmp_path)
    V = np.random.default_rng(0).normal(size=(200, 7)).astype(np.float32)
    sizes = []

    def embed(frames):
        assert frames.dtype == np.float32
        sizes.append(len(frames))
        return frames @ V

    plain, mapped = features.windows(width=3), features.windows(embed, width=3)
    assert len(plain) == len(mapped) == 20 and sum(sizes) == len(features.frames)
    assert max(sizes) <= max(chunk, np.diff(features.offsets).max())
    for i in range(20):
        np.testing.assert_array_equal(plain[i], aggregate(features.track(i), width=3))
        assert mapped[i].shape == (len(plain[i]), 28)
        np.testing.assert_allclose(mapped[i], aggregate(features.track(i) @ V, width=3), atol=2e-4)


@pytest.mark.parametrize("wrong", [lambda x: x[:-1], lambda x: x[:, 0]])
def test_windows_say_what_is_wrong_with_the_transform(tmp_path, wrong):
    features = store.extract(make(n=2), root=tmp_path)
    with pytest.raises(ValueError, match="one row a frame"):
        features.windows(wrong)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_rises_piece_by_piece_to_the_total(tmp_path, n_jobs):
    calls = []
    store.extract(make(), root=tmp_path, n_jobs=n_jobs, progress=lambda *args: calls.append(args))
    assert calls == [(done, 20, "demo-synth") for done in (0, 4, 8, 12, 16, 20)]


class Stop(Exception):
    pass


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    def stop(done, total, what):
        if done == 12:
            raise Stop

    with pytest.raises(Stop):
        store.extract(make(read=Reader(broken=[2])), root=tmp_path / "stopped", progress=stop)
    assert not list((tmp_path / "stopped").glob("*/*/frames.npy")), "nothing unfinished has a finished name"
    calls, reader = [], Reader(broken=[2])
    store.extract(make(read=reader), root=tmp_path / "stopped", progress=lambda *args: calls.append(args[0]))
    assert calls[0] == 12 and sorted(reader.read) == list(range(12, 20))
    store.extract(make(read=Reader(broken=[2])), root=tmp_path / "whole")
    assert files(tmp_path / "stopped") == files(tmp_path / "whole")


def test_a_kill_at_any_moment_costs_no_byte(tmp_path):
    script = textwrap.dedent("""
        import sys, time
        from test_store import make, sound
        from mirlab import store

        def read(i):
            time.sleep(0.02 if i < int(sys.argv[2]) else 1000)  # the run never ends by itself
            return sound(i)

        store.PIECE = 2
        store.extract(make(read=read), root=sys.argv[1])
    """)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}

    def pieces():
        return len(list(tmp_path.glob("killed/*/*.part/piece-*")))

    for reach, wait_for in ((9, 1), (13, 6)):  # in the middle of work, and of a piece
        run = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "killed"), str(reach)], env=env)
        while pieces() < wait_for:
            assert run.poll() is None
            time.sleep(0.005)
        run.kill()
        run.wait()
        assert not list(tmp_path.glob("killed/*/*/frames.npy"))
    assert pieces() == 6
    reader = Reader()
    store.extract(make(read=reader), root=tmp_path / "killed")
    assert sorted(reader.read) == list(range(12, 20))
    store.extract(make(), root=tmp_path / "whole")
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_two_at_once_do_no_harm(tmp_path):
    def read(i):
        time.sleep(0.002)
        return sound(i)

    results = []
    threads = [
        threading.Thread(target=lambda: results.append(store.extract(make(read=read), root=tmp_path / "a")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = store.extract(make(), root=tmp_path / "b")
    assert len(results) == 4
    for features in results:
        np.testing.assert_array_equal(features.frames, whole.frames)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_damaged_piece_is_made_again(tmp_path):
    def stop(done, total, what):
        if done == 12:
            raise Stop

    with pytest.raises(Stop):
        store.extract(make(), root=tmp_path / "a", progress=stop)
    one, two, three = sorted(tmp_path.glob("a/*/*.part/piece-*"))
    (one / "index.json").write_text('{"name": "de', encoding="utf-8")
    (two / "offsets.npy").unlink()
    frames = (three / "frames.npy").read_bytes()
    (three / "frames.npy").write_bytes(frames[: len(frames) // 2])
    store.extract(make(), root=tmp_path / "a")
    store.extract(make(), root=tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize("name", ["frames.npy", "offsets.npy", "index.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "empty"])
def test_a_damaged_set_is_told_with_what_to_do(tmp_path, name, damage):
    store.extract(make(), root=tmp_path)
    (path,) = tmp_path.glob(f"demo-synth/*/{name}")
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(StoreError, match=r"damaged .* delete this folder") as caught:
        store.extract(make(), root=tmp_path)
    assert str(path.parent) in str(caught.value)


def test_pickles_are_never_loaded(tmp_path):
    store.extract(make(), root=tmp_path)
    (path,) = tmp_path.glob("demo-synth/*/offsets.npy")
    np.save(path, np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(StoreError, match="damaged"):
        store.extract(make(), root=tmp_path)


def test_a_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"cannot be kept here .* MIRLAB_DATA"):
        store.extract(make(), root=tmp_path / "file")


def test_a_full_disk_does_no_damage(tmp_path):
    pytest.importorskip("resource", reason="a limit on the size of files stands in for a full disk")
    room = 20_000  # bytes a file: enough for a piece of 4 excerpts, not for the whole set
    script = textwrap.dedent(f"""
        import sys
        from test_store import make
        from mirlab import StoreError, store
        import resource
        store.PIECE = 4
        store.extract(make(n=1), root=sys.argv[1] + "/other")  # numba keeps what it compiles: let it
        resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, resource.RLIM_INFINITY))
        try:
            store.extract(make(), root=sys.argv[1] + "/full")
        except StoreError as error:
            assert "cannot be kept here" in str(error) and "make room" in str(error), error
            raise SystemExit(42)
    """)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=env, timeout=100)
    assert run.returncode == 42
    assert not list(tmp_path.glob("full/*/*/frames.npy")) and not list(tmp_path.glob("full/**/unfinished-*"))
    reader = Reader()
    store.extract(make(read=reader), root=tmp_path / "full")
    assert reader.read == [], "the pieces were whole"
    store.extract(make(), root=tmp_path / "whole")
    assert files(tmp_path / "full") == files(tmp_path / "whole")


@pytest.mark.parametrize("name", ["", "..", "a/b", "../a", "a\\b", ".a"])
def test_names_that_are_no_folder_names(tmp_path, name):
    with pytest.raises(StoreError, match="names a folder"):
        store.extract(make(name=name), root=tmp_path)
