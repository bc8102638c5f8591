import warnings

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirlab.features import LOG_OFFSET, aggregate, block_level, log_mel, mfcc

SR = 22050
NOISE = np.random.default_rng(0).normal(0, 0.1, 3 * SR).astype(np.float32)
TIME = np.arange(2 * SR) / SR
SIGNALS = {
    "noise": NOISE,
    "faint noise": NOISE * 1e-4,
    "sine": np.sin(2 * np.pi * 440 * TIME),
    "sweep": np.sin(2 * np.pi * (50 * TIME + 2500 * TIME**2)).astype(np.float32),
    "click": np.eye(1, 4096, 100, dtype=np.float32)[0],
    "silence": np.zeros(5000, np.float32),
    "one frame": NOISE[:1024],
    "less than a frame": NOISE[:700],
    "one sample": NOISE[:1],
}


@pytest.mark.parametrize("name", SIGNALS)
def test_log_mel_is_librosas_mel_spectrogram(name):
    y = SIGNALS[name]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=1024 is too large")
        mel = librosa.feature.melspectrogram(
            y=y.astype(np.float32), sr=SR, n_fft=1024, hop_length=512, n_mels=200, power=1.0
        )
    frames = log_mel(y)
    assert frames.dtype == np.float32 and frames.flags.c_contiguous
    np.testing.assert_allclose(frames, np.log(mel + np.float32(LOG_OFFSET)).T, atol=2e-6, rtol=2e-6)


def test_log_mel_written_out():
    """The formula, frame by frame, in nothing but NumPy and the definition of the mel scale."""
    y = NOISE[:6000]

    def hz(mel):  # Slaney: linear to 1 kHz, then logarithmic
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    top = 15 + 27 * np.log(SR / 2 / 1000) / np.log(6.4)
    edges = hz(np.linspace(0, top, 202))
    bins = np.arange(513) * SR / 1024
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    padded = np.concatenate([np.zeros(512), y, np.zeros(512)])
    expected = []
    for start in range(0, len(y) + 1, 512):
        spectrum = np.abs(np.fft.rfft(hann * padded[start : start + 1024]))
        bands = []
        for low, centre, high in zip(edges, edges[1:], edges[2:], strict=False):
            triangle = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
            bands.append(np.maximum(0, triangle) @ spectrum * 2 / (high - low))
        expected.append(np.log(np.array(bands) + LOG_OFFSET))
    np.testing.assert_allclose(log_mel(y), expected, rtol=1e-5, atol=1e-4)


@given(samples=st.integers(1, 5000))
@settings(max_examples=50, deadline=None)
def test_log_mel_counts_frames_and_never_warns(samples):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frames = log_mel(NOISE[:samples])
    assert frames.shape == (1 + samples // 512, 200) and np.isfinite(frames).all()


def test_ten_seconds_are_431_frames():
    assert log_mel(np.zeros(10 * SR)).shape == (431, 200)


def test_silence_is_the_floor_and_loudness_a_shift():
    np.testing.assert_allclose(log_mel(np.zeros(2000)), np.log(LOG_OFFSET), rtol=1e-6)
    np.testing.assert_allclose(log_mel(NOISE) - log_mel(NOISE / 2), np.log(2), atol=0.02)


def test_the_floor_lies_where_16_bit_sound_has_its_own():
    rounding = np.random.default_rng(1).uniform(-0.5, 0.5, SR) / 2**15
    mel = np.exp(log_mel(rounding).astype(np.float64)) - LOG_OFFSET
    assert 0.5 < np.median(mel) / LOG_OFFSET < 1


def test_other_constants():
    y = NOISE[:8000]
    frames = log_mel(y, sr=16000, n_fft=512, hop_length=200, n_mels=40)
    mel = librosa.feature.melspectrogram(y=y, sr=16000, n_fft=512, hop_length=200, n_mels=40, power=1.0)
    np.testing.assert_allclose(frames, np.log(mel + np.float32(LOG_OFFSET)).T, atol=2e-6, rtol=2e-6)


def test_the_input_is_left_alone():
    y = NOISE.copy()
    log_mel(y)
    np.testing.assert_array_equal(y, NOISE)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros((2, 100)), r"shape \(2, 100\)"),
        (np.zeros(0), r"shape \(0,\)"),
        (np.float32(1), r"shape \(\)"),
        (np.zeros(100, np.int16), "int16"),
        (np.zeros(100, complex), "complex"),
        (np.array([0.0, np.nan]), "NaN"),
        (np.array([0.0, np.inf]), "infinite"),
    ],
)
def test_log_mel_says_what_is_wrong(y, message):
    with pytest.raises(ValueError, match=message):
        log_mel(y)


def slow_aggregate(frames, width=64):
    frames = np.asarray(frames, np.float64)
    width = min(width, len(frames))
    rows = []
    for start in range(0, len(frames) - width + 1, width):
        window = frames[start : start + width]
        mean = sum(window) / width
        variance = sum((row - mean) ** 2 for row in window) / width
        maximum = [max(column) for column in window.T]
        minimum = [min(column) for column in window.T]
        rows.append(np.concatenate([mean, variance, maximum, minimum]))
    return np.array(rows)


