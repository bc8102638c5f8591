"""Exercises of lesson 01."""

from math import comb

import numpy as np

from mirlab.lessons import exercise
from mirlab.lessons.compare import plain


def _inputs(rng):
    mean, scale = rng.normal(size=2).round(1), rng.uniform(1, 3, 2).round(1)
    V = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    frames = rng.normal(size=(3, 2)).round(1)
    return {
        "three frames": (frames, mean, scale, V),
        "a single frame": (mean[None] + 1, mean, scale, V),
        "two equal frames, and a V that changes nothing": (frames[[0, 0]], mean, scale, np.eye(2)),
    }


@exercise(
    kind="find the bug",
    hints=[
        "The function gets `mean` and `scale`. Where does it use them?",
        "V was trained on frames that were standardised with the source's mean and scale. The new frames "
        "must be "
        "treated in the same way.",
        "Replace `frames.mean(axis=0)` by `mean` and `frames.std(axis=0)` by `scale`.",
    ],
    reason="A pretrained model expects inputs that were prepared as in its training. With the bug, the mean "
    "frame "
    "of every song becomes zero, so every song gets the same affinities: a constant list.",
    inputs=_inputs,
    lacks={"empty": "a song has at least one frame"},
)
def transfer(frames, mean, scale, V):
    """Return the frames, shape (n, d), mapped by the pretrained V, shape (n, D)."""
    standardised = (frames - mean) / scale
    return standardised @ V.T


@transfer.given
def with_its_own_mean(frames, mean, scale, V):
    """Return the frames, shape (n, d), mapped by the pretrained V, shape (n, D)."""
    standardised = (frames - frames.mean(axis=0)) / frames.std(axis=0)
    return standardised @ V.T


@transfer.also
def one_frame_at_a_time(frames, mean, scale, V):
    return [V @ ((frame - mean) / scale) for frame in frames]


@transfer.also
def in_one_product(frames, mean, scale, V):
    return np.einsum("nd,Dd->nD", frames / scale, V) - V @ (mean / scale)


@transfer.mistake("the mean is right now, but the frames are still divided by their own standard deviation.")
def only_the_mean(frames, mean, scale, V):
    with np.errstate(all="ignore"):  # one frame has no deviation
        return (frames - mean) / frames.std(axis=0) @ V.T


@transfer.mistake("the scale is right now, but the frames' own mean is still subtracted.")
def only_the_scale(frames, mean, scale, V):
    return (frames - frames.mean(axis=0)) / scale @ V.T


@transfer.mistake("the frames are not standardised; V was trained on standardised frames.")
def not_standardised(frames, mean, scale, V):
    return frames @ V.T


@transfer.mistake("the frames are standardised, but V is not used.")
def not_mapped(frames, mean, scale, V):
    return (frames - mean) / scale


# -- a few labelled songs --------------------------------------------------------------------------


def _songs(rng):
    def new():
        return np.random.default_rng(int(rng.integers(2**32)))

    return {
        "eleven songs with three labels": (rng.permutation(np.repeat([0, 1, 2], [6, 4, 1])), 2, new()),
        "labels whose numbers have gaps": (rng.permutation(np.repeat([0, 4, 9], [5, 3, 2])), 3, new()),
        "a single song": (np.array([3]), 2, new()),
        "no songs": (np.array([], dtype=int), 1, new()),
    }


@exercise(
    hints=[
        "Go through the labels, `np.unique(y)`. Which positions have this label? `np.flatnonzero(y == "
        "label)`.",
        "`rng.permutation(positions)[:k]` draws at most k of them without replacement.",
        "Collect the positions of all labels in one list, and return it.",
    ],
    reason="Drawing for each label keeps rare labels in. With `rng` alone as the source of chance, the same "
    "draw can "
    "be repeated for another feature set, so that a comparison is fair.",
    inputs=_songs,
)
def draw_few(y, k, rng):
    """Return the positions of at most `k` songs of each label in `y`, drawn with `rng`."""
    drawn = []
    for label in np.unique(y):
        drawn.extend(rng.permutation(np.flatnonzero(y == label))[:k])
    return np.array(drawn, dtype=int)


