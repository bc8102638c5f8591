import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, Ridge, RidgeClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from threadpoolctl import threadpool_limits

from mirlab import evaluate
from mirlab.evaluate import (
    CrossValidation,
    LearningCurve,
    compare,
    cross_validate,
    folds,
    learning_curve,
    nearest,
    precision_at_k,
    precision_per_query,
    published_split,
    song_vectors,
    standard_error,
    tagging_metrics,
)

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=15, deadline=None)


def songs_of(y, p=6, *, seed=0, apart=0.7, longest=6):
    """Songs of 1 to `longest` windows, each label around its own centre."""
    rng = np.random.default_rng(seed)
    centres = dict(zip(np.unique(y), rng.normal(0, apart, size=(len(y), p)), strict=False))
    return [
        centres[label] + rng.normal(size=p) + rng.normal(size=(rng.integers(1, longest + 1), p))
        for label in y
    ]


def outputs_by_the_book(windows, codes, train, test, ridge):
    """§6.2 word for word: regress on the windows, put each window in, average over the song."""
    X = np.concatenate([windows[i] for i in train])
    T = np.eye(codes.max() + 1)[np.repeat(codes[train], [len(windows[i]) for i in train])]
    scaler = StandardScaler().fit(X)
    model = Ridge(alpha=ridge * len(X)) if ridge else LinearRegression()
    model.fit(scaler.transform(X), T)
    return np.array([model.predict(scaler.transform(windows[i])).mean(axis=0) for i in test])


# ------------------------------------------------------------------------------------------ cross-validation


@pytest.mark.parametrize("ridge", [0, 1e-3, 1e-2, 10.0])
@pytest.mark.parametrize("p", [5, 300], ids=["more windows than dimensions", "fewer"])
def test_cross_validation_is_the_paper_by_the_book(ridge, p):
    y = np.repeat([0, 1, 2], [14, 10, 7])
    windows = songs_of(y, p)
    for song in windows:
        song[:, 0] = 0.1  # a constant
        song[:, 1] += 1e4  # far from zero
        song[:, 2] *= 1e-6  # small
    found = cross_validate(windows, y, n_splits=4, ridge=ridge)
    for f in range(4):
        train, test = np.flatnonzero(found.folds != f), np.flatnonzero(found.folds == f)
        expected = outputs_by_the_book(windows, y, train, test, ridge)
        np.testing.assert_allclose(found.outputs[test], expected, rtol=1e-6, atol=1e-8)
        assert found.scores[f] == (expected.argmax(axis=1) == y[test]).mean()
    assert found.mean == found.scores.mean()


@few
@given(
    sizes=st.lists(st.integers(3, 9), min_size=2, max_size=4),
    p=st.integers(1, 30),
    ridge=st.sampled_from([1e-6, 1e-2, 1.0]),
    seed=st.integers(0, 10**6),
)
def test_any_shape_agrees_with_the_book(sizes, p, ridge, seed):
    y = np.repeat(np.arange(len(sizes)), sizes)
    windows = songs_of(y, p, seed=seed)
    found = cross_validate(windows, y, n_splits=3, random_state=seed, ridge=ridge)
    test = np.flatnonzero(found.folds == 0)
    expected = outputs_by_the_book(windows, y, np.flatnonzero(found.folds != 0), test, ridge)
    np.testing.assert_allclose(found.outputs[test], expected, atol=1e-7)


def test_result_of_a_cross_validation():
    y = np.repeat(["pop", "jazz", "rock"], [9, 12, 10])
    found = cross_validate(songs_of(y), y, n_splits=3)
    assert isinstance(found, CrossValidation)
    assert found.labels.tolist() == ["jazz", "pop", "rock"]
    assert set(found.predictions) <= set(found.labels)
    right = found.predictions == y
    assert 0.4 < right.mean() < 1  # neither trivial nor hopeless, so that what follows means something
    for f in range(3):
        assert found.scores[f] == right[found.folds == f].mean()
    confusion = found.confusion()
    assert confusion.sum(axis=1).tolist() == [12, 9, 10]
    assert np.trace(confusion) == right.sum()
    assert found.standard_error == pytest.approx(np.std(found.scores, ddof=1) / np.sqrt(3))


def test_the_form_of_the_windows_does_not_matter(monkeypatch, tmp_path):
    y = np.repeat([0, 1], 15)
    cube = np.random.default_rng(0).normal(size=(30, 4, 7)).astype(np.float32) + y[:, None, None]
    np.save(tmp_path / "cube.npy", cube)
    before = cube.copy()
    expected = cross_validate(cube, y).outputs
    np.testing.assert_array_equal(cross_validate(list(cube), y).outputs, expected)
    np.testing.assert_array_equal(
        cross_validate(np.load(tmp_path / "cube.npy", mmap_mode="r"), y).outputs, expected
    )
    np.testing.assert_allclose(cross_validate(cube.astype(np.float64), y).outputs, expected, atol=1e-12)
    monkeypatch.setattr(evaluate, "_BLOCK", 5)
    np.testing.assert_allclose(cross_validate(cube, y).outputs, expected, atol=1e-12)
    np.testing.assert_array_equal(cube, before)


