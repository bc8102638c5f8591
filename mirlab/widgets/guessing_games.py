"""A game for the ear: six clips, ten genres, and after every guess what can be heard."""

import numpy as np
import traitlets

from mirlab import corpus
from mirlab.corpus import styles
from mirlab.show.cards import Card, as_lines
from mirlab.show.controls import Widget, check_choice
from mirlab.show.language import said
from mirlab.show.players import play

SET = "gtzan"

CLUES = {
    "blues": "the beat is a shuffle, long-short, long-short, and every chord is a seventh chord",
    "classical": "nobody drums and nobody sings",
    "country": "the bass goes to and fro between two notes, while a guitar or a banjo keeps strumming",
    "disco": "the bass drum falls on every beat, and the bass leaps up and down an octave",
    "hiphop": "a voice speaks in rhythm instead of singing",
    "jazz": "the beat swings, and the bass walks: a new note on every beat",
    "metal": "a distorted guitar hammers away, several strokes to the beat",
    "pop": "a few plain chords go round and round, and no guitar is distorted",
    "reggae": "most chords come between the beats, not on them",
    "rock": "the snare answers on the second and the fourth beat, under a hi-hat left open",
}
"""The clue to each genre in this corpus; a test compares each with the scores."""


def guessing_game(*, seed: int = 0) -> "GuessingGame":
    """Return a game with six clips of six genres; each is to be guessed among the ten of gtzan-synth.

    Parameters
    ----------
    seed : int
        Seed of the choice of clips.

    Returns
    -------
    GuessingGame
        In a notebook, the game itself.

    Examples
    --------
    >>> guessing_game()
    <6 clips to be guessed among 10 genres: run this cell to play>
    """
    rng = np.random.default_rng(seed)
    labels = rng.choice(list(CLUES), 6, replace=False)
    return GuessingGame([rng.choice(np.array(typical(label), dtype=object)) for label in labels])


def typical(label: str) -> list[corpus.Excerpt]:
    """Return the typical excerpts of a label of gtzan-synth.

    Labels contain several styles, as in real collections, and four artists in ten borrow from another style.
    Such excerpts are for later lessons.

    Parameters
    ----------
    label : str
        A genre.

    Returns
    -------
    list of mirlab.corpus.Excerpt
        In the label's main style, by artists that borrow nothing.

    Examples
    --------
    >>> {excerpt.style for excerpt in typical("jazz")}
    {'swing'}
    """
    mixture = styles.sets()[SET]["labels"][label]
    main = styles.all_styles()[max(mixture, key=mixture.get)]
    return [e for e in corpus.plan(SET) if e.label == label and e.habits.style == main]


def heard(excerpt: corpus.Excerpt) -> str:
    """Say what can be heard in an excerpt.

    Parameters
    ----------
    excerpt : mirlab.corpus.Excerpt
        Any of the corpus.

    Returns
    -------
    str
        Its tempo and its instruments, from the tune down to the drums.

    Examples
    --------
    >>> heard(typical("classical")[0])
    '... beats a minute, with ... and no drums'
    """
    score = excerpt.score()
    roles = ["lead", "comp", "pad", "bass"]
    playing = dict.fromkeys(n.instrument for n in sorted(score.notes, key=lambda n: roles.index(n.role)))
    drums = said("drums" if score.drums else "no drums")
    instruments = ", ".join(map(said, playing))
    return said(f"{score.tempo:.0f} beats a minute, with {instruments} and {drums}")


class GuessingGame(Widget):
    """Clips on the screen, each with a list of genres and an answer to every guess.

    Parameters
    ----------
    excerpts : list of mirlab.corpus.Excerpt, length n
        The clips.

    Attributes
    ----------
    guesses : list of str, length n
        The last guess for each clip, empty at first; the screen and Python both set it.
    answers : list of str, length n
        The answers, as HTML.
    score : str
        The score so far.
    words : dict
        The words on the controls.
    """

    sounds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    genres = traitlets.List(traitlets.Unicode()).tag(sync=True)
    guesses = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    score = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, excerpts):
        self.excerpts, self.tries, self.solved = list(excerpts), [0] * len(excerpts), {}
        players = [play(e.audio(), f"clip {i}") for i, e in enumerate(self.excerpts, 1)]
        super().__init__(
            sounds=[p.url for p in players],
            genres=list(CLUES),
            guesses=[""] * len(players),
            answers=[""] * len(players),
            words={
                "clips": [said(f"Clip {i}") for i in range(1, len(players) + 1)],
                "which": said("Which genre?"),
                "check": said("Check"),
            },
        )
        self.score = self._standing()
        self.observe(self._guessed, "guesses")

    @traitlets.validate("guesses")
    def _known(self, proposal):
        guesses, n = proposal["value"], len(self.sounds)
        if len(guesses) != n:
            raise traitlets.TraitError(f"guesses has {len(guesses)} entries; there are {n} clips")
        for guess in filter(None, guesses):
            check_choice("guesses", guess, self.genres, traitlets.TraitError)
        return guesses

    def __repr__(self) -> str:
        clips, genres = len(self.excerpts), len(self.genres)
        return said(f"<{clips} clips to be guessed among {genres} genres: run this cell to play>")

    def seen(self) -> str:
        """Return what is to be done."""
        task = said(f"Listen to each, and guess its genre: {', '.join(self.genres)}.")
        return as_lines(f"{self.score} {task}")

    def _guessed(self, change) -> None:
        """Answer the clips with a new guess."""
        answers = list(self.answers)
        for i, (old, new) in enumerate(zip(change.old, change.new, strict=True)):
            if new and new != old:
                answers[i] = self._answer(i, new).html(role="note")
                self.tries[i] += i not in self.solved
                if new == self.excerpts[i].label:
                    self.solved.setdefault(i, self.tries[i])
        self.answers, self.score = answers, self._standing()

    def _answer(self, i: int, guess: str) -> Card:
        excerpt = self.excerpts[i]
        clue, here = f"In {guess}, {CLUES[guess]}.", f"Here: {heard(excerpt)}."
        if guess == excerpt.label:
            return Card("right", f"clip {i + 1} is {guess}", clue, here)
        return Card("wrong", f"clip {i + 1} is not {guess}", clue, here, "Listen again, and guess again.")

    def _standing(self) -> str:
        n = len(self.excerpts)
        if not any(self.tries):
            return said(f"{n} clips, no two of the same genre.")
        first = sum(tries == 1 for tries in self.solved.values())
        return said(f"{len(self.solved)} of {n} found, {first} of them at the first try.")
