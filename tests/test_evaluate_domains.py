"""Remedies for another domain: values by hand, what they keep, and where they help and hurt."""

import numpy as np
import pytest

from mirlab import evaluate
from mirlab.evaluate.domains import (
    REMEDIES,
    Adapted,
    across_domains,
    coral,
    importance,
    learn,
    standardised,
    weighted_ridge,
)
from mirlab.evaluate.regression import RIDGE


def test_standardised_by_hand():
    rows = standardised([[5.0, 7.0], [3.0, 8.0]], like=[[1.0, 7.0], [3.0, 7.0]])
    np.testing.assert_allclose(rows, [[3, 0], [1, 1]])  # a constant column is only centred


def test_coral_gives_the_source_the_mean_and_covariance_of_the_target():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3)) + 5
    target = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) - 2
    moved = coral(source, target, ridge=1e-9)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(target.T) * (399 / 400) * (500 / 499), rtol=1e-6)
    np.testing.assert_allclose(moved.mean(axis=0), target.mean(axis=0))


def test_coral_by_hand():
    """Variances of 3 and 0 before, 8 and 0 after; with the ridge 4 and 1, 9 and 1: a factor of 3/2."""
    r = np.sqrt(3)
    moved = coral([[-r, 1.0], [r, 1.0]], [[-np.sqrt(8), 0.0], [np.sqrt(8), 0.0]])
    np.testing.assert_allclose(moved, [[-1.5 * r, 0], [1.5 * r, 0]], atol=1e-12)
    same = np.random.default_rng(1).normal(size=(9, 4))
    np.testing.assert_allclose(coral(same, same), same)


def test_importance_is_the_ratio_of_both_densities():
    """0 is half of the source and a fourth of the target, 1 is half of it and three fourths."""
    weights = importance([[0.0], [1.0]], [[0.0], [1.0], [1.0], [1.0]], C=1e6)
    np.testing.assert_allclose(weights, [0.5, 1.5], atol=0.01)
    same = np.random.default_rng(0).normal(size=(30, 2))
    np.testing.assert_allclose(importance(same, same), 1)


def test_no_weight_is_above_the_limit():
    source = np.zeros((100, 1))
    source[0] = 50.0
    weights = importance(source, np.full((100, 1), 50.0), C=1e6, largest=10)
    assert weights.max() / weights.min() > 100 and weights.mean() == pytest.approx(1)
    assert weights.max() <= 10 / np.minimum(100 * (source[:, 0] > 0), 10).mean() + 1e-6


def test_weights_of_one_are_the_regression_of_the_paper():
    rng = np.random.default_rng(3)
    y = np.tile([0, 1, 2], 10)
    songs = rng.normal(y[:, None, None], 1.0, (30, 4, 5))
    ours = learn(songs, y, 3)(songs)
    theirs = evaluate.cross_validate(songs, y, n_splits=5)
    assert theirs.outputs.shape == ours.shape
    fold = theirs.folds
    for f in range(5):
        outputs = learn(songs[fold != f], y[fold != f], 3)(songs[fold == f])
        np.testing.assert_allclose(outputs, theirs.outputs[fold == f], atol=1e-8)


def test_a_row_counts_as_often_as_its_weight_says():
    rng = np.random.default_rng(4)
    rows, targets, weights = rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), np.array([1, 2, 3, 1, 0, 2])
    again = np.repeat(np.arange(6), weights)
    new = rng.normal(size=(2, 3))
    np.testing.assert_allclose(
        weighted_ridge(rows, targets, weights, RIDGE)(new),
        weighted_ridge(rows[again], targets[again], np.ones(9), RIDGE)(new),
    )


# -- across domains --------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
Y = np.tile([0, 1], 30)
FOLD = np.arange(60) // 12
CLEAN = (
    RNG.normal(3.0 * Y[:, None, None], 0.5, size=(60, 2, 1)) * [1.0, 0.0] + RNG.normal(size=(60, 2, 2)) * 0.3
)


