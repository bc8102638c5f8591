"""Exercises of lesson 10."""

import inspect
import math
from dataclasses import fields
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from mirlab import evaluate, paper, warp
from mirlab.features import aggregate, block_level
from mirlab.lessons import exercise
from mirlab.lessons.compare import brief, plain
from mirlab.paper.controls import shuffled_block_level
from mirlab.paper.protocol import EPOCHS, SAMPLES
from mirlab.paper.variants import Variant

# -- many comparisons ---------------------------------------------------------------------------------------


@exercise(
    hints=[
        "Sort the p-values, but remember where each came from: `order = np.argsort(p)`.",
        "The smallest of n values is multiplied by n, the next one by n - 1, and so on down to 1.",
        "No adjusted value may be smaller than the one before it: `np.maximum.accumulate`. No value is above "
        "1: `np.minimum(…, 1)`.",
        "Write the results into the old order: `adjusted = np.empty(len(p))`, then `adjusted[order] = …`.",
    ],
    reason="If only values below .05 after this correction count, the chance of even one false discovery in "
    "the whole family is at most .05. Values that are equal before are equal afterwards.",
    inputs=lambda rng: {
        "three values": (np.array([0.01, 0.04, 0.03]),),
        "random values": (rng.random(6) ** 3,),
        "small random values": (rng.random(8) * 0.02,),
        "equal values": (rng.permutation(np.repeat(rng.random(3) * 0.2, [3, 2, 1])),),
        "values that are close together": (rng.permutation(0.03 + rng.random(7) / 1000),),
        "large random values": (0.5 + rng.random(4) / 2,),
        "a single value": (rng.random(1),),
        "no value": (np.array([]),),
    },
    reference=evaluate.holm,
)
def holm(p):
    """Return the p-values after Holm's correction, in the order of p."""
    order = np.argsort(p)
    steps = np.arange(len(p), 0, -1) * p[order]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


@holm.also
def with_a_loop(p):
    adjusted, largest = [0.0] * len(p), 0.0
    for place, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        largest = max(largest, (len(p) - place) * float(p[i]))
        adjusted[i] = min(largest, 1.0)
    return adjusted


@holm.mistake(
    "this is Bonferroni's correction: every value is multiplied by n. Holm multiplies only the first by n."
)
def bonferroni(p):
    return np.minimum(len(p) * p, 1)


@holm.mistake("an adjusted value is smaller than that of a smaller p; take the running maximum.")
def without_maximum(p):
    order, adjusted = np.argsort(p), np.empty(len(p))
    adjusted[order] = np.minimum(np.arange(len(p), 0, -1) * p[order], 1)
    return adjusted


@holm.mistake("the values come back sorted; write each one to the place of its p.")
def sorted_order(p):
    return np.minimum(np.maximum.accumulate(np.arange(len(p), 0, -1) * np.sort(p)), 1)


@holm.mistake("a p-value cannot be above 1.")
def without_limit(p):
    order, adjusted = np.argsort(p), np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(np.arange(len(p), 0, -1) * p[order])
    return adjusted


@holm.mistake(
    "the smallest value is multiplied by 1 and the largest by n; it is the other way round: the smallest has "
    "to pass the hardest test."
)
def upside_down(p):
    order, adjusted = np.argsort(p), np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(np.arange(1, len(p) + 1) * p[order]), 1)
    return adjusted


@holm.mistake("this is the correction of Benjamini and Hochberg, which controls the false discovery rate.")
def false_discovery_rate(p):
    order, adjusted, n = np.argsort(p), np.empty(len(p)), len(p)
    steps = p[order] * n / np.arange(1, n + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1)
    return adjusted


# -- a claim of the first version ---------------------------------------------------------------------------

SIZES = ("one", "two", "few", "ten", "twenty")
CONTROLS = ["a chosen ridge", "equal dimensions", "other folds", "one song per label"]


def peak_table():
    """Return the accuracies of the kept answer *peak*, averaged over the four sets, with every window.

    Returns
    -------
    pandas.DataFrame
        A row for each features and classifier, a column for each number of songs per label.
    """
    scores = pd.DataFrame(paper.kept_answers()["questions"]["peak"]["scores"])
    scores = scores[scores["variant"].str.endswith(", every window")]
    scores = scores.assign(variant=scores["variant"].str.removesuffix(", every window"))
    table = scores.groupby(["features", "variant", "measure"])["value"].mean().unstack()[[*SIZES]]
    return table.set_axis([1, 2, 5, 10, 20], axis=1).rename_axis("songs per label", axis=1).round(3)


