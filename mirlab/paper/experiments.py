"""The experiments of §6: Tables 3, 4, 5 and Figure 3, for one set and one kind of features, and controls."""

import time
from functools import partial

import numpy as np

from mirlab import corpus, evaluate, neighbours
from mirlab.corpus.styles import true_overlap
from mirlab.datasets import Label, is_synthetic, real_name, synthetic_name
from mirlab.datasets.labels import nominal_overlap
from mirlab.errors import DatasetError
from mirlab.evaluate.nested import NESTED
from mirlab.paper.controls import whitening
from mirlab.paper.measures import accuracy, few_labels, similarity
from mirlab.paper.protocol import FEATURES, KINDS
from mirlab.paper.published_figures import published
from mirlab.paper.study import Study


def table3(study: Study) -> list[dict]:
    """List the five nearest labels of every label of the joint embedding (§6.1, Table 3).

    Parameters
    ----------
    study : Study
        Provides the joint embedding.

    Returns
    -------
    list of dict
        ``seed`` and ``neighbours``, written ``label (set)``; the six seeds of the paper first, in its order.

    Examples
    --------
    >>> table3(Study())[0]["seed"]  # doctest: +SKIP
    'Hip-Hop (artists1517-synth)'
    """
    space = study.embedding("joint")
    table = neighbours.table(space.label_embeddings, space.sources)
    rows = table.groupby("seed", sort=False)["neighbour"].agg(list)
    first = [Label.of(seed) for seed in published()["table3"]]
    if is_synthetic(next(iter(space.sources))):
        first = [label._replace(dataset=synthetic_name(label.dataset)) for label in first]
    first = [str(label) for label in first]
    seeds = [s for s in first if s in rows] + [s for s in rows.index if s not in first]
    return [{"seed": seed, "neighbours": rows[seed]} for seed in seeds]


def semantic_recovery(study: Study) -> dict:
    """Measure how much of the overlap of labels the joint embedding recovers, and how much class means do.

    Parameters
    ----------
    study : Study
        Of synthetic sets the true overlap is known. For real sets the names of the labels replace it:
        `mirlab.datasets.labels.nominal_overlap`.

    Returns
    -------
    dict
        For "joint embedding", "class means" of the base features, and three versions of them that need no
        labels ("standardised" in each set, "whitened" to 50 and 200 dimensions), and each metric: ``value``
        (0 chance, 1 ideal) and ``standard_error``.

    Raises
    ------
    ValueError
        If there is nothing to recover.

    Examples
    --------
    >>> semantic_recovery(Study())["joint embedding"]["manhattan"]["value"]  # doctest: +SKIP
    0.7
    """
    space = study.embedding("joint")
    sets = [name for name in space.sources for _ in space.sources[name]]
    labels = [label for name in space.sources for label in space.sources[name]]
    if all(is_synthetic(name) for name in space.sources):
        short = [real_name(name) for name in sets]
        overlap = true_overlap(list(zip(short, labels, strict=True)))
    else:
        overlap = nominal_overlap(labels)
    placed = {"joint embedding": np.concatenate(space.label_embeddings)} | _placed_by_means(study, space)
    result = {}
    for what, vectors in placed.items():
        for metric in ("manhattan", "cosine"):
            r = neighbours.semantic_recovery(vectors, overlap, sets, metric=metric)
            cell = {"value": r.value, "standard_error": r.standard_error}
            result.setdefault(what, {})[metric] = cell
    return result


def _placed_by_means(study, space):
    """Place the labels of a joint embedding's sources by class means of the base features."""
    songs = {name: evaluate.song_vectors(study.windows(name, "base")) for name in space.sources}
    every = np.concatenate([*songs.values()])
    versions = {
        "class means": lambda X: X,
        "class means, standardised": _standardised,
        "class means, whitened to 50": whitening(every, 50).transform,
        "class means, whitened to 200": whitening(every, 200).transform,
    }
    placed = {}
    for what, version in versions.items():
        means = []
        for name, X in songs.items():
            data, labels = study.stored(name).dataset, space.sources[name]
            y = np.array([labels.index(data.label_names[i]) for i in data.y])
            means.append(neighbours.class_means(version(X), y, len(labels)))
        placed[what] = np.concatenate(means)
    return placed


