"""The few interactive parts: each a function that returns a widget, one file each.

A widget shows what a static figure beside it says too, redraws when a control is let go, works by
keyboard, and asks the network for nothing.
"""

from mirlab.widgets.guessing_game import guessing_game
from mirlab.widgets.joint_map import joint_map
from mirlab.widgets.sound_map import sound_map

__all__ = ["guessing_game", "joint_map", "sound_map"]
