import inspect
import json
import os
import pickle
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirlab import AudioError, MirlabError, StoreError, extractors, store, work
from mirlab.datasets import Dataset
from mirlab.errors import DatasetError, NetworkError
from mirlab.extractors import PARAMETERS, Extractor
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


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_changed_constant_is_noticed(tmp_path, monkeypatch, name):
    store.extract(make(), root=tmp_path)
    reader = Reader()
    monkeypatch.setitem(PARAMETERS, name, 0)
    store.extract(make(read=reader), root=tmp_path)
    assert sorted(reader.read) == list(range(20))


def test_the_parameters_are_those_that_are_used():
    used = {name: p.default for name, p in inspect.signature(log_mel).parameters.items() if name != "y"}
    assert used == {name: PARAMETERS[name] for name in used} and len(used) == 4
    np.testing.assert_allclose(log_mel(np.zeros(2048)), np.log(PARAMETERS["log_offset"]), rtol=1e-6)


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


def test_a_set_that_is_renamed_is_copied_but_for_what_could_not_be_read(tmp_path):
    before = store.extract(make(read=Reader(broken=[3])), root=tmp_path)
    (folder,) = (tmp_path / "demo-synth").iterdir()
    folder.rename(folder.with_name("old"))
    reader = Reader()
    after = store.extract(make(read=reader), root=tmp_path)
    assert reader.read == [3] and len(after) == 20 and after.problems == []
    assert after.key != before.key, "what is made of them must be made again"


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("stopped", [False, True])
def test_broken_excerpts_of_equal_content_are_told_each_by_its_own_name(tmp_path, n_jobs, stopped):
    fingerprints = [f"sound {i % 10}" if i % 10 in (2, 7) else f"sound {i}" for i in range(20)]
    dataset = make(read=Reader(broken=[2, 12], silent=[7, 17]), fingerprints=fingerprints)
    if stopped:  # between the first and the second of each pair
        with pytest.raises(Stop):
            store.extract(dataset, root=tmp_path, progress=stop)
    features = store.extract(dataset, root=tmp_path, n_jobs=n_jobs)
    assert features.problems == [
        "2.wav: cannot be read as sound",
        "track 7 é: is silent",
        "12.wav: cannot be read as sound",
        "track 17 é: is silent",
    ]


