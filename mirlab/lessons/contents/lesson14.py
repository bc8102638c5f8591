"""Exercises of lesson 14."""

import numpy as np
from scipy import linalg

from mirlab import evaluate
from mirlab.lessons import exercise
from mirlab.lessons.compare import plain

# -- CORAL ------------------------------------------------------------------------------------------------


def _two_domains(rng, n, m, p):
    """Draw rows of two domains with different means and correlations."""
    return (
        rng.normal(size=(n, p)) @ rng.normal(size=(p, p)) + rng.normal(size=p),
        2 * rng.normal(size=(m, p)) @ rng.normal(size=(p, p)) - rng.normal(size=p),
    )


def _repeated(rng):
    source, target = _two_domains(rng, 3, 4, 2)
    return source[[0, 1, 1, 2]], target


@exercise(
    hints=[
        "The covariance of the columns is `np.cov(source.T, bias=True)`; add `np.eye(p)` for p columns.",
        "Subtract the mean of the source first. Then multiply by two matrices: "
        "`rows @ evaluate.matrix_power(Cs, -0.5) @ evaluate.matrix_power(Ct, 0.5)`.",
        "The rows now have mean 0, but target rows do not: add `target.mean(axis=0)` at the end.",
    ],
    reason="Whitening removes the correlations of the source, and colouring gives the rows those of the "
    "target. No label is used, on either side. The 1 on the diagonal keeps the inverse from exploding.",
    inputs=lambda rng: {
        "one column": (
            np.array([[-np.sqrt(3)], [np.sqrt(3)]]),
            np.array([[2.0], [2.0 + 2 * np.sqrt(8)]]) + rng.integers(9),
        ),
        "two columns": _two_domains(rng, 5, 4, 2),
        "three columns": _two_domains(rng, 9, 7, 3),
        "two equal source rows": _repeated(rng),
        "a single source row": (rng.normal(size=(1, 2)), rng.normal(size=(4, 2))),
    },
    reference=evaluate.coral,
    lacks={"empty": "a domain has at least one row"},
)
def coral(source, target):
    """Return the source rows, moved so that their mean and covariance are those of the target rows."""
    unit = np.eye(source.shape[1])
    Cs, Ct = np.cov(source.T, bias=True) + unit, np.cov(target.T, bias=True) + unit
    white = (source - source.mean(axis=0)) @ evaluate.matrix_power(Cs, -0.5)
    return white @ evaluate.matrix_power(Ct, 0.5) + target.mean(axis=0)


@coral.also
def with_square_roots(source, target):
    rows, others = source - source.mean(axis=0), target - target.mean(axis=0)
    Cs = rows.T @ rows / len(rows) + np.eye(rows.shape[1])
    Ct = others.T @ others / len(others) + np.eye(rows.shape[1])
    return rows @ linalg.inv(linalg.sqrtm(Cs)) @ linalg.sqrtm(Ct) + target.mean(axis=0)


@coral.mistake("the covariance is right, but the rows have mean 0: add the mean of the target at the end.")
def without_the_mean(source, target):
    return evaluate.coral(source, target) - target.mean(axis=0)


@coral.mistake("the rows have kept the mean of the source; they need the mean of the target.")
def with_the_old_mean(source, target):
    return evaluate.coral(source, target) - target.mean(axis=0) + source.mean(axis=0)


@coral.mistake("the two matrices are exchanged: whiten by the source, and colour by the target.")
def the_wrong_way_round(source, target):
    unit = np.eye(source.shape[1])
    Cs, Ct = np.cov(source.T, bias=True) + unit, np.cov(target.T, bias=True) + unit
    rows = source - source.mean(axis=0)
    return rows @ evaluate.matrix_power(Cs, 0.5) @ evaluate.matrix_power(Ct, -0.5) + target.mean(axis=0)


@coral.mistake("this matches each column by itself, as standardisation does; the correlations stay.")
def only_the_variances(source, target):
    scale = np.sqrt((target.var(axis=0) + 1) / (source.var(axis=0) + 1))
    return (source - source.mean(axis=0)) * scale + target.mean(axis=0)


# -- copies that keep the label -----------------------------------------------------------------------------

