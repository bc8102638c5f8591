"""The few interactive parts: each a function that returns a widget, one file each.

A widget shows what a static figure beside it says too, redraws when a control is let go, works by
keyboard, and asks the network for nothing.
"""

from mirlab.widgets.capacity import capacity
from mirlab.widgets.guessing_game import guessing_game
from mirlab.widgets.joint_map import joint_map
from mirlab.widgets.label_pair import label_pair
from mirlab.widgets.labelled_songs import labelled_songs
from mirlab.widgets.mel_explorer import mel_explorer
from mirlab.widgets.sound_map import sound_map
from mirlab.widgets.warp_stepper import warp_stepper

__all__ = [
    "capacity",
    "guessing_game",
    "joint_map",
    "label_pair",
    "labelled_songs",
    "mel_explorer",
    "sound_map",
    "warp_stepper",
]
