"""Exercises of lesson 06, and what its cells need."""

from dataclasses import replace

import numpy as np
from scipy.spatial.distance import cdist

from mirlab import corpus
from mirlab.corpus import channel, styles
from mirlab.lessons import exercise


def new_excerpts(name, label, most):
    """Plan excerpts of a label by new artists, which are in no data set: no embedding has learned from them.

    Parameters
    ----------
    name : str
        Short name of a synthetic set, such as "homburg".
    label : str
        One of its labels.
    most : int
        How many excerpts, at most as many as the set has.

    Returns
    -------
    list of mirlab.corpus.Excerpt
        In the styles of the set's own excerpts with this label.
    """
    known = [excerpt for excerpt in corpus.plan(name) if excerpt.label == label][:most]
    return [replace(one, number=10_000 + one.number, artist=10_000 + one.artist) for one in known]


def recorded(excerpt, name, vintage):
    """Play the score of an excerpt, and record it as a data set does: as in the 1950s, or as today.

    Parameters
    ----------
    excerpt : mirlab.corpus.Excerpt
        Its score and the habits of its artist are used.
    name : str
        Short name of the set with the equalizer, noise and level of the recording.
    vintage : bool
        Whether it sounds as in the 1950s.

    Returns
    -------
    ndarray, shape (samples,), float32
        Mono sound at 22 050 Hz.
    """
    who, chain = excerpt.habits, styles.sets()[name]["channel"]
    taste = {"room": who.room, "tilt": who.tilt, "resonance": who.resonance, "vintage": vintage}
    loudness = 0.6 * (who.style.level + 17)  # soft styles stay soft
    rng = np.random.default_rng(excerpt.number)
    return channel.record(corpus.mix(excerpt.score()), **taste, loudness=loudness, channel=chain, rng=rng)


# -- the neighbour table -----------------------------------------------------------------------------------


@exercise(
    hints=[
        "The L1 distance of two vectors is the sum of the absolute differences of their elements.",
        "`np.abs(W - W[i]).sum(axis=1)` gives the distances from label i to every label, itself included.",
        '`np.argsort(…, kind="stable")` sorts them. Leave out i itself, and take the first '
        "k, and then their names.",
    ],
    reason="A table of neighbours needs only W. It uses neither the sound nor V nor what the names mean.",
    inputs=lambda rng: {
        "labels on a line": (
            np.array([[0.0], [1.0], [3.0], [7.0]]),
            ["jazz (a)", "pop (a)", "Jazz (b)", "rock (b)"],
            2,
        ),
        "a case where L1 and L2 disagree": (
            np.array([[0.0, 0.0], [3.0, 0.0], [2.0, 2.0], [-9.0, 9.0]]),
            ["jazz (a)", "pop (a)", "Jazz (b)", "rock (b)"],
            1,
        ),
        "two labels in the same place": (
            np.array([[1.0, 2.0], [1.0, 2.0], [4.0, 0.0]]),
            ["jazz (a)", "Jazz (b)", "rock (b)"],
            1,
        ),
        "no label at all": (np.empty((0, 2)), [], 1),
        "a single label": (np.array([[1.0, 2.0]]), ["jazz (a)"], 2),
        "random labels of three sets": (
            rng.normal(size=(7, 5)),
            [
                f"{label} ({where})"
                for where, labels in [("a", "xy"), ("b", "xyz"), ("c", "xz")]
                for label in labels
            ],
            3,
        ),
        "more random labels": (rng.normal(size=(9, 3)), [f"{c} (a)" for c in "bcdfghjkl"], 4),
    },
)
def neighbour_table(W, names, k):
    """Map each name to the names of its k nearest other labels by L1, nearest first."""
    table = {}
    for i, name in enumerate(names):
        distances = np.abs(W - W[i]).sum(axis=1)
        order = [j for j in np.argsort(distances, kind="stable") if j != i]
        table[name] = [names[j] for j in order[:k]]
    return table


