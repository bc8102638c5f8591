"""What is asked of the features of two domains; `mirlab.paper.listening` says why, and keeps the answers.

Features are given once for each of `SEEDS`, which also draws folds and training songs: a list of songs for
each seed. Features that do not depend on a seed are given several times.
"""

import numpy as np

from mirlab import evaluate
from mirlab.evaluate.nested import fit_nested
from mirlab.evaluate.regression import Songs
from mirlab.networks import mistakes
from mirlab.paper.clips import middle, tasks
from mirlab.paper.inference import judged, over_folds, over_queries
from mirlab.paper.protocol import DRAWS, SEEDS

EARLY, LATE = "timbral", "embedding"
SONGS = (1, 5)
GENRE_TAGS = {"hiphop": "Hip-Hop"}
"""Tags that are spelt differently from their genre."""


def genre_alone(labels, classes):
    """Guess the class of each song from the other songs of its genre; return the accuracy.

    Examples
    --------
    >>> genre_alone(np.array(["a", "a", "a", "b", "b"]), np.array(["low", "low", "low", "high", "low"]))
    0.6
    """
    right = []
    for i, label in enumerate(labels):
        others = classes[(labels == label) & (np.arange(len(labels)) != i)]
        names, counts = np.unique(others, return_counts=True)
        right.append(len(names) > 0 and names[counts.argmax()] == classes[i])
    return float(np.mean(right))


def probe(windows, classes):
    """Measure what a linear regression reads from features, with all songs: a part of a row."""
    return _scored(
        evaluate.cross_validate(of, classes, random_state=seed).scores
        for seed, of in zip(SEEDS, windows, strict=True)
    )


def few(windows, labels, songs=SONGS):
    """Measure the same with few songs per genre: a part of a row for each number of songs."""
    curves = [
        evaluate.learning_curve(of, labels, per_class=songs, random_state=seed, n_draws=DRAWS).scores
        for seed, of in zip(SEEDS, windows, strict=True)
    ]
    return [{"per_class": k} | _scored(one[i] for one in curves) for i, k in enumerate(songs)]


def _scored(scores):
    """Return accuracies with their mean; they have the shape (seeds, folds)."""
    scores = np.array([*scores])
    return _estimate(scores) | {"scores": scores.round(5).tolist()}


def _estimate(scores):
    found = over_folds(scores)
    return {"value": found.value, "reach": found.reach}


def learned_elsewhere(source, target, labels, target_labels, fold=None):
    """Learn from some features and predict from others; return whether each song of the target is right.

    Parameters
    ----------
    source, target : sequence of ndarray, shape (windows, p)
        Features of the songs to learn from, and of those to predict.
    labels, target_labels : ndarray of str
        Their labels.
    fold : ndarray of int, optional
        If both are the same songs: the fold of each, so that no song is learned from and predicted.

    Returns
    -------
    ndarray of float, shape (n,)
        1 for each song that is predicted correctly.
    """
    n = len(labels)
    names, codes = np.unique(np.concatenate([labels, target_labels]), return_inverse=True)
    songs = Songs([*source, *target], len(codes), None)
    parts = [(np.arange(n), np.arange(len(target_labels)))]
    if fold is not None:
        parts = [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in np.unique(fold)]
    right = np.empty(len(target_labels))
    for train, test in parts:
        outputs = fit_nested(songs, codes, len(names), train)(n + test)
        right[test] = outputs.argmax(axis=1) == codes[n + test]
    return right


def measure_features(domain, windows):
    """Measure every kind of features with few and with all songs, and compare each with base in pairs."""
    rows = []
    for kind, of in windows.items():
        every = [*few(of, domain.labels), {"per_class": 9} | probe(of, domain.labels)]
        rows += [{"domain": domain.name, "features": kind} | row for row in every]
    base = {row["per_class"]: row["scores"] for row in rows if row["features"] == "base"}
    compared = []
    for row in rows:
        if row["features"] != "base":
            found = over_folds(np.subtract(row["scores"], base[row["per_class"]]))
            about = {key: row[key] for key in ("domain", "features", "per_class")}
            about["target"] = "all"  # one family
            compared.append(about | {"difference": found.value, "reach": found.reach, "p": found.p})
    return rows, judged(compared)


def measure_layers(domain, of_networks):
    """Probe each layer for each task; return rows, the early minus late differences, and genre alone."""
    asked = tasks(domain)
    rows = [
        {"domain": domain.name, "network": network, "layer": layer}
        | {"size": windows[0][0].shape[1], "task": task}
        | probe(windows, classes)
        for network, of_layers in of_networks.items()
        for layer, windows in of_layers.items()
        for task, classes in asked.items()
    ]
    ends = []
    for network in of_networks:
        for task in asked:
            scores = {
                row["layer"]: row["scores"]
                for row in rows
                if (row["network"], row["task"]) == (network, task)
            }
            found = over_folds(np.subtract(scores[EARLY], scores[LATE]))
            about = {"domain": domain.name, "network": network, "task": task}
            ends.append(about | {"difference": found.value, "reach": found.reach})
    alone = [
        {"domain": domain.name, "task": task, "value": genre_alone(domain.labels, classes)}
        for task, classes in asked.items()
        if task != "genre"
    ]
    return rows, ends, alone


