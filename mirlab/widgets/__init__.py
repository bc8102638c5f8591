"""The few interactive parts: each a function that returns a widget, one file each.

A widget shows what a static figure beside it says too, redraws when a control is let go, works by
keyboard, and asks the network for nothing.
"""

from mirlab.widgets.capacity import capacity
from mirlab.widgets.few_labels import few_labels
from mirlab.widgets.guessing_game import guessing_game
from mirlab.widgets.joint_map import joint_map
from mirlab.widgets.label_pair import label_pair
from mirlab.widgets.labelled_songs import labelled_songs
from mirlab.widgets.mel_explorer import mel_explorer
from mirlab.widgets.own_map import own_map
from mirlab.widgets.query_by_example import query_by_example
from mirlab.widgets.ranked_sounds import ranked_sounds
from mirlab.widgets.regularization import regularization
from mirlab.widgets.search_by_words import search_by_words
from mirlab.widgets.second_look import second_look
from mirlab.widgets.sound_map import sound_map
from mirlab.widgets.warp_stepper import warp_stepper

__all__ = [
    "capacity",
    "few_labels",
    "guessing_game",
    "joint_map",
    "label_pair",
    "labelled_songs",
    "mel_explorer",
    "own_map",
    "query_by_example",
    "ranked_sounds",
    "regularization",
    "search_by_words",
    "second_look",
    "sound_map",
    "warp_stepper",
]
