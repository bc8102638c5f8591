"""The methods that lesson 15 compares, and how a setting is chosen: with one budget for all."""

import numpy as np
from sklearn.model_selection import StratifiedKFold

from mirlab.fewlabels.active import at_random, far_apart, unsure
from mirlab.fewlabels.classifiers import labels_alone
from mirlab.fewlabels.prototypes import nearest_mean
from mirlab.fewlabels.semisupervised import UNLABELLED, self_training, spreading

METHODS = {
    "labels alone": (None,),
    "PCA": (8, 32, 128),
    "k-means": (32, 64, 128),
    "contrastive": (0.1, 0.3, 1.0),
    "untrained network": (None,),
    "self-training": (1, 2, 4),
    "label spreading": (5, 10, 20),
    "prototypes": ("L1", "euclidean", "cosine"),
    "real network": (None,),
}
"""Settings of each method: three or none, the default in the middle. The ridge is chosen apart."""

REPRESENTATIONS = {
    "labels alone": "base",
    "PCA": "pca",
    "k-means": "k-means",
    "contrastive": "contrastive",
    "untrained network": "untrained",
    "real network": "network",
}

RULES = ("random songs", "songs far apart", "unsure songs")
"""How the songs to be labelled are chosen, if nobody knows how many there are of each label."""


def outputs(task, method, setting, labelled, new):
    """Learn by one method with one setting, and give the outputs for other songs.

    Parameters
    ----------
    task : mirlab.fewlabels.Task
        Songs.
    method : str
        One of `METHODS`.
    setting : object
        One of its settings.
    labelled : ndarray of int
        Songs of the training part; all others of it are used without their labels.
    new : ndarray of int
        Songs to classify.

    Returns
    -------
    ndarray, shape (len(new), n_labels)

    Raises
    ------
    ValueError
        If the method is unknown.
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is unknown; it must be one of {', '.join(METHODS)}")
    n_labels, codes = task.n_labels, task.y[labelled]
    if method in REPRESENTATIONS:
        X = task.features(REPRESENTATIONS[method], setting)
        return labels_alone(X[labelled], codes, n_labels, X[new], artists=task.artists[labelled])
    X = task.songs
    if method == "prototypes":
        return nearest_mean(X[labelled], codes, n_labels, X[new], metric=setting)
    known = np.full(len(X), UNLABELLED)
    known[labelled] = codes
    pool = X[task.train], known[task.train], n_labels, X[new]
    if method == "label spreading":
        return spreading(*pool, n_neighbors=setting)
    return self_training(*pool, per_label=setting, artists=task.artists[task.train])


def chosen_setting(task, method, labelled):
    """Choose the setting that classifies most labelled songs correctly when they are left out.

    Parameters
    ----------
    task, method, labelled
        As for `outputs`.

    Returns
    -------
    object
        The middle one of those that are equally good, and the default with one song per label: then nothing
        can be left out.

    Notes
    -----
    At most three folds of the labelled songs; left-out songs are unlabelled songs meanwhile.
    """
    settings, codes = METHODS[method], task.y[labelled]
    n_splits = min(3, np.bincount(codes, minlength=task.n_labels).min())
    if len(settings) == 1 or n_splits < 2:
        return settings[len(settings) // 2]
    folds = StratifiedKFold(int(n_splits), shuffle=True, random_state=task.seed)
    right = np.zeros(len(settings), dtype=int)
    for kept, left in folds.split(codes, codes):
        for i, setting in enumerate(settings):
            found = outputs(task, method, setting, labelled[kept], labelled[left])
            right[i] += (found.argmax(axis=1) == codes[left]).sum()
    best = np.flatnonzero(right == right.max())
    return settings[best[len(best) // 2]]


def accuracy(task, method, labelled):
    """Choose a setting inside the training part, learn, and test.

    Parameters
    ----------
    task, method, labelled
        As for `outputs`.

    Returns
    -------
    accuracy : float
        Share of the test songs that are classified correctly.
    setting : object
        The setting that was chosen.
    """
    setting = chosen_setting(task, method, labelled)
    found = outputs(task, method, setting, labelled, task.test)
    return float((found.argmax(axis=1) == task.y[task.test]).mean()), setting


def picked(task, rule, count, *, repeat=0):
    """Choose songs of the training part to be labelled, by a rule.

    Parameters
    ----------
    task : mirlab.fewlabels.Task
        Songs.
    rule : str
        One of `RULES`.
    count : int
        Number of songs; all n of the training part if it is larger.
    repeat : int
        Another number gives another random draw; all rules begin with the songs of this draw.

    Returns
    -------
    ndarray of int, shape (min(count, n),)
        Songs, in the order in which they are labelled.

    Raises
    ------
    ValueError
        If the rule is unknown.
    """
    if rule not in RULES:
        raise ValueError(f"rule={rule!r} is unknown; it must be one of {', '.join(RULES)}")
    train, first = task.train, at_random(len(task.train), count, random_state=[task.seed, repeat, 1])
    if rule == "random songs":
        return train[first]
    if rule == "songs far apart":
        return train[far_apart(task.features("pca", 32)[train], count, first=first[0])]
    start, codes = first[: task.n_labels], task.y[train]
    about = {"start": start, "batch": task.n_labels, "artists": task.artists[train]}
    return train[unsure(task.songs[train], codes, task.n_labels, count, **about)]
