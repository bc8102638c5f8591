"""Measure how good a feature space is: classification, learning curves, similarity and tags (§6).

Conventions
-----------
A *song* (an excerpt) is one array of windows, shape (w, p): its aggregated features, one row per window.
All folds, draws and scores count songs, never windows, so no song is on both sides of a split. With `groups`
(artists), no artist is on both sides either. Labels are whole numbers or names. Higher is always better.

Protocols and metrics
---------------------
* `cross_validate`: accuracy of linear regression on windows, outputs averaged over the song (Table 4).
* `learning_curve`: the same with at most k training songs per label (Figure 3).
* `published_split`: the same on parts that others have published, so that figures can be compared.
* `compare`: the paired difference of two feature sets, with a corrected standard error.
* `holm`: p-values of several comparisons, adjusted for their number.
* `precision_at_k`: the share of the k nearest neighbours of a song that have its label (Table 5).
* `tagging_metrics`, `judge`, `tag_auc`: AUC by tag and by clip, average precision, precision at 3 (§3.3).
* `across_domains`: train on one domain, test on another, with `standardised`, `coral` or `importance`.
* `standard_error`, `corrected_error`, `reach`: how uncertain a mean is, and its 95 % interval.
* `folds`, `nearest`, `relevant_songs`, `song_vectors`: their parts.
"""

from mirlab.evaluate.classification import cross_validate, learning_curve
from mirlab.evaluate.comparison import Comparison, compare, corrected_error, holm
from mirlab.evaluate.domains import across_domains, coral, importance, matrix_power, standardised
from mirlab.evaluate.published import LEAST_TESTED, PublishedSplit, published_split
from mirlab.evaluate.regression import RIDGE
from mirlab.evaluate.scores import CrossValidation, FoldScores, LearningCurve, reach, standard_error
from mirlab.evaluate.similarity import METRICS, nearest, precision_at_k, precision_per_query, relevant_songs
from mirlab.evaluate.songs import song_vectors
from mirlab.evaluate.splits import folds
from mirlab.evaluate.tags import TaggingMetrics, judge, tag_auc, tagging_metrics

__all__ = [
    "LEAST_TESTED",
    "METRICS",
    "RIDGE",
    "Comparison",
    "CrossValidation",
    "FoldScores",
    "LearningCurve",
    "PublishedSplit",
    "TaggingMetrics",
    "across_domains",
    "compare",
    "coral",
    "corrected_error",
    "cross_validate",
    "folds",
    "holm",
    "importance",
    "judge",
    "learning_curve",
    "matrix_power",
    "nearest",
    "precision_at_k",
    "precision_per_query",
    "published_split",
    "reach",
    "relevant_songs",
    "song_vectors",
    "standard_error",
    "standardised",
    "tag_auc",
    "tagging_metrics",
]
