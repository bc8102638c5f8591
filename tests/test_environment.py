"""Settings of the user or the machine that would keep numba, joblib or matplotlib from starting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mirlab
from mirlab import environment, paths


def run(script, **settings):
    """Run a script in a new Python with these settings, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(Path(mirlab.__file__).parents[1])} | settings
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("threads", ["0", "-1", "two", ""])
def test_impossible_numbers_of_threads_are_dropped(threads):
    script = "import mirlab, numba, joblib; print(joblib.cpu_count() > 0)"
    assert run(script, NUMBA_NUM_THREADS=threads, LOKY_MAX_CPU_COUNT=threads) == "True"


def test_a_cache_that_cannot_be_written_is_replaced(tmp_path):
    script = "import mirlab, os; print(os.environ['NUMBA_CACHE_DIR'])"
    assert run(script, NUMBA_CACHE_DIR="/proc/none", MIRLAB_DATA=str(tmp_path)) == str(tmp_path / "numba")
    assert run(script, NUMBA_CACHE_DIR=str(tmp_path / "mine")) == str(tmp_path / "mine")


def test_an_unknown_home_does_not_stop_the_import():
    assert run("import mirlab; print('here')", MIRLAB_DATA="~nobody-at-all/x", NUMBA_CACHE_DIR="") == "here"


@pytest.fixture
def layers(data_dir, monkeypatch, tmp_path):
    """A teacher's folder with compiled code, under an empty folder of our own."""
    data_dir.mkdir(mode=0o755)
    shared = tmp_path / "teacher"
    (shared / "numba" / "ours").mkdir(parents=True, mode=0o755)
    (shared / "numba" / "ours" / "code.nbc").write_bytes(b"compiled")
    (shared / "numba" / "ours" / "code.nbc").chmod(0o644)
    (shared / "numba" / "ours").chmod(0o755)
    monkeypatch.setattr(paths, "shared_dirs", lambda: [shared])
    return data_dir, shared


def test_code_compiled_for_the_class_is_adopted(layers):
    own, _ = layers
    assert environment.compiled_dir() == own / "numba"
    assert (own / "numba" / "ours" / "code.nbc").read_bytes() == b"compiled"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.parametrize("place", ["ours", "ours/code.nbc"])
def test_code_that_others_can_change_is_not_adopted(layers, place):
    own, shared = layers
    (shared / "numba" / place).chmod(0o777)
    environment.compiled_dir()
    assert not (own / "numba").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_no_compiled_code_is_kept_where_others_can_write(layers):
    own, _ = layers
    own.chmod(0o777)
    assert own not in environment.compiled_dir().parents


def test_a_lesson_starts_without_what_reads_notebooks():
    """Nbformat loads a checker of addresses that is compiled at each start: 1 to 5 s of processor time."""
    script = "import sys; from mirlab import datasets, lessons, plots, widgets; lessons.open('05').quiz();"
    assert run(script + "print([name for name in ('nbformat', 'nbclient') if name in sys.modules])") == "[]"