def _gains():
    """Return by how much the tag embedding is ahead with ten songs: as claimed, and in each valid control."""
    ten = peak_table()[10]
    base, tag = ten["base"], ten["tag"]
    gain = tag["no ridge, 400 dimensions"] - base["no ridge, 800 dimensions"]
    return gain, {
        "a chosen ridge": tag["nested ridge, 400 dimensions"] - base["nested ridge, 800 dimensions"],
        "equal dimensions": tag["no ridge, 800 dimensions"] - base["no ridge, 800 dimensions"],
    }


@exercise(
    kind="break the claim",
    hints=[
        "Compare the two rows of the claim with the interpolation peak in mind: at which number of songs is "
        "each of them low?",
        "The claim compares 800 dimensions with 400, by a classifier that has a peak where there are about "
        "as many windows as dimensions. Remove one of these two things.",
        "“other folds” would have the same peak, and “one song per label” answers another question. Read two "
        "rows of the table for one of the other two controls, and subtract base from tag.",
    ],
    reason="With a chosen ridge, or with as many dimensions as base features have, the lead at ten songs is "
    "gone. It came from the place of the peak, not from what the embedding knows.",
    decimals=3,
    words={"control": CONTROLS},
)
def refuted():
    """Return the claimed gain, a control that could refute the claim, and the gain in this control."""
    ten = peak_table()[10]
    claimed = ten["tag", "no ridge, 400 dimensions"] - ten["base", "no ridge, 800 dimensions"]
    chosen = ten["tag", "nested ridge, 400 dimensions"] - ten["base", "nested ridge, 800 dimensions"]
    return {"claimed": claimed, "control": "a chosen ridge", "in the control": chosen}


@refuted.accepts
def _not_refuted(answer):
    claimed, controls = _gains()
    if missing := {"claimed", "control", "in the control"} - set(answer):
        return f"{min(missing)} is missing."
    for name in ("claimed", "in the control"):
        if np.ndim(answer[name]) or not isinstance(np.asarray(answer[name])[()], Real | Decimal):
            return f"Look again at `{name}`: {brief(answer[name])} is no number."
    if abs(float(answer["claimed"]) - claimed) > 0.0015:
        return (
            "Look again at `claimed`: take the two rows of the claim, without a ridge, at 10 songs, and "
            "subtract base from tag."
        )
    control = plain(answer["control"])
    if control == plain("other folds"):
        return "Look again at `control`: other folds have the same dimensions and the same peak."
    if control == plain("one song per label"):
        return "Look again at `control`: with one song, the claim about ten songs is not tested."
    [wanted] = [gain for name, gain in controls.items() if plain(name) == control]
    if abs(float(answer["in the control"]) - wanted) > 0.0015:
        return (
            "Look again at `in the control`: which two rows differ from those of the claim only in the "
            "control? Take them at 10 songs, and subtract base from tag."
        )
    return None


@refuted.also
def by_dimensions():
    claimed, controls = _gains()
    name = "equal dimensions"
    return {"claimed": claimed, "control": name, "in the control": controls[name]}


@refuted.mistake("other folds have the same dimensions and the same peak.")
def by_other_folds():
    return refuted() | {"control": "other folds"}


@refuted.mistake("only the tag embedding gets the control here; base features need the same classifier.")
def one_side_only():
    ten = peak_table()[10]
    return refuted() | {
        "in the control": ten["tag", "nested ridge, 400 dimensions"] - ten["base", "no ridge, 800 dimensions"]
    }


# -- an experiment of one's own -----------------------------------------------------------------------------

COUNTS = {
    "n_components": 800,
    "n_hidden": 2000,
    "batch_size": 10_000,
    "n_epochs": 100,
    "epoch_size": 1_000_000,
}
SIZES_ABOVE_ZERO = ("learning_rate", "max_norm", "label_max_norm")
WINDOWS = 6  # of an excerpt of ten seconds
PARTS = ("clips", "frames", "tags")
SETTINGS = [field.name for field in fields(Variant) if field.name not in ("name", "tag_scale")]
DEFAULTS = {
    name: one.default for name, one in inspect.signature(warp.WarpEmbedding.__init__).parameters.items()
} | {"n_epochs": EPOCHS, "epoch_size": SAMPLES["lesson"]}


