"""The page on the data sets says what their modules say."""

import importlib
import re
from pathlib import Path

import pytest

from mirlab import audio, datasets
from mirlab.datasets import labels
from mirlab.datasets.collection import SETS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-sets.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())
SECTIONS = dict(re.findall(r"## (.+?) (.+?)(?= ## |$)", TEXT.replace("## 1517-Artists", "## artists1517")))


def module(name):
    return importlib.import_module(f"mirlab.datasets.{name}")


def section(name):
    return next(text for title, text in SECTIONS.items() if title.lower() == name)


def test_every_set_has_a_row():
    assert set(re.findall(r"\| \[`(\w+)`\]\(#", TEXT)) == set(datasets.REAL)


@pytest.mark.parametrize("name", SETS)
def test_a_section_says_what_the_module_says(name):
    about, text = module(name), section(name)
    assert about.HOMEPAGE in (text if name != "unique" else TEXT)
    assert re.search(r"^ *year *= *\{(\d{4})\}", about.BIBTEX, re.MULTILINE)[1] in text
    for folder in about.FOLDERS:
        assert f"`{folder}`" in text
    for fault in getattr(about, "KNOWN_FAULTS", ())[:3] if name != "fma" else ():
        assert fault in text
    for split in getattr(about, "SPLITS", ()):
        assert f"`{split}`" in text


def test_figures_of_the_page():
    assert len(module("fma").KNOWN_FAULTS) == 21 and "21 clips" in section("fma")
    assert "1886" in section("homburg") and sum(module("homburg").SIZES.values()) == 1886
    assert f"{module('unique').SONGS} popular songs" in section("unique")
    assert f"{module('artists1517').SONGS} full songs" in section("artists1517")
    assert f"the paper has {module('magnatagatune').PAPER_TAGS}" in section("magnatagatune")
    assert {".wav", ".flac", ".ogg", ".mp3", ".aiff", ".au"} <= set(audio.SUFFIXES)
    for german, genre in {"klassik": "classical", "wort": "spoken"}.items():
        assert labels.genres(german) == {genre}
