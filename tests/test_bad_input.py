"""Any file in a folder is read right, or reported in one sentence; none of them stops the rest."""

import faulthandler
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from functools import cache
from pathlib import Path

import broken
import broken_files
import broken_streams
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirlab import AudioError, DatasetError, audio, datasets, store
from mirlab.audio import containers, disk
from mirlab.datasets import files
from mirlab.errors import printable

ROOT = Path(__file__).parents[1]
GROUPS = broken_files.GROUPS | broken_streams.GROUPS
READERS = [audio.load, audio.seconds, audio.fingerprint]


@pytest.fixture(autouse=True)
def watchdog():
    """A test that hangs, on a pipe that nobody writes to, say, ends them all and shows where."""
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Every case in a folder of its group: the folder, and the path of each case."""
    root = tmp_path_factory.mktemp("corpus")
    return root, broken.make(root, broken.cases())


def is_clear(sentence, path):
    """Whether a sentence is one, on one line, that names the file and says what to do."""
    name = printable(path)
    return sentence.startswith(f"{name}: ") and sentence.isprintable() and "; " in sentence[len(name) :]


def test_there_are_hundreds_of_cases_of_every_group(corpus):
    _, written = corpus
    assert len(written) >= (800 if os.name == "posix" else 600)
    assert {case.group for case in written} == set(GROUPS)
    refused = sum(case.refused is not None for case in written)
    assert min(refused, len(written) - refused) > 200


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("group", GROUPS)
def test_each_file_is_read_right_or_refused_clearly(corpus, group, capfd):
    wrong = {}
    for case, path in corpus[1].items():
        if case.group != group:
            continue
        try:
            y = audio.load(path, duration=None)
        except AudioError as error:
            sentence = str(error)
            if case.refused is None or not re.search(case.refused, sentence) or not is_clear(sentence, path):
                wrong[str(case)] = sentence
        else:
            if case.refused is not None or y.dtype != np.float32 or not case.holds(y):
                wrong[str(case)] = f"read, {len(y) / broken.RATE:.3f} s"
    assert wrong == {}
    assert capfd.readouterr() == ("", "")


@cache
def whole_sound(path):
    return audio.load(path, duration=None)


@given(data=st.data())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_is_what_the_whole_has_there(corpus, data):
    """Wherever a part begins, and whatever the file claims: as much sound as there is, and the same."""
    readable = [path for case, path in corpus[1].items() if case.refused is None and case.level is None]
    path = data.draw(st.sampled_from(readable))
    whole = whole_sound(path)
    assert audio.seconds(path) == pytest.approx(len(whole) / broken.RATE, abs=2 / 8000)
    grid = 0.04  # s: a whole number of samples at every rate that is used
    offset = grid * data.draw(st.integers(0, int((len(whole) - 1) / broken.RATE / grid)))
    duration = grid * data.draw(st.integers(1, 60))
    there = whole[round(offset * broken.RATE) :][: round(duration * broken.RATE)]
    part = audio.load(path, offset=offset, duration=duration)
    assert abs(len(part) - len(there)) <= 3
    n = min(len(part), len(there))
    edge = min(100, n // 2)  # resampling rings there
    np.testing.assert_allclose(part[edge : n - edge], there[edge : n - edge], atol=0.02)


EXTRACT = """
import json, sys
from mirlab import datasets, store
data = datasets.load("folder", root=sys.argv[1])
features = store.extract(data, root=sys.argv[2])
frames = {}
for i, excerpt in enumerate(features.dataset.excerpts):
    name = str(excerpt.path)
    frames[name] = frames.get(name, 0) + len(features.track(i))