def accuracy(target, **how):
    return across_domains(CLEAN, target, Y, FOLD, **how).mean()


def test_remedies_close_a_gap_that_is_a_shift():
    shifted = CLEAN + np.array([3.0, 0.0])
    assert accuracy(CLEAN) == 1 and accuracy(shifted) == 0.5
    assert accuracy(shifted, remedy="standardisation") == 1 and accuracy(shifted, remedy="CORAL") == 1
    assert (
        accuracy(shifted, remedy=lambda source, unlabelled, test: Adapted(source + np.array([3, 0]), test))
        == 1
    )


def test_alignment_hurts_if_the_other_domain_has_one_label_only():
    """Nothing has changed but the proportions; the control sees both labels."""
    for remedy in ("standardisation", "CORAL"):
        right = across_domains(CLEAN, CLEAN, Y, FOLD, remedy=remedy, unlabelled=Y == 1)
        assert right[Y == 1].mean() < 0.7
        assert accuracy(CLEAN, remedy=remedy) == 1


def test_copies_teach_which_column_to_trust():
    """The first column is lost in the other domain, the second is weaker but kept."""
    rng = np.random.default_rng(1)
    both = rng.normal(Y[:, None, None] * np.array([3.0, 1.5]), 0.5, size=(60, 2, 2))
    lost = both.copy()
    lost[:, :, 0] = rng.normal(0, 20, size=(60, 2))
    with_copies, without = (across_domains(both, lost, Y, FOLD, copies=copies) for copies in ([lost], []))
    assert with_copies.mean() > 0.9 > 0.7 > without.mean()


def test_copies_of_test_songs_are_not_used():
    """A song can be recognised by its numbers, and its label by nothing else."""
    noise, labels = RNG.normal(size=(60, 2, 8)), RNG.permutation(Y)
    assert 0.25 < across_domains(noise, noise, labels, FOLD, copies=[noise, noise]).mean() < 0.75


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_remedy_never_sees_the_test_songs_together(remedy):
    """The answer for a test song does not depend on the other test songs."""
    target = CLEAN + 1
    before = across_domains(CLEAN, target, Y, FOLD, remedy=remedy)
    changed = target.copy()
    changed[0] += 100
    after = across_domains(CLEAN, changed, Y, FOLD, remedy=remedy)
    others = (FOLD == 0) & (np.arange(60) > 0)
    np.testing.assert_array_equal(before[others], after[others])


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="remedy='magic' is unknown; it must be one of nothing"):
        accuracy(CLEAN, remedy="magic")
    with pytest.raises(ValueError, match=r"target has shape \(59, 2, 2\); it must be \(60, w, p\)"):
        accuracy(CLEAN[1:])
    with pytest.raises(ValueError, match="target holds NaN"):
        accuracy(CLEAN * np.nan)
    with pytest.raises(ValueError, match="unlabelled holds no song outside of fold 0"):
        accuracy(CLEAN, unlabelled=FOLD == 0)
    with pytest.raises(ValueError, match="fold holds only 0; there must be a fold to test and others"):
        across_domains(CLEAN, CLEAN, Y, FOLD * 0)
    with pytest.raises(ValueError, match=r"unlabelled has shape \(60,\) and type int64; it must be True"):
        accuracy(CLEAN, unlabelled=np.arange(60))  # rows: all but the first would be seen
    with pytest.raises(ValueError, match=r"unlabelled has shape \(3,\)"):
        accuracy(CLEAN, unlabelled=[True, False, True])
    with pytest.raises(ValueError, match=r"target \(60, 2, 1\); target must have the columns of source"):
        accuracy(CLEAN[:, :, :1])  # NumPy would use its one column for both
    with pytest.raises(ValueError, match=r"copies \(60, 1, 2\); target"):
        accuracy(CLEAN, copies=[CLEAN[:, :1]])
    with pytest.raises(ValueError, match="source has 2 columns and target 1; both must have the same"):
        coral(np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="ridge=0; it must be above 0"):
        coral(np.ones((3, 2)), np.ones((3, 2)), ridge=0)
