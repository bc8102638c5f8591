"""What holds, claim by claim: what the paper says, and what we find on synthetic and on real music."""

import numpy as np
from scipy import stats

from mirlab.paper.inference import differences
from mirlab.paper.layout import lines, with_interval
from mirlab.paper.protocol import LEVEL

NORMAL = float(stats.norm.ppf(1 - LEVEL / 2))


def as_markdown(reports, answers, real) -> str:
    """Return a table with a line for each claim.

    Parameters
    ----------
    reports, answers, real
        As for `mirlab.paper.page.as_markdown`.

    Returns
    -------
    str
        Markdown.
    """
    ours, clips = _Found(reports), _Found([real])
    rows = [
        [
            "With one song per label, the tag embedding beats the base features.",
            "often",
            ours("figure3", "tag", 1),
            clips("figure3", "tag", 1),
        ],
        [
            "With two songs per label, too.",
            "often",
            ours("figure3", "tag", 2),
            clips("figure3", "tag", 2),
        ],
        [
            "With five songs per label, too.",
            "often",
            ours("figure3", "tag", 5),
            clips("figure3", "tag", 5),
        ],
        [
            "With all songs, the tag embedding beats the base features.",
            "+0.004 to +0.015",
            ours("table4", "tag"),
            clips("table4", "tag"),
        ],
        [
            "With all songs, the genre embedding does not.",
            "-0.077 to -0.013",
            ours("table4", "genre"),
            clips("table4", "genre"),
        ],
        [
            "Songs of a genre are nearer to each other in the tag embedding than in the base features.",
            "+0.01 to +0.05",
            ours("table5", "tag"),
            clips("table5", "tag"),
        ],
        [
            "In the genre embedding, too.",
            "-0.01 to +0.05",
            ours("table5", "genre"),
            clips("table5", "genre"),
        ],
        [
            "It takes labels to gain that: base features whitened without labels do not (one song per label).",
            "not measured",
            ours("figure3", "whitened", 1),
            clips("figure3", "whitened", 1),
        ],
        [
            "The same for similarity.",
            "not measured",
            ours("table5", "whitened"),
            clips("table5", "whitened"),
        ],
        [
            "The joint embedding places labels by their meaning. (Recovery; class means; whitened class means)",
            "by example",
            "; ".join(_recovery(reports, what) for what in RECOVERY),
            "not measured",
        ],
        [
            "The tag embedding hears tags in sets that it has not learned from. (Mean AUC; a constant list: 0.5)",
            "not measured",
            _auc(reports),
            "not measured",
        ],
    ]
    return lines(["claim", "paper", "synthetic", "real clips"], rows)


RECOVERY = ("joint embedding", "class means", "class means, whitened to 50")


class _Found:
    """The difference of a kind of features from the base features, averaged over the sets, in words."""

    def __init__(self, reports):
        self.reports = reports

    def __call__(self, experiment, features, per_class=None):
        if not self.reports[0].get(experiment):
            return "not measured"
        for row in differences(self.reports, experiment):
            if (row["features"], row["target"], row.get("per_class")) == (features, "all", per_class):
                return f"{with_interval(row, 'difference')}: {row['verdict']}"
        return "not measured"


def _recovery(reports, what):
    found = [report["semantic_recovery"][what]["manhattan"] for report in reports]
    return mean_of_seeds({name: [one[name] for one in found] for name in found[0]}, digits=2)


def _auc(reports):
    rows = [row for report in reports for row in report["tags"] if row["method"] == "tag embedding"]
    auc = [row["auc"] for row in rows]
    return f"{np.mean(auc):.2f} ({min(auc):.2f} to {max(auc):.2f} by set and seed)"


def mean_of_seeds(rows, digits=3) -> str:
    """Return the mean over the seeds and half the 95 % interval, from the mean of their standard errors.

    Parameters
    ----------
    rows : pandas.DataFrame or dict of str to list
        With ``value`` and ``standard_error``, one entry per seed. The same songs and labels are behind every
        seed, so more seeds do not make the error smaller.
    digits : int
        Digits after the point.

    Returns
    -------
    str

    Examples
    --------
    >>> mean_of_seeds({"value": [0.7, 0.8], "standard_error": [0.01, 0.01]})
    '0.750 ± 0.020'
    """
    value, error = np.mean(rows["value"]), NORMAL * np.mean(rows["standard_error"])
    return f"{value:.{digits}f} ± {error:.{digits}f}"
