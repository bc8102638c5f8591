"""Labels per class against accuracy, for every method of lesson 15.

The protocol was fixed before the first run:

* *Sets*: gtzan-synth and unique-synth, at lesson scale. Both are synthetic.
* *Seeds* 0 to 4, each with five folds. No artist is on both sides (`mirlab.evaluate.folds`). The training
  part is all songs of the other four folds. Labels of k songs per class are given, k = 1, 2, 5, 10, 20, one
  draw in each fold; draws are nested, and the same for all methods. All other songs of the training part are
  there without labels. Test songs are used for nothing but the test, not even for a mean.
* *A song is one vector*: the mean of its windows of base features, or of the patches of the real network
  (MTT_vgg, frozen). The network was trained on tags of real music: it is the one method with outside help.
* *One classifier*: ridge regression onto one-hot labels, its ridge chosen on left-out labelled songs
  (`mirlab.evaluate.nested`; whole artists are left out), for labels alone, PCA, k-means, the contrastive
  network, the same network untrained (its control) and the real network. Self-training uses it too. Label
  spreading and prototypes are classifiers of their own.
* *One budget*: each method has at most three settings (`mirlab.fewlabels.METHODS`). The one with most
  left-out labelled songs right is taken, in at most three folds of the labelled songs; with one song per
  class, the middle one. Labels alone, the untrained and the real network have no setting.
* *Choosing songs*: k times the number of classes are labelled, whatever class they turn out to be of: at
  random, far apart (on 32 principal axes), or where the ridge classifier is unsure (a random start of one
  song per class on average, then as many at a time). The classifier is the one of labels alone.
* *Judging*: mean accuracy over 25 folds with its 95 % interval, corrected for shared training songs
  (`mirlab.paper.inference.over_folds`). Each method is compared with its control, fold by fold (`CONTROLS`).
  All comparisons of a set are one family (Holm), and a difference is called one if the corrected p is below
  0.05.

Limits that were known beforehand: ten-second excerpts of synthetic music; a few hundred unlabelled songs,
where published gains rest on thousands; one small network.

`mirlab.remaking` makes the kept figures again. A run that was stopped goes on where it was. Other versions of
scikit-learn may draw other folds; the file names the versions that made it.
"""

from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import corpus, evaluate
from mirlab.fewlabels.classifiers import labels_alone
from mirlab.fewlabels.methods import METHODS, RULES, accuracy, picked
from mirlab.fewlabels.tasks import draw, split
from mirlab.paper import versions
from mirlab.paper.inference import judged, over_folds
from mirlab.paper.resuming import Once

VERSION = "1"
"""Of this protocol."""

SETS = ("gtzan-synth", "unique-synth")
SEEDS = (0, 1, 2, 3, 4)
FOLDS = 5
PER_CLASS = (1, 2, 5, 10, 20)
NETWORK = "mtt_vgg"
CONTROLS = (
    *((method, "labels alone") for method in METHODS if method != "labels alone"),
    ("contrastive", "untrained network"),
    ("songs far apart", "random songs"),
    ("unsure songs", "random songs"),
)
"""Which methods are compared, and with what."""


def data(study, name, *, network=None):
    """Return the arrays that `split` needs.

    Parameters
    ----------
    study : mirlab.paper.Study
        Where features come from.
    name : str
        A data set.
    network : str, optional
        Also the mean patches of this network.

    Returns
    -------
    dict
        ``windows``, ``y``, ``artists``, ``network``: arguments of `mirlab.fewlabels.split`.
    """
    found = study.stored(name).dataset
    frozen = None if network is None else evaluate.song_vectors(study.windows(name, network))
    windows = np.stack(study.windows(name, "base"))
    return {"windows": windows, "y": np.asarray(found.y), "artists": found.groups, "network": frozen}


def cell(arrays, seed, fold):
    """Measure every method and rule on one fold.

    Parameters
    ----------
    arrays : dict
        From `data`.
    seed, fold : int
        Which fold is held out.

    Returns
    -------
    dict
        ``accuracy`` and ``settings``: a list over `PER_CLASS`, for each method; rules have no settings.
    """
    task = split(**arrays, fold=fold, n_splits=FOLDS, seed=seed)
    found, settings = {}, {}
    for method in METHODS:
        results = [accuracy(task, method, draw(task, k)) for k in PER_CLASS]
        found[method] = [score for score, _ in results]
        settings[method] = [setting for _, setting in results]
    for rule in RULES:
        order = picked(task, rule, min(max(PER_CLASS) * task.n_labels, len(task.train)))
        found[rule] = [learned(task, order[: k * task.n_labels]) for k in PER_CLASS]
    return {"accuracy": found, "settings": {m: s for m, s in settings.items() if len(METHODS[m]) > 1}}


