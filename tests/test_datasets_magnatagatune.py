import re
import shutil

import numpy as np
import pytest

from mirlab import DatasetError
from mirlab.datasets import files, magnatagatune

CLIPS = {
    "2": (
        "f/american_bach_soloists-j_s__bach_solo_cantatas-01-bwv54__i_aria-30-59.mp3",
        {"classical", "opera"},
    ),
    "25": ("0/american_bach_soloists-j_s__bach__cantatas_volume_v-01-gleichwie-0-29.mp3", {"classical"}),
    "14": ("c/lvx_nova-lvx_nova-01-contimune-30-59.mp3", {"ambient", "slow"}),
    "171": ("a/liquid_zen-magic_midsummer-01-4_oclock_sunny_and_hot-0-29.mp3", set()),
    "172": ("a/liquid_zen-magic_midsummer-01-4_oclock_sunny_and_hot-30-59.mp3", {"ambient"}),
    "224": ("d/electric_frankenstein-sick_songs-01-action_high-117-146.mp3", {"rock", "slow"}),
}
TAGS = ["slow", "rock", "opera", "no voice", "classical", "ambient"]
ARTISTS = {
    "2": "American Bach Soloists",
    "25": "American Bach Soloists",
    "14": "LVX Nova",
    "171": "Liquid Zen",
    "172": "Liquid Zen",
    "224": "Electric Frankenstein",
    "900": "Nobody",
}


def quoted(rows, end="\n"):
    """Write as the set does: tabs, and every cell in quotes."""
    return "".join("\t".join(f'"{cell}"' for cell in row) + end for row in rows)


def annotations(clips=CLIPS, tags=TAGS):
    rows = [[clip, *(int(tag in given) for tag in tags), path] for clip, (path, given) in clips.items()]
    return quoted([["clip_id", *tags, "mp3_path"], *rows])


def clip_info(artists=ARTISTS):
    names = ["clip_id", "track_number", "title", "artist", "album", "url", "segmentStart", "segmentEnd"]
    names += ["original_url", "mp3_path"]
    return quoted(
        [names, *([clip, 1, "So", artist, "CD", "", 0, 29, "", ""] for clip, artist in artists.items())]
    )


def lay_out(root, *, sound=".", clips=CLIPS, tags=TAGS):
    root.mkdir(exist_ok=True)
    (root / "annotations_final.csv").write_text(annotations(clips, tags))
    (root / "clip_info_final.csv").write_text(clip_info())
    for path, _ in clips.values():
        file = root / sound / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode())
    return root


def told(listing, root):
    return [problem.replace(str(root) + "/", "") for problem in listing.problems]


def test_tags_from_the_most_frequent_on_ties_by_name(tmp_path):
    listing = magnatagatune.find(lay_out(tmp_path))
    assert listing.label_names == ["ambient", "classical", "slow", "opera", "rock"]
    assert {clip.track_id: clip.label for clip in listing.excerpts} == {
        "2": (1, 3),
        "25": (1,),
        "14": (0, 2),
        "172": (0,),
        "224": (2, 4),
    }
    assert told(listing, tmp_path) == [
        "annotations_final.csv: 1 of 6 clips have none of the 5 tags; left out",
    ]
    assert (listing.name, listing.length, listing.seconds) == ("magnatagatune", 30.0, (28.0, 30.0))


def test_fewer_tags_leave_out_the_clips_that_have_none_of_them(tmp_path):
    listing = magnatagatune.find(lay_out(tmp_path), tags=2)
    assert listing.name == "magnatagatune-2" and listing.label_names == ["ambient", "classical"]
    assert [clip.track_id for clip in listing.excerpts] == ["2", "25", "14", "172"]
    assert told(listing, tmp_path) == [
        "annotations_final.csv: 2 of 6 clips have none of the 2 tags; left out",
    ]