WHY = {
    "a": "a song stays what it is when it rustles: people recognise genres through noise every day.",
    "b": "who plays it faster plays it at more beats per minute.",
    "c": "a higher pitch moves no beat.",
    "d": "three semitones above A minor is C minor.",
    "e": "a piano stays a piano on the telephone, though it is harder to hear.",
    "f": "the label is about the room, and a room was added.",
}
"""For each task and disturbance of the exercise: why a copy keeps its label, or does not."""


@exercise(
    kind="sort",
    hints=[
        "Ask each time: would a person who hears only the copy give it the same label?",
        "Tempo is a matter of time, key is a matter of pitch. What does each disturbance change?",
    ],
    reason="A copy is a labelled example only if its label is still true. This depends on the task: the "
    "same disturbance can be a good augmentation for genres, and a wrong one for keys.",
    words=["keeps", "changes"],
)
def labels_kept():
    """Return whether a disturbed copy keeps its label or changes it."""
    return {"a": "keeps", "b": "changes", "c": "keeps", "d": "changes", "e": "keeps", "f": "changes"}


@labels_kept.accepts
def _wrong_words(answer):
    if missing := [name for name in WHY if name not in answer]:
        return f"{', '.join(missing)} is missing."
    return " ".join(
        f"Look again at `{name}`: {WHY[name]}"
        for name, word in labels_kept().items()
        if plain(answer[name]) != word
    )


@labels_kept.mistake("whether a copy keeps its label depends on the question, not only on the disturbance.")
def everything_keeps():
    return dict.fromkeys(WHY, "keeps")


@labels_kept.mistake("tempo and pitch are exchanged: one changes beats, the other keys.")
def tempo_for_pitch():
    return labels_kept() | {"b": "keeps", "c": "changes"}


# -- copies that leak ---------------------------------------------------------------------------------------


