"""What stands on the map of the joint embedding: all labels, two excerpts of each, and where.

UMAP takes some twenty seconds in a new kernel, most of it to import and compile itself, and lays the
points out a little differently on each machine. So its coordinates are kept beside this file, and used for
the points they were made of; `store` makes them anew when the corpus or the embedding has changed.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from mirlab.evaluate import song_vectors

STORED = Path(__file__).with_name("joint_map.csv")
EXCERPTS = 2  # of each label
NEIGHBOURS = 5


def joint_map(study, *, layout="stored"):
    """Place the labels and some excerpts of the joint embedding on a map.

    Parameters
    ----------
    study : mirlab.paper.Study
        Its joint embedding is mapped.
    layout : {"stored", "umap"}
        Whether to take the stored coordinates, or compute them. For points other than those stored (real
        data sets, another scale) they are computed.

    Returns
    -------
    pandas.DataFrame
        One row a point, labels first: ``name``, ``set``, ``kind`` ("label" or "excerpt"), ``x``, ``y``,
        ``nearest`` (rows of the five nearest labels by cosine, in the space itself), ``excerpt`` (number in
        its set of what it sounds like) and ``hears`` (what that is called). A label sounds like the one of
        its excerpts that fits it best.

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
    """Lay vectors out on a plane with UMAP, so that those of small cosine distance lie side by side.

    Parameters
    ----------
    vectors : array-like, shape (n, D)
        At least 16 of them.
    random_state : int
        Seed. On one machine the same seed gives the same map; on another, one with the same neighbourhoods.

    Returns
    -------
    ndarray, shape (n, 2)
        Coordinates; only who is near whom has a meaning.
    """
    from umap import UMAP  # here: it takes long to import, and is rarely needed

    vectors = np.asarray(vectors)
    model = UMAP(
        n_neighbors=15, min_dist=0.5, spread=1.5, metric="cosine", random_state=random_state, n_jobs=1
    )
    return model.fit_transform(vectors)


def store(study):
    """Compute the coordinates of the map and keep them beside this file.

    Parameters
    ----------
    study : mirlab.paper.Study
        For the course's own: ``Study()``.
    """
    places = joint_map(study, layout="umap")
    text = places[["name", "set", "kind", "x", "y"]].round(3).to_csv(index=False, lineterminator="\n")
    STORED.write_text(text, encoding="utf-8", newline="\n")


def _points(study):
    """Return the points without their places, and their vectors in the space."""
    space = study.embedding("joint")
    labels, excerpts, label_vectors, excerpt_vectors = [], [], [], []
    for name, W in zip(space.sources, space.label_embeddings, strict=True):
        data = study.features(name).dataset
        # The embedding is linear, so the mean frame of an excerpt goes where the mean of its mapped frames
        # is; the mean frame is the first quarter of what windows hold.
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
