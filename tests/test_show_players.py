"""Players: small, named, true to the sound, without any request to the outside."""

import io
import re

import numpy as np
import pytest
import soundfile
from PIL import Image

from mirlab.show import players
from mirlab.show.players import play


def tone(seconds=10, sr=22050, frequency=440.0):
    return (0.3 * np.sin(2 * np.pi * frequency * np.arange(int(seconds * sr)) / sr)).astype(np.float32)


def noise(seconds=10):
    return np.random.default_rng(0).normal(0, 0.1, int(22050 * seconds)).astype(np.float32)


@pytest.mark.parametrize("y", [tone(), noise(), tone() + noise()], ids=["tone", "noise", "both"])
def test_ten_seconds_stay_below_their_size(y):
    assert len(play(y, "x")._repr_html_()) < 100_000
    assert len(play(y, "x", spectrum=True)._repr_html_()) < 150_000


def test_what_is_heard_is_what_was_given():
    y = tone(2) + 0.5 * tone(2, frequency=1234)
    heard, sr = soundfile.read(io.BytesIO(play(y, "x").audio))
    assert sr == 22050 and abs(len(heard) - len(y)) < 2000
    assert np.corrcoef(heard[: len(y)], y[: len(heard)])[0, 1] > 0.99
    assert np.std(heard) == pytest.approx(np.std(y), rel=0.05)


def test_the_same_sound_gives_the_same_bytes():
    assert (
        play(noise(1), "x", spectrum=True)._repr_html_() == play(noise(1), "x", spectrum=True)._repr_html_()
    )


def test_quiet_stays_quiet_and_loud_is_brought_down():
    def peak(y):
        return np.abs(soundfile.read(io.BytesIO(play(y, "x").audio))[0][4000:-4000]).max()

    assert peak(0.1 * tone(2)) == pytest.approx(0.03, rel=0.15)
    assert peak(10 * tone(2)) == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize(
    ("sr", "mimetype"), [(22050, "audio/mpeg"), (44100, "audio/mpeg"), (4000, "audio/wav")]
)
def test_other_rates(sr, mimetype):
    made = play(tone(1, sr), "x", sr=sr)
    heard, rate = soundfile.read(io.BytesIO(made.audio))
    assert (made.mimetype, rate) == (mimetype, sr)
    assert made.seconds == 1 and len(heard) >= sr


def test_wav_where_libsndfile_has_no_mp3(monkeypatch):
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "WAV"})
    made = play(tone(1), "x")
    heard, _ = soundfile.read(io.BytesIO(made.audio))
    assert made.mimetype == "audio/wav" and np.allclose(heard, tone(1), atol=1e-4)


def test_text_and_html_name_the_sound():
    made = play(tone(1), "A4 <pure>", caption="Listen & compare.")
    assert repr(made) == "<sound: A4 <pure>, 1.0 s: Listen & compare.>"
    html = made._repr_html_()
    assert '<audio controls aria-label="A4 &lt;pure&gt;"' in html and "Listen &amp; compare." in html
    assert "ontimeupdate" not in html and "playhead" not in html


def test_the_spectrum_has_words_and_a_playhead_and_asks_nothing_of_the_network():
    made = play(tone(2), "A4", spectrum=True)
    html = made._repr_html_()
    assert 'alt="Mel spectrum of A4, 2.0 s from left to right."' in html
    assert 'class="playhead"' in html and "ontimeupdate=" in html
    assert "http" not in re.sub('base64,[^"]+', "", html) and "<script" not in html


def test_the_spectrum_is_brightest_where_the_tone_is():
    def row(frequency):
        picture = Image.open(io.BytesIO(play(tone(1, frequency=frequency), "x", spectrum=True).picture.png))
        return np.asarray(picture.convert("L"), dtype=float).sum(axis=1).argmax()

    assert row(200) > row(1000) > row(5000)  # low notes at the bottom


def test_silence_can_be_shown():
    assert play(np.zeros(22050), "silence", spectrum=True).picture is not None


@pytest.mark.parametrize("y", [np.zeros((2, 100)), [], np.array([0.0, np.nan]), [np.inf]])
def test_what_is_no_sound_is_refused(y):
    with pytest.raises(ValueError, match="y "):
        players.play(y, "x")
