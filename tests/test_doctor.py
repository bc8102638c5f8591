"""`mirlab doctor`: each fault is made on purpose, and its sentence says what to do."""

import json
import re
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from mirlab import audio, doctor, lab, paths, warp
from mirlab.cli import main
from mirlab.errors import DatasetError
from mirlab.paper import embedding

GIB = 2**30


def run_doctor(monkeypatch, capsys, **checks):
    monkeypatch.setattr(doctor, "CHECKS", checks)
    code = main(["doctor"])
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def raises(error):
    def check():
        raise error

    return check


def test_doctor_finds_all_well(monkeypatch, capsys):
    code, out = run_doctor(monkeypatch, capsys, disk=lambda: "12 GB", sound=lambda: "heard")
    assert code == 0
    assert out == "OK    disk: 12 GB\nOK    sound: heard\n\nReady for class.\n"


def test_doctor_goes_on_after_what_is_to_mend(monkeypatch, capsys):
    checks = {"a": raises(DatasetError("do so")), "b": raises(RuntimeError("no idea")), "c": lambda: "fine"}
    code, out = run_doctor(monkeypatch, capsys, **checks)
    assert code == 1
    assert out.splitlines() == [
        "MEND  a: do so",
        "MEND  b: RuntimeError: no idea; set the course up again (course.py)",
        "OK    c: fine",
        "",
        "Not ready yet: see the lines that begin with MEND.",
    ]


