"""What a real network hears, measured: layers, a new last layer, the domain gap, and wrong front ends.

Lesson 12 shows the kept figures. `mirlab.remaking` makes them again; it needs the real clips of GTZAN
(`data/cards/real-clips.md`).

The protocol, fixed before the first run
----------------------------------------
* *Two domains of the same size.* real: the first 10 s of 100 clips of GTZAN, ten per genre. synthetic: every
  fourth excerpt of gtzan-synth (10 s each), ten for each of the same ten genres. Splits are by song, since
  four of the real genres have one artist each; artists repeat in both domains, which flatters all features.
* *Networks* are frozen. `TRAINED` has four. The control is the architecture of msd_musicnn with weights that
  were never trained (`mirlab.networks.untrained`). Each patch of three seconds is a window.
* *Seeds* are those of `mirlab.paper.protocol`. Folds, draws of training songs, the tag embedding and the
  untrained weights are those of the seed; the clips and the trained networks stay.
* *features*: base, MFCC and the tag embedding V as in `mirlab.paper`, and the embedding of each network.
  Linear regression, nested ridge, ten folds; with 1 and 5 training songs per genre (two draws in each fold),
  and with all nine. Compared in pairs with base; the comparisons of one domain are one family (Holm).
* *layers*: every layer of msd_musicnn and of its untrained twin, by the same regression and folds, with all
  songs. Tasks: genre (10 classes); and three classes of equal size of brightness (spectral centroid),
  loudness (root mean square) and, in the synthetic domain where it is known, tempo. *genre_alone* is the
  control for these: the accuracy of guessing the most frequent class among the other songs of the genre.
  "General early, specific late" is tested by one difference fixed before: layer `EARLY` minus layer `LATE`.
* *zero_shot*: the AUC of those tags that are names of genres, for the clips of that genre against all others.
  No training is involved, so it compares the domains without any choice of ours.
* *crossing*: learn genres on all clips of one domain, predict those of the other one.
* *distances*: the median Euclidean distance of a synthetic clip to the nearest real one, on song vectors that
  are standardised by the real clips; beside it, for a real clip, the nearest other one, and (the control) the
  nearest one of another genre. All are divided by the first of these two.
* *front_end*, real clips, the middle three seconds, msd_musicnn: for each entry of
  `mirlab.networks.mistakes`, the share of clips whose first tag stays; how much probabilities move; the mean
  AUC of the genre tags; accuracy if the mistake is made in use only (learned from right features), and if it
  is made in training too.
* Intervals are 95 %, over folds and seeds as in `mirlab.paper.inference`; for *crossing* over artists and
  seeds, as for queries there. Nothing is tuned, and every result is kept, whichever way it falls.

Version 1 had the first seed only (with five draws), and counted every clip of *crossing* as an artist.
"""

import time

import numpy as np

from mirlab import evaluate, networks
from mirlab.paper.clips import course_features, layers, real, synthetic
from mirlab.paper.probes import (
    distances,
    first_tags,
    genre_auc,
    measure_crossing,
    measure_features,
    measure_front_ends,
    measure_layers,
    tag_means,
)
from mirlab.paper.protocol import SEEDS
from mirlab.paper.report import versions
from mirlab.paper.resuming import Once, folder

VERSION = 2
"""To be raised whenever a figure of the report can come out differently."""

NETWORK, UNTRAINED = "msd_musicnn", "untrained"
TRAINED = ("msd_musicnn", "msd_vgg", "mtt_musicnn", "mtt_vgg")


STEPS = 2 * (len(TRAINED) + 4) + 2
"""Steps of which `measured` reports progress."""


