"""What lesson 03 says of its clip, its figures and its counts, held to the same functions."""

import re

import librosa
import nbformat
import numpy as np
import pytest

from mirlab import corpus, datasets, features, lessons
from mirlab.audio import SAMPLE_RATE
from mirlab.widgets.mel_explorers import kept
from mirlab.widgets.rebuilding import blur, rebuild

MEL = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=1024, n_mels=200)


@pytest.fixture(scope="module")
def text():
    notebook = nbformat.read(lessons.open("03").path, as_version=4)
    return " ".join(" ".join(cell.source for cell in notebook.cells).split())


@pytest.fixture(scope="module")
def number(text):
    return int(re.search(r'load\("gtzan-synth"\)\.audio\((\d+)\)', text)[1])


@pytest.fixture(scope="module")
def y(number):
    return datasets.load("gtzan-synth").audio(number)


@pytest.fixture(scope="module")
def score(number):
    excerpt = corpus.plan("gtzan")[number]
    assert excerpt.label == "country"
    return excerpt.score()


def test_the_clip_is_the_band_that_the_text_describes(score, text):
    assert "A voice over a banjo, a bass and drums." in text
    assert score.instruments == {"female voice", "banjo", "bass guitar"} and score.drums


def test_the_frame_holds_the_note_that_the_text_names(score, y, text):
    centre = int(re.search(r"centre = (\d+) \* 512", text)[1]) * 512
    now = centre / SAMPLE_RATE
    sung = [n for n in score.notes if n.role == "lead" and n.start < now < n.start + n.duration]
    assert [n.instrument for n in sung] == ["female voice"]
    assert sung[0].pitch == 74 and "on a D, 587 Hz" in text
    assert round(440 * 2 ** ((74 - 69) / 12)) == 587
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    spectrum = np.abs(np.fft.rfft(taper * y[centre - 512 : centre + 512]))
    lines = np.arange(513) * SAMPLE_RATE / 1024
    assert round(lines[spectrum.argmax()]) == 581 == round(lines[np.abs(lines - 587.3).argmin()])
    solved = lessons.open("03").ex.log_mel_frame(y[centre - 512 : centre + 512], taper, MEL)
    np.testing.assert_allclose(solved, features.log_mel(y)[centre // 512], atol=1e-4)


def test_the_exercises_agree_with_mirlab_on_the_clip(y):
    ex = lessons.open("03").ex
    frames = features.log_mel(y)
    assert ex.frames_in_ten_seconds() == len(frames) == 431
    np.testing.assert_allclose(ex.aggregate(frames, 64), features.aggregate(frames), atol=1e-5)
    assert len(frames) - 6 * 64 == 47  # "the last 47, about a second"
    assert 0.9 < 47 * 512 / SAMPLE_RATE < 1.1


def test_there_are_more_low_bands_than_lines(text):
    assert "60 bands, 16.6 Hz apart, but only 46 lines above zero" in text
    peaks = librosa.mel_frequencies(n_mels=202, fmax=SAMPLE_RATE / 2)[1:-1]
    assert (peaks <= 1000).sum() == 60
    np.testing.assert_allclose(np.diff(peaks[:60]), 16.6, atol=0.05)
    lines = np.arange(1, 513) * SAMPLE_RATE / 1024
    assert (lines <= 1000).sum() == 46
    assert "31 bands see a single line" in text and ((MEL > 0).sum(axis=1) == 1).sum() == 31
    assert "200 numbers 185 are independent" in text and np.linalg.matrix_rank(MEL) == 185


def test_the_lowest_semitone_lights_up_the_same_bands():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE

    def bands(hz):
        return np.exp(features.log_mel(0.3 * np.sin(2 * np.pi * hz * time))[20])

    def shared(hz):
        one, other = bands(hz), bands(hz * 2 ** (1 / 12))
        return np.minimum(one, other).sum() / np.maximum(one, other).sum()

    low, middle, high = map(shared, (110, 440, 3520))
    assert low > 0.6 > middle > high and high < 0.1


def test_the_offset_is_about_what_16_bits_leave(y):
    rounding = np.round(y * 32767) / 32767 - y
    level = np.median(np.exp(features.log_mel(rounding.astype(np.float32))) - features.LOG_OFFSET)
    assert 0.3e-5 < level < 3e-5


def test_a_rebuilt_sound_has_the_same_numbers_but_for_a_few_percent(y):
    frames = features.log_mel(y)
    again = features.log_mel(rebuild(frames))
    n = min(len(frames), len(again))
    assert 0.01 < np.abs(frames[:n] - again[:n]).mean() < 0.1
    assert np.median(np.abs(frames[:n] - again[:n])) < 0.03


def pulse(sound):
    """Tell how much the level goes up and down, over steps of 23 ms."""
    level = np.sqrt(np.mean(sound[: len(sound) // 512 * 512].reshape(-1, 512) ** 2, axis=1))
    return level.std() / level.mean()


def test_the_hum_has_no_beat(y):
    assert pulse(rebuild(blur(features.log_mel(y), 64))) < 0.5 * pulse(y)


def test_a_shuffled_window_is_the_same_window_and_another_sound(y):
    frames = features.log_mel(y)[:256]
    rng = np.random.default_rng(0)
    shuffled = np.concatenate([rng.permutation(part) for part in frames.reshape(4, 64, 200)])
    np.testing.assert_allclose(features.aggregate(shuffled), features.aggregate(frames), atol=1e-4)
    assert np.abs(shuffled - frames).mean() > 0.3


def test_the_three_settings_are_what_the_text_says(y, text):
    clip = y[: 3 * 32768]
    assert "57 of 200 bands see none" in text
    assert (kept(clip, n_fft=256).max(axis=0) < -11.5).sum() == 57
    assert "the numbers outnumber the samples" in text and kept(clip, n_fft=256).size > len(clip)
    assert "86 Hz apart" in text and round(SAMPLE_RATE / 256) == 86
    for n_fft, milliseconds in re.findall(r"(\d+)-point FFT: a frame each (\d+) ms", text):
        assert round(500 * int(n_fft) / SAMPLE_RATE) == int(milliseconds)
    assert 8192 / SAMPLE_RATE > 1 / 3  # "over a third of a second"
    assert round(64 * 512 / SAMPLE_RATE, 1) == 1.5


def test_half_as_loud_is_a_shift(y):
    assert np.median(features.log_mel(y) - features.log_mel(y / 2)) == pytest.approx(np.log(2), abs=0.005)
    assert features.log_mel(np.zeros(1024)).max() == pytest.approx(-11.5, abs=0.05)
