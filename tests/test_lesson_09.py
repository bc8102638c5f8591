"""What lesson 09 says in words, held against what its figures give.

WARP's draws differ between machines as soon as a last digit does; so the prose says only what several seeds
agreed on, and the bounds here leave room for more of them.
"""

import re
from functools import partial

import nbformat
import numpy as np
import pytest

from mirlab import corpus, evaluate, lessons, tagging, warp
from mirlab.lessons.contents import lesson09
from mirlab.paper import Study

SET = "magnatagatune-synth"


@pytest.fixture(scope="module")
def study():
    return Study()  # no embedding is needed: only the features


@pytest.fixture(scope="module")
def data(study):
    return study.stored(SET).dataset


@pytest.fixture(scope="module")
def names(data):
    return data.label_names


@pytest.fixture(scope="module")
def songs(study):
    return evaluate.song_vectors(study.windows(SET, "base"))


@pytest.fixture(scope="module")
def fold(data):
    return tagging.artist_folds(data.groups)


@pytest.fixture(scope="module")
def held(fold):
    return fold == 0


@pytest.fixture(scope="module")
def true(data, held):
    return tagging.true_tags(data, np.flatnonzero(held))


@pytest.fixture(scope="module")
def scores(songs, data, fold):
    return {name: tagging.annotate(method, songs, data.y, fold) for name, method in tagging.METHODS.items()}


@pytest.fixture(scope="module")
def measured(scores, data, fold):
    tables = {name: tagging.judge(found, data.y, fold) for name, found in scores.items()}
    return tables | {
        "helped": tagging.judge(scores["WARP"] + scores["tag frequency"], data.y, fold),
    }


@pytest.fixture(scope="module")
def space(songs, data, held):
    return tagging.word_space(songs[~held], data.y[~held], songs[held])


@pytest.fixture(scope="module")
def text():
    notebook = nbformat.read(lessons.open("09").path, as_version=4)
    return " ".join("\n".join(cell.source for cell in notebook.cells).split())


# -- what is heard -----------------------------------------------------------------------------------


def test_the_first_listener_wrote_jazz_and_forgot_the_piano(data, held, names, text):
    assert "clip = 46" in text and held[46]
    given = {name for name, has in zip(names, data.y[46], strict=True) if has}
    true = corpus.plan("magnatagatune")[46].true_tags()
    assert "jazz" in given and "piano" not in given and "piano" in true


def test_about_a_quarter_is_missing_and_nothing_is_invented(data, held, true):
    given = data.y[held]
    assert (given <= true).all()
    assert 1 - given.sum() / true.sum() == pytest.approx(0.25, abs=0.01)


def test_the_tag_embedding_of_other_lessons_has_heard_these_artists(study):
    assert study.sources("tag") == [SET]


# -- an answer that is a ranking ---------------------------------------------------------------------


def test_averaged_over_frames_or_of_the_average_frame_is_the_same(study, data, held):
    features = study.stored(SET)
    frames, of = features.frames[::10], features.frame_excerpts()[::10]
    tagger = warp.WarpEmbedding(standardize=True, epoch_size=10_000, random_state=0)
    tagger.fit(frames[~held[of]], data.y[of[~held[of]]])
    track = features.track(46)
    affinity = tagger.affinity(track).mean(axis=0)
    np.testing.assert_allclose(affinity, tagger.affinity(track.mean(axis=0, keepdims=True))[0], atol=1e-3)
    rows = np.flatnonzero(held)
    shop = np.array([tagger.affinity(features.track(i).mean(axis=0, keepdims=True))[0] for i in rows])
    found = evaluate.tagging_metrics(shop, data.y[rows]).summary()
    assert found["tag_auc"] > 0.72  # its answers are worth showing


# -- the four figures --------------------------------------------------------------------------------


def test_logistic_regression_is_ahead_of_warp_on_all_four(measured):
    ours, rival = measured["WARP"], measured["logistic regression"]
    for measure in tagging.MEASURES:
        difference = rival[measure] - ours[measure]
        assert difference.mean() > 2 * evaluate.standard_error(difference)


