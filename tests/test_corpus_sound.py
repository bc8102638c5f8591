"""What makes the corpus sound like what it says it is: amplifier, voices, takes of a drum, channels."""

import numpy as np
import pytest

from mirlab.corpus import amplifier, channel, drums, instruments, plan, sound, styles, voices

SR = sound.SR
T = np.arange(SR) / SR


def level(y, hertz):
    """Amplitude of one second of sound at a whole number of hertz."""
    return 2 * abs(np.fft.rfft(y)[hertz]) / len(y)


def low_and_high(y, edge):
    """Energy below and above a frequency, in dB."""
    power = np.abs(np.fft.rfft(y)) ** 2
    f = np.fft.rfftfreq(len(y), 1 / SR)
    return 10 * np.log10(power[f < edge].sum()), 10 * np.log10(power[f >= edge].sum())


def test_strings_of_a_chord_meet_in_the_amplifier():
    """A fifth through one amplifier has the tone between its strings, which two amplifiers do not make."""
    low, high = (0.1 * np.sin(2 * np.pi * f * T).astype(np.float32) for f in (220, 330))
    together = amplifier.amplify(low + high, 8.0, 4500.0)
    apart = amplifier.amplify(low, 8.0, 4500.0) + amplifier.amplify(high, 8.0, 4500.0)
    assert level(together, 110) > 0.01 and level(apart, 110) < 1e-3


def test_an_amplifier_keeps_loudness_and_silence():
    y = 0.1 * np.sin(2 * np.pi * 220 * T).astype(np.float32)
    assert np.std(amplifier.amplify(y, 8.0, 4500.0)) == pytest.approx(np.std(y), rel=0.01)
    assert not amplifier.amplify(np.zeros(SR, np.float32), 8.0, 4500.0).any()


@pytest.mark.parametrize("vowel", voices.VOWELS)
@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_a_tract_resonates_at_the_formants_of_its_vowel(vowel, scale):
    f = np.arange(50.0, 4000.0)
    gain = voices.tract(f, voices.VOWELS[vowel], scale)
    peaks = f[1:-1][(gain[1:-1] > gain[:-2]) & (gain[1:-1] > gain[2:])]
    for formant in voices.VOWELS[vowel][:3]:
        assert min(abs(peaks - scale * formant)) < 25


def test_a_soft_stroke_of_a_string_is_duller():
    for name in ("piano", "acoustic guitar", "clean guitar"):
        hard, soft = (np.abs(np.fft.rfft(sound.note(name, 57, soft=s))) ** 2 for s in (False, True))
        f = np.arange(len(hard))
        assert soft @ f / soft.sum() < hard @ f / hard.sum()


@pytest.mark.parametrize("name", drums.DRUMS)
def test_a_machine_repeats_itself_and_a_drummer_does_not(name):
    first, second = drums.stroke(name, 0), drums.stroke(name, 1)
    same = len(first) == len(second) and np.array_equal(first, second)
    assert same == (name in drums.MACHINE)
    assert np.array_equal(first, drums.stroke(name, drums.TAKES))


def test_nobody_else_of_a_section_plays_alone():
    for name, inst in instruments.INSTRUMENTS.items():
        assert inst.players % 2 == 1, f"{name}: a section is in tune if it is odd"
        assert not inst.tract - 1 or inst.family == "voice", name


def recorded(seed, **options):
    chain = {"equalizer": [[100, 0], [5000, 0]], "band": [40, 9000], "noise": -70, "level": [-18, 4]}
    mix = np.random.default_rng(1).standard_normal(3 * SR).astype(np.float32)
    how = {"room": "dry", "tilt": 0.0, "resonance": (1000.0, 0.0), "loudness": 0.0, "channel": chain}
    return channel.record(mix, **how, rng=np.random.default_rng(seed), **options)


def test_recordings_of_a_set_differ_in_level_and_bandwidth():
    levels = [20 * np.log10(np.std(recorded(seed))) for seed in range(12)]
    tops = [np.subtract(*low_and_high(recorded(seed), 8000)) for seed in range(12)]
    assert np.std(levels) > 1.5 and np.std(tops) > 1.5


def test_an_old_recording_holds_little_above_seven_kilohertz():
    for seed in range(5):
        new, old = (np.subtract(*low_and_high(recorded(seed, vintage=v), 7500)) for v in (False, True))
        assert old > new + 10


def test_a_compressor_makes_loud_and_soft_more_alike():
    y = np.repeat([0.02, 0.2], SR).astype(np.float32) * np.random.default_rng(0).standard_normal(2 * SR)
    before, after = (
        20 * np.log10(np.std(x[-SR // 2 :]) / np.std(x[: SR // 2])) for x in (y, channel._compressed(y, 2.0))
    )
    assert before == pytest.approx(20, abs=0.3)
    assert 10 < after < 15  # half in dB; what is very soft is lifted less
    assert np.allclose(channel._compressed(y, 1.0), y, atol=1e-6)


def test_styles_that_are_mixed_bright_are_bright():
    """Over all artists of a set; single artists go their own way."""
    artists = {(e.style, e.artist): e.habits for e in plan("artists1517")}
    by_style = {}
    for (style, _), artist in artists.items():
        if artist.style.family == styles.all_styles()[style].family:
            by_style.setdefault(style, []).append(artist.tilt)
    wanted, found = zip(
        *(
            (styles.all_styles()[s].brightness, np.mean(tilts))
            for s, tilts in by_style.items()
            if len(tilts) > 5
        ),
        strict=True,
    )
    assert len(wanted) > 10 and np.corrcoef(wanted, found)[0, 1] > 0.8


def test_only_styles_with_a_past_have_old_recordings():
    never = [s for s in styles.all_styles().values() if not s.vintage]
    assert never and all(not e.habits.vintage for e in plan("gtzan")[::5] if e.habits.style in never)
    share = np.mean([e.habits.vintage for e in plan("artists1517") if e.style == "swing"])
    assert 0.2 < share < 0.8


def test_every_shared_note_is_the_same_after_others():
    """The habits of a player are kept; who was asked for first must not matter."""
    wanted = ("strings", 60)
    sound.note.cache_clear()
    sound._waver.cache_clear()
    first = sound.note(*wanted)
    sound.note.cache_clear()
    sound._waver.cache_clear()
    sound.note("violin", 64)
    sound.note("strings", 72, short=True)
    assert np.array_equal(first, sound.note(*wanted))
