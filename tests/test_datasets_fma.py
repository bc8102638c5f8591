import csv
import hashlib
import io
import shutil

import pytest

from mirlab import DatasetError
from mirlab.datasets import files, fma

# Track, artist, split, subset, genre: true ones where they are of note.
TRACKS = [
    (2, 1, "training", "small", "Hip-Hop"),
    (5, 1, "training", "small", "Hip-Hop"),
    (10, 6, "training", "small", "Pop"),
    (99134, 16000, "test", "small", "Rock"),
    (3, 1, "validation", "medium", "Old-Time / Historic"),
    (20, 4, "training", "large", ""),
    (26, 4, "training", "large", "Rock"),
    (1486, 700, "test", "large", ""),
]
HEADER = [
    ["", "album", "artist", "artist", "set", "set", "track", "track"],
    ["", "information", "bio", "id", "split", "subset", "genre_top", "title"],
    ["track_id", "", "", "", "", "", "", ""],
]


def tracks_csv(tracks=TRACKS):
    text = io.StringIO()
    about = '<p>So "loud",\nthey say</p>'
    rows = [
        [track, about, "", artist, split, subset, genre, "Ärger"]
        for track, artist, split, subset, genre in tracks
    ]
    csv.writer(text, lineterminator="\n").writerows([*HEADER, *rows])
    return text.getvalue()


def lay_out(root, size="small", *, tracks=TRACKS, metadata="fma_metadata", sound=None):
    home = root / (sound or f"fma_{size}")
    for track, _, _, subset, _ in tracks:
        if fma.SIZES.index(subset) <= fma.SIZES.index(size):
            name = f"{track:06d}"
            (home / name[:3]).mkdir(parents=True, exist_ok=True)
            (home / name[:3] / f"{name}.mp3").write_bytes(name.encode())
    if metadata is not None:
        (root / metadata).mkdir(parents=True, exist_ok=True)
        (root / metadata / "tracks.csv").write_text(tracks_csv(tracks), encoding="utf-8")
    return root


def told(listing, root):
    return [problem.replace(str(root) + "/", "") for problem in listing.problems]


@pytest.mark.parametrize(
    ("size", "ids", "genres", "seconds"),
    [
        ("small", ["000002", "000005", "000010", "099134"], ["Hip-Hop", "Pop", "Rock"], (29, 31)),
        (
            "medium",
            ["000002", "000005", "000010", "099134", "000003"],
            ["Hip-Hop", "Old-Time / Historic", "Pop", "Rock"],
            (29, 31),
        ),
        (
            "large",
            ["000002", "000005", "000010", "099134", "000003", "000026"],
            ["Hip-Hop", "Old-Time / Historic", "Pop", "Rock"],
            (0, 31),
        ),
        (
            "full",
            ["000002", "000005", "000010", "099134", "000003", "000026"],
            ["Hip-Hop", "Old-Time / Historic", "Pop", "Rock"],
            None,
        ),
    ],
)
def test_each_size(tmp_path, size, ids, genres, seconds):
    listing = fma.find(lay_out(tmp_path, size))
    assert (listing.name, listing.length, listing.seconds) == ("fma", 30.0, seconds)
    assert [track.track_id for track in listing.excerpts] == ids and listing.label_names == genres
    genre = {f"{track:06d}": genre for track, _, _, _, genre in TRACKS}
    assert [genres[track.label] for track in listing.excerpts] == [genre[track_id] for track_id in ids]
    assert all(track.path.is_file() and track.start == 0 for track in listing.excerpts)
    left_out = f"fma_metadata/tracks.csv: 2 of 8 tracks of fma_{size} have no genre_top; left out"
    assert told(listing, tmp_path) == ([left_out] if size in ("large", "full") else [])


def test_groups_are_artists_and_a_track_without_one_is_alone(tmp_path):
    tracks = [
        (2, 1, "test", "small", "Pop"),
        (3, "", "test", "small", "Pop"),
        (4, "", "test", "small", "Pop"),
    ]
    listing = fma.find(lay_out(tmp_path, tracks=[*tracks, (5, 1, "test", "small", "Pop")]))
    assert [track.group for track in listing.excerpts] == [0, 1, 2, 0]


def test_of_several_sizes_the_largest_is_read_unless_another_is_named(tmp_path):
    lay_out(tmp_path, "small")
    lay_out(tmp_path, "medium")
    (tmp_path / "fma_large").mkdir()  # made, but nothing unpacked into it
    listing = fma.find(tmp_path)
    assert len(listing.excerpts) == 5
    assert told(listing, tmp_path) == ["fma_small: is not read, because fma_medium is there too"]
    small = fma.find(tmp_path / "fma_small")
    assert len(small.excerpts) == 4 and small.problems == []


def test_missing_files_and_files_of_another_size(tmp_path):
    root = lay_out(tmp_path)
    (root / "fma_small" / "000" / "000005.mp3").unlink()
    shutil.rmtree(root / "fma_small" / "099")
    for name in ("000003.mp3", "000004.mp3", "._000002.mp3", "000002.txt"):
        (root / "fma_small" / "000" / name).write_bytes(b"x")
    listing = fma.find(root)
    assert len(listing.excerpts) == 4
    assert told(listing, root) == [
        "fma_small/000/000003.mp3: is the first of 2 sound files that are not in fma_small, and not read"
    ]
    data = files.dataset(listing)
    assert data.track_ids == ["000002", "000010"]
    assert data.problems[-1].startswith("2 of 4 files are missing, the first is ")


