"""Disturbances: what each changes and how strongly, and what a strength of 0 leaves as it was."""

import numpy as np
import pytest

from mirlab import corpus
from mirlab.audio import effects
from mirlab.audio.disturbances import DISTURBANCES
from mirlab.features import log_mel

RATE = 22050
SECOND = np.arange(RATE) / RATE


def tones(*pitches):
    return sum(np.sin(2 * np.pi * pitch * SECOND) for pitch in pitches)


def decibels(y, pitch):
    return 20 * np.log10(np.abs(np.fft.rfft(y))[pitch])


def level(y):
    return np.sqrt(np.mean(np.square(y, dtype=float)))


@pytest.fixture(scope="module")
def music():
    return corpus.plan("gtzan")[200].audio()[: 2 * RATE]


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbance_grows_from_nothing_and_is_the_same_again(music, name):
    change, before = DISTURBANCES[name], music.copy()
    np.testing.assert_array_equal(change(music, 0), music)
    average = log_mel(music).mean(axis=0)
    away = []
    for strength in (0.25, 0.5, 1):
        copy = change(music, strength, seed=[3, 1])
        np.testing.assert_array_equal(change(music, strength, seed=[3, 1]), copy)
        assert copy.dtype == np.float32 and np.isfinite(copy).all()
        assert level(copy) == pytest.approx(level(music), rel=1e-3) or name == "level"
        away.append(len(music) - len(copy) or np.abs(log_mel(copy).mean(axis=0) - average).mean())
    assert away == sorted(away) and away[0] > 0
    np.testing.assert_array_equal(music, before)


def test_strengths_in_units():
    assert DISTURBANCES["noise"].says(0.5) == "20 dB above the noise"
    assert DISTURBANCES["telephone"].says(1) == "3,400 Hz as the highest frequency"
    assert DISTURBANCES["codec"].says(1) == "1 percent of each spectrum kept"
    assert DISTURBANCES["room"].says(0) == "unchanged"


@pytest.mark.parametrize("name", ["noise", "room"])
def test_each_seed_has_its_own_noise_and_its_own_room(music, name):
    one, other = (DISTURBANCES[name](music, 1, seed=seed) for seed in (0, 1))
    assert np.abs(one - other).max() > 0.01


def test_a_telephone_keeps_the_middle_of_the_spectrum():
    """3400 Hz is 1.7 octaves below half the rate, so the lower end is 1.7 octaves above 20 Hz: 65 Hz."""
    y = tones(65, 500, 3400, 6800)
    passed = {pitch: decibels(effects.telephone(y, 3400), pitch) for pitch in (65, 500, 3400, 6800)}
    assert passed[500] - passed[3400] == pytest.approx(3, abs=0.2)
    assert passed[500] - passed[65] == pytest.approx(3, abs=0.2)
    assert passed[500] - passed[6800] == pytest.approx(24, abs=0.5)


def test_a_codec_drops_what_is_soft_and_keeps_everything_at_100_percent():
    y = tones(441) + 0.01 * tones(4410)
    np.testing.assert_allclose(effects.coded(y, 100), y, atol=1e-4)
    assert decibels(effects.coded(y, 0.3), 4410) < decibels(y, 4410) - 30


def test_a_room_rings_as_long_as_it_says_and_as_loud_as_the_direct_sound():
    click = np.zeros(RATE)
    click[0] = 1.0
    for seconds, ratio in ((1.0, 0), (0.5, -3)):
        power = np.square(effects.reverberant(click, seconds, seed=2), dtype=float)
        assert 10 * np.log10(power[1:].sum() / power[0]) == pytest.approx(ratio, abs=0.5)
        quarter = round(seconds * RATE / 4)
        fall = 10 * np.log10(power[1 : quarter // 4].mean() / power[quarter : quarter + quarter // 4].mean())
        assert fall == pytest.approx(15, abs=1)
    np.testing.assert_array_equal(effects.reverberant(click, 0), click)


def test_clipping_cuts_at_the_limit():
    y = tones(100)
    np.testing.assert_allclose(effects.clipped(y, 0), y, atol=1e-6)
    copy = effects.clipped(y, 20)
    assert np.mean(np.abs(copy) > 0.99 * np.abs(copy).max()) == pytest.approx(
        0.936, abs=0.01
    )  # 1 - 2/π·asin(.1)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_what_is_no_sound_or_no_strength_is_refused(name):
    with pytest.raises(ValueError, match=r"y has shape \(2, 4096\)"):
        DISTURBANCES[name](np.zeros((2, 4096)), 0.5)
    with pytest.raises(ValueError, match=r"with at least 2048 samples"):
        DISTURBANCES[name](np.ones(2047), 0.5)
    for bad in (-0.1, 1.5, "1", float("nan")):
        with pytest.raises(ValueError, match=rf"strength={bad!r}; it must be a number from 0 to 1"):
            DISTURBANCES[name](np.ones(2048), bad)


@pytest.mark.parametrize(
    ("make", "name", "bad"),
    [
        (effects.telephone, "highest", 100),
        (effects.coded, "percent", 0),
        (effects.reverberant, "seconds", -1),
        (effects.clipped, "decibels", -3),
    ],
)
def test_an_amount_out_of_range_is_told_with_its_range(make, name, bad):
    with pytest.raises(ValueError, match=rf"{name}={bad!r}; it must be a number from"):
        make(tones(440), bad)


def test_silence_stays_silence():
    silence = np.zeros(4096)
    for name in set(DISTURBANCES) - {"noise"}:
        assert not DISTURBANCES[name](silence, 0.5).any()
