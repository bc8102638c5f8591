import os
import sys
import types
import unicodedata

import numpy as np
import pytest
import soundfile

from mirlab import AudioError, DatasetError, datasets, store
from mirlab.datasets import Dataset, files, folder, hashes, unread

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


def test_folder_names_what_it_does_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "SHOWN", 3)
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
        for name in (".DS_Store", "._x.wav", "cover.jpg", "Thumbs.db"):
            (tmp_path / label / name).write_bytes(b"x")
    (tmp_path / "ATTRIBUTION.md").write_text("thanks")
    sound(tmp_path / ".git" / "x.wav", 1)
    assert datasets.load("folder", root=tmp_path).problems == []
    (tmp_path / "a" / "empty.mp3").write_bytes(b"")
    for i in range(4):
        (tmp_path / "a" / f"{i}.sd2").write_bytes(b"x")
        sound(tmp_path / "a" / f"album {i}" / "deep.wav", 1)
    for i in range(5):
        (tmp_path / "silent").mkdir(exist_ok=True)
        (tmp_path / "silent" / f"{i}.wav").touch()
    sound(tmp_path / "stray.wav", 1)
    (tmp_path / "nothing here").mkdir()
    dataset = datasets.load("folder", root=tmp_path)
    assert dataset.label_names == ["a", "b"] and dataset.track_ids == [
        "a/empty.mp3#0",
        "a/x.wav#0",
        "b/x.wav#0",
    ]
    sentences = [
        problem.replace(f"{tmp_path}{os.sep}", "").replace(os.sep, "/") for problem in dataset.problems
    ]
    assert sentences == [
        "nothing here: holds no sound that can be read",
        *(f"silent/{i}.wav: is empty (0 bytes); get a whole copy of it" for i in range(3)),
        "silent: 2 more files cannot be read",
        "silent: holds no sound that can be read",
        "stray.wav: is a sound file beside the label folders and not read; move it into one of them",
        "a/album 0: is the first of 4 folders inside a label folder; 4 sound files in them are not read; "
        "move them up",
        "4 files named *.sd2, the first is a/0.sd2: mirlab cannot read this kind of file; convert them to "
        "wav or flac",
    ]
    features = store.extract(dataset, root=tmp_path / "kept")
    assert "empty.mp3: is empty" in features.problems[-1]


