"""What labels mean: by spellings in the wild, and against the one truth there is, the synthetic corpus."""

import unicodedata
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from mirlab.corpus.styles import sets, true_overlap
from mirlab.datasets import artists1517, fma, gtzan, homburg, labels, unique
from mirlab.datasets.labels import genres, nominal_overlap, same

PAPER = {name: list(about["labels"]) for name, about in sets().items() if "labels" in about}

MEANT = {
    "hip-hop": "hiphop, hip-hop, Hip-Hop, HIP HOP, hip_hop, raphiphop, Rap/Hip-Hop, rap, RapHipHop",
    "folk country": "folkcountry, Folk & Country, folk_country, country/folk, Folk and Country",
    "alternative punk": "Alternative & Punk, alternative_punk, Punk + Alternative, AlternativePunk",
    "soul r&b": "soul rnb, R&B & Soul, Soul/RnB, R_B_Soul, R&B/Soul, Soul-RnB, rnb_soul, R'n'B and Soul",
    "funk soul r&b": "funksoulrnb, Funk/Soul/R&B, funk_soul_rnb",
    "classical": "klassik, Classical, classical music, clasical, opera",
    "spoken": "wort, Spoken, spoken word, Spoken-Word",
    "comedy spoken": "Comedy & Spoken Word, comedy_spokenword",
    "children's": "Children's, Childrens, Children’s, children",
    "easy listening": "Easy Listening & Vocals, Easy Listening, easylistening_vocals",
    "electronic dance": "Electronic & Dance, dance_electronic, electronic/dance music",
    "electronic": "electronica, Electronic, elektronik, techno, trance, electro, house",
    "rock pop": "Rock & Pop, pop/rock, Pop Rock, rock_pop",
    "rock": "ROCK, hard rock, soft rock, rock'n'roll, Rock and Roll",
    "world": "World, world music, International, indian, middle eastern",
    "soundtrack": "Soundtracks & More, Soundtrack, film music",
    "volksmusik": "volksmusik, Volksmusik",
    "old-time / historic": "Old-Time / Historic, old-time",
    "new age": "New Age, newage, New-Age",
    "jazz": "Jazz, jazzy, Jäzz",
    "country": "country, countrý",
}


def meant(what):
    """Return genres written one after another as the keys of the table that they are."""
    return frozenset({what}) if what in labels.NAMES else frozenset(what.split())


@pytest.mark.parametrize(
    ("what", "spelling"), [(what, s) for what, spellings in MEANT.items() for s in spellings.split(", ")]
)
def test_spellings_in_the_wild(what, spelling):
    assert genres(spelling) == meant(what)


def test_tags_of_magnatagatune_that_are_genres():
    tags = (
        "ambient blues classical country disco electronic folk funk jazz metal new_age opera pop punk rap "
        "rock reggae techno trance hard_rock heavy_metal hip_hop celtic irish indian arabic electro "
        "electronica baroque"
    )
    for tag in tags.split():
        assert genres(tag.replace("_", " ")) <= set(labels.NAMES), tag


@pytest.mark.parametrize(
    "tag",
    ["no drums", "not rock", "not classical", "classical guitar", "female opera", "male vocals", "piano"],
)
def test_what_is_no_genre_means_itself(tag):
    assert genres(tag) == genres(tag.upper().replace(" ", "_")) == frozenset({tag})
    assert not any(same(tag, genre) for genre in labels.NAMES)


@pytest.mark.parametrize(
    "label", ["", "!!!", "&", "music", "and", "演歌", "רוק", "Ω" * 3, "80s", "n" * 5000, None, 3]
)
def test_odd_labels_mean_themselves(label):
    assert len(genres(label)) == 1 and same(label, label)
    assert not genres(label) & set(labels.NAMES)