@few
@given(scale=st.floats(1e-3, 1e3), shift=st.floats(-100, 100), seed=st.integers(0, 100))
def test_neither_units_nor_offsets_matter(scale, shift, seed):
    y = np.repeat([0, 1, 2], 8)
    windows = songs_of(y, seed=seed)
    moved = [song * scale + shift for song in windows]
    a, b = cross_validate(windows, y, n_splits=4), cross_validate(moved, y, n_splits=4)
    np.testing.assert_allclose(a.outputs, b.outputs, atol=1e-7)


def test_label_names_do_not_matter():
    y = np.repeat([0, 1, 2], 8)
    windows = songs_of(y)
    names = np.array(["a", "b", "c"])
    by_number, by_name = cross_validate(windows, y, n_splits=4), cross_validate(windows, names[y], n_splits=4)
    as_objects = cross_validate(windows, names[y].astype(object), n_splits=4)
    np.testing.assert_array_equal(names[by_number.predictions], by_name.predictions)
    np.testing.assert_array_equal(as_objects.predictions, by_name.predictions)


def test_features_that_know_nothing_are_at_chance():
    y = np.repeat(np.arange(4), 50)
    means = [cross_validate(songs_of(y, apart=0.0, seed=seed), y).mean for seed in range(6)]
    assert abs(np.mean(means) - 0.25) < 4 * np.sqrt(0.25 * 0.75 / (6 * 200))


def test_groups_take_away_what_leakage_gave():
    rng = np.random.default_rng(0)
    artists = np.arange(120) // 4
    y = (artists % 3).astype(int)
    voice = rng.normal(size=(30, 40))  # the features know the artist and nothing of the label
    windows = [voice[artist] + rng.normal(0, 0.3, size=(3, 40)) for artist in artists]
    leaking, honest = cross_validate(windows, y), cross_validate(windows, y, groups=artists)
    assert leaking.mean > 0.9
    assert honest.mean < 0.55


def test_threads_change_no_decision():
    y = np.repeat(np.arange(5), 20)
    windows = songs_of(y, 120)
    with threadpool_limits(1):
        one = cross_validate(windows, y)
    with threadpool_limits(2):
        two = cross_validate(windows, y)
    np.testing.assert_allclose(one.outputs, two.outputs, atol=1e-10)
    np.testing.assert_array_equal(one.scores, two.scores)


# ------------------------------------------------------------------------------------------ folds


@few
@given(
    sizes=st.lists(st.integers(2, 30), min_size=2, max_size=6),
    n_splits=st.integers(2, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_each_label_is_spread_evenly(sizes, n_splits, seed):
    y = np.repeat(np.arange(len(sizes)), sizes)
    if n_splits > max(sizes):
        with pytest.raises(ValueError, match=f"n_splits must be 2 to {max(sizes)}"):
            folds(y, n_splits=n_splits)
        return
    fold = folds(y, n_splits=n_splits, random_state=seed)
    np.testing.assert_array_equal(fold, folds(y, n_splits=n_splits, random_state=seed))
    assert set(fold) == set(range(n_splits))
    for label in range(len(sizes)):
        per_fold = np.bincount(fold[y == label], minlength=n_splits)
        assert np.ptp(per_fold) <= 1  # a label smaller than n_splits is absent from some folds, no more


@few
@given(seed=st.integers(0, 1000), n_splits=st.integers(2, 10))
def test_no_group_is_on_both_sides(seed, n_splits):
    rng = np.random.default_rng(seed)
    y, groups = rng.integers(0, 3, 200), rng.integers(0, 60, 200)
    fold = folds(y, groups, n_splits=n_splits, random_state=seed)
    assert set(fold) == set(range(n_splits))
    for group in np.unique(groups):
        assert len(set(fold[groups == group])) == 1


def test_group_names_may_be_strings_and_seeds_matter():
    y, groups = np.repeat([0, 1], 20), np.arange(40) // 2
    named = np.array([f"artist {group:02}" for group in groups])
    np.testing.assert_array_equal(folds(y, groups, n_splits=4), folds(y, named, n_splits=4))
    assert (folds(y, n_splits=4) != folds(y, n_splits=4, random_state=1)).any()


@pytest.mark.parametrize(
    ("y", "groups", "n_splits", "message"),
    [
        ([3, 3, 3], None, 2, "y holds the label '3' alone"),
        ([], None, 2, "y is empty"),
        ([0, 0, 1], None, 2, "'1' has a single song"),
        ([0, 0, 1, 1], None, 3, "largest label has 2 songs; n_splits must be 2 to 2"),
        ([0, 0, 1, 1], None, 1, "n_splits=1; it must be a whole number, at least 2"),
        ([0, 0, 1, 1], [0, 0, 1, 2], 2, "label '0' are of one group"),
        ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0], 3, "there are 2 groups"),
        ([0, 0, 1, 1], [0, 1, 2], 2, "groups has 3 entries for 4 songs"),
        ([0, 0, 1, 1], [[0], [1], [2], [3]], 2, r"groups has shape \(4, 1\)"),
        ([0, 0, 1, 1], [0.0, np.nan, 1.0, 2.0], 2, "groups holds float64"),
        (["a", "a", None, "b"], None, 2, "y holds object"),
        ([0.5, 0.5, 1.0, 1.0], None, 2, "y holds float64; it must hold whole numbers or strings"),
        ([[0, 1], [1, 0]], None, 2, "several tags a song, see tagging_metrics"),
    ],
)
def test_folds_that_cannot_be_made_are_refused_in_words(y, groups, n_splits, message):
    with pytest.raises((ValueError, TypeError), match=message):
        folds(y, groups, n_splits=n_splits)


