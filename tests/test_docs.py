"""The pages of docs/: links lead somewhere, commands are ours, and the steps for GTZAN are walked."""

import os
import re
import shlex
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mirlab import cli, paths, validate
from mirlab.datasets import gtzan
from mirlab.paper import text

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
STEPS = (DOCS / "gtzan.md").read_text(encoding="utf-8")


def blocks(page, language):
    """Return the fenced blocks of a language, "" for those without."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [text for name, text in fenced if name == language]


def commands(page):
    lines = [line for block in blocks(page, "") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("mirlab ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        file, anchor = target
        if file.startswith("http"):
            continue
        there = page.parent / file if file else page
        assert there.exists(), f"{page.name}: {file}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_are_ours(page):
    for command in commands(page.read_text(encoding="utf-8")):
        cli._parser().parse_args(command)


@pytest.fixture
def archive(tmp_path, monkeypatch, study):
    """Put a small GTZAN with the two faults of the page's stand-in where the page begins."""
    rng = np.random.default_rng(0)
    for label, genre in enumerate(gtzan.GENRES):
        for i in range(1, 100, 14):
            path = tmp_path / "made" / "genres" / genre / f"{genre}.{i:05d}.au"
            path.parent.mkdir(parents=True, exist_ok=True)
            t = np.arange(22050 * 3) / 22050
            y = 0.3 * np.sin(2 * np.pi * (200 + 80 * label + i) * t) + rng.normal(0, 0.02, len(t))
            soundfile.write(path, y, 22050, format="AU", subtype="PCM_16")
    made = tmp_path / "made" / "genres"
    damaged = made / "jazz" / "jazz.00057.au"
    damaged.write_bytes(damaged.read_bytes()[:40_000])
    (made / "hiphop" / "hiphop.00043.au").write_bytes((made / "hiphop" / "hiphop.00001.au").read_bytes())
    with tarfile.open(tmp_path / "genres.tar.gz", "w:gz") as tar:
        tar.add(made, "genres")
    monkeypatch.chdir(tmp_path)
    # The built course, in a folder that takes what the steps make.
    for built in [*paths.data_dir().glob("features/*-synth"), paths.data_dir() / "embeddings"]:
        link = tmp_path / "data" / built.relative_to(paths.data_dir())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(built, target_is_directory=True)
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "data"))


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_the_steps_for_gtzan_can_be_walked(archive, capsys):
    told = {}
    steps = commands(STEPS)
    assert [step[0] for step in steps] == ["unpack", "validate", "extract", "reproduce"]
    for step in steps:
        code = cli.main(step)
        told[step[0]], err = capsys.readouterr()
        assert code == (1 if step[0] == "validate" else 0), err
    assert "jazz/jazz.00057.au: breaks off at" in told["validate"]
    assert "hiphop/hiphop.00001.au and hiphop/hiphop.00043.au are the same file" in told["validate"]
    assert "gtzan: 79 excerpts, " in told["extract"]
    for split in ("by artist", "kereliuk", "foleiss"):
        assert re.search(rf"^  gtzan +{split} +0\.", told["reproduce"], re.MULTILINE)
    assert "Which of these can be compared with the paper's figures?" in told["reproduce"]
    for code in blocks(STEPS, "python"):
        exec(compile(code, "docs/gtzan.md", "exec"), {})
    assert re.search(r"^0\.\d{3} ± 0\.\d{3} on \d+ songs$", capsys.readouterr().out, re.MULTILINE)


def test_what_the_page_shows_is_what_is_printed():
    """The lines of its output that do not depend on what was measured are those of the code."""
    empty = validate.as_text(validate.Report("gtzan", 0, [], {}))
    for line in empty.splitlines():
        if re.match(r"  0  \w+ ", line):
            kind = line.split()[1]
            assert re.search(rf"^  \d  {kind} .*{re.escape(validate.KINDS[kind])}$", STEPS, re.MULTILINE)
    shown = "\n".join(blocks(STEPS, "text"))
    example = {
        "gtzan": {"base": "", "genre": "learned on synthetic sets", "tag": "learned on synthetic sets"}
    }
    example["joint"] = {"table3": "learned on synthetic sets"}
    for line in text._compared(example)[1:]:
        assert line in shown
