"""The files around the package agree: versions, pins, licence, environment, citation, scripts."""

import ast
import importlib.metadata
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from traitlets.config import Config

import mirlab

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    extra: [Requirement(line) for line in lines] for extra, lines in PROJECT["optional-dependencies"].items()
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ON_INTEL_MACS = PYTHONS[:-1]  # numba has no build for Python 3.14 on these
PLATFORMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_machine": "x86_64"},
    "Mac": {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "arm64"},
    "Intel Mac": {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "x86_64"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_machine": "AMD64"},
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def machine(python, platform):
    """Return what markers are judged by."""
    about = {"python_version": python, "python_full_version": python + ".9"}
    return default_environment() | PLATFORMS[platform] | about


def pins(python, platform):
    """Return what constraints.txt pins on a machine: {name: [version, …]}."""
    environment, found = machine(python, platform), {}
    for line in read("constraints.txt").splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            (specifier,) = pin.specifier
            assert specifier.operator == "==" and not pin.extras, line
            if pin.marker is None or pin.marker.evaluate(environment):
                found.setdefault(canonicalize_name(pin.name), []).append(specifier.version)
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_constraints_pin_every_dependency_once_and_within_range(python, platform):
    pinned = pins(python, platform)
    assert all(len(versions) == 1 for versions in pinned.values())
    for requirement in sum(EXTRAS.values(), REQUIREMENTS):
        if requirement.marker and not requirement.marker.evaluate(machine(python, platform)):
            continue
        (version,) = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} in pyproject.toml, {version} pinned"


def test_constraints_hold_both_librosas():
    assert pins("3.11", "Linux")["librosa"][0].startswith("0.11.")
    assert pins("3.12", "Linux")["librosa"][0].startswith("1.")


def test_jax_is_installed_where_it_has_wheels():
    """Lesson 13 shows kept figures on the other machines."""
    where = {platform: "jax" in pins("3.12", platform) for platform in PLATFORMS}
    assert where == {"Linux": True, "Mac": True, "Intel Mac": False, "Windows": True}
    for requirement in EXTRAS["train"]:
        assert {p for p in PLATFORMS if requirement.marker.evaluate(machine("3.12", p))} == {
            platform for platform, there in where.items() if there
        }


def test_intel_macs_get_a_numba_that_has_wheels_for_them():
    for python in ON_INTEL_MACS:
        (version,) = pins(python, "Intel Mac")["numba"]
        assert SpecifierSet("<0.63").contains(version)


@pytest.mark.parametrize("address", ["://", "@ ", "--index", "--find-links", "file:"])
def test_constraints_name_no_address(address):
    assert address not in read("constraints.txt")


def test_supported_pythons_agree():
    supported = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if supported.contains(f"3.{minor}")] == list(PYTHONS)
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert named == list(PYTHONS)
    limits = {
        ast.unparse(node.targets[0]): ast.unparse(node.value)
        for node in ast.parse(read("course.py")).body
        if isinstance(node, ast.Assign)
    }
    oldest, newest, on_intel_macs = (
        f"({python.replace('.', ', ')})" for python in (PYTHONS[0], PYTHONS[-1], ON_INTEL_MACS[-1])
    )
    assert limits["(OLDEST, NEWEST)"] == f"({oldest}, {newest})"
    assert limits["NEWEST_ON_INTEL_MACS"] == on_intel_macs


def test_conda_and_binder_take_everything_from_the_project():
    environment = yaml.safe_load(read("environment.yml"))
    python, pip, from_pip = environment["dependencies"]
    name, _, version = python.partition("=")
    assert name == "python" and version in PYTHONS
    assert pip == "pip"
    assert from_pip == {"pip": ["-c constraints.txt", "-e .[train]"]}
    assert environment["channels"] == ["conda-forge"]


def test_nothing_hides_the_environment_from_binder():
    hiding = [
        "binder",
        ".binder",
        "Dockerfile",
        "requirements.txt",
        "setup.py",
        "runtime.txt",
        "Pipfile",
        "uv.lock",
    ]
    assert [name for name in hiding if (ROOT / name).exists()] == []


def test_versions_and_licence_agree():
    citation = yaml.safe_load(read("CITATION.cff"))
    assert PROJECT["version"] == mirlab.__version__ == citation["version"]
    assert PROJECT["license"] == citation["license"] == "MIT"
    (author,) = PROJECT["authors"]
    assert citation["authors"] == [author]
    licence = read("LICENSE")
    assert licence.startswith("MIT License\n") and f"(c) 2026 {author['name']}\n" in licence


def test_citation_names_the_paper():
    (paper,) = yaml.safe_load(read("CITATION.cff"))["references"]
    assert [author["family-names"] for author in paper["authors"]] == ["Hamel", "Davies", "Yoshii", "Goto"]
    assert paper["year"] == 2013 and paper["title"].startswith("Transfer learning in MIR")


