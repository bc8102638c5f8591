"""Accuracy with and without transfer, measured anew whenever the number of labelled songs is moved."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

from mirlab.evaluate import Comparison, LearningCurve, compare, learning_curve
from mirlab.plots import LOOK

HERE = Path(__file__).parent
MOST = 20  # labelled songs of each label
FOLDS = 5  # with the draws below, less than a second on one core for any set


@dataclass(frozen=True)
class Trial:
    """One target set at one number of labelled songs, with and without transfer.

    Attributes
    ----------
    target : str
        The target set.
    songs : int
        Labelled songs of each label, at most.
    base, tag : mirlab.evaluate.LearningCurve
        Without transfer and with it: the same folds, the same songs.
    gain : mirlab.evaluate.Comparison
        Tag embedding minus base features, fold by fold.
    """

    target: str
    songs: int
    base: LearningCurve
    tag: LearningCurve
    gain: Comparison

    @property
    def chance(self) -> float:
        """Accuracy of a blind guess among the labels."""
        return 1 / len(np.unique(self.base.y))

    @property
    def verdict(self) -> str:
        """Who is ahead, if that is more than the draw of folds explains."""
        if self.gain.p[0] >= 0.05:
            return "no clear difference"
        return "transfer helps" if self.gain.difference[0] > 0 else "transfer hurts"

    def __str__(self) -> str:
        labels, draws = len(np.unique(self.base.y)), self.base.n_draws
        accuracy = ", ".join(
            f"{LOOK[kind]['label']} {curve.mean[0]:.2f} ± {curve.standard_error[0]:.2f}"
            for kind, curve in (("base", self.base), ("tag", self.tag))
        )
        return (
            f"{self.target}, {self.songs} labelled song{'s' * (self.songs > 1)} of each of {labels} labels. "
            f"Accuracy: {accuracy}, blind guess {self.chance:.2f}. "
            f"Gain: {self.gain.difference[0]:+.3f} ± {self.gain.standard_error[0]:.3f}, {self.verdict}. "
            f"({len(self.base.y)} songs tested; {FOLDS} folds, {draws} draw{'s' * (draws > 1)} in each; "
            f"paired test, p = {self.gain.p[0]:.3f}.)"
        )


def trial(study, target, songs):
    """Learn the labels of a set from few songs, on base features and on the tag embedding.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The target set.
    songs : int
        Labelled songs of each label, at least 1; a label with fewer gives all it has.

    Returns
    -------
    Trial
        From five folds. The fewer the songs, the more hangs on which they are, and the more draws are
        averaged: ten at one song a label.

    Raises
    ------
    ValueError, TypeError
        If `songs` is not a whole number above 0.

    Examples
    --------
    >>> from mirlab.paper import Study
    >>> trial(Study(), "gtzan-synth", 1).verdict  # doctest: +SKIP
    'transfer helps'
    """
    y, groups = study.features(target).dataset.y, study.groups(target)
    draws = max(1, 10 // max(1, songs))
    base, tag = (
        learning_curve(
            study.windows(target, features),
            y,
            per_class=songs,
            groups=groups,
            n_splits=FOLDS,
            n_draws=draws,
            random_state=study.seed,
        )
        for features in ("base", "tag")
    )
    return Trial(target, songs, base, tag, compare(tag, base))


def transfer_gains(trials):
    """Draw what transfer gains or loses, by number of labelled songs.

    Parameters
    ----------
    trials : list of Trial
        Of one or several sets.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a set; bars are standard errors of the paired difference; filled marks are differences
        beyond chance.

    Raises
    ------
    ValueError
        If there are no trials.
    """
    if not trials:
        raise ValueError("trials is empty; it must hold at least one, as `trial` returns them")
    by_set = {}
    for one in trials:
        by_set.setdefault(one.target, []).append(one)
    figure = Figure(figsize=(2.4 * len(by_set) + 0.6, 3.0), layout="constrained")
    axes = figure.subplots(1, len(by_set), sharey=True, squeeze=False)[0]
    told = []
    for axis, (target, mine) in zip(axes, by_set.items(), strict=True):
        places = np.arange(len(mine))
        gains = np.array([one.gain.difference[0] for one in mine])
        errors = [one.gain.standard_error[0] for one in mine]
        color = LOOK["tag"]["color"]
        axis.axhline(0, color="black", linewidth=1)
        axis.errorbar(places, gains, yerr=errors, color=color, capsize=3, linewidth=1.2)
        for place, gain, one in zip(places, gains, mine, strict=True):
            clear = one.verdict != "no clear difference"
            axis.plot(place, gain, "^" if gain > 0 else "v", color=color, mfc=color if clear else "white")
        axis.set_xticks(places, [one.songs for one in mine])
        axis.set(title=target, xlim=(-0.5, len(mine) - 0.5))
        axis.grid(axis="y", alpha=0.3)
        told.append(
            f"{target}: " + ", ".join(f"{g:+.3f} at {one.songs}" for g, one in zip(gains, mine, strict=True))
        )
    axes[0].set_ylabel("accuracy gained")
    figure.supxlabel("labelled songs of each label (filled: beyond chance, p < 0.05)", fontsize=9)
    figure.suptitle(_finding(trials) + " (synthetic data sets)" * all("-synth" in t for t in by_set))
    figure.alt = f"Accuracy of the tag embedding minus that of the base features. {'; '.join(told)}."
    return figure


def _finding(trials):
    """Say where the embedding is ahead, in the words that the figure bears out."""
    few, many = min(t.songs for t in trials), max(t.songs for t in trials)

    def ahead(songs):
        gains = [t.gain.difference[0] for t in trials if t.songs == songs]
        return (
            f"on {sum(g > 0 for g in gains)} of {len(gains)} sets at {songs} song{'s' * (songs > 1)} a label"
        )

    where = [ahead(few), ahead(many)] if many > few else [ahead(few)]
    return "The tag embedding is ahead " + ", ".join(where)


def labelled_songs(study, *, target="unique-synth"):
    """Return the number of labelled songs to be moved, and what it does to accuracy.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The set that is shown first.

    Returns
    -------
    LabelledSongs
        Shown in a notebook, it measures at every move.

    Raises
    ------
    ValueError
        If `target` is none of the study's target sets.
    """
    if target not in study.targets:
        raise ValueError(f"target={target!r} is no target set; it must be one of {', '.join(study.targets)}")
    return LabelledSongs(study, target)


class LabelledSongs(anywidget.AnyWidget):
    """A set, a number of songs, and accuracy at every number tried so far; made by `labelled_songs`.

    Attributes
    ----------
    target : str
        The target set; the learner's screen and Python both set it.
    songs : int
        Labelled songs of each label, 1 to 20; set in the same way.
    picture : str
        The picture as a data address.
    said : str
        What it shows, with the numbers.
    """

    _esm = HERE / "labelled_songs.js"
    _css = HERE / "labelled_songs.css"
    targets = traitlets.List(traitlets.Unicode()).tag(sync=True)
    target = traitlets.Unicode().tag(sync=True)
    songs = traitlets.Int(1, min=1, max=MOST).tag(sync=True)
    most = traitlets.Int(MOST).tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def __init__(self, study, target):
        self.study, self.tried = study, {}
        super().__init__(targets=study.targets, target=target)
        self.observe(lambda _: self._measure(), ["target", "songs"])
        self._measure()

    def __repr__(self) -> str:
        return f"Labelled songs, to be moved from 1 to {MOST}. {self.said}"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": repr(self)}, metadata

    def _measure(self) -> None:
        """Measure what was not measured yet, and show all that is known of the set."""
        now = self.target, self.songs
        if now not in self.tried:
            self.tried[now] = trial(self.study, *now)
        known = sorted((t for t in self.tried.values() if t.target == self.target), key=lambda t: t.songs)
        figure = _curves(known, self.tried[now])
        png = BytesIO()
        figure.savefig(png, format="png", dpi=100)
        with self.hold_sync():  # so that the page never shows one without the other
            self.picture = f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"
            self.alt, self.said = figure.alt, str(self.tried[now])


def _curves(known, now):
    """Draw accuracy at every number of songs tried, the present one marked."""
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axis = figure.subplots()
    axis.axvspan(now.songs - 0.4, now.songs + 0.4, color="0.9")
    axis.axhline(now.chance, color="0.5", linewidth=0.8)
    axis.annotate("blind guess", (MOST + 0.9, now.chance), ha="right", va="bottom", fontsize=8, color="0.3")
    for kind, aside in (("base", -0.08), ("tag", 0.08)):  # so that no bar hides another
        curves = [getattr(t, kind) for t in known]
        axis.errorbar(
            [t.songs + aside for t in known],
            [c.mean[0] for c in curves],
            yerr=[c.standard_error[0] for c in curves],
            capsize=3,
            **LOOK[kind],
        )
    axis.set(xlim=(0, MOST + 1), ylim=(0, 1), xticks=[1, 2, 5, 10, 15, 20])
    axis.set(xlabel="labelled songs of each label", ylabel="accuracy on other songs")
    axis.set_title(f"{now.target}, {now.songs} of each label: {now.verdict}", fontsize=11)
    axis.legend(loc="upper left", frameon=False)
    axis.grid(alpha=0.3)
    tried = ", ".join(str(t.songs) for t in known)
    figure.alt = f"Accuracy with and without transfer on {now.target} at {tried} labelled songs a label."
    return figure
