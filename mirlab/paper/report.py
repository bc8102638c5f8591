"""§6 as a whole: run the experiments and report them, ready for JSON."""

import json
import platform
import re
import time
from importlib.metadata import version

import numpy as np

from mirlab import __version__, corpus, evaluate
from mirlab.paper import findings, protocol
from mirlab.paper.comparability import comparable
from mirlab.paper.experiments import check_experiments, heard_tags, measure, semantic_recovery, table3
from mirlab.paper.inference import MEASURED, NORMAL, QUERIES, differences, over_folds, over_queries
from mirlab.paper.measures import attainable, queries
from mirlab.paper.memory import PeakMemory
from mirlab.paper.protocol import EXPERIMENTS, GENRE_SETS, ON_REQUEST, TAG_SET
from mirlab.paper.study import Study


def reproduce(study: Study, only=EXPERIMENTS) -> dict:
    """Run all experiments of §6.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    only : sequence of str
        Some of `EXPERIMENTS`: which experiments to run. "table5_cosine" is run only if it is named.

    Returns
    -------
    dict
        Ready for JSON:

        * ``scale``, ``seed`` and ``features`` of the study; ``versions`` of the libraries.
        * ``seconds`` of work per stage, summed over processes; ``peak_memory_mb`` of all processes.
        * ``table3``: a list of ``seed`` and ``neighbours``; ``semantic_recovery``, as from the function of
          this name, or its ``problem``.
        * ``table4``, ``table5``, ``figure3``: lists of ``dataset``, ``features``, ``value``, ``reach`` (half
          the 95 % interval) and ``scores``, one per fold or query; in ``figure3`` also ``per_class``, the
          number of training songs per label. ``figure3_plain`` is the same with plain least squares,
          ``table5_cosine`` Table 5 by the cosine.
        * ``differences``: under the name of each of these, what each kind of features gains over the base
          features: see `differences`.
        * ``tags``: as from `heard_tags`.
        * ``attainable``: for each data set of Table 5, the precision at 10 of a perfect space.
        * ``splits``: accuracies on other splits, as in ``table4`` and with the name of the ``split``. Only
          with real sets and Table 4.
        * ``findings``: a sentence for each experiment.
        * ``artists``: for each data set, the artist of each query of Table 5.
        * ``sources``: for each target and kind of embedding, the data sets that it learned from; ``missing``:
          real sets that were not found; ``comparable``, as from the function of this name.
        * ``problems``: what was left out or could not be measured, and why.

    Raises
    ------
    DatasetError
        If an experiment is unknown, or there are no data.

    Examples
    --------
    >>> reproduce(Study(), only=["table9"])
    Traceback (most recent call last):
    mirlab.errors.DatasetError: there is no experiment 'table9'; there are table3, ...
    """
    check_experiments(only, (*EXPERIMENTS, *ON_REQUEST))
    report = {
        "scale": study.scale,
        "seed": study.seed,
        "features": list(study.features),
        "versions": versions(),
        "seconds": {},
        "findings": {},
    }
    with PeakMemory() as memory:
        measured = _run(study, only, report)
    report["seconds"] |= {name: round(s, 2) for name, s in measured["seconds"].items()}
    report["peak_memory_mb"] = round(memory.megabytes)
    report["sources"] = {
        target: {kind: study.sources(kind, target) for kind in ("genre", "tag") if kind in study.features}
        for target in study.targets
    }
    missing = [name for name in (*GENRE_SETS, TAG_SET) if study.root is not None and name not in study.real]
    report["missing"] = missing
    report["comparable"] = comparable(study)
    report["problems"] = [
        *study.refused,
        *(p for name in study.targets for p in study.stored(name).problems),
    ]
    if not study.targets:
        report["problems"].append(
            f"only {TAG_SET} was found, which has no genres to predict; add a genre set, such as gtzan"
        )
    report["problems"] += measured["problems"]
    return report