def _standardised(X):
    deviation = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1)  # a band may be silent in a whole set


def heard_tags(study: Study) -> list[dict]:
    """Measure how well the tag embedding names tags of songs in sets that it has not learned from.

    Parameters
    ----------
    study : Study
        Only synthetic targets are measured: of their songs all true tags are known.

    Returns
    -------
    list of dict
        For each target, "tag embedding" and "constant list" (the frequencies of the tags in the source):
        ``precision``, the share of the first five tags that are true, ``auc``, the mean over tags, and their
        standard errors over artists (the AUC by a bootstrap of 200 draws).
    """
    items = [(target,) for target in study.targets if is_synthetic(target)]
    return [row for rows in study.parallel(_heard_in, items, "tags") for row in rows]


def _heard_in(study, target):
    [source] = study.sources("tag")
    stored, space = study.stored(target), study.embedding("tag", target)
    data, names = stored.dataset, space.sources[source]
    plan = {excerpt.id: excerpt for excerpt in corpus.plan(real_name(target), study.scale)}
    true = [plan[name].true_tags() for name in data.track_ids]
    true = np.array([[tag in mine for tag in names] for mine in true])
    learned = study.stored(source).dataset
    frequency = learned.y.mean(axis=0)[[learned.label_names.index(tag) for tag in names]]
    frames = np.array([stored.track(i).mean(axis=0, dtype=np.float64) for i in range(len(stored))])
    rows = []
    for method, scores in (
        ("tag embedding", space.affinity(frames, source)),
        ("constant list", np.tile(frequency, (len(data), 1))),
    ):
        first = np.argsort(-scores, axis=1, kind="stable")[:, :5]
        right = np.take_along_axis(true, first, axis=1).mean(axis=1)
        row = {"dataset": target, "method": method, "precision": float(right.mean())}
        row["precision_error"] = float(evaluate.standard_error(right, data.groups))
        rows.append(row | _auc_with_error(scores, true, data.groups, study.seed))
    return rows


