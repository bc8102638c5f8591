"""Read MagnaTagATune: 25 863 clips of 29 s, with 188 tags that players of a game agreed on.

The paper has 160 tags and 22 787 clips, and does not say which. Here the 160 tags are the most frequent ones
in the whole of ``annotations_final.csv``, with ties in alphabetical order. A clip that has none of them is
left out, because there is nothing to rank for it. This may differ from the paper's choice and from its number
of clips. Other papers of that time also count 160 tags and close to 23 000 clips, so there may have been a
selection that is not part of the published set. Tags that mean the same ("female vocal", "female singer")
stay separate.

The folders 0 to f hold whole albums. The usual split by folder therefore keeps albums together, but some
artists are in both training and test data. `groups` are artists. They come from ``clip_info_final.csv``, or,
without this table, from the names of the clips, which begin with the artist.
"""

import re
from collections import Counter

from mirlab.datasets import files, naming, unread
from mirlab.datasets.tables import Table
from mirlab.datasets.tree import Tree, same_name
from mirlab.errors import DatasetError

HOMEPAGE = "https://mirg.city.ac.uk/codeapps/the-magnatagatune-dataset"

LICENSE_INFO = (
    "Creative Commons Attribution-NonCommercial-ShareAlike 3.0, as stated by its authors; the clips are from "
    "recordings of the label Magnatune. mirlab does not contain it."
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
    "Hosted by the music informatics research group of City, University of London. Unpack mp3.zip.001, .002 "
    "and .003 together; take annotations_final.csv and clip_info_final.csv as well."
)

FOLDERS = naming.FOLDERS["magnatagatune"]

PAPER_TAGS = 160
"""How many tags the paper has; the set has 188."""

LENGTH = 30.0  # s; all of a clip

SECONDS = (28.0, 30.0)  # s; clips are cut to 29, and their coding adds a tenth

KNOWN_FAULTS = ("35644", "55753", "57881")
"""Clips whose sound is missing or damaged in the published set itself."""

PARTS = {**dict.fromkeys("0123456789ab", "train"), "c": "valid", **dict.fromkeys("def", "test")}
"""The part of each folder in the split that most papers on tagging use."""


def find(root, *, scale="paper", tags=PAPER_TAGS):
    r"""List MagnaTagATune where it was unpacked.

    Parameters
    ----------
    root : str, os.PathLike or mirlab.datasets.tree.Tree
        The folder of ``annotations_final.csv``, any folder around it, or that of the folders 0 to f.
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
    >>> from pathlib import Path
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
    tree, problems = Tree.of(root), []
    table, home, others = _places(tree, problems)
    clips, ranked = _annotations(table, problems)
    labels = {tag: label for label, tag in enumerate(ranked[:tags])}
    artists = _artists(tree, table.parent, problems)
    sounds = files.sounds(tree, _shards(tree, home), problems)
    excerpts, groups, used = [], {}, []
    for clip_id, (path, given) in clips.items():
        sound = sounds.pop(same_name(path.removesuffix(".mp3")), home / path)
        used.append(sound)
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
    problems += files.strangers(sounds, table.name)
    problems += unread.problems(
        *(tree, home, _shards(tree, home), used),
        reported=sounds.values(),
        skip=others,
        what="clip",
        base=unread.base(tree, home, "magnatagatune"),
    )
    return files.Listing(
        "magnatagatune" if tags == PAPER_TAGS else f"magnatagatune-{tags}",
        excerpts,
        list(labels),
        LENGTH,
        problems,
        splits={"folders": {clip.track_id: PARTS[clips[clip.track_id][0][0]] for clip in excerpts}},
        seconds=SECONDS,
    )


def _places(tree, problems):
    """Return the table, the folder that has most of the folders 0 to f, and other such folders."""
    tree.entries(tree.root)
    places = list(tree.places)
    if _shards(tree, tree.root):  # the tables may be beside the folder that was named
        places.append(tree.root.parent)
    tables = [place / name for place in places for name in tree.opened(place).files if _is_table(name)]
    tables += [place / name for place in places for name in tree.opened(place).folders if _is_table(name)]
    if not tables:
        raise DatasetError(
            f"{tree.root}: MagnaTagATune is not here: no annotations_final.csv; there must be {LAYOUT}"
        )
    shards = {place: _shards(tree, place) for place in places}
    homes = [place for place in places if shards[place]]
    if not homes:
        raise DatasetError(
            f"{tables[0]}: the folders 0 to f with its clips are not here; there must be {LAYOUT}"
        )

    def size(home):
        return len(shards[home]), sum(len(tree.opened(shard).sounds) for shard in shards[home])

    def clips_of(table):
        """Return the folders with the clips of a table, the fullest first: next to it, or else anywhere."""
        near = [home for home in homes if table.parent in (home, *home.parents)]
        return sorted(near or homes, key=size, reverse=True)

    table = max(tables, key=lambda table: size(clips_of(table)[0]))
    home, *others = clips_of(table)
    problems += [
        f"{other}: is another copy of this table and is not read, because {table} is read"
        for other in tables
        if other != table
    ]
    problems += [
        f"{other}: is another copy of the clips and is not read, because {home} is read" for other in others
    ]
    return table, home, others


def _is_table(name):
    return name.casefold() == "annotations_final.csv"


def _shards(tree, place):
    """Return the folders 0 to f in a place."""
    return [place / name for name in tree.opened(place).folders if re.fullmatch("[0-9a-fA-F]", name)]


def _annotations(path, problems):
    """Return path and tags of each clip, and all tags from the most frequent on."""
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
            table.fault(line, "no mp3_path, so it has no sound")
        elif not re.fullmatch(r"[0-9a-f]/[^/\\]+\.mp3", path_in_set):
            table.fault(line, "an mp3_path that is not like 'f/name.mp3'")
        else:
            clips[row["clip_id"]] = path_in_set, given
    problems += table.problems
    return clips, sorted(counts, key=lambda tag: (-counts[tag], tag))


def _artists(tree, folder, problems):
    """Return the artist of each clip, as far as there is a table of them."""
    path = tree.path(folder, ["clip_info_final.csv"])
    try:
        table = Table(path, ["clip_id", "artist"], key="clip_id")
        artists = {row["clip_id"]: row["artist"] for _, row in table}
    except DatasetError as error:
        problems.append(f"{error}; artists are taken from the names of the clips")
        return {}
    problems += table.problems
    return artists


def _plain(artist):
    """Return the letters and digits of an artist: the names of clips spell "J.S. Bach" as "j_s__bach"."""
    return re.sub(r"[^a-z0-9]", "", artist.lower()) or artist
