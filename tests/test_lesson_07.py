"""What lesson 07 says in words, held against what its figures give.

The embeddings differ in their last digits from machine to machine, and WARP's draws then differ altogether;
so the prose says what five seeds agreed on, and the bounds here leave room for a sixth.
"""

import re
from dataclasses import replace

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from threadpoolctl import threadpool_limits

from mirlab import evaluate, lessons, paper
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
        room = 0.005 if kind == "base" else 0.05  # embeddings are trained anew on every machine
        assert result.mean == pytest.approx(table.loc[name, kind], abs=room)
    for kind, room in (("base", 0.005), ("tag", 0.05)):
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
            assert now == pytest.approx(result.mean, abs=0.005 if kind == "base" else 0.05)


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
        verdicts = rows.loc[kind, "verdict"]
        assert (verdicts[1], verdicts[20]) == ("better", "worse")
        assert {verdicts[5], verdicts[10]} == {"no difference found"}


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


# -- what it is worth ----------------------------------------------------------------------------------


def test_worth_is_read_along_the_lines_of_the_figure():
    curve = [0.3, 0.5, 0.6]
    for songs, accuracy in ((1, 0.3), (2, 0.5), (8, 0.6), (4, 0.55), (np.sqrt(2), 0.4)):
        assert lesson07.worth([1, 2, 8], curve, accuracy) == pytest.approx(songs)


@pytest.mark.parametrize("seed", range(5))
def test_one_song_is_worth_little_more_than_one_and_five_about_five(seed):
    curves, five = kept(seed), []
    for name in SETS:
        base, tag = curves.loc[name, "base"], curves.loc[name, "tag"]
        assert 1 <= lesson07.worth(paper.PER_CLASS, base, tag[1]) < 1.6
        five.append(lesson07.worth(paper.PER_CLASS, base, tag[5]))
    assert 4 < np.mean(five) < 6
    if seed == 0:  # the notebook shows it
        assert 4 <= min(five) <= max(five) <= 6
    gain = [curves.loc[(name, 1), "tag"] - curves.loc[(name, 1), "base"] for name in SETS]
    assert min(gain) > (0 if seed == 0 else -0.005)  # the notebook shows seed 0


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


def test_the_notebook_computes_the_p_values_of_the_report(shown):
    rows = pd.DataFrame(paper.kept_report(0)["differences"]["table4"]).set_index(["features", "target"])
    caption = re.search(r"less base features, all songs \(synthetic data sets\)\. (.*)", shown)[1]
    for name in SETS:
        mine = re.search(rf"{name}: (.*?)\.(?:\s|\])", caption)[1]
        for kind, p in re.findall(r"(\w+) [-+.\d]+ ± [.\d]+ \(p = ([.\d]+)\)", mine):
            assert float(p) == pytest.approx(rows.loc[(kind, name), "p"], abs=0.006)


def test_a_fold_of_hard_songs_is_hard_for_both(full):
    base, genre = (full["gtzan-synth", kind].scores for kind in ("base", "genre"))
    assert np.corrcoef(base, genre)[0, 1] > 0.2
    assert (genre - base).std() < base.std() + genre.std()


def test_the_test_by_hand_is_mirlabs():
    y = np.zeros(5)
    a, b = (
        evaluate.CrossValidation(np.array(scores), np.arange(5), y, y, y)
        for scores in ([52, 64, 58, 68, 48], [50, 58, 54, 62, 46])
    )
    found, by_hand = evaluate.compare(a, b), lesson07.fold_by_fold()
    assert by_hand["difference"] == pytest.approx(found.difference)
    assert by_hand["usual"] == pytest.approx(evaluate.standard_error(a.scores - b.scores))
    assert by_hand["corrected"] == pytest.approx(found.standard_error)
    assert by_hand["t"] == pytest.approx(found.t)
    assert by_hand["a difference"] and found.p < 0.05
    assert stats.t.ppf(0.975, 4) == pytest.approx(2.78, abs=0.005)
    assert (a.mean, b.mean) == pytest.approx((58, 54))
    assert a.mean - a.standard_error < b.mean + b.standard_error
    assert min(a.standard_error, b.standard_error) > 2.5


# -- which genres gained -------------------------------------------------------------------------------


def test_rock_is_said_more_often_while_blues_and_pop_lose(full):
    base, genre = (full["homburg-synth", kind] for kind in ("base", "genre"))
    labels, before, after = base.labels.tolist(), base.confusion(), genre.confusion()
    gained = dict(zip(labels, np.diag(after) - np.diag(before), strict=True))
    sizes = dict(zip(labels, before.sum(axis=1), strict=True))
    assert max(gained["blues"], gained["pop"]) < 0 and max(gained.values()) < 6
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


# -- where transfer loses, and why -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_with_few_songs_no_control_explains_the_embeddings(seed):
    """Each control was made without labels; the rotation and the random map have lost the bands as well."""
    curves = kept(seed)
    for kind in ("genre", "tag"):
        for control in ("rotation", "random"):
            assert min(gains(curves, kind, over=control)[[1, 2, 5]]) > 0.01
        for control in ("mfcc", "whitened"):
            assert min(gains(curves, kind, over=control)[[1, 2]]) > 0.01


def test_over_five_seeds_the_lead_over_the_rotation_is_clear_with_few_songs_only():
    reports = [paper.kept_report(seed) for seed in paper.SEEDS]
    rows = pd.DataFrame(paper.differences(reports, "figure3", control="rotation"))
    rows = rows[rows["target"] == "all"].set_index(["features", "per_class"])
    for kind in ("genre", "tag"):
        lead, reach, verdicts = (rows.loc[kind, name] for name in ("difference", "reach", "verdict"))
        assert (verdicts[[1, 2]] == "better").all()
        assert lead[[1, 2]].to_list() == pytest.approx([0.03, 0.03], abs=0.01)
        assert reach[5] < lead[5] < lead[[1, 2]].mean()
        assert abs(lead[20]) < reach[20]
    assert rows.loc["random", "difference"].max() < 0.005


@pytest.fixture(scope="module")
def checks(study):
    """The notebook's checks, on all four sets."""
    rng, found = np.random.default_rng(0), {}
    for name in ("gtzan-synth", "unique-synth", "artists1517-synth", "homburg-synth"):
        learned, y = study.embedding("genre", name), study.stored(name).dataset.y
        V, W = learned.components, np.concatenate(learned.label_embeddings)
        turn = np.linalg.qr(rng.normal(size=(100, 100)))[0]
        for what, matrix in {"V": V, "W V": W @ V, "W turned": W @ turn @ V}.items():
            windows = study.stored(name).windows(replace(learned, components=matrix))
            found[name, what, "all"] = evaluate.cross_validate(windows, y)
            found[name, what, 5] = evaluate.learning_curve(windows, y, per_class=5, n_draws=2)
    return found


def less(checks, a, b, songs):
    return np.array([np.mean(checks[name, a, songs].mean - checks[name, b, songs].mean) for name in SETS])


def test_w_is_ahead_of_a_turned_w(checks):
    assert less(checks, "W V", "W turned", "all").min() > 0.02
    five = less(checks, "W V", "W turned", 5)
    assert five.min() > -0.005 and five.mean() > 0.015


def test_w_is_not_clearly_ahead_of_v(checks):
    for songs in ("all", 5):
        assert abs(less(checks, "W V", "V", songs).mean()) < 0.03
        for name in ("gtzan-synth", "unique-synth"):  # those of the notebook
            found = evaluate.compare(checks[name, "W V", songs], checks[name, "V", songs])
            assert np.squeeze(found.p) > 0.05
