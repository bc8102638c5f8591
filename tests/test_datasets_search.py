"""Which real sets lie in a folder: by the names of folders, or by their files where nothing else looks so."""

import importlib

import numpy as np
import pytest
import soundfile

from mirlab import DatasetError, datasets
from mirlab.datasets.search import SETS, UNMISTAKABLE, search


def sound(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, 3 * 8000), 8000)


def gtzan_at(place):
    for genre in ("blues", "jazz"):
        sound(place / genre / f"{genre}.00000.wav")


def homburg_at(place):
    for genre in ("jazz", "raphiphop"):
        sound(place / genre / "Nobody-Nothing.wav")


def test_every_set_is_searched_for():
    assert datasets.names()[: 1 + len(SETS)] == ["folder", *SETS] and set(UNMISTAKABLE) < set(SETS)


@pytest.mark.parametrize("below", ["gtzan", "gtzan/genres", "gtzan/Data/genres_original", "genres", "."])
def test_gtzan_is_found_where_it_lies(tmp_path, below):
    gtzan_at(tmp_path / below)
    found, refused = search(tmp_path)
    assert list(found) == ["gtzan"] and refused == []
    there = [excerpt.track_id for excerpt in found["gtzan"].excerpts if excerpt.path.exists()]
    assert there == ["blues.00000", "jazz.00000"]


@pytest.mark.parametrize("name", ["homburg", "Homburg", "HOMBURG"])
def test_genre_folders_are_known_by_the_name_of_their_folder(tmp_path, name):
    homburg_at(tmp_path / "sets" / name)
    for root in (tmp_path / "sets", tmp_path / "sets" / name):
        found, refused = search(root)
        assert list(found) == ["homburg"] and refused == []
    homburg_at(tmp_path / "my music")
    assert list(search(tmp_path / "my music")[0]) == ["folder"], "genres of Homburg, but nobody said it is"


def test_spellings_of_folders_are_those_that_modules_name():
    for name in SETS:
        module = importlib.import_module(f"mirlab.datasets.{name}")
        assert name in module.FOLDERS and len(set(module.FOLDERS)) == len(module.FOLDERS)


def test_several_sets_and_one_that_cannot_be_read(tmp_path):
    gtzan_at(tmp_path / "genres")
    homburg_at(tmp_path / "homburg")
    (tmp_path / "unique").mkdir()
    (tmp_path / "holiday pictures").mkdir()
    found, refused = search(tmp_path)
    assert sorted(found) == ["gtzan", "homburg"]
    assert len(refused) == 1 and str(tmp_path / "unique") in refused[0]


def test_any_other_folder_of_labels_is_a_folder(tmp_path):
    for label in ("blues", "jazz"):  # genres of GTZAN, but other files
        path = tmp_path / label / "song.wav"
        sound(path)
        soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, 12 * 8000), 8000)
    (found, _), (paper, _) = search(tmp_path), search(tmp_path, scale="paper")
    assert list(found) == ["folder"]
    assert (len(found["folder"].excerpts), len(paper["folder"].excerpts)) == (4, 2)


def test_a_label_that_is_called_like_a_set_is_a_label(tmp_path):
    for label in ("unique", "common"):
        sound(tmp_path / label / "song.wav")
    found, refused = search(tmp_path)
    assert list(found) == ["folder"] and found["folder"].label_names == ["common", "unique"]
    assert len(refused) == 1 and "unique" in refused[0]


@pytest.mark.parametrize("what", ["nothing", "file", "empty"])
def test_no_data_under_root(tmp_path, what):
    root = tmp_path / "music"
    if what == "file":
        root.write_text("no folder", encoding="utf-8")
    if what == "empty":
        root.mkdir()
    told = "no label has sound; the layout must be" if what == "empty" else "there is no such folder; --root"
    with pytest.raises(DatasetError, match=told):
        search(root)


def test_where_nothing_can_be_read_every_reason_is_told(tmp_path):
    (tmp_path / "homburg").mkdir()
    with pytest.raises(DatasetError, match=r"no label has sound.*homburg") as caught:
        search(tmp_path)
    assert "\n" not in str(caught.value)
