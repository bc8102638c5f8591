"""Somebody's own excerpts among the course's labels: where they lie, what is near to them, how they sound."""

import numpy as np
import pytest

from mirlab import maps, widgets
from mirlab.library import open_library
from mirlab.maps import own_map


@pytest.fixture(scope="module")
def library():
    return open_library()


@pytest.fixture(scope="module")
def places(library):
    return own_map(library)


def test_labels_stay_where_lesson_06_has_them(places, library):
    theirs = maps.joint_map(library.study)
    theirs = theirs[theirs["kind"] == "label"]
    mine = places[places["kind"] == "label"]
    assert len(mine) == 52
    for column in ("name", "set", "x", "y", "nearest", "excerpt", "hears"):
        assert mine[column].tolist() == theirs[column].tolist()


def test_every_excerpt_is_there_under_its_own_name(places, library):
    own = places[places["kind"] == "excerpt"]
    assert own["name"].tolist() == library.dataset.track_ids
    assert set(own["set"]) == {"the practice folder (synthetic)"}
    assert own["excerpt"].tolist() == list(range(len(library)))
    assert own["label"].tolist() == library.labels_of(library.recordings)


def test_its_nearest_are_those_of_the_space_itself(places, library):
    """Slowly: map every frame, average, take the cosine with each label."""
    space = library.study.embedding("joint")
    W = np.concatenate(space.label_embeddings)
    features = library.study.stored("folder")
    for i in (0, 30, 66):
        frames = features.track(i)
        z = space(frames[: len(frames) // 64 * 64]).mean(axis=0)
        cosine = W @ z / np.linalg.norm(W, axis=1) / np.linalg.norm(z)
        assert places["nearest"][52 + i] == np.argsort(-cosine)[:5].tolist()


def test_it_lies_between_its_three_nearest_labels(places):
    wide = np.ptp(places.loc[:51, ["x", "y"]].to_numpy(float), axis=0)
    for row in places[places["kind"] == "excerpt"].to_dict("records"):
        corners = places.loc[row["nearest"][:3], ["x", "y"]].to_numpy(float)
        at = np.array([row["x"], row["y"]])
        assert (at > corners.min(axis=0) - 0.1 * wide).all()
        assert (at < corners.max(axis=0) + 0.1 * wide).all()
        first, third = np.linalg.norm(corners - at, axis=1)[[0, 2]]
        assert first < third + 0.25 * np.linalg.norm(wide)


def test_the_map_can_show_and_sound_it(places, library):
    widget = widgets.sound_map(places, lambda i: library.audio(places["excerpt"][i]))
    assert repr(widget).startswith("Map of 52 labels and 67 excerpts")
    widget.point = 52
    widget.plays += 1
    assert widget.heard["said"] == f"You hear {library.dataset.track_ids[0]} of {library.title}."


def test_of_many_excerpts_some_are_shown_spread_over_all(library, monkeypatch):
    monkeypatch.setitem(own_map.__globals__, "MOST", 10)
    own = own_map(library)[52:]
    assert len(own) == 10 and own["excerpt"].iloc[0] == 0 and own["excerpt"].iloc[-1] == len(library) - 1
    assert own["label"].nunique() == 4
