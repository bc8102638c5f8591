"""Query by example: choose an excerpt, and hear its neighbours in three spaces."""

import numpy as np

from mirlab import evaluate
from mirlab.paper import FEATURES
from mirlab.plots import LOOK
from mirlab.show.controls import check_choice
from mirlab.widgets.rankings import RankedSounds

DISTANCES = {"L1": "manhattan", "L2": "euclidean", "cosine": "cosine"}
K = 10  # as in Table 5


def query_by_example(study, target="gtzan-synth", query=0, distance="L1"):
    """Return a search with a choice of set, query and distance; its answers can be heard.

    Parameters
    ----------
    study : mirlab.paper.Study
        Data and embeddings.
    target : str
        The target set at the start.
    query : int
        The query at the start: the number of an excerpt of that set.
    distance : {"L1", "L2", "cosine"}
        The distance between mean windows at the start.

    Returns
    -------
    QueryByExample
        In a notebook, it searches again whenever the choice changes.

    Raises
    ------
    ValueError
        If there is no such target set, excerpt or distance.
    """
    check_choice("target", target, study.targets)
    check_choice("distance", distance, DISTANCES)
    n = len(study.stored(target))
    if not 0 <= query < n:
        raise ValueError(f"query={query!r} is not an excerpt of {target}; it must be 0 to {n - 1}")
    return QueryByExample(study, target, query, distance)


class QueryByExample(RankedSounds):
    """The search on the screen; made by `query_by_example`.

    `picked` holds the choice: set, label, excerpt of that label, distance. A new set starts at its first
    label, a new label at its first excerpt.

    Attributes
    ----------
    target : str
        The set that is searched.
    query : int
        The excerpt that is the query.
    distance : str
        One of `DISTANCES`.
    """

    def __init__(self, study, target, query, distance):
        self.study, self._lists_of = study, {}
        data = study.stored(target).dataset
        label = list(_labels(data)).index(data.y[query])
        excerpt = np.flatnonzero(data.y == data.y[query]).tolist().index(query)
        picked = [study.targets.index(target), label, excerpt, list(DISTANCES).index(distance)]
        super().__init__([], self._sound, words=("same label", "other label"))
        self.add_class("mirlab-query")
        self._last = picked
        self._answer(picked)
        self.observe(lambda change: self._answer(change["new"]), "picked")

    @property
    def said(self) -> str:
        """The number of neighbours with the query's label, in each space."""
        data = self._data()
        counts = ", ".join(
            f"{LOOK[kind]['label']} {sum(item['match'] for item in one['items'])}"
            for kind, one in zip(FEATURES, self.lists[1:], strict=True)
        )
        return (
            f"{data.track_ids[self.query]} of {self.target}, by {self.distance}. Number of neighbours, "
            f"of {K}, with its label, {data.label_names[data.y[self.query]]}: {counts}."
        )

    def __repr__(self) -> str:
        return f"{self.said}\n{super().__repr__()}"

    def _data(self):
        return self.study.stored(self.target).dataset

    def _sound(self, row):
        return self._data().audio(row)

    def _answer(self, picked):
        """Show the neighbours of the query that is picked, and what can be picked now."""
        if picked == self._last and self.lists:
            return
        where, label, excerpt, distance = picked
        if where != self._last[0]:
            label = excerpt = 0
        elif label != self._last[1]:
            excerpt = 0
        self._last = [where, label, excerpt, distance]
        self.target, self.distance = self.study.targets[where], list(DISTANCES)[distance]
        data = self._data()
        labels = _labels(data)
        mine = np.flatnonzero(data.y == list(labels)[label])
        self.query = int(mine[excerpt])
        with self.hold_sync():  # so that the page never shows one without the other
            self.choices = [
                {"label": "Data set", "options": self.study.targets},
                {"label": "Label", "options": list(labels.values())},
                {"label": "Query", "options": [data.track_ids[i] for i in mine]},
                {"label": "Distance", "options": list(DISTANCES)},
            ]
            self.picked = self._last
            self.lists = [
                {"title": "Query", "items": [self._item(self.query)], "wide": True},
                *(
                    {"title": LOOK[kind]["label"].capitalize(), "items": list(map(self._item, rows))}
                    for kind, rows in self._neighbours().items()
                ),
            ]
            self.heard = {"said": self.said}

    def _neighbours(self):
        """Return the rows of the nearest excerpts for each kind of features."""
        rows = {}
        for kind in FEATURES:
            key = self.target, kind, self.distance
            if key not in self._lists_of:
                songs = evaluate.song_vectors(self.study.windows(self.target, kind))
                groups = self.study.groups(self.target)
                metric = DISTANCES[self.distance]
                self._lists_of[key] = evaluate.nearest(songs, k=K, metric=metric, groups=groups)[1]
            rows[kind] = self._lists_of[key][self.query].tolist()
        return rows

    def _item(self, row):
        data, query = self._data(), self.query
        says = data.label_names[data.y[row]]
        if row != query and data.groups[row] == data.groups[query]:
            says += ", by the query's artist"
        match = None if row == query else data.y[row] == data.y[query]
        return {"name": data.track_ids[row], "says": says, "row": row, "match": match}


def _labels(data):
    """Return the labels that any excerpt has: their numbers and names."""
    return {int(i): data.label_names[i] for i in np.unique(data.y)}