@neighbour_table.also
def from_one_matrix(W, names, k):
    D = cdist(W, W, "cityblock") if len(W) else np.empty((0, 0))
    np.fill_diagonal(D, np.inf)
    order = np.argsort(D, axis=1, kind="stable")[:, : min(k, max(len(W) - 1, 0))]
    return {names[i]: [names[j] for j in row] for i, row in enumerate(order)}


@neighbour_table.also
def in_plain_python(W, names, k):
    rows = W.tolist()
    table = {}
    for i, name in enumerate(names):
        far = [(sum(abs(a - b) for a, b in zip(rows[i], row, strict=True)), j) for j, row in enumerate(rows)]
        table[name] = [names[j] for _, j in sorted(far) if j != i][:k]
    return table


@neighbour_table.mistake("every label is its own nearest neighbour. Leave it out.")
def with_itself(W, names, k):
    order = [np.argsort(np.abs(W - w).sum(axis=1), kind="stable") for w in W]
    return {name: [names[j] for j in row[:k]] for name, row in zip(names, order, strict=True)}


@neighbour_table.mistake(
    "you skip the first label of the order, whichever it is. If two labels are in the same place, it may be "
    "the "
    "other one: leave out `i`."
)
def without_the_first(W, names, k):
    order = [np.argsort(np.abs(W - w).sum(axis=1), kind="stable") for w in W]
    return {name: [names[j] for j in row[1 : k + 1]] for name, row in zip(names, order, strict=True)}


def _in_order(W, names, k, distance):
    table = {}
    for i, name in enumerate(names):
        order = np.argsort(distance(W - W[i]).sum(axis=1), kind="stable")
        table[name] = [names[j] for j in order if j != i][:k]
    return table


@neighbour_table.mistake("this is the Euclidean distance, L2. L1 adds up absolute differences.")
def by_l2(W, names, k):
    return _in_order(W, names, k, np.square)


@neighbour_table.mistake("these are the farthest labels. The smallest distance comes first.")
def the_farthest(W, names, k):
    return _in_order(W, names, k, lambda difference: -np.abs(difference))


# -- the figure --------------------------------------------------------------------------------------------


def _labels(rng, where, width=3):
    """Return the distances of labels drawn at random, their overlap, and their sets."""
    W = rng.normal(size=(len(where), width)).round(2)
    overlap = rng.integers(0, 10, size=(len(where), len(where))) / 10
    return cdist(W, W, "cityblock").round(2), np.maximum(overlap, overlap.T), np.array(list(where))


def _table_of_the_text():
    """Return the example in the notebook: one label of a, which has six labels in other sets."""
    where = np.array(list("abbbccc"))
    overlap = np.zeros((7, 7))
    overlap[0, 1:] = overlap[1:, 0] = [0.8, 0.4, 0.0, 0.6, 0.0, 0.0]
    D = 20 * (1 - np.eye(7))
    D[0, 1:] = D[1:, 0] = [3, 9, 12, 7, 5, 14]
    return D, overlap, where, 2


@exercise(
    kind="find the bug",
    hints=[
        "The question is whether labels of different sets find each other. Which labels may be neighbours "
        "here?",
        "`chance` and `ideal` are computed from `others`, the labels of other sets. Is `found`?",
        "`nearest = order[where[order] != where[i]][:k]` keeps only labels of other sets.",
    ],
    reason="Training compares labels within a set and pushes them apart. A label of the own set takes the "
    "place of a neighbour, but chance and ideal know nothing of it, so 1 could not be reached.",
    inputs=lambda rng: {
        "the example of the text": _table_of_the_text(),
        "two sets": (*_labels(rng, "aaabbb"), 1),
        "sets of unequal size": (*_labels(rng, "aaaabbc"), 2),
        "two labels in the same place": (
            np.array([[0, 0, 2, 3], [0, 0, 2, 3], [2, 2, 0, 1], [3, 3, 1, 0.0]]),
            np.array([[1, 0, 0.5, 0], [0, 1, 0, 0.4], [0.5, 0, 1, 0], [0, 0.4, 0, 1]]),
            np.array(list("abba")),
            1,
        ),
        "four sets": (*_labels(rng, "aaabbbcccddd"), 3),
    },
    lacks={"empty": "there are at least two sets", "single": "there are at least two labels"},
)
def recovery(D, overlap, where, k):
    """Return how far the neighbours in other sets have come on the way from chance (0) to ideal (1)."""
    found, chance, ideal = [], [], []
    for i in range(len(D)):
        order = np.argsort(D[i], kind="stable")
        nearest = order[where[order] != where[i]][:k]
        others = overlap[i, where != where[i]]
        found.append(overlap[i, nearest].mean())
        chance.append(others.mean())
        ideal.append(np.sort(others)[-k:].mean())
    return (sum(found) - sum(chance)) / (sum(ideal) - sum(chance))


