"""A second look at labels: hear recordings whose neighbours have another label, change it, measure again."""

import numpy as np

from mirlab import evaluate
from mirlab.paper import FEATURES
from mirlab.plots import LOOK
from mirlab.show.controls import check_choice
from mirlab.widgets.rankings import RankedSounds

SHOWN = 8  # doubtful recordings
LEAVE_OUT = "(leave it out)"
CAUTION = "± is one standard error. Accuracy is of one draw of folds, and each change draws other folds."


def second_look(library, features="base"):
    """Return a list of doubtful recordings to hear, relabel or leave out.

    Parameters
    ----------
    library : mirlab.library.Library
        Its recordings are listed; it is not changed itself.
    features : {"base", "genre", "tag"}
        The space of the neighbours at the start.

    Returns
    -------
    SecondLook
        In a notebook, it measures again after every change.

    Raises
    ------
    ValueError
        If there are no such features.
    """
    check_choice("features", features, FEATURES)
    return SecondLook(library, features)


class SecondLook(RankedSounds):
    """The second look on the screen; made by `second_look`.

    `picked` holds the choice: space, recording, label. A new recording is shown with the label that it has
    now; a new label is given to that recording.

    Attributes
    ----------
    library : mirlab.library.Library
        The library without any change.
    decisions : dict of str to (str or None)
        The new label of each changed recording, or None if it is left out.
    now : mirlab.library.Library
        The library with these changes.
    """

    def __init__(self, library, features):
        self.library, self.now, self.decisions = library, library, {}
        self._measured = {}
        self._names = library.doubts(features)["recording"].tolist()  # in the order in which they are offered
        self._first = library.recordings.tolist().index
        self._answers = [*library.dataset.label_names, LEAVE_OUT]
        super().__init__([], self._sound, words=("same label", "other label"))
        self._last = [FEATURES.index(features), 0, self._answer_of(0)]
        self._show(self._last)
        self.observe(lambda change: self._answer(change["new"]), "picked")

    @property
    def features(self) -> str:
        """The space of the neighbours."""
        return FEATURES[self._last[0]]

    @property
    def said(self) -> str:
        """The figures before and after the decisions."""
        before, now = (self._figures(one) for one in (self.library, self.now))
        decided = "; ".join(
            f"{name} {'is left out' if label is None else f'is called {label}'}"
            for name, label in self.decisions.items()
        )
        head = f"{LOOK[self.features]['label'].capitalize()}"
        if not decided:
            return f"{head}: {now}. Nothing is changed yet."
        return f"{head}, before: {before}. Now: {now}. ({decided}. {CAUTION})"

    def __repr__(self) -> str:
        return f"{self.said}\n{super().__repr__()}"

    def _sound(self, row):
        return self.library.audio(row)

    def _answer_of(self, recording):
        """Return the number of the option that is the present label of a recording."""
        name = self._names[recording]
        label = self.decisions.get(name, self.library.labels_of([name])[0])
        return self._answers.index(LEAVE_OUT if label is None else label)

    def _answer(self, picked):
        if picked == self._last:
            return
        space, recording, answer = picked
        if recording != self._last[1]:
            answer = self._answer_of(recording)
        elif answer != self._last[2]:
            self._decide(self._names[recording], self._answers[answer])
        self._show([space, recording, answer])

    def _decide(self, name, answer):
        label = None if answer == LEAVE_OUT else answer
        decisions = {one: other for one, other in self.decisions.items() if one != name}
        if label != self.library.labels_of([name])[0]:
            decisions[name] = label
        if list(decisions.values()).count(None) < len(self._names):  # something must be left to look at
            self.decisions, self.now = decisions, self.library.changed(decisions)

    def _show(self, picked):
        self._last = [picked[0], picked[1], self._answer_of(picked[1])]
        name = self._names[picked[1]]
        doubts = self.now.doubts(self.features).head(SHOWN)
        near = {"title": f"Nearest to {name}", "items": [self._item(i) for i in self._neighbours(name)]}
        with self.hold_sync():  # so that the page never shows one without the other
            self.choices = [
                {"label": "Neighbours by", "options": [LOOK[kind]["label"] for kind in FEATURES]},
                {"label": "Recording", "options": self._names},
                {"label": "Its label", "options": self._answers},
            ]
            self.picked = self._last
            self.lists = [
                {"title": "Most doubtful", "items": [self._doubt(row) for row in doubts.to_dict("records")]},
                {"title": "The recording", "items": [self._doubt({"recording": name})]},
                near,
            ]
            self.heard = {"said": self.said}

    def _doubt(self, row):
        label = self._label_now(row["recording"])
        says = f"called {label or 'nothing, it is left out'}"
        match = None
        if "agree" in row:
            says += f"; {row['agree']:.0%} of its neighbours agree, most say {row['neighbours say']}"
            match = row["neighbours say"] == label
        return {"name": row["recording"], "says": says, "row": self._first(row["recording"]), "match": match}

    def _label_now(self, name):
        return self.decisions.get(name, self.library.labels_of([name])[0])

    def _neighbours(self, name):
        """Return the nearest excerpts of other recordings: rows of the unchanged library."""
        own = self.library.recordings
        groups = np.unique(own, return_inverse=True)[1]
        others = len(own) - np.bincount(groups).max()
        if not others:
            return []
        songs = evaluate.song_vectors(self.library.windows(self.features))
        _, near = evaluate.nearest(songs, k=min(5, others), groups=groups)
        return near[self._first(name)].tolist()

    def _item(self, row):
        here = self.library.recordings[row]
        label, mine = self._label_now(here), self._label_now(self._names[self._last[1]])
        says = "left out" if label is None else label
        return {"name": self.library.dataset.track_ids[row], "says": says, "row": row, "match": label == mine}

    def _figures(self, library):
        key = self.features, tuple(sorted((self.decisions if library is self.now else {}).items(), key=str))
        if key not in self._measured:
            measured = library.measure([self.features])
            rows = [
                f"{row['measure']} {row['value']:.2f}"
                + ("" if row["standard_error"] is None else f" ± {row['standard_error']:.2f}")
                for row in measured.rows()
            ]
            self._measured[key] = ", ".join(rows) or f"nothing can be measured ({measured.problems[0]})"
        return self._measured[key]