# ------------------------------------------------------------------------------------------ published splits


@pytest.mark.parametrize("ridge", [0, 1e-2])
def test_a_published_split_is_learned_on_one_part_and_tested_on_another(ridge):
    y = np.tile([0, 1, 2], 14)
    windows = songs_of(y)
    parts = np.array(["train"] * 24 + ["valid"] * 6 + [""] * 3 + ["test"] * 9)
    result = published_split(windows, y, parts, ridge=ridge)
    test = np.flatnonzero(parts == "test")
    by_hand = outputs_by_the_book(windows, y, np.flatnonzero(parts == "train"), test, ridge)
    assert result.tested.tolist() == test.tolist()
    assert result.right.tolist() == (by_hand.argmax(axis=1) == y[test]).tolist()
    assert result.mean == pytest.approx(result.right.mean())
    assert result.standard_error == pytest.approx(np.sqrt(result.mean * (1 - result.mean) / 8))
    moved = songs_of(y, seed=1)
    changed = [moved[i] if parts[i] in ("valid", "") else windows[i] for i in range(len(y))]
    again = published_split(changed, y, parts, ridge=ridge)
    assert again.right.tolist() == result.right.tolist(), "what is in neither part has no say"


def test_published_folds_are_tested_one_by_one():
    y = np.tile([0, 1], 21)
    windows, fold = songs_of(y), np.repeat([0, 1, 2], 14)
    parts = [f"fold {f + 1}" for f in fold]
    result = published_split(windows, y, parts)
    assert sorted(result.tested.tolist()) == list(range(42))
    for f in range(3):
        test = np.flatnonzero(fold == f)
        by_hand = outputs_by_the_book(windows, y, np.flatnonzero(fold != f), test, evaluate.RIDGE)
        mine = result.right[np.isin(result.tested, test)]
        assert mine.tolist() == (by_hand.argmax(axis=1) == y[test]).tolist()


def test_a_published_split_takes_any_classifier_and_a_label_that_training_lacks():
    y = np.array(["a", "b"] * 8 + ["c", "a", "b"])
    windows = songs_of(y, apart=5.0)
    parts = ["train"] * 16 + ["test"] * 3
    for classifier in (None, GaussianNB()):
        result = published_split(windows, y, parts, classifier=classifier)
        assert result.right.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        (["train"] * 6, ValueError, "too few songs"),
        (["test"] * 6, ValueError, "too few songs"),
        ([""] * 6, ValueError, "too few songs"),
        (["train"] * 5 + ["test"], ValueError, "too few songs"),
        (["fold 1"] * 6, ValueError, "too few songs"),
        (["train"] * 5, ValueError, "parts has 5 entries for 6 songs"),
        ([0, 0, 0, 1, 1, 1], TypeError, "parts holds int64; it must hold names"),
    ],
)
def test_splits_that_cannot_be_used_are_refused_in_words(parts, error, message):
    y = [0, 1] * 3
    with pytest.raises(error, match=message):
        published_split(songs_of(y), y, parts)


# ------------------------------------------------------------------------------------------ learning curves


@pytest.fixture
def draws(monkeypatch):
    """Record which songs each model of a learning curve is fitted to."""
    fitted = []
    fit = evaluate._fit

    def spy(songs, codes, n_labels, train, **how):
        fitted.append(np.sort(train))
        return fit(songs, codes, n_labels, train, **how)

    monkeypatch.setattr(evaluate, "_fit", spy)
    return fitted


def test_draws_are_nested_and_within_the_training_part(draws):
    y = np.repeat([0, 1, 2], [20, 9, 5])
    sizes = (1, 2, 5, 10)
    curve = learning_curve(songs_of(y), y, per_class=sizes, n_splits=4, n_draws=2)
    assert len(draws) == 4 * 2 * len(sizes)
    fitted = iter(draws)
    for f in range(4):
        train = np.flatnonzero(curve.folds != f)
        for _ in range(2):
            smaller = set()
            for k in sizes:
                chosen = next(fitted)
                assert set(chosen) <= set(train)
                assert smaller <= set(chosen)
                smaller = set(chosen)
                available = np.bincount(y[train])
                assert np.bincount(y[chosen]).tolist() == np.minimum(available, k).tolist()


