"""A WARP problem small enough to draw: eight excerpts and seven tags in a space of two dimensions.

Lesson 05, its widget and its pictures use it; `walk` trains it by `mirlab.warp.plain.warp_step`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mirlab.warp.plain import Draw, rank_weight, warp_step

SET = "magnatagatune-synth"

TAGS = ["loud", "quiet", "drums", "distorted guitar", "techno", "dreamy", "classical"]

EXCERPTS = [571, 690, 577, 215, 243, 505, 1183, 733]  # of eight artists, and far enough apart to see each

LEARNING_RATE = 0.1


@dataclass(frozen=True, eq=False)
class TinyProblem:
    """A problem that is small enough to draw.

    Attributes
    ----------
    X : ndarray, shape (excerpts, 2)
        Loudness and restlessness of each excerpt, standardised: the mean log-mel level, and its mean change
        from one frame to the next.
    tags : list of str
        The labels.
    positives : list of list of int
        The tags of each excerpt.
    numbers : list of int
        The position of each excerpt in `dataset`.
    dataset : mirlab.datasets.Dataset
        The data set of the excerpts.
    """

    X: np.ndarray
    tags: list[str]
    positives: list[list[int]]
    numbers: list[int]
    dataset: object

    @cached_property
    def Y(self) -> np.ndarray:
        """The tags as an indicator of 0 and 1, of shape (excerpts, tags)."""
        return np.array([[i in mine for i in range(len(self.tags))] for mine in self.positives], dtype=int)

    @cached_property
    def names(self) -> list[str]:
        """Names of the excerpts on the map: A, B, C, …."""
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
        """Draw the initial V and W.

        Parameters
        ----------
        seed : int
            Seed.

        Returns
        -------
        V : ndarray, shape (2, 2)
            From a normal distribution of standard deviation 1/√2, as in `mirlab.warp.WarpEmbedding`. Columns
            longer than 1 are shortened here; if not, the first step would also shorten vectors that it has
            not drawn.
        W : ndarray, shape (tags, 2)
            From the same distribution, with no row longer than 1.
        """
        rng = np.random.default_rng(seed)
        V, W = rng.normal(0, 0.5**0.5, (2, 2)), rng.normal(0, 0.5**0.5, (len(self.tags), 2))
        V /= np.maximum(1, np.linalg.norm(V, axis=0))
        W /= np.maximum(1, np.linalg.norm(W, axis=1, keepdims=True))
        return V, W

    def too_close(self, V, W, *, margin: float = 1.0) -> np.ndarray:
        """Find the pairs that violate the margin.

        Parameters
        ----------
        V : array-like, shape (2, 2)
            The embedding of the features.
        W : array-like, shape (tags, 2)
            The embedding of the tags.
        margin : float
            Use 0 to find the pairs that are in the wrong order.

        Returns
        -------
        ndarray of bool, shape (pairs,)
            For each excerpt, each of its tags and each other tag: is the affinity of the other tag greater
            than the affinity of its own tag minus the margin?
        """
        F = self.X @ np.asarray(V).T @ np.asarray(W).T
        pairs = [f[y == 0] > f[j] - margin for f, y in zip(F, self.Y, strict=True) for j in np.flatnonzero(y)]
        return np.concatenate(pairs)


def tiny_problem(study) -> TinyProblem:
    """Return eight excerpts of magnatagatune-synth with seven tags and two features.

    Parameters
    ----------
    study : mirlab.paper.Study
        Provides the frames of the set.

    Returns
    -------
    TinyProblem
        Two numbers per excerpt are enough here, since the tags were chosen to depend on them.
    """
    features = study.stored(SET)
    data = features.dataset
    frames = [features.track(i).astype(float) for i in EXCERPTS]
    X = np.array([[a.mean(), np.abs(np.diff(a, axis=0)).mean()] for a in frames])
    Y = data.y[EXCERPTS][:, [data.label_names.index(tag) for tag in TAGS]]
    positives = [np.flatnonzero(y).tolist() for y in Y]
    return TinyProblem((X - X.mean(axis=0)) / X.std(axis=0), list(TAGS), positives, list(EXCERPTS), data)


@dataclass(frozen=True, eq=False)
class Move:
    """One WARP step, and what it changed.

    Attributes
    ----------
    number : int
        The first step is 1.
    excerpt : int
        The example that was drawn.
    draw : mirlab.warp.Draw
        The labels that were drawn for it.
    tried : list of int
        The negatives that were drawn, in order.
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
    """Remove one label from a list, at random.

    Parameters
    ----------
    labels : list of int
        It becomes shorter by one; the last label moves into the gap.
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
    """Train with one example at a time, without end.

    Parameters
    ----------
    problem : TinyProblem
        The problem to learn.
    seed : int
        Seed of the start, the examples and their draws.
    max_norm : float or None
        As for `mirlab.warp.warp_step`.

    Yields
    ------
    Move
        One step after another.
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


def explain(problem: TinyProblem, move: Move) -> list[str]:
    """Describe in words what one step drew, weighed and moved.

    Parameters
    ----------
    problem : TinyProblem
        The problem that is being learned.
    move : Move
        One of its steps.

    Returns
    -------
    list of str
        The example and its positive; the negatives; the weight and the loss; what has moved.
    """
    draw, tags, name = move.draw, problem.tags, problem.names[move.excerpt]
    f = move.W @ move.V @ problem.X[move.excerpt]
    j, limit = tags[draw.positive], f[draw.positive] - 1
    carried = _and([tags[i] for i in problem.positives[move.excerpt]])
    drawn = (
        f"Excerpt {name} carries {carried}. Drawn: {j}, at {_number(f[draw.positive])}; "
        f"a negative above {_number(limit)} is too close."
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
        f"{weight:.2f}. {k} is too close by {over:.2f}, so the loss is {weight:.2f} · "
        f"{over:.2f} = {draw.loss:.2f}."
    )
    return [drawn, negatives, weighed, f"{j} and {name} move together, {k} and {name} move apart. {standing}"]


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
