"""What lesson 04 claims about labels, sets and leakage, checked with the corpus and with controls."""

import csv
import re

import nbformat
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mirlab import corpus, datasets, evaluate, lessons, paths
from mirlab.corpus import channel, styles
from mirlab.features import log_mel
from mirlab.widgets.label_pairs import genre_labels

SETS = ("gtzan", "homburg", "unique", "artists1517")
LABELS = [(name, label) for name in SETS for label in styles.sets()[name]["labels"]]


@pytest.fixture(scope="module")
def here():
    return lessons.open("04")


@pytest.fixture(scope="module")
def text(here):
    notebook = nbformat.read(here.path, as_version=4)
    return " ".join("\n".join(cell.source for cell in notebook.cells).split())


@pytest.fixture(scope="module")
def overlap():
    true = styles.true_overlap(LABELS)
    return lambda one, other: true[LABELS.index(one), LABELS.index(other)]


# -- what is heard ----------------------------------------------------------------------------------


def test_the_two_of_one_label_have_no_instrument_and_no_scale_in_common(text):
    assert "for i in (543, 535)" in text
    one, other = (corpus.plan("unique")[i] for i in (543, 535))
    assert one.label == other.label == "world"
    assert one.score().instruments == {"kalimba", "marimba", "upright bass"} and one.score().drums
    assert other.score().instruments == {"sitar", "violin", "zither"} and not other.score().drums
    assert one.habits.style.scale != other.habits.style.scale


def test_the_four_rocks_are_what_the_text_calls_them(text):
    picked = dict(re.findall(r'"(\w+)": (\d+)', re.search(r"rock = (\{.*?\})", text)[1]))
    excerpts = [corpus.plan(name)[int(i)] for name, i in picked.items()]
    assert list(picked) == list(SETS)
    assert [e.label for e in excerpts] == ["rock", "rock", "rock", "Rock & Pop"]
    assert [e.style for e in excerpts] == ["blues", "metal", "punk", "pop"]
    assert excerpts[0].score().tempo < 80  # slow
    assert "distorted guitar" in excerpts[1].score().instruments


def test_the_song_is_duller_as_one_set_records_it_than_as_another(text):
    song = corpus.plan("gtzan")[int(re.search(r'song = corpus\.plan\("gtzan"\)\[(\d+)\]', text)[1])]
    played, band = corpus.mix(song.score()), song.habits
    about = {"room": band.room, "tilt": band.tilt, "resonance": band.resonance, "loudness": 0.0}
    bass, treble = {}, {}
    for name in ("gtzan", "unique"):
        chain = styles.sets()[name]["channel"]
        y = channel.record(played, **about, channel=chain, rng=np.random.default_rng(0))
        level = log_mel(y).mean(axis=0)
        middle = level[40:120].mean()
        bass[name], treble[name] = level[:12].mean() - middle, level[160:].mean() - middle
    assert treble["gtzan"] < treble["unique"] - 0.5  # nepers: 4 dB
    assert bass["unique"] < bass["gtzan"] - 0.3


# -- labels -----------------------------------------------------------------------------------------


def test_the_exercise_is_mirlabs_overlap_for_every_two_labels(here):
    mixtures = [styles.sets()[name]["labels"][label] for name, label in LABELS]
    ours = np.array([[here.ex.overlap(a, b) for b in mixtures] for a in mixtures])
    np.testing.assert_allclose(ours, styles.true_overlap(LABELS), atol=1e-12)
    assert list(genre_labels().values()) == LABELS


def test_overlaps_that_the_text_and_the_quiz_state(overlap, text, here):
    assert overlap(("gtzan", "pop"), ("homburg", "pop")) == pytest.approx(0.65)
    for one, other in [
        (("gtzan", "classical"), ("unique", "klassik")),
        (("homburg", "raphiphop"), ("unique", "hip-hop")),
        (("homburg", "raphiphop"), ("artists1517", "Hip-Hop")),
        (("unique", "soul rnb"), ("artists1517", "R&B & Soul")),
    ]:
        assert overlap(one, other) == pytest.approx(0.95)
    assert overlap(("homburg", "raphiphop"), ("unique", "wort")) == 0
    assert overlap(("gtzan", "metal"), ("homburg", "rock")) == pytest.approx(0.4)
    assert "share only 0.65" in text and "share 0.95" in text
    choices = {question.name: question for question in here.questions}["words"].choices
    assert [choice.right for choice in choices] == [True, False, True, False]


def test_pop_is_the_equal_word_with_the_smallest_overlap(overlap):
    def spelling(label):
        return label.lower().replace("-", "")

    same = {
        (one, other): overlap(one, other)
        for one in LABELS
        for other in LABELS
        if one[0] < other[0] and spelling(one[1]) == spelling(other[1])
    }
    assert min(same, key=same.get) == (("gtzan", "pop"), ("homburg", "pop"))


def test_schlager_and_volksmusik_have_hardly_any_relatives_in_other_sets(overlap):
    for label in ("schlager", "volksmusik"):
        assert max(overlap(("unique", label), other) for other in LABELS if other[0] != "unique") <= 0.15