def genre_tags(tags, labels):
    """Find the tags that are names of genres.

    Returns
    -------
    dict of str to int
        For each genre that has one, its position among the tags.
    """
    names = {genre: GENRE_TAGS.get(genre, genre) for genre in np.unique(labels).tolist()}
    return {genre: list(tags).index(name) for genre, name in names.items() if name in tags}


def tag_means(logits):
    """Return the probability of each tag for each clip: the mean over its patches."""
    return np.array([(0.5 + 0.5 * np.tanh(0.5 * one)).mean(axis=0) for one in logits])


def genre_auc(probabilities, tags, labels):
    """Return the AUC of each tag that is the name of a genre, by genre."""
    found = genre_tags(tags, labels)
    truth = np.array([labels == genre for genre in found]).T
    scores = probabilities[:, list(found.values())]
    return dict(zip(found, evaluate.tag_auc(scores, truth).tolist(), strict=True))


def measure_crossing(here, there, windows_here, windows_there):
    """Learn in one domain and predict in the other, for each kind of features."""
    rows = []
    for kind in windows_here:
        pairs = zip(windows_here[kind], windows_there[kind], strict=True)
        right = [learned_elsewhere(a, b, here.labels, there.labels) for a, b in pairs]
        found = over_queries(right, there.artists)
        about = {"features": kind, "train": here.name, "test": there.name}
        rows.append(about | {"value": found.value, "reach": found.reach})
    return rows


def distances(real_vectors, synthetic_vectors, real_labels):
    """Compare how far synthetic clips are from real ones with how far real ones are from one another.

    Examples
    --------
    >>> real = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> found = distances(real, np.array([[13.0]]), np.array(["a", "a", "b", "b"]))
    >>> {name: round(value, 3) for name, value in found.items()}
    {'another genre': 3.5, 'synthetic': 8.0}
    """
    mean, spread = real_vectors.mean(axis=0), real_vectors.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    a, b = ((x - mean) / spread for x in (real_vectors, synthetic_vectors))
    among = np.linalg.norm(a[:, None] - a, axis=2)
    np.fill_diagonal(among, np.inf)
    nearest = np.median(among.min(axis=1))
    same = real_labels[:, None] == real_labels
    other = np.median(np.where(same, np.inf, among).min(axis=1))
    far = np.median(np.linalg.norm(b[:, None] - a, axis=2).min(axis=1))
    return {"another genre": float(other / nearest), "synthetic": float(far / nearest)}


def measure_front_ends(domain, network, progress=None):
    """Make each mistake on the middle three seconds of every clip; return a row for each."""
    middles = [middle(domain.audio(i)) for i in range(len(domain))]
    folds = [evaluate.folds(domain.labels, n_splits=10, random_state=seed) for seed in SEEDS]
    steps = {"right": {}} | mistakes.HARMLESS | mistakes.MISTAKES
    rows = []
    for name, changes in steps.items():
        found = []
        for y in middles:
            found.append(network.forward(mistakes.patches(y, **changes)[0]))
            if progress:
                progress()
        embeddings = [one["embedding"][None] for one in found]
        tags = tag_means([one["logits"][None] for one in found])
        if name == "right":
            right, right_tags = embeddings, tags
        auc = genre_auc(tags, network.tags, domain.labels)
        row = {"step": name, "kind": _kind(name), "auc": float(np.mean([*auc.values()]))}
        row["same_first_tag"] = float((tags.argmax(axis=1) == right_tags.argmax(axis=1)).mean())
        row["moved"] = float(np.abs(tags - right_tags).mean())
        for when, source in (("in use", right), ("in training too", embeddings)):
            row[when] = _in_folds(source, embeddings, domain.labels, folds)
            if name != "right":
                first = rows[0][when]["scores"]
                row[when]["lost"] = _estimate(np.subtract(first, row[when]["scores"]))
        rows.append(row)
    return rows


def _kind(step):
    return "right" if step == "right" else "harmless" if step in mistakes.HARMLESS else "mistake"


def _in_folds(source, target, labels, folds):
    """Learn from the source and predict the target, in the folds of every seed."""
    correct = [learned_elsewhere(source, target, labels, labels, fold) for fold in folds]
    return _scored(
        [right[fold == f].mean() for f in np.unique(fold)] for right, fold in zip(correct, folds, strict=True)
    )


def first_tags(domain, probabilities, tags, k=3):
    """Return the tags that are most probable on average for the clips of each genre."""
    rows = []
    for genre in np.unique(domain.labels).tolist():
        mean = probabilities[domain.labels == genre].mean(axis=0)
        best = np.argsort(-mean, kind="stable")[:k]
        rows.append(
            {"domain": domain.name, "genre": genre, "tags": [[tags[i], float(mean[i])] for i in best]}
        )
    return rows
