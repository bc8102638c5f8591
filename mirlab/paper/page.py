"""docs/results.md: what holds, every figure of the paper beside ours, and the answers to its open questions.

Nothing is measured here. The figures come from ``data/results``, where the reports of
`mirlab.paper.reproduce` (for each seed: synthetic sets, networks, real clips) and
`mirlab.paper.open_questions.run` are kept.
"""

from mirlab import paths
from mirlab.datasets import real_name
from mirlab.paper import claims
from mirlab.paper.inference import differences, values
from mirlab.paper.layout import lines, markdown, table, with_interval
from mirlab.paper.open_questions import QUESTIONS
from mirlab.paper.protocol import LEVEL
from mirlab.paper.published_figures import published
from mirlab.paper.variants import NAMES

PAGE = paths.COURSE / "docs" / "results.md"


TEMPLATE = """\
# Results

`mirlab results` writes this page from the files in `data/results`; please do not edit it by hand.

**Our data are synthetic** (the corpus that mirlab composes, {scale} scale), **those of the paper are real**
(P. Hamel, M. E. P. Davies, K. Yoshii, M. Goto, ISMIR 2013). Names that end in -synth say so. Our figures are
not meant to equal those of the paper. What can be compared is which features are better than which. A small
set of real clips stands beside them: [100 clips of GTZAN](../data/cards/real-clips.md), with embeddings that
were learned on synthetic music.

## In two minutes

Each cell is a difference (accuracy, or precision at 10) and half its 95 % interval, averaged over the data
sets. It is called *better* or *worse* if p is below {level} after correction for all such comparisons of its
table. "Whitened" are base features on their principal axes: the same information, without any label.

{claims}

On synthetic music, labels of other sets clearly help in similarity by the paper's distance, L1, and
whitening without labels does not. By the cosine it is the other way round: both embeddings are ahead of the
base features, but whitened features are ahead of both embeddings, because their hubs disappear (lesson 08).
So the gain in similarity does not show that labels were needed. In accuracy labels help by about two
hundredths with one labelled song per label; with five and ten no difference is left, and with all songs the
embeddings are behind. A random rotation of the mel spectrum, which loses nothing, is behind as far: so
leaving the mel bands before frames are summarized may be all of that loss. The loss can be made up: with a
tag set of the paper's size, five times the training and 200 components, no difference from base features is
left. With plain least squares the picture turns twice, and both turns are the classifier's doing. Labels
are placed by meaning as well by class means that were whitened without labels as by the joint embedding.

On a hundred real clips nothing that was learned on synthetic music differs from base features beyond
chance. In similarity by L1, a random map and a random rotation do, by .03 and .04; by the cosine they do
not. A network that learned from real songs is ahead with one or two labelled songs per genre (.19 and .17),
and by far in similarity (.28 by L1, .24 by the cosine). On synthetic music, four such networks are ahead of
base features in similarity, too, by L1 and by the cosine. In accuracy they are not ahead there with few
labels, and from ten songs on all of them are behind.

## How these figures were made

The protocol was fixed before the first result: it is at the head of `mirlab/paper/protocol.py`. In short: ten
folds by song; linear regression on windows, whose ridge is chosen inside the training part for each kind of
features, each fold, each number of songs; seeds {seeds} for training, folds and draws; the corpus is the same
for all. Every interval is a 95 % interval, written as ± half its width. The paper prints standard errors, and
its figures keep them. Made with {tools}.

*Whitened* base features, a *random map* and a *random rotation* are controls: like the MFCCs, they use no
labels. `mirlab/paper/controls.py` says how they are made.

**With other library versions, figures differ.** We compared seed 0 on Python 3.11 (SciPy 1.17, librosa 0.11)
and on Python 3.12 (SciPy 1.18, librosa 1.0), with version 1 of the corpus. Only one step gave other numbers:
the Fourier transforms of SciPy, with which the corpus is sounded and recorded. They changed samples by about
10⁻⁷. In homburg-synth the sound then goes through a codec, which rounds, and samples changed by up to 0.04.
Training an embedding amplifies such differences, as another seed does: accuracies of embeddings changed by up
to 0.03. Two machines with the same versions can differ in homburg-synth for the same reason: base features
with all songs had .721 on one and .734 on another, seven songs of 560.

## Table 3: nearest labels in the joint embedding

From the first seed. Training does not use the names of the labels.

{neighbours}

## Semantic recovery

This is how much of the true overlap of labels their nearest neighbours in other sets recover: 0 is chance, 1
the best possible. The paper could not measure it, since it did not know the true overlap. Class means are
those of the base features; the versions of them below need no labels but those that name the classes.

{recovery}

## Tags heard in other sets

The tag embedding names tags of songs in sets that it has not learned from. A constant list, the most frequent
tags of its source, gets nearly as many of its first five right. Its AUC is 0.5, whatever the list.

{tags}

## Table 4: accuracy with all songs

{table4}

Minus base features:

{table4_differences}

## Table 5: precision at 10

{table5}

Minus base features:

{table5_differences}

## Figure 3: accuracy by labelled songs

The paper draws it without numbers. Its message is that with few songs the tag embedding is often better than
the base features, and the genre embedding only on Homburg.

![Learning curves of three kinds of features on four synthetic sets, a ridge each.](images/figure3.png)

{figure3}

Minus base features, averaged over the data sets:

{figure3_differences}

### The same with plain least squares

This is what the paper's words say: no ridge. Close to the point where there are as many training windows as
dimensions, plain least squares collapses, for base features (800 dimensions) at another number of songs than
for embeddings (400).

![The same curves with plain least squares: each has a dip of its own.](images/figure3_plain.png)

Minus base features, averaged over the data sets:

{figure3_plain_differences}

## Pretrained networks on synthetic music

Four networks that learned from real songs take the place of our features. (We use the numbers before their
last layer.) Sets, seeds, folds and draws are the same. Base features were measured again beside them, on
another machine; their accuracies differ by at most 0.015 from those above. Minus base features, averaged
over the data sets:

{networks}

## Beyond the paper

`mirlab beyond` answers the questions that the paper left open (§7), and four about its own result, with
seeds {beyond_seeds}. The protocol was fixed before the first result; it is at the head of
`mirlab/paper/open_questions.py`. The tables show variant minus control, averaged over the four target sets,
and two p-values: of this one comparison, and adjusted for all comparisons of its table (Holm 1979).

{questions}
"""


