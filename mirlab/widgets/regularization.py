"""How hard training is held back, against what it learns, what it generalizes to, and what carries over."""

from dataclasses import dataclass

import ipywidgets
import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import evaluate, plots
from mirlab.features import aggregate
from mirlab.lessons import show
from mirlab.nonlinear import NonlinearWarpEmbedding
from mirlab.warp import WarpEmbedding

BOUNDS = (1.0, 0.3, 0.1, 0.03, 0.01)
"""What no label embedding may be longer than."""
HIDDEN = (0, 50, 200, 800)
"""How many hidden units; 0 is the paper's linear map."""
FIGURES = ("source, songs it learned", "source, new songs", "target, precision at 10")
EVERY = 20  # one frame in 20 of the sources: half a second apart
FRAMES = 192  # of a target excerpt: three windows


@dataclass
class Small:
    """A part of the paper's experiment, small enough to be done while one waits; made by `small`.

    Attributes
    ----------
    learned, new : list of (X, y)
        Frames of the sources: of the songs to learn from, and of others.
    frames : ndarray, shape (n, 192, d)
        The beginning of each target excerpt.
    y : ndarray, shape (n,)
        Labels of the target: to judge only.
    """

    learned: list
    new: list
    frames: np.ndarray
    y: np.ndarray

    @threadpool_limits.wrap(limits=1, user_api="blas")  # the same result on any machine, and no slower
    def measure(self, bound, hidden):
        """Learn an embedding of the sources, and measure it on them and on the target.

        Parameters
        ----------
        bound : float
            No label embedding is longer.
        hidden : int
            Hidden units; 0 for a linear map.

        Returns
        -------
        dict of str to float
            Share of source frames for which the right label is first, among songs that were learned and among
            others; precision at 10 on the target.
        """
        settings = {"n_epochs": 4, "epoch_size": 20_000, "label_max_norm": bound}
        settings |= {"standardize": True, "random_state": 0}
        model = NonlinearWarpEmbedding(n_hidden=hidden, **settings) if hidden else WarpEmbedding(**settings)
        model.fit_datasets(self.learned)
        right = [
            np.mean([np.mean(model.predict(X, number) == y) for number, (X, y) in enumerate(sets)])
            for sets in (self.learned, self.new)
        ]
        found = [*right, self.precision(model.transform)]
        return dict(zip(FIGURES, map(float, found), strict=True))

    def precision(self, transform=np.asarray):
        """Return the precision at 10 of the target, its frames mapped by `transform`."""
        n, length, d = self.frames.shape
        mapped = transform(self.frames.reshape(-1, d)).reshape(n, length, -1)
        return evaluate.precision_at_k(
            evaluate.song_vectors([aggregate(track) for track in mapped]), self.y, k=min(10, n - 1)
        )


def small(study, target="gtzan-synth"):
    """Take a part of the sources' frames and of the target's.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data.
    target : str
        The target set; sources are the other genre sets.

    Returns
    -------
    Small
        One song in three of the sources is kept apart, to see what carries over to new songs of a known set.
    """
    learned, new = [], []
    for name in study.sources("genre", target):
        source = study.features(name)
        songs = np.arange(len(source))
        tracks = [source.track(i)[::EVERY].copy() for i in songs]  # a view would hold all frames
        for sets, mine in ((learned, songs[songs % 3 > 0]), (new, songs[::3])):
            y = np.repeat(source.dataset.y[mine], [len(tracks[i]) for i in mine])
            sets.append((np.concatenate([tracks[i] for i in mine]), y))
    made = study.features(target)
    tracks = [made.track(i)[:FRAMES].copy() for i in range(len(made))]
    length = min(map(len, tracks))
    frames = np.stack([track[:length] for track in tracks])
    return Small(learned, new, frames, made.dataset.y)


def says(now, before):
    """Name what moved from one setting to the next.

    Parameters
    ----------
    now, before : dict of str to float
        From `Small.measure`.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> before = dict(zip(FIGURES, (0.5, 0.4, 0.42)))
    >>> says(dict(zip(FIGURES, (0.6, 0.41, 0.42))), before)
    'It learned its songs better, new songs of the same sets hardly, and for the target nothing changed.'
    """
    if not before:
        return "Move a slider: what changes on the source, and what of that on the target?"
    words = {1: "better", 0: "hardly", -1: "worse"}
    learned, new, target = (
        0 if abs(now[name] - before[name]) < 0.02 else int(np.sign(now[name] - before[name]))
        for name in FIGURES
    )
    target = {1: "the target gained", 0: "for the target nothing changed", -1: "the target lost"}[target]
    first = (
        "It learned its songs hardly otherwise" if not learned else f"It learned its songs {words[learned]}"
    )
    return f"{first}, new songs of the same sets {words[new]}, and {target}."


class Regularization(ipywidgets.VBox):
    """Two sliders, a picture and a sentence; made by `regularization`.

    Attributes
    ----------
    bound, hidden : ipywidgets.SelectionSlider
        The controls.
    picture, sentence : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, part):
        self.part, self.known, self.shown = part, {}, None
        self.level = part.precision()
        wide = {
            "continuous_update": False,
            "style": {"description_width": "11em"},
            "layout": {"width": "32em"},
        }
        self.bound = ipywidgets.SelectionSlider(options=BOUNDS, description="bound on the labels", **wide)
        self.hidden = ipywidgets.SelectionSlider(
            options=[("none: linear", 0), *((str(n), n) for n in HIDDEN[1:])],
            description="hidden units",
            **wide,
        )
        self.picture, self.sentence = ipywidgets.HTML(), ipywidgets.HTML()
        super().__init__([self.bound, self.hidden, self.sentence, self.picture])
        self.add_class("mirlab-regularization")
        for control in (self.bound, self.hidden):
            control.observe(lambda _: self.draw(), "value")
        self.draw()

    def __repr__(self) -> str:
        return "<two sliders, bound and hidden units, and what training makes of them: run this cell>"

    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": repr(self)}

    def draw(self) -> None:
        """Learn what is not known yet, and show it."""
        setting = self.bound.value, self.hidden.value
        if setting not in self.known:
            self.sentence.value = '<div role="status">Training …</div>'
            self.known[setting] = self.part.measure(*setting)
        before = {} if self.shown is None else self.known[self.shown]
        now = self.known[setting]
        units = f"{setting[1]} hidden units" if setting[1] else "linear"
        title = f"{units}, labels within {setting[0]:g}"
        said = f"{title}: {', '.join(f'{name} {value:.2f}' for name, value in now.items())}."
        self.sentence.value = f'<div role="status"><strong>{said}</strong> {says(now, before)}</div>'
        level = (FIGURES[2], "base features", self.level)
        self.picture.value = show(plots.moved(now, before, title=title, level=level))._repr_html_()
        self.shown = setting


def regularization(part) -> Regularization:
    """Return two sliders that hold training back or let it loose.

    Parameters
    ----------
    part : Small
        From `small`.

    Returns
    -------
    Regularization
        A widget. Each new setting is learned at once: a second or two.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(range(4), 30)
    >>> X = rng.normal(size=(120, 6)) + 3 * np.eye(6)[y]
    >>> part = Small([(X, y)], [(X, y)], rng.normal(size=(20, 64, 6)), np.repeat([0, 1], 10))
    >>> widget = regularization(part)
    >>> widget.hidden.value = 50
    >>> "50 hidden units, labels within 1" in widget.sentence.value
    True
    """
    return Regularization(part)
