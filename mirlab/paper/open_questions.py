"""The questions that the paper left open (§7), and four about its own result: experiments with verdicts.

1. *bound*: does a harder bound on the label embedding put the knowledge into V instead of W?
2. *blocks*: do features that know the order of frames help on top of the frame-level representation?
3. *nonlinear*: does a hidden layer help, trained with the same loss?
4. *classifier*: are support vector machines and neural networks better last steps than linear regression?
5. *peak*: how much of a result with few labels is the interpolation peak of plain least squares?
6. *sources*: what would let the tag embedding pass the base features with all songs, as in the paper?
7. *larger*: does it pass them if it learns from a tag set as large as the paper's?
8. *distance*: is what helps in similarity a matter of the distance?

The protocol, fixed before the first result
-------------------------------------------
* One thing is changed at a time: a *variant* is measured against its *control*, which differs only in that.
* Targets are the four synthetic genre sets at lesson scale. Embeddings are learned as in `mirlab.paper`, on
  the other sets or on the tag set, never on the target.
* Measures: ``full``, accuracy in ten-fold cross-validation by song; ``few``, accuracy with five labelled
  songs per label, one draw per fold (``one``, ``two``, ``ten``, ``twenty``: with as many); ``similar``,
  precision at 10 under L1.
* The last step is linear regression whose ridge is chosen inside the training part, as in
  `mirlab.paper.protocol`. In *classifier* every last step sees one vector per song, and is tuned inside the
  training part by one budget: four settings, three folds. In *peak* the variant has no ridge at all; base
  features (800 dimensions) and tag embeddings of 25, 50, 100 and 200 components (four times as many
  dimensions) are compared, with every window and with every third.
* The control of block-level features with their frames in true order is the same with frames shuffled.
* *sources* takes away from the tag set: clips, seconds of each clip, tags, components. If less of it costs
  accuracy and the loss shrinks towards the whole, more would help; the paper had fifteen times as many clips,
  three times as long.
* *larger* composes a tag set of the paper's size, 22 787 clips of 30 s with 160 tags, and takes parts of it:
  clips, drawn for each seed, and seconds. An embedding sees as many frames in training as any other, or five
  times as many. The largest are also compared with the base features. (Asked when the answers to the other
  questions were known, and fixed before the first embedding of it was learned. Its features need 24 GB of
  disk space while they are made, and half of that later; each process needs 6 GB of memory to learn.)
* *distance* measures ``similar`` by the cosine, for variants and controls alike: embeddings and pretrained
  networks against base features, and embeddings against base features that were whitened without labels.
  (Asked because lesson 08 had seen, with one seed and without the networks, that the cosine changes the
  order.)
* The embedding is that of the tags, the paper's better one; the joint embedding is learned for the recovery.
* Seeds 0 to 4, for training, folds and draws; variant and control always share their seeds.
* Errors and intervals are those of `mirlab.paper.protocol`. The comparisons of one question, averaged over
  the target sets, are one family. A difference is called one if p after Holm's correction is below 0.05.
* Cut after the reports of `mirlab.paper.reproduce` were seen, but before any answer was measured, to save
  hours: the genre embedding in *bound* and *nonlinear*, base features in *blocks*, ``full`` in *peak*.
* Nothing else is tuned: learning rates and epochs are the defaults. The neural network may take 1000
  iterations, so that it converges.
"""

import time
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from mirlab import networks
from mirlab.evaluate.nested import NESTED
from mirlab.features import aggregate, block_level
from mirlab.paper.controls import shuffled_block_level
from mirlab.paper.experiments import semantic_recovery
from mirlab.paper.protocol import EPOCHS, LEVEL, SEEDS
from mirlab.paper.report import versions
from mirlab.paper.variants import MEASURES, NAMES, SONGS, TARGETS, Variant, experiment


@dataclass(frozen=True)
class Question:
    """An open question, and the variants that are measured to answer it.

    Attributes
    ----------
    text : str
        The question.
    pairs : tuple of (Variant, Variant)
        Pairs of a control and the variant that is compared with it.
    measures : tuple of str
        Some of `mirlab.paper.variants.NAMES`.
    """

    text: str
    pairs: tuple
    measures: tuple = tuple(MEASURES)


def _bounded(features, bound):
    return Variant(f"labels within {bound}", features, {"label_max_norm": bound})


