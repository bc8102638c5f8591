"""Genre recognition under any setting: data set, features, number of labelled songs, and kind of split."""

from dataclasses import dataclass

import numpy as np
import traitlets
from threadpoolctl import threadpool_limits

from mirlab.evaluate import LearningCurve, compare, learning_curve
from mirlab.paper import FEATURES
from mirlab.plots import LOOK
from mirlab.plots.look import finish, legend_below
from mirlab.show.controls import Pictured, check_choice
from mirlab.show.figures import Figure, draws_figure

SONGS = (1, 2, 5, 10, 20, 0)
"""Numbers of labelled songs per label that can be chosen; 0 means all songs."""
SPLITS = ("song", "artist")
"""The unit that is never on both sides of a split."""
FOLDS = 5  # half as many as in the paper: an answer within three seconds or so
FOLDS_OF_ALL = 3  # with all songs; five folds of the largest set take four to five seconds


@dataclass(frozen=True)
class Setting:
    """One setting of the measurement.

    Attributes
    ----------
    target : str
        The target set.
    features : {"base", "genre", "tag"}
        The features.
    songs : int
        Labelled songs per label, at most; 0 for all songs.
    split : {"song", "artist"}
        The unit that is never on both sides of a split.

    Examples
    --------
    >>> print(Setting("gtzan-synth", "tag", 1, "artist"))
    gtzan-synth, tag embedding, 1 song per label, split by artist
    """

    target: str
    features: str
    songs: int
    split: str

    def __str__(self) -> str:
        return f"{self.target}, {LOOK[self.features]['label']}, {self.amount}, split by {self.split}"

    @property
    def amount(self) -> str:
        """The number of songs in words."""
        return f"{self.songs} song{'s' * (self.songs > 1)} per label" if self.songs else "all songs"