@pytest.mark.parametrize(
    ("layout", "reason"),
    [
        ([], "no label has sound"),
        (["x.wav"], "no label has sound; .*x.wav: is a sound file beside the label folders"),
        (["a/x.wav"], "only the label 'a' has sound"),
        (["a/x.wav", "b/readme.txt"], "only the label 'a' has sound; .*b: holds no sound"),
        (["a/b/x.wav", "a/x.wav"], "only the label 'a' .*a.b: is a folder inside a label folder"),
    ],
)
def test_folder_without_two_labels(tmp_path, layout, reason):
    for name in layout:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        sound(tmp_path / name, 1) if name.endswith(".wav") else (tmp_path / name).write_text("no sound")
    with pytest.raises(DatasetError, match=reason) as caught:
        datasets.load("folder", root=tmp_path)
    assert folder.LAYOUT in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_folder_is_not_caught_in_a_circle_of_links(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.wav").symlink_to(tmp_path / "a" / "self.wav")
    (tmp_path / "b" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    dataset = datasets.load("folder", root=tmp_path)
    assert dataset.track_ids == ["a/x.wav#0", "b/x.wav#0"]
    for name in ("loop", "up", "self.wav", "gone.wav"):
        assert sum(f"{os.sep}{name}:" in problem for problem in dataset.problems) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_a_link_to_a_whole_disk_is_not_followed(tmp_path):
    for label in "ab":
        sound(tmp_path / "music" / label / "x.wav", 1)
    sound(tmp_path / "disk" / "deep" / "x.wav", 1)
    (tmp_path / "music" / "a" / "disk.wav").symlink_to(tmp_path / "disk", target_is_directory=True)
    (tmp_path / "music" / "b" / "package.wav").mkdir()
    (tmp_path / "music" / "linked").symlink_to(tmp_path / "music" / "b", target_is_directory=True)
    music = tmp_path / "music"
    dataset = datasets.load("folder", root=music)
    assert dataset.label_names == ["a", "b", "linked"]
    assert dataset.problems == [
        f"{music / 'a' / 'disk.wav'}: is a link to a folder and not followed; if it holds music, put that "
        "there",
        f"{music / 'b' / 'package.wav'}: is a folder with the name of a sound file and not read; rename it",
    ]


def test_a_whole_disk_is_looked_through_within_limits(tmp_path, monkeypatch):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
    for i in range(30):
        (tmp_path / "a" / f"x.kind{i:02d}").touch()
        (tmp_path / "b" / f"{i:02d}").mkdir()
    monkeypatch.setattr(unread, "MOST_FOLDERS", 20)
    problems = datasets.find("folder", root=tmp_path).problems
    *kinds, unseen = sorted(problems, key=lambda problem: "looked into" in problem)
    assert len(kinds) == 21 and kinds[-1].endswith("; the same is true of 9 files of other kinds")
    assert unseen.endswith(": was not looked into, because there are more than 20 folders")


def test_folder_names_that_are_doubtful_are_reported(tmp_path):
    composed, apart = (unicodedata.normalize(form, "Café") for form in ("NFC", "NFD"))
    for label in (composed, "MÃºsica", "rock\u202e", "ролл"):
        sound(tmp_path / label / "x.wav", 1)
    (tmp_path / apart).mkdir(exist_ok=True)
    two = len(os.listdir(tmp_path)) == 5  # some systems keep one form only
    if two:
        sound(tmp_path / apart / "x.wav", 1)
        sound(tmp_path / apart / f"{composed}.wav", 1)
        sound(tmp_path / apart / f"{apart}.wav", 1)
    dataset = datasets.load("folder", root=tmp_path)
    assert dataset.label_names == [composed, "MÃºsica", r"rock\u202e", "ролл"]
    sentences = [problem.rpartition(os.sep)[2] for problem in dataset.problems]
    assert "MÃºsica: the name may be 'Música' in a wrong encoding; if so, rename the folder" in sentences
    assert len(sentences) == (3 if two else 1)
    if two:
        assert f"{apart}: is one of 2 folders with this name, all read as {composed!r}" in sentences
        assert "x.wav: is a file with the name of another one and not read; rename it" in sentences
        assert {f"{composed}/{composed}.wav#0", f"{composed}/{apart}.wav#0"} <= set(dataset.track_ids)


def test_many_empty_files_are_not_opened(tmp_path, monkeypatch):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
        for i in range(300):
            (tmp_path / label / f"{i}.wav").touch()
    opened, seconds = [], folder.audio.seconds
    monkeypatch.setattr(folder.audio, "seconds", lambda path: opened.append(path) or seconds(path))
    monkeypatch.setattr(folder, "QUICK", -1.0)
    calls = []
    listing = datasets.find("folder", root=tmp_path, progress=lambda *call: calls.append(call))
    assert len(listing.excerpts) == 602 and len(opened) == 2
    assert calls == [(i, 602, "folder: measuring recordings") for i in range(1, 603)]
    monkeypatch.setattr(hashes.audio, "fingerprint", lambda path: opened.append(path) or "0" * 32)
    dataset = files.dataset(listing)
    assert len(dataset) == 602 and len(opened) == 4
    assert dataset.fingerprints[0].startswith("cae66941d9efbd404e4d88758ea67670 ")


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


def test_a_file_that_goes_away_after_loading_is_an_audio_error(tmp_path):
    for label in "ab":
        sound(tmp_path / label / "x.wav", 1)
    dataset = datasets.load("folder", root=tmp_path)
    (tmp_path / "b" / "x.wav").unlink()
    with pytest.raises(AudioError, match="no such file"):
        dataset.audio(1)
    with pytest.raises(DatasetError, match="excerpts 0 to 1"):
        dataset.audio(2)
