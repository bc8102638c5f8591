"""The experiments of §6: Tables 3, 4, 5 and Figure 3, each for one target set and one kind of features."""

import time
from functools import partial

import numpy as np

from mirlab import evaluate, neighbours
from mirlab.corpus.styles import true_overlap
from mirlab.datasets import Label, is_synthetic, real_name, synthetic_name
from mirlab.datasets.labels import nominal_overlap
from mirlab.errors import DatasetError
from mirlab.paper.measures import accuracy, few_labels, similarity
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
        For "joint embedding" and "class means", and each metric: ``value`` (0 chance, 1 ideal) and
        ``standard_error``.

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
    means = []
    for name in space.sources:
        data = study.stored(name).dataset
        y = np.array([space.sources[name].index(data.label_names[i]) for i in data.y])
        songs = evaluate.song_vectors(study.windows(name, "base"))
        means.append(neighbours.class_means(songs, y, len(space.sources[name])))
    vectors = {
        "joint embedding": np.concatenate(space.label_embeddings),
        "class means": np.concatenate(means),
    }
    result = {}
    for what, placed in vectors.items():
        for metric in ("manhattan", "cosine"):
            r = neighbours.semantic_recovery(placed, overlap, sets, metric=metric)
            cell = {"value": r.value, "standard_error": r.standard_error}
            result.setdefault(what, {})[metric] = cell
    return result


def classify(study: Study, target: str, features: str) -> evaluate.CrossValidation:
    """Measure `accuracy` on a target set: one cell of Table 4.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    target : str
        The target set.
    features : {"base", "genre", "tag"}
        The kind of features.

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


def curve(study: Study, target: str, features: str) -> evaluate.LearningCurve:
    """Measure accuracy with `few_labels` on a target set: one line of Figure 3.

    Parameters
    ----------
    study, target, features
        As for `classify`.

    Returns
    -------
    mirlab.evaluate.LearningCurve
        The same folds and draws for all kinds of features.

    Raises
    ------
    ValueError
        As for `accuracy`.
    """
    return few_labels(study.windows(target, features), *study.songs(target), seed=study.seed)


def similar(study: Study, target: str, features: str) -> np.ndarray:
    """Measure precision at 10 with `similarity` on a target set: one cell of Table 5.

    Parameters
    ----------
    study, target, features
        As for `classify`.

    Returns
    -------
    ndarray, shape (queries,)
        Precision at 10 of each query.

    Raises
    ------
    ValueError
        As for `similarity`.
    """
    return similarity(study.windows(target, features), *study.songs(target))


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


_PROTOCOLS = {"table4": classify, "table5": similar, "figure3": curve, "splits": by_split}


def measure(study: Study, experiments=("table4", "table5", "figure3")) -> dict:
    """Run experiments on every target set with every kind of features.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    experiments : sequence of {"table4", "table5", "figure3", "splits"}
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
    work = [(target, features, tuple(experiments)) for target in study.targets for features in study.features]
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