def learned(task, labelled):
    """Return the accuracy of labels alone with these labelled songs.

    Parameters
    ----------
    task : mirlab.fewlabels.Task
        Songs.
    labelled : ndarray of int
        Those that are labelled.

    Returns
    -------
    float
    """
    X, codes = task.songs, task.y[labelled]
    found = labels_alone(X[labelled], codes, task.n_labels, X[task.test], artists=task.artists[labelled])
    return float((found.argmax(axis=1) == task.y[task.test]).mean())


def about():
    """Return what a kept file says about itself: versions and protocol.

    Returns
    -------
    dict

    Examples
    --------
    >>> about()["seeds"]
    [0, 1, 2, 3, 4]
    """
    return {
        "protocol": f"mirlab.fewlabels.study, version {VERSION}",
        "corpus": corpus.VERSION,
        "seeds": list(SEEDS),
        "folds": FOLDS,
        "per_class": list(PER_CLASS),
        "network": NETWORK,
        "sets": list(SETS),
    }


def measured(study) -> dict:
    """Measure everything, or go on where it was stopped.

    Parameters
    ----------
    study : mirlab.paper.Study
        Where features come from; its progress is used.

    Returns
    -------
    dict
        Ready for JSON: what `about` returns, ``versions``, and ``cells``, each as from `cell`.
    """
    once, arrays = Once("few-labels", VERSION), {}

    def measure(name, seed, fold):
        if name not in arrays:
            arrays.clear()
            arrays[name] = data(study, name, network=NETWORK)
        return _rounded(cell(arrays[name], seed, fold))

    todo = [(name, seed, fold) for name in SETS for seed in SEEDS for fold in range(FOLDS)]
    cells = {}
    with threadpool_limits(limits=1):
        for one in todo:
            key = "/".join(map(str, one))
            cells[key] = once(key, partial(measure, *one))
            if study.progress:
                study.progress(len(cells), len(todo), key)
    return about() | {"versions": versions(), "cells": cells}


def _rounded(found):
    scores = {name: [round(score, 5) for score in values] for name, values in found["accuracy"].items()}
    return found | {"accuracy": scores}


def curves(report, name) -> dict:
    """Return the accuracies of one data set.

    Parameters
    ----------
    report : dict
        From `measured`, or `mirlab.paper.kept`.
    name : str
        A data set.

    Returns
    -------
    dict of str to ndarray, shape (per_class, seeds, folds)
        For each method and rule.
    """
    cells = [
        [report["cells"][f"{name}/{seed}/{fold}"]["accuracy"] for fold in range(report["folds"])]
        for seed in report["seeds"]
    ]
    return {
        method: np.array([[one[method] for one in row] for row in cells]).transpose(2, 0, 1)
        for method in (*METHODS, *RULES)
    }


def rows(report, name) -> list[dict]:
    """Return the mean accuracies of one data set with their intervals.

    Parameters
    ----------
    report, name
        As for `curves`.

    Returns
    -------
    list of dict
        ``dataset``, ``method``, ``per_class``, ``value`` and ``reach``.
    """
    found = []
    for method, scores in curves(report, name).items():
        for k, one in zip(report["per_class"], scores, strict=True):
            mean = over_folds(one)
            found.append(
                {"dataset": name, "method": method, "per_class": k, "value": mean.value, "reach": mean.reach}
            )
    return found


def differences(report, name) -> list[dict]:
    """Compare each method with its control.

    Parameters
    ----------
    report, name
        As for `curves`.

    Returns
    -------
    list of dict
        ``dataset``, ``method``, ``control``, ``per_class``, ``difference``, ``reach``, ``p``, ``adjusted``
        and ``verdict``, as from `mirlab.paper.inference.judged`.
    """
    scores = curves(report, name)
    found = []
    for method, control in CONTROLS:
        for i, k in enumerate(report["per_class"]):
            one = over_folds(scores[method][i] - scores[control][i])
            row = {"dataset": name, "target": name, "method": method, "control": control, "per_class": k}
            found.append(row | {"difference": one.value, "reach": one.reach, "p": one.p})
    return judged(found)