def test_aggregate_by_hand():
    frames = np.array([[0, 1], [2, 1], [4, 1], [4, 5]], dtype=float)
    np.testing.assert_array_equal(
        aggregate(frames, width=2), [[1, 1, 1, 0, 2, 1, 0, 1], [4, 3, 0, 4, 4, 5, 4, 1]]
    )


@given(
    frames=hnp.arrays(
        np.float16,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.floats(-20, 20, width=16),
    ),
    width=st.integers(1, 12),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
)
@settings(deadline=None)
def test_aggregate_is_its_definition(frames, width, dtype):
    windows = aggregate(frames.astype(dtype), width=width)
    assert windows.dtype == np.float32
    assert windows.shape == (max(1, len(frames) // width), 4 * frames.shape[1])
    np.testing.assert_allclose(windows, slow_aggregate(frames, width), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("frames", "windows"), [(1, 1), (63, 1), (64, 1), (127, 1), (128, 2), (431, 6)])
def test_aggregate_drops_what_is_left_over_but_never_everything(frames, windows):
    x = np.random.default_rng(0).normal(size=(frames, 3))
    result = aggregate(x)
    assert result.shape == (windows, 12)
    np.testing.assert_allclose(result[0, :3], x[:64].mean(0), rtol=1e-6)


def test_variance_is_accurate_far_from_zero():
    x = (1000 + np.random.default_rng(0).normal(0, 0.01, (64, 5))).astype(np.float32)
    np.testing.assert_allclose(aggregate(x)[0, 5:10], x.astype(np.float64).var(0), rtol=1e-6)


@pytest.mark.parametrize(
    ("frames", "width", "message"),
    [
        (np.zeros(5), 64, r"shape \(5,\)"),
        (np.zeros((0, 200)), 64, "at least one frame"),
        (np.zeros((5, 2, 2)), 64, "must be"),
        (np.zeros((5, 2)), 0, "width=0"),
        (np.zeros((5, 2)), 2.5, "width=2.5 must be a whole number"),
        (np.full((5, 2), np.nan), 64, "NaN"),
        (np.full((5, 2), -np.inf), 2, "infinite"),
    ],
)
def test_aggregate_says_what_is_wrong(frames, width, message):
    with pytest.raises(ValueError, match=message):
        aggregate(frames, width=width)


# --- block-level features ---------------------------------------------------------------------------


def test_mfccs_are_librosas():
    frames = np.random.default_rng(0).normal(size=(7, 200)).astype(np.float32)
    theirs = librosa.feature.mfcc(S=frames.T, n_mfcc=20).T
    np.testing.assert_allclose(mfcc(frames), theirs, atol=1e-5)


@pytest.mark.parametrize(
    ("frames", "n_mfcc"),
    [(np.ones(5), 1), (np.ones((4, 5)), 6), (np.ones((4, 5)), 0), (np.ones((4, 5)), 1.5)],
)
def test_mfcc_says_what_is_wrong(frames, n_mfcc):
    with pytest.raises(ValueError, match=r"frames must have n_mfcc=[\d.]+ columns or more, .*shape \("):
        mfcc(frames, n_mfcc=n_mfcc)


def test_block_level_written_out():
    """One dimension, one window: every figure from its definition."""
    x = np.random.default_rng(3).normal(size=64)
    window = block_level(x[:, None]).ravel()
    np.testing.assert_array_equal(window[:4], aggregate(x[:, None]).ravel())
    change = [x[t + 3] - x[t] for t in range(61)]
    assert window[4] == pytest.approx(np.mean([max(c, 0) for c in change]), rel=1e-6)
    assert window[5] == pytest.approx(np.var(change), rel=1e-6)
    for figure, (low, high) in zip(window[6:], ((1, 2), (3, 5), (6, 11), (12, 32)), strict=True):
        moves = np.zeros(64)  # what is left of x if all other turns are taken out
        for k in range(low, high + 1):
            turns = np.exp(2j * np.pi * k * np.arange(64) / 64)
            moves += (np.vdot(turns, x) / 64 * turns).real * (1 if k == 32 else 2)
        assert figure == pytest.approx(np.sqrt(np.mean(moves**2)), rel=1e-6)


def test_fluctuations_add_up_to_the_variance():
    window = block_level(np.random.default_rng(0).normal(size=(256, 3))).reshape(4, 10, 3)
    np.testing.assert_allclose((window[:, 6:] ** 2).sum(axis=1), window[:, 1], rtol=1e-5)


def test_only_block_level_hears_the_order_of_frames():
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(size=(64, 5)), axis=0)
    once, shuffled = block_level(x), block_level(rng.permutation(x))
    np.testing.assert_allclose(once[:, :20], shuffled[:, :20], rtol=1e-5)
    assert (once[:, 20:25] < shuffled[:, 20:25]).all()  # a slow walk gains less in three frames
    assert (once[:, 30:35] > shuffled[:, 30:35]).all() and (once[:, 45:] < shuffled[:, 45:]).all()


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 63])
def test_short_excerpts_have_block_level_features_too(frames):
    x = np.random.default_rng(0).normal(size=(frames, 2))
    window = block_level(x)
    assert window.shape == (1, 20) and np.isfinite(window).all()
    turned = (window.reshape(10, 2)[6:] ** 2).sum(axis=0)
    np.testing.assert_allclose(turned, x.var(axis=0), rtol=1e-5, atol=1e-12)
