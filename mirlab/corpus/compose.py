"""Composing: from a style, an artist's habits and a seed to a score.

A score is a list of notes and strokes in seconds. Nothing here knows how anything sounds.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from mirlab.corpus.sound import INSTRUMENTS, VOWELS, into_range
from mirlab.corpus.styles import Style, patterns, styles

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "double harmonic": (0, 1, 4, 5, 7, 8, 11),
    "blues": (0, 3, 5, 6, 7, 10),
}
"""Semitones above the tonic."""

_DEGREES = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}


@dataclass(frozen=True)
class Note:
    """A pitched note: start and duration in seconds, MIDI pitch, linear gain, who plays it, what is sung."""

    start: float
    duration: float
    pitch: int
    gain: float
    instrument: str
    role: str
    vowel: str = ""


@dataclass(frozen=True)
class Stroke:
    """A drum stroke: start in seconds, drum, linear gain."""

    start: float
    drum: str
    gain: float


@dataclass(frozen=True)
class Chord:
    """A chord: start and end in seconds, root and tones as pitch classes (0 is C)."""

    start: float
    end: float
    root: int
    tones: tuple[int, ...]


@dataclass(frozen=True)
class Habits:
    """What an artist brings to every song: palette, pace and mix.

    Attributes
    ----------
    style : Style
        What they play, with what they borrow from another style.
    tempo : float
        Preferred tempo, beats a minute.
    comp, bass, lead, pad : str
        Instruments; pad may be empty.
    voice : str
        Who sings, if anybody does.
    sung : float
        Chance that a song is sung.
    kit : str
        Drum kit.
    groove : str
        Drum pattern.
    gains : dict of str to float
        Linear gain of each role.
    tilt : float
        Brightness of the artist's mixes, in dB an octave about 1 kHz.
    resonance : tuple of (hertz, dB)
        A colour that all the artist's recordings share.
    looseness : float
        Standard deviation of the players' timing, in seconds.
    room : str
        Where they record: "dry", "room" or "hall".
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


@dataclass(frozen=True)
class Score:
    """A composed excerpt, and the truth about it.

    Attributes
    ----------
    style : str
        Name of its style.
    seconds, tempo : float
        Length; beats a minute.
    beats : int
        Beats a bar.
    tonic : int
        Pitch class of the key, 0 is C.
    scale : str
        A name in `SCALES`.
    minor : bool
        Whether the tonic chord is minor.
    chords, notes, strokes : list
        What is played, in order of composition.
    moods : tuple of str
        What a listener might call it.
    """

    style: str
    seconds: float
    tempo: float
    beats: int
    tonic: int
    scale: str
    minor: bool
    moods: tuple[str, ...]
    chords: list[Chord] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)

    @property
    def instruments(self) -> set[str]:
        """Names of all pitched instruments that sound."""
        return {n.instrument for n in self.notes}

    @property
    def drums(self) -> set[str]:
        """Names of all drums that sound."""
        return {s.drum for s in self.strokes}


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
    >>> from mirlab.corpus.styles import styles
    >>> habits(styles()["swing"], np.random.default_rng(0)).bass
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
        tilt=float(rng.normal(0, 1.5)),
        resonance=(float(np.exp(rng.uniform(np.log(150), np.log(5000)))), float(rng.normal(0, 4.0))),
        looseness=float(rng.uniform(0.002, 0.012)),
        room=style.room if rng.random() < 0.6 else pick(("dry", "room", "hall")),
    )


CROSSOVER = 0.4
"""Share of artists who borrow from another style: no genre is pure."""


def _crossed(style, rng):
    """Let one artist in two or three take the drums, the accompaniment or the lead of another style."""
    if rng.random() >= CROSSOVER or style.family == "spoken":
        return style
    others = [s for s in styles().values() if s.beats == style.beats and s.family != "spoken"]
    other = others[int(rng.integers(len(others)))]
    borrowed = {
        "rhythm": ("drums", "kit", "bass", "bass_instruments", "swing"),
        "accompaniment": ("comp", "comp_instruments", "pad_instruments"),
        "lead": ("lead", "lead_instruments", "voices", "sung"),
    }[str(rng.choice(["rhythm", "accompaniment", "lead"]))]
    return replace(style, **{name: getattr(other, name) for name in borrowed})


