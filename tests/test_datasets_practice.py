"""The folder that is made for those who have none: its sounds, and everything that is wrong in it."""

import numpy as np
import pytest
import soundfile

from mirlab import audio, corpus
from mirlab.datasets import load, practice
from mirlab.errors import DatasetError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    told = []
    folder = tmp_path_factory.mktemp("practice") / "made"
    assert practice.make(folder, progress=lambda *said: told.append(said)) == folder
    n = len(practice.RECORDINGS)
    assert told[0] == (0, n, "practice folder") and told[-1] == (n, n, "practice folder")
    return folder


def test_every_recording_is_read_as_it_was_composed(made):
    for name, style, seconds, rate, channels, subtype in practice.RECORDINGS:
        about = soundfile.info(str(made / name))
        assert (about.samplerate, about.channels) == (rate, channels)
        assert subtype in (None, about.subtype)
        composed = practice.recording(name, style, seconds)
        read = audio.load(made / name, duration=None)
        assert abs(len(read) - len(composed)) < 0.15 * audio.SAMPLE_RATE  # an MP3 has a few frames more
        levels = [np.sqrt(np.mean(y**2)) for y in (composed, read)]
        assert 0.5 < levels[1] / levels[0] < 1.1


def test_there_are_many_formats_and_rates(made):
    files = [path for path in made.rglob("*") if path.is_file()]
    assert 36 <= len(files) <= 42
    assert len({row[3] for row in practice.RECORDINGS}) >= 6
    assert {".wav", ".mp3", ".ogg", ".flac", ".aiff", ".au"} <= {path.suffix for path in files}
    assert sum(path.stat().st_size for path in files) < 40e6


def test_what_is_broken_is_told_and_nothing_stops(made):
    data = load("folder", root=made)
    assert data.label_names == ["folk", "jazz", "soul", "spoken"]
    told = list(data.problems)
    for i in range(len(data)):
        try:
            y = data.audio(i)
        except audio.AudioError as error:
            told.append(str(error))
        else:
            assert y.any() or "tape end" in data.track_ids[i]
    for name, reason in {
        "words to sing.mp3": "cannot be read as sound",
        "memo.wma": "cannot be read as sound",
        "only you.mp3": "is empty",
        "encore.wav": "breaks off at 6.00 s",
        "mixdown.wav": "not finite",
        "from the radio.ogg": "is a sound file beside the label folders",
        "live": "is a folder inside a label folder",
        "to sort": "holds no sound",
    }.items():
        assert sum(f"{name}: " in sentence and reason in sentence for sentence in told) == 1, name
    assert not any("cover.jpg" in sentence or ".DS_Store" in sentence for sentence in told)


def test_copies_are_copies(made):
    same, other = practice.COPIES
    assert audio.fingerprint(made / same) == audio.fingerprint(made / practice.COPIES[same])
    assert audio.fingerprint(made / other) != audio.fingerprint(made / practice.COPIES[other])
    a, b = (audio.load(made / name, duration=20) for name in (other, practice.COPIES[other]))
    n = min(len(a), len(b))
    assert np.corrcoef(a[:n], b[:n])[0, 1] > 0.9


def test_one_recording_lies_under_a_wrong_label():
    styles = {}
    for name, style, *_ in practice.RECORDINGS:
        styles.setdefault(name.split("/")[0], {}).setdefault(style, []).append(name)
    assert styles["folk"].pop("swing") == [practice.MISLABELLED]
    assert {label: sorted(kinds) for label, kinds in styles.items()} == {
        "folk": ["folk"],
        "jazz": ["lounge", "swing"],
        "soul": ["funk", "soul"],
        "spoken": ["spoken"],
    }
    assert "jazz/last tram.flac" in styles["jazz"]["swing"]  # lesson 11 says that it is truly jazz


def test_the_same_name_gives_the_same_sound_and_another_another():
    a, again, b = (practice.recording(name, "folk", 2) for name in ("a", "a", "b"))
    assert np.array_equal(a, again) and not np.array_equal(a, b)


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(DatasetError, match="is there already"):
        practice.make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def _quick(monkeypatch):
    monkeypatch.setattr(practice, "_make_odd", lambda folder: None)
    monkeypatch.setattr(practice, "RECORDINGS", practice.RECORDINGS[-1:])
    monkeypatch.setattr(practice, "recording", lambda *_: np.zeros(1000, np.float32))


def test_it_is_made_once_and_anew_when_the_corpus_changes(data_dir, monkeypatch):
    _quick(monkeypatch)
    told = []
    first = practice.practice_folder(progress=lambda *said: told.append(said))
    assert first.is_dir() and data_dir in first.parents and told
    told.clear()
    assert practice.practice_folder(progress=lambda *said: told.append(said)) == first and not told
    monkeypatch.setattr(corpus, "VERSION", "another")
    assert practice.practice_folder() != first and first.is_dir()


def test_what_is_half_made_leaves_nothing_behind(tmp_path, monkeypatch):
    _quick(monkeypatch)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(practice, "_make_odd", full)
    with pytest.raises(DatasetError, match=r"cannot be written here \(No space left on device\); make room"):
        practice.make(tmp_path / "made")
    assert list(tmp_path.iterdir()) == []
