"""Metrics for many tags, against scikit-learn and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score, roc_auc_score

from mirlab.evaluate import judge, tag_auc, tagging_metrics
from mirlab.evaluate.tags import MEASURES

pytestmark = pytest.mark.filterwarnings("error")
few = settings(max_examples=15, deadline=None)


@few
@given(n=st.integers(2, 30), tags=st.integers(3, 8), levels=st.integers(2, 50), seed=st.integers(0, 10**6))
def test_tagging_metrics_agree_with_scikit_learn(n, tags, levels, seed):
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
def test_invalid_input_of_tagging_is_named(scores, y, message):
    with pytest.raises((ValueError, TypeError), match=message):
        tagging_metrics(scores, y)


def test_judge_measures_the_learned_tags_of_each_fold():
    rng = np.random.default_rng(0)
    scores, y, fold = rng.normal(size=(60, 6)), rng.random((60, 6)) < 0.4, np.repeat([0, 1], 30)
    y[:30, 5] = False  # fold 1 has tag 5, but a model of fold 0 never learned it
    table = judge(scores, y, fold)
    for number, tags in ((0, slice(None)), (1, slice(5))):
        mine = fold == number
        expected = tagging_metrics(scores[mine][:, tags], y[mine][:, tags]).summary()
        for measure in MEASURES:
            assert table.loc[number, measure] == pytest.approx(expected[measure])
    assert table["tags"].tolist() == [5, 5]


def test_judge_checks_shapes_and_folds():
    scores, y = np.eye(6), np.eye(6, dtype=bool)
    with pytest.raises(ValueError, match=r"scores has shape \(6, 6\), y \(5, 6\) and fold \(6,\)"):
        judge(scores, y[:5], np.arange(6))
    with pytest.raises(ValueError, match=r"and fold \(5,\)"):
        judge(scores, y, np.arange(5))
    with pytest.raises(ValueError, match="fold holds a single fold"):
        judge(scores, y, np.zeros(6, int))


def by_pairs(scores, y, groups):
    """Return the AUC as it is defined: pair by pair."""
    right = [
        (a > b) + (a == b) / 2
        for a, has, g in zip(scores, y, groups, strict=True)
        for b, other, h in zip(scores, y, groups, strict=True)
        if has and not other and g == h
    ]
    return np.mean(right) if right else np.nan


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            arrays(float, n, elements=st.integers(0, 4).map(float)),
            arrays(bool, n),
            arrays(int, n, elements=st.integers(0, 2)),
        )
    )
)
def test_tag_auc_is_the_share_of_right_pairs_in_groups(drawn):
    scores, y, groups = drawn
    got = tag_auc(scores[:, None], y[:, None], groups)[0]
    assert got == pytest.approx(by_pairs(scores, y, groups), nan_ok=True)
    everywhere = tag_auc(scores[:, None], y[:, None])[0]
    assert everywhere == pytest.approx(by_pairs(scores, y, np.zeros(len(y))), nan_ok=True)


def test_tag_auc_agrees_with_the_metrics_and_checks_shapes():
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=(40, 5)), rng.random((40, 5)) < 0.5
    np.testing.assert_allclose(tag_auc(scores, y), tagging_metrics(scores, y).tag_auc)
    with pytest.raises(ValueError, match=r"scores has shape \(40, 5\), y \(40, 4\)"):
        tag_auc(scores, y[:, :4])
    with pytest.raises(ValueError, match=r"groups \(3,\)"):
        tag_auc(scores, y, [1, 2, 3])
    scores[7, 2] = np.nan
    with pytest.raises(ValueError, match="score of excerpt 7 for tag 2 is NaN"):
        tag_auc(scores, y)  # NaN would mean that no excerpt has the tag, or all do