def test_seven_labels_are_in_no_frame_and_most_have_a_close_relative(overlap, here):
    notebook = nbformat.read(here.path, as_version=4)
    shown = next(c for c in notebook.cells if "plots.overlap_matrix" in c.source)
    (alt,) = [o["data"]["text/plain"] for o in shown.outputs if "text/plain" in o.get("data", {})]
    assert len(re.search(r"In no group: (.*?)\. Group 1", alt)[1].split(", ")) == 7
    best = [max(overlap(one, other) for other in LABELS if other[0] != one[0]) for one in LABELS]
    assert np.mean(np.array(best) > 0.5) > 0.6


def test_what_the_four_rocks_and_the_two_pops_share():
    rocks = [
        styles.sets()[name]["labels"]["Rock & Pop" if name == "artists1517" else "rock"] for name in SETS
    ]
    common = {style: min(rock.get(style, 0) for rock in rocks) for style in rocks[0]}
    assert {style: share for style, share in common.items() if share} == {"rock": 0.5, "alternative": 0.1}
    assert [name for name, rock in zip(SETS, rocks, strict=True) if "blues" in rock] == ["gtzan"]
    assert [name for name, rock in zip(SETS, rocks, strict=True) if "punk" in rock] == ["unique"]
    assert rocks[3]["pop"] == 0.4
    pops = [set(styles.sets()[name]["labels"]["pop"]) for name in ("gtzan", "homburg")]
    assert pops[0] & pops[1] == {"pop"}
    assert pops == [{"pop", "rnb", "disco"}, {"pop", "alternative", "lounge"}]


def test_whose_music_has_a_label(text):
    assert sum(label.lower() == "world" for _, label in LABELS) == 2
    for name in ("gtzan", "homburg"):
        used = {style for mixture in styles.sets()[name]["labels"].values() for style in mixture}
        assert not used & {"african", "eastern"}
    assert "there is one, *world*" in text
    assert [s.name for s in styles.all_styles().values() if s.family == "world"] == ["african", "eastern"]


# -- numbers ----------------------------------------------------------------------------------------


def test_the_sizes_of_the_real_set(text):
    sizes = styles.sets()["homburg"]["sizes"]
    assert f"{sizes['rock']} rock songs and {sizes['funksoulrnb']} of funksoulrnb" in text
    assert sum(sizes.values()) == 1886


