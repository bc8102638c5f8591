"""Record a mix: in the artist's room, then through the recording chain of the data set.

Two data sets of the same music differ only in this step. That difference is the domain gap.
"""

import io
import math
from functools import lru_cache

import numpy as np
import soundfile
from scipy import fft

from mirlab.corpus.sound import SR

ROOMS = {"dry": (0.15, 0.10), "room": (0.45, 0.18), "hall": (1.8, 0.32)}
"""Reverberation time in seconds, and level of the reverberation relative to the direct sound."""

MIXES = 1.2
"""How far songs of an artist differ in brightness: standard deviation, in dB per octave."""

BANDS = (0.25, 0.12)
"""How far recordings of a set differ in their lowest and highest frequency: standard deviation of the log."""

NOISES = 8.0
"""How far they differ in noise: standard deviation, in dB."""


@lru_cache(maxsize=8)
def _room(name, size):
    """Return the spectrum of a room's response, direct sound included."""
    seconds, wet = ROOMS[name]
    rng = np.random.default_rng(len(name))
    t = np.arange(int(seconds * SR)) / SR
    tail = rng.standard_normal(len(t)) * np.exp(-6.9 * t / seconds) * (t > 0.012)
    response = np.zeros(len(t) + 1)
    response[0] = 1.0
    response[: len(t)] += wet * tail / np.sqrt(np.sum(tail**2))
    return fft.rfft(response.astype(np.float32), size)


@lru_cache(maxsize=64)
def _curve(points, size):
    """Return the magnitude of a chain: points of (hertz, dB) joined on a log scale."""
    f = np.maximum(fft.rfftfreq(size, 1 / SR), 1.0)
    where, gain = np.array(points, float).T
    return (10 ** (np.interp(np.log(f), np.log(where), gain) / 20)).astype(np.float32)


def _compressed(y, ratio):
    """Reduce differences in loudness, in dB, by a ratio: a bus compressor that follows over about 80 ms."""
    hop = SR // 100
    power = np.convolve(np.add.reduceat(y * y, np.arange(0, len(y), hop)) / hop, np.hanning(17) / 8, "same")
    loud = np.sqrt(power / max(power.mean(), 1e-12)) + 0.05  # what is very soft stays soft
    gain = loud ** (1 / ratio - 1)
    return y * np.interp(np.arange(len(y)), np.arange(len(gain)) * hop + hop // 2, gain).astype(np.float32)


def record(mix, *, room, tilt, resonance, loudness, channel, rng, vintage=False):
    """Record a mix through an artist's room and a data set's chain.

    Parameters
    ----------
    mix : ndarray, shape (n,), float32
        The dry mix.
    room : {"dry", "room", "hall"}
        Where it is played.
    tilt : float
        The artist's brightness in dB per octave around 1 kHz.
    resonance : tuple of (hertz, dB)
        The artist's colour: a peak that is one octave wide.
    loudness : float
        How much louder than the mean of the set the song should be, in dB.
    channel : dict
        The set's chain, as in `styles.toml`.
    rng : numpy.random.Generator
        For what differs from song to song: level, dynamics, equalization, bandwidth and noise.
    vintage : bool
        Whether the song sounds like an old record: a narrow band, and noise.

    Returns
    -------
    ndarray, shape (n,), float32
        Peak at most 0.9 (0.999 after a codec), no offset, faded over 5 ms at both ends.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> mix = rng.standard_normal(SR).astype(np.float32)
    >>> chain = {"equalizer": [[100, 0], [5000, 0]], "band": [40, 8000], "noise": -60, "level": [-18, 1]}
    >>> y = record(mix, room="dry", tilt=0.0, resonance=(1000.0, 0.0),
    ...            loudness=0.0, channel=chain, rng=rng)
    >>> y.shape, bool(abs(y).max() <= 0.9)
    ((22050,), True)
    """
    n = len(mix)
    size = fft.next_fast_len(n + SR // 2, real=True)
    f = np.maximum(fft.rfftfreq(size, 1 / SR), 20.0).astype(np.float32)
    octaves = np.log2(f / 1000)
    tilt = float(tilt + rng.normal(0, MIXES))
    low, high = np.array(channel["band"]) * np.exp(rng.normal(0, BANDS))
    noise = channel["noise"] + rng.normal(0, NOISES)
    if vintage:
        low, high, noise = (
            max(low, 90.0),
            min(high, rng.uniform(4000, 6500)),
            max(noise, rng.uniform(-58, -45)),
        )
    bump = resonance[1] * np.exp(-0.5 * ((octaves - math.log2(resonance[0] / 1000)) / 0.5) ** 2)
    taste = np.exp(np.float32(np.log(10) / 20) * (tilt * octaves + bump))
    chain = _curve(tuple(map(tuple, channel["equalizer"])), size)
    edges = 1 / np.sqrt((1 + (float(low) / f) ** 6) * (1 + (f / float(high)) ** 20))
    y = fft.irfft(fft.rfft(mix, size) * _room(room, size) * taste * chain, size)[:n]
    y = _compressed(y, ratio=rng.uniform(1.0, 2.0))

    mean, spread = channel["level"]
    level = loudness + float(np.clip(rng.normal(mean, spread), mean - 2 * spread, mean + 2 * spread))
    y *= 10 ** (level / 20) / max(float(np.sqrt(np.mean(y**2))), 1e-9)
    y += float(10 ** (noise / 20)) * rng.standard_normal(n, dtype=np.float32)
    y = fft.irfft(fft.rfft(y, size) * edges, size)[
        :n
    ]  # disc, tape or file hold no more than this, noise included
    y += 10 ** (-96 / 20) * rng.standard_normal(n, dtype=np.float32)
    y -= y.mean()
    y = 0.9 * np.tanh(
        y / 0.9
    )  # a soft limiter, as in mastering; the remaining headroom is for a codec's overshoot
    edge = SR // 200
    y[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    y[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    if "codec" in channel:
        y = _through_codec(y, channel["codec"])
    return y.astype(np.float32)


def _through_codec(y, name):
    """Encode and decode the sound, so that it contains the losses of compression."""
    file = io.BytesIO()
    soundfile.write(file, y, SR, format=name, subtype={"OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}[name])
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return np.clip(np.resize(decoded, len(y)) if len(decoded) < len(y) else decoded[: len(y)], -0.999, 0.999)
