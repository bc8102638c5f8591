"""What lesson 07 says in words, held against what its figures give.

The embeddings differ in their last digits from machine to machine, and WARP's draws then differ altogether;
so the prose says what five seeds agreed on, and the bounds here leave room for a sixth.
"""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from threadpoolctl import threadpool_limits

from mirlab import evaluate, lessons, paper, widgets
from mirlab.lessons.contents import lesson07
from mirlab.widgets.label_budgets import Setting, measure

SETS = [f"{name}-synth" for name in paper.GENRE_SETS]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def full(study):
    """The cells of Table 4 that the notebook measures anew, and the one of the exercise."""
    cells = [(name, kind) for name in ("gtzan-synth", "homburg-synth") for kind in ("base", "genre")]
    return {cell: paper.classify(study, *cell) for cell in (*cells, ("gtzan-synth", "tag"))}


@pytest.fixture(scope="module")
def shown():
    """The notebook's stored outputs, as text."""
    notebook = nbformat.read(lessons.open("07").path, as_version=4)
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    return "\n".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs)


def kept(seed=0, table="figure3"):
    rows = pd.DataFrame(paper.kept_report(seed)[table])
    index = ["dataset"] if table == "table4" else ["dataset", "per_class"]
    return rows.pivot(index=index, columns="features", values="value")


def gains(curves, kind, over="base"):
    """Gain of a kind of features over another, by songs per label: mean of the four sets."""
    return (curves[kind] - curves[over]).groupby("per_class").mean()


def test_the_two_songs_are_jazz_by_two_artists(study):
    data = study.stored("gtzan-synth").dataset
    jazz = np.flatnonzero(data.y == data.label_names.index("jazz"))
    assert data.groups[jazz[0]] != data.groups[jazz[20]]


# -- Figure 3 ----------------------------------------------------------------------------------------


def test_what_is_kept_is_what_comes_out_now(study, full):
    curves, table = kept(), kept(table="table4")
    for (name, kind), result in full.items():
        room = 0.02 if kind == "base" else 0.05  # embeddings are trained anew on every machine
        assert result.mean == pytest.approx(table.loc[name, kind], abs=room)
    for kind, room in (("base", 0.02), ("tag", 0.05)):
        live = paper.curve(study, "gtzan-synth", kind).mean
        assert live == pytest.approx(curves.loc["gtzan-synth", kind][list(paper.PER_CLASS)], abs=room)


def test_the_notebook_shows_the_kept_table_beside_the_papers(full, shown):
    caption, table = re.search(r"Accuracy, all training songs: (.*)", shown)[1], kept(table="table4")
    for name in SETS:
        mine = re.search(rf"{name} (base .*?)[;.]\s?(?=$|\w+-synth|\])", caption)[1]
        for kind in paper.FEATURES:
            ours, theirs = re.search(rf"{kind} (0\.\d+) \(paper (0\.\d+)\)", mine).groups()
            assert float(ours) == pytest.approx(table.loc[name, kind], abs=0.0006)
            assert float(theirs) == paper.published()["table4"][name.removesuffix("-synth")][kind][0]
    for (name, kind), result in full.items():
        if (name, kind) != ("gtzan-synth", "tag"):
            now = float(re.search(rf"{name}, {kind}: now (0\.\d+)", shown)[1])
            assert now == pytest.approx(result.mean, abs=0.02 if kind == "base" else 0.05)


@pytest.mark.parametrize("seed", range(5))
def test_embeddings_help_a_little_with_one_song_and_lose_with_twenty(seed):
    curves = kept(seed)
    for kind in ("genre", "tag"):
        gain = (curves[kind] - curves["base"]).unstack()
        assert (gain[1] > -0.005).all() and 0.01 < gain[1].mean() < 0.04
        assert 0 < gain[2].mean() < 0.04
        assert abs(gain[5].mean()) < 0.03
        assert -0.04 < gain[10].mean() < 0.01
        assert -0.06 < gain[20].mean() < -0.02
        if seed == 0:  # the notebook shows it
            assert abs(gain[20]["artists1517-synth"]) < 0.005 or kind == "genre"
            assert (gain[20].drop("artists1517-synth") < -0.02).all()


def test_over_five_seeds_the_gain_is_clear_at_one_song_and_the_loss_at_twenty():
    rows = pd.DataFrame(paper.differences([paper.kept_report(seed) for seed in paper.SEEDS], "figure3"))
    rows = rows[rows["target"] == "all"].set_index(["features", "per_class"])
    for kind in ("genre", "tag"):
        verdicts, difference = rows.loc[kind, "verdict"], rows.loc[kind, "difference"]
        assert (verdicts[1], verdicts[20]) == ("better", "worse")
        assert {verdicts[2], verdicts[5], verdicts[10]} == {"no difference found"}
        assert 0.015 < difference[1] < 0.035 and -0.045 < difference[20] < -0.025
        assert abs(gains(kept(), kind)[20] + 0.035) < 0.01  # of the seed that the notebook shows


