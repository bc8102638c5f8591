"""Load the five synthetic data sets, which are named like the real sets with ``-synth`` added."""

import hashlib
import json
from contextlib import suppress

import numpy as np

from mirlab import corpus, paths
from mirlab.corpus import styles
from mirlab.datasets.base import Dataset
from mirlab.datasets.naming import real_name, synthetic_name
from mirlab.errors import DatasetError

NAMES = tuple(map(synthetic_name, ("gtzan", "homburg", "unique", "artists1517", "magnatagatune")))

PAPER_TAGS = 160
"""How many of MagnaTagATune's most frequent tags the paper keeps; the paper scale keeps as many."""

ENOUGH = 20
"""How many excerpts must have a tag at lesson scale; with fewer, measurements are too uncertain."""


def load(name: str, *, scale: str = "lesson", seed: int = 0) -> Dataset:
    """Return one of the synthetic data sets. Its sound is made only when it is used.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    scale : {"lesson", "paper"}
        Size of the set and length of its excerpts.
    seed : int
        Seed of the corpus.

    Returns
    -------
    mirlab.datasets.base.Dataset
        Labels in the paper's spelling; `groups` are artists.

    Raises
    ------
    DatasetError
        If the name or the scale is unknown.

    Examples
    --------
    >>> gtzan = load("gtzan-synth")
    >>> len(gtzan), gtzan.label_names[:3]
    (400, ['blues', 'classical', 'country'])
    """
    if name not in NAMES:
        raise DatasetError(f"{name!r} is not a synthetic data set; there are {', '.join(NAMES)}")
    excerpts = corpus.plan(real_name(name), scale, seed)
    about = styles.sets()[excerpts[0].set]
    if "labels" in about:
        labels = list(about["labels"])
        y = np.array([labels.index(e.label) for e in excerpts])
    else:
        labels, y = _tags(excerpts)
    return Dataset(
        name=name,
        track_ids=[e.id for e in excerpts],
        label_names=labels,
        y=y,
        groups=np.array([e.artist for e in excerpts]),
        read=_Reader(excerpts[0].set, scale, seed),
        fingerprints=[f"{corpus.VERSION}/{seed}/{name}/{scale}/{e.number}" for e in excerpts],
    )


class _Reader:
    """Make the sound of excerpt `i`; this object is small enough to be sent to another process."""

    def __init__(self, *which):
        self.which = which

    def __call__(self, i):
        return corpus.plan(*self.which)[i].audio()


def _tags(excerpts):
    """Return the most frequent tags, most frequent first, and an indicator of the excerpts that have them."""
    given = _listened(excerpts)
    counts = {}
    for tags in given:
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    ranked = sorted(counts, key=lambda tag: (-counts[tag], tag))
    if excerpts[0].scale == "paper":
        kept = ranked[:PAPER_TAGS]
    else:
        kept = [tag for tag in ranked if counts[tag] >= ENOUGH]
    return kept, np.array([[tag in tags for tag in kept] for tags in given])


def _listened(excerpts):
    """Return the given tags of every excerpt; composing thousands takes seconds, so they are kept."""
    first = excerpts[0]
    key = f"{corpus.VERSION}/{first.seed}/{first.set}/{first.scale}"
    digest = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    file = paths.locate("tags", f"{first.set}-{first.scale}-{digest}.json")
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        if len(given) == len(excerpts):
            return [set(tags) for tags in given]
    except (OSError, ValueError, TypeError):
        pass  # not there, or damaged: compose them again
    given = [e.given_tags() for e in excerpts]
    with suppress(OSError):  # the next call composes them again
        paths.write_atomically(file, json.dumps([sorted(tags) for tags in given]))
    return given