@pytest.mark.parametrize("script", ["postBuild", "start", ".ci/run"])
def test_start_scripts_can_start(script):
    path = ROOT / script
    assert path.read_bytes().startswith(b"#!/usr/bin/env bash\n"), "a carriage return would break it"
    assert "set -euo pipefail" in read(script) or script == "start"
    assert os.name == "nt" or os.access(path, os.X_OK)


def test_ci_runs_what_the_readme_says():
    command = read(".ci/run").strip().splitlines()[-1].removeprefix("exec ")
    assert command == "python3 course.py test"
    assert f"\n{command}\n" in read("README.md")


def imported(pattern):
    """Return {distribution: the file that imports it} for the third-party imports of some files."""
    own = {path.stem for path in (ROOT / "tests").iterdir()} | {"mirlab", "course_setup"}
    providers = importlib.metadata.packages_distributions()
    found = {}
    for path in sorted(ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module] if node.level == 0 else []
            else:
                continue
            for module in modules:
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in own:
                    for distribution in providers.get(top, [top]):
                        found.setdefault(canonicalize_name(distribution), f"{path.relative_to(ROOT)}: {top}")
    return found


@pytest.mark.parametrize(
    ("pattern", "extras"),
    [
        ("mirlab/**/*.py", [one for name in ("dask", "onnx", "site", "train") for one in EXTRAS[name]]),
        ("tests/*.py", EXTRAS["test"]),
    ],
)
def test_what_is_imported_is_declared(pattern, extras):
    declared = {canonicalize_name(requirement.name) for requirement in REQUIREMENTS + extras}
    undeclared = {name: where for name, where in imported(pattern).items() if name not in declared}
    assert undeclared == {}


def test_the_set_up_needs_the_standard_library_only():
    assert set(imported("course.py") | imported("course_setup/*.py")) == {"pip"}  # which each .venv has


def test_binder_takes_the_environment_and_runs_the_build_script():
    """As the maker of Binder's images says without making one: conda and not pip, as an ordinary user."""
    pytest.importorskip("repo2docker", reason="pip install -e '.[test]' brings it")
    user = ["--user-id", "1000", "--user-name", "jovyan"]
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", *user, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    recipe = done.stdout + done.stderr
    python = yaml.safe_load(read("environment.yml"))["dependencies"][0].partition("=")[2]
    assert f"Building conda environment for python={python}" in recipe
    order = ['--file "environment.yml"', "RUN ./postBuild", 'R2D_ENTRYPOINT="${REPO_DIR}/start"']
    places = [recipe.index(step) for step in ["USER ${NB_USER}\nRUN TIMEFORMAT", *order]]
    assert places == sorted(places)


def test_compiled_code_survives_the_way_to_another_machine():
    """An image is sent with whole seconds, and before 0.68, numba compares times (its issue 10163)."""
    (version,) = pins("3.12", "Linux")["numba"]
    assert SpecifierSet(">=0.68").contains(version)


@pytest.mark.skipif(os.name == "nt", reason="JupyterHub does not run on Windows")
def test_a_hub_takes_the_course_from_its_own_folder():
    """The settings hold for any folder, and refuse a Python that learners cannot run."""
    config = Config()
    with tempfile.TemporaryDirectory() as folder:  # unlike pytest's, not below a private folder
        course, python = Path(folder, "a course"), Path(folder, "home", "python")
        for place in (course / ".venv" / "bin", python.parent):
            place.mkdir(parents=True)
        python.touch(0o755)
        (course / ".venv" / "bin" / "python").symlink_to(python)
        scope = {"get_config": lambda: config, "__file__": str(course / "deploy" / "course_on_hub.py")}
        for mode in (0o700, 0o755):
            os.chmod(folder, mode)
            if mode == 0o700:
                with pytest.raises(SystemExit, match="is closed to learners"):
                    exec(read("deploy/course_on_hub.py"), dict(scope))
            elif os.stat(tempfile.gettempdir()).st_mode & 1:
                exec(read("deploy/course_on_hub.py"), dict(scope))
                programs = Path(os.path.realpath(folder), "a course", ".venv", "bin")
                assert config.Spawner.cmd == [str(programs / "jupyterhub-singleuser")]
                assert "a%2520course" in config.Spawner.default_url


def test_the_hub_of_one_machine_listens_on_that_machine_only():
    config, loaded = Config(), []
    file = ROOT / "deploy" / "jupyterhub_config.py"
    scope = {"get_config": lambda: config, "__file__": str(file), "load_subconfig": loaded.append}
    exec(file.read_text(encoding="utf-8"), scope)
    assert loaded == [str(ROOT / "deploy" / "course_on_hub.py")]
    assert config.JupyterHub.bind_url.startswith("http://127.0.0.1:")
    (culler,) = config.JupyterHub.services
    assert [role["services"] for role in config.JupyterHub.load_roles] == [[culler["name"]]]