def test_draws_depend_on_the_songs_and_the_seed_alone(draws):
    y = np.repeat([0, 1], 20)
    learning_curve(songs_of(y, 3), y, per_class=(2, 3), n_splits=5, n_draws=1)
    first = draws.copy()
    assert len({tuple(chosen) for chosen in first}) == len(first)  # no two models on the same songs
    draws.clear()
    learning_curve(songs_of(y, 50, seed=9), y, per_class=(2, 3), n_splits=5, n_draws=1)
    assert [a.tolist() for a in first] == [b.tolist() for b in draws]
    draws.clear()
    learning_curve(songs_of(y, 3), y, per_class=3, n_splits=5, n_draws=2)  # neither sizes nor more draws
    assert [a.tolist() for a in first[1::2]] == [b.tolist() for b in draws[::2]]
    draws.clear()
    learning_curve(songs_of(y, 3), y, per_class=(2, 3), n_splits=5, n_draws=1, random_state=1)
    assert [a.tolist() for a in first] != [b.tolist() for b in draws]


@pytest.mark.parametrize("groups", [None, np.arange(60) // 2])
@pytest.mark.parametrize("ridge", [0, 1e-2])
@pytest.mark.parametrize("p", [4, 400], ids=["through p x p", "through windows x windows"])
def test_a_curve_ends_where_cross_validation_is(p, ridge, groups):
    y = np.tile([0, 0, 1, 1, 2, 2], 10)
    windows = songs_of(y, p)
    curve = learning_curve(windows, y, per_class=(99,), groups=groups, n_splits=5, n_draws=1, ridge=ridge)
    full = cross_validate(windows, y, groups=groups, n_splits=5, ridge=ridge)
    np.testing.assert_array_equal(curve.folds, full.folds)
    np.testing.assert_allclose(curve.scores, full.scores[None], atol=1e-12)


@pytest.mark.parametrize("ridge", [0, 1e-2])
def test_both_forms_of_the_regression_agree_with_the_book(ridge):
    y = np.repeat([0, 1, 2], 6)
    windows = songs_of(y, 30, longest=3)
    songs = evaluate._Songs(windows, len(y))
    for size in (6, 18):  # fewer windows than dimensions, then more
        train = np.arange(size) if size == 18 else np.array([0, 1, 6, 7, 12, 13])
        fewer = songs.counts[train].sum() <= 30
        assert fewer == (size == 6)
        expected = outputs_by_the_book(windows, y, train, np.arange(18), ridge)
        for gram in (None, songs.gram(train)):
            outputs = evaluate._fit(songs, y, 3, train, ridge=ridge, gram=gram)
            np.testing.assert_allclose(outputs(np.arange(18)), expected, atol=1e-6)


# ---------------------------------------------------------------------------------- other classifiers


def test_a_classifier_votes_over_the_windows_of_a_song():
    """Written out: standardise, fit on windows, average the probabilities over each test song."""
    y = np.tile([0, 1, 2], 8)
    windows = songs_of(y, 5, longest=4)
    found = cross_validate(windows, y, n_splits=4, classifier=GaussianNB())
    for f in range(4):
        train = [i for i in range(24) if found.folds[i] != f]
        X = np.concatenate([windows[i] for i in train]).astype(float)
        mean, scale = X.mean(axis=0), X.std(axis=0)
        model = GaussianNB().fit(
            (X - mean) / scale, np.concatenate([[y[i]] * len(windows[i]) for i in train])
        )
        for i in np.flatnonzero(found.folds == f):
            expected = model.predict_proba((windows[i] - mean) / scale).mean(axis=0)
            np.testing.assert_allclose(found.outputs[i], expected, atol=1e-9)


def test_least_squares_by_any_other_name():
    y = np.tile([0, 1, 2], 12)
    windows = songs_of(y, 6)
    ours = cross_validate(windows, y, n_splits=4, ridge=0)
    theirs = cross_validate(windows, y, n_splits=4, classifier=RidgeClassifier(alpha=1e-9))
    np.testing.assert_allclose(theirs.outputs, 2 * ours.outputs - 1, atol=1e-6)  # targets -1 and 1
    curves = [
        learning_curve(windows, y, per_class=(2, 5), n_splits=4, n_draws=2, **how)
        for how in ({"ridge": 0}, {"classifier": RidgeClassifier(alpha=1e-9)})
    ]
    np.testing.assert_allclose(curves[0].scores, curves[1].scores, atol=0.1)


def test_two_labels_and_a_label_that_training_lacks():
    y = np.tile([0, 1], 10)
    windows = songs_of(y, 4)
    two = cross_validate(windows, y, n_splits=2, classifier=LinearSVC())
    assert two.outputs.shape == (20, 2) and two.mean > 0.7
    np.testing.assert_array_equal(two.outputs[:, 0], -two.outputs[:, 1])
    songs = evaluate._Songs(windows, 20)
    outputs = evaluate._fit_classifier(songs, np.minimum(y * 2, 2), 3, np.arange(20), classifier=GaussianNB())
    assert np.isneginf(outputs(np.arange(20))[:, 1]).all()


def test_the_draws_of_a_classifier_follow_from_the_seed():
    y = np.tile([0, 1, 2], 8)
    windows = songs_of(y, 4)
    forest = make_pipeline(PCA(2, svd_solver="randomized"), ExtraTreesClassifier(5))
    once, again, other = (
        cross_validate(windows, y, n_splits=3, random_state=seed, classifier=forest).outputs
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()
    assert forest.get_params()["extratreesclassifier__random_state"] is None  # what was passed is left alone


@pytest.mark.parametrize("wrong", ["svm", Ridge(), SVC])
def test_what_is_no_classifier_is_refused(wrong):
    y = np.tile([0, 1], 5)
    with pytest.raises(TypeError, match="must be a scikit-learn classifier"):
        cross_validate(songs_of(y, 3), y, n_splits=2, classifier=wrong)


def test_more_songs_help_and_more_draws_are_an_average():
    y = np.repeat([0, 1, 2], 30)
    windows = songs_of(y)
    curve = learning_curve(windows, y, per_class=(1, 5, 20), n_draws=3)
    assert isinstance(curve, LearningCurve)
    assert curve.scores.shape == (3, 10)
    assert curve.mean.shape == curve.standard_error.shape == (3,)
    assert curve.mean[0] < curve.mean[1] < curve.mean[2]
    one = learning_curve(windows, y, per_class=(1, 5, 20), n_draws=1)
    assert (one.scores != curve.scores).any()
    again = learning_curve(windows, y, per_class=(1, 5, 20), n_draws=3)
    np.testing.assert_array_equal(again.scores, curve.scores)
    everything = learning_curve(windows, y, per_class=99, n_draws=3)  # three times the same songs
    np.testing.assert_allclose(everything.scores[0], cross_validate(windows, y).scores)


def test_the_default_ridge_levels_the_interpolation_peak():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 3], 40)
    p, spectrum = 80, np.arange(1, 81) ** -1.0  # correlated dimensions, as mel bands are
    turn = np.linalg.qr(rng.normal(size=(p, p)))[0]
    centres = rng.normal(0, 0.5, size=(4, p))
    windows = [((centres[label] + rng.normal(size=(4, p))) * spectrum) @ turn for label in y]
    sizes = (2, 5, 10)  # 32, 80 and 160 training windows, for 80 dimensions
    plain = learning_curve(windows, y, per_class=sizes, ridge=0)
    default = learning_curve(windows, y, per_class=sizes)
    assert plain.mean[1] < plain.mean[0] - 0.1
    assert default.mean[0] < default.mean[1] < default.mean[2]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"per_class": ()}, "per_class is empty"),
        ({"per_class": (1, 0)}, "per_class=0; it must be a whole number, at least 1"),
        ({"per_class": (1.5,)}, "per_class=1.5"),
        ({"per_class": True}, "per_class=True"),
        ({"n_draws": 0}, "n_draws=0"),
        ({"n_splits": 2.0}, "n_splits=2.0"),
        ({"random_state": None}, "random_state=None; it must be a whole number, at least 0"),
        ({"random_state": -1}, "random_state=-1"),
        ({"ridge": -1.0}, "ridge=-1.0; it must be 0, or at least 1e-10"),
        ({"ridge": 1e-12}, "ridge=1e-12"),
        ({"ridge": np.nan}, "ridge=nan"),
        ({"ridge": "small"}, "ridge='small'"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(wrong, message):
    y = np.repeat([0, 1], 10)
    with pytest.raises((ValueError, TypeError), match=message):
        learning_curve(songs_of(y), y, **wrong)


GOOD = np.zeros((4, 2))


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        ([], "windows is empty"),
        ([GOOD] * 3, "windows holds 3 songs and y 4 labels"),
        ([GOOD, GOOD, GOOD, np.zeros((0, 2))], r"song 3 has shape \(0, 2\)"),
        ([GOOD, GOOD, GOOD, np.zeros(2)], r"song 3 has shape \(2,\); it must be \(w, p\)"),
        ([GOOD, np.zeros((4, 3)), GOOD, GOOD], "song 1 has 3 dimensions and song 0 has 2"),
        ([GOOD, GOOD, np.full((4, 2), np.nan), GOOD], "song 2 holds NaN or infinity"),
        ([GOOD, GOOD, np.array([[np.inf, 0], [-np.inf, 0]]), GOOD], "song 2 holds NaN or infinity"),
        ([GOOD, GOOD, GOOD, np.full((4, 2), "x")], "features must be real numbers"),
        ([GOOD, GOOD, GOOD, GOOD * 1j], "features must be real numbers"),
        (np.zeros((4, 2)), r"windows has shape \(4, 2\); it must be a list"),
        ((song for song in [GOOD] * 4), "windows is a generator; it must be a list"),
    ],
)
def test_windows_that_cannot_be_used_are_refused_in_words(windows, message):
    with pytest.raises((ValueError, TypeError), match=message):
        cross_validate(windows, [0, 0, 1, 1], n_splits=2)


