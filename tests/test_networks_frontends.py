"""Front ends against values worked by hand, against Fourier's definition, and against librosa."""

import math

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirlab.networks import frontends


def sine(frequency, sr, seconds=4.0, amplitude=1.0):
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(int(seconds * sr)) / sr)).astype(np.float32)


def noise(samples):
    return np.random.default_rng(samples).normal(0, 0.1, samples).astype(np.float32)


def magnitude(frame, window, n_fft):
    """Fourier's definition: for each frequency, the sum of samples times a turning pointer."""
    k, n = np.arange(n_fft // 2 + 1)[:, None], np.arange(len(frame))
    return np.abs((np.exp(-2j * np.pi * k * n / n_fft) * (frame.astype(float) * window)).sum(axis=1))


def test_musicnn_of_a_sine_is_what_one_works_out():
    """1 kHz at full scale: half the sum of the window (128) in bin 32, half of that in its neighbours.

    Slaney's scale puts 1 kHz at mel 15 and 8 kHz at 15 + 27 ln 8 / ln 6.4 = 45.2; 96 filters have 97 steps.
    """
    edges = np.linspace(0, 15 + 27 * math.log(8) / math.log(6.4), 98)
    hertz = [e * 200 / 3 if e < 15 else 1000 * 6.4 ** ((e - 15) / 27) for e in edges]
    filters = [np.interp([968.75, 1000, 1031.25], hertz[i : i + 3], [0, 1, 0], 0, 0) for i in range(96)]
    area = [2 / (hertz[i + 2] - hertz[i]) for i in range(96)]
    power = np.array(filters) @ [64**2, 128**2, 64**2] * area
    patch = next(iter(frontends.musicnn(sine(1000, 16000))))
    frame = patch[90]
    assert power.max() > 300  # 10 000 times as much is far beyond float16
    assert frame.max() == pytest.approx(math.log10(10000 * power.max() + 1), abs=1e-3)
    np.testing.assert_allclose(frame[power > 1], np.log10(10000 * power[power > 1] + 1), atol=2e-3)


def test_musicnn_is_librosa_with_the_settings_of_the_wheel():
    y = noise(16000 * 7)
    mel = librosa.feature.melspectrogram(
        y=y, sr=16000, n_fft=512, hop_length=256, n_mels=96, pad_mode="reflect"
    )
    expected = np.log10(10000 * mel.T.astype(np.float16).astype(np.float32) + 1)
    patches = list(frontends.musicnn(y))
    assert len(patches) == 2
    # A value at the edge of two float16 numbers may be rounded either way.
    np.testing.assert_allclose(np.concatenate(patches), expected[: 2 * 187], atol=2e-3)


@pytest.mark.parametrize(
    ("filters", "options"),
    [
        (frontends.slaney_filters(16000, 512, 96), {"sr": 16000, "n_fft": 512, "n_mels": 96}),
        (
            frontends.area_filters(48000, 2048, 128),
            {"sr": 48000, "n_fft": 2048, "n_mels": 128, "htk": True},
        ),
    ],
)
def test_filters_of_unit_area_are_those_of_librosa(filters, options):
    np.testing.assert_allclose(filters, librosa.filters.mel(**options).T, atol=1e-8)


def test_the_filters_of_audioset_are_straight_in_mel():
    """Bin 13 (406.25 Hz) by hand, with mel(f) = 1127 ln(1 + f / 700): it is at 515.8, which is 8.30 of the
    65 steps from 125 Hz (185.2) to 7500 Hz (2773.6). The filter at step 8 takes .70 of it, the next .30.
    """
    filters = frontends.htk_filters(16000, 512, 64, 125.0, 7500.0)
    np.testing.assert_allclose(filters[13, 6:10], [0, 0.698, 0.302, 0], atol=1e-3)
    assert not filters[:4].any() and not filters[241:].any()  # nothing below 125 Hz or above 7500 Hz
    np.testing.assert_allclose(filters[12:230].sum(axis=1), 1, atol=1e-5)  # nothing counts twice


@pytest.mark.parametrize(("frontend", "floor"), [(frontends.vggish, 0.01), (frontends.yamnet, 0.001)])
def test_audioset_front_ends_are_their_definition(frontend, floor):
    y = noise(16000) + sine(440, 16000, 1.0, 0.3)
    patch = next(iter(frontend(y)))
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / 400) for n in range(400)]
    filters = frontends.htk_filters(16000, 512, 64, 125.0, 7500.0)
    for frame in (0, 50, 95):
        spectrum = magnitude(y[frame * 160 : frame * 160 + 400], window, 512)
        np.testing.assert_allclose(patch[frame], np.log(spectrum @ filters + floor), atol=2e-4)


