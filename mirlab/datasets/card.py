"""Write a data card: figures counted from the data set itself, and answers that only a person can give.

An unanswered question stays in the card and is marked as open.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

QUESTIONS = {
    "origin": "Where do the recordings come from?",
    "labels": "Who gave them these labels, and by what rule?",
    "rights": "Who owns them, and what may be done with them?",
    "people": "Who is heard in them, and did they agree to this use?",
    "purpose": "What is the set meant for?",
    "limits": "What must it not be used for?",
    "missing": "Whose music is missing, and what is there too often?",
    "contact": "Who answers questions, and removes a recording on request?",
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
        The data set; nothing is decoded. An excerpt with several labels is counted for each of them.
    answers : dict of str to str, optional
        Answers to `QUESTIONS`. One that is missing or blank stays open.
    title : str
        The title of the set; by default its name.

    Returns
    -------
    DataCard

    Raises
    ------
    ValueError
        If an answer belongs to no question, or is not a text.

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
        f"# Data card: {plain(title or dataset.name)}",
        "",
        f"**{state}.**",
        "",
        "## What was counted",
        "",
    ]
    lines += _table(dataset)
    lines += ["", f"- Formats: {_formats(dataset)}", f"- Content: {_content(dataset)}"]
    if dataset.synthetic:
        lines.append("- Synthetic: composed and played by mirlab.")
    lines += ["", "## What was left out or changed", ""]
    lines += [f"- {plain(problem)}" for problem in dataset.problems] or ["- Nothing."]
    lines += ["", "## What only a person can say", ""]
    for name, question in QUESTIONS.items():
        answer = " ".join(answers.get(name, "").split())
        lines += [f"### {question}", "", answer or OPEN, ""]
    return DataCard("\n".join(lines), unanswered)


def _table(dataset):
    """Return the lines of a table: per label, how many recordings, artists and excerpts there are."""
    recordings = np.unique(_recordings(dataset), return_inverse=True)[1]
    counted = {"recordings": recordings}
    if len(set(zip(recordings.tolist(), dataset.groups.tolist(), strict=True))) > len(set(dataset.groups)):
        counted["artists"] = dataset.groups  # if not, each group is a recording
    names = ["label", *counted, "excerpts"]
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    y = dataset.y if dataset.y.ndim == 2 else dataset.y[:, None] == np.arange(len(dataset.label_names))
    rows = zip([*dataset.label_names, "all"], [*np.asarray(y, bool).T, np.ones(len(y), bool)], strict=True)
    for label, mine in rows:
        if mine.any():
            numbers = [*(len(np.unique(of[mine])) for of in counted.values()), int(mine.sum())]
            lines.append(f"| {plain(label)} | {' | '.join(map(str, numbers))} |")
    return lines


def _recordings(dataset):
    """Return the recording that each excerpt is cut from: its file, or the recording in its track id."""
    paths = [getattr(excerpt, "path", None) for excerpt in dataset.excerpts]
    if paths and all(paths):
        return list(map(str, paths))
    return [re.sub(r"#\d+$", "", track_id) for track_id in dataset.track_ids]


def _formats(dataset):
    endings = Counter(PurePath(file).suffix.lower().lstrip(".") for file in set(_recordings(dataset)))
    if any(not re.fullmatch(r"[a-z]\w{1,4}", ending) for ending in endings):
        return "unknown, because the names of the excerpts have no endings"
    return ", ".join(f"{count} {ending}" for ending, count in sorted(endings.items())) or "none"


def _content(dataset):
    digest = hashlib.blake2b("\n".join(dataset.fingerprints).encode(), digest_size=8)
    return f"`{digest.hexdigest()}`, which changes if any sound changes"


def plain(text):
    r"""Return a text that Markdown shows as it is, on one line.

    Parameters
    ----------
    text : object
        Such as a file name or a sentence.

    Returns
    -------
    str

    Examples
    --------
    >>> print(plain("my *best* songs"))
    my \*best\* songs
    """
    return re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(str(text).split()))
