"""The pages of the API reference: one for each room, with the public names of its modules."""

import inspect
import pkgutil
from importlib import import_module

import mirlab

LEFT_OUT = {"cli", "commands", "site"}
"""Rooms that are called on the command line; the lessons' exercises are left out too, being solutions."""


def rooms() -> list[str]:
    """Return the names of the rooms that have a page.

    Examples
    --------
    >>> {"warp", "evaluate"} <= set(rooms())
    True
    """
    return [one.name for one in pkgutil.iter_modules(mirlab.__path__) if one.name not in LEFT_OUT]


def page(room: str) -> str:
    """Return the page of a room in MyST: its module, then those whose names it does not offer itself.

    Examples
    --------
    >>> print(page("neighbours"))
    # mirlab.neighbours
    <BLANKLINE>
    ```{eval-rst}
    .. automodule:: mirlab.neighbours
       :members:
    ```
    <BLANKLINE>
    """
    name = f"mirlab.{room}"
    module = import_module(name)
    parts = [f"# {name}\n", _automodule(name, [])] if module.__doc__ else [f"# {name}\n"]
    offered = set(getattr(module, "__all__", []))
    found = pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}.")
    for inner in sorted(one.name for one in found if ".contents" not in one.name):
        if own := public(inner, without=offered):
            parts += [f"## {inner}\n", _automodule(inner, own)]
    return "\n".join(parts)


def public(name: str, without: set) -> list[str]:
    """Return the public functions and classes that a module defines, in the order of its file."""
    return [
        key
        for key, value in vars(import_module(name)).items()
        if not key.startswith("_")
        and key not in without
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == name
        and value.__doc__
    ]


def _automodule(name: str, members: list) -> str:
    return f"```{{eval-rst}}\n.. automodule:: {name}\n   :members: {', '.join(members)}".rstrip() + "\n```\n"
