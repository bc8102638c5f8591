import os
import tomllib
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

import mirlab
from mirlab import AudioError, DatasetError
from mirlab.datasets import files, genre_folders, homburg

LABELS = [
    "alternative",
    "blues",
    "electronic",
    "folkcountry",
    "funksoulrnb",
    "jazz",
    "pop",
    "raphiphop",
    "rock",
]

SONGS = [
    "blues/Dry_Wells-Rain.mp3",
    "blues/_Dry_Wells_-More_Rain.mp3",
    "blues/THE__SEVEN_KEYS-Don_t_Ask_.mp3",
    "jazz/dry_wells-Rain.mp3",
    "jazz/22-Lonely.mp3",
    "rock/the_seven_keys-Half-Time.mp3",
]


def mp3(path, seconds=0.2, *, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    y = np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * 44100))
    soundfile.write(path, y, 44100, format="MP3")
    return path


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def ids(listing):
    return [excerpt.track_id for excerpt in listing.excerpts]


def others(listing):
    """Return the problems that are no count of files."""
    return [problem for problem in listing.problems if " of " not in problem or not problem.endswith("files")]


def test_labels_are_the_papers():
    with open(Path(mirlab.__file__).parent / "corpus" / "styles.toml", "rb") as file:
        corpus = tomllib.load(file)["sets"]["homburg"]
    assert list(homburg.GENRES) == LABELS == list(corpus["labels"])
    assert corpus["sizes"] == homburg.SIZES and sum(homburg.SIZES.values()) == 1886


def test_songs_are_read_in_the_order_of_labels_and_names(tmp_path):
    for seed, name in enumerate(SONGS):
        mp3(tmp_path / name, seed=seed)
    listing = homburg.find(tmp_path)
    assert (listing.name, listing.length, listing.seconds) == ("homburg", 10.0, (9.0, 11.0))
    assert listing.label_names == LABELS
    assert ids(listing) == [
        "blues/Dry_Wells-Rain",
        "blues/THE__SEVEN_KEYS-Don_t_Ask_",
        "blues/_Dry_Wells_-More_Rain",
        "jazz/22-Lonely",
        "jazz/dry_wells-Rain",
        "rock/the_seven_keys-Half-Time",
    ]
    assert [excerpt.label for excerpt in listing.excerpts] == [1, 1, 1, 5, 5, 8]
    assert [excerpt.group for excerpt in listing.excerpts] == [0, 1, 0, 2, 0, 1]
    dataset = files.dataset(listing)
    assert dataset.track_ids == ids(listing) and dataset.y.tolist() == [1, 1, 1, 5, 5, 8]
    assert dataset.audio(0).shape[0] == pytest.approx(0.2 * 22050, abs=600)


def test_an_excerpt_is_ten_seconds(tmp_path):
    for name in ("pop/A-a.mp3", "rock/B-b.mp3"):
        mp3(tmp_path / name, 11)
    for scale in ("lesson", "paper"):
        assert files.dataset(homburg.find(tmp_path, scale=scale)).audio(0).shape == (220500,)


def test_what_is_missing_of_each_genre_is_told(tmp_path):
    for label, size in homburg.SIZES.items():
        put(tmp_path, *(f"{label}/Artist_{i}-Title.mp3" for i in range(size)))
    assert homburg.find(tmp_path).problems == []
    for i in range(3):
        (tmp_path / "pop" / f"Artist_{i}-Title.mp3").unlink()
    for path in (tmp_path / "funksoulrnb").iterdir():
        path.unlink()
    (tmp_path / "funksoulrnb").rmdir()
    put(tmp_path, "rock/Artist_0-Another.mp3")
    listing = homburg.find(tmp_path)
    assert listing.problems == [
        "funksoulrnb: 0 of 47 files",
        "pop: 113 of 116 files",
        "rock: 505 of 504 files",
    ]
    assert listing.label_names == LABELS and {e.label for e in listing.excerpts} == set(range(9)) - {4}


@pytest.mark.parametrize(
    "place",
    [".", "homburg", "Homburg", "homburg_audio/audios", "HOMBURG/wav", "garageband", "data/Dortmund"],
)
def test_where_the_genres_may_lie(tmp_path, place):
    put(tmp_path / place, "blues/A-a.mp3", "pop/B-b.mp3")
    assert ids(homburg.find(tmp_path)) == ["blues/A-a", "pop/B-b"]


