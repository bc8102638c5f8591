"""What every data set guarantees, on tiny copies of the real ones in their true layouts.

What only one set does is tested in the file of that set.
"""

import importlib
import os
import pickle
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tiny_sets
from hypothesis import given, settings
from hypothesis import strategies as st

import mirlab
from mirlab import AudioError, DatasetError, datasets
from mirlab.datasets import files, hashes, naming, spelling

TINY = tiny_sets.REAL
PACKAGE = Path(mirlab.__file__).parent
GENRE_SETS = ("artists1517", "gtzan", "homburg", "unique")
LAYOUTS = [
    pytest.param(name, layout, id=f"{name}-{i}")
    for name, tiny in TINY.items()
    for i, layout in enumerate(tiny.layouts)
]


@pytest.fixture(params=TINY)
def tiny(request):
    return TINY[request.param]


def module(name):
    return importlib.import_module(f"mirlab.datasets.{name}")


def there(listing):
    """Return what is read, as `Tiny.clips` has it."""
    found = {}
    for excerpt in listing.excerpts:
        if excerpt.path.is_file():
            labels = excerpt.label if isinstance(excerpt.label, tuple) else (excerpt.label,)
            names = tuple(listing.label_names[label] for label in labels)
            found[excerpt.track_id] = (excerpt.path, names, excerpt.group)
    return found


def expected(tiny, paths):
    return {
        track_id: (paths[track_id], (label,) if isinstance(label, str) else label, group)
        for track_id, (_, label, group) in tiny.clips.items()
    }


def new_problems(tiny, listing, root):
    """Return the sentences that a whole tiny copy does not have, without the folder they begin with."""
    return [
        problem.replace(f"{root}{os.sep}", "").replace(os.sep, "/")
        for problem in listing.problems
        if not problem.startswith(tiny.problems or "\0")
    ]


# What a module says


@pytest.mark.parametrize("name", naming.FOLDERS)
def test_a_set_says_where_it_comes_from(name):
    about = module(name)
    assert about.HOMEPAGE.startswith("http") and about.LICENSE_INFO and len(about.SOURCE) > 50
    assert "\n" not in about.LAYOUT + about.SOURCE
    assert re.match(r"@\w+\{\w+,\n", about.BIBTEX) and about.BIBTEX.count("{") == about.BIBTEX.count("}")
    assert re.search(r"year += \{(19|20)\d\d\}", about.BIBTEX) and "author" in about.BIBTEX
    assert about.FOLDERS[0] == name and len(set(about.FOLDERS)) == len(about.FOLDERS)
    assert naming.FOLDERS[name] == about.FOLDERS
    assert all(naming.set_called(folder) == name or naming.is_inner(folder) for folder in about.FOLDERS)


@pytest.mark.parametrize("name", GENRE_SETS)
def test_labels_are_those_of_the_paper(name):
    labels = list(module(name).GENRES)
    with open(PACKAGE / "corpus" / "styles.toml", "rb") as file:
        corpus = tomllib.load(file)["sets"][name]
    assert list(corpus["labels"]) == labels == TINY[name].labels
    size = {"gtzan": 1000, "homburg": sum(module("homburg").SIZES.values())}
    assert corpus["paper"] == (size[name] if name in size else module(name).SONGS)
    assert corpus.get("sizes") == getattr(module(name), "SIZES", None)
    with open(PACKAGE.parent / "data" / "published.toml", "rb") as file:
        table3 = tomllib.load(file)["table3"]
    published = {datasets.Label.of(name) for row in table3.items() for name in (row[0], *row[1])}
    mine = {label.text for label in published if label.dataset == name}
    assert mine and mine <= set(labels)


@pytest.mark.parametrize("name", GENRE_SETS)
def test_no_spelling_belongs_to_two_labels(name):
    genres = dict(module(name)._ABOUT.genres)
    spelled = [spelling.plain(each) for label, others in genres.items() for each in (label, *others)]
    assert len(set(spelled)) == len(spelled)
    assert all(
        spelling.label_of(each, genres) == label for label in genres for each in (label, *genres[label])
    )


# Where it is


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_copy_is_found_in_every_layout(tmp_path, name, layout):
    tiny = TINY[name]
    paths = tiny.write(tmp_path, layout)
    wanted = expected(tiny, paths)
    own = tmp_path / layout.base
    for root in dict.fromkeys((tmp_path, own)):
        listing = datasets.find(tiny.name, root=root)
        assert there(listing) == wanted
        assert (listing.name, listing.length, listing.label_names) == (tiny.name, tiny.length, tiny.labels)
        assert new_problems(tiny, listing, root) == []
        found, refused = datasets.search(root)
        assert there(found[tiny.name]) == wanted and list(found) == [tiny.name] and refused == []
    dataset = files.dataset(listing)
    assert dataset.track_ids == list(tiny.clips)
    for split, parts in tiny.splits.items():
        given = {track_id: part for track_id, part in listing.splits[split].items() if track_id in tiny.clips}
        assert given == parts
        assert dataset.splits[split] == [parts.get(track_id, "") for track_id in tiny.clips]
    assert listing.splits.keys() == tiny.splits.keys()