def as_markdown(reports, networks, answers, real) -> str:
    """Return the page: what holds, every figure of the paper beside ours, and the open questions.

    Parameters
    ----------
    reports : list of dict
        From `mirlab.paper.reproduce` with every experiment, one report per seed.
    networks : list of dict
        The same of base features and pretrained networks: Tables 4 and 5 and Figure 3.
    answers : dict
        From `mirlab.paper.open_questions.run`.
    real : list of dict
        The same on real clips, with all kinds of features in each report.

    Returns
    -------
    str
        Markdown.
    """
    first = reports[0]
    return TEMPLATE.format(
        scale=first["scale"],
        level=LEVEL,
        claims=claims.as_markdown(reports, networks, answers, real),
        seeds=", ".join(str(report["seed"]) for report in reports),
        tools=", ".join(f"{name} {version}" for name, version in first["versions"].items()),
        neighbours=_neighbours(first),
        recovery=_recovery(reports),
        tags=_tags(reports),
        table4=_beside_the_papers(reports, "table4"),
        table4_differences=_by_set(reports, "table4"),
        table5=_beside_the_papers(reports, "table5"),
        table5_differences=_by_set(reports, "table5"),
        figure3=_curves(reports),
        figure3_differences=_by_size(reports, "figure3"),
        figure3_plain_differences=_by_size(reports, "figure3_plain"),
        networks=_at_a_glance(networks),
        beyond_seeds=", ".join(map(str, answers["seeds"])),
        questions="\n\n".join(_questions(answers)),
    )


def _neighbours(report):
    ours = {row["seed"]: row["neighbours"] for row in report["table3"]}
    rows = [
        [seed, ", ".join(theirs), ", ".join(ours[seed.replace(")", "-synth)")])]
        for seed, theirs in published()["table3"].items()
    ]
    return lines(["seed label", "the paper's", "ours (synthetic)"], rows)


def _recovery(reports):
    rows = [
        {"what": what, "distance": {"manhattan": "L1"}.get(metric, metric), **cell}
        for report in reports
        for what, cells in report["semantic_recovery"].items()
        for metric, cell in cells.items()
    ]
    cells = table(rows, ["what"], "distance", claims.mean_of_seeds)
    return markdown(cells, ["labels placed by", *(f"recovery, {name} (synthetic)" for name in cells)])