def test_the_deaf_rival_tosses_coins_by_tag_and_does_well_by_clip(measured):
    deaf, warp_table = measured["tag frequency"].mean(), measured["WARP"].mean()
    assert deaf["tag_auc"] == 0.5
    assert deaf["precision_at_3"] == pytest.approx(0.5, abs=0.02)
    assert 0 < warp_table["clip_auc"] - deaf["clip_auc"] < 0.07  # hardly ahead
    assert warp_table["tag_auc"] > 0.78


def test_the_frequency_moves_nothing_by_tag_and_closes_half_of_the_gap_by_clip(measured):
    before, after = measured["WARP"].mean(), measured["helped"].mean()
    assert after["tag_auc"] == pytest.approx(before["tag_auc"])
    assert after["average_precision"] == pytest.approx(before["average_precision"])
    gap = measured["logistic regression"].mean()["clip_auc"] - before["clip_auc"]
    assert 0.4 < (after["clip_auc"] - before["clip_auc"]) / gap < 0.7


def test_an_average_excerpt_has_no_affinity_to_any_tag(songs, data, held):
    tags = tagging.warp_affinity(songs[~held], data.y[~held], songs[~held].mean(axis=0, keepdims=True))
    assert np.abs(tags).max() < 1e-2


def test_drums_seem_harder_than_a_piano(scores, data, held, names):
    assert data.y[:, names.index("drums")].mean() == pytest.approx(0.5, abs=0.03)  # "half of all excerpts"
    for method in ("WARP", "logistic regression"):
        auc = dict(zip(names, tagging.tag_auc(scores[method][held], data.y[held]), strict=True))
        assert auc["piano"] == pytest.approx(0.82, abs=0.06)  # "about .8"
        assert 0.7 < auc["drums"] < auc["piano"] - 0.01


def test_a_few_excerpts_decide_the_figure_of_sad(scores, data, held, names, text):
    sad = names.index("sad")
    given = data.y[held, sad]
    assert given.sum() == 11 and "*Sad* was given to 11 of the held-out excerpts" in text
    for method in ("WARP", "logistic regression"):
        found = scores[method][held, sad]
        lowest = np.flatnonzero(given)[np.argsort(found[given])[:3]]
        without = np.delete(found, lowest), np.delete(given, lowest)
        assert lesson09.tag_auc(*without) > lesson09.tag_auc(found, given) + 0.03


def test_who_gets_the_places_and_who_makes_the_mean(scores, data, fold):
    by_frequency = np.argsort(-data.y.sum(axis=0), kind="stable")
    frequent, rare = by_frequency[:20], by_frequency[-100:]
    top = np.argsort(-scores["logistic regression"], axis=1, kind="stable")[:, :3]
    assert np.isin(top, frequent).mean() == pytest.approx(0.75, abs=0.03)
    assert np.isin(top, rare).mean() < 0.03 and len(rare) > len(by_frequency) / 2
    behind = {}
    for method in ("WARP", "logistic regression"):
        auc = tagging.tag_auc(scores[method], data.y, fold)
        behind[method] = auc[rare].mean() - auc[frequent].mean()
    assert 0.005 < behind["WARP"] < 0.04 < behind["logistic regression"]  # "WARP's by little"


# -- genres, instruments, voices, moods --------------------------------------------------------------


@pytest.fixture(scope="module")
def within(scores, true, held):
    style = [corpus.plan("magnatagatune")[i].style for i in np.flatnonzero(held)]
    return {
        method: (
            tagging.tag_auc(scores[method][held], true),
            tagging.tag_auc(scores[method][held], true, style),
        )
        for method in ("WARP", "logistic regression")
    }


