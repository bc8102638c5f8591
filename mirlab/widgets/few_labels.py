"""Genre recognition under any setting: data set, features, labelled songs, and what the split keeps apart."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from mirlab.evaluate import LearningCurve, compare, learning_curve
from mirlab.paper import FEATURES
from mirlab.plots import LOOK

HERE = Path(__file__).parent
SONGS = (1, 2, 5, 10, 20, 0)
"""Labelled songs of each label; 0 stands for all there are."""
SPLITS = ("song", "artist")
"""What is never on both sides of a split."""
FOLDS = 5  # half as many as in the paper: an answer within a second or two


@dataclass(frozen=True)
class Setting:
    """What can be set.

    Attributes
    ----------
    target : str
        The target set.
    features : {"base", "genre", "tag"}
        On which features.
    songs : int
        Labelled songs of each label, at most; 0 for all.
    split : {"song", "artist"}
        What is never on both sides.

    Examples
    --------
    >>> print(Setting("gtzan-synth", "tag", 1, "artist"))
    gtzan-synth, tag embedding, 1 song a label, split by artist
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
        return f"{self.songs} song{'s' * (self.songs > 1)} a label" if self.songs else "all songs"


@threadpool_limits.wrap(limits=1, user_api="blas")  # on small systems threads cost more than they save
def measure(study, setting) -> LearningCurve:
    """Measure accuracy under one setting.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    setting : Setting
        What is set.

    Returns
    -------
    mirlab.evaluate.LearningCurve
        Of one size. Five folds; the fewer the songs, the more draws are averaged in each: ten at one song.

    Raises
    ------
    ValueError
        If there is no such set, kind of features or split.
    """
    for name, value, known in (
        ("target", setting.target, study.targets),
        ("features", setting.features, FEATURES),
        ("songs", setting.songs, SONGS),
        ("split", setting.split, SPLITS),
    ):
        if value not in known:
            raise ValueError(f"{name}={value!r}; it must be one of {', '.join(map(str, known))}")
    data = study.features(setting.target).dataset
    return learning_curve(
        study.windows(setting.target, setting.features),
        data.y,
        per_class=setting.songs or int(np.bincount(data.y).max()),
        groups=data.groups if setting.split == "artist" else study.groups(setting.target),
        n_splits=FOLDS,
        n_draws=max(1, 10 // setting.songs) if setting.songs else 1,
        random_state=study.seed,
    )


def tell(setting, tried) -> str:
    """Say what one setting gave, and how it differs from what else was tried.

    Parameters
    ----------
    setting : Setting
        One of those tried.
    tried : dict of Setting to mirlab.evaluate.LearningCurve
        As `measure` returned them.

    Returns
    -------
    str
        Other features are compared fold by fold, by `mirlab.evaluate.compare`; other splits have other
        folds, so for them it is the plain difference.
    """
    now = tried[setting]
    labels, draws = len(np.unique(now.y)), now.n_draws
    said = [
        f"{setting}: accuracy {now.mean[0]:.2f} ± {now.standard_error[0]:.2f} "
        f"({FOLDS} folds, {draws} draw{'s' * (draws > 1)} in each; blind guess among {labels} labels "
        f"{1 / labels:.2f})."
    ]
    for other, curve in tried.items():
        if (other.target, other.songs) != (setting.target, setting.songs) or other == setting:
            continue
        if other.split == setting.split:
            d = compare(now, curve)
            clear = "clear" if d.p[0] < 0.05 else "no clear difference"
            said.append(
                f"Against the {LOOK[other.features]['label']}: {d.difference[0]:+.3f} ± "
                f"{d.standard_error[0]:.3f}, {clear} (p = {d.p[0]:.3f})."
            )
        elif other.features == setting.features:
            said.append(f"Against the split by {other.split}: {now.mean[0] - curve.mean[0]:+.3f}.")
    return " ".join(said)


def chart(tried, now=None, *, title=""):
    """Draw the accuracy of all settings tried.

    Parameters
    ----------
    tried : dict of Setting to mirlab.evaluate.LearningCurve
        As `measure` returned them.
    now : Setting, optional
        Of this set alone, with this setting marked.
    title : str
        What it shows.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a set; filled marks are splits by song, hollow ones splits by artist.

    Raises
    ------
    ValueError
        If nothing was tried.
    """
    names = list(dict.fromkeys(one.target for one in tried if now is None or one.target == now.target))
    if not names:
        raise ValueError(
            "tried is empty; it must hold at least one setting and what `measure` returned for it"
        )
    figure = Figure(figsize=(4.2 * len(names) + 2.4, 3.6), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    told = []
    for axis, name in zip(axes, names, strict=True):
        if now is not None:
            place = SONGS.index(now.songs)
            axis.axvspan(place - 0.4, place + 0.4, color="0.92")
        for kind in FEATURES:
            for split in SPLITS:
                mine = [one for one in tried if (one.target, one.features, one.split) == (name, kind, split)]
                _line(axis, sorted(mine, key=lambda one: SONGS.index(one.songs)), tried)
        axis.set_xticks(range(len(SONGS)), [str(k) if k else "all" for k in SONGS])
        axis.set(xlim=(-0.5, len(SONGS) - 0.5), ylim=(0, 1), xlabel="labelled songs of each label")
        if len(names) > 1:  # else the figure's own title names the set
            axis.set_title(name)
        axis.grid(alpha=0.3)
        told += [f"{one}: {curve.mean[0]:.2f}" for one, curve in tried.items() if one.target == name]
    axes[0].set_ylabel("accuracy on other songs")
    handles = {
        text: handle for axis in axes for handle, text in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    figure.suptitle(title, fontsize=11)
    figure.alt = f"{title}. Accuracy: {'; '.join(told)}.".removeprefix(". ")
    return figure


def _line(axis, settings, tried):
    """Draw one kind of features under one split."""
    if not settings:
        return
    first = settings[0]
    look, hollow = dict(LOOK[first.features]), first.split == "artist"
    look["label"] += f", split by {first.split}"
    aside = 0.08 * (FEATURES.index(first.features) - 1) + 0.04 * hollow  # so that no bar hides another
    axis.errorbar(
        [SONGS.index(one.songs) + aside for one in settings],
        [tried[one].mean[0] for one in settings],
        yerr=[tried[one].standard_error[0] for one in settings],
        mfc="white" if hollow else None,
        alpha=0.75 if hollow else 1,
        capsize=3,
        **look,
    )


def few_labels(study, *, target="gtzan-synth"):
    """Return a small laboratory: set what is learned from what, and see how well.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The set that is shown first.

    Returns
    -------
    FewLabels
        Shown in a notebook, it measures whatever is set, once, and remembers it.

    Raises
    ------
    ValueError
        If `target` is none of the study's target sets.
    """
    if target not in study.targets:
        raise ValueError(f"target={target!r} is no target set; it must be one of {', '.join(study.targets)}")
    return FewLabels(study, target)


class FewLabels(anywidget.AnyWidget):
    """Four lists to choose from, a picture and a sentence; made by `few_labels`.

    It starts with one labelled song a label and two kinds of features, so that there is a difference to read.

    Attributes
    ----------
    target, features, split : str
        As in `Setting`; the learner's screen and Python both set them.
    songs : int
        In the same way.
    tried : dict of Setting to mirlab.evaluate.LearningCurve
        All that was measured so far.
    picture : str
        The picture as a data address.
    said : str
        What the present setting gave.
    """

    _esm = HERE / "few_labels.js"
    _css = HERE / "few_labels.css"
    options = traitlets.Dict().tag(sync=True)
    target = traitlets.Unicode().tag(sync=True)
    features = traitlets.Unicode("base").tag(sync=True)
    songs = traitlets.Int(1).tag(sync=True)
    split = traitlets.Unicode("song").tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def __init__(self, study, target):
        self.study, self.tried = study, {}
        options = {
            "target": ["Target set", [[name, name] for name in study.targets]],
            "features": ["Features", [[kind, LOOK[kind]["label"]] for kind in FEATURES]],
            "songs": ["Labelled songs of each label", [[k, str(k) if k else "all"] for k in SONGS]],
            "split": ["Split by", [[split, split] for split in SPLITS]],
        }
        super().__init__(options=options, target=target)
        self.observe(lambda _: self._measure(), list(options))
        self._measure()
        self.features = "tag"

    @traitlets.validate("target", "features", "songs", "split")
    def _known(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        known = [value for value, _ in self.options[name][1]]
        if value not in known:
            raise traitlets.TraitError(f"{name}={value!r}; it must be one of {', '.join(map(str, known))}")
        return value

    def __repr__(self) -> str:
        return f"Set, features, songs and split, to be chosen: run this cell. {self.said}"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": repr(self)}, metadata

    def _measure(self) -> None:
        """Measure what was not measured yet, and show all that is known of the set."""
        now = Setting(self.target, self.features, self.songs, self.split)
        if now not in self.tried:
            self.tried[now] = measure(self.study, now)
        figure = chart(self.tried, now, title=f"{now}: {self.tried[now].mean[0]:.2f}")
        png = BytesIO()
        figure.savefig(png, format="png", dpi=100)
        with self.hold_sync():  # so that the page never shows one without the other
            self.picture = f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"
            self.alt, self.said = figure.alt, tell(now, self.tried)
