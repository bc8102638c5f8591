"""Standard errors and paired comparisons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_songs import songs_of

from mirlab.evaluate import (
    CrossValidation,
    compare,
    corrected_error,
    cross_validate,
    holm,
    learning_curve,
    standard_error,
)

pytestmark = pytest.mark.filterwarnings("error")


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


def test_a_reversed_comparison_changes_only_the_sign():
    y = np.repeat([0, 1], 30)
    a, b = cross_validate(songs_of(y, 4), y), cross_validate(songs_of(y, 4, seed=1), y)
    there, back = compare(a, b), compare(b, a)
    assert there.difference == -back.difference != 0
    assert there.t == -back.t
    assert there.p == back.p


def test_comparisons_without_spread():
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


def test_two_ridges_share_folds_and_draws_and_can_be_compared():
    """What the open question about the peak rests on: only the last step differs."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 3], 30)
    centres = rng.normal(0, 0.3, size=(4, 80))
    windows = [centres[label] + rng.normal(size=(4, 80)) for label in y]
    sizes = {"per_class": (5, 20), "n_draws": 1}  # 80 and 320 windows, for 80 dimensions
    peak, later = compare(*(learning_curve(windows, y, **sizes, ridge=ridge) for ridge in ("nested", 0))).p
    assert peak < 0.001 < later
    plain = cross_validate(windows, y, ridge=0)
    assert compare(plain, cross_validate(windows, y, ridge=0.0)).p == 1


def test_the_correction_keeps_false_alarms_rare():
    # Songs that no feature can tell apart, and two feature sets of pure noise: every alarm is false.
    y = np.repeat([0, 1], 20)
    alarms = 0
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(size=(2, 40, 1, 3))
        alarms += compare(*(cross_validate(features, y, random_state=seed) for features in noise)).p < 0.05
    assert alarms <= 6  # 3 expected at the nominal rate


def test_results_that_do_not_match_are_refused():
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


def test_scores_of_one_group_count_once():
    """Four groups of unequal size by hand: sums of deviations from the mean 2 are -3, 1, 0, 2."""
    scores, groups = [0.0, 1.0, 3.0, 2.0, 2.0, 4.0], list("aabccd")
    assert standard_error(scores, groups) == pytest.approx(np.sqrt(4 / 3 * 14) / 6)
    order = [3, 0, 5, 2, 1, 4]
    shuffled = standard_error(np.array(scores)[order], np.array(groups)[order])
    assert shuffled == pytest.approx(np.sqrt(4 / 3 * 14) / 6)
    assert standard_error(scores, range(6)) == pytest.approx(standard_error(scores))
    assert standard_error(np.repeat(scores, 9), np.repeat(range(6), 9)) == pytest.approx(
        standard_error(scores)
    )


def test_groups_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="groups holds a single group"):
        standard_error([1.0, 2.0], ["a", "a"])
    with pytest.raises(ValueError, match=r"groups has shape \(3,\) and scores \(2,\)"):
        standard_error([1.0, 2.0], ["a", "b", "c"])


def test_the_corrected_error_by_hand():
    d = [0.0, 0.2] * 10  # variance .01 * 20 / 19; two cross-validations of ten folds
    assert corrected_error(d, n_splits=10) == pytest.approx(np.sqrt((1 / 20 + 1 / 9) * 0.01 * 20 / 19))
    np.testing.assert_allclose(corrected_error([d, np.zeros(20)], 10), [corrected_error(d, 10), 0])


def test_holm_by_hand():
    # Sorted: .004, .01, .02, .6, times 4, 3, 2, 1: .016, .03, .04, .6.
    assert holm([0.02, 0.004, 0.6, 0.01]) == pytest.approx([0.04, 0.016, 0.6, 0.03])
    assert holm([0.02, 0.015]) == pytest.approx([0.03, 0.03])  # .02 times 1 may not pass below .03
    assert holm([0.9, 0.8]) == pytest.approx([1, 1])
    assert holm([]).shape == (0,)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.001, 0.999))
def test_holm_rejects_as_its_definition_does(p, level):
    ordered = sorted(p)
    kept = next((k for k, one in enumerate(ordered) if (len(p) - k) * one >= level), len(p))
    assert sorted(holm(p))[:kept] == sorted(holm(p)[holm(p) < level])
    assert (holm(p) >= p).all()


@pytest.mark.parametrize("bad", [[0.5, 1.2], [-0.1], [np.nan], 0.5, [[0.5]]])
def test_holm_refuses_what_is_not_a_list_of_p_values(bad):
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm(bad)
