"""Accuracy with and without transfer, measured for each number of labelled songs that is chosen."""

from dataclasses import dataclass

import numpy as np
import traitlets

from mirlab.datasets import is_synthetic
from mirlab.evaluate import Comparison, LearningCurve, compare
from mirlab.plots import LOOK
from mirlab.plots.look import finish, headline, legend_below
from mirlab.show.controls import Pictured, check_choice
from mirlab.show.figures import Figure, draws_figure
from mirlab.widgets.label_budgets import FOLDS, Setting, measure, shortage

MOST = 20  # labelled songs per label


@dataclass(frozen=True)
class Trial:
    """One target set at one number of labelled songs, with and without transfer.

    Attributes
    ----------
    target : str
        The target set.
    songs : int
        Labelled songs per label, at most.
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
        """Accuracy of a random guess among the labels."""
        return 1 / len(np.unique(self.base.y))

    @property
    def clear(self) -> bool:
        """Whether p < 0.05."""
        return bool(self.gain.p[0] < 0.05)

    @property
    def verdict(self) -> str:
        """Whether transfer helps, if the difference is clear."""
        if not self.clear:
            return "no clear difference"
        return "transfer helps" if self.gain.difference[0] > 0 else "transfer hurts"

    def __str__(self) -> str:
        labels, draws = len(np.unique(self.base.y)), self.base.n_draws
        accuracy = ", ".join(
            f"{LOOK[kind]['label']} {curve.mean[0]:.2f} ± {curve.reach[0]:.2f}"
            for kind, curve in (("base", self.base), ("tag", self.tag))
        )
        return (
            f"{self.target}, {labels} labels, {self.songs} labelled song{'s' * (self.songs > 1)} per label"
            f"{shortage(self.base)}. Accuracy: {accuracy}, random guess {self.chance:.2f}. "
            f"Gain: {self.gain.difference[0]:+.3f} ± {self.gain.reach[0]:.3f}, {self.verdict}. "
            f"(± is half a 95 % interval; {len(self.base.y)} songs tested; {FOLDS} folds, "
            f"{draws} draw{'s' * (draws > 1)} in each; paired test, p = {self.gain.p[0]:.3f}.)"
        )


def trial(study, target, songs):
    """Measure the accuracy that few songs give, on base features and on the tag embedding.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The target set.
    songs : int
        Labelled songs per label, at least 1; all songs of a label that has fewer.

    Returns
    -------
    Trial
        Measured by `mirlab.widgets.label_budgets.measure`, split by song.

    Raises
    ------
    ValueError, TypeError
        If `songs` is not a whole number above 0, or there is no such set.

    Examples
    --------
    >>> from mirlab.paper import Study
    >>> trial(Study(), "gtzan-synth", 1).verdict  # doctest: +SKIP
    'transfer helps'
    """
    if songs < 1:
        raise ValueError(f"songs={songs}; it must be a whole number, 1 or more")
    base, tag = (measure(study, Setting(target, features, songs, "song")) for features in ("base", "tag"))
    return Trial(target, songs, base, tag, compare(tag, base))


@draws_figure
def transfer_gains(trials):
    """Draw the gain or loss of accuracy by transfer, against the number of labelled songs.

    Parameters
    ----------
    trials : list of Trial
        Of one or several sets.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per set; bars are 95 % intervals of the paired difference; filled marks are differences
        with p < 0.05.

    Raises
    ------
    ValueError
        If there are no trials.
    """
    if not trials:
        raise ValueError("trials is empty; it must hold at least one result of `trial`")
    by_set = {}
    for one in trials:
        by_set.setdefault(one.target, []).append(one)
    figure = Figure(figsize=(2.4 * len(by_set) + 0.6, 3.0), layout="constrained")
    axes = figure.subplots(1, len(by_set), sharey=True, squeeze=False)[0]
    words = []
    for axis, (target, mine) in zip(axes, by_set.items(), strict=True):
        places = np.arange(len(mine))
        gains = np.array([one.gain.difference[0] for one in mine])
        errors = [one.gain.reach[0] for one in mine]
        color = LOOK["tag"]["color"]
        axis.axhline(0, color="black", linewidth=1)
        axis.errorbar(places, gains, yerr=errors, color=color, capsize=3, linewidth=1.2)
        for place, gain, one in zip(places, gains, mine, strict=True):
            filled = color if one.clear else "white"
            axis.plot(place, gain, "^" if gain > 0 else "v", color=color, mfc=filled)
        axis.set_xticks(places, [one.songs for one in mine])
        axis.set(title=target, xlim=(-0.5, len(mine) - 0.5))
        axis.grid(axis="y", alpha=0.3)
        words.append(f"{target}: {', '.join(map(_in_words, mine))}")
    axes[0].set_ylabel("accuracy gained")
    figure.supxlabel("labelled songs per label (bars: 95 % intervals; filled: p < 0.05)")
    headline(figure, _finding(trials) + " (synthetic data sets)" * all(map(is_synthetic, by_set)))
    what = "Accuracy of the tag embedding minus that of the base features."
    return finish(figure, f"{what} {'; '.join(words)}.")


def _in_words(one):
    return f"{one.gain.difference[0]:+.3f}{' (clear)' * one.clear} at {one.songs}"


def _finding(trials):
    """Say on how many sets the embedding is clearly ahead."""
    few, many = min(t.songs for t in trials), max(t.songs for t in trials)

    def ahead(songs):
        verdicts = [t.verdict for t in trials if t.songs == songs]
        many = f"{songs} song{'s' * (songs > 1)} per label"
        return f"on {verdicts.count('transfer helps')} of {len(verdicts)} sets at {many}"

    where = [ahead(few), ahead(many)] if many > few else [ahead(few)]
    return "The tag embedding is clearly ahead " + ", ".join(where)


def labelled_songs(study, *, target="unique-synth"):
    """Return a slider for the number of labelled songs, with the accuracy that they give.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The set at the start.

    Returns
    -------
    LabelledSongs
        In a notebook, it measures whenever the slider is released.

    Raises
    ------
    ValueError
        If `target` is not one of the study's target sets.
    """
    check_choice("target", target, study.targets)
    return LabelledSongs(study, target)


class LabelledSongs(Pictured):
    """A set, a number of songs, and accuracy at every number tried so far; made by `labelled_songs`.

    Attributes
    ----------
    target : str
        The target set; the screen and Python both set it.
    songs : int
        Labelled songs per label, 1 to 20; set in the same way.
    picture, alt, said
        See `mirlab.show.controls.Pictured`.
    """

    targets = traitlets.List(traitlets.Unicode()).tag(sync=True)
    target = traitlets.Unicode().tag(sync=True)
    songs = traitlets.Int(1, min=1, max=MOST).tag(sync=True)
    most = traitlets.Int(MOST).tag(sync=True)

    def __init__(self, study, target):
        self.study, self.tried = study, {}
        super().__init__(targets=study.targets, target=target)
        self.observe(lambda _: self._measure(), ["target", "songs"])
        self._measure()

    @traitlets.validate("target")
    def _known(self, proposal):
        check_choice("target", proposal["value"], self.targets, traitlets.TraitError)
        return proposal["value"]

    def __repr__(self) -> str:
        return f"<a slider, 1 to {MOST} labelled songs: run this cell to move it> {self.said}"

    def _measure(self) -> None:
        """Measure the number of songs if it is new, and show all measurements of the set."""
        now = self.target, self.songs
        if now not in self.tried:
            self.tried[now] = trial(self.study, *now)
        known = sorted((t for t in self.tried.values() if t.target == self.target), key=lambda t: t.songs)
        self.show(_curves(known, self.tried[now]), str(self.tried[now]))


@draws_figure
def _curves(known, now):
    """Draw accuracy at every number of songs that was tried, and mark the present one."""
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axis = figure.subplots()
    axis.axvspan(now.songs - 0.4, now.songs + 0.4, color="0.9")
    axis.axhline(now.chance, color="0.5", linewidth=0.8)
    axis.annotate("random guess", (MOST + 0.9, now.chance), ha="right", va="bottom", color="0.3")
    for kind, aside in (("base", -0.08), ("tag", 0.08)):  # so that bars do not hide each other
        curves = [getattr(t, kind) for t in known]
        axis.errorbar(
            [t.songs + aside for t in known],
            [c.mean[0] for c in curves],
            yerr=[c.reach[0] for c in curves],
            capsize=3,
            **LOOK[kind],
        )
    axis.set(xlim=(0, MOST + 1), ylim=(0, 1), xticks=[1, 2, 5, 10, 15, 20])
    axis.set(xlabel="labelled songs per label, at most", ylabel="accuracy on other songs (95 % intervals)")
    axis.grid(alpha=0.3)
    legend_below(figure, axis)
    headline(figure, f"{now.target}, {now.songs} per label: {now.verdict}")
    tried = ", ".join(str(t.songs) for t in known)
    return finish(
        figure, f"Accuracy with and without transfer on {now.target} at {tried} labelled songs per label."
    )