def test_of_two_equal_excerpts_one_that_can_be_read_is_enough(tmp_path):
    dataset = make(
        read=Reader(broken=[2]), fingerprints=["same" if i in (2, 12) else str(i) for i in range(20)]
    )
    with pytest.raises(Stop):
        store.extract(dataset, root=tmp_path / "a", progress=stop)
    features = store.extract(dataset, root=tmp_path / "a")
    assert len(features) == 20 and features.problems == []
    np.testing.assert_array_equal(features.track(2), features.track(12))
    store.extract(dataset, root=tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize("name", ["a\udcff\udcfe.wav", "two\nlines", "right\u202eleft"])
def test_names_that_cannot_be_printed(tmp_path, name):
    dataset = make(n=2, read=Reader(silent=[1]))
    dataset = replace(dataset, track_ids=["a\ud800", name])
    for _ in range(2):
        features = store.extract(dataset, root=tmp_path)
        assert features.dataset.track_ids == ["a\ud800"]
        (problem,) = features.problems
        assert problem.isprintable() and problem.endswith(": is silent")
    (index,) = tmp_path.glob("*/*/index.json")
    assert json.loads(index.read_text(encoding="utf-8"))["track_ids"] == ["a\ud800", name]


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
    with pytest.raises(
        MirlabError, match=r"features of 'demo-synth': a worker process ended .*what is done is kept"
    ):
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
    with pytest.raises(ValueError, match="one row per frame"):
        features.windows(wrong)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_rises_piece_by_piece_to_the_total(tmp_path, n_jobs):
    calls = []
    store.extract(make(), root=tmp_path, n_jobs=n_jobs, progress=lambda *args: calls.append(args))
    assert calls == [(done, 20, "demo-synth") for done in (0, 4, 8, 12, 16, 20)]


def test_what_is_sent_to_a_worker_does_not_grow_with_the_set(tmp_path, monkeypatch):
    sizes = []

    def parallel(function, items, **options):
        for item in items:
            sizes.append(len(pickle.dumps((function, item))))
            yield function(*item)

    monkeypatch.setattr(work, "parallel", parallel)
    for n in (8, 800):
        store.extract(make(n), root=tmp_path / f"{n}")
    assert len(sizes) == 202 and max(sizes) < 1.1 * min(sizes)


class Stop(Exception):
    pass


def stop(done, total, what):
    if done == 12:
        raise Stop


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    with pytest.raises(Stop):
        store.extract(make(read=Reader(broken=[2])), root=tmp_path / "stopped", progress=stop)
    assert not list((tmp_path / "stopped").glob("*/*/frames.npy")), "nothing unfinished has a finished name"
    calls, reader = [], Reader(broken=[2])
    store.extract(make(read=reader), root=tmp_path / "stopped", progress=lambda *args: calls.append(args[0]))
    assert calls[0] == 12 and len(reader.read) == 8
    store.extract(make(read=Reader(broken=[2])), root=tmp_path / "whole")
    assert files(tmp_path / "stopped") == files(tmp_path / "whole")


def test_a_piece_that_goes_while_pieces_are_looked_for_does_no_harm(tmp_path, monkeypatch):
    with pytest.raises(Stop):
        store.extract(make(fingerprints=[f"old {i}" for i in range(20)]), root=tmp_path, progress=stop)
    scandir, gone = os.scandir, []

    def scan(place="."):
        if not gone and str(place).endswith(".part") and os.listdir(place):
            gone.append(place)
            shutil.rmtree(place)
        return scandir(place)

    monkeypatch.setattr(os, "scandir", scan)
    assert len(store.extract(make(), root=tmp_path)) == 20 and gone


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


def json_of(**changes):
    def damage(folder):
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        (folder / "index.json").write_text(json.dumps(index | changes), encoding="utf-8")

    return damage


def array_of(name, change):
    return lambda folder: np.save(folder / name, change(np.load(folder / name)))


def bytes_of(name, change):
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


DAMAGES = {
    "index.json gone": lambda folder: (folder / "index.json").unlink(),
    "frames.npy gone": lambda folder: (folder / "frames.npy").unlink(),
    "offsets.npy gone": lambda folder: (folder / "offsets.npy").unlink(),
    "index.json cut": bytes_of("index.json", lambda content: content[:-30]),
    "frames.npy cut": bytes_of("frames.npy", lambda content: content[:-1]),
    "offsets.npy cut": bytes_of("offsets.npy", lambda content: content[:-8]),
    "index.json empty": bytes_of("index.json", lambda content: b""),
    "frames.npy empty": bytes_of("frames.npy", lambda content: b""),
    "offsets.npy empty": bytes_of("offsets.npy", lambda content: b""),
    "no text": bytes_of("index.json", lambda content: b"\xff" + content),
    "other json": bytes_of("index.json", lambda content: b"[1, 2]"),
    "no keys": json_of(keys=[]),
    "problems in another form": json_of(problems=[1, 2], keys=["?"] * 4),
    "a zip": bytes_of("frames.npy", lambda content: b"PK\3\4" + content),
    "an open bracket in a header": bytes_of("offsets.npy", lambda content: content.replace(b"}", b" ")),
    "half a header": bytes_of("frames.npy", lambda content: content.replace(b"False", b"Fal(e")),
    "other frames": array_of("frames.npy", lambda frames: frames.astype(np.float32)),
    "other width": array_of("frames.npy", lambda frames: frames[:, :128]),
    "no frames": array_of("frames.npy", lambda frames: frames[:0]),
    "other offsets": array_of("offsets.npy", lambda offsets: offsets.astype(np.float64)),
    "offsets that fall": array_of("offsets.npy", lambda offsets: np.r_[0, 5, 3, offsets[3:]]),
    "offsets that begin late": array_of("offsets.npy", lambda offsets: np.r_[1, offsets[1:]]),
    "a pickle": lambda folder: np.save(folder / "offsets.npy", np.array([print]), allow_pickle=True),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_piece_is_made_again(tmp_path, damage):
    with pytest.raises(Stop):
        store.extract(make(), root=tmp_path / "a", progress=stop)
    pieces = list(tmp_path.glob("a/*/*.part/piece-*"))
    damage(pieces[1])
    reader = Reader()
    store.extract(make(read=reader), root=tmp_path / "a")
    assert len(pieces) == 3 and len(reader.read) == 12
    store.extract(make(), root=tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_set_is_told_with_what_to_do(tmp_path, damage):
    store.extract(make(n=4), root=tmp_path)
    (folder,) = tmp_path.glob("demo-synth/*")
    damage(folder)
    with pytest.raises(StoreError, match=r"damaged .*; delete this folder and extract again") as caught:
        store.extract(make(n=4), root=tmp_path)
    assert str(folder) in str(caught.value)


def test_another_set_under_the_name_of_this_one_is_not_taken(tmp_path):
    store.extract(make(), root=tmp_path)
    (folder,) = tmp_path.glob("demo-synth/*")
    other = make(fingerprints=[f"other {i}" for i in range(20)])
    store.extract(other, root=tmp_path / "other")
    (foreign,) = tmp_path.glob("other/demo-synth/*")
    for path in folder.iterdir():
        path.write_bytes((foreign / path.name).read_bytes())
    with pytest.raises(StoreError, match="damaged"):
        store.extract(make(), root=tmp_path)


@pytest.mark.parametrize(
    "fault", [PermissionError(13, "Permission denied"), OSError(24, "Too many open files")]
)
def test_a_set_that_cannot_be_opened_is_not_called_damaged(tmp_path, monkeypatch, fault):
    store.extract(make(), root=tmp_path)

    def load(*args, **kwargs):
        raise fault

    monkeypatch.setattr(np, "load", load)
    with pytest.raises(StoreError, match=rf"cannot be read \({fault.strerror}\)"):
        store.extract(make(), root=tmp_path)


@pytest.mark.parametrize("way", ["read-only", "link to the set", "link to the store"])
def test_a_finished_set_may_be_read_only_or_linked_to(tmp_path, monkeypatch, way):
    expected = store.extract(make(), root=tmp_path / "kept")
    root = tmp_path / "kept"
    if way == "read-only":
        for folder, _, names in os.walk(root):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chmod(path, 0o555 if path == folder else 0o444)

        def refuse(*args, **kwargs):
            raise OSError(30, "Read-only file system")

        for name in ("mkdir", "rename", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, refuse)
    else:
        root = tmp_path / "linked"
        kept = tmp_path / "kept" / "demo-synth"
        try:
            if way == "link to the store":
                root.symlink_to(tmp_path / "kept", target_is_directory=True)
            else:
                (root / "demo-synth").mkdir(parents=True)
                for folder in kept.iterdir():
                    (root / "demo-synth" / folder.name).symlink_to(folder, target_is_directory=True)
        except OSError:
            pytest.skip("links are not allowed here")
    reader = Reader()
    features = store.extract(make(read=reader), root=root)
    assert reader.read == [] and len(features.windows()) == 20
    np.testing.assert_array_equal(features.frames, expected.frames)
    if way == "read-only":
        with pytest.raises(StoreError, match=r"cannot be kept here \((Read-only|Permission)"):
            store.extract(make(n=3), root=root)
        monkeypatch.undo()
        for folder in (root, root / "demo-synth", *(root / "demo-synth").iterdir()):
            folder.chmod(0o755)


@pytest.mark.parametrize("at", [0, 9, 19])
def test_a_store_that_is_deleted_meanwhile_is_told(tmp_path, at):
    def read(i):
        if i == at:
            shutil.rmtree(tmp_path / "store")
        return sound(i)

    with pytest.raises(StoreError, match=r"store.demo-synth: features cannot be kept here \(.+\)"):
        store.extract(make(read=read), root=tmp_path / "store")
    assert len(store.extract(make(), root=tmp_path / "store")) == 20


def test_pieces_that_go_while_they_are_needed_are_made_again(tmp_path):
    calls = []

    def tidy(done, total, what):
        calls.append(done)
        if calls == [0, 4, 8, 12]:
            for piece in tmp_path.glob("a/*/*.part/piece-*"):
                shutil.rmtree(piece)

    store.extract(make(), root=tmp_path / "a", progress=tidy)
    assert calls == [0, 4, 8, 12, 16, 20, 8, 12, 16, 20]
    store.extract(make(), root=tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_pieces_that_always_go_are_told(tmp_path):
    def tidy(done, total, what):
        for piece in tmp_path.glob("*/*.part/piece-*"):
            shutil.rmtree(piece)

    with pytest.raises(StoreError, match=r"\.part: files written here are missing or changed"):
        store.extract(make(), root=tmp_path, progress=tidy)


def test_a_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"cannot be kept here .* MIRLAB_DATA"):
        store.extract(make(), root=tmp_path / "file")


@pytest.mark.parametrize("name", ["", "..", "a/b", "../a", "a\\b", ".a"])
def test_names_that_are_no_folder_names(tmp_path, name):
    with pytest.raises(StoreError, match="names a folder"):
        store.extract(make(name=name), root=tmp_path)


def loudness(y):
    return np.sqrt(np.mean(y[: len(y) // 1000 * 1000].reshape(-1, 1000) ** 2, axis=1, keepdims=True))


def test_other_features_are_kept_beside_the_frames(tmp_path):
    loud = Extractor("loudness", loudness, 1, {"version": 1})
    frames = store.extract(make(), root=tmp_path)
    features = store.extract(make(), extractor=loud, root=tmp_path, n_jobs=2)
    assert features.frames.shape[1] == 1 and features.key != frames.key
    np.testing.assert_array_equal(features.track(3), loudness(sound(3)).astype(np.float16))
    reader = Reader()
    store.extract(make(read=reader), extractor=loud, root=tmp_path)
    store.extract(make(read=reader), root=tmp_path)
    assert reader.read == []
    store.extract(make(read=reader), extractor=replace(loud, parameters={"version": 2}), root=tmp_path)
    assert sorted(reader.read) == list(range(20))


@pytest.mark.parametrize("name", ["", "resnet", "vggish"])
def test_features_that_cannot_be_kept_are_named(name):
    """A network from a file of the user has no name under which features could be kept."""
    with pytest.raises(NetworkError, match=f"there are no features '{name}'; there are base, mtt_musicnn"):
        extractors.named(name)
