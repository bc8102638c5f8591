"""`mirlab validate`: every fault in a true layout, what must not be taken for one, and the command."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mirlab import DatasetError, audio, cli, datasets, store, validate
from mirlab.datasets import files, gtzan
from mirlab.validate import KINDS, Finding, listening, pictures

SR = 16000


def tune(seed, seconds=7.0, *, gain=0.3):
    """Return music of a kind: four notes a second, each of its own pitch, loudness and brightness."""
    rng = np.random.default_rng(seed)
    t = np.arange(SR // 4) / SR
    notes = []
    for _ in range(int(seconds * 4)):
        pitch, bright = 110 * 2 ** rng.uniform(0, 4), rng.uniform(0.1, 0.9)
        note = sum(bright**k * np.sin(2 * np.pi * k * pitch * t) for k in range(1, 6) if k * pitch < SR / 2)
        notes.append(note * rng.uniform(0.05, 1) * np.exp(-4 * t))
    y = np.concatenate(notes)
    return gain * y / np.abs(y).max()


def write(path, y, sr=SR, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, y, sr, **how)
    return path


def checked(root, **how):
    return validate.check(datasets.find("folder", root=root), **how)


def told(report, kind=None):
    return [finding.sentence for finding in report.findings if kind in (None, finding.kind)]


@pytest.fixture
def music(tmp_path):
    """Two labels, two recordings each, nothing wrong."""
    for seed, name in enumerate(("calm/one", "calm/two", "loud/one", "loud/two")):
        write(tmp_path / "music" / f"{name}.wav", tune(seed))
    return tmp_path / "music"


# --- what is sound ----------------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_is_wrong(music):
    report = checked(music)
    assert (report.name, report.checked, report.findings) == ("folder", 4, [])
    content = hashlib.blake2b((music / "calm" / "two.wav").read_bytes(), digest_size=16).hexdigest()
    assert report.index["calm/two.wav#0"] == ["calm/two.wav", f"blake2b:{content}", 7.0]
    assert len(report.index) == 4
    text = validate.as_text(report)
    assert all(re.search(rf"^  0  {kind} ", text, re.MULTILINE) for kind in KINDS)
    assert text.endswith("\nNothing was found against 4 of 4 files.")


# --- faults of a file -------------------------------------------------------------------------------------


def cut(path, part):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])


def test_every_fault_of_a_file_is_told_once_and_stops_nothing(music):
    noise = np.random.default_rng(0)
    (music / "calm" / "empty.mp3").write_bytes(b"")
    (music / "calm" / "text.wav").write_text("no sound", encoding="utf-8")
    cut(write(music / "calm" / "broken.wav", tune(10)), 0.5)
    cut(write(music / "calm" / "broken.flac", tune(11)), 0.5)
    cut(write(music / "calm" / "broken.ogg", tune(12, 20.0)), 0.5)
    nan = tune(13)
    nan[:100] = np.nan
    write(music / "calm" / "nan.wav", nan, subtype="FLOAT")
    write(music / "loud" / "silence.wav", np.zeros(3 * SR))
    write(music / "loud" / "constant.wav", np.full(3 * SR, 0.25))
    write(music / "loud" / "constant 44.wav", np.full(3 * 44100, 0.25), 44100)
    write(music / "loud" / "almost.wav", noise.integers(-2, 3, 3 * SR).astype(np.int16))
    hole = np.concatenate([tune(14, 10.0), np.zeros(10 * SR), tune(15, 10.0)])
    write(music / "loud" / "hole.wav", hole)
    write(music / "loud" / "Ärger – „1“.wav", tune(16))
    report = checked(music)
    whole = "get a whole copy of it"
    assert told(report, "unreadable") == [
        f"calm/empty.mp3: is empty (0 bytes); {whole}",
        "calm/nan.wav: holds values that are not finite or far beyond -1 to 1; export it again",
        "calm/text.wav: cannot be read as sound; it is damaged, or other than wav, flac, ogg, mp3, au and "
        "aiff: export it as one of these",
    ]
    flac, ogg, wav = told(report, "truncated")
    assert wav == f"calm/broken.wav: breaks off at 3.50 s, before its end; {whole}"
    assert flac.startswith("calm/broken.flac: ") and ogg.startswith("calm/broken.ogg: breaks off at ")
    assert told(report, "silent") == [
        "loud/almost.wav: is nearly silent",
        "loud/constant 44.wav: is constant, no sound",
        "loud/constant.wav: is constant, no sound",
        "loud/hole.wav: 1 of its 3 excerpts is silent, the first from 10 s on",
        "loud/silence.wav: is silent",
    ]
    assert len(report.findings) == 11 and report.checked == 16
    assert "Nothing was found against 5 of 16 files." in validate.as_text(report)
    assert report.index["calm/broken.wav#0"][2] is None  # there, but nobody knows how long
    assert report.index["loud/Ärger – „1“.wav#0"][2] == 7.0


def test_a_file_that_breaks_off_after_the_part_that_is_used(tmp_path):
    excerpts = []
    for i in range(4):
        path = write(tmp_path / f"{i}.wav", tune(i, 12.0))
        excerpts.append(files.Excerpt(str(i), path, i % 2, i))
    cut(tmp_path / "1.wav", 0.8)
    cut(tmp_path / "2.wav", 0.2)
    report = validate.check(files.Listing("demo", excerpts, ["a", "b"], length=5.0))
    later, sooner = told(report)
    assert later.startswith("1.wav: breaks off at 9.60 s") and later.endswith(
        "(what is used of it can be read)"
    )
    assert sooner.startswith("2.wav: breaks off at 2.40 s") and "what is used" not in sooner


def test_a_long_file_is_read_to_its_end(tmp_path):
    """Wherever its end lies in the piece that is decoded last."""
    for i, seconds in enumerate((29.75, 30.0, 30.25, 30.75, 60.5, 61.0)):
        write(tmp_path / f"{i}.wav", tune(i, seconds))
        write(tmp_path / f"{i}.mp3", tune(i + 10, seconds))
    paths = sorted(tmp_path.iterdir())
    excerpts = [files.Excerpt(path.name, path, i % 2, i) for i, path in enumerate(paths)]
    listing = files.Listing("demo", excerpts, ["a", "b"], length=5.0)
    report = validate.check(listing)
    assert report.findings == []
    assert [report.index[f"{i}.wav"][2] for i in range(6)] == [29.75, 30.0, 30.25, 30.75, 60.5, 61.0]
    cut(tmp_path / "5.wav", 0.97)
    assert [s.split(",")[0] for s in told(validate.check(listing))] == ["5.wav: breaks off at 59.17 s"]


def test_a_header_that_rounds_up_is_no_damage(tmp_path, monkeypatch):
    """Though it promises sound after the end of a piece, where there is none."""
    excerpts = [files.Excerpt(str(i), write(tmp_path / f"{i}.wav", tune(i, 29.75)), 0, i) for i in range(2)]
    monkeypatch.setattr(audio, "seconds", lambda path: 30.2)
    report = validate.check(files.Listing("demo", excerpts, ["a"], length=5.0))
    assert report.findings == [] and report.index["0"][2] == 29.75


def test_silence_is_told_where_it_is_used(tmp_path):
    quiet_end = np.concatenate([tune(0), np.zeros(3 * SR)])
    excerpts = [
        files.Excerpt("end", write(tmp_path / "end.wav", quiet_end), 0, 0, 7.5),
        files.Excerpt("late", write(tmp_path / "late.wav", tune(1)), 0, 1, 8.0),
        files.Excerpt("good", write(tmp_path / "good.wav", tune(2)), 1, 2, 1.0),
        files.Excerpt("fine", write(tmp_path / "fine.wav", tune(3)), 1, 3),
    ]
    report = validate.check(files.Listing("demo", excerpts, ["a", "b"], length=2.0))
    assert told(report) == [
        "end.wav: is silent from 7.5 to 9.5 s, the part that is used",
        "late.wav: lasts 7.00 s, but is to be used from 8 s on",
    ]


@given(st.integers(1, 17), st.sampled_from([0.0, 0.25]), st.integers(0, 2**32 - 1))
def test_silent_is_what_the_store_calls_silent(power, offset, seed):
    y = np.random.default_rng(seed).uniform(-1, 1, 22050) * 2.0**-power + offset
    if power < 11:
        assert listening._stillness(y) is None
    elif power > 11:
        silent = not (np.abs(y) >= store.SILENCE).any()
        assert listening._stillness(y) == (
            "constant, no sound" if offset else "silent" if silent else "nearly silent"
        )


def test_the_set_knows_how_long_its_files_are(tmp_path):
    excerpts = [
        files.Excerpt(str(i), write(tmp_path / f"{i}.wav", tune(i, seconds)), i % 2, i)
        for i, seconds in enumerate((6.0, 5.0, 8.0, 7.0))
    ]
    report = validate.check(files.Listing("demo", excerpts, ["a", "b"], length=30.0, seconds=(6.0, 7.0)))
    assert told(report, "length") == [
        "1.wav: lasts 5.00 s; files of this set last 6 to 7 s",
        "2.wav: lasts 8.00 s; files of this set last 6 to 7 s",
    ]
    assert len(report.findings) == 2


@pytest.mark.parametrize("algorithm", ["md5", "sha1"])
def test_checksums_of_the_publisher(tmp_path, algorithm):
    excerpts = [files.Excerpt(str(i), write(tmp_path / f"{i}.wav", tune(i)), i % 2, i) for i in range(4)]
    sums = {
        e.track_id: f"{algorithm}:{hashlib.new(algorithm, e.path.read_bytes()).hexdigest()}" for e in excerpts
    }
    listing = files.Listing("demo", excerpts, ["a", "b"], 30.0, checksums=sums)
    assert validate.check(listing).findings == []
    write(tmp_path / "2.wav", tune(9))
    sums.pop("3")
    [finding] = validate.check(listing).findings
    assert finding.kind == "changed" and finding.files == ("2.wav",)
    published = sums["2"].split(":")[1]
    assert re.fullmatch(
        rf"2\.wav: is not the file that was published \(its {algorithm} is [0-9a-f]+, not {published}\)",
        finding.sentence,
    )


def test_a_missing_file_is_told_in_its_place(tmp_path):
    excerpts = [files.Excerpt(f"x{i}", tmp_path / f"{i}.wav", i % 2, i) for i in range(6)]
    for i in (0, 2, 3, 4, 5):
        write(excerpts[i].path, tune(i))
    report = validate.check(files.Listing("demo", excerpts, ["a", "b", "c"], 30.0))
    assert [(f.kind, f.files) for f in report.findings] == [("missing", ("1.wav",)), ("clash", ())]
    assert told(report)[0].startswith("1.wav: no such file")
    assert told(report)[1] == "label 'c': no file of it is there and can be read"
    assert list(report.index) == ["x0", "x2", "x3", "x4", "x5"]


def test_a_known_fault_is_told_as_known(tmp_path, monkeypatch):
    for i in range(6):
        genre = ("blues", "jazz")[i % 2]
        write(tmp_path / genre / f"{genre}.{i // 2:05d}.wav", tune(i))
    (tmp_path / "jazz" / "jazz.00001.wav").write_bytes(b"RIFF")
    (tmp_path / "blues" / "blues.00001.wav").write_bytes(b"RIFF")
    monkeypatch.setattr(gtzan, "KNOWN_FAULTS", {"jazz.00001": "is broken"}, raising=False)
    report = validate.check(datasets.find("gtzan", root=tmp_path))
    blues, jazz = told(report, "unreadable")
    assert jazz.startswith("jazz/jazz.00001.wav: ") and jazz.endswith(" (a known fault of this set)")
    assert blues.startswith("blues/blues.00001.wav: ") and "known" not in blues


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="there is nothing that may not be read")
def test_a_file_that_may_not_be_read(music):
    (music / "calm" / "one.wav").chmod(0)
    [sentence] = told(checked(music), "unreadable")
    assert sentence.startswith("calm/one.wav: cannot be read (Permission denied)")


def test_a_name_that_breaks_lines_breaks_no_line(music):
    try:
        write(music / "calm" / "new\nline.wav", np.zeros(SR))
    except OSError:
        pytest.skip("this system has no such names")
    report = checked(music)
    assert told(report) == [r"calm/new\nline.wav: is silent"]
    assert r"calm/new\nline.wav#0" in report.index


# --- one sound under two names ----------------------------------------------------------------------------


def test_the_same_file_twice(music):
    shutil.copy(music / "calm" / "one.wav", music / "calm" / "copy of one.wav")
    [finding] = checked(music).findings
    assert finding == Finding(
        "duplicate",
        ("calm/copy of one.wav", "calm/one.wav"),
        "calm/copy of one.wav and calm/one.wav are the same file, byte by byte",
    )


@pytest.mark.parametrize("name", ["one.au", "one.aiff", "one.flac"])
def test_the_same_samples_in_another_container(music, name):
    y, sr = soundfile.read(music / "calm" / "one.wav")
    write(music / "calm" / name, y, sr, subtype="PCM_16")
    [finding] = checked(music).findings
    first, second = sorted((f"calm/{name}", "calm/one.wav"))
    assert finding.sentence == f"{first} and {second} hold the same sound, sample by sample"


@pytest.mark.parametrize(
    ("name", "change", "how"),
    [
        ("a.mp3", lambda y: y, {"compression_level": 0.5}),
        ("a.mp3", lambda y: y, {"compression_level": 0.9}),
        ("a.ogg", lambda y: y, {"compression_level": 0.9}),
        ("a.wav", lambda y: y, {"subtype": "PCM_U8"}),
        ("a.au", lambda y: y, {"subtype": "ULAW"}),
        ("a.wav", lambda y: y / 4, {}),
        ("a.mp3", lambda y: y / 4, {}),
        ("a.wav", lambda y: np.concatenate([np.zeros(SR // 2), y]), {}),
        ("a.wav", lambda y: y[SR // 2 :], {}),
        ("a.wav", lambda y: y[: 7 * SR], {}),
        ("a.wav", lambda y: np.stack([y, 0.7 * y], axis=1), {}),
    ],
)
def test_the_same_recording_encoded_anew(music, name, change, how):
    y = tune(20, 12.0)
    write(music / "loud" / "z.wav", y)
    write(music / "loud" / name, change(y), **how)
    [finding] = checked(music).findings
    first, second = sorted((f"loud/{name}", "loud/z.wav"))
    assert finding.sentence == f"{first} and {second} are most likely the same recording"


def test_all_names_of_a_sound_are_told_together(music):
    y, sr = soundfile.read(music / "loud" / "one.wav")
    for name in ("a.flac", "b.wav"):
        write(music / "loud" / name, y, sr)
    for name in ("c.mp3", "d.ogg"):
        write(music / "loud" / name, y, sr)
    [finding] = checked(music).findings
    assert finding.files == ("loud/a.flac", "loud/b.wav", "loud/c.mp3", "loud/d.ogg", "loud/one.wav")
    assert finding.sentence == (
        "loud/a.flac, loud/b.wav, loud/c.mp3 and 2 more are most likely the same recording"
    )


def test_the_same_sound_under_two_labels_is_told_first_and_as_such(music):
    shutil.copy(music / "calm" / "one.wav", music / "loud" / "copy.wav")
    y, sr = soundfile.read(music / "calm" / "two.wav")
    write(music / "loud" / "two.mp3", y, sr)
    shutil.copy(music / "calm" / "two.wav", music / "calm" / "three.wav")
    shutil.copy(music / "calm" / "two.wav", music / "loud" / "too.wav")
    report = checked(music)
    assert told(report) == [
        "calm/one.wav ('calm') and loud/copy.wav ('loud') are the same file, byte by byte, under 2 labels: "
        "at most one label is right",
        "calm/three.wav ('calm'), loud/too.wav ('loud'), calm/two.wav and 1 more are most likely the same "
        "recording, under 2 labels: listen, and keep one",
    ]
    assert {finding.kind for finding in report.findings} == {"clash"}


def test_tags_do_not_clash(tmp_path):
    y = tune(0)
    excerpts = [
        files.Excerpt("a", write(tmp_path / "a.wav", y), (0,), 0),
        files.Excerpt("b", write(tmp_path / "b.flac", y), (0, 1), 1),
        files.Excerpt("c", write(tmp_path / "c.wav", tune(1)), (1,), 2),
    ]
    [finding] = validate.check(files.Listing("demo", excerpts, ["fast", "loud"], 30.0)).findings
    assert (finding.kind, finding.files) == ("duplicate", ("a.wav", "b.flac"))


def test_what_is_alike_is_not_a_copy(tmp_path):
    """Excerpts of one file, noise, tones, a loop that another part is played over, silence twice."""
    rng = np.random.default_rng(0)
    t = np.arange(8 * SR) / SR
    loop = tune(1, 2.0)
    sounds = {
        "many excerpts": np.tile(loop, 15),
        "noise one": rng.normal(0, 0.1, 8 * SR),
        "noise two": rng.normal(0, 0.1, 8 * SR),
        "tone one": 0.3 * np.sin(2 * np.pi * 440 * t),
        "tone two": 0.3 * np.sin(2 * np.pi * 441 * t),
        "loop one": np.tile(loop, 5)[: 8 * SR] + tune(2, 8.0),
        "loop two": np.tile(loop, 6)[SR : 9 * SR] + tune(3, 8.0),
        "silence one": np.zeros(8 * SR),
        "silence two": np.zeros(8 * SR),
        "short one": tune(4, 1.0),
        "short two": tune(5, 1.0),
    }
    for i, (name, y) in enumerate(sounds.items()):
        write(tmp_path / "ab"[i % 2] / f"{name}.wav", y)
    report = checked(tmp_path)
    assert {finding.kind for finding in report.findings} == {"silent"}


def test_no_two_of_many_tunes_are_taken_for_one():
    strangers = [
        pictures.picture(np.repeat(tune(seed), 2)[: 7 * 22050].astype(np.float32)) for seed in range(60)
    ]
    best = max(
        pictures._correlation(a[1:].astype(float), b[1:].astype(float), shift)
        for i, a in enumerate(strangers)
        for b in strangers[:i]
        for shift in range(-pictures.SHIFT, pictures.SHIFT + 1)
    )
    assert best < pictures.AGREE - 0.1
    assert pictures.alike(strangers) == []
    assert pictures.alike([*strangers, strangers[17]]) == [(17, 60)]
    assert pictures.alike(strangers[:1]) == pictures.alike([]) == []


def test_a_loop_is_not_told_from_its_repeats():
    """It is a copy only if it agrees better with the other file than with itself a bar later."""
    bar = np.random.default_rng(0).normal(0, 30, (10, 12))
    other = np.random.default_rng(1).normal(0, 30, (40, 12))

    def picture(steps):
        return np.vstack([np.zeros(12), steps]).clip(-127, 127).astype(np.int8)

    def noisy(steps, seed):
        return steps + np.random.default_rng(seed).normal(0, 3, steps.shape)

    loop = np.tile(bar, (4, 1))
    assert pictures._agree(picture(noisy(other, 2)), picture(noisy(other, 3)))
    assert not pictures._agree(picture(noisy(loop, 2)), picture(noisy(loop, 3)))


@given(st.integers(0, 2**32 - 1), st.integers(-2, 2), st.integers(16, 40), st.integers(16, 40))
def test_correlation_has_no_order_and_knows_itself(seed, shift, n, m):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 12)), rng.normal(size=(m, 12))
    assert pictures._correlation(a, b, shift) == pytest.approx(pictures._correlation(b, a, -shift))
    assert pictures._correlation(a, 3 * a + rng.normal(size=12), 0) == pytest.approx(1)
    assert -1 <= pictures._correlation(a, b, shift) < 0.99


# --- labels and layout ------------------------------------------------------------------------------------


def test_a_label_of_one_recording_cannot_be_tested(music):
    (music / "loud" / "two.wav").unlink()
    (music / "calm" / "two.wav").write_bytes(b"")
    assert told(checked(music), "clash") == [
        "label 'calm': all of it is of one artist or recording; none is left to test on",
        "label 'loud': all of it is of one artist or recording; none is left to test on",
    ]


def test_labels_that_differ_in_spelling_only(music):
    seeds = iter(range(30, 50))
    for label in ("Café", "cafe", "Hip-Hop", "hip hop", "R&B", "日本", "日本語"):
        for name in ("a", "b"):
            write(music / label / f"{name}.wav", tune(next(seeds)))
    assert told(checked(music)) == [
        "the labels 'Café' and 'cafe' differ in spelling only; make them one",
        "the labels 'Hip-Hop' and 'hip hop' differ in spelling only; make them one",
    ]


@given(st.text())
def test_a_plain_spelling_is_plain(name):
    plain = validate._plain(name)
    assert validate._plain(plain) == plain and bool(plain) == bool(name)
    assert validate._plain(f" {name}-") == plain or not any(sign.isalnum() for sign in plain)


def test_problems_of_the_finder_are_told_without_the_folders_above(music):
    write(music / "stray.wav", tune(5))
    report = checked(music.resolve())
    assert told(report, "layout") == ["stray.wav: lies beside the label folders, not in one of them"]
    assert str(music.parent) not in json.dumps(report.as_dict())


def test_two_excerpts_of_one_id(tmp_path):
    excerpts = [files.Excerpt("x", write(tmp_path / f"{i}.wav", tune(i)), 0, i) for i in range(2)]
    report = validate.check(files.Listing("demo", excerpts, ["a"], 30.0))
    assert told(report, "layout") == ["more than one excerpt has the id 'x'; ids must be unique"]


# --- the report -------------------------------------------------------------------------------------------


def test_two_processes_find_what_one_finds(music):
    (music / "calm" / "empty.wav").write_bytes(b"")
    shutil.copy(music / "calm" / "one.wav", music / "loud" / "z.wav")
    for i in range(6):
        write(music / "loud" / f"n{i}.wav", tune(50 + i, 2.0))
    one, two = checked(music), checked(music, n_jobs=2)
    assert one.as_dict() == two.as_dict() and len(one.findings) == 2


def test_progress_counts_files(music):
    calls = []
    checked(music, progress=lambda *call: calls.append(call))
    assert calls == [(0, 4, "folder: listening"), (4, 4, "folder: listening")]


def test_few_sentences_of_a_kind_unless_all_are_wanted():
    findings = [Finding("missing", (f"{i}.wav",), f"{i}.wav: no such file") for i in range(12)]
    report = validate.Report("demo", 12, findings, {})
    short, long = validate.as_text(report), validate.as_text(report, everything=True)
    assert short.count("no such file") == validate.report.FEW == 5 and long.count("no such file") == 12
    assert "\n  ... and 7 more: --all shows them, --json keeps them\n" in short and "more:" not in long
    assert "\n  12  missing " in short and "\n   0  silent " in short
    assert short.endswith("\nNothing was found against 0 of 12 files.")


def test_an_earlier_report_tells_what_changed(music, tmp_path):
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(checked(music).as_dict()), encoding="utf-8")
    earlier = validate.read(file, name="folder")
    assert checked(music, earlier=earlier).findings == []
    (music / "calm" / "one.wav").rename(music / "calm" / "three.wav")
    write(music / "loud" / "two.wav", tune(9))
    write(music / "calm" / "four.wav", tune(10))
    assert [(f.kind, f.sentence) for f in checked(music, earlier=earlier).findings] == [
        ("missing", "calm/one.wav: was there when the earlier report was made"),
        ("changed", "calm/four.wav: is new since the earlier report"),
        ("changed", "calm/three.wav: is new since the earlier report"),
        ("changed", "loud/two.wav: is not the file that the earlier report saw"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["format", "name", "index", "a"]), inner, max_size=4)
    ),
)


@given(JSON, JSON)
def test_an_earlier_report_is_never_trusted(tmp_path_factory, whole, entry):
    file = tmp_path_factory.getbasetemp() / "untrusted.json"
    for content in (
        whole,
        {"format": 1, "name": "demo", "index": entry},
        {"format": 1, "index": {"a": entry}},
    ):
        file.write_text(json.dumps(content), encoding="utf-8")
        try:
            read = validate.read(file, name="demo")
        except DatasetError as error:
            assert str(error).startswith(f"{file}: is ") and "\n" not in str(error)
        else:
            assert all(isinstance(part, str) for both in read.items() for part in both)


# --- the command ------------------------------------------------------------------------------------------


def test_the_command_tells_writes_and_counts(music, tmp_path, capsys):
    file = tmp_path / "report.json"
    arguments = ["validate", "folder", "--root", str(music), "--jobs", "1", "--json", str(file)]
    assert cli.main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith("folder: 4 files, 0 h 0 min of sound that can be read\n")
    assert out.endswith("Nothing was found against 4 of 4 files.\n")
    assert re.search(r"folder: listening: 100%.*4/4", err)

    write(music / "calm" / "日本.wav", np.zeros(SR))
    assert cli.main([*arguments, "--against", str(file)]) == 1
    out = capsys.readouterr().out
    assert "\n  calm/日本.wav: is silent\n" in out
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert list(kept) == ["format", "name", "checked", "findings", "index"]
    assert (kept["format"], kept["name"], kept["checked"]) == (1, "folder", 5)
    assert kept["findings"] == [
        {"kind": "silent", "files": ["calm/日本.wav"], "sentence": "calm/日本.wav: is silent"},
        {
            "kind": "changed",
            "files": ["calm/日本.wav"],
            "sentence": "calm/日本.wav: is new since the earlier report",
        },
    ]
    assert kept["index"]["calm/日本.wav#0"][0] == "calm/日本.wav"
    assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_all_findings_are_shown_if_asked_for(music, capsys):
    for i in range(7):
        (music / "calm" / f"empty {i}.wav").write_bytes(b"")
    arguments = ["validate", "folder", "--root", str(music), "--jobs", "1"]
    assert cli.main(arguments) == cli.main([*arguments, "--all"]) == 1
    out = capsys.readouterr().out
    assert out.count("is empty") == 5 + 7


MISTAKES = [
    (["validate"], r"the following arguments are required: NAME"),
    (["validate", "gtzan"], r"'gtzan' needs root, the folder it lies in"),
    (
        ["validate", "gtzan-synth", "--root", "."],
        r"composed by mirlab and has no files; name one of folder, ",
    ),
    (["validate", "gtzam", "--root", "."], r"no data set 'gtzam' \(did you mean 'gtzan'"),
    (["validate", "folder", "--root", "missing"], r"missing: cannot be opened as a folder"),
    (["validate", "folder", "--root", "music", "--jobs", "0"], r"--jobs: '0' must be a whole number"),
    (["validate", "folder", "--root", "music", "--json", "missing/a.json"], r"--json .*: there is no folder"),
    (["validate", "folder", "--root", "music", "--against", "none.json"], r"none\.json: cannot be read \(No"),
    (["validate", "folder", "--root", "music", "--against", "music"], r"music: cannot be read \("),
    (
        ["validate", "folder", "--root", "music", "--against", "bad.json"],
        r"is not what `mirlab validate folder ",
    ),
    (["validate", "folder", "--root", "music", "--against", "old.json"], r"\(?its format is 0, not 1"),
    (
        ["validate", "folder", "--root", "music", "--against", "other.json"],
        r"other\.json: is about the set 'gtzan'; name a report of 'folder'",
    ),
    (["validate", "folder", "--root", "music", "--against", "deep.json"], r"`mirlab validate folder --json`"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), [pytest.param(*both, id=" ".join(both[0])) for both in MISTAKES]
)
def test_a_mistake_is_one_line_and_code_2(arguments, message, music, tmp_path, monkeypatch, capsys):
    (tmp_path / "bad.json").write_bytes(b"\xff{")
    (tmp_path / "old.json").write_text('{"format": 0, "name": "folder", "index": {}}', encoding="utf-8")
    (tmp_path / "other.json").write_text('{"format": 1, "name": "gtzan", "index": {}}', encoding="utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("mirlab: ") and err.count("\n") == 1
    assert re.search(message, err)


def test_stopped_in_the_middle_nothing_is_written(music, tmp_path, monkeypatch, capsys):
    def stopped(first, *_):
        raise KeyboardInterrupt

    monkeypatch.setattr(validate, "_look_at", stopped)
    file = tmp_path / "report.json"
    file.write_text("old", encoding="utf-8")
    arguments = ["validate", "folder", "--root", str(music), "--jobs", "1", "--json", str(file)]
    assert cli.main(arguments) == 130
    out, err = capsys.readouterr()
    assert out == "" and err.endswith("\nmirlab: stopped; no report was made\n")
    assert file.read_text(encoding="utf-8") == "old" and len(list(tmp_path.iterdir())) == 2


def test_a_worker_that_dies_is_one_sentence(music, monkeypatch):
    from concurrent.futures.process import BrokenProcessPool

    def dies(*_, **__):
        raise BrokenProcessPool

    monkeypatch.setattr(validate, "Parallel", dies)
    with pytest.raises(DatasetError, match=r"a worker died while listening to 'folder', .* fewer jobs"):
        checked(music)


def test_a_pipe_that_has_not_every_letter(music):
    write(music / "calm" / "日本.wav", np.zeros(SR))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "mirlab.cli", "validate", "folder", "--root", str(music), "--jobs", "1"],
        env=environment,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 1 and rb"calm/\u65e5\u672c.wav: is silent" in done.stdout
