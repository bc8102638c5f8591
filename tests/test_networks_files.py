"""The networks on this machine: fetched, kept, checked, removed; and every way in which that fails."""

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import numpy as np
import psutil
import pytest
import tiny_networks as tiny

from mirlab import NetworkError, networks, paths
from mirlab.networks import files, pip, wheel
from mirlab.networks.catalogue import PRETRAINED

ALL = list(networks.NAMES)


@pytest.fixture(scope="module")
def made():
    """A wheel, and what is known about its networks."""
    content = tiny.as_wheel()
    return content, tiny.known(content)


@pytest.fixture
def stick(made, data_dir, tmp_path, monkeypatch):
    """A folder with the wheel; mirlab takes it for the published one."""
    content, known = made
    monkeypatch.setattr(wheel, "SHA256", hashlib.sha256(content).hexdigest())
    for name, facts in known.items():
        monkeypatch.setitem(PRETRAINED, name, facts)
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / wheel.NAME).write_bytes(content)
    return folder


@pytest.fixture
def only_the_stick(stick, monkeypatch):
    """Let pip look into the folder and nowhere else."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("this environment has no pip")
    for name in [name for name in os.environ if name.upper().startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(stick))
    return stick


def states():
    return [found.state for found in networks.status()]


# --- all goes well ------------------------------------------------------------------------------------------


def test_fetching_keeps_weights_and_cards(stick):
    assert states() == ["missing"] * 4 and len(networks.verify()) == 4
    steps = []
    assert networks.fetch(folder=stick, progress=lambda *step: steps.append(step)) == ALL
    assert states() == ["ready"] * 4 and networks.verify() == []
    assert steps[-1] == (4, 4, "done") and all(0 <= done <= total for done, total, _ in steps)
    assert sorted(f.name for f in files.home().iterdir() if not f.name.startswith(".")) == sorted(
        f"{name}.{kind}" for name in ALL for kind in ("json", "npz")
    )
    for name, weights in tiny.weights("msd_vgg").items():
        kept = files.read("msd_vgg")[name]
        assert kept.dtype == np.float16
        np.testing.assert_array_equal(kept, weights)
    assert networks.fetch() == []  # and nothing is downloaded


def test_a_card_says_whose_it_is_and_from_where(stick):
    networks.fetch(folder=stick)
    card = json.loads((files.home() / "mtt_vgg.json").read_text(encoding="utf-8"))
    assert card["licence"] == "ISC" and card["licence_text"] == "Permission to use, copy, modify: ISC"
    assert "Jordi Pons" in card["author"] and "MagnaTagATune" in card["trained_on"]
    assert card["tags"][:2] == ["guitar", "classical"] and len(card["tags"]) == 50
    assert card["values"] == 607030 and "musicnn 0.1.0" in card["source"]
    assert card["sha256_of_weights"] == PRETRAINED["mtt_vgg"].checksum


def test_pip_takes_the_wheel_from_a_stick(only_the_stick):
    steps = []
    assert networks.fetch(progress=lambda *step: steps.append(step)) == ALL
    assert steps[0] == (0, wheel.SIZE, "downloading musicnn 0.1.0")
    assert not list(files.home().glob(".fetch-*"))


def test_settings_for_installing_do_not_spoil_the_download(only_the_stick, tmp_path, monkeypatch):
    settings = "require-virtualenv = true\nrequire-hashes = true\nquiet = 3\nno-binary = :all:\n"
    (tmp_path / "pip.conf").write_text(f"[global]\n{settings}[install]\nuser = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    for name in ("TARGET", "PREFIX", "REQUIREMENT", "DEST"):
        monkeypatch.setenv(f"PIP_{name}", str(tmp_path / "nowhere"))
    assert networks.fetch() == ALL
    assert not (tmp_path / "nowhere").exists()


def test_the_wheel_itself_can_be_named(stick):
    assert networks.fetch(folder=stick / wheel.NAME) == ALL


def test_only_what_is_missing_or_damaged_is_made_again(stick):
    networks.fetch(folder=stick)
    before = (files.home() / "mtt_vgg.npz").stat().st_mtime_ns
    networks.remove(["msd_vgg"])
    (files.home() / "mtt_musicnn.npz").write_bytes(b"half a file")
    assert states() == ["damaged", "ready", "ready", "missing"]
    assert networks.fetch(folder=stick) == ["mtt_musicnn", "msd_vgg"]
    assert (files.home() / "mtt_vgg.npz").stat().st_mtime_ns == before


def test_removing_says_what_was_there(stick):
    networks.fetch(folder=stick)
    assert networks.remove(["msd_vgg"]) == ["msd_vgg"]
    assert networks.remove() == ["mtt_musicnn", "msd_musicnn", "mtt_vgg"]
    assert networks.remove() == []
    with pytest.raises(NetworkError, match="no network 'yamnet'"):
        networks.remove(["yamnet"])


# --- damage -------------------------------------------------------------------------------------------------


def npz(**arrays):
    packed = tiny.io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


def zipped(*members):
    packed = tiny.io.BytesIO()
    with tiny.zipfile.ZipFile(packed, "w", tiny.zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[:1000],
        lambda whole: b"",
        lambda whole: whole.replace(whole[5000:5008], b"12345678"),
        lambda whole: b"\x80\x04N.",  # a pickle
        lambda whole: npz(objects=np.array([{"a": 1}], dtype=object)),  # one inside
        lambda whole: npz(other=np.zeros(3, np.float16)),
        lambda whole: zipped(("conv1/kernel.npy", b"no array")),
        lambda whole: zipped(("bomb.npy", bytes(2**24))),
        lambda whole: whole + bytes(2**23),
    ],
)
def test_damaged_weights_are_never_used(stick, damage):
    files.save("mtt_vgg", tiny.weights("mtt_vgg"), "")
    networks.load("mtt_vgg")
    file = files.home() / "mtt_vgg.npz"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(NetworkError, match=r"mtt_vgg\.npz: is damaged; .*fetch\(\) replaces it"):
        networks.load("mtt_vgg")
    assert states() == ["missing", "missing", "damaged", "missing"]


def test_a_folder_in_place_of_a_file_is_said(stick):
    (files.home() / "mtt_vgg.npz").mkdir(parents=True)
    assert "cannot be read" in networks.verify()[2]


def test_another_wheel_is_refused(stick):
    file = stick / wheel.NAME
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(NetworkError, match="is not the file that its author published"):
        networks.fetch(folder=stick)
    assert states() == ["missing"] * 4


def test_a_wheel_with_another_checkpoint_is_refused():
    index, data = tiny.as_checkpoint({"1CNN/kernel": np.zeros((3, 3), "<f4")})
    changed = zipped(("musicnn/MTT_vgg/.index", index), ("musicnn/MTT_vgg/.data-00000-of-00001", data))
    with pytest.raises(NetworkError, match="has no variable"):
        wheel.weights(changed, "mtt_vgg")


def test_an_empty_stick_is_said(data_dir, tmp_path):
    with pytest.raises(NetworkError, match="no such file; name the folder that holds musicnn"):
        networks.fetch(folder=tmp_path)


# --- disks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "the disk is full; free 100 MB"),
        (errno.EROFS, "cannot be written to; set MIRLAB_DATA"),
        (errno.EACCES, "cannot be written to; set MIRLAB_DATA"),
        (errno.EIO, "cannot be used"),
    ],
)
def test_a_disk_that_fails_is_said_and_keeps_what_was_there(stick, monkeypatch, number, sentence):
    networks.fetch(folder=stick)
    networks.remove(["mtt_vgg", "msd_vgg"])
    whole = paths.write_atomically

    def write(file, content):
        if file.name == "msd_vgg.npz":
            raise OSError(number, os.strerror(number))
        whole(file, content)

    monkeypatch.setattr(paths, "write_atomically", write)
    with pytest.raises(NetworkError, match=sentence):
        networks.fetch(folder=stick)
    assert states() == ["ready", "ready", "ready", "missing"]


def test_a_nearly_full_disk_is_said_before_anything_is_downloaded(stick, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(2**30, 2**30, 2**20))
    monkeypatch.setattr(pip, "download", lambda *_, **__: pytest.fail("was downloaded"))
    with pytest.raises(NetworkError, match="the disk is full; free 100 MB"):
        networks.fetch()


def test_a_file_in_place_of_the_folder_is_said(data_dir):
    data_dir.mkdir()
    (data_dir / "networks").write_text("")
    with pytest.raises(NetworkError, match="networks: cannot be used"):
        networks.fetch()


# --- pip ----------------------------------------------------------------------------------------------------


def test_a_pip_that_finds_nothing_is_explained(only_the_stick, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(only_the_stick.parent / "other"))
    with pytest.raises(NetworkError, match=r"musicnn==0\.1\.0 could not be downloaded: pip does not find it"):
        networks.fetch()
    assert states() == ["missing"] * 4 and not list(files.home().glob(".fetch-*"))


def test_half_a_wheel_is_explained(only_the_stick):
    file = only_the_stick / wheel.NAME
    file.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(NetworkError, match="what arrived is not the whole wheel: try again"):
        networks.fetch()


def test_a_python_without_pip_is_explained(stick):
    """`-S` hides the folder of packages, as a Python without pip has none."""
    with pytest.raises(NetworkError, match=r"nowhere.*cannot be started \(No such file"):
        networks.fetch(python=stick / "nowhere")
    code, said = pip._run([sys.executable, "-I", "-S", "-c", pip.PIP], dict(os.environ), None)
    assert code and pip.explain(said).startswith("this Python has no pip")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", "disk is full"),
        ("urllib3 ... NewConnectionError(...): Failed to establish a new connection", "no connection"),
        (
            "Max retries exceeded ... SSLError(SSLCertVerificationError(1, '...'))",
            "certificate is not trusted",
        ),
        ("WARNING: Retrying ... ProxyError('Cannot connect to proxy.')", "proxy refuses"),
        ("Could not fetch URL ...: 403 Client Error: Forbidden for url", "refuses access"),
        ("WARNING: 401 Error, Credentials not correct", "refuses access"),
        ("Could not fetch URL ...: too many 503 error responses", "out of order"),
        ("ERROR: No matching distribution found for musicnn==0.1.0", "pip does not find it"),
        ("An error occurred during configuration: option timeout", "does not understand its settings"),
        ("    The user requested (constraint) musicnn==0.0.9", "constraints file"),
        ("ERROR: Missing dependencies for SOCKS support.", "SOCKS"),
        ("note: This is an issue\nERROR: something new\nnote: not pip's", "pip says 'ERROR: something new'"),
        ("", "no reason was given"),
    ],
)
def test_what_pip_says_becomes_one_sentence(said, sentence):
    explained = pip.explain(said)
    assert sentence in explained and len(explained.splitlines()) == 1


# --- kills and company --------------------------------------------------------------------------------------

TESTS = Path(tiny.__file__)


def process(stick, last_step=0):
    """Fetch in another process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["", *sys.path])}
    command = [sys.executable, str(TESTS), str(stick), str(last_step)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_kill_leaves_whole_networks_or_none(stick, step):
    killed = process(stick, step)
    killed.communicate()
    assert killed.returncode == -9
    assert states() == ["ready"] * (step - 1) + ["missing"] * (5 - step)
    (files.home() / ".fetch-left").mkdir()  # what a killed download leaves
    (files.home() / ".1234.part").write_bytes(b"half")
    assert networks.fetch(folder=stick) == ALL[step - 1 :]
    assert sorted(f.name for f in files.home().glob(".*")) == [".lock"]


def test_two_processes_at_once_are_safe(stick):
    both = [process(stick), process(stick)]
    said = [p.communicate()[0].strip() for p in both]
    assert [p.returncode for p in both] == [0, 0], said
    assert sorted(said) == sorted([str(ALL), "[]"])
    assert states() == ["ready"] * 4


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_pip_does_not_outlive_a_killed_process(data_dir):
    """The index accepts a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("PIP_")}
        environment |= {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        script = "from mirlab import networks, paths; paths.shared_dirs = list; networks.fetch()"
        fetching = subprocess.Popen([sys.executable, "-c", script], env=environment)
        silent.settimeout(60)
        silent.accept()  # pip is there
        (child,) = psutil.Process(fetching.pid).children()
        fetching.kill()
        fetching.wait()
        assert psutil.wait_procs([child], timeout=60)[1] == []


def test_a_lock_that_is_held_is_waited_for(stick, monkeypatch):
    tries, steps = [False, False, True], []
    monkeypatch.setattr(paths, "lock", lambda file: tries.pop(0))
    monkeypatch.setattr(time, "sleep", lambda s: None)
    assert networks.fetch(folder=stick, progress=lambda *step: steps.append(step[2])) == ALL
    assert steps[:2] == ["waiting for another process that downloads"] * 2
