"""WARP one step at a time: eight excerpts and seven tags in a space of two dimensions."""

from itertools import islice

import traitlets

from mirlab import plots
from mirlab.show.controls import Pictured
from mirlab.show.players import play
from mirlab.warp.tiny import TinyProblem, explain, walk


def warp_stepper(problem: TinyProblem, *, seed: int = 0) -> "WarpStepper":
    """Return a widget that takes WARP steps on a tiny problem.

    Parameters
    ----------
    problem : TinyProblem
        From `tiny_problem`.
    seed : int
        Seed of the start and of the draws.

    Returns
    -------
    WarpStepper
        In a notebook, it has buttons.
    """
    return WarpStepper(problem, seed=seed)


class WarpStepper(Pictured):
    """The space after any number of steps, with a picture, an explanation and the sound of the last step.

    Parameters
    ----------
    problem : TinyProblem
        The problem to learn.
    seed : int
        For `walk`.

    Attributes
    ----------
    steps : int
        How many steps have been taken; the buttons and Python both set it, up or down.
    shown : int
        The step that the picture shows: `steps`, as soon as it is drawn.
    picture, alt, said
        The last step, and what it did; see `mirlab.show.controls.Pictured`.
    drawn : int
        The excerpt of the last step.
    """

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    sounds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=2000).tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)
    drawn = traitlets.Int(0).tag(sync=True)

    def __init__(self, problem, *, seed=0):
        self.problem, self._seed = problem, seed
        self._walk, self._moves = walk(problem, seed=seed), []
        players = [play(problem.audio(e), name) for e, name in enumerate(problem.names)]
        carried = [", ".join(problem.tags[i] for i in mine) for mine in problem.positives]
        super().__init__(
            names=[f"{name}: {tags}" for name, tags in zip(problem.names, carried, strict=True)],
            sounds=[p.url for p in players],
        )
        self._draw()
        self.observe(lambda _: self._draw(), "steps")

    def __repr__(self) -> str:
        n, tags = len(self.problem.X), len(self.problem.tags)
        return f"<WARP on {n} excerpts and {tags} tags, one step at a time: run this cell to take steps>"

    def _draw(self) -> None:
        self._moves.extend(islice(self._walk, max(0, self.steps - len(self._moves))))
        if self.steps:
            move = self._moves[self.steps - 1]
            figure, sentences = plots.warp_moves(self.problem, [move]), explain(self.problem, move)
            self.drawn = move.excerpt
        else:
            V, W = self.problem.start(self._seed)
            close = self.problem.too_close(V, W)
            beside = "After a step, this shows the affinities of its excerpt, before and after."
            figure = plots.warp_space(self.problem, V, W, beside=beside)
            sentences = [f"Nothing is learned yet: {close.sum()} of {len(close)} pairs are too close."]
        self.show(figure, "\n".join(sentences), shown=self.steps)