def _tags(reports):
    rows = [
        row | {"value": row[name], "standard_error": row[f"{name}_error"], "measure": title}
        for report in reports
        for row in report["tags"]
        for name, title in (("auc", "mean AUC"), ("precision", "precision at 5"))
    ]
    cells = table(rows, ["dataset", "method"], "measure", claims.mean_of_seeds)
    return markdown(cells, ["set (synthetic)", "tags from", *cells])


def _beside_the_papers(reports, name):
    """Write Table 4 or 5 with a line for each data set and kind of features."""
    rows = [row | {"whose": "ours (synthetic)"} for row in values(reports, name)]
    cells = table(rows, ["dataset", "features"], "whose", with_interval)
    theirs = [published()[name][real_name(target)].get(features) for target, features in cells.index]
    cells.insert(0, "the paper's (real set)", [*map(_as_printed, theirs)])
    return markdown(cells, ["set", "features", *cells.columns])


def _as_printed(theirs):
    if theirs is None:
        return ""
    return f"{theirs[0]:.3f} ± {theirs[1]:.3f}" if isinstance(theirs, list) else f"{theirs:.2f}"


def _by_set(reports, name):
    """Write what each kind of features gains over base features: on each set, and on average."""
    rows = differences(reports, name)
    rows = [row | {"target": "mean of the sets"} if row["target"] == "all" else row for row in rows]
    cells = table(rows, ["features"], "target", lambda row: difference_in_words(row.iloc[0]))
    return markdown(cells, ["features", *cells.columns])


def _by_size(reports, name):
    rows = [row for row in differences(reports, name) if row["target"] == "all"]
    cells = table(rows, ["features"], "per_class", lambda row: difference_in_words(row.iloc[0]))
    return markdown(cells, ["features", *(f"{k} per label" for k in cells)])


def _curves(reports):
    cells = table(values(reports, "figure3"), ["dataset", "features"], "per_class", with_interval)
    return markdown(cells, ["set (synthetic)", "features", *(f"{k} per label" for k in cells.columns)])


def _at_a_glance(reports):
    """Write what each kind gains over base features with few songs, with all songs, and in similarity."""
    rows = [
        row | {"task": title or f"{row['per_class']} per label"}
        for name, title in (("figure3", None), ("table4", "all songs"), ("table5", "precision at 10"))
        for row in differences(reports, name)
        if row["target"] == "all"
    ]
    cells = table(rows, ["features"], "task", lambda row: difference_in_words(row.iloc[0]))
    return markdown(cells, ["features", *cells.columns])


def _questions(answers):
    for answer in answers["questions"].values():
        yield f"### {answer['question']}"
        pooled = [row for row in answer["differences"] if row["target"] == "all"]
        cells = table(
            pooled,
            ["features", "variant", "control"],
            "measure",
            lambda row: difference_in_words(row.iloc[0]),
        )
        yield markdown(cells, ["features", "variant", "against", *(NAMES[name] for name in cells.columns)])
        if "recovery" in answer:
            rows = [
                [name, f"{sum(each) / len(each):.2f} ({min(each):.2f}–{max(each):.2f})"]
                for name, each in answer["recovery"].items()
            ]
            yield lines(["joint embedding", "semantic recovery, L1: mean and range of the seeds"], rows)
        rows = []
        for row in answer["scores"]:
            about = [row["features"], row["variant"], row["target"], NAMES[row["measure"]]]
            rows.append([*about, with_interval(row)])
        body = lines(["features", "variant", "set (synthetic)", "measure", "value"], rows)
        yield f"<details><summary>Every value</summary>\n\n{body}\n\n</details>"
    for name, question in QUESTIONS.items():
        if name not in answers["questions"]:
            yield f"### {question.text}\n\nNot measured yet: `mirlab results --again` does it over night."


def difference_in_words(row) -> str:
    """Return a difference with its interval; of the mean over all sets also p, the corrected p, a verdict."""
    text = with_interval(row, "difference")
    if row["target"] in ("all", "mean of the sets"):
        text += f", p {_p(row['p'])}, adjusted {_p(row['adjusted'])}: {row['verdict']}"
    return text


def _p(value):
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"
