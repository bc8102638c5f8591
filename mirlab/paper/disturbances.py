"""Which features survive another room, another radio: extractor × disturbance × strength (lesson 14).

`mirlab.remaking` makes the kept figures again. A run that was stopped goes on where it was: disturbed
features and finished scores are kept (`mirlab.paper.resuming`).

The protocol, fixed before the first run
----------------------------------------
* *Songs*: 20 of each genre of gtzan-synth, of as many artists as possible, so one of each artist in turn.
  Everything here is synthetic. The middle five seconds of an excerpt are disturbed; features describe the
  last three of what comes out (a disturbed tempo makes it shorter, and a room needs time to fill).
* *Extractors*: base (windows of the log-mel spectrum), mfcc, tag (the embedding V that was learned on
  magnatagatune-synth, by other artists), and mtt_vgg, a network that learned from real music. All of them get
  the same sound.
* *Disturbances*: all of `mirlab.audio.disturbances`, at the strengths 0.25, 0.5 and 1. Noise and rooms are
  drawn anew for each excerpt.
* *Sweep*: train on undisturbed songs, test on disturbed ones of other artists. Five folds by artist, five
  seeds of folds; the linear regression of §6.2, its ridge chosen inside the training part.
* *Remedies*, at strength 1: standardisation of each domain by itself, CORAL, importance weights
  (`mirlab.evaluate.domains`). They see the disturbed copies of the training songs, without labels. These
  have the genres of the training songs in the same proportions, which is the best case.
  *Copies of it*: training songs and their copies with the same disturbance at 0.25 and 0.5: it is known what
  will happen, but not how strong. *Copies of others*: training songs and copies with two other disturbances
  at 0.5, drawn for each seed: it is not known what will happen.
* *The bound*: labels from there, which is training on the disturbed songs themselves. What it loses against
  undisturbed songs is lost; the rest is a gap between domains, which a remedy could close.
* *Negative transfer*: the other domain has three of the ten genres only (drawn for each seed), and the
  remedies see only these. Tested are the songs of the three genres. The control sees as many songs of the
  other domain, but of all genres, and is tested on the same songs. The other domain is the telephone at
  strength 1, or nothing is changed at all.
* *Intervals* are 95 % intervals, corrected for shared training songs as in `mirlab.paper.protocol`.
  Differences are taken fold by fold. Chance is 0.1.
"""

from functools import partial

import numpy as np

from mirlab.audio.disturbances import DISTURBANCES
from mirlab.evaluate.domains import across_domains, learn
from mirlab.paper.disturbed_songs import EXTRACTORS, N_SPLITS, SET, VERSION, Disturbed
from mirlab.paper.inference import over_folds
from mirlab.paper.report import versions
from mirlab.paper.resuming import Once

STRENGTHS = (0.25, 0.5, 1.0)
SEEDS = (0, 1, 2, 3, 4)
REMEDIES = (
    "nothing",
    "standardisation",
    "CORAL",
    "importance weights",
    "copies of it",
    "copies of others",
    "labels from there",
)
FEW_GENRES = 3


def sweep(songs, kind):
    """Measure one extractor under every disturbance: accuracies of one model for each fold.

    Returns
    -------
    dict of (str, float) to list of list of float
        For each disturbance and strength, and ``("clean", 0.0)``: accuracy by seed and fold.
    """
    domains = {("clean", 0.0): songs.windows("noise", 0)[kind]}
    domains |= {(d, s): songs.windows(d, s)[kind] for d in DISTURBANCES for s in STRENGTHS}
    scores = {key: [] for key in domains}
    for seed in SEEDS:
        fold = songs.folds(seed)
        of_seed = {key: [] for key in domains}
        for f in range(N_SPLITS):
            train, test = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
            known = domains["clean", 0.0][train].astype(float)
            predict = learn(known, songs.y[train], songs.y.max() + 1, groups=songs.groups[train])
            for key, windows in domains.items():
                found = predict(windows[test].astype(float)).argmax(axis=1)
                of_seed[key].append(float((found == songs.y[test]).mean()))
        for key, accuracies in of_seed.items():
            scores[key].append(accuracies)
    return scores


def remedy(songs, kind, name, how):
    """Measure one extractor with one remedy under a disturbance at strength 1: accuracy by seed and fold."""
    clean, target = songs.windows("noise", 0)[kind], songs.windows(name, 1.0)[kind]
    scores = []
    for seed in SEEDS:
        source, copies = clean, []
        if how == "labels from there":
            source = target
        elif how == "copies of it":
            copies = [songs.windows(name, strength)[kind] for strength in STRENGTHS[:-1]]
        elif how == "copies of others":
            others = np.random.default_rng(seed).permutation([d for d in DISTURBANCES if d != name])[:2]
            copies = [songs.windows(other, 0.5)[kind] for other in others]
        fold = songs.folds(seed)
        method = how if how in ("standardisation", "CORAL", "importance weights") else "nothing"
        right = across_domains(
            source, target, songs.y, fold, groups=songs.groups, remedy=method, copies=copies
        )
        scores.append([float(right[fold == f].mean()) for f in range(N_SPLITS)])
    return scores


