"""A learner's own folder: paths as people write them, changes in memory only, figures of the paper."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mirlab import evaluate, paper
from mirlab.library import Measured, collection, open_library, opening
from mirlab.library.opening import _path

RATE = 22050
PITCH = {"low": 300.0, "high": 2000.0}
FILES = [f"{label}/{i}.wav" for label in PITCH for i in range(5)]


def tone(pitch, seed, seconds=21):
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * pitch * rng.uniform(0.8, 1.2) * t) + rng.normal(0, 0.01, len(t))).astype(
        np.float32
    )


@pytest.fixture
def folder(tmp_path, data_dir):
    """Two labels that are easy to tell apart, with five recordings of two excerpts each."""
    root = tmp_path / "my music"
    for label, pitch in PITCH.items():
        (root / label).mkdir(parents=True)
        for i in range(5):
            soundfile.write(root / label / f"{i}.wav", tone(pitch, i), RATE)
    return root


@pytest.fixture
def opened(folder):
    return open_library(folder)


def test_a_folder_is_opened_and_counted(opened, folder):
    assert opened.message == "Opened my music (folder): 20 excerpts that can be used, 0 notes."
    assert not opened.synthetic and len(opened) == 20
    assert opened.contents().to_dict("index") == {
        "high": {"recordings": 5, "excerpts": 10},
        "low": {"recordings": 5, "excerpts": 10},
    }
    assert opened.recordings[[0, 1, -1]].tolist() == ["high/0.wav", "high/0.wav", "low/4.wav"]
    assert opened.labels_of(["low/2.wav", "high/1.wav"]) == ["low", "high"]
    assert len(opened.audio(3)) == 10 * RATE
    assert repr(opened) == "Library of my music (folder): 20 excerpts of 10 recordings"


def test_without_changes_accuracy_is_that_of_the_paper(opened, folder):
    study = paper.Study(root=folder)
    found = opened.measure(["base"])
    theirs = paper.classify(study, "folder", "base")
    assert np.array_equal(found.accuracy["base"].outputs, theirs.outputs)
    assert np.array_equal(found.accuracy["base"].folds, theirs.folds)
    assert found.accuracy["base"].mean == 1.0


def test_precision_is_that_of_the_paper_for_the_folder(folder):
    soundfile.write(folder / "low" / "9.wav", tone(PITCH["low"], 9, 61), RATE)  # six excerpts
    opened = open_library(folder)
    measured = opened.measure(["base"])
    assert measured.problems == []
    study = paper.Study(root=folder)
    theirs = paper.similar(study, "folder", "base")
    assert np.array_equal(measured.precision["base"], theirs)
    accuracy, precision = measured.rows()
    assert (accuracy["measure"], precision["measure"]) == ("accuracy", "precision at 10")
    assert precision["value"] == theirs.mean()
    assert precision["standard_error"] == evaluate.standard_error(theirs, measured.groups)
    assert measured.attainable == paper.attainable(*study.songs("folder")) < 1
    table = measured.table()
    assert table.columns.tolist() == ["accuracy", f"precision at 10 (at most {measured.attainable:.2f})"]
    assert table.loc["base", "accuracy"] == f"{accuracy['value']:.2f} ± {accuracy['standard_error']:.2f}"


def test_errors_of_precision_count_recordings():
    """Ten recordings, each twice: the same error as ten single ones, not a smaller one."""
    shares = np.random.default_rng(0).random(10)
    once = Measured({}, {"base": shares}, [], np.arange(10))
    twice = Measured({}, {"base": np.repeat(shares, 2)}, [], np.repeat(np.arange(10), 2))
    assert twice.rows()[0]["standard_error"] == pytest.approx(once.rows()[0]["standard_error"])
    assert once.rows()[0]["standard_error"] == pytest.approx(evaluate.standard_error(shares))
    assert once.table().columns.tolist() == ["precision at 10"]


def test_changes_reach_the_recordings_of_the_errors(opened):
    """With one recording left out, groups and precisions still belong together."""
    more = opened.changed({"low/0.wav": "high"})
    assert more.measure(["base"]).groups.tolist() == more.groups.tolist()
    fewer = opened.changed({"low/0.wav": None}).measure(["base"])
    assert fewer.groups is None and fewer.precision == {} and "9 groups of songs" in fewer.problems[-1]


def test_changes_are_made_in_memory_and_reported(opened, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*.wav")}
    changed = opened.changed({"low/0.wav": "high", "high/3.wav": None, "low/1.wav": "low"})
    assert len(changed) == 18 and "high/3.wav" not in changed.recordings
    assert changed.labels_of(["low/0.wav", "low/1.wav"]) == ["high", "low"]
    assert changed.dataset.problems == [
        "low/0.wav: called high by hand, not low",
        "high/3.wav: left out by hand",
    ]
    for i in (0, 8, 17):  # sound, features and rows go together
        j = opened.dataset.track_ids.index(changed.dataset.track_ids[i])
        assert np.array_equal(changed.audio(i), opened.audio(j))
        assert np.array_equal(changed.windows("base")[i], opened.windows("base")[j])
        assert changed.dataset.fingerprints[i] == opened.dataset.fingerprints[j]
    twice = changed.changed({"low/2.wav": None})
    assert twice.rows.tolist() == [i for i, one in enumerate(opened.recordings) if one in twice.recordings]
    assert len(opened) == 20 and opened.labels_of(["low/0.wav"]) == ["low"]
    assert {path: path.read_bytes() for path in folder.rglob("*.wav")} == before


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"low/9.wav": None}, "there is no recording 'low/9.wav' in my music"),
        ({"low/0.wav": "loud"}, "'loud' is not a label; there are high, low"),
        (
            dict.fromkeys(FILES),
            "every recording would be left out",
        ),
    ],
)
def test_an_impossible_change_is_refused(opened, labels, told):
    with pytest.raises(ValueError, match=told):
        opened.changed(labels)


def test_a_label_with_one_recording_can_be_left_out(folder):
    (folder / "loud").mkdir()
    soundfile.write(folder / "loud" / "a.wav", tone(700, 0, 35), RATE)
    opened = open_library(folder)
    assert opened.notes() == ["loud: has a single recording, so it cannot be both learned and tested"]
    refused = opened.measure(["base"])
    assert refused.accuracy == {} and "all songs of label 'loud' are of one group" in refused.problems[0]
    fit = opened.testable()
    assert fit.contents().index.tolist() == ["high", "low"]
    assert fit.measure(["base"]).accuracy["base"].mean == 1.0
    assert fit.testable() is fit
    assert "loud/a.wav: left out by hand" in fit.dataset.problems


def test_figures_that_cannot_be_measured_are_problems(tmp_path, data_dir):
    for label, pitch in PITCH.items():
        (tmp_path / "two" / label).mkdir(parents=True)
        soundfile.write(tmp_path / "two" / label / "a.wav", tone(pitch, 0, 12), RATE)
    opened = open_library(tmp_path / "two")
    assert opened.testable() is opened
    found = opened.measure(["base"])
    assert found.accuracy == {} and found.precision == {} and len(found.problems) == 2
    assert found.rows() == [] and found.table().empty
    assert opened.doubts()["agree"].tolist() == [0.0, 0.0]
    only = opened.changed({"low/a.wav": None})
    assert only.doubts().empty and "label" in only.doubts().columns


def test_copies_and_short_recordings_are_noted(folder):
    (folder / "low" / "0 (1).wav").write_bytes((folder / "low" / "0.wav").read_bytes())
    soundfile.write(folder / "high" / "click.wav", tone(2000, 5, 0.3), RATE)
    opened = open_library(folder)
    assert opened.copies() == {"low/0 (1).wav": "low/0.wav"}
    assert opened.notes() == [
        "low/0 (1).wav: is the same file as low/0.wav",
        "high/click.wav: lasts 0.3 s, less than one window of 1.5 s",
    ]


def test_notes_of_one_kind_are_summarised(folder):
    for i in range(7):
        (folder / "low" / f"0 ({i}).wav").write_bytes((folder / "low" / "0.wav").read_bytes())
    notes = open_library(folder).notes()
    assert notes[0] == "low/0 (0).wav: is the same file as low/0.wav" and len(notes) == collection.LISTED + 1
    assert notes[-1] == "… and 2 more notes like the last one"
    (folder / "low" / "0 (6).wav").unlink()  # a single one more is listed, not counted
    assert len(open_library(folder).notes()) == 6 and "…" not in "".join(open_library(folder).notes())


def test_neighbours_doubt_the_label_that_is_wrong(opened):
    wrong = opened.changed({"low/2.wav": "high"})
    table = wrong.doubts(k=4)
    first = table.iloc[0]
    assert (first["recording"], first["label"], first["neighbours say"]) == ("low/2.wav", "high", "low")
    assert first["agree"] < 0.5 <= table["agree"].iloc[1]
    assert table["agree"].is_monotonic_increasing and len(table) == 10


def test_problems_have_paths_below_the_folder(folder):
    (folder / "low" / "empty.mp3").touch()
    opened = open_library(folder)
    assert opened.dataset.problems == ["low/empty.mp3: is empty (0 bytes); get a whole copy of it"]
    assert opened.message.endswith("1 note.")
    assert opening._below(folder, f"{folder / 'a b' / 'c.wav'}: is gone") == "a b/c.wav: is gone"
    assert opening._below(folder, "blues: 1 of 100 files") == "blues: 1 of 100 files"
    renamed = folder.rename(folder.with_name("$my$ music"))
    assert open_library(renamed).title == "_my_ music (folder)"  # "$" begins a formula in a picture's title


def test_gtzan_is_known_by_its_layout(tmp_path, data_dir):
    for genre, pitch in (("blues", 300), ("rock", 2000)):
        (tmp_path / "genres" / genre).mkdir(parents=True)
        for i in range(5):
            soundfile.write(tmp_path / "genres" / genre / f"{genre}.{i:05}.au", tone(pitch, i, 4), RATE)
    opened = open_library(tmp_path)
    assert opened.name == "gtzan" and opened.title.endswith("(gtzan)")
    assert opened.recordings.tolist()[:2] == ["blues.00000", "blues.00001"]
    assert opened.groups is None and opened.testable() is opened
    found = opened.measure(["base"])
    theirs = paper.classify(paper.Study(root=tmp_path), "gtzan", "base")
    assert np.array_equal(found.accuracy["base"].outputs, theirs.outputs)
    assert len(opened.doubts()) == 10
    assert opened.notes() == [
        f"{genre}: all 5 recordings are of one artist, so a classifier may learn the artist in place of the "
        "label"
        for genre in ("blues", "rock")
    ]


# -- paths -------------------------------------------------------------------------------------------


def test_a_path_is_read_as_people_paste_it(folder, tmp_path, monkeypatch):
    for written in (str(folder), f'"{folder}"', f"  '{folder}' ", folder, f"{folder}{os.sep}"):
        assert _path(written) == folder
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert _path("~/my music") == folder
    assert str(_path(r"D:\my music")) == r"D:\my music"


@pytest.fixture
def practice(folder, monkeypatch):
    """Something small in the place of the practice folder."""
    monkeypatch.setattr(opening, "practice_folder", lambda progress=None: folder)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("D:\new", r"'D:\\new': a backslash and a letter became a control character; write r before"),
        ("", "FOLDER is empty: it must be None, or a path"),
        (5, "FOLDER is 5: it must be None, or a path"),
        ("no such folder", "no such folder: there is no such folder; "),
    ],
)
def test_an_unusable_folder_is_explained_and_replaced(practice, written, told):
    opened = open_library(written)
    assert opened.message.startswith("Your folder cannot be used: ")
    assert told.replace("\\\\", "\\") in opened.message.replace("\\\\", "\\")
    assert opened.message.endswith("The lesson continues with the practice folder.")
    assert opened.synthetic and opened.title == "the practice folder (synthetic)"


def test_recordings_without_label_folders_are_reported(practice, folder):
    opened = open_library(folder / "low")
    assert "the layout must be <root>/<label>/<recording>" in opened.message
    assert "beside the label folders and not read" in opened.message and opened.synthetic


def test_a_folder_of_silence_is_reported(practice, tmp_path):
    for seconds, label in enumerate("ab", start=1):
        (tmp_path / "still" / label).mkdir(parents=True)
        soundfile.write(tmp_path / "still" / label / "x.wav", np.zeros(seconds * RATE), RATE)
    assert (
        "no excerpt of 'folder' can be used: a/x.wav#0: is silent" in open_library(tmp_path / "still").message
    )


def test_features_are_extracted_once(folder):
    calls = []
    open_library(folder, progress=lambda *call: calls.append(call))
    assert calls[-1][:2] == (20, 20) and "folder" in calls[-1][2]
    calls.clear()
    open_library(folder, progress=lambda *call: calls.append(call))
    assert calls == []


# -- what decoders say -------------------------------------------------------------------------------


def test_a_decoder_prints_nothing_about_a_false_mp3(folder, capfd):
    (folder / "low" / "words.mp3").write_text("Verse 1\nThe river runs\n", encoding="utf-8")
    opened = open_library(folder)
    assert "cannot be read as sound" in opened.dataset.problems[0]
    assert capfd.readouterr().err == ""
    assert Path(folder, "low", "words.mp3").exists()