def test_song_vectors():
    windows = [np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([[5.0, 5.0]])]
    np.testing.assert_array_equal(song_vectors(windows), [[2, 4], [5, 5]])
    assert song_vectors([np.ones((2, 3), np.float32)]).dtype == np.float64
    with pytest.raises(ValueError, match="song 1 has 1 dimensions"):
        song_vectors([np.ones((2, 3)), np.ones((2, 1))])


# ------------------------------------------------------------------------------------------ comparison


def result(scores, y=(0, 1, 0, 1, 0, 1), fold=(0, 0, 1, 1, 2, 2)):
    scores, y, fold = np.array(scores), np.array(y), np.array(fold)
    return CrossValidation(scores, fold, y, np.array([0, 1]), np.zeros((len(y), 2)))


def test_comparison_by_hand():
    # Differences .1, .2, .3: mean .2, variance .01. Corrected: (1/3 + 1/2) * .01 = 1/120; t² = .04 * 120.
    # That is 4.8. With 2 degrees of freedom p = 1 - t / sqrt(t² + 2) = 1 - sqrt(4.8 / 6.8).
    c = compare(result([0.6, 0.6, 0.9]), result([0.5, 0.4, 0.6]))
    assert c.difference == pytest.approx(0.2)
    assert c.standard_error == pytest.approx(np.sqrt(1 / 120))
    assert c.t == pytest.approx(np.sqrt(4.8))
    assert c.p == pytest.approx(1 - np.sqrt(4.8 / 6.8))


