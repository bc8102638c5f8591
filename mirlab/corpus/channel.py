"""Record a mix: in the artist's room, then through the recording chain of the data set.

Two data sets of the same music differ only in this step. That difference is the domain gap.
"""

import io
from functools import lru_cache

import numpy as np
import soundfile
from scipy import fft

from mirlab.corpus.sound import SR

ROOMS = {"dry": (0.15, 0.10), "room": (0.45, 0.18), "hall": (1.8, 0.32)}
"""Reverberation time in seconds, and level of the reverberation relative to the direct sound."""


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
def _curve(points, band, size):
    """Return the magnitude of a chain: points of (hertz, dB) joined on a log scale, within two band edges."""
    f = np.maximum(fft.rfftfreq(size, 1 / SR), 1.0)
    where, gain = np.array(points, float).T
    low, high = band
    curve = 10 ** (np.interp(np.log(f), np.log(where), gain) / 20)
    return (curve / np.sqrt(1 + (low / f) ** 6) / np.sqrt(1 + (f / high) ** 16)).astype(np.float32)


def record(mix, *, room, tilt, resonance, loudness, channel, rng):
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
        For level and noise.

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
    tilt = tilt + rng.normal(0, 0.7)  # every song is mixed a little differently
    bump = resonance[1] * np.exp(-0.5 * ((octaves - np.log2(resonance[0] / 1000)) / 0.5) ** 2)
    taste = np.exp(np.float32(np.log(10) / 20) * (tilt * octaves + bump))
    chain = _curve(tuple(map(tuple, channel["equalizer"])), tuple(channel["band"]), size)
    y = fft.irfft(fft.rfft(mix, size) * _room(room, size) * taste * chain, size)[:n]

    mean, spread = channel["level"]
    level = loudness + float(np.clip(rng.normal(mean, spread), mean - 2 * spread, mean + 2 * spread))
    y *= 10 ** (level / 20) / max(float(np.sqrt(np.mean(y**2))), 1e-9)
    y += 10 ** (channel["noise"] / 20) * rng.standard_normal(n, dtype=np.float32)
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
