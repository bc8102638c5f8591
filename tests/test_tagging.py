"""Many tags: kinds and truth of tags, the three methods, missing tags, and searches by words."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mirlab import corpus, datasets, tagging
from mirlab.corpus import styles
from mirlab.errors import DatasetError
from mirlab.tagging import methods

NAMES = ["drums", "piano", "sad", "flute"]


@pytest.fixture(scope="module")
def data():
    return datasets.load("magnatagatune-synth")


@pytest.fixture(scope="module")
def toy():
    """Songs of 12 artists; a tag for the sign of each feature, one that all have and one that nobody has."""
    rng = np.random.default_rng(0)
    songs = rng.normal(size=(96, 5)) + 3.0
    y = np.c_[songs > 3.0, np.ones(96), np.zeros(96)].astype(bool)
    return songs, y, np.repeat(np.arange(12), 8)


# -- tags ----------------------------------------------------------------------------------------------


def test_no_tag_is_of_two_kinds():
    every = [tag for tags in tagging.KINDS.values() for tag in tags]
    assert len(every) == len(set(every)) and tagging.OTHER not in tagging.KINDS
    assert all(tag == tag.strip() and tag for tag in every)


def test_tags_of_the_corpus_have_the_right_kind():
    every = styles.all_styles().values()
    voices = {voice for style in every for voice in style.voices}
    for style in every:
        played = {*style.bass_instruments, *style.comp_instruments, *style.lead_instruments}
        assert set(tagging.kinds(sorted((played | {*style.pad_instruments}) - voices))) <= {"instrument"}
        assert set(tagging.kinds(sorted({*style.moods} - {"loud"}))) == {"mood"}
        assert tagging.kinds([style.family]).tolist() == ["genre"]


def test_few_tags_are_of_no_kind(data):
    of = tagging.kinds(data.label_names)
    other = {name for name, kind in zip(data.label_names, of, strict=True) if kind == tagging.OTHER}
    assert {"slow", "fast", "minor", "loud", "bright", "echo", "waltz", "acoustic", "busy", "solo"} <= other
    assert len(other) < 40 and all((of == kind).sum() >= 25 for kind in tagging.KINDS)


def test_true_tags_are_those_of_the_score(data):
    rows = [0, 700, 1499]
    true = tagging.true_tags(data, rows)
    assert true.shape == (3, len(data.label_names)) and true.dtype == bool
    assert (data.y[rows] <= true).all() and true.sum() > data.y[rows].sum()
    for row, has in zip(rows, true, strict=True):
        words = corpus.plan("magnatagatune")[row].true_tags()
        assert {name for name, one in zip(data.label_names, has, strict=True) if one} == words & {
            *data.label_names
        }


def test_true_tags_are_refused_for_real_sets(data):
    real = datasets.Dataset("mine", ["a"], NAMES, np.ones((1, 4), bool), np.array([0]), lambda i: None, ["1"])
    with pytest.raises(DatasetError, match="'mine': the true tags of real music are not known"):
        tagging.true_tags(real)
    unknown = datasets.Dataset(
        data.name, ["clip.99999"], NAMES, np.ones((1, 4), bool), np.array([0]), lambda i: None, ["1"]
    )
    with pytest.raises(DatasetError, match=r"has no excerpt 'clip\.99999' at scale 'lesson'"):
        tagging.true_tags(unknown)


def test_a_larger_share_forgets_more():
    y = np.random.default_rng(1).random((200, 30)) < 0.4
    left = [tagging.forget(y, share, random_state=3) for share in (0, 0.25, 0.5, 0.9, 1)]
    assert (left[0] == y).all() and not left[-1].any()
    for less, more in zip(left[1:], left[:-1], strict=True):
        assert (less <= more).all()
    assert left[1].sum() / y.sum() == pytest.approx(0.75, abs=0.03)
    assert (tagging.forget(y, 0.5, random_state=4) != left[2]).any()
    with pytest.raises(ValueError, match=r"share=1\.5; it must be between 0 and 1"):
        tagging.forget(y, 1.5)


# -- learning ------------------------------------------------------------------------------------------


def test_an_artist_is_in_one_fold(data):
    fold = tagging.artist_folds(data.groups)
    assert sorted(set(fold.tolist())) == [0, 1, 2]
    for artist in np.unique(data.groups):
        assert len(set(fold[data.groups == artist].tolist())) == 1
    assert min(np.bincount(fold)) > len(fold) / 4
    assert (fold == tagging.artist_folds(data.groups)).all()
    assert (fold != tagging.artist_folds(data.groups, random_state=1)).any()
    with pytest.raises(ValueError, match="groups"):
        tagging.artist_folds([1, 1, 2, 2])


def test_tag_frequency_does_not_listen(toy):
    songs, y, _ = toy
    scores = tagging.tag_frequency(songs, y, songs[:4])
    assert (scores == scores[0]).all() and (scores == tagging.tag_frequency(-songs, y, songs[4:8])).all()
    assert (np.argsort(scores[0], kind="stable") == np.argsort(y.sum(axis=0), kind="stable")).all()
    assert np.isfinite(scores).all()


def test_logistic_regression_is_one_model_per_tag(toy):
    songs, y, _ = toy
    scores = tagging.logistic_regression(songs[:64], y[:64], songs[64:])
    scaler = StandardScaler().fit(songs[:64])
    X, Z = scaler.transform(songs[:64]), scaler.transform(songs[64:])
    for tag in range(5):
        exact = LogisticRegression(C=methods.STRENGTH, tol=1e-8, max_iter=500).fit(X, y[:64, tag])
        np.testing.assert_allclose(scores[:, tag], exact.decision_function(Z), atol=0.05)
    rest = tagging.tag_frequency(songs[:64], y[:64], songs[64:])[:, 5:]
    assert (scores[:, 5:] == rest).all()  # of what all or none have, only the frequency is known


def test_warp_scores_are_inner_products(toy):
    songs, y, _ = toy
    excerpts, words = tagging.word_space(songs[:64], y[:64], songs[64:], random_state=5)
    scores = tagging.warp_affinity(songs[:64], y[:64], songs[64:], random_state=5)
    np.testing.assert_allclose(scores, excerpts @ words.T)
    auc = tagging.tag_auc(scores, y[64:])
    assert (auc[:5] > 0.9).all() and np.isnan(auc[5:]).all()
    assert (scores != tagging.warp_affinity(songs[:64], y[:64], songs[64:], random_state=6)).any()


def test_excerpts_are_scored_by_the_other_folds(toy):
    songs, y, groups = toy
    fold, seen, ticks = tagging.artist_folds(groups), [], []

    def spy(songs_in, y_in, others, *, random_state):
        seen.append((len(songs_in), random_state))
        known = {tuple(song) for song in songs_in}
        assert not any(tuple(song) in known for song in others)
        return np.tile(y_in.mean(axis=0), (len(others), 1))

    scores = tagging.annotate(spy, songs, y, fold, random_state=7, progress=lambda: ticks.append(1))
    assert seen == [((fold != number).sum(), 7) for number in range(3)] and len(ticks) == 3
    for number in range(3):
        np.testing.assert_allclose(scores[fold == number], y[fold != number].mean(axis=0)[None].repeat(32, 0))


@pytest.mark.parametrize("name", tagging.METHODS)
def test_every_method_has_the_same_interface(toy, name):
    songs, y, groups = toy
    fold = tagging.artist_folds(groups)
    scores = tagging.annotate(tagging.METHODS[name], songs, y, fold)
    assert scores.shape == y.shape and np.isfinite(scores).all()
    assert (scores == tagging.annotate(tagging.METHODS[name], songs, y, fold)).all()
    table = tagging.judge(scores, y, fold)
    assert (table["tag_auc"] == 0.5).all() if name == "tag frequency" else (table["tag_auc"] > 0.9).all()


# -- judging -------------------------------------------------------------------------------------------


def test_missing_labels_learns_from_less_and_compares_twice(toy, monkeypatch):
    songs, y, groups = toy
    held, asked = tagging.artist_folds(groups) == 0, []

    def oracle(songs_in, y_in, others, *, random_state):
        asked.append(y_in.sum())
        return np.where(y[held], 1.0, -1.0)

    monkeypatch.setitem(tagging.METHODS, "WARP", oracle)
    monkeypatch.setitem(tagging.METHODS, "logistic regression", oracle)
    known = {name: np.where(y[held], 2.0, -2.0) for name in ("WARP", "logistic regression")}
    ticks = []
    table = tagging.missing_labels(
        songs, y, y[held], held, shares=(0.5,), known=known, random_state=1, progress=lambda: ticks.append(1)
    )
    left = tagging.forget(y, 0.5, 1)
    assert asked == [left[~held].sum()] * 2 and len(ticks) == 2  # what is known is not learned again
    assert len(table) == 8 and table["missing"].unique().tolist() == [
        0,
        pytest.approx(1 - left[held].sum() / y[held].sum()),
    ]
    true = table[table["judged by"] == "true tags"]
    assert (true["tag_auc"] == 1).all() and (true["tag_auc_error"] == 0).all()
    rest = table[(table["judged by"] == "tags left") & (table["missing"] > 0)]
    assert (rest["tag_auc"] < 0.9).all() and (rest["precision_at_3"] < true["precision_at_3"].min()).all()
    assert table.loc[table["method"] == "WARP", "declared"].isna().all()
    declared = table.loc[table["method"] == "logistic regression", "declared"]
    assert declared.tolist() == [pytest.approx(y[held].sum(axis=1).mean())] * 4


# -- search by words -----------------------------------------------------------------------------------


def test_fits_needs_all_plus_and_no_minus():
    y = np.array([[1, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 0]], bool)
    assert tagging.fits(y, NAMES, ["sad", "piano"], ["drums"]).tolist() == [False, True, False]
    assert tagging.fits(y, NAMES, ["piano"]).tolist() == [True, True, True]
    with pytest.raises(ValueError, match="'oboe' is not in this vocabulary; choose from its 4, such as"):
        tagging.fits(y, NAMES, ["oboe"])


def test_a_space_is_searched_by_angle_not_length():
    words = np.eye(4)
    excerpts = np.array([[0, 9.0, 9.0, 9.0], [0, 1.0, 1.0, 0], [5.0, 5.0, 5.0, 0], [0.0, 0, 0, 0]])
    order = tagging.search_space(excerpts, words, NAMES, ["piano", "sad"])
    cosines = excerpts[:3] @ [0, 1, 1, 0] / np.linalg.norm(excerpts[:3], axis=1)
    assert order[:3].tolist() == np.argsort(-cosines, kind="stable").tolist() and order[0] == 1
    assert tagging.search_space(excerpts, words, NAMES, ["piano"], ["drums"])[-1] in (2, 3)
    assert sorted(order.tolist()) == [0, 1, 2, 3]


def test_odds_are_searched_by_products_of_probabilities():
    rng = np.random.default_rng(0)
    log_odds = rng.normal(size=(50, 4))
    p = 1 / (1 + np.exp(-log_odds))
    expected = p[:, 2] * p[:, 1] * (1 - p[:, 0])
    order = tagging.search_odds(log_odds, NAMES, ["sad", "piano"], ["drums"])
    assert order.tolist() == np.argsort(-expected, kind="stable").tolist()


def test_a_list_holds_the_given_tags_and_may_be_empty():
    given_tags = np.array([[0, 1, 1, 0], [0, 1, 0, 0]], bool)
    assert tagging.search_list(given_tags, NAMES, ["sad", "piano"], ["drums"]).tolist() == [0]
    assert tagging.search_list(given_tags, NAMES, ["sad", "flute"]).tolist() == []


def test_queries_have_answers_and_a_precision():
    rng = np.random.default_rng(0)
    true = rng.random((60, 4)) < 0.6
    asked = tagging.queries(true, NAMES, minus=["drums"], at_least=5)
    assert {plus for plus, _ in asked} == {("sad", "piano"), ("sad", "flute")}
    assert tagging.queries(true, NAMES, minus=["drums"], at_least=61) == []
    perfect = tagging.search_precision(
        lambda plus, minus: np.flatnonzero(tagging.fits(true, NAMES, plus, minus)), asked, true, NAMES, k=5
    )
    assert perfect.tolist() == [1, 1]
    nothing = tagging.search_precision(lambda plus, minus: [], asked, true, NAMES)
    assert np.isnan(nothing).all()
    everything = tagging.search_precision(lambda plus, minus: np.arange(60), asked, true, NAMES, k=60)
    assert everything.tolist() == [tagging.fits(true, NAMES, *words).mean() for words in asked]
