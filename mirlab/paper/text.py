"""A report as text for a terminal: our figures, those of the paper beside them, a sentence each."""

import textwrap
from functools import partial

from mirlab.datasets import Label, is_synthetic, real_name
from mirlab.errors import DatasetError
from mirlab.paper.inference import NORMAL
from mirlab.paper.kept_figures import kept_report
from mirlab.paper.layout import table, with_interval
from mirlab.paper.protocol import FEATURES
from mirlab.paper.published_figures import published

TITLES = {
    "table4": "Table 4. Accuracy, all training songs, up to ten folds",
    "table5": "Table 5. Precision at 10, L1",
    "table5_cosine": "Table 5 again, by the cosine. Precision at 10",
}
CURVES = {
    "figure3": "Figure 3. Accuracy by number of training songs per label (the paper prints no numbers).",
    "figure3_plain": "Figure 3 again, with plain least squares: no ridge.",
}


def as_text(report) -> str:
    """Return a report as text: our figures, those of the paper beside them, a sentence each.

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`.

    Returns
    -------
    str
        Several lines.

    Examples
    --------
    >>> print(as_text({"scale": "lesson", "seed": 0, "seconds": {}, "peak_memory_mb": 1, "findings": {},
    ...                "missing": [], "problems": []}))
    Scale lesson, seed 0. All data sets named -synth are synthetic; the paper's are real.
    <BLANKLINE>
    0 s of work, at most 1 MB of memory.
    """
    lines = _head(report)
    for name, section in SECTIONS.items():
        if name in report and (name not in ("splits", "tags") or report[name]):
            lines += ["", *section(report)]
            if name in report["findings"]:
                lines.append(_paragraph(report["findings"][name]))
    lines += _compared(report.get("comparable", {})) + _other_sound(report)
    seconds = sum(report["seconds"].values())
    lines += ["", f"{seconds:.0f} s of work, at most {report['peak_memory_mb']} MB of memory."]
    return "\n".join(lines)


def _head(report):
    lines = [
        f"Scale {report['scale']}, seed {report['seed']}. All data sets named -synth are synthetic; "
        "the paper's are real."
    ]
    lines += [f"Note: {problem}" for problem in report["problems"]]
    if report["missing"]:
        lines.append(f"Real data sets not found: {', '.join(report['missing'])}.")
    for target, sources in report.get("sources", {}).items():
        if sources and not is_synthetic(target):
            learned = "; ".join(f"{kind}, learned on {', '.join(names)}" for kind, names in sources.items())
            lines.append(f"Embeddings for {target}: {learned}.")
    return lines


def _neighbours(report):
    lines = ["Table 3. Nearest labels in the joint embedding (L1); below each, the paper's."]
    for row in report["table3"][:6]:
        lines.append(f"  {row['seed']}: {', '.join(row['neighbours'])}")
        theirs = published()["table3"].get(str(Label.of(row["seed"]).real))
        if theirs:
            lines.append(f"    paper: {', '.join(theirs)}")
    return lines


def _beside_the_papers(name, report):
    """Show Table 4 or 5, with the figures of the paper in brackets."""
    theirs_too = "; the paper's in brackets" if name in published() else ""
    lines = [f"{TITLES[name]} (± half the 95 % interval{theirs_too})."]
    if report[name]:
        cells = (
            table(report[name], ["dataset"], "features", with_interval)
            .reindex(columns=report.get("features", FEATURES), fill_value="-")
            .fillna("-")
        )
        lines.append(f"  {'':20s}" + "".join(f"{features:>24s}" for features in cells))
        for target, row in cells.iterrows():
            theirs = published().get(name, {}).get(real_name(target), {})
            texts = [f"{row[features]}{_in_brackets(theirs.get(features))}" for features in cells]
            lines.append(f"  {target:20s}" + "".join(f"{text:>24s}" for text in texts))
    for target, best in report.get("attainable", {}).items():
        if name == "table5" and best < 1:
            few = f"some songs of {target} have fewer than ten others of their label to find"
            lines.append(f"  At most {best:.3f} can be reached: {few}.")
    return lines


