"""Memory that does not grow with the data: neither with the number of files nor with the size of a store."""

import tracemalloc

import numpy as np
import pytest

from mirlab import paper, store
from mirlab.datasets import Dataset
from mirlab.warp import examples

FRAMES = 40  # of an excerpt here


def noise(i):
    return np.random.default_rng(i).uniform(-0.5, 0.5, 512 * (FRAMES - 1)).astype(np.float32)


def make(n, y=None, read=noise):
    return Dataset(
        "many-synth",
        [f"track {i}" for i in range(n)],
        [f"label {i}" for i in range(4)],
        np.arange(n) % 4 if y is None else y,
        np.arange(n),
        read,
        [f"sound {i}" for i in range(n)],
    )


def peak(function, *arguments, **parameters):
    """Return the most memory that Python and NumPy held at once while a function ran, in bytes."""
    tracemalloc.start()
    try:
        function(*arguments, **parameters)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_extraction_holds_no_more_than_the_index(tmp_path):
    store.extract(make(16), root=tmp_path / "first")  # what is loaded once
    few, many = (make(n) for n in (64, 640))
    growth = peak(store.extract, many, root=tmp_path / "many")
    growth -= peak(store.extract, few, root=tmp_path / "few")
    frames = 2 * FRAMES * 200  # bytes, 16 000
    assert growth / (640 - 64) < 2000 < frames / 4


@pytest.fixture
def large(tmp_path):
    """Return features of 80 MB, on disk only: a file of zeros takes no room."""
    n = 200_000 // FRAMES
    frames = np.lib.format.open_memmap(tmp_path / "frames.npy", "w+", np.float16, (n * FRAMES, 200))
    frames[::997] = np.random.default_rng(0).normal(size=(len(frames[::997]), 200))
    frames.flush()
    frames = np.load(tmp_path / "frames.npy", mmap_mode="r")
    return lambda y: store.StoredFeatures(make(n, y), frames, FRAMES * np.arange(n + 1), [], "key")


@pytest.mark.parametrize("tags", [False, True])
def test_training_reads_frames_as_it_needs_them(large, tags):
    n = 200_000 // FRAMES
    y = np.arange(n) % 4
    features = large(np.eye(4, dtype=bool)[y] | np.eye(4, dtype=bool)[(y + 1) % 4] if tags else y)
    parameters = {"epoch_size": 2000, "n_epochs": 2, "n_components": 4}
    paper.learn([large(y)], **parameters)  # what is loaded and compiled once
    most = peak(paper.learn, [features], **parameters)
    a_label_a_frame = 64 * len(features.frames)
    at_a_time = 4 * 8 * 200 * examples.ROWS_AT_ONCE
    assert most < a_label_a_frame + at_a_time
    assert most < features.frames.nbytes / 2


def test_embedding_and_windows_hold_little_at_a_time(large):
    """Not more than what they return, and some thousands of frames."""
    features = large(None)
    embedding = np.zeros((200, 4), np.float32)
    returned = sum(w.nbytes for w in features.windows(lambda frames: frames @ embedding, width=20))
    most = peak(features.windows, lambda frames: frames @ embedding, width=20)
    assert most - returned < 2 * 4 * 200 * store.CHUNK < features.frames.nbytes / 3
