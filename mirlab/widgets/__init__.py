"""The few interactive parts: each a function that returns a widget, one file each.

A widget shows what a static figure beside it says too, redraws when a control is let go, works by
keyboard, and asks the network for nothing.
"""
