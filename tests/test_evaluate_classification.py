"""Cross-validation and learning curves, against the paper written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_songs import outputs_by_the_book, songs_of
from scipy import linalg
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC
from threadpoolctl import threadpool_limits

from mirlab.evaluate import (
    CrossValidation,
    LearningCurve,
    cross_validate,
    learning_curve,
    nested,
    regression,
    song_vectors,
)

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=15, deadline=None)


@pytest.mark.parametrize("ridge", [0, 1e-3, 1e-2, 10.0])
@pytest.mark.parametrize("p", [5, 300], ids=["more windows than dimensions", "fewer"])
def test_cross_validation_agrees_with_the_paper_written_out(ridge, p):
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
def test_any_shape_agrees_with_the_paper_written_out(sizes, p, ridge, seed):
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
    monkeypatch.setattr(regression, "_BLOCK", 5)
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


def test_features_without_information_are_at_chance():
    y = np.repeat(np.arange(4), 50)
    means = [cross_validate(songs_of(y, apart=0.0, seed=seed), y).mean for seed in range(6)]
    assert abs(np.mean(means) - 0.25) < 4 * np.sqrt(0.25 * 0.75 / (6 * 200))


def test_groups_remove_the_gain_of_leakage():
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


# --- learning curves ---


@pytest.fixture
def draws(monkeypatch):
    """Record which songs each model of a learning curve is fitted to."""
    fitted = []
    fit = nested.fit_regression

    def spy(songs, codes, n_labels, train, **how):
        fitted.append(np.sort(train))
        return fit(songs, codes, n_labels, train, **how)

    monkeypatch.setattr(nested, "fit_regression", spy)
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


def test_draws_depend_on_labels_and_seed_only(draws):
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
def test_both_forms_of_the_regression_agree(ridge):
    y = np.repeat([0, 1, 2], 6)
    windows = songs_of(y, 30, longest=3)
    songs = regression.Songs(windows, len(y))
    for size in (6, 18):  # fewer windows than dimensions, then more
        train = np.arange(size) if size == 18 else np.array([0, 1, 6, 7, 12, 13])
        fewer = songs.counts[train].sum() <= 30
        assert fewer == (size == 6)
        expected = outputs_by_the_book(windows, y, train, np.arange(18), ridge)
        for gram in (None, songs.gram(train)):
            outputs = regression.fit_regression(songs, y, 3, train, ridge=ridge, gram=gram)
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


def test_ridge_classifier_gives_the_same_least_squares():
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
    songs = regression.Songs(windows, 20)
    outputs = regression.fit_classifier(
        songs, np.minimum(y * 2, 2), 3, np.arange(20), classifier=GaussianNB()
    )
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
    assert forest.get_params()["extratreesclassifier__random_state"] is None  # the argument is not changed


@pytest.mark.parametrize("wrong", ["svm", Ridge(), SVC])
def test_anything_but_a_classifier_is_refused(wrong):
    y = np.tile([0, 1], 5)
    with pytest.raises(TypeError, match="must be a scikit-learn classifier"):
        cross_validate(songs_of(y, 3), y, n_splits=2, classifier=wrong)


def test_a_classifier_with_an_output_for_each_pair_is_refused():
    """With three labels there are three pairs, so the outputs of pairs would pass as those of labels."""
    y = np.tile([0, 1, 2], 5)
    classifier = make_pipeline(PCA(2), SVC(decision_function_shape="ovo"))
    with pytest.raises(ValueError, match="svc__decision_function_shape='ovo' gives an output for each pair"):
        cross_validate(songs_of(y, 3), y, n_splits=2, classifier=classifier)


def test_more_songs_help_and_draws_are_averaged():
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


@pytest.mark.parametrize("rank", [0, 1, 7, 20])
def test_without_a_ridge_directions_of_rounding_are_skipped(rank):
    """As the pseudoinverse does: the solution of minimal norm, even if the matrix has directions of zero."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, rank)) @ rng.normal(size=(rank, 20))
    A, B = X @ X.T, X @ rng.normal(size=(20, 3))
    found = regression._solve(A.copy(), B, 0)
    np.testing.assert_allclose(found, linalg.pinvh(A, rtol=1e-12) @ B, atol=1e-6)
    np.testing.assert_allclose(A @ found, B, atol=1e-6 * max(1, np.abs(A).max()))
    assert (found == 0).all() or rank > 0


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
        ({"per_class": (1, 0)}, "per_class == 0, must be >= 1"),
        ({"per_class": (1.5,)}, "per_class must be an instance of int, not float"),
        ({"n_draws": 0}, "n_draws == 0, must be >= 1"),
        ({"n_splits": 2.0}, "n_splits must be an instance of int, not float"),
        ({"random_state": None}, "random_state must be an instance of int, not NoneType"),
        ({"random_state": -1}, "random_state == -1, must be >= 0"),
        ({"random_state": 2**32}, "random_state == 4294967296, must be <= 4294967295"),
        ({"ridge": -1.0}, "ridge=-1.0; it must be 0, or at least 1e-10"),
        ({"ridge": 1e-12}, "ridge=1e-12"),
        ({"ridge": np.nan}, "ridge=nan"),
        ({"ridge": "small"}, "ridge='small'"),
    ],
)
def test_invalid_settings_are_named(wrong, message):
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
def test_invalid_windows_are_named(windows, message):
    with pytest.raises((ValueError, TypeError), match=message):
        cross_validate(windows, [0, 0, 1, 1], n_splits=2)


def test_song_vectors():
    windows = [np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([[5.0, 5.0]])]
    np.testing.assert_array_equal(song_vectors(windows), [[2, 4], [5, 5]])
    assert song_vectors([np.ones((2, 3), np.float32)]).dtype == np.float64
    with pytest.raises(ValueError, match="song 1 has 1 dimensions"):
        song_vectors([np.ones((2, 3)), np.ones((2, 1))])
