"""Train the small networks of lesson 13 beforehand: ``python -m mirlab.paper.pretraining``.

Protocol
--------
* Source: the excerpts of the synthetic tag set, in three folds by artist (seed 0). Fold 0 is never
  learned from: the AUC of its tags says what a network has learned, and later what it forgot.
* Tags: those that 30 or more of the other excerpts have.
* The number of steps is chosen from `STEPS` for each network: trained on fold 2, judged on fold 1, by the
  mean AUC of the tags (of the autoencoder: by its error). Then the network is trained on both folds.
* Learning rate 0.001, batches of 32 patches, seed 0. The autoencoder learns the same patches without tags.
* Weights are kept as 16-bit numbers in ``mirlab/networks/small.npz``.

It takes some minutes. Another machine rounds differently and gets other weights, which do as well; the kept
figures of `mirlab.paper.fine_tuning` belong to the kept weights.
"""

import json
import sys

import numpy as np
from sklearn.model_selection import GroupKFold

from mirlab import corpus, evaluate
from mirlab.networks import small, training
from mirlab.paper.report import versions
from mirlab.paper.study import Study

SOURCE = "magnatagatune-synth"
LEAST = 30
"""Training excerpts that a tag needs."""
RATE = 1e-3
STEPS = (125, 250, 500, 1000)
"""Numbers of steps to choose from."""


def source(study=None, rows=None):
    """Return the source of the transfer: patches, tags and folds.

    Parameters
    ----------
    study : mirlab.paper.Study, optional
        Provides the features.

    Returns
    -------
    x : list of ndarray, shape (patches, 32, 40)
        Patches of each excerpt, as they are.
    y : ndarray of bool, shape (n, tags)
        All tags.
    names : list of str
        Their names.
    fold : ndarray, shape (n,) of int
        0, 1 or 2; no artist is in two of them. Fold 0 is held out.
    """
    stored = (study or Study()).stored(SOURCE)
    fold = np.empty(len(stored), dtype=int)
    splitter = GroupKFold(3, shuffle=True, random_state=0)
    groups = np.asarray(stored.dataset.groups)
    for number, (_, test) in enumerate(splitter.split(groups, groups=groups)):
        fold[test] = number
    x = stored.windows(width=small.FRAMES, summary=small.patches)
    return x, stored.dataset.y.astype(bool), list(stored.dataset.label_names), fold


def mean_auc(network, songs, y):
    """Return the mean AUC of the tags, from outputs averaged over the patches of each excerpt.

    Parameters
    ----------
    network : mirlab.networks.small.Small
        A tagger.
    songs : list of ndarray, shape (patches, 32, 40)
        Standardised patches.
    y : ndarray of bool, shape (n, tags)
        Their tags.

    Returns
    -------
    float
        Over the tags that some of these excerpts have and others lack.
    """
    return float(np.nanmean(evaluate.tag_auc(by_song(network, songs), y)))


def by_song(network, songs):
    """Return the outputs of a network for songs: means over their patches.

    Parameters
    ----------
    network : mirlab.networks.small.Small
        Any.
    songs : list of ndarray, shape (patches, 32, 40)
        Standardised patches.

    Returns
    -------
    ndarray, shape (n, outputs)
    """
    counts = [len(song) for song in songs]
    outputs = network.predict(np.concatenate(songs))
    return np.add.reduceat(outputs, np.cumsum([0, *counts[:-1]])) / np.array(counts)[:, None]


def learn(kind, songs, y, steps, *, watch=None, every=100):
    """Train a network on songs and their tags from nothing.

    Parameters
    ----------
    kind : str
        One of `mirlab.networks.small.KINDS`.
    songs, y
        As for `mean_auc`.
    steps : int
        Number of steps.
    watch, every
        As for `mirlab.networks.training.fit`.

    Returns
    -------
    mirlab.networks.small.Small
    """
    x, rows = np.concatenate(songs), np.repeat(np.arange(len(songs)), [len(song) for song in songs])
    sound = kind == "autoencoder"
    network = small.create(kind, x[0].size if sound else y.shape[1])
    how = {"loss": "sound" if sound else "tags", "rate": RATE, "steps": steps, "watch": watch, "every": every}
    return training.fit(network, x, y[rows].astype(np.float32), **how)


def main():
    """Train all networks and keep their weights."""
    raw, y, names, fold = source()
    train = fold != 0
    judged = y[train].sum(axis=0) >= LEAST
    y, tags = y[:, judged], [name for name, one in zip(names, judged, strict=True) if one]
    every = np.concatenate([song for song, one in zip(raw, train, strict=True) if one])
    mean, spread = every.mean(axis=(0, 1)), every.std(axis=(0, 1))
    songs = [((song - mean) / spread).astype(np.float32) for song in raw]
    part = {f: [song for song, g in zip(songs, fold, strict=True) if g == f] for f in range(3)}
    kept, found = {"mean": mean.astype(np.float32), "spread": spread.astype(np.float32)}, {}
    for kind in small.KINDS:
        tried = {}

        def watch(step, _, network, kind=kind, tried=tried):
            if step in STEPS:
                held = np.concatenate(part[1])
                tried[step] = (
                    -float(np.mean((network.predict(held) - held.reshape(len(held), -1)) ** 2))
                    if kind == "autoencoder"
                    else mean_auc(network, part[1], y[fold == 1])
                )

        learn(kind, part[2], y[fold == 2], STEPS[-1], watch=watch, every=STEPS[0])
        steps = max(tried, key=tried.get)
        both = [song for song, one in zip(songs, train, strict=True) if one]
        network = learn(kind, both, y[train], steps)
        rounded = [w.astype(np.float16) for w in network.weights]
        kept |= {f"{kind}.{i}": w for i, w in enumerate(rounded)}
        found[kind] = {"steps": steps, "tried": tried, "weights": network.size}
        if kind != "autoencoder":
            found[kind]["auc"] = mean_auc(network, part[0], y[fold == 0])
        sys.stderr.write(f"{kind}: {found[kind]}\n")
    recipe = {
        "source": SOURCE,
        "tags": tags,
        "excerpts": int(train.sum()),
        "rate": RATE,
        "batch": training.BATCH,
    }
    recipe |= {"seed": 0, "networks": found, "versions": versions() | _libraries(), "corpus": corpus.VERSION}
    np.savez_compressed(small.WEIGHTS, recipe=json.dumps(recipe), **kept)


def _libraries():
    keras, jax = training.backend()
    return {"keras": keras.__version__, "jax": jax.__version__}


if __name__ == "__main__":
    main()