print(json.dumps([frames, features.problems]))
"""


def test_one_folder_of_all_is_extracted_or_reported(corpus, tmp_path):
    root, written = corpus
    command = [sys.executable, "-c", EXTRACT, str(root), str(tmp_path / "store")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, timeout=300, env=environment, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    frames, problems = json.loads(done.stdout)
    assert all(frames.values())
    reported = {path: [p for p in problems if is_about(p, case, path)] for case, path in written.items()}
    lost = []
    for case, path in written.items():
        if case.refused is None and case.level != 0.0:
            if str(path) not in frames:
                lost.append((str(case), reported[path]))
        elif not reported[path]:
            lost.append((str(case), "not reported"))
    assert lost == []
    assert [problem for problem in problems if not problem.isprintable()] == []


def is_about(problem, case, path):
    return printable(path) in problem or printable(f"{case.group}/{case.name}#") in problem


def test_files_of_equal_content_are_reported_by_name(tmp_path):
    root = tmp_path / "music"
    for label in ("a", "b"):
        (root / label).mkdir(parents=True)
        for name in ("one.wav", "two.wav"):
            (root / label / name).touch()
        (root / label / "three.wav").write_bytes(broken.whole("wav"))
    features = store.extract(datasets.load("folder", root=root), root=tmp_path / "store")
    named = {problem.split(": ")[0] for problem in features.problems}
    assert named == {str(root / label / name) for label in "ab" for name in ("one.wav", "two.wav")}


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_part_of_an_hour_takes_little_memory(tmp_path, kind):
    rate, path = 8000, tmp_path / f"hour.{kind}"
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        for minute in range(60):
            y = np.zeros(60 * rate)
            if minute == 50:
                y[: 2 * rate] = broken.tune(2.0, rate)
            file.write(y)
    assert audio.seconds(path) == 3600
    tracemalloc.start()
    try:
        y = audio.load(path, offset=3000.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert y.shape == (30 * 22050,) and peak < 20e6
    np.testing.assert_allclose(y[1000:40000], broken.tune()[1000:40000], atol=1e-3)


def test_a_part_of_an_mp3_of_an_hour_takes_little_memory(tmp_path):
    path = tmp_path / "hour.mp3"
    path.write_bytes(broken.mp3_without_index(60.0, 44100) * 60)
    length = audio.seconds(path)
    assert 3600 < length < 3606
    tracemalloc.start()
    try:
        y = audio.load(path, offset=3000.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert y.shape == (30 * 22050,) and peak < 30e6


@pytest.mark.skipif(os.name == "nt", reason="a path may not be longer than 260 signs there")
def test_a_path_longer_than_the_buffer_of_the_decoder(tmp_path):
    folder = tmp_path.joinpath(*["d" * 200] * 6)
    folder.mkdir(parents=True)
    path = folder / "deep.wav"
    path.write_bytes(broken.whole("wav"))
    np.testing.assert_allclose(audio.load(path), broken.tune(), atol=1e-3)


@pytest.fixture
def named(tmp_path):
    """A folder set whose names cannot be printed; in each label, one file is silent and one is empty."""
    try:
        for label in (os.fsdecode(b"caf\xe9"), "two\nlines"):
            (tmp_path / label).mkdir()
            for name in (os.fsdecode(b"\xe9t\xe9.wav"), "one\ntwo.wav"):
                (tmp_path / label / name).write_bytes(broken.whole("wav"))
            silence = broken.encode(np.zeros(44100), 22050, "WAV", "PCM_16")
            (tmp_path / label / "zero\r.wav").write_bytes(silence)
            (tmp_path / label / "empty\x1b.wav").touch()
    except OSError:
        pytest.skip("this system has no such names")
    return tmp_path


def test_names_that_cannot_be_printed(named):
    for path in named.rglob("*.wav"):
        if path.name.startswith("empty"):
            with pytest.raises(AudioError) as caught:
                audio.load(path)
            assert is_clear(str(caught.value), path)
        else:
            assert audio.load(path).shape == (44100,)
            assert audio.seconds(path) == 2.0
        assert len(audio.fingerprint(path)) == 32


def test_names_that_cannot_be_printed_in_a_folder_set(named, tmp_path_factory):
    features = store.extract(datasets.load("folder", root=named), root=tmp_path_factory.mktemp("store"))
    assert len(features) == 4
    *names, _, _, _, _ = features.problems  # two names that cannot be read as text, two faults for each label
    assert all("name is not a text" in sentence for sentence in names)
    texts = [*features.problems, *features.dataset.track_ids, *features.dataset.label_names]
    assert [text for text in texts if not text.isprintable()] == []


@pytest.mark.parametrize("name", ["two\nlines", os.fsdecode(b"caf\xe9"), "line\u2028separator"])
def test_names_that_cannot_be_printed_in_messages(tmp_path, name):
    try:
        (tmp_path / f"{name}.csv").write_text("song\n1\n", encoding="utf-8")
    except OSError:
        pytest.skip("this system has no such names")
    with pytest.raises(DatasetError, match=r"has no column 'file'") as caught:
        datasets.find("unique", root=tmp_path)
    missing = files.Listing("demo", [files.Excerpt("a", tmp_path / f"{name}.mp3", 0, 0)], ["x"], 10.0)
    (problem,) = files.dataset(missing).problems
    for sentence in (str(caught.value), problem):
        assert sentence.isprintable() and printable(name) in sentence


def test_a_name_with_a_nul_in_it():
    for reader in READERS:
        with pytest.raises(AudioError, match=r"^a\\x00b.wav: cannot be read \(.*embedded null"):
            reader("a\0b.wav")


@pytest.mark.parametrize("reader", READERS)
def test_what_is_not_a_file_is_refused_at_once(corpus, reader):
    for case, path in corpus[1].items():
        if case.group == "entries" and case.refused not in (None, "is empty"):
            with pytest.raises(AudioError) as caught:
                reader(path)
            assert is_clear(str(caught.value), path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("reader", READERS)
def test_files_that_others_may_not_read(reader):
    folder = Path(tempfile.mkdtemp())  # one of pytest's own could not be entered
    try:
        (folder / "shut").mkdir()
        paths = folder / "a.wav", folder / "shut" / "b.wav"
        for path in paths:
            path.write_bytes(broken.whole("wav"))
        paths[0].chmod(0)
        folder.chmod(0o755)
        (folder / "shut").chmod(0o700)
        try:
            os.seteuid(65534)
        except OSError:
            pytest.skip("this root is nobody else: it is one of a container's own")
        for path in paths:
            with pytest.raises(AudioError, match=r": cannot be read \(Permission denied\); ") as caught:
                reader(path)
            assert is_clear(str(caught.value), path)
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


# -- files that change while they are read ---------------------------------------------------------------


def append(path):
    with path.open("ab") as file:
        file.write(bytes(100_000))


def shorten(path):
    os.truncate(path, 5000)


def empty(path):
    os.truncate(path, 0)


def rewrite(path):
    with path.open("r+b") as file:
        file.write(bytes(100))
    os.utime(path, ns=(0, 10**9))


@pytest.mark.parametrize("kind", broken.SOUND_NAMES)
@pytest.mark.parametrize("change", [append, shorten, empty, rewrite])
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, kind, change):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(broken.whole(kind, 4.0))

    def open_and_change(source, opening=containers.open_stream):
        stream = opening(source)
        change(path)
        return stream

    monkeypatch.setattr(containers, "open_stream", open_and_change)
    with pytest.raises(AudioError, match="changed while it was read; wait until it is complete") as caught:
        audio.load(path)
    assert is_clear(str(caught.value), path)


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be replaced or removed there")
@pytest.mark.parametrize("change", ["replaced", "removed"])
def test_a_file_that_loses_its_name_is_read_to_its_end(tmp_path, monkeypatch, change):
    path, other = tmp_path / "a.wav", tmp_path / "other"
    path.write_bytes(broken.whole("wav"))
    other.write_bytes(b"another")

    def open_and_change(source, opening=containers.open_stream):
        stream = opening(source)
        other.replace(path) if change == "replaced" else path.unlink()
        return stream

    monkeypatch.setattr(containers, "open_stream", open_and_change)
    np.testing.assert_allclose(audio.load(path), broken.tune(), atol=1e-3)


def test_a_hash_of_a_file_that_changes_meanwhile(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(broken.whole("wav"))

    def hash_and_change(*args, digest=disk.hashlib.file_digest):
        append(path)
        return digest(*args)

    monkeypatch.setattr(disk.hashlib, "file_digest", hash_and_change)
    with pytest.raises(AudioError, match="changed while it was read"):
        audio.fingerprint(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
@pytest.mark.parametrize("reader", READERS)
def test_a_pipe_that_takes_the_place_of_a_file(tmp_path, monkeypatch, reader):
    """Nobody writes to it, and it comes after the file was looked at: opening it must not wait."""
    path = tmp_path / "a.wav"
    path.write_bytes(broken.whole("wav"))
    looked_at = os.stat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(disk.os, "stat", lambda _: looked_at)
    with pytest.raises(AudioError, match="is a pipe, a socket or a device") as caught:
        reader(path)
    assert is_clear(str(caught.value), path)