@given(st.text("abcdeABCDE&_- 'éÉ", max_size=30))
def test_meaning_goes_by_letters_alone(label):
    if any(map(str.isalpha, label)):
        assert genres(label) == genres(label.swapcase()) == genres(f"_{label} &")


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_a_meaning(a, b):
    assert genres(a) and genres(b) and same(a, a)
    assert same(a, b) == same(b, a) == (nominal_overlap([a, b])[0, 1] == 1)


@given(st.lists(st.sampled_from(list(labels.NAMES)), min_size=1, max_size=4), st.sampled_from(" &/_-+."))
def test_genres_written_one_after_another(several, between):
    assert genres(between.join(several)) >= genres(several[0])
    assert genres(f" {between} ".join(several)) == genres("".join(several))


def test_every_genre_of_the_table_is_its_own_meaning():
    for genre in labels.NAMES:
        assert genres(genre) == {genre}
    assert not any(same(a, b) for a, b in combinations(labels.NAMES, 2))


def test_a_name_has_one_meaning(monkeypatch):
    monkeypatch.setitem(labels.NAMES, "polka", "Folk")
    with pytest.raises(ValueError, match="'Folk' is in the table twice"):
        labels._meaning()


@pytest.mark.parametrize("spelled", [*PAPER.values(), fma.GENRES], ids=[*PAPER, "fma"])
def test_every_genre_label_is_known_and_no_two_of_a_set_mean_the_same(spelled):
    for label in spelled:
        assert genres(label) <= set(labels.NAMES), label
    assert not any(same(a, b) for a, b in combinations(spelled, 2))


def test_the_labels_are_those_that_the_loaders_use():
    modules = {"artists1517": artists1517, "gtzan": gtzan, "homburg": homburg, "unique": unique}
    for name, module in modules.items():
        assert list(module.GENRES) == PAPER[name]


@pytest.mark.parametrize("module", [artists1517, homburg, unique])
def test_other_names_of_a_folder_share_the_meaning_of_their_label(module):
    """Of what a set calls its own, at least something; Unique's folder "folk" is the one that must not."""
    for label, others in module.GENRES.items():
        for other in others:
            if other != "folk":
                assert genres(label) & genres(other), (label, other)


def test_the_overlap_of_names():
    overlap = nominal_overlap(["R&B & Soul", "funksoulrnb", "soul rnb", "Folk", "folkcountry"])
    expected = np.eye(5)
    expected[0, 1] = expected[1, 0] = expected[1, 2] = expected[2, 1] = 2 / 3
    expected[0, 2] = expected[2, 0] = 1
    expected[3, 4] = expected[4, 3] = 1 / 2
    np.testing.assert_allclose(overlap, expected)
    assert nominal_overlap([]).shape == (0, 0)


def test_names_agree_with_the_true_overlap_of_the_synthetic_corpus():
    """983 pairs of labels from different sets. Names see what is called alike, and miss what is not."""
    full = [(name, label) for name, spelled in PAPER.items() for label in spelled]
    where = np.array([name for name, _ in full])
    pairs = where[:, None] < where
    true = true_overlap(full)[pairs]
    named = nominal_overlap([label for _, label in full])[pairs]
    assert len(true) == 983
    assert spearmanr(true, named).statistic > 0.6  # 0.634: most pairs have neither name nor style in common
    assert np.corrcoef(true, named)[0, 1] > 0.9  # 0.939
    chance = true.mean()  # 0.057
    assert (named == 1).sum() == 34 and true[named == 1].min() > 10 * chance  # the least is 0.65
    part = (named > 0) & (named < 1)
    assert part.sum() == 16 and true[part].min() > 5 * chance  # the least is 0.40
    assert true[named == 0].max() <= 0.4  # what names miss: metal in rock, lounge in jazz
    assert true[named == 0].mean() < chance / 3


def test_accents_may_be_written_either_way():
    for label in ("Française", "Ärger", "Chanson für Kinder"):
        assert same(unicodedata.normalize("NFC", label), unicodedata.normalize("NFD", label))
