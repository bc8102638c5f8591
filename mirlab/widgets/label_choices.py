"""Choose by ear which songs to label, on a map, and compare with random and with active choice."""

import time

import numpy as np
import traitlets

from mirlab import fewlabels
from mirlab.fewlabels import RULES
from mirlab.fewlabels.study import learned
from mirlab.plots.label_lines import choice_map
from mirlab.show.cards import as_lines, show
from mirlab.widgets.point_maps import PointMap

CANVAS = 640, 420
MOST = 40  # labels that can be bought
DRAWS = 10  # random choices that are averaged


def choose_labels(task, names, ids, sound):
    """Return a map of unlabelled songs: hear them, choose which to label, and see what the labels are worth.

    Parameters
    ----------
    task : mirlab.fewlabels.Task
        The songs of its training part are on the map.
    names : sequence of str
        The labels.
    ids : sequence of str, length n
        The names of all songs.
    sound : callable
        ``sound(song)`` returns mono sound at 22 050 Hz; called when the learner requests it.

    Returns
    -------
    LabelChoices
        In a notebook, it learns and tests again after each label.

    Raises
    ------
    ValueError
        If the training part has fewer songs than labels, or a name is missing.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> windows = rng.normal(size=(40, 2, 3)) + np.arange(40)[:, None, None] % 2 * 5
    >>> task = fewlabels.split(windows, np.arange(40) % 2, np.arange(40), fold=0)
    >>> widget = choose_labels(task, ["low", "high"], [f"song {i}" for i in range(40)], None)
    >>> widget
    Map of 32 songs, none labelled yet: hear some, and label those that will teach most.
    >>> widget.picks = [0, 1]
    >>> widget.said.splitlines()[0]
    '2 songs labelled: low 1, high 1.'
    """
    if len(names) != task.n_labels or len(ids) != len(task.y):
        raise ValueError(
            f"{len(names)} names of labels and {len(ids)} of songs; the task has {task.n_labels} labels and "
            f"{len(task.y)} songs"
        )
    if len(task.train) < task.n_labels:
        raise ValueError(f"only {len(task.train)} songs to choose from, for {task.n_labels} labels")
    return LabelChoices(task, names, ids, sound)


class LabelChoices(PointMap):
    """The map on the screen; made by `choose_labels`.

    Attributes
    ----------
    point : int
        The song that was chosen last: its place in the training part.
    picks : list of int
        The songs that are labelled, in their order; the screen and Python both set it.
    labels : list of str
        The label of each song on the map; empty as long as nobody paid for it.
    said : str
        What the labels are worth so far, and what they cost.
    plays, heard
        See `mirlab.show.controls.Sounding`.
    """

    picks = traitlets.List(traitlets.Int()).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    clock = staticmethod(time.monotonic)

    def __init__(self, task, names, ids, sound):
        self.task, self.names, self.sound = task, list(names), sound
        self.songs = task.train
        self.most = min(MOST, len(self.songs))
        self._started, self._known = None, {}
        self.xy = task.features("pca", 2)[self.songs]
        low, high = self.xy.min(axis=0), self.xy.max(axis=0)
        places = 0.04 + 0.92 * (self.xy - low) / np.maximum(high - low, 1e-12)
        points = [
            {"x": round(x * CANVAS[0]), "y": round((1 - y) * CANVAS[1]), "name": str(ids[song])}
            for (x, y), song in zip(places.tolist(), self.songs, strict=True)
        ]
        about = (
            f"Map of {len(points)} songs. Arrow keys go from song to song, Enter plays, L labels the song. "
            f"Near songs have similar features; at most {self.most} labels."
        )
        sent = {"points": points, "width": CANVAS[0], "height": CANVAS[1], "about": about, "most": self.most}
        super().__init__(map=sent, labels=[""] * len(points))
        self.said = self._judged()
        self.observe(lambda _: self._answer(), "picks")

    def __repr__(self) -> str:
        return self.said

    def seen(self) -> str:
        """Return the map as a picture, and what is said about it."""
        figure = choice_map(self.xy, {"your choice": self.picks}, title="Songs on their two principal axes")
        return show(figure)._repr_html_() + as_lines(self.said)

    @traitlets.validate("picks")
    def _as_bought(self, proposal):
        """Keep each song once, and no more than can be bought."""
        songs = dict.fromkeys(self.check_point(i) for i in proposal["value"])
        return list(songs)[: self.most]

    def play(self) -> None:
        """Send the sound of the chosen song; the time begins with the first one."""
        self._started = self._started or self.clock()
        name = self.map["points"][self.point]["name"]
        self.send_sound(self.sound, int(self.songs[self.point]), name, f"You hear {name}.")

    def _answer(self):
        labels = [""] * len(self.songs)
        for i in self.picks:
            labels[i] = self.names[self.task.y[self.songs[i]]]
        if not self.picks:
            self._started = None
        with self.hold_sync():  # so that the page never shows one without the other
            self.labels, self.said = labels, self._judged()

    def _judged(self):
        """Say what was labelled, what it cost, and what it is worth beside other choices."""
        n = len(self.picks)
        if not n:
            return (
                f"Map of {len(self.songs)} songs, none labelled yet: hear some, and label those that will "
                "teach most."
            )
        counts = np.bincount(self.task.y[self.songs[self.picks]], minlength=len(self.names))
        bought = ", ".join(f"{name} {count}" for name, count in zip(self.names, counts, strict=True) if count)
        cost = ""
        if self._started is not None:
            seconds = self.clock() - self._started
            cost = f" That took {seconds / 60:.1f} minutes: {seconds / n:.0f} seconds per label."
        mine = learned(self.task, self.songs[self.picks])
        others = ", ".join(f"{rule} {self.worth(rule, n):.2f}" for rule in RULES)
        return (
            f"{n} song{'s' * (n > 1)} labelled: {bought}.{cost}\n"
            f"Accuracy on {len(self.task.test)} other songs: yours {mine:.2f}. With as many labels: {others} "
            f"(random: mean of {DRAWS} draws)."
        )

    def worth(self, rule: str, n: int) -> float:
        """Return the accuracy that a rule's first songs give.

        Parameters
        ----------
        rule : str
            One of `mirlab.fewlabels.RULES`.
        n : int
            Number of labelled songs.

        Returns
        -------
        float
            For random songs, the mean of several draws.
        """
        if (rule, n) not in self._known:
            repeats = range(DRAWS) if rule == RULES[0] else (0,)
            scores = [learned(self.task, self._order(rule, repeat)[:n]) for repeat in repeats]
            self._known[rule, n] = float(np.mean(scores))
        return self._known[rule, n]

    def _order(self, rule, repeat):
        if (rule, repeat, "order") not in self._known:
            self._known[rule, repeat, "order"] = fewlabels.picked(self.task, rule, self.most, repeat=repeat)
        return self._known[rule, repeat, "order"]
