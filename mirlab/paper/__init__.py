"""The paper: its protocol, its experiments (§6) on our data sets, and what it left open (§7).

* `protocol`: the constants, fixed before anything was run; `published_figures`: what the paper prints;
  `kept_figures`: what we found, read from ``data/results``.
* `embedding`: a learned space; `study`: the data, features and embeddings that all experiments share.
* `controls`: features made without labels, which could refute a claim about an embedding.
* `measures`: what is measured of any songs; `experiments`: Tables 3, 4, 5 and Figure 3 of a study.
* `inference`: means and differences over seeds and sets, with intervals, and what counts as a difference.
* `report`: all experiments, ready for JSON; `findings`: a sentence for each; `comparability`: which figures
  can be compared with those of the paper; `layout`, `text`: a report as tables, and as text.
* `open_questions`: the questions of §7, answered by `variants` and their controls.
* `listening`: what a real network hears, for lesson 12.
* `pretraining`, `fine_tuning`: small networks that learn tags, and what they give for few labelled songs.
* `disturbances`: which features survive another room, another radio, for lesson 14;
  `disturbed_songs`: its songs.
* `resuming`: what a long measurement has found so far.
* `claims`, `page`: docs/results.md, first what holds, then every figure; `representations`: which for which
  job.

`reproduce` runs all of §6; the notebooks call the same functions and get the same figures.
"""

from mirlab.paper.comparability import comparable
from mirlab.paper.embedding import Embedding, learn
from mirlab.paper.experiments import (
    by_split,
    classify,
    curve,
    heard_tags,
    measure,
    semantic_recovery,
    similar,
    table3,
)
from mirlab.paper.inference import differences, values
from mirlab.paper.kept_figures import kept, kept_answers, kept_report
from mirlab.paper.measures import accuracy, attainable, few_labels, queries, similarity
from mirlab.paper.memory import PeakMemory
from mirlab.paper.protocol import (
    CONTROLS,
    EXPERIMENTS,
    FEATURES,
    GENRE_SETS,
    KINDS,
    PER_CLASS,
    RESULTS,
    SEEDS,
    TAG_SET,
)
from mirlab.paper.published_figures import published
from mirlab.paper.report import as_json, reproduce, versions
from mirlab.paper.study import Study
from mirlab.paper.text import as_text

__all__ = [
    "CONTROLS",
    "EXPERIMENTS",
    "FEATURES",
    "GENRE_SETS",
    "KINDS",
    "PER_CLASS",
    "RESULTS",
    "SEEDS",
    "TAG_SET",
    "Embedding",
    "PeakMemory",
    "Study",
    "accuracy",
    "as_json",
    "as_text",
    "attainable",
    "by_split",
    "classify",
    "comparable",
    "curve",
    "differences",
    "few_labels",
    "heard_tags",
    "kept",
    "kept_answers",
    "kept_report",
    "learn",
    "measure",
    "published",
    "queries",
    "reproduce",
    "semantic_recovery",
    "similar",
    "similarity",
    "table3",
    "values",
    "versions",
]
