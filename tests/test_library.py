"""Somebody's own folder: opened however its path is written, changed in memory only, measured as ever."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mirlab import library, paper, store
from mirlab.library import _path, open_library

RATE = 22050
PITCH = {"low": 300.0, "high": 2000.0}
FILES = [f"{label}/{i}.wav" for label in PITCH for i in range(4)]


def tone(pitch, seed, seconds=21):
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * pitch * rng.uniform(0.8, 1.2) * t) + rng.normal(0, 0.01, len(t))).astype(
        np.float32
    )


@pytest.fixture
def folder(tmp_path, data_dir):
    """Two labels that anybody could tell apart, with four recordings of two excerpts each."""
    root = tmp_path / "my music"
    for label, pitch in PITCH.items():
        (root / label).mkdir(parents=True)
        for i in range(4):
            soundfile.write(root / label / f"{i}.wav", tone(pitch, i), RATE)
    return root


@pytest.fixture
def opened(folder):
    return open_library(folder)


def test_a_folder_is_opened_and_counted(opened, folder):
    assert opened.told == "Opened my music (folder): 16 excerpts that can be used, 0 notes."
    assert not opened.synthetic and len(opened) == 16
    assert opened.contents().to_dict("index") == {
        "high": {"recordings": 4, "excerpts": 8},
        "low": {"recordings": 4, "excerpts": 8},
    }
    assert opened.recordings[[0, 1, -1]].tolist() == ["high/0.wav", "high/0.wav", "low/3.wav"]
    assert opened.labels_of(["low/2.wav", "high/1.wav"]) == ["low", "high"]
    assert len(opened.audio(3)) == 10 * RATE
    assert repr(opened) == "Library of my music (folder): 16 excerpts of 8 recordings"


def test_untouched_it_gives_the_figures_of_the_paper(opened, folder):
    study = paper.Study(root=folder)
    found = opened.measure(["base"])
    theirs = paper.classify(study, "folder", "base")
    assert np.array_equal(found.accuracy["base"].outputs, theirs.outputs)
    assert np.array_equal(found.accuracy["base"].folds, theirs.folds)
    assert found.accuracy["base"].mean == 1.0


def test_precision_is_the_papers_too(opened, folder):
    more = tone(PITCH["low"], 9, 41)
    soundfile.write(folder / "low" / "9.wav", more, RATE)
    again = open_library(folder)
    found = again.measure(["base"])
    assert found.problems == []
    theirs = paper.similar(paper.Study(root=folder), "folder", "base")
    assert np.array_equal(found.precision["base"], theirs)
    rows = found.rows()
    assert [row["measure"] for row in rows] == ["accuracy", "precision at 10"]
    assert rows[1]["value"] == pytest.approx(theirs.mean())
    assert found.table().loc["base", "accuracy"].startswith("1.00 ± 0.00")


def test_changes_are_made_in_memory_and_told(opened, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*.wav")}
    changed = opened.changed({"low/0.wav": "high", "high/3.wav": None, "low/1.wav": "low"})
    assert len(changed) == 14 and "high/3.wav" not in changed.recordings
    assert changed.labels_of(["low/0.wav", "low/1.wav"]) == ["high", "low"]
    assert changed.dataset.problems == [
        "low/0.wav: called high by hand, not low",
        "high/3.wav: left out by hand",
    ]
    for i in (0, 6, 13):  # sound, features and rows go together
        j = opened.dataset.track_ids.index(changed.dataset.track_ids[i])
        assert np.array_equal(changed.audio(i), opened.audio(j))
        assert np.array_equal(changed.windows("", "base")[i], opened.windows("", "base")[j])
        assert changed.dataset.fingerprints[i] == opened.dataset.fingerprints[j]
    twice = changed.changed({"low/2.wav": None})
    assert twice.rows.tolist() == [i for i, one in enumerate(opened.recordings) if one in twice.recordings]
    assert len(opened) == 16 and opened.labels_of(["low/0.wav"]) == ["low"]
    assert {path: path.read_bytes() for path in folder.rglob("*.wav")} == before


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"low/9.wav": None}, "there is no recording 'low/9.wav' in my music"),
        ({"low/0.wav": "loud"}, "'loud' is no label; there are high, low"),
        (
            dict.fromkeys(FILES),
            "every recording would be left out",
        ),
    ],
)
def test_a_change_that_cannot_be_is_told(opened, labels, told):
    with pytest.raises(ValueError, match=told):
        opened.changed(labels)


def test_a_label_with_one_recording_is_refused_told_and_left_out(folder):
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


def test_where_nothing_can_be_tested_all_is_told_and_nothing_raised(tmp_path, data_dir):
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


def test_a_copy_is_found_by_its_content_and_a_click_by_its_length(folder):
    (folder / "low" / "0 (1).wav").write_bytes((folder / "low" / "0.wav").read_bytes())
    soundfile.write(folder / "high" / "click.wav", tone(2000, 5, 0.3), RATE)
    opened = open_library(folder)
    assert opened.copies() == {"low/0 (1).wav": "low/0.wav"}
    assert opened.notes() == [
        "low/0 (1).wav: is the same file as low/0.wav",
        "high/click.wav: lasts 0.3 s, less than one window of 1.5 s",
    ]


def test_neighbours_doubt_the_label_that_is_wrong(opened):
    wrong = opened.changed({"low/2.wav": "high"})
    table = wrong.doubts(k=4)
    first = table.iloc[0]
    assert (first["recording"], first["label"], first["neighbours say"]) == ("low/2.wav", "high", "low")
    assert first["agree"] < 0.5 <= table["agree"].iloc[1]
    assert table["agree"].is_monotonic_increasing and len(table) == 8


def test_problems_are_told_below_the_folder(folder):
    (folder / "low" / "empty.mp3").touch()
    opened = open_library(folder)
    assert opened.dataset.problems == ["low/empty.mp3: is empty (0 bytes); get a whole copy of it"]
    assert opened.told.endswith("1 note.")
    assert library._below(folder, f"{folder / 'a b' / 'c.wav'}: is gone") == "a b/c.wav: is gone"
    assert library._below(folder, "blues: 1 of 100 files") == "blues: 1 of 100 files"
    renamed = folder.rename(folder.with_name("$my$ music"))
    assert open_library(renamed).title == "_my_ music (folder)"  # "$" begins a formula in a picture's title


def test_gtzan_is_known_by_its_layout(tmp_path, data_dir):
    for genre, pitch in (("blues", 300), ("rock", 2000)):
        (tmp_path / "genres" / genre).mkdir(parents=True)
        for i in range(3):
            soundfile.write(tmp_path / "genres" / genre / f"{genre}.{i:05}.au", tone(pitch, i, 4), RATE)
    opened = open_library(tmp_path)
    assert opened.name == "gtzan" and opened.title.endswith("(gtzan)")
    assert opened.recordings.tolist()[:2] == ["blues.00000", "blues.00001"]
    assert opened.groups() is None and opened.testable() is opened
    found = opened.measure(["base"])
    theirs = paper.classify(paper.Study(root=tmp_path), "gtzan", "base")
    assert np.array_equal(found.accuracy["base"].outputs, theirs.outputs)
    assert len(opened.doubts()) == 6


# -- paths -------------------------------------------------------------------------------------------


def test_a_path_is_taken_as_people_paste_it(folder, tmp_path, monkeypatch):
    for written in (str(folder), f'"{folder}"', f"  '{folder}' ", folder, f"{folder}{os.sep}"):
        assert _path(written) == folder
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert _path("~/my music") == folder
    assert str(_path(r"D:\my music")) == r"D:\my music"


@pytest.fixture
def practice(folder, monkeypatch):
    """Something small in the place of the practice folder."""
    monkeypatch.setattr(library, "practice_folder", lambda progress=None: folder)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("D:\new", r"'D:\\new': a backslash and a letter became a control character; write r before"),
        ("", "FOLDER is empty: it must be None, or a path"),
        (5, "FOLDER is 5: it must be None, or a path"),
        ("no such folder", "no such folder: there is no such folder; look at how it is written"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_in_a_sentence_and_the_lesson_goes_on(practice, written, told):
    opened = open_library(written)
    assert opened.told.startswith("Your folder cannot be used. ")
    assert told.replace("\\\\", "\\") in opened.told.replace("\\\\", "\\")
    assert opened.told.endswith("The lesson goes on with the practice folder.")
    assert opened.synthetic and opened.title == "the practice folder (synthetic)"


def test_recordings_without_label_folders_are_told(practice, folder):
    opened = open_library(folder / "low")
    assert "the layout must be <root>/<label>/<recording>" in opened.told
    assert "lies beside the label folders" in opened.told and opened.synthetic


def test_a_folder_of_silence_is_told(practice, tmp_path):
    for seconds, label in enumerate("ab", start=1):
        (tmp_path / "still" / label).mkdir(parents=True)
        soundfile.write(tmp_path / "still" / label / "x.wav", np.zeros(seconds * RATE), RATE)
    assert "no excerpt of 'folder' can be used: a/x.wav#0: is silent" in open_library(tmp_path / "still").told


def test_features_are_extracted_once(folder, monkeypatch):
    told = []
    open_library(folder, progress=lambda *said: told.append(said))
    assert told[-1] == (16, 16, "folder")
    monkeypatch.setattr(store, "log_mel", None)
    told.clear()
    open_library(folder, progress=lambda *said: told.append(said))
    assert told == []


# -- what decoders say -------------------------------------------------------------------------------


def test_an_mp3_that_is_none_is_told_by_us_alone(folder, capfd):
    (folder / "low" / "words.mp3").write_text("Verse 1\nThe river runs\n", encoding="utf-8")
    opened = open_library(folder)
    assert "cannot be read as sound" in opened.dataset.problems[0]
    assert capfd.readouterr().err == ""
    assert Path(folder, "low", "words.mp3").exists()
