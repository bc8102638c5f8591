"""MagnaTagATune: 25 863 clips of 29 s, each with those of 188 tags that players of a game agreed on.

The paper has 160 tags and 22 787 clips, and does not say which. Here the 160 tags are those given most often
in the whole of ``annotations_final.csv``, ties in alphabetical order, and a clip that has none of them is
left out, as there is nothing to rank for it. This need not be the paper's choice, nor give its number of
clips: other work of those years also counts 160 tags and close to 23 000 clips, so there may have been a
selection that the published set does not come with. Tags that mean the same ("female vocal", "female
singer") stay apart.

The folders 0 to f hold whole albums, so the usual split by folder keeps albums together but not artists, some
of whom are both trained and tested on. `groups` are artists, from ``clip_info_final.csv`` or else from the
names of the clips, which begin with them.
"""

import os
import re
from collections import Counter
from pathlib import Path

from mirlab.datasets import files
from mirlab.datasets.tables import Table
from mirlab.errors import DatasetError

HOMEPAGE = "https://mirg.city.ac.uk/codeapps/the-magnatagatune-dataset"

LICENSE_INFO = (
    "Creative Commons Attribution-NonCommercial-ShareAlike 3.0, as stated by its authors; the clips are from "
    "recordings of the label Magnatune. mirlab neither contains nor downloads it."
)

BIBTEX = """@inproceedings{law2009evaluation,
  author    = {Edith Law and Kris West and Michael Mandel and Mert Bay and J. Stephen Downie},
  title     = {Evaluation of algorithms using games: the case of music tagging},
  booktitle = {10th International Society for Music Information Retrieval Conference (ISMIR)},
  year      = {2009}
}"""

LAYOUT = (
    "<root>/annotations_final.csv, <root>/clip_info_final.csv and the clips in "
    "<root>/<0 to f>/<artist>-<album>-<number>-<title>-<start>-<end>.mp3, or in <root>/mp3/<0 to f>/"
)

SOURCE = (
    "Hosted by the music informatics research group of City, University of London. Join mp3.zip.001, .002 "
    "and .003 to one archive before unpacking; take annotations_final.csv and clip_info_final.csv as well."
)

FOLDERS = ("magnatagatune", "mtat", "mtt", "magnatagatune dataset")

PAPER_TAGS = 160
"""How many tags the paper has; the set has 188."""

LENGTH = 30.0  # s; all of a clip

SECONDS = (28.0, 30.0)  # s; clips are cut to 29, and their coding adds a tenth

KNOWN_FAULTS = ("35644", "55753", "57881")
"""Clips whose sound is missing or damaged as published: no fault of one's own copy."""

PARTS = {**dict.fromkeys("0123456789ab", "train"), "c": "valid", **dict.fromkeys("def", "test")}
"""The part of each folder in the split that most work on tagging uses."""


def find(root, *, scale="paper", tags=PAPER_TAGS):
    r"""List MagnaTagATune where it was unpacked.

    Parameters
    ----------
    root : str or os.PathLike
        The folder of ``annotations_final.csv``, the one that lies in, or that of the folders 0 to f inside.
    scale : {"lesson", "paper"}
        Makes no difference: a real set is used as the paper used it, whole clips.
    tags : int > 0
        How many tags to keep, the most frequent first; 188 are all.

    Returns
    -------
    mirlab.datasets.files.Listing
        Track ids are clip ids; labels are tags, from the most frequent on; the split is called "folders".

    Raises
    ------
    DatasetError
        If the table or the folders 0 to f are not found, or no clip can be used.
    ValueError
        If `tags` is less than 1.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     clips = "2\t1\t0\tf/apa_ya-a-01-b-0-29.mp3\n6\t1\t1\t0/williamson-a-01-b-30-59.mp3\n"
    ...     table = Path(root, "annotations_final.csv")
    ...     _ = table.write_text("clip_id\trock\tslow\tmp3_path\n" + clips)
    ...     Path(root, "f").mkdir()
    ...     listing = find(root)
    >>> listing.label_names, [(clip.track_id, clip.label) for clip in listing.excerpts], listing.splits
    (['rock', 'slow'], [('2', (0,)), ('6', (0, 1))], {'folders': {'2': 'test', '6': 'train'}})
    """
    if tags < 1:
        raise ValueError(f"tags={tags!r}; at least one tag must be kept")
    table, home = _places(Path(root))
    clips, ranked, problems = _annotations(table)
    labels = {tag: label for label, tag in enumerate(ranked[:tags])}
    artists = _artists(table.parent / "clip_info_final.csv", problems)
    sounds = files.sounds(_shards(home), problems)
    excerpts, groups = [], {}
    for clip_id, (path, given) in clips.items():
        sound = sounds.pop(path.removesuffix(".mp3"), home / path)
        if label := tuple(sorted(labels[tag] for tag in given if tag in labels)):
            artist = artists.get(clip_id) or path[2:].partition("-")[0]
            group = groups.setdefault(_plain(artist), len(groups))
            excerpts.append(files.Excerpt(clip_id, sound, label, group))
    if not excerpts:
        raise DatasetError("; ".join([f"{table}: names no clip that has a tag and a file", *problems[:1]]))
    if untagged := len(clips) - len(excerpts):
        problems.append(
            f"{table}: {untagged} of {len(clips)} clips have none of the {len(labels)} tags; left out"
        )
    if sounds:
        first = next(iter(sounds.values()))
        problems.append(f"{home}: {len(sounds)} sound files are not in {table.name}, the first is {first}")
    return files.Listing(
        "magnatagatune" if tags == PAPER_TAGS else f"magnatagatune-{tags}",
        excerpts,
        list(labels),
        LENGTH,
        problems,
        splits={"folders": {clip.track_id: PARTS[clips[clip.track_id][0][0]] for clip in excerpts}},
        seconds=SECONDS,
    )