def _hidden(features, units):
    return Variant(f"{units} hidden units", features, {"n_hidden": units})


def _blocks(name, summary):
    return Variant(name, "tag", summary=summary, to_scale=True)


# Single precision, and a training that ends once ten epochs lower the loss by less than 0.001, save three
# quarters of the time. Both were chosen on one fold of one set, before any answer was measured.
NETWORK = make_pipeline(FunctionTransformer(np.float32), MLPClassifier(max_iter=1000, tol=1e-3))
"""The neural network of *classifier*: one hidden layer of 100 units."""


def _last(features, name, classifier, **grid):
    tuned = GridSearchCV(classifier, grid, cv=3)
    return Variant(name, features, classifier=tuned, by_song=True)


def _ridge(features):
    return _last(features, "linear regression", RidgeClassifier(), alpha=[1, 10, 100, 1000])


def _peak(features, size, every, ridge):
    windows = "every window" if every == 1 else f"every {every}rd window"
    learning = {"n_components": size} if features == "tag" else {}
    name = f"{'nested ridge' if ridge else 'no ridge'}, {4 * size} dimensions, {windows}"
    return Variant(name, features, learning, every=every, ridge=NESTED if ridge else 0.0)


def _less(what, **only):
    return Variant(what, "tag", {"only": only})


def _larger(what, epochs=EPOCHS, **learning):
    return Variant(what, "tag", {"n_epochs": epochs, **learning}, tag_scale="paper")


def _cosine(name, features):
    return Variant(f"{name}, cosine", features, metric="cosine")


LONGER = 5 * EPOCHS
TEN_SECONDS = 430  # frames
SMALL = {"clips": 1500, "frames": TEN_SECONDS}
"""A part of the paper's tag set that is as large as the lesson's tag set."""


QUESTIONS = {
    "bound": Question(
        "Does a harder bound on the label embedding put the knowledge into V instead of W?",
        tuple(
            (Variant("labels within 1, as V", "tag"), _bounded("tag", bound)) for bound in (0.3, 0.1, 0.03)
        ),
    ),
    "blocks": Question(
        "Do features that know the order of frames help on top of the frame-level representation?",
        tuple(
            (_blocks(control, summary), _blocks("block-level", block_level))
            for control, summary in (
                ("four statistics", aggregate),
                ("block-level, frames shuffled", shuffled_block_level),
            )
        ),
    ),
    "nonlinear": Question(
        "Does a hidden layer help, trained with the same loss?",
        tuple((Variant("linear", "tag"), _hidden("tag", units)) for units in (50, 200)),
    ),
    "classifier": Question(
        "Are support vector machines and neural networks better last steps than linear regression?",
        tuple(
            (_ridge(kind), _last(kind, name, classifier, **grid))
            for kind in ("base", "tag")
            for name, classifier, grid in (
                ("linear SVM", SVC(kernel="linear"), {"C": [0.0001, 0.001, 0.01, 0.1]}),
                ("RBF SVM", SVC(), {"C": [0.1, 1, 10, 100]}),
                ("neural network", NETWORK, {"mlpclassifier__alpha": [0.001, 0.01, 0.1, 1]}),
            )
        ),
        measures=("full", "few"),
    ),
    "peak": Question(
        "How much of a result with few labels is the interpolation peak of plain least squares?",
        tuple(
            (_peak(*what, every, ridge=True), _peak(*what, every, ridge=False))
            for every in (1, 3)
            for what in (("base", 200), ("tag", 25), ("tag", 50), ("tag", 100), ("tag", 200))
        ),
        measures=tuple(SONGS),
    ),
    "sources": Question(
        "What would let the tag embedding pass the base features with all songs, as in the paper?",
        tuple(
            (Variant("all of the tag set", "tag"), variant)
            for variant in (
                _less("375 clips", clips=375),
                _less("750 clips", clips=750),
                _less("2.5 s of each clip", frames=107),
                _less("5 s of each clip", frames=215),
                _less("10 tags", tags=10),
                _less("20 tags", tags=20),
                Variant("50 components", "tag", {"n_components": 50}),
                Variant("200 components", "tag", {"n_components": 200}),
            )
        ),
        measures=("full",),
    ),
    "larger": Question(
        "Does the tag embedding pass the base features if its tag set is as large as the paper's?",
        (
            *(
                (_larger("1500 clips of 10 s", only=SMALL), variant)
                for variant in (
                    _larger("1500 clips of 30 s", only={"clips": 1500}),
                    _larger("6000 clips of 10 s", only=SMALL | {"clips": 6000}),
                    _larger("22787 clips of 10 s", only={"frames": TEN_SECONDS}),
                    _larger("22787 clips of 30 s"),
                )
            ),
            (
                _larger("1500 clips of 10 s, trained longer", LONGER, only=SMALL),
                _larger("22787 clips of 30 s, trained longer", LONGER),
            ),
            *(
                (Variant("base features", "base"), variant)
                for variant in (
                    _larger("22787 clips of 30 s"),
                    _larger("22787 clips of 30 s, trained longer", LONGER),
                    _larger("22787 clips of 30 s, trained longer, 200 components", LONGER, n_components=200),
                )
            ),
        ),
        measures=("full",),
    ),
    "distance": Question(
        "Is what helps in similarity a matter of the distance?",
        tuple(
            (_cosine(control, features), _cosine(kind, kind))
            for control, features, kinds in (
                ("base features", "base", ("genre", "tag", "whitened", *networks.NAMES)),
                ("whitened", "whitened", ("genre", "tag")),
            )
            for kind in kinds
        ),
        measures=("similar",),
    ),
}


