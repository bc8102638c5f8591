import os
import pickle
import sys
import types

import numpy as np
import pytest
import soundfile

from mirlab import AudioError, DatasetError, datasets, store
from mirlab.datasets import folder, gtzan, synth

SR = 8000


def sound(path, seconds, *, sr=SR, seed=0):
    """Write noise to a file in the format its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    y = np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * sr))
    soundfile.write(path, y, sr, format={".aif": "AIFF"}.get(path.suffix.lower()))
    return path


# datasets.load


def test_names_are_what_load_knows():
    assert datasets.names() == [
        "folder",
        "gtzan",
        "gtzan-synth",
        "homburg-synth",
        "unique-synth",
        "artists1517-synth",
        "magnatagatune-synth",
    ]


@pytest.mark.parametrize("name", ["nothing", "", "../gtzan", "base", "files", "synth", None, 3])
def test_unknown_names_are_told_what_there_is(name):
    with pytest.raises(DatasetError, match=r"no data set .*; there are folder, gtzan, .*gtzan-synth"):
        datasets.load(name, root=".")


@pytest.mark.parametrize(
    ("typo", "meant"), [("GTZAN", "gtzan"), ("gtzan_synth", "gtzan-synth"), ("fodler", "folder")]
)
def test_a_near_miss_gets_a_suggestion(typo, meant):
    with pytest.raises(DatasetError, match=f"did you mean '{meant}'"):
        datasets.load(typo)


@pytest.mark.parametrize("name", ["homburg", "unique", "artists1517", "magnatagatune", "fma"])
def test_sets_that_are_not_read_yet(name, tmp_path):
    with pytest.raises(DatasetError, match=f"'{name}' is not read by this version") as caught:
        datasets.load(name, root=tmp_path)
    assert ("'folder' is there" if name == "fma" else f"'{name}-synth' is there") in str(caught.value)


@pytest.mark.parametrize("name", ["folder", "gtzan"])
def test_real_sets_need_a_root(name):
    with pytest.raises(DatasetError, match=r"needs root, .*<.*>/"):
        datasets.load(name)


def test_unknown_scale():
    with pytest.raises(DatasetError, match=r"scale='huge' .*'lesson' or 'paper'"):
        datasets.load("gtzan-synth", scale="huge")


def test_synthetic_sets_come_from_the_synth_module(monkeypatch, tmp_path):
    synth = types.ModuleType("synth")
    synth.load = lambda name, *, scale: (name, scale)
    monkeypatch.setitem(sys.modules, "mirlab.datasets.synth", synth)
    monkeypatch.setattr(datasets, "synth", synth, raising=False)
    assert datasets.load("unique-synth", scale="paper") == ("unique-synth", "paper")
    with pytest.raises(DatasetError, match="takes no root"):
        datasets.load("unique-synth", root=tmp_path)


def test_every_synthetic_set_can_be_loaded():
    assert datasets.SYNTHETIC == synth.NAMES
    dataset = datasets.load("gtzan-synth")
    assert dataset.name == "gtzan-synth" and dataset.synthetic


# folder


def test_folder_cuts_recordings_into_excerpts_that_share_a_group(tmp_path):
    sound(tmp_path / "b side" / "long.wav", 25, seed=1)
    sound(tmp_path / "b side" / "Ärger – 1.FLAC", 11.9, seed=2)
    sound(tmp_path / "a" / "short.mp3", 0.5, seed=3)
    sound(tmp_path / "a" / "just.ogg", 12.1, seed=4)
    dataset = datasets.load("folder", root=tmp_path)
    assert dataset.name == "folder" and not dataset.synthetic and dataset.problems == []
    assert dataset.label_names == ["a", "b side"]
    assert dataset.track_ids == [
        "a/just.ogg#0",
        "a/just.ogg#1",
        "a/short.mp3#0",
        "b side/long.wav#0",
        "b side/long.wav#1",
        "b side/long.wav#2",
        "b side/Ärger – 1.FLAC#0",
    ]
    assert dataset.y.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert dataset.groups.tolist() == [0, 0, 1, 2, 2, 2, 3]
    lengths = [round(len(dataset.audio(i)) / 22050, 2) for i in range(7)]
    assert lengths == pytest.approx([10, 2.1, 0.5, 10, 10, 5, 10], abs=0.1)
    whole = folder.audio.load(tmp_path / "b side" / "long.wav", duration=None)
    np.testing.assert_allclose(dataset.audio(4)[2000:-2000], whole[222500:439000], atol=1e-4)
    assert len(set(dataset.fingerprints)) == 7


def test_folder_has_longer_excerpts_at_paper_scale(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 65)
    assert len(datasets.load("folder", root=tmp_path, scale="lesson")) == 14
    paper = datasets.load("folder", root=tmp_path, scale="paper")
    assert [len(paper.audio(i)) for i in range(3)] == [661500, 661500, 110250]
    assert not set(paper.fingerprints) & set(datasets.load("folder", root=tmp_path).fingerprints)


def test_fingerprints_change_with_content_only(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1, seed=ord(label))
    before = datasets.load("folder", root=tmp_path).fingerprints
    os.utime(tmp_path / "a" / "x.wav", ns=(1, 1))
    (tmp_path / "b" / "x.wav").rename(tmp_path / "b" / "y.wav")
    assert datasets.load("folder", root=tmp_path).fingerprints == before
    sound(tmp_path / "a" / "x.wav", 1, seed=7)
    after = datasets.load("folder", root=tmp_path).fingerprints
    assert after[0] != before[0] and after[1] == before[1]


def test_folder_passes_over_what_is_not_sound(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
        (tmp_path / label / ".DS_Store").write_bytes(b"x")
        (tmp_path / label / "._x.wav").write_bytes(b"x")
        (tmp_path / label / "cover.jpg").write_bytes(b"x")
    (tmp_path / "ATTRIBUTION.md").write_text("thanks")
    sound(tmp_path / ".git" / "x.wav", 1)
    dataset = datasets.load("folder", root=tmp_path)
    assert len(dataset) == 2 and dataset.problems == []


def test_folder_tells_what_it_could_not_use(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
    (tmp_path / "a" / "empty.mp3").write_bytes(b"")
    (tmp_path / "a" / "phone.m4a").write_bytes(b"\0\0\0\x1cftypM4A " * 50)
    sound(tmp_path / "a" / "album" / "deep.wav", 1)
    sound(tmp_path / "stray.wav", 1)
    (tmp_path / "nothing here").mkdir()
    dataset = datasets.load("folder", root=tmp_path)
    assert dataset.label_names == ["a", "b"] and len(dataset) == 2
    reasons = ("folders inside", "is empty", "cannot be read as sound", "holds no sound", "lies beside")
    named = ("album", "empty.mp3", "phone.m4a", "nothing here", "stray.wav")
    assert len(dataset.problems) == 5
    for problem, name, reason in zip(dataset.problems, named, reasons, strict=True):
        assert name in problem and reason in problem


def test_folder_with_a_damaged_and_a_silent_file_goes_through_the_store(tmp_path):
    root = tmp_path / "music"
    for label in "ab":
        for i in range(3):
            sound(root / label / f"{i}.flac", 3, seed=i + ord(label))
    content = (root / "a" / "1.flac").read_bytes()
    (root / "a" / "1.flac").write_bytes(content[: len(content) // 2])
    soundfile.write(root / "b" / "0.flac", np.zeros(3 * SR), SR)
    features = store.extract(datasets.load("folder", root=root), root=tmp_path / "kept")
    assert features.dataset.track_ids == ["a/0.flac#0", "a/2.flac#0", "b/1.flac#0", "b/2.flac#0"]
    assert features.dataset.y.tolist() == [0, 0, 1, 1]
    damaged, silent = features.problems
    assert "1.flac: is damaged" in damaged and silent == "b/0.flac#0: is silent"


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ([], "no label has sound"),
        (["x.wav"], "no label has sound.*lies beside"),
        (["a/x.wav"], "only the label 'a' has sound"),
        (["a/x.wav", "b/readme.txt"], "only the label 'a' has sound.*b: holds no sound"),
        (["a/b/x.wav", "c/d/x.wav"], "no label has sound.*folders inside a label are not read"),
    ],
)
def test_folder_without_two_labels(tmp_path, layout, message):
    for name in layout:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".wav":
            sound(path, 1)
        else:
            path.write_text("no sound")
    with pytest.raises(DatasetError, match=f"{message}.*") as caught:
        datasets.load("folder", root=tmp_path)
    assert "<root>/<label>/<recording>" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["folder", "gtzan"])
def test_a_root_that_is_missing_or_a_file(tmp_path, name):
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(DatasetError) as caught:
            datasets.load(name, root=root)
        assert str(root) in str(caught.value)


def test_folder_is_not_caught_in_a_loop_of_links(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
    try:
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "a" / "self.wav").symlink_to(tmp_path / "a" / "self.wav")
        (tmp_path / "b" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    except OSError:
        pytest.skip("no links on this system")
    dataset = datasets.load("folder", root=tmp_path)
    assert dataset.track_ids == ["a/x.wav#0", "b/x.wav#0"]
    assert len(dataset.problems) >= 4


def test_a_set_can_be_sent_to_a_worker(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1, seed=ord(label))
    dataset = datasets.load("folder", root=tmp_path)
    sent = pickle.loads(pickle.dumps(dataset))
    np.testing.assert_array_equal(sent.audio(1), dataset.audio(1))


def test_a_file_that_goes_away_after_loading_is_an_audio_error(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
    dataset = datasets.load("folder", root=tmp_path)
    (tmp_path / "b" / "x.wav").unlink()
    with pytest.raises(AudioError, match="no such file"):
        dataset.audio(1)
    with pytest.raises(DatasetError, match="excerpts 0 to 1"):
        dataset.audio(2)


# GTZAN


def gtzan_at(home, ending, per_genre=1, genres=gtzan.GENRES):
    for label, genre in enumerate(genres):
        for i in range(per_genre):
            sound(home / genre / f"{genre}.{i:05d}.{ending}", 0.2, sr=22050, seed=100 * label + i)


@pytest.mark.parametrize(
    ("place", "ending"),
    [("genres", "au"), ("genres_original", "wav"), ("Data/genres_original", "wav"), (".", "au")],
)
def test_gtzan_in_both_layouts(tmp_path, place, ending):
    gtzan_at(tmp_path / place, ending, per_genre=2)
    (tmp_path / place / "rock" / "._rock.00000.au").write_bytes(b"x")
    (tmp_path / place / "rock" / "rock.mf").write_text("x")
    dataset = datasets.load("gtzan", root=tmp_path)
    assert dataset.name == "gtzan" and len(dataset) == 20
    assert dataset.label_names == [
        "blues",
        "classical",
        "country",
        "disco",
        "hiphop",
        "jazz",
        "metal",
        "pop",
        "reggae",
        "rock",
    ]
    assert dataset.track_ids[:3] == ["blues.00000", "blues.00001", "classical.00000"]
    np.testing.assert_array_equal(dataset.y, np.repeat(np.arange(10), 2))
    np.testing.assert_array_equal(dataset.groups, np.arange(20))
    assert dataset.audio(19).shape == (4410,)
    assert dataset.problems == [f"{genre}: 2 of 100 files" for genre in gtzan.GENRES]


def test_gtzan_is_cut_at_30_seconds_at_any_scale(tmp_path):
    for genre in ("blues", "rock"):
        sound(tmp_path / "genres" / genre / f"{genre}.00000.au", 30.4, sr=22050)
    for scale in ("lesson", "paper"):
        assert datasets.load("gtzan", root=tmp_path, scale=scale).audio(0).shape == (661500,)


def test_gtzan_tells_what_is_missing(tmp_path):
    gtzan_at(tmp_path / "genres", "au", per_genre=100, genres=["blues", "jazz"])
    for i in (3, 50, 99):
        (tmp_path / "genres" / "blues" / f"blues.{i:05d}.au").unlink()
    dataset = datasets.load("gtzan", root=tmp_path)
    assert len(dataset) == 197 and dataset.problems[0] == "blues: 97 of 100 files"
    assert "reggae: 0 of 100 files" in dataset.problems
    assert not any(problem.startswith("jazz") for problem in dataset.problems)
    assert dataset.label_names[dataset.y[-1]] == "jazz"


def test_gtzan_unpacked_twice_is_not_counted_twice(tmp_path):
    gtzan_at(tmp_path, "au")
    gtzan_at(tmp_path, "wav")
    assert len(datasets.load("gtzan", root=tmp_path)) == 10


def test_the_damaged_file_of_the_kaggle_copy_is_left_out(tmp_path):
    gtzan_at(tmp_path / "genres_original", "wav", per_genre=2)
    bad = tmp_path / "genres_original" / "jazz" / "jazz.00001.wav"
    bad.write_bytes(np.random.default_rng(0).bytes(8000))
    dataset = datasets.load("gtzan", root=tmp_path)
    assert len(dataset) == 20
    features = store.extract(dataset, root=tmp_path / "kept")
    assert len(features) == 19 and "jazz.00001" not in features.dataset.track_ids
    assert "jazz.00001.wav: cannot be read as sound" in features.problems[-1]


def test_gtzan_elsewhere(tmp_path):
    with pytest.raises(DatasetError, match=r"GTZAN is not here; .*genres/<genre>"):
        datasets.load("gtzan", root=tmp_path)
    gtzan_at(tmp_path, "au", genres=["blues"])
    with pytest.raises(DatasetError, match="fewer than two genres"):
        datasets.load("gtzan", root=tmp_path)


def test_gtzan_says_where_it_comes_from():
    assert "Tzanetakis" in gtzan.BIBTEX and gtzan.BIBTEX.count("{") == gtzan.BIBTEX.count("}")
    assert "licence" in gtzan.LICENSE_INFO and gtzan.HOMEPAGE.startswith("http")
