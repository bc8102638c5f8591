import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

import mirlab
from mirlab import DatasetError
from mirlab.datasets import artists1517, files, genre_folders

LABELS = list(artists1517.GENRES)

# As public code that reads the set has them.
ON_DISK = [
    "Alternative & Punk",
    "Blues",
    "Childrens",
    "Classical",
    "Comedy & Spoken Word",
    "Country",
    "Easy Listening & Vocals",
    "Electronic & Dance",
    "Folk",
    "Hip-Hop",
    "Jazz",
    "Latin",
    "New Age",
    "R&B & Soul",
    "Reggae",
    "Religious",
    "Rock & Pop",
    "Soundtracks & More",
    "World",
]


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def ids(listing):
    return [excerpt.track_id for excerpt in listing.excerpts]


def test_labels_are_the_papers():
    package = Path(mirlab.__file__).parent
    with open(package / "corpus" / "styles.toml", "rb") as file:
        corpus = tomllib.load(file)["sets"]["artists1517"]
    assert list(corpus["labels"]) == LABELS and len(LABELS) == 19 and corpus["paper"] == artists1517.SONGS
    with open(package.parent / "data" / "published.toml", "rb") as file:
        table3 = tomllib.load(file)["table3"]
    named = {name for row in ([seed, *near] for seed, near in table3.items()) for name in row}
    ours = {name.removesuffix(" (artists1517)") for name in named if name.endswith(" (artists1517)")}
    assert ours and ours <= set(LABELS)


@pytest.mark.parametrize(
    "place", ["1517-Artists", ".", "artists1517", "1517_artists/mp3", "Data/1517-Artists"]
)
def test_the_set_as_it_lies_on_disks(tmp_path, place):
    put(tmp_path / place, *(f"{folder}/Dry_Wells-Rain_{i}.mp3" for i, folder in enumerate(ON_DISK)))
    listing = artists1517.find(tmp_path)
    assert (listing.name, listing.length, listing.seconds) == ("artists1517", 30.0, None)
    assert listing.label_names == LABELS
    assert ids(listing) == [f"{label}/Dry_Wells-Rain_{i}" for i, label in enumerate(LABELS)]
    assert [excerpt.label for excerpt in listing.excerpts] == list(range(19))
    assert {excerpt.group for excerpt in listing.excerpts} == {0}
    assert listing.problems == ["19 of 3180 songs"]


def test_the_first_thirty_seconds_are_used(tmp_path):
    y = np.random.default_rng(0).uniform(-0.3, 0.3, 31 * 22050)
    for name in ("Hip-Hop/A-a.mp3", "Childrens/A-b.mp3"):
        (tmp_path / name).parent.mkdir()
        soundfile.write(tmp_path / name, y, 22050, format="MP3")
    for scale in ("lesson", "paper"):
        dataset = files.dataset(artists1517.find(tmp_path, scale=scale))
        assert dataset.track_ids == ["Children's/A-b", "Hip-Hop/A-a"] and dataset.groups.tolist() == [0, 0]
        assert dataset.y.tolist() == [2, 9] and dataset.audio(0).shape == (661500,)


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("Alternative_Punk", "Alternative & Punk"),
        ("alternative and punk", "Alternative & Punk"),
        ("Children", "Children's"),
        ("Children’s", "Children's"),
        ("Comedy_&_Spoken_Word", "Comedy & Spoken Word"),
        ("EasyListeningVocals", "Easy Listening & Vocals"),
        ("Electronic-Dance", "Electronic & Dance"),
        ("HipHop", "Hip-Hop"),
        ("hip hop", "Hip-Hop"),
        ("NewAge", "New Age"),
        ("R_B_Soul", "R&B & Soul"),
        ("R&amp;B &amp; Soul", "R&B & Soul"),
        ("R'n'B and Soul", "R&B & Soul"),
        ("RnB-Soul", "R&B & Soul"),
        ("Rock-Pop", "Rock & Pop"),
        ("03 Rock + Pop", "Rock & Pop"),
        ("SOUNDTRACKS_MORE", "Soundtracks & More"),
    ],
)
def test_genres_in_other_spellings(folder, label):
    assert genre_folders.label_of(folder, artists1517.GENRES) == label


