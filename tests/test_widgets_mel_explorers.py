"""The mel explorer and its sound: set as a learner would, and whether its words are true."""

import base64
import io
import re
import warnings

import librosa
import numpy as np
import pytest
import soundfile
import traitlets

from mirlab import corpus
from mirlab.features import aggregate, log_mel
from mirlab.widgets import mel_explorer as make
from mirlab.widgets.mel_explorers import BANDS, FFT_SIZES, LENGTH, WIDTHS, kept, says
from mirlab.widgets.rebuilding import blur, rebuild

SR = 22050
TIME = np.arange(LENGTH) / SR
# A tone that steps up each half second, with 10 ms of noise in each step: pitch and time, to be kept or lost.
PITCH = 440 * 2.0 ** (np.floor(2 * TIME) / 4)
STROKES = np.random.default_rng(0).normal(0, 0.2, LENGTH) * ((TIME - 0.25) % 0.5 < 0.01)
MUSIC = (0.3 * np.sin(2 * np.pi * np.cumsum(PITCH) / SR) + STROKES).clip(-1, 1)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def shared():
    return make(MUSIC, "steps and strokes")


@pytest.fixture
def explorer(shared):
    yield shared
    shared.n_fft, shared.n_mels, shared.width = 1024, 200, 0


def decoded(url):
    kind, data = url.split(";base64,")
    assert kind in ("data:audio/mpeg", "data:audio/wav")
    return soundfile.read(io.BytesIO(base64.b64decode(data)))[0]


# -- sound from numbers -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def music():
    return corpus.plan("gtzan")[81].audio()[:LENGTH]


@pytest.mark.parametrize(("n_fft", "n_mels"), [(256, 200), (1024, 400), (8192, 200)])
def test_a_rebuilt_sound_has_the_same_numbers(music, n_fft, n_mels):
    frames = kept(music, n_fft, n_mels)
    again = kept(rebuild(frames, n_fft=n_fft), n_fft, n_mels)
    assert 0 <= len(frames) - len(again) <= 1
    off = np.abs(again - frames[: len(again)]).mean()
    assert off < 0.1 < 0.5 < np.abs(again - frames[: len(again)][::-1]).mean()


def test_a_rebuilt_tone_is_at_its_pitch_and_level():
    y = 0.5 * np.sin(2 * np.pi * 1000 * TIME)
    again = rebuild(log_mel(y))
    assert again.dtype == np.float32 and len(again) == (len(log_mel(y)) - 1) * 512
    spectrum = np.abs(np.fft.rfft(again))
    assert np.argmax(spectrum) * SR / len(again) == pytest.approx(1000, abs=15)
    assert again.std() == pytest.approx(y.std(), rel=0.15)
    np.testing.assert_array_equal(rebuild(log_mel(y)), again)
    assert np.abs(rebuild(log_mel(np.zeros(SR)))).max() < 1e-4


@pytest.mark.parametrize("bad", [np.zeros(200), np.zeros((1, 200))])
def test_frames_that_cannot_be_sound_are_refused(bad):
    with pytest.raises(ValueError, match=r"frames has shape .*2 frames or more"):
        rebuild(bad)


def test_blur_holds_the_means_of_windows():
    frames = np.random.default_rng(0).normal(size=(23, 3))
    held = blur(frames, 5)
    assert held.shape == (20, 3)
    np.testing.assert_allclose(held[::5], aggregate(frames, width=5)[:, :3])
    np.testing.assert_array_equal(held[5], held[9])
    np.testing.assert_allclose(blur(frames, 1), frames, rtol=1e-6)
    assert blur(frames, 99).shape == (23, 3)


# -- the widget -----------------------------------------------------------------------------------------


def test_it_starts_with_the_papers_frames(explorer):
    assert (explorer.n_fft, explorer.n_mels, explorer.width) == (1024, 200, 0)
    assert repr(explorer) == "<steps and strokes: run this cell to move FFT size, mel bands and window width>"
    assert "1024-point FFT, 200 bands: 193 frames of 200 bands" in explorer.alt
    np.testing.assert_array_equal(kept(explorer.y), log_mel(MUSIC[:LENGTH]))
    assert WIDTHS[-1] == 64 * 512
    np.testing.assert_allclose(
        kept(MUSIC, width=WIDTHS[-1])[::64], aggregate(log_mel(MUSIC))[:, :200], rtol=1e-6
    )


