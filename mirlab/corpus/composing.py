"""Compose a score from a style, an artist's habits and a seed.

A score is a list of notes and strokes, timed in seconds. Synthesis is in `mirlab.corpus.sound`.
"""

from dataclasses import replace

import numpy as np

from mirlab.corpus.artists import Habits
from mirlab.corpus.harmony import SCALES, mode, parse_chord
from mirlab.corpus.scores import Chord, Note, Score, Stroke
from mirlab.corpus.sound import INSTRUMENTS, into_range
from mirlab.corpus.styles import patterns
from mirlab.corpus.voices import VOWELS

STRUM = 0.011
"""Seconds from string to string when a chord is strummed."""


def _near(pitch_class, centre):
    """Return the pitch of a pitch class that is nearest to a MIDI note number."""
    return int(centre + (pitch_class - centre + 6) % 12 - 6)


class _Clock:
    """Convert beats to seconds, with tempo, swing, and an excerpt that begins in the middle of the music."""

    def __init__(self, tempo, swing, offset):
        self.period, self.swing, self.offset = 60 / tempo, swing, offset

    def __call__(self, beat):
        whole = beat // 1
        part = beat - whole
        if abs(4 * part - round(4 * part)) < 1e-6:  # triplets are uneven enough
            part = part * 2 * self.swing if part < 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing)
        return (whole + part) * self.period - self.offset


def compose(artist: Habits, rng: np.random.Generator, seconds: float) -> Score:
    """Compose one excerpt.

    Parameters
    ----------
    artist : Habits
        Habits of the artist, with their style.
    rng : numpy.random.Generator
        Belongs to the song.
    seconds : float
        Length of the excerpt.

    Returns
    -------
    Score
        Covers the whole excerpt; the music begins before it and continues after it.

    Examples
    --------
    >>> from mirlab.corpus.artists import habits
    >>> from mirlab.corpus.styles import all_styles
    >>> swing = all_styles()["swing"]
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
    """Turn patterns into the notes and strokes of one score."""

    def __init__(self, score, artist, clock, rng):
        self.score, self.style, self.artist, self.clock, self.rng = score, artist.style, artist, clock, rng

    def _add(self, role, instrument, start, end, pitch, gain=1.0):
        start = min(start + self.artist.looseness * self.rng.standard_normal(), end - 0.03)
        if start < self.score.seconds and end > 0:
            touch = 1 + 0.15 * self.rng.standard_normal()
            gain *= self.artist.gains[role] * max(touch, 0.4)
            pitch = into_range(instrument, int(pitch))
            sings = INSTRUMENTS[instrument].family == "voice"
            vowel = str(self.rng.choice(list(VOWELS))) if sings else ""
            soft = touch < 0.95 and INSTRUMENTS[instrument].family in ("struck", "plucked")
            self.score.notes.append(Note(start, end - start, pitch, gain, instrument, role, vowel, soft))

    def _chord(self, seconds):
        chords = self.score.chords
        return next((c for c in chords if seconds < c.end - 1e-6), chords[-1])

    def _steps(self, bar, pattern):
        """Yield (character, start, end) of one bar, in seconds; a '.' lengthens the character before it."""
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
                self._add("bass", self.artist.bass, start, end, pitch, 0.8)

    def _voicing(self, chord, centre):
        if self.style.power and self.artist.comp == "distorted guitar":
            root = _near(chord.root, 45)
            return [root, root + 7, root + 12]
        if self.artist.comp.endswith("guitar"):  # six strings: root, fifth and octave below the other tones
            root = _near(chord.root, 45)
            upper = [_near(tone, 60) for tone in chord.tones[1:]]
            return sorted({root, root + 12, *upper, *(p + 12 for p in upper[:1])})
        if self.artist.comp == "piano":  # the left hand has the root
            return sorted({_near(chord.root, 43), *(_near(tone, centre) for tone in chord.tones)})
        return sorted(_near(tone, centre) for tone in chord.tones)

    def comp(self, bars):
        choices = patterns("comp")[str(self.rng.choice(self.style.comp))]
        pattern = str(self.rng.choice(list(choices)))
        centre = int(self.rng.integers(55, 64))
        for bar in range(bars):
            for token, start, end in self._steps(bar, pattern):
                voicing = self._voicing(self._chord(start), centre)
                if token == "x":
                    strum = STRUM if INSTRUMENTS[self.artist.comp].family == "plucked" else 0.0
                    down = voicing if self.rng.random() < 0.6 else voicing[::-1]
                    for k, pitch in enumerate(down):
                        begins = min(start + k * strum, end - 0.06)  # short chords are struck faster
                        self._add("comp", self.artist.comp, begins, end, pitch, 2.4 / len(voicing) ** 0.7)
                else:
                    k = int(token) - 1
                    pitch = voicing[k % len(voicing)] + 12 * (k // len(voicing))
                    self._add("comp", self.artist.comp, start, end, pitch)

    def pad(self, bars):
        for chord in self.score.chords:
            for pitch in sorted(_near(tone, 62) for tone in chord.tones[:3]):
                self._add("pad", self.artist.pad, chord.start, chord.end, pitch, 0.28)

    def melody(self, bars, lead):
        """Write a tune: a repeated two-bar rhythm, a random walk on the scale, chord tones on the beat."""
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
                self._add("lead", lead, start, start + 0.92 * (end - start), pitch, 1.4)

    def speech(self, bars, voice):
        """Write speech: syllables in phrases with pauses, on the beat grid for a rapper only."""
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
        self._add("lead", voice, start, start + length, pitch, 1.4)