@draw_few.accepts
def _wrong_draw(result, y, k, rng):
    drawn = np.asarray(result)
    if drawn.ndim != 1:
        return f"The result should be an array or list with one axis; yours has shape {drawn.shape}."
    if drawn.dtype == bool or (drawn != drawn.astype(int)).any():
        return "The result should hold positions in `y`, which are whole numbers."
    drawn = drawn.astype(int)
    if drawn.size and (drawn.min() < 0 or drawn.max() >= len(y)):
        return f"Positions are 0 to {len(y) - 1}, but the result holds {drawn.min()} to {drawn.max()}."
    if len(np.unique(drawn)) < len(drawn):
        return "A song was drawn twice: draw without replacement."
    for label in np.unique(y):
        want, got = min(k, np.sum(y == label)), np.sum(y[drawn] == label)
        if want != got:
            have = np.sum(y == label)
            return f"Label {label} has {have} songs; with k={k}, {want} should be drawn, not {got}."
    return ""


@draw_few.repeated(300)
def _unequal_draws(results, y, k, rng):
    for result in results:
        if wrong := _wrong_draw(result, y, k, rng):
            return f"In another draw: {wrong}"
    results = [np.asarray(result, dtype=int) for result in results]
    counts = np.bincount(np.concatenate(results), minlength=len(y)) / len(results)
    for label in np.unique(y):
        mine = np.flatnonzero(y == label)
        share = min(1, k / len(mine))
        if (np.abs(counts[mine] - share) > 5 * np.sqrt(share * (1 - share) / len(results))).any():
            return (
                f"In {len(results)} draws, some songs of label {label} were drawn much more often than "
                f"others. "
                "All songs of a label should be equally likely."
            )
        groups = {tuple(np.sort(result[y[result] == label])) for result in results}
        if len(groups) < 0.8 * comb(len(mine), min(k, len(mine))):
            return f"In {len(results)} draws, only {len(groups)} different groups of label {label} appeared."
    return ""


@draw_few.also
def with_one_permutation(y, k, rng):
    count, drawn = {}, []
    for i in rng.permutation(len(y)).tolist():
        label = int(y[i])
        count[label] = count.get(label, 0) + 1
        if count[label] <= k:
            drawn.append(i)
    return drawn


@draw_few.also
def with_choice(y, k, rng):
    chosen = [np.zeros(0, int)]
    for label in set(y.tolist()):
        positions = np.where(y == label)[0]
        chosen.append(rng.choice(positions, size=min(k, len(positions)), replace=False))
    return np.sort(np.concatenate(chosen))


@draw_few.mistake("these are always the first k songs of each label; draw them with `rng`.")
def the_first_ones(y, k, rng):
    return np.concatenate([np.zeros(0, int), *(np.flatnonzero(y == label)[:k] for label in np.unique(y))])


@draw_few.mistake("a song can be drawn twice: `choice` needs `replace=False`.")
def with_replacement(y, k, rng):
    return np.array(
        [i for label in np.unique(y) for i in rng.choice(np.flatnonzero(y == label), k)], dtype=int
    )


@draw_few.mistake("these are k songs of the whole set; draw k of each label.")
def in_total(y, k, rng):
    return rng.permutation(len(y))[:k]


@draw_few.mistake("these are labels; return positions in `y`.")
def labels_not_positions(y, k, rng):
    return y[draw_few.solve(y, k, rng)]


@draw_few.mistake("the generator is not used; draw with `rng`, so that a draw can be repeated.")
def with_a_generator_of_its_own(y, k, rng):
    return draw_few.solve(y, k, np.random.default_rng())


# -- the parts of an experiment --------------------------------------------------------------------


