"""GTZAN beyond the contract of all sets: its file names, and what is known of its 1000 tracks."""

import csv
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


def gtzan_at(home, ending="wav", genres=gtzan.GENRES):
    for label, genre in enumerate(genres):
        sound(home / genre / f"{genre}.00000.{ending}", seed=label)
    return home


def there(listing):
    return [excerpt.track_id for excerpt in listing.excerpts if excerpt.path.exists()]


# Its files


@pytest.mark.parametrize(
    "spelled",
    [
        ("HIPHOP/HIPHOP.00007.WAV", "Jazz/Jazz.00054.Wav"),
        ("hip-hop/hip-hop.00007.wav", "jazz/jazz.00054.flac"),
        ("Hip_Hop/hiphop_00007.wav", "jazz/jazz_00054.au"),
    ],
)
def test_spellings_of_its_copies(tmp_path, spelled):
    for name in spelled:
        (tmp_path / "genres" / name).parent.mkdir(parents=True)
        (tmp_path / "genres" / name).touch()
    listing = gtzan.find(tmp_path)
    assert there(listing) == ["hiphop.00007", "jazz.00054"] and listing.problems == []


def test_all_tracks_are_listed_and_the_missing_ones_reported(tmp_path):
    gtzan_at(tmp_path / "genres", "au", genres=["blues", "jazz"])
    listing = gtzan.find(tmp_path)
    assert [excerpt.track_id for excerpt in listing.excerpts] == TRACKS
    assert [excerpt.label for excerpt in listing.excerpts] == np.repeat(range(10), 100).tolist()
    assert files.dataset(listing).problems == [
        f"998 of 1000 files are missing, the first is {tmp_path / 'genres' / 'blues' / 'blues.00001.au'}"
    ]
    low, high = gtzan.SECONDS  # the shortest and the longest have 660 000 and 675 808 samples
    assert low < 660000 / 22050 and high > 675808 / 22050


def test_unpacked_twice_it_is_read_once(tmp_path):
    gtzan_at(tmp_path, "au")
    gtzan_at(tmp_path, "wav")
    listing = gtzan.find(tmp_path)
    assert len(there(listing)) == 10
    assert listing.problems == [
        f"{tmp_path / 'blues' / 'blues.00000.wav'}: is not read, because blues.00000.au is the same track; "
        "the same is true of 9 more"
    ]


def test_files_that_are_no_tracks_are_reported(tmp_path):
    gtzan_at(tmp_path)
    for name in ("rock/metal.00003.wav", "rock/rock.00100.wav", "rock/rock.1.wav", "rock/rock.٠٠٠٠١.wav"):
        (tmp_path / name).touch()
    listing = gtzan.find(tmp_path)
    assert len(there(listing)) == 10
    assert listing.problems == [
        f"{tmp_path / 'rock' / 'metal.00003.wav'}: is not read, because no track of its genre has this name "
        "(they are blues.00000 to blues.00099, and so on); the same is true of 3 more"
    ]


def test_the_damaged_file_of_the_kaggle_copy_is_left_out(tmp_path):
    home = gtzan_at(tmp_path / "Data" / "genres_original")
    (home / "jazz" / "jazz.00054.wav").write_bytes(np.random.default_rng(0).bytes(8000))
    features = store.extract(datasets.load("gtzan", root=tmp_path), root=tmp_path / "kept")
    assert len(features) == 10 and "jazz.00054" not in features.dataset.track_ids
    assert "jazz.00054.wav: cannot be read as sound" in features.problems[-1]
    assert gtzan.KNOWN_FAULTS == ("jazz.00054",)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["blues/blues.00000.wav", "rock/song.wav"], "only 'blues' has its files"),
        (["blues/song.wav", "rock/song.wav"], "no genre folder has its files"),
        (["blues/rock.00000.wav", "rock/blues.00000.wav"], "no genre folder has its files"),
        (["genres/blues.00000.wav", "genres/rock.00000.wav"], "no genre folder has its files"),
    ],
)
def test_it_is_not_here(tmp_path, names, reason):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(DatasetError) as caught:
        gtzan.find(tmp_path)
    assert str(caught.value) == f"{tmp_path}: gtzan is not here, {reason}; the layout must be {gtzan.LAYOUT}"


# What is known of the tracks


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    return gtzan.find(gtzan_at(tmp_path_factory.mktemp("gtzan")))


def parts_of(listing, split):
    """Return the parts that each group is in."""
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


def test_few_artists_are_in_two_parts_of_a_split(listing):
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
    (tmp_path / "rock" / "rock.00007.WAV").touch()
    assert list(gtzan.find(tmp_path).checksums) == ["rock.00007"]


def test_the_table_says_where_it_is_from():
    lines = Path(gtzan.__file__).with_name("gtzan.csv").read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert lines[: len(head)] == head
    columns = next(csv.reader(lines[len(head) :]))
    assert columns == ["track", "artist", "kereliuk", "foleiss", "md5"]
    for column in columns[1:]:
        assert any(line.startswith(f"# {column} ") for line in head)
