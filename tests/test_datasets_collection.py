"""Which real sets are in a folder, and what sets and labels are called."""

import numpy as np
import pytest
import soundfile
import tiny_sets
from hypothesis import given
from hypothesis import strategies as st

from mirlab import DatasetError, datasets
from mirlab.datasets import Label, SetName, naming
from mirlab.datasets.collection import SETS, UNMISTAKABLE, search


def sound(path, seconds=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, seconds * 8000), 8000)


def test_every_set_is_searched_for():
    assert datasets.names()[: 1 + len(SETS)] == ["folder", *SETS] and set(UNMISTAKABLE) < set(SETS)


def test_genre_folders_are_known_by_a_name_or_by_all_their_labels(tmp_path):
    for label in tiny_sets.HOMBURG.labels:
        sound(tmp_path / label / "song.wav")
    assert list(search(tmp_path)[0]) == ["homburg"]
    (tmp_path / "pop" / "song.wav").unlink()
    assert list(search(tmp_path)[0]) == ["folder"], "genres of Homburg, but nothing says that they are"
    assert len(datasets.find("homburg", root=tmp_path).excerpts) == 8, "the user says so"


def test_several_sets_and_one_that_cannot_be_read(tmp_path):
    tiny_sets.GTZAN.write(tmp_path)
    tiny_sets.HOMBURG.write(tmp_path)
    (tmp_path / "unique").mkdir()
    (tmp_path / "holiday pictures").mkdir()
    found, refused = search(tmp_path)
    assert sorted(found) == ["gtzan", "homburg"]
    assert len(refused) == 1 and str(tmp_path / "unique") in refused[0]


def test_any_other_folder_of_labels_is_a_folder(tmp_path):
    for label in ("blues", "jazz"):  # genres of GTZAN, but other files
        sound(tmp_path / label / "song.wav", seconds=12)
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
def test_no_data_set_is_there(tmp_path, what):
    root = tmp_path / "music"
    if what == "file":
        root.write_text("no folder", encoding="utf-8")
    if what == "empty":
        root.mkdir()
    sentence = "no data set was found: .*: no label has sound; the layout must be"
    with pytest.raises(DatasetError, match=sentence if what == "empty" else "music: there is no such folder"):
        search(root)


def test_where_nothing_can_be_read_every_reason_is_given(tmp_path):
    (tmp_path / "homburg").mkdir()
    with pytest.raises(DatasetError, match=r"no label has sound.*homburg is not here") as caught:
        search(tmp_path)
    assert "\n" not in str(caught.value) and "--" not in str(caught.value)


def test_sound_far_inside_a_library_is_not_searched(tmp_path):
    """Albums are not looked into: a library has thousands of them."""
    tiny_sets.HOMBURG.write(tmp_path / "artist" / "album" / "disc" / "x")
    with pytest.raises(DatasetError, match="no label has sound"):
        search(tmp_path)
    sound(tmp_path / "artist" / "album" / "song.wav")
    tiny_sets.GTZAN.write(tmp_path / "artist" / "album" / "bonus")
    with pytest.raises(DatasetError, match="no label has sound"):
        search(tmp_path)
    tiny_sets.GTZAN.write(tmp_path / "artist" / "album")
    assert list(search(tmp_path)[0]) == ["gtzan"], "a known name is"


# Names


@given(st.sampled_from(sorted(naming.FOLDERS)), st.booleans())
def test_a_name_is_what_it_is_made_of(base, synthetic):
    name = SetName(base, synthetic)
    assert SetName.of(str(name)) == name
    assert datasets.is_synthetic(str(name)) == synthetic and datasets.real_name(str(name)) == base
    assert datasets.is_synthetic(datasets.synthetic_name(str(name)))


@given(st.text(), st.sampled_from(sorted(naming.FOLDERS)))
def test_a_label_is_what_it_is_made_of(text, base):
    label = Label(text, datasets.synthetic_name(base))
    assert Label.of(str(label)) == label
    assert label.real == Label(text, base) == label.real.real


@pytest.mark.parametrize("text", ["", "jazz", "jazz(gtzan)", "jazz (gtzan", "(gtzan)"])
def test_a_label_without_a_set_is_refused(text):
    with pytest.raises(ValueError, match=r"names no data set; write it like 'jazz \(homburg\)'"):
        Label.of(text)
