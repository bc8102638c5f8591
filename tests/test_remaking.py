"""Making the kept figures again: only what is old, one file after the other."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from mirlab import corpus, paper, remaking
from mirlab.errors import DatasetError
from mirlab.paper import Study, kept_figures, protocol
from mirlab.remaking import KEPT

TODAY = {"protocol": protocol.VERSION, "corpus": corpus.VERSION}


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A folder of kept files, and who was asked to make them; nothing is measured."""
    calls = []

    def make(name, study):
        calls.append((name, study.root))
        return KEPT[name].says

    for module in (remaking, kept_figures):
        monkeypatch.setattr(module, "RESULTS", tmp_path)
    monkeypatch.setattr(kept_figures, "CHECKS", dict.fromkeys(KEPT, lambda content: None))
    for name, one in KEPT.items():
        monkeypatch.setitem(KEPT, name, replace(one, make=lambda study, name=name: make(name, study)))
    return tmp_path, calls


@pytest.fixture
def clips(tmp_path_factory):
    """A folder in which two real clips are listed."""
    home = tmp_path_factory.mktemp("clips")
    for genre in ("blues", "jazz"):
        (home / genre).mkdir()
        (home / genre / f"{genre}.00000.wav").touch()
    return home


def nothing(sentence):
    """Say nothing."""


def change(file, **what):
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | what), encoding="utf-8")


def test_every_kept_file_can_be_made_again():
    assert {file.stem for file in paper.RESULTS.iterdir()} == set(KEPT) == set(kept_figures.CHECKS)


@pytest.mark.parametrize("name", KEPT)
def test_kept_figures_are_of_today(name):
    assert remaking.is_current(name)


def test_everything_is_made_once(made, clips):
    folder, calls = made
    said = []
    remaking.remake(Study(), clips=clips, say=said.append)
    assert {file.stem for file in folder.iterdir()} == set(KEPT)
    assert calls == [(name, clips if KEPT[name].clips else None) for name in KEPT]
    hours = sum(one.minutes for one in KEPT.values()) / 60
    assert hours < 12  # a night, on one core
    assert said[0].startswith(f"{len(KEPT)} to make: {int(hours)} h ")
    said.clear()
    remaking.remake(Study(), clips=clips, say=said.append)
    assert len(calls) == len(KEPT) and said == [f"{name}.json: current" for name in KEPT]


@pytest.mark.parametrize("old", ["protocol", "corpus"])
def test_what_is_old_is_made_again_and_its_time_is_said(made, clips, old):
    folder, calls = made
    remaking.remake(Study(), clips=clips, say=nothing)
    for name in ("reproduce-seed3", "disturbances"):
        change(folder / f"{name}.json", versions=TODAY | {old: "1"})
    change(folder / "few-labels.json", protocol="another one")
    (folder / "listening.json").write_text("torn", encoding="utf-8")
    calls.clear()
    said = []
    remaking.remake(Study(n_jobs=2), clips=clips, say=said.append)
    assert [name for name, _ in calls] == ["reproduce-seed3", "listening", "disturbances", "few-labels"]
    minutes = KEPT["reproduce-seed3"].minutes / 2 + sum(KEPT[name].minutes for name, _ in calls[1:])
    assert f"4 to make: 1 h {round(minutes) - 60} min, if nothing of it is kept" in said
    assert f"disturbances.json: {KEPT['disturbances'].minutes} min" in said
    assert said[-1] == "few-labels.json: made in 1 min"


def test_only_named_figures_are_made(made):
    folder, calls = made
    remaking.remake(Study(), ["few-labels", "beyond"], say=nothing)
    assert [name for name, _ in calls] == ["few-labels", "beyond"] and len(list(folder.iterdir())) == 2
    with pytest.raises(
        DatasetError, match="there are no kept figures 'beyonce'; there are reproduce-seed0, "
    ):
        remaking.remake(Study(), ["few-labels", "beyonce"], say=nothing)


def test_a_wrong_folder_of_clips_is_refused_before_the_work(made, tmp_path):
    """The files before those of the clips take hours."""
    for wrong, message in (("nowhere", "there is no such folder"), ("", "no data set was found")):
        with pytest.raises(DatasetError, match=message):
            remaking.remake(Study(), clips=tmp_path / wrong, say=nothing)
    assert made[1] == []


def test_the_folder_of_the_clips_is_made_absolute(made, clips, monkeypatch):
    """Sentences about files name them absolutely; else the folder could not be taken out of them."""
    monkeypatch.chdir(clips)
    remaking.remake(Study(), ["listening"], clips=Path("."), say=nothing)
    assert made[1] == [("listening", clips)]


def test_a_run_that_is_stopped_goes_on(made, monkeypatch):
    folder, calls = made
    make = KEPT["beyond"]

    def stopped(study):
        raise KeyboardInterrupt

    monkeypatch.setitem(KEPT, "beyond", replace(make, make=stopped))
    with pytest.raises(KeyboardInterrupt):
        remaking.remake(Study(), say=nothing)
    done = list(calls)
    assert len(done) == len(list(folder.iterdir())) == len(paper.SEEDS)
    monkeypatch.setitem(KEPT, "beyond", make)
    remaking.remake(Study(), say=nothing)
    assert not set(done) & set(calls[len(done) :]) and (folder / "beyond.json").is_file()


def test_answers_are_old_if_one_is_missing(made):
    folder, _ = made
    remaking.remake(Study(), ["beyond"], say=nothing)
    assert remaking.is_current("beyond")
    questions = json.loads((folder / "beyond.json").read_text(encoding="utf-8"))["questions"]
    del questions["peak"]
    change(folder / "beyond.json", questions=questions)
    assert not remaking.is_current("beyond")


def test_without_the_clips_their_figures_stay(made):
    folder, _ = made
    said = []
    remaking.remake(Study(), say=said.append)
    stay = [name for name in KEPT if KEPT[name].clips]
    assert len(stay) == 2 * len(paper.SEEDS) + 1 and stay[-1] == "listening"
    assert {file.stem for file in folder.iterdir()} == set(KEPT) - set(stay)
    assert [line.partition(".")[0] for line in said if "needs the folder of the real clips" in line] == stay


def test_reports_on_clips_do_not_name_their_folder(tmp_path, monkeypatch):
    seen = []
    for genre in (*remaking.SIX_GENRES, "blues"):
        (tmp_path / genre).mkdir()

    def reproduce(study, only):
        seen.append(sorted(os.listdir(study.root)))
        assert study.features == remaking.CLIPS and study.seed == 3 and "table4" in only
        return {"problems": [f"{study.root}{os.sep}a.ogg: is silent"]}

    monkeypatch.setattr(remaking, "reproduce", reproduce)
    for name in ("real-clips-seed3", "real-clips-six-genres-seed3"):
        assert KEPT[name].make(Study(root=tmp_path)) == {"problems": ["a.ogg: is silent"]}
    assert seen == [sorted([*remaking.SIX_GENRES, "blues"]), list(remaking.SIX_GENRES)]


def test_numbers_stand_on_one_line():
    report = {"scores": [0.5, 1, -1e-05], "names": ["a", "b"], "rows": [{"value": 0.1}]}
    text = paper.as_json(report)
    assert json.loads(text) == report and text.count("\n") == 12