def test_voices_and_drums_are_heard_and_other_instruments_in_part_guessed(within, names):
    kinds = tagging.kinds(names)
    for everywhere, same_style in within.values():
        means = {kind: np.nanmean(everywhere[kinds == kind]) for kind in tagging.KINDS}
        first = means.pop("voice or drums")
        assert first > max(means.values()) + 0.04  # "clearly the easiest"
        assert max(means.values()) - min(means.values()) < 0.07  # "close together"
        ahead = [
            np.nanmean(auc[kinds == "voice or drums"]) - np.nanmean(auc[kinds == "instrument"])
            for auc in (everywhere, same_style)
        ]
        assert ahead[1] > ahead[0] + 0.02
        lost = {
            kind: 1
            - (np.nanmean(same_style[kinds == kind]) - 0.5) / (np.nanmean(everywhere[kinds == kind]) - 0.5)
            for kind in ("instrument", "voice or drums")
        }
        assert lost["instrument"] == pytest.approx(0.25, abs=0.1) and lost["voice or drums"] < 0.12
        assert np.isnan(same_style[(kinds == "genre") | (kinds == "mood")]).all()


def test_electronic_sounds_are_guessed_and_the_piano_is_heard(within, names, true):
    for everywhere, same_style in within.values():
        auc = {name: (everywhere[names.index(name)], same_style[names.index(name)]) for name in names}
        assert auc["electronic sounds"][0] == pytest.approx(0.82, abs=0.08)
        assert 0.3 < auc["electronic sounds"][1] < 0.54
        assert min(auc["piano"]) > 0.77 and auc["piano"][1] > auc["piano"][0] - 0.05
    assert true[:, names.index("electronic sounds")].sum() == 90 and len(true) == 486  # as the quiz says


def test_most_techno_and_electronica_has_electronic_sounds(true, held, names):
    has = true[:, names.index("electronic sounds")]
    style = np.array([corpus.plan("magnatagatune")[i].style for i in np.flatnonzero(held)])
    assert all(has[style == name].mean() > 0.7 for name in ("techno", "electronica"))
    assert has[np.isin(style, ["techno", "electronica"])].sum() > has.sum() / 2


def test_in_the_other_folds_the_piano_stands_and_electronic_sounds_fall_less(
    within, scores, data, fold, names
):
    electronic, piano = names.index("electronic sounds"), names.index("piano")
    for method, (everywhere, same_style) in within.items():
        for number in (1, 2):
            rows = np.flatnonzero(fold == number)
            true = tagging.true_tags(data, rows)
            style = [corpus.plan("magnatagatune")[i].style for i in rows]
            fall = tagging.tag_auc(scores[method][rows], true) - tagging.tag_auc(
                scores[method][rows], true, style
            )
            assert 0.04 < fall[electronic] < everywhere[electronic] - same_style[electronic]
            assert abs(fall[piano]) < 0.06


def test_a_sad_excerpt_is_a_blues(data, true, held, names):
    sad = np.flatnonzero(held)[true[:, names.index("sad")]]
    assert {corpus.plan("magnatagatune")[i].style for i in sad} == {"blues"}


# -- what nobody wrote -------------------------------------------------------------------------------


def test_more_than_half_of_the_errors_are_the_listeners(scores, data, true, held):
    for method in ("WARP", "logistic regression"):
        top = np.argsort(-scores[method][held], axis=1, kind="stable")[:, :3]
        given, right = (np.take_along_axis(y, top, axis=1) for y in (data.y[held], true))
        assert (right & ~given).sum() / (~given).sum() > 0.5


def test_the_drums_were_heard_all_the_time(scores, data, true, held, names):
    drums = names.index("drums")
    assert true[~data.y[held, drums], drums].mean() == pytest.approx(0.4, abs=0.01)
    by_frequency = np.argsort(-data.y.sum(axis=0), kind="stable")
    for method in ("WARP", "logistic regression"):
        given, right = (tagging.tag_auc(scores[method][held], y) for y in (data.y[held], true))
        assert given[drums] < 0.8 and right[drums] > 0.95
        behind = [
            np.nanmean(auc[by_frequency[-100:]]) - np.nanmean(auc[by_frequency[:20]])
            for auc in (given, right)
        ]
        assert behind[1] < 0 < 0.015 < behind[0]  # not behind any more, by the true tags


@pytest.fixture(scope="module")
def fading(songs, data, true, held, scores):
    known = {method: scores[method][held] for method in ("WARP", "logistic regression")}
    return tagging.missing_labels(songs, data.y, true, held, shares=(1 / 3, 2 / 3), known=known)


