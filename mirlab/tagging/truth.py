"""The true tags of synthetic excerpts, and what is left of tags if listeners forget some."""

import numpy as np

from mirlab import corpus
from mirlab.datasets import real_name
from mirlab.errors import DatasetError


def true_tags(data, rows=None, *, scale="lesson", seed=0):
    """Look up which tags are true of synthetic excerpts.

    Parameters
    ----------
    data : mirlab.datasets.Dataset
        Synthetic excerpts.
    rows : sequence of int, optional
        Which excerpts; all by default. Each is composed again, which takes some milliseconds.
    scale : {"lesson", "paper"}
        Size of the set.
    seed : int
        Seed of the corpus.

    Returns
    -------
    ndarray of bool, shape (len(rows), tags)
        In the order of `data.label_names`.

    Raises
    ------
    DatasetError
        If the set is not synthetic, or is not of this scale.

    Examples
    --------
    >>> from mirlab import datasets
    >>> data = datasets.load("magnatagatune-synth")
    >>> true = true_tags(data, [0, 1])
    >>> bool((data.y[:2] <= true).all())
    True
    """
    if not data.synthetic:
        raise DatasetError(f"{data.name!r}: the true tags of real music are not known; use a synthetic set")
    plan = {excerpt.id: excerpt for excerpt in corpus.plan(real_name(data.name), scale, seed)}
    ids = [data.track_ids[i] for i in (range(len(data)) if rows is None else rows)]
    if missing := [name for name in ids if name not in plan]:
        raise DatasetError(f"{data.name!r} has no excerpt {missing[0]!r} at scale {scale!r}")
    true = [plan[name].true_tags() for name in ids]
    return np.array([[tag in tags for tag in data.label_names] for tags in true], dtype=bool)


def forget(y, share, random_state=0):
    """Remove a share of the tags at random, as if listeners had forgotten to write them.

    Parameters
    ----------
    y : ndarray of bool, shape (n, tags)
        The tags of each excerpt.
    share : float, 0 to 1
        Probability that a tag is forgotten.
    random_state : int
        Seed. With the same seed, a larger share forgets all tags that a smaller share forgets.

    Returns
    -------
    ndarray of bool, shape (n, tags)
        The tags that are left.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.

    Examples
    --------
    >>> int(forget(np.ones((100, 10), bool), 0.3).sum())
    723
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share={share!r}; it must be between 0 and 1")
    y = np.asarray(y, dtype=bool)
    return y & (np.random.default_rng(random_state).random(y.shape) >= share)
