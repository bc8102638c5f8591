"""The interactive parts of the lessons: each is a function that returns a widget.

A widget shows what a static figure beside it says too. It redraws when a control is released, works by
keyboard, and needs no network. `sliders` holds what some widgets share; each other module holds one widget,
with a script of its own where ipywidgets has no such control.
"""

from mirlab.widgets.capacities import capacity
from mirlab.widgets.disturbed_clips import disturbed_clip
from mirlab.widgets.example_queries import query_by_example
from mirlab.widgets.fine_tuned_layers import trained_layers
from mirlab.widgets.growing_curves import growing_curve
from mirlab.widgets.guessing_games import guessing_game
from mirlab.widgets.label_budgets import few_labels
from mirlab.widgets.label_choices import choose_labels
from mirlab.widgets.label_pairs import label_pair
from mirlab.widgets.labelled_trials import labelled_songs
from mirlab.widgets.layer_listeners import layer_listener
from mirlab.widgets.mel_explorers import mel_explorer
from mirlab.widgets.rankings import ranked_sounds
from mirlab.widgets.regularizers import regularization
from mirlab.widgets.second_looks import second_look
from mirlab.widgets.sound_maps import sound_map
from mirlab.widgets.warp_steppers import warp_stepper
from mirlab.widgets.word_searches import search_by_words

__all__ = [
    "capacity",
    "choose_labels",
    "disturbed_clip",
    "few_labels",
    "growing_curve",
    "guessing_game",
    "label_pair",
    "labelled_songs",
    "layer_listener",
    "mel_explorer",
    "query_by_example",
    "ranked_sounds",
    "regularization",
    "search_by_words",
    "second_look",
    "sound_map",
    "trained_layers",
    "warp_stepper",
]