def _auc_with_error(scores, true, artists, seed):
    """Return the mean AUC of the tags, and its standard error from a bootstrap over artists."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(artists == one) for one in np.unique(artists)]
    draws = []
    for _ in range(200):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        draws.append(np.nanmean(evaluate.tag_auc(scores[rows], true[rows])))
    return {"auc": float(np.nanmean(evaluate.tag_auc(scores, true))), "auc_error": float(np.std(draws))}


def classify(study: Study, target: str, features: str) -> evaluate.CrossValidation:
    """Measure `accuracy` on a target set: one cell of Table 4.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    target : str
        The target set.
    features : str
        One of `mirlab.paper.KINDS`.

    Returns
    -------
    mirlab.evaluate.CrossValidation
        The same folds for all kinds of features.

    Raises
    ------
    ValueError
        As for `accuracy`.
    """
    return accuracy(study.windows(target, features), *study.songs(target), seed=study.seed)


def curve(study: Study, target: str, features: str, *, ridge=NESTED) -> evaluate.LearningCurve:
    """Measure accuracy with `few_labels` on a target set: one line of Figure 3.

    Parameters
    ----------
    study, target, features
        As for `classify`.
    ridge : float or "nested"
        As for `mirlab.evaluate.learning_curve`; 0 is plain least squares, as the paper's words say.

    Returns
    -------
    mirlab.evaluate.LearningCurve
        The same folds and draws for all kinds of features.

    Raises
    ------
    ValueError
        As for `accuracy`.
    """
    return few_labels(study.windows(target, features), *study.songs(target), seed=study.seed, ridge=ridge)


def similar(study: Study, target: str, features: str, *, metric="manhattan") -> np.ndarray:
    """Measure precision at 10 with `similarity` on a target set: one cell of Table 5.

    Parameters
    ----------
    study, target, features
        As for `classify`.
    metric : str
        As for `similarity`.

    Returns
    -------
    ndarray, shape (queries,)
        Precision at 10 of each query.

    Raises
    ------
    ValueError
        As for `similarity`.
    """
    return similarity(study.windows(target, features), *study.songs(target), metric=metric)


def by_split(study: Study, target: str, features: str) -> dict:
    """Measure accuracy with all songs again, on splits that leak less than the paper's split by song.

    Parameters
    ----------
    study, target, features
        As for `classify`.

    Returns
    -------
    dict of str to (mirlab.evaluate.CrossValidation, mirlab.evaluate.PublishedSplit or str)
        ``"by artist"``, up to ten folds, if artists are known; then every published split by its name. A str
        says why the split cannot be measured, and how many of its songs are here.
    """
    data = study.stored(target).dataset
    labels, groups = study.songs(target)
    artists = data.groups if len(np.unique(data.groups)) < len(data) else None
    splits = {}
    if groups is None and artists is not None:
        splits["by artist"] = partial(accuracy, labels=labels, groups=artists, seed=study.seed)
    for name, parts in data.splits.items():
        splits[name] = partial(evaluate.published_split, y=labels, parts=parts, groups=artists)
    results = {}
    for name, measure_split in splits.items():
        try:
            results[name] = measure_split(study.windows(target, features))
        except ValueError as error:  # too little of the set is here
            results[name] = f"{_songs_here(name, data, study.listing(target))}; {error}"
    return results


def _songs_here(split, data, listing):
    """Say how many songs of a split are here, and how many it has; "by artist" has those of the whole set."""
    here = sum(map(bool, data.splits.get(split, data.track_ids)))
    if listing is None:
        return f"{here} songs of this split are here"
    return f"{here} of the {len(listing.splits.get(split, listing.excerpts))} songs of this split are here"


KINDS_OF = {"figure3_plain": FEATURES}
"""Experiments that are run for some kinds of features only: those of the paper."""

_PROTOCOLS = {
    "table4": classify,
    "table5": similar,
    "table5_cosine": partial(similar, metric="cosine"),
    "figure3": curve,
    "figure3_plain": partial(curve, ridge=0),
    "splits": by_split,
}


def measure(study: Study, experiments=("table4", "table5", "figure3")) -> dict:
    """Run experiments on every target set with every kind of features.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    experiments : sequence of {"table4", "table5", "table5_cosine", "figure3", "figure3_plain", "splits"}
        Which experiments to run.

    Returns
    -------
    dict
        ``results[experiment][target, features]`` as `classify`, `similar`, `curve` and `by_split` return
        them; ``seconds[experiment]`` of work, summed over processes; ``problems``: what could not be
        measured, and why.

    Raises
    ------
    DatasetError
        If an experiment is unknown.
    """
    check_experiments(experiments, _PROTOCOLS)
    work = [
        (target, features, tuple(name for name in experiments if features in KINDS_OF.get(name, KINDS)))
        for target in study.targets
        for features in study.features
    ]
    out = {"results": {name: {} for name in experiments}, "seconds": {}, "problems": []}
    for item, one in zip(work, study.parallel(_measure_one, work, "experiments"), strict=True):
        for name, result in one["results"].items():
            out["results"][name][item[:2]] = result
        for name, seconds in one["seconds"].items():
            out["seconds"][name] = out["seconds"].get(name, 0.0) + seconds
        out["problems"] += [p for p in one["problems"] if p not in out["problems"]]
    return out


def check_experiments(names, known):
    """Raise an error if the name of an experiment is unknown."""
    for name in names:
        if name not in known:
            raise DatasetError(f"there is no experiment {name!r}; there are {', '.join(known)}")


def _measure_one(study, target, features, experiments):
    one = {"results": {}, "seconds": {}, "problems": []}
    started = time.perf_counter()
    study.windows(target, features)
    one["seconds"]["windows"] = time.perf_counter() - started
    for name in experiments:
        started = time.perf_counter()
        try:
            one["results"][name] = _PROTOCOLS[name](study, target, features)
        except ValueError as error:  # a real set may have too few songs
            one["problems"].append(f"{name} of {target}: {error}")
        one["seconds"][name] = time.perf_counter() - started
    study.forget_windows(target, features)
    return one