def test_the_place_with_most_genres_is_the_set(tmp_path):
    put(tmp_path, "blues/mine.mp3", "jazz/mine.mp3")
    put(tmp_path / "homburg", *(f"{label}/A-a.mp3" for label in LABELS))
    listing = homburg.find(tmp_path)
    assert len(listing.excerpts) == 9 and not others(listing)


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("Folk/Country".replace("/", "_"), "folkcountry"),
        ("Folk & Country", "folkcountry"),
        ("FunkSoulRnB", "funksoulrnb"),
        ("Funk, Soul and R&B", "funksoulrnb"),
        ("Rap-HipHop", "raphiphop"),
        ("hiphop", "raphiphop"),
        ("BLUES", "blues"),
    ],
)
def test_genres_in_other_spellings(tmp_path, folder, label):
    put(tmp_path, f"{folder}/A-a.mp3", "rock/A-b.mp3")
    assert ids(homburg.find(tmp_path)) == [f"{label}/A-a", "rock/A-b"]


def test_what_is_no_song_is_passed_over(tmp_path):
    put(tmp_path, "blues/A-a.MP3", "rock/A-b.Wav", "rock/._A-b.Wav", "rock/.DS_Store", "rock/A-b.txt")
    put(tmp_path, "._blues", ".git/x.mp3", "__MACOSX/blues/x.mp3", "homburg.xml")
    listing = homburg.find(tmp_path)
    assert ids(listing) == ["blues/A-a", "rock/A-b"] and not others(listing)


def test_what_is_not_read_is_told(tmp_path):
    put(tmp_path, "blues/A-a.mp3", "rock/A-b.mp3")
    put(tmp_path, "MetaData/1.xml", "Metal/A-a.mp3", "stray.mp3", "stray 2.wav")
    put(tmp_path, "rock/The Band/A-c.mp3", "rock/live/A-d.mp3", "blues/old.mp3/A-e.mp3")
    put(tmp_path, "rock/no artist.mp3")
    told = others(homburg.find(tmp_path))
    for problem, beginning in zip(
        told,
        (
            f"{tmp_path / 'MetaData'}: is no genre of this set, not read; there are alternative, blues,",
            f"{tmp_path / 'Metal'}: is no genre of this set",
            f"{tmp_path / 'stray 2.wav'}: is the first of 2 sound files beside the genre folders, not read",
            f"{tmp_path / 'blues' / 'old.mp3'}: is a folder inside a genre, not read; move the files up",
            f"{tmp_path / 'rock' / 'The Band'}: is the first of 2 folders inside a genre, not read",
            f"{tmp_path / 'rock' / 'no artist.mp3'}: is a file not named <Artist>-<Title>",
        ),
        strict=True,
    ):
        assert problem.startswith(beginning) and "\n" not in problem


def test_songs_without_an_artist_are_groups_of_their_own(tmp_path):
    put(tmp_path, "blues/one.mp3", "blues/two.mp3", "rock/-.mp3", "rock/A-a.mp3", "rock/___-b.mp3")
    listing = homburg.find(tmp_path)
    assert [excerpt.group for excerpt in listing.excerpts] == [0, 1, 2, 3, 4]
    assert "one.mp3: is the first of 4 files not named <Artist>-<Title>" in others(listing)[0]


def test_two_copies_of_a_song_are_read_once(tmp_path):
    put(tmp_path, "blues/A-a.mp3", "blues/A-a.wav", "rock/A-a.mp3")
    put(tmp_path, "rock/" + unicodedata.normalize("NFC", "É-a.mp3"))
    put(tmp_path, "rock/" + unicodedata.normalize("NFD", "É-a.wav"))  # as macOS has it
    listing = homburg.find(tmp_path)
    assert ids(listing) == ["blues/A-a", "rock/A-a", "rock/É-a"]
    assert others(listing) == [
        f"{tmp_path / 'blues' / 'A-a.wav'}: is the first of 2 files called like another one of that "
        "genre, not read; keep one, or rename it"
    ]
    assert "blues: 1 of 120 files" in listing.problems


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ([], "no genre folder has sound files"),
        (["blues/readme.txt", "rock/cover.jpg"], "no genre folder has sound files"),
        (["blues/A-a.mp3", "Klassik/A-b.mp3"], "only 'blues' has sound files"),
        (["A-a.mp3"], "no genre folder"),
    ],
)
def test_homburg_is_elsewhere(tmp_path, layout, told):
    put(tmp_path, *layout)
    with pytest.raises(DatasetError) as caught:
        homburg.find(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}: homburg is not here, {told}") and "\n" not in message
    assert message.endswith(homburg.LAYOUT)


