"""Learn a representation from songs without labels: principal axes, and distances to cluster centres.

Both are fitted on all songs of the training part, labelled or not; a classifier then learns from few labels.
R. Raina and others ("Self-taught learning: transfer learning from unlabeled data", ICML 2007) go one step
further and fit such a representation on any other music.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA


def whitened(X, rows, n_components, *, random_state=0):
    """Describe all rows on the principal axes of some of them, each axis scaled to variance 1.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        One row per song, or per window.
    rows : ndarray of int, shape (m,)
        The rows that the axes are learned from: never those of a test part.
    n_components : int
        Number of axes; fewer if there are fewer rows or features.
    random_state : int, default=0
        Seed of the solver.

    Returns
    -------
    ndarray, shape (n, axes)

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [2.0, 0.1], [4.0, 0.0], [9.0, 9.0]])
    >>> whitened(X, np.array([0, 1, 2]), 1).shape
    (4, 1)
    """
    axes = min(n_components, len(rows) - 1, X.shape[1])
    solver = "randomized" if axes < min(len(rows), X.shape[1]) // 2 else "full"
    pca = PCA(axes, whiten=True, svd_solver=solver, random_state=random_state)
    return pca.fit(X[rows]).transform(X)


def cluster_features(X, rows, n_clusters, *, random_state=0):
    """Describe each row by how much closer than average it is to each centre of k-means.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        One row per window.
    rows : ndarray of int, shape (m,)
        The rows that are clustered: never those of a test part.
    n_clusters : int
        Number of centres; m if there are fewer rows.
    random_state : int, default=0
        Seed of the centres.

    Returns
    -------
    ndarray, shape (n, centres)
        max(0, mean distance - distance): the "triangle" code of A. Coates, A. Ng and H. Lee ("An analysis of
        single-layer networks in unsupervised feature learning", AISTATS 2011).

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> np.sort(cluster_features(X, np.arange(4), 2)[0]).tolist()
    [0.0, 5.0]
    """
    means = KMeans(min(n_clusters, len(rows)), n_init=1, max_iter=30, random_state=random_state).fit(X[rows])
    distances = means.transform(X)
    return np.maximum(0, distances.mean(axis=1, keepdims=True) - distances)
