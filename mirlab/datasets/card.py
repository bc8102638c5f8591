"""A data card: what a data set is, counted from the set itself, and what only a person can say about it.

A question that nobody has answered stays in the card, and is seen to be open.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

QUESTIONS = {
    "origin": "Where do the recordings come from?",
    "labels": "Who gave them these labels, and by what rule?",
    "rights": "Whose are they, and what may be done with them?",
    "people": "Who is heard in them, and did they agree to this use?",
    "purpose": "What is the set meant for?",
    "limits": "What must it not be used for?",
    "missing": "Whose music is missing, and what is there too often?",
    "contact": "Who answers questions, and takes a recording out if somebody asks for it?",
}
"""What a card asks, by the name under which it is answered."""

OPEN = "**OPEN: nobody has answered this yet.**"


@dataclass(frozen=True)
class DataCard:
    """A card; JupyterLab shows it as formatted text.

    Attributes
    ----------
    text : str
        The card in Markdown.
    unanswered : list of str
        Names of the questions that are open.
    """

    text: str
    unanswered: list[str]

    def __str__(self):
        return self.text

    def __repr__(self):
        return self.text

    def _repr_markdown_(self):
        return self.text


def data_card(dataset, answers=None, *, title=""):
    """Write the card of a data set.

    Parameters
    ----------
    dataset : Dataset
        What is counted: nothing is decoded. Sets of several labels an excerpt are counted by tag.
    answers : dict of str to str, optional
        Answers to `QUESTIONS`. One that is missing or blank stays open.
    title : str
        What the set is called; its name if not given.

    Returns
    -------
    DataCard

    Raises
    ------
    ValueError
        If an answer belongs to no question, or is no text.

    Examples
    --------
    >>> import numpy as np
    >>> from mirlab.datasets import Dataset
    >>> clicks = Dataset("clicks", ["a.wav#0", "a.wav#1"], ["click"], np.array([0, 0]), np.array([0, 0]),
    ...                  None, ["1", "2"])
    >>> card = data_card(clicks, {"origin": "A pen on a desk."})
    >>> print(card)
    # Data card: clicks
    <BLANKLINE>
    **7 of 8 questions are open.**
    ...
    >>> card.unanswered[0]
    'labels'
    """
    answers = dict(answers or {})
    for name, answer in answers.items():
        if name not in QUESTIONS:
            raise ValueError(f"answers: there is no question {name!r}; there are {', '.join(QUESTIONS)}")
        if not isinstance(answer, str):
            raise ValueError(f"answers: {name!r} holds {type(answer).__name__}; it must be text")
    unanswered = [name for name in QUESTIONS if not answers.get(name, "").strip()]
    n = len(QUESTIONS)
    state = (
        f"{len(unanswered)} of {n} questions are open" if unanswered else f"All {n} questions are answered"
    )
    lines = [
        f"# Data card: {_plain(title or dataset.name)}",
        "",
        f"**{state}.**",
        "",
        "## What was counted",
        "",
    ]
    lines += ["| label | recordings | excerpts |", "|---|---|---|"]
    lines += [f"| {_plain(label)} | {groups} | {excerpts} |" for label, groups, excerpts in _counts(dataset)]
    lines += ["", f"- Formats: {_formats(dataset)}", f"- Content: {_content(dataset)}"]
    if dataset.synthetic:
        lines.append("- Synthetic: composed and sounded by mirlab.")
    lines += ["", "## What was left out or changed", ""]
    lines += [f"- {_plain(problem)}" for problem in dataset.problems] or ["- Nothing."]
    lines += ["", "## What only a person can say", ""]
    for name, question in QUESTIONS.items():
        answer = " ".join(answers.get(name, "").split())
        lines += [f"### {question}", "", answer or OPEN, ""]
    return DataCard("\n".join(lines), unanswered)


def _counts(dataset):
    """Yield (label, recordings or artists, excerpts), and the same for all."""
    y = dataset.y if dataset.y.ndim == 2 else dataset.y[:, None] == np.arange(len(dataset.label_names))
    for label, mine in zip(dataset.label_names, np.asarray(y, bool).T, strict=True):
        if mine.any():
            yield label, len(np.unique(dataset.groups[mine])), int(mine.sum())
    yield "all", len(np.unique(dataset.groups)), len(dataset)


def _formats(dataset):
    files = {track_id.rpartition("#")[0] or track_id for track_id in dataset.track_ids}
    endings = Counter(PurePosixPath(file).suffix.lower().lstrip(".") for file in files)
    if any(not re.fullmatch(r"[a-z]\w{1,4}", ending) for ending in endings):
        return "not told by the names of the excerpts"  # a set whose track ids are no file names
    return ", ".join(f"{count} {ending}" for ending, count in sorted(endings.items())) or "none"


def _content(dataset):
    digest = hashlib.blake2b("\n".join(dataset.fingerprints).encode(), digest_size=8)
    return f"`{digest.hexdigest()}`, which is another as soon as any sound is"


def _plain(text):
    """Keep file names and sentences from being taken for Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(str(text).split()))
