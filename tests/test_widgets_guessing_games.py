"""The guessing game: guessed like a learner would, and whether what it says can be heard."""

import numpy as np
import pytest
import traitlets

from mirlab import corpus, datasets
from mirlab.corpus import styles
from mirlab.widgets import guessing_games
from mirlab.widgets.guessing_games import CLUES, GuessingGame, guessing_game, heard, typical


@pytest.fixture(scope="module")
def excerpts():
    return guessing_game().excerpts


@pytest.fixture
def game(excerpts):
    return GuessingGame(excerpts)


def guess(game, i, genre):
    game.guesses = [*game.guesses[:i], genre, *game.guesses[i + 1 :]]


def other(game, i):
    return next(genre for genre in game.genres if genre != game.excerpts[i].label)


def test_six_clips_of_six_genres_out_of_the_ten_of_the_set(game):
    assert game.genres == datasets.load("gtzan-synth").label_names
    assert len({excerpt.label for excerpt in game.excerpts}) == len(game.sounds) == 6
    assert len(set(game.sounds)) == 6
    assert all(sound.startswith("data:audio/") and len(sound) < 140_000 for sound in game.sounds)


def test_the_seed_decides_the_clips(excerpts, monkeypatch):
    monkeypatch.setattr(guessing_games, "GuessingGame", lambda chosen: chosen)  # without their sound
    assert guessing_game(seed=0) == excerpts
    assert guessing_game(seed=1) != excerpts


def test_a_guess_is_answered_with_what_can_be_heard(game):
    assert game.answers == [""] * 6 and game.score == "6 clips, no two of the same genre."
    assert repr(game) == "<6 clips to be guessed among 10 genres: run this cell to play>"
    truth, wrong = game.excerpts[2].label, other(game, 2)
    guess(game, 2, wrong)
    assert f"clip 3 is not {wrong}" in game.answers[2] and f"In {wrong}, {CLUES[wrong]}." in game.answers[2]
    assert truth not in game.answers[2].replace(wrong, "")  # it is not given away
    assert heard(game.excerpts[2]) in game.answers[2]
    assert game.score == "0 of 6 found, 0 of them at the first try."
    guess(game, 2, truth)
    assert f"clip 3 is {truth}" in game.answers[2] and f"In {truth}, {CLUES[truth]}." in game.answers[2]
    assert game.score == "1 of 6 found, 0 of them at the first try."
    assert [bool(answer) for answer in game.answers] == [False, False, True, False, False, False]


def test_first_tries_count_and_what_was_found_stays_found(game):
    for i in range(6):
        guess(game, i, game.excerpts[i].label)
    assert game.score == "6 of 6 found, 6 of them at the first try."
    guess(game, 0, other(game, 0))
    assert "is not" in game.answers[0] and game.score == "6 of 6 found, 6 of them at the first try."


def test_what_the_page_cannot_guess_is_refused(game):
    for guesses, message in ((["jazz"], "1 entries; there are 6 clips"), (["noise"] * 6, "guesses='noise'")):
        with pytest.raises(traitlets.TraitError, match=message):
            game.set_state({"guesses": guesses})
        assert game.guesses == game.answers == [""] * 6
    guess(game, 0, other(game, 0))
    answer = game.answers[0]
    guess(game, 0, "")  # nothing was guessed, so the answer stays
    assert game.answers[0] == answer and game.score.startswith("0 of 6")


def test_what_is_heard_is_in_the_score():
    excerpt = next(e for e in corpus.plan("gtzan") if e.label == "classical" and not e.score().drums)
    text = heard(excerpt)
    assert text.startswith(f"{excerpt.score().tempo:.0f} beats a minute, with ")
    assert all(instrument in text for instrument in excerpt.score().instruments)
    assert text.endswith(" and no drums")
    assert heard(typical("metal")[0]).endswith(" and drums")
    lead = next(note.instrument for note in excerpt.score().notes if note.role == "lead")
    assert f"with {lead}" in text  # from the tune down


def test_typical_excerpts_are_in_the_main_style_and_borrow_nothing():
    every = [excerpt for excerpt in corpus.plan("gtzan") if excerpt.label == "jazz"]
    swing = styles.all_styles()["swing"]
    assert typical("jazz") == [e for e in every if e.habits.style == swing and e.style == "swing"]
    assert 0 < len(typical("jazz")) < sum(excerpt.style == "swing" for excerpt in every) < len(every)


# -- the clues, compared with every score that may be drawn -------------------------------------------


def positions(score, seconds):
    """Give times in beats, counted from the first bar of the score."""
    return (np.array(list(seconds)) - score.chords[0].start) * score.tempo / 60


def on_the_beat(score, seconds):
    return np.abs((positions(score, seconds) + 0.5) % 1 - 0.5) < 0.12


def played(score, role):
    return [note.start for note in score.notes if note.role == role]


def struck(score, *drums):
    return [stroke.start for stroke in score.strokes if stroke.drum in drums]


def beats(score):
    return score.seconds * score.tempo / 60


def chord_at(score, seconds):
    return next(chord for chord in score.chords if seconds < chord.end)


def blues(score, style):
    assert style.swing > 0.6 and all(len(chord.tones) == 4 for chord in score.chords)


def classical(score, style):
    assert not score.drums and not any(note.vowel for note in score.notes)


def country(score, style):
    above = {
        (n.pitch - chord_at(score, n.start + 0.1).root) % 12
        for n in score.notes
        if n.role == "bass" and n.start > 0
    }
    assert above == {0, 7}
    strummed = {"acoustic guitar", "banjo", "clean guitar"}
    assert {n.instrument for n in score.notes if n.role == "comp"} <= strummed
    assert len({round(4 * x) for x in positions(score, played(score, "comp"))}) > beats(score)


def disco(score, style):
    kicks = struck(score, "kick", "909 kick")
    assert on_the_beat(score, kicks).all() and len(kicks) > beats(score) - 1
    pitches = [note.pitch for note in score.notes if note.role == "bass"]
    assert sum(abs(np.diff(pitches)) == 12) > len(pitches) / 3


def hiphop(score, style):
    assert "rapper" in score.instruments and not {"male voice", "female voice"} & score.instruments


def jazz(score, style):
    assert style.swing > 0.6
    bass = played(score, "bass")
    assert on_the_beat(score, bass).all() and abs(len(bass) - beats(score)) <= 2


def metal(score, style):
    chugs = [n.start for n in score.notes if n.role == "comp" and n.instrument == "distorted guitar"]
    assert len({round(4 * x) for x in positions(score, chugs)}) > 2.5 * beats(score)


def pop(score, style):
    assert all(len(chord.tones) == 3 for chord in score.chords) and len({c.root for c in score.chords}) <= 4
    assert "distorted guitar" not in score.instruments


def reggae(score, style):
    assert on_the_beat(score, played(score, "comp")).mean() < 0.45


def rock(score, style):
    snares = positions(score, struck(score, "rock snare"))
    assert set(np.round(snares).astype(int) % 4) == {1, 3}
    assert "open hat" in score.drums


@pytest.mark.parametrize(
    "check",
    [blues, classical, country, disco, hiphop, jazz, metal, pop, reggae, rock],
    ids=lambda check: check.__name__,
)
def test_a_clue_is_true_of_every_clip_that_may_be_drawn(check):
    candidates = typical(check.__name__)
    assert len(candidates) >= 3
    for excerpt in candidates:
        check(excerpt.score(), excerpt.habits.style)


def test_every_genre_has_a_clue():
    assert list(CLUES) == datasets.load("gtzan-synth").label_names