@pytest.mark.parametrize(("trait", "value"), [("n_fft", 256), ("n_mels", 10), ("width", WIDTHS[-1])])
def test_each_slider_changes_picture_sound_and_words(explorer, trait, value):
    def shown():
        return explorer.picture, explorer.alt, explorer.rebuilt, explorer.said

    before, sound = shown(), explorer.sound
    setattr(explorer, trait, value)
    assert all(now != then for now, then in zip(shown(), before, strict=True))
    n = min(len(sound), len(explorer.sound))
    assert np.abs(sound[:n] - explorer.sound[:n]).max() > 0.05
    setattr(explorer, trait, {"n_fft": 1024, "n_mels": 200, "width": 0}[trait])
    assert shown() == before


def test_the_players_hold_the_original_and_the_rebuilt_sound(explorer):
    heard = decoded(explorer.rebuilt)
    loudest = max(1.0, np.abs(explorer.sound).max())
    n = len(explorer.sound)
    assert np.corrcoef(heard[:n], explorer.sound / loudest)[0, 1] > 0.95
    original = decoded(explorer.original)
    assert np.corrcoef(original[:LENGTH], MUSIC)[0, 1] > 0.95


def share_in_strokes(sound):
    """Measure how much of what is above 5 kHz, where there is no tone, falls into the strokes."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / SR) < 5000] = 0
    energy = np.fft.irfft(spectrum, len(sound)) ** 2
    time = np.arange(len(sound)) / SR
    return energy[(time - 0.24) % 0.5 < 0.03].sum() / energy.sum()


def test_long_frames_smear_a_stroke_and_short_ones_do_not(explorer):
    shares = []
    for explorer.n_fft in (256, 1024, 8192):
        shares.append(share_in_strokes(explorer.sound))
    assert shares[0] > 0.9 and shares[0] > shares[1] > shares[2] and shares[2] < 0.3


def tune(sound):
    """Hold the strongest frequency of each half second."""
    return [
        np.abs(np.fft.rfft(sound[i : i + SR // 4])).argmax() * 4
        for i in range(SR // 8, len(sound) - SR // 4, SR // 2)
    ]


def test_few_bands_and_wide_windows_lose_the_tune(explorer):
    right = 440 * 2.0 ** (np.arange(8) / 4)
    assert np.abs(np.log2(np.array(tune(explorer.sound))[:8] / right)).max() < 1 / 24  # a quarter tone
    explorer.n_mels = 10
    assert np.abs(np.log2(np.array(tune(explorer.sound))[:8] / right)).max() > 1 / 12
    explorer.n_mels, explorer.width = 200, WIDTHS[-1]
    assert len({round(hz / 20) for hz in tune(explorer.sound)[:3]}) < 3  # three steps within one window


def test_empty_bands_are_counted_and_dark():
    filters = librosa.filters.mel(sr=SR, n_fft=1024, n_mels=200) > 0
    assert f"and {(filters.sum(axis=1) == 1).sum()} of 200 use only one" in says(1024, 200, 0)
    words = says(256, 200, 0)
    empty = int(re.search(r"(\d+) of 200 bands use no bin and stay dark", words)[1])
    assert "Each band uses several bins. " in says(8192, 10, 0)
    frames = kept(MUSIC, 256)
    assert empty == (frames.max(axis=0) < -11.5).sum() > 50


@pytest.mark.parametrize("n_fft", [256, 1024, 8192])
def test_the_rate_counts_the_different_numbers(n_fft):
    for width in WIDTHS:
        frames = kept(MUSIC, n_fft, 50, width)
        changes = 1 + np.any(np.diff(frames, axis=0) != 0, axis=1).sum()
        rate = int(re.search(r"made of (\d+) numbers", says(n_fft, 50, width))[1])
        seconds = len(frames) * (n_fft // 2) / SR
        assert rate == pytest.approx(50 * changes / seconds, abs=0.5)


def test_a_slider_takes_only_its_own_values(explorer):
    for slider, values in zip(explorer.sliders, (FFT_SIZES, BANDS, WIDTHS), strict=True):
        assert slider["values"] == values and len(slider["texts"]) == len(set(slider["texts"])) == len(values)
        with pytest.raises(traitlets.TraitError, match="any of"):
            setattr(explorer, slider["name"], 77)
    texts = {slider["name"]: slider["texts"] for slider in explorer.sliders}
    assert texts["n_fft"][2] == "1024 samples, 46 ms"
    assert texts["width"][::4] == ["every frame", "means of 1.5 s"]


def test_sound_that_is_too_short_is_refused():
    for bad in (MUSIC[: LENGTH - 1], np.zeros((2, LENGTH))):
        with pytest.raises(ValueError, match=r"it must be mono sound, 98304 samples \(4.5 s\) or more"):
            make(bad, "too short")