@pytest.mark.parametrize(
    "folder", ["Rock", "Pop", "Soul", "Metal", "", "1517", "&", "Jazz & Blues", "Bluesjazz"]
)
def test_what_is_no_genre(folder):
    assert genre_folders.label_of(folder, artists1517.GENRES) is None


@given(st.sampled_from(LABELS), st.data())
def test_case_and_separators_do_not_matter(label, data):
    words = [word for word in label.replace("'", " ").replace("-", " ").split() if word != "&"]
    spelled = data.draw(st.sampled_from(["", "01 ", "_"]))
    for word in words:
        spelled += data.draw(st.sampled_from([word, word.lower(), word.upper()]))
        spelled += data.draw(st.sampled_from([" ", "_", "-", " & ", "_and_", "  ", "+"]))
    assert genre_folders.label_of(spelled, artists1517.GENRES) == label


@given(st.text())
def test_any_name_is_one_genre_or_none(name):
    plain = genre_folders.plain(name)
    assert plain == genre_folders.plain(plain) or plain in {"and", "und", "n", "amp"}
    assert genre_folders.label_of(name, artists1517.GENRES) in {*LABELS, None}


def test_no_two_labels_are_spelled_the_same():
    spelled = [genre_folders.plain(s) for label, also in artists1517.GENRES.items() for s in (label, *also)]
    assert len(set(spelled)) == len(spelled)


def test_a_part_of_the_set_is_told_and_used(tmp_path):
    put(
        tmp_path,
        *(f"{genre}/A{i}-a.mp3" for i in range(200) for genre in ON_DISK if genre not in ("Latin", "Folk")),
    )
    listing = artists1517.find(tmp_path)
    assert len(listing.excerpts) == 3400 and len({e.group for e in listing.excerpts}) == 200
    assert listing.problems == ["3400 of 3180 songs; there is none of Folk, Latin"]


def test_a_whole_set_has_no_problems(tmp_path):
    for i in range(3180):
        put(tmp_path, f"{ON_DISK[i % 19]}/Artist_{i % 1517}-Song_{i}.mp3")
    listing = artists1517.find(tmp_path)
    assert listing.problems == [] and len({excerpt.group for excerpt in listing.excerpts}) == 1517


def test_folders_inside_a_genre_are_told(tmp_path):
    put(tmp_path, "Blues/A-a.mp3", "Jazz/A-b.mp3", "Jazz/Dry Wells/c.mp3", "Segments/Jazz/1.1.mp4")
    first, second, count = artists1517.find(tmp_path).problems
    assert first.startswith(
        f"{tmp_path / 'Segments'}: is no genre of this set, not read; there are Alternative"
    )
    assert (
        second
        == f"{tmp_path / 'Jazz' / 'Dry Wells'}: is a folder inside a genre, not read; move the files up"
    )
    assert count.startswith("2 of 3180 songs; there is none of Alternative & Punk, Children's")


def test_elsewhere(tmp_path):
    put(tmp_path, "1517-Artists/Blues/A-a.mp3")
    with pytest.raises(DatasetError, match=r"artists1517 is not here, only 'Blues' .*1517-Artists/<genre>/"):
        artists1517.find(tmp_path)


def test_artists1517_says_where_it_comes_from():
    assert "Seyerlehner" in artists1517.BIBTEX
    assert artists1517.BIBTEX.count("{") == artists1517.BIBTEX.count("}")
    assert "licence" in artists1517.LICENSE_INFO and artists1517.HOMEPAGE.startswith("http")
    assert "homepage" in artists1517.SOURCE and artists1517.FOLDERS[0] == "artists1517"