# -- what was nearly published -------------------------------------------------------------------------


def test_with_one_ridge_transfer_seems_to_lose_from_five_songs_on(study):
    """The ridge of the first version, .01, which was chosen by looking at base features only."""
    rows = []
    for name in SETS:
        curves = [
            evaluate.learning_curve(
                study.windows(name, kind), study.songs(name)[0], per_class=(1, 5, 10), n_draws=2, ridge=0.01
            ).mean
            for kind in ("base", "tag")
        ]
        rows.append(curves[1] - curves[0])
    one, five, ten = np.mean(rows, axis=0)
    assert one > 0.01 and max(five, ten) < -0.01
    fair = gains(kept(), "tag")
    assert five < fair[5] - 0.01 and ten < fair[10] - 0.01


@pytest.mark.parametrize("seed", range(5))
def test_with_plain_least_squares_it_loses_at_five_and_wins_at_ten(seed):
    plain, fair = kept(seed, "figure3_plain"), kept(seed)
    for kind in ("genre", "tag"):
        found = gains(plain, kind)
        assert found[5] < -0.05 and found[10] > 0.03
        assert found[5] < gains(fair, kind)[5] - 0.05 and found[10] > gains(fair, kind)[10] + 0.03
    assert (plain["base"].unstack()[10] <= fair["base"].unstack()[10]).all()


def test_accuracy_collapses_where_windows_are_as_many_as_numbers(study):
    """On unique-synth: 14 labels, 6 windows a song; 840 for 800 numbers (base), 420 for 400 (embedding)."""
    windows = study.windows("unique-synth", "base")
    assert windows[0].shape == (6, 800) and study.windows("unique-synth", "tag")[0].shape == (6, 400)
    assert len(study.stored("unique-synth").dataset.label_names) == 14
    curves = kept(table="figure3_plain").loc["unique-synth"]
    assert curves["base"][10] < curves["base"][5] - 0.05
    assert curves["tag"][5] < curves["tag"][2] - 0.05 < curves["tag"][10]


@pytest.fixture(scope="module")
def random_map(study):
    """Plain least squares on a random map, which has learned nothing, with 2, 5 and 10 songs per label."""
    windows, y = study.windows("unique-synth", "random"), study.songs("unique-synth")[0]
    return evaluate.learning_curve(windows, y, per_class=(2, 5, 10), n_draws=2, ridge=0.0).mean


def test_a_random_map_drops_where_the_embeddings_drop(random_map, shown):
    """It has as many numbers as they have. If they dropped for another reason, it would not drop."""
    two, five, ten = random_map
    assert five < two - 0.03 and five < ten - 0.1
    curve = kept(table="figure3_plain").loc["unique-synth", "tag"]
    assert curve[5] < curve[2] - 0.03 and curve[5] < curve[10] - 0.1
    printed = re.search(r"random map, plain, unique-synth, 2, 5 and 10 songs: \[(.*?)\]", shown)[1]
    assert [float(x) for x in printed.split()] == pytest.approx(random_map, abs=0.03)


def test_choosing_by_the_test_songs_adds_more_than_any_gain_of_figure_3(study):
    for kind in ("base", "tag"):
        y, groups = study.songs("gtzan-synth")
        inner, test = lesson07.accuracy_by_ridge(study.windows("gtzan-synth", kind), y, groups)
        assert inner.shape == test.shape == (31, 10)
        leak = test.max(axis=0).mean() - lesson07.nested_accuracy(inner, test)
        assert 0.03 < leak < 0.08
        for other in ("genre", "tag"):
            assert leak > gains(kept(), other).max()


def test_the_helper_chooses_ridges_as_mirlab_does(study):
    """With the choice of mirlab, its accuracy is that of a learning curve on the same songs."""
    y, groups = study.songs("gtzan-synth")
    windows = study.windows("gtzan-synth", "tag")
    inner, test = lesson07.accuracy_by_ridge(windows, y, groups)
    curve = evaluate.learning_curve(windows, y, per_class=5, groups=groups, n_draws=5)
    assert lesson07.nested_accuracy(inner, test) == pytest.approx(curve.mean[0], abs=0.04)


# -- what it is worth ----------------------------------------------------------------------------------