@exercise(
    kind="write",
    hints=[
        'Copy the pair `(Variant("a", "base"), Variant("b", "base"))`, and change one thing in the second.',
        "You can change `features`, `learning` (such as `{'n_components': 50}`), `summary`, `classifier`, "
        "`by_song`, `every`, `ridge` or `metric`. Everything else must be the same in both.",
        '`(Variant("a", "base"), Variant("b", "base", by_song=True))` is one such pair.',
    ],
    reason="The two differ in one thing, so a difference has one possible cause, and both can be measured.",
)
def mine():
    """Return a control and a variant that differ in one thing."""
    return (
        Variant("regression on every window", "base"),
        Variant("regression on songs", "base", by_song=True),
    )


@mine.accepts
def complaint(pair):
    """Return why an experiment would crash or compare nothing, or nothing."""
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(isinstance(v, Variant) for v in pair):
        return "Write two variants, in parentheses: `(Variant(…), Variant(…))`, first the control."
    for v in pair:
        if fault := _fault(v):
            return f"{v.name!r}: {fault}" if isinstance(v.name, str) else fault
    control, variant = pair
    if control.name == variant.name:
        return "Both have the same name, so you could not tell them apart in the table."
    changed = [s for s in SETTINGS if _meaning(control, s) != _meaning(variant, s)]
    if changed == ["learning"]:
        settings = [*COUNTS, *SIZES_ABOVE_ZERO, "only"]
        changed = [s for s in settings if _learns(control, variant, s)]
    if len(changed) > 1:
        found = " and in ".join(changed)
        return f"They differ in {found}: a difference would have no one cause. Change one thing."
    if changed == ["ridge"] and control.classifier is not None:
        return "`ridge` belongs to the linear regression. With another `classifier` it changes nothing."
    if changed:
        return None
    written = [s for s in SETTINGS if repr(getattr(control, s)) != repr(getattr(variant, s))]
    if written:
        return f"{written[0]} is written differently, but means the same: there is nothing to compare."
    return "The two differ in nothing but their names, so there is nothing to find."


def _learns(control, variant, name):
    """Return whether two variants learn with different values of one setting."""
    defaults = DEFAULTS | {"n_hidden": None, "only": None}
    one, other = ((defaults | v.learning)[name] for v in (control, variant))
    return one != other


def _meaning(v, setting):
    """Return a setting in a form that is equal if the experiment is: defaults are filled in."""
    value = getattr(v, setting)
    if setting == "learning":
        value = DEFAULTS | {"n_hidden": None} | value
        if value["label_max_norm"] is None:
            value["label_max_norm"] = value["max_norm"]
        value["only"] = value.get("only") or {}
        return {name: one for name, one in value.items() if name != "self"}
    return value if setting == "summary" or isinstance(value, bool | Real | str) else repr(value)


def _fault(v):
    """Say why a variant cannot be measured, or nothing."""
    if not isinstance(v.name, str) or not v.name.strip():
        return "Give each variant a name, as text."
    if v.features not in ("base", "genre", "tag"):
        return f"`features` is {v.features!r}; here it must be base, genre or tag."
    if v.tag_scale is not None:
        return "the features of a tag set of another size take half an hour; leave `tag_scale` out."
    if v.metric not in ("manhattan", "euclidean", "cosine"):
        return f"`metric` is {v.metric!r}; it must be manhattan, euclidean or cosine."
    for name in ("by_song", "to_scale"):
        if not isinstance(getattr(v, name), bool):
            return f"`{name}` is True or False, not {getattr(v, name)!r}."
    if not _is_count(v.every, WINDOWS):
        return f"`every` is {v.every!r}; it must be a whole number from 1 to {WINDOWS}."
    is_ridge = isinstance(v.ridge, Real) and not isinstance(v.ridge, bool) and 0 <= v.ridge < math.inf
    if not (is_ridge or (isinstance(v.ridge, str) and v.ridge == "nested")):
        return f'`ridge` is {v.ridge!r}; it must be "nested" or a number that is not negative.'
    return _fault_of_learning(v) or _fault_of_summary(v.summary) or _fault_of_classifier(v.classifier)


