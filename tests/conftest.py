"""What all tests share: quiet threads, no progress of a real learner touched, the course built once."""

import os
import signal

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two test processes would fight over two cores
os.environ.setdefault("MIRLAB_PROGRESS", "off")

import pytest
from chromium import browser  # noqa: F401, a fixture

from mirlab import paths


def pytest_configure():
    """Let programs of tests hear the signals that a background job of a shell ignores; they inherit that."""
    for name in ("SIGINT", "SIGHUP"):
        if signal.getsignal(number := getattr(signal, name, signal.SIGINT)) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def pytest_sessionstart(session):
    """Build the course before the test processes start, if all tests are run: else both would build it."""
    config = session.config
    in_worker = hasattr(config, "workerinput")
    wanted = {"tests", "tests/test_lessons_course.py"} & {str(arg) for arg in config.args}
    if wanted and not in_worker and not config.option.collectonly:
        from mirlab import cli

        if code := cli.main(["lab", "--build-only"]):
            pytest.exit("the course could not be built", returncode=code)


@pytest.fixture(scope="session")
def study():
    """The study that the notebooks use, built."""
    from mirlab.paper import Study

    made = Study(n_jobs=2)
    made.prepare()
    return made


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """A data folder of the test's own, with nothing under it that was built for the course."""
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(paths, "shared_dirs", lambda: [])
    return tmp_path / "data"


@pytest.fixture
def course(monkeypatch, data_dir):
    """A made course in the place of the built one, as {name: Features}; tests may change it."""
    from made_course import make_course

    return make_course(monkeypatch)
