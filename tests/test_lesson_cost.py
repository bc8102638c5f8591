"""What a lesson may cost on Binder, where a learner has one core and 2 GB: measured on the first lesson.

`python benchmarks/lessons.py` measures all of them.
"""

import importlib.util

import pytest

from mirlab import lessons, paths


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("lesson_costs", paths.COURSE / "benchmarks" / "lessons.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_first_lesson_fits_into_binder(benchmark, study):
    """Memory and processor time, because other tests run at the same time and waste the clock's."""
    found = benchmark.measure(lessons.course()[0])
    assert found["errors"] == []
    assert found["first sound"] is not None and found["processor"] < 60
    assert 200 < found["together"] < benchmark.LIMIT


def test_a_lesson_that_takes_too_much_fails(benchmark, monkeypatch, capsys):
    figures = {"lesson": "00", "first sound": None, "whole": 1.0, "processor": 1.0, "server": 100.0}
    figures |= {"kernel": 1450.0, "together": 1550.0, "pss": 1500.0, "errors": []}
    monkeypatch.setattr(benchmark, "measure", lambda lesson, cold: figures)
    monkeypatch.setattr(benchmark.os, "sched_setaffinity", lambda *_: None, raising=False)
    monkeypatch.setattr(benchmark.sys, "argv", ["lessons.py", "00"])
    assert benchmark.main() == 1
    monkeypatch.setattr(benchmark.sys, "argv", ["lessons.py", "00", "--limit", "1600"])
    assert benchmark.main() == 0
    assert "| 00 |  | 1 | 1 | 100 | 1450 | 1550 | 1500 |" in capsys.readouterr().out
