"""The nested choice of the ridge: exact, blind to the test part, and indifferent to the scale of features."""

import numpy as np
import pytest
from made_songs import songs_of
from sklearn.linear_model import Ridge, RidgeCV

from mirlab.evaluate import cross_validate, learning_curve, nested, published_split
from mirlab.evaluate.nested import RIDGES, choose_ridge, left_out_outputs
from mirlab.evaluate.regression import RIDGE, Songs

pytestmark = pytest.mark.filterwarnings("error")


def by_the_book(windows, y, train, groups, ridge):
    """Fit once for each left-out group, as the definition says."""
    X = np.concatenate([windows[i] for i in train])
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    of = np.repeat(train, [len(windows[i]) for i in train])
    T = (y[of][:, None] == np.arange(y.max() + 1)).astype(float)
    outputs = []
    for group in np.unique(groups[train]):
        out = groups[of] == group
        model = Ridge(ridge * len(X)).fit(X[~out], T[~out])
        outputs += [(song, model.predict(X[of == song]).mean(axis=0)) for song in np.unique(of[out])]
    return np.array([dict(outputs)[song] for song in train])


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("p", [5, 120], ids=["more windows than dimensions", "fewer"])
def test_outputs_are_those_of_models_without_the_group(p, grouped):
    y = np.repeat([0, 1, 2], [8, 6, 5])
    windows = songs_of(y, p)
    groups = np.arange(len(y)) // 2 if grouped else np.arange(len(y))
    train = np.random.default_rng(0).permutation(len(y))[:15]
    songs = Songs(windows, len(y), groups)
    for gram in (None, songs.gram(train)):
        outputs = left_out_outputs(songs, y, 3, train, gram=gram)
        for k in (6, 12, 18, 24):
            expected = by_the_book(windows, y, train, groups, RIDGES[k])
            np.testing.assert_allclose(outputs[k], expected, atol=1e-6)


def test_songs_of_one_window_give_the_errors_of_ridge_cv():
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 12)
    X = rng.normal(size=(24, 4)) + y[:, None]
    outputs = left_out_outputs(Songs(X[:, None], 24), y, 2, np.arange(24))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    theirs = RidgeCV(RIDGES * 24, store_cv_results=True).fit(X, np.eye(2)[y])
    errors = np.square(outputs - np.eye(2)[y])
    np.testing.assert_allclose(errors, np.moveaxis(theirs.cv_results_, 2, 0), atol=1e-8)


def test_nothing_of_the_test_part_reaches_the_choice(monkeypatch):
    y = np.repeat([0, 1, 2], 10)
    windows, chosen = songs_of(y, 6), []

    def noted(*args, **kwargs):
        chosen.append(choose_ridge(*args, **kwargs))
        return chosen[-1]

    monkeypatch.setattr(nested, "choose_ridge", noted)
    parts = np.tile(["train", "test"], 15)
    published_split(windows, y, parts, ridge="nested")
    test = parts == "test"
    rng = np.random.default_rng(2)
    other = [rng.normal(9, 9, song.shape) if out else song for song, out in zip(windows, test, strict=True)]
    published_split(other, np.where(test, rng.permutation(y), y), parts, ridge="nested")
    assert len(chosen) == 2 and chosen[0] == pytest.approx(chosen[1])


def test_a_feature_set_on_another_scale_gets_the_same_result():
    y = np.repeat([0, 1, 2], 10)
    windows = songs_of(y, 8)
    factors = 10.0 ** np.arange(-4, 4)
    one = cross_validate(windows, y, n_splits=5, ridge="nested")
    other = cross_validate([song * factors + 3 for song in windows], y, n_splits=5, ridge="nested")
    np.testing.assert_allclose(one.outputs, other.outputs, atol=1e-6)


def test_of_ridges_that_are_equally_good_the_middle_one_is_chosen():
    """With one song per label no left-out song is right; with clear labels all are, unless shrunk away."""
    y = np.array([0, 1, 2])
    assert choose_ridge(Songs(songs_of(y), 3), y, 3, np.arange(3)) == RIDGES[15] == 0.1
    y = np.repeat([0, 1], 30)
    clear = Songs([5.0 * label + np.array([[0.1], [-0.1]]) for label in y], 60)
    right = left_out_outputs(clear, y, 2, np.arange(60)).argmax(axis=2) == y
    best = RIDGES[right.all(axis=1)]
    assert 9 < len(best) < 31 and choose_ridge(clear, y, 2, np.arange(60)) == best[len(best) // 2]


def test_it_beats_plain_least_squares_at_the_interpolation_peak():
    """Uncorrelated dimensions, as many as windows: the small default ridge does not help there."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 3], 40)
    centres = rng.normal(0, 0.3, size=(4, 80))
    windows = [centres[label] + rng.normal(size=(4, 80)) for label in y]
    plain, default, chosen = (
        learning_curve(windows, y, per_class=(5,), ridge=ridge).mean[0] for ridge in (0, RIDGE, "nested")
    )
    assert plain + 0.1 < chosen and default + 0.05 < chosen


def test_a_single_group_leaves_nothing_to_choose_from():
    y = np.array([0, 0, 1, 1])
    songs = Songs(songs_of(y, 3), 4, groups=["a", "a", "a", "a"])
    assert choose_ridge(songs, y, 2, np.arange(4)) == RIDGE
