"""The report of all experiments: its schema, its rows, what cannot be measured, and real sound."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import tiny_sets
from made_course import SYNTHETIC, made_dataset, made_features, with_real
from scipy import stats

from mirlab import evaluate, paper
from mirlab.paper import Study, inference, protocol, report

CELL = {"dataset": str, "features": str, "value": float, "reach": float, "scores": list}
SCHEMA = {
    "table3": {"seed": str, "neighbours": list},
    "table4": CELL,
    "table5": CELL,
    "figure3": CELL | {"per_class": int},
    "figure3_plain": CELL | {"per_class": int},
    "tags": {"dataset": str, "method": str}
    | dict.fromkeys(("auc", "auc_error", "precision", "precision_error"), float),
}


def without_clocks(made):
    return {key: value for key, value in made.items() if key not in ("seconds", "peak_memory_mb")}


def check_schema(made):
    made = json.loads(json.dumps(made, allow_nan=False))
    for name, schema in SCHEMA.items():
        for row in made.get(name, []):
            assert {key: type(value) for key, value in row.items()} == schema
            assert row.get("features", "base") in made["features"]
            assert 0 <= row.get("value", 0) <= 1
            if "scores" in row:
                assert row["value"] == pytest.approx(np.mean(row["scores"]), abs=1e-5)
    assert made["scale"] in ("lesson", "paper")
    assert set(made["versions"]) >= {"mirlab", "python", "numpy", "librosa"}
    assert all(type(s) is float and s >= 0 for s in made["seconds"].values())
    assert made["peak_memory_mb"] > 10


def test_a_report_has_the_agreed_schema(course):
    made = paper.reproduce(Study(seed=5))
    check_schema(made)
    assert set(made) == {
        *("scale", "seed", "versions", "seconds", "peak_memory_mb", "table3", "semantic_recovery", "table4"),
        *("table5", "attainable", "figure3", "findings", "sources", "missing", "comparable", "problems"),
        *("features", "figure3_plain", "tags", "differences", "artists"),
    }
    assert all(key in paper.reproduce.__doc__ for key in {*made, "splits"})
    assert (made["scale"], made["seed"], made["missing"], made["problems"]) == ("lesson", 5, [], [])
    assert [len(made[name]) for name in SCHEMA] == [52, 12, 12, 36, 36, 8]
    for name in ("figure3", "figure3_plain"):
        assert {row["per_class"] for row in made[name]} == {1, 2, 4}  # five songs per label, five folds
    assert made["attainable"] == dict.fromkeys(SYNTHETIC, 0.4)
    assert set(made["findings"]) == set(SCHEMA) - {"tags"}
    assert {row["dataset"]: len(row["scores"]) for row in made["table5"]} == {
        name: len(artists) for name, artists in made["artists"].items()
    }
    assert set(made["seconds"]) == {"features", "embeddings", "windows", *SCHEMA}
    assert made["sources"]["gtzan-synth"] == {
        "genre": ["artists1517-synth", "homburg-synth", "unique-synth"],
        "tag": ["magnatagatune-synth"],
    }


def test_differences_follow_from_what_a_report_holds(course, monkeypatch):
    """Also after it was written and read: several reports can be compared without measuring again."""
    monkeypatch.setattr(Study, "targets", ["gtzan-synth", "unique-synth"])
    made = json.loads(json.dumps(paper.reproduce(Study(), ["table4", "table5", "figure3"])))
    assert set(made["differences"]) == {"table4", "table5", "figure3"}
    for name, rows in made["differences"].items():
        assert rows == paper.differences([made], name)
        sizes = 3 if name == "figure3" else 1
        assert len(rows) == 2 * 3 * sizes and {row["target"] for row in rows} == {*Study().targets, "all"}
        p = [row["p"] for row in rows if row["target"] == "all"]
        assert [row["adjusted"] for row in rows if row["target"] == "all"] == evaluate.holm(p).tolist()
    assert paper.values([made], "table4")[0]["reach"] == pytest.approx(made["table4"][0]["reach"], rel=1e-3)


def test_queries_of_one_artist_count_once_in_the_papers_sets(course, monkeypatch):
    """Though the paper splits by song, and so do we."""
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    groups = np.array([f"artist {i // 2}" for i in range(50)])
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", groups=groups))
    made = paper.reproduce(Study(features=["base"]), ["table4", "table5"])
    assert sorted(made["artists"]["gtzan-synth"]) == sorted(i // 2 for i in range(50))
    [row] = made["table5"]
    error = evaluate.standard_error(row["scores"], groups)
    assert row["reach"] == pytest.approx(error * stats.t.ppf(0.975, 24), rel=1e-3)
    assert len(made["table4"][0]["scores"]) == 5 and made["differences"] == {"table4": [], "table5": []}
    assert set(made["findings"].values()) == {"There is nothing to compare with the base features."}


def test_controls_have_rows_and_differences_too(course, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    for name in list(course):
        course[name] = made_features(course[name].dataset, width=24, key=name)  # MFCCs need twenty
    kinds = [*paper.FEATURES, *paper.CONTROLS]
    made = paper.reproduce(Study(features=kinds), ["table5", "figure3_plain"])
    check_schema(made)
    assert [row["features"] for row in made["table5"]] == kinds
    assert {row["features"] for row in made["figure3_plain"]} == set(paper.FEATURES)
    assert list(dict.fromkeys(row["features"] for row in made["differences"]["table5"])) == kinds[1:]
    assert list(made["sources"]["gtzan-synth"]) == ["genre", "tag"]


def test_similarity_by_the_cosine_is_measured_if_it_is_named(course, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    study = Study(features=("base",))
    made = paper.reproduce(study, ["table5_cosine"])
    check_schema(made)
    vectors = evaluate.song_vectors(study.windows("gtzan-synth", "base"))
    labels = study.songs("gtzan-synth")[0]
    one_by_one = evaluate.precision_per_query(vectors, labels, k=10, metric="cosine")
    [row] = made["table5_cosine"]
    assert row["scores"] == pytest.approx(one_by_one, abs=1e-5)
    assert made["artists"] and made["attainable"]
    [title] = [line for line in paper.as_text(made).splitlines() if line.startswith("Table 5")]
    assert title == "Table 5 again, by the cosine. Precision at 10 (± half the 95 % interval)."
    assert "table5_cosine" not in paper.EXPERIMENTS


def test_rows_are_what_was_measured(course, monkeypatch):
    """The reach of five folds: t with 4 degrees of freedom, times the corrected error."""
    monkeypatch.setattr(Study, "targets", ["unique-synth"])
    study = Study()
    results = paper.measure(study)["results"]

    def reach(scores):
        return 2.77645 * np.sqrt((1 / 5 + 1 / 4) * scores.var(axis=-1, ddof=1))

    cell = results["table4"]["unique-synth", "tag"]
    row = report._rows(study, "table4", results["table4"])[-1]
    assert (row["dataset"], row["features"]) == ("unique-synth", "tag")
    assert (row["value"], row["reach"]) == pytest.approx((cell.mean, reach(cell.scores)), rel=1e-5)
    assert row["scores"] == cell.scores.round(5).tolist()
    cell = results["table5"]["unique-synth", "tag"]
    row = report._rows(study, "table5", results["table5"])[-1]
    assert row["value"] == cell.mean()  # 14 labels of 5 songs, each by an artist of its own
    assert row["reach"] == pytest.approx(cell.std(ddof=1) / np.sqrt(70) * stats.t.ppf(0.975, 69))
    curve = results["figure3"]["unique-synth", "tag"]
    rows = report._rows(study, "figure3", results["figure3"])[-3:]
    assert [row["value"] for row in rows] == curve.mean.tolist()
    assert [row["reach"] for row in rows] == pytest.approx(reach(curve.scores), rel=1e-5)
    assert [row["per_class"] for row in rows] == [1, 2, 4]


def test_errors_of_a_folder_count_recordings(course):
    """Twelve recordings of nine excerpts; the last one is alone with its label, and not a query."""
    groups = np.r_[np.repeat(np.arange(12), 9), [12] * 9]
    data = made_dataset("folder", 13 * 9, labels=["a"], groups=groups)
    data = replace(data, label_names=["a", "b", "c"], y=np.r_[np.arange(12 * 9) // 54, [2] * 9])
    course["folder"] = made_features(data, centres=np.random.default_rng(0).normal(size=(3, 6)) / 5)
    study = with_real("folder")
    results = {("folder", "base"): paper.similar(study, "folder", "base")}
    [row] = report._rows(study, "table5", results)
    of_recordings = results["folder", "base"].reshape(12, 9).mean(axis=1)
    assert row["value"] == pytest.approx(of_recordings.mean())
    error = evaluate.standard_error(of_recordings)
    assert row["reach"] == pytest.approx(error * stats.t.ppf(0.975, 11))


@pytest.mark.parametrize("only", [["table3"], ["table5", "table3"], ["tags"], []])
def test_only_some_experiments(course, only):
    made = paper.reproduce(Study(), only)
    assert set(made) & set(SCHEMA) == set(only) and set(made["findings"]) == set(only) - {"tags"}
    assert set(made["differences"]) == set(only) & set(inference.MEASURED)
    assert ("semantic_recovery" in made) == ("table3" in only)
    assert ("attainable" in made) == ("artists" in made) == ("table5" in only)


def test_the_same_seed_gives_the_same_figures_from_nothing(course, data_dir, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    first = paper.reproduce(Study(seed=1))
    data_dir.rename(data_dir.with_name("put away"))
    second = paper.reproduce(Study(seed=1))
    assert json.dumps(without_clocks(first)) == json.dumps(without_clocks(second))
    assert first["table4"] != paper.reproduce(Study(seed=2), ["table4"])["table4"]


# --- what cannot be measured ---


def test_problems_are_reported_once_and_the_rest_goes_on(course):
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", 1))
    made = paper.reproduce(Study())
    problems = dict(problem.split(" of gtzan-synth: ") for problem in made["problems"])
    # Once each, not for every kind of features.
    assert list(problems) == ["table4", "table5", "figure3", "figure3_plain"]
    assert problems["table4"].startswith("y: label 'blues' (likewise 'classical', ")
    assert problems["table5"].startswith("k=10 neighbours are needed, but there are only 9 other rows")
    assert problems["figure3"] == problems["figure3_plain"] == problems["table4"]
    for name, rows in (("table4", 9), ("table5", 9), ("figure3", 27), ("figure3_plain", 27)):
        assert len(made[name]) == rows
        assert not [row for row in made[name] if row["dataset"] == "gtzan-synth"]
    assert made["findings"]["table4"].count("of 3 comparisons of one set.") == 2


def test_a_report_of_nothing_says_so(course, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", 1, labels=["a", "b"]))
    made = paper.reproduce(Study(), ["table4", "table5", "figure3"])
    assert made["table4"] == made["table5"] == made["figure3"] == []
    assert made["attainable"] == made["artists"] == {}
    assert made["differences"] == {"table4": [], "table5": [], "figure3": []}
    assert [problem.split(":")[0] for problem in made["problems"]] == [
        *("table4 of gtzan-synth", "table5 of gtzan-synth", "figure3 of gtzan-synth")
    ]
    assert set(made["findings"].values()) == {"No data set could be measured: see the notes."}


# --- real sound ---


def write_tone(file, pitch, seconds, seed):
    """Write a tone in noise at a low rate, which is enough for a test and small."""
    file.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(int(8000 * seconds)) / 8000
    noise = np.random.default_rng(seed).normal(0, 0.01, len(t))
    soundfile.write(file, 0.5 * np.sin(2 * np.pi * pitch * t) + noise, 8000)


@pytest.fixture
def sound(course, monkeypatch, tmp_path):
    """Let real sets be read and extracted as ever, beside a made course of true width."""
    for seed, name in enumerate(list(course)):
        course[name] = made_features(course[name].dataset, seed=seed, width=200, key=name)
    monkeypatch.undo()
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(protocol, "SAMPLES", {"lesson": 300})
    monkeypatch.setattr(protocol, "EPOCHS", 1)
    stored, extract = Study.stored, Study._extract
    monkeypatch.setattr(Study, "stored", lambda self, name: course.get(name) or stored(self, name))
    monkeypatch.setattr(
        Study, "_extract", lambda self, items: extract(self, [one for one in items if one[0] not in course])
    )
    return tmp_path / "music"


def test_a_real_set_beside_the_synthetic_ones(sound):
    for genre, pitch in (("blues", 220), ("rock", 880)):
        for i in range(7):
            write_tone(sound / "genres" / genre / f"{genre}.{i:05d}.wav", pitch * (1 + i / 90), 2.5, i)
    (sound / "genres" / "rock" / "rock.00007.wav").write_bytes(b"RIFF")
    made = paper.reproduce(Study(root=sound))
    check_schema(made)
    assert {row["dataset"] for row in made["table4"]} == {"gtzan"}
    assert [len(made[name]) for name in SCHEMA] == [52, 3, 3, 12, 12, 0]
    assert "Tags heard" not in paper.as_text(made)  # of real songs the true tags are not known
    base = [row["value"] for row in made["table4"] if row["features"] == "base"]
    assert base == [1.0]  # 220 Hz is not 880 Hz
    assert {row["per_class"] for row in made["figure3"]} == {1, 2, 5, 6}
    assert made["attainable"] == {"gtzan": pytest.approx(0.6)}
    assert made["missing"] == ["artists1517", "homburg", "unique", "magnatagatune"]
    assert list(made["sources"]) == ["gtzan"]
    assert made["comparable"]["gtzan"]["base"] == "14 excerpts of gtzan, the paper has 1000"
    assert any("are missing, the first is" in problem for problem in made["problems"])
    assert any("rock.00007.wav" in problem for problem in made["problems"])
    splits = {p.split("'")[1]: p for p in made["problems"] if p.startswith("split ")}
    assert list(splits) == ["by artist", "kereliuk", "foleiss"] and made["splits"] == []
    assert "14 of the 1000 songs of this split are here; " in splits["by artist"]
    assert "of the 930 songs of this split are here; parts: too few songs are here: " in splits["kereliuk"]
    assert "songs are tested, and 10 is the least; " in splits["kereliuk"]
    assert "14 of the 948 songs of this split are here; parts: " in splits["foleiss"]
    assert "there is no song to learn from of blues, rock; get the rest" in splits["foleiss"]


def test_a_folder_with_a_single_recording_of_a_label(sound):
    """It cannot be both learned and tested: a problem that says what to do, and the rest goes on."""
    for label, recordings in (("classical", 2), ("folk", 1), ("jazz", 2), ("spoken", 1)):
        for i in range(recordings):
            write_tone(sound / label / f"{i}.flac", 200 + 150 * len(label) + 10 * i, 42, i)
    (sound / "ATTRIBUTION.md").write_text("by nobody", encoding="utf-8")
    made = paper.reproduce(Study(root=sound))
    check_schema(made)
    assert made["table4"] == made["table5"] == made["figure3"] == []
    problems = {problem.split(" of folder: ")[0]: problem for problem in made["problems"]}
    assert "label 'folk' (likewise 'spoken') are of one group, so it cannot be both" in problems["table4"]
    assert problems["table4"].endswith("or take this label's songs out of the data")
    assert "4 groups of songs (artists or recordings) have others of their label" in problems["table5"]
    assert made["findings"]["table4"] == "No data set could be measured: see the notes."
    assert made["sources"]["folder"]["genre"] == SYNTHETIC


def test_tags_without_a_genre_set_are_a_note(sound):
    tiny_sets.MAGNATAGATUNE.write(sound, seconds=2, ending=".wav")
    made = paper.reproduce(Study(root=sound), ["table4"])
    assert made["findings"]["table4"] == "No data set could be measured: see the notes."
    assert made["problems"] == [
        "only magnatagatune was found, which has no genres to predict; add a genre set, such as gtzan"
    ]


def test_a_folder_with_several_recordings_per_label(sound):
    for label, pitch in (("high", 2000), ("low", 150)):
        for i in range(6):
            write_tone(sound / label / f"{i}.wav", pitch + i, 3, i)
    made = paper.reproduce(Study(root=sound), ["table4", "table5"])
    assert made["problems"] == []
    assert [row["value"] for row in made["table4"] if row["features"] == "base"] == [1.0]
    assert made["attainable"] == {"folder": 0.5}


# --- memory ---


def test_peak_memory_includes_what_was_freed():
    with paper.PeakMemory() as before:
        pass
    with paper.PeakMemory() as memory:
        held = np.ones(300 * 2**17)  # 315 MB
        time.sleep(0.5)
        del held
        time.sleep(0.3)
    assert memory.megabytes > before.megabytes + 250


def test_peak_memory_includes_other_processes():
    code = (
        "import time; held = bytearray(300_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(3)"
    )
    with paper.PeakMemory() as before:
        pass
    with paper.PeakMemory() as memory:
        subprocess.run([sys.executable, "-c", code], check=True)
    assert memory.megabytes > before.megabytes + 250
