"""Capacity and training size, against the accuracy on songs that were learned and on new ones."""

import ipywidgets
import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import evaluate, plots
from mirlab.lessons import show

FEATURES = (1, 2, 5, 10, 20, 40, 80, 160, 240, 400, 800)
"""What the capacity can be: of how many features of a song the model is told."""
SONGS = (40, 80, 160, 240)
"""How many training songs there can be; each is a capacity too, where the model just fits them all."""
CURVES = ("training songs", "new songs")


@threadpool_limits.wrap(limits=1, user_api="blas")  # on small systems threads cost more than they save
def accuracies(X, y, groups, n_songs, *, random_state=0):
    """Measure least squares on songs that it learned and on songs by artists that are new to it.

    The songs are dealt out to five folds by artist. Four of them take turns to validate; the fifth is not
    looked at, so that it can still be the test. Features are taken in a random order.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        One vector a song.
    y : ndarray, shape (n,) of int
        Labels.
    groups : ndarray, shape (n,) of int
        Artists.
    n_songs : int
        Number of training songs, at most three fifths of n.
    random_state : int
        Seed of folds and draws.

    Returns
    -------
    ndarray, shape (2, sizes)
        Accuracy on training songs and on new songs, for each number of `FEATURES` that X has.

    Notes
    -----
    There is no penalty: with fewer features than songs it is plain least squares, with more of them the
    smallest weights among all that fit. At the boundary there is one fit, and its weights are huge.
    """
    X, targets = np.asarray(X, dtype=float), np.eye(np.max(y) + 1)[y]
    fold = evaluate.folds(y, groups, n_splits=5, random_state=random_state)
    sizes = [d for d in FEATURES if d <= X.shape[1]]
    found = np.zeros((2, len(sizes)))
    for validation in range(1, 5):
        rng = np.random.default_rng([random_state, validation])
        train = rng.permutation(np.flatnonzero((fold != 0) & (fold != validation)))[:n_songs]
        order = rng.permutation(X.shape[1])
        spread = X[train].std(axis=0)
        Z = (X - X[train].mean(axis=0))[:, order] / np.where(spread, spread, 1)[order]
        mean = targets[train].mean(axis=0)
        parts = train, np.flatnonzero(fold == validation)
        for j, d in enumerate(sizes):
            weights = np.linalg.lstsq(Z[train, :d], targets[train] - mean, rcond=1e-8)[0]
            for i, part in enumerate(parts):
                guessed = (Z[part, :d] @ weights + mean).argmax(axis=1)
                found[i, j] += np.mean(guessed == y[part]) / 4
    return found


def says(n_features, n_songs, train, new):
    """Name what two accuracies show.

    Parameters
    ----------
    n_features, n_songs : int
        Capacity, and training songs.
    train, new : float
        Accuracy on training songs and on new ones.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> says(2, 240, 0.25, 0.2)
    'Underfitting: it is poor even on the songs it learned.'
    >>> says(240, 240, 1.0, 0.2)
    'Overfitting: of what it can do on the songs it learned, 0.80 is lost on new ones.'
    """
    if n_features > n_songs:
        return (
            "Many weights fit all its songs; least squares takes the smallest of them, which is a restraint."
        )
    if train - new > 0.3:
        return (
            f"Overfitting: of what it can do on the songs it learned, {train - new:.2f} is lost on new ones."
        )
    if train < 0.6:
        return "Underfitting: it is poor even on the songs it learned."
    return "In between: it does well on the songs it learned, and most of that holds for new ones."


class Capacity(ipywidgets.VBox):
    """Two sliders, the picture of both curves, and a sentence; made by `capacity`.

    Attributes
    ----------
    songs, features : ipywidgets.SelectionSlider
        The controls.
    picture, sentence : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, X, y, groups):
        self.data, self.known = (X, y, groups), {}
        sizes = [d for d in FEATURES if d <= np.shape(X)[1]]
        wide = {
            "continuous_update": False,
            "style": {"description_width": "9em"},
            "layout": {"width": "30em"},
        }
        self.features = ipywidgets.SelectionSlider(
            options=sizes, value=sizes[0], description="features", **wide
        )
        self.songs = ipywidgets.SelectionSlider(
            options=SONGS, value=SONGS[-1], description="training songs", **wide
        )
        self.picture, self.sentence = ipywidgets.HTML(), ipywidgets.HTML()
        super().__init__([self.features, self.songs, self.sentence, self.picture])
        for control in (self.features, self.songs):
            control.observe(lambda _: self.draw(), "value")
        self.draw()

    def __repr__(self) -> str:
        return "<two sliders, features and training songs, and both curves: run this cell to move them>"

    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": repr(self)}

    def draw(self) -> None:
        """Measure what is not known yet, and show it."""
        d, n = self.features.value, self.songs.value
        if n not in self.known:
            self.known[n] = accuracies(*self.data, n)
        sizes, both = list(self.features.options), self.known[n]
        train, new = both[:, sizes.index(d)]
        said = f"{d} features, {n} songs: {train:.2f} on training songs, {new:.2f} on new ones."
        self.sentence.value = f'<div role="status"><strong>{said}</strong> {says(d, n, train, new)}</div>'
        self.picture.value = show(curves({n: both}, at=d))._repr_html_()


def curves(known, *, title="", at=None):
    """Draw both curves for one or more training sizes.

    Parameters
    ----------
    known : dict of int to ndarray, shape (2, sizes)
        What `accuracies` gave, by number of training songs.
    title : str
        What it shows.
    at : int, optional
        A number of features to mark.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a training size.
    """
    lines = {
        f"{n} training songs": {
            name: (FEATURES[: len(line)], line) for name, line in zip(CURVES, both, strict=True)
        }
        for n, both in known.items()
    }
    looks = {"log": True, "ylim": (0, 1.04), "title": title, "at": at}
    return plots.line_chart(lines, xlabel="features", ylabel="accuracy", **looks)


def capacity(X, y, groups) -> Capacity:
    """Return two sliders, for capacity and training size, beside the curves that they move along.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        One vector a song, 400 songs or more.
    y : ndarray, shape (n,) of int
        Labels.
    groups : ndarray, shape (n,) of int
        Artists.

    Returns
    -------
    Capacity
        A widget.

    Raises
    ------
    ValueError
        If there are too few songs for the largest training size.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(range(5), 80)
    >>> widget = capacity(rng.normal(size=(400, 40)) + y[:, None], y, np.arange(400))
    >>> widget
    <two sliders, features and training songs, and both curves: run this cell to move them>
    >>> widget.features.value = 40
    >>> "40 features, 240 songs" in widget.sentence.value
    True
    """
    if len(y) * 3 // 5 < SONGS[-1]:
        need = SONGS[-1] * 5 // 3
        raise ValueError(f"y has {len(y)} songs; at least {need} are needed, {SONGS[-1]} of them to train on")
    return Capacity(X, np.asarray(y), np.asarray(groups))
