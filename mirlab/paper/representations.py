"""docs/representations.md: which representation for which job, from the kept figures.

Nothing is measured here, as in `mirlab.paper.page`.
"""

import numpy as np

from mirlab import paths
from mirlab.paper.inference import differences, values
from mirlab.paper.layout import lines, with_interval
from mirlab.paper.protocol import LEVEL

PAGE = paths.COURSE / "docs" / "representations.md"

JOBS = {
    "genre, 1 song per label": ("figure3", 1),
    "genre, 5 songs per label": ("figure3", 5),
    "genre, all songs": ("table4", None),
    "similarity, L1": ("table5", None),
    "similarity, cosine": ("table5_cosine", None),
}
"""The jobs of this page, and where their figures are in a report. Some reports do not have all of them."""

TEMPLATE = """\
# Which representation for which job?

`mirlab results` writes this page from the files in `data/results`; please do not edit it by hand. [The
results](results.md) say how the figures were made and what was compared with what.

The first row of each table has the accuracies of base features (for similarity: precision at 10). The other
rows have differences from it, with half their 95 % interval, and *better* or *worse* if p is below {level}
after correction for all comparisons of its table there. Without such a word, no difference was found. The
last table says what each representation is.

## On real clips

A hundred clips of GTZAN, ten per genre, and five seeds. The intervals are wide, and artists repeat. The
embeddings were learned on synthetic music, the four networks on real music, which may include some songs of
GTZAN.

{real}

## On synthetic music

The mean of four synthetic genre sets and five seeds. The embeddings were learned on the other synthetic
sets, the four networks on real music.

{synthetic}

## What follows

- **You have real music and few labels: begin with a frozen network that was trained on real music**
  (`msd_musicnn`), and compare it with base features. With one song per genre, and with two, it was the
  only one clearly ahead; with five, nothing was. (Lesson 12 has ten seconds of each clip in place of thirty.
  There it was ahead with five, too.)
- **You look for similar music: use a frozen network.** On real clips `msd_musicnn` was far ahead by either
  distance, `msd_vgg` too. On synthetic music all four were ahead.
- **A lead by one distance may be gone by another: measure with both.** On real clips a random rotation of the
  mel bands was ahead by .04 under L1, and not by the cosine. On synthetic music the learned embeddings were
  clearly ahead under L1; by the cosine, whitened base features, which need no labels and no network, found
  more than they did, and about as much as the best network ([results](results.md)). On real clips whitening
  gained nothing.
- **You have many labels of your own: begin with base features**, with a ridge chosen inside the training
  part. Nothing was clearly ahead of them, on synthetic music or on real clips; on synthetic music all four
  networks are behind.
- **You want something small that anybody can check: use MFCCs.** They lose accuracy on synthetic music from
  five songs on. On real clips they find less similar music by the cosine; no other difference was found.
- **A representation helps most if its training data resemble your data.** The network that wins with
  one song per genre on real clips has no clear lead on synthetic ones ([lesson
  12](../notebooks/12_a_real_network_listens.ipynb)), and what was learned on synthetic music shows no clear
  gain on real clips. Measure on your own data, with the controls of this page.

Lessons 13 to 15 asked more of synthetic music, each by a protocol of its own:

- **You want to train a small network yourself: base features were ahead.** Three small networks that had
  learned tags were behind base features from two songs per label on, and clearly from five on, whether they
  were frozen, partly unfrozen or fine-tuned as a whole. Unfreezing layers was never clearly better than
  freezing. Learning tags did help: frozen, they gained .04 or more on frozen networks with random weights, at
  every size ([lesson 13](../notebooks/13_train_freeze_fine_tune.ipynb)).
- **Your recordings sound different from those with labels: no representation is safe.** Over nine
  disturbances at full strength, base, mfcc, tag and `mtt_vgg` kept 55 to 59 percent of their accuracy,
  without a clear difference between any two. Standardising the features of each domain by itself, without
  labels, won back more than a third of what labels from there win back ([lesson
  14](../notebooks/14_another_room_another_radio.ipynb)).
- **You have many songs without labels: first try labels alone.** On two sets, with 1 to 20 songs per label,
  nothing that used unlabelled songs was clearly ahead of a ridge on the labelled ones, and neither was
  `mtt_vgg` ([lesson 15](../notebooks/15_fewer_labels_still.ipynb)).

## What each of them is

| representation | numbers per window or patch | learned from | licence |
| --- | --- | --- | --- |
| base | 800 (200 bands, four statistics) | nothing | ours (MIT) |
| mfcc | 80 (20 coefficients, four statistics) | nothing | ours (MIT) |
| whitened | 200 | sound of your own set, without labels | ours (MIT) |
| random, rotation | 400, 800 | nothing: controls | ours (MIT) |
| genre | 400 (100 components, four statistics) | the genres of other sets | ours; labels of those sets |
| tag | 400 (100 components, four statistics) | the tags of another set | ours; tags of that set |
| mtt_vgg, mtt_musicnn | 256, 200 | MagnaTagATune | ISC |
| msd_vgg, msd_musicnn | 256, 200 | the Million Song Dataset with tags of Last.fm | ISC |

[The page on the networks](networks.md) says how long they take and how to bring them to a machine.
"""


def as_markdown(reports, networks, real) -> str:
    """Return the page.

    Parameters
    ----------
    reports, networks, real
        As for `mirlab.paper.page.as_markdown`.

    Returns
    -------
    str
        Markdown.
    """
    return TEMPLATE.format(level=LEVEL, real=_table(real), synthetic=_table(reports, networks))


def _table(*kept):
    """Return a line for each kind of features, a column for each job; base features are the same in all."""
    cells, jobs = {}, {job: where for job, where in JOBS.items() if where[0] in kept[0][0]}
    for experiment, n in jobs.values():
        base = [row for row in values(kept[0], experiment) if row["features"] == "base"]
        mean = np.mean([row["value"] for row in base if row.get("per_class") == n])
        cells.setdefault("base", []).append(f"{mean:.3f}")
        for row in (row for reports in kept for row in differences(reports, experiment)):
            if row["target"] == "all" and row.get("per_class") == n:
                verdict = f" {row['verdict']}" if row["verdict"] in ("better", "worse") else ""
                cells.setdefault(row["features"], []).append(with_interval(row, "difference") + verdict)
    return lines(["representation", *jobs], [[kind, *found] for kind, found in cells.items()])