def test_checksums_that_come_with_the_clips(tmp_path):
    root = lay_out(tmp_path)
    folder = root / "fma_small"
    sums = {
        name: hashlib.sha1(name.encode()).hexdigest() for name in ("000002", "000005", "000010", "777777")
    }
    lines = [f"{digest}  {name[:3]}/{name}.mp3" for name, digest in sums.items()]
    (folder / "checksums").write_text(
        "\n".join([*lines, "0" * 40 + "  README.txt", "torn 099/099134.mp3", "\xff"])
    )
    (folder / "000" / "000010.mp3").rename(folder / "000" / "000010.wav")
    listing = fma.find(root)
    assert listing.checksums == {name: f"sha1:{sums[name]}" for name in ("000002", "000005")}
    assert hashlib.sha1(listing.excerpts[0].path.read_bytes()).hexdigest() == sums["000002"]
    (folder / "checksums").unlink()
    assert fma.find(root).checksums == {}
    (folder / "checksums").mkdir()
    listing = fma.find(root)
    assert listing.checksums == {} and "checksums: cannot be read" in listing.problems[0]


# bad tables


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("\n10,", "\nten,", "line 8 is left out: a track_id that is not a number of up to six digits"),
        ("\n10,", "\n../10,", "line 8 is left out: a track_id that is not a number of up to six digits"),
        ("\n10,", "\n1234567,", "line 8 is left out: a track_id that is not a number of up to six digits"),
        ("\n10,", "\n,", "line 8-9 is left out: no track_id"),
        ("\n10,", "\n5,", "line 8-9 is left out: the track_id of an earlier line"),
        ("\n10,", "\n10,10,", "line 8-9 is left out: not the 8 cells of the header"),
        (
            "6,training,small,Pop",
            "6,training,small,Poop",
            "is left out: a (track, genre_top) that is none of the",
        ),
        (
            "6,training,small,Pop",
            "6,train,small,Pop",
            "a (set, split) that is none of training, validation, test",
        ),
        (
            "6,training,small,Pop",
            "6,training,tiny,Pop",
            "a (set, subset) that is none of small, medium, large",
        ),
    ],
)
def test_a_bad_row_costs_that_row(tmp_path, old, new, problem):
    root = lay_out(tmp_path)
    text = tracks_csv()
    assert text.count(old) == 1
    (root / "fma_metadata" / "tracks.csv").write_text(text.replace(old, new), encoding="utf-8")
    listing = fma.find(root)
    assert [track.track_id for track in listing.excerpts] == ["000002", "000005", "099134"]
    assert problem in told(listing, root)[0]


def test_a_bad_row_far_from_the_subset_is_told_too(tmp_path):
    tracks = [*TRACKS, (30, 1, "training", "large", "Zydeco")]
    listing = fma.find(lay_out(tmp_path, tracks=tracks))
    assert len(listing.excerpts) == 4 and "none of the sixteen" in listing.problems[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        (tracks_csv().split("\n", 1)[1], "has no column 'track_id'"),
        (
            tracks_csv().replace("genre_top", "genre"),
            "has no column 'track.genre_top'; its columns are 'track_id'",
        ),
        ("\n".join(tracks_csv().split("\n", 3)[:3]), "has no track of fma_small with a genre"),
        (tracks_csv(TRACKS[4:]), "has no track of fma_small with a genre"),
        (tracks_csv([(2, 1, "test", "small", "")]), "has no track of fma_small with a genre"),
        (tracks_csv([(2, 1, "test", "small", "x")]), "has no track of fma_small .*none of the sixteen"),
        ("\0\0\0", "is not a text"),
    ],
)
def test_a_table_that_is_none(tmp_path, content, message):
    root = lay_out(tmp_path)
    path = root / "fma_metadata" / "tracks.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=message) as caught:
        fma.find(root)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_fma_elsewhere(tmp_path):
    with pytest.raises(DatasetError, match="cannot be opened as a folder"):
        fma.find(tmp_path / "none")
    with pytest.raises(
        DatasetError, match=r"FMA is not here: no folder such as fma_small; .*<root>/fma_small/"
    ):
        fma.find(tmp_path)
    lay_out(tmp_path / "a", metadata=None)
    with pytest.raises(
        DatasetError, match=r"tracks.csv, which has the genres, is not near it; .*fma_metadata"
    ):
        fma.find(tmp_path / "a")
    (tmp_path / "b" / "fma_small").mkdir(parents=True)
    with pytest.raises(DatasetError, match="FMA is not here"):
        fma.find(tmp_path / "b")


def test_facts_about_fma():
    assert "Attribution 4.0" in fma.LICENSE_INFO and fma.HOMEPAGE == "https://github.com/mdeff/fma"
    assert "|".join(fma.GENRES) == (
        "Blues|Classical|Country|Easy Listening|Electronic|Experimental|Folk|Hip-Hop|Instrumental|"
        "International|Jazz|Old-Time / Historic|Pop|Rock|Soul-RnB|Spoken"
    )
    assert sum(map(int, fma.KNOWN_FAULTS)) == 1994123, "of issue 8 of the authors' repository"
    assert len(fma.KNOWN_FAULTS) == 21 and {"099134", "108925", "133297"} < set(fma.KNOWN_FAULTS)
