"""The figures that the paper prints, and kept files, which may be torn, foreign or hostile."""

import json
import os
import re

import numpy as np
import pytest

from mirlab import paper, paths
from mirlab.corpus import styles
from mirlab.errors import DatasetError
from mirlab.paper import kept_figures


def test_published_tables_are_complete():
    tables = paper.published()
    assert set(tables) == {"excerpts", "table3", "table4", "table5"}
    for table, shape in (("table4", (2,)), ("table5", ())):
        assert set(tables[table]) == set(paper.GENRE_SETS)
        for row in tables[table].values():
            assert tuple(row) == paper.FEATURES
            assert all(np.shape(cell) == shape for cell in row.values())
    assert len(tables["table3"]) == 6
    assert all(len(names) == 5 == len(set(names)) for names in tables["table3"].values())
    assert set(tables["excerpts"]) == {*paper.GENRE_SETS, paper.TAG_SET}


def test_published_labels_are_labels_of_their_sets():
    table = paper.published()["table3"]
    for full in (*table, *(name for names in table.values() for name in names)):
        label, name = re.fullmatch(r"(.+) \((\w+)\)", full).groups()
        assert label in styles.sets()[name]["labels"], full


@pytest.mark.parametrize(
    ("table", "name", "features", "printed"),
    [
        ("table4", "artists1517", "base", [0.323, 0.010]),
        ("table4", "artists1517", "genre", [0.310, 0.005]),
        ("table4", "gtzan", "genre", [0.671, 0.014]),
        ("table4", "homburg", "tag", [0.584, 0.008]),
        ("table4", "unique", "base", [0.651, 0.006]),
        ("table4", "unique", "tag", [0.666, 0.006]),
        ("table5", "artists1517", "base", 0.15),
        ("table5", "gtzan", "genre", 0.52),
        ("table5", "homburg", "genre", 0.41),
        ("table5", "homburg", "tag", 0.40),
        ("table5", "unique", "base", 0.53),
        ("table5", "unique", "tag", 0.54),
    ],
)
def test_published_values(table, name, features, printed):
    assert paper.published()[table][name][features] == printed


def test_published_neighbours():
    table = paper.published()["table3"]
    assert list(table) == [
        *("Hip-Hop (artists1517)", "Rock & Pop (artists1517)", "Electronic & Dance (artists1517)"),
        *("country (gtzan)", "jazz (homburg)", "blues (unique)"),
    ]
    assert table["jazz (homburg)"] == [
        *("jazz (unique)", "jazz (gtzan)", "Jazz (artists1517)", "world (unique)", "dance (unique)")
    ]
    assert table["Hip-Hop (artists1517)"][2] == "schlager (unique)"
    assert table["country (gtzan)"][4] == "Religious (artists1517)"


def test_published_figures_need_a_clone(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "COURSE", tmp_path)
    with pytest.raises(DatasetError, match=r"published.toml is missing: install mirlab from a clone"):
        paper.published.__wrapped__()


# --- kept files ---


@pytest.mark.parametrize("seed", paper.SEEDS)
def test_kept_reports_have_every_experiment(seed):
    report = paper.kept_report(seed)
    assert report["seed"] == seed and report["scale"] == "lesson" and not report["problems"]
    assert [len(report[name]) for name in paper.EXPERIMENTS] == [52, 28, 28, 140, 60, 8]


@pytest.fixture
def results(monkeypatch, tmp_path):
    """Folder of kept files of the test's own."""
    monkeypatch.setattr(kept_figures, "RESULTS", tmp_path)
    return tmp_path


WHOLE = json.dumps(paper.kept_report())
SEEDS = paper.kept_report()["table3"]
ANSWERS = json.dumps(paper.kept_answers())