def test_a_root_that_is_missing_or_a_file(tmp_path):
    put(tmp_path, "file")
    for root in (tmp_path / "none", str(tmp_path / "file")):
        with pytest.raises(DatasetError, match="homburg is not here"):
            homburg.find(root)


def test_faults_of_single_files_wait_until_they_are_read(tmp_path):
    mp3(tmp_path / "blues" / "A-a.mp3")
    put(tmp_path, "rock/B-empty.mp3", "rock/C-c.mp3")
    try:
        (tmp_path / "rock" / "D-gone.mp3").symlink_to(tmp_path / "nowhere.mp3")
        (tmp_path / "rock" / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links on this system")
    (tmp_path / "rock" / "C-c.mp3").write_bytes(np.random.default_rng(0).bytes(4000))
    listing = homburg.find(tmp_path)
    assert ids(listing) == ["blues/A-a", "rock/B-empty", "rock/C-c", "rock/D-gone"]
    dataset = files.dataset(listing)
    assert "blues/A-a" in dataset.track_ids and "rock/D-gone" not in dataset.track_ids
    assert any("D-gone.mp3" in problem for problem in dataset.problems)
    with pytest.raises(AudioError):
        dataset.audio(dataset.track_ids.index("rock/C-c"))


def test_a_genre_that_cannot_be_opened_does_not_stop_the_others(tmp_path, monkeypatch):
    put(tmp_path, "blues/A-a.mp3", "jazz/A-b.mp3", "rock/A-c.mp3")
    look = Path.iterdir

    def iterdir(path):
        if path.name == "jazz":
            raise PermissionError(13, os.strerror(13), str(path))
        return look(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    listing = homburg.find(tmp_path)
    assert ids(listing) == ["blues/A-a", "rock/A-c"]
    assert others(listing) == [f"{tmp_path / 'jazz'}: cannot be opened as a folder (Permission denied)"]


@pytest.mark.parametrize(
    ("stem", "artist"),
    [
        ("Dry_Wells-Rain", "drywells"),
        ("__Dry_Wells__-Rain", "drywells"),
        ("22-Lonely", "22"),
        ("dry wells - Rain - live", "drywells"),
        ("Motörhead-x", "motörhead"),
        (unicodedata.normalize("NFD", "Motörhead-x"), "motörhead"),
        ("東京-x", "東京"),
        ("-Rain", None),
        ("___-Rain", None),
        ("Rain", None),
        ("", None),
    ],
)
def test_artists(stem, artist):
    assert genre_folders.artist_of(stem) == artist


@given(st.lists(st.text("abcXYZ019", min_size=1), min_size=1), st.text(), st.text(), st.booleans())
def test_every_spelling_of_an_artist_is_one(words, title, another, upper):
    one = f"{'_'.join(words)}-{title}"
    two = f" {'__'.join(map(str.upper if upper else str.lower, words))}_-{another}"
    assert genre_folders.artist_of(one) == genre_folders.artist_of(two) == "".join(words).lower()


@given(st.text(), st.text())
def test_an_artist_is_never_split_by_the_title(artist, title):
    found = genre_folders.artist_of(f"{artist}-{title}")
    assert found == genre_folders.artist_of(f"{artist}-")
    assert found is None or (found.isalnum() and found == found.casefold())


def test_homburg_says_where_it_comes_from():
    assert "Mierswa" in homburg.BIBTEX and homburg.BIBTEX.count("{") == homburg.BIBTEX.count("}")
    assert "licence" in homburg.LICENSE_INFO and homburg.HOMEPAGE.startswith("http")
    assert "Dortmund" in homburg.SOURCE and "<genre>" in homburg.LAYOUT and homburg.FOLDERS[0] == "homburg"
