"""Features that are made without labels. A claim about an embedding must hold against each of them.

`random_map` and `rotation` are maps of frames, as an embedding is; `whitening` is one of windows, and
`shuffled_block_level` summarizes windows whose frames have lost their order.
"""

import numpy as np
from scipy.stats import ortho_group
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mirlab.features import WIDTH, block_level
from mirlab.paper.embedding import Embedding
from mirlab.paper.protocol import WHITENED
from mirlab.store import remapped
from mirlab.warp import WarpEmbedding

_FRAMES = 2**14  # standardised at a time: 26 MB


def make(features, study):
    """Make one of the controls from the tag set of a study, as the tag embedding is learned from it.

    Parameters
    ----------
    features : {"random", "rotation", "whitened"}
        Which one.
    study : mirlab.paper.Study
        Data, and the seed of what is drawn.

    Returns
    -------
    callable
        A map of frames; "whitened" is one of windows.
    """
    source = study.stored(*study.sources("tag"))
    if features == "whitened":
        return whitening(np.concatenate(source.windows()), WHITENED).transform
    if features == "rotation":
        return rotation(source.frames, study.seed)
    n_components = study.parameters.get("n_components", WarpEmbedding().n_components)
    return random_map(source.frames, n_components, study.seed)


def random_map(frames, n_components, seed):
    """Draw a linear map of standardised frames at random: what V is before it has learned anything.

    Parameters
    ----------
    frames : array-like, shape (n, d)
        Frames that decide the standardisation: those of the sources, never of the target.
    n_components : int
        Dimensions that it maps to.
    seed : int
        Seed of the draw.

    Returns
    -------
    Embedding
        Without labels.

    Examples
    --------
    >>> random_map(np.random.default_rng(0).normal(size=(9, 4)), 2, seed=0)(np.ones((5, 4))).shape
    (5, 2)
    """
    rng = np.random.default_rng(seed)
    return _linear(frames, rng.normal(0, n_components**-0.5, (n_components, frames.shape[1])))


def rotation(frames, seed):
    """Draw a rotation of standardised frames at random: it keeps all distances, and loses only the mel bands.

    Parameters
    ----------
    frames, seed
        As for `random_map`.

    Returns
    -------
    Embedding
        Without labels, to as many dimensions as frames have.

    Examples
    --------
    >>> turned = rotation(np.random.default_rng(0).normal(size=(9, 4)), seed=0).components
    >>> np.allclose(turned @ turned.T, np.eye(4))
    True
    """
    return _linear(frames, ortho_group.rvs(frames.shape[1], random_state=seed))


def _linear(frames, components):
    scaler = StandardScaler()
    for start in range(0, len(frames), _FRAMES):
        scaler.partial_fit(np.asarray(remapped(frames)[start : start + _FRAMES], dtype=np.float64))
    return Embedding({}, scaler.mean_, scaler.scale_, components, [], np.array([]))


def whitening(vectors, n_components):
    """Learn, without labels, the principal axes of vectors; return the map onto them, scaled to variance 1.

    Parameters
    ----------
    vectors : array-like, shape (n, p)
        Windows or song vectors. They are standardised first.
    n_components : int
        How many axes are kept; fewer if there are not as many.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Its `transform` maps vectors, shape (m, p), to (m, n_components).

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(50, 3)) * [1, 10, 100]
    >>> whitening(X, 2).transform(X).std(axis=0, ddof=1).round(3)
    array([1., 1.])
    """
    n_components = min(n_components, *np.shape(vectors))
    model = make_pipeline(StandardScaler(), PCA(n_components, whiten=True, svd_solver="covariance_eigh"))
    return model.fit(vectors)


def shuffled_block_level(frames, *, width=WIDTH):
    """Summarize windows as `block_level` does, after their frames were put in another order.

    Parameters
    ----------
    frames, width
        As for `mirlab.features.block_level`.

    Returns
    -------
    ndarray, shape (max(1, frames // width), 10 * d), float32
        The four statistics that do not depend on the order are the same.

    Examples
    --------
    >>> frames = np.arange(8.0)[:, None]
    >>> bool((shuffled_block_level(frames, width=8)[:, :4] == block_level(frames, width=8)[:, :4]).all())
    True
    """
    order = np.arange(len(frames))
    rng = np.random.default_rng(0)
    width = min(width, len(frames))
    for start in range(0, len(frames) - width + 1, width):
        order[start : start + width] = start + rng.permutation(width)
    return block_level(np.asarray(frames)[order], width=width)
