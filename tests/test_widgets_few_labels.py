"""The laboratory of lesson 07, set as a learner would, and whether what is said of it is true."""

import base64
import re
from importlib import resources

import numpy as np
import pytest
import traitlets

from mirlab import evaluate
from mirlab.lessons import show
from mirlab.widgets import few_labels
from mirlab.widgets.few_labels import SONGS, Setting, chart, measure, tell


@pytest.fixture(scope="module")
def widget(study):
    return few_labels(study)


def made(target, kind, songs, split, scores):
    """Return a setting, and a result of five folds with these accuracies."""
    y, folds = np.repeat([0, 1], 10), np.tile(np.arange(5), 4)
    folds = folds if split == "song" else folds[::-1]
    return Setting(target, kind, songs, split), evaluate.LearningCurve(
        np.array([scores], dtype=float), folds, y, (songs or 20,), 1, 0
    )


TRIED = dict(
    [
        made("a-synth", "base", 1, "song", [0.40, 0.42, 0.40, 0.41, 0.42]),
        made("a-synth", "tag", 1, "song", [0.50, 0.52, 0.51, 0.50, 0.52]),
        made("a-synth", "tag", 1, "artist", [0.30, 0.32, 0.31, 0.30, 0.32]),
        made("a-synth", "genre", 0, "song", [0.6, 0.7, 0.8, 0.7, 0.6]),
        made("b", "tag", 1, "song", [0.1, 0.2, 0.3, 0.2, 0.1]),
    ]
)


def test_it_starts_with_a_difference_to_read(widget):
    assert [str(one) for one in widget.tried][:2] == [
        "gtzan-synth, base features, 1 song a label, split by song",
        "gtzan-synth, tag embedding, 1 song a label, split by song",
    ]
    assert "Against the base features: +" in widget.said or "Against the base features: -" in widget.said


@pytest.mark.parametrize(("songs", "split"), [(2, "artist"), (0, "song")])
def test_a_setting_is_the_protocol_of_the_course(study, songs, split):
    data = study.features("homburg-synth").dataset
    expected = evaluate.learning_curve(
        study.windows("homburg-synth", "tag"),
        data.y,
        per_class=songs or 10_000,
        groups=data.groups if split == "artist" else None,
        n_splits=5,
        n_draws=5 if songs else 1,
    )
    found = measure(study, Setting("homburg-synth", "tag", songs, split))
    assert np.array_equal(found.folds, expected.folds)
    assert found.mean == pytest.approx(expected.mean, abs=1e-12)
    if split == "artist":
        assert all(len(np.unique(found.folds[data.groups == artist])) == 1 for artist in set(data.groups))


def test_all_songs_are_those_of_cross_validation(study):
    data = study.features("homburg-synth").dataset
    theirs = evaluate.cross_validate(study.windows("homburg-synth", "tag"), data.y, n_splits=5)
    ours = measure(study, Setting("homburg-synth", "tag", 0, "song"))
    assert ours.scores[0] == pytest.approx(theirs.scores, abs=0.02)


def test_what_is_set_is_measured_once_and_stays(study):
    lab = few_labels(study, target="homburg-synth")
    before, pictures = lab.said, {lab.picture}
    lab.split = "artist"
    assert "split by artist: accuracy" in lab.said and "Against the split by song: " in lab.said
    lab.songs = 2
    lab.features = "genre"
    assert lab.said.startswith(
        "homburg-synth, genre embedding, 2 songs a label, split by artist: accuracy 0."
    )
    assert "Against the tag embedding: " in lab.said and "Against the split" not in lab.said
    pictures.add(lab.picture)
    lab.target = "gtzan-synth"
    assert lab.alt.count("homburg-synth") == 0 and "gtzan-synth" in lab.alt
    lab.target, lab.features, lab.songs, lab.split = "homburg-synth", "tag", 1, "song"
    pictures.add(lab.picture)
    assert lab.said.startswith(before[:60]) and len(pictures) == 3
    assert base64.b64decode(lab.picture.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    first = lab.tried[Setting("homburg-synth", "tag", 1, "song")]
    lab.songs, lab.songs = 2, 1
    assert lab.tried[Setting("homburg-synth", "tag", 1, "song")] is first


def test_what_is_no_setting_is_refused(study, widget):
    for name, value in (("target", "jazz"), ("features", "joint"), ("songs", 3), ("split", "window")):
        with pytest.raises(traitlets.TraitError, match=f"{name}={value!r}; it must be one of"):
            setattr(widget, name, value)
    with pytest.raises(ValueError, match="'jazz' is no target set; it must be one of artists1517-synth"):
        few_labels(study, target="jazz")
    with pytest.raises(ValueError, match="songs=3; it must be one of 1, 2, 5, 10, 20, 0"):
        measure(study, Setting("gtzan-synth", "base", 3, "song"))


def test_it_tells_a_clear_difference_from_none_and_a_split_from_a_test():
    told = tell(Setting("a-synth", "tag", 1, "song"), TRIED)
    assert "a-synth, tag embedding, 1 song a label, split by song: accuracy 0.51 ± 0.00" in told
    assert "Against the base features: +0.100 ± 0.005, clear (p = 0.000)." in told
    assert "Against the split by artist: +0.200." in told
    assert told.count("Against") == 2  # neither other sets nor other numbers of songs
    same = TRIED | dict([made("a-synth", "base", 1, "song", [0.55, 0.45, 0.51, 0.45, 0.55])])
    assert "no clear difference" in tell(Setting("a-synth", "tag", 1, "song"), same)
    assert "all songs" in tell(Setting("a-synth", "genre", 0, "song"), TRIED)


def test_the_chart_shows_splits_by_artist_hollow_and_marks_the_present():
    figure = chart(TRIED, title="Two sets")
    assert len(figure.axes) == 2 and show(figure).png
    assert figure.alt.startswith(
        "Two sets. Accuracy: a-synth, base features, 1 song a label, split by song: 0.41;"
    )
    faces = {
        line.get_markerfacecolor()
        for line in figure.axes[0].lines
        if line.get_marker() == "^" and len(line.get_xdata())
    }
    assert "white" in faces and len(faces) == 2
    alone = chart(TRIED, Setting("b", "tag", 1, "song"))
    assert len(alone.axes) == 1 and "a-synth" not in alone.alt and alone.axes[0].patches
    assert [text.get_text() for text in alone.axes[0].get_xticklabels()] == ["1", "2", "5", "10", "20", "all"]
    assert len(SONGS) == 6
    with pytest.raises(ValueError, match="tried is empty"):
        chart({})


def test_where_nothing_can_be_shown_it_says_the_same(widget):
    assert widget._repr_mimebundle_()[0]["text/plain"] == repr(widget)
    assert repr(widget).startswith(
        "Set, features, songs and split, to be chosen: run this cell. gtzan-synth,"
    )


def test_the_script_is_shipped_and_asks_nothing_of_the_network(widget):
    for file in ("few_labels.js", "few_labels.css"):
        text = resources.files("mirlab.widgets").joinpath(file).read_text(encoding="utf-8")
        assert not re.search(r"http|import |fetch|url\(|@import", text)
    assert widget._esm.strip().endswith("export default { render };")
