"""docs/results.md: every figure of the paper beside ours, and the answers to its open questions.

Nothing is measured here. The figures come from ``data/results``, where the reports of
`mirlab.paper.reproduce` (one per seed) and `mirlab.paper.open_questions.run` are kept.
"""

import numpy as np

from mirlab import paths
from mirlab.datasets import real_name
from mirlab.evaluate import holm
from mirlab.paper.layout import table
from mirlab.paper.published_figures import published
from mirlab.paper.variants import MEASURES

PAGE = paths.COURSE / "docs" / "results.md"


TEMPLATE = """\
# Results

This page shows every figure of the paper (P. Hamel, M. E. P. Davies, K. Yoshii, M. Goto, ISMIR 2013) beside
ours, and answers to the four questions that the paper left open. `mirlab results` writes this page from the
files in `data/results`; please do not edit it by hand.

**Our data are synthetic** (the corpus that mirlab composes, {scale} scale), **those of the paper are real**.
Names that end in -synth say so. Our figures are not meant to equal those of the paper. What can be compared
is which features are better than which.

We used the seeds {seeds} for training, folds and draws; the corpus is the same for all. A value is the mean
over the seeds, ± is the standard error of the run of one seed, as the paper prints it for its own run, and
the brackets hold the smallest and the largest value of the seeds. Made with {tools}.

**With other library versions, figures differ.** We compared seed 0 on Python 3.11 (SciPy 1.17, librosa 0.11)
and on Python 3.12 (SciPy 1.18, librosa 1.0), with version 1 of the corpus. Only one step gave other numbers:
the Fourier transforms of SciPy, with which the corpus is sounded and recorded. They changed samples by about
10⁻⁷. In homburg-synth the sound then goes through a codec, which rounds, and samples changed by up to 0.04.
In the four other sets, fewer than one value in a thousand of the log-mel frames changed. With base features,
accuracies changed by at most one song per set. Training an embedding, however, amplifies such differences,
as another seed does: accuracies of embeddings changed by up to 0.02, about their standard error. From the
same frames, both versions learned the same embeddings, bit by bit, and gave the same figures. On another
machine (another processor, and Python 3.11), one accuracy of seed 0 changed by 0.031: tag embedding,
unique-synth.

## Table 3: nearest labels in the joint embedding

From the first seed. Training does not use the names of the labels.

{neighbours}

## Semantic recovery

This is how much of the true overlap of labels their nearest neighbours in other sets recover: 0 is chance, 1
the best possible. The paper could not measure it, since it did not know the true overlap.

{recovery}

## Table 4: accuracy with all songs

{table4}

## Table 5: precision at 10

{table5}

## Figure 3: accuracy by labelled songs

The paper draws it without numbers. Its message is that with few songs the tag embedding is often better than
the base features, and the genre embedding only on Homburg.

{figure3}

**Please read these curves with one reservation.** One ridge serves all features; it was chosen with a look
at the base features only. With five songs per label it is too weak for the embeddings. This is the accuracy
with five songs per label, seed 0, first with that ridge, then with the ridge chosen inside the training part
(`evaluate.learning_curve(..., per_class=[5], ridge="nested")`), both on one machine:

| set (synthetic) | base | genre | tag |
| --- | --- | --- | --- |
| artists1517-synth | 0.359, 0.366 | 0.350, 0.370 | 0.367, 0.384 |
| gtzan-synth | 0.540, 0.544 | 0.476, 0.537 | 0.488, 0.532 |
| homburg-synth | 0.404, 0.422 | 0.377, 0.420 | 0.373, 0.409 |
| unique-synth | 0.491, 0.486 | 0.485, 0.508 | 0.473, 0.499 |

The embeddings gain 0.017 to 0.061, the base features -0.005 to 0.019. Tag minus base becomes +0.018, -0.012,
-0.013, +0.013, where the one ridge gives +0.008, -0.052, -0.030, -0.017. So most of what looks like a loss
comes from the classifier: with a ridge that fits each kind of features, five songs per label give
differences of at most 0.022 in either direction.

## Beyond the paper

`mirlab beyond` answers four open questions (§7), with seeds {beyond_seeds}. The protocol was fixed before the
first result; it is at the head of `mirlab/paper/open_questions.py`. The tables show variant minus control,
averaged over the four target sets, ± its standard error, and two p-values: of this one comparison, and
adjusted for all comparisons of its table (Holm 1979). We call a difference significant if the adjusted p is
below {level}. The verdicts in `data/results/beyond.json` and in lesson 10 follow from the p that is not
adjusted. The adjustment {changed}.

{questions}
"""


