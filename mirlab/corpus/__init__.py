"""Compose and synthesize the synthetic corpus.

`styles.toml` lists styles and data sets. `artists` draws the habits of artists, `composing` writes a score,
`sound` plays it (with `voices`, `drums` and `amplifier`), `channel` records it, and `tags` describes it.
This file decides who plays what in which data set. Every random draw depends only on the seed, the names of
set and scale, and the excerpt's number. Therefore any excerpt can be made alone, in any process, and is the
same to the last bit.
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mirlab.corpus import amplifier, artists, channel, composing, drums, scores, sound, styles, tags
from mirlab.errors import DatasetError

SCALES = ("lesson", "paper")

VERSION = "2"
"""Name of this corpus, part of the key under which its features are kept. Raise it whenever an excerpt sounds
different or has other tags; `tests/test_versions.py` reminds you."""


@dataclass(frozen=True)
class Excerpt:
    """One excerpt of the corpus, before it is composed.

    Attributes
    ----------
    set : str
        Short name of its data set, such as "gtzan".
    scale : {"lesson", "paper"}
        Which size of the set.
    seed : int
        Seed of the whole corpus.
    number : int
        Position in the set.
    label : str
        Its label; empty in the tag set.
    style : str
        Style of the music.
    artist : int
        Number of the artist within the set.
    seconds : float
        Length.
    """

    set: str
    scale: str
    seed: int
    number: int
    label: str
    style: str
    artist: int
    seconds: float

    @property
    def id(self) -> str:
        """Stable name of the excerpt, such as ``blues.00003``."""
        return f"{self.label or 'clip'}.{self.number:05d}"

    def _rng(self, *what):
        words = f"{self.set}/{self.scale}/" + "/".join(map(str, what))
        return np.random.default_rng([self.seed, zlib.crc32(words.encode())])

    @property
    def habits(self) -> artists.Habits:
        """Habits of the artist, the same for all their excerpts."""
        return artists.habits(styles.all_styles()[self.style], self._rng("artist", self.artist))

    def score(self) -> scores.Score:
        """Compose the excerpt.

        Returns
        -------
        mirlab.corpus.scores.Score
            The same at every call.

        Examples
        --------
        >>> plan("gtzan")[0].score().style
        'blues'
        """
        return composing.compose(self.habits, self._rng("song", self.number), self.seconds)

    def audio(self) -> np.ndarray:
        """Compose, sound and record the excerpt.

        Returns
        -------
        ndarray, shape (samples,), float32
            Mono sound at 22 050 Hz, within -0.999 and 0.999; the same at every call.

        Examples
        --------
        >>> plan("gtzan")[0].audio().shape
        (220500,)
        """
        artist = self.habits
        return channel.record(
            mix(self.score()),
            room=artist.room,
            tilt=artist.tilt,
            resonance=artist.resonance,
            loudness=0.6 * (artist.style.level + 17),
            vintage=artist.vintage,
            channel=styles.sets()[self.set]["channel"],
            rng=self._rng("recording", self.number),
        )

    def true_tags(self) -> set[str]:
        """Return every tag that is true of the excerpt.

        Returns
        -------
        set of str
            See `mirlab.corpus.tags.true_tags`.

        Examples
        --------
        >>> "blues" in plan("gtzan")[0].true_tags()
        True
        """
        return tags.true_tags(self.score(), self.habits)

    def given_tags(self) -> set[str]:
        """Return the tags that a listener gave: true ones, some of them forgotten.

        Returns
        -------
        set of str
            A part of `true_tags`.

        Examples
        --------
        >>> clip = plan("magnatagatune")[0]
        >>> clip.given_tags() <= clip.true_tags()
        True
        """
        forgotten = styles.sets()[self.set].get("missing_tags", 0.0)
        rng = self._rng("listener", self.number)
        return {tag for tag in sorted(self.true_tags()) if rng.random() >= forgotten}


def mix(score: scores.Score) -> np.ndarray:
    """Play a score.

    Parameters
    ----------
    score : mirlab.corpus.scores.Score
        What to play.

    Returns
    -------
    ndarray, shape (samples,), float32
        The dry mix at 22 050 Hz, at no particular level.

    Examples
    --------
    >>> mix(plan("gtzan")[0].score()).dtype
    dtype('float32')
    """
    samples = int(score.seconds * sound.SR)
    y = np.zeros(samples, np.float32)
    amplified = {}  # what goes through an amplifier, by instrument
    for n in score.notes:
        bus = y
        if sound.INSTRUMENTS[n.instrument].drive:
            bus = amplified.setdefault(n.instrument, np.zeros(samples, np.float32))
        short = n.duration + sound.RELEASE < sound.SHORT
        tone = sound.note(n.instrument, n.pitch, n.vowel, short=short, soft=n.soft)
        sound.place(bus, tone, int(n.start * sound.SR), int(n.duration * sound.SR), n.gain)
    for take, s in enumerate(score.strokes):
        hit = drums.stroke(s.drum, take % drums.TAKES)
        sound.place(y, hit, int(s.start * sound.SR), len(hit), s.gain)
    for name, bus in amplified.items():
        inst = sound.INSTRUMENTS[name]
        y += amplifier.amplify(bus, inst.drive, inst.cutoff)
    return y


@lru_cache(maxsize=16)
def plan(name: str, scale: str = "lesson", seed: int = 0) -> tuple[Excerpt, ...]:
    """Decide who plays what in one data set.

    Parameters
    ----------
    name : str
        Short name of the set: "gtzan", "homburg", "unique", "artists1517" or "magnatagatune".
    scale : {"lesson", "paper"}
        How large it is, and how long its excerpts.
    seed : int
        Seed of the corpus.

    Returns
    -------
    tuple of Excerpt
        In the order of the labels.

    Raises
    ------
    DatasetError
        If there is no such set or scale.

    Examples
    --------
    >>> len(plan("gtzan")), len(plan("gtzan", "paper"))
    (400, 1000)
    """
    if name not in styles.sets():
        raise DatasetError(f"the corpus has no set {name!r}; it has {', '.join(styles.sets())}")
    if scale not in SCALES:
        raise DatasetError(f"scale {scale!r} is unknown; it is 'lesson' or 'paper'")
    about = styles.sets()[name]
    labels = about.get("labels", {"": about.get("mixture")})
    sizes = _shares(about.get("sizes", dict.fromkeys(labels, 1)), about[scale])
    excerpts, artists = [], 0
    for label, mixture in labels.items():
        rng = np.random.default_rng([seed, zlib.crc32(f"{name}/{scale}/plan/{label}".encode())])
        n = sizes[label]
        bands = max(len(mixture), round(n / about["songs_per_artist"]))
        plays = [style for style, k in _shares(mixture, bands).items() for _ in range(k)]
        rng.shuffle(plays)
        # every artist has one song; the other songs are spread unevenly, as in a record shop
        popularity = rng.dirichlet(np.full(bands, 3.0))
        songs = 1 + rng.multinomial(n - bands, popularity) if n > bands else np.ones(bands, int)
        for style, count in zip(plays, songs, strict=True):
            for _ in range(count):
                number = len(excerpts)
                excerpts.append(
                    Excerpt(name, scale, seed, number, label, style, artists, float(about["seconds"][scale]))
                )
            artists += 1
    return tuple(excerpts)


def _shares(weights, total):
    """Split a total into whole numbers in the proportion of the weights (largest remainders)."""
    exact = {key: w * total / sum(weights.values()) for key, w in weights.items()}
    whole = {key: int(x) for key, x in exact.items()}
    by_remainder = sorted(exact, key=lambda key: whole[key] - exact[key])
    for key in by_remainder[: total - sum(whole.values())]:
        whole[key] += 1
    return whole