def test_all_sets_are_found_in_one_folder(tmp_path):
    wanted = {}
    for name, tiny in TINY.items():
        if "table" not in name:
            wanted[name] = expected(tiny, tiny.write(tmp_path))
    (tmp_path / "holiday" / "2024").mkdir(parents=True)
    (tmp_path / "holiday" / "2024" / "sea.mp3").touch()
    found, refused = datasets.search(tmp_path)
    assert {name: there(listing) for name, listing in found.items()} == wanted and refused == []
    for name, clips in wanted.items():
        listing = datasets.find(name, root=tmp_path)
        assert there(listing) == clips and new_problems(TINY[name], listing, tmp_path) == []


def test_a_set_is_not_taken_for_another(tmp_path, tiny):
    tiny.write(tmp_path)
    for other in naming.FOLDERS:
        if other != tiny.name:
            with pytest.raises(DatasetError, match="is not here"):
                datasets.find(other, root=tmp_path)


def test_a_second_copy_is_reported(tmp_path, tiny):
    whole = tiny.write(tmp_path / "b")
    other = tiny.write(tmp_path / "a")
    other[list(tiny.clips)[-1]].unlink()
    listing = datasets.find(tiny.name, root=tmp_path)
    if "table" not in tiny.tables and "list.csv" in tiny.tables:
        pytest.skip("a table does not show which copy has more files")
    assert there(listing) == expected(tiny, whole)
    sentences = [problem for problem in new_problems(tiny, listing, tmp_path) if "another" in problem]
    assert sentences and all(sentence.startswith("a/") for sentence in sentences)
    assert all("not read" in sentence for sentence in sentences)


def test_a_home_directory_is_expanded(tmp_path, monkeypatch, tiny):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    tiny.write(tmp_path / "sets")
    assert len(datasets.load(tiny.name, root="~/sets")) == len(tiny.clips)
    assert list(datasets.search("~/sets")[0]) == [tiny.name]
    with pytest.raises(DatasetError, match="no such user"):
        datasets.find(tiny.name, root="~nobody-of-this-name/sets")


@pytest.mark.parametrize("name", datasets.REAL)
def test_a_root_that_is_missing_a_file_or_empty(tmp_path, name):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for root in ("none", "file", "empty"):
        with pytest.raises(DatasetError) as caught:
            datasets.load(name, root=tmp_path / root)
        sentence = str(caught.value)
        assert sentence.startswith(f"{tmp_path / root}: ") and "\n" not in sentence
        assert (module(name).LAYOUT in sentence) == (root == "empty")


def test_links_that_lead_nowhere_or_in_a_circle_do_no_harm(tmp_path, monkeypatch, tiny):
    paths = tiny.write(tmp_path)
    try:
        (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "itself").symlink_to(tmp_path / "itself")
        (paths[next(iter(paths))].parent / "up").symlink_to(tmp_path, target_is_directory=True)
        (paths[next(iter(paths))].parents[1] / "gone").symlink_to(tmp_path / "gone")
    except OSError:
        pytest.skip("no links on this system")
    listing = datasets.find(tiny.name, root=tmp_path)
    assert there(listing) == expected(tiny, paths)
    monkeypatch.chdir(tmp_path)
    assert there(datasets.find(tiny.name, root=".")) == expected(tiny, paths)


# What is in its folder


SYSTEM = ("lost+found/x.wav", "__MACOSX/a/._x.mp3", ".DS_Store", "Thumbs.db", "@eaDir/x.mp3", "desktop.ini")
SYSTEM += (
    ".Trashes/501/x.wav",
    "$RECYCLE.BIN/x.mp3",
    "._x.wav",
    ".git/x.wav",
    "System Volume Information/x.wav",
)
COMPANIONS = ("README", "LICENSE.txt", "cover.jpg", "all.m3u", "notes.pdf", "features.csv", "Scans/front.png")


