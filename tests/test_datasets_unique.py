import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

import mirlab
from mirlab import DatasetError
from mirlab.datasets import files, genre_folders, unique

LABELS = list(unique.GENRES)


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def ids(listing):
    return [excerpt.track_id for excerpt in listing.excerpts]


def table(root, text, name="unique.csv", encoding="utf-8"):
    (root / name).write_bytes(text.encode(encoding))


def test_labels_are_the_papers():
    package = Path(mirlab.__file__).parent
    with open(package / "corpus" / "styles.toml", "rb") as file:
        corpus = tomllib.load(file)["sets"]["unique"]
    assert list(corpus["labels"]) == LABELS and len(LABELS) == 14 and corpus["paper"] == unique.SONGS
    with open(package.parent / "data" / "published.toml", "rb") as file:
        table3 = tomllib.load(file)["table3"]
    named = {name for row in ([seed, *near] for seed, near in table3.items()) for name in row}
    ours = {name.removesuffix(" (unique)") for name in named if name.endswith(" (unique)")}
    assert ours and ours <= set(LABELS)


@pytest.mark.parametrize("place", [".", "unique", "Seyerlehner-Unique/wav", "UNIQUE/audio"])
@pytest.mark.parametrize(
    "names",
    [
        ["blues", "klassik", "hip-hop", "soul_rnb", "volksmusik", "wort"],
        ["Blues", "Classical", "Hiphop", "Soul RnB", "Folk", "Spoken"],
        ["BLUES", "Klassik", "Hip Hop", "Soul & R'n'B", "Volks-Musik", "Spoken Word"],
    ],
)
def test_genre_folders(tmp_path, place, names):
    put(tmp_path / place, *(f"{name}/song.mp3" for name in names))
    listing = unique.find(tmp_path)
    assert (listing.name, listing.length, listing.seconds) == ("unique", 30.0, (29.0, 31.0))
    assert listing.label_names == LABELS
    assert ids(listing) == [
        f"{label}/song" for label in ("blues", "hip-hop", "klassik", "soul rnb", "volksmusik", "wort")
    ]
    assert [excerpt.label for excerpt in listing.excerpts] == [0, 4, 6, 10, 11, 13]
    assert [excerpt.group for excerpt in listing.excerpts] == list(range(6))
    assert listing.problems == [
        "6 of 3115 songs; there is none of country, dance, electronica, jazz, reggae, rock, schlager, world"
    ]


def test_thirty_seconds_are_used(tmp_path):
    y = np.random.default_rng(0).uniform(-0.3, 0.3, 31 * 22050)
    for name in ("Spoken/a.mp3", "Classical/a.mp3"):
        (tmp_path / name).parent.mkdir()
        soundfile.write(tmp_path / name, y, 22050, format="MP3")
    for scale in ("lesson", "paper"):
        dataset = files.dataset(unique.find(tmp_path, scale=scale))
        assert dataset.track_ids == ["klassik/a", "wort/a"] and dataset.groups.tolist() == [0, 1]
        assert dataset.audio(1).shape == (661500,)


def test_two_folders_of_one_genre_are_both_read(tmp_path):
    put(tmp_path, "klassik/a.mp3", "klassik/b.mp3", "Classical/b.mp3", "Classical/c.mp3", "jazz/a.mp3")
    listing = unique.find(tmp_path)
    assert ids(listing) == ["jazz/a", "klassik/b", "klassik/c", "klassik/a"]
    assert listing.excerpts[1].path == tmp_path / "Classical" / "b.mp3"
    merged, again, count = listing.problems
    assert merged == f"{tmp_path}: Classical and klassik are all read as 'klassik'; keep them in one folder"
    assert again == (
        f"{tmp_path / 'klassik' / 'b.mp3'}: is a file called like another one of that genre, not read; "
        "keep one, or rename it"
    )
    assert count.startswith("4 of 3115 songs")


def test_no_two_labels_are_spelled_the_same():
    spelled = [genre_folders.plain(s) for label, also in unique.GENRES.items() for s in (label, *also)]
    assert len(set(spelled)) == len(spelled)


# A table of files


TABLE = "file,genre\na.mp3,jazz\nsub/b.mp3,Classical\nsub\\c.mp3,Soul/RnB\nd.mp3,jazz\n"