def changed(text, *path, value):
    """Return JSON with one value replaced; the value ... removes its key."""
    whole = json.loads(text)
    place = whole
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "Expecting value", id="empty"),
        pytest.param(WHOLE[:-7], "delimiter|Unterminated", id="torn"),
        pytest.param("<html>", "Expecting value", id="a web page"),
        pytest.param(b"\x80\x04N.", "decode", id="a pickle"),
        pytest.param("[" * 100_000, "recursion|nest", id="nested"),
        pytest.param("[]", r"it is not what it should be \(dict\)", id="a list"),
        pytest.param("{}", "it has no 'scale'", id="something else"),
        pytest.param(" " * 10_000_001, "it is larger than", id="huge"),
        pytest.param(WHOLE.replace('"seed": 0', '"seed": 3'), "it is the report of seed 3", id="other seed"),
        pytest.param(WHOLE.replace('"seed": 0', '"seed": true'), r"it\['seed'\] is not", id="true"),
        pytest.param(WHOLE.replace("gtzan-synth", "gtzan"), "table4 is not that of", id="real sets"),
        pytest.param(changed(WHOLE, "table5", value=[]), r"it\['table5'\] is empty", id="no rows"),
        pytest.param(changed(WHOLE, "figure3", 9, value=...), "figure3 is not that of", id="one row less"),
        pytest.param(changed(WHOLE, "table3", value=SEEDS[:2]), "table3 lacks", id="no labels"),
        pytest.param(changed(WHOLE, "findings", value=...), "it has no 'findings'", id="no findings"),
        pytest.param(changed(WHOLE, "table4", 2, "value", value=...), r"\[2\] has no 'value'", id="no value"),
        pytest.param(
            changed(WHOLE, "table4", 2, "value", value="0.8"), r"\[2\]\['value'\] is not", id="text"
        ),
        pytest.param(
            changed(WHOLE, "table4", 2, "value", value=float("nan")), r"\['value'\] is not", id="NaN"
        ),
        pytest.param(changed(WHOLE, "table4", 2, "value", value=10**400), r"\['value'\] is not", id="beyond"),
        pytest.param(changed(WHOLE, "versions", "numpy", value=[]), r"\['numpy'\] is not", id="versions"),
        pytest.param(
            changed(WHOLE, "semantic_recovery", value={"problem": "?"}),
            "has no 'joint embedding'",
            id="problem",
        ),
    ],
)
def test_a_damaged_report_is_refused_in_one_sentence(results, content, reason):
    file = results / "reproduce-seed0.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DatasetError, match=reason) as told:
        paper.kept_report()
    message = str(told.value)
    assert message.startswith(f"{file} cannot be used (")
    assert message.endswith("): restore it, or make it again")
    assert "\n" not in message and len(message) < 400


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(ANSWERS[: len(ANSWERS) // 2], "", id="torn"),
        pytest.param(WHOLE, "it has no 'seeds'", id="a report"),
        pytest.param(changed(ANSWERS, "questions", "bound", value=[]), r"\['bound'\] is not", id="a list"),
        pytest.param(
            changed(ANSWERS, "questions", "bound", "differences", 3, "verdict", value=None),
            r"\[3\]\['verdict'\] is not what it should be \(str\)",
            id="null",
        ),
    ],
)
def test_damaged_answers_are_refused_in_one_sentence(results, content, reason):
    (results / "beyond.json").write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=f"beyond.json cannot be used .*{reason}.*make it again"):
        paper.kept_answers()


def test_a_kept_file_that_is_missing_or_a_folder(results):
    with pytest.raises(DatasetError, match=r"seed4.json is missing: restore it, or make it again"):
        paper.kept_report(4)
    (results / "reproduce-seed4.json").mkdir()
    with pytest.raises(DatasetError, match=r"seed4.json cannot be used \(it is not a file\)"):
        paper.kept_report(4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_kept_file_that_is_a_pipe_does_not_hang(results):
    os.mkfifo(results / "beyond.json")
    with pytest.raises(DatasetError, match=r"beyond.json cannot be used \(it is not a file\)"):
        paper.kept_answers()
