"""Describe instruments by numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Instrument:
    """Describe how one instrument sounds, by numbers with a physical meaning.

    Attributes
    ----------
    family : {"struck", "plucked", "bowed", "blown", "reed", "organ", "voice", "synth"}
        How the sound is set in motion.
    slope : float
        Partial n has amplitude ``n ** -slope``: large is dark, small is bright.
    low, high : int
        Playable range, as MIDI note numbers (69 is A4, 440 Hz).
    even : float
        Strength of the even partials; near 0 for a closed pipe such as a clarinet.
    pluck : float
        Where the string is plucked, as a share of its length; 0 for no such comb.
    cutoff : float
        Frequency above which the body radiates little, in hertz.
    formants : tuple of (hertz, gain)
        Resonances of the body, about a third of an octave wide. (For voices, see `mirlab.corpus.voices`.)
    attack : float
        Seconds to full level; the higher partials of blown instruments take longer.
    decay : float
        Seconds until a struck or plucked A4 has fallen by 60 dB; 0 for a sustained sound.
    damping : float
        How much faster each higher partial decays.
    ratios : tuple of float
        Frequencies of the partials over the fundamental, where they are not whole numbers (bells, bars).
    stiffness : float
        Inharmonicity of a stiff string: partial n is raised by ``sqrt(1 + stiffness * n**2)``.
    vibrato : float
        Depth in cents, at 5.5 Hz, after the first 0.2 s.
    breath : float
        Noise of air or bow, relative to the tone.
    drive : float
        Distortion: how far the amplifier is overdriven (`mirlab.corpus.amplifier`); 0 for no amplifier.
    chorus : float
        Spread in cents of the other players of a section around the first; 0 for one player.
    glide : float
        Semitones by which the pitch falls over the first 0.3 s, as in speech.
    length : float
        Longest rendered sound of a note, in seconds; longer notes fade out at this point.
    hit : tuple of (level, hertz, hertz, seconds)
        Noise of hammer, pick or finger at the start: its level relative to the tone, lowest and highest
        frequency, and the time in which it falls to 37 %. Empty for none.
    scoop : float
        Semitones below the pitch from which a singer comes up to it.
    waver : float
        How far the phase strays, in periods: standard deviation.
    players : int
        Players of a section, an odd number.
    share : float
        Loudness of each other player, relative to the first.
    tract : float
        Voices: how much higher the resonances lie than in a man's mouth and throat, which are longer.
    """

    family: str
    slope: float
    low: int
    high: int
    even: float = 1.0
    pluck: float = 0.0
    cutoff: float = 9000.0
    formants: tuple = ()
    attack: float = 0.003
    decay: float = 0.0
    damping: float = 0.15
    ratios: tuple = ()
    stiffness: float = 0.0
    vibrato: float = 0.0
    breath: float = 0.0
    drive: float = 0.0
    chorus: float = 0.0
    glide: float = 0.0
    length: float = 2.2
    hit: tuple = ()
    scoop: float = 0.0
    waver: float = 0.0
    players: int = 3
    share: float = 0.4
    tract: float = 1.0


_I = Instrument

INSTRUMENTS: dict[str, Instrument] = {
    # struck
    "piano": _I(
        "struck",
        1.6,
        28,
        96,
        decay=5.5,
        damping=0.2,
        stiffness=4e-4,
        attack=0.003,
        cutoff=3000,
        pluck=0.07,
        hit=(0.9, 80, 900, 0.03),
        length=3.0,
    ),
    "electric piano": _I(
        "struck", 2.0, 36, 88, decay=2.2, damping=0.25, attack=0.004, ratios=(1, 2, 3, 4, 14.1)
    ),
    "vibraphone": _I("struck", 1.3, 53, 89, decay=3.0, damping=0.5, ratios=(1, 4, 10), attack=0.003),
    "marimba": _I("struck", 1.4, 45, 89, decay=0.7, damping=0.8, ratios=(1, 3.98, 9.2), attack=0.002),
    "glockenspiel": _I("struck", 0.5, 72, 103, decay=1.6, damping=0.3, ratios=(1, 2.76, 5.4, 8.9)),
    "kalimba": _I("struck", 1.6, 55, 88, decay=1.0, damping=0.6, ratios=(1, 2.0, 5.2), attack=0.004),
    "steel drum": _I(
        "struck", 0.9, 55, 86, decay=1.1, damping=0.3, ratios=(1, 2, 3.02, 4.05, 6.1), attack=0.006
    ),
    "bell": _I("struck", 0.6, 55, 90, decay=3.0, damping=0.2, ratios=(1, 2, 2.4, 3, 4.5, 5.3), length=3.0),
    # plucked
    "acoustic guitar": _I(
        "plucked",
        0.95,
        40,
        84,
        pluck=0.17,
        decay=2.6,
        damping=0.2,
        cutoff=5500,
        formants=((105, 1.6), (210, 1.2), (400, 0.8), (2600, 0.6)),
        hit=(0.5, 1800, 7000, 0.007),
    ),
    "nylon guitar": _I(
        "plucked",
        1.4,
        40,
        84,
        pluck=0.25,
        decay=2.0,
        damping=0.24,
        cutoff=4000,
        formants=((100, 1.6), (220, 1.0), (430, 0.7)),
        hit=(0.4, 300, 2500, 0.012),
    ),
    "clean guitar": _I(
        "plucked",
        0.95,
        40,
        86,
        pluck=0.15,
        decay=2.6,
        damping=0.17,
        cutoff=5500,
        formants=((180, 1.0), (2500, 2.0)),
        hit=(0.7, 2200, 8000, 0.005),
    ),
    "distorted guitar": _I(
        "plucked",
        0.7,
        36,
        86,
        pluck=0.12,
        decay=7.0,
        damping=0.05,
        cutoff=4800,
        drive=9.0,
        hit=(0.6, 1200, 5000, 0.008),
        waver=0.01,
    ),
    "banjo": _I(
        "plucked", 0.45, 48, 86, pluck=0.09, decay=0.6, damping=0.1, formants=((900, 2.0), (2500, 1.5))
    ),
    "mandolin": _I("plucked", 0.65, 55, 90, pluck=0.12, decay=0.8, damping=0.1, chorus=7),
    "harp": _I("plucked", 1.5, 36, 96, pluck=0.4, decay=2.4, damping=0.2),
    "harpsichord": _I("plucked", 0.35, 36, 86, pluck=0.11, decay=1.7, damping=0.08),
    "zither": _I("plucked", 0.7, 48, 88, pluck=0.25, decay=1.8, damping=0.08, chorus=4),
    "sitar": _I(
        "plucked", 0.35, 43, 82, pluck=0.06, decay=2.6, damping=0.03, formants=((2800, 2.5),), stiffness=8e-4
    ),
    "koto": _I("plucked", 0.8, 48, 86, pluck=0.08, decay=1.2, damping=0.16),
    "upright bass": _I(
        "plucked",
        1.5,
        24,
        58,
        pluck=0.3,
        decay=2.2,
        damping=0.14,
        cutoff=1600,
        attack=0.008,
        formants=((90, 1.0), (250, 0.8), (700, 0.6)),
        hit=(0.5, 300, 2200, 0.02),
    ),
    "bass guitar": _I(
        "plucked",
        1.0,
        24,
        58,
        pluck=0.17,
        decay=4.0,
        damping=0.1,
        cutoff=2600,
        hit=(0.45, 600, 3500, 0.012),
        formants=((800, 0.5),),
    ),
    # bowed
    "violin": _I(
        "bowed",
        0.8,
        55,
        96,
        formants=((290, 1.0), (500, 1.5), (1100, 1.0), (2700, 2.0)),
        attack=0.07,
        vibrato=22,
        breath=0.035,
        cutoff=6500,
        waver=0.02,
    ),
    "fiddle": _I(
        "bowed",
        0.7,
        55,
        92,
        formants=((290, 1.2), (450, 1.6), (2600, 2.2)),
        attack=0.03,
        vibrato=6,
        breath=0.07,
        cutoff=7000,
        waver=0.02,
    ),
    "cello": _I(
        "bowed",
        1.0,
        36,
        76,
        formants=((230, 1.5), (600, 1.3), (1600, 1.2)),
        attack=0.09,
        vibrato=18,
        breath=0.03,
        waver=0.02,
        cutoff=5000,
    ),
    "strings": _I(
        "bowed",
        0.9,
        36,
        92,
        attack=0.15,
        chorus=14,
        players=5,
        share=0.9,
        vibrato=12,
        waver=0.06,
        cutoff=5500,
        formants=((300, 1.0), (550, 1.2), (1100, 0.8), (2700, 1.4)),
        breath=0.05,
        length=3.6,
    ),
    # blown
    "flute": _I("blown", 2.3, 59, 96, attack=0.05, vibrato=9, breath=0.05),
    "pan flute": _I("blown", 2.6, 57, 91, even=0.5, attack=0.06, vibrato=5, breath=0.16),
    "clarinet": _I("blown", 1.0, 50, 91, even=0.08, attack=0.04, cutoff=3200, breath=0.01),
    "oboe": _I("blown", 0.7, 58, 91, formants=((1100, 2.2), (2900, 1.4)), attack=0.04, vibrato=8),
    "saxophone": _I(
        "blown", 0.75, 46, 84, formants=((700, 1.5), (1700, 1.4)), attack=0.035, vibrato=13, breath=0.04
    ),
    "trumpet": _I("blown", 0.35, 52, 86, formants=((1300, 1.8),), attack=0.03, vibrato=6, cutoff=6500),
    "trombone": _I("blown", 0.8, 36, 72, formants=((600, 1.6),), attack=0.045, cutoff=3200),
    "tuba": _I("blown", 1.4, 26, 60, formants=((300, 1.4),), attack=0.04, cutoff=1400),
    "brass": _I(
        "blown",
        0.5,
        43,
        84,
        formants=((1200, 1.6),),
        attack=0.035,
        chorus=9,
        players=3,
        share=0.8,
        waver=0.03,
        cutoff=5500,
    ),
    # free reeds and organ pipes
    "accordion": _I("reed", 0.6, 41, 89, attack=0.05, chorus=12, cutoff=5500, length=3.0),
    "harmonica": _I("reed", 0.5, 55, 91, formants=((1700, 2.0),), attack=0.04, vibrato=18, breath=0.03),
    "organ": _I(
        "organ",
        0.55,
        36,
        96,
        attack=0.012,
        cutoff=3800,
        vibrato=7,
        chorus=5,
        share=0.6,
        hit=(0.3, 800, 5000, 0.006),
        length=3.0,
    ),
    # voices; the vowel adds its formants
    "male voice": _I("voice", 0.65, 43, 66, attack=0.03, vibrato=40, breath=0.06, scoop=1.2, waver=0.025),
    "female voice": _I(
        "voice", 0.65, 53, 75, attack=0.03, vibrato=45, breath=0.1, scoop=1.2, waver=0.025, tract=1.17
    ),
    "child voice": _I(
        "voice", 1.1, 60, 81, attack=0.03, vibrato=8, breath=0.1, scoop=1.5, waver=0.03, tract=1.32
    ),
    "choir": _I(
        "voice",
        1.1,
        43,
        79,
        attack=0.14,
        vibrato=16,
        chorus=16,
        share=0.8,
        breath=0.06,
        waver=0.015,
        tract=1.08,
        length=3.6,
    ),
    "rapper": _I("voice", 0.85, 40, 62, attack=0.01, breath=0.15, glide=2.0, length=0.5, waver=0.03),
    "speaker": _I(
        "voice", 1.0, 40, 69, attack=0.015, breath=0.12, glide=3.0, length=0.5, waver=0.03, tract=1.05
    ),
    # electronic
    "synth bass": _I("synth", 0.95, 24, 60, attack=0.004, decay=5.0, damping=0.3, cutoff=1300),
    "sub bass": _I("synth", 2.6, 21, 55, attack=0.006, decay=6.0, drive=1.6, cutoff=700),
    "saw lead": _I("synth", 0.9, 45, 93, attack=0.006, chorus=11, cutoff=7500),
    "square lead": _I("synth", 0.95, 45, 93, even=0.0, attack=0.006, cutoff=7000),
    "synth pluck": _I("synth", 0.9, 45, 93, attack=0.003, decay=0.9, damping=0.5, cutoff=6500),
    "pad": _I("synth", 1.3, 36, 88, attack=0.5, chorus=13, cutoff=3500, length=5.5),
    "glass pad": _I("synth", 1.9, 48, 96, attack=0.35, chorus=8, ratios=(1, 2, 3, 4.02, 6.03), length=5.5),
}
"""Every pitched instrument by name."""