@pytest.mark.parametrize("place", [".", "unique"])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TABLE, "utf-8"),
        (TABLE, "utf-8-sig"),
        (TABLE, "utf-16"),
        (TABLE.replace(",", ";").replace("\n", "\r\n"), "cp1252"),
        (TABLE.replace(",", "\t"), "utf-8"),
        (TABLE.replace("jazz", '"jazz"').replace("\n", "\n\n"), "utf-8"),
        (
            "genre,artist,file\n"
            + "".join(f"{g},x,{f}\n" for f, g in (r.split(",") for r in TABLE.split()[1:])),
            "ascii",
        ),
    ],
)
def test_a_table_of_files(tmp_path, place, text, encoding):
    put(tmp_path / place, "a.mp3", "d.mp3", "sub/b.mp3", "sub/c.mp3")
    table(tmp_path / place, text, encoding=encoding)
    listing = unique.find(tmp_path)
    assert ids(listing) == ["jazz/a", "jazz/d", "klassik/b", "soul rnb/c"]
    assert [excerpt.group for excerpt in listing.excerpts] == [0, 1, 2, 3]
    assert listing.excerpts[2].path == tmp_path / place / "sub" / "b.mp3"
    assert len(listing.problems) == 1 and listing.problems[0].startswith(
        "4 of 3115 songs; there is none of blues"
    )


def test_rows_that_cannot_be_used_are_told(tmp_path):
    put(tmp_path / "set", "a.mp3", "b.mp3")
    put(tmp_path, "outside.mp3")
    rows = ["a.mp3,jazz", "b.mp3,rock", "c.mp3,polka", "../outside.mp3,rock", "C:\\x.mp3,rock", "/x.mp3,rock"]
    rows += [",rock", "gone.mp3,rock", "a.mp3,jazz", "e.mp3"]
    table(tmp_path / "set", "file,genre\n" + "\n".join(rows))
    listing = unique.find(tmp_path / "set")
    assert ids(listing) == ["jazz/a", "rock/b", "rock/gone"]
    for lines, fault in (
        ("line 4 ", "no genre of this set; there are blues, country"),
        ("lines 5, 6, 7, 8", "a file that is not below the folder of the table"),
        ("line 11 ", "cells of the header"),
        ("a.mp3", "is a file called like another one of that genre"),
    ):
        (problem,) = (problem for problem in listing.problems if fault in problem)
        assert lines in problem
    dataset = files.dataset(listing)
    assert any("gone.mp3" in problem for problem in dataset.problems)


def test_folders_come_before_a_table(tmp_path):
    put(tmp_path, "jazz/a.mp3", "rock/a.mp3", "b.mp3", "c.mp3")
    table(tmp_path, "file,genre\nb.mp3,blues\nc.mp3,wort\n")
    assert ids(unique.find(tmp_path)) == ["jazz/a", "rock/a"]


def test_other_tables_are_passed_over(tmp_path):
    put(tmp_path, "b.mp3", "c.mp3", "._list.csv")
    table(tmp_path, "path,class\nb.mp3,blues\n", "a.csv")
    table(tmp_path, "file,genre\nb.mp3,blues\nc.mp3,wort\n", "list.CSV")
    assert ids(unique.find(tmp_path)) == ["blues/b", "wort/c"]


def test_a_table_with_other_columns_is_refused(tmp_path):
    put(tmp_path, "b.mp3")
    table(tmp_path, "path,class\nb.mp3,blues\n", "a.csv")
    with pytest.raises(DatasetError, match=r"a\.csv: .*'?file'?"):
        unique.find(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,genre\na.mp3,jazz\n", "only 'jazz' has sound files"),
        ("file,genre\nx.mp3,jazz\ny.mp3,rock\n", "no genre folder has sound files"),
        ("file,genre\n", "no genre folder has sound files"),
    ],
)
def test_a_table_without_two_genres(tmp_path, text, told):
    put(tmp_path, "a.mp3")
    table(tmp_path, text)
    with pytest.raises(DatasetError, match=rf"unique is not here, {told}; .*columns file and genre"):
        unique.find(tmp_path)


@settings(deadline=None)  # a folder on disk each
@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_any_table_is_read_or_refused(tmp_path_factory, rows):
    root = tmp_path_factory.mktemp("unique")
    put(root, "a.mp3", "b.mp3")
    text = "file,genre\na.mp3,jazz\nb.mp3,rock\n" + "".join(f"{file},{genre}\n" for file, genre in rows)
    table(root, text, encoding="utf-8")
    try:
        listing = unique.find(root)
    except DatasetError as error:
        assert "\n" not in str(error).strip()
    else:
        assert {"jazz/a", "rock/b"} <= set(ids(listing)) and len(set(ids(listing))) == len(ids(listing))
        assert all(root in excerpt.path.parents for excerpt in listing.excerpts)


def test_unique_says_where_it_comes_from():
    assert "Seyerlehner" in unique.BIBTEX and unique.BIBTEX.count("{") == unique.BIBTEX.count("}")
    assert "licence" in unique.LICENSE_INFO and unique.HOMEPAGE.startswith("http")
    assert "homepage" in unique.SOURCE and unique.FOLDERS[0] == "unique"
