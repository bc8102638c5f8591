"""What the paper left open, §7: four questions, each an experiment with a verdict.

1. *bound*: does a harder bound on the label embedding put the knowledge into V instead of W?
2. *blocks*: do features that know the order of frames help on top of the frame-level representation?
3. *nonlinear*: does a hidden layer help, trained with the same loss?
4. *classifier*: are support vector machines and neural networks better last steps than linear regression?

The protocol, fixed before the first result
-------------------------------------------
* One thing is changed at a time: a *variant* is measured against its *control*, which differs in that alone.
* Targets are the four synthetic genre sets at lesson scale. Embeddings are learned as in `mirlab.paper`, on
  the other sets or on the tag set, never on the target.
* Measures: ``full``, accuracy in ten-fold cross-validation by song; ``few``, accuracy with five labelled
  songs a label, one draw a fold; ``similar``, precision at 10 under L1.
* Seeds 0 to 4, of training, folds and draws; variant and control always share theirs.
* Errors: any two training sets of a cross-validation share songs. Over J scores (ten folds a seed) the mean
  difference has the variance (1/J + 1/9)·s², after Nadeau and Bengio ("Inference for the generalization
  error", 2003). For similarity, the variance over queries (differences averaged over the seeds) and that over
  seeds are added. The four sets count alike, and their errors add up in squares.
* A difference is called one if p < 0.01 (t-test with J - 1 degrees of freedom). With some forty comparisons,
  one false alarm in three runs of everything is to be expected.
* Nothing is tuned here: learning rates, epochs, penalties and the parameters of classifiers are the defaults,
  but for the neural network's limit of 1000 iterations, so that it converges. The ridge of the linear
  regression had been looked at once before, on the base features of homburg-synth.
"""

import hashlib
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from mirlab import evaluate, paper, paths
from mirlab.features import aggregate, block_level

TARGETS = tuple(f"{name}-synth" for name in paper.GENRE_SETS)
SEEDS = (0, 1, 2, 3, 4)
MEASURES = {
    "full": "accuracy, all songs",
    "few": "accuracy, 5 songs a label",
    "similar": "precision at 10",
}
LEVEL = 0.01


