"""Learn from few labels: what unlabelled songs, other representations and a better choice of songs are worth.

* `whitened`, `cluster_features`: representations learned without labels.
* `guess`, `self_training`, `spreading`: labelled and unlabelled songs together.
* `info_nce`, `PairNetwork`, `learn_pairs`: a contrastive network, with its gradient by hand.
* `class_means`, `nearest_mean`: prototypes.
* `at_random`, `far_apart`, `unsure`: which songs to label next.
* `Task`, `split`, `draw`, `accuracy`, `picked`: all of them on the same songs, with one budget.
* `study`: the protocol of lesson 15, and the kept results.
"""

from mirlab.fewlabels.active import at_random, far_apart, margins, unsure
from mirlab.fewlabels.classifiers import RidgeClassifier, labels_alone, ridge_for
from mirlab.fewlabels.contrastive import PairNetwork, info_nce, learn_pairs
from mirlab.fewlabels.methods import METHODS, RULES, accuracy, chosen_setting, outputs, picked
from mirlab.fewlabels.prototypes import METRICS, class_means, nearest_mean
from mirlab.fewlabels.semisupervised import guess, self_training, spreading
from mirlab.fewlabels.tasks import Task, draw, split
from mirlab.fewlabels.unsupervised import cluster_features, whitened

__all__ = [
    "METHODS",
    "METRICS",
    "RULES",
    "PairNetwork",
    "RidgeClassifier",
    "Task",
    "accuracy",
    "at_random",
    "chosen_setting",
    "class_means",
    "cluster_features",
    "draw",
    "far_apart",
    "guess",
    "info_nce",
    "labels_alone",
    "learn_pairs",
    "margins",
    "nearest_mean",
    "outputs",
    "picked",
    "ridge_for",
    "self_training",
    "split",
    "spreading",
    "unsure",
    "whitened",
]
