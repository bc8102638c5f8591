"""`mirlab validate`: every kind of fault, what is not a fault, the report and the command."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mirlab import AudioError, DatasetError, audio, cli, datasets, store, validate
from mirlab.datasets import files, gtzan
from mirlab.validate import KINDS, Finding, checking, listening, looks, pictures

SR = 16000
ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.usefixtures("data_dir")


def tune(seed, seconds=7.0, *, gain=0.3):
    """Return something like music: four notes a second, each with its own pitch, loudness and brightness."""
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


def cut(path, part):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])


def listing(folder, sounds, *, labels=2, length=30.0, starts=(), **about):
    """Write sounds as ``0.wav, 1.wav, ...`` of labels a, b, a, b, ..., and list them."""
    excerpts = [
        files.Excerpt(
            f"x{i}", write(folder / f"{i}.wav", y), i % labels, i, dict(enumerate(starts)).get(i, 0.0)
        )
        for i, y in enumerate(sounds)
    ]
    return files.Listing("demo", excerpts, list("abcd"[:labels]), length, **about)


def checked(root, **how):
    return validate.check(datasets.find("folder", root=root), **how)


def sentences(report, kind=None):
    return [finding.sentence for finding in report.findings if kind in (None, finding.kind)]


@pytest.fixture
def music(tmp_path):
    """Two labels, two recordings each, nothing wrong."""
    for seed, name in enumerate(("calm/one", "calm/two", "loud/one", "loud/two")):
        write(tmp_path / "music" / f"{name}.wav", tune(seed))
    return tmp_path / "music"


# --- faults of a file -------------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_is_wrong(music):
    report = checked(music)
    assert (report.name, report.checked, report.findings, report.remarks) == ("folder", 4, [], [])
    content = hashlib.blake2b((music / "calm" / "two.wav").read_bytes(), digest_size=16).hexdigest()
    assert report.index["calm/two.wav#0"] == ["calm/two.wav", f"blake2b:{content}", 7.0]
    assert len(report.index) == 4
    text = validate.as_text(report)
    assert all(re.search(rf"^  0  {kind} ", text, re.MULTILINE) for kind in KINDS)
    assert text.endswith("\n4 of 4 files are without findings.")


def test_each_fault_is_reported_once_and_stops_nothing(music):
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
    write(music / "loud" / "hole.wav", np.concatenate([tune(14, 10.0), np.zeros(10 * SR), tune(15, 10.0)]))
    write(music / "loud" / "Ärger – „1“.wav", tune(16))
    report = checked(music)
    assert [s.split(": ")[0] for s in sentences(report, "unreadable")] == [
        "calm/empty.mp3",
        "calm/nan.wav",
        "calm/text.wav",
    ]
    flac, ogg, wav = sentences(report, "truncated")
    assert wav.startswith("calm/broken.wav: breaks off at 3.50 s")
    assert flac.startswith("calm/broken.flac: ") and ogg.startswith("calm/broken.ogg: breaks off at ")
    assert sentences(report, "silent") == [
        "loud/almost.wav: is nearly silent",
        "loud/constant 44.wav: is constant, so it cannot be heard",
        "loud/constant.wav: is constant, so it cannot be heard",
        "loud/hole.wav: 1 of its 3 excerpts is silent, the first from 10 s on",
        "loud/silence.wav: is silent",
    ]
    assert len(report.findings) == 11 and report.checked == 16
    assert "5 of 16 files are without findings." in validate.as_text(report)
    assert report.index["calm/broken.wav#0"][2] is None  # nobody knows how long it is
    assert report.index["loud/Ärger – „1“.wav#0"][2] == 7.0


def test_damage_after_the_part_that_is_used_is_said_to_be_there(tmp_path):
    found = listing(tmp_path, [tune(i, 12.0) for i in range(4)], length=5.0)
    cut(tmp_path / "1.wav", 0.8)
    cut(tmp_path / "2.wav", 0.2)
    later, sooner = sentences(validate.check(found))
    assert later.startswith("1.wav: breaks off at 9.60 s")
    assert later.endswith("(the part that is used can be read)")
    assert sooner.startswith("2.wav: breaks off at 2.40 s") and "is used" not in sooner


def test_a_long_file_is_read_to_its_end(tmp_path):
    """Wherever its end is in the piece that is decoded last."""
    lengths = (29.75, 30.0, 30.25, 30.75, 60.5, 61.0)
    for i, seconds in enumerate(lengths):
        write(tmp_path / f"{i}.wav", tune(i, seconds))
        write(tmp_path / f"{i}.mp3", tune(i + 10, seconds))
    paths = sorted(tmp_path.glob("*.*"))
    excerpts = [files.Excerpt(path.name, path, i % 2, i) for i, path in enumerate(paths)]
    found = files.Listing("demo", excerpts, ["a", "b"], length=5.0)
    report = validate.check(found)
    assert report.findings == []
    assert [report.index[f"{i}.wav"][2] for i in range(6)] == list(lengths)
    cut(tmp_path / "5.wav", 0.97)
    assert [s.split(",")[0] for s in sentences(validate.check(found))] == ["5.wav: breaks off at 59.17 s"]


def test_a_header_that_rounds_up_is_no_damage(tmp_path, monkeypatch):
    """Though it promises sound after the end of a piece, where there is none."""
    found = listing(tmp_path, [tune(i, 29.75) for i in range(2)], labels=1, length=5.0)
    monkeypatch.setattr(audio, "seconds", lambda path: 30.2)
    report = validate.check(found)
    assert report.findings == [] and report.index["x0"][2] == 29.75


def test_silence_matters_where_the_file_is_used(tmp_path):
    quiet_end = np.concatenate([tune(0), np.zeros(3 * SR)])
    sounds = [quiet_end, tune(1), tune(2), tune(3)]
    report = validate.check(listing(tmp_path, sounds, length=2.0, starts=(7.5, 8.0, 1.0)))
    assert sentences(report) == [
        "0.wav: is silent from 7.5 to 9.5 s, the part that is used",
        "1.wav: lasts 7.00 s, but is to be used from 8 s on",
    ]


@given(st.integers(1, 17), st.sampled_from([0.0, 0.25]), st.integers(0, 2**32 - 1))
def test_silent_is_what_the_store_calls_silent(power, offset, seed):
    y = np.random.default_rng(seed).uniform(-1, 1, 22050) * 2.0**-power + offset
    if power < 11:
        assert listening._stillness(y) is None
    elif power > 11:
        silent = not (np.abs(y) >= store.SILENCE).any()
        word = "constant, so it cannot be heard" if offset else "silent" if silent else "nearly silent"
        assert listening._stillness(y) == word


@given(st.integers(1, 22050), st.data(), st.floats(2.0**-9, 1.0))
def test_a_short_sound_is_heard_wherever_it_is(samples, data, loudness):
    y = np.zeros(samples, np.float32)
    start = data.draw(st.integers(0, samples - 1))
    y[start : start + data.draw(st.integers(1, max(1, samples // 3)))] = loudness
    assert samples == 1 or listening._stillness(y) is None


@pytest.mark.parametrize("rate", [4000, 8000, 44100, 96000])
def test_a_constant_is_one_at_any_rate(tmp_path, rate):
    """Resampling makes its ends ring, at the beginning of a file and where an excerpt is cut."""
    path = write(tmp_path / "a.wav", np.full(3 * rate, -0.5), rate)
    for start in (0.0, 1.0):
        y = audio.load(path, offset=start, duration=1.5)
        assert listening._stillness(y) == "constant, so it cannot be heard"


def test_the_set_knows_how_long_its_files_are(tmp_path):
    report = validate.check(
        listing(tmp_path, [tune(i, s) for i, s in enumerate((6.0, 5.0, 8.0, 7.0))], seconds=(6, 7))
    )
    assert [(f.kind, f.sentence) for f in report.findings] == [
        ("length", "1.wav: lasts 5.00 s; files of this set last 6 to 7 s"),
        ("length", "2.wav: lasts 8.00 s; files of this set last 6 to 7 s"),
    ]


def test_a_missing_file_and_one_that_may_not_be_read(tmp_path, monkeypatch):
    found = listing(tmp_path, [tune(i) for i in range(6)])
    found.label_names.append("c")
    (tmp_path / "1.wav").unlink()
    plain = audio.fingerprint

    def forbidden(path):
        if path.name == "2.wav":
            raise AudioError(f"{path}: cannot be read (Permission denied)")
        return plain(path)

    monkeypatch.setattr(audio, "fingerprint", forbidden)
    report = validate.check(found)
    assert [(f.kind, f.files) for f in report.findings] == [
        ("missing", ("1.wav",)),
        ("unreadable", ("2.wav",)),
        ("clash", ()),
    ]
    assert sentences(report)[0].startswith("1.wav: no such file")
    assert sentences(report)[1].startswith("2.wav: cannot be read (Permission denied)")
    assert sentences(report)[2].startswith("label 'c': has no file that can be read")
    assert list(report.index) == ["x0", "x3", "x4", "x5"]


def test_a_file_that_changes_while_it_is_checked(tmp_path, monkeypatch):
    found = listing(tmp_path, [tune(i) for i in range(2)], labels=1)
    listen = listening._listen

    def change(path):
        heard = listen(path)
        if path.name == "1.wav":
            write(path, tune(7, 8.0))
        return heard

    monkeypatch.setattr(listening, "_listen", change)
    assert sentences(validate.check(found)) == ["1.wav: was changed while it was checked; check it again"]
    monkeypatch.setattr(listening, "_listen", listen)
    assert validate.check(found).index["x1"][2] == 8.0


def test_a_name_that_breaks_lines_breaks_no_line(music):
    try:
        write(music / "calm" / "new\nline.wav", np.zeros(SR))
    except OSError:
        pytest.skip("this system has no such names")
    report = checked(music)
    assert sentences(report) == [r"calm/new\nline.wav: is silent"]
    assert r"calm/new\nline.wav#0" in report.index


# --- faults of the published set --------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["md5", "sha1"])
def test_checksums_tell_own_faults_from_published_ones(tmp_path, algorithm):
    """A broken file and two copies are in the published set, another file was changed here."""
    found = listing(tmp_path, [tune(i) for i in range(6)])
    cut(tmp_path / "3.wav", 0.5)
    shutil.copy(tmp_path / "0.wav", tmp_path / "5.wav")
    for excerpt in found.excerpts[:-2] + found.excerpts[-1:]:
        digest = hashlib.new(algorithm, excerpt.path.read_bytes()).hexdigest()
        found.checksums[excerpt.track_id] = f"{algorithm}:{digest.upper()}"
    report = validate.check(found)
    assert report.findings == []
    assert [(f.kind, f.files) for f in report.published] == [
        ("truncated", ("3.wav",)),
        ("clash", ("0.wav", "5.wav")),
    ]
    text = validate.as_text(report)
    assert "\nknown faults of the published set, in every copy\n  3.wav: breaks off at " in text
    assert text.endswith("\n3 of 6 files are without findings.")

    cut(tmp_path / "5.wav", 0.9)
    for name in ("1.wav", "2.wav"):
        write(tmp_path / name, tune(9))
    report = validate.check(found)
    assert [(f.kind, f.files) for f in report.findings] == [
        ("truncated", ("5.wav",)),
        ("changed", ("1.wav",)),
        ("changed", ("2.wav",)),
        ("changed", ("5.wav",)),
        ("clash", ("1.wav", "2.wav")),
    ]
    published = found.checksums["x2"].split(":")[1]
    sentence = (
        rf"2\.wav: is not the file that was published \(its {algorithm} is [0-9a-f]+, not {published}\)"
    )
    assert re.fullmatch(sentence, report.findings[2].sentence)


def test_faults_and_copies_that_a_set_is_known_for(tmp_path, monkeypatch):
    """Nothing else is excused: a missing file, a fault of another one, a copy that is not among them."""
    for i in range(10):
        genre = ("blues", "jazz")[i % 2]
        write(tmp_path / genre / f"{genre}.{i // 2:05d}.au", tune(i))
    for name in ("jazz.00001", "blues.00001"):
        (tmp_path / name.split(".")[0] / f"{name}.au").write_bytes(b".snd")
    for name in ("blues.00002", "blues.00003"):
        shutil.copy(tmp_path / "jazz" / "jazz.00002.au", tmp_path / "blues" / f"{name}.au")
    monkeypatch.setattr(gtzan, "KNOWN_FAULTS", ("jazz.00001", "jazz.00099"))
    monkeypatch.setattr(gtzan, "known_copies", lambda: [["jazz.00002", "blues.00002", "blues.00003"]])
    report = validate.check(datasets.find("gtzan", root=tmp_path))
    assert [(f.kind, f.files[0]) for f in report.published] == [
        ("unreadable", "jazz/jazz.00001.au"),
        ("clash", "blues/blues.00002.au"),
    ]
    assert [f.files for f in report.findings if f.kind == "unreadable"] == [("blues/blues.00001.au",)]
    assert "jazz/jazz.00099.au" in {f.files[0] for f in report.findings if f.kind == "missing"}
    shutil.copy(tmp_path / "jazz" / "jazz.00002.au", tmp_path / "jazz" / "jazz.00003.au")
    report = validate.check(datasets.find("gtzan", root=tmp_path))
    assert ("jazz/jazz.00003.au" in finding.files for finding in report.findings)
    assert [f.kind for f in report.published] == ["unreadable"]


# --- one sound under two names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("copy of one.wav", "are the same file, byte by byte"),
        ("one.au", "contain the same sound, sample by sample"),
        ("one.aiff", "contain the same sound, sample by sample"),
        ("one.flac", "contain the same sound, sample by sample"),
    ],
)
def test_the_same_samples_under_two_names(music, name, how):
    one, other = music / "calm" / "one.wav", music / "calm" / name
    if name.endswith(".wav"):
        shutil.copy(one, other)
    else:
        write(other, *soundfile.read(one), subtype="PCM_16")
    first, second = sorted((f"calm/{name}", "calm/one.wav"))
    assert checked(music).findings == [Finding("duplicate", (first, second), f"{first} and {second} {how}")]


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
def test_the_same_recording_encoded_again(music, name, change, how):
    y = tune(20, 12.0)
    write(music / "loud" / "z.wav", y)
    write(music / "loud" / name, change(y), **how)
    [sentence] = sentences(checked(music))
    first, second = sorted((f"loud/{name}", "loud/z.wav"))
    assert sentence == f"{first} and {second} are most likely the same recording"


def test_all_names_of_a_sound_are_reported_together(music):
    y, sr = soundfile.read(music / "loud" / "one.wav")
    for name in ("a.flac", "b.wav", "c.mp3", "d.ogg"):
        write(music / "loud" / name, y, sr)
    [finding] = checked(music).findings
    assert finding.files == ("loud/a.flac", "loud/b.wav", "loud/c.mp3", "loud/d.ogg", "loud/one.wav")
    assert finding.sentence == (
        "loud/a.flac, loud/b.wav, loud/c.mp3 and 2 more are most likely the same recording"
    )


def test_the_same_sound_under_two_labels_is_a_clash(music):
    shutil.copy(music / "calm" / "one.wav", music / "loud" / "copy.wav")
    write(music / "loud" / "two.mp3", *soundfile.read(music / "calm" / "two.wav"))
    shutil.copy(music / "calm" / "two.wav", music / "calm" / "three.wav")
    shutil.copy(music / "calm" / "two.wav", music / "loud" / "too.wav")
    report = checked(music)
    assert {finding.kind for finding in report.findings} == {"clash"}
    assert sentences(report) == [
        "calm/one.wav ('calm') and loud/copy.wav ('loud') are the same file, byte by byte, under 2 labels; "
        "at most one of the labels is right",
        "calm/three.wav ('calm'), loud/too.wav ('loud'), calm/two.wav and 1 more are most likely the same "
        "recording, under 2 labels; listen to them, and keep one",
    ]


def test_tags_do_not_clash(tmp_path):
    found = listing(tmp_path, [tune(0), tune(0), tune(1)])
    tags = [(0,), (0, 1), (1,)]
    found = replace(found, excerpts=[replace(e, label=t) for e, t in zip(found.excerpts, tags, strict=True)])
    [finding] = validate.check(found).findings
    assert (finding.kind, finding.files) == ("duplicate", ("0.wav", "1.wav"))


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
        write(tmp_path / "sounds" / "ab"[i % 2] / f"{name}.wav", y)
    assert {finding.kind for finding in checked(tmp_path / "sounds").findings} == {"silent"}


def test_no_two_of_many_tunes_are_taken_for_one():
    strangers = [pictures.picture(np.repeat(tune(i), 2)[: 7 * 22050].astype(np.float32)) for i in range(60)]
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


def test_a_copy_agrees_better_than_a_loop_does_with_itself():
    """It is a copy only if it agrees better with the other file than with itself a bar later."""
    bar = np.random.default_rng(0).normal(0, 30, (10, 12))
    other = np.random.default_rng(1).normal(0, 30, (40, 12))

    def noisy(steps, seed):
        steps = steps + np.random.default_rng(seed).normal(0, 3, steps.shape)
        return np.vstack([np.zeros(12), steps]).clip(-127, 127).astype(np.int8)

    loop = np.tile(bar, (4, 1))
    assert pictures._agree(noisy(other, 2), noisy(other, 3))
    assert not pictures._agree(noisy(loop, 2), noisy(loop, 3))


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
    alone = "all its files are by one artist or from one recording, so none is left to test on; add others"
    assert sentences(checked(music), "clash") == [f"label 'calm': {alone}", f"label 'loud': {alone}"]


def test_labels_that_differ_only_in_their_spelling(music):
    for i, label in enumerate(("Café", "cafe", "Hip-Hop", "hip hop", "R&B", "日本", "日本語")):
        for k, name in enumerate(("a", "b")):
            write(music / label / f"{name}.wav", tune(30 + 2 * i + k))
    assert sentences(checked(music)) == [
        "the labels 'Café' and 'cafe' differ only in their spelling; make them one",
        "the labels 'Hip-Hop' and 'hip hop' differ only in their spelling; make them one",
    ]


@given(st.text())
def test_a_plain_spelling_is_plain(name):
    plain = checking._plain(name)
    assert checking._plain(plain) == plain and bool(plain) == bool(name)
    assert checking._plain(f" {name}-") == plain or not any(sign.isalnum() for sign in plain)


def test_problems_of_the_layout_do_not_name_folders_above(music):
    write(music / "stray.wav", tune(5))
    found = datasets.find("folder", root=music.resolve())
    found.excerpts[0] = replace(found.excerpts[0], track_id=found.excerpts[1].track_id)
    report = validate.check(found)
    stray, twice = sentences(report, "layout")
    assert stray.startswith("stray.wav: ")
    assert twice == "several excerpts have the id 'calm/two.wav#0'; ids must be unique"
    assert str(music.parent) not in json.dumps(report.as_dict())


# --- the report -------------------------------------------------------------------------------------------


def test_two_processes_find_what_one_finds(music, tmp_path, monkeypatch):
    (music / "calm" / "empty.wav").write_bytes(b"")
    shutil.copy(music / "calm" / "one.wav", music / "loud" / "z.wav")
    reports, calls = [], []
    for n_jobs in (1, 2):
        monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / f"data {n_jobs}"))
        reports.append(checked(music, n_jobs=n_jobs, progress=lambda *call: calls.append(call)).as_dict())
    assert reports[0] == reports[1] and len(reports[0]["findings"]) == 2
    assert all(call[1:] == (6, "folder: listening") for call in calls)
    done = [call[0] for call in calls]  # two files share a look, so the steps depend on the order
    again = done.index(0, 1)
    assert done[again - 1] == done[-1] == 6
    assert done[:again] == sorted(done[:again]) and done[again:] == sorted(done[again:])


def test_few_sentences_of_a_kind_unless_all_are_wanted():
    findings = [Finding("missing", (f"{i}.wav",), f"{i}.wav: no such file") for i in range(12)]
    report = validate.Report("demo", 12, findings, {}, [replace(f, published=True) for f in findings])
    short = validate.as_text(report, hint=" (ask for all)")
    assert short.count("wav: no such file") == 10 and short.count("\n  ... and 7 more (ask for all)\n") == 2
    long = validate.as_text(report, everything=True, hint=" (ask for all)")
    assert long.count("wav: no such file") == 24 and "more" not in long
    assert "\n  12  missing " in short and "\n   0  silent " in short
    assert short.endswith("\n0 of 12 files are without findings.")


def test_an_earlier_report_shows_what_changed(music, tmp_path):
    file = tmp_path / "earlier.json"
    file.write_text("\ufeff" + json.dumps(checked(music).as_dict()), encoding="utf-8")
    earlier = validate.read(file, name="folder")
    assert checked(music, earlier=earlier).findings == []
    (music / "calm" / "one.wav").rename(music / "calm" / "three.wav")
    write(music / "loud" / "two.wav", tune(9))
    write(music / "calm" / "four.wav", tune(10))
    assert [(f.kind, f.sentence) for f in checked(music, earlier=earlier).findings] == [
        ("missing", "calm/one.wav: was there when the earlier report was made"),
        ("changed", "calm/four.wav: is new since the earlier report"),
        ("changed", "calm/three.wav: is new since the earlier report"),
        ("changed", "loud/two.wav: differs from the file in the earlier report"),
    ]


def test_missing_files_are_reported_in_their_order(music):
    earlier = {f"calm/{number}.wav": "blake2b:00" for number in range(30)}
    gone = [f.files[0] for f in checked(music, earlier=earlier).findings if f.kind == "missing"]
    assert gone == [*earlier]


def test_a_listed_file_that_went_missing_is_reported_once(tmp_path):
    found = listing(tmp_path, [tune(i) for i in range(3)], labels=1)
    earlier = {name: content for name, content, _ in validate.check(found).index.values()}
    (tmp_path / "1.wav").unlink()
    assert [(f.kind, f.files) for f in validate.check(found, earlier=earlier).findings] == [
        ("missing", ("1.wav",))
    ]


ENTRY = '{"format": 1, "name": "demo", "index": {"a": %s}}'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff{",
        b"{" * 10,
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b"1" * 100_000,
        b"1e999",
        b"NaN",
        b'{"format": true, "name": "demo", "index": {}}',
        b'{"format": 1.0, "name": "demo", "index": {}}',
        b'{"format": 2, "name": "demo", "index": {}}',
        b'{"format": 1, "name": ["demo"], "index": {}}',
        b'{"format": 1, "name": "other\\u0007\\ud800", "index": {}}',
        b'{"format": 1, "name": "demo"}',
        b'{"format": 1, "name": "demo", "index": [["a", "blake2b:00"]]}',
        (ENTRY % '["a"]').encode(),
        (ENTRY % '[1, "blake2b:00"]').encode(),
        (ENTRY % '["a", "md5:00"]').encode(),
        (ENTRY % '["a", "blake2b:00 and more"]').encode(),
        (ENTRY % f'["a", "blake2b:{"0" * 1000}"]').encode(),
        (ENTRY % "{}").encode(),
        (ENTRY % '["a", "blake2b:00", 1]').encode()[:-3],
        (ENTRY % f"{'[' * 500}{']' * 500}").encode(),
    ],
)
def test_an_earlier_report_is_not_trusted(tmp_path, content):
    file = tmp_path / "earlier.json"
    file.write_bytes(content)
    with pytest.raises(DatasetError) as error:
        validate.read(file, name="demo")
    assert re.match(
        rf"{re.escape(str(file))}: is (not an earlier report|about the set) .*; name ", str(error.value)
    )
    assert str(error.value).isprintable() and len(str(error.value)) < 300 + len(str(file))


def test_names_in_an_earlier_report_are_made_printable(tmp_path):
    file = tmp_path / "earlier.json"
    file.write_text(ENTRY % r'["../\u001b[31ma\ud800", "blake2b:00", {}]', encoding="utf-8")
    assert validate.read(file, name="demo") == {r"../\x1b[31ma\ud800": "blake2b:00"}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no file without an end")
def test_an_earlier_report_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(validate.report, "LARGEST", 1000)
    with pytest.raises(DatasetError, match="is not an earlier report"):
        validate.read("/dev/zero", name="demo")


# --- the command ------------------------------------------------------------------------------------------


def test_the_command_prints_writes_and_counts(music, tmp_path, capsys):
    file = tmp_path / "report.json"
    arguments = ["validate", "folder", "--root", str(music), "--jobs", "1", "--json", str(file)]
    assert cli.main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith("folder: 4 files, 0 h 0 min of sound that can be read\n")
    assert out.endswith("\n4 of 4 files are without findings.\n")
    assert re.search(r"folder: listening: 100%.*4/4", err)

    write(music / "calm" / "日本.wav", np.zeros(SR))
    assert cli.main([*arguments, "--against", str(file)]) == 1
    assert "\n  calm/日本.wav: is silent\n" in capsys.readouterr().out
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert list(kept) == ["format", "name", "checked", "findings", "index", "published", "remarks"]
    assert (kept["format"], kept["name"], kept["checked"]) == (1, "folder", 5)
    about = {"files": ["calm/日本.wav"], "published": False}
    assert kept["findings"] == [
        {"kind": "silent", "sentence": "calm/日本.wav: is silent"} | about,
        {"kind": "changed", "sentence": "calm/日本.wav: is new since the earlier report"} | about,
    ]
    assert kept["index"]["calm/日本.wav#0"][0] == "calm/日本.wav"
    assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_all_findings_are_shown_if_all_are_wanted(music, capsys):
    for i in range(7):
        (music / "calm" / f"empty {i}.wav").write_bytes(b"")
    arguments = ["validate", "folder", "--root", str(music), "--jobs", "1"]
    assert cli.main(arguments) == cli.main([*arguments, "--all"]) == 1
    assert capsys.readouterr().out.count("is empty") == 5 + 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["folder", "--root", "music", "--json", "missing/a.json"], r"--json .*: there is no folder"),
        (["folder", "--root", "music", "--against", "none.json"], r"none\.json: cannot be read \(No"),
        (["folder", "--root", "music", "--against", "music"], r"music: cannot be read \("),
        (
            ["folder", "--root", "music", "--against", "gtzan.json"],
            r"about the set 'gtzan'; name a report about",
        ),
    ],
)
def test_a_mistake_is_one_line_and_code_2(arguments, message, music, tmp_path, monkeypatch, capsys):
    report = {"format": 1, "name": "gtzan", "index": {}}
    (tmp_path / "gtzan.json").write_text(json.dumps(report), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["validate", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("mirlab: ") and err.count("\n") == 1
    assert re.search(message, err)


def test_a_check_that_is_stopped_writes_no_report(music, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(looks, "_look_at", stop)
    file = tmp_path / "report.json"
    file.write_text("old", encoding="utf-8")
    assert cli.main(["validate", "folder", "--root", str(music), "--jobs", "1", "--json", str(file)]) == 130
    assert capsys.readouterr().out == "" and file.read_text(encoding="utf-8") == "old"


def stop(*about):
    raise KeyboardInterrupt


def test_a_screen_that_has_not_every_letter(music):
    write(music / "calm" / "日本.wav", np.zeros(SR))
    command = [sys.executable, "-m", "mirlab.cli", "validate", "folder", "--root", str(music), "--jobs", "1"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True)
    assert done.returncode == 1 and rb"calm/\u65e5\u672c.wav: is silent" in done.stdout
