import importlib
import os
import pickle
import sys
import types

import numpy as np
import pytest
import soundfile

from mirlab import AudioError, DatasetError, datasets, store
from mirlab.datasets import Dataset, files, folder, synth

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
        "artists1517",
        "gtzan",
        "homburg",
        "unique",
        "magnatagatune",
        "fma",
        "magnatagatune-188",
        "gtzan-synth",
        "homburg-synth",
        "unique-synth",
        "artists1517-synth",
        "magnatagatune-synth",
    ]


@pytest.mark.parametrize("name", ["nothing", "", "../gtzan", "base", "files", "synth", None, 3])
def test_unknown_names_are_told_what_there_is(name):
    with pytest.raises(DatasetError, match=r"no data set .*; there are folder, .*gtzan, .*gtzan-synth"):
        datasets.load(name, root=".")


@pytest.mark.parametrize(
    ("typo", "meant"), [("GTZAN", "gtzan"), ("gtzan_synth", "gtzan-synth"), ("fodler", "folder")]
)
def test_a_near_miss_gets_a_suggestion(typo, meant):
    with pytest.raises(DatasetError, match=f"did you mean '{meant}'"):
        datasets.load(typo)


@pytest.mark.parametrize("name", datasets.REAL)
def test_every_real_set_says_where_it_comes_from(name):
    module = importlib.import_module(f"mirlab.datasets.{name}")
    if name == "folder":
        return
    assert module.FOLDERS[0] == name and "\n" not in module.LAYOUT
    assert module.HOMEPAGE.startswith("http") and module.LICENSE_INFO and module.SOURCE
    assert module.BIBTEX.startswith("@") and module.BIBTEX.count("{") == module.BIBTEX.count("}")


def test_synthetic_sets_have_no_files_to_list(tmp_path):
    with pytest.raises(DatasetError, match=r"composed by mirlab and has no files; name one of folder, "):
        datasets.find("gtzan-synth", root=tmp_path)


@pytest.mark.parametrize("name", datasets.REAL)
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
    assert dataset.label_names == ["a", "b"] and len(dataset) == 4
    assert len(dataset.problems) == 3, "what cannot be decoded is told when it is its turn"
    features = store.extract(dataset, root=tmp_path / "kept")
    assert features.dataset.track_ids == ["a/x.wav#0", "b/x.wav#0"]
    reasons = ("folders inside", "holds no sound", "lies beside", "is empty", "cannot be read as sound")
    named = ("album", "nothing here", "stray.wav", "empty.mp3", "phone.m4a")
    assert len(features.problems) == 5
    for problem, name, reason in zip(features.problems, named, reasons, strict=True):
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


@pytest.mark.parametrize("name", datasets.REAL)
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
    assert len(dataset.problems) == 7  # the loop leads to a, b and itself, where no sound lies
    for name in ("up", "self.wav", "gone.wav"):
        assert sum(f"{os.sep}{name}:" in problem for problem in dataset.problems) == 1


def listing(tmp_path, names="abcd", **about):
    excerpts = [files.Excerpt(name, tmp_path / f"{name}.wav", i % 2, i) for i, name in enumerate(names)]
    return files.Listing("demo", excerpts, ["x", "y"], 10.0, **about)


def test_missing_files_are_summed_up_in_one_sentence(tmp_path):
    sound(tmp_path / "b.wav", 1)
    dataset = files.dataset(listing(tmp_path))
    assert dataset.track_ids == ["b"] and dataset.y.tolist() == [1]
    assert dataset.problems == [f"3 of 4 files are missing, the first is {tmp_path / 'a.wav'}"]
    assert files.dataset(listing(tmp_path, "ab")).problems == [
        f"1 of 2 files is missing: {tmp_path / 'a.wav'}"
    ]


def test_an_id_names_one_excerpt(tmp_path):
    with pytest.raises(DatasetError, match="two excerpts have the id 'a'"):
        files.dataset(listing(tmp_path, "abca"))


def test_several_labels_make_an_indicator(tmp_path):
    excerpts = [
        files.Excerpt(str(i), sound(tmp_path / f"{i}.wav", 0.1), label, i)
        for i, label in enumerate([(0, 2), (), (1,)])
    ]
    dataset = files.dataset(files.Listing("demo", excerpts, ["x", "y", "z"], 10.0))
    assert dataset.y.dtype == bool and dataset.y.tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]


def test_a_published_split_is_offered_by_name(tmp_path):
    for name in "abd":
        sound(tmp_path / f"{name}.wav", 0.1)
    parts = {"a": "train", "c": "train", "d": "test"}
    dataset = files.dataset(listing(tmp_path, splits={"halves": parts}))
    assert dataset.splits == {"halves": ["train", "", "test"]}
    assert {part: rows.tolist() for part, rows in dataset.split("halves").items()} == {
        "test": [2],
        "train": [0],
    }
    assert dataset.subset([2, 1]).splits == {"halves": ["test", ""]}
    with pytest.raises(DatasetError, match=r"'demo' has no split 'thirds'; there are halves"):
        dataset.split("thirds")
    with pytest.raises(DatasetError, match="none was published"):
        files.dataset(listing(tmp_path)).split("halves")


def test_a_subset_holds_nothing_of_the_rest(tmp_path):
    excerpts = [
        files.Excerpt(f"{i}{'x' * 1000}", sound(tmp_path / f"{i}.wav", 0.1, seed=i), i % 2, i)
        for i in range(20)
    ]
    dataset = files.dataset(files.Listing("demo", excerpts, ["x", "y"], 10.0))
    few = dataset.subset([7, 3])
    assert few.track_ids == [excerpts[7].track_id, excerpts[3].track_id]
    assert few.y.tolist() == [1, 1] and few.groups.tolist() == [7, 3]
    assert few.fingerprints == [dataset.fingerprints[7], dataset.fingerprints[3]]
    np.testing.assert_array_equal(few.audio(1), dataset.audio(3))
    assert len(pickle.dumps(few)) < len(pickle.dumps(dataset)) / 5


def test_everything_parallel_has_one_value_an_excerpt():
    with pytest.raises(DatasetError, match="2 track ids, but 1 parts of the split 'halves'"):
        Dataset(
            "x",
            ["a", "b"],
            ["l"],
            np.zeros(2, int),
            np.zeros(2, int),
            None,
            ["1", "2"],
            splits={"halves": ["a"]},
        )


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