def parse_chord(symbol: str, tonic: int = 0) -> tuple[int, tuple[int, ...]]:
    """Read a roman numeral.

    Parameters
    ----------
    symbol : str
        Such as "I", "ii7", "bVII", "IVmaj7"; lower case is minor.
    tonic : int
        Pitch class of the key.

    Returns
    -------
    root : int
        Pitch class.
    tones : tuple of int
        Pitch classes of the chord, from the root up.

    Raises
    ------
    ValueError
        If it is no such chord.

    Examples
    --------
    >>> parse_chord("V7")
    (7, (7, 11, 2, 5))
    >>> parse_chord("i", tonic=9)
    (9, (9, 0, 4))
    """
    numeral = symbol.removeprefix("b").removesuffix("maj7").removesuffix("7")
    if numeral.upper() not in _DEGREES or not (numeral.isupper() or numeral.islower()):
        raise ValueError(f"{symbol!r} is no chord: write a roman numeral from I to VII, with b, 7 or maj7")
    root = (tonic + _DEGREES[numeral.upper()] - symbol.startswith("b")) % 12
    tones = [0, 4 if numeral.isupper() else 3, 7]
    if symbol.endswith("maj7"):
        tones.append(11)
    elif symbol.endswith("7"):
        tones.append(10)
    return root, tuple((root + t) % 12 for t in tones)


def mode(progression: list[str], scale: str) -> tuple[str, bool]:
    """Decide on what scale a tune over a progression is written, and whether the song is in minor.

    Parameters
    ----------
    progression : list of str
        One bar each, as in `styles.toml`.
    scale : str
        The style's own scale.

    Returns
    -------
    scale : str
        The style's own, unless its third contradicts the tonic chord; then plain major, aeolian or
        harmonic minor. Five- and six-note scales stay: the blue third over a major chord is the point.
    minor : bool
        Whether the tonic chord is minor.

    Examples
    --------
    >>> mode(["I", "IV", "V7", "IV"], "harmonic minor")
    ('major', False)
    >>> mode(["i", "iv", "V7", "i"], "major")
    ('harmonic minor', True)
    >>> mode(["I7", "IV7"], "blues")
    ('blues', False)
    """
    roots = [parse_chord(symbol) for bar in progression for symbol in bar.split("/")]
    minor = any(tones[:2] == (0, 3) for _, tones in roots)
    if len(SCALES[scale]) < 7 or (3 if minor else 4) in SCALES[scale]:
        return scale, minor
    if not minor:
        return "major", minor
    leading = any(11 in tones for _, tones in roots)
    return "harmonic minor" if leading else "aeolian", minor


def _near(pitch_class, centre):
    """Return the pitch of a class that lies nearest to a MIDI note number."""
    return int(centre + (pitch_class - centre + 6) % 12 - 6)


class _Clock:
    """Where a beat falls in seconds: tempo, swing, and an excerpt that begins in the middle of things."""

    def __init__(self, tempo, swing, offset):
        self.period, self.swing, self.offset = 60 / tempo, swing, offset

    def __call__(self, beat):
        whole = beat // 1
        part = beat - whole
        if abs(4 * part - round(4 * part)) < 1e-6:  # triplets are uneven enough
            part = part * 2 * self.swing if part < 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing)
        return (whole + part) * self.period - self.offset


def compose(artist: Habits, rng: np.random.Generator, seconds: float) -> Score:
    """Write one excerpt.

    Parameters
    ----------
    artist : Habits
        Who plays, and what.
    rng : numpy.random.Generator
        Belongs to the song.
    seconds : float
        Length of the excerpt.

    Returns
    -------
    Score
        Covers the whole excerpt; the music begins before it and goes on after it.

    Examples
    --------
    >>> from mirlab.corpus.styles import styles
    >>> swing = styles()["swing"]
    >>> rng = np.random.default_rng(1)
    >>> score = compose(habits(swing, rng), rng, 10.0)
    >>> score.scale, score.minor, len(score.notes) > 40
    ('major', False, True)
    """
    style = artist.style
    if rng.random() < 0.4:  # not every song has the band's usual sound
        artist = replace(
            artist,
            comp=str(rng.choice(style.comp_instruments)),
            lead=str(rng.choice(style.lead_instruments)),
            groove=str(rng.choice(style.drums)),
        )
    tempo = float(artist.tempo + 0.3 * style.tempo[1] * rng.standard_normal())
    tonic = int(rng.integers(12))
    bar = style.beats * 60 / tempo
    progression = str(rng.choice(style.chords)).split()
    scale, minor = mode(progression, style.scale)
    score = Score(style.name, seconds, tempo, style.beats, tonic, scale, minor, style.moods)
    clock = _Clock(tempo, style.swing, offset=float(rng.uniform(0, bar)))
    bars = int(np.ceil((seconds + clock.offset) / bar)) + 1

    first = int(rng.integers(len(progression))) // 4 * 4 % len(progression)
    for b in range(bars):
        symbols = progression[(first + b) % len(progression)].split("/")
        for k, symbol in enumerate(symbols):
            start, end = (b + np.array([k, k + 1]) / len(symbols)) * style.beats
            score.chords.append(Chord(clock(start), clock(end), *parse_chord(symbol, tonic)))

    sung = rng.random() < artist.sung
    player = _Player(score, artist, clock, rng)
    player.drums(bars)
    player.bass(bars)
    player.comp(bars)
    if artist.pad:
        player.pad(bars)
    lead = artist.voice if sung else artist.lead
    if lead in ("rapper", "speaker"):
        player.speech(bars, lead)
    else:
        player.melody(bars, lead)
    return score


