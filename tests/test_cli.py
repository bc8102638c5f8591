"""The `mirlab` command: what it says when all is well, and the one line it says when it is not."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
import soundfile

from mirlab import __version__, cli, commands, extractors, paper, remaking
from mirlab.cli import main
from mirlab.errors import DatasetError
from mirlab.extractors import Extractor
from mirlab.paper import kept_figures, open_questions, page, representations

COMMANDS = next(action.choices for action in cli._parser()._actions if action.choices)
GIB = 2**30


def one_line(capsys):
    """Return what was said on standard error, which must be one line of ours and nothing else."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mirlab: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    return err.removeprefix("mirlab: ").strip()


# --- help and mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: mirlab {command}")
    assert err == ""


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf"^    {command}\s+\S", out, re.MULTILINE), command


@pytest.mark.parametrize(
    ("command", "names"),
    [("reproduce", paper.EXPERIMENTS), ("beyond", open_questions.QUESTIONS)],
    ids=["reproduce", "beyond"],
)
def test_help_lists_what_only_takes(command, names, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert f"only these of {', '.join(names)}" in " ".join(capsys.readouterr().out.split())


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"mirlab {__version__}\n"


MISTAKES = [
    ([], r"the following arguments are required: COMMAND \(see python3 course.py --help\)"),
    (["fly"], r"invalid choice: 'fly' \(choose from '?lab'?, .*doctor"),
    (["lab", "--fast"], r"unrecognized arguments: --fast \(see python3 course.py --help\)"),
    (["extract"], r"the following arguments are required: NAME \(see python3 course.py extract --help\)"),
    (
        ["extract", "gtzann"],
        r"no data set 'gtzann' \(did you mean 'gtzan'\?\); there are folder, artists1517, gtzan, ",
    ),
    (["extract", "gtzan"], r"'gtzan' needs root \(--root DIR\), the folder that it is in: genres/<genre>/"),
    (["extract", "gtzan-synth", "--root", "x"], r"composed by mirlab and takes no root, but got 'x'"),
    (["extract", "homburg", "--root", "empty"], r"empty: homburg is not here, no genre folder has sound"),
    (["extract", "folder", "--root", "missing"], r"missing: cannot be opened as a folder \(No such file"),
    (["extract", "folder", "--root", "file"], r"file: cannot be opened as a folder"),
    (
        ["extract", "folder", "--root", "empty"],
        r"empty: no label has sound; the layout must be <root>/<label>/",
    ),
    (["reproduce", "--scale", "huge"], r"--scale: invalid choice: 'huge' \(choose from '?lesson'?, '?paper"),
    (["reproduce", "--seed", "-1"], r"--seed: '-1' must be a whole number from 0 to 4294967295"),
    (["reproduce", "--seed", "4294967296"], r"'4294967296' must be a whole number from 0 to 4294967295"),
    (["reproduce", "--seed", "1.5"], r"'1.5' must be a whole number"),
    (["reproduce", "--seed", "²"], r"'²' must be a whole number"),
    (["reproduce", "--seed"], r"--seed: expected one argument"),
    (["reproduce", "--jobs", "0"], r"--jobs: '0' must be a whole number, 1 or more"),
    (["networks", "list", "--folder", "empty"], r"--folder says where fetch finds the file; list has no use"),
    (["lab", "--port", "0"], r"--port: '0' must be a port, a whole number from 1 to 65535"),
    (["lab", "--port", "65536"], r"--port: '65536' must be a port, a whole number from 1 to 65535"),
    (["lab", "--jobs", "all"], r"--jobs: 'all' must be a whole number, 1 or more"),
    (["extract", "folder", "--jobs", "-1"], r"--jobs: '-1' must be a whole number, 1 or more"),
    (["reproduce", "--only", "table9"], r"no experiment 'table9'; there are table3, table4, table5, figure3"),
    (["reproduce", "--only", "table4,,table5"], r"no experiment ''; there are table3"),
    (
        ["reproduce", "--root", "missing"],
        r"missing: there is no such folder; name the one that holds the data sets \(--root DIR\)",
    ),
    (["reproduce", "--root", "file"], r"file: there is no such folder; name the one"),
    (
        ["reproduce", "--root", "empty"],
        r"no data set was found \(--root DIR\): \S*empty: no label has sound; the layout",
    ),
    (
        ["reproduce", "--json", "missing/a.json"],
        r"--json missing.a.json: there is no folder missing; make it",
    ),
    (
        ["reproduce", "--json", "empty"],
        r"--json empty: is a folder; name a file in it, such as empty.results",
    ),
    (["reproduce", "--pictures", "file"], r"file: no pictures can be kept there \(.+\); name another folder"),
    (["reproduce", "--pictures", "file/below"], r"below: no pictures can be kept there \(.+\); name another"),
]


@pytest.mark.parametrize(
    ("arguments", "told"), [pytest.param(*both, id=" ".join(both[0])) for both in MISTAKES]
)
def test_a_mistake_is_one_line_and_code_2(arguments, told, capsys, data_dir, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert re.search(told, one_line(capsys))
    assert not (data_dir / "features").exists()  # nothing was begun


def test_a_data_folder_that_cannot_be_made(capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "file" / "data"))
    for label in ("a", "b"):
        write_noise(tmp_path / "music" / label / "a.wav")
    assert main(["extract", "folder", "--root", str(tmp_path / "music")]) == 2
    assert re.search(
        r"features cannot be kept here \(.+\); make room, or choose another folder", one_line(capsys)
    )
    assert main(["lab"]) == 2
    assert "cannot be written (Not a directory); set MIRLAB_DATA" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (DatasetError("it is so"), "it is so"),
        (OSError(28, "No space left on device", "a.png"), "a.png: No space left on device"),
        (PermissionError(13, "Permission denied", "b"), "b: Permission denied"),
        (OSError("no number"), "no number"),
    ],
)
def test_what_the_system_refuses_is_told_too(error, told, capsys, monkeypatch, data_dir):
    monkeypatch.setattr(paper, "reproduce", lambda *_: (_ for _ in ()).throw(error))
    assert main(["reproduce"]) == 2
    assert one_line(capsys) == told