def _in_brackets(theirs):
    if theirs is None:
        return ""
    return f" ({theirs[0] if isinstance(theirs, list) else theirs:.3f})"


def _splits(report):
    lines = ["The same accuracy where less can leak: no artist on both sides, or a published split."]
    cells = table(report["splits"], ["dataset", "split"], "features", with_interval)
    cells = cells.reindex(columns=report.get("features", FEATURES), fill_value="-").fillna("-")
    lines.append(f"  {'':36s}" + "".join(f"{features:>18s}" for features in cells))
    for (target, split), row in cells.iterrows():
        lines.append(f"  {target:20s}{split:16s}" + "".join(f"{text:>18s}" for text in row))
    return lines


def _curves(name, report):
    lines = [CURVES[name]]
    if report[name]:
        cells = table(report[name], ["dataset", "features"], "per_class", with_interval)
        cells = cells[sorted(cells.columns)].fillna("-")
        width = max(7, *map(len, report.get("features", FEATURES)))
        lines.append(f"  {'':{21 + width}s}" + "".join(f"{k:>16d}" for k in cells.columns))
        for (target, features), row in cells.iterrows():
            lines.append(f"  {target:20s} {features:{width}s}" + "".join(f"{text:>16s}" for text in row))
    return lines


def _tags(report):
    lines = ["Tags heard in sets that the tag embedding has not learned from (± half the 95 % interval)."]
    lines.append(f"  {'':36s}{'mean AUC':>18s}{'precision at 5':>18s}")
    for row in report["tags"]:
        cells = (f"{row[name]:.3f} ± {NORMAL * row[f'{name}_error']:.3f}" for name in ("auc", "precision"))
        lines.append(f"  {row['dataset']:20s}{row['method']:16s}" + "".join(f"{text:>18s}" for text in cells))
    return lines


SECTIONS = {
    "table3": _neighbours,
    "table4": partial(_beside_the_papers, "table4"),
    "table5": partial(_beside_the_papers, "table5"),
    "table5_cosine": partial(_beside_the_papers, "table5_cosine"),
    "splits": _splits,
    "figure3": partial(_curves, "figure3"),
    "figure3_plain": partial(_curves, "figure3_plain"),
    "tags": _tags,
}


def _compared(comparable):
    """Say which figures of real sets can be compared with those of the paper."""
    if all(target == "joint" or is_synthetic(target) for target in comparable):
        return []  # the first line of the report says so
    figures = {}
    for target, kinds in comparable.items():
        for kind, reason in kinds.items():
            figures.setdefault(reason, []).append("Table 3" if target == "joint" else f"{target} {kind}")
    lines = ["", "Which of these can be compared with the paper's figures?"]
    for reason, names in sorted(figures.items()):
        answer = f"no, {reason}" if reason else "yes, as far as the paper says how it was done"
        lines.append(_paragraph(f"{', '.join(names)}: {answer}."))
    return lines


def _other_sound(report):
    """Say why figures that were made with another SciPy differ from those that are kept with the course."""
    sources = [names for kinds in report.get("sources", {}).values() for names in kinds.values()]
    synthetic = any(is_synthetic(name) for names in sources for name in names)
    try:
        kept = kept_report()
    except DatasetError:  # there is nothing to compare with
        return []
    theirs, ours = (one.get("versions", {}).get("scipy", "") for one in (kept, report))
    same = not ours or theirs.split(".")[:2] == ours.split(".")[:2]
    if same or not synthetic or report["scale"] != kept["scale"]:
        return []
    return [
        "",
        _paragraph(
            f"The kept figures (docs/results.md) were made with SciPy {theirs}, these with SciPy {ours}. "
            "Fourier transforms may then round differently, so the sound of the corpus differs a little, and "
            "accuracies of embeddings by up to 0.02."
        ),
    ]


def _paragraph(text):
    return textwrap.fill(text, 110, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