def songs_needed(curves, name):
    """The songs per label that base features need, for 1, 2, 5 and 10 songs with the tag embedding."""
    base, tag = curves.loc[name, "base"], curves.loc[name, "tag"]
    return 2 ** np.interp(tag[list(paper.PER_CLASS[:4])], base, np.log2(paper.PER_CLASS))


@pytest.mark.parametrize("seed", range(5))
def test_one_song_is_worth_little_more_than_one_and_five_about_five(seed):
    curves = kept(seed)
    needed = {name: songs_needed(curves, name) for name in SETS}
    assert all(1 <= found[0] < 1.6 for found in needed.values())
    five = [found[2] for found in needed.values()]
    assert 4 < np.mean(five) < 6
    assert all(curves.loc[name, "base"].is_monotonic_increasing for name in SETS)  # as np.interp requires
    gain = [curves.loc[(name, 1), "tag"] - curves.loc[(name, 1), "base"] for name in SETS]
    assert min(gain) > (0 if seed == 0 else -0.005)
    if seed == 0:  # the notebook shows it
        assert min(found[0] for found in needed.values()) > 1.05
        assert max(found[0] for found in needed.values()) < 1.45
        assert 4 <= min(five) <= max(five) <= 6


def test_the_notebook_reveals_the_songs_that_were_needed(shown):
    """The prediction is answered by a computed number: the mean of the four sets at one song."""
    mean = np.mean([songs_needed(kept(), name)[0] for name in SETS])
    revealed = re.search(r"on average over four sets\?(?:\s+[^\n]*\n)*?\s*The result: (\d+\.\d+)", shown)[1]
    assert float(revealed) == pytest.approx(mean, abs=0.01)


# -- the last step -------------------------------------------------------------------------------------


def test_the_exercise_is_mirlabs_classifier_without_its_penalty():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 8)
    songs = [rng.normal(label, 1.5, size=(rng.integers(2, 6), 4)) for label in y]
    theirs = evaluate.cross_validate(songs, y, n_splits=4, ridge=0)
    for f in range(4):
        train, test = np.flatnonzero(theirs.folds != f), np.flatnonzero(theirs.folds == f)
        ours = lesson07.song_outputs([songs[i] for i in train], y[train], [songs[i] for i in test])
        assert ours == pytest.approx(theirs.outputs[test], abs=1e-9)


def test_on_the_first_fold_of_gtzan_they_hardly_differ(study, full):
    result, y = full["gtzan-synth", "tag"], study.stored("gtzan-synth").dataset.y
    songs, test = study.windows("gtzan-synth", "tag"), result.folds == 0
    parts = [[songs[i] for i in np.flatnonzero(part)] for part in (~test, test)]
    outputs = lesson07.song_outputs(parts[0], y[~test], parts[1])
    assert np.mean(outputs.argmax(axis=1) == y[test]) == pytest.approx(result.scores[0], abs=0.11)


# -- Table 4, and whether a difference is one ------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_both_embeddings_are_behind_on_every_set(seed):
    table = kept(seed, "table4")
    for name in SETS:
        theirs = paper.published()["table4"][name.removesuffix("-synth")]
        assert theirs["genre"][0] < theirs["base"][0] < theirs["tag"][0]
    less = table.sub(table["base"], axis=0)
    assert (less[["genre", "tag"]] < 0).all(axis=None)
    assert less[["genre", "tag"]].mean().between(-0.055, -0.03).all()


@pytest.mark.parametrize("seed", range(5))
def test_with_all_songs_controls_lose_as_embeddings_do(seed):
    """The rotation loses most of what the tag embedding loses; the random map loses more than either."""
    table = kept(seed, "table4")
    less = table.sub(table["base"], axis=0).mean()
    assert -0.045 < less["rotation"] < -0.015
    assert less["random"] < min(less["genre"], less["tag"]) + 0.005
    assert less["rotation"] < less["tag"] / 2


def test_few_are_clear_but_the_means_of_both_embeddings_are():
    rows = pd.DataFrame(paper.kept_report(0)["differences"]["table4"]).set_index(["features", "target"])
    single = [rows.loc[(kind, name), "p"] for kind in ("genre", "tag", "rotation") for name in SETS]
    assert 1 <= sum(p < 0.05 for p in single) <= 5
    for kind in ("genre", "tag"):
        assert rows.loc[(kind, "all"), "verdict"] == "worse"
        assert rows.loc[(kind, "all"), "difference"] == pytest.approx(-0.045, abs=0.015)
    assert len({kind for kind, _ in rows.index}) == 6


