"""What lesson 00 says of its sounds, figures and counts, held to the corpus; and the look at the machine."""

import re
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from scipy.signal import welch

from mirlab import corpus, datasets, doctor, lessons
from mirlab.audio import SAMPLE_RATE
from mirlab.corpus import styles
from mirlab.errors import MirlabError
from mirlab.lessons import running
from mirlab.lessons.compare import differences
from mirlab.widgets.guessing_games import typical

here = lessons.open("00")


@pytest.fixture(scope="module")
def text():
    notebook = nbformat.read(lessons.open("00").path, as_version=4)
    return "\n".join(cell.source for cell in notebook.cells)


def number(text, pattern):
    return int(re.search(pattern, text)[1])


@pytest.fixture(scope="module")
def band(text):
    """Return the excerpt of the first player."""
    i = number(text, r"gtzan\.audio\((\d+)\)")
    assert i == number(text, r'plan\("gtzan"\)\[(\d+)\]')
    return corpus.plan("gtzan")[i]


def test_the_first_player_is_the_band_that_the_text_describes(band, text):
    score = band.score()
    assert band.label == "jazz" and score.instruments == {"saxophone", "vibraphone", "upright bass"}
    assert "A saxophone, a vibraphone, an upright bass, brushes on a snare" in text
    assert "brush" in score.drums
    bass = [note for note in score.notes if note.role == "bass"]
    assert abs(len(bass) - score.seconds * score.tempo / 60) <= 2  # "it plays a note on every beat"


def test_of_the_five_pictures_only_classical_has_no_drums(text):
    genres = re.findall(r'"(\w+)"', re.search(r"genres = (\[.*\])", text)[1])
    assert len(genres) == 5
    scores = {genre: typical(genre)[0].score() for genre in genres}
    assert [genre for genre, score in scores.items() if not score.drums] == ["classical"]


def test_the_row_of_data_is_what_the_text_says(band):
    swing = styles.all_styles()["swing"]
    assert band.style == "swing" and swing.tempo[0] == 150 and swing.bass == ("walk",)
    assert not set(swing.chords[0]) - set("iIvVmaj7 ")


def test_the_tune_can_go_to_any_instrument_and_goes_slower(band, text):
    score = band.score()
    assert "slower, tune = 1.25" in text
    for tune in ("violin", "flute", "banjo"):
        assert f'"{tune}"' in text
        notes = [replace(n, instrument=tune) if n.role == "lead" else n for n in score.notes]
        y = corpus.mix(replace(score, notes=notes, seconds=1.25 * score.seconds))
        assert np.isfinite(y).all() and len(y) == 12.5 * SAMPLE_RATE
        assert np.sqrt(np.mean((y[: 10 * SAMPLE_RATE] - corpus.mix(score)) ** 2)) > 0.01


def treble(excerpt):
    """Give the level above 4 kHz, in dB over that of the middle."""
    hertz, power = welch(excerpt.audio(), SAMPLE_RATE, nperseg=2048)
    return 10 * np.log10(power[hertz > 4000].mean() / power[(hertz > 200) & (hertz < 2000)].mean())


def test_the_other_jazz_is_brighter_as_its_set_is(band, text):
    other = corpus.plan("unique")[number(text, r"unique\.audio\((\d+)\)")]
    assert other.label == "jazz" and other.style == "swing"
    assert treble(other) > treble(band) + 6
    jazz = [[treble(e) for e in corpus.plan(name) if e.label == "jazz"] for name in ("unique", "gtzan")]
    assert np.mean(jazz[0]) > np.mean(jazz[1]) + 1


def test_the_sets_have_the_labels_that_the_text_counts(text):
    sets = [datasets.load(f"{name}-synth") for name in ("gtzan", "homburg", "unique", "artists1517")]
    assert sum(len(one.label_names) for one in sets) == 52 and "52 labels" in text
    homburg = sets[1]
    rock, few = (np.sum(homburg.y == homburg.label_names.index(label)) for label in ("rock", "funksoulrnb"))
    assert 9 < rock / few < 12  # "about ten times as many"
    original = styles.sets()["homburg"]["sizes"]
    assert 9 < original["rock"] / original["funksoulrnb"] < 12  # "as in the original set"


def test_what_a_learner_must_know_is_explained_before_the_first_check(text):
    before = text[: text.index("here.ex.blind_guess.check(")]
    for words in (
        "Shift+Enter",
        "Run a lesson from the top",
        "NameError",
        "contains `TODO`",
        "four digits",
        f"stops your function after {running.LIMIT:g} seconds",
        "Interrupt the kernel",
    ):
        assert words in before, words


def test_numpy_is_there_where_an_answer_needs_it(text):
    assert "import numpy as np" in text[: text.index("def how_many")]
    assert here.ex.how_many.judge(lambda y, label: np.sum(y == label)).kind == "right"
    assert here.ex.blind_guess.judge(0.1).kind == "right"


def test_numbers_need_four_digits():
    assert not differences(0.3333, 1 / 3) and differences(0.33, 1 / 3)


def test_commands_are_those_that_an_ordinary_terminal_knows(text):
    """Neither `mirlab doctor` nor `mirlab progress` is found outside of the environment."""
    assert "python3 course.py doctor" in text and "python3 course.py progress" in text
    assert "`mirlab " not in text


def test_the_stored_progress_is_that_of_a_new_learner_of_the_present_course():
    """Run and store lesson 00 again whenever exercises or questions change."""
    notebook = nbformat.read(here.path, as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.source == "here.progress()"]
    shown = cell.outputs[0]["data"]["text/plain"]
    exercises = sum(len(vars(lesson.ex)) for lesson in lessons.course())
    questions = sum(len(lesson.questions) for lesson in lessons.course())
    assert f"0 of {exercises} exercises and 0 of {questions} questions solved" in shown


def test_the_links_lead_to_lessons(text):
    for number_, title in re.findall(r"\[?lesson (\d\d)(?:\]\((\w+)\.ipynb\))?", text, re.IGNORECASE):
        assert lessons.open(number_).notebook == (title or lessons.open(number_).notebook)


# -- is this machine ready? -----------------------------------------------------------------------


def fine():
    return "all there"


def broken():
    raise MirlabError("0.2 GB free; make room")


def test_a_machine_without_faults_is_ready(monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"memory": fine, "disk": fine})
    assert repr(doctor.ready()) == (
        "ℹ Note: this machine is ready for the course\n  Looked at: memory, disk.\n  Nothing to mend."
    )


def test_what_is_to_be_mended_is_told_and_nothing_raises(monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"memory": fine, "disk": broken, "sound": lambda: 1 / 0})
    told = repr(doctor.ready())
    assert told.startswith("ℹ Note: this machine is not ready yet")
    assert "- disk: 0.2 GB free; make room" in told and "- sound: ZeroDivisionError" in told
    assert "memory:" not in told