def broken(name, monkeypatch, capsys):
    code, out = run_doctor(monkeypatch, capsys, **{name: doctor.CHECKS[name]})
    assert code == 1
    return out.splitlines()[0].removeprefix(f"MEND  {name}: ")


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 15, 0)])
def test_python_of_another_version(version, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", version)
    assert broken("Python", monkeypatch, capsys).endswith("; install 3.11, 3.12, 3.13 or 3.14")


def test_doctor_memory(monkeypatch, capsys):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=GIB // 2))
    told = broken("memory", monkeypatch, capsys)
    assert told.startswith(
        "0.5 GB free; until there is 1 GB, close other programs, and lessons that you do not"
    )


def test_doctor_memory_of_a_container(monkeypatch, tmp_path):
    """Copies of files count as free: the system gives them up when a program needs memory."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * GIB))
    monkeypatch.setattr(doctor, "CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text(f"{2 * GIB}\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text(f"{3 * GIB // 2}\n", encoding="utf-8")
    assert doctor._check_memory() == "8.0 GB free"  # it is not known how much are copies of files
    (tmp_path / "memory.stat").write_text(f"anon 7\ninactive_file {GIB}\n", encoding="utf-8")
    assert doctor._check_memory() == "1.5 GB free"
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    assert doctor._check_memory() == "8.0 GB free"


def test_the_page_about_faults_has_every_check():
    page = (paths.COURSE / "docs" / "when-something-fails.md").read_text(encoding="utf-8")
    assert re.findall(r"^\|[^|]*\| (\w+) \|", page, re.MULTILINE) == list(doctor.CHECKS)


def test_doctor_disk(monkeypatch, capsys, data_dir):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=GIB // 4))
    monkeypatch.setattr(doctor, "_built", lambda: False)
    told = broken("disk", monkeypatch, capsys)
    assert told == (
        f"0.2 GB free at {data_dir.parent}; the course builds 0.7 GB: make room, or set MIRLAB_DATA"
    )
    monkeypatch.setattr(doctor, "_built", lambda: True)
    assert doctor._check_disk().startswith("0 GB free at ")


def test_doctor_disk_that_cannot_be_written(monkeypatch, capsys, data_dir):
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda **_: raises(PermissionError(13, "Permission denied"))()
    )
    told = broken("disk", monkeypatch, capsys)
    assert told == (
        f"{data_dir.parent} cannot be written (Permission denied); set MIRLAB_DATA to a folder of your own"
    )


def test_doctor_disk_that_is_not_there(monkeypatch, capsys, data_dir):
    monkeypatch.setattr(Path, "exists", lambda self: False)  # a drive that is unplugged
    assert "cannot be written" in broken("disk", monkeypatch, capsys)


def test_doctor_compiler(monkeypatch, capsys):
    monkeypatch.setattr(warp.WarpEmbedding, "fit", lambda *_: raises(RuntimeError("cannot cache function"))())
    told = broken("compiler", monkeypatch, capsys)
    assert told == "RuntimeError: cannot cache function; set the course up again (course.py)"


def test_doctor_sound(monkeypatch, capsys):
    monkeypatch.setattr(audio, "load", lambda path: np.zeros(220500, np.float32))
    told = broken("sound", monkeypatch, capsys)
    assert told == "a sound that is written and read again differs; reinstall soundfile"


def test_doctor_notebooks(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(paths, "COURSE", tmp_path)
    monkeypatch.chdir(tmp_path)
    told = broken("notebooks", monkeypatch, capsys)
    assert told == f"none in {tmp_path / 'notebooks'}; install mirlab from a clone of the course"


def test_lessons_that_cannot_be_saved(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(paths, "writable", lambda path: False)
    assert "cannot be saved there; copy the folder to a place of your own" in broken(
        "notebooks", monkeypatch, capsys
    )
    monkeypatch.undo()
    (tmp_path / "00_mine.ipynb").touch()  # a copy of one's own, beside a course that is only read
    monkeypatch.chdir(tmp_path)
    assert doctor.CHECKS["notebooks"]() == "1 lessons"
    (tmp_path / "mirlab" / "notebooks").mkdir(parents=True)  # a hub puts the copy there
    (tmp_path / "00_mine.ipynb").rename(tmp_path / "mirlab" / "notebooks" / "00_mine.ipynb")
    for place in (tmp_path, tmp_path / "mirlab"):
        monkeypatch.chdir(place)
        assert doctor.CHECKS["notebooks"]() == "1 lessons"


@pytest.mark.parametrize("missing", ["@jupyter-widgets/jupyterlab-manager", "anywidget"])
def test_a_widget_manager_that_is_missing(missing, monkeypatch, capsys, tmp_path):
    for name in doctor.surroundings.WIDGETS:
        if name != missing:
            (tmp_path / "labextensions" / name).mkdir(parents=True)
            (tmp_path / "labextensions" / name / "package.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))])
    told = broken("widgets", monkeypatch, capsys)
    assert told.startswith(f"JupyterLab has no {missing}, so no control of a lesson appears; run `")
    assert f"-m pip install --force-reinstall {doctor.surroundings.WIDGETS[missing]}`" in told


def test_a_widget_manager_that_is_switched_off(monkeypatch, capsys, tmp_path):
    config = tmp_path / "labconfig" / "page_config.json"
    config.parent.mkdir()
    config.write_text(
        '{"disabledExtensions": {"@jupyter-widgets/jupyterlab-manager": true}}', encoding="utf-8"
    )
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    told = broken("widgets", monkeypatch, capsys)
    assert "is switched off in JupyterLab" in told and "labextension enable @jupyter-widgets/" in told
    config.unlink()
    assert doctor.CHECKS["widgets"]() == "JupyterLab can show the controls of the lessons"


KERNELS = {
    "gone": (
        {"argv": ["/gone/bin/python", "-m"]},
        r"names a Python that is gone \(/gone/bin/python\): delete the",
    ),
    "another": ({"argv": ["/bin/sh"]}, r"names another Python \(/bin/sh\): open the lessons with `"),
    "torn": ([], r"kernel.json cannot be read: delete the folder"),
    "ours": ({"argv": ["python"]}, None),
}


@pytest.mark.parametrize("kind", KERNELS)
def test_a_stale_kernel_is_found(kind, monkeypatch, tmp_path):
    spec, sentence = KERNELS[kind]
    file = tmp_path / "kernels" / lab.KERNEL / "kernel.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))])
    note = doctor.surroundings.other_kernels()
    assert (note == "") if sentence is None else re.search(sentence, note)


def test_a_kernel_of_another_virtual_environment_is_found(monkeypatch, tmp_path):
    """Its Python is a link to the same file as ours, with other packages."""
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.executable).resolve())
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    file = tmp_path / "kernels" / lab.KERNEL / "kernel.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"argv": [str(python)]}), encoding="utf-8")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))])
    assert f"names another Python ({python})" in doctor.surroundings.other_kernels()
    file.write_text(json.dumps({"argv": [sys.executable]}), encoding="utf-8")
    assert doctor.surroundings.other_kernels() == ""


def test_every_port_is_blocked(monkeypatch, capsys):
    start, asked = socket.create_server, []

    def blocked(address):
        asked.append(address[1])
        return start(address) if address[1] in (0, 8890) else raises(OSError(98, "Address already in use"))()

    monkeypatch.setattr(socket, "create_server", blocked)
    monkeypatch.setattr(doctor.surroundings, "PORTS", range(8888, 8890))
    told = broken("server", monkeypatch, capsys)
    assert told.startswith(
        "none of the ports 8888 to 8889 can be opened (Address already in use); close programs"
    )
    assert "lab --port 18888`" in told and asked == [0, 8888, 8889]


def test_a_matplotlibrc_of_the_user(monkeypatch, capsys, tmp_path):
    file = tmp_path / "matplotlibrc"
    file.write_text("axes.grid: True\nbackend: Agg\n", encoding="utf-8")
    monkeypatch.setenv("MATPLOTLIBRC", str(file))
    found = doctor.CHECKS["pictures"]()
    assert found.startswith(f"{file} sets axes.grid; the pictures of the course do not follow it")
    file.write_bytes(b"font.family: M\xfcnchen\n")
    assert broken("pictures", monkeypatch, capsys).startswith(
        f"matplotlib cannot read {file} (UnicodeDecodeError)"
    )


def test_a_page_for_those_who_hear_nothing(monkeypatch, capsys, data_dir):
    opened = []
    monkeypatch.setattr(lab, "show", opened.append)
    assert main(["doctor", "--sound"]) == 0
    page = data_dir / "sound-check.html"
    assert str(page) in capsys.readouterr().out and opened == [page.as_uri()]
    text = page.read_text(encoding="utf-8")
    assert 'src="data:audio/' in text and "The tab is muted" in text and "http" not in text


def test_doctor_server(monkeypatch, capsys):
    monkeypatch.setattr(socket, "create_server", lambda _: raises(OSError(13, "Permission denied"))())
    told = broken("server", monkeypatch, capsys)
    assert told.startswith("this machine cannot reach itself at 127.0.0.1 (Permission denied); ask the")


def test_doctor_corpus_that_is_not_built(monkeypatch, capsys, data_dir):
    told = broken("corpus", monkeypatch, capsys)
    assert told.startswith("the music of the course is not composed yet")
    assert f"run `{paths.command('lab --build-only')}`" in told
    assert not list(data_dir.rglob("*.npy"))  # looking is not building


def test_doctor_corpus_that_is_built_by_half(study, monkeypatch, capsys):
    monkeypatch.setattr(embedding, "load", lambda file: None)  # features are there, embeddings are not
    monkeypatch.setattr(embedding, "learn", raises(AssertionError("was built")))
    assert broken("corpus", monkeypatch, capsys).startswith("the music of the course is not composed yet")


def test_doctor_on_this_machine(study, capsys, monkeypatch):
    sound = {name: doctor.CHECKS[name] for name in ("Python", "compiler", "sound", "server", "corpus")}
    code, out = run_doctor(monkeypatch, capsys, **sound)
    assert code == 0, out
    assert re.search(r"OK    sound: composed, encoded \(\d\d+ kB\), decoded, 4\d\d frames", out)


def test_an_unwritable_home_is_worked_around(monkeypatch, capsys, data_dir):
    for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, "/proc/none")
    monkeypatch.setenv("MIRLAB_PROGRESS", str(data_dir / "progress.sqlite"))
    code, out = run_doctor(monkeypatch, capsys, folders=doctor.CHECKS["folders"])
    assert code == 0, out
    assert "JUPYTER_RUNTIME_DIR" in out and str(data_dir / "jupyter") in out
    assert lab.environment()["IPYTHONDIR"].startswith(str(data_dir))


def test_progress_that_cannot_be_kept_is_to_mend(monkeypatch, capsys, data_dir):
    monkeypatch.setenv("MIRLAB_PROGRESS", "/proc/none/progress.sqlite")
    assert "set MIRLAB_PROGRESS to a file" in broken("folders", monkeypatch, capsys)


def test_nowhere_to_write_but_temporary_files(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MIRLAB_DATA", "")
    monkeypatch.setattr(paths, "writable", lambda path: False)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    assert "set MIRLAB_DATA to a folder that you can write to" in broken("folders", monkeypatch, capsys)


def test_a_course_among_temporary_files_is_ready(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path / "course" / "data" / "built")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    code, out = run_doctor(monkeypatch, capsys, folders=doctor.CHECKS["folders"])
    assert code == 0 and "can write to theirs" in out


def test_a_notebook_gets_the_kernel_of_the_course(monkeypatch, capsys, data_dir, tmp_path):
    """Another kernel of the same name, which Jupyter would find first, is passed over."""
    other = tmp_path / "kernels" / lab.KERNEL
    other.mkdir(parents=True)
    spec = lab.kernel_spec() | {"argv": ["/bin/false"]}
    (other / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    code, out = run_doctor(monkeypatch, capsys, kernel=doctor.CHECKS["kernel"])
    assert code == 0 and f"notebooks run in {sys.executable}" in out


def test_a_kernel_that_does_not_start_is_to_mend(monkeypatch, capsys, data_dir):
    monkeypatch.setattr(
        lab, "kernel_spec", lambda: {"argv": ["/bin/false"], "display_name": "x", "language": "x"}
    )
    assert broken("kernel", monkeypatch, capsys).startswith("no notebook can run (")