def test_the_notebook_computes_the_p_values_and_intervals_of_the_report(shown):
    rows = pd.DataFrame(paper.kept_report(0)["differences"]["table4"]).set_index(["features", "target"])
    caption = re.search(r"minus base features, all songs \(synthetic data sets\)\. (.*)", shown)[1]
    for name in SETS:
        mine = re.search(rf"{name}: (.*?)\.(?:\s|\])", caption)[1]
        for kind, reach, p in re.findall(r"(\w+) [-+.\d]+ ± ([.\d]+) \(p = ([.\d]+)\)", mine):
            assert float(p) == pytest.approx(rows.loc[(kind, name), "p"], abs=0.006)
            assert float(reach) == pytest.approx(rows.loc[(kind, name), "reach"], abs=0.0006)


def test_a_fold_of_hard_songs_is_hard_for_both(full):
    base, genre = (full["gtzan-synth", kind].scores for kind in ("base", "genre"))
    assert np.corrcoef(base, genre)[0, 1] > 0.2
    assert (genre - base).std() < base.std() + genre.std()


def test_the_paired_test_of_the_exercise_is_mirlabs(full):
    """On real folds, and for five folds by hand."""
    for name in ("gtzan-synth", "homburg-synth"):
        genre, base = full[name, "genre"], full[name, "base"]
        found, theirs = lesson07.paired_test(genre.scores, base.scores, 10), evaluate.compare(genre, base)
        assert found["difference"] == pytest.approx(theirs.difference)
        assert found["error"] == pytest.approx(theirs.standard_error)
        assert found["t"] == pytest.approx(theirs.t)
        assert 2 * stats.t.sf(abs(found["t"]), 9) == pytest.approx(theirs.p)
    a, b = np.array([0.52, 0.64, 0.58, 0.68, 0.48]), np.array([0.50, 0.58, 0.54, 0.62, 0.46])
    found = lesson07.paired_test(a, b, 5)
    assert found["error"] == pytest.approx(0.02 * np.sqrt(0.45))
    assert found["t"] > stats.t.ppf(0.975, 4)  # a difference, although the bars of the means overlap
    error = [evaluate.standard_error(x) for x in (a, b)]
    assert a.mean() - error[0] < b.mean() + error[1]


def test_the_correction_of_ten_folds_is_what_the_exercise_says():
    assert np.sqrt(1 / 10 + 1 / 9) / np.sqrt(1 / 10) == pytest.approx(1.45, abs=0.005)


def test_the_quiz_has_a_difference_that_is_clear_after_the_correction():
    d = np.linspace(0.01, 0.03, 10)
    assert lesson07.paired_test(d, np.zeros(10), 10)["t"] > 5


# -- which genres gained -------------------------------------------------------------------------------


def test_more_songs_are_classified_as_rock_and_pop_loses_most_of_its_own(full):
    base, genre = (full["homburg-synth", kind] for kind in ("base", "genre"))
    labels, before, after = base.labels.tolist(), base.confusion(), genre.confusion()
    gained = dict(zip(labels, np.diag(after) - np.diag(before), strict=True))
    sizes = dict(zip(labels, before.sum(axis=1), strict=True))
    assert max(gained.values()) < 6 and after[labels.index("pop"), labels.index("pop")] <= 3
    assert gained["pop"] == min(gained.values()) <= -6
    assert max(sizes, key=sizes.get) == "rock" and sizes["rock"] > len(base.y) / 4
    assert max(sizes["blues"], sizes["pop"]) < 40
    called = {label: (before[:, i].sum(), after[:, i].sum()) for i, label in enumerate(labels)}
    further = called["rock"][1] - called["rock"][0]
    assert further > 4 and gained["rock"] < further / 2  # most of the further songs are not rock
    assert called["pop"][1] < called["pop"][0]
    right = [result.predictions == result.y for result in (base, genre)]
    only = [(right[0] & ~right[1]).sum(), (right[1] & ~right[0]).sum()]
    assert min(only) >= 2 and sum(only) > 1.6 * abs(only[0] - only[1])


# -- the laboratory ------------------------------------------------------------------------------------


def test_the_widget_keeps_the_settings_that_were_tried(study, shown):
    laboratory = widgets.few_labels(study)
    assert len(laboratory.tried) == 2
    laboratory.songs = 2
    assert len(laboratory.tried) == 3
    assert "settings you have tried: 2" in shown


def test_by_artist_a_tenth_is_lost_with_all_songs_and_less_with_one(study):
    for kind in ("base", "tag"):
        lost = {
            k: np.subtract(
                *(measure(study, Setting("gtzan-synth", kind, k, s)).mean[0] for s in ("song", "artist"))
            )
            for k in (1, 0)
        }
        assert 0.05 < lost[0] < 0.15
        assert lost[1] < lost[0]
