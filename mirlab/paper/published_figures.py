"""The figures that the paper prints, and the reports that are kept with the course.

A kept file may be damaged, or replaced by something else, so it is checked before anything uses it.
"""

import json
import tomllib
from functools import cache, partial

from mirlab import paths
from mirlab.datasets import synthetic_name
from mirlab.errors import DatasetError
from mirlab.paper.inference import MEASURED
from mirlab.paper.protocol import CONTROLS, FEATURES, GENRE_SETS, PER_CLASS, RESULTS


@cache
def published() -> dict:
    """Return the figures that the paper prints.

    Returns
    -------
    dict
        ``table3`` maps seeds to neighbours, ``table4`` maps sets and features to (accuracy, standard error),
        ``table5`` maps sets and features to precision at 10, ``excerpts`` maps sets to their size.

    Raises
    ------
    DatasetError
        If mirlab was not installed from a clone of the course, which contains them.

    Examples
    --------
    >>> published()["table4"]["gtzan"]["tag"]
    [0.754, 0.015]
    """
    file = paths.COURSE / "data" / "published.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing: install mirlab from a clone of the course") from error


def kept_report(seed=0) -> dict:
    """Return a report of `reproduce` that was computed beforehand and is kept with the course.

    Parameters
    ----------
    seed : int
        0 to 4, at lesson scale.

    Returns
    -------
    dict
        As `reproduce` returned it; ``versions`` names the libraries that computed it.

    Raises
    ------
    DatasetError
        If there is none for this seed, it cannot be read, or it is not a report on the synthetic sets.

    Examples
    --------
    >>> kept_report()["table4"][0]["dataset"]
    'artists1517-synth'
    """
    return _kept(
        f"reproduce-seed{seed}.json", partial(_check_report, seed=seed), f"the report of seed {seed}"
    )


def kept_answers() -> dict:
    """Return the answers to the paper's open questions that are kept with the course.

    Returns
    -------
    dict
        As `mirlab.paper.open_questions.run` returned it.

    Raises
    ------
    DatasetError
        If they are missing, cannot be read, or are something else.

    Examples
    --------
    >>> list(kept_answers()["questions"])
    ['bound', 'blocks', 'nonlinear', 'classifier', 'peak', 'sources']
    """
    return _kept("beyond.json", partial(_check_shape, shape=ANSWERS), "the answers to the open questions")


def kept_real_clips() -> dict:
    """Return the report on a hundred real clips that is kept with the course.

    Returns
    -------
    dict
        As `reproduce` returned it: see ``data/cards/real-clips.md``.

    Raises
    ------
    DatasetError
        If it is missing, cannot be read, or is something else.

    Examples
    --------
    >>> kept_real_clips()["table4"][0]["dataset"]
    'gtzan'
    """
    return _kept("real-clips.json", partial(_check_shape, shape=CLIPS), "the report on real clips")


def kept_disturbances() -> dict:
    """Return what disturbances do to features, as it is kept with the course.

    Returns
    -------
    dict
        As `mirlab.paper.disturbances.measured` returned it.

    Raises
    ------
    DatasetError
        If it is missing, cannot be read, or is something else.

    Examples
    --------
    >>> kept_disturbances()["set"]
    'gtzan-synth'
    """
    return _kept("disturbances.json", partial(_check_shape, shape=DISTURBED), "the sweep of disturbances")


def _kept(name, check, what):
    """Read a file that the course keeps; it may be missing, torn or something else."""
    file = RESULTS / name
    try:
        if not file.is_file() and file.exists():
            raise ValueError("it is not a file")
        if file.is_file() and file.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST} bytes")
        content = json.loads(file.read_text(encoding="utf-8"))
        check(content)
        return content
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing: restore it, or compute {what} again") from error
    except (OSError, ValueError, RecursionError) as error:
        raise DatasetError(f"{file} cannot be used ({error}): restore it, or compute {what} again") from error


LARGEST = 10_000_000
"""Bytes of a kept file. Those of the course have less than 1 MB."""

