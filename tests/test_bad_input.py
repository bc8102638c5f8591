"""Whatever lies in a folder is read right or told in one sentence; none stops the rest."""

import faulthandler
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import broken
import numpy as np
import pytest
import soundfile

from mirlab import AudioError, DatasetError, audio, datasets, store
from mirlab.datasets import files
from mirlab.errors import printable

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def watchdog():
    """What hangs, such as a pipe that nobody writes to, ends these tests and says where."""
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Every case in a folder of its group: the folder, and where each case lies."""
    root = tmp_path_factory.mktemp("corpus")
    return root, broken.make(root, broken.cases())


def is_told(sentence, path):
    """Whether a sentence is one, on one line, names the file, and says what would be right."""
    name = printable(path)
    return sentence.startswith(f"{name}: ") and sentence.isprintable() and "; " in sentence[len(name) :]


def test_there_are_more_than_two_hundred_of_every_kind(corpus):
    _, written = corpus
    assert len(written) >= 600 if os.name == "posix" else len(written) >= 400
    assert {case.group for case in written} == set(broken.GROUPS)
    assert (
        min(sum(case.refused is None for case in written), sum(case.refused is not None for case in written))
        > 200
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("group", broken.GROUPS)
def test_each_is_read_right_or_told_in_a_sentence(corpus, group, capfd):
    wrong = {}
    for case, path in corpus[1].items():
        if case.group != group:
            continue
        try:
            y = audio.load(path, duration=None)
        except AudioError as error:
            told = str(error)
            if case.refused is None or not re.search(case.refused, told) or not is_told(told, path):
                wrong[str(case)] = told
        else:
            if case.refused is not None or y.dtype != np.float32 or not case.holds(y):
                wrong[str(case)] = f"read, {len(y) / broken.RATE:.3f} s"
    assert wrong == {}
    assert capfd.readouterr() == ("", "")


def test_lengths_and_parts_agree_with_the_whole(corpus):
    wrong = {}
    for case, path in corpus[1].items():
        if case.refused is None and not case.believed:
            length = audio.seconds(path)
            if abs(length - case.seconds) > 0.1:
                wrong[str(case)] = f"{length} s"
            elif length >= 2:
                whole, part = audio.load(path), audio.load(path, offset=0.8, duration=0.4)
                start = round(0.8 * broken.RATE)
                if (
                    len(part) != round(0.4 * broken.RATE)
                    or np.abs(whole[start:][: len(part)] - part)[100:-100].max() > 0.02
                ):
                    wrong[str(case)] = "a part is not where it is in the whole"
    assert wrong == {}


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


def test_all_of_them_in_one_folder_are_extracted_or_told(corpus, tmp_path):
    root, written = corpus
    command = [sys.executable, "-c", EXTRACT, str(root), str(tmp_path / "store")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, timeout=300, env=environment, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    frames, problems = json.loads(done.stdout)
    assert all(frames.values())
    told = {path: [p for p in problems if is_about(p, case, path)] for case, path in written.items()}
    lost = []
    for case, path in written.items():
        if case.refused is None and case.level != 0.0:
            if str(path) not in frames:
                lost.append((str(case), told[path]))
        elif not told[path]:
            lost.append((str(case), "not told"))
    assert lost == []
    assert [problem for problem in problems if not problem.isprintable()] == []


def is_about(problem, case, path):
    return printable(path) in problem or printable(f"{case.group}/{case.name}#") in problem


def test_files_of_the_same_content_are_told_by_their_own_names(tmp_path):
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
def test_thirty_seconds_of_an_hour_take_no_more_memory_than_of_a_minute(tmp_path, kind):
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


def test_a_path_longer_than_any_buffer(tmp_path):
    folder = tmp_path.joinpath(*["d" * 200] * 6)
    folder.mkdir(parents=True)
    path = folder / "deep.wav"
    path.write_bytes(broken.whole("wav"))
    with pytest.raises(AudioError, match="has too long a path") as caught:
        audio.load(path)
    assert is_told(str(caught.value), path)


@pytest.fixture
def named(tmp_path):
    """A folder set whose files and folders cannot be printed; one file is silent, one empty."""
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


def test_names_that_are_no_text(named):
    for path in named.rglob("*.wav"):
        if path.name.startswith("empty"):
            with pytest.raises(AudioError) as caught:
                audio.load(path)
            assert is_told(str(caught.value), path)
        else:
            assert audio.load(path).shape == (44100,)
            assert audio.seconds(path) == 2.0
        assert len(audio.fingerprint(path)) == 32


def test_names_that_are_no_text_in_a_folder_set(named, tmp_path_factory):
    features = store.extract(datasets.load("folder", root=named), root=tmp_path_factory.mktemp("store"))
    assert len(features) == 4 and len(features.problems) == 4
    told = [*features.problems, *features.dataset.track_ids, *features.dataset.label_names]
    assert [text for text in told if not text.isprintable()] == []


@pytest.mark.parametrize("name", ["two\nlines", os.fsdecode(b"caf\xe9"), "line\u2028separator"])
def test_names_that_are_no_text_in_what_is_told_of_tables_and_of_missing_files(tmp_path, name):
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
    for reader in (audio.load, audio.seconds, audio.fingerprint):
        with pytest.raises(AudioError, match=r"^a\\x00b.wav: cannot be read \(.*embedded null"):
            reader("a\0b.wav")


@pytest.mark.parametrize("reader", [audio.load, audio.seconds, audio.fingerprint])
def test_what_is_no_file_is_never_opened(corpus, reader):
    for case, path in corpus[1].items():
        if case.group == "entries" and case.refused not in (None, "is empty"):
            with pytest.raises(AudioError) as caught:
                reader(path)
            assert is_told(str(caught.value), path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("reader", [audio.load, audio.seconds, audio.fingerprint])
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
            assert is_told(str(caught.value), path)
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)