def test_taggers_fade_slowly_and_their_grade_falls(fading):
    table = fading.set_index(["judged by", "method", fading["missing"].round(2)]).sort_index()
    for method in ("WARP", "logistic regression"):
        true, left = (table.loc[by, method] for by in ("true tags", "tags left"))
        assert true["tag_auc"].iloc[0] - true["tag_auc"].iloc[-1] < 0.1
        assert true["precision_at_3"].iloc[-1] > 0.65 and left["precision_at_3"].iloc[-1] < 0.25
        assert (true["precision_at_3"] - left["precision_at_3"]).is_monotonic_increasing
    assert table.index.get_level_values("missing").unique().tolist() == pytest.approx(
        [0.25, 0.5, 0.75], abs=0.01
    )


def test_four_of_five_are_right_and_hardly_a_tag_is_declared(fading, true):
    rows = fading[(fading["method"] == "logistic regression") & (fading["judged by"] == "true tags")]
    assert rows["precision_at_3"].iloc[-1] == pytest.approx(0.8, abs=0.06)
    assert rows["declared"].iloc[0] == pytest.approx(11, abs=0.5)
    assert rows["declared"].iloc[-1] < 0.6 and true.sum(axis=1).mean() > 26


# -- search by words ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def searches(space, scores, data, held, names):
    return {
        "WARP": partial(lesson09.word_search, *space, names),
        "odds": partial(tagging.search_odds, scores["logistic regression"][held], names),
        "list": partial(tagging.search_list, data.y[held], names),
        "inner": lambda plus, minus: np.argsort(-(space[0] @ tagging.query(space[1], names, plus, minus))),
    }


def test_the_exercise_searches_as_mirlab_does(space, names):
    words = ["calm", "flute"], ["drums"]
    ours = lesson09.word_search(*space, names, *words)
    np.testing.assert_array_equal(ours, tagging.search_space(*space, names, *words))


def test_nothing_is_sad_with_piano_and_without_drums(searches, true, names):
    words = ("sad", "piano"), ("drums",)
    assert not tagging.fits(true, names, *words).any()
    assert len(searches["list"](*words)) == 0
    assert all(len(searches[title](*words)) == len(true) for title in ("WARP", "odds"))


def test_a_catalogue_has_rock_without_drums_and_all_of_it_has_drums(searches, true, names):
    words = ("rock", "guitar"), ("drums",)
    assert len(searches["list"](*words)) == 11
    assert not tagging.fits(true, names, *words).any()


def test_the_space_is_better_than_chance_and_logistic_regression_than_the_space(searches, true, names):
    asked = tagging.queries(true, names)
    assert len(asked) > 400
    chance = np.mean([tagging.fits(true, names, *words).mean() for words in asked])
    p = {title: tagging.search_precision(search, asked, true, names) for title, search in searches.items()}
    mean = {title: np.nanmean(found) for title, found in p.items()}
    assert 4 * chance < mean["WARP"] < 0.3
    assert mean["inner"] + 0.02 < mean["WARP"] < mean["odds"] - 0.02
    assert mean["list"] == pytest.approx(0.9, abs=0.02)


def test_the_examples_go_from_all_to_nothing(searches, true, names):
    precision = tagging.search_precision(
        searches["WARP"],
        [
            (("hypnotic", "synth"), ("vocals",)),
            (("elegant", "piano"), ("drums",)),
            (("sad", "piano"), ("drums",)),
        ],
        true,
        names,
    )
    assert precision[0] >= 0.8 and 0.2 <= precision[1] < precision[0] and precision[2] == 0


def test_speech_has_the_longest_vectors(space, true, names):
    lengths = np.linalg.norm(space[0], axis=1)
    means = [lengths[has].mean() if has.sum() > 3 else 0 for has in true.T]
    longest = {names[i] for i in np.argsort(means)[-5:]}
    assert "speech" in longest or "spoken" in longest


# -- the page ----------------------------------------------------------------------------------------


def test_links_lead_somewhere(text):
    folder = lessons.open("09").path.parent
    for link in re.findall(r"\]\((.+?)\)", text):
        assert (folder / link).exists(), link
