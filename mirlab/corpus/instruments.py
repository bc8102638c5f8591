"""Describe instruments by numbers, and the vowels of voices by their formants."""

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
        Resonances of body or mouth, about a third of an octave wide.
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
        Distortion: the tone goes through ``tanh(drive * tone)``; 0 for none.
    chorus : float
        Spread in cents of two softer players beside the first; 0 for one player.
    glide : float
        Semitones by which the pitch falls over the first 0.3 s, as in speech.
    length : float
        Longest rendered sound of a note, in seconds; longer notes fade out at this point.
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


_I = Instrument

INSTRUMENTS: dict[str, Instrument] = {
    # struck
    "piano": _I("struck", 1.2, 28, 96, decay=2.6, damping=0.12, stiffness=3e-4, attack=0.002, cutoff=5000),
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
    "acoustic guitar": _I("plucked", 0.9, 40, 84, pluck=0.2, decay=1.9, damping=0.18, cutoff=5500),
    "nylon guitar": _I("plucked", 1.5, 40, 84, pluck=0.3, decay=1.6, damping=0.22, cutoff=4000),
    "clean guitar": _I("plucked", 1.0, 40, 86, pluck=0.13, decay=2.6, damping=0.12, cutoff=3800),
    "distorted guitar": _I(
        "plucked", 0.8, 36, 86, pluck=0.15, decay=9.0, damping=0.05, cutoff=4500, drive=7.0
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
        "plucked", 1.6, 24, 58, pluck=0.35, decay=2.4, damping=0.12, cutoff=1500, attack=0.008
    ),
    "bass guitar": _I("plucked", 1.15, 24, 58, pluck=0.2, decay=4.5, damping=0.08, cutoff=2200),
    # bowed
    "violin": _I(
        "bowed",
        0.85,
        55,
        96,
        formants=((500, 1.5), (1100, 1.2), (2800, 1.6)),
        attack=0.07,
        vibrato=16,
        breath=0.02,
    ),
    "fiddle": _I(
        "bowed", 0.7, 55, 92, formants=((450, 1.6), (2600, 2.0)), attack=0.03, vibrato=5, breath=0.05
    ),
    "cello": _I(
        "bowed",
        1.1,
        36,
        76,
        formants=((250, 1.5), (700, 1.3), (1800, 1.0)),
        attack=0.09,
        vibrato=14,
        breath=0.02,
    ),
    "strings": _I(
        "bowed", 1.1, 36, 92, attack=0.18, chorus=9, vibrato=8, cutoff=6000, breath=0.01, length=3.6
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
    "brass": _I("blown", 0.45, 43, 84, formants=((1200, 1.6),), attack=0.035, chorus=8, cutoff=6000),
    # free reeds and organ pipes
    "accordion": _I("reed", 0.6, 41, 89, attack=0.05, chorus=12, cutoff=5500, length=3.0),
    "harmonica": _I("reed", 0.5, 55, 91, formants=((1700, 2.0),), attack=0.04, vibrato=18, breath=0.03),
    "organ": _I("organ", 0.7, 36, 96, even=0.9, attack=0.012, cutoff=3500, vibrato=4, length=3.0),
    # voices; the vowel adds its formants
    "male voice": _I("voice", 0.9, 43, 67, attack=0.05, vibrato=20, breath=0.03, cutoff=5000),
    "female voice": _I("voice", 1.0, 55, 79, attack=0.05, vibrato=24, breath=0.04, cutoff=6000),
    "child voice": _I("voice", 1.1, 60, 81, attack=0.04, vibrato=6, breath=0.05, cutoff=6500),
    "choir": _I(
        "voice", 1.1, 43, 79, attack=0.16, vibrato=12, chorus=14, breath=0.03, cutoff=5000, length=3.6
    ),
    "rapper": _I("voice", 0.75, 40, 62, attack=0.012, breath=0.1, cutoff=6500, glide=2.0, length=0.5),
    "speaker": _I("voice", 0.9, 40, 69, attack=0.02, breath=0.08, cutoff=5000, glide=3.0, length=0.5),
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

VOWELS = {
    "a": ((750, 6.0), (1200, 4.0), (2600, 1.5)),
    "i": ((300, 6.0), (2200, 3.0), (3000, 1.6)),
    "o": ((500, 6.0), (850, 4.0), (2500, 0.8)),
}
"""Formants of three vowels: (hertz, gain)."""
