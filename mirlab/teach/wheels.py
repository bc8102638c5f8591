"""The packages of the course for other computers: which ones, in which versions; pip downloads them.

pip decides by the computer that it runs on whether a package is needed, also if it downloads for another one.
Therefore the list is made here: from the requirements of the course, each package's own requirements, the
versions in ``constraints.txt``, and the markers of the computer that the packages are for.
"""

import ast
import platform
import re
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms, sys_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from mirlab import paths
from mirlab.errors import NetworkError
from mirlab.networks import pip

BUILD = ("editables",)
"""What hatchling needs, beside what it asks for, to install the course in an editable way."""
LINUX = [f"manylinux_2_{minor}" for minor in range(28, 16, -1)] + [
    "manylinux2014",
    "manylinux2010",
    "manylinux1",
]
PLATFORMS = {
    "linux-x86_64": ([f"{kind}_x86_64" for kind in LINUX], "posix", "linux", "Linux", "x86_64"),
    "linux-aarch64": ([f"{kind}_aarch64" for kind in LINUX], "posix", "linux", "Linux", "aarch64"),
    "windows-x86_64": (["win_amd64"], "nt", "win32", "Windows", "AMD64"),
    "macos-arm64": (["macosx_14_0_arm64"], "posix", "darwin", "Darwin", "arm64"),
    "macos-x86_64": (["macosx_13_0_x86_64"], "posix", "darwin", "Darwin", "x86_64"),
}
"""Name: tags of wheels, and what the markers of requirements ask for. Macs need macOS 14, with Intel 13."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Target:
    """A kind of computer: a name of `PLATFORMS`, or this computer's own, and a version of Python.

    Examples
    --------
    >>> Target("windows-x86_64", "3.12").options[:2]
    ['--platform', 'win_amd64']
    """

    platform: str
    python: str

    @property
    def is_this(self) -> bool:
        """Whether it is the computer and the Python that run now."""
        return self == this()

    @property
    def is_known(self) -> bool:
        """Whether packages can be chosen for it."""
        return self.is_this or (self.platform in PLATFORMS and self.python in PYTHONS)

    @property
    def options(self) -> list[str]:
        """The options with which pip downloads for it; none for this computer."""
        if self.is_this:
            return []
        tags = [word for tag in PLATFORMS[self.platform][0] for word in ("--platform", tag)]
        short = self.python.replace(".", "")
        abis = [word for abi in (f"cp{short}", "abi3", "none") for word in ("--abi", abi)]
        return [*tags, "--python-version", self.python, "--implementation", "cp", *abis]

    def tags(self) -> frozenset[Tag]:
        """Return the tags of the wheels that can be installed there."""
        if self.is_this:
            return frozenset(sys_tags())
        places = PLATFORMS[self.platform][0]
        if self.platform.startswith("macos"):  # macosx_14_0_arm64: also wheels for every older macOS
            _, major, minor, machine = places[0].split("_", 3)
            places = list(mac_platforms((int(major), int(minor)), machine))
        version = tuple(map(int, self.python.split(".")))
        name = f"cp{self.python.replace('.', '')}"
        return frozenset([*cpython_tags(version, [name], places), *compatible_tags(version, name, places)])

    def environment(self) -> dict[str, str]:
        """Return what the markers of requirements see there."""
        here = default_environment()
        if self.is_this:
            return here
        _, os_name, sys_platform, system, machine = PLATFORMS[self.platform]
        return here | {
            "os_name": os_name,
            "sys_platform": sys_platform,
            "platform_system": system,
            "platform_machine": machine,
            "platform_release": "",
            "platform_version": "",
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_version": f"{self.python}.0",
        }


def this() -> Target:
    """Return this computer and this Python."""
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    name = f"{system}-{ {'amd64': 'x86_64'}.get(machine, machine) }"
    return Target(name, f"{sys.version_info[0]}.{sys.version_info[1]}")


def pinned(text: str, environment: dict[str, str]) -> dict[str, str]:
    r"""Return the version of each package that holds in an environment.

    Parameters
    ----------
    text : str
        The content of ``constraints.txt``.
    environment : dict of str to str
        See `Target.environment`.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> text = "a==1 ; os_name == 'nt'\na==2 ; os_name == 'posix'\nb==3"
    >>> pinned(text, {"os_name": "posix"})
    {'a': '==2', 'b': '==3'}
    """
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate(environment):
                found[canonicalize_name(one.name)] = str(one.specifier)
    return found


def download(
    folder: Path, target: Target, *, root: Path | None = None, progress=None, get=pip.download
) -> list[Path]:
    """Download what the course needs on a kind of computer, and return the wheels.

    Parameters
    ----------
    folder : Path
        Where to put the wheels; those that are there already are not downloaded again.
    target : Target
        The kind of computer.
    root : Path, optional
        The folder with ``pyproject.toml``, ``constraints.txt`` and ``course.py``; the course if not given.
    progress : callable, optional
        Called as ``progress(done, total, what)``.
    get : callable
        As `mirlab.networks.pip.download`.

    Returns
    -------
    list of Path

    Raises
    ------
    NetworkError
        If one cannot be downloaded or read.
    """
    root, report = root or paths.COURSE, progress or (lambda *_: None)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    environment = target.environment()
    pins = pinned((root / "constraints.txt").read_text(encoding="utf-8"), environment)
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"], *BUILD]
    extras = project["project"].get("optional-dependencies", {})
    new = needed + [one for extra in _extras(root) for one in extras[extra]]
    seen, wheels, tags = set(), {}, target.tags()
    while new:
        asked = [one for one in map(Requirement, new) if _is_needed(one, environment)]
        named = {canonicalize_name(one.name): one for one in asked}
        missing = [
            f"{name}{pins.get(name) or one.specifier}" for name, one in named.items() if name not in wheels
        ]
        if missing:
            report(len(wheels), len(wheels) + len(missing), f"packages for {target.platform}")
            get(missing, folder, options=target.options)
        for name in named.keys() - wheels.keys():
            wheels[name] = _wheel(folder, name, pins.get(name), tags)
        new = []
        for one in asked:
            key = canonicalize_name(one.name), frozenset(one.extras)
            if key not in seen:
                seen.add(key)
                new += _requirements(wheels[key[0]], one.extras, environment)
    report(len(wheels), len(wheels), f"packages for {target.platform}")
    return sorted(wheels.values())


def _extras(root):
    """Return the extras that course.py installs for every learner."""
    tree = ast.parse((root / "course.py").read_text(encoding="utf-8"))
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "COURSE"
    ]
    return ast.literal_eval(values[0])


def _is_needed(requirement, environment):
    return requirement.marker is None or requirement.marker.evaluate(environment | {"extra": ""})


def _wheel(folder, name, pin, tags):
    """Return the wheel of a package in a folder that holds those of several computers.

    It has one of the tags, and is of the pinned version, or the newest.
    """
    found = {}
    for file in folder.glob("*.whl"):
        try:
            its_name, version, _, its_tags = parse_wheel_filename(file.name)
        except InvalidWheelFilename:
            continue
        if its_name == name and its_tags & tags and (not pin or pin == f"=={version}"):
            found[version] = file
    if not found:
        raise NetworkError(f"{folder}: pip reports success, but the wheel of {name} is not there; try again")
    return found[max(found)]


def _requirements(wheel, extras, environment):
    """Return what a wheel needs in an environment, without the markers that hold there."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)]
            lines = (
                Parser().parsestr(archive.read(name).decode("utf-8", "replace")).get_all("Requires-Dist", [])
            )
        needed = map(Requirement, lines)
        places = [environment | {"extra": extra} for extra in ("", *extras)]
        kept = [one for one in needed if one.marker is None or any(map(one.marker.evaluate, places))]
    except (OSError, ValueError, zipfile.BadZipFile, InvalidRequirement) as error:
        raise NetworkError(f"{wheel}: is not a whole wheel; delete it and try again") from error
    for one in kept:
        one.marker = None
    return [str(one) for one in kept]