@pytest.mark.parametrize(("frontend", "floor"), [(frontends.vggish, 0.01), (frontends.yamnet, 0.001)])
def test_silence_is_the_logarithm_of_the_offset(frontend, floor):
    (patch,) = frontend(np.zeros(15600, np.float32))
    np.testing.assert_allclose(patch, math.log(floor), rtol=1e-6)


def test_openl3_is_its_definition():
    """The first patch is centred on the start of the sound; relative levels differ by a constant."""
    y = noise(48000 * 2) + sine(1000, 48000, 2.0, 0.5)
    patch = next(iter(frontends.openl3(y)))
    second = np.concatenate([np.zeros(982 + 24000), y[:24000], np.zeros(982)])
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / 2048) for n in range(2048)]
    filters = frontends.area_filters(48000, 2048, 256).astype(float)
    frames = [97, 150, 198]
    power = np.array([magnitude(second[i * 242 : i * 242 + 2048], window, 2048) ** 2 for i in frames])
    level = 10 * np.log10(np.maximum(np.sqrt(power @ filters), 1e-10))
    offset = (level - patch[:, frames].T)[level > level.max() - 60]
    np.testing.assert_allclose(offset, offset[0], atol=2e-3)
    assert patch.max() == 0 and patch.min() == -80
    assert (patch[:, :94] == -80).all()  # before the first sample


def test_openl3_of_silence_is_flat():
    assert not next(iter(frontends.openl3(np.zeros(48000, np.float32)))).any()


@pytest.mark.parametrize(
    ("frontend", "shape", "counts"),
    [
        # 187 frames every 256 samples, the first centred on sample 0: the last begins at 186 * 256
        (frontends.musicnn, (187, 96), {1: 1, 47615: 1, 47616: 1, 95487: 1, 95488: 2, 480000: 10}),
        (frontends.vggish, (96, 64), {1: 1, 15600: 1, 30959: 1, 30960: 2, 160000: 10}),
        (frontends.yamnet, (96, 64), {1: 1, 15600: 1, 15601: 2, 23280: 2, 23281: 3, 160000: 20}),
        (frontends.openl3, (256, 199), {1: 1, 24000: 1, 24001: 2, 28800: 2, 28801: 3, 48000: 6}),
    ],
)
def test_how_many_patches_a_sound_has(frontend, shape, counts):
    for samples, count in counts.items():
        patches = list(frontend(noise(samples)))
        assert len(patches) == count, samples
        assert all(p.shape == shape and p.dtype == np.float32 and np.isfinite(p).all() for p in patches)


def test_short_sound_is_repeated_as_in_training():
    y = noise(16000)  # 63 frames
    (patch,) = frontends.musicnn(y)
    np.testing.assert_array_equal(patch[63:126], patch[:63])
    np.testing.assert_array_equal(patch[126:], patch[:61])


@pytest.mark.parametrize("frontend", [frontends.musicnn, frontends.vggish, frontends.yamnet])
@pytest.mark.parametrize("amplitude", [1e-20, 99.0])
def test_any_level_gives_finite_patches(frontend, amplitude):
    assert np.isfinite(next(iter(frontend(sine(300, 16000, 1.0, amplitude))))).all()


@settings(deadline=None)
@given(st.integers(1, 3000), st.sampled_from([8000, 11025, 16000, 22050, 22050.5, 44100, 48000]))
def test_resampling_is_that_of_librosa(samples, sr):
    y = noise(samples)
    ours = frontends.resample(y, sr, 16000)
    assert ours.dtype == np.float32
    theirs = librosa.resample(y, orig_sr=sr, target_sr=16000, res_type="soxr_hq")
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("y", "sr", "sentence"),
    [
        ([], 22050, "must be mono sound as floats"),
        ([[0.0, 1.0]], 22050, r"shape \(1, 2\)"),
        ([1, 2, 3], 22050, "type int64"),
        ([0.0, np.nan], 22050, "not finite"),
        ([0.0, np.inf], 22050, "not finite"),
        ([0.0, 20000.0], 22050, "beyond 100"),
        ([0.0], 0, "sr=0 is not a sampling rate"),
        ([0.0], -1, "sr=-1"),
        ([0.0], np.nan, "sr=nan"),
        ([0.0], 2e6, "within 1000 and 1000000 Hz"),
    ],
)
def test_bad_sound_is_refused(y, sr, sentence):
    with pytest.raises(ValueError, match=sentence):
        frontends.resample(np.array(y), sr, 16000)
