"""A made course for the tests of `mirlab.paper`: the true label names, random frames, a tiny training."""

from dataclasses import replace

import numpy as np

from mirlab import corpus, paper, store
from mirlab.corpus import styles
from mirlab.datasets import Dataset, real_name
from mirlab.paper import Study, protocol

SYNTHETIC = [f"{name}-synth" for name in paper.GENRE_SETS]
TAGS = ["drums", "voice", "fast"]


def made_dataset(name, songs=5, *, labels=None, seed=0, groups=None, splits=None):
    """Make a data set without sound, `songs` per label; synthetic sets name them as the corpus does."""
    if name.startswith(paper.TAG_SET):
        y = np.random.default_rng(seed).random((30, len(TAGS))) < 0.4
        y[:3] = np.eye(3)
        labels = TAGS
    else:
        labels = labels or list(styles.sets()[name.removesuffix("-synth")]["labels"])
        y = np.repeat(np.arange(len(labels)), songs)
    n = len(y)
    ids = [str(i) for i in range(n)]
    if name in SYNTHETIC:  # true tags are looked up by name
        ids = [excerpt.id for excerpt in corpus.plan(real_name(name))[:n]]
    groups = np.arange(n) if groups is None else groups
    return Dataset(name, ids, labels, y, groups, None, ids, splits=splits or {})


def made_features(data, *, seed=0, width=6, key="key", centres=None):
    """Give every song one window of frames, around a point of its own or around the centre of its label."""
    rng = np.random.default_rng(seed)
    if centres is None:
        centres = rng.normal(size=(len(data.label_names), width))
        centres = centres[data.y] if data.y.ndim == 1 else data.y @ centres
        frames = np.repeat(centres, 64, axis=0) + rng.normal(size=(64 * len(data), width))
    else:
        frames = np.repeat(centres[data.y], 64, axis=0)
    return store.StoredFeatures(data, frames.astype(np.float16), np.arange(len(data) + 1) * 64, [], key)


def make_course(monkeypatch):
    """Put a made course, {name: StoredFeatures}, in the place of the real one; tests may change it."""
    made = {}
    for seed, name in enumerate([*SYNTHETIC, "magnatagatune-synth"]):
        made[name] = made_features(made_dataset(name, seed=seed), seed=seed, key=f"key of {name}")
    monkeypatch.setattr(Study, "stored", lambda self, name, kind="base": made[name])
    monkeypatch.setattr(Study, "_extract", lambda self, names: None)
    monkeypatch.setattr(protocol, "SAMPLES", {"lesson": 300, "paper": 600})
    monkeypatch.setattr(protocol, "EPOCHS", 2)
    return made


def with_real(*names, seed=0, scale="lesson", listings=None, **kept):
    """Return a study that has found real sets already."""
    study = Study(scale, seed, root="somewhere")
    study._kept |= {"real": dict.fromkeys(names, "a data set"), "search": (listings or {}, [])} | kept
    return study


def garbled(made):
    """Return features that have nothing of the original but the name."""
    rng = np.random.default_rng(99)
    data = made.dataset
    other = replace(
        data,
        y=rng.permutation(data.y) if data.y.ndim == 1 else ~data.y,
        label_names=[f"not {label}" for label in data.label_names],
    )
    noise = rng.normal(50, 20, size=made.frames.shape).astype(np.float16)
    return replace(made, dataset=other, frames=noise, key="garbled")


def bits(embedding):
    """Return an embedding as values that are equal only if every bit is."""
    arrays = [embedding.mean, embedding.scale, embedding.components, embedding.loss_curve]
    return embedding.sources, [a.tobytes() for a in [*arrays, *embedding.label_embeddings]]
