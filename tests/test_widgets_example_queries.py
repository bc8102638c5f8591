"""Query by example: the neighbours are those of Table 5, the choices follow one another, and it sounds."""

import numpy as np
import pytest

from mirlab import evaluate, paper
from mirlab.widgets import query_by_example


@pytest.fixture(scope="module")
def widget(study):
    return query_by_example(study, "gtzan-synth", query=11)


@pytest.fixture(autouse=True)
def anew(widget):
    """Let every test begin at the same query."""
    if widget.picked[0] != 1:
        widget.picked = [1, 0, 0, 0]
    widget.picked = [1, 0, 11, 0]


def options(widget, label):
    return next(one["options"] for one in widget.choices if one["label"] == label)


def rows(widget):
    return [[item["row"] for item in one["items"]] for one in widget.lists]


def test_it_begins_at_the_given_query(study, widget):
    assert (widget.target, widget.query, widget.distance) == ("gtzan-synth", 11, "L1")
    assert options(widget, "Data set") == study.targets
    assert options(widget, "Label") == study.stored("gtzan-synth").dataset.label_names
    assert options(widget, "Distance") == ["L1", "L2", "cosine"]
    assert [one["title"] for one in widget.lists] == [
        "Query",
        "Base features",
        "Genre embedding",
        "Tag embedding",
    ]
    assert rows(widget)[0] == [11] and widget.lists[0]["items"][0]["match"] is None
    assert "mirlab-query" in widget._dom_classes


@pytest.mark.parametrize(
    ("distance", "metric"), [("L1", "manhattan"), ("L2", "euclidean"), ("cosine", "cosine")]
)
def test_the_neighbours_are_those_that_table_5_counts(study, widget, distance, metric):
    for _ in range(2):  # a new label starts at its first excerpt
        widget.picked = [1, 3, 2, options(widget, "Distance").index(distance)]
    data, query = study.stored("gtzan-synth").dataset, widget.query
    assert (
        query == np.flatnonzero(data.y == 3)[2]
        and data.label_names[data.y[query]] == options(widget, "Label")[3]
        and widget.distance == distance
    )
    for kind, one in zip(paper.FEATURES, widget.lists[1:], strict=True):
        X = evaluate.song_vectors(study.windows("gtzan-synth", kind))
        _, nearest = evaluate.nearest(X, k=10, metric=metric)
        assert [item["row"] for item in one["items"]] == nearest[query].tolist()
        assert [item["match"] for item in one["items"]] == (data.y[nearest[query]] == data.y[query]).tolist()
    if distance == "L1":
        shares = [np.mean([item["match"] for item in one["items"]]) for one in widget.lists[1:]]
        assert shares == [paper.similar(study, "gtzan-synth", kind)[query] for kind in paper.FEATURES]


def test_a_new_label_starts_at_its_first_excerpt_and_a_new_set_too(study, widget):
    data = study.stored("gtzan-synth").dataset
    widget.picked = [1, 4, 11, 0]
    assert widget.picked == [1, 4, 0, 0] and widget.query == np.flatnonzero(data.y == 4)[0]
    assert options(widget, "Query") == [data.track_ids[i] for i in np.flatnonzero(data.y == 4)]
    widget.picked = [2, 4, 5, 2]
    homburg = study.stored("homburg-synth").dataset
    assert widget.picked == [2, 0, 0, 2] and (widget.target, widget.distance) == ("homburg-synth", "cosine")
    assert options(widget, "Label") == homburg.label_names
    assert widget.lists[0]["items"][0]["name"] == homburg.track_ids[widget.query]


def test_it_says_what_it_found(widget):
    counts = [sum(item["match"] for item in one["items"]) for one in widget.lists[1:]]
    assert widget.said == (
        "blues.00011 of gtzan-synth, by L1. Number of neighbours, of 10, with its label, blues: base "
        f"features {counts[0]}, genre embedding {counts[1]}, tag embedding {counts[2]}."
    )
    assert widget.heard == {"said": widget.said}
    assert repr(widget).startswith(widget.said + "\nQuery:\n  1. blues.00011: blues\nBase features:\n  1. ")
    first = widget.said
    widget.picked = [1, 0, 12, 0]
    assert widget.said != first and widget.heard["said"] == widget.said


def test_songs_of_the_same_artist_are_marked(study):
    groups = study.stored("gtzan-synth").dataset.groups
    lists = query_by_example(study, query=4).lists[1:]  # its artist has other songs, all of them near
    says = {item["row"]: item["says"] for one in lists for item in one["items"]}
    same = {row: "by the query's artist" in text for row, text in says.items()}
    assert same == {row: groups[row] == groups[4] for row in says} and any(same.values())


def test_the_sound_is_that_of_the_chosen_set(study, widget, monkeypatch):
    widget.picked = [2, 0, 0, 0]
    row, data = rows(widget)[2][3], study.stored("homburg-synth").dataset
    asked = []
    monkeypatch.setattr(type(data), "audio", lambda self, i: asked.append((self.name, i)) or np.zeros(2205))
    widget.choose(2, 3)
    assert asked == [("homburg-synth", row)]
    assert widget.heard["said"].startswith(f"You hear Genre embedding, number 4: {data.track_ids[row]}: ")


@pytest.mark.parametrize(
    ("target", "query", "distance", "message"),
    [
        ("gtzan", 0, "L1", "target='gtzan' is unknown; it must be one of artists1517-synth"),
        ("gtzan-synth", 400, "L1", "query=400 is not an excerpt of gtzan-synth; it must be 0 to 399"),
        ("gtzan-synth", -1, "L1", "query=-1 is not an excerpt"),
        ("gtzan-synth", 0, "manhattan", "distance='manhattan' is unknown; it must be one of L1, L2, cosine"),
    ],
)
def test_an_impossible_search_is_refused(study, target, query, distance, message):
    with pytest.raises(ValueError, match=message):
        query_by_example(study, target, query, distance)