def test_a_comparison_turned_round_changes_sign_only():
    y = np.repeat([0, 1], 30)
    a, b = cross_validate(songs_of(y, 4), y), cross_validate(songs_of(y, 4, seed=1), y)
    there, back = compare(a, b), compare(b, a)
    assert there.difference == -back.difference != 0
    assert there.t == -back.t
    assert there.p == back.p


def test_comparisons_without_any_spread():
    same = result([0.5, 0.75, 1.0])
    assert (compare(same, same).t, compare(same, same).p) == (0, 1)
    c = compare(result([0.75, 1.0, 1.0]), result([0.5, 0.75, 0.75]))
    assert (c.difference, c.t, c.p) == (0.25, np.inf, 0)
    assert compare(result([0.5, 0.75, 0.75]), result([0.75, 1.0, 1.0])).t == -np.inf


def test_learning_curves_are_compared_size_by_size():
    y = np.repeat([0, 1, 2], 20)
    sizes = {"per_class": (1, 5), "n_splits": 5, "n_draws": 2}
    a, b = (learning_curve(songs_of(y, apart=apart), y, **sizes) for apart in (1.5, 0.2))
    c = compare(a, b)
    assert c.difference.shape == c.standard_error.shape == c.t.shape == c.p.shape == (2,)
    np.testing.assert_allclose(c.difference, a.mean - b.mean)
    for s in range(2):
        single = compare(
            CrossValidation(a.scores[s], a.folds, a.y, np.unique(y), None),
            CrossValidation(b.scores[s], b.folds, b.y, np.unique(y), None),
        )
        assert c.p[s] == pytest.approx(single.p)


def test_the_correction_keeps_the_false_alarms_down():
    # Songs that no feature can tell apart, and two feature sets of pure noise: every alarm is false.
    y = np.repeat([0, 1], 20)
    alarms = 0
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(size=(2, 40, 1, 3))
        alarms += compare(*(cross_validate(features, y, random_state=seed) for features in noise)).p < 0.05
    assert alarms <= 6  # 3 expected at the nominal rate


def test_what_cannot_be_compared_is_refused_in_words():
    y = np.repeat([0, 1], 20)
    windows = songs_of(y)
    a = cross_validate(windows, y, n_splits=5)
    with pytest.raises(ValueError, match="different folds; use the same groups, n_splits and random_state"):
        compare(a, cross_validate(windows, y, n_splits=5, random_state=1))
    with pytest.raises(ValueError, match="different folds"):
        compare(a, cross_validate(windows, y, n_splits=4))
    with pytest.raises(ValueError, match="different songs or labels"):
        compare(a, cross_validate(windows, 1 - y, n_splits=5))
    curve = learning_curve(windows, y, per_class=(1, 2), n_splits=5, n_draws=1)
    with pytest.raises(TypeError, match="got CrossValidation and LearningCurve"):
        compare(a, curve)
    with pytest.raises(TypeError, match="got float and float"):
        compare(0.5, 0.6)
    with pytest.raises(ValueError, match=r"a has per_class=\(1, 2\) and b has \(1, 3\)"):
        compare(curve, learning_curve(windows, y, per_class=(1, 3), n_splits=5, n_draws=1))
    with pytest.raises(ValueError, match="a has n_draws=1 and b has 2"):
        compare(curve, learning_curve(windows, y, per_class=(1, 2), n_splits=5, n_draws=2))


def test_standard_error():
    assert standard_error([1, 3]) == 1  # deviation sqrt(2), over sqrt(2)
    np.testing.assert_allclose(standard_error([[0, 0, 0], [1, 2, 3]]), [0, 1 / np.sqrt(3)])
    for scores in ([], [1.0], 1.0, [[1], [2]]):
        with pytest.raises(ValueError, match="at least two"):
            standard_error(scores)


# ------------------------------------------------------------------------------------------ similarity


def neighbours_by_the_book(X, k, groups):
    """Sort all others by distance, then by index."""
    found = []
    for i, query in enumerate(X):
        others = [j for j in range(len(X)) if groups[j] != groups[i]]
        others.sort(key=lambda j: (np.abs(X[j] - query).sum(), j))
        found.append(others[:k])
    return np.array(found)