@exercise(
    kind="sort",
    hints=[
        "Domains are data: from which data does the model learn, and for which data do we want results? "
        "Tasks are questions.",
        "What was learned before the target was seen? What does it turn a frame into?",
        "The adaptation method is what is done with the pretrained model; the training dataset is what this "
        "needs.",
    ],
    reason="These nine names describe one experiment. A report on transfer should give all nine, and the "
    "accuracy "
    "of the same learner without transfer.",
    words=list("ABCDEFGHI"),
)
def roles():
    return {
        "source domain": "C",
        "source task": "H",
        "target domain": "F",
        "target task": "A",
        "pretrained model": "E",
        "feature representation": "I",
        "adaptation method": "B",
        "training dataset": "G",
        "evaluation metric": "D",
    }


@roles.mistake("a domain is what the data are like, a task is what is asked; here they are exchanged.")
def domains_for_tasks():
    return {"source domain": "H", "source task": "C", "target domain": "A", "target task": "F"}


@roles.mistake("source and target are exchanged: the source is where the knowledge comes from.")
def source_for_target():
    return {"source domain": "F", "target domain": "C", "source task": "A", "target task": "H"}


@roles.mistake("the model maps the frames, and the representation is its result; here they are exchanged.")
def model_for_representation():
    return {"pretrained model": "I", "feature representation": "E"}


# -- the kinds of transfer -------------------------------------------------------------------------

QUESTIONS = {
    "what changes?": ["inductive", "transductive", "unsupervised"],
    "what is carried over?": ["feature-based", "model-based"],
    "how?": ["domain adaptation", "multitask"],
}
"""The seven kinds, under the question that each of them answers."""

SCENARIOS = {
    "a": ("what changes?", "inductive", "is the question the same as before?"),
    "b": ("what changes?", "transductive", "is the question new, or the music? And which songs have labels?"),
    "c": ("what changes?", "unsupervised", "is there any label, on either side?"),
    "d": ("what is carried over?", "feature-based", "does any weight of the network change?"),
    "e": ("what is carried over?", "model-based", "do the copied weights stay as they were?"),
    "f": (
        "how?",
        "domain adaptation",
        "are several tasks learned, or are two kinds of recording made alike?",
    ),
    "g": ("how?", "multitask", "how many questions are learned at the same time?"),
    "h": ("what changes?", "inductive", "did the music change, or the question? And are there labels?"),
}
"""For each scenario: the question, the right kind, and what to look at again."""


@exercise(
    kind="sort",
    hints=[
        "Each scenario ends in a question, and each question has its own words: see the list.",
        "What changes? The task: inductive. Only the data: transductive. No labels anywhere: unsupervised.",
        "What is carried over? Outputs of a frozen model are features; weights that are trained further are "
        "a model. "
        "How? Making two domains alike is one way, learning several tasks at once is the other.",
    ],
    reason="The kinds do not exclude each other, since they answer three questions. The paper's experiment "
    "is "
    "inductive (tags, then genres) and feature-based (V is frozen); its genre embedding is also multitask.",
    words={name: QUESTIONS[question] for name, (question, _, _) in SCENARIOS.items()},
)
def kinds():
    return {
        "a": "inductive",
        "b": "transductive",
        "c": "unsupervised",
        "d": "feature-based",
        "e": "model-based",
        "f": "domain adaptation",
        "g": "multitask",
        "h": "inductive",
    }


@kinds.accepts
def _wrong_kinds(answer):
    if missing := [name for name in SCENARIOS if name not in answer]:
        return f"{', '.join(missing)} is missing."
    return " ".join(
        f"`{name}` is not {answer[name]}: {look}"
        for name, (_, right, look) in SCENARIOS.items()
        if plain(answer[name]) != plain(right)
    )


@kinds.mistake("a change of the task was taken for a change of the data.")
def data_for_task():
    return kinds.solve() | {"a": "transductive", "h": "transductive"}


@kinds.mistake("frozen features and weights that are trained further are exchanged.")
def features_for_model():
    return kinds.solve() | {"d": "model-based", "e": "feature-based"}