@recovery.given
def neighbours_of_all_sets(D, overlap, where, k):
    """Return how far the neighbours in other sets have come on the way from chance (0) to ideal (1)."""
    found, chance, ideal = [], [], []
    for i in range(len(D)):
        order = np.argsort(D[i], kind="stable")
        nearest = order[order != i][:k]
        others = overlap[i, where != where[i]]
        found.append(overlap[i, nearest].mean())
        chance.append(others.mean())
        ideal.append(np.sort(others)[-k:].mean())
    return (sum(found) - sum(chance)) / (sum(ideal) - sum(chance))


@recovery.also
def with_infinite_distances(D, overlap, where, k):
    same = where[:, None] == where
    nearest = np.argsort(np.where(same, np.inf, D), axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(overlap, nearest, axis=1).mean()
    chance = np.ma.masked_array(overlap, same).mean(axis=1).mean()
    ideal = np.sort(np.where(same, -1, overlap), axis=1)[:, -k:].mean()
    return (found - chance) / (ideal - chance)


@recovery.also
def one_pair_at_a_time(D, overlap, where, k):
    above = below = 0
    for i, own in enumerate(where):
        others = [j for j in range(len(where)) if where[j] != own]
        near = sorted(others, key=lambda j: (D[i][j], j))[:k]
        best = sorted((overlap[i][j] for j in others), reverse=True)[:k]
        chance = sum(overlap[i][j] for j in others) / len(others)
        above += sum(overlap[i][j] for j in near) / k - chance
        below += sum(best) / k - chance
    return above / below


@recovery.mistake("labels of the own set are among the nearest. Only labels of other sets may be neighbours.")
def with_the_own_set(D, overlap, where, k):
    return neighbours_of_all_sets(D, overlap, where, k)


@recovery.mistake("chance is not subtracted, so a space that knows nothing gets more than 0.")
def without_chance(D, overlap, where, k):
    same = where[:, None] == where
    nearest = np.argsort(np.where(same, np.inf, D), axis=1, kind="stable")[:, :k]
    ideal = np.sort(np.where(same, -1, overlap), axis=1)[:, -k:].mean()
    return np.take_along_axis(overlap, nearest, axis=1).mean() / ideal


@recovery.mistake("`ideal` is the mean of the k largest overlaps, and not the largest one.")
def largest_only(D, overlap, where, k):
    same = where[:, None] == where
    nearest = np.argsort(np.where(same, np.inf, D), axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(overlap, nearest, axis=1).mean()
    chance = np.mean([overlap[i, ~same[i]].mean() for i in range(len(D))])
    ideal = np.where(same, -1, overlap).max(axis=1).mean()
    return (found - chance) / (ideal - chance)


# -- whitening ---------------------------------------------------------------------------------------------


def _correlated(rng, n, p):
    """Return n vectors with p correlated numbers of different scale."""
    mix = np.diag(np.geomspace(3, 0.5, p)) @ np.linalg.qr(rng.normal(size=(p, p)))[0]
    return (rng.normal(size=(n, p)) @ mix + rng.normal(0, 5, size=p)).round(3)


def _with_equal_rows(rng):
    X = _correlated(rng, 8, 3)
    X[5] = X[2]
    return X


@exercise(
    hints=[
        "There are three steps: subtract the mean of each column, rotate to the principal axes, and divide "
        "each "
        "axis by its standard deviation.",
        "`variances, axes = np.linalg.eigh(np.cov(X.T, ddof=0))` gives the axes as columns, with the "
        "smallest "
        "variance first.",
        "`axes[:, ::-1][:, :m]` are the m axes with the largest variance; `variances[::-1][:m]` are the "
        "variances.",
    ],
    reason="After whitening, no axis is larger than another and no two are correlated. It needs no labels. "
    "The sign of an axis is arbitrary, and distances do not depend on it.",
    inputs=lambda rng: {
        "two numbers per vector": (_correlated(rng, 6, 2), 2),
        "the strongest axis only": (_correlated(rng, 9, 3), 1),
        "two equal vectors": (_with_equal_rows(rng), 2),
        "four of six axes": (_correlated(rng, 30, 6), 4),
    },
    lacks={"empty": "there are always more vectors than axes", "single": "one vector has no variance"},
)
def whiten(X, m):
    """Return X on its m strongest principal axes, each with mean 0 and variance 1: (vectors, m)."""
    centered = X - X.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(X))
    return centered @ axes[:, ::-1][:, :m] / np.sqrt(variances[::-1][:m])


@whiten.accepts
def _complaint(result, X, m):
    Z, right = np.asarray(result, dtype=float), whiten.solve(X, m)
    if Z.shape != right.shape:
        return f"The result has the shape {Z.shape}; it should be {right.shape}."
    if not np.isfinite(Z).all():
        return "The result contains values that are not finite."
    if np.abs(Z.mean(axis=0)).max() > 1e-3:
        return (
            "The columns of the result do not have the mean 0. Subtract the mean of each column of X first."
        )
    variance = Z.var(axis=0)
    if not any(np.allclose(variance, want, rtol=1e-3) for want in (1, 1 - 1 / len(Z))):
        return f"The columns of the result do not have the variance 1; the first one has {variance[0]:.3g}."
    covariance = Z.T @ Z / len(Z)
    if np.abs(covariance - np.diag(np.diag(covariance))).max() > 1e-3:
        return "The columns of the result are correlated. Rotate X to its principal axes."
    if not np.allclose(np.abs(Z.T @ right) / len(Z), np.eye(m), atol=0.1):
        return "These are not the m principal axes with the largest variance, strongest first."
    return ""


@whiten.also
def by_svd(X, m):
    U, _, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return U[:, :m] * np.sqrt(len(X) - 1)


@whiten.also
def with_other_signs(X, m):
    variances, axes = np.linalg.eigh(np.cov(X.T, ddof=0))
    order = np.argsort(-variances)[:m]
    return (X.mean(axis=0) - X) @ axes[:, order] @ np.diag(variances[order] ** -0.5)


@whiten.mistake("the mean is not subtracted.")
def without_the_mean(X, m):
    variances, axes = np.linalg.eigh(np.cov(X.T, ddof=0))
    return X @ axes[:, ::-1][:, :m] / np.sqrt(variances[::-1][:m])


@whiten.mistake("each number is standardised by itself, but the numbers stay correlated.")
def standardised_only(X, m):
    return ((X - X.mean(axis=0)) / X.std(axis=0))[:, :m] if m > 1 else X[:, :1] - X[:, :1].mean()


@whiten.mistake("the axes are not scaled; divide each by the root of its variance.")
def rotated_only(X, m):
    centered = X - X.mean(axis=0)
    return centered @ np.linalg.eigh(np.cov(X.T))[1][:, ::-1][:, :m]


@whiten.mistake("the axes are divided by their variance and not by its root.")
def without_root(X, m):
    variances, axes = np.linalg.eigh(np.cov(X.T, ddof=0))
    return (X - X.mean(axis=0)) @ axes[:, ::-1][:, :m] / variances[::-1][:m]


@whiten.mistake("these are the axes with the smallest variance; `eigh` sorts them in ascending order.")
def the_weakest(X, m):
    variances, axes = np.linalg.eigh(np.cov(X.T, ddof=0))
    return (X - X.mean(axis=0)) @ axes[:, :m] / np.sqrt(variances[:m])
