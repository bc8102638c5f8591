"""Measure freezing and fine-tuning with few labels, for lesson 13.

Protocol
--------
It was fixed before the first run, but for the number of seeds.

* *Target*: the genres of `TARGET`, which is synthetic. A seed gives four folds by artist, of which fold 0 is
  the test; `SONGS` songs per label, drawn from the rest (draws for few songs are part of those for more); the
  new output layer; and the order of training. All competitors share them, so differences are paired.
* *Competitors*: each network of `mirlab.networks.small.TAGGERS`, pretrained on tags, with 0, 1, 2 or 3 hidden
  layers unfrozen; the same network with random weights, all layers unfrozen (from scratch) and frozen (a
  control: it has the size, but saw no data); the autoencoder, frozen. The output layer is always new and
  learned. Beside them stand base features with linear regression, its ridge nested.
* *Settings*: each network may choose among `RATES` and `STEPS`, nine in all. With k songs per label, a
  quarter of them (rounded up) is left out, a network is trained on the others with each rate, and judged at
  each number of steps on the songs left out. The best setting is then used on all k songs. Of equally good
  settings the one nearest to the middle is taken. One song per label leaves nothing to judge by: the middle
  setting is used.
* *Score*: the share of test songs whose label is right; outputs are averaged over the patches of a song.
* *Forgetting*: pretrained networks, `FORGET` songs per label, all layers unfrozen, the most steps, each of
  `FORGET_RATES`. Afterwards the old output layer is put back: the mean AUC of the tags on the source's
  held-out artists is compared with the AUC before.
* *Intervals*: 95 %, over the seeds. Training parts of different seeds share songs, so the variance of a mean
  of J seeds is (1/J + 1/3)·s² (Nadeau and Bengio 2003; the test part is a third of the rest), with J - 1
  degrees of freedom.

What was changed later: after five seeds were seen, most intervals were too wide to say anything, so five more
seeds were measured. All ten are reported, and nothing else was changed.

`mirlab.remaking` makes the kept figures again. Every figure is kept as soon as it is there; a run that was
stopped goes on where it was.
"""

from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from mirlab import evaluate
from mirlab.evaluate.nested import fit_nested
from mirlab.evaluate.regression import Songs
from mirlab.networks import small, training
from mirlab.paper import pretraining
from mirlab.paper.fine_tuned import SONGS
from mirlab.paper.report import versions
from mirlab.paper.resuming import Once
from mirlab.paper.study import Study

VERSION = "1"
TARGET = "gtzan-synth"
SEEDS = tuple(range(10))
RATES = (1e-3, 3e-3, 1e-2)
STEPS = (25, 50, 100)
FORGET = 5
FORGET_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
COMPETITORS = [
    *((kind, "pretrained", n) for kind in small.TAGGERS for n in range(4)),
    *((kind, "random", n) for kind in small.TAGGERS for n in (0, 3)),
    ("autoencoder", "pretrained", 0),
    ("base", "none", 0),
]
"""Network, its weights at the start, and the number of unfrozen hidden layers."""


def draw(y, groups, seed, songs=SONGS):
    """Split the songs of the target, and draw those that have labels.

    Parameters
    ----------
    y : array-like, shape (n,) of int
        Labels.
    groups : array-like, shape (n,)
        Artists.
    seed : int
        Seed of folds and draws.
    songs : sequence of int
        Songs per label.

    Returns
    -------
    test : ndarray of int
        Rows of the test songs.
    drawn : dict of int to ndarray of int
        Rows of the labelled songs, by number per label; the songs of one label come in the order of the draw.

    Examples
    --------
    >>> y = np.repeat([0, 1], 20)
    >>> test, drawn = draw(y, np.arange(40), seed=0, songs=(1, 2))
    >>> len(test), len(drawn[2]), set(drawn[1]) <= set(drawn[2])
    (10, 4, True)
    """
    y = np.asarray(y)
    fold = evaluate.folds(y, groups, n_splits=4, random_state=seed)
    order = np.random.default_rng([seed, 13]).permutation(np.flatnonzero(fold != 0))
    of = {label: order[y[order] == label] for label in np.unique(y)}
    return np.flatnonzero(fold == 0), {k: np.concatenate([rows[:k] for rows in of.values()]) for k in songs}


