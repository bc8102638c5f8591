"""Disguised copies: what each changes, by how much, and what it leaves as it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirlab.audio import effects

RATE = 22050
SECOND = np.arange(RATE) / RATE


def tone(pitch, seconds=1):
    return 0.3 * np.sin(2 * np.pi * pitch * np.arange(int(seconds * RATE)) / RATE)


def level(y):
    return np.sqrt(np.mean(np.square(y, dtype=float)))


def decibels(ratio):
    return 20 * np.log10(ratio)


def peak(y):
    """Return the strongest frequency in Hz."""
    return np.argmax(np.abs(np.fft.rfft(y))) * RATE / len(y)


@pytest.mark.parametrize("name", effects.DISGUISES)
def test_every_disguise_gives_sound_and_leaves_the_original_alone(name):
    make, strengths, unit = effects.DISGUISES[name]
    y = (tone(300) + tone(1900)).astype(np.float32)
    before = y.copy()
    assert len(strengths) >= 2 and unit
    for strength in strengths:
        copy = make(y, strength)
        assert copy.dtype == np.float32 and copy.ndim == 1 and np.isfinite(copy).all()
        assert not np.array_equal(copy, y)
        np.testing.assert_array_equal(make(y, strength), copy)  # the same once more
        if name != "softer":
            assert level(copy) == pytest.approx(level(y), rel=1e-4)
    np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize("name", effects.DISGUISES)
def test_strengths_go_from_weak_to_strong(name):
    make, strengths, _ = effects.DISGUISES[name]
    y = tone(300) + 0.5 * tone(3000)
    if name == "faster":
        away = [len(y) - len(make(y, strength)) for strength in strengths]
    else:
        spectrum = np.abs(np.fft.rfft(y))
        away = [np.abs(np.abs(np.fft.rfft(make(y, strength))) - spectrum).sum() for strength in strengths]
        if name == "transposed":  # a tone moved is a tone moved; how far, says its pitch
            away = [peak(make(y, strength)) for strength in strengths]
    assert away == sorted(away) and away[0] > 0


def test_softer_by_six_decibels_is_half():
    y = tone(440)
    np.testing.assert_allclose(effects.softer(y, 20 * np.log10(2)), y / 2, atol=1e-7)
    np.testing.assert_allclose(effects.softer(y, 0), y, atol=1e-7)
    np.testing.assert_allclose(effects.softer(y, -20), 10 * y, rtol=1e-5)


def gain(pitch, tilt):
    """Return what the equalizer does to a pitch in dB, told apart from the whole level by another tone."""
    y = tone(pitch) + tone(1000) if pitch != 1000 else tone(1000)
    spectrum = np.abs(np.fft.rfft(effects.equalized(y, tilt)))
    return decibels(spectrum[pitch] / spectrum[1000])


@pytest.mark.parametrize("tilt", [24.0, 6.0, -12.0])
def test_the_equalizer_tilts_around_a_thousand_hertz(tilt):
    assert gain(20, tilt) == pytest.approx(-tilt / 2, abs=0.3)
    assert gain(10500, tilt) == pytest.approx(tilt / 2, abs=0.3)
    assert gain(400, tilt) == pytest.approx(-gain(2500, tilt), abs=0.15 * abs(tilt))
    np.testing.assert_allclose(effects.equalized(tone(300), 0), tone(300), atol=1e-5)


def test_noise_has_the_level_that_was_asked_for_and_is_white():
    y = tone(440, seconds=4)
    for snr in (0, 20):
        copy = effects.noisy(y, snr)
        part = (copy @ y) / (y @ y)
        noise = copy - part * y
        assert decibels(part * level(y) / level(noise)) == pytest.approx(snr, abs=0.3)
        power = np.square(np.abs(np.fft.rfft(noise)))
        low, high = np.split(power[: len(power) // 2 * 2], 2)
        assert low.mean() == pytest.approx(high.mean(), rel=0.1)


def test_noise_comes_from_the_seed():
    y = tone(440)
    np.testing.assert_array_equal(effects.noisy(y, 10, seed=3), effects.noisy(y, 10, seed=3))
    assert not np.array_equal(effects.noisy(y, 10, seed=3), effects.noisy(y, 10, seed=4))
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(effects.noisy(y, 10, seed=rng), effects.noisy(y, 10, seed=3))
    assert not np.array_equal(effects.noisy(y, 10, seed=rng), effects.noisy(y, 10, seed=3))


@given(rate=st.floats(0.5, 2), pitch=st.integers(200, 2000))
@settings(max_examples=10, deadline=None)
def test_faster_is_shorter_and_no_higher(rate, pitch):
    copy = effects.faster(tone(pitch), rate)
    assert abs(len(copy) - RATE / rate) <= 1
    assert peak(copy) == pytest.approx(pitch, abs=8)


def test_beats_come_faster():
    y = np.where(np.arange(8 * RATE) % (RATE // 2) < RATE // 10, tone(700, seconds=8), 0)  # each half second
    copy = effects.faster(y, 1.25)
    loud = np.square(copy[: len(copy) // 441 * 441]).reshape(-1, 441).sum(axis=1)  # every 20 ms
    turns = np.abs(np.fft.rfft(loud - loud.mean()))
    assert np.argmax(turns) / (len(loud) * 0.02) == pytest.approx(2.5, abs=0.1)  # a second


@given(semitones=st.floats(-12, 12), pitch=st.integers(300, 1500))
@settings(max_examples=10, deadline=None)
def test_transposed_is_higher_and_no_shorter(semitones, pitch):
    copy = effects.transposed(tone(pitch), semitones)
    assert len(copy) == RATE
    assert peak(copy) == pytest.approx(pitch * 2 ** (semitones / 12), abs=8)


def test_silence_stays_silence():
    silence = np.zeros(4096)
    for copy in (
        effects.softer(silence, 6),
        effects.equalized(silence, 6),
        effects.faster(silence, 1.25),
        effects.transposed(silence, 2),
    ):
        assert not copy.any() and len(copy)
    with pytest.raises(ValueError, match="y is silent, so no noise level can be set"):
        effects.noisy(silence, 20)


@pytest.mark.parametrize("name", effects.DISGUISES)
def test_what_is_no_sound_is_refused(name):
    make, strengths, _ = effects.DISGUISES[name]
    for y, told in (
        (np.zeros((2, 4096)), r"y has shape \(2, 4096\) and type float64; it must be mono sound"),
        (np.zeros(4096, int), "y has shape .* and type int64; it must be mono sound as floats"),
        (np.zeros(0), r"y has shape \(0,\)"),
        (np.full(4096, np.nan), "y holds NaN or infinite values"),
    ):
        with pytest.raises(ValueError, match=told):
            make(y, strengths[0])


@pytest.mark.parametrize("make", [effects.faster, effects.transposed])
def test_what_is_too_short_for_the_vocoder_is_refused(make):
    with pytest.raises(ValueError, match="with at least 2048 samples"):
        make(np.ones(2047), 1.5)
    assert len(make(tone(440)[:2048], 1.5))


@pytest.mark.parametrize(
    ("make", "name", "bad"),
    [
        (effects.softer, "decibels", 90),
        (effects.equalized, "decibels", float("nan")),
        (effects.noisy, "snr", "20"),
        (effects.faster, "rate", 0),
        (effects.faster, "rate", True),
        (effects.transposed, "semitones", 25),
    ],
)
def test_a_strength_out_of_range_is_told_with_its_range(make, name, bad):
    with pytest.raises(ValueError, match=rf"{name}={bad!r}; it must be a number from -?[\d.]+ to \d+"):
        make(tone(440), bad)
