"""What lesson 03 claims about its clips, figures and counts, checked with the same functions."""

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
    return int(re.search(r"y = gtzan\.audio\((\d+)\)", text)[1])


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
    assert sung[0].pitch == 74 and "a D at 587 Hz, and the nearest bin is at 581 Hz" in text
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
    assert features.aggregate(frames).shape == (6, 800)


def test_there_are_more_low_bands_than_bins(text):
    assert "60 bands but only 46 bins above zero" in text
    peaks = librosa.mel_frequencies(n_mels=202, fmax=SAMPLE_RATE / 2)[1:-1]
    assert (peaks <= 1000).sum() == 60
    bins = np.arange(1, 513) * SAMPLE_RATE / 1024
    assert (bins <= 1000).sum() == 46
    assert "31 bands see a single bin" in text and ((MEL > 0).sum(axis=1) == 1).sum() == 31
    assert "only 185 of the 200 numbers are independent" in text and np.linalg.matrix_rank(MEL) == 185


# -- two tones --------------------------------------------------------------------------------------


def magnitudes(sound, n, start=4096):
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    return np.abs(np.fft.rfft(taper * sound[start : start + n]))


def peaks(sound, n, start=4096):
    left, middle, right = (magnitudes(sound, n, start)[i : n // 2 - 1 + i] for i in range(3))
    high = (middle > left) & (middle > right) & (middle > 0.2 * middle.max())
    return (np.flatnonzero(high) + 1) * SAMPLE_RATE / n


def resolves(sound, n, start=4096):
    """Return whether the spectrum has a peak at each of the two tones."""
    return all(np.abs(peaks(sound, n, start) - hz).min() < 3 for hz in (110, 116.54))


@pytest.fixture(scope="module")
def two_tones():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return [0.3 * np.sin(2 * np.pi * hz * time) for hz in (110, 116.54)]


def test_the_prediction_comes_out_as_in_turn(two_tones):
    """One frame tells the tones apart wherever it begins, and never has a peak at each of them."""
    low, high = two_tones
    starts = range(2048, 12000, 512)
    frames = [[magnitudes(tone, 1024, start) for start in starts] for tone in (low, high)]
    within = max(np.linalg.norm(a - b) for tone in frames for a in tone for b in tone)
    between = min(np.linalg.norm(a - b) for a in frames[0] for b in frames[1])
    assert between > 5 * within
    assert not any(resolves(low + high, 1024, start) for start in starts)
    assert all(resolves(low + high, 8192, start) for start in starts)
    assert len(peaks(low + high, 1024)) == 1  # "one peak here"
    assert {magnitudes(tone, 1024).argmax() for tone in two_tones} == {5}  # "their peak in the same bin"


def test_the_short_frame_tells_the_tones_apart_in_noise_too(two_tones):
    """The control: the difference between the tones is not only rounding."""
    rng = np.random.default_rng(0)
    noisy = [
        [magnitudes(tone + rng.normal(0, 0.02, len(tone)), 1024) for _ in range(40)] for tone in two_tones
    ]
    centres = [np.mean(tone[:20], axis=0) for tone in noisy]
    for i, tone in enumerate(noisy):
        for frame in tone[20:]:
            distances = [np.linalg.norm(frame - centre) for centre in centres]
            assert int(np.argmin(distances)) == i


# -- other descriptions -----------------------------------------------------------------------------


def described(sound):
    S = np.abs(librosa.stft(sound, n_fft=4096))
    chroma = librosa.feature.chroma_stft(S=S, sr=SAMPLE_RATE, n_fft=4096, tuning=0).mean(axis=1)
    hertz = librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=4096)
    ours = lessons.open("03").ex.centroid(S.T, hertz)
    theirs = librosa.feature.spectral_centroid(S=S, sr=SAMPLE_RATE, n_fft=4096)[0]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-3)
    return chroma.argmax(), ours.mean(), features.mfcc(features.log_mel(sound)).mean(axis=0)


def test_which_description_changes_with_timbre_octave_and_note():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE

    def tone(hz, overtones):
        return 0.2 * sum(a * np.sin(2 * np.pi * hz * k * time) for k, a in enumerate(overtones, 1))

    dark, bright = [1, 0.3, 0.1], [1, 0.9, 0.8, 0.7, 0.6, 0.5]
    a, brighter, octave, c = (
        described(tone(*how)) for how in [(220, dark), (220, bright), (440, dark), (261.63, dark)]
    )
    assert a[0] == brighter[0] == octave[0] == 9 and c[0] == 0
    assert min(brighter[1], octave[1]) > 1.5 * a[1]  # "the centroid rises for both"
    rises = [abs(other[2][1] - a[2][1]) for other in (brighter, octave, c)]
    assert rises[0] > 10 > 1 > max(rises[1:])
    assert abs(octave[2][2] - a[2][2]) > 10


# -- levels, rebuilding, windows --------------------------------------------------------------------


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
    """Return how much the level varies, over steps of 23 ms."""
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
    assert "57 of 200 bands contain no bin" in text
    assert (kept(clip, n_fft=256).max(axis=0) < -11.5).sum() == 57
    assert "86 Hz apart" in text and round(SAMPLE_RATE / 256) == 86
    for n_fft, milliseconds in re.findall(r"(\d+)-point FFT: a frame every (\d+) ms", text):
        assert round(500 * int(n_fft) / SAMPLE_RATE) == int(milliseconds)
    assert round(8192 / SAMPLE_RATE * 1000) == 372 and "8192 samples last 372 ms" in text
    assert round(SAMPLE_RATE / 8192, 1) == 2.7  # the quiz
    assert round(64 * 512 / SAMPLE_RATE, 1) == 1.5


def test_half_the_amplitude_is_a_shift(y):
    assert np.median(features.log_mel(y) - features.log_mel(y / 2)) == pytest.approx(np.log(2), abs=0.005)
    assert features.log_mel(np.zeros(1024)).max() == pytest.approx(-11.5, abs=0.05)


def test_a_number_of_frames_that_is_not_whole_gets_a_useful_message():
    ex = lessons.open("03").ex.frames_in_ten_seconds
    for answer in (430.66, 220500 / 512):
        outcome = repr(ex.judge(answer))
        assert "Only whole steps count" in outcome and "at sample 0" in outcome
    assert ex.judge(430).kind == "wrong" and ex.judge(431).kind == "right"
