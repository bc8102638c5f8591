"""Place labels, two excerpts of each, and your own excerpts on a map of the joint embedding.

UMAP takes about twenty seconds in a new kernel, most of it to import and compile itself, and its layout is a
little different on each machine. Therefore its coordinates are stored next to this file, and used for the
points from which they were computed. If the corpus or the embedding has changed, `store` computes them again.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from mirlab.evaluate import song_vectors

STORED = Path(__file__).with_name("maps.csv")
EXCERPTS = 2  # of each label
NEIGHBOURS = 5
MOST = 150  # excerpts; with more, points cover each other
BETWEEN = 3  # labels
SHARPNESS = 10.0  # how much more a label weighs for being nearer: e to that power for the whole cosine
SCATTER = 0.02  # of the map's width, so that excerpts with the same neighbours do not hide each other


def joint_map(study, *, layout="stored"):
    """Place the labels and some excerpts of the joint embedding on a map.

    Parameters
    ----------
    study : mirlab.paper.Study
        The study whose joint embedding is mapped.
    layout : {"stored", "umap"}
        Whether to use the stored coordinates or compute them. For other points (real data sets, another
        scale) they are always computed.

    Returns
    -------
    pandas.DataFrame
        One row per point, labels first: ``name``, ``set``, ``kind`` ("label" or "excerpt"), ``x``, ``y``,
        ``nearest`` (rows of the five nearest labels by cosine, in the space itself), ``excerpt`` (number in
        its set of the excerpt to play for this point) and ``hears`` (the name of that excerpt). For a label,
        this is the excerpt that fits the label best.

    Raises
    ------
    ValueError
        If `layout` is unknown.

    See Also
    --------
    mirlab.widgets.sound_map : Shows it.
    """
    if layout not in ("stored", "umap"):
        raise ValueError(f"layout must be 'stored' or 'umap'; got {layout!r}")
    places, vectors = _points(study)
    if layout == "stored":
        stored = pd.read_csv(STORED, keep_default_na=False)
        known = ["name", "set", "kind"]
        if stored[known].equals(places[known]):
            return places.assign(x=stored["x"], y=stored["y"])
    x, y = lay_out(vectors).T
    return places.assign(x=x, y=y)


def lay_out(vectors, *, random_state=0):
    """Lay vectors out on a plane with UMAP, so that vectors at a small cosine distance are close together.

    Parameters
    ----------
    vectors : array-like, shape (n, D)
        At least 16 of them.
    random_state : int
        Seed. On one machine the same seed gives the same map; on another, one with the same neighbourhoods.

    Returns
    -------
    ndarray, shape (n, 2)
        Coordinates; only the neighbourhoods have a meaning.
    """
    from umap import UMAP  # here, because it takes long to import and is rarely needed

    vectors = np.asarray(vectors)
    model = UMAP(
        n_neighbors=15, min_dist=0.5, spread=1.5, metric="cosine", random_state=random_state, n_jobs=1
    )
    return model.fit_transform(vectors)


def store(study):
    """Compute the coordinates of the map and store them next to this file.

    Parameters
    ----------
    study : mirlab.paper.Study
        ``Study()`` for the map of the course.
    """
    places = joint_map(study, layout="umap")
    text = places[["name", "set", "kind", "x", "y"]].round(3).to_csv(index=False, lineterminator="\n")
    STORED.write_text(text, encoding="utf-8", newline="\n")


def _points(study):
    """Return the points without coordinates, and their vectors in the embedding space."""
    space = study.embedding("joint")
    labels, excerpts, label_vectors, excerpt_vectors = [], [], [], []
    for name, W in zip(space.sources, space.label_embeddings, strict=True):
        data = study.stored(name).dataset
        # The embedding is linear, so it maps the mean frame of an excerpt to the mean of its mapped frames.
        # The mean frame is the first quarter of a window.
        means = np.split(song_vectors(study.windows(name, "base")), 4, axis=1)[0]
        Z = space(means)
        rng = np.random.default_rng(0)
        for label, w in zip(space.sources[name], W, strict=True):
            mine = np.flatnonzero(data.y == data.label_names.index(label))
            best = mine[np.argmax(Z[mine] @ w)]
            hears = f"{data.track_ids[best]} of {name}, the excerpt that fits this label best"
            labels.append((label, name, "label", best, hears))
            label_vectors.append(w)
            for i in np.sort(rng.choice(mine, min(EXCERPTS, len(mine)), replace=False)):
                hears = f"{data.track_ids[i]} of {name}"
                excerpts.append((data.track_ids[i], name, "excerpt", i, hears))
                excerpt_vectors.append(Z[i])
    places = pd.DataFrame(labels + excerpts, columns=["name", "set", "kind", "excerpt", "hears"])
    vectors = np.array(label_vectors + excerpt_vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = unit @ unit[: len(labels)].T
    np.fill_diagonal(alike, -np.inf)  # no label is its own neighbour
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :NEIGHBOURS]
    return places.assign(nearest=nearest.tolist()), vectors


def own_map(library):
    """Place the excerpts of a library on the joint map, without computing a new layout.

    UMAP would take about twenty seconds in a new kernel and move every label. Instead, the map stays
    unchanged, and an excerpt is put between its nearest labels in the space: at the weighted mean of their
    coordinates. This position only helps to find the excerpt; the column ``nearest`` has its true neighbours.

    Parameters
    ----------
    library : mirlab.library.Library
        Not more than 150 of its excerpts are shown, spread evenly over it.

    Returns
    -------
    pandas.DataFrame
        As `mirlab.maps` gives it, the course's labels first, then the excerpts: ``excerpt`` is
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
    # The embedding is linear, so it maps the mean frame to the mean of the mapped frames.
    means = np.split(song_vectors(library.windows("base")), 4, axis=1)[0]
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