@threadpool_limits.wrap(limits=1, user_api="blas")  # on small systems threads cost more than they save
def measure(study, setting) -> LearningCurve:
    """Measure accuracy under one setting.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    setting : Setting
        The setting.

    Returns
    -------
    mirlab.evaluate.LearningCurve
        A curve of one point, from five folds; from three with all songs, where choosing the ridge takes
        longest. The fewer the songs, the more depends on the choice of songs, and the more draws are
        averaged: ten at one song per label.

    Raises
    ------
    ValueError, TypeError
        If there is no such set, kind of features or split, or `songs` is not a whole number from 0.
    """
    check_choice("target", setting.target, study.targets)
    check_choice("features", setting.features, FEATURES)
    check_choice("split", setting.split, SPLITS)
    data = study.stored(setting.target).dataset
    return learning_curve(
        study.windows(setting.target, setting.features),
        data.y,
        per_class=setting.songs or int(np.bincount(data.y).max()),
        groups=data.groups if setting.split == "artist" else study.groups(setting.target),
        n_splits=FOLDS if setting.songs else FOLDS_OF_ALL,
        n_draws=max(1, 10 // max(1, setting.songs)) if setting.songs else 1,
        random_state=study.seed,
    )


def shortage(curve) -> str:
    """Say which label has fewer training songs than requested; return an empty text if none has.

    Parameters
    ----------
    curve : mirlab.evaluate.LearningCurve
        Of one size.

    Returns
    -------
    str
        A clause with the smallest number of training songs of a label in any fold.
    """
    labels, codes = np.unique(curve.y, return_inverse=True)
    folds = np.unique(curve.folds)
    counts = [np.bincount(codes[curve.folds != fold], minlength=len(labels)) for fold in folds]
    fewest = int(np.min(counts))
    return f", only {fewest} for the smallest label" if fewest < curve.per_class[0] else ""


def tell(setting, tried) -> str:
    """Report the accuracy of one setting, and its difference from other settings that were tried.

    Parameters
    ----------
    setting : Setting
        One of the settings in `tried`.
    tried : dict of Setting to mirlab.evaluate.LearningCurve
        From `measure`.

    Returns
    -------
    str
        Other features are compared fold by fold, by `mirlab.evaluate.compare`. Other splits have other folds;
        for them it is the plain difference.
    """
    now = tried[setting]
    labels, folds, draws = len(np.unique(now.y)), now.scores.shape[1], now.n_draws
    sentences = [
        f"{setting}{shortage(now) if setting.songs else ''}: accuracy {now.mean[0]:.2f} ± "
        f"{now.reach[0]:.2f} (95 % interval; {folds} folds, {draws} draw{'s' * (draws > 1)} in each; a "
        f"random guess among {labels} labels has {1 / labels:.2f})."
    ]
    for other, curve in tried.items():
        if (other.target, other.songs) != (setting.target, setting.songs) or other == setting:
            continue
        if other.split == setting.split:
            d = compare(now, curve)
            clear = "clear" if d.p[0] < 0.05 else "no clear difference"
            sentences.append(
                f"Against the {LOOK[other.features]['label']}: {d.difference[0]:+.3f} ± "
                f"{d.reach[0]:.3f}, {clear} (p = {d.p[0]:.3f})."
            )
        elif other.features == setting.features:
            sentences.append(f"Against the split by {other.split}: {now.mean[0] - curve.mean[0]:+.3f}.")
    return " ".join(sentences)


@draws_figure
def chart(tried, now=None, *, title=""):
    """Draw the accuracy of all settings that were tried.

    Parameters
    ----------
    tried : dict of Setting to mirlab.evaluate.LearningCurve
        From `measure`.
    now : Setting, optional
        Draw its set only, and mark this setting.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per set; filled marks are splits by song, hollow ones splits by artist.

    Raises
    ------
    ValueError
        If `tried` is empty.
    """
    names = list(dict.fromkeys(one.target for one in tried if now is None or one.target == now.target))
    if not names:
        raise ValueError(
            "tried is empty; it must hold at least one setting and what `measure` returned for it"
        )
    figure = Figure(figsize=(4.2 * len(names) + 2.4, 3.6), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    values = []
    for axis, name in zip(axes, names, strict=True):
        if now is not None:
            place = SONGS.index(now.songs)
            axis.axvspan(place - 0.4, place + 0.4, color="0.92")
        for kind in FEATURES:
            for split in SPLITS:
                mine = [one for one in tried if (one.target, one.features, one.split) == (name, kind, split)]
                _line(axis, sorted(mine, key=lambda one: SONGS.index(one.songs)), tried)
        axis.set_xticks(range(len(SONGS)), [str(k) if k else "all" for k in SONGS])
        axis.set(xlim=(-0.5, len(SONGS) - 0.5), ylim=(0, 1), xlabel="labelled songs per label, at most")
        if len(names) > 1:  # else the figure's own title names the set
            axis.set_title(name)
        axis.grid(alpha=0.3)
        values += [f"{one}: {curve.mean[0]:.2f}" for one, curve in tried.items() if one.target == name]
    axes[0].set_ylabel("accuracy on other songs (95 % intervals)")
    legend_below(figure, *axes, ncols=2)
    return finish(figure, f"Accuracy: {'; '.join(values)}.", title=title)


def _line(axis, settings, tried):
    """Draw one kind of features under one split."""
    if not settings:
        return
    first = settings[0]
    look, hollow = dict(LOOK[first.features]), first.split == "artist"
    look["label"] += f", split by {first.split}"
    aside = 0.08 * (FEATURES.index(first.features) - 1) + 0.04 * hollow  # so that bars do not hide each other
    axis.errorbar(
        [SONGS.index(one.songs) + aside for one in settings],
        [tried[one].mean[0] for one in settings],
        yerr=[tried[one].reach[0] for one in settings],
        mfc="white" if hollow else None,
        alpha=0.75 if hollow else 1,
        capsize=3,
        **look,
    )


def few_labels(study, *, target="gtzan-synth"):
    """Return a widget in which learners choose a setting and see its accuracy.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The set at the start.

    Returns
    -------
    FewLabels
        In a notebook, it measures each setting once, and remembers it.

    Raises
    ------
    ValueError
        If `target` is not one of the study's target sets.
    """
    check_choice("target", target, study.targets)
    return FewLabels(study, target)


class FewLabels(Pictured):
    """Four lists to choose from, a picture and a sentence; made by `few_labels`.

    It starts with one labelled song per label and two kinds of features, to show a difference.

    Attributes
    ----------
    target, features, split : str
        As in `Setting`; the screen and Python both set them.
    songs : int
        As in `Setting`, and set in the same way.
    tried : dict of Setting to mirlab.evaluate.LearningCurve
        All measurements so far.
    picture, alt, said
        See `mirlab.show.controls.Pictured`.
    """

    options = traitlets.Dict().tag(sync=True)
    target = traitlets.Unicode().tag(sync=True)
    features = traitlets.Unicode("base").tag(sync=True)
    songs = traitlets.Int(1).tag(sync=True)
    split = traitlets.Unicode("song").tag(sync=True)

    def __init__(self, study, target):
        self.study, self.tried = study, {}
        options = {
            "target": ["Target set", [[name, name] for name in study.targets]],
            "features": ["Features", [[kind, LOOK[kind]["label"]] for kind in FEATURES]],
            "songs": ["Labelled songs per label", [[k, str(k) if k else "all"] for k in SONGS]],
            "split": ["Split by", [[split, split] for split in SPLITS]],
        }
        super().__init__(options=options, target=target)
        self.observe(lambda _: self._measure(), list(options))
        self._measure()
        self.features = "tag"

    @traitlets.validate("target", "features", "songs", "split")
    def _known(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        check_choice(name, value, [value for value, _ in self.options[name][1]], traitlets.TraitError)
        return value

    def __repr__(self) -> str:
        return f"<set, features, songs and split: run this cell to choose> {self.said}"

    def _measure(self) -> None:
        """Measure the setting if it is new, and show all measurements of its set."""
        now = Setting(self.target, self.features, self.songs, self.split)
        if now not in self.tried:
            self.tried[now] = measure(self.study, now)
        figure = chart(self.tried, now, title=f"{now}: {self.tried[now].mean[0]:.2f}")
        counted = f"Settings tried so far: {len(self.tried)}. The best of many settings is partly lucky."
        self.show(figure, f"{tell(now, self.tried)} {counted}")
