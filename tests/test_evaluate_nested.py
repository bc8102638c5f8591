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


GROUPS = {
    "songs": np.arange(19),
    "pairs": np.arange(19) // 2,
    "groups of one to five songs": np.random.default_rng(1).permutation([0, *"1122233334444555555"])[:19],
    "groups that hold most songs": np.repeat([0, 1, 2], [1, 4, 14]),
}


@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize("p", [5, 120], ids=["more windows than dimensions", "fewer"])
@pytest.mark.parametrize("batch", [1, 2**18], ids=["one at a time", "many at a time"])
def test_outputs_are_those_of_models_without_the_group(p, groups, batch, monkeypatch):
    """Groups of different numbers of songs, songs of different numbers of windows, in any order."""
    monkeypatch.setattr(nested, "_BATCH", batch)
    y = np.repeat([0, 1, 2], [8, 6, 5])
    windows = songs_of(y, p)
    train = np.random.default_rng(0).permutation(len(y))[:15]
    songs = Songs(windows, len(y), groups)
    for gram in (None, songs.gram(train)):
        outputs = left_out_outputs(songs, y, 3, train, gram=gram)
        for k in (6, 12, 18, 24):
            expected = by_the_book(windows, y, train, groups, RIDGES[k])
            np.testing.assert_allclose(outputs[k], expected, atol=1e-6)


def test_units_that_are_alike_go_together():
    """Songs 0 to 5 with 1, 2, 1, 2, 3, 1 windows, in the groups a, b, c, a, b, d: a and others by hand."""
    units, counts = np.array([0, 1, 2, 0, 1, 3]), np.array([1, 2, 1, 2, 3, 1])
    found = [(mine.tolist(), w) for mine, w in nested._batches(units, counts, width=1)]
    assert found == [([[0, 3]], 3), ([[1, 4]], 5), ([[2], [5]], 1)]
    assert nested._spans(np.array([5, 0, 9]), np.array([2, 3, 1])).tolist() == [5, 6, 0, 1, 2, 9]


def test_songs_of_one_window_give_the_errors_of_ridge_cv():
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 12)
    X = rng.normal(size=(24, 4)) + y[:, None]
    outputs = left_out_outputs(Songs(X[:, None], 24), y, 2, np.arange(24))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    theirs = RidgeCV(RIDGES * 24, store_cv_results=True).fit(X, np.eye(2)[y])
    errors = np.square(outputs - np.eye(2)[y])
    np.testing.assert_allclose(errors, np.moveaxis(theirs.cv_results_, 2, 0), atol=1e-8)


@pytest.fixture
def chosen(monkeypatch):
    """Record each ridge that is chosen."""
    ridges = []

    def noted(*args, **kwargs):
        ridges.append(choose_ridge(*args, **kwargs))
        return ridges[-1]

    monkeypatch.setattr(nested, "choose_ridge", noted)
    return ridges


def garbled(windows, songs):
    """Put far and wide noise in the place of some songs."""
    rng = np.random.default_rng(2)
    return [rng.normal(9, 9, song.shape) if out else song for song, out in zip(windows, songs, strict=True)]


def test_nothing_of_the_test_part_reaches_the_choice(chosen):
    """Neither sound nor labels of a published test part."""
    y = np.repeat([0, 1, 2], 10)
    windows = songs_of(y, 6)
    parts = np.tile(["train", "test"], 15)
    published_split(windows, y, parts, ridge="nested")
    test = parts == "test"
    other = np.where(test, np.random.default_rng(2).permutation(y), y)
    published_split(garbled(windows, test), other, parts, ridge="nested")
    assert len(chosen) == 2 and chosen[0] == pytest.approx(chosen[1])


@pytest.mark.parametrize(
    "protocol",
    [
        pytest.param(lambda windows, y: cross_validate(windows, y, n_splits=5), id="all songs"),
        pytest.param(
            lambda windows, y: learning_curve(windows, y, n_splits=5, per_class=(2, 5), n_draws=2), id="few"
        ),
    ],
)
def test_songs_of_a_fold_change_the_choice_in_the_other_folds_only(protocol, chosen):
    """Sound of the test fold: the folds themselves depend on the labels."""
    y = np.repeat([0, 1, 2], 20)
    windows = songs_of(y, 6)
    fold = protocol(windows, y).folds
    before = chosen.copy()
    chosen.clear()
    protocol(garbled(windows, fold == 0), y)
    here = len(before) // 5  # choices of one fold
    assert chosen[:here] == pytest.approx(before[:here])
    assert chosen[here:] != pytest.approx(before[here:])


RESULTS = {
    "cross_validate": lambda windows, y, **how: cross_validate(windows, y, n_splits=5, **how).outputs,
    "learning_curve": lambda windows, y, **how: (
        learning_curve(windows, y, n_splits=5, n_draws=1, **how).scores
    ),
    "published_split": lambda windows, y, **how: (
        published_split(windows, y, np.resize(["train", "test"], len(y)), **how).right
    ),
}


@pytest.mark.parametrize("measure", RESULTS.values(), ids=RESULTS)
def test_the_ridge_is_nested_unless_another_one_is_asked_for(measure):
    y = np.repeat([0, 1, 2, 3], 20)
    windows = songs_of(y, 40, apart=0.3, longest=2)
    asked = ({}, {"ridge": "nested"}, {"ridge": RIDGE})
    default, chosen, fixed = (measure(windows, y, **how) for how in asked)
    np.testing.assert_array_equal(default, chosen)
    assert (default != fixed).any()


@pytest.mark.parametrize("measure", RESULTS.values(), ids=RESULTS)
def test_a_feature_set_on_another_scale_gets_the_same_result(measure):
    y = np.repeat([0, 1, 2], 12)
    windows = songs_of(y, 8)
    factors = 10.0 ** np.arange(-4, 4)
    one, other = measure(windows, y), measure([song * factors + 3 for song in windows], y)
    assert len(np.unique(one)) > 1
    np.testing.assert_allclose(one.astype(float), other.astype(float), atol=1e-6)


def test_copies_of_a_dimension_cost_a_fixed_ridge_but_not_this_one():
    """Eight copies of every dimension: the outputs of a ridge change, unless the ridge grows with them."""
    y = np.repeat([0, 1, 2], 12)
    windows = songs_of(y, 5)
    copies = [np.tile(song, 8) for song in windows]
    one, other = (cross_validate(w, y, n_splits=4, ridge=RIDGE).outputs for w in (windows, copies))
    assert np.abs(one - other).max() > 1e-3
    one, other = (cross_validate(w, y, n_splits=4).mean for w in (windows, copies))
    assert one == pytest.approx(other, abs=1 / len(y))


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
    """Uncorrelated dimensions, as many as windows: a small fixed ridge does not help there."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 3], 40)
    centres = rng.normal(0, 0.3, size=(4, 80))
    windows = [centres[label] + rng.normal(size=(4, 80)) for label in y]
    plain, fixed, chosen = (
        learning_curve(windows, y, per_class=(5,), ridge=ridge).mean[0] for ridge in (0, RIDGE, "nested")
    )
    assert plain + 0.1 < chosen and fixed + 0.05 < chosen


def test_a_single_group_leaves_nothing_to_choose_from():
    y = np.array([0, 0, 1, 1])
    songs = Songs(songs_of(y, 3), 4, groups=["a", "a", "a", "a"])
    assert choose_ridge(songs, y, 2, np.arange(4)) == RIDGE
