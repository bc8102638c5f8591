"""Exercises of lesson 01."""

import numpy as np

from mirlab.lessons import exercise


def _inputs(rng):
    frames = rng.normal(size=(3, 2)).round(1)
    mean, scale = np.array([1.0, 2.0]), np.array([2.0, 4.0])
    V = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    return {
        "a frame equal to the source's mean": (mean[None], mean, scale, V),
        "two frames, and a V that changes nothing": (
            np.array([[3.0, 2.0], [1.0, 6.0]]),
            mean,
            scale,
            np.eye(2),
        ),
        "three random frames, and a V of three directions": (frames, mean, scale, V),
    }


@exercise(
    hints=[
        "First standardise: take away `mean`, divide by `scale`. NumPy does it for all frames at once.",
        "V has one row a direction of the new space, so a frame's new numbers are `V @ frame`.",
        "For all frames at once, each in a row: `standardised @ V.T`.",
    ],
    reason="It is all that is carried over: a mean, a scale and a matrix, all three from the source, and all "
    "three left as they are. mirlab's own map does the same.",
    inputs=_inputs,
)
def transfer(frames, mean, scale, V):
    """Return the frames, shape (n, d), in the pretrained space, shape (n, D)."""
    return (frames - mean) / scale @ V.T


@transfer.mistake("the frames go through V as they are; it was learned on standardised ones.")
def not_standardised(frames, mean, scale, V):
    return frames @ V.T


@transfer.mistake("the mean is taken away, but nothing is divided by `scale`.")
def not_scaled(frames, mean, scale, V):
    return (frames - mean) @ V.T


@transfer.mistake("the frames are standardised, but V is not used.")
def not_mapped(frames, mean, scale, V):
    return (frames - mean) / scale


@exercise(
    hints=[
        "Domains are data: which are learned from, and which is the result wanted for? Tasks are questions.",
        "What is learned before the target is seen at all? What does it turn a frame into?",
        "The adaptation method is what is done with the pretrained model; the training dataset is what it "
        "takes to do that.",
    ],
    reason="Nine names for one experiment. Whoever reports transfer should be able to fill in all nine; the "
    "two most often left out are how large the training dataset was and what was measured without transfer.",
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


@roles.mistake("a domain is what the data are like, a task what is asked of them; here they are exchanged.")
def domains_for_tasks():
    return {"source domain": "H", "source task": "C", "target domain": "A", "target task": "F"}


@roles.mistake("source and target are exchanged: the source is where knowledge comes from.")
def source_for_target():
    return {"source domain": "F", "target domain": "C", "source task": "A", "target task": "H"}


@roles.mistake("the model is what maps, the representation what comes out of it; here they are exchanged.")
def model_for_representation():
    return {"pretrained model": "I", "feature representation": "E"}


QUESTIONS = {
    "what changes?": ("inductive", "transductive", "unsupervised"),
    "what is carried over?": ("feature-based", "model-based"),
    "how?": ("domain adaptation", "multitask"),
}
"""The seven kinds, under the question that each answers."""

SCENARIOS = {
    "a": ("what changes?", "inductive", "is the question the same as before?"),
    "b": (
        "what changes?",
        "transductive",
        "is the question another, or the music? And which of them is labelled?",
    ),
    "c": ("what changes?", "unsupervised", "is there a single label, on either side?"),
    "d": ("what is carried over?", "feature-based", "does any weight of the network change?"),
    "e": ("what is carried over?", "model-based", "do the copied weights stay as they were?"),
    "f": (
        "how?",
        "domain adaptation",
        "are several tasks learned, or are two kinds of recording made alike?",
    ),
    "g": ("how?", "multitask", "how many questions are learned at the same time?"),
    "h": (
        "what changes?",
        "inductive",
        "is it the music that changed, or the question? And are there labels?",
    ),
}
"""For each scenario: the question asked of it, the kind it is, and what to look at again."""


@exercise(
    hints=[
        "Each scenario ends in a question, and each question has answers of its own: see the table.",
        "What changes? If the task does: inductive. If only the data do: transductive. No labels at all: "
        "unsupervised.",
        "What is carried over? Frozen outputs are features; weights that go on learning are a model. How? "
        "Making two domains alike is one way, learning several tasks at once the other.",
    ],
    reason="The kinds do not exclude each other: they answer three questions. The paper's experiment is "
    "inductive (tags, then genres) and feature-based (V is frozen); its genre embedding is multitask, too.",
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
def _(answer):
    complaints = [_complaint(name, answer[name]) for name in SCENARIOS]
    return " ".join(filter(None, complaints))


def _complaint(name, given):
    """Say what is wrong with one answer, without giving the right one."""
    question, right, look = SCENARIOS[name]
    given = given.strip().lower()
    if given == right:
        return ""
    for other, legal in QUESTIONS.items():
        if given in legal:
            if other == question:
                return f"`{name}` is not {given}: {look}"
            return f"`{name}` asks “{question}”; {given} answers “{other}”."
    return (
        f"`{name}`: {given!r} is none of the seven kinds; “{question}” has {', '.join(QUESTIONS[question])}."
    )


@kinds.mistake("a change of task was taken for a change of data.")
def data_for_task():
    return kinds.solve() | {"a": "transductive", "h": "transductive"}


@kinds.mistake("frozen features and weights that go on learning are exchanged.")
def features_for_model():
    return kinds.solve() | {"d": "model-based", "e": "feature-based"}
