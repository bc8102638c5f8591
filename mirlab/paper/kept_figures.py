"""Read the figures that are kept with the course, in ``data/results``.

A kept file may be damaged, or replaced by something else, so it is checked before anything uses it.
`mirlab.remaking` says how each of them is made.
"""

import json
from functools import partial

from mirlab.datasets import synthetic_name
from mirlab.errors import DatasetError
from mirlab.paper.inference import MEASURED
from mirlab.paper.protocol import CONTROLS, FEATURES, GENRE_SETS, PER_CLASS, RESULTS, SEEDS
from mirlab.paper.published_figures import published


def kept(name) -> dict:
    """Return kept figures.

    Parameters
    ----------
    name : str
        The name of a file in ``data/results``, without ``.json``:

        * "reproduce-seed0" to "reproduce-seed4": from `mirlab.paper.reproduce`, at lesson scale;
        * "networks-seed0" to "networks-seed4": the same of pretrained networks beside base features;
        * "real-clips-seed0" to "real-clips-seed4", "real-clips-six-genres-seed0" to
          "real-clips-six-genres-seed4": the same of real clips, see ``data/cards/real-clips.md``;
        * "beyond": from `mirlab.paper.open_questions.run`;
        * "listening", "fine-tuning", "disturbances": from ``measured`` in the module of `mirlab.paper` with
          this name (lessons 12 to 14);
        * "few-labels": from `mirlab.fewlabels.study.measured` (lesson 15).

    Returns
    -------
    dict
        Figures, and the versions of what made them.

    Raises
    ------
    DatasetError
        If there is no such file, it cannot be read, or it holds something else.

    Examples
    --------
    >>> kept("disturbances")["set"]
    'gtzan-synth'
    """
    if name not in CHECKS:
        raise DatasetError(f"there are no kept figures {name!r}; there are {', '.join(CHECKS)}")
    file = RESULTS / f"{name}.json"
    try:
        if not file.is_file() and file.exists():
            raise ValueError("it is not a file")
        if file.is_file() and file.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST} bytes")
        content = json.loads(file.read_text(encoding="utf-8"))
        CHECKS[name](content)
        return content
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing: restore it, or make it again") from error
    except (OSError, ValueError, RecursionError) as error:
        raise DatasetError(f"{file} cannot be used ({error}): restore it, or make it again") from error


def kept_report(seed=0) -> dict:
    """Return the kept report of one seed.

    Parameters
    ----------
    seed : int
        0 to 4.

    Returns
    -------
    dict
        As for `kept`.

    Examples
    --------
    >>> kept_report()["table4"][0]["dataset"]
    'artists1517-synth'
    """
    return kept(f"reproduce-seed{seed}")


def kept_answers() -> dict:
    """Return the kept answers to the paper's open questions.

    Returns
    -------
    dict
        As for `kept`.

    Examples
    --------
    >>> list(kept_answers()["questions"])[:3]
    ['bound', 'blocks', 'nonlinear']
    """
    return kept("beyond")


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
SIX_GENRES = {"versions": {str: str}, "table4": [_CELL], "findings": {str: str}}
SIX_GENRES |= {"splits": [_CELL | {"split": str}]}
CHOSEN = {name: REPORT[name] for name in ("versions", "table4", "table5", "figure3", "artists")}
CHOSEN |= {"findings": {str: str}}
REAL = CHOSEN | {"table5_cosine": [_CELL]}
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

_ONE = {"value": float, "reach": float}
LISTENING = {
    "version": int,
    "seeds": [int],
    "versions": {str: str},
    "features": [_ONE | {"domain": str, "features": str, "per_class": int}],
    "differences": [{"domain": str, "features": str, "difference": float, "reach": float, "verdict": str}],
    "layers": [_ONE | {"domain": str, "network": str, "layer": str, "task": str}],
    "early_minus_late": [{"domain": str, "network": str, "task": str}],
    "genre_alone": [{"domain": str, "task": str, "value": float}],
    "zero_shot": [{"domain": str, "network": str, "genre": str, "auc": float}],
    "tags": [{"domain": str, "genre": str}],
    "crossing": [{"train": str, "features": str, "value": float}],
    "distances": [{"features": str}],
    "front_end": [{"step": str}],
}

_TUNED = {"network": str, "seed": int, "accuracy": float}
FINE_TUNING = {
    "versions": {str: str},
    "scores": [_TUNED | {"start": str, "unfrozen": int, "songs": int}],
    "forgetting": [_TUNED | {"rate": float, "auc": float}],
    "before": {str: float},
}

FEW_LABELS = {
    "protocol": str,
    "corpus": str,
    "seeds": [int],
    "folds": int,
    "per_class": [int],
    "sets": [str],
    "versions": {str: str},
    "cells": {str: {"accuracy": {str: [float]}}},
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
        if not value:
            raise ValueError(f"{where} is empty")
        for i, one in enumerate(value):
            _check_shape(one, shape[0], f"{where}[{i}]")
    if kind is dict:
        named = [key for key in shape if key is not str]
        for key in (*named, *(value if str in shape else ())):
            if key not in value:
                raise ValueError(f"{where} has no {key!r}")
            _check_shape(value[key], shape.get(key) or shape[str], f"{where}[{key!r}]")


CHECKS = {f"reproduce-seed{seed}": partial(_check_report, seed=seed) for seed in SEEDS} | {
    name: partial(_check_shape, shape=shape)
    for name, shape in {
        "beyond": ANSWERS,
        "listening": LISTENING,
        "fine-tuning": FINE_TUNING,
        "disturbances": DISTURBED,
        "few-labels": FEW_LABELS,
        **{f"networks-seed{seed}": CHOSEN for seed in SEEDS},
        **{f"real-clips-seed{seed}": REAL for seed in SEEDS},
        **{f"real-clips-six-genres-seed{seed}": SIX_GENRES for seed in SEEDS},
    }.items()
}
"""What is checked of each kept file, by its name."""