def _fault_of_learning(v):
    if not isinstance(v.learning, dict):
        return '`learning` is a dictionary, such as {"n_components": 50}.'
    if v.features == "base" and v.learning:
        return "base features are not learned, so `learning` changes nothing. Take genre or tag."
    for name, value in v.learning.items():
        if name in COUNTS and not _is_count(value, COUNTS[name]):
            return f"`{name}` is {value!r}; it must be a whole number from 1 to {COUNTS[name]}."
        if name in SIZES_ABOVE_ZERO and not _is_size(value) and (name, value) != ("label_max_norm", None):
            return f"`{name}` is {value!r}; it must be a number above 0, and at most 100."
        if name == "only" and (fault := _fault_of_parts(value, v.features)):
            return fault
        if name not in (*COUNTS, *SIZES_ABOVE_ZERO, "only"):
            known = ", ".join([*COUNTS, *SIZES_ABOVE_ZERO, "only"])
            return f"`learning` has no setting {name!r} that can be changed here; there are {known}."
    return ""


def _fault_of_parts(parts, features):
    if not isinstance(parts, dict) or not parts or set(parts) - set(PARTS):
        return '`only` is a dictionary with "clips", "frames" or "tags", such as {"clips": 375}.'
    for name, value in parts.items():
        if not _is_count(value, 10_000) or value < 2:
            return f"`only` has {name} {value!r}; it must be a whole number, 2 or more."
    if "tags" in parts and features != "tag":
        return "`only` can choose tags for the tag embedding alone; genres have no tags."
    if len(parts) > 1:
        found = " and ".join(parts)
        return f"`only` changes {found}: a difference would have no one cause. Change one thing."
    return ""


def _fault_of_summary(summary):
    if summary in (aggregate, block_level, shuffled_block_level):
        return ""
    if not callable(summary):
        return "`summary` is a function, such as features.block_level, without parentheses."
    try:
        found = np.asarray(summary(np.random.default_rng(0).normal(size=(192, 6))))
    except Exception as error:
        return f"`summary` fails on frames of shape (192, 6): {error}."
    if found.ndim != 2 or not found.size or found.dtype.kind not in "fiu" or not np.isfinite(found).all():
        return "`summary` must return an array of numbers with one row per window."
    return ""


def _fault_of_classifier(classifier):
    if classifier is None:
        return ""
    if inspect.isclass(classifier):
        return f"`classifier` is a class; create it with parentheses: {classifier.__name__}()."
    if not hasattr(classifier, "fit") or not is_classifier(classifier):
        return f"`classifier` is {classifier!r}; it must be a classifier of scikit-learn, such as SVC()."
    rng, y = np.random.default_rng(0), np.arange(60) % 3
    try:
        evaluate.cross_validate(
            rng.normal(size=(60, 1, 4)) + y[:, None, None], y, n_splits=3, classifier=classifier
        )
    except Exception as error:
        return f"`classifier` fails on a small trial: {str(error).splitlines()[0] if str(error) else error!r}"
    return ""


def _is_size(value):
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < value <= 100


def _is_count(value, most):
    return isinstance(value, Integral) and not isinstance(value, bool) and 1 <= value <= most


@mine.mistake("They differ in features and in by_song.")
def two_changes():
    return Variant("base", "base"), Variant("tag", "tag", by_song=True)


@mine.mistake("The two differ in nothing but their names.")
def no_change():
    return Variant("once", "base"), Variant("twice", "base")


@mine.mistake("`features` must be base, genre or tag.")
def unknown_features():
    return Variant("mel", "base"), Variant("mfcc", "mfcc")


@mine.mistake("`n_components` must be 1 or more.")
def negative_size():
    return Variant("100", "tag"), Variant("-5", "tag", {"n_components": -5})


@mine.mistake("Base features are not learned.")
def learning_of_base():
    return Variant("100", "base"), Variant("50", "base", {"n_components": 50})


@mine.mistake("This is the default, written out.")
def the_default_again():
    return Variant("100", "tag"), Variant("100 again", "tag", {"n_components": 100})
