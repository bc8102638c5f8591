"""The strength of regularization against accuracy on training songs, on new songs, and on the target."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import evaluate, plots
from mirlab.features import aggregate
from mirlab.warp import NonlinearWarpEmbedding, WarpEmbedding
from mirlab.widgets.sliders import Sliders, slider

BOUNDS = (1.0, 0.3, 0.1, 0.03, 0.01)
"""Largest length of a label embedding."""
HIDDEN = (0, 50, 200, 800)
"""Numbers of hidden units; 0 is the paper's linear map."""
FIGURES = ("source, songs it learned", "source, new songs", "target, precision at 10")
EVERY = 20  # one frame in 20 of the sources: half a second apart
FRAMES = 192  # of a target excerpt: three windows


@dataclass
class Small:
    """A part of the paper's experiment that takes a second or two; made by `small`.

    Attributes
    ----------
    learned, new : list of (X, y)
        Frames of the sources: of the training songs, and of other songs.
    frames : ndarray, shape (n, 192, d)
        The beginning of each target excerpt.
    y : ndarray, shape (n,)
        Labels of the target; they are used for the evaluation only.
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
            Largest length of a label embedding.
        hidden : int
            Hidden units; 0 for a linear map.

        Returns
        -------
        dict of str to float
            Share of source frames with the right label first, for training songs and for other songs;
            precision at 10 on the target.
        """
        settings = {"n_epochs": 4, "epoch_size": 20_000, "label_max_norm": bound}
        settings |= {"standardize": True, "random_state": 0}
        model = NonlinearWarpEmbedding(n_hidden=hidden, **settings) if hidden else WarpEmbedding(**settings)
        model.fit_datasets(self.learned)
        right = [
            np.mean([np.mean(model.predict(X, number) == y) for number, (X, y) in enumerate(sets)])
            for sets in (self.learned, self.new)
        ]
        return dict(zip(FIGURES, map(float, [*right, self.precision(model.transform)]), strict=True))

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
        One song in three of the sources is not learned, to measure accuracy on new songs of a known set.
    """
    learned, new = [], []
    for name in study.sources("genre", target):
        source = study.stored(name)
        songs = np.arange(len(source))
        tracks = [source.track(i)[::EVERY].copy() for i in songs]  # a view would hold all frames
        for sets, mine in ((learned, songs[songs % 3 > 0]), (new, songs[::3])):
            y = np.repeat(source.dataset.y[mine], [len(tracks[i]) for i in mine])
            sets.append((np.concatenate([tracks[i] for i in mine]), y))
    made = study.stored(target)
    tracks = [made.track(i)[:FRAMES].copy() for i in range(len(made))]
    length = min(map(len, tracks))
    frames = np.stack([track[:length] for track in tracks])
    return Small(learned, new, frames, made.dataset.y)


def says(now, before):
    """Name what changed from one setting to the next.

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
    'Training accuracy rose, accuracy on new songs barely changed, and precision on the target barely
    changed.'
    """
    if not before:
        return "Move a slider: what changes on the source, and how much of it on the target?"
    changes = [now[name] - before[name] for name in FIGURES]
    learned, new, target = (
        "barely changed" if abs(change) < 0.02 else "rose" if change > 0 else "fell" for change in changes
    )
    return f"Training accuracy {learned}, accuracy on new songs {new}, and precision on the target {target}."


class Regularization(Sliders):
    """Two sliders, a sentence and a picture; made by `regularization`.

    Attributes
    ----------
    bound, hidden : ipywidgets.SelectionSlider
        The sliders.
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, part):
        self.part, self.known, self.shown = part, {}, None
        self.level = part.precision()
        self.bound = slider(BOUNDS, "bound on the labels", wide=32)
        units = [("none: linear", 0), *((str(n), n) for n in HIDDEN[1:])]
        self.hidden = slider(units, "hidden units", wide=32)
        super().__init__(self.bound, self.hidden)
        self.add_class("mirlab-regularization")

    def __repr__(self) -> str:
        return "<two sliders, bound and hidden units, and what training makes of them: run this cell>"

    def draw(self) -> None:
        """Train with a setting if it is new, and show its results."""
        setting = self.bound.value, self.hidden.value
        if setting not in self.known:
            self.say("Training …")
            self.known[setting] = self.part.measure(*setting)
        before = {} if self.shown is None else self.known[self.shown]
        now = self.known[setting]
        units = f"{setting[1]} hidden units" if setting[1] else "linear"
        title = f"{units}, labels within {setting[0]:g}"
        values = ", ".join(f"{name} {value:.2f}" for name, value in now.items())
        self.say(f"{title}: {values}.", says(now, before))
        level = (FIGURES[2], "base features", self.level)
        self.show(plots.moved(now, before, title=title, level=level))
        self.shown = setting


def regularization(part) -> Regularization:
    """Return two sliders for the strength of regularization and the number of hidden units.

    Parameters
    ----------
    part : Small
        From `small`.

    Returns
    -------
    Regularization
        A widget. Each new setting is trained at once, which takes a second or two.

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
