"""Where things lie, and files that are written whole or not at all."""

import os
from pathlib import Path

import pytest

from mirlab import paths


def test_the_course_is_the_folder_above_the_package():
    assert (paths.COURSE / "mirlab" / "paths.py").samefile(paths.__file__)


def test_data_go_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "x" / ".." / "data"))
    assert paths.data_dir() == tmp_path.resolve() / "data"
    assert not paths.data_dir().exists()


def test_data_of_a_user_at_home(monkeypatch):
    monkeypatch.setenv("MIRLAB_DATA", "~/mirlab data")
    assert paths.data_dir() == Path.home().resolve() / "mirlab data"


@pytest.fixture
def clone(monkeypatch, tmp_path):
    monkeypatch.delenv("MIRLAB_DATA", raising=False)
    monkeypatch.setattr(paths, "COURSE", tmp_path / "clone")
    for folder in ("notebooks", "data"):
        (tmp_path / "clone" / folder).mkdir(parents=True)
    return tmp_path / "clone"


def test_data_lie_in_the_clone(clone):
    assert paths.data_dir() == clone / "data" / "built"


def test_data_of_an_installed_package_lie_with_the_user(clone):
    (clone / "notebooks").rmdir()
    assert paths.data_dir().name == "mirlab"
    assert clone not in paths.data_dir().parents


def test_data_lie_with_the_user_if_the_clone_cannot_be_written(clone, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != clone / "data")
    assert paths.data_dir().is_absolute()
    assert clone not in paths.data_dir().parents


def test_an_empty_choice_is_none(clone, monkeypatch):
    monkeypatch.setenv("MIRLAB_DATA", "")
    assert paths.data_dir() == clone / "data" / "built"


def test_compiled_code_is_kept_with_the_data_unless_the_user_has_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    paths.keep_compiled_code()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path.resolve() / "numba")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    paths.keep_compiled_code()
    assert os.environ["NUMBA_CACHE_DIR"] == "elsewhere"


@pytest.mark.parametrize(("content", "there"), [("é\nb", b"\xc3\xa9\nb"), (b"\0\r\n", b"\0\r\n"), ("", b"")])
def test_what_is_written_is_there(tmp_path, content, there):
    file = tmp_path / "new" / "folder" / "file"
    paths.write_atomically(file, content)
    paths.write_atomically(file, content)  # over itself
    assert file.read_bytes() == there
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    file = tmp_path / "file"
    paths.write_atomically(file, "old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space left"):
        paths.write_atomically(file, "new")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_not_written_over(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(OSError):
        paths.write_atomically(tmp_path / "there", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_others_may_read_what_is_written(tmp_path):
    paths.write_atomically(tmp_path / "file", "for the whole class")
    (tmp_path / "plain").write_text("", encoding="utf-8")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode
