"""The laboratory of lesson 07: set as a learner would, and whether what it says is true."""

import base64

import numpy as np
import pytest
import traitlets
from pictures import TRIED, curve, measured

from mirlab import evaluate
from mirlab.widgets import few_labels
from mirlab.widgets.label_budgets import Setting, chart, measure, shortage, tell


@pytest.fixture(scope="module")
def lab(study):
    """A laboratory that the tests may set as they like."""
    return few_labels(study, target="homburg-synth")


def test_it_starts_with_a_difference_to_read(study):
    lab = few_labels(study)
    assert [str(one) for one in lab.tried] == [
        "gtzan-synth, base features, 1 song per label, split by song",
        "gtzan-synth, tag embedding, 1 song per label, split by song",
    ]
    assert "Against the base features: +" in lab.said or "Against the base features: -" in lab.said
    assert repr(lab) == f"<set, features, songs and split: run this cell to choose> {lab.said}"


@pytest.mark.parametrize(("songs", "split"), [(2, "artist"), (0, "song")])
def test_a_setting_is_the_protocol_of_the_course(study, songs, split):
    data = study.stored("homburg-synth").dataset
    expected = evaluate.learning_curve(
        study.windows("homburg-synth", "tag"),
        data.y,
        per_class=songs or 10_000,
        groups=data.groups if split == "artist" else None,
        n_splits=5 if songs else 3,
        n_draws=5 if songs else 1,
    )
    result = measure(study, Setting("homburg-synth", "tag", songs, split))
    assert np.array_equal(result.folds, expected.folds)
    assert result.mean == pytest.approx(expected.mean, abs=1e-12)
    if split == "artist":
        assert all(len(np.unique(result.folds[data.groups == artist])) == 1 for artist in set(data.groups))


def test_all_songs_are_those_of_cross_validation(study):
    data = study.stored("homburg-synth").dataset
    theirs = evaluate.cross_validate(study.windows("homburg-synth", "tag"), data.y, n_splits=3)
    ours = measure(study, Setting("homburg-synth", "tag", 0, "song"))
    assert ours.scores[0] == pytest.approx(theirs.scores, abs=0.02)


def test_a_setting_is_measured_once_and_stays(lab):
    before, picture = lab.said, lab.picture
    lab.split = "artist"
    assert "split by artist: accuracy" in lab.said and "Against the split by song: " in lab.said
    lab.songs = 2
    lab.features = "genre"
    assert lab.said.startswith(
        "homburg-synth, genre embedding, 2 songs per label, split by artist: accuracy 0."
    )
    assert "Against the tag embedding: " in lab.said and "Against the split" not in lab.said
    assert lab.picture != picture
    lab.target = "gtzan-synth"
    assert "homburg-synth" not in lab.alt and lab.alt.startswith("gtzan-synth, genre embedding, 2 songs per")
    kept = dict(lab.tried)
    lab.target, lab.features, lab.songs, lab.split = "homburg-synth", "tag", 1, "song"
    assert lab.said.startswith(before[:60])
    assert all(lab.tried[setting] is result for setting, result in kept.items())
    assert base64.b64decode(lab.picture.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")


def test_a_setting_that_does_not_exist_is_refused(study, lab):
    for name, value in (("target", "jazz"), ("features", "joint"), ("songs", 3), ("split", "window")):
        with pytest.raises(traitlets.TraitError, match=f"{name}={value!r} is unknown; it must be one of"):
            lab.set_state({name: value})
        assert getattr(lab, name) != value
    with pytest.raises(traitlets.TraitError):
        lab.songs = "two"
    with pytest.raises(ValueError, match="target='jazz' is unknown; it must be one of artists1517-synth"):
        few_labels(study, target="jazz")
    for wrong in (
        ("jazz", "base", 1, "song"),
        ("gtzan-synth", "joint", 1, "song"),
        ("gtzan-synth", "tag", 1, ""),
    ):
        with pytest.raises(ValueError, match="is unknown; it must be one of"):
            measure(study, Setting(*wrong))
    with pytest.raises(ValueError, match="per_class == -1"):
        measure(study, Setting("gtzan-synth", "tag", -1, "song"))


def test_it_reports_clear_differences_and_differences_of_splits():
    text = tell(Setting("a-synth", "tag", 1, "song"), TRIED)
    assert text.startswith(
        "a-synth, tag embedding, 1 song per label, split by song: accuracy 0.51 ± 0.01 (95 % interval; 5 "
        "folds, 1 draw in each; a random guess among 2 labels has 0.50)."
    )
    assert "Against the base features: +0.100 ± 0.013, clear (p = 0.000)." in text
    assert "Against the split by artist: +0.200." in text
    assert text.count("Against") == 2  # neither other sets nor other numbers of songs
    same = TRIED | dict([measured("a-synth", "base", 1, "song", [0.55, 0.45, 0.51, 0.45, 0.55])])
    assert "no clear difference" in tell(Setting("a-synth", "tag", 1, "song"), same)
    assert "all songs, split by song: accuracy" in tell(Setting("a-synth", "genre", 0, "song"), TRIED)


def test_a_label_with_too_few_songs_is_reported():
    result = curve([0.5] * 5, 8)  # ten songs of each label, two of each in a fold
    assert shortage(result) == ""
    assert shortage(curve([0.5] * 5, 9)) == ", only 8 for the smallest label"
    setting = Setting("a", "tag", 20, "song")
    text = tell(setting, {setting: curve([0.5] * 5, 20)})
    assert text.startswith(
        "a, tag embedding, 20 songs per label, split by song, only 8 for the smallest label:"
    )


def test_the_chart_shows_splits_by_artist_hollow_and_marks_the_present():
    figure = chart(TRIED, title="Two sets")
    assert [axis.get_title() for axis in figure.axes] == ["a-synth", "b"]
    assert figure.alt.startswith(
        "Two sets. Accuracy: a-synth, base features, 1 song per label, split by song: 0.41;"
    )
    marks = {
        (line.get_marker(), line.get_markerfacecolor() == "white", round(float(line.get_xdata()[0])))
        for line in figure.axes[0].lines
        if line.get_marker() in "os^" and len(line.get_xdata())
    }
    assert marks == {("o", False, 0), ("^", False, 0), ("^", True, 0), ("s", False, 5)}
    values = sorted(line.get_ydata()[0] for line in figure.axes[0].lines if line.get_marker() == "^")
    assert values == pytest.approx([0.31, 0.51])
    assert len({text.get_text() for text in figure.legends[0].get_texts()}) == 4
    assert not figure.axes[0].patches
    now = Setting("b", "tag", 1, "song")
    alone = chart(TRIED, now)
    (axis,) = alone.axes
    (band,) = axis.patches
    assert "a-synth" not in alone.alt and (band.get_x(), band.get_width()) == (-0.4, 0.8)
    assert [text.get_text() for text in axis.get_xticklabels()] == ["1", "2", "5", "10", "20", "all"]
    assert (axis.get_xlim(), axis.get_ylim(), axis.get_title()) == ((-0.5, 5.5), (0, 1), "")
    with pytest.raises(ValueError, match="tried is empty"):
        chart({})
