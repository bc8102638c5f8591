"""Figures. Every function returns a matplotlib Figure and says in words what it shows (`figure.alt`).

Kinds of features always wear the same colour, marker and line, so that none relies on colour alone.
"""

from mirlab.plots.charts import line_chart, progress_curves
from mirlab.plots.look import LINES, LOOK, MARKS
from mirlab.plots.maps import CANVAS, arranged, hubs, label_map
from mirlab.plots.results import accuracy_table, learning_curves, neighbour_table
from mirlab.plots.sets import overlap_matrix, shared_styles
from mirlab.plots.sound import (
    average_spectra,
    contact_sheet,
    mel_filters,
    mel_panels,
    mel_spectrogram,
    one_frame,
)
from mirlab.plots.warp import rank_weights, warp_moves, warp_space

__all__ = [
    "CANVAS",
    "LINES",
    "LOOK",
    "MARKS",
    "accuracy_table",
    "arranged",
    "average_spectra",
    "contact_sheet",
    "hubs",
    "label_map",
    "learning_curves",
    "line_chart",
    "mel_filters",
    "mel_panels",
    "mel_spectrogram",
    "neighbour_table",
    "one_frame",
    "overlap_matrix",
    "progress_curves",
    "rank_weights",
    "shared_styles",
    "warp_moves",
    "warp_space",
]