def as_markdown(reports, answers) -> str:
    """Return the page: every figure of the paper beside ours, and the answers to its open questions.

    Parameters
    ----------
    reports : list of dict
        From `mirlab.paper.reproduce` with every experiment, one report per seed.
    answers : dict
        From `mirlab.paper.open_questions.run`.

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
        neighbours=_neighbours(first),
        recovery=_recovery(reports),
        table4=_beside_the_papers(reports, "table4"),
        table5=_beside_the_papers(reports, "table5"),
        figure3=_curves(reports),
        beyond_seeds=", ".join(map(str, answers["seeds"])),
        level=answers["level"],
        changed=_changed(answers),
        questions="\n\n".join(_questions(answers)),
    )


def _markdown(table, head):
    """Write a table with its row labels, which may have several parts, in the first columns."""
    rows = [[*(label if isinstance(label, tuple) else [label]), *row] for label, row in table.iterrows()]
    return _lines(head, rows)


def _lines(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _neighbours(report):
    ours = {row["seed"]: row["neighbours"] for row in report["table3"]}
    rows = [
        [seed, ", ".join(theirs), ", ".join(ours[seed.replace(")", "-synth)")])]
        for seed, theirs in published()["table3"].items()
    ]
    return _lines(["seed label", "the paper's", "ours (synthetic)"], rows)


def _recovery(reports):
    rows = [
        {"what": what, "distance": {"manhattan": "L1"}.get(metric, metric), **cell}
        for report in reports
        for what in ("joint embedding", "class means")
        for metric, cell in report["semantic_recovery"][what].items()
    ]
    rows = [row | {"recovery": "recovery (synthetic)"} for row in rows]
    cells = table(rows, ["what", "distance"], "recovery", _over_seeds)
    return _markdown(cells, ["labels placed by", "distance", *cells.columns])


def _over_seeds(rows):
    """Return the mean over the seeds, the mean of their standard errors, and the range of the seeds."""
    values = rows["value"].to_numpy()
    text = f"{np.mean(values):.3f} ± {np.mean(rows['standard_error'].to_numpy()):.3f}"
    if len(values) > 1:
        text += f" ({min(values):.3f}–{max(values):.3f})"
    return text


def _beside_the_papers(reports, name):
    """Write Table 4 or 5 with a line for each data set and kind of features."""
    rows = [row | {"whose": "ours (synthetic)"} for report in reports for row in report[name]]
    cells = table(rows, ["dataset", "features"], "whose", _over_seeds)
    theirs = [published()[name][real_name(target)][features] for target, features in cells.index]
    theirs = [f"{one[0]:.3f} ± {one[1]:.3f}" if isinstance(one, list) else f"{one:.2f}" for one in theirs]
    cells.insert(0, "the paper's (real set)", theirs)
    return _markdown(cells, ["set", "features", *cells.columns]) + _findings(reports, name)


def _curves(reports):
    rows = [row for report in reports for row in report["figure3"]]
    cells = table(rows, ["dataset", "features"], "per_class", lambda rows: _over_seeds(rows).split(" (")[0])
    head = ["set (synthetic)", "features", *(f"{k} per label" for k in cells.columns)]
    return _markdown(cells, head) + _findings(reports, "figure3")


def _findings(reports, experiment):
    lines = [f"- Seed {report['seed']}: {report['findings'][experiment]}" for report in reports]
    return "\n\n" + "\n".join(lines)


def _questions(answers):
    for answer in answers["questions"].values():
        yield f"### {answer['question']}"
        yield _differences(answer["differences"], answers["level"])
        if "recovery" in answer:
            rows = [
                [name, f"{np.mean(values):.2f} ({min(values):.2f}–{max(values):.2f})"]
                for name, values in answer["recovery"].items()
            ]
            yield _lines(["joint embedding", "semantic recovery, L1: mean and range of the seeds"], rows)
        rows = []
        for row in answer["scores"]:
            about = [row["features"], row["variant"], row["target"], MEASURES[row["measure"]]]
            rows.append([*about, f"{row['value']:.3f} ± {row['standard_error']:.3f}"])
        body = _lines(["features", "variant", "set (synthetic)", "measure", "value"], rows)
        yield f"<details><summary>Every value</summary>\n\n{body}\n\n</details>"


def _differences(rows, level):
    """Write what each variant gains over its control, averaged over the target sets."""

    def cell(row):
        change = f"{row['difference'].item():+.3f} ± {row['standard_error'].item():.3f}"
        raw, adjusted = (_p(row[name].item()) for name in ("p", "adjusted"))
        return f"{change}, p {raw}, adjusted {adjusted}: {row['verdict'].item()}"

    cells = table(_pooled(rows, level), ["features", "variant", "control"], "measure", cell)
    return _markdown(cells, ["features", "variant", "against", *(MEASURES[name] for name in cells.columns)])


def _pooled(rows, level):
    """Return the comparisons over all target sets, with adjusted p-values and the verdicts that follow."""
    pooled = [row for row in rows if row["target"] == "all"]
    adjusted = holm([row["p"] for row in pooled])
    judged = []
    for row, p in zip(pooled, adjusted.tolist(), strict=True):
        verdict = "better" if row["difference"] > 0 else "worse"
        judged.append(row | {"adjusted": p, "verdict": verdict if p < level else "no difference found"})
    return judged


def _changed(answers):
    """Say how many verdicts the adjustment changes."""
    before = [row for one in answers["questions"].values() for row in one["differences"]]
    before = [row["verdict"] for row in before if row["target"] == "all"]
    after = [
        row["verdict"]
        for one in answers["questions"].values()
        for row in _pooled(one["differences"], answers["level"])
    ]
    changed = sum(one != other for one, other in zip(before, after, strict=True))
    return f"takes back {changed} of {len(before)} verdicts"


def _p(value):
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"
