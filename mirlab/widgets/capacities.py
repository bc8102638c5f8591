"""Capacity and training size against accuracy, on training songs and on new ones."""

import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import evaluate, plots
from mirlab.widgets.sliders import Sliders, slider

FEATURES = (1, 2, 5, 10, 20, 40, 80, 160, 240, 400, 800)
"""The capacities that can be chosen: the number of features of a song that the model sees."""
SONGS = (40, 80, 160, 240)
"""The numbers of training songs; each is a capacity too, at which the model just fits all of them."""
CURVES = ("training songs", "new songs")


@threadpool_limits.wrap(limits=1, user_api="blas")  # on small systems threads cost more than they save
def accuracies(X, y, groups, n_songs, *, random_state=0):
    """Measure least squares on its training songs and on songs by artists that are new to it.

    The songs are split into five folds by artist. Four of them validate in turn; the fifth is not used, so
    that it can still be the test. Features are taken in a random order.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        One vector per song.
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
    accuracy = np.zeros((2, len(sizes)))
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
                predicted = (Z[part, :d] @ weights + mean).argmax(axis=1)
                accuracy[i, j] += np.mean(predicted == y[part]) / 4
    return accuracy


def says(n_features, n_songs, train, new):
    """Say what two accuracies show: underfitting, overfitting, or neither.

    Parameters
    ----------
    n_features, n_songs : int
        Number of features, and of training songs.
    train, new : float
        Accuracy on training songs and on new ones.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> says(2, 240, 0.25, 0.2)
    'Underfitting: accuracy is low even on the training songs.'
    >>> says(240, 240, 1.0, 0.2)
    'Overfitting: accuracy on new songs is 0.80 lower than on the training songs.'
    """
    if n_features > n_songs:
        return (
            "Many weights fit all training songs; least squares takes the smallest, and that regularizes it."
        )
    if train - new > 0.3:
        return f"Overfitting: accuracy on new songs is {train - new:.2f} lower than on the training songs."
    if train < 0.6:
        return "Underfitting: accuracy is low even on the training songs."
    return "In between: accuracy is high on the training songs, and most of it holds for new ones."


class Capacity(Sliders):
    """Two sliders, a sentence, and the picture of both curves; made by `capacity`.

    Attributes
    ----------
    songs, features : ipywidgets.SelectionSlider
        The sliders.
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, X, y, groups):
        self.data, self.known = (X, y, groups), {}
        self.features = slider([d for d in FEATURES if d <= np.shape(X)[1]], "features")
        self.songs = slider(SONGS, "training songs", value=SONGS[-1])
        super().__init__(self.features, self.songs)

    def __repr__(self) -> str:
        return "<two sliders, features and training songs, and both curves: run this cell to move them>"

    def draw(self) -> None:
        """Measure the accuracies if the number of songs is new, and show the curves."""
        d, n = self.features.value, self.songs.value
        if n not in self.known:
            self.known[n] = accuracies(*self.data, n)
        sizes, both = list(self.features.options), self.known[n]
        train, new = both[:, sizes.index(d)]
        self.say(
            f"{d} features, {n} songs: {train:.2f} on training songs, {new:.2f} on new ones.",
            says(d, n, train, new),
        )
        self.show(curves({n: both}, at=d))


def curves(known, *, title="", at=None):
    """Draw both curves for one or more training sizes.

    Parameters
    ----------
    known : dict of int to ndarray, shape (2, sizes)
        What `accuracies` returned, by number of training songs.
    title : str
        What the figure shows.
    at : int, optional
        A number of features to mark.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per training size.
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
    """Return two sliders, for capacity and training size, with the curves of both accuracies.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        One vector per song, 400 songs or more.
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
