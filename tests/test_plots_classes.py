"""The picture of a lesson of a class: who is drawn, and what a mark means without its colour."""

import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from mirlab import plots
from mirlab.classes.tables import standing


@pytest.fixture
def figure():
    rows = pd.DataFrame(
        [
            ("Ada", "a.json", "step", 3, True),
            ("Ada", "a.json", "loss", 2, False),
            ("李雷", "b.json", "step", 0, False),
            ("李雷", "b.json", "loss", 1, True),
            ("Eve", "c.json", "step", 0, False),
            ("Eve", "c.json", "loss", 0, False),
        ],
        columns=["learner", "file", "item", "tries", "solved"],
    ).assign(kind="exercise")
    predictions = [("winner", ["base", "tag"], "", ["tag", "tag"]), ("leak", [], "accuracy", [0.5, 0.5, 0.7])]
    return plots.lesson_of_a_class(rows, standing(rows), predictions, title="05")


def test_solved_stopped_and_untried_differ_in_shape(figure):
    work = figure.axes[0]
    filled = [tuple(mark.get_facecolor()[0][:3]) != to_rgb("white") for mark in work.collections]
    assert filled == [True, False, True]
    assert [line.get_marker() for line in work.lines][:1] == ["."]
    assert [text.get_text() for text in work.texts] == ["3", "2", "1", "1/1", "3", "1/2", "1"]


def test_who_has_not_begun_is_counted_and_a_name_without_letters_is_a_file(figure):
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["solved/tried", "median of tries", "Ada", "b.json"]
    assert "1 of 3 learners have not begun it." in figure.axes[0].get_xlabel()
    assert "exercise loss: solved by 1 of 2, median of tries 1; stops Ada." in figure.alt


def test_predictions_are_bars_or_piles(figure):
    _, words, numbers = figure.axes
    assert [bar.get_width() for bar in words.patches] == [0, 2]
    assert numbers.lines[0].get_xydata().tolist() == [[0.5, 0], [0.5, 1], [0.7, 0]]
