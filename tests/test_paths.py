"""Where things lie, and files that are written whole or not at all."""

import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from mirlab import StoreError, paths


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


def read_only(monkeypatch, *folders):
    """Make folders and all below them unwritable, as they are for a student on a teacher's machine."""
    writable = paths.writable
    monkeypatch.setattr(
        paths, "writable", lambda path: writable(path) and not any(path.is_relative_to(f) for f in folders)
    )


def test_a_read_only_clone_lies_under_the_users_own_data(clone, monkeypatch):
    (clone / "data" / "built").mkdir()
    read_only(monkeypatch, clone)
    assert clone not in paths.data_dir().parents
    assert paths.shared_dirs() == [clone / "data" / "built"]


def test_a_read_only_choice_becomes_a_shared_layer(clone, monkeypatch, tmp_path):
    teachers = tmp_path / "teacher"
    (teachers / "features").mkdir(parents=True)
    monkeypatch.setenv("MIRLAB_DATA", str(teachers))
    read_only(monkeypatch, teachers)
    assert paths.shared_dirs() == [teachers] and teachers not in (paths.data_dir(), *paths.data_dir().parents)
    assert paths.locate("features") == teachers / "features"
    assert paths.locate("embeddings") == paths.data_dir() / "embeddings"


def test_a_choice_that_is_not_there_is_made(clone, monkeypatch, tmp_path):
    monkeypatch.setenv("MIRLAB_DATA", str(tmp_path / "new"))
    assert paths.data_dir() == tmp_path / "new" and paths.shared_dirs() == []


def test_nothing_writable_leaves_a_private_folder(clone, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "writable", lambda path: False)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    folder = paths.data_dir()
    assert folder.parent == tmp_path and folder.is_dir() and paths.data_dir() == folder
    if os.name != "nt":
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.chmod(0o777)  # made by somebody else, to run code as us
        with pytest.raises(StoreError, match=r"others can write to it.*set MIRLAB_DATA"):
            paths.data_dir()


def test_a_home_that_nobody_knows_is_one_sentence(clone, monkeypatch):
    monkeypatch.setenv("MIRLAB_DATA", "~nobody-at-all/x")
    with pytest.raises(StoreError, match="that user's home is not known; name a folder by its full path"):
        paths.data_dir()


def test_without_a_home_nothing_is_written_below_a_tilde(clone, monkeypatch, tmp_path):
    (clone / "notebooks").rmdir()
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    assert paths.data_dir().is_absolute() and "~" not in str(paths.data_dir())


def test_an_empty_choice_is_none(clone, monkeypatch):
    monkeypatch.setenv("MIRLAB_DATA", "")
    assert paths.data_dir() == clone / "data" / "built"


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


def test_a_link_is_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "there")
    paths.write_atomically(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "there").read_text(encoding="utf-8") == "text"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    read = []
    reader.start()
    paths.write_atomically(tmp_path / "pipe", "text")
    reader.join(10)
    assert read == [b"text"] and (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="this system has no devices with names")
def test_a_device_stays_a_device():
    paths.write_atomically(Path("/dev/null"), "text")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


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


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    place = tmp_path / "folder.md"
    place.mkdir()
    with pytest.raises(OSError) as caught:
        paths.write_atomically(place, "text")
    assert caught.value.filename == str(place) and list(tmp_path.iterdir()) == [place]