def test_a_mistake_of_ours_is_not_hidden(monkeypatch, data_dir):
    monkeypatch.setattr(paper, "reproduce", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["reproduce"])


def test_stopped_by_the_user(capsys, monkeypatch, data_dir):
    def stopped(study, only):
        study.progress(1, 2, "experiments")
        raise KeyboardInterrupt

    monkeypatch.setattr(paper, "reproduce", stopped)
    assert main(["reproduce"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == (
        "mirlab: stopped; finished features and embeddings are kept; experiments start again"
    )


def test_stopped_while_unpacking(capsys, monkeypatch, tmp_path):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("mirlab.datasets.archive.unpack", stopped)
    assert main(["unpack", str(tmp_path / "a.zip")]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == (
        "mirlab: stopped; finished work is kept, and the same command continues"
    )


def test_nobody_listens_any_more():
    """As in `mirlab progress | head -0`; short output leaves only when Python ends."""
    read, write = os.pipe()
    os.close(read)
    environment = os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[1]), "PYTHONUNBUFFERED": ""}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mirlab.cli", "progress"],
            env=environment,
            stdout=write,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("cores", "jobs"), [(1, 1), (2, 2), (64, 4)])
def test_a_process_a_core_up_to_four(cores, jobs, monkeypatch):
    monkeypatch.setattr(joblib, "cpu_count", lambda: cores)
    for command in (["lab"], ["reproduce"], ["extract", "folder"]):
        assert cli._parser().parse_args(command).jobs == jobs
        assert cli._parser().parse_args([*command, "--jobs", "9"]).jobs == 9


def test_each_kind_of_work_has_a_bar(capsys):
    with commands.progress_bars() as show:
        show(0, 4, "composing")
        show(4, 4, "composing")
        show(1, 2, "learning")
        show(0, 3, "composing")
        show(3, 3, "composing")
    err = capsys.readouterr().err
    assert re.search(r"composing: 100%.*3/3", err)  # the same kind of work may come again
    assert re.search(r"composing: 100%.*4/4", err)
    assert re.search(r"learning:  50%.*1/2", err)
    assert err.endswith("\n")  # what is said next has a line of its own


# --- reproduce ------------------------------------------------------------------------------------------