def left_out(rows, y):
    """Split labelled songs for the choice of settings: the first ones learn, the last quarter judges.

    Parameters
    ----------
    rows : ndarray of int
        Labelled songs.
    y : ndarray of int
        Labels of all songs.

    Returns
    -------
    learn, judge : ndarray of int
        `judge` is empty if no label has two songs.

    Examples
    --------
    >>> learn, judge = left_out(np.arange(10), np.repeat([0, 1], 5))
    >>> learn.tolist(), judge.tolist()
    ([0, 1, 2, 5, 6, 7], [3, 4, 8, 9])
    """
    learn, judge = [], []
    for label in np.unique(y[rows]):
        mine = rows[y[rows] == label]
        n = -(-len(mine) // 4) if len(mine) > 1 else 0
        learn.append(mine[: len(mine) - n])
        judge.append(mine[len(mine) - n :])
    return np.concatenate(learn), np.concatenate(judge)


def accuracy(network, songs, y, rows):
    """Return the share of some songs whose label is right.

    Parameters
    ----------
    network : mirlab.networks.small.Small
        With an output for each label.
    songs : list of ndarray, shape (patches, 32, 40)
        Standardised patches of all songs.
    y : ndarray of int
        Labels of all songs.
    rows : ndarray of int
        Which songs.

    Returns
    -------
    float
    """
    outputs = pretraining.by_song(network, [songs[i] for i in rows])
    return float((outputs.argmax(axis=1) == y[rows]).mean())


def tune(network, songs, y, rows, *, unfrozen, rate, steps, seed=0, watch=None, every=10):
    """Train a network on labelled songs: `mirlab.networks.training.fit` on their patches.

    Parameters
    ----------
    network : mirlab.networks.small.Small
        Where training starts, with an output for each label.
    songs, y, rows
        As for `accuracy`.
    unfrozen, rate, steps, seed, watch, every
        As for `mirlab.networks.training.fit`.

    Returns
    -------
    mirlab.networks.small.Small
    """
    x = np.concatenate([songs[i] for i in rows])
    labels = np.repeat(y[rows], [len(songs[i]) for i in rows])
    how = {"unfrozen": unfrozen, "rate": rate, "steps": steps, "seed": seed, "watch": watch, "every": every}
    return training.fit(network, x, labels, **how)


def choose(start, songs, y, rows, *, unfrozen, seed=0):
    """Choose rate and steps on songs of the training part.

    Parameters
    ----------
    start, songs, y, rows, unfrozen, seed
        As for `tune`.

    Returns
    -------
    rate : float
    steps : int
    """
    learn, judge = left_out(rows, y)
    settings = [(rate, steps) for rate in RATES for steps in STEPS]
    middle = len(settings) // 2
    if not len(judge):
        return settings[middle]
    found = {}
    for rate in RATES:

        def watch(step, _, network, rate=rate):
            if step in STEPS:
                found[rate, step] = accuracy(network, songs, y, judge)

        how = {"unfrozen": unfrozen, "rate": rate, "steps": STEPS[-1], "seed": seed}
        tune(start, songs, y, learn, watch=watch, every=STEPS[0], **how)
    best = [setting for setting in settings if found[setting] == max(found.values())]
    return min(best, key=lambda one: abs(settings.index(one) - middle))


def begin(kind, start, labels, seed):
    """Return a network before it is fine-tuned: pretrained or random, with a new output layer.

    Parameters
    ----------
    kind : str
        One of `mirlab.networks.small.KINDS`.
    start : {"pretrained", "random"}
        Its weights.
    labels : int
        Number of outputs.
    seed : int
        Seed of whatever is random.

    Returns
    -------
    mirlab.networks.small.Small
    """
    if start == "random":
        return small.create(kind, labels, seed)
    return small.pretrained(kind).with_output(labels, seed)


def target(study=None):
    """Return the target of the transfer.

    Parameters
    ----------
    study : mirlab.paper.Study, optional
        Provides the features.

    Returns
    -------
    songs : list of ndarray, shape (patches, 32, 40)
        Standardised patches of each song.
    data : mirlab.datasets.Dataset
        Labels, artists and sound.
    """
    stored = (study or Study()).stored(TARGET)
    songs = stored.windows(width=small.FRAMES, summary=small.patches)
    return [small.standardised(song) for song in songs], stored.dataset


def _score(study, songs, data, kind, start, unfrozen, k, seed):
    y, labels = np.asarray(data.y), len(data.label_names)
    test, drawn = draw(y, data.groups, seed)
    if kind == "base":
        windows = Songs(study.windows(TARGET, "base"), len(y), None)
        with threadpool_limits(limits=1, user_api="blas"):
            outputs = fit_nested(windows, y, labels, drawn[k])(test)
        return {"accuracy": float((outputs.argmax(axis=1) == y[test]).mean())}
    network = begin(kind, start, labels, seed)
    rate, steps = choose(network, songs, y, drawn[k], unfrozen=unfrozen, seed=seed)
    tuned = tune(network, songs, y, drawn[k], unfrozen=unfrozen, rate=rate, steps=steps, seed=seed)
    return {"accuracy": accuracy(tuned, songs, y, test), "rate": rate, "steps": steps}


def _forgets(songs, data, held, kind, rate, seed):
    y = np.asarray(data.y)
    test, drawn = draw(y, data.groups, seed)
    network = begin(kind, "pretrained", len(data.label_names), seed)
    how = {"unfrozen": network.hidden, "rate": rate, "steps": STEPS[-1], "seed": seed}
    tuned = tune(network, songs, y, drawn[FORGET], **how)
    auc = pretraining.mean_auc(tuned.with_output_of(small.pretrained(kind)), *held)
    return {"accuracy": accuracy(tuned, songs, y, test), "auc": auc}


def held_out(study=None):
    """Return the standardised patches and the tags of the source's held-out excerpts.

    Parameters
    ----------
    study : mirlab.paper.Study, optional
        Provides the features.

    Returns
    -------
    songs : list of ndarray, shape (patches, 32, 40)
    y : ndarray of bool, shape (n, tags)
        The tags that the kept networks know.
    """
    raw, y, names, fold = pretraining.source(study)
    columns = [names.index(tag) for tag in small.recipe()["tags"]]
    rows = np.flatnonzero(fold == 0)
    return [small.standardised(raw[i]) for i in rows], y[np.ix_(rows, columns)]


def measured(study, *, seeds=SEEDS):
    """Measure everything, or go on where it was stopped.

    Parameters
    ----------
    study : mirlab.paper.Study
        Provides the features; its progress is used.
    seeds : sequence of int
        Which seeds.

    Returns
    -------
    dict
        Ready for JSON: ``scores`` and ``forgetting``, a list of rows each; ``before``, the AUC of the
        source's tags before fine-tuning; ``protocol`` and ``versions``.
    """
    songs, data = target(study)
    held, once = held_out(study), Once("fine-tuning", VERSION)
    keras, jax = training.backend()
    libraries = {"fine_tuning": VERSION, "keras": keras.__version__, "jax": jax.__version__}
    tuned = [(*competitor, k, seed) for seed in seeds for k in SONGS for competitor in COMPETITORS]
    forgot = [(kind, rate, seed) for seed in seeds for kind in small.TAGGERS for rate in FORGET_RATES]
    rows, total = [], len(tuned) + len(forgot)
    for names, all_of_them, measure in (
        (("network", "start", "unfrozen", "songs", "seed"), tuned, partial(_score, study, songs, data)),
        (("network", "rate", "seed"), forgot, partial(_forgets, songs, data, held)),
    ):
        for one in all_of_them:
            what = " ".join(map(str, one))
            rows.append(dict(zip(names, one, strict=True)) | once(what, partial(measure, *one)))
            if study.progress:
                study.progress(len(rows), total, what)
    return {
        "scores": rows[: len(tuned)],
        "forgetting": rows[len(tuned) :],
        "versions": versions() | libraries,
        "protocol": {"target": TARGET, "source": pretraining.SOURCE, "rates": RATES, "steps": STEPS},
        "before": {kind: pretraining.mean_auc(small.pretrained(kind), *held) for kind in small.TAGGERS},
    }
