"""A learned space: how it is learned from the frames of source sets (§5), and kept as plain arrays."""

import io
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mirlab import paths, warp
from mirlab.errors import StoreError
from mirlab.paper.protocol import EPOCHS, SAMPLES

VERSION = "e953876caebdf219"
"""Name of the way embeddings are learned, part of the key under which they are kept. Change it, for example
to "2", whenever `learn` gives other numbers than before; `tests/test_versions.py` reminds you. (The first
value is the digest of the code of version 0.1.0, so that embeddings it learned are still found.)"""


@dataclass(frozen=True, eq=False)
class Embedding:
    """A learned space: call it with frames to map them there.

    Attributes
    ----------
    sources : dict of str to list of str
        The data sets it was learned on, and their labels.
    mean, scale : ndarray, shape (d,)
        Standardisation, from the sources.
    components : ndarray, shape (D, d), or (D, n_hidden) behind a hidden layer
        V of §5.
    label_embeddings : list of ndarray, shape (labels, D)
        W of §5, one for each source.
    loss_curve : ndarray, shape (epochs,)
        Mean loss in each epoch.
    hidden : tuple of ndarray, shapes (n_hidden, d) and (n_hidden,), or None
        U and b of `mirlab.warp.nonlinear`, if the map is not linear.
    """

    sources: dict[str, list[str]]
    mean: np.ndarray
    scale: np.ndarray
    components: np.ndarray
    label_embeddings: list[np.ndarray]
    loss_curve: np.ndarray
    hidden: tuple[np.ndarray, np.ndarray] | None = None

    def __call__(self, frames):
        """Map frames into the space.

        Parameters
        ----------
        frames : ndarray, shape (n, d)
            Log-mel frames, not standardised.

        Returns
        -------
        ndarray, shape (n, D), float32
            Φx of §5.
        """
        first, bias = (self.components, 0.0) if self.hidden is None else self.hidden
        matrix = (first / self.scale).T.astype(np.float32)
        mapped = frames @ matrix + (bias - self.mean @ matrix).astype(np.float32)
        return mapped if self.hidden is None else np.maximum(mapped, 0) @ self.components.T

    def affinity(self, frames, source):
        """Return how well frames fit each label of a source.

        Parameters
        ----------
        frames : ndarray, shape (n, d)
            Log-mel frames, not standardised.
        source : str
            One of `sources`.

        Returns
        -------
        ndarray, shape (n, labels), float32
            f_i(x) of §5.
        """
        return self(frames) @ self.label_embeddings[list(self.sources).index(source)].T


def learn(sources, *, seed=0, epoch_size=SAMPLES["lesson"], n_epochs=EPOCHS, only=None, **parameters):
    """Learn an embedding from the frames of one or several data sets (§5).

    Parameters
    ----------
    sources : list of mirlab.store.StoredFeatures
        The only data that it learns from.
    seed : int
        For everything random.
    epoch_size : int
        Frames seen in an epoch.
    n_epochs : int
        Epochs.
    only : dict of str to int, optional
        Learn from a part of each source: so many ``clips``, drawn at random; so many ``frames`` from the
        beginning of each clip; so many ``tags``, the most frequent ones.
    **parameters
        Further parameters of `mirlab.warp.WarpEmbedding`; with ``n_hidden``, of
        `mirlab.warp.NonlinearWarpEmbedding`.

    Returns
    -------
    Embedding
        The same for the same sources and seed.

    Examples
    --------
    >>> features = store.extract(datasets.load("gtzan-synth"))  # doctest: +SKIP
    >>> learn([features]).components.shape  # doctest: +SKIP
    (100, 200)
    """
    kind = warp.NonlinearWarpEmbedding if "n_hidden" in parameters else warp.WarpEmbedding
    model = kind(standardize=True, n_epochs=n_epochs, epoch_size=epoch_size, random_state=seed, **parameters)
    model.fit_datasets([_part(source, seed, **(only or {})) for source in sources])
    labels = [
        [source.dataset.label_names[i] for i in classes]  # a label without any excerpt is not learned
        for source, classes in zip(sources, model.classes_, strict=True)
    ]
    return Embedding(
        dict(zip((source.dataset.name for source in sources), labels, strict=True)),
        model.mean_,
        model.scale_,
        model.components_,
        model.label_embeddings_,
        np.array(model.loss_curve_),
        (model.hidden_weights_, model.hidden_bias_) if "n_hidden" in parameters else None,
    )


def _part(source, seed, *, clips=None, frames=None, tags=None):
    """Return the frames of a source, or of a part of it, and their labels."""
    labels = _frame_labels(source)
    if tags is not None:  # the names of a set's tags are ordered by their frequency
        labels = labels[:, :tags]
    if clips is None and frames is None:
        return source.frames, labels
    excerpt = source.frame_excerpts()
    chosen = np.random.default_rng(seed).permutation(len(source))[:clips]
    position = np.arange(len(excerpt)) - source.offsets[excerpt]
    rows = np.flatnonzero(np.isin(excerpt, chosen) & (position < (frames or len(excerpt))))
    return source.frames[rows], labels[rows]


def _frame_labels(source):
    """Give every frame the label, or the tags, of its excerpt; tags as a sparse indicator."""
    y = source.dataset.y
    return (y if y.ndim == 1 else sparse.csr_array(y, dtype=np.int8))[source.frame_excerpts()]


def save(embedding, file):
    """Write an embedding as plain arrays."""
    arrays = {"mean": embedding.mean, "scale": embedding.scale, "components": embedding.components}
    arrays |= {"loss_curve": embedding.loss_curve, "sources": np.array(list(embedding.sources))}
    if embedding.hidden is not None:
        arrays |= dict(zip(("hidden_weights", "hidden_bias"), embedding.hidden, strict=True))
    for name, labels, W in zip(
        embedding.sources, embedding.sources.values(), embedding.label_embeddings, strict=True
    ):
        arrays |= {f"labels of {name}": np.array(labels), f"embedding of {name}": W}
    content = io.BytesIO()
    np.savez(content, **arrays)
    try:
        paths.write_atomically(file, content.getvalue())
    except OSError as error:
        raise StoreError(
            f"{file.parent}: the embedding cannot be kept here ({error.strerror or error}); make room, or "
            "choose another folder by setting MIRLAB_DATA"
        ) from error


def load(file):
    """Read an embedding back, or return None if there is none that can be read."""
    try:
        with np.load(file, allow_pickle=False) as a:
            names = a["sources"].tolist()
            return Embedding(
                {name: a[f"labels of {name}"].tolist() for name in names},
                a["mean"],
                a["scale"],
                a["components"],
                [a[f"embedding of {name}"] for name in names],
                a["loss_curve"],
                (a["hidden_weights"], a["hidden_bias"]) if "hidden_weights" in a else None,
            )
    except Exception:  # not there, or damaged in one of the many ways that a zip file can be
        return None
