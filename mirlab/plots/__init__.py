"""Figures. Every function returns a matplotlib Figure and says in words what it shows (`figure.alt`).

Kinds of features always wear the same colour, marker and line, so that none relies on colour alone.
"""

from mirlab.plots.charts import line_chart, progress_curves
from mirlab.plots.classes import lesson_of_a_class
from mirlab.plots.domains import disturbance_sweep, disturbed_sound, domain_clouds, remedy_gains
from mirlab.plots.experiments import differences, moved
from mirlab.plots.genres import confusion_change, fold_pairs, paired_differences
from mirlab.plots.label_lines import choice_map, label_curves
from mirlab.plots.listening import by_layer, dot_rows, drawn_filters
from mirlab.plots.look import LINES, LOOK, MARKS
from mirlab.plots.maps import CANVAS, arranged, hubs, label_map
from mirlab.plots.own_music import doubts, two_splits
from mirlab.plots.results import accuracy_table, learning_curves, neighbour_table
from mirlab.plots.sets import overlap_matrix, shared_styles
from mirlab.plots.similarity import found_copies, k_occurrences, matches
from mirlab.plots.sound import (
    average_spectra,
    contact_sheet,
    mel_filters,
    mel_panels,
    mel_spectrogram,
    one_frame,
)
from mirlab.plots.tagging import missing_tags, tags_by_kind
from mirlab.plots.training import estimates_by_songs, forgetting, unfrozen_table
from mirlab.plots.warp import rank_weights, warp_moves, warp_space

__all__ = [
    "CANVAS",
    "LINES",
    "LOOK",
    "MARKS",
    "accuracy_table",
    "arranged",
    "average_spectra",
    "by_layer",
    "choice_map",
    "confusion_change",
    "contact_sheet",
    "differences",
    "disturbance_sweep",
    "disturbed_sound",
    "domain_clouds",
    "dot_rows",
    "doubts",
    "drawn_filters",
    "estimates_by_songs",
    "fold_pairs",
    "forgetting",
    "found_copies",
    "hubs",
    "k_occurrences",
    "label_curves",
    "label_map",
    "learning_curves",
    "lesson_of_a_class",
    "line_chart",
    "matches",
    "mel_filters",
    "mel_panels",
    "mel_spectrogram",
    "missing_tags",
    "moved",
    "neighbour_table",
    "one_frame",
    "overlap_matrix",
    "paired_differences",
    "progress_curves",
    "rank_weights",
    "remedy_gains",
    "shared_styles",
    "tags_by_kind",
    "two_splits",
    "unfrozen_table",
    "warp_moves",
    "warp_space",
]