def few_genres(songs, kind, name, how, sees):
    """Measure a remedy where the other domain has three genres only: accuracy on these, by seed and fold.

    `name` is a disturbance at strength 1, or "clean"; `sees` is "these genres", or "all genres" for the
    control.
    """
    clean = songs.windows("noise", 0)[kind]
    target = clean if name == "clean" else songs.windows(name, 1.0)[kind]
    scores = []
    for seed in SEEDS:
        rng, fold = np.random.default_rng(seed), songs.folds(seed)
        these = np.isin(songs.y, rng.permutation(np.unique(songs.y))[:FEW_GENRES])
        seen = these
        if sees == "all genres":
            as_many = round(these.sum() / len(np.unique(songs.y)))
            seen = np.zeros(len(songs.y), bool)
            for label in np.unique(songs.y):
                seen[rng.permutation(np.flatnonzero(songs.y == label))[:as_many]] = True
        right = across_domains(clean, target, songs.y, fold, groups=songs.groups, remedy=how, unlabelled=seen)
        scores.append([float(right[these & (fold == f)].mean()) for f in range(N_SPLITS)])
    return scores


def measured(study):
    """Measure everything, or go on where it was stopped.

    Parameters
    ----------
    study : mirlab.paper.Study
        Lesson scale.

    Returns
    -------
    dict
        Ready for JSON: ``sweep``, ``remedies`` and ``proportions`` are lists of rows with ``scores`` (by seed
        and fold), ``value`` and ``reach``; the last two also have ``difference`` from doing nothing, and its
        ``difference_reach``.
    """
    songs, once = Disturbed(study), Once("disturbances", VERSION)
    rows = {"sweep": [], "remedies": [], "proportions": []}
    for done, kind in enumerate(EXTRACTORS, start=1):
        found = once(
            f"sweep {kind}", lambda kind=kind: [[*key, scores] for key, scores in sweep(songs, kind).items()]
        )
        rows["sweep"] += [
            {"features": kind, "disturbance": d, "strength": s} | _row(scores) for d, s, scores in found
        ]
        for name in DISTURBANCES:
            scores = {
                how: once(f"{kind} {name} {how}", partial(remedy, songs, kind, name, how)) for how in REMEDIES
            }
            about = {"features": kind, "disturbance": name}
            rows["remedies"] += [
                about | {"remedy": how} | _row(one, scores["nothing"]) for how, one in scores.items()
            ]
            songs.tell(done, len(EXTRACTORS), f"remedies, {kind}, {name}")
        for name in ("telephone", "clean"):
            rows["proportions"] += _proportions(songs, kind, name, once)
    return {
        "version": VERSION,
        "set": SET,
        "songs": len(songs.songs),
        "artists": len(np.unique(songs.groups)),
        "seeds": list(SEEDS),
        "folds": N_SPLITS,
        "strengths": list(STRENGTHS),
        "amounts": {d: {f"{s:g}": one.says(s) for s in STRENGTHS} for d, one in DISTURBANCES.items()},
        "versions": versions(),
        **rows,
    }


def _proportions(songs, kind, name, once):
    settings = [("nothing", "these genres")]
    settings += [(how, sees) for how in REMEDIES[1:4] for sees in ("these genres", "all genres")]
    scores = {
        (how, sees): once(
            f"few {kind} {name} {how} {sees}", partial(few_genres, songs, kind, name, how, sees)
        )
        for how, sees in settings
    }
    about = {"features": kind, "disturbance": name}
    nothing = scores["nothing", "these genres"]
    return [about | {"remedy": how, "sees": sees} | _row(one, nothing) for (how, sees), one in scores.items()]


def _row(scores, nothing=None):
    found = over_folds(scores)
    row = {
        "scores": np.round(scores, 4).tolist(),
        "value": round(found.value, 4),
        "reach": round(found.reach, 4),
    }
    if nothing is not None:
        gain = over_folds(np.subtract(scores, nothing))
        row |= {"difference": round(gain.value, 4), "difference_reach": round(gain.reach, 4)}
    return row


def kept_shares(report, strength=1.0):
    """Return which share of its accuracy on clean songs each extractor keeps, over all disturbances.

    Parameters
    ----------
    report : dict
        From `measured`, or `mirlab.paper.kept`.
    strength : float
        One of `STRENGTHS`.

    Returns
    -------
    dict of str to ndarray, shape (seeds, folds)
        By extractor: the mean accuracy over the disturbances in each fold, divided by the accuracy on clean
        songs over all folds. `mirlab.paper.inference.over_folds` gives an interval of a difference.
    """
    clean = {row["features"]: row["value"] for row in report["sweep"] if row["disturbance"] == "clean"}
    scores = {kind: [] for kind in clean}
    for row in report["sweep"]:
        if row["disturbance"] != "clean" and row["strength"] == strength:
            scores[row["features"]].append(row["scores"])
    return {kind: np.mean(mine, axis=0) / clean[kind] for kind, mine in scores.items()}


def over_disturbances(report):
    """Average each remedy over all disturbances, for each extractor.

    Parameters
    ----------
    report : dict
        From `measured`, or `mirlab.paper.kept`.

    Returns
    -------
    list of dict
        Rows with ``features``, ``remedy``, ``value``, ``reach``, ``difference`` and ``difference_reach``. The
        folds of one seed are averaged over the disturbances first, since they hold the same songs.
    """
    scores = {}
    for row in report["remedies"]:
        scores.setdefault((row["features"], row["remedy"]), []).append(row["scores"])
    means = {key: np.mean(all_of_them, axis=0) for key, all_of_them in scores.items()}
    return [
        {"features": kind, "remedy": how} | _row(one, means[kind, "nothing"])
        for (kind, how), one in means.items()
    ]
