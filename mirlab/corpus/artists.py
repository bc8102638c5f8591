"""Draw the habits of artists: once for each artist, and the same in all their songs."""

from dataclasses import dataclass, replace

import numpy as np

from mirlab.corpus.styles import Style, all_styles

CROSSOVER = 0.4
"""Share of artists who borrow from another style, because real genres are not pure."""


@dataclass(frozen=True)
class Habits:
    """What an artist brings to every song: palette, pace and mix.

    Attributes
    ----------
    style : Style
        Their style, including what they borrow from another style.
    tempo : float
        Preferred tempo in beats per minute.
    comp, bass, lead, pad : str
        Instrument of each role; pad may be empty.
    voice : str
        The kind of voice, if there is one.
    sung : float
        Chance that a song is sung.
    kit : str
        Drum kit.
    groove : str
        Drum pattern.
    gains : dict of str to float
        Linear gain of each role.
    tilt : float
        Brightness of the artist's mixes, in dB per octave around 1 kHz.
    resonance : tuple of (hertz, dB)
        A colour that all the artist's recordings share.
    looseness : float
        Standard deviation of the players' timing, in seconds.
    room : str
        Where they record: "dry", "room" or "hall".
    vintage : bool
        Whether they sound like an old record.
    """

    style: Style
    tempo: float
    comp: str
    bass: str
    lead: str
    pad: str
    voice: str
    sung: float
    kit: str
    groove: str
    gains: dict
    tilt: float
    resonance: tuple[float, float]
    looseness: float
    room: str
    vintage: bool


def habits(style: Style, rng: np.random.Generator) -> Habits:
    """Draw the habits of an artist who plays one style.

    Parameters
    ----------
    style : Style
        What they play.
    rng : numpy.random.Generator
        Belongs to the artist.

    Returns
    -------
    Habits
        The same for the same generator state.

    Examples
    --------
    >>> from mirlab.corpus.styles import all_styles
    >>> habits(all_styles()["swing"], np.random.default_rng(0)).bass
    'upright bass'
    """

    def pick(names):
        return str(rng.choice(names)) if names else ""

    style = _crossed(style, rng)
    mean, spread = style.tempo
    sung = float(np.clip(style.sung + rng.normal(0, 0.25), 0, 1)) if 0 < style.sung < 1 else style.sung
    return Habits(
        style=style,
        tempo=mean + 0.8 * spread * rng.standard_normal(),
        comp=pick(style.comp_instruments),
        bass=pick(style.bass_instruments),
        lead=pick(style.lead_instruments),
        pad=pick(style.pad_instruments) if rng.random() < 0.6 else "",
        voice=pick(style.voices),
        sung=sung,
        kit=pick(style.kit),
        groove=pick(style.drums),
        gains={
            role: float(10 ** (rng.normal(0, 3.0) / 20)) for role in ("lead", "comp", "bass", "pad", "drums")
        },
        tilt=float(rng.normal(style.brightness, 1.5)),
        resonance=(float(np.exp(rng.uniform(np.log(150), np.log(5000)))), float(rng.normal(0, 4.0))),
        looseness=float(rng.uniform(0.003, 0.018)),
        room=style.room if rng.random() < 0.6 else pick(("dry", "room", "hall")),
        vintage=bool(rng.random() < style.vintage),
    )


def _crossed(style, rng):
    """Let one artist in two or three take the drums, the accompaniment or the lead of another style."""
    if rng.random() >= CROSSOVER or style.family == "spoken":
        return style
    others = [s for s in all_styles().values() if s.beats == style.beats and s.family != "spoken"]
    other = others[int(rng.integers(len(others)))]
    borrowed = {
        "rhythm": ("drums", "kit", "bass", "bass_instruments", "swing"),
        "accompaniment": ("comp", "comp_instruments", "pad_instruments"),
        "lead": ("lead", "lead_instruments", "voices", "sung"),
    }[str(rng.choice(["rhythm", "accompaniment", "lead"]))]
    return replace(style, **{name: getattr(other, name) for name in borrowed})
