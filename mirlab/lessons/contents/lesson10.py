"""Exercises of lesson 10."""

import numpy as np

from mirlab.features import block_level
from mirlab.lessons import exercise
from mirlab.paper.variants import Variant


def _rises(frames):
    return block_level(frames, width=len(frames)).reshape(10, -1)[4]


@exercise(
    hints=[
        "What has each dimension gained after three frames? Compare `frames[3:]` with `frames[:-3]`.",
        "Falls count as nothing: `np.maximum(…, 0)`.",
        "The mean over time is `.mean(axis=0)`: one figure a dimension.",
    ],
    reason="Shuffled frames jump, and rise more than frames in order. Played backwards, music keeps its "
    "figure almost: whatever rises has to fall again.",
    inputs=lambda rng: {
        "a dimension that climbs": (np.arange(6.0)[:, None],),
        "a dimension that falls": (np.arange(6.0)[::-1, None],),
        "one that climbs beside one that swings": (
            np.array([[0, 0], [1, 5], [2, 0], [3, 5], [4, 0], [5, 5.0]]),
        ),
        "random frames": (rng.normal(size=(9, 3)),),
    },
    reference=_rises,
)
def rise(frames):
    """Return, for each dimension, the mean of what it gains within three frames; falls count as 0."""
    return np.maximum(frames[3:] - frames[:-3], 0).mean(axis=0)


@rise.mistake("falls are averaged in as negative gains; count them as 0.")
def with_falls(frames):
    return (frames[3:] - frames[:-3]).mean(axis=0)


@rise.mistake("that is the gain within one frame; three are asked for.")
def within_one(frames):
    return np.maximum(frames[1:] - frames[:-1], 0).mean(axis=0)


@rise.mistake("falls are counted as gains: `np.abs` is not what is asked for.")
def both_ways(frames):
    return np.abs(frames[3:] - frames[:-3]).mean(axis=0)


@rise.mistake("the mean runs over all dimensions; over time alone it is `axis=0`.")
def over_everything(frames):
    return np.maximum(frames[3:] - frames[:-3], 0).mean()


@exercise(
    hints=[
        "All four sets count alike, so the difference is a plain mean.",
        "Errors of independent sets add up in squares: `np.sqrt(np.sum(errors**2))` is the error of the sum.",
        "The mean is the sum divided by how many there are, and so is its error.",
    ],
    reason="Four sets with the same error each give half that error: as with folds and seeds, independent "
    "evidence shrinks an error by the root of its number.",
    inputs=lambda rng: {
        "four equal errors": (np.array([0.02, 0.04, 0.0, 0.02]), np.array([0.01, 0.01, 0.01, 0.01])),
        "one set that is less sure": (np.array([0.01, -0.01, 0.02]), np.array([0.01, 0.04, 0.01])),
        "a single set": (np.array([0.03]), np.array([0.02])),
        "random sets": (rng.normal(size=6), rng.random(6)),
    },
)
def over_all(differences, errors):
    """Return the mean difference over all sets, and its standard error."""
    return np.mean(differences), np.sqrt(np.sum(errors**2)) / len(errors)


@over_all.mistake("this averages the errors; independent errors partly cancel: add up their squares.")
def mean_error(differences, errors):
    return np.mean(differences), np.mean(errors)


@over_all.mistake("that is the error of the sum; the mean is the sum divided by how many sets there are.")
def error_of_the_sum(differences, errors):
    return np.mean(differences), np.sqrt(np.sum(errors**2))


@over_all.mistake("the errors of a mean shrink by their number once, outside of the root.")
def number_inside(differences, errors):
    return np.mean(differences), np.sqrt(np.sum(errors**2) / len(errors))


@exercise(
    hints=[
        "Copy the pair above, and change one thing in the second `Variant`.",
        "You may change `features`, `learning` (such as `{'n_components': 50}`), `summary`, `classifier` or "
        "`by_song`. Everything else must be written the same in both.",
        '`(Variant("a", "base"), Variant("b", "base", by_song=True))` is one such pair.',
    ],
    reason="One change, so that a difference has a cause. Its name is for you; what counts is the rest.",
)
def mine():
    """Return a control and a variant that differ in one thing."""
    return (
        Variant("regression on every window", "base"),
        Variant("regression on songs", "base", by_song=True),
    )


@mine.accepts
def complaint(pair):
    control, variant = pair
    settings = ("features", "learning", "summary", "classifier", "by_song", "to_scale")
    changed = [s for s in settings if getattr(control, s) != getattr(variant, s)]
    if not changed:
        return "The two differ in nothing but their names, so there is nothing to find."
    if len(changed) > 1:
        found = " and in ".join(changed)
        return f"They differ in {found}: a difference would have no one cause. Change one thing."
    if control.name == variant.name:
        return "Both have the same name, and you could not tell them apart in the table."
    return None


@mine.mistake(
    "They differ in features and in by_song: a difference would have no one cause. Change one thing."
)
def two_changes():
    return Variant("base", "base"), Variant("tag", "tag", by_song=True)


@mine.mistake("The two differ in nothing but their names, so there is nothing to find.")
def no_change():
    return Variant("once", "base"), Variant("twice", "base")
