"""Define the parts of a composed piece: notes, strokes, chords, and the score that holds them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """A pitched note: start and duration in seconds, MIDI pitch, linear gain, instrument, vowel, touch."""

    start: float
    duration: float
    pitch: int
    gain: float
    instrument: str
    role: str
    vowel: str = ""
    soft: bool = False


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
class Score:
    """A composed excerpt, with the true values of its musical properties.

    Attributes
    ----------
    style : str
        Name of its style.
    seconds, tempo : float
        Length in seconds; beats per minute.
    beats : int
        Beats per bar.
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