@few
@given(
    n=st.integers(4, 25),
    p=st.integers(1, 4),
    k=st.integers(1, 3),
    n_groups=st.integers(4, 25),
    seed=st.integers(0, 999),
)
def test_neighbours_are_those_of_the_book(n, p, k, n_groups, seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, size=(n, p)).astype(float)  # full of duplicates and ties
    y = np.arange(n) % 2
    alone = np.arange(n)
    distances, indices = nearest(X, k=k)
    np.testing.assert_array_equal(indices, neighbours_by_the_book(X, k, alone))
    np.testing.assert_array_equal(distances, np.abs(X[indices] - X[:, None]).sum(axis=2))
    expected = (y[indices] == y[:, None]).mean(axis=1)
    np.testing.assert_array_equal(precision_per_query(X, y, k=k), expected)
    assert precision_at_k(X, y, k=k) == pytest.approx(expected.mean())
    groups = rng.integers(0, n_groups, n)
    if n - np.bincount(groups).max() >= k:
        _, indices = nearest(X, k=k, groups=groups)
        np.testing.assert_array_equal(indices, neighbours_by_the_book(X, k, groups))


@pytest.mark.parametrize("metric", ["manhattan", "euclidean", "cosine"])
def test_neighbours_are_those_of_scikit_learn(metric):
    X = np.random.default_rng(0).normal(size=(150, 8))
    distances, indices = nearest(X.astype(np.float32), k=10, metric=metric)
    X = X.astype(np.float32).astype(np.float64)
    expected = NearestNeighbors(n_neighbors=10, metric=metric, algorithm="brute").fit(X).kneighbors()
    np.testing.assert_allclose(distances, expected[0], atol=1e-9)
    np.testing.assert_array_equal(indices, expected[1])
    name = {"manhattan": "cityblock"}.get(metric, metric)
    np.testing.assert_allclose(distances[0], np.sort(cdist(X[:1], X[1:], name)[0])[:10], atol=1e-9)


def test_precision_by_hand():
    X = np.array([[0.0], [1.0], [3.0], [6.0]])
    y = ["a", "a", "b", "b"]
    # Two nearest of 0: 1 and 3 -> a, b. Of 1: 0 and 3 -> a, b. Of 3: 1 and 0 -> none. Of 6: 3 and 1 -> b, a.
    np.testing.assert_array_equal(precision_per_query(X, y, k=2), [0.5, 0.5, 0, 0.5])
    value = precision_at_k(X, y, k=2)
    assert value == 0.375
    assert type(value) is float
    # Songs 0 and 1 by one artist: two nearest of 0 are 3 and 6, of 1 too; 3 and 6 keep theirs.
    np.testing.assert_array_equal(precision_per_query(X, y, k=2, groups=[7, 7, 8, 9]), [0, 0, 0, 0.5])


def test_twins_do_not_hide_a_neighbour():
    X = np.zeros((4, 3))  # four copies of one recording; each has three neighbours, none of them itself
    _, indices = nearest(X, k=3)
    assert [sorted(row) for row in indices.tolist()] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert precision_at_k(X, [0, 0, 1, 1], k=3) == pytest.approx(1 / 3)


@few
@given(seed=st.integers(0, 1000))
def test_the_order_of_songs_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    X, y, groups = rng.normal(size=(40, 3)), rng.integers(0, 2, 40), rng.integers(0, 15, 40)
    order = rng.permutation(40)
    found = precision_per_query(X, y, groups=groups, k=5)
    again = precision_per_query(X[order], y[order], groups=groups[order], k=5)
    np.testing.assert_array_equal(found[order], again)


def test_large_inputs_go_in_blocks(monkeypatch):
    X = np.random.default_rng(0).normal(size=(300, 4))
    groups = np.arange(300) // 7
    whole = nearest(X, k=4, groups=groups)
    small = evaluate.pairwise_distances_chunked

    def in_blocks(*args, working_memory, **kwargs):
        return small(*args, working_memory=0.05, **kwargs)  # 21 rows at a time

    monkeypatch.setattr(evaluate, "pairwise_distances_chunked", in_blocks)
    for a, b in zip(whole, nearest(X, k=4, groups=groups), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("X", "y", "kwargs", "message"),
    [
        (np.eye(4), [0, 0, 1, 1], {"k": 4}, "k=4 neighbours were asked for, but there are only 3 other rows"),
        (np.eye(4), [0, 0, 1, 1], {}, "k=10 neighbours"),
        (
            np.eye(4),
            [0, 0, 1, 1],
            {"k": 2, "groups": [0, 0, 0, 1]},
            "only 1 other rows outside the largest group",
        ),
        (np.eye(4), [0, 0, 1, 1], {"k": 0}, "k=0; it must be a whole number, at least 1"),
        (np.eye(4), [0, 0, 1, 1], {"k": 1, "metric": "l1"}, "'l1' is unknown; it must be one of manhattan"),
        (np.diag([1, 1, 0, 1]), [0, 0, 1, 1], {"k": 1, "metric": "cosine"}, "row 2 is all zeros"),
        (np.eye(4), [0, 0, 1], {"k": 1}, "y has 3 entries for 4 songs"),
        (np.eye(4), [0, 0, 0, 0], {"k": 1}, "y holds the label '0' alone"),
        (np.eye(4), np.eye(4, dtype=bool), {"k": 1}, "one label"),
        (np.eye(4), [0, 0, 1, 1], {"k": 1, "groups": [0, 1]}, "groups has 2 entries"),
        (np.full((4, 2), np.nan), [0, 0, 1, 1], {"k": 1}, "X: row 0 holds NaN"),
        (np.zeros((4, 2, 2)), [0, 0, 1, 1], {"k": 1}, "two-dimensional"),
        ([["a"]] * 4, [0, 0, 1, 1], {"k": 1}, "real numbers"),
    ],
)
def test_similarity_refuses_in_words(X, y, kwargs, message):
    with pytest.raises((ValueError, TypeError), match=message):
        precision_at_k(X, y, **kwargs)


