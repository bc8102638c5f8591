"""Means, differences and their 95 % intervals, for several seeds and data sets: see `mirlab.paper.protocol`.

Scores have the shape (seeds, n): n folds, or n queries. A difference is taken score by score, so that what
both sides share (folds, draws, queries) cannot blur it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirlab import evaluate
from mirlab.paper.protocol import LEVEL

NORMAL = float(stats.norm.ppf(1 - LEVEL / 2))
"""Half the width of a 95 % interval in standard errors, where degrees of freedom are many or not known."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its uncertainty.

    Attributes
    ----------
    value : float
        The mean, of scores or of paired differences.
    standard_error : float
        Its standard error.
    freedom : float
        Degrees of freedom of the error.
    """

    value: float
    standard_error: float
    freedom: float

    @property
    def reach(self):
        """Half the width of the 95 % interval."""
        return float(evaluate.reach(self.standard_error, self.freedom, LEVEL))

    @property
    def p(self):
        """Two-sided p-value of "the true value is 0"."""
        if self.standard_error == 0:
            return float(self.value == 0)
        return float(2 * stats.t.sf(abs(self.value) / self.standard_error, self.freedom))


def over_folds(scores):
    """Estimate the mean of accuracies, or of their differences.

    Parameters
    ----------
    scores : array-like, shape (seeds, folds)
        From cross-validations of the same songs.

    Returns
    -------
    Estimate
        The variance is corrected for shared training songs (Bouckaert and Frank 2004).

    Examples
    --------
    >>> over_folds([[0.1, 0.2, 0.3]])
    Estimate(value=0.2..., standard_error=0.0912..., freedom=2)
    """
    scores = np.asarray(scores, dtype=float)
    error = evaluate.corrected_error(scores.ravel(), n_splits=scores.shape[1])
    return Estimate(float(scores.mean()), float(error), scores.size - 1)


def over_queries(scores, artists):
    """Estimate the mean of precisions, or of their differences.

    Parameters
    ----------
    scores : array-like, shape (seeds, queries)
        One for each query, from embeddings of different seeds.
    artists : array-like, shape (queries,)
        Queries of one artist count as one.

    Returns
    -------
    Estimate
        The variances over artists and over seeds are added; degrees of freedom after F. E. Satterthwaite
        ("An approximate distribution of estimates of variance components", 1946).

    Examples
    --------
    >>> over_queries([[0.0, 0.2, 0.4]], ["a", "b", "c"])
    Estimate(value=0.2..., standard_error=0.115..., freedom=2.0)
    """
    scores = np.asarray(scores, dtype=float)
    parts = [(evaluate.standard_error(scores.mean(axis=0), artists) ** 2, len(np.unique(artists)) - 1)]
    if len(scores) > 1:
        parts.append((scores.mean(axis=1).var(ddof=1) / len(scores), len(scores) - 1))
    return _sum(float(scores.mean()), parts)


def over_sets(estimates):
    """Average estimates of several data sets, which are independent and have the same weight.

    Parameters
    ----------
    estimates : sequence of Estimate
        One for each data set.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> over_sets([Estimate(0.1, 0.03, 49), Estimate(0.3, 0.04, 49)])
    Estimate(value=0.2, standard_error=0.025, freedom=90.8...)
    """
    n = len(estimates)
    parts = [(one.standard_error**2 / n**2, one.freedom) for one in estimates]
    return _sum(float(np.mean([one.value for one in estimates])), parts)


def _sum(value, parts):
    variance = sum(v for v, _ in parts)
    weight = sum(v**2 / freedom for v, freedom in parts)
    freedom = variance**2 / weight if weight else parts[0][1]
    return Estimate(value, float(np.sqrt(variance)), float(freedom))


MEASURED = ("table4", "table5", "figure3", "figure3_plain")
"""The experiments of a report that hold scores of every target set and kind of features."""

QUERIES = ("table5", "table5_cosine")
"""Those whose scores are precisions of queries; the others are accuracies of folds."""


def differences(reports, experiment, control="base") -> list[dict]:
    """Compare each kind of features with a control, over the seeds of several reports.

    Parameters
    ----------
    reports : list of dict
        From `mirlab.paper.reproduce`, one per seed.
    experiment : str
        One of `MEASURED`.
    control : str
        The kind of features that the others are compared with.

    Returns
    -------
    list of dict
        As from `judged`, with ``features``, ``per_class`` (of curves), and ``target``: each data set, and
        "all" of them.
    """
    scores = {}
    for report in reports:
        for row in report[experiment]:
            key = (row["features"], row.get("per_class"), row["dataset"])
            scores.setdefault(key, []).append(row["scores"])
    rows = []
    for features, k in dict.fromkeys((features, k) for features, k, _ in scores if features != control):
        each = {}
        for target in dict.fromkeys(target for _, _, target in scores):
            ours, theirs = (scores.get((kind, k, target)) for kind in (features, control))
            if ours is not None and theirs is not None:
                each[target] = _estimate(np.subtract(ours, theirs), reports[0], experiment, target)
        for target, found in (each | {"all": over_sets([*each.values()])} if each else {}).items():
            about = {"features": features, "target": target} | ({} if k is None else {"per_class": k})
            rows.append(about | {"difference": found.value, "reach": found.reach, "p": found.p})
    return judged(rows)


def values(reports, experiment) -> list[dict]:
    """Average each cell of an experiment over the seeds of several reports.

    Parameters
    ----------
    reports, experiment
        As for `differences`.

    Returns
    -------
    list of dict
        Rows of the experiment, with ``value`` and ``reach`` over all seeds, and without ``scores``.
    """
    cells = {}
    for report in reports:
        for row in report[experiment]:
            about = {name: row[name] for name in ("dataset", "split", "features", "per_class") if name in row}
            cells.setdefault(tuple(about.items()), []).append(row["scores"])
    rows = []
    for about, scores in cells.items():
        found = _estimate(scores, reports[0], experiment, dict(about)["dataset"])
        rows.append(dict(about) | {"value": found.value, "reach": found.reach})
    return rows


def _estimate(scores, report, experiment, target):
    return over_queries(scores, report["artists"][target]) if experiment in QUERIES else over_folds(scores)


def judged(rows) -> list[dict]:
    """Adjust the p-values of a family of comparisons, and say which of them are differences.

    Parameters
    ----------
    rows : list of dict
        With ``target``, ``difference`` and ``p``. The rows of all targets together are one family, those of
        single targets another.

    Returns
    -------
    list of dict
        The rows with ``adjusted`` and ``verdict``.

    Examples
    --------
    >>> rows = [{"target": "all", "difference": d, "p": p} for d, p in ((0.1, 0.03), (-0.1, 0.01))]
    >>> [(row["adjusted"], row["verdict"]) for row in judged(rows)]
    [(0.03, 'better'), (0.02, 'worse')]
    """
    p = np.array([row["p"] for row in rows], dtype=float)
    family = np.array([row["target"] == "all" for row in rows], dtype=bool)
    for members in (family, ~family):
        p[members] = evaluate.holm(p[members])
    verdicts = [
        "no difference found" if q >= LEVEL else "better" if row["difference"] > 0 else "worse"
        for row, q in zip(rows, p, strict=True)
    ]
    return [
        row | {"adjusted": float(q), "verdict": verdict}
        for row, q, verdict in zip(rows, p, verdicts, strict=True)
    ]
