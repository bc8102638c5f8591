"""Measure a variant of the protocol against its control, on several sets and seeds. Scores are kept."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from sklearn.base import BaseEstimator

from mirlab import evaluate, networks, paths
from mirlab.datasets import synthetic_name
from mirlab.evaluate.nested import NESTED
from mirlab.features import aggregate
from mirlab.paper import embedding
from mirlab.paper.inference import Estimate, judged, over_folds, over_queries, over_sets
from mirlab.paper.protocol import GENRE_SETS, SEEDS

VERSION = "2"
"""Name of the way variants are measured, part of the key under which their scores are kept. Change it
whenever `measure` gives other numbers than before; `tests/test_versions.py` reminds you."""

TARGETS = tuple(synthetic_name(name) for name in GENRE_SETS)

SONGS = {"one": 1, "two": 2, "few": 5, "ten": 10, "twenty": 20}
"""Measures of accuracy with so many songs per label."""

MEASURES = {
    "full": "accuracy, all songs",
    "few": "accuracy, 5 songs per label",
    "similar": "precision at 10",
}
"""The measures of most questions, and their names."""

NAMES = MEASURES | {
    name: f"accuracy, {n} song{'s' * (n > 1)} per label" for name, n in SONGS.items() if name not in MEASURES
}
"""All measures, and their names."""


@dataclass(frozen=True)
class Variant:
    """One way from frames to genres.

    Attributes
    ----------
    name : str
        Its name in tables.
    features : str
        One of `mirlab.paper.protocol.KINDS`.
    learning : dict
        Parameters of the embedding that differ from those of the paper; for `mirlab.paper.learn`.
    summary : callable
        How frames become windows: `mirlab.features.aggregate`; or, of base features and embeddings,
        `mirlab.features.block_level` too.
    classifier : scikit-learn classifier or None
        The last step; None is linear regression.
    by_song : bool
        Whether the last step sees one vector per song, the mean of its windows, instead of every window.
    every : int
        The last step sees one window in so many.
    ridge : float or "nested"
        Of the linear regression: see `mirlab.evaluate.cross_validate`.
    to_scale : bool
        Whether every dimension is scaled to mean 0 and standard deviation 1 over the songs of the target
        before distances are computed. This needs no labels.
    tag_scale : {"lesson", "paper"}, optional
        Size of the synthetic tag set, where it is not that of the study.
    metric : {"manhattan", "euclidean", "cosine"}
        The distance between songs.

    Examples
    --------
    >>> Variant("256 components", learning={"n_components": 256}).features
    'tag'
    """

    name: str
    features: str = "tag"
    learning: dict = field(default_factory=dict)
    summary: Callable = aggregate
    classifier: BaseEstimator | None = None
    by_song: bool = False
    every: int = 1
    ridge: float | str = NESTED
    to_scale: bool = False
    tag_scale: str | None = None
    metric: str = "manhattan"

    def learns(self, study):
        """Return the study that learns this variant's embedding.

        Parameters
        ----------
        study : mirlab.paper.Study
            Data, and the seed of the embedding.

        Returns
        -------
        mirlab.paper.Study
        """
        return study.but(parameters=self.learning, tag_scale=self.tag_scale)

    def windows(self, study, target):
        """Return the windows of a target set, as this variant computes them.

        Parameters
        ----------
        study : mirlab.paper.Study
            Data, and the seed of the embedding.
        target : str
            The target set.

        Returns
        -------
        list of ndarray, or ndarray of shape (n, 1, p)
            For `mirlab.evaluate`.
        """
        study = self.learns(study)
        if self.summary is aggregate:
            windows = study.windows(target, self.features)
        else:
            transform = None if self.features == "base" else study.embedding(self.features, target)
            windows = study.stored(target).windows(transform, summary=self.summary)
        windows = [song[:: self.every] for song in windows]
        return evaluate.song_vectors(windows)[:, None] if self.by_song else windows


def measure(variant, study, target, measures=tuple(MEASURES)) -> dict:
    """Measure one variant on one target set, with the seed of the study.

    Parameters
    ----------
    variant : Variant
        The variant to measure.
    study : mirlab.paper.Study
        Data, embeddings and the seed.
    target : str
        The target set.
    measures : sequence of str
        Some of `NAMES`.

    Returns
    -------
    dict of str to ndarray
        One score per query for "similar", one per fold for the others.

    Raises
    ------
    ValueError
        If a measure is unknown.
    """
    if unknown := set(measures) - set(NAMES):
        raise ValueError(f"there is no measure {min(unknown)!r}; there are {', '.join(NAMES)}")
    windows, y = variant.windows(study, target), study.stored(target).dataset.y
    how = {"random_state": study.seed, "ridge": variant.ridge, "classifier": variant.classifier}
    scores = {}
    if "full" in measures:
        scores["full"] = evaluate.cross_validate(windows, y, **how).scores
    if few := {name: n for name, n in SONGS.items() if name in measures}:
        curve = evaluate.learning_curve(windows, y, per_class=tuple(few.values()), n_draws=1, **how)
        scores |= dict(zip(few, curve.scores, strict=True))
    if "similar" in measures:
        songs = evaluate.song_vectors(windows)
        if variant.to_scale:
            deviation = songs.std(axis=0)
            songs = (songs - songs.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
        scores["similar"] = evaluate.precision_per_query(songs, y, k=10, metric=variant.metric)
    return scores


def estimate(measure, scores, artists) -> Estimate:
    """Estimate the mean of scores, or of paired differences of scores, on one target set.

    Parameters
    ----------
    measure : str
        One of `NAMES`.
    scores : array-like, shape (seeds, folds) or (seeds, queries)
        Scores, or differences of two variants with the same seeds in the same order.
    artists : array-like, shape (queries,)
        The artist of each query.

    Returns
    -------
    mirlab.paper.inference.Estimate

    Examples
    --------
    >>> estimate("full", np.tile([0.1, 0.3], (1, 5)), []).standard_error
    0.048...
    """
    return over_queries(scores, artists) if measure == "similar" else over_folds(scores)


def experiment(pairs, study, *, targets=TARGETS, seeds=SEEDS, measures=tuple(MEASURES)) -> dict:
    """Measure variants against their controls.

    Each score is kept under `mirlab.paths.data_dir` as soon as it is measured, so a run that was stopped
    continues where it was.

    Parameters
    ----------
    pairs : sequence of (Variant, Variant)
        Pairs of a control and a variant.
    study : mirlab.paper.Study
        Data, number of processes and progress; its seed is not used.
    targets : sequence of str
        Target sets.
    seeds : sequence of int
        Seeds of training, folds and draws.
    measures : sequence of str
        Some of `MEASURES`.

    Returns
    -------
    dict
        ``scores``: one row per variant or control, target and measure, with the mean ``value`` over the seeds
        and ``reach``, half the width of its 95 % interval. ``differences``: one row per pair, target and
        measure, and one for all targets (``target`` is "all"), with ``difference``, ``standard_error``,
        ``reach``, ``p``, ``adjusted`` (p after Holm's correction: see `mirlab.paper.inference.judged`) and
        ``verdict`` ("better", "worse" or "no difference found").

    Raises
    ------
    ValueError
        If a measure is unknown.

    Examples
    --------
    >>> control, wide = Variant("100 components"), Variant("256 components", learning={"n_components": 256})
    >>> report = experiment(
    ...     [(control, wide)], Study(), targets=["gtzan-synth"], seeds=[0]
    ... )  # doctest: +SKIP
    >>> report["differences"][-1]["verdict"]  # doctest: +SKIP
    'no difference found'
    """
    targets, seeds, measures = list(targets), list(seeds), list(measures)
    variants = list({_key(v): v for pair in pairs for v in pair}.values())
    work = [(v, target, seed, measures) for v in variants for target in targets for seed in seeds]
    _learn_missing(study, work)
    scores = study.parallel(_measure_kept, work, "measurements", "finished measurements are kept")
    scores = {(_key(v), target, seed): one for (v, target, seed, _), one in zip(work, scores, strict=True)}

    artists = {target: study.stored(target).dataset.groups for target in targets}

    def over_seeds(variant, target, measure):
        return np.array([scores[_key(variant), target, seed][measure] for seed in seeds])

    report = {"scores": [], "differences": []}
    for v in variants:
        for target in targets:
            for name in measures:
                found = estimate(name, over_seeds(v, target, name), artists[target])
                about = {"variant": v.name, "features": v.features, "target": target, "measure": name}
                report["scores"].append(about | {"value": found.value, "reach": found.reach})
    for control, v in pairs:
        about = {"variant": v.name, "control": control.name, "features": v.features}
        for name in measures:
            each = {}
            for target in targets:
                paired = over_seeds(v, target, name) - over_seeds(control, target, name)
                each[target] = estimate(name, paired, artists[target])
            for target, found in (each | {"all": over_sets([*each.values()])}).items():
                numbers = {"difference": found.value, "standard_error": found.standard_error}
                numbers |= {"reach": found.reach, "p": found.p}
                report["differences"].append(about | {"target": target, "measure": name} | numbers)
    report["differences"] = judged(report["differences"])
    return report


def _learn_missing(study, work):
    """Learn the embeddings of all work that is not kept, each of them once."""
    missing = {}
    for v, target, seed, measures in work:
        if v.features not in ("genre", "tag"):
            continue
        if not paths.locate(*_kept_file(study, v, target, seed, measures)).is_file():
            sources = tuple(study.sources(v.features, target))
            missing[f"{v.learning} {v.tag_scale} {sources} {seed}"] = (v, target, seed)
    for _ in study.parallel(_learn, list(missing.values()), "embeddings"):
        pass


def _key(variant):
    """Return a text that is different for any two variants; their names may be equal."""
    summary = f"{variant.summary.__module__}.{variant.summary.__qualname__}"
    return repr((replace(variant, summary=None), summary))


def _learn(study, variant, target, seed):
    variant.learns(study.but(seed=seed)).embedding(variant.features, target)


def _measure_kept(study, variant, target, seed, measures):
    """Return kept scores, or measure and keep them."""
    file = _kept_file(study, variant, target, seed, measures)
    kept = _read_scores(paths.locate(*file), measures)
    if kept is not None:
        return kept
    scores = measure(variant, study.but(seed=seed), target, measures)
    content = json.dumps({name: one.tolist() for name, one in scores.items()})
    paths.write_atomically(paths.data_dir().joinpath(*file), content)
    return scores


def _read_scores(file, measures):
    """Read scores back, or return None if there are none, or something else is in their place."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        scores = {name: np.array(kept[name], dtype=float) for name in measures}
    except (OSError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    sound = all(one.ndim == 1 and len(one) and (np.abs(one) <= 1).all() for one in scores.values())
    return scores if sound else None


def _kept_file(study, variant, target, seed, measures):
    """Return where scores are kept, below a layer: one place for each combination of what decides them."""
    data, learns = study.stored(target), variant.learns(study)
    keys, code = [data.key], VERSION
    if variant.features in networks.NAMES:
        keys += [study.stored(target, variant.features).key]
    if sources := learns.sources(variant.features, target):
        keys += [learns.stored(name).key for name in sources]
        code += embedding.VERSION
    digest = hashlib.blake2b(digest_size=10)
    digest.update(f"{code} {_key(variant)} {seed} {sorted(measures)} {study.scale} {keys}".encode())
    digest.update(data.dataset.y.tobytes())
    return "experiments", f"{digest.hexdigest()}.json"