# ------------------------------------------------------------------------------------------ tags


@few
@given(n=st.integers(2, 30), tags=st.integers(3, 8), levels=st.integers(2, 50), seed=st.integers(0, 10**6))
def test_tagging_metrics_are_those_of_scikit_learn(n, tags, levels, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, levels, size=(n, tags)) / levels  # few levels: many ties
    y = rng.random((n, tags)) < 0.4
    usable_tags = [t for t in range(tags) if 0 < y[:, t].sum() < n]
    usable_clips = [c for c in range(n) if 0 < y[c].sum() < tags]
    if not usable_tags or not usable_clips:
        with pytest.raises(ValueError, match="nothing can be scored"):
            tagging_metrics(scores, y)
        return
    m = tagging_metrics(scores, y.astype(int))
    assert (m.tags.tolist(), m.clips.tolist()) == (usable_tags, usable_clips)
    assert (m.tags_left_out, m.clips_left_out) == (tags - len(usable_tags), n - len(usable_clips))
    np.testing.assert_allclose(m.tag_auc, [roc_auc_score(y[:, t], scores[:, t]) for t in usable_tags])
    np.testing.assert_allclose(m.clip_auc, [roc_auc_score(y[c], scores[c]) for c in usable_clips])
    np.testing.assert_allclose(
        m.average_precision, [average_precision_score(y[:, t], scores[:, t]) for t in usable_tags]
    )
    best = [sorted(range(tags), key=lambda t, c=c: (-scores[c, t], t))[:3] for c in usable_clips]
    np.testing.assert_allclose(
        m.precision_at_3, [y[c, three].mean() for c, three in zip(usable_clips, best, strict=True)]
    )
    # Tag AUC and average precision see the order alone, tag by tag.
    bent = tagging_metrics(np.exp(scores) * np.arange(1, tags + 1), y)
    np.testing.assert_allclose(bent.tag_auc, m.tag_auc)
    np.testing.assert_allclose(bent.average_precision, m.average_precision)


def test_tagging_by_hand():
    scores = np.array([[4, 3, 2, 1], [1, 2, 3, 4], [3, 1, 4, 2], [1, 1, 1, 1]])
    y = np.array([[1, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    m = tagging_metrics(scores, y)
    assert m.tags.tolist() == [0, 1, 2]  # nobody has tag 3
    assert m.clips.tolist() == [0, 1, 2]  # clip 3 has no tag
    # Tag 0: clip 0 above all. Tag 1: clips 0 (3) and 2 (1) against 1 (2) and 3 (1): right, right, wrong, tie.
    # Tag 2: clip 1 (3) against 0 (2), 2 (4), 3 (1): right, wrong, right.
    np.testing.assert_allclose(m.tag_auc, [1, 2.5 / 4, 2 / 3])
    # Clip 0: perfect. Clip 1: tag 2 (3) against 1, 2, 4: two of three. Clip 2: tag 1 is last.
    np.testing.assert_allclose(m.clip_auc, [1, 2 / 3, 0])
    np.testing.assert_allclose(m.precision_at_3, [2 / 3, 1 / 3, 0])
    assert m.summary() == {
        "tag_auc": pytest.approx((1 + 2.5 / 4 + 2 / 3) / 3),
        "average_precision": pytest.approx(m.average_precision.mean()),
        "clip_auc": pytest.approx(5 / 9),
        "precision_at_3": pytest.approx(1 / 3),
        "tags_left_out": 1,
        "clips_left_out": 1,
    }


@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        (np.eye(3), np.eye(4), r"y has shape \(4, 4\) and scores \(3, 3\)"),
        (np.eye(3) * 1j, np.eye(3), "real numbers"),
        (np.eye(3), np.eye(3) * 2, "y must hold True or False"),
        (np.eye(3), np.full((3, 3), np.nan), "y must hold True or False"),
        (np.eye(3), np.full((3, 3), "x"), "y must hold True or False"),
        (np.full((3, 3), np.inf), np.eye(3), "scores: row 0 holds NaN or infinity"),
        (np.eye(2), np.eye(2), "scores has 2 tags; precision at 3 needs at least 3"),
        (np.eye(3), np.zeros((3, 3)), "nothing can be scored"),
        (np.eye(3)[0], [1, 0, 0], "two-dimensional"),
    ],
)
def test_tagging_refuses_in_words(scores, y, message):
    with pytest.raises((ValueError, TypeError), match=message):
        tagging_metrics(scores, y)
