"""Synthesize every pitched instrument of the corpus by additive synthesis that a student can read.

A pitched note is a sum of partials. One row of `INSTRUMENTS` describes an instrument: how fast the partials
fall off, which of them are missing, which frequencies the body favours, how a note begins and how it decays.
Each note is rendered once at full length, kept, and cut to length with a short release. Without this,
thousands of excerpts would take too long.
"""

import zlib
from functools import lru_cache

import numpy as np
from scipy import fft

from mirlab.corpus.instruments import INSTRUMENTS
from mirlab.corpus.voices import utter

SR = 22050
"""Sampling rate of everything that is sounded, in hertz."""

RELEASE = 0.04
"""Seconds in which a note fades once it is let go."""

_LET_GO = np.linspace(1, 0, int(RELEASE * SR), dtype=np.float32)

_LOUDNESS = 0.12  # RMS of the loudest tenth of a second of any note, so that only the score sets the mix


def hertz(pitch):
    """Return the frequency of a MIDI note number, equal temperament, A4 = 440 Hz.

    Parameters
    ----------
    pitch : float or ndarray
        MIDI note number.

    Returns
    -------
    float or ndarray
        Frequency in hertz.

    Examples
    --------
    >>> hertz(69), round(hertz(60), 2)
    (440.0, 261.63)
    """
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def seeded(*words) -> np.random.Generator:
    """Return a generator that belongs to these words alone, so a note is the same in every process."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, words)).encode()))


def shape(noise_or_tone, curve):
    """Multiply the spectrum of a sound by ``curve(hertz)``."""
    n = len(noise_or_tone)
    size = fft.next_fast_len(
        n + SR // 50, real=True
    )  # a little room, so that the filter's tail does not wrap
    spectrum = fft.rfft(noise_or_tone, size)
    return fft.irfft(spectrum * curve(fft.rfftfreq(size, 1 / SR)), size)[:n]


def _resonances(f, formants):
    """Return the gain of a body at frequencies `f`: peaks of 1/3 octave on a floor of 1."""
    gain = np.ones_like(f)
    for centre, height in formants:
        gain += height * np.exp(-0.5 * (np.log2(np.maximum(f, 1.0) / centre) / 0.25) ** 2)
    return gain


def _partials(inst, f0):
    """Return the frequencies over the fundamental, and amplitudes, of all partials below the band limit."""
    if inst.ratios:
        ratios = np.array(inst.ratios, float)
        number = np.arange(1, len(ratios) + 1)
    else:
        number = np.arange(1, 61 if inst.family == "voice" else 37)
        ratios = number * np.sqrt((1 + inst.stiffness * number**2) / (1 + inst.stiffness))
    audible = ratios * f0 < 0.45 * SR
    number, ratios = number[audible], ratios[audible]
    f = ratios * f0
    amplitude = (
        number ** -float(inst.slope) * _resonances(f, inst.formants) / np.sqrt(1 + (f / inst.cutoff) ** 4)
    )
    if inst.pluck:
        amplitude = amplitude * np.abs(np.sin(np.pi * number * inst.pluck))
    if not inst.ratios:
        amplitude = np.where(number % 2 == 0, inst.even, 1.0) * amplitude
    heard = amplitude > 5e-3 * amplitude.max()
    return ratios[heard], amplitude[heard]


def _decay(inst, f0):
    """Return the seconds to fall by 60 dB; an octave lower rings about 1.5 times as long, as strings do."""
    return inst.decay * np.sqrt(440 / f0)


def _ringing(inst, f0, samples, ratios, amplitude, quarter, player):
    """Sum partials that keep their frequency and decay, each a little faster than the one below it.

    The samples of such a partial are the powers of one complex number. They are computed as coarse steps
    times fine steps, which needs a few hundred exponentials instead of one per sample.
    """
    rate = 6.9 / _decay(inst, f0) if inst.decay else 0.0
    power = (-rate * (1 + inst.damping * np.arange(len(ratios))) + 2j * np.pi * f0 * ratios) / SR
    step = 256
    coarse = (amplitude * 1j**quarter) * np.exp(np.outer(np.arange(0, samples, step), power))
    fine = np.exp(np.outer(power, np.arange(step)))
    coarse, fine = coarse.astype(np.complex64), fine.astype(np.complex64)
    y = coarse.real @ fine.real - coarse.imag @ fine.imag
    return y.ravel()[:samples]


def _living(inst, f0, samples, ratios, amplitude, quarter, player):
    """Sum harmonics that share a moving pitch; in wind instruments, the higher ones grow more slowly."""
    place = f0 * _motion(inst, samples)
    if inst.waver:
        place += _waver(inst, samples, player)
    place -= np.floor(place)
    place *= PERIOD
    place = place.astype(np.int32)
    if inst.family != "blown":
        return _period(ratios, amplitude, quarter)[place]
    t = np.arange(samples) / SR
    # the brightness of wind instruments grows, over the first moments: even a loud tone begins with its
    # low partials, which come in first
    y = np.zeros(samples, np.float32)
    for low, high in ((0, 2), (2, 6), (6, len(ratios))):
        slow = inst.attack * (0.3 + 0.12 * (low + high) / 2)
        some = slice(low, high)
        y += _period(ratios[some], amplitude[some], quarter[some])[place] * (1 - np.exp(-t / slow))
    return y


@lru_cache(maxsize=64)
def _motion(inst, samples):
    """Return the seconds that pass for a tone whose pitch moves: a period is over when 1 / f0 has passed."""
    t = np.arange(samples) / SR
    cents = inst.vibrato * np.minimum(np.maximum(t - 0.2, 0) * 4, 1) * np.sin(2 * np.pi * 5.5 * t)
    cents -= 100 * inst.scoop * np.exp(-t / 0.04)
    if inst.glide:
        cents += 100 * inst.glide * (0.5 - np.minimum(t / 0.3, 1))
    return np.cumsum(2 ** (cents / 1200)) / SR


@lru_cache(maxsize=64)
def _waver(inst, samples, player):
    """Return how a player's phase strays, in periods: nobody holds a pitch like a machine.

    The phase does not run away, so that the note stays in tune.
    """
    rng = seeded(inst.family, inst.slope, player)
    knots = np.arange(0, samples + SR // 12, SR // 12)
    return np.interp(np.arange(samples), knots, inst.waver * rng.standard_normal(len(knots)))


PERIOD = 8192
"""Samples in the table of one period of a tone."""


def _period(ratios, amplitude, quarter):
    """Return one period of a sum of harmonics."""
    spectrum = np.zeros(PERIOD // 2 + 1, complex)
    np.add.at(spectrum, np.rint(ratios).astype(int), amplitude * 1j**quarter * PERIOD / 2)
    return fft.irfft(spectrum, PERIOD).astype(np.float32)


SHORT = 0.6
"""Most notes are shorter than this, in seconds; to render them at full length would take most of the time."""


@lru_cache(maxsize=1400)
def note(
    instrument: str, pitch: int, vowel: str = "", *, short: bool = False, soft: bool = False
) -> np.ndarray:
    """Render one note at full length.

    Parameters
    ----------
    instrument : str
        A name in `INSTRUMENTS`.
    pitch : int
        MIDI note number; folded by octaves into the instrument's range.
    vowel : {"", "a", "i", "o"}
        What a voice sings.
    short : bool
        Render `SHORT` seconds only.
    soft : bool
        Play it softly, which is duller.

    Returns
    -------
    ndarray, shape (samples,), float32
        Mono sound at `SR`; read-only, since it is kept and shared. Loudest tenth of a second: RMS 0.12.

    Raises
    ------
    KeyError
        If there is no such instrument or vowel.

    Examples
    --------
    >>> a4 = note("flute", 69)
    >>> a4.shape, a4.dtype
    ((48510,), dtype('float32'))
    """
    inst = INSTRUMENTS[instrument]
    pitch = into_range(instrument, pitch)
    rng = seeded(instrument, pitch, vowel)
    f0 = hertz(pitch)
    seconds = min(inst.length, 1.1 * _decay(inst, f0)) if inst.decay else inst.length
    samples = int((min(SHORT, seconds) if short else seconds) * SR)
    ratios, amplitude = _partials(inst, f0)
    if soft:  # a soft stroke excites the high partials less
        amplitude = amplitude * ratios**-0.5
    tone = _living if inst.vibrato or inst.glide or inst.family in ("blown", "voice") else _ringing
    y = np.zeros(samples, np.float32)
    quarter = rng.integers(4, size=len(ratios))  # partials start at random quarter turns: a flatter peak
    for player, (side, share, lag) in enumerate(_players(inst, rng, len(ratios))):
        f = f0 * 2 ** (side * inst.chorus / 1200)
        y += share * tone(inst, f, samples, ratios, amplitude, (quarter + lag) % 4, player)
    if vowel:
        y = utter(y, vowel, inst, rng, shape, SR)
    t = np.arange(samples) / SR
    if inst.breath and not vowel:
        air = rng.standard_normal(samples)
        centre = np.clip(2 * f0, 800, 4000)
        air = shape(air, lambda f: _resonances(f, ((centre, 6.0), *inst.formants)) - 0.9)
        y = y + inst.breath * np.std(y) * air / np.std(air) * (1 + 3 * np.exp(-t / 0.03))
    y = y * (1 - np.exp(-t / (inst.attack / 3)))
    if inst.hit:
        level, low, high, fall = inst.hit
        n = min(samples, int(8 * fall * SR))
        knock = shape(
            rng.standard_normal(n),
            lambda f: 1 / (1 + (low / np.maximum(f, 1)) ** 4) / (1 + (f / high) ** 4),
        )
        loud = level * np.sqrt(np.mean(y[: SR // 10] ** 2)) * (0.5 if soft else 1.0)
        y[:n] += loud * knock / np.std(knock) * np.exp(-t[:n] / fall)
    n = SR // 500
    y[:n] *= np.linspace(0, 1, n)  # no step at the first sample
    y[-len(_LET_GO) :] *= _LET_GO  # nor at the last
    return levelled(y)


def _players(inst, rng, partials):
    """Yield (side, loudness, quarter turns) of everybody who plays a note.

    The others of a section are as far above the first as below, and mirrored in phase: they beat, but they
    neither cancel nor detune the note.
    """
    yield 0.0, 1.0, np.zeros(partials, int)
    pairs = (inst.players - 1) // 2 if inst.chorus else 0
    for k in range(1, pairs + 1):
        lag = rng.integers(4, size=partials)
        for sign in (-1, 1):
            yield sign * k / pairs, inst.share, sign * lag


def into_range(instrument: str, pitch: int) -> int:
    """Fold a MIDI note number by octaves into what the instrument can play.

    Parameters
    ----------
    instrument : str
        A name in `INSTRUMENTS`.
    pitch : int
        MIDI note number.

    Returns
    -------
    int
        The nearest playable pitch of the same class.

    Examples
    --------
    >>> into_range("flute", 45)
    69
    """
    inst = INSTRUMENTS[instrument]
    while pitch < inst.low:
        pitch += 12
    while pitch > inst.high:
        pitch -= 12
    return int(pitch)


def levelled(y):
    """Bring the loudest tenth of a second to the common RMS, as read-only float32."""
    n = SR // 10
    energy = np.concatenate([[0.0], np.cumsum(y**2, dtype=float)])
    power = (energy[n:] - energy[:-n]).max() / n
    y = (y * (_LOUDNESS / np.sqrt(power))).astype(np.float32)
    y.flags.writeable = False
    return y


def place(mix: np.ndarray, sound: np.ndarray, start: int, samples: int, gain: float) -> None:
    """Add a kept sound to a mix, cut to length with a short release. Changes `mix`.

    Parameters
    ----------
    mix : ndarray, shape (n,), float32
        What is added to.
    sound : ndarray, shape (m,), float32
        From `note` or `stroke`.
    start : int
        Sample of `mix` at which the sound begins; may be negative.
    samples : int
        How long the sound is held before its release.
    gain : float
        Linear gain.

    Examples
    --------
    >>> from mirlab.corpus.drums import stroke
    >>> mix = np.zeros(SR, np.float32)
    >>> place(mix, stroke("hat"), 100, SR, 0.5)
    >>> bool(mix[:100].any()), bool(mix.any())
    (False, True)
    """
    if samples + len(_LET_GO) < len(sound):
        sound = sound[: samples + len(_LET_GO)].copy()
        sound[samples:] *= _LET_GO
    if start < 0:
        sound, start = sound[-start:], 0
    room = len(mix) - start
    if room > 0:
        sound = sound[:room]
        mix[start : start + len(sound)] += np.float32(gain) * sound