REPORT = {
    "scale": "lesson",
    "seed": 7,
    "versions": {"mirlab": "0"},
    "seconds": {"features": 1.25, "table4": 58.5},
    "peak_memory_mb": 512,
    "table3": [
        {"seed": "jazz (homburg-synth)", "neighbours": ["jazz (gtzan-synth)", "pop (gtzan-synth)"]},
        {"seed": "pop (homburg-synth)", "neighbours": ["rock (gtzan-synth)", "jazz (unique-synth)"]},
    ],
    "semantic_recovery": {},
    "table4": [
        {"dataset": "gtzan-synth", "features": "base", "value": 0.71234, "reach": 0.0123},
        {"dataset": "gtzan-synth", "features": "tag", "value": 0.8, "reach": 0.02},
        {"dataset": "folder", "features": "genre", "value": 0.5, "reach": 0.1},
    ],
    "table5": [{"dataset": "gtzan-synth", "features": "genre", "value": 0.5, "reach": 0.01}],
    "figure3": [
        {
            "dataset": "gtzan-synth",
            "features": "base",
            "per_class": k,
            "value": k / 100,
            "reach": 0.01,
        }
        for k in (1, 2, 5, 10, 20)
    ],
    "findings": {"table3": "First.", "table4": "Second.", "table5": "Third.", "figure3": "Fourth. " * 20},
    "sources": {},
    "missing": ["homburg", "unique"],
    "problems": ["a.wav: is silent"],
}

TEXT = """\
Scale lesson, seed 7. All data sets named -synth are synthetic; the paper's are real.
Note: a.wav: is silent
Real data sets not found: homburg, unique.

Table 3. Nearest labels in the joint embedding (L1); below each, the paper's.
  jazz (homburg-synth): jazz (gtzan-synth), pop (gtzan-synth)
    paper: jazz (unique), jazz (gtzan), Jazz (artists1517), world (unique), dance (unique)
  pop (homburg-synth): rock (gtzan-synth), jazz (unique-synth)
  First.

Table 4. Accuracy, all training songs, up to ten folds (± half the 95 % interval; the paper's in brackets).
                                          base                   genre                     tag
  gtzan-synth            0.712 ± 0.012 (0.748)               - (0.671)   0.800 ± 0.020 (0.754)
  folder                                     -           0.500 ± 0.100                       -
  Second.

Table 5. Precision at 10, L1 (± half the 95 % interval; the paper's in brackets).
                                          base                   genre                     tag
  gtzan-synth                        - (0.480)   0.500 ± 0.010 (0.520)               - (0.530)
  Third.

Figure 3. Accuracy by number of training songs per label (the paper prints no numbers).
                                             1               2               5              10              20
  gtzan-synth          base      0.010 ± 0.010   0.020 ± 0.010   0.050 ± 0.010   0.100 ± 0.010   0.200 ± 0.010
  Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth.
  Fourth. Fourth. Fourth. Fourth. Fourth. Fourth. Fourth.

60 s of work, at most 512 MB of memory."""


def test_a_report_as_text():
    assert paper.as_text(REPORT) == TEXT


def test_a_report_of_nothing_but_problems():
    empty = REPORT | {"table4": [], "table5": [], "figure3": [], "missing": []}
    del empty["table3"]
    text = paper.as_text(empty)
    assert "not found" not in text
    assert "base" not in text
    for sentence in ("Second.", "Third.", "Fourth."):
        assert sentence in text


@pytest.fixture
def reported(monkeypatch, data_dir):
    """Let `mirlab reproduce` find the report above; return what it was asked for."""
    asked = []
    monkeypatch.setattr(paper, "reproduce", lambda *what: asked.append(what) or REPORT)
    return asked


