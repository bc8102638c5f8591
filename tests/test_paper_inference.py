"""Means and differences over folds, artists, seeds and sets, by hand; and what counts as a difference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mirlab import evaluate
from mirlab.paper import inference, protocol
from mirlab.paper.inference import Estimate, differences, judged, over_folds, over_queries, over_sets, values

# --- one estimate -------------------------------------------------------------------------------------


def test_an_interval_and_p_by_hand():
    """With 2 degrees of freedom, p = 1 - t/√(t² + 2), and 4.3027 errors reach to the ends of the interval."""
    one = Estimate(0.2, np.sqrt(1 / 120), 2)
    assert one.p == pytest.approx(1 - np.sqrt(4.8 / 6.8))
    assert one.reach == pytest.approx(4.30265 * np.sqrt(1 / 120), rel=1e-5)
    assert Estimate(-0.2, np.sqrt(1 / 120), 2).p == pytest.approx(one.p)
    assert Estimate(0.0, 1.0, 10**9).reach == pytest.approx(1.95996, rel=1e-5)  # no longer a standard error


@given(value=st.floats(-1, 1), error=st.floats(1e-3, 1), freedom=st.floats(1, 200))
def test_p_is_below_the_level_where_the_interval_excludes_zero(value, error, freedom):
    one = Estimate(value, error, freedom)
    if abs(abs(value) - one.reach) > 1e-9:
        assert (one.p < protocol.LEVEL) == (abs(value) > one.reach)


def test_differences_without_any_spread():
    assert (Estimate(0.0, 0.0, 9).p, Estimate(0.1, 0.0, 9).p, Estimate(0.1, 0.0, 9).reach) == (1.0, 0.0, 0.0)


# --- accuracies: Nadeau and Bengio, over seeds Bouckaert and Frank -------------------------------------


def test_more_seeds_narrow_the_error_down_to_a_limit():
    """The second term stays: all folds of all seeds share the same songs."""
    d = np.tile([0.0, 0.2], (5, 5))  # ten folds, five seeds: s² is .01 · n/(n - 1)
    one, five = over_folds(d[:1]), over_folds(d)
    assert one.standard_error == pytest.approx(np.sqrt((1 / 10 + 1 / 9) * 0.01 * 10 / 9))
    assert five.standard_error == pytest.approx(np.sqrt((1 / 50 + 1 / 9) * 0.01 * 50 / 49))
    assert (one.value, one.freedom, five.value, five.freedom) == pytest.approx((0.1, 9, 0.1, 49))


def test_seven_folds_share_fewer_songs_than_ten():
    d = np.tile([0.0, 0.2, 0.1], 7).reshape(3, 7)
    error = over_folds(d).standard_error
    assert error == pytest.approx(np.sqrt((1 / 21 + 1 / 6) * d.var(ddof=1)))


# --- precision: artists and seeds ----------------------------------------------------------------------


def test_artists_and_seeds_are_added_by_hand():
    """Means over seeds are .1, .3, .5 (variance .04), means over queries .2 and .4 (variance .02)."""
    found = over_queries([[0.0, 0.2, 0.4], [0.2, 0.4, 0.6]], ["x", "y", "z"])
    assert found.value == pytest.approx(0.3)
    assert found.standard_error == pytest.approx(np.sqrt(0.04 / 3 + 0.02 / 2))
    a, b = 0.04 / 3, 0.02 / 2  # Satterthwaite: 2 degrees of freedom for the first, 1 for the second
    assert found.freedom == pytest.approx((a + b) ** 2 / (a**2 / 2 + b**2))


def test_queries_of_one_artist_count_once():
    """However many songs an artist has: the error and its degrees of freedom are those of the artists."""
    once = over_queries([[0.0, 0.3, 0.9]], [0, 1, 2])
    often = over_queries([np.repeat([0.0, 0.3, 0.9], 7)], np.repeat(["p", "q", "r"], 7))
    assert often.standard_error == pytest.approx(once.standard_error)
    assert once.freedom == often.freedom == pytest.approx(2)
    independent = over_queries([np.repeat([0.0, 0.3, 0.9], 7)], range(21))
    assert independent.standard_error < once.standard_error / 2 and independent.freedom == pytest.approx(20)


def test_seeds_that_agree_add_no_error():
    """The same differences five times are as certain as once: a seed is no new song."""
    one, five = (over_queries(np.tile([0.0, 0.3, 0.9], (n, 1)), [0, 1, 2]) for n in (1, 5))
    assert (five.value, five.standard_error, five.freedom) == pytest.approx(
        (one.value, one.standard_error, one.freedom)
    )


# --- several sets --------------------------------------------------------------------------------------


def test_sets_have_the_same_weight_and_their_errors_are_squared_and_added():
    """Errors .03 and .04 give .05/2. Satterthwaite: .25² /(.09²/49 + .16²/4) with hundredths squared."""
    found = over_sets([Estimate(0.1, 0.03, 49), Estimate(0.3, 0.04, 4)])
    assert (found.value, found.standard_error) == pytest.approx((0.2, 0.025))
    assert found.freedom == pytest.approx(0.25**2 / (0.09**2 / 49 + 0.16**2 / 4))


@given(st.lists(st.tuples(st.floats(1e-3, 1), st.floats(1, 99)), min_size=1, max_size=6))
def test_freedom_is_between_the_least_and_the_sum(parts):
    found = over_sets([Estimate(0.0, error, freedom) for error, freedom in parts])
    freedoms = [freedom for _, freedom in parts]
    assert min(freedoms) - 1e-6 <= found.freedom <= sum(freedoms) + 1e-6


def test_sets_without_spread_have_no_error():
    found = over_sets([Estimate(0.1, 0.0, 9), Estimate(0.3, 0.0, 9)])
    assert (found.value, found.reach, found.p) == (pytest.approx(0.2), 0.0, 0.0)


# --- families ------------------------------------------------------------------------------------------


def row(difference, p, target="all"):
    return {"target": target, "difference": difference, "p": p}


def test_means_over_sets_are_one_family_and_single_sets_another():
    """Holm by hand. Over all sets: .01 · 3, then .02 · 2, then .04 · 1. Single sets: .03 · 2, then .2 · 1."""
    rows = [row(0.1, 0.02), row(0.1, 0.03, "gtzan"), row(-0.1, 0.01), row(0.1, 0.2, "gtzan"), row(0.1, 0.04)]
    found = judged(rows)
    assert [one["adjusted"] for one in found] == pytest.approx([0.04, 0.06, 0.03, 0.2, 0.04])
    assert [one["verdict"] for one in found] == [
        *("better", "no difference found", "worse", "no difference found", "better")
    ]
    assert [one["p"] for one in found] == [one["p"] for one in rows], "p is shown as it is"
    more = judged([*rows, row(0.0, 0.9)])  # one comparison more, and nothing is a difference except the first
    assert [one["verdict"] for one in more if one["target"] == "all"] == [
        *("no difference found", "worse", "no difference found", "no difference found")
    ]


def test_the_level_itself_is_no_difference():
    assert judged([row(0.1, 0.05)])[0]["verdict"] == "no difference found"
    assert judged([]) == []


# --- reports of several seeds --------------------------------------------------------------------------

RNG = np.random.default_rng(0)


def report_of(rng, kinds=("base", "tag", "mfcc"), sets=("a", "b")):
    """One seed: ten folds, or twelve queries of four artists; tags are .1 ahead."""
    report = {"table4": [], "table5": [], "figure3": [], "artists": {name: [0, 1, 2, 3] * 3 for name in sets}}
    for name in sets:
        for kind in kinds:
            about = {"dataset": name, "features": kind}
            ahead = 0.1 * (kind == "tag")
            report["table4"].append(about | {"scores": list(ahead + rng.uniform(0.4, 0.6, 10))})
            report["table5"].append(about | {"scores": list(ahead + rng.uniform(0.4, 0.6, 12))})
            for k in (1, 5):
                scores = list(ahead + rng.uniform(0.4, 0.6, 10))
                report["figure3"].append(about | {"per_class": k, "scores": scores})
    return report


REPORTS = [report_of(RNG) for _ in range(5)]


def scores_of(experiment, name, kind, k=None):
    cells = [
        one["scores"]
        for report in REPORTS
        for one in report[experiment]
        if (one["dataset"], one["features"], one.get("per_class")) == (name, kind, k)
    ]
    assert len(cells) == 5
    return np.array(cells)


@pytest.mark.parametrize("experiment", ["table4", "table5"])
def test_differences_are_paired_score_by_score(experiment):
    found = {(one["features"], one["target"]): one for one in differences(REPORTS, experiment)}
    assert list(found) == [(kind, name) for kind in ("tag", "mfcc") for name in ("a", "b", "all")]
    each = []
    for name in ("a", "b"):
        d = scores_of(experiment, name, "tag") - scores_of(experiment, name, "base")
        each.append(over_folds(d) if experiment == "table4" else over_queries(d, [0, 1, 2, 3] * 3))
        one = found["tag", name]
        assert (one["difference"], one["reach"], one["p"]) == (each[-1].value, each[-1].reach, each[-1].p)
    one, pooled = found["tag", "all"], over_sets(each)
    assert (one["difference"], one["reach"], one["p"]) == (pooled.value, pooled.reach, pooled.p)
    family = evaluate.holm([found["tag", "all"]["p"], found["mfcc", "all"]["p"]])
    assert [found[kind, "all"]["adjusted"] for kind in ("tag", "mfcc")] == family.tolist()
    assert found["tag", "all"]["verdict"] == "better"


def test_one_seed_is_the_paired_test():
    one = REPORTS[0]
    [found] = [
        row for row in differences([one], "table4") if (row["features"], row["target"]) == ("tag", "a")
    ]
    cells = {row["features"]: row["scores"] for row in one["table4"] if row["dataset"] == "a"}
    y, folds = np.tile([0, 1], 50), np.repeat(np.arange(10), 10)
    tag, base = (
        evaluate.CrossValidation(np.array(cells[kind]), folds, y, np.array([0, 1]), None)
        for kind in ("tag", "base")
    )
    paired = evaluate.compare(tag, base)
    assert (found["difference"], found["p"]) == (pytest.approx(paired.difference), pytest.approx(paired.p))
    assert found["reach"] == pytest.approx(paired.standard_error * stats.t.ppf(0.975, 9))


def test_every_size_of_a_curve_is_in_one_family():
    found = differences(REPORTS, "figure3")
    pooled = [one for one in found if one["target"] == "all"]
    assert [(one["features"], one["per_class"]) for one in pooled] == [
        *(("tag", 1), ("tag", 5), ("mfcc", 1), ("mfcc", 5))
    ]
    assert [one["adjusted"] for one in pooled] == evaluate.holm([one["p"] for one in pooled]).tolist()


def test_another_control_reverses_the_sign():
    there = {one["target"]: one for one in differences(REPORTS, "table5") if one["features"] == "tag"}
    back = differences(REPORTS, "table5", control="tag")
    back = {one["target"]: one for one in back if one["features"] == "base"}
    for target in there:
        assert there[target]["difference"] == pytest.approx(-back[target]["difference"])
        assert there[target]["p"] == pytest.approx(back[target]["p"])


def test_a_set_without_the_control_is_left_out():
    reports = [
        {"table4": [one for one in report["table4"] if (one["dataset"], one["features"]) != ("b", "base")]}
        for report in REPORTS
    ]
    found = differences(reports, "table4")
    assert {one["target"] for one in found} == {"a", "all"}
    nothing = [
        {"table4": [one for one in report["table4"] if one["features"] != "base"]} for report in REPORTS
    ]
    assert differences(nothing, "table4") == differences([{"table4": []}], "table4") == []


def test_values_are_over_all_seeds():
    found = values(REPORTS, "table5")
    assert [(one["dataset"], one["features"]) for one in found] == [
        (name, kind) for name in "ab" for kind in ("base", "tag", "mfcc")
    ]
    expected = over_queries(scores_of("table5", "b", "tag"), [0, 1, 2, 3] * 3)
    assert found[4] == {
        **{"dataset": "b", "features": "tag"},
        **{"value": expected.value, "reach": expected.reach},
    }
    [one] = [one for one in values(REPORTS, "figure3") if list(one.values())[:3] == ["a", "mfcc", 5]]
    assert one["value"] == pytest.approx(scores_of("figure3", "a", "mfcc", 5).mean())
    assert set(one) == {"dataset", "features", "per_class", "value", "reach"}


def test_only_experiments_with_scores_are_measured():
    assert set(inference.MEASURED) < set(protocol.EXPERIMENTS)
    assert set(protocol.EXPERIMENTS) - set(inference.MEASURED) == {"table3", "tags"}
