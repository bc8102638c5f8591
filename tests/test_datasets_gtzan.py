"""GTZAN in the layouts of its copies, on tiny made files, and what is known of its 1000 tracks."""

import csv
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mirlab import DatasetError, datasets, store
from mirlab.datasets import files, gtzan

TRACKS = [f"{genre}.{i:05d}" for genre in gtzan.GENRES for i in range(100)]


def sound(path, seconds=0.2, *, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    y = np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * 22050))
    soundfile.write(path, y, 22050, format=path.suffix[1:].upper())
    return path


def gtzan_at(home, ending="wav", per_genre=1, genres=gtzan.GENRES):
    for label, genre in enumerate(genres):
        for i in range(per_genre):
            sound(home / genre / f"{genre}.{i:05d}.{ending}", seed=100 * label + i)
    return home


def there(listing):
    return [excerpt.track_id for excerpt in listing.excerpts if excerpt.path.exists()]


# Where it lies, and how it is spelled


@pytest.mark.parametrize(
    ("place", "ending"),
    [
        ("genres", "au"),
        ("genres", "wav"),
        ("genres_original", "wav"),
        ("Data/genres_original", "wav"),
        ("gtzan_genre/genres", "wav"),
        (".", "au"),
    ],
)
def test_the_layouts_of_its_copies(tmp_path, place, ending):
    gtzan_at(tmp_path / place, ending, per_genre=2)
    (tmp_path / place / "rock" / "._rock.00000.au").write_bytes(b"x")
    (tmp_path / place / "rock" / "rock.mf").write_text("x")
    sound(tmp_path / place / ".." / "images_original" / "blues" / "blues00000.wav")
    listing = gtzan.find(tmp_path)
    assert [excerpt.track_id for excerpt in listing.excerpts] == TRACKS
    dataset = files.dataset(listing)
    assert dataset.name == "gtzan" and len(dataset) == 20 and dataset.label_names == gtzan.GENRES
    assert dataset.track_ids == [track_id for track_id in TRACKS if track_id.endswith(("00000", "00001"))]
    np.testing.assert_array_equal(dataset.y, np.repeat(np.arange(10), 2))
    assert dataset.audio(19).shape == (4410,)
    missing = tmp_path / place / "blues" / f"blues.00002.{ending}"
    assert dataset.problems == [f"980 of 1000 files are missing, the first is {missing}"]


@pytest.mark.parametrize(
    "spelled",
    [
        ("hiphop/hiphop.00007.wav", "jazz/jazz.00054.wav"),
        ("HIPHOP/HIPHOP.00007.WAV", "Jazz/Jazz.00054.Wav"),
        ("hip-hop/hip-hop.00007.wav", "jazz/jazz.00054.flac"),
        ("Hip_Hop/hiphop_00007.wav", "jazz/jazz_00054.au"),
    ],
)
def test_spellings_of_its_copies(tmp_path, spelled):
    for name in spelled:
        sound(tmp_path / "genres" / name)
    listing = gtzan.find(tmp_path)
    assert there(listing) == ["hiphop.00007", "jazz.00054"]
    assert listing.problems == []
    assert files.dataset(listing).y.tolist() == [4, 5]


def test_it_is_cut_at_30_seconds_at_any_scale(tmp_path):
    for genre in ("blues", "rock"):
        sound(tmp_path / "genres" / genre / f"{genre}.00000.au", 30.4)
    for scale in ("lesson", "paper"):
        assert datasets.load("gtzan", root=tmp_path, scale=scale).audio(0).shape == (661500,)
    low, high = gtzan.SECONDS  # the shortest and the longest have 660 000 and 675 808 samples
    assert low < 660000 / 22050 and high > 675808 / 22050


# Faults


def test_what_is_missing_is_told(tmp_path):
    gtzan_at(tmp_path / "genres", "au", per_genre=100, genres=["blues", "jazz"])
    for i in (3, 50, 99):
        (tmp_path / "genres" / "blues" / f"blues.{i:05d}.au").unlink()
    dataset = datasets.load("gtzan", root=tmp_path)
    assert len(dataset) == 197 and dataset.label_names[dataset.y[-1]] == "jazz"
    assert dataset.problems == [
        f"803 of 1000 files are missing, the first is {tmp_path / 'genres' / 'blues' / 'blues.00003.au'}"
    ]


