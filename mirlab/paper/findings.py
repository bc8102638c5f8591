"""What each experiment found, in a sentence."""

import numpy as np

from mirlab import evaluate

FEW = 5
"""Up to this number of songs per label a learning curve is about few labels."""

SURE = 0.05
"""Largest p-value of a difference that is reported as beyond chance."""


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
    joint, means = (recovery[what]["manhattan"] for what in ("joint embedding", "class means"))
    synthetic = all(row["seed"].endswith("-synth)") for row in report["table3"])
    overlap = "true overlap" if synthetic else "overlap estimated from the labels' names"
    return (
        f"The labels' neighbours in other sets recover {joint['value']:.2f} ± {joint['standard_error']:.2f} "
        f"of the {overlap} (0 is chance, 1 the best possible); class means of the base features recover "
        f"{means['value']:.2f} ± {means['standard_error']:.2f}."
    )


def about(experiment, results) -> str:
    """Say what an experiment found about each kind of features, compared with the base features.

    Parameters
    ----------
    experiment : {"table4", "table5", "figure3"}
        Which one.
    results : dict of (str, str) to result
        By target and kind of features, as from `mirlab.paper.measure`.

    Returns
    -------
    str
        A sentence for each kind of features except "base".
    """
    if not results:
        return "No data set could be measured: see the notes."
    pairs = [pair for pair in _versus_base(results) if pair[1]]
    if not pairs:
        return "There is nothing to compare with the base features."
    say = {"table4": _of_accuracy, "table5": _of_similarity, "figure3": _of_curves}[experiment]
    return " ".join(say(*pair) for pair in pairs)


def _versus_base(results):
    """Yield each kind of features with {target: (its result, that of the base features)}."""
    targets = dict.fromkeys(target for target, _ in results)
    for features in dict.fromkeys(features for _, features in results if features != "base"):
        both = {t: (results.get((t, features)), results.get((t, "base"))) for t in targets}
        name = "The MFCC summary" if features == "mfcc" else f"The {features} embedding"
        yield name, {t: pair for t, pair in both.items() if not any(one is None for one in pair)}


def _of_accuracy(name, pairs):
    compared = {target: evaluate.compare(*pair) for target, pair in pairs.items()}
    sure = [f"{target} {c.difference:+.3f}" for target, c in compared.items() if c.p < SURE]
    ahead = sum(c.difference > 0 for c in compared.values())
    return (
        f"{name} is ahead of the base features on {ahead} of {len(pairs)} sets; "
        f"differences beyond chance (paired test, p < {SURE}): {', '.join(sure) or 'none'}."
    )


def _of_similarity(name, pairs):
    gains = {target: float(embedded.mean() - base.mean()) for target, (embedded, base) in pairs.items()}
    ahead = sum(gain > 0 for gain in gains.values())
    each = ", ".join(f"{target} {gain:+.3f}" for target, gain in gains.items())
    return f"{name} is ahead of the base features on {ahead} of {len(pairs)} sets ({each})."


def _of_curves(name, pairs):
    few, sure, many, most = [], [], [], []
    for embedded, base in pairs.values():
        c = evaluate.compare(embedded, base)
        is_few = np.array(embedded.per_class) <= FEW
        few += (c.difference > 0)[is_few].tolist()
        sure += ((c.difference > 0) & (c.p < SURE))[is_few].tolist()
        if not is_few[-1]:
            many.append(bool(c.difference[-1] > 0))
            most.append(embedded.per_class[-1])
    sentence = (
        f"With {FEW} songs per label or fewer, {name[0].lower()}{name[1:]} is ahead of the base features in "
        f"{sum(few)} of {len(few)} comparisons ({sum(sure)} beyond chance, p < {SURE})"
    )
    if many:
        with_most = str(most[0]) if len(set(most)) == 1 else f"{min(most)} to {max(most)}"
        sentence += f"; with {with_most}, in {sum(many)} of {len(many)}"
    return sentence + "."
