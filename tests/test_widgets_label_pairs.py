"""The pair of labels: chosen as a learner would, and whether what it says is true."""

import re

import pytest
import traitlets

from mirlab import corpus
from mirlab.widgets.label_pairs import excerpt_of, label_pair


@pytest.fixture
def pair():
    return label_pair()


def test_it_begins_with_two_words_that_are_equal(pair):
    assert pair.chosen == ["pop (gtzan)", "pop (homburg)"]
    assert pair.said == "pop (gtzan) and pop (homburg) share 0.65."
    assert pair.alt.startswith("pop (gtzan) and pop (homburg) share 0.65: pop 0.65. ")
    assert len(pair.labels) == len(set(pair.labels)) == 52
    assert repr(pair) == "<pop (gtzan) and pop (homburg) share 0.65: run this cell to choose others>"


def test_a_new_label_changes_picture_words_and_its_own_sound(pair):
    before = pair.picture, pair.sounds
    pair.chosen = ["pop (gtzan)", "Rock & Pop (artists1517)"]
    assert pair.said == "pop (gtzan) and Rock & Pop (artists1517) share 0.40."
    assert "Rock & Pop (artists1517): rock 0.50, pop 0.40, alternative 0.10." in pair.alt
    assert pair.picture != before[0]
    assert pair.sounds[0] == before[1][0] and pair.sounds[1] != before[1][1]
    assert "of artists1517-synth, in the style" in pair.heard[1]


def test_it_says_the_true_overlap_of_strangers_and_of_one_label(pair):
    pair.chosen = ["metal (gtzan)", "wort (unique)"]
    assert pair.said.endswith("share 0.00.") and "share 0.00. metal" in pair.alt
    pair.chosen = ["wort (unique)", "wort (unique)"]
    assert pair.said.endswith("share 1.00.") and pair.sounds[0] == pair.sounds[1]


def test_other_excerpts_are_others_of_the_same_labels(pair):
    before, picture = pair.heard, pair.picture
    pair.turn += 1
    assert all(new != old for new, old in zip(pair.heard, before, strict=True))
    assert [heard.split(".")[0] for heard in pair.heard] == ["pop", "pop"]
    assert pair.picture == picture


@pytest.mark.parametrize("label", [("homburg", "alternative"), ("unique", "world")])
def test_turn_by_turn_every_excerpt_is_heard_once(label):
    mine = [e.number for e in corpus.plan(label[0]) if e.label == label[1]]
    heard = [excerpt_of(*label, turn).number for turn in range(len(mine))]
    assert sorted(heard) == mine and heard != mine
    assert excerpt_of(*label, len(mine)).number == heard[0]


def test_the_text_names_the_excerpt_that_is_heard(pair):
    excerpt = excerpt_of("gtzan", "pop", 0)
    assert pair.heard[0].startswith(f"{excerpt.id} of gtzan-synth, in the style {excerpt.style}: ")
    assert all(instrument in pair.heard[0] for instrument in excerpt.score().instruments)
    assert all(re.match(r"data:audio/\w+;base64,", sound) for sound in pair.sounds)


@pytest.mark.parametrize("chosen", [["pop (unique)", "pop (gtzan)"], ["pop (gtzan)"], [0, 1]])
def test_what_the_page_cannot_choose_is_refused(pair, chosen):
    before, said = pair.chosen, pair.said
    with pytest.raises(traitlets.TraitError, match="chosen"):
        pair.set_state({"chosen": chosen})
    assert (pair.chosen, pair.said) == (before, said)


def test_an_unknown_label_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no label 'pop \(unique\)'; there are .*wort \(unique\)"):
        label_pair(("unique", "pop"))