def _copied(rng, songs, copies):
    """Draw a table of rows in random order: which song each is, and whether it is a copy."""
    song = np.tile(np.arange(songs), copies + 1)
    order = rng.permutation(len(song))
    return song[order], (np.arange(len(song)) >= songs)[order], rng.permutation(songs)[: songs // 3]


@exercise(
    kind="find the bug",
    hints=[
        "Take a held-out song. Which of its rows does the function return?",
        "`copy | ...` lets in every copy, even those of held-out songs. A copy is nearly the song itself.",
        "Whether a row may be used depends on its song alone: `~np.isin(song, held_out)`.",
    ],
    reason="A copy of a test song is nearly the test song, and it carries the label. Split the songs first, "
    "and make copies of the training songs only.",
    inputs=lambda rng: {
        "two songs with a copy each": (
            np.array([0, 1, 0, 1]),
            np.array([False, False, True, True]),
            np.array([1]),
        ),
        "six songs": _copied(rng, 6, 1),
        "nine songs with two copies each": _copied(rng, 9, 2),
        "nothing held out": (*_copied(rng, 4, 1)[:2], np.array([], dtype=int)),
        "a single row": (np.array([int(rng.integers(9))]), np.array([True]), np.array([10])),
    },
)
def training_rows(song, copy, held_out):
    """Return the positions of the rows to train on: originals and copies, but nothing of held-out songs."""
    return np.flatnonzero(~np.isin(song, held_out))


@training_rows.given
def with_all_copies(song, copy, held_out):
    """Return the positions of the rows to train on: originals and copies, but nothing of held-out songs."""
    return np.flatnonzero(copy | ~np.isin(song, held_out))


@training_rows.accepts
def _leak(rows, song, copy, held_out):
    rows = np.asarray(rows)
    if rows.ndim != 1 or rows.dtype == bool or (rows != rows.astype(int)).any():
        return "It should return positions of rows: one list of whole numbers."
    rows = rows.astype(int)
    wanted = np.flatnonzero(~np.isin(song, held_out))
    if len(leaked := np.setdiff1d(rows, wanted)):
        row = leaked[0]
        what = "copy" if row < len(copy) and copy[row] else "row"
        return f"Row {row} should not be there: it is a {what} of a held-out song, or no row at all."
    if len(missing := np.setdiff1d(wanted, rows)):
        what = "copy" if copy[missing[0]] else "original"
        return f"Row {missing[0]} is missing, the {what} of a song that is not held out."
    return "" if len(rows) == len(wanted) else "Some rows are there twice."


@training_rows.also
def with_a_loop(song, copy, held_out):
    held = set(held_out.tolist())
    return [i for i, one in enumerate(song.tolist()) if one not in held]


@training_rows.mistake("the copies of all songs are left out; those of training songs are what we want.")
def originals_only(song, copy, held_out):
    return np.flatnonzero(~copy & ~np.isin(song, held_out))


@training_rows.mistake("these are the rows of the held-out songs.")
def the_others(song, copy, held_out):
    return np.flatnonzero(np.isin(song, held_out))


# -- a claim to break ---------------------------------------------------------------------------------------

GROUPS = ("source ballads", "source metal", "target ballads", "target metal")


def nearest_mean(rows, ballads, metal):
    """Return for each row whether it is nearer to the mean of the ballads than to that of the metal songs."""
    return np.abs(rows - np.mean(ballads)) < np.abs(rows - np.mean(metal))


def share_right(songs, own_standard):
    """Return the share of the target songs that are classified correctly."""
    numbers = {name: np.array(songs[name], dtype=float).ravel() for name in GROUPS}
    if own_standard:
        for domain in ("source", "target"):
            mine = [name for name in GROUPS if name.startswith(domain)]
            both = np.concatenate([numbers[name] for name in mine])
            spread = both.std() or 1.0
            numbers |= {name: (numbers[name] - both.mean()) / spread for name in mine}
    learned = numbers["source ballads"], numbers["source metal"]
    ballads, metal = (nearest_mean(numbers[f"target {kind}"], *learned) for kind in ("ballads", "metal"))
    return float(np.concatenate([ballads, ~metal]).mean())


@exercise(
    kind="break the claim",
    hints=[
        "Standardisation makes the mean of each domain 0. When is this wrong, although nothing has changed?",
        "It is wrong if the domains hold different music. What if the target has metal only?",
        "Take source levels such as [1, 2, 3] and [7, 8, 9]. A target of [7, 8, 9], all metal, has its mean "
        "at 0 afterwards: its softest song looks like a ballad.",
    ],
    reason="Standardisation treats the loudness of metal as loudness of the recording, and removes it. "
    "It is right only if both domains hold the same music in the same proportions.",
)
def harmed():
    """Return levels of songs for which standardising each domain by itself does harm."""
    return {
        "source ballads": [1, 2, 3],
        "source metal": [7, 8, 9],
        "target ballads": [],
        "target metal": [7, 8, 9],
    }


@harmed.accepts
def _harmless(songs):
    if missing := [name for name in GROUPS if name not in songs]:
        return f"{', '.join(missing)} is missing; it may be an empty list."
    sizes = {name: np.size(songs[name]) for name in GROUPS}
    if not all(np.isfinite(np.array(songs[name], dtype=float)).all() for name in GROUPS):
        return "Levels of songs are finite numbers, but one of these is not."
    if min(sizes["source ballads"], sizes["source metal"]) < 2:
        return "Give at least two source songs of each kind: the classifier learns from them."
    if sizes["target ballads"] + sizes["target metal"] < 2:
        return "Give at least two target songs."
    before, after = (share_right(songs, own) for own in (False, True))
    if before < 1:
        return f"Without standardisation, {before:.0%} of the target songs are right; start from all of them."
    if after == 1:
        return "After standardisation, all target songs are still right. The claim is not broken yet."
    return ""


@harmed.also
def unequal_shares():
    return {
        "source ballads": [1, 2],
        "source metal": [8, 9],
        "target ballads": [2],
        "target metal": [8, 8, 8, 9, 6],
    }


@harmed.mistake("both domains hold the same music here, so nothing is lost.")
def the_same_music():
    return harmed() | {"target ballads": [1, 2, 3]}


@harmed.mistake("the target is louder here, and this is what standardisation repairs.")
def a_louder_target():
    return harmed() | {"target ballads": [5, 6, 7], "target metal": [11, 12, 13]}
