"""Making the kept results again: only what is old, one file after the other."""

import json
import os

import pytest

from mirlab import corpus, paper
from mirlab.errors import DatasetError
from mirlab.paper import Study, protocol, remaking
from mirlab.paper.open_questions import QUESTIONS

TODAY = {"protocol": protocol.VERSION, "corpus": corpus.VERSION}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder of kept files; what would be computed only says who asked for it."""
    monkeypatch.setattr(remaking, "RESULTS", tmp_path)
    calls = []

    def make(study, *_):
        calls.append((study.seed, study.root))
        return {
            "versions": TODAY,
            "seconds": {"table4": 120.0},
            "problems": [f"{study.root}{os.sep}a.ogg: is silent"],
        }

    def read(name):
        try:
            return json.loads((tmp_path / name).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise DatasetError(f"{name} is missing") from error

    monkeypatch.setattr(remaking, "reproduce", make)
    monkeypatch.setattr(
        remaking.open_questions,
        "run",
        lambda study, names: make(study) | {"questions": {name: {} for name in names}},
    )
    monkeypatch.setattr(remaking, "kept_report", lambda seed: read(f"reproduce-seed{seed}.json"))
    monkeypatch.setattr(remaking, "kept_answers", lambda: read("beyond.json"))
    monkeypatch.setattr(remaking, "kept_real_clips", lambda: read("real-clips.json"))
    return tmp_path, calls


def test_everything_is_made_once(kept):
    folder, calls = kept
    remaking.remake(Study(), clips=folder, say=lambda _: None)
    names = {file.name for file in folder.iterdir()}
    assert names == {
        *(f"reproduce-seed{seed}.json" for seed in paper.SEEDS),
        "beyond.json",
        "real-clips.json",
    }
    questions = [0] * len(QUESTIONS)
    assert [seed for seed, _ in calls] == [*paper.SEEDS, *questions, 0] and calls[-1][1] == folder
    assert json.loads((folder / "real-clips.json").read_text())["problems"] == ["a.ogg: is silent"]
    said = []
    remaking.remake(Study(), clips=folder, say=said.append)
    assert len(calls) == 6 + len(QUESTIONS) and all(sentence.endswith(": current") for sentence in said)


@pytest.mark.parametrize("old", ["protocol", "corpus"])
def test_what_is_old_is_made_again_and_its_time_is_told(kept, old):
    folder, calls = kept
    remaking.remake(Study(), say=lambda _: None)
    before = {"versions": TODAY | {old: "1"}, "seconds": {"figure3": 600.0}}
    (folder / "reproduce-seed3.json").write_text(json.dumps(before), encoding="utf-8")
    calls.clear()
    said = []
    remaking.remake(Study(n_jobs=2), say=said.append)
    assert calls == [(3, None)]
    assert "reproduce-seed3.json: about 5 min, if nothing of it is kept" in said


def test_a_run_that_is_stopped_goes_on(kept, monkeypatch):
    folder, calls = kept
    make = remaking.reproduce

    def stopped(study, *_):
        if study.seed == 2:
            raise KeyboardInterrupt
        return make(study)

    monkeypatch.setattr(remaking, "reproduce", stopped)
    with pytest.raises(KeyboardInterrupt):
        remaking.remake(Study(), say=lambda _: None)
    assert len(list(folder.iterdir())) == 2
    monkeypatch.setattr(remaking, "reproduce", make)
    remaking.remake(Study(), say=lambda _: None)
    assert [seed for seed, _ in calls] == [*paper.SEEDS, *[0] * len(QUESTIONS)]


def test_only_the_questions_that_are_old_are_answered_again(kept):
    folder, calls = kept
    remaking.remake(Study(), say=lambda _: None)
    answers = json.loads((folder / "beyond.json").read_text())
    answers["questions"]["blocks"] = {"versions": {"protocol": "1"}}
    del answers["questions"]["peak"]
    (folder / "beyond.json").write_text(json.dumps(answers), encoding="utf-8")
    assert remaking.old_questions() == ["blocks", "peak"]
    calls.clear()
    remaking.remake(Study(), say=lambda _: None)
    assert len(calls) == 2 and remaking.old_questions() == []
    assert list(json.loads((folder / "beyond.json").read_text())["questions"]) == list(QUESTIONS)


def test_without_the_clips_their_report_stays(kept):
    folder, _ = kept
    remaking.remake(Study(), say=lambda _: None)
    assert not (folder / "real-clips.json").exists()


def test_numbers_stand_on_one_line():
    report = {"scores": [0.5, 1, -1e-05], "names": ["a", "b"], "rows": [{"value": 0.1}]}
    text = paper.as_json(report)
    assert json.loads(text) == report and text.count("\n") == 12
