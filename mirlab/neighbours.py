"""Find the labels that an embedding places close together, and measure if they are right (§6.1 and Table 3).

Conventions
-----------
Labels of several data sets are in one list, set after set; each is written ``label (set)``, as in the paper.
Distances are between label embeddings; the paper uses L1.

* `table`: the nearest labels of every label, including labels of its own set, as in Table 3.
* `semantic_recovery`: how much of the true overlap between labels of *different* sets the neighbours
  recover, on a scale where 0 is chance and 1 the best possible. It needs the true overlap, which is known for
  the synthetic corpus and not for real data sets.
* `class_means`: the baseline. Labels are placed at the mean of the base features of their songs, without
  learning.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirlab.evaluate import nearest


def table(label_embeddings, names, *, k=5, metric="manhattan"):
    """List the nearest labels of every label (Table 3).

    Parameters
    ----------
    label_embeddings : sequence of ndarrays, shapes (labels_i, D)
        One per data set, as in `WarpEmbedding.label_embeddings_`.
    names : mapping of str to sequence of str, or sequence of (str, sequence of str)
        For each data set, in the same order: its name, and the names of its labels.
    k : int, default=5
        Number of neighbours.
    metric : {"manhattan", "euclidean", "cosine"}, default="manhattan"
        The distance.

    Returns
    -------
    pandas.DataFrame
        One row per seed and rank, with the seeds in the given order and ranks from 1 to k; columns ``seed``,
        ``rank``, ``neighbour`` and ``distance``.

    Raises
    ------
    ValueError, TypeError
        If names and embeddings do not match or a name is used twice. See also `mirlab.evaluate.nearest`.

    Examples
    --------
    >>> names = {"gtzan": ["jazz", "metal"], "unique": ["jazz", "rock"]}
    >>> embeddings = [np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([[1.0, 0.0], [7.0, 8.0]])]
    >>> nearby = table(embeddings, names, k=2)
    >>> nearby.head(2)
               seed  rank      neighbour  distance
    0  jazz (gtzan)     1  jazz (unique)       1.0
    1  jazz (gtzan)     2  rock (unique)      15.0
    >>> nearby.pivot(index="seed", columns="rank", values="neighbour").loc["rock (unique)"].tolist()
    ['metal (gtzan)', 'jazz (unique)']
    """
    embeddings = [np.asarray(embedding) for embedding in label_embeddings]
    labels = _full_names(names, embeddings)
    distances, indices = nearest(np.concatenate(embeddings), k=k, metric=metric)
    return pd.DataFrame(
        {
            "seed": np.repeat(labels, k),
            "rank": np.tile(np.arange(1, k + 1), len(labels)),
            "neighbour": labels[indices.ravel()],
            "distance": distances.ravel(),
        }
    )


@dataclass(frozen=True, eq=False)
class SemanticRecovery:
    """The share of the true overlap that neighbours recover: 0 is chance, 1 is the best possible.

    Attributes
    ----------
    value : float
        sum(found - chance) / sum(ideal - chance) over the labels; at most 1, below 0 if worse than chance.
    standard_error : float
        Standard error of `value` as a ratio of two means over labels, which are treated as independent.
    found, chance, ideal : ndarray, shape (labels,)
        Mean true overlap of each label with its k neighbours of other sets, with all labels of other sets,
        and with the k labels of other sets that overlap it most.
    """

    value: float
    standard_error: float
    found: np.ndarray
    chance: np.ndarray
    ideal: np.ndarray


def semantic_recovery(vectors, overlap, sets, *, k=5, metric="manhattan"):
    """Measure how much of the true overlap the nearest labels of other sets recover.

    Neighbours of the same set do not count. Training pushes the labels of one set apart, so only distances
    between sets show what the embedding has understood.

    Parameters
    ----------
    vectors : array-like, shape (labels, D)
        One vector per label: label embeddings of all sets, or `class_means` as a baseline.
    overlap : array-like, shape (labels, labels)
        True overlap of any two labels, 0 (nothing in common) to 1 (the same). The diagonal and pairs of the
        same set are not used.
    sets : array-like, shape (labels,) of int or str
        The data set of each label.
    k : int, default=5
        Number of neighbours; at most the number of labels outside the largest set.
    metric : {"manhattan", "euclidean", "cosine"}, default="manhattan"
        The distance.

    Returns
    -------
    SemanticRecovery
        A label with the same overlap with all others has nothing to recover, and does not change `value`.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not match, `overlap` is not within 0 and 1, no label has anything to recover, or as
        for `mirlab.evaluate.nearest`.

    Examples
    --------
    >>> sets = ["gtzan", "gtzan", "unique", "unique"]
    >>> overlap = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]])
    >>> semantic_recovery([[0.0], [5.0], [0.1], [5.1]], overlap, sets, k=1).value
    1.0
    >>> semantic_recovery([[0.0], [5.0], [5.1], [0.1]], overlap, sets, k=1).value
    -1.0
    """
    vectors, overlap, sets = np.asarray(vectors), np.asarray(overlap, dtype=float), np.asarray(sets)
    n = len(vectors)
    if sets.shape != (n,) or len(np.unique(sets)) < 2:
        raise ValueError(f"sets must name the data set of each of the {n} labels, at least two sets in all")
    if overlap.shape != (n, n):
        raise ValueError(f"overlap has shape {overlap.shape}; for {n} labels it must be ({n}, {n})")
    if not ((overlap >= 0) & (overlap <= 1)).all():
        raise ValueError("overlap must be between 0 (nothing in common) and 1 (the same) everywhere")
    _, indices = nearest(vectors, k=k, metric=metric, groups=sets)
    other = sets[:, None] != sets
    found = np.take_along_axis(overlap, indices, axis=1).mean(axis=1)
    chance = overlap.mean(axis=1, where=other)
    ideal = np.sort(np.where(other, overlap, -1.0), axis=1)[:, -k:].mean(axis=1)
    gain, room = found - chance, ideal - chance
    if room.sum() < 1e-9 * n:
        raise ValueError(
            f"overlap and k={k} leave nothing to recover: any {k} labels of other sets have the same overlap "
            "with a label; lower k, or use an overlap that differs between labels"
        )
    value = gain.sum() / room.sum()
    error = (gain - value * room).std(ddof=1) * np.sqrt(n) / room.sum()
    return SemanticRecovery(float(value), float(error), found, chance, ideal)


def class_means(X, y, n_labels):
    """Average the song vectors of each label, as the position of a label without any learning.

    Parameters
    ----------
    X : array-like, shape (n, p)
        One vector per song, for example from `mirlab.evaluate.song_vectors`.
    y : array-like, shape (n,) of int
        The label of each song, 0 to n_labels - 1.
    n_labels : int
        Number of labels of the set.

    Returns
    -------
    ndarray, shape (n_labels, p), float64

    Raises
    ------
    ValueError, TypeError
        If `X` and `y` do not match, or a label has no song.

    Examples
    --------
    >>> class_means([[0.0, 1.0], [2.0, 3.0], [5.0, 5.0]], [0, 0, 1], 2)
    array([[1., 2.],
           [5., 5.]])
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or y.shape != (len(X),):
        raise ValueError(f"X has shape {X.shape} and y {y.shape}; they must be (n, p) and (n,)")
    if y.dtype.kind not in "iu":
        raise TypeError(f"y holds {y.dtype}; it must hold whole numbers, 0 to n_labels - 1")
    if not np.array_equal(np.unique(y), np.arange(n_labels)):
        raise ValueError(
            f"y holds labels {np.unique(y).tolist()}; it must hold each of 0 to {n_labels - 1}, and no other"
        )
    members = y == np.arange(n_labels)[:, None]
    return members @ X / members.sum(axis=1, keepdims=True)


