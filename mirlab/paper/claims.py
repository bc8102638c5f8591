"""What holds, claim by claim: what the paper says, and what we find on synthetic and on real music."""

import numpy as np

from mirlab.paper.inference import NORMAL, differences
from mirlab.paper.layout import lines, with_interval

NOT = "not measured"

CLAIMS = (
    ("With one song per label, the tag embedding beats base features", "often", "figure3", "tag", 1, "base"),
    ("With two songs per label, too", "often", "figure3", "tag", 2, "base"),
    ("With five songs per label, too", "often", "figure3", "tag", 5, "base"),
    ("With ten songs per label, too", "often", "figure3", "tag", 10, "base"),
    ("With five songs and plain least squares, too", "often", "figure3_plain", "tag", 5, "base"),
    ("With ten songs and plain least squares, too", "often", "figure3_plain", "tag", 10, "base"),
    ("With all songs, too", "+0.004 to +0.015", "table4", "tag", None, "base"),
    ("With all songs, the genre embedding does not", "-0.077 to -0.013", "table4", "genre", None, "base"),
    ("In similarity, the tag embedding beats base features", "+0.01 to +0.05", "table5", "tag", None, "base"),
    ("In similarity, the genre embedding does, too", "-0.01 to +0.05", "table5", "genre", None, "base"),
    ("With one song per label, labels helped: tag beats whitened", NOT, "figure3", "tag", 1, "whitened"),
    ("With all songs, labels helped: tag beats whitened", NOT, "table4", "tag", None, "whitened"),
    ("In similarity, labels helped: tag beats whitened", NOT, "table5", "tag", None, "whitened"),
    ("With one song, learning helped: tag beats a random map", NOT, "figure3", "tag", 1, "random"),
    ("With one song, a network trained on real music wins", NOT, "figure3", "msd_musicnn", 1, "base"),
    ("In similarity, this network wins, too", NOT, "table5", "msd_musicnn", None, "base"),
)
"""A claim, the paper's figure, and where ours is: experiment, kind of features, songs per label, control."""

BY_COSINE = (
    ("In similarity by the cosine, the tag embedding beats base features", "tag", "base"),
    ("In similarity by the cosine, labels helped: tag beats whitened", "tag", "whitened"),
    ("In similarity by the cosine, this network wins, too", "msd_musicnn", "base"),
)
"""The same of similarity by another distance: claim, kind of features, control."""

CONTROLS = {"base": "base features", "whitened": "whitened"}
"""What the answers to the open questions call these controls."""

RECOVERY = ("joint embedding", "class means", "class means, whitened to 50")


def as_markdown(reports, networks, answers, real) -> str:
    """Return a table with a line for each claim.

    Parameters
    ----------
    reports, networks, answers, real
        As for `mirlab.paper.page.as_markdown`.

    Returns
    -------
    str
        Markdown.
    """
    rows = [
        [claim, theirs, _found((reports, networks), *where), _found((real,), *where)]
        for claim, theirs, *where in CLAIMS
    ]
    for claim, features, control in BY_COSINE:
        [found] = [
            row
            for row in answers["questions"]["distance"]["differences"]
            if (row["features"], row["control"], row["target"])
            == (features, f"{CONTROLS[control]}, cosine", "all")
        ]
        on_clips = _found((real,), "table5_cosine", features, None, control)
        rows.append([claim, NOT, _in_words(found), on_clips])
    recovered = "; ".join(f"{what} {_recovery(reports, what)}" for what in RECOVERY)
    rows.append(["The joint embedding places labels by meaning (recovery)", "by example", recovered, NOT])
    rows.append(["The tag embedding hears tags in sets it has not seen (AUC)", NOT, _auc(reports), NOT])
    return lines(["claim", "paper (real)", "synthetic", "real clips"], rows)


def _found(kept, experiment, features, per_class, control):
    """Return a difference from a control, averaged over the sets, and its verdict.

    It is looked for in the first reports of `kept` that have both kinds of features.
    """
    for reports in kept:
        if not {features, control} <= {row["features"] for row in reports[0].get(experiment, [])}:
            continue
        for row in differences(reports, experiment, control):
            if (row["features"], row["target"], row.get("per_class")) == (features, "all", per_class):
                return _in_words(row)
    return NOT


def _in_words(row):
    return f"{with_interval(row, 'difference')}: {row['verdict']}"


def _recovery(reports, what):
    found = [report["semantic_recovery"][what]["manhattan"] for report in reports]
    return mean_of_seeds({name: [one[name] for one in found] for name in found[0]}, digits=2)


def _auc(reports):
    rows = [row for report in reports for row in report["tags"] if row["method"] == "tag embedding"]
    auc = [row["auc"] for row in rows]
    return f"{np.mean(auc):.2f} ({min(auc):.2f} to {max(auc):.2f} by set and seed); a constant list 0.5"


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