def test_groups_and_splits_do_not_depend_on_what_is_there(tmp_path):
    whole, few = gtzan_at(tmp_path / "a", per_genre=100), gtzan_at(tmp_path / "b", per_genre=2)
    for i in range(0, 100, 2):
        (few / "pop").joinpath(f"pop.{i:05d}.wav").write_bytes(b"RIFF")
    all_, some = gtzan.find(whole), gtzan.find(few)
    assert len(there(all_)) == 1000 and all_.problems == []
    for listing in (all_, some):
        assert [e.group for e in listing.excerpts] == [e.group for e in all_.excerpts]
        assert listing.splits == all_.splits


def test_unpacked_twice_it_is_read_once_and_told(tmp_path):
    gtzan_at(tmp_path, "au")
    gtzan_at(tmp_path, "wav")
    listing = gtzan.find(tmp_path)
    assert len(files.dataset(listing)) == 10
    assert listing.problems == [
        f"{tmp_path / 'blues' / 'blues.00000.wav'}: is not read, for blues.00000.au is the same track; "
        "so for 9 more"
    ]


def test_files_that_are_no_tracks_are_told(tmp_path):
    gtzan_at(tmp_path)
    for name in ("rock/metal.00003.wav", "rock/rock.00100.wav", "rock/rock.1.wav", "rock/rock.٠٠٠٠١.wav"):
        sound(tmp_path / name)
    listing = gtzan.find(tmp_path)
    assert len(there(listing)) == 10
    (problem,) = listing.problems
    assert problem == (
        f"{tmp_path / 'rock' / 'metal.00003.wav'}: is not read, for no track of its genre is called so "
        "(they are blues.00000 to blues.00099, and alike); so for 3 more"
    )


def test_the_damaged_file_of_the_kaggle_copy_is_left_out(tmp_path):
    home = gtzan_at(tmp_path / "Data" / "genres_original", per_genre=2)
    bad = home / "jazz" / "jazz.00054.wav"
    bad.write_bytes(np.random.default_rng(0).bytes(8000))
    dataset = datasets.load("gtzan", root=tmp_path)
    assert len(dataset) == 21
    features = store.extract(dataset, root=tmp_path / "kept")
    assert len(features) == 20 and "jazz.00054" not in features.dataset.track_ids
    assert "jazz.00054.wav: cannot be read as sound" in features.problems[-1]
    assert gtzan.KNOWN_FAULTS == ("jazz.00054",)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "no genre folder has its files"),
        (["blues/blues.00000.wav"], "only 'blues' has its files"),
        (["blues/song.wav", "rock/song.wav"], "no genre folder has its files"),
        (["blues/rock.00000.wav", "rock/blues.00000.wav"], "no genre folder has its files"),
        (["genres/blues.00000.wav", "genres/rock.00000.wav"], "no genre folder has its files"),
    ],
)
def test_it_is_not_here(tmp_path, names, told):
    for name in names:
        sound(tmp_path / name)
    with pytest.raises(DatasetError) as caught:
        gtzan.find(tmp_path)
    assert str(caught.value) == f"{tmp_path}: GTZAN is not here, {told}; the layout must be {gtzan.LAYOUT}"


def test_a_genre_folder_that_cannot_be_opened_does_not_stop_the_rest(tmp_path, monkeypatch):
    gtzan_at(tmp_path)
    opened = Path.iterdir

    def iterdir(self):
        if self.name == "metal":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    listing = gtzan.find(tmp_path)
    (problem,) = listing.problems
    assert "metal" in problem and "Permission denied" in problem


# What is known of the tracks


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    return gtzan.find(gtzan_at(tmp_path_factory.mktemp("gtzan")))


def parts_of(listing, split):
    """Return the parts that each group stands in."""
    groups = {excerpt.track_id: excerpt.group for excerpt in listing.excerpts}
    parts = defaultdict(set)
    for track_id, part in listing.splits[split].items():
        parts[groups[track_id]].add(part)
    return parts