def _full_names(names, embeddings):
    """Return ``label (set)`` for each row of the concatenated embeddings, as an array."""
    shape = "names must be {set: [label, ...]} or [(set, [label, ...]), ...]"
    try:
        pairs = [(name, labels) for name, labels in (names.items() if hasattr(names, "items") else names)]
    except (TypeError, ValueError):
        raise TypeError(f"{shape}; got {names!r}") from None
    if any(not isinstance(name, str) or isinstance(labels, str) for name, labels in pairs):
        raise TypeError(f"{shape}; got {names!r}")
    if len(pairs) != len(embeddings):
        raise ValueError(
            f"names holds {len(pairs)} sets and label_embeddings {len(embeddings)}; they must be parallel"
        )
    for (name, labels), embedding in zip(pairs, embeddings, strict=True):
        if embedding.shape != (len(labels), *embeddings[0].shape[1:]) or embedding.ndim != 2:
            raise ValueError(
                f"label_embeddings: set {name!r} has {len(labels)} label names and an array of shape "
                f"{embedding.shape}; it must be ({len(labels)}, D), with the same D for all sets"
            )
    full = [f"{label} ({name})" for name, labels in pairs for label in labels]
    if repeated := sorted({label for label in full if full.count(label) > 1}):
        raise ValueError(f"names: {', '.join(repeated)} occurs more than once; each label must be unique")
    return np.array(full, dtype=object)