def test_the_hundred_blues_excerpts_of_gtzan_are_by_nine_artists(text):
    """Counted in the table of Sturm's index that mirlab keeps."""
    with (paths.COURSE / "mirlab" / "datasets" / "gtzan.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    blues = [row["artist"] for row in rows if row["track"].startswith("blues.")]
    assert len(blues) == 100 and len(set(blues)) == 9 and "excerpts are by nine artists" in text


def test_the_majority_is_the_dummy_of_scikit_learn(here):
    y = datasets.load("homburg-synth").y
    X = np.zeros((len(y), 1))
    assert here.ex.majority(y) == DummyClassifier(strategy="most_frequent").fit(X, y).score(X, y)
    assert here.ex.majority(y) == pytest.approx(0.27, abs=0.005)  # "once in four"


@pytest.fixture(scope="module")
def accuracy(study):
    """Return cross-validations of the four sets, by song and by artist."""
    found = {}
    for name in SETS:
        data, windows = study.stored(f"{name}-synth").dataset, study.windows(f"{name}-synth", "base")
        song = evaluate.cross_validate(windows, data.y, n_splits=5)
        found[name] = song, evaluate.cross_validate(windows, data.y, groups=data.groups, n_splits=5)
    return found


def test_leakage_is_what_the_text_says(accuracy, text):
    song, artist = (result.mean for result in accuracy["gtzan"])
    assert song == pytest.approx(0.80, abs=0.025) and artist == pytest.approx(0.70, abs=0.025)
    leak = {name: song.mean - artist.mean for name, (song, artist) in accuracy.items()}
    unique, most = leak["unique"], (leak["gtzan"], leak["artists1517"])
    assert min(most) > 0.09 and max(most) < 0.16  # "about 0.1 or more"
    assert min(most) > unique + 0.01
    assert abs(leak["homburg"]) < 0.05 < unique  # "hardly anything"
    groups = datasets.load("homburg-synth").groups
    assert np.mean(np.bincount(groups)[groups] == 1) > 0.5  # "their artist's only one"


def test_whom_the_classifier_of_homburg_leaves_out(accuracy):
    result, names = accuracy["homburg"][1], datasets.load("homburg-synth").label_names
    confusion = result.confusion()
    found = dict(zip(names, confusion.diagonal() / confusion.sum(axis=1), strict=True))
    assert found["raphiphop"] > 0.9 and found["funksoulrnb"] < 0.1 and found["alternative"] < 0.2
    assert result.mean > 0.27 + 0.4  # "far above that"
    assert min(names, key=lambda name: np.sum(result.y == names.index(name))) == "funksoulrnb"
    taken = confusion[names.index("alternative")]
    assert names[taken.argmax()] == "rock" and taken.max() > taken.sum() / 2  # "most of which"


def test_a_split_by_song_tests_artists_that_were_met_before(here):
    groups = datasets.load("gtzan-synth").groups
    rng = np.random.default_rng(0)
    by_artist, by_song = here.ex.artist_split(groups, rng), rng.random(len(groups)) < 0.2
    assert not np.isin(groups[by_artist], groups[~by_artist]).any()
    assert np.isin(groups[by_song], groups[~by_song]).mean() > 0.75  # "most of the test"


def test_the_differences_of_the_one_song_remain_in_all_songs_of_the_style(study):
    """gtzan-synth has less treble and unique-synth less bass, also in the mean of all rock songs."""
    many = {}
    for name in SETS:
        rows = [excerpt.style == "rock" for excerpt in corpus.plan(name)]
        spectra = evaluate.song_vectors(study.windows(f"{name}-synth", "base"))[:, :200]
        many[name] = spectra[rows].mean(axis=0)
    mean = np.mean(list(many.values()), axis=0)
    assert (many["unique"] - mean)[:12].mean() == min((many[name] - mean)[:12].mean() for name in SETS)
    assert (many["gtzan"] - mean)[120:170].mean() == min((many[name] - mean)[120:170].mean() for name in SETS)


def test_shuffled_artists_cost_nothing(accuracy, study):
    """The control: groups of the same sizes that mean nothing do not make the split harder."""
    data, windows = study.stored("gtzan-synth").dataset, study.windows("gtzan-synth", "base")
    song, artist = (result.mean for result in accuracy["gtzan"])
    rng, shuffled = np.random.default_rng(0), np.array(data.groups)
    for genre in range(len(data.label_names)):
        rows = np.flatnonzero(data.y == genre)
        shuffled[rows] = rng.permutation(shuffled[rows])
    assert sorted(np.unique(shuffled, return_counts=True)[1]) == sorted(
        np.unique(data.groups, return_counts=True)[1]
    )
    found = evaluate.cross_validate(windows, data.y, groups=shuffled, n_splits=5).mean
    assert found > artist + 0.06 and found > song - 0.03


def test_a_model_without_the_label_answers_pop_more_often_than_for_others(study):
    """The control: how often it answers pop for excerpts of the other labels."""
    gtzan, unique = (study.stored(f"{name}-synth").dataset for name in ("gtzan", "unique"))
    vectors = [evaluate.song_vectors(study.windows(data.name, "base")) for data in (gtzan, unique)]
    model = make_pipeline(StandardScaler(), RidgeClassifier(alpha=100)).fit(vectors[0], gtzan.y)
    world = unique.y == unique.label_names.index("world")
    pop = model.predict(vectors[1]) == gtzan.label_names.index("pop")
    answers = np.bincount(model.predict(vectors[1][world]), minlength=len(gtzan.label_names))
    assert gtzan.label_names[answers.argmax()] == "pop"
    shares = [(pop[rows].mean(), pop[rows].var() / rows.sum()) for rows in (world, ~world)]
    assert shares[0][0] - shares[1][0] > 1.96 * (shares[0][1] + shares[1][1]) ** 0.5


def test_links_lead_somewhere(text, here):
    for link in re.findall(r"\]\((.+?)\)", text):
        assert (here.path.parent / link).exists(), link
    assert (paths.COURSE / "data" / "cards" / "corpus.md").exists()


# -- wrong answers that once passed -----------------------------------------------------------------


def test_a_majority_that_takes_the_first_label_is_refused(here):
    first = here.ex.majority.judge(lambda y: (y == y[0]).mean() if len(y) else 0)
    assert first.kind == "wrong" and "need not be the most frequent" in repr(first)
    assert here.ex.majority.judge(lambda y: np.bincount(y).max() / len(y) if len(y) else 0).kind == "right"


@pytest.mark.parametrize(
    "draw",
    [
        lambda artists, songs, rng: artists[: len(artists) // 5],
        lambda artists, songs, rng: artists[-(len(artists) // 5) :] if len(artists) >= 5 else [],
        lambda artists, songs, rng: np.random.default_rng(0).permutation(artists)[: len(artists) // 5],
        lambda artists, songs, rng: rng.choice(artists, len(artists) // 5) if len(artists) else [],
        lambda artists, songs, rng: artists[rng.random(len(artists)) < 0.2],
        lambda artists, songs, rng: rng.permutation(artists[len(artists) % 2 :])[: len(artists) // 5],
        lambda artists, songs, rng: np.roll(artists, rng.integers(2))[: len(artists) // 5],
    ],
)
def test_splits_that_do_not_draw_artists_with_equal_chances_are_refused(here, draw):
    def split(groups, rng):
        artists, songs = np.unique(groups, return_counts=True)
        return np.isin(groups, draw(artists, songs, rng))

    assert here.ex.artist_split.judge(split).kind == "wrong"