_VALUE = {"value": float, "standard_error": float}
_METRICS = {"manhattan": _VALUE, "cosine": _VALUE}
_CELL = {"dataset": str, "features": str, "value": float, "reach": float, "scores": [float]}
_SCORE = {"variant": str, "features": str, "target": str, "measure": str}
REPORT = {
    "scale": str,
    "seed": int,
    "versions": {str: str},
    "table3": [{"seed": str, "neighbours": [str]}],
    "semantic_recovery": {"joint embedding": _METRICS, "class means": _METRICS, str: _METRICS},
    "table4": [_CELL],
    "table5": [_CELL],
    "figure3": [_CELL | {"per_class": int}],
    "figure3_plain": [_CELL | {"per_class": int}],
    "artists": {str: [int]},
    "tags": [
        {"dataset": str, "method": str}
        | dict.fromkeys(("auc", "auc_error", "precision", "precision_error"), float)
    ],
    "findings": dict.fromkeys(("table3", *MEASURED), str),
}
CLIPS = {name: REPORT[name] for name in ("versions", "table4", "table5", "figure3", "artists", "findings")}
CLIPS |= {"findings": {str: str}}
ANSWERS = {
    "seeds": [int],
    "targets": [str],
    "level": float,
    "versions": {str: str},
    "questions": {
        str: {
            "question": str,
            "scores": [_SCORE | {"value": float, "reach": float}],
            "differences": [
                _SCORE
                | {"control": str, "verdict": str}
                | dict.fromkeys(("difference", "standard_error", "reach", "p", "adjusted"), float)
            ],
            "verdict": [str],
        }
    },
}

_MEASURED = {"features": str, "disturbance": str, "value": float, "reach": float}
_GAINED = _MEASURED | {"remedy": str, "difference": float, "difference_reach": float}
DISTURBED = {
    "set": str,
    "songs": int,
    "seeds": [int],
    "strengths": [float],
    "amounts": {str: {str: str}},
    "versions": {str: str},
    "sweep": [_MEASURED | {"strength": float}],
    "remedies": [_GAINED],
    "proportions": [_GAINED | {"sees": str}],
}


def _check_report(content, seed):
    """Check that a report has this seed, and every figure of the synthetic sets."""
    _check_shape(content, REPORT)
    if content["seed"] != seed:
        raise ValueError(f"it is the report of seed {content['seed']}")
    for name in MEASURED:
        kinds = FEATURES if name == "figure3_plain" else (*FEATURES, *CONTROLS)
        cells = [(synthetic_name(one), features) for one in GENRE_SETS for features in kinds]
        wanted = [(*cell, k) for cell in cells for k in (PER_CLASS if name.startswith("figure3") else [None])]
        found = [(row["dataset"], row["features"], row.get("per_class")) for row in content[name]]
        if sorted(found) != sorted(wanted):
            raise ValueError(f"{name} is not that of the four synthetic sets")
    seeds = {seed.replace(")", "-synth)") for seed in published()["table3"]}
    if not seeds <= {row["seed"] for row in content["table3"]}:
        raise ValueError("table3 lacks labels")


def _check_shape(value, shape, where="it"):
    """Check a value read from JSON against a shape: a type, [shape], {key: shape, ...} or {str: shape}."""
    kind = type(shape) if isinstance(shape, list | dict) else shape
    fits = type(value) is kind
    if kind is float:
        fits = type(value) in (int, float) and -1e300 < value < 1e300  # neither NaN nor infinity
    if not fits:
        raise ValueError(f"{where} is not what it should be ({kind.__name__})")
    if kind is list:
        for i, one in enumerate(value):
            _check_shape(one, shape[0], f"{where}[{i}]")
    if kind is dict:
        named = [key for key in shape if key is not str]
        for key in (*named, *(value if str in shape else ())):
            if key not in value:
                raise ValueError(f"{where} has no {key!r}")
            _check_shape(value[key], shape.get(key) or shape[str], f"{where}[{key!r}]")
