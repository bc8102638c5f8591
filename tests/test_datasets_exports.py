"""An export: readable by NumPy alone, whole or not at all, and never over somebody's files."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirlab.datasets import Dataset
from mirlab.datasets.exports import export
from mirlab.errors import DatasetError, StoreError, printable

FILES = ["README.md", "base.npy", "data-card.md", "excerpts.csv", "numbers.json", "tag.npy"]


def dataset(y=(0, 1, 1)):
    ids = ["jazz/a.wav#0", "soul/ü, “b”.mp3#0", "soul/c;d.ogg#0"]
    return Dataset("folder", ids, ["jazz", "soul"], np.array(y), np.array([0, 4, 4]), None, list("abc"))


X = {"base": np.arange(6.0).reshape(3, 2), "tag": np.eye(3, dtype=np.float32)}


def test_numpy_and_csv_read_all_of_it(tmp_path):
    there = export(tmp_path / "new" / "mine", dataset(), X, card="# A card", numbers=[{"value": 0.5}])
    assert sorted(path.name for path in there.iterdir()) == FILES
    for name, array in X.items():
        read = np.load(there / f"{name}.npy", allow_pickle=False)
        assert read.dtype == np.float32 and np.array_equal(read, array)
    with (there / "excerpts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["track_id"] for row in rows] == dataset().track_ids
    assert [(row["row"], row["label"], row["group"]) for row in rows] == [
        ("0", "jazz", "0"),
        ("1", "soul", "4"),
        ("2", "soul", "4"),
    ]
    assert json.loads((there / "numbers.json").read_text(encoding="utf-8"))["numbers"] == [{"value": 0.5}]
    assert (there / "data-card.md").read_text(encoding="utf-8") == "# A card\n"


def test_the_readme_tells_how_and_its_code_runs(tmp_path, monkeypatch):
    there = export(tmp_path / "mine", dataset(), X, title="my music")
    text = (there / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Features of 3 excerpts: my music\n")
    assert all(f"`{name}`" in text for name in FILES if name != "README.md")
    monkeypatch.chdir(there)
    space = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], space)
    assert space["X"].shape == (3, 2)
    assert space["labels"].tolist() == ["jazz", "soul", "soul"]
    assert space["groups"].tolist() == ["0", "4", "4"]


def test_several_labels_an_excerpt_are_written_too(tmp_path):
    there = export(tmp_path / "mine", dataset([[1, 0], [1, 1], [0, 0]]), X)
    rows = (there / "excerpts.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[-2] for row in rows[1:]] == ["jazz", "jazz; soul", ""]


@given(st.text(max_size=8), st.sampled_from(["", *"=+-@'\t\r\n"]))
def test_no_name_is_a_formula_and_every_name_comes_back(tmp_path_factory, text, sign):
    label = sign + text
    data = Dataset("d", [f"{label}#0"], [label], np.array([0]), np.array([0]), None, ["1"])
    there = export(tmp_path_factory.mktemp("export") / "mine", data, {"base": np.eye(1)})
    with (there / "excerpts.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    for name, original in (("label", label), ("track_id", f"{label}#0")):
        assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert row[name].removeprefix("'") == printable(original)


def test_a_title_is_shown_as_it_is(tmp_path):
    there = export(tmp_path / "mine", dataset(), X, title="*my* <b>music</b>")
    assert r": \*my\* \<b\>music\</b\>" in (there / "README.md").read_text(encoding="utf-8").splitlines()[0]


def test_no_sound_is_in_it(tmp_path):
    def never(i):
        raise AssertionError("an export must not touch the sound")

    data = Dataset("d", ["a", "b"], ["x", "y"], np.array([0, 1]), np.array([0, 1]), never, ["1", "2"])
    export(tmp_path / "mine", data, {"base": np.eye(2)})


def test_an_export_takes_the_place_of_an_older_one(tmp_path):
    there = export(tmp_path / "mine", dataset(), X)
    export(there, dataset(), {"base": X["base"] + 1})
    assert sorted(path.name for path in there.iterdir()) == [name for name in FILES if name != "tag.npy"]
    assert np.load(there / "base.npy")[0, 0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "mine").mkdir()
    assert (export(tmp_path / "mine", dataset(), X) / "base.npy").is_file()


@pytest.mark.parametrize("foreign", ["thesis.docx", "base.npy", "numbers.json", "folder"])
def test_foreign_files_are_never_lost(tmp_path, foreign):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / foreign).mkdir() if foreign == "folder" else (mine / foreign).write_text("[]", encoding="utf-8")
    with pytest.raises(DatasetError, match=f"holds '{foreign}', which no export wrote"):
        export(mine, dataset(), X)
    assert [path.name for path in mine.iterdir()] == [foreign]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_foreign_file_among_an_export_is_not_lost_either(tmp_path):
    there = export(tmp_path / "mine", dataset(), X)
    (there / "my notes.txt").write_text("dear diary", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"holds 'my notes\.txt'"):
        export(there, dataset(), X)
    assert sorted(path.name for path in there.iterdir()) == sorted([*FILES, "my notes.txt"])


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(DatasetError, match="is a file; name a folder"):
        export(tmp_path / "mine", dataset(), X)


@pytest.mark.parametrize("name", ["base.npy", "numbers.json"])
def test_a_full_disk_leaves_the_old_export_as_it_was(tmp_path, monkeypatch, name):
    there = export(tmp_path / "mine", dataset(), X)
    before = {path.name: path.read_bytes() for path in there.iterdir()}
    write = Path.write_bytes

    def full(path, data):
        if path.name == name:
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match=r"cannot be written here \(No space left on device\); make room"):
        export(there, dataset(), {"base": X["base"] + 1})
    assert {path.name: path.read_bytes() for path in there.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_old_export_comes_back_if_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    there = export(tmp_path / "mine", dataset(), X)
    rename = Path.rename

    def stuck(path, target):
        if path.name.endswith(".part"):
            raise OSError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stuck)
    with pytest.raises(StoreError, match="Permission denied"):
        export(there, dataset(), {"base": X["base"] + 1})
    assert np.load(there / "base.npy")[0, 0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ({"base": np.zeros((2, 4))}, r"'base' has shape \(2, 4\).*\(3, p\), one row per excerpt"),
        ({"base": np.full((3, 4), np.nan)}, "must be finite numbers"),
        ({"base": np.array([["a"]] * 3)}, "must be finite numbers"),
        ({"../base": np.zeros((3, 4))}, "'../base' is used as a file name"),
    ],
)
def test_wrong_features_are_told(tmp_path, features, told):
    with pytest.raises(ValueError, match=told):
        export(tmp_path / "mine", dataset(), features)
    assert list(tmp_path.iterdir()) == []
