"""Homburg, 1517-Artists and Unique: what they do beyond the contract of all sets."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirlab import DatasetError
from mirlab.datasets import artists1517, files, homburg, spelling, unique
from mirlab.datasets.spelling import artist_of, label_of

LABELS = list(artists1517.GENRES)


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def ids(listing):
    return [excerpt.track_id for excerpt in listing.excerpts]


def others(listing):
    """Return the problems that do not count files."""
    return [p for p in listing.problems if not re.match(r"\w+: \d+ of \d+ files$|\d+ of \d+ songs", p)]


def table(root, text, name="unique.csv"):
    (root / name).write_text(text, encoding="utf-8")


# Names


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("Alternative_Punk", "Alternative & Punk"),
        ("Children’s", "Children's"),
        ("Comedy_&_Spoken_Word", "Comedy & Spoken Word"),
        ("EasyListeningVocals", "Easy Listening & Vocals"),
        ("hip hop", "Hip-Hop"),
        ("R&amp;B &amp; Soul", "R&B & Soul"),
        ("R'n'B and Soul", "R&B & Soul"),
        ("RnB-Soul", "R&B & Soul"),
        ("03 Rock + Pop", "Rock & Pop"),
        *((name, None) for name in ("Rock", "Soul", "", "1517", "&", "Jazz & Blues", "Bluesjazz")),
    ],
)
def test_spellings_of_1517_artists(folder, label):
    assert label_of(folder, artists1517.GENRES) == label


@pytest.mark.parametrize(
    ("folder", "label"),
    [("Folk_Country", "folkcountry"), ("Funk, Soul and R&B", "funksoulrnb"), ("hiphop", "raphiphop")],
)
def test_spellings_of_homburg(folder, label):
    assert label_of(folder, homburg.GENRES) == label


@given(st.sampled_from(LABELS), st.data())
def test_case_and_separators_do_not_matter(label, data):
    words = [word for word in label.replace("'", " ").replace("-", " ").split() if word != "&"]
    spelled = data.draw(st.sampled_from(["", "01 ", "_"]))
    for word in words:
        spelled += data.draw(st.sampled_from([word, word.lower(), word.upper()]))
        spelled += data.draw(st.sampled_from([" ", "_", "-", " & ", "_and_", "  ", "+"]))
    assert label_of(spelled, artists1517.GENRES) == label


@given(st.text())
def test_any_name_is_one_genre_or_none(name):
    plain = spelling.plain(name)
    assert plain == spelling.plain(plain) or plain in {"and", "und", "n", "amp"}
    assert label_of(name, artists1517.GENRES) in {*LABELS, None}


@pytest.mark.parametrize(
    ("stem", "artist"),
    [
        ("__Dry_Wells__-Rain", "drywells"),
        ("22-Lonely", "22"),
        ("dry wells - Rain - live", "drywells"),
        (unicodedata.normalize("NFD", "Motörhead-x"), "motörhead"),
        ("東京-x", "東京"),
        *((stem, None) for stem in ("-Rain", "___-Rain", "Rain", "")),
    ],
)
def test_artists(stem, artist):
    assert artist_of(stem) == artist


@given(st.lists(st.text("abcXYZ019", min_size=1), min_size=1), st.text(), st.text(), st.booleans())
def test_every_spelling_of_an_artist_is_one(words, title, another, upper):
    one = f"{'_'.join(words)}-{title}"
    two = f" {'__'.join(map(str.upper if upper else str.lower, words))}_-{another}"
    assert artist_of(one) == artist_of(two) == "".join(words).lower()


@given(st.text(), st.text())
def test_an_artist_is_never_split_by_the_title(artist, title):
    found = artist_of(f"{artist}-{title}")
    assert found == artist_of(f"{artist}-")
    assert found is None or (found.isalnum() and found == found.casefold())


# Folders


def test_the_place_with_most_genres_is_the_set(tmp_path):
    put(tmp_path, "blues/mine.mp3", "jazz/mine.mp3")
    put(tmp_path / "audio", *(f"{label}/A-a.mp3" for label in homburg.GENRES if label != "pop"))
    assert len(homburg.find(tmp_path).excerpts) == 8
    put(tmp_path / "homburg", "blues/A-a.mp3", "rock/A-a.mp3")
    listing = homburg.find(tmp_path)
    assert len(listing.excerpts) == 2, "a name says more than a number"
    assert not others(listing)


def test_a_genre_folder_inside_itself_is_read(tmp_path):
    put(tmp_path, "jazz/jazz/A-a.mp3", "pop/mp3/A-a.mp3", "rock/A-a.mp3", "rock/rock/A-b.mp3")
    listing = homburg.find(tmp_path)
    assert ids(listing) == ["jazz/A-a", "pop/A-a", "rock/A-a"]
    assert others(listing) == [
        f"{tmp_path / 'rock' / 'rock'}: is a folder inside a genre folder; 1 sound file in it is not read; "
        "move it up"
    ]


def test_two_folders_of_one_genre_are_both_read(tmp_path):
    put(tmp_path, "klassik/a.mp3", "klassik/b.mp3", "Classical/b.mp3", "Classical/c.mp3", "jazz/a.mp3")
    listing = unique.find(tmp_path)
    assert ids(listing) == ["jazz/a", "klassik/b", "klassik/c", "klassik/a"]
    assert listing.excerpts[1].path == tmp_path / "Classical" / "b.mp3"
    merged, again = others(listing)
    assert merged == f"{tmp_path}: Classical and klassik are all read as 'klassik'; keep them in one folder"
    assert again == (
        f"{tmp_path / 'klassik' / 'b.mp3'}: is a file with the name of another one of that genre and not "
        "read; keep one, or rename it"
    )


def test_two_forms_of_a_name_are_one_song(tmp_path):
    put(tmp_path, "blues/A-a.mp3", "blues/A-a.wav", "rock/A-a.mp3")
    put(tmp_path, "rock/" + unicodedata.normalize("NFC", "É-a.mp3"))
    put(tmp_path, "rock/" + unicodedata.normalize("NFD", "É-a.wav"))  # as macOS has it
    listing = homburg.find(tmp_path)
    assert ids(listing) == ["blues/A-a", "rock/A-a", "rock/É-a"]
    assert len(others(listing)) == 1 and "is the first of 2 files with the name" in others(listing)[0]
    assert "blues: 1 of 120 files" in listing.problems


def test_what_is_beside_the_genres_is_named(tmp_path):
    put(
        tmp_path,
        "blues/A-a.mp3",
        "rock/A-b.mp3",
        "Metal/A-a.mp3",
        "Metal/A-b.mp3",
        "stray.mp3",
        "stray 2.wav",
    )
    assert others(homburg.find(tmp_path)) == [
        f"{tmp_path / 'stray 2.wav'}: is the first of 2 sound files beside the genre folders and not read; "
        "move them into one of them",
        f"{tmp_path / 'Metal'}: is not a genre folder of this set, so 2 sound files in it are not read; "
        f"there are {', '.join(homburg.GENRES)}",
    ]


def test_songs_without_an_artist_are_groups_of_their_own(tmp_path):
    put(tmp_path, "blues/one.mp3", "blues/two.mp3", "rock/-.mp3", "rock/A-a.mp3", "rock/___-b.mp3")
    listing = homburg.find(tmp_path)
    assert [excerpt.group for excerpt in listing.excerpts] == [0, 1, 2, 3, 4]
    assert "one.mp3: is the first of 4 files not named <Artist>-<Title>" in others(listing)[0]


@pytest.mark.parametrize(
    ("layout", "reason"),
    [
        (["blues/readme.txt", "rock/cover.jpg"], "no genre folder has sound files"),
        (["blues/A-a.mp3", "Klassik/A-b.mp3"], "only 'blues' has sound files"),
    ],
)
def test_fewer_than_two_genres_are_refused(tmp_path, layout, reason):
    put(tmp_path, *layout)
    with pytest.raises(DatasetError) as caught:
        homburg.find(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: homburg is not here, {reason}; the layout must be {homburg.LAYOUT}"
    )


def test_a_folder_that_may_be_the_set_is_suggested(tmp_path):
    put(tmp_path / "downloads" / "x", "blues/A-a.mp3", "pop/A-a.mp3", "rock/A-a.mp3")
    hint = f"{tmp_path / 'downloads' / 'x'} has folders of 3 of its genres: if this is it, name that folder"
    with pytest.raises(DatasetError) as caught:
        homburg.find(tmp_path)
    assert str(caught.value).endswith(hint)
    assert len(homburg.find(tmp_path / "downloads" / "x").excerpts) == 3


# Sizes


def test_what_is_missing_of_each_genre_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(homburg, "SIZES", {label: 2 + i for i, label in enumerate(homburg.GENRES)})
    for label, size in homburg.SIZES.items():
        put(tmp_path, *(f"{label}/Artist_{i}-Title.mp3" for i in range(size)))
    assert homburg.find(tmp_path).problems == []
    for i in range(3):
        (tmp_path / "pop" / f"Artist_{i}-Title.mp3").unlink()
    put(tmp_path, "rock/Artist_0-Another.mp3")
    assert homburg.find(tmp_path).problems == ["pop: 5 of 8 files", "rock: 11 of 10 files"]


def test_a_whole_1517_artists_has_no_problems(tmp_path, monkeypatch):
    monkeypatch.setattr(artists1517, "SONGS", 38)
    for i in range(38):
        put(tmp_path, f"{LABELS[i % 19]}/Artist_{i % 17}-Song_{i}.mp3")
    listing = artists1517.find(tmp_path)
    assert listing.problems == [] and len({excerpt.group for excerpt in listing.excerpts}) == 17
    (tmp_path / "World" / "Artist_1-Song_18.mp3").unlink()
    (tmp_path / "World" / "Artist_3-Song_37.mp3").unlink()
    assert artists1517.find(tmp_path).problems == ["36 of 38 songs; there is none of World"]


# Unique as a table


def test_rows_that_cannot_be_used_are_reported(tmp_path):
    put(tmp_path / "set", "a.mp3", "b.mp3", "unnamed.mp3")
    put(tmp_path, "outside.mp3")
    rows = ["a.mp3,jazz", "B.MP3,rock", "c.mp3,polka", "../outside.mp3,rock", "C:\\x.mp3,rock", "/x.mp3,rock"]
    rows += [",rock", "gone.mp3,rock", "a.mp3,jazz", "e.mp3"]
    table(tmp_path / "set", "file,genre\n" + "\n".join(rows))
    listing = unique.find(tmp_path / "set")
    assert ids(listing) == ["jazz/a", "rock/b", "rock/gone"]
    for lines, fault in (
        ("line 4 ", "not a genre of this set; there are blues, country"),
        ("lines 5, 6, 7, 8", "a file that is not below the folder of the table"),
        ("line 11 ", "cells of the header"),
        ("a.mp3", "is a file with the name of another one of that genre"),
        ("unnamed.mp3", "is a sound file that the set does not name, and not read"),
    ):
        [problem] = [problem for problem in listing.problems if fault in problem]
        assert lines in problem
    assert any("gone.mp3" in problem for problem in files.dataset(listing).problems)


def test_folders_come_before_a_table(tmp_path):
    put(tmp_path, "jazz/a.mp3", "rock/a.mp3", "b.mp3", "c.mp3")
    table(tmp_path, "file,genre\nb.mp3,blues\nc.mp3,wort\n")
    assert ids(unique.find(tmp_path)) == ["jazz/a", "rock/a"]


def test_other_tables_are_skipped_or_refused(tmp_path):
    put(tmp_path, "b.mp3", "c.mp3", "._list.csv")
    table(tmp_path, "path,class\nb.mp3,blues\n", "a.csv")
    with pytest.raises(DatasetError, match=r"a\.csv: has no column 'file'"):
        unique.find(tmp_path)
    table(tmp_path, "file,genre\nb.mp3,blues\nc.mp3,wort\n", "list.CSV")
    assert ids(unique.find(tmp_path)) == ["blues/b", "wort/c"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file,genre\na.mp3,jazz\n", "only 'jazz' has sound files"),
        ("file,genre\nx.mp3,jazz\ny.mp3,rock\n", "no genre folder has sound files"),
        ("file,genre\n", "no genre folder has sound files"),
    ],
)
def test_a_table_without_two_genres(tmp_path, text, reason):
    put(tmp_path, "a.mp3")
    table(tmp_path, text)
    with pytest.raises(DatasetError, match=rf"unique is not here, {reason}; .*columns file and genre"):
        unique.find(tmp_path)
