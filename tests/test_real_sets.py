"""The five sets of the paper and FMA, tiny and made, in their true layouts under one root."""

import csv
import json
import warnings

import numpy as np
import pytest
import soundfile

from mirlab import cli, datasets, paper
from mirlab.datasets import artists1517, fma, gtzan, homburg, unique
from mirlab.paper import protocol

SR = 8000
LABELS = {"artists1517": artists1517.GENRES, "homburg": homburg.GENRES, "unique": unique.GENRES}


def tone(path, pitch, seed):
    """Write two seconds of a tone in noise: a label is a pitch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    t = np.arange(2 * SR) / SR
    y = 0.3 * np.sin(2 * np.pi * pitch * (1 + rng.normal(0, 0.01)) * t) + rng.normal(0, 0.01, len(t))
    soundfile.write(path, y, SR, format="WAV")


def make(root, songs=5):
    """Make all sets, with `songs` of each label."""
    rng = np.random.default_rng(0)
    for name, genres in LABELS.items():
        for label, genre in enumerate(genres):
            for i in range(songs):
                song = f"Artist {label} {i // 2}-Song {i}.wav"
                tone(root / name / genre.replace(" ", "_").upper() / song, 200 + 60 * label, i)
    for label, genre in enumerate(gtzan.GENRES):
        for i in range(songs):
            tone(root / "genres" / genre / f"{genre}.{i:05d}.wav", 200 + 60 * label, i)
    tags = [f"tag {i}" for i in range(170)]
    with open_new(root / "MagnaTagATune" / "annotations_final.csv") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["clip_id", *tags, "mp3_path"])
        for i in range(30):
            has = (rng.random(len(tags)) < 0.2) | (np.arange(len(tags)) == i % 3)
            table.writerow([i, *has.astype(int), f"{i % 16:x}/artist_{i}-song-0-29.mp3"])
            tone(root / "MagnaTagATune" / f"{i % 16:x}" / f"artist_{i}-song-0-29.mp3", 200 + 100 * (i % 3), i)
    with open_new(root / "fma_metadata" / "tracks.csv") as file:
        table = csv.writer(file)
        table.writerow(["", "artist", "set", "set", "track"])
        table.writerow(["", "id", "split", "subset", "genre_top"])
        table.writerow(["track_id", "", "", "", ""])
        for i in range(40):
            part = ("training", "test", "test", "validation")[i % 4]
            table.writerow([i + 2, i // 2, part, "small", ("Rock", "Hip-Hop")[i // 20]])
            tone(root / "fma_small" / "000" / f"{i + 2:06d}.mp3", 200 + 300 * (i // 20), i)
    return root


def open_new(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", newline="")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="module")
def report(root, tmp_path_factory):
    """``mirlab reproduce --root`` on all of them, as a user would call it, with next to no training."""
    file = tmp_path_factory.mktemp("report") / "report.json"
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("MIRLAB_DATA", str(file.parent / "data"))
        patch.setattr(protocol, "SAMPLES", {"lesson": 3000, "paper": 3000})
        patch.setattr(protocol, "EPOCHS", 2)
        command = ["reproduce", "--root", str(root), "--json", str(file), "--jobs", "1"]
        assert cli.main([*command, "--pictures", str(file.parent)]) == 0
    return json.loads(file.read_text(encoding="utf-8"))


def test_every_set_is_found_under_its_own_spelling(root):
    found, refused = datasets.search(root)
    assert sorted(found) == ["artists1517", "fma", "gtzan", "homburg", "magnatagatune", "unique"]
    assert refused == []
    for name, genres in LABELS.items():
        assert found[name].label_names == list(genres)
        assert len(found[name].excerpts) == 5 * len(genres)
    assert len(found["magnatagatune"].label_names) == 160
    assert datasets.load("magnatagatune-188", root=root).y.shape == (30, 170)


def test_real_sets_learn_from_real_sets_alone(report):
    assert report["missing"] == []
    genre_sets = list(paper.GENRE_SETS)
    for target in genre_sets:
        others = [name for name in genre_sets if name != target]
        assert report["sources"][target] == {"genre": others, "tag": ["magnatagatune"]}
    assert report["sources"]["fma"] == {"genre": genre_sets, "tag": ["magnatagatune"]}


def test_every_table_is_made_of_real_sets(report):
    targets = {*paper.GENRE_SETS, "fma"}
    assert [row["seed"] for row in report["table3"][:6]] == list(paper.published()["table3"])
    assert len(report["table3"]) == 52
    for name in ("table4", "table5", "figure3"):
        assert {row["dataset"] for row in report[name]} == targets
        assert {row["features"] for row in report[name]} == set(paper.FEATURES)
    accuracy = {(row["dataset"], row["features"]): row["value"] for row in report["table4"]}
    assert accuracy["gtzan", "base"] > 0.9, "ten pitches are easily told apart"


def test_overlap_by_name_takes_the_place_of_the_true_one(report):
    recovery = report["semantic_recovery"]
    assert {"joint embedding", "class means", "class means, whitened to 50"} <= set(recovery)
    assert "overlap estimated from the labels' names" in report["findings"]["table3"]


def test_splits_that_leak_less_stand_beside_the_papers(report):
    splits = {(row["dataset"], row["split"]) for row in report["splits"]}
    assert ("homburg", "by artist") in splits
    assert ("fma", "fma") in splits and ("fma", "by artist") not in splits  # table 4 has it


def test_what_is_not_comparable_is_said_to_be_so(report):
    assert report["comparable"]["gtzan"]["base"] == "50 excerpts of gtzan, the paper has 1000"
    assert report["comparable"]["fma"]["base"] == "fma is not in the paper"
    assert report["comparable"]["joint"]["table3"]


def test_the_text_says_it_too(report):
    text = paper.as_text(report)
    assert "compared with the paper's figures?" in text
    assert "fma base, fma genre, fma tag: no, fma is not in the paper." in text
    assert "by artist" in text and "synth" not in text.replace("-synth are synthetic", "")


def test_fma_has_its_own_labels_and_split(root):
    dataset = datasets.load("fma", root=root)
    assert dataset.label_names == ["Hip-Hop", "Rock"] and set(dataset.label_names) < set(fma.GENRES)
    assert {part: len(rows) for part, rows in dataset.split("fma").items()} == {
        "test": 20,
        "train": 10,
        "valid": 10,
    }