def measured(study):
    """Make the report.

    Parameters
    ----------
    study : mirlab.paper.Study
        Its root is the folder of the real clips; its progress is used.

    Returns
    -------
    dict
        Ready for JSON; its parts are described at the head of this module.

    Raises
    ------
    NetworkError
        If a network is not on this machine.
    DatasetError
        If there are no clips in the folder.
    """
    started, done = time.perf_counter(), 0

    def say(what):
        nonlocal done
        done += 1
        if study.progress:
            study.progress(done, STEPS, what)

    report = {"version": VERSION, "seeds": list(SEEDS), "versions": versions()}
    a, b = real(study.root), synthetic()
    once = Once("listening", VERSION)
    a_windows, b_windows = (measure_domain(domain, report, say, once) for domain in (a, b))
    say("from one domain to the other")
    report["crossing"] = [
        *once(f"{a.key} to {b.key}", lambda: measure_crossing(a, b, a_windows, b_windows)),
        *once(f"{b.key} to {a.key}", lambda: measure_crossing(b, a, b_windows, a_windows)),
    ]
    report["distances"] = [
        {"features": kind} | _mean_distances(a_windows[kind], b_windows[kind], a.labels) for kind in a_windows
    ]
    say("wrong front ends")
    report["front_end"] = once(f"{a.key}, front ends", lambda: measure_front_ends(a, networks.load(NETWORK)))
    return report | {"seconds": time.perf_counter() - started}


def _mean_distances(a_windows, b_windows, labels):
    """Average the distances over the seeds."""
    each = [
        distances(evaluate.song_vectors(a), evaluate.song_vectors(b), labels)
        for a, b in zip(a_windows, b_windows, strict=True)
    ]
    return {what: float(np.mean([one[what] for one in each])) for what in each[0]}


def measure_domain(domain, report, say, once):
    """Add to a report what is measured in one domain.

    Parameters
    ----------
    domain : mirlab.paper.clips.Domain
        Its clips.
    report : dict of str to list
        Gets more rows.
    say : callable
        Called with a sentence before each step.
    once : mirlab.paper.resuming.Once
        Keeps what takes long.

    Returns
    -------
    dict of str to list of list of ndarray
        Its features by kind and seed, for comparisons with another domain.
    """
    of_networks = _of_networks(domain, say)
    say(f"{domain.name}: features of the course")
    embeddings = {name: [one["embedding"] for one in of] for name, of in of_networks.items()}
    windows = course_features(domain, SEEDS) | embeddings
    say(f"{domain.name}: a new last layer")
    rows = once(f"{domain.key}, features", lambda: measure_features(domain, windows))
    found = dict(zip(("features", "differences"), rows, strict=True))
    say(f"{domain.name}: layer by layer")
    probed = {
        name: {layer: [one[layer] for one in of_networks[name]] for layer in of_networks[name][0]}
        for name in (NETWORK, UNTRAINED)
    }
    rows = once(f"{domain.key}, layers", lambda: measure_layers(domain, probed))
    found |= zip(("layers", "early_minus_late", "genre_alone"), rows, strict=True)
    found["zero_shot"] = []
    for name, of in of_networks.items():
        tags = networks.facts(NETWORK if name == UNTRAINED else name).tags
        means = [tag_means(one["logits"]) for one in of]
        each = [genre_auc(one, tags, domain.labels) for one in means]
        found["zero_shot"] += [
            {"domain": domain.name, "network": name, "genre": genre}
            | {"auc": float(np.mean([auc[genre] for auc in each]))}
            for genre in each[0]
        ]
        if name == NETWORK:
            found["tags"] = first_tags(domain, means[0], tags)
    for part, rows in found.items():
        report.setdefault(part, []).extend(rows)
    return windows


def _of_networks(domain, say):
    """Run all networks on a domain, or read what was kept: {network: for each seed, {layer: arrays}}."""
    found = {}
    for name in (*TRAINED, UNTRAINED):
        say(f"{domain.name}: {name} listens to {len(domain)} clips")
        if name == UNTRAINED:
            found[name] = [
                _layers(domain, f"{name}-{seed}", lambda seed=seed: networks.untrained(NETWORK, seed))
                for seed in SEEDS
            ]
        else:
            found[name] = [_layers(domain, name, lambda name=name: networks.load(name))] * len(SEEDS)
    return found


def _layers(domain, name, load):
    """Return the layers of a network for every clip of a domain; it listens only once."""
    file = folder("listening", VERSION) / f"{domain.key}-{name}.npz"
    if not file.is_file():
        arrays = {layer: np.stack(one) for layer, one in layers(domain, load()).items()}
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part.npz")
        np.savez(part, **arrays)
        part.replace(file)
    with np.load(file) as arrays:
        return {layer: list(arrays[layer]) for layer in arrays.files}
