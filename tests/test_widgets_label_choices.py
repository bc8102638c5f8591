"""The map on which labels are bought: what they cost, what they are worth, what the screen may send."""

import numpy as np
import pytest
import traitlets

from mirlab import fewlabels
from mirlab.fewlabels import RULES, study
from mirlab.widgets import choose_labels

NAMES = ["blues", "jazz", "rock"]


@pytest.fixture
def task():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    windows = 2 * rng.normal(size=(3, 8))[y][:, None] + rng.normal(size=(60, 3, 8))
    return fewlabels.split(windows, y, np.arange(60) // 2, fold=0)


@pytest.fixture
def widget(task):
    made = choose_labels(task, NAMES, [f"song {i}" for i in range(60)], lambda i: np.zeros(2205) + i / 1e4)
    made.clock = iter(range(0, 10_000, 30)).__next__
    return made


def test_a_label_is_shown_when_it_is_paid_for(widget, task):
    assert set(widget.labels) == {""} and "none labelled yet" in widget.said
    widget.picks = [4, 0]
    assert [i for i, label in enumerate(widget.labels) if label] == [0, 4]
    assert widget.labels[4] == NAMES[task.y[task.train[4]]]
    assert "minutes" not in widget.said  # nothing was heard, so nothing was measured
    widget.picks = []
    assert set(widget.labels) == {""} and "none labelled yet" in repr(widget)


def test_labels_are_judged_on_other_songs_beside_the_rules(widget, task):
    widget.picks = [0, 1, 2, 3, 4, 5]
    mine = study.learned(task, task.train[:6])
    assert f"Accuracy on {len(task.test)} other songs: yours {mine:.2f}." in widget.said
    for rule in RULES[1:]:
        value = study.learned(task, fewlabels.picked(task, rule, widget.most)[:6])
        assert f"{rule} {value:.2f}" in widget.said
    draws = [study.learned(task, fewlabels.picked(task, RULES[0], 40, repeat=i)[:6]) for i in range(10)]
    assert widget.worth(RULES[0], 6) == pytest.approx(np.mean(draws))


def test_time_begins_with_the_first_sound_and_is_divided_by_the_labels(widget, task):
    widget.point = 3
    widget.plays += 1
    assert widget.heard["said"] == f"You hear song {task.train[3]}." and widget.heard["audio"]
    widget.picks = [3]
    assert "1 song labelled" in widget.said and "0.5 minutes: 30 seconds per label" in widget.said
    widget.picks = [3, 5]
    assert "1.0 minutes: 30 seconds per label" in widget.said


def test_no_song_is_bought_twice_and_none_that_is_not_there(widget):
    widget.picks = [1, 1, 2]
    assert widget.picks == [1, 2]
    widget.picks = list(range(48))
    assert len(widget.picks) == 40
    for wrong in (48, -1):
        with pytest.raises(traitlets.TraitError, match=f"point {wrong} is not on the map; it has 48 points"):
            widget.picks = [wrong]
        with pytest.raises(traitlets.TraitError, match=f"point {wrong} is not on the map"):
            widget.point = wrong


def test_every_song_is_on_the_canvas_and_in_the_still_picture(widget):
    points = widget.map["points"]
    assert len(points) == 48 == len(widget.labels)
    assert all(0 <= p["x"] <= widget.map["width"] and 0 <= p["y"] <= widget.map["height"] for p in points)
    widget.picks = [0]
    assert "Map of 48 songs; labelled: your choice (1)." in widget.seen()


def test_names_must_fit_the_task(task):
    with pytest.raises(
        ValueError, match="2 names of labels and 60 of songs; the task has 3 labels and 60 songs"
    ):
        choose_labels(task, NAMES[:2], range(60), None)
    task.train = task.train[:2]
    with pytest.raises(ValueError, match="only 2 songs to choose from, for 3 labels"):
        choose_labels(task, NAMES, range(60), None)