def test_splits_have_the_published_sizes(listing):
    assert list(listing.splits) == list(gtzan.SPLITS)
    kereliuk, foleiss = (Counter(listing.splits[name].values()) for name in gtzan.SPLITS)
    assert kereliuk == {"train": 443, "valid": 197, "test": 290}
    assert foleiss == {"fold 1": 315, "fold 2": 316, "fold 3": 317}
    per_genre = Counter(track_id.partition(".")[0] for track_id in listing.splits["foleiss"])
    assert list(per_genre.values()) == [100, 100, 100, 94, 98, 87, 91, 90, 88, 100]


def test_splits_begin_and_end_as_published(listing):
    kereliuk, foleiss = listing.splits["kereliuk"], listing.splits["foleiss"]
    assert [kereliuk[f"blues.{i:05d}"] for i in (0, 11, 12, 28, 29, 49, 50, 60, 61, 72, 73)] == [
        *("valid", "valid", "test", "test", "train", "train"),
        *("valid", "valid", "test", "test", "train"),
    ]
    assert [kereliuk[f"rock.{i:05d}"] for i in (85, 86, 90, 91, 99)] == [
        *("valid", "test", "test", "train", "train")
    ]
    assert [foleiss[f"rock.{i:05d}"] for i in (27, 28, 32, 70, 71, 86, 90, 91)] == [
        *("fold 1", "fold 3", "fold 2", "fold 2", "fold 3", "fold 1", "fold 1", "fold 3")
    ]
    for left_out in ("pop.00037", "reggae.00086"):  # distorted
        assert left_out not in kereliuk and left_out not in foleiss


def test_groups_are_artists(listing):
    groups = [excerpt.group for excerpt in listing.excerpts]
    assert list(dict.fromkeys(groups)) == list(range(316)), "numbered as they first appear"
    by_genre = {genre: len(set(groups[100 * i : 100 * i + 100])) for i, genre in enumerate(gtzan.GENRES)}
    assert by_genre["blues"] == 9 and by_genre["reggae"] == 34
    assert sum(n for n in Counter(groups).values() if n > 1) == 794
    of = dict(zip(TRACKS, groups, strict=True))
    assert of["classical.00047"] == of["jazz.00000"], "Leonard Bernstein"
    assert of["rock.00016"] == of["metal.00058"], "Queen, and the same recording"
    assert of["hiphop.00040"] == of["reggae.00087"] == of["reggae.00000"], "Hill; Hill and Marley; Marley"
    assert Counter(groups)[of["hiphop.00036"]] == 19, "the Beastie Boys"


def test_artists_keep_to_one_part_of_the_splits_but_for_what_is_told(listing):
    apart = {name: sum(len(p) > 1 for p in parts_of(listing, name).values()) for name in gtzan.SPLITS}
    assert apart == {"kereliuk": 3, "foleiss": 23}
    assert {"train", "test"} in parts_of(listing, "kereliuk").values()


def test_checksums_are_of_the_wav_files(tmp_path, listing):
    assert list(listing.checksums) == TRACKS
    assert all(len(c) == 36 and c.startswith("md5:") for c in listing.checksums.values())
    copies = defaultdict(list)
    groups = {excerpt.track_id: excerpt.group for excerpt in listing.excerpts}
    for track_id, checksum in listing.checksums.items():
        copies[checksum].append(track_id)
    twice = [ids for ids in copies.values() if len(ids) > 1]
    assert len(twice) == 14 and ["metal.00058", "rock.00016"] in twice
    assert all(len({groups[track_id] for track_id in ids}) == 1 for ids in twice)
    gtzan_at(tmp_path, "au", genres=["blues", "rock"])
    shutil.copy(sound(tmp_path / "x.wav"), tmp_path / "rock" / "rock.00007.wav")
    assert list(gtzan.find(tmp_path).checksums) == ["rock.00007"]


def test_the_table_says_where_it_is_from():
    lines = Path(gtzan.__file__).with_name("gtzan.csv").read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert lines[: len(head)] == head
    columns = next(csv.reader(lines[len(head) :]))
    assert columns == ["track", "artist", "kereliuk", "foleiss", "md5"]
    for column in columns[1:]:
        assert any(line.startswith(f"# {column} ") for line in head)


def test_it_says_where_it_comes_from():
    assert "Tzanetakis" in gtzan.BIBTEX and "licence" in gtzan.LICENSE_INFO