def test_reproduce_prints_writes_and_draws(reported, capsys, tmp_path):
    file, folder = tmp_path / "report.json", tmp_path / "new" / "pictures"
    file.write_text("old", encoding="utf-8")
    arguments = ["--json", str(file), "--pictures", str(folder), "--seed", "7", "--jobs", "3"]
    assert main(["reproduce", *arguments, "--scale", "paper", "--only", "table5, table3"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(TEXT)
    assert f"Pictures: figure3.png, table3.png, tables4and5.png in {folder}" in out
    assert json.loads(file.read_text(encoding="utf-8")) == REPORT
    assert sorted(path.name for path in folder.iterdir()) == ["figure3.png", "table3.png", "tables4and5.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.iterdir())
    [(study, only)] = reported
    assert (study.scale, study.seed, study.n_jobs, study.root) == ("paper", 7, 3, None)
    assert only == ["table5", "table3"]


def test_pictures_lie_with_the_data_unless_told(reported, capsys, data_dir):
    assert main(["reproduce"]) == 0
    assert (data_dir / "results" / "lesson-0" / "figure3.png").is_file()
    assert reported[0][1] == list(paper.EXPERIMENTS)


def test_figures_are_written_even_if_no_picture_can_be_drawn(reported, capsys, tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    monkeypatch.setattr(
        Figure, "savefig", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "Disk full", "f"))
    )
    assert main(["reproduce", "--json", str(tmp_path / "a.json")]) == 2
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == REPORT
    assert capsys.readouterr().err == "mirlab: f: Disk full\n"


def test_nothing_to_draw_is_not_drawn(monkeypatch, capsys, data_dir):
    empty = REPORT | {"table4": [], "table5": [], "figure3": []}
    del empty["table3"]
    monkeypatch.setattr(paper, "reproduce", lambda *_: empty)
    assert main(["reproduce"]) == 0
    assert "Pictures" not in capsys.readouterr().out


def test_reproduce_table_3_from_the_built_course(study, capsys, tmp_path):
    file = tmp_path / "report.json"
    arguments = ["--only", "table3", "--json", str(file), "--pictures", str(tmp_path), "--jobs", "1"]
    assert main(["reproduce", *arguments]) == 0
    out, err = capsys.readouterr()
    assert "  Hip-Hop (artists1517-synth): " in out
    assert "    paper: hip-hop (unique), raphiphop (homburg), schlager (unique)" in out
    assert err == ""  # all is there: no work, no bar
    assert len(json.loads(file.read_text(encoding="utf-8"))["table3"]) == 52
    assert (tmp_path / "table3.png").is_file()


# --- beyond and results ---------------------------------------------------------------------------------


@pytest.fixture
def answered(monkeypatch):
    """Answer the questions without work; return what was asked for."""
    asked = []

    def run(study, names):
        asked.append((study, names))
        return {"questions": {name: {"question": f"{name}?", "verdict": ["a", "b"]} for name in names}}

    monkeypatch.setattr(open_questions, "run", run)
    return asked


def test_beyond_prints_verdicts_and_writes(answered, capsys, tmp_path):
    file = tmp_path / "beyond.json"
    assert main(["beyond", "--only", "blocks, bound", "--json", str(file), "--jobs", "3"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == ["", "blocks?", "  a", "  b", "", "bound?", "  a", "  b"] and err == ""
    assert "synthetic" in out.splitlines()[0]
    [(study, names)] = answered
    assert study.n_jobs == 3 and names == ["blocks", "bound"]
    assert list(json.loads(file.read_text(encoding="utf-8"))["questions"]) == names


def test_beyond_asks_every_question_unless_told(answered, capsys):
    assert main(["beyond"]) == 0
    assert answered[0][1] == list(open_questions.QUESTIONS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "blocks,bond"], "there is no question 'bond'; there are bound, blocks, nonlinear, class"),
        (["--json", "no/such/folder/f.json"], "--json no/such/folder/f.json: there is no folder"),
    ],
)
def test_beyond_refuses_before_the_work(arguments, message, answered, capsys):
    assert main(["beyond", *arguments]) == 2
    assert one_line(capsys).startswith(message.replace("/", os.sep)) and not answered


def test_results_writes_the_pages_that_are_kept(capsys, tmp_path, monkeypatch):
    kept = {module: module.PAGE.read_text(encoding="utf-8") for module in (page, representations)}
    for module in kept:
        monkeypatch.setattr(module, "PAGE", tmp_path / module.PAGE.name)
    assert main(["results"]) == 0
    told = capsys.readouterr().out
    assert {file.name for file in (tmp_path / "images").iterdir()} == {"figure3.png", "figure3_plain.png"}
    for module, text in kept.items():
        assert str(module.PAGE) in told
        assert module.PAGE.read_text(encoding="utf-8") == text, (
            f"{module.PAGE.name} is old: run `mirlab results`"
        )


def test_results_names_the_figures_that_are_missing(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_figures, "RESULTS", tmp_path)
    assert main(["results"]) == 2
    assert "reproduce-seed0.json is missing: restore it" in one_line(capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--again", "--only", "beyond,nothing"],
            "there are no kept figures 'nothing'; there are reproduce-",
        ),
        (["--only", "beyond"], "--only and --clips say which figures --again makes; give --again too"),
        (["--clips", "music"], "--only and --clips say which figures --again makes; give --again too"),
    ],
)
def test_results_refuses_before_the_work(arguments, message, capsys, monkeypatch):
    monkeypatch.setattr(remaking, "KEPT", dict.fromkeys(remaking.KEPT))
    assert main(["results", *arguments]) == 2
    assert one_line(capsys).startswith(message)


