"""WARP one step at a time: eight excerpts and seven tags in a space of two dimensions."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from mirlab import plots
from mirlab.datasets import Dataset
from mirlab.lessons.card import show
from mirlab.lessons.player import play
from mirlab.warp import Draw, rank_weight, warp_step

HERE = Path(__file__).parent
SET = "magnatagatune-synth"
TAGS = ["loud", "quiet", "drums", "distorted guitar", "techno", "dreamy", "classical"]
EXCERPTS = [571, 690, 577, 215, 243, 1109, 1183, 733]  # of eight artists, and far enough apart to be seen
LEARNING_RATE = 0.1


@dataclass(frozen=True, eq=False)
class TinyProblem:
    """A problem small enough to be seen whole.

    Attributes
    ----------
    X : ndarray, shape (excerpts, 2)
        How loud and how restless each excerpt is, standardised: the mean log-mel level, and its mean
        change from one frame to the next.
    tags : list of str
        The labels.
    positives : list of list of int
        Which tags each excerpt carries.
    numbers : list of int
        Where each excerpt stands in `dataset`.
    dataset : mirlab.datasets.Dataset
        Where its sound comes from.
    """

    X: np.ndarray
    tags: list[str]
    positives: list[list[int]]
    numbers: list[int]
    dataset: Dataset

    @cached_property
    def Y(self) -> np.ndarray:
        """The tags as an indicator of 0 and 1, of shape (excerpts, tags)."""
        return np.array([[i in mine for i in range(len(self.tags))] for mine in self.positives], dtype=int)

    @cached_property
    def names(self) -> list[str]:
        """The excerpts' names on the map: A, B, C, …."""
        return [chr(ord("A") + e) for e in range(len(self.X))]

    def audio(self, e: int) -> np.ndarray:
        """Return the sound of an excerpt.

        Parameters
        ----------
        e : int
            Its row in `X`.

        Returns
        -------
        ndarray, shape (samples,), float32
            Mono sound at 22 050 Hz.
        """
        return self.dataset.audio(self.numbers[e])

    def start(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Draw a first V and W.

        Parameters
        ----------
        seed : int
            Another seed, another start.

        Returns
        -------
        V : ndarray, shape (2, 2)
            From a normal distribution of standard deviation 1/√2, as in `mirlab.warp.WarpEmbedding`; but
            no column is longer than 1, lest the first step shorten what it has not drawn.
        W : ndarray, shape (tags, 2)
            From the same distribution, no row longer than 1.
        """
        rng = np.random.default_rng(seed)
        V, W = rng.normal(0, 0.5**0.5, (2, 2)), rng.normal(0, 0.5**0.5, (len(self.tags), 2))
        V /= np.maximum(1, np.linalg.norm(V, axis=0))
        W /= np.maximum(1, np.linalg.norm(W, axis=1, keepdims=True))
        return V, W

    def too_close(self, V, W, *, margin: float = 1.0) -> np.ndarray:
        """Tell which pairs violate the margin.

        Parameters
        ----------
        V : array-like, shape (2, 2)
            The embedding of the features.
        W : array-like, shape (tags, 2)
            The embedding of the tags.
        margin : float
            0 tells which pairs stand in the wrong order.

        Returns
        -------
        ndarray of bool, shape (pairs,)
            For each excerpt, each tag that it carries, and each that it does not: is the second one's
            affinity greater than the first one's less the margin?
        """
        F = self.X @ np.asarray(V).T @ np.asarray(W).T
        pairs = [f[y == 0] > f[j] - margin for f, y in zip(F, self.Y, strict=True) for j in np.flatnonzero(y)]
        return np.concatenate(pairs)


def tiny_problem(study) -> TinyProblem:
    """Return eight excerpts of magnatagatune-synth with seven tags and two features.

    Parameters
    ----------
    study : mirlab.paper.Study
        Has the frames of the set.

    Returns
    -------
    TinyProblem
        Two numbers an excerpt are enough here: the tags were chosen to have to do with them.
    """
    features = study.features(SET)
    data = features.dataset
    frames = [features.track(i).astype(float) for i in EXCERPTS]
    X = np.array([[a.mean(), np.abs(np.diff(a, axis=0)).mean()] for a in frames])
    Y = data.y[EXCERPTS][:, [data.label_names.index(tag) for tag in TAGS]]
    positives = [np.flatnonzero(y).tolist() for y in Y]
    return TinyProblem((X - X.mean(axis=0)) / X.std(axis=0), list(TAGS), positives, list(EXCERPTS), data)


@dataclass(frozen=True, eq=False)
class Move:
    """One WARP step, and what it moved.

    Attributes
    ----------
    number : int
        The first step is 1.
    excerpt : int
        The example drawn.
    draw : mirlab.warp.Draw
        What was drawn for it.
    tried : list of int
        The negatives drawn, in order.
    V, W : ndarray
        Before the step.
    new_V, new_W : ndarray
        After it.
    """

    number: int
    excerpt: int
    draw: Draw
    tried: list[int]
    V: np.ndarray
    W: np.ndarray
    new_V: np.ndarray
    new_W: np.ndarray


def take(labels, u):
    """Take one label out of a list, at random.

    Parameters
    ----------
    labels : list of int
        Gets shorter by one; the last label moves into the gap.
    u : float in [0, 1)
        The random number to use.

    Returns
    -------
    int
        The label.

    Examples
    --------
    >>> labels = [3, 5, 7, 9]
    >>> take(labels, 0.3), labels
    (5, [3, 9, 7])
    """
    pick = int(u * len(labels))
    labels[pick], labels[-1] = labels[-1], labels[pick]
    return labels.pop()


def walk(problem: TinyProblem, *, seed: int = 0, max_norm=1.0) -> Iterator[Move]:
    """Train one example at a time, for ever.

    Parameters
    ----------
    problem : TinyProblem
        What to learn.
    seed : int
        For the start, the examples and their draws.
    max_norm : float or None
        As for `mirlab.warp.warp_step`.

    Yields
    ------
    Move
        One step after the other.
    """
    V, W = problem.start(seed)
    rng = np.random.default_rng([seed, 1])
    number = 0
    while True:
        number += 1
        e = int(rng.integers(len(problem.X)))
        x, positives, uniforms = problem.X[e], problem.positives[e], rng.random(len(problem.tags))
        new_V, new_W, draw = warp_step(
            x, V, W, positives, uniforms, learning_rate=LEARNING_RATE, max_norm=max_norm
        )
        left = [label for label in range(len(problem.tags)) if label not in positives]
        tried = [take(left, u) for u in uniforms[1 : 1 + draw.n_draws]]
        yield Move(number, e, draw, tried, V, W, new_V, new_W)
        V, W = new_V, new_W


def told(problem: TinyProblem, move: Move) -> list[str]:
    """Say in words what one step drew, weighed and moved.

    Parameters
    ----------
    problem : TinyProblem
        What is being learned.
    move : Move
        One of its steps.

    Returns
    -------
    list of str
        The example and its positive; the negatives; the weight and the loss; what moved.
    """
    draw, tags, name = move.draw, problem.tags, problem.names[move.excerpt]
    f = move.W @ move.V @ problem.X[move.excerpt]
    j, limit = tags[draw.positive], f[draw.positive] - 1
    carried = _and([tags[i] for i in problem.positives[move.excerpt]])
    drawn = (
        f"Excerpt {name} carries {carried}. Drawn: {j}, at {_number(f[draw.positive])}; "
        f"too close is what lies above {_number(limit)}."
    )
    tries = ", ".join(f"{tags[k]} ({_number(f[k])})" for k in move.tried)
    close = int(problem.too_close(move.V, move.W).sum()), int(problem.too_close(move.new_V, move.new_W).sum())
    standing = f"Pairs too close: {close[0]} before, {close[1]} after."
    found = "none is" if draw.negative is None else "the last is" if draw.n_draws > 1 else "it is"
    negatives = f"Negatives drawn: {tries}; {found} too close."
    if draw.negative is None:
        return [drawn, negatives, "No violator: the loss is 0, and nothing moves.", standing]
    k, labels, weight = tags[draw.negative], len(tags), rank_weight(draw.rank)
    over = f[draw.negative] - limit
    weighed = (
        f"N = {draw.n_draws}, so r = ⌊{labels - 1}/{draw.n_draws}⌋ = {draw.rank} and L({draw.rank}) = "
        f"{weight:.2f}. Loss: {weight:.2f} times {over:.2f}, by which {k} is too close, makes "
        f"{draw.loss:.2f}."
    )
    return [drawn, negatives, weighed, f"{j} and {name} pull together, {k} and {name} push apart. {standing}"]


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def warp_stepper(problem: TinyProblem, *, seed: int = 0) -> "WarpStepper":
    """Return a widget that takes WARP steps on a tiny problem.

    Parameters
    ----------
    problem : TinyProblem
        From `tiny_problem`.
    seed : int
        Another seed, another start and other draws.

    Returns
    -------
    WarpStepper
        Shown in a notebook, it has buttons.
    """
    return WarpStepper(problem, seed=seed)


class WarpStepper(anywidget.AnyWidget):
    """The space after any number of steps, with the last step drawn, told and to be heard.

    Parameters
    ----------
    problem : TinyProblem
        What is to be learned.
    seed : int
        For `walk`.

    Attributes
    ----------
    steps : int
        How many steps have been taken; the buttons and Python both set it, up or down.
    picture, alt : str
        The last step as an image, and its alt text.
    words : list of str
        What the last step did, one sentence or two an item.
    drawn : int
        The excerpt of the last step.
    """

    _esm = HERE / "warp_stepper.js"
    _css = HERE / "warp_stepper.css"
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    sounds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=2000).tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    drawn = traitlets.Int(0).tag(sync=True)

    def __init__(self, problem, *, seed=0):
        self.problem, self._seed = problem, seed
        self._walk, self._moves = walk(problem, seed=seed), []
        players = [play(problem.audio(e), name) for e, name in enumerate(problem.names)]
        carried = [", ".join(problem.tags[i] for i in mine) for mine in problem.positives]
        super().__init__(
            names=[f"{name}: {tags}" for name, tags in zip(problem.names, carried, strict=True)],
            sounds=[f"data:{p.mimetype};base64,{b64encode(p.audio).decode()}" for p in players],
        )
        self._show()
        self.observe(lambda change: self._show(), "steps")

    def __repr__(self) -> str:
        n, tags = len(self.problem.X), len(self.problem.tags)
        return f"<WARP on {n} excerpts and {tags} tags, one step at a time: run this cell to take steps>"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": repr(self)}, metadata

    def _show(self) -> None:
        self._moves.extend(islice(self._walk, max(0, self.steps - len(self._moves))))
        if self.steps:
            move = self._moves[self.steps - 1]
            figure, words = plots.warp_moves(self.problem, [move]), told(self.problem, move)
            self.drawn = move.excerpt
        else:
            V, W = self.problem.start(self._seed)
            close = self.problem.too_close(V, W)
            figure = plots.warp_space(self.problem, V, W)
            words = [f"Nothing has been learned yet: {close.sum()} of {len(close)} pairs are too close."]
        png = b64encode(show(figure).png).decode()
        with self.hold_sync():
            self.picture, self.alt, self.words = f"data:image/png;base64,{png}", figure.alt, words