def test_160_tags_unless_all_188_are_asked_for(tmp_path):
    tags = [f"tag {i:03d}" for i in range(188)]
    clips = {str(i): (f"0/a-b-01-c{i}-0-29.mp3", set(tags[: i + 1])) for i in range(188)}
    root = lay_out(tmp_path, clips=clips, tags=tags[::-1])
    assert magnatagatune.find(root).label_names == tags[:160]
    every = magnatagatune.find(root, tags=188)
    assert every.label_names == tags and every.name == "magnatagatune-188"
    assert every.excerpts[187].label == tuple(range(188))
    with pytest.raises(ValueError, match="tags=0; at least one"):
        magnatagatune.find(root, tags=0)


def test_tags_are_ranked_over_the_whole_table_with_or_without_sound(tmp_path):
    root = lay_out(tmp_path)
    table = annotations({**CLIPS, "3": ("", {"rock"}), "4": ("", {"rock"})})
    (root / "annotations_final.csv").write_text(table)
    listing = magnatagatune.find(root)
    assert listing.label_names[0] == "rock" and len(listing.excerpts) == 5
    assert told(listing, root)[0] == (
        "annotations_final.csv: 2 rows are left out, in lines 8, 9: no mp3_path, so it has no sound"
    )


def test_groups_are_artists(tmp_path):
    root = lay_out(tmp_path)
    with_table = magnatagatune.find(root)
    assert [clip.group for clip in with_table.excerpts] == [0, 0, 1, 2, 3]
    (root / "clip_info_final.csv").unlink()
    without = magnatagatune.find(root)
    assert [clip.group for clip in without.excerpts] == [0, 0, 1, 2, 3]
    assert (
        "clip_info_final.csv: cannot be read (No such file or directory); artists are taken"
        in told(without, root)[0]
    )


def test_the_table_of_artists_goes_before_the_names_of_files(tmp_path):
    root = lay_out(tmp_path)
    (root / "clip_info_final.csv").write_text(clip_info({"2": "lvx NOVA", "14": "LVX Nova "}))
    assert [clip.group for clip in magnatagatune.find(root).excerpts] == [0, 1, 0, 2, 3]


def test_a_clip_that_the_table_of_artists_lacks_stays_with_its_artist(tmp_path):
    root = lay_out(tmp_path)
    (root / "clip_info_final.csv").write_text(clip_info({"2": "American Bach-Soloists", "14": ""}) + '"25"\n')
    listing = magnatagatune.find(root)
    assert [clip.group for clip in listing.excerpts] == [0, 0, 1, 2, 3]
    assert told(listing, root)[0] == "clip_info_final.csv: line 4 is left out: not the 10 cells of the header"


def test_sound_that_no_table_names_and_names_without_sound(tmp_path):
    root = lay_out(tmp_path)
    (root / CLIPS["14"][0]).unlink()
    shutil.rmtree(root / "d")
    for name in ("new.mp3", "new2.mp3", "._new.mp3", "cover.jpg"):
        (root / "f" / name).write_bytes(b"x")
    listing = magnatagatune.find(root)
    assert len(listing.excerpts) == 5
    assert (
        "f/new.mp3: is the first of 2 sound files that are not in annotations_final.csv, and not read"
    ) in told(listing, root)
    data = files.dataset(listing)
    assert data.track_ids == ["2", "25", "172"]
    assert data.problems[-1] == f"2 of 5 files are missing, the first is {root / CLIPS['14'][0]}"
    np.testing.assert_array_equal(data.y.sum(axis=0), [1, 2, 0, 1, 0])


