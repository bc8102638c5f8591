"""Which of our figures can be compared with those of the paper, and why the others cannot."""

from mirlab.datasets import is_synthetic
from mirlab.paper.protocol import GENRE_SETS
from mirlab.paper.published_figures import published
from mirlab.paper.study import Study


def comparable(study: Study) -> dict[str, dict[str, str]]:
    """Say which figures of a study can be compared with those of the paper, and why the others cannot.

    Parameters
    ----------
    study : Study
        Only its data sets matter, not what was measured.

    Returns
    -------
    dict of str to dict of str to str
        For each target, and each kind of features, why its figures cannot be compared; "" if they can. The
        entry "joint" is about the joint embedding and Table 3.

    Notes
    -----
    A set counts as that of the paper if at most one excerpt in a hundred is missing. Even then the paper
    leaves open how long it trained, and whether its regression was plain: see `mirlab.evaluate.regression`.

    Examples
    --------
    >>> comparable(Study())["gtzan-synth"]["base"]
    'gtzan-synth is synthetic'
    """
    reasons = {}
    for target in study.targets:
        learned = {"base": "", "genre": _of_embedding(study, "genre", target)}
        learned["tag"] = _of_embedding(study, "tag", target)
        reasons[target] = {kind: _of_set(study, target) or reason for kind, reason in learned.items()}
    return reasons | {"joint": {"table3": _of_embedding(study, "joint")}}


def _of_set(study, name):
    """Say why a set is not that of the paper; "" if it is."""
    wanted = published()["excerpts"].get(name)
    if is_synthetic(name):
        return f"{name} is synthetic"
    if wanted is None:
        return f"{name} is not in the paper"
    here = len(study.stored(name))
    return f"{here} excerpts of {name}, the paper has {wanted}" if here < 0.99 * wanted else ""


def _of_embedding(study, kind, target=""):
    """Say why an embedding is not that of the paper; "" if it is."""
    sources = study.sources(kind, target)
    if is_synthetic(sources[0]):
        return "learned on synthetic sets"
    absent = [name for name in GENRE_SETS if kind != "tag" and name not in {*sources, target}]
    reasons = [reason for reason in (_of_set(study, name) for name in sources) if reason]
    if absent:
        reasons.append(f"learned without {' and '.join(absent)}")
    if study.scale != "paper":
        reasons.append("trained for a fifth of the samples (scale 'lesson' instead of 'paper')")
    return "; ".join(reasons)
