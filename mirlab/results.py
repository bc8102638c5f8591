"""The measured figures that the course keeps, and the page that is written from them: docs/results.md.

Nothing here measures. `mirlab reproduce --json` (one report a seed) and `mirlab beyond --json` do, and
``data/results`` keeps what they wrote.
"""

import json

import numpy as np

from mirlab import paper, paths
from mirlab.beyond import MEASURES
from mirlab.errors import DatasetError

PAGE = paths.COURSE / "docs" / "results.md"
BEYOND = paper.RESULTS / "beyond.json"
SEEDS = (0, 1, 2, 3, 4)


def kept_answers() -> dict:
    """Return the answers to the paper's open questions that are kept with the course.

    Returns
    -------
    dict
        As `mirlab.beyond.run` returned it.

    Raises
    ------
    DatasetError
        If they are not there.

    Examples
    --------
    >>> list(kept_answers()["questions"])
    ['bound', 'blocks', 'nonlinear', 'classifier']
    """
    try:
        return json.loads(BEYOND.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{BEYOND} is missing: `mirlab beyond --json` makes it") from error


TEMPLATE = """\
# Results

Every figure of the paper (P. Hamel, M. E. P. Davies, K. Yoshii, M. Goto, ISMIR 2013) beside ours, and
what came out of the four questions that it left open. `mirlab results` writes this page from the files in
`data/results`; it is not edited by hand.

**Our data are synthetic** (the corpus that mirlab composes, {scale} scale), **the paper's are real**;
names that end in -synth say so. No figure here is meant to equal the paper's. What can be compared is who
is ahead of whom.

Seeds {seeds} of training, folds and draws; the corpus is the same for all. A value is the mean over the
seeds; ± is the standard error of one seed's run, as the paper prints it for its own; the smallest and the
largest seed stand in brackets. Made with {tools}.

## Table 3: nearest labels in the joint embedding

With the first seed. No name of a label enters the training.

{neighbours}

## Semantic recovery

How much of the true overlap of labels their neighbours in other sets recover: 0 is chance, 1 the best
possible. The paper had no way to measure it.

{recovery}

## Table 4: accuracy with all songs

{table4}

## Table 5: precision at 10

{table5}

## Figure 3: accuracy by labelled songs

The paper draws it without numbers. Its message: with few songs the tag embedding often beats the base
features; the genre embedding does so on Homburg alone.

{figure3}

## Beyond the paper

Four open questions (§7), answered by `mirlab beyond` with seeds {beyond_seeds}. The protocol was fixed
before the first result and stands at the head of `mirlab/beyond.py`. Below: variant minus control,
averaged over the four target sets, ± its standard error; a difference is called one if p < {level}.

{questions}
"""


def as_markdown(reports, answers) -> str:
    """Write the page: every figure of the paper beside ours, and the answers to its open questions.

    Parameters
    ----------
    reports : list of dict
        From `mirlab.paper.reproduce` with every experiment, one a seed.
    answers : dict
        From `mirlab.beyond.run`.

    Returns
    -------
    str
        Markdown.
    """
    first = reports[0]
    return TEMPLATE.format(
        scale=first["scale"],
        seeds=", ".join(str(report["seed"]) for report in reports),
        tools=", ".join(f"{name} {version}" for name, version in first["versions"].items()),
        neighbours=_neighbours(reports),
        recovery=_recovery(reports),
        table4=_cells(reports, "table4") + _findings(reports, "table4"),
        table5=_cells(reports, "table5") + _findings(reports, "table5"),
        figure3=_curves(reports) + _findings(reports, "figure3"),
        beyond_seeds=", ".join(map(str, answers["seeds"])),
        level=answers["level"],
        questions="\n\n".join(_questions(answers)),
    )


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _neighbours(reports):
    rows = []
    for seed, theirs in paper.published()["table3"].items():
        ours = {row["seed"]: row["neighbours"] for row in reports[0]["table3"]}
        mine = ours[seed.replace(")", "-synth)")]
        rows.append([seed, ", ".join(theirs), ", ".join(mine)])
    return _table(["seed label", "the paper's", "ours (synthetic)"], rows)


def _recovery(reports):
    rows = []
    for what in ("joint embedding", "class means"):
        for metric in ("manhattan", "cosine"):
            found = [report["semantic_recovery"][what][metric] for report in reports]
            rows.append([what, {"manhattan": "L1"}.get(metric, metric), _over_seeds(found)])
    return _table(["labels placed by", "distance", "recovery (synthetic)"], rows)


def _over_seeds(cells, digits=3):
    values = [cell["value"] for cell in cells]
    error = np.mean([cell["standard_error"] for cell in cells])
    text = f"{np.mean(values):.{digits}f} ± {error:.{digits}f}"
    if len(values) > 1:
        text += f" ({min(values):.{digits}f}–{max(values):.{digits}f})"
    return text


def _cells(reports, table):
    rows = []
    for target in dict.fromkeys(row["dataset"] for row in reports[0][table]):
        for features in paper.FEATURES:
            theirs = paper.published()[table][target.removesuffix("-synth")][features]
            theirs = f"{theirs[0]:.3f} ± {theirs[1]:.3f}" if isinstance(theirs, list) else f"{theirs:.2f}"
            found = [
                row
                for report in reports
                for row in report[table]
                if (row["dataset"], row["features"]) == (target, features)
            ]
            rows.append([target, features, theirs, _over_seeds(found)])
    return _table(["set", "features", "the paper's (real set)", "ours (synthetic)"], rows)


def _curves(reports):
    rows = []
    sizes = list(dict.fromkeys(row["per_class"] for row in reports[0]["figure3"]))
    for target in dict.fromkeys(row["dataset"] for row in reports[0]["figure3"]):
        for features in paper.FEATURES:
            line = [target, features]
            for k in sizes:
                found = [
                    row
                    for report in reports
                    for row in report["figure3"]
                    if (row["dataset"], row["features"], row["per_class"]) == (target, features, k)
                ]
                line.append(_over_seeds(found).split(" (")[0])
            rows.append(line)
    return _table(["set (synthetic)", "features", *(f"{k} a label" for k in sizes)], rows)


def _findings(reports, experiment):
    lines = [f"- Seed {report['seed']}: {report['findings'][experiment]}" for report in reports]
    return "\n\n" + "\n".join(lines)


def _questions(answers):
    for found in answers["questions"].values():
        yield f"### {found['question']}"
        pooled = [row for row in found["differences"] if row["target"] == "all"]
        measures = list(dict.fromkeys(row["measure"] for row in pooled))
        rows = {}
        for row in pooled:
            line = rows.setdefault((row["features"], row["variant"], row["control"]), [])
            line.append(f"{row['difference']:+.3f} ± {row['standard_error']:.3f}, {row['verdict']}")
        yield _table(
            ["features", "variant", "against", *(MEASURES[name] for name in measures)],
            [[*about, *cells] for about, cells in rows.items()],
        )
        if "recovery" in found:
            rows = [
                [name, f"{np.mean(values):.2f} ({min(values):.2f}–{max(values):.2f})"]
                for name, values in found["recovery"].items()
            ]
            yield _table(["joint embedding", "semantic recovery, L1: mean and range of the seeds"], rows)
        rows = []
        for row in found["scores"]:
            about = [row["features"], row["variant"], row["target"], MEASURES[row["measure"]]]
            rows.append([*about, f"{row['value']:.3f} ± {row['standard_error']:.3f}"])
        body = _table(["features", "variant", "set (synthetic)", "measure", "value"], rows)
        yield f"<details><summary>Every value</summary>\n\n{body}\n\n</details>"