class _Player:
    """Turns patterns into the notes and strokes of one score."""

    def __init__(self, score, artist, clock, rng):
        self.score, self.style, self.artist, self.clock, self.rng = score, artist.style, artist, clock, rng

    def _add(self, role, instrument, start, end, pitch, gain=1.0):
        start += self.artist.looseness * self.rng.standard_normal()
        if start < self.score.seconds and end > 0:
            gain *= self.artist.gains[role] * (1 + 0.1 * self.rng.standard_normal())
            pitch = into_range(instrument, int(pitch))
            vowel = str(self.rng.choice(list(VOWELS))) if INSTRUMENTS[instrument].family == "voice" else ""
            self.score.notes.append(Note(start, end - start, pitch, gain, instrument, role, vowel))

    def _chord(self, seconds):
        chords = self.score.chords
        return next((c for c in chords if seconds < c.end - 1e-6), chords[-1])

    def _steps(self, bar, pattern):
        """Yield (character, start, end) of one bar, in seconds; a '.' lengthens what stands before it."""
        size = self.style.beats / len(pattern)
        k = 0
        while k < len(pattern):
            n = k + 1
            while n < len(pattern) and pattern[n] == ".":
                n += 1
            if pattern[k] not in "_.":
                begin = bar * self.style.beats
                yield pattern[k], self.clock(begin + k * size), self.clock(begin + n * size)
            k = n

    def drums(self, bars):
        kit = patterns("kits")[self.artist.kit]
        rows = {part: row for part, row in patterns("drums")[self.artist.groove].items() if part in kit}
        weight = {"kick": 0.9, "snare": 0.7, "clap": 0.6, "rim": 0.5, "low": 0.7, "high": 0.55, "crash": 0.4}
        for bar in range(bars):
            for part, row in rows.items():
                if part == "crash" and bar % 4:
                    continue
                gain = weight.get(part, 0.32) * self.artist.gains["drums"]
                for k, character in enumerate(row):
                    if character == ".":
                        continue
                    start = self.clock((bar + k / len(row)) * self.style.beats)
                    start += 0.5 * self.artist.looseness * self.rng.standard_normal()
                    loud = gain * (0.4 if character == "o" else 1.0) * (1 + 0.12 * self.rng.standard_normal())
                    if -1 < start < self.score.seconds:
                        self.score.strokes.append(Stroke(start, kit[part], loud))

    def bass(self, bars):
        choices = patterns("bass")[str(self.rng.choice(self.style.bass))]
        low = INSTRUMENTS[self.artist.bass].low
        centre = max(low + 9, 36)
        for bar in range(bars):
            pattern = str(self.rng.choice(list(choices)))
            for token, start, end in self._steps(bar, pattern):
                chord = self._chord(start)
                root = _near(chord.root, centre)
                third = (chord.tones[1] - chord.root) % 12
                step = {"R": 0, "3": third, "5": 7, "6": 9, "7": 10, "8": 12, "l": -5}
                pitch = (
                    root + step[token] if token in step else _near(self._chord(end + 0.01).root, centre) - 1
                )
                self._add("bass", self.artist.bass, start, end, pitch, 0.85)

    def _voicing(self, chord, centre):
        if self.style.power and self.artist.comp == "distorted guitar":
            root = _near(chord.root, 45)
            return [root, root + 7, root + 12]
        return sorted(_near(tone, centre) for tone in chord.tones)

    def comp(self, bars):
        choices = patterns("comp")[str(self.rng.choice(self.style.comp))]
        pattern = str(self.rng.choice(list(choices)))
        centre = int(self.rng.integers(55, 64))
        for bar in range(bars):
            for token, start, end in self._steps(bar, pattern):
                voicing = self._voicing(self._chord(start), centre)
                if token == "x":
                    for pitch in voicing:
                        self._add("comp", self.artist.comp, start, end, pitch, 1.5 / len(voicing))
                else:
                    k = int(token) - 1
                    pitch = voicing[k % len(voicing)] + 12 * (k // len(voicing))
                    self._add("comp", self.artist.comp, start, end, pitch, 0.7)

    def pad(self, bars):
        for chord in self.score.chords:
            for pitch in sorted(_near(tone, 62) for tone in chord.tones[:3]):
                self._add("pad", self.artist.pad, chord.start, chord.end, pitch, 0.28)

    def melody(self, bars, lead):
        """Write a tune: a two-bar rhythm that comes back, a walk on the scale, chord tones on the beat."""
        density, low, high = self.style.lead
        inst = INSTRUMENTS[lead]
        low, high = max(int(low), inst.low), min(int(high), inst.high)
        if high - low < 10:  # an instrument at the edge of the style's range plays in its own
            low, high = inst.low + 3, min(inst.low + 22, inst.high)
        scale = {(self.score.tonic + s) % 12 for s in SCALES[self.score.scale]}
        ladder = [p for p in range(low, high + 1) if p % 12 in scale]
        beats = self.style.beats
        grid = 3 if self.style.swing > 0.6 else 4 if density > 1.8 else 2
        steps = 2 * beats * grid
        metre = np.tile({2: (1, 0.55), 3: (1, 0.2, 0.5), 4: (1, 0.3, 0.55, 0.3)}[grid], 2 * beats)
        metre[-grid:] *= 0.4  # phrases breathe
        count = int(np.clip(self.rng.poisson(density * 2 * beats), 1, steps))
        motifs = [
            np.sort(self.rng.choice(steps, count, replace=False, p=metre / metre.sum())) for _ in range(2)
        ]
        at = len(ladder) // 2
        for phrase in range((bars + 1) // 2):
            onsets = motifs[phrase % 4 == 2]
            ends = np.append(onsets[1:], steps)
            for k, n in zip(onsets, ends, strict=True):
                begin = phrase * 2 * beats
                start, end = self.clock(begin + k / grid), self.clock(begin + min(n, k + 2 * grid) / grid)
                drift = -1 if at > 0.75 * len(ladder) else 1 if at < 0.25 * len(ladder) else 0
                at = int(np.clip(at + self.rng.integers(-2, 3) + drift, 0, len(ladder) - 1))
                pitch = ladder[at]
                if k % grid == 0:  # on the beat, the nearest chord tone
                    tones = self._chord(start).tones
                    pitch = min((_near(t, pitch) for t in tones), key=lambda p: abs(p - ladder[at]))
                self._add("lead", lead, start, start + 0.92 * (end - start), pitch)

    def speech(self, bars, voice):
        """Speak: syllables in phrases with pauses; a rapper keeps to the grid, a speaker does not."""
        density, low, high = self.style.lead
        base = int(self.rng.integers(int(low) + 2, int(high) - 6))
        if voice == "rapper":
            for bar in range(bars):
                steps = 4 * self.style.beats
                for k in range(steps):
                    resting = bar % 4 == 3 and k > steps - 5
                    if not resting and self.rng.random() < min(density, 3.6) / 4:
                        start = self.clock((bar + k / steps) * self.style.beats)
                        self._syllable(voice, start, 0.85 * 60 / self.score.tempo / 4, base)
            return
        now = -self.rng.uniform(0, 1.5)
        pace = self.rng.uniform(4.0, 5.6)
        while now < self.score.seconds:
            size = int(self.rng.integers(5, 16))
            for k in range(size):  # the melody of a statement falls
                length = float(np.exp(self.rng.normal(0, 0.25)) / pace)
                self._syllable(voice, now, 0.9 * length, base + 3 - round(5 * k / size))
                now += length
            now += self.rng.uniform(0.25, 0.8)

    def _syllable(self, voice, start, length, base):
        pitch = base + int(self.rng.integers(-2, 3))
        self._add("lead", voice, start, start + length, pitch)
