"""Exercises of lesson 06."""

import numpy as np

from mirlab import neighbours
from mirlab.lessons import exercise


@exercise(
    hints=[
        "Step 0 belongs to the first set, step 1 to the second; after the last comes the first again.",
        "With `names = list(batches)`, the set is `names[step % len(names)]`.",
        "A set has one turn a round: round `step // len(names)` takes its batch of that number, and "
        "begins again (`%`) when the set is used up.",
    ],
    reason="Every set moves V equally often, whatever its size; so a small set is gone through more often.",
    inputs=lambda rng: {
        "the very first step": ({"gtzan": ["g0", "g1"], "unique": ["u0", "u1"]}, 0),
        "the third step of two sets": ({"gtzan": ["g0", "g1"], "unique": ["u0", "u1"]}, 2),
        "a small set that is used up": ({"homburg": ["h0", "h1"], "unique": ["u0", "u1", "u2"]}, 4),
        "three sets, far on": ({"a": ["a0"], "b": ["b0", "b1", "b2"], "c": ["c0"]}, int(rng.integers(9, 99))),
        "one set alone": ({"gtzan": ["g0", "g1", "g2"]}, 4),
    },
)
def turn(batches, step):
    """Return whose turn it is at a step, and the batch: one batch of each set in turn."""
    names = list(batches)
    name = names[step % len(names)]
    stock = batches[name]
    return name, stock[step // len(names) % len(stock)]


@turn.mistake("you go through one set after the other; then V would end where the last set wants it.")
def one_set_after_the_other(batches, step):
    pairs = [(name, batch) for name, stock in batches.items() for batch in stock]
    return pairs[step % len(pairs)]


@turn.mistake("the batch is counted by steps, not by rounds, so a set skips some of its batches.")
def counted_by_steps(batches, step):
    name = list(batches)[step % len(batches)]
    return name, batches[name][step % len(batches[name])]


@turn.mistake("a set that is used up begins again with its first batch; it does not stay at its last.")
def stays_at_the_last(batches, step):
    name = list(batches)[step % len(batches)]
    return name, batches[name][min(step // len(batches), len(batches[name]) - 1)]


def _like_mirlab(W, names, k):
    """Take the table of `mirlab.neighbours`, in which every label has its set behind it in brackets."""
    embeddings, sets = [], {}
    for row, name in zip(W, names, strict=True):
        label, _, where = name.removesuffix(")").rpartition(" (")
        if where not in sets:
            embeddings.append([])
            sets[where] = []
        embeddings[-1].append(row)
        sets[where].append(label)
    table = neighbours.table(embeddings, sets, k=k)
    return table.groupby("seed", sort=False)["neighbour"].agg(list).to_dict()


@exercise(
    hints=[
        "The L1 distance of two vectors is the sum of the absolute differences of their elements.",
        "`np.abs(W - W[i]).sum(axis=1)` gives the distances from label i to every label, itself among them.",
        "`np.argsort` sorts them; leave out i itself, then take the first k, and their names.",
    ],
    reason="A table of neighbours needs nothing but W: sound, V and the names play no part in it.",
    inputs=lambda rng: {
        "labels on a line": (
            np.array([[0.0], [1.0], [3.0], [7.0]]),
            ["jazz (a)", "pop (a)", "Jazz (b)", "rock (b)"],
            2,
        ),
        "a case where L1 and L2 disagree": (
            np.array([[0.0, 0.0], [3.0, 0.0], [2.0, 2.0], [-9.0, 9.0]]),
            ["jazz (a)", "pop (a)", "Jazz (b)", "rock (b)"],
            1,
        ),
        "two labels in the very same place": (
            np.array([[1.0, 2.0], [1.0, 2.0], [4.0, 0.0]]),
            ["jazz (a)", "Jazz (b)", "rock (b)"],
            1,
        ),
        "random labels of three sets": (
            rng.normal(size=(7, 5)),
            [
                f"{label} ({where})"
                for where, labels in (("a", "xy"), ("b", "xyz"), ("c", "xz"))
                for label in labels
            ],
            3,
        ),
    },
    reference=_like_mirlab,
)
def neighbour_table(W, names, k):
    """Map each name to the names of its k nearest other labels by L1, nearest first."""
    table = {}
    for i, name in enumerate(names):
        distances = np.abs(W - W[i]).sum(axis=1)
        order = [j for j in np.argsort(distances, kind="stable") if j != i]
        table[name] = [names[j] for j in order[:k]]
    return table


@neighbour_table.mistake("every label is its own nearest neighbour; leave it out.")
def with_itself(W, names, k):
    order = [np.argsort(np.abs(W - w).sum(axis=1), kind="stable") for w in W]
    return {name: [names[j] for j in row[:k]] for name, row in zip(names, order, strict=True)}


@neighbour_table.mistake(
    "you leave out the first of the order, whoever that is. Where two labels share a place, it may be the "
    "other one: leave out `i`."
)
def without_the_first(W, names, k):
    order = [np.argsort(np.abs(W - w).sum(axis=1), kind="stable") for w in W]
    return {name: [names[j] for j in row[1 : k + 1]] for name, row in zip(names, order, strict=True)}


@neighbour_table.mistake("that is the Euclidean distance, L2; L1 adds up absolute differences.")
def by_l2(W, names, k):
    table = {}
    for i, name in enumerate(names):
        order = np.argsort(np.square(W - W[i]).sum(axis=1), kind="stable")
        table[name] = [names[j] for j in order if j != i][:k]
    return table


@neighbour_table.mistake("these are the farthest labels: the smallest distance comes first.")
def the_farthest(W, names, k):
    table = {}
    for i, name in enumerate(names):
        order = np.argsort(-np.abs(W - W[i]).sum(axis=1), kind="stable")
        table[name] = [names[j] for j in order if j != i][:k]
    return table


@exercise(
    hints=[
        "`found`: which two labels have the smallest distance? Average their overlaps.",
        "`chance`: the mean overlap of all six. `ideal`: the mean of the two largest overlaps.",
        "`recovery` is 0 where found equals chance, 1 where it equals ideal: "
        "`(found - chance) / (ideal - chance)`.",
    ],
    reason="The scale makes labels comparable: how much there is to find differs from label to label, and "
    "so does what one finds by luck.",
)
def by_hand():
    """Return what two neighbours recover, on the way from chance to ideal."""
    overlap = np.array([0.8, 0.4, 0.0, 0.6, 0.0, 0.0])
    distance = np.array([3, 9, 12, 7, 5, 14])
    found = overlap[np.argsort(distance)[:2]].mean()
    chance = overlap.mean()
    ideal = np.sort(overlap)[-2:].mean()
    return {"found": found, "chance": chance, "ideal": ideal, "recovery": (found - chance) / (ideal - chance)}


@by_hand.mistake(
    "`found` asks for the two nearest labels, not for the two that overlap most: that is `ideal`."
)
def found_is_ideal():
    return {"found": 0.7}


@by_hand.mistake("chance was not taken off: a space that knows nothing would get more than 0.")
def without_chance():
    return {"recovery": 0.4 / 0.7}


@by_hand.mistake("chance is not 0: any two labels drawn blindly overlap by the mean of all six.")
def chance_is_nothing():
    return {"chance": 0.0}