def _places(root):
    """Return the table, and the folder that has most of the folders 0 to f."""
    around = [*_with_inside(root), *([root.parent] if _shards(root) else [])]
    tables = [place / "annotations_final.csv" for place in around]
    table = next((table for table in tables if os.path.exists(table)), None)
    if table is None:
        raise DatasetError(
            f"{root}: MagnaTagATune is not here: no annotations_final.csv; there must be {LAYOUT}"
        )
    around = dict.fromkeys([*_with_inside(root), *_with_inside(table.parent)])
    home = max(around, key=lambda place: len(_shards(place)))
    if not _shards(home):
        raise DatasetError(f"{table}: the folders 0 to f with its clips are not here; there must be {LAYOUT}")
    return table, home


def _with_inside(place):
    return [place, *(entry for entry in files.visible(place) if os.path.isdir(entry))]


def _shards(place):
    """Return the folders 0 to f in a place."""
    try:
        entries = files.visible(place)
    except DatasetError:  # a folder of somebody else's, perhaps
        return []
    return [entry for entry in entries if re.fullmatch("[0-9a-f]", entry.name) and os.path.isdir(entry)]


def _annotations(path):
    """Return path and tags of each clip, all tags from the most frequent on, and what is wrong."""
    table = Table(path, ["clip_id", "mp3_path"], key="clip_id")
    tags = [column for column in table.columns if column not in ("clip_id", "mp3_path", "")]
    twice = [tag for tag, times in Counter(tags).items() if times > 1]
    if twice:
        raise DatasetError(f"{path}: has more than one column called {twice[0]!r}; each tag must have one")
    clips, counts = {}, Counter()
    for line, row in table:
        path_in_set = row["mp3_path"]
        if not {row[tag] for tag in tags} <= {"0", "1"}:
            table.fault(line, "a tag that is neither 0 nor 1")
            continue
        given = [tag for tag in tags if row[tag] == "1"]
        counts.update(given)
        if not path_in_set:
            table.fault(line, "no mp3_path, so there is no sound")
        elif not re.fullmatch(r"[0-9a-f]/[^/\\]+\.mp3", path_in_set):
            table.fault(line, "an mp3_path that is not like 'f/name.mp3'")
        else:
            clips[row["clip_id"]] = path_in_set, given
    return clips, sorted(counts, key=lambda tag: (-counts[tag], tag)), table.problems


def _artists(path, problems):
    """Return the artist of each clip, as far as there is a table of them."""
    try:
        table = Table(path, ["clip_id", "artist"], key="clip_id")
        artists = {row["clip_id"]: row["artist"] for _, row in table}
    except DatasetError as error:
        problems.append(f"{error}; artists are taken from the names of the clips")
        return {}
    problems += table.problems
    return artists


def _plain(artist):
    """Leave of an artist what names of clips leave of it: "J.S. Bach" is "j_s__bach" there."""
    return re.sub(r"[^a-z0-9]", "", artist.lower()) or artist
