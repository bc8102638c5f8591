"""Somebody's own excerpts on the map of lesson 06, without laying it out anew.

UMAP would take some twenty seconds in a new kernel and move every label. So the map stays as it is, and an
excerpt is set down between the labels that are nearest to it in the space: at the mean of their places, the
nearer ones weighing more. That is a place to find it by. What it is near to is told by `nearest`.
"""

import numpy as np
import pandas as pd

from mirlab.evaluate import song_vectors
from mirlab.widgets.joint_map import NEIGHBOURS, joint_map

MOST = 150  # excerpts: more cannot be told apart
BETWEEN = 3  # labels
SHARPNESS = 10.0  # how much more a label weighs for being nearer: e to that power for the whole cosine
SCATTER = 0.02  # of the map's width, so that excerpts with the same neighbours do not hide each other


def own_map(library):
    """Place the excerpts of a library among the labels of the joint embedding.

    Parameters
    ----------
    library : mirlab.library.Library
        Not more than 150 of its excerpts are shown, spread evenly over it.

    Returns
    -------
    pandas.DataFrame
        As `mirlab.widgets.joint_map` gives it, the course's labels first, then the excerpts: ``excerpt`` is
        their row in the library, ``label`` their own label. The `nearest` of all of them are labels of
        the course.

    See Also
    --------
    mirlab.widgets.sound_map : Shows it.
    """
    places = joint_map(library.study)
    places = places[places["kind"] == "label"].reset_index(drop=True)
    space = library.study.embedding("joint")
    n = len(library)
    rows = np.unique(np.linspace(0, n - 1, min(n, MOST)).round().astype(int))
    # The embedding is linear, so the mean frame goes where the mean of the mapped frames is.
    means = np.split(song_vectors(library.windows(library.name, "base")), 4, axis=1)[0]
    alike = _unit(space(means[rows])) @ _unit(np.concatenate(space.label_embeddings)).T
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :NEIGHBOURS]
    flat = places[["x", "y"]].to_numpy(float)
    near, fit = nearest[:, :BETWEEN], np.take_along_axis(alike, nearest[:, :BETWEEN], axis=1)
    weights = np.exp(SHARPNESS * (fit - fit[:, :1]))
    at = (weights[:, :, None] * flat[near]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    at += np.random.default_rng(0).normal(0, SCATTER * np.ptp(flat, axis=0), at.shape)
    data = library.dataset
    own = pd.DataFrame(
        {
            "name": [data.track_ids[i] for i in rows],
            "set": library.title,
            "kind": "excerpt",
            "excerpt": rows,
            "hears": [f"{data.track_ids[i]} of {library.title}" for i in rows],
            "nearest": nearest.tolist(),
            "x": at[:, 0],
            "y": at[:, 1],
            "label": [data.label_names[data.y[i]] for i in rows],
        }
    )
    return pd.concat([places, own], ignore_index=True)


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
