"""Many tags for one excerpt: learn them, with some tags missing, and search by words (§3.3).

Conventions
-----------
Rows are excerpts, columns are tags. Songs are song vectors (`mirlab.evaluate.song_vectors`): all methods
learn from the same ones, standardised with the mean and standard deviation of the training excerpts. Each
artist is in one fold only (`artist_folds`), so an excerpt is always scored by a model that has not heard its
artist.

`mirlab.evaluate` measures the scores (`judge`, `tag_auc`, `tagging_metrics`). Which tags are *true* is known
only for the synthetic corpus (`true_tags`). The *given* tags lack some of these, as the tags of listeners do,
and `forget` removes more.
"""

from mirlab.evaluate.tags import MEASURES, judge, tag_auc
from mirlab.tagging.methods import (
    METHODS,
    annotate,
    artist_folds,
    logistic_regression,
    missing_labels,
    tag_frequency,
    warp_affinity,
    word_space,
)
from mirlab.tagging.search import (
    columns,
    fits,
    queries,
    query,
    search_list,
    search_odds,
    search_precision,
    search_space,
)
from mirlab.tagging.truth import forget, true_tags
from mirlab.tagging.words import KINDS, OTHER, kinds

__all__ = [
    "KINDS",
    "MEASURES",
    "METHODS",
    "OTHER",
    "annotate",
    "artist_folds",
    "columns",
    "fits",
    "forget",
    "judge",
    "kinds",
    "logistic_regression",
    "missing_labels",
    "queries",
    "query",
    "search_list",
    "search_odds",
    "search_precision",
    "search_space",
    "tag_auc",
    "tag_frequency",
    "true_tags",
    "warp_affinity",
    "word_space",
]