RECOVERED = ("bound", "nonlinear")
"""Questions about how a space is learned: they also ask what the joint embedding, learned so, recovers."""


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
        ``question``, the report of `experiment`, ``verdict`` (a sentence for each variant) and, for those of
        `RECOVERED`, ``recovery`` (semantic recovery of the joint embedding, learned as each variant
        learns, one value per seed).

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> answer("all", study=None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: there is no question 'all'; there are bound, blocks, nonlinear, ...
    """
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    question = QUESTIONS[name]
    report = {"question": question.text}
    report |= experiment(question.pairs, study, targets=targets, seeds=seeds, measures=question.measures)
    variants = {v.name: v.learning for pair in question.pairs for v in pair}
    if name in RECOVERED:
        work = [(learning, seed) for learning in variants.values() for seed in seeds]
        values = np.reshape(list(study.parallel(_recovery, work, "joint embeddings")), (-1, len(seeds)))
        report["recovery"] = dict(zip(variants, values.tolist(), strict=True))
    report["verdict"] = verdict(report)
    return report


def _recovery(study, learning, seed):
    study = study.but(seed=seed, parameters=learning)
    return semantic_recovery(study)["joint embedding"]["manhattan"]["value"]


def verdict(report) -> list[str]:
    """Say what an experiment found over all target sets; ± is half the 95 % interval.

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
    ...        "measure": "full", "difference": 0.001, "reach": 0.008, "p": 0.8,
    ...        "verdict": "no difference found"}
    >>> print(*verdict({"differences": [row]}))
    50 hidden units against linear, tag features: accuracy, all songs, +0.001 ± 0.008 (no difference found).
    """
    pooled = [row for row in report["differences"] if row["target"] == "all"]
    sentences = {}
    for row in pooled:
        about = f"{row['variant']} against {row['control']}, {row['features']} features"
        change = f"{NAMES[row['measure']]}, {row['difference']:+.3f} ± {row['reach']:.3f}"
        sentences.setdefault(about, []).append(f"{change} ({row['verdict']})")
    return [f"{about}: {'; '.join(changes)}." for about, changes in sentences.items()]


def run(study, names=tuple(QUESTIONS)) -> dict:
    """Answer questions with the whole protocol.

    Parameters
    ----------
    study : mirlab.paper.Study
        Number of processes and progress.
    names : sequence of str
        Some of `QUESTIONS`.

    Returns
    -------
    dict
        Ready for JSON: ``scale``, ``seconds`` of work (kept measurements take none), ``seeds``, ``targets``,
        ``level``, ``versions`` and ``questions``, each as from `answer`.
    """
    started = time.perf_counter()
    questions = {name: answer(name, study) for name in names}
    return {
        "scale": study.scale,
        "seconds": round((time.perf_counter() - started) * study.n_jobs),
        "seeds": list(SEEDS),
        "targets": list(TARGETS),
        "level": LEVEL,
        "versions": versions(),
        "questions": questions,
    }