@dataclass(frozen=True)
class Variant:
    """One way from frames to genres.

    Attributes
    ----------
    name : str
        What it is called in tables.
    features : {"base", "genre", "tag"}
        Mel spectrum, or mel spectrum mapped by an embedding.
    learning : dict
        Parameters of the embedding, if they are not the paper's; for `mirlab.paper.learn`.
    summary : callable
        How frames become windows: `mirlab.features.aggregate` or `mirlab.features.block_level`.
    classifier : scikit-learn classifier or None
        The last step; None is linear regression.
    by_song : bool
        Whether the last step sees one vector a song, the mean of its windows, instead of every window.
    to_scale : bool
        Whether every dimension is brought to mean 0 and deviation 1 over the songs of the target before
        distances are taken. No label is needed for that.

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
    to_scale: bool = False

    def windows(self, study, target):
        """Return the windows of a target set, as this variant makes them.

        Parameters
        ----------
        study : mirlab.paper.Study
            Data; its seed is that of the embedding.
        target : str
            The target set.

        Returns
        -------
        list of ndarray, or ndarray of shape (n, 1, p)
            For `mirlab.evaluate`.
        """
        transform = None
        if self.features != "base":
            transform = replace(study, parameters=self.learning, _kept={}).embedding(self.features, target)
        found = study.features(target).windows(transform, summary=self.summary)
        return evaluate.song_vectors(found)[:, None] if self.by_song else found


@dataclass(frozen=True)
class Question:
    """An open question, and what is tried to answer it.

    Attributes
    ----------
    text : str
        The question.
    pairs : tuple of (Variant, Variant)
        Each a control and what is compared with it.
    measures : tuple of str
        Some of `MEASURES`.
    """

    text: str
    pairs: tuple
    measures: tuple = tuple(MEASURES)


def _bounded(features, bound):
    return Variant(f"labels within {bound}", features, {"label_max_norm": bound})


def _hidden(features, units):
    return Variant(f"{units} hidden units", features, {"n_hidden": units})


def _blocks(features, name, summary):
    return Variant(name, features, summary=summary, to_scale=True)


def _last(features, name, classifier=None):
    return Variant(name, features, classifier=classifier, by_song=True)


QUESTIONS = {
    "bound": Question(
        "Does a harder bound on the label embedding put the knowledge into V instead of W?",
        tuple(
            (Variant("labels within 1, as V", kind), _bounded(kind, bound))
            for kind in ("genre", "tag")
            for bound in (0.3, 0.1, 0.03)
        ),
    ),
    "blocks": Question(
        "Do features that know the order of frames help on top of the frame-level representation?",
        tuple(
            (
                _blocks(kind, "four statistics", aggregate),
                _blocks(kind, "block-level", block_level),
            )
            for kind in ("base", "tag")
        ),
    ),
    "nonlinear": Question(
        "Does a hidden layer help, trained with the same loss?",
        tuple(
            (Variant("linear", kind), _hidden(kind, units))
            for kind in ("genre", "tag")
            for units in (50, 200)
        ),
    ),
    "classifier": Question(
        "Are support vector machines and neural networks better last steps than linear regression?",
        tuple(
            (_last(kind, "linear regression"), _last(kind, name, classifier))
            for kind in ("base", "tag")
            for name, classifier in (
                ("linear SVM", SVC(kernel="linear")),
                ("RBF SVM", SVC()),
                ("neural network", MLPClassifier(max_iter=1000)),
            )
        ),
        measures=("full", "few"),
    ),
}


# --- measuring --------------------------------------------------------------------------------------


def measure(variant, study, target, measures=tuple(MEASURES)) -> dict:
    """Measure one variant on one target set, with the seed of the study.

    Parameters
    ----------
    variant : Variant
        What is measured.
    study : mirlab.paper.Study
        Data, embeddings and the seed.
    target : str
        The target set.
    measures : sequence of str
        Some of `MEASURES`.

    Returns
    -------
    dict of str to ndarray
        One score a fold for "full" and "few", one a query for "similar".

    Raises
    ------
    ValueError
        If a measure is unknown.
    """
    if unknown := set(measures) - set(MEASURES):
        raise ValueError(f"there is no measure {min(unknown)!r}; there are {', '.join(MEASURES)}")
    windows, y = variant.windows(study, target), study.features(target).dataset.y
    how = {"random_state": study.seed, "classifier": variant.classifier}
    found = {}
    if "full" in measures:
        found["full"] = evaluate.cross_validate(windows, y, **how).scores
    if "few" in measures:
        found["few"] = evaluate.learning_curve(windows, y, per_class=5, n_draws=1, **how).scores[0]
    if "similar" in measures:
        songs = evaluate.song_vectors(windows)
        if variant.to_scale:
            deviation = songs.std(axis=0)
            songs = (songs - songs.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
        found["similar"] = evaluate.precision_per_query(songs, y, k=10)
    return found


def difference(measure, variant, control) -> tuple[float, float]:
    """Compare two variants on one target set.

    Parameters
    ----------
    measure : str
        One of `MEASURES`.
    variant, control : array-like, shape (seeds, folds) or (seeds, queries)
        Their scores, from the same seeds in the same order.

    Returns
    -------
    float
        Mean of variant - control.
    float
        Its standard error; see the notes of this module. With a single seed, that of similarity holds for
        this one embedding only.

    Examples
    --------
    >>> control = np.tile([0.5, 0.7], (1, 5))
    >>> difference("full", control + np.tile([0.1, 0.3], 5), control)
    (0.2, 0.048...)
    """
    d = np.asarray(variant) - np.asarray(control)
    seeds, n = d.shape
    if measure == "similar":
        variance = d.mean(axis=0).var(ddof=1) / n
        variance += d.mean(axis=1).var(ddof=1) / seeds if seeds > 1 else 0
    else:
        variance = (1 / d.size + 1 / (n - 1)) * d.var(ddof=1)
    return float(d.mean()), float(np.sqrt(variance))


def experiment(pairs, study, *, targets=TARGETS, seeds=SEEDS, measures=tuple(MEASURES)) -> dict:
    """Measure variants against their controls.

    Scores are kept under `mirlab.paths.data_dir` as they come, so what was stopped goes on.

    Parameters
    ----------
    pairs : sequence of (Variant, Variant)
        Each a control and a variant.
    study : mirlab.paper.Study
        Data, number of processes and progress; its seed is not used.
    targets : sequence of str
        Target sets.
    seeds : sequence of int
        Of training, folds and draws.
    measures : sequence of str
        Some of `MEASURES`.

    Returns
    -------
    dict
        ``scores``: one row a variant (controls among them), target and measure, with mean ``value`` over the
        seeds and its ``standard_error``. ``differences``: one row a pair, target and measure, and one for all
        targets (``target`` is "all"), with ``difference``, ``standard_error``, ``reach`` (how far chance
        alone may move it at the level of the protocol), ``p`` and ``verdict`` ("better", "worse" or "no
        difference found").

    Raises
    ------
    ValueError
        If a measure is unknown.

    Examples
    --------
    >>> control, wide = Variant("100 components"), Variant("256 components", learning={"n_components": 256})
    >>> found = experiment(
    ...     [(control, wide)], paper.Study(), targets=["gtzan-synth"], seeds=[0]
    ... )  # doctest: +SKIP
    >>> found["differences"][-1]["verdict"]  # doctest: +SKIP
    'no difference found'
    """
    targets, seeds, measures = list(targets), list(seeds), list(measures)
    variants = list({_key(v): v for pair in pairs for v in pair}.values())
    work = [(v, target, seed, measures) for v in variants for target in targets for seed in seeds]
    learned = {}
    for v, target, seed, _ in work:
        if v.features != "base" and not _kept_file(study, v, target, seed, measures).is_file():
            sources = tuple(study.sources(v.features, target))
            learned[f"{v.learning} {sources} {seed}"] = (v, target, seed)
    for _ in study.parallel(_learn, list(learned.values()), "embeddings"):
        pass
    found = study.parallel(_measure_kept, work, "measurements")
    scores = {(_key(v), target, seed): one for (v, target, seed, _), one in zip(work, found, strict=True)}

    def over_seeds(variant, target, measure):
        return np.array([scores[_key(variant), target, seed][measure] for seed in seeds])

    report = {"scores": [], "differences": []}
    for v in variants:
        for target in targets:
            for name in measures:
                values = over_seeds(v, target, name)
                value, error = difference(name, values, np.zeros_like(values))
                about = {"variant": v.name, "features": v.features, "target": target, "measure": name}
                report["scores"].append(about | {"value": value, "standard_error": error})
    for control, v in pairs:
        for name in measures:
            each = [
                difference(name, over_seeds(v, target, name), over_seeds(control, target, name))
                for target in targets
            ]
            every = (
                np.mean([d for d, _ in each]),
                np.sqrt(np.sum(np.square([e for _, e in each]))) / len(each),
            )
            for target, (d, error) in zip([*targets, "all"], [*each, every], strict=True):
                about = {"variant": v.name, "control": control.name, "features": v.features}
                about |= {"target": target, "measure": name}
                report["differences"].append(about | _judge(d, error, 10 * len(seeds) - 1))
    return report


def _judge(difference, error, freedom):
    reach = error * stats.t.ppf(1 - LEVEL / 2, freedom)
    p = 2 * stats.t.sf(abs(difference) / error, freedom) if error > 0 else difference == 0
    verdict = "no difference found"
    if abs(difference) > reach:
        verdict = "better" if difference > 0 else "worse"
    numbers = {"difference": difference, "standard_error": error, "reach": reach, "p": p}
    return {name: float(number) for name, number in numbers.items()} | {"verdict": verdict}


def _key(variant):
    """Say in full what a variant is: its name does not tell one kind of features from another."""
    summary = f"{variant.summary.__module__}.{variant.summary.__qualname__}"
    return repr((replace(variant, summary=None), summary))


def _learn(study, variant, target, seed):
    replace(study, seed=seed, parameters=variant.learning, _kept={}).embedding(variant.features, target)


def _measure_kept(study, variant, target, seed, measures):
    file = _kept_file(study, variant, target, seed, measures)
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {name: np.array(kept[name]) for name in measures}
    except (OSError, ValueError, KeyError):
        found = measure(variant, replace(study, seed=seed, _kept={}), target, measures)
        paths.write_atomically(file, json.dumps({name: scores.tolist() for name, scores in found.items()}))
        return found


def _kept_file(study, variant, target, seed, measures):
    """Return where scores are kept: elsewhere as soon as they would come out otherwise."""
    data = study.features(target)
    keys, code = [data.key], _code()
    if variant.features != "base":
        keys += [study.features(name).key for name in study.sources(variant.features, target)]
        code += paper.fingerprint()
    digest = hashlib.blake2b(digest_size=10)
    digest.update(f"{code} {_key(variant)} {seed} {sorted(measures)} {study.scale} {keys}".encode())
    digest.update(data.dataset.y.tobytes())
    return paths.data_dir() / "experiments" / f"{digest.hexdigest()}.json"


@cache
def _code():
    """Fingerprint of all that decides how a measurement comes out, but for the embedding."""
    parts = (evaluate, inspect.getmodule(aggregate), measure, Variant.windows)
    text = "".join(map(inspect.getsource, parts))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


# --- answers ----------------------------------------------------------------------------------------


def answer(name, study, *, targets=TARGETS, seeds=SEEDS) -> dict:
    """Run the experiment of one question.

    Parameters
    ----------
    name : str
        One of `QUESTIONS`.
    study : mirlab.paper.Study
        Data, number of processes and progress.
    targets, seeds
        As for `experiment`.

    Returns
    -------
    dict
        ``question``, what `experiment` found, ``recovery`` (semantic recovery of the joint embedding, learned
        as each variant learns, one value a seed; only where learning is what differs) and ``verdict``, a
        sentence for each variant.

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> answer("everything", paper.Study())
    Traceback (most recent call last):
    ValueError: there is no question 'everything'; there are bound, blocks, nonlinear, classifier
    """
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    question = QUESTIONS[name]
    report = {"question": question.text}
    report |= experiment(question.pairs, study, targets=targets, seeds=seeds, measures=question.measures)
    variants = {v.name: v.learning for pair in question.pairs for v in pair}
    if any(variants.values()):
        work = [(learning, seed) for learning in variants.values() for seed in seeds]
        found = np.reshape(list(study.parallel(_recovery, work, "joint embeddings")), (-1, len(seeds)))
        report["recovery"] = dict(zip(variants, found.tolist(), strict=True))
    report["verdict"] = verdict(report)
    return report


def _recovery(study, learning, seed):
    study = replace(study, seed=seed, parameters=learning, _kept={})
    return paper.semantic_recovery(study)["joint embedding"]["manhattan"]["value"]


def verdict(report) -> list[str]:
    """Say what an experiment found over all target sets.

    Parameters
    ----------
    report : dict
        From `experiment`.

    Returns
    -------
    list of str
        A sentence for each kind of features and variant.

    Examples
    --------
    >>> row = {"variant": "50 hidden units", "control": "linear", "features": "tag", "target": "all",
    ...        "measure": "full", "difference": 0.001, "standard_error": 0.004, "p": 0.8,
    ...        "verdict": "no difference found"}
    >>> print(*verdict({"differences": [row]}))
    50 hidden units against linear, tag features: accuracy, all songs, +0.001 ± 0.004 (no difference found).
    """
    pooled = [row for row in report["differences"] if row["target"] == "all"]
    sentences = {}
    for row in pooled:
        about = f"{row['variant']} against {row['control']}, {row['features']} features"
        told = f"{MEASURES[row['measure']]}, {row['difference']:+.3f} ± {row['standard_error']:.3f}"
        sentences.setdefault(about, []).append(f"{told} ({row['verdict']})")
    return [f"{about}: {'; '.join(told)}." for about, told in sentences.items()]


def run(study, names=tuple(QUESTIONS)) -> dict:
    """Answer the questions by the whole protocol.

    Parameters
    ----------
    study : mirlab.paper.Study
        Number of processes and progress.
    names : sequence of str
        Some of `QUESTIONS`.

    Returns
    -------
    dict
        Ready for JSON: ``scale``, ``seeds``, ``targets``, ``level``, ``versions`` and ``questions``, each as
        from `answer`.
    """
    return {
        "scale": study.scale,
        "seeds": list(SEEDS),
        "targets": list(TARGETS),
        "level": LEVEL,
        "versions": paper.versions(),
        "questions": {name: answer(name, study) for name in names},
    }