def test_results_makes_the_named_figures_again_if_they_are_old(capsys, tmp_path, monkeypatch):
    for module in (page, representations):
        monkeypatch.setattr(module, "PAGE", tmp_path / module.PAGE.name)
    monkeypatch.setattr(remaking, "RESULTS", tmp_path)
    asked = []
    study = "few-labels", replace(remaking.KEPT["few-labels"], make=lambda study: asked.append(1) or {"a": 1})
    monkeypatch.setitem(remaking.KEPT, *study)
    assert main(["results", "--again", "--only", "few-labels"]) == 0
    assert "few-labels.json: current" in capsys.readouterr().err and not asked
    monkeypatch.setattr(remaking, "is_current", lambda name: False)
    assert main(["results", "--again", "--only", "few-labels"]) == 0
    assert "1 to make: " in capsys.readouterr().err and asked == [1]
    assert json.loads((tmp_path / "few-labels.json").read_text(encoding="utf-8")) == {"a": 1}


# --- extract --------------------------------------------------------------------------------------------


def write_noise(file, level=0.5):
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, level * np.random.default_rng(0).uniform(-1, 1, 16000), 8000)


def test_extract_leaves_out_what_is_broken_and_says_so(capsys, tmp_path, data_dir):
    music = tmp_path / "music"
    for label in ("loud", "soft"):
        write_noise(music / label / "fine.wav")
    write_noise(music / "soft" / "silent.wav", level=0)
    (music / "loud" / "broken.wav").write_bytes(b"RIFF")
    arguments = ["extract", "folder", "--root", str(music), "--jobs", "1"]
    for _ in range(2):  # the second time it is all there
        assert main(arguments) == 0
        out = capsys.readouterr().out
        assert re.search(r"^Note: .*broken.wav: cannot be read as sound", out, re.MULTILINE)
        assert re.search(r"^Note: soft/silent.wav#0: is silent", out, re.MULTILINE)
        assert out.splitlines()[-1] == "folder: 2 excerpts, 174 frames, 2 problems"
    assert len(list((data_dir / "features" / "folder").glob("*/index.json"))) == 1


def test_extract_takes_kinds_of_features(capsys, tmp_path, data_dir, monkeypatch):
    for label in ("loud", "soft"):
        write_noise(tmp_path / "music" / label / "fine.wav")
    network = Extractor("msd_vgg", lambda y: np.ones((1, 4)), 4, {"format": 0})
    monkeypatch.setattr(extractors, "network", lambda name: network)
    arguments = ["extract", "folder", "--root", str(tmp_path / "music"), "--jobs", "1"]
    assert main([*arguments, "--features", "base, msd_vgg"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "folder: 2 excerpts, 174 frames, 0 problems",
        "folder: 2 excerpts, 2 patches of msd_vgg, 0 problems",
    ]


def test_features_that_are_unknown(capsys, data_dir):
    assert main(["reproduce", "--features", "base,mel"]) == 2
    assert one_line(capsys) == f"there are no features 'mel'; there are {', '.join(paper.KINDS)}"


# --- progress -------------------------------------------------------------------------------------------


def test_progress_lists_the_lessons(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress"))
    assert main(["progress"]) == 0
    table, following = capsys.readouterr().out.split("\n\n")
    assert re.fullmatch(r"Next: 00 Start here \(`.* lab` opens it\)\n", following)
    lines = table.splitlines()
    assert "exercises solved" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == [f"{i:02d}" for i in range(len(lines) - 1)]
    assert len(lines) > 2


def test_progress_that_is_off(capsys, monkeypatch):
    monkeypatch.setenv("MIRLAB_PROGRESS", "off")
    assert main(["progress"]) == 0
    assert capsys.readouterr().out.endswith("MIRLAB_PROGRESS is off: your progress is not saved.\n")


def test_progress_that_cannot_be_read(capsys, monkeypatch, tmp_path):
    (tmp_path / "progress").write_text("no data base, but long enough to be looked at" * 9, encoding="utf-8")
    monkeypatch.setenv("MIRLAB_PROGRESS", str(tmp_path / "progress"))
    assert main(["progress"]) == 2
    assert re.search(
        r"progress cannot be read from .*: file is not a database. Move that file away.", one_line(capsys)
    )
