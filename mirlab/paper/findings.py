"""What each experiment found, in a sentence."""

from mirlab.paper.inference import NORMAL
from mirlab.paper.layout import with_interval


def about_table3(report) -> str:
    """Say what Table 3 and the semantic recovery found.

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`, with "table3" and "semantic_recovery".

    Returns
    -------
    str
    """
    recovery = report["semantic_recovery"]
    if "problem" in recovery:
        return f"The neighbours of {len(report['table3'])} labels are listed. " + recovery["problem"]
    joint, means, whitened = (
        recovery[what]["manhattan"]
        for what in ("joint embedding", "class means", "class means, whitened to 50")
    )
    synthetic = all(row["seed"].endswith("-synth)") for row in report["table3"])
    overlap = "true overlap" if synthetic else "overlap estimated from the labels' names"
    return (
        f"The labels' neighbours in other sets recover {_with_interval(joint)} "
        f"of the {overlap} (0 is chance, 1 the best possible); class means of the base features recover "
        f"{_with_interval(means)}; the same means whitened without labels, {_with_interval(whitened)}."
    )


def _with_interval(cell):
    return f"{cell['value']:.2f} ± {NORMAL * cell['standard_error']:.2f}"


def about(report, experiment) -> str:
    """Say what an experiment found about each kind of features, compared with the base features.

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`, with ``differences``.
    experiment : str
        One of `mirlab.paper.inference.MEASURED`.

    Returns
    -------
    str
        A sentence for each kind of features except "base".
    """
    rows = report["differences"][experiment]
    if not report[experiment]:
        return "No data set could be measured: see the notes."
    if not rows:
        return "There is nothing to compare with the base features."
    kinds = dict.fromkeys(row["features"] for row in rows)
    return " ".join(_sentence(kind, [row for row in rows if row["features"] == kind]) for kind in kinds)


def _sentence(kind, rows):
    over_all = [row for row in rows if row["target"] == "all"]
    each = [row for row in rows if row["target"] != "all"]
    ahead = sum(row["difference"] > 0 for row in each)
    gains = ", ".join(
        (f"{row['per_class']} per label " if "per_class" in row else "")
        + with_interval(row, "difference")
        + ("" if row["verdict"] == "no difference found" else f" ({row['verdict']})")
        for row in over_all
    )
    return (
        f"{kind} minus base, mean of the sets: {gains}; "
        f"ahead in {ahead} of {len(each)} comparisons of one set."
    )