# bad tables


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"1"\t"c/lvx', '"2"\t"c/lvx', "line 4 is left out: a tag that is neither 0 nor 1"),
        ('"1"\t"c/lvx', '""\t"c/lvx', "line 4 is left out: a tag that is neither 0 nor 1"),
        ('"1"\t"c/lvx', '"c/lvx', "line 4 is left out: not the 8 cells of the header"),
        ('"14"', '"25"', "line 4 is left out: the clip_id of an earlier line"),
        ('"14"', '""', "line 4 is left out: no clip_id"),
        ('"c/lvx', '"../c/lvx', "line 4 is left out: an mp3_path that is not like 'f/name.mp3'"),
        ('"c/lvx', '"/c/lvx', "line 4 is left out: an mp3_path that is not like 'f/name.mp3'"),
        ('"c/lvx', '"c/../../lvx', "line 4 is left out: an mp3_path that is not like 'f/name.mp3'"),
        ('"c/lvx', '"c\\\\..\\\\lvx', "line 4 is left out: an mp3_path that is not like 'f/name.mp3'"),
        ('"c/lvx', '"g/lvx', "line 4 is left out: an mp3_path that is not like 'f/name.mp3'"),
        (
            '30-59.mp3"\n"171',
            '30-59.wav"\n"171',
            "line 4 is left out: an mp3_path that is not like 'f/name.mp3'",
        ),
        ('30-59.mp3"\n"171', '30-59.mp3\n"171', "line 4-5 is left out: not valid csv"),
    ],
)
def test_a_bad_row_costs_that_row(tmp_path, old, new, problem):
    root = lay_out(tmp_path)
    text = annotations()
    (root / "annotations_final.csv").write_text(text.replace(old, new, 1))
    listing = magnatagatune.find(root)
    assert [clip.track_id for clip in listing.excerpts] == ["2", "25", "172", "224"]
    assert any(p.startswith(f"annotations_final.csv: {problem}") for p in told(listing, root))


def test_a_nameless_column_of_row_numbers_is_no_tag(tmp_path):
    root = lay_out(tmp_path)
    lines = annotations().splitlines()
    numbered = [f"{number}\t{line}" for number, line in enumerate(lines)]
    numbered[0] = "\t" + lines[0]
    (root / "annotations_final.csv").write_text("\n".join(numbered))
    assert len(magnatagatune.find(root).excerpts) == 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (
            annotations().replace("mp3_path", "path").encode(),
            "has no column 'mp3_path'; its columns are 'clip_id'",
        ),
        (annotations().replace("opera", "rock").encode(), "has more than one column called 'rock'"),
        (annotations({}).encode(), "names no clip that has a tag and a file"),
        (annotations({"1": ("0/a.mp3", set())}).encode(), "names no clip that has a tag and a file"),
        (annotations().replace('"0"', '"x"').encode(), "names no clip .*line.*neither 0 nor 1"),
        (b"RIFF\0\0\0\0WAVEfmt ", "is not a text"),
        (None, "is not a file"),
    ],
)
def test_a_table_that_is_none(tmp_path, content, message):
    root = lay_out(tmp_path)
    path = root / "annotations_final.csv"
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=message) as caught:
        magnatagatune.find(root)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_table_of_artists_that_is_none(tmp_path):
    root = lay_out(tmp_path)
    (root / "clip_info_final.csv").write_bytes(b"\0" * 100)
    listing = magnatagatune.find(root)
    assert len(listing.excerpts) == 5
    assert re.search("is not a text; .*; artists are taken from the names", listing.problems[0])


def test_magnatagatune_elsewhere(tmp_path):
    with pytest.raises(DatasetError, match="cannot be opened as a folder"):
        magnatagatune.find(tmp_path / "none")
    with pytest.raises(DatasetError, match=r"MagnaTagATune is not here: no annotations_final.csv; .*<root>/"):
        magnatagatune.find(tmp_path)
    (tmp_path / "annotations_final.csv").write_text(annotations())
    with pytest.raises(DatasetError, match="the folders 0 to f with its clips are not here"):
        magnatagatune.find(tmp_path)


def test_a_table_beside_a_folder_of_something_else_is_not_taken(tmp_path):
    lay_out(tmp_path)
    (tmp_path / "gtzan").mkdir()
    with pytest.raises(DatasetError, match="is not here"):
        magnatagatune.find(tmp_path / "gtzan")


def test_facts_about_magnatagatune():
    assert "ShareAlike" in magnatagatune.LICENSE_INFO and "mp3.zip" in magnatagatune.SOURCE
    assert magnatagatune.KNOWN_FAULTS == ("35644", "55753", "57881")
    parts = [magnatagatune.PARTS[f"{folder:x}"] for folder in range(16)]
    assert parts == ["train"] * 12 + ["valid"] + ["test"] * 3