def _run(study, only, report):
    """Run the experiments that `reproduce` reports, stage by stage."""
    started = time.perf_counter()
    for name in dict.fromkeys([*study.targets, *study.sources("joint"), *study.sources("tag")]):
        study.stored(name)
    _clock(report, "features", started)
    started = time.perf_counter()
    study.prepare()
    _clock(report, "embeddings", started)
    if "table3" in only:
        started = time.perf_counter()
        _report_neighbours(study, report)
        _clock(report, "table3", started)
    if "tags" in only:
        started = time.perf_counter()
        report["tags"] = heard_tags(study)
        _clock(report, "tags", started)
    experiments = [name for name in (*MEASURED, *ON_REQUEST) if name in only]
    beside = ["splits"] if study.real and "table4" in only else []
    measured = measure(study, experiments + beside) if experiments else {"problems": [], "seconds": {}}
    if beside:
        report["splits"], problems = _split_rows(measured["results"]["splits"])
        measured["problems"] += problems
    for name in experiments:
        results = measured["results"][name]
        report[name] = _rows(study, name, results)
    if asked := [name for name in QUERIES if name in report]:
        targets = dict.fromkeys(row["dataset"] for name in asked for row in report[name])
        report["attainable"] = {name: attainable(*study.songs(name)) for name in targets}
        report["artists"] = {name: _artists(study, name).tolist() for name in targets}
    report["differences"] = {name: differences([report], name) for name in experiments}
    report["findings"] |= {name: findings.about(report, name) for name in experiments}
    return measured


def _artists(study, name):
    """Return the artist of each query of Table 5, as a number."""
    asked = queries(*study.songs(name))
    return np.unique(study.stored(name).dataset.groups, return_inverse=True)[1][asked]


def _report_neighbours(study, report):
    """Report Table 3 and the semantic recovery."""
    report["table3"] = table3(study)
    try:
        report["semantic_recovery"] = semantic_recovery(study)
    except ValueError as error:  # a few incomplete sets may have nothing in common
        report["semantic_recovery"] = {"problem": str(error)}
    report["findings"]["table3"] = findings.about_table3(report)


def _clock(report, stage, started):
    report["seconds"][stage] = round(time.perf_counter() - started, 2)


def as_json(report) -> str:
    """Write a report, or answers, as JSON: each list of numbers on a line of its own.

    Parameters
    ----------
    report : dict
        From `reproduce` or `mirlab.paper.open_questions.run`.

    Returns
    -------
    str

    Examples
    --------
    >>> print(as_json({"scores": [1, 2.5]}))
    {
     "scores": [ 1, 2.5 ]
    }
    <BLANKLINE>
    """
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    return re.sub(r"\[[\s\d.,e-]+\]", lambda found: " ".join(found[0].split()), text)


def versions() -> dict:
    """Return the versions of everything that the figures depend on.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> "numpy" in versions()
    True
    """
    libraries = ("numpy", "scipy", "scikit-learn", "librosa", "numba", "soundfile")
    ours = {"protocol": protocol.VERSION, "corpus": corpus.VERSION, "mirlab": __version__}
    ours |= {"python": platform.python_version()}
    return ours | {name: version(name) for name in libraries}


def _rows(study, name, results):
    """Turn results into rows of the published schema."""
    rows = []
    for (target, features), result in results.items():
        about = {"dataset": target, "features": features}
        if name in QUERIES:
            rows.append(about | _row(over_queries(result[None], _artists(study, target)), result))
        elif name == "table4":
            rows.append(about | _row(over_folds(result.scores[None]), result.scores))
        else:
            rows += [
                about | {"per_class": int(k)} | _row(over_folds(scores[None]), scores)
                for k, scores in zip(result.per_class, result.scores, strict=True)
            ]
    return rows


def _row(found, scores):
    return {"value": found.value, "reach": found.reach, "scores": np.round(scores, 5).tolist()}


def _split_rows(results):
    """Turn what `by_split` returned into rows, and into sentences where nothing could be measured."""
    rows, problems = [], []
    for (target, features), by_split in results.items():
        for split, result in by_split.items():
            if isinstance(result, str):
                problems.append(f"split {split!r} of {target}: {result}")
            else:
                about = {"dataset": target, "split": split, "features": features}
                if isinstance(result, evaluate.CrossValidation):
                    rows.append(about | _row(over_folds(result.scores[None]), result.scores))
                else:
                    reach = float(result.standard_error * NORMAL)
                    rows.append(about | {"value": float(result.mean), "reach": reach})
    return rows, list(dict.fromkeys(problems))