def put(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_what_systems_leave_behind_and_companions_make_no_finding(tmp_path, tiny):
    paths = tiny.write(tmp_path)
    for folder in {path.parent for path in paths.values()} | {path.parents[1] for path in paths.values()}:
        put(folder, [*SYSTEM, *(name for name in COMPANIONS if tiny is not TINY["unique, as a table"])])
    listing = datasets.find(tiny.name, root=tmp_path)
    assert there(listing) == expected(tiny, paths) and new_problems(tiny, listing, tmp_path) == []


def test_everything_else_is_named(tmp_path, tiny):
    paths = tiny.write(tmp_path)
    home = paths[next(iter(paths))].parent
    put(home, [f"{i}.gsm" for i in range(12)])
    put(
        home,
        [
            "tune.mid",
            "old.zip",
            "half.mp3.crdownload",
            "strange.xyz",
            "no ending",
            ".hidden.mp3",
            "live/x.mp3",
        ],
    )
    listing = datasets.find(tiny.name, root=tmp_path)
    assert there(listing) == expected(tiny, paths)
    sentences = new_problems(tiny, listing, tmp_path)
    assert len(sentences) == 8
    place = home.relative_to(tmp_path).as_posix()
    for pattern in (
        r"12 files named \*\.gsm, the first is .*/0\.gsm: mirlab cannot read this kind .*; convert them to",
        r"tune\.mid: .* holds notes and no sound",
        r"old\.zip: an archive is not read; unpack it",
        r"half\.mp3\.crdownload: the download did not finish; get it again",
        r"strange\.xyz: mirlab does not know this kind of file",
        r"no ending: mirlab does not know this kind of file",
        r"\.hidden\.mp3: is a hidden file and not read, because of the dot",
        r"live: is a folder inside a \w+ folder; 1 sound file in it is not read; move it up|"
        r"live: is not a genre folder of this set, so 1 sound file in it is not read",
    ):
        [sentence] = [sentence for sentence in sentences if re.search(pattern, sentence)]
        assert place in sentence


def test_what_is_not_there_or_damaged_costs_only_itself(tmp_path, tiny):
    paths = tiny.write(tmp_path, seconds=0.2)
    gone, empty, noise, *others = tiny.clips if len(tiny.clips) > 3 else [*tiny.clips, *tiny.clips][:4]
    paths[empty].write_bytes(b"")
    paths[noise].write_bytes(np.random.default_rng(0).bytes(4000))
    paths[gone].unlink()
    try:
        paths[gone].symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("no links on this system")
    dataset = datasets.load(tiny.name, root=tmp_path)
    kept = [track_id for track_id in tiny.clips if track_id != gone]
    assert dataset.track_ids == kept
    assert sum(paths[gone].name in problem for problem in dataset.problems) == 1
    for track_id, reason in ((empty, "is empty"), (noise, "cannot be read as sound")):
        with pytest.raises(AudioError, match=reason):
            dataset.audio(kept.index(track_id))
    for track_id in {*others} - {gone}:
        assert dataset.audio(kept.index(track_id)).shape == (4410,)


def test_a_folder_that_cannot_be_opened_costs_only_itself(tmp_path, monkeypatch, tiny):
    paths = tiny.write(tmp_path)
    closed = paths[list(paths)[-1]].parent
    scan = os.scandir

    def scandir(path):
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    try:
        listing = datasets.find(tiny.name, root=tmp_path)
    except DatasetError as error:
        assert len({path.parent for path in paths.values()}) < 3 and "\n" not in str(error)
    else:
        kept = [track_id for track_id, path in paths.items() if path.parent != closed]
        assert [track_id for track_id in there(listing) if track_id in kept] == kept


def test_files_under_other_forms_of_their_names_are_found(tmp_path, tiny):
    paths = tiny.write(tmp_path)
    for path in paths.values():
        path.rename(path.with_suffix(path.suffix.upper()))
    found = there(datasets.find(tiny.name, root=tmp_path))
    assert [path.suffix for path, _, _ in found.values()] == [path.suffix.upper() for path in paths.values()]
    assert list(found) == list(tiny.clips)


# What it becomes


def test_an_excerpt_has_the_length_of_the_paper_at_any_scale(tmp_path, tiny):
    tiny.write(tmp_path, seconds=tiny.length + 1)
    for scale in ("lesson", "paper"):
        dataset = datasets.load(tiny.name, root=tmp_path, scale=scale)
        assert dataset.audio(0).shape == (round(tiny.length * 22050),)
    seconds = datasets.find(tiny.name, root=tmp_path).seconds
    assert seconds is None or seconds[0] < tiny.length <= seconds[1] + 1


def test_a_copy_in_another_format_is_as_good(tmp_path, tiny):
    if tiny.tables.get("list.csv"):
        pytest.skip("its table names the endings")
    paths = tiny.write(tmp_path, ending=".Flac")
    assert there(datasets.find(tiny.name, root=tmp_path)) == expected(tiny, paths)


def test_a_set_can_be_sent_to_a_worker_and_cut(tmp_path, tiny):
    tiny.write(tmp_path, seconds=0.2)
    dataset = datasets.load(tiny.name, root=tmp_path)
    assert dataset.name == tiny.name and not dataset.synthetic
    assert len(set(dataset.track_ids)) == len(set(dataset.fingerprints)) == len(dataset) == len(tiny.clips)
    y = dataset.y if dataset.y.ndim == 2 else dataset.y[:, None] == np.arange(len(tiny.labels))
    rows = [[name in labels for name in tiny.labels] for _, labels, _ in tiny_labels(tiny)]
    np.testing.assert_array_equal(y, rows)
    assert dataset.y.dtype == (bool if dataset.y.ndim == 2 else np.int64)
    some = pickle.loads(pickle.dumps(dataset.subset([2, 0])))
    assert some.track_ids == [dataset.track_ids[2], dataset.track_ids[0]]
    assert some.groups.tolist() == dataset.groups[[2, 0]].tolist()
    np.testing.assert_array_equal(some.audio(1), dataset.audio(0))
    some.check(0)


def tiny_labels(tiny):
    return [
        (path, (label,) if isinstance(label, str) else label, group)
        for path, label, group in tiny.clips.values()
    ]


@pytest.mark.parametrize("settled", [True, False])
def test_a_file_that_changes_after_loading_is_noticed(tmp_path, monkeypatch, tiny, settled):
    paths = tiny.write(tmp_path, seconds=0.2)
    monkeypatch.setattr(hashes, "SETTLED", -(10**10) if settled else 10**12)
    dataset = datasets.load(tiny.name, root=tmp_path)
    for i in range(len(dataset)):
        dataset.audio(i)
        dataset.check(i)
    path = paths[dataset.track_ids[1]]
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    if not settled:  # not even its date shows the change
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    dataset.audio(1)
    with pytest.raises(AudioError, match="has changed since the data set was loaded; load it again"):
        dataset.check(1)
    dataset.check(0)
    path.unlink()
    with pytest.raises(AudioError, match="cannot be read any more"):
        dataset.check(1)


def test_a_file_that_was_only_touched_has_not_changed(tmp_path, monkeypatch, tiny):
    paths = tiny.write(tmp_path, seconds=0.2)
    monkeypatch.setattr(hashes, "SETTLED", -(10**10))
    dataset = datasets.load(tiny.name, root=tmp_path)
    os.utime(paths[dataset.track_ids[0]], ns=(10**18, 10**18))
    dataset.check(0)


# Tables


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_tables_give_a_listing_or_one_sentence(tmp_path_factory, data):
    tiny = data.draw(st.sampled_from([tiny for tiny in TINY.values() if tiny.tables]))
    root = tmp_path_factory.mktemp("set")
    tiny.write(root)
    path = root / tiny.layouts[0].place(data.draw(st.sampled_from(sorted(tiny.tables))))
    content = bytearray(path.read_bytes())
    marks = [b"", b'"', b"\t", b",", b";", b"\n", b"\r", b"\0", b"\xff", b"/", b"../", b"1", b"9", b'","']
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.sampled_from(marks))
    path.write_bytes(content)
    try:
        listing = datasets.find(tiny.name, root=root)
    except DatasetError as error:
        assert "\n" not in str(error)
        return
    ids = [excerpt.track_id for excerpt in listing.excerpts]
    assert len(set(ids)) == len(ids) > 0
    assert all(root in excerpt.path.parents for excerpt in listing.excerpts)
    used = [
        excerpt.label if isinstance(excerpt.label, tuple) else (excerpt.label,)
        for excerpt in listing.excerpts
    ]
    assert all(labels and 0 <= max(labels) < len(listing.label_names) for labels in used)
    assert len(set(listing.label_names)) == len(listing.label_names)
    assert all(parts.keys() <= set(ids) for parts in listing.splits.values())
    files.dataset(listing)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_may_have_been_saved_by_a_spreadsheet(tmp_path, encoding, end, separator):
    for name, tiny in TINY.items():
        paths = tiny.write(tmp_path / name)
        for table, text in tiny.tables.items():
            saved = re.sub("[,\t]", separator, text).replace("\n", end)
            (tmp_path / name / tiny.layouts[0].place(table)).write_bytes(saved.encode(encoding))
        if tiny.tables:
            listing = datasets.find(tiny.name, root=tmp_path / name)
            assert there(listing) == expected(tiny, paths) and new_problems(tiny, listing, tmp_path) == []
